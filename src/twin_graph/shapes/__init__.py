"""Run SHACL shapes over a store and turn results into findings.

    rules.py        shapes graph -> rules: one per constraint component, with messages and severity
    compile.py      rule -> one SPARQL query that finds what breaks it
    reference.py    pySHACL, for rules that are not compiled, and as the judge of those that are
    report.py       a report as RDF and as JSON

Shapes are trusted text of the workspace, like the queries: their terms are written into the compiled queries.
Knows nothing of files: `build.locate` finds the place of a focus node.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

from twin_graph.errors import WorkspaceInvalid
from twin_graph.findings import Finding, Report, make_report
from twin_graph.queries import Query
from twin_graph.shapes import reference
from twin_graph.shapes.compile import Subclasses, compile_rule
from twin_graph.shapes.report import report_json, report_turtle
from twin_graph.shapes.rules import Rule, Shapes, read_shapes
from twin_graph.store import Store

__all__ = ["Rule", "Shapes", "check", "check_by_reference", "read_shapes", "report_json", "report_turtle"]

COMPILED = "compiled"


def check(store: Store, shapes: Shapes) -> Report:
    """Validate all graphs of a store together.

    Rules that are not compiled are run by pySHACL on a copy in memory; the report names them.

    Raises:
        WorkspaceInvalid: a rule cannot be evaluated.
    """
    subclasses = store.subclasses()
    compiled = [(rule, _compile(rule, shapes, subclasses)) for rule in shapes.rules if rule.can_fail]
    left_over = [rule for rule, query in compiled if query is None]
    # The engine works without Python's lock, so threads use all cores.
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        answers = threads.map(lambda pair: _run(store, *pair), compiled)
    findings = [finding for answer in answers for finding in answer]
    if left_over:
        findings.extend(reference.check(store, shapes, left_over))
    fallbacks = tuple(sorted({f"{rule.shape} {rule.component}" for rule in left_over}))
    return make_report(findings, engine=COMPILED, fallbacks=fallbacks)


def _compile(rule: Rule, shapes: Shapes, subclasses: Subclasses) -> Query | None:
    try:
        return compile_rule(rule, shapes, subclasses)
    except (ValueError, KeyError) as problem:
        raise _unusable(rule, problem) from problem


def _run(store: Store, rule: Rule, query: Query | None) -> list[Finding]:
    try:
        return [] if query is None else [rule.finding(row) for row in store.select(query)]
    except SyntaxError as problem:
        raise _unusable(rule, problem) from problem


def _unusable(rule: Rule, problem: Exception) -> WorkspaceInvalid:
    return WorkspaceInvalid(f"{rule.shape}: sh:{rule.parameter}: cannot be evaluated: {problem}")


def check_by_reference(store: Store, shapes: Shapes) -> Report:
    """Validate by pySHACL alone; slow, and the judge of `check`."""
    return make_report(reference.check(store, shapes, list(shapes.rules)), engine=reference.NAME)
