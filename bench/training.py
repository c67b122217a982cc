"""Learn the parameters of the matcher from the CC0 extracts: `python bench/training.py` writes `parameters.toml`.

Rows are drawn with a fixed seed from the half of the cities that training may see, some of them with errors, in other
languages, with more or less evidence, some meaning nothing in the index. Three fifths of the cities give the weights,
a fifth the curves, a fifth the thresholds; the other half of all cities is for `reconciliation.py` alone.
"""

from __future__ import annotations

import math
import random
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from worldwide import (
    NETWORKS,
    SEED,
    Row,
    World,
    choose_absent,
    in_training,
    index_places,
    input_hashes,
    link_rows,
    read_world,
    share,
    towns,
)

from twin_graph.labels import fold
from twin_graph.matching import Index, Model, Place, Query, write_index
from twin_graph.matching.candidates import find
from twin_graph.matching.comparing import INPUTS, NONE_INPUTS, Inputs, compare, compare_none
from twin_graph.matching.countries import country_title
from twin_graph.matching.deciding import Judged, decide
from twin_graph.matching.scoring import FILE, GROUPS, Threshold, group_of
from twin_graph.matching.spelling import additions_of
from twin_graph.matching.wanted import understand

VERSION = "1"
PLANTED = 0.1
# Each row is drawn so often, with other errors and other evidence.
DRAWS = 3
PENALTY = 0.3
STEPS = 60
# How sure the thresholds of a group have to be, on the cities that are for that alone.
TARGETS = {"name": 0.990, "unknown": 0.990, "country": 0.997, "evidence": 0.9985}
LEAST_PROBABILITY = 0.80
# Of the rows that mean nothing in the index, at most this share may be taken for something. There are 300 of each
# sort, so two with a country, and none with only a name: a namesake of what is missing looks like what is meant.
MOST_FALSE = {"name": 0.0, "unknown": 0.008, "country": 0.008, "evidence": 0.004}
# What speaks for a candidate may not have a weight against it, whatever happens to be so in the examples.
FOR = ("country_match", "admin_match", "sort_match", "near", "linked", "two_hop", "network_match",
       "addition_confirmed", "population", "degree")  # fmt: skip
AGAINST = ("name_other", "name_alternative", "name_former", "errors", "addition_contradicted",
           "country_mismatch", "admin_mismatch", "sort_mismatch", "far", "population_ratio",
           "network_missing", "identifier_mismatch", "elsewhere")  # fmt: skip
_GENERIC = (
    "City of {}",
    "Stadt {}",
    "Miasto {}",
    "Ville de {}",
    "{} Municipality",
    "Comune di {}",
    "{} city",
)
_OTHER_SORTS = ("Landkreis {}", "{} County", "Powiat {}", "{} Metropole", "{} Region", "{} Oblast")
_NO_PLACES = (
    "Date",
    "Total",
    "Partner",
    "Uwagi",
    "n/a",
    "unknown",
    "none",
    "Country",
    "brak danych",
    "various",
)
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Example:
    """A query with what is compared, and which of its candidates is meant (-1: none)."""

    query: Query
    candidates: tuple[Inputs, ...]
    none: Inputs
    meant: int
    part: str
    is_town: bool = False


def main() -> None:
    """Train, and write the file."""
    world = read_world()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "matching.db"
        examples = make_examples(world, path)
    text = write_parameters(train(examples), examples)
    FILE.write_text(text, encoding="utf-8")


def make_examples(world: World, path: Path, draws: int = DRAWS) -> list[Example]:
    """Draw rows, write the index of training, and compare each row with its candidates."""
    absent = choose_absent(world, "training absent")
    unplaced = frozenset(item for item in world.dated if share(item, "unplaced") < 0.2)
    kept = frozenset(item for item in absent if share(item, "kept elsewhere") < 0.5)
    unseen = frozenset(town.item for town in towns(world, training=False))
    write_index(path, index_places(world, absent | unseen, unplaced, ("training", PLANTED), kept))
    index = Index(path)
    items = [item for item in sorted(world.dated) if in_training(item)]
    chance = random.Random(SEED)
    rows = link_rows(world, items, len(world.listed), SEED, absent)
    found = [_example(index, *_draw(world, row, chance)) for _ in range(draws) for row in rows]
    found += [*_town_examples(index, towns(world, training=True))] * draws
    index.close()
    return found


