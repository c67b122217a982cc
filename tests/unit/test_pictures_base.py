"""The base maps that are shipped: where they are drawn, and whose Crimea is.

The bytes of `static/base` are read as a browser reads them: land is a filled path, borders are lines on it. Two
places are in one country when one can go from one to the other on land and cross no border.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from functools import cache

import pytest

from twin_graph.pictures.base import FOLDER, inlined, read_paths, referred
from twin_graph.pictures.frames import fitted, fitted_or_world, world
from twin_graph.pictures.projections import MERCATOR, PROJECTIONS, WORLD, Point, Projection

SIMFEROPOL = (44.95, 34.1)
KYIV, LVIV, KHERSON = (50.45, 30.52), (49.84, 24.03), (46.65, 32.62)
MOSCOW, ROSTOV, KRASNODAR = (55.75, 37.62), (47.23, 39.7), (45.03, 38.98)
# South, north, west and east of the part of the map in which the countries are told apart; degrees.
REGION = (43.0, 57.5, 22.0, 45.0)
BOTH = pytest.mark.parametrize("projection", [MERCATOR, WORLD], ids=lambda projection: projection.name)
Cell = tuple[int, int]
# How many cells a degree of longitude has: fine enough for the isthmus of Perekop on either map.
CELLS = {"mercator": 24, "world": 12}


@BOTH
def test_crimea_is_in_ukraine(projection: Projection) -> None:
    """From Simferopol one comes to Kyiv, Lviv and Kherson on land without crossing a border."""
    assert {KYIV, LVIV, KHERSON} == _reached(projection, SIMFEROPOL, (KYIV, LVIV, KHERSON))


@BOTH
def test_crimea_is_not_in_russia(projection: Projection) -> None:
    """From Simferopol one comes to no city of Russia without crossing a border, and from these not to it."""
    assert set() == _reached(projection, SIMFEROPOL, (MOSCOW, ROSTOV, KRASNODAR))
    assert {ROSTOV, KRASNODAR} == _reached(projection, MOSCOW, (ROSTOV, KRASNODAR, SIMFEROPOL))


@BOTH
def test_the_map_knows_borders(projection: Projection) -> None:
    """The way of telling countries apart works: Minsk and Warsaw are in neither of the two."""
    assert set() == _reached(projection, KYIV, ((53.9, 27.57), (52.23, 21.01)))


@pytest.mark.parametrize("name", sorted(PROJECTIONS))
def test_a_file_has_the_size_that_the_projection_says(name: str) -> None:
    """The view box of each file is the width and height of its projection, and its credit is in it."""
    content = (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    projection = PROJECTIONS[name]
    assert f'viewBox="0 0 {projection.width} {projection.height}"' in content
    assert "Natural Earth" in content
    assert [] == re.findall(r"style=|<style|<script|\bon\w+=|fill=\"(?!none)", content)


@BOTH
def test_the_southern_edge_is_the_bottom_of_the_file(projection: Projection) -> None:
    """A point on the southern edge lies at the bottom, one on the northern edge at the top."""
    assert projection.height == round(projection.project(projection.south, 0)[1])
    assert 0 == round(projection.project(projection.north, 0)[1])


def test_a_region_is_cut_at_its_frame() -> None:
    """What is drawn into a picture lies within its frame, but for the edge of the cut."""
    frame = fitted([(52.0, 14.0), (48.0, 24.0)], 400, 300)
    drawn = inlined(frame)
    starts = [(float(x), float(y)) for x, y in re.findall(r"M(-?[\d.]+)[ ]?(-?[\d.]+)", drawn)]
    assert len(starts) > 5
    assert [] == [point for point in starts if not (-30 <= point[0] <= 430 and -30 <= point[1] <= 330)]
    assert len(drawn) < 20_000


def test_a_frame_over_the_antimeridian_has_two_copies_of_the_base() -> None:
    """Places on both sides of the antimeridian are near to each other, and the land is drawn twice."""
    frame = fitted([(-17.0, 179.0), (-18.0, -179.0)], 400, 300)
    left, right = frame.place((-17.0, 179.0)), frame.place((-18.0, -179.0))
    assert 0 < left[0] < right[0] < 400
    assert 4 == referred(str)(frame).count("<use")
    assert 2 == referred(str)(world(760)).count("<use")


def _reached(projection: Projection, start: Point, ends: Iterable[Point]) -> set[Point]:
    """Those of the ends that one can come to from the start on land without crossing a border."""
    free = _free(projection)
    cells = CELLS[projection.name]
    seen = {_cell(start, cells)}
    assert seen <= free
    waiting = list(seen)
    while waiting:
        column, row = waiting.pop()
        for step in ((column + 1, row), (column - 1, row), (column, row + 1), (column, row - 1)):
            if step in free and step not in seen:
                seen.add(step)
                waiting.append(step)
    return {end for end in ends if _cell(end, cells) in seen}


def _cell(point: Point, cells: int) -> Cell:
    return round(point[1] * cells), round(point[0] * cells)


@cache
def _free(projection: Projection) -> frozenset[Cell]:
    """The cells of the region that are land and that no border runs through."""
    cells = CELLS[projection.name]
    south, north, west, east = REGION
    paths = read_paths(projection)
    borders = {cell for line in paths["borders"] for cell in _touched(projection, line, cells)}
    free = set()
    for row in range(round(south * cells), round(north * cells) + 1):
        y = projection.project(row / cells, 0)[1]
        crossings = sorted(_crossings(paths["land"], y))
        for column in range(round(west * cells), round(east * cells) + 1):
            x = projection.project(row / cells, column / cells)[0]
            if sum(crossing < x for crossing in crossings) % 2 and (column, row) not in borders:
                free.add((column, row))
    return frozenset(free)


def _crossings(rings: list[list[Point]], y: float) -> Iterator[float]:
    """Where the outlines of the land cross a horizontal line."""
    for ring in rings:
        for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
            if (y1 > y) != (y2 > y):
                yield x1 + (y - y1) / (y2 - y1) * (x2 - x1)


def _touched(projection: Projection, line: list[Point], cells: int) -> Iterator[Cell]:
    """The cells that a border runs through, without a gap between neighbours."""
    south, north, west, east = REGION
    left, top = projection.project(north, west - 10)
    right, bottom = projection.project(south, east + 10)
    for (x1, y1), (x2, y2) in itertools.pairwise(line):
        if not (left <= x1 <= right and top <= y1 <= bottom):
            continue
        steps = max(1, round(max(abs(x2 - x1), abs(y2 - y1)) * 3 * cells * 360 / projection.width))
        for step in range(steps + 1):
            point = x1 + (x2 - x1) * step / steps, y1 + (y2 - y1) * step / steps
            column, row = _cell(_unproject(projection, point), cells)
            yield from ((column, row), (column + 1, row), (column, row + 1))


def _unproject(projection: Projection, point: Point) -> Point:
    """Latitude and longitude of a point of a file, by halving."""
    low, high = projection.south, projection.north
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (middle, high) if projection.project(middle, 0)[1] > point[1] else (low, middle)
    unit = projection.project(low, 1.0)[0] - projection.width / 2
    return low, (point[0] - projection.width / 2) / unit


def test_neighbours_across_the_antimeridian() -> None:
    """They are shown as near as they are; what is spread around the globe is shown on the whole of it."""
    places = [(-17.0, 179.0), (-18.0, -179.0)]
    assert fitted(places, 400, 300) == fitted_or_world(places, 400, 300)
    for far in ([], [(0.0, -80.0), (0.0, 60.0)], [(0.0, 0.0), (0.0, 120.0), (0.0, -120.0)]):
        assert world(400) == fitted_or_world(far, 400, 300)
