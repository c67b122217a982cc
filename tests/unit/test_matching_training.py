"""The parameters of the matcher come from the data that they name, and the training does what it says.

The training itself takes most of a minute and is not repeated here: `python bench/training.py` writes the file anew.
"""

from __future__ import annotations

import math
import tomllib
from contextlib import closing
from pathlib import Path

import pytest
from anchors import Option, csv_reconcile, dice, openrefine_wikibase
from reconciliation import Outcome, is_left_out, wilson
from training import AGAINST, FOR, Example, _town_examples, fit, solve
from worldwide import SEED, Row, World, input_hashes, share, towns

from shared_data import require_shared
from twin_graph.labels import Name
from twin_graph.matching import Index, Place, Query, write_index
from twin_graph.matching.scoring import FILE

TOWNS = ((2, "Windsor", "gb"), (3, "Windsor", "ca"), (4, "Erewhon", "nz"))


def test_shipped_parameters_are_those_of_the_data() -> None:
    """The file names the sha256 of each table that it was learned from, and the seed."""
    require_shared("world")
    origin = tomllib.loads(FILE.read_text(encoding="utf-8"))["origin"]
    assert input_hashes() == origin["inputs"]
    assert SEED == origin["seed"]


def test_weights_have_the_sign_of_what_they_mean() -> None:
    """What agrees never speaks against a candidate, and what contradicts never for it."""
    weights = tomllib.loads(FILE.read_text(encoding="utf-8"))["weights"]
    assert [] == [name for name in FOR if weights[name] < 0]
    assert [] == [name for name in AGAINST if weights[name] > 0]


def test_fit_finds_the_odds() -> None:
    """Of a hundred rows with one candidate, ninety mean it: the utilities differ by the logarithm of nine."""
    examples = [
        Example(Query("x"), ({"name_main": 1.0},), {"none": 1.0}, 0 if at < 9_000 else -1, "weights")
        for at in range(10_000)
    ]
    weights = fit(examples)
    assert math.log(9) == pytest.approx(weights["name_main"] - weights["none"], abs=0.01)
    assert 0.0 == weights["degree"]


def test_solve() -> None:
    """Also where the first pivot is 0."""
    assert [2.0, 1.0] == solve([[0.0, 1.0], [1.0, 0.0]], [1.0, 2.0])


def test_halves_do_not_depend_on_anything() -> None:
    """The share of an item is always the same number."""
    assert 0.5 > abs(sum(share(f"Q{number}", "half") for number in range(1_000)) / 1_000 - 0.5) * 10
    assert share("Q37333", "half") == share("Q37333", "half")


def test_towns_teach_where_a_city_abroad_has_their_name(tmp_path: Path) -> None:
    """Not where a city of ours is in their country, and not where nothing of ours has the name."""
    write_index(
        tmp_path / "matching.db",
        [
            Place("city", "windsor", "Q1", (Name("Windsor", "en"),), "ca"),
            *(
                places := [
                    Place("city", "", f"Q{at}", (Name(name, "en"),), country) for at, name, country in TOWNS
                ]
            ),
        ],
    )
    with closing(Index(tmp_path / "matching.db")) as index:
        (found,) = _town_examples(index, places)
    assert ("Windsor", "gb", True) == (found.query.name, found.query.country, found.meant >= 0)
    assert 1.0 == found.candidates[found.meant]["elsewhere"]


def test_towns_of_the_evaluation_are_not_those_of_training() -> None:
    """Each is in one half."""
    world = World({}, (), frozenset())
    halves = [{town.item for town in towns(world, training=training)} for training in (True, False)]
    assert set() == halves[0] & halves[1]
    assert min(map(len, halves)) > 3_000
    assert all(is_left_out(item) for item in halves[1])


def test_wilson() -> None:
    """The bounds that the tables of the method have."""
    assert (0.0, 1.0) == wilson(0, 0)
    assert (0.963, 1.0) == tuple(round(bound, 3) for bound in wilson(100, 100))


def test_outcome_counts() -> None:
    """Strictly, by place, and apart for rows that mean nothing."""
    outcome = Outcome()
    for item in ("Q1", "Q2", ""):
        outcome.add(Row("a", "en", "Q1"), item, {"Q1": 1, "Q2": 1})
    outcome.add(Row("b", "en", ""), "Q3", {})
    outcome.add(Row("c", "en", "", sort="place"), "", {})
    assert (3, 2, 1, 2) == (outcome.rows, outcome.taken, outcome.right, outcome.placed)
    assert (1, 1, 1, 0) == (outcome.nothing, outcome.false, outcome.strangers, outcome.false_strangers)


class TestAnchors:
    """The rules of the other services, as they are described."""

    NANCY = Option("Q40898", ("Nancy",), "fr")
    OTHER = Option("Q9000", ("Nancy",), "us")

    def test_openrefine_wikibase(self) -> None:
        """One that is clear is taken, of two alike none; with a country the one that agrees."""
        assert "Q40898" == openrefine_wikibase("Nancy", "", [self.NANCY])
        assert "" == openrefine_wikibase("Nancy", "", [self.NANCY, self.OTHER])
        assert "Q40898" == openrefine_wikibase("Nancy", "fr", [self.OTHER, self.NANCY])
        assert "" == openrefine_wikibase("Nancy", "", [])

    def test_csv_reconcile(self) -> None:
        """A single one above its threshold is taken, whatever its country."""
        assert "Q9000" == csv_reconcile("Nancy", "fr", [self.OTHER])
        assert "" == csv_reconcile("Nancy", "", [self.NANCY, self.OTHER])
        assert 0.0 == dice("Nancy", "Lublin")
