"""Names that are hard to resolve, with and without their country, in the index of the shipped data.

`tests/fixtures/hard_names.csv` is our own work; its items are those of the data. `with_country` and
`without_country` say what has to happen: `match` (taken, and right), `ask` (not taken), `first` (right, taken or
not), `none` (nothing is taken), `any` (not taken, or right); empty where that is not asked. `hard_evidence.csv` has
parts of cities, contradictions and namesakes, with positions, regions and populations, and the same words.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from twin_graph.matching import FILE, Candidate, Index, Matcher, Query, read_model
from twin_graph.matching.deciding import reason_text
from twin_graph.snapshot import Snapshot

NAMES = Path(__file__).parents[1] / "fixtures/hard_names.csv"
EVIDENCE = Path(__file__).parents[1] / "fixtures/hard_evidence.csv"
FEWEST, WITH_EVIDENCE = 400, 72
EXPECTED = ("match", "ask", "first", "none", "any")
TARGETS = ("Nancy", "Brest", "Lancaster", "Windsor", "Erie", "Lwów", "Lemberg", "Львов", "Monastyr",
           "Riszon le-Cijjon", "Nykobing F", "Kamieniec Podolski")  # fmt: skip


def _rows(path: Path = NAMES) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def matcher(real_snapshot: Snapshot) -> Iterator[Matcher]:
    """The matcher of the shipped data."""
    index = Index.open(real_snapshot.side(FILE))
    assert index is not None
    yield Matcher(index, read_model())
    index.close()


def _first(matcher: Matcher, row: dict[str, str], *, country: bool) -> Candidate | None:
    query = Query(row["name"], row["language"], country=row["country"] if country else "")
    return next(iter(matcher.match([query])[0].candidates), None)


def _is_as_expected(expected: str, item: str, first: Candidate | None) -> bool:
    is_taken = first is not None and first.match
    is_right = first is not None and first.item == item
    return {
        "match": is_taken and is_right,
        "ask": not is_taken,
        "first": is_right,
        "none": not is_taken,
        "any": not is_taken or is_right,
    }[expected]


def test_the_list_is_as_long_as_it_has_to_be() -> None:
    """At least 400 cases, each once, with words that are known, and with what every case needs."""
    rows = _rows()
    assert len(rows) >= FEWEST
    assert len(rows) == len({(row["name"], row["language"], row["country"]) for row in rows})
    assert set() == {row[of] for row in rows for of in ("with_country", "without_country")} - {*EXPECTED, ""}
    assert all(row["note"] and (row["with_country"] or row["without_country"]) for row in rows)
    assert all(row["item"] or row["with_country"] not in ("match", "first") for row in rows)


def test_items_are_those_of_the_data(matcher: Matcher) -> None:
    """No item in the list is made up: the index has each."""
    items = {row["item"] for row in _rows()} - {""}
    found = matcher.match([Query("", identifiers={"wikidata": item}) for item in sorted(items)])
    assert items == {answer.candidates[0].item for answer in found if answer.candidates}


@pytest.mark.parametrize("country", [True, False], ids=["with the country", "without it"])
def test_hard_names(matcher: Matcher, country: bool) -> None:
    """Nothing wrong is taken, and 98 of 100 names come out as they have to."""
    of = "with_country" if country else "without_country"
    counts: Counter[bool] = Counter()
    missed, wrong = [], []
    for row in (row for row in _rows() if row[of]):
        first = _first(matcher, row, country=country)
        counts[is_right := _is_as_expected(row[of], row["item"], first)] += 1
        if not is_right:
            missed.append((row["name"], row["country"], row[of], first))
        if first and first.match and first.item != row["item"]:
            wrong.append((row["name"], row["country"], first))
    assert [] == wrong
    assert counts[True] >= 0.98 * counts.total(), missed


@pytest.mark.parametrize("name", TARGETS)
def test_names_that_need_their_country(matcher: Matcher, name: str) -> None:
    """They are right with the country, and without it a person is asked, and told why."""
    rows = [row for row in _rows() if row["name"] == name and row["with_country"] == "match"]
    assert rows
    for row in rows:
        first = _first(matcher, row, country=True)
        assert first is not None
        assert (row["item"], True) == (first.item, first.match)
        alone = _first(matcher, {**row, "language": ""}, country=False)
        assert alone is not None
        assert not alone.match
        held = {"namesake", "name_doubtful", "improbable", "close_second", "tie"}.intersection(alone.reasons)
        assert held
        assert all(reason_text(code, tag) != code for code in alone.reasons for tag in ("en", "pl", "uk"))


def test_hard_evidence(matcher: Matcher) -> None:
    """Each row comes out as it has to: a part of a city, a contradiction or a namesake is never taken."""
    rows = _rows(EVIDENCE)
    assert WITH_EVIDENCE == len(rows)
    missed = []
    for row in rows:
        point = (float(row["latitude"]), float(row["longitude"])) if row["latitude"] else None
        query = Query(
            row["name"],
            country=row["country"],
            admin=row["admin"],
            point=point,
            population=int(row["population"]) if row["population"] else None,
        )
        first = next(iter(matcher.match([query])[0].candidates), None)
        if not _is_as_expected(row["expected"], row["item"], first):
            missed.append((row["name"], row["country"], row["expected"], first))
    assert [] == missed
