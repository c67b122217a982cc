"""Which focus nodes a change of the data can affect.

Walks backwards from changed statements, along the paths of a rule, over the old and the new data together: so it
may name too many nodes, and never too few. What reaches too far gives EVERYTHING.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from rdflib import RDF, URIRef
from rdflib.term import Node

from twin_graph.graphs import Triple
from twin_graph.shapes import sparql
from twin_graph.shapes.data import Data
from twin_graph.shapes.paths import Path
from twin_graph.shapes.patterns import Pattern, connected, read_patterns
from twin_graph.shapes.rule import Rule, Target
from twin_graph.shapes.rules import Shapes

EVERYTHING = None
Reached = set[Node] | None  # EVERYTHING is None
# From so many nodes on, a rule is evaluated anew as a whole.
_MOST = 5000
_PAIRS = ("equals", "disjoint", "lessThan", "lessThanOrEquals")


class Reach:
    """The reach of one change.

    Args:
        data: the new state.
        removed, added: the statements that stand only in the old and only in the new state.
    """

    def __init__(
        self, data: Data, shapes: Shapes, removed: Iterable[Triple], added: Iterable[Triple]
    ) -> None:
        self._data = data
        self._shapes = shapes
        self._forwards: dict[tuple[Node, Node], set[Node]] = defaultdict(set)
        self._backwards: dict[tuple[Node, Node], set[Node]] = defaultdict(set)
        gone, fresh = set(removed), set(added)
        for subject, predicate, value in gone:
            self._forwards[subject, predicate].add(value)
            self._backwards[value, predicate].add(subject)
        self._changed: dict[Node, list[Triple]] = defaultdict(list)
        for triple in gone ^ fresh:
            self._changed[triple[1]].append(triple)
        self._nested: dict[Node, Reached] = {}

    @property
    def predicates(self) -> set[Node]:
        """The properties of which statements changed."""
        return set(self._changed)

    def focus_nodes(self, rule: Rule) -> Reached:
        """The nodes for which a rule may give other results than before, or whose focus node they may be."""
        begin = {node for target in rule.targets for node in self._targeted(target)}
        for path in rule.route:
            begin = self._ends(path, begin) | self._ends(path, self._touched(path))
        affected = self.values(rule)
        if affected is EVERYTHING or len(begin) > _MOST or len(affected) > _MOST:
            return EVERYTHING
        return begin | affected

    def values(self, rule: Rule) -> Reached:
        """The focus nodes for which a rule may give other results than before."""
        if rule.parameter in ("sparql", "custom"):
            return self._asked(rule)
        found = set() if rule.path is None else self._touched(rule.path)
        ends: set[Node] = set()
        if rule.parameter == "class":
            ends = {subject for subject, _, _ in self._changed.get(RDF.type, ())}
        elif rule.parameter in _PAIRS:
            found |= {subject for subject, _, _ in self._changed.get(rule.value, ())}
        elif rule.parameter == "closed":
            ends = {subject for triples in self._changed.values() for subject, _, _ in triples}
        for shape in self._shapes.nested(rule):
            nested = self._conformance(shape)
            if nested is EVERYTHING:
                return EVERYTHING
            ends |= nested
        return found | self._begins(rule.path, ends)

    def _conformance(self, node: Node) -> Reached:
        """The nodes of which it may be new whether they conform to a shape."""
        if node not in self._nested:
            self._nested[node] = self._conformance_of(node)
        return self._nested[node]

    def _conformance_of(self, node: Node) -> Reached:
        shape = self._shapes.shape(node)
        found: set[Node] = set()
        for rule in shape.rules:
            affected = self.values(rule)
            if affected is EVERYTHING:
                return EVERYTHING
            found |= affected
        for inner in shape.properties:
            affected = self._conformance(inner)
            if affected is EVERYTHING:
                return EVERYTHING
            found |= self._begins(shape.path, affected)
        return found | (set() if shape.path is None else self._touched(shape.path))

    def _targeted(self, target: Target) -> set[Node]:
        """The nodes that may have become targets, or no longer be targets."""
        if target.way == "class":
            classes = self._data.classes(target.iri)
            return {subject for subject, _, kind in self._changed.get(RDF.type, ()) if str(kind) in classes}
        if target.way == "node":
            return set()
        end = 0 if target.way == "subjects" else 2
        return {triple[end] for triple in self._changed.get(target.node, ())}

    def _touched(self, path: Path) -> set[Node]:
        """The nodes from which a path may run over a changed statement."""
        if path.predicate is not None:
            return {subject for subject, _, _ in self._changed.get(path.predicate, ())}
        if path.kind == "inverse":
            return self._ends(path.parts[0], self._touched(path.parts[0]))
        if path.kind in ("alternative", "zeroOrOne"):
            return {node for part in path.parts for node in self._touched(part)}
        if path.kind != "sequence":
            return self._begins(Path("zeroOrMore", parts=path.parts), self._touched(path.parts[0]))
        found: set[Node] = set()
        for part in reversed(path.parts):
            found = self._begins(part, found) | self._touched(part)
        return found

    def _begins(self, path: Path | None, ends: set[Node]) -> set[Node]:
        if path is None:
            return ends
        return {begin for end in ends for begin in path.walk(end, self._step, backwards=True)}

    def _ends(self, path: Path, begins: set[Node]) -> set[Node]:
        return {end for begin in begins for end in path.walk(begin, self._step)}

    def _step(self, node: Node, predicate: URIRef, backwards: bool) -> set[Node]:
        gone = self._backwards if backwards else self._forwards
        return set(self._data.step(node, predicate, backwards)) | gone.get((node, predicate), set())

    def _asked(self, rule: Rule) -> Reached:
        """The focus nodes of which a query may say something else, by the patterns that it is made of."""
        asked = sparql.question(rule, self._shapes)
        patterns = read_patterns(asked.header, asked.body)
        touched = set() if rule.path is None or not asked.asks else self._touched(rule.path)
        if patterns is None:
            return EVERYTHING
        names = {str(predicate) for predicate in self._changed}
        hit = [position for position, pattern in enumerate(patterns) if names & pattern.predicates]
        if not hit:
            return touched
        if asked.asks or not set(hit) <= connected(patterns, "?this"):
            return EVERYTHING
        seeds = {node for position in hit for node in self._seeds(patterns[position])}
        return self._connected(seeds, patterns)

    def _seeds(self, pattern: Pattern) -> set[Node]:
        """The nodes of changed statements that a pattern may bind."""
        triples = [triple for name in pattern.predicates for triple in self._changed.get(URIRef(name), ())]
        ends = [end for end, name in ((0, pattern.subject), (2, pattern.value)) if name or pattern.is_path]
        return {triple[end] for triple in triples for end in ends}

    def _connected(self, seeds: set[Node], patterns: list[Pattern]) -> Reached:
        """The nodes that patterns between variables lead to, in any direction and number."""
        steps = {
            URIRef(name)
            for pattern in patterns
            if pattern.is_path or (pattern.subject and pattern.value)
            for name in pattern.predicates
        }
        found, queue = set(seeds), list(seeds)
        while queue:
            node = queue.pop()
            fresh = {
                end
                for name in steps
                for backwards in (False, True)
                for end in self._step(node, name, backwards)
            } - found
            found |= fresh
            queue.extend(fresh)
            if len(found) > _MOST:
                return EVERYTHING
        return found
