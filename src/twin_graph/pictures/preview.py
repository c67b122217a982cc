"""The picture that social media show beside a link: the name of a city above a map of its partners.

1200 by 630 pixels, which is what their readers expect. Drawn by resvg with the font of the pages, so that it
looks the same on every machine; a name in a script that the font lacks is left to its mark.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import resvg_py

from twin_graph.pictures.alone import LIGHT, coloured
from twin_graph.pictures.base import inlined
from twin_graph.pictures.frames import LEAST_SHARE, NEAR_KM, Frame, around, fitted, world
from twin_graph.pictures.labels import width_of
from twin_graph.pictures.maps import draw_map
from twin_graph.pictures.model import Link, Place
from twin_graph.pictures.svg import escape, number, short

WIDTH, HEIGHT, _HEAD = 1200, 630, 150
_ZOOM = 1.6  # letters of a map are small; a preview is looked at from further away
_FONTS = Path(__file__).parents[1] / "static" / "fonts"
FONT_FILES = tuple(str(_FONTS / f"SourceSans3-{weight}.otf") for weight in ("Regular", "Bold"))
_DRAWABLE = re.compile(r"[\x20-\x7e\xa0-\u024f\u02bc\u0370-\u052f\u1e00-\u1eff\u2000-\u206f]*")
_STYLE = coloured(LIGHT)


@dataclass(frozen=True)
class Preview:
    """What a preview shows: the site, the city, a line about its partners, and these."""

    site: str
    city: Place
    said: str
    links: tuple[Link, ...]


def draw_preview(preview: Preview) -> str:
    """The SVG text of a preview; only presentation that resvg knows."""
    width, height = round(WIDTH / _ZOOM), round((HEIGHT - _HEAD) / _ZOOM)
    links = [_without_strange_names(link) for link in preview.links]
    drawing = draw_map(
        _frame(preview.city, links, width, height), inlined, links, preview.city, has_links=False
    )
    name = short(preview.city.name, 48)
    size = min(64.0, 1100 / max(width_of(name, 1), 1))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}">'
        f'<style>{_STYLE}</style><rect width="{WIDTH}" height="{HEIGHT}" fill="{LIGHT["page"]}"/>'
        f'<rect y="{_HEAD}" width="{WIDTH}" height="{HEIGHT - _HEAD}" fill="{LIGHT["band"]}"/>'
        f'<svg class="pic map" y="{_HEAD}" width="{WIDTH}" height="{HEIGHT - _HEAD}"'
        f' viewBox="0 0 {width} {height}">{drawing.svg}</svg>'
        f'<rect y="{_HEAD - 6}" width="{WIDTH}" height="6" fill="{LIGHT["partner"]}"/>'
        f'<g font-family="Source Sans 3" fill="{LIGHT["text"]}">'
        f'<text x="48" y="84" font-size="{number(size)}" font-weight="700">{escape(name)}</text>'
        f'<text x="48" y="124" font-size="28" fill="{LIGHT["soft"]}">{escape(short(preview.said, 70))}</text>'
        f'<text x="1152" y="124" font-size="24" text-anchor="end" fill="{LIGHT["soft"]}">'
        f"{escape(short(preview.site, 40))}</text>"
        f'<text x="1188" y="620" font-size="15" text-anchor="end" fill="{LIGHT["soft"]}">Natural Earth</text>'
        "</g></svg>"
    )


def render(svg: str) -> bytes:
    """The PNG of a preview.

    Raises:
        ValueError: this is no SVG.
    """
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg, skip_system_fonts=True, font_files=list(FONT_FILES), font_family="Source Sans 3",
            sans_serif_family="Source Sans 3",
        )
    )  # fmt: skip


def _frame(city: Place, links: Sequence[Link], width: int, height: int) -> Frame:
    """The region of the city; the world where less than half of the partners are in that."""
    points = [link.place.point for link in links if link.place.point]
    near = [link.place.point for link in links if link.place.point and (link.kilometres or 0) <= NEAR_KM]
    if city.point is None and not near:
        return fitted([(50.0, 15.0)], width, height)
    if city.point and not points:
        return around(city.point, NEAR_KM, width, height)
    frame = fitted(near, width, height, sides=70, centre=city.point) if near else None
    return frame if frame and frame.share(Counter(points)) >= LEAST_SHARE else world(width, height)


def _without_strange_names(link: Link) -> Link:
    name = link.place.name
    return link if _DRAWABLE.fullmatch(name) else replace(link, place=replace(link.place, name=""))
