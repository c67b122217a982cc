"""`/catalog`: what is published and where it can be had, for data portals and for people.

    facts.py   what the site has to tell
    page.py    the same for people

The catalogue is made of its facts when somebody asks; its statements are `twin_graph.catalog`.
"""

from __future__ import annotations

import hashlib

from flask import Blueprint, Response, render_template, url_for

from twin_graph import catalog, graphs
from twin_graph.catalog import Facts
from twin_graph.formats import DOCUMENT_FORMATS, HTML, Format
from twin_graph.web.catalog.facts import gather
from twin_graph.web.catalog.page import values
from twin_graph.web.choice import PARAMETERS, choose, language, vary
from twin_graph.web.responses import Link, absolute, is_here, redirect, represent
from twin_graph.web.site import site
from twin_graph.web.variants import Variants
from twin_graph.workspace import LANGUAGES

bp = Blueprint("catalog", __name__)
PROFILE = "http://data.europa.eu/r5r/"
_LANG = f"<any({', '.join(LANGUAGES)}):lang>"
_EXTENSIONS = ", ".join(fmt.extension for fmt in DOCUMENT_FORMATS)
_FORMATS = Variants(DOCUMENT_FORMATS, "catalog.description", {})


@bp.get("/catalog")
@bp.get(f"/catalog.<any({_EXTENSIONS}):extension>")
def description(extension: str = "") -> Response:
    """The catalogue in the negotiated format, or in that of the address; 303 to the page for HTML."""
    here = site()
    if not extension and not is_here(path := url_for("catalog.description")):
        return redirect(here, path, 301)
    fmt = choose(here, _FORMATS, extension)
    if fmt is HTML:
        path = url_for("catalog.page", lang=language(here))
        return redirect(here, path, vary=vary(fmt, extension))
    facts = gather(here)
    links: list[Link] = [
        *_FORMATS.links(here, with_page=True),
        (absolute(here, url_for("catalog.description")), "canonical", ""),
        (PROFILE, "profile", ""),
    ]
    return represent(here, fmt, lambda: _write(facts, fmt), parameters=PARAMETERS, vary=vary(fmt, extension),
                     location=_FORMATS.path(fmt), links=links, also=_digest(facts))  # fmt: skip


@bp.get(f"/{_LANG}/catalog")
def page(lang: str) -> Response:
    """The catalogue for people."""
    here = site()
    if not is_here(path := url_for("catalog.page", lang=lang)):
        return redirect(here, path, 301)
    facts = gather(here)
    return represent(
        here,
        HTML,
        lambda: render_template("catalog.html", data_formats=_data_formats(), **values(here, facts, lang)),
        language=lang,
        links=[(absolute(here, url_for("catalog.description")), "describedby", ""), *_FORMATS.links(here)],
        also=_digest(facts),
    )


def _write(facts: Facts, fmt: Format) -> bytes:
    return graphs.serialise(catalog.describe_catalog(facts), fmt)


def _data_formats() -> list[tuple[Format, str]]:
    return [(fmt, _FORMATS.path(fmt)) for fmt in _FORMATS.formats if fmt is not HTML]


def _digest(facts: Facts) -> str:
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:20]


__all__ = ["bp", "gather"]
