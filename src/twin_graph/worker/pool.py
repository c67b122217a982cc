"""The pool: one event loop that hands queries to workers, watches the clock and stops what is not wanted.

    caller (a web process) ──▶ kept answers ──▶ budget of the client ──▶ waiting line ──▶ worker
                               `answers`        `budget`                 `line`           `crew`

Single-threaded on purpose, because it forks. It never parses a query and never looks into a result: both pass
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
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from twin_graph.errors import (
    ClientGone,
    OperatorError,
    OverBudget,
    RequestError,
    ServiceBusy,
    TwinGraphError,
)
from twin_graph.worker.answers import Answer, KeptAnswers
from twin_graph.worker.budget import Budgets
from twin_graph.worker.crew import Crew, Fork
from twin_graph.worker.endings import at_time_limit, cause_of_end, waited_long
from twin_graph.worker.jobs import Caller, Job, State, Worker
from twin_graph.worker.line import WaitingLine
from twin_graph.worker.messages import (
    CANCEL,
    COUNT,
    LONGEST,
    READ,
    QueryLimits,
    decode,
    decode_error,
    encode,
    encode_error,
)

_READ_SECONDS = 30.0


class Pool:
    """The running pool.

    Args:
        announce: called each time that a worker is ready.
        answers: the kept answers; None: none is kept.
    """

    def __init__(
        self,
        listener: socket.socket,
        limits: QueryLimits,
        fork: Fork,
        announce: Callable[[], None],
        answers: KeptAnswers | None = None,
    ) -> None:
        self._listener = listener
        self._limits = limits
        self._announce = announce
        self._answers = KeptAnswers(0) if answers is None else answers
        self._selector: selectors.BaseSelector = selectors.DefaultSelector()
        self._crew = Crew(limits.workers, fork, self._selector, self._hear_worker)
        self._line = WaitingLine(limits.queue, limits.client_places)
        self._budgets = Budgets(limits.client_seconds, limits.client_errors)
        self._callers: set[Caller] = set()
        self._retiring = False
        self._stopped = False

    def run(self, *orders: int) -> None:
        """Serve until an order comes to stop.

        Args:
            orders: descriptors to read orders from: at the end of file, or at a byte that is no SIGTERM, the
                pool stops at once; after a SIGTERM it stops when the last caller has gone.

        Raises:
            OperatorError: workers cannot start.
        """
        self._selector.register(self._listener, selectors.EVENT_READ, self._accept)
        for descriptor in orders:
            self._selector.register(descriptor, selectors.EVENT_READ, partial(self._obey, descriptor))
        try:
            self._crew.replenish()
            while not self._stopped and not (self._retiring and not self._callers):
                for key, _ in self._selector.select(self._pause()):
                    key.data()
                self._expire()
                self._crew.slow_down()
                self._dispatch()
                if not self._stopped:
                    self._crew.replenish()
                for job, status, last_words in self._crew.reap():
                    self._fail(job, cause_of_end(status, last_words, self._limits.memory_mb))
        finally:
            self._close()

    # -- orders and callers --------------------------------------------------------------------------

    def _obey(self, descriptor: int) -> None:
        orders = os.read(descriptor, 64)
        self._retiring = True
        if not orders or set(orders) - {signal.SIGTERM}:
            self._stopped = True

    def _accept(self) -> None:
        """Take all connections that wait: one a round would let them pile up behind the other work."""
        with contextlib.suppress(OSError):
            while True:
                connection = self._listener.accept()[0]
                connection.setblocking(False)
                caller = Caller(connection)
                self._callers.add(caller)
                self._selector.register(connection, selectors.EVENT_READ, partial(self._hear_caller, caller))

    def _hear_caller(self, caller: Caller) -> None:
        if caller.gone:
            return
        try:
            message = caller.connection.recv(LONGEST)
        except OSError:
            message = b""
        job = caller.job
        if message == READ and job is not None and job.worker and job.worker.state is State.BEING_READ:
            caller.job = None
            self._crew.release(job.worker)
        elif message == CANCEL:
            self._cancel(job)
        elif message == COUNT and job is None:
            self._send(caller, encode({**self._crew.census(), "waiting": len(list(self._line))}))
        elif message and message != READ and job is None:
            self._take(caller, message)
        else:
            self._drop(caller)

    def _take(self, caller: Caller, message: bytes) -> None:
        """Do what a caller wants; one that says what makes no sense is dropped."""
        try:
            header = decode(message)[0]
            charged = _text(header.get("charge", ""))
            job = None if charged else self._make_job(caller, message, header)
        except (ValueError, TypeError, RecursionError):
            self._drop(caller)
            return
        if job is None:
            self._charge(caller, charged)
        else:
            caller.job = job
            self._admit(job)

    def _make_job(self, caller: Caller, message: bytes, header: Mapping[str, Any]) -> Job:
        """The query of a message.

        Raises:
            ValueError, TypeError: it makes no sense.
        """
        wanted = header.get("seconds")
        seconds = self._limits.seconds if wanted is None else min(self._limits.seconds, float(wanted))
        if not seconds > 0:  # also what is not a number
            raise ValueError("a time limit is more than nothing")
        client, key = _text(header.get("client", "")), _text(header.get("key", ""))
        now = time.monotonic()
        return Job(caller, message, client, key, seconds, arrived=now, deadline=now + seconds / 2)

    def _charge(self, caller: Caller, client: str) -> None:
        try:
            self._budgets.charge(client)
            answer = encode({"charged": client})
        except OverBudget as problem:
            answer = encode_error(problem)
        self._send(caller, answer)

    def _admit(self, job: Job) -> None:
        """Answer a query at once where that can be done, or let it wait for a worker."""
        answer = self._answers.find(job.key) if job.key else None
        if answer is not None:
            self._answer_kept(job, answer)
            return
        self._line.add(job)
        if self._can_pay(job):
            self._dispatch()
        if job not in self._line:
            return
        if self._line.is_full():
            self._refuse(job, "all places are taken; try again later")
        elif self._line.is_full_for(job.client):
            self._refuse(job, "your queries have taken all places that one client may have; try again later")

    def _refuse(self, job: Job, text: str) -> None:
        """Take a query out of the waiting line, which is not run."""
        self._line.remove(job)
        self._fail(job, ServiceBusy(text, retry_after=max(1, math.ceil(self._limits.seconds))))

    def _fail(self, job: Job, problem: TwinGraphError) -> None:
        """Say that a query failed; what is not our fault counts as an error of the client."""
        if isinstance(problem, RequestError) and not isinstance(problem, OverBudget):
            self._budgets.use(job.client, errors=1)
        if isinstance(problem, OperatorError):
            log(str(problem))
        self._answer(job, encode_error(problem))

    def _answer_kept(self, job: Job, answer: Answer) -> None:
        header = {
            "format": answer.fmt,
            "rows": answer.rows,
            "size": answer.size,
            "seconds": 0.0,
            "kept": True,
        }
        self._answer(job, encode(header), answer.descriptor)

    def _answer(self, job: Job, message: bytes, *files: int) -> None:
        """Say how a query went; its caller is free for the next one, unless it has still to read a spool."""
        if job.worker is None or job.worker.state is not State.BEING_READ:
            job.caller.job = None
        self._send(job.caller, message, *files)

    def _send(self, caller: Caller, message: bytes, *files: int) -> None:
        if caller.gone:
            return
        try:
            socket.send_fds(caller.connection, [message], files)
        except OSError:
            self._drop(caller)

    def _drop(self, caller: Caller) -> None:
        """Forget a caller, and stop what waits or runs for it."""
        if caller.gone:
            return
        caller.gone = True
        self._callers.discard(caller)
        self._selector.unregister(caller.connection)
        caller.connection.close()
        job, caller.job = caller.job, None
        if job is not None:
            self._abandon(job)

    def _cancel(self, job: Job | None) -> None:
        """Stop a query whose client has gone, unless its answer has been sent or will be at once."""
        if job is not None and (job in self._line or job.runs):
            self._abandon(job)
            self._answer(job, encode_error(ClientGone("the client has gone")))

    def _abandon(self, job: Job) -> None:
        """Stop what waits or runs; a worker that had to be killed counts as an error of the client."""
        if job in self._line:
            self._line.remove(job)
        if job.runs:
            self._budgets.use(job.client, errors=1)
        if job.worker is not None:
            self._settle(job)
            self._crew.bury(job.worker)

    # -- workers -------------------------------------------------------------------------------------

    def _hear_worker(self, worker: Worker) -> None:
        if worker.state is State.GONE:
            return
        try:
            message = worker.channel.recv(LONGEST)
        except OSError:
            message = b""
        job = worker.job if worker.state is State.RUNNING else None
        if worker.state is State.STARTING:
            if self._crew.start(worker, message):
                self._announce()
        elif message and job is not None:
            self._finished(worker, job, message)
        else:
            if job is not None:
                self._settle(job)
            self._crew.bury(worker, mourner=job)

    def _finished(self, worker: Worker, job: Job, message: bytes) -> None:
        self._settle(job)
        try:
            header = decode(message)[0]
            problem = decode_error(header) if "error" in header else None
            result = None if problem else (header["size"], header["format"], header["rows"])
        except (ValueError, TypeError, KeyError):  # whoever writes nonsense is no worker of ours any more
            self._crew.bury(worker, mourner=job)
            return
        worker.last = bool(header.get("last"))
        if problem is not None:
            self._crew.release(worker)
            self._fail(job, problem)
            return
        if job.key and result is not None:
            self._answers.keep(job.key, worker.spool, *result)
        worker.state = State.BEING_READ
        job.deadline = time.monotonic() + _READ_SECONDS
        self._answer(job, encode(header), worker.spool)
        self._answer_equals(job.key)

    def _answer_equals(self, key: str) -> None:
        """Nobody waits for a worker whose answer has been kept meanwhile."""
        for job in self._line:
            answer = self._answers.find(key) if job.key == key else None
            if answer is not None:
                self._line.remove(job)
                self._answer_kept(job, answer)

    def _settle(self, job: Job) -> None:
        """Charge a client with the time that its query has run."""
        if job.started is not None:
            self._budgets.use(job.client, seconds=time.monotonic() - job.started)
            job.started = None

    # -- what is done in every round -----------------------------------------------------------------

    def _pause(self) -> float | None:
        """How long nothing has to be done unless somebody says something."""
        moments = [job.deadline for job in self._line]
        due = self._crew.due()
        if due is not None:
            moments.append(due)
        return max(0.0, min(moments) - time.monotonic()) if moments else None

    def _expire(self) -> None:
        now = time.monotonic()
        for job in self._line:
            if job.deadline <= now:
                self._refuse(job, _why_none_was_free(self._is_below_share(job)))
        for worker in self._crew:
            if worker.job is not None and worker.job.deadline <= now:
                self._stop(worker, worker.job)

    def _stop(self, worker: Worker, job: Job) -> None:
        """End a query at its time limit, or a caller that does not read its result."""
        if worker.state is State.BEING_READ:
            self._drop(job.caller)
            return
        problem, waited = at_time_limit(job), waited_long(job)
        self._settle(job)
        self._crew.bury(worker)
        # Who had to wait may be right to try again.
        if waited:
            self._answer(job, encode_error(problem))
        else:
            self._fail(job, problem)

    def _dispatch(self) -> None:
        """Give waiting queries to free workers; no client has more of them than its share."""
        while (worker := self._crew.free()) and (job := self._line.first(self._is_below_share, self._held)):
            if self._can_pay(job) and self._crew.give(worker, job):
                self._line.remove(job)
                job.started, job.deadline = time.monotonic(), job.arrived + job.seconds

    def _can_pay(self, job: Job) -> bool:
        """Whether a query that waits may be run; if its client is over its budget it is refused."""
        try:
            self._budgets.check(job.client)
        except OverBudget as problem:
            self._line.remove(job)
            self._fail(job, problem)
            return False
        return True

    def _is_below_share(self, job: Job) -> bool:
        return not job.client or self._held(job) < self._limits.client_workers

    def _held(self, job: Job) -> int:
        return self._crew.count(job.client)

    def _close(self) -> None:
        for caller in list(self._callers):
            self._drop(caller)
        self._crew.disband()
        self._answers.close()
        self._selector.close()
        self._listener.close()


def log(text: str) -> None:
    """A line for who runs the server."""
    print(f"twin-graph query pool: {text}", file=sys.stderr, flush=True)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a name is text")
    return value


def _why_none_was_free(below_share: bool) -> str:
    if below_share:
        return "no worker has become free in time; try again later"
    return "your own queries have all the workers that one client may have; try again when one has ended"
