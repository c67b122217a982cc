"""An archive survives kills and full disks, is verified, compared by its claims, pruned, and replayed offline."""

from __future__ import annotations

import errno
import gzip
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from fakes.clocks import FakeClock
from fakes.small_world import DELETED, MERGED, PREFIXES, TOWNS, small_world
from fakes.wdqs import StandIn
from twin_graph.errors import ArchiveDamaged, ArchiveMissing, NotInArchive, OperatorError
from twin_graph.wikidata import archive as archives
from twin_graph.wikidata import stored
from twin_graph.wikidata.archive import Line, read_answers, read_head, read_lines, rows_of
from twin_graph.wikidata.checking import Change, compare, list_archives, prune, verify
from twin_graph.wikidata.contact import scrub
from twin_graph.wikidata.endpoints import find_endpoint
from twin_graph.wikidata.portions import ABOUT_ITEMS
from twin_graph.wikidata.replaying import canonical, replay, without_network
from twin_graph.wikidata.statements import observe
from twin_graph.wikidata.stored import stored_answers
from twin_graph.wikidata.waiting import Pause, read_pause, write_pause
from wikidata_mishaps import PLACES, SIZES
from wikidata_runs import facts, new_clock, run

STATEMENTS = ["wikidata_statements"]
DISK, KILLED = 74, -9


@pytest.fixture(scope="module")
def running() -> Iterator[StandIn]:
    """The stand-in, with the small world."""
    with StandIn(small_world(), FakeClock()).running() as service:
        yield service


@pytest.fixture
def service(running: StandIn) -> StandIn:
    """The stand-in as new."""
    new_clock(running)
    return running


@pytest.fixture
def archive(service: StandIn, tmp_path: Path) -> Path:
    """A complete archive of the small world."""
    assert "complete" == run(service, tmp_path / "whole", (*TOWNS, MERGED, DELETED), ABOUT_ITEMS).state
    return tmp_path / "whole"


