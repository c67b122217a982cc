"""What the answers say of each item, and whether they say it completely.

The rule of completeness: a query service gives every item that exists a row with its revision or with the item that
it was merged into. One without is missing; one that no answer covers has failed, and nothing follows from its
silence. Documents of items that were collected otherwise carry no revision: there the number of its links to wikis
says that the document is there. Statements are read by `statements`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Literal, TypeVar

from rdflib.term import Node

from twin_graph.wikidata.model import Answer, Item
from twin_graph.wikidata.questions import number
from twin_graph.wikidata.terms import item_id

FACTS, LABELS, STATEMENTS, INCOMING = (
    "wikidata_facts", "wikidata_labels", "wikidata_statements", "wikidata_incoming"
)  # fmt: skip
BY_ITEM = (FACTS, LABELS, STATEMENTS, INCOMING)
# Endpoints that are collections of documents and no query service begin with this.
DOCUMENTS = "entity-documents"
# Facts that have ended where a row has an end.
_ENDING = frozenset({"country", "type", "admin"})
POPULATION, POPULATION_ON, REVISION, REDIRECT, SITELINKS = (
    "population", "populationOn", "revision", "redirect", "sitelinks"
)  # fmt: skip
_HOPS = 10

Found = TypeVar("Found")


class Latest:
    """For each query and item the answer that counts: the latest of those that were asked about it."""

    def __init__(self, answers: Iterable[Answer]) -> None:
        self.chosen: dict[tuple[str, str], Answer] = {}
        self.asked: set[str] = set()
        for answer in sorted(answers, key=lambda each: (each.retrieved_at, each.body)):
            if answer.query in BY_ITEM:
                self.asked.update(answer.items)
                self.chosen |= dict.fromkeys(((answer.query, item) for item in answer.items), answer)

    def answer(self, query: str, item: str) -> Answer | None:
        """The answer that counts for one item."""
        return self.chosen.get((query, item))

    def answers(self, query: str) -> list[Answer]:
        """The answers that count for at least one item."""
        found = {id(answer): answer for (name, _), answer in self.chosen.items() if name == query}
        return list(found.values())

    def counts(self, answer: Answer, item: str) -> bool:
        """Whether an answer is the one that counts for an item."""
        return self.chosen.get((answer.query, item)) is answer


def read_items(latest: Latest, failed: Iterable[str] = ()) -> dict[str, Item]:
    """All items that were asked about, ascending by number.

    Args:
        failed: items about which some question was never answered, as the archive says.
    """
    facts = _by_item(latest, FACTS, _facts)
    names = _by_item(latest, LABELS, _names)
    given_up = set(failed)
    items = {}
    for item in sorted(latest.asked | given_up, key=number):
        found = facts.get(item, {})
        state = "failed" if item in given_up else _state(latest, item, found)
        labels, aliases, descriptions = names.get(item, ({}, {}, {}))
        values = {name: nodes for name, nodes in sorted(found.items()) if name not in (REVISION, REDIRECT)}
        revision = found.get(REVISION, ())
        modified = found.get("revisionOn", ())
        redirect = next((item_id(node) for node in found.get(REDIRECT, ()) if item_id(node)), "")
        values.pop("revisionOn", None)
        items[item] = Item(
            item, int(str(revision[-1])) if revision else None, str(modified[-1]) if modified else "", redirect,
            state, values, labels, aliases, descriptions,
        )  # fmt: skip
    return items


def follow(item: str, items: Mapping[str, Item]) -> str:
    """The item that another was merged into, over several mergers; itself where it was not.

    A circle of redirects leads nowhere, and the item stays what it is.
    """
    seen = [item]
    while (known := items.get(seen[-1])) is not None and known.redirect:
        if known.redirect in seen or len(seen) > _HOPS:
            return item
        seen.append(known.redirect)
    return seen[-1]


def _state(
    latest: Latest, item: str, facts: Mapping[str, tuple[Node, ...]]
) -> Literal["complete", "missing", "failed"]:
    answer = latest.answer(FACTS, item)
    if answer is None:
        return "failed"
    if REDIRECT in facts:
        return "complete"
    is_document = answer.endpoint.startswith(DOCUMENTS)
    if REVISION not in facts and not (is_document and SITELINKS in facts):
        return "missing"
    return "complete" if latest.answer(STATEMENTS, item) else "failed"


def _by_item(
    latest: Latest, query: str, read: Callable[[list[Mapping[str, Node]]], Found]
) -> dict[str, Found]:
    """What is read of each item, answer by answer: only one of them counts for an item."""
    found: dict[str, Found] = {}
    for answer in latest.answers(query):
        rows: dict[str, list[Mapping[str, Node]]] = {}
        for row in answer.rows:
            rows.setdefault(item_id(row.get("item")), []).append(row)
        found |= {item: read(about) for item, about in rows.items() if latest.counts(answer, item)}
    return found


def _facts(rows: list[Mapping[str, Node]]) -> dict[str, tuple[Node, ...]]:
    """The values by name: what has ended is left out, of populations the latest counts."""
    found: dict[str, set[tuple[Node, Node | None]]] = {}
    for row in rows:
        name, until = str(row["k"]), row.get("q")
        if name in _ENDING and until is not None:
            continue
        if name == "coord" and str(row["v"]).startswith("<"):
            continue  # on another globe
        found.setdefault(name, set()).add((row["v"], until))
    facts = {name: tuple(sorted({value for value, _ in pairs}, key=str)) for name, pairs in found.items()}
    if POPULATION in found:
        value, on = max(
            found[POPULATION], key=lambda pair: (str(pair[1] or ""), _size(pair[0]), str(pair[0]))
        )
        facts |= {POPULATION: (value,)} | ({POPULATION_ON: (on,)} if on is not None else {})
    if REVISION in found:
        value, on = max(found[REVISION], key=lambda pair: (_size(pair[0]), str(pair[1] or "")))
        facts |= {REVISION: (value,)} | ({"revisionOn": (on,)} if on is not None else {})
    return facts


def _size(node: Node) -> float:
    try:
        return float(str(node))
    except ValueError:
        return -1.0


Texts = dict[str, str]


def _names(rows: list[Mapping[str, Node]]) -> tuple[Texts, dict[str, tuple[str, ...]], Texts]:
    """Labels, aliases and descriptions by language; of two labels in one language the first by alphabet."""
    found: dict[str, dict[str, set[str]]] = {"label": {}, "alias": {}, "description": {}}
    for row in rows:
        text = row["text"]
        language = sys.intern(str(getattr(text, "language", None) or "und").lower())
        found.setdefault(str(row["k"]), {}).setdefault(language, set()).add(str(text))
    first = {
        kind: {language: min(texts) for language, texts in sorted(found[kind].items())}
        for kind in ("label", "description")
    }
    aliases = {language: tuple(sorted(texts)) for language, texts in sorted(found["alias"].items())}
    return first["label"], aliases, first["description"]
