"""Timelines: one bar for each partnership, from its beginning to its end or to the day of the data.

Horizontal places are parts of a hundred, so that letters keep their size at every width; heights are pixels.
An ended bar is hatched and closed, one whose end nobody knows is hatched and open, a beginning that is not known
to the day is a thin line, a rest is a gap with a dashed edge. A bar has the colour of the relation of its time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from twin_graph.pictures.model import Bar, Drawing, Relation, State
from twin_graph.pictures.svg import link, number, short, text

MOST_BARS = 150
_ROW, _TOP, _BAR = 30, 24, 8  # pixels
_LEFT, _RIGHT = 0.6, 98.5  # parts of a hundred of the width
_STEPS = (5, 10, 20, 50, 100, 200)


class _Scale:
    """From days to parts of a hundred of the width."""

    def __init__(self, first: date, today: date) -> None:
        self.begin = first.year - first.year % 5
        self.end = _year(today)
        self.step = next((step for step in _STEPS if (self.end - self.begin) / step <= 6), 500)

    def at(self, year: float) -> float:
        part = (min(year, self.end) - self.begin) / max(self.end - self.begin, 1)
        return _LEFT + (_RIGHT - _LEFT) * part

    def place(self, day: date) -> float:
        return self.at(_year(day))


def draw_timeline(bars: Sequence[Bar], today: date, name: str = "timeline") -> Drawing:
    """A timeline of bars in the order given, of which `MOST_BARS` are drawn and the others named.

    Args:
        today: the day to which bars without an end are drawn.
        name: begins the ids of the patterns; no two pictures of a page have the same.
    """
    shown = bars[:MOST_BARS]
    scale = _Scale(min((bar.first for bar in shown), default=today), today)
    height = _TOP + _ROW * len(shown) + 6
    rows = "".join(_row(bar, _TOP + _ROW * i, scale, name) for i, bar in enumerate(shown))
    hatched = sorted({each.value for bar in shown if bar.state is State.ENDED for each in relations_of(bar)})
    svg = _patterns(name, hatched) + _grid(scale, height) + rows
    return Drawing(svg, 0, height, tuple(short(bar.name, 60) for bar in bars[MOST_BARS:]))


def _year(day: date) -> float:
    return day.year + (day.timetuple().tm_yday - 1) / 366


def _grid(scale: _Scale, height: int) -> str:
    drawn = []
    first = -(-scale.begin // scale.step) * scale.step
    for year in range(first, int(scale.end) + 1, scale.step):
        x = number(scale.at(year))
        middle = "" if scale.at(year) < 4 else ' text-anchor="middle"'
        drawn.append(f'<line class="g" x1="{x}%" x2="{x}%" y1="{_TOP - 6}" y2="{height}"/>')
        if scale.at(year) < 96:
            drawn.append(f'<text class="n" x="{x}%" y="12"{middle}>{year}</text>')
    drawn.append(f'<line class="d" x1="{_RIGHT}%" x2="{_RIGHT}%" y1="{_TOP - 6}" y2="{height}"/>')
    return "".join(drawn)


def _row(bar: Bar, y: int, scale: _Scale, name: str) -> str:
    first, last = scale.place(bar.first), scale.place(bar.last)
    is_open = bar.end is None
    end = _RIGHT if bar.end is None else max(scale.place(bar.end), first + 0.4)
    last = min(last, end - 0.4)
    top = y + 17
    parts = [_written(bar, y)]
    if is_imprecise(bar, last - first):
        parts.append(_rect("i", first, last, top + _BAR / 2 - 1.5, 3))
    for relation, begin, finish in _segments(bar, last, end, scale):
        closed = not is_open and finish == end
        parts.append(
            f'<g class="{relation.value}">{_field(bar.state, relation, begin, finish, top, closed, name)}</g>'
        )
    for start, until in bar.pauses:
        stop = scale.place(until) if until else end
        parts.append(
            _rect("w", max(scale.place(start), last), max(stop, scale.place(start) + 0.6), top, _BAR)
        )
    return link(bar.href, f'<g class="{bar.relation.value}">{"".join(parts)}</g>')


def is_imprecise(bar: Bar, long: float = 1) -> bool:
    """Whether a thin line is drawn for the time in which it began; `long` in parts of a hundred."""
    return bar.last > bar.first and long > 0.2


def relations_of(bar: Bar) -> tuple[Relation, ...]:
    """What a bar was one after the other."""
    return (bar.relation, *(relation for _, relation in bar.changes))


def _segments(bar: Bar, start: float, end: float, scale: _Scale) -> Iterable[tuple[Relation, float, float]]:
    """Each relation of a bar, from where to where it is drawn."""
    cuts = [min(max(scale.place(day), start), end) for day, _ in bar.changes]
    for relation, begin, until in zip(relations_of(bar), [start, *cuts], [*cuts, end], strict=True):
        if until > begin:
            yield relation, begin, until


def _field(state: State, relation: Relation, start: float, end: float, top: float, closed: bool,
           name: str) -> str:  # fmt: skip
    """A part of a bar of one relation."""
    if state is State.ENDED:
        fill = f"url(#{name}-{relation.value})"
        return _rect("h", start, end, top, _BAR, fill) + "".join(_edges(start, end, top, not closed))
    if state is State.UNKNOWN:
        return _rect("q", start, end, top, _BAR) + "".join(_edges(start, end, top, True))
    return _rect("v", start, end, top, _BAR)


def _written(bar: Bar, y: int) -> str:
    """The name and the years on one line above the bar."""
    name = text(0, y + 12, short(bar.name, 34)).removesuffix("</text>").replace('x="0"', f'x="{_LEFT}%"', 1)
    when = f'<tspan class="n" dx="6">{bar.years}</tspan>' if bar.years else ""
    return f"{name}{when}</text>"


def _edges(start: float, end: float, top: float, is_open: bool) -> Iterable[str]:
    """The outline of a bar: without its right side where the end is not known."""
    left, right = f"{number(start)}%", f"{number(end)}%"
    for y in (top, top + _BAR):
        yield f'<line class="k" x1="{left}" x2="{right}" y1="{number(y)}" y2="{number(y)}"/>'
    if not is_open:
        yield f'<line class="k" x1="{right}" x2="{right}" y1="{number(top - 3)}" y2="{number(top + _BAR + 3)}"/>'


def _rect(kind: str, start: float, end: float, top: float, tall: float, fill: str = "") -> str:
    painted = f' fill="{fill}"' if fill else ""
    return (
        f'<rect class="{kind}" x="{number(start)}%" y="{number(top)}" width="{number(max(end - start, 0.3))}%"'
        f' height="{number(tall)}"{painted}/>'
    )


def _patterns(name: str, relations: Iterable[str]) -> str:
    made = "".join(
        f'<pattern id="{name}-{relation}" width="5" height="5" patternUnits="userSpaceOnUse"'
        f' patternTransform="rotate(45)"><path class="x {relation}" d="M1 0v5"/></pattern>'
        for relation in relations
    )
    return f"<defs>{made}</defs>" if made else ""
