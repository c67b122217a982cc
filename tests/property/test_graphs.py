"""A graph that is written in a format and read again is the same graph."""

from __future__ import annotations

import json

import pyoxigraph
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib import XSD, Graph, Literal, URIRef
from rdflib.compare import isomorphic

from twin_graph import formats
from twin_graph.formats import Carries, Format
from twin_graph.graphs import (
    Triple,
    engine_format,
    parse_quads,
    serialise,
    serialise_quads,
    sorted_nquads,
    to_rdflib,
)

GRAPHS = [fmt for fmt in formats.FORMATS if Carries.GRAPH in fmt.carries]
PARSERS = {
    "turtle": "turtle",
    "json-ld": "json-ld",
    "n-triples": "nt",
    "rdf-xml": "xml",
}
GRAPH = "http://localhost:8000/graph/test"

# No control characters: XML cannot carry them. No surrogates: no text has them.
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"]), max_size=20)
IRIS = st.sampled_from(
    [URIRef(f"http://localhost:8000/id/city/{key}") for key in ("lublin", "q60", "a-b")]
    + [URIRef("https://example.org/ścieżka?a=1&b=%20#x")]
)
PREDICATES = st.sampled_from(
    [URIRef("http://www.w3.org/2000/01/rdf-schema#label"), URIRef("http://example.org/p")]
)
VALUES = st.one_of(
    IRIS,
    TEXTS.map(Literal),
    st.builds(lambda text, tag: Literal(text, lang=tag), TEXTS, st.sampled_from(["pl", "en", "zh-hant"])),
    st.sampled_from(["007", "-0", "+1", "many"]).map(lambda text: Literal(text, datatype=XSD.integer)),
    st.sampled_from(["1.50", "-180", ".5"]).map(lambda text: Literal(text, datatype=XSD.decimal)),
    st.sampled_from(["2004-04-31", "2004-05-01"]).map(lambda text: Literal(text, datatype=XSD.date)),
)
TRIPLES = st.lists(st.tuples(IRIS, PREDICATES, VALUES), max_size=12)


def terms(triples: list[Triple]) -> set[str]:
    """The statements with their lexical forms as they are."""
    return {" ".join(term.n3() for term in triple) for triple in triples}


@pytest.mark.parametrize("fmt", GRAPHS, ids=[fmt.name for fmt in GRAPHS])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(triples=TRIPLES)
def test_serialise_then_parse(fmt: Format, triples: list[Triple]) -> None:
    """The engine reads back every statement, with its lexical form, from each format."""
    parsed = pyoxigraph.parse(serialise(triples, fmt), format=engine_format(fmt))
    again = [(to_rdflib(quad.subject), to_rdflib(quad.predicate), to_rdflib(quad.object)) for quad in parsed]
    assert terms(triples) == terms(again)


# rdflib's own parser of JSON-LD uses a class that rdflib has deprecated.
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
@pytest.mark.parametrize("name", PARSERS)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(triples=TRIPLES)
def test_another_library_reads_the_same(name: str, triples: list[Triple]) -> None:
    """What we write is understood alike by rdflib."""
    expected, found = Graph(), Graph()
    for triple in triples:
        expected.add(triple)
    fmt = formats.by_name(name)
    assert fmt is not None
    found.parse(data=serialise(triples, fmt), format=PARSERS[name])
    assert isomorphic(expected, found)


def test_formats_are_many() -> None:
    """Every format that can carry a graph is tried, and rdflib with every one that documents have for one graph."""
    assert 6 == len(GRAPHS)
    served = [fmt for fmt in formats.DOCUMENT_FORMATS if Carries.GRAPH in fmt.carries]
    assert set(PARSERS) == {fmt.name for fmt in served if Carries.DATASET not in fmt.carries}


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    triples=TRIPLES, names=st.lists(st.sampled_from([None, *map(URIRef, (GRAPH, f"{GRAPH}-2"))]), min_size=1)
)
def test_quads_keep_their_graphs(triples: list[Triple], names: list[URIRef | None]) -> None:
    """Statements of several graphs are read back with the names of these, from both formats that have names."""
    located = [(triple, names[number % len(names)]) for number, triple in enumerate(triples)]
    expected = {(*(term.n3() for term in triple), str(name or "")) for triple, name in located}
    for fmt in (formats.TRIG, formats.N_QUADS):
        parsed = pyoxigraph.parse(serialise_quads(located, fmt), format=engine_format(fmt))
        found = {
            (*(to_rdflib(term).n3() for term in quad.triple), getattr(quad.graph_name, "value", ""))
            for quad in parsed
        }
        assert expected == found


@settings(max_examples=30, deadline=None)
@given(triples=TRIPLES, data=st.data())
def test_sorted_statements_do_not_depend_on_their_order(triples: list[Triple], data: st.DataObject) -> None:
    """The dump has each statement once, in one order."""
    shuffled = data.draw(st.permutations(triples))
    dumps = [
        sorted_nquads(parse_quads(serialise(order, formats.N_TRIPLES), formats.N_TRIPLES, GRAPH))
        for order in (triples, shuffled, [*triples, *triples])
    ]
    assert dumps[0] == dumps[1] == dumps[2]
    assert len(terms(triples)) == dumps[0].count(b"\n")
    assert sorted(dumps[0].splitlines()) == dumps[0].splitlines()


def test_json_ld_is_json() -> None:
    """The JSON-LD of an empty graph is still a document."""
    assert [] == json.loads(serialise([], formats.JSON_LD)) or {} == json.loads(
        serialise([], formats.JSON_LD)
    )
