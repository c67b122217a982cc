"""Figures: which panels a picture has, what is said below it, its legend and its downloads.

Values for `templates/pictures.html`; the panels themselves are drawn by `twin_graph.pictures`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from twin_graph import pictures
from twin_graph.pictures import Bar, Base, Drawing, Frame, Legend, Link, Place, Relation, State
from twin_graph.pictures.reading import Href
from twin_graph.web.dates import format_number
from twin_graph.web.languages import N_, catalogue, collation_key
from twin_graph.web.pictures import data
from twin_graph.web.pictures.data import on_page
from twin_graph.web.site import Site

AROUND_KM = 1000
_LEAST_OF_CONTINENT = 2 / 3  # of its cities, for a part of a map to have its name
WIDE, TALL, NARROW, NARROW_TALL = 760, 500, 400, 400  # pixels of a panel, and of one for a phone
NARROW_SIZE = 14
_MOST_NAMED = 24
_RELATION_WORDS = {
    Relation.PARTNER: N_("partner city"),
    Relation.FRIENDLY: N_("friendly city"),
    Relation.OTHER: N_("declaration or solidarity partnership"),
    Relation.LISTED: N_("in no register"),
}
_FIELD_WORDS = {
    "ended": N_("ended"),
    "rest": N_("suspended or dormant"),
    "unknown": N_("status not known"),
    "begin": N_("day of the beginning not known"),
}
_COUNTED = (Relation.PARTNER, Relation.FRIENDLY)
_STATE_WORDS = {State.PAUSED: N_("suspended or dormant"), State.ENDED: N_("ended")}


@dataclass(frozen=True)
class Panel:
    """One tab: its words, the picture, the picture for a narrow screen, and what is not to be seen in it."""

    name: str
    title: str
    wide: Drawing
    narrow: Drawing | None = None
    outside: tuple[str, ...] = ()
    is_map: bool = False


@dataclass(frozen=True)
class Figure:
    """A picture with everything around it.

    Attributes:
        name: part of ids and of its address.
        summary: label and value pairs.
        notes: label and names, for what the picture cannot show.
        kind, key: of the thing that it is a picture of; empty for a picture of a page.
        path: of the file of a picture of a page.
    """

    name: str
    title: str
    panels: tuple[Panel, ...]
    summary: tuple[tuple[str, str], ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    legend: tuple[Legend, ...] = ()
    kind: str = ""
    key: str = ""
    path: str = ""


def city_map(here: Site, key: str, language: str, base: Base, href: Href = on_page) -> Figure | None:
    """The map of a city's partners: its region, a thousand kilometres around, the world.

    The first one stands for all where there is room for one: the world, unless the region shows half of them.
    """
    found = data.around(here, key, language, href)
    links = found.links
    placed = [link for link in links if link.place.point]
    if not placed:
        return None
    _ = catalogue(language).gettext

    def region(frame: Frame) -> str:
        covers = (
            found.continent
            and frame.share(data.continents(here).get(found.continent, {})) >= _LEAST_OF_CONTINENT
        )
        return str(here.names.title(found.continent, language)) if covers else _("Region")

    panels = _map_panels(found.centre, placed, region, language, base)
    notes = [_without_coordinates(links, language)]
    if len(placed) > pictures.MOST_ARCS:
        notes.append(
            (
                _("Lines drawn at most"),
                format_number(str(pictures.MOST_ARCS), language),
            )
        )
    return Figure("map", _("Map of partnerships"), panels, summary_of(links, language),
                  tuple(note for note in notes if note[1]), legend_of(links, language), "city", key)  # fmt: skip


def _map_panels(
    centre: Place, links: Sequence[Link], region: Callable[[Frame], str], language: str, base: Base
) -> tuple[Panel, ...]:
    _ = catalogue(language).gettext
    near = [link for link in links if (link.kilometres or 0) <= pictures.NEAR_KM]
    around = [link for link in links if link.kilometres is not None and link.kilometres <= AROUND_KM]
    points = [link.place.point for link in near if link.place.point]
    made: list[Panel] = []
    far_first = sorted(links, key=lambda link: (link.relation is Relation.LISTED, -(link.kilometres or 0)))

    def crop(width: int, height: int) -> Frame:
        return pictures.fitted(points, width, height, centre=centre.point)

    if points:
        title = region(crop(WIDE, TALL))
        made.append(_panel("region", title, crop, centre, links, base, language))
    if around and centre.point and len(around) < len(links):
        here = centre.point
        rings = tuple((km, _kilometres(km, language)) for km in (500, 1000))
        title = _("Within 1000 km")
        inside = [link for link in links if link.kilometres is not None and link.kilometres <= 2 * AROUND_KM]
        made.append(_panel("near", title, lambda w, h: pictures.around(here, AROUND_KM, w, h), centre, links,
                           base, language, rings, small=inside))  # fmt: skip
    far = [link for link in far_first if link not in near] if centre.point else far_first
    world = _panel("world", _("World"), lambda w, _: pictures.world(w), centre, far_first, base, language,
                   small=far)  # fmt: skip
    all_points = Counter(link.place.point for link in links if link.place.point)
    has_region = points and crop(WIDE, TALL).share(all_points) >= pictures.LEAST_SHARE
    return (*made, world) if has_region else (world, *made)


def _panel(name: str, title: str, frame: Callable[[int, int], Frame], centre: Place | None, links: Sequence[Link],
           base: Base, language: str, rings: tuple[tuple[float, str], ...] = (), *, has_lines: bool = True,
           small: Sequence[Link] | None = None) -> Panel:  # fmt: skip
    """A tab; `small` are the links that a small screen has room for, the other places are dots there."""
    shown = links if small is None else small
    rest = [replace(link.place, weight=6) for link in links if link not in shown]

    def ground(each: Frame) -> str:
        return base(each) + pictures.draw_dots(each, rest)

    wide = pictures.draw_map(frame(WIDE, TALL), base, links, centre, rings=rings, has_lines=has_lines)
    narrow = pictures.draw_map(frame(NARROW, NARROW_TALL), ground, shown, centre, rings=rings, has_lines=has_lines,
                               size=NARROW_SIZE, has_links=False)  # fmt: skip
    return Panel(name, title, wide, narrow, _in_order(wide.outside, language), is_map=True)


def ring(here: Site, key: str, language: str, href: Href = on_page) -> Figure | None:
    """A city and its neighbours, grouped by country."""
    found = data.around(here, key, language, href)
    links = found.links
    if not links:
        return None
    _ = catalogue(language).gettext
    names = {code: _country(here, code, language) for code in {link.place.country for link in links}}
    links.sort(key=lambda link: (
        link.place.country == "", collation_key(names[link.place.country], language),
        collation_key(link.place.name[:60], language)))  # fmt: skip
    drawing = pictures.draw_ring(found.centre, links)
    notes = [(_("Not drawn"), _listed(drawing.outside, language))] if drawing.outside else []
    codes = ", ".join(f"{code.upper()} {names[code]}" for code in _codes(links) if code)
    if codes:
        notes.insert(0, (_("Countries"), codes))
    return Figure("ring", _("Partners by country"), (Panel("ring", "", drawing),), (), tuple(notes),
                  legend_of(links, language), "city", key)  # fmt: skip


def timeline(here: Site, key: str, language: str, href: Href = on_page) -> Figure | None:
    """The partnerships of a city from beginning to end."""
    bars, undated = data.bars(here, key, language, href)
    if not bars:
        return None
    _ = catalogue(language).gettext
    drawing = pictures.draw_timeline(bars, data.day_of(here), f"time-{language}")
    notes = []
    if undated:
        notes.append((_("Beginning not known"), _listed(undated, language)))
    if drawing.outside:
        notes.append((_("Not drawn"), _listed(drawing.outside, language)))
    summary = (
        (_("First"), f"{bars[0].name[:60]} ({bars[0].first.year})"),
        (_("Latest"), f"{bars[-1].name[:60]} ({bars[-1].first.year})"),
        (_("Ended"), format_number(str(sum(bar.state is State.ENDED for bar in bars)), language)),
    )
    legend = (*_relations({relation for bar in bars for relation in pictures.relations_of(bar)}, language),
              *_fields(bars, language))  # fmt: skip
    return Figure("timeline", _("Timeline of partnerships"), (Panel("timeline", "", drawing),), summary,
                  tuple(notes), legend, "city", key)  # fmt: skip


def degrees(here: Site, key: str, language: str, href: Href = on_page) -> Figure | None:
    """How many partners the cities of a country have, and which have most."""
    places, found = data.country_cities(here, key, language, 10, href)
    found.pop(0, None)
    if not found:
        return None
    _ = catalogue(language).gettext
    panels = (
        Panel("distribution", _("Cities by number of partners"), pictures.draw_distribution(found)),
        Panel("top", _("Most partners"), pictures.draw_top([place for place in places if place.weight])),
    )
    total = sum(found.values())
    links = sum(degree * number for degree, number in found.items())
    summary = (
        (_("Cities with partners"), format_number(str(total), language)),
        (_("Partners of a city on average"), format_number(f"{links / total:.1f}", language)),
    )
    return Figure("degrees", _("How many partners the cities have"), panels, summary, kind="country", key=key)


def country_map(here: Site, key: str, language: str, base: Base, href: Href = on_page) -> Figure | None:
    """The cities of a country; the larger a mark, the more partners."""
    places, _found = data.country_cities(here, key, language, 150, href)
    shown = [place for place in places if place.point and place.weight]
    if not shown:
        return None
    _ = catalogue(language).gettext
    most = max(place.weight for place in shown)
    sized = [replace(place, weight=max(30 * place.weight / most, 0.5)) for place in shown]
    return Figure("map", _("Cities with partnerships"), (_points("map", sized, base, language),),
                  ((_("Most twin cities (largest circle)"), format_number(str(round(most)), language)),),
                  kind="country", key=key)  # fmt: skip


def network_map(here: Site, key: str, language: str, base: Base, href: Href = on_page) -> Figure | None:
    """Where the members of a network are."""
    links = data.members(here, key, language, href)
    placed = [link for link in links if link.place.point]
    if not placed:
        return None
    _ = catalogue(language).gettext
    panel = _fit(placed, base, language)
    states = sorted({link.state for link in placed}, key=list(State).index)
    words = {State.CURRENT: _("member"), State.ENDED: _("former member")}
    legend = tuple(Legend(Relation.PARTNER, state, words[state]) for state in states if state in words)
    missing = _without_coordinates(links, language)
    return Figure("map", _("Map of the members"), (panel,), _counts(links, language),
                  (missing,) if missing[1] else (), legend, "network", key)  # fmt: skip


def partnership_map(here: Site, key: str, language: str, base: Base, href: Href = on_page) -> Figure | None:
    """The parties of a partnership and the lines between them."""
    found = data.parties(here, key, language, href)
    placed = [link for link in found if link.place.point]
    if len(placed) < 2:
        return None
    _ = catalogue(language).gettext
    pairs = [replace(end, start=start.place) for i, end in enumerate(placed) for start in placed[:i]]
    missing = _without_coordinates(found, language)
    return Figure("map", _("Map"), (_fit([placed[0], *pairs], base, language),), (), (missing,) if missing[1] else (),
                  legend_of(placed, language), "partnership", key)  # fmt: skip


def beginnings(
    decades: Sequence[tuple[str, int]], language: str, address: Callable[[str], str]
) -> Figure | None:
    """How many partnerships began in each decade.

    Args:
        decades: their first years, with a number each.
        address: from a decade to where its bar leads.
    """
    if not decades:
        return None
    _ = catalogue(language).gettext
    drawing = pictures.draw_columns([(decade, number, address(decade)) for decade, number in decades])
    total = format_number(str(sum(number for _decade, number in decades)), language)
    return Figure("beginnings", _("Partnerships by the decade of their beginning"), (Panel("decades", "", drawing),),
                  ((_("Partnerships whose beginning is known"), total),))  # fmt: skip


def chain_map(
    here: Site, keys: Sequence[str], language: str, base: Base, href: Href = on_page
) -> Figure | None:
    """The cities of a chain and the lines from each to the next."""
    places = [data.place(here, key, language, href) for key in keys]
    placed = [place for place in places if place.point]
    if len(placed) < 2:
        return None
    links = [
        Link(placed[0]),
        *(Link(end, start=start) for start, end in pairwise(placed)),
    ]
    _ = catalogue(language).gettext
    return Figure("map", _("Map of the chain"), (_fit(links, base, language),))


def _fit(links: Sequence[Link], base: Base, language: str) -> Panel:
    """A panel as large as the places need."""
    points = [link.place.point for link in links if link.place.point]
    has_lines = any(link.start for link in links)

    def frame(width: int, height: int) -> Frame:
        return pictures.fitted_or_world(points, width, height)

    return _panel("map", "", frame, None, links, base, language, has_lines=has_lines)


def _points(name: str, places: Sequence[Place], base: Base, language: str) -> Panel:
    wide = pictures.draw_points(places, base, width=WIDE, height=TALL)
    narrow = pictures.draw_points(places, base, width=NARROW, height=NARROW_TALL, size=NARROW_SIZE)
    return Panel(name, "", wide, narrow, _in_order(wide.outside, language), is_map=True)


def legend_of(links: Sequence[Link], language: str) -> tuple[Legend, ...]:
    """The shapes and the lines that occur."""
    states = {link.state for link in links}
    _ = catalogue(language).gettext
    lines = tuple(Legend(None, state, _(words)) for state, words in _STATE_WORDS.items() if state in states)
    return (*_relations({link.relation for link in links}, language), *lines)


def _fields(bars: Sequence[Bar], language: str) -> tuple[Legend, ...]:
    """How the bars of a timeline are filled, as far as it occurs."""
    _ = catalogue(language).gettext
    occurs = {
        "ended": any(bar.state is State.ENDED for bar in bars),
        "unknown": any(bar.state is State.UNKNOWN for bar in bars),
        "rest": any(bar.pauses for bar in bars),
        "begin": any(pictures.is_imprecise(bar) for bar in bars),
    }
    return tuple(
        Legend(None, State.CURRENT, _(words), name) for name, words in _FIELD_WORDS.items() if occurs[name]
    )


def _relations(relations: set[Relation], language: str) -> tuple[Legend, ...]:
    _ = catalogue(language).gettext
    return tuple(
        Legend(relation, State.CURRENT, _(words))
        for relation, words in _RELATION_WORDS.items()
        if relation in relations
    )


def summary_of(links: Sequence[Link], language: str) -> tuple[tuple[str, str], ...]:
    """How many cities and countries are linked, and the nearest and the farthest of them.

    As in the numbers of a city, those that are partner or friendly cities now; without any, whatever is drawn.
    """
    _ = catalogue(language).gettext
    counted = [link for link in links if link.relation in _COUNTED and link.state is not State.ENDED] or links
    measured = [link for link in counted if link.kilometres is not None]
    pairs = list(_counts(counted, language))
    if measured:
        nearest = min(measured, key=lambda link: link.kilometres or 0)
        farthest = max(measured, key=lambda link: link.kilometres or 0)
        pairs.append((_("Nearest"), _with_distance(nearest, language)))
        pairs.append((_("Farthest"), _with_distance(farthest, language)))
    if rest := len(links) - len(counted):
        label = _("Also drawn (ended, in no register or by a declaration only)")
        pairs.append((label, format_number(str(rest), language)))
    return tuple(pairs)


def _counts(links: Sequence[Link], language: str) -> tuple[tuple[str, str], ...]:
    _ = catalogue(language).gettext
    return (
        (_("Cities"), format_number(str(len(links)), language)),
        (_("Countries"), format_number(str(data.countries_of(links)), language)),
    )


def _with_distance(link: Link, language: str) -> str:
    return f"{link.place.name[:60]} ({_kilometres(link.kilometres or 0, language)})"


def _kilometres(value: float, language: str) -> str:
    number = format_number(str(round(value)), language)
    return catalogue(language).gettext("%(number)s km") % {"number": number}


def _without_coordinates(links: Sequence[Link], language: str) -> tuple[str, str]:
    names = [link.place.name for link in links if link.place.point is None]
    return catalogue(language).gettext("Without coordinates"), _listed(names, language) if names else ""


def _in_order(names: Sequence[str], language: str) -> tuple[str, ...]:
    return tuple(sorted(dict.fromkeys(names), key=lambda name: collation_key(name, language)))


def _listed(names: Sequence[str], language: str) -> str:
    """Names with commas, and how many more there are."""
    shown = ", ".join(name if len(name) <= 60 else name[:59] + "…" for name in names[:_MOST_NAMED])
    more = len(names) - _MOST_NAMED
    return f"{shown} … (+{format_number(str(more), language)})" if more > 0 else shown


def _country(here: Site, code: str, language: str) -> str:
    return str(here.names.title(f"{here.base_iri}id/country/{code}", language)) if code else ""


def _codes(links: Sequence[Link]) -> list[str]:
    return list(dict.fromkeys(link.place.country for link in links))
