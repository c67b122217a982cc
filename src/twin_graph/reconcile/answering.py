"""Candidates of the matcher as the answer to a query, in both versions.

A score is a posterior probability in per cent, as the matcher gives it. What a query requires takes candidates away,
and what they were given is shared among the others. Only the first may be a match, and no tie is one (R5).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any, Protocol

from rdflib import URIRef

from twin_graph import iris
from twin_graph.matching import Answer, Candidate, Feature, Index, Query, read_model, reason_text
from twin_graph.reconcile.asked import Asked
from twin_graph.reconcile.elsewhere import place_of
from twin_graph.reconcile.evidence import make_query, read_name
from twin_graph.reconcile.facts import Facts
from twin_graph.reconcile.requiring import Requiring
from twin_graph.reconcile.services import Service
from twin_graph.reconcile.vocabulary import WIKIDATA, Type

_DIGITS = 2
# The feature and the reason of who has a value that a query rules out.
_RULED_OUT = "ruled_out"
_CODE = re.compile(r"[a-z][a-z_-]{0,40}")
# What a feature is called for a reader.
Words = Callable[[str, str], str]


class Matcher(Protocol):
    """What finds and judges candidates."""

    def match(self, queries: Sequence[Query]) -> list[Answer]:
        """What each query may mean, whatever the others are."""


@dataclass(frozen=True)
class _Fitting:
    """A candidate that may be shown: its identifier here, the thing, and its types."""

    candidate: Candidate
    id: str
    thing: URIRef | None
    types: tuple[Type, ...]
    type_fits: bool | None  # None: nothing is known of it, or nothing is asked


@dataclass(frozen=True)
class Answering:
    """What answers the queries of a service.

    Attributes:
        places: the index of the matcher; tests what is required.
    """

    service: Service
    facts: Facts
    matcher: Matcher
    words: Words
    places: Index | None = None

    def answer(self, asked: Asked) -> dict[str, Any]:
        """The candidates of a query, the most probable first."""
        read = read_name(asked, self.service, self.facts)
        candidates = self._named(read) or self._matched(read)
        fitting = self._fitting(read, candidates)
        # The second one decides whether the first is tied, also where only one is wanted.
        shown = [self._show(read, each) for each in fitting[: max(asked.limit, 2)]]
        _decide(shown)
        key = "candidates" if self.service.is_draft else "result"
        found: dict[str, Any] = {key: shown[: asked.limit]}
        if asked.unknown:
            found["warnings"] = [f"there is no property “{name}”" for name in asked.unknown]
        return found

    def _matched(self, asked: Asked) -> list[Candidate]:
        (answer,) = self.matcher.match([make_query(asked, self.service, self.facts)])
        return list(answer.candidates)

    def _named(self, asked: Asked) -> list[Candidate]:
        """The things that a query names by nothing but their identifiers; they are certain (R10)."""
        if asked.name or asked.conditions:
            return []
        parts = (identifier.rpartition(":") for identifier in asked.ids)
        things = [self.facts.find_any(self.service, sort, text) for sort, _, text in parts]
        found = list(dict.fromkeys(thing for thing in things if thing is not None))
        is_one = len(found) == 1
        reasons = () if is_one else ("identifier_match", "identifiers_differ")
        return [
            Candidate(minted.key, self.facts.item(thing), "", "", (minted.kind,), 100 / len(found), is_one,
                      (Feature("identifier_match", True),), reasons)
            for thing in found
            if (minted := iris.unmint(self.facts.base_iri, thing))
        ]  # fmt: skip

    def _fitting(self, asked: Asked, candidates: Sequence[Candidate]) -> list[_Fitting]:
        """The candidates that are there in this service and meet what is required."""
        found = [each for candidate in candidates if (each := self._place(asked, candidate))]
        requiring = Requiring(self.service, self.facts, self.places)
        required, unwanted = requiring.required(asked), requiring.ruled_out(asked)
        left = [
            each
            for each in found
            if not (asked.strict in ("any", "all") and each.type_fits is False)
            and requiring.meets(required, each.candidate, each.thing)
        ]
        ruled_out = [each for each in left if not requiring.meets(unwanted, each.candidate, each.thing)]
        return _rule_out(_share(found, left), {each.id for each in ruled_out})

    def _place(self, asked: Asked, candidate: Candidate) -> _Fitting | None:
        key, service = candidate.key, self.service
        thing = self.facts.of_key(service.kind, key)
        identifier = key
        if service.space == WIKIDATA:
            identifier = candidate.item or (self.facts.item(thing) if thing is not None else "")
        if not service.is_identifier(identifier):
            return None
        types = self.facts.types(service, thing) if thing is not None else service.types[:1]
        return _Fitting(candidate, identifier, thing, types, _fits(asked, types, service))

    def _show(self, asked: Asked, fitting: _Fitting) -> dict[str, Any]:
        candidate, service, language = fitting.candidate, self.service, self.service.language
        name = self.facts.titles(str(fitting.thing), language) if fitting.thing is not None else ""
        shown: dict[str, Any] = {
            "id": fitting.id,
            "name": plain(name or candidate.name or fitting.id),
            "score": _finite(candidate.score),
            "match": candidate.match and fitting.type_fits is not False,
            "type": [{"id": each.id, "name": each.name(language)} for each in fitting.types],
        }
        if description := self._describe(fitting):
            shown["description"] = plain(description)
        features = [*candidate.features]
        if asked.types and fitting.type_fits is not None:
            features.append(Feature("type_match", fitting.type_fits))
        shown["features"] = self._features(features)
        if candidate.reasons:
            texts = ((code, self._reason(code)) for code in candidate.reasons)
            shown["reasons"] = [{"id": code, "name": text} for code, text in texts]
        if service.is_draft:
            shown["lang"] = language
        return shown

    def _describe(self, fitting: _Fitting) -> str:
        """What tells a candidate from others; the matcher's words, which count other partners, if it is not ours."""
        if fitting.thing is None:
            return fitting.candidate.description
        place = place_of(self.places, self.service, fitting.candidate)
        return self.facts.describe(self.service, fitting.thing, place.admin if place else "")

    def _reason(self, code: str) -> str:
        """The text of a reason: the matcher's own sentence, where it has one."""
        text = reason_text(code, self.service.language)
        return self.words(code, self.service.language) if text == code else text

    def _features(self, features: Iterable[Feature]) -> list[dict[str, Any]]:
        """Features as the schemas have them: numbers and truth values; a coded word becomes one that is true."""
        found: dict[str, bool | float] = {}
        for each in features:
            if isinstance(each.value, str):
                if each.id.endswith("_kind") and _CODE.fullmatch(each.value):
                    found[f"{each.id}_{each.value.replace('-', '_')}"] = True
            elif isinstance(each.value, bool) or math.isfinite(each.value):
                found[each.id] = each.value if isinstance(each.value, bool) else round(each.value, 6)
        if not self.service.is_draft:
            return [{"id": name, "value": value} for name, value in found.items()]
        language = self.service.language
        return [
            {"id": name, "name": self.words(name, language), "value": value} for name, value in found.items()
        ]


