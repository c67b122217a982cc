"""Which sentence is said of a finding: what could be changed, what to ask a town hall, what to write on a talk page.

The sentences themselves are rows of `sentences.csv`, read by `words`.
"""

from __future__ import annotations

from collections.abc import Mapping

from twin_graph.compare.model import Cited, Edit, Names
from twin_graph.compare.times import written
from twin_graph.compare.words import Sentence, Value, said
from twin_graph.wikidata.model import Date, Statement

MANY = Sentence("many")
NO_ITEM = Sentence("no-item")
NOT_THERE = Sentence("not-there")
# By whether the other item says so too, is silent or was not asked.
_ONLY_THERE = {"both": "only-there-both", "silent": "only-there-silent", "unread": "only-there-unread"}


def create(names: tuple[Names, Names], edit: Edit) -> Sentence:
    """A new statement."""
    return said(
        "create", **_parties(names, edit), since=edit.since, until=edit.until, url=_url(edit.reference)
    )


def add(edit: Edit) -> Sentence:
    """Something added to a statement that is there."""
    name = {
        (True, True): "add-start-and-end", (True, False): "add-start", (False, True): "add-end",
        (False, False): "add-reference",
    }[bool(edit.since), bool(edit.until)]  # fmt: skip
    return said(name, since=edit.since, until=edit.until, url=_url(edit.reference))


def replace(edit: Edit, theirs: Date) -> Sentence:
    """A finer date for a coarser one."""
    return said("replace", there=written(theirs), since=edit.since, url=_url(edit.reference))


def differs(values: tuple[str, str]) -> Sentence:
    """Two dates that contradict each other."""
    return said("differs", here=values[0], there=values[1])


def several(statement: Statement) -> Sentence:
    """One statement with several beginnings."""
    return said("several-starts", count=str(len(statement.since)))


def sides_differ(names: tuple[Names, Names], dates: tuple[str, str]) -> Sentence:
    """Two items that date one link differently."""
    return said("sides-differ", a=names[0], b=names[1], here=dates[0], there=dates[1])


def ended_there(date: str) -> Sentence:
    """An end that only Wikidata has."""
    return said("ended-there", date=date)


def deprecated(statement: Statement) -> Sentence:
    """A statement that is no longer held."""
    return said(
        "deprecated", reason=" ".join(sorted(str(node) for node in statement.qualifiers.get("P2241", ())))
    )


def invalid(target: str) -> Sentence:
    """A statement that names no place."""
    return said("invalid", target=target) if target else Sentence("invalid-without-item")


def merged(into: str) -> Sentence:
    """An item that was merged into another."""
    return said("merged", into=into)


def on_sibling(name: Names, statement: Statement) -> Sentence:
    """A statement that stands on the other item of one place."""
    return said("on-sibling", name=name, item=statement.item)


def one_place(
    names: tuple[Names, Names], items: tuple[str, str], counts: tuple[str, str], shared: int, preferred: Names
) -> Sentence:
    """Two items that may be one place."""
    return said(
        "one-place", a=names[0], item=items[0], count=counts[0], b=names[1], other=items[1], others=counts[1],
        shared=str(shared), preferred=preferred,
    )  # fmt: skip


def silent(names: tuple[Names, Names], edit: Edit) -> Sentence:
    """A link that one side states and the other does not."""
    name = "silent" if edit.reference is not None else "silent-without-reference"
    return said(name, **_parties(names, edit), url=_url(edit.reference))


def only_there(names: tuple[Names, Names], other: str, strength: str) -> Sentence:
    """A link that only Wikidata has; `other` is whether the other item says so too, is silent or was not asked."""
    return said(_ONLY_THERE[other], a=names[0], b=names[1], strength=strength)


def enquiry(names: tuple[Names, Names], since: str, page: Cited | None) -> Sentence:
    """A letter to a town hall."""
    return said("letter", a=names[0], b=names[1], since=since, url=_url(page))


def talk(
    names: tuple[Names, Names], statement: Statement, values: tuple[str, str], page: Cited | None
) -> Sentence:
    """A note for the talk page of an item."""
    return said(
        "talk", item=statement.item, guid=statement.guid, a=names[0], b=names[1], here=values[0], there=values[1],
        url=_url(page),
    )  # fmt: skip


def _parties(names: tuple[Names, Names], edit: Edit) -> Mapping[str, Value]:
    return {"a": names[0], "item": edit.item, "b": names[1], "target": edit.target}


def _url(page: Cited | None) -> str:
    return page.url if page is not None else ""
