"""Start the pool as a program of its own, and stop it.

By exec and never by fork: a web process has threads, and what it holds must not reach a query.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from twin_graph.errors import OperatorError
from twin_graph.worker.messages import QueryLimits

READY_LINE = b"ready\n"
START_SECONDS = 120.0
_LOOK_EVERY = 0.1


@dataclass(eq=False)
class PoolProcess:
    """A running pool and its socket. It ends when this process ends, however that happens."""

    process: subprocess.Popen[bytes]
    socket: Path

    @property
    def is_running(self) -> bool:
        """Whether the pool has not ended."""
        return self.process.poll() is None

    def wait_until_ready(
        self, given_up: Callable[[], bool] = lambda: False, seconds: float = START_SECONDS
    ) -> bool:
        """Wait for the first worker; False when that was given up meanwhile, and the pool is not ready.

        Args:
            given_up: asked again and again whether nobody waits any more.

        Raises:
            OperatorError: the pool could not start; it has said why on the standard error output.
        """
        said, deadline = b"", time.monotonic() + seconds
        assert self.process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while said != READY_LINE:
                if given_up():
                    return False
                more = os.read(self.process.stdout.fileno(), 64) if selector.select(_LOOK_EVERY) else None
                if more == b"" or time.monotonic() > deadline:
                    self.stop(0 if more is None else 5)
                    late = " in time" if more is None else ""
                    raise OperatorError(f"the query pool could not start{late}")
                said += more or b""
        self.process.stdout.close()
        return True

    def retire(self) -> None:
        """Have the pool end when its last client has gone."""
        if self.is_running:
            self.process.send_signal(signal.SIGTERM)

    def stop(self, seconds: float = 5.0) -> None:
        """End the pool now, with all queries that run."""
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.socket.unlink(missing_ok=True)

    def __enter__(self) -> PoolProcess:
        """The pool, for as long as the block runs."""
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def start_pool(
    snapshot: Path, socket: Path, limits: QueryLimits, *, store: str = "auto", memory_triples: int = 0
) -> PoolProcess:
    """Start a pool on a snapshot and wait until it answers.

    Raises:
        OperatorError: it could not start; it has said why on the standard error output.
    """
    pool = launch_pool(snapshot, socket, limits, store=store, memory_triples=memory_triples)
    pool.wait_until_ready()
    return pool


def launch_pool(
    snapshot: Path, socket: Path, limits: QueryLimits, *, store: str = "auto", memory_triples: int = 0
) -> PoolProcess:
    """Start a pool on a snapshot without waiting for it.

    Args:
        snapshot: the directory of the snapshot.
        socket: where to listen; in a directory that only we may enter.
    """
    command = [sys.executable, "-P", "-m", "twin_graph.worker",
               str(socket), str(snapshot), store, str(memory_triples), limits.to_json()]  # fmt: skip
    process = subprocess.Popen(  # noqa: S603 - our own program, no shell
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )
    return PoolProcess(process, socket)
