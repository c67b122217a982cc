"""Query processes: limits that hold, nothing that leaks, no way out. Every test runs real processes."""

from __future__ import annotations

import io
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from query_pools import (
    ASK,
    ENDLESS,
    ENDPOINT,
    JOIN,
    LIMITS,
    OFFERS,
    Start,
    ask,
    children,
    descriptors,
    has_settled,
    pools,
    resident,
    wait_for,
)
from twin_graph import formats
from twin_graph.errors import (
    MalformedQuery,
    MalformedRequest,
    NotAcceptable,
    OperatorError,
    OverBudget,
    QueryNotAllowed,
    QueryResources,
    QueryTimeout,
    ResultTooLarge,
    ServiceBusy,
    ServiceNotAllowed,
    TwinGraphError,
)
from twin_graph.formats import GRAPH_FORMATS, RESULT_FORMATS, Format
from twin_graph.namespaces import PREFIXES
from twin_graph.snapshot import Snapshot
from twin_graph.store import RequestedDataset, Store
from twin_graph.worker import (
    PoolProcess,
    QueryPool,
    QueryRequest,
    isolation,
    start_pool,
)
from twin_graph.worker.messages import decode, decode_error, encode_error
from twin_graph.worker.pool import Pool

PATHS = "ASK { ?a (<a>|!<a>)* ?b . ?c (<a>|!<a>)* ?d . ?e (<a>|!<a>)* ?f . FILTER(CONCAT(STR(?b), STR(?d)) = ?f) }"


@pytest.fixture(scope="module")
def start(tiny_snapshot: Snapshot) -> Iterator[Start]:
    """Starts pools on the tiny snapshot, and ends them after the module."""
    with pools(tiny_snapshot) as start_one:
        yield start_one


@pytest.fixture(scope="module", params=["memory", "disk"])
def running(request: pytest.FixtureRequest, start: Start) -> tuple[PoolProcess, QueryPool]:
    """A pool with the store in memory, and one with the store on disk."""
    return start(LIMITS, request.param)


@pytest.fixture
def pool(running: tuple[PoolProcess, QueryPool]) -> QueryPool:
    """The client of the pool."""
    return running[1]


def run_away(pool: QueryPool) -> None:
    """A query that only the clock stops."""
    with pytest.raises(QueryTimeout):
        ask(pool, ENDLESS)


def limits_of(pid: int) -> dict[str, str]:
    """The resource limits of a process, by the kernel's names."""
    lines = Path(f"/proc/{pid}/limits").read_text().splitlines()
    return {line[:25].strip(): line[25:].split()[0] for line in lines}


def is_shut(pid: int) -> bool:
    """Whether a worker has given up opening files."""
    return int(limits_of(pid)["Max open files"]) <= 100


def kill(pool: QueryPool, times: int) -> None:
    """Have workers killed at a limit of 50 ms."""
    killed = 0
    while killed < times:
        try:
            ask(pool, ENDLESS, seconds=0.05)
        except QueryTimeout:
            killed += 1
        except ServiceBusy:  # the next worker is not there yet
            time.sleep(0.01)


def wait_in_vain(pool: QueryPool) -> None:
    """A query that finds no worker in half of its time."""
    with pytest.raises(ServiceBusy, match="no worker has become free in time"):
        ask(pool, ASK)


