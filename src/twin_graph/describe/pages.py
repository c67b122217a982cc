"""Which statements stand on which page of a document, and which pages stand around it.

The statements about a thing come first, by property, then those that point to it, by property and subject. A node
that lives in the document is not divided: all statements about it stand where the first one leads to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import TypeVar, cast
from weakref import WeakKeyDictionary

from rdflib import Literal, URIRef
from rdflib.namespace import RDF
from rdflib.term import Node

from twin_graph.errors import EntityNotFound
from twin_graph.graphs import Triple
from twin_graph.kinds import DOCUMENTED
from twin_graph.store import Store

# Some things are pointed to by half of the world: a country by its cities, Wikidata by its claims.
BOUND = 500
PAGE_SIZE = 500
_MANY = 2_000
_REMEMBERED = 2 * len(DOCUMENTED)
_KNOWN: WeakKeyDictionary[Store, dict[str, tuple[object, ...]]] = WeakKeyDictionary()
_Found = TypeVar("_Found")
Page = tuple[Triple, ...]
# What was divided last: the number of pages is asked for just before one of them.
_LATEST: WeakKeyDictionary[Store, tuple[str, tuple[Page, ...]]] = WeakKeyDictionary()


def divide(store: Store, document: URIRef, thing: URIRef, size: int) -> tuple[Page, ...]:
    """The statements of a document, page by page; a page exceeds the size only where one node alone does.

    Each statement about the thing, pointing to it, or about a node that lives in the document is there once.
    """
    name = f"{document} by {size}"
    known, pages = _LATEST.get(store, ("", ()))
    if known != name:
        pages = _find(store, document, thing, size, name)
        _LATEST[store] = name, pages
    return pages


def check_page(page: int, pages: int) -> None:
    """Nothing, where there is such a page.

    Raises:
        EntityNotFound: there is none.
    """
    if not 1 <= page <= pages:
        raise EntityNotFound(f"there is no page {page}; the last is {pages}")


def turn_page(page: int, pages: int) -> Iterator[tuple[str, int]]:
    """Which pages are the first, the one before, the one after and the last; nothing where there is but one.

    >>> list(turn_page(1, 3)), list(turn_page(1, 1))
    ([('first', 1), ('next', 2), ('last', 3)], [])
    """
    if pages > 1:
        around = (("first", 1), ("prev", page - 1), ("next", page + 1), ("last", pages))
        yield from ((relation, number) for relation, number in around if 1 <= number <= pages)


def name_page(document: URIRef, page: int) -> URIRef:
    """IRI of a page; the first goes by that of the document."""
    return document if page == 1 else URIRef(f"{document}?page={page}")


def remember(store: Store, name: str, make: Callable[[], tuple[_Found, ...]]) -> tuple[_Found, ...]:
    """What was found in a store, which does not change, as long as there is room and anybody has the store."""
    known = _KNOWN.setdefault(store, {})
    if name not in known:
        if len(known) >= _REMEMBERED:
            known.clear()
        known[name] = make()
    return cast("tuple[_Found, ...]", known[name])


def _find(store: Store, document: URIRef, thing: URIRef, size: int, name: str) -> tuple[Page, ...]:
    own = list(store.triples(thing))
    few = list(islice(store.triples(None, None, thing), max(0, _MANY - len(own))))
    if len(few) + len(own) < _MANY:
        return _divide(store, document, chain(_sorted(own), _sorted(few)), size)

    # Forty thousand take half a second, and have a page for every five hundred.
    def make() -> tuple[Page, ...]:
        incoming = _sorted(store.triples(None, None, thing))
        return _divide(store, document, chain(_sorted(own), incoming), size)

    return remember(store, name, make)


def _divide(store: Store, document: URIRef, statements: Iterable[Triple], size: int) -> tuple[Page, ...]:
    pages: list[Page] = []
    page: list[Triple] = []
    for block in _blocks(store, f"{document}#", statements):
        if page and len(page) + len(block) > size:
            pages.append(tuple(page))
            page = []
        page += block
    return (*pages, tuple(page))


def _blocks(store: Store, inside: str, statements: Iterable[Triple]) -> Iterator[list[Triple]]:
    """Each statement with all those about the nodes that live in the document and are first met in it."""
    placed: set[Node] = set()
    for triple in statements:
        subject, _, value = triple
        nodes = [node for node in (subject, value) if isinstance(node, URIRef) and node.startswith(inside)]
        block = [] if subject in nodes else [triple]
        for node in nodes:
            if node not in placed:
                placed.add(node)
                block += _sorted(store.triples(node))
        if block:
            yield block


def _sorted(statements: Iterable[Triple]) -> tuple[Triple, ...]:
    """Each statement once, in an order that does not depend on the store: types first."""
    return tuple(sorted(set(statements), key=_order))


def _order(triple: Triple) -> tuple[bool, str, str, str, str, str]:
    subject, predicate, value = triple
    kind = (value.language or "", str(value.datatype or "")) if isinstance(value, Literal) else ("", "")
    return predicate != RDF.type, str(predicate), str(subject), str(value), *kind
