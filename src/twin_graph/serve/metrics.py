"""Tell Prometheus what was counted, on a port that only this machine reaches.

The web processes count in files of a folder (`front.metrics`), the query pool is asked; here both come together, in
the process that supervises them. Who forks does so before this begins, for it begins threads.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from twin_graph.errors import QueryTimeout, ServiceBusy
from twin_graph.worker import QueryPool

HOST = "127.0.0.1"
FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
_PATIENCE = 2.0
_STATES = ("starting", "idle", "running", "being_read")
_ENDS = ("killed", "crashed")


@contextlib.contextmanager
def telling_metrics(port: int, folder: Path, link: Path) -> Iterator[None]:
    """Answer `/metrics` on this machine for as long as the block runs; with port 0 nothing is done.

    Args:
        folder: where the web processes count.
        link: leads to the socket of the pool in use.
    """
    if not port:
        yield
        return
    registry = CollectorRegistry()
    MultiProcessCollector(registry, str(folder))  # type: ignore[no-untyped-call]
    registry.register(PoolCollector(link))
    server, thread = start_http_server(port, HOST, registry)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class PoolCollector(Collector):
    """What the query pool in use says of itself; counters go on when a pool is replaced.

    Args:
        link: leads to its socket.
    """

    def __init__(self, link: Path) -> None:
        self._link = link
        self._pool = Path()
        self._before: Counter[str] = Counter()
        self._last: Counter[str] = Counter()

    def collect(self) -> Iterable[Metric]:
        """The metrics of the moment; of a pool that does not answer only that it does not."""
        counts = self._ask()
        yield GaugeMetricFamily("sparql_pool_up", "Whether the query pool answers.", int(bool(counts)))
        if counts:
            yield from _crew_metrics(counts)
        ended = CounterMetricFamily(
            "sparql_workers_ended", "Query processes that ended in the midst of a query: killed at a time limit or "
            "because nobody waits any more, or crashed, also for want of memory.", labels=["how"],
        )  # fmt: skip
        for end in _ENDS:
            ended.add_metric([end], self._before[end] + self._last[end])
        yield ended

    def _ask(self) -> dict[str, int]:
        """What the pool counts; nothing where it does not answer."""
        path = self._link.resolve()
        pool = QueryPool(path, _PATIENCE)
        try:
            counts = pool.counts()
        except (ServiceBusy, QueryTimeout):
            return {}
        finally:
            pool.close()
        now = Counter({end: counts[end] for end in _ENDS})
        if path != self._pool or any(now[end] < self._last[end] for end in _ENDS):  # it is another one
            self._before += self._last
        self._pool, self._last = path, now
        return counts


def _crew_metrics(counts: Mapping[str, int]) -> Iterator[Metric]:
    workers = GaugeMetricFamily("sparql_workers", "Query processes by what they do.", labels=["state"])
    for state in _STATES:
        workers.add_metric([state], counts.get(state, 0))
    yield workers
    waiting = counts.get("waiting", 0)
    yield GaugeMetricFamily("sparql_queries_waiting", "Queries that wait for a worker.", waiting)
