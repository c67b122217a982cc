"""Read a request of the SPARQL protocol: its query, its parameters, the formats that its client accepts.

https://www.w3.org/TR/sparql11-protocol/
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl

from flask import request
from werkzeug.exceptions import MethodNotAllowed, RequestURITooLarge

from twin_graph import sparql
from twin_graph.errors import MalformedRequest, NotAcceptable, QueryNotAllowed, UnsupportedMediaType
from twin_graph.formats import GRAPH_FORMATS, HTML, RESULT_FORMATS, Format
from twin_graph.web.negotiation import acceptable, negotiate

METHODS = ("GET", "HEAD", "POST", "QUERY", "OPTIONS")
FORM, DIRECT, UPDATE = (
    "application/x-www-form-urlencoded",
    "application/sparql-query",
    "application/sparql-update",
)
MAX_ADDRESS = 8_192
_MAX_FIELDS = 200


@dataclass(frozen=True)
class Asked:
    """What a request asks: its query, or None for the description, and its parameters as they came."""

    query: str | None
    parameters: tuple[tuple[str, str], ...]

    def first(self, *names: str) -> str:
        """The first value of a parameter with one of these names, empty where there is none."""
        return next((value for name, value in self.parameters if name in names), "")

    def all(self, name: str) -> tuple[str, ...] | None:
        """All values of a parameter, None where it is absent."""
        return tuple(value for key, value in self.parameters if key == name) or None


def read_request() -> Asked:
    """What the current request asks, by any of the protocol's operations.

    Raises:
        MethodNotAllowed, RequestURITooLarge, RequestEntityTooLarge, UnsupportedMediaType, MalformedRequest,
        QueryNotAllowed
    """
    if request.method not in METHODS:
        raise MethodNotAllowed(METHODS)
    if len(request.query_string) > MAX_ADDRESS:
        raise RequestURITooLarge
    parameters = _decode_form(request.query_string)
    if request.method in ("GET", "HEAD"):
        if any(name == "update" for name, _ in parameters):
            raise MalformedRequest("an update is no query, and is not sent by GET")
        return _one_query(parameters, optional=True)
    request.max_content_length = sparql.MAX_QUERY_BYTES
    kind = request.mimetype
    if request.mimetype_params.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        raise UnsupportedMediaType("text is read as UTF-8 only", (DIRECT, FORM))
    if kind == FORM:
        return _one_query(parameters + _decode_form(request.get_data(cache=False)))
    if kind == DIRECT:
        return _one_query([*parameters, ("query", _decode(request.get_data(cache=False)))])
    if kind == UPDATE:
        raise QueryNotAllowed("this is an update; the data are changed in their files and by a build")
    raise UnsupportedMediaType("a query is sent as a form or as it is", (DIRECT, FORM))


def choose_formats(asked: Asked) -> tuple[Format, ...]:
    """Acceptable formats, best first; only HTML where a page is wanted. `format=` wins over Accept.

    Raises:
        NotAcceptable: nothing is acceptable.
    """
    wanted, accept = asked.first("format", "output"), request.headers.get("Accept")
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


def _one_query(parameters: list[tuple[str, str]], *, optional: bool = False) -> Asked:
    queries = [value for name, value in parameters if name == "query"]
    if any(name == "update" for name, _ in parameters):
        if queries:
            raise MalformedRequest("a request holds a query or an update, not both")
        raise QueryNotAllowed("this is an update; the data are changed in their files and by a build")
    if len(queries) > 1 or (not queries and not optional):
        raise MalformedRequest(f"a request holds one query, this one {len(queries)}")
    return Asked(queries[0] if queries else None, tuple(parameters))


def _decode_form(data: bytes) -> list[tuple[str, str]]:
    """The fields of a form, percent-decoded once."""
    try:
        return parse_qsl(_decode(data), keep_blank_values=True, errors="strict", max_num_fields=_MAX_FIELDS)
    except UnicodeDecodeError as problem:
        raise MalformedRequest("the request is not UTF-8") from problem
    except ValueError as problem:
        raise MalformedRequest(f"the request has more than {_MAX_FIELDS} parameters") from problem


def _decode(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as problem:
        raise MalformedRequest("the request is not UTF-8") from problem
