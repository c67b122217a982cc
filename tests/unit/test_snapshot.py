"""A snapshot is written aside and swapped in at once; whatever happens, the one before it stays readable."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from twin_graph import snapshot
from twin_graph.build import build
from twin_graph.errors import SnapshotDamaged, SnapshotMissing
from twin_graph.snapshot import (
    HASHED,
    Draft,
    Manifest,
    Snapshot,
    open_snapshot,
    require_whole,
    verify,
    write_snapshot,
)
from twin_graph.workspace import Workspace
from workspaces import copy_tiny, table

EMPTY = Manifest(
    id="", base_iri="http://localhost:8000/", valid_on="2026-01-01", ontology_version="1", program_version="1",
    title={"en": "Test"}, default_language="en", start_city="", registers=("register-x",), graphs={"shared": 1},
    triples=1, findings={},
)  # fmt: skip


def contents(text: str) -> dict[str, bytes]:
    """The files of a snapshot with one statement."""
    line = f'<http://localhost:8000/id/city/x> <http://x/p> "{text}" <http://localhost:8000/graph/shared> .\n'
    return {"dump.nq": line.encode(), "keys.json": b"{}", "report.ttl": b"", "report.json": b"{}"}


def describe(identity: str, files: Mapping[str, str]) -> Manifest:
    """The manifest of a snapshot with one statement."""
    return replace(EMPTY, id=identity, files=dict(files))


def write(folder: Path, text: str) -> Snapshot:
    """A small snapshot."""
    return write_snapshot(folder, contents(text), describe)


def names(folder: Path) -> set[str]:
    """What is in the folder of snapshots, beside the list of when they were published."""
    return {path.name for path in folder.iterdir()} - {"published.jsonl"}


class TestWriting:
    """Aside, renamed, current."""

    def test_new_snapshot_becomes_current(self, tmp_path: Path) -> None:
        """The link points to what was written last, and both are whole."""
        first, second = write(tmp_path, "a"), write(tmp_path, "b")
        assert second.path == open_snapshot(tmp_path).path
        assert second.path.name == snapshot.current_id(tmp_path)
        assert {"current", first.path.name, second.path.name} == names(tmp_path)
        assert [] == verify(first) == verify(second)

    def test_same_content_is_the_same_snapshot(self, tmp_path: Path) -> None:
        """Nothing is written twice."""
        assert write(tmp_path, "a").path == write(tmp_path, "a").path
        assert 2 == len(names(tmp_path))

    def test_everything_in_the_manifest_makes_the_id(self, tmp_path: Path) -> None:
        """A new title alone is a new snapshot, so that it is published."""
        old = write(tmp_path, "a")
        new = write_snapshot(
            tmp_path, contents("a"), lambda name, files: replace(describe(name, files), title={"en": "New"})
        )
        assert old.path != new.path
        assert {"en": "New"} == open_snapshot(tmp_path).manifest.title

    def test_damaged_snapshot_is_replaced(self, tmp_path: Path) -> None:
        """Building the same again mends what was damaged."""
        damaged = write(tmp_path, "a")
        (damaged.path / "dump.nq").write_bytes(b"")
        assert [] != verify(damaged)
        assert [] == verify(write(tmp_path, "a"))

    def test_failure_leaves_nothing(self, tmp_path: Path) -> None:
        """An error on the way leaves the old snapshot and no directory."""
        write(tmp_path, "a")
        before = names(tmp_path)

        def fail(_: str, __: Mapping[str, str]) -> Manifest:
            raise RuntimeError("no manifest")

        with pytest.raises(RuntimeError, match="no manifest"):
            write_snapshot(tmp_path, contents("b"), fail)
        assert before == names(tmp_path)

    def test_draft_that_is_given_up_leaves_nothing(self, tmp_path: Path) -> None:
        """Leaving the block without finishing is no snapshot."""
        with Draft(tmp_path) as draft:
            draft.load(contents("a")["dump.nq"])
        assert set() == names(tmp_path)

    def test_leftovers_are_cleaned_but_not_the_work_of_others(self, tmp_path: Path) -> None:
        """A directory of a process that is gone is deleted, that of a running one is kept."""
        gone = subprocess.Popen([sys.executable, "-c", ""])
        gone.wait()
        for name in (f".building-{gone.pid}", f".building-{os.getppid()}", "0123456789ab"):
            (tmp_path / name).mkdir()
        (tmp_path / f".building-{gone.pid}.link").symlink_to("nowhere")
        (tmp_path / "README").write_text("not ours")
        current = write(tmp_path, "a").path.name
        assert {"current", current, f".building-{os.getppid()}", "README"} == names(tmp_path)


class TestOpening:
    """What is wrong is said with what to run."""

    def test_none_yet(self, tmp_path: Path) -> None:
        """Without a snapshot the message says how to make one."""
        with pytest.raises(SnapshotMissing, match=r"no snapshot yet .* run `twin-graph build`"):
            open_snapshot(tmp_path / "snapshots")

    def test_unknown_id(self, tmp_path: Path) -> None:
        """An id that does not exist is named."""
        write(tmp_path, "a")
        with pytest.raises(SnapshotMissing, match="no snapshot “0123”"):
            open_snapshot(tmp_path, "0123")

    def test_link_to_nowhere(self, tmp_path: Path) -> None:
        """A deleted current snapshot is missed."""
        shutil.rmtree(write(tmp_path, "a").path)
        with pytest.raises(
            SnapshotMissing, match=r"the current snapshot is missing .* run `twin-graph build`"
        ):
            open_snapshot(tmp_path)

    @pytest.mark.parametrize("name", [*HASHED, "store", "manifest.json"])
    def test_missing_file(self, tmp_path: Path, name: str) -> None:
        """A missing file is named, with what to run."""
        path = write(tmp_path, "a").path / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        with pytest.raises(SnapshotDamaged, match=f"{name} .*run `twin-graph build` again"):
            open_snapshot(tmp_path)

    @pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"id": "x"}', '{"registers": null}'])
    def test_broken_manifest(self, tmp_path: Path, text: str) -> None:
        """A manifest that cannot be understood is a damage, not a traceback."""
        (write(tmp_path, "a").path / "manifest.json").write_text(text)
        with pytest.raises(SnapshotDamaged, match=r"manifest\.json .*run `twin-graph build` again"):
            open_snapshot(tmp_path)

    @pytest.mark.parametrize(
        ("name", "value"),
        [("triples", "many"), ("triples", True), ("triples", None), ("graphs", 5), ("graphs", {"shared": "1"}),
         ("files", []), ("files", {}), ("files", {"../x": "1"}), ("registers", "abc"), ("registers", [1]),
         ("title", "Test"), ("base_iri", 1), ("findings", [1]), ("surprise", 1)],
    )  # fmt: skip
    def test_manifest_with_wrong_types(self, tmp_path: Path, name: str, value: object) -> None:
        """A value of another type than the manifest has is a damage too."""
        path = write(tmp_path, "a").path / "manifest.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), name: value}))
        with pytest.raises(SnapshotDamaged, match=r"manifest\.json .*run `twin-graph build` again"):
            open_snapshot(tmp_path)

    @pytest.mark.parametrize("name", ["keys.json", "report.json"])
    @pytest.mark.parametrize("text", ["[]", "{", '{"aliases": 5}'])
    def test_changed_json(self, tmp_path: Path, name: str, text: str) -> None:
        """Keys and report are read only as they were written."""
        item = write(tmp_path, "a")
        (item.path / name).write_text(text)
        with pytest.raises(
            SnapshotDamaged, match=f"{name} differs from the manifest; run `twin-graph build` again"
        ):
            _ = item.keys if name == "keys.json" else item.report

    @pytest.mark.parametrize("content", [b"", b"garbage", b"<x:x> <x:y>", b"\xff\xfe"])
    def test_changed_dump_is_not_loaded(self, tmp_path: Path, content: bytes) -> None:
        """A store in memory has the whole dump, or is none."""
        item = write(tmp_path, "a")
        item.dump_path.write_bytes(content)
        with pytest.raises(SnapshotDamaged, match=r"dump\.nq differs .*run `twin-graph build` again"):
            item.open_store("memory")

    def test_dump_that_is_none(self, tmp_path: Path) -> None:
        """A dump that the engine cannot read is a damage even where its hash is right."""
        item, text = write(tmp_path, "a"), b"garbage"
        item.dump_path.write_bytes(text)
        files = {**item.manifest.files, "dump.nq": hashlib.sha256(text).hexdigest()}
        with pytest.raises(SnapshotDamaged, match=r"cannot be loaded: .*run `twin-graph build` again"):
            Snapshot(item.path, replace(item.manifest, files=files)).open_store("memory")

    def test_missing_files_of_the_store(self, tmp_path: Path) -> None:
        """A store that has lost its tables is a damage."""
        item = write(tmp_path, "a")
        tables = list(item.store_path.glob("*.sst"))
        assert len(tables) > 0
        for path in tables:
            path.unlink()
        with pytest.raises(SnapshotDamaged, match="run `twin-graph build` again"):
            item.open_store("disk")
        with pytest.raises(SnapshotDamaged, match="store: cannot be read"):
            require_whole(item)

    def test_broken_store(self, tmp_path: Path) -> None:
        """An engine's directory that cannot be opened is a damage."""
        item = write(tmp_path, "a")
        for path in item.store_path.iterdir():
            path.write_bytes(b"no database")
        with pytest.raises(SnapshotDamaged, match="run `twin-graph build` again"):
            open_snapshot(tmp_path).open_store("disk")

    def test_store_in_memory_or_on_disk(self, tmp_path: Path) -> None:
        """Both forms of the store hold the same, and `auto` looks at the size."""
        item = write(tmp_path, "a")
        stores = [
            item.open_store("memory"),
            item.open_store("disk"),
            item.open_store("auto", 10),
            item.open_store("auto"),
        ]
        assert [1, 1, 1, 1] == [len(store) for store in stores]


