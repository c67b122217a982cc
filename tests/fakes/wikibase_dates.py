"""The dates of Wikibase's JSON as its RDF export writes them: cleaned, and Julian days as Gregorian ones.

What cannot be cleaned (the year 0, a calendar of nobody's) is None: the export writes it as it stands, without a
datatype. Precision is lost here, and that is the point: `+1953-00-00` with the precision of a year comes out as
1 January.
"""

from __future__ import annotations

import calendar
import re

GREGORIAN = "http://www.wikidata.org/entity/Q1985727"
JULIAN = "http://www.wikidata.org/entity/Q1985786"
YEAR, MONTH, DAY = 9, 10, 11
_TIME = re.compile(r"([-+])(\d+)-(\d\d)-(\d\d)(T\d\d:\d\d:\d\dZ)")


def clean_time(time: str, precision: int, model: str) -> str | None:
    """The lexical form of an xsd:dateTime (XSD 1.1, which has a year 0), or None.

    >>> clean_time("+1953-00-00T00:00:00Z", 9, GREGORIAN), clean_time("+1582-10-04T00:00:00Z", 11, JULIAN)
    ('1953-01-01T00:00:00Z', '1582-10-14T00:00:00Z')
    """
    match = _TIME.fullmatch(time)
    if match is None or model not in (GREGORIAN, JULIAN):
        return None
    sign, digits, *rest = match.groups()
    year, month, day, clock = int(digits), int(rest[0]), int(rest[1]), rest[2]
    if year == 0 or month > 12:
        return None
    if sign == "-":
        # XSD 1.1 has a year 0; a date less precise than a year is left as it is.
        year = 1 - year if precision >= YEAR else -year
    if model == JULIAN and precision >= DAY:
        year, month, day = _from_julian(year, month or 1, day or 1)
    month = 1 if precision <= YEAR else month or 1
    day = 1 if precision <= MONTH else min(day or 1, _days(year, month))
    return f"{'-' if year < 0 else ''}{abs(year):04d}-{month:02d}-{day:02d}{clock}"


def _days(year: int, month: int) -> int:
    """The days of a month; the years of the calendar go round after 400."""
    return calendar.monthrange(2000 + year % 400, month)[1]


def _from_julian(year: int, month: int, day: int) -> tuple[int, int, int]:
    """The Gregorian day of a Julian one, by the number of days since the beginning of the Julian period."""
    shift = (14 - month) // 12
    years, months = year + 4800 - shift, month + 12 * shift - 3
    number = day + (153 * months + 2) // 5 + 365 * years + years // 4 - 32083
    a = number + 32044
    b = (4 * a + 3) // 146097
    c = a - 146097 * b // 4
    d = (4 * c + 3) // 1461
    e = c - 1461 * d // 4
    m = (5 * e + 2) // 153
    return 100 * b + d - 4800 + m // 10, m + 3 - 12 * (m // 10), e - (153 * m + 2) // 5 + 1
