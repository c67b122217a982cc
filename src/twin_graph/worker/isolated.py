"""The worker: one process that answers one query after the other and can do nothing else.

It is forked by the pool, shuts itself in (`isolation`) before it reads a query, writes results to a file in
memory that the pool holds too, and says on its channel how it went. Time is kept by the pool.
"""

from __future__ import annotations

import gc
import os
import resource
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, cast

from twin_graph.errors import OperatorError, ResultTooLarge, TwinGraphError
from twin_graph.namespaces import PREFIXES
from twin_graph.store import Store
from twin_graph.worker import isolation
from twin_graph.worker.endings import engine_fault, out_of_memory
from twin_graph.worker.messages import LONGEST, QueryLimits, QueryRequest, encode, encode_error

READY = "ready"
# A worker whose memory once grew by so many MB, or by this part of the limit, gives little of it back: it is
# replaced, so that idle ones are small and each query has its room.
_WORN_MB, _WORN_PART = 32, 4


class Spool:
    """A file in memory that refuses to grow beyond a number of bytes.

    Shaped like the binary file that the engine's serialisers write to and its parsers read from.
    """

    def __init__(self, descriptor: int, most: int) -> None:
        self._descriptor = descriptor
        self._most = most
        self._position = 0
        self.size = 0

    def write(self, data: bytes) -> int:
        """Append bytes."""
        if self.size + len(data) > self._most:
            raise ResultTooLarge(f"the result is larger than {self._most / 1_000_000:g} MB")
        rest = memoryview(data)
        while rest:
            written = os.write(self._descriptor, rest)
            self.size += written
            rest = rest[written:]
        return len(data)

    def read(self, size: int = -1) -> bytes:
        """Read on from where the last reading or `seek` ended."""
        data = os.pread(self._descriptor, self.size if size < 0 else size, self._position)
        self._position += len(data)
        return data

    def seek(self, position: int) -> int:
        """Read from here on."""
        self._position = position
        return position

    def tell(self) -> int:
        """Where the next byte is written."""
        return self.size

    def flush(self) -> None:
        """Nothing is held back."""

    def clear(self) -> None:
        """Begin anew."""
        os.ftruncate(self._descriptor, 0)
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        self.size = self._position = 0


def run(
    channel: socket.socket,
    spool: int,
    limits: QueryLimits,
    open_store: Callable[[], tuple[Store, Path | None]],
) -> None:
    """Shut this process in and answer queries until the pool closes the channel.

    Args:
        open_store: gives the store that the pool has in memory, or opens the one on disk and says where.
    """
    try:
        filtered = isolation.forbid_calls()
        store, folder = open_store()
        isolation.shut(limits.memory_mb, folder, filtered=filtered)
    except TwinGraphError as problem:
        channel.send(encode_error(problem))
        return
    except Exception as problem:
        channel.send(encode_error(OperatorError(f"a query process cannot start: {problem}")))
        return
    channel.send(encode({READY: True}))
    _answer_all(channel, Spool(spool, int(limits.megabytes * 1_000_000)), limits, store)


def become_worker(parent: int, *kept: int, complaints: int) -> tuple[int, ...]:
    """Undo what a fork inherits from the pool: its signal handlers, and its descriptors but those to be kept.

    Gives the new numbers of those that are kept.

    Args:
        complaints: a file for what is written to standard error.
    """
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    gc.freeze()
    isolation.die_with_parent(parent)
    return isolation.close_all_but(*kept, complaints=complaints)


def _answer_all(channel: socket.socket, spool: Spool, limits: QueryLimits, store: Store) -> None:
    ordinary = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    most = ordinary + min(_WORN_MB, limits.memory_mb // _WORN_PART) * 1024
    served = 0
    while message := channel.recv(LONGEST):
        spool.clear()
        started = time.perf_counter()
        answer = _answer(message, spool, limits, store)
        served += 1
        worn = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > most
        answer["seconds"] = round(time.perf_counter() - started, 6)
        answer["last"] = worn or served >= limits.recycle_after
        channel.send(encode(answer))


def _answer(message: bytes, spool: Spool, limits: QueryLimits, store: Store) -> dict[str, Any]:
    try:
        request = QueryRequest.decode(message)
        answer = store.answer(
            request.text,
            cast(IO[bytes], spool),
            base_iri=request.base_iri,
            offers=request.offers,
            dataset=request.dataset,
            max_rows=limits.rows,
            prefixes=PREFIXES,
        )
    except TwinGraphError as problem:
        return _as_answer(problem)
    except MemoryError:
        return _as_answer(out_of_memory(limits.memory_mb))
    except BaseException as problem:
        if type(problem).__name__ == "PanicException":  # of the engine; it is no Exception, and has no module
            return _as_answer(engine_fault(str(problem)))
        return _as_answer(OperatorError(f"the query process failed: {type(problem).__name__}: {problem}"))
    return {"format": answer.fmt.name, "rows": answer.rows, "size": spool.size, "kept": False}


def _as_answer(problem: TwinGraphError) -> dict[str, Any]:
    return {"error": type(problem).__name__, "message": str(problem), "details": dict(vars(problem))}
