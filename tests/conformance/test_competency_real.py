"""The competency questions have plausible answers on the shipped data.

Exact answers are tested in `test_competency_tiny.py`; here stand the facts that people of Lublin know, and
numbers that must not fall. Asks the store on disk, as it is served.
"""

from __future__ import annotations

import csv
from time import perf_counter

import pytest

from competency import NUMBERS, QUESTIONS, ask, ask_written, bound, examples, select
from twin_graph.queries import Query
from twin_graph.store import Store
from twin_graph.workspace import Workspace

LUBLIN = {"city": "lublin"}
ITEM = "http://www.wikidata.org/entity/"
# The endpoint ends a query after ten seconds; a question shown as an example stays far below that.
SECONDS = 2.0
PREFIXES = """
PREFIX twin: <https://w3id.org/twin-graph/ontology#>
PREFIX relation: <https://w3id.org/twin-graph/concepts/relation#>
PREFIX graph: <http://localhost:8000/graph/>
PREFIX city: <http://localhost:8000/id/city/>
"""
# What Wikidata states of Lublin and no register: Tirana, the municipality of Tilburg, Nikšić, Hakkâri,
# Anápolis, Jiaozuo, Granada, Omsk, Tbilisi.
ONLY_WIKIDATA = {
    "q19689-q37333", "q26430-q37333", "q37333-q200733", "q37333-q206895", "q37333-q223422", "q37333-q404429",
    "q8810-q37333", "q898-q37333", "q994-q37333",
}  # fmt: skip


@pytest.mark.parametrize("query", QUESTIONS, ids=lambda query: query.name)
def test_the_example_has_an_answer_at_once(query: Query, real_store: Store) -> None:
    """What the header gives as examples has an answer, within seconds."""
    values = bound(query, examples(query))
    start = perf_counter()
    rows = real_store.select(query, **values)
    assert perf_counter() - start < SECONDS
    assert rows


@pytest.mark.parametrize("number", [1, 3, 8, 12, 14, 16, 24])
def test_written_examples_have_the_same_answer(number: int, real_store: Store) -> None:
    """Who writes the example into the text gets the same answer, within seconds too."""
    values = examples(NUMBERS[number])
    start = perf_counter()
    written = ask_written(real_store, number, **values)
    assert perf_counter() - start < SECONDS
    assert written == ask(real_store, number, **values)


def test_the_world_is_there(real_store: Store) -> None:
    """At least 20,000 partnerships, in the union of the graphs."""
    text = PREFIXES + "SELECT ?n\nWHERE { { SELECT (COUNT(*) AS ?n) WHERE { ?p a twin:Partnership } } }"
    [(count,)] = select(real_store, text)
    assert int(count) >= 20_000


def test_the_register_is_its_table(real_store: Store, real_workspace: Workspace) -> None:
    """The graph `register-lublin` has the partnerships of the table and no others."""
    path = real_workspace.data / "lublin" / "partnerships.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        listed = {row["key"] for row in csv.DictReader(file)}
    text = PREFIXES + "SELECT ?p\nWHERE { GRAPH graph:register-lublin { ?p a twin:Partnership } }"
    assert listed == {key for (key,) in select(real_store, text)}
    assert len(listed) >= 38


def test_what_only_wikidata_knows_stands_apart(real_store: Store) -> None:
    """Links of Lublin that no register lists are in the graph `world`, and no other partnership of Lublin is."""
    text = (
        PREFIXES
        + "SELECT ?p\nWHERE { GRAPH graph:world { ?p a twin:Partnership ; twin:hasParty city:lublin } }"
    )
    assert ONLY_WIKIDATA == {key for (key,) in select(real_store, text)}
    partners = ask(real_store, 1, **LUBLIN)
    stated = {row[-1]: row[2] for row in partners if row[-1] in ONLY_WIKIDATA}
    assert ONLY_WIKIDATA == set(stated)
    assert {"listed", "unconfirmed"} == set(stated.values())
    assert {row[0] for row in ask(real_store, 12, **LUBLIN) if row[1] == "claims only"} == ONLY_WIKIDATA


