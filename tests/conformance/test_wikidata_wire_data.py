"""Real answers of the query service are read, and the client fetches from a service with thousands of real items."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pyoxigraph as ox
import pytest

from fakes.clocks import FakeClock
from fakes.wdqs import TIME, StandIn
from shared_data import require_shared
from twin_graph.wikidata.archive import read_answers
from twin_graph.wikidata.checking import verify
from twin_graph.wikidata.client import fetch
from twin_graph.wikidata.endpoints import Endpoint
from twin_graph.wikidata.results import parse, read_rows
from twin_graph.wikidata.runs import Manners
from wikidata_runs import CONTACT, LIMITS

ITEMS = 400


@pytest.mark.parametrize(("name", "rows"), [("de", 280), ("eu", 224)])
def test_captured_answers(name: str, rows: int) -> None:
    """What the service really answered is complete, and each row has the terms that were written."""
    path = require_shared("wikidata") / "wdqs-captures" / f"soekdd_body.{name}.js.json.gz"
    body = gzip.decompress(path.read_bytes())
    names = json.loads(body)["head"]["vars"]
    written = parse(body, names)
    assert rows == len(written)
    unique = {json.dumps(row, sort_keys=True) for row in written}
    found = read_rows(body, names)
    assert len(unique) == len(found)
    assert {row["cityLabel"]["value"] for row in written} == {str(row["cityLabel"]) for row in found}


def test_thousands_of_items(tmp_path: Path) -> None:
    """Hundreds of items of a store of thousands, some with labels of an invalid tag, at the pace of the service."""
    path = require_shared("wikidata") / "wikidata_standin.nt.gz"
    store = ox.Store()
    store.bulk_load(gzip.decompress(path.read_bytes()), format=ox.RdfFormat.N_TRIPLES, lenient=True)
    named = store.query(
        "SELECT DISTINCT ?item { { ?item <http://www.w3.org/2000/01/rdf-schema#label> ?l "
        "FILTER(LANG(?l) = 'zh-classical') } UNION { SELECT ?item { ?item <http://www.wikidata.org/prop/P190> ?s } "
        f"ORDER BY ?item LIMIT {60 * ITEMS} }} }} LIMIT {ITEMS}"
    )
    assert isinstance(named, ox.QuerySolutions)
    items = [str(row["item"].value).rpartition("/")[2] for row in named]
    assert ITEMS == len(items)
    clock = FakeClock()
    queries = ["wikidata_statements", "wikidata_incoming", "wikidata_labels"]
    with StandIn(store, clock, cost=5.0).running() as service:
        endpoint = Endpoint("stand-in", service.address)
        ended = fetch(items, queries, tmp_path / "a", endpoint, clock, manners=Manners(CONTACT, LIMITS))
        assert ("complete", []) == (ended.state, service.refused)
        assert ended.requests * 5.0 > TIME
    assert [] == verify(tmp_path / "a")
    tags = {
        getattr(row.get("text"), "language", None)
        for answer in read_answers(tmp_path / "a")
        for row in answer.rows
    }
    assert {"en", "zh-classical"} <= tags
