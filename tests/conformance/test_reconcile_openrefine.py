"""OpenRefine's way through a table: registration, types, batches, retries, columns."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from openrefine_client import OpenRefineClient
from site_client import app_of, client_of
from twin_graph.snapshot import Snapshot
from twin_graph.web.reconcile import TURNS, turns

ROWS = [
    {"City": "Aldorf", "Country": "Germany", "Partner": "Belmont"},
    {"City": "Альдорф", "Country": "", "Partner": ""},
    {"City": "Belmont", "Country": "Kanada", "Partner": ""},
    {"City": "Q900000003", "Country": "PL", "Partner": ""},
    {"City": "no such place at all", "Country": "PL", "Partner": ""},
]


@pytest.fixture
def client(tiny_snapshot: Snapshot) -> FlaskClient:
    """A client of the tiny workspace."""
    return client_of(tiny_snapshot)


@pytest.mark.parametrize(("path", "country", "partner", "expected"), [
    ("/reconcile", "country", "partner", ["aldorf", "aldorf", "belmont", "cedrowo", None]),
    ("/reconcile/wikidata", "P17", "P190", ["Q900000001", "Q900000001", "Q900000002", "Q900000003", None]),
])  # fmt: skip
def test_table(
    client: FlaskClient, path: str, country: str, partner: str, expected: list[str | None]
) -> None:
    """Cells are matched with the help of other columns, in batches as large as the service takes them."""
    refine = OpenRefineClient(client, path)
    manifest = refine.manifest()
    types = refine.guess_types([row["City"] for row in ROWS])
    assert {each["id"] for each in manifest["defaultTypes"]} >= set(types) > set()
    found = refine.reconcile(ROWS * 15, "City", {"Country": country, "Partner": partner}, types[0])
    first = [each["candidates"][0]["id"] if each["candidates"] else None for each in found]
    assert expected * 15 == first
    assert all(each["match"] in (None, identifier) for each, identifier in zip(found, first, strict=True))
    assert expected[0] == found[0]["match"]
    assert [] == found[4]["candidates"]


def test_columns(client: FlaskClient) -> None:
    """No column shifts, whatever is not known of a thing; settings come as texts."""
    refine = OpenRefineClient(client, "/reconcile")
    properties: list[dict[str, Any]] = [
        {"id": "population"},
        {"id": "unknown"},
        {"id": "partner", "settings": {"limit": "2", "status": "any", "count": ""}},
        {"id": "partnerSince", "settings": {"limit": "2", "status": "any"}},
        {"id": "network", "settings": {"count": "on"}},
        {"id": "wikidata"},
    ]
    tables = list(refine.extend(["aldorf", "nothing-xx", "fjordby"], properties))
    assert all(6 == len(row) for table in tables for row in table)
    assert (81_000, None, "Q900000001") == (tables[0][0][0], tables[0][0][1], tables[0][0][5])
    assert 2 == len(tables[0])
    assert [0] == [row[4] for row in tables[2]][:1]
    assert tables[1] == []


def test_busy_service(client: FlaskClient, tiny_snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is told to come back waits as long as that and has the answer then."""
    extensions = app_of(tiny_snapshot).extensions
    monkeypatch.setitem(extensions, TURNS, turns.Turns(0, waiting=0))

    def wait(_: float) -> None:
        monkeypatch.setitem(extensions, TURNS, turns.Turns(0))

    refine = OpenRefineClient(client, "/reconcile", sleep=wait)
    assert ["aldorf"] == [
        each["match"] for each in refine.reconcile(ROWS[:1], "City", {"Country": "country"})
    ]
    assert [2.0] == refine.pauses
