"""SHACL property paths: read from a shapes graph, written as SPARQL and as RDF, walked node by node.

https://www.w3.org/TR/shacl/#property-paths. Knows no shapes and no constraints.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from rdflib import RDF, BNode, Graph, URIRef
from rdflib.term import IdentifiedNode, Node

from twin_graph.errors import WorkspaceInvalid
from twin_graph.namespaces import SH

Triple = tuple[Node, Node, Node]
# One step: the nodes that a property leads to from a node, forwards or backwards.
Step = Callable[[Node, URIRef, bool], Iterable[Node]]

_REPEATED = {"zeroOrMore": "*", "oneOrMore": "+", "zeroOrOne": "?"}
_DEEPEST = 32


@dataclass(frozen=True)
class Path:
    """A property path.

    Attributes:
        kind: predicate, inverse, sequence, alternative, zeroOrMore, oneOrMore or zeroOrOne.
        predicate: the property, of a predicate path only.
        parts: the paths that it is made of.
    """

    kind: str
    predicate: URIRef | None = None
    parts: tuple[Path, ...] = ()

    @property
    def sparql(self) -> str:
        """The path in the syntax of SPARQL.

        >>> Path("inverse", parts=(Path("predicate", URIRef("http://x/p")),)).sparql
        '^<http://x/p>'
        """
        if self.predicate is not None:
            return self.predicate.n3()
        inner = [part.sparql if part.predicate is not None else f"({part.sparql})" for part in self.parts]
        if self.kind == "inverse":
            return f"^{inner[0]}"
        return {"sequence": "/", "alternative": "|"}.get(self.kind, "").join(inner) + _REPEATED.get(
            self.kind, ""
        )

    @property
    def simple(self) -> bool:
        """Whether it is one property, forwards or backwards."""
        return self.predicate is not None or (self.kind == "inverse" and self.parts[0].predicate is not None)

    @property
    def may_be_empty(self) -> bool:
        """Whether a part may lead from a node to itself without a statement.

        The engine answers such paths wrongly when the node is not known beforehand.
        """
        return self.kind in ("zeroOrMore", "zeroOrOne") or any(part.may_be_empty for part in self.parts)

    @property
    def label(self) -> str:
        """For findings: the IRI of a property, also of one that is followed backwards, or else SPARQL."""
        if self.simple:
            return str(self.predicate if self.predicate is not None else self.parts[0].predicate)
        return self.sparql

    def predicates(self) -> Iterator[URIRef]:
        """All properties in it."""
        if self.predicate is not None:
            yield self.predicate
        for part in self.parts:
            yield from part.predicates()

    def walk(self, start: Node, step: Step, *, backwards: bool = False) -> set[Node]:
        """The nodes at its end, from a node at its beginning (or the other way round)."""
        if self.predicate is not None:
            return set(step(start, self.predicate, backwards))
        if self.kind == "inverse":
            return self.parts[0].walk(start, step, backwards=not backwards)
        if self.kind == "sequence":
            found = {start}
            for part in reversed(self.parts) if backwards else self.parts:
                found = {end for node in found for end in part.walk(node, step, backwards=backwards)}
            return found
        if self.kind == "alternative":
            return {end for part in self.parts for end in part.walk(start, step, backwards=backwards)}
        found = self.parts[0].walk(start, step, backwards=backwards)
        if self.kind != "zeroOrOne":
            found = _closure(found, lambda node: self.parts[0].walk(node, step, backwards=backwards))
        return found if self.kind == "oneOrMore" else found | {start}

    def triples(self) -> tuple[Node, list[Triple]]:
        """The path as RDF: its node, and the statements about it."""
        if self.predicate is not None:
            return self.predicate, []
        node: Node = BNode()
        heads, triples = [], []
        for part in self.parts:
            head, inner = part.triples()
            heads.append(head)
            triples.extend(inner)
        if self.kind == "sequence":
            return _write_list(node, heads, triples)
        value = heads[0]
        if self.kind == "alternative":
            value, triples = _write_list(BNode(), heads, triples)
        return node, [(node, SH[f"{self.kind}Path"], value), *triples]


def _closure(begin: set[Node], onwards: Callable[[Node], set[Node]]) -> set[Node]:
    found, open_ends = set(begin), list(begin)
    while open_ends:
        fresh = onwards(open_ends.pop()) - found
        found |= fresh
        open_ends.extend(fresh)
    return found


def _write_list(head: Node, items: list[Node], triples: list[Triple]) -> tuple[Node, list[Triple]]:
    node = head
    for position, item in enumerate(items):
        rest: Node = BNode() if position < len(items) - 1 else RDF.nil
        triples = [*triples, (node, RDF.first, item), (node, RDF.rest, rest)]
        node = rest
    return head, triples


def read_path(graph: Graph, node: Node, depth: int = 0) -> Path:
    """The path that a value of sh:path stands for.

    Raises:
        WorkspaceInvalid: it is no well-formed path.
    """
    if isinstance(node, URIRef):
        return Path("predicate", node)
    if not isinstance(node, BNode) or depth > _DEEPEST:
        raise _ill_formed(node)
    if (node, RDF.first, None) in graph:
        return _several(graph, "sequence", node, node, depth)
    for kind in ("inverse", "alternative", *_REPEATED):
        inner = list(graph.objects(node, SH[f"{kind}Path"]))
        if len(inner) > 1:
            raise _ill_formed(node)
        if inner and kind == "alternative":
            return _several(graph, kind, inner[0], node, depth)
        if inner:
            return Path(kind, parts=(read_path(graph, inner[0], depth + 1),))
    raise _ill_formed(node)


def _several(graph: Graph, kind: str, head: Node, node: Node, depth: int) -> Path:
    assert isinstance(head, IdentifiedNode)
    parts = tuple(read_path(graph, item, depth + 1) for item in graph.items(head))
    if len(parts) < 2:
        raise _ill_formed(node)
    return Path(kind, parts=parts)


def _ill_formed(node: Node) -> WorkspaceInvalid:
    return WorkspaceInvalid(f"sh:path: no well-formed path of SHACL ({node.n3()})")
