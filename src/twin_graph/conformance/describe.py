"""What was tested as statements: EARL for suites and probes, and what the probes measured in DQV.

Says what it is given; what the suites came to is read by `suites`, the probes are run by `probes`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rdflib import Literal, URIRef
from rdflib.namespace import DCTERMS, FOAF, RDF, RDFS, XSD

from twin_graph.conformance.probes import Measured, Probe, list_probes
from twin_graph.conformance.suites import read_suites
from twin_graph.graphs import Triple, literal
from twin_graph.namespaces import CONFORMANCE_IRI, DQV, EARL, PREFIXES, SH

_SPDX = PREFIXES["spdx"]
SEVERITIES = {"Violation": "violations", "Warning": "warnings", "Info": "advice"}


@dataclass(frozen=True)
class Facts:
    """What is known of a snapshot.

    Attributes:
        dataset: IRI of all that is published.
        digest: SHA-256 of its canonical form.
        findings: of the rules, by severity.
        report: address of the report of the rules.
        measured: what came of the probes.
        examples: how many example queries have rows, and how many there are; None where that is not known.
    """

    base_iri: str
    dataset: str
    digest: str
    findings: Mapping[str, int]
    report: str
    measured: tuple[Measured, ...] = ()
    examples: tuple[int, int] | None = None


def page_address(base_iri: str) -> str:
    """Address of all this; what is said of this snapshot are its fragments."""
    return f"{base_iri}conformance"


def describe_conformance(facts: Facts) -> list[Triple]:
    """All statements: about the suites, which are the same everywhere, and about this snapshot."""
    said = set(_Snapshot(facts).statements())
    return [*read_suites().statements, *sorted(said, key=lambda triple: tuple(term.n3() for term in triple))]


class _Snapshot:
    """What is said of one snapshot."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._document = URIRef(page_address(facts.base_iri))
        self._dataset = URIRef(facts.dataset)

    def statements(self) -> Iterator[Triple]:
        """Everything."""
        facts, dataset, checksum = self._facts, self._dataset, self._node("checksum")
        yield self._document, RDF.type, FOAF.Document
        yield self._document, RDF.type, DQV.QualityMetadata
        yield self._document, FOAF.primaryTopic, dataset
        yield self._document, DCTERMS.hasPart, URIRef(f"{CONFORMANCE_IRI}suites")
        yield from (
            (self._document, DCTERMS.title, Literal(text, lang=lang))
            for lang, text in read_suites().titles.items()
        )
        yield dataset, DQV.hasQualityMetadata, self._document
        yield dataset, URIRef(f"{_SPDX}checksum"), checksum
        yield checksum, RDF.type, URIRef(f"{_SPDX}Checksum")
        yield checksum, URIRef(f"{_SPDX}algorithm"), URIRef(f"{_SPDX}checksumAlgorithm_sha256")
        yield checksum, URIRef(f"{_SPDX}checksumValue"), literal(facts.digest, str(XSD.hexBinary))
        probes = {probe.name: probe for probe in list_probes()}
        for measured in facts.measured:
            if (probe := probes.get(measured.name)) is not None:
                yield from self._probe(probe, measured)
        yield from self._rules()
        yield from self._examples()

    def _node(self, fragment: str) -> URIRef:
        return URIRef(f"{self._document}#{fragment}")

    def _probe(self, probe: Probe, measured: Measured) -> Iterator[Triple]:
        case = URIRef(f"{CONFORMANCE_IRI}probe-{probe.name}")
        yield case, RDF.type, SH.SPARQLExecutable
        yield case, RDF.type, SH.SPARQLSelectExecutable
        yield case, SH.select, Literal(probe.query.text)
        yield case, RDF.type, EARL.TestCase
        yield case, RDF.type, DQV.Metric
        yield case, DQV.expectedDataType, XSD.decimal if probe.is_share else XSD.integer
        for language, title in probe.query.titles.items():
            yield case, DCTERMS.title, Literal(title, lang=language)
            yield case, DCTERMS.description, Literal(probe.description(language), lang=language)
        result = self._node(f"{probe.name}-result")
        yield from self._assertion(probe.name, case, measured.passed)
        for example in measured.examples:
            if example.startswith(("http://", "https://")):
                yield result, DCTERMS.references, URIRef(example)
        yield from self._measurement(probe.name, case, measured.value, is_share=probe.is_share)

    def _rules(self) -> Iterator[Triple]:
        """What the shapes found: they must find no violation, the rest is counted."""
        for severity, name in SEVERITIES.items():
            case, found = URIRef(f"{CONFORMANCE_IRI}{name}"), self._facts.findings.get(severity, 0)
            yield from self._measurement(name, case, found, is_share=False)
            yield self._node(f"{name}-measured"), RDFS.seeAlso, URIRef(self._facts.report)
            if severity == "Violation":
                yield from self._assertion(name, case, not found)

    def _examples(self) -> Iterator[Triple]:
        if self._facts.examples is None:
            return
        case, (answered, asked) = URIRef(f"{CONFORMANCE_IRI}examples"), self._facts.examples
        yield from self._assertion("examples", case, answered == asked)
        share = round(answered / asked, 4) if asked else 1.0
        yield from self._measurement("examples", case, share, is_share=True)

    def _assertion(self, name: str, case: URIRef, passed: bool) -> Iterator[Triple]:
        assertion, result = self._node(name), self._node(f"{name}-result")
        yield self._dataset, RDF.type, EARL.TestSubject
        yield assertion, RDF.type, EARL.Assertion
        yield assertion, EARL.assertedBy, URIRef(f"{CONFORMANCE_IRI}software")
        yield assertion, EARL.subject, self._dataset
        yield assertion, EARL.test, case
        yield assertion, EARL.mode, EARL.automatic
        yield assertion, EARL.result, result
        yield result, RDF.type, EARL.TestResult
        yield result, EARL.outcome, EARL.passed if passed else EARL.failed

    def _measurement(self, name: str, case: URIRef, value: float, *, is_share: bool) -> Iterator[Triple]:
        measurement = self._node(f"{name}-measured")
        yield self._dataset, DQV.hasQualityMeasurement, measurement
        yield measurement, RDF.type, DQV.QualityMeasurement
        yield measurement, DQV.isMeasurementOf, case
        yield measurement, DQV.computedOn, self._dataset
        number = literal(f"{value:.4f}", str(XSD.decimal)) if is_share else Literal(int(value))
        yield measurement, DQV.value, number
