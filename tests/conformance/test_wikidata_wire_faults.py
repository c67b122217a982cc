"""The whole fault matrix: each fault in each question, in the first, a middle and the last portion, once or always.

"Result equals the fault-free graph byte for byte or the run ends partial/failed with the right exit code; no claim
ever disappears because of a fault; total requests and waiting time within budget; no request sent while banned; UA
present on every request; no e-mail in snapshot." (`docs/wikidata.md`)
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from fakes.clocks import FakeClock
from fakes.faults import CASES, FINE, LOST, SLOW, Case
from fakes.small_world import COUNTRY, NETWORK, PROPERTY, TOWNS, small_world
from fakes.wdqs import StandIn
from twin_graph.wikidata.checking import verify
from twin_graph.wikidata.portions import QUESTIONS
from twin_graph.wikidata.runs import EXIT_CODES, Run
from wikidata_runs import LIMITS, QUICK, check_archive, check_manners, facts, new_clock, plan_of, run

SUBJECTS: dict[str, tuple[str, ...]] = {
    "wikidata_freshness": (),
    "wikidata_facts": TOWNS,
    "wikidata_statements": TOWNS,
    "wikidata_incoming": TOWNS,
    "wikidata_labels": TOWNS,
    "wikidata_discovery": (COUNTRY,),
    "wikidata_members": (NETWORK,),
    "wikidata_constraints": (PROPERTY,),
}
# Towns are asked about in three portions of two.
FIRST, MIDDLE, LAST = "Q1", "Q4", "Q6"
BUDGET = 3
FOR_EVER = 10**6

every_fault = pytest.mark.parametrize("fault", CASES)
every_question = pytest.mark.parametrize("question", SUBJECTS)


@pytest.fixture(scope="module")
def service() -> Iterator[StandIn]:
    """The stand-in, with the small world."""
    with StandIn(small_world(), FakeClock()).running() as service:
        yield service


@pytest.fixture(autouse=True)
def _no_durability(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of archives are written, and none has to survive a loss of power."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@cache
def fault_free(question: str) -> bytes:
    """What a run says in which nothing goes wrong."""
    with StandIn(small_world(), FakeClock()).running() as service, TemporaryDirectory() as folder:
        ended = run(service, Path(folder) / "a", SUBJECTS[question], [question])
        assert ("complete", 0, {}) == (ended.state, ended.exit_code, ended.failed)
        found = facts(Path(folder) / "a")
    assert found.count(b"\n") >= 1
    return found


def places(question: str) -> tuple[str, ...]:
    """Items in the first, a middle and the last portion; "" where there is only one."""
    return (FIRST, MIDDLE, LAST) if SUBJECTS[question] == TOWNS else ("",)


def meet(service: StandIn, folder: Path, question: str, case: Case, item: str, times: int) -> Run:
    """A run that meets a fault, with all that must be true after every run."""
    new_clock(service)
    service.inject(case.fault, question, item, times)
    limits = QUICK if case in SLOW.values() else LIMITS
    ended = run(service, folder, SUBJECTS[question], [question], limits=limits)
    check_archive(service, folder, plan_of(SUBJECTS[question], [question]), ended)
    check_manners(service, ended, BUDGET)
    assert EXIT_CODES[ended.state] == ended.exit_code
    return ended


def recover(service: StandIn, folder: Path, question: str) -> None:
    """The service is well again, a day later: the same call ends as if nothing had happened."""
    service.rules.clear()
    service.clock.advance(timedelta(days=1, seconds=1).total_seconds())
    ended = run(service, folder, SUBJECTS[question], [question])
    assert ("complete", {}) == (ended.state, ended.failed)
    assert fault_free(question) == facts(folder)


@every_question
@every_fault
def test_a_fault_that_passes(service: StandIn, tmp_path: Path, fault: str, question: str) -> None:
    """A fault that occurs once changes nothing in the result, or ends the run, which then goes on."""
    for item in places(question):
        folder = tmp_path / f"at-{item}"
        ended = meet(service, folder, question, CASES[fault], item, 1)
        assert ended.state in CASES[fault].once
        if ended.state == "complete":
            assert fault_free(question) == facts(folder)
        else:
            recover(service, folder, question)
        (tmp_path / "endpoints.json").unlink(missing_ok=True)


@every_question
@every_fault
def test_a_fault_that_stays(service: StandIn, tmp_path: Path, fault: str, question: str) -> None:
    """A fault that stays with one item costs that item and no other, or ends the run; nothing is made up."""
    case = CASES[fault]
    everywhere = places(question)
    for item in {everywhere[list(CASES).index(fault) % len(everywhere)]}:
        folder = tmp_path / f"at-{item}"
        ended = meet(service, folder, question, case, item, FOR_EVER)
        assert ended.state in case.always
        if ended.state == "partial":
            assert {question: (item,) if item else SUBJECTS[question]} == ended.failed
        if ended.state != "complete":
            recover(service, folder, question)
        assert fault_free(question) == facts(folder)
        (tmp_path / "endpoints.json").unlink(missing_ok=True)


@pytest.mark.parametrize("fault", LOST)
@every_question
def test_rows_that_are_lost_once(service: StandIn, tmp_path: Path, fault: str, question: str) -> None:
    """Silence about an item is believed only when it is heard twice; what a list lacks makes no silence."""
    if "item" in fault and question in ("wikidata_discovery", "wikidata_members"):
        return
    for item in places(question):
        new_clock(service)
        service.inject(LOST[fault], question, item, 1)
        ended = run(service, tmp_path / f"at-{item}", SUBJECTS[question], [question])
        assert ("complete", (), []) == (ended.state, ended.missing, verify(tmp_path / f"at-{item}"))
        assert fault_free(question) == facts(tmp_path / f"at-{item}")


@pytest.mark.parametrize("fault", SLOW)
@every_question
def test_a_slow_fault_that_passes(service: StandIn, tmp_path: Path, fault: str, question: str) -> None:
    """What drips or stalls is given up at the limit and asked again."""
    for item in places(question):
        ended = meet(service, tmp_path / f"at-{item}", question, SLOW[fault], item, 1)
        assert "complete" == ended.state
        assert fault_free(question) == facts(tmp_path / f"at-{item}")


@pytest.mark.parametrize("fault", SLOW)
@pytest.mark.parametrize("question", ["wikidata_freshness", "wikidata_statements"])
def test_a_slow_fault_that_stays(service: StandIn, tmp_path: Path, fault: str, question: str) -> None:
    """What drips or stalls for ever costs the item that it is about."""
    item = places(question)[-1]
    ended = meet(service, tmp_path / "a", question, SLOW[fault], item, FOR_EVER)
    assert ("partial", {question: (item,) if item else ()}) == (ended.state, ended.failed)
    recover(service, tmp_path / "a", question)


@every_fault
def test_a_fault_of_everything(service: StandIn, tmp_path: Path, fault: str) -> None:
    """A service that answers nothing rightly is left alone soon, and nothing is taken for an answer."""
    case, question = CASES[fault], "wikidata_statements"
    ended = meet(service, tmp_path / "a", question, case, "", FOR_EVER)
    assert ended.state in case.always
    if case.always != FINE:
        assert {question: TOWNS} == ended.failed
        assert b"" == facts(tmp_path / "a")


def test_the_matrix_is_whole() -> None:
    """No fault and no question is left out."""
    assert 100 <= len(CASES)
    assert 5 == len(SLOW)
    assert {question.name for question in QUESTIONS} == set(SUBJECTS)
