"""Queries that want to be somewhere else: other services, other files, other data.

Two rows of defence are tested apart: the check of the text, which explains, and the isolation of the process,
which holds when the check is passed by. A canary listens on the loopback interface; nobody may call it.
"""

from __future__ import annotations

import contextlib
import io
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from canary import Canary, listening_canary
from twin_graph import sparql
from twin_graph.errors import QueryNotAllowed, TwinGraphError
from twin_graph.formats import RESULT_FORMATS
from twin_graph.settings import read_settings
from twin_graph.snapshot import Snapshot
from twin_graph.store import Store
from twin_graph.web import create_app
from twin_graph.web.sparql import POOL
from twin_graph.worker import QueryLimits, QueryPool, QueryRequest, start_pool

# CANARY stands for the address of the canary, PREFIX for a declaration of it as p:, EMPTY of it as the empty prefix.
SERVICE = [
    "SELECT * { SERVICE <CANARY> { ?s ?p ?o } }",
    "SELECT * { service <CANARY> { ?s ?p ?o } }",
    "SELECT * { SeRvIcE <CANARY> { ?s ?p ?o } }",
    "SELECT * { SERVICE SILENT <CANARY> { ?s ?p ?o } }",
    "SELECT * { SERVICE<CANARY>{ ?s ?p ?o } }",
    "SELECT * {SERVICE\n<CANARY>\n{ ?s ?p ?o }}",
    "SELECT * { SERVICE\t<CANARY>\r{ ?s ?p ?o } }",
    "SELECT * { SERVICE # comment\n <CANARY> { ?s ?p ?o } }",
    "SELECT * { SERVICE#c\n<CANARY>{ ?s ?p ?o } }",
    "SELECT * { SERVICESILENT<CANARY>{ ?s ?p ?o } }",
    "PREFIX p: <CANARY> SELECT * { SERVICE p: { ?s ?p ?o } }",
    "PREFIX p: <CANARY> SELECT * { SERVICE p:x { ?s ?p ?o } }",
    "PREFIX p: <CANARY> SELECT * { SERVICEp:x { ?s ?p ?o } }",
    "PREFIX : <CANARY> SELECT * { SERVICE : { ?s ?p ?o } }",
    "PREFIX : <CANARY> SELECT * { SERVICE:x{ ?s ?p ?o } }",
    "PREFIX : <CANARY> SELECT * { SERVICE:{ ?s ?p ?o } }",
    "PREFIX x: <CANARY> SELECT * { SERVICESILENT x:x { ?s ?p ?o } }",
    "PREFIX : <CANARY> SELECT * { SERVICESILENT:x { ?s ?p ?o } }",
    "BASE <CANARY> SELECT * { SERVICE <x> { ?s ?p ?o } }",
    "BASE <CANARY> SELECT * { SERVICE <> { ?s ?p ?o } }",
    "SELECT * { VALUES ?e { <CANARY> } SERVICE ?e { ?s ?p ?o } }",
    "SELECT * { BIND(<CANARY> AS ?e) SERVICE SILENT ?e { ?s ?p ?o } }",
    "SELECT * { ?s ?p ?o FILTER EXISTS { SERVICE <CANARY> { ?s ?p ?o } } }",
    "SELECT * { ?s ?p ?o FILTER NOT EXISTS { SERVICE <CANARY> { ?s ?p ?o } } }",
    "SELECT * { ?s ?p ?o OPTIONAL { SERVICE <CANARY> { ?s ?p ?o } } }",
    "SELECT * { ?s ?p ?o MINUS { SERVICE <CANARY> { ?s ?p ?o } } }",
    "SELECT * { { ?s ?p ?o } UNION { SERVICE <CANARY> { ?s ?p ?o } } }",
    "SELECT * { GRAPH ?g { SERVICE <CANARY> { ?s ?p ?o } } }",
    "SELECT * { { SELECT * { SERVICE <CANARY> { ?s ?p ?o } } } }",
    "ASK { SERVICE <CANARY> { ?s ?p ?o } }",
    "CONSTRUCT { ?s ?p ?o } WHERE { SERVICE <CANARY> { ?s ?p ?o } }",
    "DESCRIBE ?s { SERVICE <CANARY> { ?s ?p ?o } }",
    "SELECT * { ?s ?p trueSERVICE <CANARY> { ?s ?p ?o } }",
    "SELECT * { ?s ?p 1SERVICE <CANARY> { ?s ?p ?o } }",
    "SELECT * { ?s ?p 1.0e0SERVICE <CANARY> { ?s ?p ?o } }",
    "SELECT * { ?s ?p 'x'SERVICE <CANARY> { ?s ?p ?o } }",
    "SELECT * { ?s ?p 'SERVICE'.SERVICE <CANARY> { ?s ?p ?o } }",
    "SELECT * { ?s ?p '''a'b'''SERVICE <CANARY> { ?s ?p ?o } }",
    'SELECT * { ?s ?p """a\\""""SERVICE <CANARY> { ?s ?p ?o } }',
    "SELECT * { ?s ?p '\\\\'SERVICE <CANARY> { ?s ?p ?o } }",
    "PREFIX e: <http://x/> SELECT * { ?s ?p e:.SERVICE <CANARY> { ?s ?p ?o } }",
    "PREFIX e: <http://x/> SELECT * { e:a e:b e:c .SERVICE <CANARY> { ?s ?p ?o } }",
    "SELECT * { FILTER(?a<?b)SERVICE<CANARY>{ ?s ?p ?o } FILTER(?c>?d) }",
    "PREFIX : <CANARY> SELECT * { FILTER(1<2)SERVICE:x{ ?s ?p ?o } FILTER(2>1) }",
    "SELECT * { \\u0053ERVICE <CANARY> { ?s ?p ?o } }",
    "SELECT * { SER\\u0056ICE <CANARY> { ?s ?p ?o } }",
    "SELECT * { \\U00000053ERVICE <CANARY> { ?s ?p ?o } }",
    "SELECT * { <a> <b> '\\u0027 . SERVICE <CANARY> { ?s ?p ?o } # '\n}",
    "# comment\rSELECT * { SERVICE <CANARY> { ?s ?p ?o } }",
    "SELECT * { ?s ?p <#>SERVICE <CANARY> { ?s ?p ?o } }",
]  # fmt: skip

