"""Files of the whole: they say what the snapshot says; equal ones are equal files; what is cut is made anew."""

from __future__ import annotations

import errno
import gzip
import hashlib
import io
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pyoxigraph as ox
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as some

from twin_graph import dumps, graphs
from twin_graph.dumps import files
from twin_graph.dumps.dataset import ALL
from twin_graph.errors import OperatorError, SnapshotDamaged
from twin_graph.formats import JSON_LD, N_QUADS, TRIG, TURTLE
from twin_graph.snapshot import Snapshot, open_snapshot

ENGINE = {fmt.name: graphs.engine_format(fmt) for fmt in (N_QUADS, TRIG, JSON_LD, TURTLE)}
TEXTS = some.text(some.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)


@pytest.fixture
def published(tiny_snapshot: Snapshot, tmp_path: Path) -> Snapshot:
    """A copy of the tiny snapshot, into which files may be written."""
    shutil.copytree(tiny_snapshot.path, tmp_path / tiny_snapshot.path.name)
    return open_snapshot(tmp_path, tiny_snapshot.path.name)


def unpacked(path: Path) -> bytes:
    """The content of a file."""
    if path.suffix == ".gz":
        return gzip.decompress(path.read_bytes())
    if path.suffix != ".zst":
        return path.read_bytes()
    return zstandard.ZstdDecompressor().stream_reader(io.BytesIO(path.read_bytes())).read()


def test_files_say_what_the_snapshot_says(published: Snapshot) -> None:
    """Each statement in its graph, in every format and compression; sizes and hashes are those of the files."""
    index = dumps.write_dumps(published)
    expected = {str(quad) for quad in ox.parse(published.dump_path.read_bytes(), ox.RdfFormat.N_QUADS)}
    base = published.manifest.base_iri
    counted = Counter(dump.format in ENGINE for dump in index.dumps)
    for dump in index.dumps:
        path = published.path / dumps.DUMPS / dump.name
        content = unpacked(path)
        assert (dump.bytes, dump.content_bytes) == (path.stat().st_size, len(content))
        assert dump.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        fmt = dump.kind
        if fmt.name not in ENGINE:
            continue
        said = {str(quad if dump.content == ALL else ox.Quad(quad.subject, quad.predicate, quad.object,
                    ox.NamedNode(f"{base}graph/{dump.content}")))
                for quad in ox.parse(content, ENGINE[fmt.name])}  # fmt: skip
        graph = f"<{base}graph/{dump.content}>"
        assert said == (
            expected if dump.content == ALL else {each for each in expected if each.endswith(graph)}
        )
    # The tables: CSV in three compressions and Parquet, one with places, and what they mean.
    assert {True: 2 * (3 + len(published.manifest.graphs)), False: 17 * 4 + 3 + 1} == counted
    assert hashlib.sha256(published.dump_path.read_bytes()).hexdigest() == index.dataset_hash
    assert dumps.read_index(published) == index


def test_equal_snapshots_give_equal_files(
    published: Snapshot, tiny_snapshot: Snapshot, tmp_path: Path
) -> None:
    """Nothing of the clock, of the folder or of the process is in them."""
    other = tmp_path / "elsewhere" / tiny_snapshot.path.name
    shutil.copytree(tiny_snapshot.path, other)
    first, second = dumps.write_dumps(published), dumps.write_dumps(open_snapshot(other.parent, other.name))
    assert first == second


