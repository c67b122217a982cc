"""Charts of numbers: how many cities of a country have how many partners, and which have most; any few numbers.

Horizontal places are parts of a hundred, so that letters keep their size at every width.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from twin_graph.pictures.model import Drawing, Place
from twin_graph.pictures.svg import escape, link, number, short, text

_ROW, _TOP, _BAR = 34, 6, 10
_TALL = 180
_CLASSES = ((1, 1), (2, 2), (3, 3), (4, 5), (6, 9), (10, 19), (20, 39), (40, 0))  # partners; 0 for no limit


def classes_of(degrees: Mapping[int, int]) -> list[tuple[str, int]]:
    """How many cities have 1, 2, 3, 4–5, … partners, up to the last class with any.

    >>> classes_of({1: 7, 5: 2})
    [('1', 7), ('2', 0), ('3', 0), ('4–5', 2)]
    """
    found = []
    for first, last in _CLASSES:
        cities = sum(number for degree, number in degrees.items() if first <= degree <= (last or degree))
        words = str(first) if first == last else f"{first}–{last}" if last else f"{first}+"
        found.append((words, cities))
    while found and found[-1][1] == 0:
        found.pop()
    return found


def draw_distribution(degrees: Mapping[int, int]) -> Drawing:
    """Upright bars: cities by their number of partners.

    Args:
        degrees: how many cities have so many partners.
    """
    return draw_columns([(words, cities, "") for words, cities in classes_of(degrees)])


def draw_columns(found: Sequence[tuple[str, int, str]]) -> Drawing:
    """Upright bars with a number above each.

    Args:
        found: words below a bar, its number, and where it leads; empty for nowhere.
    """
    most = max((cities for _, cities, _ in found), default=1) or 1
    wide = 100 / max(len(found), 1)
    drawn = []
    for place, (words, cities, href) in enumerate(found):
        middle, tall = number((place + 0.5) * wide), (_TALL - 44) * cities / most
        tall = max(tall, 1.5) if cities else 0
        inside = (
            f'<rect class="v p" x="{number((place + 0.14) * wide)}%" y="{number(_TALL - 22 - tall)}"'
            f' width="{number(wide * 0.72)}%" height="{number(tall)}"/>'
            f'<text x="{middle}%" y="{number(_TALL - 27 - tall)}" text-anchor="middle">{cities}</text>'
            f'<text class="n" x="{middle}%" y="{_TALL - 6}" text-anchor="middle">{escape(words)}</text>'
        )
        drawn.append(link(href, inside) if href else inside)
    base = f'<line class="d" x1="0" x2="100%" y1="{_TALL - 22}" y2="{_TALL - 22}"/>'
    return Drawing("".join(drawn) + base, 0, _TALL)


def draw_top(places: Sequence[Place]) -> Drawing:
    """Lying bars: the cities with most partners, whose numbers are the weights of the places."""
    most = max((place.weight for place in places), default=1) or 1
    drawn = []
    for count, place in enumerate(places):
        y = _TOP + _ROW * count
        share = number(max(90 * place.weight / most, 0.5))
        inside = (
            text(0, y + 11, short(place.name, 40))
            + f'<rect class="v p" x="0" y="{y + 16}" width="{share}%" height="{_BAR}"/>'
            f'<text class="n" x="{share}%" dx="6" y="{y + 25}">{number(place.weight)}</text>'
        )
        drawn.append(link(place.href, inside))
    return Drawing("".join(drawn), 0, _TOP + _ROW * len(places))
