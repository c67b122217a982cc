"""The kinds of difference, rows of `kinds.csv`: the report that they stand in, what they mean, what to do about them.

What makes one is `reports`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from twin_graph.compare import words
from twin_graph.compare.model import ReportName, report_name
from twin_graph.compare.words import ENGLISH


@dataclass(frozen=True)
class Kind:
    """One kind of difference.

    Attributes:
        urgency: place within its report, 0 is first.
        label, todo: what it is and what to do, by language.
    """

    name: str
    report: ReportName
    urgency: int
    label: Mapping[str, str]
    todo: Mapping[str, str]

    @property
    def title(self) -> str:
        """What it is, in English."""
        return self.label[ENGLISH]


KINDS: Mapping[str, Kind] = {
    row["notation"]: Kind(
        row["notation"],
        report_name(row["report"]),
        int(row["urgency"]),
        words.texts(row, "label"),
        words.texts(row, "todo"),
    )
    for row in words.rows("kinds")
}
