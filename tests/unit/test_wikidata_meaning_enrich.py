"""What the archives of Wikidata add to our tables: claims, cities, names, and where each was taken from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fakes.asking import answers_of
from fakes.made_up import ALFA, BETA, ITEMS, WORLD, claim, day, item, link, place, twin, year
from twin_graph.enrich import Enriched, rows_of
from twin_graph.enrich.archives import Archive, Latest
from twin_graph.enrich.claims import interval, one_date
from twin_graph.findings import SourceRef
from twin_graph.sources.folders import Source
from twin_graph.sources.tables import Row
from twin_graph.wikidata.archive import Head
from twin_graph.wikidata.model import Date, Statement


def archive(
    documents: Sequence[Any] = WORLD,
    items: Sequence[str] = ITEMS,
    name: str = "answers",
    when: str = "2026-01-02T04:00:00Z",
    **head: Any,
) -> Archive:
    """An archive of the answers about some items."""
    answers = [replace(each, retrieved_at=when) for each in answers_of(documents, items)]
    content = {"id": name, "endpoint": "wikidata", **head}
    return Archive(Head(Path(name), content), tuple(answers))


def row(table: str, **cells: str) -> Row:
    """A row of a table."""
    return Row(table, cells, SourceRef(f"data/{table}.csv", 2))


def world(*rows: Row, removed: Sequence[tuple[str, str]] = ()) -> list[Source]:
    """The tables: one source."""
    source = Source("world", list(rows))
    source.removed = set(removed)
    return [source]


STATES = (row("countries", key="xn", wikidata="Q902"), row("countries", key="xo", wikidata="Q901"))


def claims(enriched: Enriched) -> dict[str, dict[str, str]]:
    """The claims by the numbers of their statements."""
    found = [row.cells for row in enriched.source.rows if row.table == "claims"]
    return {cells["statement"].partition("-")[0].upper(): cells for cells in found}


def table(enriched: Enriched, name: str) -> dict[str, dict[str, str]]:
    """The rows of a table by key."""
    rows = [*enriched.source.rows, *enriched.source.additions]
    return {row.cells.get("key", row.cells.get("name", "")): row.cells for row in rows if row.table == name}


def test_a_statement_becomes_a_claim() -> None:
    """It names both parties, the side that it is on, its number, and the answer and reference that it rests on."""
    enriched = rows_of([archive()], world(*STATES))
    found = claims(enriched)["Q101$00000001"]
    assert ("q101;q102", "answers", "q101", "1953", "high") == (
        found["parties"], found["claimed_by"], found["on_side_of"], found["since"], found["confidence"],
    )  # fmt: skip
    sources = table(enriched, "sources")
    assert "https://www.alfa.example/partners" == sources[found["source"]]["url"]
    assert "2020-05-06" == sources[found["source"]]["retrieved"]
    assert "answers" == sources[found["taken_from"]]["taken_from"]
    assert "CC0-1.0" == sources["answers"]["licence"]
    assert archive().bodies.keys() >= {sources[found["taken_from"]]["notes"].partition("SHA-256 ")[2][:64]}


def test_what_becomes_no_claim_is_counted() -> None:
    """Deprecated, without a value, about itself, about a state or a thing that does not exist."""
    enriched = rows_of([archive()], world(*STATES))
    assert {
        "deprecated": 1, "unknown value": 1, "no value": 1, "invalid target": 1, "the item does not exist": 1,
        "it is a state, a person or something else that signs nothing": 1,
        "members of networks that no table names by item": 1,
    } == enriched.left_out["answers"]  # fmt: skip
    assert 15 == len(claims(enriched)) + sum(enriched.left_out["answers"].values())
    assert (
        "8 statements of it are claims. Left out: 1 (deprecated)"
        in table(enriched, "sources")["answers"]["notes"]
    )


@pytest.mark.parametrize(
    ("number", "cells"),
    [
        ("Q101$00000002", {"since": "1990-05", "confidence": "low"}),
        ("Q101$00000008", {"since": "1950/1959", "parties": "q101;q102"}),
        ("Q101$00000009", {"since": "1917-02-28", "until": "1941-06-22"}),
        ("Q101$00000011", {"since": "1990", "confidence": "medium"}),
        ("Q101$00000012", {"since": "1900/1999"}),
        ("Q102$00000001", {"since": "1953-05-02", "on_side_of": "q102"}),
    ],
)
def test_dates_and_confidence(number: str, cells: dict[str, str]) -> None:
    """Precision is kept; a decade is an interval; a wiki is no good reference; what is odd is said in the notes."""
    found = claims(rows_of([archive()], world(*STATES)))[number]
    assert cells == {name: found[name] for name in cells}


def test_oddities_are_in_the_notes() -> None:
    """The Julian calendar and several beginnings are named."""
    found = claims(rows_of([archive()], world(*STATES)))
    assert "Julian" in found["Q101$00000009"]["notes"]
    assert "1990, 1992-03-04" in found["Q101$00000011"]["notes"]


def test_who_took_the_place_of_a_dissolved_city() -> None:
    """Where it is a city of ours; one that nobody links, one that is not dissolved, and itself are no successors."""
    successor = table(rows_of([archive()], world(*STATES)), "cities")["q102"]["succeeded_by"]
    assert "q110" == successor
    for claims_ in (
        [("P576", year(2002)), ("P1366", link("Q999"))],
        [("P1366", link("Q101"))],
        [("P576", year(2002)), ("P1366", link("Q102"))],
    ):
        numbered = [claim(f"Q102$B000000{n}", *each) for n, each in enumerate(claims_)]
        documents = [ALFA, item("Q102", numbered, {"en": "Beta"})]
        enriched = rows_of([archive(documents, ("Q101", "Q102"))], world(*STATES))
        assert "succeeded_by" not in table(enriched, "cities")["q102"]


def test_two_statements_about_one_pair_are_two_claims() -> None:
    """They differ by the end of their numbers; one about another pair needs no such key."""
    found = claims(rows_of([archive()], world(*STATES)))
    keys = {found[number].get("key", "") for number in ("Q101$00000001", "Q101$00000008")}
    assert 1 == len({found[number]["parties"] for number in ("Q101$00000001", "Q101$00000008")})
    assert all(keys)
    assert "key" not in found["Q102$00000001"]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["1953", "1953-05-02"], "1953-05-02"),
        (["195X", "1953"], "1953"),
        (["1990", "1992"], "1990"),
        ([], ""),
    ],
)
def test_one_date_of_several(texts: list[str], expected: str) -> None:
    """The finer of two that agree, else the first."""
    found, notes = one_date([Date(text, 9, "gregorian", text) for text in texts], "beginning")
    assert (expected, ["1990", "1992"] == texts) == (found, bool(notes))


def test_unknown_and_impossible_dates_are_said() -> None:
    """A date that nobody knows, and one that is none, leave the cell empty and a note."""
    unknown, bad = Date("", 0, "gregorian", ""), Date("", 11, "gregorian", "+2012-02-31T00:00:00Z")
    assert [1, 1] == [len(one_date([each], "end")[1]) for each in (unknown, bad)]
    assert ["", ""] == [one_date([each], "end")[0] for each in (unknown, bad)]
    assert "1953" == interval("1953")


def test_an_end_before_the_beginning_is_taken_from_neither() -> None:
    """Foreign data never stop a build: the dates are named in the notes."""
    document = item("Q1", [twin("Q1", 1, link("Q102"), [("P580", year(2000)), ("P582", year(1990))])], {})
    (found,) = claims(rows_of([archive([document], ["Q1"])], world())).values()
    assert {"since", "until"}.isdisjoint(found)
    assert "ends (1990) before it begins (2000)" in found["notes"]


@pytest.mark.parametrize(
    ("qualifier", "status", "until"),
    [("novalue", "in-force", ""), ("somevalue", "terminated", ""), (day("2001-02-03"), "", "2001-02-03")],
)
def test_ends(qualifier: Any, status: str, until: str) -> None:
    """Explicitly not ended, ended on an unknown day, and ended on a day."""
    document = item("Q1", [twin("Q1", 1, link("Q102"), [("P582", qualifier)])], {})
    (found,) = claims(rows_of([archive([document], ["Q1"])], world())).values()
    assert (status, until) == (found.get("status", ""), found.get("until", ""))


def test_tables_come_first() -> None:
    """A fact fills what no table has, a name too; a city that nobody has is new, with all that is known of it."""
    own = row("cities", key="alfa", wikidata="Q101", name_en="Alfa of ours", population="5")
    enriched = rows_of([archive()], world(*STATES, own))
    added = next(row.cells for row in enriched.source.additions if row.cells["key"] == "q101")
    assert {"name_pl", "name_uk", "country", "latitude", "longitude", "geonames"} <= set(added)
    assert {"name_en", "population", "population_year", "wikidata"}.isdisjoint(added)
    assert ("xn", "50.5", "20.25", "123456") == tuple(
        added[name] for name in ("country", "latitude", "longitude", "geonames")
    )
    new = table(enriched, "cities")
    assert ("Q102", "Beta", "xn") == tuple(
        new["q102"].get(name, "") for name in ("wikidata", "name_en", "country")
    )
    assert "latitude" not in new["q102"]  # on another globe
    assert {"key", "wikidata", "source", "taken_from"} == set(new["q110"])  # known from a statement only
    assert "q107" not in new


def test_population_has_its_year() -> None:
    """The latest number and its year belong together."""
    found = table(rows_of([archive()], world(*STATES)), "cities")["q101"]
    assert ("1200", "2021") == (found["population"], found["population_year"])


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ({"mul": "Mulonia"}, {"name_en": "Mulonia"}),
        ({"mul": "Mulonia", "pl": "Mulonia Górna"}, {"name_en": "Mulonia", "name_pl": "Mulonia Górna"}),
        ({"mul": "Mulonia", "en": "Mulonia Upper"}, {"name_en": "Mulonia Upper"}),
        ({"ar": "مدينة", "sv": "Stad (kommun)", "nb": "By"}, {"name_en": "By"}),
        ({"ar": "مدينة", "nb": "By", "en-gb": "Town"}, {"name_en": "Town"}),
        ({"sv": "Stad", "de": "Stadt"}, {"name_de": "Stadt"}),
        ({"ar": "مدينة"}, {}),
    ],
)
def test_a_label_for_all_languages_is_a_name(labels: dict[str, str], expected: dict[str, str]) -> None:
    """Wikidata keeps one label for all languages where they agree; a city without any is no number for readers."""
    named = item("Q1", [twin("Q1", 1, link("Q102"))], labels, aliases={"mul": ["Mulonia", "Other"]})
    enriched = rows_of([archive([named], ["Q1"])], world())
    cells = table(enriched, "cities")["q1"]
    assert expected == {name: cell for name, cell in cells.items() if name.startswith("name_")}
    assert ({"Other"} if "mul" in labels else {"Other", "Mulonia"}) - set(expected.values()) <= set(
        table(enriched, "exonyms")
    )


@pytest.mark.parametrize(
    ("longitude", "cell"), [(-0.000015, "-0.000015"), (-1.5e-9, "0"), (12.0, "12"), (179.9999999, "180")]
)
def test_a_small_coordinate_is_small(longitude: float, cell: str) -> None:
    """The service writes numbers near nought with an exponent."""
    near = item(
        "Q1", [twin("Q1", 1, link("Q102")), claim("Q1$A", "P625", place(51.5, longitude))], {"en": "Near"}
    )
    found = table(rows_of([archive([near], ["Q1"])], world()), "cities")["q1"]
    assert ("51.5", cell) == (found["latitude"], found["longitude"])


def test_further_names() -> None:
    """Aliases in the languages of the pages that no table has, each with the answer it is from."""
    own = [
        row("cities", key="q101", wikidata="Q101"),
        row("exonyms", city="q101", name="Alpha", language="en"),
    ]
    found = table(rows_of([archive()], world(*own)), "exonyms")
    assert {"Alfatown", "Alfów"} == set(found)
    assert all(cells["taken_from"].startswith("answers-") for cells in found.values())


def test_what_a_correction_removed_stays_away() -> None:
    """A city and a claim that corrections removed do not come back from an archive."""
    removed = [("cities", "q109"), ("claims", "q101;q102|answers|q102")]
    enriched = rows_of([archive()], world(*STATES, removed=removed))
    assert {"Q101$00000011", "Q102$00000001"}.isdisjoint(claims(enriched))
    assert "q109" not in table(enriched, "cities")


def test_the_later_archive_counts() -> None:
    """An item has the statements of the latest archive that knows it; one that failed there keeps its own."""
    fewer = {**ALFA, "claims": {**ALFA["claims"], "P190": ALFA["claims"]["P190"][:1]}}
    early = archive([ALFA, BETA], ["Q101", "Q102"], "early", "2026-01-01T00:00:00Z")
    late = archive([fewer], ["Q101", "Q102"], "late", "2026-02-01T00:00:00Z", failed={"S1": ["Q102"]})
    found = claims(rows_of([late, early], world(*STATES)))
    assert {"Q101$00000001": "late", "Q102$00000001": "early", "Q102$00000002": "early"} == {
        number: cells["claimed_by"] for number, cells in found.items()
    }


@pytest.mark.parametrize("items", [["Q101", "Q105"], ["Q101", "Q105", "Q102"]])
def test_a_merged_item_keeps_its_claims_until_the_other_is_known(items: list[str]) -> None:
    """The item that it was merged into was not reached, or failed: what an earlier archive said still counts."""
    target = item("Q105", [twin("Q105", 1, link("Q101"))], {"en": "Beta"})
    early = archive([ALFA, target], ["Q101", "Q105"], "early", "2026-01-01T00:00:00Z")
    failed = {"wikidata_statements": ["Q102"]} if "Q102" in items else {}
    late = archive(WORLD, items, "late", "2026-02-01T00:00:00Z", failed=failed)
    extract = row("claims", parties="q101;q105", statement="Q105$00000009-x")
    enriched = rows_of([early, late], world(*STATES))
    assert "early" == claims(enriched)["Q105$00000001"]["claimed_by"]
    assert "late" == claims(enriched)["Q101$00000001"]["claimed_by"]
    alone = rows_of([late], world(*STATES, extract))
    assert {"Q101"} == alone.replaced


def test_what_a_killed_run_did_not_reach_is_not_known() -> None:
    """A recording that was killed lists nothing as failed; its plan says what it has no answer about."""
    early = archive([ALFA, BETA], ["Q101", "Q102"], "early", "2026-01-01T00:00:00Z")
    plan = [
        {"items": ["Q101", "Q102"], "queries": ["wikidata_facts", "wikidata_statements", "wikidata_labels"]}
    ]
    late = archive([ALFA, BETA], ["Q101", "Q102"], "late", "2026-02-01T00:00:00Z", state="open", plan=plan)
    unnamed = replace(late, answers=tuple(each for each in late.answers if each.query != "wikidata_labels"))
    for killed, source in ((late, "late"), (unnamed, "early")):
        enriched = rows_of([early, killed], world(*STATES))
        assert source == claims(enriched)["Q101$00000001"]["claimed_by"]
        assert "Alfa" == table(enriched, "cities")["q101"]["name_en"]


def test_an_item_that_failed_everywhere_has_no_claims_and_replaces_nothing() -> None:
    """Nothing follows from the silence of a service."""
    failed = archive([ALFA], ["Q101"], failed={"wikidata_statements": ["Q101"]})
    enriched = rows_of([failed], world())
    assert ({}, frozenset()) == (claims(enriched), enriched.replaced)


def test_a_deleted_item_loses_its_claims() -> None:
    """A service that says that an item is not there is believed: what an earlier archive said of it is gone."""
    early = archive([ALFA, BETA], ["Q101", "Q102"], "early", "2026-01-01T00:00:00Z")
    late = archive([ALFA], ["Q101", "Q102"], "late", "2026-02-01T00:00:00Z")
    assert not any(number.startswith("Q102") for number in claims(rows_of([early, late], world(*STATES))))


def test_the_order_of_archives_makes_no_difference() -> None:
    """Rows come in the same order whatever is read first."""
    early = archive([ALFA, BETA], ["Q101", "Q102"], "early", "2026-01-01T00:00:00Z")
    late = archive([BETA], ["Q102"], "late", "2026-02-01T00:00:00Z")
    assert rows_of([early, late], world(*STATES)).source == rows_of([late, early], world(*STATES)).source


@pytest.mark.parametrize(
    ("name", "key"),
    [("wikidata-2022-entities", "wikidata-2022-entities"), ("wd-2026-11-23T1000Z", "wd-2026-11-23t1000z-")],
)
def test_the_key_of_an_archive(name: str, key: str) -> None:
    """Its name where that may be a key; otherwise like it, and told apart from others like it."""
    assert archive(name=name).key.startswith(key)
    assert archive(name=name).key != archive(name=name.upper()).key


def test_statements_of_one_item_are_not_those_of_another() -> None:
    """`Latest` gives each statement once, ascending by number."""
    found: list[Statement] = [
        statement for _, statement in Latest([archive(), archive(name="again")]).statements()
    ]
    assert sorted({each.guid for each in found}) == [each.guid for each in found]


def test_a_statement_with_a_claim_of_a_network_is_no_partnership() -> None:
    """Only P190 makes partners."""
    document = item("Q1", [claim("Q1$1", "P463", link("Q900"))], {"en": "One"})
    assert {} == claims(rows_of([archive([document], ["Q1"])], world()))


def test_a_member_of_a_known_network() -> None:
    """A network that a table names by its item has a member more, with a claim about it."""
    network = row("networks", key="test-net", wikidata="Q900")
    enriched = rows_of([archive()], world(*STATES, network))
    found = table(enriched, "memberships")["q101-test-net"]
    assert ("q101", "test-net", "1994") == (found["city"], found["network"], found["from"])
    about = next(cells for cells in claims(enriched).values() if "membership" in cells)
    assert ("q101-test-net", "q101", "1994") == (about["membership"], about["on_side_of"], about["since"])
    assert "q900" not in table(enriched, "cities")


def test_a_membership_that_a_table_has_is_only_claimed() -> None:
    """The row of the table stays the only one; of several the latest is meant."""
    own = [
        row("cities", key="alfa", wikidata="Q101"), row("networks", key="net", wikidata="Q900"),
        row("memberships", key="alfa-2", city="alfa", network="net", **{"from": "2004"}),
        row("memberships", key="alfa-1", city="alfa", network="net", **{"from": "1994"}),
    ]  # fmt: skip
    enriched = rows_of([archive()], world(*STATES, *own))
    assert {} == table(enriched, "memberships")
    assert ["alfa-2"] == [cells["membership"] for cells in claims(enriched).values() if "membership" in cells]


def test_a_city_whose_item_was_merged_stays_that_city() -> None:
    """What is said of the item into which ours was merged is said of our city; there is no second one."""
    own = row("cities", key="betaville", wikidata="Q105", name_en="Betaville")
    enriched = rows_of([archive()], world(*STATES, own))
    assert "q101;q105" == claims(enriched)["Q101$00000001"]["parties"]
    assert "q105" == claims(enriched)["Q102$00000001"]["on_side_of"]
    assert "q102" not in table(enriched, "cities")
    assert ("xn", None) == tuple(
        table(enriched, "cities")["q105"].get(name) for name in ("country", "name_en")
    )
