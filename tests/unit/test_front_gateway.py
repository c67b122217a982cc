"""The front as a whole, in memory: what it sends for what an application answers, or does not."""

from __future__ import annotations

import asyncio
import gzip
import io
import logging
import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
import zstandard

from front_client import Connection, Reply, application, ask, make_head, send
from twin_graph.front import Gateway
from twin_graph.front import exchange as exchange_module
from twin_graph.front.gateway import Limits
from twin_graph.worker import Departure

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

Answered = tuple[str, list[tuple[str, str]], bytes]
TEXT = ("Content-Type", "text/plain; charset=utf-8")
KEPT = [TEXT, ("ETag", 'W/"abc"'), ("Cache-Control", "public, max-age=300")]
LONG = b"To be or not to be. " * 1_000


class Counting:
    """An application with one answer, which counts how often it was asked."""

    def __init__(self, content: bytes = LONG, headers: Iterable[tuple[str, str]] = tuple(KEPT)) -> None:
        self.content, self.headers, self.asked = content, list(headers), 0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, with 304 to a client that has the tag."""
        self.asked += 1
        known = 'W/"abc"' in environ.get("HTTP_IF_NONE_MATCH", "")
        start_response("304 Not Modified" if known else "200 OK", self.headers)
        return [b"" if known else self.content]


def comparable(reply: Reply) -> tuple[int, dict[str, str], bytes]:
    """An answer without what is different each time."""
    changing = ("x-request-id", "server-timing")
    return (
        reply.status,
        {name: text for name, text in reply.headers.items() if name not in changing},
        reply.body,
    )


class TestKept:
    """A second request is answered without the application, and the same."""

    @pytest.mark.parametrize("coding", ["identity", "gzip", "zstd"])
    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_same_answer(self, coding: str, method: str) -> None:
        """Status, headers and bytes are equal; only the name of the request is another."""
        app = Counting()
        gateway = Gateway(app)
        first, second = (ask(gateway, method, "/a", {"Accept-Encoding": coding}) for _ in range(2))
        assert (comparable(first), 1) == (comparable(second), app.asked)
        assert first.headers["x-request-id"] != second.headers["x-request-id"]
        assert (None, 'cache;desc="hit"') == (
            first.headers.get("server-timing"),
            second.headers["server-timing"],
        )

    def test_another_state(self) -> None:
        """What changes while the application stays is asked for again; a change in the meantime, too."""
        states = iter("aabbcc")
        app = Counting()
        gateway = Gateway(app, stamp=lambda: next(states))
        assert [1, 1, 2, 2, 3, 3] == [(ask(gateway, "GET", "/a"), app.asked)[1] for _ in range(6)]

    def test_head_and_get(self) -> None:
        """HEAD has the headers of GET whichever comes first, and GET is answered from what HEAD made."""
        for methods in (("HEAD", "GET"), ("GET", "HEAD")):
            app = Counting()
            gateway = Gateway(app)
            found = {name: ask(gateway, name, "/a", {"Accept-Encoding": "gzip"}) for name in methods}
            assert comparable(found["GET"])[:2] == comparable(found["HEAD"])[:2]
            assert (b"", LONG, 1) == (found["HEAD"].body, gzip.decompress(found["GET"].body), app.asked)

    def test_head_without_content(self) -> None:
        """An application may leave out what HEAD does not need; then no length is said, and nothing is kept."""

        def answer(environ: WSGIEnvironment) -> Answered:
            return "200 OK", KEPT, b"" if "twin_graph.head" in environ else LONG

        gateway = Gateway(application(answer))
        head, get = (ask(gateway, method, "/a") for method in ("HEAD", "GET"))
        assert ("content-length" in head.headers, str(len(LONG))) == (False, get.headers["content-length"])
        assert LONG == get.body

    @pytest.mark.parametrize("known", ['W/"abc"', '"abc"', 'W/"abc-gzip"', '"x", W/"abc-zstd"', "*"])
    def test_not_modified(self, known: str) -> None:
        """304 is the same from the application and from what is kept."""
        app = Counting()
        gateway = Gateway(app)
        headers = {"If-None-Match": known}
        if known != "*":  # which this application does not understand
            before = ask(gateway, "GET", "/a", headers)
        ask(gateway, "GET", "/a")
        after = ask(gateway, "GET", "/a", headers)
        assert (304, b"") == (after.status, after.body)
        assert {"etag", "cache-control", "vary", "server-timing", "x-request-id"} == set(after.headers)
        if known != "*":
            assert comparable(before) == comparable(after)

    def test_another_application(self) -> None:
        """After a move nothing of the old application is left, even what it answers late."""
        entered, let_go = threading.Event(), threading.Event()

        def answer_late(_: WSGIEnvironment) -> Answered:
            entered.set()
            let_go.wait(10)
            return "200 OK", KEPT, b"old"

        async def run() -> list[bytes]:
            gateway = Gateway(application(answer_late))
            late = asyncio.ensure_future(send(gateway, "GET", "/a"))
            await asyncio.to_thread(entered.wait, 10)
            gateway.move(Counting(b"new"))
            during = await send(gateway, "GET", "/a")
            let_go.set()
            return [during.body, (await late).body, (await send(gateway, "GET", "/a")).body]

        assert [b"new", b"old", b"new"] == asyncio.run(run())


class TestCoding:
    """Compressible answers are compressed for who wants it."""

    @pytest.mark.parametrize("size", [20_000, 3_000_000], ids=["in memory", "in a file"])
    @pytest.mark.parametrize("coding", ["gzip", "zstd"])
    def test_compressed(self, coding: str, size: int) -> None:
        """The length is that of what is sent, and there is a tag of its own."""
        content = (LONG * 200)[:size]
        reply = ask(Gateway(Counting(content)), "GET", "/a", {"Accept-Encoding": coding})
        reader = zstandard.ZstdDecompressor().decompress if coding == "zstd" else gzip.decompress
        assert content == reader(reply.body)
        assert (coding, str(len(reply.body)), f'W/"abc-{coding}"', "Accept-Encoding") == tuple(
            reply.headers[name] for name in ("content-encoding", "content-length", "etag", "vary")
        )

    @pytest.mark.parametrize(
        ("content", "headers", "vary"),
        [
            (b"short", [TEXT], "Accept-Encoding"),
            (LONG, [("Content-Type", "image/png")], None),
            (LONG, [TEXT, ("Content-Encoding", "br")], "Accept-Encoding"),
            (LONG, [TEXT, ("Cache-Control", "no-transform")], "Accept-Encoding"),
            (LONG, [TEXT, ("Vary", "Accept")], "Accept, Accept-Encoding"),
        ],
        ids=["short", "picture", "coded", "no-transform", "refused"],
    )
    def test_as_it_is(self, content: bytes, headers: list[tuple[str, str]], vary: str | None) -> None:
        """What is short, coded already or not to be touched goes out as it is."""
        wanted = {"Accept-Encoding": "gzip" if headers[-1] != ("Vary", "Accept") else "gzip;q=0"}
        reply = ask(Gateway(Counting(content, headers)), "GET", "/a", wanted)
        assert (content, vary) == (reply.body, reply.headers.get("vary"))

    def test_identity_refused(self) -> None:
        """Who refuses what is not compressed gets even short text compressed."""
        reply = ask(Gateway(Counting(b"short")), "GET", "/a", {"Accept-Encoding": "gzip, identity;q=0"})
        assert b"short" == gzip.decompress(reply.body)

    def test_large_answer(self) -> None:
        """What is large comes out of a file, whole."""
        content = bytes(range(256)) * 20_000
        reply = ask(Gateway(Counting(content)), "GET", "/a")
        assert (content, str(len(content))) == (reply.body, reply.headers["content-length"])


class Broken:
    """An application that fails in one of several ways, and notes whether it was closed."""

    def __init__(self, how: str) -> None:
        self.how, self.closed = how, False

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Fail."""
        if self.how == "at once":
            raise RuntimeError("/secret/path")
        if self.how != "never started":
            start_response("200 OK", [TEXT, ("Content-Length", "100")])
        return self

    def __iter__(self) -> Iterator[bytes]:
        yield b"half"
        if self.how == "half-way":
            raise RuntimeError("/secret/path")

    def close(self) -> None:
        """As PEP 3333 wants it called."""
        self.closed = True


