"""Strangers do their worst to the running service, over real HTTP: it stays up, bounded, and deaf to orders.

What is sent is the table of `hostile`; here is what must hold. One server is shared, with small limits and
without budgets; every attack comes from an address of its own, so that attackers do not stand in each other's
way. Times are asserted only where the service promises them: the limit and a second, 200 ms for somebody else.
"""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import count
from urllib.parse import quote, urlencode

import pytest

from canary import Canary, listening_canary
from hostile import ATTACKS, BODY_TOO_LARGE, DIRECT, ENDLESS, MOST_BYTES, TRIPLES, Attack
from live_server import LiveServer, Reply, live_server
from process_tree import Usage, busy_workers, measure, temporary_bytes
from raw_http import connect, converse, head
from twin_graph.front.gateway import Limits
from twin_graph.snapshot import Snapshot

pytestmark = pytest.mark.serve

SECONDS = 2
WORKERS = 4
MEMORY_MB = 128
ROWS = 5_000
MEGABYTES = 2
CACHE_MEGABYTES = 8
BODY_SECONDS = Limits().body_seconds
KILLS = 1_000
HALF_OPEN = 400
ALWAYS = {"Accept": "*/*"}
# No answer to it is kept, so each time a worker has to say it.
FRESH = "ASK { FILTER(RAND() < 2) }"
# After all bombs the processes together may hold as much more as a single bomb was allowed to take, so of no bomb
# anything is left. It is not nothing: web processes load templates, fill their caches and keep what C's allocator
# does not give back; sieges in a row level off at 60 MB more for each of the two.
KEPT_BYTES = MEMORY_MB * 1_048_576
# Web processes keep their connections to the pool, which are two descriptors each: as many as they have threads.
KEPT_DESCRIPTORS = 2 * 2 * (WORKERS + 16 + 8)
_sources = count(1)


@dataclass(frozen=True)
class Outcome:
    """What became of one attack: the answer, and what others were answered right after it."""

    reply: Reply
    alive: int
    ready: int


@dataclass(frozen=True)
class Siege:
    """All outcomes by the name of the attack, and what the server held before and afterwards."""

    outcomes: dict[str, Outcome]
    before: Usage
    after: Usage


@pytest.fixture(scope="module")
def server(tiny_snapshot: Snapshot) -> Iterator[LiveServer]:
    """A server with small limits."""
    with live_server(
        tiny_snapshot,
        query_seconds=SECONDS,
        query_memory_mb=MEMORY_MB,
        query_workers=WORKERS,
        query_rows=ROWS,
        query_megabytes=MEGABYTES,
        cache_megabytes=CACHE_MEGABYTES,
        client_seconds=0,
        client_errors=0,
    ) as running:
        for number in range(2 * WORKERS):
            assert 200 == query(running, f"ASK {{ BIND({number} AS ?n) }}").status
        yield running


@pytest.fixture(scope="module")
def canary() -> Iterator[Canary]:
    """One canary for all attacks."""
    with listening_canary() as bird:
        yield bird


@pytest.fixture(scope="module")
def siege(server: LiveServer, canary: Canary) -> Siege:
    """Every attack once, as many at a time as there are workers."""
    before = settled(server)
    with ThreadPoolExecutor(WORKERS) as attackers:
        found = list(attackers.map(lambda attack: _commit(server, attack, canary.address), ATTACKS))
    outcomes = {attack.name: outcome for attack, outcome in zip(ATTACKS, found, strict=True)}
    return Siege(outcomes, before, settled(server, before))


def query(server: LiveServer, text: str, source: str = "", **parameters: str) -> Reply:
    """Ask a query, by default as somebody who never asked before."""
    headers = {"Content-Type": DIRECT, **ALWAYS}
    target = "/sparql?" + urlencode(parameters)
    return server.ask("POST", target, headers, text.encode(), source=source or stranger())


def stranger() -> str:
    """An address that no request came from yet."""
    number = next(_sources)
    return f"127.9.{number // 250}.{number % 250 + 1}"


def settled(server: LiveServer, like: Usage | None = None, seconds: float = 5.0) -> Usage:
    """What the server holds when it has come to rest: replaced what it killed, closed what it read."""
    deadline = time.monotonic() + seconds
    usage = measure(server.process.pid)
    while time.monotonic() < deadline and not _at_rest(usage, like):
        time.sleep(0.1)
        usage = measure(server.process.pid)
    return usage


