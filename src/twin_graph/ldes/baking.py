"""Write the publications that the feed does not hold yet: the first one whole, each other as what it changes.

Compared is with what the feed said last, not with the snapshot before, so that a publication whose snapshot was
deleted before it was written here is bridged by the next one. A publication is written aside and renamed: a kill at
any moment leaves what was there, and what is there is never written again.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from twin_graph.errors import OperatorError, SnapshotDamaged
from twin_graph.ldes.members import CREATE, DELETE, UPDATE, Pages
from twin_graph.ldes.reading import (
    ABOUT,
    UNITS,
    Entry,
    damaged,
    feed_folder,
    name_of,
    open_units,
    read_feed,
)
from twin_graph.ldes.units import Key, Unit, read_units
from twin_graph.snapshot import Snapshot, current_id, open_snapshot, read_publications, writing_alone

Step = Callable[[str], AbstractContextManager[object]]
_ASIDE = ".baking"
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Pending:
    """A publication that is to be written."""

    at: datetime
    snapshot: Snapshot


@dataclass(frozen=True)
class Change:
    """What happened to a unit: `what` is a class of members, `unit` what it is now; nothing where it is gone."""

    what: str
    key: Key
    unit: Unit | None


def bake(snapshots: Path, base_iri: str, step: Step = nullcontext) -> tuple[Entry, ...]:
    """Write what is missing, up to what is current, and say what the feed holds.

    Args:
        snapshots: the folder of the snapshots; whoever writes at the same time waits.
        base_iri: whose feed; snapshots of another base are not in it.

    Raises:
        SnapshotDamaged: the feed or the current snapshot is not as it was written.
        OperatorError: a file cannot be written.
    """
    folder = feed_folder(snapshots, base_iri)
    with writing_alone(folder):
        shutil.rmtree(folder / _ASIDE, ignore_errors=True)  # of who was killed
        entries = list(read_feed(snapshots, base_iri))
        for pending in _list_pending(snapshots, base_iri, entries[-1] if entries else None):
            with step(f"feed {pending.snapshot.path.name}"):
                entries.append(_bake_one(folder, base_iri, pending, entries[-1] if entries else None))
        for entry in entries[:-1]:
            (folder / entry.name / UNITS).unlink(missing_ok=True)
    return tuple(entries)


def compare(units: Iterator[Unit], known: Iterator[tuple[Key, bytes]]) -> Iterator[Change]:
    """What has happened to units, from what they are and the digests of what they were, both in order of keys."""
    unit, before = next(units, None), next(known, None)
    while unit or before:
        if before is None or (unit and unit.key < before[0]):
            assert unit
            yield Change(CREATE, unit.key, unit)
            unit = next(units, None)
        elif unit is None or before[0] < unit.key:
            yield Change(DELETE, before[0], None)
            before = next(known, None)
        else:
            if unit.digest != before[1]:
                yield Change(UPDATE, unit.key, unit)
            unit, before = next(units, None), next(known, None)


def _list_pending(snapshots: Path, base_iri: str, last: Entry | None) -> list[Pending]:
    """The publications after the last one of the feed that can be read; of several in a second the last."""
    found: list[Pending] = []
    known, until = (last.snapshot, last.at) if last else ("", None)
    moments = {each.at: each.id for each in read_publications(snapshots) if each.is_kept}
    for at, identity in moments.items():
        if identity != known and (until is None or at > until):
            with suppress(OperatorError):
                if snapshot := _open(snapshots, identity, base_iri):
                    found.append(Pending(at, snapshot))
                    known, until = identity, at
    current = current_id(snapshots)
    if current is not None and current != known and (snapshot := _open(snapshots, current, base_iri)):
        # Published within the second of the one before, or by a clock that was set back.
        noted = [at for at, identity in moments.items() if identity == current]
        found.append(Pending(max(noted + ([until + _SECOND] if until else [])), snapshot))
    return found


def _open(snapshots: Path, identity: str, base_iri: str) -> Snapshot | None:
    """A snapshot; None where it has another base."""
    snapshot = open_snapshot(snapshots, identity)
    if snapshot.manifest.base_iri != base_iri:
        return None
    with snapshot.dump_path.open("rb") as dump:
        # What a cut file lacks would be told to everybody as deleted.
        if hashlib.file_digest(dump, "sha256").hexdigest() != snapshot.manifest.files["dump.nq"]:
            raise SnapshotDamaged(f"{identity}/dump.nq differs from the manifest; run twin-graph build")
    return snapshot


def _bake_one(folder: Path, base_iri: str, pending: Pending, last: Entry | None) -> Entry:
    aside = folder / _ASIDE
    scratch = aside / "scratch"
    scratch.mkdir(parents=True)
    identity = pending.snapshot.path.name
    name = name_of(pending.at, identity)
    try:
        pages = Pages(aside, base_iri, name, pending.at)
        with (aside / UNITS).open("wb") as file, gzip.GzipFile("", "wb", 6, file, mtime=0) as state:
            units = _noting(read_units(pending.snapshot.dump_path, scratch), state)
            for change in compare(units, _read_known(folder / last.name if last else None)):
                pages.add(change.what, change.key, change.unit)
        pages.close()
        shutil.rmtree(scratch)
        about = {"members": pages.members, "pages": pages.number}
        (aside / ABOUT).write_text(json.dumps(about, sort_keys=True) + "\n", encoding="utf-8")
        _sync(*aside.iterdir(), aside)
        aside.rename(folder / name)
        _sync(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return Entry(pending.at, identity, pages.members, pages.number)


def _noting(units: Iterator[Unit], state: gzip.GzipFile) -> Iterator[Unit]:
    for unit in units:
        state.write(b"%b %b %b\n" % (*unit.key, unit.digest))
        yield unit


def _read_known(path: Path | None) -> Iterator[tuple[Key, bytes]]:
    """The digests of the units as the feed said them last."""
    if path is None:
        return
    try:
        with open_units(path) as lines:
            for line in lines:
                graph, document, digest = line.split()
                yield (graph, document), digest
    except (OSError, EOFError, ValueError, zlib.error) as problem:
        raise damaged(path / UNITS, problem) from problem


def _sync(*paths: Path) -> None:
    """Wait until files and folders are on disk."""
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
