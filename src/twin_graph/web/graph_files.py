"""Graphs as files: written once for a snapshot, in files without names, and read by many at a time.

What a graph is called and how it is asked for is `graph_store`.
"""

from __future__ import annotations

import os
import tempfile
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import IO

from twin_graph.errors import ServiceBusy

_PIECE = 1 << 20
_RETRY_AFTER = 5


class GraphFile:
    """A whole graph in one format; the file is gone when nobody refers to this object."""

    def __init__(self, write: Callable[[IO[bytes]], object]) -> None:
        self._file = tempfile.TemporaryFile(prefix="twin-graph-")  # noqa: SIM115 - closed with this object
        weakref.finalize(self, self._file.close)
        write(self._file)
        self._file.flush()
        self.size = self._file.tell()

    def pieces(self) -> Iterator[bytes]:
        """The content, piece by piece; several may read at the same time."""
        position = 0
        while piece := os.pread(self._file.fileno(), _PIECE, position):
            yield piece
            position += len(piece)


class GraphFiles:
    """The files of one snapshot in one web process; where room is needed, those asked for longest ago go first.

    Writing takes a processor for seconds, so there is one writing at a time.

    Args:
        most: bytes of all files that are kept.
    """

    def __init__(self, most: int = 256_000_000) -> None:
        self._most = most
        self._files: OrderedDict[str, GraphFile] = OrderedDict()
        self._making: dict[str, Future[GraphFile]] = {}
        self._changing = threading.Lock()

    def __len__(self) -> int:
        """How many files are kept."""
        return len(self._files)

    def find(self, tag: str, write: Callable[[IO[bytes]], object]) -> GraphFile:
        """The file of a tag; if there is none, `write` makes its content, and who asks meanwhile waits for it.

        It is made for all, so a client that goes away does not stop it.

        Raises:
            ServiceBusy: another one is being written; waiting would take a place from those who ask for less.
        """
        with self._changing:
            if tag in self._files:
                self._files.move_to_end(tag)
                return self._files[tag]
            waited_for = self._making.get(tag)
            if waited_for is None:
                if self._making:
                    raise ServiceBusy(
                        "another graph is being written; try again later", retry_after=_RETRY_AFTER
                    )
                making = self._making[tag] = Future()
        return self._make(tag, making, write) if waited_for is None else waited_for.result()

    def _make(self, tag: str, making: Future[GraphFile], write: Callable[[IO[bytes]], object]) -> GraphFile:
        try:
            making.set_result(GraphFile(write))
        except BaseException as problem:
            making.set_exception(problem)
            raise
        finally:
            with self._changing:
                del self._making[tag]
        with self._changing:
            self._files[tag] = making.result()
            while sum(each.size for each in self._files.values()) > self._most:
                self._files.popitem(last=False)
        return making.result()
