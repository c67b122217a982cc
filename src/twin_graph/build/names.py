"""The names of everything that has a document, for the index that a snapshot holds beside its data.

Reads the graph; how names are compared and written is `labels`. Where no name has changed, the file is taken from the
cache.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from rdflib import Literal, URIRef
from rdflib.namespace import RDF, SKOS
from rdflib.term import Node

from twin_graph import iris
from twin_graph.build import kept
from twin_graph.describe import LABELS
from twin_graph.kinds import DOCUMENTED
from twin_graph.labels import FILE, Name, Named, country_names, write_index
from twin_graph.namespaces import TWIN, TWIN_IRI
from twin_graph.snapshot import SideFacts, SideFile
from twin_graph.store import Store

# As plain text: a term of rdflib is slow as a key, and there are a hundred thousand of these.
_LABELS = tuple(map(str, LABELS))
_PARTY, _COUNTRY, _LANGUAGE = str(TWIN.hasParty), str(TWIN.inCountry), str(TWIN.inLanguage)
_DEGREE, _KEEPER = str(TWIN.twinCount), str(TWIN.keptBy)
# Properties whose texts name a thing, after its labels.
_USES = {
    str(TWIN.nativeName): "native",
    str(TWIN.exonym): "exonym",
    str(SKOS.altLabel): "alternative",
    str(TWIN.formerName): "former",
    str(TWIN.resolutionNumber): "identifier",
}
_IDENTIFIERS = tuple(map(str, (TWIN.wikidataId, TWIN.geonamesId, TWIN.terytCode)))
# A thing without a name of its own is found by the names of what it belongs to.
_PARTS = (_PARTY, str(TWIN.isDocumentOf), str(TWIN.changesStatusOf), str(TWIN.isMembershipOf),
          str(TWIN.isMembershipIn), str(TWIN.isConferralOf), str(TWIN.isConferredOn), str(TWIN.countsFor),
          str(TWIN.concerns), _KEEPER)  # fmt: skip
# Degrees are far below these; a city that keeps a register comes first, then those in a partnership of one.
_KEEPS_REGISTER, _IN_REGISTER = 2_000_000, 1_000_000

_READ = (*_LABELS, *_USES, *_IDENTIFIERS, *_PARTS, _LANGUAGE, _COUNTRY, _DEGREE)

# What the graph says of each thing, by property; the values in a fixed order.
About = Mapping[str, Sequence[Node]]
Facts = Mapping[str, About]


def write_names(path: Path, facts: SideFacts) -> None:
    """Write the index of names of a snapshot."""
    named = list(named_things(facts.store, facts.manifest.base_iri, facts.manifest.registers))
    made_from = (repr(named).encode(), *(file.read_bytes() for file in _tables()))
    cached = facts.workspace.cache / kept.name_of("names", made_from, ".names")
    kept.write_database(path, cached, lambda to: write_index(to, named))


def _tables() -> list[Path]:
    """What names are compared by, besides the program."""
    return sorted((kept.PROGRAM / "labels").glob("*.csv"))


def named_things(store: Store, base_iri: str, registers: Iterable[str]) -> Iterator[Named]:
    """Every thing with a document, with its names.

    Args:
        registers: names of their graphs.
    """
    facts = _read(store)
    weights = _weigh(facts, store, [iris.graph(base_iri, name) for name in registers])
    for kind in DOCUMENTED:
        prefix = f"{base_iri}id/{kind.name}/"
        wanted = URIRef(TWIN_IRI + kind.class_name)
        things = {str(thing) for thing, _, _ in store.triples(None, RDF.type, wanted)}
        for thing in sorted(thing for thing in things if thing.startswith(prefix)):
            yield _named(facts, kind.name, thing, thing[len(prefix) :], base_iri, weights.get(thing, 0))


def _read(store: Store) -> Facts:
    """The properties that matter here, of everything."""
    facts: defaultdict[str, dict[str, list[Node]]] = defaultdict(dict)
    for predicate in _READ:
        for subject, _, value in store.triples(None, URIRef(predicate)):
            values = facts[str(subject)].setdefault(predicate, [])
            if value not in values:
                values.append(value)
    for properties in facts.values():
        for values in properties.values():
            if len(values) > 1:
                values.sort(key=_order)
    return facts


def _named(facts: Facts, kind: str, thing: str, key: str, base_iri: str, weight: int) -> Named:
    about = facts.get(thing, {})
    parts = _parts(facts, about)
    others = country_names(key) if kind == "country" else ()
    identifiers = {str(value).lower() for name in _IDENTIFIERS for value in about.get(name, ())}
    minted = (_unmint(base_iri, part) for part in parts)
    return Named(
        kind,
        key,
        _names(about, others),
        tuple((part.kind, part.key) for part in minted if part is not None),
        (key,) if kind == "country" else _countries(facts, [thing, *parts], base_iri),
        weight,
        tuple(sorted({key, *identifiers})),
    )


def _names(about: About, others: Iterable[Name]) -> tuple[Name, ...]:
    """Labels by the property that names the thing on pages, then all other names, each text once per language."""
    found: dict[tuple[str, str], Name] = {}
    # A title without a tag is in the language that its source is in.
    own_language = next((str(value) for value in about.get(_LANGUAGE, ())), "")
    use = "label"
    for predicate in _LABELS:
        literals = [value for value in about.get(predicate, ()) if isinstance(value, Literal)]
        for literal in literals:
            language = literal.language or own_language
            found.setdefault((str(literal), language), Name(str(literal), language, use))
        use = "alternative" if literals else use
    for predicate, other in _USES.items():
        for value in about.get(predicate, ()):
            language = value.language or "" if isinstance(value, Literal) else ""
            found.setdefault((str(value), language), Name(str(value), language, other))
    for name in others:
        found.setdefault((name.text, name.language), name)
    return tuple(found.values())


def _parts(facts: Facts, about: About) -> tuple[str, ...]:
    """What a thing is named by; the parties of a document's partnership stand for the partnership."""
    found: dict[str, None] = {}
    for predicate in _PARTS:
        for value in about.get(predicate, ()):
            parties = facts.get(str(value), {}).get(_PARTY)
            found |= dict.fromkeys(str(party) for party in parties or [value])
    return tuple(found)


