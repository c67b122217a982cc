"""Evaluate constraints at given focus nodes, node by node, as SHACL defines them and pySHACL judges.

Finds no focus nodes: `engine.py` does, by queries over all data where that is faster. Nested shapes (sh:node,
sh:not, sh:and, sh:or, sh:xone, sh:qualifiedValueShape) are evaluated here, each node once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from rdflib import RDF, RDFS, Literal, URIRef
from rdflib.term import Node

from twin_graph.namespaces import SH
from twin_graph.shapes import sparql, terms
from twin_graph.shapes.compile import allowed_properties
from twin_graph.shapes.data import Data
from twin_graph.shapes.rule import Rule
from twin_graph.shapes.rules import Shape, Shapes

Row = Mapping[str, Node]
Values = Mapping[Node, set[Node]]


class Inspector:
    """One run over one state of the data; remembers which nodes conform to which nested shape."""

    def __init__(self, data: Data, shapes: Shapes) -> None:
        self.data = data
        self.shapes = shapes
        self._verdicts: dict[Node, dict[Node, bool]] = {}

    def rows(self, rule: Rule, focus: Iterable[Node]) -> Iterator[Row]:
        """What breaks a rule at some focus nodes: `this`, and `value` and `path` where there are such."""
        values = {node: self.data.values(node, rule.path) for node in focus}
        yield from self.judge(rule, values)

    def judge(self, rule: Rule, values: Values) -> Iterator[Row]:
        """The same, where the values are known."""
        if rule.parameter in ("sparql", "custom"):
            yield from sparql.evaluate(rule, self.shapes, self.data, values)
            return
        test = _TESTS.get(rule.parameter)
        if test is not None:
            self._prepare(rule, values)
            holds = test(self, rule)
            known: dict[Node, bool] = {}
            for node, found in values.items():
                for value in found:
                    if value not in known:
                        known[value] = holds(value)
                    if not known[value]:
                        yield {"this": node, "value": value}
            return
        yield from _COMPARISONS[rule.parameter](self, rule, values)

    def _prepare(self, rule: Rule, values: Values) -> None:
        """Evaluate nested shapes at all values together, which is faster than one by one."""
        nested = [rule.value] if rule.parameter in ("node", "not") else []
        if rule.parameter in ("and", "or", "xone"):
            nested = self.shapes.items(rule.value)
        everything = {value for found in values.values() for value in found} if nested else set()
        for member in nested:
            good = self.conforming(member, everything)
            if rule.parameter in ("and", "or"):  # the others are decided
                everything = good if rule.parameter == "and" else everything - good

    def conforming(self, node: Node, candidates: Iterable[Node]) -> set[Node]:
        """The candidates that conform to a shape."""
        listed = set(candidates)
        verdicts = self._verdicts.setdefault(node, {})
        fresh = {candidate for candidate in listed if candidate not in verdicts}
        if fresh:
            failing = self._failing(self.shapes.shape(node), fresh)
            verdicts.update((candidate, candidate not in failing) for candidate in fresh)
        return {candidate for candidate in listed if verdicts[candidate]}

    def _failing(self, shape: Shape, candidates: set[Node]) -> set[Node]:
        if not shape.active:
            return set()
        values = {node: self.data.values(node, shape.path) for node in candidates}
        failing: set[Node] = set()
        for rule in shape.rules:
            if rule.can_fail:
                # What has failed already needs no further test.
                rest = {node: found for node, found in values.items() if node not in failing}
                failing |= {row["this"] for row in self.judge(rule, rest)}
        for inner in shape.properties:
            rest = {node: found for node, found in values.items() if node not in failing}
            everything = {value for found in rest.values() for value in found}
            good = self.conforming(inner, everything)
            failing |= {node for node, found in rest.items() if not found <= good}
        return failing

    def conforms(self, shape: Node, candidate: Node) -> bool:
        """Whether one node conforms to a shape."""
        return bool(self.conforming(shape, (candidate,)))


Test = Callable[[Inspector, Rule], Callable[[Node], bool]]


def _class(run: Inspector, rule: Rule) -> Callable[[Node], bool]:
    classes = run.data.classes(str(rule.value))
    return lambda value: run.data.is_instance(value, classes)


def _datatype(_: Inspector, rule: Rule) -> Callable[[Node], bool]:
    return lambda value: terms.is_of_datatype(value, rule.value)


def _node_kind(_: Inspector, rule: Rule) -> Callable[[Node], bool]:
    kind = str(rule.value).removeprefix(str(SH))
    return lambda value: terms.is_of_kind(value, kind)


def _bound(_: Inspector, rule: Rule) -> Callable[[Node], bool]:
    bound = rule.value
    assert isinstance(bound, Literal)
    return lambda value: terms.is_within(value, rule.parameter, bound)


def _min_length(_: Inspector, rule: Rule) -> Callable[[Node], bool]:
    length = int(str(rule.value))
    return lambda value: length == 0 or len(terms.text_of(value) or "") >= length


def _max_length(_: Inspector, rule: Rule) -> Callable[[Node], bool]:
    def holds(value: Node) -> bool:
        text = terms.text_of(value)
        return text is not None and len(text) <= int(str(rule.value))

    return holds


def _pattern(run: Inspector, rule: Rule) -> Callable[[Node], bool]:
    regex = terms.compile_pattern(str(rule.value), str(run.shapes.graph.value(rule.node, SH.flags) or ""))

    def holds(value: Node) -> bool:
        text = terms.text_of(value)
        return text is not None and regex.search(text) is not None

    return holds


def _language_in(run: Inspector, rule: Rule) -> Callable[[Node], bool]:
    ranges = {str(item).lower() for item in run.shapes.items(rule.value)}
    return lambda value: terms.has_language(value, ranges)


def _in(run: Inspector, rule: Rule) -> Callable[[Node], bool]:
    members = set(run.shapes.items(rule.value))
    return lambda value: value in members


def _node(run: Inspector, rule: Rule) -> Callable[[Node], bool]:
    return lambda value: run.conforms(rule.value, value)


def _not(run: Inspector, rule: Rule) -> Callable[[Node], bool]:
    return lambda value: not run.conforms(rule.value, value)


def _and(run: Inspector, rule: Rule) -> Callable[[Node], bool]:
    members = run.shapes.items(rule.value)
    return lambda value: all(run.conforms(member, value) for member in members)


def _or(run: Inspector, rule: Rule) -> Callable[[Node], bool]:
    members = run.shapes.items(rule.value)
    return lambda value: any(run.conforms(member, value) for member in members)


def _xone(run: Inspector, rule: Rule) -> Callable[[Node], bool]:
    members = run.shapes.items(rule.value)
    return lambda value: sum(run.conforms(member, value) for member in members) == 1


_TESTS: dict[str, Test] = {
    "class": _class,
    "datatype": _datatype,
    "nodeKind": _node_kind,
    **dict.fromkeys(("minInclusive", "minExclusive", "maxInclusive", "maxExclusive"), _bound),
    "minLength": _min_length,
    "maxLength": _max_length,
    "pattern": _pattern,
    "languageIn": _language_in,
    "in": _in,
    "node": _node,
    "not": _not,
    "and": _and,
    "or": _or,
    "xone": _xone,
}


def _count(_: Inspector, rule: Rule, values: Values) -> Iterator[Row]:
    limit = int(str(rule.value))
    for node, found in values.items():
        if len(found) < limit if rule.parameter == "minCount" else len(found) > limit:
            yield {"this": node}


def _has_value(_: Inspector, rule: Rule, values: Values) -> Iterator[Row]:
    yield from ({"this": node} for node, found in values.items() if rule.value not in found)


def _unique_lang(_: Inspector, rule: Rule, values: Values) -> Iterator[Row]:
    if rule.can_fail:
        for node, found in values.items():
            yield from ({"this": node} for _ in terms.repeated_languages(found))


def _others(run: Inspector, rule: Rule, node: Node) -> set[Node]:
    return set(run.data.step(node, URIRef(str(rule.value)), False))


def _equals(run: Inspector, rule: Rule, values: Values) -> Iterator[Row]:
    for node, found in values.items():
        yield from ({"this": node, "value": value} for value in found ^ _others(run, rule, node))


def _disjoint(run: Inspector, rule: Rule, values: Values) -> Iterator[Row]:
    for node, found in values.items():
        yield from ({"this": node, "value": value} for value in found & _others(run, rule, node))


def _less_than(run: Inspector, rule: Rule, values: Values) -> Iterator[Row]:
    or_equal = rule.parameter == "lessThanOrEquals"
    for node, found in values.items():
        others = _others(run, rule, node) if found else set()
        for value in found:
            for other in others:
                if not terms.is_before(value, other, or_equal=or_equal):
                    yield {"this": node, "value": value, "other": other}


def _qualified(run: Inspector, rule: Rule, values: Values) -> Iterator[Row]:
    graph = run.shapes.graph
    wanted = graph.value(rule.owner, SH.qualifiedValueShape)
    assert wanted is not None
    siblings: set[Node] = set()
    if (rule.owner, SH.qualifiedValueShapesDisjoint, Literal(True)) in graph:
        for parent in graph.subjects(SH.property, rule.owner):
            for each in graph.objects(parent, SH.property):
                siblings.update(graph.objects(each, SH.qualifiedValueShape))
    everything = {value for found in values.values() for value in found}
    good = run.conforming(wanted, everything)
    for sibling in siblings - {wanted}:
        good -= run.conforming(sibling, good)
    limit = int(str(rule.value))
    for node, found in values.items():
        count = len(found & good)
        if count < limit if rule.parameter == "qualifiedMinCount" else count > limit:
            yield {"this": node}


def _closed(run: Inspector, rule: Rule, values: Values) -> Iterator[Row]:
    if not rule.can_fail:
        return
    allowed = allowed_properties(rule, run.shapes)
    for node, found in values.items():
        for predicate, value in {pair for each in found for pair in run.data.about(each)}:
            # Every node is a resource; pySHACL takes that statement as said.
            if predicate not in allowed and (predicate, value) != (RDF.type, RDFS.Resource):
                yield {"this": node, "value": value, "path": predicate}


_COMPARISONS: dict[str, Callable[[Inspector, Rule, Values], Iterator[Row]]] = {
    "minCount": _count,
    "maxCount": _count,
    "hasValue": _has_value,
    "uniqueLang": _unique_lang,
    "equals": _equals,
    "disjoint": _disjoint,
    "lessThan": _less_than,
    "lessThanOrEquals": _less_than,
    "qualifiedMinCount": _qualified,
    "qualifiedMaxCount": _qualified,
    "closed": _closed,
}
