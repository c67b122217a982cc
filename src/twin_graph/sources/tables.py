"""Read a CSV file or a workbook into rows of text, as a spreadsheet meant it.

Every problem is a finding with file, line and column, and reading goes on where it can. Knows nothing of what
a column means.
"""

from __future__ import annotations

import csv
import io
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl

from twin_graph.findings import Finding, SourceRef, problem

LONGEST_CELL = 20_000
LONGEST_LINE = 200_000
_DELIMITERS = (",", ";", "\t")
_AS_UTF8 = "save it again as “CSV UTF-8 (comma delimited)”"


@dataclass(frozen=True)
class Row:
    """One row of a table: the cells that are not empty, by column, and where it stands."""

    table: str
    cells: dict[str, str]
    where: SourceRef

    def at(self, column: str) -> SourceRef:
        """The place of one cell."""
        return SourceRef(self.where.path, self.where.line, column)


@dataclass
class Table:
    """The rows of one file or sheet, its header, and what was wrong with it."""

    name: str
    path: str
    header: tuple[str, ...] = ()
    rows: list[Row] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def fail(self, message: str, hint: str, line: int | None = None, column: str | None = None) -> None:
        """Note a problem at a place of this table."""
        self.findings.append(problem(SourceRef(self.path, line, column), message, hint, "reading"))


def read_csv(path: Path, shown: str) -> Table:
    """The table of a CSV file; `shown` is its path as people know it.

    A byte order mark, CRLF line ends, and semicolons or tabs between the cells are understood.
    """
    table = Table(path.stem, shown)
    try:
        data = path.read_bytes()
    except OSError as cause:
        table.fail(f"the file cannot be read ({cause.strerror})", "is it a file, and may it be read?")
        return table
    text = _decode(data, table)
    if text is None:
        return table
    _check_lines(text, table)
    if table.findings:
        return table
    records = _records(text, _delimiter(text), table)
    _fill(table, records)
    return table


