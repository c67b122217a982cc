"""Chains and comparison: the graph of partnerships as it is read, walked and compared."""

from __future__ import annotations

import pytest

from twin_graph.chains import Link, PartnershipGraph
from twin_graph.snapshot import Snapshot
from twin_graph.store import Store


def link(*parties: str, relation: str = "listed", status: str = "in-force", year: int = 0) -> Link:
    """A partnership that is named by its parties."""
    return Link("-".join(parties), tuple(sorted(parties)), relation, status, year)


def walk(
    graph: PartnershipGraph, start: str, end: str, **options: bool
) -> tuple[tuple[str, ...], int] | None:
    """The cities of the chain and the number of chains; None where there is none."""
    found = graph.chains(start, end, **options)
    return (found.cities, found.total) if found else None


SQUARE = PartnershipGraph(
    [
        link("a", "b", relation="unconfirmed", status="unknown"),
        link("b", "d"),
        link("a", "c"),
        link("c", "d"),
        link("d", "e", relation="unconfirmed", status="unknown"),
        link("e", "f", status="terminated"),
    ]
)


class TestReading:
    """The graph of a store."""

    def test_every_partnership_is_there(self, tiny_snapshot: Snapshot) -> None:
        """Parties, relation, status and first year are those of the data; what is usual is filled in."""
        graph = PartnershipGraph.read(tiny_snapshot.open_store("memory"))
        found = {each.key: each for each in graph.links}
        assert ("aldorf", "belmont") == found["aldorf-belmont"].parties
        assert ("aldorf", "belmont", "cedrowo") == found["aldorf-belmont-cedrowo"].parties
        assert (True, 1990) == (found["aldorf-belmont"].is_confirmed, found["aldorf-belmont"].year)
        listed = found["q900000002-q900000003"]
        assert ("listed", "in-force", 2003) == (listed.relation, listed.status, listed.year)
        assert not found["q900000001-q900000007"].is_confirmed

    def test_an_empty_store(self) -> None:
        """A store without partnerships is a graph without cities."""
        graph = PartnershipGraph.read(Store.in_memory())
        assert ((), [], ()) == (graph.links, list(graph.cities), graph.links_of("a"))


class TestChains:
    """The shortest way from one city to another."""

    @pytest.mark.parametrize(
        ("start", "end", "expected"),
        [
            ("a", "c", (("a", "c"), 1)),
            ("a", "d", (("a", "c", "d"), 2)),
            ("a", "e", (("a", "c", "d", "e"), 2)),
            ("a", "a", ((), 1)),
            ("a", "f", None),
            ("a", "nowhere", None),
            ("nowhere", "nowhere", None),
        ],
    )
    def test_shortest(self, start: str, end: str, expected: object) -> None:
        """All chains of the least length are counted; of them one with the fewest one-sided links is given."""
        assert expected == walk(SQUARE, start, end)

    def test_without_one_sided_links(self) -> None:
        """Links that only one side states may be left out."""
        assert (("a", "c", "d"), 1) == walk(SQUARE, "a", "d", one_sided=False)
        assert walk(SQUARE, "a", "e", one_sided=False) is None

    def test_steps_have_their_partnerships(self) -> None:
        """A step names every partnership that joins its two cities; one of five joins each with each."""
        graph = PartnershipGraph([link("a", "b", "c", "d", "e"), link("a", "b"), link("e", "f")])
        found = graph.chains("a", "f")
        assert found is not None
        assert [("a", "e"), ("e", "f")] == [(step.start, step.end) for step in found.steps]
        both = graph.chains("a", "b")
        assert both is not None
        assert ["a-b", "a-b-c-d-e"] == [each.key for each in both.steps[0].links]

    def test_no_farther_than_asked(self) -> None:
        """A chain longer than the limit is none."""
        line = PartnershipGraph([link(f"c{number}", f"c{number + 1}") for number in range(9)])
        found = line.chains("c0", "c8")
        assert found is not None
        assert 8 == len(found.steps)
        assert line.chains("c0", "c9") is None
        assert line.chains("c0", "c3", max_steps=2) is None


class TestComparison:
    """What two cities share."""

    def test_three_lists(self) -> None:
        """Partners of the first alone, of both, of the second alone; the two themselves are in none."""
        graph = PartnershipGraph(
            [
                link("x", "one"),
                link("x", "both"),
                link("y", "both"),
                link("y", "two", status="expired"),
                link("x", "y"),
            ]
        )
        found = graph.compare("x", "y")
        lists = (found.only_first, found.both, found.only_second)
        assert [["one"], ["both"], ["two"]] == [[row.city for row in rows] for rows in lists]
        assert (["x-y"], True) == (
            [each.key for each in found.direct],
            found.only_second[0].second[0].is_ended,
        )
        assert (("x-both",), ("y-both",)) == tuple(
            tuple(each.key for each in side) for side in (found.both[0].first, found.both[0].second)
        )

    def test_unknown_cities_share_nothing(self) -> None:
        """A city without partnerships has empty lists."""
        found = SQUARE.compare("nowhere", "f")
        assert ([], [], ["e"]) == (
            [*found.only_first],
            [*found.both],
            [row.city for row in found.only_second],
        )
