"""The change feed: units are a partition, replaying is what is published, and nothing that was written changes."""

from __future__ import annotations

import errno
import gzip
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from rdflib import RDF, Graph, URIRef

from feed_replay import Member, lines_of, read_members, replay
from twin_graph import ldes
from twin_graph.errors import OperatorError, SnapshotDamaged
from twin_graph.ldes import members as pages
from twin_graph.ldes.baking import compare
from twin_graph.ldes.reading import UNITS, feed_folder
from twin_graph.ldes.units import Key, Unit, key_of, read_units
from twin_graph.namespaces import LDES, TREE
from twin_graph.snapshot import HASHED, Manifest, identify, prune
from twin_graph.snapshot.publishing import note_published

BASE = "http://localhost:8000/"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
EMPTY = Manifest(
    id="", base_iri=BASE, valid_on="2026-01-01", ontology_version="1", program_version="1", title={"en": "Test"},
    default_language="en", start_city="", registers=(), graphs={}, triples=0, findings={},
)  # fmt: skip

Statement = tuple[str, str, str]  # subject after the base, text, name of the graph
SUBJECTS = (
    "id/city/a",
    "doc/city/a",
    "doc/city/a#n",
    "doc/city/a-b",
    "doc/city/a-b#n",
    "doc/city/a#",
    "id/ł",
)
TEXTS = ("1", "> <b> .", "a\nb", "ł")
STATEMENTS = some.sets(
    some.tuples(some.sampled_from(SUBJECTS), some.sampled_from(TEXTS), some.sampled_from("gh")), max_size=12
)


def dump_of(statements: set[Statement]) -> bytes:
    """A sorted dump."""
    return b"".join(sorted(
        f"<{BASE}{subject}> <http://x/p> {json.dumps(text, ensure_ascii=False)} <{BASE}graph/{graph}> .\n".encode()
        for subject, text, graph in statements
    ))  # fmt: skip


def put(folder: Path, dump: bytes, base_iri: str = BASE) -> str:
    """Write a snapshot, as far as the feed reads it, and make it current; its id."""
    contents = {**dict.fromkeys(HASHED, b"{}"), "dump.nq": dump}
    files = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    manifest = replace(EMPTY, base_iri=base_iri, files=files)
    manifest = replace(manifest, id=identify(manifest))
    path = folder / manifest.id
    (path / "store").mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (path / name).write_bytes(content)
    (path / "manifest.json").write_text(json.dumps(asdict(manifest)), encoding="utf-8")
    link = folder / "current"
    link.unlink(missing_ok=True)
    link.symlink_to(manifest.id)
    return manifest.id


def publish(folder: Path, statements: set[Statement], at: datetime) -> str:
    """A publication of a few statements."""
    identity = put(folder, dump_of(statements))
    note_published(folder, identity, at)
    return identity


def read_all(folder: Path, base_iri: str = BASE) -> list[Member]:
    """All members of the feed."""
    return [
        member
        for entry in ldes.read_feed(folder, base_iri)
        for number in range(1, entry.pages + 1)
        for member in read_members(ldes.read_page(folder, base_iri, entry, number))
    ]


def content_of(folder: Path) -> dict[str, bytes]:
    """Every file of the feed but the state, which only the last publication has."""
    found = (path for path in sorted((folder / ldes.FOLDER).rglob("*")) if path.is_file())
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in found
        if path.name not in (UNITS, ".lock")
    }


