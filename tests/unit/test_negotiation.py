"""Parsing of Accept and Accept-Language, and what the choice never does. The table is in `conformance/`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin_graph.errors import MalformedRequest
from twin_graph.formats import DOCUMENT_FORMATS, HTML, PROBLEM_JSON, RESULT_FORMATS, TURTLE, Format
from twin_graph.web.negotiation import (
    MAX_HEADER,
    MediaRange,
    acceptable,
    negotiate,
    negotiate_language,
    parse_accept,
)

MEDIA_TYPES = sorted({name for fmt in DOCUMENT_FORMATS for name in (fmt.media_type, *fmt.aliases)})
RANGES = st.builds(
    "{}{}{}".format,
    st.sampled_from([*MEDIA_TYPES, "*/*", "text/*", "application/*", "image/png", "text", "*", "/", ""]),
    st.sampled_from(["", ";charset=utf-8", ";charset=latin-1", ';profile="a,b;q=0"', "; level=1", ";x"]),
    st.sampled_from(["", ";q=1", ";q=0", ";q=0.5", "; q=0.123", ";q=2", ";q=", ";q=abc", ";q=.5", ";Q=0.9"]),
)
HEADERS = st.one_of(
    st.lists(RANGES, max_size=8).map(", ".join),
    st.text(max_size=200),
    st.text(alphabet='*/,;=q01.9 "\\atx-+', max_size=200),
)
OFFERS = st.sampled_from([DOCUMENT_FORMATS, RESULT_FORMATS, (PROBLEM_JSON, HTML), (*RESULT_FORMATS, HTML)])


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, []),
        ("", []),
        (" , ,", []),
        ("text/turtle", [MediaRange("text", "turtle")]),
        ("TEXT/Turtle ; Q=0.5", [MediaRange("text", "turtle", 0.5)]),
        (
            "text/turtle;charset=utf-8;q=0.5;ext=1",
            [MediaRange("text", "turtle", 0.5, (("charset", "utf-8"),))],
        ),
        ('a/b;p="x,y;z"', [MediaRange("a", "b", 1.0, (("p", "x,y;z"),))]),
        ("text/turtle;q=1.001", [MediaRange("text", "turtle", 0.0)]),
        ("text/turtle;q=", [MediaRange("text", "turtle", 0.0)]),
        ("*/html", []),
        ("text", []),
        ("text/ turtle", []),
        ("/", []),
    ],
)
def test_parse(header: str | None, expected: list[MediaRange]) -> None:
    """A header is read range by range; what is no range is left out."""
    assert expected == parse_accept(header)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("text/turtle;foo=bar;q=0, text/turtle", "turtle"),
        ("text/turtle;foo=bar", "turtle"),
        ("text/turtle;foo=bar, text/turtle;q=0, application/n-triples", "n-triples"),
        ("text/turtle;foo=bar;q=0, */*", "turtle"),
        ("text/turtle;version=1.1;q=0.2, application/n-triples;q=0.5", "n-triples"),
        ("*/*;foo=bar;q=0, text/turtle;q=0.1", "turtle"),
        ("text/turtle;charset=utf-8;q=0, text/turtle", ""),
    ],
)
def test_unknown_parameters(header: str, expected: str) -> None:
    """CN-4: a parameter that nobody knows neither excludes a format nor makes a range more specific."""
    chosen = negotiate(header, DOCUMENT_FORMATS)
    assert expected == (chosen.name if chosen else "")


@given(HEADERS, OFFERS)
def test_result_is_an_offer(header: str, offers: tuple[Format, ...]) -> None:
    """Whatever a client sends, the answer is one of the offers or none, never an exception."""
    chosen = negotiate(header, offers)
    assert chosen is None or chosen in offers


@given(st.lists(RANGES, max_size=6), st.sampled_from(DOCUMENT_FORMATS))
def test_zero_excludes(ranges: list[str], fmt: Format) -> None:
    """A format that is named with quality 0 is never sent."""
    kept = [text for text in ranges if not text.startswith(fmt.media_type)]
    header = ", ".join([*kept, f"{fmt.media_type};q=0"])
    assert fmt not in acceptable(header, DOCUMENT_FORMATS)


@given(st.lists(st.sampled_from(["*/*", "text/*", "application/*", "text/turtle", "image/png"]), min_size=1))
def test_wildcard_is_not_html(ranges: list[str]) -> None:
    """A page is only sent to who names HTML."""
    assert HTML not in acceptable(", ".join(ranges), DOCUMENT_FORMATS)


def test_order_of_acceptable() -> None:
    """All acceptable offers are given, best first."""
    header = "application/rdf+xml;q=0.3, text/turtle;q=0.9, text/html;q=0.5"
    names = [fmt.name for fmt in acceptable(header, DOCUMENT_FORMATS)]
    assert ["turtle", "html", "rdf-xml"] == names


def test_long_header() -> None:
    """A header of more than 4 KiB is refused; one of 4 KiB is read."""
    assert negotiate("text/turtle," + "x" * (MAX_HEADER - 12), DOCUMENT_FORMATS) is TURTLE
    with pytest.raises(MalformedRequest):
        negotiate("x" * (MAX_HEADER + 1), DOCUMENT_FORMATS)
    with pytest.raises(MalformedRequest):
        negotiate_language("x" * (MAX_HEADER + 1))


@pytest.mark.parametrize(
    ("header", "default", "expected"),
    [
        (None, "pl", "pl"),
        ("", "uk", "uk"),
        ("*", "pl", "pl"),
        ("pl", "en", "pl"),
        ("pl-PL,pl;q=0.9,en;q=0.8", "en", "pl"),
        ("uk-UA,uk;q=0.9,ru;q=0.8,en;q=0.7", "pl", "uk"),
        ("de-DE,de;q=0.9", "pl", "pl"),
        ("de,en;q=0.5", "pl", "en"),
        ("en;q=0.5,pl;q=0.5", "uk", "en"),
        ("pl;q=0.2,en;q=0.9", "pl", "en"),
        ("pl;q=0,*;q=0.5", "pl", "en"),
        ("pl;q=0,en;q=0,uk;q=0", "pl", "pl"),
        ("EN-us", "pl", "en"),
        ("xx-$$, uk", "pl", "uk"),
        ("en;q=oops,uk;q=0.1", "pl", "uk"),
        ("fr, *;q=0.1", "uk", "uk"),
    ],
)
def test_language(header: str | None, default: str, expected: str) -> None:
    """The reader's best language of ours is chosen, else the default."""
    assert expected == negotiate_language(header, default)


@given(st.text(max_size=300), st.sampled_from(["pl", "en", "uk"]))
def test_language_is_ours(header: str, default: str) -> None:
    """Whatever a browser sends, the language is one of ours."""
    assert negotiate_language(header, default) in ("pl", "en", "uk")
