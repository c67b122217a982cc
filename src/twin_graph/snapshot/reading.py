"""Open snapshots and read what they hold, each file only as it was written."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from twin_graph import iris
from twin_graph.errors import OperatorError, SnapshotDamaged, SnapshotMissing
from twin_graph.snapshot.answers import ANSWERS, read_rows
from twin_graph.snapshot.manifest import (
    HASHED,
    RUN_BUILD,
    Manifest,
    damaged,
    parse_json,
    read_file,
    read_manifest,
)
from twin_graph.store import Store

HIDDEN_GRAPHS = ("wikidata-raw",)


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
        return parse_json(self.path / "keys.json", self.read("keys.json"))

    @cached_property
    def report(self) -> dict[str, Any]:
        """The validation report as JSON."""
        return parse_json(self.path / "report.json", self.read("report.json"))

    def read(self, name: str) -> bytes:
        """The content of a file, as it was written.

        Raises:
            SnapshotDamaged: it differs from the manifest.
        """
        if hashlib.sha256(content := read_file(self.path / name)).hexdigest() != self.manifest.files[name]:
            raise damaged(self.path, f"{name} differs from the manifest")
        return content

    @cached_property
    def answer_rows(self) -> dict[str, int | None]:
        """How many rows each prepared answer has, by its key."""
        return read_rows(self.path / ANSWERS)

    def side(self, name: str) -> Path | None:
        """Where a file beside the data is; None in a snapshot that was built without it."""
        path = self.path / name
        return path if path.exists() else None

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
        raise SnapshotMissing(f"{wanted} in {folder.name}/; {RUN_BUILD}")
    path = path.resolve()
    manifest = read_manifest(path)
    missing = [name for name in (*HASHED, "store") if not (path / name).exists()]
    if missing:
        raise damaged(path, f"{', '.join(missing)} missing")
    return Snapshot(path, manifest)


def previous_snapshot(folder: Path) -> Snapshot | None:
    """The current snapshot as far as it can be read, for who builds the next one."""
    with suppress(OperatorError):
        return open_snapshot(folder)
    return None


def list_snapshots(folder: Path) -> list[Snapshot]:
    """All readable snapshots, oldest first."""
    found = []
    for path in _folders(folder):
        with suppress(SnapshotDamaged):
            found.append(Snapshot(path, read_manifest(path)))
    return found


def list_damage(folder: Path) -> dict[str, SnapshotDamaged]:
    """What is wrong with the snapshots that are not readable, by their ids."""
    found = {}
    for path in _folders(folder):
        try:
            read_manifest(path)
        except SnapshotDamaged as problem:
            found[path.name] = problem
    return found


def current_id(folder: Path) -> str | None:
    """Id of the current snapshot, cheaply; None where there is none."""
    link = folder / "current"
    return link.readlink().name if link.is_symlink() else None


def _folders(folder: Path) -> list[Path]:
    """The directories with a manifest, oldest first."""
    paths = [path for path in folder.iterdir() if not path.is_symlink()] if folder.is_dir() else []
    return sorted((path for path in paths if (path / "manifest.json").is_file()), key=_written_at)


def _written_at(path: Path) -> tuple[float, str]:
    return (path / "manifest.json").stat().st_mtime, path.name