class TestFailures:
    """What goes wrong is said shortly to the client and at length to the log."""

    @pytest.mark.parametrize("how", ["at once", "half-way", "too short", "never started"])
    def test_application_fails(self, how: str, caplog: pytest.LogCaptureFixture) -> None:
        """A plain 500, never a cut answer; the reason is in the log only."""
        app = Broken(how)
        with caplog.at_level(logging.ERROR):
            reply = ask(Gateway(app), "GET", "/a")
        assert (500, b"Internal Server Error\n") == (reply.status, reply.body)
        assert (1, how != "at once") == (len(caplog.records), app.closed)
        assert "x-request-id" in reply.headers

    @pytest.mark.parametrize(
        ("fault", "connection", "headers"),
        [
            (400, Connection((b"AS",)), {"content-length": "5"}),
            (400, Connection((b"AS",), breaks=True), {"transfer-encoding": "chunked"}),
            (400, Connection(), {"host": "a, b"}),
            (408, Connection((b"AS",), stalls=True), {"content-length": "5"}),
            (413, Connection(stalls=True), {"content-length": "65537", "expect": "100-continue"}),
            (413, Connection((b"x" * 100_000,)), {"transfer-encoding": "chunked"}),
            (413, Connection((b"x" * 100_000,)), {"content-length": "100000"}),
            (415, Connection((b"ASK",)), {"content-length": "3", "content-encoding": "gzip"}),
        ],
    )
    @pytest.mark.parametrize("names_fault", [True, False])
    def test_faulty_request(
        self, names_fault: bool, fault: int, connection: Connection, headers: dict[str, str]
    ) -> None:
        """It is refused in the words of the application where it has some; nothing of it is run or kept."""
        bodies: list[bytes] = []

        def answer(environ: WSGIEnvironment) -> Answered:
            bodies.append(environ["wsgi.input"].read())
            if names_fault:
                return f"{environ['twin_graph.fault']} Refused", [TEXT], b"own words"
            return "200 OK", KEPT, b"fine"

        async def run() -> tuple[int, int]:
            gateway = Gateway(application(answer), Limits(body_seconds=0.05))
            asked = replace(connection, replies=[])
            await gateway.__rsgi__(make_head("POST", "/a", headers), asked)
            found = asked.reply
            words = b"own words" if names_fault else f"{HTTPStatus(fault).phrase}\n".encode()
            assert (fault, words, "close") == (found.status, found.body, found.headers["connection"])
            return asked.read, len(gateway._stage.cache)

        read, kept = asyncio.run(run())
        assert ([b""], 0) == (bodies, kept)
        assert ("expect" in headers, 0) == (read == 0 and fault == 413, kept)


