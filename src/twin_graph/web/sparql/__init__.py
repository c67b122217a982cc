"""`/sparql`: the SPARQL protocol over HTTP, the service description, and a page to ask from.

    protocol.py   what a request asks
    page.py       the page
    completion.py what an editor of queries offers

Has a query evaluated by the query pool, and sends a result only when it is whole. Every rule about queries is in
`twin_graph.sparql`; the pool and its limits are `worker`.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, g, request
from flask.blueprints import BlueprintSetupState
from werkzeug.exceptions import HTTPException, RequestURITooLarge

from twin_graph import graphs, sparql
from twin_graph.errors import NotAcceptable, OverBudget, RequestError, ServiceBusy, TwinGraphError
from twin_graph.formats import GRAPH_FORMATS, HTML, PLAIN_JSON, PROBLEM_JSON, RESULTS_JSON, TURTLE, Format
from twin_graph.store import RequestedDataset
from twin_graph.web.errors import find_detail, find_problem
from twin_graph.web.exchange import (
    any_method,
    decode_form,
    find_client,
    find_departure,
    find_note,
    freshness,
    send_file,
)
from twin_graph.web.languages import reader_language
from twin_graph.web.negotiation import negotiate
from twin_graph.web.responses import represent
from twin_graph.web.site import EXTENSION, site
from twin_graph.web.sparql.completion import completion
from twin_graph.web.sparql.page import SHOWN_ROWS, example_text, render_page
from twin_graph.web.sparql.protocol import (
    DIRECT,
    FORM,
    MAX_ADDRESS,
    METHODS,
    PARAMETERS,
    Asked,
    choose_formats,
    read_request,
    time_limit,
)
from twin_graph.worker import QueryLimits, QueryPool, QueryRequest, QueryResult
from twin_graph.workspace import LANGUAGES

__all__ = ["MAX_ADDRESS", "POOL", "bp"]

bp = Blueprint("sparql", __name__)
POOL = "twin_graph.query_pool"
_SHOWN_TABLE, _SHOWN_GRAPH = 4_000_000, 200_000
_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Allow, ETag, Link, Retry-After, Server-Timing, X-Request-Id",
}
_PREFLIGHT = {
    "Allow": ", ".join(METHODS),
    "Accept-Query": f'"{DIRECT}", "{FORM}"',
    "Access-Control-Allow-Methods": ", ".join(METHODS),
    "Access-Control-Allow-Headers": "Accept, Accept-Language, Cache-Control, Content-Type, If-None-Match, "
    "X-Requested-With",
    "Access-Control-Max-Age": "86400",
}


@bp.record
def connect(state: BlueprintSetupState) -> None:
    """Connect an application to the pool that its settings name."""
    settings = state.app.extensions[EXTENSION].settings
    if settings.query_socket:
        patience = QueryLimits.from_settings(settings).patience
        state.app.extensions[POOL] = QueryPool(Path(settings.query_socket).resolve(), patience)


@bp.route("/sparql", methods=METHODS, provide_automatic_options=False)
def endpoint() -> Response:
    """Answer a query, describe the service, or show the page to ask from."""
    if request.method == "OPTIONS":
        response = _without_body(204)
        response.headers.update(_PREFLIGHT)
        return response
    with _charged():
        try:
            asked = read_request()
        except RequestURITooLarge as error:
            if (page := _show_too_long(error)) is not None:
                return page
            raise
        g.language = _language(asked)
        offers = choose_formats(asked)
        if asked.query is None:
            return _describe(asked, offers)
    return _show(asked) if HTML in offers else _answer(asked, offers)


bp.record(any_method("sparql.endpoint"))


@bp.get(f"/<any({', '.join(LANGUAGES)}):lang>/sparql/terms.json")
def terms(lang: str) -> Response:
    """What an editor of queries offers: prefixes and terms, with labels in a language."""
    here = site()
    return represent(
        here,
        PLAIN_JSON,
        lambda: json.dumps(completion(here.vocabulary, lang), ensure_ascii=False, separators=(",", ":")),
        language=lang,
    )


@bp.after_request
def add_headers(response: Response) -> Response:
    """Let scripts of every origin read the answer, and give it a name for the log."""
    response.headers.update(_HEADERS)
    response.headers["X-Request-Id"] = secrets.token_hex(8)
    return response


@contextmanager
def _charged() -> Iterator[None]:
    """Count what a client got wrong before its query came to the pool, which counts everything else itself.

    Raises:
        OverBudget: instead of the error; the client has none left.
    """
    try:
        yield
    except (RequestError, HTTPException):
        pool = current_app.extensions.get(POOL)
        if isinstance(pool, QueryPool):
            pool.charge(find_client(site().settings.proxies))
        raise


def _make_request(asked: Asked, offers: tuple[Format, ...]) -> QueryRequest:
    text = asked.query or ""
    find_note().ask(text, sparql.form_of(text))
    with _charged():
        return sparql.make_request(
            text,
            endpoint=_address(),
            offers=offers,
            dataset=RequestedDataset(asked.all("default-graph-uri"), asked.all("named-graph-uri")),
            seconds=time_limit(asked),
            client=find_client(site().settings.proxies),
        )


def _answer(asked: Asked, offers: tuple[Format, ...]) -> Response:
    """A result as it is."""
    query = _make_request(asked, offers)
    tag = sparql.fingerprint_of(site().manifest.id, query.key) if query.key else ""
    return _unless_known(asked, tag, lambda: _send(_run(query)), "Accept, Accept-Encoding")


def _run(query: QueryRequest) -> QueryResult:
    pool = current_app.extensions.get(POOL)
    if not isinstance(pool, QueryPool):
        raise ServiceBusy(
            "queries are not answered here: start the service with `twin-graph serve`", retry_after=60
        )
    note, started = find_note(), time.monotonic()
    try:
        result = pool.run(query, find_departure())
        note.kept = result.kept
        return result
    finally:
        note.seconds = None if note.kept else time.monotonic() - started


def _send(result: QueryResult) -> Response:
    response = send_file(result.content, result.size)
    response.headers["Content-Type"] = result.fmt.content_type
    response.headers["Content-Disposition"] = f'inline; filename="result.{result.fmt.extension}"'
    response.headers["Server-Timing"] = _timing(result)
    return response


def _show(asked: Asked) -> Response:
    """The page with its form and the result, or what is wrong with the query."""
    show = partial(
        render_page, asked.query or "", parameters=asked.others("query", "format", "output", "lang")
    )
    try:
        result = _run(_make_request(asked, (RESULTS_JSON, TURTLE)))
    except TwinGraphError as error:
        problem = find_problem(error)
        find_note().problem = problem.slug
        response = show(problem.status, problem=problem, detail=find_detail(error, problem))
        if isinstance(error, ServiceBusy | OverBudget):
            response.headers["Retry-After"] = str(error.retry_after)
        return _with_cache(response, "no-store", "Accept, Accept-Language")
    told: dict[str, Any] = {
        "seconds": result.seconds,
        "rows": result.rows,
        "kept": result.kept,
        "fmt": result.fmt,
    }
    with result.content as content:
        if result.fmt is RESULTS_JSON:
            begin = content.read(_SHOWN_TABLE)
            table = sparql.read_table(begin, SHOWN_ROWS)
            if table.more and result.size == len(begin):
                told["rows"] = sparql.count_rows(begin)
            response = show(table=table, **told)
        else:
            text = content.read(_SHOWN_GRAPH).decode(errors="ignore")
            response = show(graph=text, cut=result.size > _SHOWN_GRAPH, **told)
    response.headers["Server-Timing"] = _timing(result)
    return _with_cache(response, "no-store", "Accept, Accept-Encoding, Accept-Language")


def _show_too_long(error: RequestURITooLarge) -> Response | None:
    """The page with a query that is too long for an address, to be sent in another way; None for programs."""
    if negotiate(request.headers.get("Accept"), (PROBLEM_JSON, HTML)) is not HTML:
        return None
    asked = Asked(None, tuple(decode_form(request.query_string)))
    g.language = _language(asked)
    problem = find_problem(error)
    find_note().problem = problem.slug
    response = render_page(asked.first("query"), problem.status, problem=problem)
    return _with_cache(response, "no-store", "Accept, Accept-Language")


def _timing(result: QueryResult) -> str:
    return f"query;dur={result.seconds * 1000:.1f}"


def _describe(asked: Asked, offers: tuple[Format, ...]) -> Response:
    here, limits = site(), QueryLimits.from_settings(site().settings)
    if HTML in offers:
        name = asked.first("example")
        query = example_text(name) if name else ""
        tag = sparql.fingerprint_of(here.manifest.id, limits.to_json(), here.look, g.language, name)
        return _unless_known(asked, tag, lambda: render_page(query, example=name), "Accept, Accept-Language")
    fmt = next((offer for offer in offers if offer in GRAPH_FORMATS), None)
    if fmt is None:
        names = tuple(offer.media_type for offer in (*GRAPH_FORMATS, HTML))
        raise NotAcceptable("the description of the service is offered in other formats", names)
    tag = sparql.fingerprint_of(here.manifest.id, limits.to_json(), fmt.name)

    def make() -> Response:
        triples = sparql.describe_service(here.manifest, _address(), limits, here.questions)
        body = graphs.serialise(triples, fmt, sparql.DESCRIPTION_PREFIXES)
        return Response(body, content_type=fmt.content_type)

    return _unless_known(asked, tag, make, "Accept, Accept-Encoding")


def _unless_known(asked: Asked, tag: str, make: Callable[[], Response], vary: str) -> Response:
    """What `make` gives, or 304 where the client has it already; without a tag it is not to be kept."""
    # A tag of * would match what was never evaluated, and perhaps cannot be.
    known = tag and request.method != "POST" and tag in request.if_none_match.as_set(include_weak=True)
    response = _without_body(304) if known else make()
    if tag:
        # Weak: the same rows, but the engine is free in their order and in the order of prefixes.
        response.set_etag(tag, weak=True)
    return _with_cache(response, freshness(asked.parameters, PARAMETERS) if tag else "no-store", vary)


def _with_cache(response: Response, cache: str, vary: str) -> Response:
    response.headers["Cache-Control"] = cache
    response.headers["Vary"] = vary
    return response


def _without_body(status: int) -> Response:
    response = Response(status=status)
    del response.headers["Content-Type"]
    return response


def _address() -> str:
    return sparql.endpoint_of(site().base_iri)


def _language(asked: Asked) -> str:
    chosen = asked.first("lang")
    return chosen if chosen in LANGUAGES else reader_language(site().manifest.default_language)