def failure(service: Service, title: str, status: int, detail: str) -> dict[str, Any]:
    """What stands in a batch for a query that could not be answered (R14)."""
    key = "candidates" if service.is_draft else "result"
    return {key: [], "error": {"title": title, "status": status, "detail": detail}}


def _share(found: Sequence[_Fitting], left: Sequence[_Fitting]) -> list[_Fitting]:
    """Those that are left, with the probability of the others shared out among them and what is none of them."""
    taken = sum(max(0.0, each.candidate.score) for each in found if each not in left)
    scale = 100 / (100 - taken) if 0 < taken < 99.9 else 1.0
    scaled = [
        replace(each, candidate=replace(each.candidate, score=_finite(each.candidate.score * scale)))
        for each in left
    ]
    return sorted(scaled, key=_order)


def _rule_out(found: Sequence[_Fitting], ruled_out: Set[str]) -> list[_Fitting]:
    """Those with a value that they should not have are no match, and less probable by what a contradiction weighs."""
    if not ruled_out:
        return list(found)
    weight = math.exp(read_model().weights["country_mismatch"])
    weights = [_finite(each.candidate.score) * (weight if each.id in ruled_out else 1.0) for each in found]
    total = 100 - sum(_finite(each.candidate.score) for each in found) + sum(weights)
    made = []
    for each, own in zip(found, weights, strict=True):
        candidate = replace(each.candidate, score=_finite(100 * own / total) if total > 0 else 0.0)
        if each.id in ruled_out:
            features = (*candidate.features, Feature(_RULED_OUT, True))
            candidate = replace(
                candidate, match=False, features=features, reasons=(*candidate.reasons, _RULED_OUT)
            )
        made.append(replace(each, candidate=candidate))
    return sorted(made, key=_order)


def _order(fitting: _Fitting) -> tuple[float, str]:
    return -_finite(fitting.candidate.score), fitting.id


def _decide(shown: Sequence[dict[str, Any]]) -> None:
    """Let nothing be a match but the first, and not where another is as good."""
    for place, each in enumerate(shown):
        is_tied = place == 0 and len(shown) > 1 and shown[1]["score"] >= each["score"]
        each["match"] = bool(each["match"]) and place == 0 and not is_tied


def _fits(asked: Asked, types: Sequence[Type], service: Service) -> bool | None:
    """Whether a thing is of the types that are asked for; of what has only the general one nothing is known."""
    known = [found for name in asked.types if (found := service.find_type(name))]
    if not known or (len(types) == 1 and types[0] == service.types[0]):
        return None
    has = {each.id for each in types} | {service.types[0].id}
    fits = [each.id in has for each in known]
    return all(fits) if asked.strict == "all" else any(fits)


def _finite(score: float) -> float:
    return round(min(100.0, max(0.0, score)), _DIGITS) if math.isfinite(score) else 0.0


def plain(text: str) -> str:
    """A text for JSON: the characters as they are, on one line (R19)."""
    return " ".join(text.encode("utf-8", "ignore").decode().split())