class TestAnswers:
    """A result of a worker is what the engine gives when it is asked directly."""

    @pytest.mark.parametrize("fmt", RESULT_FORMATS, ids=lambda fmt: fmt.name)
    def test_tables_equal_direct_evaluation(
        self, pool: QueryPool, tiny_snapshot: Snapshot, fmt: Format
    ) -> None:
        """A table has the same bytes in every format."""
        text = (
            "SELECT ?s ?label { ?s <http://www.w3.org/2000/01/rdf-schema#label> ?label } ORDER BY ?s ?label"
        )
        direct = io.BytesIO()
        answer = tiny_snapshot.open_store("memory").answer(
            text, direct, base_iri=ENDPOINT, offers=(fmt,), max_rows=1_000
        )
        result = ask(pool, text, fmt)
        assert direct.getvalue() == result.body
        assert (fmt, answer.rows) == (result.fmt, result.rows)

    @pytest.mark.parametrize("fmt", GRAPH_FORMATS, ids=lambda fmt: fmt.name)
    def test_graphs_equal_direct_evaluation(
        self, pool: QueryPool, tiny_snapshot: Snapshot, fmt: Format
    ) -> None:
        """A graph has the same lines in every format, whose prefixes come in any order."""
        text = "CONSTRUCT { ?s ?p ?o } WHERE { { SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 50 } }"
        direct = io.BytesIO()
        tiny_snapshot.open_store("memory").answer(text, direct, base_iri=ENDPOINT, offers=(fmt,))
        result = ask(pool, text, fmt)
        assert len(direct.getvalue()) == len(result.body)
        if fmt in (formats.TURTLE, formats.N_TRIPLES):
            assert sorted(direct.getvalue().splitlines()) == sorted(result.body.splitlines())
        assert result.rows == 50

    def test_truth_value(self, pool: QueryPool) -> None:
        """ASK gives a truth value."""
        assert ask(pool, ASK).body == b'{"head":{},"boolean":true}'

    @pytest.mark.parametrize("fmt", RESULT_FORMATS, ids=lambda fmt: fmt.name)
    def test_empty_table(self, pool: QueryPool, fmt: Format) -> None:
        """A table without rows is complete, and the worker's last result is not in it."""
        ask(pool, "SELECT * { ?s ?p ?o } LIMIT 100", fmt)
        assert ask(pool, "SELECT * { FILTER(false) }", fmt).rows in (0, None)

    def test_large_result_is_whole(self, start: Start) -> None:
        """Several megabytes come through as they are, and the next result is not mixed with them."""
        _, pool = start(replace(LIMITS, rows=100_000, megabytes=64))
        text = "SELECT ?a ?b { ?a ?p ?o . ?b ?q ?r } LIMIT 50000"
        result = ask(pool, text, formats.TSV)
        assert result.rows == 50_000
        assert result.body.count(b"\n") == 50_001
        assert len(result.body) > 2_000_000
        assert ask(pool, ASK, formats.TSV).body == b"true"

    def test_relative_iris_are_those_of_the_endpoint(self, pool: QueryPool) -> None:
        """A relative IRI is resolved against the public address of the service."""
        assert b"<http://localhost:8000/x>" in ask(pool, "SELECT (<x> AS ?x) {}", formats.TSV).body


class TestDataset:
    """Section 2.1.4 of the protocol: the dataset of the request wins over FROM, which wins over the default."""

    COUNT = "SELECT (COUNT(*) AS ?n) {from} {{ ?s ?p ?o }}"
    SHARED, WORLD, NONE = (f"http://localhost:8000/graph/{name}" for name in ("shared", "world", "none"))

    def count(self, pool: QueryPool, text: str, dataset: RequestedDataset | None = None) -> int:
        """The number that a query counts."""
        return int(ask(pool, text, formats.TSV, dataset=dataset).body.splitlines()[1])

    def test_from_in_the_text(self, pool: QueryPool, tiny_snapshot: Snapshot) -> None:
        """FROM chooses graphs; one that we do not have is empty."""
        graphs = tiny_snapshot.manifest.graphs
        assert self.count(pool, self.COUNT.format(**{"from": f"FROM <{self.SHARED}>"})) == graphs["shared"]
        assert self.count(pool, self.COUNT.format(**{"from": f"FROM <{self.NONE}>"})) == 0
        assert self.count(pool, self.COUNT.format(**{"from": f"FROM NAMED <{self.SHARED}>"})) == 0
        assert self.count(pool, self.COUNT.format(**{"from": ""})) > graphs["shared"]

    def test_request_wins(self, pool: QueryPool, tiny_snapshot: Snapshot) -> None:
        """The dataset of the request overrides the text."""
        text = self.COUNT.format(**{"from": f"FROM <{self.SHARED}>"})
        dataset = RequestedDataset(default_graphs=(self.WORLD,))
        assert self.count(pool, text, dataset) == tiny_snapshot.manifest.graphs["world"]

    def test_only_named_graphs(self, pool: QueryPool) -> None:
        """A request that names graphs only leaves the default graph empty."""
        dataset = RequestedDataset(named_graphs=(self.WORLD,))
        assert self.count(pool, self.COUNT.format(**{"from": ""}), dataset) == 0
        text = "SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
        assert self.count(pool, text, dataset) == 1

    def test_name_that_is_no_iri(self, pool: QueryPool) -> None:
        """A graph that is not named by an IRI is the client's mistake."""
        with pytest.raises(MalformedRequest, match="not an IRI"):
            ask(pool, ASK, dataset=RequestedDataset(default_graphs=("no iri",)))