def _countries(facts: Facts, places: Iterable[str], base_iri: str) -> tuple[str, ...]:
    """Those that a thing or one of its parts is in."""
    values = (value for place in places for value in facts.get(place, {}).get(_COUNTRY, ()))
    minted = (_unmint(base_iri, str(value)) for value in values)
    return tuple(country.key for country in minted if country is not None)


def _weigh(facts: Facts, store: Store, registers: Iterable[URIRef]) -> dict[str, int]:
    """Cities that keep a register, then those of its partnerships, then by how many partners they have."""
    degrees = {thing: int(str(about[_DEGREE][-1])) for thing, about in facts.items() if _DEGREE in about}
    weights = dict(degrees)
    # A partnership of few great cities comes before one of many.
    for thing, about in facts.items():
        if parties := about.get(_PARTY):
            together = sum(degrees.get(str(party), 0) for party in parties)
            weights[thing] = together // max(1, len(parties) - 1)
    keepers = {str(city) for about in facts.values() for city in about.get(_KEEPER, ())}
    inside = {
        str(node)
        for graph in registers
        for subject, predicate, value in store.graph(graph)
        if predicate == TWIN.hasParty
        for node in (subject, value)
    }
    for things, more in ((inside, _IN_REGISTER), (keepers, _KEEPS_REGISTER)):
        for thing in things:
            weights[thing] = weights.get(thing, 0) + more
    return weights


@lru_cache(maxsize=50_000)
def _unmint(base_iri: str, iri: str) -> iris.Minted | None:
    return iris.unmint(base_iri, iri)


def _order(value: Node) -> tuple[str, str]:
    return str(value), getattr(value, "language", None) or ""


NAMES = SideFile(FILE, write_names)
