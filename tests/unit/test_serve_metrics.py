"""The metrics and the log of the real service: over all processes, on a port of its own, gone at the end."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families

from live_server import LiveServer, free_port, live_server
from twin_graph.errors import OperatorError
from twin_graph.serve import serve
from twin_graph.settings import read_settings
from twin_graph.snapshot import Snapshot

pytestmark = pytest.mark.serve

ENDLESS = "/sparql?" + urlencode({"query": "SELECT (COUNT(*) AS ?n) {?a ?b ?c. ?d ?e ?f. ?g ?h ?i}"})
PROCESSES, EACH = 2, 40
Counts = dict[tuple[str, ...], float]


@pytest.fixture(scope="module")
def private() -> int:
    """The port of the metrics."""
    return free_port()


@pytest.fixture(scope="module")
def server(tiny_snapshot: Snapshot, private: int) -> Iterator[LiveServer]:
    """Two web processes and one query at a time, which are counted and written down."""
    with live_server(tiny_snapshot, web_processes=PROCESSES, query_workers=1, query_seconds=1,
                     metrics_port=private, log_requests="on") as running:  # fmt: skip
        wait_until_told(private)
        yield running


def wait_until_told(port: int) -> None:
    """The metrics are told as soon as everything else has started."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.05)


def read(port: int) -> dict[str, Counts]:
    """What is told: by name, then by the values of the labels in the order of their names."""
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as response:
        text = response.read().decode()
    found: dict[str, Counts] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            values = tuple(value for _, value in sorted(sample.labels.items()))
            found.setdefault(sample.name, {})[values] = sample.value
    return found


