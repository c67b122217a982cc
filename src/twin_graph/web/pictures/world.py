"""The map of the world page: cities as dots by their number of partnerships, or the partners of one chosen city.

All lines together would be an unreadable blot, so lines are drawn for one city only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Protocol

from twin_graph import pictures
from twin_graph.chains import Link as Partnership
from twin_graph.pictures import Base, Drawing, Link, Place, Relation
from twin_graph.pictures.reading import Href, as_drawn
from twin_graph.web.dates import format_number
from twin_graph.web.graph_tables import kept
from twin_graph.web.languages import catalogue
from twin_graph.web.pictures import data, figures
from twin_graph.web.pictures.data import on_page
from twin_graph.web.pictures.figures import Figure, Panel
from twin_graph.web.site import Site

MOST_DOTS = 1500
_NAMED = 28
_WIDTHS = (960, 400)  # pixels of a panel, and of one for a phone


class Fits(Protocol):
    """What says which partnerships count, and of which day."""

    @property
    def day(self) -> date | None: ...
    def fits(self, link: Partnership) -> bool: ...


def world_map(
    here: Site, narrowing: Fits, city: str, language: str, base: Base, href: Href = on_page
) -> Figure | None:
    """The cities with most partnerships that fit; of a city, whose key may be empty, its partners and lines."""
    points = data.cities(here)
    if city in points:
        return _city_map(here, narrowing, city, language, base, href)
    degrees = Counter(
        party
        for link in kept(here, narrowing.day).graph.links
        if narrowing.fits(link)
        for party in link.parties
        if party in points
    )
    if not degrees:
        return None
    _ = catalogue(language).gettext
    largest = degrees.most_common(MOST_DOTS)
    dots = [Place("", *points[key], weight=30 * number / largest[0][1]) for key, number in largest]
    sizes = {key: 30 * number / largest[0][1] for key, number in largest[:_NAMED]}
    links = [Link(replace(data.place(here, key, language, href), weight=size)) for key, size in sizes.items()]
    summary = (
        (_("Cities with such partnerships"), format_number(str(len(degrees)), language)),
        (_("Cities drawn"), format_number(str(len(largest)), language)),
    )
    return Figure("world", _("Map of the world"), (_panel(base, dots, links, None),), summary)


def _city_map(here: Site, narrowing: Fits, city: str, language: str, base: Base, href: Href) -> Figure:
    links = _of_city(here, narrowing, city, language, href)
    panel = _panel(base, (), links, data.place(here, city, language, href))
    return Figure("world", catalogue(language).gettext("Map of the world"), (panel,),
                  figures.summary_of(links, language), (), figures.legend_of(links, language))  # fmt: skip


def _of_city(here: Site, narrowing: Fits, city: str, language: str, href: Href) -> list[Link]:
    of_city = kept(here, narrowing.day).graph.links_of(city)
    fitting = {link.key: link for link in of_city if narrowing.fits(link)}
    found = data.around(here, city, language, href)
    drawn: dict[str, Link] = {}
    for each in reversed(found.neighbours):
        if link := fitting.get(each.partnership):
            drawn[each.city] = _as_then(each.link, link) if narrowing.day else each.link
    return list(drawn.values())


def _as_then(drawn: Link, link: Partnership) -> Link:
    """A line with the relation and status of a day."""
    relation, state = as_drawn(link.relation, link.status)
    return replace(drawn, relation=relation, state=state)


def _panel(base: Base, dots: Sequence[Place], links: Sequence[Link], centre: Place | None) -> Panel:
    wide, narrow = (_draw(base, dots, links, centre, width) for width in _WIDTHS)
    return Panel("world", "", wide, narrow, is_map=True)


def _draw(
    base: Base, dots: Sequence[Place], links: Sequence[Link], centre: Place | None, width: int
) -> Drawing:
    """The dots lie under the lines, as a part of the base."""
    frame = pictures.world(width)
    links = sorted(links, key=lambda link: (link.relation is Relation.LISTED, -(link.kilometres or 0)))
    return pictures.draw_map(
        frame, lambda each: base(each) + pictures.draw_dots(each, dots), links, centre,
        has_lines=centre is not None)  # fmt: skip
