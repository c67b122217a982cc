"""The vocabulary over HTTP: every format says what the files say, and pages explain every term."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient
from rdflib import Graph
from rdflib.compare import isomorphic
from rdflib.namespace import RDF, SKOS

from site_client import EXTENSIONS, LANGUAGES, client_of, parse
from twin_graph.namespaces import CONCEPTS_IRI, SCHEMES, SH
from twin_graph.snapshot import Snapshot
from twin_graph.workspace import shipped


@pytest.fixture(scope="module")
def client(tiny_snapshot: Snapshot) -> FlaskClient:
    """A client of the tiny workspace, which has the vocabulary that comes with the program."""
    return client_of(tiny_snapshot)


@pytest.mark.parametrize(
    ("address", "file"),
    [
        ("ontology", "ontology/twin.ttl"),
        ("concepts", "ontology/concepts.ttl"),
        ("shapes/agreement", "shapes/agreement.ttl"),
        ("shapes/city", "shapes/city.ttl"),
    ],
)
def test_formats(client: FlaskClient, address: str, file: str) -> None:
    """Turtle is the file itself; the other formats hold the same graph."""
    folder, _, name = file.partition("/")
    text = (shipped(folder) / name).read_bytes()
    assert text == client.get(f"/{address}.ttl").data
    expected = Graph().parse(data=text, format="turtle")
    for extension in ("nt", "rdf"):
        assert isomorphic(expected, parse(client.get(f"/{address}.{extension}").data, extension))
    assert json.loads(client.get(f"/{address}.jsonld").data)


def test_context(client: FlaskClient) -> None:
    """The context is the file that the data are read with."""
    assert (shipped("ontology") / "context.jsonld").read_bytes() == client.get("/context.jsonld").data


@pytest.mark.parametrize("scheme", SCHEMES)
def test_schemes(client: FlaskClient, scheme: str) -> None:
    """Every concept scheme has a document with its concepts, and a page."""
    graph = parse(client.get(f"/concepts/{scheme}").data, "ttl")
    concepts = set(graph.subjects(RDF.type, SKOS.Concept))
    assert len(concepts) >= 3
    assert all(str(concept).startswith(f"{CONCEPTS_IRI}{scheme}#") for concept in concepts)
    for language in LANGUAGES:
        text = client.get(f"/{language}/concepts/{scheme}").text
        assert all(f'id="{str(concept).rpartition("#")[2]}"' in text for concept in concepts)


def test_every_shape_file_is_served(client: FlaskClient) -> None:
    """Every file of shapes has a document and a page; all together are one graph."""
    files = sorted(shipped("shapes").glob("*.ttl"))
    assert len(files) > 10
    whole = parse(client.get("/shapes").data, "ttl")
    shapes = 0
    for path in files:
        part = parse(client.get(f"/shapes/{path.stem}").data, "ttl")
        shapes += len(set(part.subjects(RDF.type, SH.NodeShape)))
        assert 200 == client.get(f"/pl/shapes/{path.stem}").status_code
    assert shapes == len(set(whole.subjects(RDF.type, SH.NodeShape)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_term_is_explained(client: FlaskClient, language: str) -> None:
    """The page of the ontology has an entry for each term, which its address finds."""
    graph = parse(client.get("/ontology.ttl").data, "ttl")
    names = {str(s).rpartition("#")[2] for s in graph.subjects(RDF.type) if "#" in str(s)}
    text = client.get(f"/{language}/ontology").text
    assert len(names) > 100
    assert [] == [name for name in sorted(names) if f'id="{name}"' not in text]


def test_every_rule_can_be_linked_to(client: FlaskClient) -> None:
    """The page of all rules has an entry for each rule with a message."""
    graph = parse(client.get("/shapes.ttl").data, "ttl")
    rules = {str(s) for s in graph.subjects(SH.message) if "#" in str(s)}
    text = client.get("/pl/shapes").text
    named = [rule for rule in rules if f'id="{rule.rpartition("#")[2]}"' in text]
    assert len(named) > 100
    assert set(EXTENSIONS) >= {"ttl", "nt"}
