"""The base below a map: by reference to the shipped file, or drawn into the picture, cut at its frame.

The files come from `frontend/map`; this reads the bytes that are shipped, so what is cut is what is served.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from twin_graph.pictures.arcs import cut, thin
from twin_graph.pictures.frames import Frame
from twin_graph.pictures.projections import Point, Projection
from twin_graph.pictures.svg import line, number

FOLDER = Path(__file__).parents[1] / "static" / "base"
Base = Callable[[Frame], str]
_PATH = re.compile(r'<path id="(\w+)"[^>]* d="([^"]*)"')
_NUMBERS = re.compile(r"-?\d+")


def referred(address: Callable[[str], str]) -> Base:
    """A base that the browser fetches once for all pages.

    Args:
        address: from the name of a file (`mercator.svg`) to its address.
    """

    def draw(frame: Frame) -> str:
        file = address(f"{frame.projection.name}.svg")
        zoom = f"{frame.zoom:.5f}"
        return "".join(
            f'<use class="{name}" href="{file}#{name}" transform="translate('
            f'{number((left - frame.left) * frame.zoom)} {number(-frame.top * frame.zoom)})scale({zoom})"/>'
            for left in frame.copies
            for name in ("land", "borders")
        )

    return draw


def inlined(frame: Frame) -> str:
    """A base as part of the picture, for files that are to be seen alone."""
    drawn = []
    for name in ("land", "borders"):
        data = []
        for left in frame.copies:
            for piece, box in _pieces(frame.projection)[name]:
                if _misses(box, frame, left):
                    continue
                pixels = [
                    ((x + left - frame.left) * frame.zoom, (y - frame.top) * frame.zoom) for x, y in piece
                ]
                data += _polygon(pixels, frame) if name == "land" else _lines(pixels, frame)
        drawn.append(f'<path class="{name}" d="{"".join(data)}"/>')
    return "".join(drawn)


def read_paths(projection: Projection) -> dict[str, list[list[Point]]]:
    """The lines of a shipped file in its units: `land` as closed rings, `borders` as open lines."""
    content = (FOLDER / f"{projection.name}.svg").read_text(encoding="utf-8")
    return {name: [_points(piece) for piece in data.split("M")[1:]] for name, data in _PATH.findall(content)}


@cache
def _pieces(projection: Projection) -> dict[str, list[tuple[list[Point], tuple[float, float, float, float]]]]:
    return {
        name: [(points, _box(points)) for points in pieces] for name, pieces in read_paths(projection).items()
    }


def _points(data: str) -> list[Point]:
    found = [int(text) for text in _NUMBERS.findall(data)]
    x, y = found[0], found[1]
    points: list[Point] = [(x, y)]
    for dx, dy in zip(found[2::2], found[3::2], strict=True):
        x, y = x + dx, y + dy
        points.append((x, y))
    return points


def _box(points: Sequence[Point]) -> tuple[float, float, float, float]:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def _misses(box: tuple[float, float, float, float], frame: Frame, left: float) -> bool:
    x, y = frame.left - left, frame.top
    return (
        box[2] < x
        or box[3] < y
        or box[0] > x + frame.width / frame.zoom
        or box[1] > y + frame.height / frame.zoom
    )


def _lines(pixels: list[Point], frame: Frame) -> list[str]:
    return [line(thin(piece, 0.2)) for piece in cut(pixels, frame.width, frame.height)]


def _polygon(pixels: list[Point], frame: Frame) -> list[str]:
    """A ring cut at a frame a little larger than the picture (Sutherland and Hodgman)."""
    ring = pixels
    for axis, edge, sign in ((0, -2, 1), (1, -2, 1), (0, frame.width + 2, -1), (1, frame.height + 2, -1)):
        ring = _cut_side(ring, axis, edge, sign)
        if len(ring) < 3:
            return []
    return [line(ring) + "z"]


def _cut_side(ring: list[Point], axis: int, edge: float, sign: int) -> list[Point]:
    kept: list[Point] = []
    for before, after in zip([ring[-1], *ring], ring, strict=False):
        is_in, was_in = sign * (after[axis] - edge) >= 0, sign * (before[axis] - edge) >= 0
        if is_in != was_in:
            part = (edge - before[axis]) / (after[axis] - before[axis])
            kept.append(
                (before[0] + part * (after[0] - before[0]), before[1] + part * (after[1] - before[1]))
            )
        if is_in:
            kept.append(after)
    return kept
