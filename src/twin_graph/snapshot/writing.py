"""Write snapshots aside, swap them in at once, and delete old ones."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Self

from twin_graph.errors import SnapshotDamaged
from twin_graph.snapshot.answers import ANSWERS, PreparedAnswer, renew_answers, write_answers
from twin_graph.snapshot.checking import is_whole
from twin_graph.snapshot.manifest import HASHED, Manifest, identify, is_identity, read_manifest
from twin_graph.snapshot.publishing import note_published
from twin_graph.snapshot.reading import Snapshot, current_id, list_snapshots, previous_snapshot
from twin_graph.snapshot.side import SideFacts, SideFile, renew_side_files, writing
from twin_graph.store import Store
from twin_graph.workspace import Workspace

_ASIDE = ".building-"


class Draft:
    """A snapshot that is being written aside; leaving the block without `finish` leaves nothing behind.

    The engine's directory is the slow part, and the engine works without Python's lock: what is known early can
    be loaded in the background.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        clean(folder)
        self._folder = folder
        self._aside = folder / f"{_ASIDE}{os.getpid()}"
        self._aside.mkdir()
        self._store: Store | None = Store.create(self._aside / "store")
        self._thread = ThreadPoolExecutor(1)
        self._loads: list[Future[int]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.shutdown(wait=True, cancel_futures=True)
        self._store = None
        shutil.rmtree(self._aside, ignore_errors=True)

    def load(self, nquads: bytes) -> None:
        """Add statements to the engine's directory, in the background."""
        assert self._store is not None
        self._loads.append(self._thread.submit(self._store.load_nquads, nquads))

    def finish(
        self,
        contents: Mapping[str, bytes],
        describe: Callable[[str, Mapping[str, str]], Manifest],
        answers: Iterable[PreparedAnswer] = (),
        side: Sequence[SideFile] = (),
        sources: tuple[Store, Workspace] | None = None,
    ) -> Snapshot:
        """Write the other files, rename the directory, and make it current.

        Args:
            contents: the files of `HASHED`; the statements of the dump are those that were loaded.
            describe: makes the manifest from the id and the hashes of the files.
            answers: to popular queries; read last, so that they may be computed meanwhile.
            side: files beside the data, written meanwhile from `sources`.
        """
        files = {name: _write(self._aside / name, contents[name]) for name in HASHED}
        identity = identify(describe("", files))
        manifest = describe(identity, files)
        with self._beside(side, sources, manifest):
            self._settle()
            write_answers(self._aside / ANSWERS, answers)
        text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        _write(self._aside / "manifest.json", text.encode())
        final = self._folder / identity
        if _is_whole(final):
            renew_answers(final / ANSWERS, self._aside / ANSWERS)
            renew_side_files(side, final, self._aside)
        else:
            shutil.rmtree(final, ignore_errors=True)
            self._aside.rename(final)
        make_current(self._folder, identity)
        return Snapshot(final, manifest)

    def _settle(self) -> None:
        for load in self._loads:
            load.result()
        assert self._store is not None
        self._store.settle()
        self._store = None

    def _beside(
        self, side: Sequence[SideFile], sources: tuple[Store, Workspace] | None, manifest: Manifest
    ) -> AbstractContextManager[None]:
        if not side or sources is None:
            return nullcontext()
        store, workspace = sources
        facts = SideFacts(store, manifest, workspace, self._aside, previous_snapshot(self._folder))
        return writing(side, facts)


def write_snapshot(
    folder: Path, contents: Mapping[str, bytes], describe: Callable[[str, Mapping[str, str]], Manifest]
) -> Snapshot:
    """Write a snapshot of which everything is known, and make it current; arguments as `Draft.finish`."""
    with Draft(folder) as draft:
        draft.load(contents["dump.nq"])
        return draft.finish(contents, describe)


def make_current(folder: Path, identity: str) -> None:
    """Point `current` to a snapshot, in one step, and note when that was."""
    link = folder / f"{_ASIDE}{os.getpid()}.link"
    link.unlink(missing_ok=True)
    link.symlink_to(identity)
    link.replace(folder / "current")
    with suppress(OSError):  # a full disk costs the line, not the publication
        note_published(folder, identity)
    _sync_folder(folder)


def prune(folder: Path, keep: int) -> list[str]:
    """Delete all but the `keep` newest snapshots, never the current one; returns the ids deleted."""
    clean(folder)
    current = current_id(folder)
    old = [snapshot for snapshot in list_snapshots(folder) if snapshot.path.name != current]
    doomed = old[: max(0, len(old) - max(0, keep - 1))]
    for snapshot in doomed:
        # The manifest goes first: what has no manifest is no snapshot, whenever we are stopped.
        (snapshot.path / "manifest.json").unlink()
        shutil.rmtree(snapshot.path)
    return [snapshot.path.name for snapshot in doomed]


def clean(folder: Path) -> None:
    """Remove what builds that were killed have left behind."""
    for path in folder.glob(f"{_ASIDE}*"):
        pid = path.name.removeprefix(_ASIDE).partition(".")[0]
        if pid != str(os.getpid()) and _is_running(pid):
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    current = current_id(folder)
    for path in folder.iterdir() if folder.is_dir() else ():
        # What was being deleted when the deletion was stopped.
        if is_identity(path.name) and path.name != current and not (path / "manifest.json").exists():
            shutil.rmtree(path, ignore_errors=True)


def _is_whole(path: Path) -> bool:
    with suppress(SnapshotDamaged, OSError):
        return is_whole(Snapshot(path, read_manifest(path)))
    return False


def _is_running(pid: str) -> bool:
    return pid.isdigit() and Path("/proc", pid).exists()


def _write(path: Path, content: bytes) -> str:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return hashlib.sha256(content).hexdigest()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
