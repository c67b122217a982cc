"""Chains against plain search through all ways, on small graphs of any shape."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from twin_graph.chains import Link, PartnershipGraph

CITIES = "abcdef"
parties = st.sets(st.sampled_from(CITIES), min_size=2, max_size=4)
graphs = st.lists(st.tuples(parties, st.booleans(), st.booleans()), max_size=9).map(
    lambda rows: PartnershipGraph(
        Link(
            f"p{number}",
            tuple(sorted(cities)),
            "unconfirmed" if one_sided else "listed",
            "terminated" if ended else "in-force",
        )
        for number, (cities, one_sided, ended) in enumerate(rows)
    )
)
city = st.sampled_from(CITIES)


def all_ways(graph: PartnershipGraph, start: str, end: str, one_sided: bool) -> list[tuple[str, ...]]:
    """Every shortest sequence of different cities from one to the other."""
    ways: list[tuple[str, ...]] = [(start,)]
    for _ in CITIES:
        ways = [
            (*way, other)
            for way in ways
            for other in graph.partners(way[-1], ended=False, one_sided=one_sided)
            if other not in way
        ]
        if found := [way for way in ways if way[-1] == end]:
            return found
    return []


def weakness(graph: PartnershipGraph, way: tuple[str, ...]) -> int:
    """Over how many steps a way goes that only one-sided links make."""
    return sum(
        not any(each.is_confirmed for each in graph.partners(start, ended=False)[end])
        for start, end in pairwise(way)
    )


@given(graphs, city, city, st.booleans())
def test_against_all_ways(graph: PartnershipGraph, start: str, end: str, one_sided: bool) -> None:
    """The chain is a shortest one with the fewest one-sided steps, and all shortest ones are counted."""
    found = graph.chains(start, end, one_sided=one_sided)
    if start == end:
        assert (found is not None) == (start in set(graph.cities))
        return
    ways = all_ways(graph, start, end, one_sided)
    assert bool(ways) == (found is not None)
    if found is not None:
        assert found.cities in ways
        assert len(ways) == found.total
        assert min(weakness(graph, way) for way in ways) == weakness(graph, found.cities)
        for step in found.steps:
            assert step.links
            assert all({step.start, step.end} <= {*each.parties} and not each.is_ended for each in step.links)


@given(graphs, city, city, st.booleans())
def test_both_ways(graph: PartnershipGraph, start: str, end: str, one_sided: bool) -> None:
    """From the second city to the first the chains are as long and as many."""
    there = graph.chains(start, end, one_sided=one_sided)
    back = graph.chains(end, start, one_sided=one_sided)
    assert (there is None) == (back is None)
    if there is not None and back is not None:
        assert (len(there.steps), there.total) == (len(back.steps), back.total)


@given(graphs, city, city)
def test_comparison(graph: PartnershipGraph, first: str, second: str) -> None:
    """The three lists are apart and hold each partner of the two; the other way round they are mirrored."""
    found, mirrored = graph.compare(first, second), graph.compare(second, first)
    lists = [{row.city for row in rows} for rows in (found.only_first, found.both, found.only_second)]
    ours, theirs = {*graph.partners(first)}, {*graph.partners(second)}
    if first != second:
        ours, theirs = ours - {second}, theirs - {first}
    assert [ours - theirs, ours & theirs, theirs - ours] == lists
    assert lists[::-1] == [
        {row.city for row in rows} for rows in (mirrored.only_first, mirrored.both, mirrored.only_second)
    ]
    assert found.direct == mirrored.direct
