"""What changed since the last publication, kept in the snapshot with the history before it.

What a change is, is said by `changes`; here are only the two snapshots. There is no clock: a release has the day
on which its data are valid.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from twin_graph import changes
from twin_graph.changes import Release
from twin_graph.errors import SnapshotDamaged
from twin_graph.snapshot import HASHED, Manifest, SideFacts, SideFile, Snapshot

_DUMP = HASHED[0]


def write_changes(path: Path, facts: SideFacts) -> None:
    """Write the history of a new snapshot: that of the last one, and on top of it what is new."""
    changes.write_history(path, _history(facts))


def _history(facts: SideFacts) -> tuple[Release, ...]:
    new, previous = facts.manifest, facts.previous
    if previous is None or previous.manifest.base_iri != new.base_iri:
        return (_first(new),)
    known = changes.read_history(previous.side(changes.FILE)) or (_first(previous.manifest),)
    if previous.manifest.files[_DUMP] == new.files[_DUMP]:
        return known
    release = replace(_compare(previous, facts), number=known[0].number + 1)
    return (release, *known) if release.total else known


def _compare(previous: Snapshot, facts: SideFacts) -> Release:
    new = facts.manifest
    try:
        old_dump = previous.read(_DUMP)
    except SnapshotDamaged:
        return Release(new.id, new.valid_on)
    difference = changes.compare(old_dump, (facts.folder / _DUMP).read_bytes())
    total, told = changes.tell(difference, facts.store, new.base_iri, new.registers)
    return Release(new.id, new.valid_on, total, told)


def _first(manifest: Manifest) -> Release:
    return Release(manifest.id, manifest.valid_on, is_first=True)


CHANGES = SideFile(changes.FILE, write_changes)
