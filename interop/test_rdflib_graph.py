"""A graph of rdflib that is kept by this service can be read as if it were in memory."""

from __future__ import annotations

import pytest
from rdflib import RDF, RDFS, Graph, Literal, URIRef, Variable
from rdflib.plugins.stores.sparqlstore import SPARQLStore

from twin_graph import iris
from twin_graph.namespaces import TWIN
from twin_graph.snapshot import Snapshot
from twin_graph.store import Store

CLIENT = "rdflib"


@pytest.fixture
def graph(endpoint: str) -> Graph:
    """The default graph."""
    return Graph(SPARQLStore(endpoint))


@pytest.fixture(scope="session")
def store(snapshot: Snapshot) -> Store:
    """The same statements in memory."""
    return snapshot.open_store("memory")


def test_size(graph: Graph, store: Store) -> None:
    """It has as many triples as the snapshot."""
    assert len(set(store.triples())) == len(graph)


def test_patterns(graph: Graph, store: Store, base: str) -> None:
    """Every pattern of a triple finds what it finds in the snapshot."""
    city, name = URIRef(f"{base}id/city/aldorf"), Literal("Альдорф", lang="uk")
    patterns = [
        (city, None, None),
        (None, RDF.type, TWIN.City),
        (None, RDFS.label, name),
        (city, RDFS.label, name),
        (city, RDFS.label, Literal("Альдорф")),
    ]
    for pattern in patterns:
        assert set(store.triples(*pattern)) == set(graph.triples(pattern)), pattern
        assert any(store.triples(*pattern)) == (pattern in graph)


def test_named_graph(endpoint: str, snapshot: Snapshot, store: Store) -> None:
    """A graph with the name of one of ours is that graph, and one with another name is empty."""
    name = iris.graph(snapshot.manifest.base_iri, "shared")
    graph = Graph(SPARQLStore(endpoint), identifier=name)
    assert set(store.graph(str(name))) == set(graph)
    assert [] == list(Graph(SPARQLStore(endpoint), identifier=URIRef("http://example.org/none")))


def test_bound_variables(graph: Graph, base: str, store: Store) -> None:
    """Values and prefixes that rdflib adds to a query arrive."""
    city = URIRef(f"{base}id/city/aldorf")
    result = graph.query(
        "SELECT ?b { ?a twin:twinnedWith ?b }", initNs={"twin": TWIN}, initBindings={"a": city}
    )
    expected = {value for _, _, value in store.triples(city, TWIN.twinnedWith)}
    assert expected == {row[Variable("b")] for row in result.bindings}
