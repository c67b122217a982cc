"""Write an index of names: one SQLite file that follows from the things alone, byte for byte.

    thing        the things, in the order in which equally good finds are shown: their number is that order
    part         what a thing is named by besides: a partnership by its cities
    name         every name, with its keys, for titles and to say why a thing was found
    whole        the keys of whole names without spaces, for what is typed from its beginning
    identifier   numbers of others, and our own keys
    words        FTS5: all words of the names of a thing and of its parts
    vocabulary   the words themselves, for typing errors

What goes in is decided by `build`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from twin_graph.labels.folding import compact, make_keys

FILE = "names.db"
VERSION = 1
# Cities first, then what a reader may call by its name, then what is named by others.
KIND_ORDER = ("city", "country", "network", "distinction", "partnership", "agreement", "register", "resolution",
              "activity", "event", "membership", "conferral", "count", "contradiction", "source")  # fmt: skip
USES = ("label", "native", "exonym", "alternative", "former", "identifier")

_SCHEMA = f"""
PRAGMA page_size = 8192;
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA user_version = {VERSION};
CREATE TABLE thing (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, key TEXT NOT NULL, countries TEXT NOT NULL,
                    UNIQUE (kind, key));
CREATE TABLE part (thing INTEGER NOT NULL, part INTEGER NOT NULL, PRIMARY KEY (thing, part)) WITHOUT ROWID;
CREATE TABLE name (thing INTEGER NOT NULL, place INTEGER NOT NULL, text TEXT NOT NULL, language TEXT NOT NULL,
                   use TEXT NOT NULL, keys TEXT NOT NULL, PRIMARY KEY (thing, place)) WITHOUT ROWID;
CREATE TABLE whole (key TEXT NOT NULL, thing INTEGER NOT NULL, language TEXT NOT NULL,
                    PRIMARY KEY (key, thing, language)) WITHOUT ROWID;
CREATE TABLE identifier (identifier TEXT NOT NULL, thing INTEGER NOT NULL,
                         PRIMARY KEY (identifier, thing)) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5(text, content='', detail=none, columnsize=0, tokenize='ascii');
CREATE VIRTUAL TABLE vocabulary USING fts5vocab(words, row);
"""


@dataclass(frozen=True)
class Name:
    """A name: its language tag, empty where there is none, and how it is used (one of `USES`)."""

    text: str
    language: str = ""
    use: str = "label"


@dataclass(frozen=True)
class Named:
    """A thing as the index knows it.

    Attributes:
        names: labels first.
        parts: kinds and keys of the things by whose names it is found too.
        countries: keys of the countries that it is in.
        weight: of two equally good finds of a kind the one with more comes first.
        identifiers: small letters and digits.
    """

    kind: str
    key: str
    names: tuple[Name, ...] = ()
    parts: tuple[tuple[str, str], ...] = ()
    countries: tuple[str, ...] = ()
    weight: int = 0
    identifiers: tuple[str, ...] = ()


def write_index(path: Path, things: Iterable[Named]) -> None:
    """Write the index of some things; a part that is not among them is left out."""
    path.unlink(missing_ok=True)
    ordered = sorted(things, key=_order)
    numbers = {(thing.kind, thing.key): number for number, thing in enumerate(ordered, 1)}
    keys = {number: _keys(thing) for number, thing in enumerate(ordered, 1)}
    # Without transactions of its own: one for all, begun and ended here.
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.executescript(_SCHEMA)
        file.execute("BEGIN")
        _write_things(file, ordered, numbers)
        _write_names(file, ordered, keys)
        words = {number: {word for key in _flat(keys[number]) for word in key.split()} for number in keys}
        file.executemany("INSERT INTO words (rowid, text) VALUES (?, ?)", _texts(ordered, numbers, words))
        file.execute("INSERT INTO words (words) VALUES ('optimize')")
        file.execute("COMMIT")


def _order(thing: Named) -> tuple[int, int, str, str]:
    place = KIND_ORDER.index(thing.kind) if thing.kind in KIND_ORDER else len(KIND_ORDER)
    return place, -thing.weight, thing.kind, thing.key


def _keys(thing: Named) -> list[tuple[str, ...]]:
    """The keys of each name of a thing."""
    return [make_keys(name.text, name.language) for name in thing.names]


def _flat(keys: Iterable[Iterable[str]]) -> Iterator[str]:
    return (key for some in keys for key in some)


def _write_things(
    file: sqlite3.Connection, things: Sequence[Named], numbers: Mapping[tuple[str, str], int]
) -> None:
    file.executemany(
        "INSERT INTO thing VALUES (?, ?, ?, ?)",
        (
            (number, thing.kind, thing.key, " ".join(sorted(set(thing.countries))))
            for number, thing in enumerate(things, 1)
        ),
    )
    file.executemany(
        "INSERT INTO part VALUES (?, ?)",
        sorted(
            (number, numbers[part])
            for number, thing in enumerate(things, 1)
            for part in set(thing.parts)
            if part in numbers
        ),
    )
    file.executemany(
        "INSERT INTO identifier VALUES (?, ?)",
        sorted(
            {
                (identifier, number)
                for number, thing in enumerate(things, 1)
                for identifier in thing.identifiers
            }
        ),
    )


def _write_names(
    file: sqlite3.Connection, things: Sequence[Named], keys: Mapping[int, list[tuple[str, ...]]]
) -> None:
    names = (
        (number, place, name.text, name.language, name.use, "\n".join(own))
        for number, thing in enumerate(things, 1)
        for place, (name, own) in enumerate(zip(thing.names, keys[number], strict=True))
    )
    file.executemany("INSERT INTO name VALUES (?, ?, ?, ?, ?, ?)", names)
    whole = {
        (compact(key), number, name.language)
        for number, thing in enumerate(things, 1)
        for name, own in zip(thing.names, keys[number], strict=True)
        for key in own
    }
    file.executemany("INSERT INTO whole VALUES (?, ?, ?)", sorted(whole))


def _texts(
    things: Sequence[Named], numbers: Mapping[tuple[str, str], int], words: Mapping[int, set[str]]
) -> Iterator[tuple[int, str]]:
    for number, thing in enumerate(things, 1):
        found = set(words[number])
        for part in thing.parts:
            found |= words.get(numbers.get(part, 0), set())
        if found:
            yield number, " ".join(sorted(found))
