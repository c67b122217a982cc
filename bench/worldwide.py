"""The world's twin towns from their CC0 extracts, as places of an index and as rows of somebody's lists.

Reads `../shared/data/world` (cities and links of Wikidata, CC0; Natural Earth, public domain) and the table of
siblings of the project. What a row means is known, so that training and evaluation need nobody's opinion. Cities are
split by a hash of their item: rows of one half never name a city of the other. Neither trains nor measures.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from twin_graph.labels import Name
from twin_graph.matching import Place
from twin_graph.matching.places import read_gazetteer

ROOT = Path(__file__).parents[1]
WORLD = ROOT / "../shared/data/world"
INPUT_FILES = ("cc0_cities.csv.gz", "cc0_edges.csv.gz", "ne_10m_populated_places_v4.0.json.gz")
_LANGUAGES = ("en", "de", "es", "fr", "pt", "ru", "zh")
NETWORKS, MEMBERS = 20, 150
SEED = 20260715


@dataclass(frozen=True)
class World:
    """All places by item, and who lists whom.

    Attributes:
        listed: pairs of items: the first lists the second as its partner.
        dated: items of the extract of 2026, which have an English name, a country and a position.
    """

    places: Mapping[str, Place]
    listed: tuple[tuple[str, str], ...]
    dated: frozenset[str]


@dataclass(frozen=True)
class Row:
    """One row of a list.

    Attributes:
        item: what it means; empty for nothing that is in the index.
        city: the item of the city that was meant, also where the index does not have it.
        source: the city whose list it is in.
    """

    name: str
    language: str
    item: str
    source: str = ""
    country: str = ""
    city: str = ""
    script: str = "Latin"
    sort: str = "label"


def share(item: str, salt: str) -> float:
    """A number from 0 to 1 that belongs to an item, always the same."""
    return int.from_bytes(hashlib.sha256(f"{salt}|{item}".encode()).digest()[:6], "big") / 2**48


def in_training(item: str) -> bool:
    """Whether a city is of the half from which the model learns."""
    return share(item, "half") < 0.5


def input_hashes() -> dict[str, str]:
    """The sha256 of each file that is read from beside the project."""
    return {name: hashlib.sha256((WORLD / name).read_bytes()).hexdigest() for name in INPUT_FILES}


@cache
def read_world() -> World:
    """Everything, from the files."""
    cities = _read("cc0_cities.csv.gz")
    edges = _read("cc0_edges.csv.gz")
    names = _natural_earth_names()
    gazetteer = {place.item: place for place in read_gazetteer()}
    partners: dict[str, set[str]] = defaultdict(set)
    for row in edges:
        partners[row["subject"]].add(row["object"])
    siblings = _siblings()
    places = {}
    for row in cities:
        item, known = row["qid"], gazetteer.get(row["qid"])
        own = [Name(row["label"], row["label_lang"] or "en")] if row["label"] else []
        more = [name for name in names.get(item, ()) if name not in own]
        more += [
            name
            for name in (known.names if known else ())
            if name.use == "alternative" and not any(name.text == other.text for other in (*own, *more))
        ]
        places[item] = Place(
            "city", item.lower(), item, (*own, *more), row["country"].lower(),
            known.admin if known else "",
            (float(row["lat"]), float(row["lon"])) if row["lat"] else None,
            known.population if known else 0,
            tuple((other.lower(), "") for other in sorted(partners[item])),
            _pretended_networks(item), siblings.get(item, ()),
        )  # fmt: skip
    listed = sorted({(row["subject"], row["object"]) for row in edges})
    dated = frozenset(row["qid"] for row in cities if row["source"] == "bothness" and row["label"])
    return World(places, tuple(pair for pair in listed if pair[1] in places), dated)


def index_places(
    world: World,
    absent: frozenset[str],
    unplaced: frozenset[str] = frozenset(),
    planted: tuple[str, float] = ("", 0.0),
    elsewhere: frozenset[str] = frozenset(),
) -> Iterator[Place]:
    """The places of an index.

    Args:
        absent: items that it shall not have.
        unplaced: cities without their countries and positions.
        planted: a seed, and for which share of the cities a namesake is made up, in the country and abroad each.
        elsewhere: of the absent ones those that the gazetteer keeps.
    """
    for item, place in world.places.items():
        if item in absent or not place.names:
            continue
        yield replace(place, country="", point=None, admin="") if item in unplaced else place
    for place in read_gazetteer():
        is_gone = place.item in absent and place.item not in elsewhere
        if not is_gone and (place.item not in world.places or place.item in elsewhere):
            yield place
    yield from plant(world, *planted)
    for number in range(NETWORKS):
        yield Place("network", f"pretended-{number}", names=(Name(f"Pretended {number}", "en"),))


def plant(world: World, seed: str, of_all: float) -> Iterator[Place]:
    """Made-up places with the name of a city and nothing else: the extracts have few of the namesakes there are."""
    countries = sorted({place.country for place in world.places.values()} - {""})
    for at, item in enumerate(sorted(world.dated)):
        place = world.places[item]
        for abroad in (False, True):
            if share(item, f"planted {seed} {abroad}") < of_all:
                drawn = countries[int(share(item, f"abroad {seed}") * len(countries))]
                country = drawn if abroad else place.country
                yield Place("city", "", f"Q{2 * 10**9 + 2 * at + abroad}", place.names[:1], country)


def choose_absent(world: World, salt: str) -> frozenset[str]:
    """The tenth of the cities that an index shall not have: what means one of them means nothing there."""
    return frozenset(item for item in world.dated if share(item, salt) < 0.1)


def towns(world: World, *, training: bool) -> list[Place]:
    """The places of the gazetteer that are no cities of ours: of the half that training may see, or of the other."""
    return [
        place
        for place in read_gazetteer()
        if place.item not in world.places and (share(place.item, "gazetteer") >= 0.5) == training
    ]


def link_rows(
    world: World, items: Iterable[str], number: int, seed: int, absent: frozenset[str]
) -> list[Row]:
    """Rows of real lists: partners as their partners list them, by their English names."""
    wanted = set(items)
    pairs = [
        pair for pair in world.listed
        if pair[1] in wanted and pair[0] not in absent and pair[0] in world.places
    ]  # fmt: skip
    chosen = random.Random(seed).sample(pairs, min(number, len(pairs)))
    rows = []
    for source, item in chosen:
        place = world.places[item]
        name = place.names[0].text
        meant = "" if item in absent else item
        rows.append(Row(name, "en", meant, source, place.country, item, script_of(name)))
    return rows


def in_language_of_source(world: World, rows: Iterable[Row], seed: int) -> list[Row]:
    """The same rows with a name in another language, where one is known."""
    chance = random.Random(seed)
    found = []
    for row in rows:
        place = world.places[row.item] if row.item else None
        others = [name for name in place.names[1:] if name.use == "label"] if place else []
        if others:
            name = chance.choice(others)
            found.append(
                replace(
                    row, name=name.text, language=name.language, script=script_of(name.text), sort="other"
                )
            )
    return found


def script_of(text: str) -> str:
    """The script of the first letter of a text that is not Latin; Latin where there is none.

    >>> script_of("Lviv"), script_of("Львів"), script_of("纽约")
    ('Latin', 'Cyrillic', 'Han')
    """
    for letter in text:
        code = ord(letter)
        if 0x400 <= code < 0x530:
            return "Cyrillic"
        if 0x3040 <= code < 0x3100 or 0x3400 <= code < 0xA000:
            return "Han"
        if 0xAC00 <= code < 0xD7B0:
            return "Hangul"
        if code >= 0x370 and letter.isalpha() and not 0x1E00 <= code < 0x1F00:
            return "other"
    return "Latin"


def _read(name: str) -> list[dict[str, str]]:
    with gzip.open(WORLD / name, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _natural_earth_names() -> dict[str, list[Name]]:
    with gzip.open(WORLD / INPUT_FILES[2], "rt", encoding="utf-8") as file:
        features = json.load(file)["features"]
    found: dict[str, list[Name]] = {}
    for properties in sorted(
        (each["properties"] for each in features), key=lambda each: str(each["wikidataid"])
    ):
        texts = ((tag, (properties[f"NAME_{tag.upper()}"] or "").strip()) for tag in _LANGUAGES)
        found.setdefault(properties["wikidataid"], [Name(text, tag) for tag, text in texts if text])
    return found


def _siblings() -> dict[str, tuple[str, ...]]:
    with (ROOT / "data/world/cities.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["wikidata"]: row["sibling"] for row in csv.DictReader(file)}
    return {item: tuple(other.lower() for other in text.split(";")) for item, text in rows.items() if text}


def _pretended_networks(item: str) -> tuple[str, ...]:
    """Networks are drawn: the extracts have none, and membership has to be worth something to the model."""
    share_of_each = MEMBERS / 11_353
    return tuple(
        f"pretended-{number}"
        for number in range(NETWORKS)
        if share(item, f"network {number}") < share_of_each
    )


# -- larger worlds ---------------------------------------------------------------------------------------


@cache
def _benchmark_rows() -> tuple[dict[str, str], ...]:
    """Links of `benchmark-only`, of mixed licences: read here and nowhere else, and never shipped."""
    path = WORLD / "benchmark-only/twin_edges.csv.gz"
    if not path.is_file():
        return ()
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def benchmark_countries() -> dict[str, str]:
    """The country of each item in `benchmark-only`."""
    sides = (("a_qid", "a_country"), ("b_qid", "b_country"))
    return {
        row[item]: row[country].lower() for row in _benchmark_rows() for item, country in sides if row[item]
    }


def with_benchmark(world: World) -> World:
    """The same world with the cities that only `benchmark-only` has, with their links: more to be mistaken for."""
    partners: dict[str, set[str]] = defaultdict(set)
    found: dict[str, Place] = {}
    for row in _benchmark_rows():
        if row["a_qid"] and row["b_qid"]:
            partners[row["a_qid"]].add(row["b_qid"])
            partners[row["b_qid"]].add(row["a_qid"])
        for side in "ab":
            item = row[f"{side}_qid"]
            if item and item not in world.places and row[f"{side}_name"]:
                point = (float(row[f"{side}_lat"]), float(row[f"{side}_lon"])) if row[f"{side}_lat"] else None
                found[item] = Place(
                    "city", item.lower(), item, (Name(row[f"{side}_name"], "en"),),
                    row[f"{side}_country"].lower(), point=point,
                )  # fmt: skip
    more = {
        item: replace(place, partners=tuple((other.lower(), "") for other in sorted(partners[item])))
        for item, place in sorted(found.items())
    }
    return replace(world, places={**world.places, **more})


def many_places(world: World, names: int) -> list[Place]:
    """The places of the world, and as many made up of their syllables as there have to be for so many names."""
    places = list(index_places(world, frozenset()))
    chance = random.Random(SEED)
    known = [place for place in places if place.names and place.country]
    count, number = sum(len(place.names) for place in places), 0
    while count < names:
        model, other = chance.choice(known), chance.choice(known)
        number += 1
        made = [
            Name(_blend(name.text, other.names[0].text, chance), name.language) for name in model.names[:4]
        ]
        count += len(made)
        places.append(
            replace(model, key=f"made-{number}", item=f"Q{10**9 + number}", names=tuple(made), siblings=())
        )
    return places


def _blend(one: str, other: str, chance: random.Random) -> str:
    """The beginning of a name and the end of another."""
    return (
        one[: max(2, len(one) // 2)]
        + other[len(other) // 2 :]
        + chance.choice(("", "", "ville", "burg", " West"))
    )