@pytest.fixture
def few_on_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of two members."""
    monkeypatch.setattr(pages, "MEMBERS", 2)


class TestUnits:
    """The statements of a graph about a document."""

    @given(STATEMENTS, some.integers(1, 5))
    def test_they_are_a_partition(self, statements: set[Statement], at_once: int) -> None:
        """Each statement in one unit, each unit once and in order, however few lines fit into memory."""
        with tempfile.TemporaryDirectory() as scratch:
            dump = Path(scratch, "dump.nq")
            dump.write_bytes(dump_of(statements))
            units = list(read_units(dump, Path(scratch), at_once))
        assert sorted({unit.key for unit in units}) == [unit.key for unit in units]
        assert sorted(dump_of(statements).splitlines()) == sorted(
            line.rstrip(b"\n") for unit in units for line in unit.lines
        )
        assert all(key_of(line) == unit.key for unit in units for line in unit.lines)

    def test_fragments_belong_to_their_document(self, tmp_path: Path) -> None:
        """Also where other documents stand between them in the dump."""
        subjects = ("doc/city/a", "doc/city/a#n", "doc/city/a-b")
        (tmp_path / "dump.nq").write_bytes(dump_of({(subject, "1", "g") for subject in subjects}))
        units = list(read_units(tmp_path / "dump.nq", tmp_path, 1))
        assert [(f"{BASE}doc/city/a".encode(), 2), (f"{BASE}doc/city/a-b".encode(), 1)] == [
            (unit.key[1], len(unit.lines)) for unit in units
        ]

    def test_what_happened_to_them(self) -> None:
        """New ones, other ones and those that are gone; equal ones are passed over."""

        def unit(name: bytes, text: bytes) -> Unit:
            return Unit((b"g", name), (text,))

        def known(*units: Unit) -> Iterator[tuple[Key, bytes]]:
            return iter([(each.key, each.digest) for each in units])

        new = [unit(b"b", b"1"), unit(b"c", b"2"), unit(b"d", b"1")]
        old = [unit(b"a", b"1"), unit(b"b", b"1"), unit(b"c", b"1"), unit(b"e", b"1")]
        changes = [
            (each.what.rpartition("#")[2], each.key[1], each.unit) for each in compare(iter(new), known(*old))
        ]
        assert [("Delete", b"a", None), ("Update", b"c", new[1]), ("Create", b"d", new[2]),
                ("Delete", b"e", None)] == changes  # fmt: skip


class TestReplay:
    """Who takes the latest of each version has what is published."""

    @settings(max_examples=40, deadline=None)
    @given(some.lists(some.tuples(STATEMENTS, some.booleans(), some.booleans()), min_size=1, max_size=5))
    def test_any_chain(self, chain: list[tuple[set[Statement], bool, bool]]) -> None:
        """After every publication, whether the feed was written between and whether old snapshots were deleted."""
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            for number, (statements, is_baked, is_pruned) in enumerate(chain):
                publish(folder, statements, NOON + number * HOUR)
                if is_pruned:
                    prune(folder, 1)
                if is_baked or number == len(chain) - 1:
                    before = content_of(folder)
                    ldes.bake(folder, BASE)
                    assert lines_of(dump_of(statements)) == replay(read_all(folder))
                    assert before.items() <= content_of(folder).items()
            found = read_all(folder)
            assert len({member.iri for member in found}) == len(found)
            assert len({(member.unit, member.time) for member in found}) == len(found)

    @pytest.mark.usefixtures("few_on_a_page")
    def test_what_members_say(self, tmp_path: Path) -> None:
        """A thing is added, one changed, one deleted, and a graph with all that it had."""
        at = (NOON, NOON + HOUR)
        kept = {("id/city/k", "1", "g"), ("id/city/k", "2", "g")}
        first = publish(
            tmp_path, {*kept, ("id/c#x", "1", "g"), ("id/d", "1", "g"), ("id/d", "1", "h")}, at[0]
        )
        second = publish(tmp_path, {*kept, ("id/c#x", "2", "g"), ("id/n", "1", "g")}, at[1])
        entries = ldes.bake(tmp_path, BASE)
        assert [(first, 4, 2), (second, 4, 2)] == [
            (each.snapshot, each.members, each.pages) for each in entries
        ]
        assert [f"20261123T120000Z-{first}", f"20261123T130000Z-{second}"] == [each.name for each in entries]
        late = {m.unit.removeprefix(BASE): m for m in read_all(tmp_path) if m.time == "2026-11-23T13:00:00Z"}
        assert {
            f"graph/g#{BASE}id/c": ("Update", f"{BASE}graph/g", f"{BASE}id/c", 1),
            f"graph/g#{BASE}id/d": ("Delete", f"{BASE}graph/g", f"{BASE}id/d", 0),
            f"graph/h#{BASE}id/d": ("Delete", f"{BASE}graph/h", f"{BASE}id/d", 0),
            f"graph/g#{BASE}id/n": ("Create", f"{BASE}graph/g", f"{BASE}id/n", 1),
        } == {unit: (m.what, m.graph, m.document, len(m.content)) for unit, m in late.items()}
        page = f"{BASE}ldes/20261123T130000Z-{second}"
        assert {f"{page}/{n}#{k}" for n in (1, 2) for k in (1, 2)} == {m.iri for m in late.values()}

    def test_a_large_unit_ends_its_page(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """What is on a page stays about as large as it may be."""
        monkeypatch.setattr(pages, "BYTES", 1)
        publish(tmp_path, {("id/a", "1", "g"), ("id/b", "1", "g"), ("id/c", "1", "g")}, NOON)
        assert [(3, 3)] == [(each.members, each.pages) for each in ldes.bake(tmp_path, BASE)]

    def test_hundreds_of_members_are_a_page(self, tmp_path: Path) -> None:
        """The last page has what is left."""
        publish(tmp_path, {(f"id/{n}", "1", "g") for n in range(501)}, NOON)
        (entry,) = ldes.bake(tmp_path, BASE)
        found = [
            len(read_members(ldes.read_page(tmp_path, BASE, entry, n))) for n in range(1, entry.pages + 1)
        ]
        assert [250, 250, 1] == found


class TestPublications:
    """Which are written, and when."""

    def test_the_same_data_again(self, tmp_path: Path) -> None:
        """What comes back is told as it was; who repeats the last publication says nothing."""
        old, new = {("id/a", "1", "g")}, {("id/a", "2", "g")}
        first = publish(tmp_path, old, NOON)
        second = publish(tmp_path, new, NOON + HOUR)
        publish(tmp_path, old, NOON + 2 * HOUR)
        names = [first, second, first]
        assert names == [each.snapshot for each in ldes.bake(tmp_path, BASE)]
        assert 3 == len(ldes.bake(tmp_path, BASE))
        assert lines_of(dump_of(old)) == replay(read_all(tmp_path))

    def test_between_was_deleted(self, tmp_path: Path) -> None:
        """One that was never written here and is gone has no part in the feed; the next says all that changed."""
        publish(tmp_path, {("id/a", "1", "g")}, NOON)
        ldes.bake(tmp_path, BASE)
        lost = publish(tmp_path, {("id/b", "1", "g")}, NOON + HOUR)
        last = publish(tmp_path, {("id/c", "1", "g")}, NOON + 2 * HOUR)
        shutil.rmtree(tmp_path / lost)
        assert last == ldes.bake(tmp_path, BASE)[-1].snapshot
        assert 2 == len(ldes.read_feed(tmp_path, BASE))
        assert {"a": "Delete", "c": "Create"} == {
            m.document[-1]: m.what for m in read_all(tmp_path) if m.time == "2026-11-23T14:00:00Z"
        }

    def test_times_only_grow(self, tmp_path: Path) -> None:
        """Within one second, or by a clock that was set back, what is current is still told last."""
        publish(tmp_path, {("id/a", "1", "g")}, NOON)
        ldes.bake(tmp_path, BASE)
        publish(tmp_path, {("id/a", "2", "g")}, NOON)
        ldes.bake(tmp_path, BASE)
        current = publish(tmp_path, {("id/a", "3", "g")}, NOON - HOUR)
        entries = ldes.bake(tmp_path, BASE)
        assert [0, 1, 2] == [(each.at - NOON).seconds for each in entries]
        assert current == entries[-1].snapshot
        assert {m.time for m in read_all(tmp_path)} == {f"2026-11-23T12:00:0{n}Z" for n in range(3)}
        assert entries == ldes.bake(tmp_path, BASE)

    def test_another_base_is_another_feed(self, tmp_path: Path) -> None:
        """Its addresses would lead nowhere; the old pages stay."""
        publish(tmp_path, {("id/a", "1", "g")}, NOON)
        ldes.bake(tmp_path, BASE)
        other = "https://example.org/twins/"
        identity = put(tmp_path, dump_of({("id/a", "1", "g")}).replace(BASE.encode(), other.encode()), other)
        note_published(tmp_path, identity, NOON + HOUR)
        (entry,) = ldes.bake(tmp_path, other)
        assert (identity, 1) == (entry.snapshot, entry.members)
        assert f"{other}ldes/{entry.name}/1#1" == read_all(tmp_path, other)[0].iri
        assert 1 == len(ldes.bake(tmp_path, BASE))

    def test_nothing_changes_what_is_there(self, tmp_path: Path) -> None:
        """Baking again, also after all old snapshots were deleted; only the last publication keeps the state."""
        for number in range(3):
            publish(tmp_path, {("id/a", str(number), "g")}, NOON + number * HOUR)
        entries = ldes.bake(tmp_path, BASE)
        before = content_of(tmp_path)
        prune(tmp_path, 1)
        assert entries == ldes.bake(tmp_path, BASE) == ldes.read_feed(tmp_path, BASE)
        assert before == content_of(tmp_path)
        assert [entries[-1].name] == [path.parent.name for path in tmp_path.rglob(UNITS)]

    def test_equal_publications_give_equal_files(self, tmp_path: Path) -> None:
        """Nothing of the clock or the process is in them."""
        for folder in (tmp_path / "a", tmp_path / "b"):
            folder.mkdir()
            for number in range(2):
                publish(folder, {("id/a", str(number), "g"), ("id/b", "1", "h")}, NOON + number * HOUR)
            ldes.bake(folder, BASE)
        assert content_of(tmp_path / "a") == content_of(tmp_path / "b")
        assert 4 == len(content_of(tmp_path / "a"))

    def test_no_snapshots(self, tmp_path: Path) -> None:
        """Nothing to tell is no error."""
        assert () == ldes.bake(tmp_path, BASE)
        assert () == ldes.read_feed(tmp_path / "nowhere", BASE)


class TestMishaps:
    """What is cut is made anew; what is damaged is not told to everybody."""

    def test_a_cut_dump_deletes_nothing(self, tmp_path: Path) -> None:
        """It is an error when it is what is current, and passed over when it is old."""
        publish(tmp_path, {("id/a", "1", "g"), ("id/b", "1", "g")}, NOON)
        ldes.bake(tmp_path, BASE)
        cut = publish(tmp_path, {("id/a", "1", "g"), ("id/b", "2", "g")}, NOON + HOUR)
        dump = tmp_path / cut / "dump.nq"
        dump.write_bytes(dump.read_bytes().splitlines(keepends=True)[0])
        with pytest.raises(SnapshotDamaged, match=r"dump\.nq differs"):
            ldes.bake(tmp_path, BASE)
        publish(tmp_path, {("id/a", "1", "g"), ("id/b", "3", "g")}, NOON + 2 * HOUR)
        assert [2, 1] == [each.members for each in ldes.bake(tmp_path, BASE)]

    @pytest.mark.parametrize("name", [UNITS, "publication.json", "1.nq.gz"])
    def test_a_damaged_feed_is_named(self, tmp_path: Path, name: str) -> None:
        """The file, and what helps."""
        publish(tmp_path, {("id/a", "1", "g")}, NOON)
        (entry,) = ldes.bake(tmp_path, BASE)
        path = feed_folder(tmp_path, BASE) / entry.name / name
        path.write_bytes(path.read_bytes()[:-9])
        publish(tmp_path, {("id/a", "2", "g")}, NOON + HOUR)
        is_page = name == "1.nq.gz"
        read = (
            partial(ldes.read_page, tmp_path, BASE, entry, 1)
            if is_page
            else partial(ldes.bake, tmp_path, BASE)
        )
        with pytest.raises(SnapshotDamaged, match=f"{name}.*backup"):
            read()

    @pytest.mark.parametrize("seed", range(4))
    def test_killed_at_any_moment(self, tmp_path: Path, seed: int) -> None:
        """What was there is there, and the next run writes what a run without a kill would have written."""
        moment = random.Random(seed).randrange(1, 12)
        for number in range(3):
            texts = {(f"id/{n}", str(n * number), "g") for n in range(6)}
            publish(tmp_path, texts, NOON + number * HOUR)
        shutil.copytree(tmp_path, tmp_path / "whole", symlinks=True)
        script = f"""
