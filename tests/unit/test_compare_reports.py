"""What the six reports find, one difference at a time."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from comparisons import LUBLIN, NANCY, OTHER_PAGE, PAGE, A, B, city, kinds, link, ours, settled
from observations import WIKI, day, entity, item, observation, statement, url
from twin_graph.compare.kept import load
from twin_graph.compare.model import Cited, Dated, Finding, Link, Reports
from twin_graph.compare.reports import compare, only
from twin_graph.wikidata.model import Date, Item, Observation, Statement

SOURCED = (url(PAGE.url),)
PLACES = (item(A, "Lublin"), item(B, "Nancy"))


def both(**fields: object) -> tuple[Statement, Statement]:
    """The statements of both items, alike."""
    known = {"references": SOURCED} | fields
    return statement(A, B, **known), statement(B, A, **known)  # type: ignore[arg-type]


def found(held: Link | None, *statements: Statement, items: tuple[Item, ...] = PLACES) -> Reports:
    """The reports about one link of ours, or none."""
    return compare(ours(*([held] if held else [])), observation(items, statements))


def first(reports: Reports, kind: str) -> Finding:
    """The first finding of a kind."""
    return next(finding for finding in reports.findings if finding.kind == kind)


CASES = [
    ("nothing differs", link(start="1988"), both(since=[day("1988")]), []),
    ("nobody dates it", link(), both(), []),
    ("no statement", link(start="1988"), (), ["statement-missing"] * 2),
    ("one statement", link(), (statement(A, B, references=SOURCED),), ["statement-missing", "silent-side"]),
    ("no start", link(start="1988"), both(), ["start-missing"] * 2),
    ("our date is finer", link(start="1953-05-02"), both(since=[day("1953")]), ["start-coarser"] * 2),
    ("a month for a decade", link(start="1953-05"), both(since=[Date("195X", 8, "gregorian", "")]),
     ["start-coarser"] * 2),
    ("our date is coarser", link(start="1953"), both(since=[day("1953-05-02")]), []),
    ("no source", link(), both(references=()), ["reference-missing"] * 2),
    ("a wiki as source", link(), both(references=(WIKI,)), ["reference-missing"] * 2),
    ("ended here", link(end="2022-03"), both(), ["end-missing"] * 2),
    ("ended on both sides", link(end="2022-03"), both(until=[day("2022")]), []),
    ("ended otherwise", link(end="2022-03"), both(until=[day("2019")]), ["end-differs"] * 2),
    ("explicitly not ended", link(end="2022-03"), both(no_end=True), ["end-differs"] * 2),
    ("ended there only", link(), both(until=[day("2020")]), ["ended-there"] * 2),
    ("dates apart", link(start="1988"), both(since=[day("1996")]), ["start-differs"] * 2),
    ("dates near", link(start="2000-06-26"), both(since=[day("2001-04-25")]), ["start-near"] * 2),
    ("a Julian date", link(start="1916"), both(since=[Date("1916-05-02", 11, "julian", "")]), ["start-julian"] * 2),
    ("several starts", link(start="1988"), both(since=[day("1988"), day("1990")]), ["several-starts"] * 2),
    ("unknown start", link(start="1988"), both(since=[Date("", 0, "gregorian", "")]), []),
    ("deprecated", link(), both(rank="deprecated"), ["deprecated-there"] * 2),
    ("preferred is not current", link(), both(rank="preferred"), []),
    ("only there", None, both(), ["both-sides"]),
    ("one side only", None, (statement(A, B),), ["one-side", "silent-side"]),
    ("their sides differ", None, (statement(A, B, since=[day("1953")]), statement(B, A, since=[day("1960")])),
     ["both-sides", "sides-differ"]),
    ("itself", None, (statement(A, A),), ["invalid-target"]),
    ("no item", None, (statement(A, B, snak="invalid"),), ["invalid-target"]),
    ("no value", None, (statement(A, B, snak="somevalue"),), []),
]  # fmt: skip


@pytest.mark.parametrize(("name", "held", "statements", "expected"), CASES, ids=[case[0] for case in CASES])
def test_differences(
    name: str, held: Link | None, statements: tuple[Statement, ...], expected: list[str]
) -> None:
    """Each difference has its kind, in each direction, and nothing else is found."""
    assert expected == kinds(found(held, *statements))


def test_links_that_agree_are_counted() -> None:
    """Both items have it, and there is nothing to add or to ask; a link with a question is none of them."""
    assert ("lublin-nancy",) == found(link(start="1988"), *both(since=[day("1988")])).agreed
    assert () == found(link(start="1988"), *both()).agreed
    assert () == found(link(), statement(A, B, references=SOURCED), items=PLACES[:1]).agreed


def test_another_source_of_ours_explains_a_date() -> None:
    """A letter of intent of 2017 and an agreement of 2022: who dates it 2017 does not contradict us."""
    letter = Dated("2017", 0, "friendly", (PAGE,))
    held = link(start="2022-05-21")
    held = replace(held, starts=(letter, *held.starts))
    assert [] == kinds(found(held, *both(since=[day("2017")])))
    assert ["start-differs"] * 2 == kinds(found(held, *both(since=[day("2010")])))


def test_a_finding_says_all_that_a_reader_needs() -> None:
    """Names, items with revisions, statement, change, page with its day, confidence and what forbids it."""
    finding = first(found(link(start="1953-05-02"), *both(since=[day("1953")])), "start-coarser")
    assert ("Lublin", "Nancy") == finding.names
    assert (A, B) == (finding.subject, finding.object)
    assert (1, 1) == finding.revisions
    assert f"{A}${B}-1" == finding.guid
    assert (PAGE.url, PAGE.retrieved) == (finding.url, finding.retrieved)
    assert ("1953-05-02", "1953") == finding.values
    assert "2 May 1953" in finding.change
    assert "high" == finding.confidence
    assert () == finding.checks


def test_the_id_knows_the_evidence_and_nothing_else() -> None:
    """Another revision, another time or another order of references changes no id; another date does."""
    held = link(start="1988")
    page = url("https://nancy.fr/x")
    before = found(held, *both(references=(WIKI, page)))
    later = compare(
        ours(held),
        observation(
            [replace(place, revision=99, modified="x") for place in PLACES],
            both(references=(page, WIKI)),
            "2026-11-25T00:00:00Z",
        ),
    )
    changed = found(held, *both(references=(WIKI, page), qualifiers={"P585": entity("Q1")}))
    assert [finding.id for finding in before.findings] == [finding.id for finding in later.findings]
    assert {finding.key for finding in before.findings} == {finding.key for finding in changed.findings}
    assert not {finding.id for finding in before.findings} & {finding.id for finding in changed.findings}


def test_silence_of_a_failed_item_is_no_absence() -> None:
    """An item that was not asked or not answered is named as unread; nothing is said to be missing."""
    for place in (replace(PLACES[1], state="failed"), None):
        items = (PLACES[0], place) if place is not None else (PLACES[0],)
        for held in (link(), None):
            reports = found(held, statement(A, B, references=SOURCED), items=items)
            assert (B,) == reports.unread
            assert "statement-missing" not in kinds(reports)
            assert [] == kinds(reports, "c")
            assert {} == reports.one_sided


def test_an_incoming_statement_is_a_statement() -> None:
    """Whether B names A is known from A's incoming statements, although B was not asked."""
    seen = observation((PLACES[0],), [statement(A, B, references=SOURCED)])
    named = replace(seen, incoming={A: ((B, f"{B}$1", "normal"),)})
    silent = replace(seen, incoming={A: ()})
    assert ["both-sides"] == kinds(compare(ours(), named))
    assert ["one-side", "silent-side"] == kinds(compare(ours(), silent))
    assert "item-missing" in first(compare(ours(), silent), "silent-side").checks


