"""From claims to partnerships: the same set of parties is the same partnership, and the register wins.

The rule, and nothing more: a partnership is a set of parties, whatever its relation or dates. The first
source that lists the set, in order of precedence, owns the partnership and gives its facts; the row of every
later source becomes that source's claim about it. A set that only claims name is published under the items of
its parties (`q60-q84`). What follows from the claims (reciprocity, relation of what only Wikidata lists) is
derived by the queries `derive_*.rq`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from twin_graph import iris
from twin_graph.findings import Finding, problem
from twin_graph.kinds import BY_NAME
from twin_graph.sources.documents import SEPARATOR
from twin_graph.sources.folders import PARTIES, Source
from twin_graph.sources.keys import Keys
from twin_graph.sources.tables import Row

Parties = frozenset[str]
_CARRIED = ("relation", "confidence", "source", "notes")


@dataclass
class Merge:
    """What merging found: the rows to publish by source, and the problems."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def merge(sources: Iterable[Source], keys: Keys) -> Merge:
    """The rows of all sources with claims pointing to partnerships; `keys` learns the new names and aliases.

    Args:
        sources: in order of precedence.
        keys: of the rows of all sources; partnerships named by items are added.
    """
    return _Merger(keys).run(list(sources))


class _Merger:
    def __init__(self, keys: Keys) -> None:
        self.keys = keys
        self.owners: dict[Parties, tuple[str, Row, Source]] = {}
        self.items = {key: alias for alias, key in keys.aliases["city"].items()}
        self.merge = Merge()

    def run(self, sources: list[Source]) -> Merge:
        claims = {source.name: self._listed(source) for source in sources}
        # A register publishes the partnerships that it lists and no others. A set of parties that its claims
        # only mention is named by the source that knows it, or stands among the shared things.
        for source in sorted(sources, key=lambda source: source.register is not None):
            minted: list[Row] = []
            for row in source.table("claims"):
                claims[source.name].extend(self._claim(source, row, minted))
            home = sources[0] if source.register is not None else source
            claims[home.name].extend(minted)
        for source in sources:
            rows = [row for row in source.rows if row.table not in ("claims", "partnerships")]
            rows.extend(row for row in source.table("partnerships") if self._owns(row))
            rows.extend(claims[source.name])
            self.merge.rows[source.name] = [*(self._added(row) for row in rows), *source.additions]
        return self.merge

    def _listed(self, source: Source) -> list[Row]:
        """The register's own claims: one for each partnership that it lists."""
        found = []
        for row in source.table("partnerships"):
            parties = self._parties(row)
            key = row.cells.get("key", "")
            if parties is None or self.keys.owners["partnership"].get(key) is not row:
                continue
            owner = self.owners.setdefault(parties, (key, row, source))
            if owner[1] is not row and owner[2] is source:
                message = f"the same parties already make the partnership “{owner[0]}” ({owner[1].where})"
                hint = "a partnership is its set of parties: add the documents to that one"
                self.merge.findings.append(problem(row.at(PARTIES), message, hint, "reading"))
                continue
            if owner[1] is not row:
                self.keys.aliases["partnership"][key] = owner[0]
                del self.keys.owners["partnership"][key]
            if source.register is not None:
                found.append(self._register_claim(source.register, owner[0], row))
                self._check_side(source.register, parties, row)
            self._name_by_items(parties, owner[0])
        return found

    def _owns(self, row: Row) -> bool:
        parties = self._parties(row, report=False)
        # A row whose key is doubled owns nothing.
        return parties is None or parties not in self.owners or self.owners[parties][1] is row

    def _claim(self, source: Source, row: Row, minted: list[Row]) -> Iterable[Row]:
        if PARTIES not in row.cells:
            return [row]
        parties = self._parties(row)
        if named := [name for name in BY_NAME["claim"].part_of if name in row.cells]:
            hint = f"write a key into exactly one of the columns {', '.join([*named, PARTIES])}"
            finding = problem(row.where, "it is not clear what the row is about", hint, "reading")
            self.merge.findings.append(finding)
        if parties is None:
            return []
        if parties not in self.owners:
            names = [self.items.get(key, key) for key in parties]
            key = iris.pair_key(names)
            if not iris.is_key(key) or self.keys.resolve("partnership", key):
                key = f"set-{iris.digest(*sorted(names))}"
            listed = Row("partnerships", {"key": key, PARTIES: SEPARATOR.join(sorted(parties))}, row.where)
            self.owners[parties] = (key, listed, source)
            self.keys.owners["partnership"][key] = listed
            minted.append(listed)
        cells = {name: cell for name, cell in row.cells.items() if name != PARTIES}
        return [Row("claims", {**cells, "partnership": self.owners[parties][0]}, row.where)]

    def _register_claim(self, register: Row, partnership: str, row: Row) -> Row:
        cells = {name: row.cells[name] for name in _CARRIED if name in row.cells}
        cells |= {"partnership": partnership, "claimed_by": register.cells.get("key", "")}
        if "city" in register.cells:
            cells["on_side_of"] = register.cells["city"]
        return Row("claims", cells, row.where)

    def _check_side(self, register: Row, parties: Parties, row: Row) -> None:
        city = self.keys.resolve("city", register.cells.get("city", ""))
        if city is not None and city not in parties:
            message = f"“{city}”, whose register this is, is not among the parties"
            hint = f"add it, such as {city};{row.cells[PARTIES]}"
            self.merge.findings.append(problem(row.at(PARTIES), message, hint, "reading"))

    def _name_by_items(self, parties: Parties, key: str) -> None:
        names = [self.items.get(party, party) for party in parties]
        alias = iris.pair_key(names)
        # A key of its own that reads like items is never an alias: it would lead to other parties.
        taken = alias in self.keys.owners["partnership"]
        if all(name.startswith("q") for name in names) and not taken and iris.is_key(alias):
            self.keys.aliases["partnership"].setdefault(alias, key)

    def _added(self, row: Row) -> Row:
        """A row about a city that another row owns keeps only the cells which that row leaves empty."""
        key = row.cells.get("key", "")
        owner_key = self.keys.aliases["city"].get(key) if row.table == "cities" else None
        if owner_key is None or owner_key == key:
            return row
        owner = self.keys.owners["city"].get(owner_key)
        taken = owner.cells if owner is not None else {}
        cells = {name: cell for name, cell in row.cells.items() if name == "key" or name not in taken}
        return Row(row.table, cells, row.where)

    def _parties(self, row: Row, *, report: bool = True) -> Parties | None:
        """The canonical keys of the parties; None, with findings, when one is unknown."""
        found: set[str] = set()
        complete = True
        for text in row.cells.get(PARTIES, "").split(SEPARATOR):
            if not text.strip():
                continue
            key = self.keys.resolve("city", text.strip())
            if key is None:
                complete = False
                if report and not self.keys.is_unread(["city"]):
                    hint = self.keys.suggest(["city"], text.strip())
                    message = f"there is no city “{text.strip()[:80]}”"
                    self.merge.findings.append(problem(row.at(PARTIES), message, hint, "reading"))
            else:
                found.add(key)
        if PARTIES in row.cells and complete and not found and report:
            finding = problem(row.at(PARTIES), "no city is named", "write the keys of the parties", "reading")
            self.merge.findings.append(finding)
        return frozenset(found) if complete and found else None
