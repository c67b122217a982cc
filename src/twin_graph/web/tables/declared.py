"""What a query declares of its columns: all of them, and which hold things, whatever the data have in them today.

A file has the same columns on every day, so that the programs which read it need not ask. Runs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

from rdflib import URIRef, Variable
from rdflib.namespace import DCTERMS, OWL, PROV, RDF, SKOS
from rdflib.paths import AlternativePath, InvPath, MulPath, Path, SequencePath
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue

from twin_graph.queries import Query
from twin_graph.store import Store
from twin_graph.web.panels import Column

# Properties of others that lead to things; our ontology says it of its own.
_OTHERS = frozenset({RDF.type, DCTERMS.license, DCTERMS.publisher, PROV.wasDerivedFrom, SKOS.closeMatch,
                     SKOS.exactMatch, SKOS.inScheme})  # fmt: skip
_KEEPS_TERMS = {"Aggregate_Sample", "Aggregate_Min", "Aggregate_Max"}


def complete(store: Store, query: Query, columns: Iterable[Column]) -> tuple[Column, ...]:
    """The columns of a query with a mark on those that hold things."""
    things = find_things(store, query)
    return tuple(replace(column, holds_things=column.name in things) for column in columns)


def find_things(store: Store, query: Query) -> frozenset[str]:
    """The variables of a query that are bound to IRIs, as far as its text and the ontology say."""
    nodes = _parts(query.text)
    things: set[str] = set()
    known = -1
    while known < len(things):  # what is bound to a variable is a thing where that is one
        known = len(things)
        for node in nodes:
            things |= {str(name) for name in _bound_to_things(store, node, things)}
    return frozenset(things)


def _bound_to_things(store: Store, node: CompValue, things: set[str]) -> Iterator[Variable]:
    """The variables that one part of a query binds to things."""
    for subject, predicate, value in node.triples or () if node.name == "BGP" else ():
        if isinstance(subject, Variable):
            yield subject
        if isinstance(predicate, Variable):
            yield predicate
        elif isinstance(value, Variable) and _leads_to_things(store, predicate):
            yield value
    if node.name == "Extend" and _is_thing(node.expr, things):
        yield node.var
    if node.name in _KEEPS_TERMS and _is_thing(node.vars, things):
        yield node.res
    if node.name == "Graph" and isinstance(node.term, Variable):
        yield node.term
    for row in node.res if node.name == "values" else ():
        yield from (name for name, value in row.items() if isinstance(value, URIRef))


def _is_thing(expression: Any, things: set[str]) -> bool:
    if isinstance(expression, Variable):
        return str(expression) in things
    if not isinstance(expression, CompValue):
        return isinstance(expression, URIRef)
    if expression.name == "Builtin_COALESCE":
        return any(_is_thing(each, things) for each in expression.arg)
    if expression.name == "Builtin_IF":
        return _is_thing(expression.arg2, things) or _is_thing(expression.arg3, things)
    return expression.name in ("Builtin_IRI", "Builtin_URI")


def _leads_to_things(store: Store, predicate: Any) -> bool:
    if isinstance(predicate, AlternativePath):
        return any(_leads_to_things(store, each) for each in predicate.args)
    if isinstance(predicate, SequencePath):
        return _leads_to_things(store, predicate.args[-1])
    if isinstance(predicate, MulPath):
        return _leads_to_things(store, predicate.path)
    if isinstance(predicate, Path):
        return isinstance(predicate, InvPath)
    kinds = {kind for _, _, kind in store.triples(predicate, RDF.type)}
    return predicate in _OTHERS or OWL.ObjectProperty in kinds


@cache
def _parts(text: str) -> tuple[CompValue, ...]:
    return tuple(_nodes(translateQuery(parseQuery(text)).algebra))


def _nodes(part: Any) -> Iterator[CompValue]:
    """All parts of a query."""
    if isinstance(part, CompValue):
        yield part
        for inner in part.values():
            yield from _nodes(inner)
    elif isinstance(part, list | tuple):
        for inner in part:
            yield from _nodes(inner)