def wait_until(holds: Callable[[], bool], seconds: float = 5.0) -> None:
    """Wait until something holds, which it must within some seconds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _at_rest(usage: Usage, like: Usage | None) -> bool:
    if like is None:
        return usage.processes["worker"] == WORKERS + 1
    return usage.processes == like.processes and usage.descriptors <= like.descriptors + KEPT_DESCRIPTORS


def _commit(server: LiveServer, attack: Attack, canary: str) -> Outcome:
    target = attack.target.replace("CANARY", quote(canary, safe=""))
    body = attack.body if attack.body is None else attack.body.replace(b"CANARY", canary.encode())
    reply = server.ask(attack.method, target, attack.headers, body, source=stranger())
    alive = server.ask("GET", "/sparql?query=ASK%7B%7D", ALWAYS, source=stranger()).status
    return Outcome(reply, alive, server.ask("GET", "/readyz", source=stranger()).status)


def problem_of(reply: Reply) -> str:
    """The last part of the problem's type; empty for a result, `page` for a page of ours that explains."""
    kind = reply.headers["content-type"]
    if reply.status < 400:
        return ""
    if kind.startswith("text/html"):
        assert reply.body.rstrip().endswith(b"</html>")
        return "page"
    assert "application/problem+json" == kind
    problem = json.loads(reply.body)
    assert reply.status == problem["status"]
    assert {"type", "title", "status", "detail"} <= set(problem)
    address, _, slug = problem["type"].rpartition("/")
    assert "http://localhost:8000/problems" == address
    return str(slug)


# -- the table ---------------------------------------------------------------------------------------------


def test_size_of_the_table() -> None:
    """There are as many attacks as there were, each once, and none is stopped by its mere length."""
    assert 214 == len(ATTACKS)
    assert len(ATTACKS) == len({attack.name for attack in ATTACKS})
    long = [attack.name for attack in ATTACKS if len(attack.body or b"") > MOST_BYTES]
    assert ["body of one byte too many"] == long


@pytest.mark.parametrize("attack", ATTACKS, ids=str)
def test_attack(attack: Attack, siege: Siege) -> None:
    """The answer is one that is documented, whole, and in time; others are answered right afterwards."""
    outcome = siege.outcomes[attack.name]
    reply = outcome.reply
    assert reply.seconds <= SECONDS + 1
    assert (reply.status, problem_of(reply)) in attack.expected.answers
    assert str(len(reply.body)) == reply.headers["content-length"]
    assert (200, 200) == (outcome.alive, outcome.ready)
    if attack.expected.empty:
        assert [] == json.loads(reply.body)["results"]["bindings"]


def test_nobody_is_called(siege: Siege, canary: Canary) -> None:
    """No attack made the service open a connection; the canary would have heard one."""
    assert ATTACKS[-1].name in siege.outcomes
    assert 0 == canary.calls
    with socket.create_connection(("127.0.0.1", int(canary.address.rsplit(":", 1)[1].strip("/")))) as caller:
        caller.recv(1)
    assert 1 == canary.calls
    canary.calls = 0


def test_nothing_of_ours_is_told(siege: Siege) -> None:
    """No answer holds a stack, a path of this machine or the name of a file of ours."""
    for name, outcome in siege.outcomes.items():
        found = [
            word
            for word in (b"Traceback", b"/src/", b".py", b"site-packages", b"root:")
            if word in outcome.reply.body
        ]
        assert (name, []) == (name, found)


def test_memory_returns(siege: Siege) -> None:
    """After all bombs the processes together hold at most so much more as a single bomb could take."""
    assert siege.after.resident - siege.before.resident <= KEPT_BYTES


def test_processes_and_descriptors_return(siege: Siege) -> None:
    """After all attacks there are as many processes as before, and not more open files in pool and web."""
    assert siege.before.processes == siege.after.processes
    assert siege.after.descriptors <= siege.before.descriptors + KEPT_DESCRIPTORS


def test_temporary_files_are_gone(siege: Siege, server: LiveServer) -> None:
    """Of the results nothing is left but what is kept on purpose."""
    assert ATTACKS[-1].name in siege.outcomes
    assert temporary_bytes(server.process.pid) <= 2 * CACHE_MEGABYTES * 1_000_000