def read_workbook(path: Path, shown: str) -> list[Table]:
    """The tables of a workbook (.xlsx), one per sheet; the sheet's name is the table's."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about formatting, which is not read
            with (
                closing(openpyxl.load_workbook(path, read_only=True, data_only=True)) as book,
                closing(openpyxl.load_workbook(path, read_only=True)) as formulas,
            ):
                return [_sheet(sheet, formulas[sheet.title], shown) for sheet in book.worksheets]
    except Exception as cause:  # a damaged file makes the library stumble in many ways
        broken = Table(path.stem, shown)
        broken.fail(f"is not a workbook ({cause})", "save it again as “Excel workbook (.xlsx)”")
        return [broken]


def make_table(name: str, shown: str, records: Iterable[tuple[int, Sequence[str]]]) -> Table:
    """The table of rows of text that a reader of another format has found, each with its line.

    The first row that is not empty is the header; what is wrong with a row is noted in the table.
    """
    table = Table(name.strip().lower(), shown)
    _fill(table, records, ragged=True)
    return table


def _sheet(sheet: Any, formulas: Any, shown: str) -> Table:
    """The table of a sheet; `formulas` is the same sheet with what was typed instead of what it gives."""
    table = Table(sheet.title.strip().lower(), f"{shown}[{sheet.title}]")
    sheet.reset_dimensions()  # some programs write a wrong size
    formulas.reset_dimensions()
    flaws: list[tuple[int, int, str]] = []
    records: list[tuple[int, list[str]]] = []
    for line, (values, typed) in enumerate(
        zip(sheet.iter_rows(), formulas.iter_rows(), strict=True), start=1
    ):
        for position, (value, source) in enumerate(zip(values, typed, strict=True)):
            if value.data_type == "e":
                flaws.append((line, position, f"the cell holds the error {value.value}"))
            elif source.data_type == "f" and value.value is None:
                flaws.append((line, position, "the cell holds a formula that was never computed"))
        records.append(
            (line, ["" if value.data_type == "e" else _cell_text(value.value) for value in values])
        )
    _fill(table, records, ragged=True)
    for line, position, message in flaws:
        column = table.header[position] if position < len(table.header) else None
        table.fail(message, "write the value itself into the cell", line, column)
    return table


def _decode(data: bytes, table: Table) -> str | None:
    if not data.strip():
        table.fail("the file is empty", "write a header row, or delete the file")
        return None
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        table.fail("the file is UTF-16, not UTF-8", _AS_UTF8, 1)
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as cause:
        line = data.count(b"\n", 0, cause.start) + 1
        table.fail(f"the file is not UTF-8 (byte 0x{data[cause.start]:02x})", _AS_UTF8, line)
        return None
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        table.fail("there is a NUL character, so this is not a text file", _AS_UTF8, line)
        return None
    return text


def _check_lines(text: str, table: Table) -> None:
    start, line = 0, 1
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        if end - start > LONGEST_LINE:
            length = f"{end - start:,} characters"
            table.fail(
                f"the line has {length}, more than {LONGEST_LINE:,}",
                "is this a table? check its line ends",
                line,
            )
            return
        start, line = end + 1, line + 1


def _delimiter(text: str) -> str:
    lines = (line for line in io.StringIO(text) if line.strip(' \r\n\t,;"') and not line.startswith("#"))
    header = next(lines, "")
    outside = "".join(header.split('"')[::2])
    return max(_DELIMITERS, key=outside.count)


def _records(text: str, delimiter: str, table: Table) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as cause:
            if reader.line_num == line and "field limit" in str(cause):
                table.fail(f"a cell has more than {LONGEST_CELL:,} characters", "shorten it", line)
                return
            table.fail(
                f"a quotation mark is left open or stands alone ({cause})",
                'close it; a quotation mark inside a quoted text is written twice ("")',
                line,
            )
            return
        if reader.line_num - line > 200:
            hint = "close the quotation mark that opens in this line"
            table.fail(f"one cell goes on for {reader.line_num - line} lines", hint, line)
            return
        yield line, record


def _fill(table: Table, records: Iterable[tuple[int, Sequence[str]]], *, ragged: bool = False) -> None:
    rows = ((line, [cell.strip() for cell in record]) for line, record in records)
    rows = (item for item in rows if any(item[1]) and not item[1][0].startswith("#"))
    line, header = next(rows, (1, []))
    if not _accept_header(table, line, header):
        return
    for line, record in rows:
        width = len(header)
        surplus = [cell for cell in record[width:] if cell]
        if surplus or (not ragged and len(record) < width):
            found = f"the row has {len(record)} cells, the header {width}"
            table.fail(found, "a comma inside a text needs quotation marks around the text", line)
            continue
        cells = {name: cell for name, cell in zip(header, record, strict=False) if cell and name}
        too_long = [name for name, cell in cells.items() if len(cell) > LONGEST_CELL]
        if too_long:
            table.fail(f"the cell has more than {LONGEST_CELL:,} characters", "shorten it", line, too_long[0])
            continue
        table.rows.append(Row(table.name, cells, SourceRef(table.path, line)))


def _accept_header(table: Table, line: int, header: list[str]) -> bool:
    while header and not header[-1]:
        header.pop()
    if not header:
        if not table.findings:
            table.fail("there is no header row", "write the names of the columns into the first row")
        return False
    table.header = tuple(header)
    repeated = sorted({name for name in header if name and header.count(name) > 1})
    for name in repeated:
        table.fail("the column stands twice", "delete or rename one of them", line, name)
    for position, name in enumerate(header, start=1):
        if not name:
            table.fail(
                f"column {position} has no name", "give it a name from data/README.md or delete it", line
            )
    return not table.findings


def _cell_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        midnight = not (value.hour or value.minute or value.second)
        return value.date().isoformat() if midnight else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)