UPDATES = [
    "LOAD <CANARY>",
    "load<CANARY>",
    "LOAD SILENT <CANARY>",
    "LOADSILENT<CANARY>",
    "LOAD <CANARY> INTO GRAPH <http://x/>",
    "LOAD <file:///etc/passwd>",
    "\\u004cOAD <CANARY>",
    "PREFIX : <CANARY> LOAD :x",
    "PREFIX : <CANARY> LOAD:x",
    "BASE <CANARY> LOAD <x>",
    "BASE<CANARY>LOAD<x>",
    "# LOAD\nLOAD <CANARY>",
    "INSERT DATA { <a> <b> <c> }",
    "INSERTDATA{<a><b><c>}",
    "PREFIX insert: <x> INSERT DATA { <a> <b> <c> }",
    "PREFIXinsert:<x>INSERT{}WHERE{}",
    "DELETE DATA { <a> <b> <c> }",
    "DELETE WHERE { ?s ?p ?o }",
    "INSERT { ?s ?p ?o } WHERE { SERVICE <CANARY> { ?s ?p ?o } }",
    "WITH <http://x/> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
    "CLEAR ALL",
    "clear default",
    "CREATE GRAPH <http://x/>",
    "DROP ALL",
    "COPY DEFAULT TO <http://x/>",
    "MOVE DEFAULT TO <http://x/>",
    "ADD DEFAULT TO <http://x/>",
]

FETCHES = [
    "SELECT * FROM <CANARY> { ?s ?p ?o }",
    "SELECT * FROM NAMED <CANARY> { GRAPH ?g { ?s ?p ?o } }",
    "SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }",
    "SELECT * { GRAPH <CANARY> { ?s ?p ?o } }",
    "DESCRIBE <CANARY>",
    "BASE <CANARY> DESCRIBE <x>",
]


@pytest.fixture(scope="module")
def canary() -> Iterator[Canary]:
    """One canary for all queries."""
    with listening_canary() as bird:
        yield bird


