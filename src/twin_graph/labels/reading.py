"""Find things by what somebody typed, in the index of a snapshot.

A name answers in one of these ways, the best first: it is what was typed; it begins so; its words begin so; its
words are what was typed but for typing errors. Names in the letters that were typed come before romanised ones, and
names in the reader's language before others; among equals the order of the index decides (`writing`).

The file is opened for reading only and by each thread and process for itself.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from twin_graph.labels.identifiers import read_identifier
from twin_graph.labels.matching import (
    EXACT,
    NOTHING,
    SCORES,
    Answer,
    KeyedName,
    Reading,
    best_name,
    best_of_parts,
    choose_title,
    read_typed,
)
from twin_graph.labels.typing_errors import Vocabulary, errors_allowed
from twin_graph.labels.writing import KIND_ORDER, VERSION, Name

# With fewer finds than these, words with typing errors are looked for too.
_FEW = 10
_WHOLE, _BEGINNING, _WORDS, _ERRORS = 0, 4, 8, 12
_ROMANISED, _FOREIGN = 2, 1
# A title that begins as was typed says little: half of the titles of sources begin with the name of a city.
_PROPERLY_NAMED = KIND_ORDER[:5]
# No letter follows this one.
_LAST = "\U0010ffff"
_MAX_RESEMBLING = 6


@dataclass(frozen=True)
class Hit:
    """A thing that was found.

    Attributes:
        title: its label for the reader; of a thing without one, the titles of its parts.
        parts: the texts of the title; several where they are titles of parts, none where it has to be made.
        matched: the name by which it was found, its language and use (one of `USES`).
        score: 1 for what was typed, less the farther it is from that.
        local: the name that is used there, of what has one.
        countries: keys.
    """

    kind: str
    key: str
    title: str
    matched: str
    matched_language: str
    use: str
    score: float
    parts: tuple[Name, ...] = ()
    local: Name | None = None
    countries: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """What a search gives: one page of hits, and how many there are by kind and by country.

    Attributes:
        kinds: as if no kind had been chosen.
        countries: as if no country had been chosen; a partnership counts for each of its countries.
        has_index: whether there was an index to look into.
    """

    total: int = 0
    hits: tuple[Hit, ...] = ()
    kinds: Mapping[str, int] = field(default_factory=dict)
    countries: Mapping[str, int] = field(default_factory=dict)
    has_index: bool = True


class NameIndex:
    """The names of one snapshot. Safe from several threads, and after a fork."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._local = threading.local()

    @classmethod
    def open(cls, path: Path | None) -> NameIndex:
        """The index of a file; an empty one where there is none, or one of another version of the program."""
        index = cls(path)
        if path is not None:
            with suppress(sqlite3.Error):
                if index._rows("PRAGMA user_version") == [(VERSION,)]:
                    return index
        return cls(None)

    @property
    def exists(self) -> bool:
        """Whether there is anything to look into."""
        return self._path is not None

    def search(
        self,
        text: str,
        language: str,
        kinds: Collection[str] = (),
        country: str = "",
        limit: int = 20,
        offset: int = 0,
    ) -> Found:
        """The things whose names answer a text, the best first.

        Args:
            text: anything; only its first letters count (`MAX_LETTERS`).
            language: the reader's.
            kinds: only these, all if empty.
            country: key; only what is there or has a party there.
        """
        if not self.exists:
            return Found(has_index=False)
        readings = read_typed(text)
        numbered = self._numbered(text)
        ranks = self._rank(numbered, readings, language)
        ordered = sorted(ranks, key=lambda thing: (ranks[thing], thing))
        in_country = [thing for thing in ordered if not country or country in self._countries(thing)]
        of_kind = [thing for thing in ordered if not kinds or self._kind(thing) in kinds]
        both = [thing for thing in in_country if not kinds or self._kind(thing) in kinds]
        shown = both[offset : offset + limit]
        return Found(
            len(both),
            tuple(self._hits(shown, readings, language, text.strip() if numbered else "")),
            Counter(self._kind(thing) for thing in in_country),
            Counter(key for thing in of_kind for key in self._countries(thing)),
        )

    def identify(self, text: str, base_iri: str) -> tuple[str, str] | None:
        """Kind and key of the one thing that an identifier, an address or one of our IRIs names."""
        wanted = read_identifier(text, base_iri)
        if wanted is None or not self.exists:
            return None
        if wanted.kind:
            rows = self._rows(
                "SELECT kind, key FROM thing WHERE kind = ? AND key = ?", wanted.kind, wanted.text
            )
        else:
            rows = self._rows(
                "SELECT kind, key FROM identifier JOIN thing ON thing = id WHERE identifier = ?", wanted.text
            )
        return (rows[0][0], rows[0][1]) if len(rows) == 1 else None

    def titles(self, kind: str, keys: Sequence[str], language: str) -> dict[str, Name]:
        """The labels of some things of a kind for a reader, by their keys; what has no label is left out."""
        if not self.exists:
            return {}
        rows = self._rows(
            "SELECT key, text, language, use FROM thing JOIN name ON thing = id "
            "WHERE kind = ? AND use = 'label' AND key IN (SELECT value FROM json_each(?)) ORDER BY id, place",
            kind,
            json.dumps(list(keys)),
        )
        found = ((key, [Name(*row[1:]) for row in group]) for key, group in groupby(rows, key=itemgetter(0)))
        return {key: title for key, names in found if (title := choose_title(names, language))}

    def resembling(self, text: str, language: str, limit: int = 5) -> list[Hit]:
        """Things with words that resemble what was typed, for who found nothing."""
        if not self.exists:
            return []
        readings = read_typed(text)
        words = {word for reading in readings[:2] for word in reading.words if len(word) > 2}
        found = {
            thing: number
            for word in sorted(words)
            for number, other in enumerate(self._vocabulary.resembling(word, _MAX_RESEMBLING))
            for thing in self._with_words([[_whole(other)]], 1)
        }
        ordered = sorted(
            found, key=lambda thing: (self._kind(thing) not in _PROPERLY_NAMED, found[thing], thing)
        )
        return list(self._hits(ordered[:limit], readings, language))

    # -- ranking ---------------------------------------------------------------------------------------

    def _numbered(self, text: str) -> dict[int, int]:
        """The things with this identifier; two small letters are rather the beginning of a name."""
        typed = text.strip()
        rank = _WHOLE if len(typed) > 2 or typed.isupper() else _BEGINNING + _FOREIGN
        rows = self._rows("SELECT thing FROM identifier WHERE identifier = ?", _storable(typed.lower()))
        return {thing: rank for (thing,) in rows}

    def _rank(
        self, numbered: Mapping[int, int], readings: Sequence[Reading], language: str
    ) -> dict[int, int]:
        """The things that answer, by number, each with its best rank; the smallest is the best."""
        ranks = dict(numbered)
        for reading in readings:
            self._add_known(ranks, reading, language)
        if len(ranks) < _FEW:
            for reading in readings[:2]:
                self._add_near(ranks, reading)
        return ranks

    def _add_known(self, ranks: dict[int, int], reading: Reading, language: str) -> None:
        foreign = 0 if reading.is_own else _ROMANISED
        typed = reading.whole
        rows = self._rows(
            "SELECT thing, min((key <> ?) * ? + (language <> ?) * ?) FROM whole WHERE key >= ? AND key < ? "
            "GROUP BY thing",
            typed, _BEGINNING, language, _FOREIGN, typed, typed + _LAST,
        )  # fmt: skip
        for thing, answer in rows:
            is_proper = answer < _BEGINNING or self._kind(thing) in _PROPERLY_NAMED
            rank = answer if is_proper else _WORDS
            ranks[thing] = min(ranks.get(thing, rank + foreign), rank + foreign)
        if len(typed) > 1:
            for thing in self._with_words([[_beginning(word)] for word in reading.words]):
                ranks.setdefault(thing, _WORDS + foreign)

    def _add_near(self, ranks: dict[int, int], reading: Reading) -> None:
        """Add what answers with typing errors; beginnings with errors only where there is nothing else."""
        meant = [(word, self._near(word)) for word in reading.words]
        for errors in range(1, max(map(errors_allowed, reading.words), default=0) + 1):
            asked = [
                [_beginning(word), *(_whole(other) for distance, other in near if distance <= errors)]
                for word, near in meant
            ]
            for thing in self._with_words(asked):
                ranks.setdefault(thing, _ERRORS + errors)
        if not ranks and (allowed := errors_allowed(reading.words[-1])):
            *first, last = reading.words
            begun = map(_beginning, self._vocabulary.near_beginnings(last, allowed))
            for thing in self._with_words([*([_beginning(word)] for word in first), list(begun)]):
                ranks.setdefault(thing, _ERRORS + _ERRORS)

    def _near(self, word: str) -> list[tuple[int, str]]:
        """Words that may be meant, each with its number of errors."""
        allowed = errors_allowed(word)
        return self._vocabulary.near(word, allowed) if allowed else []

    def _with_words(self, words: Sequence[Sequence[str]], limit: int = -1) -> list[int]:
        """The things with one word of each list (made by `_beginning` or `_whole`)."""
        if not words or not all(words):
            return []
        asked = " AND ".join(f"({' OR '.join(some)})" for some in words)
        rows = self._rows("SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid LIMIT ?", asked, limit)
        return [thing for (thing,) in rows]

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return Vocabulary(term for (term,) in self._rows("SELECT term FROM vocabulary ORDER BY term"))

    # -- what is known of a thing ------------------------------------------------------------------------

    def _kind(self, thing: int) -> str:
        firsts, kinds = self._kinds
        return kinds[bisect_right(firsts, thing) - 1]

    @cached_property
    def _kinds(self) -> tuple[list[int], list[str]]:
        """The kinds follow one another: the first number of each."""
        rows = self._rows("SELECT min(id), kind FROM thing GROUP BY kind ORDER BY 1")
        return [first for first, _ in rows], [kind for _, kind in rows]

    def _countries(self, thing: int) -> tuple[str, ...]:
        return self._places[thing]

    @cached_property
    def _places(self) -> list[tuple[str, ...]]:
        """The countries of each thing, by its number."""
        known: dict[str, tuple[str, ...]] = {}
        rows = self._rows("SELECT countries FROM thing ORDER BY id")
        return [(), *(known.setdefault(text, tuple(text.split())) for (text,) in rows)]

    def _hits(
        self, things: Sequence[int], readings: Sequence[Reading], language: str, identifier: str = ""
    ) -> Iterable[Hit]:
        parts = self._parts(things)
        wanted = {*things, *(part for some in parts.values() for part in some)}
        names = self._names(sorted(wanted))
        keys = dict(
            self._rows(
                "SELECT id, key FROM thing WHERE id IN (SELECT value FROM json_each(?))", _list(things)
            )
        )
        reasons = {thing: best_name(some, readings, language) for thing, some in names.items()}
        for thing in things:
            own, others = names.get(thing, []), parts.get(thing, [])
            titles = _titles(own, [names.get(part, []) for part in others], language)
            found = reasons.get(thing)
            if found is None or found[1].how == NOTHING:
                found = best_of_parts(filter(None, map(reasons.get, others)), readings) or found
            if identifier and (found is None or found[1].how == NOTHING):
                found = KeyedName(Name(identifier, "", "identifier"), ()), Answer(EXACT)
            name, answer = (found[0].name, found[1]) if found else (Name(""), Answer(NOTHING))
            kind = self._kind(thing)
            yield Hit(
                kind, keys[thing], " – ".join(title.text for title in titles) or keys[thing],
                name.text, name.language, name.use, SCORES[answer.how],
                titles if own or kind == "partnership" else (),
                next((keyed.name for keyed in own if keyed.name.use == "native"), None), self._countries(thing),
            )  # fmt: skip

    def _parts(self, things: Sequence[int]) -> dict[int, list[int]]:
        rows = self._rows(
            "SELECT thing, part FROM part WHERE thing IN (SELECT value FROM json_each(?)) "
            "ORDER BY thing, part",
            _list(things),
        )
        return {thing: [part for _, part in group] for thing, group in groupby(rows, key=itemgetter(0))}

    def _names(self, things: Sequence[int]) -> dict[int, list[KeyedName]]:
        rows = self._rows(
            "SELECT thing, text, language, use, keys FROM name "
            "WHERE thing IN (SELECT value FROM json_each(?)) ORDER BY thing, place",
            _list(things),
        )
        return {
            thing: [KeyedName(Name(*row[1:4]), tuple(row[4].split("\n"))) for row in group]
            for thing, group in groupby(rows, key=itemgetter(0))
        }

    # -- the file ------------------------------------------------------------------------------------

    def _rows(self, question: str, *values: object) -> list[Any]:
        return self._connection().execute(question, values).fetchall()

    def _connection(self) -> sqlite3.Connection:
        """The connection of this thread in this process."""
        owner, connection = getattr(self._local, "opened", (0, None))
        if connection is None or owner != os.getpid():
            assert self._path is not None
            address = f"{self._path.resolve().as_uri()}?mode=ro&immutable=1"
            connection = sqlite3.connect(address, uri=True, isolation_level=None)
            self._local.opened = (os.getpid(), connection)
        return connection


def _whole(word: str) -> str:
    """How FTS5 is asked for a word; one of a key has letters and digits only, so that the quotes hold."""
    return f'"{word}"'


def _beginning(word: str) -> str:
    return f'"{word}"*'


def _titles(own: list[KeyedName], parts: list[list[KeyedName]], language: str) -> tuple[Name, ...]:
    label = choose_title((keyed.name for keyed in own), language)
    if label is not None:
        return (label,)
    found = (choose_title((keyed.name for keyed in part), language) for part in parts)
    return tuple(title for title in found if title is not None)


def _storable(text: str) -> str:
    """The text without halves of surrogate pairs, which no file can hold."""
    return text.encode("utf-8", "ignore").decode()


def _list(things: Sequence[int]) -> str:
    return json.dumps(list(things))
