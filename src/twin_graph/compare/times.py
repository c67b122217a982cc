"""Dates of ours beside dates of Wikidata: which is finer, which contradict, how QuickStatements writes them.

Reads no statements; which of several dates counts is decided by `reading` and `reports`.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

from twin_graph import dates
from twin_graph.wikidata.model import Date

# Two signings, one in each city, or a signing and its ratification lie this near.
NEAR_DAYS = 366
FIRST_YEAR = 1800
YEAR, MONTH, DAY = 9, 10, 11
Relation = Literal["equal", "finer", "coarser", "overlap", "near", "conflict", "unknown"]
_UNSPECIFIED = re.compile(r"([0-9]{1,3})(X{1,3})")
_EXACT = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")
_PRECISION = {4: YEAR, 7: MONTH, 10: DAY}


def bounds(edtf: str) -> tuple[date, date] | None:
    """The first and the last day that a date may mean; None for what is no date.

    >>> bounds("195X")
    (datetime.date(1950, 1, 1), datetime.date(1959, 12, 31))
    """
    match = _UNSPECIFIED.fullmatch(edtf)
    if match is not None and len(edtf) == 4:
        known, open_ = match.groups()
        first, last = int(known + "0" * len(open_)), int(known + "9" * len(open_))
        return (date(max(first, 1), 1, 1), date(last, 12, 31)) if last else None
    start, end = dates.earliest(edtf), dates.latest(edtf)
    return (start, end) if start is not None and end is not None and start <= end else None


def relate(ours: str, theirs: Date) -> Relation:
    """How our date stands to one of Wikidata: `finer` means that ours lies within theirs.

    A Julian date is not compared: its day has another name in our calendar.

    >>> relate("1953-05-02", Date("1953", 9, "gregorian", ""))
    'finer'
    >>> relate("1953-05", Date("1954-01-10", 11, "gregorian", ""))
    'near'
    """
    mine, other = bounds(ours), bounds(theirs.edtf)
    if mine is None or other is None or theirs.calendar == "julian":
        return "unknown"
    if mine == other:
        return "equal"
    if other[0] <= mine[0] and mine[1] <= other[1]:
        return "finer"
    if mine[0] <= other[0] and other[1] <= mine[1]:
        return "coarser"
    gap = max((other[0] - mine[1]).days, (mine[0] - other[1]).days)
    if gap <= 0:
        return "overlap"
    return "near" if gap <= NEAR_DAYS else "conflict"


def is_exact(edtf: str) -> bool:
    """Whether a date is a year, a month or a day and nothing else, so that Wikidata can hold it as it is."""
    return _EXACT.fullmatch(edtf) is not None and bounds(edtf) is not None


def quickstatements_date(edtf: str) -> str:
    """A year, a month or a day as QuickStatements writes it; the only function that does.

    A bare `1953` would silently be read as a quantity.

    >>> quickstatements_date("1953"), quickstatements_date("1953-05-02")
    ('+1953-01-01T00:00:00Z/9', '+1953-05-02T00:00:00Z/11')

    Raises:
        ValueError: the date is something else.
    """
    if not is_exact(edtf):
        raise ValueError(f"not a year, a month or a day: {edtf!r}")
    return f"+{edtf}{'-01-01'[: 10 - len(edtf)]}T00:00:00Z/{_PRECISION[len(edtf)]}"


def written(theirs: Date) -> str:
    """A date of Wikidata for people.

    >>> written(Date("", 0, "gregorian", ""))
    'unknown'
    """
    text = theirs.edtf or "unknown"
    return f"{text} (Julian)" if theirs.calendar == "julian" else text
