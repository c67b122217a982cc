"""The ring: a city in the middle, what it is linked with around it, grouped by country.

Around the middle stand the codes of the countries, each beside an arc that spans its cities.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from math import cos, pi, sin

from twin_graph.pictures.labels import width_of
from twin_graph.pictures.maps import mark
from twin_graph.pictures.model import Drawing, Link, Place, Relation
from twin_graph.pictures.projections import Point
from twin_graph.pictures.svg import LONGEST_LABEL, escape, link, number, short, text

WIDTH, HEIGHT = 520, 456  # names are longer than they are high
_MARKS, _NAMES, _BAND, _CODES = 126, 134, 112, 99  # radii in pixels
_SIZE = 12  # of the letters
_GAP = 0.6  # of a place, between two countries
_MOST_NAMED = 66  # more names than these would be written over each other
_MOST = 240


def draw_ring(centre: Place, links: Sequence[Link]) -> Drawing:
    """The ring of links, which come ordered by country.

    Args:
        links: neighbours of one country stand together; of more than 240 the first are drawn.
    """
    drawn = links[:_MOST]
    groups = [
        (country, list(found)) for country, found in groupby(drawn, key=lambda each: each.place.country)
    ]
    turn = 2 * pi / max(len(drawn) + _GAP * len(groups), 1)
    angle = -pi / 2 + turn * _GAP / 2
    drawn_links: list[str] = []
    bands: list[str] = []
    has_names = len(drawn) <= _MOST_NAMED
    for country, found in groups:
        begin = angle
        for each in found:
            drawn_links.append(_neighbour(each, angle + turn / 2, has_names))
            angle += turn
        bands.append(_band(country, begin, angle, turn * len(found) * _CODES))
        angle += turn * _GAP
    middle = '<circle class="c" r="6"/>' + text(0, -11, short(centre.name, 18), "middle", ' class="t"')
    inside = "".join([*drawn_links, *bands, middle])
    svg = f'<g transform="translate({number(WIDTH / 2)} {number(HEIGHT / 2)})">{inside}</g>'
    unnamed = () if has_names else tuple(short(each.place.name, 60) for each in drawn)
    outside = tuple(short(each.place.name, 60) for each in links[_MOST:])
    return Drawing(svg, WIDTH, HEIGHT, outside, unnamed)


def _at(radius: float, angle: float) -> Point:
    return radius * cos(angle), radius * sin(angle)


def _neighbour(each: Link, angle: float, has_name: bool) -> str:
    """Line, mark and name, drawn to the right and turned as a whole; on the left the name is turned back."""
    name = _cut(each.place.name, angle)
    inside = f'<path class="a {each.classes}" d="M8 0H{_MARKS - 4}"/>' + _upright(each, angle)
    if has_name and cos(angle) < 0:
        inside += text(-_NAMES, 4, name, "end", ' transform="rotate(180)"')
    elif has_name:
        inside += text(_NAMES, 4, name)
    if not has_name or name.endswith("…"):
        inside = f"<title>{escape(short(each.place.name, 60))}</title>{inside}"
    return link(each.place.href, inside, f' transform="rotate({angle * 180 / pi:.1f})"')


def _cut(name: str, angle: float) -> str:
    """As much of a name as has room between its mark and the edge of the picture."""
    across, along = abs(cos(angle)), abs(sin(angle))
    room = min(WIDTH / 2 / max(across, 0.01), HEIGHT / 2 / max(along, 0.01)) - _NAMES - _SIZE
    longest = LONGEST_LABEL
    while longest > 4 and width_of(short(name, longest), _SIZE) > room:
        longest -= 1
    return short(name, longest)


def _upright(each: Link, angle: float) -> str:
    """The mark, turned back: a diamond that lies would be a square."""
    if each.relation is Relation.PARTNER:
        return mark(each, (_MARKS, 0))
    return f'<g transform="translate({_MARKS})rotate({-angle * 180 / pi:.1f})">{mark(each, (0, 0))}</g>'


def _band(country: str, begin: float, end: float, room: float) -> str:
    (x1, y1), (x2, y2) = _at(_BAND, begin + 0.02), _at(_BAND, end - 0.02)
    is_large = int(end - begin > pi)
    arc = f"M{number(x1)} {number(y1)}A{_BAND} {_BAND} 0 {is_large} 1 {number(x2)} {number(y2)}"
    drawn = f'<path class="j" d="{arc}"/>'
    if not country or room < 10:
        return drawn
    x, y = _at(_CODES, (begin + end) / 2)
    return drawn + text(x, y + 3.5, country.upper()[:3], "middle", ' class="n"')
