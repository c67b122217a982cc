"""Lublin in 2001, 2013, 2021 and today: its partner and friendly cities by date, counted from the tables again.

The second count reads the CSV files and knows no graph: documents and events with the interval of days that each
date covers.
"""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from typing import NamedTuple

import pytest
from flask.testing import FlaskClient

from page_markup import read_page
from site_client import client_of
from twin_graph import dates
from twin_graph.queries import load, parse_query
from twin_graph.snapshot import Snapshot
from twin_graph.store import Store
from twin_graph.web.tables.writers import SEPARATOR
from workspaces import REPOSITORY

LUBLIN = REPOSITORY / "data" / "lublin"
# Partner cities, certain and possible; friendly cities, certain and possible; the latest declaration of partners.
DAYS = {
    "2001": (10, 16, 0, 3, ""),
    "2013": (15, 21, 1, 4, "17"),
    "2021": (14, 20, 6, 10, "25"),
    "2026-11-23": (16, 22, 4, 8, "26"),
}
_CARRYING = {"PartnershipAgreement", "Declaration", "LetterOfIntent"}
_ENDS = {"terminated", "expired", "dormant", "suspended"}


class Step(NamedTuple):
    """A document or event: what it begins, and the first and last day of its date."""

    status: str
    relation: str
    first: date | None
    last: date | None


@pytest.fixture(scope="module")
def client(real_snapshot: Snapshot) -> FlaskClient:
    """A client of the shipped data."""
    return client_of(real_snapshot)


