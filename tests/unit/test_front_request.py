"""The head of a request becomes the environ of PEP 3333, and a client that has a name."""

from __future__ import annotations

import asyncio

import pytest

from front_client import Connection, Given, Head, make_head
from twin_graph.front.body import Body, Outcome, drop_body, read_body, receive
from twin_graph.front.request import find_fault, make_environ, read_head


def test_environ() -> None:
    """A request has the variables that PEP 3333 and RFC 3875 name."""
    head = make_head(
        "POST", "/a%2Fb%20c/%C3%A9?q=%C3%A9&b=a+b", {"content-type": "text/plain", "accept": "*/*"}
    )
    head.headers.pairs.append(("content-length", "3"))
    environ = make_environ(read_head(head), b"abc", "127.0.0.2")
    expected = {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/a/b c/\u00c3\u00a9",
        "QUERY_STRING": "q=%C3%A9&b=a+b",
        "CONTENT_TYPE": "text/plain",
        "CONTENT_LENGTH": "3",
        "HTTP_HOST": "ex.org",
        "HTTP_ACCEPT": "*/*",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.2",
        "wsgi.url_scheme": "http",
        "wsgi.version": (1, 0),
        "twin_graph.client": "127.0.0.2",
    }
    assert expected == {name: environ[name] for name in expected}
    assert b"abc" == environ["wsgi.input"].read()


def test_letters_in_a_query() -> None:
    """Letters that are sent as they are mean the same as percent-encoded ones; what is ASCII stays as it came."""
    head = make_head("GET", "/search?q=Łódź&page=٢&x=%c5%81+%&y=\x7f")
    query = make_environ(read_head(head), b"", "")["QUERY_STRING"]
    assert "q=%C5%81%C3%B3d%C5%BA&page=%D9%A2&x=%c5%81+%&y=\x7f" == query


def test_repeated_headers() -> None:
    """Values of a repeated header are joined; those of cookies by a semicolon."""
    head = make_head("GET", "/")
    head.headers.pairs += [("accept", "a"), ("accept", "b"), ("cookie", "x=1"), ("cookie", "y=2")]
    environ = make_environ(read_head(head), b"", "")
    assert ("a, b", "x=1; y=2") == (environ["HTTP_ACCEPT"], environ["HTTP_COOKIE"])


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("x_forwarded_for", "HTTP_X_FORWARDED_FOR"),
        ("accept-encoding", "HTTP_ACCEPT_ENCODING"),
        ("transfer-encoding", "HTTP_TRANSFER_ENCODING"),
    ],
)
def test_headers_that_the_application_does_not_see(name: str, variable: str) -> None:
    """Names that would be mistaken for others do not get in, nor what is the front's own business."""
    environ = make_environ(read_head(make_head("GET", "/", {name: "1"})), b"", "")
    assert variable not in environ


def test_head_is_asked_as_get() -> None:
    """HEAD has the headers of GET, so the application is asked the same."""
    assert "GET" == make_environ(read_head(make_head("HEAD", "/")), b"", "")["REQUEST_METHOD"]


def test_old_and_absolute_requests() -> None:
    """HTTP/1.0 without Host has none; the host of an absolute target wins over the header."""
    old = Head("GET", "/", "", Given([]), http_version="1")
    environ = make_environ(read_head(old), b"", "")
    assert ("HTTP/1.0", False) == (environ["SERVER_PROTOCOL"], "HTTP_HOST" in environ)
    head = make_head("GET", "/")
    head.authority = "other.example"
    assert "other.example" == make_environ(read_head(head), b"", "")["HTTP_HOST"]


@pytest.mark.parametrize(
    ("headers", "version", "expected"),
    [
        ([("host", "ex.org:8000")], "1.1", 0),
        ([("host", "[::1]:80")], "1.1", 0),
        ([], "1", 0),
        ([], "1.1", 400),
        ([("host", "a"), ("host", "b")], "1.1", 400),
        ([("host", "a"), ("host", "a")], "1", 400),
        ([("host", "a/b")], "1.1", 400),
        ([("host", "a b")], "1.1", 400),
        ([("host", "a"), ("content-length", "100")], "1.1", 0),
        ([("host", "a"), ("content-length", "101")], "1.1", 413),
        ([("host", "a"), ("content-length", "1"), ("content-encoding", "gzip")], "1.1", 415),
        ([("host", "a"), ("transfer-encoding", "chunked"), ("content-encoding", "gzip, br")], "1.1", 415),
        ([("host", "a"), ("content-length", "1"), ("content-encoding", "Identity")], "1.1", 0),
        ([("host", "a"), ("content-encoding", "gzip")], "1.1", 0),
    ],
)
def test_faults_of_heads(headers: list[tuple[str, str]], version: str, expected: int) -> None:
    """One host, a body that is not too long and has no coding: else the request is refused for its head alone."""
    head = Head("POST", "/", "", Given(headers), http_version=version)
    assert expected == find_fault(read_head(head), 100)


class TestBody:
    """A body is read whole, within its limit and its time, or not at all."""

    @pytest.mark.parametrize(
        ("connection", "length", "expected"),
        [
            (Connection((b"ab", b"c")), 3, Body(Outcome.WHOLE, b"abc")),
            (Connection((b"ab", b"c")), None, Body(Outcome.WHOLE, b"abc")),
            (Connection(), 0, Body(Outcome.WHOLE, b"")),
            (Connection((b"x" * 10,)), 10, Body(Outcome.WHOLE, b"x" * 10)),
            (Connection((b"x" * 11,)), 11, Body(Outcome.TOO_LARGE)),
            (Connection((b"x" * 6, b"x" * 6), stalls=True), None, Body(Outcome.TOO_LARGE)),
            (Connection((b"ab",), stalls=True), 3, Body(Outcome.LATE)),
            (Connection((b"ab",), stalls=True), None, Body(Outcome.LATE)),
            (Connection((b"ab",)), 3, Body(Outcome.CUT)),
            (Connection((b"ab",), breaks=True), 3, Body(Outcome.CUT)),
            (Connection((b"ab",), breaks=True), None, Body(Outcome.CUT)),
            (Connection(breaks=True), None, Body(Outcome.CUT)),
        ],
    )
    def test_outcomes(self, connection: Connection, length: int | None, expected: Body) -> None:
        """Ten bytes are allowed here, and a twentieth of a second."""
        assert expected == asyncio.run(read_body(receive(connection), 10, 0.05, length))

    def test_unwanted_body(self) -> None:
        """Of a body that nobody wants about a megabyte is read, in the pieces in which it comes."""

        async def run(connection: Connection) -> int:
            chunks = receive(connection)
            assert Outcome.TOO_LARGE is (await read_body(chunks, 10, 1, None)).outcome
            await drop_body(chunks)
            return connection.read

        assert [1_200_000, 500_000] == [
            asyncio.run(run(Connection((b"x" * 100_000,) * number))) for number in (1_000, 5)
        ]
