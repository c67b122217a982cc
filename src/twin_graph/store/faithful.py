"""Load any RDF so that no literal changes.

The engine keeps numbers, truth values and days by value: it reads `"5"^^xsd:byte` back as `"5"^^xsd:integer`, and
`2.0` as `2`. To a validator these are other terms. A literal that would change is kept as a text with a datatype
of ours, which names its own one; `decoded` gives it back. The engine cannot compute with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

import pyoxigraph as ox
from rdflib import Literal, URIRef
from rdflib.term import Node

from twin_graph.formats import Format
from twin_graph.graphs import OxTerm, Triple, engine_format, from_rdflib, to_rdflib
from twin_graph.store import Store

_PREFIX = "urn:twin-graph:datatype:"
_XSD = "http://www.w3.org/2001/XMLSchema#"
# What the engine keeps as text.
_TEXTS = frozenset(
    (f"{_XSD}string", f"{_XSD}anyURI", "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString")
)


def decoded(term: Node) -> Node:
    """A term as it was written.

    >>> decoded(Literal("5", datatype=URIRef("urn:twin-graph:datatype:http://x/byte")))
    rdflib.term.Literal('5', datatype=rdflib.term.URIRef('http://x/byte'))
    """
    if isinstance(term, Literal) and term.datatype is not None and term.datatype.startswith(_PREFIX):
        return Literal(str(term), datatype=URIRef(term.datatype[len(_PREFIX) :]), normalize=False)
    return term


@lru_cache(maxsize=4096)
def encoded(term: Node) -> Node:
    """A term in the form in which it is kept."""
    if not isinstance(term, Literal) or term.datatype is None or str(term.datatype) in _TEXTS:
        return term
    return to_rdflib(_Kept()[from_rdflib(term)])


class _Kept(dict[OxTerm, OxTerm]):
    """Literals in the form in which the engine keeps them unchanged."""

    def __missing__(self, literal: OxTerm) -> OxTerm:
        probe = ox.Store()  # a new one each time: a store that was emptied gets slower and slower
        probe.add(ox.Quad(ox.BlankNode("a"), ox.NamedNode("urn:b"), literal))
        (read,) = probe
        kept = literal
        if read.object != literal:
            kept = ox.Literal(literal.value, datatype=ox.NamedNode(_PREFIX + literal.datatype.value))
        self[literal] = kept
        return kept


def load_document(store: Store, data: bytes, fmt: Format, graph: str, base_iri: str | None = None) -> bool:
    """Add a document to one named graph; says whether any literal had to be kept in a form of ours.

    Raises:
        SyntaxError: it is not of its format.
    """
    quads = ox.parse(data, format=engine_format(fmt), base_iri=base_iri)
    return _load(store, ((quad.subject, quad.predicate, quad.object) for quad in quads), graph)


def load_triples(store: Store, triples: Iterable[Triple], graph: str) -> bool:
    """Add statements made of rdflib terms to one named graph; says whether any literal had to be kept in a form
    of ours.
    """
    return _load(store, ((from_rdflib(s), from_rdflib(p), from_rdflib(o)) for s, p, o in triples), graph)


def _load(store: Store, triples: Iterable[tuple[OxTerm, OxTerm, OxTerm]], graph: str) -> bool:
    name, kept = ox.NamedNode(graph), _Kept()
    changed = False

    def quads() -> Iterator[ox.Quad]:
        nonlocal changed
        for subject, predicate, value in triples:
            if isinstance(value, ox.Literal) and value.datatype.value not in _TEXTS:
                term = kept[value]
                changed = changed or (term is not value and term != value)
                yield ox.Quad(subject, predicate, term, name)
            else:
                yield ox.Quad(subject, predicate, value, name)

    store.extend(quads())
    return changed
