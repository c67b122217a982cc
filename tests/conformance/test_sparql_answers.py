"""SPARQL 1.1 Protocol: what an answer is like (SP-17 to SP-19, SP-21 to SP-25, SP-28 to SP-33).

How a query is sent is tested in `test_sparql_protocol`, which also counts the numbers.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from sparql_service import (
    BASE,
    DIRECT,
    FORM,
    HTML,
    JOIN,
    JSON,
    KASEI,
    LIMITS,
    client_without_pool,
    get,
    problem,
    results,
    service,
)
from twin_graph.errors import OverBudget, ServiceBusy, TwinGraphError
from twin_graph.formats import GRAPH_FORMATS, RESULT_FORMATS, RESULTS_JSON, TURTLE, Format
from twin_graph.graphs import parse_quads
from twin_graph.sparql import SD
from twin_graph.web.sparql import POOL
from twin_graph.worker import Departure, QueryLimits, QueryPool, QueryRequest, QueryResult

SELECT = "SELECT ?s { ?s ?p ?o } ORDER BY ?s LIMIT 1"
CONSTRUCT = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 1"
TEXTS = {
    "SELECT": SELECT,
    "CONSTRUCT": CONSTRUCT,
    "ASK": "ASK {}",
    "DESCRIBE": f"DESCRIBE <{BASE}id/city/c1>",
}
CSV = "text/csv; charset=utf-8; header=present"
ENDLESS = f"SELECT (COUNT(*) AS ?n) {JOIN}"
GRAPHS = sorted([f"{BASE}graph/shared", *(f"{KASEI}data{number}.rdf" for number in (1, 2, 3))])
DUMPS = [f"{BASE}graphs?default", *(f"{BASE}graphs?graph={graph}" for graph in GRAPHS)]


class StubPool(QueryPool):
    """A pool that answers as a test says, and remembers what it was asked."""

    def __init__(self, answer: QueryResult | TwinGraphError) -> None:
        self.answer = answer
        self.asked: list[tuple[QueryRequest, Departure | None]] = []
        self.charged: list[str] = []

    def run(self, request: QueryRequest, departure: Departure | None = None) -> QueryResult:
        self.asked.append((request, departure))
        if isinstance(self.answer, TwinGraphError):
            raise self.answer
        return self.answer

    def charge(self, client: str) -> None:
        self.charged.append(client)
        if isinstance(self.answer, OverBudget):
            raise self.answer


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """The endpoint with a real pool behind it."""
    with service(tmp_path_factory.mktemp("answers"), query_rows=LIMITS.rows, query_seconds=7) as found:
        yield found


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """The endpoint without a pool."""
    return client_without_pool(tmp_path_factory.mktemp("alone"))


def with_stub(
    client: FlaskClient, answer: QueryResult | TwinGraphError, patch: pytest.MonkeyPatch
) -> StubPool:
    """Have an application ask a pool of ours."""
    stub = StubPool(answer)
    patch.setitem(client.application.extensions, POOL, stub)
    return stub


def result(content: IO[bytes], size: int) -> QueryResult:
    """A result in JSON."""
    return QueryResult(RESULTS_JSON, content, size, None, 0.25, False)


class TestFormats:
    """2.1.5 and 2.1.6: the result in the format that the client accepts."""

    @pytest.mark.parametrize(
        ("query", "accept", "expected"),
        [
            ("SELECT", "*/*", JSON),
            ("SELECT", "", JSON),
            *(("SELECT", fmt.media_type, fmt.content_type) for fmt in RESULT_FORMATS),
            *(("ASK", fmt.media_type, fmt.content_type) for fmt in RESULT_FORMATS),
            *(("CONSTRUCT", fmt.media_type, fmt.content_type) for fmt in GRAPH_FORMATS),
            *(("DESCRIBE", fmt.media_type, fmt.content_type) for fmt in GRAPH_FORMATS),
            ("CONSTRUCT", "*/*", "text/turtle; charset=utf-8"),
            ("DESCRIBE", "*/*", "text/turtle; charset=utf-8"),
            ("SELECT", "application/json", JSON),
            ("CONSTRUCT", "application/json", "application/ld+json"),
            ("SELECT", "application/xml", "application/sparql-results+xml"),
            ("SELECT", "application/sparql-results+json;q=0.1, text/csv", CSV),
        ],
    )
    def test_accept(self, client: FlaskClient, query: str, accept: str, expected: str) -> None:
        """SP-18: every format is had by its media type."""
        response = get(client, TEXTS[query], accept)
        assert (200, expected) == (response.status_code, response.content_type)
        assert "Accept, Accept-Encoding" == response.headers["Vary"]

    @pytest.mark.parametrize("accept", ["image/png", "*/*;q=0", "text/turtle;q=0, image/*"])
    @pytest.mark.parametrize("query", sorted(TEXTS))
    def test_nothing_acceptable(self, client: FlaskClient, query: str, accept: str) -> None:
        """SP-17: 406 with a list when no format of ours is accepted."""
        response = get(client, TEXTS[query], accept)
        assert (406, "not-acceptable") == (response.status_code, problem(response))
        offered = {fmt.media_type for fmt in (*RESULT_FORMATS, *GRAPH_FORMATS)}
        assert offered <= set(response.get_json(force=True)["offers"])

    @pytest.mark.parametrize(
        ("query", "accept", "expected"),
        [
            ("SELECT", "text/turtle", RESULT_FORMATS),
            ("ASK", "application/n-triples, application/rdf+xml", RESULT_FORMATS),
            ("CONSTRUCT", JSON, GRAPH_FORMATS),
            ("DESCRIBE", "text/csv", GRAPH_FORMATS),
        ],
    )
    def test_other_sort_of_result(
        self, client: FlaskClient, query: str, accept: str, expected: tuple[Format, ...]
    ) -> None:
        """SP-19: a format that cannot carry the result is not acceptable; those that can are listed."""
        response = get(client, TEXTS[query], accept)
        assert (406, "not-acceptable") == (response.status_code, problem(response))
        assert [fmt.media_type for fmt in expected] == response.get_json(force=True)["offers"]

    @pytest.mark.parametrize(
        ("query", "accept", "expected"),
        [
            ("SELECT", "text/turtle, */*;q=0.1", JSON),
            ("SELECT", "text/turtle, text/csv;q=0.5", CSV),
            ("CONSTRUCT", f"{JSON}, application/n-triples;q=0.2", "application/n-triples"),
        ],
    )
    def test_another_range_matches(self, client: FlaskClient, query: str, accept: str, expected: str) -> None:
        """SP-19: a type of the other sort of result is passed over."""
        assert expected == get(client, TEXTS[query], accept).content_type

    @pytest.mark.parametrize(
        ("query", "parameters", "expected"),
        [
            ("SELECT", {"format": "csv"}, CSV),
            ("SELECT", {"output": "xml"}, "application/sparql-results+xml"),
            ("SELECT", {"format": "json"}, JSON),
            ("SELECT", {"format": "text/csv"}, CSV),
            ("CONSTRUCT", {"format": "json"}, "application/ld+json"),
            ("CONSTRUCT", {"output": "nt"}, "application/n-triples"),
            ("SELECT", {"format": "html"}, "text/html; charset=utf-8"),
        ],
    )
    def test_parameter_wins(
        self, client: FlaskClient, query: str, parameters: dict[str, str], expected: str
    ) -> None:
        """SP-31: `format` and `output` win over Accept."""
        for accept in ("image/png", HTML, "application/sparql-results+xml"):
            assert expected == get(client, TEXTS[query], accept, **parameters).content_type

    @pytest.mark.parametrize("parameters", [{"format": "docx"}, {"output": "turtle"}])
    def test_unknown_format(self, client: FlaskClient, parameters: dict[str, str]) -> None:
        """SP-31: a format that we do not have, or that cannot carry the result, is 406."""
        assert "not-acceptable" == problem(get(client, SELECT, "*/*", **parameters))


class TestLimits:
    """A query that may not end, or whose result may not, is an error and never half an answer."""

    def test_time(self, client: FlaskClient) -> None:
        """SP-21: the time limit is 503, and there is no invitation to try the same again."""
        response = get(client, ENDLESS)
        assert (503, "query-timeout") == (response.status_code, problem(response))
        assert "Retry-After" not in response.headers
        page = get(client, ENDLESS, HTML)
        assert (503, False) == (page.status_code, "Retry-After" in page.headers)

    @pytest.mark.parametrize(
        "query", [f"SELECT * {JOIN}", "SELECT (1 AS ?x) { ?a ?b ?c . ?d ?e ?f } LIMIT 101",
                  "CONSTRUCT { ?a ?b ?f } { ?a ?b ?c . ?d ?e ?f }"],
    )  # fmt: skip
    def test_size(self, client: FlaskClient, query: str) -> None:
        """SP-22: too large a result is 422, with the limits and where the data are."""
        response = get(client, query)
        assert (422, "result-too-large") == (response.status_code, problem(response))
        body = response.get_json(force=True)
        assert {"seconds": 7, "memory_mb": 512, "rows": 100, "megabytes": 64} == body["limits"]
        assert "at most 100 rows or triples and 64 MB" in body["detail"]
        assert DUMPS == body["dumps"]
        page = client.get("/sparql", query_string={"query": query, "format": "html"})
        assert 422 == page.status_code
        assert "100 rows" in page.text
        assert "/graphs?default" in page.text

    def test_problem_page_links_to_the_data(self, client: FlaskClient) -> None:
        """SP-22: who prefers HTML but asked for another format gets the links too."""
        query = {"query": f"SELECT * {JOIN}", "format": "csv"}
        page = client.get("/sparql", query_string=query, headers={"Accept": HTML})
        assert (422, "text/html") == (page.status_code, page.mimetype)
        assert [address for address in DUMPS if f'href="{address}"' in page.text] == DUMPS

    def test_at_the_limit(self, client: FlaskClient) -> None:
        """SP-22: as many rows as allowed are a result."""
        found = results(get(client, "SELECT (1 AS ?x) { ?a ?b ?c . ?d ?e ?f } LIMIT 100"))
        assert 100 == len(found["results"]["bindings"])

    def test_memory(self, client: FlaskClient) -> None:
        """SP-23: the memory limit is 503."""
        response = get(client, f"SELECT * {JOIN} ORDER BY ?a ?d ?g")
        assert (503, "query-resources") == (response.status_code, problem(response))
        assert "Retry-After" not in response.headers

    @pytest.mark.parametrize("accept", ["*/*", HTML])
    def test_busy(self, alone: FlaskClient, monkeypatch: pytest.MonkeyPatch, accept: str) -> None:
        """SP-24: a full pool is 503 and says when to come back."""
        with_stub(alone, ServiceBusy("all places are taken", retry_after=3), monkeypatch)
        response = get(alone, "ASK {}", accept)
        assert (503, "3") == (response.status_code, response.headers["Retry-After"])
        assert accept == HTML or "busy" == problem(response)

    @pytest.mark.parametrize("query", ["ASK {}", "SELECT", "CLEAR ALL", ""])
    @pytest.mark.parametrize("accept", ["*/*", HTML])
    def test_over_budget(
        self, alone: FlaskClient, monkeypatch: pytest.MonkeyPatch, query: str, accept: str
    ) -> None:
        """SP-25: a client over its budget gets 429, when to come back, and where the data are."""
        with_stub(alone, OverBudget("120 seconds are used up", retry_after=17), monkeypatch)
        response = get(alone, query, accept)
        assert (429, "17") == (response.status_code, response.headers["Retry-After"])
        if accept == HTML:
            assert "/graphs?default" in response.text
        else:
            assert "over-budget" == problem(response)
            assert DUMPS == response.get_json(force=True)["dumps"]

    def test_budget_of_errors(self, tmp_path: Path) -> None:
        """SP-25: failed requests count, also those that no worker saw, each client for itself."""
        limits = QueryLimits(workers=1, client_errors=3, client_seconds=0)
        bad = [
            ("GET", "query=", ""),
            ("POST", "query=ASK{}", ""),
            ("PUT", "", ""),
            ("GET", "query=ASK{}", ""),
        ]
        with service(tmp_path, limits) as client:
            statuses = {
                address: [
                    client.open(
                        f"/sparql?{query}",
                        method=method,
                        data=body,
                        environ_overrides={"twin_graph.client": address},
                    ).status_code
                    for method, query, body in bad
                ]
                for address in ("10.0.0.1", "10.0.0.2")
            }
        assert {"10.0.0.1": [400, 415, 405, 429], "10.0.0.2": [400, 415, 405, 429]} == statuses

    @pytest.mark.parametrize(
        ("path", "method", "charged"),
        [("?query=", "GET", 1), ("?query=CLEAR+ALL", "GET", 1), ("?query=ASK{}&format=x", "GET", 1),
         ("?query=" + "x" * 9_000, "GET", 1), ("", "PUT", 1), ("", "POST", 1), ("?example=x&format=html", "GET", 1),
         ("?query=&format=html", "GET", 1), ("?query=ASK{}&timeout=x&format=html", "GET", 1),
         ("?query=ASK{}", "GET", 0), ("", "GET", 0), ("", "OPTIONS", 0)],
    )  # fmt: skip
    def test_charged_once(
        self, alone: FlaskClient, monkeypatch: pytest.MonkeyPatch, path: str, method: str, charged: int
    ) -> None:
        """SP-25: what is refused before it comes to the pool is counted there once, for who sent it."""
        stub = with_stub(alone, result(io.BytesIO(b'{"head":{},"boolean":true}'), 26), monkeypatch)
        response = alone.open(
            f"/sparql{path}", method=method, environ_overrides={"REMOTE_ADDR": "2001:db8:1:2:3:4:5:6"}
        )
        assert bool(charged) == (response.status_code >= 400)
        assert ["2001:db8:1:2::/64"] * charged == stub.charged

    def test_timeout_may_be_lowered(self, client: FlaskClient) -> None:
        """SP-30: `timeout` lowers the limit, also by a fraction of a second."""
        for text in ("0.1", ".1", "00.10"):
            detail = get(client, ENDLESS, timeout=text).get_json(force=True)["detail"]
            assert "0.1 seconds" in detail

    @pytest.mark.parametrize("text", ["3600", "0.6", "999999999.9", ""])
    def test_timeout_does_not_raise(self, client: FlaskClient, text: str) -> None:
        """SP-30: above the limit it is the limit; a field left empty is none."""
        assert "0.5 seconds" in get(client, ENDLESS, timeout=text).get_json(force=True)["detail"]

    @pytest.mark.parametrize(
        "text", ["soon", "0", "0.0", "-1", "nan", "inf", "1e1", "1_0", "+1", "٣", "1,5", " 1", "1s", "9" * 20]
    )
    def test_timeout_is_a_number(self, client: FlaskClient, text: str) -> None:
        """SP-30: what is no number of seconds is 400."""
        response = get(client, "ASK {}", timeout=text)
        assert (400, "malformed-request") == (response.status_code, problem(response))

    def test_timeout_is_given_once(self, client: FlaskClient) -> None:
        """SP-30: two limits are none, also where one is in the address and one in the body."""
        assert "malformed-request" == problem(client.get("/sparql?query=ASK{}&timeout=1&timeout=2"))
        body = urlencode({"query": "ASK {}", "timeout": "1"})
        assert "malformed-request" == problem(client.post("/sparql?timeout=1", data=body, content_type=FORM))

    def test_no_pool(self, alone: FlaskClient) -> None:
        """SP-24: without a pool queries are 503, and the description is still there."""
        response = get(alone, "ASK {}")
        assert (503, "busy") == (response.status_code, problem(response))
        assert "twin-graph serve" in response.get_json(force=True)["detail"]
        assert response.headers["Retry-After"].isdigit()
        assert 200 == alone.get("/sparql").status_code


class TestSending:
    """A result on its way out."""

    def test_headers(self, client: FlaskClient) -> None:
        """SP-28: the headers of a success."""
        response = get(client, SELECT)
        assert JSON == response.headers["Content-Type"]
        assert "Accept, Accept-Encoding" == response.headers["Vary"]
        assert response.headers["ETag"].startswith('W/"')
        assert response.headers["Cache-Control"].startswith("public, max-age=")
        assert response.headers["Server-Timing"].startswith("query;dur=")
        assert 16 == len(response.headers["X-Request-Id"])
        assert "nosniff" == response.headers["X-Content-Type-Options"]
        assert len(response.data) == response.content_length

    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_large(self, alone: FlaskClient, monkeypatch: pytest.MonkeyPatch, method: str) -> None:
        """SP-28: a large result is sent in pieces with its length, and its file is closed afterwards."""
        content = io.BytesIO(b"x" * 3_000_000)
        with_stub(alone, result(content, 3_000_000), monkeypatch)
        response = alone.open("/sparql?query=ASK{}", method=method, buffered=False)
        pieces = [len(piece) for piece in response.response]
        response.close()
        assert ([1_048_576, 1_048_576, 902_848] if method == "GET" else []) == pieces
        assert 3_000_000 == response.content_length
        assert content.closed

    def test_page_reads_the_beginning(self, alone: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
        """SP-32: the page shows the first rows of a result that is larger than what it reads."""
        row = {"x": {"type": "literal", "value": "ź" * 1_000}}
        found = {"head": {"vars": ["x"]}, "results": {"bindings": [row] * 2_000}}
        data = json.dumps(found, separators=(",", ":"), ensure_ascii=False).encode()
        content = io.BytesIO(data)
        with_stub(alone, result(content, len(data)), monkeypatch)
        page = get(alone, "SELECT ?x {}", HTML)
        assert 500 == page.text.count("ź" * 1_000)
        assert content.closed

    def test_what_the_pool_is_asked(self, alone: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
        """SP-18: the pool knows the client, what tells of its departure, the one format, and what to keep it by."""
        stub = with_stub(alone, result(io.BytesIO(b"{}"), 2), monkeypatch)
        departure = Departure()
        environ = {"twin_graph.client": "10.1.2.3", "twin_graph.departure": departure}
        for accept in ("text/csv, text/turtle", HTML):
            alone.get(
                "/sparql",
                query_string={"query": CONSTRUCT},
                headers={"Accept": accept},
                environ_overrides=environ,
            )
        assert [("10.1.2.3", (TURTLE,), departure)] * 2 == [
            (query.client, query.offers, gone) for query, gone in stub.asked
        ]
        assert 1 == len({query.key for query, _ in stub.asked})
        assert all(query.key for query, _ in stub.asked)


class TestCaching:
    """RFC 9110, sections 8 and 13: a validator, and 304 for who has the answer."""

    @pytest.mark.parametrize("method", ["GET", "HEAD", "QUERY"])
    def test_not_modified(self, client: FlaskClient, method: str) -> None:
        """SP-29: 304 repeats the validator and what it depends on, and has no body."""
        address = "" if method == "QUERY" else "?" + urlencode({"query": SELECT})
        body, kind = (SELECT, DIRECT) if method == "QUERY" else ("", None)

        def ask(tag: str) -> tuple[int, bytes, dict[str, str]]:
            response = client.open(
                f"/sparql{address}",
                method=method,
                data=body,
                content_type=kind,
                headers={"If-None-Match": tag},
            )
            kept = {name: response.headers[name] for name in ("ETag", "Vary", "Cache-Control")}
            return response.status_code, response.data, kept

        status, _, headers = ask('"other"')
        assert 200 == status
        strong = headers["ETag"].removeprefix("W/")
        for tag in (headers["ETag"], strong, f'"other", {strong}'):
            assert (304, b"", headers) == ask(tag)
        assert 200 == ask("*")[0]

    def test_post_is_answered(self, client: FlaskClient) -> None:
        """SP-29: only methods that fetch are answered 304."""
        tag = get(client, SELECT).headers["ETag"]
        response = client.post("/sparql", data={"query": SELECT}, headers={"If-None-Match": tag})
        assert 200 == response.status_code

    def test_any_is_no_validator(self, client: FlaskClient) -> None:
        """SP-29: nobody has the answer to a query that cannot be evaluated."""
        response = client.get("/sparql?query=SELECT+x", headers={"If-None-Match": "*"})
        assert 400 == response.status_code

    def test_tag_depends_on_what_was_asked(self, client: FlaskClient) -> None:
        """SP-29: another query, dataset or format is another representation; layout and other parameters are not."""
        default, named = ({f"{name}-graph-uri": f"{KASEI}data1.rdf"} for name in ("default", "named"))
        different = [
            get(client, SELECT),
            get(client, f"{SELECT} OFFSET 1"),
            get(client, SELECT, "text/csv"),
            get(client, SELECT, **default),
            get(client, SELECT, **named),
        ]
        tags = [response.headers["ETag"] for response in different]
        assert len(tags) == len(set(tags))
        same = [
            get(client, f"# all\r\n{SELECT.replace(' ', '  ')} "),
            get(client, SELECT, "application/json"),
            get(client, SELECT, "image/png", format="json"),
            get(client, SELECT, utm_source="x", lang="pl", timeout="0.4"),
            client.post("/sparql", data={"query": SELECT}),
        ]
        assert {tags[0]} == {response.headers["ETag"] for response in same}

    @pytest.mark.parametrize(
        "call", ["NOW()", "now ( )", "RAND()", "rand # really\n()", "UUID()", "STRUUID()", "struuid ()",
                 "BNODE()", "bnode ()", "BNODE('x')", "IF(true,RAND(),1)", "1+RAND()", "\\u0052AND()"],
    )  # fmt: skip
    def test_volatile(self, client: FlaskClient, call: str) -> None:
        """SP-29: an answer that is new each time is not kept."""
        response = get(client, f"SELECT ({call} AS ?x) {{}}")
        assert "no-store" == response.headers["Cache-Control"]
        assert "ETag" not in response.headers


class TestCors:
    """Scripts of every origin may ask."""

    def test_preflight(self, client: FlaskClient) -> None:
        """SP-33: OPTIONS says what is allowed, and for how long that may be remembered."""
        headers = {"Origin": "https://x", "Access-Control-Request-Method": "QUERY"}
        response = client.options("/sparql", headers=headers)
        assert (204, b"") == (response.status_code, response.data)
        methods = {"GET", "HEAD", "POST", "QUERY", "OPTIONS"}
        for name in ("Allow", "Access-Control-Allow-Methods"):
            assert methods == set(response.headers[name].split(", "))
        assert "Content-Type" in response.headers["Access-Control-Allow-Headers"].split(", ")
        assert int(response.headers["Access-Control-Max-Age"]) > 0
        assert "*" == response.headers["Access-Control-Allow-Origin"]

    @pytest.mark.parametrize("query", ["ASK {}", "SELECT", "CLEAR ALL"])
    def test_answers(self, client: FlaskClient, query: str) -> None:
        """SP-33: answers and refusals may be read, with the headers that matter."""
        response = get(client, query)
        assert "*" == response.headers["Access-Control-Allow-Origin"]
        exposed = set(response.headers["Access-Control-Expose-Headers"].split(", "))
        assert {"ETag", "Link", "Retry-After", "X-Request-Id"} <= exposed
        assert "Access-Control-Allow-Credentials" not in response.headers
        assert "Set-Cookie" not in response.headers


class TestWithoutQuery:
    """GET without a query: a description for programs, a page for people."""

    @pytest.mark.parametrize("fmt", GRAPH_FORMATS, ids=lambda fmt: fmt.name)
    def test_description(self, client: FlaskClient, fmt: Format) -> None:
        """SP-32: RDF in every format, with the endpoint and the formats that are really offered."""
        response = client.get("/sparql", headers={"Accept": fmt.media_type})
        assert (200, fmt.content_type) == (response.status_code, response.content_type)
        quads = list(parse_quads(response.data, fmt, "http://x/"))
        found = {term: {str(quad.object) for quad in quads if str(quad.predicate) == f"<{term}>"}
                 for term in (SD.endpoint, SD.resultFormat)}  # fmt: skip
        assert {f"<{BASE}sparql>"} == found[SD.endpoint]
        assert {f"<{offer.iri}>" for offer in (*RESULT_FORMATS, *GRAPH_FORMATS)} == found[SD.resultFormat]

    def test_default(self, client: FlaskClient) -> None:
        """SP-32: who names nothing gets Turtle, with a validator that works."""
        response = client.get("/sparql")
        assert "text/turtle" == response.mimetype
        again = client.get("/sparql", headers={"If-None-Match": response.headers["ETag"]})
        assert 304 == again.status_code

    @pytest.mark.parametrize("lang", ["en", "pl", "uk"])
    def test_page(self, client: FlaskClient, lang: str) -> None:
        """SP-32: the page is in the language of the address, else of the browser."""
        for response in (
            client.get(f"/sparql?lang={lang}", headers={"Accept": HTML}),
            client.get("/sparql", headers={"Accept": HTML, "Accept-Language": lang}),
        ):
            assert (200, "text/html; charset=utf-8") == (response.status_code, response.content_type)
            assert lang == response.headers["Content-Language"]
            assert f'<html lang="{lang}">' in response.text

    @pytest.mark.parametrize(
        ("query", "status", "words"),
        [("SELECT", 400, "line 1, column 7"), ("SELECT * { SERVICE <x> {} }", 403, "SERVICE"),
         (ENDLESS, 503, "0.5 seconds")],
    )  # fmt: skip
    def test_mistake_on_the_page(self, client: FlaskClient, query: str, status: int, words: str) -> None:
        """SP-32: a mistake is told on the page, with its status, and is not kept."""
        response = get(client, query, HTML)
        assert (status, "no-store") == (response.status_code, response.headers["Cache-Control"])
        assert words in response.text
        assert "<textarea" in response.text

    def test_result_on_the_page(self, client: FlaskClient) -> None:
        """SP-32: the page shows the result below its form."""
        page = get(client, "SELECT ?label { ?s rdfs:label ?label }", HTML)
        assert (200, "no-store") == (page.status_code, page.headers["Cache-Control"])
        assert 60 == page.text.count("Miasto ")


def test_file_name(client: FlaskClient) -> None:
    """A browser that saves a result gives it a name with the ending of its format."""
    for fmt in RESULT_FORMATS:
        found = get(client, "ASK {}", fmt.media_type).headers["Content-Disposition"]
        assert f'inline; filename="result.{fmt.extension}"' == found


def test_empty_dataset_parameters(client: FlaskClient) -> None:
    """Forms send empty parameters for what is not wanted; they name no graph."""
    query = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    plain = get(client, query, RESULTS_JSON.media_type)
    empty = get(client, query, RESULTS_JSON.media_type, **{"default-graph-uri": "", "named-graph-uri": ""})
    assert (200, plain.data) == (empty.status_code, empty.data)