# -- others meanwhile --------------------------------------------------------------------------------------


@contextlib.contextmanager
def besieged(demand: Callable[[], object]) -> Iterator[None]:
    """Have eight threads demand something again and again during the block."""
    stop = threading.Event()

    def insist() -> None:
        while not stop.is_set():
            demand()

    threads = [threading.Thread(target=insist) for _ in range(8)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_others_are_answered(server: LiveServer) -> None:
    """While one client never stops asking endless queries, another one's questions take less than 200 ms."""
    greedy, other = stranger(), stranger()
    busy: list[int] = []
    with besieged(lambda: query(server, ENDLESS, greedy)):
        wait_until(lambda: busy_workers(server.process.pid) == WORKERS // 2)
        watch = threading.Thread(
            target=lambda: busy.extend(busy_workers(server.process.pid) for _ in range(12))
        )
        watch.start()
        replies = []
        for number in range(20):
            replies += [
                server.ask("GET", "/sparql?query=ASK%7B%7D", ALWAYS, source=other),
                query(server, f"SELECT ?p {{ VALUES ?n {{ {number} }} <http://x/{number}> ?p ?o }}", other),
            ]
        watch.join()
    assert [200] * 40 == [reply.status for reply in replies]
    assert max(reply.seconds for reply in replies) < 0.2
    assert WORKERS // 2 == max(busy)


def test_others_are_answered_beside_who_hangs_up(server: LiveServer) -> None:
    """Who asks and hangs up, again and again, takes no more places than who waits for his answers."""
    body = ENDLESS.encode()
    request = head("POST /sparql", Content_Type=DIRECT, Content_Length=str(len(body))) + body
    greedy, other = stranger(), stranger()

    def ask_and_go() -> None:
        with connect(server, greedy) as connection:
            connection.sendall(request)
            # Closed by a reset: thousands of ports that rest for a minute would be missed by other tests.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        time.sleep(0.01)

    with besieged(ask_and_go):
        replies = [query(server, FRESH, other) for _ in range(20)]
    assert [200] * 20 == [reply.status for reply in replies]
    assert max(reply.seconds for reply in replies) < 1


@pytest.mark.parametrize("target", ["/en/city?q=", "/graphs?default&x="])
def test_others_are_answered_beside_who_wants_pages(server: LiveServer, target: str) -> None:
    """Who wants one page after the other, many at a time, is refused what is too much; others are answered."""
    greedy, other = stranger(), stranger()
    statuses = set[int]()
    numbers = count()

    def demand() -> None:
        statuses.add(server.ask("GET", f"{target}{next(numbers)}", ALWAYS, source=greedy).status)

    with contextlib.ExitStack() as sieges:
        for _ in range(5):
            sieges.enter_context(besieged(demand))
        replies = [query(server, FRESH, other) for _ in range(20)]
    assert [200] * 20 == [reply.status for reply in replies]
    assert {200, 503} >= statuses


def test_large_answers_leave_no_files(server: LiveServer) -> None:
    """Who reads one large answer after the other leaves files for moments only."""
    greedy = stranger()
    text = f"SELECT ('{'x' * 60_000}' AS ?x) {{ ?a ?b ?c }} LIMIT 20"
    statuses = {query(server, text, greedy).status for _ in range(50)}
    assert {200} == statuses
    wait_until(lambda: temporary_bytes(server.process.pid) == 0, 4)


def test_who_hangs_up_frees_the_place(server: LiveServer) -> None:
    """Who closes the connection gives up the worker at once, to others and to himself."""
    clients = [stranger(), stranger()]
    body = ENDLESS.encode()
    request = head("POST /sparql", Content_Type=DIRECT, Content_Length=str(len(body))) + body
    with contextlib.ExitStack() as stack:
        for client in clients:
            for _ in range(WORKERS // 2):
                stack.enter_context(connect(server, client)).sendall(request)
        wait_until(lambda: problem_of(query(server, FRESH, timeout="0.1")) == "busy", SECONDS)
    for client in (*clients, stranger()):
        reply = query(server, FRESH, client)
        assert (200, True) == (reply.status, reply.seconds < SECONDS / 2)
    wait_until(lambda: busy_workers(server.process.pid) == 0, SECONDS / 2)


# -- bytes on the wire -------------------------------------------------------------------------------------


CHUNKED = head("POST /sparql", Content_Type=DIRECT, Transfer_Encoding="chunked")


def test_body_in_chunks_has_the_same_limit(server: LiveServer) -> None:
    """A body whose length is not announced is read up to the limit, and no further."""
    chunk = b"2000\r\n" + b" " * 0x2000 + b"\r\n"
    small = converse(
        server,
        stranger(),
        CHUNKED,
        b"6\r\nASK {}\r\n0\r\n\r\n",
    )
    large = converse(
        server,
        stranger(),
        CHUNKED,
        *[chunk] * 9,
        b"0\r\n\r\n",
    )
    assert (200, "") == (small.status, problem_of(small))
    assert BODY_TOO_LARGE.answers == {(large.status, problem_of(large))}


def test_slow_bodies(server: LiveServer) -> None:
    """Who sends a body too slowly, or announces more than anybody may send, is told so at the deadline at latest."""
    slow = head("POST /sparql", Content_Type=DIRECT, Content_Length="60"), *[b" "] * 2 * int(BODY_SECONDS)
    announced = (head("POST /sparql", Content_Type=DIRECT, Content_Length="5000000000"),)
    client = stranger()
    with ThreadPoolExecutor(21) as senders:
        sent = [senders.submit(converse, server, client, *slow, pause=0.5) for _ in range(20)]
        sent += [senders.submit(converse, server, client, *announced)]
        replies = [query(server, FRESH, client) for _ in range(20)]
        late = [reply.result() for reply in sent]
    assert [200] * 20 == [reply.status for reply in replies]
    assert max(reply.seconds for reply in late) < BODY_SECONDS + 1.5
    kinds = [(reply.status, problem_of(reply)) for reply in late]
    assert [*[(408, "request-timeout")] * 20, *BODY_TOO_LARGE.answers] == kinds


@pytest.mark.parametrize(
    "request_bytes",
    [
        head("POST /sparql", Content_Type=DIRECT, Content_Length="60") + b"ASK {}",
        CHUNKED + b"6\r\nASK {}\r\n",
        CHUNKED + b"6\r\nASK {}\r\nZZ\r\n",
        CHUNKED + b"60\r\nASK {}",
    ],
    ids=["shorter than announced", "without the last chunk", "with a chunk that is none", "within a chunk"],
)
@pytest.mark.parametrize("hangs_up", [True, False])
def test_cut_body_is_not_run(server: LiveServer, request_bytes: bytes, hangs_up: bool) -> None:
    """A body that ends too early may be the beginning of another query: it is refused, within its time."""
    with connect(server, stranger()) as connection:
        connection.sendall(request_bytes)
        if hangs_up:
            connection.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(partial(connection.recv, 65_536), b""))
    expected = b"malformed-request" if hangs_up or request_bytes.endswith(b"ZZ\r\n") else b"request-timeout"
    assert (True, 1) == (expected in answer, answer.count(b"HTTP/1.1 4"))


@pytest.mark.parametrize(
    ("request_bytes", "expected"),
    [
        (b"GET /livez HTTP/1.1\r\n\r\n", (400, "malformed-request")),
        (b"GET /livez HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", (400, "malformed-request")),
        (b"GET /livez HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", (400, "malformed-request")),
        (b"GET /livez HTTP/1.1\r\nHost: a/b\r\n\r\n", (400, "malformed-request")),
        (
            head("POST /sparql", Content_Type=DIRECT, Content_Length="6", Content_Encoding="gzip"),
            (415, "unsupported-media-type"),
        ),
        (
            head("POST /sparql", Content_Type=DIRECT, Content_Length="5000000000"),
            (413, "request-too-large"),
        ),
        (
            head("POST /sparql", Content_Type=DIRECT, Content_Length="600000", Expect="100-continue"),
            (413, "request-too-large"),
        ),
        (head("GET /livez", Content_Length="600000"), (413, "request-too-large")),
    ],
    ids=["no host", "two hosts", "one host twice", "no name", "coding", "5 GB", "a question first", "GET"],
)
def test_faults_of_heads(server: LiveServer, request_bytes: bytes, expected: tuple[int, str]) -> None:
    """What is wrong with the head of a request is said at once, without waiting for a body; then it is over."""
    reply = converse(server, stranger(), request_bytes)
    assert expected == (reply.status, problem_of(reply))
    assert ("close", True) == (reply.headers["connection"], reply.seconds < 1)


@pytest.mark.parametrize(
    "request_bytes",
    [
        head("GET /sparql?query=" + "x" * 100_000),
        head("GET /livez", **{"X-Long": "x" * 1_000_000}),
        head("GET /livez", **{f"X-{number}": "x" for number in range(5_000)}),
        head("GET /livez", **{"Content-Length": "-1"}),
        head("GET /livez", **{"X-Null": "a\0b"}),
        b"GET /livez HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
        b"\r\n" * 100_000,
        b"x" * 1_000_000,
    ],
    ids=[
        "long line",
        "long header",
        "many headers",
        "length below 0",
        "null",
        "version",
        "TLS",
        "lines",
        "letters",
    ],
)
def test_what_is_no_request_is_refused(server: LiveServer, request_bytes: bytes) -> None:
    """What is no HTTP, or too much of it, is answered by a refusal or by closing the connection."""
    status = 400
    with connect(server, stranger(), 5.0) as connection, contextlib.suppress(ConnectionError):
        with contextlib.suppress(OSError):
            connection.sendall(request_bytes)
            connection.shutdown(socket.SHUT_WR)
        if answer := connection.recv(4096):
            status = int(answer.split()[1])
    assert status in (400, 413, 414, 431)
    assert 200 == server.ask("GET", "/readyz").status


def test_pipelined_requests(server: LiveServer) -> None:
    """Requests sent at once on one connection are answered in their order, each completely."""
    questions = [f"ASK {{ BIND({number} AS ?n) FILTER(?n < 50) }}" for number in range(100)]
    targets = [f"GET /sparql?query={quote(text)}" for text in questions]
    with connect(server, stranger()) as connection:
        connection.sendall(b"".join(map(head, targets[:-1])) + head(targets[-1], Connection="close"))
        answers = b"".join(iter(partial(connection.recv, 65_536), b""))
    parts = answers.split(b"HTTP/1.1 ")[1:]
    assert [(b"200", number < 50) for number in range(100)] == [(part[:3], b"true" in part) for part in parts]


def test_half_open_connections(server: LiveServer) -> None:
    """Hundreds who connect and say nothing, or half of it, take nobody's place and leave nothing behind."""
    before = settled(server)
    halves = [
        b"",
        b"GET /spar",
        b"GET /livez HTTP/1.1\r\nHost: localhost\r\nX-",
        head("POST /sparql", Content_Type=DIRECT, Content_Length="60000") + b"ASK {",
        CHUNKED + b"6\r\nASK",
    ]
    with contextlib.ExitStack() as stack:
        for number in range(HALF_OPEN):
            connection = stack.enter_context(connect(server, f"127.10.0.{number % 20 + 1}"))
            connection.sendall(halves[number % len(halves)])
        replies = [query(server, f"ASK {{ BIND({number} AS ?half) }}") for number in range(20)]
        assert [200] * 20 == [reply.status for reply in replies]
        assert max(reply.seconds for reply in replies) < 1
        assert 200 == server.ask("GET", "/readyz").status
    after = settled(server, before)
    assert (before.processes, True) == (
        after.processes,
        after.descriptors <= before.descriptors + KEPT_DESCRIPTORS,
    )


# -- what one result and one client may take ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("SELECT * { ?a ?b ?c . ?d ?e ?f }", "application/sparql-results+json"),
        ("SELECT ?e { ?a ?b ?c . ?d ?e ?f }", "text/csv"),
        ("SELECT ?e { ?a ?b ?c . ?d ?e ?f }", "text/tab-separated-values"),
        ("SELECT (1 AS ?x) { ?a ?b ?c . ?d ?e ?f } LIMIT 5001", "application/sparql-results+json"),
        ("SELECT (1 AS ?x) { ?a ?b ?c . ?d ?e ?f } LIMIT 5001", "application/sparql-results+xml"),
        ("CONSTRUCT { [] ?e ?f } { ?a ?b ?c . ?d ?e ?f }", "text/turtle"),
        ("CONSTRUCT { [] ?e ?f } { ?a ?b ?c . ?d ?e ?f }", "application/ld+json"),
        (f"SELECT ('{'x' * 60_000}' AS ?x) {{ ?a ?b ?c }} LIMIT 40", "application/sparql-results+json"),
    ],
)
def test_too_large_result(text: str, kind: str, server: LiveServer) -> None:
    """A result over the cap of rows or of bytes is 422 that names limits and dumps; one at the cap is whole."""
    headers = {"Content-Type": DIRECT, "Accept": kind}
    reply = server.ask("POST", "/sparql", headers, text.encode(), source=stranger())
    assert (422, "result-too-large") == (reply.status, problem_of(reply))
    problem = json.loads(reply.body)
    assert (ROWS, MEGABYTES) == (problem["limits"]["rows"], problem["limits"]["megabytes"])
    assert f"{ROWS:,} rows" in problem["detail"]
    assert "http://localhost:8000/graphs?default" in problem["dumps"]


