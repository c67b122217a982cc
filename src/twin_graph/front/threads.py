"""The threads in which the application runs, and what one client may have of them, so that nobody slows others.

A client has at most half of the threads. Of its requests only a few compute at a time, for they share one
interpreter with those of everybody else; the others wait for their turn without a thread. While the application
waits for a query nothing is computed: `Departure.calls` says when that is. What a refused client is told is
up to others.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from twin_graph.worker import Departure

_Result = TypeVar("_Result")


@dataclass(eq=False)
class _Share:
    """What one client has: requests that are not answered yet, those that compute, and those to come."""

    taken: int = 0
    computing: int = 0
    line: dict[Future[Any], Callable[[], Any]] = field(default_factory=dict)


class FairThreads:
    """Run actions of clients in threads.

    Args:
        threads: how many there are.
        computing: how many actions of one client may compute at a time.
    """

    def __init__(self, threads: int, computing: int) -> None:
        self._threads = ThreadPoolExecutor(threads, "application")
        self._most = max(1, threads // 2)
        self._computing = computing
        self._lock = threading.RLock()  # an executor that is shut down calls back at once
        self._shares: dict[str, _Share] = {}

    def submit(self, client: str, action: Callable[[], _Result]) -> Future[_Result] | None:
        """Run an action when it is its turn; None, at once, when the client has all that it may have."""
        result: Future[_Result] = Future()
        with self._lock:
            share = self._shares.setdefault(client, _Share())
            if share.taken >= self._most:
                return None
            share.taken += 1
            share.line[result] = action
        result.add_done_callback(partial(self._give_up, client))
        self._advance(client)
        return result

    @contextlib.contextmanager
    def pause(self, client: str) -> Iterator[None]:
        """The action that runs in this thread computes nothing during the block; another one may."""
        self._stop_computing(client)
        try:
            yield
        finally:
            # It does not wait for its turn a second time: whoever has it may be waiting for this very thread.
            with self._lock:
                self._shares[client].computing += 1

    def close(self) -> None:
        """Begin nothing any more; what runs is not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            waiting = [result for share in self._shares.values() for result in share.line]
        for result in waiting:
            result.cancel()

    def _advance(self, client: str) -> None:
        with self._lock:
            share = self._shares.get(client)
            while share is not None and share.line and share.computing < self._computing:
                result, action = next(iter(share.line.items()))
                try:
                    begun = self._threads.submit(self._run, client, action, result)
                except RuntimeError:  # closed
                    return
                del share.line[result]
                share.computing += 1
                begun.add_done_callback(partial(_cancel_with, result))

    def _run(self, client: str, action: Callable[[], _Result], result: Future[_Result]) -> None:
        try:
            if not result.set_running_or_notify_cancel():
                return
            try:
                found = action()
            except BaseException as problem:  # whatever it is, it is the result
                self._give_back(client)
                result.set_exception(problem)
            else:
                # First, so that who has an answer may ask again.
                self._give_back(client)
                result.set_result(found)
        finally:
            self._stop_computing(client)

    def _stop_computing(self, client: str) -> None:
        with self._lock:
            self._shares[client].computing -= 1
            self._forget(client)
        self._advance(client)

    def _give_up(self, client: str, result: Future[Any]) -> None:
        if result.cancelled():
            with self._lock:
                self._shares[client].line.pop(result, None)
            self._give_back(client)

    def _give_back(self, client: str) -> None:
        with self._lock:
            self._shares[client].taken -= 1
            self._forget(client)

    def _forget(self, client: str) -> None:
        share = self._shares[client]
        if not share.taken and not share.computing:
            del self._shares[client]


def _cancel_with(result: Future[Any], begun: Future[None]) -> None:
    if begun.cancelled():
        result.cancel()


class Presence(Departure):
    """The departure of a client whose action runs in one of the threads; it pauses while a query is waited for."""

    def __init__(self, threads: FairThreads, client: str) -> None:
        super().__init__()
        self._threads, self._client = threads, client

    @contextlib.contextmanager
    def calls(self, action: Callable[[], None]) -> Iterator[None]:
        """As a departure's."""
        with self._threads.pause(self._client), super().calls(action):
            yield
