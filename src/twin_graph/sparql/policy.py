"""Which queries the public service runs, judged by their words before anything is evaluated.

The refusals here are friendly messages: what keeps a query from harm is the isolation of its process.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from twin_graph.errors import QueryNotAllowed
from twin_graph.lexer import bare_words, names_service

_UPDATES = ("insert", "delete", "load", "clear", "create", "drop", "copy", "move", "add", "with")
_PROLOGUE = ("base", "prefix", "version")
_VOLATILE = ("now", "rand", "uuid", "bnode")
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")


def check_policy(text: str) -> None:
    """Refuse what the public service does not run, as it is written and with its \\u escapes resolved.

    >>> check_policy("ASK { ?service ?p 'SERVICE' }")
    >>> check_policy("LOAD <http://example.org/>")
    Traceback (most recent call last):
    ...
    twin_graph.errors.QueryNotAllowed: this is an update; the data are changed in their files and by a build

    Raises:
        QueryNotAllowed: the text is an update or asks another service.
    """
    for reading in dict.fromkeys((text, _ESCAPE.sub(_character, text))):
        if _first_keyword(bare_words(reading)).startswith(_UPDATES):
            raise QueryNotAllowed("this is an update; the data are changed in their files and by a build")
        if names_service(reading):
            raise QueryNotAllowed(
                "SERVICE is switched off: this service asks no other one. Ask it from a client of yours, "
                "or ask the other service to ask this one"
            )


def is_repeatable(text: str) -> bool:
    """Whether a query has one answer for one snapshot.

    >>> is_repeatable("SELECT ?now {}"), is_repeatable("SELECT (NOW() AS ?x) {}")
    (True, False)
    """
    return not any(word.lower().endswith(_VOLATILE) for word in bare_words(text))


def _first_keyword(words: Iterable[str]) -> str:
    """The first word after the prologue, in lower case; empty where there is none."""
    before = ""
    for word in map(str.lower, words):
        declared = before.endswith("prefix") or (word.startswith("prefix") and word.endswith(":"))
        if word not in _PROLOGUE and not declared:
            return word
        before = word
    return ""


def _character(match: re.Match[str]) -> str:
    number = int(match.group(1) or match.group(2), 16)
    return chr(number) if number < 0xD800 or 0xDFFF < number <= 0x10FFFF else match.group()
