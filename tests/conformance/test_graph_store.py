"""SPARQL 1.1 Graph Store HTTP Protocol, for reading: `/graphs`.

https://www.w3.org/TR/sparql11-http-rdf-update/. The cases of the W3C are in `test_graph_store_suite`.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import IO
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from site_client import BASE, client_of
from sparql_service import HTML, PROBLEM, problem
from twin_graph.formats import GRAPH_FORMATS, N_TRIPLES, TURTLE, Format
from twin_graph.graphs import parse_quads
from twin_graph.settings import read_settings
from twin_graph.snapshot import Snapshot
from twin_graph.store import Store
from twin_graph.web import create_app, graph_store
from twin_graph.web.graph_files import GraphFiles
from twin_graph.web.site import EXTENSION
from twin_graph.worker import Departure

METHODS = {"GET", "HEAD", "OPTIONS"}
SHARED = f"{BASE}graph/shared"
SECRET = f"{BASE}graph/wikidata-raw"


def write_text(text: bytes, file: IO[bytes]) -> None:
    """Write a file as one piece."""
    file.write(text)


@pytest.fixture(scope="module")
def client(tiny_snapshot: Snapshot) -> FlaskClient:
    """A client of the tiny workspace."""
    return client_of(tiny_snapshot)


@pytest.fixture
def with_hidden(tiny_snapshot: Snapshot) -> FlaskClient:
    """A client of an application whose store has a hidden graph besides."""
    app = create_app(read_settings({}, workspace=str(tiny_snapshot.path.parents[1])), tiny_snapshot)
    here = app.extensions[EXTENSION]
    hidden = f"<{BASE}id/city/x> <{BASE}secret> <{BASE}id/city/y> <{SECRET}> .\n"
    dump = tiny_snapshot.dump_path.read_bytes() + hidden.encode()
    store = Store.from_nquads(dump, tiny_snapshot.hidden)
    manifest = replace(here.manifest, graphs={**here.manifest.graphs, "wikidata-raw": 1})
    app.extensions[EXTENSION] = replace(here, store=store, manifest=manifest)
    return app.test_client()


def ask(client: FlaskClient, graph: str | None, accept: str = "*/*", method: str = "GET") -> TestResponse:
    """The answer about a graph, or about the default graph."""
    address = "/graphs?default" if graph is None else f"/graphs?graph={quote(graph, safe='')}"
    return client.open(address, method=method, headers={"Accept": accept})


def triples(response: TestResponse, fmt: Format = TURTLE) -> set[str]:
    """The statements of an answer, as text."""
    assert (200, fmt.content_type) == (response.status_code, response.content_type)
    quads = parse_quads(response.data, fmt, "http://x/")
    return {f"{quad.subject} {quad.predicate} {quad.object}" for quad in quads}


def expected(snapshot: Snapshot, *graphs: str) -> set[str]:
    """The statements of graphs, all where none is named, as the dump has them."""
    store = snapshot.open_store("memory")
    quads = [quad for graph in graphs or (None,) for quad in store.quads(graph)]
    assert quads
    return {f"{quad.subject} {quad.predicate} {quad.object}" for quad in quads}


class TestReading:
    """GET and HEAD (sections 5.2 and 5.6)."""

    @pytest.mark.parametrize("fmt", GRAPH_FORMATS, ids=lambda fmt: fmt.name)
    def test_graph(self, client: FlaskClient, tiny_snapshot: Snapshot, fmt: Format) -> None:
        """A graph comes whole in every format."""
        response = ask(client, SHARED, fmt.media_type)
        assert expected(tiny_snapshot, SHARED) == triples(response, fmt)
        assert len(response.data) == response.content_length

    @pytest.mark.parametrize("fmt", GRAPH_FORMATS, ids=lambda fmt: fmt.name)
    def test_default(self, client: FlaskClient, tiny_snapshot: Snapshot, fmt: Format) -> None:
        """The default graph is the union of all published graphs, each statement once."""
        response = ask(client, None, fmt.media_type)
        whole = expected(tiny_snapshot)
        assert whole == triples(response, fmt)
        assert tiny_snapshot.manifest.triples == len(whole)
        if fmt is N_TRIPLES:
            assert len(whole) == response.data.count(b"\n")

    def test_every_graph(self, client: FlaskClient, tiny_snapshot: Snapshot) -> None:
        """Each graph of the snapshot is there, and together they are the default graph."""
        names = [f"{BASE}graph/{name}" for name in tiny_snapshot.manifest.graphs]
        found = [triples(ask(client, name)) for name in names]
        assert len(names) >= 4
        assert expected(tiny_snapshot) == set().union(*found)

    @pytest.mark.parametrize("name", ["graph/shared", "/graph/shared", "./graph/../graph/shared", SHARED])
    def test_relative(self, client: FlaskClient, name: str) -> None:
        """A relative name is resolved against the base IRI, whatever Host says (section 4.2)."""
        response = client.get("/graphs", query_string={"graph": name}, headers={"Host": "evil.example"})
        assert (200, "text/turtle; charset=utf-8") == (response.status_code, response.content_type)

    @pytest.mark.parametrize(
        ("accept", "fmt"),
        [("", TURTLE), ("*/*", TURTLE), ("text/turtle; charset=utf-8", TURTLE), ("text/plain", N_TRIPLES),
         ("text/html, application/n-triples;q=0.1", N_TRIPLES), ("image/png, text/*;q=0.5", TURTLE)],
    )  # fmt: skip
    def test_accept(self, client: FlaskClient, accept: str, fmt: Format) -> None:
        """The format is the best for the Accept header."""
        assert fmt.content_type == ask(client, SHARED, accept).content_type

    def test_format(self, client: FlaskClient) -> None:
        """As at /sparql, `format=` wins."""
        response = client.get("/graphs?default&format=nt", headers={"Accept": "text/turtle"})
        assert N_TRIPLES.content_type == response.content_type
        assert "not-acceptable" == problem(client.get("/graphs?default&format=csv"))

    @pytest.mark.parametrize("graph", [None, SHARED])
    def test_head(self, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, graph: str | None) -> None:
        """HEAD has the headers of GET without the length, and nothing is written for it."""
        whole = ask(client, graph)
        monkeypatch.setattr(Store, "write_graphs", None)
        head = ask(client, graph, method="HEAD")
        assert (200, b"") == (head.status_code, head.data)
        expected = {name: text for name, text in whole.headers if name != "Content-Length"}
        assert expected == dict(head.headers)

    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_not_modified(self, client: FlaskClient, method: str) -> None:
        """A client that has the graph is told so."""
        first = ask(client, SHARED)
        tag = first.headers["ETag"]
        again = client.open(
            f"/graphs?graph={SHARED}&utm=1", method=method, headers={"If-None-Match": f'"x", {tag}'}
        )
        assert (304, b"") == (again.status_code, again.data)
        for name in ("ETag", "Vary"):
            assert first.headers[name] == again.headers[name]
        # No shared cache keeps a copy for each parameter that somebody thinks up.
        assert "private, max-age=300" == again.headers["Cache-Control"]
        tags = {tag, ask(client, None).headers["ETag"], ask(client, SHARED, "text/plain").headers["ETag"]}
        assert 3 == len(tags)

    def test_headers(self, client: FlaskClient) -> None:
        """Answers may be kept, and be read by scripts of every origin."""
        headers = ask(client, SHARED).headers
        assert "Accept, Accept-Encoding" == headers["Vary"]
        assert headers["Cache-Control"].startswith("public, max-age=")
        assert headers["ETag"].startswith('W/"')
        assert "*" == headers["Access-Control-Allow-Origin"]
        assert {"ETag", "Retry-After"} <= set(headers["Access-Control-Expose-Headers"].split(", "))


class TestRefusals:
    """What is not read, and everything that would write."""

    @pytest.mark.parametrize(
        "query", ["", "x=1", f"default&graph={SHARED}", f"graph={SHARED}&graph={SHARED}", "default&default&graph=",
                  "graph=%FF", "graph=http://[/"],
    )  # fmt: skip
    def test_not_one_graph(self, client: FlaskClient, query: str) -> None:
        """A request names one graph."""
        response = client.get(f"/graphs?{query}")
        assert (400, "malformed-request") == (response.status_code, problem(response))

    @pytest.mark.parametrize(
        "name",
        [
            "",
            "graph/none",
            "http://example.org/",
            "file:///etc/passwd",
            f"{SHARED}#x",
            f"{SHARED}/",
            "no iri",
        ],
    )
    def test_unknown(self, client: FlaskClient, name: str) -> None:
        """A graph that we do not have is 404, and never fetched."""
        response = client.get("/graphs", query_string={"graph": name})
        assert (404, PROBLEM) == (response.status_code, response.content_type)
        assert response.get_json()["type"].endswith("/problems/not-found")

    def test_hidden(self, with_hidden: FlaskClient, tiny_snapshot: Snapshot) -> None:
        """A hidden graph is as if it were not there, also in the default graph."""
        assert 404 == ask(with_hidden, SECRET).status_code
        assert expected(tiny_snapshot) == triples(ask(with_hidden, None))

    @pytest.mark.parametrize("accept", ["image/png", "text/html", "application/sparql-results+json"])
    def test_not_acceptable(self, client: FlaskClient, accept: str) -> None:
        """406 lists the formats of graphs."""
        response = ask(client, SHARED, accept)
        assert 406 == response.status_code
        if accept != "text/html":
            assert "not-acceptable" == problem(response)
            assert [fmt.media_type for fmt in GRAPH_FORMATS] == response.get_json()["offers"]

    @pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH", "QUERY", "LINK"])
    @pytest.mark.parametrize("query", ["", "default", f"graph={SHARED}", "graph=none"])
    def test_writing(self, client: FlaskClient, method: str, query: str) -> None:
        """Graphs are not written over HTTP: 405 with what may be done (section 5.1)."""
        response = client.open(
            f"/graphs?{query}", method=method, data=b"<a> <b> <c> .", content_type="text/turtle"
        )
        assert (405, "method-not-allowed") == (response.status_code, problem(response))
        assert set(response.headers["Allow"].split(", ")) == METHODS

    def test_options(self, client: FlaskClient) -> None:
        """OPTIONS says what may be done."""
        response = client.options("/graphs", headers={"Origin": "https://x"})
        assert (204, b"") == (response.status_code, response.data)
        for name in ("Allow", "Access-Control-Allow-Methods"):
            assert set(response.headers[name].split(", ")) == METHODS
        assert response.headers["Access-Control-Max-Age"].isdigit()

    def test_page(self, client: FlaskClient) -> None:
        """Who prefers HTML is told on a page."""
        response = client.get("/graphs", headers={"Accept": HTML})
        assert (400, "text/html") == (response.status_code, response.mimetype)


class TestLargeGraphs:
    """A large graph is written once, for a snapshot, and by one at a time."""

    @pytest.fixture
    def files(self, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> GraphFiles:
        """Every graph is a large one, and none has been written."""
        files = GraphFiles()
        monkeypatch.setattr(graph_store, "LARGE", 1)
        monkeypatch.setitem(client.application.extensions, graph_store.FILES, files)
        return files

    def test_one_at_a_time(
        self,
        client: FlaskClient,
        files: GraphFiles,
        monkeypatch: pytest.MonkeyPatch,
        tiny_snapshot: Snapshot,
    ) -> None:
        """While one is written another one is told to come back; small graphs and those written are not."""
        assert 200 == ask(client, None, "text/turtle").status_code
        goes_on = threading.Event()
        with ThreadPoolExecutor() as threads:
            slow = threads.submit(files.find, "slow", lambda file: goes_on.wait(30) and file.write(b"slow"))
            same = threads.submit(files.find, "slow", partial(write_text, b"never"))
            response = ask(client, None, "text/plain")
            assert (503, "busy") == (response.status_code, problem(response))
            assert response.headers["Retry-After"].isdigit()
            assert 200 == ask(client, None, "text/plain", method="HEAD").status_code
            assert 200 == ask(client, None, "text/turtle").status_code
            size, small = min((size, name) for name, size in tiny_snapshot.manifest.graphs.items())
            monkeypatch.setattr(graph_store, "LARGE", size + 1)
            assert 200 == ask(client, f"{BASE}graph/{small}").status_code
            goes_on.set()
            assert slow.result() is same.result()
        assert 200 == ask(client, None, "text/plain").status_code

    def test_written_once(
        self, client: FlaskClient, files: GraphFiles, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Who asks later gets the same bytes, which nobody writes again; a small room keeps only the last."""
        first = ask(client, None).data
        monkeypatch.setattr(Store, "write_graphs", None)
        assert first == ask(client, None).data
        narrow = GraphFiles(most=5)
        for text in (b"four", b"five!", b"six"):
            file = narrow.find(text.decode(), partial(write_text, text))
            assert text == b"".join(file.pieces())
        assert 1 == len(narrow)

    def test_failure(self, client: FlaskClient, files: GraphFiles, monkeypatch: pytest.MonkeyPatch) -> None:
        """What fails is not kept, and holds up nobody."""
        with monkeypatch.context() as broken:
            broken.setattr(Store, "write_graphs", None)
            assert 500 == ask(client, None).status_code
        assert 0 == len(files)
        assert 200 == ask(client, None).status_code

    def test_client_that_goes_away(self, client: FlaskClient, files: GraphFiles) -> None:
        """A graph is written for all, whoever asked for it first."""
        departure = Departure()
        departure.announce()
        client.get("/graphs?default", environ_overrides={"twin_graph.departure": departure})
        assert 1 == len(files)

    def test_many_readers(self, client: FlaskClient, files: GraphFiles) -> None:
        """One that reads slowly holds nobody up, and each reads from the beginning."""
        unread = client.get("/graphs?default", buffered=False)
        pieces = unread.iter_encoded()
        begin = next(iter(pieces))
        assert 1 == len(files)
        assert ask(client, None).data == begin + b"".join(pieces)
        unread.close()


def test_public_addresses(client: FlaskClient, tiny_snapshot: Snapshot, tmp_path: Path) -> None:
    """The addresses that problems name are those that answer."""
    with client.application.test_request_context("/"):
        addresses = graph_store.addresses(client.application.extensions[EXTENSION])
    assert f"{BASE}graphs?default" == addresses[0]
    assert len(tiny_snapshot.manifest.graphs) + 1 == len(addresses)
    assert {200} == {client.head(address.removeprefix(BASE)).status_code for address in addresses}
