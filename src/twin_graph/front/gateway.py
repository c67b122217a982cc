"""The RSGI application that granian runs: it keeps the bytes of the wire away from a WSGI application.

The event loop reads requests, answers from the cache and watches for clients that go away; the application runs
in threads of its own, only for requests that have arrived whole.
https://github.com/emmett-framework/granian/blob/master/docs/spec/RSGI.md
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from twin_graph.clients import name_client
from twin_graph.environ import DEPARTURE, FAULT, NOTE
from twin_graph.front.answer import Answer, Spool, call_application, plain_answer
from twin_graph.front.body import Outcome, drop_body, read_body, receive
from twin_graph.front.cache import ResponseCache
from twin_graph.front.exchange import Exchange, Listener, Transport
from twin_graph.front.representation import Representation
from twin_graph.front.request import (
    Request,
    Scope,
    find_fault,
    make_environ,
    read_head,
)
from twin_graph.front.sockets import limit_stalls
from twin_graph.front.storage import NoRoom, Storage
from twin_graph.front.threads import FairThreads, Presence
from twin_graph.worker import Departure

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication, WSGIEnvironment

_log = logging.getLogger(__name__)
_HIT = 'cache;desc="hit"'
# When more refusals than these wait for the words of the application, the next one is told in ours.
_MOST_REFUSALS = 64
# The problems of requests of which the application does not say any.
_REFUSED, _FAILED = "refused", "failed"


@dataclass(frozen=True)
class Limits:
    """What may be taken of the front of one process.

    Attributes:
        threads: applications that run at once; one client has half of them.
        computing: applications of one client that compute at once.
        cache_bytes: of all answers that are kept.
        file_bytes: of all other answers that are so large that they lie in files; one client has half of them.
        proxies: our own proxies in front of the server.
        body_bytes, body_seconds: of the body of a request.
        stall_seconds: how long a client may read nothing while there is something to read.
        large_segment, large_bytes: of the body of a request to an address with this word in its path.
    """

    threads: int = 32
    computing: int = 1
    cache_bytes: int = 67_108_864
    file_bytes: int = 1_073_741_824
    proxies: int = 0
    body_bytes: int = 65_536
    body_seconds: float = 10.0
    stall_seconds: float = 30.0
    large_segment: str = ""
    large_bytes: int = 0

    def body_of(self, request: Request) -> int:
        """How many bytes the body of a request may have."""
        is_large = bool(self.large_segment) and self.large_segment in request.path.split("/")
        return self.large_bytes if is_large else self.body_bytes


@dataclass(frozen=True)
class _Stage:
    """An application and the answers that it gave; for a request, also the state in which it came."""

    app: WSGIApplication
    cache: ResponseCache
    state: str = ""

    def answer(self, request: Request, environ: WSGIEnvironment, spool: Spool) -> Answer | None:
        """Call the application, keep what may be kept, and give the client the coding that it wants.

        None where the answer is large and there is no room for it.
        """
        try:
            representation = Representation(call_application(self.app, environ, spool), environ[NOTE])
            return representation.make(request) if FAULT in environ else self.encode(request, representation)
        except NoRoom:
            return None
        except Exception:
            _log.exception("the application failed at %s", request.path)
            environ[NOTE].problem = _FAILED
            return plain_answer(500)

    def encode(self, request: Request, representation: Representation) -> Answer:
        """Give a client the coding that it wants; what is kept is counted with it.

        Raises:
            NoRoom: the coding is large, and there is no room for it.
        """
        answer = representation.make(request)
        self.cache.keep(request, representation, self.state)
        return answer


class Gateway:
    """Serve a WSGI application to many clients, of whom some are slow, absent-minded or hostile.

    Args:
        stamp: the state of what the application tells of: another text whenever it may answer otherwise than before.
        listeners: called with every request that has been answered, or whose client has gone.
        keeps_text: whether they want to know the text of queries.
    """

    def __init__(
        self,
        app: WSGIApplication,
        limits: Limits | None = None,
        stamp: Callable[[], str] = str,
        listeners: Sequence[Listener] = (),
        *,
        keeps_text: bool = False,
    ) -> None:
        self._limits = limits or Limits()
        self._stamp = stamp
        self._listeners, self._keeps_text = listeners, keeps_text
        self._threads = FairThreads(self._limits.threads, self._limits.computing)
        # One is enough for refusals, however many there are: they must not take much from whoever is not refused.
        self._refusals = ThreadPoolExecutor(1, "refusals")
        self._refusing = 0
        # What is kept lies in files too, and its number has its own limit.
        self._storage = Storage(self._limits.file_bytes + 2 * self._limits.cache_bytes)
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
        self._threads.close()
        self._refusals.shutdown(wait=False, cancel_futures=True)

    async def __rsgi__(self, scope: Scope, transport: Transport) -> None:
        """Answer one request."""
        exchange = Exchange(read_head(scope), transport, keeps_text=self._keeps_text)
        try:
            await self._serve(exchange)
        except Exception:
            exchange.status = 500
            raise
        finally:
            self._tell(exchange)

    def _tell(self, exchange: Exchange) -> None:
        for listener in self._listeners:
            try:
                listener(exchange)
            except Exception:  # whatever it is, the client has its answer
                _log.exception("a request was not recorded")

    async def _serve(self, exchange: Exchange) -> None:
        request, stage = exchange.request, replace(self._stage, state=self._stamp())
        if fault := find_fault(request, self._limits.body_of(request)):
            exchange.send(await self._refuse(stage, exchange, fault))
            if request.has_body and "expect" not in request.headers:  # else the client waits before it sends
                await drop_body(receive(exchange.transport))
        elif request.has_body:
            await self._answer_with_body(exchange)
        elif kept := await self._find_kept(stage, exchange):
            exchange.send(kept)
        else:
            await self._answer(stage, exchange, b"")

    async def _find_kept(self, stage: _Stage, exchange: Exchange) -> Answer | None:
        request = exchange.request
        kept = stage.cache.find(request, stage.state) if request.is_repeatable else None
        if kept is None:
            return None
        exchange.note = kept.note.again()
        answer = kept.find(request)
        if answer is None:
            with contextlib.suppress(NoRoom):
                answer = await asyncio.to_thread(stage.encode, request, kept)
        if answer is None:
            return await self._refuse(stage, exchange, 503)
        return answer.with_headers(server_timing=_HIT)

    async def _answer_with_body(self, exchange: Exchange) -> None:
        request, limits, chunks = exchange.request, self._limits, receive(exchange.transport)
        body = await read_body(chunks, limits.body_of(request), limits.body_seconds, request.length)
        stage = self._stage  # a body takes its time; there may be another application by now
        if body.outcome is Outcome.WHOLE:
            await self._answer(stage, exchange, body.content)
            return
        exchange.send(await self._refuse(stage, exchange, body.outcome.value))
        if body.outcome is Outcome.TOO_LARGE:
            await drop_body(chunks)

    async def _answer(self, stage: _Stage, exchange: Exchange, body: bytes) -> None:
        """Have the application answer; when the client goes away first, it is told so and nothing is sent."""
        request = exchange.request
        client = self._name(request)
        environ = make_environ(request, body, client)
        environ[NOTE] = exchange.note
        departure = environ[DEPARTURE] = Presence(self._threads, client)
        call = partial(stage.answer, request, environ, Spool(self._storage, client))
        job = self._threads.submit(client, call)
        if job is None:
            exchange.send(await self._refuse(stage, exchange, 503))
            return
        self._waiting.add(departure)
        work = asyncio.wrap_future(job)
        gone = asyncio.ensure_future(exchange.transport.client_disconnect())
        try:
            await asyncio.wait((work, gone), return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                exchange.send(work.result() or await self._refuse(stage, exchange, 503))
                return
            departure.announce()
            if not job.cancel():
                await work
        finally:
            gone.cancel()
            self._waiting.discard(departure)

    async def _refuse(self, stage: _Stage, exchange: Exchange, fault: int) -> Answer:
        """The refusal of a request, in the words of the application where it has some and not too many wait."""
        answer, request = None, exchange.request
        if self._refusing < _MOST_REFUSALS:
            client = self._name(request)
            environ = {**make_environ(request, b"", client), FAULT: fault, NOTE: exchange.note}
            call = partial(stage.answer, request, environ, Spool(self._storage, client))
            self._refusing += 1
            try:
                answer = await asyncio.get_running_loop().run_in_executor(self._refusals, call)
            finally:
                self._refusing -= 1
        if answer is None or answer.status != fault:
            answer, exchange.note.problem = plain_answer(fault), _REFUSED
        if fault == 415:
            answer = answer.with_headers(accept_encoding="identity")
        # What the client may still send is not read, but where nothing is wrong with the request itself.
        return answer if fault == 503 else answer.with_headers(connection="close")

    def _name(self, request: Request) -> str:
        return name_client(request.peer, request.headers.get("x-forwarded-for", ""), self._limits.proxies)