class TestDeparture:
    """Who works for a client that has gone is told so."""

    @staticmethod
    def waiting() -> tuple[WSGIApplication, list[Departure], threading.Semaphore]:
        """An application that works until its client has gone; its departures, and how many have begun."""
        departures: list[Departure] = []
        begun = threading.Semaphore(0)

        def answer(environ: WSGIEnvironment) -> Answered:
            stop = threading.Event()
            departures.append(environ["twin_graph.departure"])
            with departures[-1].calls(stop.set):
                begun.release()
                stop.wait(10)
            return "499 Gone", [TEXT], b""

        return application(answer), departures, begun

    def test_client_goes_away(self) -> None:
        """The departure is announced while the application works; nothing is sent."""
        app, departures, begun = self.waiting()

        async def run() -> Connection:
            connection = Connection()
            task = asyncio.ensure_future(Gateway(app).__rsgi__(make_head("GET", "/a"), connection))
            await asyncio.to_thread(begun.acquire, timeout=10)
            assert not departures[0].gone
            connection.gone.set()
            await task
            return connection

        assert ([], [True]) == (asyncio.run(run()).replies, [departure.gone for departure in departures])

    def test_client_goes_away_while_it_waits(self) -> None:
        """What had not begun does not begin."""
        app, departures, begun = self.waiting()

        async def run() -> None:
            gateway = Gateway(app, Limits(threads=1))
            connections = [Connection(), Connection()]
            heads = [replace(make_head("GET", "/a"), client=f"127.0.0.{number}:50000") for number in (2, 3)]
            tasks = [
                asyncio.ensure_future(gateway.__rsgi__(head, one))
                for head, one in zip(heads, connections, strict=True)
            ]
            await asyncio.to_thread(begun.acquire, timeout=10)
            for connection in reversed(connections):
                connection.gone.set()
                await asyncio.sleep(0.05)
            await asyncio.gather(*tasks)

        asyncio.run(run())
        assert [True] == [departure.gone for departure in departures]

    def test_end_of_the_process(self) -> None:
        """At the end of a process nobody is waited for."""
        app, departures, begun = self.waiting()

        async def run() -> None:
            gateway = Gateway(app)
            task = asyncio.ensure_future(gateway.__rsgi__(make_head("GET", "/a"), Connection()))
            await asyncio.to_thread(begun.acquire, timeout=10)
            gateway.__rsgi_del__(asyncio.get_running_loop())
            await task

        asyncio.run(run())
        assert [True] == [departure.gone for departure in departures]


