"""Query files: what their header says, and the text that a reader may run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from rdflib.term import Node

from competency import QUESTIONS, bound, examples
from twin_graph.queries import Query, parse_query, runnable
from twin_graph.store import Store
from twin_graph.workspace import DEFAULT_BASE_IRI

every_question = pytest.mark.parametrize("query", QUESTIONS, ids=lambda query: query.name)


def asked(rows: Sequence[Mapping[str, Node]], query: Query) -> list[Mapping[str, Node]]:
    """The rows without the variables that only repeat what was asked."""
    names = {parameter.name for parameter in query.parameters}
    return [{name: term for name, term in row.items() if name not in names} for row in rows]


def test_the_questions_are_found() -> None:
    """There are 21 questions at least, and most of them have a parameter."""
    assert len(QUESTIONS) >= 21
    assert len([query for query in QUESTIONS if query.parameters]) >= 14


@every_question
def test_runnable_text_answers_like_the_bound_query(tiny_store: Store, query: Query) -> None:
    """The text with its examples written in has the rows of the query whose variables are bound to them."""
    text = runnable(query, DEFAULT_BASE_IRI)
    assert ("UNDEF" in text, "# " in text) == (False, False)
    expected = tiny_store.select(query, **bound(query, examples(query)))
    written = tiny_store.select(replace(query, text=text))
    assert asked(expected, query) == asked(written, query)


@pytest.mark.parametrize(
    ("parameter", "written"),
    [
        ("x city lublin", "<https://data.example.org/t/id/city/lublin>"),
        ("x date 2015-01-01", '"2015-01-01"^^xsd:date'),
        ("x year 2026", '"2026"^^xsd:gYear'),
        ("x string Lviv", '"Lviv"'),
    ],
)
def test_an_example_is_written_as_its_kind_asks(parameter: str, written: str) -> None:
    """A thing is written by its address, a date or year with its datatype, whose prefix is then declared."""
    query = parse_query("q", f"# title-en: x\n# parameter: {parameter}\nASK {{ VALUES ?x {{ UNDEF }} }}\n")
    declared = "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>\n" if "xsd" in written else ""
    text = runnable(query, "https://data.example.org/t/")
    assert f"{declared}ASK {{ VALUES ?x {{ {written} }} }}\n" == text


def test_a_prefix_is_declared_once() -> None:
    """A text that declares the prefix of the datatypes already is left alone."""
    declared = "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>\n"
    query = parse_query("q", f"# parameter: x year 2026\n{declared}ASK {{ VALUES ?x {{ UNDEF }} }}")
    assert f'{declared}ASK {{ VALUES ?x {{ "2026"^^xsd:gYear }} }}' == runnable(query, DEFAULT_BASE_IRI)


def test_a_parameter_without_a_slot_is_a_mistake() -> None:
    """Without its slot the example of a parameter would be lost."""
    with pytest.raises(ValueError, match="VALUES \\?x"):
        runnable(parse_query("q", "# parameter: x city lublin\nASK {}"), DEFAULT_BASE_IRI)
