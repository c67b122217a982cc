"""The reports as files: CSV, JSON and Atom, in a language of our pages; equal findings give equal bytes.

Names of columns, kinds and checks are the same in all languages; sentences and titles are not. Which columns there
are is data (`COLUMNS`), so that pages can show the same. Files for Wikidata's own tools are `quickstatements`,
`openrefine` and `mismatches`.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from twin_graph import feeds
from twin_graph.compare.kinds import KINDS
from twin_graph.compare.model import Finding, ReportName, Reports, Review
from twin_graph.compare.words import ENGLISH, terms
from twin_graph.feeds import Entry, Feed
from twin_graph.workspace import LANGUAGES

WIKIDATA = "https://www.wikidata.org/wiki/"
SEPARATOR = ";"
_FORMULA = re.compile(r"[=+\-@\t\r]")
_ATOM_DAY = date(2026, 1, 1)  # of the tag URIs: any day on which the address was ours


def _of_edit(field: str) -> Callable[[Finding], str]:
    return lambda finding: str(getattr(finding.edit, field)) if finding.edit is not None else ""


# Name and value of each column, in order.
_COLUMNS: Mapping[str, Callable[[Finding], str]] = {
    "id": lambda finding: finding.id,
    "report": lambda finding: finding.report,
    "kind": lambda finding: finding.kind,
    "subject": lambda finding: finding.subject,
    "subject_name": lambda finding: finding.names[0],
    "subject_revision": lambda finding: _number(finding.revisions[0]),
    "object": lambda finding: finding.object,
    "object_name": lambda finding: finding.names[1],
    "object_revision": lambda finding: _number(finding.revisions[1]),
    "country": lambda finding: finding.country,
    "statement": lambda finding: finding.guid,
    "change": lambda finding: finding.change,
    "action": _of_edit("action"),
    "since": _of_edit("since"),
    "until": _of_edit("until"),
    "here": lambda finding: finding.values[0],
    "there": lambda finding: finding.values[1],
    "url": lambda finding: finding.url,
    "retrieved": lambda finding: finding.retrieved,
    "observed": lambda finding: finding.observed,
    "confidence": lambda finding: finding.confidence,
    "checks": lambda finding: SEPARATOR.join(finding.checks),
    "text": lambda finding: finding.text,
}
COLUMNS = tuple(_COLUMNS)
# Columns about the review: its state, and the decision that holds.
DECIDED = ("verdict", "by", "note", "expires")
REVIEWED = ("state", *DECIDED)


def cells(finding: Finding, language: str = ENGLISH) -> tuple[str, ...]:
    """The values of a finding, one for each of `COLUMNS`."""
    said = {"change": finding.change_in(language), "text": finding.text_in(language)}
    return tuple(said.get(name) or value(finding) for name, value in _COLUMNS.items())


def reviewed(review: Review) -> tuple[str, ...]:
    """The values of `REVIEWED`; a decision that no longer holds is no value, lest a sheet bring it in again."""
    held = review.decision if review.state == "decided" else {}
    return review.state, *(held.get(name, "") for name in DECIDED)


def csv_of(reports: Reports, report: ReportName, language: str = ENGLISH) -> bytes:
    """One report as CSV (RFC 4180) in UTF-8."""
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\r\n")
    writer.writerow((*COLUMNS, *REVIEWED))
    for finding in reports.of(report):
        row = *cells(finding, language), *reviewed(reports.review(finding))
        writer.writerow([guard(text) for text in row])
    return output.getvalue().encode()


def json_of(reports: Reports, report: ReportName, language: str = ENGLISH) -> bytes:
    """One report as JSON: where it comes from, and its findings with all that is known of them."""
    content = {
        "report": report,
        "title": terms("report")[report].label[language],
        "archive": reports.archive,
        "observed": reports.observed,
        "snapshot": reports.snapshot,
        "unread": len(reports.unread),
        "one_sided": dict(reports.one_sided),
        "agreed": list(reports.agreed),
        "findings": [as_json(each, language, reports.review(each)) for each in reports.of(report)],
    }
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def as_json(finding: Finding, language: str = ENGLISH, review: Review | None = None) -> dict[str, Any]:
    """A finding as JSON; what may be sent to a town hall is in all languages under `texts`.

    Args:
        review: its state and last decision, which has the former id where the evidence has changed since.
    """
    found: dict[str, Any] = dict(zip(COLUMNS, cells(finding, language), strict=True))
    found["subject_revision"], found["object_revision"] = finding.revisions
    found |= {
        "checks": list(finding.checks),
        "countries": list(finding.countries),
        "group": finding.group,
        "key": finding.key,
        "title": KINDS[finding.kind].label[language],
        "texts": {each: finding.text_in(each) for each in LANGUAGES} if finding.note is not None else {},
        "details": dict(finding.details),
    }
    if review is not None:
        found["state"] = review.state
        found |= {"decision": dict(review.decision)} if review.decision else {}
    return found


def atom_of(
    reports: Reports,
    report: ReportName,
    link: str,
    self_link: str,
    author: str = "twin_graph",
    language: str = ENGLISH,
    narrowed: str = "",
) -> bytes:
    """One report as a feed, whose entries stay the same while their evidence does.

    An entry is as new as its observation or its decision, the feed as the newest of them and the day of our data; no
    clock is asked, so that equal reports give equal bytes.

    Args:
        link, self_link: addresses of the report for people, and of the feed.
        narrowed: which of the findings these are, as the query of an address; empty for all of them.
    """
    # A finding that was decided may no longer be among these.
    times = [
        reports.observed,
        reports.valid_on,
        *(text for each in reports.reviews.values() for text in _times(each)),
    ]
    authority = urlsplit(reports.base_iri).hostname or "localhost"
    entries = tuple(
        Entry(
            feeds.tag(authority, _ATOM_DAY, "wikidata", finding.id),
            title_of(finding, language),
            max(map(_moment, (finding.observed, *_times(reports.review(finding))))),
            f"{reports.base_iri}wikidata/finding/{finding.id}",
            _summary(finding, reports.review(finding), language),
        )
        for finding in reports.of(report)
    )
    identifier = feeds.tag(
        authority, _ATOM_DAY, "wikidata", "report", report, language, *filter(None, [narrowed])
    )
    title = terms("report")[report].label[language]
    newest = max(map(_moment, times))
    return feeds.atom(Feed(identifier, title, newest, link, self_link, author, language, "", entries))


def _summary(finding: Finding, review: Review, language: str) -> str:
    """What is to be done, and what somebody has said to that."""
    if not review.decision:
        return finding.change_in(language)
    said = terms("state")[review.state], terms("verdict")[review.decision["verdict"]]
    state, verdict = (term.label[language] for term in said)
    return f"{finding.change_in(language)} [{state}: {verdict}]"


def _times(review: Review) -> Iterator[str]:
    """When the state of a finding became what it is: it was decided, and the decision ran out."""
    if review.state in ("decided", "expired"):
        yield review.decision["at"]
    if review.state == "expired":
        yield (date.fromisoformat(review.decision["expires"]) + timedelta(days=1)).isoformat()


def title_of(finding: Finding, language: str = ENGLISH) -> str:
    """A finding in one line."""
    a, b = finding.names_in(language)
    return f"{a} ({finding.subject}) – {b} ({finding.object}): {KINDS[finding.kind].label[language]}"


def guard(text: str) -> str:
    """A field of CSV that no program for tables takes for a formula.

    >>> guard("=1+1"), unguard(guard("=1+1")), guard("Lublin")
    ("'=1+1", '=1+1', 'Lublin')
    """
    return f"'{text}" if _FORMULA.match(text) or re.match(r"'+[=+\-@\t\r]", text) else text


def unguard(text: str) -> str:
    """A field as it was before `guard`."""
    return text[1:] if re.match(r"'+[=+\-@\t\r]", text) else text


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = datetime(_ATOM_DAY.year, _ATOM_DAY.month, _ATOM_DAY.day)
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
