"""Browse the things of a kind by facets: which values there are, how many things have each, which things fit.

One query per kind, `browse_<kind>.rq`, or of a day `held_<kind>.rq`, has all of it; a facet is a variable that its
header names. Notes there:

    facet  variables whose values a reader may choose; a value stands in an address by the end of its IRI
    show   variables that are shown beside the name, and by which the things may be sorted

A set of things is a number with one bit for each, so that every count of a page is a few operations on numbers.
Knows no languages, no names and no addresses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rdflib import Literal, URIRef
from rdflib.term import Node

from twin_graph import standing
from twin_graph.queries import Query, load
from twin_graph.store import Store

Wanted = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class FacetValue:
    """One value of a facet.

    Attributes:
        token: how it stands in an address.
        things: one bit for each thing that has it.
    """

    token: str
    node: Node
    things: int


@dataclass(frozen=True)
class Faceted:
    """Things of any sort, and which of them have which value of which facet.

    Attributes:
        keys: of the things, by their places.
        facets: by name and token, in the order in which they are shown.
    """

    keys: tuple[str, ...]
    facets: Mapping[str, Mapping[str, FacetValue]]

    @property
    def everything(self) -> int:
        """The set of all things."""
        return (1 << len(self.keys)) - 1

    def matching(self, wanted: Wanted, among: int | None = None) -> int:
        """The things that have one of the values that each facet is asked for; none for a value nobody has.

        Args:
            among: the set that is looked through; by default all.
        """
        found = self.everything if among is None else among
        for name, tokens in wanted.items():
            if tokens and name in self.facets:
                found &= self._having(name, tokens)
        return found

    def counts(self, wanted: Wanted, among: int | None = None) -> dict[str, list[tuple[FacetValue, int]]]:
        """How many things each value of each facet would leave, whatever else of the same facet is asked for.

        Values that would leave nothing are left out, unless they are asked for.
        """
        counted = {}
        for name, facet in self.facets.items():
            others = {other: tokens for other, tokens in wanted.items() if other != name}
            rest = self.matching(others, among)
            numbers = [(value, (value.things & rest).bit_count()) for value in facet.values()]
            chosen = wanted.get(name, ())
            counted[name] = [pair for pair in numbers if pair[1] or pair[0].token in chosen]
        return counted

    def _having(self, name: str, tokens: Iterable[str]) -> int:
        found = 0
        for token in tokens:
            value = self.facets[name].get(token)
            found |= value.things if value else 0
        return found


@dataclass(frozen=True)
class Shelf(Faceted):
    """All things of a kind.

    Attributes:
        values: by variable and place; a place without a value is absent.
    """

    query: Query
    values: Mapping[str, Mapping[int, tuple[Node, ...]]]

    @property
    def shown(self) -> tuple[str, ...]:
        """The variables that are columns."""
        return tuple(self.query.notes.get("show", "").split())


def read_shelf(store: Store, base_iri: str, kind: str, day: Literal | None = None) -> Shelf:
    """All things of a kind, or those that held on a day, with what the query says of them."""
    query = load(f"browse_{kind}" if day is None else f"held_{kind}")
    bound = {} if day is None else {"day": day}
    prefix = f"{base_iri}id/{kind}/"
    gathered: dict[str, dict[str, dict[Node, None]]] = {}
    for row in store.select(query, **bound):
        this = row.get("this", "")
        if str(this).startswith(prefix):
            cells = gathered.setdefault(str(this)[len(prefix) :], {})
            for name, node in row.items():
                cells.setdefault(name, {})[node] = None
    keys = tuple(sorted(gathered))
    values: dict[str, dict[int, tuple[Node, ...]]] = {}
    # Thousands of things have the same values: each combination is kept once.
    known: dict[tuple[Node, ...], tuple[Node, ...]] = {}
    for place, key in enumerate(keys):
        cells = gathered[key]
        if "status" in cells and "relation" in cells:
            cells["status"] = dict.fromkeys(standing.said(cells["status"], cells["relation"]))
        for name, found in cells.items():
            if name not in ("this", *bound) and found:
                nodes = tuple(found)
                values.setdefault(name, {})[place] = known.setdefault(nodes, nodes)
    wanted = query.notes.get("facet", "").split()
    facets = {name: make_facet(values.get(name, {}), len(keys)) for name in wanted}
    return Shelf(keys, facets, query, values)


def token(node: Node) -> str:
    """How a value stands in an address: the key or notation of a thing, else its text.

    >>> token(URIRef("https://w3id.org/twin-graph/concepts/relation#partner"))
    'partner'
    """
    if isinstance(node, URIRef):
        return str(node).rpartition("#")[2].rpartition("/")[2]
    return str(node)


def places(things: int) -> list[int]:
    """The places of a set, in order.

    >>> places(0b10110)
    [1, 2, 4]
    """
    found = []
    for byte, bits in enumerate(things.to_bytes((things.bit_length() + 7) // 8, "little")):
        if bits:
            found += [8 * byte + bit for bit in _BITS[bits]]
    return found


def as_set(found: Iterable[int], size: int) -> int:
    """The set of some places below a size.

    >>> as_set([1, 2, 4], 5) == 0b10110
    True
    """
    bits = bytearray(size // 8 + 1)
    for place in found:
        bits[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(bits, "little")


_BITS = [[bit for bit in range(8) if byte >> bit & 1] for byte in range(256)]


def make_facet(values: Mapping[int, tuple[Node, ...]], size: int) -> dict[str, FacetValue]:
    """The values of a facet by their tokens, of things that have these values by their places."""
    having: dict[Node, list[int]] = {}
    for place, nodes in values.items():
        for node in nodes:
            having.setdefault(node, []).append(place)
    found = [FacetValue(token(node), node, as_set(having[node], size)) for node in having]
    return {value.token: value for value in sorted(found, key=lambda value: value.token)}
