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
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import asdict, dataclass, field, fields, replace
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
Step = Callable[[str], AbstractContextManager[object]]


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
        return _parse_json(self.path / "keys.json", self.read("keys.json"))

    @cached_property
    def report(self) -> dict[str, Any]:
        """The validation report as JSON."""
        return _parse_json(self.path / "report.json", self.read("report.json"))

    def read(self, name: str) -> bytes:
        """The content of a file, as it was written.

        Raises:
            SnapshotDamaged: it differs from the manifest.
        """
        if hashlib.sha256(content := _read(self.path / name)).hexdigest() != self.manifest.files[name]:
            raise damaged(self.path, f"{name} differs from the manifest")
        return content

    def open_store(self, mode: str = "disk", memory_triples: int = 0) -> Store:
        """The store for reading; `mode` is memory, disk or auto (memory up to `memory_triples`).

        Raises:
            SnapshotDamaged: the store cannot be opened.
        """
        # A name that we hide but do not hold would only cost the engine its fast path.
        hidden = frozenset(name for name in self.hidden if name.rpartition("/")[2] in self.manifest.graphs)
        in_memory = mode == "memory" or (mode == "auto" and self.manifest.triples <= memory_triples)
        dump = self.read("dump.nq") if in_memory else b""
        try:
            if in_memory:
                return Store.from_nquads(dump, hidden)
            return Store.open_read_only(self.store_path, hidden)
        except OperatorError as problem:
            raise damaged(self.path, str(problem)) from problem


def damaged(path: Path, what: str) -> SnapshotDamaged:
    """The error that says what is wrong with a snapshot, and what to run."""
    return SnapshotDamaged(f"snapshot {path.name}: {' '.join(what.split())}; {_RUN_BUILD} again")


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
        raise damaged(path, f"{', '.join(missing)} missing")
    return Snapshot(path, manifest)


def list_snapshots(folder: Path) -> list[Snapshot]:
    """All readable snapshots, oldest first."""
    found = []
    for path in _folders(folder):
        with suppress(SnapshotDamaged):
            found.append(Snapshot(path, _read_manifest(path)))
    return found


def list_damage(folder: Path) -> dict[str, SnapshotDamaged]:
    """What is wrong with the snapshots that are not readable, by their ids."""
    found = {}
    for path in _folders(folder):
        try:
            _read_manifest(path)
        except SnapshotDamaged as problem:
            found[path.name] = problem
    return found


def current_id(folder: Path) -> str | None:
    """Id of the current snapshot, cheaply; None where there is none."""
    link = folder / "current"
    return link.readlink().name if link.is_symlink() else None


def require_whole(snapshot: Snapshot) -> None:
    """Look for damage before a snapshot is used: as `verify`, but of the store only its size is compared.

    Raises:
        SnapshotDamaged: the message says what differs, and what to run.
    """
    problems = [*_compare_files(snapshot), *_compare_store(snapshot, by_content=False)]
    if problems:
        raise damaged(snapshot.path, ", ".join(problems))


def verify(snapshot: Snapshot, step: Step = nullcontext) -> list[str]:
    """What is wrong with a snapshot; empty when every file equals the manifest and the store its dump."""
    with step("compare the files with the manifest"):
        problems = _compare_files(snapshot)
    with step("compare the store with the dump"):
        return [*problems, *_compare_store(snapshot, by_content=True)]


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
    with suppress(SnapshotDamaged, OSError):
        return not verify(Snapshot(path, _read_manifest(path)))
    return False


def _is_running(pid: str) -> bool:
    return pid.isdigit() and Path("/proc", pid).exists()


def _folders(folder: Path) -> list[Path]:
    """The directories with a manifest, oldest first."""
    paths = [path for path in folder.iterdir() if not path.is_symlink()] if folder.is_dir() else []
    return sorted((path for path in paths if (path / "manifest.json").is_file()), key=_written_at)


def _written_at(path: Path) -> tuple[float, str]:
    return (path / "manifest.json").stat().st_mtime, path.name


def _read_manifest(path: Path) -> Manifest:
    raw = _parse_json(path / "manifest.json", _read(path / "manifest.json"))
    types = {item.name: item.type for item in fields(Manifest)}
    known = raw.keys() == types.keys() and all(_is_of_type(raw[name], types[name]) for name in types)
    if not known or set(raw["files"]) != set(HASHED):
        raise damaged(path, "manifest.json is damaged or of another version")
    return Manifest(**{**raw, "registers": tuple(raw["registers"])})


def _is_of_type(value: object, declared: object) -> bool:
    """Whether a value of JSON is one of a field of the manifest, by the type that the field declares."""
    if isinstance(value, list):
        return declared == "tuple[str, ...]" and all(isinstance(item, str) for item in value)
    if isinstance(value, dict):
        kind = {"Mapping[str, str]": str, "Mapping[str, int]": int}.get(str(declared))
        return kind is not None and all(type(item) is kind for item in value.values())
    return type(value).__name__ == declared


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise damaged(path.parent, f"{path.name} cannot be read") from problem


def _parse_json(path: Path, text: bytes) -> dict[str, Any]:
    with suppress(ValueError, RecursionError):
        content = json.loads(text)
        if isinstance(content, dict):
            return content
    raise damaged(path.parent, f"{path.name} is damaged")


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
