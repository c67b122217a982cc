"""The pool: one event loop that hands queries to workers, watches the clock and replaces what it killed.

Single-threaded on purpose, because it forks. It never parses a query and never touches a result: both pass
through as they are. What a worker may do is `isolated`; who starts the pool is `start`.
"""

from __future__ import annotations

import contextlib
import math
import os
import selectors
import signal
import socket
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import partial

from twin_graph.errors import OperatorError, QueryResources, QueryTimeout, ServiceBusy, TwinGraphError
from twin_graph.worker.isolated import READY
from twin_graph.worker.messages import LONGEST, READ, QueryLimits, decode, decode_error, encode_error

# Forks a worker; gives its process id, the pool's end of its channel, and its spool.
Fork = Callable[[], tuple[int, socket.socket, int]]
_SPARE = 1
_BROKEN_STARTS = 3
_FORK_AGAIN = 1.0
_REAP_SECONDS = 0.02
_READ_SECONDS = 30.0


class State(Enum):
    """What a worker is doing."""

    STARTING = auto()
    IDLE = auto()
    RUNNING = auto()
    BEING_READ = auto()
    GONE = auto()


@dataclass(eq=False)
class Client:
    """A connection of a web process; it has a job while its query waits, runs or is read."""

    connection: socket.socket
    job: Job | None = None
    gone: bool = False


@dataclass(eq=False)
class Job:
    """One query on its way; `deadline` is when it must have a worker, an answer, or been read."""

    client: Client
    message: bytes
    seconds: float
    deadline: float
    worker: Worker | None = None


@dataclass(eq=False)
class Worker:
    """A forked process; `last` says that it is not to be used again."""

    pid: int
    channel: socket.socket
    spool: int
    state: State = State.STARTING
    job: Job | None = None
    last: bool = False


