"""The comparison with Wikidata as a site holds it: what the build kept, with the decisions, at a moment.

What may be exported depends on the clock, so it is settled anew when something runs out, and not for each request.
Which findings are about a city or a partnership is looked up once. Knows no addresses and no languages.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from typing import Literal, get_args

from twin_graph.browse import Faceted
from twin_graph.compare.checks import FRESH, Freshness, settle
from twin_graph.compare.decisions import Decision, Decisions
from twin_graph.compare.kept import Kept
from twin_graph.compare.model import Finding, ReportName, Reports, State

# Whether an edit of a finding could be written into a file now, is held back, or there is none; `decided`: a person
# has said what is wrong, and no edit follows from it.
Export = Literal["ready", "blocked", "decided", "none"]
EXPORTS: tuple[Export, ...] = get_args(Export)
# The key under which a thing is published, by its kind and any of its keys; "" for none.
Find = Callable[[str, str], str]


@dataclass(frozen=True)
class Row:
    """One finding with the state of its review, and the decision that it comes from."""

    id: str
    finding: Finding
    state: State
    decision: Decision | None

    @property
    def export(self) -> Export:
        """Whether its edit could be exported."""
        if self.finding.is_exportable:
            return "ready"
        if self.state == "decided" and not self._is_to_be_edited:
            return "decided"
        return "blocked" if self.finding.checks else "none"

    @property
    def _is_to_be_edited(self) -> bool:
        """Whether the decision asks for an edit that is known."""
        asked = self.decision is not None and self.decision.verdict == "wrong-there"
        return asked and self.finding.edit is not None


@dataclass(frozen=True)
class View:
    """A comparison at a moment.

    Attributes:
        until: when it has to be settled anew.
        digest: changes whenever anything of it does.
        facets: of each report, as soon as somebody has asked for them.
    """

    at: datetime
    until: datetime
    digest: str
    reports: Reports
    rows: tuple[Row, ...]
    facets: dict[str, Faceted] = field(default_factory=dict, compare=False)

    def of(self, report: ReportName) -> Sequence[Row]:
        """The rows of one report; its findings follow each other."""
        return self.rows[self.first(report) : self.first(report) + len(self._places.get(report, ()))]

    def first(self, report: ReportName) -> int:
        """The place of its first row."""
        return next(iter(self._places.get(report, ())), 0)

    @cached_property
    def _places(self) -> Mapping[str, Sequence[int]]:
        found: dict[str, list[int]] = {}
        for place, row in enumerate(self.rows):
            found.setdefault(row.finding.report, []).append(place)
        return found


class Comparison:
    """What a snapshot holds of a comparison.

    Args:
        kept: None where the snapshot was built without an archive.
        former: keys of findings by the ids that they had before.
    """

    def __init__(self, kept: Kept | None, decisions: Decisions, former: Mapping[str, str], find: Find,
                 base_iri: str, snapshot: str) -> None:  # fmt: skip
        self.kept = kept
        self.reports = kept.reports if kept is not None else Reports("", "", snapshot, base_iri, ())
        self.decisions = decisions
        self._former = former
        self._find = find
        self._view: View | None = None
        # By report and language: the place of each name in the alphabet; by report: how each is searched for.
        self.names: dict[tuple[ReportName, str], Sequence[str]] = {}
        self.searched: dict[ReportName, Sequence[str]] = {}

    def view(self, now: datetime) -> View:
        """What it says at a moment."""
        found = self._view
        if found is None or not found.at <= now < found.until:
            found = self._view = self._settle(now)
        return found

    def warm(self) -> None:
        """Look up what pages of cities and partnerships ask, so that no reader waits for it."""
        _ = self.by_city, self.by_partnership, self.by_key, self.places

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """The ids of the findings in their order."""
        return tuple(finding.id for finding in self.reports.findings)

    @cached_property
    def places(self) -> Mapping[str, int]:
        """The place of each finding by its id."""
        return {identity: place for place, identity in enumerate(self.ids)}

    @cached_property
    def by_key(self) -> Mapping[str, Sequence[int]]:
        """The places of findings by their keys."""
        return _gathered((finding.key, place) for place, finding in enumerate(self.reports.findings))

    def key_of(self, identity: str) -> str:
        """The key of the finding that once had an id; "" where nobody knows of one."""
        decided = next((line.key for line in self.decisions.lines if line.finding == identity), "")
        return decided or self._former.get(identity, "")

    def city(self, name: str) -> str:
        """The key of our city that an item, or a key of ours, is; "" where we have none."""
        known = self._cities.get(name) or self._cities.get(name.upper(), "")
        return known or (name if name in self._keys else "")

    @cached_property
    def by_city(self) -> Mapping[str, Sequence[int]]:
        """The places of the findings about a city, by its key and by its item."""
        return _gathered(
            (token, place)
            for place, finding in enumerate(self.reports.findings)
            for name in parties(finding)
            for token in {name.lower(), self.city(name)} - {""}
        )

    @cached_property
    def by_partnership(self) -> Mapping[str, Sequence[int]]:
        """The places of the findings about a partnership, by its key."""
        return _gathered((key, place) for place, key in enumerate(self.partnerships) if key)

    @cached_property
    def partnerships(self) -> tuple[str, ...]:
        """The key of the partnership of ours that each finding is about; "" where there is none."""
        named = [
            finding.details.get("partnership", "") or _pair(finding) for finding in self.reports.findings
        ]
        known = {name: self._find("partnership", name) for name in set(named) - {""}}
        return tuple(known.get(name, "") for name in named)

    @cached_property
    def _cities(self) -> Mapping[str, str]:
        names = {name for finding in self.reports.findings for name in parties(finding)}
        return {name: self._find("city", name.lower()) for name in names}

    @cached_property
    def _keys(self) -> frozenset[str]:
        return frozenset(self._cities.values()) - {""}

    def _settle(self, now: datetime) -> View:
        read_at = self.kept.read_at if self.kept is not None else None
        reports = settle(self.reports, self.decisions, Freshness(now, read_at))
        rows = tuple(
            Row(identity, finding, self.decisions.state(finding, now.date()), self.decisions.latest(finding))
            for identity, finding in zip(self.ids, reports.findings, strict=True)
        )
        known = hashlib.sha256()
        for row in rows:
            known.update(f"{row.id} {row.state} {row.decision} {row.finding.checks}\n".encode())
        return View(now, _next_change(now, (read_at or {}).values()), known.hexdigest()[:20], reports, rows)


def parties(finding: Finding) -> tuple[str, ...]:
    """The items, or keys of ours, that a finding is about."""
    return tuple(dict.fromkeys(filter(None, (finding.subject, *finding.object.split(";")))))


def _pair(finding: Finding) -> str:
    """The key that a partnership of two items has where no register names it; "" for what is none."""
    if finding.report == "e" or not all(name[1:].isdigit() for name in parties(finding)):
        return ""
    return "-".join(sorted((name.lower() for name in parties(finding)), key=lambda name: int(name[1:])))


def _next_change(now: datetime, times: Iterable[str]) -> datetime:
    """When something may next be decided otherwise: a day begins, or something read is no longer fresh."""
    ends = [datetime.combine(now.date() + timedelta(days=1), time(), UTC)]
    for text in set(times):
        try:
            read = datetime.fromisoformat(text)
        except ValueError:
            continue
        end = (read if read.tzinfo is not None else read.replace(tzinfo=UTC)) + FRESH
        # It is fresh for the whole of its last second.
        ends.append(end + timedelta(microseconds=1))
    return min(end for end in ends if end > now)


def _gathered(pairs: Iterable[tuple[str, int]]) -> Mapping[str, Sequence[int]]:
    found: dict[str, list[int]] = {}
    for name, place in pairs:
        places = found.setdefault(name, [])
        if not places or places[-1] != place:
            places.append(place)
    return found
