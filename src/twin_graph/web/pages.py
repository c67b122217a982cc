"""The pages for people: home, lists, a page for each thing, and what this site is.

A page of a thing is a template per kind that lists its panels; each panel is a query. Links are paths.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, Response, abort, render_template, request, send_from_directory, url_for

from twin_graph import describe, iris
from twin_graph.formats import DOCUMENT_FORMATS, HTML
from twin_graph.web import lists, panels
from twin_graph.web.documents import alternates, page_number
from twin_graph.web.languages import reader_language
from twin_graph.web.responses import Link, absolute, is_here, redirect, represent
from twin_graph.web.site import STATIC, Site, site
from twin_graph.workspace import LANGUAGES

bp = Blueprint("pages", __name__)
_LANG = f"<any({', '.join(LANGUAGES)}):lang>"
_FOREVER = "public, max-age=31536000, immutable"


@bp.get("/")
def root() -> Response:
    """302 to the home page in the reader's language."""
    here = site()
    path = url_for("pages.home", lang=reader_language(here.manifest.default_language))
    return redirect(here, path, 302, vary=("Accept-Language",), cache="public, max-age=300")


@bp.get(f"/{_LANG}/")
def home(lang: str) -> Response:
    """Counts, the start city and the latest agreements."""
    here = site()
    if not is_here(path := url_for("pages.home", lang=lang)):
        return redirect(here, path, 301)
    return represent(
        here, HTML, lambda: render_template("home.html", **lists.home(here, lang)), language=lang
    )


@bp.get(f"/{_LANG}/<kind>")
def listing(lang: str, kind: str) -> Response:
    """The things of a kind, a hundred to a page, and those whose name begins as `q` says."""
    here, found = site(), describe.find_kind(kind)
    if not is_here(path := url_for("pages.listing", lang=lang, kind=found.name)):
        return redirect(here, path, 301)
    page = lists.listing(here, kind, lang, page_number(), request.args.get("q", "")[:100])
    links: list[Link] = [(_data(here, "documents.listing", kind=kind), "alternate", "")]
    return represent(here, HTML, lambda: render_template("list.html", page=page), language=lang, links=links)


@bp.get(f"/{_LANG}/<kind>/<key>")
def thing(lang: str, kind: str, key: str) -> Response:
    """The page of one thing."""
    here = site()
    canonical = describe.resolve(here.store, here.base_iri, here.snapshot.keys, kind, key)
    if not is_here(path := url_for("pages.thing", lang=lang, kind=kind, key=canonical)):
        return redirect(here, path, 301)
    return represent(
        here,
        HTML,
        lambda: _render_thing(here, lang, kind, key),
        language=lang,
        links=[
            (_data(here, "documents.document", kind=kind, key=key), "describedby", ""),
            *alternates(here, "documents.variant", kind=kind, key=key),
        ],
    )


@bp.get(f"/{_LANG}/about")
def about(lang: str) -> Response:
    """What this is, where the data come from and how they may be used."""
    here = site()
    return represent(
        here,
        HTML,
        lambda: render_template("about.html", graphs=lists.graphs(here, lang), imprint=here.imprint),
        language=lang,
    )


@bp.get(f"/{_LANG}/report")
def report(lang: str) -> Response:
    """What the rules say about the data of the snapshot, five hundred findings to a page."""
    here = site()
    values = lists.report(here, lang, page_number())
    return represent(here, HTML, lambda: render_template("report.html", **values), language=lang)


@bp.get("/static/<digest>/<path:name>")
def static(digest: str, name: str) -> Response:
    """A static file; its address changes with its content, so that it may be kept for ever."""
    here = site()
    if digest != here.assets:
        abort(404)
    response = send_from_directory(STATIC, name)
    response.headers["Cache-Control"] = _FOREVER
    return response


def _render_thing(here: Site, lang: str, kind: str, key: str) -> str:
    iri = iris.thing(here.base_iri, kind, key)
    return render_template(
        [f"things/{kind}.html", "thing.html"],
        iri=str(iri),
        kind=kind,
        key=key,
        title=here.names.title(iri, lang),
        sort=here.names.label(here.names.class_of(iri, kind), lang),
        panel=partial(panels.run, here, language=lang, this=iri),
        facts=partial(panels.facts, here, iri, lang),
        registers=here.names.registers(iri),
        formats=[fmt for fmt in DOCUMENT_FORMATS if fmt is not HTML],
    )


def _data(here: Site, endpoint: str, **names: Any) -> str:
    return absolute(here, url_for(endpoint, **names))
