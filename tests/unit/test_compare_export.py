"""What forbids an export, and the files that come of what nothing forbids."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from rdflib import Literal

from comparisons import BASE, LUBLIN, NANCY, NOW, PAGE, A, B, city, link, ours, settled
from fakes.wikibase import Wikibase
from observations import READ_AT, WIKI, day, item, observation, statement, url
from quickstatements_text import NotUnderstood, Time, parse
from twin_graph.compare import mismatches, openrefine
from twin_graph.compare.addresses import normal_url
from twin_graph.compare.checks import CHECKS, Freshness, Gate, gate_of, of_reference, settle
from twin_graph.compare.decisions import Decision, Decisions, decide
from twin_graph.compare.edits import Change, changes
from twin_graph.compare.model import Cited, City, Edit, Finding, Link, Reports, Verdict
from twin_graph.compare.quickstatements import MAX_LINES, files_of, lines_of
from twin_graph.compare.reports import compare
from twin_graph.compare.times import quickstatements_date
from twin_graph.wikidata.model import Observation, Reference, Statement

MADE_AT = "2026-11-23T12:00:00Z"
SOURCED = (url(PAGE.url),)
PLACES = (item(A, "Lublin"), item(B, "Nancy"))


def seen(*statements: Statement, **fields: Any) -> Observation:
    """What Wikidata says of Lublin and Nancy."""
    return observation([replace(place, **fields) for place in PLACES], statements)


def decided(reports: Reports, kind: str, verdict: Verdict, by: str = "Office") -> list[Decision]:
    """Decisions on all findings of a kind."""
    return [decide(finding, verdict, by, NOW) for finding in reports.findings if finding.kind == kind]


def gate(reports: Reports) -> Gate:
    """What decides about an export while everything is fresh and nothing is decided."""
    return gate_of(reports, Decisions(), Freshness(NOW))


def texts(reports: Reports, dialect: int = 3) -> list[str]:
    """The lines of the files."""
    files = files_of(reports, dialect, MADE_AT)  # type: ignore[arg-type]
    found = [file.content.decode() for file in files if file.name.endswith(".tsv")]
    return [line for text in found for line in text.splitlines()]


def checks(held: Link, observed: Observation, *decisions: Decision, **options: Any) -> set[str]:
    """What forbids to export the findings of report (a)."""
    cities = options.pop("cities", (LUBLIN, NANCY))
    reports = settled(ours(held, cities=cities), observed, *decisions, **options)
    return {name for finding in reports.of("a") for name in finding.checks}


BLOCKED: list[tuple[str, Link, dict[str, Any]]] = [
    ("no-reference", link(start="1988", cited=()), {}),
    ("reference-not-public", link(cited=[Cited("http://intranet/x")]), {}),
    ("reference-circular", link(cited=[Cited("https://www.wikidata.org/wiki/Q1")]), {}),
    ("date-inexact", link(start="1991~"), {}),
    ("date-inexact", link(start="2017/2019"), {}),
    ("date-in-the-future", link(start="2027"), {}),
    ("date-before-1800", link(start="1750"), {}),
    ("ended-without-date", link(status="terminated"), {}),
    ("status-without-model", link(status="dormant"), {}),
    ("status-without-model", link(status="suspended"), {}),
    ("disputed-here", link(start="1988", disputed=True), {}),
    ("low-confidence", link(confidence="low"), {}),
    ("relation-without-model", link(relation="declaration"), {}),
    ("match-unconfirmed", link(), {"cities": (LUBLIN, replace(NANCY, confirmed=False))}),
    ("self-link", link(), {"cities": (LUBLIN, replace(NANCY, item=A))}),
    ("other-kind", link(), {"cities": (replace(LUBLIN, kind="City"), replace(NANCY, kind="County", country="pl"))}),
    ("stale", link(), {"now": NOW + timedelta(days=2)}),
    ("undecided", link(), {"reviewed_only": True}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "held", "options"), BLOCKED, ids=[case[0] for case in BLOCKED])
def test_each_check_blocks(name: str, held: Link, options: dict[str, Any]) -> None:
    """A line that may be wrong is not written, and the finding says why."""
    assert name in checks(held, seen(), **options)
    cities = options.get("cities", (LUBLIN, NANCY))
    others = {key: value for key, value in options.items() if key != "cities"}
    assert [] == texts(settled(ours(held, cities=cities), seen(), **others))


ALONE = [
    ("deprecated there", [statement(B, A, rank="deprecated")], ()),
    ("on the sibling", [statement("Q555", A, references=SOURCED)], (city("other", "Q555", "fr"),)),
]


@pytest.mark.parametrize(("name", "statements", "more"), ALONE, ids=[case[0] for case in ALONE])
def test_no_half_of_a_link_is_exported(
    name: str, statements: list[Statement], more: tuple[City, ...]
) -> None:
    """The other item cannot get its half: then this one gets none, also when the place has been decided."""
    nancy = replace(NANCY, siblings=tuple(each.key for each in more))
    held = ours(link(start="1988"), cities=(LUBLIN, nancy, *more))
    observed = observation([*PLACES, *(item(each.item) for each in more)], statements)
    decisions = decided(settled(held, observed), "one-place", "none")
    reports = settled(held, observed, *decisions)
    (missing,) = (finding for finding in reports.findings if finding.kind == "statement-missing")
    assert ("pair-incomplete",) == missing.checks
    assert [] == texts(reports)


def test_a_statement_that_names_a_merged_item_is_not_edited() -> None:
    """A line would name the item of today, and make a second statement beside the one that is there."""
    old = replace(statement(A, B), names_merged=True)
    observed = seen(old, statement(B, A, since=[day("1988")], references=SOURCED))
    reports = settled(ours(link(start="1988", end="2022-03")), observed)
    held_back = {finding.kind: finding.checks for finding in reports.of("a") if finding.subject == A}
    assert dict.fromkeys(("start-missing", "end-missing", "reference-missing"), ("item-merged",)) == held_back
    assert all(line.startswith(f"{B}\t") for line in texts(reports))


@pytest.mark.parametrize(
    ("held", "there"),
    [
        (link(start="1990", end="1985"), ()),
        (link(start="1990"), (statement(A, B, until=[day("1985")]), statement(B, A, until=[day("1985")]))),
        (link(end="1985"), (statement(A, B, since=[day("1990")]), statement(B, A, since=[day("1990")]))),
    ],
)
def test_nothing_ends_before_it_began(held: Link, there: tuple[Statement, ...]) -> None:
    """Dates that cannot both be right are a question, and no edit."""
    dated = [
        f for f in settled(ours(held), seen(*there)).of("a") if f.edit and (f.edit.since or f.edit.until)
    ]
    assert 2 == len(dated)
    assert {("disputed-here",)} == {finding.checks for finding in dated}


def test_a_check_that_blocks_nothing_is_no_check() -> None:
    """A sound link passes them all; every name is explained."""
    assert set() == checks(link(start="1988"), seen())
    assert all(check.text and name == check.name for name, check in CHECKS.items())


def test_several_statements_for_one_link_are_not_edited() -> None:
    """A line could reach any of them."""
    twice = (statement(A, B, 1), statement(A, B, 2), statement(B, A, references=SOURCED))
    assert {"several-statements"} == checks(link(), seen(*twice))


def test_an_item_that_was_not_read_is_not_edited() -> None:
    """It may be gone or merged, although the other side says that it does not name us."""
    unread = replace(seen(), items={A: PLACES[0]}, incoming={A: ()})
    reports = settled(ours(link()), unread)
    assert ["statement-missing"] * 2 == [finding.kind for finding in reports.of("a")]
    assert {("item-missing",)} == {finding.checks for finding in reports.of("a")}


def test_a_new_revision_blocks() -> None:
    """What was changed since it was read has to be read again."""
    reports = compare(ours(link()), seen())
    for revisions, blocked in (({A: 1, B: 1}, False), ({A: 2, B: 1}, True), ({A: 1}, True)):
        found = settle(reports, Decisions(), Freshness(NOW, revisions=revisions))
        assert blocked == all("revision-changed" in finding.checks for finding in found.of("a"))


def test_each_item_is_as_fresh_as_its_own_answer() -> None:
    """One old answer among new ones is found."""
    reports = compare(ours(link()), seen())
    for read_at in (
        {A: "2026-11-20T00:00:00Z", B: READ_AT},
        {A: "", B: READ_AT},
        {B: READ_AT},
        {A: "x", B: READ_AT},
    ):
        old = settle(reports, Decisions(), Freshness(NOW, read_at=read_at))
        assert all("stale" in finding.checks for finding in old.of("a"))
    new = settle(reports, Decisions(), Freshness(NOW, read_at={A: READ_AT, B: READ_AT}))
    assert all(finding.is_exportable for finding in new.of("a"))
    ahead = settle(reports, Decisions(), Freshness(datetime(2026, 11, 22, tzinfo=UTC)))
    assert all("stale" in finding.checks for finding in ahead.of("a"))


def test_a_verdict_lifts_only_what_a_person_can_answer() -> None:
    """Wrong there: the year 1750 is meant; a missing reference stays missing."""
    for held, lifted in ((link(start="1750"), True), (link(cited=()), False)):
        before = settled(ours(held), seen())
        found = settled(ours(held), seen(), *decided(before, "statement-missing", "wrong-there"))
        assert lifted == all(finding.is_exportable for finding in found.of("a"))


@pytest.mark.parametrize("verdict", ["wrong-here", "both", "none"])
def test_another_verdict_forbids(verdict: Verdict) -> None:
    """What is not wrong there, or not only there, is not changed there."""
    before = settled(ours(link()), seen())
    found = settled(ours(link()), seen(), *decided(before, "statement-missing", verdict))
    assert [("decided-otherwise",)] * 2 == [finding.checks for finding in found.of("a")]


def test_symmetric_pairs_stay_together() -> None:
    """Where one direction of a new link is forbidden, the other is held back too."""
    before = settled(ours(link()), seen())
    only_one = decided(before, "statement-missing", "wrong-here")[:1]
    found = settled(ours(link()), seen(), *only_one)
    assert [("decided-otherwise",), ("pair-incomplete",)] == [finding.checks for finding in found.of("a")]
    assert [] == texts(found)


def test_the_silent_side_is_exported_after_a_person_read_the_page() -> None:
    """The reference of the other direction is used where it names both."""
    observed = seen(statement(A, B, references=(url("https://lublin.eu/x"),)))
    before = settled(ours(), observed)
    assert [] == texts(before)
    after = settled(ours(), observed, *decided(before, "silent-side", "wrong-there"))
    assert [f'{B}\tP190\t{A}\tS854\t"https://lublin.eu/x"'] == [
        line.rpartition("\t")[0] for line in texts(after)
    ]


def test_an_open_place_blocks_until_it_is_decided() -> None:
    """As long as town or municipality is open, nothing about either is exported."""
    town, other = city("tilburg", "Q9871", "nl", siblings=("q26430",)), city("q26430", "Q26430", "nl")
    held = ours(link("lublin", "tilburg"), cities=(LUBLIN, town, other))
    observed = observation([item(name) for name in (A, "Q9871", "Q26430")], [])
    before = settled(held, observed)
    assert {("place-open",)} == {finding.checks for finding in before.of("a")}
    after = settled(held, observed, *decided(before, "one-place", "none"))
    assert 2 == len(texts(after))


def test_an_end_may_need_two_persons() -> None:
    """Two different persons, the last word of each."""
    held, observed = (
        ours(link(end="2022-03")),
        seen(*(statement(a, b, references=SOURCED) for a, b in ((A, B), (B, A)))),
    )
    before = settled(held, observed, two_persons=True)
    one = decided(before, "end-missing", "wrong-there")
    same = decided(before, "end-missing", "wrong-there", "office")
    other = decided(before, "end-missing", "wrong-there", "Archive")
    for lines, allowed in (([], 0), (one, 0), ([*one, *same], 0), ([*one, *other], 2)):
        assert allowed == len(texts(settled(held, observed, *lines, two_persons=True)))
    assert 2 == len(texts(settled(held, observed)))


def test_the_lines_of_a_new_link() -> None:
    """Both directions, one line each, with start, reference and the day on which it was read."""
    expected = [
        f'{a}\tP190\t{b}\tP580\t+1953-05-02T00:00:00Z/11\tS854\t"{PAGE.url}"\tS813\t+2026-10-01T00:00:00Z/11'
        for a, b in ((A, B), (B, A))
    ]
    for dialect in (2, 3):
        found = texts(settled(ours(link(start="1953-05-02")), seen()), dialect)
        assert expected == [line.rpartition("\t")[0] for line in found]
        assert all(line.rpartition("\t")[2].startswith("/* twin_graph finding ") for line in found)


def test_a_finer_date_is_a_removal_and_an_addition_in_dialect_3_only() -> None:
    """QuickStatements 2 removes no qualifier, so a person does it there."""
    pair = (
        statement(A, B, since=[day("1953")], references=SOURCED),
        statement(B, A, since=[day("1953-05-02")], references=SOURCED),
    )
    reports = settled(ours(link(start="1953-05-02")), seen(*pair))
    removal, addition = texts(reports)
    assert f"REMOVE_QUAL\t{A}\tP190\t{B}\tP580\t+1953-01-01T00:00:00Z/9" == removal
    assert addition.startswith(f"{A}\tP190\t{B}\tP580\t+1953-05-02T00:00:00Z/11\tS854\t")
    assert [] == texts(reports, 2)
    beside = json.loads(files_of(reports, 2, MADE_AT)[1].content)
    assert [["start-coarser"]] == [change["kinds"] for change in beside["by_hand"]]


def test_findings_about_one_statement_make_one_line() -> None:
    """A start and a reference are added together, in one group for one page."""
    pair = (statement(A, B, references=(WIKI,)), statement(B, A, since=[day("1988")], references=SOURCED))
    reports = settled(ours(link(start="1988")), seen(*pair))
    assert ["start-missing", "reference-missing"] == [finding.kind for finding in reports.of("a")]
    (command,) = parse("\n".join([*texts(reports), ""]).encode(), 3)
    assert [("P580", Time("1988-01-01", 9))] == command.qualifiers
    assert [["P854", "P813"]] == [[name for name, _ in group] for group in command.references]


READ = replace(url(PAGE.url), parts={**url(PAGE.url).parts, "P813": (Literal("2020-05-06T00:00:00Z"),)})
TITLED = replace(url(PAGE.url), parts={**url(PAGE.url).parts, "P1476": (Literal("Partners", lang="en"),)})


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        (url(PAGE.url), [PAGE.url]),
        (READ, [PAGE.url, Time("2020-05-06", 11)]),
        (TITLED, [PAGE.url, Time("2026-10-01", 11)]),
        (url("https://nancy.fr/x"), [PAGE.url, Time("2026-10-01", 11)]),
    ],
)
def test_a_page_that_is_cited_already_is_not_cited_twice(there: Reference, expected: list[object]) -> None:
    """A reference is the one that is there when all its parts are: a page is named as the statement names it."""
    pair = (statement(a, b, references=(there,)) for a, b in ((A, B), (B, A)))
    for held in (link(start="1988"), link(end="2022-03")):
        reports = settled(
            ours(held), seen(*pair) if held.start else seen(statement(A, B, references=(there,)))
        )
        line = next(line for line in texts(reports) if line.startswith(f"{A}\t"))
        (command,) = parse(f"{line}\n".encode(), 3)
        assert [expected] == [[value for _, value in group] for group in command.references]


def test_two_pages_are_two_groups() -> None:
    """A second group begins with an exclamation mark."""
    edit = Edit(A, B, "add", since="1988", reference=PAGE)
    other = Cited("https://nancy.fr/*/a b|“c”", title='Le "jumelage"|/*', language="fr")
    (line,) = lines_of(Change(edit, (PAGE, other), (), "g"), 3)
    (command,) = parse(f"{line}\n".encode(), 3)
    assert [
        ("P854", "https://nancy.fr/%2A/a%20b%7C%E2%80%9Cc%E2%80%9D"),
        ("P1476", ("fr", "Le 'jumelage' / *")),
    ] == (command.references[1])


def test_no_rank_and_no_deletion_of_a_statement_is_ever_written() -> None:
    """Never: a rank, a statement by its number, a forced new statement, a label."""
    reports = settled(ours(link(start="1988")), seen(statement(A, B)))
    for dialect in (2, 3):
        for line in texts(reports, dialect):
            assert not line.startswith(("-", "+", "CREATE", "MERGE"))
            assert not {"R+", "R0", "R-"} & set(line.split("\t"))


def test_files_have_at_most_200_lines_and_keep_pairs_together() -> None:
    """250 links: three files, each with what it is about beside it."""
    cities = [LUBLIN, *(city(f"c{n}", f"Q{n}", "fr") for n in range(1, 251))]
    links = [link("lublin", f"c{n}", start="1988") for n in range(1, 251)]
    observed = observation([item(each.item) for each in cities], [])
    reports = settled(ours(*links, cities=cities), observed)
    files = files_of(reports, 3, MADE_AT)
    assert ["tsv", "json"] * 3 == [file.name.rpartition(".")[2] for file in files]
    for text, beside in zip(files[::2], files[1::2], strict=True):
        commands = parse(text.content, 3)
        pairs = [frozenset((command.item, command.value)) for command in commands]
        meta = json.loads(beside.content)
        assert len(commands) <= MAX_LINES
        assert all(2 == pairs.count(pair) for pair in pairs)
        assert hashlib.sha256(text.content).hexdigest() == meta["sha256"]
        assert [command.item for command in commands] == [line["item"] for line in meta["lines"]]
        assert ("test-archive", BASE, "snapshot") == (meta["archive"], meta["base_iri"], meta["snapshot"])
    assert 500 == sum(len(parse(file.content, 3)) for file in files[::2])


def test_the_same_input_gives_the_same_bytes() -> None:
    """Files do not depend on the run."""
    reports = [settled(ours(link(start="1988")), seen(statement(A, B))) for _ in range(2)]
    assert files_of(reports[0], 3, MADE_AT) == files_of(reports[1], 3, MADE_AT)
    assert openrefine.files_of(reports[0]) == openrefine.files_of(reports[1])


def test_nothing_to_export_makes_no_quickstatements() -> None:
    """An empty file would be uploaded."""
    nothing = settled(ours(), seen())
    assert () == files_of(nothing, 3, MADE_AT)
    assert () == openrefine.files_of(nothing)
    assert () == mismatches.files_of(nothing, gate(nothing))


def test_openrefine_gets_a_table_and_a_schema_of_its_columns() -> None:
    """Every column that the schema names is in the table; a finer date is left to a person."""
    pair = (statement(A, B, since=[day("1988")], references=SOURCED), statement(B, A))
    table, schema = openrefine.files_of(settled(ours(link(start="1988-05-07")), seen(*pair)))
    rows = list(csv.DictReader(io.StringIO(table.content.decode())))
    assert [(B, A, "1988-05-07", PAGE.url)] == [
        (row["item"], row["partner"], row["start"], row["reference"]) for row in rows
    ]
    text = schema.content.decode()
    named = {part.split('"')[1] for part in text.split('"columnName": ')[1:]}
    assert named <= set(rows[0])
    assert "http://www.wikidata.org/entity/" == json.loads(text)["siteIri"]


def test_no_name_in_the_table_is_a_formula() -> None:
    """Labels of Wikidata are what anybody writes there."""
    observed = seen(statement(A, B), statement(B, A, references=SOURCED))
    cities = (LUBLIN, replace(NANCY, names={"en": "=HYPERLINK(1)"}))
    (table, _) = openrefine.files_of(settled(ours(link(), cities=cities), observed))
    assert ["'=HYPERLINK(1)"] == [
        row["partner name"] for row in csv.DictReader(io.StringIO(table.content.decode()))
    ]


@pytest.mark.parametrize(("ends", "rows"), [(["2010"], 2), (["2010", "2012"], 0)])
def test_mismatch_finder_gets_one_date_for_another(ends: list[str], rows: int) -> None:
    """Two ends in one cell are no value of Wikidata."""
    pairs = ((A, B), (B, A))
    observed = seen(*(statement(a, b, until=list(map(day, ends)), references=SOURCED) for a, b in pairs))
    reports = settled(ours(link(end="2022-03")), observed)
    assert 2 == len([finding for finding in reports.of("d") if finding.kind == "end-differs"])
    assert 1 + rows == len(mismatches.table_of(reports, gate(reports)).splitlines())


def test_mismatch_finder_gets_contradicting_dates_with_a_page() -> None:
    """Its eight columns; nothing that is wrong here, nothing without a page."""
    observed = seen(*(statement(a, b, since=[day("1996")], references=SOURCED) for a, b in ((A, B), (B, A))))
    reports = settled(ours(link(start="1988")), observed)
    rows = list(csv.DictReader(io.StringIO(mismatches.table_of(reports, gate(reports)).decode())))
    assert list(mismatches.COLUMNS) == list(rows[0])
    assert {
        A: ("P580", "1996", "1988", PAGE.url, "qualifier"),
        B: ("P580", "1996", "1988", PAGE.url, "qualifier"),
    } == {
        row["item_id"]: (
            row["property_id"],
            row["wikidata_value"],
            row["external_value"],
            row["external_url"],
            row["type"],
        )
        for row in rows
    }
    without = settled(ours(link(start="1988", cited=())), observed)
    assert 1 == len(mismatches.table_of(without, gate(without)).splitlines())


@pytest.mark.parametrize(
    ("verdict", "now", "options", "held"),
    [
        (None, NOW, {}, []),
        ("wrong-there", NOW, {"reviewed_only": True}, []),
        ("wrong-there", NOW + timedelta(days=2), {}, ["stale"]),
        (None, NOW, {"reviewed_only": True}, ["undecided"]),
        ("wrong-here", NOW, {}, ["decided-otherwise"]),
        ("both", NOW, {}, ["decided-otherwise"]),
        ("none", NOW, {}, ["decided-otherwise"]),
    ],
)
def test_the_mismatch_finder_gets_nothing_that_a_check_holds_back(
    verdict: Verdict | None, now: datetime, options: dict[str, bool], held: list[str]
) -> None:
    """Those of freshness and of the review, as for every other export; they are counted."""
    observed = seen(*(statement(a, b, since=[day("1996")], references=SOURCED) for a, b in ((A, B), (B, A))))
    reports = settled(ours(link(start="1988")), observed)
    lines = decided(reports, "start-differs", verdict) if verdict else []
    found = gate_of(reports, Decisions(lines), Freshness(now), **options)
    assert (1 if held else 3) == len(mismatches.table_of(reports, found).splitlines())
    assert dict.fromkeys(held, 2) == mismatches.held_back(reports, found)


def test_the_mismatch_finder_gets_nothing_about_an_open_place() -> None:
    """Also where only a part of the reports is exported."""
    town, other = city("tilburg", "Q9871", "nl", siblings=("q26430",)), city("q26430", "Q26430", "nl")
    held = ours(link("lublin", "tilburg", start="1988"), cities=(LUBLIN, town, other))
    there = statement(A, "Q9871", since=[day("1996")], references=SOURCED)
    reports = settled(held, observation([item(name) for name in (A, "Q9871", "Q26430")], [there]))
    whole = gate(reports)
    part = replace(reports, findings=reports.of("d"))
    assert {"place-open": 1} == mismatches.held_back(part, whole)


def test_applying_the_file_empties_the_report() -> None:
    """The same comparison after the upload proposes nothing, and no qualifier is there twice."""
    cities = [LUBLIN, *(city(f"c{n}", f"Q{n}", "fr") for n in range(1, 6))]
    links = [
        link("lublin", "c1", start="1953-05-02"), link("lublin", "c2", start="1988"), link("lublin", "c3"),
        link("lublin", "c4", start="1990", end="2022-03"), link("lublin", "c5", start="2001-04"),
    ]  # fmt: skip
    statements = [
        statement(A, "Q2", references=(WIKI,)), statement("Q2", A, since=[day("1988")]), statement(A, "Q4"),
        statement(A, "Q5", since=[day("2001")], references=SOURCED),
    ]  # fmt: skip
    base = Wikibase(observation([item(each.item) for each in cities], statements))
    held = ours(*links, cities=cities)
    reports = settled(held, base.observed(READ_AT))
    assert 10 == len(changes(reports.findings))
    for file in files_of(reports, 3, MADE_AT):
        if file.name.endswith(".tsv"):
            base.apply(file.content, 3)
    after = settled(held, base.observed(READ_AT))
    assert [] == [finding.kind for finding in after.findings if finding.report in "ac"]
    assert all(len(each.since) <= 1 and len(each.until) <= 1 for each in base.statements.values())
    assert 10 == len(base.statements)


@pytest.mark.parametrize(
    ("url_", "expected"),
    [
        ("https://lublin.eu/x", ()),
        ("https://pl.wikipedia.org/wiki/Lublin", ("reference-circular",)),
        ("https://wikipedia.org.example.com/x", ()),
        ("ftp://lublin.eu/x", ("reference-not-public",)),
        ("http://localhost/x", ("reference-not-public",)),
        ("http://127.0.0.1/x", ("reference-not-public",)),
        ("http://[::1]/x", ("reference-not-public",)),
        ("http://192.168.1.4/x", ("reference-not-public",)),
        ("http://user:word@lublin.eu/", ("reference-not-public",)),
        ("https://town.internal/x", ("reference-not-public",)),
        ("", ("no-reference",)),
        *(
            (address, ("reference-not-public",))
            for address in ("http://127.1/x", "http://0x7f.0.0.1/", "http://10.1./")
        ),
        *(
            (address, ("reference-circular",))
            for address in (
                "https://web.archive.org/web/2020/https://en.wikipedia.org/wiki/Lublin",
                "https://web.archive.org/web/2020/http:/pl.wikipedia.org/wiki/Lublin",
                "https://example.org/copy?of=https%3A%2F%2Fde.wikipedia.org%2Fwiki%2FLublin",
                "https://en-m-wikipedia-org.translate.goog/wiki/Lublin",
                "https://pl.wikisource.org/x",
                "https://w.wiki/3",
            )
        ),
        ("https://web.archive.org/web/2020/https://lublin.eu/x", ()),
        ("https://www-lublin-eu.translate.goog/x", ()),
    ],
)
def test_pages_that_can_be_references(url_: str, expected: tuple[str, ...]) -> None:
    """Public web addresses that do not lead back to Wikidata."""
    assert expected == of_reference(Cited(url_))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://Example.ORG", "http://example.org/"),
        ("https://example.org:443/%7Ea/%c5%82?x=ł#ż", "https://example.org/~a/%C5%82?x=%C5%82#%C5%BC"),
        ("https://example.org/100%", "https://example.org/100%25"),
        ("https://example.org/a,b;c=(d)", "https://example.org/a,b;c=(d)"),
        ("javascript:alert(1)", ""),
        ("https://exa mple.org/", ""),
        ("https://example.org:99999/", ""),
    ],
)
def test_addresses_have_one_form(text: str, expected: str) -> None:
    """RFC 3986: small letters, large escapes, no default port; the form is its own form."""
    assert expected == normal_url(text)
    assert expected == normal_url(expected)


def test_only_years_months_and_days_become_dates() -> None:
    """A bare year is never written."""
    assert "+1953-05-01T00:00:00Z/10" == quickstatements_date("1953-05")
    for text in ("", "1953~", "195X", "1953/1954", "1953-13", "53"):
        with pytest.raises(ValueError, match="not a year"):
            quickstatements_date(text)


def test_the_parser_refuses_what_the_dialects_misread() -> None:
    """The independent reader is no rubber stamp."""
    for line in (
        "Q1\tP190\tQ2\tP580\t1953",
        "q1\tP190\tQ2",
        'Q1\tP190\tQ2\tS854\t"a|b"',
        "REMOVE_QUAL\tQ1\tP190\tQ2",
    ):
        with pytest.raises(NotUnderstood):
            parse(f"{line}\n".encode(), 2)


def test_a_finding_without_an_edit_is_never_exported() -> None:
    """Nothing is proposed of itself."""
    finding = Finding("d", "start-differs", A, B, "x")
    assert not finding.is_exportable
    assert () == changes([finding])
    assert date(2026, 11, 23) == NOW.date()
    assert City("x") == City("x")
