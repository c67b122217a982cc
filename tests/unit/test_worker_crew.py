"""The crew, with processes that only sleep in the place of workers."""

from __future__ import annotations

import contextlib
import os
import selectors
import socket

from query_pools import wait_for
from twin_graph.worker.crew import Crew
from twin_graph.worker.isolated import READY
from twin_graph.worker.jobs import Caller, Job, Worker
from twin_graph.worker.messages import encode

ONE, OTHER = "192.0.2.1", "192.0.2.2"


class TestReplacement:
    """A worker that was killed for a client is the client's until there is another one."""

    def test_counts_until_it_is_ready(self) -> None:
        """Killing a worker does not give its client a place for the next query; for others nothing changes."""
        workers: list[Worker] = []
        with (
            selectors.DefaultSelector() as selector,
            socket.socket(socket.AF_UNIX) as connection,
            contextlib.ExitStack() as stack,
        ):
            crew = Crew(1, lambda: sleeper(stack), selector, workers.append)
            stack.callback(crew.disband)
            grow(crew, 2)
            for worker in crew:
                assert crew.start(worker, encode({READY: True}))
            job = Job(Caller(connection), b"query", ONE, "", seconds=1.0, arrived=0.0, deadline=1.0)
            worker = next(iter(crew))
            assert crew.give(worker, job)
            assert (1, 0) == (crew.count(ONE), crew.count(OTHER))
            crew.bury(worker)
            assert (1, 0) == (crew.count(ONE), crew.count(OTHER))
            grow(crew, 2)
            assert (1, 0) == (crew.count(ONE), crew.count(OTHER))
            assert crew.start(list(crew)[-1], encode({READY: True}))
            assert (0, 0) == (crew.count(ONE), crew.count(OTHER))


def sleeper(stack: contextlib.ExitStack) -> tuple[int, socket.socket, int, int]:
    """A process that only sleeps, in the place of a worker; its end of the channel is closed with the stack."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    stack.enter_context(theirs)
    pid = os.posix_spawn("/bin/sleep", ["sleep", "60"], {})
    return pid, ours, os.memfd_create("spool"), os.memfd_create("complaints")


def grow(crew: Crew, workers: int) -> None:
    """Replenish a crew, which pauses between two forks."""

    def is_whole() -> bool:
        crew.replenish()
        return len(list(crew)) == workers

    assert wait_for(is_whole)