def test_result_at_the_cap(server: LiveServer) -> None:
    """As many rows as a result may have are all there."""
    reply = query(server, f"SELECT (1 AS ?x) {{ {TRIPLES} }} LIMIT {ROWS}")
    assert ROWS == len(json.loads(reply.body)["results"]["bindings"])


@pytest.fixture(scope="module")
def frugal(tiny_snapshot: Snapshot) -> Iterator[LiveServer]:
    """A server on which one client has few seconds and few errors."""
    with live_server(
        tiny_snapshot,
        query_seconds=SECONDS,
        query_workers=WORKERS,
        client_seconds=2,
        client_errors=5,
    ) as running:
        yield running


def assert_refused(server: LiveServer, client: str) -> None:
    """A client over its budget is told when to come back; what it asks is not run, and costs it nothing."""
    replies = [query(server, ENDLESS, client) for _ in range(5)]
    assert {(429, "over-budget")} == {(reply.status, problem_of(reply)) for reply in replies}
    assert max(reply.seconds for reply in replies) < 1
    pauses = [int(reply.headers["retry-after"]) for reply in replies]
    assert pauses == sorted(pauses, reverse=True)
    assert 0 == busy_workers(server.process.pid)
    assert "http://localhost:8000/graphs?default" in json.loads(replies[0].body)["dumps"]
    assert 200 == query(server, FRESH).status
    time.sleep(pauses[-1])
    assert 200 == query(server, FRESH, client).status


