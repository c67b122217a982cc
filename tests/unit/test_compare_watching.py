"""Report (f): what somebody should look at again. Each question can be decided, and none changes anything."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from comparisons import LUBLIN, NANCY, NOW, PAGE, A, B, city, link, ours
from fakes.archives import write_archive
from fakes.made_up import item as made_up
from observations import day, item, observation, statement, url
from twin_graph.build import build, check
from twin_graph.compare.decisions import Decisions, decide
from twin_graph.compare.model import Dated, Finding, Link, Ours
from twin_graph.compare.observed import sides_of
from twin_graph.compare.reading import read_ours
from twin_graph.compare.reports import compare
from twin_graph.compare.watching import Watched, read_watched, watch_files
from twin_graph.errors import SourceError
from twin_graph.wikidata.model import Date, Observation
from workspaces import copy_tiny, table

TODAY = date(2026, 11, 23)
ITEMS = [item(A), item(B)]
FRANCE = Watched("pl", "fr", {"en": "Look."})


def there(*until: Date) -> Observation:
    """Both items name each other, perhaps with an end."""
    return observation(ITEMS, [statement(A, B, until=until), statement(B, A)])


def again(held: Ours, seen: Observation | None = None, **more: object) -> list[Finding]:
    """The findings of the report."""
    return list(compare(held, seen or there(), TODAY, **more).of("f"))  # type: ignore[arg-type]


def of(**fields: object) -> Ours:
    """One link with some fields."""
    return ours(replace(link(start="1988"), **fields))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("confirmed", "found"),
    [
        ("2026", []),
        ("2023-11-23", []),
        ("2023-11", []),
        ("2023-11-22", ["not-confirmed"]),
        ("2023-10", ["not-confirmed"]),
        ("2023", []),  # it may mean the last day of that year
        ("2022", ["not-confirmed"]),
        ("", ["not-confirmed"]),
    ],
)
def test_thirty_six_months(confirmed: str, found: list[str]) -> None:
    """A date counts to the last day that it may mean."""
    assert found == [each.kind for each in again(of(confirmed=confirmed))]


@pytest.mark.parametrize(
    ("status", "found"),
    [("terminated", []), ("expired", []), ("suspended", ["not-confirmed"]), ("dormant", ["not-confirmed"]),
     ("in-force", ["watched-pair", "not-confirmed"]), ("unknown", ["watched-pair", "not-confirmed"])],
)  # fmt: skip
def test_what_is_over_is_not_asked_about(status: str, found: list[str]) -> None:
    """And of what is paused the countries are no question: somebody looked."""
    assert found == [each.kind for each in again(of(confirmed="1990", status=status), watched=[FRANCE])]


def test_a_leap_day() -> None:
    """Thirty-six months after 28 February 2021 end on the 28th."""
    held, leap = of(confirmed="2021-02-28"), date(2024, 2, 29)
    assert ["not-confirmed"] == [each.kind for each in compare(held, there(), leap).of("f")]
    assert () == compare(held, there(), date(2024, 2, 28)).of("f")


def test_a_list_without_the_link_asks_and_ends_nothing() -> None:
    """The finding names the day and the page; the same link is not missing anywhere, and keeps its status."""
    gone = (Dated("2026-06", 2, "partner", (PAGE,)),)
    (finding,) = again(of(unlisted=gone))
    assert ("not-listed", None, ()) == (finding.kind, finding.edit, finding.checks)
    assert all(text in finding.change for text in ("June 2026", PAGE.url))
    assert [finding.id] != [each.id for each in again(of(unlisted=(replace(gone[0], date="2026-07"),)))]


def test_pairs_of_countries() -> None:
    """In either order, with one country for all, and never within one country; only the first row that fits."""
    other = ours(link(), cities=(LUBLIN, city("nancy", B, "pl")))
    for pair, found in (
        (Watched("pl", "fr", {"en": "R."}), 1), (Watched("fr", "pl", {"en": "R."}), 1),
        (Watched("fr", "", {"en": "R."}), 1), (Watched("pl", "de", {"en": "R."}), 0),
        (Watched("de", "", {"en": "R."}), 0),
    ):  # fmt: skip
        findings = again(of(), watched=[pair, pair])
        assert found == len(findings), pair
        assert all("R." in each.change and each.edit is None for each in findings)
    assert [] == again(other, watched=[Watched("pl", "", {"en": ""})])
    three = ours(link("lublin", "nancy", "parma"), cities=(LUBLIN, NANCY, city("parma", "Q2683", "it")))
    assert ["watched-pair"] == [each.kind for each in again(three, watched=[FRANCE])]
    (named,) = again(of(), watched=[FRANCE])
    assert "Polska, Francja" in named.change_in("pl")
    (told,) = again(of(), watched=[Watched("pl", "fr", {"en": "Look.", "uk": "Гляньте."})])
    assert ["Look.", "Look.", "Гляньте."] == [
        told.change_in(each).split(". ")[1] + "." for each in ("en", "pl", "uk")
    ]
    assert named.id == told.id  # another translation is no other evidence


def test_an_end_since_the_archive_before() -> None:
    """Only where the statement was there without one, and only the new end."""
    ended = there(day("2025-05-01"))
    (finding,) = again(of(), ended, earlier=there())
    assert ("end-since", A, B) == (finding.kind, finding.subject, finding.object)
    assert "1 May 2025" in finding.change
    assert [] == again(of(), ended, earlier=ended)
    assert [] == again(of(), ended)
    assert [] == again(of(), ended, earlier=observation(ITEMS, []))
    assert [] == again(of(), there(), earlier=ended)


def test_it_is_decided_until_its_evidence_changes() -> None:
    """As any finding; another start is no evidence about how long ago it was confirmed."""
    (finding,) = again(of(confirmed="2019"))
    decisions = Decisions([decide(finding, "none", "Office", NOW)])
    assert "decided" == decisions.state(finding, TODAY)
    (same,) = again(ours(replace(link(start="1990"), confirmed="2019")))
    assert "decided" == decisions.state(same, TODAY)
    (later,) = again(of(confirmed="2020"))
    assert "reopened" == decisions.state(later, TODAY)


def test_more_than_two_parties() -> None:
    """They are named together."""
    held = ours(
        replace(link("lublin", "munster", "nancy"), confirmed=""),
        cities=(LUBLIN, NANCY, city("munster", "", "de")),
    )
    (finding,) = again(held)
    assert (A, f"munster;{B}") == (finding.subject, finding.object)


def test_agreed_links_stay_agreed() -> None:
    """A question about its age says nothing against what both have."""
    held = ours(replace(link(), confirmed=""))
    sourced = [statement(*pair, references=[url(PAGE.url)]) for pair in ((A, B), (B, A))]
    reports = compare(held, observation(ITEMS, sourced), TODAY)
    assert (("lublin-nancy",), ["not-confirmed"]) == (
        reports.agreed,
        [each.kind for each in reports.findings],
    )


def test_tables_of_a_workspace(tmp_path: Path) -> None:
    """A claim with `not_listed` and the list of pairs are read; what was confirmed later is listed again."""
    workspace = copy_tiny(tmp_path)
    claims = table(workspace, "aldorf/claims")
    records = claims.records()
    claims.write([[*records[0], "not_listed"], *([*row, ""] for row in records[1:])])
    claims.change(2, "not_listed", "2024-02-01")
    claims.change(3, "not_listed", "2024-05")
    (workspace.data / "watch.csv").write_text("country,other,reason_en\nde,ca,Look.\n", encoding="utf-8")
    held = {each.key: each for each in read_ours(build(workspace)[0]).links}
    found: Link = held["aldorf-belmont"]
    assert ["2024-05"] == [each.date for each in found.unlisted]
    assert ("2024-03-01", "in-force") == (found.confirmed, found.status)
    assert (Watched("de", "ca", {"en": "Look."}),) == read_watched(watch_files(workspace.data))


def test_a_country_that_nobody_knows_is_named(tmp_path: Path) -> None:
    """With its file, line and column."""
    workspace = copy_tiny(tmp_path)
    (workspace.data / "watch.csv").write_text("country,other,reason_en\nde,xx,\n,pl,\n", encoding="utf-8")
    with pytest.raises(SourceError) as problem:
        check(workspace)
    places = [(each.where.line, each.where.column) for each in problem.value.findings if each.where]
    assert [(2, "other"), (3, "country")] == places


def test_the_list_changes_what_a_comparison_rests_on(tmp_path: Path) -> None:
    """So that none is kept that does not know it."""
    workspace = copy_tiny(tmp_path)
    folder = workspace.data / "wikidata" / "archive"
    write_archive(folder, [made_up("Q1", [])], ["Q1"])
    before = sides_of(workspace.data, folder).digest
    (workspace.data / "watch.csv").write_text("country,other\nde,ca\n", encoding="utf-8")
    assert before != sides_of(workspace.data, folder).digest
