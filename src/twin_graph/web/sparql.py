"""`/sparql`: the SPARQL protocol over HTTP, the service description, and a page to ask from.

Reads a request into a query, has it evaluated by the query pool, and sends a result only when it is whole.
Every rule about queries is in `sparql`; the pool and its limits are `worker`.

https://www.w3.org/TR/sparql11-protocol/
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from flask import Blueprint, Response, current_app, g, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from werkzeug.exceptions import MethodNotAllowed, RequestURITooLarge

from twin_graph import graphs, sparql
from twin_graph.errors import (
    EntityNotFound,
    MalformedRequest,
    NotAcceptable,
    OperatorError,
    QueryNotAllowed,
    ServiceBusy,
    TwinGraphError,
    UnsupportedMediaType,
)
from twin_graph.formats import GRAPH_FORMATS, HTML, RESULT_FORMATS, RESULTS_JSON, TURTLE, Format
from twin_graph.queries import load_all, runnable
from twin_graph.store import RequestedDataset
from twin_graph.web.errors import find_problem
from twin_graph.web.languages import OWN_NAMES, reader_language
from twin_graph.web.negotiation import acceptable, negotiate
from twin_graph.web.responses import FRESH
from twin_graph.web.site import EXTENSION, site
from twin_graph.worker import QueryLimits, QueryPool, QueryRequest, QueryResult
from twin_graph.workspace import LANGUAGES

bp = Blueprint("sparql", __name__)
POOL = "twin_graph.query_pool"
METHODS = ("GET", "HEAD", "POST", "QUERY", "OPTIONS")
FORM, DIRECT, UPDATE = (
    "application/x-www-form-urlencoded",
    "application/sparql-query",
    "application/sparql-update",
)
MAX_ADDRESS = 8_192
SHOWN_ROWS = 500
EXAMPLES = load_all("competency_")
_SHOWN_BYTES = 200_000
_MAX_FIELDS = 200
_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link, Retry-After, Server-Timing, X-Request-Id",
}
_PREFLIGHT = {
    "Allow": ", ".join(METHODS),
    "Accept-Query": f'"{DIRECT}", "{FORM}"',
    "Access-Control-Allow-Methods": ", ".join(METHODS),
    "Access-Control-Allow-Headers": "Accept, Accept-Language, Content-Type, If-None-Match",
    "Access-Control-Max-Age": "86400",
}


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


@bp.record
def connect(state: BlueprintSetupState) -> None:
    """Connect an application to the pool that its settings name."""
    settings = state.app.extensions[EXTENSION].settings
    if settings.query_socket:
        patience = QueryLimits.from_settings(settings).patience
        state.app.extensions[POOL] = QueryPool(Path(settings.query_socket).resolve(), patience)


@bp.route("/sparql", methods=[*METHODS, "PUT", "DELETE", "PATCH"], provide_automatic_options=False)
def endpoint() -> Response:
    """Answer a query, describe the service, or show the page to ask from."""
    if request.method == "OPTIONS":
        response = _without_body(204)
        response.headers.update(_PREFLIGHT)
        return response
    asked = read_request()
    g.language = _language(asked)
    offers = choose_formats(asked)
    if asked.query is None:
        return _describe(asked, offers)
    return _show(asked) if HTML in offers else _answer(asked, offers)


@bp.after_request
def add_headers(response: Response) -> Response:
    """Let scripts of every origin read the answer, and give it a name for the log."""
    response.headers.update(_HEADERS)
    response.headers["X-Request-Id"] = secrets.token_hex(8)
    return response


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


def _make_request(asked: Asked, offers: tuple[Format, ...]) -> QueryRequest:
    return sparql.make_request(
        asked.query or "",
        endpoint=_address(),
        offers=offers,
        dataset=RequestedDataset(asked.all("default-graph-uri"), asked.all("named-graph-uri")),
        seconds=_seconds(asked.first("timeout")),
    )


def _seconds(text: str) -> float | None:
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise MalformedRequest("timeout is a number of seconds")
    return seconds


def _answer(asked: Asked, offers: tuple[Format, ...]) -> Response:
    """A result as it is."""
    query = _make_request(asked, offers)

    def make() -> Response:
        result = _run(query)
        response = Response(result.body, content_type=result.fmt.content_type)
        response.headers["Server-Timing"] = f"query;dur={result.seconds * 1000:.1f}"
        return response

    tag = sparql.fingerprint(site().manifest.id, query) if sparql.is_repeatable(query.text) else ""
    return _unless_known(tag, make, "Accept, Accept-Encoding")


def _run(query: QueryRequest) -> QueryResult:
    pool = current_app.extensions.get(POOL)
    if not isinstance(pool, QueryPool):
        raise ServiceBusy(
            "queries are not answered here: start the service with `twin-graph serve`", retry_after=60
        )
    return pool.run(query)


def _show(asked: Asked) -> Response:
    """The page with its form and the result, or what is wrong with the query."""
    try:
        query = _make_request(asked, (RESULTS_JSON, TURTLE))
        result = _run(query)
    except TwinGraphError as error:
        problem = find_problem(error)
        detail = "" if isinstance(error, OperatorError) else str(error)
        response = _page(asked.query or "", problem.status, problem=problem, detail=detail)
        if isinstance(error, ServiceBusy):
            response.headers["Retry-After"] = str(error.retry_after)
        return _with_cache(response, "no-store", "Accept, Accept-Language")
    if result.fmt is RESULTS_JSON:
        response = _page(query.text, table=sparql.read_table(result.body, SHOWN_ROWS))
    else:
        text = result.body[:_SHOWN_BYTES].decode(errors="ignore")
        response = _page(query.text, graph=text, cut=len(result.body) > _SHOWN_BYTES)
    response.headers["Server-Timing"] = f"query;dur={result.seconds * 1000:.1f}"
    return _with_cache(response, "no-store", "Accept, Accept-Encoding, Accept-Language")


def _describe(asked: Asked, offers: tuple[Format, ...]) -> Response:
    here, limits = site(), QueryLimits.from_settings(site().settings)
    if HTML in offers:
        name = asked.first("example")
        query = _example(name) if name else ""
        tag = sparql.fingerprint_of(here.manifest.id, limits.to_json(), here.look, g.language, name)
        return _unless_known(tag, lambda: _page(query, example=name), "Accept, Accept-Language")
    fmt = next((offer for offer in offers if offer in GRAPH_FORMATS), None)
    if fmt is None:
        names = tuple(offer.media_type for offer in (*GRAPH_FORMATS, HTML))
        raise NotAcceptable("the description of the service is offered in other formats", names)
    triples = sparql.describe_service(here.manifest, _address(), limits)
    body = graphs.serialise(triples, fmt, sparql.DESCRIPTION_PREFIXES)
    tag = sparql.fingerprint_of(here.manifest.id, limits.to_json(), fmt.name)
    return _unless_known(
        tag, lambda: Response(body, content_type=fmt.content_type), "Accept, Accept-Encoding"
    )


def _example(name: str) -> str:
    """The text of one of the questions, ready to be run."""
    found = next((query for query in EXAMPLES if query.name == name), None)
    if found is None:
        raise EntityNotFound(f"there is no example “{name[:64]}”")
    return runnable(found, site().base_iri)


def _page(query: str, status: int = 200, *, example: str = "", **values: object) -> Response:
    text = render_template(
        "sparql.html",
        query=query,
        formats=(*RESULT_FORMATS, *GRAPH_FORMATS),
        limits=QueryLimits.from_settings(site().settings),
        shown_rows=SHOWN_ROWS,
        languages=[(code, OWN_NAMES[code], _path_in(code, query, example)) for code in LANGUAGES],
        examples=[
            (each.title(g.language), _path_in(g.language, "", each.name), each.name == example)
            for each in EXAMPLES
        ],
        **values,
    )
    response = Response(text, status, content_type=HTML.content_type)
    response.headers["Content-Language"] = g.language
    return response


def _path_in(language: str, query: str, example: str = "") -> str:
    """This page in another language; a query too long for an address is left out."""
    asked: dict[str, Any] = {"example": example} if example else {}
    if query and not example and len(query) < MAX_ADDRESS // 4:
        asked = {"query": query, "format": "html"}
    return url_for("sparql.endpoint", lang=language, **asked)


def _unless_known(tag: str, make: Callable[[], Response], vary: str) -> Response:
    """What `make` gives, or 304 where the client has it already; without a tag it is not to be kept."""
    known = tag and request.method != "POST" and request.if_none_match.contains_weak(tag)
    response = _without_body(304) if known else make()
    if tag:
        # Weak: the same rows, but the engine is free in their order and in the order of prefixes.
        response.set_etag(tag, weak=True)
    return _with_cache(response, FRESH if tag else "no-store", vary)


def _with_cache(response: Response, cache: str, vary: str) -> Response:
    response.headers["Cache-Control"] = cache
    response.headers["Vary"] = vary
    return response


def _without_body(status: int) -> Response:
    response = Response(status=status)
    del response.headers["Content-Type"]
    return response


def _address() -> str:
    return f"{site().base_iri}sparql"


def _language(asked: Asked) -> str:
    chosen = asked.first("lang")
    return chosen if chosen in LANGUAGES else reader_language(site().manifest.default_language)
