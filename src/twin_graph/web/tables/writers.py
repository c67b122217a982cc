"""Write the rows of a table as CSV, XLSX or JSON, so that each program finds ids beside the names that people read.

The columns of CSV are named by the variables of the query; where a column holds things, a second one, with
`_iri` after its name, holds their IRIs. A workbook has the headings of the page, and a second sheet says where
the rows are from and which variable each column is. What begins like a formula stays text in both.
"""

from __future__ import annotations

import csv
import datetime
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from rdflib import Literal, URIRef
from rdflib.namespace import XSD

from twin_graph import describe
from twin_graph.web import lists, words
from twin_graph.web.dates import EDTF_TERMS, whole_period
from twin_graph.web.languages import catalogue
from twin_graph.web.panels import Column, Panel
from twin_graph.web.responses import absolute
from twin_graph.web.site import Site
from twin_graph.web.values import Value

SEPARATOR = " | "
_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_DAY = re.compile(r"(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}")
_LONGEST_CELL = 32_767  # of the format
# What a file of XML, and so a workbook, cannot carry (https://www.w3.org/TR/xml/#charsets).
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_WIDEST, _NARROWEST = 60, 8
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
_YEARS = {str(XSD.gYear)}
_NUMBERS = {str(XSD.integer), str(XSD.decimal)}


@dataclass(frozen=True)
class Origin:
    """Where the rows of a file are from, in the language of its reader.

    Attributes:
        address: where the same rows can be had again.
        licences: their addresses.
        published: the day that the data are valid on.
    """

    language: str
    title: str
    publication: str
    address: str
    licences: tuple[str, ...]
    published: str
    version: str


def origin(here: Site, language: str, title: str, this: URIRef | None, path: str) -> Origin:
    """The origin of a table that was asked for at a path."""
    of = f"{here.names.title(str(this), language)}: " if this is not None else ""
    return Origin(language, of + title, lists.title_of_site(here, language), absolute(here, path),
                  licences(here, this), here.manifest.valid_on, _version(here, language, this))  # fmt: skip


def _version(here: Site, language: str, this: URIRef | None) -> str:
    """The edition of a table of everything; of one of a thing, where that is said: it stays when others change."""
    about = f"{url_for('pages.about', lang=language)}#version"
    return here.manifest.id if this is None else absolute(here, about)


def licences(here: Site, this: URIRef | None) -> tuple[str, ...]:
    """The licences of the graph that a thing is from; of all graphs where it is a table of many things."""
    found = describe.find_dataset(here.store, this).licences if this is not None else ()
    return tuple(map(str, found)) or tuple(lists.licences(here, "en"))


def write_csv(panel: Panel) -> bytes:
    """RFC 4180 in UTF-8, with the names of the variables in the first row; several values stand apart by ` | `."""
    output = io.StringIO()
    writer = csv.writer(output)
    wide = _with_iris(panel)
    writer.writerow([name for name, _ in _names(panel.columns, wide)])
    for row in panel.rows:
        writer.writerow([text for column, cell in zip(panel.columns, row.cells, strict=True)
                         for text in _texts(column, cell, column.name in wide)])  # fmt: skip
    return output.getvalue().encode()


def write_json(panel: Panel) -> bytes:
    """A list of objects: each has the `id` of what the row is about, and a list of values for each column."""
    rows = (
        {"id": None if row.subject is None else str(row.subject)}
        | {
            column.name: [_object(column, value) for value in cell]
            for column, cell in zip(panel.columns, row.cells, strict=True)
        }
        for row in panel.rows
    )
    # A line for each row: indented further, it would be written by Python, ten times as slowly.
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    return f"[\n{lines}\n]\n".encode() if lines else b"[]\n"


def write_xlsx(origin: Origin, panel: Panel) -> bytes:
    """A workbook of two sheets: the rows, and where they are from."""
    book = Workbook(write_only=True)
    _rows_sheet(book, origin, panel)
    _origin_sheet(book, origin, panel)
    written = io.BytesIO()
    book.save(written)
    return _steady(written)


def _rows_sheet(book: Workbook, origin: Origin, panel: Panel) -> None:
    sheet = book.create_sheet(_sheet_title(origin.title))
    wide = _with_iris(panel)
    names = _names(panel.columns, wide)
    for place, (_, heading) in enumerate(names, 1):
        width = min(_WIDEST, max(_NARROWEST, len(heading) + 2, *_widths(panel, place, wide)))
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(max(1, len(names)))}{len(panel.rows) + 1}"
    sheet.append([_cell(sheet, heading, bold=True) for _, heading in names])
    for row in panel.rows:
        cells = [_typed(column, cell) if not second else SEPARATOR.join(_iris(cell))
                 for column, cell in zip(panel.columns, row.cells, strict=True)
                 for second in ((False, True) if column.name in wide else (False,))]  # fmt: skip
        sheet.append([_cell(sheet, value) for value in cells])


