"""GeoJSON of what has a place (RFC 7946): a city is a point, a country its box, what links cities a line.

Only what the data say: a country is the box around it, and a line is straight between its ends. Arcs and maps
are `pictures`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from rdflib import URIRef
from rdflib.term import Node

from twin_graph import iris
from twin_graph.namespaces import TWIN
from twin_graph.web.site import Site
from twin_graph.workspace import LANGUAGES

# The kinds whose lists are maps, too.
LISTED = ("city", "country", "partnership")
_BOX = (TWIN.westLongitude, TWIN.southLatitude, TWIN.eastLongitude, TWIN.northLatitude)
# The ways from a thing to its cities; from a network they lead through its memberships.
_PATHS = (
    (TWIN.hasParty,),
    (TWIN.hasParticipant,),
    (TWIN.isMembershipOf,),
    (TWIN.isConferredOn,),
    (TWIN.isDocumentOf, TWIN.hasParty),
    (TWIN.changesStatusOf, TWIN.hasParty),
)
Point = tuple[float, float]  # longitude and latitude in degrees, in this order
Object = dict[str, Any]


def has_place(here: Site, kind: str, key: str) -> bool:
    """Whether the data say where a thing is, or where what it links is."""
    thing = iris.thing(here.base_iri, kind, key)
    return _find_geometry(here, thing, kind) is not None or bool(_find_cities(here, thing))


def write(here: Site, kind: str, key: str) -> bytes:
    """The feature of a thing; where it links cities, a collection of it and of them."""
    thing = iris.thing(here.base_iri, kind, key)
    feature = _feature(here, thing, kind)
    cities = _find_cities(here, thing)
    if not cities:
        return _dump(feature)
    features = [feature, *(_feature(here, city, "city", _point(place)) for city, place in cities.items())]
    return _dump({"type": "FeatureCollection", "features": features})


def write_list(here: Site, kind: str, things: Iterable[URIRef]) -> bytes:
    """One feature for each thing; that of a thing without a place has no geometry."""
    features = [_feature(here, thing, kind) for thing in things]
    return _dump({"type": "FeatureCollection", "features": features})


def link(points: list[Point]) -> Object | None:
    """The geometry of a link: a line between two places, in two parts where it crosses the 180th meridian.

    >>> link([(22.5, 51.2), (24.0, 49.8)])
    {'type': 'LineString', 'coordinates': [[22.5, 51.2], [24.0, 49.8]]}
    >>> link([(170.0, 10.0), (-170.0, 20.0)])["coordinates"]
    [[[170.0, 10.0], [180.0, 15.0]], [[-180.0, 15.0], [-170.0, 20.0]]]
    >>> link([(180.0, 10.0), (-170.0, 20.0)])["coordinates"], link([(-170.0, 20.0), (180.0, 10.0)])["coordinates"]
    ([[-180.0, 10.0], [-170.0, 20.0]], [[-170.0, 20.0], [-180.0, 10.0]])
    >>> link([(180.0, 10.0), (-180.0, 20.0)])["coordinates"]
    [[-180.0, 10.0], [-180.0, 20.0]]
    """
    if len(points) < 2:
        return _point(points[0]) if points else None
    if len(points) > 2:
        return {"type": "MultiPoint", "coordinates": [list(point) for point in points]}
    (west, south), (east, north) = points
    if abs(east - west) <= 180:
        return {"type": "LineString", "coordinates": [[west, south], [east, north]]}
    side = 180.0 if west > 0 else -180.0
    if side in (west, -east):  # an end on the meridian, which has two names: the line does not cross it
        west, east = (-side, east) if west == side else (west, side)
        return {"type": "LineString", "coordinates": [[west, south], [east, north]]}
    unrolled = east + 2 * side
    middle = south + (north - south) * ((side - west) / (unrolled - west))
    middle = round(middle, 6)
    parts = [[[west, south], [side, middle]], [[-side, middle], [east, north]]]
    return {"type": "MultiLineString", "coordinates": parts}


def box(west: float, south: float, east: float, north: float) -> Object:
    """The geometry of a box in degrees; `west` beyond `east` crosses the 180th meridian and makes two.

    >>> box(14, 48.9, 24.2, 54.9)["type"], box(170, -50, -170, -30)["type"]
    ('Polygon', 'MultiPolygon')
    """
    if west <= east:
        return {"type": "Polygon", "coordinates": _ring(west, south, east, north)}
    halves = [_ring(west, south, 180.0, north), _ring(-180.0, south, east, north)]
    return {"type": "MultiPolygon", "coordinates": halves}


def _ring(west: float, south: float, east: float, north: float) -> list[list[list[float]]]:
    """One ring, against the clock."""
    return [[[west, south], [east, south], [east, north], [west, north], [west, south]]]


def _feature(here: Site, thing: URIRef, kind: str, geometry: Object | None = None) -> Object:
    names = {f"name_{code}": str(here.names.title(thing, code)) for code in LANGUAGES}
    feature: Object = {"type": "Feature", "id": str(thing)}
    corners = _find_box(here, thing) if kind == "country" else None
    if corners is not None:
        feature["bbox"] = corners
    feature["geometry"] = geometry or _find_geometry(here, thing, kind)
    if feature["geometry"] is None:
        feature["geometry"] = link(list(_find_cities(here, thing).values()))
    key = str(thing).rpartition("/")[2]
    feature["properties"] = {"iri": str(thing), "kind": kind, "key": key, **names}
    return feature


def _find_geometry(here: Site, thing: URIRef, kind: str) -> Object | None:
    """Where a thing itself is."""
    if kind == "country":
        corners = _find_box(here, thing)
        return box(*corners) if corners else None
    place = _numbers(here, thing, (TWIN.longitude, TWIN.latitude))
    return _point((place[0], place[1])) if place else None


def _find_box(here: Site, thing: URIRef) -> list[float] | None:
    return _numbers(here, thing, _BOX)


def _numbers(here: Site, thing: URIRef, properties: Iterable[URIRef]) -> list[float] | None:
    """The values of properties that are numbers; None where one is missing."""
    values = [here.names.value(thing, name) for name in properties]
    return [float(str(value)) for value in values if value is not None] if None not in values else None


def _find_cities(here: Site, thing: URIRef) -> dict[URIRef, Point]:
    """The cities that a thing links or takes place in, by IRI, as far as it is known where they are."""
    found: set[Node] = set()
    for path in _PATHS:
        ends: set[Node] = {thing}
        for step in path:
            ends = {
                value for end in ends if isinstance(end, URIRef) for value in here.names.values(end, step)
            }
        found |= ends
    for membership, _, _ in here.store.triples(None, TWIN.isMembershipIn, thing):
        found |= {city for _, _, city in here.store.triples(membership, TWIN.isMembershipOf)}
    cities = sorted(city for city in found if isinstance(city, URIRef))
    places = {city: _numbers(here, city, (TWIN.longitude, TWIN.latitude)) for city in cities}
    return {city: (place[0], place[1]) for city, place in places.items() if place}


def _point(place: Point) -> Object:
    return {"type": "Point", "coordinates": list(place)}


def _dump(document: Object) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=1).encode()
