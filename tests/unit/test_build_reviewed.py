"""What a snapshot keeps of the review of Wikidata: decisions as they stand, and the ids of older findings."""

from __future__ import annotations

from pathlib import Path

import pytest

from compared_towns import BUILT_AT, copy_compared, decide_some, more_documents, publish, record_towns
from fakes.made_up import snaks, year
from twin_graph.build import build
from twin_graph.compare import former
from twin_graph.compare.decisions import FILE, read_decisions
from twin_graph.errors import SourceError
from workspaces import copy_tiny, run

LATER, LATEST = "2024-11-21T10:00:00Z", "2024-11-22T10:00:00Z"


def test_decisions_are_kept_as_they_stand(tmp_path: Path) -> None:
    """None before there are any; then all; none again where the file is gone."""
    workspace = copy_compared(tmp_path)
    first, _ = publish(workspace)
    assert b"" == (first.path / FILE).read_bytes()
    decide_some(workspace)
    second, _ = publish(workspace)
    assert first.manifest.id == second.manifest.id
    assert (workspace.data / FILE).read_bytes() == (second.path / FILE).read_bytes()
    assert 3 == len(read_decisions(second.path / FILE).lines)
    (workspace.data / FILE).unlink()
    assert b"" == (publish(workspace)[0].path / FILE).read_bytes()


def test_a_line_that_is_no_decision_stops_the_publication(tmp_path: Path) -> None:
    """With the line; what was published stays."""
    workspace = copy_tiny(tmp_path)
    before, _ = build(workspace)
    (workspace.data / FILE).write_text('{"verdict": "none"}\n', encoding="utf-8")
    with pytest.raises(SourceError, match=FILE):
        build(workspace)
    for command in ("check", "build"):
        result = run(workspace, command)
        assert 1 == result.exit_code
        assert f"data/{FILE}:1" in result.output
    assert [before.path.name] == [
        path.name for path in workspace.snapshots.iterdir() if path.is_dir() and not path.is_symlink()
    ]


def test_former_ids_are_those_of_all_publications(tmp_path: Path) -> None:
    """Each with its key, however many publications ago; none in the first."""
    workspace = copy_compared(tmp_path)
    first, before = publish(workspace)
    assert {} == former.read_former(first.side(former.FILE))
    towns = more_documents()
    assert BUILT_AT < LATER < LATEST
    for number, time in ((2011, LATER), (2012, LATEST)):
        towns[-1]["claims"]["P190"][0]["qualifiers"] = snaks([("P580", year(number))])
        record_towns(workspace, time[:10], towns, time)
        last, _ = publish(workspace)
    found = former.read_former(last.side(former.FILE))
    assert {each.id: each.key for each in before}.items() <= found.items()
    changed = [name for name, key in found.items() if key == next(
        each.key for each in before if each.kind == "sides-differ")]  # fmt: skip
    assert 2 == len(changed)
    assert found == former.read_former(publish(workspace)[0].side(former.FILE))


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff"])
def test_a_damaged_list_of_former_ids_is_empty(tmp_path: Path, content: bytes) -> None:
    """Nobody is led anywhere, and nothing fails."""
    path = tmp_path / former.FILE
    path.write_bytes(content)
    assert {} == former.read_former(path)
    assert {} == former.read_former(None)
