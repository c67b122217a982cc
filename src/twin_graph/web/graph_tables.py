"""Tables of the partnership graph: totals of countries, degrees of cities, a comparison, the steps of a chain.

Makes panels from what `chains` finds, as `panels` makes them from queries. The graph of a snapshot is read once
and kept with the application.
"""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain as flatten

from flask import current_app
from rdflib import XSD, Literal, URIRef
from rdflib.term import Node

from twin_graph import iris
from twin_graph.chains import Chains, Comparison, Link, PartnershipGraph, Shared
from twin_graph.namespaces import CONCEPTS_IRI, TWIN
from twin_graph.queries import load
from twin_graph.web.languages import catalogue, collation_key
from twin_graph.web.names import plain
from twin_graph.web.panels import Column, Panel, PanelRow
from twin_graph.web.shelves import KEPT_DAYS
from twin_graph.web.site import Site
from twin_graph.web.values import Value, heading, make_values

_KEPT = "twin_graph.partnerships"
_DAYS = "twin_graph.partnerships_of_days"
_KEPT_TALLIES = 200
_NUMBERS = frozenset({"links", "cities", "partners", "year"})
_WORDS = frozenset({"step"})  # other columns that hold no things
Terms = Mapping[str, list[Node]]


@dataclass(frozen=True)
class Kept:
    """The graph, the key of the country of each city that has one, and what was counted already."""

    graph: PartnershipGraph
    countries: Mapping[str, str]
    tallies: dict[Narrowing, Tally] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True)
class Tally:
    """Counts of some partnerships.

    Attributes:
        total: how many there are.
        degrees: how many each city has.
        cities, links: by country: its cities that have one, and the partnerships that have a city there.
    """

    total: int
    degrees: Mapping[str, int]
    cities: Mapping[str, int]
    links: Mapping[str, int]


