"""Find networks, partnerships, and cities where there is no index of places, by the index of names alone.

Its scores are shares of fixed weights, not of a trained model: an exact name counts fifty times an inexact one, a
country that contradicts takes almost everything away, and "none of these" always has a share. A match is one exact
name that nothing else has and nothing contradicts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from twin_graph.labels import Hit, NameIndex, fold
from twin_graph.matching import Answer, Candidate, Feature, Query

_EXACT = 1.0
_WEIGHTS = {1.0: 1.0, 0.9: 0.02, 0.8: 0.02, 0.6: 0.01, 0.4: 0.002, 0.2: 0.001}
_CONTRADICTED = 0.01
_NONE = 0.05
_LEAST = 0.9
_ENGLISH = "en"


@dataclass(frozen=True)
class NameMatcher:
    """A matcher of one index of names."""

    index: NameIndex
    base_iri: str

    def match(self, queries: Sequence[Query]) -> list[Answer]:
        """What each query may mean."""
        return [self._match(query) for query in queries]

    def _match(self, query: Query) -> Answer:
        kinds = query.kinds or ("city",)
        if identified := self._identify(query, kinds):
            return identified
        if not query.name:
            return Answer((), 1.0)
        found = self.index.search(query.name, query.language or _ENGLISH, kinds, limit=query.limit)
        said = (self._country(text) for text in (query.country, *query.countries))
        countries = frozenset(key for key in said if key)
        hits = [_judge(hit, query.name) for hit in found.hits]
        weights = [self._weigh(hit, countries) for hit in hits]
        total = sum(weights) + _NONE
        exact = sum(hit.score == _EXACT and _agrees(hit, countries) is not False for hit in hits)
        candidates = [
            _candidate(hit, weight / total, countries, is_match=exact == 1)
            for hit, weight in zip(hits, weights, strict=True)
        ]
        return Answer(tuple(sorted(candidates, key=lambda each: -each.score)), _NONE / total)

    def _identify(self, query: Query, kinds: Sequence[str]) -> Answer | None:
        named: set[tuple[str, str]] = set()
        for sort, text in query.all_identifiers:
            wanted = f"{kinds[0]}/{text}" if sort == "key" else text
            found = self.index.identify(wanted, self.base_iri)
            if found and found[0] in kinds:
                named.add((found[0], found[1]))
        if not named:
            return None
        reasons = ("identifier_match",) if len(named) == 1 else ("identifier_match", "identifiers_differ")
        said = (Feature("identifier_match", True),)
        candidates = tuple(
            Candidate(key, "", "", "", (kind,), 100 / len(named), len(named) == 1, said, reasons)
            for kind, key in sorted(named)
        )
        return Answer(candidates, 0.0)

    def _country(self, text: str) -> str:
        """The key of a country by its code or by a name; empty where nobody is called so."""
        small = text.strip().lower()
        if len(small) == 2 and self.index.titles("country", [small], _ENGLISH):
            return small
        found = self.index.search(text, _ENGLISH, ["country"], limit=1).hits if small else ()
        return found[0].key if found and found[0].score == _EXACT else ""

    def _weigh(self, hit: Hit, countries: frozenset[str]) -> float:
        weight = _WEIGHTS.get(hit.score, 0.001)
        return weight * _CONTRADICTED if _agrees(hit, countries) is False else weight


def _judge(hit: Hit, name: str) -> Hit:
    """A hit whose name is made of its parts, as exact where all of them are named, in any order, and nothing else."""
    said, own = sorted(fold(name).split()), sorted(fold(hit.matched).split())
    is_whole = len(hit.parts) > 1 and said == own and hit.matched.count(" – ") == len(hit.parts) - 1
    return replace(hit, score=_EXACT) if is_whole else hit


def _agrees(hit: Hit, countries: frozenset[str]) -> bool | None:
    return not countries.isdisjoint(hit.countries) if countries and hit.countries else None


def _candidate(hit: Hit, share: float, countries: frozenset[str], *, is_match: bool) -> Candidate:
    agrees = _agrees(hit, countries)
    features = [Feature("name_similarity", 100 * hit.score), Feature("posterior", share)]
    features += [] if agrees is None else [Feature("country_match", agrees)]
    is_exact = hit.score == _EXACT
    reasons = ["name_main" if is_exact else "name_fuzzy"]
    reasons += [] if agrees is None else ["country_match" if agrees else "country_mismatch"]
    match = is_match and is_exact and share >= _LEAST and agrees is not False
    return Candidate(
        hit.key, "", hit.title, "", (hit.kind,), 100 * share, match, tuple(features), tuple(reasons)
    )
