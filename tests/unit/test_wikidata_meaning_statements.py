"""What the answers about a made-up world say, oddity by oddity."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from rdflib import Literal, URIRef
from rdflib.term import Node

from fakes.asking import answers_of
from fakes.made_up import ALFA, BETA, ITEMS, WORLD
from twin_graph.wikidata.identity import follow
from twin_graph.wikidata.model import Item, Observation, Statement, Strength
from twin_graph.wikidata.references import strength_of
from twin_graph.wikidata.statements import observe
from twin_graph.wikidata.terms import guid_of, statement_iri


@cache
def world() -> Observation:
    """All that the answers say."""
    return observe(answers_of(WORLD, ITEMS), "made-up")


def statement(number: int, item: str = "Q101") -> Statement:
    """A statement of the made-up world, by its number."""
    (found,) = [each for each in world().statements if each.guid.upper().startswith(f"{item}${number:08d}")]
    return found


def test_every_statement_is_there_once() -> None:
    """Twelve links of Alfa, one membership, two of Beta, sorted by their GUIDs."""
    guids = [each.guid for each in world().statements]
    assert 15 == len(guids)
    assert sorted(set(guids)) == guids
    assert {"P190": 14, "P463": 1} == {
        name: sum(each.property == name for each in world().statements) for name in ("P190", "P463")
    }


@pytest.mark.parametrize(
    ("number", "snak", "value", "rank"),
    [
        (1, "value", "Q102", "normal"),
        (4, "somevalue", "", "normal"),
        (5, "novalue", "", "normal"),
        (6, "invalid", "", "normal"),  # itself
        (7, "value", "Q108", "deprecated"),
        (8, "value", "Q102", "preferred"),  # the target was merged into Q102
    ],
)
def test_values_and_ranks(number: int, snak: str, value: str, rank: str) -> None:
    """A value nobody knows, no value, a link to itself and a merged target are told apart; no rank hides another."""
    found = statement(number)
    assert (snak, value, rank) == (found.snak, found.value, found.rank)


@pytest.mark.parametrize(
    ("number", "since", "until", "no_end"),
    [
        (1, ["1953"], [], False),
        (2, ["1990-05"], [], False),
        (3, ["1991-08-12"], [], True),  # explicitly not ended
        (4, [""], [], False),  # a beginning that nobody knows
        (8, ["195X"], [], False),
        (9, ["1917-02-28"], ["1941-06-22"], False),
        (11, ["1990", "1992-03-04"], [], False),
        (12, ["19XX"], [], False),
    ],
)
def test_dates(number: int, since: list[str], until: list[str], no_end: bool) -> None:
    """Dates keep their precision, all of several are there, and an unknown end is not an open one."""
    found = statement(number)
    assert (since, until, no_end) == (
        [d.edtf for d in found.since],
        [d.edtf for d in found.until],
        found.no_end,
    )


def test_the_case_of_a_guid_is_kept() -> None:
    """Old statements have a small q, and editing tools want it so."""
    assert "q101$00000003-0000-4000-8000-000000000000" == statement(3).guid
    assert statement(3).guid == guid_of(statement_iri(statement(3).guid))


def test_other_qualifiers_are_raw() -> None:
    """What is not a beginning or an end is kept as it is."""
    assert {"P2241": (URIRef("http://www.wikidata.org/entity/Q25895909"),)} == statement(7).qualifiers
    assert ("P1534",) == tuple(statement(12).qualifiers)


@pytest.mark.parametrize(
    ("number", "strength"),
    [(1, "party-url"), (2, "wiki-only"), (3, "stated-in"), (4, "none"), (11, "url")],
)
def test_the_strongest_reference_counts(number: int, strength: Strength) -> None:
    """Two references are as strong as the stronger one; a page of a party is known by the party's web site."""
    assert strength == statement(number).strength


PAGE, WIKI_PAGE = Literal("https://lists.example.org/a"), Literal("https://de.wikipedia.org/wiki/A")


@pytest.mark.parametrize(
    ("parts", "strength"),
    [
        ({}, "none"),
        ({"P813": [Literal("2020-01-01")]}, "none"),
        ({"P143": [URIRef("http://www.wikidata.org/entity/Q52")]}, "wiki-only"),
        ({"P4656": [WIKI_PAGE]}, "wiki-only"),
        ({"P854": [WIKI_PAGE]}, "wiki-only"),
        ({"P248": [URIRef("http://www.wikidata.org/entity/Q1")], "P813": [Literal("2020")]}, "stated-in"),
        ({"P1476": [Literal("Partner", lang="de")]}, "stated-in"),
        ({"P854": [PAGE], "P143": [URIRef("http://www.wikidata.org/entity/Q52")]}, "url"),
        ({"P854": [Literal("https://www.town.example/a")]}, "party-url"),
        ({"P854": [Literal("https://news.town.example/a")]}, "party-url"),
        ({"P854": [Literal("https://nottown.example/a")]}, "url"),
        ({"P854": [Literal("http://[broken")]}, "none"),
    ],
)
def test_strength_of_references(parts: dict[str, list[Node]], strength: Strength) -> None:
    """From nothing over wikis and works to web pages and the pages of the parties themselves."""
    assert strength == strength_of(parts, {"town.example"})


