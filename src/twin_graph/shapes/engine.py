"""Validate a store: queries name the focus nodes that may break a rule, inspection judges them.

What cannot be evaluated here goes to pySHACL and is named in the report: shapes that refer to themselves.
"""

from __future__ import annotations

import os
from collections.abc import Hashable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from rdflib.term import Node

from twin_graph.findings import Finding, Report, make_report
from twin_graph.shapes import reference, sparql
from twin_graph.shapes.compile import compile_rule, compile_together, focus_of, group_key
from twin_graph.shapes.data import Data
from twin_graph.shapes.inspect import Inspector, Row
from twin_graph.shapes.rule import Rule
from twin_graph.shapes.rules import Shapes

NAME = "compiled"


def run(data: Data, shapes: Shapes) -> Report:
    """Validate all data.

    Raises:
        WorkspaceInvalid: a rule cannot be evaluated.
    """
    ours = [rule for rule in shapes.rules if rule.can_fail and is_supported(rule, shapes)]
    left_over = left_to_reference(shapes)
    findings = findings_of_all(ours, Inspector(data, shapes))
    if left_over:
        findings.extend(reference.check(data.store, shapes, left_over))
    return make_report(findings, engine=NAME, fallbacks=fallbacks(left_over))


def findings_of_all(rules: list[Rule], inspector: Inspector) -> list[Finding]:
    """The findings of some rules over all data."""
    data, shapes = inspector.data, inspector.shapes
    groups = _groups(rules, shapes, data)
    # The engine works without Python's lock, so threads use all cores.
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        answers = list(threads.map(lambda group: _suspects(group, shapes, data), groups))
    findings: list[Finding] = []
    for group, answer in zip(groups, answers, strict=True):
        for rule in group:
            rows = answer if isinstance(answer, list) else inspect(inspector, rule, answer)
            findings.extend(findings_of(rule, rows, data))
    return findings


def findings_of(rule: Rule, rows: Iterable[Row], data: Data) -> list[Finding]:
    """The findings of the rows that break a rule.

    A property shape below another gives its results once for each node that leads to its focus node.
    """
    found = [(row, rule.finding(row)) for row in rows]
    if not found or not rule.route:
        return [finding for _, finding in found]
    times: dict[Node, int] = {}
    for row, _ in found:
        if row["this"] not in times:
            times[row["this"]] = ways_to(rule, row["this"], data)
    return [replace(finding, repeated=times[row["this"]]) for row, finding in found]


def ways_to(rule: Rule, node: Node, data: Data, steps: int | None = None) -> int:
    """In how many ways a node is a focus node of a rule: none, or one for each node that leads to it."""
    left = len(rule.route) if steps is None else steps
    if left == 0:
        return int(any(data.is_target(node, target) for target in rule.targets))
    before = rule.route[left - 1].walk(node, data.step, backwards=True)
    return sum(ways_to(rule, each, data, left - 1) for each in before)


def is_supported(rule: Rule, shapes: Shapes) -> bool:
    """Whether a rule is evaluated here, and not by pySHACL."""
    return not rule.endless and shapes.recursive.isdisjoint(shapes.nested(rule))


def left_to_reference(shapes: Shapes) -> list[Rule]:
    """The rules that go to pySHACL."""
    return [rule for rule in shapes.rules if rule.can_fail and not is_supported(rule, shapes)]


def fallbacks(left_over: Iterable[Rule]) -> tuple[str, ...]:
    """How a report names rules that pySHACL ran."""
    return tuple(sorted({rule.name for rule in left_over}))


def _groups(rules: list[Rule], shapes: Shapes, data: Data) -> list[list[Rule]]:
    """The rules, those together that one query can look for."""
    groups: dict[Hashable, list[Rule]] = {}
    for rule in rules:
        key = group_key(rule, shapes, data)
        groups.setdefault(rule if key is None else key, []).append(rule)
    return list(groups.values())


def _suspects(group: Sequence[Rule], shapes: Shapes, data: Data) -> list[Row] | set[Node]:
    """The rows that break the only rule of a group, or else the focus nodes that may break one of its rules."""
    rule = group[0]
    try:
        if rule.parameter in ("sparql", "custom"):
            rows = sparql.scan(rule, shapes, data)
            return focus_nodes(rule, data) if rows is None else rows
        text = compile_together(group, shapes, data) if len(group) > 1 else compile_rule(rule, shapes, data)
        return focus_nodes(rule, data) if text is None else {row["this"] for row in data.select(text)}
    except SyntaxError as problem:
        raise sparql.unusable(rule, problem) from problem


def focus_nodes(rule: Rule, data: Data) -> set[Node]:
    """All focus nodes of a rule."""
    steps = next((i for i, path in enumerate(rule.route) if path.may_be_empty), len(rule.route))
    text = f"SELECT DISTINCT ?this WHERE {{ {focus_of(rule, data, steps)} }}"
    found = {row["this"] for row in data.select(text)}
    for path in rule.route[steps:]:
        found = {end for node in found for end in data.values(node, path)}
    return found


def inspect(inspector: Inspector, rule: Rule, focus: Iterable[Node]) -> list[Row]:
    """What breaks a rule at some focus nodes."""
    try:
        return list(inspector.rows(rule, focus))
    except SyntaxError as problem:
        raise sparql.unusable(rule, problem) from problem
