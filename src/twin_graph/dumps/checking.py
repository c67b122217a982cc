"""Find damage in the dumps of a snapshot: compare its files with their list.

Repairs nothing; `writing` writes anew what is not whole.
"""

from __future__ import annotations

from pathlib import Path

from twin_graph.dumps.files import sha256
from twin_graph.dumps.index import DUMPS, Dump, read_index
from twin_graph.errors import SnapshotDamaged
from twin_graph.snapshot import Snapshot


def is_whole(folder: Path, dump: Dump) -> bool:
    """Whether a file is as its entry in the list says."""
    path = folder / dump.name
    try:
        return path.stat().st_size == dump.bytes and sha256(path) == dump.sha256
    except OSError:
        return False


def verify(snapshot: Snapshot) -> list[str]:
    """What is wrong with the dumps of a snapshot; nothing where none were written."""
    try:
        index = read_index(snapshot)
    except SnapshotDamaged as problem:
        return [str(problem)]
    if index is None:
        return []
    folder = snapshot.path / DUMPS
    found = [f"{DUMPS}/{dump.name}" for dump in index.dumps if not is_whole(folder, dump)]
    return [f"{name}: differs from the list; run twin-graph snapshot dump" for name in found]
