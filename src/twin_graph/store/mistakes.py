"""Say where a query stops being one, from what the engine says of it.

The engine names the place behind the last thing that it tried; people want the word that cannot stand there.
"""

from __future__ import annotations

import re

from twin_graph.errors import MalformedQuery

_POSITION = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)
_KEYWORD = re.compile(r"[A-Z_]+[A-Z0-9_]*")


def malformed(message: str, text: str) -> MalformedQuery:
    r"""Our error from the engine's message about a text, with line and column where it names them.

    >>> print(malformed("error at 2:1: expected OPTIONAL", "ASK { ?s ?p }\n  LIMIT 5"))
    line 1, column 7: “?s ?p }” cannot stand here
    >>> print(malformed('error at 1:8: expected one of "*", "(", [_]', "SELECT WHERE {}"))
    line 1, column 8: “WHERE {}” cannot stand here; possible: "*", "("
    """
    match = _POSITION.match(message)
    if match is None:
        return MalformedQuery(message)
    expected = [part for part in match.group(3).split(", ") if part and not part.startswith("[")]
    place = _offset(text, int(match.group(1)), int(match.group(2)))
    # A sentence says more than what could have followed; a set of characters is of no use to people.
    sentences = [part for part in expected if " " in part]
    if expected and all(_KEYWORD.fullmatch(part) for part in expected):
        # They are the end of a long list of what is possible, of which the rest is not known.
        place, expected = _before_keyword(text, place, min(map(len, expected))), []
    said = "; ".join(sentences) or _describe(text[place:], expected)
    line, column = text.count("\n", 0, place) + 1, place - text.rfind("\n", 0, place)
    return MalformedQuery(f"line {line}, column {column}: {said}", line=line, column=column)


def _describe(rest: str, expected: list[str]) -> str:
    line = rest.partition("\n")[0].strip()[:20]
    said = (
        f"“{line}” cannot stand here" if line else f"the {'line' if rest.strip() else 'query'} ends too early"
    )
    return f"{said}; possible: {', '.join(expected)}" if expected else said


def _offset(text: str, line: int, column: int) -> int:
    start = 0
    for _ in range(line - 1):
        start = text.find("\n", start) + 1
    return min(len(text), start + column - 1)


def _before_keyword(text: str, end: int, length: int) -> int:
    """Where the engine began to compare with a keyword: it takes as many characters, or what is left of the text."""
    start = max(0, end - length)
    if end < len(text) or re.match(r"\S", text[start:]):
        return start + len(text[start:]) - len(text[start:].lstrip())
    return len(text.rstrip()) - len(text.split()[-1]) if text.split() else 0