@dataclass(eq=False)
class Pool:
    """The running pool."""

    listener: socket.socket
    limits: QueryLimits
    fork: Fork
    announce: Callable[[], None]
    workers: list[Worker] = field(default_factory=list)
    waiting: deque[Job] = field(default_factory=deque)
    clients: set[Client] = field(default_factory=set)
    retiring: bool = False
    stopped: bool = False
    broken_starts: int = 0
    fork_after: float = 0.0
    dying: set[int] = field(default_factory=set)
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)

    def run(self, *orders: int) -> None:
        """Serve until an order comes to stop.

        Args:
            orders: descriptors to read orders from: at the end of file, or at a byte that is no SIGTERM, the
                pool stops at once; after a SIGTERM it stops when the last client has gone.

        Raises:
            OperatorError: workers cannot start.
        """
        self.selector.register(self.listener, selectors.EVENT_READ, self._accept)
        for descriptor in orders:
            self.selector.register(descriptor, selectors.EVENT_READ, partial(self._obey, descriptor))
        try:
            self._replenish()
            while not self.stopped and not (self.retiring and not self.clients):
                for key, _ in self.selector.select(self._pause()):
                    key.data()
                self._expire()
                self._dispatch()
                self._replenish()
                self._reap()
        finally:
            self._close()

    # -- orders and clients --------------------------------------------------------------------------

    def _obey(self, descriptor: int) -> None:
        orders = os.read(descriptor, 64)
        self.retiring = True
        if not orders or set(orders) - {signal.SIGTERM}:
            self.stopped = True

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            connection = self.listener.accept()[0]
            connection.setblocking(False)
            client = Client(connection)
            self.clients.add(client)
            self.selector.register(connection, selectors.EVENT_READ, partial(self._hear_client, client))

    def _hear_client(self, client: Client) -> None:
        if client.gone:
            return
        try:
            message = client.connection.recv(LONGEST)
        except OSError:
            message = b""
        job = client.job
        if message and job is None and message != READ:
            self._admit(client, message)
        elif message == READ and job is not None and job.worker and job.worker.state is State.BEING_READ:
            client.job = None
            self._release(job.worker)
        else:
            self._drop(client)

    def _admit(self, client: Client, message: bytes) -> None:
        try:
            wanted = decode(message)[0].get("seconds")
            seconds = self.limits.seconds if wanted is None else min(self.limits.seconds, float(wanted))
        except (ValueError, TypeError, RecursionError):
            self._drop(client)
            return
        if not seconds > 0:  # also what is not a number
            self._drop(client)
            return
        client.job = Job(client, message, seconds, time.monotonic() + self.limits.waiting_seconds)
        self.waiting.append(client.job)
        self._dispatch()
        if len(self.waiting) > self.limits.queue:
            self._refuse(self.waiting.pop())

    def _refuse(self, job: Job) -> None:
        pause = max(1, math.ceil(self.limits.seconds))
        problem = ServiceBusy("all places are taken; try again later", retry_after=pause)
        self._answer(job, encode_error(problem))

    def _answer(self, job: Job, message: bytes, spool: int | None = None) -> None:
        """Say how a job went; without a spool to be read the client is free for its next query."""
        if job.client.gone:
            return
        if spool is None:
            job.client.job = None
        try:
            socket.send_fds(job.client.connection, [message], [] if spool is None else [spool])
        except OSError:
            self._drop(job.client)

    def _drop(self, client: Client) -> None:
        """Forget a client, and stop what runs for it."""
        if client.gone:
            return
        client.gone = True
        self.clients.discard(client)
        self.selector.unregister(client.connection)
        client.connection.close()
        job, client.job = client.job, None
        if job is not None and job in self.waiting:
            self.waiting.remove(job)
        if job is not None and job.worker is not None:
            self._bury(job.worker)

    # -- workers -------------------------------------------------------------------------------------

    def _hear_worker(self, worker: Worker) -> None:
        if worker.state is State.GONE:
            return
        try:
            message = worker.channel.recv(LONGEST)
        except OSError:
            message = b""
        if worker.state is State.STARTING:
            self._started(worker, message)
        elif message and worker.state is State.RUNNING and worker.job is not None:
            self._finished(worker, worker.job, message)
        else:
            self._lost(worker)

    def _started(self, worker: Worker, message: bytes) -> None:
        header = decode(message)[0] if message else {}
        if READY in header:
            worker.state = State.IDLE
            self.broken_starts = 0
            self.announce()
            return
        problem: TwinGraphError = OperatorError("a query process cannot start")
        if header:
            problem = decode_error(header)
        self._bury(worker)
        self.broken_starts += 1
        if self.broken_starts >= _BROKEN_STARTS:
            raise problem

    def _finished(self, worker: Worker, job: Job, message: bytes) -> None:
        header = decode(message)[0]
        worker.last = bool(header.get("last"))
        if "error" in header:
            if header["error"] == OperatorError.__name__:
                log(header["message"])
            self._answer(job, message)
            self._release(worker)
        else:
            worker.state = State.BEING_READ
            job.deadline = time.monotonic() + _READ_SECONDS
            self._answer(job, message, worker.spool)

    def _lost(self, worker: Worker) -> None:
        """A worker ended by itself: the engine aborts where it gets no memory."""
        job = worker.job if worker.state is State.RUNNING else None
        self._bury(worker)
        if job is not None:
            text = f"the query needed more than {self.limits.memory_mb:,} MB or is nested too deeply"
            self._answer(job, encode_error(QueryResources(text)))

    def _release(self, worker: Worker) -> None:
        if worker.last:
            self._bury(worker)
        elif worker.state is not State.GONE:
            worker.state, worker.job = State.IDLE, None

    def _bury(self, worker: Worker) -> None:
        """Kill a worker and let go of all that belongs to it."""
        if worker.state is State.GONE:
            return
        worker.state = State.GONE
        if worker.job is not None:
            worker.job.worker = None
            worker.job = None
        os.kill(worker.pid, signal.SIGKILL)
        self.dying.add(worker.pid)
        self.selector.unregister(worker.channel)
        worker.channel.close()
        os.close(worker.spool)
        self.workers.remove(worker)

    # -- what is done in every round -----------------------------------------------------------------

    def _pause(self) -> float | None:
        """How long nothing has to be done unless somebody says something."""
        missing = len(self.workers) < self.limits.workers + _SPARE
        deadlines = [self.fork_after] if missing else []
        deadlines += [worker.job.deadline for worker in self.workers if worker.job is not None]
        deadlines += [job.deadline for job in self.waiting]
        if self.dying:
            deadlines.append(time.monotonic() + _REAP_SECONDS)
        return max(0.0, min(deadlines) - time.monotonic()) if deadlines else None

    def _expire(self) -> None:
        now = time.monotonic()
        while self.waiting and self.waiting[0].deadline <= now:
            self._refuse(self.waiting.popleft())
        for worker in [worker for worker in self.workers if worker.job and worker.job.deadline <= now]:
            job, state = worker.job, worker.state
            self._bury(worker)
            if job is not None and state is State.RUNNING:
                text = f"the query was stopped after {job.seconds:g} seconds"
                self._answer(job, encode_error(QueryTimeout(text)))
            elif job is not None:
                self._drop(job.client)

    def _dispatch(self) -> None:
        """Give waiting queries to idle workers, as many as may run at once."""
        while self.waiting:
            running = sum(worker.state is State.RUNNING for worker in self.workers)
            idle = next((worker for worker in self.workers if worker.state is State.IDLE), None)
            if idle is None or running >= self.limits.workers:
                return
            try:
                idle.channel.send(self.waiting[0].message)
            except OSError:
                self._bury(idle)
                continue
            job = self.waiting.popleft()
            job.deadline = time.monotonic() + job.seconds
            job.worker, idle.job, idle.state = idle, job, State.RUNNING

    def _replenish(self) -> None:
        """Fork one worker where one is missing; one a round, so that clients do not wait for several.

        A machine that cannot fork now may do so in a while: as long as there are workers, the pool goes on.
        """
        if self.stopped or len(self.workers) >= self.limits.workers + _SPARE:
            return
        if time.monotonic() < self.fork_after:
            return
        try:
            worker = Worker(*self.fork())
        except OSError as problem:
            self.broken_starts += 1
            if self.broken_starts >= _BROKEN_STARTS and not self.workers:
                raise OperatorError(f"a query process cannot be started: {problem}") from problem
            self.fork_after = time.monotonic() + _FORK_AGAIN
            return
        worker.channel.setblocking(False)
        self.selector.register(worker.channel, selectors.EVENT_READ, partial(self._hear_worker, worker))
        self.workers.append(worker)

    def _reap(self) -> None:
        for pid in list(self.dying):
            if os.waitpid(pid, os.WNOHANG)[0]:
                self.dying.discard(pid)

    def _close(self) -> None:
        for client in list(self.clients):
            self._drop(client)
        for worker in list(self.workers):
            self._bury(worker)
        for pid in self.dying:
            os.waitpid(pid, 0)
        self.selector.close()
        self.listener.close()


def log(text: str) -> None:
    """A line for who runs the server."""
    print(f"twin-graph query pool: {text}", file=sys.stderr, flush=True)