def test_budget_of_seconds(frugal: LiveServer) -> None:
    """Who has used up his seconds gets 429 until one came back; nothing is run, and nobody else is concerned."""
    client = stranger()
    with ThreadPoolExecutor(WORKERS // 2) as requests:
        statuses = [
            reply.status for reply in requests.map(lambda _: query(frugal, ENDLESS, client), range(2))
        ]
    assert [503, 503] == statuses
    assert_refused(frugal, client)


def test_budget_of_errors(frugal: LiveServer) -> None:
    """Who has sent too much that fails, wherever that was found out, gets 429 until one was forgotten."""
    client = stranger()
    wrong = ["SELECT", "DROP ALL", "ASK { SERVICE <http://x/> {} }", " ", "ASK { FILTER }", *["nonsense"] * 3]
    statuses = [query(frugal, text, client).status for text in wrong]
    assert [400, 403, 403, 400, 400] == statuses[:5]
    assert 429 == statuses[-1]
    assert_refused(frugal, client)


# -- afterwards --------------------------------------------------------------------------------------------


def test_a_thousand_kills(server: LiveServer) -> None:
    """A thousand queries that are killed at their limit of 50 ms leave no process, descriptor or result."""
    before = settled(server)
    done = 0
    lock = threading.Lock()

    def attack(source: str) -> None:
        nonlocal done
        while done < KILLS:
            reply = server.ask(
                "POST",
                "/sparql?timeout=0.05",
                {"Content-Type": DIRECT, **ALWAYS},
                ENDLESS.encode(),
                source=source,
            )
            assert 503 == reply.status
            with lock:
                done += problem_of(reply) == "query-timeout"

    attackers = [threading.Thread(target=attack, args=(stranger(),)) for _ in range(WORKERS)]
    for thread in attackers:
        thread.start()
    for thread in attackers:
        thread.join()
    after = settled(server, before)
    assert done >= KILLS
    assert before.processes == after.processes
    assert after.descriptors <= before.descriptors + KEPT_DESCRIPTORS
    assert 0 == temporary_bytes(server.process.pid)
