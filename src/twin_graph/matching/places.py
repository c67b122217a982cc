"""What the index is made of: things of ours, and places that are not among them.

A name in somebody's list may mean a place that nobody has twinned. `gazetteer.csv` has the populated places of
Natural Earth (made with Natural Earth), `homonyms.csv` places of our own knowledge that bear the name of a city; what
is said of them makes "none of these" more probable. Which things there are is decided by `build`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from twin_graph.labels import Name, fold
from twin_graph.matching.spelling import read_table

# What is kept of a kind in the index, in the order of its numbers.
KINDS = ("city", "network", "country")


@dataclass(frozen=True)
class Place:
    """A thing or a place as the index knows it.

    Attributes:
        kind: of our kinds; `city` for places that are not ours.
        key: empty for a place that is not ours.
        item: of Wikidata, or empty.
        names: labels first.
        country: key, empty where nobody knows it.
        admin: the region, state or county that it is in.
        point: latitude and longitude, in degrees.
        population: 0 where nobody knows it.
        partners: keys of the cities that it is twinned with, each with the key of the partnership.
        networks: keys.
        siblings: keys of the things that are the same place.
        identifiers: by their sort, as they are compared: small letters and digits.
    """

    kind: str
    key: str
    item: str = ""
    names: tuple[Name, ...] = ()
    country: str = ""
    admin: str = ""
    point: tuple[float, float] | None = None
    population: int = 0
    partners: tuple[tuple[str, str], ...] = ()
    networks: tuple[str, ...] = ()
    siblings: tuple[str, ...] = ()
    identifiers: Mapping[str, str] = field(default_factory=dict)

    @property
    def sorting(self) -> tuple[int, bool, str, int, str]:
        """Where it stands in the index: ours first, by key; others by item."""
        number = int(self.item[1:]) if self.item[1:].isdigit() else 0
        first = self.names[0].text if self.names else ""
        return KINDS.index(self.kind), not self.key, self.key, number, f"{first}|{self.country}|{self.admin}"


def with_gazetteer(things: Iterable[Place]) -> Iterator[Place]:
    """The things, with the region that the gazetteer knows of them, and the places that are not among them."""
    known = {place.item: place for place in read_gazetteer() if place.item}
    kept = list(things)
    for thing in kept:
        other = known.get(thing.item) if thing.kind == "city" and thing.item else None
        yield replace(thing, admin=thing.admin or other.admin) if other else thing
    ours = {thing.item for thing in kept if thing.item}
    for place in known.values():
        if place.item not in ours:
            yield place
    named: dict[tuple[str, str], set[str]] = {}
    for thing in kept:
        admin = thing.admin or (known[thing.item].admin if thing.item in known else "")
        for name in thing.names:
            named.setdefault((fold(name.text), thing.country), set()).add(fold(admin))
    for place in read_homonyms():
        admins = named.get((fold(place.names[0].text), place.country))
        # A city of ours in that country has the name already, and perhaps it is this one.
        if not admins or (place.admin and fold(place.admin) not in admins):
            yield place


def read_gazetteer() -> Iterator[Place]:
    """The populated places of Natural Earth."""
    for row in read_table("gazetteer"):
        others = [Name(text, "", "alternative") for text in row["names"].split("|") if text]
        yield Place(
            "city",
            "",
            row["item"],
            (Name(row["name"], "en"), *others),
            row["country"],
            row["admin"],
            (float(row["latitude"]), float(row["longitude"])),
            int(row["population"] or 0),
        )


def read_homonyms() -> Iterator[Place]:
    """Places that bear the name of a city, of our own knowledge: name, country and region."""
    for row in read_table("homonyms"):
        yield Place("city", "", "", (Name(row["name"], "en"),), row["country"], row["admin"])