class TestMishaps:
    """Whatever happens while it is recorded, the same call goes on with it."""

    @pytest.mark.parametrize("what", ["kill", "full"])
    def test_at_every_place(self, service: StandIn, tmp_path: Path, what: str) -> None:
        """A kill and a full disk at any moment leave nothing that is wrong, and the rest is asked later."""
        run(service, tmp_path / "fault-free", TOWNS, STATEMENTS)
        script = Path(__file__).parents[1] / "wikidata_mishaps.py"
        command = [sys.executable, str(script), service.address, str(tmp_path), what]
        result = subprocess.run(command, capture_output=True, text=True, check=True)
        codes = json.loads(result.stdout)
        assert (PLACES if what == "kill" else len(SIZES)) == len(codes)
        expected = {KILLED} if what == "kill" else {DISK, 0}  # what fits on the disk is well
        assert expected == set(codes.values())
        assert 9 <= sum(code != 0 for code in codes.values())
        for place in codes:
            self.check_rest(tmp_path / place)
            assert "complete" == run(service, tmp_path / place, TOWNS, STATEMENTS).state
            assert facts(tmp_path / "fault-free") == facts(tmp_path / place)
            assert [] == verify(tmp_path / place)
            assert [] == [path.name for path in (tmp_path / place).rglob("*.part")]

    @staticmethod
    def check_rest(folder: Path) -> None:
        """What was left can be read, and every answer in it is whole."""
        if (folder / "archive.json").is_file():
            assert all(len(answer.rows) > 0 for answer in read_answers(folder))

    def test_a_line_cut_anywhere(self, service: StandIn, tmp_path: Path) -> None:
        """The beginning of a line is no line."""
        run(service, tmp_path / "whole", TOWNS, STATEMENTS)
        content = (tmp_path / "whole" / "manifest.jsonl").read_bytes()
        last = content[:-1].rfind(b"\n") + 1
        for place in range(last, len(content), 37):
            folder = tmp_path / f"cut-{place}"
            shutil.copytree(tmp_path / "whole", folder)
            (folder / "manifest.jsonl").write_bytes(content[:place])
            head = json.loads((folder / "archive.json").read_text())
            (folder / "archive.json").write_text(json.dumps(head | {"state": "open"}))
            assert "complete" == run(service, folder, TOWNS, STATEMENTS).state
            assert [] == verify(folder)
            assert facts(tmp_path / "whole") == facts(folder)

    def test_disk_full_and_then_not(
        self, service: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A disk that is full for a moment ends the run with its code; what was recorded stays."""
        to_disk, left = os.fsync, iter(range(6))

        def fsync(file: int) -> None:
            if next(left, None) is None:
                raise OSError(errno.ENOSPC, "No space left on device")
            to_disk(file)

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", fsync)
            ended = run(service, tmp_path / "a", TOWNS, STATEMENTS)
        assert ("disk", DISK) == (ended.state, ended.exit_code)
        assert "No space left" in ended.message
        assert 1 == len(read_lines(tmp_path / "a"))
        service.asked.clear()
        assert ("complete", 2) == (run(service, tmp_path / "a", TOWNS, STATEMENTS).state, len(service.asked))


class TestOneWriter:
    """An archive has one writer."""

    def test_an_interrupted_one_goes_on(
        self, service: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Ctrl+C, and a disk that is full at once, leave an archive that the same process can go on with."""
        for name, problem in (("a", KeyboardInterrupt()), ("b", OSError(errno.ENOSPC, "full"))):
            with monkeypatch.context() as patch:
                left = iter(range(5 if name == "a" else 0))

                def fsync(_: int, left: Iterator[int] = left, problem: BaseException = problem) -> None:
                    if next(left, None) is None:
                        raise problem

                patch.setattr(os, "fsync", fsync)
                with pytest.raises(KeyboardInterrupt) if name == "a" else nullcontext():
                    assert "disk" == run(service, tmp_path / name, TOWNS, STATEMENTS).state
            assert "complete" == run(service, tmp_path / name, TOWNS, STATEMENTS).state

    def test_second_writer(self, service: StandIn, archive: Path) -> None:
        """While one run records an archive, another is refused; what is there can be read."""
        first = archives.Recorder(archive, read_head(archive).content)
        with pytest.raises(OperatorError, match="by another process"):
            run(service, archive, ["Q72"], STATEMENTS)
        assert list(read_answers(archive))
        first.finish(state="complete")
        assert [] == verify(archive)


class TestVerify:
    """Damage is found."""

    def test_a_whole_one(self, archive: Path) -> None:
        """Nothing is wrong with what was recorded."""
        assert [] == verify(archive)

    def test_every_damage(self, archive: Path, tmp_path: Path) -> None:
        """Each file that is changed, taken away or added is named."""
        body = sorted((archive / "bodies").iterdir())[0].name
        other = gzip.compress(b"{}", mtime=0)
        manifest = (archive / "manifest.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
        damages: dict[str, tuple[str, bytes | None]] = {
            "body": (f"bodies/{body}", other),
            "no body": (f"bodies/{body}", None),
            "no gzip": (f"bodies/{body}", b"body"),
            "half a body": (f"bodies/{body}", (archive / "bodies" / body).read_bytes()[:-9]),
            "another body": (f"bodies/{'0' * 64}.json.gz", other),
            "no line": ("manifest.jsonl", "".join(manifest[1:]).encode()),
            "a line that is none": ("manifest.jsonl", b"{}\n"),
            "rows": ("manifest.jsonl", "".join(manifest).replace('"rows":14', '"rows":15').encode()),
            "a path": (
                "manifest.jsonl",
                "".join(manifest).replace('"body_sha256":"', '"body_sha256":"../').encode(),
            ),
            "head": ("archive.json", b"{"),
            "format": ("archive.json", b'{"format": 99}'),
        }
        for name, (path, content) in damages.items():
            folder = tmp_path / name
            shutil.copytree(archive, folder)
            if content is None:
                (folder / path).unlink()
            else:
                (folder / path).write_bytes(content)
            assert [] != verify(folder), name

    def test_reading_damage(self, archive: Path) -> None:
        """A damaged body is never read as an answer; a folder without a head is no archive."""
        for path in (archive / "bodies").iterdir():
            path.write_bytes(gzip.compress(b'{"head":{"vars":["s","p","o"]},"results":{"bindings":[]}}'))
        with pytest.raises(ArchiveDamaged, match="not what its name says"):
            list(read_answers(archive))
        with pytest.raises(ArchiveMissing):
            list(read_answers(archive / "bodies"))


class TestReplay:
    """An archive in place of the service."""

    def test_no_connection_is_possible(self, archive: Path) -> None:
        """While an archive is replayed nothing can be asked of anybody; afterwards it can."""
        with replay(archive) as answers:
            assert canonical(answers) == facts(archive)
            with socket.socket(type=socket.SOCK_DGRAM) as sock:
                for connect in (
                    lambda: socket.create_connection(("127.0.0.1", 9)),
                    lambda: socket.getaddrinfo("www.wikidata.org", "https"),
                    lambda: sock.sendto(b"", ("127.0.0.1", 9)),
                ):
                    with pytest.raises(OperatorError, match="opens no connections"):
                        connect()
        assert socket.getaddrinfo("127.0.0.1", 9)

    def test_guards_nest(self) -> None:
        """The end of an inner replay does not open the network for the outer one."""
        with without_network():
            with without_network():
                pass
            with pytest.raises(OperatorError):
                socket.getaddrinfo("127.0.0.1", 9)

    def test_what_it_has(self, archive: Path) -> None:
        """What was asked is answered, in whatever portions."""
        with replay(archive, ["Q6", "Q1"], ABOUT_ITEMS) as answers:
            assert list(answers)

    @pytest.mark.parametrize(
        ("items", "queries", "named"),
        [(["Q1", "Q99"], ["wikidata_facts"], "wikidata_facts about Q99"),
         (["Q900"], ["wikidata_discovery"], "wikidata_discovery about Q900")],
    )  # fmt: skip
    def test_what_it_lacks(self, archive: Path, items: list[str], queries: list[str], named: str) -> None:
        """What was not asked is not answered with nothing: the query is named."""
        with pytest.raises(NotInArchive, match=named), replay(archive, items, queries):
            pass

    def test_a_query_in_other_words(self, archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """An answer to what the query was before is no answer."""
        content = (archive / "manifest.jsonl").read_text(encoding="utf-8")
        key = read_lines(archive)[1].key
        (archive / "manifest.jsonl").write_text(content.replace(key, "0" * 64), encoding="utf-8")
        with (
            pytest.raises(NotInArchive, match="wikidata_facts about Q1"),
            replay(archive, TOWNS, ABOUT_ITEMS),
        ):
            pass

    def test_codes_of_the_design_are_read(self, archive: Path) -> None:
        """An archive that names its questions S1, S2 … says the same."""
        before = facts(archive)
        content = (archive / "manifest.jsonl").read_text(encoding="utf-8")
        for name, code in (
            ("wikidata_statements", "S1"),
            ("wikidata_facts", "S3"),
            ("wikidata_freshness", "Q0"),
        ):
            content = content.replace(f'"query_id":"{name}"', f'"query_id":"{code}"')
        (archive / "manifest.jsonl").write_text(content, encoding="utf-8")
        assert before == facts(archive)


class TestDifference:
    """Two archives by what they claim."""

    def test_portions_make_no_difference(self, service: StandIn, archive: Path, tmp_path: Path) -> None:
        """The same facts in other portions are the same."""
        for town in TOWNS:
            run(service, tmp_path / "single", [town], STATEMENTS)
        found = compare(read_answers(archive), read_answers(tmp_path / "single"))
        assert ((), {MERGED, DELETED, "Q71"}) == (found.changes, set(found.not_comparable))

    def test_changes(self, archive: Path, tmp_path: Path) -> None:
        """A statement that came, one that went, and one whose date or reference changed."""
        store = small_world()
        for update in (
            "DELETE WHERE { wd:Q1 p:P190 wds:Q1-2ab }",
            "INSERT DATA { wd:Q2 p:P190 wds:Q2-new . wds:Q2-new ps:P190 wd:Q6 ; wikibase:rank wikibase:NormalRank }",
            "DELETE { ?v wikibase:timePrecision 9 } INSERT { ?v wikibase:timePrecision 11 } "
            "WHERE { wds:Q3-4ab pqv:P580 ?v }",
            "INSERT DATA { wdref:r5 pr:P813 '2026' }",
        ):
            store.update(PREFIXES + update)
        with StandIn(store, FakeClock()).running() as changed:
            run(changed, tmp_path / "new", (*TOWNS, MERGED, DELETED), ABOUT_ITEMS)
        found = compare(read_answers(archive), read_answers(tmp_path / "new"))
        kinds = {change.statement: change.kind for change in found.changes}
        assert ("removed", "added", "changed") == (kinds["Q1-2ab"], kinds["Q2-new"], kinds["Q3-4ab"])
        assert {"Q5-6ab": "changed", "Q5-1ab": "changed"}.items() <= kinds.items()
        assert Change("Q1", "Q1-2ab", "removed") == found.changes[0]
        assert () == found.not_comparable

    def test_what_failed_is_not_gone(self, archive: Path, tmp_path: Path) -> None:
        """An item without an answer has lost nothing."""
        head, lines = tmp_path / "new", (archive / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
        shutil.copytree(archive, head)
        kept = [line for line in lines if not ("wikidata_statements" in line and '"Q3"' in line)]
        (head / "manifest.jsonl").write_text("\n".join(kept) + "\n", encoding="utf-8")
        found = compare(read_answers(archive), read_answers(head))
        assert ((), {"Q3", "Q4"}) == (found.changes, set(found.not_comparable))


class TestPrune:
    """Old archives go, the ones that are needed stay."""

    def test_prune(self, archive: Path, tmp_path: Path) -> None:
        """The oldest go first; the latest complete one and those being recorded stay."""
        folder = tmp_path / "archives"
        for number, state in enumerate(["complete", "open", "complete", "partial", "partial", "partial"]):
            path = folder / f"wd-{number}"
            shutil.copytree(archive, path)
            head = json.loads((path / "archive.json").read_text(encoding="utf-8"))
            text = json.dumps(
                head | {"state": state, "id": path.name, "started": f"2026-11-2{number}T00:00:00Z"}
            )
            (path / "archive.json").write_text(text, encoding="utf-8")
        (folder / "notes").mkdir()
        assert ["wd-0", "wd-3"] == prune(folder, 2)
        assert ["wd-1", "wd-2", "wd-4", "wd-5"] == [head.id for head in list_archives(folder)]
        assert [] == prune(folder, 2)
        assert (folder / "notes").is_dir()
        assert [] == prune(tmp_path / "nothing", 1)

    def test_prune_keeps_one_of_each_sort(self, archive: Path, tmp_path: Path) -> None:
        """Looks at constraints do not push out what is known of items."""
        folder = tmp_path / "several"
        shutil.copytree(archive, folder / "wd-0")
        for number in range(1, 5):
            head = {"format": 1, "id": f"wd-{number}", "endpoint": "stand-in", "state": "complete",
                    "started": f"2099-01-0{number}T00:00:00Z",
                    "plan": [{"items": ["P190"], "queries": ["wikidata_constraints"]}]}  # fmt: skip
            (folder / f"wd-{number}").mkdir()
            (folder / f"wd-{number}" / "archive.json").write_text(json.dumps(head), encoding="utf-8")
        assert ["wd-1", "wd-2", "wd-3"] == prune(folder, 1)
        assert {"wd-0", "wd-4"} == {path.name for path in folder.iterdir()}


class TestStored:
    """Answers whose rows stay on the disk."""

    def test_they_say_the_same(self, archive: Path) -> None:
        """Answer by answer and row by row, as often as somebody asks."""
        for kept, later in zip(read_answers(archive), stored_answers(archive), strict=True):
            for _ in range(2):
                assert kept == replace(later, rows=tuple(later.rows))
            assert (len(kept.rows), kept.rows[:2]) == (len(later.rows), later.rows[:2])

    def test_every_body_is_read_once(self, archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """What an archive says is made in one pass, and the rows are not kept."""
        bodies: list[str] = []

        def counted(folder: Path, line: Line) -> object:
            bodies.append(line.body)
            return rows_of(folder, line)

        monkeypatch.setattr(stored, "rows_of", counted)
        answers = list(stored_answers(archive))
        expected = observe(read_answers(archive))
        assert expected == observe(answers)
        asked = [answer.body for answer in answers if answer.query != "wikidata_freshness"]
        assert sorted(asked) == sorted(bodies)

    def test_damage_shows(self, archive: Path) -> None:
        """A body that is not there is never an answer without rows."""
        for path in (archive / "bodies").iterdir():
            path.unlink()
        with pytest.raises(ArchiveDamaged):
            observe(stored_answers(archive))


class TestSmallThings:
    """Parts that have no other place."""

    def test_scrub(self) -> None:
        """Nothing of who asked is kept."""
        assert "from … and … by …" == scrub("from 192.0.2.1 and 2001:db8:1:2::7 by a.b@c.example.org")
        assert "at 10:00:00 on 2026-11-23" == scrub("at 10:00:00 on 2026-11-23")
        assert "known as …" == scrub("known as me@localhost", "me@localhost")

    def test_pauses(self, tmp_path: Path) -> None:
        """A pause is kept for each server, in every folder; a file that cannot be read is no pause."""
        clock, new, other = FakeClock(), tmp_path / "new", tmp_path / "other"
        wikidata, qlever = find_endpoint("wikidata"), find_endpoint("qlever")
        assert None is read_pause([tmp_path], wikidata, clock.now())
        clock.advance(60)
        until = clock.now()
        write_pause([new, other], wikidata, Pause(until, "banned"))
        before = FakeClock().now()
        for folders in ([new], [other], [tmp_path, other]):
            assert Pause(until, "banned") == read_pause(folders, wikidata, before)
        renamed = find_endpoint("mine=https://query.wikidata.org/sparql?x")
        assert Pause(until, "banned") == read_pause([new], renamed, before)
        assert (None, None) == (read_pause([new], qlever, before), read_pause([new], wikidata, until))
        for content in ('{"wikidata": {"until": 7}}', '{"wikidata": 7}', "[]", "?"):
            (new / "endpoints.json").write_text(content)
            assert None is read_pause([new], wikidata, before)

    def test_head(self, archive: Path) -> None:
        """The head counts what is there and seals the manifest."""
        head = read_head(archive)
        lines = read_lines(archive)
        assert {
            "answers": len(lines),
            "exchanges": len(lines),
            "rows": sum(line.rows for line in lines),
        } == dict(head.content["counts"])
        assert ("complete", {}, "whole") == (head.state, head.failed, head.id)
        assert archives.FORMAT == head.content["format"]
