"""The data graph as the constraints see it: steps from node to node, classes, and queries.

All graphs of a store together, except hidden ones. Judges nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from rdflib import RDF, BNode, Literal, URIRef
from rdflib.term import Node

from twin_graph.graphs import from_rdflib
from twin_graph.queries import Query
from twin_graph.shapes.paths import Path
from twin_graph.shapes.rule import Target
from twin_graph.store import Function, Row, Store
from twin_graph.store.faithful import decoded, encoded

_FUNCTION = "urn:twin-graph:function:"
# So many nodes are listed in one query.
_BLOCK = 2000
Bindings = Mapping[str, Node]


class Data:
    """A store that is validated.

    Args:
        plain: a store with the same data in which the engine can compute with every literal, for SPARQL
            constraints, where `store` keeps some literals in a form of ours (`store/faithful.py`).
    """

    def __init__(self, store: Store, plain: Store | None = None) -> None:
        self.store = store
        self.plain = plain or store

    @cached_property
    def subclasses(self) -> Mapping[str, Collection[str]]:
        """The classes below each class."""
        return self.store.subclasses()

    def step(self, node: Node, predicate: URIRef, backwards: bool) -> Iterable[Node]:
        """The nodes that a property leads to, or from."""
        if backwards:
            return [subject for subject, _, _ in self.store.triples(None, predicate, encoded(node))]
        if isinstance(node, Literal):
            return ()
        return [decoded(value) for _, _, value in self.store.triples(node, predicate, None)]

    def about(self, node: Node) -> list[tuple[Node, Node]]:
        """Predicates and values of a node."""
        if isinstance(node, Literal):
            return []
        return [(predicate, decoded(value)) for _, predicate, value in self.store.triples(node, None, None)]

    def values(self, node: Node, path: Path | None) -> set[Node]:
        """The values of a shape with this path at a focus node."""
        return {node} if path is None else path.walk(node, self.step)

    def classes(self, class_iri: str) -> set[str]:
        """A class and all classes below it."""
        return {class_iri, *self.subclasses.get(class_iri, ())}

    def is_instance(self, node: Node, classes: Collection[str]) -> bool:
        """Whether a node is of one of the classes."""
        return any(str(kind) in classes for kind in self.step(node, RDF.type, False))

    def is_target(self, node: Node, target: Target) -> bool:
        """Whether a node is one of those that a target stands for."""
        if target.way == "node":
            return node == target.node
        if target.way == "class":
            return self.is_instance(node, self.classes(target.iri))
        return any(True for _ in self.step(node, URIRef(target.iri), target.way == "objects"))

    def select(self, text: str) -> list[Row]:
        """The rows of a query about the data, terms as they were written."""
        rows = self.store.select(Query("shapes", text))
        return [{name: decoded(term) for name, term in row.items()} for row in rows]

    def select_plain(self, text: str) -> list[Row]:
        """The rows of a query with which the engine may have to compute."""
        return self.plain.select(Query("shapes", text))

    def select_for(
        self, text: str, slot: str, wanted: Iterable[Bindings], *, each: bool
    ) -> Iterator[tuple[Bindings, Row]]:
        """The rows of a query for some bindings of its variables, all of the same variables.

        Args:
            slot: is replaced by the pattern that binds them.
            each: run the query for one of them at a time; only then the first of each pair is known.
        """
        listed = list(wanted)
        plain = [one for one in listed if not any(isinstance(term, BNode) for term in one.values())]
        size = 1 if each else _BLOCK
        for begin in range(0, len(plain), size):
            block = plain[begin : begin + size]
            for row in self.select_plain(text.replace(slot, _values(block))):
                yield block[0] if each else {}, row
        for one in listed:
            if any(isinstance(term, BNode) for term in one.values()):
                # No query can write a node without a name, but a function can give it.
                pattern = " ".join(f"BIND(<{_FUNCTION}{name}>() AS ?{name})" for name in one)
                functions = {f"{_FUNCTION}{name}": _constant(term) for name, term in one.items()}
                rows = self.plain.select_with(Query("shapes", text.replace(slot, pattern)), functions)
                yield from ((one, row) for row in rows)


def _values(block: list[Bindings]) -> str:
    names = list(block[0])
    rows = " ".join(f"({' '.join(one[name].n3() for name in names)})" for one in block)
    return f"VALUES ({' '.join(f'?{name}' for name in names)}) {{ {rows} }}"


def _constant(term: Node) -> Function:
    engine = from_rdflib(term)

    def function(*_: object) -> Any:
        return engine

    return function
