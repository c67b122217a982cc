"""How well and how fast the matcher works on cities that training has not seen: `python bench/reconciliation.py`.

Rows are those of real lists of partners (CC0), one half of all cities; a tenth of them is taken out of the index,
with half of the gazetteer, so that rows mean nothing there. The rules of two other services decide on the same
candidates (`anchors`); with `--peer` the real csv-reconcile answers the same rows over HTTP. Training is `training`.

    --peer       install csv-reconcile into bench/.peers-reconciliation and ask it too: some minutes
    --json FILE  write all numbers
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import random
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from anchors import Option, csv_reconcile, openrefine_wikibase
from csv_service import measure_peer
from worldwide import (
    Row,
    World,
    benchmark_countries,
    choose_absent,
    in_language_of_source,
    in_training,
    index_places,
    link_rows,
    many_places,
    read_world,
    script_of,
    share,
    with_benchmark,
)

from twin_graph.labels import Name
from twin_graph.matching import Answer, Index, Matcher, Query, read_model, write_index
from twin_graph.matching.candidates import find
from twin_graph.matching.places import read_gazetteer
from twin_graph.matching.spelling import spell
from twin_graph.matching.wanted import understand

ROWS, SEED = 6_000, 11
NAMES, BATCHES, BATCH = 200_000, 60, 50
# The share of cities of which a namesake is made up: none, and as many as a gazetteer of all places has.
WORLDS = {"as the extracts are": 0.0, "with planted namesakes": 0.18}
_Z = 1.96
_NO_PLACES = (
    "Date",
    "Total",
    "Partner city",
    "Uwagi",
    "n/a",
    "see above",
    "European Union",
    "brak",
    "Sister Cities",
)
_DISTRICTS = ("Landkreis {}", "Powiat {}", "{} County", "{} Metropole", "Association of {}", "Province of {}")
Decide = Callable[[Query], str]


@dataclass
class Outcome:
    """What came out for one way to decide.

    Attributes:
        rows, taken, right, placed: rows that mean something; taken without asking; the same item; the same place.
        nothing, false: rows that mean nothing; those that were taken all the same.
        strangers, false_strangers: the same for towns of the gazetteer, many of them namesakes in one country.
    """

    rows: int = 0
    taken: int = 0
    right: int = 0
    placed: int = 0
    nothing: int = 0
    false: int = 0
    strangers: int = 0
    false_strangers: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, row: Row, item: str, clusters: dict[str, int]) -> None:
        """Count one row, and the item that was taken for it, if any."""
        if not row.item and row.sort == "place":
            self.strangers += 1
            self.false_strangers += bool(item)
            return
        if not row.item:
            self.nothing += 1
            self.false += bool(item)
            return
        self.rows += 1
        self.taken += bool(item)
        self.right += item == row.item
        self.placed += bool(item) and clusters.get(item, item) == clusters.get(row.item, row.item)
        if item and item != row.item:
            self.wrong.append(f"{row.name} ({row.country}): {item} for {row.item}")

    def line(self) -> dict[str, float]:
        """The numbers of a table."""
        return {
            "taken": ratio(self.taken, self.rows),
            "precision": ratio(self.right, self.taken),
            "precision, lower bound": wilson(self.right, self.taken)[0],
            "precision by place": ratio(self.placed, self.taken),
            "precision with rows that mean nothing": ratio(self.right, self.taken + self.false),
            "recall": ratio(self.right, self.rows),
            "recall, lower bound": wilson(self.right, self.rows)[0],
            "false": ratio(self.false, self.nothing),
            "false, upper bound": wilson(self.false, self.nothing)[1],
            "false for towns of the gazetteer": ratio(self.false_strangers, self.strangers),
            "wrong": float(self.taken - self.right),
        }


def ratio(part: int, whole: int) -> float:
    """A share; of nothing it is no number."""
    return part / whole if whole else math.nan


def wilson(right: int, number: int) -> tuple[float, float]:
    """The bounds of a share with 95 % confidence (Wilson 1927).

    >>> [round(bound, 3) for bound in wilson(95, 100)]
    [0.888, 0.978]
    """
    if not number:
        return 0.0, 1.0
    share_, square = right / number, _Z * _Z
    middle = share_ + square / (2 * number)
    wide = _Z * math.sqrt(share_ * (1 - share_) / number + square / (4 * number * number))
    return (middle - wide) / (1 + square / number), (middle + wide) / (1 + square / number)


# -- rows ------------------------------------------------------------------------------------------------


def make_rows(world: World, absent: frozenset[str]) -> tuple[list[Row], list[Row]]:
    """Rows of lists, and rows that mean nothing in the index: cities and places without, no places, districts."""
    items = [item for item in sorted(world.dated) if not in_training(item)]
    rows = link_rows(world, items, ROWS, SEED, absent)
    # Each absent city once: a famous one would otherwise count as often as it is listed.
    gone = {row.city: row for row in rows if not row.item}
    nothing = [gone[city] for city in sorted(gone)]
    nothing += [
        Row(
            place.names[0].text,
            "en",
            "",
            country=place.country,
            script=script_of(place.names[0].text),
            sort="place",
        )
        for place in read_gazetteer()
        if place.item not in world.places and is_left_out(place.item)
    ]
    some = random.Random(SEED).sample([row for row in rows if row.item], 300)
    taken = {
        spelling.key
        for place in world.places.values()
        for name in place.names
        for spelling in spell(name.text)[:1]
    }
    districts = [
        replace(row, name=name, item="", sort="district")
        for at, row in enumerate(some)
        if spell(name := _DISTRICTS[at % len(_DISTRICTS)].format(row.name))[0].key not in taken
    ]
    return [row for row in rows if row.item], [
        *nothing,
        *districts,
        *(Row(name, "", "") for name in _NO_PLACES),
    ]


def is_left_out(item: str) -> bool:
    """Whether a place of the gazetteer is not in the index of the evaluation."""
    return share(item, "gazetteer") < 0.5


def query_of(row: Row, chance: random.Random, *, country: bool, partners: float) -> Query:
    """The query of a row, with or without its country, and in a share of the rows with the city whose list it is."""
    known = (row.source,) if row.source and chance.random() < partners else ()
    return Query(row.name, row.language, country=row.country if country else "", partners=known)


# -- deciding --------------------------------------------------------------------------------------------


def decide_ours(matcher: Matcher) -> Decide:
    """The item that our matcher takes without asking."""

    def decide(query: Query) -> str:
        first = next(iter(matcher.match([query])[0].candidates), None)
        return first.item if first and first.match else ""

    return decide


def decide_by(rule: Callable[[str, str, Sequence[Option]], str], index: Index) -> Decide:
    """The item that a rule takes of the same candidates."""

    def decide(query: Query) -> str:
        found = find(index, understand(index, query))
        options = [
            Option(each.place.item, tuple(name.text for name in each.place.names), each.place.country)
            for each in found
        ]
        return rule(query.name, query.country, options)

    return decide


def measure(
    rows: Sequence[Row], decide: Decide, clusters: dict[str, int], *, country: bool, partners: float
) -> Outcome:
    """What comes out for all rows."""
    chance, outcome = random.Random(SEED), Outcome()
    for row in rows:
        outcome.add(row, decide(query_of(row, chance, country=country, partners=partners)), clusters)
    return outcome


def calibration(
    rows: Sequence[Row], matcher: Matcher, *, country: bool, partners: float
) -> tuple[float, list[list[float]]]:
    """The expected calibration error in ten bins, and of each bin its number, mean probability and share of right."""
    chance = random.Random(SEED)
    bins: list[list[float]] = [[0, 0.0, 0.0] for _ in range(10)]
    for row in rows:
        answer = matcher.match([query_of(row, chance, country=country, partners=partners)])[0]
        if answer.candidates:
            first = answer.candidates[0]
            own = bins[min(9, int(first.score / 10))]
            own[0] += 1
            own[1] += first.score / 100
            own[2] += first.item == row.item
    total = sum(number for number, _, _ in bins) or 1
    error = sum(abs(said - right) for _, said, right in bins) / total
    return error, [[number, said / number, right / number] for number, said, right in bins if number]


def places_of_hits(rows: Sequence[Row], matcher: Matcher, *, country: bool) -> dict[str, float]:
    """How often what is meant is the first, and among the first three, for who looks through them."""
    found = Counter[str]()
    for row in rows:
        items = [
            each.item
            for each in matcher.match(
                [Query(row.name, row.language, country=row.country if country else "")]
            )[0].candidates
        ]
        found["first"] += row.item in items[:1]
        found["first three"] += row.item in items[:3]
    return {name: ratio(number, len(rows)) for name, number in found.items()}


def by_group(
    rows: Sequence[Row], decide: Decide, clusters: dict[str, int], of: Callable[[Row], str]
) -> dict[str, Outcome]:
    """What comes out for each country or script, with the country given and partners for half."""
    chance = random.Random(SEED)
    found: dict[str, Outcome] = defaultdict(Outcome)
    for row in rows:
        found[of(row)].add(row, decide(query_of(row, chance, country=True, partners=0.5)), clusters)
    return dict(sorted(found.items(), key=lambda pair: -pair[1].rows))


# -- speed -----------------------------------------------------------------------------------------------


def measure_speed() -> dict[str, float]:
    """Building an index of 200,000 names, and in a process of its own answering batches of 50 from it."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "large.db"
        places = many_places(read_world(), NAMES)
        started = time.perf_counter()
        write_index(path, places)
        built = time.perf_counter() - started
        chance = random.Random(SEED)
        batches = [[_any_query(places, chance) for _ in range(BATCH)] for _ in range(BATCHES)]
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
            answered = process.submit(answer_batches, path, batches).result()
        return {
            "names": float(sum(len(place.names) for place in places)),
            "build, seconds": built,
            "file, MB": path.stat().st_size / 1e6,
            **answered,
        }


