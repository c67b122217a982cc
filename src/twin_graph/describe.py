"""The document of a thing: which statements it holds, and which key it answers to.

A document holds the statements about the thing and about the nodes that live in the document (claims, names,
status periods), the statements that point to the thing, the names of everything that they mention, and what
the document says of itself. Every subject of ours in it can be requested. Serialising is `graphs`.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from rdflib import Literal, URIRef
from rdflib.namespace import DCTERMS, FOAF, PROV, RDF, RDFS, SKOS, VOID, XSD

from twin_graph import iris
from twin_graph.errors import EntityGone, EntityNotFound
from twin_graph.graphs import Triple
from twin_graph.kinds import BY_NAME, DOCUMENTED, Kind
from twin_graph.namespaces import TWIN_IRI
from twin_graph.queries import load
from twin_graph.store import Store

# Some things are pointed to by half of the world: a country by its cities, Wikidata by its claims.
MAX_INCOMING = 2_000
PAGE_SIZE = 1_000
# The properties that name something, the most telling one first.
LABELS = (RDFS.label, SKOS.prefLabel, DCTERMS.title)


@dataclass(frozen=True)
class Description:
    """The statements of one document, in the order in which they are best read.

    Attributes:
        cut: whether more statements point to the thing than the document holds.
    """

    document: URIRef
    thing: URIRef
    triples: tuple[Triple, ...]
    cut: bool = False


@dataclass(frozen=True)
class Dataset:
    """The named graph that says what a thing is, and its licences where known."""

    graph: URIRef | None
    licences: tuple[URIRef, ...] = ()


@dataclass(frozen=True)
class Listing:
    """One page of the list of all things of a kind."""

    document: URIRef
    triples: tuple[Triple, ...]
    page: int
    pages: int
    total: int


def find_kind(name: str) -> Kind:
    """The kind of a name, if its things have documents.

    Raises:
        EntityNotFound: there is none.
    """
    kind = BY_NAME.get(name)
    if kind is None or kind not in DOCUMENTED:
        raise EntityNotFound(f"there is no kind of thing “{name[:64]}”")
    return kind


def resolve(store: Store, base_iri: str, keys: Mapping[str, Any], kind: str, key: str) -> str:
    """The key under which a thing is published; another one than was asked for where that is an alias.

    Args:
        keys: `aliases` and `retired` of the snapshot.

    Raises:
        EntityNotFound: nothing has this kind and key, or it is not one.
        EntityGone: the key was withdrawn without a replacement.
    """
    find_kind(kind)
    wanted = key.lower()
    if not wanted.isascii() or not iris.is_key(wanted):
        raise EntityNotFound(f"“{key[:64]}” is not a key")
    seen: set[str] = set()
    while wanted not in seen:
        seen.add(wanted)
        if next(store.triples(iris.thing(base_iri, kind, wanted)), None) is not None:
            return wanted
        wanted = _successor(keys, kind, wanted)
    raise EntityNotFound(f"there is no {kind} “{wanted}”")


def find_dataset(store: Store, thing: URIRef) -> Dataset:
    """The graph that a thing belongs to; of several the first by name: a register before what is shared."""
    rows = store.select(load("document_graph"), this=thing)
    graph = next((URIRef(str(row["graph"])) for row in rows if "graph" in row), None)
    if graph is None:
        return Dataset(None)
    found = {URIRef(str(o)) for _, _, o in store.triples(graph, DCTERMS.license)}
    return Dataset(graph, tuple(sorted(found)))


def describe(
    store: Store, base_iri: str, kind: str, key: str, max_incoming: int = MAX_INCOMING
) -> Description:
    """The document of a thing that exists under this key."""
    thing, document = iris.thing(base_iri, kind, key), iris.document(base_iri, kind, key)
    incoming = list(_incoming(store, thing, max_incoming + 1))
    cut = len(incoming) > max_incoming
    about = list(store.triples(thing))
    nodes = _fragments(document, chain(about, incoming))
    inside = [triple for node in nodes for triple in store.triples(node)]
    statements = {*about, *inside, *incoming[:max_incoming]}
    statements |= _about_document(base_iri, document, thing, find_dataset(store, thing), cut)
    statements |= set(_names(store, statements))
    return Description(document, thing, _in_reading_order(statements, thing, document), cut)


def tombstone(base_iri: str, kind: str, key: str, gone: EntityGone) -> Description:
    """The document that a withdrawn thing leaves behind."""
    thing, document = iris.thing(base_iri, kind, key), iris.document(base_iri, kind, key)
    statements: set[Triple] = {
        (document, RDF.type, FOAF.Document),
        (document, FOAF.primaryTopic, thing),
        (thing, RDFS.comment, Literal(str(gone))),
    }
    if gone.on:
        statements.add((thing, PROV.invalidatedAtTime, Literal(gone.on, datatype=XSD.date)))
    return Description(document, thing, _in_reading_order(statements, thing, document))


def list_things(store: Store, base_iri: str, kind: str, page: int = 1, size: int = PAGE_SIZE) -> Listing:
    """Types and labels of the things of a kind, by key, one page of them.

    Raises:
        EntityNotFound: the list has no such page.
    """
    general = URIRef(TWIN_IRI + find_kind(kind).class_name)
    prefix = f"{base_iri}id/{kind}/"
    things = sorted(
        {str(s) for s, _, _ in store.triples(None, RDF.type, general) if str(s).startswith(prefix)}
    )
    pages = max(1, -(-len(things) // size))
    if not 1 <= page <= pages:
        raise EntityNotFound(f"the list has {pages} page(s)")
    document = URIRef(f"{base_iri}doc/{kind}")
    own = document if page == 1 else URIRef(f"{document}?page={page}")
    statements: set[Triple] = {(own, RDF.type, FOAF.Document)}
    if page < pages:
        statements.add((own, RDFS.seeAlso, URIRef(f"{document}?page={page + 1}")))
    for thing in map(URIRef, things[(page - 1) * size : page * size]):
        statements.add((own, FOAF.topic, thing))
        for predicate in (RDF.type, *LABELS):
            statements |= set(store.triples(thing, predicate))
    return Listing(own, _in_reading_order(statements, own, own), page, pages, len(things))


def describe_graph(store: Store, base_iri: str, name: str) -> Description:
    """What the metadata say of one named graph.

    Raises:
        EntityNotFound: there is no such graph.
    """
    if not iris.is_key(name):
        raise EntityNotFound(f"“{name[:64]}” is not the name of a graph")
    graph = iris.graph(base_iri, name)
    statements = set(store.triples(graph))
    if not statements and str(graph) not in store.graph_names():
        raise EntityNotFound(f"there is no graph “{name}”")
    statements.add((graph, RDF.type, VOID.Dataset))
    statements |= set(_names(store, statements))
    return Description(graph, graph, _in_reading_order(statements, graph, graph))


def _successor(keys: Mapping[str, Any], kind: str, key: str) -> str:
    alias = keys.get("aliases", {}).get(kind, {}).get(key)
    if alias:
        return str(alias)
    retired = keys.get("retired", {}).get(kind, {}).get(key)
    if retired is None:
        raise EntityNotFound(f"there is no {kind} “{key}”")
    if not retired.get("replaced_by"):
        raise EntityGone(str(retired.get("reason") or "withdrawn"), on=retired.get("on") or None)
    return str(retired["replaced_by"])


def _incoming(store: Store, thing: URIRef, limit: int) -> Iterable[Triple]:
    """The first statements that point to a thing, in an order that does not depend on the store."""
    return heapq.nsmallest(limit, set(store.triples(None, None, thing)), key=_plain_key)


def _fragments(document: URIRef, statements: Iterable[Triple]) -> list[URIRef]:
    prefix = f"{document}#"
    ends = {node for s, _, o in statements for node in (s, o) if isinstance(node, URIRef)}
    return sorted(node for node in ends if node.startswith(prefix))


def _about_document(
    base_iri: str, document: URIRef, thing: URIRef, dataset: Dataset, cut: bool
) -> set[Triple]:
    statements: set[Triple] = {
        (document, RDF.type, FOAF.Document),
        (document, FOAF.primaryTopic, thing),
        *((document, DCTERMS.license, licence) for licence in dataset.licences),
    }
    if dataset.graph is not None:
        statements.add((document, VOID.inDataset, dataset.graph))
    if cut:
        text = (
            "More statements point to this thing than the document holds; the SPARQL endpoint has them all."
        )
        statements.add((document, RDFS.comment, Literal(text, lang="en")))
        statements.add((document, RDFS.seeAlso, URIRef(f"{base_iri}sparql")))
    return statements


def _names(store: Store, statements: Iterable[Triple]) -> Iterator[Triple]:
    named = {node for s, _, o in statements for node in (s, o) if isinstance(node, URIRef)}
    for node in named:
        for predicate in LABELS:
            yield from store.triples(node, predicate)


def _in_reading_order(statements: set[Triple], thing: URIRef, document: URIRef) -> tuple[Triple, ...]:
    """The thing first, then its document and what lives in it, then the rest; types before all else."""

    def key(triple: Triple) -> tuple[int, str, bool, str, str]:
        subject, predicate, value = triple
        rank = 0 if subject == thing else 1 if str(subject).partition("#")[0] == str(document) else 2
        return rank, str(subject), predicate != RDF.type, str(predicate), value.n3()

    return tuple(sorted(statements, key=key))


def _plain_key(triple: Triple) -> tuple[str, str]:
    return str(triple[1]), str(triple[0])
