"""Requests over HTTP byte by byte: what is sent is what the test wrote, and nothing is added but its length."""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Mapping

from live_server import LiveServer, Reply


class Wire:
    """One connection to a running server; it is kept from request to request, and made anew where it was closed."""

    def __init__(self, server: LiveServer) -> None:
        self._address = ("127.0.0.1", server.port)
        self._socket: socket.socket | None = None

    def send(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None = None) -> Reply:
        """Send one request and read its answer.

        Args:
            headers: all of them, Host too; the length of a body is added.
        """
        lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        if body is not None:
            lines.append(f"Content-Length: {len(body)}")
        started = time.perf_counter()
        connection = self._socket or socket.create_connection(self._address, timeout=60)
        self._socket = connection
        connection.sendall("\r\n".join([*lines, "", ""]).encode("ascii") + (body or b""))
        response = http.client.HTTPResponse(connection, method=method)
        response.begin()
        found = {name.lower(): value for name, value in response.getheaders()}
        content = response.read()
        if response.will_close:
            self.close()
        return Reply(response.status, found, content, time.perf_counter() - started)

    def close(self) -> None:
        """Close the connection."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
