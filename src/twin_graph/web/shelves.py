"""The shelves of a site, read once, and the order of their things in each language.

A list of twenty thousand partnerships costs a second or two to read and nothing afterwards: `warm` reads all of
them, so that no reader waits. What fits a choice is `twin_graph.browse`, how a list looks is `web.browse`.
"""

from __future__ import annotations

import threading
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from rdflib import XSD, Literal, URIRef
from rdflib.term import Node

from twin_graph import browse
from twin_graph.browse import Shelf
from twin_graph.kinds import DOCUMENTED
from twin_graph.store import Store
from twin_graph.web.languages import collation_key, initial
from twin_graph.web.names import Names
from twin_graph.workspace import LANGUAGES

KEPT_DAYS = 6  # a shelf of twenty thousand things is some megabytes
_LIKE = str.maketrans("łøđı–", "lodi ")


@dataclass(frozen=True)
class Alphabet:
    """The things of a shelf by their names in a language.

    Attributes:
        titles: by place.
        order: the places in the order of the alphabet.
    """

    language: str
    titles: tuple[str, ...]
    order: tuple[int, ...]

    @cached_property
    def initials(self) -> list[str]:
        """The letter that each thing stands under, by place."""
        return [initial(title, self.language) for title in self.titles]

    @cached_property
    def _folded(self) -> list[str]:
        return [f" {fold(title)}" for title in self.titles]

    def beginning(self, text: str) -> int:
        """The things with a word, or a row of words, in their names that begins as a text, accents aside."""
        wanted = f" {fold(text)}"
        found = (place for place, folded in enumerate(self._folded) if wanted in folded)
        return browse.as_set(found, len(self.titles))


class Shelves:
    """The shelves of one store; a snapshot never changes, so what was read is kept; of days, the last few."""

    def __init__(self, store: Store, base_iri: str, names: Names) -> None:
        self._store = store
        self._base_iri = base_iri
        self._names = names
        self._shelves: dict[str, Shelf] = {}
        self._alphabets: dict[tuple[str, str], Alphabet] = {}
        self._orders: dict[tuple[str, str, str], tuple[int, ...]] = {}
        self._days: dict[date, Shelves] = {}
        self._lock = threading.RLock()  # two readers of the same list read it once

    def on(self, day: date | None) -> Shelves:
        """The shelves of what held on a day; these for None."""
        if day is None:
            return self
        with self._lock:
            found = self._days.pop(day, None) or _OfDay(self._store, self._base_iri, self._names, self, day)
            self._days[day] = found
            while len(self._days) > KEPT_DAYS:
                self._days.pop(next(iter(self._days)))
        return found

    def _read(self, kind: str) -> Shelf:
        return browse.read_shelf(self._store, self._base_iri, kind)

    def shelf(self, kind: str) -> Shelf:
        """All things of a kind."""
        if kind not in self._shelves:
            with self._lock:
                if kind not in self._shelves:
                    self._shelves[kind] = self._read(kind)
        return self._shelves[kind]

    def alphabet(self, kind: str, language: str) -> Alphabet:
        """The things of a kind by their names in a language."""
        if (kind, language) not in self._alphabets:
            with self._lock:
                if (kind, language) not in self._alphabets:
                    self._alphabets[kind, language] = self._read_alphabet(kind, language)
        return self._alphabets[kind, language]

    def warm(self) -> None:
        """Read everything that the lists need."""
        for kind in [each.name for each in DOCUMENTED]:
            shelf = self.shelf(kind)
            for language in LANGUAGES:
                alphabet = self.alphabet(kind, language)
                alphabet.beginning("a")
                len(alphabet.initials)
                for name in shelf.shown:
                    self.sort(kind, language, 0, name)

    def sort(self, kind: str, language: str, things: int, sort: str) -> list[int]:
        """A set of things in the order of a column, of names where none is given; without a value last."""
        name = sort.removeprefix("-")
        alphabet = self.alphabet(kind, language)
        order = alphabet.order if name in ("", "name") else self._order(kind, language, name)
        if sort == "-name":
            order = order[::-1]
        elif sort.startswith("-"):
            order = self._order(kind, language, sort)
        bits = things.to_bytes(len(alphabet.titles) // 8 + 1, "little")
        return [place for place in order if bits[place >> 3] & (1 << (place & 7))]

    def _order(self, kind: str, language: str, sort: str) -> tuple[int, ...]:
        if (kind, language, sort) not in self._orders:
            values = self.shelf(kind).values.get(sort.removeprefix("-"), {})
            order = self.alphabet(kind, language).order
            ranks = {nodes: self._rank(nodes[0], language) for nodes in set(values.values())}
            full = sorted((place for place in order if place in values), key=lambda place: ranks[values[place]],
                          reverse=sort.startswith("-"))  # fmt: skip
            empty = [place for place in order if place not in values]
            self._orders[kind, language, sort] = (*full, *empty)
        return self._orders[kind, language, sort]

    def _rank(self, node: Node, language: str) -> tuple[float, str]:
        if isinstance(node, URIRef):
            return 0, collation_key(str(self._names.title(node, language)), language)
        if isinstance(node, Literal) and isinstance(number := node.value, int | float):
            return float(number), ""
        if isinstance(node, Literal) and not node.language and str(node)[:4].isdigit():
            return 0, str(node)  # a date: its text is in the order of time
        return 0, collation_key(str(node), language)

    def _read_alphabet(self, kind: str, language: str) -> Alphabet:
        titles = tuple(self._names.titles(kind, self.shelf(kind).keys, language))
        ranks = [collation_key(title, language) for title in titles]
        return Alphabet(language, titles, tuple(sorted(range(len(titles)), key=ranks.__getitem__)))


class _OfDay(Shelves):
    """What held on a day; its names and their order are those of all things."""

    def __init__(self, store: Store, base_iri: str, names: Names, whole: Shelves, day: date) -> None:
        super().__init__(store, base_iri, names)
        self._whole = whole
        self._day = Literal(day.isoformat(), datatype=XSD.date)

    def _read(self, kind: str) -> Shelf:
        return browse.read_shelf(self._store, self._base_iri, kind, self._day)

    def _read_alphabet(self, kind: str, language: str) -> Alphabet:
        whole, keys = self._whole.alphabet(kind, language), self.shelf(kind).keys
        places = {key: place for place, key in enumerate(keys)}
        all_keys = self._whole.shelf(kind).keys
        order = [places[key] for place in whole.order if (key := all_keys[place]) in places]
        titles = dict(zip(all_keys, whole.titles, strict=True))
        return Alphabet(language, tuple(titles[key] for key in keys), tuple(order))


def fold(text: str) -> str:
    """A text as names are compared with what a reader typed: without case, accents and doubled spaces.

    >>> fold("  Łódź –  Žilina")
    'lodz zilina'
    """
    plain = unicodedata.normalize("NFKD", text.casefold()).translate(_LIKE)
    return " ".join("".join(letter for letter in plain if not unicodedata.combining(letter)).split())
