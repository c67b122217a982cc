"""SPARQL 1.1 Graph Store HTTP Protocol by the cases of the W3C, over HTTP and byte by byte, for reading.

This service is not written to over HTTP: each step of a case that writes is refused. What the write would have made
is published by a snapshot instead, and the steps that read are sent to a server with that snapshot. As the manifest
asks for, `/gsp` becomes the path of our endpoint; names of graphs in parameters stay as they are.
"""

from __future__ import annotations

import email.policy
import json
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from rdflib import Graph
from rdflib.compare import to_canonical_graph

from foreign_data import ONE_CLIENT, Document, publish
from live_server import live_server
from result_sets import compare_graphs
from suites import Exchange, Step, list_exchanges, require_folder
from twin_graph.formats import N_TRIPLES, PROBLEM_JSON
from wire import Wire

pytestmark = pytest.mark.serve

BASE = "http://www.example/"
# The only graph of a store whose default graph was written to: our default graph is the union of all.
DEFAULT = f"{BASE}graph/shared"
CREATED = f"{BASE}graphs/created"
READING = ("GET", "HEAD")
READ_ONLY = (
    "the store is for reading: requests that write are refused, those that read are answered as expected"
)


@dataclass
class Stock:
    """What a server holds, as documents by the names of their graphs, and the requests that are sent to it.

    Attributes:
        cases: what the requests are of.
    """

    graphs: dict[str, tuple[str, ...]] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    cases: dict[str, Exchange] = field(default_factory=dict)

    def agrees(self, name: str, texts: tuple[str, ...]) -> bool:
        """Whether a graph may hold this here. A default graph that was written to is alone."""
        alone = {name == DEFAULT, *(each == DEFAULT for each in self.graphs)}
        return len(alone) == 1 and self.graphs.get(name, texts) == texts

    def documents(self) -> list[Document]:
        """What is to be published."""
        return [
            Document(name, text.encode(), N_TRIPLES) for name, texts in self.graphs.items() for text in texts
        ]


def target_of(step: Step) -> str:
    """Path and query of a request at our endpoint."""
    assert step.target.startswith("/gsp")
    return "/graphs" + step.target.removeprefix("/gsp").replace("$LOCATION$", CREATED)


def graph_of(step: Step) -> str:
    """The name of the graph that a request is about."""
    parts = urlsplit(target_of(step))
    if "graph" in (parameters := parse_qs(parts.query, keep_blank_values=True)):
        return parameters["graph"][0]
    if "default" in parameters:
        return DEFAULT
    return CREATED if parts.path == "/graphs" else BASE + parts.path.removeprefix("/")


def texts_of(step: Step) -> tuple[str, ...]:
    """The documents that a request sends, as N-Triples in which equal graphs are equal texts."""
    kind = step.headers["content-type"]
    message = message_from_bytes(
        f"Content-Type: {kind}\r\n\r\n".encode() + (step.body or b""), policy=email.policy.HTTP
    )
    parts = list(message.iter_parts()) or [message]
    graphs = (Graph().parse(data=part.get_content(), format="turtle") for part in parts)
    lines = (to_canonical_graph(graph).serialize(format="nt").splitlines(keepends=True) for graph in graphs)
    return tuple("".join(sorted(each)) for each in lines)


def after(texts: tuple[str, ...], step: Step) -> tuple[str, ...]:
    """What a graph holds after a request that writes to it."""
    sent = () if step.method == "DELETE" else texts_of(step)
    return (*texts, *sent) if step.method == "POST" else sent


def plan(cases: Iterable[Exchange]) -> list[Stock]:
    """The requests of all cases, each with the contents of its graph, shared among few servers."""
    stocks: list[Stock] = [Stock()]
    for case in cases:
        graphs: dict[str, tuple[str, ...]] = {}
        for step in case.steps:
            name = graph_of(step)
            if step.method in READING:
                texts = graphs.get(name, ())
                fitting = (stock for stock in stocks if stock.agrees(name, texts))
                stock = next(fitting, None) or Stock()
                stock.graphs[name] = texts
                stocks += [] if stock in stocks else [stock]
            else:
                stock = stocks[0]  # it is refused whatever is there
                graphs[name] = after(graphs.get(name, ()), step)
            stock.steps.append(step)
            stock.cases[case.name] = case
    return stocks


CASES = list_exchanges(
    "graph-store-protocol/manifest-direct.ttl", "graph-store-protocol/manifest-indirect.ttl"
)
STOCKS = plan(CASES)


def test_collected() -> None:
    """Every request of every case is sent."""
    require_folder()
    assert 13 == len({case.name for case in CASES})
    assert {case.name for case in CASES} == {name for stock in STOCKS for name in stock.cases}
    assert {"www.example"} == {case.authority for case in CASES}
    methods = Counter(step.method for stock in STOCKS for step in stock.steps)
    assert methods == Counter(step.method for case in CASES for step in case.steps)
    assert {"PUT": 12, "GET": 15, "POST": 5, "DELETE": 4, "HEAD": 3} == methods


def of_cases(stock: Stock) -> list[pytest.MarkDecorator]:
    """The markers of the cases that have a request in a stock."""
    only_reads = {case.name: all(step.method in READING for step in case.steps) for case in CASES}
    return [
        pytest.mark.suite(
            "graph-store", name, case.iri, *(() if only_reads[name] else ("inapplicable", READ_ONLY))
        )
        for name, case in stock.cases.items()
    ]


@pytest.mark.parametrize(
    "stock",
    [pytest.param(stock, id=str(number), marks=of_cases(stock)) for number, stock in enumerate(STOCKS)],
)
def test_steps(tmp_path: Path, stock: Stock) -> None:
    """Requests that read are answered as the manifest says, those that write are refused and change nothing."""
    require_folder()
    snapshot = publish(tmp_path, BASE, stock.documents())
    with live_server(snapshot, **ONE_CLIENT) as server, closing(Wire(server)) as wire:
        for step in stock.steps:
            check = check_reading if step.method in READING else check_refusal
            check(wire, step)


def check_reading(wire: Wire, step: Step) -> None:
    """Send a request that reads, and compare the answer with what the manifest expects of it."""
    reply = wire.send(step.method, target_of(step), {"Host": "www.example", **step.headers})
    assert any(reply.status in statuses for statuses in step.expected.statuses), (step, reply)
    if step.expected.content_type:
        assert step.expected.content_type == reply.headers["content-type"]
    if step.method == "HEAD":
        assert b"" == reply.body
    if step.expected.body:
        name = graph_of(step)
        texts = (step.expected.body, reply.body)
        expected, found = (Graph().parse(data=text, format="turtle", publicID=name) for text in texts)
        compare_graphs(expected, found)


def check_refusal(wire: Wire, step: Step) -> None:
    """Send a request that writes, and look whether it is refused and everything is as before."""
    target, host = target_of(step), {"Host": "www.example"}
    before = wire.send("GET", target, host)
    reply = wire.send(step.method, target, {**host, **step.headers}, step.body)
    assert (405, PROBLEM_JSON.content_type) == (reply.status, reply.headers["content-type"]), (step, reply)
    assert {"GET", "HEAD", "OPTIONS"} == set(reply.headers["allow"].split(", "))
    assert "method-not-allowed" == json.loads(reply.body)["type"].rpartition("/problems/")[2]
    now = wire.send("GET", target, host)
    assert (before.status, before.headers.get("etag")) == (now.status, now.headers.get("etag"))
