"""Dates and numbers for readers."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin_graph.web.dates import EDTF_TERMS, format_edtf, format_number
from twin_graph.workspace import shipped


@pytest.mark.parametrize(
    ("text", "pl", "en", "uk"),
    [
        ("1988", "1988", "1988", "1988"),
        ("1988-05", "maj 1988", "May 1988", "травень 1988"),
        ("1988-05-07", "7 maja 1988", "7 May 1988", "7 травня 1988"),
        ("2017/2019", "2017–2019", "2017–2019", "2017–2019"),
        ("2017-02/2019", "luty 2017 – 2019", "February 2017 – 2019", "лютий 2017 – 2019"),
        ("1988-01-01/1988-12-31", "1988", "1988", "1988"),
        ("2023-02-01/2023-02-28", "luty 2023", "February 2023", "лютий 2023"),
        ("2023-02-22/2023-02-22", "22 lutego 2023", "22 February 2023", "22 лютого 2023"),
        ("1999/..", "since 1999", "since 1999", "since 1999"),
        ("../1999", "until 1999", "until 1999", "until 1999"),
        ("1991~", "about 1991", "about 1991", "about 1991"),
        ("1991?", "1991 (uncertain)", "1991 (uncertain)", "1991 (uncertain)"),
        ("1991%", "about 1991 (uncertain)", "about 1991 (uncertain)", "about 1991 (uncertain)"),
        ("2004-04-31", "2004-04-31", "2004-04-31", "2004-04-31"),
        ("2o15", "2o15", "2o15", "2o15"),
        ("", "", "", ""),
        ("/", "/", "/", "/"),
    ],
)
def test_dates(text: str, pl: str, en: str, uk: str) -> None:
    """A date keeps its precision; what is no date is shown as it is."""
    assert (pl, en, uk) == tuple(format_edtf(text, language) for language in ("pl", "en", "uk"))


@given(st.text(max_size=30), st.sampled_from(["pl", "en", "uk"]))
def test_never_fails(text: str, language: str) -> None:
    """Any text can be shown."""
    assert isinstance(format_edtf(text, language), str)


@pytest.mark.parametrize(
    ("text", "language", "digits", "expected"),
    [
        ("336339", "pl", None, "336\u00a0339"),
        ("336339", "en", None, "336,339"),
        ("336339", "uk", None, "336\u00a0339"),
        ("51.25058", "pl", None, "51,25058"),
        ("1203.4", "pl", 0, "1\u00a0203"),
        ("7382.6", "en", 0, "7,383"),
        ("-3.35996", "en", None, "-3.35996"),
        ("0", "uk", None, "0"),
    ],
)
def test_numbers(text: str, language: str, digits: int | None, expected: str) -> None:
    """A number has the separators of the language."""
    assert expected == format_number(text, language, digits)


def test_terms_of_edtf_are_those_of_the_ontology() -> None:
    """The properties whose definition says EDTF are those that are shown as dates."""
    text = (shipped("ontology") / "twin.ttl").read_text(encoding="utf-8")
    blocks = re.findall(r"^twin:(\w+) a owl:DatatypeProperty(.*?)\.$", text, re.MULTILINE | re.DOTALL)
    dated = {name for name, block in blocks if "EDTF" in block}
    assert len(dated) > 5
    assert dated == set(EDTF_TERMS)
