"""Places that are not ours: what the index of the matcher knows of an item that it gives as a candidate.

That is little: names, country, position, population. Things of ours are `facts`.
"""

from __future__ import annotations

from twin_graph.labels.matching import choose_title
from twin_graph.matching import Candidate, Index
from twin_graph.matching.index import Known
from twin_graph.reconcile.facts import Facts, Value, number
from twin_graph.reconcile.services import Service
from twin_graph.reconcile.vocabulary import WIKIDATA, Property


def find_elsewhere(places: Index | None, service: Service, identifier: str) -> Known | None:
    """The place of an item that is no thing of ours."""
    if places is None or service.space != WIKIDATA or not service.is_identifier(identifier):
        return None
    found = [places.place(each) for each in places.identified("wikidata", identifier)]
    return next((place for place in found if place.kind == service.kind and not place.is_ours), None)


def place_of(places: Index | None, service: Service, candidate: Candidate) -> Known | None:
    """What the index knows of a candidate, whosever it is."""
    if places is None:
        return None
    numbers = places.identified(*(("key", candidate.key) if candidate.key else ("wikidata", candidate.item)))
    found = (places.place(number) for number in numbers)
    return next((place for place in found if place.kind == service.kind), None)


def title_of(place: Known, language: str) -> str:
    """What a place is called for a reader."""
    title = choose_title(place.names, language)
    return title.text if title else place.names[0].text if place.names else place.item


def country_of(place: Known, facts: Facts, language: str) -> Value | None:
    """The country of a place, with its item."""
    thing = facts.of_key("country", place.country)
    if thing is None:
        return None
    return {"id": facts.item(thing), "name": facts.titles(str(thing), language)}


def values_elsewhere(place: Known, wanted: Property, facts: Facts, language: str) -> list[Value]:
    """The values of a property, as far as the index knows them."""
    value: Value | None = None
    match wanted.evidence:
        case "country":
            value = country_of(place, facts, language)
        case "point":
            value = {"str": f"{place.point[0]:g},{place.point[1]:g}"} if place.point else None
        case "population":
            value = number(str(place.population), whole=True) if place.population else None
        case "identifier:wikidata":
            value = {"id": place.item, "name": title_of(place, language)}
        case "":
            _, _, tag = wanted.reads.partition("@")
            names = [
                name.text for name in place.names if tag and name.language == tag and name.use == "label"
            ]
            value = {"str": names[0]} if names else None
    return [value] if value and value.get("id", "-") else []
