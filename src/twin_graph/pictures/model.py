"""What pictures are made of: places, links and bars as plain values. Knows no store and no language of a page.

Names and addresses come ready for a reader; coordinates are degrees, distances kilometres, dates days.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum


class Relation(Enum):
    """How a link is marked: by a shape and a colour. The value is its class in style sheets."""

    PARTNER = "p"
    FRIENDLY = "f"
    OTHER = "o"  # a declaration, solidarity: in a register, but neither of the two above
    LISTED = "l"  # in no register


class State(Enum):
    """How a line is drawn: whole, dashed or dotted. The value is its class in style sheets."""

    CURRENT = ""
    PAUSED = "s"
    ENDED = "e"
    UNKNOWN = "u"


@dataclass(frozen=True)
class Place:
    """A place with a name.

    Attributes:
        href: where its mark leads; empty for nowhere.
        country: key of its country, by which places are grouped.
        weight: what a larger mark stands for; 0 where marks are of one size.
    """

    name: str
    latitude: float | None = None
    longitude: float | None = None
    href: str = ""
    country: str = ""
    weight: float = 0

    @property
    def point(self) -> tuple[float, float] | None:
        """Latitude and longitude, if both are known."""
        if self.latitude is None or self.longitude is None:
            return None
        return self.latitude, self.longitude


@dataclass(frozen=True)
class Link:
    """A place that is linked, how, and how far it is from the place that the picture is about."""

    place: Place
    relation: Relation = Relation.PARTNER
    state: State = State.CURRENT
    kilometres: float | None = None
    start: Place | None = None  # where the line begins; by default the place that the picture is about

    @property
    def classes(self) -> str:
        """Classes of its mark and of its line."""
        return f"{self.relation.value} {self.state.value}".strip()


@dataclass(frozen=True)
class Bar:
    """A row of a timeline.

    Attributes:
        first, last: the days between which it began.
        end: the day of its end; None for what goes on, and for an end that nobody knows.
        state: how it stands.
        relation: what it was at its beginning.
        pauses: from when to when it rested; None for a rest that goes on.
        years: the text beside the name.
        changes: from which day on it was another relation, and which.
    """

    name: str
    first: date
    last: date
    end: date | None = None
    state: State = State.CURRENT
    relation: Relation = Relation.PARTNER
    pauses: tuple[tuple[date, date | None], ...] = ()
    href: str = ""
    years: str = ""
    changes: tuple[tuple[date, Relation], ...] = ()


@dataclass(frozen=True)
class Drawing:
    """A picture as SVG text, and what could not be shown in it.

    Attributes:
        outside: names of what lies beyond the frame, nearest first.
        unnamed: names of what is drawn without its name.
    """

    svg: str
    width: int
    height: int
    outside: tuple[str, ...] = ()
    unnamed: tuple[str, ...] = ()
