"""Read results of queries and judge whether two are the same, without the engine that is tested.

Terms are compared by value: the store keeps numbers and not their spelling. Blank nodes are the same up to
their names, columns up to their order, rows up to theirs where the query leaves it open.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from rdflib import RDF, XSD, BNode, Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic
from rdflib.query import Result
from rdflib.term import Node

from twin_graph import formats
from twin_graph.formats import Format

RS = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/result-set#")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?")
_BOOLEANS = {"true": "true", "1": "true", "false": "false", "0": "false"}
_SPELLINGS: Mapping[URIRef, Callable[[str], str]] = {
    XSD.integer: lambda text: str(int(text)),
    XSD.decimal: lambda text: str(Decimal(text).normalize()),
    XSD.double: lambda text: str(float(text)),
    XSD.float: lambda text: str(float(text)),
    XSD.boolean: lambda text: _BOOLEANS[text],
}


class Difference(AssertionError):
    """The answer came, and is another one than was expected."""


@dataclass(frozen=True)
class Table:
    """Rows of a SELECT; a variable without a value is absent from its row."""

    variables: frozenset[str]
    rows: tuple[Mapping[str, Node], ...]


def read_results(data: bytes, fmt: Format) -> Table | bool:
    """A table or a truth value, by rdflib for JSON and XML; CSV and TSV have their cells for terms."""
    if fmt in (formats.CSV, formats.TSV):
        return _read_cells(data.decode(), fmt)
    parsed = Result.parse(io.BytesIO(data), format=fmt.name)
    if parsed.type == "ASK":
        return bool(parsed.askAnswer)
    rows = ({str(name): _by_value(term) for name, term in row.items()} for row in parsed.bindings)
    return Table(frozenset(map(str, parsed.vars or ())), tuple(rows))


def read_result_graph(graph: Graph) -> Table | None:
    """The table that is written as a graph of the result set vocabulary; None where the graph is none."""
    head = graph.value(None, RDF.type, RS.ResultSet)
    if head is None:
        return None
    rows = [
        {str(graph.value(binding, RS.variable)): _by_value(_required(graph, binding, RS.value))
         for binding in graph.objects(row, RS.binding)}
        for row in graph.objects(head, RS.solution)
    ]  # fmt: skip
    return Table(frozenset(map(str, graph.objects(head, RS.resultVariable))), tuple(rows))


def compare(expected: Table | bool, found: Table | bool, *, ordered: bool) -> None:
    """Compare two results.

    Args:
        ordered: whether the order of rows belongs to the result.

    Raises:
        Difference: they are not the same.
    """
    if isinstance(expected, bool) or isinstance(found, bool):
        same = expected is found
    else:
        same = expected.variables == found.variables and _match(expected.rows, found.rows, ordered, {})
    if not same:
        raise Difference(f"expected {expected}, found {found}")


def compare_graphs(expected: Graph, found: Graph) -> None:
    """Compare two graphs.

    Raises:
        Difference: they are not isomorphic.
    """
    first, second = (_graph_by_value(graph) for graph in (expected, found))
    if not isomorphic(first, second):
        raise Difference(f"expected {first.serialize()}, found {second.serialize()}")


def _read_cells(text: str, fmt: Format) -> Table:
    """A table whose terms are the texts of its cells, but for numbers and blank nodes."""
    if fmt is formats.CSV:
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    else:
        lines = [line.split("\t") for line in text.removesuffix("\n").split("\n")]
    names = lines[0]
    rows = [dict(zip(names, map(_cell, line), strict=True)) for line in lines[1:]]
    return Table(frozenset(names), tuple(rows))


def _cell(text: str) -> Node:
    if text.startswith("_:"):
        return BNode(text[2:])
    return Literal(str(Decimal(text).normalize())) if _NUMBER.fullmatch(text) else Literal(text)


def _required(graph: Graph, subject: Node, predicate: Node) -> Node:
    value = graph.value(subject, predicate)
    assert value is not None
    return value


def _by_value(term: Node) -> Node:
    """The same term in one spelling for each value; what is no value of its datatype stays as it is."""
    if not isinstance(term, Literal):
        return term
    if term.language:
        return Literal(str(term), lang=term.language.lower())
    if term.datatype in (None, XSD.string):
        return Literal(str(term))
    try:
        text = _SPELLINGS[term.datatype](str(term))
    except (KeyError, ValueError, InvalidOperation):
        text = str(term)
    return Literal(text, datatype=term.datatype, normalize=False)


def _graph_by_value(graph: Graph) -> Graph:
    changed = Graph()
    for triple in graph:
        changed.add(tuple(map(_by_value, triple)))  # type: ignore[arg-type]
    return changed


def _match(
    expected: Sequence[Mapping[str, Node]],
    found: Sequence[Mapping[str, Node]],
    ordered: bool,
    names: Mapping[Node, Node],
) -> bool:
    """Whether rows can be paired under one renaming of blank nodes that continues `names`."""
    if len(expected) != len(found):
        return False
    if not ordered and not _has_blank(expected):
        return Counter(map(_key, expected)) == Counter(map(_key, found))
    if not expected:
        return True
    for index in range(1 if ordered else len(found)):
        renamed = _rename(expected[0], found[index], names)
        if renamed is not None:
            rest = (*found[:index], *found[index + 1 :])
            if _match(expected[1:], rest, ordered, renamed):
                return True
    return False


def _has_blank(rows: Iterable[Mapping[str, Node]]) -> bool:
    return any(isinstance(term, BNode) for row in rows for term in row.values())


def _key(row: Mapping[str, Node]) -> frozenset[tuple[str, Node]]:
    return frozenset(row.items())


def _rename(
    expected: Mapping[str, Node], found: Mapping[str, Node], names: Mapping[Node, Node]
) -> dict[Node, Node] | None:
    """The renaming, continued so that one row becomes the other; None where there is none."""
    if expected.keys() != found.keys():
        return None
    continued = dict(names)
    for name, term in expected.items():
        other = found[name]
        if isinstance(term, BNode) != isinstance(other, BNode):
            return None
        if isinstance(term, BNode):
            taken = other in continued.values() and continued.get(term) != other
            if taken or continued.setdefault(term, other) != other:
                return None
        elif term != other:
            return None
    return continued