def examples() -> list[str]:
    """The queries of the guide."""
    text = (REPOSITORY / "docs" / "time.md").read_text("utf-8")
    return re.findall(r"^```sparql\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def table(name: str) -> list[dict[str, str]]:
    """A table of the register."""
    with (LUBLIN / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def history(partnership: dict[str, str]) -> list[Step]:
    """What happened to a partnership, undated first, then by date."""
    documents = [row for row in table("agreements") if row["partnership"] == partnership["key"]]
    led = {row["follows"] for row in documents if row["follows"] and not row["signed"]}
    steps = [
        Step(
            "in-force",
            row["relation"] or partnership["relation"],
            dates.earliest(row["signed"]),
            dates.latest(row["signed"]),
        )
        for row in documents
        if row["type"] in _CARRYING and not (row["key"] in led and not row["signed"])
    ]
    for row in table("events"):
        if row["partnership"] == partnership["key"]:
            relation = row["relation"] or (steps[-1].relation if steps else partnership["relation"])
            steps.append(Step(row["event"], relation, dates.earliest(row["on"]), dates.latest(row["on"])))
    return sorted(steps, key=lambda step: step.first or date.min)


def stands(partnership: dict[str, str], day: date) -> dict[str, bool]:
    """The relations of a partnership that may hold on a day, and whether that is certain."""
    steps = history(partnership)
    dated = [step for step in steps if step.first and step.last]
    undated = [step for step in steps if not step.first]
    doubted = any(step.status != "in-force" for step in undated)
    found: dict[str, bool] = {}
    for number, step in enumerate(dated):
        assert step.first is not None
        assert step.last is not None
        after = dated[number + 1] if number + 1 < len(dated) else None
        over = after is not None and after.last is not None and after.last <= day
        if step.status == "in-force" and step.first <= day and not over:
            sure = step.last <= day and (after is None or (after.first or date.max) > day) and not doubted
            found[step.relation] = found.get(step.relation, False) or sure
    ended = any(step.status in _ENDS for step in undated)
    begun = not dated or (dated[0].first or date.max) <= day
    for step in undated:
        replaced = dated and (dated[0].last or date.max) <= day
        if not ended and (
            (step.status == "in-force" and not replaced) or (step.status == "unknown" and begun)
        ):
            found.setdefault(step.relation, False)
    return found


def count(day: date) -> tuple[int, int, int, int]:
    """Partner cities, certain and possible; friendly cities, certain and possible."""
    pairs = [row for row in table("partnerships") if len(row["parties"].split(";")) == 2]
    held = [stands(row, day) for row in pairs]
    partner, friendly = ([each[name] for each in held if name in each] for name in ("partner", "friendly"))
    return sum(partner), len(partner), sum(friendly), len(friendly)


def read(client: FlaskClient, path: str) -> list[dict[str, str]]:
    """The rows of a CSV."""
    return list(csv.DictReader(io.StringIO(client.get(path).text)))


@pytest.mark.parametrize(("text", "expected"), DAYS.items(), ids=list(DAYS))
class TestLublin:
    """The numbers of a day, and what explains them."""

    def test_numbers(self, client: FlaskClient, text: str, expected: tuple[int, int, int, int, str]) -> None:
        """The page says what the tables say."""
        day = dates.latest(text)
        assert day is not None
        assert expected[:4] == count(day)
        found = {row["counted"]: row for row in read(client, f"/en/city/lublin/held-counts.csv?asOf={text}")}
        partner, friendly = found["partner-cities"], found["friendly-cities"]
        shown = [int(row[name]) for row in (partner, friendly) for name in ("certain", "possible")]
        assert list(expected[:4]) == shown
        assert expected[4] == partner.get("declared", "")

    def test_rows_add_up(
        self, client: FlaskClient, text: str, expected: tuple[int, int, int, int, str]
    ) -> None:
        """The rows in force, of two cities, are as many as the numbers say, and each leads to what it comes from."""
        rows = [
            row
            for row in read(client, f"/en/city/lublin/held.csv?asOf={text}")
            if SEPARATOR not in row["party"]
        ]
        counted = [
            row
            for row in rows
            if {"in-force", "unknown"}
            & {each.rpartition("#")[2] for each in row["status_iri"].split(SEPARATOR)}
        ]
        for relation, certain, possible in (("partner", *expected[:2]), ("friendly", *expected[2:4])):
            of_it = [row for row in counted if row["relation_iri"].endswith(f"#{relation}")]
            assert possible == len(of_it)
            assert certain == sum(row["certainty"] == "certain" for row in of_it)
        assert all("#claim-" in row["claims_iri"] for row in rows)
        assert all("/id/" in row["document_iri"] for row in rows)

    def test_page(self, client: FlaskClient, text: str, expected: tuple[int, int, int, int, str]) -> None:
        """The page shows it in every language, and links each claim where it stands."""
        for language in ("pl", "en", "uk"):
            page = read_page(client.get(f"/{language}/city/lublin?asOf={text}").text)
            assert [] == page.problems
            assert f"/{language}/partnership/lublin-nancy#claim-lublin-eu-partner-cities" in "\n".join(
                page.links
            )
            assert f"/{language}/agreement/nancy-1988" in page.links


def test_claims_of_the_day(client: FlaskClient) -> None:
    """Kharkiv was friendly before the agreement of 2022, and no claim that dates the agreement speaks of 2021."""
    before, after = (
        next(row for row in read(client, f"/en/city/lublin/held.csv?asOf={day}") if row["party"] == "Kharkiv")
        for day in ("2021", "2022")
    )
    assert ("friendly", "partner") == tuple(row["relation_iri"].rpartition("#")[2] for row in (before, after))
    gained = set(after["claims_iri"].split(SEPARATOR)) - set(before["claims_iri"].split(SEPARATOR))
    assert {"lublin-eu-kharkiv-2022-lublin"} <= {iri.partition("#claim-")[2] for iri in gained}


class TestGuide:
    """`docs/time.md`."""

    def test_queries(self, real_store: Store) -> None:
        """Each query of the guide has an answer; the first is the definition of the pages."""
        held, claims, simple = examples()
        pattern = load("competency_26_held_on_a_day").text
        begin, end = pattern.index("  ?period twin:isPeriodOf"), pattern.index("  OPTIONAL { ?period prov:")
        assert pattern[begin:end] in held
        rows = real_store.select(parse_query("guide", held))
        assert 15 == len(
            {
                row["partnership"]
                for row in rows
                if str(row["relation"]).endswith("#partner")
                and str(row["certainty"]) == "certain"
                and str(row["status"]).endswith("#in-force")
            }
        )
        dated = {
            str(row["since"])[:4] for row in real_store.select(parse_query("guide", claims)) if "since" in row
        }
        assert {"2017"} == dated
        found = real_store.select(parse_query("guide", simple))
        assert 15 == sum(str(row["relation"]).endswith("#partner") for row in found)

    def test_table(self) -> None:
        """The numbers in the guide are those that are tested here."""
        text = (REPOSITORY / "docs" / "time.md").read_text("utf-8")
        for day, (*numbers, _) in DAYS.items():
            full = str(dates.latest(day))
            assert f"| {full} | {' | '.join(map(str, numbers))} |" in text
