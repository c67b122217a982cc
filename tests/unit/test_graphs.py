"""Terms between rdflib and the engine, and sorted statements; round trips are in `tests/property/test_graphs.py`."""

from __future__ import annotations

import pytest
from rdflib import XSD, BNode, Graph, Literal, URIRef, Variable
from rdflib.term import Node

from twin_graph import formats
from twin_graph.graphs import (
    from_rdflib,
    join_sorted,
    parse_quads,
    read_turtle,
    serialise,
    sorted_nquads,
    to_rdflib,
)

GRAPH = "http://localhost:8000/graph/test"


@pytest.mark.parametrize(
    "term",
    [
        URIRef("http://x/Ä"),
        BNode("b1"),
        Literal("text"),
        Literal("text", lang="zh-hant"),
        Literal("007", datatype=XSD.integer, normalize=False),
        Literal("many", datatype=XSD.integer),
        Literal("2004-04-31", datatype=XSD.date),
        Literal("1.50", datatype=XSD.decimal, normalize=False),
        Literal('line\nend "quoted" \\'),
    ],
)
def test_terms_there_and_back(term: Node) -> None:
    """A term keeps its lexical form, right or wrong, on the way to the engine and back."""
    assert term.n3() == to_rdflib(from_rdflib(term)).n3()


def test_text_has_no_datatype_in_rdflib() -> None:
    """A plain text and one of xsd:string are the same term."""
    assert Literal("x") == to_rdflib(from_rdflib(Literal("x", datatype=XSD.string)))


def test_no_term() -> None:
    """A variable is no term of RDF."""
    with pytest.raises(TypeError, match="not a term"):
        from_rdflib(Variable("x"))


@pytest.mark.parametrize("text", ["_:b <http://x/p> <http://x/o> .", "<http://x/s> <http://x/p> _:b ."])
def test_no_blank_nodes_in_published_data(text: str) -> None:
    """A blank node is refused."""
    with pytest.raises(ValueError, match="a blank node"):
        list(parse_quads(text.encode(), formats.N_TRIPLES, GRAPH))


def test_what_does_not_parse() -> None:
    """The engine's error becomes a ValueError."""
    with pytest.raises(ValueError, match="error"):
        list(parse_quads(b"<http://x/s> <http://x/p>", formats.TURTLE, GRAPH))


def test_sorted_statements() -> None:
    """One statement a line, each once, sorted by bytes; nothing for nothing."""
    text = '<http://x/b> <http://x/p> "ż\\n" .\n<http://x/a> <http://x/p> "1" .\n<http://x/a> <http://x/p> "1" .\n'
    found = sorted_nquads(parse_quads(text.encode(), formats.N_TRIPLES, GRAPH))
    assert (
        f'<http://x/a> <http://x/p> "1" <{GRAPH}> .\n<http://x/b> <http://x/p> "ż\\n" <{GRAPH}> .\n'.encode()
        == found
    )
    assert b"" == sorted_nquads([])


def test_sorted_parts_are_joined_in_order() -> None:
    """Parts that are sorted each make a sorted whole."""
    assert b"a\nb\nc\nd\n" == join_sorted([b"b\nd\n", b"", b"a\nc\n"])


def test_prefixes_are_written() -> None:
    """Turtle uses our prefixes, or those that are given."""
    triple = (
        URIRef("http://localhost:8000/id/city/x"),
        URIRef("http://www.w3.org/2004/02/skos/core#note"),
        Literal("n"),
    )
    assert b"skos:note" in serialise([triple], formats.TURTLE)
    assert b"skos:note" not in serialise([triple], formats.TURTLE, {})


def test_documents_of_turtle() -> None:
    """Several documents make one graph."""
    graph = read_turtle(b"<http://x/a> <http://x/p> 1 .", b"<http://x/a> <http://x/p> 2 .")
    assert (Graph, 2) == (type(graph), len(graph))
