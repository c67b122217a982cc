"""The times of Wikibase as EDTF dates with their precision and calendar.

A year is not its first of January: in RDF `+1953-00-00` and 1 January 1953 read alike, and only the precision of the
value node tells them apart. What is no date at all keeps its text in `Date.original` and has no `edtf`.
Standard: https://www.loc.gov/standards/datetime/, levels 0 and 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from rdflib import URIRef
from rdflib.term import Node

from twin_graph import dates
from twin_graph.namespaces import WD
from twin_graph.wikidata.model import Date
from twin_graph.wikidata.terms import WIKIBASE, is_unknown

CENTURY, DECADE, YEAR, MONTH, DAY = 7, 8, 9, 10, 11
JULIAN = WD.Q1985786
UNKNOWN = Date("", 0, "gregorian", "")  # somevalue: there is a date, and nobody knows which
TIME_VALUE, PRECISION, CALENDAR = (
    URIRef(WIKIBASE + name) for name in ("timeValue", "timePrecision", "timeCalendarModel")
)
_TIME = re.compile(r"\+?(-?\d+)-(\d\d)-(\d\d)(?:T.*)?")

Parts = Mapping[URIRef, Iterable[Node]]


def read_time(text: str, precision: int | None, *, julian: bool = False, typed: bool = True) -> Date:
    """The date of the lexical form of a time.

    Args:
        precision: of Wikibase; None where only the short form is there, and then the first day of a year is taken
            for the year and that of another month for the month, which is what it nearly always stands for.
        julian: the calendar that was used to say it; the text is Gregorian all the same, where it is a day.
        typed: whether it is an xsd:dateTime; the service writes what is no day of the calendar as a plain text.

    >>> read_time("1953-01-01T00:00:00Z", 9).edtf, read_time("1953-01-01T00:00:00Z", 11).edtf
    ('1953', '1953-01-01')
    >>> read_time("1950-01-01T00:00:00Z", 8).edtf, read_time("1901-01-01T00:00:00Z", 7).edtf
    ('195X', '19XX')
    >>> read_time("+2012-02-31T00:00:00Z", 11, typed=False)
    Date(edtf='', precision=11, calendar='gregorian', original='+2012-02-31T00:00:00Z')
    """
    match = _TIME.fullmatch(text)
    if precision is None:
        precision = _guessed(match)
    edtf = _edtf(match, precision) if match is not None and typed else ""
    return Date(edtf, precision, "julian" if julian else "gregorian", text)


def read_dates(short: Iterable[Node], full: Iterable[Parts]) -> tuple[Date, ...]:
    """All dates of one property of one statement, sorted.

    Args:
        short: the values in their short form, among them unknown ones.
        full: the triples of the value nodes, by property. A short value that a value node repeats counts once.
    """
    found = {UNKNOWN for node in short if is_unknown(node)}
    told: set[str] = set()
    for parts in full:
        for value in parts.get(TIME_VALUE, ()):
            told.add(str(value))
            precisions = [int(str(each)) for each in parts.get(PRECISION, ()) if str(each).isdecimal()]
            julian = JULIAN in parts.get(CALENDAR, ())
            typed = getattr(value, "datatype", None) is not None
            found.add(read_time(str(value), min(precisions, default=None), julian=julian, typed=typed))
    for node in short:
        if not is_unknown(node) and str(node) not in told:
            found.add(read_time(str(node), None, typed=getattr(node, "datatype", None) is not None))
    return tuple(sorted(found, key=lambda date: (date.edtf, date.precision, date.calendar, date.original)))


def _guessed(match: re.Match[str] | None) -> int:
    if match is None:
        return 0
    return YEAR if match.group(2, 3) == ("01", "01") else MONTH if match[3] == "01" else DAY


def _edtf(match: re.Match[str], precision: int) -> str:
    number, month, day = int(match[1]), match[2], match[3]
    if not 1 <= number <= 9999 or precision < CENTURY:
        return ""  # before our era, or within some thousand years: nothing that a partnership could have begun in
    if precision == CENTURY:
        return f"{(number - 1) // 100:02d}XX"
    if precision == DECADE:
        return f"{number // 10:03d}X"
    text = "-".join((f"{number:04d}", month, day)[: min(precision, DAY) - YEAR + 1])
    return text if dates.earliest(text) else ""
