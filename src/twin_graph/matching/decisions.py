"""What people decided about the rows of lists, and on which evidence: `reconciled.csv`.

A decision holds for every row that says the same, in any list. It is kept with the features of the candidates that
were seen; when a later snapshot changes one of these, or brings another candidate, the row is asked about again, and
no other one is.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from twin_graph.errors import SourceError
from twin_graph.findings import Finding, SourceRef, problem
from twin_graph.labels import fold
from twin_graph.matching.model import Answer, Candidate, Feature, Query
from twin_graph.sources.tables import Row, read_csv

COLUMNS = ("row", "name", "country", "key", "item", "decided_by", "decided_on", "evidence")
NONE = "none"
# How probable something is follows from the model too, and a new model is no new evidence.
_OF_THE_MODEL = frozenset(("posterior", "margin"))
_SEEN = 5


@dataclass(frozen=True)
class Decision:
    """One decision.

    Attributes:
        row: a digest of what the row says (`row_of`).
        key, item: of the thing that it means; both `none` where it means nothing.
        evidence: a digest of what was seen (`evidence_of`).
    """

    row: str
    name: str
    country: str
    key: str
    item: str
    decided_by: str
    decided_on: str
    evidence: str


def row_of(query: Query) -> str:
    """A digest of what a row says, whatever its case and spaces."""
    said = [
        fold(query.name) or query.name.strip(), query.language, fold(query.country), fold(query.admin),
        query.point, query.population, sorted(map(fold, query.partners)), sorted(map(fold, query.networks)),
        sorted(query.identifiers.items()), sorted(query.kinds),
    ]  # fmt: skip
    return _digest(said)


def evidence_of(answer: Answer) -> str:
    """A digest of the first candidates with their features, but for what the model makes of them."""
    seen = sorted(
        [each.key, each.item, sorted((f.id, f.value) for f in each.features if f.id not in _OF_THE_MODEL)]
        for each in answer.candidates[:_SEEN]
    )
    return _digest(seen)


def decide(
    query: Query, answer: Answer, chosen: str, *, by: str, on: str, alone: Answer | None = None
) -> Decision:
    """A decision for one of the candidates, by its key or item, or for `none`.

    Args:
        alone: the answer to this row without the list that it stands in, which is what a decision is kept with: in
            another list the same row has other neighbours.

    Raises:
        ValueError: it is none of the candidates.
    """
    found = next((each for each in answer.candidates if chosen in (each.key, each.item)), None)
    if found is None and chosen != NONE:
        raise ValueError(f"“{chosen}” is none of the candidates")
    key, item = (found.key, found.item) if found else (NONE, NONE)
    return Decision(row_of(query), query.name, query.country, key, item, by, on, evidence_of(alone or answer))


def apply(
    decisions: Mapping[str, Decision], query: Query, answer: Answer, alone: Answer | None = None
) -> Answer:
    """The answer with what was decided; where the evidence is another now, with the reason that it was.

    Args:
        alone: as in `decide`.
    """
    decision = decisions.get(row_of(query))
    if decision is None:
        return answer
    if decision.evidence != evidence_of(alone or answer):
        return _noted(answer, "decision_reopened")
    if decision.key == NONE:
        return replace(_noted(answer, "decided_none"), none=1.0)
    seen = (*answer.candidates, *(alone or answer).candidates)
    chosen = [each for each in seen if (each.key, each.item) == (decision.key, decision.item)]
    rest = tuple(replace(each, match=False) for each in answer.candidates if each not in chosen)
    decided = replace(
        chosen[0], match=True, features=(*chosen[0].features, Feature("decided", True)),
        reasons=(*chosen[0].reasons, "decided"),
    )  # fmt: skip
    return replace(answer, candidates=(decided, *rest))


def is_settled(decisions: Mapping[str, Decision], query: Query, alone: Answer) -> bool:
    """Whether something was decided about a row, on the evidence that there is now."""
    decision = decisions.get(row_of(query))
    return decision is not None and decision.evidence == evidence_of(alone)


def read_decisions(path: Path, shown: str) -> dict[str, Decision]:
    """The decisions of a file, by their row, the last one of each; none where there is no file.

    Raises:
        SourceError: with every problem of the file.
    """
    if not path.exists():
        return {}
    table = read_csv(path, shown)
    findings: list[Finding] = list(table.findings)
    for column in COLUMNS:
        if not findings and column not in table.header:
            findings.append(_missing(shown, column))
    findings += [_incomplete(row) for row in table.rows if not _is_complete(row)] if not findings else []
    if findings:
        raise SourceError(findings)
    found = (Decision(*(row.cells.get(column, "") for column in COLUMNS)) for row in table.rows)
    return {decision.row: decision for decision in found}


def write_decisions(decisions: Iterable[Decision]) -> str:
    """The text of a file, in the order of names."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    ordered = sorted(decisions, key=lambda each: (each.name, each.country, each.row))
    writer.writerows([getattr(each, column) for column in COLUMNS] for each in ordered)
    return text.getvalue()


def _noted(answer: Answer, reason: str) -> Answer:
    def noted(each: Candidate, at: int) -> Candidate:
        return replace(each, match=False, reasons=each.reasons if at else (*each.reasons, reason))

    return replace(answer, candidates=tuple(noted(each, at) for at, each in enumerate(answer.candidates)))


def _digest(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def _is_complete(row: Row) -> bool:
    return all(row.cells.get(column) for column in ("row", "evidence")) and bool(
        row.cells.get("key") or row.cells.get("item")
    )


def _missing(shown: str, column: str) -> Finding:
    return problem(
        SourceRef(shown, 1, column), "the column is missing", f"it has {', '.join(COLUMNS)}", "reading"
    )


def _incomplete(row: Row) -> Finding:
    return problem(
        row.where, "the decision is not complete", "it needs row, evidence, and key or item", "reading"
    )
