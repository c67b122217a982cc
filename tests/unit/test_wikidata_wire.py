"""The client is polite, stops when it is told to, goes on where it ended, and names who asks."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fakes.clocks import START, FakeClock
from fakes.faults import CASES, too_many
from fakes.small_world import DELETED, FRESH, MERGED, PREFIXES, TARGET, TOWNS, small_world
from fakes.wdqs import ERRORS, TIME, StandIn
from twin_graph.compare.observed import read_times
from twin_graph.errors import OperatorError, SettingInvalid
from twin_graph.wikidata import client
from twin_graph.wikidata.archive import read_answers, read_head, read_lines
from twin_graph.wikidata.checking import compare, verify
from twin_graph.wikidata.contact import user_agent
from twin_graph.wikidata.endpoints import ENDPOINTS, Endpoint, find_endpoint
from twin_graph.wikidata.pacing import Bucket, backoff
from twin_graph.wikidata.portions import ABOUT_ITEMS, QUESTIONS, STATEMENTS, find_question, key, text_of
from twin_graph.wikidata.refreshing import Previous
from twin_graph.wikidata.runs import EXIT_CODES, Manners, Run
from twin_graph.wikidata.transport import Limits, ask
from wikidata_runs import CONTACT, LIMITS, MANNERS, answers, check_archive, facts, new_clock, plan_of, run

ITEMS = (*TOWNS, MERGED, DELETED)
STATEMENTS_ONLY = ["wikidata_statements"]


@pytest.fixture(scope="module")
def running() -> Iterator[StandIn]:
    """The stand-in, with the small world."""
    with StandIn(small_world(), FakeClock()).running() as service:
        yield service


@pytest.fixture
def service(running: StandIn) -> StandIn:
    """The stand-in as new."""
    new_clock(running)
    running.cost = lambda _: 0.0
    return running


class TestRun:
    """A run without faults."""

    def test_everything_is_answered(self, service: StandIn, tmp_path: Path) -> None:
        """Each question about each item has its answer, with the freshness that the service told."""
        ended = run(service, tmp_path / "a", ITEMS, ABOUT_ITEMS)
        assert ("complete", 0, {}, (DELETED,)) == (ended.state, ended.exit_code, ended.failed, ended.missing)
        found = answers(tmp_path / "a")
        assert set(ABOUT_ITEMS) == {answer.query for answer in found}
        assert {FRESH} == {answer.modified for answer in found}
        assert {"stand-in"} == {answer.endpoint for answer in found}
        assert all(answer.retrieved_at.endswith("Z") and len(answer.body) == 64 for answer in found)
        assert [] == verify(tmp_path / "a")

    def test_a_merged_item_is_followed(self, service: StandIn, tmp_path: Path) -> None:
        """What was merged leads to the item it was merged into, which is asked about, too."""
        run(service, tmp_path / "a", [MERGED], ABOUT_ITEMS)
        assert (TARGET,) in {
            answer.items for answer in answers(tmp_path / "a") if answer.query == "wikidata_statements"
        }
        check_archive(service, tmp_path / "a", plan_of([MERGED, TARGET], ABOUT_ITEMS),
                      run(service, tmp_path / "a", [MERGED], ABOUT_ITEMS))  # fmt: skip

    def test_the_same_again_asks_nothing(self, service: StandIn, tmp_path: Path) -> None:
        """A finished archive is not touched by the same call."""
        run(service, tmp_path / "a", ITEMS, ABOUT_ITEMS)
        before = {path: path.read_bytes() for path in (tmp_path / "a").rglob("*") if path.is_file()}
        service.asked.clear()
        service.clock.advance(1000)
        assert ("complete", 0) == (run(service, tmp_path / "a", ITEMS, ABOUT_ITEMS).state, len(service.asked))
        assert before == {path: path.read_bytes() for path in (tmp_path / "a").rglob("*") if path.is_file()}

    def test_same_answers_same_bytes(self, service: StandIn, tmp_path: Path) -> None:
        """Two recordings at the same moment of the same answers are equal, but for their names."""
        contents = []
        for name in ("a", "b"):
            new_clock(service)
            run(service, tmp_path / name, ITEMS, ABOUT_ITEMS)
            files = sorted(path for path in (tmp_path / name).rglob("*") if path.is_file())
            contents.append({path.relative_to(tmp_path / name): path.read_bytes() for path in files})
        first, second = contents
        assert first.keys() == second.keys()
        assert first[Path("manifest.jsonl")] == second[Path("manifest.jsonl")]
        assert {Path("archive.json")} >= {path for path in first if first[path] != second[path]}

    def test_another_endpoint_does_not_mix(self, service: StandIn, tmp_path: Path) -> None:
        """An archive is of one service."""
        run(service, tmp_path / "a", ["Q1"], STATEMENTS_ONLY)
        with pytest.raises(OperatorError, match="never mix"):
            client.fetch(["Q1"], STATEMENTS_ONLY, tmp_path / "a", Endpoint("other", service.address), service.clock,
                         manners=MANNERS)  # fmt: skip

    def test_an_archive_grows(self, service: StandIn, tmp_path: Path) -> None:
        """More items and more questions go into an archive that is there; nothing is asked twice."""
        run(service, tmp_path / "a", ["Q1"], STATEMENTS_ONLY)
        run(service, tmp_path / "a", ["Q2"], ["wikidata_facts"])
        service.asked.clear()
        ended = run(service, tmp_path / "a", ["Q1", "Q2"], ["wikidata_facts", *STATEMENTS_ONLY])
        assert ("complete", 2) == (ended.state, len(service.asked))

    def test_no_contact_no_request(self, service: StandIn, tmp_path: Path) -> None:
        """Without a contact nothing is sent and nothing written."""
        with pytest.raises(SettingInvalid, match="TWIN_GRAPH_WIKIDATA_CONTACT"):
            client.fetch(
                ["Q1"], STATEMENTS_ONLY, tmp_path / "a", "qlever", service.clock, manners=Manners("")
            )
        assert ([], []) == (service.asked, list(tmp_path.iterdir()))


class TestPoliteness:
    """We stay below what the service allows, so that it never has to tell us."""

    def test_heavy_answers_are_paced(self, service: StandIn, tmp_path: Path) -> None:
        """Hundreds of requests of several seconds each earn no 429."""
        service.cost = lambda _: 7.0
        items = [f"Q{number}" for number in range(1, 401)]
        ended = run(service, tmp_path / "a", items, STATEMENTS_ONLY)
        assert ("complete", []) == (ended.state, service.refused)
        assert len(service.asked) * 7.0 > TIME * 5
        assert ended.paced > 0

    def test_many_errors_are_paced(self, service: StandIn, tmp_path: Path) -> None:
        """Errors cost patience, too: many of them earn no 429."""
        items = [f"Q{number}" for number in range(1, 61)]
        for item in items[::2]:
            service.inject(CASES["500"].fault, "wikidata_statements", item, 3)
        ended = run(service, tmp_path / "a", items, STATEMENTS_ONLY)
        assert ("complete", []) == (ended.state, service.refused)
        assert len(service.asked) > ERRORS

    def test_the_stand_in_throttles(self, service: StandIn) -> None:
        """Who does not pace is told 429 with seconds to wait, and banned after two hundred of these."""
        statuses = []
        for _ in range(300):
            exchange = ask(service.address, "SELECT nonsense", user_agent(CONTACT), LIMITS)
            statuses.append(exchange.status)
            if exchange.status == 429:
                assert int(exchange.headers["retry-after"]) >= 0
        assert [400] * 60 + [429] * 199 + [403] * 41 == statuses
        assert b"You have been banned until 2026-11-24T" in exchange.body

    def test_an_unknown_agent_is_refused(self, service: StandIn) -> None:
        """The stand-in, as the service, does not answer who does not say who it is; nor without a query."""
        assert 403 == ask(service.address, text_of(STATEMENTS, ["Q1"]), "python-requests/2", LIMITS).status
        assert 400 == ask(service.address, "SELECT nonsense", user_agent(CONTACT), LIMITS).status

    @pytest.mark.parametrize(
        ("value", "seconds"),
        [("0", 1.5), ("1", 1.5), ("9", 9.5), ("abc", 60.5), (None, 60.5), ("99999", 600.0)],
    )
    def test_retry_after(self, service: StandIn, tmp_path: Path, value: str | None, seconds: float) -> None:
        """What the service asks is waited for, and a bit more; at least a second, at most ten minutes."""
        service.inject(too_many(value), "wikidata_statements", "Q1")
        run(service, tmp_path / "a", ["Q1"], STATEMENTS_ONLY)
        assert [seconds] == service.clock.slept

    def test_five_in_a_row(self, service: StandIn, tmp_path: Path) -> None:
        """After five 429 the run ends; the next one begins when the service said, and goes on."""
        service.inject(too_many("9"), "wikidata_statements", "Q4", 5)
        ended = run(service, tmp_path / "a", TOWNS, STATEMENTS_ONLY)
        assert ("throttled", 5, 6) == (ended.state, ended.exit_code, len(service.asked))
        assert {"wikidata_statements": ("Q3", "Q4", "Q5", "Q6")} == ended.failed
        service.clock.slept.clear()
        assert "complete" == run(service, tmp_path / "a", TOWNS, STATEMENTS_ONLY).state
        assert [9.5] == service.clock.slept
        assert 8 == len(service.asked)

    def test_a_ban_lasts(self, service: StandIn, tmp_path: Path) -> None:
        """While a ban lasts nothing is sent, not by another run and not for another archive; then it goes on."""
        service.inject(CASES["403, banned"].fault, "wikidata_statements", "Q4")
        assert ("banned", 4) == (lambda r: (r.state, r.exit_code))(
            run(service, tmp_path / "a", TOWNS, STATEMENTS_ONLY)
        )
        for hours in (0, 12, 11):
            service.clock.advance(hours * 3600)
            service.asked.clear()
            for name in ("a", "b"):
                ended = run(service, tmp_path / name, TOWNS, STATEMENTS_ONLY)
                assert ("banned", 4, []) == (ended.state, ended.exit_code, service.asked)
        service.clock.advance(2 * 3600)
        assert "complete" == run(service, tmp_path / "a", TOWNS, STATEMENTS_ONLY).state
        assert (
            "2026-11-24T10:00:00+00:00"
            == json.loads((tmp_path / "endpoints.json").read_text())["stand-in"]["until"]
        )

    def test_patience_ends(self, service: StandIn, tmp_path: Path) -> None:
        """A run waits twenty minutes in all because of faults, and then leaves the rest for later."""
        for item in TOWNS:
            service.inject(too_many("400"), "wikidata_statements", item, 1)
        ended = run(service, tmp_path / "a", TOWNS, STATEMENTS_ONLY)
        assert ("throttled", True) == (ended.state, ended.waited <= MANNERS.patience)

    def test_halving(self, service: StandIn, tmp_path: Path) -> None:
        """What is too heavy is asked in halves at once, down to the item that is."""
        service.inject(CASES["500, TimeoutException"].fault, "wikidata_statements", "Q5", 4)
        manners = Manners(CONTACT, LIMITS, jitter=lambda: 0.0)
        ended = client.fetch([f"Q{n}" for n in range(1, 9)], STATEMENTS_ONLY, tmp_path / "a",
                             Endpoint("stand-in", service.address), service.clock, manners=manners)  # fmt: skip
        sizes = [len(asked.items) for asked in service.asked]
        assert ("complete", [8, 4, 4, 2, 1, 1, 1, 2]) == (ended.state, sizes[:8])


class TestOffline:
    """Nobody answers."""

    def test_connection_refused(self, service: StandIn, tmp_path: Path) -> None:
        """After three tries the run ends and names the way out."""
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            address = f"http://127.0.0.1:{closed.getsockname()[1]}/sparql"
            ended = run(service, tmp_path / "a", TOWNS, STATEMENTS_ONLY, address=address)
        assert ("offline", 69, 3) == (ended.state, ended.exit_code, ended.requests)
        assert "--replay" in ended.message
        assert "complete" == run(service, tmp_path / "a", TOWNS, STATEMENTS_ONLY).state

    @pytest.mark.parametrize("failures", [2, 99])
    def test_no_such_name(
        self, service: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failures: int
    ) -> None:
        """A name that cannot be looked up for a moment costs nothing; for longer, it ends the run."""
        look_up, tries = socket.getaddrinfo, iter(range(failures))

        def fail(*arguments: object, **options: object) -> object:
            if next(tries, None) is not None:
                raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
            return look_up(*arguments, **options)  # type: ignore[arg-type]

        monkeypatch.setattr(socket, "getaddrinfo", fail)
        ended = run(service, tmp_path / "a", TOWNS, STATEMENTS_ONLY)
        assert ("complete" if failures == 2 else "offline") == ended.state

    def test_no_tls(self, service: StandIn, tmp_path: Path) -> None:
        """A service that does not speak TLS gives no answer, and no traceback."""
        ended = run(
            service, tmp_path / "a", ["Q1"], STATEMENTS_ONLY, address=service.address.replace("http", "https")
        )
        assert ("partial", {"wikidata_statements": ("Q1",)}) == (ended.state, ended.failed)


class TestRefresh:
    """An older archive saves requests."""

    def test_young_answers_are_taken_over(self, service: StandIn, tmp_path: Path) -> None:
        """Within the age only freshness is asked, and the archives say the same."""
        run(service, tmp_path / "a", TOWNS, ABOUT_ITEMS)
        service.asked.clear()
        service.clock.advance(3600)
        assert "complete" == self.refresh(service, tmp_path, 7).state
        assert ["Q0"] == [asked.question for asked in service.asked]
        assert facts(tmp_path / "a") == facts(tmp_path / "b")
        assert [] == verify(tmp_path / "b")

    def test_unchanged_items_are_taken_over(self, service: StandIn, tmp_path: Path) -> None:
        """After that, identity and what others say is asked; of the rest what belongs to a new revision."""
        run(service, tmp_path / "a", TOWNS, ABOUT_ITEMS)
        service.asked.clear()
        service.clock.advance(8 * 86_400)
        old = "<http://www.wikidata.org/entity/Q3> <http://schema.org/version>"
        service.store.update(f"DELETE {{ {old} ?v }} INSERT {{ {old} 7777 }} WHERE {{ {old} ?v }}")
        try:
            assert "complete" == self.refresh(service, tmp_path, 7).state
        finally:
            service.store.update(f"DELETE {{ {old} ?v }} INSERT {{ {old} 1003 }} WHERE {{ {old} ?v }}")
        again = {(asked.question, asked.items) for asked in service.asked if asked.question in ("S1", "S4")}
        assert {("S1", ("Q3",)), ("S4", ("Q3",))} == again
        assert [] == verify(tmp_path / "b")
        assert 3 == len([asked for asked in service.asked if asked.question == "S2"])
        # What was seen to be unchanged is as fresh as the look at it; nothing says that its answer is new.
        kept = [line for line in read_lines(tmp_path / "b") if line.query == "wikidata_statements"]
        first, looked = (f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in (START, service.clock.now()))
        expected = dict.fromkeys(("Q1 Q2", "Q4", "Q5 Q6"), (first, looked)) | {"Q3": (looked, "")}
        assert expected == {" ".join(line.items): (line.retrieved_at, line.confirmed) for line in kept}
        read_at = read_times(answers(tmp_path / "b"))
        assert dict.fromkeys(TOWNS, looked) == read_at

    def test_a_refreshed_archive_says_what_a_new_one_says(self, service: StandIn, tmp_path: Path) -> None:
        """Of a portion in which one item changed the others are taken over; from the result, too, with more items."""
        run(service, tmp_path / "a", TOWNS, ABOUT_ITEMS)
        service.clock.advance(8 * 86_400)
        was = "wds:Q4-5ab ps:P190 wd:Q5 . wd:Q4 schema:version 1004"
        now = "wds:Q4-5ab ps:P190 wd:Q1 . wd:Q4 schema:version 7777"
        service.store.update(f"{PREFIXES} DELETE DATA {{ {was} }} ; INSERT DATA {{ {now} }}")
        try:
            assert "complete" == self.refresh(service, tmp_path, 7).state
            service.clock.advance(8 * 86_400)
            service.asked.clear()
            items = (*TOWNS, DELETED)
            assert "complete" == self.refresh(service, tmp_path, 7, "b", "c", items).state
            assert {"Q0", "S2", "S3", ("S1", (DELETED,)), ("S4", (DELETED,))} == {
                (asked.question, asked.items) if asked.question in ("S1", "S4") else asked.question
                for asked in service.asked
            }
            run(service, tmp_path / "new", items, ABOUT_ITEMS)
        finally:
            service.store.update(f"{PREFIXES} DELETE DATA {{ {now} }} ; INSERT DATA {{ {was} }}")
        assert facts(tmp_path / "new") == facts(tmp_path / "c")
        assert [[], []] == [verify(tmp_path / name) for name in ("b", "c")]
        for name in ("b", "c", "new"):
            found = compare(answers(tmp_path / "a"), answers(tmp_path / name))
            assert ["Q4"] == [change.item for change in found.changes]

    @staticmethod
    def refresh(
        service: StandIn,
        folder: Path,
        days: int,
        old: str = "a",
        new: str = "b",
        items: Sequence[str] = TOWNS,
    ) -> Run:
        """A run that may take over from an older archive."""
        return client.fetch(items, ABOUT_ITEMS, folder / new, Endpoint("stand-in", service.address), service.clock,
                            manners=MANNERS, previous=Previous(folder / old, timedelta(days=days)))  # fmt: skip


class TestNames:
    """Endpoints, questions and contacts."""

    def test_endpoints(self) -> None:
        """Services have names; an own one is written with its address."""
        assert {"wikidata", "qlever"} == set(ENDPOINTS)
        assert "https://query.wikidata.org/sparql" == find_endpoint("wikidata").address
        for wrong in (
            "nobody",
            "wikidata=http://127.0.0.1/",
            "a=ftp://x/",
            "a=http://",
            "B=http://x/",
            "a=http://u@x/",
        ):
            with pytest.raises(SettingInvalid):
                find_endpoint(wrong)

    def test_keys_tell_services_and_items_apart(self) -> None:
        """The key of an answer depends on the service and the ids, not on our version or on layout."""
        text = text_of(STATEMENTS, ["Q1", "Q2"])
        assert key("wikidata", text) != key("qlever", text)
        assert key("wikidata", text) != key("wikidata", text_of(STATEMENTS, ["Q1"]))
        assert key("wikidata", text) == key("wikidata", "# other/9\n  " + text.replace("\n", "  \n\n"))

    @pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
    def test_only_ids_get_into_a_query(self, question: object) -> None:
        """Nothing but an id is written into a query."""
        found = find_question(getattr(question, "name", ""))
        for wrong in ("Q1 } UNION {", "Q0", "q1", "Q1\n", "Q١", "", "wd:Q1"):
            with pytest.raises(ValueError):
                text_of(found, [wrong])

    @pytest.mark.parametrize(
        "contact",
        ["", "  ", "somebody", "me@", "https://", "a@b.c\r\nX: y", "https://x.org/)", "ftp://x.org", "@x.org",
         "https://x.org somebody"],
    )  # fmt: skip
    def test_contacts_that_are_none(self, contact: str) -> None:
        """A contact is a web address or an e-mail address, and cannot write headers of its own."""
        with pytest.raises(SettingInvalid):
            user_agent(contact)

    def test_exit_codes(self) -> None:
        """The codes of the design: partial 3, ban 4, throttled 5, a mistake of ours 70."""
        assert {
            "complete": 0,
            "partial": 3,
            "banned": 4,
            "throttled": 5,
            "rejected": 70,
        }.items() <= EXIT_CODES.items()

    def test_backoff(self) -> None:
        """A wait is somewhere below a bound that doubles up to two minutes."""
        assert [0.0, 1.0, 60.0] == [
            backoff(1, lambda: 0.0),
            backoff(1, lambda: 0.5),
            backoff(50, lambda: 0.5),
        ]

    def test_bucket(self) -> None:
        """What is used comes back with time, and never more than there was."""
        clock = FakeClock()
        bucket = Bucket(clock, 45.0)
        bucket.take(60.0)
        assert 20.0 == bucket.delay(0.0)
        clock.advance(10_000)
        assert 0.0 == bucket.delay(45.0)
        assert 0.0 == bucket.delay(99.0)


class TestLimits:
    """What a service sends without an end is given up."""

    def test_body_cap(self, service: StandIn) -> None:
        """A body larger than the limit is trouble, not memory."""
        exchange = ask(service.address, text_of(STATEMENTS, TOWNS), user_agent(CONTACT), Limits(body=1000))
        assert "too-large" == exchange.trouble
        assert len(exchange.body) <= 2000

    def test_the_head_says_no_address(self, service: StandIn, tmp_path: Path) -> None:
        """The archive names program and contact page, never an e-mail address."""
        run(service, tmp_path / "a", ["Q1"], STATEMENTS_ONLY)
        head = read_head(tmp_path / "a")
        assert "https://town.example.org" in str(head.content["user_agent"])
        assert "@" not in (tmp_path / "a" / "archive.json").read_text(encoding="utf-8")
        line = read_lines(tmp_path / "a")[0]
        assert (START, 200, "ok") == (datetime.fromisoformat(line.retrieved_at), line.status, line.verdict)
        assert UTC == datetime.fromisoformat(next(iter(read_answers(tmp_path / "a"))).retrieved_at).tzinfo
