"""The cities, networks and countries of the graph for the matcher's index, as a file of the snapshot.

Reads the graph; what names are compared by and how the file is written is `matching`. Where no place has changed, the
file is taken from the cache.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from rdflib import Literal, URIRef
from rdflib.namespace import SKOS

from twin_graph import iris
from twin_graph.build import kept
from twin_graph.describe import LABELS
from twin_graph.labels import Name
from twin_graph.matching import FILE, Place, with_gazetteer, write_index
from twin_graph.matching.places import KINDS
from twin_graph.namespaces import TWIN
from twin_graph.snapshot import SideFacts, SideFile
from twin_graph.store import Store

_USES = {
    **dict.fromkeys(LABELS, "label"),
    TWIN.nativeName: "native",
    TWIN.exonym: "exonym",
    SKOS.altLabel: "alternative",
    TWIN.formerName: "former",
}
# What an identifier is called in a query.
_IDENTIFIERS = {"geonames": TWIN.geonamesId, "teryt": TWIN.terytCode}
_NUMBERS = (TWIN.latitude, TWIN.longitude, TWIN.population)
# Two things that are one place: a town and its municipality.
_SIBLING = TWIN.hasSibling

Texts = Mapping[str, list[str]]


def write_places(path: Path, facts: SideFacts) -> None:
    """Write the index of a snapshot, with the places of the gazetteer that are not ours."""
    places = list(read_places(facts.store, facts.manifest.base_iri))
    made_from = (repr(places).encode(), *(file.read_bytes() for file in _tables()))
    cached = facts.workspace.cache / kept.name_of("places", made_from, ".places")
    kept.write_database(path, cached, lambda to: write_index(to, with_gazetteer(places)))


def _tables() -> list[Path]:
    """The gazetteer, and what names are read by, besides the program."""
    return sorted(file for name in ("labels", "matching") for file in (kept.PROGRAM / name).glob("*.csv"))


def read_places(store: Store, base_iri: str) -> Iterator[Place]:
    """The cities, networks and countries of a graph."""

    def key(iri: object) -> tuple[str, str]:
        minted = iris.unmint(base_iri, str(iri))
        return (minted.kind, minted.key) if minted and not minted.fragment else ("", "")

    names = _names(store)
    of = {
        predicate: _values(store, predicate)
        for predicate in (TWIN.wikidataId, *_IDENTIFIERS.values(), *_NUMBERS)
    }
    countries = _keys(store, TWIN.inCountry, key)
    partners, networks = _partners(store, key), _networks(store, key)
    siblings = _keys(store, _SIBLING, key)
    for thing in sorted({*names, *of[TWIN.wikidataId]}):
        kind, own = key(thing)
        if kind not in KINDS:
            continue
        latitude, longitude, population = (of[name].get(thing, ("",))[0] for name in _NUMBERS)
        yield Place(
            kind, own, of[TWIN.wikidataId].get(thing, ("",))[0], tuple(names.get(thing, ())),
            own if kind == "country" else next(iter(countries.get(thing, ())), ""), "",
            (float(latitude), float(longitude)) if latitude and longitude else None,
            int(population or 0),
            tuple(sorted(partners.get(own, ()))) if kind == "city" else (),
            tuple(sorted(networks.get(own, ()))) if kind == "city" else (),
            siblings.get(thing, ()),
            {sort: found[0] for sort, term in _IDENTIFIERS.items() if (found := of[term].get(thing))},
        )  # fmt: skip


Key = Callable[[object], tuple[str, str]]


def _names(store: Store) -> dict[str, list[Name]]:
    """The names of everything, labels first, each text once per language."""
    found: dict[str, dict[tuple[str, str], Name]] = defaultdict(dict)
    for predicate, use in _USES.items():
        literals = [
            (str(subject), str(value), value.language or "")
            for subject, _, value in store.triples(None, URIRef(predicate))
            if isinstance(value, Literal)
        ]
        for subject, text, language in sorted(literals):
            found[subject].setdefault((text, language), Name(text, language, use))
    return {subject: list(names.values()) for subject, names in found.items()}


def _values(store: Store, predicate: URIRef) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for subject, _, value in store.triples(None, predicate):
        found[str(subject)].append(str(value))
    return {subject: sorted(set(values)) for subject, values in found.items()}


def _keys(store: Store, predicate: URIRef, key: Key) -> dict[str, tuple[str, ...]]:
    return {
        subject: tuple(key(value)[1] for value in values)
        for subject, values in _values(store, predicate).items()
    }


def _partners(store: Store, key: Key) -> dict[str, set[tuple[str, str]]]:
    """The partners of each city, with the partnership; also those of partnerships that have ended."""
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for partnership, parties in _values(store, TWIN.hasParty).items():
        kind, own = key(partnership)
        if kind != "partnership":
            continue
        cities = [city for sort, city in map(key, parties) if sort == "city"]
        for city in cities:
            found[city] |= {(other, own) for other in cities if other != city}
    return found


def _networks(store: Store, key: Key) -> dict[str, set[str]]:
    networks = _values(store, TWIN.isMembershipIn)
    found: dict[str, set[str]] = defaultdict(set)
    for membership, cities in _values(store, TWIN.isMembershipOf).items():
        for city in cities:
            found[key(city)[1]] |= {key(network)[1] for network in networks.get(membership, ())}
    return found


PLACES = SideFile(FILE, write_places)
