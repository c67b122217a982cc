"""Files of the whole: they say what the snapshot says; equal ones are equal files; what is cut is made anew."""

from __future__ import annotations

import gzip
import hashlib
import io
import shutil
from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as some

from twin_graph import dumps, graphs
from twin_graph.dumps.dataset import ALL
from twin_graph.errors import SnapshotDamaged
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
    assert {True: 2 * (3 + len(published.manifest.graphs)), False: 12 * 4 + 3 + 1} == counted
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
    """A missing or short file is written again, a whole one stays; parts of files are left by nobody."""
    before = dumps.write_dumps(published)
    folder = published.path / dumps.DUMPS
    kept, short, lost = (folder / name for name in ("all.nq.gz", "all.trig.zst", "all.jsonld.gz"))
    time = kept.stat().st_mtime_ns
    short.write_bytes(short.read_bytes()[:-1])
    lost.unlink()
    assert before == dumps.write_dumps(published)
    assert time == kept.stat().st_mtime_ns
    assert {dump.name for dump in before.dumps} | {"index.json"} == {path.name for path in folder.iterdir()}


def test_a_broken_list_says_what_to_run(published: Snapshot) -> None:
    """It is no reason for a page of errors without words."""
    dumps.write_dumps(published)
    (published.path / dumps.DUMPS / "index.json").write_text("{")
    with pytest.raises(SnapshotDamaged, match="run twin-graph dump"):
        dumps.read_index(published)


def test_there_are_none_before_they_are_written(published: Snapshot) -> None:
    """A snapshot without them is whole."""
    assert dumps.read_index(published) is None


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
