"""Findings as a sheet to write verdicts into, and the verdicts of such a sheet.

What a decision is, and the file of all decisions, is `decisions`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from twin_graph.compare.decisions import Decision, Decisions, make, mistakes
from twin_graph.compare.model import Finding, Reports
from twin_graph.compare.tables import COLUMNS, REVIEWED, cells, guard, reviewed, unguard
from twin_graph.errors import SourceError
from twin_graph.findings import Finding as Problem
from twin_graph.findings import SourceRef, problem

COLUMNS_OF_SHEET = (*COLUMNS, *REVIEWED)
_DELIMITERS = (",", ";", "\t")
_SEPARATOR_LINE = re.compile(r'\A"?sep=(.)"?\r?\n')  # of Excel
_WITH_POINTS = re.compile(r"([0-9]{1,2})\. ?([0-9]{1,2})\. ?([0-9]{4})")
_WITH_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T]00:00(:00)?")
_ROW, _READING = {"finding": "id"}, "reading"


@dataclass(frozen=True)
class Read:
    """What a sheet says.

    Attributes:
        new: decisions that the file does not hold yet.
        gone: ids of rows with a verdict whose finding is no longer there, or stands on other evidence.
    """

    new: tuple[Decision, ...]
    gone: tuple[str, ...]


def write_sheet(reports: Reports, decisions: Decisions, today: date, *, only_open: bool = False) -> bytes:
    """The findings as CSV with columns to write verdicts into."""
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\r\n")
    writer.writerow(COLUMNS_OF_SHEET)
    for finding in reports.findings:
        review = decisions.review(finding, today)
        if only_open and review.state == "decided":
            continue
        writer.writerow([guard(text) for text in (*cells(finding), *reviewed(review))])
    return b"\xef\xbb\xbf" + output.getvalue().encode()  # so that spreadsheets see that it is UTF-8


def read_sheet(
    content: bytes,
    reports: Reports,
    decisions: Decisions,
    now: datetime,
    *,
    by: str = "",
    shown: str = "sheet",
) -> Read:
    """The decisions of a sheet that `write_sheet` wrote.

    A semicolon for the comma, a byte order mark, other line ends, other columns and another order are understood.

    Args:
        by: who decided, where a row does not say.

    Raises:
        SourceError: rows that cannot be understood, all of them together; then nothing is taken.
    """
    known = {finding.id: finding for finding in reports.findings}
    problems: list[Problem] = []
    new: dict[str, Decision] = {}
    gone: list[str] = []
    for where, cells_ in _rows(content, shown):
        values = _values(cells_, known, now, by)
        found = list(mistakes(values))
        problems += [
            problem(SourceRef(shown, where.line, _ROW.get(name, name)), text, "", _READING)
            for name, text in found
        ]
        if found:
            continue
        if values["finding"] not in known:
            gone.append(values["finding"])
            continue
        decision = make(values)
        other = new.setdefault(decision.finding, decision)
        if _content(other) != _content(decision):
            text = "another row says something else about the same finding"
            place = SourceRef(shown, where.line, "id")
            problems.append(problem(place, text, "keep one of the rows", _READING))
    if problems:
        raise SourceError(problems)
    return Read(tuple(_unknown(new.values(), known, decisions, now.date())), tuple(gone))


def _values(row: Mapping[str, str], known: Mapping[str, Finding], now: datetime, by: str) -> dict[str, str]:
    """The values of a decision as a row has them."""
    identifier = row.get("id", "").strip().lower()
    return {
        "finding": identifier,
        "key": known[identifier].key if identifier in known else "0" * 16,
        "verdict": row["verdict"].strip().lower().replace(" ", "-").replace("_", "-"),
        "by": row.get("by", "").strip() or by.strip(),
        "at": now.isoformat(timespec="seconds"),
        "note": row.get("note", "").strip(),
        "expires": _day(row.get("expires", "").strip()),
    }


def _day(text: str) -> str:
    """A day as spreadsheet programs write it again, where that can mean one day only: with points, or with a time.

    >>> _day("31.5.2027"), _day("2027-05-31 00:00:00"), _day("5/6/2027")
    ('2027-05-31', '2027-05-31', '5/6/2027')
    """
    if match := _WITH_POINTS.fullmatch(text):
        return f"{match[3]}-{int(match[2]):02}-{int(match[1]):02}"
    return text[: len("2027-05-31")] if _WITH_TIME.fullmatch(text) else text


def _unknown(
    lines: Iterable[Decision], known: Mapping[str, Finding], decisions: Decisions, today: date
) -> Iterator[Decision]:
    """The decisions that do not hold already."""
    for line in lines:
        finding = known[line.finding]
        last = decisions.latest(finding)
        holds = last is not None and decisions.state(finding, today) == "decided"
        if last is None or not holds or _content(last) != _content(line):
            yield line


def _content(line: Decision) -> tuple[str, ...]:
    return line.finding, line.verdict, line.by, line.note, line.expires


def _rows(content: bytes, shown: str) -> list[tuple[SourceRef, dict[str, str]]]:
    """The rows with a verdict, by the names of their columns."""
    try:
        text = _SEPARATOR_LINE.sub("", content.decode("utf-8-sig"))
        delimiter = max(_DELIMITERS, key=text.partition("\n")[0].count)
        records = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except (UnicodeDecodeError, csv.Error) as wrong:
        found = problem(SourceRef(shown), f"cannot be read: {wrong}", "save it as CSV in UTF-8", _READING)
        raise SourceError([found]) from wrong
    if not records:
        return []
    header = [name.strip().lower() for name in records[0]]
    if missing := [name for name in ("id", "verdict") if name not in header]:
        message = f"has no column {' and no column '.join(missing)}"
        raise SourceError([problem(SourceRef(shown, 1), message, "keep the first row", _READING)])
    rows = [
        (SourceRef(shown, number), {name: unguard(cell) for name, cell in zip(header, record, strict=False)})
        for number, record in enumerate(records[1:], start=2)
    ]
    return [(where, row) for where, row in rows if row.get("verdict", "").strip()]
