"""The document of a thing: which statements it holds, and which key it answers to.

A document holds the statements about the thing and about the nodes that live in the document (claims, names,
status periods), the statements that point to the thing, the names of everything that they mention, and what
the document says of itself. Every subject of ours in it can be requested. Of the statements that point to the
thing a page of the document holds `INCOMING` at most; the pages after the first hold the others, by property
and subject. Serialising is `graphs`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

from rdflib import Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, FOAF, PROV, RDF, RDFS, SKOS, VOID, XSD

from twin_graph import iris
from twin_graph.errors import EntityGone, EntityNotFound
from twin_graph.graphs import Located, Triple
from twin_graph.kinds import BY_NAME, DOCUMENTED, Kind
from twin_graph.namespaces import TWIN, TWIN_IRI
from twin_graph.queries import load
from twin_graph.sources.documents import SEPARATOR
from twin_graph.store import Store

# Some things are pointed to by half of the world: a country by its cities, Wikidata by its claims.
INCOMING = 500
PAGE_SIZE = 500
_MANY = 2_000
_REMEMBERED = 2 * len(DOCUMENTED)
_KNOWN: WeakKeyDictionary[Store, dict[str, tuple[object, ...]]] = WeakKeyDictionary()
_Found = TypeVar("_Found")
_XHV = Namespace("http://www.w3.org/1999/xhtml/vocab#")
# The properties that name something, the most telling one first.
LABELS = (RDFS.label, SKOS.prefLabel, DCTERMS.title)


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
class Tombstone:
    """What is left of a withdrawn thing: the reason, the day where known, and the keys of what replaced it."""

    reason: str
    on: str = ""
    replaced_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Listing:
    """One page of the list of all things of a kind."""

    document: URIRef
    things: tuple[URIRef, ...]
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
        EntityGone: the key was withdrawn, and not for one other.
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
    store: Store, base_iri: str, kind: str, key: str, page: int = 1, size: int = INCOMING
) -> Description:
    """A page of the document of a thing that exists under this key.

    Raises:
        EntityNotFound: the document has no such page.
    """
    thing, document = iris.thing(base_iri, kind, key), iris.document(base_iri, kind, key)
    incoming = _incoming(store, thing)
    pages = max(1, -(-len(incoming) // size))
    check_page(page, pages)
    statements: set[Triple] = {*incoming[(page - 1) * size : page * size]}
    if page == 1:
        about = set(store.triples(thing))
        nodes = _fragments(document, chain(about, incoming))
        statements |= about | {triple for node in nodes for triple in store.triples(node)}
    else:
        statements |= set(store.triples(thing, RDF.type))
    statements |= _about_document(store, document, thing, page)
    if pages > 1:
        statements |= _about_pages(base_iri, document, page, pages, len(incoming), size)
    statements |= set(_names(store, statements))
    return Description(document, thing, _in_reading_order(statements, thing, document), page, pages)


def count_pages(store: Store, thing: URIRef, size: int = INCOMING) -> int:
    """How many pages the document of a thing has."""
    return max(1, -(-len(_incoming(store, thing)) // size))


def check_page(page: int, pages: int) -> None:
    """Nothing, where there is such a page.

    Raises:
        EntityNotFound: there is none.
    """
    if not 1 <= page <= pages:
        raise EntityNotFound(f"there is no page {page}; the last is {pages}")


def locate(store: Store, triples: Iterable[Triple]) -> Iterator[Located]:
    """The same statements, each as often as there are graphs that hold it, and with their names.

    What a document says of itself is in no graph, which is the default graph of a dataset.
    """
    wanted, published = list(triples), set(store.published_names())
    graphs: dict[Triple, set[URIRef]] = {}
    for subject in dict.fromkeys(subject for subject, _, _ in wanted):
        for row in store.select(load("document_statements"), this=subject):
            if str(row["graph"]) in published:
                place = URIRef(str(row["graph"]))
                graphs.setdefault((subject, row["predicate"], row["value"]), set()).add(place)
    for triple in wanted:
        places = sorted(graphs.get(triple, ()))
        yield from ((triple, place) for place in places)
        if not places:
            yield triple, None


def find_tombstone(keys: Mapping[str, Any], kind: str, key: str) -> Tombstone:
    """What is left of a thing whose key was withdrawn.

    Raises:
        EntityNotFound: it was not.
    """
    retired = keys.get("retired", {}).get(kind, {}).get(key.lower())
    if retired is None:
        raise EntityNotFound(f"there was no {kind} “{key[:64]}”")
    return Tombstone(
        str(retired.get("reason") or "withdrawn"), str(retired.get("on") or ""), _replacements(retired)
    )


def tombstone(base_iri: str, kind: str, key: str, left: Tombstone) -> Description:
    """The document that a withdrawn thing leaves behind."""
    thing, document = iris.thing(base_iri, kind, key), iris.document(base_iri, kind, key)
    statements: set[Triple] = {
        (document, RDF.type, FOAF.Document),
        (document, FOAF.primaryTopic, thing),
        (thing, RDFS.comment, Literal(left.reason)),
        *((thing, DCTERMS.isReplacedBy, iris.thing(base_iri, kind, other)) for other in left.replaced_by),
    }
    if left.on:
        statements.add((thing, PROV.invalidatedAtTime, Literal(left.on, datatype=XSD.date)))
    return Description(document, thing, _in_reading_order(statements, thing, document))


def list_things(store: Store, base_iri: str, kind: str, page: int = 1, size: int = PAGE_SIZE) -> Listing:
    """Types and labels of the things of a kind, by key, one page of them.

    Raises:
        EntityNotFound: the list has no such page.
    """
    things = _all_things(store, f"{base_iri}id/{kind}/", URIRef(TWIN_IRI + find_kind(kind).class_name))
    pages = max(1, -(-len(things) // size))
    check_page(page, pages)
    document = URIRef(f"{base_iri}doc/{kind}")
    own = _page(document, page)
    statements: set[Triple] = {
        (own, RDF.type, FOAF.Document),
        *((own, _XHV[relation], _page(document, other)) for relation, other in turn_page(page, pages)),
    }
    shown = things[(page - 1) * size : page * size]
    for thing in shown:
        statements.add((own, FOAF.topic, thing))
        for predicate in (RDF.type, *LABELS):
            statements |= set(store.triples(thing, predicate))
    return Listing(own, shown, _in_reading_order(statements, own, own), page, pages, len(things))


def _all_things(store: Store, prefix: str, general: URIRef) -> tuple[URIRef, ...]:
    """All things of a kind, by IRI; a list of twenty thousand has forty pages."""

    def find() -> tuple[URIRef, ...]:
        found = {s for s, _, _ in store.triples(None, RDF.type, general)}
        return tuple(sorted(s for s in found if isinstance(s, URIRef) and s.startswith(prefix)))

    return _remember(store, f"of {prefix}", find)


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
    others = _replacements(retired)
    if len(others) != 1:
        raise EntityGone(str(retired.get("reason") or "withdrawn"), on=retired.get("on") or None)
    return others[0]


def _replacements(retired: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(key.strip() for key in str(retired.get("replaced_by") or "").split(SEPARATOR) if key.strip())


def _incoming(store: Store, thing: URIRef) -> tuple[Triple, ...]:
    """The statements that point to a thing, in an order that does not depend on the store."""
    few = list(islice(store.triples(None, None, thing), _MANY))
    if len(few) < _MANY:
        return _sorted(few)
    # Forty thousand take half a second, and have a page for every five hundred.
    return _remember(store, f"to {thing}", lambda: _sorted(store.triples(None, None, thing)))


def _sorted(incoming: Iterable[Triple]) -> tuple[Triple, ...]:
    return tuple(sorted(set(incoming), key=lambda triple: (str(triple[1]), str(triple[0]))))


def _remember(store: Store, name: str, make: Callable[[], tuple[_Found, ...]]) -> tuple[_Found, ...]:
    """What was found in a store, which does not change, as long as there is room and anybody has the store."""
    known = _KNOWN.setdefault(store, {})
    if name not in known:
        if len(known) >= _REMEMBERED:
            known.clear()
        known[name] = make()
    return cast("tuple[_Found, ...]", known[name])


def _fragments(document: URIRef, statements: Iterable[Triple]) -> list[URIRef]:
    prefix = f"{document}#"
    ends = {node for s, _, o in statements for node in (s, o) if isinstance(node, URIRef)}
    return sorted(node for node in ends if node.startswith(prefix))


def _about_document(store: Store, document: URIRef, thing: URIRef, page: int) -> set[Triple]:
    """What a page of a document says of itself: topic, dataset, licences, day."""
    own, dataset = _page(document, page), find_dataset(store, thing)
    statements: set[Triple] = {
        (own, RDF.type, FOAF.Document),
        (own, FOAF.primaryTopic, thing),
        *((own, DCTERMS.license, licence) for licence in dataset.licences),
        *((own, DCTERMS.modified, day) for _, _, day in store.triples(None, TWIN.validOn)),
    }
    if page == 1:
        statements.add((thing, FOAF.isPrimaryTopicOf, document))
    if dataset.graph is not None:
        statements.add((own, VOID.inDataset, dataset.graph))
    return statements


def _about_pages(
    base_iri: str, document: URIRef, page: int, pages: int, total: int, size: int
) -> set[Triple]:
    """The bound of a page, and where the others are."""
    own = _page(document, page)
    bound = (
        f"{total} statements point to this thing; a page of this document holds {size} of them at most, "
        f"by property and subject, and this is page {page} of {pages}. The SPARQL endpoint has them all."
    )
    statements: set[Triple] = {
        (own, RDFS.comment, Literal(bound, lang="en")),
        (own, RDFS.seeAlso, URIRef(f"{base_iri}sparql")),
        *((own, _XHV[relation], _page(document, other)) for relation, other in turn_page(page, pages)),
    }
    return statements if page == 1 else statements | {(own, DCTERMS.isPartOf, document)}


def turn_page(page: int, pages: int) -> Iterator[tuple[str, int]]:
    """Which pages are the first, the one before, the one after and the last; nothing where there is but one.

    >>> list(turn_page(1, 3)), list(turn_page(1, 1))
    ([('first', 1), ('next', 2), ('last', 3)], [])
    """
    if pages > 1:
        around = (("first", 1), ("prev", page - 1), ("next", page + 1), ("last", pages))
        yield from ((relation, number) for relation, number in around if 1 <= number <= pages)


def _page(document: URIRef, page: int) -> URIRef:
    """IRI of a page; the first goes by that of the document."""
    return document if page == 1 else URIRef(f"{document}?page={page}")


def _names(store: Store, statements: Iterable[Triple]) -> Iterator[Triple]:
    named = {node for s, _, o in statements for node in (s, o) if isinstance(node, URIRef)}
    for node in named:
        for predicate in LABELS:
            yield from store.triples(node, predicate)


def _in_reading_order(statements: set[Triple], thing: URIRef, document: URIRef) -> tuple[Triple, ...]:
    """The thing first, then its document and what lives in it, then the rest; types before all else."""

    def key(triple: Triple) -> tuple[int, str, bool, str, str]:
        subject, predicate, value = triple
        inside = str(subject).partition("#")[0].partition("?")[0] == str(document)
        rank = 0 if subject == thing else 1 if inside else 2
        return rank, str(subject), predicate != RDF.type, str(predicate), value.n3()

    return tuple(sorted(statements, key=key))
