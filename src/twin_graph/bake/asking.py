"""Ask the web application within this process, as a client would over HTTP (WSGI, PEP 3333).

What is asked, and what becomes of the answer, is decided by who asks.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote_to_bytes, urlsplit

from twin_graph.environ import FAULT

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication

Listed = list[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    """What came back; the names of headers are in lower case, and of one that came twice the values are joined."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def content_type(self) -> str:
        """The media type with its parameters; empty for none."""
        return self.headers.get("content-type", "")


@dataclass(frozen=True)
class Asker:
    """An application and the base of its public addresses."""

    app: WSGIApplication
    base_iri: str

    def __call__(self, address: str, accept: str = "", language: str = "", method: str = "GET",
                 fault: int = 0) -> Answer:  # fmt: skip
        """The answer at an address of ours: a path, percent-encoded, perhaps with a query.

        Args:
            fault: a status with which the application is to refuse, whatever stands at the address.
        """
        told: list[tuple[str, Listed]] = []

        def start(status: str, headers: Listed, _: Any = None) -> Callable[[bytes], object]:
            told.append((status, headers))
            return lambda _: None

        environ = self._environ(address, accept, language, method) | ({FAULT: fault} if fault else {})
        found = self.app(environ, cast("StartResponse", start))
        try:
            body = b"".join(found)
        finally:
            if hasattr(found, "close"):
                found.close()
        status, headers = told[-1]
        return Answer(int(status.partition(" ")[0]), _join(headers), body)

    def _environ(self, address: str, accept: str, language: str, method: str) -> dict[str, Any]:
        path, _, query = address.partition("?")
        host = urlsplit(self.base_iri)
        wanted = {"HTTP_ACCEPT": accept, "HTTP_ACCEPT_LANGUAGE": language}
        return {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": host.hostname or "localhost",
            "SERVER_PORT": str(host.port or {"https": 443}.get(host.scheme, 80)),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": host.netloc,
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": host.scheme,
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": False,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
            **{name: value for name, value in wanted.items() if value},
        }


def _join(headers: Listed) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in headers:
        known = found.get(name.lower())
        found[name.lower()] = f"{known}, {value}" if known else value
    return found
