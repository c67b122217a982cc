"""From a focus node of the report back to the file, line and column where staff can put it right.

Looks only at rows that describe the focus node; derived facts have no row and keep no place.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from twin_graph.build.inputs import Inputs
from twin_graph.findings import Finding, Report, SourceRef, make_report
from twin_graph.kinds import BY_TABLE
from twin_graph.sources.documents import DocumentMaker
from twin_graph.sources.tables import Row

Places = dict[str, list[Row]]


def locate(report: Report, inputs: Inputs) -> Report:
    """The same report with places."""
    focuses = {finding.focus for finding in report.findings}
    places = _places(inputs, focuses)
    found = [replace(finding, where=_place(finding, places, inputs)) for finding in report.findings]
    return make_report(found, engine=report.engine, fallbacks=report.fallbacks)


def _places(inputs: Inputs, focuses: set[str]) -> Places:
    maker = DocumentMaker(inputs.publication.base_iri, inputs.vocabulary, inputs.keys)
    places: Places = defaultdict(list)
    for rows in inputs.rows.values() if focuses else ():
        for row in rows:
            subject = maker.subject(row)
            if subject is not None and str(subject) in focuses:
                places[str(subject)].append(row)
    return places


def _place(finding: Finding, places: Places, inputs: Inputs) -> SourceRef | None:
    rows = places.get(finding.focus) or places.get(
        finding.focus.replace("/doc/", "/id/").partition("#")[0], []
    )
    if not rows:
        return None
    candidates = []
    for rank, row in enumerate(rows):  # in the order of sources, which does not change with that of rows
        columns = inputs.vocabulary.columns(BY_TABLE[row.table])
        for name, column in columns.items():
            if column.property == finding.path:
                holds = finding.value != "" and finding.value in row.cells.get(name, "")
                candidates.append((not holds, name not in row.cells, rank, row.at(name)))
    return min(candidates)[3] if candidates else rows[0].where
