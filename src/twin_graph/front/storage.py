"""How many bytes of answers lie in files: a limit for all clients of a process together, and half of it for one.

A file takes room until nobody has it open: the server reads it as slowly as its client does, long after the front
has closed it. Who has it open is looked up only when there is no room left. The files are `answer`'s.
"""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

_DESCRIPTORS = Path("/proc/self/fd")


class NoRoom(Exception):
    """There is no room for more at the moment."""


@dataclass(frozen=True)
class _Closed:
    """A file that the front has closed and others may have open."""

    client: str
    size: int


@dataclass
class Room:
    """What one file takes of a storage: so far nothing."""

    storage: Storage
    client: str
    size: int = 0

    def take(self, size: int) -> None:
        """Take more.

        Raises:
            NoRoom: there is not so much.
        """
        self.storage.take(self.client, size)
        self.size += size

    def leave(self, name: str) -> None:
        """Give it back as soon as nobody has the file of this name open any more."""
        self.storage.give_back(name, self.client, self.size)


class Storage:
    """The room that there is, in bytes. Safe in threads."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        # Answers end when the last one who refers to them does, perhaps in the middle of what holds the lock.
        self._lock = threading.RLock()
        self._taken: Counter[str] = Counter()
        self._closed: dict[str, _Closed] = {}  # by the name that /proc gives a file

    @property
    def taken(self) -> int:
        """Bytes that files take, of whom it is not known that nobody reads them."""
        return self._taken.total()

    def take(self, client: str, size: int) -> None:
        """Take room.

        Raises:
            NoRoom: there is not so much.
        """
        with self._lock:
            if not self._has_room(client, size):
                names = open_files()
                self._end_all_but(names)
                if not self._has_room(client, size):
                    raise NoRoom
            self._taken[client] += size

    def give_back(self, name: str, client: str, size: int) -> None:
        """Give back the room of a file that was just closed, as soon as everybody has closed it."""
        with self._lock:
            self._closed[name] = _Closed(client, size)

    def _has_room(self, client: str, size: int) -> bool:
        return self._taken.total() + size <= self._limit and self._taken[client] + size <= self._limit // 2

    def _end_all_but(self, open_names: set[str]) -> None:
        """Forget the closed files that nobody has open any more."""
        for name in self._closed.keys() - open_names:
            file = self._closed.pop(name)
            self._taken[file.client] -= file.size
            if not self._taken[file.client]:
                del self._taken[file.client]


def open_files() -> set[str]:
    """Names of everything that this process has open."""
    names = set()
    for entry in _DESCRIPTORS.iterdir():
        with contextlib.suppress(OSError):
            names.add(str(entry.readlink()))
    return names
