"""Whom an answer speaks of: which of the ids that were asked about it is silent on, and which it was not asked about.

An answer about something else is the answer to another question (a cache in between mixes them up). Silence may be
true, or a row that got lost, so it is believed when a second answer is silent, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rdflib.term import Node

from twin_graph.wikidata.portions import FACTS, MEMBERS, STATEMENTS, Question, check_items, is_item

_ENTITY = "http://www.wikidata.org/entity/"
# What belongs to a statement and has a node of its own; any other object is another item with claims of its own.
NODES = ("http://www.wikidata.org/value/", "http://www.wikidata.org/reference/")
Rows = Iterable[Mapping[str, Any]]


def silent_on(question: Question, items: Sequence[str], rows: Rows) -> tuple[str, ...]:
    """The ids that an answer says nothing of; "" for a question without ids that has no rows.

    About the identity of an item only its revision or the item it was merged into counts: without either it is
    deleted or misspelt, which is not the same as an item without facts.
    """
    if _variables(question):
        spoken = _subjects(question, (row for row in rows if question is not FACTS or _is_identity(row)))
        return tuple(item for item in items if item not in spoken)
    return () if any(True for _ in rows) else tuple(items) or ("",)


def not_asked_about(question: Question, items: Sequence[str], rows: Rows) -> tuple[str, ...]:
    """The items that an answer speaks of and was not asked about."""
    return check_items(_subjects(question, rows) - set(items)) if _variables(question) else ()


def only_about(
    question: Question, items: Sequence[str], rows: Sequence[Mapping[str, Node]]
) -> tuple[Mapping[str, Node], ...]:
    """The rows of an answer that speak of some of the items that it is about, with the nodes of their statements."""
    wanted = {_ENTITY + item for item in items}
    if question is not STATEMENTS:
        names = _variables(question)
        return tuple(row for row in rows if any(str(row[name]) in wanted for name in names if name in row))
    statements = {str(row["o"]) for row in rows if str(row["s"]) in wanted}
    nodes = {str(row["o"]) for row in rows if str(row["s"]) in statements and str(row["o"]).startswith(NODES)}
    kept = wanted | statements | nodes
    return tuple(row for row in rows if str(row["s"]) in kept)


def redirects_in(question: Question, rows: Rows) -> tuple[str, ...]:
    """The items into which others were merged."""
    if question is not FACTS:
        return ()
    targets = (_item(row, "v") for row in rows if row.get("k", {}).get("value") == "redirect")
    return check_items(target for target in targets if target)


def _variables(question: Question) -> tuple[str, ...]:
    """Where the answer to a question names what it is about."""
    if question is MEMBERS:
        return ("network",)
    return ("item", "s") if question.slot == FACTS.slot else ()


def _subjects(question: Question, rows: Rows) -> set[str]:
    names = _variables(question)
    return {item for row in rows for name in names if (item := _item(row, name))}


def _is_identity(row: Mapping[str, Any]) -> bool:
    return row.get("k", {}).get("value") in ("revision", "redirect")


def _item(row: Mapping[str, Any], name: str) -> str:
    value = str(row[name]["value"]) if name in row else ""
    item = value.removeprefix(_ENTITY)
    return item if value.startswith(_ENTITY) and is_item(item) else ""
