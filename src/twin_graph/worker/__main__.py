"""The pool as a program: `python -m twin_graph.worker SOCKET SNAPSHOT STORE MEMORY_TRIPLES LIMITS`.

Started by `start.start_pool`, which keeps its standard input open for as long as the pool is wanted and reads
the line `ready` from its standard output.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from twin_graph.errors import TwinGraphError
from twin_graph.snapshot import Snapshot, open_snapshot
from twin_graph.store import Store
from twin_graph.worker import isolated
from twin_graph.worker.answers import KeptAnswers
from twin_graph.worker.crew import Fork
from twin_graph.worker.messages import SOCKET_BUFFER, QueryLimits
from twin_graph.worker.pool import Pool, log
from twin_graph.worker.start import READY_LINE

_STANDARD_INPUT, _STANDARD_OUTPUT = 0, 1
_BACKLOG = 4_096


def main(arguments: list[str]) -> int:
    """Open the snapshot, listen, and serve until told to stop."""
    path, folder, mode, memory_triples, limits_text = arguments
    limits = QueryLimits.from_json(limits_text)
    orders = _catch_signals()
    try:
        snapshot = open_snapshot(Path(folder).parent, Path(folder).name)
        open_store = _opener(snapshot, mode, int(memory_triples))
        listener = _listen(Path(path))
        try:
            answers = _load_answers(snapshot, limits)
            pool = Pool(listener, limits, _forker(limits, open_store), _announcer(), answers)
            pool.run(_STANDARD_INPUT, orders)
        finally:
            Path(path).unlink(missing_ok=True)
    except TwinGraphError as problem:
        log(str(problem))
        return 1
    return 0


def _opener(snapshot: Snapshot, mode: str, memory_triples: int) -> Callable[[], tuple[Store, Path | None]]:
    """In memory: load now, once. On disk: each worker opens it, for the engine's threads survive no fork."""
    if mode == "memory" or (mode == "auto" and snapshot.manifest.triples <= memory_triples):
        store = snapshot.open_store("memory")
        return lambda: (store, None)
    return lambda: (snapshot.open_store("disk"), snapshot.store_path)


def _load_answers(snapshot: Snapshot, limits: QueryLimits) -> KeptAnswers:
    """The kept answers, at first those that the snapshot brings along."""
    answers = KeptAnswers(int(limits.cache_megabytes * 1_000_000))
    for complaint in answers.load(snapshot.path / "answers", limits):
        log(complaint)
    return answers


def _forker(limits: QueryLimits, open_store: Callable[[], tuple[Store, Path | None]]) -> Fork:
    def fork() -> tuple[int, socket.socket, int, int]:
        parent = os.getpid()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SOCKET_BUFFER)
        spool = os.memfd_create("twin-graph-result")
        complaints = os.memfd_create("twin-graph-complaints")
        try:
            pid = os.fork()
        except OSError:
            for descriptor in (ours.detach(), theirs.detach(), spool, complaints):
                os.close(descriptor)
            raise
        if pid == 0:
            with contextlib.suppress(BaseException):
                channel, result = isolated.become_worker(
                    parent, theirs.detach(), spool, complaints=complaints
                )
                isolated.run(socket.socket(fileno=channel), result, limits, open_store)
            os._exit(0)
        theirs.close()
        return pid, ours, spool, complaints

    # What is here now is never collected: neither its pages nor its descriptors are touched in a worker.
    gc.collect()
    gc.freeze()
    return fork


def _listen(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    mask = os.umask(0o177)
    try:
        path.unlink(missing_ok=True)
        listener.bind(str(path))
    finally:
        os.umask(mask)
    listener.listen(_BACKLOG)
    listener.setblocking(False)
    return listener


def _catch_signals() -> int:
    """A descriptor from which the numbers of signals can be read."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    return reader


def _announcer() -> Callable[[], None]:
    said: list[bool] = []

    def announce() -> None:
        if not said:
            said.append(True)
            with contextlib.suppress(OSError):
                os.write(_STANDARD_OUTPUT, READY_LINE)

    return announce


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