def test_what_is_cut_is_made_anew(published: Snapshot) -> None:
    """A missing, short or altered file is written again, a whole one stays; nobody leaves parts of files."""
    before = dumps.write_dumps(published)
    folder = published.path / dumps.DUMPS
    kept, short, lost, spoilt = (
        folder / name for name in ("all.nq.gz", "all.trig.zst", "all.jsonld.gz", "cities.parquet")
    )
    time = kept.stat().st_mtime_ns
    short.write_bytes(short.read_bytes()[:-1])
    lost.unlink()
    content = bytearray(spoilt.read_bytes())
    content[len(content) // 2] ^= 1
    spoilt.write_bytes(content)
    found = [problem.partition(":")[0] for problem in dumps.verify(published)]
    assert {f"dumps/{path.name}" for path in (short, lost, spoilt)} == set(found)
    assert 3 == len(found)
    assert before == dumps.write_dumps(published)
    assert time == kept.stat().st_mtime_ns
    assert {dump.name for dump in before.dumps} | {"index.json", ".lock"} == {
        path.name for path in folder.iterdir()
    }


def test_a_broken_list_says_what_to_run(published: Snapshot) -> None:
    """It is no reason for a page of errors without words; and that helps."""
    before = dumps.write_dumps(published)
    (published.path / dumps.DUMPS / "index.json").write_text("{")
    with pytest.raises(SnapshotDamaged, match="run twin-graph snapshot dump"):
        dumps.read_index(published)
    assert ["index.json" in problem for problem in dumps.verify(published)] == [True]
    assert before == dumps.write_dumps(published)


def test_whoever_writes_at_the_same_time_waits(published: Snapshot) -> None:
    """The second begins when the first has ended, and finds all that it would write."""
    begun, go_on, steps, found = Event(), Event(), list[str](), list[dumps.Index]()

    @contextmanager
    def slow(_: str) -> Iterator[None]:
        begun.set()
        assert go_on.wait(60)
        yield

    @contextmanager
    def noted(name: str) -> Iterator[None]:
        steps.append(name)
        yield

    threads = [
        Thread(target=lambda step=step: found.append(dumps.write_dumps(published, step)))
        for step in (slow, noted)
    ]
    threads[0].start()
    assert begun.wait(60)
    threads[1].start()
    threads[1].join(0.3)
    assert [] == steps
    go_on.set()
    for thread in threads:
        thread.join()
    assert steps
    assert [dumps.read_index(published)] * 2 == found


@pytest.mark.parametrize(
    ("number", "advice"),
    [(errno.ENOSPC, "make room on the disk"), (errno.EACCES, "let the user who runs this write"),
     (errno.EIO, "put that right")],
)  # fmt: skip
def test_a_full_disk_says_what_to_do(
    published: Snapshot, monkeypatch: pytest.MonkeyPatch, number: int, advice: str
) -> None:
    """And leaves no part of a file; the command run again writes all."""

    def fail(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(files.Tee, "write", fail)
        with pytest.raises(OperatorError, match=f"{os.strerror(number)}; {advice}.*run the command again"):
            dumps.write_dumps(published)
    assert [".lock"] == [path.name for path in (published.path / dumps.DUMPS).iterdir()]
    dumps.write_dumps(published)
    assert [] == dumps.verify(published)


def test_there_are_none_before_they_are_written(published: Snapshot) -> None:
    """A snapshot without them is whole."""
    assert dumps.read_index(published) is None
    assert [] == dumps.verify(published)


@given(some.lists(some.tuples(some.sampled_from("ab"), TEXTS, some.sampled_from("gh")), max_size=12))
def test_streams_say_what_documents_say(statements: list[tuple[str, str, str]]) -> None:
    """Whatever literals hold, and however many pieces the header comes in."""
    quads = [ox.Quad(ox.NamedNode(f"urn:{s}"), ox.NamedNode("urn:p"), ox.Literal(text), ox.NamedNode(f"urn:{g}"))
             for s, text, g in statements]  # fmt: skip
    lines = graphs.sorted_nquads(quads).splitlines(keepends=True)
    for fmt in (TRIG, TURTLE, JSON_LD):
        output = io.BytesIO()
        graphs.convert_nquads(sorted(lines, key=lambda line: line.split(b" ")[-2]), output, fmt)
        found = {str(each) for each in ox.parse(output.getvalue(), ENGINE[fmt.name])}
        expected = {str(quad.triple) if fmt is TURTLE else str(quad) for quad in quads}
        assert (
            expected == {each.removesuffix(" DEFAULT") for each in found}
            if fmt is TURTLE
            else expected == found
        )
        again = io.BytesIO()
        graphs.convert_nquads(sorted(lines, key=lambda line: line.split(b" ")[-2]), again, fmt)
        assert output.getvalue() == again.getvalue()
