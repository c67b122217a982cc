"""Which key a thing is published under, and what is left of a key that was withdrawn.

What the document under a key holds is `documents`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from twin_graph import iris
from twin_graph.errors import EntityGone, EntityNotFound
from twin_graph.kinds import BY_NAME, DOCUMENTED, Kind
from twin_graph.sources.documents import SEPARATOR
from twin_graph.store import Store


@dataclass(frozen=True)
class Tombstone:
    """What is left of a withdrawn thing: the reason, the day where known, and the keys of what replaced it."""

    reason: str
    on: str = ""
    replaced_by: tuple[str, ...] = ()


def find_kind(name: str) -> Kind:
    """The kind of a name, if its things have documents.

    Raises:
        EntityNotFound: there is none.
    """
    kind = BY_NAME.get(name)
    if kind is None or kind not in DOCUMENTED:
        raise EntityNotFound(f"there is no kind of thing “{name[:64]}”")
    return kind


def resolve(store: Store, base_iri: str, keys: Mapping[str, Any], kind: str, key: str) -> str:
    """The key under which a thing is published; another one than was asked for where that is an alias.

    Args:
        keys: `aliases` and `retired` of the snapshot.

    Raises:
        EntityNotFound: nothing has this kind and key, or it is not one.
        EntityGone: the key was withdrawn, and not for one other.
    """
    find_kind(kind)
    wanted = key.lower()
    if not wanted.isascii() or not iris.is_key(wanted):
        raise EntityNotFound(f"“{key[:64]}” is not a key")
    seen: set[str] = set()
    while wanted not in seen:
        seen.add(wanted)
        if next(store.triples(iris.thing(base_iri, kind, wanted)), None) is not None:
            return wanted
        wanted = _successor(keys, kind, wanted)
    raise EntityNotFound(f"there is no {kind} “{wanted}”")


def find_tombstone(keys: Mapping[str, Any], kind: str, key: str) -> Tombstone:
    """What is left of a thing whose key was withdrawn.

    Raises:
        EntityNotFound: it was not.
    """
    retired = keys.get("retired", {}).get(kind, {}).get(key.lower())
    if retired is None:
        raise EntityNotFound(f"there was no {kind} “{key[:64]}”")
    return Tombstone(
        str(retired.get("reason") or "withdrawn"), str(retired.get("on") or ""), _replacements(retired)
    )


def _successor(keys: Mapping[str, Any], kind: str, key: str) -> str:
    alias = keys.get("aliases", {}).get(kind, {}).get(key)
    if alias:
        return str(alias)
    retired = keys.get("retired", {}).get(kind, {}).get(key)
    if retired is None:
        raise EntityNotFound(f"there is no {kind} “{key}”")
    others = _replacements(retired)
    if len(others) != 1:
        raise EntityGone(str(retired.get("reason") or "withdrawn"), on=retired.get("on") or None)
    return others[0]


def _replacements(retired: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(key.strip() for key in str(retired.get("replaced_by") or "").split(SEPARATOR) if key.strip())
