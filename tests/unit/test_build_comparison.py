"""The comparison that a build keeps beside the snapshot."""

from __future__ import annotations

from pathlib import Path

import pytest

from fakes.archives import write_archive
from fakes.made_up import CITY, claim, item, link, twin, year
from twin_graph.build import build, comparison
from twin_graph.compare.kept import FILE, Kept, read
from twin_graph.compare.observed import Sides, compare_sides, sides_of
from twin_graph.compare.reading import read_ours
from twin_graph.snapshot import Snapshot
from twin_graph.workspace import Workspace
from workspaces import copy_tiny, run, table

ALDORF, BELMONT = "Q900000001", "Q900000002"
EARLY, LATE = "2024-11-20T10:00:00Z", "2024-11-22T10:00:00Z"


def record(workspace: Workspace, name: str, when: str, since: int = 1988) -> Path:
    """An archive in which Aldorf has Belmont as its twin."""
    into = workspace.data / "wikidata" / name
    documents = [
        item(name, [claim(f"{name}$A0000000-0000-4000-8000-000000000001", "P31", CITY), *twins], {"en": name})
        for name, twins in (
            (ALDORF, [twin(ALDORF, 1, link(BELMONT), [("P580", year(since))])]),
            (BELMONT, []),
        )
    ]
    write_archive(into, documents, [ALDORF, BELMONT], when=when, title="Towns", licence="CC0-1.0")
    return into


def kept(snapshot: Snapshot) -> Kept:
    """What a snapshot holds, which must be there."""
    found = read(snapshot.path)
    assert found is not None
    return found


def test_a_build_keeps_the_comparison_with_the_latest_archive(tmp_path: Path) -> None:
    """It is the one that the snapshot and the archive give, with where it comes from."""
    workspace = copy_tiny(tmp_path)
    record(workspace, "early", EARLY)
    folder = record(workspace, "late", LATE)
    snapshot, _ = build(workspace)
    found, sides = kept(snapshot), sides_of(workspace.data, folder)
    reports, observed = compare_sides(read_ours(snapshot), sides)
    assert found == Kept(reports, observed.read_at, observed.origin)
    assert workspace.data / "wikidata" / "early" == sides.earlier
    assert found.reports.findings
    assert (snapshot.manifest.id, "late") == (found.reports.snapshot, found.reports.archive)
    origin = found.origin
    assert ("late", "Towns", "CC0-1.0", LATE, LATE) == (
        origin.archive, origin.title, origin.licence, origin.observed_from, origin.observed_to
    )  # fmt: skip
    assert sides.digest == origin.digest != Sides(folder).digest
    assert {ALDORF: LATE, BELMONT: LATE} == found.read_at


def test_equal_data_give_equal_bytes(tmp_path: Path) -> None:
    """Built twice, and in another place, the file is the same."""
    contents = []
    for place in ("one", "two"):
        workspace = copy_tiny(tmp_path / place)
        record(workspace, "archive", LATE)
        contents += [(build(workspace)[0].path / FILE).read_bytes() for _ in range(2)]
    assert 4 == len(contents)
    assert 1 == len(set(contents))


def test_without_an_archive_nothing_is_kept(tmp_path: Path) -> None:
    """Neither a file nor a reading of one."""
    snapshot, _ = build(copy_tiny(tmp_path))
    assert (None, False) == (read(snapshot.path), (snapshot.path / FILE).exists())


def test_nothing_is_compared_anew_while_both_sides_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another snapshot of the same links takes it over under its own name; a date, or an archive, makes it anew."""
    workspace = copy_tiny(tmp_path)
    folder = record(workspace, "archive", LATE)
    first = kept(build(workspace)[0])
    made: list[object] = []

    def note(*sides: object) -> object:
        made.append(sides)
        return compare_sides(*sides)  # type: ignore[arg-type]

    monkeypatch.setattr(comparison, "compare_sides", note)
    table(workspace, "networks").append(key="other", name_en="Other network", source="gazetteer")
    second = kept(build(workspace)[0])
    assert ([], first.reports.findings) == (made, second.reports.findings)
    assert first.reports.snapshot != second.reports.snapshot
    table(workspace, "aldorf/agreements").change(2, "signed", "1990-05-06")
    build(workspace)
    assert 1 == len(made)
    record(workspace, folder.name, LATE, since=1970)
    build(workspace)
    assert 2 == len(made)


def test_a_damaged_file_is_as_good_as_none(tmp_path: Path) -> None:
    """The commands then compare by themselves."""
    workspace = copy_tiny(tmp_path)
    record(workspace, "archive", LATE)
    snapshot, _ = build(workspace)
    before = run(workspace, "compare", "--json").stdout
    (snapshot.path / FILE).write_bytes(b"{")
    assert read(snapshot.path) is None
    assert (True, before) == (bool(before), run(workspace, "compare", "--json").stdout)


def test_commands_use_what_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the archive of the build nobody compares anew; with another, or with a changed one, they do."""
    workspace = copy_tiny(tmp_path)
    record(workspace, "archive", LATE)
    build(workspace)

    def refuse(*_: object) -> object:
        raise AssertionError("compared anew")

    monkeypatch.setattr("twin_graph.cli.compare.compare_sides", refuse)
    assert 0 == run(workspace, "compare", "--city", "aldorf").exit_code
    record(workspace, "other", EARLY)
    assert isinstance(run(workspace, "compare", "--archive", "other").exception, AssertionError)
    record(workspace, "archive", LATE, since=1970)
    assert isinstance(run(workspace, "compare").exception, AssertionError)
