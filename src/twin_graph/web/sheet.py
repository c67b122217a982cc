"""How the partners of a city are set on one sheet of A4: in which size, in how many columns, and how many fit.

Widths are estimated, as those of the names on maps are. Draws nothing: sizes and columns are classes of `office.css`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from twin_graph.pictures.labels import width_of
from twin_graph.web.panels import Panel, PanelRow
from twin_graph.web.values import Value

_WIDTH, _GAP = 718, 23  # pixels between the margins of the sheet, and between two columns
_MOST_LINES = 3  # of a cell; the style sheet cuts what is longer
_BROADER = 1.2  # words do not fill their lines, and names are bold
# Parts of a row for a city, its country, the mark of the relation, the year, the status.
_PARTS = {"party": 0.38, "country": 0.26, "relation": 0.05, "since": 0.09, "status": 0.22}


@dataclass(frozen=True)
class Layout:
    """One way to set the table.

    Attributes:
        name: its class.
        columns: how many stand side by side.
        points: size of the letters.
        height: pixels of a column, for a part of the sheet that leaves enough to the map.
        most_cells: of a row, for which it has room.
    """

    name: str
    columns: int
    points: float
    height: int
    most_cells: int = 5


# The first in which all rows have room is taken, else the last.
LAYOUTS = (
    Layout("large", 1, 10, 330),
    Layout("medium", 2, 8.6, 460),
    Layout("small", 2, 7.2, 640),
    Layout("dense", 3, 7.2, 670, 3),
)


def layout_of(panel: Panel) -> tuple[Layout, int]:
    """How to set a table, and how many of its rows fit."""
    possible = [each for each in LAYOUTS if len(panel.columns) <= each.most_cells]
    for layout in possible:
        if (fitting := _fitting(panel, layout)) == len(panel.rows):
            break
    return layout, fitting


def marks_of(panel: Panel, name: str) -> list[Value]:
    """The different values of a column, for the legend of their marks."""
    place = next((place for place, column in enumerate(panel.columns) if column.name == name), None)
    values = [] if place is None else [value for row in panel.rows for value in row.cells[place]]
    return list({value.mark: value for value in values}.values())


def _fitting(panel: Panel, layout: Layout) -> int:
    """How many rows fit. Columns end at the same height, to the height of one row."""
    heights = [_height(panel, row, layout) for row in panel.rows]
    room = layout.columns * layout.height
    used = 2.4 * layout.points * 4 / 3  # the heads of the columns
    for number, height in enumerate(heights):
        used += height
        if used + (layout.columns - 1) * max(heights[: number + 1]) > room:
            return number
    return len(heights)


def _height(panel: Panel, row: PanelRow, layout: Layout) -> float:
    wide = (_WIDTH - (layout.columns - 1) * _GAP) / layout.columns
    whole = sum(_PARTS.get(column.name, 0) for column in panel.columns) or 1
    size = layout.points * 4 / 3
    lines = 1
    for column, cell in zip(panel.columns, row.cells, strict=True):
        room = wide * _PARTS.get(column.name, 0.1) / whole - size
        if column.name not in ("relation", "since"):
            lines = max(lines, ceil(_BROADER * width_of(_text(cell), size) / max(room, size)))
    return 1.2 * size * min(lines, _MOST_LINES) + 4


def _text(cell: Sequence[Value]) -> str:
    return ", ".join(" · ".join([str(value.title), *(text.text for text in value.beside)]) for value in cell)
