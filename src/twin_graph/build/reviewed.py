"""What a snapshot keeps of the review of Wikidata: the decisions, and the ids that findings had before.

What a decision is, is said by `compare.decisions`. Nothing is decided here, and no line is changed.
"""

from __future__ import annotations

from pathlib import Path

from twin_graph.compare import former, kept
from twin_graph.compare.decisions import FILE, read_decisions
from twin_graph.errors import SourceError
from twin_graph.findings import Finding
from twin_graph.snapshot import SideFacts, SideFile
from twin_graph.workspace import Workspace


def problems_of_decisions(workspace: Workspace) -> list[Finding]:
    """The lines that are no decisions."""
    try:
        read_decisions(workspace.data / FILE, f"data/{FILE}")
    except SourceError as problem:
        return problem.findings
    return []


def write_decisions(path: Path, facts: SideFacts) -> None:
    """Write the decisions as they stand in the workspace; nothing where there are none."""
    source = facts.workspace.data / FILE
    path.write_bytes(source.read_bytes() if source.exists() else b"")


def write_former(path: Path, facts: SideFacts) -> None:
    """Write the keys of all findings that were published before, by the ids that they had."""
    known: dict[str, str] = {}
    if (previous := facts.previous) is not None:
        known |= former.read_former(previous.side(former.FILE))
        if previous.manifest.id != facts.manifest.id and (found := kept.read(previous.path)) is not None:
            known |= {finding.id: finding.key for finding in found.reports.findings}
    path.write_bytes(former.dump(known))


DECISIONS = SideFile(FILE, write_decisions)
FORMER = SideFile(former.FILE, write_former)
