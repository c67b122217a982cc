"""The folders of a workspace as sources: which tables they hold, corrected, in order of precedence.

data/*.csv               the source `shared`
data/lublin/*.csv        the source `register-lublin`, because it has a table `register`
data/lviv.xlsx           the same in one workbook, a sheet per table: `register-lviv`; so are files of other formats
                         that a plug-in reads (`readers`)
data/world/*.csv         the source `world`: no register, so every register comes before it
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from twin_graph import iris
from twin_graph.findings import Finding, SourceRef, problem
from twin_graph.kinds import BY_TABLE, Kind
from twin_graph.sources.columns import KEY_COLUMN, TYPE_COLUMN, Vocabulary
from twin_graph.sources.readers import SINGLE, Reader, find_readers
from twin_graph.sources.tables import Row, Table
from twin_graph.workspace import Publication, Workspace

SHARED = "shared"
RETIRED = "retired"
CORRECTIONS = "corrections"
WATCH = "watch"  # read by `compare`, which puts what it names on the list for review
PARTIES = "parties"
_OWN_COLUMNS = {
    RETIRED: ("kind", "key", "replaced_by", "on", "reason"),
    CORRECTIONS: ("table", "key", "column", "was", "is", "reason"),
    WATCH: ("country", "other", "reason_en", "reason_pl", "reason_uk"),
}
_ROW, _REMOVE = "*", "-"
# Graphs that a build makes itself; a folder cannot have their names.
MADE = ("derived", "ontology", "metadata", "wikidata")
RESERVED = (SHARED, *MADE)
# Tables that other programs write and that are not read here.
_OTHER_SPREADSHEETS = (".xls", ".xlsm", ".xlsb", ".ods", ".numbers")


@dataclass
class Source:
    """All rows of one folder; its statements become one named graph of the same name.

    Attributes:
        watched: pairs of countries to look at; they say nothing about the graph.
        unread: kinds of which not everything could be read.
        removed: table and name (`row_key`) of the rows that corrections removed.
        additions: rows of things that other rows own; they say more about them and name nothing.
    """

    name: str
    rows: list[Row] = field(default_factory=list)
    retired: list[Row] = field(default_factory=list)
    watched: list[Row] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    removed: set[tuple[str, str]] = field(default_factory=set)
    additions: list[Row] = field(default_factory=list)

    @property
    def register(self) -> Row | None:
        """The row that describes the register, for sources that are one."""
        return next((row for row in self.rows if row.table == "register"), None)

    def table(self, name: str) -> list[Row]:
        """The rows of one table."""
        return [row for row in self.rows if row.table == name]


def read_sources(workspace: Workspace, publication: Publication, vocabulary: Vocabulary) -> list[Source]:
    """All sources of a workspace, the one that takes precedence first."""
    readers = find_readers()
    books = tuple(suffix for suffix in readers if suffix != SINGLE)
    found = {SHARED: _read(SHARED, _files(workspace.data, SINGLE), workspace, vocabulary, readers)}
    folders = sorted(
        path for path in workspace.data.iterdir() if path.is_dir() and not path.name.startswith(".")
    )
    parts = [(folder.name, folder, _files(folder, *readers)) for folder in folders]
    parts += [(book.stem, book, [book]) for book in _files(workspace.data, *books)]
    for folder in (workspace.data, *folders):
        _refuse_others(folder, found[SHARED], workspace, readers)
    for name, path, files in parts:
        if files and _accept_name(name, path, found, workspace):
            found[name] = _read(name, files, workspace, vocabulary, readers)
    _check_order(found, publication, workspace)
    _check_graphs(found, publication, workspace)
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


def _files(folder: Path, *suffixes: str) -> list[Path]:
    """The files with one of the endings, in capitals too; `~$` begins the lock of an open workbook."""
    found = (path for path in folder.iterdir() if path.suffix.lower() in suffixes)
    return sorted(path for path in found if not path.name.startswith(("~$", ".")))


def _accept_name(name: str, path: Path, found: dict[str, Source], workspace: Workspace) -> bool:
    where, shared = SourceRef(workspace.relative(path)), found[SHARED]
    if not iris.is_key(name) or name in RESERVED:
        message, hint = f"“{name}” cannot be the name of a source", "use another name, of a-z, 0-9 and -"
        shared.findings.append(problem(where, message, hint, "reading"))
        shared.unread.update(kind.name for kind in BY_TABLE.values())
    elif name in found:
        message, hint = f"there is also a folder {name}/", "keep one of the two"
        shared.findings.append(problem(where, message, hint, "reading"))
    else:
        return True
    return False


def _refuse_others(folder: Path, shared: Source, workspace: Workspace, readers: Iterable[str]) -> None:
    for path in _files(folder, *set(_OTHER_SPREADSHEETS).difference(readers)):
        where, hint = SourceRef(workspace.relative(path)), "save it as .xlsx or CSV, and take this file away"
        shared.findings.append(problem(where, "this kind of spreadsheet is not read", hint, "reading"))
        shared.unread.update(kind.name for kind in BY_TABLE.values())


def _check_order(found: dict[str, Source], publication: Publication, workspace: Workspace) -> None:
    for name in publication.registers:
        if name not in found:
            where = SourceRef(workspace.relative(workspace.data / "publication.toml"), None, "registers")
            message, hint = f"there is no folder data/{name}/", "correct the list"
            found[SHARED].findings.append(problem(where, message, hint, "reading"))


def _check_graphs(found: dict[str, Source], publication: Publication, workspace: Workspace) -> None:
    """A misspelt entry of `[graphs]` would lose a licence; one of a folder that is not there loses nothing."""
    if any("register" in source.unread for source in found.values()):
        return  # the names of the graphs are not certain
    known = sorted((*(source.name for source in found.values()), *MADE))
    path = workspace.relative(workspace.data / "publication.toml")
    for name in publication.graphs:
        meant = [found[name].name] if name in found else _near(name, known)
        if name not in known and meant:
            where = SourceRef(path, None, f"graphs.{name}")
            hint = f"did you mean “{meant[0]}”? the graphs are {', '.join(known)}"
            found[SHARED].findings.append(problem(where, f"there is no graph “{name}”", hint, "reading"))


def _read(
    name: str,
    files: list[Path],
    workspace: Workspace,
    vocabulary: Vocabulary,
    readers: Mapping[str, Reader],
) -> Source:
    source = Source(name)
    tables = list(_tables(files, workspace, readers))
    for table in tables:
        _check_columns(table, vocabulary)
        source.findings.extend(table.findings)
        source.unread.update(_unread(table, readers))
        if table.name == RETIRED:
            source.retired.extend(table.rows)
        elif table.name == WATCH:
            source.watched.extend(table.rows)
        elif table.name in BY_TABLE:
            source.rows.extend(table.rows)
    if corrections := [row for table in tables if table.name == CORRECTIONS for row in table.rows]:
        _correct(source, corrections, vocabulary)
    for row in source.table("register")[1:]:
        message, hint = "register.csv has one row", "make a folder for each register"
        source.findings.append(problem(row.where, message, hint, "reading"))
    listed = source.table("partnerships")
    if source.register is not None:
        source.name = source_name(name)
    elif listed and "register" not in source.unread:
        message = "partnerships are listed here, but the table register has no row"
        hint = "write one row into register.csv that says whose register this is"
        source.findings.append(problem(listed[0].where, message, hint, "reading"))
    return source


def _tables(files: Iterable[Path], workspace: Workspace, readers: Mapping[str, Reader]) -> Iterator[Table]:
    for path in files:
        yield from readers[path.suffix.lower()](path, workspace.relative(path))


def _unread(table: Table, readers: Iterable[str]) -> set[str]:
    """The kinds whose rows may be missing because of what was wrong with a table."""
    if not table.findings:
        return set()
    if table.name in BY_TABLE:
        return {BY_TABLE[table.name].name}
    if table.path.lower().endswith(tuple(suffix for suffix in readers if suffix != SINGLE)):
        return {kind.name for kind in BY_TABLE.values()}
    return {BY_TABLE[name].name for name in _near(table.name, BY_TABLE)}


def _near(name: str, known: Iterable[str]) -> list[str]:
    return difflib.get_close_matches(name.lower(), list(known), n=1)


def _columns(kind: Kind, vocabulary: Vocabulary) -> tuple[str, ...]:
    """The columns that a table of a kind may have."""
    special = (KEY_COLUMN, TYPE_COLUMN) if len(vocabulary.classes(kind)) > 1 else (KEY_COLUMN,)
    return (*special, *vocabulary.columns(kind))


def _check_columns(table: Table, vocabulary: Vocabulary) -> None:
    if not table.header:
        return
    if table.name in _OWN_COLUMNS:
        known: tuple[str, ...] = _OWN_COLUMNS[table.name]
        required = known[:2]
        fragile = True
    elif table.name in BY_TABLE:
        kind = BY_TABLE[table.name]
        known = _columns(kind, vocabulary)
        required = () if kind.part_of else (KEY_COLUMN,)
        fragile = bool(kind.part_of)
    else:
        tables = sorted((*BY_TABLE, *_OWN_COLUMNS))
        near = _near(table.name, tables)
        hint = f"did you mean “{near[0]}”?" if near else f"the tables are {', '.join(tables)}"
        table.fail(f"“{table.name}” is not a table", hint)
        return
    unknown = [name for name in table.header if name and name not in known]
    for name in unknown:
        table.fail("the column is not known", _column_hint(name, known), 1, name)
    missing = [name for name in required if name not in table.header]
    for name in missing:
        table.fail("the column is missing", "add it; every row needs a value there", 1, name)
    if missing or (unknown and fragile):
        table.rows.clear()  # each row would be wrong in the same way


def _column_hint(name: str, known: Iterable[str]) -> str:
    near = _near(name, known)
    return f"did you mean “{near[0]}”?" if near else "see data/README.md for the columns of this table"


def _correct(source: Source, corrections: list[Row], vocabulary: Vocabulary) -> None:
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
        flaw = _flaw(correction, len(positions), vocabulary)
        if flaw is None:
            _apply(source, positions[0], correction, removed)
        elif positions or not source.unread:
            source.findings.append(flaw)
    gone = (source.rows[position] for position in removed)
    source.removed = {(row.table, row_key(BY_TABLE[row.table], row)) for row in gone}
    source.rows = [row for position, row in enumerate(source.rows) if position not in removed]


def _flaw(correction: Row, count: int, vocabulary: Vocabulary) -> Finding | None:
    """Why a correction cannot be applied to the `count` rows that have its key."""
    cells = correction.cells
    table, column = cells.get("table", ""), cells.get("column", "")
    if count != 1:
        message = f"{f'{count} rows have' if count else 'no row has'} this key in the table “{table}”"
        return problem(correction.at("key"), message, "correct or delete the row", "reading")
    known = _columns(BY_TABLE[table], vocabulary)
    if column == _ROW and cells.get("is") != _REMOVE:
        message = f"a whole row can only be removed, by “{_REMOVE}” in this column"
        return problem(correction.at("is"), message, "name the column that is wrong", "reading")
    if column != _ROW and column not in known:
        message = f"“{column}” is not a column of {table}"
        return problem(correction.at("column"), message, _column_hint(column, known), "reading")
    return None


def _apply(source: Source, position: int, correction: Row, removed: set[int]) -> None:
    row, cells = source.rows[position], correction.cells
    column, was, becomes = cells.get("column", ""), cells.get("was", ""), cells.get("is", "")
    if column == _ROW:
        removed.add(position)
        return
    if row.cells.get(column, "") != was:
        message = f"the cell holds “{row.cells.get(column, '')}”, not “{was}”"
        hint = "the source has changed: check whether the correction is still needed"
        source.findings.append(problem(correction.at("was"), message, hint, "reading"))
        return
    changed = {name: cell for name, cell in {**row.cells, column: becomes}.items() if cell}
    source.rows[position] = Row(row.table, changed, row.where)
