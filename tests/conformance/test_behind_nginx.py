"""The service behind nginx as `deploy/nginx` has it: no answer changes, and nobody can pretend to be another."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from front_nginx import Nginx, Ports, nginx_before, require_program, write_configuration
from live_server import LiveServer, free_port, live_server
from twin_graph.build import build
from twin_graph.dumps import write_dumps
from twin_graph.snapshot import Snapshot
from workspaces import copy_tiny

pytestmark = pytest.mark.serve
HSTS = "max-age=63072000"
# What belongs to a connection or a moment, and what nginx adds.
OWN = {
    "date",
    "server",
    "connection",
    "x-request-id",
    "strict-transport-security",
    "keep-alive",
    "transfer-encoding",
}
SPARQL = "/sparql?query=" + quote("ASK {}")
ENDLESS = "/sparql?query=" + quote("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
MISTAKEN = "/sparql?query=" + quote("SELECT ?x {{ FILTER({0} }}")
REQUESTS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("GET", "/id/city/aldorf", {"Accept": "text/turtle"}),
    ("GET", "/id/city/aldorf", {"Accept": "text/html", "Accept-Language": "uk"}),
    ("GET", "/doc/city/aldorf", {"Accept": "application/ld+json"}),
    ("HEAD", "/doc/city/aldorf", {"Accept": "application/rdf+xml"}),
    ("GET", "/doc/city/aldorf", {"Accept": "image/png"}),
    ("GET", "/doc/city/aldorf.ttl", {"Accept-Encoding": "gzip"}),
    ("GET", "/doc/city/nobody", {"Accept": "text/turtle"}),
    ("GET", "/en/city/aldorf", {}),
    ("GET", "/id//city/aldorf", {}),
    ("GET", "/id/city/..%2f..%2fetc", {}),
    ("GET", "/id/city/aldorf?x=1", {}),
    ("GET", "/catalog", {"Accept": "text/turtle"}),
    ("GET", SPARQL, {"Accept": "text/csv"}),
    ("QUERY", "/sparql", {"Content-Type": "application/sparql-query", "Accept": "application/json"}),
    ("PUT", "/graphs?default", {"Content-Type": "text/turtle"}),
    ("GET", "/graphs?default", {"Accept": "application/n-triples"}),
    ("GET", "/nothing", {"Accept": "application/json"}),
)  # fmt: skip


@pytest.fixture(scope="module")
def dumped(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """A snapshot of the tiny workspace with its files."""
    snapshot, _ = build(copy_tiny(tmp_path_factory.mktemp("dumped")))
    write_dumps(snapshot)
    return snapshot


@pytest.fixture(scope="module")
def service(dumped: Snapshot) -> Iterator[LiveServer]:
    """The service as the unit of systemd starts it, with small budgets."""
    with live_server(
        dumped, proxies=1, client_errors=3, query_seconds=1, query_workers=1, web_processes=1
    ) as running:
        yield running


@pytest.fixture(scope="module")
def nginx(service: LiveServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    """nginx before it."""
    with nginx_before(service.port, tmp_path_factory.mktemp("nginx")) as running:
        yield running


@pytest.mark.parametrize(("method", "target", "headers"), REQUESTS)
def test_nothing_changes(
    service: LiveServer, nginx: Nginx, method: str, target: str, headers: dict[str, str]
) -> None:
    """Status, headers and body are those of the service, byte by byte; all is under HSTS."""
    body = b"ASK {}" if method in ("QUERY", "PUT") else None
    # The first time it is compressed while it is sent, so its length is not told.
    service.ask(method, target, headers, body, source="127.0.0.9")
    nginx.ask(method, target, headers, body)
    direct = service.ask(method, target, headers, body, source="127.0.0.9")
    proxied = nginx.ask(method, target, headers, body)
    differing = {
        name: (direct.headers.get(name), proxied.headers.get(name))
        for name in {*direct.headers, *proxied.headers} - OWN
        if direct.headers.get(name) != proxied.headers.get(name)
    }
    assert {} == differing
    assert (direct.status, direct.body) == (proxied.status, proxied.body)
    assert HSTS == proxied.headers["strict-transport-security"]
    assert direct.headers.get("x-request-id") != proxied.headers.get("x-request-id", "")


def test_parts_of_files(nginx: Nginx) -> None:
    """A range of a file of the whole is a part of it."""
    address = nginx.ask("GET", "/dumps/latest/cities.csv").headers["location"]
    whole = nginx.ask("GET", address)
    part = nginx.ask("GET", address, {"Range": "bytes=10-29", "If-Range": whole.headers["etag"]})
    assert (206, whole.body[10:30]) == (part.status, part.body)
    assert f"bytes 10-29/{len(whole.body)}" == part.headers["content-range"]
    assert 416 == nginx.ask("GET", address, {"Range": "bytes=99999999-"}).status


def test_conditional(nginx: Nginx) -> None:
    """What a client has is not sent again."""
    first = nginx.ask("GET", "/doc/city/aldorf.ttl")
    assert 304 == nginx.ask("GET", "/doc/city/aldorf.ttl", {"If-None-Match": first.headers["etag"]}).status


def test_limits_of_the_service_come_through(nginx: Nginx) -> None:
    """503 of a query without end is the problem document of the service."""
    reply = nginx.ask("GET", ENDLESS, {"Accept": "application/json"}, source="127.0.0.7")
    assert (503, "application/problem+json") == (reply.status, reply.headers["content-type"])
    assert "query" in json.loads(reply.body)["type"]


def test_nobody_pretends(service: LiveServer, nginx: Nginx) -> None:
    """X-Forwarded-For of a client is thrown away: its budget is that of its address; 429 says when to come back."""
    client = "127.0.0.8"
    statuses = [
        nginx.ask("GET", MISTAKEN.format(number), {"X-Forwarded-For": f"192.0.2.{number}"}, source=client)
        for number in range(12)
    ]
    assert 429 == statuses[-1].status
    assert 0 < int(statuses[-1].headers["retry-after"])
    assert "application/problem+json" == statuses[-1].headers["content-type"]
    # Who reaches the port past nginx can; therefore it listens on this machine only.
    past = [
        service.ask("GET", MISTAKEN.format(100 + number), {"X-Forwarded-For": f"192.0.2.{number}"})
        for number in range(12)
    ]
    assert {400} == {reply.status for reply in past}


def test_without_tls(nginx: Nginx) -> None:
    """An address without TLS leads to the same one with it."""
    reply = nginx.ask_plainly("/id/city/aldorf?x=1")
    assert (301, "https://127.0.0.1/id/city/aldorf?x=1") == (reply.status, reply.headers["location"])


def test_numbers(nginx: Nginx) -> None:
    """A monitor on this machine sees how much is asked; the outside does not."""
    assert b"Active connections" in nginx.ask_plainly("/metrics", nginx.ports.numbers).body
    assert 404 == nginx.ask("GET", "/metrics").status


def test_log(nginx: Nginx) -> None:
    """A line is an object; it has neither the query nor the whole address."""
    nginx.ask("GET", "/sparql?query=ASK%20%7B%7D&secret=1", {"User-Agent": 'a "quoted" one'})
    text = nginx.log.read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    line = next(line for line in reversed(lines) if line["path"] == "/sparql" and "quoted" in line["agent"])
    assert ("127.0.0.0", "GET", 200) == (line["client"], line["method"], line["status"])
    assert line["request"]
    assert "secret" not in text
    assert "127.0.0.1" not in text


def test_too_many_at_once(service: LiveServer, tmp_path: Path) -> None:
    """nginx itself refuses a flood, in words for programs."""
    slow = {"rate": "rate=50r/s=>rate=1r/m", "burst": "burst=200 nodelay=>burst=2 nodelay"}
    with nginx_before(service.port, tmp_path, **slow) as nginx:
        replies = [nginx.ask("GET", "/livez") for _ in range(5)]
    assert [200, 200, 200, 429, 429] == [reply.status for reply in replies]
    assert "1" == replies[-1].headers["retry-after"]
    assert "application/problem+json" == replies[-1].headers["content-type"]
    assert 429 == json.loads(replies[-1].body)["status"]
    assert HSTS == replies[-1].headers["strict-transport-security"]


def test_service_that_is_down(tmp_path: Path) -> None:
    """Where nobody listens the answer is 503, when to come back, and a problem document."""
    with nginx_before(free_port(), tmp_path) as nginx:
        reply = nginx.ask("GET", "/id/city/aldorf")
    assert (503, "30") == (reply.status, reply.headers["retry-after"])
    assert 503 == json.loads(reply.body)["status"]


def test_nginx_takes_it(tmp_path: Path) -> None:
    """`nginx -t` finds nothing to complain about."""
    program = require_program("nginx")
    path = write_configuration(tmp_path, Ports(free_port(), free_port(), free_port()), 8000)
    result = subprocess.run(
        [program, "-t", "-p", str(tmp_path), "-c", str(path)], capture_output=True, text=True, check=False
    )
    assert 0 == result.returncode, result.stderr
    assert "[warn]" not in result.stderr
