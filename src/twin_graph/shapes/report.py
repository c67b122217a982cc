"""A report as RDF (SHACL's result vocabulary) and as JSON for our pages.

Every result has an IRI made from its content, so that reports can be sorted, compared and cited.
"""

from __future__ import annotations

import hashlib
from typing import Any

from rdflib import RDF, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from twin_graph import formats
from twin_graph.findings import Finding, Report, Severity
from twin_graph.graphs import Triple, serialise
from twin_graph.namespaces import SH
from twin_graph.shapes.names import NAMELESS

REPORT = URIRef("urn:twin-graph:report")


def report_turtle(report: Report) -> bytes:
    """The report as Turtle, in the order of its findings; equal reports give equal bytes."""
    triples: list[Triple] = [
        (REPORT, RDF.type, SH.ValidationReport),
        (REPORT, SH.conforms, Literal(report.conforms)),
    ]
    for finding in report.findings:
        triples.extend(_result(finding))
    return serialise(triples, formats.TURTLE)


def report_json(report: Report) -> dict[str, Any]:
    """The report as plain values."""
    return {
        "engine": report.engine,
        "fallbacks": list(report.fallbacks),
        "conforms": report.conforms,
        "counts": {severity.value: len(report.of(severity)) for severity in Severity},
        "findings": [finding_json(finding) for finding in report.findings],
    }


def finding_json(finding: Finding) -> dict[str, Any]:
    """One finding as plain values; `where` is the place as text, empty where it is not known."""
    return {
        "severity": finding.severity.value,
        "messages": dict(finding.messages),
        "where": str(finding.where) if finding.where else "",
        "focus": finding.focus,
        "rule": finding.rule,
        "path": finding.path,
        "value": finding.value,
        "component": finding.component,
    }


def report_graph(report: Report) -> Graph:
    """The report as SHACL has it (section 3.6): results, and shapes without a name, are nodes without a name."""
    graph = Graph()
    node = BNode()
    graph.add((node, RDF.type, SH.ValidationReport))
    graph.add((node, SH.conforms, Literal(report.conforms)))
    nameless: dict[str, Node] = {}
    for finding in report.findings:
        shape: Node = URIRef(finding.rule)
        if finding.rule.startswith(NAMELESS):
            shape = nameless.setdefault(finding.rule, BNode())
        for result in [BNode() for _ in range(finding.repeated)]:
            graph.add((node, SH.result, result))
            for triple in _said(finding, result, shape):
                graph.add(triple)
    return graph


def _result(finding: Finding) -> list[Triple]:
    digest = hashlib.sha256(repr(finding.sort_key()).encode()).hexdigest()[:16]
    result = URIRef(f"urn:twin-graph:result:{digest}")
    return [(REPORT, SH.result, result), *_said(finding, result, URIRef(finding.rule))]


def _said(finding: Finding, result: Node, shape: Node) -> list[Triple]:
    severity = URIRef(finding.severity_iri) if finding.severity_iri else SH[finding.severity.value]
    component = URIRef(finding.component) if ":" in finding.component else SH[finding.component]
    triples: list[Triple] = [
        (result, RDF.type, SH.ValidationResult),
        (result, SH.resultSeverity, severity),
        (result, SH.focusNode, finding.focus_node or _term(finding.focus, is_iri=finding.focus_is_iri)),
        (result, SH.sourceShape, shape),
        (result, SH.sourceConstraintComponent, component),
    ]
    if finding.source is not None:
        triples.append((result, SH.sourceConstraint, finding.source))
    if finding.result_path is not None:
        node, more = finding.result_path.triples()
        triples.extend([(result, SH.resultPath, node), *more])
    elif finding.path:
        triples.append((result, SH.resultPath, URIRef(finding.path)))
    if finding.value_node is not None:
        triples.append((result, SH.value, finding.value_node))
    elif finding.value:
        triples.append((result, SH.value, _term(finding.value, is_iri=finding.value_is_iri)))
    languages = finding.languages or tuple(sorted(finding.messages))
    triples.extend(
        (result, SH.resultMessage, Literal(finding.messages[language or "en"], lang=language or None))
        for language in languages
    )
    return triples


def _term(text: str, *, is_iri: bool) -> URIRef | Literal:
    return URIRef(text) if is_iri else Literal(text)
