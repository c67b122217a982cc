"""What was tested for people: values for a template."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rdflib import URIRef

from twin_graph import conformance
from twin_graph.conformance import Case, Facts, Measured, Probe, Suite
from twin_graph.queries import runnable
from twin_graph.web.dates import format_number, format_share
from twin_graph.web.languages import N_, gettext
from twin_graph.web.site import Site
from twin_graph.web.tables.links import ask
from twin_graph.web.values import Value, make_values

OUTCOMES = {
    "passed": N_("passed"),
    "failed": N_("failed"),
    "inapplicable": N_("not applicable"),
    "cantTell": N_("undecided"),
    "untested": N_("not tested"),
}


@dataclass(frozen=True)
class Reason:
    """Why cases of a suite have an outcome, which is a word for people; the reason is in English."""

    outcome: str
    text: str
    cases: tuple[Case, ...]


@dataclass(frozen=True)
class SuiteRow:
    """A suite: how many of its cases have passed, failed, or another outcome, and why."""

    suite: Suite
    title: str
    passed: int
    failed: int
    others: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class ProbeRow:
    """Something that was measured.

    Attributes:
        outcome: a word for people; empty where it is measured only.
        value: as people read it.
        query: path of the page that asks the same; empty where it is no query.
        things: some of those that are wrong.
    """

    name: str
    title: str
    description: str
    outcome: str
    value: str
    query: str = ""
    things: tuple[Value, ...] = ()


def values(here: Site, facts: Facts, lang: str) -> dict[str, Any]:
    """Values of the page."""
    results = conformance.read_suites()
    return {
        "title": results.titles[lang],
        "suites": [_suite_row(suite, lang) for suite in results.suites],
        "day": results.day,
        "version": results.version,
        "probes": list(_probe_rows(here, facts, lang)),
        "digest": facts.digest,
        "asked": bool(facts.measured),
    }


def _suite_row(suite: Suite, lang: str) -> SuiteRow:
    passed, failed = (suite.outcomes.get(name, 0) for name in ("passed", "failed"))
    found: dict[tuple[str, str], list[Case]] = defaultdict(list)
    for case in suite.others:
        found[case.outcome, case.reason].append(case)
    order = list(OUTCOMES)
    reasons = [
        Reason(gettext(OUTCOMES[outcome]), text, tuple(cases))
        for (outcome, text), cases in sorted(
            found.items(), key=lambda each: (order.index(each[0][0]), each[0])
        )
    ]
    return SuiteRow(suite, suite.titles[lang], passed, failed, suite.cases - passed - failed, tuple(reasons))


def _probe_rows(here: Site, facts: Facts, lang: str) -> Iterator[ProbeRow]:
    """What the rules found, the examples, and the probes; those that failed first."""
    rows = [*_metric_rows(facts, lang), *_measured_rows(here, facts, lang)]
    failed = gettext(OUTCOMES["failed"])
    yield from sorted(rows, key=lambda row: row.outcome != failed)


def _metric_rows(facts: Facts, lang: str) -> Iterator[ProbeRow]:
    metrics = conformance.read_suites().metrics
    for severity, name in conformance.SEVERITIES.items():
        number, metric = facts.findings.get(severity, 0), metrics[name]
        outcome = _outcome(not number) if severity == "Violation" else ""
        shown = format_number(str(number), lang)
        yield ProbeRow(name, metric.titles[lang], metric.descriptions[lang], outcome, shown)
    if facts.examples is not None:
        (answered, asked), metric = facts.examples, metrics["examples"]
        shown = format_share(answered / asked, lang)
        titles, texts = metric.titles[lang], metric.descriptions[lang]
        yield ProbeRow("examples", titles, texts, _outcome(answered == asked), shown)


def _measured_rows(here: Site, facts: Facts, lang: str) -> Iterator[ProbeRow]:
    probes: Mapping[str, Probe] = {probe.name: probe for probe in conformance.list_probes()}
    for measured in facts.measured:
        if (probe := probes.get(measured.name)) is not None:
            yield _probe_row(here, probe, measured, lang)


def _probe_row(here: Site, probe: Probe, measured: Measured, lang: str) -> ProbeRow:
    only_measured = probe.is_share and probe.least is None
    value = measured.value
    return ProbeRow(
        probe.name,
        probe.query.title(lang),
        probe.description(lang),
        "" if only_measured else _outcome(measured.passed),
        format_share(value, lang) if probe.is_share else format_number(str(int(value)), lang),
        ask(runnable(probe.query, here.base_iri), lang),
        tuple(make_values(here, list(map(URIRef, measured.examples)), "thing", lang)),
    )


def _outcome(passed: bool) -> str:
    name = "passed" if passed else "failed"
    return gettext(OUTCOMES[name])
