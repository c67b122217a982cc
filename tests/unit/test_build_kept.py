"""The indexes that a build keeps: made anew where something in them has changed, and only there."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from twin_graph import labels, matching
from twin_graph.build import build, names, places
from workspaces import copy_tiny, table

INDEXES = [(names, labels.FILE, ".names"), (places, matching.FILE, ".places")]


@pytest.mark.parametrize(("module", "file"), [entry[:2] for entry in INDEXES])
def test_an_index_is_made_where_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: ModuleType, file: str
) -> None:
    """Another edition with the same names has the same file; one with another name has another."""
    written: list[Path] = []
    write_index = module.write_index

    def counting(path: Path, found: Iterable[Any]) -> None:
        written.append(path)
        write_index(path, found)

    monkeypatch.setattr(module, "write_index", counting)
    workspace = copy_tiny(tmp_path)
    first = (build(workspace)[0].path / file).read_bytes()
    assert 1 == len(written)
    table(workspace, "aldorf/agreements").change(2, "notes", "Another note.")
    second = build(workspace)[0]
    assert (1, first) == (len(written), (second.path / file).read_bytes())
    table(workspace, "cities").change(2, "name_en", "Oldvillage")
    third = build(workspace)[0]
    assert 2 == len(written)
    assert first != (third.path / file).read_bytes()
    assert second.path != third.path


@pytest.mark.parametrize(("file", "ending"), [entry[1:] for entry in INDEXES])
def test_a_broken_file_in_the_cache_is_made_anew(tmp_path: Path, file: str, ending: str) -> None:
    """Losing the cache costs time only."""
    workspace = copy_tiny(tmp_path)
    first = (build(workspace)[0].path / file).read_bytes()
    (cached,) = workspace.cache.glob(f"*{ending}")
    cached.write_bytes(b"no index")
    table(workspace, "aldorf/agreements").change(2, "notes", "Another note.")
    assert first == (build(workspace)[0].path / file).read_bytes()
    (cached,) = workspace.cache.glob(f"*{ending}")
    assert first == cached.read_bytes()
