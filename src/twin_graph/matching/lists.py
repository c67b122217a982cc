"""A list that somebody brings, as a table: rows to queries, answers to columns, and what is left to look through.

Which columns say what is told by who brings the list; reading the file is `sources.tables`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields

from twin_graph.errors import SourceError
from twin_graph.findings import Finding, SourceRef, problem
from twin_graph.matching.deciding import reason_text
from twin_graph.matching.decisions import NONE, Decision, decide
from twin_graph.matching.model import Answer, Query
from twin_graph.sources.tables import Row, Table

ADDED = ("twin_key", "twin_item", "twin_name", "twin_score", "twin_match", "twin_reasons")
REVIEW = (
    "line",
    "name",
    "country",
    "rank",
    "key",
    "item",
    "candidate",
    "description",
    "score",
    "reasons",
    "choose",
)
YES = ("x", "yes", "tak", "так", "1", "+")
_SEPARATORS = re.compile(r"[;|]")
_LONGEST_REVIEW = 5


@dataclass(frozen=True)
class Columns:
    """Which columns of a list say what; empty where none does."""

    name: str
    country: str = ""
    admin: str = ""
    partner: str = ""
    population: str = ""
    latitude: str = ""
    longitude: str = ""
    wikidata: str = ""


def make_queries(table: Table, columns: Columns, *, country: str = "", language: str = "") -> list[Query]:
    """One query per row.

    Args:
        country: of all rows that name none.

    Raises:
        SourceError: a column is not there, or a number is none.
    """
    wanted = [name for field in fields(columns) if (name := getattr(columns, field.name))]
    findings = list(table.findings)
    if not findings:
        findings = [_no_column(table, name) for name in wanted if name not in table.header]
    queries = (
        [_query(row, columns, country, language, findings) for row in table.rows] if not findings else []
    )
    if findings:
        raise SourceError(findings)
    return queries


def _query(row: Row, columns: Columns, country: str, language: str, findings: list[Finding]) -> Query:
    def cell(column: str) -> str:
        return row.cells.get(column, "") if column else ""

    def number(column: str) -> float | None:
        text = cell(column).replace("\u00a0", "").replace(" ", "").replace(",", ".")
        if not text:
            return None
        try:
            return float(text)
        except ValueError:
            hint = "write a number such as 51.25, or leave it empty"
            findings.append(
                problem(row.at(column), f"is no number (found “{cell(column)}”)", hint, "reading")
            )
            return None

    latitude, longitude, population = map(number, (columns.latitude, columns.longitude, columns.population))
    item = cell(columns.wikidata)
    return Query(
        cell(columns.name),
        language,
        country=cell(columns.country) or country,
        admin=cell(columns.admin),
        point=(latitude, longitude) if latitude is not None and longitude is not None else None,
        population=round(population) if population else None,
        partners=tuple(part.strip() for part in _SEPARATORS.split(cell(columns.partner)) if part.strip()),
        identifiers={"wikidata": item} if item else {},
    )


def answered(table: Table, answers: Sequence[Answer], language: str) -> str:
    """The list with what each row means beside it: only where that is taken without asking, but always the score."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    # A list that comes back has them already.
    own = [column for column in table.header if column not in ADDED]
    writer.writerow([*own, *ADDED])
    for row, answer in zip(table.rows, answers, strict=True):
        first = answer.candidates[0] if answer.candidates else None
        taken = first if first and first.match else None
        writer.writerow([
            *(row.cells.get(column, "") for column in own),
            taken.key if taken else "", taken.item if taken else "", taken.name if taken else "",
            _score(first.score) if first else "0.0", "yes" if taken else "no",
            "; ".join(reason_text(code, language) for code in first.reasons) if first else "",
        ])  # fmt: skip
    return text.getvalue()


def review(
    table: Table, queries: Sequence[Query], answers: Sequence[Answer], left: Collection[int], language: str
) -> str:
    """What is left to look through, the surest rows first.

    Args:
        left: which rows.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(REVIEW)
    some = [(table.rows[at], queries[at], answers[at]) for at in sorted(left)]
    some.sort(
        key=lambda each: (-max((c.score for c in each[2].candidates), default=0.0), each[0].where.line or 0)
    )
    for row, query, answer in some:
        line = row.where.line or ""
        for rank, each in enumerate(answer.candidates[:_LONGEST_REVIEW], 1):
            reasons = "; ".join(reason_text(code, language) for code in each.reasons)
            writer.writerow([line, query.name, query.country, rank, each.key, each.item, each.name,
                             each.description, _score(each.score), reasons, ""])  # fmt: skip
        none = _score(100 * answer.none)
        writer.writerow([line, query.name, query.country, "", NONE, NONE, "", "", none, "", ""])
    return text.getvalue()


def read_review(
    sheet: Table, table: Table, queries: Sequence[Query], answers: Sequence[Answer], *, by: str, on: str,
    alone: Sequence[Answer] | None = None,
) -> list[Decision]:  # fmt: skip
    """The decisions that somebody wrote into the column `choose` of a review.

    Args:
        alone: the answers to each row without the others, if these are not.

    Raises:
        SourceError: two candidates of a row are chosen, or one that is not there any more.
    """
    findings = list(sheet.findings) or [
        _no_column(sheet, name) for name in REVIEW if name not in sheet.header
    ]
    at = {str(row.where.line): place for place, row in enumerate(table.rows)}
    found: dict[int, Decision] = {}
    for row in _chosen(sheet.rows) if not findings else ():
        place = at.get(row.cells.get("line", ""))
        if place is None or row.cells.get("name", "") != queries[place].name:
            findings.append(
                problem(row.at("line"), "the list has no such line", "make the review anew", "reading")
            )
        elif place in found:
            findings.append(
                problem(row.at("choose"), "another candidate is chosen too", "choose one", "reading")
            )
        else:
            chosen = row.cells.get("key") or row.cells.get("item", "")
            try:
                found[place] = decide(queries[place], answers[place], chosen, by=by, on=on,
                                      alone=alone[place] if alone else None)  # fmt: skip
            except ValueError as cause:
                findings.append(problem(row.at("key"), str(cause), "make the review anew", "reading"))
    if findings:
        raise SourceError(findings)
    return list(found.values())


def _score(score: float) -> str:
    """A score for people: 100 is that of what is certain, and nothing is rounded to it."""
    return f"{score if score >= 100 else min(score, 99.9):.1f}"


def _chosen(rows: Iterable[Row]) -> Iterable[Row]:
    return (row for row in rows if row.cells.get("choose", "").strip().lower() in YES)


def _no_column(table: Table, name: str) -> Finding:
    hint = f"it has {', '.join(table.header)}"
    return problem(SourceRef(table.path, 1, name), "the table has no such column", hint, "reading")
