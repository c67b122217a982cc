"""The interval of days that an imprecise date covers."""

from __future__ import annotations

import pytest

from twin_graph.dates import earliest, latest


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("1988", "1988-01-01", "1988-12-31"),
        ("1988-05", "1988-05-01", "1988-05-31"),
        ("1988-02", "1988-02-01", "1988-02-29"),
        ("1900-02", "1900-02-01", "1900-02-28"),
        ("1988-05-07", "1988-05-07", "1988-05-07"),
        ("2017/2019", "2017-01-01", "2019-12-31"),
        ("2017-03/2017-05", "2017-03-01", "2017-05-31"),
        ("1991~", "1991-01-01", "1991-12-31"),
        ("1991-06?", "1991-06-01", "1991-06-30"),
        ("1991%", "1991-01-01", "1991-12-31"),
        ("1991~/1993?", "1991-01-01", "1993-12-31"),
        (" 1988 ", "1988-01-01", "1988-12-31"),
        ("2004-04-31", None, None),
        ("2004-13", None, None),
        ("2004-00", None, None),
        ("2004-05-00", None, None),
        ("1900-02-29", None, None),
        ("0000", None, None),
        ("", None, None),
        ("88", None, None),
        ("about 1988", None, None),
        ("7.05.1988", None, None),
        ("1988/", "1988-01-01", None),
        ("/1988", None, "1988-12-31"),
    ],
)
def test_interval(text: str, first: str | None, last: str | None) -> None:
    """A date covers the days from its earliest to its latest meaning; what is no date covers none."""
    days = [earliest(text), latest(text)]
    assert [first, last] == [None if day is None else day.isoformat() for day in days]
