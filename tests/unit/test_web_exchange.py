"""What the protocols have in common: who asks, strict parameters, a file as the answer."""

from __future__ import annotations

import io

import pytest
from flask import Flask, Response

from twin_graph.errors import MalformedRequest
from twin_graph.web.exchange import decode_form, find_client, find_departure, send_file
from twin_graph.worker import Departure

APP = Flask(__name__)


class TestClient:
    """Who sends a request, as far as the server that we trust says so."""

    def test_address(self) -> None:
        """A server that does not name the client tells its address, or that of our proxy."""
        environ = {"REMOTE_ADDR": "10.0.0.1"}
        with APP.test_request_context("/", headers={"X-Forwarded-For": "1.1.1.1"}, environ_overrides=environ):
            assert ["10.0.0.1", "1.1.1.1"] == [find_client(proxies) for proxies in (0, 1)]

    def test_named_by_the_server(self) -> None:
        """What the server in front says is taken as it is."""
        environ = {"twin_graph.client": "192.0.2.9", "REMOTE_ADDR": "10.0.0.1"}
        with APP.test_request_context("/", headers={"X-Forwarded-For": "1.1.1.1"}, environ_overrides=environ):
            assert "192.0.2.9" == find_client(1)

    def test_departure(self) -> None:
        """A server that watches the connection passes what tells of its end."""
        departure = Departure()
        with APP.test_request_context("/", environ_overrides={"twin_graph.departure": departure}):
            assert departure is find_departure()
        with APP.test_request_context("/"):
            assert find_departure() is None


class TestForm:
    """Fields, percent-decoded once."""

    @pytest.mark.parametrize(
        ("data", "expected"),
        [
            (b"", []),
            (b"default", [("default", "")]),
            (b"a=1&a=2&b=", [("a", "1"), ("a", "2"), ("b", "")]),
            (b"a=%2525+%2B", [("a", "%25 +")]),
            ("a=Łódź".encode(), [("a", "Łódź")]),
        ],
    )
    def test_fields(self, data: bytes, expected: list[tuple[str, str]]) -> None:
        """Repeated and empty fields stay."""
        assert expected == decode_form(data)

    @pytest.mark.parametrize("data", [b"a=\xff", b"a=%FF", b"%C0%80=1", b"&".join([b"a=1"] * 201)])
    def test_refused(self, data: bytes) -> None:
        """What is not UTF-8, or too much, is no form."""
        with pytest.raises(MalformedRequest):
            decode_form(data)


class TestSendFile:
    """A file as the answer."""

    def send(self, size: int) -> tuple[Response, io.BytesIO]:
        """An answer and its file."""
        content = io.BytesIO(b"x" * size)
        return send_file(content, size), content

    @pytest.mark.parametrize(
        ("size", "pieces"), [(0, 0), (5, 1), (1_048_576, 1), (1_048_577, 2), (5_000_000, 5)]
    )
    def test_whole(self, size: int, pieces: int) -> None:
        """Everything is sent, in pieces of a mebibyte, with its length, and the file is closed."""
        response, content = self.send(size)
        sent = [part for part in response.iter_encoded() if part]
        assert (size, pieces) == (sum(map(len, sent)), len(sent))
        assert size == response.content_length
        assert content.closed

    def test_not_read(self) -> None:
        """A file that nobody reads is closed with the answer."""
        response, content = self.send(2_000_000)
        assert not content.closed
        response.close()
        assert content.closed
