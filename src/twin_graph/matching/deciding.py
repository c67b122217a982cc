"""Whether the first candidate is taken without asking, and why or why not, in coded words.

`reasons.csv` has the texts of the codes in three languages. No code is a number of the model: what holds a match back
besides its probability is said here, rule by rule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import log

from twin_graph.geo import great_circle_km
from twin_graph.matching.candidates import IN_FULL, NAME_KINDS, Named
from twin_graph.matching.comparing import Inputs, distance_of, tolerance_of
from twin_graph.matching.index import Known
from twin_graph.matching.scoring import Model, group_of
from twin_graph.matching.spelling import read_table, region_named
from twin_graph.matching.wanted import Wanted

_LANGUAGES = ("en", "pl", "uk")
# Names under which a place is not known to everybody: they need a country or other evidence.
_DOUBTFUL_NAMES = ("other", "alternative", "former", "romanised", "shortened", "generic")
_WHOLE_NAMES = ("main", "other", "alternative")
_PARTS_OF_NAMES = ("shortened", "generic")
_STEPS = ("name_other", "name_alternative", "name_former")
# A namesake is no matter where a place is so much larger, and large.
_LARGE, _TIMES_LARGER = 300_000, 20
# Two things that are no farther apart are one place: a town and its municipality, or an item and its double.
_SAME_KM = 25.0
# Another place is meant where the position is beyond both, and where the population is so many times another.
_FAR_KM, _FAR_TOLERANCES = 50.0, 3.0
_TIMES_ANOTHER = 20
# By these one of two namesakes in a country is told from the other.
_TELLING = ("linked", "near", "admin_match", "addition_confirmed")


@dataclass(frozen=True)
class Judged:
    """A candidate with its inputs and its probability."""

    named: Named
    inputs: Inputs
    probability: float


def decide(model: Model, wanted: Wanted, judged: Sequence[Judged]) -> tuple[bool, tuple[str, ...]]:
    """Whether the first of them, ordered by probability, is a match; and what holds it back."""
    first = judged[0]
    threshold = model.thresholds[group_of(first.inputs)]
    second = judged[1].probability if len(judged) > 1 else 0.0
    held = list(_rules(wanted, judged))
    if first.probability < threshold.probability:
        held.append("improbable")
    if first.probability - second < threshold.margin:
        sibling = first.named.place.cluster == judged[1].named.place.cluster if len(judged) > 1 else False
        held.append("sibling" if sibling else "close_second")
    return not held, tuple(held)


def _rules(wanted: Wanted, judged: Sequence[Judged]) -> Sequence[str]:
    """What holds a match back whatever its probability."""
    first = judged[0]
    inputs, named = first.inputs, first.named
    has_evidence = bool(group_of(inputs) == "evidence" or inputs.get("admin_match"))
    is_placed = has_evidence or bool(inputs.get("country_match") or inputs.get("addition_confirmed"))
    rules = {
        "country_mismatch": bool(inputs.get("country_mismatch")),
        "country_unread": wanted.country_unread,
        "identifier_mismatch": bool(inputs.get("identifier_mismatch")),
        "addition_contradicted": named.contradicted,
        "addition_unknown": _has_more_behind(wanted, first) and not inputs.get("linked"),
        "sort_mismatch": bool(inputs.get("sort_mismatch")) and not has_evidence,
        "name_fuzzy": named.kind == "fuzzy" and not (inputs.get("linked") or inputs.get("near")),
        "name_beyond": named.is_beyond,
        "name_absent": named.kind == "absent",
        "tie": len(judged) > 1 and judged[1].probability >= first.probability,
        "elsewhere": not named.place.is_ours,
        "name_doubtful": named.kind in _DOUBTFUL_NAMES and not is_placed and not wanted.is_article,
        "namesake": not is_placed and not wanted.is_article and bool(namesakes(judged)),
        "namesake_there": not (has_evidence or wanted.is_article or inputs.get("addition_confirmed"))
        and any(_is_rival(each.named, named) for each in judged[1:]),
        "namesake_here": bool(_namesakes_here(judged)),
        "name_of_another": named.kind in ("shortened", "generic", "fuzzy") and _has_in_full(judged),
        "other_kind": bool(wanted.query.kinds) and named.place.kind not in wanted.query.kinds,
    }
    return [code for code, holds in (rules | _contradictions(wanted, first)).items() if holds]


def _has_more_behind(wanted: Wanted, first: Judged) -> bool:
    """Whether something stands behind the name of which nobody knows that it is said of the place: Berlin (Mitte)."""
    return (
        first.named.kind in ("shortened", "generic")
        and bool(wanted.additions or wanted.qualifier)
        and not first.inputs.get("addition_confirmed")
    )


def _contradictions(wanted: Wanted, first: Judged) -> dict[str, bool]:
    """What was said of position, region and population, and is so much otherwise that another place is meant."""
    place, inputs = first.named.place, first.inputs
    distance = distance_of(wanted, place)
    # Regions are written in many ways: one that is not understood contradicts only where nothing else agrees.
    is_region = bool(region_named(wanted.admin, place.country)[1])
    agrees = inputs.get("linked") or inputs.get("near")
    ratio = inputs.get("population_ratio", 0.0)
    return {
        "far": distance is not None and distance > max(_FAR_KM, _FAR_TOLERANCES * tolerance_of(place)),
        "admin_mismatch": bool(inputs.get("admin_mismatch")) and (is_region or not agrees),
        "population_mismatch": ratio > log(_TIMES_ANOTHER),
    }


def _namesakes_here(judged: Sequence[Judged]) -> list[Known]:
    """Others of ours in the same country with the name of the first, if nothing tells them from it.

    However well known the first is: town and municipality, which are one place, are no namesakes.
    """
    first = judged[0]
    return [
        each.named.place
        for each in judged[1:]
        if _shares_name(first.named, each.named)
        and each.named.place.country == first.named.place.country != ""
        and not any(first.inputs.get(input_) and not each.inputs.get(input_) for input_ in _TELLING)
    ]


def _shares_name(first: Named, other: Named) -> bool:
    """Whether another one of ours, which is not the same place, is called so as much as the first is."""
    return (
        other.place.is_ours
        and other.place.cluster != first.place.cluster
        and other.kind not in ("fuzzy", "absent")
        and (other.kind == "main" or NAME_KINDS.index(other.kind) <= NAME_KINDS.index(first.kind))
    )


def _has_in_full(judged: Sequence[Judged]) -> bool:
    """Whether what was written is, with all its words, the name of another of ours in the country of the first."""
    place = judged[0].named.place
    return any(
        each.named.kind in IN_FULL
        and each.named.place.is_ours
        and each.named.place.country == place.country
        and each.named.place.cluster != place.cluster
        for each in judged[1:]
    )


def namesakes(judged: Sequence[Judged]) -> tuple[str, ...]:
    """The countries in which another place has the name of the first, unless that is far larger than they are.

    One of ours that is called so as much as the first always counts: lists of partners mean it, too.
    """
    place = judged[0].named.place
    others = [
        each.named
        for each in judged[1:]
        if each.named.kind in IN_FULL
        and each.named.place.cluster != place.cluster
        and each.named.place.country
    ]
    if place.population >= _LARGE and all(
        _is_far_smaller(other.place, place) and not _shares_name(judged[0].named, other) for other in others
    ):
        return ()
    return tuple(sorted({other.place.country for other in others}))


def _is_rival(other: Named, named: Named) -> bool:
    """Whether a country does not tell two places apart: both are in it, and the other one may be meant as well.

    Of two with the whole name that is so where the other is not ours and not far smaller, as far as anybody knows:
    of ours the model knows enough. Where only the other has the whole name, it is so unless it is known to be small.
    """
    place, rival = named.place, other.place
    if other.kind not in _WHOLE_NAMES or rival.country != place.country or rival.cluster == place.cluster:
        return False
    if place.point and rival.point and great_circle_km(*place.point, *rival.point) <= _SAME_KM:
        return False
    is_known = bool(place.population and rival.population)
    if named.kind in _PARTS_OF_NAMES:
        return not is_known or not _is_far_smaller(rival, place)
    return is_known and not rival.is_ours and other.kind == "main" and not _is_far_smaller(rival, place)


def _is_far_smaller(other: Known, place: Known) -> bool:
    """By population; where nobody knows it, by how many partners they have."""
    if other.population or not other.is_ours:
        return place.population >= _TIMES_LARGER * other.population
    return place.degree >= _TIMES_LARGER * other.degree


def speaking_for(inputs: Inputs) -> tuple[str, ...]:
    """What speaks for and against a candidate, in a fixed order."""
    found = [code for code in _codes_of_inputs() if inputs.get(code)]
    # Of the steps that a name is away the last one says all.
    steps = [code for code in found if code in _STEPS]
    return tuple(code for code in found if code not in steps[:-1])


def reason_text(code: str, language: str) -> str:
    """What a coded word means, in a language of the site, else in English.

    >>> reason_text("country_match", "pl")
    'kraj się zgadza'
    """
    texts = _texts().get(code, {})
    return texts.get(language) or texts.get("en") or code


@cache
def _texts() -> Mapping[str, Mapping[str, str]]:
    return {row["code"]: {tag: row[tag] for tag in _LANGUAGES} for row in read_table("reasons")}


@cache
def _codes_of_inputs() -> tuple[str, ...]:
    return tuple(row["code"] for row in read_table("reasons") if row["of"] == "input")
