"""What the records of a mirror say, by what the web server looks it up with.

How that is written for nginx is `nginx`.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from twin_graph.bake.items import GONE
from twin_graph.bake.records import Record
from twin_graph.kinds import DOCUMENTED

KINDS = "|".join(kind.name for kind in DOCUMENTED)
KEY = "[a-z0-9][a-z0-9-]*"


@dataclass
class Tables:
    """What the records say, by what nginx looks it up with."""

    classes: dict[str, dict[str, str]] = field(default_factory=dict)
    groups: dict[str, dict[str, str]] = field(default_factory=dict)
    group_of: dict[str, str] = field(default_factory=dict)
    literal: dict[str, str] = field(default_factory=dict)
    extras: list[tuple[str, str, str]] = field(default_factory=list)
    turns: dict[str, str] = field(default_factory=dict)
    offers_of: dict[str, tuple[str, ...]] = field(default_factory=dict)
    group_offers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    leads: dict[str, tuple[int, str]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    translated: set[str] = field(default_factory=set)

    def add(self, record: Record) -> None:
        """Take in one record."""
        self.turns |= record.turns
        self.extras += [(file, shape, name) for file, (shape, name) in record.extras.items()]
        self.leads |= {name: (int(status), str(target)) for name, (status, target) in record.leads.items()}
        self.translated |= {file.partition("~lang=")[0] for file in record.files if "~lang=" in file}
        thing = record.item.removeprefix(GONE)
        if not re.fullmatch(rf"(?:{KINDS})/{KEY}", thing):
            self.literal |= record.shapes
            self.offers_of |= {address: tuple(names) for address, names in record.offers.items()}
            return
        if thing != record.item:
            if not record.files:
                return
            self.gone.add(thing)
        self.group_of[thing] = record.group
        self.groups.setdefault(record.group, record.shapes)
        self.group_offers.setdefault(record.group, tuple(next(iter(record.offers.values()), ())))


def usual_groups(tables: Tables) -> dict[str, str]:
    """For each kind the group of most of its things."""
    counted: Mapping[str, Counter[str]] = defaultdict(Counter)
    for thing, group in sorted(tables.group_of.items()):
        counted[thing.partition("/")[0]][group] += 1
    return {kind: max(sorted(found), key=lambda group: found[group]) for kind, found in counted.items()}


def class_rows(tables: Tables) -> tuple[dict[str, str], dict[str, str]]:
    """Classes by shape, those that most have, and by file for the others."""
    counted: Mapping[str, Counter[str]] = defaultdict(Counter)
    for shapes in tables.groups.values():
        for shape, name in shapes.items():
            counted[shape][name] += 1
    for _, shape, name in tables.extras:
        counted[shape][name] += 1
    default = {shape: max(sorted(found), key=lambda name: found[name]) for shape, found in counted.items()}
    default |= tables.literal
    return default, {file: name for file, shape, name in tables.extras if default[shape] != name}
