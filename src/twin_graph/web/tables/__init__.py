"""Tables alone: each table of a page has an address, and its rows as a file at the same address with a suffix.

    links.py      where a table, its downloads and its query are; the links that sort it
    declared.py   the columns of files
    writers.py    CSV, XLSX and JSON of the rows

`/{lang}/{kind}/{key}/{panel}` is the table of `queries/{kind}_{panel}.rq`, with `-` for `_`;
`/{lang}/home/{panel}` one of the home page, `/{lang}/reports/{panel}` the report `queries/report_{panel}.rq`.
Sorting and filters are in the address and hold for the files too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Any

from flask import Blueprint, Response, render_template
from rdflib import URIRef

from twin_graph import describe, iris
from twin_graph.errors import EntityNotFound, MalformedRequest
from twin_graph.formats import CSV, HTML, TURTLE, XLSX, Format
from twin_graph.queries import Query, load, load_all
from twin_graph.web import moments, panels
from twin_graph.web.moments import Moment
from twin_graph.web.panels import Panel
from twin_graph.web.responses import Link, absolute, is_here, redirect, represent
from twin_graph.web.site import Site, site
from twin_graph.web.tables import declared, links, writers
from twin_graph.web.tables.writers import Origin
from twin_graph.web.understood import read_words, with_words
from twin_graph.workspace import LANGUAGES

__all__ = ["bp", "parameters_of", "send"]

bp = Blueprint("tables", __name__)
_LANG = f"<any({', '.join(LANGUAGES)}):lang>"
_EXTENSION = f"<any({', '.join(fmt.extension for fmt in links.DOWNLOADS)}):extension>"
_SAVED = (CSV, XLSX)  # a browser shows the others


@bp.get(f"/{_LANG}/home/<panel>", defaults={"section": "home"})
@bp.get(f"/{_LANG}/reports/<panel>", defaults={"section": "report"})
def home_table(lang: str, section: str, panel: str) -> Response:
    """A table of the home page, or a report."""
    return _answer_home(lang, section, panel, HTML)


@bp.get(f"/{_LANG}/home/<panel>.{_EXTENSION}", defaults={"section": "home"})
@bp.get(f"/{_LANG}/reports/<panel>.{_EXTENSION}", defaults={"section": "report"})
def home_file(lang: str, section: str, panel: str, extension: str) -> Response:
    """The rows of a table of the home page, or of a report, as a file."""
    return _answer_home(lang, section, panel, links.BY_EXTENSION[extension])


@bp.get(f"/{_LANG}/<kind>/<key>/<panel>")
def table(lang: str, kind: str, key: str, panel: str) -> Response:
    """A table of the page of a thing."""
    return _answer(lang, kind, key, panel, HTML)


@bp.get(f"/{_LANG}/<kind>/<key>/<panel>.{_EXTENSION}")
def file(lang: str, kind: str, key: str, panel: str, extension: str) -> Response:
    """The rows of a table of the page of a thing as a file."""
    return _answer(lang, kind, key, panel, links.BY_EXTENSION[extension])


@bp.get(f"/{_LANG}/home/<panel>/query", defaults={"section": "home"})
@bp.get(f"/{_LANG}/reports/<panel>/query", defaults={"section": "report"})
def home_query(lang: str, section: str, panel: str) -> Response:
    """303 to the query page with the query of a table of the home page, or of a report."""
    return _ask(lang, _find(section, panel), "")


@bp.get(f"/{_LANG}/<kind>/<key>/<panel>/query")
def query(lang: str, kind: str, key: str, panel: str) -> Response:
    """303 to the query page with the query of a table of the page of a thing."""
    here = site()
    canonical = describe.resolve(here.store, here.base_iri, here.snapshot.keys, kind, key)
    return _ask(lang, _find(kind, panel), canonical)


def parameters_of(kind: str) -> tuple[str, ...]:
    """The query parameters by which the tables on the pages of a kind are sorted and filtered."""
    return ("sort", *sorted({name for query in load_all(f"{kind}_") for name in _filters(query)}))


def send(fmt: Format, name: str, origin: Origin, make: Callable[[], Panel], *, parameters: Iterable[str],
         links: Iterable[Link] = ()) -> Response:  # fmt: skip
    """The rows of a table as a file.

    Args:
        name: of the file, without its extension; ASCII.
        parameters: those that choose the rows.
    """
    here = site()
    write = _writer(here, fmt, origin)
    response = represent(here, fmt, lambda: write(make()), parameters=parameters, links=links,
                         language="" if fmt is TURTLE else origin.language)  # fmt: skip
    how = "attachment" if fmt in _SAVED else "inline"
    response.headers["Content-Disposition"] = f'{how}; filename="{name}.{fmt.extension}"'
    return response


def _writer(here: Site, fmt: Format, origin: Origin) -> Callable[[Panel], bytes]:
    if fmt is XLSX:
        return partial(writers.write_xlsx, origin)
    if fmt is TURTLE:
        return partial(_write_turtle, here)
    return writers.write_csv if fmt is CSV else writers.write_json


def _ask(lang: str, query: Query, key: str) -> Response:
    """To the query page.

    Raises:
        EntityNotFound: the query is too long for an address.
    """
    day = (
        {moments.VARIABLE: moments.asked_or_latest(site()).day.isoformat()}
        if moments.depends_on(query)
        else {}
    )
    path = links.query_page(query.name, key, lang, **day)
    if not path:
        raise EntityNotFound("the query of this table is too long for an address")
    return redirect(site(), path)


def _answer_home(lang: str, section: str, panel: str, fmt: Format) -> Response:
    query = _find(section, panel)
    return _represent(site(), lang, query, fmt, None, f"{section}-{panel}")


def _answer(lang: str, kind: str, key: str, panel: str, fmt: Format) -> Response:
    here = site()
    canonical = describe.resolve(here.store, here.base_iri, here.snapshot.keys, kind, key)
    query = _find(kind, panel)
    this = iris.thing(here.base_iri, kind, canonical)
    path = links.path(lang, query.name, here.base_iri, this, fmt)
    if not is_here(path):
        return redirect(here, path, 301)
    return _represent(here, lang, query, fmt, this, f"{canonical}-{panel}")


def _represent(here: Site, lang: str, query: Query, fmt: Format, this: URIRef | None, name: str) -> Response:
    parameters = _parameters(query)
    moment = moments.asked_or_latest(here) if moments.depends_on(query) else None
    headers = _links(here, lang, query, fmt, this)
    run = partial(_run, here, query, lang, this, moment, is_whole=fmt is not HTML)
    if fmt is HTML:
        return represent(here, HTML, lambda: _render(here, lang, run(), this, moment), language=lang,
                         parameters=parameters, links=headers)  # fmt: skip
    address = with_words(links.path(lang, query.name, here.base_iri, this, fmt), read_words(parameters))
    origin = writers.origin(here, lang, query.title(lang), this, address)
    return send(fmt, f"{name}-{lang}", origin, run, parameters=parameters, links=headers)


def _run(here: Site, query: Query, lang: str, this: URIRef | None, moment: Moment | None, *,
         is_whole: bool) -> Panel:  # fmt: skip
    """The table that the address asks for; for a file with all of its columns.

    Raises:
        MalformedRequest: it cannot be sorted so.
    """
    bound: dict[str, Any] = {"this": this} if this is not None else {}
    if moment is not None:
        bound[moments.VARIABLE] = moment.term
    panel = panels.run(here, query.name, lang, is_whole=is_whole, **bound)
    if is_whole:
        panel = replace(panel, columns=declared.complete(here.store, query, panel.columns))
    panel = replace(panel, kept=moment.words) if moment is not None else panel
    wanted = panel.choice.sort.removeprefix("-")
    known = [column.name for column in panel.columns if column.sortable]
    if wanted and panel.total and wanted not in known:
        raise MalformedRequest(f"sort: must be one of {', '.join(known)}, after “-” for the reverse order")
    return panel


def _render(here: Site, lang: str, panel: Panel, this: URIRef | None, moment: Moment | None) -> str:
    minted = iris.unmint(here.base_iri, str(this)) if this is not None else None
    return render_template(
        "table.html",
        panel=panel,
        moment=moment,
        kind=minted.kind if minted else "",
        key=minted.key if minted else "",
        thing_title=here.names.title(str(this), lang) if this is not None else None,
    )


def _find(kind: str, panel: str) -> Query:
    name = f"{kind}_{panel.replace('-', '_')}"
    if "_" in panel or name not in {query.name for query in load_all(f"{kind}_")}:
        raise EntityNotFound(f"there is no table “{panel[:64]}” here")
    query = load(name)
    names = [parameter.name for parameter in query.parameters if parameter.name != moments.VARIABLE]
    if names != ([] if kind in links.SECTIONS else ["this"]):
        raise EntityNotFound(f"there is no table “{panel[:64]}” here")
    return query


def _parameters(query: Query) -> tuple[str, ...]:
    day = (moments.PARAMETER,) if moments.depends_on(query) else ()
    return (*day, "sort", *_filters(query))


def _filters(query: Query) -> list[str]:
    return query.notes.get("filter", "").split()


def _links(here: Site, lang: str, query: Query, fmt: Format, this: URIRef | None) -> list[Link]:
    words = read_words(_parameters(query))

    def address(other: Format) -> str:
        return with_words(absolute(here, links.path(lang, query.name, here.base_iri, this, other)), words)

    found: list[Link] = [
        (address(each), "alternate", each.media_type) for each in links.DOWNLOADS if each is not fmt
    ]
    if fmt is not HTML:
        found.append((address(HTML), "canonical", HTML.media_type))
    found += [(licence, "license", "") for licence in writers.licences(here, this)]
    return found


def _write_turtle(here: Site, panel: Panel) -> bytes:
    """What is said of the things that the rows are about."""
    return here.store.subjects((row.subject for row in panel.rows if row.subject is not None), TURTLE)
