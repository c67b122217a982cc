"""The head of a request: its address, its headers, who sent it, and the environ of PEP 3333 made from it.

granian gives the path decoded from percent-encoding as UTF-8 and the query as it came, refuses a target that is not
UTF-8, and leaves out header values that are not ASCII.
Reading the body is `body`.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

from twin_graph.environ import CLIENT, HEAD
from twin_graph.front.validators import without_codings

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

# These have names of their own in the environ, or are no business of the application: codings are the front's.
_OURS = frozenset(
    {"accept-encoding", "content-length", "content-type", "host", "if-none-match", "transfer-encoding"}
)

# What an answer to these is depends on more than its address.
_OF_THE_APPLICATION = ("if-match", "if-unmodified-since", "range")

_ASCII = "".join(map(chr, range(128)))
# RFC 3986 3.2.2 and 3.2.3, as far as characters go.
_HOST = re.compile(r"[\w.~!$&'()*+,;=:%\[\]-]*", re.ASCII)


class Headers(Protocol):
    """Headers as granian gives them; names are in lower case."""

    def items(self) -> list[tuple[str, str]]:
        """Every header, repeated ones repeatedly."""


class Scope(Protocol):
    """What the front reads of granian's scope."""

    http_version: str
    server: str
    client: str
    scheme: str
    method: str
    path: str
    query_string: str
    authority: str | None

    @property
    def headers(self) -> Headers:
        """The headers of the request."""


@dataclass(frozen=True)
class Request:
    """The head of a request.

    Attributes:
        headers: names in lower case; the values of repeated ones joined as RFC 9110 5.3 has it.
        peer: address of whoever holds the connection.
    """

    method: str
    path: str
    query: str
    host: str
    headers: Mapping[str, str]
    peer: str
    scheme: str = "http"
    version: str = "1.1"
    server: str = "127.0.0.1:80"

    @property
    def is_repeatable(self) -> bool:
        """Whether an answer that was kept may be given again; a part, or the refusal of one, is none to others."""
        asks = self.method in ("GET", "HEAD") and not self.has_body
        return asks and not any(name in self.headers for name in _OF_THE_APPLICATION)

    @property
    def has_body(self) -> bool:
        """Whether a body was announced."""
        return self.headers.get("content-length", "0") != "0" or "transfer-encoding" in self.headers

    @cached_property
    def length(self) -> int | None:
        """Bytes of the body, None where that was not said."""
        text = self.headers.get("content-length", "")
        return int(text) if text.isdecimal() and text.isascii() else None


def find_fault(request: Request, body_bytes: int) -> int:
    """The status with which a request is refused for what its head says; 0 where nothing is wrong with it.

    Args:
        body_bytes: how large a body may be.
    """
    # RFC 9112 3.2: exactly one Host, unless the request is of HTTP/1.0; two were joined by a comma and a space.
    host = request.headers.get("host")
    if _HOST.fullmatch(host or "") is None or (host is None and request.version == "1.1"):
        return 400
    if request.length is not None and request.length > body_bytes:
        return 413
    if request.has_body and request.headers.get("content-encoding", "identity").lower() != "identity":
        return 415
    return 0


def read_head(scope: Scope) -> Request:
    """The head of a request that granian has received."""
    headers: dict[str, str] = {}
    for name, value in scope.headers.items():
        # A name with an underscore would be taken for one with a hyphen in the environ.
        if "_" not in name:
            joint = "; " if name == "cookie" else ", "
            headers[name] = f"{headers[name]}{joint}{value}" if name in headers else value
    return Request(
        method=scope.method,
        path=scope.path,
        # People type letters as they are; in the environ a query is of ASCII.
        query=quote(scope.query_string, safe=_ASCII),
        # RFC 9112 3.2.2: what the target says wins over the header.
        host=scope.authority or headers.get("host", ""),
        headers=headers,
        peer=scope.client.rpartition(":")[0].strip("[]"),
        scheme=scope.scheme,
        version=scope.http_version,
        server=scope.server,
    )


def make_environ(request: Request, body: bytes, client: str) -> WSGIEnvironment:
    """The environ of a request; HEAD is asked as GET, for both have the same headers.

    Args:
        client: as `clients.name_client` gives it.
    """
    host, _, port = request.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET" if request.method == "HEAD" else request.method,
        "SCRIPT_NAME": "",
        # PEP 3333: the bytes of the path, each as the character of that number.
        "PATH_INFO": request.path.encode(errors="replace").decode("latin-1"),
        "QUERY_STRING": request.query,
        "SERVER_NAME": host.strip("[]"),
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{request.version if '.' in request.version else request.version + '.0'}",
        "REMOTE_ADDR": request.peer,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": request.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        CLIENT: client,
    }
    if request.method == "HEAD":
        environ[HEAD] = True
    for name, value in request.headers.items():
        if name not in _OURS:
            environ[f"HTTP_{name.upper().replace('-', '_')}"] = value
    if request.host:
        environ["HTTP_HOST"] = request.host
    if "content-type" in request.headers:
        environ["CONTENT_TYPE"] = request.headers["content-type"]
    if "if-none-match" in request.headers:
        environ["HTTP_IF_NONE_MATCH"] = without_codings(request.headers["if-none-match"])
    if request.has_body:
        environ["CONTENT_LENGTH"] = str(len(body))
    return environ
