"""Requests as bytes, in parts and by halves, as no well-behaved client sends them."""

from __future__ import annotations

import contextlib
import http.client
import socket
import time

from live_server import LiveServer, Reply


def head(first: str, **headers: str) -> bytes:
    """The head of a request; `first` is method and target, and underscores in names are hyphens."""
    lines = {
        "Host": "localhost",
        "Accept": "*/*",
        **{name.replace("_", "-"): v for name, v in headers.items()},
    }
    fields = (f"{name}: {value}\r\n" for name, value in lines.items())
    return "".join([f"{first} HTTP/1.1\r\n", *fields, "\r\n"]).encode()


def connect(server: LiveServer, source: str, seconds: float = 20.0) -> socket.socket:
    """A connection from an address in 127.0.0.0/8 that has sent nothing yet."""
    return socket.create_connection(("127.0.0.1", server.port), seconds, (source, 0))


def converse(server: LiveServer, source: str, *parts: bytes, pause: float = 0.0) -> Reply:
    """Send a request in parts, with a pause after each, as long as anybody takes them; read the answer.

    Raises:
        ConnectionError: there is no answer.
    """
    started = time.perf_counter()
    with connect(server, source) as connection:
        with contextlib.suppress(ConnectionError):
            for part in parts:
                connection.sendall(part)
                time.sleep(pause)
        response = http.client.HTTPResponse(connection)
        response.begin()
        found = {name.lower(): value for name, value in response.getheaders()}
        return Reply(response.status, found, response.read(), time.perf_counter() - started)
