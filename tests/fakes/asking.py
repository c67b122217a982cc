"""Ask the queries of `wikidata_*.rq` of RDF in memory, as a query service would answer them.

Without HTTP: that is the stand-in. Gives `Answer`s, and bodies in SPARQL JSON.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence

import pyoxigraph as ox
from rdflib import BNode, Literal, URIRef
from rdflib.term import Node

from fakes.entities import Document, ntriples
from twin_graph.wikidata.model import Answer
from twin_graph.wikidata.questions import fill

ENDPOINT, WHEN = "wikidata", "2026-01-02T04:00:00Z"
BY_ITEM = ("wikidata_facts", "wikidata_statements", "wikidata_incoming", "wikidata_labels")


def store_of(documents: Iterable[Document], more: bytes = b"") -> ox.Store:
    """What the query service holds of these documents."""
    store = ox.Store()
    store.load(ntriples(documents) + more, format=ox.RdfFormat.N_TRIPLES, lenient=True)
    return store


def ask(store: ox.Store, name: str, items: Sequence[str] = (), country: str = "") -> bytes:
    """The body of an answer, its rows sorted."""
    solutions = store.query(fill(name, items, country=country))
    assert isinstance(solutions, ox.QuerySolutions)
    content = json.loads(solutions.serialize(format=ox.QueryResultsFormat.JSON) or b"")
    content["results"]["bindings"].sort(key=lambda row: json.dumps(row, sort_keys=True))
    return json.dumps(content, ensure_ascii=False, sort_keys=True).encode()


def term(binding: dict[str, str]) -> Node:
    """An rdflib term of SPARQL JSON."""
    if binding["type"] == "uri":
        return URIRef(binding["value"])
    if binding["type"] == "bnode":
        return BNode(binding["value"])
    datatype = binding.get("datatype")
    if datatype:
        return Literal(binding["value"], datatype=URIRef(datatype), normalize=False)
    return Literal(binding["value"], lang=binding.get("xml:lang"))


def answer_of(
    body: bytes, name: str, items: Sequence[str], *, endpoint: str = ENDPOINT, when: str = WHEN
) -> Answer:
    """The answer that a body is."""
    bindings = json.loads(body)["results"]["bindings"]
    rows = tuple({variable: term(binding) for variable, binding in row.items()} for row in bindings)
    asked = tuple(sorted(items, key=lambda item: int(item[1:])))
    return Answer(name, asked, rows, endpoint, when, "", hashlib.sha256(body).hexdigest())


def answers_of(
    documents: Iterable[Document], items: Sequence[str], names: Sequence[str] = BY_ITEM, batch: int = 50
) -> list[Answer]:
    """The answers to some queries about items, in batches."""
    store = store_of(documents)
    parts = [items[start : start + batch] for start in range(0, len(items), batch)]
    return [answer_of(ask(store, name, part), name, part) for name in names for part in parts]
