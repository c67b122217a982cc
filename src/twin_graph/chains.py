"""Chains and comparison: the cities and their partnerships as a graph, read once and kept in memory.

Two cities are joined where a partnership has both as parties; one of five joins each with each. Finds the
shortest chains between two cities, and what two cities share. Knows keys, no names: those are the pages'.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from twin_graph import standing
from twin_graph.queries import load
from twin_graph.store import Store

MAX_STEPS = 8
# A partnership that has ended joins nobody any more.
ENDED = frozenset({"terminated", "expired"})
# What only one side states; or nobody knows which.
ONE_SIDED = frozenset({"unconfirmed"})


@dataclass(frozen=True, slots=True)
class Link:
    """One partnership.

    Attributes:
        key: of the partnership.
        parties: keys of its cities, at least two in good data, in the order of the alphabet.
        relation, status: notations of the current ones, as in the concept schemes.
        year: the first year in which it may have begun; 0 where that is not known.
    """

    key: str
    parties: tuple[str, ...]
    relation: str = "listed"
    status: str = "in-force"
    year: int = 0

    @property
    def is_confirmed(self) -> bool:
        """Whether more than one side is known to state it."""
        return self.relation not in ONE_SIDED

    @property
    def said_status(self) -> str:
        """The status as it is said; empty where it would only repeat the relation."""
        return self.status if standing.is_said(self.status, [self.relation]) else ""

    @property
    def is_ended(self) -> bool:
        """Whether it is known to have ended."""
        return self.status in ENDED


@dataclass(frozen=True)
class Step:
    """From one city of a chain to the next: the partnerships that have both as parties."""

    start: str
    end: str
    links: tuple[Link, ...]


@dataclass(frozen=True)
class Chains:
    """The shortest chains between two cities.

    Attributes:
        steps: one of them, always the same one, with the fewest one-sided links; empty where the cities
            are the same.
        total: how many sequences of cities are as short as this one.
    """

    steps: tuple[Step, ...]
    total: int

    @property
    def cities(self) -> tuple[str, ...]:
        """Keys of the cities from the first to the last; empty without steps."""
        return (self.steps[0].start, *(step.end for step in self.steps)) if self.steps else ()


@dataclass(frozen=True)
class Shared:
    """A city that is a partner of two others, with its partnerships with each."""

    city: str
    first: tuple[Link, ...]
    second: tuple[Link, ...]


@dataclass(frozen=True)
class Comparison:
    """What two cities share: partners of the first alone, of both, of the second alone, each by key.

    Attributes:
        direct: the partnerships in which both are parties; neither is counted as a partner of the other
            in the three lists.
    """

    only_first: tuple[Shared, ...]
    both: tuple[Shared, ...]
    only_second: tuple[Shared, ...]
    direct: tuple[Link, ...]


class PartnershipGraph:
    """All partnerships of a store, by city. Never changes."""

    def __init__(self, links: Iterable[Link]) -> None:
        self.links = tuple(sorted(links, key=lambda link: link.key))
        self._of: dict[str, list[int]] = {}
        for number, link in enumerate(self.links):
            for party in link.parties:
                self._of.setdefault(party, []).append(number)

    @classmethod
    def read(cls, store: Store) -> PartnershipGraph:
        """The graph of a store: one query, half a second at most for twenty thousand partnerships."""
        parties: dict[str, str] = {}
        rest: dict[str, dict[str, str]] = {}
        for row in store.select(load("chain_links")):
            if "partnership" not in row:
                continue  # a store without partnerships has one empty group
            key = str(row["partnership"]).rpartition("/")[2]
            for name, term in row.items():
                if name == "parties":
                    parties[key] = str(term)
                elif name != "partnership":
                    rest.setdefault(key, {})[name] = str(term)
        found = (Link(key, tuple(sorted(text.split()))) for key, text in parties.items())
        return cls(_complete(link, rest.get(link.key, {})) for link in found)

    @property
    def cities(self) -> Iterator[str]:
        """Keys of all cities that have a partnership."""
        return iter(self._of)

    def links_of(self, city: str) -> tuple[Link, ...]:
        """The partnerships of a city, by key; none where it has none or is not known."""
        return tuple(self.links[number] for number in self._of.get(city, ()))

    def partners(
        self, city: str, *, ended: bool = True, one_sided: bool = True
    ) -> dict[str, tuple[Link, ...]]:
        """The partners of a city by key, each with the partnerships that join the two.

        Args:
            ended: whether partnerships count that have ended.
            one_sided: whether links count that only one side states.
        """
        found: dict[str, list[Link]] = {}
        for link in self._counted(city, ended, one_sided):
            for party in link.parties:
                if party != city:
                    found.setdefault(party, []).append(link)
        return {party: tuple(found[party]) for party in sorted(found)}

    def chains(
        self, start: str, end: str, *, one_sided: bool = True, max_steps: int = MAX_STEPS
    ) -> Chains | None:
        """The shortest chains of partnerships that have not ended, found breadth first.

        Returns:
            None where there is no chain of at most `max_steps` steps.
        """
        if start == end:
            return Chains((), 1) if start in self._of else None
        ways = self._ways(start, end, one_sided, max_steps)
        if end not in ways:
            return None
        return Chains(self._walk(end, ways, one_sided), ways[end].ways)

    def compare(self, first: str, second: str) -> Comparison:
        """The partners of two cities side by side, those of ended partnerships too."""
        ours, theirs = self.partners(first), self.partners(second)
        direct = ours.pop(second, ()) if first != second else ()
        theirs.pop(first, None)
        rows = [Shared(city, ours.get(city, ()), theirs.get(city, ())) for city in sorted({*ours, *theirs})]
        return Comparison(
            tuple(row for row in rows if not row.second),
            tuple(row for row in rows if row.first and row.second),
            tuple(row for row in rows if not row.first),
            direct,
        )

    def _counted(self, city: str, ended: bool, one_sided: bool) -> Iterator[Link]:
        for number in self._of.get(city, ()):
            link = self.links[number]
            if (ended or not link.is_ended) and (one_sided or link.is_confirmed):
                yield link

    def _ways(self, start: str, end: str, one_sided: bool, max_steps: int) -> Mapping[str, _Reached]:
        """Every city up to the distance of `end`: over which cities it was reached, and in how many ways."""
        reached = {start: _Reached(ways=1)}
        edge = [start]
        for _ in range(max_steps):
            following: dict[str, _Reached] = {}
            for city in edge:
                for link in self._counted(city, False, one_sided):
                    for party in link.parties:
                        if party not in reached:
                            following.setdefault(party, _Reached()).note(city, link.is_confirmed)
            for found in following.values():
                found.settle(reached)
            reached |= following
            if end in following or not following:
                break
            edge = sorted(following)
        return reached

    def _walk(self, end: str, ways: Mapping[str, _Reached], one_sided: bool) -> tuple[Step, ...]:
        """The chain that was chosen, back from `end`."""
        cities = [end]
        while before := ways[cities[-1]].before:
            cities.append(before)
        return tuple(
            Step(start, last, self.partners(start, ended=False, one_sided=one_sided)[last])
            for start, last in pairwise(reversed(cities))
        )


class _Reached:
    """How a city was reached: from which cities, in how many ways, over how many one-sided links at least."""

    __slots__ = ("before", "befores", "ways", "weak")

    def __init__(self, ways: int = 0) -> None:
        self.before, self.ways, self.weak = "", ways, 0
        self.befores: dict[str, bool] = {}

    def note(self, before: str, confirmed: bool) -> None:
        """One more link from the city before."""
        self.befores[before] = confirmed or self.befores.get(before, False)

    def settle(self, reached: Mapping[str, _Reached]) -> None:
        """Choose the city before: the one with the fewest one-sided links, of these the first by key."""
        self.ways = sum(reached[before].ways for before in self.befores)
        self.weak, self.before = min(
            (reached[before].weak + (not confirmed), before) for before, confirmed in self.befores.items()
        )


def _complete(link: Link, found: Mapping[str, str]) -> Link:
    if not found:
        return link
    concepts = {name: found[name].rpartition("#")[2] for name in ("relation", "status") if name in found}
    year = int(found["start"][:4]) if "start" in found else 0
    return replace(link, **concepts, year=year)  # type: ignore[arg-type]  # texts, by name
