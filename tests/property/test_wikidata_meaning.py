"""What answers say does not depend on how they came: on rows, batches, other statements or other items."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fakes.asking import answers_of
from fakes.made_up import CITY, claim, day, item, link, text, time, twin, year
from fakes.wikibase_dates import JULIAN
from twin_graph.wikidata.model import Answer, Observation
from twin_graph.wikidata.statements import observe

NUMBERS = range(201, 209)
ITEMS = tuple(f"Q{number}" for number in NUMBERS)
dates = st.one_of(
    st.integers(1800, 2026).map(year),
    st.dates().filter(lambda each: each.year > 1582).map(lambda each: day(each.isoformat())),
    st.dates().filter(lambda each: each.year > 1700).map(lambda each: day(each.isoformat(), JULIAN)),
    st.integers(1, 12).map(lambda month: time(f"+1990-{month:02d}-00T00:00:00Z", 10)),
    st.integers(180, 202).map(lambda decade: time(f"+{decade}0-00-00T00:00:00Z", 8)),
    st.sampled_from(["somevalue", "novalue"]),
)
qualifiers = st.lists(st.tuples(st.sampled_from(["P580", "P582", "P1534"]), dates), max_size=3)
references = st.lists(
    st.lists(
        st.sampled_from([("P143", link("Q52")), ("P854", text("https://a.example/x")), ("P813", day("2020-02-03"))]),
        min_size=1, max_size=2,
    ),
    max_size=2,
)  # fmt: skip
targets = st.one_of(st.sampled_from(NUMBERS).map(lambda number: link(f"Q{number}")), st.just("somevalue"))
ranks = st.sampled_from(["preferred", "normal", "deprecated"])


@st.composite
def worlds(draw: st.DrawFn) -> list[Any]:
    """Documents of a few towns with statements of every sort; some of them deleted or merged."""
    documents: list[Any] = []
    for id_ in ITEMS:
        kind = draw(st.sampled_from(["there", "there", "there", "deleted", "merged"]))
        if kind == "merged":
            documents.append({"entity": id_, "redirect": draw(st.sampled_from(ITEMS))})
        if kind != "there":
            continue
        count = draw(st.integers(0, 4))
        statements = [
            twin(id_, place, draw(targets), draw(qualifiers), draw(references), rank=draw(ranks))
            for place in range(count)
        ]
        documents.append(item(id_, [*statements, claim(f"{id_}$t", "P31", CITY)], {"en": f"Town {id_}"}))
    return documents


def plain(observation: Observation) -> Observation:
    """An observation without the names of the bodies, which batches make differ."""
    return replace(observation, statements=tuple(replace(each, answer="") for each in observation.statements))


def shuffled(answers: Sequence[Answer], seed: int) -> list[Answer]:
    """The same answers and rows in another order."""
    dice = random.Random(seed)
    mixed = [replace(each, rows=tuple(dice.sample(each.rows, len(each.rows)))) for each in answers]
    return dice.sample(mixed, len(mixed))


slowly = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@slowly
@given(worlds(), st.integers(1, len(ITEMS)), st.integers())
def test_order_and_batches_make_no_difference(world: list[Any], batch: int, seed: int) -> None:
    """All at once in order, or in batches and shuffled."""
    expected = observe(answers_of(world, ITEMS))
    assert plain(expected) == plain(observe(shuffled(answers_of(world, ITEMS, batch=batch), seed)))
    assert expected == observe(shuffled(answers_of(world, ITEMS), seed))


@slowly
@given(worlds())
def test_what_is_said_of_others_makes_no_difference(world: list[Any]) -> None:
    """A town elsewhere with a thousand partners changes nothing for these."""
    hub = item("Q999", [twin("Q999", place, link(f"Q{place + 1000}")) for place in range(100)], {"en": "Hub"})
    assert observe(answers_of(world, ITEMS)) == observe(answers_of([*world, hub], ITEMS))


@slowly
@given(worlds())
def test_no_statement_gets_lost(world: list[Any]) -> None:
    """Every statement of every document that is there is found again, with its rank and all its references."""
    found = {each.guid: each for each in observe(answers_of(world, ITEMS)).statements}
    expected = {
        each["id"]: (
            each["rank"],
            len({json.dumps(reference, sort_keys=True) for reference in each["references"]}),
        )
        for document in world
        for each in document.get("claims", {}).get("P190", ())
    }
    assert expected == {guid: (each.rank, len(each.references)) for guid, each in found.items()}
