"""Whatever goes wrong in whatever order: nothing is lost or made up, and in the end everything is there."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib import Literal, URIRef

from fakes.clocks import FakeClock
from fakes.faults import CASES
from fakes.small_world import DELETED, MERGED, TOWNS, small_world
from fakes.wdqs import StandIn
from twin_graph.wikidata.judging import HALVE, judge
from twin_graph.wikidata.portions import ABOUT_ITEMS, STATEMENTS, batches, check_items
from twin_graph.wikidata.results import IncompleteResults, WrongResults, parse, read_rows
from twin_graph.wikidata.transport import Exchange
from wikidata_runs import check_archive, facts, new_clock, plan_of, run

ITEMS = (*TOWNS, MERGED, DELETED)
FAULTS = sorted(CASES)
RESULTS = "application/sparql-results+json;charset=utf-8"
SETTINGS = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
_WORD = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8)
_TERM = st.one_of(
    st.builds(lambda value: {"type": "uri", "value": f"http://example.org/{value}"}, st.integers(0, 9)),
    st.builds(lambda value: {"type": "literal", "value": value}, _WORD),
    st.builds(lambda value, tag: {"type": "literal", "value": value, "xml:lang": tag}, _WORD,
              st.sampled_from(["en", "zh-classical", "be_x-old", "x" * 12, "?"])),
    st.builds(lambda value: {"type": "literal", "value": value, "datatype": "http://www.w3.org/2001/XMLSchema#dateTime"},
              st.sampled_from(["1953-01-01T00:00:00Z", "+2012-02-31T00:00:00Z", "-0044-03-15T00:00:00Z", "soon"])),
)  # fmt: skip
_ROWS = st.lists(st.dictionaries(st.sampled_from("spo"), _TERM), max_size=8)


@pytest.fixture(scope="module")
def service() -> Iterator[StandIn]:
    """The stand-in, with the small world."""
    with StandIn(small_world(), FakeClock()).running() as service:
        yield service


@pytest.fixture(scope="module")
def fault_free(service: StandIn, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What is known when nothing goes wrong, by its digest."""
    new_clock(service)
    folder = tmp_path_factory.mktemp("fault-free") / "a"
    assert "complete" == run(service, folder, ITEMS, ABOUT_ITEMS).state
    return sha256(facts(folder)).hexdigest()


@given(
    met=st.lists(
        st.tuples(
            st.sampled_from(FAULTS),
            st.sampled_from(ABOUT_ITEMS),
            st.sampled_from(["", *ITEMS]),
            st.sampled_from([1, 1, 2, 3, 7, 50]),
        ),
        max_size=6,
    )
)
@settings(SETTINGS, max_examples=60)
def test_any_faults_in_any_order(
    service: StandIn, fault_free: str, monkeypatch: pytest.MonkeyPatch, met: list[tuple[str, str, str, int]]
) -> None:
    """Every run keeps what is true, and a run after the faults has everything, byte for byte."""
    monkeypatch.setattr(os, "fsync", lambda _: None)
    new_clock(service)
    for fault, question, item, times in met:
        service.inject(CASES[fault].fault, question, item, times)
    with TemporaryDirectory() as folder:
        archive = Path(folder) / "a"
        for _ in range(3):
            ended = run(service, archive, ITEMS, ABOUT_ITEMS)
            if archive.is_dir():
                plan = {name: tuple(sorted({*ids, *([] if not ids else _followed(archive))}, key=_number))
                        for name, ids in plan_of(ITEMS, ABOUT_ITEMS).items()}  # fmt: skip
                check_archive(service, archive, plan, ended)
            service.clock.advance(100_000)
        service.rules.clear()
        ended = run(service, archive, ITEMS, ABOUT_ITEMS)
        assert ("complete", (DELETED,)) == (ended.state, ended.missing)
        assert fault_free == sha256(facts(archive)).hexdigest()


def _followed(archive: Path) -> set[str]:
    head = json.loads((archive / "archive.json").read_text(encoding="utf-8"))
    return {item for group in head["plan"] for item in group["items"]}


def _number(item: str) -> int:
    return int(item[1:])


@given(rows=_ROWS, seed=st.integers(0, 99))
@settings(SETTINGS)
def test_order_and_repetition_make_no_difference(rows: list[dict[str, dict[str, str]]], seed: int) -> None:
    """Rows are a set: shuffled and repeated they are read the same."""
    other = rows + rows[: seed % 3]
    random.Random(seed).shuffle(other)
    assert read_rows(_body(rows), "spo") == read_rows(_body(other), "spo")
    assert len(read_rows(_body(rows), "spo")) == len({json.dumps(row, sort_keys=True) for row in rows})


@given(rows=_ROWS)
@settings(SETTINGS)
def test_terms_keep_what_was_written(rows: list[dict[str, dict[str, str]]]) -> None:
    """A literal has its lexical form, also one that is no date; a tag that is none costs the tag and not the row."""
    for row in read_rows(_body(rows), "spo"):
        for name, term in row.items():
            assert isinstance(term, URIRef | Literal)
            assert any(str(term) == other[name]["value"] for other in rows if name in other)


@given(rows=_ROWS, cut=st.floats(0, 1, exclude_max=True))
@settings(SETTINGS)
def test_a_cut_is_always_seen(rows: list[dict[str, dict[str, str]]], cut: float) -> None:
    """No beginning of a document is a document."""
    body = _body(rows)
    part = body[: int(len(body) * cut)]
    with pytest.raises(IncompleteResults):
        parse(part, "spo")
    verdict = judge(Exchange(200, {"content-type": RESULTS}, part), STATEMENTS, ["Q1"], FakeClock().now)
    assert verdict.kind in (HALVE if part.strip() else {"transport"})


@given(status=st.integers(0, 999), body=st.binary(max_size=200), wait=st.text(max_size=30),
       kind=st.sampled_from(["", RESULTS, "text/html", "\x00"]))  # fmt: skip
@settings(SETTINGS)
def test_anything_is_judged(status: int, body: bytes, wait: str, kind: str) -> None:
    """Whatever comes has a verdict, and only complete results are an answer."""
    exchange = Exchange(status, {"content-type": kind, "retry-after": wait}, body)
    verdict = judge(exchange, STATEMENTS, ["Q1"], FakeClock().now)
    assert "ok" != verdict.kind
    assert verdict.wait is None or verdict.wait >= 0


@given(body=st.one_of(st.binary(max_size=80), st.builds(lambda value: json.dumps(value).encode(), st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["head", "vars", "results", "bindings", "s", "p", "o", "type", "value", "uri"]), inner,
        max_size=4)))))  # fmt: skip
@settings(SETTINGS, max_examples=300)
def test_anything_is_parsed_or_refused(body: bytes) -> None:
    """No document makes the reader fail in a way of its own."""
    for read in (parse, read_rows):
        try:
            read(body, ("s", "p", "o"))
        except (IncompleteResults, WrongResults):
            continue


@given(numbers=st.sets(st.integers(1, 10**6), max_size=300), size=st.integers(1, 50))
@settings(SETTINGS)
def test_portions_are_all_of_it(numbers: set[int], size: int) -> None:
    """Portions hold every item once, ascending by number."""
    items = check_items(f"Q{number}" for number in numbers)
    assert [f"Q{number}" for number in sorted(numbers)] == [
        item for batch in batches(STATEMENTS, items, size) for item in batch
    ]


def _body(rows: list[dict[str, dict[str, str]]]) -> bytes:
    return json.dumps({"head": {"vars": ["s", "p", "o"]}, "results": {"bindings": rows}}).encode()
