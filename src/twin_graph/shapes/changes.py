"""Validate a change: the report of the whole, from the report before and the nodes that the change affects.

Which nodes those are is said by `reach.py`. A change of the class hierarchy is validated as a whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from rdflib import RDFS
from rdflib.term import Node

from twin_graph.findings import Finding, Report, make_report
from twin_graph.graphs import Triple
from twin_graph.shapes import engine, reference
from twin_graph.shapes.data import Data
from twin_graph.shapes.inspect import Inspector
from twin_graph.shapes.reach import EVERYTHING, Reach
from twin_graph.shapes.rule import Rule
from twin_graph.shapes.rules import Shapes
from twin_graph.store.faithful import decoded

Key = tuple[str, str]


def run(
    data: Data, shapes: Shapes, previous: Report, *, added: Collection[Triple], removed: Collection[Triple]
) -> Report:
    """The report that a run over all data would give.

    Args:
        data: the state after the change.
        previous: the report of the state before, by the same shapes.
    """
    added, removed = [_plain(triple) for triple in added], [_plain(triple) for triple in removed]
    reach = Reach(data, shapes, removed, added)
    if not reach.predicates:
        return previous
    if RDFS.subClassOf in reach.predicates:
        return engine.run(data, shapes)
    rules: dict[Key, list[Rule]] = defaultdict(list)
    for rule in shapes.rules:
        if rule.can_fail and engine.is_supported(rule, shapes):
            rules[rule.shape, rule.component].append(rule)
    left_over = engine.left_to_reference(shapes)
    anew = {key: _affected(reach, group) for key, group in rules.items()}
    anew.update({(rule.shape, rule.component): EVERYTHING for rule in left_over})
    findings = [finding for finding in previous.findings if not _is_replaced(finding, anew)]
    inspector = Inspector(data, shapes)
    for key, group in rules.items():
        findings.extend(_fresh(inspector, group, anew[key]))
    if left_over:
        findings.extend(reference.check(data.store, shapes, left_over))
    return make_report(findings, engine=engine.NAME, fallbacks=engine.fallbacks(left_over))


def _plain(triple: Triple) -> Triple:
    subject, predicate, value = triple
    return subject, predicate, decoded(value)


def _affected(reach: Reach, group: list[Rule]) -> set[Node] | None:
    """The focus nodes of rules whose findings look alike."""
    found: set[Node] = set()
    for rule in group:
        reached = reach.focus_nodes(rule)
        if reached is EVERYTHING:
            return EVERYTHING
        found |= reached
    return found


def _is_replaced(finding: Finding, anew: dict[Key, set[Node] | None]) -> bool:
    affected = anew.get((finding.rule, finding.component), set())
    return affected is EVERYTHING or finding.focus_node in affected


def _fresh(inspector: Inspector, group: list[Rule], affected: set[Node] | None) -> list[Finding]:
    data = inspector.data
    if affected is EVERYTHING:
        return engine.findings_of_all(group, inspector)
    found: list[Finding] = []
    for rule in group if affected else ():
        focus = [node for node in affected if engine.ways_to(rule, node, data)]
        found.extend(engine.findings_of(rule, engine.inspect(inspector, rule, focus), data))
    return found
