"""What must hold before a line about an edit is written: the checks, rows of `checks.csv`, each with its reason.

A check that a person may answer (`reviewable`) is lifted by the verdict "wrong there"; no other is. Which findings
are decided is `decisions`.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

from twin_graph.compare import words
from twin_graph.compare.addresses import normal_url
from twin_graph.compare.decisions import Decisions
from twin_graph.compare.model import Cited, City, Edit, Finding, Link, Reports
from twin_graph.compare.times import FIRST_YEAR, bounds, is_exact
from twin_graph.wikidata.references import hosts_of, is_under, is_wiki

FRESH = timedelta(hours=24)


@dataclass(frozen=True)
class Check:
    """Why nothing is exported.

    Attributes:
        reviewable: whether a person may say that it is all right.
        label, todo: what it is and what to do about it, by language.
    """

    name: str
    reviewable: bool
    label: Mapping[str, str]
    todo: Mapping[str, str]

    @property
    def text(self) -> str:
        """What it is, in English."""
        return self.label[words.ENGLISH]


CHECKS: Mapping[str, Check] = {
    row["notation"]: Check(
        row["notation"], row["reviewable"] == "yes", words.texts(row, "label"), words.texts(row, "todo")
    )
    for row in words.rows("checks")
}

_LOCAL_NAMES = (
    ".local",
    ".localhost",
    ".internal",
    ".lan",
    ".home",
    ".intranet",
    ".test",
    ".invalid",
    ".example",
)
# Wikis of the Wikimedia movement, and sites that are filled from them.
CIRCULAR = tuple(row["host"] for row in words.rows("copies"))
_NUMBER = re.compile(r"[0-9]+|0[xX][0-9a-fA-F]*")
_PAUSED, _DECLARATION = ("dormant", "suspended"), "declaration"
_PAIRED = ("statement-missing",)
_TOWNS = ("City", "Municipality")


def of_reference(page: Cited | None) -> tuple[str, ...]:
    """What is wrong with a page as a reference.

    >>> of_reference(Cited("https://pl.wikipedia.org/wiki/Lublin"))
    ('reference-circular',)
    """
    if page is None or not page.url:
        return ("no-reference",)
    host = (urlsplit(normal_url(page.url)).hostname or "").rstrip(".") if normal_url(page.url) else ""
    if not _is_public(host):
        return ("reference-not-public",)
    if is_wiki(page.url) or any(is_under(each, CIRCULAR) for each in hosts_of(page.url)):
        return ("reference-circular",)
    return ()


def of_dates(edit: Edit, today: date) -> tuple[str, ...]:
    """What is wrong with the dates of an edit."""
    found = []
    for text in filter(None, (edit.since, edit.until)):
        interval = bounds(text)
        if interval is None or not is_exact(text):
            found.append("date-inexact")
            continue
        if interval[0] > today:
            found.append("date-in-the-future")
        if interval[0].year < FIRST_YEAR:
            found.append("date-before-1800")
    return tuple(dict.fromkeys(found))


def of_order(starts: Iterable[str], ends: Iterable[str]) -> tuple[str, ...]:
    """What is wrong with beginnings and ends of one statement: one of them would end before it began."""
    begins = [interval[0] for text in starts if (interval := bounds(text)) is not None]
    over = [interval[1] for text in ends if (interval := bounds(text)) is not None]
    return ("disputed-here",) if begins and over and min(over) < max(begins) else ()


def of_parties(a: City | None, b: City | None) -> tuple[str, ...]:
    """What is wrong with the parties, as far as our data know them."""
    found = [
        name
        for name, holds in (
            ("no-item", any(city is not None and not city.item for city in (a, b))),
            ("match-unconfirmed", any(city is not None and not city.confirmed for city in (a, b))),
            ("self-link", a is not None and b is not None and a.item == b.item),
            ("other-kind", a is not None and b is not None and _differ_in_one_country(a, b)),
        )
        if holds
    ]
    return tuple(found)


def _differ_in_one_country(a: City, b: City) -> bool:
    """Whether a county is said to be twinned with a town of its own country, say."""
    kinds = {"town" if city.kind in _TOWNS else city.kind for city in (a, b)}
    return bool(a.country) and a.country == b.country and "" not in kinds and len(kinds) == 2


def of_link(link: Link) -> tuple[str, ...]:
    """What forbids to write about a partnership, whatever is written."""
    found = [
        name
        for name, holds in (
            ("status-without-model", link.status in _PAUSED),
            ("relation-without-model", link.relation == _DECLARATION),
            ("low-confidence", link.confidence == "low" or link.relation == "unconfirmed"),
        )
        if holds
    ]
    return tuple(found)


@dataclass(frozen=True)
class Freshness:
    """How fresh Wikidata's side is when lines are written.

    Attributes:
        now: the time of the clock.
        read_at: when each item was answered; None where only the time of the observation is known.
        revisions: those that Wikidata has now, where somebody has asked again.
    """

    now: datetime
    read_at: Mapping[str, str] | None = None
    revisions: Mapping[str, int] | None = None


def settle(
    reports: Reports,
    decisions: Decisions,
    freshness: Freshness,
    *,
    reviewed_only: bool = False,
    two_persons: bool = False,
) -> Reports:
    """The reports with the state of their review, and the checks that depend on decisions and on the clock.

    Args:
        reviewed_only: export nothing that nobody has decided.
        two_persons: an end needs two of them.
    """
    gate = gate_of(reports, decisions, freshness, reviewed_only=reviewed_only, two_persons=two_persons)
    found = tuple(
        replace(finding, checks=gate.checks(finding)) if finding.edit is not None else finding
        for finding in reports.findings
    )
    known = {each.id: decisions.review(each, freshness.now.date()) for each in found}
    reviews = {name: review for name, review in known.items() if review.decision}
    return replace(reports, findings=_whole_pairs(found), reviews=reviews)


@dataclass(frozen=True)
class Gate:
    """What decides, besides the finding itself, whether anything about it is handed over.

    Attributes:
        open_places: items of which nobody has decided whether they are one place with another.
    """

    decisions: Decisions
    freshness: Freshness
    open_places: frozenset[str]
    reviewed_only: bool = False
    two_persons: bool = False

    def checks(self, finding: Finding) -> tuple[str, ...]:
        """All that forbids to hand it over, with or without an edit of its own."""
        day = self.freshness.now.date()
        verdict = self.decisions.verdict(finding, day)
        found = [name for name in finding.checks if verdict != "wrong-there" or not CHECKS[name].reviewable]
        if self.open_places & {finding.subject, finding.object}:
            found.append("place-open")
        found.extend(_of_freshness(finding, self.freshness))
        if verdict is not None and verdict != "wrong-there":
            found.append("decided-otherwise")
        elif verdict is None and self.reviewed_only:
            found.append("undecided")
        is_end = finding.edit is not None and bool(finding.edit.until)
        if self.two_persons and is_end and len(self.decisions.persons(finding, "wrong-there", day)) < 2:
            found.append("second-person")
        return tuple(dict.fromkeys(found))


def gate_of(
    reports: Reports,
    decisions: Decisions,
    freshness: Freshness,
    *,
    reviewed_only: bool = False,
    two_persons: bool = False,
) -> Gate:
    """What decides about the findings of whole reports; of a part of them some open places would be missing."""
    day = freshness.now.date()
    open_places = frozenset(
        item
        for finding in reports.of("e")
        if finding.kind == "one-place" and decisions.state(finding, day) != "decided"
        for item in (finding.subject, finding.object)
    )
    return Gate(decisions, freshness, open_places, reviewed_only, two_persons)


def _whole_pairs(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings, of which no link gets one of two new statements while the other is held back."""
    held = {finding.group for finding in findings if finding.kind in _PAIRED and not finding.is_exportable}
    return tuple(
        replace(finding, checks=("pair-incomplete",))
        if finding.kind in _PAIRED and finding.is_exportable and finding.group in held
        else finding
        for finding in findings
    )


def _of_freshness(finding: Finding, freshness: Freshness) -> list[str]:
    found = []
    read_at, items = freshness.read_at, (finding.subject, finding.object)
    times = [finding.observed if read_at is None else read_at.get(item, "") for item in items]
    if any(not _is_fresh(time, freshness.now) for time in times):
        found.append("stale")
    if freshness.revisions is not None:
        now = [freshness.revisions.get(item) for item in (finding.subject, finding.object)]
        if any(new is None or new != old for new, old in zip(now, finding.revisions, strict=True)):
            found.append("revision-changed")
    return found


def _is_fresh(time: str, now: datetime) -> bool:
    try:
        read = datetime.fromisoformat(time)
    except ValueError:
        return False
    read = read if read.tzinfo is not None else read.replace(tzinfo=UTC)
    return timedelta(minutes=-5) <= now - read <= FRESH


def _is_public(host: str) -> bool:
    if "." not in host and ":" not in host:
        return False
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        # A name whose last part is a number is an address, too, in a form of its own (127.1, 0x7f.0.0.1).
        return not host.endswith(_LOCAL_NAMES) and not _NUMBER.fullmatch(host.rpartition(".")[2])
