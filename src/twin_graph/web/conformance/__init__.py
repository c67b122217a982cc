"""`/conformance`: what was tested and what came of it, for programs and for people.

    facts.py   what is known of the snapshot
    page.py    all of it for people

Public suites say what the program does, probes what this edition of the data is like. What came of both is said by
`twin_graph.conformance`; nothing is tested while somebody asks.
"""

from __future__ import annotations

from flask import Blueprint, Response, render_template, url_for

from twin_graph import conformance, graphs
from twin_graph.conformance import Facts
from twin_graph.formats import DOCUMENT_FORMATS, HTML, Format
from twin_graph.graphs import used_prefixes
from twin_graph.namespaces import CONFORMANCE_PREFIXES
from twin_graph.web.choice import PARAMETERS, choose, language, vary
from twin_graph.web.conformance.facts import digest, gather
from twin_graph.web.conformance.page import values
from twin_graph.web.responses import absolute, is_here, redirect, represent
from twin_graph.web.site import site
from twin_graph.web.variants import Variants
from twin_graph.workspace import LANGUAGES

bp = Blueprint("conformance", __name__)
_LANG = f"<any({', '.join(LANGUAGES)}):lang>"
_EXTENSIONS = ", ".join(fmt.extension for fmt in DOCUMENT_FORMATS)
_FORMATS = Variants(DOCUMENT_FORMATS, "conformance.description", {})


@bp.get("/conformance")
@bp.get(f"/conformance.<any({_EXTENSIONS}):extension>")
def description(extension: str = "") -> Response:
    """All of it in the negotiated format, or in that of the address; 303 to the page for HTML."""
    here = site()
    if not extension and not is_here(path := url_for("conformance.description")):
        return redirect(here, path, 301)
    fmt = choose(here, _FORMATS, extension)
    if fmt is HTML:
        path = url_for("conformance.page", lang=language(here))
        return redirect(here, path, vary=vary(fmt, extension))
    facts = gather(here)
    links = [
        *_FORMATS.links(here, with_page=True),
        (absolute(here, url_for("conformance.description")), "canonical", ""),
    ]
    return represent(here, fmt, lambda: _write(facts, fmt), parameters=PARAMETERS, vary=vary(fmt, extension),
                     location=_FORMATS.path(fmt), links=links, also=digest(facts))  # fmt: skip


@bp.get(f"/{_LANG}/conformance")
def page(lang: str) -> Response:
    """The same for people."""
    here = site()
    if not is_here(path := url_for("conformance.page", lang=lang)):
        return redirect(here, path, 301)
    facts = gather(here)
    links = [(absolute(here, url_for("conformance.description")), "describedby", ""), *_FORMATS.links(here)]
    data_formats = [(fmt, _FORMATS.path(fmt)) for fmt in _FORMATS.formats if fmt is not HTML]
    return represent(
        here,
        HTML,
        lambda: render_template("conformance.html", data_formats=data_formats, **values(here, facts, lang)),
        language=lang,
        links=links,
        also=digest(facts),
    )


def _write(facts: Facts, fmt: Format) -> bytes:
    triples = conformance.describe_conformance(facts)
    return graphs.serialise(triples, fmt, used_prefixes(triples) | CONFORMANCE_PREFIXES)


__all__ = ["bp"]
