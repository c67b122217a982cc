"""pySHACL: the reference implementation that judges the compiled queries and runs what they cannot.

The only module that may import pySHACL. Slow on large graphs, because it works on an rdflib copy.
"""

from __future__ import annotations

from collections.abc import Iterable

import pyshacl
from pyshacl.errors import ReportableRuntimeError
from rdflib import RDF, Graph, Literal, URIRef
from rdflib.term import IdentifiedNode, Node

from twin_graph.errors import WorkspaceInvalid
from twin_graph.findings import Finding, Severity
from twin_graph.namespaces import SH
from twin_graph.shapes.rules import Rule, Shapes
from twin_graph.store import Store

NAME = f"pySHACL {pyshacl.__version__}"


def check(store: Store, shapes: Shapes, rules: list[Rule]) -> list[Finding]:
    """What some of the rules find in all graphs of a store."""
    data = Graph()
    for triple in store.triples():
        data.add(triple)
    return check_graph(data, shapes, rules)


def check_graph(data: Graph, shapes: Shapes, rules: Iterable[Rule]) -> list[Finding]:
    """What some of the rules find in an rdflib graph."""
    try:
        _, results, _ = pyshacl.validate(
            data,
            shacl_graph=shapes.graph,
            inference="none",
            advanced=False,
            do_owl_imports=False,
            allow_warnings=True,
        )
    except ReportableRuntimeError as problem:
        raise WorkspaceInvalid(f"shapes/: cannot be evaluated: {problem}") from problem
    assert isinstance(results, Graph)
    wanted = {(rule.shape, rule.component): rule for rule in rules}
    found = []
    for result in results.subjects(RDF.type, SH.ValidationResult):
        assert isinstance(result, IdentifiedNode)
        finding = _finding(results, result, shapes)
        if (finding.rule, finding.component) in wanted:
            found.append(finding)
    return found


def _finding(results: Graph, result: IdentifiedNode, shapes: Shapes) -> Finding:
    def text(predicate: URIRef) -> str:
        value: Node | None = results.value(result, predicate)
        return "" if value is None else str(value)

    languages = {message.language or "en": str(message) for message in results.objects(result, SH.resultMessage)
                 if isinstance(message, Literal)}  # fmt: skip
    path = results.value(result, SH.resultPath)
    own_path = shapes.graph.value(URIRef(text(SH.sourceShape)), SH.path)
    inverse = shapes.graph.value(own_path, SH.inversePath) if isinstance(own_path, IdentifiedNode) else None
    return Finding(
        Severity(text(SH.resultSeverity).removeprefix(str(SH))),
        {"en": next(iter(languages.values()), ""), **languages},
        focus=text(SH.focusNode),
        rule=text(SH.sourceShape),
        path=str(path) if isinstance(path, URIRef) else str(inverse or ""),
        value=text(SH.value),
        focus_is_iri=isinstance(results.value(result, SH.focusNode), URIRef),
        value_is_iri=isinstance(results.value(result, SH.value), URIRef),
        component=text(SH.sourceConstraintComponent).removeprefix(str(SH)),
    )
