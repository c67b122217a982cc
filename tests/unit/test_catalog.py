"""What the description of the contents says in numbers is what SPARQL counts, for whatever is published."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some
from rdflib import OWL, RDF, SKOS, XSD, Graph, Literal, URIRef
from rdflib.namespace import FOAF
from rdflib.term import Node

from twin_graph import catalog
from twin_graph.catalog.void import VOID_EXT
from twin_graph.graphs import Triple
from twin_graph.namespaces import VOID
from twin_graph.queries import parse_query
from twin_graph.snapshot import Snapshot
from twin_graph.store import Store

BASE = "http://localhost:8000/"
WHOLE = URIRef(f"{BASE}sparql#dataset")
GRAPHS = (f"{BASE}graph/one", f"{BASE}graph/two")
# What is counted of a dataset, as the specification of VoID says it.
TOTALS = {
    "triples": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "classes": "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s a ?o }",
    "properties": "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?s ?p ?o }",
    "distinctSubjects": "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }",
    "distinctObjects": "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o }",
}
ENTITIES = f'SELECT (COUNT(DISTINCT ?s) AS ?n) {{ ?s ?p ?o FILTER(STRSTARTS(STR(?s), "{BASE}id/")) }}'
OF_CLASS = "SELECT ?c (COUNT(DISTINCT ?s) AS ?n) { ?s a ?c } GROUP BY ?c"
OF_CLASS_TRIPLES = "SELECT ?c (COUNT(*) AS ?n) { ?s a ?c . ?s ?p ?o } GROUP BY ?c"
OF_BOTH = "SELECT ?c ?p (COUNT(*) AS ?n) { ?s a ?c . ?s ?p ?o } GROUP BY ?c ?p"
OF_PROPERTY = "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p"
OF_DATATYPE = """SELECT ?p ?d (COUNT(*) AS ?n)
{ ?s ?p ?o FILTER(isLiteral(?o)) BIND(DATATYPE(?o) AS ?d) } GROUP BY ?p ?d"""
LINKS = """PREFIX skos: <http://www.w3.org/2004/02/skos/core#> PREFIX owl: <http://www.w3.org/2002/07/owl#>
SELECT ?p ?space (COUNT(*) AS ?n) {
  VALUES ?space { "http://www.wikidata.org/entity/" "https://sws.geonames.org/" }
  VALUES ?p { skos:exactMatch skos:closeMatch owl:sameAs }
  ?s ?p ?o FILTER(isIRI(?o) && STRSTARTS(STR(?o), ?space))
} GROUP BY ?p ?space"""


def counted(store: Store, text: str) -> int:
    """The number that a query gives."""
    return int(str(store.select(parse_query("count", text))[0]["n"]))


def grouped(store: Store, text: str) -> dict[tuple[Node, ...], int]:
    """The numbers that a query gives, by the other variables."""
    rows = store.select(parse_query("count", text))
    return {tuple(value for name, value in row.items() if name != "n"): int(str(row["n"])) for row in rows}


def said(graph: Graph, subject: Node, name: str) -> int:
    """The one number that is said of something."""
    (number,) = graph.objects(subject, VOID[name])
    return int(str(number))


def only(graph: Graph, subject: Node, predicate: Node) -> Node:
    """The one value that something has."""
    (value,) = graph.objects(subject, predicate)
    return value


def require_true(graph: Graph, store: Store) -> int:
    """Every number of the description, as SPARQL counts it; returns how many parts there were."""
    for name, text in TOTALS.items():
        assert counted(store, text) == said(graph, WHOLE, name), name
    assert counted(store, ENTITIES) == said(graph, WHOLE, "entities")
    in_class, in_both, in_type = {}, {}, {}
    for part in graph.objects(WHOLE, VOID.classPartition):
        of = only(graph, part, VOID["class"])
        in_class[of,] = (said(graph, part, "entities"), said(graph, part, "triples"))
        for inner in graph.objects(part, VOID.propertyPartition):
            in_both[of, only(graph, inner, VOID.property)] = said(graph, inner, "triples")
    parts = {
        (only(graph, part, VOID.property),): part for part in graph.objects(WHOLE, VOID.propertyPartition)
    }
    for (predicate,), part in parts.items():
        for inner in graph.objects(part, VOID_EXT.datatypePartition):
            in_type[predicate, only(graph, inner, VOID_EXT.datatype)] = said(graph, inner, "triples")
    links = {
        (only(graph, each, VOID.linkPredicate), only(graph, only(graph, each, VOID.objectsTarget), VOID.uriSpace)):
        said(graph, each, "triples") for each in graph.subjects(RDF.type, VOID.Linkset)
    }  # fmt: skip
    things, statements = grouped(store, OF_CLASS), grouped(store, OF_CLASS_TRIPLES)
    assert {key: (things[key], statements[key]) for key in things} == in_class
    assert grouped(store, OF_BOTH) == in_both
    assert grouped(store, OF_PROPERTY) == {key: said(graph, part, "triples") for key, part in parts.items()}
    assert grouped(store, OF_DATATYPE) == in_type
    assert grouped(store, LINKS) == {key: many for key, many in links.items() if str(key[1]) in LINKS}
    return len(in_class) + len(in_both) + len(parts) + len(in_type) + len(links)


def graph_of(triples: list[Triple]) -> Graph:
    """A graph of statements, none of which is said twice."""
    graph = Graph()
    for triple in triples:
        graph.add(triple)
    assert len(graph) == len(triples)
    return graph


SUBJECTS = some.sampled_from([URIRef(f"{BASE}id/city/{key}") for key in "abcd"] + [URIRef("urn:x")])
PREDICATES = some.sampled_from(
    [RDF.type, SKOS.exactMatch, OWL.sameAs, SKOS.prefLabel, URIRef("urn:p q".replace(" ", "%20"))]
)
VALUES = some.sampled_from([
    URIRef("http://www.wikidata.org/entity/Q1"), URIRef("https://sws.geonames.org/1/"), URIRef("urn:class"),
    FOAF.Agent, Literal("a"), Literal("a", "en"), Literal('"@x\\\r\n'), Literal(1),
    Literal("2001", datatype=XSD.gYear),
    Literal("a\u2028b\x0b\x85", "pl"),
])  # fmt: skip
STATEMENTS = some.lists(some.tuples(SUBJECTS, PREDICATES, VALUES), unique=True, max_size=25)


@given(STATEMENTS, some.integers(0, 25))
def test_numbers_are_those_that_sparql_counts(statements: list[Triple], first: int) -> None:
    """However statements are spread over two graphs: sizes, parts, links."""
    usable = [each for each in statements if each[1] != RDF.type or isinstance(each[2], URIRef)]
    store = Store.in_memory()
    store.add(usable[:first], GRAPHS[0])
    store.add(usable[first:], GRAPHS[1])
    counts = catalog.count({name: store.nquads(name) for name in GRAPHS})
    graph = graph_of(catalog.describe_contents(counts, BASE, str(WHOLE)))
    require_true(graph, store)
    for name in GRAPHS:
        alone = Store.in_memory()
        alone.add(store.graph(name), name)
        for term in ("classes", "properties", "distinctSubjects", "distinctObjects"):
            assert counted(alone, TOTALS[term]) == said(graph, URIRef(name), term)


def test_built_graph_describes_itself_too(tiny_snapshot: Snapshot, tiny_store: Store) -> None:
    """What the metadata graph says counts the statements with which it says it."""
    graph = graph_of(tiny_store.graph(f"{BASE}graph/metadata"))
    assert require_true(graph, tiny_store) > 300
    assert tiny_snapshot.manifest.triples == said(graph, WHOLE, "triples")
    for name, size in tiny_snapshot.manifest.graphs.items():
        assert size == said(graph, URIRef(f"{BASE}graph/{name}"), "triples")
    assert len(set(graph.objects(WHOLE, VOID.exampleResource))) >= 3


@pytest.mark.real
def test_shipped_data_are_described_truly(real_store: Store) -> None:
    """The totals and links of the data that come with the program, and those that everybody looks for."""
    graph = graph_of(real_store.graph(f"{BASE}graph/metadata"))
    for name, text in TOTALS.items():
        assert counted(real_store, text) == said(graph, WHOLE, name), name
    for key, term in (("wikidata", "exactMatch"), ("geonames", "closeMatch")):
        assert (URIRef(f"{BASE}void#links-{key}-skos.{term}"), RDF.type, VOID.Linkset) in graph
