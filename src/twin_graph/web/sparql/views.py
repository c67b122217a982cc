"""A result as a map or a timeline, beside its table: where its columns hold places or days.

Which columns these are is seen from datatypes first, then from the texts; years alone may be any numbers, so that the
names of variables decide. A value in such a column that is no day is left out. What is drawn, and how, is decided by
`pictures`; a mark leads to its row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain

from markupsafe import Markup

from twin_graph import pictures
from twin_graph.dates import earliest, latest
from twin_graph.namespaces import GEO, PREFIXES
from twin_graph.sparql import Table
from twin_graph.sparql.tables import Term
from twin_graph.web.sparql.terms import ShownTable

TABLE, MAP, TIMELINE = "table", "map", "timeline"
VIEWS = (TABLE, MAP, TIMELINE)
_WKT = str(GEO.wktLiteral)
_POINT = re.compile(r"(?:<[^<>]*>\s*)?POINT\s*\(\s*(\S+)\s+(\S+)\s*\)", re.IGNORECASE)
_XSD = PREFIXES["xsd"]
_DAYS = {_XSD + name for name in ("date", "dateTime", "dateTimeStamp", "gYear", "gYearMonth")}
_LATITUDE, _LONGITUDE = (
    re.compile(r"lat(itude)?", re.IGNORECASE),
    re.compile(r"l(on|ng|ong|ongitude)", re.IGNORECASE),
)
# Words with which the name of a variable says that it is of days, in the languages of the pages.
_ENDS = re.compile(r"end|until|to|last|ended|closed|expired|koniec|do|wygasło|кінець|до|завершено")
_YEARS = re.compile(
    r"years?|since|start|from|date|day|on|founded|signed|began|begun|"
    r"rok|roku|lata|data|dnia|od|początek|zawarto|podpisano|założono|"
    r"рік|року|роки|дата|дня|від|початок|укладено|підписано|засновано"
)
_BETWEEN_WORDS = re.compile(
    r"[\W\d_]+|(?<=[a-ząćęłńóśźżа-яєіїґ])(?=[A-ZĄĆĘŁŃÓŚŹŻА-ЯЄІЇҐ])|(?<=[A-ZА-Я])(?=[A-ZА-Я][a-zа-я])"
)
_NAME = re.compile(r"label|name|title|city|place|partner|thing", re.IGNORECASE)
_DAY = re.compile(r"(?:1[0-9]|20)[0-9]{2}(?:-[0-9]{2}){0,2}[~?%]?")
# Of so many values one may be no day.
_ODD = 10
_WIDE, _NARROW = (960, 520), (400, 420)


@dataclass(frozen=True)
class Panel:
    """One drawing for the template; `width` is 0 where it takes the width that there is."""

    svg: Markup
    width: int
    height: int
    classes: str


@dataclass(frozen=True)
class View:
    """A drawn result: its panels, how many rows are in it, and the names of those for which there was no room."""

    name: str
    panels: tuple[Panel, ...]
    drawn: int
    outside: tuple[str, ...]


@dataclass(frozen=True)
class _Columns:
    """Places of columns in a row; None where there is no such column."""

    point: int | None = None
    latitude: int | None = None
    longitude: int | None = None
    first: int | None = None
    last: int | None = None

    @property
    def has_places(self) -> bool:
        return self.point is not None or (self.latitude is not None and self.longitude is not None)

    @property
    def used(self) -> set[int | None]:
        return {self.point, self.latitude, self.longitude, self.first, self.last}


def offered(table: Table) -> tuple[str, ...]:
    """The views that a result has: its table always, a map and a timeline where there is something to draw."""
    columns = _find(table)
    return (
        TABLE,
        *((MAP,) if columns.has_places else ()),
        *((TIMELINE,) if columns.first is not None else ()),
    )


def draw(view: str, table: Table, shown: ShownTable, asset: Callable[[str], str], today: date) -> View | None:
    """A view of the rows of a page; None where it is not offered for them.

    Args:
        asset: from the name of a static file to its address.
        today: the day of the data, up to which bars without an end go.
    """
    columns = _find(table)
    if view == MAP and columns.has_places:
        return _draw_map(columns, table, shown, asset)
    if view == TIMELINE and columns.first is not None:
        return _draw_timeline(columns, table, shown, today)
    return None


def _draw_map(columns: _Columns, table: Table, shown: ShownTable, asset: Callable[[str], str]) -> View:
    places = []
    for number, row in enumerate(table.rows):
        if point := _point(columns, row):
            places.append(pictures.Place(_name(columns, shown, number), *point, href=f"#row-{number + 1}"))
    base = pictures.referred(lambda name: asset(f"base/{name}"))
    panels: list[Panel] = []
    outside: tuple[str, ...] = ()
    for (width, height), classes in ((_WIDE, "pic map broadly"), (_NARROW, "pic map narrowly")):
        drawn = pictures.draw_points(places, base, width=width, height=height)
        panels.append(_panel(drawn, classes))
        outside = outside or drawn.outside
    return View(MAP, tuple(panels), len(places), outside)


def _draw_timeline(columns: _Columns, table: Table, shown: ShownTable, today: date) -> View:
    bars = []
    for number, row in enumerate(table.rows):
        begun = _day(row, columns.first)
        first, last = earliest(begun), latest(begun)
        if not first or not last or first > today:
            continue
        ended = _day(row, columns.last)
        # Where a result has no column of ends, a row is an event, and not something that goes on.
        end = latest(ended) if columns.last is not None else last
        years = f"{begun}–{ended}" if columns.last is not None else begun
        bars.append(
            pictures.Bar(
                _name(columns, shown, number),
                first,
                last,
                end,
                pictures.State.ENDED if columns.last is not None and end else pictures.State.CURRENT,
                href=f"#row-{number + 1}",
                years=years,
            )
        )
    bars.sort(key=lambda bar: (bar.first, bar.name))
    drawn = pictures.draw_timeline(bars, today, "result")
    return View(TIMELINE, (_panel(drawn, "pic"),), len(bars), drawn.outside)


def _panel(drawing: pictures.Drawing, classes: str) -> Panel:
    # The package writes the texts in it as XML.
    return Panel(Markup(drawing.svg), drawing.width, drawing.height, classes)  # noqa: S704


def _find(table: Table) -> _Columns:
    """The columns that can be drawn, seen from the values of all rows."""
    columns = [[row[place] for row in table.rows if row[place]] for place in range(len(table.variables))]
    names = dict(enumerate(table.variables))

    def first_of(fits: Callable[[str, Sequence[Term | None]], bool], *but: int | None) -> int | None:
        found = (p for p, terms in enumerate(columns) if terms and p not in but and fits(names[p], terms))
        return next(found, None)

    end = first_of(lambda name, terms: any(map(_ENDS.fullmatch, _words(name))) and _are_days(name, terms))
    start = first_of(_are_days, end)
    return _Columns(
        point=first_of(lambda _, terms: all(_datatype(term) == _WKT for term in terms)),
        latitude=first_of(lambda name, terms: bool(_LATITUDE.fullmatch(name)) and _are_numbers(terms)),
        longitude=first_of(lambda name, terms: bool(_LONGITUDE.fullmatch(name)) and _are_numbers(terms)),
        first=end if start is None else start,
        last=None if start is None else end,
    )


def _are_days(name: str, terms: Sequence[Term | None]) -> bool:
    texts = [_text(term) for term in terms]
    are_days = [
        _datatype(term) in _DAYS or _DAY.fullmatch(text) is not None
        for term, text in zip(terms, texts, strict=True)
    ]
    odd = are_days.count(False)
    if odd > max(1, len(terms) // _ODD) or odd >= len(terms) - odd:
        return False
    says_more = any(
        _datatype(term) in _DAYS or not text.isdigit()
        for term, text, is_day in zip(terms, texts, are_days, strict=True)
        if is_day
    )
    return says_more or any(_YEARS.fullmatch(word) or _ENDS.fullmatch(word) for word in _words(name))


def _words(name: str) -> list[str]:
    """The words of the name of a variable, in small letters.

    >>> _words("signedOn"), _words("rok_od"), _words("ISOYear")
    (['signed', 'on'], ['rok', 'od'], ['iso', 'year'])
    """
    return [word.lower() for word in _BETWEEN_WORDS.split(name) if word]


def _are_numbers(terms: Sequence[Term | None]) -> bool:
    return all(_number(_text(term)) is not None for term in terms)


def _datatype(term: Term | None) -> str:
    return str(term.get("datatype", "")) if term else ""


def _text(term: Term | None) -> str:
    return str(term["value"]) if term and term["type"] == "literal" else ""


def _number(text: str) -> float | None:
    try:
        return float(text) if len(text) < 40 else None
    except ValueError:
        return None


def _point(columns: _Columns, row: Sequence[Term | None]) -> tuple[float, float] | None:
    """Latitude and longitude of a row, None where it has none that are on the globe."""
    if columns.point is not None:
        match = _POINT.fullmatch(_text(row[columns.point]).strip()[:200])
        texts = (match.group(2), match.group(1)) if match else ("", "")
    else:
        assert columns.latitude is not None
        assert columns.longitude is not None
        texts = _text(row[columns.latitude]), _text(row[columns.longitude])
    latitude, longitude = map(_number, texts)
    if latitude is None or longitude is None or not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None
    return latitude, longitude


def _day(row: Sequence[Term | None], place: int | None) -> str:
    """The day, month or year of a cell, without a time and a zone."""
    match = _DAY.match(_text(row[place])) if place is not None else None
    return match.group() if match else ""


def _name(columns: _Columns, shown: ShownTable, number: int) -> str:
    """What names a row: the text of a column with a telling name, or of the first that is not drawn."""
    cells = [
        (column.name, cell)
        for place, (column, cell) in enumerate(zip(shown.columns, shown.rows[number], strict=True))
        if cell and cell.text and place not in columns.used
    ]
    texts = [cell.text for name, cell in cells if cell.kind == "literal" and not cell.is_number]
    named = (cell.text for name, cell in cells if cell.kind == "literal" and _NAME.search(name))
    others = (cell.text for _, cell in cells)
    return next(chain(named, texts, others), str(number + 1))[:120]
