"""Ask the competency questions and get their answers as tables of short texts.

A thing is written as its key, a concept as its notation, and what has no value as the empty text. What the
answers should be is said by the tests.
"""

from __future__ import annotations

import re
from dataclasses import replace

from rdflib import XSD, Literal, URIRef
from rdflib.term import Node

from twin_graph import iris
from twin_graph.kinds import BY_NAME
from twin_graph.queries import Parameter, Query, load_all, parse_query
from twin_graph.store import Store
from twin_graph.workspace import DEFAULT_BASE_IRI

BASE = DEFAULT_BASE_IRI
QUESTIONS = load_all("competency_")
NUMBERS = {int(query.name.split("_")[1]): query for query in QUESTIONS}
_SELECT = re.compile(r"^SELECT (?:DISTINCT )?(\?[^()]*?)$", re.MULTILINE)
_DATATYPES = {"date": XSD.date, "year": XSD.gYear}

Table = list[tuple[str, ...]]


def columns(query: Query) -> list[str]:
    """The variables of a question in their order."""
    match = _SELECT.search(query.text)
    assert match is not None, query.name
    return match.group(1).replace("?", "").split()


def ask(store: Store, number: int, **values: str) -> Table:
    """The answer to a question, without the columns that only repeat what was asked."""
    query = NUMBERS[number]
    assert {parameter.name for parameter in query.parameters} == set(values), query.name
    return _table(store, query, bound(query, values))


def ask_written(store: Store, number: int, **values: str) -> Table:
    """The same where the values are written into the slots of the text, as a reader of it would do."""
    query = NUMBERS[number]
    text = query.text
    for name, value in bound(query, values).items():
        slot = f"VALUES ?{name} {{ UNDEF }}"
        assert 1 == text.count(slot), (query.name, slot)
        text = text.replace(slot, f"VALUES ?{name} {{ {_written(value)} }}")
    return _table(store, replace(query, text=text), {})


def bound(query: Query, values: dict[str, str]) -> dict[str, Node]:
    """The terms for the parameters of a question."""
    return {parameter.name: term(parameter, values[parameter.name]) for parameter in query.parameters}


def examples(query: Query) -> dict[str, str]:
    """The values that the header of a question gives as examples."""
    return {parameter.name: parameter.example for parameter in query.parameters}


def term(parameter: Parameter, value: str) -> Node:
    """A value of a parameter as its kind asks: a thing of ours by its key, or a literal."""
    if parameter.kind in BY_NAME:
        return iris.thing(BASE, parameter.kind, value)
    return Literal(value, datatype=_DATATYPES.get(parameter.kind))


def select(store: Store, text: str) -> Table:
    """The answer to a question that only a test asks."""
    return _table(store, parse_query("test", text), {})


def short(node: Node | None) -> str:
    """A term for a table."""
    if not isinstance(node, URIRef):
        return "" if node is None else str(node)
    for space in ("id/", "graph/"):
        if node.startswith(BASE + space):
            return node.rpartition("/")[2]
    return node.rpartition("/")[2] if "/doc/" in node else str(node).rpartition("#")[2]


def _table(store: Store, query: Query, values: dict[str, Node]) -> Table:
    asked = {parameter.name for parameter in query.parameters}
    names = [name for name in columns(query) if name not in asked]
    return [tuple(short(row.get(name)) for name in names) for row in store.select(query, **values)]


def _written(value: Node) -> str:
    return value.n3() if isinstance(value, URIRef | Literal) else str(value)
