"""The values of a comparison: what we hold, what is found, what could be edited.

Only data. What we hold is read by `reading`, what is found is made by `reports`, files are written by `tables`,
`quickstatements`, `openrefine` and `mismatches`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from twin_graph.compare import words
from twin_graph.compare.words import ENGLISH, Sentence

ReportName = Literal["a", "b", "c", "d", "e", "f"]
Names = Mapping[str, str]  # by language
Action = Literal["create", "add", "replace"]
Verdict = Literal["wrong-there", "wrong-here", "both", "none"]
State = Literal["open", "decided", "reopened", "expired"]
OVER = ("terminated", "expired")  # statuses of what has ended
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
AGAIN: ReportName = "f"  # what somebody should look at again; it says nothing about Wikidata
REPORT_NAMES: tuple[ReportName, ...] = get_args(ReportName)
# Their titles in English; in other languages they are `words.terms("report")`.
REPORTS: Mapping[ReportName, str] = {
    name: words.terms("report")[name].label[words.ENGLISH] for name in REPORT_NAMES
}


def report_name(text: str) -> ReportName:
    """The name of a report.

    Raises:
        ValueError: there is none of this name.
    """
    for name in REPORT_NAMES:
        if name == text:
            return name
    raise ValueError(f"no report is called “{text}”")


@dataclass(frozen=True)
class Cited:
    """A page that says something: its address, and the day on which it was read, where that is recorded."""

    url: str
    retrieved: str = ""
    title: str = ""
    language: str = ""


@dataclass(frozen=True)
class City:
    """A city of ours.

    Attributes:
        item: of Wikidata, "" where none is known.
        confirmed: whether a person named the item, or the city is known from Wikidata only and is that item.
        names: by language.
        siblings: keys of the town of this municipality, or the municipality of this town.
        kind: local name of its class, such as `City`, "" where it is not known.
    """

    key: str
    item: str = ""
    country: str = ""
    place: tuple[float, float] | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    siblings: tuple[str, ...] = ()
    confirmed: bool = True
    kind: str = ""


@dataclass(frozen=True)
class Dated:
    """A beginning or an end that a source of ours states; `rank` is its precedence, 0 for a document."""

    date: str
    rank: int
    relation: str = ""
    cited: tuple[Cited, ...] = ()


@dataclass(frozen=True)
class Link:
    """A partnership that somebody besides Wikidata speaks of.

    Attributes:
        start: the beginning that we publish, None where none is dated.
        starts: every beginning that a source of ours states.
        ends: every end that a source of ours states, the preferred first.
        cited: pages that speak of it, the best first.
        disputed: sources of ours date the beginning of this relation differently.
        digest: what our sources say, in short.
        confirmed: the latest date at which something shows it alive (EDTF), "" where nothing does.
        unlisted: when a source was seen to name it no longer, the latest first.
    """

    key: str
    parties: tuple[str, ...]
    relation: str = ""
    status: str = ""
    confidence: str = ""
    start: Dated | None = None
    starts: tuple[Dated, ...] = ()
    ends: tuple[Dated, ...] = ()
    cited: tuple[Cited, ...] = ()
    disputed: bool = False
    digest: str = ""
    confirmed: str = ""
    unlisted: tuple[Dated, ...] = ()


@dataclass(frozen=True)
class Ours:
    """What a snapshot holds: cities by key, and the partnerships that others than Wikidata speak of."""

    base_iri: str
    snapshot: str
    valid_on: str
    cities: Mapping[str, City]
    links: tuple[Link, ...]


@dataclass(frozen=True)
class Edit:
    """One change of one statement of P190 that somebody could make.

    Attributes:
        action: a new statement, something added to the one that is there, or a coarser date made finer.
        since, until: dates to add (EDTF: a year, a month or a day), "" for none.
        old: the date that `since` takes the place of, as QuickStatements writes it.
    """

    item: str
    target: str
    action: Action
    since: str = ""
    until: str = ""
    old: str = ""
    reference: Cited | None = None


@dataclass(frozen=True)
class Finding:
    """One difference.

    Attributes:
        kind: what differs; a word of `kinds.KINDS`.
        subject, object: items of Wikidata, or keys of ours where there is no item.
        names: of both, for people, in English.
        named: the same in each language of our pages.
        countries: of its parties: keys, or items where our data do not have them.
        revisions: of both, as far as they are known.
        group: the partnership or pair of items that it belongs to; what has one group is edited together.
        evidence: digest of what both sides say; a decision holds while it stays the same.
        says: the proposed change, or what is left to find out.
        note: to be sent or posted: an enquiry to the town hall, a note for a talk page.
        reasons: why it may be so.
        retrieved: the day on which the page was read.
        observed: when Wikidata was asked.
        checks: what forbids an export, as names of `checks.CHECKS`.
        order: place in its report; the strongest first.
    """

    report: ReportName
    kind: str
    subject: str
    object: str
    evidence: str
    names: tuple[str, str] = ("", "")
    named: tuple[Names, Names] = field(default_factory=lambda: ({}, {}))
    revisions: tuple[int | None, int | None] = (None, None)
    country: str = ""
    countries: tuple[str, ...] = ()
    group: str = ""
    guid: str = ""
    says: Sentence | None = None
    note: Sentence | None = None
    reasons: tuple[Sentence, ...] = ()
    url: str = ""
    retrieved: str = ""
    observed: str = ""
    confidence: str = ""
    checks: tuple[str, ...] = ()
    edit: Edit | None = None
    values: tuple[str, str] = ("", "")
    details: Mapping[str, str] = field(default_factory=dict)
    order: int = 0

    @property
    def parties(self) -> tuple[str, ...]:
        """The items, or keys of ours, that it is about; a partnership may have more than two."""
        return tuple(dict.fromkeys(filter(None, (self.subject, *self.object.split(";")))))

    @property
    def key(self) -> str:
        """What it is about, whatever the evidence: 16 hexadecimal digits."""
        return digest(self.kind, self.subject, self.object)[:16]

    @property
    def id(self) -> str:
        """What it is about on this evidence: SHA-256."""
        return digest(self.kind, self.subject, self.object, self.evidence)

    def names_in(self, language: str) -> tuple[str, str]:
        """What both are called in a language of our pages."""
        a, b = (named.get(language) or name for named, name in zip(self.named, self.names, strict=True))
        return a, b

    @property
    def change(self) -> str:
        """The proposed change, or what is left to find out, in English."""
        return self.change_in(ENGLISH)

    def change_in(self, language: str) -> str:
        """The same in a language of our pages."""
        return self.says.read(language) if self.says is not None else ""

    @property
    def text(self) -> str:
        """What may be sent or posted, in English."""
        return self.text_in(ENGLISH)

    def text_in(self, language: str) -> str:
        """The same in a language of our pages; a note for Wikidata is always in English."""
        return self.note.read(language) if self.note is not None else ""

    @property
    def is_exportable(self) -> bool:
        """Whether nothing forbids to propose its edit."""
        return self.edit is not None and not self.checks


@dataclass(frozen=True)
class Review:
    """How far the review of a finding is.

    Attributes:
        decision: the values of the last decision by their names, none where there is none; `finding` is the id that
            the finding had then.
    """

    state: State = "open"
    decision: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reports:
    """The reports of one comparison.

    Attributes:
        unread: items whose side is not known: not asked, or not answered. Nothing is concluded from their silence.
        one_sided: how many links Wikidata states from one side only, by the country of the silent side.
        agreed: keys of our links of two parties that both items have, with nothing to add or to ask.
        valid_on: day of our data.
        reviews: of the findings that somebody has decided at some time, by their ids.
    """

    archive: str
    observed: str
    snapshot: str
    base_iri: str
    findings: tuple[Finding, ...]
    unread: tuple[str, ...] = ()
    one_sided: Mapping[str, int] = field(default_factory=dict)
    agreed: tuple[str, ...] = ()
    valid_on: str = ""
    reviews: Mapping[str, Review] = field(default_factory=dict)

    def review(self, finding: Finding) -> Review:
        """How far the review of one of the findings is."""
        return self.reviews.get(finding.id, Review())

    def of(self, report: ReportName) -> tuple[Finding, ...]:
        """The findings of one report."""
        return tuple(finding for finding in self.findings if finding.report == report)


def digest(*parts: str) -> str:
    """SHA-256 of texts; no two different lists of texts are written alike.

    >>> digest("a", "bc") == digest("ab", "c")
    False
    """
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
