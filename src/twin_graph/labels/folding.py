"""How a name is compared: without case, accents, apostrophes and hyphens, and in Latin letters too.

A key is what is left of a name: its words in small letters, with one space between them. A name has one key in
its own script, and more where it is also spelt otherwise: ö as oe in German, Cyrillic as the English, the
Germans, the Poles and the French write it, St as Saint. What is spelt how is data:

    romanisation.csv   one Cyrillic letter in the languages of the name, as six traditions write it
    spellings.csv      letters that a language also writes with others
    equal_words.csv    words that stand for each other in names of places

Knows neither things nor files of names; the matcher of lists of names builds on the same keys.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from itertools import chain, islice
from pathlib import Path

from anyascii import anyascii

_FOLDER = Path(__file__).parent
TRADITIONS = ("english", "official", "german", "polish", "french", "scholarly")
_APOSTROPHES = "'’ʼ‘`´′ʹʻʿʾ＇״׳\u200d\u200c\u00ad"
_NO_APOSTROPHES = str.maketrans("", "", _APOSTROPHES)
_APART = str.maketrans(dict.fromkeys(_APOSTROPHES, " "))
# Letters that have an accent through them, which Unicode does not take apart.
_WHOLE = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i",
                        "ħ": "h", "ŧ": "t", "ŋ": "n", "ə": "a", "ɛ": "e", "ɔ": "o", "ƙ": "k", "ĸ": "k"})  # fmt: skip
_NOT_ASCII_WORD = re.compile(r"[^a-z0-9]+")
_LATIN = re.compile(r"[a-zÀ-ɏḀ-ỿ]")
_CYRILLIC = re.compile(r"[Ѐ-ԯ]")
_MAX_KEYS = 12
# Nobody types a name to this letter.
_LONGEST = 400
# A build meets the same words again and again, and so do readers; nobody shall fill the memory with long ones.
_KNOWN, _SHORT = 4_000, 60


def fold(text: str) -> str:
    """The key of a text in its own script; empty where it has neither letters nor digits.

    >>> fold("Łódź"), fold("Rishon-le-Zion"), fold("Кам’янець-Подільський"), fold("Straße (Süd)"), fold("?!")
    ('lodz', 'rishon le zion', 'камянець подільськии', 'strasse sud', '')
    """
    return _known(text) if len(text) <= _SHORT else _fold(text)


def _fold(text: str) -> str:
    small = text.casefold().translate(_NO_APOSTROPHES)
    if small.isascii():
        return _NOT_ASCII_WORD.sub(" ", small).strip()
    apart = unicodedata.normalize("NFKD", small).casefold().translate(_WHOLE)
    kept = "".join(_plain(letter) for letter in apart)
    return " ".join(unicodedata.normalize("NFC", kept).split())


_known = lru_cache(maxsize=_KNOWN)(_fold)


def make_keys(text: str, language: str = "") -> tuple[str, ...]:
    """All keys of a name, its own first, each once; `language` is its tag, empty where nobody knows.

    >>> make_keys("Köln", "de"), make_keys("Köln", "hu")
    (('koln', 'koeln'), ('koln',))
    >>> make_keys("Харків", "uk")
    ('харків', 'kharkiv', 'charkiw', 'charkiv')
    >>> make_keys("St. Louis", "en"), make_keys("L’Aquila", "it")
    (('st louis', 'saint louis', 'sankt louis'), ('laquila', 'l aquila'))
    """
    own = tuple(key for spelling in _spellings(text[:_LONGEST], language) if (key := fold(spelling)))
    others = (other for key in own for other in _with_equal_words(key))
    # A title of many abbreviations would have keys without end.
    return tuple(dict.fromkeys(islice(chain(own, others), 2 * _MAX_KEYS)))[:_MAX_KEYS]


def compact(key: str) -> str:
    """A key without its spaces, so that New York is newyork.

    >>> compact("rishon le zion")
    'rishonlezion'
    """
    return key.replace(" ", "")


def has_cyrillic(text: str) -> bool:
    """Whether there is a Cyrillic letter in a text, which the romanisations write letter by letter."""
    return bool(_CYRILLIC.search(text))


def _plain(letter: str) -> str:
    """A letter or digit, nothing for an accent, a space for all else.

    Accents of Latin, Greek and Cyrillic and points of Hebrew and Arabic do not count; vowel signs of other scripts
    are letters.
    """
    if letter.isalnum():
        return letter
    if not unicodedata.category(letter).startswith("M"):
        return " "
    place = unicodedata.combining(letter)
    return "" if place >= 200 or 10 <= place <= 35 else letter


def _spellings(text: str, language: str) -> Iterator[str]:
    yield text
    small = unicodedata.normalize("NFC", text.casefold())
    if small.isascii():
        if "'" in small:
            yield small.translate(_APART)
        return
    if _LATIN.search(small):
        yield small.translate(_APART)
    if other := _tables()[1].get(_base(language)):
        yield small.translate(other)
    if _CYRILLIC.search(small):
        yield from romanise(small, language)
    elif (latin := anyascii(small)) and not _LATIN.search(small):
        yield latin


def romanise(text: str, language: str = "") -> tuple[str, ...]:
    """A Cyrillic text in Latin letters, once for each tradition; as Ukrainian and as Russian without a language.

    >>> romanise("Львов", "ru")[:3]
    ('lvov', 'lvov', 'lwow')
    """
    small = unicodedata.normalize("NFC", text.casefold())
    of = (_base(language),) if language else ("uk", "ru")
    return tuple(small.translate(table) for name in of for table in _romanisations(name))


@cache
def _romanisations(language: str) -> tuple[Mapping[int, str], ...]:
    """One table per tradition for names in a language."""
    tables: list[dict[int, str]] = [{} for _ in TRADITIONS]
    for row in sorted(_read("romanisation"), key=lambda row: bool(row["languages"])):
        if row["languages"] and language not in row["languages"].split():
            continue
        for table, tradition in zip(tables, TRADITIONS, strict=True):
            table[ord(row["letter"])] = row[tradition]
    return tuple(tables)


@cache
def _tables() -> tuple[Mapping[str, tuple[str, ...]], Mapping[str, Mapping[int, str]]]:
    """Equal words of a word, and the letters that a language also writes otherwise.

    What somebody typed is in no language: it may be German or Danish.
    """
    groups = [row["words"].split() for row in _read("equal_words")]
    words = {word: tuple(other for other in group if other != word) for group in groups for word in group}
    letters: dict[str, dict[int, str]] = {}
    for row in _read("spellings"):
        for language in row["languages"].split():
            letters.setdefault(language, {})[ord(row["written"])] = row["also"]
    letters[""] = {**letters.get("da", {}), **letters.get("de", {})}
    return words, letters


def _with_equal_words(key: str) -> Iterator[str]:
    equal = _tables()[0]
    words = key.split()
    for place, word in enumerate(words):
        for other in equal.get(word, ()) if len(words) > 1 else ():
            yield " ".join((*words[:place], other, *words[place + 1 :]))


def _read(name: str) -> list[dict[str, str]]:
    with (_FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _base(language: str) -> str:
    return language.partition("-")[0].lower()