def _origin_sheet(book: Workbook, origin: Origin, panel: Panel) -> None:
    translate = catalogue(origin.language).gettext
    sheet = book.create_sheet(_sheet_title(translate("About these data")))
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 28, _WIDEST
    facts: list[tuple[str, str | int]] = [
        (translate("Table"), origin.title),
        (translate("Publication"), origin.publication),
        (translate("Address"), origin.address),
        *(
            (translate("Licence"), f"{words.licence_name(licence)} – {licence}")
            for licence in origin.licences
        ),
        (translate("Data as of"), origin.published),
        (translate("Version of the data"), origin.version),
        (translate("Rows"), len(panel.rows)),
    ]
    for name, value in facts:
        sheet.append([_cell(sheet, name, bold=True), _cell(sheet, _date_or_text(value))])
    sheet.append([])
    sheet.append(
        [_cell(sheet, text, bold=True) for text in (translate("Column"), translate("Key for programs"))]
    )
    for name, heading in _names(panel.columns, _with_iris(panel)):
        sheet.append([_cell(sheet, heading), _cell(sheet, name)])


def _names(columns: Iterable[Column], wide: set[str]) -> list[tuple[str, str]]:
    """Variable and heading of each column of a file."""
    return [
        pair
        for column in columns
        for pair in (
            [(column.name, column.heading), (f"{column.name}_iri", f"{column.heading} (IRI)")]
            if column.name in wide
            else [(column.name, column.heading)]
        )
    ]


def _with_iris(panel: Panel) -> set[str]:
    """The columns of things, and those in which some row has one."""
    return {
        column.name
        for place, column in enumerate(panel.columns)
        if column.holds_things
        or any(isinstance(value.term, URIRef) for row in panel.rows for value in row.cells[place])
    }


def guard(text: str) -> str:
    """A field of CSV that no program for tables takes for a formula.

    >>> guard("=1+1"), guard("-1.5"), guard("Lublin")
    ("'=1+1", '-1.5', 'Lublin')
    """
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def _texts(column: Column, cell: Sequence[Value], wide: bool) -> Iterator[str]:
    """The fields of a cell in CSV."""
    yield guard(SEPARATOR.join(_shown(column, value) for value in cell))
    if wide:
        yield SEPARATOR.join(_iris(cell))


def _iris(cell: Iterable[Value]) -> list[str]:
    return [str(value.term) if isinstance(value.term, URIRef) else "" for value in cell]


def _shown(column: Column, value: Value) -> str:
    """The name of a thing; a number or date as programs write it."""
    if value.term is None or isinstance(value.term, URIRef):
        return value.hint or str(value.title)
    text = str(value.term)
    first, slash, last = text.partition("/")
    return (whole_period(first, last) or text) if slash and column.name in EDTF_TERMS else text


def _object(column: Column, value: Value) -> dict[str, Any]:
    language = value.title.parts[0].language if len(value.title.parts) == 1 else ""
    tag = {"language": language} if language else {}
    if isinstance(value.term, URIRef):
        return {"id": str(value.term), "label": value.hint or str(value.title), **tag}
    return {"value": _plain(column, value), "label": str(value.title), **tag}


def _plain(column: Column, value: Value) -> str | int | float:
    text = _shown(column, value)
    datatype = str(value.term.datatype or "") if isinstance(value.term, Literal) else ""
    if datatype in _NUMBERS | _YEARS and _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return text


def _typed(column: Column, cell: Sequence[Value]) -> str | int | float | datetime.date:
    """The value of a cell of a workbook; several values are a text."""
    if len(cell) != 1:
        return SEPARATOR.join(_shown(column, value) for value in cell)
    plain = _plain(column, cell[0])
    return _date_or_text(plain) if isinstance(plain, str) else plain


def _date_or_text(value: str | int) -> str | int | datetime.date:
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return datetime.date.fromisoformat(value)
        except ValueError:
            return value
    return value


def _cell(sheet: Any, value: str | int | float | datetime.date, bold: bool = False) -> Any:
    if isinstance(value, str):
        # A cell holds no control characters, and no more than this.
        value = _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", value)[:_LONGEST_CELL]
        if not bold and value[:1] not in ("=", "#"):
            return value  # it is what it looks like, and an object for each cell costs more than the rest
    cell: Any = WriteOnlyCell(sheet, value=value)  # type: ignore[arg-type]  # a date is not in the stubs
    if isinstance(value, str):
        cell.data_type = "s"  # else what begins with “=” would be a formula
    if isinstance(value, datetime.date):
        cell.number_format = "yyyy-mm-dd"
    if bold:
        cell.font = Font(bold=True)
    return cell


def _widths(panel: Panel, place: int, wide: set[str]) -> Iterator[int]:
    """The lengths of the first texts in a column, in characters."""
    columns = [(i, second) for i, column in enumerate(panel.columns)
               for second in ((False, True) if column.name in wide else (False,))]  # fmt: skip
    i, second = columns[place - 1]
    for row in panel.rows[:50]:
        for value in row.cells[i]:
            yield 30 if second else len(str(value.title)) + 2


def _sheet_title(text: str) -> str:
    return re.sub(r"[\\/*?:\[\]\x00-\x1f]", " ", text).strip("' ")[:31] or "1"


def _steady(written: io.BytesIO) -> bytes:
    """The same workbook without the time of its making: equal rows give equal bytes."""
    output = io.BytesIO()
    with zipfile.ZipFile(written) as old, zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "docProps/core.xml":
                data = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2000-01-01T00:00:00Z", data)
            new.writestr(zipfile.ZipInfo(name, _ZIP_DATE), data, zipfile.ZIP_DEFLATED)
    return output.getvalue()
