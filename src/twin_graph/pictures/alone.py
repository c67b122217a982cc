"""A picture as a file of its own: it brings its colours, its words and the credit of its base map.

Colours are written out, not as variables, because many viewers know none; a viewer that knows media queries shows
it dark where the reader wants that.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from twin_graph.pictures.labels import width_of
from twin_graph.pictures.maps import mark
from twin_graph.pictures.model import Drawing, Link, Place, Relation, State
from twin_graph.pictures.svg import escape, number, short, text

RULES = (Path(__file__).parent / "picture.css").read_text(encoding="utf-8")
LIGHT = {
    "text": "#16202a", "soft": "#4a5763", "page": "#ffffff", "band": "#f4f6f8", "line": "#ccd3da",
    "land": "#e6eaed", "partner": "#0b5cad", "friendly": "#a84300", "visited": "#55308d",
}  # fmt: skip
DARK = {
    "text": "#e8edf2", "soft": "#aab6c1", "page": "#12171c", "band": "#1b222a", "line": "#3a4651",
    "land": "#2a343e", "partner": "#7db8ff", "friendly": "#ffae70", "visited": "#cdb4ff",
}  # fmt: skip
_VARIABLE = re.compile(r"var\(--([a-z]+)\)")
_MARGIN, _HEAD, _LINE = 20, 50, 22
WIDTH = 760  # pixels of a picture whose places are parts of a hundred


@dataclass(frozen=True)
class Legend:
    """One entry: a shape, a pattern of lines or both, and its words.

    Attributes:
        field: of a timeline, how a part of a bar is filled: ended, unknown, rest, begin.
    """

    relation: Relation | None
    state: State
    words: str
    field: str = ""


def coloured(palette: Mapping[str, str]) -> str:
    """The rules of the pictures with the colours of a palette."""
    return _VARIABLE.sub(lambda match: palette[match.group(1)], RULES)


_FIELDS = {
    "ended": '<path class="k" d="M2 6h24v8h-24zM4 14l8-8m-2 8l8-8m-2 8l8-8"/>',
    "unknown": '<rect class="q" x="2" y="6" width="24" height="8"/><path class="k" d="M2 6h24m0 8h-24"/>',
    "rest": '<rect class="w" x="2" y="6" width="24" height="8"/>',
    "begin": '<rect class="i" x="2" y="8.5" width="12" height="3"/>'
    '<rect class="v" x="14" y="6" width="12" height="8"/>',
}
_STYLE = (
    coloured(LIGHT)
    + ".ground{fill:#ffffff}\n@media (prefers-color-scheme:dark){\n"
    + coloured(DARK)
    + ".ground{fill:#12171c}\n}\n@media print{\n"
    + coloured(LIGHT)
    + ".ground{fill:#ffffff}\n}\n"
)
STYLE_HASH = "sha256-" + base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()


def draw_alone(
    drawing: Drawing,
    *,
    title: str,
    description: str,
    language: str,
    credit: str,
    legend: Sequence[Legend] = (),
    is_map: bool = False,
    style: str = _STYLE,
) -> str:
    """The text of an SVG file with the picture below its title and above its legend and credit."""
    inner_width = drawing.width or WIDTH
    width = inner_width + 2 * _MARGIN
    entries, rows = _entries(legend, inner_width)
    below = _HEAD + drawing.height + 14
    height = below + rows * _LINE + _LINE + 10
    kind = "pic map" if is_map else "pic"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="pic" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}" role="img" aria-labelledby="title desc" xml:lang="{escape(language)}"'
        f' lang="{escape(language)}">\n'
        f'<title id="title">{escape(short(title, 200))}</title>\n'
        f'<desc id="desc">{escape(short(description, 1000))}</desc>\n<style>{style}</style>\n'
        f'<rect class="ground" width="{width}" height="{height}"/>\n'
        + text(_MARGIN, 32, short(title, 70), extra=' class="t h"')
        + f'\n<svg class="{kind}" x="{_MARGIN}" y="{_HEAD}" width="{inner_width}" height="{drawing.height}"'
        f' viewBox="0 0 {inner_width} {drawing.height}">'
        + ('<rect class="sea" width="100%" height="100%"/>' if is_map else "")
        + f'{drawing.svg}</svg>\n<g transform="translate({_MARGIN} {below})">{entries}'
        + text(0, rows * _LINE + 14, short(credit, 130), extra=' class="n"')
        + "</g>\n</svg>\n"
    )


def _entries(legend: Sequence[Legend], width: float) -> tuple[str, int]:
    """The entries in rows, and how many rows there are."""
    drawn, x, row = [], 0.0, 0
    for entry in legend:
        long = 34 + 1.2 * width_of(entry.words, 12) + 14  # another font may be broader
        if x and x + long > width:
            x, row = 0.0, row + 1
        drawn.append(f'<g transform="translate({number(x)} {row * _LINE})">{sample(entry)}')
        drawn.append(text(34, 14, entry.words) + "</g>")
        x += long
    return "".join(drawn), row + 1 if legend else 0


def sample(entry: Legend) -> str:
    """The shape of an entry, or its line, in a field of 28 by 20 pixels."""
    if entry.field:
        return f'<g class="y">{_FIELDS[entry.field]}</g>'
    if entry.relation is None:
        return f'<path class="a y {entry.state.value}" d="M1 10h26"/>'
    return mark(Link(Place(""), entry.relation, entry.state), (14, 10))
