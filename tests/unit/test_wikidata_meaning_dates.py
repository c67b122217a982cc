"""The times of Wikibase keep their precision, their calendar, and what they do not say."""

from __future__ import annotations

import pytest
from rdflib import XSD, BNode, Literal, URIRef

from twin_graph.namespaces import WD, WIKIDATA_PREFIXES
from twin_graph.wikidata.dates import CALENDAR, PRECISION, TIME_VALUE, UNKNOWN, read_dates, read_time
from twin_graph.wikidata.model import Date

GREGORIAN, JULIAN = WD.Q1985727, WD.Q1985786
DAY = "1953-05-02T00:00:00Z"


def node(text: str, precision: int, calendar: URIRef = GREGORIAN) -> dict[URIRef, list[Literal | URIRef]]:
    """The triples of a value node."""
    return {
        TIME_VALUE: [Literal(text, datatype=XSD.dateTime, normalize=False)],
        PRECISION: [Literal(precision)],
        CALENDAR: [calendar],
    }


@pytest.mark.parametrize(
    ("text", "precision", "edtf"),
    [
        (DAY, 14, "1953-05-02"),
        (DAY, 11, "1953-05-02"),
        ("1953-05-01T00:00:00Z", 10, "1953-05"),
        ("1953-01-01T00:00:00Z", 9, "1953"),
        ("1953-01-01T00:00:00Z", 11, "1953-01-01"),
        ("1953-01-01T00:00:00Z", 8, "195X"),
        ("1901-01-01T00:00:00Z", 7, "19XX"),
        ("2000-01-01T00:00:00Z", 7, "19XX"),
        ("1000-01-01T00:00:00Z", 6, ""),
        ("-0199-01-01T00:00:00Z", 9, ""),
        ("12000-01-01T00:00:00Z", 9, ""),
        ("0836-01-01T00:00:00Z", 9, "0836"),
        ("yesterday", 11, ""),
    ],
)
def test_precision_decides_what_a_time_says(text: str, precision: int, edtf: str) -> None:
    """Nothing finer is read out of a time than it says; before our era and within millennia it says nothing to us."""
    assert Date(edtf, precision, "gregorian", text) == read_time(text, precision)


def test_a_plain_text_is_no_date() -> None:
    """The service writes the 31st of February as a text: it is kept, and it is no date."""
    text = "+2012-02-31T00:00:00Z"
    assert (Date("", 9, "gregorian", text),) == read_dates(
        [Literal(text)],
        [{TIME_VALUE: [Literal(text)], PRECISION: [Literal(9)], CALENDAR: [GREGORIAN]}],
    )
    assert ("", text) == (
        read_dates([Literal(text)], [])[0].edtf,
        read_dates([Literal(text)], [])[0].original,
    )


def test_a_julian_day_says_so() -> None:
    """The service has turned the day into a Gregorian one; that somebody has to look at it stays visible."""
    (date,) = read_dates([], [node("1917-02-28T00:00:00Z", 11, JULIAN)])
    assert Date("1917-02-28", 11, "julian", "1917-02-28T00:00:00Z") == date


@pytest.mark.parametrize(
    "unknown",
    [
        URIRef("http://www.wikidata.org/.well-known/genid/abc"),
        URIRef("urn:twin:somevalue:Q270-abc:P580"),
        BNode("b0"),
    ],
)
def test_somebody_knows_that_there_is_a_date(unknown: URIRef | BNode) -> None:
    """Whatever a service writes for a value that nobody knows is the same unknown date."""
    assert (UNKNOWN,) == read_dates([unknown], [])


def test_several_dates_are_all_kept() -> None:
    """Two starts of one statement are two dates, whatever the order; the short form of one adds nothing."""
    values = [node("1953-01-01T00:00:00Z", 9), node(DAY, 11)]
    short = [Literal(DAY, datatype=XSD.dateTime), Literal("1953-01-01T00:00:00Z", datatype=XSD.dateTime)]
    short = [
        Literal(str(each).replace("+00:00", "Z"), datatype=XSD.dateTime, normalize=False) for each in short
    ]
    expected = ("1953", "1953-05-02")
    assert expected == tuple(date.edtf for date in read_dates(short, values))
    assert read_dates(short, values) == read_dates(short[::-1], values[::-1])


@pytest.mark.parametrize(
    ("text", "edtf"),
    [("1953-01-01T00:00:00Z", "1953"), ("1953-05-01T00:00:00Z", "1953-05"), (DAY, "1953-05-02")],
)
def test_without_precision_a_first_day_is_no_day(text: str, edtf: str) -> None:
    """Where only the short form is there, the first of January is a year: it nearly always is."""
    assert (edtf,) == tuple(date.edtf for date in read_dates([Literal(text, datatype=XSD.dateTime)], []))


def test_the_names_are_those_of_the_prefixes() -> None:
    """The properties of value nodes are in the name space of Wikibase's ontology."""
    assert all(
        str(name).startswith(WIKIDATA_PREFIXES["wikibase"]) for name in (TIME_VALUE, PRECISION, CALENDAR)
    )
