"""Popular queries are answered by the build, byte for byte as the query pool would answer them."""

from __future__ import annotations

import hashlib
import io
import json
import logging
import shutil
from pathlib import Path
from typing import Any

import pytest

from query_pools import ask, pools
from twin_graph import graphs, sparql
from twin_graph.build import answers, build
from twin_graph.build.answers import Answering, popular_queries
from twin_graph.formats import RESULT_FORMATS, RESULTS_JSON, RESULTS_XML, TSV, Format, by_name
from twin_graph.queries import Query, load_all, parse_query, runnable
from twin_graph.snapshot import PreparedAnswer, Snapshot, open_snapshot, require_whole, verify
from twin_graph.store import RequestedDataset, Store
from twin_graph.worker import QueryLimits
from workspaces import copy_tiny

BASE = "http://localhost:8000/"
ENDPOINT = f"{BASE}sparql"
WHOLE = RequestedDataset()
# Which statement comes first is left to the engine, and so is the order of rows where nothing is said of it.
ANY_STATEMENT = {"probe_one_statement", "probe_one_statement_where", "probe_one_subject"}
ANY_ORDER = {"probe_class_names", "probe_graph_names", "probe_property_names"}


def index_of(snapshot: Snapshot) -> dict[str, dict[str, Any]]:
    """The index of the prepared answers."""
    content: dict[str, dict[str, Any]] = json.loads((snapshot.path / "answers/index.json").read_bytes())
    return content


def key_of(query: Query, fmt: Format) -> str:
    """What identifies the answer to a query."""
    return sparql.answer_key(runnable(query, BASE), fmt, ENDPOINT, WHOLE)


def prepared(store: Store, *queries: Query) -> list[PreparedAnswer]:
    """Answers of a store."""
    with Answering(store, BASE, queries) as answering:
        return list(answering)


def rows_of(content: bytes, fmt: Format) -> list[str]:
    """The rows of a table in any order, each as the format writes it."""
    lossless = fmt in (RESULTS_JSON, RESULTS_XML)
    return (graphs.rewrite_results(content, fmt, TSV) if lossless else content).decode().splitlines()


def without_answers(snapshot: Snapshot, folder: Path) -> Snapshot:
    """A copy of a snapshot as it was before there were prepared answers."""
    target = folder / snapshot.path.name
    shutil.copytree(snapshot.path, target, ignore=shutil.ignore_patterns("answers"))
    return open_snapshot(folder, target.name)


class TestIndex:
    """What is in the folder."""

    def test_every_popular_query_in_every_format(self, tiny_snapshot: Snapshot, tiny_store: Store) -> None:
        """Examples and probes are answered in each format of results, and nothing else is there."""
        queries = popular_queries(tiny_store, BASE)
        expected = {key_of(query, fmt): fmt.name for query in queries for fmt in RESULT_FORMATS}
        index = index_of(tiny_snapshot)
        assert expected == {key: entry["format"] for key, entry in index.items()}
        assert 4 * len(queries) == len(index) >= 100
        files = {entry["file"] for entry in index.values()}
        assert files | {"index.json"} == {path.name for path in (tiny_snapshot.path / "answers").iterdir()}

    def test_hashes_and_rows(self, tiny_snapshot: Snapshot) -> None:
        """Each entry says what the file is, and how many rows it has."""
        for entry in index_of(tiny_snapshot).values():
            content = (tiny_snapshot.path / "answers" / entry["file"]).read_bytes()
            assert hashlib.sha256(content).hexdigest() == entry["sha256"]
            fmt = by_name(entry["format"])
            assert fmt is not None
            assert entry["file"].endswith(f".{fmt.extension}")
            if fmt is RESULTS_JSON:
                document = json.loads(content)
                rows = 1 if "boolean" in document else len(document["results"]["bindings"])
                assert rows == entry["rows"]

    def test_probes(self) -> None:
        """What monitors ask is among the files, as they write it."""
        texts = {sparql.canonical(runnable(query, BASE)) for query in load_all("probe_")}
        asked = ["ASK {}", "ASK { ?s ?p ?o }", "ASK WHERE{?s ?p ?o}", "SELECT ?s WHERE{?s ?p ?o} LIMIT 1",
                 "SELECT * { ?s ?p ?o } LIMIT 1", "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"]  # fmt: skip
        assert set(map(sparql.canonical, asked)) <= texts
        assert 17 == len(texts)


