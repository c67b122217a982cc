"""The answer to a query in one form, whatever client and format it came through, so that two can be compared.

Reads what clients give; asks nothing.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from io import StringIO

import pyoxigraph as ox
from rdflib import Graph
from rdflib.query import Result
from rdflib.term import Node

from twin_graph.graphs import from_rdflib

Triple = tuple[Node, Node, Node]
_FORMATS = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "tsv": ox.QueryResultsFormat.TSV,
}


@dataclass(frozen=True)
class Answer:
    """A truth value, a table or a graph.

    Attributes:
        rows: sorted; the cells are terms in N-Triples, or only their text where a client gives no more; empty
            where a variable is unbound.
    """

    boolean: bool | None = None
    variables: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    triples: frozenset[Triple] = frozenset()


def from_results(body: bytes, name: str, *, plain: bool = False) -> Answer:
    """The answer in a document of results.

    Args:
        name: json, xml, csv or tsv; only csv knows no types, and no truth values.
        plain: keep only the text of terms.
    """
    if name == "csv":
        header, *lines = csv.reader(StringIO(body.decode(), newline=""))
        return _table(header, lines)
    results = ox.parse_query_results(body, format=_FORMATS[name])
    if isinstance(results, ox.QueryBoolean):
        return Answer(boolean=bool(results))
    variables = [variable.value for variable in results.variables]
    return _table(variables, ([_cell(term, plain=plain) for term in row] for row in results))


def from_rdflib_result(result: Result, *, plain: bool = False) -> Answer:
    """The answer in a result that rdflib has read."""
    if result.type == "ASK":
        return Answer(boolean=bool(result.askAnswer))
    if result.graph is not None:
        return from_graph(result.graph)
    variables = result.vars or []
    found = ([row.get(variable) for variable in variables] for row in result.bindings)
    rows = (
        [_cell(None if term is None else from_rdflib(term), plain=plain) for term in row] for row in found
    )
    return _table([str(variable) for variable in variables], rows)


def from_document(body: bytes, name: str) -> Answer:
    """The answer in a document of RDF; `name` is one of rdflib's names of formats."""
    return from_graph(Graph().parse(data=body, format=name))


def from_graph(graph: Iterable[Triple]) -> Answer:
    """The answer that a graph is."""
    return Answer(triples=frozenset((s, p, o) for s, p, o in graph))


def _table(variables: Iterable[str], rows: Iterable[Iterable[str]]) -> Answer:
    return Answer(variables=tuple(variables), rows=tuple(sorted(tuple(row) for row in rows)))


def _cell(term: object, *, plain: bool) -> str:
    if term is None:
        return ""
    return str(getattr(term, "value", term)) if plain else str(term)
