"""The page to ask from: its form, the examples, and a result or what is wrong with a query."""

from __future__ import annotations

from typing import Any

from flask import Response, g, render_template, url_for

from twin_graph.errors import EntityNotFound
from twin_graph.formats import GRAPH_FORMATS, HTML, RESULT_FORMATS
from twin_graph.queries import load_all, runnable
from twin_graph.web.languages import OWN_NAMES
from twin_graph.web.site import site
from twin_graph.web.sparql.protocol import MAX_ADDRESS
from twin_graph.worker import QueryLimits
from twin_graph.workspace import LANGUAGES

SHOWN_ROWS = 500
EXAMPLES = load_all("competency_")


def example_text(name: str) -> str:
    """The text of one of the questions, ready to be run."""
    found = next((query for query in EXAMPLES if query.name == name), None)
    if found is None:
        raise EntityNotFound(f"there is no example “{name[:64]}”")
    return runnable(found, site().base_iri)


def render_page(query: str, status: int = 200, *, example: str = "", **values: object) -> Response:
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
