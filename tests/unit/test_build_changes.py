"""The history that a build keeps beside the data."""

from __future__ import annotations

from pathlib import Path

from twin_graph import changes
from twin_graph.build import build
from twin_graph.changes import Release
from workspaces import copy_tiny, table


def history(snapshot: object) -> tuple[Release, ...]:
    """The history of a snapshot."""
    return changes.read_history(snapshot.side(changes.FILE))  # type: ignore[attr-defined]


def test_each_build_adds_what_is_new(tmp_path: Path) -> None:
    """The first publication stands alone; a build of the same files adds nothing; a change is told on top.

    There is no clock: the day is that on which the data are valid.
    """
    workspace = copy_tiny(tmp_path)
    first, _ = build(workspace)
    beginning = Release(first.manifest.id, "2024-12-31", is_first=True)
    assert (beginning,) == history(first)
    again, _ = build(workspace)
    assert (beginning,) == history(again)
    table(workspace, "aldorf/agreements").change(2, "signed", "1990-05-06")
    second, _ = build(workspace)
    found = history(second)
    assert (second.manifest.id, beginning) == (found[0].id, found[1])
    assert [("agreement", "belmont-1990", "changed", ("aldorf", "belmont"))] == [
        (change.kind, change.key, change.what, change.cities) for change in found[0].changes
    ]
    third, _ = build(workspace)
    assert found == history(third)


def test_data_may_come_again(tmp_path: Path) -> None:
    """A, B, A, B, A: each publication has its own number, so that no two are taken for one."""
    workspace = copy_tiny(tmp_path)
    agreements, found = table(workspace, "aldorf/agreements"), []
    for signed in ("1990-05-05", "1990-05-06", "1990-05-05", "1990-05-06", "1990-05-05"):
        agreements.change(2, "signed", signed)
        found.append(build(workspace)[0])
    releases = history(found[-1])
    assert [4, 3, 2, 1, 0] == [release.number for release in releases]
    assert [snapshot.manifest.id for snapshot in reversed(found)] == [release.id for release in releases]
    assert 2 == len({snapshot.manifest.id for snapshot in found})


def test_a_snapshot_without_history_is_where_it_begins(tmp_path: Path) -> None:
    """After an older snapshot, which had no history, the history begins with that one."""
    workspace = copy_tiny(tmp_path)
    first, _ = build(workspace)
    (first.path / changes.FILE).unlink()
    table(workspace, "aldorf/partnerships").change(2, "notes", "Told again.")
    second, _ = build(workspace)
    assert [False, True] == [release.is_first for release in history(second)]


def test_a_damaged_snapshot_ends_no_build(tmp_path: Path) -> None:
    """A dump that cannot be read has no changes to tell; the build goes on."""
    workspace = copy_tiny(tmp_path)
    first, _ = build(workspace)
    first.dump_path.write_bytes(b"nonsense")
    table(workspace, "aldorf/partnerships").change(2, "notes", "Told again.")
    second, _ = build(workspace)
    assert [first.manifest.id] == [release.id for release in history(second)]
