"""The pages for people: home, lists, a page for each thing, and what this site is.

What they show is made elsewhere: `home`, `lists`, `things`. Links are paths.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, render_template, request, send_from_directory, url_for

from twin_graph import describe
from twin_graph.formats import HTML, TURTLE
from twin_graph.web import browse, dumps, feeds, lists, moments, tables, things
from twin_graph.web import home as home_page
from twin_graph.web import report as report_values
from twin_graph.web.documents import alternates, page_number
from twin_graph.web.languages import N_, catalogue, reader_language
from twin_graph.web.openapi.links import service_links
from twin_graph.web.panels import Panel
from twin_graph.web.responses import absolute, is_here, redirect, represent
from twin_graph.web.site import STATIC, Site, site
from twin_graph.web.tables import questions, writers
from twin_graph.web.tables.links import BY_EXTENSION, DOWNLOADS
from twin_graph.web.variants import thing_links
from twin_graph.web.wikidata import find_view
from twin_graph.workspace import LANGUAGES

bp = Blueprint("pages", __name__)
_LANG = f"<any({', '.join(LANGUAGES)}):lang>"
_EXTENSION = f"<any({', '.join(BY_EXTENSION)}):extension>"
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
        here, HTML, lambda: render_template("home.html", **home_page.values(here, lang)), language=lang,
        links=service_links(here),
        also=here.published,
    )  # fmt: skip


@bp.get(f"/{_LANG}/<kind>")
def listing(lang: str, kind: str) -> Response:
    """The things of a kind, by facets and by name."""
    return browse.answer(lang, kind)


@bp.get(f"/{_LANG}/<kind>/<key>")
def thing(lang: str, kind: str, key: str) -> Response:
    """The page of one thing."""
    here = site()
    canonical = describe.resolve(here.store, here.base_iri, here.snapshot.keys, kind, key)
    if not is_here(path := url_for("pages.thing", lang=lang, kind=kind, key=canonical)):
        return redirect(here, path, 301)
    moment = moments.asked(here) if kind in moments.KINDS else None
    return represent(
        here,
        HTML,
        lambda: things.render(here, lang, kind, key, moment),
        language=lang,
        parameters=tables.parameters_of(kind),
        # A city's says how many findings are not decided, a register's which files there are.
        also=find_view().digest if kind == "city" else here.published if kind == "register" else "",
        links=[
            (_data(here, "documents.document", kind=kind, key=key), "describedby", ""),
            # The documents are not cut to a day, so that they are no other forms of a page that is.
            *(
                thing_links(here, kind, key)
                if moment
                else alternates(here, "documents.variant", kind=kind, key=key)
            ),
        ],
    )


@bp.get(f"/{_LANG}/about")
def about(lang: str) -> Response:
    """What this is, where the data come from and how they may be used."""
    here = site()
    return represent(
        here,
        HTML,
        lambda: render_template(
            "about.html",
            graphs=lists.graphs(here, lang),
            imprint=here.imprint,
            **dumps.values(here, lang),
            downloads=_files("pages.graphs_file", lang) + questions.of_graphs(here, lang),
            stream=feeds.stream(here),
        ),
        language=lang,
        links=service_links(here),
        also=here.published,
    )


@bp.get(f"/{_LANG}/report")
def report(lang: str) -> Response:
    """What the rules say about the data of the snapshot, five hundred findings to a page."""
    here = site()
    values = report_values.values(here, lang, page_number())
    values["downloads"] = _files("pages.report_file", lang)
    return represent(here, HTML, lambda: render_template("report.html", **values), language=lang)


@bp.get(f"/{_LANG}/report.{_EXTENSION}")
def report_file(lang: str, extension: str) -> Response:
    """The whole report as a file; as Turtle it is a report of SHACL."""
    here, fmt = site(), BY_EXTENSION[extension]
    if fmt is TURTLE:
        return represent(here, TURTLE, lambda: here.snapshot.read("report.ttl"))
    return _send(here, lang, extension, "report", lambda: report_values.table(here, lang))


@bp.get(f"/{_LANG}/about/graphs.{_EXTENSION}")
def graphs_file(lang: str, extension: str) -> Response:
    """The published graphs as a file."""
    here = site()
    return _send(here, lang, extension, "graphs", lambda: lists.graphs_table(here, lang))


def _send(here: Site, lang: str, extension: str, name: str, make: Callable[[], Panel]) -> Response:
    titles = {"report": N_("Validation report"), "graphs": N_("Named graphs")}
    origin = writers.origin(here, lang, catalogue(lang).gettext(titles[name]), None, request.path)
    return tables.send(BY_EXTENSION[extension], f"{name}-{lang}", origin, make, parameters=())


def _files(endpoint: str, lang: str) -> list[tuple[str, str]]:
    """Title and path of each file of a table."""
    return [(fmt.title, url_for(endpoint, lang=lang, extension=fmt.extension)) for fmt in DOWNLOADS]


@bp.get("/static/<digest>/<path:name>")
def static(digest: str, name: str) -> Response:
    """A static file; its address changes with its content, so that it may be kept for ever."""
    here = site()
    if digest != here.assets:
        abort(404)
    response = send_from_directory(STATIC, name)
    response.headers["Cache-Control"] = _FOREVER
    return response


def _data(here: Site, endpoint: str, **names: Any) -> str:
    return absolute(here, url_for(endpoint, **names))
