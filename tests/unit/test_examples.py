"""The prefixes and examples that editors read are found by asking the endpoint, and each example works."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import quote, urlencode

import pyoxigraph
import pytest
from rdflib import OWL, RDF, XSD, Literal, URIRef

from live_server import LiveServer, live_server
from twin_graph import sparql
from twin_graph.formats import FORMATS, GRAPH_FORMATS, RESULT_FORMATS
from twin_graph.namespaces import PREFIXES, SCHEMA, SH
from twin_graph.queries import parse_query, runnable
from twin_graph.snapshot import Snapshot
from twin_graph.store import Store
from twin_graph.workspace import LANGUAGES

BASE = "http://localhost:8000/"
ENDPOINT = f"{BASE}sparql"
FIND = "SELECT ?e ?q { ?e a sh:SPARQLExecutable ; sh:select|sh:ask|sh:construct ?q } ORDER BY ?e"
JSON = {"Accept": "application/sparql-results+json"}


def ask(server: LiveServer, query: str) -> list[dict[str, dict[str, str]]]:
    """The rows of a SELECT."""
    reply = server.ask("GET", "/sparql?" + urlencode({"query": query}, quote_via=quote), JSON)
    assert 200 == reply.status, reply.body
    rows: list[dict[str, dict[str, str]]] = json.loads(reply.body)["results"]["bindings"]
    return rows


class TestTriples:
    """What is said of an example and of a prefix."""

    def test_prefixes(self) -> None:
        """Each prefix of a query has one declaration; functions of the build have none."""
        triples = sparql.describe_prefixes(ENDPOINT)
        declared = {str(o) for _, p, o in triples if p == SH.declare}
        spelt = {str(s): str(o) for s, p, o in triples if p == SH.prefix}
        namespaces = {str(s): o for s, p, o in triples if p == SH.namespace}
        assert declared == spelt.keys() == namespaces.keys()
        expected = {
            name: Literal(iri, datatype=XSD.anyURI) for name, iri in PREFIXES.items() if name != "twinfn"
        }
        assert expected == {spelt[each]: namespaces[each] for each in declared}
        assert (URIRef(f"{ENDPOINT}#prefixes"), RDF.type, OWL.Ontology) in triples

    @pytest.mark.parametrize(
        ("text", "kind", "holds"),
        [
            ("SELECT * {}", SH.SPARQLSelectExecutable, SH.select),
            ("PREFIX x: <http://x/>\nask {}", SH.SPARQLAskExecutable, SH.ask),
            ("CONSTRUCT WHERE {}", SH.SPARQLConstructExecutable, SH.construct),
        ],
    )
    def test_form(self, text: str, kind: URIRef, holds: URIRef) -> None:
        """The form of a query decides its class and the property that holds its text."""
        titles = "# title-en: A?\n# title-pl: B?\n# title-uk: C?\n"
        query = parse_query("competency_07_some_words", titles + text)
        example = URIRef(f"{ENDPOINT}#example-07-some-words")
        triples = sparql.describe_examples([query], ENDPOINT, BASE)
        assert {
            (example, RDF.type, SH.SPARQLExecutable),
            (example, RDF.type, kind),
            (example, holds, Literal(text)),
            (example, SH.prefixes, URIRef(f"{ENDPOINT}#prefixes")),
            (example, SCHEMA.target, URIRef(ENDPOINT)),
        } < set(triples)
        assert 5 + 3 + 1 == len(set(triples)) == len(triples)

    def test_form_without_a_term(self) -> None:
        """SHACL has no term for a DESCRIBE, so it cannot be an example."""
        with pytest.raises(KeyError):
            sparql.describe_examples([parse_query("x", "DESCRIBE <http://x/>")], ENDPOINT, BASE)

    def test_examples_of_other_data(self, tiny_store: Store) -> None:
        """An example about a thing that the data does not have is not offered."""
        offered = sparql.example_queries(tiny_store, BASE)
        kinds = {each.kind for query in offered for each in query.parameters}
        assert 5 <= len(offered) < len(sparql.example_queries())
        assert kinds <= {"date", "year"}

    @pytest.mark.real
    def test_examples_of_the_shipped_data(self, real_store: Store) -> None:
        """Every example is about things of the shipped data."""
        assert sparql.example_queries() == sparql.example_queries(real_store, BASE)


def check_endpoint(server: LiveServer, offered: int) -> None:
    """The examples and prefixes that the endpoint names are there, and each example gives rows."""
    found = {row["e"]["value"]: row["q"]["value"] for row in ask(server, FIND)}
    assert offered == len(found)
    assert all(example.startswith(f"{ENDPOINT}#example-") for example in found)
    for example, text in found.items():
        assert [] != ask(server, text), example
    words = ask(
        server,
        "SELECT ?e ?words { ?e a sh:SPARQLExecutable . { ?e rdfs:label ?words } UNION { ?e rdfs:comment ?words } }",
    )
    languages = {(row["e"]["value"], row["words"]["xml:lang"]) for row in words}
    assert {(example, language) for example in found for language in LANGUAGES} == languages
    assert (len(LANGUAGES) + 1) * len(found) == len(words)
    rows = ask(server, "SELECT ?prefix ?namespace { [] sh:namespace ?namespace ; sh:prefix ?prefix }")
    declared = {row["prefix"]["value"]: row["namespace"]["value"] for row in rows}
    assert {name: iri for name, iri in PREFIXES.items() if name != "twinfn"} == declared
    # As an editor does that knows none of our prefixes.
    full = FIND
    for name in ("sh",):
        full = f"PREFIX {name}: <{declared[name]}> {full}"
    assert offered == len(ask(server, full))


@pytest.fixture(scope="module")
def server(tiny_snapshot: Snapshot) -> Iterator[LiveServer]:
    """The service of the tiny workspace."""
    with live_server(tiny_snapshot, query_workers=2, web_processes=1, client_seconds=0) as running:
        yield running


@pytest.mark.serve
class TestOverHttp:
    """As an editor or a monitor sees them."""

    def test_sd_10_examples_run(self, server: LiveServer, tiny_store: Store) -> None:
        """SD-10: each example taken from the endpoint's answer gives rows."""
        check_endpoint(server, len(sparql.example_queries(tiny_store, BASE)))

    def test_sd_04_formats_are_negotiable(self, server: LiveServer) -> None:
        """SD-4: asked for each format that we know, the service writes exactly those that it describes."""
        written = set()
        for fmt in FORMATS:
            for query in ("SELECT * { ?s ?p ?o } LIMIT 1", "ASK {}", "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 1"):
                target = "/sparql?" + urlencode({"query": query}, quote_via=quote)
                reply = server.ask("GET", target, {"Accept": fmt.media_type})
                if reply.status == 200 and reply.headers["content-type"] == fmt.content_type and fmt.iri:
                    written.add(fmt.iri)
        reply = server.ask("GET", "/sparql", {"Accept": "application/n-triples"})
        predicate = "http://www.w3.org/ns/sparql-service-description#resultFormat"
        triples = pyoxigraph.parse(reply.body, format=pyoxigraph.RdfFormat.N_TRIPLES)
        described = [quad.object.value for quad in triples if quad.predicate.value == predicate]
        assert written == set(described) == {fmt.iri for fmt in (*RESULT_FORMATS, *GRAPH_FORMATS)}
        assert 8 == len(described)

    @pytest.mark.real
    def test_sd_10_examples_of_the_shipped_data_run(self, real_snapshot: Snapshot) -> None:
        """SD-10: the same with the data that the program is shipped with, and all examples."""
        with live_server(real_snapshot, query_workers=2, web_processes=1, client_seconds=0) as server:
            check_endpoint(server, len(sparql.example_queries()))


def test_text_is_the_one_of_the_page() -> None:
    """An example is spelt like on the page to ask from, so that its prepared answer is found for both."""
    triples = sparql.describe_examples(sparql.example_queries(), ENDPOINT, BASE)
    texts = {str(o) for _, p, o in triples if p == SH.select}
    assert {runnable(query, BASE) for query in sparql.example_queries()} == texts
