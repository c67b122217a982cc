"""SPARQL 1.1 Protocol by the cases of the W3C, over HTTP and byte by byte, against the real server.

The requests are those of the manifest, Host included; only the path `/sparql/` becomes that of our endpoint, as the
manifest asks for. A service may conform by the query operation alone (section 4 of the specification): the seven
cases of updates that would succeed are refused, and their queries show that nothing was changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import closing
from urllib.parse import quote_plus

import pytest

from foreign_data import ONE_CLIENT, Document, publish
from live_server import LiveServer, Reply, live_server
from suites import Exchange, Step, list_exchanges, require_folder
from twin_graph.formats import GRAPH_FORMATS, N_TRIPLES, PROBLEM_JSON, RESULT_FORMATS, Carries
from wire import Wire

pytestmark = pytest.mark.serve

CASES = list_exchanges("protocol/manifest.ttl")
UPDATES = [case for case in CASES if case.name.startswith("update_")]
BAD_UPDATES = [case for case in CASES if case.name.startswith(("bad_update_", "bad_multiple_updates"))]
QUERIES = [case for case in CASES if case not in UPDATES and case not in BAD_UPDATES]
POSTED = [case for case in QUERIES if case.steps[0].method == "POST"]
SORTS = {
    "boolean": {fmt.content_type for fmt in RESULT_FORMATS if Carries.BOOLEAN in fmt.carries},
    "tabular": {fmt.content_type for fmt in RESULT_FORMATS},
    "RDF": {fmt.content_type for fmt in GRAPH_FORMATS},
}
FORM, DIRECT = "application/x-www-form-urlencoded", "application/sparql-query"
HOST = {"Host": "www.example"}


READ_ONLY = "the service is for reading: an update is refused, and changes nothing"


def params(cases: Iterable[Exchange], refused: str = "") -> list[object]:
    """Cases as parameters.

    Args:
        refused: why they are refused, where they are.
    """
    outcome = "inapplicable" if refused else ""
    return [
        pytest.param(
            case, id=case.name, marks=pytest.mark.suite("protocol", case.name, case.iri, outcome, refused)
        )
        for case in cases
    ]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server with the data that the suite asks for, without budgets of clients."""
    require_folder()
    files = {name: path for case in CASES for name, path in case.documents.items()}
    assert 3 == len(files)
    documents = [Document(name, path.read_bytes(), N_TRIPLES) for name, path in files.items()]
    snapshot = publish(tmp_path_factory.mktemp("protocol"), "http://localhost:8000/", documents)
    with live_server(snapshot, **ONE_CLIENT) as running:
        yield running


@pytest.fixture(scope="module")
def wire(server: LiveServer) -> Iterator[Wire]:
    """A connection to it."""
    with closing(Wire(server)) as connection:
        yield connection


def send(wire: Wire, case: Exchange, step: Step, method: str = "") -> Reply:
    """Send one request of a case, as the manifest gives it or by another method."""
    assert step.target.startswith("/sparql/")
    target = "/sparql" + step.target.removeprefix("/sparql/")
    return wire.send(method or step.method, target, {"Host": case.authority, **step.headers}, step.body)


def check(step: Step, reply: Reply) -> None:
    """Compare an answer with what the manifest expects of it."""
    assert any(reply.status in statuses for statuses in step.expected.statuses), reply
    if step.expected.sort:
        assert reply.headers["content-type"] in SORTS[step.expected.sort]
    if step.expected.boolean is not None:
        assert step.expected.boolean is json.loads(reply.body)["boolean"]
    if reply.status >= 400:
        assert PROBLEM_JSON.content_type == reply.headers["content-type"]
        assert reply.status == json.loads(reply.body)["status"]


def value(reply: Reply) -> str:
    """The value of the only variable of the only row."""
    assert 200 == reply.status, reply
    [row] = json.loads(reply.body)["results"]["bindings"]
    [term] = row.values()
    return str(term["value"])


def test_collected() -> None:
    """Every case of the manifest is in one of the tests below."""
    require_folder()
    assert (20, 7, 7) == (len(QUERIES), len(BAD_UPDATES), len(UPDATES))
    assert 34 == len({case.name for case in CASES})
    assert (14, 5) == (len(POSTED), sum(len(case.steps) - 1 for case in UPDATES))


