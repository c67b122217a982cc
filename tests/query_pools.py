"""Real query pools for tests: start them on a snapshot, ask them, and look at their processes.

What a test expects of them is its own.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from twin_graph import formats
from twin_graph.formats import Format
from twin_graph.snapshot import Snapshot
from twin_graph.store import RequestedDataset
from twin_graph.worker import (
    Departure,
    PoolProcess,
    QueryLimits,
    QueryPool,
    QueryRequest,
    QueryResult,
    start_pool,
)

ENDPOINT = "http://localhost:8000/sparql"
OFFERS = (formats.RESULTS_JSON, formats.TURTLE)
LIMITS = QueryLimits(workers=2, queue=4, seconds=1.0, memory_mb=96, rows=1_000, megabytes=1.0)
JOIN = "{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
ENDLESS = f"SELECT (COUNT(*) AS ?n) {JOIN}"
ASK = "ASK { ?s ?p ?o }"

Start = Callable[..., tuple[PoolProcess, QueryPool]]


@contextlib.contextmanager
def pools(snapshot: Snapshot) -> Iterator[Start]:
    """A function that starts pools on a snapshot, which end with the block."""
    with contextlib.ExitStack() as stack:

        def start_one(limits: QueryLimits = LIMITS, store: str = "memory") -> tuple[PoolProcess, QueryPool]:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="tg-"))
            pool = stack.enter_context(start_pool(snapshot.path, Path(folder, "q"), limits, store=store))
            client = QueryPool(pool.socket)
            stack.callback(client.close)
            return pool, client

        yield start_one


def ask(
    pool: QueryPool,
    text: str,
    *offers: Format,
    dataset: RequestedDataset | None = None,
    seconds: float | None = None,
    client: str = "",
    key: str = "",
    departure: Departure | None = None,
) -> QueryResult:
    """Have a query evaluated, without any check of its text."""
    request = QueryRequest(
        text, ENDPOINT, offers or OFFERS, dataset or RequestedDataset(), seconds, client, key
    )
    return pool.run(request, departure)


def children(pid: int) -> list[int]:
    """Process ids of the children of a process, zombies included."""
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def has_settled(pid: int, workers: int) -> bool:
    """Whether a pool has so many workers, and knows of no other: each has a spool, and none is dying."""
    return len(children(pid)) == workers == len(_spools(pid))


def descriptors(pid: int) -> int:
    """How many descriptors a process has open."""
    return len(os.listdir(f"/proc/{pid}/fd"))  # noqa: PTH208


def resident(pid: int) -> int:
    """Bytes of memory that a process has."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def spooled(pid: int) -> int:
    """Bytes in the spools of a pool."""
    return sum(_spools(pid))


def _spools(pid: int) -> list[int]:
    """The sizes of the spools of a pool, in bytes."""
    sizes = []
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            if "twin-graph-result" in str(link.readlink()):
                sizes.append(link.stat().st_size)
    return sizes


def wait_for(condition: Callable[[], bool], seconds: float = 5.0) -> bool:
    """Whether a condition becomes true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return condition()
