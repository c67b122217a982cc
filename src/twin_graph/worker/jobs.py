"""What the pool knows of its callers, their queries and its workers. Data only; what happens is `pool`."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from enum import Enum, auto


class State(Enum):
    """What a worker is doing."""

    STARTING = auto()
    IDLE = auto()
    RUNNING = auto()
    BEING_READ = auto()
    GONE = auto()


@dataclass(eq=False)
class Caller:
    """A connection of a web process; it has a job while its query waits, runs or is read."""

    connection: socket.socket
    job: Job | None = None
    gone: bool = False


@dataclass(eq=False)
class Job:
    """One query on its way.

    Attributes:
        client: who asks, as an address; empty: nobody in particular.
        key: identifies the answer; empty: it is not to be kept.
        seconds: how long it may stay, waiting included.
        arrived: when it came, on the monotonic clock, like the other moments.
        deadline: when it must have a worker, an answer, or been read.
        started: since when it runs; None: it does not.
    """

    caller: Caller
    message: bytes
    client: str
    key: str
    seconds: float
    arrived: float
    deadline: float
    started: float | None = None
    worker: Worker | None = None

    @property
    def runs(self) -> bool:
        """Whether a worker evaluates it."""
        return self.worker is not None and self.worker.state is State.RUNNING


@dataclass(eq=False)
class Worker:
    """A forked process; `last` says that it is not to be used again, `slow` that others go first.

    Attributes:
        spool, complaints: descriptors of the files in memory for a result and for standard error.
    """

    pid: int
    channel: socket.socket
    spool: int
    complaints: int
    state: State = State.STARTING
    job: Job | None = None
    last: bool = False
    slow: bool = False
