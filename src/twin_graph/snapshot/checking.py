"""Find damage: compare the files of a snapshot with its manifest, and what follows from its dump with that."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from twin_graph.errors import OperatorError
from twin_graph.snapshot.answers import ANSWERS, compare_answers
from twin_graph.snapshot.manifest import HASHED, damaged, identify
from twin_graph.snapshot.reading import Snapshot

Step = Callable[[str], AbstractContextManager[object]]


def require_whole(snapshot: Snapshot) -> None:
    """Look for damage before a snapshot is used: as `verify`, but of the store only its size is compared.

    Prepared answers are left to who uses them: a damaged one is evaluated like any other query.

    Raises:
        SnapshotDamaged: the message says what differs, and what to run.
    """
    problems = [*_compare_files(snapshot), *_compare_store(snapshot, by_content=False)]
    if problems:
        raise damaged(snapshot.path, ", ".join(problems))


def verify(snapshot: Snapshot, step: Step = nullcontext) -> list[str]:
    """What is wrong with a snapshot.

    Empty when every file equals the manifest, the store its dump, and each prepared answer its index.
    """
    with step("compare the files with the manifest"):
        problems = [*_compare_files(snapshot), *compare_answers(snapshot.path / ANSWERS)]
    with step("compare the store with the dump"):
        return [*problems, *_compare_store(snapshot, by_content=True)]


def is_whole(snapshot: Snapshot) -> bool:
    """Whether every file equals the manifest, and the store its dump."""
    return not [*_compare_files(snapshot), *_compare_store(snapshot, by_content=True)]


def _compare_files(snapshot: Snapshot) -> list[str]:
    identity = identify(snapshot.manifest)
    changed = [name for name in HASHED if _sha256(snapshot.path / name) != snapshot.manifest.files[name]]
    found = [f"{name}: differs from the manifest" for name in changed]
    return found + [f"manifest.json: is that of snapshot {identity}"] * (snapshot.path.name != identity)


def _compare_store(snapshot: Snapshot, *, by_content: bool) -> list[str]:
    """Compare with what the manifest says of the dump: first the size, for that is quick."""
    said = snapshot.manifest
    try:
        store = snapshot.open_store("disk")
        if len(store) != said.triples:
            return [f"store: holds {len(store)} statements, the manifest says {said.triples}"]
        if by_content and hashlib.sha256(store.dump()).hexdigest() != said.files["dump.nq"]:
            return ["store: holds other statements than the dump"]
    except (OperatorError, OSError, RuntimeError) as problem:
        return [f"store: cannot be read: {' '.join(str(problem).split())}"]
    return []


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return "unreadable"
