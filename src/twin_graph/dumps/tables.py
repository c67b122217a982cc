"""The tables that are offered as files: what their rows and columns are, and the rows of a snapshot.

A table has a row for each thing of its classes; one of two columns has a row for each value of the second. The latter
say what a column with several values, which is for people, cannot say to programs. Tables and columns are rows of
`tables.csv` and `columns.csv`; another column needs a line there and no code. How rows are written as files is
`sheets`; what a column means is said to programs by `csvw`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rdflib import RDF

from twin_graph.graphs import Value, read_things
from twin_graph.namespaces import PREFIXES
from twin_graph.snapshot import Snapshot
from twin_graph.workspace import LANGUAGES

ANY = "*"  # a text in whatever language it has
THING = "IRI"  # the datatype of cells that name a thing
_FOLDER = Path(__file__).parent
_TYPE = str(RDF.type)
Row = list[str]


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        property: its IRI; empty for the thing that the row is about.
        datatype: of its cells: a name of XML Schema's, or `IRI` of those that name a thing.
        language: of texts that have one; `*` for any.
        references: the table that has a row about the cell, or nothing.
        separator: between several values; where it is empty the first value stands for all.
        titles: for people, by language.
    """

    name: str
    property: str
    datatype: str
    language: str
    references: str
    separator: str
    titles: Mapping[str, str]

    def holds(self, language: str | None) -> bool:
        """Whether a value of a language belongs into a cell of this column."""
        return self.language in ("", ANY, language)


@dataclass(frozen=True)
class Table:
    """One table: the classes of what its rows are about, titles by language, and columns."""

    name: str
    about: tuple[str, ...]
    titles: Mapping[str, str]
    columns: tuple[Column, ...]

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that tell rows apart."""
        return tuple(column.name for column in (self.columns if self.is_list else self.columns[:1]))

    @property
    def is_list(self) -> bool:
        """Whether it has a row for each value of its second and last column."""
        return len(self.columns) == 2

    def rows(self, subject: str, values: Mapping[str, list[Value]]) -> Iterator[Row]:
        """The rows about a thing, from its values by property."""
        if self.is_list:
            yield from ([subject, text] for text in _texts(self.columns[1], values))
        else:
            cells = (list(_texts(column, values)) for column in self.columns[1:])
            yield [subject, *map(_cell, self.columns[1:], cells)]


@cache
def tables() -> tuple[Table, ...]:
    """All tables, in the order in which they are offered."""
    columns: dict[str, list[Column]] = {}
    for row in _read("columns"):
        plain = {name: row[name] for name in ("datatype", "language", "references", "separator")}
        column = Column(row["column"], _iri(row["property"]), titles=_titles(row), **plain)
        columns.setdefault(row["table"], []).append(column)
    return tuple(
        Table(
            row["table"], tuple(map(_iri, row["about"].split())), _titles(row), tuple(columns[row["table"]])
        )
        for row in _read("tables")
    )


def read_rows(snapshot: Snapshot, chosen: Iterable[Table]) -> Iterator[tuple[Table, Row]]:
    """The rows of tables in the order of the sorted dump, which has all statements of a thing side by side."""
    by_class: dict[str, list[Table]] = {}
    for table in chosen:
        for name in table.about:
            by_class.setdefault(name, []).append(table)
    for subject, values in read_things(snapshot.dump_path, snapshot.hidden):
        types = dict.fromkeys(values.get(_TYPE, ()))
        found = {table.name: table for name, _ in types for table in by_class.get(name, ())}
        for table in found.values():
            # What the table says already of all its rows.
            others = [each for each in types if each[0] not in table.about]
            for row in table.rows(subject, {**values, _TYPE: others}):
                yield table, row


def _texts(column: Column, values: Mapping[str, list[Value]]) -> Iterator[str]:
    """The values of a cell, each once, in their order."""
    held = values.get(column.property, ())
    yield from dict.fromkeys(text for text, language in held if column.holds(language))


def _cell(column: Column, texts: list[str]) -> str:
    return column.separator.join(texts) if column.separator else next(iter(texts), "")


def _titles(row: Mapping[str, str]) -> Mapping[str, str]:
    return {language: row[f"title_{language}"] for language in LANGUAGES}


def _iri(short: str) -> str:
    prefix, colon, name = short.partition(":")
    return PREFIXES[prefix] + name if colon else ""


def _read(name: str) -> list[dict[str, str]]:
    with (_FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
