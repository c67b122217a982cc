"""Requests to the front without a server: what granian gives it and takes from it, in memory.

Which applications are behind the front is the test's; the real server is `live_server`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from twin_graph.front import Gateway

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

Pairs = Iterable[tuple[str, str]]


@dataclass
class Given:
    """Headers as granian gives them."""

    pairs: list[tuple[str, str]]

    def items(self) -> list[tuple[str, str]]:
        """Every header."""
        return self.pairs


@dataclass
class Head:
    """The scope of a request."""

    method: str
    path: str
    query_string: str
    headers: Given
    client: str = "127.0.0.2:50000"
    server: str = "127.0.0.1:8000"
    scheme: str = "http"
    http_version: str = "1.1"
    authority: str | None = None


@dataclass(frozen=True)
class Reply:
    """What was answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Connection:
    """One client: what it sends, whether it stays or stops in the middle, and what it got."""

    chunks: tuple[bytes, ...] = ()
    stalls: bool = False
    breaks: bool = False
    replies: list[Reply] = field(default_factory=list)
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    read: int = 0
    _begun: bool = False

    def __aiter__(self) -> AsyncIterator[bytes]:
        """As granian's: it can be called once, gives an empty chunk at the end and another one for an error."""
        if self._begun:
            raise RuntimeError("the body is being read already")
        self._begun = True
        return self._read()

    async def _read(self) -> AsyncIterator[bytes]:
        for chunk in self.chunks:
            self.read += len(chunk)
            yield chunk
        if self.stalls:
            await asyncio.Event().wait()
        if self.breaks:
            yield b""
        yield b""

    async def client_disconnect(self) -> None:
        """Wait until the client hangs up."""
        await self.gone.wait()

    def response_empty(self, status: int, headers: Pairs) -> None:
        """As granian's."""
        self.response_bytes(status, headers, b"")

    def response_bytes(self, status: int, headers: Pairs, body: bytes) -> None:
        """As granian's."""
        self.replies.append(Reply(status, dict(headers), body))

    def response_file(self, status: int, headers: Pairs, file: str) -> None:
        """As granian's."""
        self.response_bytes(status, headers, Path(file).read_bytes())

    @property
    def reply(self) -> Reply:
        """The only answer."""
        (found,) = self.replies
        return found


def make_head(method: str, target: str, headers: Mapping[str, str] | None = None) -> Head:
    """The scope of a request to a percent-encoded target."""
    path, _, query = target.partition("?")
    pairs = [(name.lower(), value) for name, value in {"host": "ex.org", **(headers or {})}.items()]
    return Head(method, unquote(path), query, Given(pairs))


async def send(
    gateway: Gateway, method: str, target: str, headers: Mapping[str, str] | None = None, body: bytes = b""
) -> Reply:
    """One request and its answer."""
    given = {**({"content-length": str(len(body))} if body else {}), **(headers or {})}
    connection = Connection((body,) if body else ())
    await gateway.__rsgi__(make_head(method, target, given), connection)
    return connection.reply


def ask(
    gateway: Gateway, method: str, target: str, headers: Mapping[str, str] | None = None, body: bytes = b""
) -> Reply:
    """One request and its answer, on a loop of its own."""
    return asyncio.run(send(gateway, method, target, headers, body))


def application(
    answer: Callable[[WSGIEnvironment], tuple[str, list[tuple[str, str]], bytes]],
) -> WSGIApplication:
    """An application from a function that gives status line, headers and content."""

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        status, headers, content = answer(environ)
        start_response(status, headers)
        return [content]

    return app
