"""From the graph to the values of pictures: places with the names of a reader, links, bars.

Asks the queries `picture_*.rq` and draws nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from flask import current_app, g, url_for

from twin_graph import dates, iris
from twin_graph.pictures import Bar, Link, Place, Relation, State
from twin_graph.pictures.reading import (
    Around,
    Href,
    Name,
    Neighbour,
    key_of,
    notation_of,
    read_around,
    read_place,
    read_point,
    relation_of,
    state_of,
)
from twin_graph.queries import load
from twin_graph.store import Row
from twin_graph.web.languages import collation_key, page_language
from twin_graph.web.site import Site

_ENDED = ("terminated", "expired")
_RESTING = ("suspended", "dormant")
_CITIES = "twin_graph.pictures.cities"
_CONTINENTS = "twin_graph.pictures.continents"


def on_page(kind: str, key: str) -> str:
    """The page of a thing: a row of the same page may be filtered out, or stand under another thing's name."""
    return url_for("pages.thing", lang=page_language(), kind=kind, key=key) if kind else ""


def around(here: Site, key: str, language: str, href: Href = on_page) -> Around:
    """The neighbours of a city."""
    kept: dict[Any, Around] = g.setdefault("pictures", {})
    name = (key, language, href)
    if name not in kept:
        kept[name] = read_around(here.store, here.base_iri, key, _naming(here, language), href)
    return kept[name]


def _naming(here: Site, language: str) -> Name:
    return lambda iri: str(here.names.title(iri, language))


def bars(here: Site, key: str, language: str, href: Href = on_page) -> tuple[list[Bar], list[str]]:
    """The bars of a city's timeline by their beginning, and the names of those whose beginning is unknown."""
    known = around(here, key, language, href)
    iri = iris.thing(here.base_iri, "city", key)
    histories = _histories(here.store.select(load("picture_periods"), this=iri))
    parties: dict[str, list[Neighbour]] = {}
    for each in known.neighbours:
        parties.setdefault(each.partnership, []).append(each)
    drawn: list[Bar] = []
    undated: list[str] = []
    for partnership, found in parties.items():
        name = ", ".join(each.link.place.name for each in found)
        first, last = dates.earliest(found[0].first), dates.latest(found[0].last)
        if first is None or last is None:
            undated.append(name)
            continue
        history, state = histories.get(partnership, _History()), found[0].link.state
        end = history.end if state is State.ENDED else None
        (_begin, relation), *changes = history.relations or [(first, found[0].link.relation)]
        bar = Bar(
            name, first, last, end, _of_bar(state), relation, tuple(history.pauses),
            found[0].link.place.href, _years(found[0], history.end, changes), tuple(changes),
        )  # fmt: skip
        drawn.append(bar)
    return sorted(drawn, key=lambda bar: (bar.first, bar.last, collation_key(bar.name, language))), undated


def _of_bar(state: State) -> State:
    """A rest is a part of a bar and not its kind."""
    return State.CURRENT if state is State.PAUSED else state


def _years(each: Neighbour, end: date | None, changes: Sequence[tuple[date, Relation]]) -> str:
    first, last = each.first[:4], each.last[:4]
    begin = first if first == last else f"{first}/{last}"
    begin += "".join(f" → {day.year}" for day, _ in changes)
    if each.link.state is not State.ENDED:
        return begin
    return f"{begin}–{end.year if end else '?'}"


@dataclass
class _History:
    """What the periods of a partnership say.

    Attributes:
        end: the last possible day of its end.
        pauses: from when to when it rested.
        relations: the relations one after the other, each with the first day of it that is possible.
    """

    end: date | None = None
    pauses: list[tuple[date, date | None]] = field(default_factory=list)
    relations: list[tuple[date, Relation]] = field(default_factory=list)


def _histories(rows: Iterable[Row]) -> dict[str, _History]:
    """The history of each partnership, from its periods in their order."""
    found: dict[str, _History] = {}
    for row in rows:
        begin = dates.earliest(str(row.get("from", "")))
        if begin is None:
            continue
        history = found.setdefault(key_of(row["partnership"]), _History())
        status = notation_of(row["status"]) if "status" in row else ""
        if status in _ENDED:
            history.end = dates.latest(str(row["from"])) or begin
        elif status in _RESTING:
            until = dates.earliest(str(row["until"])) if "until" in row else None
            history.pauses.append((begin, until))
        if "relation" in row and (not history.relations or history.relations[-1][1] is not relation_of(row)):
            history.relations.append((begin, relation_of(row)))
    return found