class TestShares:
    """One client has a part of the front, and another one does not notice."""

    @staticmethod
    async def ask_as(gateway: Gateway, client: str, target: str = "/a") -> Reply:
        """A request of a client."""
        connection = Connection()
        head = replace(make_head("GET", target), client=f"{client}:50000")
        await gateway.__rsgi__(head, connection)
        return connection.reply

    @pytest.mark.parametrize("names_fault", [True, False])
    def test_half_of_the_threads(self, names_fault: bool) -> None:
        """Who has half of them gets 503 at once for one request more, but what is kept; others are answered."""
        begun, go_on = threading.Semaphore(0), threading.Event()

        def answer(environ: WSGIEnvironment) -> Answered:
            if "twin_graph.fault" in environ and names_fault:
                return f"{environ['twin_graph.fault']} Busy", [TEXT, ("Retry-After", "1")], b"own words"
            if environ["PATH_INFO"] == "/slow":
                begun.release()
                go_on.wait(10)
            return "200 OK", KEPT, b"fine"

        async def run() -> list[int]:
            gateway = Gateway(application(answer), Limits(threads=4, computing=4))
            statuses = [(await self.ask_as(gateway, "127.0.0.2", "/kept")).status]
            slow = [asyncio.ensure_future(self.ask_as(gateway, "127.0.0.2", "/slow")) for _ in range(2)]
            for _ in slow:
                await asyncio.to_thread(begun.acquire, timeout=10)
            refused = await self.ask_as(gateway, "127.0.0.2")
            assert (503, "1") == (refused.status, refused.headers["retry-after"])
            assert (b"own words" if names_fault else b"Service Unavailable\n") == refused.body
            assert "connection" not in refused.headers
            statuses += [(await self.ask_as(gateway, "127.0.0.2", "/kept")).status]
            statuses += [(await self.ask_as(gateway, "127.0.0.3", "/b")).status]
            go_on.set()
            statuses += [(await one).status for one in slow]
            return [*statuses, (await self.ask_as(gateway, "127.0.0.2")).status]

        assert [200] * 6 == asyncio.run(run())

    def test_room_in_files(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """An answer for which its client has no room in files is 503; there is room when others were read."""
        monkeypatch.setattr(exchange_module, "_OPENED_AFTER", 0.05)
        gateway = Gateway(Counting(LONG * 50, [TEXT]), Limits(cache_bytes=0, file_bytes=2_500_000))

        async def run() -> list[int]:
            statuses = [(await self.ask_as(gateway, "127.0.0.2")).status for _ in range(2)]
            statuses += [(await self.ask_as(gateway, "127.0.0.3")).status]
            await asyncio.sleep(0.1)
            return [*statuses, (await self.ask_as(gateway, "127.0.0.2")).status]

        assert [200, 503, 200, 200] == asyncio.run(run())


def test_headers_of_the_application() -> None:
    """Headers of the connection are not passed on, repeated ones are, and the name of the request is the front's."""
    sent = [
        TEXT,
        ("Connection", "close"),
        ("X-Request-Id", "mine"),
        ("Link", "<a>"),
        ("Server-Timing", "q;dur=1"),
    ]
    reply = ask(Gateway(Counting(b"x", sent)), "GET", "/a")
    assert {"content-type", "link", "server-timing", "vary", "x-request-id", "content-length"} == set(
        reply.headers
    )
    assert ("q;dur=1", True) == (reply.headers["server-timing"], reply.headers["x-request-id"] != "mine")


def test_body_reaches_the_application() -> None:
    """A QUERY arrives with its body."""

    def answer(environ: WSGIEnvironment) -> Answered:
        stream = environ["wsgi.input"]
        assert isinstance(stream, io.BytesIO)
        return "200 OK", [TEXT], f"{environ['REQUEST_METHOD']} {stream.read().decode()}".encode()

    assert b"QUERY ASK {}" == ask(Gateway(application(answer)), "QUERY", "/a", {}, b"ASK {}").body
