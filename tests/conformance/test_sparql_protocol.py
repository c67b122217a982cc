"""SPARQL 1.1 Protocol: how a query is sent, what is refused, which dataset it has (SP-01 to SP-16, SP-20, SP-26,
SP-27). What an answer is like is tested in `test_sparql_answers`.

https://www.w3.org/TR/sparql11-protocol/. Every behaviour of `/sparql` has a number, and a test that names it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from sparql_service import (
    BASE,
    DIRECT,
    FORM,
    HTML,
    KASEI,
    get,
    pool_of,
    problem,
    results,
    service,
    value,
)
from twin_graph import sparql
from twin_graph.web.sparql import MAX_ADDRESS

ASK = "ASK { ?s ?p ?o }"
METHODS = {"GET", "HEAD", "POST", "QUERY", "OPTIONS"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """The endpoint with a real pool behind it."""
    with service(tmp_path_factory.mktemp("protocol")) as found:
        yield found


def send(
    client: FlaskClient, method: str, address: str, body: str | bytes, content_type: str
) -> TestResponse:
    """Send a request as it is; `address` is the query of the URL, percent-encoded."""
    path = f"/sparql?{address}" if address else "/sparql"
    return client.open(path, method=method, data=body, content_type=content_type or None)


def test_every_number_has_a_test() -> None:
    """The 33 behaviours of the specification are each named by a test about /sparql."""
    named: set[str] = set()
    for path in Path(__file__).parent.glob("test_sparql_*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        tests = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
        for test in tests:
            named.update(re.findall(r"SP-\d\d", ast.get_docstring(test) or ""))
    assert {f"SP-{number:02}" for number in range(1, 34)} == named


class TestQueryOperation:
    """Section 2.1: “The query operation is used to send a SPARQL query to a service and receive the results.”"""

    def test_get(self, client: FlaskClient) -> None:
        """SP-01: query via GET (2.1.1)."""
        assert {"head": {}, "boolean": True} == results(get(client, ASK))

    @pytest.mark.parametrize("content_type", [FORM, f"{FORM};charset=UTF-8", f'{FORM}; charset="utf-8"'])
    def test_form(self, client: FlaskClient, content_type: str) -> None:
        """SP-02: query via URL-encoded POST (2.1.2); parameters of the address are merged."""
        body = urlencode({"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"})
        address = urlencode({"default-graph-uri": f"{KASEI}data1.rdf"})
        assert "1" == value(send(client, "POST", address, body, content_type), "n")

    def test_form_is_decoded_once(self, client: FlaskClient) -> None:
        """SP-02: what was percent-encoded twice is still encoded once."""
        text = 'SELECT ("100%25 a+b" AS ?x) {}'
        for response in (get(client, text), client.post("/sparql", data={"query": text})):
            assert "100%25 a+b" == value(response, "x")

    @pytest.mark.parametrize("content_type", [DIRECT, f"{DIRECT};charset=utf-8"])
    def test_direct(self, client: FlaskClient, content_type: str) -> None:
        """SP-03: query via POST directly (2.1.3), with the dataset in the address."""
        text = 'SELECT ("Łódź Львів +%2B" AS ?x) {}'.encode()
        assert "Łódź Львів +%2B" == value(send(client, "POST", "", text, content_type), "x")
        count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
        address = urlencode({"default-graph-uri": f"{KASEI}data1.rdf"})
        assert "1" == value(send(client, "POST", address, count, content_type), "n")

    @pytest.mark.parametrize(("body", "content_type"), [(ASK, DIRECT), (urlencode({"query": ASK}), FORM)])
    def test_query(self, client: FlaskClient, body: str, content_type: str) -> None:
        """SP-04: the QUERY method takes either body, and OPTIONS says so."""
        assert results(send(client, "QUERY", "", body, content_type))["boolean"]
        accepted = client.options("/sparql").headers["Accept-Query"]
        assert f'"{content_type}"' in accepted.split(", ")

    @pytest.mark.parametrize("accept", ["*/*", "text/csv", HTML])
    @pytest.mark.parametrize(
        "parameters",
        [
            {"query": "SELECT * { ?s ?p ?o } LIMIT 9"},
            {"query": ASK},
            {},
            {"query": "SELECT"},
            {"update": "x"},
        ],
        ids=str,
    )
    def test_head(self, client: FlaskClient, parameters: dict[str, str], accept: str) -> None:
        """SP-05: HEAD has the status and the headers of GET and no body."""
        address, headers = f"/sparql?{urlencode(parameters)}", {"Accept": accept}
        head, whole = client.head(address, headers=headers), client.get(address, headers=headers)
        assert b"" == head.data
        assert whole.status_code == head.status_code
        changing = {"X-Request-Id", "Server-Timing"}
        if parameters and whole.mimetype == "text/html":
            changing.add("Content-Length")  # the page says how long the query took
        assert {name: text for name, text in whole.headers if name not in changing} == {
            name: text for name, text in head.headers if name not in changing
        }

    def test_prefixes_of_the_project(self, client: FlaskClient) -> None:
        """Beyond the protocol: our prefixes need not be declared, others must be."""
        assert 200 == get(client, "ASK { ?s a twin:Partnership ; skos:note ?note }").status_code
        assert 200 == get(client, "PREFIX twin: <http://x/> ASK { ?s a twin:Partnership }").status_code
        assert "malformed-query" == problem(get(client, "ASK { ?s a other:Partnership }"))


class TestRefusals:
    """What the protocol does not allow is a problem document with a status of its own."""

    @pytest.mark.parametrize(
        ("method", "address", "body", "content_type"),
        [
            ("GET", "query=", "", ""),
            ("GET", "query=+%0A", "", ""),
            ("GET", "query=ASK{}&query=ASK{}", "", ""),
            ("GET", "query=ASK{}&update=CLEAR+ALL", "", ""),
            ("GET", "default-graph-uri=http://x/", "", ""),
            ("POST", "", "", FORM),
            ("POST", "", "x=1", FORM),
            ("POST", "", "query=ASK{}&query=ASK{}", FORM),
            ("POST", "query=ASK{}", "query=ASK{}", FORM),
            ("POST", "", "query=ASK{}&update=CLEAR+ALL", FORM),
            ("POST", "query=ASK{}", "update=CLEAR+ALL", FORM),
            ("POST", "query=ASK{}", "CLEAR ALL", "application/sparql-update"),
            ("POST", "query=ASK{}", "ASK {}", DIRECT),
            ("POST", "update=CLEAR+ALL", "ASK {}", DIRECT),
            ("POST", "", "", DIRECT),
            ("QUERY", "query=ASK{}", "ASK {}", DIRECT),
            ("GET", "&".join(f"p{number}=1" for number in range(300)), "", ""),
            ("GET", "query=ASK{}&default-graph-uri=no+iri", "", ""),
        ],
    )  # fmt: skip
    def test_not_one_query(
        self, client: FlaskClient, method: str, address: str, body: str, content_type: str
    ) -> None:
        """SP-06: a request holds one query that is not empty, in one place, and no update."""
        response = send(client, method, address, body, content_type)
        assert (400, "malformed-request") == (response.status_code, problem(response))

    @pytest.mark.parametrize(
        ("text", "line", "column"),
        [("SELECT", 1, 7), ("ASK {\n?s ?p }", 2, None), ("ASK {\r\n\r\n  ?s ?p 'x", 3, None),
         ('ASK {\n ?s ?p """x }', 2, 8)],
    )  # fmt: skip
    def test_syntax(self, client: FlaskClient, text: str, line: int, column: int | None) -> None:
        """SP-07: a syntax error says line and column."""
        response = get(client, text)
        assert (400, "malformed-query") == (response.status_code, problem(response))
        body = response.get_json(force=True)
        assert line == body["line"]
        assert column in (None, body["column"])
        assert f"line {line}, column {body['column']}" in body["detail"]

    @pytest.mark.parametrize("text", ["CLEAR ALL", "INSERT DATA {}", ""])
    def test_update_by_get(self, client: FlaskClient, text: str) -> None:
        """SP-08: an update is not sent by GET."""
        response = client.get("/sparql", query_string={"update": text})
        assert (400, "malformed-request") == (response.status_code, problem(response))

    @pytest.mark.parametrize(
        ("method", "address", "body", "content_type"),
        [
            ("POST", "", "update=CLEAR+ALL", FORM),
            ("POST", "update=CLEAR+ALL", "", FORM),
            ("POST", "", "CLEAR ALL", "application/sparql-update"),
            ("POST", "", "CLEAR ALL", "application/sparql-update; charset=utf-8"),
            ("POST", "", "query=CLEAR+ALL", FORM),
            ("POST", "", "LOAD <http://x/>", DIRECT),
            ("QUERY", "", "update=CLEAR+ALL", FORM),
            ("GET", "query=DROP+ALL", "", ""),
        ],
    )  # fmt: skip
    def test_update(
        self, client: FlaskClient, method: str, address: str, body: str, content_type: str
    ) -> None:
        """SP-09: an update is refused with the place where changes are made, however it is sent."""
        response = send(client, method, address, body, content_type)
        assert (403, "query-not-allowed") == (response.status_code, problem(response))
        assert "build" in response.get_json(force=True)["detail"]

    def test_update_by_another_method(self, client: FlaskClient) -> None:
        """SP-09: an update by a method that there is not is 405."""
        response = send(client, "PUT", "", "update=CLEAR+ALL", FORM)
        assert (405, "method-not-allowed") == (response.status_code, problem(response))
        assert set(response.headers["Allow"].split(", ")) == METHODS

    @pytest.mark.parametrize("method", ["POST", "QUERY"])
    @pytest.mark.parametrize(
        ("address", "body", "content_type"),
        [
            ("", "ASK {}", ""),
            ("query=ASK{}", "", ""),
            ("", "ASK {}", "text/plain"),
            ("", "{}", "application/json"),
            ("", "query=ASK{}", "multipart/form-data; boundary=x"),
            ("", "ASK {}", "nonsense"),
        ],
    )
    def test_content_type(
        self, client: FlaskClient, method: str, address: str, body: str, content_type: str
    ) -> None:
        """SP-10: a body of another type, or of none, is 415, and the answer lists what is read."""
        response = send(client, method, address, body, content_type)
        assert (415, "unsupported-media-type") == (response.status_code, problem(response))
        assert f"{DIRECT}, {FORM}" == response.headers["Accept"]
        assert [DIRECT, FORM] == response.get_json(force=True)["offers"]

    @pytest.mark.parametrize(
        ("method", "address", "body", "content_type", "status"),
        [
            ("POST", "", "ASK {}".encode("utf-16"), f"{DIRECT}; charset=UTF-16", 415),
            ("POST", "", b"ASK {}", f'{DIRECT}; charset="iso-8859-2"', 415),
            ("POST", "", b"query=ASK{}", f"{FORM}; charset=utf-16", 415),
            ("POST", "", b"ASK { \xff }", DIRECT, 400),
            ("POST", "", b"query=\xff", FORM, 400),
            ("POST", "", b"query=%FF", FORM, 400),
            ("POST", "", b"query=ASK{}&x=%C0%80", FORM, 400),
            ("GET", "query=ASK%FF", b"", "", 400),
        ],
    )
    def test_encoding(
        self, client: FlaskClient, method: str, address: str, body: bytes, content_type: str, status: int
    ) -> None:
        """SP-11: text is UTF-8; another charset that says so is 415, bytes that are not UTF-8 are 400."""
        response = send(client, method, address, body, content_type)
        kind = "unsupported-media-type" if status == 415 else "malformed-request"
        assert (status, kind) == (response.status_code, problem(response))

    @pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "LINK", "PROPFIND"])
    def test_method(self, client: FlaskClient, method: str) -> None:
        """SP-12: any other method is 405 with those that there are."""
        response = send(client, method, "query=ASK{}", "", "")
        assert (405, "method-not-allowed") == (response.status_code, problem(response))
        assert set(response.headers["Allow"].split(", ")) == METHODS

    @pytest.mark.parametrize(
        "text",
        [
            "SELECT * { SERVICE <http://x/> {} }",
            "SELECT * { SERVICE SILENT ?e {} }",
            "ASK { FILTER EXISTS { SERVICE <http://x/> {} } }",
            "PREFIX : <http://x/> ASK { SERVICE:p{} }",
            "SELECT * { SER\\u0056ICE <http://x/> {} }",
        ],
    )
    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_service(self, client: FlaskClient, method: str, text: str) -> None:
        """SP-20: a query that would ask another service is refused, and says why."""
        encoded = urlencode({"query": text})
        address, body = (encoded, "") if method == "GET" else ("", encoded)
        response = send(client, method, address, body, FORM if body else "")
        assert (403, "service-disabled") == (response.status_code, problem(response))
        assert "SERVICE is switched off" in response.get_json(force=True)["detail"]

    def test_address_too_long(self, client: FlaskClient) -> None:
        """SP-26: an address may have 8 KiB, and no more."""
        for length, status in ((MAX_ADDRESS, 200), (MAX_ADDRESS + 1, 414)):
            address = "query=ASK{}&x=".ljust(length, "x")
            assert status == send(client, "GET", address, "", "").status_code
        assert "address-too-long" == problem(send(client, "GET", "query=" + "x" * MAX_ADDRESS, "", ""))

    @pytest.mark.parametrize("method", ["POST", "QUERY"])
    def test_body_too_large(self, client: FlaskClient, method: str) -> None:
        """SP-26: a body may have 64 KiB, and no more."""
        longest = ASK.ljust(sparql.MAX_QUERY_BYTES)
        assert 200 == send(client, method, "", longest, DIRECT).status_code
        for body, content_type in ((longest + " ", DIRECT), ("query=ASK{}&x=" + longest, FORM)):
            response = send(client, method, "", body, content_type)
            assert (413, "request-too-large") == (response.status_code, problem(response))

    def test_body_in_chunks(self, client: FlaskClient) -> None:
        """SP-26: a body that does not say how long it is may not be longer either."""
        for size, status in ((sparql.MAX_QUERY_BYTES, 200), (10_000_000, 413)):
            response = client.post(
                "/sparql",
                input_stream=BytesIO(ASK.ljust(size).encode()),
                content_type=DIRECT,
                environ_overrides={"wsgi.input_terminated": True, "CONTENT_LENGTH": ""},
            )
            assert status == response.status_code

    def test_body_too_slow(self, client: FlaskClient) -> None:
        """SP-26: a body that the server in front did not wait for is 408."""
        environ = {"twin_graph.fault": 408}
        response = client.post("/sparql", data=b"ASK", content_type=DIRECT, environ_overrides=environ)
        assert (408, "request-timeout") == (response.status_code, problem(response))