@pytest.mark.parametrize("case", params(QUERIES))
def test_queries(wire: Wire, case: Exchange) -> None:
    """A request of the query operation is answered as the manifest says (SP-01 to SP-18)."""
    for step in case.steps:
        check(step, send(wire, case, step))


@pytest.mark.parametrize("case", params(POSTED))
def test_query_method(wire: Wire, case: Exchange) -> None:
    """What may be sent by POST may be sent by QUERY (SP-04), with the same answer, and so may not be what may not."""
    for step in case.steps:
        reply, posted = send(wire, case, step, "QUERY"), send(wire, case, step)
        check(step, reply)
        assert (posted.status, posted.headers["content-type"]) == (
            reply.status,
            reply.headers["content-type"],
        )
        if reply.status == 200:
            assert posted.body == reply.body


@pytest.mark.parametrize("case", params(BAD_UPDATES))
def test_bad_updates(wire: Wire, case: Exchange) -> None:
    """A request of the update operation that is none is refused as the manifest says (SP-08 to SP-11)."""
    for step in case.steps:
        check(step, send(wire, case, step))


@pytest.mark.parametrize("case", params(UPDATES, READ_ONLY))
def test_updates(wire: Wire, case: Exchange) -> None:
    """An update is refused with the reason, and the query after it finds what would be there without (SP-09)."""
    first, *rest = case.steps
    reply = send(wire, case, first)
    body = json.loads(reply.body)
    assert (403, PROBLEM_JSON.content_type) == (reply.status, reply.headers["content-type"])
    assert "query-not-allowed" == body["type"].rpartition("/problems/")[2]
    assert "build" in body["detail"]
    for step in rest:
        assert step.expected.boolean
        assert json.loads(send(wire, case, step).body)["boolean"] is False


@pytest.mark.parametrize("method", ["POST", "QUERY"])
@pytest.mark.parametrize("parameter", ["", ";charset=UTF-8", '; charset="utf-8"', " ; Charset=utf-8"])
@pytest.mark.parametrize(
    "text",
    [
        "Łódź – Львів 🏙",
        "100%25 a+b %2B&c=d",
        "a\r\nb",
        "a\nb",
        "a  b",
        "a\tb",
        "# no comment",
        "\ufeff",
        "e\u0301",
        "é",
    ],
    ids=ascii,
)
def test_bytes(wire: Wire, method: str, parameter: str, text: str) -> None:
    """A query arrives letter by letter, by POST and QUERY, as it is and as a form, which is decoded once (SP-02)."""
    query = f'SELECT ("""{text}""" AS ?x) {{}}'
    for kind, body in ((DIRECT, query.encode()), (FORM, f"query={quote_plus(query)}".encode())):
        headers = {**HOST, "Content-Type": kind + parameter}
        assert text == value(wire.send(method, "/sparql", headers, body))


@pytest.mark.parametrize("method", ["POST", "QUERY"])
@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        (DIRECT, "ASK { # ż\n}".encode("iso-8859-2"), 400),
        (DIRECT, b"ASK { # \xed\xa0\x80\n}", 400),
        (DIRECT, "ASK {}".encode("utf-16"), 400),
        (FORM, b"query=ASK%7B%7D%23%FF", 400),
        (FORM, b"query=ASK%7B%7D%23\xff", 400),
        (f"{DIRECT};charset=utf-16", "ASK {}".encode("utf-16"), 415),
        (f"{DIRECT};charset=iso-8859-1", b"ASK {}", 415),
        (f"{FORM};charset=utf-16", b"query=ASK%7B%7D", 415),
    ],
)
def test_not_utf8(wire: Wire, method: str, content_type: str, body: bytes, status: int) -> None:
    """Another encoding that says what it is is 415, bytes that are no UTF-8 are 400 (SP-11)."""
    reply = wire.send(method, "/sparql", {**HOST, "Content-Type": content_type}, body)
    assert (status, PROBLEM_JSON.content_type) == (reply.status, reply.headers["content-type"])


def test_head(wire: Wire) -> None:
    """HEAD has the headers of GET and no body, and the connection goes on (SP-05)."""
    target = "/sparql?query=ASK%20%7B%7D"
    head, whole = wire.send("HEAD", target, HOST), wire.send("GET", target, HOST)
    assert (200, b"", 200) == (head.status, head.body, whole.status)
    assert {"boolean": True, "head": {}} == json.loads(whole.body)
    for name in ("content-type", "etag", "vary", "cache-control", "content-length"):
        assert whole.headers[name] == head.headers[name]
