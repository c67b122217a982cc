"""`/graphs`: the SPARQL 1.1 Graph Store HTTP Protocol, for reading.

A graph is whole before the status line, in memory or in a file (`graph_files`), so a 200 is always complete.
What is known of a graph is at its own address (`documents`); asking questions is `web.sparql`.

https://www.w3.org/TR/sparql11-http-rdf-update/
"""

from __future__ import annotations

import io
from typing import IO
from urllib.parse import quote, urljoin

from flask import Blueprint, Response, current_app, request, url_for
from flask.blueprints import BlueprintSetupState
from werkzeug.exceptions import MethodNotAllowed

from twin_graph import iris, sparql
from twin_graph.errors import EntityNotFound, MalformedRequest, NotAcceptable
from twin_graph.formats import GRAPH_FORMATS, Format
from twin_graph.web.exchange import any_method, decode_form, freshness, wants_head
from twin_graph.web.graph_files import GraphFiles
from twin_graph.web.negotiation import negotiate
from twin_graph.web.responses import absolute
from twin_graph.web.site import Site, site

bp = Blueprint("graph_store", __name__)
METHODS = ("GET", "HEAD", "OPTIONS")
_PARAMETERS = frozenset(("default", "graph", "format", "output"))
FILES = "twin_graph.graph_files"
# From this number of statements on a graph is written to a file.
LARGE = 20_000


@bp.route("/graphs", methods=METHODS, provide_automatic_options=False)
@bp.route("/graphs/<path:name>", methods=METHODS, provide_automatic_options=False)
def graphs(name: str = "") -> Response:
    """The default graph, or the graph that is named.

    Args:
        name: of a graph whose own IRI is this address (section 4.1, direct graph identification).
    """
    if request.method not in METHODS:
        raise MethodNotAllowed(METHODS)
    if request.method == "OPTIONS":
        return _options()
    here, parameters = site(), decode_form(request.query_string)
    direct = [("graph", f"{here.base_iri}graphs/{name}")] if name else []
    names = _asked(here, [*parameters, *direct])
    fmt = _choose_format(parameters)
    tag = sparql.fingerprint_of(here.manifest.id, names, fmt.name)
    if tag in request.if_none_match.as_set(include_weak=True):
        response = Response(status=304)
    elif wants_head():
        response = Response(iter(()))  # an iterator has no length to tell
    else:
        response = _send(here, names, fmt, tag)
    # Weak: the same statements, but the engine is free in the order of prefixes.
    response.set_etag(tag, weak=True)
    response.headers["Content-Type"] = fmt.content_type
    name = names[0].rpartition("/")[2] if len(names) == 1 else "graph"
    response.headers["Content-Disposition"] = f'inline; filename="{name}.{fmt.extension}"'
    response.headers["Cache-Control"] = freshness(parameters, _PARAMETERS)
    response.headers["Vary"] = "Accept, Accept-Encoding"
    return response


bp.record(any_method("graph_store.graphs"))


@bp.record
def hold_files(state: BlueprintSetupState) -> None:
    """Give an application its files."""
    state.app.extensions[FILES] = GraphFiles()


@bp.after_request
def expose_headers(response: Response) -> Response:
    """Let scripts of every origin read what matters."""
    response.headers["Access-Control-Expose-Headers"] = "Allow, ETag, Link, Retry-After, X-Request-Id"
    return response


def addresses(here: Site) -> list[str]:
    """Public addresses of the data as files: the default graph, then each published graph."""
    address = absolute(here, url_for("graph_store.graphs"))
    named = (f"{address}?graph={quote(name, safe=':/')}" for name in _published(here))
    return [f"{address}?default", *named]


def _published(here: Site) -> list[str]:
    """IRIs of the graphs that make up the default graph, also of those that are empty."""
    declared = {iris.graph(here.base_iri, name) for name in here.manifest.graphs} - here.snapshot.hidden
    return sorted({*map(str, declared), *here.store.published_names()})


def _asked(here: Site, parameters: list[tuple[str, str]]) -> list[str]:
    """IRIs of the graphs whose union is asked for.

    Raises:
        MalformedRequest: not one graph is asked for.
        EntityNotFound: there is none of this name.
    """
    named = [value for name, value in parameters if name == "graph"]
    default = any(name == "default" for name, _ in parameters)
    if len(named) + default != 1:
        raise MalformedRequest("a request names one graph: ?default or ?graph= and its IRI")
    if default:
        return _published(here)
    try:
        iri = urljoin(here.base_iri, named[0])
    except ValueError as problem:
        raise MalformedRequest("the name of a graph is not an IRI") from problem
    if iri not in _published(here):
        raise EntityNotFound(f"there is no graph “{named[0][:256]}”")
    return [iri]


def _choose_format(parameters: list[tuple[str, str]]) -> Format:
    """The format that `format=` names, else the best for the Accept header."""
    wanted = next((value for name, value in parameters if name in ("format", "output") and value), "")
    if wanted:
        fmt = next((fmt for fmt in sparql.named_formats(wanted) if fmt in GRAPH_FORMATS), None)
    else:
        fmt = negotiate(request.headers.get("Accept"), GRAPH_FORMATS)
    if fmt is None:
        names = tuple(offer.media_type for offer in GRAPH_FORMATS)
        raise NotAcceptable("graphs are offered in other formats", names)
    return fmt


def _send(here: Site, names: list[str], fmt: Format, tag: str) -> Response:
    """The union of graphs; a small one from memory, a large one from a file that is kept for the next client."""
    sizes = {str(iris.graph(here.base_iri, name)): size for name, size in here.manifest.graphs.items()}

    def write(content: IO[bytes]) -> None:
        here.store.write_graphs(names, content, fmt)

    if sum(sizes.get(name, LARGE) for name in names) < LARGE:
        small = io.BytesIO()
        write(small)
        return Response(small.getvalue())
    file = current_app.extensions[FILES].find(tag, write)
    response = Response(file.pieces())
    response.content_length = file.size
    return response


def _options() -> Response:
    response = Response(status=204)
    del response.headers["Content-Type"]
    response.headers["Allow"] = response.headers["Access-Control-Allow-Methods"] = ", ".join(METHODS)
    response.headers["Access-Control-Allow-Headers"] = (
        "Accept, Cache-Control, If-None-Match, X-Requested-With"
    )
    response.headers["Access-Control-Max-Age"] = "86400"
    return response