def test_a_missing_item_is_reported_once_and_nothing_else() -> None:
    """A deleted item of our table is a finding of its own."""
    gone = replace(PLACES[1], state="missing")
    assert ["item-missing"] == kinds(found(link(), items=(PLACES[0], gone)))


def test_a_merged_item_is_followed_and_said() -> None:
    """The statements of the item it was merged into count; nothing is exported before our table is right."""
    old = replace(PLACES[1], redirect="Q99")
    new = item("Q99", "Nancy")
    statements = (statement(A, B, references=SOURCED), statement("Q99", A, references=SOURCED))
    reports = found(link(start="1988"), *statements, items=(PLACES[0], old, new))
    assert {"start-missing", "item-merged"} == set(kinds(reports))
    assert all("item-merged" in finding.checks for finding in reports.of("a"))


def test_only_report_b_is_about_links_of_wikidata_alone() -> None:
    """The strongest come first, with a letter to the town hall."""
    places = [item(name) for name in ("Q1", "Q2", "Q3", "Q4")]
    statements = [
        statement("Q1", "Q2"), statement("Q1", "Q3", references=SOURCED),
        statement("Q1", "Q4"), statement("Q4", "Q1", since=[day("1990")]),
    ]  # fmt: skip
    reports = compare(ours(), observation(places, statements))
    assert ["Q4", "Q3", "Q2"] == [finding.object for finding in reports.of("b")]
    assert "partner cities (since: 1990)" in reports.of("b")[0].text
    assert "miastami partnerskimi (początek: 1990)" in reports.of("b")[0].text_in("pl")


