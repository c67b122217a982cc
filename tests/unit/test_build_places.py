"""The index of places that a build keeps: made anew where a place has changed, and only there."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from twin_graph.build import build, places
from twin_graph.matching import FILE, Place, write_index
from workspaces import copy_tiny, table


def test_the_index_is_made_where_a_place_has_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another edition with the same places has the same file; one with another name has another."""
    written: list[Path] = []

    def counting(path: Path, found: Iterable[Place]) -> None:
        written.append(path)
        write_index(path, found)

    monkeypatch.setattr(places, "write_index", counting)
    workspace = copy_tiny(tmp_path)
    first = (build(workspace)[0].path / FILE).read_bytes()
    assert 1 == len(written)
    table(workspace, "aldorf/agreements").change(2, "notes", "Another note.")
    second = build(workspace)[0]
    assert (1, first) == (len(written), (second.path / FILE).read_bytes())
    table(workspace, "cities").change(2, "name_en", "Oldvillage")
    third = build(workspace)[0]
    assert 2 == len(written)
    assert first != (third.path / FILE).read_bytes()
    assert second.path != third.path


def test_a_broken_file_in_the_cache_is_made_anew(tmp_path: Path) -> None:
    """Losing the cache costs time only."""
    workspace = copy_tiny(tmp_path)
    first = (build(workspace)[0].path / FILE).read_bytes()
    (cached,) = workspace.cache.glob("*.places")
    cached.write_bytes(b"no index")
    table(workspace, "aldorf/agreements").change(2, "notes", "Another note.")
    assert first == (build(workspace)[0].path / FILE).read_bytes()
    (cached,) = workspace.cache.glob("*.places")
    assert first == cached.read_bytes()
