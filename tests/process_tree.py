"""What the processes of a running server take: their number, memory, descriptors and processor time.

Read from /proc; the processes themselves are neither asked nor disturbed.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICKS = os.sysconf("SC_CLK_TCK")
_POOL = "twin_graph.worker"
# The name of files in memory in which the pool keeps answers; and what ends the name of a file that has none.
_KEPT = "twin-graph-answer"
_NAMELESS = " (deleted)"
# So long a killed process may still be seen.
_DYING = 0.1


@dataclass(frozen=True)
class Process:
    """A process of the server, and its part in it: `serve`, `web`, `pool` or `worker`."""

    pid: int
    role: str


@dataclass(frozen=True)
class Usage:
    """What a server holds at a moment: processes by role, descriptors of web and pool, resident bytes.

    Kept answers, each a file in memory, are not counted among the descriptors: their number has its own limit.
    """

    processes: Counter[str]
    descriptors: int
    resident: int


def list_processes(serve: int) -> list[Process]:
    """The processes of the server that the process `serve` runs, itself included."""
    parents = {pid: parent for pid, parent, _ in _read_all()}
    found = [Process(serve, "serve")]
    for process in found:  # grows while it is read
        below = sorted(pid for pid, parent in parents.items() if parent == process.pid)
        found += [Process(pid, _role(process, pid)) for pid in below]
    return found


def measure(serve: int) -> Usage:
    """What the server holds now."""
    found = list_processes(serve)
    return Usage(
        Counter(process.role for process in found),
        sum(_descriptors(process.pid) for process in found if process.role in ("web", "pool")),
        sum(_resident(process.pid) for process in found),
    )


def busy_workers(serve: int, seconds: float = 0.25) -> int:
    """How many query processes compute: those that take a good part of a processor while one looks, and live on."""
    workers = [process.pid for process in list_processes(serve) if process.role == "worker"]
    before = {pid: _processor_seconds(pid) for pid in workers}
    time.sleep(seconds)
    busy = {pid for pid, used in before.items() if _processor_seconds(pid) - used > seconds / 5}
    time.sleep(_DYING)
    return len(busy & {process.pid for process in list_processes(serve)})


def temporary_bytes(serve: int) -> int:
    """Bytes in files that hold results and have no name: in memory in the pool, on disk in web processes.

    Kept answers are left out: their size has its own limit.
    """
    found = [process.pid for process in list_processes(serve) if process.role in ("web", "pool")]
    files = (file for pid in found for file in _files(pid))
    return sum(size for name, size in files if name.endswith(_NAMELESS) and _KEPT not in name)


def _role(parent: Process, pid: int) -> str:
    if parent.role in ("pool", "worker"):
        return "worker"
    command = b""
    with contextlib.suppress(OSError):
        command = (_PROC / str(pid) / "cmdline").read_bytes()
    return "pool" if _POOL.encode() in command.split(b"\0") else "web"


def _read_all() -> Iterator[tuple[int, int, float]]:
    """Process id, parent and processor seconds of everything that runs; who has ended is left out."""
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                state, parent, seconds = _stat(int(entry.name))
                if state != "Z":
                    yield int(entry.name), parent, seconds


def _stat(pid: int) -> tuple[str, int, float]:
    # The second field is the name of the program in brackets, and may hold anything.
    fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    return fields[0], int(fields[1]), (int(fields[11]) + int(fields[12])) / _TICKS


def _processor_seconds(pid: int) -> float:
    with contextlib.suppress(OSError):
        return _stat(pid)[2]
    return 0.0


def _descriptors(pid: int) -> int:
    return sum(_KEPT not in name for name, _ in _files(pid))


def _files(pid: int) -> Iterator[tuple[str, int]]:
    """Name and size of every open file of a process."""
    with contextlib.suppress(OSError):
        for entry in (_PROC / str(pid) / "fd").iterdir():
            with contextlib.suppress(OSError):
                yield str(entry.readlink()), entry.stat().st_size


def _resident(pid: int) -> int:
    with contextlib.suppress(OSError):
        return int((_PROC / str(pid) / "statm").read_text().split()[1]) * _PAGE
    return 0