def members(here: Site, key: str, language: str, href: Href = on_page) -> list[Link]:
    """The members of a network; those that have left as ended."""
    rows = here.store.select(load("picture_network"), this=iris.thing(here.base_iri, "network", key))
    found: dict[str, Link] = {}
    for row in rows:
        city = key_of(row["city"])
        place = read_place(row, row["city"], _naming(here, language), href)
        has_left = "until" in row and (dates.latest(str(row["until"])) or date.max) < day_of(here)
        link = Link(place, Relation.PARTNER, State.ENDED if has_left else State.CURRENT)
        if city not in found or not has_left:
            found[city] = link
    return list(found.values())


def parties(here: Site, key: str, language: str, href: Href = on_page) -> list[Link]:
    """The parties of a partnership."""
    rows = here.store.select(load("picture_partnership"), this=iris.thing(here.base_iri, "partnership", key))
    found = {key_of(row["city"]): row for row in rows}
    return [
        Link(read_place(row, row["city"], _naming(here, language), href), relation_of(row), state_of(row))
        for city, row in found.items()
    ]


def country_cities(
    here: Site, key: str, language: str, most: int, href: Href = on_page
) -> tuple[list[Place], dict[int, int]]:
    """The cities of a country with most partners, and how many cities have so many partners."""
    found = _country_rows(here, key)
    degrees: dict[int, int] = {}
    for row in found.values():
        degree = int(str(row["partners"]))
        degrees[degree] = degrees.get(degree, 0) + 1
    first = list(found.items())[:most]
    return [
        replace(
            read_place(row, row["city"], _naming(here, language), href), weight=float(str(row["partners"]))
        )
        for city, row in first
    ], degrees


def _country_rows(here: Site, key: str) -> Mapping[str, Row]:
    """The cities of a country by their keys, read once for all pictures of a page."""
    known: dict[str, Mapping[str, Row]] = g.setdefault("country_rows", {})
    if key not in known:
        rows = here.store.select(load("picture_country"), this=iris.thing(here.base_iri, "country", key))
        known[key] = {key_of(row["city"]): row for row in rows}
    return known[key]


def cities(here: Site) -> dict[str, tuple[float, float]]:
    """Latitude and longitude of every city that has any; read at the first call."""
    known: dict[str, tuple[float, float]] | None = current_app.extensions.get(_CITIES)
    if known is None:
        known = {}
        for row in here.store.select(load("picture_cities")):
            latitude, longitude = read_point(row)
            if latitude is not None and longitude is not None:
                known[key_of(row["city"])] = latitude, longitude
        current_app.extensions[_CITIES] = known
    return known


def continents(here: Site) -> dict[str, dict[tuple[float, float], int]]:
    """How many cities each continent has in each field of five degrees; read at the first call."""
    known: dict[str, dict[tuple[float, float], int]] | None = current_app.extensions.get(_CONTINENTS)
    if known is None:
        known = {}
        for row in here.store.select(load("picture_continents")):
            field = float(str(row["north"])), float(str(row["east"]))
            known.setdefault(str(row["continent"]), {})[field] = int(str(row["cities"]))
        current_app.extensions[_CONTINENTS] = known
    return known


def place(here: Site, key: str, language: str, href: Href = on_page) -> Place:
    """One city."""
    iri = iris.thing(here.base_iri, "city", key)
    row = next(iter(here.store.select(load("picture_place"), this=iri)), {})
    return read_place(row, iri, _naming(here, language), href)


def day_of(here: Site) -> date:
    """The day of the data, to which what goes on is drawn."""
    return dates.latest(here.manifest.valid_on) or date(2000, 1, 1)


def countries_of(links: Sequence[Link]) -> int:
    """How many countries the linked places are in."""
    return len({link.place.country for link in links if link.place.country})