def _town_examples(index: Index, places: Iterable[Place]) -> Iterator[Example]:
    """Towns that are twinned with nobody, asked with their country, where cities abroad have their name.

    Where a city of ours in that country has it too, a list of partners means that one.
    """
    for town in places:
        query = Query(town.names[0].text, "en", country=town.country)
        found = _example(index, query, town.item, town.item)
        ours = [each for each in found.candidates if not each.get("elsewhere")]
        if found.meant >= 0 and ours and all(each.get("country_mismatch") for each in ours):
            yield found


def _example(index: Index, query: Query, item: str, city: str) -> Example:
    wanted = understand(index, query)
    named = find(index, wanted)
    meant = next((at for at, each in enumerate(named) if item and each.place.item == item), -1)
    inputs = tuple(compare(index, wanted, each) for each in named)
    part = share(city, "part")
    return Example(
        query, inputs, compare_none(wanted), meant,
        "weights" if part < 0.6 else "curves" if part < 0.8 else "thresholds",
    )  # fmt: skip


# -- rows ------------------------------------------------------------------------------------------------


def _draw(world: World, row: Row, chance: random.Random) -> tuple[Query, str, str]:
    """A query made of a row, what it means, and the city by which it is put into a part."""
    place = world.places.get(row.city)
    name, language, item = _draw_name(world, row, chance)
    query = Query(name, language)
    if chance.random() < 0.5:
        country = row.country if chance.random() < 0.998 else chance.choice(("de", "fr", "us", "pl", "gb"))
        query = replace(query, country=country)
    if (drawn := chance.random()) < 0.65:
        query = replace(query, partners=(_draw_partner(world, row, chance, drawn),))
    if place and place.point and chance.random() < 0.15:
        north, east = (chance.gauss(0, 0.02) for _ in range(2))
        query = replace(query, point=(place.point[0] + north, place.point[1] + east))
    if place and place.population and chance.random() < 0.25:
        query = replace(query, population=round(place.population * math.exp(chance.gauss(0, 0.5))))
    if place and place.admin and chance.random() < 0.25:
        query = replace(query, admin=place.admin)
    if chance.random() < 0.1:
        own = place.networks if place and place.networks and chance.random() < 0.9 else ()
        query = replace(query, networks=own[:1] or (f"pretended-{chance.randrange(NETWORKS)}",))
    if not item and chance.random() < 0.1:
        query = replace(query, identifiers={"wikidata": f"Q{10**9 + chance.randrange(10**6)}"})
    # What is only in the gazetteer is meant as much as a city of ours.
    return query, item or ("" if row.item else row.city), row.city


def _draw_partner(world: World, row: Row, chance: random.Random, drawn: float) -> str:
    """The city whose list it is; now and then one of its country that is not known as a partner."""
    if drawn < 0.5:
        return row.source
    country = world.places[row.source].country
    others = [item for item in _of_country(world, country) if (item, row.item) not in _listed(world)]
    return chance.choice(others) if others else row.source


_COUNTRIES: dict[str, list[str]] = {}
_LISTED: set[tuple[str, str]] = set()


def _of_country(world: World, country: str) -> Sequence[str]:
    if not _COUNTRIES:
        for item, place in world.places.items():
            _COUNTRIES.setdefault(place.country, []).append(item)
    return _COUNTRIES.get(country, ())


def _listed(world: World) -> set[tuple[str, str]]:
    if not _LISTED:
        _LISTED.update(world.listed)
        _LISTED.update((other, one) for one, other in world.listed)
    return _LISTED