class TestVerifying:
    """Every file is compared with the manifest."""

    @pytest.mark.parametrize("name", HASHED)
    def test_changed_file(self, tmp_path: Path, name: str) -> None:
        """One changed byte is found."""
        item = write(tmp_path, "a")
        with (item.path / name).open("ab") as file:
            file.write(b" ")
        assert [f"{name}: differs from the manifest"] == verify(item)

    def test_changed_manifest(self, tmp_path: Path) -> None:
        """A changed manifest no longer fits the name of the snapshot."""
        path = write(tmp_path, "a").path / "manifest.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), "valid_on": "1999-01-01"}))
        (found,) = verify(open_snapshot(tmp_path))
        assert found.startswith("manifest.json: is that of snapshot ")

    def test_store_that_holds_something_else(self, tmp_path: Path) -> None:
        """A store of another dump is found by its size."""
        item, other = write(tmp_path, "a"), write(tmp_path / "other", "b")
        shutil.rmtree(other.store_path)
        with Draft(tmp_path / "third") as draft:
            draft.load(contents("a")["dump.nq"] + contents("b")["dump.nq"])
            two = draft.finish(
                {**contents("a"), "dump.nq": contents("a")["dump.nq"] + contents("b")["dump.nq"]}, describe
            )
        shutil.rmtree(item.store_path)
        shutil.copytree(two.store_path, item.store_path)
        assert ["store: holds 2 statements, the manifest says 1"] == verify(item)

    def test_store_with_other_statements_of_the_same_number(self, tmp_path: Path) -> None:
        """A store of the right size and the wrong content is found by its content, and not built upon."""
        item, other = write(tmp_path, "a"), write(tmp_path / "other", "b")
        shutil.rmtree(item.store_path)
        shutil.copytree(other.store_path, item.store_path)
        require_whole(item)
        assert ["store: holds other statements than the dump"] == verify(item)
        assert [] == verify(write(tmp_path, "a"))

    def test_steps_are_announced(self, tmp_path: Path) -> None:
        """Who waits for the comparison is told what is compared."""
        said: list[str] = []

        def step(name: str) -> nullcontext[None]:
            said.append(name)
            return nullcontext()

        assert [] == verify(write(tmp_path, "a"), step)
        assert ["compare the files with the manifest", "compare the store with the dump"] == said

    def test_whole_snapshot_passes_the_quick_look(self, tmp_path: Path) -> None:
        """A look before use passes what is whole, and names what is not."""
        item = write(tmp_path, "a")
        require_whole(item)
        item.dump_path.write_bytes(b"")
        with pytest.raises(SnapshotDamaged, match=r"dump\.nq: differs .*run `twin-graph build` again"):
            require_whole(item)

    def test_store_that_cannot_be_read(self, tmp_path: Path) -> None:
        """A store with damaged blocks is found, by whatever the engine stumbles over."""
        item = write(tmp_path, "a")
        for path in item.store_path.glob("*.sst"):
            path.write_bytes(os.urandom(path.stat().st_size))
        assert 1 == len(verify(item))


