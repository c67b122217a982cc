"""The values of the matcher: what somebody looks for, and what it may be.

Knows neither names nor files: `candidates` finds, `scoring` judges.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Query:
    """One thing that somebody looks for. What is empty is not known, which is no contradiction.

    Attributes:
        name: as it was written; may be empty where there are identifiers.
        language: tag of the language of the name.
        kinds: names of our kinds; empty for cities.
        strict: `any` of the kinds, `all`, or they `should` be such.
        country: as it was written: a code, a number, a name in any language, an item.
        admin: name of the region, county or state.
        point: latitude and longitude, in degrees.
        partners: names, keys or items of cities that it is twinned with.
        networks: names or keys of networks that it is in.
        identifiers: by their sort: `wikidata`, `geonames`, `teryt`, `key` …
        limit: how many candidates are wanted.
        countries, admins, points, populations, more_identifiers: further values, any of which may be meant as well
            as the one above.
    """

    name: str
    language: str = ""
    kinds: tuple[str, ...] = ()
    strict: str = "should"
    country: str = ""
    admin: str = ""
    point: tuple[float, float] | None = None
    population: int | None = None
    partners: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    identifiers: Mapping[str, str] = field(default_factory=dict)
    limit: int = 10
    countries: tuple[str, ...] = ()
    admins: tuple[str, ...] = ()
    points: tuple[tuple[float, float], ...] = ()
    populations: tuple[int, ...] = ()
    more_identifiers: tuple[tuple[str, str], ...] = ()

    @property
    def all_identifiers(self) -> tuple[tuple[str, str], ...]:
        """Sorts and texts of the identifiers, sorted, each once."""
        return tuple(sorted({*self.identifiers.items(), *self.more_identifiers}))


@dataclass(frozen=True)
class Feature:
    """One thing that was compared, and how it came out; `features.csv` says what each means."""

    id: str
    value: float | bool | str


@dataclass(frozen=True)
class Candidate:
    """A thing that may be meant.

    Attributes:
        key: of our kind; empty for a place that only the index of places knows.
        item: of Wikidata, or empty.
        description: such as "city, Germany, 17 partners", in the language of the query.
        kinds: the names of its kinds.
        score: 100 times the posterior probability that it is meant.
        match: whether it is taken without asking anybody.
        reasons: coded words, why and why not; `reasons.csv` has their texts.
    """

    key: str
    item: str
    name: str
    description: str
    kinds: tuple[str, ...]
    score: float
    match: bool
    features: tuple[Feature, ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """What a query may mean, the most probable first.

    Attributes:
        none: posterior probability that it is none of the candidates.
    """

    candidates: tuple[Candidate, ...]
    none: float
