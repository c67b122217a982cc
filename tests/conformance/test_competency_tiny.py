"""The competency questions have exactly these answers on the tiny workspace, reasoned from its tables.

What they answer on the shipped data is tested in `test_competency_real.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from competency import NUMBERS, QUESTIONS, Table, ask, ask_written, columns, examples
from twin_graph.iris import digest
from twin_graph.store import Store

# What changed between two snapshots no snapshot can say: it is made of its sources alone, and what was published
# before is none of them. The change feed is asked instead (docs/harvest.md, tests/conformance/test_ldes.py).
ELSEWHERE = {25}


@dataclass(frozen=True)
class Case:
    """One question with the values that are asked for, the columns of its answer, and the answer."""

    number: int
    columns: str
    rows: Table
    values: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return "-".join([f"{self.number:02}", *self.values.values()])


ALDORF = {"city": "aldorf"}
PARTNERS = "partner name relation since status source partnership"
COUNTS = "counted certain possible declared asOf"
ENDED = "partnership relation status on reason source"
DUNEVILLE_ENDED = (
    "aldorf-duneville", "partner", "terminated", "2020-06-30", "No activity for years.", "aldorf-archive",
)  # fmt: skip
ESTUARY_SUSPENDED = (
    "aldorf-estuary", "friendly", "suspended", "2022-05", "The council of Estuary stopped the talks.", "aldorf-news",
)  # fmt: skip
THREE = ("aldorf-belmont-cedrowo", "Three Cities", "solidarity", "in-force", "3")
DIFFERENCES = "said fact partnership partner sibling"
ITEM = "http://www.wikidata.org/entity/"
CLAIMS = "source side relation since until status confidence quotation claim"

CASES = [
    # Each source once, however many claims it makes; Glenport is named by a newspaper only.
    Case(1, PARTNERS, [
        ("belmont", "Belmont", "partner", "1990-05-05", "in-force", "aldorf", "aldorf-belmont"),
        ("belmont", "Belmont", "partner", "1990-05-05", "in-force", "aldorf-archive", "aldorf-belmont"),
        ("belmont", "Belmont", "partner", "1990-05-05", "in-force", "belmont-page", "aldorf-belmont"),
        ("belmont", "Belmont", "partner", "1990-05-05", "in-force", "evening-post", "aldorf-belmont"),
        ("belmont", "Belmont", "partner", "1990-05-05", "in-force", "extract-2016", "aldorf-belmont"),
        ("belmont", "Belmont", "solidarity", "2021-04-01", "in-force", "aldorf", "aldorf-belmont-cedrowo"),
        ("cedrowo", "Cedrowo", "solidarity", "2021-04-01", "in-force", "aldorf", "aldorf-belmont-cedrowo"),
        ("cedrowo", "Cedrowo", "partner", "2012-09-01", "in-force", "aldorf", "aldorf-cedrowo"),
        ("duneville", "Duneville", "partner", "1985", "terminated", "aldorf", "aldorf-duneville"),
        ("duneville", "Duneville", "partner", "1985", "terminated", "evening-post", "aldorf-duneville"),
        ("duneville", "Duneville", "partner", "1985", "terminated", "extract-2016", "aldorf-duneville"),
        ("estuary", "Estuary", "friendly", "2016~", "suspended", "aldorf", "aldorf-estuary"),
        ("fjordby", "Fjordby", "partner", "", "unknown", "aldorf", "aldorf-fjordby"),
        ("fjordby", "Fjordby", "partner", "", "unknown", "evening-post", "aldorf-fjordby"),
        ("q900000007", "Glenport", "unconfirmed", "2001-01-01/2001-12-31", "unknown", "evening-post",
         "q900000001-q900000007"),
    ], ALDORF),
    # An agreement counts even when its partnership has ended; the declaration of 2021 is no agreement.
    Case(2, "which agreement signed partner name", [
        ("first", "duneville-1985", "1985", "duneville", "Duneville"),
        ("latest", "cedrowo-2012", "2012-09-01", "cedrowo", "Cedrowo"),
    ], ALDORF),
    Case(2, "which agreement signed partner name", [], {"city": "q900000007"}),
    # Belmont, Cedrowo and Duneville for certain; Fjordby has no date and may be a partner or not.
    Case(3, COUNTS, [
        ("continents", "2", "2", "", ""),
        ("countries", "2", "3", "3", "2013"),
        ("friendly-cities", "0", "0", "", ""),
        ("partner-cities", "3", "4", "4", "2013"),
    ], {**ALDORF, "day": "2013-12-31"}),
    # Cedrowo was friendly then by its letter of intent; nothing had been declared.
    Case(3, COUNTS, [
        ("continents", "2", "2", "", ""),
        ("countries", "2", "3", "", ""),
        ("friendly-cities", "1", "1", "", ""),
        ("partner-cities", "2", "3", "", ""),
    ], {**ALDORF, "day": "2010-01-01"}),
    # Estuary was suspended on some day of this month; Duneville had ended; a declaration holds on.
    Case(3, COUNTS, [
        ("continents", "2", "2", "", ""),
        ("countries", "2", "3", "3", "2013"),
        ("friendly-cities", "0", "1", "", ""),
        ("partner-cities", "2", "3", "4", "2013"),
    ], {**ALDORF, "day": "2022-05-15"}),
    # A letter of "about 2016" is certain only when that year is over.
    Case(3, COUNTS, [
        ("continents", "2", "2", "", ""),
        ("countries", "2", "3", "3", "2013"),
        ("friendly-cities", "0", "1", "", ""),
        ("partner-cities", "3", "4", "4", "2013"),
    ], {**ALDORF, "day": "2016-12-30"}),
    Case(4, "partnership letter letterSigned agreement agreementSigned years", [
        ("aldorf-cedrowo", "cedrowo-2008", "2008-03-10", "cedrowo-2012", "2012-09-01", "4"),
    ]),
    Case(5, ENDED, [DUNEVILLE_ENDED, ESTUARY_SUSPENDED], {"day": "2017-01-01"}),
    Case(5, ENDED, [ESTUARY_SUSPENDED], {"day": "2019-01-01"}),  # Duneville was dormant already
    Case(5, ENDED, [DUNEVILLE_ENDED], {"day": "1990-01-01"}),
    Case(6, "partnership name relation status parties party", [
        (*THREE, "aldorf"), (*THREE, "belmont"), (*THREE, "cedrowo"),
    ]),
    Case(7, "network name role from until partner partnerFrom partnerUntil", [
        ("northern-congress", "Northern Congress", "host", "2010", "", "cedrowo", "2010", "2015"),
        ("union-of-test-towns", "Union of Test Towns", "associate", "1975", "1979-12-31", "belmont", "1990", ""),
        ("union-of-test-towns", "Union of Test Towns", "full", "1980-01-01", "", "belmont", "1990", ""),
    ], ALDORF),
    Case(8, "candidate name shared", [("q900000007", "Glenport", "2")], ALDORF),
    Case(8, "candidate name shared", [
        ("belmont", "Belmont", "1"), ("cedrowo", "Cedrowo", "1"),
    ], {"city": "q900000008"}),
    # A declaration of three cities makes no triangle by itself; the three partnerships of two do.
    Case(9, "second third", [("belmont", "cedrowo")], ALDORF),
    Case(9, "second third", [("aldorf", "cedrowo"), ("cedrowo", "q900000007")], {"city": "belmont"}),
    # Duneville (Canada) speaks through the extract; Aldorf (Germany) through its own register.
    Case(10, "country speaker silent source partnership", [
        ("ca", "duneville", "cedrowo", "extract-2016", "q900000003-q900000004"),
        ("de", "aldorf", "belmont", "aldorf", "aldorf-belmont-cedrowo"),
        ("de", "aldorf", "cedrowo", "aldorf", "aldorf-belmont-cedrowo"),
        ("de", "aldorf", "cedrowo", "aldorf", "aldorf-cedrowo"),
        ("de", "aldorf", "estuary", "aldorf", "aldorf-estuary"),
        ("de", "aldorf", "fjordby", "aldorf", "aldorf-fjordby"),
    ]),
    # Two friendly cities are declared; the register knows one, which is suspended.
    Case(11, "contradiction thing fact kind severity published status claim source", [
        ("count-aldorf-friendly-cities-2024", "aldorf-friendly-cities-2024", "count", "number-not-documented", "low",
         "0", "decided", "aldorf-estuary#claim-aldorf-aldorf", "aldorf"),
        ("count-aldorf-friendly-cities-2024", "aldorf-friendly-cities-2024", "count", "number-not-documented", "low",
         "0", "decided", "aldorf-estuary#claim-aldorf-aldorf", "aldorf-news"),
        ("count-aldorf-friendly-cities-2024", "aldorf-friendly-cities-2024", "count", "number-not-documented", "low",
         "0", "decided", "aldorf-friendly-cities-2024", "aldorf-news"),
    ]),
    Case(12, "fact weakness", [
        ("q900000001-q900000007", "claims only"),
        ("fjordby-agreement", "low confidence"),
        ("fjordby-1", "low confidence"),
        ("aldorf-fjordby", "low confidence"),
    ], ALDORF),
    Case(12, "fact weakness", [
        ("q900000002-q900000003", "claims only"),
        ("q900000003-q900000004", "claims only"),
        ("q900000003-q900000007", "claims only"),
        (f"cedrowo#name-ru-{digest('Цедрово', 'exonym')}", "no source"),
    ], {"city": "cedrowo"}),
    Case(13, "agreement signed resolution number adopted council", [
        ("belmont-1990", "1990-05-05", "aldorf-1990", "", "1990-03-20", "aldorf"),
        ("cedrowo-2012", "2012-09-01", "aldorf-12-2012", "12/2012", "2012-06-14", "aldorf"),
        ("three-cities-2021", "2021-04-01", "aldorf-2021-03", "", "2021-03", "aldorf"),
    ]),
    # Great circles between 52° N 10° E and 52° N 20° E, and 45° N 75° W; what has ended has no rank.
    Case(14, "relation which partner name kilometres", [
        ("partner", "nearest", "cedrowo", "Cedrowo", "684"),
        ("partner", "farthest", "belmont", "Belmont", "5946.3"),
    ], ALDORF),
    # Duneville 1985, Belmont 1990, Estuary 2016, the three cities 2021; Glenport is not confirmed.
    Case(15, "decade partnerships", [
        ("1980", "1"), ("1990", "1"), ("2010", "1"), ("2020", "1"),
    ], {"country": "ca", "other": "de"}),
    # Belmont and Glenport have no date; Glenport and Harbourfield are dated 1999.
    Case(15, "decade partnerships", [("", "1"), ("1990", "1")], {"country": "ca", "other": "ca"}),
    Case(16, "years partnership since", [("30", "aldorf-belmont", "1990-05-05")], {"year": "2020"}),
    Case(16, "years partnership since", [("10", "aldorf-cedrowo", "2012-09-01")], {"year": "2022"}),
    Case(16, "years partnership since", [
        ("20", "q900000002-q900000003", "2003-05-01/2003-05-31"),
    ], {"year": "2023"}),
    Case(16, "years partnership since", [], {"year": "1990"}),
    # Fjordby has no item; the municipality and the town of Duneville are two items, and each may be meant.
    Case(17, "matches city name item candidate", [
        ("none", "fjordby", "Fjordby", "", ""),
        ("two candidates", "duneville", "Duneville", f"{ITEM}Q900000004", f"{ITEM}Q900000009"),
        ("two candidates", "q900000009", "Duneville (town)", f"{ITEM}Q900000009", f"{ITEM}Q900000004"),
    ]),
    # The extracts know Belmont with its year, and Duneville without; they name none of the others.
    Case(18, DIFFERENCES, [
        ("our sources only", "beginning", "aldorf-duneville", "duneville", ""),
        ("our sources only", "end", "aldorf-duneville", "duneville", ""),
        ("our sources only", "partnership", "aldorf-belmont-cedrowo", "belmont", ""),
        ("our sources only", "partnership", "aldorf-belmont-cedrowo", "cedrowo", ""),
        ("our sources only", "partnership", "aldorf-cedrowo", "cedrowo", ""),
        ("our sources only", "partnership", "aldorf-estuary", "estuary", ""),
        ("our sources only", "partnership", "aldorf-fjordby", "fjordby", ""),
        ("our sources only", "partnership", "q900000001-q900000007", "q900000007", ""),
    ], ALDORF),
    Case(18, DIFFERENCES, [
        ("Wikidata only", "partnership", "q900000002-q900000003", "cedrowo", ""),
        ("Wikidata only", "partnership", "q900000002-q900000007", "q900000007", ""),
        ("our sources only", "partnership", "aldorf-belmont-cedrowo", "aldorf", ""),
        ("our sources only", "partnership", "aldorf-belmont-cedrowo", "cedrowo", ""),
    ], {"city": "belmont"}),
    Case(19, CLAIMS, [
        ("aldorf", "aldorf", "partner", "", "", "", "high", "", "aldorf-belmont#claim-aldorf-aldorf"),
        ("aldorf-archive", "aldorf", "partner", "1990-05-05", "", "", "high", "",
         "aldorf-belmont#claim-aldorf-archive-aldorf"),
        ("belmont-page", "belmont", "partner", "1991", "", "", "medium", "",
         "aldorf-belmont#claim-belmont-page-belmont"),
        ("evening-post", "", "friendly", "1989", "", "", "low", "", "aldorf-belmont#claim-evening-post"),
        ("evening-post", "", "partner", "1990", "", "", "low", "", "aldorf-belmont#claim-evening-post-second"),
        ("extract-2016", "aldorf", "", "1990", "", "", "", "", "aldorf-belmont#claim-extract-2016-aldorf"),
        ("extract-2016", "belmont", "", "", "", "", "", "", "aldorf-belmont#claim-extract-2016-belmont"),
    ], {"partnership": "aldorf-belmont"}),
    Case(20, "activity name type from until area", [
        ("choir-festival-2014", "Choir festival", "exhibition", "2014-07-04", "2014-07-06", "culture"),
        ("choir-festival-2014", "Choir festival", "exhibition", "2014-07-04", "2014-07-06", "youth"),
    ], {"partnership": "aldorf-belmont"}),
    Case(21, "language name use until", [
        ("de", "Aldorf", "", ""),
        ("de", "Aldorf", "native", ""),
        ("en", "Aldorf", "", ""),
        ("nds", "Altdorp", "former", "1871"),
        ("pl", "Aldorf", "", ""),
        ("pl", "Starowieś", "exonym", ""),
        ("ru", "Альдорф", "", ""),
        ("uk", "Альдорф", "", ""),
    ], ALDORF),
    Case(22, "partnership status on council resolution source", [
        ("aldorf-duneville", "terminated", "2020-06-30", "aldorf", "aldorf-2020", "aldorf-archive"),
        ("aldorf-estuary", "suspended", "2022-05", "estuary", "", "aldorf-news"),
    ], {"day": "2020-01-01"}),
    # Of the suspension only the month is known: it may have been after the 20th.
    Case(22, "partnership status on council resolution source", [
        ("aldorf-estuary", "suspended", "2022-05", "estuary", "", "aldorf-news"),
    ], {"day": "2022-05-20"}),
    Case(22, "partnership status on council resolution source", [], {"day": "2022-06-01"}),
    Case(23, "table twins cities city name", [
        ("most", "3", "", "belmont", "Belmont"),
        ("most", "3", "", "cedrowo", "Cedrowo"),
        ("most", "3", "", "q900000007", "Glenport"),
        ("most", "2", "", "aldorf", "Aldorf"),
        ("most", "1", "", "q900000008", "Harbourfield"),
        ("distribution", "3", "3", "", ""),
        ("distribution", "2", "1", "", ""),
        ("distribution", "1", "1", "", ""),
    ]),
    Case(24, "length second third", [("1", "", "")], {"start": "aldorf", "end": "belmont"}),
    Case(24, "length second third", [("2", "belmont", "")], {"start": "aldorf", "end": "q900000007"}),
    Case(24, "length second third", [("3", "belmont", "q900000007")], {"start": "aldorf", "end": "q900000008"}),
    Case(24, "length second third", [], {"start": "aldorf", "end": "fjordby"}),
    # What has no date may have held, and the doubt about it has none either.
    Case(26, "partnership relation stage status certainty document", [
        ("aldorf-belmont", "partner", "agreement", "in-force", "certain", "belmont-1990"),
        ("aldorf-cedrowo", "friendly", "letter-of-intent", "in-force", "certain", "cedrowo-2008"),
        ("aldorf-duneville", "partner", "agreement", "in-force", "certain", "duneville-1985"),
        ("aldorf-fjordby", "partner", "agreement", "in-force", "possible", "fjordby-agreement"),
        ("aldorf-fjordby", "partner", "agreement", "unknown", "possible", "fjordby-1"),
    ], {"city": "aldorf", "day": "2009-01-01"}),
    Case(26, "partnership relation stage status certainty document", [
        ("aldorf-fjordby", "partner", "agreement", "in-force", "possible", "fjordby-agreement"),
        ("aldorf-fjordby", "partner", "agreement", "unknown", "possible", "fjordby-1"),
    ], {"city": "aldorf", "day": "1984-12-31"}),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_answer_is_exact(case: Case, tiny_store: Store) -> None:
    """The answer has these rows in this order."""
    assert case.rows == ask(tiny_store, case.number, **case.values)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_columns_are_as_the_table_says(case: Case) -> None:
    """The question gives these columns, and after them what was asked for."""
    assert case.columns.split() + list(case.values) == columns(NUMBERS[case.number])


@pytest.mark.parametrize("case", CASES, ids=str)
def test_written_values_are_as_good_as_bound_ones(case: Case, tiny_store: Store) -> None:
    """Who writes the values into the text, where the slots are, gets the same answer."""
    assert case.rows == ask_written(tiny_store, case.number, **case.values)


@pytest.mark.parametrize("query", QUESTIONS, ids=lambda query: query.name)
def test_the_example_of_the_header_can_be_asked(query: object, tiny_store: Store) -> None:
    """The examples name things of the shipped data, so here they only have to be of the right form."""
    number = next(number for number, known in NUMBERS.items() if known is query)
    assert ask_written(tiny_store, number, **examples(NUMBERS[number])) == ask(
        tiny_store, number, **examples(NUMBERS[number])
    )


def test_every_question_has_its_file_and_its_expectation() -> None:
    """All 26 questions are there but the one that is asked of the feed, and each has an answer to compare with."""
    assert 25 == len(QUESTIONS)
    assert set(range(1, 27)) - ELSEWHERE == set(NUMBERS)
    assert set(NUMBERS) == {case.number for case in CASES if case.rows}
