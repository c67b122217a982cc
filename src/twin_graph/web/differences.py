"""Where the claims about one thing disagree: their table with the differing cells marked.

Compares what each source says with what the others say, column by column. Says nothing of who is right, and a
source that says nothing of a column disagrees with nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rdflib import URIRef

from twin_graph.standing import ONLY_LISTED
from twin_graph.web.panels import Panel
from twin_graph.web.values import Value, local_name

COMPARED = ("relation", "since", "until", "status")
SIGN = " ≠"


@dataclass(frozen=True)
class Differences:
    """A panel whose differing cells are marked, and the headings of their columns."""

    panel: Panel
    headings: tuple[str, ...]


def mark(panel: Panel) -> Differences:
    """The table of claims with a sign and the style `differs` where two sources contradict each other."""
    numbers = [
        number
        for number, column in enumerate(panel.columns)
        if column.name in COMPARED and _differ(row.cells[number] for row in panel.rows)
    ]
    if not numbers:
        return Differences(panel, ())
    rows = tuple(replace(row, cells=_marked(row.cells, numbers)) for row in panel.rows)
    return Differences(replace(panel, rows=rows), tuple(panel.columns[number].heading for number in numbers))


def _differ(cells: Iterable[Sequence[Value]]) -> bool:
    """Whether two cells say what cannot be true at once: a longer date may be within a shorter one."""
    found = sorted({text for cell in cells for value in cell if (text := _said(value))}, key=len)
    return any(
        not longer.startswith(shorter)
        for number, shorter in enumerate(found)
        for longer in found[number + 1 :]
    )


def _said(value: Value) -> str:
    text = local_name(str(value.term)) if isinstance(value.term, URIRef) else str(value.term)
    # What only says that a link is listed is no type of relation that another one could contradict.
    return "" if text in ONLY_LISTED else text.rstrip("~?%")


def _marked(cells: tuple[tuple[Value, ...], ...], numbers: Sequence[int]) -> tuple[tuple[Value, ...], ...]:
    return tuple(
        tuple(_signed(value) for value in cell) if number in numbers else cell
        for number, cell in enumerate(cells)
    )


def _signed(value: Value) -> Value:
    if not _said(value):
        return value
    return replace(value, title=value.title + SIGN, mark=f"{value.mark} differs".strip())