@pytest.fixture(scope="module", params=["memory", "disk"])
def pool(request: pytest.FixtureRequest, tiny_snapshot: Snapshot) -> Iterator[QueryPool]:
    """A real pool, with the store in memory and on disk."""
    limits = QueryLimits(workers=2, seconds=2.0, memory_mb=128)
    with (
        tempfile.TemporaryDirectory(prefix="tg-") as folder,
        start_pool(tiny_snapshot.path, Path(folder, "q"), limits, store=request.param) as running,
    ):
        client = QueryPool(running.socket)
        yield client
        client.close()


@pytest.fixture(scope="module")
def web(tiny_snapshot: Snapshot) -> Iterator[FlaskClient]:
    """The endpoint over HTTP."""
    with (
        tempfile.TemporaryDirectory(prefix="tg-") as folder,
        start_pool(tiny_snapshot.path, Path(folder, "q"), QueryLimits(workers=2)) as running,
    ):
        workspace = str(tiny_snapshot.path.parents[1])
        settings = read_settings({}, workspace=workspace, query_socket=str(running.socket))
        app = create_app(settings, tiny_snapshot)
        yield app.test_client()
        app.extensions[POOL].close()


def test_sizes_of_the_tables() -> None:
    """The tables have the cases that they had; each is there once."""
    cases = [*SERVICE, *UPDATES, *FETCHES]
    assert (50, 27, 6) == (len(SERVICE), len(UPDATES), len(FETCHES))
    assert len(cases) == len(set(cases))


@pytest.mark.parametrize("text", [*SERVICE, *UPDATES])
def test_refused_by_the_check(text: str, canary: Canary) -> None:
    """The check names the reason before anything is run."""
    with pytest.raises(QueryNotAllowed):
        sparql.check_policy(text.replace("CANARY", canary.address))


@pytest.mark.parametrize("text", [*SERVICE, *UPDATES, *FETCHES])
def test_harmless_past_the_check(text: str, canary: Canary, pool: QueryPool) -> None:
    """Without the check the worker still reaches nobody: it refuses, fails or finds nothing."""
    request = QueryRequest(text.replace("CANARY", canary.address), canary.address, RESULT_FORMATS)
    with contextlib.suppress(TwinGraphError):
        assert b"root:" not in pool.run(request).body
    assert 0 == canary.calls


def test_canary_hears(canary: Canary, pool: QueryPool, tiny_store: Store) -> None:
    """The same query in a process that is not isolated does call, so the silence above means something."""
    other = Canary()
    text = SERVICE[0].replace("CANARY", other.address)
    with pytest.raises(QueryNotAllowed):
        tiny_store.answer(text, io.BytesIO(), base_iri=other.address, offers=RESULT_FORMATS)
    other.close()
    assert 1 <= other.calls
    assert b"true" in pool.run(QueryRequest("ASK { ?s ?p ?o }", canary.address, RESULT_FORMATS)).body


@pytest.mark.parametrize("text", [*SERVICE[:12], *UPDATES[:6]])
def test_refused_over_http(text: str, canary: Canary, web: FlaskClient) -> None:
    """A refused query is 403 with a problem document, by GET and by POST."""
    query = text.replace("CANARY", canary.address)
    for response in (
        web.get("/sparql", query_string={"query": query}),
        web.post("/sparql", data={"query": query}),
        web.post("/sparql", data=query.encode(), content_type="application/sparql-query"),
    ):
        assert 403 == response.status_code
        assert "application/problem+json" == response.content_type
        problem = "service-disabled" if text in SERVICE else "query-not-allowed"
        assert f"http://localhost:8000/problems/{problem}" == response.get_json()["type"]
    assert 0 == canary.calls


@pytest.mark.parametrize("parameter", ["default-graph-uri", "named-graph-uri"])
@pytest.mark.parametrize("address", ["CANARY", "file:///etc/passwd", "http://localhost:8000/graph/none"])
def test_dataset_is_never_fetched(parameter: str, address: str, canary: Canary, web: FlaskClient) -> None:
    """A graph that we do not have is empty."""
    query = "SELECT * { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
    parameters = {"query": query, parameter: address.replace("CANARY", canary.address)}
    response = web.get("/sparql", query_string=parameters)
    assert (200, []) == (response.status_code, response.get_json()["results"]["bindings"])
    assert 0 == canary.calls
