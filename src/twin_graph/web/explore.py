"""Pages over all partnerships: the map, the timeline, two cities compared, the chain between two cities.

The state of each is in its address. What they show is made by `graph_tables`; pictures are macros of templates.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, render_template, url_for

from twin_graph.chains import MAX_STEPS
from twin_graph.errors import EntityNotFound, MalformedRequest
from twin_graph.formats import HTML, Format
from twin_graph.web import graph_tables, moments, panels, pictures, tables
from twin_graph.web.city_choice import choose_both, choose_city
from twin_graph.web.graph_tables import Narrowing, kept
from twin_graph.web.languages import catalogue
from twin_graph.web.names import Title
from twin_graph.web.panels import Panel
from twin_graph.web.responses import is_here, redirect, represent
from twin_graph.web.site import Site, site
from twin_graph.web.tables import links, questions, writers
from twin_graph.web.understood import argument, read_words, with_words
from twin_graph.workspace import LANGUAGES

bp = Blueprint("explore", __name__)
_LANG = f"<any({', '.join(LANGUAGES)}):lang>"
_EXTENSION = f"<any({', '.join(fmt.extension for fmt in links.DOWNLOADS)}):extension>"
MOST_CITIES = 50
_MAX_ASKED = 3  # steps that a query can follow
_MAP = ("asOf", "city", "relation", "status", "period")
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


@bp.get(f"/{_LANG}/<any(map, timeline, chain):page>.svg", endpoint="picture")
def picture(lang: str, page: str) -> Response:
    """The picture of a page alone, of the same choice."""
    here = site()
    parameters = {"map": _MAP, "timeline": _TIMELINE[:1], "chain": _CHAIN}[page]
    return pictures.send_alone(here, lang, lambda: _picture(here, lang, page), parameters)


def _picture(here: Site, lang: str, page: str) -> str:
    """The text of the file.

    Raises:
        EntityNotFound: there is nothing to draw.
    """
    make = {"map": _map_values, "timeline": _timeline_values, "chain": _chain_values}[page]
    values = make(here, lang)
    figure = pictures.page_figure(here, lang, page, values)
    if figure is None:
        raise EntityNotFound("there is no picture for this choice")
    city = values.get("city")
    return pictures.write_alone(
        here, lang, figure, figure.panels[0], str(city.title) if city and city.key else ""
    )


def _picture_path(lang: str, page: str, parameters: tuple[str, ...]) -> str:
    return with_words(url_for("explore.picture", lang=lang, page=page), read_words(parameters))


def _answer(lang: str, extension: str, name: str, make: Callable[[Site, str], Values],
            parameters: tuple[str, ...]) -> Response:  # fmt: skip
    """The page, or the table of the page as a file.

    Raises:
        EntityNotFound: the page has no table as it was asked for.
    """
    here = site()
    endpoint = f"explore.{'world_map' if name == 'map' else name}"
    if not extension:
        if not is_here(path := url_for(endpoint, lang=lang)):
            return redirect(here, path, 301)
        return represent(here, HTML, lambda: render_template(f"{name}.html", **make(here, lang)),
                         language=lang, parameters=parameters)  # fmt: skip
    panel: Panel | None = make(here, lang)["table"]
    if panel is None:
        raise EntityNotFound("there is no table for this choice")
    path = url_for(f"{endpoint}_file", lang=lang, extension=extension)
    address = with_words(path, read_words(parameters))
    origin = writers.origin(here, lang, panel.title, None, address)
    return tables.send(_format(extension), f"{name}-{lang}", origin, panel.whole, parameters=parameters)


def _format(extension: str) -> Format:
    return links.BY_EXTENSION[extension]


def _downloads(lang: str, endpoint: str, parameters: tuple[str, ...]) -> list[tuple[str, str]]:
    """Title and path of each file of the page's table, as the page is narrowed now."""
    chosen: dict[str, Any] = {name: argument(name) for name in parameters if argument(name)}
    return [
        (fmt.title, url_for(f"explore.{endpoint}_file", lang=lang, extension=fmt.extension, **chosen))
        for fmt in links.DOWNLOADS
    ]


