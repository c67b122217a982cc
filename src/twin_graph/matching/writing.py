"""Write the index of the matcher: one SQLite file that follows from the places alone, byte for byte.

    place        everything that may be meant; its number is its place in the order of `Place.sorting`
    spelling     every key under which something may be found
    named        which places have it, from which of their names, and how
    gram         three letters that follow one another: the numbers of the spellings that have them
    identifier   numbers of others and our own keys
    link         who is twinned with whom, and in which partnership
    member       who is in which network
    affinity     how much more often two countries are twinned than chance would have it
    number       how many there are of what

Reading it is `index`; what goes in is decided by `build`.
"""

from __future__ import annotations

import json
import math
import sqlite3
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from twin_graph.labels import USES
from twin_graph.matching.places import Place
from twin_graph.matching.spelling import sort_of, spell

FILE = "matching.db"
VERSION = 1
GRAM = 3
# A key of fewer letters is not looked for with errors.
SHORTEST = 4

_SCHEMA = f"""
PRAGMA page_size = 8192;
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA user_version = {VERSION};
CREATE TABLE place (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, key TEXT NOT NULL, item TEXT NOT NULL,
                    country TEXT NOT NULL, admin TEXT NOT NULL, latitude REAL, longitude REAL,
                    population INTEGER NOT NULL, degree INTEGER NOT NULL, sort TEXT NOT NULL,
                    cluster INTEGER NOT NULL, identifiers TEXT NOT NULL, names TEXT NOT NULL);
CREATE INDEX place_latitude ON place (latitude, longitude);
CREATE TABLE spelling (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE);
CREATE TABLE named (spelling INTEGER NOT NULL, place INTEGER NOT NULL, name INTEGER NOT NULL, how INTEGER NOT NULL,
                    PRIMARY KEY (spelling, place, name)) WITHOUT ROWID;
CREATE TABLE gram (gram TEXT PRIMARY KEY, number INTEGER NOT NULL, spellings BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE identifier (sort TEXT NOT NULL, identifier TEXT NOT NULL, place INTEGER NOT NULL,
                         PRIMARY KEY (identifier, sort, place)) WITHOUT ROWID;
CREATE TABLE link (place INTEGER NOT NULL, partner INTEGER NOT NULL, partnership TEXT NOT NULL,
                   PRIMARY KEY (place, partner, partnership)) WITHOUT ROWID;
CREATE TABLE member (place INTEGER NOT NULL, network INTEGER NOT NULL, PRIMARY KEY (place, network)) WITHOUT ROWID;
CREATE TABLE affinity (one TEXT NOT NULL, other TEXT NOT NULL, value REAL NOT NULL,
                       PRIMARY KEY (one, other)) WITHOUT ROWID;
CREATE TABLE number (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
"""


def write_index(path: Path, places: Iterable[Place]) -> None:
    """Write the index of some places; partners, networks and siblings that are not among them are left out."""
    path.unlink(missing_ok=True)
    ordered = sorted(places, key=lambda place: place.sorting)
    numbers = {(place.kind, place.key): number for number, place in enumerate(ordered, 1) if place.key}
    links = _links(ordered, numbers)
    # Without transactions of its own: one for all, begun and ended here.
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.executescript(_SCHEMA)
        file.execute("BEGIN")
        clusters = _clusters(ordered, numbers)
        degrees = Counter(place for place, _ in {(place, partner) for place, partner, _ in links})
        file.executemany(
            "INSERT INTO place VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                _row(number, place, degrees[number], clusters[number])
                for number, place in enumerate(ordered, 1)
            ),
        )
        _write_names(file, ordered)
        file.executemany("INSERT INTO link VALUES (?, ?, ?)", links)
        file.executemany("INSERT INTO identifier VALUES (?, ?, ?)", _identifiers(ordered))
        file.executemany("INSERT INTO member VALUES (?, ?)", _members(ordered, numbers))
        file.executemany("INSERT INTO affinity VALUES (?, ?, ?)", _affinities(ordered, links))
        counts = Counter(place.kind if place.key else "elsewhere" for place in ordered)
        names = sum(len(place.names) for place in ordered)
        file.executemany("INSERT INTO number VALUES (?, ?)", sorted({**counts, "name": names}.items()))
        file.execute("COMMIT")


def _row(number: int, place: Place, degree: int, cluster: int) -> tuple[object, ...]:
    latitude, longitude = place.point or (None, None)
    names = json.dumps(
        [[name.text, name.language, USES.index(name.use)] for name in place.names], ensure_ascii=False
    )
    return (
        number, place.kind, place.key, place.item, place.country, place.admin, latitude, longitude,
        place.population, degree, _sort(place), cluster,
        json.dumps(dict(sorted(place.identifiers.items()))), names,
    )  # fmt: skip


