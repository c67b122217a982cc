"""Ask a file of SQLite that never changes, from several threads, and after its name is gone.

Each thread has its own connection. The first one stays open: when the snapshot of the file is deleted, or another
file has taken its name, it serves all threads in turn. Knows no tables.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from pathlib import Path
from typing import Any

from twin_graph.errors import SnapshotDamaged

_File = tuple[int, int]  # device and number
_ATTEMPTS = 3


class Connections:
    """The connections of one process to one file; a process that was forked opens its own."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._lock = threading.Lock()
        self._process = 0
        self._first: sqlite3.Connection | None = None
        self._file: _File | None = None
        self._opened: list[sqlite3.Connection] = []

    def rows(self, question: str, *values: object) -> list[Any]:
        """The rows that answer a question.

        Raises:
            SnapshotDamaged: the file cannot be read.
        """
        try:
            own = self._own()
            if own is not None:
                return own.execute(question, values).fetchall()
            with self._lock:
                assert self._first is not None
                return self._first.execute(question, values).fetchall()
        except sqlite3.Error as problem:
            raise SnapshotDamaged(f"{self._path.name} cannot be read: {problem}; build again") from problem

    def close(self) -> None:
        """Close them all: nothing is asked any more."""
        with self._lock:
            opened, self._opened = self._opened, []
            for connection in opened:
                connection.close()

    def _own(self) -> sqlite3.Connection | None:
        """The connection of this thread; None where the file is there no more and the first one serves."""
        if self._process != os.getpid():
            self._start()
        process, connection = getattr(self._local, "opened", (0, None))
        if process != self._process:
            connection = self._open_another()
            self._local.opened = (self._process, connection)
        return connection

    def _start(self) -> None:
        with self._lock:
            if self._process == os.getpid():
                return
            for _ in range(_ATTEMPTS):
                before, first = self._find_file(), self._connect()
                if before == self._find_file():
                    break
                first.close()
            self._first, self._file, self._opened = first, before, [first]
            self._process = os.getpid()

    def _open_another(self) -> sqlite3.Connection | None:
        if self._find_file() != self._file:
            return None
        with self._lock:
            connection = self._connect()
            # The first connection holds the file, so that no other can have its number.
            if self._find_file() != self._file:
                connection.close()
                return None
            self._opened.append(connection)
        return connection

    def _connect(self) -> sqlite3.Connection:
        address = f"{self._path.absolute().as_uri()}?mode=ro&immutable=1"
        return sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)

    def _find_file(self) -> _File | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino
