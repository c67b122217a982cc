"""Keys that were withdrawn: the rows of `retired.csv`, checked.

A retired key answers for ever, with the reason or the way to what replaced it; nothing else may have it again.
How the answer is given is said by `describe`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from twin_graph import dates, iris
from twin_graph.findings import Finding, problem
from twin_graph.kinds import BY_NAME
from twin_graph.sources.documents import SEPARATOR
from twin_graph.sources.folders import Source
from twin_graph.sources.keys import Keys
from twin_graph.sources.tables import Row

_KINDS = tuple(name for name, kind in BY_NAME.items() if not kind.part_of)


@dataclass
class Retired:
    """Reason, day and replacement by kind and key, and what was wrong with the rows."""

    keys: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def read_retired(sources: Iterable[Source], keys: Keys) -> Retired:
    """The retired keys of all sources.

    Args:
        keys: those that are in use, aliases included.
    """
    retired = Retired()
    rows = [row for source in sources for row in source.retired]
    first: dict[tuple[str, str], Row] = {}
    for row in rows:
        first.setdefault((row.cells.get("kind", ""), row.cells.get("key", "")), row)
    for row in rows:
        found = list(_flaws(row, keys, first))
        retired.findings.extend(found)
        if not found:
            told = {name: row.cells.get(name, "") for name in ("reason", "on", "replaced_by")}
            retired.keys.setdefault(row.cells["kind"], {})[row.cells["key"]] = told
    return retired


def _flaws(row: Row, keys: Keys, first: dict[tuple[str, str], Row]) -> Iterator[Finding]:
    def flaw(column: str, message: str, hint: str) -> Finding:
        return problem(row.at(column), message, hint, "reading")

    kind, key, on = (row.cells.get(name, "") for name in ("kind", "key", "on"))
    if kind not in _KINDS:
        yield flaw("kind", f"“{kind}” is not a kind of thing", f"write one of {', '.join(_KINDS)}")
        return
    used = keys.resolve(kind, key)
    if not key:
        yield flaw("key", "the key is missing", "write the old key")
    elif not iris.is_key(key):
        hint = "write it as it was published: lower-case letters a-z, digits and hyphens, at most 64"
        yield flaw("key", f"“{key[:80]}” cannot be a key", hint)
    elif first[kind, key] is not row:
        hint = f"it is already retired in {first[kind, key].where}; delete one of the rows"
        yield flaw("key", f"the key “{key}” stands twice", hint)
    elif used is not None:
        hint = "a retired key is never used again: choose another key there, or delete this row"
        yield flaw("key", f"“{key}” is still in use ({keys.owners[kind][used].where})", hint)
    else:
        yield from _flaws_of_replacement(row, keys, first)
    day = dates.earliest(on)
    if on and (day is None or day.isoformat() != on):
        yield flaw("on", f"“{on[:80]}” is not a day", "write it as 2024-05-31, or leave the cell empty")
    if not row.cells.get("reason"):
        yield flaw("reason", "the reason is missing", "say why, in a sentence")


def _flaws_of_replacement(row: Row, keys: Keys, first: dict[tuple[str, str], Row]) -> Iterator[Finding]:
    """What is wrong with the keys of what came instead: one leads on, of several a reader chooses."""
    kind, key = row.cells["kind"], row.cells["key"]
    cell = row.cells.get("replaced_by", "")
    for other in [text.strip() for text in cell.split(SEPARATOR)] if cell else []:
        if keys.resolve(kind, other):
            continue
        if other == key:
            message = f"“{key}” cannot replace itself"
            hint = f"write the key of the {kind} that is published now, or leave the cell empty"
        elif (kind, other) in first:
            message = f"“{other}” is itself retired ({first[kind, other].where})"
            hint = f"write the key of the {kind} that is published now, or leave the cell empty"
        elif keys.is_unread([kind]):
            continue
        else:
            message, hint = f"there is no {kind} “{other}”", keys.suggest([kind], other)
        yield problem(row.at("replaced_by"), message, hint, "reading")
