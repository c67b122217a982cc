"""JSON-LD compacted with our context: what is written is read back as the same graph, by both parsers."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import RDF, RDFS, SKOS, XSD

from site_client import BASE, parse_json_ld
from twin_graph.graphs import Triple
from twin_graph.namespaces import TWIN_IRI
from twin_graph.web.jsonld import Context, write, write_expanded, write_framed
from twin_graph.workspace import shipped

TEXT = (shipped("ontology") / "context.jsonld").read_text(encoding="utf-8")
CONTEXT = Context(json.loads(TEXT))
ADDRESS = f"{BASE}context.jsonld"

CLASSES = sorted(CONTEXT.classes)
PROPERTIES = sorted(
    {*CONTEXT.terms(CLASSES), *CONTEXT.terms(()), "http://purl.org/dc/terms/license", "urn:x:p"}
)
LEXICAL = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=12)
IRIS = st.sampled_from([f"{BASE}id/city/a", f"{BASE}doc/city/a#name-b", "https://w3id.org/twin-graph/concepts/area#x",
                        "https://example.org/?a=b#c", "urn:isbn:1"]).map(URIRef)  # fmt: skip
VALUES = st.one_of(
    IRIS,
    LEXICAL.map(Literal),
    st.builds(
        lambda text, tag: Literal(text, lang=tag),
        LEXICAL,
        st.sampled_from(["en", "pl", "uk", "de", "zh-hant"]),
    ),
    st.integers(-(10**18), 10**18).map(
        lambda number: Literal(str(number), datatype=XSD.integer, normalize=False)
    ),
    st.sampled_from(["007", "+1", "-0", "1.0", ""]).map(
        lambda text: Literal(text, datatype=XSD.integer, normalize=False)
    ),
    st.sampled_from(["1.5", "0.10", "-3"]).map(
        lambda text: Literal(text, datatype=XSD.decimal, normalize=False)
    ),
    st.sampled_from(["2004-04-30", "x"]).map(lambda text: Literal(text, datatype=XSD.date, normalize=False)),
    st.sampled_from(["1988"]).map(lambda text: Literal(text, datatype=XSD.gYear, normalize=False)),
    st.sampled_from(["https://x.example/"]).map(
        lambda text: Literal(text, datatype=XSD.anyURI, normalize=False)
    ),
    st.sampled_from(["true"]).map(lambda text: Literal(text, datatype=XSD.boolean, normalize=False)),
)
TRIPLES = st.tuples(IRIS, st.sampled_from(PROPERTIES).map(URIRef), VALUES)
TYPES = st.tuples(IRIS, st.just(RDF.type), st.sampled_from([*CLASSES, "urn:x:Class"]).map(URIRef))


def read_back(triples: list[Triple]) -> str:
    """The document of a graph, with the context in it."""
    body = json.loads(write(triples, CONTEXT, ADDRESS))
    assert ADDRESS == body["@context"]
    return json.dumps(body | json.loads(TEXT))


def graph_of(triples: list[Triple]) -> Graph:
    """A graph of statements."""
    graph = Graph()
    for triple in triples:
        graph.add(triple)
    return graph


@settings(deadline=None)
@given(st.lists(st.one_of(TRIPLES, TYPES), max_size=12))
def test_round_trip(triples: list[Triple]) -> None:
    """The engine's parser reads the same graph that was written, whatever types and values meet."""
    assert isomorphic(graph_of(triples), parse_json_ld(read_back(triples)))


@settings(deadline=None)
@given(st.lists(st.one_of(TRIPLES, TYPES), max_size=12), st.sampled_from(["urn:no-such", f"{BASE}id/city/a"]))
def test_framed_round_trip(triples: list[Triple], root: str) -> None:
    """The tree holds the same graph, whatever points where; each node stands in it once."""
    body = json.loads(write_framed(triples, CONTEXT, ADDRESS, root))
    assert (ADDRESS, root) == (body["@context"], body["id"])
    assert isomorphic(graph_of(triples), parse_json_ld(json.dumps(body | json.loads(TEXT))))
    described = [node["id"] for node in _nodes(body) if len(node) > 1]
    assert len(set(described)) == len(described)


@settings(deadline=None)
@given(st.lists(st.one_of(TRIPLES, TYPES), max_size=12))
def test_expanded_round_trip(triples: list[Triple]) -> None:
    """The expanded form holds the same graph without a context."""
    assert isomorphic(graph_of(triples), parse_json_ld(write_expanded(triples).decode()))


def test_a_text_is_no_reference() -> None:
    """A text that reads like the IRI of a node is not replaced by it."""
    iri = f"{BASE}id/city/a"
    triples: list[Triple] = [
        (URIRef("urn:r"), SKOS.note, Literal(iri)),
        (URIRef("urn:r"), URIRef(TWIN_IRI + "twinnedWith"), URIRef(iri)),
        (URIRef(iri), SKOS.note, Literal("x")),
    ]
    body = json.loads(write_framed(triples, CONTEXT, ADDRESS, "urn:r"))
    assert iri == body["notes"]
    assert [{"id": iri, "notes": "x"}] == body["twinnedWith"]


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    """The node objects of a tree."""
    if isinstance(value, dict):
        if "id" in value:
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _nodes(item)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.one_of(TRIPLES, TYPES), max_size=8))
def test_round_trip_with_rdflib(triples: list[Triple]) -> None:
    """rdflib's parser reads it too, where its normalisation of numbers does not matter."""
    kept = [
        t for t in triples if not isinstance(t[2], Literal) or t[2].datatype not in (XSD.integer, XSD.decimal)
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = Graph().parse(data=read_back(kept), format="json-ld", publicID="urn:base:")
    assert isomorphic(graph_of(kept), found)


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([(RDFS.label, Literal("Nancy", lang="pl"))], {"name_pl": "Nancy"}),
        ([(RDFS.label, Literal("Nancy", lang="it"))], {"rdfs:label": {"@value": "Nancy", "@language": "it"}}),
        ([(URIRef(TWIN_IRI + "population"), Literal(5))], {"population": 5}),
        ([(URIRef(TWIN_IRI + "twinnedWith"), URIRef("urn:a"))], {"twinnedWith": ["urn:a"]}),
        ([(URIRef(TWIN_IRI + "exonym"), Literal("Lwów", lang="pl"))], {"exonym": {"pl": "Lwów"}}),
        ([(SKOS.note, Literal("x"))], {"notes": "x"}),
    ],
)
def test_uses_the_terms(
    statements: list[tuple[URIRef, URIRef | Literal]], expected: dict[str, object]
) -> None:
    """A value is written under the term that the context has for it."""
    triples: list[Triple] = [(URIRef("urn:s"), predicate, value) for predicate, value in statements]
    node = json.loads(write(triples, CONTEXT, ADDRESS))["@graph"][0]
    assert {"id": "urn:s"} | expected == node


def test_uses_contexts_of_classes() -> None:
    """In a claim, what it is about has the name that the context gives to it there."""
    triples: list[Triple] = [
        (URIRef("urn:c"), RDF.type, URIRef(TWIN_IRI + "Claim")),
        (URIRef("urn:c"), URIRef(TWIN_IRI + "isAbout"), URIRef("urn:p")),
    ]
    node = json.loads(write(triples, CONTEXT, ADDRESS))["@graph"][0]
    assert {"id": "urn:c", "type": ["Claim"], "about": ["urn:p"]} == node