class TestTruth:
    """They are what the pool says."""

    @staticmethod
    def compare(snapshot: Snapshot, folder: Path, store: str) -> int:
        """Compare every prepared answer with that of a pool that has none; gives how many were compared."""
        index = index_of(snapshot)
        queries = popular_queries(snapshot.open_store(), BASE)
        assert {query.name for query in queries} > ANY_STATEMENT | ANY_ORDER
        compared = 0
        with pools(without_answers(snapshot, folder)) as start:
            _, pool = start(QueryLimits(workers=1), store)
            for query in (query for query in queries if query.name not in ANY_STATEMENT):
                for fmt in RESULT_FORMATS:
                    entry = index[key_of(query, fmt)]
                    result = ask(pool, runnable(query, BASE), fmt, key=key_of(query, fmt))
                    expected = (snapshot.path / "answers" / entry["file"]).read_bytes()
                    assert not result.kept
                    if query.name in ANY_ORDER:
                        assert sorted(rows_of(expected, fmt)) == sorted(rows_of(result.body, fmt)), query.name
                    else:
                        assert expected == result.body, query.name
                    assert result.rows in (entry["rows"], None)
                    compared += 1
        return compared

    @pytest.mark.parametrize("store", ["memory", "disk"])
    def test_bytes_are_those_of_the_pool(self, tiny_snapshot: Snapshot, tmp_path: Path, store: str) -> None:
        """A pool without the prepared answers writes the same bytes, wherever it has its store."""
        assert self.compare(tiny_snapshot, tmp_path, store) >= 4 * 20

    @pytest.mark.real
    def test_bytes_of_the_shipped_data(self, real_snapshot: Snapshot, tmp_path: Path) -> None:
        """The same with the data that the program is shipped with, where all examples are asked."""
        assert 4 * (len(sparql.example_queries()) + 14) == self.compare(real_snapshot, tmp_path, "disk")

    def test_pool_uses_them(self, tiny_snapshot: Snapshot, tiny_store: Store) -> None:
        """A pool that has them needs no worker."""
        with pools(tiny_snapshot) as start:
            _, pool = start()
            for query in popular_queries(tiny_store, BASE):
                for fmt in RESULT_FORMATS:
                    request = sparql.make_request(runnable(query, BASE), endpoint=ENDPOINT, offers=(fmt,))
                    result = pool.run(request)
                    assert (True, 0.0, fmt) == (result.kept, result.seconds, result.fmt), query.name

    def test_hidden_graphs_are_not_counted(self) -> None:
        """A graph outside the default graph is asked by its name only, as in the pool."""
        store = Store.in_memory()
        for name in ("shared", "wikidata-raw"):
            store.load_nquads(f'<{BASE}{name}> <http://x/p> "1" <{BASE}graph/{name}> .'.encode())
        count = parse_query("count", "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
        names = parse_query("names", "SELECT ?g { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g")
        found = {(answer.fmt.name, answer.content) for answer in prepared(store, count, names)}
        assert ("csv", b"n\r\n1\r\n") in found
        assert ("csv", f"g\r\n{BASE}graph/shared\r\n{BASE}graph/wikidata-raw\r\n".encode()) in found


class TestLeftOut:
    """What is not worth it is said and not written."""

    def test_large_answer(
        self, tiny_store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        """An answer beyond the limit is left out with a warning that names the query."""
        monkeypatch.setattr(answers, "LARGEST", 1_000)
        small, large = parse_query("small", "ASK {}"), parse_query("large", "SELECT * { ?s ?p ?o }")
        with caplog.at_level(logging.WARNING):
            found = prepared(tiny_store, large, small)
        assert {key_of(small, fmt) for fmt in RESULT_FORMATS} == {answer.key for answer in found}
        (message,) = caplog.messages
        assert message.startswith("the answer to large is not held ready: it has ")

    def test_slow_answer(
        self, tiny_store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        """An answer that took long is left out too."""
        monkeypatch.setattr(answers, "LONGEST_SECONDS", 0.0)
        assert [] == prepared(tiny_store, parse_query("slow", "ASK {}"))
        assert ["the answer to slow is not held ready: it took 0.0 s of processor time"] == caplog.messages

    @pytest.mark.parametrize("text", ["SELECT", "CONSTRUCT WHERE { ?s ?p ?o }"])
    def test_query_that_has_no_rows(
        self, tiny_store: Store, text: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        """A query that fails, or whose result is a graph, does not stop the build."""
        assert [] == prepared(tiny_store, parse_query("odd", text))
        assert 1 == len(caplog.messages)


class TestDamage:
    """The answers follow from the dump, so they are compared with their own index."""

    @pytest.fixture
    def copy(self, tiny_snapshot: Snapshot, tmp_path: Path) -> Snapshot:
        """A copy of the tiny snapshot to be damaged."""
        target = tmp_path / tiny_snapshot.path.name
        shutil.copytree(tiny_snapshot.path, target)
        return open_snapshot(tmp_path, target.name)

    def test_changed_answer(self, copy: Snapshot) -> None:
        """One changed byte is found, and does not keep the snapshot from being served."""
        path = next((copy.path / "answers").glob("*.srj"))
        path.write_bytes(path.read_bytes() + b" ")
        assert [f"answers/{path.name}: differs from its index"] == verify(copy)
        require_whole(copy)

    def test_missing_answer(self, copy: Snapshot) -> None:
        """A lost file is found."""
        path = next((copy.path / "answers").glob("*.tsv"))
        path.unlink()
        assert [f"answers/{path.name}: differs from its index"] == verify(copy)

    def test_foreign_file(self, copy: Snapshot) -> None:
        """A file that nobody has written is found."""
        (copy.path / "answers/more.srj").write_text("{}")
        assert ["answers/more.srj: is not in its index"] == verify(copy)

    @pytest.mark.parametrize("text", ["", "[]", "{", '{"a": 1}', '{"a": {}}'])
    def test_broken_index(self, copy: Snapshot, text: str) -> None:
        """An index that cannot be understood is a damage, not a traceback."""
        (copy.path / "answers/index.json").write_text(text)
        assert ["answers/index.json: cannot be read"] == verify(copy)

    def test_snapshot_of_an_older_version(self, tiny_snapshot: Snapshot, tmp_path: Path) -> None:
        """A snapshot without answers is whole, and is served."""
        old = without_answers(tiny_snapshot, tmp_path)
        assert [] == verify(old)
        require_whole(old)
        with pools(old) as start:
            assert not ask(start()[1], "ASK {}", key="x").kept

    @pytest.mark.parametrize("damage", ["deleted", "changed"])
    def test_next_build_mends_them(self, tmp_path: Path, damage: str) -> None:
        """A build of the same data writes the answers anew and leaves the rest of the snapshot alone."""
        workspace = copy_tiny(tmp_path)
        first = build(workspace)[0]
        folder, dump = first.path / "answers", first.dump_path.stat().st_ino
        if damage == "deleted":
            shutil.rmtree(folder)
        else:
            next(folder.glob("*.csv")).write_bytes(b"")
        assert first.path == build(workspace)[0].path
        assert [] == verify(first)
        assert (dump, True) == (first.dump_path.stat().st_ino, folder.is_dir())


@pytest.mark.parametrize("fmt", RESULT_FORMATS, ids=lambda fmt: fmt.name)
def test_rewritten_results_are_those_of_the_engine(fmt: Format) -> None:
    """Every sort of term is written from JSON as the engine writes it from its own rows."""
    text = """SELECT ?iri ?plain ?language ?number ?decimal ?float ?text ?none ?typed {
      BIND(<http://x/ä> AS ?iri) BIND("a,b" AS ?plain) BIND("ż"@pl AS ?language) BIND(1 AS ?number)
      BIND(1.50 AS ?decimal) BIND(1e0 AS ?float) BIND("a\\n\\t\\"'\\\\<&" AS ?text)
      BIND("x"^^<http://x/t> AS ?typed) }"""
    store, output = Store.in_memory(), io.BytesIO()
    store.answer(text, output, base_iri=ENDPOINT, offers=(fmt,), max_rows=10)
    (found,) = [each for each in prepared(store, parse_query("terms", text)) if each.fmt is fmt]
    assert output.getvalue() == found.content
    assert 1 == found.rows
