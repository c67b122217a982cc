"""What the service says of itself, SD-1 to SD-10 of the design: in its answers, in the snapshot, and truthfully.

The schema of the vocabulary is tested by `tests/conformance/test_service_description_suite.py`.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import product

import pytest
from rdflib import RDF, RDFS, XSD, Graph, Literal, URIRef

from site_client import client_of
from twin_graph import formats, graphs, sparql
from twin_graph.formats import FORMATS, GRAPH_FORMATS, RESULT_FORMATS, Format
from twin_graph.graphs import Triple
from twin_graph.namespaces import SH, TWIN, TWIN_IRI, VOID
from twin_graph.queries import parse_query
from twin_graph.snapshot import Manifest, Snapshot
from twin_graph.sparql import SD
from twin_graph.store import Store
from twin_graph.worker import QueryLimits
from twin_graph.workspace import LANGUAGES

BASE = "http://localhost:8000/"
ENDPOINT = f"{BASE}sparql"
LIMITS = QueryLimits(seconds=7, rows=300, megabytes=0.5, memory_mb=64, client_seconds=90, client_errors=20)
MANIFEST = Manifest("x", BASE, "2024-01-01", "1", "1", {"en": "Twins", "pl": "Miasta"}, "en", "", (),
                    {"shared": 5, "world": 7, "wikidata-raw": 9}, 21, {})  # fmt: skip


def graph_of(triples: list[Triple]) -> Graph:
    """A graph of triples, each of which was said once."""
    graph = Graph()
    for triple in triples:
        graph.add(triple)
    assert len(graph) == len(triples)
    return graph


def comments_of(graph: Graph) -> list[Literal]:
    """What is said of the service in words."""
    found = graph.objects(URIRef(f"{ENDPOINT}#service"), RDFS.comment)
    return [comment for comment in found if isinstance(comment, Literal)]


@pytest.fixture(scope="module")
def described() -> Graph:
    """The description of a small dataset with a hidden graph."""
    return graph_of(sparql.describe_service(MANIFEST, ENDPOINT, LIMITS))


def test_description_says_nothing_twice(described: Graph) -> None:
    """Every node has an address, and there is one service."""
    assert [URIRef(f"{ENDPOINT}#service")] == list(described.subjects(RDF.type, SD.Service))
    nodes = {node for s, _, o in described for node in (s, o) if not isinstance(node, Literal)}
    assert {URIRef} == {type(node) for node in nodes}
    ours = {str(subject) for subject in described.subjects()}
    assert all(subject.startswith(f"{ENDPOINT}#") for subject in ours)


@pytest.mark.parametrize("fmt", GRAPH_FORMATS, ids=lambda fmt: fmt.name)
def test_sd_01_description_is_rdf(tiny_snapshot: Snapshot, fmt: Format) -> None:
    """SD-1: a GET without a query is answered with the description, in every format of graphs."""
    reply = client_of(tiny_snapshot).get("/sparql", headers={"Accept": fmt.media_type})
    assert (200, fmt.content_type) == (reply.status_code, reply.headers["Content-Type"])
    store = Store.in_memory()
    store.load_graph(reply.data, fmt, BASE)
    assert 1 == len(list(store.triples(None, RDF.type, SD.Service)))


def test_sd_01_description_without_accept_header(tiny_snapshot: Snapshot) -> None:
    """SD-1: who names no format gets Turtle."""
    reply = client_of(tiny_snapshot).get("/sparql")
    assert formats.TURTLE.content_type == reply.headers["Content-Type"]
    Graph().parse(data=reply.data, format="turtle")


def test_sd_02_endpoint_is_absolute(tiny_snapshot: Snapshot) -> None:
    """SD-2: the endpoint is the public address, whatever host the request names."""
    reply = client_of(tiny_snapshot).get("/sparql", base_url="http://evil.example/")
    if reply.status_code == 200:
        assert b"evil" not in reply.data
    graph = Graph().parse(data=client_of(tiny_snapshot).get("/sparql").data, format="turtle")
    assert [(URIRef(f"{ENDPOINT}#service"), URIRef(ENDPOINT))] == list(graph.subject_objects(SD.endpoint))


def test_sd_03_languages(described: Graph) -> None:
    """SD-3: the language is SPARQL 1.1 Query; updates and what no suite has tested are not named."""
    assert [SD.SPARQL11Query] == list(described.objects(None, SD.supportedLanguage))
    assert [] == list(described.objects(None, SD.supportedVersion))


def test_sd_04_formats(described: Graph) -> None:
    """SD-4: each format that the service writes is named once, and no other."""
    expected = sorted(fmt.iri for fmt in (*RESULT_FORMATS, *GRAPH_FORMATS))
    assert 8 == len(expected)
    assert expected == sorted(map(str, described.objects(None, SD.resultFormat)))


def test_sd_05_features(described: Graph) -> None:
    """SD-5: the default graph is the union; the service asks no other one and fetches nothing."""
    assert [SD.UnionDefaultGraph] == list(described.objects(None, SD.feature))


def test_sd_06_entailment(described: Graph) -> None:
    """SD-6: nothing is entailed beyond what is said."""
    simple = URIRef("http://www.w3.org/ns/entailment/Simple")
    assert [simple] == list(described.objects(None, SD.defaultEntailmentRegime))


def test_sd_07_dataset(described: Graph) -> None:
    """SD-7: the graphs are named and counted, the hidden one is neither."""
    service = URIRef(f"{ENDPOINT}#service")
    dataset, available = (described.value(service, term) for term in (SD.defaultDataset, SD.availableGraphs))
    default = described.value(dataset, SD.defaultGraph)
    assert Literal(12) == described.value(default, VOID.triples)
    for collection in (dataset, available):
        found = {
            str(described.value(entry, SD.name)): described.value(
                described.value(entry, SD.graph), VOID.triples
            )
            for entry in described.objects(collection, SD.namedGraph)
        }
        assert {f"{BASE}graph/shared": Literal(5), f"{BASE}graph/world": Literal(7)} == found


def test_sd_08_limits_in_numbers(described: Graph) -> None:
    """SD-8: each limit is a plain number in a term of our ontology."""
    service = URIRef(f"{ENDPOINT}#service")
    said = described.predicate_objects(service)
    found = {term: o for term, o in said if str(term).startswith(TWIN_IRI) and isinstance(o, Literal)}
    expected = {
        TWIN.maximumQuerySeconds: Decimal(7),
        TWIN.maximumQueryBytes: 65_536,
        TWIN.maximumMemoryBytes: 64 * 1024 * 1024,
        TWIN.maximumResultRows: 300,
        TWIN.maximumResultBytes: 500_000,
        TWIN.clientQueries: 2,
        TWIN.clientQuerySeconds: Decimal(90),
        TWIN.clientErrors: 20,
    }
    assert expected == {term: number.toPython() for term, number in found.items()}
    datatypes = {term: number.datatype for term, number in found.items()}
    seconds = {TWIN.maximumQuerySeconds, TWIN.clientQuerySeconds}
    assert {term: XSD.decimal if term in seconds else XSD.integer for term in expected} == datatypes
    assert (service, RDF.type, TWIN.QueryService) in described


def test_sd_08_no_budget_is_no_number() -> None:
    """SD-8: a budget that is switched off is not described as 0, and no words speak of it."""
    limits = QueryLimits(client_seconds=0, client_errors=0)
    graph = graph_of(sparql.describe_service(MANIFEST, ENDPOINT, limits))
    for term in (TWIN.clientQuerySeconds, TWIN.clientErrors):
        assert [] == list(graph.objects(None, term))
    assert not any("One client" in text for text in comments_of(graph))


@pytest.mark.parametrize(
    ("seconds", "text"), [(10.0, "10"), (0.05, "0.05"), (86_400.0, "86400"), (1e6, "1000000")]
)
def test_sd_08_decimals(seconds: float, text: str) -> None:
    """SD-8: a number of seconds is written without an exponent, as the engine writes it."""
    graph = graph_of(sparql.describe_service(MANIFEST, ENDPOINT, QueryLimits(seconds=seconds)))
    assert [Literal(text, datatype=XSD.decimal, normalize=False)] == list(
        graph.objects(None, TWIN.maximumQuerySeconds)
    )


def test_sd_08_limits_in_words(described: Graph) -> None:
    """SD-8: the same stands in three languages, for people."""
    comments = comments_of(described)
    assert set(LANGUAGES) == {comment.language for comment in comments}
    assert 3 == len(comments)
    for comment, number in product(comments, ("7 ", "64 ", "300 ", "0.5 ", "65536 ", "90 ", "20 ")):
        assert f" {number}" in comment, (comment, number)


def test_sd_09_dataset_names_its_endpoint(described: Graph) -> None:
    """SD-9: from the dataset a link leads back to the endpoint."""
    dataset = URIRef(f"{ENDPOINT}#dataset")
    assert [(dataset, URIRef(ENDPOINT))] == list(described.subject_objects(VOID.sparqlEndpoint))
    assert (dataset, RDF.type, VOID.Dataset) in described


def test_sd_10_prefixes_and_examples(described: Graph) -> None:
    """SD-10: the description holds the prefixes and examples that its fragments name."""
    examples = set(described.subjects(RDF.type, SH.SPARQLExecutable))
    assert {URIRef(f"{ENDPOINT}#prefixes")} == set(described.subjects(SH.declare))
    assert len(sparql.example_queries()) == len(examples) >= 21
    few = sparql.describe_service(MANIFEST, ENDPOINT, LIMITS, examples=())
    assert [] == list(graph_of(few).subjects(RDF.type, SH.SPARQLExecutable))


class TestInTheSnapshot:
    """What does not depend on how the service is run stands in the metadata graph too."""

    def test_description_stands_in_the_metadata_graph(
        self, tiny_snapshot: Snapshot, tiny_store: Store
    ) -> None:
        """Who asks the endpoint finds what it says at its address, but for the limits."""
        manifest = tiny_snapshot.manifest
        published = set(tiny_store.graph(f"{BASE}graph/metadata"))
        examples = sparql.example_queries(tiny_store, BASE)
        said = set(sparql.describe_service(manifest, ENDPOINT, QueryLimits(), examples))
        limits = said - published
        terms = [str(term) for _, term, _ in limits]
        assert 3 == terms.count(str(RDFS.comment))
        assert 8 == sum(term.startswith(TWIN_IRI) for term in terms)
        assert 3 + 8 == len(terms)

    def test_counts_are_what_a_query_counts(self, tiny_snapshot: Snapshot, tiny_store: Store) -> None:
        """SD-7: the number of each graph, of the default graph, and of the metadata graph itself."""
        triples = sparql.describe_service(tiny_snapshot.manifest, ENDPOINT, QueryLimits(), ())
        graph = graph_of(triples)
        for entry in graph.subjects(RDF.type, SD.NamedGraph):
            name = str(graph.value(entry, SD.name))
            said = graph.value(graph.value(entry, SD.graph), VOID.triples)
            assert Literal(tiny_store.count(name)) == said, name
        everything = parse_query("all", "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
        said = graph.value(URIRef(f"{ENDPOINT}#default-graph"), VOID.triples)
        assert [{"n": said}] == tiny_store.select(everything)

    def test_sparqles_finds_the_dataset(self, tiny_store: Store) -> None:
        """SD-9: the query of the availability monitor leads from a dataset to the endpoint."""
        query = parse_query(
            "void", f"SELECT ?d {{ ?d a <{VOID}Dataset> ; <{VOID}sparqlEndpoint> <{ENDPOINT}> }}"
        )
        assert [{"d": URIRef(f"{ENDPOINT}#dataset")}] == tiny_store.select(query)

    def test_description_is_written_like_the_store_writes_it(self, tiny_store: Store) -> None:
        """No lexical form is changed by the store: what is said twice is said in the same words."""
        written = graphs.sorted_nquads(tiny_store.quads(f"{BASE}graph/metadata"))
        again = Store.from_nquads(written)
        assert set(tiny_store.graph(f"{BASE}graph/metadata")) == set(again.graph(f"{BASE}graph/metadata"))


def test_every_format_with_an_address_has_its_own() -> None:
    """SD-4 compares addresses, so no two formats may share one."""
    named = [fmt.iri for fmt in FORMATS if fmt.iri]
    assert len(set(named)) == len(named) == 10
