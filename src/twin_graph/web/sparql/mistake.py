"""Where a query is wrong: the line of the text, with a marker under the column.

Reads the place from the message of `MalformedQuery`; what was expected there is said by the engine.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_PLACE = re.compile(r"line ([0-9]+), column ([0-9]+): (.*)", re.DOTALL)
_BEFORE, _AFTER, _TAB = 60, 40, 4


@dataclass(frozen=True)
class Mistake:
    """A place in a query.

    Attributes:
        line, column: counted from 1, in characters.
        excerpt: the line, or what is around the column of a long one.
        marker: spaces and a caret, as wide as the part of `excerpt` before the column.
        expected: the rest of the message.
    """

    line: int
    column: int
    excerpt: str
    marker: str
    expected: str


def find_mistake(query: str, message: str) -> Mistake | None:
    """The place that a message names; None where it names none, or none of this text.

    >>> print(find_mistake("SELECT *\\n{ ?s }", "line 2, column 6: no predicate").marker)
         ^
    """
    match = _PLACE.fullmatch(message)
    if match is None:
        return None
    line, column = int(match.group(1)), int(match.group(2))
    lines = query.split("\n")
    if not 1 <= line <= len(lines) or not 1 <= column <= len(lines[line - 1]) + 1:
        return None
    text, place = lines[line - 1].rstrip("\r"), column - 1
    before, after = text[max(0, place - _BEFORE) : place], text[place : place + _AFTER]
    start = _expand(("…" if place > _BEFORE else "") + before)
    excerpt = start + _expand(after) + ("…" if place + _AFTER < len(text) else "")
    return Mistake(line, column, excerpt, " " * _width(start) + "^", match.group(3))


def _expand(text: str) -> str:
    return text.replace("\t", " " * _TAB)


def _width(text: str) -> int:
    """How many columns a text takes in a font of one width: accents none, ideographs two."""
    return sum(
        0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in text
    )