def _draw_name(world: World, row: Row, chance: random.Random) -> tuple[str, str, str]:
    """A name for a row, its language, and what it means."""
    place = world.places.get(row.item)
    drawn = chance.random()
    if place and drawn < 0.1 and (words := additions_of(row.name)):
        base = row.name.split()[0]
        behind = " ".join(word for word in row.name.split() if fold(word) in words[0])
        return chance.choice(("{} ({})", "{}/{}", "{}, {}")).format(base, behind), "", row.item
    if drawn < 0.55 or not place:
        if not place and drawn < 0.05:
            return chance.choice(_NO_PLACES), "", ""
        return row.name, chance.choice(("en", "en", "")), row.item
    if drawn < 0.75 and len(place.names) > 1:
        name = chance.choice(place.names)
        return name.text, chance.choice((name.language, name.language, "")), row.item
    if drawn < 0.85:
        return _with_error(row.name, chance), "en", row.item
    if drawn < 0.90:
        behind = chance.choice([country_title(place.country, "en"), place.admin or "Centre"])
        return chance.choice(("{}, {}", "{} ({})")).format(row.name, behind), "en", row.item
    if drawn < 0.94:
        return chance.choice(_GENERIC).format(row.name), "", row.item
    if drawn < 0.97:
        return chance.choice(_OTHER_SORTS).format(row.name), "", ""
    return row.name, "", row.item


def _with_error(name: str, chance: random.Random) -> str:
    """A name with one typing error."""
    if len(name) < 4:
        return name
    at = chance.randrange(1, len(name) - 1)
    sort = chance.randrange(4)
    if sort == 0:
        return name[:at] + name[at + 1 :]
    if sort == 1:
        return name[:at] + chance.choice(_LETTERS) + name[at:]
    if sort == 2:
        return name[:at] + chance.choice(_LETTERS) + name[at + 1 :]
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]


# -- weights ---------------------------------------------------------------------------------------------


def train(examples: Sequence[Example]) -> Model:
    """Weights, curves and thresholds, each from its part of the examples."""
    parts = {
        part: [each for each in examples if each.part == part] for part in ("weights", "curves", "thresholds")
    }
    model = Model(fit(parts["weights"]), version=VERSION)
    model = replace(model, curves={group: fit_curve(model, parts["curves"], group) for group in GROUPS})
    return replace(
        model, thresholds={group: fit_threshold(model, parts["thresholds"], group) for group in GROUPS}
    )


def fit(examples: Sequence[Example]) -> dict[str, float]:
    """The weights with the greatest likelihood, less a penalty on their squares; those of a wrong sign are 0."""
    names = (*INPUTS, *NONE_INPUTS)
    numbers = {name: at for at, name in enumerate(names)}
    rows = [_numbered(example, numbers) for example in examples]
    fixed: set[int] = set()
    while True:
        weights = _climb(rows, len(names), fixed)
        wrong = {numbers[name] for name in FOR if weights[numbers[name]] < 0}
        wrong |= {numbers[name] for name in AGAINST if weights[numbers[name]] > 0}
        if not wrong:
            return {name: round(weight, 4) + 0.0 for name, weight in zip(names, weights, strict=True)}
        fixed |= wrong


def _climb(rows: Sequence[tuple[Choices, int]], size: int, fixed: set[int]) -> list[float]:
    """Newton's method from nothing; fixed weights stay 0."""
    weights = [0.0] * size
    for _ in range(STEPS):
        gradient = [-PENALTY * weight for weight in weights]
        curvature = [[PENALTY if i == j else 0.0 for j in range(size)] for i in range(size)]
        for choices, meant in rows:
            _add(choices, meant, weights, gradient, curvature)
        for at in fixed:
            gradient[at] = 0.0
            curvature[at] = [1.0 if at == other else 0.0 for other in range(size)]
            for line in curvature:
                line[at] = line[at] if line is curvature[at] else 0.0
        step = solve(curvature, gradient)
        weights = [weight + change for weight, change in zip(weights, step, strict=True)]
        if max(map(abs, step)) < 1e-6:
            break
    return weights


