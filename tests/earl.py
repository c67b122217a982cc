"""What a run of the tests says about the cases of public suites: a report in EARL, compared with the committed one.

A test that is about a case has the marker `suite`: the name of the suite in `suites.ttl`, the name and the IRI of the
case, and where the case cannot pass, its outcome with the reason. A run that gives other outcomes than the committed
report has, or other cases, fails at its end; `--record-earl` writes what it gave. Reading the report for people is
the task of `twin_graph.conformance`.

https://www.w3.org/TR/EARL10-Schema/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from urllib.parse import quote

import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, RDF, XSD

from twin_graph import __version__, graphs
from twin_graph.formats import TURTLE
from twin_graph.graphs import Triple, used_prefixes
from twin_graph.namespaces import CONFORMANCE_IRI, CONFORMANCE_PREFIXES, DOAP, EARL

# What several tests of one case say together is the worst of it.
_ORDER = ("passed", "inapplicable", "untested", "cantTell", "failed")
_SUBJECT, _RUNNER, _SUITES = (URIRef(CONFORMANCE_IRI + name) for name in ("software", "runner", "suites"))
_RELEASE = URIRef(f"{CONFORMANCE_IRI}release-{__version__}")
_HEADER = b"# Written by `make conformance`: what the tests say about the cases of public suites.\n\n"


@dataclass(frozen=True, order=True)
class Result:
    """What is known about a case."""

    suite: str
    name: str
    iri: str
    outcome: str
    reason: str = ""


class Recorder:
    """Collects the results of a run and, at its end, compares them with a report or writes it."""

    def __init__(self, path: Path, *, is_recording: bool) -> None:
        self._path, self._is_recording = path, is_recording
        self._found: dict[tuple[str, str], Result] = {}
        self._is_whole = True
        self.problems: list[str] = []
        self.note = ""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Tell each test of a case what it is about, so that its report does too."""
        for item in items:
            for marker in item.iter_markers("suite"):
                item.user_properties.append(("suite", (*marker.args, *marker.kwargs.values())))

    def pytest_deselected(self) -> None:
        """A run from which tests were left out knows only some of the cases."""
        self._is_whole = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what a test says of its cases."""
        if report.when == "teardown" or (report.when == "setup" and report.passed):
            return
        for name, value in report.user_properties:
            if name == "suite" and isinstance(value, (tuple, list)):
                self.add(_result(report, *map(str, value)))

    def add(self, result: Result) -> None:
        """Note a result; of two about one case the worse is kept."""
        known = self._found.setdefault((result.suite, result.name), result)
        if _ORDER.index(result.outcome) > _ORDER.index(known.outcome):
            self._found[result.suite, result.name] = result

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Compare, or write; what differs makes the run fail."""
        if not self._found or session.config.option.collectonly:
            return
        committed = read_results(self._path)
        if self._is_recording and self._is_whole:
            self._record(committed)
            return
        self.problems = list(differences(committed, self._found.values()))
        if self._is_recording:
            self.problems.append("nothing was recorded, because some tests were left out")
        self.note = f"{len(self._found)} cases of public suites were compared with {self._path.name}"
        if self.problems and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _record(self, committed: Iterable[Result]) -> None:
        run = {suite for suite, _ in self._found}
        kept = [result for result in committed if result.suite not in run]
        write_report(self._path, [*kept, *self._found.values()], date.today())
        self.note = f"{len(self._found)} cases of {len(run)} public suites were recorded in {self._path.name}"

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what came of it."""
        if self.note:
            terminalreporter.write_sep("-", self.note)
        for problem in self.problems:
            terminalreporter.write_line(f"EARL: {problem}", red=True)
        if self.problems:
            terminalreporter.write_line("EARL: run `make conformance` to record what is so", red=True)


def _result(
    report: pytest.TestReport, suite: str, name: str, iri: str, outcome: str = "", reason: str = ""
) -> Result:
    known = Result(suite, name, iri, "passed")
    if report.failed:
        return replace(known, outcome="failed")
    if hasattr(report, "wasxfail"):
        return replace(known, outcome="failed", reason=report.wasxfail.removeprefix("reason: "))
    if report.skipped:
        return replace(known, outcome="untested", reason="skipped")
    return replace(known, outcome=outcome or "passed", reason=reason)


def differences(committed: Iterable[Result], found: Iterable[Result]) -> Iterator[str]:
    """In which cases a report is not what a run has found; what was not run is not compared."""
    known = {(result.suite, result.name): result for result in committed}
    for result in sorted(found):
        before = known.get((result.suite, result.name))
        if before is None:
            yield f"{result.suite} {result.name} is {result.outcome}, and not in the report"
        elif before != result:
            said, is_so = (f"{each.outcome} ({each.reason or each.iri})" for each in (before, result))
            yield f"{result.suite} {result.name} is {is_so}, and in the report {said}"


def read_results(path: Path) -> list[Result]:
    """The results of a report, sorted; none where there is no file."""
    graph = Graph()
    if path.exists():
        graph.parse(path, format="turtle")
    return sorted(_read(graph))


def _read(graph: Graph) -> Iterator[Result]:
    for assertion in graph.subjects(RDF.type, EARL.Assertion):
        case, result = graph.value(assertion, EARL.test), graph.value(assertion, EARL.result)
        suite = str(graph.value(case, DCTERMS.isPartOf)).removeprefix(CONFORMANCE_IRI)
        outcome = str(graph.value(result, EARL.outcome)).removeprefix(str(EARL))
        reason = graph.value(result, DCTERMS.description)
        yield Result(suite, str(graph.value(case, DCTERMS.title)), str(case), outcome, str(reason or ""))


def write_report(path: Path, results: Iterable[Result], today: date) -> None:
    """Write a report; its day is that of the last change of what it says, so that equal results give equal bytes."""
    before = Graph().parse(path, format="turtle") if path.exists() else Graph()
    said = {triple for result in results for triple in _describe(result)}
    said |= {(_SUBJECT, DOAP.release, _RELEASE), (_RELEASE, RDF.type, DOAP.Version),
             (_RELEASE, DOAP.revision, Literal(__version__))}  # fmt: skip
    day = before.value(_SUITES, DCTERMS.date)
    if day is None or said != {triple for triple in before if triple[1] != DCTERMS.date}:
        day = Literal(today.isoformat(), datatype=XSD.date)
    said.add((_SUITES, DCTERMS.date, day))
    ordered = sorted(said, key=lambda triple: tuple(term.n3() for term in triple))
    prefixes = used_prefixes(ordered) | {
        name: CONFORMANCE_PREFIXES[name] for name in ("conformance", "doap", "earl")
    }
    path.write_bytes(_HEADER + graphs.serialise(ordered, TURTLE, prefixes))


def _describe(result: Result) -> Iterator[Triple]:
    case, suite = URIRef(result.iri), URIRef(CONFORMANCE_IRI + result.suite)
    assertion = URIRef(f"{suite}-{quote(result.name).replace('/', '.')}")
    # Results that say nothing more than their outcome are one.
    outcome = URIRef(f"{assertion}-result" if result.reason else f"{CONFORMANCE_IRI}{result.outcome}")
    yield assertion, RDF.type, EARL.Assertion
    yield assertion, EARL.assertedBy, _RUNNER
    yield assertion, EARL.subject, _SUBJECT
    yield assertion, EARL.test, case
    yield assertion, EARL.mode, EARL.automatic
    yield assertion, EARL.result, outcome
    yield outcome, RDF.type, EARL.TestResult
    yield outcome, EARL.outcome, EARL[result.outcome]
    if result.reason:
        yield outcome, DCTERMS.description, Literal(result.reason, lang="en")
    yield case, RDF.type, EARL.TestCase
    yield case, DCTERMS.title, Literal(result.name)
    yield case, DCTERMS.isPartOf, suite
