"""One exchange with a query service: SPARQLWrapper makes the request, our own rules carry it.

A POST with a total deadline that a slow sender cannot stretch, a cap on the body, and redirects only to the same
host. Whatever happens comes back as an `Exchange`, also a broken connection; what it means is `judging`, what to do
about it `client`.
"""

from __future__ import annotations

import io
import socket
import ssl
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from time import monotonic
from typing import Any, Literal, cast
from urllib.parse import SplitResult, urljoin, urlsplit
from urllib.request import Request

from SPARQLWrapper import JSON, POST, SPARQLWrapper

from twin_graph.wikidata.portions import ACCEPT

Trouble = Literal["", "offline", "certificate", "timeout", "cut", "coding", "too-large", "redirect"]
_PIECE = 64 * 1024
_REDIRECTS = 3
_KEPT_STATUS = (307, 308)


@dataclass(frozen=True)
class Limits:
    """Seconds for the connection, for a silence and for the whole exchange; bytes that a body may have."""

    connect: float = 10.0
    idle: float = 20.0
    total: float = 65.0
    body: int = 64 * 1024 * 1024


@dataclass(frozen=True)
class Exchange:
    """What came of one request.

    Attributes:
        status: 0 where there was no answer.
        headers: names in small letters.
        body: as received, without its transfer and content codings; incomplete where there is trouble.
        trouble: what kept it from being whole, or "".
        detail: the trouble in words.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    trouble: Trouble = ""
    detail: str = ""


class Wrapper(SPARQLWrapper):
    """SPARQLWrapper whose requests go through this module; `query().response` is an `Exchange`."""

    def __init__(self, address: str, agent: str, limits: Limits) -> None:
        super().__init__(address, returnFormat=JSON, agent=agent)
        self._limits = limits
        self.setMethod(POST)
        self.setOnlyConneg(True)
        for name, value in (("Accept", ACCEPT), ("Accept-Encoding", "gzip"), ("Connection", "close")):
            self.addCustomHttpHeader(name, value)

    def _query(self) -> tuple[Exchange, str]:  # type: ignore[override]  # an answer of ours, not the library's
        return send(self._createRequest(), self._limits), JSON


def ask(address: str, text: str, agent: str, limits: Limits) -> Exchange:
    """Send a query and receive what comes; raises nothing of the network."""
    wrapper = Wrapper(address, agent, limits)
    wrapper.setQuery(text)
    return cast(Exchange, wrapper.query().response)


def send(request: Request, limits: Limits) -> Exchange:
    """Carry out a request within the limits, over redirects that keep method and host."""
    deadline = monotonic() + limits.total
    address = request.full_url
    for _ in range(_REDIRECTS + 1):
        exchange = _send_once(urlsplit(address), request, limits, deadline)
        if exchange.status not in _KEPT_STATUS:
            return exchange
        where = exchange.headers.get("location", "")
        target = _on_same_host(address, where)
        if target is None:
            return replace(exchange, trouble="redirect", detail=f"to {where[:200]}")
        address = target
    return replace(exchange, trouble="redirect", detail="too many redirects")


def _on_same_host(address: str, where: str) -> str | None:
    """The target of a redirect that stays where we are, else None; from http to https is allowed, back is not."""
    try:
        target = urljoin(address, where)
        before, after = urlsplit(address), urlsplit(target)
        same_port = after.port == before.port
    except ValueError:
        return None
    upgraded = (before.scheme, after.scheme) == ("http", "https")
    is_same = after.hostname == before.hostname and (
        upgraded or (after.scheme == before.scheme and same_port)
    )
    return target if where and is_same else None


def _send_once(address: SplitResult, request: Request, limits: Limits, deadline: float) -> Exchange:
    try:
        connection = _connect(address, limits, deadline)
    except ssl.SSLCertVerificationError as problem:
        return Exchange(0, trouble="certificate", detail=str(problem))
    except ssl.SSLError as problem:
        return Exchange(0, trouble="cut", detail=f"TLS: {problem}")
    except (OSError, UnicodeError) as problem:
        return Exchange(0, trouble="offline", detail=str(problem) or type(problem).__name__)
    try:
        return _exchange(connection, address, request, limits, deadline)
    finally:
        connection.close()


def _connect(address: SplitResult, limits: Limits, deadline: float) -> HTTPConnection:
    kind = HTTPSConnection if address.scheme == "https" else HTTPConnection
    timeout = max(0.001, min(limits.connect, deadline - monotonic()))
    connection = kind(address.hostname or "", address.port, timeout=timeout)
    connection.connect()
    return connection


def _exchange(
    connection: HTTPConnection, address: SplitResult, request: Request, limits: Limits, deadline: float
) -> Exchange:
    status, headers, body = 0, {}, bytearray()

    def response_class(sock: socket.socket, *arguments: Any, **options: Any) -> HTTPResponse:
        return _Response(sock, limits.idle, deadline, *arguments, **options)

    connection.response_class = response_class  # type: ignore[assignment]
    try:
        connection.sock.settimeout(max(0.001, min(limits.idle, deadline - monotonic())))
        path = (address.path or "/") + (f"?{address.query}" if address.query else "")
        connection.request("POST", path, cast(bytes, request.data), dict(request.header_items()))
        with connection.getresponse() as response:
            status = response.status
            headers = {name.lower(): value for name, value in response.getheaders()}
            trouble, detail = _receive(response, body, limits.body)
    except TimeoutError as problem:
        return Exchange(status, headers, bytes(body), "timeout", str(problem) or "timeout")
    except (HTTPException, OSError, ValueError) as problem:
        return Exchange(status, headers, bytes(body), "cut", f"{type(problem).__name__}: {problem}"[:300])
    if trouble:
        return Exchange(status, headers, bytes(body), trouble, detail)
    return _decoded(Exchange(status, headers, bytes(body)), limits.body)


def _receive(response: HTTPResponse, body: bytearray, most: int) -> tuple[Trouble, str]:
    """Read the body into `body`; says what kept it from being whole."""
    while piece := response.read(_PIECE):
        body += piece
        if len(body) > most:
            return "too-large", f"more than {most} bytes"
    if response.length:  # the library does not complain
        return "cut", f"{response.length} bytes of the announced length are missing"
    return "", ""


def _decoded(exchange: Exchange, most: int) -> Exchange:
    """The exchange with its content coding taken off."""
    coding = exchange.headers.get("content-encoding", "identity").strip().lower()
    if coding in ("identity", ""):
        return exchange
    if coding not in ("gzip", "x-gzip"):
        return Exchange(exchange.status, exchange.headers, b"", "coding", f"content coding {coding[:50]}")
    body, rest = b"", exchange.body
    try:
        while rest:  # a gzip file may have several members
            member = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
            body += member.decompress(rest, most + 1 - len(body))
            if len(body) > most:
                return Exchange(exchange.status, exchange.headers, b"", "too-large", f"over {most} bytes")
            if not member.eof:
                return Exchange(
                    exchange.status, exchange.headers, body, "coding", "the gzip stream has no end"
                )
            rest = member.unused_data
    except zlib.error as problem:
        return Exchange(exchange.status, exchange.headers, body, "coding", f"gzip: {problem}")
    return Exchange(exchange.status, exchange.headers, body)


class _Response(HTTPResponse):
    """A response that reads under a deadline."""

    def __init__(self, sock: socket.socket, idle: float, deadline: float, *rest: Any, **options: Any) -> None:
        super().__init__(sock, *rest, **options)
        self.fp.close()
        self.fp = io.BufferedReader(_Deadline(sock, idle, deadline))


class _Deadline(io.RawIOBase):
    """The bytes of a socket, as long as neither a silence nor the whole has lasted too long."""

    def __init__(self, sock: socket.socket, idle: float, deadline: float) -> None:
        self._sock, self._idle, self._end = sock, idle, deadline
        self._raw = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._end - monotonic()
        if left <= 0:
            raise TimeoutError("the whole exchange took too long")
        self._sock.settimeout(min(self._idle, left))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()
