"""A clock that stands still until somebody sleeps or it is told to go on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Lock

START = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


class FakeClock:
    """A clock for tests; `slept` are the seconds that somebody waited for, one after the other."""

    def __init__(self, start: datetime = START) -> None:
        self._now, self._lock = start, Lock()
        self.slept: list[float] = []

    def now(self) -> datetime:
        """The moment that it is."""
        with self._lock:
            return self._now

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass at once."""
        self.slept.append(seconds)
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Let time pass without anybody waiting for it."""
        with self._lock:
            self._now += timedelta(seconds=seconds)
