"""The towns of the tiny workspace as Wikidata may have them, and snapshots of that workspace that were compared.

Everything between is the real thing: documents become RDF, are asked the queries and kept as an archive.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from fakes.editing import record
from fakes.made_up import CITY, Json, claim, day, item, link, place, text, twin, year
from twin_graph.build import build
from twin_graph.compare import kept
from twin_graph.compare.decisions import FILE, append, decide
from twin_graph.compare.model import Finding
from twin_graph.snapshot import Snapshot, open_snapshot
from twin_graph.workspace import Workspace
from workspaces import copy_tiny

# Before the day that the tiny workspace is valid on, so that a build takes it.
BUILT_AT = "2024-11-20T10:00:00Z"
DECIDED_AT = datetime(2024, 11, 21, 9, 0, tzinfo=UTC)
READ_AT, LATER = "2026-11-23T09:30:00Z", "2026-11-23T09:45:00Z"
ALDORF, BELMONT, CEDROWO, DUNEVILLE, ESTUARY = (f"Q90000000{n}" for n in range(1, 6))
GLENPORT = "Q900000007"
ARCHIVE = ("P854", text("https://example.org/aldorf/archive"))
WIKI = ("P143", link("Q52"))


def documents() -> list[Json]:
    """The towns as Wikidata may have them: a coarse date, a wiki as source, one side only, nothing at all."""
    twins = {
        ALDORF: [
            twin(ALDORF, 1, link(BELMONT), [("P580", year(1990))], [[ARCHIVE]]),
            twin(ALDORF, 2, link(DUNEVILLE), [("P580", year(1985))], [[WIKI]]),
            twin(ALDORF, 3, link(CEDROWO), [("P580", year(1970))], [[ARCHIVE]]),
        ],
        BELMONT: [
            twin(BELMONT, 1, link(ALDORF), [("P580", day("1990-05-05"))], [[WIKI]]),
            twin(BELMONT, 2, link(CEDROWO), [("P580", year(2003))]),
        ],
        CEDROWO: [],
        DUNEVILLE: [twin(DUNEVILLE, 1, link(ALDORF))],
        ESTUARY: [],
    }
    towns = {
        ALDORF: "Aldorf",
        BELMONT: "Belmont",
        CEDROWO: "Cedrowo",
        DUNEVILLE: "Duneville",
        ESTUARY: "Estuary",
    }
    return [
        item(name, [
            *twins[name],
            claim(f"{name}$A0000000-0000-4000-8000-000000000001", "P31", CITY),
            claim(f"{name}$A0000000-0000-4000-8000-000000000002", "P625", place(50 + number, 10)),
        ], {"en": label})
        for number, (name, label) in enumerate(towns.items())
    ]  # fmt: skip


def more_documents() -> list[Json]:
    """The same towns, and what else may differ: dates, ends, a link of nobody else, two items for one place."""
    found = {each["id"]: each for each in documents()}
    aldorf, duneville, estuary = (found[name]["claims"] for name in (ALDORF, DUNEVILLE, ESTUARY))
    aldorf["P190"] += [
        twin(ALDORF, 7, link(ESTUARY), [("P580", year(1999)), ("P582", year(2005))], [[ARCHIVE]]),
        twin(ALDORF, 8, link(GLENPORT), [("P580", year(2001))], [[ARCHIVE]]),
    ]
    duneville["P190"].append(twin(DUNEVILLE, 2, link(GLENPORT)))
    estuary["P190"] = [twin(ESTUARY, 1, link(GLENPORT), [("P580", year(1998))])]
    town, twins = "Q900000009", [twin("Q900000009", 1, link(GLENPORT)), twin("Q900000009", 2, link(ALDORF))]
    glenport = [twin(GLENPORT, 1, link(ESTUARY), [("P580", year(2010))])]
    found[town] = _town(town, "Duneville", twins, 53.01)
    found[GLENPORT] = _town(GLENPORT, "Glenport", glenport, 44)
    return list(found.values())


def _town(name: str, label: str, twins: list[Json], latitude: float) -> Json:
    claims = [
        claim(f"{name}$A0000000-0000-4000-8000-000000000001", "P31", CITY),
        claim(f"{name}$A0000000-0000-4000-8000-000000000002", "P625", place(latitude, 10)),
    ]
    return item(name, [*twins, *claims], {"en": label})


def copy_compared(folder: Path) -> Workspace:
    """A copy of the tiny workspace with an archive of more than its towns."""
    workspace = copy_tiny(folder)
    record_towns(workspace, "first", more_documents())
    return workspace


def record_towns(workspace: Workspace, name: str, towns: Iterable[Json], read_at: str = BUILT_AT) -> Path:
    """An archive among the data of a workspace."""
    folder = workspace.data / "wikidata" / name
    record(towns, folder, read_at)
    return folder


def publish(workspace: Workspace) -> tuple[Snapshot, tuple[Finding, ...]]:
    """The snapshot of a workspace with an archive, and the findings that it keeps."""
    return build(workspace)[0], of(workspace)


def decide_some(workspace: Workspace) -> None:
    """Decisions on findings of the last publication: one that holds, one that is over, one on older evidence."""
    found = of(workspace)
    chosen = [each for each in found if each.kind == "start-differs"]
    held, over, older = [*chosen, next(each for each in found if each.kind == "both-sides")]
    lines = [
        decide(held, "wrong-there", "Office", DECIDED_AT, note="The letter of intent is <older>."),
        decide(over, "none", "Office", DECIDED_AT, expires="2024-12-01"),
        decide(replace(older, evidence="other"), "both", "Archive", DECIDED_AT),
    ]
    append(workspace.data / FILE, lines)


def of(workspace: Workspace) -> tuple[Finding, ...]:
    """The findings that the current snapshot of a workspace keeps."""
    return findings_of(open_snapshot(workspace.snapshots))


def findings_of(snapshot: Snapshot) -> tuple[Finding, ...]:
    """The findings that a snapshot keeps."""
    found = kept.read(snapshot.path)
    assert found is not None
    return found.reports.findings


def ids_by_kind(snapshot: Snapshot) -> dict[str, str]:
    """The id of the first finding of each kind that a snapshot keeps."""
    return {finding.kind: finding.id for finding in reversed(findings_of(snapshot))}
