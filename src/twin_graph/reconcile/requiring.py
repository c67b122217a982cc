"""What a query requires of its candidates, or rules out, tested on what is known of them (R12).

The matcher weighs what a query says; here facts decide. Both sides are resolved to things first, so that it does not
matter how a country or a partner is written. What nobody knows meets no requirement, and is ruled out by none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rdflib import URIRef

from twin_graph import iris
from twin_graph.geo import great_circle_km
from twin_graph.labels import fold
from twin_graph.matching import Candidate, Index
from twin_graph.matching.comparing import is_in_region
from twin_graph.matching.countries import read_country
from twin_graph.matching.index import Known
from twin_graph.matching.wanted import meant_networks, meant_places
from twin_graph.reconcile.asked import Asked, Condition, Given, read_number, read_point
from twin_graph.reconcile.elsewhere import place_of, values_elsewhere
from twin_graph.reconcile.evidence import KINDS, bare, read_given
from twin_graph.reconcile.facts import OTHERS, Facts, Value
from twin_graph.reconcile.services import Service
from twin_graph.reconcile.vocabulary import Property

_DEFAULT_KM, _DEFAULT_PERCENT = 25.0, 25.0
_PLAIN = {"limit": "0", "status": "any", "dates": "str", "count": "false"}


@dataclass(frozen=True)
class Test:
    """A condition, with the keys of the things that each of its values may mean."""

    condition: Condition
    meant: tuple[frozenset[str], ...]


@dataclass(frozen=True)
class Requiring:
    """What tests candidates.

    Args:
        places: the index of the matcher, if there is one.
    """

    service: Service
    facts: Facts
    places: Index | None

    def required(self, asked: Asked) -> tuple[Test, ...]:
        """What every candidate has to meet."""
        return self._tests(each for each in asked.conditions if each.required)

    def ruled_out(self, asked: Asked) -> tuple[Test, ...]:
        """What no candidate should have, though that is not required: who does not meet it contradicts."""
        some = (each for each in asked.conditions if each.quantifier == "none" and not each.required)
        return self._tests(some)

    def _tests(self, conditions: Iterable[Condition]) -> tuple[Test, ...]:
        return tuple(
            Test(each, tuple(self._meant(each.property, given) for given in each.values))
            for each in conditions
        )

    def meets(self, tests: Sequence[Test], candidate: Candidate, thing: URIRef | None) -> bool:
        """Whether a candidate meets all of them."""
        place = place_of(self.places, self.service, candidate) if tests else None
        return all(self._meets_one(test, thing, place) for test in tests)

    def _meets_one(self, test: Test, thing: URIRef | None, place: Known | None) -> bool:
        condition = test.condition
        values = self._values(condition.property, thing, place)
        own = self._own(condition.property, thing, place)
        found = [
            not own.isdisjoint(meant)
            or any(_is_equal(condition, value, given) for value in values)
            or _is_in(condition, place, given)
            for given, meant in zip(condition.values, test.meant, strict=True)
        ]
        if condition.quantifier == "none":
            return not any(found)
        return all(found) if condition.quantifier == "all" else any(found)

    def _values(self, wanted: Property, thing: URIRef | None, place: Known | None) -> list[Value]:
        if thing is not None and wanted.can_be_fetched:
            return self.facts.values(self.service, thing, wanted, _PLAIN)
        if thing is None and place is not None:
            return values_elsewhere(place, wanted, self.facts, self.service.language)
        return []

    def _own(self, wanted: Property, thing: URIRef | None, place: Known | None) -> set[str]:
        """The keys of the countries, partners or networks of a candidate."""
        if wanted.evidence not in KINDS:
            return set()
        if thing is None:
            return {place.country} - {""} if place and wanted.evidence == "country" else set()
        way = "twin:inCountry" if wanted.evidence == "country" else OTHERS.get(wanted.via, "") or wanted.reads
        joints = self.facts.follow([thing], wanted.via) if wanted.via else [thing]
        return {
            minted.key
            for end in self.facts.follow(joints, way)
            if end != thing and (minted := iris.unmint(self.facts.base_iri, str(end)))
        }

    def _meant(self, wanted: Property, given: Given) -> frozenset[str]:
        """The keys of the countries, partners or networks that a value may mean: its identifier, or else its name."""
        if wanted.evidence not in KINDS:
            return frozenset()
        kind = KINDS[wanted.evidence]
        for text in filter(None, (given.id, given.text)):
            found = self._keys(kind, text)
            thing = self.facts.of_any(kind, text)
            minted = iris.unmint(self.facts.base_iri, thing) if thing is not None else None
            if found or minted:
                return frozenset({*found, *([minted.key] if minted else ())})
        return frozenset()

    def _keys(self, kind: str, text: str) -> set[str]:
        if kind == "country":
            return {read_country(text, self.places.countries if self.places else None)} - {""}
        if self.places is None:
            return set()
        meant = meant_networks if kind == "network" else meant_places
        return {self.places.place(number).key for number in meant(self.places, text)} - {""}


def _is_in(condition: Condition, place: Known | None, given: Given) -> bool:
    """Whether a place is in a region, as far as the index of the matcher knows it."""
    if condition.property.evidence != "admin" or place is None or not place.admin:
        return False
    return any(is_in_region(text, place) for text in (given.id, given.text) if text)


def _is_equal(condition: Condition, value: Value, given: Given) -> bool:
    if condition.property.evidence == "point":
        return _is_near(value, given, condition.within)
    number = value.get("int", value.get("float"))
    if number is not None:
        return _is_about(float(number), given, condition.within)
    said = {fold(form) for text in (given.id, given.text) if text for form in (text, bare(text))}
    return not said.isdisjoint(fold(str(text)) for text in value.values())


def _is_near(value: Value, given: Given, within: tuple[str, float]) -> bool:
    there, here = read_point(str(value.get("str", ""))), read_given(given, read_point)
    if there is None or here is None:
        return False
    return great_circle_km(*there, *here) <= (within[1] if within[0] == "Km" else _DEFAULT_KM)


def _is_about(value: float, given: Given, within: tuple[str, float]) -> bool:
    wanted = read_given(given, read_number)
    percent = within[1] if within[0] == "Percent" else _DEFAULT_PERCENT
    return wanted is not None and abs(value - wanted) <= value * percent / 100
