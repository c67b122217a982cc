"""Dates of any precision as a reader of a language expects them.

Reads the subset of EDTF that the data uses; what it does not know is shown as it is, never guessed. Knows no texts of
its own: the few words beside a date are given.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from functools import lru_cache

from babel import Locale
from babel.dates import format_date

LOCALES = {"pl": Locale("pl"), "en": Locale("en", "GB"), "uk": Locale("uk")}
_DATE = re.compile(r"(-?[0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?([~?%]?)")
_INTERVAL = re.compile(r"([^/]*)/([^/]*)")
Translate = Callable[[str], str]


@lru_cache(maxsize=20_000)
def format_edtf(text: str, language: str, translate: Translate = str) -> str:
    """An EDTF text for readers.

    >>> format_edtf("1988", "en"), format_edtf("1988-05", "en"), format_edtf("1988-05-07", "pl")
    ('1988', 'May 1988', '7 maja 1988')
    >>> format_edtf("2017/2019", "en"), format_edtf("1991~", "en"), format_edtf("soon", "en")
    ('2017–2019', 'about 1991', 'soon')
    >>> format_edtf("1995-01-01/1997-12-31", "en")
    '1995–1997'
    """
    interval = _INTERVAL.fullmatch(text)
    if interval is None:
        return _format_point(text, language, translate) or text
    first, last = interval.groups()
    if (whole := whole_period(first, last)) is not None:
        return _format_point(whole, language, translate) or text
    if first[4:] == "-01-01" and last[4:] == "-12-31":
        first, last = first[:4], last[:4]
    shown = [
        _format_point(part, language, translate) if part not in ("", "..") else "" for part in (first, last)
    ]
    if None in shown or shown == ["", ""]:
        return text
    start, end = str(shown[0]), str(shown[1])
    if not end:
        return translate("since {date}").format(date=start)
    if not start:
        return translate("until {date}").format(date=end)
    dash = "–" if len(start) == len(end) == 4 else " – "
    return f"{start}{dash}{end}"


def _format_point(text: str, language: str, translate: Translate) -> str | None:
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day, mark = match.groups()
    try:
        date = datetime.date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    locale = LOCALES[language]
    if day:
        shown = format_date(date, format="d MMMM y", locale=locale)
    elif month:
        shown = format_date(date, format="LLLL y", locale=locale)
    else:
        shown = str(int(year))
    if mark in ("~", "%"):
        shown = translate("about {date}").format(date=shown)
    return translate("{date} (uncertain)").format(date=shown) if mark in ("?", "%") else shown


def whole_period(first: str, last: str) -> str | None:
    """The day, month or year that an interval of days covers exactly, as the derived starts are written."""
    if first == last:
        return first
    if first[:4] == last[:4] and first[4:] == "-01-01" and last[4:] == "-12-31":
        return first[:4]
    if first[:7] == last[:7] and first[7:] == "-01" and _is_last_day(last):
        return first[:7]
    return None


def _is_last_day(text: str) -> bool:
    try:
        return (datetime.date.fromisoformat(text) + datetime.timedelta(days=1)).day == 1
    except ValueError:
        return False
