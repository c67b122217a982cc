"""The kinds of difference, one row each: the report that they stand in, and what they mean.

What makes one is `reports`.
"""

from __future__ import annotations

from dataclasses import dataclass

from twin_graph.compare.model import ReportName


@dataclass(frozen=True)
class Kind:
    """One kind of difference: its report, its title, and how urgent it is (0 is most)."""

    name: str
    report: ReportName
    title: str
    urgency: int


_ALL = (
    Kind("statement-missing", "a", "Wikidata does not have the link", 1),
    Kind("end-missing", "a", "Wikidata does not know that it has ended", 0),
    Kind("start-missing", "a", "Wikidata does not know when it began", 2),
    Kind("start-coarser", "a", "our date is finer", 3),
    Kind("reference-missing", "a", "Wikidata names no source but a wiki, or none", 4),
    Kind("many-parties", "a", "more than two parties: Wikidata has no model for it", 5),
    Kind("both-sides", "b", "both items name each other", 0),
    Kind("one-side", "b", "one item names the other", 1),
    Kind("silent-side", "c", "the other item does not name this one", 0),
    Kind("start-differs", "d", "the dates of the beginning contradict each other", 1),
    Kind("start-near", "d", "two dates at most a year apart", 5),
    Kind("start-julian", "d", "a date of the Julian calendar", 4),
    Kind("end-differs", "d", "the dates of the end contradict each other", 1),
    Kind("ended-there", "d", "only Wikidata has an end", 0),
    Kind("several-starts", "d", "one statement has several beginnings", 3),
    Kind("sides-differ", "d", "the two items date it differently", 2),
    Kind("deprecated-there", "d", "Wikidata has the link as deprecated", 1),
    Kind("invalid-target", "d", "the statement names something that cannot be a partner", 2),
    Kind("item-missing", "d", "Wikidata has no such item", 1),
    Kind("item-merged", "d", "the item was merged into another", 1),
    Kind("one-place", "e", "two items may be one place", 1),
    Kind("on-the-sibling", "e", "the statement stands on the item of the same place", 0),
)
KINDS = {kind.name: kind for kind in _ALL}
