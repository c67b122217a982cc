"""Time and patience: the clock, the budget of server seconds and errors, and how long to wait before another try.

The service gives a client 60 seconds of processing in 60 seconds and 30 errors in a minute; we stay below, so that it
never has to tell us. Nothing here looks at a clock of its own: tests give one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from secrets import SystemRandom
from time import sleep
from typing import Protocol

SECONDS, ERRORS, PERIOD = 45.0, 20.0, 60.0
BASE, CAP = 2.0, 120.0


class Clock(Protocol):
    """The present, and a way to let it pass."""

    def now(self) -> datetime:
        """The present moment, in UTC."""

    def sleep(self, seconds: float) -> None:
        """Return when so many seconds have passed."""


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """The present moment."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait."""
        sleep(seconds)


class Bucket:
    """An allowance that comes back with time: so much at once, and as much again in each period."""

    def __init__(self, clock: Clock, allowance: float, period: float = PERIOD) -> None:
        self._clock, self._allowance, self._rate = clock, allowance, allowance / period
        self._left, self._at = allowance, clock.now()

    def _refill(self) -> float:
        now = self._clock.now()
        passed = max(0.0, (now - self._at).total_seconds())
        self._left = min(self._allowance, self._left + passed * self._rate)
        self._at = now
        return self._left

    def take(self, amount: float) -> None:
        """Note that so much was used, also when it is more than is left."""
        self._refill()
        self._left -= amount

    def delay(self, needed: float) -> float:
        """Seconds until so much is there; 0 where it is."""
        return max(0.0, (min(needed, self._allowance) - self._refill()) / self._rate)


def backoff(attempt: int, jitter: Callable[[], float]) -> float:
    """Seconds before another try, after so many in vain: anything up to a bound that doubles (full jitter).

    >>> [backoff(attempt, lambda: 1.0) for attempt in (1, 2, 3, 9)]
    [2.0, 4.0, 8.0, 120.0]
    """
    return min(CAP, BASE * 2.0 ** (attempt - 1)) * jitter()


def chance() -> float:
    """A number from 0 to 1 that nobody can foresee."""
    return SystemRandom().random()
