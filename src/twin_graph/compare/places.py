"""Two items for one place: town and municipality (report e). They are reported and never merged.

Two items may be one place where they share a name and a country and lie near each other, and something says that
they belong together: one lies in or is the seat of the other, they share partners, or a person says so in our
tables. Two cities of one name in two counties (Kansas City) are none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from twin_graph.compare import texts
from twin_graph.compare.context import Context
from twin_graph.compare.model import Finding
from twin_graph.compare.there import entities, number, ordered
from twin_graph.compare.words import Sentence, said
from twin_graph.geo import great_circle_km
from twin_graph.wikidata.model import Item, Statement

NEAR_KM = 15.0
MANY = 300
_POINT = re.compile(r"POINT\s*\(\s*([-+0-9.eE]+)\s+([-+0-9.eE]+)\s*\)", re.IGNORECASE)
# Names of the facts, as the query of facts gives them or by their property.
_WITHIN, _CONTAINS = ("admin", "P131"), ("contains", "P150")
_SEAT, _SEAT_OF = ("seat", "capital", "P36"), ("seatOf", "capitalOf", "P1376")
_SHARED = "shared"
_SAME, _DIFFERENT = ("sameAs", "same", "saidToBeTheSameAs", "P460"), ("different", "differentFrom", "P1889")


@dataclass(frozen=True)
class Place:
    """Two items that may be one place.

    Attributes:
        reasons: why.
        known: whether our tables say so, which a person wrote.
        shared: partners that both name.
        preferred: the one of the kind on which most links of the country stand, or "".
    """

    a: str
    b: str
    reasons: tuple[Sentence, ...]
    known: bool
    kilometres: float | None
    shared: tuple[str, ...]
    preferred: str = ""


class Places:
    """The pairs of items that may be one place."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.there = context.there
        self._names: dict[str, frozenset[str]] = {}

    @cached_property
    def pairs(self) -> tuple[Place, ...]:
        """All of them, in order."""
        known = self._known()
        found = [
            self._judge(a, b, known=(a, b) in known) for a, b in sorted(known | self._alike(), key=_by_number)
        ]
        return tuple(place for place in found if place is not None)

    @cached_property
    def _others(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for place in self.pairs:
            found.setdefault(place.a, []).append(place.b)
            found.setdefault(place.b, []).append(place.a)
        return {item: tuple(others) for item, others in found.items()}

    def elsewhere(self, subject: str, target: str) -> tuple[Statement, ...]:
        """The statements that stand on, or name, the other item of one of the two places."""
        subjects = (subject, *self._others.get(subject, ()))
        targets = (target, *self._others.get(target, ()))
        return tuple(
            statement
            for a in subjects
            for b in targets
            if (a, b) != (subject, target) and a != b
            for statement in self.there.live(a, b)
        )

    def findings(self) -> Iterator[Finding]:
        """The places as findings, where something is known of what Wikidata says of them."""
        for place in self.pairs:
            if any(self.there.is_read(item) for item in (place.a, place.b)):
                yield self._finding(place)

    def _finding(self, place: Place) -> Finding:
        context, there = self.context, self.there
        on_a, on_b = (there.targets.get(item, set()) for item in (place.a, place.b))
        names = context.named(place.a), context.named(place.b)
        # How many partners an item that was not answered has is not known.
        counts = tuple(
            str(len(found)) if self.there.is_read(item) else "?"
            for item, found in ((place.a, on_a), (place.b, on_b))
        )
        convention = context.named(place.preferred).items() if place.preferred else ()
        preferred = {language: f"{name} ({place.preferred})" for language, name in convention}
        lists = {"only_subject": on_a - on_b, "only_object": on_b - on_a, "both": on_a & on_b}
        details = {name: ";".join(sorted(items, key=number)) for name, items in lists.items()}
        details |= {
            "reasons": ";".join(reason.read() for reason in place.reasons),
            "preferred": place.preferred,
            "statements": self._misplaced(place),
        }
        return context.finding(
            "one-place",
            place.a,
            place.b,
            # The partners are no evidence: with each new one the question would be open again.
            [*(reason.name for reason in place.reasons if reason.name != _SHARED), *self._facts(place)],
            says=texts.one_place(
                names, (place.a, place.b), (counts[0], counts[1]), len(place.shared), preferred
            ),
            details=details,
            reasons=place.reasons,
            confidence="high" if place.known else "medium",
            order=0 if place.known else 1,
        )

    def _misplaced(self, place: Place) -> str:
        """The statements on the item that is not the preferred one."""
        if not place.preferred:
            return ""
        other = place.b if place.preferred == place.a else place.a
        targets = self.there.targets.get(other, set())
        return ";".join(
            statement.guid
            for target in sorted(targets, key=number)
            for statement in self.there.live(other, target)
        )

    def _facts(self, place: Place) -> list[str]:
        found = []
        for name in (place.a, place.b):
            item = self.there.item(name)
            found += (
                [",".join(sorted(_types(item))), ",".join(sorted(_related(item, _WITHIN)))] if item else [""]
            )
        return found

    def _known(self) -> set[tuple[str, str]]:
        """The siblings of our tables."""
        cities = self.context.ours.cities
        follow = self.there.follow
        pairs = {
            ordered(follow(city.item), follow(cities[other].item))
            for city in cities.values()
            for other in city.siblings
            if city.item and other in cities and cities[other].item
        }
        return {(a, b) for a, b in pairs if a != b}

    def _alike(self) -> set[tuple[str, str]]:
        """The items that share a name and have something to do with links."""
        named: dict[str, list[str]] = {}
        targets = self.there.targets
        linked = {*targets, *(item for found in targets.values() for item in found)}
        for item in sorted(linked):
            for name in self.names(item):
                named.setdefault(name, []).append(item)
        return {
            ordered(a, b) for items in named.values() if len(items) <= MANY for a, b in combinations(items, 2)
        }

    def names(self, item: str) -> frozenset[str]:
        """What an item is called in any language, in small letters."""
        if item not in self._names:
            known, city = self.there.item(item), self.context.by_item.get(item)
            found = set(city.names.values()) if city is not None else set()
            if known is not None:
                found |= {
                    *known.labels.values(),
                    *(name for names in known.aliases.values() for name in names),
                }
            self._names[item] = frozenset(name.casefold() for name in found if name)
        return self._names[item]

    def _judge(self, a: str, b: str, *, known: bool) -> Place | None:
        """The pair with its reasons, None where they are two places or nothing speaks for one."""
        first, second = self.there.item(a), self.there.item(b)
        if not known and not self._same_country(a, b):
            return None
        distance = self._distance(a, b)
        within = self._belong(a, b, first, second)
        if not known and not within and (distance is None or distance > NEAR_KM):
            return None
        partners = [self.there.targets.get(item, set()) for item in (a, b)]
        shared = partners[0] & partners[1]
        reasons = [said("in-our-tables")] if known else []
        reasons += within
        if _types_differ(first, second) and shared and not self._are_two(first, second):
            reasons.append(said("kinds-differ"))
        smaller = min(map(len, partners))
        if len(shared) >= 2 and 2 * len(shared) >= smaller and not self._are_two(first, second):
            reasons.append(said(_SHARED, count=str(len(shared)), of=str(smaller)))
        if not reasons or (not known and not within and self._are_two(first, second)):
            return None
        return Place(
            a, b, tuple(reasons), known, distance, tuple(sorted(shared, key=number)), self._preferred(a, b)
        )

    def _same_country(self, a: str, b: str) -> bool:
        """Whether nothing says that they lie in two countries."""
        pairs = [tuple(self.there.country(item) for item in (a, b))]
        cities = [self.context.by_item.get(item) for item in (a, b)]
        pairs.append(tuple(city.country if city is not None else "" for city in cities))
        return all(not one or not other or one == other for one, other in pairs)

    def _distance(self, a: str, b: str) -> float | None:
        first, second = self._point(a), self._point(b)
        return None if first is None or second is None else great_circle_km(*first, *second)

    def _point(self, item: str) -> tuple[float, float] | None:
        known = self.there.item(item)
        for node in known.facts.get("coord", ()) if known is not None else ():
            match = _POINT.fullmatch(str(node).strip())  # a point on another globe begins with its IRI
            if match:
                return float(match[2]), float(match[1])
        city = self.context.by_item.get(item)
        return city.place if city is not None else None

    @staticmethod
    def _belong(a: str, b: str, first: Item | None, second: Item | None) -> list[Sentence]:
        """Why they belong together, by what their items say."""
        found = []
        for name, facts in (
            ("lies-in", _WITHIN),
            ("contains", _CONTAINS),
            ("has-seat", _SEAT),
            ("is-seat", _SEAT_OF),
            ("said-same", _SAME),
        ):
            if b in _related(first, facts) or a in _related(second, facts):
                found.append(said(name))
        return found

    @staticmethod
    def _are_two(first: Item | None, second: Item | None) -> bool:
        """Whether the items say that they are two places: different from each other, or in two counties."""
        if first is None or second is None:
            return False
        if second.id in _related(first, _DIFFERENT) or first.id in _related(second, _DIFFERENT):
            return True
        above = [_related(item, _WITHIN) for item in (first, second)]
        same_kind = bool(_types(first) & _types(second))
        return same_kind and all(above) and not above[0] & above[1]

    @cached_property
    def _convention(self) -> dict[str, Counter[str]]:
        """How many links stand on items of each kind, by country."""
        found: dict[str, Counter[str]] = {}
        for item, targets in self.there.targets.items():
            known = self.there.item(item)
            for kind in _types(known) if known is not None else ():
                found.setdefault(self.there.country(item), Counter())[kind] += len(targets)
        return found

    def _preferred(self, a: str, b: str) -> str:
        counted = self._convention.get(self.there.country(a), Counter())
        weights = []
        for one, other in ((a, b), (b, a)):
            mine, theirs = (
                _types(item) if (item := self.there.item(name)) is not None else frozenset()
                for name in (one, other)
            )
            # What the two themselves have says nothing about the habit of the country.
            own = len(self.there.targets.get(one, ()))
            weights.append(max((counted[kind] - own for kind in mine - theirs), default=0))
        if weights[0] == weights[1]:
            return ""
        return a if weights[0] > weights[1] else b


def _related(item: Item | None, facts: tuple[str, ...]) -> frozenset[str]:
    return (
        frozenset(name for fact in facts for name in entities(item, fact))
        if item is not None
        else frozenset()
    )


def _types(item: Item) -> frozenset[str]:
    return frozenset(entities(item, "type"))


def _types_differ(first: Item | None, second: Item | None) -> bool:
    """Whether both say what they are and have no kind in common."""
    if first is None or second is None:
        return False
    return bool(_types(first)) and bool(_types(second)) and not _types(first) & _types(second)


def _by_number(pair: tuple[str, str]) -> tuple[tuple[int, str], ...]:
    return tuple(map(number, pair))