import os, signal, sys
from pathlib import Path
from twin_graph.ldes import bake, members
members.MEMBERS = 2
calls = 0
def watch(event, arguments):
    global calls
    if event in ("open", "os.rename") and "/ldes/" in str(arguments[0]):
        calls += 1
        if calls == {moment * 3}:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(watch)
bake(Path(sys.argv[1]), "{BASE}")
"""
        done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False)
        assert -signal.SIGKILL == done.returncode
        before = content_of(tmp_path)
        kept = {name: text for name, text in before.items() if ".baking" not in name}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(pages, "MEMBERS", 2)
            ldes.bake(tmp_path, BASE)
            ldes.bake(tmp_path / "whole", BASE)
        assert content_of(tmp_path / "whole") == content_of(tmp_path)
        assert kept.items() <= content_of(tmp_path).items()

    def test_two_at_a_time(self, tmp_path: Path) -> None:
        """One waits for the other, and finds all done."""
        for number in range(3):
            publish(tmp_path, {(f"id/{n}", str(number), "g") for n in range(50)}, NOON + number * HOUR)
        script = (
            "import sys, pathlib, twin_graph.ldes as ldes; ldes.bake(pathlib.Path(sys.argv[1]), sys.argv[2])"
        )
        running = [subprocess.Popen([sys.executable, "-c", script, str(tmp_path), BASE]) for _ in range(2)]
        assert [0, 0] == [each.wait() for each in running]
        assert 3 == len(ldes.read_feed(tmp_path, BASE))
        assert 3 * 50 == len(read_all(tmp_path))


class TestDamage:
    """`verify` reads every page, so that damage is known before somebody follows the feed."""

    def test_a_whole_feed(self, tmp_path: Path, few_on_a_page: None) -> None:
        """Nothing is wrong with it, nor with one that was never written."""
        assert [] == ldes.verify(tmp_path, BASE)
        for number in range(3):
            publish(tmp_path, {(f"id/{each}", str(number), "g") for each in "abc"}, NOON + number * HOUR)
        ldes.bake(tmp_path, BASE)
        assert [] == ldes.verify(tmp_path, BASE)

    @pytest.mark.parametrize("name", ["publication.json", "1.nq.gz", "2.nq.gz", UNITS])
    @pytest.mark.parametrize("damage", ["lost", "cut", "altered"])
    def test_every_file(self, tmp_path: Path, few_on_a_page: None, name: str, damage: str) -> None:
        """One that is lost, cut or of other bytes and the same size is named, with what to do."""
        publish(tmp_path, {(f"id/{each}", "1", "g") for each in "abc"}, NOON)
        (entry,) = ldes.bake(tmp_path, BASE)
        path = feed_folder(tmp_path, BASE) / entry.name / name
        content = bytearray(path.read_bytes())
        if damage == "altered":
            content[-6] ^= 1
            path.write_bytes(content)
        elif damage == "cut":
            path.write_bytes(content[:-1] if name != "publication.json" else content[:9])
        else:
            path.unlink()
        (problem,) = ldes.verify(tmp_path, BASE)
        assert entry.name in problem
        assert "take this folder of the feed from a backup" in problem

    def test_another_number_of_members(self, tmp_path: Path) -> None:
        """A page that can be read and lacks a member is damage, too."""
        publish(tmp_path, {(f"id/{each}", "1", "g") for each in "abc"}, NOON)
        (entry,) = ldes.bake(tmp_path, BASE)
        path = feed_folder(tmp_path, BASE) / entry.name / "1.nq.gz"
        lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
        kept = [line for line in lines if b"#1>" not in line.partition(b" .")[0]]
        path.write_bytes(gzip.compress(b"".join(kept)))
        (problem,) = ldes.verify(tmp_path, BASE)
        assert "holds 2 members, not 3" in problem

    def test_a_full_disk_says_what_to_do(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """And leaves the feed as it was."""

        def fail(*_: object) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        publish(tmp_path, {("id/a", "1", "g")}, NOON)
        with monkeypatch.context() as patch:
            patch.setattr(pages.Pages, "close", fail)
            with pytest.raises(OperatorError, match="make room on the disk and run the command again"):
                ldes.bake(tmp_path, BASE)
        assert {} == content_of(tmp_path)
        assert 1 == len(ldes.bake(tmp_path, BASE))


def test_the_view_leads_to_every_page(tmp_path: Path) -> None:
    """By times that hold for all that is behind; a publication that changed nothing is not named."""
    first = put(tmp_path, dump_of({("id/a", "1", "g")}))
    note_published(tmp_path, first, NOON)
    entries = [*ldes.bake(tmp_path, BASE), ldes.Entry(NOON + HOUR, "bbbbbbbbbbbb", 0, 0)]
    graph = Graph()
    for triple in ldes.describe_feed(BASE, entries):
        graph.add(triple)
    view = URIRef(f"{BASE}ldes")
    assert {URIRef(ldes.address(BASE, entries[0].name))} == {
        graph.value(relation, TREE.node) for relation in graph.objects(view, TREE.relation)
    }
    assert {TREE.GreaterThanOrEqualToRelation, TREE.LessThanOrEqualToRelation} == {
        graph.value(relation, RDF.type) for relation in graph.objects(view, TREE.relation)
    }
    assert [URIRef(f"{BASE}ldes#stream")] == list(graph.subjects(TREE.view, view))
    assert not list(graph.objects(view, LDES.immutable))
