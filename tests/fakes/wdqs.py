"""A stand-in of Wikidata's query service: real HTTP on 127.0.0.1, a real engine, its real limits, faults on demand.

What it knows of the real service is in the comments and in `docs/wikidata.md`: the constants are the defaults of its
ThrottlingFilter. Time is that of the clock that it is given, so a ban of a day lasts as long as a test wants.
"""

from __future__ import annotations

import gzip
import json
import re
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyoxigraph as ox

from fakes.clocks import FakeClock
from twin_graph.wikidata.pacing import Bucket
from twin_graph.wikidata.portions import find_question

RESULTS = "application/sparql-results+json;charset=utf-8"
HTML = "text/html;charset=utf-8"
# Per client: 120 seconds of processing at once, 60 come back each minute; 60 errors, 30 come back.
TIME, TIME_PERIOD = 120.0, 120.0
ERRORS, ERRORS_PERIOD = 60.0, 120.0
# Who is throttled 200 times within 20 minutes is banned for a day.
THROTTLES, THROTTLES_PERIOD = 200.0, 1200.0
BAN = timedelta(hours=24)
_KNOWN_AGENT = re.compile(r"[\w.-]+/[\w.-]+ \((?=[^)]*(https?://|mailto:))[^)]+\) \S+/\S+")
_FIRST_LINE = re.compile(r"# twin_graph/\S+ (\w+)")


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    method: str
    question: str
    items: tuple[str, ...]
    agent: str
    at: datetime
    accept: str = ""
    coding: str = ""


@dataclass(frozen=True)
class Reply:
    """What is sent back: a status, a body and headers."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


Fault = Callable[["Handler", Reply], "Reply | None"]


@dataclass
class Rule:
    """A fault for the next so many requests of a question, or of those that ask about an item."""

    fault: Fault
    question: str
    item: str = ""
    times: int = 1

    def applies(self, asked: Asked) -> bool:
        """Whether this request is hit; each is counted."""
        if self.times <= 0 or asked.question != self.question or (self.item and self.item not in asked.items):
            return False
        self.times -= 1
        return True


class Throttle:
    """The limits of one client (its address and User-Agent)."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.time, self.errors = Bucket(clock, TIME, TIME_PERIOD), Bucket(clock, ERRORS, ERRORS_PERIOD)
        self.throttles = Bucket(clock, THROTTLES, THROTTLES_PERIOD)
        self.banned_until: datetime | None = None

    def check(self) -> Reply | None:
        """The refusal of a request, None where it may be run."""
        now = self._clock.now()
        if self.banned_until is not None and now < self.banned_until:
            return ban(self.banned_until)
        seconds = max(self.time.delay(0.001), self.errors.delay(1))
        if seconds <= 0:
            return None
        self.throttles.take(1)
        if self.throttles.delay(1) > 0:
            self.banned_until = now + BAN
            return ban(self.banned_until)
        return throttled(str(int(seconds)))


def ban(until: datetime) -> Reply:
    """The answer to who is banned."""
    text = (
        f"You have been banned until {until:%Y-%m-%dT%H:%M:%S.%f}Z, please respect throttling and "
        "retry-after headers."
    )
    return Reply(403, page("403", text), {"Content-Type": HTML})


def throttled(retry_after: str | None) -> Reply:
    """The answer to who asks too much."""
    text = f"Too Many Requests - Please retry in {retry_after} seconds."
    headers = {"Content-Type": HTML} | ({} if retry_after is None else {"Retry-After": retry_after})
    return Reply(429, page("429", text), headers)


def page(title: str, text: str) -> bytes:
    """A page of the web server in front, which names who asks, as such pages do."""
    return (
        f"<html><head><title>Error {title}</title></head><body><h2>HTTP ERROR {title}</h2><p>{text}</p>"
        "<p>Request from 192.0.2.7 (mailto:office@town.example.org)</p></body></html>\n"
    ).encode()


