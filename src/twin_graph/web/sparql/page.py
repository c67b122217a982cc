"""The page to ask from: its form, a result or what is wrong with the query, the query elsewhere, the examples.

Evaluates nothing and reads no request: `web.sparql` passes what was asked and what came of it.

    terms.py      how the terms of a result are shown
    mistake.py    where a query is wrong
    snippets.py   the query as a program
    limits.py     what the service does not do, in words
    views.py      a result as a map or a timeline
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from flask import Response, g, render_template, url_for

from twin_graph import sparql
from twin_graph.dates import latest
from twin_graph.errors import EntityNotFound
from twin_graph.formats import GRAPH_FORMATS, HTML, RESULT_FORMATS, Format
from twin_graph.namespaces import PREFIXES
from twin_graph.queries import Query, load, runnable
from twin_graph.sparql import Table
from twin_graph.web import addresses
from twin_graph.web.dates import format_number
from twin_graph.web.languages import OWN_NAMES, gettext
from twin_graph.web.site import site
from twin_graph.web.sparql.limits import show_limits
from twin_graph.web.sparql.mistake import find_mistake
from twin_graph.web.sparql.protocol import MAX_ADDRESS
from twin_graph.web.sparql.snippets import SNIPPETS
from twin_graph.web.sparql.terms import ShownTable, names_of, show_table, without_idle_prefixes
from twin_graph.web.sparql.views import TABLE, View, draw, offered
from twin_graph.worker import QueryLimits
from twin_graph.workspace import LANGUAGES

SHOWN_ROWS = 500
FORMAT_NAMES = {"json": "JSON", "xml": "XML", "csv": "CSV", "tsv": "TSV", "turtle": "Turtle",
                "n-triples": "N-Triples", "rdf-xml": "RDF/XML", "json-ld": "JSON-LD"}  # fmt: skip
_REPEATED = ("default-graph-uri", "named-graph-uri", "timeout")
_MISTAKES = (400, 403, 413, 414)
Parameters = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Choice:
    """A way to see the result: its name, its word, its path or nothing, whether it is chosen."""

    name: str
    title: str
    path: str
    chosen: bool


@dataclass(frozen=True)
class Example:
    """A question: its title, the path that fills the form, the one that runs it, whether it is in the form."""

    title: str
    path: str
    run: str
    chosen: bool


def example_text(name: str) -> str:
    """The text of one of the questions, ready to be run.

    Raises:
        EntityNotFound: there is no such question.
    """
    found = next((query for query in site().questions if query.name == name), None)
    if found is None:
        raise EntityNotFound(f"there is no example “{name[:64]}”")
    return runnable(found, site().base_iri)


def render_page(
    query: str,
    status: int = 200,
    *,
    example: str = "",
    parameters: Parameters = (),
    table: Table | None = None,
    graph: str | None = None,
    rows: int | None = None,
    problem: object = None,
    detail: str = "",
    seconds: float | None = None,
    **values: object,
) -> Response:
    """The page, in the language of the request.

    Args:
        query: the text in the form; empty for the one that the page suggests.
        example: name of the question that `query` is.
        parameters: of the request; those about the dataset and the time limit are kept in every address, and
            `view` in those of pages.
        table: the first rows of a SELECT or the truth value of an ASK.
        graph: the beginning of a CONSTRUCT or DESCRIBE in Turtle; `cut` says that it is longer.
        rows: how many rows or triples the whole result has, None where nobody has counted.
        problem: the kind of problem that the request met, a `web.errors.Problem`, and `detail` about it.
        seconds: how long the query ran.
        values: `cut`, and `kept`: whether the answer was there already.
    """
    mistake = find_mistake(query, detail)
    # Browsers send the ends of lines of a form as CR LF.
    query = query.replace("\r\n", "\n")
    text = query or runnable(load("start"), site().base_iri, language=g.language).strip()
    asked = tuple((name, value) for name, value in parameters if name in _REPEATED and value)
    shown = _shown(table, text) if table and table.boolean is None else None
    view = _view(dict(parameters).get("view", ""), table, shown)
    page = (*asked, ("view", view.name)) if view else asked
    body = render_template(
        "sparql.html",
        languages=[(code, OWN_NAMES[code], _path_in(code, query, example, page)) for code in LANGUAGES],
        examples=[_example(each, example) for each in site().questions],
        problem=problem,
        detail=detail,
        mistake=mistake,
        snippets=() if status in _MISTAKES else _snippets(text, asked),
        **_about_service(),
        **_about_query(text, asked),
        **_about_result(text, asked, table, graph),
        permalink=_address(text, page),
        table=shown,
        view=view,
        views=_choices(text, asked, table, view) if shown else (),
        rows=len(table.rows) if table and rows is None and not table.more else rows,
        duration="" if seconds is None else _duration(seconds),
        **values,
    )
    response = Response(body, status, content_type=HTML.content_type)
    response.headers["Content-Language"] = g.language
    return response


def _about_service() -> dict[str, object]:
    here = site()
    limits = QueryLimits.from_settings(here.settings)
    return {
        "result_formats": _named(RESULT_FORMATS),
        "graph_formats": _named(GRAPH_FORMATS),
        "limits": limits,
        "limit_rows": show_limits(limits),
        "dump": f"{here.prefix}/graphs?default",
        "prefixes": PREFIXES,
        "max_address": MAX_ADDRESS,
    }


def _about_query(text: str, asked: Parameters) -> dict[str, object]:
    return {
        "text": text,
        "asked": asked,
        "timeout": dict(asked).get("timeout", ""),
    }


def _about_result(text: str, asked: Parameters, table: Table | None, graph: str | None) -> dict[str, object]:
    return {
        "boolean": table.boolean if table else None,
        "more": table.more if table else False,
        "graph": None if graph is None else without_idle_prefixes(graph),
        "downloads": _downloads(text, asked, RESULT_FORMATS if table else GRAPH_FORMATS),
    }


def _shown(table: Table, query: str) -> ShownTable:
    base_iri, language = site().base_iri, g.language
    return show_table(
        table,
        names_of(query, base_iri),
        lambda iri: addresses.page(base_iri, iri, language) or addresses.external(iri),
    )


def _view(wanted: str, table: Table | None, shown: ShownTable | None) -> View | None:
    """The drawing that is asked for; None where that is the table alone, or the result has no such view."""
    if not table or not shown:
        return None
    day = latest(site().manifest.valid_on) or datetime.now(UTC).date()
    return draw(wanted, table, shown, _asset, day)


def _asset(name: str) -> str:
    return url_for("pages.static", digest=site().assets, name=name)


def _choices(text: str, asked: Parameters, table: Table | None, view: View | None) -> list[Choice]:
    """The ways to see a result, none where there is only its table."""
    names = offered(table) if table else ()
    titles = {
        "table": gettext("Table"),
        "map": gettext("Map and table"),
        "timeline": gettext("Timeline and table"),
    }
    page = [*asked, ("lang", g.language), ("format", "html")]
    return [
        Choice(
            name,
            titles[name],
            _address(text, page if name == TABLE else [*page, ("view", name)]),
            chosen=name == (view.name if view else TABLE),
        )
        for name in (names if len(names) > 1 else ())
    ]


def _duration(seconds: float) -> str:
    if seconds < 1:
        return gettext("%(number)s ms") % {"number": format_number(f"{seconds * 1000:.1f}", g.language)}
    return gettext("%(number)s s") % {"number": format_number(f"{seconds:.2f}", g.language)}


def _named(formats: Sequence[Format]) -> list[tuple[str, str, str]]:
    return [(fmt.name, FORMAT_NAMES[fmt.name], fmt.media_type) for fmt in formats]


def _example(query: Query, chosen: str) -> Example:
    text = runnable(query, site().base_iri)
    run = _address(text, [("lang", g.language), ("format", "html")])
    path = _path_in(g.language, "", query.name)
    return Example(query.title(g.language), path, run and f"{run}#result", chosen=query.name == chosen)


def _downloads(query: str, asked: Parameters, formats: Sequence[Format]) -> list[tuple[str, str, str, str]]:
    """Name, title, extension and address of the result in each format; no address where it would be too long."""
    return [
        (fmt.name, FORMAT_NAMES[fmt.name], fmt.extension, _address(query, [*asked, ("format", fmt.name)]))
        for fmt in formats
    ]


def _snippets(query: str, asked: Parameters) -> list[tuple[str, str, str]]:
    """Name, title and text of each program."""
    endpoint = sparql.endpoint_of(site().base_iri) + (f"?{urlencode(asked)}" if asked else "")
    form = sparql.form_of(query)
    return [(each.name, each.title, each.make(query, endpoint, form)) for each in SNIPPETS]


def _address(query: str, parameters: Parameters) -> str:
    """Path that asks a query by GET; empty where the query is too long for an address."""
    words = urlencode([("query", query), *parameters])
    return f"{url_for('sparql.endpoint')}?{words}" if len(words) <= MAX_ADDRESS else ""


def _path_in(language: str, query: str, example: str = "", asked: Parameters = ()) -> str:
    """This page in another language; a query too long for an address is left out."""
    if example:
        return url_for("sparql.endpoint", lang=language, example=example)
    page = [("lang", language), ("format", "html"), *asked]
    return (query and _address(query, page)) or url_for("sparql.endpoint", lang=language)
