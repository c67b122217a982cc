"""Edits as a table for OpenRefine and the schema that says what its columns mean.

OpenRefine shows warnings before an upload (symmetry, allowed qualifiers, missing references), so that a person sees
what Wikidata's own rules say. A finer date for a coarser one is left out: OpenRefine would add a second start.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from typing import Any

from twin_graph.compare.addresses import normal_url
from twin_graph.compare.edits import changes
from twin_graph.compare.model import Reports
from twin_graph.compare.quickstatements import File
from twin_graph.compare.tables import guard
from twin_graph.compare.times import is_exact

COLUMNS = (
    "item",
    "item name",
    "partner",
    "partner name",
    "start",
    "end",
    "reference",
    "retrieved",
    "finding",
)
ENTITIES = "http://www.wikidata.org/entity/"
API = "https://www.wikidata.org/w/api.php"


def files_of(reports: Reports) -> tuple[File, ...]:
    """The table and its schema; none where there is nothing to edit."""
    table = table_of(reports)
    if table.count(b"\r\n") == 1:
        return ()
    return (
        File("openrefine.csv", table),
        File("openrefine-schema.json", json.dumps(SCHEMA, indent=1, sort_keys=True).encode() + b"\n"),
    )


def table_of(reports: Reports) -> bytes:
    """One row for each reference of each statement."""
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for change in changes(reports.findings):
        edit = change.edit
        if edit.action == "replace" or not all(is_exact(text) for text in (edit.since, edit.until) if text):
            continue
        names = [guard(name) for name in change.findings[0].names]  # what anybody may write in Wikidata
        for page in change.references:
            writer.writerow([
                edit.item, names[0], edit.target, names[1], edit.since, edit.until, normal_url(page.url),
                page.retrieved, " ".join(finding.id for finding in change.findings),
            ])  # fmt: skip
    return output.getvalue().encode()


def _property(pid: str, label: str, datatype: str) -> dict[str, str]:
    return {"type": "wbpropconstant", "pid": pid, "label": label, "datatype": datatype}


def _variable(kind: str, column: str) -> dict[str, str]:
    return {"type": kind, "columnName": column}


def _snak(prop: Mapping[str, str], value: Mapping[str, str]) -> dict[str, Mapping[str, str]]:
    return {"prop": prop, "value": value}


_STATEMENT: dict[str, Any] = {
    "value": _variable("wbentityvariable", "partner"),
    "qualifiers": [
        _snak(_property("P580", "start time", "time"), _variable("wbdatevariable", "start")),
        _snak(_property("P582", "end time", "time"), _variable("wbdatevariable", "end")),
    ],
    "references": [
        {
            "snaks": [
                _snak(_property("P854", "reference URL", "url"), _variable("wbstringvariable", "reference")),
                _snak(_property("P813", "retrieved", "time"), _variable("wbdatevariable", "retrieved")),
            ]
        }
    ],
    "mode": "add_or_merge",
    # A statement is the one that is there when it names the same partner, whatever its dates.
    "mergingStrategy": {"type": "snak", "valueMatcher": {"type": "strict"}},
}
SCHEMA: dict[str, Any] = {
    "entityEdits": [
        {
            "type": "wbitemeditexpr",
            "subject": _variable("wbentityvariable", "item"),
            "statementGroups": [
                {
                    "property": _property("P190", "twinned administrative body", "wikibase-item"),
                    "statements": [_STATEMENT],
                }
            ],
            "nameDescs": [],
        }
    ],
    "siteIri": ENTITIES,
    "entityTypeSiteIRI": {"item": ENTITIES, "property": ENTITIES},
    "mediaWikiApiEndpoint": API,
}