class TestProblems:
    """Every refusal says what it is in the format that the client prefers."""

    @pytest.mark.parametrize(
        ("address", "slug"),
        [("query=SELECT", "malformed-query"), ("update=x", "malformed-request"),
         ("query=CLEAR+ALL", "query-not-allowed"), ("query=ASK{SERVICE<x>{}}", "service-disabled"),
         ("query=ASK{}&format=docx", "not-acceptable")],
    )  # fmt: skip
    def test_formats(self, client: FlaskClient, address: str, slug: str) -> None:
        """SP-27: problem+json, or HTML where it is preferred; the type has a page of its own."""
        response = client.get(f"/sparql?{address}")
        assert slug == problem(response)
        page = client.get(f"/sparql?{address}", headers={"Accept": HTML})
        assert (response.status_code, "text/html") == (page.status_code, page.mimetype)
        explained = client.get(f"/problems/{slug}")
        assert (200, "text/html") == (explained.status_code, explained.mimetype)

    def test_nothing_of_the_machine(self, client: FlaskClient) -> None:
        """SP-27: neither the Host header nor a path of the machine is repeated."""
        response = client.get("/sparql?query=SELECT", headers={"Host": "internal.example:99"})
        assert "internal.example" not in response.text
        assert str(pool_of(client).path.parent) not in response.text


