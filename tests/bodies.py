"""What a client does first with a body: read it by the standard that its media type names.

`read_body` says what is wrong, and nothing where a strict reader accepts it. Knows no addresses.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pyoxigraph as ox
import yaml
from icalendar import Calendar

from page_markup import read_page

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
RDF = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/trig": ox.RdfFormat.TRIG,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/n-quads": ox.RdfFormat.N_QUADS,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
}


def read_body(content_type: str, body: bytes) -> list[str]:
    """What is wrong with a body of a media type; a media type that nobody reads here is wrong too."""
    media_type = content_type.partition(";")[0].strip().lower()
    try:
        return list(_reader(media_type)(body))
    except Exception as problem:  # each reader has errors of its own
        return [f"is not {media_type}: {type(problem).__name__}: {str(problem)[:200]}"]


def read_rdf(media_type: str, body: bytes) -> set[ox.Triple]:
    """The statements of a document, whatever graph they are in.

    Raises:
        SyntaxError: the body is not of its format.
    """
    return {quad.triple for quad in ox.parse(body, RDF[media_type], base_iri="urn:base:")}


def read_json_ld(body: bytes, context: bytes) -> set[ox.Triple]:
    """The statements of a JSON-LD document that names our context by its address."""
    document = json.loads(body) | json.loads(context)
    text = json.dumps(document).encode()
    return {quad.triple for quad in ox.parse(text, ox.RdfFormat.JSON_LD, base_iri="urn:base:")}


def read_csv(body: bytes) -> list[list[str]]:
    """The records of a table; a byte order mark is no part of it.

    Raises:
        ValueError: it is no UTF-8, or the rows are not equally long.
    """
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), strict=True))
    if len({len(row) for row in rows}) > 1:
        raise ValueError("the rows are not equally long")
    return rows


def read_xlsx(body: bytes) -> list[list[Any]]:
    """The records of the first sheet of a workbook.

    Raises:
        ValueError: a cell is a formula.
    """
    sheet = openpyxl.load_workbook(io.BytesIO(body)).worksheets[0]
    formulas = [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    if formulas:
        raise ValueError(f"{formulas[:3]} are formulas")
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def _reader(media_type: str) -> Callable[[bytes], list[str]]:
    if media_type in RDF:
        return lambda body: [] if read_rdf(media_type, body) or not body else ["says nothing"]
    if media_type.endswith("+json") or media_type == "application/json":
        return _json
    if media_type.endswith("+xml") or media_type in ("application/xml", "text/xml"):
        return _xml
    return _OTHERS[media_type]


def _html(body: bytes) -> list[str]:
    return read_page(body.decode()).problems


def _json(body: bytes) -> list[str]:
    def refuse(name: str) -> None:
        raise ValueError(f"{name} is no JSON")

    json.loads(body, parse_constant=refuse)
    return []


def _xml(body: bytes) -> list[str]:
    root = ElementTree.fromstring(body)
    problems = [f"<!{name}" for name in re.findall(rb"<!(ENTITY|DOCTYPE)", body)]
    for element in root.iter():
        name = element.tag.rpartition("}")[2].lower()
        if name == "script" or any(each.lower().startswith("on") for each in element.attrib):
            problems.append(f"<{name}> can run")
    return problems


def _yaml(body: bytes) -> list[str]:
    return [] if isinstance(yaml.safe_load(body), dict) else ["holds no object"]


def _calendar(body: bytes) -> list[str]:
    calendar = Calendar.from_ical(body)
    lines = body.split(b"\r\n")
    problems = [f"a line has {len(line)} bytes" for line in lines if len(line) > 75]
    if b"\n" in body.replace(b"\r\n", b""):
        problems.append("a line ends without a carriage return")
    uids = [str(event["UID"]) for event in calendar.walk("VEVENT")]
    return problems + ([] if len(set(uids)) == len(uids) else ["two events have one UID"])


def _table(body: bytes) -> list[str]:
    return [] if read_csv(body) else ["there is no header"]


def _workbook(body: bytes) -> list[str]:
    return [] if read_xlsx(body) else ["there is no header"]


def _picture(body: bytes) -> list[str]:
    return [] if body.startswith(b"\x89PNG\r\n\x1a\n") and body.endswith(b"IEND\xaeB`\x82") else ["is no PNG"]


def _text(body: bytes) -> list[str]:
    body.decode()
    return []


_OTHERS: dict[str, Callable[[bytes], list[str]]] = {
    "text/html": _html,
    "text/csv": _table,
    "text/tab-separated-values": _text,
    "text/calendar": _calendar,
    "text/plain": _text,
    "application/yaml": _yaml,
    "text/css": _text,
    "text/javascript": _text,
    "image/png": _picture,
    "font/woff2": lambda body: [] if body.startswith(b"wOF2") else ["is no font"],
    XLSX: _workbook,
}
