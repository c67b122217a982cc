"""Pages over all partnerships: the map, the timeline, two cities compared, the chain between two cities.

The state of each is in its address. What they show is made by `graph_tables`; pictures are macros of templates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, g, render_template, request, url_for

from twin_graph.chains import MAX_STEPS
from twin_graph.errors import EntityNotFound, MalformedRequest
from twin_graph.formats import HTML, Format
from twin_graph.web import graph_tables, panels, tables
from twin_graph.web.city_choice import choose_city
from twin_graph.web.graph_tables import Narrowing, kept
from twin_graph.web.languages import catalogue
from twin_graph.web.names import Title
from twin_graph.web.panels import Panel
from twin_graph.web.responses import is_here, redirect, represent
from twin_graph.web.site import Site, site
from twin_graph.web.tables import links, writers
from twin_graph.workspace import LANGUAGES

bp = Blueprint("explore", __name__)
_LANG = f"<any({', '.join(LANGUAGES)}):lang>"
_EXTENSION = f"<any({', '.join(fmt.extension for fmt in links.DOWNLOADS)}):extension>"
MOST_CITIES = 50
_MAP = ("city", "relation", "status", "period")
_TIMELINE = ("city", "decade", "sort")
_COMPARE = ("a", "b")
_CHAIN = ("from", "to", "confirmed")
Values = Mapping[str, Any]


@bp.get(f"/{_LANG}/map", endpoint="world_map")
@bp.get(f"/{_LANG}/map.{_EXTENSION}", endpoint="world_map_file")
def world_map(lang: str, extension: str = "") -> Response:
    """Countries and cities with the number of their partnerships; the partners of one city where it is chosen."""
    return _answer(lang, extension, "map", _map_values, _MAP)


@bp.get(f"/{_LANG}/timeline", endpoint="timeline")
def timeline(lang: str) -> Response:
    """The partnerships whose beginning is known, by decade, and those of one city."""
    return _answer(lang, "", "timeline", _timeline_values, _TIMELINE)


@bp.get(f"/{_LANG}/compare", endpoint="compare")
@bp.get(f"/{_LANG}/compare.{_EXTENSION}", endpoint="compare_file")
def compare(lang: str, extension: str = "") -> Response:
    """Two cities side by side: the partners that only one of them has, and those of both."""
    return _answer(lang, extension, "compare", _compare_values, _COMPARE)


@bp.get(f"/{_LANG}/chain", endpoint="chain")
@bp.get(f"/{_LANG}/chain.{_EXTENSION}", endpoint="chain_file")
def chain(lang: str, extension: str = "") -> Response:
    """The shortest chain of partnerships between two cities."""
    return _answer(lang, extension, "chain", _chain_values, _CHAIN)


def _answer(lang: str, extension: str, name: str, make: Callable[[Site, str], Values],
            parameters: tuple[str, ...]) -> Response:  # fmt: skip
    """The page, or the table of the page as a file.

    Raises:
        EntityNotFound: the page has no table as it was asked for.
    """
    here = site()
    g.parameters = parameters  # the page in another language is of the same choice
    if not extension:
        path = url_for(f"explore.{'world_map' if name == 'map' else name}", lang=lang)
        if not is_here(path):
            return redirect(here, path, 301)
        return represent(here, HTML, lambda: render_template(f"{name}.html", **make(here, lang)),
                         language=lang, parameters=parameters)  # fmt: skip
    panel: Panel | None = make(here, lang)["table"]
    if panel is None:
        raise EntityNotFound("there is no table for this choice")
    origin = writers.origin(here, lang, panel.title, None, request.full_path.rstrip("?"))
    return tables.send(_format(extension), f"{name}-{lang}", origin, lambda: panel, parameters=parameters)


def _format(extension: str) -> Format:
    return links.BY_EXTENSION[extension]


def _asked(name: str) -> str:
    return request.args.get(name, "").strip()


def _downloads(lang: str, endpoint: str, parameters: tuple[str, ...]) -> list[tuple[str, str]]:
    """Title and path of each file of the page's table, as the page is narrowed now."""
    chosen: dict[str, Any] = {name: _asked(name) for name in parameters if _asked(name)}
    return [
        (fmt.title, url_for(f"explore.{endpoint}_file", lang=lang, extension=fmt.extension, **chosen))
        for fmt in links.DOWNLOADS
    ]


