"""What a query is told whose worker has ended: memory, nesting and faults of ours are different things."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from query_pools import ASK, ENDLESS, JOIN, LIMITS, Start, ask, children, pools, wait_for
from twin_graph.errors import OperatorError, QueryResources, QueryTimeout, QueryUnsupported, TwinGraphError
from twin_graph.snapshot import Snapshot
from twin_graph.worker import QueryPool
from twin_graph.worker.endings import cause_of_end

MEMORY = "the query needed more than 96 MB of memory and was stopped"
NESTING = "the query is nested too deeply: it needed more stack than one query may have"


@pytest.fixture(scope="module")
def start(tiny_snapshot: Snapshot) -> Iterator[Start]:
    """Starts pools on the tiny snapshot, and ends them after the module."""
    with pools(tiny_snapshot) as start_one:
        yield start_one


@pytest.fixture(scope="module", params=["memory", "disk"])
def pool(request: pytest.FixtureRequest, start: Start) -> QueryPool:
    """A pool with the store in memory, and one with the store on disk; time is not what ends a query."""
    return start(replace(LIMITS, seconds=30.0), request.param)[1]


@pytest.mark.parametrize(
    "text",
    [
        f"SELECT * {JOIN} ORDER BY ?l",
        f'SELECT (GROUP_CONCAT(CONCAT(STR(?a), STR(?d), STR(?g)) ; separator="{"x" * 5_000}") AS ?x) {JOIN}',
        f"SELECT (COUNT(*) AS ?n) {{ SELECT DISTINCT * {JOIN} }}",
        f"SELECT ?a (COUNT(DISTINCT ?l) AS ?n) {JOIN} GROUP BY ?a ?d ?g ?j",
    ],
    ids=["order", "concatenation", "distinct", "groups"],
)
def test_memory(pool: QueryPool, text: str) -> None:
    """A query that needs more memory than it may have is told how much that is."""
    with pytest.raises(QueryResources) as caught:
        ask(pool, text)
    assert MEMORY == str(caught.value)
    assert 1 == ask(pool, ASK).rows


@pytest.mark.parametrize(
    "text",
    [
        "ASK " + "{" * 30_000 + "}" * 30_000,
        "ASK { FILTER(" + "(" * 15_000 + "1" + ")" * 15_000 + ") }",
        "ASK { FILTER(" + "!" * 50_000 + "true) }",
        "ASK { ?s " + "(" * 15_000 + "<p>" + ")*" * 15_000 + " ?o }",
    ],
    ids=["groups", "brackets", "negations", "paths"],
)
def test_nesting(pool: QueryPool, text: str) -> None:
    """A query that is nested too deeply is told so, not that it took memory."""
    with pytest.raises(QueryResources) as caught:
        ask(pool, text)
    assert NESTING == str(caught.value)
    assert 1 == ask(pool, ASK).rows


@pytest.mark.parametrize(
    ("number", "error", "words"),
    [(signal.SIGKILL, QueryResources, MEMORY), (signal.SIGTERM, OperatorError, "SIGTERM")],
)
def test_killed_by_others(
    start: Start, number: signal.Signals, error: type[TwinGraphError], words: str
) -> None:
    """A worker that the kernel kills took too much memory; any other end is a fault of ours."""
    running, pool = start(replace(LIMITS, workers=1, seconds=30.0))
    assert wait_for(lambda: len(children(running.process.pid)) == 2)
    said: list[TwinGraphError] = []

    def run() -> None:
        with pytest.raises(error, match=words) as caught:
            ask(pool, ENDLESS)
        said.append(caught.value)

    query = threading.Thread(target=run)
    query.start()
    assert wait_for(lambda: any(is_busy(pid) for pid in children(running.process.pid)))
    os.kill(next(filter(is_busy, children(running.process.pid))), number)
    query.join()
    assert 1 == len(said)


def is_busy(pid: int) -> bool:
    """Whether a process is computing."""
    with open(f"/proc/{pid}/stat") as stat:  # noqa: PTH123 - one read
        fields = stat.read().rpartition(")")[2].split()
    return fields[0] == "R" and int(fields[11]) > 5


@pytest.mark.parametrize(
    ("status", "last_words", "words"),
    [
        (signal.SIGABRT, "memory allocation of 64 bytes failed", MEMORY),
        (signal.SIGABRT, "", MEMORY),
        (signal.SIGABRT, "thread 'x' panicked at sort.rs:1:\nno total order", "ORDER BY STR(?value)"),
        (signal.SIGABRT, "thread 'x' panicked at x.rs:1:\nindex", "the query engine fails at this query"),
        (signal.SIGSEGV, "", NESTING),
        (signal.SIGBUS, "", "SIGBUS"),
        (3 << 8, "", "exit code 3"),
    ],
)
def test_cause_of_end(status: int, last_words: str, words: str) -> None:
    """The status of a process and what it wrote at last say why it ended."""
    assert words in str(cause_of_end(int(status), last_words, 96))


def test_engine_fault(pool: QueryPool) -> None:
    """What the engine cannot sort, and aborts at, is not said to have taken memory."""
    draw = random.Random(5).randrange
    kinds = ('"t{}"', "{}", '"20{}-01-01"^^xsd:date', '"{}"^^xsd:gYear', '"w{}"@en', "{}.5")
    ranges = ((999,), (999,), (10, 99), (1_000, 2_999), (999,), (999,))
    values = (kinds[kind].format(draw(*ranges[kind])) for kind in (draw(6) for _ in range(3_000)))
    text = f"SELECT ?x {{ VALUES ?x {{ {' '.join(values)} }} }} ORDER BY ?x"
    with pytest.raises(QueryUnsupported) as caught:
        ask(pool, text)
    assert "ORDER BY STR(?value)" in str(caught.value)
    assert 1 == ask(pool, ASK).rows


def test_ends_are_counted(pool: QueryPool) -> None:
    """A pool counts what it kills and what ends by itself, each apart, and says what its workers do."""
    before = pool.counts()
    with pytest.raises(QueryResources):
        ask(pool, "ASK " + "{" * 30_000 + "}" * 30_000)
    with pytest.raises(QueryTimeout):
        ask(pool, ENDLESS, seconds=0.2)
    after = pool.counts()
    assert (1, 1) == tuple(after[name] - before[name] for name in ("crashed", "killed"))
    assert {"starting", "idle", "running", "being_read", "waiting", "killed", "crashed"} == set(after)
    assert (0, 0) == (after["running"], after["waiting"])
