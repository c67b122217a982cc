"""What the commands of the comparison have in common: the findings with their decisions, files, and what is printed.

The commands themselves are `compare`.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from twin_graph.compare import mismatches, openrefine, quickstatements, tables
from twin_graph.compare.checks import Gate
from twin_graph.compare.decisions import FILE, Decisions
from twin_graph.compare.kinds import KINDS
from twin_graph.compare.model import REPORTS, Finding, Reports, State
from twin_graph.compare.quickstatements import File
from twin_graph.errors import EntityNotFound, MalformedRequest, WorkspaceInvalid

TOOLS = ("quickstatements-2", "quickstatements-3", "openrefine", "mismatch-finder")
SHOWN = 20


@dataclass(frozen=True)
class Work:
    """What every command here begins with; `gate` knows all reports, also where `reports` are a part of them."""

    reports: Reports
    decisions: Decisions
    gate: Gate
    path: Path
    now: datetime
    state: str

    @property
    def shown_path(self) -> str:
        """The file of decisions as people know it."""
        return f"data/{FILE}"


def export_files(work: Work, tools: Iterable[str]) -> list[File]:
    """The files for some tools."""
    made_at = work.now.isoformat(timespec="seconds")
    found: list[File] = []
    for tool in dict.fromkeys(tools):
        if tool == "quickstatements-2":
            found += quickstatements.files_of(work.reports, 2, made_at)
        elif tool == "quickstatements-3":
            found += quickstatements.files_of(work.reports, 3, made_at)
        elif tool == "openrefine":
            found += openrefine.files_of(work.reports)
        else:
            found += mismatches.files_of(work.reports, work.gate)
    return found


def held_back(work: Work, tools: Iterable[str]) -> dict[str, int]:
    """How many findings each check keeps out of the files for some tools."""
    found = Counter(name for each in work.reports.findings if each.edit is not None for name in each.checks)
    if "mismatch-finder" in tools:
        found += mismatches.held_back(work.reports, work.gate)
    return dict(sorted(found.items()))


def report_files(reports: Reports) -> list[File]:
    """Every report in every format."""
    found: list[File] = []
    for name in REPORTS:
        page = f"{reports.base_iri}wikidata/{name}"
        found += [
            File(f"wikidata-{name}.csv", tables.csv_of(reports, name)),
            File(f"wikidata-{name}.json", tables.json_of(reports, name)),
            File(f"wikidata-{name}.atom", tables.atom_of(reports, name, page, f"{page}.atom")),
        ]
    return found


def write(folder: Path, files: Iterable[File]) -> None:
    """Write files into a new folder: one that is left of an earlier export could be uploaded once more."""
    if folder.is_dir() and any(folder.iterdir()):
        raise WorkspaceInvalid(f"{folder} is not empty; name a new folder")
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        target = folder / file.name
        target.write_bytes(file.content)
        with target.open("rb") as written:
            os.fsync(written.fileno())


def find(reports: Reports, beginning: str) -> Finding:
    """The finding whose id begins so.

    Raises:
        EntityNotFound, MalformedRequest: there is none, or there are several.
    """
    found = [finding for finding in reports.findings if finding.id.startswith(beginning.strip().lower())]
    if not found:
        raise EntityNotFound(f"no finding begins with “{beginning}”; `twin-graph review list` names them all")
    if len(found) > 1:
        raise MalformedRequest(f"{len(found)} findings begin with “{beginning}”; write more of it")
    return found[0]


def summary(work: Work) -> dict[str, Any]:
    """What was compared and what was found, in numbers, for programs."""
    reports = work.reports
    return {
        "archive": reports.archive,
        "archive_state": work.state,
        "observed": reports.observed,
        "snapshot": reports.snapshot,
        "unread": len(reports.unread),
        "agreed": list(reports.agreed),
        "one_sided": dict(reports.one_sided),
        "counts": {name: len(reports.of(name)) for name in REPORTS},
        "exportable": sum(finding.is_exportable for finding in reports.findings),
        "kinds": dict(sorted(Counter(finding.kind for finding in reports.findings).items())),
    }


def print_summary(work: Work) -> None:
    """What was compared and what was found, in numbers, for people."""
    reports = work.reports
    click.echo(f"snapshot {reports.snapshot} beside {reports.archive}, read until {reports.observed}")
    click.echo(f"{len(reports.agreed):,} of our partnerships stand on both items as we have them")
    for name, title in REPORTS.items():
        click.echo(f"({name}) {title}: {len(reports.of(name)):,}")
        counted = Counter(finding.kind for finding in reports.of(name))
        for kind, count in counted.most_common():
            click.echo(f"      {count:,} {KINDS[kind].title}")
    click.echo(f"{sum(finding.is_exportable for finding in reports.findings):,} edits may be exported")
    if reports.unread:
        click.echo(
            f"{len(reports.unread):,} items were not asked, or not answered: nothing is said about them"
        )


def print_findings(findings: Iterable[Finding], work: Work) -> None:
    """The first findings, two lines each."""
    chosen = list(findings)
    for finding in chosen[:SHOWN]:
        click.echo(
            f"{finding.id[:12]} ({finding.report}) [{state_of(finding, work)}] {tables.title_of(finding)}"
        )
        click.echo(f"    {finding.change}")
    if len(chosen) > SHOWN:
        click.echo(f"… and {len(chosen) - SHOWN:,} more (`--json` and `review export` have them all)")


def state_of(finding: Finding, work: Work) -> State:
    """How far the review of a finding is."""
    return work.reports.review(finding).state


def described(finding: Finding, work: Work) -> dict[str, Any]:
    """All that is known of a finding, with its state and its last decision, for programs."""
    return tables.as_json(finding, review=work.reports.review(finding))


def lines(file: File) -> int:
    """How many lines a file has."""
    return file.content.count(b"\n")
