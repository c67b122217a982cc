"""Find damage in the feed: pages that are missing, cannot be read, or hold another number of members.

What is damaged is told, not mended: what is written once must come from a backup.
"""

from __future__ import annotations

import zlib
from pathlib import Path

from twin_graph.errors import SnapshotDamaged
from twin_graph.ldes.members import page_file
from twin_graph.ldes.reading import (
    UNITS,
    Entry,
    damaged,
    feed_folder,
    open_units,
    read_feed,
    read_page,
)
from twin_graph.ldes.view import stream
from twin_graph.namespaces import TREE

_PIECE = 1 << 20


def verify(snapshots: Path, base_iri: str) -> list[str]:
    """What is wrong with the feed of a base IRI; nothing where there is none."""
    try:
        entries = read_feed(snapshots, base_iri)
    except SnapshotDamaged as problem:
        return [str(problem)]
    found = [problem for entry in entries for problem in _verify_entry(snapshots, base_iri, entry)]
    return [*found, *(_verify_units(feed_folder(snapshots, base_iri) / entries[-1].name) if entries else ())]


def _verify_entry(snapshots: Path, base_iri: str, entry: Entry) -> list[str]:
    found, members = list[str](), 0
    said = f"<{stream(base_iri)}> <{TREE.member}> ".encode()
    for number in range(1, entry.pages + 1):
        try:
            page = read_page(snapshots, base_iri, entry, number)
            members += sum(line.startswith(said) for line in page.splitlines())
        except SnapshotDamaged as problem:
            found.append(str(problem))
    if not found and members != entry.members:
        path = feed_folder(snapshots, base_iri) / entry.name / page_file(1)
        found.append(str(damaged(path.parent, f"holds {members} members, not {entry.members}")))
    return found


def _verify_units(path: Path) -> list[str]:
    try:
        with open_units(path) as lines:
            while lines.read(_PIECE):
                pass
    except (OSError, EOFError, zlib.error) as problem:
        return [str(damaged(path / UNITS, problem))]
    return []
