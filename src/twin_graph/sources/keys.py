"""Which keys exist, under which aliases, and what a reference in a cell points to.

A city that has a Wikidata item can also be named by it (`q37333`); the row with the readable key owns the
city, a row with the item as its key adds to it. What a merged partnership is called is decided in `claims`.
"""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable

from twin_graph import iris
from twin_graph.findings import Finding, SourceRef, problem
from twin_graph.kinds import BY_NAME, BY_TABLE, Kind
from twin_graph.sources.columns import KEY_COLUMN
from twin_graph.sources.tables import Row

ITEM_COLUMN = "wikidata"
# What registers have in common: one row is enough for all of them.
_COMMON = ("city", "country", "network", "distinction")
_ITEM = re.compile(r"q[1-9][0-9]*")


class Keys:
    """The keys of all things with documents, their aliases, and the row that owns each."""

    def __init__(self) -> None:
        self.owners: dict[str, dict[str, Row]] = defaultdict(dict)
        self.aliases: dict[str, dict[str, str]] = defaultdict(dict)
        self.findings: list[Finding] = []
        self.unread: set[str] = set()

    def resolve(self, kind: str, key: str) -> str | None:
        """The key that a thing is published under, or None where there is no such thing."""
        if BY_NAME[kind].is_derived:
            # Whether the build makes such a thing is known only then: a rule about the data says it.
            return key if iris.is_key(key) else None
        canonical = self._canonical(kind, key)
        return canonical if canonical in self.owners.get(kind, {}) else None

    def is_unread(self, kinds: Iterable[str]) -> bool:
        """Whether a file that could not be read may hold keys of these kinds, so that none can be missed."""
        return not self.unread.isdisjoint(kinds)

    def suggest(self, kinds: Iterable[str], key: str) -> str:
        """A hint for a key that does not exist."""
        names = list(kinds)
        known = [name for kind in names for name in (*self.owners.get(kind, {}), *self.aliases.get(kind, {}))]
        near = difflib.get_close_matches(key, known, n=1, cutoff=0.75) if len(known) < 30_000 else []
        tables = " or ".join(f"{_table_of(kind)}" for kind in names)
        if all(BY_NAME[kind].is_derived for kind in names):
            return f"copy the key from the address of the {' or '.join(names)}"
        return f"did you mean “{near[0]}”?" if near else f"use a key from {tables}, or add a row there"

    def is_addition(self, kind: Kind, row: Row) -> bool:
        """Whether a row adds to a thing that another row owns."""
        key = row.cells.get(KEY_COLUMN, "")
        return self._canonical(kind.name, key) != key

    def _canonical(self, kind: str, key: str) -> str:
        # Asking adds nothing, not even an empty entry: the aliases are published as they are.
        return self.aliases.get(kind, {}).get(key, key)


def collect_keys(rows: Iterable[Row], unread: Iterable[str] = ()) -> Keys:
    """The keys of all rows, in their order; what is doubled or malformed is in `findings`.

    Args:
        unread: kinds of which a table could not be read.
    """
    keys = Keys()
    keys.unread.update(unread)
    rows = list(rows)
    for row in rows:
        _note_item(keys, row)
    for row in rows:
        kind = BY_TABLE[row.table]
        if not kind.part_of:
            _note_key(keys, kind, row)
    return keys


def _note_key(keys: Keys, kind: Kind, row: Row) -> None:
    key = row.cells.get(KEY_COLUMN)
    if key is None:
        hint = "give the row a short name such as lublin-nancy"
        keys.findings.append(problem(row.at(KEY_COLUMN), "the key is missing", hint, "reading"))
    elif not iris.is_key(key):
        hint = "use lower-case letters a-z, digits and hyphens, at most 64, such as rishon-lezion"
        keys.findings.append(problem(row.at(KEY_COLUMN), f"“{key[:80]}” cannot be a key", hint, "reading"))
    elif keys.is_addition(kind, row):
        return
    elif key in keys.owners[kind.name]:
        hint = _hint_for_doubled(kind, row, keys.owners[kind.name][key].where)
        keys.findings.append(problem(row.at(KEY_COLUMN), f"the key “{key}” stands twice", hint, "reading"))
    else:
        keys.owners[kind.name][key] = row


def _hint_for_doubled(kind: Kind, row: Row, first: SourceRef) -> str:
    """What to do about a key that stands twice: two registers keep theirs apart by the names of their cities."""
    city, other = _folder(row.where), _folder(first)
    if kind.name in _COMMON or "" in (city, other) or city == other:
        return f"it is already used in {first}; choose another, or delete one of the rows"
    own = f"{city}-{row.cells[KEY_COLUMN].removesuffix(f'-{city}')}"
    return f"the other register already has it, in {first}; begin yours with your city, such as {own}"


def _folder(where: SourceRef) -> str:
    """The folder, or the workbook, of `data/` that a place is in; empty for the shared tables."""
    path, bracket, _ = where.path.partition("[")
    parts = path.split("/")
    if len(parts) > 2:
        return parts[1]
    return parts[-1].rpartition(".")[0] if bracket else ""


def _note_item(keys: Keys, row: Row) -> None:
    item, key = row.cells.get(ITEM_COLUMN, ""), row.cells.get(KEY_COLUMN, "")
    if row.table != "cities" or not item or not iris.is_key(key):
        return
    alias = iris.city_alias(item)
    if alias == key or not iris.is_key(alias):
        return
    if _ITEM.fullmatch(key):
        message = f"the key says {key.upper()}, and this cell {item}"
        hint = "a key that is an item is the item of its city: correct the one that is wrong"
        keys.findings.append(problem(row.at(ITEM_COLUMN), message, hint, "reading"))
        return
    taken = keys.aliases["city"].get(alias)
    if taken is not None and taken != key:
        message = f"{item} is also the item of “{taken}”"
        hint = "an item belongs to one city only; a town and its municipality have one each"
        keys.findings.append(problem(row.at(ITEM_COLUMN), message, hint, "reading"))
        return
    keys.aliases["city"][alias] = key


def _table_of(kind: str) -> str:
    return BY_NAME[kind].table
