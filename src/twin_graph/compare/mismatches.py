"""Contradicting dates as a table for the Mismatch Finder, where editors of Wikidata decide them.

Its format: https://github.com/wmde/wikidata-mismatch-finder/blob/main/docs/UserGuide.md. Only what has a public
page as its source is handed over, and nothing of which a person has said that it is wrong here.
"""

from __future__ import annotations

import csv
import io
from datetime import date

from twin_graph.compare import checks
from twin_graph.compare.addresses import normal_url
from twin_graph.compare.decisions import Decisions
from twin_graph.compare.model import Cited, Finding, Reports
from twin_graph.compare.quickstatements import File
from twin_graph.compare.there import number
from twin_graph.compare.times import bounds

COLUMNS = ("item_id", "statement_guid", "property_id", "wikidata_value", "meta_wikidata_value", "external_value",
           "external_url", "type")  # fmt: skip
MAX_LENGTH = 1500
GREGORIAN = "Q1985727"
_PROPERTIES = {"start-differs": "P580", "end-differs": "P582"}


def files_of(reports: Reports, decisions: Decisions, today: date) -> tuple[File, ...]:
    """The table; none where there is nothing to hand over."""
    table = table_of(reports, decisions, today)
    return (File("mismatch-finder.csv", table),) if table.count(b"\n") > 1 else ()


def table_of(reports: Reports, decisions: Decisions, today: date) -> bytes:
    """One row for each date that contradicts one of ours."""
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(COLUMNS)
    handed = [finding for finding in reports.of("d") if _is_handed_over(finding, decisions, today)]
    for finding in sorted(handed, key=lambda finding: (number(finding.subject), finding.guid, finding.kind)):
        ours, theirs = finding.values
        item = finding.guid.partition("$")[0].upper()
        writer.writerow([item, finding.guid, _PROPERTIES[finding.kind], theirs, GREGORIAN, ours,
                         normal_url(finding.url), "qualifier"])  # fmt: skip
    return output.getvalue().encode()


def _is_handed_over(finding: Finding, decisions: Decisions, today: date) -> bool:
    if (
        finding.kind not in _PROPERTIES
        or not finding.guid
        or bounds(finding.values[1]) is None  # “not ended”, or several dates
        or checks.of_reference(Cited(finding.url))
    ):
        return False
    longest = max(map(len, (*finding.values, normal_url(finding.url))))
    return longest <= MAX_LENGTH and decisions.verdict(finding, today) not in ("wrong-here", "none")
