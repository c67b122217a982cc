"""The map of the world page: cities as dots by their number of partnerships, and the lines of one chosen city.

All lines together would be an unreadable blot, so lines are drawn for one city only.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Protocol

from twin_graph import pictures
from twin_graph.chains import Link as Partnership
from twin_graph.pictures import Base, Drawing, Link, Place, Relation
from twin_graph.web.dates import format_number
from twin_graph.web.graph_tables import kept
from twin_graph.web.languages import catalogue
from twin_graph.web.pictures import data, figures
from twin_graph.web.pictures.figures import Figure, Panel
from twin_graph.web.site import Site

MOST_DOTS = 1500
_NAMED = 28


class Fits(Protocol):
    """What says which partnerships count."""

    def fits(self, link: Partnership) -> bool: ...


def world_map(here: Site, narrowing: Fits, city: str, language: str, base: Base) -> Figure | None:
    """The cities with most partnerships that fit, and the lines of a city, whose key may be empty."""
    points = data.cities(here)
    degrees = Counter(
        party
        for link in kept(here).graph.links
        if narrowing.fits(link)
        for party in link.parties
        if party in points
    )
    if not degrees:
        return None
    _ = catalogue(language).gettext
    largest = degrees.most_common(MOST_DOTS)
    dots = [Place("", *points[key], weight=30 * number / largest[0][1]) for key, number in largest]
    if city in points:
        links = _of_city(here, narrowing, city, language)
        centre = data.place(here, city, language)
    else:
        sizes = {key: 30 * number / largest[0][1] for key, number in largest[:_NAMED]}
        links = [Link(replace(data.place(here, key, language), weight=size)) for key, size in sizes.items()]
        centre = None
    wide, narrow = (_draw(base, dots, links, centre, width, size) for width, size in ((960, 12), (400, 12)))
    panel = Panel("world", "", wide, narrow, is_map=True)
    summary = (
        (_("Cities with such partnerships"), format_number(str(len(degrees)), language)),
        (_("Cities drawn"), format_number(str(len(largest)), language)),
    )
    legend = figures.legend_of(links, language) if centre else ()
    return Figure("world", _("Map of the world"), (panel,), summary, (), legend)


def _of_city(here: Site, narrowing: Fits, city: str, language: str) -> list[Link]:
    fitting = {link.key for link in kept(here).graph.links_of(city) if narrowing.fits(link)}
    found = data.around(here, city, language)
    return list(
        {each.city: each.link for each in reversed(found.neighbours) if each.partnership in fitting}.values()
    )


def _draw(
    base: Base, dots: list[Place], links: list[Link], centre: Place | None, width: int, size: int
) -> Drawing:
    """The dots lie under the lines, as a part of the base."""
    frame = pictures.world(width)
    links = sorted(links, key=lambda link: (link.relation is Relation.LISTED, -(link.kilometres or 0)))
    return pictures.draw_map(
        frame, lambda each: base(each) + pictures.draw_dots(each, dots), links, centre, size=size,
        has_lines=centre is not None)  # fmt: skip
