"""EDTF dates: the interval of days that an imprecise date covers.

The subset of level 0 and 1 that registers need (https://www.loc.gov/standards/datetime/): `1988`, `1988-05`,
`1988-05-07`, an interval `2017/2019`, and `~` or `?` behind a date that is approximate or uncertain, which
changes nothing about the days it names. Writing dates for readers is done by the pages.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from datetime import date

_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?[~?%]?")


def earliest(text: str) -> date | None:
    """The first day that a date may mean; None for what is no date.

    >>> earliest("1988-05"), earliest("2017/2019"), earliest("2004-04-31")
    (datetime.date(1988, 5, 1), datetime.date(2017, 1, 1), None)
    """
    return _bound(text.partition("/")[0], last=False)


def latest(text: str) -> date | None:
    """The last day that a date may mean; None for what is no date.

    >>> latest("1988-02"), latest("2017/2019"), latest("1991~")
    (datetime.date(1988, 2, 29), datetime.date(2019, 12, 31), datetime.date(1991, 12, 31))
    """
    start, slash, end = text.partition("/")
    return _bound(end if slash else start, last=True)


def width(text: str) -> int | None:
    """How many days a date may mean, less one; None for what is no date.

    >>> width("1988-05-07"), width("1988-05"), width("1988")
    (0, 30, 365)
    """
    first, last = earliest(text), latest(text)
    return None if first is None or last is None else (last - first).days


def apart(text: str, other: str) -> int | None:
    """The days between two imprecise dates; 0 where they may mean the same day, None where one is no date.

    >>> apart("1953", "1953-05-02"), apart("1953-05-02", "1953-05-04"), apart("1990", "1992")
    (0, 2, 366)
    """
    first, last, begin, end = earliest(text), latest(text), earliest(other), latest(other)
    if first is None or last is None or begin is None or end is None:
        return None
    return max(0, (begin - last).days, (first - end).days)


def years_apart(text: str, other: str) -> float | None:
    """The years between two imprecise dates as a calendar counts them: whole ones from day to same day, then days.

    0 where they may mean the same day, None where one is no date.

    >>> years_apart("2000-01-01", "2001-01-01"), years_apart("1990", "1995-12-31"), years_apart("1953", "1953-05")
    (1.0, 5.0, 0.0)
    >>> years_apart("2000-01-01", "2001-01-02") > 1
    True
    """
    first, last, begin, end = earliest(text), latest(text), earliest(other), latest(other)
    if first is None or last is None or begin is None or end is None:
        return None
    early, late = (last, begin) if begin > last else (end, first)
    if late <= early:
        return 0.0
    years = late.year - early.year
    if (late.month, late.day) < (early.month, early.day):
        years -= 1
    return years + (late - _same_day(early, early.year + years)).days / 367


def narrowed(texts: Iterable[str]) -> tuple[date, date] | None:
    """The days that the first of some dates may mean, narrowed by each further one that lies within what is left.

    >>> [str(day) for day in narrowed(["1990", "1990-06", "1990-04-05"])]
    ['1990-06-01', '1990-06-30']
    """
    kept: tuple[date, date] | None = None
    for text in texts:
        first, last = earliest(text), latest(text)
        if first is not None and last is not None and (kept is None or kept[0] <= first <= last <= kept[1]):
            kept = first, last
    return kept


def _same_day(day: date, year: int) -> date:
    """The same day of another year; of 29 February the last of the month."""
    return day.replace(year=year, day=min(day.day, calendar.monthrange(year, day.month)[1]))


def _bound(text: str, *, last: bool) -> date | None:
    match = _DATE.fullmatch(text.strip())
    if match is None:
        return None
    year, month, day = (int(group) if group else None for group in match.groups())
    assert year is not None
    try:
        if month is None:
            month = 12 if last else 1
        if day is None:
            day = calendar.monthrange(year, month)[1] if last else 1
        return date(year, month, day)
    except (ValueError, calendar.IllegalMonthError):
        return None