class TestDataset:
    """2.1.4: “The RDF dataset may be specified either via the protocol or in the SPARQL query string.”"""

    COUNT = "SELECT (COUNT(*) AS ?n) {} {{ {{ ?s ?p ?o }} UNION {{ GRAPH ?g {{ ?s ?p ?o }} }} }}"

    @pytest.mark.parametrize(
        ("text", "parameters", "expected"),
        [
            ("FROM <{base}graph/shared>", {"default-graph-uri": ["data2.rdf"]}, 1),
            ("FROM NAMED <{base}graph/shared>", {"default-graph-uri": ["data2.rdf"]}, 1),
            ("FROM <{base}graph/shared>", {"named-graph-uri": ["data1.rdf"]}, 1),
            ("", {"default-graph-uri": ["data1.rdf"], "named-graph-uri": ["data2.rdf"]}, 2),
            ("", {"default-graph-uri": ["data1.rdf", "data2.rdf", "data3.rdf"]}, 3),
            ("", {"named-graph-uri": ["data1.rdf", "data2.rdf"]}, 2),
        ],
    )
    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_request_wins(
        self, client: FlaskClient, method: str, text: str, parameters: dict[str, list[str]], expected: int
    ) -> None:
        """SP-13: the dataset of the request is used, whatever the query says."""
        fields = [("query", self.COUNT.format(text.format(base=BASE)))]
        fields += [(name, KASEI + graph) for name, graphs in parameters.items() for graph in graphs]
        address, body = (urlencode(fields), "") if method == "GET" else ("", urlencode(fields))
        assert str(expected) == value(send(client, method, address, body, FORM if body else ""), "n")

    @pytest.mark.parametrize("parameter", ["default-graph-uri", "named-graph-uri"])
    @pytest.mark.parametrize(
        ("graph", "expected"), [(f"{KASEI}data1.rdf", 1), (f"{KASEI}none", 0), (f"{BASE}graph/none", 0),
                                ("file:///etc/passwd", 0)],
    )  # fmt: skip
    def test_graph_of_ours(self, client: FlaskClient, parameter: str, graph: str, expected: int) -> None:
        """SP-14: a graph that we do not have is empty."""
        response = get(client, self.COUNT.format(""), **{parameter: graph})
        assert str(expected) == value(response, "n")

    @pytest.mark.parametrize(
        ("text", "expected"),
        [("", 126), (f"FROM <{KASEI}data1.rdf>", 1), (f"FROM NAMED <{KASEI}data1.rdf>", 1),
         (f"FROM <{BASE}graph/none>", 0)],
    )  # fmt: skip
    def test_default_is_the_union(self, client: FlaskClient, text: str, expected: int) -> None:
        """SP-15: the default graph is the union of the published graphs, unless the query names another."""
        assert str(expected) == value(get(client, self.COUNT.format(text)), "n")

    def test_base_is_the_public_address(self, client: FlaskClient) -> None:
        """SP-16: relative IRIs are resolved against the configured address, whatever Host says."""
        for text, expected in (("SELECT (<x> AS ?x) {}", "x"), ("SELECT (<> AS ?x) {}", "sparql")):
            query = urlencode({"query": text})
            response = client.get(f"/sparql?{query}", headers={"Host": "evil.example"})
            assert f"{BASE}{expected}" == value(response, "x")
