"""The W3C test suite of SHACL (`../shared/suites/data-shapes`), run by our validator.

Each case is also held against pySHACL: whatever it finds, we find. What fails is a list with reasons.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import rdflib
from rdflib import RDF, BNode, Graph, Namespace
from rdflib.compare import isomorphic
from rdflib.term import Node

import suites
from twin_graph.errors import WorkspaceInvalid
from twin_graph.findings import Report
from twin_graph.namespaces import SH
from twin_graph.shapes import read_shapes, report_graph, validate, validate_by_reference

SUITE = "data-shapes/tests"
# Where the suite is published: the entries of its manifests are relative to their files.
PUBLISHED = "https://w3c.github.io/data-shapes/data-shapes-test-suite/tests/"
SHT = Namespace("http://www.w3.org/ns/shacl-test#")
# What the suite compares of a result; its message only where the expected report has one.
COMPARED = {
    RDF.type, SH.focusNode, SH.resultPath, SH.resultSeverity, SH.sourceConstraint, SH.sourceConstraintComponent,
    SH.sourceShape, SH.value, SH.result, SH.conforms, SH.resultMessage,
}  # fmt: skip

# Cases that fail, with the reason. Those that begin to pass fail the test too.
FAILING = {
    "sparql/pre-binding/shapesGraph-001": "$shapesGraph is optional (SHACL, 5.3.1); it is refused by name",
}
# Cases in which pySHACL is no judge.
NO_JUDGE = {
    "sparql/node/prefixes-001": "pySHACL does not follow owl:imports from sh:prefixes",
    "core/property/uniqueLang-002": 'pySHACL takes sh:uniqueLang "1"^^xsd:boolean for true; the suite does not',
}


@dataclass(frozen=True)
class Case:
    """One case: its files, and its expected report, or None where validation must fail."""

    name: str
    iri: str
    data: Path
    shapes: Path
    expected: Graph | None


def list_cases(part: str) -> list[Case]:
    """The cases of one part of the suite; none where the suite is absent."""
    root = suites.find_suite(SUITE)
    return (
        [case for path in sorted((root / part).rglob("*.ttl")) for case in cases_of(path, root)]
        if root
        else []
    )


def cases_of(path: Path, root: Path) -> Iterator[Case]:
    """The cases of one manifest."""
    graph = read(path)
    for node in graph.subjects(RDF.type, suites.MF.Manifest):
        entries = graph.value(node, suites.MF.entries)
        for entry in graph.items(entries) if entries is not None else ():
            action, result = graph.value(entry, suites.MF.action), graph.value(entry, suites.MF.result)
            assert action is not None
            data, shapes = (path_of(graph.value(action, term)) for term in (SHT.dataGraph, SHT.shapesGraph))
            name = f"{path.parent.relative_to(root)}/{str(entry).rpartition('/')[2]}"
            iri = PUBLISHED + str(entry).removeprefix(root.as_uri()).lstrip("/")
            yield Case(name, iri, data, shapes, None if result == SHT.Failure else report_of(graph, result))


@cache
def read(path: Path) -> Graph:
    """A file of the suite, its literals as they are written."""
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about literals that are wrong on purpose
        patch.setattr(rdflib, "NORMALIZE_LITERALS", False)
        return Graph().parse(path, format="turtle", publicID=path.as_uri())


def path_of(iri: Node | None) -> Path:
    """The file of an IRI of the suite."""
    return Path(str(iri).removeprefix("file://").partition("#")[0])


def report_of(graph: Graph, node: Node | None) -> Graph:
    """The statements of a report that are compared."""
    assert node is not None
    found, queue = Graph(), [node]
    while queue:
        subject = queue.pop()
        said = {SH.ValidationReport, SH.ValidationResult} & set(graph.objects(subject, RDF.type))
        for predicate, value in graph.predicate_objects(subject):
            if not said or predicate in COMPARED:
                found.add((subject, predicate, value))
                # Results, and what a path is made of.
                if isinstance(value, BNode) and (not said or predicate in (SH.result, SH.resultPath)):
                    queue.append(value)
    return found


def passes(case: Case) -> bool:
    """Whether we report what the case expects."""
    try:
        report = validated(case)
    except WorkspaceInvalid:
        return case.expected is None
    if case.expected is None:
        return False
    found = report_graph(report)
    if (None, SH.resultMessage, None) not in case.expected:
        found.remove((None, SH.resultMessage, None))
    return isomorphic(case.expected, found)


def validated(case: Case) -> Report:
    """Our report."""
    return validate(case.data, read_shapes(read(case.shapes)), base_iri=case.data.as_uri())


def found(report: Report) -> Counter[tuple[str, ...]]:
    """What a report says, without wording; a node without a name has no name to compare."""
    return Counter(
        (f.severity_iri or f.severity, named(f.focus_node), f.rule, f.path, named(f.value_node), f.component)
        for f in report.findings
        for _ in range(f.repeated)
    )


def named(term: Node | None) -> str:
    """A term to be compared."""
    return "" if term is None else "[]" if isinstance(term, BNode) else term.n3()


def of_case(case: Case) -> pytest.MarkDecorator:
    """The marker of a case; that of one that is known to fail says why."""
    known = ("failed", FAILING[case.name]) if case.name in FAILING else ()
    return pytest.mark.suite("shacl", case.name, case.iri, *known)


CORE, SPARQL = list_cases("core"), list_cases("sparql")
ALL = pytest.mark.parametrize("case", [*CORE, *SPARQL], ids=lambda case: case.name)


class TestSuite:
    """SHACL, https://www.w3.org/TR/shacl/#validation-report: "The validation report is the result of the validation
    process that reports the conformance and the set of all validation results."
    """

    def test_all_cases_are_collected(self) -> None:
        """The suite has 98 cases of SHACL Core and 23 of SHACL-SPARQL."""
        suites.require_suite(SUITE)
        assert (98, 23) == (len(CORE), len(SPARQL))
        assert 121 == len({case.iri for case in (*CORE, *SPARQL)})

    @pytest.mark.parametrize(
        "case", [pytest.param(case, id=case.name, marks=of_case(case)) for case in (*CORE, *SPARQL)]
    )
    def test_case(self, case: Case) -> None:
        """A case passes, or it is in the list of those that fail."""
        assert (case.name not in FAILING) == passes(case)

    def test_failing_cases_are_few(self) -> None:
        """All of the core pass, and all but one of the others."""
        suites.require_suite(SUITE)
        assert set(FAILING) <= {case.name for case in SPARQL}
        assert 1 == len(FAILING)

    @ALL
    def test_pyshacl_finds_the_same(self, case: Case) -> None:
        """What pySHACL finds we find, as often, and where it fails we do."""
        if case.name in NO_JUDGE:
            assert passes(case)
            return
        try:
            shapes = read_shapes(read(case.shapes))
            expected = found(validate_by_reference(case.data, shapes, base_iri=case.data.as_uri()))
        except WorkspaceInvalid:
            assert case.expected is None or case.name in FAILING
            with pytest.raises(WorkspaceInvalid):
                validated(case)
            return
        assert expected == found(validated(case))

    def test_rules_are_evaluated_here(self) -> None:
        """Every rule of every case is evaluated by our engine, but for shapes that refer to themselves."""
        suites.require_suite(SUITE)
        left = {
            case.name: validated(case).fallbacks
            for case in [*CORE, *SPARQL]
            if case.expected is not None and case.name not in FAILING
        }
        assert 113 == len(left)
        assert {} == {name: fallbacks for name, fallbacks in left.items() if fallbacks}