def test_partners_have_relation_status_and_source(real_store: Store) -> None:
    """Question 1 for Lublin: 22 partners that have not ended, and Brest that has; every row has its source."""
    rows = ask(real_store, 1, **LUBLIN)
    partners = {row[0]: row[4] for row in rows if row[2] == "partner"}
    assert 23 == len(partners)
    assert "terminated" == partners.pop("brest")
    assert "unknown" == partners.pop("lancaster")
    assert {"in-force"} == set(partners.values())
    assert all(row[5] for row in rows)
    since = {row[0]: row[3] for row in rows if row[2] == "partner"}
    assert ("1988", "1991-11-30", "2000-06-26", "2022-05-21", "") == tuple(
        since[city] for city in ("nancy", "munster", "windsor", "kharkiv", "lancaster")
    )


def test_first_and_latest_agreement(real_store: Store) -> None:
    """Question 2: Nancy 1988 and Kryvyi Rih on 22 February 2023; the declaration of March 2023 is no agreement."""
    assert ask(real_store, 2, **LUBLIN) == [
        ("first", "nancy-1988", "1988", "nancy", "Nancy"),
        ("latest", "kryvyi-rih-2023", "2023-02-22", "kryvyi-rih", "Kryvyi Rih"),
    ]


def test_declared_and_documented(real_store: Store) -> None:
    """Question 3: the city declares 26 and 18; the register documents fewer, and says how many have no date."""
    answer = {row[0]: row[1:] for row in ask(real_store, 3, **LUBLIN, day="2023-02-28")}
    assert ("16", "22", "26", "2023-02") == answer["partner-cities"]
    assert ("4", "8", "18", "2023-02") == answer["friendly-cities"]
    assert ("3", "3", "3", "2023-02") == answer["continents"]
    certain, possible, *declared = answer["countries"]
    assert 8 <= int(certain) < int(possible) <= 20
    assert ["", ""] == declared


def test_derived_counts_are_those_of_the_question(real_store: Store) -> None:
    """What the build stores beside each declared total is what question 3 gives for the last day it may mean."""
    text = PREFIXES + (
        "SELECT ?asOf ?counted ?documented ?possible\n"
        "WHERE { ?n twin:countsFor city:lublin ; twin:asOf ?asOf ; twin:counted ?counted ;"
        " twin:documentedCount ?documented ; twin:possibleCount ?possible }"
    )
    days = {"2002": "2002-12-31", "2017": "2017-12-31", "2023-02": "2023-02-28"}
    stored = select(real_store, text)
    assert 5 == len(stored)
    for as_of, counted, documented, possible in stored:
        asked = {row[0]: row[1:3] for row in ask(real_store, 3, **LUBLIN, day=days[as_of])}
        assert (documented, possible) == asked[counted]


def test_letters_of_intent_that_led_to_agreements(real_store: Store) -> None:
    """Question 4: Kharkiv from 2017 to 2022, Kryvyi Rih from 2017 to 2023."""
    rows = {row[0]: row[2:] for row in ask(real_store, 4)}
    assert ("2017", "kharkiv-2022", "2022-05-21", "5") == rows["lublin-kharkiv"]
    assert ("2017-03-30", "kryvyi-rih-2023", "2023-02-22", "6") == rows["lublin-kryvyi-rih"]


def test_brest_has_ended(real_store: Store) -> None:
    """Question 5: in force in 2015, terminated in March 2022, with reason and source; frozen before that."""
    [(relation, status, on, reason, source)] = [
        row[1:] for row in ask(real_store, 5, day="2015-01-01") if row[0] == "lublin-brest"
    ]
    assert ("partner", "terminated", "2022-03") == (relation, status, on)
    assert "invasion of Ukraine" in reason
    assert "dziennik-wschodni-brest-2022" == source
    assert "lublin-brest" not in {row[0] for row in ask(real_store, 5, day="2021-06-01")}
    assert "lublin-brest" not in {row[0] for row in ask(real_store, 5, day="2009-08-14")}


