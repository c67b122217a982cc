"""Which things of an index answer a typed text, and which of them better.

A rank is a number, the smallest the best. Reads the tables that `writing` describes; what is shown of a thing is
`reading`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

from twin_graph.labels.matching import Reading, read_typed, split_place
from twin_graph.labels.typing_errors import Vocabulary, errors_allowed
from twin_graph.labels.writing import KIND_ORDER

# With fewer finds than these, words with typing errors are looked for too.
_FEW = 10
_WHOLE, _BEGINNING, _WORDS, _ERRORS, _TITLES, _OTHERS_ERRORS = 0, 4, 8, 12, 16, 20
_ROMANISED, _FOREIGN = 2, 1
# Added to the rank of errors, after one error: an ending, and a word of which only the beginning is near.
_ENDED, _BEGUN = 2, 3
# A title that begins as was typed says little: half of the titles of sources begin with the name of a city.
PROPERLY_NAMED = KIND_ORDER[:5]
_PLACES = ("city", "country")
# So many letters are the beginning of a country's name; fewer may be one as they are: UK.
_TELLING = 3
# No letter follows this one.
_LAST = "\U0010ffff"


class Ranking:
    """The tables of one index, asked with `rows`: from a question in SQL and its values to the rows."""

    def __init__(self, rows: Callable[..., list[Any]]) -> None:
        self._rows = rows

    def rank(
        self, text: str, language: str, wanted: Callable[[int], bool]
    ) -> tuple[Mapping[int, int], tuple[Reading, ...]]:
        """The things that answer, by number, each with its best rank, and how the text was read.

        Args:
            wanted: whether a reader who has chosen kinds or a country would see a thing.
        """
        readings = as_typed = read_typed(text)
        ranks = self.numbered(text)
        for reading in readings:
            self._add_known(ranks, reading, language)
        if not any(self.kind(thing) in _PLACES for thing in ranks):
            readings += self._add_placed(ranks, text, language)
        if len(ranks) < _FEW or not self._has_places(ranks) or not any(map(wanted, ranks)):
            for reading in as_typed[:2]:
                self._add_near(ranks, reading, wanted)
        if not ranks:
            readings += self._add_placed(ranks, text, language, errors=True)
        return ranks, readings

    def numbered(self, text: str) -> dict[int, int]:
        """The things with this identifier; two small letters are rather the beginning of a name."""
        typed = text.strip()
        rank = _WHOLE if len(typed) > 2 or typed.isupper() else _BEGINNING + _FOREIGN
        rows = self._rows("SELECT thing FROM identifier WHERE identifier = ?", _storable(typed.lower()))
        return {thing: rank for (thing,) in rows}

    def _has_places(self, ranks: Mapping[int, int]) -> bool:
        """Whether a place has the very name that was typed, or many have one like it."""
        places = [rank for thing, rank in ranks.items() if self.kind(thing) in _PLACES]
        return len(places) >= _FEW or any(rank < _BEGINNING for rank in places)

    def _add_known(self, ranks: dict[int, int], reading: Reading, language: str) -> None:
        foreign = 0 if reading.is_own else _ROMANISED
        typed = reading.whole
        rows = self._rows(
            "SELECT thing, min((key <> ?) * ? + (language <> ?) * ?) FROM whole WHERE key >= ? AND key < ? "
            "GROUP BY thing",
            typed, _BEGINNING, language, _FOREIGN, typed, typed + _LAST,
        )  # fmt: skip
        for thing, answer in rows:
            is_proper = answer < _BEGINNING or self.kind(thing) in PROPERLY_NAMED
            rank = answer if is_proper else _TITLES
            ranks[thing] = min(ranks.get(thing, rank + foreign), rank + foreign)
        if len(typed) > 1:
            for thing in self.with_words([[beginning(word)] for word in reading.words]):
                rank = _WORDS if self.kind(thing) in PROPERLY_NAMED else _TITLES
                ranks.setdefault(thing, rank + foreign)

    # -- a city with its country -------------------------------------------------------------------------

    def _add_placed(
        self, ranks: dict[int, int], text: str, language: str, errors: bool = False
    ) -> tuple[Reading, ...]:
        """Add cities named with their country, such as Paris, France; returns how their names were read."""
        used: tuple[Reading, ...] = ()
        for city, country in split_place(text):
            countries = self._called(country)
            readings = read_typed(city) if countries else ()
            found: dict[int, int] = {}
            for reading in readings:
                self._add_known(found, reading, language)
                if errors:
                    self._add_near(found, reading, bool)
            for thing, rank in found.items():
                if self.kind(thing) == "city" and countries.intersection(self.countries(thing)):
                    ranks[thing] = min(ranks.get(thing, rank), rank)
                    used = used if readings[0] in used else used + readings
        return used

    def _called(self, text: str) -> set[str]:
        """The keys of the countries that have this code, this name, or one that begins so."""
        found = self._rows("SELECT key FROM thing WHERE kind = 'country' AND key = ?", text)
        for typed in (reading.whole for reading in read_typed(text)):
            found += self._rows(
                "SELECT thing.key FROM whole JOIN thing ON thing = id "
                "WHERE whole.key >= ? AND whole.key < ? AND kind = 'country'",
                typed, typed + (_LAST if len(typed) >= _TELLING else "\0"),
            )  # fmt: skip
        return {key for (key,) in found}

    # -- typing errors -----------------------------------------------------------------------------------

    def _add_near(self, ranks: dict[int, int], reading: Reading, wanted: Callable[[int], bool]) -> None:
        """Add what answers with typing errors; beginnings with errors only where nothing else is of use."""
        if not reading.may_err:
            return
        meant = [(word, self._near(word)) for word in reading.words]
        for errors in range(1, max((number for _, near in meant for number, _ in near), default=0) + 1):
            asked = [
                [beginning(word), *(whole(other) for number, other in near if number <= errors)]
                for word, near in meant
            ]
            self._add_errors(ranks, asked, errors)
        if not any(map(wanted, ranks)) and (allowed := errors_allowed(reading.words[-1])):
            *first, last = reading.words
            begun = map(beginning, self.vocabulary.near_beginnings(last, allowed))
            self._add_errors(ranks, [*([beginning(word)] for word in first), list(begun)], _BEGUN)

    def _add_errors(self, ranks: dict[int, int], asked: Sequence[Sequence[str]], errors: int) -> None:
        for thing in self.with_words(asked):
            base = _ERRORS if self.kind(thing) in _PLACES else _OTHERS_ERRORS
            ranks.setdefault(thing, base + errors)

    def _near(self, word: str) -> list[tuple[int, str]]:
        """Words that may be meant, each with its number of errors; an ending counts as two."""
        allowed = errors_allowed(word)
        if not allowed:
            return []
        ended = [(_ENDED, stem) for stem in self.vocabulary.stems(word)]
        return [*self.vocabulary.near(word, allowed), *ended]

    def with_words(self, words: Sequence[Sequence[str]], limit: int = -1) -> list[int]:
        """The things with one word of each list (made by `beginning` or `whole`)."""
        if not words or not all(words):
            return []
        asked = " AND ".join(f"({' OR '.join(some)})" for some in words)
        rows = self._rows("SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid LIMIT ?", asked, limit)
        return [thing for (thing,) in rows]

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """All words of the index."""
        return Vocabulary(term for (term,) in self._rows("SELECT term FROM vocabulary ORDER BY term"))

    # -- what is known of a thing ------------------------------------------------------------------------

    def kind(self, thing: int) -> str:
        """The kind of a thing, by its number."""
        firsts, kinds = self._kinds
        return kinds[bisect_right(firsts, thing) - 1]

    @cached_property
    def _kinds(self) -> tuple[list[int], list[str]]:
        """The kinds follow one another: the first number of each."""
        rows = self._rows("SELECT min(id), kind FROM thing GROUP BY kind ORDER BY 1")
        return [first for first, _ in rows], [kind for _, kind in rows]

    def countries(self, thing: int) -> tuple[str, ...]:
        """The keys of the countries of a thing, by its number."""
        return self._places[thing]

    @cached_property
    def _places(self) -> list[tuple[str, ...]]:
        """The countries of each thing, by its number."""
        known: dict[str, tuple[str, ...]] = {}
        rows = self._rows("SELECT countries FROM thing ORDER BY id")
        return [(), *(known.setdefault(text, tuple(text.split())) for (text,) in rows)]


def whole(word: str) -> str:
    """How FTS5 is asked for a word; one of a key has letters and digits only, so that the quotes hold."""
    return f'"{word}"'


def beginning(word: str) -> str:
    """How FTS5 is asked for words that begin so."""
    return f'"{word}"*'


def _storable(text: str) -> str:
    """The text without halves of surrogate pairs, which no file can hold."""
    return text.encode("utf-8", "ignore").decode()
