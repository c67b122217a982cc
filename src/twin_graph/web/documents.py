"""`/id`, `/doc` and `/graph`: things, their documents and lists as linked data.

A thing answers 303 to the document of the negotiated variant; a document has an address of its own in each
format. What a document holds is `describe`, how it is written and where else it is `variants`; how it looks to
people is `pages`.
"""

from __future__ import annotations

from flask import Blueprint, Response, render_template, url_for
from rdflib.namespace import FOAF

from twin_graph import describe
from twin_graph.errors import EntityGone, EntityNotFound, NotAcceptable
from twin_graph.formats import (
    DOCUMENT_FORMATS,
    GEO_JSON,
    HTML,
    JSON_LD_SCHEMA,
    LIST_FORMATS,
    THING_FORMATS,
    Format,
)
from twin_graph.web import geojson, panels, schema_org, variants
from twin_graph.web.choice import PARAMETERS, choose, language, vary
from twin_graph.web.responses import AN_HOUR, Link, absolute, is_here, page_number, redirect, represent
from twin_graph.web.site import Site, site
from twin_graph.web.variants import Variants, alternates, write
from twin_graph.workspace import LANGUAGES

__all__ = ["PARAMETERS", "alternates", "bp", "page_number", "write"]

bp = Blueprint("documents", __name__)
# What a withdrawn thing has left: statements, but no place.
_LEFT = tuple(fmt for fmt in THING_FORMATS if fmt not in (GEO_JSON, JSON_LD_SCHEMA))


def _any(formats: tuple[Format, ...]) -> str:
    return f"<any({', '.join(dict.fromkeys(fmt.extension for fmt in formats))}):extension>"


@bp.get("/id/<kind>/<key>")
def thing(kind: str, key: str) -> Response:
    """303 to the document of the thing, in the negotiated variant."""
    here = site()
    try:
        canonical = _resolve(here, kind, key)
    except EntityGone as gone:
        return _withdrawn(here, kind, key, gone)
    if not is_here(path := url_for("documents.thing", kind=kind, key=canonical)):
        return redirect(here, path, 301)
    found = variants.of_thing(here, kind, key)
    fmt = choose(here, found)
    links = [(absolute(here, url_for("documents.document", kind=kind, key=key)), "describedby", "")]
    path = _page_of(here, kind, key) if fmt is HTML else found.path(fmt)
    return redirect(here, path, vary=vary(fmt), links=links)


@bp.get("/doc/<kind>/<key>")
@bp.get(f"/doc/<kind>/<key>.{_any(THING_FORMATS)}", endpoint="variant")
def document(kind: str, key: str, extension: str = "") -> Response:
    """The document in the negotiated format, or in that of the address; 303 to the page for HTML."""
    here = site()
    try:
        canonical = _resolve(here, kind, key)
    except EntityGone as gone:
        return _withdrawn(here, kind, key, gone, extension)
    endpoint, ending = ("documents.variant", extension) if extension else ("documents.document", None)
    if not is_here(path := url_for(endpoint, kind=kind, key=canonical, extension=ending)):
        return redirect(here, path, 301)
    found = variants.of_thing(here, kind, key)
    fmt = choose(here, found, extension)
    if fmt is HTML:
        return redirect(here, _page_of(here, kind, key), vary=vary(fmt, extension))
    return _send(here, kind, key, found, fmt, extension)


@bp.get("/doc/<kind>")
@bp.get(f"/doc/<kind>.{_any(LIST_FORMATS)}", endpoint="listing_variant")
def listing(kind: str, extension: str = "") -> Response:
    """The list of a kind in the negotiated format, or in that of the address."""
    here, kind = site(), describe.find_kind(kind).name
    if not extension and not is_here(path := url_for("documents.listing", kind=kind)):
        return redirect(here, path, 301)
    found = variants.of_list(kind)
    fmt = choose(here, found, extension)
    if fmt is HTML:
        number = page_number()
        size = describe.PAGE_SIZE if number > 1 else None
        path = url_for(
            "pages.listing", lang=language(here), kind=kind, size=size, page=number if size else None
        )
        return redirect(here, path, vary=vary(fmt, extension))
    return _send_list(here, kind, found, fmt, extension)


@bp.get("/graph/<name>")
@bp.get(f"/graph/<name>.{_any(DOCUMENT_FORMATS)}", endpoint="graph_variant")
def graph(name: str, extension: str = "") -> Response:
    """What is known of a named graph, in the negotiated format or in that of the address."""
    here = site()
    description = describe.describe_graph(
        here.store, here.base_iri, name if extension else name.lower(), here.names.made
    )
    if not extension and not is_here(path := url_for("documents.graph", name=name.lower())):
        return redirect(here, path, 301)
    found = variants.of_graph(name)
    fmt = choose(here, found, extension)
    if fmt is HTML:
        path = url_for("documents.graph_page", lang=language(here), name=name)
        return redirect(here, path, vary=vary(fmt, extension))
    return represent(
        here,
        fmt,
        lambda: write(here, description.triples, fmt, description.thing),
        vary=vary(fmt, extension),
        parameters=PARAMETERS,
        location=found.path(fmt),
        links=[
            *found.links(here, with_page=True),
            (str(description.thing), "canonical", ""),
            *variants.graph_links(here, name),
            *_profile(fmt),
        ],
    )


