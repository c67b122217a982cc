"""Read the index of the matcher: places by key, by identifier, by letters; and what is known of them.

Nothing is held in memory but what was asked last and what is small; the system's cache of files is shared by all
processes. Says nothing of who is meant.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import cos, radians
from pathlib import Path
from typing import Any, NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from twin_graph.errors import SnapshotDamaged
from twin_graph.geo import great_circle_km
from twin_graph.labels import USES, Name, fold
from twin_graph.labels.connections import Connections
from twin_graph.matching.writing import GRAM, VERSION, grams_of

_KNOWN = 20_000
_KM_OF_A_DEGREE = 111.0
_MAX_NEAR = 12
_MAX_SAME = 200


@dataclass(frozen=True)
class Known:
    """A place of the index.

    Attributes:
        number: its own.
        degree: how many cities it is twinned with.
        sort: what generic words in its labels say that it is; empty for most.
        cluster: the same for all things that are the same place.
    """

    number: int
    kind: str
    key: str
    item: str
    country: str
    admin: str
    point: tuple[float, float] | None
    population: int
    degree: int
    sort: str
    cluster: int
    identifiers: Mapping[str, str]
    names: tuple[Name, ...]

    @property
    def is_ours(self) -> bool:
        """Whether there is a thing of ours, with a key."""
        return bool(self.key)


class Found(NamedTuple):
    """A place under a key: which of its names, and how the key comes from it (see `spelling`)."""

    place: int
    name: int
    how: int


class Index:
    """An index in a snapshot.

    Raises:
        SnapshotDamaged: when asked, if the file is no index of this version.
    """

    def __init__(self, path: Path) -> None:
        self._file = Connections(path)
        self._rows = self._file.rows
        self.place = lru_cache(maxsize=_KNOWN)(self._place)
        self.links = lru_cache(maxsize=_KNOWN)(self._links)
        self.networks = lru_cache(maxsize=_KNOWN)(self._networks)

    @classmethod
    def open(cls, path: Path | None) -> Index | None:
        """The index of a snapshot; None where it has none, or one of a former version of the program."""
        if path is None or not path.is_file():
            return None
        index = cls(path)
        with suppress(SnapshotDamaged):
            if index._rows("PRAGMA user_version") == [(VERSION,)]:
                return index
        index.close()
        return None

    def close(self) -> None:
        """Let the file go."""
        self._file.close()

    # -- finding ----------------------------------------------------------------------------------------

    def called(self, keys: Iterable[str]) -> dict[str, list[Found]]:
        """The places that have these keys, by key."""
        found: dict[str, list[Found]] = {}
        for key in keys:
            rows = self._rows(
                "SELECT place, name, how FROM named WHERE spelling = (SELECT id FROM spelling WHERE key = ?) LIMIT ?",
                key, _MAX_SAME,
            )  # fmt: skip
            if rows:
                found[key] = [Found(*row) for row in rows]
        return found

    def near(self, key: str, errors: int) -> list[tuple[str, int]]:
        """The keys that differ from this one by at most so many typing errors, the nearest first, with the number.

        An error, at worst two letters exchanged, destroys `GRAM` + 1 grams: who shares none of the rarest ones
        differs by more.
        """
        grams = sorted(grams_of(key))
        if not grams or errors < 1:
            return []
        rows = self._rows(
            "SELECT spellings FROM gram WHERE gram IN (SELECT value FROM json_each(?)) ORDER BY number, gram",
            json.dumps(grams),
        )
        absent = len(grams) - len(rows)
        numbers: set[int] = set()
        for (blob,) in rows[: max(0, (GRAM + 1) * errors + 1 - absent)]:
            some = array("I")
            some.frombytes(blob)
            numbers.update(some)
        choices = self._keys(sorted(numbers))
        near = process.extract(key, choices, scorer=OSA.distance, score_cutoff=errors, limit=None)
        ordered = sorted((int(distance), other) for other, distance, _ in near if other != key)
        return [(other, distance) for distance, other in ordered[:_MAX_NEAR]]

    def _keys(self, numbers: Sequence[int]) -> list[str]:
        rows = self._rows(
            "SELECT key FROM spelling WHERE id IN (SELECT value FROM json_each(?))", json.dumps(numbers)
        )
        return [key for (key,) in rows]

    def identified(self, sort: str, identifier: str) -> list[int]:
        """The places with an identifier of a sort; of any sort, if it is empty."""
        wanted = fold(identifier).replace(" ", "-") if sort == "key" else identifier.strip().lower()
        rows = (
            self._rows("SELECT place FROM identifier WHERE sort = ? AND identifier = ?", sort, wanted)
            if sort
            else self._rows("SELECT DISTINCT place FROM identifier WHERE identifier = ? ORDER BY 1", wanted)
        )
        return [place for (place,) in rows]

    def around(self, point: tuple[float, float], km: float, limit: int = 20) -> list[int]:
        """The cities within a distance, the nearest first."""
        latitude, longitude = point
        high = km / _KM_OF_A_DEGREE
        wide = min(180.0, high / max(0.05, cos(radians(latitude))))
        rows = self._rows(
            "SELECT id, latitude, longitude FROM place WHERE latitude BETWEEN ? AND ? AND longitude BETWEEN ? AND ?",
            latitude - high, latitude + high, longitude - wide, longitude + wide,
        )  # fmt: skip
        measured = sorted((great_circle_km(*point, lat, lon), number) for number, lat, lon in rows)
        return [number for distance, number in measured if distance <= km][:limit]

    # -- what is known ------------------------------------------------------------------------------------

    def _place(self, number: int) -> Known:
        ((*row, identifiers, names),) = self._rows("SELECT * FROM place WHERE id = ?", number)
        number, kind, key, item, country, admin, latitude, longitude, population, degree, sort, cluster = row
        return Known(
            number, kind, key, item, country, admin,
            None if latitude is None else (latitude, longitude),
            population, degree, sort, cluster, json.loads(identifiers),
            tuple(Name(text, language, USES[use]) for text, language, use in json.loads(names)),
        )  # fmt: skip

    def _links(self, number: int) -> Mapping[int, str]:
        """The cities that one is twinned with, each with the key of the partnership."""
        return dict(self._rows("SELECT partner, partnership FROM link WHERE place = ?", number))

    def _networks(self, number: int) -> frozenset[int]:
        rows = self._rows("SELECT network FROM member WHERE place = ?", number)
        return frozenset(network for (network,) in rows)

    @cached_property
    def affinities(self) -> Mapping[tuple[str, str], float]:
        """How much more often two countries are twinned than by chance, as a logarithm; 0 where it is not there."""
        return {(one, other): value for one, other, value in self._rows("SELECT * FROM affinity")}

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """How many there are of each kind, of places elsewhere, and of names."""
        return dict(self._rows("SELECT name, value FROM number"))

    @cached_property
    def countries(self) -> Mapping[str, str]:
        """The keys of countries by what the data writes for them, folded: names and items."""
        rows: list[Any] = self._rows("SELECT id FROM place WHERE kind = 'country' ORDER BY id")
        known: dict[str, str] = {}
        for place in (self.place(number) for (number,) in rows):
            for text in (place.item, *(name.text for name in place.names)):
                if text:
                    known.setdefault(fold(text), place.key)
        return known
