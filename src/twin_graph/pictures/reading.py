"""From the store to the values of pictures: a city with its neighbours, where they are and how the links stand.

Names and addresses come from functions of the caller, who knows the reader. Draws nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rdflib.term import Node

from twin_graph import iris, standing
from twin_graph.geo import great_circle_km
from twin_graph.pictures.model import Link, Place, Relation, State
from twin_graph.queries import load
from twin_graph.store import Row, Store

Href = Callable[[str, str], str]  # kind and key of a thing -> where its mark leads
Name = Callable[[str], str]  # IRI of a thing -> its name for the reader
_RELATIONS = {
    "partner": Relation.PARTNER,
    "friendly": Relation.FRIENDLY,
    "listed": Relation.LISTED,
    "unconfirmed": Relation.LISTED,
}
_STATES = {
    "suspended": State.PAUSED,
    "dormant": State.PAUSED,
    "terminated": State.ENDED,
    "expired": State.ENDED,
    "unknown": State.UNKNOWN,
    "planned": State.UNKNOWN,
}


@dataclass(frozen=True)
class Neighbour:
    """A partnership of a city with one other party."""

    partnership: str
    city: str
    link: Link
    first: str
    last: str


@dataclass(frozen=True)
class Around:
    """A city and its neighbours, those of registers first and the nearest of them first."""

    centre: Place
    continent: str
    neighbours: tuple[Neighbour, ...]

    @property
    def links(self) -> list[Link]:
        """One link for each neighbouring city: the strongest of several."""
        found: dict[str, Link] = {}
        for each in self.neighbours:
            found.setdefault(each.city, each.link)
        return list(found.values())


def read_around(store: Store, base_iri: str, key: str, name: Name, href: Href) -> Around:
    """A city and its neighbours; a city that nobody knows has neither place nor neighbours."""
    iri = iris.thing(base_iri, "city", key)
    row = next(iter(store.select(load("picture_place"), this=iri)), {})
    centre = Place(name(str(iri)), *read_point(row))
    continent = str(row.get("continent", ""))
    found: dict[tuple[str, str], Neighbour] = {}
    for each in store.select(load("picture_city"), this=iri):
        partnership, city = key_of(each["partnership"]), key_of(each["party"])
        if (partnership, city) not in found:
            place = read_place(each, each["party"], name, href)
            link = Link(place, relation_of(each), state_of(each), _distance(centre, place))
            first, last = str(each.get("first", "")), str(each.get("last", ""))
            found[partnership, city] = Neighbour(partnership, city, link, first, last)
    return Around(centre, continent, tuple(sorted(found.values(), key=_importance)))


def read_place(row: Row, city: Node, name: Name, href: Href) -> Place:
    """A city from a row with `latitude`, `longitude` and `country`, as far as they are known."""
    country = key_of(row["country"]) if "country" in row else ""
    latitude, longitude = read_point(row)
    return Place(name(str(city)), latitude, longitude, href("city", key_of(city)), country)


def read_point(row: Row) -> tuple[float, float] | tuple[None, None]:
    """Coordinates in degrees; none where a value is no number or out of range."""
    try:
        latitude, longitude = float(str(row["latitude"])), float(str(row["longitude"]))
    except (KeyError, ValueError):
        return None, None
    fits = -90 <= latitude <= 90 and -180 <= longitude <= 180
    return (latitude, longitude) if fits else (None, None)


def _distance(start: Place, end: Place) -> float | None:
    if start.point is None or end.point is None:
        return None
    return great_circle_km(*start.point, *end.point)


def _importance(each: Neighbour) -> tuple[int, bool, float, int, str]:
    order = list(Relation).index(each.link.relation)
    is_far = each.link.kilometres if each.link.kilometres is not None else 1e9
    return int(order == 3), each.link.state is State.ENDED, is_far, order, each.partnership


def relation_of(row: Row) -> Relation:
    """How the link of a row is marked."""
    return (
        _RELATIONS.get(notation_of(row["relation"]), Relation.OTHER) if "relation" in row else Relation.LISTED
    )


def state_of(row: Row) -> State:
    """How the link of a row stands, as far as that is said."""
    if "status" in row and "relation" in row and not standing.said([row["status"]], [row["relation"]]):
        return State.CURRENT
    return _STATES.get(notation_of(row["status"]), State.CURRENT) if "status" in row else State.CURRENT


def as_drawn(relation: str, status: str) -> tuple[Relation, State]:
    """How a link with these notations is marked, and how it stands."""
    is_said = standing.is_said(status, [relation])
    state = _STATES.get(status, State.CURRENT) if is_said else State.CURRENT
    return _RELATIONS.get(relation, Relation.OTHER), state


def notation_of(iri: Node) -> str:
    """The notation of a concept."""
    return str(iri).rpartition("#")[2]


def key_of(iri: Node) -> str:
    """The key of a thing."""
    return str(iri).rpartition("/")[2]