def answer_batches(path: Path, batches: Sequence[Sequence[Query]]) -> dict[str, float]:
    """The times of some batches, and what the process needs."""
    started = time.perf_counter()
    matcher = Matcher(Index(path), read_model())
    matcher.warm()
    warmed = time.perf_counter() - started
    times = []
    for batch in batches:
        started = time.perf_counter()
        matcher.match(batch)
        times.append(1000 * (time.perf_counter() - started))
    ordered = sorted(times)
    return {
        "opening, ms": 1000 * warmed,
        "batch p50, ms": ordered[len(ordered) // 2],
        "batch p95, ms": ordered[math.ceil(0.95 * len(ordered)) - 1],
        "batch p99, ms": ordered[math.ceil(0.99 * len(ordered)) - 1],
        "memory, MB": _most_memory(),
    }


def _most_memory() -> float:
    """The most that this process had in memory; what its parent had does not count."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1000


def _any_query(places: Sequence[object], chance: random.Random) -> Query:
    place = chance.choice(places)
    names: tuple[Name, ...] = place.names  # type: ignore[attr-defined]
    name = chance.choice(names).text if names else "Nowhere"
    drawn = chance.random()
    if drawn < 0.2 and len(name) > 4:
        at = chance.randrange(1, len(name) - 1)
        name = name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    elif drawn < 0.3:
        name = "".join(chance.choice("abcdeghiklmnoprstuvz") for _ in range(10))
    country = place.country if chance.random() < 0.5 else ""  # type: ignore[attr-defined]
    return Query(name, country=country, partners=("Q60",) if chance.random() < 0.3 else ())


# -- all together ----------------------------------------------------------------------------------------


def evaluate(*, peer: bool = False) -> dict[str, object]:
    """All numbers."""
    world = with_benchmark(read_world())
    absent = choose_absent(world, "test absent")
    rows, nothing = make_rows(world, absent)
    numbers: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        left_out = absent | {
            place.item
            for place in read_gazetteer()
            if place.item not in world.places and is_left_out(place.item)
        }
        started = time.perf_counter()
        for name, planted in WORLDS.items():
            started = time.perf_counter()
            path = folder / f"{name}.db"
            write_index(path, index_places(world, left_out, planted=("test", planted)))
            index = Index(path)
            told: dict[str, object] = {"index": {**index.numbers, "seconds": time.perf_counter() - started}}
            told |= judge_all(world, rows, nothing, index)
            index.close()
            if peer:
                told["csv-reconcile itself"] = measure_peer(world, left_out, planted, rows, nothing, folder)
            numbers[name] = told
    numbers["speed"] = measure_speed()
    return numbers


def judge_all(world: World, rows: Sequence[Row], nothing: Sequence[Row], index: Index) -> dict[str, object]:
    matcher = Matcher(index, read_model())
    ways = {
        "ours": decide_ours(matcher),
        "rule of openrefine-wikibase": decide_by(openrefine_wikibase, index),
        "rule of csv-reconcile": decide_by(csv_reconcile, index),
    }
    clusters = {place.item: place.cluster for place in map(index.place, range(1, index.numbers["city"] + 1))}
    asked = [*rows, *nothing]
    numbers: dict[str, object] = {"rows": len(rows), "rows that mean nothing": len(nothing)}
    for country in (True, False):
        for partners in (0.5, 0.0):
            given = f"{'country' if country else 'no country'}, partner for {partners:.0%}"
            for name, decide in ways.items():
                if name == "ours" or not partners:
                    outcome = measure(asked, decide, clusters, country=country, partners=partners)
                    numbers[f"{name}: {given}"] = outcome.line() | {"examples": outcome.wrong[:8]}
    others = in_language_of_source(world, rows, SEED)
    numbers["ours: names in other languages, country, partner for 50%"] = measure(
        others, ways["ours"], clusters, country=True, partners=0.5
    ).line()
    gone = [row for row in nothing if row.city and row.sort == "label"]
    for country in (True, False):
        error, bins = calibration([*rows, *gone], matcher, country=country, partners=0.5)
        given = "country" if country else "no country"
        numbers[f"calibration: {given}"] = {"error": error, "bins": bins}
        numbers[f"to look through: {given}"] = places_of_hits(rows, matcher, country=country)
    numbers["unknown country"] = _unknown_countries(world, index, ways["ours"], clusters)
    numbers |= _groups([*rows, *others], ways["ours"], clusters)
    return numbers


def _unknown_countries(
    world: World, index: Index, decide: Decide, clusters: dict[str, int]
) -> dict[str, float]:
    """Cities of which the index does not know the country, asked with the one that other tables know."""
    rows = [
        Row(place.names[0].text, place.names[0].language, item, country=country, city=item)
        for item, country in sorted(benchmark_countries().items())
        if (place := world.places.get(item))
        and place.names
        and not place.country
        and index.identified("wikidata", item)
    ]
    return {"rows": len(rows), **measure(rows, decide, clusters, country=True, partners=0.0).line()}


def _groups(rows: Sequence[Row], decide: Decide, clusters: dict[str, int]) -> dict[str, object]:
    countries = by_group(rows, decide, clusters, lambda row: row.country)
    scripts = by_group(rows, decide, clusters, lambda row: row.script)

    def mean(outcomes: Iterable[Outcome], of: str) -> float:
        values = [outcome.line()[of] for outcome in outcomes]
        return math.fsum(values) / len(values)

    enough = [outcome for outcome in countries.values() if outcome.rows >= 20]
    return {
        "countries, mean of those with 20 rows": {of: mean(enough, of) for of in ("precision", "recall")},
        "countries": {
            name: [each.rows, *_short(each)] for name, each in countries.items() if each.rows >= 20
        },
        "scripts": {name: [each.rows, *_short(each)] for name, each in scripts.items()},
    }


def _short(outcome: Outcome) -> list[float]:
    line = outcome.line()
    return [round(line["precision"], 4), round(line["recall"], 4)]


def _show(numbers: dict[str, object]) -> None:
    for name, value in numbers.items():
        if isinstance(value, dict):
            print(name)
            for part, number in value.items():
                print(f"    {part}: {number:.4f}" if isinstance(number, float) else f"    {part}: {number}")
        else:
            print(f"{name}: {value}")


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    numbers = evaluate(peer=options.peer)
    _show(numbers)
    if options.json:
        options.json.write_text(json.dumps(numbers, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


__all__ = ["Answer", "evaluate", "main", "measure", "wilson"]

if __name__ == "__main__":
    main()