def test_items_are_complete_missing_or_merged() -> None:
    """A row with the revision makes an item complete, a redirect too; one without either is missing."""
    found = {item.id: (item.state, item.redirect, item.revision) for item in world().items.values()}
    assert {
        "Q101": ("complete", "", 100), "Q102": ("complete", "", 100), "Q103": ("complete", "", 100),
        "Q104": ("missing", "", None), "Q105": ("complete", "Q102", None), "Q107": ("complete", "", 100),
        "Q900": ("complete", "", 100),
    } == found  # fmt: skip
    assert list(ITEMS) == list(found)


def test_facts() -> None:
    """Former countries, other globes, deprecated and older numbers are left out."""
    alfa, beta = world().items["Q101"], world().items["Q102"]
    facts = {name: [str(node).rpartition("/")[2] for node in nodes] for name, nodes in alfa.facts.items()}
    assert ["Q902"] == facts["country"]
    assert ["1200"] == facts["population"]
    assert ["2021-12-31T00:00:00Z"] == facts["populationOn"]
    assert ["Point(20.25 50.5)"] == facts["coord"]
    assert {"type", "geonames", "website", "sitelinks"} <= set(facts)
    assert "coord" not in beta.facts
    assert {"dissolved", "replacedBy"} <= set(beta.facts)


def test_names() -> None:
    """All languages, from right to left and with invalid tags too; descriptions only in ours; long ones are whole."""
    alfa = world().items["Q101"]
    assert {"en", "pl", "uk", "he", "mul"} <= set(alfa.labels)
    assert 6 == len(alfa.labels)
    assert {"en": ("Alfatown", "Alpha"), "pl": ("Alfów",)} == alfa.aliases
    assert {"en", "pl"} == set(alfa.descriptions)
    assert 33_000 == len(world().items["Q102"].labels["de"])


def test_who_names_whom() -> None:
    """Incoming statements, also those that name an item which was merged."""
    found = world().incoming
    assert ("Q102", statement(1, "Q102").guid, "normal") in found["Q101"]
    assert ("Q101", statement(8).guid, "preferred") in found["Q102"]
    assert () == found["Q900"]


def test_a_failed_item_is_never_an_item_without_claims() -> None:
    """Where one question was not answered the item has failed, whatever the others say."""
    answers = answers_of(WORLD, ITEMS)
    without = [each for each in answers if each.query != "wikidata_statements"]
    assert {"failed", "missing"} == {
        item.state for item in observe(without).items.values() if not item.redirect
    }
    without = [each for each in answers if each.query != "wikidata_facts"]
    assert {"failed"} == {item.state for item in observe(without).items.values()}
    found = observe(answers, failed=["Q102", "Q777"]).items
    assert ("failed", "failed", "complete") == (found["Q102"].state, found["Q777"].state, found["Q101"].state)


def test_the_later_answer_counts() -> None:
    """An item that was asked about again has the statements of the later answer and none of the earlier one."""
    fewer = {**BETA, "claims": {**BETA["claims"], "P190": BETA["claims"]["P190"][:1]}}
    early = [
        replace(each, retrieved_at="2026-01-01T00:00:00Z")
        for each in answers_of([ALFA, BETA], ["Q101", "Q102"])
    ]
    late = answers_of([fewer], ["Q102"])
    found = observe([*late, *early])
    assert 1 == sum(each.item == "Q102" for each in found.statements)
    assert 13 == sum(each.item == "Q101" for each in found.statements)
    assert "2026-01-02T04:00:00Z" == found.retrieved_at


def test_documents_without_revisions() -> None:
    """In a collection of documents, which carry no revisions, the number of links says that a document is there."""
    document = {name: value for name, value in ALFA.items() if name not in ("lastrevid", "modified")}
    answers = answers_of([document], ["Q101", "Q102"])
    assert {"missing"} == {item.state for item in observe(answers).items.values()}
    collected = observe(replace(each, endpoint="entity-documents") for each in answers).items
    assert ["complete", "missing"] == [item.state for item in collected.values()]


def test_redirects_in_a_circle() -> None:
    """Over several mergers to the last item; a circle leads nowhere."""

    def merged(id_: str, into: str) -> Item:
        return Item(id_, None, "", into, "complete", {}, {}, {}, {})

    items = {
        "Q1": merged("Q1", "Q2"),
        "Q2": merged("Q2", "Q3"),
        "Q4": merged("Q4", "Q5"),
        "Q5": merged("Q5", "Q4"),
    }
    assert ["Q3", "Q3", "Q3", "Q4", "Q6"] == [follow(each, items) for each in ("Q1", "Q2", "Q3", "Q4", "Q6")]


def test_a_statement_may_name_an_item_that_was_merged() -> None:
    """It means the item of today, and says that it is written otherwise."""
    found = {statement.guid.partition("-")[0]: statement for statement in world().statements}
    merged, plain = found["Q101$00000008"], found["Q101$00000001"]
    assert ("Q102", True, "Q102", False) == (
        merged.value,
        merged.names_merged,
        plain.value,
        plain.names_merged,
    )
