"""The day that a reader asks about: `asOf` in an address, and how links keep it.

A year or a month means its last day, or the last one that the data know of. What held on a day is said by the
queries whose names have `held`; docs/time.md tells how.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from rdflib import XSD, Literal

from twin_graph import dates
from twin_graph.errors import MalformedRequest
from twin_graph.queries import Query
from twin_graph.web.site import Site
from twin_graph.web.understood import Words, argument, note

PARAMETER = "asOf"
VARIABLE = "day"
KINDS = ("city", "country", "network")  # whose pages can be of a day
_FORM = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")
_YEARS = (1990, 2000, 2010, 2020)


@dataclass(frozen=True)
class Moment:
    """A day; `text` is how the address says it, empty where it says none and the day is that of the data."""

    day: date
    text: str = ""

    @property
    def words(self) -> Words:
        """What links have to say of it."""
        return [(PARAMETER, self.text)] if self.text else []

    @property
    def term(self) -> Literal:
        """The day for a query."""
        return Literal(self.day.isoformat(), datatype=XSD.date)


def asked(here: Site) -> Moment | None:
    """The day that the address asks for; None where it asks for none.

    Raises:
        MalformedRequest: it is no date, or the data are older.
    """
    note(PARAMETER)
    text = argument(PARAMETER)
    return read(text, here.manifest.valid_on) if text else None


def asked_or_latest(here: Site) -> Moment:
    """The day that the address asks for, else that of the data."""
    return asked(here) or Moment(_day(here.manifest.valid_on) or date.max)


def read(text: str, valid_on: str) -> Moment:
    """The day that a text means: the last one of a year or month, but none after that of the data.

    >>> read("2013-02", "2026-11-23").day.isoformat(), read("2026", "2026-11-23").day.isoformat()
    ('2013-02-28', '2026-11-23')

    Raises:
        MalformedRequest: it is no date, or the data are older.
    """
    first, last = dates.earliest(text), dates.latest(text)
    if not _FORM.fullmatch(text) or first is None or last is None:
        raise MalformedRequest(
            f"{PARAMETER}: must be a year, a month or a day, such as 2013, 2013-10 or 2013-10-01"
        )
    newest = _day(valid_on) or date.max
    if first > newest:
        raise MalformedRequest(f"{PARAMETER}: the data are of {newest} and say nothing of later days")
    return Moment(min(last, newest), text)


def years(here: Site) -> list[str]:
    """A few years to begin with."""
    newest = (_day(here.manifest.valid_on) or date.max).year
    return [str(year) for year in _YEARS if year < newest]


def depends_on(query: Query) -> bool:
    """Whether a query is asked about a day."""
    return any(parameter.name == VARIABLE for parameter in query.parameters)


def _day(text: str) -> date | None:
    return dates.latest(text) if text else None
