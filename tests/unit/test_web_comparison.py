"""The comparison as a site holds it: settled when something runs out, looked up by city and partnership."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from comparisons import BASE, A, B, link, ours
from fakes.asking import WHEN
from observations import item, observation
from twin_graph.compare.decisions import Decisions, decide
from twin_graph.compare.kept import Kept
from twin_graph.compare.model import Finding, Reports
from twin_graph.compare.observed import Origin
from twin_graph.compare.reports import compare
from twin_graph.web.comparison import Comparison, parties

READ = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ORIGIN = Origin("towns", "", "", "", "", "", "wikidata", "complete", WHEN, WHEN, "")
KEYS = {("city", A.lower()): "lublin", ("city", B.lower()): "nancy", ("partnership", "lublin-nancy"): "lublin-nancy",
        ("partnership", "q37333-q40898"): "lublin-nancy"}  # fmt: skip


def reports() -> Reports:
    """Lublin and Nancy are partners since 1988, and neither item says so."""
    return compare(
        ours(link(start="1988-05-07", confirmed="2026")),
        observation((item(A, "Lublin"), item(B, "Nancy")), ()),
    )


def held(*lines: object, read: datetime = READ, former: dict[str, str] | None = None) -> Comparison:
    """A comparison whose items were all read at one time."""
    found = reports()
    assert found.findings
    times = {name: read.isoformat() for name in (A, B)}
    decisions = Decisions(lines)  # type: ignore[arg-type]
    return Comparison(
        Kept(found, times, ORIGIN), decisions, former or {}, lambda *name: KEYS.get(name, ""), BASE, "s"
    )


def test_it_is_settled_once_until_something_runs_out() -> None:
    """The same view serves every request of the day, and a new one from the moment that an answer is stale."""
    comparison = held()
    first = comparison.view(READ + timedelta(hours=2))
    assert first is comparison.view(READ + timedelta(hours=11))
    assert {"ready"} == {row.export for row in first.rows}
    second = comparison.view(READ + timedelta(hours=24))
    assert {"ready"} == {row.export for row in second.rows}
    assert first.digest == second.digest
    last = comparison.view(READ + timedelta(hours=24, microseconds=1))
    assert {"blocked"} == {row.export for row in last.rows}
    assert last.digest != second.digest
    assert first.digest == comparison.view(READ + timedelta(hours=2)).digest  # a clock that was put right


def test_a_decision_ends_with_its_day() -> None:
    """It is decided until the end of the last day, and over on the next."""
    finding = reports().findings[0]
    comparison = held(decide(finding, "none", "Office", READ, expires="2026-11-22"))
    late = comparison.view(datetime(2026, 11, 22, 23, 59, tzinfo=UTC))
    assert "decided" == late.rows[0].state
    assert "expired" == comparison.view(datetime(2026, 11, 23, 0, 0, tzinfo=UTC)).rows[0].state


def test_findings_are_looked_up_by_what_they_are_about() -> None:
    """By the key and by the item of a city, and by the partnership."""
    comparison = held()
    everything = list(range(len(comparison.ids)))
    assert (
        everything
        == comparison.by_city["lublin"]
        == comparison.by_city[A.lower()]
        == comparison.by_city["nancy"]
    )
    assert everything == comparison.by_partnership["lublin-nancy"]
    assert ("lublin", "nancy", "") == tuple(map(comparison.city, (A, "nancy", "Q1")))


def test_keys_of_older_ids_come_from_decisions_and_publications() -> None:
    """What somebody decided on is known even where no publication is."""
    finding = reports().findings[0]
    comparison = held(decide(finding, "none", "Office", READ), former={"1" * 64: "2" * 16})
    assert (finding.key, "2" * 16, "") == tuple(map(comparison.key_of, (finding.id, "1" * 64, "3" * 64)))


def test_without_an_archive_there_is_nothing() -> None:
    """No findings, no numbers, and no failure."""
    comparison = Comparison(None, Decisions(), {}, lambda *_: "", BASE, "s")
    comparison.warm()
    assert ((), {}, ()) == (
        comparison.view(READ).rows,
        dict(comparison.by_city),
        tuple(comparison.view(READ).of("a")),
    )


@pytest.mark.parametrize(
    ("subject", "other", "expected"),
    [
        ("Q1", "Q2", ("Q1", "Q2")),
        ("Q1", "Q2;Q3", ("Q1", "Q2", "Q3")),
        ("Q1", "Q1", ("Q1",)),
        ("lublin", "", ("lublin",)),
    ],
)
def test_parties_are_named_once(subject: str, other: str, expected: tuple[str, ...]) -> None:
    """Both sides, or all of many."""
    assert expected == parties(Finding("a", "many-parties", subject, other, ""))
