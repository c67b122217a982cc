"""What held on a day by claims alone: certain, possible or not, alike in every query that asks it.

What held by documents and events is tested with the pages of a day.
"""

from __future__ import annotations

import re

import pytest
from rdflib import XSD, Literal, URIRef

from twin_graph.build.graph import make_graph
from twin_graph.build.inputs import read_inputs
from twin_graph.namespaces import TWIN
from twin_graph.queries import load
from twin_graph.store import Row, Store
from workspaces import write_guide

BASE = "http://localhost:8000/"
QUERIES = ("city_held_claimed", "held_partnership", "held_city", "country_held", "country_held_summary")
# parties, side, since, until, status; each pair of cities is a case of its own
CLAIMS = """
q2;q3,q2,1980,,
q2;q3,q3,1985,,
q2;q4,q2,1990-01-01,2019-05-07,terminated
q2;q4,q4,1990-01-01,2019-05-07,terminated
q2;q5,q2,1990,,terminated
q2;q5,q5,1990,,terminated
q3;q4,q3,1990,,
q3;q5,q3,1990,,
q3;q5,q5,1990-06,,
q4;q5,q4,,,
q4;q5,q5,,,
""".strip()
CASES = [
    ("q2-q3", "1979-12-31", ""),
    ("q2-q3", "1982-12-31", "possible"),
    ("q2-q3", "1985-12-31", "certain"),
    ("q2-q4", "1989-12-31", ""),
    ("q2-q4", "1990-01-01", "certain"),
    ("q2-q4", "2019-05-06", "certain"),
    ("q2-q4", "2019-05-07", ""),
    ("q2-q5", "1995-12-31", "possible"),
    ("q2-q5", "2024-12-31", ""),
    ("q3-q4", "2000-12-31", "possible"),
    ("q3-q5", "1990-06-29", "possible"),
    ("q3-q5", "1990-06-30", "certain"),
    ("q4-q5", "1950-12-31", "possible"),
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The world of the claims, valid on the last day of 2024."""
    rows = [f"{row},extract" for row in CLAIMS.splitlines()]
    claims = "\n".join(["parties,on_side_of,since,until,status,claimed_by", *rows, ""])
    folder = tmp_path_factory.mktemp("held")
    return make_graph(read_inputs(write_guide(folder, {"world/claims.csv": claims}))).store


@pytest.mark.parametrize(("key", "day", "expected"), CASES)
def test_certainty(store: Store, key: str, day: str, expected: str) -> None:
    """Certain if all sides list it and each date that they give fits; not at all where all have ended it."""
    on = Literal(day, datatype=XSD.date)
    partnership = URIRef(f"{BASE}id/partnership/{key}")
    rows = store.select(load("held_partnership"), day=on)
    assert expected == said([row for row in rows if row["this"] == partnership])
    parties = [party for _, _, party in store.triples(partnership, TWIN.hasParty)]
    assert 2 == len(parties)
    for city in parties:
        rows = store.select(load("city_held_claimed"), this=city, day=on)
        assert expected == said([row for row in rows if row["partnership"] == partnership])


def said(rows: list[Row]) -> str:
    (certainty,) = {str(row["certainty"]) for row in rows} or {""}
    return certainty


def test_the_rule_stands_alike_in_all_queries() -> None:
    """The five queries differ in what they ask for, not in what holding means."""
    rules = set()
    for name in QUERIES:
        found = re.search(
            r"\?partnership a twin:Partnership ;.*?AS \?certainty\)\n", load(name).text, re.DOTALL
        )
        assert found is not None, name
        rules.add(re.sub(r"\s+", " ", found[0]))
    assert 1 == len(rules)


def test_countries_and_cities_count_it(store: Store) -> None:
    """A city is certain on a day if one of its partnerships is."""
    rows = store.select(load("held_city"), day=Literal("2019-05-06", datatype=XSD.date))
    found = {str(row["this"]).rpartition("/")[2]: (str(row["links"]), str(row["certainty"])) for row in rows}
    assert {"beta": ("3", "certain"), "gamma": ("3", "certain"), "delta": ("3", "certain"),
            "epsilon": ("3", "certain")} == found  # fmt: skip
