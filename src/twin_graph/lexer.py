"""The words of a SPARQL text: which keywords it may contain, without understanding it.

Errs on the side of finding a keyword. What follows from one is decided in `sparql`; parsing is the engine's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from twin_graph.errors import MalformedQuery

# The tokens of SPARQL in which a keyword cannot be, then names with a prefix, then bare words.
_LOCAL = r"(?:[\w:%s]|%%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%%])"
_TOKEN = re.compile(
    r"\#[^\r\n]*+"
    r'|"""(?:"{0,2}(?:[^"\\]|\\.))*+"""|' + r"'''(?:'{0,2}(?:[^'\\]|\\.))*+'''"
    r"|(?P<open>\"{3}|'{3})"
    r'|"(?:[^"\\\r\n]|\\.)*+"?|' + r"'(?:[^'\\\r\n]|\\.)*+'?"
    r'|<(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*+>'
    r"|[?$]\w+|@[A-Za-z]+(?:-[A-Za-z0-9]+)*+|_:\w(?:[\w.\-]*[\w\-])?"
    rf"|(?P<word>[^\W\d_][\w.\-]*+:?+|:)(?:(?<=:){_LOCAL % ''}(?:{_LOCAL % '.-'}*{_LOCAL % '-'})?)?",
    re.DOTALL,
)


def bare_words(text: str) -> Iterator[str]:
    """The words of a query that are not in strings, comments, IRIs, variables or local parts of names.

    The engine's grammar asks for no space after a keyword, so several may be in one word; a word that ends
    with a colon may be a prefix or a keyword before a name without prefix.

    >>> list(bare_words("ASK { ?service a ex:SERVICE . SERVICESILENT:x {} } # SERVICE"))
    ['ASK', 'a', 'ex:', 'SERVICESILENT:']

    Raises:
        MalformedQuery: a long string is left open.
    """
    for match in _TOKEN.finditer(text):
        if match.group("open"):  # going on would take a time that is quadratic in the length
            raise MalformedQuery("a long string is not closed")
        if word := match.group("word"):
            yield word


def names_dataset(text: str) -> bool:
    """Whether a query says FROM or FROM NAMED.

    >>> names_dataset("ASK FROM <http://x/g> {}"), names_dataset("PREFIX from: <#> ASK { ?from from:a 1 }")
    (True, False)
    """
    words = [word.lower() for word in bare_words(text)]
    declared = {name for word, name in pairwise(words) if word.endswith("prefix")}
    return any("from" in word and word not in declared for word in words)


def names_service(text: str) -> bool:
    """Whether a query may say SERVICE.

    >>> names_service("ASK { SERVICE:x {} }"), names_service("ASK { ?service <service> 'service' }")
    (True, False)
    """
    return any("service" in word.lower() for word in bare_words(text))
