"""The reconciliation services on the real server: large bodies, many at once, pages beside them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

import pytest

from live_server import LiveServer, Reply, live_server
from twin_graph.snapshot import Snapshot

pytestmark = pytest.mark.serve
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
NAMES = ("Aldorf", "Цедрово", "Belmont", "Dunevile", "nowhere at all", "Q900000002", "Estuary", "Альдорф")


@pytest.fixture(scope="module")
def server(tiny_snapshot: Snapshot) -> Iterator[LiveServer]:
    """The real server with two web processes."""
    with live_server(tiny_snapshot, web_processes=2, client_seconds=0) as found:
        yield found


def ask(server: LiveServer, queries: Any, source: str = "127.0.0.1", path: str = "/reconcile") -> Reply:
    """Send a batch."""
    return server.ask("POST", path, FORM, urlencode({"queries": json.dumps(queries)}).encode(), source=source)


def test_large_batch(server: LiveServer) -> None:
    """A batch of a few hundred kilobytes is answered; elsewhere a body of that size is refused."""
    queries = {f"q{number}": {"query": "Aldorf " + "x" * 2_000} for number in range(200)}
    reply = ask(server, queries)
    assert (200, 200) == (reply.status, len(json.loads(reply.body)))
    assert 413 == ask(server, queries, path="/sparql").status
    assert 413 == ask(server, {"q0": {"query": "x" * 1_100_000}}).status


def test_same_answers(server: LiveServer) -> None:
    """Sixteen clients at once have the same answers, from both processes and in any batch."""
    alone = {name: json.loads(ask(server, {"q": {"query": name}}).body)["q"] for name in NAMES}

    def run(number: int) -> dict[str, Any]:
        order = NAMES[number % len(NAMES) :] + NAMES[: number % len(NAMES)]
        reply = ask(server, {name: {"query": name} for name in order}, f"127.0.0.{number + 2}")
        assert 200 == reply.status, reply.body
        return dict(json.loads(reply.body))

    with ThreadPoolExecutor(16) as pool:
        for found in pool.map(run, range(48)):
            assert alone == found


def test_draft(server: LiveServer) -> None:
    """The draft takes JSON; HEAD has the headers of GET; what GET gives is kept."""
    body = json.dumps(
        {"queries": [{"conditions": [{"matchType": "name", "propertyValue": "Aldorf"}]}]}
    ).encode()
    reply = server.ask("POST", "/reconcile/v1/match", {"Content-Type": "application/json"}, body)
    assert "aldorf" == json.loads(reply.body)["results"][0]["candidates"][0]["id"]
    first, head = server.ask("GET", "/reconcile/v1/"), server.ask("HEAD", "/reconcile/v1/")
    assert (200, b"") == (head.status, head.body)
    assert first.headers["etag"] == head.headers["etag"]
    assert 304 == server.ask("GET", "/reconcile/v1/", {"If-None-Match": first.headers["etag"]}).status


def test_pages_beside_tables(server: LiveServer) -> None:
    """While tables are matched, pages of others are answered."""
    queries = {f"q{number}": {"query": f"Aldorff {number}"} for number in range(200)}
    with ThreadPoolExecutor(8) as pool:
        tables = [pool.submit(ask, server, queries, f"127.0.0.{number + 2}") for number in range(6)]
        pages = [server.ask("GET", "/en/city/aldorf", source="127.0.0.99") for _ in range(10)]
        replies = [table.result() for table in tables]
    assert {200} == {page.status for page in pages}
    assert {200} == {reply.status for reply in replies}
    assert all(200 == len(json.loads(reply.body)) for reply in replies)
