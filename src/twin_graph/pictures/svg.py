"""Write SVG: numbers, texts, attributes. Escapes everything and leaves out what XML cannot carry.

Knows nothing of maps. A text that is right-to-left is drawn so.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from twin_graph.pictures.projections import Point

LONGEST_LABEL = 26
_NO_XML = re.compile(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")
_UNSEEN = re.compile(
    r"[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufffe\uffff]+"
)
_OTHER_SIDE = {"start": "end", "end": "start", "middle": "middle"}


def number(value: float) -> str:
    """A number with one decimal at most.

    >>> number(12.0), number(0.25), number(-0.04)
    ('12', '0.2', '0')
    """
    words = f"{value:.1f}".removesuffix(".0")
    return "0" if words == "-0" else words


def escape(text: str) -> str:
    """A text for the inside of an element or of a quoted attribute."""
    clean = _NO_XML.sub("", text)
    return clean.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def short(text: str, longest: int = LONGEST_LABEL) -> str:
    """One line of a text, cut with an ellipsis where it is longer than a label may be.

    >>> short("Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch")
    'Llanfairpwllgwyngyllgoger…'
    """
    line = _UNSEEN.sub(" ", text[: 4 * longest]).strip()
    return line if len(line) <= longest and len(text) <= 4 * longest else line[: longest - 1].rstrip() + "…"


def is_right_to_left(text: str) -> bool:
    """Whether the first letter with a direction is of a right-to-left script."""
    for letter in text:
        direction = unicodedata.bidirectional(letter)
        if direction in ("L", "R", "AL"):
            return direction != "L"
    return False


def text(x: float, y: float, words: str, anchor: str = "start", extra: str = "") -> str:
    """A text element; `extra` are more attributes, beginning with a space."""
    if is_right_to_left(words):
        anchor, extra = _OTHER_SIDE[anchor], f' direction="rtl"{extra}'
    side = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text x="{x:.0f}" y="{y:.0f}"{side}{extra}>{escape(words)}</text>'


def line(points: Sequence[Point]) -> str:
    """Path data of a line: absolute start, then steps, in tenths of a pixel.

    >>> line([(1, 1), (2, 1.5), (2, 1)])
    'M1 1l1 .5 0-.5'
    """
    x, y = round(points[0][0], 1), round(points[0][1], 1)
    data, letter = f"M{number(x)} {number(y)}", "l"
    for next_x, next_y in points[1:]:
        dx, dy = round(round(next_x, 1) - x, 1), round(round(next_y, 1) - y, 1)
        if dx == 0 and dy == 0:
            continue
        data += letter + _tight(dx) + " " + _tight(dy)
        letter = " "
        x, y = round(x + dx, 1), round(y + dy, 1)
    return data.replace(" -", "-")


def curve(start: Point, control: Sequence[Point], end: Point) -> str:
    """Path data of a curve with one or two control points, in whole pixels.

    >>> curve((0, 0), [(1, 2), (3, 4)], (5.2, 4)), curve((1, 1), [(2, 0)], (3, 1))
    ('M0 0c1 2 3 4 5 4', 'M1 1q1-1 2 0')
    """
    x, y = round(start[0]), round(start[1])
    steps = " ".join(f"{round(px - x)} {round(py - y)}" for px, py in (*control, end))
    letter = "q" if len(control) == 1 else "c"
    return f"M{x} {y}{letter}{steps}".replace(" -", "-")


def _tight(value: float) -> str:
    words = number(value)
    return words.replace("0.", ".", 1) if words.startswith(("0.", "-0.")) else words


def link(href: str, inside: str, extra: str = "") -> str:
    """A link that is out of the tab order: the table beside the picture has the same one."""
    return (
        f'<a href="{escape(href)}" tabindex="-1"{extra}>{inside}</a>' if href else f"<g{extra}>{inside}</g>"
    )
