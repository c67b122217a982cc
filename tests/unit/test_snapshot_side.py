"""Files of a snapshot beside its data: written from the same statements, renewed with it, never part of its id."""

from __future__ import annotations

from pathlib import Path

import pytest

from twin_graph.snapshot import Draft, Manifest, SideFacts, SideFile, Snapshot
from twin_graph.snapshot.manifest import HASHED
from twin_graph.store import Store
from twin_graph.workspace import Workspace, find_workspace

TINY = Path(__file__).parents[1] / "tiny"
LINE = b"<http://x/s> <http://x/p> <http://x/o> <http://x/g> .\n"
CONTENTS = dict.fromkeys(HASHED, b"{}") | {"dump.nq": LINE}


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    """Any workspace: what is written here asks it nothing."""
    return find_workspace(TINY)


def finish(folder: Path, workspace: Workspace, *side: SideFile) -> Snapshot:
    """A snapshot of one statement with side files."""
    with Draft(folder) as draft:
        draft.load(LINE)
        store = Store.from_nquads(LINE, frozenset())
        return draft.finish(CONTENTS, _describe, (), side, (store, workspace))


def _describe(identity: str, files: object) -> Manifest:
    assert isinstance(files, dict)
    return Manifest(identity, "http://x/", "", "", "", {}, "en", "", (), {"g": 1}, 1, {}, files)


def _note(text: str) -> SideFile:
    def write(path: Path, _: SideFacts) -> None:
        path.write_text(text)

    return SideFile("note.txt", write)


def test_facts(tmp_path: Path, workspace: Workspace) -> None:
    """A side file is made from the store, the manifest, the written files and the snapshot before."""
    seen: list[SideFacts] = []

    def write(path: Path, facts: SideFacts) -> None:
        seen.append(facts)
        path.write_bytes((facts.folder / "dump.nq").read_bytes())

    first = finish(tmp_path, workspace, SideFile("copy.nq", write))
    second = finish(tmp_path, workspace, SideFile("copy.nq", write))
    assert [None, first.manifest.id] == [facts.previous and facts.previous.manifest.id for facts in seen]
    assert [first.manifest] * 2 == [facts.manifest for facts in seen]
    copy = second.side("copy.nq")
    assert copy is not None
    assert copy.read_bytes() == LINE
    assert [1, 1] == [len(facts.store) for facts in seen]


def test_renewed(tmp_path: Path, workspace: Workspace) -> None:
    """A new build of the same data renews the files beside them, and keeps the id."""

    def write(path: Path, _: SideFacts) -> None:
        path.mkdir()
        (path / "new.txt").write_text("new")

    first = finish(tmp_path, workspace, _note("old"), SideFile("folder", lambda path, _: path.mkdir()))
    second = finish(tmp_path, workspace, _note("new"), SideFile("folder", write))
    assert first.path == second.path
    assert "new" == (second.path / "note.txt").read_text()
    assert ["new.txt"] == [path.name for path in (second.path / "folder").iterdir()]


def test_absent(tmp_path: Path, workspace: Workspace) -> None:
    """A snapshot that was built without a side file has none."""
    assert finish(tmp_path, workspace).side("note.txt") is None


def test_failure(tmp_path: Path, workspace: Workspace) -> None:
    """What fails in a side file stops the build, and nothing is left of it."""

    def fail(path: Path, _: SideFacts) -> None:
        raise OSError("no space")

    with pytest.raises(OSError, match="no space"):
        finish(tmp_path, workspace, SideFile("note.txt", fail))
    assert [] == list(tmp_path.iterdir())