Choices = list[list[tuple[int, float]]]


def _numbered(example: Example, numbers: Mapping[str, int]) -> tuple[Choices, int]:
    choices = [
        [(numbers[name], value) for name, value in inputs.items()]
        for inputs in (*example.candidates, example.none)
    ]
    return choices, example.meant if example.meant >= 0 else len(choices) - 1


def _add(
    choices: Choices, meant: int, weights: list[float], gradient: list[float], curvature: list[list[float]]
) -> None:
    """Add what one example says to the gradient and to the curvature."""
    utilities = [math.fsum(weights[at] * value for at, value in choice) for choice in choices]
    highest = max(utilities)
    powers = [math.exp(utility - highest) for utility in utilities]
    total = math.fsum(powers)
    mean: dict[int, float] = {}
    for choice, power in zip(choices, powers, strict=True):
        for at, value in choice:
            mean[at] = mean.get(at, 0.0) + power / total * value
    for at, value in choices[meant]:
        gradient[at] += value
    for at, value in mean.items():
        gradient[at] -= value
    for choice, power in zip(choices, powers, strict=True):
        own = dict(choice)
        difference = [(at, own.get(at, 0.0) - middle) for at, middle in mean.items()]
        difference = [(at, value) for at, value in difference if value]
        chance = power / total
        if chance < 1e-9:
            continue
        for at, value in difference:
            line, scaled = curvature[at], chance * value
            for other, another in difference:
                line[other] += scaled * another


def solve(matrix: list[list[float]], right: Sequence[float]) -> list[float]:
    """The solution of a system of linear equations, by elimination with the largest pivot.

    >>> solve([[2.0, 0.0], [0.0, 4.0]], [2.0, 2.0])
    [1.0, 0.5]
    """
    rows = [[*line, value] for line, value in zip(matrix, right, strict=True)]
    size = len(rows)
    for at in range(size):
        pivot = max(range(at, size), key=lambda row: abs(rows[row][at]))
        rows[at], rows[pivot] = rows[pivot], rows[at]
        for row in range(at + 1, size):
            factor = rows[row][at] / rows[at][at]
            if factor:
                rows[row] = [one - factor * other for one, other in zip(rows[row], rows[at], strict=True)]
    found = [0.0] * size
    for at in reversed(range(size)):
        known = math.fsum(rows[at][other] * found[other] for other in range(at + 1, size))
        found[at] = (rows[at][size] - known) / rows[at][at]
    return found


# -- curves and thresholds -------------------------------------------------------------------------------


def firsts(model: Model, examples: Sequence[Example]) -> Iterator[tuple[str, float, bool, Example]]:
    """Group, greatest softmax and whether it is right, of the examples that have candidates."""
    for example in examples:
        if example.candidates:
            raw, _ = model.softmax(example.candidates, example.none)
            first = raw.index(max(raw))
            yield group_of(example.candidates[first]), raw[first], first == example.meant, example


