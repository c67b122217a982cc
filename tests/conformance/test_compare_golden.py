"""Towns and municipalities in the real data: Amsterdam, Tilburg, and Kansas City, which is two cities.

Amsterdam comes from the entity documents of 2022; Tilburg and Kansas City, which are not among them, from the links
of the stand-in data, where links are real and the numbers of statements made up.
"""

from __future__ import annotations

import gzip
import re
from functools import cache

import pytest
from rdflib import Literal

from comparisons import BASE, NOW, city, ours, settled
from observations import entity, item, observation, of_documents, require_documents, statement
from twin_graph.compare.model import Finding, Ours
from twin_graph.compare.quickstatements import files_of
from twin_graph.compare.reports import compare
from twin_graph.wikidata.model import Observation

NOBODY = Ours(BASE, "", "2026-11-23", {}, ())
_TRIPLE = re.compile(r"<http://www\.wikidata\.org/entity/(Q\d+)> <(\S+)> (.+) \.\n")
_DIRECT = "http://www.wikidata.org/prop/direct/"


@cache
def links_of(*names: str) -> Observation:
    """What the stand-in data say of some items: label, place, country, partners."""
    labels, coordinates, countries, targets = {}, {}, {}, []
    path = require_documents().parent / "wikidata_standin.nt.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            match = _TRIPLE.fullmatch(line)
            if match is None or match[1] not in names:
                continue
            subject, predicate, value = match.groups()
            if predicate.endswith("#label") and value.endswith("@en"):
                labels[subject] = value.split('"')[1]
            elif predicate == f"{_DIRECT}P625":
                coordinates[subject] = Literal(value.split('"')[1])
            elif predicate == f"{_DIRECT}P17":
                countries[subject] = entity(value.rpartition("/")[2].rstrip(">"))
            elif predicate == f"{_DIRECT}P190":
                targets.append((subject, value.rpartition("/")[2].rstrip(">")))
    items = [item(name, labels[name], facts={"coord": (coordinates[name],), "country": countries[name]})
             for name in names]  # fmt: skip
    return observation(items, [statement(*pair) for pair in targets])


def places(observed: Observation, held: Ours = NOBODY) -> list[Finding]:
    """The findings about places."""
    return [finding for finding in compare(held, observed).of("e") if finding.kind == "one-place"]


def test_amsterdam_is_reported_and_not_merged() -> None:
    """Town (23 partners) and municipality (24), 13 of them the same, 34 in all; nothing is proposed."""
    observed = of_documents("Q727", "Q9899")
    (finding,) = places(observed)
    lists = {name: finding.details[name].split(";") for name in ("only_subject", "only_object", "both")}
    assert ("Q727", "Q9899") == (finding.subject, finding.object)
    assert {"only_subject": 10, "only_object": 11, "both": 13} == {
        name: len(found) for name, found in lists.items()
    }
    assert 34 == sum(map(len, lists.values()))
    assert "lies in the other" in finding.details["reasons"]
    assert "names 23 partners" in finding.change
    assert "names 24" in finding.change
    assert None is finding.edit


def test_both_items_of_amsterdam_keep_their_own_links() -> None:
    """A link that both have is found twice, once for each item; none is taken for the other."""
    reports = compare(NOBODY, of_documents("Q727", "Q9899"))
    pairs = [frozenset((finding.subject, finding.object)) for finding in reports.of("b")]
    assert 23 + 24 == len(pairs) == len(set(pairs))
    assert {frozenset(("Q727", "Q84")), frozenset(("Q9899", "Q84"))} <= set(pairs)


def test_tilburg_is_one_place() -> None:
    """Two items of one name, 2 km apart, and both partners of the one are partners of the other."""
    (finding,) = places(links_of("Q9871", "Q26430"))
    assert ("Q9871", "Q26430") == (finding.subject, finding.object)
    assert "2 partners of 2 shared" == finding.details["reasons"]
    assert "Q37333;Q170287" == finding.details["both"]


def test_kansas_city_is_two_cities() -> None:
    """The same name, 10 km apart, one shared partner: neighbours in two states."""
    assert [] == places(links_of("Q41819", "Q486472"))


@pytest.mark.parametrize("fact", ["different", "admin"])
def test_what_items_say_outweighs_what_they_share(fact: str) -> None:
    """Different from each other, or of one kind in two counties: two places, whatever they share."""
    observed = links_of("Q9871", "Q26430")
    facts = {
        "different": ({"different": entity("Q26430")}, {}),
        "admin": (
            {"admin": entity("Q1"), "type": entity("Q9")},
            {"admin": entity("Q2"), "type": entity("Q9")},
        ),
    }[fact]
    items = [
        item(name, "Tilburg", facts={**observed.items[name].facts, **more})
        for name, more in zip(("Q9871", "Q26430"), facts, strict=True)
    ]
    assert [] == places(observation(items, observed.statements))


def test_another_country_or_a_long_way_is_another_place() -> None:
    """One name is not enough."""
    for change in ({"country": entity("Q31")}, {"coord": (Literal("Point(4.3 50.8)"),)}, {"coord": ()}):
        observed = links_of("Q9871", "Q26430")
        other = item("Q26430", "Tilburg", facts={**observed.items["Q26430"].facts, **change})
        assert [] == places(observation([observed.items["Q9871"], other], observed.statements))


def test_what_our_tables_say_needs_no_reasons() -> None:
    """A sibling in our table of cities is reported whatever its names; an item that was not asked is not counted."""
    held = ours(cities=(city("a", "Q9871", "nl", siblings=("b",)), city("b", "Q99999", "nl")))
    (finding,) = places(links_of("Q9871"), held)
    assert "in our tables" == finding.details["reasons"]
    assert "names 2 partners" in finding.change
    assert "names ?" in finding.change


def test_nothing_about_amsterdam_is_exported_while_it_is_open() -> None:
    """The one file that could be made is not made."""
    reports = settled(NOBODY, of_documents("Q727", "Q9899"), now=NOW)
    assert () == files_of(reports, 3, "2026-11-23T12:00:00Z")
    assert reports.findings


def test_real_documents_have_their_statements() -> None:
    """Warsaw 35, Gera 12 and Bielefeld 8 links; the dates keep their precision."""
    observed = of_documents("Q270", "Q3750", "Q2112")
    found = [each for each in observed.statements if each.property == "P190"]
    counts = {name: sum(each.item == name for each in found) for name in ("Q270", "Q3750", "Q2112")}
    dated = {name: sum(each.item == name and bool(each.since) for each in found) for name in counts}
    assert {"Q270": 35, "Q3750": 12, "Q2112": 8} == counts
    assert {"Q270": 7, "Q3750": 12, "Q2112": 7} == dated
    assert "1953" in {date.edtf for each in found if each.item == "Q2112" for date in each.since}
