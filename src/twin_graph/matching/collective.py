"""What the rows of one list say of one another.

A list of partners has an owner: the city that most of those who were found are twinned with. It is evidence for the
rows that are not clear yet. Two different names in a list mean two different things, unless both are names of one.
The order of the rows does not matter.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

from twin_graph.labels import fold
from twin_graph.matching.index import Index
from twin_graph.matching.model import Answer, Candidate, Query

# The owner of a list is a partner of at least so many rows, and of this share of those that were found.
_FEWEST, _SHARE = 3, 0.6
_CLEAR = 50.0


def with_hubs(index: Index, queries: Sequence[Query], answers: Sequence[Answer]) -> list[Query]:
    """The queries with the owner of the list as a partner, where they named none."""
    chosen = _chosen(answers)
    counts: Counter[str] = Counter()
    for candidate in chosen:
        for number in _partners(index, candidate):
            counts[number] += 1
    needed = max(_FEWEST, _SHARE * len(chosen))
    best = sorted(((-count, key) for key, count in counts.items() if count >= needed))
    # Two owners that fit equally well are none.
    if not best or (len(best) > 1 and best[0][0] == best[1][0]):
        return list(queries)
    owner = best[0][1]
    return [query if query.partners else replace(query, partners=(owner,)) for query in queries]


def settle(queries: Sequence[Query], asked: Sequence[Query], answers: Sequence[Answer]) -> list[Answer]:
    """The answers, without the matches of rows with different names that mean one thing."""
    rows: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row, answer in enumerate(answers):
        if answer.candidates and answer.candidates[0].match:
            rows[answer.candidates[0].key, answer.candidates[0].item].append(row)
    settled = list(answers)
    for some in rows.values():
        names = {fold(queries[row].name) for row in some}
        doubtful = [row for row in some if not _is_sure(answers[row].candidates[0])]
        if len(names) > 1:
            for row in doubtful:
                settled[row] = _without_match(answers[row], "taken")
    for row, query in enumerate(asked):
        if query.partners != queries[row].partners and settled[row].candidates:
            settled[row] = _with_reason(settled[row], "list_support")
    return settled


def _chosen(answers: Sequence[Answer]) -> list[Candidate]:
    """The first candidates that are more probable than all else, each thing once."""
    found = {
        (first.key, first.item): first
        for answer in answers
        if answer.candidates and (first := answer.candidates[0]).score > _CLEAR and first.key
    }
    return [found[name] for name in sorted(found)]


def _partners(index: Index, candidate: Candidate) -> set[str]:
    numbers = index.identified("key", candidate.key)
    return {index.place(partner).key for number in numbers for partner in index.links(number) if partner} - {
        ""
    }


def _is_sure(candidate: Candidate) -> bool:
    """Whether the name is one of its names, or an identifier says so."""
    kinds = {feature.value for feature in candidate.features if feature.id == "name_kind"}
    return not kinds or bool(kinds & {"main", "other", "alternative", "former"})


def _without_match(answer: Answer, reason: str) -> Answer:
    first, *rest = answer.candidates
    changed = replace(first, match=False, reasons=(*first.reasons, reason))
    return replace(answer, candidates=(changed, *rest))


def _with_reason(answer: Answer, reason: str) -> Answer:
    first, *rest = answer.candidates
    changed = replace(first, reasons=(*first.reasons, reason))
    return replace(answer, candidates=(changed, *rest))
