"""Paths of the description from the route map: one for each rule, with the parameters that the rule has.

Knows how rules are written and nothing of what is at their addresses; that is `description`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from werkzeug.routing import Rule

# What a view has for every method by itself.
_IMPLIED = frozenset({"HEAD", "OPTIONS"})
_PARAMETER = re.compile(r"<(?:(?P<sort>\w+)(?:\((?P<values>[^)]*)\))?:)?(?P<name>\w+)>")


@dataclass(frozen=True)
class Path:
    """One path.

    Attributes:
        endpoint: of the view; `text` with the parameters in braces.
        values: those that each parameter can have, none where there are too many to list.
        fixed: what the rule says without its being in the address, as the version of a protocol.
        methods: lower case; None where the view decides.
    """

    endpoint: str
    text: str
    values: Mapping[str, tuple[str, ...]]
    fixed: tuple[str, ...]
    methods: frozenset[str] | None


def find_paths(rules: Iterable[Rule], prefix: str, spelled_out: Collection[str]) -> Iterator[Path]:
    """The paths of an application.

    Args:
        prefix: of all rules; it is no part of a path.
        spelled_out: parameters with few values that become paths of their own, lest two paths look alike.
    """
    for rule in rules:
        text = rule.rule.removeprefix(prefix)
        values = {found["name"]: _values(found["values"]) for found in _PARAMETER.finditer(text)}
        apart = [name for name in values if name in spelled_out]
        left = {name: found for name, found in values.items() if name not in apart}
        methods = None if rule.methods is None else frozenset(m.lower() for m in rule.methods - _IMPLIED)
        fixed = tuple(map(str, (rule.defaults or {}).values()))
        for chosen in product(*(values[name] for name in apart)):
            yield Path(rule.endpoint, fill(text, dict(zip(apart, chosen, strict=True))), left, fixed, methods)


def fill(text: str, words: Mapping[str, str]) -> str:
    """A rule as a path.

    >>> fill("/<any(pl, en):lang>/map.<any(csv):extension>", {"extension": "csv"})
    '/{lang}/map.csv'
    """
    return _PARAMETER.sub(lambda found: words.get(found["name"], f"{{{found['name']}}}"), text)


def _values(listed: str | None) -> tuple[str, ...]:
    return tuple(each.strip() for each in listed.split(",")) if listed else ()
