"""The news that a client has gone, from who sees its connection to who works for it.

Who looks after the connection announces it, on any thread; who works for the client has something done then.
What is done is up to them: here no connection is known.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Departure:
    """Whether one client, waiting for one answer, has gone. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._gone = False
        self._actions: list[Callable[[], None]] = []

    @property
    def gone(self) -> bool:
        """Whether it was announced."""
        return self._gone

    def announce(self) -> None:
        """Say that the client has gone; every action in force is run before this returns, once."""
        with self._lock:
            self._gone = True
            while self._actions:
                self._actions.pop()()

    @contextmanager
    def calls(self, action: Callable[[], None]) -> Iterator[None]:
        """Have an action run when the client goes away during the block, or at once when it has gone.

        The action is quick and does not use this object. After the block it is not running any more.
        """
        with self._lock:
            if self._gone:
                action()
            else:
                self._actions.append(action)
        try:
            yield
        finally:
            with self._lock:
                if action in self._actions:
                    self._actions.remove(action)
