"""Which function reads a file of tables, by its ending: ours for CSV and workbooks, and what packages add.

A package that is installed beside the program adds a format by an entry point of the group `twin_graph.tables`: its
name is the ending without the dot, its value a function that takes a path and the path as people know it, and gives
tables (`tables.make_table`). `docs/write-a-plug-in.md` has one. Reading itself is `tables`, and what a plug-in does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import entry_points
from pathlib import Path

from twin_graph.sources.tables import Table, read_csv, read_workbook

GROUP = "twin_graph.tables"
SINGLE = ".csv"  # a file is one table and has its name; every other format is a book of tables
Reader = Callable[[Path, str], Iterable[Table]]


def find_readers() -> dict[str, Reader]:
    """The reader of each ending that is understood; what a package adds does not replace ours."""
    added = {f".{entry.name.lower()}": _guarded(entry.load) for entry in entry_points(group=GROUP)}
    return {**added, SINGLE: _read_single, ".xlsx": read_workbook}


def _read_single(path: Path, shown: str) -> Iterator[Table]:
    yield read_csv(path, shown)


def _guarded(load: Callable[[], Reader]) -> Reader:
    """A reader of somebody else: whatever it stumbles over is a problem of the file, with its place."""

    def read(path: Path, shown: str) -> list[Table]:
        try:
            return list(load()(path, shown))
        except Exception as cause:
            broken = Table(path.stem, shown)
            broken.fail(f"the file cannot be read ({cause})", "look at it with the program that made it")
            return [broken]

    return read
