"""SPARQL 1.1 Protocol over HTTP, by the suite of the W3C and by a table of our own.

https://www.w3.org/TR/sparql11-protocol/. The suite is read from `../shared/suites` or from the folder that
TWIN_GRAPH_SUITES names; where it is absent its tests are skipped, unless TWIN_GRAPH_SUITES is `required`.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from html import unescape
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from flask.testing import FlaskClient
from rdflib import RDF, Graph, Namespace
from rdflib.collection import Collection
from rdflib.term import Node
from werkzeug.test import TestResponse

from twin_graph.formats import GRAPH_FORMATS, N_TRIPLES, RESULT_FORMATS, Format
from twin_graph.graphs import parse_quads, sorted_nquads
from twin_graph.settings import read_settings
from twin_graph.snapshot import Manifest, Snapshot, write_snapshot
from twin_graph.sparql import SD
from twin_graph.web import create_app
from twin_graph.web.sparql import MAX_ADDRESS, POOL
from twin_graph.worker import QueryLimits, start_pool

BASE = "http://localhost:8000/"
KASEI = "http://kasei.us/2009/09/sparql/data/"
LIMITS = QueryLimits(workers=2, queue=2, seconds=0.5, memory_mb=64, rows=100, megabytes=0.1)
JOIN = "{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o }"
HTML = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
JSON = "application/sparql-results+json"
PROBLEM = "application/problem+json"


def suites() -> Path | None:
    """The folder of the suites, None where it is absent."""
    named = os.environ.get("TWIN_GRAPH_SUITES", "")
    folder = Path(__file__).parents[2] / "../shared/suites" if named in ("", "required") else Path(named)
    return folder if (folder / "rdf-tests").is_dir() else None


def write(folder: Path, documents: Mapping[str, bytes]) -> Snapshot:
    """A snapshot of N-Triples documents, each in the graph of its name."""
    (folder / "data").mkdir()
    parsed = {name: list(parse_quads(data, N_TRIPLES, name)) for name, data in documents.items()}
    dump = sorted_nquads(quad for quads in parsed.values() for quad in quads)
    contents = {"dump.nq": dump, "keys.json": b"{}", "report.ttl": b"", "report.json": b"{}"}
    counts = {"shared": sum(map(len, parsed.values()))}

    def describe(identity: str, files: Mapping[str, str]) -> Manifest:
        return Manifest(identity, BASE, "2024-01-01", "1", "1", {"en": "Twins"}, "en", "", (), counts,
                        counts["shared"], {}, files)  # fmt: skip

    return write_snapshot(folder / "snapshots", contents, describe)


def documents() -> dict[str, bytes]:
    """The data that the suite asks for, and hostile and foreign text."""
    label = "<http://www.w3.org/2000/01/rdf-schema#label>"
    lines = [
        f'<{BASE}id/city/c{number}> {label} "Miasto {number} <b>&</b> Місто"@pl .' for number in range(60)
    ]
    found = {f"{BASE}graph/shared": "\n".join(lines).encode()}
    for number in (1, 2, 3):
        iri = f"{KASEI}data{number}.rdf"
        found[iri] = f"<{iri}> <{RDF.type}> <http://xmlns.com/foaf/0.1/Document> .".encode()
    return found


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """The endpoint with a real pool behind it."""
    workspace = tmp_path_factory.mktemp("protocol")
    snapshot = write(workspace, documents())
    with (
        tempfile.TemporaryDirectory(prefix="tg-") as folder,
        start_pool(snapshot.path, Path(folder, "q"), LIMITS, store="memory") as running,
    ):
        settings = read_settings({}, workspace=str(workspace), query_socket=str(running.socket))
        app = create_app(settings)
        yield app.test_client()
        app.extensions[POOL].close()


def get(client: FlaskClient, query: str, accept: str = "*/*", **parameters: str) -> TestResponse:
    """The answer to a query by GET."""
    return client.get("/sparql", query_string={"query": query, **parameters}, headers={"Accept": accept})


def problem(response: TestResponse) -> str:
    """Last part of the type of a problem document, after a look at the rest of it."""
    assert PROBLEM == response.content_type
    body = json.loads(response.data)
    assert response.status_code == body["status"]
    assert "Traceback" not in response.text
    assert "no-store" == response.headers["Cache-Control"]
    assert "*" == response.headers["Access-Control-Allow-Origin"]
    return str(body["type"]).rpartition("/problems/")[2]


@pytest.fixture(scope="module")
def manifest() -> Graph:
    """The manifest of the W3C, or a skip."""
    folder = suites()
    if folder is None:
        if os.environ.get("TWIN_GRAPH_SUITES") == "required":
            pytest.fail("the suites are required and are not there")
        pytest.skip("the folder ../shared/suites is absent")
    path = folder / "rdf-tests/sparql11/protocol/manifest.ttl"
    return Graph().parse(path, format="turtle", publicID="http://example.org/manifest")


class TestSuite:
    """The manifest of the W3C: 20 cases about queries, 14 about updates, which this service does not run."""

    HT = Namespace("http://www.w3.org/2011/http#")
    CNT = Namespace("http://www.w3.org/2011/content#")
    MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")

    def cases(self, manifest: Graph) -> dict[str, Node]:
        """The cases by their names."""
        found = {str(case).rpartition("#")[2].rpartition("/")[2]: case
                 for case in manifest.subjects(RDF.type, self.MF.ProtocolTest)}  # fmt: skip
        assert 34 == len(found)
        return found

    def requests(self, manifest: Graph, case: Node) -> list[Node]:
        """The requests of a case, in order."""
        action = manifest.value(case, self.MF.action)
        head = manifest.value(action, self.HT.requests)
        assert head is not None
        return list(Collection(manifest, head))

    def send(self, client: FlaskClient, manifest: Graph, node: Node) -> TestResponse:
        """Send one request of a case."""
        path = str(manifest.value(node, self.HT.absolutePath))
        body, data = manifest.value(node, self.HT.body), b""
        if body is not None:
            encoding = str(manifest.value(body, self.CNT.characterEncoding) or "UTF-8")
            data = str(manifest.value(body, self.CNT.chars)).encode(encoding)
        headers = {}
        if (head := manifest.value(node, self.HT.headers)) is not None:
            for header in Collection(manifest, head):
                name, value = (
                    str(manifest.value(header, term)) for term in (self.HT.fieldName, self.HT.fieldValue)
                )
                headers[name] = value
        method = str(manifest.value(node, self.HT.methodName))
        return client.open(path, method=method, headers=headers, data=data)

    def test_queries(self, client: FlaskClient, manifest: Graph) -> None:
        """Every request about queries is answered as the manifest says."""
        cases = {
            name: case for name, case in self.cases(manifest).items() if "query" in name or "queries" in name
        }
        assert 20 == len(cases)
        for name, case in cases.items():
            for node in self.requests(manifest, case):
                response = self.send(client, manifest, node)
                expected = manifest.value(node, self.HT.resp)
                bad = name.startswith("bad_")
                assert (4 if bad else 2) == response.status_code // 100, name
                truth = manifest.value(expected, self.MF.expectedBoolean)
                if truth is not None:
                    assert truth.toPython() == response.get_json(force=True)["boolean"], name  # type: ignore[attr-defined]

    def test_updates(self, client: FlaskClient, manifest: Graph) -> None:
        """Every update is refused; conformance is by the query operation alone."""
        cases = {name: case for name, case in self.cases(manifest).items() if "update" in name}
        assert 14 == len(cases)
        for name, case in cases.items():
            first = self.requests(manifest, case)[0]
            response = self.send(client, manifest, first)
            assert 4 == response.status_code // 100, name


class TestQueryOperation:
    """Section 2.1: “The query operation is used to send a SPARQL query to a service and receive the results.”"""

    ASK = "ASK { ?s ?p ?o }"

    def test_get(self, client: FlaskClient) -> None:
        """2.1.1 (SP-01): query via GET."""
        response = get(client, self.ASK)
        assert (200, JSON, {"head": {}, "boolean": True}) == (
            response.status_code,
            response.content_type,
            json.loads(response.data),
        )

    @pytest.mark.parametrize("method", ["POST", "QUERY"])
    @pytest.mark.parametrize("content_type", [FORM, f"{FORM};charset=UTF-8", f'{FORM}; charset="utf-8"'])
    def test_form(self, client: FlaskClient, method: str, content_type: str) -> None:
        """2.1.2 (SP-02, SP-04): query via URL-encoded POST; parameters of the address are merged."""
        body = urlencode({"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"})
        address = "/sparql?" + urlencode({"default-graph-uri": f"{KASEI}data1.rdf"})
        response = client.open(address, method=method, data=body, content_type=content_type)
        assert "1" == response.get_json(force=True)["results"]["bindings"][0]["n"]["value"]

    @pytest.mark.parametrize("method", ["POST", "QUERY"])
    @pytest.mark.parametrize("content_type", [DIRECT, f"{DIRECT};charset=utf-8"])
    def test_direct(self, client: FlaskClient, method: str, content_type: str) -> None:
        """2.1.3 (SP-03, SP-04): query via POST directly."""
        text = 'SELECT ("Łódź Львів +%2B" AS ?x) {}'.encode()
        response = client.open("/sparql", method=method, data=text, content_type=content_type)
        assert "Łódź Львів +%2B" == response.get_json(force=True)["results"]["bindings"][0]["x"]["value"]

    def test_form_is_decoded_once(self, client: FlaskClient) -> None:
        """What was percent-encoded twice is still encoded once."""
        text = 'SELECT ("100%25 a+b" AS ?x) {}'
        for response in (get(client, text), client.post("/sparql", data={"query": text})):
            assert "100%25 a+b" == response.get_json(force=True)["results"]["bindings"][0]["x"]["value"]

    def test_prefixes_of_the_project(self, client: FlaskClient) -> None:
        """Beyond the protocol: our prefixes need not be declared, others must be."""
        assert 200 == get(client, "ASK { ?s a twin:Partnership ; skos:note ?note }").status_code
        assert 200 == get(client, "PREFIX twin: <http://x/> ASK { ?s a twin:Partnership }").status_code
        assert "malformed-query" == problem(get(client, "ASK { ?s a other:Partnership }"))

    def test_head(self, client: FlaskClient) -> None:
        """SP-05: HEAD has the headers of GET and no body."""
        address = "/sparql?" + urlencode({"query": self.ASK})
        head, whole = client.head(address), client.get(address)
        assert b"" == head.data
        for name in ("Content-Type", "Content-Length", "ETag", "Cache-Control", "Vary"):
            assert whole.headers[name] == head.headers[name]

    @pytest.mark.parametrize(
        ("method", "address", "body", "content_type", "status", "kind"),
        [
            ("GET", "query=", "", "", 400, "malformed-request"),
            ("GET", "query=ASK{}&query=ASK{}", "", "", 400, "malformed-request"),
            ("GET", "query=ASK{}&update=CLEAR+ALL", "", "", 400, "malformed-request"),
            ("GET", "update=CLEAR+ALL", "", "", 400, "malformed-request"),
            ("GET", "query=ASK%FF", "", "", 400, "malformed-request"),
            ("GET", "query=SELECT", "", "", 400, "malformed-query"),
            ("GET", "query=ASK{}&timeout=soon", "", "", 400, "malformed-request"),
            ("GET", "query=ASK{}&timeout=-1", "", "", 400, "malformed-request"),
            ("GET", "query=ASK{}&timeout=nan", "", "", 400, "malformed-request"),
            ("GET", "query=ASK{}&default-graph-uri=no+iri", "", "", 400, "malformed-request"),
            ("GET", "&".join(f"p{number}=1" for number in range(300)), "", "", 400, "malformed-request"),
            ("GET", "query=" + "x" * MAX_ADDRESS, "", "", 414, "address-too-long"),
            ("POST", "", "", FORM, 400, "malformed-request"),
            ("POST", "", "query=ASK{}&query=ASK{}", FORM, 400, "malformed-request"),
            ("POST", "", "query=ASK{}&update=CLEAR+ALL", FORM, 400, "malformed-request"),
            ("POST", "query=ASK{}", "ASK {}", DIRECT, 400, "malformed-request"),
            ("POST", "", b"query=\xff", FORM, 400, "malformed-request"),
            ("POST", "", "query=%FF", FORM, 400, "malformed-request"),
            ("POST", "", b"ASK { \xff }", DIRECT, 400, "malformed-request"),
            ("POST", "", "", DIRECT, 400, "malformed-request"),
            ("POST", "", "ASK {}".encode("utf-16"), f"{DIRECT}; charset=UTF-16", 415, "unsupported-media-type"),
            ("POST", "", "query=ASK{}", f"{FORM}; charset=utf-16", 415, "unsupported-media-type"),
            ("POST", "", "ASK {}", "", 415, "unsupported-media-type"),
            ("POST", "", "ASK {}", "text/plain", 415, "unsupported-media-type"),
            ("POST", "", "{}", "application/json", 415, "unsupported-media-type"),
            ("POST", "", "#" * 70_000, DIRECT, 413, "request-too-large"),
            ("POST", "", "update=CLEAR+ALL", FORM, 403, "query-not-allowed"),
            ("POST", "", "CLEAR ALL", "application/sparql-update", 403, "query-not-allowed"),
            ("POST", "", "query=CLEAR+ALL", FORM, 403, "query-not-allowed"),
            ("PUT", "query=ASK{}", "", "", 405, "method-not-allowed"),
            ("DELETE", "query=ASK{}", "", "", 405, "method-not-allowed"),
            ("PATCH", "query=ASK{}", "", "", 405, "method-not-allowed"),
        ],
    )  # fmt: skip
    def test_refused(
        self,
        client: FlaskClient,
        method: str,
        address: str,
        body: str | bytes,
        content_type: str,
        status: int,
        kind: str,
    ) -> None:
        """SP-06 to SP-12, SP-26, SP-27, SP-30: what the protocol does not allow is a problem document."""
        path = f"/sparql?{address}" if address else "/sparql"
        response = client.open(path, method=method, data=body, content_type=content_type or None)
        assert (status, kind) == (response.status_code, problem(response))

    def test_refusals_say_what_would_do(self, client: FlaskClient) -> None:
        """415 has Accept, 405 has Allow, a syntax error has line and column."""
        assert f"{DIRECT}, {FORM}" == client.post("/sparql", data=b"x").headers["Accept"]
        assert {"GET", "HEAD", "POST", "QUERY", "OPTIONS"} == set(
            client.put("/sparql").headers["Allow"].split(", ")
        )
        body = get(client, "ASK {\n?s ?p }").get_json(force=True)
        assert 2 == body["line"]
        assert isinstance(body["column"], int)


class TestDataset:
    """2.1.4: “The RDF dataset may be specified either via the protocol or in the SPARQL query string.”"""

    COUNT = "SELECT (COUNT(*) AS ?n) {} {{ {{ ?s ?p ?o }} UNION {{ GRAPH ?g {{ ?s ?p ?o }} }} }}"

    @pytest.mark.parametrize(
        ("text", "parameters", "expected"),
        [
            ("", {}, 126),
            (f"FROM <{KASEI}data1.rdf>", {}, 1),
            (f"FROM NAMED <{KASEI}data1.rdf>", {}, 1),
            (f"FROM <{BASE}graph/none>", {}, 0),
            ("", {"default-graph-uri": f"{KASEI}data1.rdf"}, 1),
            ("", {"default-graph-uri": f"{KASEI}none"}, 0),
            (f"FROM <{BASE}graph/shared>", {"default-graph-uri": f"{KASEI}data2.rdf"}, 1),
            ("", {"default-graph-uri": f"{KASEI}data1.rdf", "named-graph-uri": f"{KASEI}data2.rdf"}, 2),
        ],
    )
    def test_dataset(self, client: FlaskClient, text: str, parameters: dict[str, str], expected: int) -> None:
        """SP-13 to SP-15: the request wins; a graph that we do not have is empty; the default is the union."""
        response = get(client, self.COUNT.format(text), **parameters)
        assert str(expected) == response.get_json(force=True)["results"]["bindings"][0]["n"]["value"]

    def test_base_is_the_public_address(self, client: FlaskClient) -> None:
        """SP-16: relative IRIs are resolved against the configured address, whatever Host says."""
        query = urlencode({"query": "SELECT (<x> AS ?x) {}"})
        response = client.get(f"/sparql?{query}", headers={"Host": "evil.example"})
        assert f"{BASE}x" == response.get_json(force=True)["results"]["bindings"][0]["x"]["value"]


class TestFormats:
    """2.1.5 and 2.1.6: the result in the format that the client accepts."""

    SELECT = "SELECT ?s { ?s ?p ?o } ORDER BY ?s LIMIT 1"
    CONSTRUCT = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 1"

    @pytest.mark.parametrize(
        ("query", "accept", "expected"),
        [
            ("SELECT", "*/*", JSON),
            ("SELECT", "", JSON),
            *(("SELECT", fmt.media_type, fmt.content_type) for fmt in RESULT_FORMATS),
            *(("CONSTRUCT", fmt.media_type, fmt.content_type) for fmt in GRAPH_FORMATS),
            ("ASK", "text/csv", "text/csv; charset=utf-8; header=present"),
            ("ASK", "application/sparql-results+xml", "application/sparql-results+xml"),
            ("CONSTRUCT", "*/*", "text/turtle; charset=utf-8"),
            ("DESCRIBE", "*/*", "text/turtle; charset=utf-8"),
            ("SELECT", "application/json", JSON),
            ("CONSTRUCT", "application/json", "application/ld+json"),
            ("SELECT", "application/xml", "application/sparql-results+xml"),
            ("SELECT", "text/turtle, */*;q=0.1", JSON),
            ("SELECT", "text/turtle, text/csv;q=0.5", "text/csv; charset=utf-8; header=present"),
            ("CONSTRUCT", f"{JSON}, application/n-triples;q=0.2", "application/n-triples"),
            (
                "SELECT",
                "application/sparql-results+json;q=0.1, text/csv",
                "text/csv; charset=utf-8; header=present",
            ),
        ],
    )
    def test_accept(self, client: FlaskClient, query: str, accept: str, expected: str) -> None:
        """SP-18: every format is had by its media type; a type of the other sort of result is passed over."""
        texts = {"SELECT": self.SELECT, "CONSTRUCT": self.CONSTRUCT, "ASK": "ASK {}",
                 "DESCRIBE": f"DESCRIBE <{BASE}id/city/c1>"}  # fmt: skip
        response = get(client, texts[query], accept)
        assert (200, expected) == (response.status_code, response.content_type)
        assert "Accept, Accept-Encoding" == response.headers["Vary"]

    @pytest.mark.parametrize(
        ("query", "accept"),
        [("SELECT", "image/png"), ("SELECT", "text/turtle"), ("CONSTRUCT", JSON), ("SELECT", "*/*;q=0")],
    )
    def test_not_acceptable(self, client: FlaskClient, query: str, accept: str) -> None:
        """SP-17, SP-19: 406 with a list when nothing fits the result."""
        response = get(client, self.SELECT if query == "SELECT" else self.CONSTRUCT, accept)
        assert (406, "not-acceptable") == (response.status_code, problem(response))
        assert len(response.get_json(force=True)["offers"]) >= 4

    @pytest.mark.parametrize(
        ("parameters", "expected"),
        [
            ({"format": "csv"}, "text/csv; charset=utf-8; header=present"),
            ({"output": "xml"}, "application/sparql-results+xml"),
            ({"format": "json"}, JSON),
            ({"format": "text/csv"}, "text/csv; charset=utf-8; header=present"),
        ],
    )
    def test_parameter_wins(self, client: FlaskClient, parameters: dict[str, str], expected: str) -> None:
        """SP-31: `format` and `output` win over Accept."""
        assert expected == get(client, self.SELECT, "text/turtle", **parameters).content_type

    def test_unknown_parameter(self, client: FlaskClient) -> None:
        """A format that we do not have is 406."""
        assert "not-acceptable" == problem(get(client, self.SELECT, format="docx"))


class TestLimits:
    """A query that may not end, or whose result may not, is an error and never half an answer."""

    @pytest.mark.parametrize(
        ("query", "status", "kind"),
        [
            (f"SELECT (COUNT(*) AS ?n) {JOIN}", 503, "query-timeout"),
            (f"SELECT * {JOIN} ORDER BY ?a ?d ?g", 503, "query-resources"),
            (f"SELECT * {JOIN}", 422, "result-too-large"),
            ("SELECT (1 AS ?x) { ?a ?b ?c . ?d ?e ?f } LIMIT 101", 422, "result-too-large"),
        ],
    )
    def test_limit(self, client: FlaskClient, query: str, status: int, kind: str) -> None:
        """SP-21 to SP-23: the limit is named, and there is no invitation to try the same again."""
        response = get(client, query)
        assert (status, kind) == (response.status_code, problem(response))
        assert "Retry-After" not in response.headers

    def test_at_the_limit(self, client: FlaskClient) -> None:
        """As many rows as allowed are a result."""
        response = get(client, "SELECT (1 AS ?x) { ?a ?b ?c . ?d ?e ?f } LIMIT 100")
        assert 100 == len(response.get_json(force=True)["results"]["bindings"])

    def test_timeout_may_be_lowered(self, client: FlaskClient) -> None:
        """SP-30: `timeout` lowers the limit."""
        response = get(client, f"SELECT (COUNT(*) AS ?n) {JOIN}", timeout="0.1")
        assert "0.1 seconds" in response.get_json(force=True)["detail"]

    def test_no_pool(self, tmp_path: Path) -> None:
        """Without a pool queries are 503, and the description is still there."""
        write(tmp_path, documents())
        alone = create_app(read_settings({}, workspace=str(tmp_path))).test_client()
        response = get(alone, "ASK {}")
        assert (503, "busy") == (response.status_code, problem(response))
        assert "twin-graph serve" in response.get_json(force=True)["detail"]
        assert response.headers["Retry-After"].isdigit()
        assert 200 == alone.get("/sparql").status_code


class TestCaching:
    """RFC 9110, sections 8 and 13: a validator, and 304 for who has the answer."""

    QUERY = "SELECT ?s { ?s ?p ?o } LIMIT 1"

    def test_headers(self, client: FlaskClient) -> None:
        """SP-28: the headers of a success."""
        response = get(client, self.QUERY)
        assert response.headers["ETag"].startswith('W/"')
        assert response.headers["Cache-Control"].startswith("public")
        assert response.headers["Server-Timing"].startswith("query;dur=")
        assert 16 == len(response.headers["X-Request-Id"])
        assert "nosniff" == response.headers["X-Content-Type-Options"]

    def test_not_modified(self, client: FlaskClient) -> None:
        """SP-29: 304 repeats the validator and what it depends on, and has no body."""
        first = get(client, self.QUERY)
        address = "/sparql?" + urlencode({"query": self.QUERY})
        second = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
        assert (304, b"") == (second.status_code, second.data)
        for name in ("ETag", "Vary", "Cache-Control"):
            assert first.headers[name] == second.headers[name]
        assert 200 == client.get(address, headers={"If-None-Match": '"other"'}).status_code

    def test_tag_depends_on_what_was_asked(self, client: FlaskClient) -> None:
        """Another query, dataset or format is another representation; an unknown parameter is not."""
        tags = [
            get(client, self.QUERY).headers["ETag"],
            get(client, self.QUERY + " ").headers["ETag"],
            get(client, self.QUERY, "text/csv").headers["ETag"],
            get(client, self.QUERY, **{"default-graph-uri": f"{KASEI}data1.rdf"}).headers["ETag"],
        ]
        assert len(tags) == len(set(tags))
        assert tags[0] == get(client, self.QUERY, utm_source="x").headers["ETag"]

    def test_volatile(self, client: FlaskClient) -> None:
        """An answer that is new each time is not kept."""
        response = get(client, "SELECT (UUID() AS ?x) {}")
        assert "no-store" == response.headers["Cache-Control"]
        assert "ETag" not in response.headers


class TestCors:
    """SP-33: scripts of every origin may ask."""

    def test_preflight(self, client: FlaskClient) -> None:
        """OPTIONS says what is allowed, also that a query may be sent by QUERY."""
        response = client.options(
            "/sparql", headers={"Origin": "https://x", "Access-Control-Request-Method": "POST"}
        )
        assert (204, b"") == (response.status_code, response.data)
        assert "POST" in response.headers["Access-Control-Allow-Methods"]
        assert "Content-Type" in response.headers["Access-Control-Allow-Headers"]
        assert response.headers["Access-Control-Max-Age"].isdigit()
        assert DIRECT in response.headers["Accept-Query"]

    def test_answers(self, client: FlaskClient) -> None:
        """Answers may be read, with the headers that matter."""
        response = get(client, "ASK {}")
        assert "*" == response.headers["Access-Control-Allow-Origin"]
        assert "ETag" in response.headers["Access-Control-Expose-Headers"]
        assert "Access-Control-Allow-Credentials" not in response.headers


class TestServiceDescription:
    """“… a GET without any query parameters must return a service description” (section 2 of it)."""

    @pytest.mark.parametrize("fmt", GRAPH_FORMATS, ids=lambda fmt: fmt.name)
    def test_formats(self, client: FlaskClient, fmt: Format) -> None:
        """SP-32, SD-1, SD-2, SD-4: RDF in every format, with the endpoint and the formats."""
        response = client.get("/sparql", headers={"Accept": fmt.media_type})
        assert (200, fmt.media_type) == (response.status_code, response.mimetype)
        quads = list(parse_quads(response.data, fmt, "http://x/"))
        found = {term: {str(quad.object) for quad in quads if str(quad.predicate) == f"<{term}>"}
                 for term in (SD.endpoint, SD.resultFormat)}  # fmt: skip
        assert {f"<{BASE}sparql>"} == found[SD.endpoint]
        assert len(RESULT_FORMATS) + len(GRAPH_FORMATS) == len(found[SD.resultFormat])

    def test_default(self, client: FlaskClient) -> None:
        """Who names nothing gets Turtle, with a validator that works."""
        response = client.get("/sparql")
        assert "text/turtle" == response.mimetype
        again = client.get("/sparql", headers={"If-None-Match": response.headers["ETag"]})
        assert 304 == again.status_code

    def test_described_formats_are_offered(self, client: FlaskClient) -> None:
        """Each described format is one that a query is answered in."""
        for fmt in (*RESULT_FORMATS, *GRAPH_FORMATS):
            query = "ASK {}" if fmt in RESULT_FORMATS else "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 1"
            assert fmt.content_type == get(client, query, fmt.media_type).content_type


class TestPage:
    """The page for people: a form that works without scripts, and the result below it."""

    @pytest.mark.parametrize("lang", ["en", "pl", "uk"])
    def test_form(self, client: FlaskClient, lang: str) -> None:
        """The form is in the language of the address, else of the browser."""
        for response in (
            client.get(f"/sparql?lang={lang}", headers={"Accept": HTML}),
            client.get("/sparql", headers={"Accept": HTML, "Accept-Language": lang}),
        ):
            assert (200, "text/html; charset=utf-8") == (response.status_code, response.content_type)
            assert lang == response.headers["Content-Language"]
            assert f'<html lang="{lang}">' in response.text
            assert '<textarea id="query" name="query"' in response.text
            assert '<label for="query">' in response.text

    def test_example(self, client: FlaskClient) -> None:
        """The query that the empty form suggests is one that runs."""
        page = client.get("/sparql", headers={"Accept": HTML}).text
        text = unescape(page.partition("<textarea")[2].partition(">")[2].partition("</textarea>")[0])
        assert "PREFIX twin: <https://w3id.org/twin-graph/ontology#>" in text
        assert 200 == get(client, text).status_code

    def test_table(self, client: FlaskClient) -> None:
        """A table shows every row, with text and not markup."""
        query = "SELECT ?s ?label ?none { ?s <http://www.w3.org/2000/01/rdf-schema#label> ?label }"
        response = get(client, query, HTML)
        assert 60 == response.text.count("&lt;b&gt;&amp;&lt;/b&gt;")
        assert "<b>" not in response.text
        assert 'href="/en/city/c1"' in response.text
        assert '<th scope="col">label</th>' in response.text

    def test_query_is_shown_again(self, client: FlaskClient) -> None:
        """The text comes back into the form, whatever is in it."""
        query = 'SELECT ("</textarea><script>alert(1)</script>" AS ?x) {}'
        response = get(client, query, HTML)
        assert "<script>" not in response.text
        assert 2 <= response.text.count("&lt;/textarea&gt;")

    @pytest.mark.parametrize(
        ("query", "status", "words"),
        [
            ("SELECT", 400, "line 1, column 7"),
            ("SELECT * { SERVICE <x> {} }", 403, "SERVICE"),
            (f"SELECT (COUNT(*) AS ?n) {JOIN}", 503, "0.5 seconds"),
        ],
    )
    def test_mistake(self, client: FlaskClient, query: str, status: int, words: str) -> None:
        """A mistake is told on the page, with its status, and the text can be put right."""
        response = get(client, query, HTML)
        assert (status, "no-store") == (response.status_code, response.headers["Cache-Control"])
        assert words in response.text
        assert 'role="alert"' in response.text
        assert "<textarea" in response.text

    def test_graph_and_truth(self, client: FlaskClient) -> None:
        """A graph is shown as Turtle, a truth value in words."""
        assert "rdfs:label" in get(client, "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 3", HTML).text
        assert "<strong>Yes</strong>" in get(client, "ASK {}", HTML).text

    def test_form_asks_for_a_file(self, client: FlaskClient) -> None:
        """A format chosen in the form wins over what the browser accepts."""
        response = get(client, "ASK {}", HTML, format="csv", lang="pl")
        assert "text/csv" == response.mimetype

    def test_address_of_another_language_keeps_the_query(self, client: FlaskClient) -> None:
        """Changing the language asks the same again."""
        assert f"query={quote('ASK {}', safe='')}".replace("%20", "+") in get(client, "ASK {}", HTML).text
