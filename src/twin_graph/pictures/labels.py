"""Where names stand on a map: greedily beside their marks, never over another name or mark.

Widths are estimated, because nobody measures text on a server; what finds no room stays without its name.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from twin_graph.pictures.projections import Point

_NARROW = frozenset("ijlIfrt.,;:'’|()[]! і ї-")
_BROAD = frozenset("mwMWшщжюфыШЩЖЮФЫ@%—")
_BOLD = 1.2  # times as broad as other letters
Box = tuple[float, float, float, float]  # left, top, right, bottom


def width_of(text: str, size: float) -> float:
    """Estimated width of a text in pixels.

    >>> width_of("Lublin", 10) < width_of("Lwów–Łódź", 10) < width_of("江戸川区八王子市", 12)
    True
    """
    return size * sum(_em(letter) for letter in text)


def _em(letter: str) -> float:
    if letter in _NARROW:
        return 0.29
    if letter in _BROAD:
        return 0.8
    if ord(letter) > 0x1100 and unicodedata.east_asian_width(letter) in "WF":
        return 1.0
    return 0.61 if letter.isupper() else 0.51


@dataclass(frozen=True)
class Label:
    """A name at its place: the point where its baseline begins, or ends for the anchor `end`."""

    text: str
    x: float
    y: float
    anchor: str


class Placer:
    """Keeps what is already on a panel and finds room for names."""

    def __init__(self, width: float, height: float, size: float) -> None:
        self._width, self._height, self._size = width, height, size
        self._cells: dict[tuple[int, int], list[Box]] = {}

    def occupy(self, box: Box) -> None:
        """Nothing is written over this box."""
        for cell in self._around(box):
            self._cells.setdefault(cell, []).append(box)

    def place(
        self, text: str, point: Point, radius: float, *, is_bold: bool = False, above: bool = False
    ) -> Label | None:
        """The first free place beside a mark, or `above` what is there; None where all are taken."""
        long, size = width_of(text, self._size) * (_BOLD if is_bold else 1), self._size
        for x, y, anchor in _candidates(point, radius, size):
            left = x - {"start": 0.0, "middle": long / 2, "end": long}[anchor]
            box = (left - 1, y - size * 0.78, left + long + 1, y + size * 0.22)
            if self._is_inside(box) and (above or self._is_free(box)):
                self.occupy(box)
                return Label(text, x, y, anchor)
        return None

    def _is_inside(self, box: Box) -> bool:
        return box[0] >= 1 and box[1] >= 1 and box[2] <= self._width - 1 and box[3] <= self._height - 1

    def _is_free(self, box: Box) -> bool:
        left, top, right, bottom = box
        return not any(
            left < other[2] and right > other[0] and top < other[3] and bottom > other[1]
            for cell in self._around(box)
            for other in self._cells.get(cell, ())
        )

    @staticmethod
    def _around(box: Box) -> Iterable[tuple[int, int]]:
        for column in range(int(box[0] // 40), int(box[2] // 40) + 1):
            for row in range(int(box[1] // 40), int(box[3] // 40) + 1):
                yield column, row


def _candidates(point: Point, radius: float, size: float) -> Iterable[tuple[float, float, str]]:
    x, y = point
    near, middle = radius + 3, y + size * 0.28
    for up in (0, -0.45, 0.45, -0.8, 0.8):
        yield x + near, middle + up * size, "start"
        yield x - near, middle + up * size, "end"
    for anchor in ("middle", "start", "end"):
        yield x, y - radius - size * 0.35, anchor
        yield x, y + radius + size * 0.9, anchor
    for up in (-1.15, 1.15):
        yield x + radius, middle + up * size, "start"
        yield x - radius, middle + up * size, "end"
