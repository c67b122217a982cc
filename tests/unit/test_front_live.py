"""The front of the real server: clients that go away, stall, dawdle or come in crowds harm nobody else."""

from __future__ import annotations

import contextlib
import gzip
import resource
import socket
import time
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from live_server import LiveServer, Reply, live_server
from twin_graph.snapshot import Snapshot

pytestmark = pytest.mark.serve

# Not to be answered from any cache: each is a query of its own.
FRESH = "/sparql?query=ASK%20%7B%20FILTER({0}%20%3D%20{0})%20%7D"
ENDLESS = "/sparql?" + urlencode({"query": "SELECT (COUNT(*) AS ?n) {?a ?b ?c. ?d ?e ?f. ?g ?h ?i}"})
LARGE = "/sparql?" + urlencode({"query": "SELECT ?a ?b ?c ?d {?a ?b ?c. ?d ?e ?f} LIMIT 90000"})
SECONDS = 20


@pytest.fixture(scope="module")
def server(tiny_snapshot: Snapshot) -> Iterator[LiveServer]:
    """A server with one query at a time, which may take long."""
    with live_server(tiny_snapshot, query_workers=1, query_seconds=SECONDS, web_processes=1) as running:
        yield running


def send(
    server: LiveServer, data: bytes, source: str = "127.0.0.1", receive_buffer: int = 0
) -> socket.socket:
    """A connection on which something was sent."""
    connection = socket.socket()
    if receive_buffer:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    connection.settimeout(30)
    connection.bind((source, 0))
    connection.connect(("127.0.0.1", server.port))
    connection.sendall(data)
    return connection


def get(target: str) -> bytes:
    """The head of a request."""
    return f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


def receive(connection: socket.socket) -> bytes:
    """All that comes until the server closes the connection."""
    parts = []
    while part := connection.recv(65_536):
        parts.append(part)
    return b"".join(parts)


def ask_until_answered(server: LiveServer, source: str) -> Reply:
    """What a client gets who comes back while the service is busy."""
    deadline = time.monotonic() + SECONDS / 2
    number = 0
    while True:
        number += 1
        reply = server.ask("GET", FRESH.format(number), source=source)
        if reply.status != 503 or time.monotonic() > deadline:
            return reply
        time.sleep(0.05)


def typical_seconds(server: LiveServer, first: int) -> float:
    """How long each of five new queries takes another client: the median, for the machine has more to do."""
    replies = [server.ask("GET", FRESH.format(first + number)) for number in range(5)]
    assert [200] * 5 == [reply.status for reply in replies]
    return sorted(reply.seconds for reply in replies)[2]


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/en/search?q=Łódź".encode(), 200),
        ("/id/city/aldorf?x=Łódź".encode(), 303),
        ("/doc/city/aldorf.ttl?page=٢".encode(), 400),
        ("/sparql?query=ł".encode(), 400),
        ("/id/city/łódź".encode(), 404),
        ("/en/search?q=Łódź".encode("cp1250"), 400),
        (b"/en/search?q=\xff\xfe&page=\xed\xa0\x80", 400),
        (b"/id/city/\xf3", 400),
    ],
)
def test_letters_as_they_are(server: LiveServer, target: bytes, status: int) -> None:
    """Letters that were not percent-encoded are read as UTF-8; other bytes make a malformed request."""
    data = b"GET " + target + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    with send(server, data) as connection:
        assert f"HTTP/1.1 {status} ".encode() == receive(connection)[:13]


def test_client_hangs_up(server: LiveServer) -> None:
    """The place of a query whose client went away is free long before its time limit."""
    for _ in range(3):
        with send(server, get(ENDLESS), "127.0.0.7"):
            time.sleep(0.5)
        reply = ask_until_answered(server, "127.0.0.7")
        assert (200, True) == (reply.status, reply.seconds < SECONDS / 2)


def test_half_a_body(server: LiveServer) -> None:
    """A client that stops in the middle of a body is answered 408 after ten seconds, and holds nobody up."""
    head = "POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/sparql-query\r\n"
    data = f"{head}Content-Length: 6\r\n\r\nASK".encode()
    with contextlib.ExitStack() as stack:
        slow = [stack.enter_context(send(server, data, "127.0.0.7")) for _ in range(100)]
        assert typical_seconds(server, 200) < 0.2
        for connection in slow:
            assert receive(connection).startswith(b"HTTP/1.1 408 ")


def test_body_that_is_too_large(server: LiveServer) -> None:
    """413 is a problem document, whether the length was announced or not."""
    headers = {"Content-Type": "application/sparql-query"}
    for more in ({}, {"Transfer-Encoding": "chunked"}):
        body = b"186A0\r\n" + b"#" * 100_000 + b"\r\n0\r\n\r\n" if more else b"#" * 100_000
        reply = server.ask("POST", "/sparql", headers | more, body)
        assert (413, "application/problem+json") == (reply.status, reply.headers["content-type"])


def test_client_that_does_not_read(server: LiveServer) -> None:
    """A large answer that nobody reads holds no worker, and is whole when it is read after all."""
    with send(server, get(LARGE), "127.0.0.7", receive_buffer=8_192) as slow:
        time.sleep(3)
        assert typical_seconds(server, 300) < 0.2
        received = slow.recv(65_536)
        head, _, content = received.partition(b"\r\n\r\n")
        size = next(int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"content-length:"))
        assert size > 5_000_000
        got = len(content)
        while got < size:
            got += len(slow.recv(1_000_000))
        assert size == got


def test_crowd_of_idle_connections(server: LiveServer) -> None:
    """900 connections of one client, a third of them with half a request, leave room for another client."""
    if resource.getrlimit(resource.RLIMIT_NOFILE)[0] < 1_100:
        pytest.skip("this process may not have 900 connections")
    with contextlib.ExitStack() as stack:
        for _ in range(600):
            stack.enter_context(send(server, b"", "127.0.0.7"))
        for _ in range(300):
            stack.enter_context(send(server, b"GET /sparql HTTP/1.1\r\nHost: local", "127.0.0.7"))
        assert typical_seconds(server, 400) < 0.2


def test_connections_that_say_nothing(server: LiveServer) -> None:
    """A connection without a request is closed after ten seconds."""
    with send(server, b"") as silent, send(server, b"GET / HTTP/1.1\r\n") as half:
        started = time.monotonic()
        assert (b"", b"") == (receive(silent), receive(half))
        assert time.monotonic() - started < 11


def test_kept_answers(server: LiveServer) -> None:
    """The second answer comes from the cache, with the same bytes; HEAD and 304 fit it."""
    wanted = {"Accept-Encoding": "gzip", "Accept": "text/turtle"}
    first, second = (server.ask("GET", "/sparql", wanted) for _ in range(2))
    assert 'cache;desc="hit"' == second.headers["server-timing"]
    assert (first.body, "gzip") == (second.body, second.headers["content-encoding"])
    assert b"sd:Service" in gzip.decompress(first.body)
    head = server.ask("HEAD", "/sparql", wanted)
    changing = {"date", "server-timing", "x-request-id"}
    expected = {name: value for name, value in second.headers.items() if name not in changing}
    assert expected == {name: value for name, value in head.headers.items() if name not in changing}
    known = server.ask("GET", "/sparql", wanted | {"If-None-Match": first.headers["etag"]})
    assert (304, b"", first.headers["etag"]) == (known.status, known.body, known.headers["etag"])
