"""Kept answers: whole, bounded, and without a worker; first by themselves, then in a pool."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from query_pools import (
    ASK,
    ENDLESS,
    LIMITS,
    Start,
    ask,
    children,
    descriptors,
    pools,
    resident,
    spooled,
    wait_for,
)
from twin_graph import formats
from twin_graph.errors import MalformedQuery, OverBudget, QueryTimeout, ResultTooLarge
from twin_graph.snapshot import Snapshot, open_snapshot
from twin_graph.worker.answers import KeptAnswers
from twin_graph.worker.messages import QueryLimits

ROWS = "SELECT ?a ?b { ?a ?p ?o . ?b ?q ?r } LIMIT 50000"
LARGE = replace(LIMITS, seconds=20.0, rows=100_000, megabytes=64)


@pytest.fixture
def answers() -> Iterator[KeptAnswers]:
    """Room for answers of 100,000 bytes, and 800,000 together."""
    kept = KeptAnswers(800_000)
    yield kept
    kept.close()


@pytest.fixture(scope="module")
def start(tiny_snapshot: Snapshot) -> Iterator[Start]:
    """Starts pools on the tiny snapshot, and ends them after the module."""
    with pools(tiny_snapshot) as start_one:
        yield start_one


def keep(answers: KeptAnswers, key: str, content: bytes) -> bytes | None:
    """Keep an answer; gives what is found afterwards."""
    source = os.memfd_create("source")
    os.write(source, content)
    answers.keep(key, source, len(content), "json", 1)
    os.ftruncate(source, 0)
    os.close(source)
    return find(answers, key)


def find(answers: KeptAnswers, key: str) -> bytes | None:
    """The content of a kept answer."""
    answer = answers.find(key)
    return None if answer is None else os.pread(answer.descriptor, 1_000_000, 0)


class TestKeptAnswers:
    """Within its room, what was asked for last is there."""

    @pytest.mark.parametrize("content", [b"", b"x", b"x" * 50_000])
    def test_kept_as_it_was(self, answers: KeptAnswers, content: bytes) -> None:
        """An answer is a copy, which stays when the spool that it came from is used again."""
        assert content == keep(answers, "key", content)
        answer = answers.find("key")
        assert answer is not None
        assert (len(content), "json", 1) == (answer.size, answer.fmt, answer.rows)
        assert answers.find("other") is None

    def test_nobody_changes_it(self, answers: KeptAnswers) -> None:
        """Who is given the file of an answer can read it only."""
        keep(answers, "key", b"whole")
        answer = answers.find("key")
        assert answer is not None
        with pytest.raises(PermissionError):
            os.write(answer.descriptor, b"other")
        with pytest.raises(PermissionError):
            os.ftruncate(answer.descriptor, 0)
        assert b"whole" == find(answers, "key")

    def test_room(self, answers: KeptAnswers) -> None:
        """Where there is no room, the answers that were asked for longest ago go, with their memory."""
        before = descriptors(os.getpid())
        for number in range(100):
            keep(answers, str(number), b"x" * 50_000)
            assert b"x" * 50_000 == find(answers, "0")
        assert len(answers) == descriptors(os.getpid()) - before
        assert 10 < len(answers) < 16
        assert {"0", *(str(number) for number in range(101 - len(answers), 100))} == {
            str(number) for number in range(100) if find(answers, str(number)) is not None
        }
        assert answers.cost <= 800_000
        answers.close()
        assert (0, 0, before) == (len(answers), answers.cost, descriptors(os.getpid()))

    def test_one_answer(self, answers: KeptAnswers) -> None:
        """One answer may take an eighth of the room."""
        assert keep(answers, "fits", b"x" * 90_000) is not None
        assert keep(answers, "does not", b"x" * 100_001) is None
        assert keep(KeptAnswers(0), "none", b"") is None

    def test_many_small_ones(self) -> None:
        """The smallest answers are bounded in number too, for each takes a descriptor."""
        answers = KeptAnswers(1_000_000_000)
        most = min(2_000, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2)
        for number in range(most + 10):
            keep(answers, str(number), b"")
        assert most == len(answers)
        answers.close()

    def test_spool_that_is_too_short(self, answers: KeptAnswers) -> None:
        """What is not whole is not kept, and leaves nothing behind."""
        before = descriptors(os.getpid())
        with open(os.devnull, "rb") as nothing:  # noqa: PTH123 - a descriptor is wanted
            answers.keep("key", nothing.fileno(), 10, "json", None)
        assert (0, before) == (len(answers), descriptors(os.getpid()))


class TestPreparedAnswers:
    """A snapshot brings answers along; what is damaged is left out, and said."""

    def entry(self, folder: Path, name: str, content: bytes) -> dict[str, object]:
        """An answer on disk, and its entry in the index."""
        (folder / name).write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        return {"file": name, "format": "json", "rows": 3, "sha256": digest}

    def test_loaded(self, answers: KeptAnswers, tmp_path: Path) -> None:
        """An answer is found by the key that the index gives it."""
        index = {"a": self.entry(tmp_path, "a.srj", b"one"), "b": self.entry(tmp_path, "b.srj", b"two")}
        (tmp_path / "index.json").write_text(json.dumps(index))
        assert [] == answers.load(tmp_path, QueryLimits())
        assert (b"one", b"two") == (find(answers, "a"), find(answers, "b"))

    def test_beyond_the_limits(self, answers: KeptAnswers, tmp_path: Path) -> None:
        """An answer that a query would not get now is not held ready either."""
        (tmp_path / "index.json").write_text(json.dumps({"a": self.entry(tmp_path, "a.srj", b"12345")}))
        for limits in (QueryLimits(rows=2), QueryLimits(megabytes=4e-6)):
            assert [] == answers.load(tmp_path, limits)
            assert 0 == len(answers)
        assert [] == answers.load(tmp_path, QueryLimits(rows=3, megabytes=5e-6))
        assert 1 == len(answers)

    def test_damaged(self, answers: KeptAnswers, tmp_path: Path) -> None:
        """Each damaged answer is left out with a sentence of its own; the others are there."""
        good = self.entry(tmp_path, "good.srj", b"good")
        index = {
            "good": good,
            "hash": good | {"sha256": "0" * 64},
            "file": good | {"file": "none.srj"},
            "outside": good | {"file": "../good.srj"} | {"sha256": ""},
            "format": good | {"format": "none"},
            "rows": good | {"rows": "3"},
            "key": {"file": "good.srj"},
            "list": ["good.srj"],
        }
        (tmp_path / "index.json").write_text(json.dumps(index))
        wrong = answers.load(tmp_path, QueryLimits())
        assert sorted(set(index) - {"good"}) == sorted(text.split()[3] for text in wrong)
        assert (1, b"good") == (len(answers), find(answers, "good"))

    @pytest.mark.parametrize("index", [b"", b"[]", b"{", b'"x"', b"\xff"])
    def test_damaged_index(self, answers: KeptAnswers, tmp_path: Path, index: bytes) -> None:
        """Without a readable index there are no answers, and one sentence says so."""
        (tmp_path / "index.json").write_bytes(index)
        assert 1 == len(answers.load(tmp_path, QueryLimits()))
        assert 0 == len(answers)

    def test_no_index(self, answers: KeptAnswers, tmp_path: Path) -> None:
        """A snapshot without prepared answers is nothing to complain of."""
        assert [] == answers.load(tmp_path, QueryLimits())
        assert 0 == len(answers)

    def test_they_stay(self, answers: KeptAnswers, tmp_path: Path) -> None:
        """However much else is kept, a prepared answer is found, and all together stay within the room."""
        index = {name: self.entry(tmp_path, name, name.encode() * 20_000) for name in "ab"}
        (tmp_path / "index.json").write_text(json.dumps(index))
        assert [] == answers.load(tmp_path, QueryLimits())
        for number in range(30):
            assert keep(answers, str(number), b"x" * 90_000) is not None
            assert answers.cost <= 800_000
        assert [name.encode() * 20_000 for name in "ab"] == [find(answers, name) for name in "ab"]
        assert b"a" * 20_000 == keep(answers, "a", b"other")
        before = descriptors(os.getpid())
        number = len(answers)
        answers.close()
        assert (0, 0, before - number) == (len(answers), answers.cost, descriptors(os.getpid()))

    def test_their_room(self, answers: KeptAnswers, tmp_path: Path) -> None:
        """Prepared answers have a quarter of the room; those beyond it are left out, which is no complaint."""
        index = {str(number): self.entry(tmp_path, str(number), b"x" * 40_000) for number in range(10)}
        (tmp_path / "index.json").write_text(json.dumps(index))
        assert [] == answers.load(tmp_path, QueryLimits())
        assert 4 == len(answers)
        nothing = KeptAnswers(0)
        assert [] == nothing.load(tmp_path, QueryLimits())
        assert 0 == len(nothing)

    def test_pool_has_them(self, tiny_snapshot: Snapshot, tmp_path: Path) -> None:
        """A pool answers with them from the first moment; one without them answers all the same."""
        path = tmp_path / tiny_snapshot.path.name
        shutil.copytree(tiny_snapshot.path, path)
        shutil.rmtree(path / "answers", ignore_errors=True)
        snapshot = open_snapshot(tmp_path, path.name)
        with pools(snapshot) as start:
            assert not ask(start()[1], ASK, key="a").kept
        (path / "answers").mkdir()
        entry = self.entry(path / "answers", "a.srj", b"prepared")
        (path / "answers" / "index.json").write_text(json.dumps({"a": entry}))
        with pools(snapshot) as start:
            result = ask(start()[1], ASK, key="a")
        assert (b"prepared", formats.RESULTS_JSON, 3, 0.0, True) == (
            result.body, result.fmt, result.rows, result.seconds, result.kept,
        )  # fmt: skip


class TestPool:
    """In a pool an answer is kept once it was complete."""

    def test_second_time(self, start: Start) -> None:
        """The same key has the same answer at once, whoever asks; without a key nothing is kept."""
        pool = start()[1]
        first, second = (ask(pool, ASK, key="k", client=client) for client in ("192.0.2.1", "192.0.2.2"))
        assert (False, True) == (first.kept, second.kept)
        assert (first.body, first.fmt, first.rows, 0.0) == (
            second.body, second.fmt, second.rows, second.seconds,
        )  # fmt: skip
        assert [False, False] == [ask(pool, ASK).kept for _ in "ab"]

    def test_large_answer(self, start: Start) -> None:
        """Megabytes come from the kept answer as they came from the worker."""
        pool = start(LARGE)[1]
        first, second = (ask(pool, ROWS, formats.TSV, key="k") for _ in "ab")
        assert (False, True) == (first.kept, second.kept)
        assert first.size > 2_000_000
        assert first.body == second.body

    def test_mistakes_are_not_kept(self, start: Start) -> None:
        """A query that failed is run again."""
        pool = start()[1]
        for _ in "ab":
            with pytest.raises(MalformedQuery):
                ask(pool, "SELECT", key="k")
        with pytest.raises(QueryTimeout):
            ask(pool, ENDLESS, key="k", seconds=0.1)
        assert not ask(pool, ASK, key="k").kept

    def test_no_worker_and_no_budget(self, start: Start) -> None:
        """A kept answer is given while no worker is free, and to who has used up its budget."""
        pool = start(replace(LIMITS, workers=1, client_seconds=0.1, seconds=2.0))[1]
        ask(pool, ASK, key="k")

        def run_away() -> None:
            with pytest.raises(QueryTimeout):
                ask(pool, ENDLESS, client="192.0.2.1")

        endless = threading.Thread(target=run_away)
        endless.start()
        endless.join(0.3)
        assert endless.is_alive()
        assert ask(pool, ASK, key="k", client="192.0.2.1").kept
        endless.join()
        assert ask(pool, ASK, key="k", client="192.0.2.1").kept
        with pytest.raises(OverBudget):
            ask(pool, ASK, client="192.0.2.1")

    def test_who_waits_for_the_same(self, start: Start) -> None:
        """A query that waits is answered as soon as its answer was computed for another one."""
        pool = start(replace(LIMITS, workers=1, queue=8, seconds=20.0))[1]
        text = "SELECT (COUNT(*) AS ?n) { { SELECT * { ?a ?b ?c } LIMIT 500 } ?d ?e ?f }"
        kept: list[bool] = []
        threads = [
            threading.Thread(target=lambda: kept.append(ask(pool, text, key="k").kept)) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [False, True, True, True] == sorted(kept)

    def test_no_room(self, start: Start) -> None:
        """A pool without room keeps nothing and answers."""
        pool = start(replace(LIMITS, cache_megabytes=0.0))[1]
        assert [False, False] == [ask(pool, ASK, key="k").kept for _ in "ab"]


class TestContent:
    """A result is a copy of the caller's own, and the pool keeps nothing of it."""

    def test_idle_pool_keeps_no_result(self, start: Start) -> None:
        """After large results, and after those that were too large, spools and pool are as small as before."""
        running, pool = start(replace(LARGE, megabytes=8))
        ask(pool, ASK)
        before = resident(running.process.pid)
        for _ in range(5):
            assert ask(pool, ROWS, formats.TSV).size > 2_000_000
        with pytest.raises(ResultTooLarge, match="larger than 8 MB"):
            ask(pool, "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 100000", formats.TSV)
        assert wait_for(lambda: spooled(running.process.pid) == 0)
        assert resident(running.process.pid) - before < 2_000_000

    def test_read_twice(self, start: Start) -> None:
        """The content is at its beginning, in memory or in a file, and `body` may be asked for again."""
        pool = start(LARGE)[1]
        for text, size in ((ASK, 26), (ROWS, 2_000_000)):
            result = ask(pool, text, formats.RESULTS_JSON)
            whole = result.content.read()
            assert len(whole) == result.size >= size
            assert whole == result.body == result.body

    def test_files_are_closed(self, start: Start) -> None:
        """A large result that nobody has any more leaves no file open."""
        pool = start(LARGE)[1]
        ask(pool, ASK)
        before = descriptors(os.getpid())
        for _ in range(3):
            ask(pool, ROWS, formats.TSV).content.read(10)
        assert before == descriptors(os.getpid())

    def test_worker_is_free_when_the_result_is_there(self, start: Start) -> None:
        """A result that is not read does not hold a worker."""
        running, pool = start(replace(LARGE, workers=1))
        workers = set(children(running.process.pid))
        unread = [ask(pool, ROWS, formats.TSV) for _ in range(3)]
        assert 1 == ask(pool, ASK).rows
        assert 1 == len({result.size for result in unread})
        assert workers & set(children(running.process.pid))
