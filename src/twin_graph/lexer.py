"""The words of a SPARQL text: which keywords it may contain, and the same text without layout.

Errs on the side of finding a keyword, and of leaving a text as it is. Understands nothing: what follows from a
keyword is decided in `sparql`; parsing is the engine's.
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
    r'|"(?:[^"\\\r\n]|\\.)*+"|' + r"'(?:[^'\\\r\n]|\\.)*+'"
    r'|(?P<cut>"(?:[^"\\\r\n]|\\.)*+|' + r"'(?:[^'\\\r\n]|\\.)*+)"
    r'|<(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*+>'
    r"|[?$]\w+|@[A-Za-z]+(?:-[A-Za-z0-9]+)*+|_:\w(?:[\w.\-]*[\w\-])?"
    rf"|(?P<word>[^\W\d_][\w.\-]*+:?+|:)(?:(?<=:){_LOCAL % ''}(?:{_LOCAL % '.-'}*{_LOCAL % '-'})?)?",
    re.DOTALL,
)
# Resolved before or while the text is read: a quotation mark may hide in one.
_ESCAPED = re.compile(r"\\[uU]")
_LAYOUT = re.compile(r"[ \t\r\n]+")
# What can be nothing but an IRI: the engine could as well read `?a<#b>` as a comparison and a comment, and
# `?a<'b>` as a comparison with a string.
_PLAIN_IRI = re.compile(r"<(?:[A-Za-z][A-Za-z0-9+.\-]*://.*|[^#']*)>", re.DOTALL)


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
            raise _left_open(text, match.start())
        if word := match.group("word"):
            yield word


def names_dataset(text: str) -> bool:
    """Whether a query says FROM or FROM NAMED.

    >>> names_dataset("ASK FROM <http://x/g> {}"), names_dataset("PREFIXfrom: <#> ASK { ?from from:a 1 }")
    (True, False)
    """
    words = [word.lower() for word in bare_words(text)]
    declared = _declared_prefixes(words)
    return any("from" in word and word not in declared for word in words)


def names_service(text: str) -> bool:
    """Whether a query may say SERVICE; a declared prefix that does not begin so is none.

    >>> names_service("ASK { SERVICE:x {} }"), names_service("ASK { ?service <service> 'service' }")
    (True, False)
    >>> names_service("PREFIX myservice: <#> ASK { ?s myservice:q 1 }")
    False
    """
    words = [word.lower() for word in bare_words(text)]
    declared = {word for word in _declared_prefixes(words) if not word.startswith("service")}
    return any("service" in word and word not in declared for word in words)


def _declared_prefixes(words: list[str]) -> set[str]:
    """Prefixes with their colon, also glued to their keyword: the engine asks for no space there."""
    declared = {name for word, name in pairwise(words) if word.endswith("prefix") and name.endswith(":")}
    glued = {word for word in words if word.startswith("prefix") and word.endswith(":")}
    return declared | glued | {word.removeprefix("prefix") for word in glued}


def canonical(text: str) -> str:
    """The same text without comments, and with one space for each run of white space outside strings and IRIs.

    The text itself where its tokens depend on the grammar: what is an IRI to one reader is a comparison and a
    comment to another. Adds no space where there was none, so tokens stay apart or together as they were.

    >>> canonical("ASK # all?\\r\\n  {\\t?s ?p 'a  # b' } ")
    "ASK { ?s ?p 'a  # b' }"
    >>> canonical("ASK { FILTER(?a  <#b>\\n1) }")
    'ASK { FILTER(?a  <#b>\\n1) }'
    """
    if _ESCAPED.search(text):
        return text
    parts: list[str] = []
    loose: list[str] = []
    end = 0
    for match in _TOKEN.finditer(text):
        token, between = match.group(), text[end : match.start()]
        if "\\" in between or _is_ambiguous(match):
            return text
        loose.append(between)
        end = match.end()
        if token[0] in "\"'<":
            parts += (_LAYOUT.sub(" ", "".join(loose)), token)
            loose = []
        else:
            loose.append(" " if token[0] == "#" else token)
    if "\\" in text[end:]:
        return text
    return "".join((*parts, _LAYOUT.sub(" ", "".join((*loose, text[end:]))))).strip(" ")


def _is_ambiguous(match: re.Match[str]) -> bool:
    """Whether a token is a string that is left open, or an IRI that need not be one."""
    if match.group("open") or match.group("cut"):
        return True
    return match.group().startswith("<") and _PLAIN_IRI.fullmatch(match.group()) is None


def _left_open(text: str, position: int) -> MalformedQuery:
    line, column = text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position)
    return MalformedQuery(
        f"line {line}, column {column}: a long string is not closed", line=line, column=column
    )