class TestMistakes:
    """What is wrong with a query is said in our words."""

    @pytest.mark.parametrize(
        "text",
        [
            "SELECT *\nWHERE { ?s ?p }",
            "SELECT ?x { ?x ?p ?y } GROUP BY ?p",
            "PREFIX : <x> SELECT * { a:b ?p ?o }",
            'ASK { ?s ?p """open }',
        ],
        ids=["pattern", "group", "prefix", "string"],
    )
    def test_as_direct_evaluation_says(self, pool: QueryPool, tiny_store: Store, text: str) -> None:
        """A query that cannot be evaluated is malformed, in the words and at the place that the store names."""
        with pytest.raises(MalformedQuery) as direct:
            tiny_store.answer(text, io.BytesIO(), base_iri=ENDPOINT, offers=OFFERS, prefixes=PREFIXES)
        with pytest.raises(MalformedQuery) as caught:
            ask(pool, text)
        assert (str(direct.value), vars(direct.value)) == (str(caught.value), vars(caught.value))

    def test_no_format_fits(self, pool: QueryPool) -> None:
        """A table is not written as Turtle; the error lists what would do."""
        with pytest.raises(NotAcceptable) as caught:
            ask(pool, ASK, formats.TURTLE)
        assert "application/sparql-results+json" in caught.value.offers

    def test_update_is_no_query(self, pool: QueryPool) -> None:
        """An update that gets past the check is a syntax error."""
        with pytest.raises(MalformedQuery):
            ask(pool, "INSERT DATA { <a> <b> <c> }")

    def test_too_long(self, pool: QueryPool) -> None:
        """A message that no socket carries is refused before it is sent."""
        with pytest.raises(MalformedRequest):
            ask(pool, "#" * 1_000_000)

    @pytest.mark.parametrize(
        "problem",
        [
            MalformedQuery("here", line=2, column=3),
            NotAcceptable("nothing", ("text/csv", "text/turtle")),
            ServiceBusy("full", retry_after=7),
            OverBudget("enough", retry_after=9),
            ServiceNotAllowed("SERVICE"),
            QueryTimeout("late"),
        ],
        ids=lambda problem: type(problem).__name__,
    )
    def test_errors_travel_whole(self, problem: TwinGraphError) -> None:
        """An error keeps its class, its message and its attributes on the way."""
        arrived = decode_error(decode(encode_error(problem))[0])
        assert (type(problem), str(problem), vars(problem)) == (type(arrived), str(arrived), vars(arrived))


class TestLimits:
    """A query ends at its limits, is told which, and the service goes on."""

    @pytest.mark.parametrize(
        "text",
        [ENDLESS, f"SELECT * {JOIN} ORDER BY ?a OFFSET 999", PATHS],
        ids=["count", "order", "paths"],
    )  # fmt: skip
    def test_runaway_ends(self, pool: QueryPool, text: str) -> None:
        """A query without end is stopped, by the clock or the memory, within a second of the limit."""
        started = time.monotonic()
        with pytest.raises((QueryTimeout, QueryResources)):
            ask(pool, text)
        assert time.monotonic() - started < LIMITS.seconds + 1
        assert ask(pool, ASK).body == b'{"head":{},"boolean":true}'

    def test_time(self, pool: QueryPool) -> None:
        """The time limit stops what the engine would never stop."""
        with pytest.raises(QueryTimeout, match=r"after 0\.2 seconds$"):
            ask(pool, ENDLESS, seconds=0.2)

    def test_client_cannot_raise_the_limit(self, pool: QueryPool) -> None:
        """A request may lower the time limit only."""
        with pytest.raises(QueryTimeout, match=r"after 1 second$"):
            ask(pool, ENDLESS, seconds=1_000)

    def test_bytes(self, pool: QueryPool) -> None:
        """A result that is larger than it may be is no result at all."""
        with pytest.raises(ResultTooLarge, match="1 MB"):
            ask(pool, f"SELECT * {JOIN}")

    @pytest.mark.parametrize("fmt", RESULT_FORMATS, ids=lambda fmt: fmt.name)
    def test_rows_are_counted_exactly(self, pool: QueryPool, fmt: Format) -> None:
        """A thousand rows pass and one more does not, though values hold what looks like the end of a row."""
        text = """SELECT ?x ("a},{b" AS ?y) ('},{"</result>\\n\\r\\n"' AS ?z) {
            SELECT ?x { ?a ?p ?o . ?x ?q ?r } LIMIT NUMBER }"""
        result = ask(pool, text.replace("NUMBER", "1000"), fmt)
        assert result.rows in (1_000, None)
        with pytest.raises(ResultTooLarge, match="1,000 rows"):
            ask(pool, text.replace("NUMBER", "1001"), fmt)

    def test_triples_are_counted_too(self, pool: QueryPool) -> None:
        """The cap on rows is one on triples of a graph as well."""
        assert ask(pool, "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 1000").rows == 1_000
        with pytest.raises(ResultTooLarge):
            ask(pool, "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 1001")