def _map_values(here: Site, lang: str) -> Values:
    _ = catalogue(lang).gettext
    narrowing = Narrowing(*(_asked(name) for name in ("relation", "status", "period")))
    graph = kept(here).graph
    found = graph_tables.tally(here, narrowing)
    city = choose_city(here, _asked("city"), lang)
    of_city = [link for link in graph.links_of(city.key) if narrowing.fits(link)]
    countries = graph_tables.country_totals(here, lang, _("Countries"), found)
    cities = graph_tables.city_degrees(here, lang, _("Cities with most partnerships"), found, MOST_CITIES)
    partners = graph_tables.partners(here, lang, _("Partners"), city.key, of_city) if city.key else None
    return {
        "city": city,
        "narrowing": narrowing,
        "relations": _choices(here, lang, "relation", {link.relation for link in graph.links}),
        "statuses": _choices(here, lang, "status", {link.status for link in graph.links}),
        "decades": graph_tables.decades(graph.links),
        "total": len(of_city) if city.key else found.total,
        "countries": countries,
        "cities": cities,
        "partners": partners,
        "table": partners or countries,
        "downloads": _downloads(lang, "world_map", _MAP),
    }


def _timeline_values(here: Site, lang: str) -> Values:
    city = choose_city(here, _asked("city"), lang)
    graph = kept(here).graph
    among = graph.links_of(city.key) if city.key else graph.links
    filters = {"city": city.key, "decade": _asked("decade")}
    choice = panels.Choice(_asked("sort"), {name: text for name, text in filters.items() if text})
    panel = panels.run(here, "home_timeline", lang, choice)
    return {
        "city": city,
        "decade": _asked("decade"),
        "decades": graph_tables.decades(among),
        "unknown": sum(not link.year for link in among),
        "panel": replace(panel, filters=()),  # the page has its own form and links
        "table": None,
    }


def _compare_values(here: Site, lang: str) -> Values:
    _ = catalogue(lang).gettext
    first, second = (choose_city(here, _asked(name), lang) for name in _COMPARE)
    values: dict[str, Any] = {"a": first, "b": second, "table": None, "found": None}
    if first.key and second.key and first.key != second.key:
        found = kept(here).graph.compare(first.key, second.key)
        titles = (str(first.title), _("Both"), str(second.title))
        alone, both, other = graph_tables.comparison(here, lang, titles, found)
        values |= {
            "found": found,
            "lists": (alone, both, other),
            "facts": graph_tables.facts(here, lang, _("Facts"), (first.key, second.key)),
            "table": graph_tables.compared(
                here, lang, _("Partners compared"), (first.key, second.key), found
            ),
            "downloads": _downloads(lang, "compare", _COMPARE),
        }
    return values


def _chain_values(here: Site, lang: str) -> Values:
    start, end = (choose_city(here, _asked(name), lang) for name in ("from", "to"))
    confirmed = _asked("confirmed") == "1"
    values: dict[str, Any] = {
        "start": start,
        "end": end,
        "confirmed": confirmed,
        "max_steps": MAX_STEPS,
        "found": None,
        "table": None,
    }
    if start.key and end.key:
        found = kept(here).graph.chains(start.key, end.key, one_sided=not confirmed)
        values["found"] = found
        if found and found.steps:
            title = catalogue(lang).gettext("The chain, step by step")
            values["table"] = graph_tables.chain(here, lang, title, found)
            values["cities"] = [_named(here, lang, city) for city in found.cities]
            values["downloads"] = _downloads(lang, "chain", _CHAIN)
    return values


def _named(here: Site, lang: str, city: str) -> tuple[str, Title]:
    return city, here.names.title(f"{here.base_iri}id/city/{city}", lang)


def _choices(here: Site, lang: str, scheme: str, notations: set[str]) -> list[tuple[str, Title]]:
    """The concepts of a scheme that occur, with their names.

    Raises:
        MalformedRequest: the address names one that does not occur.
    """
    if (asked := _asked(scheme)) and asked not in notations:
        raise MalformedRequest(f"{scheme}: must be one of {', '.join(sorted(notations))}")
    iri = f"https://w3id.org/twin-graph/concepts/{scheme}#"
    return sorted(((name, here.names.title(iri + name, lang)) for name in notations), key=lambda c: str(c[1]))
