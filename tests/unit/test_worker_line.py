"""The waiting line, without processes."""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Iterator

import pytest

from twin_graph.worker.jobs import Caller, Job
from twin_graph.worker.line import WaitingLine


@pytest.fixture
def caller() -> Iterator[Caller]:
    """A caller that says nothing."""
    with socket.socket(socket.AF_UNIX) as connection:
        yield Caller(connection)


def job(caller: Caller, client: str) -> Job:
    """A query of a client."""
    return Job(caller, b"", client, "", seconds=1.0, arrived=0.0, deadline=0.5)


def nothing(_: Job) -> int:
    """No client holds a worker."""
    return 0


class TestWaitingLine:
    """First come, first served, among those that may be served."""

    def test_nobody_waits_behind_another_client(self, caller: Caller) -> None:
        """The first query that may run is not the first that came, where that one's client has its share."""
        line = WaitingLine(8, 4)
        jobs = [job(caller, client) for client in ("a", "a", "b", "a", "b")]
        for one in jobs:
            line.add(one)
        assert jobs[0] is line.first(lambda _: True, nothing)
        assert jobs[2] is line.first(lambda one: one.client != "a", nothing)
        assert line.first(lambda _: False, nothing) is None
        line.remove(jobs[2])
        assert jobs[4] is line.first(lambda one: one.client != "a", nothing)
        assert [jobs[0], jobs[1], jobs[3], jobs[4]] == list(line)

    def test_clients_take_turns(self, caller: Caller) -> None:
        """Of clients that have queries, the one with the fewest workers comes next, whoever came first."""
        line, held = WaitingLine(16, 8), Counter[str]()
        for client in "aaaabbc":
            line.add(job(caller, client))
        order = ""
        while found := line.first(lambda _: True, lambda one: held[one.client]):
            line.remove(found)
            held[found.client] += 1
            order += found.client
        assert "abcabaa" == order

    def test_places(self, caller: Caller) -> None:
        """A client fills its own places before it fills all of them; nobody in particular fills all."""
        line = WaitingLine(4, 2)
        for expected in (False, False, True):
            line.add(job(caller, "a"))
            assert (False, expected) == (line.is_full(), line.is_full_for("a"))
        assert not line.is_full_for("b")
        for expected in (False, True):
            line.add(job(caller, ""))
            assert (expected, False) == (line.is_full(), line.is_full_for(""))
