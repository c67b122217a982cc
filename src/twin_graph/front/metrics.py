"""Count requests and queries for Prometheus: by endpoint, method, status, form and outcome.

No label has a value that a client chooses, so there are not more series however much nonsense is asked. Where the
library finds a folder in PROMETHEUS_MULTIPROC_DIR, all processes count in files there; who reads them is `serve`.
https://prometheus.github.io/client_python/multiprocess/
"""

from __future__ import annotations

from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Histogram

from twin_graph.front.exchange import OTHER, Exchange

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_THROTTLED = (429, 503)


@dataclass(frozen=True)
class _Series:
    """What is counted of the requests with one method and one status to one endpoint."""

    requests: Counter
    size: Counter
    seconds: Histogram


class RequestMetrics:
    """A listener that counts.

    Args:
        registry: what the metrics belong to.
    """

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        registry = registry or CollectorRegistry()
        self._requests = Counter(
            "http_requests", "Requests that were answered; 499: the client had gone.",
            ["route", "method", "code"], registry=registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "http_request_duration_seconds", "From the head of a request until its answer is handed over.",
            ["route"], registry=registry, buckets=_SECONDS,
        )  # fmt: skip
        self._size = Counter(
            "http_response_bytes", "Content that was handed over to be sent.", ["route"], registry=registry
        )
        self._throttled = Counter(
            "http_throttled", "Requests that were refused for a while, by the name of the problem.",
            ["code", "reason"], registry=registry,
        )  # fmt: skip
        self._queries = Counter(
            "sparql_queries", "Queries by form, and by `answered`, `kept` or the name of the problem.",
            ["form", "outcome"], registry=registry,
        )  # fmt: skip
        self._query_seconds = Histogram(
            "sparql_query_duration_seconds", "Queries that were run, waiting for a worker included.",
            ["form"], registry=registry, buckets=_SECONDS,
        )  # fmt: skip
        self._series: dict[tuple[str, str, int], _Series] = {}

    def __call__(self, exchange: Exchange) -> None:
        """Count a request that has been answered."""
        note, key = exchange.note, (exchange.route, exchange.method, exchange.status)
        series = self._series.get(key) or self._open(*key)
        series.requests.inc()
        series.seconds.observe(exchange.seconds)
        if exchange.size:
            series.size.inc(exchange.size)
        if exchange.status in _THROTTLED:
            self._throttled.labels(str(exchange.status), note.problem or OTHER).inc()
        if note.form:
            self._queries.labels(note.form, note.outcome).inc()
            if note.seconds is not None:
                self._query_seconds.labels(note.form).observe(note.seconds)

    def _open(self, route: str, method: str, status: int) -> _Series:
        requests = self._requests.labels(route, method, str(status))
        found = _Series(requests, self._size.labels(route), self._seconds.labels(route))
        self._series[route, method, status] = found
        return found