class TestManyAtOnce:
    """Clients share the workers, and one client's runaway is not another's."""

    def test_threads(self, pool: QueryPool) -> None:
        """One pool object serves several threads, each with its own answer."""
        found: dict[int, bytes] = {}

        def work(number: int) -> None:
            for _ in range(20):
                found[number] = ask(pool, f"SELECT ({number} AS ?n) {{}}", formats.TSV).body

        threads = [threading.Thread(target=work, args=(number,)) for number in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert {number: f"?n\n{number}\n".encode() for number in range(5)} == found

    def test_questions_beside_a_runaway(self, pool: QueryPool) -> None:
        """While a runaway has one worker, others are answered."""
        runaway = threading.Thread(target=run_away, args=(pool,))
        runaway.start()
        started = time.monotonic()
        for _ in range(10):
            ask(pool, ASK)
        assert time.monotonic() - started < LIMITS.seconds
        runaway.join()

    def test_full(self, start: Start) -> None:
        """When all places are taken a query is not run; afterwards there is room again."""
        _, pool = start(replace(LIMITS, workers=1, queue=1, seconds=2.0))
        running = threading.Thread(target=run_away, args=(pool,))
        waiting = threading.Thread(target=wait_in_vain, args=(pool,))
        for thread in (running, waiting):
            thread.start()
            time.sleep(0.3)
        with pytest.raises(ServiceBusy, match="all places are taken") as caught:
            ask(pool, ASK)
        assert 2 == caught.value.retry_after
        for thread in (running, waiting):
            thread.join()
        assert 1 == ask(pool, ASK).rows

    def test_client_goes_away(self, start: Start) -> None:
        """A query whose client is gone is stopped long before its limit."""
        running, pool = start(replace(LIMITS, seconds=60.0))
        before = set(children(running.process.pid))
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as client:
            client.connect(str(running.socket))
            client.send(QueryRequest(ENDLESS, ENDPOINT, OFFERS).encode())
            time.sleep(0.2)
        assert wait_for(lambda: len(before - set(children(running.process.pid))) == 1)
        assert ask(pool, ASK).rows == 1

    def test_nonsense_on_the_socket(self, running: tuple[PoolProcess, QueryPool]) -> None:
        """What is no request closes the connection and nothing else."""
        for nonsense in (
            b"hello",
            b"[]\n",
            b'{"seconds":"x"}\nASK {}',
            b'{"client":1}\nASK {}',
            b'{"charge":[]}\n',
            b"[" * 100_000,
            b"read",
            b"\x00" * 100,
        ):
            with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as client:
                client.settimeout(5)
                client.connect(str(running[0].socket))
                client.send(nonsense)
                assert client.recv(10) == b""
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as client:
            client.settimeout(5)
            client.connect(str(running[0].socket))
            client.send(b"{}\nASK {}")
            assert b"OperatorError" in client.recv(10_000)
        assert ask(running[1], ASK).rows == 1


class TestNoLeaks:
    """Killing is the pool's daily work."""

    def test_a_thousand_kills(self, start: Start) -> None:
        """A thousand kills leave no descriptor, no zombie and no process behind, and no memory in the pool."""
        running, pool = start(replace(LIMITS, workers=8, queue=8, seconds=10.0, memory_mb=512))
        pid = running.process.pid
        kill(pool, 20)
        assert wait_for(lambda: has_settled(pid, 9))
        before, memory = descriptors(pid), resident(pid)
        threads = [threading.Thread(target=kill, args=(pool, 125)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wait_for(lambda: has_settled(pid, 9))
        # Eight threads keep eight connections where one was.
        assert wait_for(lambda: descriptors(pid) <= before + 7)
        assert resident(pid) - memory < 2_000_000

    def test_workers_are_recycled(self, start: Start) -> None:
        """After a number of queries a worker is replaced."""
        running, pool = start(replace(LIMITS, workers=1, recycle_after=3))
        before = set(children(running.process.pid))
        assert wait_for(lambda: ask(pool, ASK).rows == 1 and not before & set(children(running.process.pid)))
        assert wait_for(lambda: len(children(running.process.pid)) == 2)

    def test_end_of_a_pool(self, start: Start) -> None:
        """A pool that is stopped leaves neither processes nor its socket; its clients are told."""
        running, pool = start()
        workers = children(running.process.pid)
        assert len(workers) > 0
        running.stop()
        assert running.process.returncode == 0
        assert not running.socket.exists()
        assert wait_for(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers))
        with pytest.raises(ServiceBusy):
            ask(pool, ASK)

    def test_retired_pool_ends_with_its_last_client(self, start: Start) -> None:
        """A retired pool answers as long as somebody is connected."""
        running, pool = start()
        running.retire()
        assert ask(pool, ASK).rows == 1
        assert running.is_running
        pool.close()
        assert running.process.wait(5) == 0

    def test_killed_pool_takes_its_workers_along(self, start: Start) -> None:
        """No worker survives a pool that was killed."""
        running, _ = start()
        workers = children(running.process.pid)
        running.process.kill()
        running.process.wait()
        assert wait_for(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers))

    @pytest.mark.parametrize("asked", [True, False], ids=["given up", "too late"])
    def test_waiting_for_a_pool_ends(self, tmp_path: Path, asked: bool) -> None:
        """Nobody waits for ever for a pool that says nothing."""
        silent = subprocess.Popen(
            ["sleep", "60"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )
        with PoolProcess(silent, tmp_path / "q") as pool:
            started = time.monotonic()
            if asked:
                assert not pool.wait_until_ready(lambda: time.monotonic() > started + 0.3)
                silent.kill()
            else:
                with pytest.raises(OperatorError, match="could not start in time"):
                    pool.wait_until_ready(seconds=0.3)
            assert time.monotonic() - started < 2

    def test_machine_that_cannot_fork(self, tmp_path: Path) -> None:
        """Between failed forks there is a pause; only a pool without any worker gives up."""
        moments: list[float] = []

        def fork() -> tuple[int, socket.socket, int, int]:
            moments.append(time.monotonic())
            raise BlockingIOError("no more processes")

        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
            listener.bind(str(tmp_path / "q"))
            listener.listen()
            with pytest.raises(OperatorError, match="cannot be started: no more processes"):
                Pool(listener, LIMITS, fork, lambda: None).run()
        assert 3 == len(moments)
        assert moments[-1] - moments[0] > 1.5

    def test_damaged_store(self, tmp_path: Path) -> None:
        """A pool that cannot open its snapshot does not start."""
        with pytest.raises(OperatorError, match="could not start"):
            start_pool(tmp_path / "none", tmp_path / "q", LIMITS)


class TestIsolation:
    """A worker has no socket, no files and no rights, whatever the text of the query."""

    @pytest.mark.parametrize("silent", ["", "SILENT"])
    def test_service_opens_no_connection(self, pool: QueryPool, silent: str) -> None:
        """SERVICE past every check reaches nobody."""
        with socket.create_server(("127.0.0.1", 0)) as canary:
            canary.settimeout(0.3)
            text = f"SELECT * {{ SERVICE {silent} <http://127.0.0.1:{canary.getsockname()[1]}/> {{ ?s ?p ?o }} }}"
            with nullcontext() if silent else pytest.raises(QueryNotAllowed):
                ask(pool, text)
            with pytest.raises(TimeoutError):
                canary.accept()

    def test_machine_without_walls(self, tmp_path: Path) -> None:
        """Where calls cannot be filtered and the store has files to be opened later, no query is run."""
        (tmp_path / "000001.sst").touch()
        with pytest.raises(OperatorError, match="TWIN_GRAPH_STORE=memory"):
            isolation.shut(64, tmp_path, filtered=False)

    def test_what_a_worker_has(self, running: tuple[PoolProcess, QueryPool]) -> None:
        """A worker dumps no core, its calls are filtered and its memory is bounded; with the store in
        memory it may open nothing, with the store on disk no more than the tables of the store."""
        # Those that are still starting have not been shut in, and get no query; those that are dying have nothing.
        pid = running[0].process.pid
        assert wait_for(lambda: has_settled(pid, 3) and all(map(is_shut, children(pid))))
        for worker in children(running[0].process.pid):
            values = limits_of(worker)
            in_memory = "memory" in Path(f"/proc/{worker}/cmdline").read_text().split("\0")
            assert int(values["Max open files"]) <= (3 if in_memory else 100)
            assert "0" == values["Max core file size"]
            assert values["Max address space"] != "unlimited"
            status = dict(
                line.split(":\t", 1) for line in Path(f"/proc/{worker}/status").read_text().splitlines()
            )
            assert ("2", "1") == (status["Seccomp"], status["NoNewPrivs"])
            targets = [str(link.readlink()) for link in Path(f"/proc/{worker}/fd").iterdir()]
            assert 1 == sum(target.startswith("socket:") for target in targets)
            rest = [
                target for target in targets if not target.startswith(("socket:", "/memfd:", "/dev/null"))
            ]
            assert all(target.endswith((".sst", "LOG", ".log", "/store")) for target in rest)
