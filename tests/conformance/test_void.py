"""The description of the contents over HTTP, VD-1 to VD-7 of the design; `unit/test_catalog` counts its numbers."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from rdflib import RDF, Graph, URIRef
from rdflib.namespace import FOAF

from site_client import client_of
from twin_graph import graphs
from twin_graph.formats import DOCUMENT_FORMATS, GRAPH_FORMATS, HTML, TURTLE, Format
from twin_graph.namespaces import VOID
from twin_graph.snapshot import Snapshot
from twin_graph.workspace import LANGUAGES

BASE = "http://localhost:8000/"
WHOLE = URIRef(f"{BASE}sparql#dataset")


@pytest.fixture(scope="module")
def client(tiny_snapshot: Snapshot) -> FlaskClient:
    """A client of the tiny site."""
    return client_of(tiny_snapshot)


@pytest.fixture(scope="module")
def described(client: FlaskClient) -> Graph:
    """What the site says of its contents."""
    return Graph().parse(data=client.get("/void.ttl").data, format="turtle")


@pytest.mark.parametrize("fmt", GRAPH_FORMATS, ids=lambda fmt: fmt.name)
def test_every_format_says_the_same(client: FlaskClient, fmt: Format) -> None:
    """By its ending and by the Accept header."""
    by_ending = client.get(f"/void.{fmt.extension}")
    by_header = client.get("/void", headers={"Accept": fmt.media_type})
    assert (200, fmt.media_type) == (by_ending.status_code, by_ending.mimetype)
    assert (200, fmt.media_type, f"/void.{fmt.extension}") == (
        by_header.status_code, by_header.mimetype, by_header.headers["Content-Location"].removeprefix(BASE[:-1]),
    )  # fmt: skip
    assert "Accept" in by_header.headers["Vary"]
    assert by_ending.data == by_header.data
    turtle = client.get("/void.ttl").data
    said, expected = ({quad.triple for quad in graphs.parse_quads(body, of, BASE)} for body, of in
                      ((by_ending.data, fmt), (turtle, TURTLE)))  # fmt: skip
    assert expected == said


def test_people_are_sent_to_the_page_with_the_numbers(client: FlaskClient) -> None:
    """In their language."""
    for language in LANGUAGES:
        headers = {"Accept": HTML.media_type, "Accept-Language": language}
        answer = client.get("/void", headers=headers)
        assert (303, f"/{language}/about#graphs") == (
            answer.status_code,
            answer.location.removeprefix(BASE[:-1]),
        )


def test_who_knows_only_the_host_finds_it(client: FlaskClient) -> None:
    """A temporary redirect, as the specification of VoID says."""
    answer = client.get("/.well-known/void")
    assert (302, "/void") == (answer.status_code, answer.location.removeprefix(BASE[:-1]))


def test_description_leads_to_the_data(client: FlaskClient, described: Graph) -> None:
    """The document has a topic; that one is asked by SPARQL, fetched whole, and has examples that answer."""
    document = URIRef(f"{BASE}void")
    assert VOID.DatasetDescription in described.objects(document, RDF.type)
    assert [WHOLE] == list(described.objects(document, FOAF.primaryTopic))
    assert [URIRef(f"{BASE}sparql")] == list(described.objects(WHOLE, VOID.sparqlEndpoint))
    addresses = [*described.objects(WHOLE, VOID.dataDump), *described.objects(WHOLE, VOID.exampleResource)]
    assert len(addresses) >= 4
    for address in addresses:
        path = str(address).removeprefix(BASE[:-1])
        assert (
            client.head(path, headers={"Accept": TURTLE.media_type}, follow_redirects=True).status_code == 200
        )
    features = set(described.objects(WHOLE, VOID.feature))
    assert {URIRef(fmt.iri) for fmt in DOCUMENT_FORMATS if fmt.iri} == features


def test_endpoint_tells_the_same(described: Graph, tiny_snapshot: Snapshot) -> None:
    """Whoever asks the metadata graph reads all that the document says."""
    said = set(tiny_snapshot.open_store("memory").graph(f"{BASE}graph/metadata"))
    assert set(described) <= said


def test_every_document_leads_back(client: FlaskClient, described: Graph) -> None:
    """A document names the graphs that its statements are from, and the description has them."""
    example = next(iter(described.objects(WHOLE, VOID.exampleResource)))
    path = str(example).removeprefix(BASE[:-1]).replace("/id/", "/doc/")
    document = Graph().parse(data=client.get(f"{path}.ttl").data, format="turtle")
    named = set(document.objects(None, VOID.inDataset))
    assert named
    assert named <= set(described.objects(WHOLE, VOID.subset))
