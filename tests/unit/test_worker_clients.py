"""Clients of a pool: each has its share, its budget and its time, and what it leaves behind is stopped."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import socket
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from query_pools import ASK, ENDLESS, LIMITS, Start, ask, children, has_settled, pools, wait_for
from twin_graph.errors import (
    ClientGone,
    MalformedQuery,
    OverBudget,
    QueryResources,
    QueryTimeout,
    ResultTooLarge,
    ServiceBusy,
)
from twin_graph.snapshot import Snapshot
from twin_graph.worker import Departure, QueryPool
from twin_graph.worker.messages import encode_error

ONE, OTHER, THIRD = "192.0.2.1", "192.0.2.2", "192.0.2.3"
# A hundredth of a second or so of work that ends.
WORK = "SELECT (COUNT(*) AS ?n) { { SELECT * { ?a ?b ?c } LIMIT 20 } ?d ?e ?f }"


@pytest.fixture(scope="module")
def start(tiny_snapshot: Snapshot) -> Iterator[Start]:
    """Starts pools on the tiny snapshot, and ends them after the module."""
    with pools(tiny_snapshot) as start_one:
        yield start_one


class Crowd:
    """Queries in threads of their own; `ended` counts by client and outcome."""

    def __init__(self, pool: QueryPool) -> None:
        self._pool = pool
        self._threads: list[threading.Thread] = []
        self.ended: Counter[tuple[str, str]] = Counter()
        self.said: list[str] = []

    def send(self, client: str, text: str = ENDLESS, seconds: float | None = None) -> None:
        """Send a query, and give it time to come to its place."""
        thread = threading.Thread(target=self._run, args=(client, text, seconds))
        self._threads.append(thread)
        thread.start()
        time.sleep(0.1)

    def wait(self) -> None:
        """Wait for all answers."""
        for thread in self._threads:
            thread.join()

    def _run(self, client: str, text: str, seconds: float | None) -> None:
        outcome = "answer"
        try:
            ask(self._pool, text, client=client, seconds=seconds)
        except (ServiceBusy, QueryTimeout, OverBudget) as problem:
            outcome = type(problem).__name__
            self.said.append(str(problem))
        self.ended[client, outcome] += 1


class TestShare:
    """No client has more than half of the workers and of the waiting places."""

    def test_half_of_the_workers(self, start: Start) -> None:
        """While one client waits with many endless queries, every other one is answered at once."""
        pool = start(replace(LIMITS, workers=4, queue=8, seconds=2.0))[1]
        crowd = Crowd(pool)
        for _ in range(6):
            crowd.send(ONE)
        for client in (OTHER, THIRD):
            for _ in range(5):
                started = time.monotonic()
                assert 1 == ask(pool, ASK, client=client).rows
                assert time.monotonic() - started < 0.2
        crowd.wait()
        # Two run to the limit; of the four that wait none finds a worker in half of its time.
        assert {(ONE, "QueryTimeout"): 2, (ONE, "ServiceBusy"): 4} == crowd.ended

    def test_half_of_the_places(self, start: Start) -> None:
        """A client that has filled its places is refused, while another one still finds a place."""
        pool = start(replace(LIMITS, workers=1, queue=4, seconds=2.0))[1]
        crowd = Crowd(pool)
        for _ in range(3):
            crowd.send(ONE)
        with pytest.raises(ServiceBusy, match="that one client may have") as caught:
            ask(pool, ASK, client=ONE)
        assert 2 == caught.value.retry_after
        crowd.send(OTHER)
        crowd.send(OTHER)
        with pytest.raises(ServiceBusy, match="all places are taken"):
            ask(pool, ASK, client=THIRD)
        crowd.wait()
        outcomes = {(ONE, "QueryTimeout"): 1, (ONE, "ServiceBusy"): 2, (OTHER, "ServiceBusy"): 2}
        assert outcomes == crowd.ended

    def test_nobody_in_particular_has_no_share(self, start: Start) -> None:
        """Queries without a client may have all workers."""
        pool = start(replace(LIMITS, workers=2, seconds=0.5))[1]
        crowd = Crowd(pool)
        for _ in range(2):
            crowd.send("")
        crowd.wait()
        assert {("", "QueryTimeout"): 2} == crowd.ended


class TestPriority:
    """On a busy machine long queries come last."""

    def test_long_queries_step_back(self, start: Start) -> None:
        """While a query runs for long the others, the pool and the web go first; afterwards all are equal."""
        running, pool = start(replace(LIMITS, seconds=1.0))
        pid = running.process.pid
        assert wait_for(lambda: has_settled(pid, 3))
        crowd = Crowd(pool)
        crowd.send(ONE)
        assert wait_for(lambda: [True, True, False] == [behind == 0 for behind in priorities(pid)])
        crowd.wait()
        assert wait_for(lambda: has_settled(pid, 3) and priorities(pid) == [0, 0, 0])

    def test_answer_of_a_long_query(self, start: Start) -> None:
        """A long query that ends well leaves workers of ordinary priority, the same or new ones."""
        running, pool = start(replace(LIMITS, seconds=30.0, workers=1))
        text = "SELECT (COUNT(*) AS ?n) { { SELECT * { ?a ?b ?c } LIMIT 5000 } ?d ?e ?f }"
        assert ask(pool, text).seconds > 0.25
        assert wait_for(lambda: has_settled(running.process.pid, 2))
        assert wait_for(lambda: priorities(running.process.pid) == [0, 0])


class TestStay:
    """Waiting and running together take no longer than the limit."""

    def test_waiting_is_part_of_it(self, start: Start) -> None:
        """A query that has waited runs for the rest of its time, and is told of both."""
        pool = start(replace(LIMITS, workers=1, seconds=2.0))[1]
        crowd = Crowd(pool)
        crowd.send("", seconds=0.7)
        started = time.monotonic()
        with pytest.raises(QueryTimeout) as caught:
            ask(pool, ENDLESS)
        assert time.monotonic() - started < 2 + 1
        said = r"the query was stopped after it had waited (0\.\d+) seconds for a worker and run (1\.\d+) seconds: "
        times = re.fullmatch(said + "together 2 seconds", str(caught.value))
        assert times is not None
        assert 2 == pytest.approx(float(times.group(1)) + float(times.group(2)))
        crowd.wait()
        assert ["the query was stopped after 0.7 seconds"] == crowd.said

    def test_half_of_it_at_most(self, start: Start) -> None:
        """A query whose limit is lower waits shorter."""
        pool = start(replace(LIMITS, workers=1, seconds=3.0))[1]
        crowd = Crowd(pool)
        crowd.send("")
        with pytest.raises(ServiceBusy, match="no worker has become free in time"):
            ask(pool, ASK, seconds=0.05)
        assert not crowd.ended
        crowd.wait()
        assert {("", "QueryTimeout"): 1} == crowd.ended

    def test_fractions_of_a_second(self, start: Start) -> None:
        """A limit of 50 ms is one."""
        with pytest.raises(QueryTimeout, match=r"after 0\.05 seconds$"):
            ask(start()[1], ENDLESS, seconds=0.05)


class TestBudget:
    """What a client uses is counted; who has nothing left is refused, and its query is not run."""

    def test_seconds(self, start: Start) -> None:
        """Who has used up its seconds waits for them; others do not."""
        running, pool = start(replace(LIMITS, client_seconds=0.5, seconds=1.5))
        workers = replaced(running.process.pid, lambda: time_out(pool, ONE))
        with pytest.raises(OverBudget) as caught:
            ask(pool, ENDLESS, client=ONE)
        assert caught.value.retry_after in (1, 2)
        assert 1 == ask(pool, ASK, client=OTHER).rows
        assert workers == set(children(running.process.pid))

    def test_seconds_of_those_who_wait(self, start: Start) -> None:
        """A query that waits is not run when the budget is used up meanwhile."""
        pool = start(replace(LIMITS, workers=1, client_seconds=0.2, seconds=3.0))[1]
        crowd = Crowd(pool)
        crowd.send(ONE, seconds=1.0)
        crowd.send(ONE)
        crowd.wait()
        assert {(ONE, "QueryTimeout"): 1, (ONE, "OverBudget"): 1} == crowd.ended

    @pytest.mark.parametrize(
        ("text", "error"),
        [
            ("SELECT", MalformedQuery),
            (ENDLESS, QueryTimeout),
            ("ASK " + "{" * 30_000 + "}" * 30_000, QueryResources),
            ("SELECT * { ?a ?b ?c . ?d ?e ?f }", ResultTooLarge),
        ],
    )
    def test_errors(self, start: Start, text: str, error: type[Exception]) -> None:
        """Every sort of failed query counts as an error."""
        pool = start(replace(LIMITS, client_errors=1, seconds=0.3))[1]
        with pytest.raises(error):
            ask(pool, text, client=ONE)
        with pytest.raises(OverBudget, match="1 of your requests"):
            ask(pool, ASK, client=ONE)
        assert 1 == ask(pool, ASK, client=OTHER).rows

    def test_good_queries_are_no_errors(self, start: Start) -> None:
        """Nor is being refused for want of room."""
        pool = start(replace(LIMITS, workers=1, queue=0, client_errors=1))[1]
        for _ in range(5):
            ask(pool, ASK, client=ONE)
        crowd = Crowd(pool)
        crowd.send(OTHER)
        for _ in range(3):
            with pytest.raises(ServiceBusy):
                ask(pool, ASK, client=ONE)
        crowd.wait()
        assert wait_for(lambda: has_worker(pool, ONE))

    def test_charge(self, start: Start) -> None:
        """What fails before the pool counts as well; nobody in particular is never refused."""
        pool = start(replace(LIMITS, client_errors=2))[1]
        for _ in range(2):
            pool.charge(ONE)
        for refused in (lambda: pool.charge(ONE), lambda: ask(pool, ASK, client=ONE)):
            with pytest.raises(OverBudget) as caught:
                refused()
            assert 1 == caught.value.retry_after
        pool.charge(OTHER)
        for _ in range(5):
            pool.charge("")
        assert 1 == ask(pool, ASK, client=OTHER).rows

    def test_charge_without_a_pool(self, start: Start) -> None:
        """Where the pool is gone a failed request stays what it is."""
        running, pool = start()
        running.stop()
        pool.charge(ONE)


class TestDeparture:
    """Nobody computes for a client that has gone."""

    def test_while_it_runs(self, start: Start) -> None:
        """The worker is killed long before the limit, the query is not run again, and its seconds are charged."""
        running, pool = start(replace(LIMITS, seconds=60.0, client_seconds=0.1))

        with leaving(after=0.3) as departure:
            workers = replaced(running.process.pid, lambda: leave(pool, ONE, departure))
        with pytest.raises(OverBudget):
            ask(pool, ASK, client=ONE)
        assert 1 == ask(pool, ASK).rows
        assert workers == set(children(running.process.pid))

    def test_while_it_waits(self, start: Start) -> None:
        """The query leaves the line, and its place is free."""
        pool = start(replace(LIMITS, workers=1, queue=1, seconds=3.0))[1]
        crowd = Crowd(pool)
        crowd.send(OTHER)
        with leaving(after=0.2) as departure, pytest.raises(ClientGone):
            ask(pool, ASK, client=ONE, departure=departure)
        crowd.send(THIRD, ASK)
        with pytest.raises(ServiceBusy, match="all places are taken"):
            ask(pool, ASK, client=ONE)
        crowd.wait()
        assert {(OTHER, "QueryTimeout"): 1, (THIRD, "ServiceBusy"): 1} == crowd.ended

    def test_it_is_an_error(self, start: Start) -> None:
        """Who has workers killed again and again is refused in the end; others are not."""
        pool = start(replace(LIMITS, seconds=60.0, client_errors=3))[1]
        left = 0

        def insist() -> None:
            nonlocal left
            while left < 50:
                with leaving(after=0.1) as departure:
                    leave(pool, ONE, departure)
                left += 1

        with pytest.raises(OverBudget, match="3 of your requests have failed"):
            insist()
        assert left >= 3
        assert 1 == ask(pool, ASK, client=OTHER).rows

    def test_waiting_in_vain_is_none(self, start: Start) -> None:
        """Who leaves while a query waits has had no worker killed."""
        pool = start(replace(LIMITS, workers=1, seconds=3.0, client_errors=3))[1]
        crowd = Crowd(pool)
        crowd.send(ONE)
        time.sleep(0.2)
        for _ in range(6):
            with leaving(after=0.05) as departure:
                leave(pool, OTHER, departure)
        assert not crowd.ended
        crowd.wait()
        assert wait_for(lambda: has_worker(pool, OTHER))

    def test_connection_stays(self, start: Start) -> None:
        """A pool that ends with its last connection goes on: a cancelled query does not cost one."""
        running, pool = start(replace(LIMITS, seconds=60.0))
        running.retire()
        for _ in range(3):
            with leaving(after=0.1) as departure:
                leave(pool, ONE, departure)
        assert 1 == ask(pool, ASK, client=OTHER).rows
        assert running.is_running

    @pytest.mark.parametrize("threads", [1, 8])
    def test_others_meanwhile(self, start: Start, threads: int) -> None:
        """While a client asks and leaves, again and again, others are answered in less than 200 ms."""
        pool = start(replace(LIMITS, workers=4, queue=16, seconds=10.0, client_errors=0))[1]
        stop, left = threading.Event(), Counter[int]()

        def insist(number: int) -> None:
            while not stop.is_set():
                with leaving(after=0.001) as departure, contextlib.suppress(ClientGone, ServiceBusy):
                    ask(pool, ENDLESS, client=ONE, departure=departure)
                left[number] += 1

        insistent = [threading.Thread(target=insist, args=(number,)) for number in range(threads)]
        for thread in insistent:
            thread.start()
        seconds = []
        for _ in range(50):
            started = time.monotonic()
            assert 1 == ask(pool, ASK, client=OTHER).rows
            seconds.append(time.monotonic() - started)
        stop.set()
        for thread in insistent:
            thread.join()
        assert threads == len(left)
        assert statistics.median(seconds) < 0.2
        assert max(seconds) < 1

    def test_before_it_was_sent(self, start: Start) -> None:
        """A query whose client has gone already is not run at all."""
        running, pool = start()
        ask(pool, ASK)
        workers = children(running.process.pid)
        departure = Departure()
        departure.announce()
        for _ in range(3):
            with pytest.raises(ClientGone):
                ask(pool, ENDLESS, departure=departure)
        time.sleep(0.1)
        assert workers == children(running.process.pid)

    def test_after_the_answer(self, start: Start) -> None:
        """A client that goes after its answer disturbs nobody who has the connection next."""
        pool, departure = start()[1], Departure()
        assert 1 == ask(pool, ASK, departure=departure).rows
        departure.announce()
        assert 1 == ask(pool, ASK).rows

    def test_many(self, start: Start) -> None:
        """Clients that go at any moment leave a pool in order."""
        running, pool = start(replace(LIMITS, workers=4, queue=16))
        gone = 0
        for number in range(60):
            with leaving(after=0.0005 * number) as departure, contextlib.suppress(ServiceBusy):
                try:
                    ask(pool, WORK if number % 2 else ENDLESS, departure=departure)
                except ClientGone:
                    gone += 1
        assert gone > 30
        assert wait_for(lambda: has_settled(running.process.pid, 5))
        assert 1 == ask(pool, ASK).rows


class TestDoor:
    """A pool with more connections than it has accepted is knocked at for a while."""

    @pytest.fixture
    def door(self, tmp_path: Path) -> Iterator[socket.socket]:
        """A socket where nobody accepts, and before which as many wait as may."""
        with contextlib.ExitStack() as stack:
            door = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET))
            door.bind(str(tmp_path / "q"))
            door.listen(0)
            outcome = 0
            while not outcome:
                visitor = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET))
                visitor.setblocking(False)
                outcome = visitor.connect_ex(door.getsockname())
            assert errno.EAGAIN == outcome
            yield door

    def test_opened_in_time(self, door: socket.socket) -> None:
        """Who knocks is answered as soon as there is room."""
        pool = QueryPool(Path(door.getsockname()))

        def open_door() -> None:
            with door.accept()[0], door.accept()[0] as caller:
                assert b"ASK" in caller.recv(10_000)
                caller.send(encode_error(MalformedQuery("read")))

        timer = threading.Timer(0.3, open_door)
        timer.start()
        with pytest.raises(MalformedQuery):
            ask(pool, ASK)
        timer.join()
        pool.close()

    def test_never_opened(self, door: socket.socket) -> None:
        """After a second the service is busy; who has gone meanwhile does not wait for that."""
        pool = QueryPool(Path(door.getsockname()))
        started = time.monotonic()
        with leaving(after=0.1) as departure:
            leave(pool, ONE, departure)
        assert time.monotonic() - started < 1
        with pytest.raises(ServiceBusy):
            ask(pool, ASK)


def leave(pool: QueryPool, client: str, departure: Departure) -> None:
    """An endless query of a client that goes away before it ends."""
    with pytest.raises(ClientGone):
        ask(pool, ENDLESS, client=client, departure=departure)


@contextlib.contextmanager
def leaving(after: float) -> Iterator[Departure]:
    """A client that goes away after some seconds."""
    departure = Departure()
    timer = threading.Timer(after, departure.announce)
    timer.start()
    try:
        yield departure
    finally:
        timer.join()


def priorities(pool: int) -> list[int]:
    """By how much the workers of a pool come behind it, sorted."""
    here = os.getpriority(os.PRIO_PROCESS, pool)
    return sorted(os.getpriority(os.PRIO_PROCESS, worker) - here for worker in children(pool))


def time_out(pool: QueryPool, client: str) -> None:
    """A query of a client that only the clock stops."""
    with pytest.raises(QueryTimeout):
        ask(pool, ENDLESS, client=client)


def replaced(pool: int, act: Callable[[], None], workers: int = 3) -> set[int]:
    """The workers of a pool after an act that one of them did not survive."""
    assert wait_for(lambda: has_settled(pool, workers))
    before = set(children(pool))
    act()
    assert wait_for(lambda: len(before & set(children(pool))) == workers - 1)
    assert wait_for(lambda: has_settled(pool, workers))
    return set(children(pool))


def has_worker(pool: QueryPool, client: str) -> bool:
    """Whether a client is answered."""
    try:
        return ask(pool, ASK, client=client).rows == 1
    except ServiceBusy:
        return False
