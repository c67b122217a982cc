"""What people decided about findings: an append-only file of lines.

One JSON object a line; nothing in the file is ever changed, a later line about the same finding on the same
evidence takes the place of an earlier one. A decision holds while the evidence is the one that it knew: with other
evidence the finding has another id and is open again, with the old decision beside it. What a decision does to an
export is `checks`; the exchange with a spreadsheet is `sheets`.
"""

from __future__ import annotations

import fcntl
import io
import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from twin_graph.compare.model import VERDICTS, Finding, Review, State, Verdict
from twin_graph.errors import SourceError
from twin_graph.findings import Finding as Problem
from twin_graph.findings import SourceRef, problem

# Beside the other tables of a workspace.
FILE = "wikidata-decisions.jsonl"
_HEX = re.compile(r"[0-9a-f]{64}")
_KEY = re.compile(r"[0-9a-f]{16}")
_MAX_TEXT = 2000


@dataclass(frozen=True)
class Decision:
    """One line.

    Attributes:
        finding: id, which holds the evidence.
        key: what it is about, whatever the evidence.
        at: time, in ISO 8601.
        expires: day after which the question is open again, or "".
    """

    finding: str
    key: str
    verdict: Verdict
    by: str
    at: str
    note: str = ""
    expires: str = ""


class Decisions:
    """The decisions of a file, in their order."""

    def __init__(self, lines: Iterable[Decision] = ()) -> None:
        self.lines = tuple(lines)
        self._by_finding: dict[str, list[Decision]] = {}
        self._by_key: dict[str, list[Decision]] = {}
        for line in self.lines:
            self._by_finding.setdefault(line.finding, []).append(line)
            self._by_key.setdefault(line.key, []).append(line)

    def latest(self, finding: Finding) -> Decision | None:
        """The last decision on this evidence, else the last one on other evidence."""
        for lines in (self._by_finding.get(finding.id), self._by_key.get(finding.key)):
            if lines:
                return lines[-1]
        return None

    def state(self, finding: Finding, today: date) -> State:
        """Whether the finding is decided, and if not, why it is open."""
        on_this = self._by_finding.get(finding.id)
        if not on_this:
            return "reopened" if finding.key in self._by_key else "open"
        return "expired" if _is_over(on_this[-1], today) else "decided"

    def review(self, finding: Finding, today: date) -> Review:
        """The state with the decision that it comes from."""
        line = self.latest(finding)
        said = {name: value for name, value in asdict(line).items() if name != "key"} if line else {}
        return Review(self.state(finding, today), said)

    def verdict(self, finding: Finding, today: date) -> Verdict | None:
        """The verdict that holds, None where none does."""
        on_this = self._by_finding.get(finding.id)
        return on_this[-1].verdict if on_this and not _is_over(on_this[-1], today) else None

    def persons(self, finding: Finding, verdict: Verdict, today: date) -> frozenset[str]:
        """Who holds a verdict on this evidence; the last word of each person counts."""
        last = {line.by.strip().casefold(): line for line in self._by_finding.get(finding.id, ())}
        return frozenset(
            name for name, line in last.items() if line.verdict == verdict and not _is_over(line, today)
        )


def decide(
    finding: Finding, verdict: Verdict, by: str, now: datetime, *, note: str = "", expires: str = ""
) -> Decision:
    """A decision on the evidence of a finding.

    Raises:
        ValueError: nobody is named, or a value is not of its form.
    """
    made = Decision(
        finding.id,
        finding.key,
        verdict,
        by.strip(),
        now.isoformat(timespec="seconds"),
        note.strip(),
        expires.strip(),
    )
    if wrong := [f"{name}: {text}" for name, text in mistakes(asdict(made))]:
        raise ValueError("; ".join(wrong))
    return made


def read_decisions(path: Path, shown: str = "") -> Decisions:
    """The decisions of a file; none where there is no file.

    Args:
        shown: the path as people know it.

    Raises:
        SourceError: lines that are no decisions, all of them together.
    """
    if not path.exists():
        return Decisions()
    place = shown or path.name
    found: list[Decision] = []
    problems: list[Problem] = []
    for number, raw in enumerate(path.read_bytes().split(b"\n"), start=1):
        if not raw.strip():
            continue
        decision = _parse(raw)
        if isinstance(decision, Decision):
            found.append(decision)
        else:
            problems += [
                problem(SourceRef(place, number, name or None), text, hint, "reading")
                for name, text, hint in decision
            ]
    if problems:
        raise SourceError(problems)
    return Decisions(found)


def append(path: Path, decisions: Sequence[Decision]) -> None:
    """Add lines to the file: all of them or, should the machine stop, whole lines and at most one torn one.

    Two processes that append at once do not mix their lines.
    """
    if not decisions:
        return
    text = "".join(json.dumps(asdict(line), ensure_ascii=False, sort_keys=True) + "\n" for line in decisions)
    with path.open("ab+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0, os.SEEK_END)
        if file.tell() and not _ends_line(file):
            text = "\n" + text
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())


def _parse(raw: bytes) -> Decision | list[tuple[str, str, str]]:
    """The decision of a line, or what is wrong with it: column, text, hint."""
    try:
        content: Any = json.loads(raw)
    except (UnicodeDecodeError, json.JSONDecodeError):
        return [("", "is no JSON object", "a line that was cut off may be deleted")]
    if not isinstance(content, dict) or not all(isinstance(value, str) for value in content.values()):
        return [("", "must be an object of texts", "")]
    names = set(Decision.__dataclass_fields__)
    wrong = sorted(set(content) ^ names)
    if wrong:
        return [
            (
                wrong[0],
                "is missing" if wrong[0] in names else "is unknown",
                f"known are {', '.join(sorted(names))}",
            )
        ]
    found = [(name, text, "") for name, text in mistakes(content)]
    return found or make(content)


def make(content: dict[str, str]) -> Decision:
    """A decision of values in which there is no mistake."""
    verdict: Verdict = next(word for word in VERDICTS if word == content["verdict"])
    others = {name: value for name, value in content.items() if name != "verdict"}
    return Decision(verdict=verdict, **others)


def mistakes(content: dict[str, str]) -> Iterator[tuple[str, str]]:
    """What is wrong with the values of a decision, by their names."""
    if not _HEX.fullmatch(content["finding"]):
        yield (
            "finding",
            f"must be the id of a finding, 64 hexadecimal digits (found “{content['finding'][:80]}”)",
        )
    if not _KEY.fullmatch(content["key"]):
        yield "key", "must be 16 hexadecimal digits"
    if content["verdict"] not in VERDICTS:
        yield "verdict", f"must be one of {', '.join(VERDICTS)} (found “{content['verdict'][:80]}”)"
    if not content["by"]:
        yield "by", "must say who decided"
    for name in ("by", "note"):
        if len(content[name]) > _MAX_TEXT:
            yield name, f"must have at most {_MAX_TEXT} characters"
    if not _is_time(content["at"]):
        yield "at", f"must be a time such as 2026-11-23T10:00:00+00:00 (found “{content['at'][:80]}”)"
    if content["expires"] and not _is_day(content["expires"]):
        yield "expires", f"must be a day such as 2027-11-23 (found “{content['expires'][:80]}”)"


def _is_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _is_over(decision: Decision, today: date) -> bool:
    return bool(decision.expires) and date.fromisoformat(decision.expires) < today


def _ends_line(file: io.BufferedRandom) -> bool:
    file.seek(-1, os.SEEK_END)
    last = file.read(1)
    file.seek(0, os.SEEK_END)
    return last == b"\n"