def read_until(port: int, holds: Callable[[dict[str, Counts]], bool]) -> dict[str, Counts]:
    """What is told as soon as something holds: an answer is counted when it has been sent."""
    deadline = time.monotonic() + 20
    while not holds(told := read(port)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return told


def added(before: dict[str, Counts], after: dict[str, Counts], name: str) -> Counts:
    """By how much each series of a metric has grown."""
    old = before.get(name, {})
    grown = {labels: value - old.get(labels, 0) for labels, value in after.get(name, {}).items()}
    return {labels: value for labels, value in grown.items() if value}


def entries(server: LiveServer) -> list[dict[str, Any]]:
    """The lines of the log so far."""
    return [json.loads(line) for line in list(server.said) if line.startswith("{")]


def wait_for_entries(server: LiveServer, names: set[str]) -> list[dict[str, Any]]:
    """The lines of these requests, as soon as there are as many."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        found = [entry for entry in entries(server) if entry["request"] in names]
        if len(found) >= len(names):
            break
        time.sleep(0.05)
    return found


def counting_folder(port: int) -> Path:
    """Where the processes of a service count."""
    folders = set()
    for path in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            pairs = (value.partition(b"=") for value in path.read_bytes().split(b"\0"))
            environment = {name.decode(): value.decode(errors="replace") for name, _, value in pairs}
            if environment.get("TWIN_GRAPH_METRICS_PORT") == str(port):
                folders.add(environment.get("PROMETHEUS_MULTIPROC_DIR", ""))
    (folder,) = folders - {""}
    return Path(folder)


def test_everything_that_was_asked(server: LiveServer, private: int) -> None:
    """Requests to several processes are all counted, once; each has one line, under the name that the client got."""
    before = read(private)
    names: list[str] = []

    def ask(number: int) -> None:
        for turn in range(EACH):
            query = urlencode({"query": f"ASK {{ FILTER({number * EACH + turn} = 1) }}"})
            names.append(server.ask("GET", "/livez").headers["x-request-id"])
            names.append(server.ask("GET", f"/sparql?{query}").headers["x-request-id"])

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    asked = 3 * EACH

    def requests_of(told: dict[str, Counts]) -> Counts:
        grown = added(before, told, "http_requests_total")
        # The last of those who waited for the start may be counted late.
        return {labels: value for labels, value in grown.items() if labels[2] != "health.ready"}

    after = read_until(private, lambda told: sum(requests_of(told).values()) >= 2 * asked)
    requests = requests_of(after)
    assert {("200", "GET", "health.live"): asked, ("200", "GET", "sparql.endpoint"): asked} == requests
    assert {("ask", "answered"): asked} == added(before, after, "sparql_queries_total")
    assert {("ask",): asked} == added(before, after, "sparql_query_duration_seconds_count")
    assert PROCESSES == len(list(counting_folder(private).glob("counter_*.db")))
    assert 2 * asked == len(set(names))
    found = wait_for_entries(server, set(names))
    assert sorted(names) == sorted(entry["request"] for entry in found)
    assert {"health.live": asked, "sparql.endpoint": asked} == Counter(entry["route"] for entry in found)
    assert {1: 0} == {after["sparql_pool_up"][()]: after["sparql_queries_waiting"][()]}


def test_killed_query(server: LiveServer, private: int) -> None:
    """A query that is stopped at the time limit is counted as a query, a killed worker and a refusal."""
    before = read(private)
    assert 503 == server.ask("GET", ENDLESS).status
    names = ("sparql_queries_total", "sparql_workers_ended_total", "http_throttled_total")
    after = read_until(private, lambda told: all(added(before, told, name) for name in names))
    assert {("select", "query-timeout"): 1} == added(before, after, "sparql_queries_total")
    assert {("killed",): 1} == added(before, after, "sparql_workers_ended_total")
    assert {("503", "query-timeout"): 1} == added(before, after, "http_throttled_total")


def test_client_that_hangs_up(server: LiveServer, private: int) -> None:
    """A request whose client goes away is counted as 499, and has its line."""
    before = read(private)
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(f"GET {ENDLESS} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        time.sleep(0.3)
    deadline = time.monotonic() + 20
    while ("499", "GET", "sparql.endpoint") not in (
        grown := added(before, read(private), "http_requests_total")
    ):
        assert time.monotonic() < deadline, grown
        time.sleep(0.05)
    assert 1 == grown["499", "GET", "sparql.endpoint"]
    assert "client-gone" in [e["outcome"] for e in entries(server) if e["status"] == 499]


def test_only_this_machine(server: LiveServer, private: int) -> None:
    """The metrics are bound to 127.0.0.1 alone, and the public port has none."""
    assert 404 == server.ask("GET", "/metrics").status
    listening = [line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines()
                 if line.split()[3] == "0A" and line.split()[1].endswith(f":{private:04X}")]  # fmt: skip
    assert [f"0100007F:{private:04X}"] == listening
    assert f":{private:04X} " not in Path("/proc/net/tcp6").read_text()


def test_nothing_is_left(tiny_snapshot: Snapshot) -> None:
    """With the service its port and the files of its counters are gone."""
    port = free_port()
    with live_server(tiny_snapshot, web_processes=1, metrics_port=port) as running:
        wait_until_told(port)
        folder = counting_folder(port)
        assert folder.is_dir()
    assert (0, False) == (running.process.returncode, folder.parent.exists())
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
        pass


def test_off_by_default(tiny_snapshot: Snapshot) -> None:
    """Without the settings nothing is counted or written, and no port is open but one."""
    with live_server(tiny_snapshot, web_processes=1) as running:
        assert 200 == running.ask("GET", "/livez").status
        assert [] == entries(running)


def test_port_of_its_own(tiny_snapshot: Snapshot) -> None:
    """The port of the metrics is neither the public one nor one that somebody has; nothing is started."""
    workspace = str(tiny_snapshot.path.parents[1])
    port = free_port()
    with pytest.raises(OperatorError, match="a port of its own"):
        serve(read_settings({}, workspace=workspace, port=port, metrics_port=port))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        other = int(taken.getsockname()[1])
        with pytest.raises(OperatorError, match=f"port {other} is in use"):
            serve(read_settings({}, workspace=workspace, port=port, metrics_port=other))
