"""The log of requests: one line of JSON for each, which names nobody and is never too long."""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from front_client import Connection, application, ask, make_head
from twin_graph.environ import NOTE
from twin_graph.front import Gateway
from twin_graph.front.request_log import LONGEST, RequestLog
from twin_graph.settings import read_settings
from twin_graph.snapshot import Snapshot
from twin_graph.web import create_app

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

Answered = tuple[str, list[tuple[str, str]], bytes]
QUERY = "SELECT * { ?whom <http://example.org/seeks> 'Jan Kowalski' }"
ALWAYS = {"time", "request", "client", "method", "route", "status", "ms", "bytes", "agent"}
OF_QUERIES = {"form", "outcome", "query_sha256"}


def logged(
    answer: Callable[[WSGIEnvironment], Answered], *, keeps_text: bool = False, proxies: int = 0
) -> tuple[Gateway, list[bytes]]:
    """The front before an application, and the lines that it writes."""
    lines: list[bytes] = []
    listener = RequestLog(proxies, lines.append)
    return Gateway(application(answer), listeners=[listener], keeps_text=keeps_text), lines


def asking(text: str) -> Callable[[WSGIEnvironment], Answered]:
    """An application that takes everything for this query."""

    def answer(environ: WSGIEnvironment) -> Answered:
        environ[NOTE].route = "sparql.endpoint"
        environ[NOTE].ask(text, "select")
        return "200 OK", [("Content-Type", "text/plain")], b"known"

    return answer


def only(lines: list[bytes]) -> dict[str, Any]:
    """The only line."""
    (line,) = lines
    assert 1 == line.count(b"\n") == line.endswith(b"\n")
    found: dict[str, Any] = json.loads(line)
    return found


def test_what_a_line_has(tiny_snapshot: Snapshot) -> None:
    """Name, network, endpoint, status, time and size; of a query its form, what came of it and its hash."""
    lines: list[bytes] = []
    settings = read_settings({}, workspace=str(tiny_snapshot.path.parents[1]))
    gateway = Gateway(create_app(settings, tiny_snapshot), listeners=[RequestLog(0, lines.append)])
    reply = ask(gateway, "GET", "/sparql?query=" + quote(QUERY), {"User-Agent": "curl/8"})
    found = only(lines)
    assert ALWAYS | OF_QUERIES == set(found)
    assert reply.headers["x-request-id"] == found["request"]
    assert ("127.0.0.0/24", "GET", "sparql.endpoint", 503, len(reply.body), "curl/8") == (
        *(found[name] for name in ("client", "method", "route", "status", "bytes", "agent")),
    )
    assert ("select", "busy", hashlib.sha256(QUERY.encode()).hexdigest()) == (
        *(found[name] for name in ("form", "outcome", "query_sha256")),
    )
    lines.clear()
    assert 200 == ask(gateway, "GET", "/livez").status
    assert (ALWAYS, "health.live") == (set(only(lines)), only(lines)["route"])


def test_nobody_is_named() -> None:
    """Neither the address of the client, nor the path, nor the query is in a line."""
    gateway, lines = logged(asking(QUERY))
    ask(
        gateway,
        "GET",
        "/secret/path?query=" + quote(QUERY),
        {"Referer": "http://kept.example/", "Cookie": "a=7"},
    )
    text = lines[0].decode()
    assert [] == [
        word for word in ("Kowalski", "secret", "127.0.0.2", "kept.example", "cookie") if word in text
    ]


@pytest.mark.parametrize(
    ("headers", "proxies", "network"),
    [
        ({}, 0, "127.0.0.0/24"),
        ({"X-Forwarded-For": "192.0.2.77"}, 0, "127.0.0.0/24"),
        ({"X-Forwarded-For": "6.6.6.6, 192.0.2.77"}, 1, "192.0.2.0/24"),
        ({"X-Forwarded-For": "2001:db8:1:2:3::4"}, 1, "2001:db8:1::/48"),
    ],
)
def test_network(headers: Mapping[str, str], proxies: int, network: str) -> None:
    """The network of the client as our own proxies saw it; without one nobody is believed."""
    gateway, lines = logged(asking(QUERY), proxies=proxies)
    ask(gateway, "GET", "/", headers)
    assert network == only(lines)["client"]


def test_text_is_wanted() -> None:
    """The text of a query is there where the operator wants it, also when the answer is given again."""
    gateway, lines = logged(asking(QUERY), keeps_text=True)
    ask(gateway, "GET", "/")
    assert QUERY == only(lines)["query"]


@pytest.mark.parametrize(
    "text", ["a" * 60_000, "\x00" * 60_000, "😀" * 20_000, "\n\u2028\x85\x7f\x1b[31m\ud800"]
)
def test_hostile_text_is_one_line(text: str) -> None:
    """Whatever a query and the name of a browser hold, a line is printable ASCII and short enough for a pipe."""
    gateway, lines = logged(asking(text), keeps_text=True)
    ask(gateway, "GET", "/", {"User-Agent": f'"}}\n{{"status": 200, \x1b{text}'})
    line = lines[0]
    assert len(line) <= LONGEST
    assert set(line[:-1]) <= set(range(32, 127))
    assert text.startswith(only(lines)["query"])
    assert len(only(lines)["query"]) > min(100, len(text) - 1)


def test_client_that_went_away() -> None:
    """A client that hangs up has one line too, with 499 and no bytes."""
    goes_on, asked = threading.Event(), threading.Event()

    def answer(_: WSGIEnvironment) -> Answered:
        asked.set()
        goes_on.wait(30)
        return "200 OK", [], b"too late"

    gateway, lines = logged(answer)

    async def hang_up() -> None:
        connection = Connection()
        task = asyncio.ensure_future(gateway.__rsgi__(make_head("GET", "/"), connection))
        await asyncio.to_thread(asked.wait, 30)
        connection.gone.set()
        await asyncio.sleep(0.05)
        goes_on.set()
        await task

    asyncio.run(hang_up())
    assert (499, 0) == (only(lines)["status"], only(lines)["bytes"])


def test_failure_of_the_application() -> None:
    """What fails without a word is a line with 500, and its query has not been answered."""

    def answer(environ: WSGIEnvironment) -> Answered:
        environ[NOTE].ask(QUERY, "select")
        raise ValueError("a mistake of ours")

    gateway, lines = logged(answer)
    assert 500 == ask(gateway, "GET", "/").status
    assert (500, "failed") == (only(lines)["status"], only(lines)["outcome"])
