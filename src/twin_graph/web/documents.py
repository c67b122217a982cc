"""`/id`, `/doc` and `/graph`: things, their documents and lists as linked data.

A thing answers 303 to the document of the negotiated variant; a document has an address of its own in each
format. What a document holds is `describe`; how it looks to people is `pages`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, g, render_template, request, url_for

from twin_graph import describe, graphs, iris
from twin_graph.describe import Listing
from twin_graph.errors import EntityGone, MalformedRequest
from twin_graph.formats import DOCUMENT_FORMATS, HTML, JSON_LD, Format
from twin_graph.graphs import Triple
from twin_graph.web import jsonld, panels
from twin_graph.web.languages import reader_language
from twin_graph.web.negotiation import choose_format
from twin_graph.web.responses import AN_HOUR, Link, absolute, is_here, redirect, represent
from twin_graph.web.site import Site, site
from twin_graph.workspace import LANGUAGES

bp = Blueprint("documents", __name__)
_EXTENSIONS = ", ".join(fmt.extension for fmt in DOCUMENT_FORMATS)
_PRIMARY_TOPIC = "http://xmlns.com/foaf/0.1/primaryTopic"


@bp.get("/id/<kind>/<key>")
def thing(kind: str, key: str) -> Response:
    """303 to the document of the thing, in the negotiated variant."""
    here = site()
    canonical = _resolve(here, kind, key)
    if not is_here(path := url_for("documents.thing", kind=kind, key=canonical)):
        return redirect(here, path, 301)
    fmt = _chosen()
    links = [(absolute(here, url_for("documents.document", kind=kind, key=key)), "describedby", "")]
    return redirect(here, _variant(here, kind, key, fmt), vary=_vary(fmt), links=links)


@bp.get("/doc/<kind>/<key>")
def document(kind: str, key: str) -> Response:
    """The document in the negotiated format; 303 to the page for who prefers HTML."""
    here = site()
    fmt = _chosen()
    try:
        canonical = _resolve(here, kind, key)
    except EntityGone as gone:
        return _withdrawn(here, kind, key, fmt, gone)
    if not is_here(path := url_for("documents.document", kind=kind, key=canonical)):
        return redirect(here, path, 301)
    if fmt is HTML:
        return redirect(here, _variant(here, kind, key, fmt), vary=_vary(fmt))
    return _send(here, kind, key, fmt, ("Accept",))


@bp.get(f"/doc/<kind>/<key>.<any({_EXTENSIONS}):extension>")
def variant(kind: str, key: str, extension: str) -> Response:
    """The document in one format, whatever the Accept header says."""
    here, fmt = site(), _chosen(extension)
    try:
        canonical = _resolve(here, kind, key)
    except EntityGone as gone:
        return _withdrawn(here, kind, key, fmt, gone)
    path = url_for("documents.variant", kind=kind, key=canonical, extension=extension)
    if not is_here(path):
        return redirect(here, path, 301)
    if fmt is HTML:
        return redirect(here, _variant(here, kind, key, fmt), vary=("Accept-Language",))
    return _send(here, kind, key, fmt)


@bp.get("/doc/<kind>")
def listing(kind: str) -> Response:
    """The list of a kind in the negotiated format."""
    here, fmt = site(), _chosen()
    if not is_here(path := url_for("documents.listing", kind=describe.find_kind(kind).name)):
        return redirect(here, path, 301)
    if fmt is HTML:
        return redirect(here, url_for("pages.listing", lang=_language(here), kind=kind), vary=_vary(fmt))
    return _send_list(here, kind, fmt, ("Accept",))


@bp.get(f"/doc/<kind>.<any({_EXTENSIONS}):extension>")
def listing_variant(kind: str, extension: str) -> Response:
    """The list of a kind in one format."""
    here, fmt = site(), _chosen(extension)
    if fmt is HTML:
        path = url_for("pages.listing", lang=_language(here), kind=describe.find_kind(kind).name)
        return redirect(here, path, vary=("Accept-Language",))
    return _send_list(here, kind, fmt)


@bp.get("/graph/<name>")
def graph(name: str) -> Response:
    """What is known of a named graph, in the negotiated format."""
    here, fmt = site(), _chosen()
    description = describe.describe_graph(here.store, here.base_iri, name.lower())
    if not is_here(path := url_for("documents.graph", name=name.lower())):
        return redirect(here, path, 301)
    if fmt is HTML:
        return redirect(
            here, url_for("documents.graph_page", lang=_language(here), name=name), vary=_vary(fmt)
        )
    location = url_for("documents.graph_variant", name=name, extension=fmt.extension)
    return represent(
        here, fmt, lambda: write(here, description.triples, fmt), vary=("Accept",), location=location
    )


@bp.get(f"/graph/<name>.<any({_EXTENSIONS}):extension>")
def graph_variant(name: str, extension: str) -> Response:
    """What is known of a named graph, in one format."""
    here, fmt = site(), _chosen(extension)
    description = describe.describe_graph(here.store, here.base_iri, name)
    if fmt is HTML:
        path = url_for("documents.graph_page", lang=_language(here), name=name)
        return redirect(here, path, vary=("Accept-Language",))
    return represent(here, fmt, lambda: write(here, description.triples, fmt))


@bp.get(f"/<any({', '.join(LANGUAGES)}):lang>/graph/<name>")
def graph_page(lang: str, name: str) -> Response:
    """The page of a named graph."""
    here = site()
    description = describe.describe_graph(here.store, here.base_iri, name)
    return represent(
        here,
        HTML,
        lambda: render_template(
            "graph.html",
            name=name,
            iri=str(description.thing),
            title=here.names.title(description.thing, lang),
            facts=panels.facts(here, description.thing, lang),
        ),
        language=lang,
        links=alternates(here, "documents.graph_variant", name=name),
    )


def write(here: Site, triples: Iterable[Triple], fmt: Format) -> bytes:
    """A graph without blank nodes in a format; JSON-LD with our own context."""
    if fmt is JSON_LD:
        address = absolute(here, url_for("vocabulary.context"))
        return jsonld.write(triples, here.vocabulary.context, address)
    return graphs.serialise(triples, fmt)


def _send(here: Site, kind: str, key: str, fmt: Format, vary: tuple[str, ...] = ()) -> Response:
    def make() -> bytes:
        return write(here, describe.describe(here.store, here.base_iri, kind, key).triples, fmt)

    thing = iris.thing(here.base_iri, kind, key)
    links = [
        *alternates(here, "documents.variant", kind=kind, key=key),
        (absolute(here, url_for("documents.document", kind=kind, key=key)), "canonical", ""),
        (str(thing), _PRIMARY_TOPIC, ""),
        *((str(licence), "license", "") for licence in describe.find_dataset(here.store, thing).licences),
    ]
    location = url_for("documents.variant", kind=kind, key=key, extension=fmt.extension)
    return represent(here, fmt, make, vary=vary, location=location, links=links)


def _send_list(here: Site, kind: str, fmt: Format, vary: tuple[str, ...] = ()) -> Response:
    found: Listing = describe.list_things(here.store, here.base_iri, kind, page_number())
    path = url_for("documents.listing_variant", kind=kind, extension=fmt.extension)
    links = [
        (absolute(here, f"{path}?page={number}"), relation, fmt.media_type)
        for relation, number in (("prev", found.page - 1), ("next", found.page + 1))
        if 1 <= number <= found.pages
    ]
    location = path if found.page == 1 else f"{path}?page={found.page}"
    return represent(
        here, fmt, lambda: write(here, found.triples, fmt), vary=vary, links=links, location=location
    )


def _withdrawn(here: Site, kind: str, key: str, fmt: Format, gone: EntityGone) -> Response:
    """410 with what is left: a small document for machines, a page for people."""
    if fmt is HTML:
        raise gone
    left = describe.tombstone(here.base_iri, kind, key.lower(), gone)
    return represent(
        here, fmt, lambda: write(here, left.triples, fmt), status=410, vary=("Accept",), cache=AN_HOUR
    )


def page_number() -> int:
    """The page that a list is asked for.

    Raises:
        MalformedRequest: it is not a number.
    """
    text = request.args.get("page", "1")
    if not text.isascii() or not text.isdigit() or len(text) > 6 or int(text) < 1:
        raise MalformedRequest("page: must be a whole number from 1")
    return int(text)


def _resolve(here: Site, kind: str, key: str) -> str:
    return describe.resolve(here.store, here.base_iri, here.snapshot.keys, kind, key)


def _chosen(extension: str = "") -> Format:
    return choose_format(request.headers.get("Accept"), extension)


def _language(here: Site) -> str:
    g.language = reader_language(here.manifest.default_language)
    return str(g.language)


def _variant(here: Site, kind: str, key: str, fmt: Format) -> str:
    if fmt is HTML:
        return url_for("pages.thing", lang=_language(here), kind=kind, key=key)
    return url_for("documents.variant", kind=kind, key=key, extension=fmt.extension)


def _vary(fmt: Format) -> tuple[str, ...]:
    return ("Accept", "Accept-Language") if fmt is HTML else ("Accept",)


def alternates(here: Site, endpoint: str, **names: Any) -> list[Link]:
    """The Link headers to the data formats of a page or document."""
    return [
        (absolute(here, url_for(endpoint, **names, extension=fmt.extension)), "alternate", fmt.media_type)
        for fmt in DOCUMENT_FORMATS
        if fmt is not HTML
    ]
