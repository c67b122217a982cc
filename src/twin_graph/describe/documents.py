"""What the documents of things, lists and named graphs say.

Labels that things have not in the data are given by the caller, who knows the titles that pages show. Which page a
statement stands on is `pages`, which key a thing has `keys`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from rdflib import Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, FOAF, PROV, RDF, RDFS, SKOS, VOID, XSD

from twin_graph import iris
from twin_graph.describe.keys import Tombstone, find_kind
from twin_graph.describe.pages import BOUND, PAGE_SIZE, check_page, divide, name_page, remember, turn_page
from twin_graph.errors import EntityNotFound
from twin_graph.graphs import Located, Triple
from twin_graph.namespaces import PREFIXES, TWIN, TWIN_IRI
from twin_graph.queries import load
from twin_graph.store import Store

_SD = Namespace(PREFIXES["sd"])
_XHV = Namespace("http://www.w3.org/1999/xhtml/vocab#")
# The properties that name something, the most telling one first.
LABELS = (RDFS.label, SKOS.prefLabel, DCTERMS.title)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# The labels of a thing that has none in the data; none where nothing is known of it.
Titles = Callable[[URIRef], Iterable[Literal]]


def no_titles(_: URIRef) -> Iterable[Literal]:
    """No labels but those in the data."""
    return ()


@dataclass(frozen=True)
class Description:
    """The statements of one page of a document, in the order in which they are best read.

    Attributes:
        document: IRI of the document, of all its pages.
        pages: how many there are; all but the first hold only statements that point to the thing.
    """

    document: URIRef
    thing: URIRef
    triples: tuple[Triple, ...]
    page: int = 1
    pages: int = 1


@dataclass(frozen=True)
class Dataset:
    """The named graph that says what a thing is, and its licences where known."""

    graph: URIRef | None
    licences: tuple[URIRef, ...] = ()


@dataclass(frozen=True)
class Listing:
    """One page of the list of all things of a kind; its statements are made when they are asked for."""

    document: URIRef
    things: tuple[URIRef, ...]
    make: Callable[[], tuple[Triple, ...]]
    page: int
    pages: int
    total: int

    @cached_property
    def triples(self) -> tuple[Triple, ...]:
        """Types and labels of the things, and what the list says of itself."""
        return self.make()


def find_dataset(store: Store, thing: URIRef) -> Dataset:
    """The graph that a thing belongs to; of several the first by name: a register before what is shared."""
    rows = store.select(load("document_graph"), this=thing)
    graph = next((URIRef(str(row["graph"])) for row in rows if "graph" in row), None)
    if graph is None:
        return Dataset(None)
    found = {URIRef(str(o)) for _, _, o in store.triples(graph, DCTERMS.license)}
    return Dataset(graph, tuple(sorted(found)))


def whole_dataset(store: Store) -> URIRef | None:
    """The dataset that all published graphs make up, where the metadata name it."""
    return next((s for s, _, _ in store.triples(None, RDF.type, _SD.Dataset) if isinstance(s, URIRef)), None)


def find_licences(store: Store, kind: str) -> tuple[URIRef, ...]:
    """The licences of the graphs that say which things of a kind there are."""
    graphs = store.graphs_with(RDF.type, URIRef(TWIN_IRI + find_kind(kind).class_name))
    found = {URIRef(str(o)) for name in graphs for _, _, o in store.triples(URIRef(name), DCTERMS.license)}
    return tuple(sorted(found))


def describe(
    store: Store, base_iri: str, kind: str, key: str, page: int = 1, size: int = BOUND,
    titles: Titles = no_titles,
) -> Description:  # fmt: skip
    """A page of the document of a thing that exists under this key.

    Raises:
        EntityNotFound: the document has no such page.
    """
    thing, document = iris.thing(base_iri, kind, key), iris.document(base_iri, kind, key)
    parts = divide(store, document, thing, size)
    pages = len(parts)
    check_page(page, pages)
    statements = {*parts[page - 1], *store.triples(thing, RDF.type)}
    statements |= _about_document(store, document, thing, page)
    if pages > 1:
        statements |= _about_pages(base_iri, document, page, pages, sum(map(len, parts)), size)
    statements |= set(_names(store, base_iri, statements, titles))
    return Description(document, thing, _in_reading_order(statements, thing, document), page, pages)


def count_pages(store: Store, base_iri: str, kind: str, key: str, size: int = BOUND) -> int:
    """How many pages the document of a thing has."""
    return len(divide(store, iris.document(base_iri, kind, key), iris.thing(base_iri, kind, key), size))


def locate(store: Store, triples: Iterable[Triple]) -> Iterator[Located]:
    """The same statements, each as often as there are graphs that hold it, and with their names.

    What a document says of itself is in no graph, which is the default graph of a dataset.
    """
    for triple in triples:
        places = [URIRef(name) for name in store.graphs_of(triple)]
        yield from ((triple, place) for place in places)
        if not places:
            yield triple, None


def tombstone(
    store: Store, base_iri: str, kind: str, key: str, left: Tombstone, titles: Titles = no_titles
) -> Description:
    """The document that a withdrawn thing leaves behind."""
    thing, document = iris.thing(base_iri, kind, key), iris.document(base_iri, kind, key)
    statements: set[Triple] = {
        (document, RDF.type, FOAF.Document),
        (document, FOAF.primaryTopic, thing),
        (thing, FOAF.isPrimaryTopicOf, document),
        (thing, RDFS.comment, Literal(left.reason)),
        *((thing, DCTERMS.isReplacedBy, iris.thing(base_iri, kind, other)) for other in left.replaced_by),
        *_about_whole(store, document, kind),
    }
    if left.on:
        # The range of the property is a point in time: the day on which it was withdrawn begins with it.
        moment = f"{left.on}T00:00:00Z" if _DAY.fullmatch(left.on) else left.on
        datatype = XSD.dateTime if _DAY.fullmatch(left.on) else None
        statements.add((thing, PROV.invalidatedAtTime, Literal(moment, datatype=datatype, normalize=False)))
    statements |= set(_names(store, base_iri, statements, titles))
    return Description(document, thing, _in_reading_order(statements, thing, document))


def list_things(
    store: Store, base_iri: str, kind: str, page: int = 1, size: int = PAGE_SIZE, titles: Titles = no_titles
) -> Listing:
    """Types and labels of the things of a kind, by key, one page of them.

    Raises:
        EntityNotFound: the list has no such page.
    """
    things = _all_things(store, f"{base_iri}id/{kind}/", URIRef(TWIN_IRI + find_kind(kind).class_name))
    pages = max(1, -(-len(things) // size))
    check_page(page, pages)
    document = URIRef(f"{base_iri}doc/{kind}")
    own = name_page(document, page)
    shown = things[(page - 1) * size : page * size]

    def make() -> tuple[Triple, ...]:
        statements: set[Triple] = {
            (own, RDF.type, FOAF.Document),
            *((own, _XHV[name], name_page(document, other)) for name, other in turn_page(page, pages)),
            *((own, FOAF.topic, thing) for thing in shown),
            *(triple for thing in shown for triple in store.triples(thing, RDF.type)),
            *_about_whole(store, own, kind),
        }
        statements |= set(_names(store, base_iri, statements, titles))
        return _in_reading_order(statements, own, own)

    return Listing(own, shown, make, page, pages, len(things))


def _all_things(store: Store, prefix: str, general: URIRef) -> tuple[URIRef, ...]:
    """All things of a kind, by IRI; a list of twenty thousand has forty pages."""

    def find() -> tuple[URIRef, ...]:
        found = {s for s, _, _ in store.triples(None, RDF.type, general)}
        return tuple(sorted(s for s in found if isinstance(s, URIRef) and s.startswith(prefix)))

    return remember(store, f"of {prefix}", find)


def describe_graph(store: Store, base_iri: str, name: str, titles: Titles = no_titles) -> Description:
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
    statements |= set(_names(store, base_iri, statements, titles))
    return Description(graph, graph, _in_reading_order(statements, graph, graph))


def _about_document(store: Store, document: URIRef, thing: URIRef, page: int) -> set[Triple]:
    """What a page of a document says of itself: topic, dataset, licences, day."""
    own, dataset = name_page(document, page), find_dataset(store, thing)
    statements: set[Triple] = {
        (own, RDF.type, FOAF.Document),
        (own, FOAF.primaryTopic, thing),
        *((own, DCTERMS.license, licence) for licence in dataset.licences),
        *_modified(store, own),
    }
    if page == 1:
        statements.add((thing, FOAF.isPrimaryTopicOf, document))
    if dataset.graph is not None:
        statements.add((own, VOID.inDataset, dataset.graph))
    return statements


def _about_whole(store: Store, document: URIRef, kind: str) -> Iterator[Triple]:
    """What a document says of itself that is of no one graph: the whole dataset, licences, day."""
    dataset = whole_dataset(store)
    if dataset is not None:
        yield document, VOID.inDataset, dataset
    yield from ((document, DCTERMS.license, licence) for licence in find_licences(store, kind))
    yield from _modified(store, document)


def _modified(store: Store, document: URIRef) -> Iterator[Triple]:
    return ((document, DCTERMS.modified, day) for _, _, day in store.triples(None, TWIN.validOn))


def _about_pages(
    base_iri: str, document: URIRef, page: int, pages: int, total: int, size: int
) -> set[Triple]:
    """The bound of a page, and where the others are."""
    own = name_page(document, page)
    bound = (
        f"This document has {total} statements: about its topic, about the nodes that live in it, and pointing to "
        f"its topic. A page of it holds {size} of them at most, unless a single node has more, besides the "
        f"labels of what they name. This is page {page} of {pages}. The SPARQL endpoint has them all."
    )
    statements: set[Triple] = {
        (own, RDFS.comment, Literal(bound, lang="en")),
        (own, RDFS.seeAlso, URIRef(f"{base_iri}sparql")),
        *((own, _XHV[name], name_page(document, other)) for name, other in turn_page(page, pages)),
    }
    return statements if page == 1 else statements | {(own, DCTERMS.isPartOf, document)}


def _names(store: Store, base_iri: str, statements: Iterable[Triple], titles: Titles) -> Iterator[Triple]:
    """The labels of whatever is named; of what is ours and has none, its titles."""
    named = {node for s, _, o in statements for node in (s, o) if isinstance(node, URIRef)}
    for node in named:
        found = [triple for predicate in LABELS for triple in store.triples(node, predicate)]
        yield from found
        if not found and _is_thing(base_iri, node):
            yield from ((node, RDFS.label, title) for title in titles(node))


def _is_thing(base_iri: str, node: URIRef) -> bool:
    """Whether a node is a thing of ours or lives in a document: no document and no graph."""
    minted = iris.unmint(base_iri, node)
    return minted is not None and (minted.space == "id" or (minted.space == "doc" and bool(minted.fragment)))


def _in_reading_order(statements: set[Triple], thing: URIRef, document: URIRef) -> tuple[Triple, ...]:
    """The thing first, then its document and what lives in it, then the rest; types before all else."""

    def key(triple: Triple) -> tuple[int, str, bool, str, str]:
        subject, predicate, value = triple
        inside = str(subject).partition("#")[0].partition("?")[0] == str(document)
        rank = 0 if subject == thing else 1 if inside else 2
        return rank, str(subject), predicate != RDF.type, str(predicate), value.n3()

    return tuple(sorted(statements, key=key))
