"""What is counted of requests: each one once, under labels of which clients choose none."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from prometheus_client import CollectorRegistry

from front_client import Connection, ask, make_head
from twin_graph.environ import Note
from twin_graph.front import Gateway
from twin_graph.front.exchange import Exchange
from twin_graph.front.metrics import RequestMetrics
from twin_graph.front.request import read_head
from twin_graph.serve.metrics import PoolCollector
from twin_graph.settings import read_settings
from twin_graph.snapshot import Snapshot
from twin_graph.web import create_app


@pytest.fixture
def registry() -> CollectorRegistry:
    """An empty one."""
    return CollectorRegistry()


@pytest.fixture
def gateway(tiny_snapshot: Snapshot, registry: CollectorRegistry) -> Gateway:
    """The front before the real application, without a query pool."""
    settings = read_settings({}, workspace=str(tiny_snapshot.path.parents[1]))
    return Gateway(create_app(settings, tiny_snapshot), listeners=[RequestMetrics(registry)])


def requests(registry: CollectorRegistry) -> dict[tuple[str, str, str], float]:
    """How many requests were counted, by endpoint, method and status."""
    return {
        (sample.labels["route"], sample.labels["method"], sample.labels["code"]): sample.value
        for metric in registry.collect()
        for sample in metric.samples
        if sample.name == "http_requests_total"
    }


def series(registry: CollectorRegistry) -> int:
    """How many series there are."""
    return sum(len(metric.samples) for metric in registry.collect())


class TestRequests:
    """Requests are counted by the endpoint that answers, whoever gives the answer."""

    def test_kept_and_known(self, gateway: Gateway, registry: CollectorRegistry) -> None:
        """An answer of the application, a kept one and a 304 of the front are counted alike."""
        first, second = (ask(gateway, "GET", "/doc/city/aldorf.ttl") for _ in range(2))
        assert (200, 200, True) == (first.status, second.status, "hit" in second.headers["server-timing"])
        tag = first.headers["etag"]
        assert 304 == ask(gateway, "GET", "/doc/city/aldorf.ttl", {"If-None-Match": tag}).status
        found = requests(registry)
        (route,) = {route for route, _, _ in found}
        assert {(route, "GET", "200"): 2, (route, "GET", "304"): 1} == found
        assert route.startswith("documents.")
        size = registry.get_sample_value("http_response_bytes_total", {"route": route})
        assert 2 * len(first.body) == size
        assert 3 == registry.get_sample_value("http_request_duration_seconds_count", {"route": route})

    def test_refused_by_the_front(self, gateway: Gateway, registry: CollectorRegistry) -> None:
        """What the application never sees as a request is counted too."""
        assert 400 == ask(gateway, "GET", "/livez", {"Host": "a b"}).status
        assert 413 == ask(gateway, "POST", "/sparql", {"content-length": "99999999"}).status
        assert {("health.live", "GET", "400"): 1, ("sparql.endpoint", "POST", "413"): 1} == requests(registry)

    def test_client_that_went_away(self, registry: CollectorRegistry) -> None:
        """Who does not wait for the answer is counted once, as 499."""
        RequestMetrics(registry)(Exchange(read_head(make_head("GET", "/")), Connection()))
        assert {("other", "GET", "499"): 1} == requests(registry)

    def test_flood_makes_no_series(self, gateway: Gateway, registry: CollectorRegistry) -> None:
        """Ever new paths, keys, queries and methods make no new series."""

        def flood(number: int) -> None:
            word = f"x{number}"
            for target in (f"/{word}", f"/doc/city/{word}", f"/en/{word}/{word}", f"/problems/{word}",
                           "/sparql?query=" + quote(f"SELECT ?{word} {{}}"), f"/livez?{word}={word}"):  # fmt: skip
                ask(gateway, "GET", target, {"Accept": f"text/{word}", "User-Agent": word})
            ask(gateway, word.upper(), "/livez")
            ask(gateway, word.upper(), f"/{word}")

        flood(0)
        before, count = series(registry), sum(requests(registry).values())
        for number in range(1, 12):
            flood(number)
        assert (before, 12 * count) == (series(registry), sum(requests(registry).values()))
        assert {"GET", "other"} == {method for _, method, _ in requests(registry)}

    def test_no_answer_is_lost_by_counting(self, tiny_snapshot: Snapshot) -> None:
        """A listener that fails costs a line in the log and no answer."""

        def fail(_: Exchange) -> None:
            raise ValueError("no")

        settings = read_settings({}, workspace=str(tiny_snapshot.path.parents[1]))
        assert (
            200 == ask(Gateway(create_app(settings, tiny_snapshot), listeners=[fail]), "GET", "/livez").status
        )


class TestQueries:
    """Queries are counted by form and outcome, where one was asked."""

    def test_without_a_pool(self, gateway: Gateway, registry: CollectorRegistry) -> None:
        """A query that cannot be run, one that may not be, and words that are no query; a description is none."""
        for text in ("ASK {}", "SELECT * { SERVICE <http://x/> {} }", "Nothing"):
            ask(gateway, "GET", "/sparql?query=" + quote(text))
        ask(gateway, "GET", "/sparql", {"Accept": "text/turtle"})
        found = {
            (sample.labels["form"], sample.labels["outcome"]): sample.value
            for metric in registry.collect()
            for sample in metric.samples
            if sample.name == "sparql_queries_total"
        }
        assert {("ask", "busy"): 1, ("select", "service-disabled"): 1, ("other", "busy"): 1} == found
        assert 2 == registry.get_sample_value("http_throttled_total", {"code": "503", "reason": "busy"})

    @pytest.mark.parametrize(
        ("note", "outcome"),
        [
            (Note(form="ask"), "answered"),
            (Note(form="ask", kept=True), "kept"),
            (Note(form="ask", problem="query-timeout"), "query-timeout"),
            (Note(form="ask", seconds=1.0).again(), "kept"),
            (Note(problem="not-found"), ""),
        ],
    )
    def test_outcome(self, note: Note, outcome: str) -> None:
        """A problem says most, then whether the answer was known."""
        assert outcome == note.outcome


class TestPool:
    """What the pool says of itself goes on when it is replaced."""

    def test_ended_workers_are_added_up(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A pool that begins to count anew does not take back what another one has counted."""
        collector = PoolCollector(Path("/nowhere"))
        answers = iter(
            [{"killed": 2, "crashed": 1}, {"killed": 1, "crashed": 0}, {"killed": 3, "crashed": 0}]
        )
        monkeypatch.setattr("twin_graph.serve.metrics.QueryPool.counts", lambda _: next(answers))
        found = []
        for _ in range(3):
            samples = [sample for metric in collector.collect() for sample in metric.samples]
            found.append([s.value for s in samples if s.name == "sparql_workers_ended_total"])
        assert [[2, 1], [3, 1], [5, 1]] == found

    def test_no_pool(self) -> None:
        """Where no pool answers that is said, and nothing about its workers."""
        samples = [s for metric in PoolCollector(Path("/nowhere")).collect() for s in metric.samples]
        assert {"sparql_pool_up": 0.0} == {s.name: s.value for s in samples if "ended" not in s.name}