@dataclass(frozen=True)
class Narrowing:
    """Which partnerships count: notations of relation and status, the first year of a decade; empty for all.

    Attributes:
        day: on which they held; None for all that are known, as they stand now.
    """

    relation: str = ""
    status: str = ""
    period: str = ""
    day: date | None = None

    def fits(self, link: Link) -> bool:
        """Whether a partnership counts."""
        decade = str(link.year // 10 * 10) if link.year else ""
        return (
            self.relation in ("", link.relation)
            and self.status in ("", link.said_status)
            and self.period in ("", decade)
        )


def kept(here: Site, day: date | None = None) -> Kept:
    """The graph of the snapshot that is served, or what held of it on a day; read at the first call."""
    if day is not None:
        return _kept_of(here, day)
    found: Kept | None = current_app.extensions.get(_KEPT)
    if found is None:
        rows = here.store.select(load("map_cities"))
        countries = {_key(row["city"]): _key(row["country"]) for row in rows}
        found = current_app.extensions[_KEPT] = Kept(PartnershipGraph.read(here.store), countries)
    return found


def _kept_of(here: Site, day: date) -> Kept:
    """The partnerships that held on a day, with the relation and status of that day."""
    days: OrderedDict[date, Kept] = current_app.extensions.setdefault(_DAYS, OrderedDict())
    if found := days.get(day):
        return found
    whole, shelf = kept(here), here.shelves.on(day).shelf("partnership")
    places = {key: place for place, key in enumerate(shelf.keys)}

    def notation(name: str, link: Link) -> str:
        nodes = shelf.values.get(name, {}).get(places[link.key], ())
        return str(nodes[-1]).rpartition("#")[2] if nodes else str(getattr(link, name))

    links = [
        replace(link, relation=notation("relation", link), status=notation("status", link))
        for link in whole.graph.links
        if link.key in places
    ]
    found = Kept(PartnershipGraph(links), whole.countries)
    with whole.lock:
        days[day] = found
        while len(days) > KEPT_DAYS:
            days.popitem(last=False)
    return found


def decades(links: Iterable[Link]) -> list[tuple[str, int]]:
    """The decades in which partnerships began, by their first years, with the number of partnerships."""
    return sorted(Counter(str(link.year // 10 * 10) for link in links if link.year).items())


def tally(here: Site, narrowing: Narrowing) -> Tally:
    """The counts of the partnerships that fit; those of the choices that were asked for last are kept."""
    of_day = kept(here, narrowing.day)
    found = of_day.tallies.get(narrowing)
    if found is None:
        links = of_day.graph.links
        found = _count(of_day.countries, [link for link in links if narrowing.fits(link)])
        with of_day.lock:
            tallies = of_day.tallies
            if len(tallies) >= _KEPT_TALLIES:
                tallies.pop(next(iter(tallies)))
            tallies[narrowing] = found
    return found


def tally_of(here: Site, city: str, links: Iterable[Link]) -> Tally:
    """The counts of partnerships of one city, which itself is not counted."""
    others = [
        replace(link, parties=tuple(party for party in link.parties if party != city)) for link in links
    ]
    return _count(kept(here).countries, others)


def country_totals(here: Site, lang: str, title: str, found: Tally) -> Panel:
    """Each country with its cities that have such partnerships, and the number of these; the most first."""
    order = sorted(found.links, key=lambda country: (-found.links[country], country))
    rows: list[Terms] = [
        {
            "country": [_thing(here, "country", country)],
            "cities": [Literal(found.cities[country])],
            "links": [Literal(found.links[country])],
        }
        for country in order
    ]
    return make_panel(here, lang, "map_countries", title, ("country", "cities", "links"), rows)


def city_degrees(here: Site, lang: str, title: str, found: Tally, limit: int) -> Panel:
    """The cities with most such partnerships."""
    best = sorted(found.degrees, key=lambda city: (-found.degrees[city], city))[:limit]
    rows: list[Terms] = [_city(here, city) | {"links": [Literal(found.degrees[city])]} for city in best]
    return make_panel(here, lang, "map_cities", title, ("city", "country", "links"), rows)


def partners(here: Site, lang: str, title: str, city: str, links: Iterable[Link]) -> Panel:
    """The partners of a city by these partnerships, in the order of the alphabet."""
    found: dict[str, list[Link]] = {}
    for link in links:
        for party in link.parties:
            if party != city:
                found.setdefault(party, []).append(link)
    rows: list[Terms] = [_city(here, party) | _facts(here, of) for party, of in found.items()]
    columns = ("city", "country", "relation", "status", "year", "partnership")
    return make_panel(here, lang, "map_partners", title, columns, rows, sort="city")


def comparison(here: Site, lang: str, titles: Sequence[str], found: Comparison) -> tuple[Panel, Panel, Panel]:
    """Three tables: partners of the first city alone, of both, of the second alone.

    Args:
        titles: of the three, in this order.
    """
    columns = ("city", "country", "relation", "year")

    def one(name: str, title: str, rows: Iterable[Shared], of: Callable[[Shared], Sequence[Link]]) -> Panel:
        made: list[Terms] = [_city(here, row.city) | _facts(here, of(row)) for row in rows]
        return make_panel(here, lang, name, title, columns, made, sort="city")

    return (
        one("compare_first", titles[0], found.only_first, lambda row: row.first),
        one("compare_both", titles[1], found.both, lambda row: (*row.first, *row.second)),
        one("compare_second", titles[2], found.only_second, lambda row: row.second),
    )


def compared(here: Site, lang: str, title: str, cities: Sequence[str], found: Comparison) -> Panel:
    """The three lists in one table, for files: each partner with the cities that it is a partner of."""
    rows: list[Terms] = []
    for row in (*found.only_first, *found.both, *found.only_second):
        sides = zip(cities, (row.first, row.second), strict=True)
        rows.append(
            _city(here, row.city)
            | {"partner_of": [_thing(here, "city", city) for city, of in sides if of]}
            | _facts(here, (*row.first, *row.second))
        )
    columns = ("city", "country", "partner_of", "partnership", "relation", "status", "year")
    return make_panel(here, lang, "compare_all", title, columns, rows, sort="city")


def facts(here: Site, lang: str, title: str, cities: Sequence[str]) -> Panel:
    """What is known of each of some cities, a column for each."""
    found = [_city_facts(here, city) for city in cities]
    names = [name for name in found[0] if any(facts[name] for facts in found)]
    heads = [Column("fact", catalogue(lang).gettext("What is compared"))]
    heads += [Column(f"city-{number}", str(here.names.title(_thing(here, "city", city), lang)))
              for number, city in enumerate(cities)]  # fmt: skip
    rows = [
        PanelRow("", ((Value(plain(heading(here, name, lang))),),
                      *(make_values(here, facts[name], name, lang) for facts in found)))
        for name in names
    ]  # fmt: skip
    return Panel("compare_facts", title, tuple(heads), tuple(rows), total=len(rows))


def _count(countries: Mapping[str, str], links: Sequence[Link]) -> Tally:
    degrees = Counter(flatten.from_iterable(link.parties for link in links))
    cities = Counter(countries[city] for city in degrees if city in countries)
    touched = ({countries[city] for city in link.parties if city in countries} for link in links)
    return Tally(len(links), degrees, cities, Counter(flatten.from_iterable(touched)))


def _city_facts(here: Site, city: str) -> dict[str, list[Node]]:
    iri = _thing(here, "city", city)
    links = kept(here).graph.links_of(city)
    others = kept(here).graph.partners(city, ended=False)
    confirmed = kept(here).graph.partners(city, ended=False, one_sided=False)
    countries = {kept(here).countries.get(other, "") for other in others} - {""}
    years = [link.year for link in links if link.year]
    return {
        "country": _city(here, city).get("country", []),
        "population": list(here.names.values(iri, TWIN.population)),
        "partner_count": [Literal(len(others))],
        "confirmed_count": [Literal(len(confirmed))],
        "countries": [Literal(len(countries))],
        "first_year": [Literal(str(min(years)), datatype=XSD.gYear)] if years else [],
    }


def chain(here: Site, lang: str, title: str, found: Chains) -> Panel:
    """The steps of a chain in their order."""
    rows: list[Terms] = []
    for number, step in enumerate(found.steps, 1):
        ends: Terms = {
            "step": [Literal(number)],
            "city": [_thing(here, "city", step.start)],
            "next_city": [_thing(here, "city", step.end)],
        }
        rows.append({**ends, **_facts(here, step.links)})
    columns = ("step", "city", "next_city", "partnership", "relation", "status", "year")
    return make_panel(here, lang, "chain_steps", title, columns, rows)


def make_panel(here: Site, lang: str, name: str, title: str, columns: Sequence[str], rows: Sequence[Terms],
               sort: str = "") -> Panel:  # fmt: skip
    """A table of terms as the tables of queries are; columns without any value are left out, but for `Panel.whole`.

    Args:
        name: also the id of its heading.
        rows: terms by column; the first IRI of a row is what it is about.
        sort: the column whose text orders the rows; empty for the order of `rows`.
    """
    shown = [column for column in columns if any(row.get(column) for row in rows)]
    made = [
        PanelRow(
            f"row-{_key(row[shown[0]][0])}" if isinstance(row[shown[0]][0], URIRef) else "",
            tuple(make_values(here, row.get(column, ()), column, lang) for column in shown),
            subject=next(
                (term for terms in row.values() for term in terms if isinstance(term, URIRef)), None
            ),
        )
        for row in rows
    ]
    if sort in shown:
        place = shown.index(sort)
        made.sort(key=lambda row: collation_key(str(row.cells[place][0].title), lang))
    heads = [Column(column, heading(here, column, lang), column in _NUMBERS,
                    holds_things=column not in _NUMBERS | _WORDS) for column in columns]  # fmt: skip
    left = tuple((place, head) for place, head in enumerate(heads) if head.name not in shown)
    return Panel(name, title, tuple(head for head in heads if head.name in shown), tuple(made), total=len(made),
                 left_out=left)  # fmt: skip


def _facts(here: Site, links: Sequence[Link]) -> dict[str, list[Node]]:
    """What is said of partnerships that join the same cities."""
    years = sorted({link.year for link in links if link.year})
    return {
        "relation": [_concept("relation", link.relation) for link in _distinct(links, "relation")],
        "status": [_concept("status", link.said_status) for link in _distinct(links, "said_status")
                   if link.said_status],
        "year": [Literal(str(year), datatype=XSD.gYear) for year in years],
        "partnership": [_thing(here, "partnership", link.key) for link in links],
    }  # fmt: skip


def _distinct(links: Sequence[Link], name: str) -> list[Link]:
    return list({getattr(link, name): link for link in links}.values())


def _city(here: Site, city: str) -> dict[str, list[Node]]:
    """A city and its country, where that is known."""
    found: dict[str, list[Node]] = {"city": [_thing(here, "city", city)]}
    if country := kept(here).countries.get(city):
        found["country"] = [_thing(here, "country", country)]
    return found


def _thing(here: Site, kind: str, key: str) -> URIRef:
    return iris.thing(here.base_iri, kind, key)


def _concept(scheme: str, notation: str) -> URIRef:
    return URIRef(f"{CONCEPTS_IRI}{scheme}#{notation}")


def _key(term: Node) -> str:
    return str(term).rpartition("/")[2]
