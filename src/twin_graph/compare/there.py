"""What Wikidata says of pairs of items, from one observation: statements by pair, with merged items followed.

Compares nothing with our data. What was not asked, or not answered, is unknown and never read as "no statement".
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from rdflib import URIRef
from rdflib.term import Node

from twin_graph.compare.addresses import normal_url
from twin_graph.compare.model import Cited
from twin_graph.namespaces import WD
from twin_graph.wikidata.model import Item, Observation, Reference, Statement

TWINNED, MEMBER_OF = "P190", "P463"
REFERENCE_URL, RETRIEVED = "P854", "P813"
_HOPS = 10


class There:
    """The statements of P190 of an observation, by pairs of items."""

    def __init__(self, observation: Observation) -> None:
        self.observation = observation
        self._pairs: dict[tuple[str, str], list[Statement]] = {}
        self.invalid: list[Statement] = []
        for statement in sorted(observation.statements, key=lambda each: each.guid):
            if statement.property != TWINNED:
                continue
            subject, target = self.follow(statement.item), self.follow(statement.value)
            if statement.snak == "invalid" or (statement.snak == "value" and subject == target):
                self.invalid.append(statement)
            elif statement.snak == "value":
                self._pairs.setdefault((subject, target), []).append(statement)
        # Statements of items that were not asked themselves, known because they name one that was.
        self._seen: set[tuple[str, str]] = {
            (self.follow(other), self.follow(item))
            for item, links in observation.incoming.items()
            for other, _, rank in links
            if rank != "deprecated"
        }

    def follow(self, item: str) -> str:
        """The item that an item was merged into, or itself."""
        for _ in range(_HOPS):
            known = self.observation.items.get(item)
            if known is None or not known.redirect:
                return item
            item = known.redirect
        return item

    def item(self, item: str) -> Item | None:
        """What is known of an item itself, merged or not."""
        return self.observation.items.get(item)

    def statements(self, subject: str, target: str) -> list[Statement]:
        """The statements from one item to another, of every rank."""
        return self._pairs.get((subject, target), [])

    def live(self, subject: str, target: str) -> list[Statement]:
        """The statements that are not deprecated. No other meaning is read into a rank."""
        return [found for found in self.statements(subject, target) if found.rank != "deprecated"]

    def has(self, subject: str, target: str) -> bool:
        """Whether one item names another."""
        return bool(self.live(subject, target)) or (subject, target) in self._seen

    def is_read(self, item: str) -> bool:
        """Whether an item was answered completely, so that it is there and what it says is known."""
        found = self.observation.items.get(item)
        return found is not None and found.state == "complete"

    def knows(self, subject: str, target: str) -> bool:
        """Whether it is known if one item names another: one of the two sides was answered completely."""
        return self.is_read(subject) or target in self.observation.incoming

    def pairs(self) -> Iterator[tuple[str, str]]:
        """The pairs of which one names the other, the smaller number first, in order."""
        live = {pair for pair in self._pairs if self.live(*pair)} | self._seen
        yield from sorted(
            {ordered(a, b) for a, b in live if a != b}, key=lambda pair: tuple(map(number, pair))
        )

    @cached_property
    def targets(self) -> dict[str, set[str]]:
        """The items that each item names."""
        found: dict[str, set[str]] = {}
        for subject, target in self._pairs:
            if self.live(subject, target):
                found.setdefault(subject, set()).add(target)
        return found

    @cached_property
    def countries(self) -> frozenset[str]:
        """The items that some item has as its country."""
        return frozenset(
            country for item in self.observation.items.values() for country in entities(item, "country")
        )

    @cached_property
    def networks(self) -> frozenset[str]:
        """The items of which some item is a member."""
        return frozenset(
            self.follow(each.value)
            for each in self.observation.statements
            if each.property == MEMBER_OF and each.value
        )

    def country(self, item: str) -> str:
        """The country of an item, "" where it is not known or there are several."""
        known = self.observation.items.get(item)
        found = entities(known, "country") if known is not None else ()
        return found[0] if len(found) == 1 else ""

    def name(self, item: str, preferred: str = "en") -> str:
        """What an item is called, for people: in a language, in no particular one, in English, in any."""
        known = self.observation.items.get(item)
        labels = known.labels if known is not None else {}
        for language in (preferred, "mul", "en", *sorted(labels)):
            if labels.get(language):
                return labels[language]
        return item


def entities(item: Item, fact: str) -> tuple[str, ...]:
    """The items that a fact of an item names, in order."""
    return tuple(name for node in item.facts.get(fact, ()) if (name := entity(node)))


def entity(node: Node) -> str:
    """The item of an IRI, "" for everything else.

    >>> entity(URIRef("http://www.wikidata.org/entity/Q270"))
    'Q270'
    """
    text = str(node)
    return text[len(WD) :] if isinstance(node, URIRef) and text.startswith(str(WD)) else ""


def cited(statement: Statement) -> Cited | None:
    """The page of the best reference of a statement, None where no reference has an address."""
    best = [found for found in statement.references if found.strength in ("url", "party-url")]
    best.sort(key=lambda reference: (reference.strength != "party-url", reference.digest))
    return _page(best[0]) if best else None


def as_cited(statement: Statement, page: Cited | None) -> Cited | None:
    """A page as the statement cites it already, so that it is not there twice; as it is, where it does not.

    References are equal where all of their parts are, so one that says more than an address and a day is left alone.
    """
    for reference in statement.references if page is not None else ():
        found = _page(reference)
        is_plain = (
            set(reference.parts) <= {REFERENCE_URL, RETRIEVED} and max(map(len, reference.parts.values())) < 2
        )
        if found is not None and is_plain and page is not None and found.url == normal_url(page.url):
            return found
    return page


def _page(reference: Reference) -> Cited | None:
    addresses = sorted(str(node) for node in reference.parts.get(REFERENCE_URL, ()))
    read = sorted(str(node)[:10].lstrip("+") for node in reference.parts.get(RETRIEVED, ()))
    return Cited(addresses[0], read[-1] if read else "") if addresses else None


def number(item: str) -> tuple[int, str]:
    """Sorts items by their number.

    >>> sorted(["Q270", "Q60"], key=number)
    ['Q60', 'Q270']
    """
    digits = item[1:]
    return (int(digits) if digits.isdigit() else 0, item)


def ordered(a: str, b: str) -> tuple[str, str]:
    """Two items, the smaller number first."""
    return (a, b) if number(a) <= number(b) else (b, a)