def test_one_sided_links_are_counted_by_the_country_of_the_silent_side() -> None:
    """The count is a number about quality; the proposal copies what the page supports, and waits for a person."""
    reports = found(None, statement(A, B, references=(url("https://lublin.eu/x"),)))
    finding = first(reports, "silent-side")
    assert {"fr": 1} == reports.one_sided
    assert (B, A) == (finding.subject, finding.object)
    assert finding.edit is not None
    assert Cited("https://lublin.eu/x") == finding.edit.reference
    assert ("reference-unread",) == finding.checks


def test_a_pair_that_we_source_ourselves_is_exported_by_report_a() -> None:
    """The same line is not proposed twice."""
    reports = found(link(), statement(A, B, references=SOURCED))
    assert () == first(reports, "statement-missing").checks
    assert "in-report-a" in first(reports, "silent-side").checks


def test_a_country_is_no_partner() -> None:
    """What other items have as their country is not twinned, unless it is a city of ours."""
    place = replace(PLACES[0], facts={"country": entity("Q36")})
    reports = found(None, statement(A, "Q36"), items=(place, item("Q36", "Poland")))
    assert ["invalid-target"] == kinds(reports)
    state = city("singapore", "Q36")
    held = ours(cities=(LUBLIN, NANCY, state))
    seen = observation((place, item("Q36")), [statement(A, "Q36")])
    assert ["one-side", "silent-side"] == kinds(compare(held, seen))


@pytest.mark.parametrize("fact", ["type", "network"])
def test_what_signs_nothing_is_no_partner(fact: str) -> None:
    """A person, a business or a network is not proposed as a partner of anybody."""
    kinds_of = {"type": entity("Q5")} if fact == "type" else {}
    member = [replace(statement(B, "Q777"), property="P463")] if fact == "network" else []
    places = (*PLACES, item("Q777", "Something", facts=kinds_of))
    reports = found(None, statement(A, "Q777", references=SOURCED), *member, items=places)
    assert ["invalid-target"] == kinds(reports)


def test_more_than_two_parties_are_reported_and_never_proposed() -> None:
    """Wikidata has no model for them."""
    three = (LUBLIN, NANCY, city("vinnytsia", "Q157144", "ua"))
    reports = compare(ours(link("lublin", "nancy", "vinnytsia"), cities=three), observation(PLACES, []))
    assert ["many-parties"] == kinds(reports)
    assert () == tuple(finding for finding in reports.findings if finding.is_exportable)


def test_a_city_without_an_item_is_reported() -> None:
    """Nothing can be said about it there."""
    reports = compare(ours(link(), cities=(LUBLIN, city("nancy", ""))), observation(PLACES, []))
    assert ["no-item"] == [name for finding in reports.findings for name in finding.checks]