def test_partnerships_of_more_than_two(real_store: Store) -> None:
    """Question 6: Münster, Lublin and Vinnytsia are three parties of one partnership."""
    rows = ask(real_store, 6)
    parties = [row[5] for row in rows if row[0] == "munster-lublin-vinnytsia"]
    assert ["lublin", "munster", "vinnytsia"] == parties
    assert {"3"} == {row[4] for row in rows if row[0] == "munster-lublin-vinnytsia"}
    assert 5 == len({row[0] for row in rows})


def test_contradictions(real_store: Store) -> None:
    """Questions 10 and 11: what is contradicted are declared numbers, and each leads to two claims or more."""
    one_sided = {row[-1] for row in ask(real_store, 10)}
    assert 300 <= len(one_sided) <= 1000
    claims: dict[str, set[str]] = {}
    for row in ask(real_store, 11):
        claims.setdefault(row[0], set()).add(row[7])
    assert "count-lublin-partner-cities-2023" in claims
    assert 1 <= len(claims) <= 100
    assert min(map(len, claims.values())) >= 2


def test_networks(real_store: Store) -> None:
    """Question 7: Eurocities twice, as associate and as full member."""
    rows = [row[2:5] for row in ask(real_store, 7, **LUBLIN) if row[0] == "eurocities"]
    assert [("associate", "2003-11-26", "2004-04-30"), ("full", "2004-05-01", "")] == rows


def test_twins_of_twins_and_triangles(real_store: Store) -> None:
    """Questions 8 and 9: candidates are ranked and no twins; Münster and Rishon LeZion close a triangle."""
    candidates = ask(real_store, 8, **LUBLIN)
    shared = [int(row[2]) for row in candidates]
    assert sorted(shared, reverse=True) == shared
    assert {row[0] for row in candidates}.isdisjoint({"lublin", "munster", "lviv", "nancy"})
    assert ("munster", "rishon-lezion") in ask(real_store, 9, **LUBLIN)


def test_one_sided_claims(real_store: Store) -> None:
    """Question 10: about 500 links that one side states and the other does not."""
    pairs = {row[4] for row in ask(real_store, 10)}
    assert 450 <= len(pairs) <= 600


def test_resolutions(real_store: Store) -> None:
    """Question 13: Kharkiv and Kryvyi Rih name the resolution of Lublin; Münster names one of each council."""
    rows = {(row[0], row[5]): row[4] for row in ask(real_store, 13)}
    assert "2022-04-28" == rows["kharkiv-2022", "lublin"]
    assert "2023-02-02" == rows["kryvyi-rih-2023", "lublin"]
    assert {"lublin", "munster"} == {council for agreement, council in rows if agreement == "munster-1991"}


def test_nearest_and_farthest_partner(real_store: Store) -> None:
    """Question 14: Lviv at 188 km and Windsor in Ontario at 7,382 km; Brest is nearer, but has ended."""
    rows = {row[:2]: row[2:] for row in ask(real_store, 14, **LUBLIN)}
    assert ("lviv", "Lviv", "187.6") == rows["partner", "nearest"]
    assert ("windsor", "Windsor", "7382.4") == rows["partner", "farthest"]
    assert "anapolis" == rows["listed", "farthest"][0]


def test_countries_by_decade(real_store: Store) -> None:
    """Question 15: Poland and Ukraine, the same from either side; the register dates those of Lublin."""
    answer = ask(real_store, 15, country="pl", other="ua")
    assert ask(real_store, 15, country="ua", other="pl") == answer
    decades = {decade: int(count) for decade, count in answer}
    assert decades["1990"] >= 3
    assert decades["2010"] >= 7
    assert sum(decades.values()) >= 60


def test_anniversaries(real_store: Store) -> None:
    """Question 16: in 2026 it is 35 years of Münster and 30 of Lutsk; in 2018 it was 30 of Nancy."""
    rows = [row[:2] for row in ask(real_store, 16, year="2026")]
    assert ("35", "lublin-munster") in rows
    assert ("30", "lublin-lutsk") in rows
    assert ("30", "lublin-nancy") in [row[:2] for row in ask(real_store, 16, year="2018")]


