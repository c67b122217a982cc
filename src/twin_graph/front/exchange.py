"""One request and its answer on the wire: what is sent, under which name, and what is to be said of it afterwards.

Whoever wants to know of all requests is a listener: `metrics` counts them, `request_log` writes them down.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Protocol

from twin_graph.environ import Note
from twin_graph.front.answer import Answer, Spool
from twin_graph.front.request import Request

# A file is opened by the server a moment after it was handed over; until then it must not be closed.
_OPENED_AFTER = 1.0
_NO_CONTENT = (204, 304)
# What nginx says of a request whose client went away before there was an answer.
GONE = 499
OTHER = "other"
_METHODS = frozenset(("GET", "HEAD", "POST", "QUERY", "OPTIONS", "PUT", "PATCH", "DELETE"))


class Transport(Protocol):
    """What the front uses of granian's protocol object."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        """The body, as it comes."""

    def client_disconnect(self) -> Awaitable[None]:
        """Wait until the client has gone."""

    def response_empty(self, status: int, headers: list[tuple[str, str]]) -> None:
        """Answer without content."""

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        """Answer with bytes."""

    def response_file(self, status: int, headers: list[tuple[str, str]], file: str) -> None:
        """Answer with the content of a file."""


class Exchange:
    """A request that is being answered.

    Attributes:
        name: of the request, which the client gets as X-Request-Id.
        began: when it came, in seconds since 1970.
        note: what the application says of it.
        status: that of the answer; as long as there is none, that of a client which has gone.
        size: bytes of content that were handed over to be sent.
    """

    def __init__(self, request: Request, transport: Transport, *, keeps_text: bool = False) -> None:
        self.request, self.transport = request, transport
        self.name, self.note = secrets.token_hex(8), Note(keeps_text)
        self.began, self._started = time.time(), time.perf_counter()
        self.status, self.size = GONE, 0

    @property
    def seconds(self) -> float:
        """How long ago the request came."""
        return time.perf_counter() - self._started

    @property
    def method(self) -> str:
        """The method, or one word for all that nobody knows."""
        return self.request.method if self.request.method in _METHODS else OTHER

    @property
    def route(self) -> str:
        """The endpoint that answers, or one word for all addresses without one."""
        return self.note.route or OTHER

    def send(self, answer: Answer) -> None:
        """Hand an answer over to be sent."""
        headers = [*answer.headers, ("x-request-id", self.name)]
        self.status = answer.status
        if answer.status not in _NO_CONTENT and not answer.left_out:
            headers.append(("content-length", str(len(answer.content))))
        if self.request.method == "HEAD" or answer.status in _NO_CONTENT or not answer.content:
            self.transport.response_empty(answer.status, headers)
            return
        self.size = len(answer.content)
        if isinstance(answer.content, Spool):
            self.transport.response_file(answer.status, headers, answer.content.path)
            asyncio.get_running_loop().call_later(_OPENED_AFTER, _let_go, answer.content)
        else:
            self.transport.response_bytes(answer.status, headers, answer.content)


Listener = Callable[[Exchange], None]


def _let_go(_: Spool) -> None:
    """Refer to a file no longer."""
