"""Flaws for the things of the synthetic graph: how each is made, and which finding has to follow from it.

Each breaks one rule of `shapes/twins.ttl` and no other. Knows nothing of validators.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from twin_graph.namespaces import CONCEPTS_IRI, PREFIXES, TWIN_IRI

BASE = "http://localhost:8000/"
RULES = f"{BASE}bench/shapes#"
Said = list[tuple[str, str]]
Change = Callable[["Thing"], None]
_XSD = PREFIXES["xsd"]
_NOWHERE = f"<{BASE}id/nowhere>"


@dataclass
class Thing:
    """A thing and what is said of it: names of properties, and values as N-Triples write them."""

    kind: str
    number: int
    iri: str
    said: Said


class Expected(NamedTuple):
    """What a report must hold: focus node, rule and component."""

    focus: str
    rule: str
    component: str


@dataclass(frozen=True)
class Flaw:
    """One way to be wrong.

    Attributes:
        kind: the kind of thing that it befalls.
        rule: local name of the shape that is broken.
        component: the constraint component, without its ending.
        change: makes the flaw.
        focus: the focus node, where that is not the thing itself.
    """

    kind: str
    rule: str
    component: str
    change: Change
    focus: Callable[[Thing], str] = lambda thing: thing.iri

    def plant(self, thing: Thing) -> Expected:
        """Make a thing wrong; returns what has to be found."""
        self.change(thing)
        return Expected(self.focus(thing), RULES + self.rule, f"{self.component}ConstraintComponent")


def drop(name: str) -> Change:
    """The thing says nothing of a property."""

    def change(thing: Thing) -> None:
        kept = [pair for pair in thing.said if pair[0] != name]
        assert len(kept) < len(thing.said)
        thing.said = kept

    return change


def add(name: str, value: str) -> Change:
    """The thing says something more."""
    return lambda thing: thing.said.append((name, value))


def put(name: str, value: str) -> Change:
    """The thing says something else of a property."""

    def change(thing: Thing) -> None:
        thing.said = [*(pair for pair in thing.said if pair[0] != name), (name, value)]

    return change


def leave(_: Thing) -> None:
    """The thing itself is as it should be; others are not."""


def _unknown_seat(thing: Thing) -> str:
    return f"{thing.iri}/seat"


def _sit_nowhere(thing: Thing) -> None:
    put("seat", f"<{_unknown_seat(thing)}>")(thing)


def _related_twice(thing: Thing) -> None:
    twin = f"<{BASE}id/city/c{thing.number + 1}>"
    thing.said.extend((("twinnedWith", twin), ("hasSibling", twin)))


def _typed(text: str, datatype: str) -> str:
    return f'"{text}"^^<{_XSD}{datatype}>'


# Changes of one row after the first validation, and what each has to add to the report: second values in the row of
# the city with most partnerships, and a new partnership of it that nobody has seen written.
CITY, PARTNERSHIP = f"{BASE}id/city/c0", f"{BASE}id/partnership/new"
CHANGED_ROWS: tuple[tuple[str, str, Said, tuple[tuple[str, str], ...]], ...] = (
    ("changed row", CITY, [("label", '"Another name"@en'), ("population", _typed("-1", "integer"))],
     (("City-label", "UniqueLang"), ("City-population", "MinInclusive"), ("City-population", "MaxCount"))),
    ("new row", PARTNERSHIP, [("type", f"<{TWIN_IRI}Partnership>"), ("hasParty", f"<{CITY}>"),
                              ("hasParty", f"<{BASE}id/city/c1>"),
                              ("relationType", f"<{CONCEPTS_IRI}relation#listed>")],
     (("Partnership-source", "MinCount"),)),
)  # fmt: skip

# A network that no membership names; `twins` sees to that.
LONELY = Flaw("network", "Network-members", "MinCount", leave)


def expected_of_rows() -> list[Expected]:
    """What the changed rows add to the report."""
    return [Expected(iri, RULES + rule, f"{component}ConstraintComponent")
            for _, iri, _, broken in CHANGED_ROWS for rule, component in broken]  # fmt: skip


FLAWS: tuple[Flaw, ...] = (
    Flaw("country", "Country-code", "Pattern", put("isoCode", '"XYZ"')),
    Flaw("source", "Source-address", "Datatype", put("url", '"https://example.org/list"')),
    Flaw("source", "Source-retrieved", "MinCount", drop("retrievedOn")),
    Flaw("city", "City-label", "MinCount", drop("label")),
    Flaw("city", "City-label", "UniqueLang", add("label", '"Another name"@en')),
    Flaw("city", "City-label", "LanguageIn", add("label", '"veng"@tlh')),
    Flaw("city", "City-label", "MaxLength", add("label", f'"{"longissimum " * 11}"@la')),
    Flaw("city", "City-country", "MinCount", drop("inCountry")),
    Flaw("city", "City-country", "MaxCount", add("inCountry", f"<{BASE}id/country/c199>")),
    Flaw("city", "City-country", "Class", put("inCountry", _NOWHERE)),
    Flaw("city", "City-latitude", "MaxInclusive", put("latitude", _typed("95.5", "decimal"))),
    Flaw("city", "City-longitude", "MinInclusive", put("longitude", _typed("-190.5", "decimal"))),
    Flaw("city", "City-longitude", "Datatype", put("longitude", _typed("1.25E1", "double"))),
    Flaw("city", "City-population", "MinInclusive", put("population", _typed("-1", "integer"))),
    Flaw("city", "City-geonames", "Pattern", put("geonamesId", '"seven hundred"')),
    Flaw("city", "City-item", "NodeKind", put("exactMatch", f'"{PREFIXES["wd"]}Q1"')),
    Flaw("city", "Twin-sibling", "Disjoint", _related_twice),
    LONELY,
    Flaw("network", "SeatShape", "Class", _sit_nowhere, _unknown_seat),
    Flaw("membership", "Membership-member", "Class", put("isMembershipOf", _NOWHERE)),
    Flaw("membership", "Membership-role", "MaxCount", add("role", f"<{CONCEPTS_IRI}role#lead>")),
    Flaw("membership", "Membership-until", "LessThan", put("until", _typed("1990-01-31", "date"))),
    Flaw("membership", "Membership-from", "SPARQL", put("from", _typed("1931-05-01", "date"))),
    Flaw("partnership", "Partnership-parties", "MinCount", put("hasParty", f"<{BASE}id/city/c0>")),
    Flaw("partnership", "Partnership-parties", "Class", add("hasParty", f"<{BASE}id/network/n0>")),
    Flaw("partnership", "Partnership-relation", "In", put("relationType", f"<{CONCEPTS_IRI}relation#sister>")),
    Flaw("partnership", "Partnership-status", "MaxCount", add("currentStatus", f"<{CONCEPTS_IRI}status#expired>")),
    Flaw("partnership", "Partnership-start", "LessThanOrEquals", put("earliestStart", _typed("2040-01-01", "date"))),
    Flaw("partnership", "Partnership-distance", "MaxInclusive",
         put("distanceKilometres", _typed("20040.5", "decimal"))),
    Flaw("partnership", "Partnership-source", "MinCount", drop("hasSource")),
    Flaw("agreement", "Agreement-signed", "Pattern", put("signedOn", '"2o15"')),
    Flaw("agreement", "Agreement-partnership", "MinCount", drop("isDocumentOf")),
    Flaw("agreement", "Agreement-confidence", "Class", put("confidence", _NOWHERE)),
    Flaw("agreement", "Agreement-area", "NodeKind", add("coversArea", '"culture"')),
    Flaw("letter", "Letter-stage", "HasValue", put("stage", f"<{CONCEPTS_IRI}stage#contact>")),
    Flaw("resolution", "Resolution-adopted", "Datatype", put("adoptedOn", _typed("2004-04-31", "date"))),
    Flaw("resolution", "Resolution-adopted", "SPARQL", put("adoptedOn", _typed("2031-04-30", "date"))),
    Flaw("resolution", "Resolution-number", "MinLength", put("resolutionNumber", '""')),
    Flaw("event", "Event-status", "In", put("event", f"<{CONCEPTS_IRI}status#gone>")),
    Flaw("event", "Event-decision", "NodeKind", put("decidedBy", '"the council"')),
    Flaw("name", "Name-text", "Datatype", put("nameText", '"Ółd"@pl')),
    Flaw("name", "Name-place", "MinCount", drop("isNameOf")),
)  # fmt: skip
