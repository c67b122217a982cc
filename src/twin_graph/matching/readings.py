"""What a query may mean that gives several countries or positions, any of which may be right.

Each is looked for as if it were the only one; what is found is judged together, by `comparing`. Where two candidates
agree each with a value of its own, nothing is taken lightly.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest

from twin_graph.matching.candidates import NAME_KINDS, Named, find
from twin_graph.matching.deciding import Judged
from twin_graph.matching.index import Index
from twin_graph.matching.scoring import Model
from twin_graph.matching.wanted import Wanted

# So many candidates may be only those that are best known in the country of a reading.
_MANY = 30


def find_any(index: Index, wanted: Wanted) -> list[Named]:
    """The candidates of all readings of a query, each once, in the order of the index."""
    readings = list(_readings(wanted))
    if not readings:
        return find(index, wanted)
    best: dict[int, Named] = {}
    for reading in readings:
        found = find(index, reading)
        for named in found:
            known = best.get(named.place.number)
            if known is None or _order(named) < _order(known):
                best[named.place.number] = named
        exact = [each for each in best.values() if each.kind not in ("fuzzy", "absent")]
        # Who has the name is found by each reading; what is similar counts only where nobody has it.
        if any(not wanted.countries or each.place.country in ("", *wanted.countries) for each in exact):
            best = {each.place.number: each for each in exact}
            if len(found) < _MANY:
                break
    return [best[number] for number in sorted(best)]


def is_open(model: Model, wanted: Wanted, judged: Sequence[Judged]) -> bool:
    """Whether the first candidate agrees with one of several values, and another one as well.

    Then the values do not tell them apart, and what they share has to be as probable as with a name alone.
    """
    query, first = wanted.query, judged[0]
    several = {"country_match": len(wanted.countries) > 1, "near": bool(query.points),
               "admin_match": bool(query.admins)}  # fmt: skip
    if not any(several.values()) or first.probability >= model.thresholds["name"].probability:
        return False
    others = [each for each in judged[1:] if each.named.place.cluster != first.named.place.cluster]
    return any(
        all(each.inputs.get(name) for name, are in several.items() if are and first.inputs.get(name))
        for each in others
    )


def _readings(wanted: Wanted) -> Iterator[Wanted]:
    """One for each country and position, where there are several of either."""
    points = [point for point in (wanted.query.point, *wanted.query.points) if point is not None]
    if len(wanted.countries) < 2 and len(points) < 2:
        return
    for country, point in zip_longest(wanted.countries, points):
        query = replace(wanted.query, point=point or wanted.query.point)
        yield replace(wanted, query=query, country=country or wanted.country)


def _order(named: Named) -> tuple[int, float]:
    return NAME_KINDS.index(named.kind), -named.similarity
