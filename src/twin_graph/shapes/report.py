"""A report as RDF (SHACL's result vocabulary) and as JSON for our pages.

Every result has an IRI made from its content, so that reports can be sorted, compared and cited.
"""

from __future__ import annotations

import hashlib
from typing import Any

from rdflib import RDF, Literal, URIRef

from twin_graph import formats
from twin_graph.findings import Finding, Report, Severity
from twin_graph.graphs import Triple, serialise
from twin_graph.namespaces import SH

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


def _result(finding: Finding) -> list[Triple]:
    digest = hashlib.sha256(repr(finding.sort_key()).encode()).hexdigest()[:16]
    result = URIRef(f"urn:twin-graph:result:{digest}")
    triples: list[Triple] = [
        (REPORT, SH.result, result),
        (result, RDF.type, SH.ValidationResult),
        (result, SH.resultSeverity, SH[finding.severity.value]),
        (result, SH.focusNode, _term(finding.focus, is_iri=finding.focus_is_iri)),
        (result, SH.sourceShape, URIRef(finding.rule)),
        (result, SH.sourceConstraintComponent, SH[finding.component]),
    ]
    if finding.path:
        triples.append((result, SH.resultPath, URIRef(finding.path)))
    if finding.value:
        triples.append((result, SH.value, _term(finding.value, is_iri=finding.value_is_iri)))
    triples.extend((result, SH.resultMessage, Literal(text, lang=language))
                   for language, text in sorted(finding.messages.items()))  # fmt: skip
    return triples


def _term(text: str, *, is_iri: bool) -> URIRef | Literal:
    return URIRef(text) if is_iri else Literal(text)
