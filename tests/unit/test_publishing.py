"""When snapshots were published: lines beside them, added when `current` moves."""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from twin_graph.snapshot import changed_at, make_current, prune, read_publications
from twin_graph.snapshot.contents import FILE as CONTENTS
from twin_graph.snapshot.contents import hash_graphs, read_contents, write_contents
from twin_graph.snapshot.publishing import FILE, Publication, note_published
from twin_graph.snapshot.writing import clean

A, B, C = "aaaaaaaaaaaa", "bbbbbbbbbbbb", "cccccccccccc"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def keep(folder: Path, *identities: str) -> None:
    """Folders that look like snapshots from outside."""
    for identity in identities:
        (folder / identity).mkdir(parents=True)
        (folder / identity / "manifest.json").write_text("{}")


def test_a_line_for_each_move(tmp_path: Path) -> None:
    """The same snapshot twice in a row is one publication; when it comes back it is another."""
    for identity in (A, A, B, A):
        if not (tmp_path / identity).exists():
            keep(tmp_path, identity)
        make_current(tmp_path, identity)
    lines = [json.loads(line) for line in (tmp_path / FILE).read_text().splitlines()]
    assert [A, B, A] == [line["id"] for line in lines]
    assert all(line["at"].endswith("Z") for line in lines)
    assert {A, B} == {each.id for each in read_publications(tmp_path)}
    assert 3 == len(read_publications(tmp_path))
    clean(tmp_path)
    assert (tmp_path / FILE).exists()


def test_what_was_there_before_the_lines(tmp_path: Path) -> None:
    """Snapshots without a line were published when they were written; the first line keeps that."""
    keep(tmp_path, A, B)
    assert {A, B} == {each.id for each in read_publications(tmp_path)}
    keep(tmp_path, C)
    note_published(tmp_path, C, NOON + timedelta(days=36_500))
    found = read_publications(tmp_path)
    assert C == found[-1].id
    (tmp_path / A / "manifest.json").unlink()
    assert [False] == [each.is_kept for each in read_publications(tmp_path) if each.id == A]


def test_order_and_what_is_kept(tmp_path: Path) -> None:
    """By time, with a word on what has been deleted."""
    keep(tmp_path, B)
    (tmp_path / FILE).write_text("")
    note_published(tmp_path, B, NOON + timedelta(hours=1))
    with (tmp_path / FILE).open("a") as file:
        file.write(f'{{"at": "{NOON:%Y-%m-%dT%H:%M:%SZ}", "id": "{A}"}}\n')
    expected = (Publication(NOON, A, is_kept=False), Publication(NOON + timedelta(hours=1), B))
    assert expected == read_publications(tmp_path)


def test_damaged_lines(tmp_path: Path) -> None:
    """What cannot be read is left out, a cut line spoils no other, and no line leads to a path."""
    keep(tmp_path, A)
    good = f'{{"at": "2026-11-23T12:00:00Z", "id": "{A}"}}'
    bad = ["nothing", '{"id": "x"}', '{"at": 5, "id": "aaaaaaaaaaaa"}', "[]", "\xff",
           '{"at": "2026-11-23T12:00:00Z", "id": "../../etc"}', good[:20]]  # fmt: skip
    (tmp_path / FILE).write_text("\n".join([*bad[:-1], good, bad[-1]]))
    assert (Publication(NOON, A),) == read_publications(tmp_path)
    note_published(tmp_path, B, NOON + timedelta(days=1))
    assert [A, B] == [each.id for each in read_publications(tmp_path)]


def test_nothing(tmp_path: Path) -> None:
    """No folder, no publication."""
    assert () == read_publications(tmp_path / "snapshots")
    assert [] == prune(tmp_path, 1)


def test_several_within_a_second(tmp_path: Path) -> None:
    """Builds are quicker than the clock of this file: the order of the lines holds."""
    for identity in (C, A, B):
        keep(tmp_path, identity)
        note_published(tmp_path, identity, NOON)
    assert [C, A, B] == [each.id for each in read_publications(tmp_path)]


def note(folder: Path, identity: str, at: datetime, **contents: str) -> None:
    """Publish a snapshot whose graphs have these hashes."""
    if not (folder / identity).exists():
        keep(folder, identity)
        write_contents(folder / identity / CONTENTS, contents)
    note_published(folder, identity, at)


def test_a_graph_changes_when_its_content_does(tmp_path: Path) -> None:
    """Another edition with the same content is no change, even after the first one has been deleted."""
    hours = [NOON + timedelta(hours=number) for number in range(4)]
    note(tmp_path, A, hours[0], world="1", register="1")
    note(tmp_path, B, hours[1], world="1", register="2")
    note(tmp_path, C, hours[2], world="1", register="2")
    prune(tmp_path, 1)
    shutil.rmtree(tmp_path / A, ignore_errors=True)
    found = read_publications(tmp_path)
    assert hours[0] == changed_at(found, C, "world")
    assert hours[1] == changed_at(found, C, "register")
    assert hours[2] == changed_at(found, C, "unheard-of")
    note(tmp_path, B, hours[3])
    again = read_publications(tmp_path)
    assert (hours[0], hours[1]) == (changed_at(again, B, "world"), changed_at(again, B, "register"))


def test_without_notes_every_edition_is_a_change(tmp_path: Path) -> None:
    """Lines from before the notes say nothing of contents; what was never published has no date."""
    note(tmp_path, A, NOON)
    note(tmp_path, B, NOON + timedelta(hours=1))
    found = read_publications(tmp_path)
    assert NOON + timedelta(hours=1) == changed_at(found, B, "world")
    assert NOON == changed_at(found, A, "world")
    with pytest.raises(ValueError, match="never published"):
        changed_at(found, C, "world")


def test_hashes_of_graphs(tmp_path: Path) -> None:
    """One for each graph, of its lines alone, whatever stands between them."""
    line = '<urn:a> <urn:b> "text <urn:c>" <http://x/graph/{}> .\n'
    dump = tmp_path / "dump.nq"
    dump.write_text("".join(line.format(name) for name in ("one", "two", "one")))
    found = hash_graphs(dump)
    assert {
        "one": hashlib.sha256((line.format("one") * 2).encode()).hexdigest(),
        "two": hashlib.sha256(line.format("two").encode()).hexdigest(),
    } == found
    (tmp_path / A).mkdir()
    write_contents(tmp_path / A / CONTENTS, found)
    assert found == read_contents(tmp_path / A)
    (tmp_path / A / CONTENTS).write_text("[")
    assert {} == read_contents(tmp_path / A)
