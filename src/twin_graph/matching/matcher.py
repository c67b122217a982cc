"""Answer queries: what each may mean, with probabilities, features and reasons.

An answer depends on its query, the index and the model alone, never on the queries beside it; `collective` looks at a
list as a whole, and only where that is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from twin_graph.labels import Name
from twin_graph.labels.matching import choose_title
from twin_graph.matching.candidates import Named
from twin_graph.matching.collective import settle, with_hubs
from twin_graph.matching.comparing import compare, compare_none, distance_of, linked_partners
from twin_graph.matching.countries import country_title
from twin_graph.matching.deciding import Judged, decide, namesakes, reason_text, speaking_for
from twin_graph.matching.identifying import Identified, article, identify
from twin_graph.matching.index import Index, Known
from twin_graph.matching.model import Answer, Candidate, Feature, Query
from twin_graph.matching.readings import find_any, is_open
from twin_graph.matching.scoring import Model, group_of
from twin_graph.matching.wanted import Wanted, understand

_MAX_ROUNDS = 3


class Matcher:
    """Answers queries with one index and one model.

    Args:
        elsewhere: whether places that are not ours are candidates too; else they only make "none" more probable.
    """

    def __init__(self, index: Index, model: Model, *, elsewhere: bool = False) -> None:
        self._index = index
        self._model = model
        self._elsewhere = elsewhere

    def match(self, queries: Sequence[Query], *, collective: bool = False) -> list[Answer]:
        """One answer for each query, in their order.

        Args:
            collective: the queries are the rows of one list, which say something of one another.
        """
        answers = [self._answer(query) for query in queries]
        if not collective:
            return answers
        asked = list(queries)
        for _ in range(_MAX_ROUNDS):
            better = with_hubs(self._index, queries, answers)
            if better == asked:
                break
            asked = better
            answers = [self._answer(query) for query in asked]
        return settle(queries, asked, answers)

    def warm(self) -> None:
        """Read the tables that every answer needs, so that the first one is not slow."""
        self.match([Query("-", country="-", partners=("-",))])
        _ = self._index.affinities

    def _answer(self, query: Query) -> Answer:
        meant = article(query.name)
        if meant:
            query = replace(query, name=meant[0], language=meant[1])
        wanted = understand(self._index, query, is_article=bool(meant))
        if identified := identify(self._index, wanted):
            return self._identified(wanted, identified)
        found = find_any(self._index, wanted)
        if not found:
            return Answer((), 1.0)
        judged, none = self._judge(wanted, found)
        is_match, held = decide(self._model, wanted, judged)
        if is_match and is_open(self._model, wanted, judged):
            is_match, held = False, ("close_second",)
        shown = [each for each in judged if self._elsewhere or each.named.place.is_ours]
        hidden = sum(each.probability for each in judged) - sum(each.probability for each in shown)
        candidates = tuple(
            self._candidate(wanted, judged, each, is_match and each is judged[0], held)
            for each in shown[: query.limit]
        )
        return Answer(candidates, min(1.0, none + hidden))

    def _judge(self, wanted: Wanted, found: Sequence[Named]) -> tuple[list[Judged], float]:
        inputs = [compare(self._index, wanted, named) for named in found]
        none = compare_none(wanted)
        raw, _ = self._model.softmax(inputs, none)
        group = group_of(inputs[raw.index(max(raw))])
        probabilities, rest = self._model.posterior(inputs, none, group)
        judged = [Judged(*each) for each in zip(found, inputs, probabilities, strict=True)]
        return sorted(judged, key=lambda each: (-each.probability, each.named.place.number)), rest

    def _identified(self, wanted: Wanted, identified: Identified) -> Answer:
        query = wanted.query
        candidates = tuple(
            Candidate(
                place.key, place.item, self._title(place, query.language).text,
                describe(place, query.language), (place.kind,), 100.0 * probability,
                identified.is_match, (Feature("identifier_match", True), Feature("posterior", probability)),
                identified.reasons,
            )
            for place, probability in identified.places
        )  # fmt: skip
        return Answer(candidates[: query.limit], 1 - sum(probability for _, probability in identified.places))

    def _candidate(
        self, wanted: Wanted, judged: Sequence[Judged], each: Judged, is_match: bool, held: Sequence[str]
    ) -> Candidate:
        place = each.named.place
        reasons = speaking_for(each.inputs)
        if each is judged[0]:
            reasons += tuple(code for code in held if code not in reasons)
        return Candidate(
            place.key, place.item, self._title(place, wanted.query.language).text,
            describe(place, wanted.query.language), (place.kind,), round(100 * each.probability, 2), is_match,
            self._features(wanted, judged, each), reasons,
        )  # fmt: skip

    def _features(self, wanted: Wanted, judged: Sequence[Judged], each: Judged) -> tuple[Feature, ...]:
        named, inputs = each.named, each.inputs
        best = max((other.probability for other in judged if other is not each), default=0.0)
        found = [
            Feature("name_similarity", round(100 * named.similarity, 1)),
            Feature("name_kind", named.kind),
            Feature("matched_name", named.name.text),
            Feature("posterior", round(each.probability, 4)),
            Feature("margin", round(each.probability - best, 4)),
            Feature("twin_degree", named.place.degree),
        ]
        if wanted.country and not inputs.get("country_unknown"):
            found.append(Feature("country_match", bool(inputs.get("country_match"))))
        if inputs.get("admin_match") or inputs.get("admin_mismatch"):
            found.append(Feature("admin_match", bool(inputs.get("admin_match"))))
        if wanted.partners:
            found.append(Feature("partner_evidence", linked_partners(self._index, wanted, named.place)))
        if wanted.networks:
            found.append(Feature("network_match", bool(inputs.get("network_match"))))
        if (distance := distance_of(wanted, named.place)) is not None:
            found.append(Feature("distance_km", round(distance, 1)))
        if "population_ratio" in inputs or (wanted.query.population and named.place.population):
            found.append(Feature("population_ratio", round(inputs.get("population_ratio", 0.0), 3)))
        if each is judged[0] and (others := namesakes(judged)):
            found.append(Feature("namesakes", " ".join(others)))
        return tuple(found)

    def _title(self, place: Known, language: str) -> Name:
        return choose_title(place.names, language) or (place.names[0] if place.names else Name(place.key))


def describe(place: Known, language: str) -> str:
    """A few words about a place: its kind, its region and country, and how many partners it has."""
    sort = reason_text(f"kind_{place.kind}", language)
    country = country_title(place.country, language) if place.country else ""
    where = [sort, place.admin, country]
    text = ", ".join(part for part in where if part)
    return f"{text}; {reason_text('partners', language)}: {place.degree}" if place.degree else text