def test_matches(real_store: Store) -> None:
    """Question 17: every city has an item; the town and the municipality of Tilburg are two candidates."""
    rows = ask(real_store, 17)
    assert {"two candidates"} == {row[0] for row in rows}
    assert ("two candidates", "tilburg", "Tilburg", f"{ITEM}Q9871", f"{ITEM}Q26430") in rows
    assert len(rows) >= 80


def test_differences_of_lublin(real_store: Store) -> None:
    """Question 18: what only Wikidata states, and the links and dates that it lacks."""
    rows = ask(real_store, 18, **LUBLIN)
    only_there = {row[2] for row in rows if row[:2] == ("Wikidata only", "partnership")}
    # A paper speaks of Omsk, and a declaration of Tbilisi.
    assert ONLY_WIKIDATA - {"q898-q37333", "q994-q37333"} == only_there
    assert ("Wikidata only", "partnership", "q26430-q37333", "q26430", "lublin-tilburg") in rows
    assert ("our sources only", "partnership", "lublin-kharkiv", "kharkiv", "") in rows
    assert ("our sources only", "end", "lublin-brest", "brest", "") in rows
    assert ("our sources only", "beginning", "lublin-nancy", "nancy", "") in rows


def test_claims_of_windsor(real_store: Store) -> None:
    """Question 19: one source counts from 2000, another from 2001; the register and Wikidata speak too."""
    since = {row[0]: row[3] for row in ask(real_store, 19, partnership="lublin-windsor")}
    assert ("2000-06-26", "2001-04-25") == (since["docslib-windsor-lublin-2020"], since["pcbpaw-windsor"])
    assert {"lublin", "wikidata-2016", "wikidata-2026"} <= set(since)


def test_activities(real_store: Store) -> None:
    """Question 20: the Twin City Games of Münster were for youth and in sport."""
    rows = ask(real_store, 20, partnership="lublin-munster")
    assert ["sport", "youth"] == [row[5] for row in rows if row[0] == "twin-city-games-2021"]


def test_names(real_store: Store) -> None:
    """Question 21: Brest is Brześć in Polish, and was Brześć nad Bugiem until 1939."""
    rows = ask(real_store, 21, city="brest")
    assert ("pl", "Brześć", "", "") in rows
    assert ("pl", "Brześć nad Bugiem", "former", "1939") in rows


def test_terminated_after_a_day(real_store: Store) -> None:
    """Question 22: after 2020, Brest; decided by Lublin, by a resolution that was not found."""
    expected = ("lublin-brest", "terminated", "2022-03", "lublin", "", "dziennik-wschodni-brest-2022")
    assert [expected] == ask(real_store, 22, day="2020-01-01")


def test_degrees(real_store: Store) -> None:
    """Question 23: ten cities, the first with most; the distribution counts every city that has a twin."""
    rows = ask(real_store, 23)
    most = [int(row[1]) for row in rows if row[0] == "most"]
    assert 10 == len(most)
    assert "q656" == rows[0][3]  # Saint Petersburg
    distribution = {int(row[1]): int(row[2]) for row in rows if row[0] == "distribution"}
    assert max(distribution) == most[0]
    assert sum(distribution.values()) >= 8_000
    assert max(distribution, key=lambda twins: distribution[twins]) == 1


def test_shortest_chains(real_store: Store) -> None:
    """Question 24: Lublin and Nancy at once, Lublin and New York over two cities, two hubs without delay."""
    assert [("1", "", "")] == ask(real_store, 24, start="lublin", end="nancy")
    [(length, *between)] = ask(real_store, 24, start="lublin", end="q60")
    assert "3" == length
    assert all(between)
    start = perf_counter()
    assert [("1", "", "")] == ask(real_store, 24, start="q656", end="q8686")  # Saint Petersburg, Shanghai
    assert perf_counter() - start < SECONDS