def fit_curve(model: Model, examples: Sequence[Example], group: str) -> tuple[tuple[float, float], ...]:
    """The rising steps that fit best (pool adjacent violators), as the points between which the curve is straight."""
    pairs = sorted((value, right) for own, value, right, _ in firsts(model, examples) if own == group)
    size = max(1, len(pairs) // 40)
    blocks: list[list[float]] = []  # sum of values, number right, number
    for at in range(0, len(pairs), size):
        some = pairs[at : at + size]
        blocks.append([math.fsum(value for value, _ in some), sum(right for _, right in some), len(some)])
        while len(blocks) > 1 and blocks[-2][1] / blocks[-2][2] >= blocks[-1][1] / blocks[-1][2]:
            last = blocks.pop()
            blocks[-1] = [one + other for one, other in zip(blocks[-1], last, strict=True)]
    # Half an error and half a success more, so that nothing is certain.
    points = {
        round(total / number, 5): round((right + 0.5) / (number + 1), 5) for total, right, number in blocks
    }
    inner = sorted(points.items())
    return tuple(_rising([(0.0, 0.0), *inner, (1.0, max(inner[-1][1], 0.9995))]))


def _rising(points: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    highest = -1.0
    for x, y in points:
        if y > highest:
            highest = y
            yield x, y


def fit_threshold(model: Model, examples: Sequence[Example], group: str) -> Threshold:
    """The least probability with which enough of those that are taken are right, and few enough mean nothing."""
    absent = [each for each in examples if each.meant < 0]
    asked = {"name": False, "unknown": True, "country": True}
    number = sum(group not in asked or bool(each.query.country) == asked[group] for each in absent)
    best, right, false = 1.0, 0, 0
    decided = sorted(_decided(model, examples, group), key=lambda each: each[0], reverse=True)
    for taken, (probability, example, is_right) in enumerate(decided, 1):
        right += is_right
        false += example.meant < 0
        is_sure = right / taken >= TARGETS[group] and false <= MOST_FALSE[group] * number
        if is_sure and probability >= LEAST_PROBABILITY:
            best = probability
    return Threshold(math.floor(best * 10_000) / 10_000, 0.5)


def _decided(model: Model, examples: Sequence[Example], group: str) -> Iterator[tuple[float, Example, bool]]:
    """Probability of the first candidate, its example, and whether it is right."""
    for own, _, is_right, example in firsts(model, examples):
        if own == group:
            probabilities, _ = model.posterior(example.candidates, example.none, group)
            yield max(probabilities), example, is_right


def _metrics(model: Model, examples: Sequence[Example]) -> Iterator[str]:
    """What came out on the cities from which the thresholds were taken, by group, rules apart."""
    held = [each for each in examples if each.part == "thresholds"]
    for group in GROUPS:
        decided = list(_decided(model, held, group))
        taken = [
            right for probability, _, right in decided if probability >= model.thresholds[group].probability
        ]
        meant = sum(example.meant >= 0 for _, example, _ in decided)
        yield (
            f"{group} = {{ rows = {len(decided)}, taken = {len(taken)}, "
            f"precision = {sum(taken) / max(1, len(taken)):.4f}, recall = {sum(taken) / max(1, meant):.4f} }}"
        )


def write_parameters(model: Model, examples: Sequence[Example]) -> str:
    """The file: where it comes from, the weights, the curves, the thresholds."""
    lines = [
        "# The parameters of the matcher, learned by bench/training.py; do not change a number by hand.",
        "# From Wikidata (CC0 1.0) and Natural Earth (public domain), the half of the cities that training may see.",
        "# What each input is: src/twin_graph/matching/comparing.py. What came out: bench/README.md.",
        "", "[origin]", f'version = "{VERSION}"', f"seed = {SEED}", f"examples = {len(examples)}",
        "", "[origin.inputs]", *(f'"{name}" = "{digest}"' for name, digest in input_hashes().items()),
        "", "# On the cities of the thresholds; those that training never saw are in bench/README.md.",
        "[metrics]", *_metrics(model, examples),
        "", "[weights]", *(f"{name} = {value}" for name, value in model.weights.items()),
        "", "# From the greatest softmax to the probability, straight between the points.", "[curves]",
    ]  # fmt: skip
    for group, points in model.curves.items():
        lines.append(f"{group} = [{', '.join(f'[{x}, {y}]' for x, y in points)}]")
    for group, threshold in model.thresholds.items():
        lines += ["", f"[thresholds.{group}]", f"probability = {threshold.probability}",
                  f"margin = {threshold.margin}"]  # fmt: skip
    return "\n".join(lines) + "\n"


__all__ = ["Judged", "decide", "main", "make_examples", "train"]

if __name__ == "__main__":
    main()
