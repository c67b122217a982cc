"""Runs against the stand-in of the query service, and what must be true after every run, whatever went wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from fakes.clocks import FakeClock
from fakes.wdqs import StandIn
from twin_graph.wikidata import planning
from twin_graph.wikidata.archive import read_answers, read_head
from twin_graph.wikidata.checking import verify
from twin_graph.wikidata.client import fetch
from twin_graph.wikidata.endpoints import Endpoint
from twin_graph.wikidata.model import Answer
from twin_graph.wikidata.planning import Plan
from twin_graph.wikidata.portions import QUESTIONS, find_question, text_of, variables
from twin_graph.wikidata.replaying import canonical
from twin_graph.wikidata.results import read_rows
from twin_graph.wikidata.runs import Manners, Run
from twin_graph.wikidata.transport import Limits

CONTACT = "https://town.example.org office@town.example.org"
LIMITS = Limits(body=500_000)
# For faults that only a limit ends; a busy machine may meet it by chance, which costs another try.
QUICK = Limits(connect=2.0, idle=0.25, total=0.5, body=500_000)
PORTION = 2
MANNERS = Manners(
    CONTACT, LIMITS, sizes={question.name: PORTION for question in QUESTIONS}, jitter=lambda: 0.5
)


def run(
    service: StandIn, archive: Path, items: Sequence[str], queries: Sequence[str], *, address: str = "",
    limits: Limits = LIMITS,
) -> Run:  # fmt: skip
    """Fetch from the stand-in."""
    endpoint = Endpoint("stand-in", address or service.address)
    manners = replace(MANNERS, limits=limits)
    return fetch(items, queries, archive, endpoint, service.clock, manners=manners)


def answers(archive: Path) -> list[Answer]:
    """What an archive has."""
    return list(read_answers(archive))


def facts(archive: Path) -> bytes:
    """What an archive says, byte for byte."""
    return canonical(read_answers(archive))


def check_archive(service: StandIn, archive: Path, plan: Plan, ended: Run) -> None:
    """Nothing was lost, made up or mixed up: see the comments."""
    known = set()
    for answer in answers(archive):
        # Every answer is that of the engine to the same question.
        question = find_question(answer.query)
        asked = next(items for items in _asked(archive, answer) if set(answer.items) <= set(items))
        body = service.run(text_of(question, asked)).body
        assert read_rows(body, variables(question)) == answer.rows
        known |= {(answer.query, item) for item in answer.items or ("",)}
    # What is planned is answered or listed as failed, and nothing is both.
    for name, items in plan.items():
        failed = set(ended.failed.get(name, ())) or ({""} if name in ended.failed else set())
        assert {(name, item) for item in items or ("",)} == {entry for entry in known if entry[0] == name} | {
            (name, item) for item in failed
        }
        assert not {(name, item) for item in failed} & known
    assert ended.failed == read_head(archive).failed
    assert ended.state == read_head(archive).state
    assert (ended.state == "complete") == (not ended.failed)
    # Its files are what they say, and nothing tells who asked.
    assert [] == verify(archive)
    for path in archive.rglob("*"):
        if path.suffix in (".json", ".jsonl"):
            assert not re.search(r"@|192\.0\.2\.7", path.read_text(encoding="utf-8"))


def _asked(archive: Path, answer: Answer) -> list[tuple[str, ...]]:
    lines = [
        json.loads(line) for line in (archive / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    return [tuple(line["items"]) for line in lines if line["body_sha256"] == answer.body]


def check_manners(service: StandIn, ended: Run, portions: int) -> None:
    """The client was polite: POST, named, one form of answer, in budget, and silent once it was told to be."""
    assert {"POST"} <= {asked.method for asked in service.asked} | {"POST"}
    for asked in service.asked:
        assert re.fullmatch(r"twin_graph/\S+ \(https://\S+; mailto:\S+\) SPARQLWrapper/\S+", asked.agent)
        assert ("application/sparql-results+json", "gzip", "POST") == (
            asked.accept,
            asked.coding,
            asked.method,
        )
    assert ended.waited <= MANNERS.patience
    assert ended.requests <= 2 * PORTION * portions + 16 * PORTION * portions
    waits = sum(service.clock.slept)
    assert abs(waits - ended.waited - ended.paced) < 1e-2
    if ended.state in ("banned", "refused", "rejected", "moved", "throttled"):
        last = [entry.at for entry in service.asked][-1]
        assert service.clock.now() >= last


def plan_of(items: Sequence[str], queries: Sequence[str]) -> Plan:
    """What a run of these has to ask."""
    return planning.plan_of(items, queries)


def new_clock(service: StandIn) -> FakeClock:
    """Begin anew: a clock at its start, and a service that remembers nobody."""
    service.clock = FakeClock()
    service.forget()
    return service.clock
