"""Write, verify and read snapshots: immutable directories that hold one built dataset.

    snapshots/
      current -> 3f9c2a81b0d4       the link that is swapped in atomically
      3f9c2a81b0d4/
        manifest.json               counts, hashes, base IRI, versions; the other files by their SHA-256
        dump.nq                     every statement, sorted
        keys.json                   aliases and retired keys
        report.ttl  report.json     the validation report, as RDF and for our pages
        store/                      the engine's directory, rebuilt from the dump and not hashed

A snapshot is written aside and renamed, so a kill at any moment leaves the old one in place. What goes into
it is decided by `build`; there is no clock in it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from twin_graph import iris
from twin_graph.errors import OperatorError, SnapshotDamaged, SnapshotMissing
from twin_graph.store import Store

HASHED = ("dump.nq", "keys.json", "report.ttl", "report.json")
HIDDEN_GRAPHS = ("wikidata-raw",)
_ASIDE = ".building-"
_ID = re.compile(r"[0-9a-f]{12}")
_RUN_BUILD = "run `twin-graph build`"


@dataclass(frozen=True)
class Manifest:
    """What a snapshot says of itself; equal for two builds of the same sources."""

    id: str
    base_iri: str
    valid_on: str
    ontology_version: str
    program_version: str
    title: Mapping[str, str]
    default_language: str
    start_city: str
    registers: tuple[str, ...]
    graphs: Mapping[str, int]
    triples: int
    findings: Mapping[str, int]
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Snapshot:
    """A built dataset on disk."""

    path: Path
    manifest: Manifest

    @property
    def dump_path(self) -> Path:
        """The sorted N-Quads dump."""
        return self.path / "dump.nq"

    @property
    def store_path(self) -> Path:
        """The engine's directory."""
        return self.path / "store"

    @property
    def hidden(self) -> frozenset[str]:
        """IRIs of the graphs outside the default graph."""
        return frozenset(iris.graph(self.manifest.base_iri, name) for name in HIDDEN_GRAPHS)

    @cached_property
    def keys(self) -> dict[str, Any]:
        """`aliases`: {kind: {alias: key}}; `retired`: {kind: {key: {reason, on, replaced_by}}}."""
        return _read_json(self.path / "keys.json")

    @cached_property
    def report(self) -> dict[str, Any]:
        """The validation report as JSON."""
        return _read_json(self.path / "report.json")

    def open_store(self, mode: str = "disk", memory_triples: int = 0) -> Store:
        """The store for reading; `mode` is memory, disk or auto (memory up to `memory_triples`).

        Raises:
            SnapshotDamaged: the store cannot be opened.
        """
        # A name that we hide but do not hold would only cost the engine its fast path.
        hidden = frozenset(name for name in self.hidden if name.rpartition("/")[2] in self.manifest.graphs)
        in_memory = mode == "memory" or (mode == "auto" and self.manifest.triples <= memory_triples)
        try:
            if in_memory:
                return Store.from_dump(self.dump_path, hidden)
            return Store.open_read_only(self.store_path, hidden)
        except (OSError, ValueError, OperatorError) as problem:
            raise SnapshotDamaged(f"snapshot {self.path.name}: {problem}; {_RUN_BUILD} again") from problem


def open_snapshot(folder: Path, name: str = "current") -> Snapshot:
    """A snapshot by id, or the current one, after a quick look at its files.

    Raises:
        SnapshotMissing: there is none; the message says what to run.
        SnapshotDamaged: the manifest or a file is missing or unreadable.
    """
    path = folder / name
    if not path.exists():
        wanted = "there is no snapshot yet" if name == "current" else f"there is no snapshot “{name}”"
        if path.is_symlink():
            wanted = "the current snapshot is missing"
        raise SnapshotMissing(f"{wanted} in {folder.name}/; {_RUN_BUILD}")
    path = path.resolve()
    manifest = _read_manifest(path)
    missing = [name for name in (*HASHED, "store") if not (path / name).exists()]
    if missing:
        raise SnapshotDamaged(f"snapshot {path.name}: {', '.join(missing)} missing; {_RUN_BUILD} again")
    return Snapshot(path, manifest)


def list_snapshots(folder: Path) -> list[Snapshot]:
    """All readable snapshots, oldest first."""
    if not folder.is_dir():
        return []
    paths = [path for path in folder.iterdir() if path.is_dir() and not path.is_symlink()]
    found = []
    for path in sorted((path for path in paths if (path / "manifest.json").exists()), key=_written_at):
        with suppress(SnapshotDamaged):
            found.append(Snapshot(path, _read_manifest(path)))
    return found


