"""What one client may have of the threads: half of them, and few that compute; others have the rest."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future

import pytest

from twin_graph.front.threads import FairThreads, Presence


class Stage:
    """Actions that begin, and go on when they are told to."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.go_on = threading.Event()

    def action(self, name: str) -> Callable[[], str]:
        """An action that notes its beginning and waits."""

        def act() -> str:
            self.begun.append(name)
            self.go_on.wait(10)
            return name

        return act

    def wait_for(self, count: int) -> None:
        """Wait until so many have begun."""
        deadline = time.monotonic() + 10
        while len(self.begun) < count and time.monotonic() < deadline:
            time.sleep(0.005)


@pytest.mark.parametrize(("threads", "most"), [(1, 1), (2, 1), (8, 4), (9, 4)])
def test_half_of_the_threads(threads: int, most: int) -> None:
    """One request more than half of the threads is refused, to this client only; an answer frees its place."""
    stage, fair = Stage(), FairThreads(threads, threads)
    taken = [fair.submit("a", stage.action("a")) for _ in range(most)]
    assert all(taken)
    assert fair.submit("a", stage.action("more")) is None
    other = fair.submit("b", stage.action("b"))
    stage.go_on.set()
    results = [one.result(10) for one in (*taken, other) if one is not None]
    assert [*"a" * most, "b"] == results
    again = fair.submit("a", stage.action("again"))
    assert again is not None
    assert "again" == again.result(10)
    fair.close()


def test_few_compute() -> None:
    """Of one client's actions one computes at a time, in their order; another client's does not wait for them."""
    stage, fair = Stage(), FairThreads(8, 1)
    first = [fair.submit("a", stage.action(f"a{number}")) for number in range(3)]
    stage.wait_for(1)
    fair.submit("b", stage.action("b"))
    stage.wait_for(2)
    assert ["a0", "b"] == stage.begun
    stage.go_on.set()
    assert ["a0", "a1", "a2"] == [one.result(10) for one in first if one is not None]
    assert ["a0", "b", "a1", "a2"] == stage.begun
    fair.close()


def test_who_waits_for_a_query_does_not_compute() -> None:
    """While an action has something that can be called off, the next one begins; both end."""
    stage, fair = Stage(), FairThreads(8, 1)
    presence = Presence(fair, "a")
    announced = threading.Event()

    def ask() -> str:
        with presence.calls(announced.set):
            stage.action("query")()
        return "query"

    query, page = fair.submit("a", ask), fair.submit("a", stage.action("page"))
    stage.wait_for(2)
    assert {"query", "page"} == set(stage.begun)
    presence.announce()
    assert announced.is_set()
    stage.go_on.set()
    assert query is not None
    assert page is not None
    assert ("query", "page") == (query.result(10), page.result(10))
    fair.close()


def test_given_up_before_the_beginning() -> None:
    """What is given up while it waits for its turn does not begin, and its place is free."""
    stage, fair = Stage(), FairThreads(4, 1)
    first, second = fair.submit("a", stage.action("first")), fair.submit("a", stage.action("second"))
    stage.wait_for(1)
    assert second is not None
    assert second.cancel()
    third = fair.submit("a", stage.action("third"))
    assert third is not None
    stage.go_on.set()
    assert "third" == third.result(10)
    assert first is not None
    assert ["first", "third"] == stage.begun
    fair.close()


def test_failures() -> None:
    """What an action raises is its result, and its place is free again."""
    fair = FairThreads(2, 1)
    for _ in range(3):
        found = fair.submit("a", lambda: 1 // 0)
        assert found is not None
        with pytest.raises(ZeroDivisionError):
            found.result(10)
    fair.close()


def test_end() -> None:
    """At the end what has not begun is given up, and nothing is begun any more."""
    stage, fair = Stage(), FairThreads(2, 1)
    waiting: list[Future[str] | None] = [fair.submit(client, stage.action(client)) for client in "abcd"]
    stage.wait_for(2)
    fair.close()
    stage.go_on.set()
    assert [False, False, True, True] == [one.cancelled() for one in waiting if one is not None]
    assert ["a", "b"] == stage.begun


def test_nothing_is_left() -> None:
    """Of clients that have been answered nothing is remembered."""
    fair = FairThreads(4, 1)
    for number in range(100):
        found = fair.submit(f"127.0.0.{number}", lambda: None)
        assert found is not None
        found.result(10)
    deadline = time.monotonic() + 10
    while fair._shares and time.monotonic() < deadline:
        time.sleep(0.005)
    assert {} == fair._shares
    fair.close()
