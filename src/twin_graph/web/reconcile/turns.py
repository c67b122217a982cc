"""How much of a web process reconciliation may take: one batch at a time, a short line, and a budget for each client.

Matching computes in the interpreter that pages are made in: two batches at once would end no sooner, and make every
page slower. Who finds the line full is told to come back (R14). The budget is that of queries, kept apart from it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from twin_graph.errors import ClientGone, ServiceBusy
from twin_graph.worker import Departure
from twin_graph.worker.budget import Budgets

MOST_WAITING = 16
PATIENCE = 10.0
BATCH_SECONDS = 20.0
_RETRY = 2


class Turns:
    """The turns of one application.

    Args:
        seconds: that one client may use at once; one comes back each second; 0: no limit.
    """

    def __init__(self, seconds: float, waiting: int = MOST_WAITING, patience: float = PATIENCE) -> None:
        self._turn = threading.Lock()
        self._lock = threading.Lock()
        self._waiting = 0
        self._most, self._patience = waiting, patience
        self._budgets = Budgets(seconds, 0)

    @contextmanager
    def take(self, client: str, departure: Departure | None) -> Iterator[Turn]:
        """Have the turn during a block.

        Raises:
            OverBudget: the client has used up its seconds.
            ServiceBusy: too many wait, or it took too long.
        """
        with self._lock:
            self._budgets.check(client)
        self._wait(departure)
        turn = Turn(departure)
        try:
            yield turn
        finally:
            self._turn.release()
            with self._lock:
                self._budgets.use(client, seconds=turn.seconds)

    def _wait(self, departure: Departure | None) -> None:
        with self._lock:
            if self._waiting >= self._most:
                raise ServiceBusy("too many tables are being matched; try again later", retry_after=_RETRY)
            self._waiting += 1
        try:
            with ExitStack() as paused:
                # Who waits computes nothing, so that the same client may have something else done.
                if departure is not None:
                    paused.enter_context(departure.calls(_nothing))
                is_ours = self._turn.acquire(timeout=self._patience)
        finally:
            with self._lock:
                self._waiting -= 1
        if not is_ours:
            raise ServiceBusy("other tables are being matched; try again later", retry_after=_RETRY)


class Turn:
    """A turn, with the time that it has taken."""

    def __init__(self, departure: Departure | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._departure = departure
        self._clock = clock
        self._began = clock()

    @property
    def seconds(self) -> float:
        """How long it has lasted."""
        return self._clock() - self._began

    def look(self) -> bool:
        """Whether there is time for more.

        Raises:
            ClientGone: nobody waits for the answer.
        """
        if self._departure is not None and self._departure.gone:
            raise ClientGone("the client has gone")
        return self.seconds < BATCH_SECONDS

    def require(self) -> None:
        """Nothing, where there is time for more.

        Raises:
            ServiceBusy: there is none.
            ClientGone: nobody waits for the answer.
        """
        if not self.look():
            raise ServiceBusy("this takes too long at the moment; ask for less, or later", retry_after=_RETRY)


def _nothing() -> None:
    """What is done at once when a client goes away that only waits."""
