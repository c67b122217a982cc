"""The workers of the pool: forked where one is missing, buried where one is not wanted any more.

What they work on is `pool`; what they do is `isolated`.
"""

from __future__ import annotations

import os
import selectors
import signal
import socket
import time
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial

from twin_graph.errors import OperatorError, TwinGraphError
from twin_graph.worker.isolated import READY
from twin_graph.worker.jobs import Job, State, Worker
from twin_graph.worker.messages import decode, decode_error

# Forks a worker; gives its process id, the pool's end of its channel, its spool and its standard error.
Fork = Callable[[], tuple[int, socket.socket, int, int]]
_SPARE = 1
_BROKEN_STARTS = 3
_FORK_AGAIN = 1.0
_REAP_SECONDS = 0.02
_LAST_WORDS = 4_096
# What runs longer than so many seconds steps back by so much priority, behind short queries and web processes.
_SHORT, _BEHIND = 0.25, 15


class Crew:
    """All workers, those that are dying included.

    Args:
        at_once: how many may have a query; one more is kept ready.
        hear: called with a worker that has something to say.
    """

    def __init__(
        self, at_once: int, fork: Fork, selector: selectors.BaseSelector, hear: Callable[[Worker], None]
    ) -> None:
        self._at_once = at_once
        self._fork = fork
        self._selector = selector
        self._hear = hear
        self._workers: list[Worker] = []
        self._dying: dict[int, tuple[Job | None, str]] = {}
        # One entry for each worker that is not ready: the client for whose query the last one was killed.
        self._missing = deque([""] * (at_once + _SPARE))
        self._broken_starts = 0
        self._fork_after = 0.0
        self._killed = self._crashed = 0

    def __iter__(self) -> Iterator[Worker]:
        """The workers that live; they may change meanwhile."""
        return iter(self._workers.copy())

    def free(self) -> Worker | None:
        """A worker for the next query; None: as many run as may, or none is ready."""
        if sum(worker.state is State.RUNNING for worker in self._workers) >= self._at_once:
            return None
        return next((worker for worker in self._workers if worker.state is State.IDLE), None)

    def count(self, client: str) -> int:
        """How many workers have a query of a client, or were killed in the midst of one and are not yet replaced."""
        at_work = sum(worker.job is not None and worker.job.client == client for worker in self._workers)
        return at_work + self._missing.count(client)

    def census(self) -> dict[str, int]:
        """How many workers do what; how many were killed in the midst of a query, or ended by themselves, so far."""
        states = {state.name.lower(): 0 for state in State if state is not State.GONE}
        for worker in self._workers:
            states[worker.state.name.lower()] += 1
        return {**states, "killed": self._killed, "crashed": self._crashed}

    def due(self) -> float | None:
        """When something has to be done, if nothing happens; None: never."""
        jobs = [(worker, worker.job) for worker in self._workers if worker.job is not None]
        moments = [job.deadline for _, job in jobs]
        moments += [job.started + _SHORT for worker, job in jobs if job.started and not worker.slow]
        if len(self._workers) < self._at_once + _SPARE:
            moments.append(self._fork_after)
        if self._dying:
            moments.append(time.monotonic() + _REAP_SECONDS)
        return min(moments, default=None)

    def replenish(self) -> None:
        """Fork one worker where one is missing; one a round, so that nobody waits for several.

        After a fork comes a pause as long as it took: whoever has workers killed, half of the time is for others.
        A machine that cannot fork now may do so in a while: as long as there are workers, the pool goes on.

        Raises:
            OperatorError: there is no worker, and none can be forked.
        """
        began = time.monotonic()
        if len(self._workers) >= self._at_once + _SPARE or began < self._fork_after:
            return
        try:
            worker = Worker(*self._fork())
        except OSError as problem:
            self._broken_starts += 1
            if self._broken_starts >= _BROKEN_STARTS and not self._workers:
                raise OperatorError(f"a query process cannot be started: {problem}") from problem
            self._fork_after = began + _FORK_AGAIN
            return
        now = time.monotonic()
        self._fork_after = now + (now - began)
        worker.channel.setblocking(False)
        self._selector.register(worker.channel, selectors.EVENT_READ, partial(self._hear, worker))
        self._workers.append(worker)

    def start(self, worker: Worker, message: bytes) -> bool:
        """Whether a worker's first message says that it is ready; if not, it is buried.

        Raises:
            OperatorError: it says why it cannot start, like those before it.
        """
        header = decode(message)[0] if message else {}
        if READY in header:
            worker.state = State.IDLE
            self._missing.popleft()
            self._broken_starts = 0
            return True
        problem: TwinGraphError = OperatorError("a query process cannot start")
        if header:
            problem = decode_error(header)
        self.bury(worker)
        self._broken_starts += 1
        self._fork_after = time.monotonic() + _FORK_AGAIN
        if self._broken_starts >= _BROKEN_STARTS and all(w.state is State.STARTING for w in self._workers):
            raise problem
        return False

    def give(self, worker: Worker, job: Job) -> bool:
        """Have a worker begin with a query; False where it turns out to be dead, and is buried."""
        try:
            worker.channel.send(job.message)
        except OSError:
            self.bury(worker)
            return False
        job.worker, worker.job, worker.state = worker, job, State.RUNNING
        return True

    def slow_down(self) -> None:
        """Have the machine run queries that are not short after everything else."""
        now = time.monotonic()
        for worker in self._workers:
            started = worker.job.started if worker.job is not None else None
            if started is not None and started + _SHORT <= now and not worker.slow:
                worker.slow = True
                _set_priority(worker.pid, _BEHIND)

    def release(self, worker: Worker) -> None:
        """Have a worker for the next query; an idle one keeps no memory of its last result."""
        if worker.state is State.GONE:
            return
        worker.state, worker.job = State.IDLE, None
        if worker.slow:
            worker.slow = not _set_priority(worker.pid, 0)
        if worker.last or worker.slow:
            self.bury(worker)
        else:
            os.ftruncate(worker.spool, 0)

    def bury(self, worker: Worker, mourner: Job | None = None) -> None:
        """Kill a worker and let go of all that belongs to it.

        Args:
            mourner: the query that wants to know from `reap` how it ended.
        """
        if worker.state is State.GONE:
            return
        if worker.state is not State.STARTING:
            self._missing.append(worker.job.client if worker.job is not None else "")
        if worker.state is State.RUNNING:
            self._killed += mourner is None
            self._crashed += mourner is not None
        worker.state = State.GONE
        if worker.job is not None:
            worker.job.worker = None
            worker.job = None
        os.kill(worker.pid, signal.SIGKILL)
        last_words = os.pread(worker.complaints, _LAST_WORDS, 0) if mourner is not None else b""
        self._dying[worker.pid] = mourner, last_words.decode(errors="replace")
        self._selector.unregister(worker.channel)
        worker.channel.close()
        os.close(worker.spool)
        os.close(worker.complaints)
        self._workers.remove(worker)

    def reap(self) -> Iterator[tuple[Job, int, str]]:
        """Queries whose workers have ended by themselves, each with the status of that end and the last words."""
        for pid in list(self._dying):
            ended, status = os.waitpid(pid, os.WNOHANG)
            mourner, last_words = self._dying.pop(pid) if ended else (None, "")
            if mourner is not None:
                yield mourner, status, last_words

    def disband(self) -> None:
        """Kill all workers and wait for their end."""
        for worker in self:
            self.bury(worker)
        while self._dying:
            os.waitpid(self._dying.popitem()[0], 0)


def _set_priority(pid: int, behind: int) -> bool:
    """Place a process behind this one, or beside it; False where that is not allowed."""
    try:
        os.setpriority(os.PRIO_PROCESS, pid, os.getpriority(os.PRIO_PROCESS, 0) + behind)
    except OSError:
        return False
    return True
