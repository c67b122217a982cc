"""The folders of a workspace as sources: which tables they hold, corrected, in order of precedence.

data/*.csv               the source `shared`
data/lublin/*.csv        the source `register-lublin`, because it has a table `register`
data/lviv.xlsx           the same in one workbook, a sheet per table: `register-lviv`
data/world/*.csv         the source `world`: no register, so every register comes before it
"""

from __future__ import annotations

import csv
import difflib
import hashlib
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from twin_graph import iris
from twin_graph.findings import Finding, SourceRef, problem
from twin_graph.kinds import BY_TABLE, Kind
from twin_graph.sources.columns import KEY_COLUMN, TYPE_COLUMN, Vocabulary
from twin_graph.sources.tables import Row, Table, read_csv, read_workbook
from twin_graph.workspace import Publication, Workspace

SHARED = "shared"
RETIRED = "retired"
CORRECTIONS = "corrections"
PARTIES = "parties"
_OWN_COLUMNS = {
    RETIRED: ("kind", "key", "replaced_by", "on", "reason"),
    CORRECTIONS: ("table", "key", "column", "was", "is", "reason"),
}
_REMOVE = "-"


@dataclass
class Source:
    """All rows of one folder; its statements become one named graph of the same name."""

    name: str
    rows: list[Row] = field(default_factory=list)
    retired: list[Row] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def register(self) -> Row | None:
        """The row that describes the register, for sources that are one."""
        return next((row for row in self.rows if row.table == "register"), None)

    def table(self, name: str) -> list[Row]:
        """The rows of one table."""
        return [row for row in self.rows if row.table == name]

    def digest(self) -> str:
        """A hash of the content that does not depend on the order of rows or on where they stand."""
        lines = sorted(repr((row.table, sorted(row.cells.items()))) for row in self.rows)
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def read_sources(workspace: Workspace, publication: Publication, vocabulary: Vocabulary) -> list[Source]:
    """All sources of a workspace, the one that takes precedence first."""
    found = {SHARED: _read(SHARED, sorted(workspace.data.glob("*.csv")), workspace, vocabulary)}
    folders = sorted(
        path for path in workspace.data.iterdir() if path.is_dir() and not path.name.startswith(".")
    )
    for folder in folders:
        files = sorted(path for path in folder.iterdir() if path.suffix in (".csv", ".xlsx"))
        if files:
            found[folder.name] = _read(folder.name, files, workspace, vocabulary)
    for book in sorted(workspace.data.glob("*.xlsx")):
        if book.stem in found:
            where = SourceRef(workspace.relative(book))
            hint = "keep one of the two"
            found[book.stem].findings.append(
                problem(where, f"there is also a folder {book.stem}/", hint, "reading")
            )
        elif not book.name.startswith("~$"):
            found[book.stem] = _read(book.stem, [book], workspace, vocabulary)
    _check_order(found, publication, workspace)
    return sorted(found.values(), key=lambda source: _precedence(source, publication))


def source_name(folder: str) -> str:
    """Name of the source, and of the graph, of a register's folder.

    >>> source_name("lublin")
    'register-lublin'
    """
    return f"register-{folder}"


def row_key(kind: Kind, row: Row) -> str:
    """What names a row in `corrections.csv`: its key, or what a fragment is made of, joined by `|`."""
    if not kind.part_of:
        return row.cells.get(KEY_COLUMN, "")
    parent = next((row.cells[name] for name in (*kind.part_of, PARTIES) if name in row.cells), "")
    own = [row.cells.get(name, "") for name in kind.keyed_by]
    return "|".join([parent, *own, *([row.cells[KEY_COLUMN]] if KEY_COLUMN in row.cells else [])])


def _precedence(source: Source, publication: Publication) -> tuple[int, int, str]:
    if source.name == SHARED:
        return (0, 0, "")
    order = [source_name(name) for name in publication.registers]
    place = order.index(source.name) if source.name in order else len(order)
    return (1 if source.register else 2, place, source.name)


def _check_order(found: dict[str, Source], publication: Publication, workspace: Workspace) -> None:
    for name in publication.registers:
        if name not in found:
            where = SourceRef(workspace.relative(workspace.data / "publication.toml"), None, "registers")
            message, hint = f"there is no folder data/{name}/", "correct the list"
            found[SHARED].findings.append(problem(where, message, hint, "reading"))