class TestPruning:
    """Old snapshots go, the current one never."""

    def test_oldest_go_first(self, tmp_path: Path) -> None:
        """The newest are kept, in the number asked for."""
        ids = [write(tmp_path, text).path.name for text in "abcd"]
        for age, name in enumerate(reversed(ids)):
            os.utime(tmp_path / name / "manifest.json", (10_000 - age, 10_000 - age))
        assert ids == [item.path.name for item in snapshot.list_snapshots(tmp_path)]
        assert ids[:2] == snapshot.prune(tmp_path, 2)
        assert {"current", *ids[2:]} == names(tmp_path)

    def test_current_stays_even_when_it_is_the_oldest(self, tmp_path: Path) -> None:
        """A current snapshot is never deleted."""
        ids = [write(tmp_path, text).path.name for text in "abc"]
        snapshot.make_current(tmp_path, ids[0])
        snapshot.prune(tmp_path, 1)
        assert {"current", ids[0]} == names(tmp_path)
        assert [] == verify(open_snapshot(tmp_path))

    def test_unreadable_snapshot_is_not_in_the_way(self, tmp_path: Path) -> None:
        """A snapshot of another version of the program is not listed, and stops nothing."""
        old, new = write(tmp_path, "a"), write(tmp_path, "b")
        (old.path / "manifest.json").write_text("{}")
        assert [new.path] == [item.path for item in snapshot.list_snapshots(tmp_path)]
        assert [old.path.name] == list(snapshot.list_damage(tmp_path))
        assert [] == snapshot.prune(tmp_path, 1)

    def test_nothing_to_prune(self, tmp_path: Path) -> None:
        """Where there is no folder, there is nothing to list or delete."""
        assert [] == snapshot.list_snapshots(tmp_path / "none")
        assert [] == snapshot.prune(tmp_path / "none", 3)