def test_a_statement_on_the_sibling_is_not_missing() -> None:
    """Lublin names the municipality of Tilburg: that is a question about the place, no missing statement."""
    town, municipality = city("tilburg", "Q9871", "nl", siblings=("q26430",)), city("q26430", "Q26430", "nl")
    held = ours(link("lublin", "tilburg"), cities=(LUBLIN, town, municipality))
    places = [item(name) for name in (A, "Q9871", "Q26430")]
    statements = [statement(A, "Q26430", references=SOURCED), statement("Q26430", A, references=SOURCED)]
    reports = compare(held, observation(places, statements))
    assert ["one-place", "on-the-sibling", "on-the-sibling"] == kinds(reports)
    assert [f"Q26430${A}-1", f"{A}$Q26430-1"] == [finding.guid for finding in reports.of("e")[1:]]


def test_the_order_of_the_input_changes_nothing() -> None:
    """Shuffled statements and links give the same reports."""
    three = (LUBLIN, NANCY, city("vinnytsia", "Q157144", "ua"))
    links = [link(start="1988"), link("lublin", "vinnytsia"), link("nancy", "vinnytsia", start="2013")]
    statements = [*both(), statement("Q157144", A), statement("Q5", A)]
    places = [*PLACES, item("Q157144"), item("Q5")]
    expected = compare(ours(*links, cities=three), observation(places, statements))
    for some in permutations(statements):
        shuffled = Observation(
            "test-archive", expected.observed, {p.id: p for p in reversed(places)}, some, {}
        )
        assert expected.findings == compare(ours(*reversed(links), cities=reversed(three)), shuffled).findings


def test_unrelated_statements_change_nothing() -> None:
    """What is added about others does not change a finding."""
    before = found(link(start="1988"), *both())
    after = found(link(start="1988"), *both(), statement("Q5", "Q6"), items=(*PLACES, item("Q5"), item("Q6")))
    assert list(before.findings) == [finding for finding in after.findings if finding in before.findings]


def test_findings_of_some_cities_or_countries() -> None:
    """A town hall asks for its own."""
    reports = found(link(), statement("Q5", "Q6"), items=(*PLACES, item("Q5"), item("Q6")))
    assert {A, B} == {finding.subject for finding in only(reports, cities=[A]).findings}
    assert {A, B} == {finding.subject for finding in only(reports, countries=["fr"]).findings}
    assert reports == only(reports)
    assert () == only(reports, cities=[A], countries=["de"]).findings


def test_a_partnership_of_three_is_about_each_of_them() -> None:
    """With its page, our date and all its countries; found by any party."""
    parma = city("parma", "Q2683", "it")
    held = ours(link("lublin", "nancy", "parma", start="1988"), cities=(LUBLIN, NANCY, parma))
    reports = compare(held, observation([item(A), item(B), item("Q2683")], []))
    (found,) = reports.of("a")
    assert ("many-parties", {"pl", "fr", "it"}) == (found.kind, set(found.countries))
    assert (PAGE.url, PAGE.retrieved, ("1988", "")) == (found.url, found.retrieved, found.values)
    for party in (A, B, "Q2683"):
        assert reports.of("a") == only(reports, cities=[party]).of("a")
    for country in ("pl", "fr", "it"):
        assert reports.of("a") == only(reports, countries=[country]).of("a")


def test_a_page_that_is_none_is_passed_over() -> None:
    """The first page of ours that can be a reference is taken."""
    wiki = Cited("https://pl.wikipedia.org/wiki/Lublin")
    reports = found(link(cited=(wiki, OTHER_PAGE)))
    assert {OTHER_PAGE.url} == {finding.url for finding in reports.findings}
    (names,) = {finding.checks for finding in found(link(cited=(wiki,))).findings}
    assert ("reference-circular",) == names


def test_settled_reports_keep_everything() -> None:
    """Settling adds checks and takes nothing away."""
    held, seen = ours(link(start="1988")), observation(PLACES, both())
    assert kinds(compare(held, seen)) == kinds(settled(held, seen))


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{}", b'{"format": 2}', b'{"format": 1}', b'{"format": 1, "reports": {"findings": [1]}}'],
)
def test_what_is_no_document_of_reports_is_refused(content: bytes) -> None:
    """One exception for every way to be none."""
    with pytest.raises(ValueError):
        load(content)