def _read(name: str, files: list[Path], workspace: Workspace, vocabulary: Vocabulary) -> Source:
    source = Source(name)
    if not iris.is_key(name):
        where = SourceRef(workspace.relative(files[0].parent if files else workspace.data))
        source.findings.append(
            problem(where, f"“{name}” cannot be the name of a source", "use a-z, 0-9 and -")
        )
        return source
    tables = list(_tables(files, workspace))
    corrections = [row for table in tables if table.name == CORRECTIONS for row in table.rows]
    for table in tables:
        _check_columns(table, vocabulary)
        source.findings.extend(table.findings)
        if table.name == RETIRED:
            source.retired.extend(table.rows)
        elif table.name in BY_TABLE and not table.findings:
            source.rows.extend(table.rows)
    if corrections:
        _correct(source, corrections)
    if source.register is not None:
        source.name = source_name(name)
    return source


def _tables(files: Iterable[Path], workspace: Workspace) -> Iterator[Table]:
    for path in files:
        shown = workspace.relative(path)
        if path.suffix == ".csv":
            yield read_csv(path, shown)
        elif not path.name.startswith("~$"):
            yield from read_workbook(path, shown)


def _check_columns(table: Table, vocabulary: Vocabulary) -> None:
    if not table.header:
        return
    if table.name in _OWN_COLUMNS:
        known: tuple[str, ...] = _OWN_COLUMNS[table.name]
        required = known[:2]
    elif table.name in BY_TABLE:
        kind = BY_TABLE[table.name]
        special = (KEY_COLUMN, TYPE_COLUMN) if len(vocabulary.classes(kind)) > 1 else (KEY_COLUMN,)
        known = (*special, *vocabulary.columns(kind))
        required = () if kind.part_of else (KEY_COLUMN,)
    else:
        tables = sorted((*BY_TABLE, *_OWN_COLUMNS))
        near = difflib.get_close_matches(table.name, tables, n=1)
        hint = f"did you mean “{near[0]}”?" if near else f"the tables are {', '.join(tables)}"
        table.fail(f"“{table.name}” is not a table", hint)
        return
    for name in table.header:
        if name and name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = (
                f"did you mean “{near[0]}”?" if near else "see data/README.md for the columns of this table"
            )
            table.fail("the column is not known", hint, 1, name)
    for name in required:
        if name not in table.header:
            table.fail("the column is missing", "add it; every row needs a value there", 1, name)


def _correct(source: Source, corrections: list[Row]) -> None:
    index: dict[tuple[str, str], list[int]] = {}
    wanted = {(row.cells.get("table", ""), row.cells.get("key", "")) for row in corrections}
    for position, row in enumerate(source.rows):
        name = (row.table, row_key(BY_TABLE[row.table], row))
        if name in wanted:
            index.setdefault(name, []).append(position)
    removed: set[int] = set()
    for correction in corrections:
        cells = correction.cells
        positions = index.get((cells.get("table", ""), cells.get("key", "")), [])
        if len(positions) != 1:
            found = "no row has" if not positions else f"{len(positions)} rows have"
            message = f"{found} this key in the table “{cells.get('table', '')}”"
            source.findings.append(
                problem(correction.at("key"), message, "correct or delete the row", "reading")
            )
            continue
        _apply(source, positions[0], correction, removed)
    source.rows = [row for position, row in enumerate(source.rows) if position not in removed]


def _apply(source: Source, position: int, correction: Row, removed: set[int]) -> None:
    row, cells = source.rows[position], correction.cells
    column, was, becomes = cells.get("column", ""), cells.get("was", ""), cells.get("is", "")
    if column == "*" and becomes == _REMOVE:
        removed.add(position)
        return
    if row.cells.get(column, "") != was:
        message = f"the cell holds “{row.cells.get(column, '')}”, not “{was}”"
        hint = "the source has changed: check whether the correction is still needed"
        source.findings.append(problem(correction.at("was"), message, hint, "reading"))
        return
    changed = {name: cell for name, cell in {**row.cells, column: becomes}.items() if cell}
    source.rows[position] = Row(row.table, changed, row.where)


def write_rows(rows: Iterable[dict[str, str]], header: tuple[str, ...]) -> str:
    """Rows as the text of a CSV file in the form that the guides recommend."""
    text = io.StringIO()
    writer = csv.DictWriter(text, header, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
