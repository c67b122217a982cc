"""How many statements, things and values a dataset has, by graph, class, property and datatype.

The numbers are those that SPARQL counts over the default graph, in one pass over the N-Quads: asking for them would
take several times as long, and a build has them at hand. Saying them as statements is `void`.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from rdflib import OWL, RDF, SKOS, XSD

TARGETS = Path(__file__).with_name("targets.csv")
_LINKS = {f"<{term}>".encode() for term in (SKOS.exactMatch, SKOS.closeMatch, OWL.sameAs)}
_TYPE = f"<{RDF.type}>".encode()
_DATATYPE = re.compile(rb'"(?:\^\^<([^>]*)>|(@)[^"]*)?\Z')


@dataclass(frozen=True)
class Target:
    """Another dataset that we link to: its key, its title, with what its things begin, and its home page."""

    key: str
    title: str
    space: str
    page: str


@dataclass(frozen=True)
class Counts:
    """The numbers; graphs, classes, properties and datatypes are IRIs.

    Attributes:
        properties: statements by graph and property.
        classes: things by graph and class.
        class_properties: statements by class of the subject and property.
        datatypes: statements by property and datatype of the value.
        links: statements by key of the target and property.
        subjects, values: the different ones by graph, as N-Quads writes them.
    """

    properties: Counter[tuple[str, str]] = field(default_factory=Counter)
    classes: Counter[tuple[str, str]] = field(default_factory=Counter)
    class_properties: Counter[tuple[str, str]] = field(default_factory=Counter)
    datatypes: Counter[tuple[str, str]] = field(default_factory=Counter)
    links: Counter[tuple[str, str]] = field(default_factory=Counter)
    subjects: Mapping[str, frozenset[bytes]] = field(default_factory=dict)
    values: Mapping[str, frozenset[bytes]] = field(default_factory=dict)

    def __add__(self, other: Counts) -> Counts:
        """The numbers of both, which have no graph in common and no thing that has its class in the other."""
        return Counts(
            self.properties + other.properties,
            self.classes + other.classes,
            self.class_properties + other.class_properties,
            self.datatypes + other.datatypes,
            self.links + other.links,
            {**self.subjects, **other.subjects},
            {**self.values, **other.values},
        )

    def property_sizes(self) -> Counter[str]:
        """How many statements each property has."""
        return _by_second(self.properties)

    def class_sizes(self) -> Counter[str]:
        """How many things each class has."""
        return _by_second(self.classes)

    def entities(self, space: str) -> list[str]:
        """The subjects that begin with an address, sorted."""
        start = f"<{space}".encode()
        found = {subject for many in self.subjects.values() for subject in many if subject.startswith(start)}
        return sorted(subject[1:-1].decode() for subject in found)


@cache
def targets() -> tuple[Target, ...]:
    """The other datasets that links are counted for."""
    with TARGETS.open(encoding="utf-8", newline="") as rows:
        return tuple(Target(**row) for row in csv.DictReader(rows))


def count(parts: Mapping[str, bytes]) -> Counts:
    """The numbers of named graphs that share no statement.

    Args:
        parts: N-Quads as `Store.nquads` writes them, by the graph's IRI.
    """
    types: dict[bytes, list[bytes]] = {}
    for part in parts.values():
        for line in part.splitlines():
            subject, predicate, rest = line.split(b" ", 2)
            if predicate == _TYPE:
                types.setdefault(subject, []).append(rest[: rest.index(b" ")])
    counts = Counts()
    for graph, part in parts.items():
        counts += _count_graph(graph, part, types)
    return counts


def _count_graph(graph: str, part: bytes, types: Mapping[bytes, list[bytes]]) -> Counts:
    end = -len(f" <{graph}> .".encode())
    properties: Counter[bytes] = Counter()
    classes: Counter[bytes] = Counter()
    owned: Counter[tuple[bytes, bytes]] = Counter()
    literals: Counter[tuple[bytes, bytes]] = Counter()
    links: Counter[tuple[str, bytes]] = Counter()
    subjects, values = set(), set()
    for line in part.splitlines():
        subject, predicate, rest = line.split(b" ", 2)
        value = rest[:end]
        subjects.add(subject)
        values.add(value)
        properties[predicate] += 1
        for name in types.get(subject, ()):
            owned[name, predicate] += 1
        if value[:1] == b'"':
            literals[predicate, _datatype(value)] += 1
        elif predicate == _TYPE:
            classes[value] += 1
        elif predicate in _LINKS:
            links.update((target.key, predicate) for target in targets() if value.startswith(_start(target)))
    return Counts(
        Counter({(graph, _iri(name)): number for name, number in properties.items()}),
        Counter({(graph, _iri(name)): number for name, number in classes.items()}),
        Counter({(_iri(name), _iri(predicate)): number for (name, predicate), number in owned.items()}),
        Counter(
            {(_iri(predicate), datatype.decode()): many for (predicate, datatype), many in literals.items()}
        ),
        Counter({(key, _iri(predicate)): number for (key, predicate), number in links.items()}),
        {graph: frozenset(subjects)},
        {graph: frozenset(values)},
    )


def _datatype(literal: bytes) -> bytes:
    """IRI of the datatype of a literal.

    >>> _datatype(b'"a"'), _datatype(b'"a"@en'), _datatype(b'"1"^^<urn:x>')
    (b'http://www.w3.org/2001/XMLSchema#string', b'http://www.w3.org/1999/02/22-rdf-syntax-ns#langString', b'urn:x')
    """
    if literal.endswith(b'"'):
        return str(XSD.string).encode()
    named = _DATATYPE.search(literal)
    return (named and named.group(1)) or str(RDF.langString).encode()


@cache
def _start(target: Target) -> bytes:
    return f"<{target.space}".encode()


def _iri(term: bytes) -> str:
    return term[1:-1].decode()


def _by_second(counter: Counter[tuple[str, str]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for (_, key), number in counter.items():
        found[key] += number
    return found
