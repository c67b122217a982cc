"""What each verdict on a finding means there: rows of `verdicts.csv` for each report where no edit is known.

Where one is, a verdict means the same everywhere, and `terms.csv` says it. Decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from twin_graph.compare import words
from twin_graph.compare.model import VERDICTS, Finding


def meanings(finding: Finding) -> Mapping[str, Mapping[str, str]]:
    """What follows from each verdict, by language; the verdict to begin with comes first.

    Of what no edit is known of, nothing can be exported, and what to do is another matter in each report.
    """
    if finding.edit is not None:
        return {name: words.terms("verdict")[name].definition for name in VERDICTS}
    rows = words.rows("verdicts")
    own = [row for row in rows if row["report"] == finding.report]
    chosen = own or [row for row in rows if not row["report"]]
    return {row["verdict"]: words.texts(row, "definition") for row in chosen}
