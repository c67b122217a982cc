"""The public suites, the report about their cases, and what is measured: read once and summed up.

Neither runs a test nor writes the report: that is `tests/earl.py`.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, FOAF, RDF, XSD
from rdflib.term import Node

from twin_graph.graphs import Triple
from twin_graph.namespaces import CONFORMANCE_IRI, DOAP, DQV, EARL

REPORT = Path(__file__).with_name("earl.ttl")
_SUITES, _METRICS = (Path(__file__).with_name(f"{name}.ttl") for name in ("suites", "metrics"))


@dataclass(frozen=True)
class Case:
    """A case that did not pass: its name, its IRI and its outcome (`failed`, `inapplicable` …), with the reason."""

    name: str
    iri: str
    outcome: str
    reason: str


@dataclass(frozen=True)
class Suite:
    """A suite and what came of it.

    Attributes:
        titles: by language.
        page: where the suite is published; `standard`: what it tests.
        outcomes: how many cases have each outcome.
        others: the cases that did not pass, by name.
    """

    name: str
    titles: Mapping[str, str]
    page: str
    standard: str
    outcomes: Mapping[str, int]
    others: tuple[Case, ...]

    @property
    def cases(self) -> int:
        """How many cases there are."""
        return sum(self.outcomes.values())


@dataclass(frozen=True)
class Metric:
    """What is measured on every snapshot: name, titles and descriptions by language, and whether it is a share."""

    name: str
    titles: Mapping[str, str]
    descriptions: Mapping[str, str]
    is_share: bool


@dataclass(frozen=True)
class Results:
    """All suites.

    Attributes:
        titles: of all this, by language.
        day: when an outcome changed last.
        version: of the program that was tested.
        digest: of the files that say all this.
        statements: all that is known of the suites and their cases, sorted.
    """

    suites: tuple[Suite, ...]
    metrics: Mapping[str, Metric]
    titles: Mapping[str, str]
    day: str
    version: str
    digest: str
    statements: tuple[Triple, ...]


@cache
def read_suites() -> Results:
    """The suites that come with the program."""
    known, digest = Graph(), hashlib.sha256()
    for path in (_SUITES, _METRICS, REPORT):
        content = path.read_bytes()
        digest.update(content)
        known.parse(data=content, format="turtle", publicID=CONFORMANCE_IRI.rstrip("#"))
    outcomes = dict(_outcomes(known))
    suites = [_suite(known, iri, outcomes) for iri in known.subjects(RDF.type, EARL.TestRequirement)]
    statements = sorted(known, key=lambda triple: tuple(term.n3() for term in triple))
    version = known.value(known.value(URIRef(f"{CONFORMANCE_IRI}software"), DOAP.release), DOAP.revision)
    day = known.value(URIRef(f"{CONFORMANCE_IRI}suites"), DCTERMS.date)
    metrics = (_metric(known, metric) for metric in known.subjects(RDF.type, DQV.Metric))
    return Results(
        tuple(sorted(suites, key=lambda suite: (-suite.cases, suite.name))),
        {metric.name: metric for metric in metrics},
        _texts(known, URIRef(f"{CONFORMANCE_IRI}suites"), DCTERMS.title),
        str(day),
        str(version),
        digest.hexdigest()[:20],
        tuple(statements),
    )


def _texts(known: Graph, thing: Node, name: URIRef) -> dict[str, str]:
    """The texts of a property, by language."""
    found = (text for text in known.objects(thing, name) if isinstance(text, Literal))
    return {text.language or "": str(text) for text in found}


def _metric(known: Graph, metric: Node) -> Metric:
    is_share = known.value(metric, DQV.expectedDataType) == XSD.decimal
    titles, texts = (_texts(known, metric, name) for name in (DCTERMS.title, DCTERMS.description))
    return Metric(str(metric).removeprefix(CONFORMANCE_IRI), titles, texts, is_share)


def _outcomes(known: Graph) -> Iterator[tuple[str, Case]]:
    """What came of each case, by its IRI."""
    for assertion in known.subjects(RDF.type, EARL.Assertion):
        case, result = known.value(assertion, EARL.test), known.value(assertion, EARL.result)
        outcome = str(known.value(result, EARL.outcome)).removeprefix(str(EARL))
        reason = known.value(result, DCTERMS.description)
        yield str(case), Case(str(known.value(case, DCTERMS.title)), str(case), outcome, str(reason or ""))


def _suite(known: Graph, suite: Node, outcomes: Mapping[str, Case]) -> Suite:
    cases = sorted(
        (outcomes[str(case)] for case in known.subjects(DCTERMS.isPartOf, suite)), key=lambda case: case.name
    )
    return Suite(
        str(suite).removeprefix(CONFORMANCE_IRI),
        _texts(known, suite, DCTERMS.title),
        str(known.value(suite, FOAF.homepage)),
        str(known.value(suite, DCTERMS.source)),
        dict(Counter(case.outcome for case in cases)),
        tuple(case for case in cases if case.outcome != "passed"),
    )
