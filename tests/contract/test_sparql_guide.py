"""The guide to SPARQL: its queries have answers in the shipped data, and its program runs against a real server."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest

from live_server import live_server
from twin_graph.formats import RESULTS_JSON
from twin_graph.snapshot import Snapshot
from twin_graph.store import Store

GUIDE = (Path(__file__).parents[2] / "docs/query-with-sparql.md").read_text(encoding="utf-8")
BASE = "http://localhost:8000/"
QUERIES = re.findall(r"```sparql\n(.*?)```", GUIDE, re.DOTALL)


def test_there_are_queries() -> None:
    """One for each heading that asks something."""
    assert 5 == len(QUERIES)


@pytest.mark.real
@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
def test_queries_have_answers(real_store: Store, query: str) -> None:
    """None is empty, and none has more rows than a reader looks at."""
    output = io.BytesIO()
    real_store.answer(query, output, base_iri=BASE, offers=(RESULTS_JSON,))
    assert 0 < len(json.loads(output.getvalue())["results"]["bindings"]) < 1000


@pytest.mark.real
def test_graphs_are_those_that_there_are(real_snapshot: Snapshot) -> None:
    """The table names every published graph but the archive of answers, and no other."""
    named = set(re.findall(r"`graph/([\w…-]+)`", GUIDE))
    there = {re.sub("^register-.*", "register-…", name) for name in real_snapshot.manifest.graphs}
    assert named == there - {"wikidata", "wikidata-raw"}


@pytest.mark.serve
def test_the_program_runs(tiny_snapshot: Snapshot, capsys: pytest.CaptureFixture[str]) -> None:
    """It prints the partners of a city, here of the one in the tiny workspace."""
    (code,) = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    with live_server(tiny_snapshot) as server:
        here = code.replace(f"{BASE}sparql", f"http://127.0.0.1:{server.port}/sparql")
        exec(compile(here.replace("city/lublin", "city/aldorf"), "docs/query-with-sparql.md", "exec"), {})
    printed = capsys.readouterr().out.split()
    assert len(printed) > 1
    assert all(line.startswith(f"{BASE}id/city/") for line in printed)
