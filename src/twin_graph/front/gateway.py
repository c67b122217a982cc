"""The RSGI application that granian runs: it keeps the bytes of the wire away from a WSGI application.

The event loop reads requests, answers from the cache and watches for clients that go away; the application runs
in threads of its own, only for requests that have arrived whole.
https://github.com/emmett-framework/granian/blob/master/docs/spec/RSGI.md
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from twin_graph.clients import name_client
from twin_graph.front.answer import Answer, Spool, call_application, plain_answer
from twin_graph.front.body import Body, Outcome, read_body
from twin_graph.front.cache import ResponseCache
from twin_graph.front.representation import Representation
from twin_graph.front.request import (
    DEPARTURE,
    FAULT,
    Request,
    Scope,
    make_environ,
    read_head,
)
from twin_graph.front.sockets import limit_stalls
from twin_graph.worker import Departure

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication, WSGIEnvironment

_log = logging.getLogger(__name__)
_HIT = ("server-timing", 'cache;desc="hit"')
# A file is opened by the server a moment after it was handed over; until then it must not be closed.
_OPENED_AFTER = 10.0
_NO_CONTENT = (204, 304)


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


@dataclass(frozen=True)
class Limits:
    """What one request may take of the front.

    Attributes:
        threads: applications that run at once.
        cache_bytes: of all answers that are kept.
        proxies: our own proxies in front of the server.
        body_bytes, body_seconds: of the body of a request.
        stall_seconds: how long a client may read nothing while there is something to read.
    """

    threads: int = 32
    cache_bytes: int = 67_108_864
    proxies: int = 0
    body_bytes: int = 65_536
    body_seconds: float = 10.0
    stall_seconds: float = 30.0


@dataclass(frozen=True)
class _Stage:
    """An application and the answers that it gave."""

    app: WSGIApplication
    cache: ResponseCache

    def answer(self, request: Request, environ: WSGIEnvironment) -> Answer:
        """Call the application, keep what may be kept, and give the client the coding that it wants."""
        try:
            representation = Representation(call_application(self.app, environ))
            return self.encode(request, representation)
        except Exception:
            _log.exception("the application failed at %s", request.path)
            return plain_answer(500, "Internal Server Error")

    def encode(self, request: Request, representation: Representation) -> Answer:
        """Give a client the coding that it wants; what is kept is counted with it."""
        answer = representation.make(request)
        self.cache.keep(request, representation)
        return answer


class Gateway:
    """Serve a WSGI application to many clients, of whom some are slow, absent-minded or hostile."""

    def __init__(self, app: WSGIApplication, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._threads = ThreadPoolExecutor(self._limits.threads, "application")
        self._waiting: set[Departure] = set()
        self.move(app)

    def move(self, app: WSGIApplication) -> None:
        """Serve another application from the next request on; what was kept of the old one is forgotten."""
        self._stage = _Stage(app, ResponseCache(self._limits.cache_bytes))

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """The server has started in this process."""
        limit_stalls(loop, self._limits.stall_seconds)

    def __rsgi_del__(self, _: asyncio.AbstractEventLoop) -> None:
        """The server ends in this process: nobody waits for an answer any more."""
        for departure in list(self._waiting):
            departure.announce()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def __rsgi__(self, scope: Scope, transport: Transport) -> None:
        """Answer one request."""
        request, stage = read_head(scope), self._stage
        kept = stage.cache.find(request) if request.is_repeatable else None
        if kept is not None:
            answer = kept.find(request)
            if answer is None:
                work = self._threads.submit(stage.encode, request, kept)
                answer = await asyncio.wrap_future(work)
            _send(transport, request, answer, _HIT)
            return
        body = Body(Outcome.WHOLE)
        if request.has_body:
            limits = self._limits
            body = await read_body(transport, request.length, limits.body_bytes, limits.body_seconds)
        if body.outcome is Outcome.CUT:
            return
        found = await self._ask(stage, request, self._make_environ(request, body), transport)
        if found is not None:
            _send(transport, request, _judge(found, body))

    def _make_environ(self, request: Request, body: Body) -> WSGIEnvironment:
        forwarded_for = request.headers.get("x-forwarded-for", "")
        client = name_client(request.peer, forwarded_for, self._limits.proxies)
        environ = make_environ(request, body.content, client)
        if body.outcome is Outcome.TOO_LARGE:
            # The application has a limit of its own and words for it; the content is not there any more.
            environ["CONTENT_LENGTH"] = str(max(request.length or 0, 2 * self._limits.body_bytes))
        elif body.outcome is Outcome.LATE:
            environ[FAULT] = 408
        return environ

    async def _ask(
        self, stage: _Stage, request: Request, environ: WSGIEnvironment, transport: Transport
    ) -> Answer | None:
        """What the application answers; None when the client went away first, and then it is told so."""
        departure = environ[DEPARTURE] = Departure()
        self._waiting.add(departure)
        job = self._threads.submit(stage.answer, request, environ)
        work = asyncio.wrap_future(job)
        gone = asyncio.ensure_future(transport.client_disconnect())
        try:
            await asyncio.wait((work, gone), return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                return work.result()
            departure.announce()
            if not job.cancel():
                await work
            return None
        finally:
            gone.cancel()
            self._waiting.discard(departure)


def _judge(answer: Answer, body: Body) -> Answer:
    """The answer to a request whose body was read as far as this."""
    if body.outcome is Outcome.WHOLE:
        return answer
    if body.outcome is Outcome.LATE and answer.status != 408:
        answer = plain_answer(408, "Request Timeout")
    # What the client may still send is not read.
    return answer.with_headers(connection="close")


def _send(transport: Transport, request: Request, answer: Answer, *extra: tuple[str, str]) -> None:
    names = {name for name, _ in extra}
    headers = [header for header in answer.headers if header[0] not in names]
    headers += [*extra, ("x-request-id", secrets.token_hex(8))]
    if answer.status not in _NO_CONTENT and not answer.left_out:
        headers.append(("content-length", str(len(answer.content))))
    if request.method == "HEAD" or answer.status in _NO_CONTENT or not answer.content:
        transport.response_empty(answer.status, headers)
    elif isinstance(answer.content, Spool):
        transport.response_file(answer.status, headers, answer.content.path)
        asyncio.get_running_loop().call_later(_OPENED_AFTER, _let_go, answer.content)
    else:
        transport.response_bytes(answer.status, headers, answer.content)


def _let_go(_: Spool) -> None:
    """Refer to a file no longer."""
