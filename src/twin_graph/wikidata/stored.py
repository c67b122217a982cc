"""Answers whose rows stay on the disk until somebody goes through them, and are forgotten afterwards.

An archive about all cities has millions of rows; what is made of them is far smaller. Which lines count and what a
body holds is `archive`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import overload

from rdflib.term import Node

from twin_graph.wikidata.archive import Line, answer_of, lines_that_count, read_head, rows_of
from twin_graph.wikidata.model import Answer

Row = Mapping[str, Node]


class StoredRows(Sequence[Row]):
    """The rows of one answer, read anew each time that they are gone through."""

    def __init__(self, folder: Path, line: Line) -> None:
        self._folder, self._line = folder, line

    def __iter__(self) -> Iterator[Row]:
        return iter(rows_of(self._folder, self._line))

    def __len__(self) -> int:
        return len(rows_of(self._folder, self._line))

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | Sequence[Row]:
        return rows_of(self._folder, self._line)[place]


def stored_answers(folder: Path) -> Iterator[Answer]:
    """The answers of an archive as `archive.read_answers` gives them, without keeping their rows in memory.

    Raises:
        ArchiveMissing: there is no archive here.
        ArchiveDamaged: a line is not what it should be; a body that is not shows when its rows are gone through.
    """
    endpoint = str(read_head(folder).content.get("endpoint", ""))
    for line, items in lines_that_count(folder):
        yield answer_of(line, endpoint, items, StoredRows(folder, line))
