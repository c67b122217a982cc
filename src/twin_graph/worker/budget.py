"""What each client may use: a bucket of seconds and one of failed requests, which fill again with time.

Pure reckoning with a clock that is given. Who the clients are and what counts as failed is `pool`.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from twin_graph.errors import OverBudget

# The least that lets a client begin: a moment of time, a whole failed request.
_A_MOMENT, _ONE_ERROR = 0.001, 1.0


@dataclass
class Bucket:
    """A token bucket, full at first; one comes back each second. What was taken may leave a debt."""

    capacity: float
    level: float
    at: float

    def look(self, now: float) -> float:
        """How much is in it; negative: a debt.

        >>> Bucket(capacity=10, level=-2, at=100.0).look(105.0)
        3.0
        """
        return min(self.capacity, self.level + now - self.at)

    def take(self, amount: float, now: float) -> None:
        """Take out more than is in it, if need be."""
        self.level, self.at = self.look(now) - amount, now

    def wait(self, wanted: float, now: float) -> float:
        """Seconds until so much is in it; 0: it is."""
        return max(0.0, min(wanted, self.capacity) - self.look(now))


class Budgets:
    """The buckets of all clients. The client "" has no limits.

    Args:
        seconds: query time that one client may use at once; 0: no limit.
        errors: failed requests that one client may send at once; 0: no limit.
        clock: gives seconds that only grow.
        most: of how many clients the buckets are remembered; those that were used longest ago are forgotten.
    """

    def __init__(
        self, seconds: float, errors: float, clock: Callable[[], float] = time.monotonic, most: int = 10_000
    ) -> None:
        self._capacities = (seconds, errors)
        self._clock = clock
        self._most = most
        self._clients: OrderedDict[str, tuple[Bucket, Bucket]] = OrderedDict()

    def __len__(self) -> int:
        """How many clients are remembered."""
        return len(self._clients)

    def check(self, client: str) -> None:
        """Nothing, where a client may ask.

        Raises:
            OverBudget: it has used up its seconds or its errors.
        """
        self._check_errors(client)
        if client in self._clients:
            seconds = self._clients[client][0]
            if pause := seconds.wait(_A_MOMENT, self._clock()):
                text = f"your queries have used up {seconds.capacity:g} seconds; one comes back each second"
                raise OverBudget(text, retry_after=math.ceil(pause))

    def charge(self, client: str) -> None:
        """Count a failed request that nothing was run for.

        Raises:
            OverBudget: the client had no errors left; this one is not counted.
        """
        self._check_errors(client)
        self.use(client, errors=1)

    def use(self, client: str, *, seconds: float = 0.0, errors: int = 0) -> None:
        """Take from the buckets of a client what it has used."""
        if not client:
            return
        now = self._clock()
        for bucket, amount in zip(self._buckets(client, now), (seconds, errors), strict=True):
            if bucket.capacity > 0:
                bucket.take(amount, now)

    def _check_errors(self, client: str) -> None:
        if client in self._clients:
            errors = self._clients[client][1]
            if pause := errors.wait(_ONE_ERROR, self._clock()):
                text = f"{errors.capacity:g} of your requests have failed; one is forgotten each second"
                raise OverBudget(text, retry_after=math.ceil(pause))

    def _buckets(self, client: str, now: float) -> tuple[Bucket, Bucket]:
        if client not in self._clients:
            self._forget(now)
            seconds, errors = (Bucket(capacity, capacity, now) for capacity in self._capacities)
            self._clients[client] = (seconds, errors)
        self._clients.move_to_end(client)
        return self._clients[client]

    def _forget(self, now: float) -> None:
        """Make room: the buckets used longest ago go where they are full, and one of them in any case."""
        while self._clients:
            oldest = next(iter(self._clients))
            full = all(bucket.look(now) >= bucket.capacity for bucket in self._clients[oldest])
            if not full and len(self._clients) < self._most:
                return
            del self._clients[oldest]
