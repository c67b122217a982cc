"""Previews of a snapshot: which cities have one, and what is made anew by the next build."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from twin_graph.build import previews
from twin_graph.snapshot import SideFacts, Snapshot
from twin_graph.store import Store
from twin_graph.workspace import LANGUAGES, find_workspace


@pytest.fixture
def facts(tiny_snapshot: Snapshot, tiny_store: Store) -> SideFacts:
    """What the previews of the tiny workspace are made from."""
    workspace = find_workspace(tiny_snapshot.path.parents[1])
    return SideFacts(tiny_store, tiny_snapshot.manifest, workspace, tiny_snapshot.path, None)


def test_the_cities_of_registers_have_previews(facts: SideFacts, tmp_path: Path) -> None:
    """The city that keeps a register and its partners have one in each language, and the index knows all."""
    made: list[str] = []
    previews.write_previews(tmp_path, facts, lambda svg: made.append(svg) or b"png")  # type: ignore[func-returns-value]
    files = {path.name for path in tmp_path.glob("*.png")}
    assert {f"{facts.manifest.start_city}.{language}.png" for language in LANGUAGES} <= files
    assert len(files) == len(made) >= 2 * len(LANGUAGES)
    assert files == set(json.loads((tmp_path / "index.json").read_text(encoding="utf-8")))


def test_the_next_build_draws_only_what_has_changed(
    facts: SideFacts, tmp_path: Path, tiny_snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was made from the same values is copied; another title of the site is another preview."""
    first, second, third = (tmp_path / name for name in ("1", "2", "3"))
    previews.write_previews(first, facts, lambda _: b"one")
    monkeypatch.setattr(Snapshot, "side", lambda _self, _name: first)
    later = replace(facts, previous=tiny_snapshot)
    previews.write_previews(second, later, lambda _: b"two")
    assert {b"one"} == {path.read_bytes() for path in second.glob("*.png")}
    renamed = replace(later, manifest=replace(later.manifest, title={"en": "Another name"}))
    previews.write_previews(third, renamed, lambda _: b"two")
    assert {b"two"} == {path.read_bytes() for path in third.glob("*.png")}


@pytest.mark.parametrize("text", ["{", "null", "[]", "7", '{"aldorf.en.png": null}'])
def test_a_damaged_index_is_no_obstacle(
    text: str, facts: SideFacts, tmp_path: Path, tiny_snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the index of the last snapshot cannot be read, everything is drawn."""
    old = tmp_path / "old"
    old.mkdir()
    (old / "index.json").write_text(text, encoding="utf-8")
    monkeypatch.setattr(Snapshot, "side", lambda _self, _name: old)
    previews.write_previews(tmp_path / "new", replace(facts, previous=tiny_snapshot), lambda _: b"png")
    assert list((tmp_path / "new").glob("*.png"))