@bp.get(f"/<any({', '.join(LANGUAGES)}):lang>/graph/<name>")
def graph_page(lang: str, name: str) -> Response:
    """The page of a named graph."""
    here = site()
    description = describe.describe_graph(here.store, here.base_iri, name)
    found = variants.of_graph(name)
    return represent(
        here,
        HTML,
        lambda: render_template(
            "graph.html",
            name=name,
            iri=str(description.thing),
            title=here.names.title(description.thing, lang),
            facts=panels.facts(here, description.thing, lang),
            data_formats=[(fmt, found.path(fmt)) for fmt in found.formats if fmt is not HTML],
        ),
        language=lang,
        also=here.published,
        links=[
            (str(description.thing), "describedby", ""),
            *found.links(here),
            *variants.graph_links(here, name),
        ],
    )


def _send(here: Site, kind: str, key: str, found: Variants, fmt: Format, extension: str) -> Response:
    """One page of a document."""
    number = page_number()
    pages = 1 if fmt in found.whole else describe.count_pages(here.store, here.base_iri, kind, key)
    describe.check_page(number, pages)

    def make() -> str | bytes:
        if fmt is GEO_JSON:
            return geojson.write(here, kind, key)
        if fmt is JSON_LD_SCHEMA:
            return schema_org.describe(here, kind, key, here.manifest.default_language)
        made = describe.describe(here.store, here.base_iri, kind, key, number, titles=here.names.made)
        return write(here, made.triples, fmt, made.thing)

    canonical = url_for("documents.document", kind=kind, key=key, page=number if number > 1 else None)
    links = [
        *found.links(here, number, with_page=True),
        *found.turns(here, fmt, number, pages),
        (absolute(here, canonical), "canonical", ""),
        *variants.thing_links(here, kind, key),
        *_profile(fmt),
    ]
    location = found.path(fmt, number)
    return represent(
        here, fmt, make, parameters=PARAMETERS, vary=vary(fmt, extension), location=location, links=links
    )


def _send_list(here: Site, kind: str, found: Variants, fmt: Format, extension: str) -> Response:
    """One page of a list."""
    number = page_number()
    made = describe.list_things(here.store, here.base_iri, kind, number, titles=here.names.made)
    canonical = url_for("documents.listing", kind=kind, page=number if number > 1 else None)
    links = [
        *found.links(here, number, with_page=True),
        *found.turns(here, fmt, number, made.pages),
        (absolute(here, canonical), "canonical", ""),
        *variants.list_links(here, kind),
        *_profile(fmt),
    ]
    return represent(
        here,
        fmt,
        lambda: variants.write_list(here, kind, made, fmt),
        parameters=PARAMETERS,
        vary=vary(fmt, extension),
        links=links,
        location=found.path(fmt, number),
    )


def _withdrawn(here: Site, kind: str, key: str, gone: EntityGone, extension: str = "") -> Response:
    """410 with what is left: a small document for machines, a page for people."""
    found = Variants(_LEFT, "documents.variant", {"kind": kind, "key": key.lower()})
    try:
        fmt = choose(here, found, extension)
    except (NotAcceptable, EntityNotFound):
        raise gone from None
    if fmt is HTML:
        raise gone
    left = describe.find_tombstone(here.snapshot.keys, kind, key)
    made = describe.tombstone(here.store, here.base_iri, kind, key.lower(), left, here.names.made)
    canonical = absolute(here, url_for("documents.document", kind=kind, key=key.lower()))
    return represent(
        here,
        fmt,
        lambda: write(here, made.triples, fmt, made.thing),
        parameters=PARAMETERS,
        status=410,
        vary=vary(fmt, extension),
        location=found.path(fmt),
        links=[
            *found.links(here, with_page=True),
            (canonical, "canonical", ""),
            (str(made.thing), str(FOAF.primaryTopic), ""),
            *variants.list_links(here, kind),
            *_profile(fmt),
        ],
        cache=AN_HOUR,
    )


def _resolve(here: Site, kind: str, key: str) -> str:
    return describe.resolve(here.store, here.base_iri, here.snapshot.keys, kind, key)


def _profile(fmt: Format) -> list[Link]:
    """The Link header to what a representation conforms to."""
    profile = variants.profile_of(fmt)
    return [(profile, "profile", "")] if profile else []


def _page_of(here: Site, kind: str, key: str) -> str:
    return url_for("pages.thing", lang=language(here), kind=kind, key=key)
