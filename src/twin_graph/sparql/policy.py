"""What the words of a query say before anything is evaluated: whether the service runs it, its form, its identity.

The refusals here are friendly messages: what keeps a query from harm is the isolation of its process.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from twin_graph.errors import QueryNotAllowed, ServiceNotAllowed
from twin_graph.lexer import bare_words, names_service

NO_UPDATES = "this is an update; the data are changed in their files and by a build"
_UPDATES = ("insert", "delete", "load", "clear", "create", "drop", "copy", "move", "add", "with")
_PROLOGUE = ("base", "prefix", "version")
# A call of a function whose value differs each time, anywhere in a text: even where the words are ambiguous, no
# call is overlooked, and a string that looks like one only costs a cached answer.
_VOLATILE = re.compile(r"[?$]\w++|(now|rand|uuid|bnode)\s*+[(#]", re.IGNORECASE)
_LAYOUT = r"(?:[ \t\r\n]|\#[^\r\n]*+)*+"
_FORM = re.compile(
    rf"""(?:{_LAYOUT}(?:(?:BASE|PREFIX{_LAYOUT}[^\s:<>\#"'\\]*+:){_LAYOUT}<[^<>]*+>
    |VERSION{_LAYOUT}(?:"[^"\\]*+"|'[^'\\]*+')))*+{_LAYOUT}(SELECT|ASK|CONSTRUCT|DESCRIBE)""",
    re.IGNORECASE | re.VERBOSE,
)
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")


def check_policy(text: str) -> None:
    """Refuse what the public service does not run, as it is written and with its \\u escapes resolved.

    >>> check_policy("ASK { ?service ?p 'SERVICE' }")
    >>> check_policy("LOAD <http://example.org/>")
    Traceback (most recent call last):
    ...
    twin_graph.errors.QueryNotAllowed: this is an update; the data are changed in their files and by a build

    Raises:
        QueryNotAllowed: the text is an update.
        ServiceNotAllowed: it asks another service.
        MalformedQuery: a long string is left open.
    """
    for reading in _readings(text):
        if _first_keyword(bare_words(reading)).startswith(_UPDATES):
            raise QueryNotAllowed(NO_UPDATES)
        if names_service(reading):
            raise ServiceNotAllowed(
                "SERVICE is switched off: this service asks no other one. Ask it from a client of yours, "
                "or ask the other service to ask this one"
            )


def is_repeatable(text: str) -> bool:
    """Whether a query has one answer for one snapshot.

    >>> is_repeatable("SELECT ?now (COUNT(*) AS ?n) {}"), is_repeatable("SELECT (NOW() AS ?x) {}")
    (True, False)
    """
    calls = (match.group(1) for reading in _readings(text) for match in _VOLATILE.finditer(reading))
    return not any(calls)


def form_of(text: str) -> str:
    """The form of a query: select, ask, construct or describe; empty where the words do not tell.

    >>> form_of("PREFIX ask: <http://x/> # ASK\\nSELECT * {}"), form_of("Nothing of the sort")
    ('select', '')
    """
    match = _FORM.match(text)
    return match.group(1).lower() if match else ""


def _first_keyword(words: Iterable[str]) -> str:
    """The first word after the prologue, in lower case; empty where there is none."""
    before = ""
    for word in map(str.lower, words):
        declared = before.endswith("prefix") or (word.startswith("prefix") and word.endswith(":"))
        if word not in _PROLOGUE and not declared:
            return word
        before = word
    return ""


def _readings(text: str) -> tuple[str, ...]:
    """A text as it is written and with its \\u escapes resolved: a word may hide in them."""
    return tuple(dict.fromkeys((text, _ESCAPE.sub(_character, text))))


def _character(match: re.Match[str]) -> str:
    number = int(match.group(1) or match.group(2), 16)
    return chr(number) if number < 0xD800 or 0xDFFF < number <= 0x10FFFF else match.group()
