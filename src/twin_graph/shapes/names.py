"""Names for shapes that have none: a result names its rule, in each build alike.

Changes the graph that it is given, and nothing else.
"""

from __future__ import annotations

import hashlib

from rdflib import BNode, Graph, URIRef
from rdflib.term import Node

from twin_graph.namespaces import SH

# IRIs that begin so stand for shapes without a name.
NAMELESS = "urn:twin-graph:shape:"


def name_shapes(graph: Graph, targeted: set[Node]) -> None:
    """Give a name, made of what they say, to the shapes that can give results: those with targets, and the
    property shapes below them.
    """
    queue = [(node, NAMELESS) for node in sorted(targeted, key=lambda node: _written_out(graph, node))]
    seen: set[Node] = set()
    while queue:
        node, prefix = queue.pop(0)
        outer = _rename(graph, node, prefix)
        if outer in seen:
            continue
        seen.add(outer)
        inner_prefix = f"{outer}-" if str(outer).startswith(NAMELESS) else f"{NAMELESS}{_digest(outer.n3())}-"
        inner = sorted(graph.objects(outer, SH.property), key=lambda found: _written_out(graph, found))
        queue.extend((found, inner_prefix) for found in inner)


def _rename(graph: Graph, node: Node, prefix: str) -> Node:
    if not isinstance(node, BNode):
        return node
    name = URIRef(prefix + _digest(_written_out(graph, node)))
    while (name, None, None) in graph:  # two shapes that say the same are two shapes
        name = URIRef(f"{name}+")
    for subject, predicate, value in [*graph.triples((node, None, None)), *graph.triples((None, None, node))]:
        graph.remove((subject, predicate, value))
        graph.add((name if subject == node else subject, predicate, name if value == node else value))
    return name


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _written_out(graph: Graph, node: Node, above: tuple[Node, ...] = ()) -> str:
    """All that a node without a name says, independent of the names that the parser gave."""
    if not isinstance(node, BNode):
        return node.n3()
    if node in above:
        return f"^{len(above) - above.index(node)}"
    below = (*above, node)
    said = sorted(p.n3() + _written_out(graph, o, below) for p, o in graph.predicate_objects(node))
    return f"[{' '.join(said)}]"
