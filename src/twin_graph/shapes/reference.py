"""pySHACL: the reference implementation that judges the compiled queries and runs what they cannot.

The only module that may import pySHACL. Slow on large graphs, because it works on an rdflib copy.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable

import pyshacl
from pyshacl.errors import ShapeRecursionWarning
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.term import IdentifiedNode

from twin_graph.errors import WorkspaceInvalid
from twin_graph.findings import Finding, Severity
from twin_graph.namespaces import SH
from twin_graph.shapes.paths import Path, read_path
from twin_graph.shapes.rule import Rule
from twin_graph.shapes.rules import Shapes
from twin_graph.store import Store
from twin_graph.store.faithful import decoded

NAME = f"pySHACL {pyshacl.__version__}"


def check(store: Store, shapes: Shapes, rules: list[Rule]) -> list[Finding]:
    """What some of the rules find in all graphs of a store."""
    data = Graph()
    for triple in store.triples():
        data.add((*triple[:2], decoded(triple[2])))
    return check_graph(data, shapes, rules)


def check_graph(data: Graph, shapes: Shapes, rules: Iterable[Rule]) -> list[Finding]:
    """What some of the rules find in an rdflib graph."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ShapeRecursionWarning)
            warnings.filterwarnings("ignore", message="Parsing weird boolean")
            _, results, _ = pyshacl.validate(
                data,
                # pySHACL adds statements of its own to what it is given.
                shacl_graph=_copy(shapes.graph),
                inference="none",
                advanced=False,
                do_owl_imports=False,
            )
    except Exception as problem:  # rdflib and pySHACL raise classes without a common base
        raise WorkspaceInvalid(f"shapes/: cannot be evaluated: {problem}") from problem
    if not isinstance(results, Graph):
        raise WorkspaceInvalid(f"shapes/: cannot be evaluated: {results}")
    wanted = {(rule.shape, rule.component) for rule in rules}
    found = []
    # Results inside another result (sh:detail) are not results of the report.
    for result in results.objects(None, SH.result):
        assert isinstance(result, IdentifiedNode)
        finding = _finding(results, result, shapes)
        if (finding.rule, finding.component) in wanted:
            found.append(finding)
    return found


def _copy(graph: Graph) -> Graph:
    copied = Graph()
    for triple in graph:
        copied.add(triple)
    return copied


def _finding(results: Graph, result: IdentifiedNode, shapes: Shapes) -> Finding:
    languages = {message.language or "en": str(message) for message in results.objects(result, SH.resultMessage)
                 if isinstance(message, Literal)}  # fmt: skip
    focus, value = results.value(result, SH.focusNode), results.value(result, SH.value)
    shape, path = results.value(result, SH.sourceShape), results.value(result, SH.resultPath)
    severity = str(results.value(result, SH.resultSeverity))
    name = severity.removeprefix(str(SH))
    # The path of the result is written in the shapes graph, where its list is complete.
    own = shapes.graph.value(shape, SH.path)
    route = read_path(shapes.graph, own) if own is not None and isinstance(path, BNode) else None
    if isinstance(path, URIRef):
        route = Path("predicate", path)
    return Finding(
        Severity(name) if name in set(Severity) else Severity.VIOLATION,
        {"en": next(iter(languages.values()), ""), **languages},
        focus=str(focus),
        rule=str(shape),
        path="" if route is None else route.label,
        value="" if value is None else str(value),
        component=str(results.value(result, SH.sourceConstraintComponent)).removeprefix(str(SH)),
        focus_is_iri=isinstance(focus, URIRef),
        value_is_iri=isinstance(value, URIRef),
        focus_node=focus,
        value_node=value,
        result_path=route,
        source=results.value(result, SH.sourceConstraint),
        severity_iri="" if name in set(Severity) else severity,
    )
