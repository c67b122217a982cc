"""Contradicting dates as a table for the Mismatch Finder, where editors of Wikidata decide them.

Its format: https://github.com/wmde/wikidata-mismatch-finder/blob/main/docs/UserGuide.md. Only what has a public
page as its source is handed over, and nothing that the checks of an export hold back.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator

from twin_graph.compare import checks
from twin_graph.compare.addresses import normal_url
from twin_graph.compare.checks import Gate
from twin_graph.compare.model import Cited, Finding, Reports
from twin_graph.compare.quickstatements import File
from twin_graph.compare.there import number
from twin_graph.compare.times import bounds

COLUMNS = ("item_id", "statement_guid", "property_id", "wikidata_value", "meta_wikidata_value", "external_value",
           "external_url", "type")  # fmt: skip
MAX_LENGTH = 1500
GREGORIAN = "Q1985727"
_PROPERTIES = {"start-differs": "P580", "end-differs": "P582"}


def files_of(reports: Reports, gate: Gate) -> tuple[File, ...]:
    """The table; none where there is nothing to hand over."""
    table = table_of(reports, gate)
    return (File("mismatch-finder.csv", table),) if table.count(b"\n") > 1 else ()


def held_back(reports: Reports, gate: Gate) -> Counter[str]:
    """How many dates each check holds back."""
    return Counter(name for finding in _contradictions(reports) for name in gate.checks(finding))


def table_of(reports: Reports, gate: Gate) -> bytes:
    """One row for each date that contradicts one of ours and that nothing holds back."""
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(COLUMNS)
    handed = [finding for finding in _contradictions(reports) if not gate.checks(finding)]
    for finding in sorted(handed, key=lambda finding: (number(finding.subject), finding.guid, finding.kind)):
        ours, theirs = finding.values
        item = finding.guid.partition("$")[0].upper()
        writer.writerow([item, finding.guid, _PROPERTIES[finding.kind], theirs, GREGORIAN, ours,
                         normal_url(finding.url), "qualifier"])  # fmt: skip
    return output.getvalue().encode()


def _contradictions(reports: Reports) -> Iterator[Finding]:
    """The findings that its table has a form for."""
    for finding in reports.of("d"):
        if (
            finding.kind in _PROPERTIES
            and finding.guid
            and bounds(finding.values[1]) is not None  # neither “not ended” nor several dates
            and not checks.of_reference(Cited(finding.url))
            and max(map(len, (*finding.values, normal_url(finding.url)))) <= MAX_LENGTH
        ):
            yield finding
