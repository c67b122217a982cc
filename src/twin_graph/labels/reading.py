"""Find things by what somebody typed, in the index of a snapshot.

A name answers in one of these ways, the best first: it is what was typed; it begins so; its words begin so; its
words are what was typed but for typing errors. Names in the letters that were typed come before romanised ones, and
names in the reader's language before others; among equals the order of the index decides (`writing`). A place that
is nearly what was typed comes before a title in which it stands. Where no place answers, a country after the name
of a city, or before it, is understood as the country of the city.

How the file is opened is `connections`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from twin_graph.errors import SnapshotDamaged
from twin_graph.labels.connections import Connections
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
from twin_graph.labels.ranking import PROPERLY_NAMED, Ranking, whole
from twin_graph.labels.writing import VERSION, Name

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
        self._file = Connections(path) if path is not None else None
        self._ranking = Ranking(self._rows)

    @classmethod
    def open(cls, path: Path | None) -> NameIndex:
        """The index of a file; an empty one where there is none, or one of another version of the program.

        Raises:
            SnapshotDamaged: it is an index, but no whole one.
        """
        if path is None:
            return cls(None)
        index, is_ours = cls(path), False
        with suppress(SnapshotDamaged):
            is_ours = index._rows("PRAGMA user_version") == [(VERSION,)]
        if is_ours and index._rows("PRAGMA quick_check(1)") != [("ok",)]:
            raise SnapshotDamaged(f"{path.name} is damaged; build again")
        if not is_ours:
            index.close()
        return index if is_ours else cls(None)

    def close(self) -> None:
        """Let the file go."""
        if self._file is not None:
            self._file.close()

    @property
    def exists(self) -> bool:
        """Whether there is anything to look into."""
        return self._file is not None

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
        about = self._ranking

        def is_there(thing: int) -> bool:
            return not country or country in about.countries(thing)

        def is_such(thing: int) -> bool:
            return not kinds or about.kind(thing) in kinds

        ranks, readings = about.rank(text, language, lambda thing: is_there(thing) and is_such(thing))
        ordered = sorted(ranks, key=lambda thing: (ranks[thing], thing))
        in_country = list(filter(is_there, ordered))
        of_kind = filter(is_such, ordered)
        both = list(filter(is_such, in_country))
        shown = both[offset : offset + limit]
        return Found(
            len(both),
            tuple(self._hits(shown, readings, language, text.strip() if about.numbered(text) else "")),
            Counter(map(about.kind, in_country)),
            Counter(key for thing in of_kind for key in about.countries(thing)),
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

    def leading(self, kind: str, limit: int) -> list[tuple[tuple[Name, ...], tuple[str, ...]]]:
        """The names and the identifiers of the things of a kind that come first among equals."""
        if not self.exists:
            return []
        rows = self._rows("SELECT id FROM thing WHERE kind = ? ORDER BY id LIMIT ?", kind, limit)
        things = [thing for (thing,) in rows]
        names = self._names(things)
        numbers = self._rows(
            "SELECT thing, identifier FROM identifier WHERE thing IN (SELECT value FROM json_each(?)) ORDER BY 1, 2",
            _list(things),
        )
        return [
            (
                tuple(keyed.name for keyed in names.get(thing, [])),
                tuple(identifier for other, identifier in numbers if other == thing),
            )
            for thing in things
        ]

    def first_keys(self, kind: str, limit: int, offset: int = 0) -> list[str]:
        """The keys of the things of a kind in the order of the index: those that come first among equals."""
        if not self.exists:
            return []
        rows = self._rows(
            "SELECT key FROM thing WHERE kind = ? ORDER BY id LIMIT ? OFFSET ?", kind, limit, offset
        )
        return [key for (key,) in rows]

    def resembling(self, text: str, language: str, limit: int = 5) -> list[Hit]:
        """Things with words that resemble what was typed, for who found nothing."""
        if not self.exists:
            return []
        readings = read_typed(text)
        words = {
            word for reading in readings[:2] if reading.may_err for word in reading.words if len(word) > 2
        }
        found = {
            thing: number
            for word in sorted(words)
            for number, other in enumerate(self._ranking.vocabulary.resembling(word, _MAX_RESEMBLING))
            for thing in self._ranking.with_words([[whole(other)]], 1)
        }
        ordered = sorted(
            found, key=lambda thing: (self._ranking.kind(thing) not in PROPERLY_NAMED, found[thing], thing)
        )
        return list(self._hits(ordered[:limit], readings, language))

    # -- what is known of a thing ------------------------------------------------------------------------

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
            kind = self._ranking.kind(thing)
            yield Hit(
                kind, keys[thing], " – ".join(title.text for title in titles) or keys[thing],
                name.text, name.language, name.use, SCORES[answer.how],
                titles if own or kind == "partnership" else (),
                next((keyed.name for keyed in own if keyed.name.use == "native"), None),
                self._ranking.countries(thing),
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
        assert self._file is not None
        return self._file.rows(question, *values)


def _titles(own: list[KeyedName], parts: list[list[KeyedName]], language: str) -> tuple[Name, ...]:
    label = choose_title((keyed.name for keyed in own), language)
    if label is not None:
        return (label,)
    found = (choose_title((keyed.name for keyed in part), language) for part in parts)
    return tuple(title for title in found if title is not None)


def _list(things: Sequence[int]) -> str:
    return json.dumps(list(things))