def _map_values(here: Site, lang: str) -> Values:
    _ = catalogue(lang).gettext
    moment = moments.asked(here)
    day = moment.day if moment else None
    graph = kept(here, day).graph
    known: dict[str, Collection[str]] = {
        "relation": {link.relation for link in graph.links},
        "status": {link.said_status for link in graph.links} - {""},
        "period": dict(graph_tables.decades(graph.links)),
    }
    chosen = {name: _among(name, values) for name, values in known.items()}
    narrowing = Narrowing(chosen["relation"], chosen["status"], chosen["period"], day)
    city = choose_city(here, argument("city"), lang)
    among = graph.links_of(city.key) if city.key else graph.links
    of_city = [link for link in graph.links_of(city.key) if narrowing.fits(link)]
    found = (
        graph_tables.tally_of(here, city.key, of_city) if city.key else graph_tables.tally(here, narrowing)
    )
    countries = graph_tables.country_totals(here, lang, _("Countries"), found)
    cities = graph_tables.city_degrees(here, lang, _("Cities with most partnerships"), found, MOST_CITIES)
    partners = graph_tables.partners(here, lang, _("Partners"), city.key, of_city) if city.key else None
    asking = [] if moment else questions.of_map(here, lang, narrowing, city.key)
    return {
        "city": city,
        "moment": moment,
        "years": moments.years(here),
        "narrowing": narrowing,
        "relations": _choices(here, lang, "relation", known["relation"]),
        "statuses": _choices(here, lang, "status", known["status"]),
        "decades": graph_tables.decades(filter(replace(narrowing, period="").fits, among)),
        "total": found.total,
        "countries": countries,
        "cities": None if city.key else cities,
        "partners": partners,
        "table": partners or countries,
        "picture": _picture_path(lang, "map", _MAP),
        "downloads": _downloads(lang, "world_map", _MAP) + asking,
    }


def _timeline_values(here: Site, lang: str) -> Values:
    city = choose_city(here, argument("city"), lang)
    graph = kept(here).graph
    among = graph.links_of(city.key) if city.key else graph.links
    decade = _among("decade", dict(graph_tables.decades(graph.links)))
    filters = {"city": city.key, "decade": decade}
    choice = panels.Choice(argument("sort"), {name: text for name, text in filters.items() if text})
    panel = panels.run(here, "home_timeline", lang, choice)
    if not panel.rows and not argument("decade"):
        panel = replace(panel, total=0)  # nothing was filtered out: the city has none
    return {
        "city": city,
        "decade": decade,
        "decades": graph_tables.decades(among),
        "unknown": sum(not link.year for link in among),
        "panel": replace(panel, filters=()),  # the page has its own form and links
        "table": None,
        "picture": _picture_path(lang, "timeline", _TIMELINE[:1]),
    }


def _compare_values(here: Site, lang: str) -> Values:
    _ = catalogue(lang).gettext
    first, second = choose_both(here, (argument("a"), argument("b")), lang)
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
            "downloads": _downloads(lang, "compare", _COMPARE)
            + questions.of_comparison(here, lang, first.key, second.key),
        }
    return values


def _chain_values(here: Site, lang: str) -> Values:
    start, end = choose_both(here, (argument("from"), argument("to")), lang)
    confirmed = argument("confirmed") == "1"
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
            if len(found.steps) <= _MAX_ASKED:
                values["downloads"] += questions.of_chain(here, lang, start.key, end.key)
            values["picture"] = _picture_path(lang, "chain", _CHAIN)
    return values


def _named(here: Site, lang: str, city: str) -> tuple[str, Title]:
    return city, here.names.title(f"{here.base_iri}id/city/{city}", lang)


def _among(name: str, values: Collection[str]) -> str:
    """The value of a parameter, empty for none.

    Raises:
        MalformedRequest: nothing has this value; what is counted for it would be kept.
    """
    if (asked := argument(name)) and asked not in values:
        raise MalformedRequest(f"{name}: must be one of {', '.join(sorted(values))}")
    return asked


def _choices(here: Site, lang: str, scheme: str, notations: Iterable[str]) -> list[tuple[str, Title]]:
    """The concepts of a scheme that occur, with their names."""
    iri = f"https://w3id.org/twin-graph/concepts/{scheme}#"
    return sorted(((name, here.names.title(iri + name, lang)) for name in notations), key=lambda c: str(c[1]))
