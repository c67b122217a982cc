"""Read a request of the SPARQL protocol: its query, its parameters, the formats that its client accepts.

https://www.w3.org/TR/sparql11-protocol/
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import request
from werkzeug.exceptions import MethodNotAllowed, RequestEntityTooLarge, RequestURITooLarge

from twin_graph import sparql
from twin_graph.errors import MalformedRequest, NotAcceptable, QueryNotAllowed, UnsupportedMediaType
from twin_graph.formats import GRAPH_FORMATS, HTML, RESULT_FORMATS, Format
from twin_graph.web.exchange import decode, decode_form
from twin_graph.web.negotiation import acceptable, negotiate

METHODS = ("GET", "HEAD", "POST", "QUERY", "OPTIONS")
FORM, DIRECT, UPDATE = (
    "application/x-www-form-urlencoded",
    "application/sparql-query",
    "application/sparql-update",
)
MAX_ADDRESS = 8_192
PARAMETERS = frozenset(
    (
        "query",
        "format",
        "output",
        "timeout",
        "default-graph-uri",
        "named-graph-uri",
        "lang",
        "example",
        "view",
    )
)
_SECONDS = re.compile(r"[0-9]{1,9}(?:\.[0-9]{0,9})?|\.[0-9]{1,9}")
_FORMAT = ("format", "output")
_DATASET = ("default-graph-uri", "named-graph-uri")


@dataclass(frozen=True)
class Asked:
    """What a request asks: its query, or None for the description, and its parameters as they came."""

    query: str | None
    parameters: tuple[tuple[str, str], ...]

    def first(self, *names: str) -> str:
        """The first value of a parameter with one of these names, empty where there is none."""
        return next((value for name, value in self.parameters if name in names), "")

    def all(self, name: str) -> tuple[str, ...] | None:
        """All values of a parameter, None where it is absent; forms send empty ones for what is not wanted."""
        return tuple(value for key, value in self.parameters if key == name and value) or None

    def others(self, *names: str) -> tuple[tuple[str, str], ...]:
        """The parameters with other names than these."""
        return tuple((name, value) for name, value in self.parameters if name not in names)


def read_request() -> Asked:
    """What the current request asks, by any of the protocol's operations.

    Raises:
        MethodNotAllowed, RequestURITooLarge, RequestEntityTooLarge, UnsupportedMediaType,
        MalformedRequest, QueryNotAllowed
    """
    if request.method not in METHODS:
        raise MethodNotAllowed(METHODS)
    if len(request.query_string) > MAX_ADDRESS:
        raise RequestURITooLarge
    parameters = decode_form(request.query_string)
    if request.method in ("GET", "HEAD"):
        if any(name == "update" for name, _ in parameters):
            raise MalformedRequest("an update is no query, and is not sent by GET")
        return _one_query(parameters, optional=True)
    kind = request.mimetype
    if request.mimetype_params.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        raise UnsupportedMediaType("text is read as UTF-8 only", (DIRECT, FORM))
    if kind == FORM:
        return _one_query(parameters + decode_form(_read_body()))
    if kind in (DIRECT, UPDATE):
        name = "query" if kind == DIRECT else "update"
        return _one_query([*parameters, (name, decode(_read_body()))])
    raise UnsupportedMediaType("a query is sent as a form or as it is", (DIRECT, FORM))


def _read_body() -> bytes:
    # A stream that does not say how long it is ends at the limit without an error, so that is one byte further.
    request.max_content_length = sparql.MAX_QUERY_BYTES + 1
    body = request.get_data(cache=False)
    if len(body) > sparql.MAX_QUERY_BYTES:
        raise RequestEntityTooLarge
    return body


def choose_formats(asked: Asked) -> tuple[Format, ...]:
    """Acceptable formats, best first; only HTML where a page is wanted. `format=` wins over Accept.

    Raises:
        NotAcceptable: nothing is acceptable.
    """
    accept = request.headers.get("Accept")
    wanted = next((text.lower() for name, text in asked.parameters if name in _FORMAT and text), "")
    if wanted in ("html", HTML.media_type):
        return (HTML,)
    if wanted:
        return sparql.named_formats(wanted)
    if negotiate(accept, (*RESULT_FORMATS, *GRAPH_FORMATS, HTML)) is HTML:
        return (HTML,)
    chosen = (*acceptable(accept, RESULT_FORMATS), *acceptable(accept, GRAPH_FORMATS))
    if not chosen:
        names = tuple(fmt.media_type for fmt in (*RESULT_FORMATS, *GRAPH_FORMATS, HTML))
        raise NotAcceptable("none of the formats that were asked for is offered here", names)
    return chosen


def time_limit(asked: Asked) -> float | None:
    """The seconds that `timeout` allows; None where it is absent or left empty.

    Raises:
        MalformedRequest: it is no number of seconds above 0, or there are several.
    """
    given = [text for text in asked.all("timeout") or () if text]
    if not given:
        return None
    if len(given) > 1:
        raise MalformedRequest("timeout is given once")
    if not _SECONDS.fullmatch(given[0]) or not float(given[0]):
        raise MalformedRequest("timeout is a number of seconds above 0, such as 2 or 0.5")
    return float(given[0])


def _one_query(parameters: list[tuple[str, str]], *, optional: bool = False) -> Asked:
    queries = [value for name, value in parameters if name == "query"]
    if any(name == "update" for name, _ in parameters):
        if queries:
            raise MalformedRequest("a request holds a query or an update, not both")
        raise QueryNotAllowed(sparql.NO_UPDATES)
    if len(queries) > 1 or (not queries and not optional):
        raise MalformedRequest(f"a request holds one query, this one {len(queries)}")
    if not queries and any(name in _DATASET for name, _ in parameters):
        raise MalformedRequest("a request that names graphs holds a query")
    return Asked(queries[0] if queries else None, tuple(parameters))
