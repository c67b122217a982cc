"""Same sources, same bytes: whatever the order of rows and columns, and whatever the seed of Python's hashes."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin_graph.build import build
from twin_graph.snapshot import Snapshot
from twin_graph.workspace import Workspace, find_workspace
from workspaces import TINY, copy_tiny, shuffle, tables

FILES = ("manifest.json", "dump.nq", "keys.json", "report.ttl", "report.json")


def hashes(snapshot: Snapshot) -> dict[str, str]:
    """The files of a snapshot that are the same for the same sources."""
    return {name: hashlib.sha256((snapshot.path / name).read_bytes()).hexdigest() for name in FILES}


def in_new_process(workspace: Workspace, seed: str) -> str:
    """The id of the snapshot that a process with a hash seed of its own builds."""
    code = (
        "import sys; from twin_graph.build import build; from twin_graph.workspace import find_workspace;"
        "print(build(find_workspace(sys.argv[1]))[0].path.name)"
    )
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    command = [sys.executable, "-c", code, str(workspace.root)]
    result = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return result.stdout.strip()


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(min_value=0, max_value=2**32), columns=st.booleans())
def test_order_of_rows_and_columns_leaves_no_trace(tiny_snapshot: Snapshot, seed: int, columns: bool) -> None:
    """A build of the same rows in another order gives every file byte for byte."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = copy_tiny(Path(folder))
        shuffle(workspace, seed, columns=columns)
        assert hashes(tiny_snapshot) == hashes(build(workspace)[0])


def test_shuffling_shuffles(tmp_path: Path) -> None:
    """The test above is about other files than those of the tiny workspace."""
    workspace = copy_tiny(tmp_path)
    shuffle(workspace, 1, columns=True)
    changed = [
        file.path for file in tables(workspace)
        if file.path.read_bytes() != (TINY / file.path.relative_to(workspace.root)).read_bytes()
    ]  # fmt: skip
    assert 20 <= len(changed)
    assert 23 == len(tables(workspace))


@pytest.mark.parametrize("seed", ["0", "1", "4711"])
def test_hash_seed_leaves_no_trace(tiny_snapshot: Snapshot, tmp_path: Path, seed: str) -> None:
    """A build in a process with another hash seed gives every file byte for byte."""
    workspace = copy_tiny(tmp_path)
    assert tiny_snapshot.path.name == in_new_process(workspace, seed)
    built = workspace.snapshots / tiny_snapshot.path.name
    assert hashes(tiny_snapshot) == hashes(Snapshot(built, tiny_snapshot.manifest))


def test_second_build_and_cache_leave_no_trace(tiny_snapshot: Snapshot, tmp_path: Path) -> None:
    """Building again, from what the cache kept, changes nothing."""
    workspace = copy_tiny(tmp_path)
    build(workspace)
    assert hashes(tiny_snapshot) == hashes(build(workspace)[0])
    assert 1 == sum(path.is_dir() and not path.is_symlink() for path in workspace.snapshots.iterdir())


def test_place_on_disk_leaves_no_trace(tiny_snapshot: Snapshot, tmp_path: Path) -> None:
    """The name of the workspace's folder is no part of the data."""
    (tmp_path / "Ośrodek nr 1").mkdir()
    workspace = copy_tiny(tmp_path / "Ośrodek nr 1")
    assert hashes(tiny_snapshot) == hashes(build(find_workspace(workspace.root))[0])
