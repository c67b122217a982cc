"""What speaks for and against a candidate, in numbers: the inputs of the model, named as in `parameters.toml`.

What is not known is no input at all: missing data is neutral, a contradiction is negative. What readers are shown is
`reasons`.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import log, log1p, log10

from twin_graph.geo import great_circle_km
from twin_graph.labels import fold
from twin_graph.matching.candidates import NAME_KINDS, Named
from twin_graph.matching.index import Index, Known
from twin_graph.matching.spelling import region_named
from twin_graph.matching.wanted import Wanted

Inputs = Mapping[str, float]
# Up to this distance two positions are the same, by population: centres of large cities lie far apart.
_TOLERANCES = ((1_000_000, 25.0), (100_000, 10.0), (0, 2.0))
_STEPS = ("other", "alternative", "former")
_MAX_RATIO = 5.0
# A place of which nobody knows the population counts as one of so many powers of ten.
_USUAL = 5.0

INPUTS = (
    *(f"name_{kind}" for kind in NAME_KINDS),
    "errors", "shared", "addition_contradicted", "addition_confirmed",
    "country_match", "country_mismatch", "country_unknown",
    "admin_match", "admin_mismatch", "sort_match", "sort_mismatch",
    "near", "far", "population_ratio", "population", "degree",
    "linked", "not_linked", "two_hop", "affinity", "network_match", "network_missing",
    "identifier_mismatch", "elsewhere",
)  # fmt: skip
NONE_INPUTS = ("none", "none_country", "none_partners", "none_short", "none_sort")
_SHORT = 4


def compare(index: Index, wanted: Wanted, named: Named) -> dict[str, float]:
    """The inputs of one candidate that are not 0."""
    place = named.place
    inputs = {f"name_{named.kind}": 1.0}
    # Each of these is one more step away from the name that everybody knows.
    for kind in _STEPS[: _STEPS.index(named.kind)] if named.kind in _STEPS else ():
        inputs[f"name_{kind}"] = 1.0
    if named.kind == "fuzzy":
        inputs["errors"] = 10 * (1 - named.similarity)
    inputs["shared"] = log(named.shared)
    inputs["addition_contradicted"] = float(named.contradicted)
    inputs["addition_confirmed"] = float(_confirms(named, wanted))
    inputs |= _about_place(wanted, place)
    inputs |= _about_evidence(index, wanted, place)
    inputs["population"] = log10(place.population) - _USUAL if place.population else 0.0
    inputs["degree"] = log1p(place.degree)
    inputs["elsewhere"] = float(not place.is_ours)
    return {name: value for name, value in inputs.items() if value}


def compare_none(wanted: Wanted) -> dict[str, float]:
    """The inputs of "none of these"."""
    shortest = min((len(spelling.key) for spelling in wanted.spellings[:1]), default=0)
    inputs = {
        "none": 1.0,
        "none_country": float(bool(wanted.country)),
        "none_partners": float(bool(wanted.partners)),
        "none_short": float(shortest <= _SHORT),
        "none_sort": float(wanted.sort not in ("", "settlement", "municipality")),
    }
    return {name: value for name, value in inputs.items() if value}


def _about_place(wanted: Wanted, place: Known) -> dict[str, float]:
    inputs = {}
    if wanted.country:
        is_there = place.country in (wanted.countries or (wanted.country,))
        relation = "unknown" if not place.country else "match" if is_there else "mismatch"
        inputs[f"country_{relation}"] = 1.0
    admins = [text for text in (wanted.admin, *wanted.query.admins) if text]
    if admins and place.admin:
        is_in = any(is_in_region(text, place) for text in admins)
        inputs["admin_match" if is_in else "admin_mismatch"] = 1.0
    if wanted.sort not in ("", "settlement"):
        inputs["sort_match" if place.sort == wanted.sort else "sort_mismatch"] = 1.0
    elif place.sort not in ("", "settlement", "municipality"):
        inputs["sort_mismatch"] = 1.0
    if (distance := distance_of(wanted, place)) is not None:
        beyond = distance / tolerance_of(place)
        inputs["near" if beyond <= 1 else "far"] = 1.0 if beyond <= 1 else log1p(beyond)
    populations = [number for number in (wanted.query.population, *wanted.query.populations) if number]
    if populations and place.population:
        ratio = min(abs(log(number / place.population)) for number in populations)
        inputs["population_ratio"] = min(_MAX_RATIO, ratio)
    if contradicting_identifiers(wanted, place):
        inputs["identifier_mismatch"] = 1.0
    return inputs


def _about_evidence(index: Index, wanted: Wanted, place: Known) -> dict[str, float]:
    inputs: dict[str, float] = {}
    if wanted.partners:
        linked = linked_partners(index, wanted, place)
        inputs["linked"] = float(linked > 0)
        inputs["not_linked"] = float(linked == 0 and place.degree > 0)
        own = index.links(place.number).keys()
        partners = {number for some in wanted.partners for number in some}
        hops = max((len(own & index.links(number).keys()) for number in partners), default=0)
        inputs["two_hop"] = 0.0 if linked else log1p(hops)
        countries = {index.place(number).country for number in partners} - {""}
        if place.country and countries:
            inputs["affinity"] = max(index.affinities.get((one, place.country), 0.0) for one in countries)
    if wanted.networks:
        is_in = bool(wanted.networks & index.networks(place.number))
        inputs["network_match" if is_in else "network_missing"] = 1.0
    return inputs


def linked_partners(index: Index, wanted: Wanted, place: Known) -> int:
    """How many of the partners that were named are known as partners."""
    own = index.links(place.number)
    return sum(any(number in own for number in some) for some in wanted.partners)


def distance_of(wanted: Wanted, place: Known) -> float | None:
    """Kilometres from the nearest position that was said; None where one of the two is not known."""
    points = [point for point in (wanted.query.point, *wanted.query.points) if point is not None]
    if not points or place.point is None:
        return None
    return min(great_circle_km(*point, *place.point) for point in points)


def tolerance_of(place: Known) -> float:
    """Up to how many kilometres a position is that of a place."""
    return next(km for population, km in _TOLERANCES if place.population >= population)


def contradicting_identifiers(wanted: Wanted, place: Known) -> tuple[str, ...]:
    """The sorts of the identifiers that the place has otherwise."""
    known = {**place.identifiers, "wikidata": place.item, "key": place.key}
    said: dict[str, set[str]] = {}
    for sort, text in wanted.query.all_identifiers:
        if text.strip():
            said.setdefault(sort, set()).add(fold(text.rpartition("/")[2]))
    return tuple(
        sort for sort, texts in sorted(said.items()) if known.get(sort) and fold(known[sort]) not in texts
    )


def is_in_region(text: str, place: Known) -> bool:
    """Whether a place is in a region, which may be written by its code or in its own language."""
    return same_region(region_named(text, place.country)[1] or text, place.admin)


def same_region(one: str, other: str) -> bool:
    """Whether two names of regions are near enough to be the same: one begins with the other, or has it as words.

    Not words where the first is a region that everybody knows: Virginia is not West Virginia.

    >>> same_region("Lublin Voivodeship", "lublin"), same_region("Kansas", "Arkansas")
    (True, False)
    >>> same_region("Freistaat Bayern", "Bayern"), same_region("Virginia", "West Virginia")
    (True, False)
    """
    first, second = fold(one), fold(other)
    if not (first and second):
        return False
    if first.startswith(second) or second.startswith(first):
        return True
    return not region_named(one)[1] and (f" {second}" in f" {first}" or f" {first}" in f" {second}")


def _confirms(named: Named, wanted: Wanted) -> bool:
    """Whether what stands behind the name is said of the place too: its region, or the addition of another name."""
    place = named.place
    if wanted.qualifier and place.admin and same_region(wanted.qualifier, place.admin):
        return True
    if named.kind != "shortened" and not wanted.qualifier:
        return False
    texts = [set(fold(name.text).split()) for name in place.names]
    return any(words <= text for words in wanted.additions for text in texts)
