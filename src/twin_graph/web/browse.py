"""The lists of kinds: filtered by facets and the beginning of a name, sorted, paged, and as files.

What is counted is `twin_graph.browse`; here it gets names, an alphabet and addresses. Everything a reader has
chosen is in the address: `q`, `sort`, `size`, `page`, the day, and each facet by its name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from flask import Blueprint, Response, g, render_template, request, url_for
from rdflib.term import Node

from twin_graph import describe, iris
from twin_graph.browse import Shelf
from twin_graph.errors import EntityNotFound
from twin_graph.formats import HTML, Format
from twin_graph.web import moments
from twin_graph.web.asked import Asked, read_asked
from twin_graph.web.facets import ListPage, letters, pages_around, show_facets
from twin_graph.web.languages import gettext
from twin_graph.web.moments import Moment
from twin_graph.web.panels import Column, Panel, PanelRow, Value, heading, make_values
from twin_graph.web.responses import Link, absolute, is_here, redirect, represent
from twin_graph.web.site import Site, site
from twin_graph.web.tables import declared, links, send, writers
from twin_graph.web.templating import kind_title
from twin_graph.web.understood import with_words
from twin_graph.workspace import LANGUAGES

bp = Blueprint("browse", __name__)
_LANG = f"<any({', '.join(LANGUAGES)}):lang>"
_EXTENSION = f"<any({', '.join(fmt.extension for fmt in links.DOWNLOADS)}):extension>"


@bp.get(f"/{_LANG}/<kind>.{_EXTENSION}")
def file(lang: str, kind: str, extension: str) -> Response:
    """Everything that fits what the address asks for, as a file."""
    return answer(lang, kind, links.BY_EXTENSION[extension])


def answer(lang: str, kind: str, fmt: Format = HTML) -> Response:
    """A list in a language: a page of it, or all of it as a file."""
    here = site()
    name = describe.find_kind(kind).name
    moment = moments.asked(here) if name in moments.LISTS else None
    shelf = here.shelves.on(moment.day if moment else None).shelf(name)
    asked = read_asked(request.args, shelf.facets, ("name", *shelf.shown))
    asked = asked.to(kept=moment.words) if moment else asked
    g.words = asked.words(whole=fmt is not HTML)
    if not is_here(path := _path(lang, name, fmt)):
        return redirect(here, path, 301)
    headers = _links(here, lang, name, fmt, asked)
    parameters = ("q", "sort", *(("size", "page") if fmt is HTML else ()), *shelf.facets)
    if fmt is HTML:
        page = show(here, name, lang, asked, moment)
        return represent(here, HTML, lambda: render_template("list.html", page=page), language=lang,
                         parameters=parameters, links=headers)  # fmt: skip
    origin = writers.origin(here, lang, kind_title(name), None, with_words(path, g.words))
    make = partial(_all_rows, here, name, lang, asked, moment)
    return send(fmt, f"{name}-{lang}", origin, make, parameters=parameters, links=headers)


def show(here: Site, kind: str, language: str, asked: Asked, moment: Moment | None = None) -> ListPage:
    """One page of a list.

    Raises:
        EntityNotFound: the list has no such page.
    """
    shelves = here.shelves.on(moment.day if moment else None)
    shelf, alphabet = shelves.shelf(kind), shelves.alphabet(kind, language)
    among = alphabet.beginning(asked.text) if asked.text else None
    places = shelves.sort(kind, language, shelf.matching(asked.facets, among), asked.sort)
    pages = max(1, -(-len(places) // asked.size))
    if asked.page > pages:
        raise EntityNotFound(f"the list has {pages} page(s)")
    shown = places[(asked.page - 1) * asked.size : asked.page * asked.size]
    base = _path(language, kind, HTML)
    panel = _panel(here, shelf, kind, language, shown)
    return ListPage(
        kind=kind,
        asked=asked,
        base=base,
        panel=panel,
        pages=pages,
        total=len(places),
        everything=len(shelf.keys),
        facets=show_facets(here, shelf, asked, base, language, among),
        letters=letters(shelf, alphabet, places, asked, base),
        around=pages_around(asked, base, pages),
        sorts=_sorts(panel, asked, base),
        downloads=tuple(
            (fmt.title, asked.path(_path(language, kind, fmt), whole=True)) for fmt in links.DOWNLOADS
        ),
        query=links.ask(
            asked.narrowed(shelf, **({moments.VARIABLE: moment.day.isoformat()} if moment else {})), language
        ),
        moment=moment,
        years=moments.years(here) if kind in moments.LISTS else (),
    )


def _all_rows(here: Site, kind: str, language: str, asked: Asked, moment: Moment | None) -> Panel:
    shelves = here.shelves.on(moment.day if moment else None)
    shelf, alphabet = shelves.shelf(kind), shelves.alphabet(kind, language)
    among = alphabet.beginning(asked.text) if asked.text else None
    found = shelf.matching(asked.facets, among)
    places = shelves.sort(kind, language, found, asked.sort)
    panel = _panel(here, shelf, kind, language, places, is_whole=True)
    name, *columns = panel.columns
    columns = [replace(name, holds_things=True), *declared.complete(here.store, shelf.query, columns)]
    return replace(panel, columns=tuple(columns))


def _panel(here: Site, shelf: Shelf, kind: str, language: str, places: Sequence[int], *,
           is_whole: bool = False) -> Panel:  # fmt: skip
    """The rows of some things: their names, and what the query of the kind shows of them.

    Args:
        is_whole: whether columns are kept that nothing of the kind has anything in.
    """
    names = [name for name in shelf.shown if is_whole or name in shelf.values]
    known: dict[tuple[str, tuple[Node, ...]], tuple[Value, ...]] = {}

    def cell(name: str, place: int) -> tuple[Value, ...]:
        nodes = shelf.values.get(name, {}).get(place, ())
        if (name, nodes) not in known:
            known[name, nodes] = make_values(here, nodes, name, language)
        return known[name, nodes]

    # The route map is asked once, not for each of twenty thousand things.
    pages = url_for("pages.thing", lang=language, kind=kind, key="-").removesuffix("-")
    rows = []
    for place in places:
        thing = iris.thing(here.base_iri, kind, shelf.keys[place])
        title = Value(here.names.title(thing, language), f"{pages}{shelf.keys[place]}", term=thing)
        rows.append(
            PanelRow(
                f"row-{shelf.keys[place]}", ((title,), *(cell(name, place) for name in names)), kind, thing
            )
        )
    columns = [
        Column(name, heading(here, name, language), _is_number(rows, i), sortable=True)
        for i, name in enumerate(names, 1)
    ]
    return Panel("list", kind_title(kind), (Column("name", gettext("Name"), sortable=True), *columns),
                 tuple(rows), total=len(rows))  # fmt: skip


def _is_number(rows: Sequence[PanelRow], place: int) -> bool:
    marks = {value.mark for row in rows for value in row.cells[place]}
    return marks == {"number"}


def _sorts(panel: Panel, asked: Asked, base: str) -> dict[str, links.SortLink]:
    now = asked.sort or "name"
    found = {}
    for column in panel.columns:
        order = {column.name: "ascending", f"-{column.name}": "descending"}.get(now, "")
        wanted = f"-{column.name}" if order == "ascending" else column.name
        # The greatest first is what a reader of numbers looks for.
        if column.is_number:
            wanted = column.name if order == "descending" else f"-{column.name}"
        found[column.name] = links.SortLink(
            asked.to(sort="" if wanted == "name" else wanted, page=1).path(base), order
        )
    return found


def _path(language: str, kind: str, fmt: Format) -> str:
    if fmt is HTML:
        return url_for("pages.listing", lang=language, kind=kind)
    return url_for("browse.file", lang=language, kind=kind, extension=fmt.extension)


def _links(here: Site, language: str, kind: str, fmt: Format, asked: Asked) -> list[Link]:
    def address(other: Format) -> str:
        return absolute(here, asked.path(_path(language, kind, other), whole=other is not HTML))

    data = absolute(here, url_for("documents.listing", kind=kind))
    found: list[Link] = [
        (address(each), "alternate", each.media_type) for each in links.DOWNLOADS if each is not fmt
    ]
    canonical: Link = (address(HTML), "canonical", HTML.media_type)
    licences: list[Link] = [(licence, "license", "") for licence in writers.licences(here, None)]
    # The document is not cut to a day, so that it is no other form of a list that is.
    return [
        (data, "describedby" if asked.kept else "alternate", ""),
        *found,
        *([canonical] if fmt is not HTML else []),
        *licences,
    ]
