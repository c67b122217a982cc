"""From a focus node of the report back to the file, line and column where staff can put it right.

Looks only at rows that describe the focus node. A node that the build itself made in the document of a thing (a
status period) has the place of that thing.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from twin_graph import iris
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
    base = inputs.publication.base_iri
    maker = DocumentMaker(base, inputs.vocabulary, inputs.keys)
    wanted = focuses | {_parent(focus) for focus in focuses}
    # Making the address of a row costs time, so only the tables are read that may hold a wanted one.
    parts = [minted for minted in (iris.unmint(base, iri) for iri in wanted) if minted is not None]
    kinds = {part.fragment.partition("-")[0] if part.fragment else part.kind for part in parts}
    places: Places = defaultdict(list)
    for row in (row for rows in inputs.rows.values() for row in rows if BY_TABLE[row.table].name in kinds):
        subject = maker.subject(row)
        if subject is not None and str(subject) in wanted:
            places[str(subject)].append(row)
    return places


def _parent(focus: str) -> str:
    """The thing in whose document a node lives."""
    return focus.replace("/doc/", "/id/").partition("#")[0]


def _place(finding: Finding, places: Places, inputs: Inputs) -> SourceRef | None:
    rows = places.get(finding.focus) or places.get(_parent(finding.focus), [])
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