BUILD = """
import sys
from twin_graph.build import build
from twin_graph.workspace import find_workspace
workspace = find_workspace(sys.argv[1])
print("ready", flush=True)
build(workspace)
print("done", flush=True)
"""
MOMENTS = [0.0, 0.1, 0.2, 0.3, 0.4, 0.6]


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, str]:
    """A workspace with a snapshot, and one change since; and the id of that snapshot."""
    workspace = copy_tiny(tmp_path_factory.mktemp("killed"))
    old = build(workspace)[0].path.name
    table(workspace, "cities").change(2, "population", "81001")
    return workspace, old


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_build_leaves_the_old_snapshot(changed: tuple[Workspace, str], moment: float) -> None:
    """A build that is killed at any moment leaves a whole current snapshot; the next one cleans up."""
    workspace, old = changed
    snapshot.make_current(workspace.snapshots, old)
    process = subprocess.Popen([sys.executable, "-c", BUILD, str(workspace.root)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert b"ready\n" == process.stdout.readline()
    time.sleep(moment * random.uniform(0.8, 1.2))
    process.send_signal(signal.SIGKILL)
    finished = b"done\n" == process.stdout.read()
    process.wait()
    process.stdout.close()
    current = open_snapshot(workspace.snapshots)
    assert [] == verify(current)
    assert finished <= (old != current.path.name)
    new = build(workspace)[0]
    assert [] == verify(new)
    assert new.path == open_snapshot(workspace.snapshots).path
    assert {"current", old, new.path.name} == names(workspace.snapshots)
    shutil.rmtree(new.path)


STEPS = [
    "Draft.load",
    "_write",
    "identify",
    "Store.settle",
    "Path.rename",
    "make_current",
    "Path.symlink_to",
    "Path.replace",
]
KILLED = """
import os, signal, sys
from pathlib import Path
from twin_graph.snapshot import Draft, writing
from twin_graph.store import Store
from twin_graph.build import build
from twin_graph.workspace import find_workspace
where, name = sys.argv[2].rpartition(".")[::2]
owner = {"": writing, "Draft": Draft, "Store": Store, "Path": Path}[where]
real = getattr(owner, name)
def die(*arguments):
    if name in ("rename", "replace") and "snapshots" not in str(arguments[0]):
        return real(*arguments)
    os.kill(os.getpid(), signal.SIGKILL)
workspace = find_workspace(sys.argv[1])
setattr(owner, name, die)
build(workspace)
"""


@pytest.mark.parametrize("step", STEPS)
def test_build_killed_before_a_step(changed: tuple[Workspace, str], step: str) -> None:
    """A build that is killed just before each step of writing leaves the old snapshot, and nothing in the end."""
    workspace, old = changed
    snapshot.make_current(workspace.snapshots, old)
    result = subprocess.run([sys.executable, "-c", KILLED, str(workspace.root), step], check=False)
    assert -signal.SIGKILL == result.returncode
    assert old == open_snapshot(workspace.snapshots).path.name
    assert [] == verify(open_snapshot(workspace.snapshots))
    snapshot.clean(workspace.snapshots)
    left = names(workspace.snapshots) - {"current", old}
    assert [] == [name for name in left if not (workspace.snapshots / name / "manifest.json").exists()]
    for name in left:
        shutil.rmtree(workspace.snapshots / name)