def _sort(place: Place) -> str:
    """What most of the labels say that it is: a Chinese one alone may end like a district by chance."""
    sorts = [sort_of(name.text) for name in place.names if name.use == "label"]
    return next((sort for sort, number in Counter(sorts).most_common(1) if 2 * number > len(sorts)), "")


def _write_names(file: sqlite3.Connection, places: Sequence[Place]) -> None:
    """Spellings in their order, so that their numbers follow from them; and the grams of those in letters."""
    named: dict[str, dict[tuple[int, int], int]] = defaultdict(dict)
    for number, place in enumerate(places, 1):
        for index, name in enumerate(place.names):
            for spelling in spell(name.text, name.language):
                known = named[spelling.key]
                known[number, index] = min(spelling.how, known.get((number, index), spelling.how))
    keys = sorted(named)
    file.executemany("INSERT INTO spelling VALUES (?, ?)", enumerate(keys, 1))
    file.executemany(
        "INSERT INTO named VALUES (?, ?, ?, ?)",
        (
            (spelling, place, index, how)
            for spelling, key in enumerate(keys, 1)
            for (place, index), how in sorted(named[key].items())
        ),
    )
    grams: dict[str, array[int]] = defaultdict(lambda: array("I"))
    for row, key in enumerate(keys, 1):
        for gram in sorted(grams_of(key)):
            grams[gram].append(row)
    file.executemany(
        "INSERT INTO gram VALUES (?, ?, ?)",
        ((gram, len(grams[gram]), grams[gram].tobytes()) for gram in sorted(grams)),
    )


def grams_of(key: str) -> set[str]:
    """The grams of a key with its two ends, so that beginnings and endings count; none of a short key.

    >>> sorted(grams_of("brest"))
    ['^br', 'bre', 'est', 'res', 'st$']
    """
    if len(key) < SHORTEST:
        return set()
    whole = f"^{key}$"
    return {whole[place : place + GRAM] for place in range(len(whole) - GRAM + 1)}


def _links(places: Sequence[Place], numbers: Mapping[tuple[str, str], int]) -> list[tuple[int, int, str]]:
    """Both directions of every link, each once."""
    found: set[tuple[int, int, str]] = set()
    for number, place in enumerate(places, 1):
        for partner, partnership in place.partners:
            other = numbers.get(("city", partner))
            if other and other != number:
                found |= {(number, other, partnership), (other, number, partnership)}
    return sorted(found)


def _clusters(places: Sequence[Place], numbers: Mapping[tuple[str, str], int]) -> dict[int, int]:
    """The smallest number of the things that are the same place, for each."""
    roots = {number: number for number in range(1, len(places) + 1)}

    def root(number: int) -> int:
        while roots[number] != number:
            number = roots[number]
        return number

    for number, place in enumerate(places, 1):
        for sibling in place.siblings:
            if other := numbers.get((place.kind, sibling)):
                one, two = sorted((root(number), root(other)))
                roots[two] = one
    return {number: root(number) for number in roots}


def _identifiers(places: Sequence[Place]) -> list[tuple[str, str, int]]:
    return sorted(
        {
            (sort, value.lower(), number)
            for number, place in enumerate(places, 1)
            for sort, value in (*place.identifiers.items(), ("key", place.key), ("wikidata", place.item))
            if value
        }
    )


def _members(places: Sequence[Place], numbers: Mapping[tuple[str, str], int]) -> list[tuple[int, int]]:
    return sorted(
        {
            (number, numbers["network", network])
            for number, place in enumerate(places, 1)
            for network in place.networks
            if ("network", network) in numbers
        }
    )


def _affinities(
    places: Sequence[Place], links: Iterable[tuple[int, int, str]]
) -> Iterator[tuple[str, str, float]]:
    """The logarithm of how often two countries are twinned to how often they would be by chance, smoothed."""
    pairs = Counter(
        (places[one - 1].country, places[other - 1].country)
        for one, other in sorted({(one, other) for one, other, _ in links})
    )
    pairs = Counter({pair: number for pair, number in pairs.items() if all(pair)})
    ends: Counter[str] = Counter()
    for (one, _), number in pairs.items():
        ends[one] += number
    total = sum(pairs.values()) or 1
    for one in sorted(ends):
        for other in sorted(ends):
            expected = ends[one] * ends[other] / total
            value = math.log((pairs[one, other] + 1) / (expected + 1))
            if abs(value) >= 0.01:
                yield one, other, round(value, 3)