def current_id(folder: Path) -> str | None:
    """Id of the current snapshot, cheaply; None where there is none."""
    link = folder / "current"
    return link.readlink().name if link.is_symlink() else None


def verify(snapshot: Snapshot) -> list[str]:
    """What is wrong with a snapshot; empty when every file equals the manifest and the store its dump."""
    problems = [
        f"{name}: differs from the manifest"
        for name, expected in snapshot.manifest.files.items()
        if _sha256(snapshot.path / name) != expected
    ]
    try:
        found = len(snapshot.open_store("disk"))
    except SnapshotDamaged as problem:
        return [*problems, str(problem)]
    except (OSError, RuntimeError) as problem:
        return [*problems, f"store: cannot be read: {problem}"]
    if found != snapshot.manifest.triples:
        problems.append(f"store: holds {found} statements, the manifest says {snapshot.manifest.triples}")
    if snapshot.path.name != identify(snapshot.manifest):
        problems.append(f"manifest.json: is that of snapshot {identify(snapshot.manifest)}")
    return problems


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
        self, contents: Mapping[str, bytes], describe: Callable[[str, Mapping[str, str]], Manifest]
    ) -> Snapshot:
        """Write the other files, rename the directory, and make it current.

        Args:
            contents: the files of `HASHED`; the statements of the dump are those that were loaded.
            describe: makes the manifest from the id and the hashes of the files.
        """
        files = {name: _write(self._aside / name, contents[name]) for name in HASHED}
        identity = identify(describe("", files))
        manifest = describe(identity, files)
        for load in self._loads:
            load.result()
        assert self._store is not None
        self._store.settle()
        self._store = None
        text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        _write(self._aside / "manifest.json", text.encode())
        final = self._folder / identity
        if not _is_whole(final):
            shutil.rmtree(final, ignore_errors=True)
            self._aside.rename(final)
        make_current(self._folder, identity)
        return Snapshot(final, manifest)


def write_snapshot(
    folder: Path, contents: Mapping[str, bytes], describe: Callable[[str, Mapping[str, str]], Manifest]
) -> Snapshot:
    """Write a snapshot of which everything is known, and make it current; arguments as `Draft.finish`."""
    with Draft(folder) as draft:
        draft.load(contents["dump.nq"])
        return draft.finish(contents, describe)


def identify(manifest: Manifest) -> str:
    """The id of a snapshot: a hash of all that its manifest says, and so of all its files."""
    said = json.dumps(asdict(replace(manifest, id="")), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:12]


def make_current(folder: Path, identity: str) -> None:
    """Point `current` to a snapshot, in one step."""
    link = folder / f"{_ASIDE}{os.getpid()}.link"
    link.unlink(missing_ok=True)
    link.symlink_to(identity)
    link.replace(folder / "current")
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
        if _ID.fullmatch(path.name) and path.name != current and not (path / "manifest.json").exists():
            shutil.rmtree(path, ignore_errors=True)


def _is_whole(path: Path) -> bool:
    try:
        return not verify(Snapshot(path, _read_manifest(path)))
    except (SnapshotDamaged, OSError):
        return False


def _is_running(pid: str) -> bool:
    return pid.isdigit() and Path("/proc", pid).exists()


def _written_at(path: Path) -> tuple[float, str]:
    return (path / "manifest.json").stat().st_mtime, path.name


def _read_manifest(path: Path) -> Manifest:
    raw = _read_json(path / "manifest.json")
    try:
        return Manifest(**{**raw, "registers": tuple(raw["registers"])})
    except (TypeError, KeyError) as problem:
        raise SnapshotDamaged(
            f"snapshot {path.name}: manifest.json is of another version; {_RUN_BUILD} again"
        ) from problem


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise SnapshotDamaged(
            f"snapshot {path.parent.name}: {path.name} cannot be read; {_RUN_BUILD} again"
        ) from problem
    if not isinstance(content, dict):
        raise SnapshotDamaged(f"snapshot {path.parent.name}: {path.name} is damaged; {_RUN_BUILD} again")
    return content


def _write(path: Path, content: bytes) -> str:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return hashlib.sha256(content).hexdigest()


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return "unreadable"


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
