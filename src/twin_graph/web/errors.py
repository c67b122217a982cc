"""Turn exceptions into responses: one table, one body on the wire (RFC 9457), or a page for who prefers HTML.

The type of a problem is an address with a page of its own. No stack, no path of the machine and nothing of
the Host header ever gets into a body.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, Flask, Response, abort, g, render_template, request, url_for
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestedRangeNotSatisfiable

from twin_graph import describe, errors, iris
from twin_graph.environ import FAULT, FAULT_OF_MIRRORS
from twin_graph.errors import TwinGraphError
from twin_graph.formats import HTML, PROBLEM_JSON
from twin_graph.web import error_texts, graph_store
from twin_graph.web.exchange import find_note
from twin_graph.web.languages import N_, gettext, page_language, reader_language
from twin_graph.web.negotiation import negotiate
from twin_graph.web.responses import FRESH, Link, absolute, represent, secure, write_links
from twin_graph.web.site import site
from twin_graph.worker import QueryLimits
from twin_graph.workspace import LANGUAGES

bp = Blueprint("problems", __name__)
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Problem:
    """One kind of problem: its status, the last part of its address, its title and what it means."""

    status: int
    slug: str
    title: str
    meaning: str


PROBLEMS: Mapping[type[Exception], Problem] = {
    errors.EntityNotFound: Problem(404, "not-found", N_("Not found"),
        N_("There is nothing at this address. Perhaps the address was cut or mistyped.")),
    errors.EntityGone: Problem(410, "gone", N_("Withdrawn"),
        N_("What was published at this address has been withdrawn.")),
    errors.NotAcceptable: Problem(406, "not-acceptable", N_("No acceptable format"),
        N_("None of the formats that were asked for is offered at this address.")),
    errors.UnsupportedMediaType: Problem(415, "unsupported-media-type", N_("Unsupported media type"),
        N_("The body of the request is in a format that this address does not read.")),
    errors.MalformedRequest: Problem(400, "malformed-request", N_("Malformed request"),
        N_("The request is not written as the protocol asks.")),
    errors.TooMuchAtOnce: Problem(413, "request-too-large", N_("Request too large"),
        N_("The body of the request is too large, or it asks for more at once than one request may.")),
    errors.MalformedQuery: Problem(400, "malformed-query", N_("Malformed query"),
        N_("The text is not a SPARQL query; line and column say where it stops being one.")),
    errors.QueryNotAllowed: Problem(403, "query-not-allowed", N_("Query not allowed"),
        N_("The public service answers questions: it runs no updates and asks no other services.")),
    errors.ServiceNotAllowed: Problem(403, "service-disabled", N_("SERVICE is switched off"),
        N_("The public service asks no other services. Ask both from your own program, or from a service of yours.")),
    errors.OverBudget: Problem(429, "over-budget", N_("Too much at once"),
        N_("You have used up the query time or the failed queries that one client may have. "
           "The request was not run; please try again later, or take the whole data.")),
    errors.ClientGone: Problem(499, "client-gone", N_("Request abandoned"),
        N_("The connection was closed before there was an answer, and the query was stopped.")),
    errors.QueryUnsupported: Problem(422, "query-unsupported", N_("Query not supported"),
        N_("The query is right, but our query engine fails at it. Put in another way it may be answered.")),
    errors.OnlyOnServer: Problem(503, "only-on-server", N_("Only on the server"),
        N_("This is a copy of the site, made of files. Searches, queries, filters and old publications need the "
           "program itself, which this copy does not have.")),
    errors.QueryTimeout: Problem(503, "query-timeout", N_("Query took too long"),
        N_("The query was stopped at the time limit. A narrower question may be answered.")),
    errors.QueryResources: Problem(503, "query-resources", N_("Query needed too much"),
        N_("The query needed more memory than one query may have, or is nested too deeply. "
           "A narrower question may be answered.")),
    errors.ResultTooLarge: Problem(422, "result-too-large", N_("Result too large"),
        N_("The result has more rows or bytes than one answer may have. Add LIMIT, or take the whole data.")),
    errors.ServiceBusy: Problem(503, "busy", N_("Service busy"),
        N_("All places are taken. The request was not run; please try again in a moment.")),
    errors.SnapshotMissing: Problem(503, "no-snapshot", N_("No data yet"),
        N_("The service has no data to show at the moment.")),
    errors.SnapshotDamaged: Problem(503, "damaged-snapshot", N_("Data cannot be read"),
        N_("The data of the service cannot be read at the moment.")),
    errors.OperatorError: Problem(503, "damaged-snapshot", N_("Data cannot be read"),
        N_("The data of the service cannot be read at the moment.")),
    errors.SettingInvalid: Problem(500, "misconfigured", N_("Service not set up rightly"),
        N_("The service is not set up rightly; who runs it has to put that right.")),
    errors.WorkspaceInvalid: Problem(500, "misconfigured", N_("Service not set up rightly"),
        N_("The service is not set up rightly; who runs it has to put that right.")),
    # No page asks another service or reads an archive; should one ever, it fails like data that cannot be read.
    **{kind: Problem(503, "damaged-snapshot", N_("Data cannot be read"),
        N_("The data of the service cannot be read at the moment."))
       for kind in errors.OF_WIKIDATA},
    errors.SourceError: Problem(500, "invalid-sources", N_("Sources with mistakes"),
        N_("The data files have mistakes; they were not published.")),
    errors.NotConformant: Problem(500, "not-conformant", N_("Data against the rules"),
        N_("The data break a rule; they were not published.")),
    MethodNotAllowed: Problem(405, "method-not-allowed", N_("Method not allowed"),
        N_("This address can be read; it cannot be written to.")),
}  # fmt: skip
INTERNAL = Problem(500, "internal-error", N_("Something went wrong"),
    N_("The mistake is ours. It has been noted; please try again later."))  # fmt: skip
HTTP_PROBLEMS = {
    400: PROBLEMS[errors.MalformedRequest],
    404: PROBLEMS[errors.EntityNotFound],
    405: PROBLEMS[MethodNotAllowed],
    408: Problem(
        408, "request-timeout", N_("Request too slow"), N_("The request did not arrive whole in time.")
    ),
    415: PROBLEMS[errors.UnsupportedMediaType],
    412: Problem(
        412,
        "condition-failed",
        N_("Not the expected file"),
        N_("The file differs from the one that you have."),
    ),
    413: PROBLEMS[errors.TooMuchAtOnce],
    414: Problem(
        414, "address-too-long", N_("Address too long"), N_("Send a long query as the body of a POST.")
    ),
    416: Problem(
        416,
        "no-such-part",
        N_("No such part"),
        N_("The file is shorter than the part that was asked for. Ask for the whole file."),
    ),
}
ALL_PROBLEMS = {p.slug: p for p in (*PROBLEMS.values(), *HTTP_PROBLEMS.values(), INTERNAL)}
# Who meets these can take the data and ask them elsewhere.
_OFFER_DUMPS = (errors.QueryTooCostly, errors.OverBudget)
# How the query engine begins when its files are not as it wrote them; the class is that of other errors.
_DAMAGE = "Corruption"
# What is below these first parts of an address is read by programs, whatever their Accept header says.
_FOR_PROGRAMS = ("reconcile",)
_LIMITS = ("seconds", "memory_mb", "rows", "megabytes")
# What the message of these says is meant for who runs the server, not for its readers.
_PRIVATE = (errors.OperatorError, errors.SourceError, errors.NotConformant)


def find_problem(error: Exception) -> Problem:
    """The row of an exception: its own, that of the nearest of its classes, or the internal error."""
    if isinstance(error, HTTPException):
        return HTTP_PROBLEMS.get(error.code or 500, INTERNAL)
    if isinstance(error, OSError) or str(error).startswith(_DAMAGE):
        return PROBLEMS[errors.OperatorError]
    return next((PROBLEMS[cls] for cls in type(error).__mro__ if cls in PROBLEMS), INTERNAL)


def problem_response(error: Exception) -> Response:
    """The response for an exception, in the format and language that the client prefers."""
    problem = find_problem(error)
    find_note().problem = problem.slug
    as_page = _wants_page()
    # Programs that ask for no language of ours read English; people read the language of the publication.
    g.language = _error_language(site().manifest.default_language if as_page else "en")
    detail = find_detail(error, problem)
    response = _render(error, problem, detail) if as_page else None
    if response is None:
        text = json.dumps(_body(error, problem, detail), ensure_ascii=False, indent=1)
        response = Response(text, problem.status, content_type=PROBLEM_JSON.content_type)
    return _with_headers(response, error, problem)


def _wants_page() -> bool:
    """Whether the answer is for people: by the ending of the address, else by the Accept header."""
    if (request.view_args or {}).get("extension") == HTML.extension:
        return True
    if _first_part() in _FOR_PROGRAMS:
        return False
    try:
        return negotiate(request.headers.get("Accept"), (PROBLEM_JSON, HTML)) is HTML
    except errors.MalformedRequest:
        return False


def _render(error: Exception, problem: Problem, detail: str) -> Response | None:
    """The page of a problem; None where what the page itself reads is broken, too."""
    try:
        body = render_template(
            "problem.html",
            problem=problem,
            detail=detail,
            detail_language="en" if detail == str(error) else "",
            error=error,
            offers=_offers(error),
            dumps=_dumps(error),
            variants=_variants(error),
            successors=_successors(error),
        )
    except (TwinGraphError, OSError, RuntimeError):
        _log.exception("the page of a problem cannot be made")
        return None
    response = Response(body, problem.status, content_type=HTML.content_type)
    response.headers["Content-Language"] = g.language
    return response


def install(app: Flask) -> None:
    """Answer every exception of an application with a problem document."""
    app.register_error_handler(TwinGraphError, problem_response)
    app.register_error_handler(HTTPException, problem_response)
    app.register_error_handler(Exception, _unexpected)
    app.before_request(_refuse_faulty)


@bp.get("/problems/<slug>")
@bp.get(f"/<any({', '.join(LANGUAGES)}):lang>/problems/<slug>", endpoint="page")
def explain(slug: str, lang: str = "") -> Response:
    """What a kind of problem means."""
    if slug not in ALL_PROBLEMS:
        raise errors.EntityNotFound(f"there is no problem “{slug[:64]}”")
    here, problem = site(), ALL_PROBLEMS[slug]
    g.language = lang or reader_language(here.manifest.default_language)
    vary = () if lang else ("Accept-Language",)
    return represent(
        here,
        HTML,
        lambda: render_template("problem_type.html", problem=problem),
        vary=vary,
        language=g.language,
        cache=FRESH,
    )


def _refuse_faulty() -> None:
    """Say in our words what the front has found wrong with a request before the application saw it."""
    fault = request.environ.get(FAULT)
    if fault == 503:
        raise errors.ServiceBusy("your requests have taken all places that one client may have")
    if fault == FAULT_OF_MIRRORS:
        raise errors.OnlyOnServer(ALL_PROBLEMS["only-on-server"].meaning)
    if fault == 400:
        raise errors.MalformedRequest(
            "the request did not arrive whole, or its head breaks the rules of HTTP"
        )
    if fault == 415:
        raise errors.UnsupportedMediaType("the body of a request is read without content coding")
    if fault is not None:
        abort(fault)


def _unexpected(error: Exception) -> Response:
    _log.exception("unexpected error at %s", request.path)
    return problem_response(error)


def _body(error: Exception, problem: Problem, detail: str) -> dict[str, object]:
    here = site()
    body: dict[str, object] = {
        "type": absolute(here, url_for("problems.explain", slug=problem.slug)),
        "title": gettext(problem.title),
        "status": problem.status,
        "detail": detail,
    }
    if isinstance(error, errors.MalformedQuery) and error.line is not None:
        body |= {"line": error.line, "column": error.column}
    if isinstance(error, errors.EntityGone):
        others = [str(iris.thing(here.base_iri, kind, key)) for kind, key in _successors(error)]
        body |= {"on": error.on, "replacedBy": others}
    if offers := _offers(error):
        body["offers"] = offers
    if isinstance(error, errors.QueryTooCostly):
        limits = QueryLimits.from_settings(here.settings)
        body["limits"] = {name: getattr(limits, name) for name in _LIMITS}
    if dumps := _dumps(error):
        body["dumps"] = dumps
    if variants := _variants(error):
        body["variants"] = [{"href": address, "type": media_type} for address, _, media_type in variants]
    return {name: value for name, value in body.items() if value not in (None, "", [])}


def find_detail(error: Exception, problem: Problem) -> str:
    """What may be said of this very error; what the problem means where that is nothing."""
    if not isinstance(error, TwinGraphError) or isinstance(error, _PRIVATE):
        return gettext(problem.meaning)
    if isinstance(error, errors.ResultTooLarge):
        limits = QueryLimits.from_settings(site().settings)
        return f"{error}; one answer has at most {limits.rows:,} rows or triples and {limits.megabytes:g} MB"
    return error_texts.translate(str(error), page_language()) or str(error)


def _offers(error: Exception) -> list[str]:
    if isinstance(error, errors.NotAcceptable):
        return list(error.offers)
    return list(error.accepted) if isinstance(error, errors.UnsupportedMediaType) else []


def _variants(error: Exception) -> list[Link]:
    """Where the formats of the document are that has none of those which were asked for."""
    return list(g.get("variants", ())) if isinstance(error, errors.NotAcceptable) else []


def _successors(error: Exception) -> list[tuple[str, str]]:
    """Kind and key of what replaced the withdrawn thing of this address."""
    kind, key = ((request.view_args or {}).get(name, "") for name in ("kind", "key"))
    if not isinstance(error, errors.EntityGone):
        return []
    try:
        left = describe.find_tombstone(site().snapshot.keys, kind, key)
    except errors.EntityNotFound:
        return []
    return [(kind, other) for other in left.replaced_by]


def _dumps(error: Exception) -> list[str]:
    """Where the whole data are: the default graph first, then graph by graph."""
    return graph_store.addresses(site()) if isinstance(error, _OFFER_DUMPS) else []


def _with_headers(response: Response, error: Exception, problem: Problem) -> Response:
    response.headers["Cache-Control"] = {404: "public, max-age=60", 410: "public, max-age=3600"}.get(
        problem.status, "no-store"
    )
    response.headers["Vary"] = "Accept, Accept-Language"
    if isinstance(error, errors.ServiceBusy | errors.OverBudget):
        response.headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, errors.UnsupportedMediaType) and error.accepted:
        response.headers["Accept"] = ", ".join(error.accepted)
    if variants := _variants(error):
        response.headers["Link"] = write_links(variants)
    if isinstance(error, RequestedRangeNotSatisfiable) and error.length is not None:
        response.headers["Content-Range"] = f"bytes */{error.length}"
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return secure(response)


def _first_part() -> str:
    return request.path.removeprefix(site().prefix).lstrip("/").partition("/")[0]


def _error_language(default: str) -> str:
    first = _first_part()
    if first in LANGUAGES:
        return first
    try:
        return reader_language(default)
    except errors.MalformedRequest:
        return default
