"""The SPARQL service without a server: the web application with a real query pool behind it, and data of its own.

What is asked and what must come is the test's. Over real HTTP it is `live_server`.
"""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from rdflib import RDF
from werkzeug.test import TestResponse

from foreign_data import Document, publish
from twin_graph.formats import N_TRIPLES
from twin_graph.settings import read_settings
from twin_graph.web import create_app
from twin_graph.web.sparql import POOL
from twin_graph.worker import QueryLimits, QueryPool, start_pool

BASE = "http://localhost:8000/"
KASEI = "http://kasei.us/2009/09/sparql/data/"
LIMITS = QueryLimits(workers=2, queue=2, seconds=0.5, memory_mb=64, rows=100, megabytes=0.1, client_seconds=0,
                     client_errors=0)  # fmt: skip
JOIN = "{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o }"
HTML = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
JSON = "application/sparql-results+json"
PROBLEM = "application/problem+json"


def documents() -> list[Document]:
    """60 places with hostile and foreign labels, and three graphs of one statement each."""
    label = "<http://www.w3.org/2000/01/rdf-schema#label>"
    lines = [
        f'<{BASE}id/city/c{number}> {label} "Miasto {number} <b>&</b> Місто"@pl .' for number in range(60)
    ]
    found = {f"{BASE}graph/shared": "\n".join(lines)}
    for iri in (f"{KASEI}data{number}.rdf" for number in (1, 2, 3)):
        found[iri] = f"<{iri}> <{RDF.type}> <http://xmlns.com/foaf/0.1/Document> ."
    return [Document(graph, text.encode(), N_TRIPLES) for graph, text in found.items()]


def client_without_pool(workspace: Path, **settings: str | int) -> FlaskClient:
    """A client of an application that has the data and asks no pool, unless the settings name one."""
    publish(workspace, BASE, documents())
    return create_app(read_settings({}, workspace=str(workspace), **settings)).test_client()


@contextlib.contextmanager
def service(workspace: Path, limits: QueryLimits = LIMITS, **settings: str | int) -> Iterator[FlaskClient]:
    """A client of an application with a pool of its own, for as long as the block runs."""
    snapshot = publish(workspace, BASE, documents())
    with (
        tempfile.TemporaryDirectory(prefix="tg-") as folder,
        start_pool(snapshot.path, Path(folder, "q"), limits, store="memory") as running,
    ):
        client = client_without_pool(workspace, query_socket=str(running.socket), **settings)
        yield client
        pool_of(client).close()


def pool_of(client: FlaskClient) -> QueryPool:
    """The pool that an application asks."""
    pool = client.application.extensions[POOL]
    assert isinstance(pool, QueryPool)
    return pool


def get(client: FlaskClient, query: str, accept: str = "*/*", **parameters: str) -> TestResponse:
    """The answer to a query by GET."""
    return client.get("/sparql", query_string={"query": query, **parameters}, headers={"Accept": accept})


def results(response: TestResponse) -> Any:
    """What a result in JSON says."""
    assert (200, JSON) == (response.status_code, response.content_type), response.text
    return json.loads(response.data)


def value(response: TestResponse, variable: str) -> str:
    """The value of a variable in the only row of a result."""
    (row,) = results(response)["results"]["bindings"]
    return str(row[variable]["value"])


def problem(response: TestResponse) -> str:
    """Last part of the type of a problem document, after a look at the rest of it."""
    assert PROBLEM == response.content_type
    body = json.loads(response.data)
    assert response.status_code == body["status"]
    assert body["title"]
    assert body["detail"]
    assert "Traceback" not in response.text
    assert "no-store" == response.headers["Cache-Control"]
    assert "*" == response.headers["Access-Control-Allow-Origin"]
    return str(body["type"]).removeprefix(f"{BASE}problems/")