class StandIn:
    """The service: its store, its limits, what it was asked and which faults are due."""

    def __init__(self, store: ox.Store, clock: FakeClock, *, cost: float = 0.0) -> None:
        self.store, self.clock = store, clock
        self.cost: Callable[[Asked], float] = lambda _: cost
        self.rules: list[Rule] = []
        self.asked: list[Asked] = []
        self.refused: list[Reply] = []
        self.release = Event()
        self._throttles: dict[str, Throttle] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True

    @property
    def address(self) -> str:
        """Where it is asked."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/sparql"

    @contextmanager
    def running(self) -> Iterator[StandIn]:
        """Serve while this lasts."""
        thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield self
        finally:
            self.release.set()
            self._server.shutdown()
            thread.join()
            self._server.server_close()

    def forget(self) -> None:
        """Be as new: no faults, no limits used up, nobody banned."""
        self.rules.clear()
        self.asked.clear()
        self.refused.clear()
        self._throttles.clear()

    def inject(self, fault: Fault, question: str, item: str = "", times: int = 1) -> None:
        """Spoil the next so many answers."""
        self.rules.append(Rule(fault, find_question(question).code, item, times))

    def answer(self, asked: Asked, text: str | None) -> Reply:
        """What the service says when nothing is wrong with it, and perhaps with the request."""
        throttle = self._throttles.setdefault(asked.agent, Throttle(self.clock))
        refusal = throttle.check()
        if refusal is not None:
            self.refused.append(refusal)
            return refusal
        if not _KNOWN_AGENT.fullmatch(asked.agent):
            return Reply(403, page("403", "Please set a User-Agent"), {"Content-Type": HTML})
        reply = self.run(text)
        seconds = self.cost(asked)
        self.clock.advance(seconds)
        throttle.time.take(seconds)
        if reply.status >= 400:
            throttle.errors.take(1)
        return reply

    def run(self, text: str | None) -> Reply:
        """What the engine says to a query."""
        if text is None:
            return Reply(400, b"no query", {"Content-Type": "text/plain"})
        try:
            solutions = self.store.query(text)
        except SyntaxError as problem:
            trace = f"SPARQL-QUERY: queryStr={text}\njava.util.concurrent.ExecutionException: {problem}"
            return Reply(400, trace.encode(), {"Content-Type": "text/plain"})
        assert isinstance(solutions, ox.QuerySolutions)
        body = solutions.serialize(format=ox.QueryResultsFormat.JSON)
        return Reply(200, body or b"", {"Content-Type": RESULTS, "Cache-Control": "public, max-age=300",
                                        "X-Served-By": "wdqs1019"})  # fmt: skip


class Handler(BaseHTTPRequestHandler):
    """One connection to the stand-in."""

    protocol_version = "HTTP/1.1"
    service: StandIn

    def do_GET(self) -> None:
        """A query in the address."""
        self._respond(urlsplit(self.path).query)

    def do_POST(self) -> None:
        """A query in a form."""
        self._respond(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())

    def _respond(self, form: str) -> None:
        self.close_connection = True
        text = parse_qs(form).get("query", [None])[0]
        asked = self._asked(text or "")
        self.service.asked.append(asked)
        reply: Reply | None = self.service.answer(asked, text)
        rule = next((rule for rule in self.service.rules if rule.applies(asked)), None)
        with suppress(OSError):  # the client may be gone
            if rule is not None:
                assert reply is not None
                reply = rule.fault(self, reply)
            if reply is not None:
                self.send(reply)

    def _asked(self, text: str) -> Asked:
        first = _FIRST_LINE.match(text)
        items = tuple(re.findall(r"(?<=wd:)[QP][0-9]+", text.partition("VALUES")[2].partition("}")[0]))
        header = self.headers.get
        return Asked(self.command, first[1] if first else "", items, header("User-Agent", ""),
                     self.service.clock.now(), header("Accept", ""), header("Accept-Encoding", ""))  # fmt: skip

    def send(self, reply: Reply) -> None:
        """Send a reply as a web server does."""
        body, headers = reply.body, dict(reply.headers)
        if "gzip" in self.headers.get("Accept-Encoding", "") and reply.status == 200:
            body = gzip.compress(body, mtime=0)
            headers["Content-Encoding"] = "gzip"
        self.raw(reply.status, {**headers, "Content-Length": str(len(body))}, body)

    def raw(self, status: int, headers: dict[str, str], body: bytes = b"") -> None:
        """Send exactly this."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def reset(self) -> None:
        """Break the connection off with RST."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.rfile.close()
        self.wfile.close()
        self.connection.close()

    def handle(self) -> None:
        """Answer, also where the connection is broken."""
        with suppress(OSError, ValueError):
            super().handle()

    def finish(self) -> None:
        """Close, also where the connection is broken."""
        with suppress(OSError, ValueError):
            super().finish()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def _handler(service: StandIn) -> type[Handler]:
    return type("BoundHandler", (Handler,), {"service": service})


def http_date(moment: datetime) -> str:
    """A moment as HTTP writes it."""
    return format_datetime(moment, usegmt=True)


def rows_of(reply: Reply) -> dict[str, Any]:
    """The document of a reply."""
    content: dict[str, Any] = json.loads(reply.body)
    return content
