"""Which items may be parties, and under which key we know them.

An item that we do not know becomes a city of its own, unless it is known to be none (a state, a person) or a
correction has removed it. Makes no rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from twin_graph import iris
from twin_graph.enrich.archives import Latest
from twin_graph.sources.folders import Source
from twin_graph.sources.keys import ITEM_COLUMN
from twin_graph.sources.tables import Row
from twin_graph.wikidata.identity import follow
from twin_graph.wikidata.model import Item
from twin_graph.wikidata.questions import number
from twin_graph.wikidata.terms import item_id

# What is no local authority, by `P31`: states and what else statements of P190 were seen to name by mistake.
NOT_PARTIES = frozenset({
    "Q6256", "Q3624078", "Q7275",  # country, sovereign state, state
    "Q5", "Q34770", "Q9259",  # human, language, World Heritage Site
    "Q4167410", "Q4830453",  # disambiguation page, business
})  # fmt: skip
# Of several types one of these is enough: Singapore is a state and a city.
PARTIES = frozenset({"Q515", "Q133442", "Q1549591", "Q15284", "Q486972", "Q5119"})

_READ = frozenset({"cities", "countries", "networks", "sources"})  # tables


def is_party(item: Item | None) -> bool:
    """Whether an item may be a party; what is not known may."""
    types = {item_id(node) for node in item.facts.get("type", ())} if item is not None else set()
    return not types & NOT_PARTIES or bool(types & PARTIES)


@dataclass
class Known:
    """The cities of the tables.

    Attributes:
        rows: by item, the rows of all sources about that city.
        networks, countries: keys by item.
        memberships: keys by item of the city and key of the network; of several the latest.
        merged: by item, the item of a city of ours that was merged into it.
        removed: items of cities, and names of claims, that a correction has removed.
    """

    rows: dict[str, list[Row]] = field(default_factory=dict)
    names: dict[str, set[str]] = field(default_factory=dict)
    sources: set[str] = field(default_factory=set)
    countries: dict[str, str] = field(default_factory=dict)
    networks: dict[str, str] = field(default_factory=dict)
    memberships: dict[tuple[str, str], str] = field(default_factory=dict)
    removed: set[tuple[str, str]] = field(default_factory=set)
    merged: dict[str, str] = field(default_factory=dict)

    def own(self, item: str) -> str:
        """The item by which our tables know a city: another one, where that was merged into this."""
        return item if item in self.rows else self.merged.get(item, item)

    def alias(self, item: str) -> str:
        """Under which key a row names the city of an item."""
        return iris.city_alias(self.own(item))

    def is_known(self, item: str) -> bool:
        """Whether a table has this city."""
        return self.own(item) in self.rows

    def is_removed(self, item: str) -> bool:
        """Whether a correction says that this is no city."""
        return ("cities", iris.city_alias(item)) in self.removed

    def taken(self, item: str) -> set[str]:
        """The columns that some row about a city fills."""
        return {name for row in self.rows.get(self.own(item), ()) for name in row.cells}


def read_known(sources: Iterable[Source], latest: Latest) -> Known:
    """What the tables say of cities, and which of their items were merged into others since."""
    known = Known()
    keys: dict[str, str] = {}
    for source in sources:
        known.removed |= source.removed
        for row in source.rows:
            if row.table in _READ:
                _note(known, keys, row)
    for source in sources:
        for row in source.table("exonyms"):
            key = row.cells.get("city", "")
            item = keys.get(key, key.upper())
            known.names.setdefault(item, set()).add(row.cells.get("name", ""))
    listed = [row.cells for source in sources for row in source.table("memberships")]
    for cells in sorted(listed, key=lambda each: each.get("from", "")):
        city = cells.get("city", "")
        known.memberships[keys.get(city, city.upper()), cells.get("network", "")] = cells.get("key", "")
    items = {id_: found for id_ in latest.of_item if (found := latest.item(id_)) is not None}
    for id_ in sorted(known.rows.keys() & items.keys(), key=number, reverse=True):
        target = follow(id_, items)
        if target not in known.rows:
            known.merged[target] = id_
    return known


def _note(known: Known, keys: dict[str, str], row: Row) -> None:
    cells = row.cells
    if row.table == "cities":
        item = cells.get(ITEM_COLUMN) or cells.get("key", "").upper()
        keys[cells.get("key", "")] = item
        known.rows.setdefault(item, []).append(row)
        names = {cell for name, cell in cells.items() if name.startswith("name_")}
        known.names.setdefault(item, set()).update(names)
    elif row.table == "countries" and ITEM_COLUMN in cells:
        known.countries[cells[ITEM_COLUMN]] = cells.get("key", "")
    elif row.table == "networks" and ITEM_COLUMN in cells:
        known.networks[cells[ITEM_COLUMN]] = cells.get("key", "")
    elif row.table == "sources":
        known.sources.add(cells.get("key", ""))


def why_no_party(item: str, latest: Latest, known: Known) -> str:
    """Why an item cannot be a party, for people; "" where it can."""
    if known.is_removed(item):
        return "a correction says that it is no local authority"
    found = latest.item(item)
    if found is not None and found.state == "missing" and not known.is_known(item):
        return "the item does not exist"
    return "" if is_party(found) else "it is a state, a person or something else that signs nothing"
