"""What is said of the status of a partnership beside its relation, everywhere alike.

Where all that is known of a partnership is who lists it, the graph derives "in force" or "unknown" from the
listing. The relation says that already; the status would say more than is known. An end is said.
Knows the notations of concepts and nothing of stores or pages.
"""

from __future__ import annotations

from collections.abc import Iterable

from rdflib.term import Node

# Relations that no register states: both sides list the partnership, or only one does.
ONLY_LISTED = frozenset({"listed", "unconfirmed"})
_DERIVED = frozenset({"in-force", "unknown"})


def said(statuses: Iterable[Node], relations: Iterable[Node]) -> list[Node]:
    """The statuses that are said of a partnership with these relations; concepts, by their IRIs."""
    notations = [_notation(relation) for relation in relations]
    return [status for status in statuses if is_said(_notation(status), notations)]


def is_said(status: str, relations: Iterable[str]) -> bool:
    """The same for notations.

    >>> is_said("in-force", ["listed"]), is_said("terminated", ["listed"]), is_said("in-force", ["partner"])
    (False, True, True)
    """
    known = set(relations)
    return status not in _DERIVED or not known or not known <= ONLY_LISTED


def _notation(concept: Node) -> str:
    return str(concept).rpartition("#")[2]
