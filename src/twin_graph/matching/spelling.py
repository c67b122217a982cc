"""What a written name may be called in the index: as it is, without its addition, without generic words.

    generic_words.csv   words that say what sort of place it is: Stadt, gmina, municipality of, 市
    linking_words.csv   words before the addition of a name: Frankfurt am Main, Newcastle upon Tyne
    abbreviations.csv   Neustadt a. d. Weinstraße
    regions.csv         states and provinces that are written after a name, Springfield, IL, and as the index has them

Folding and romanisation are those of `labels`; what a country is called is `countries`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from twin_graph.labels import fold, make_keys
from twin_graph.labels.folding import compact

MAX_LETTERS = 255
# How a key comes from its name, the surest first.
WHOLE, ROMANISED, QUALIFIED, GENERIC = range(4)
_FOLDER = Path(__file__).parent
_PARENTHESIS = re.compile(r"^\s*(?P<name>[^()\[\]]+?)\s*[(\[](?P<more>[^()\[\]]+)[)\]]\s*$")
_COMMA = re.compile(r"^\s*(?P<name>[^,;]+?)\s*[,;]\s*(?P<more>.+?)\s*$")
_SLASH = re.compile(r"^\s*(?P<name>[^/]+?)\s*/\s*(?P<more>.+?)\s*$")
_SEPARATORS = (_PARENTHESIS, _COMMA, _SLASH)
_HAN = re.compile(r"[\u3400-\u9fff]")
_KNOWN = 20_000


@dataclass(frozen=True)
class Spelling:
    """A key under which a name may be found.

    Attributes:
        key: without spaces.
        how: one of `WHOLE` to `GENERIC`.
        qualifier: what stood behind the name, as it was written.
        sort: what generic words say that it is: settlement, municipality, district, county, region, association.
    """

    key: str
    how: int
    qualifier: str = ""
    sort: str = ""


@lru_cache(maxsize=_KNOWN)
def spell(name: str, language: str = "") -> tuple[Spelling, ...]:
    """All keys of a name, each once, the surest first.

    >>> [spelling.key for spelling in spell("Frankfurt (Oder)", "de")]
    ['frankfurtoder', 'frankfurt']
    >>> [(spelling.key, spelling.sort) for spelling in spell("Landkreis Bautzen", "de")]
    [('landkreisbautzen', 'county'), ('bautzen', 'county')]
    """
    found: dict[str, Spelling] = {}
    for spelling in sorted(
        _spell(name[:MAX_LETTERS].replace("&", " and "), language), key=lambda each: each.how
    ):
        found.setdefault(spelling.key, spelling)
    return tuple(found.values())


def sort_of(name: str) -> str:
    """What the generic words of a name say that it is; empty where there are none.

    >>> sort_of("Powiat lubelski"), sort_of("Lublin")
    ('county', '')
    """
    return _strip(fold(name))[1]


def qualifier_of(name: str) -> tuple[str, str]:
    """A name and what stands behind it in brackets, after a comma or a slash.

    >>> qualifier_of("Springfield, IL"), qualifier_of("Halle/Saale"), qualifier_of("Lublin")
    (('Springfield', 'IL'), ('Halle', 'Saale'), ('Lublin', ''))
    """
    for separator in _SEPARATORS:
        if found := separator.match(name):
            return found["name"], found["more"]
    return name, ""


def additions_of(name: str) -> tuple[frozenset[str], ...]:
    """The words that stand behind a name, one set for each way to see an addition, without linking words.

    >>> additions_of("Frankfurt an der Oder"), additions_of("Frankfurt (Oder)"), additions_of("Lublin")
    ((frozenset({'oder'}),), (frozenset({'oder'}),), ())
    """
    linking = {word for words in _linking() for word in words.split()}
    found = {
        frozenset(fold(spelling.qualifier).split()) - linking
        for spelling in spell(name)
        if spelling.qualifier
    }
    return tuple(sorted(found - {frozenset()}, key=sorted))


def region_named(text: str, country: str = "") -> tuple[str, str]:
    """Country and name of a region that is written by its code or name; both empty where nobody knows it.

    >>> region_named("IL"), region_named("wa", "au"), region_named("Oder")
    (('us', 'Illinois'), ('au', 'Western Australia'), ('', ''))
    >>> region_named("woj. lubelskie")
    ('pl', 'Lublin')
    """
    key = fold(text)
    rest, sort = _strip(key)
    wanted = {compact(key), compact(rest) if sort == "region" else ""} - {""}
    found = [row for row in _regions() if wanted & {row[0], row[2]} and country in ("", row[1])]
    return (found[0][1], found[0][3]) if found else ("", "")


def _spell(name: str, language: str) -> Iterator[Spelling]:
    sort = sort_of(name)
    yield from _keys(name, language, WHOLE, "", sort)
    base, qualifier = qualifier_of(name)
    if qualifier:
        yield from _keys(base, language, QUALIFIED, qualifier, sort_of(base))
    folded = fold(name)
    for text in dict.fromkeys((folded, *_expand(folded))):
        if text != folded:
            yield from _keys(text, language, WHOLE, "", sort)
        if linked := _unlink(text):
            yield Spelling(compact(linked[0]), QUALIFIED, linked[1], sort)
    for text in dict.fromkeys((folded, fold(base))):
        stripped, kind = _strip(text)
        if stripped:
            yield from _keys(stripped, language, GENERIC, qualifier, kind)


def _keys(text: str, language: str, how: int, qualifier: str, sort: str) -> Iterator[Spelling]:
    """The keys of a text; one in other letters than the text is a romanisation.

    Chinese characters have none: a city of China, one of Korea and one of Japan would have the same.
    """
    own = fold(text)
    for key in make_keys(text, language):
        if key.isascii() and _HAN.search(own):
            continue
        is_romanised = how == WHOLE and key.isascii() and not own.isascii()
        yield Spelling(compact(key), ROMANISED if is_romanised else how, qualifier, sort)


def _strip(key: str) -> tuple[str, str]:
    """A key without its generic words, and what they say; empty where it has none or nothing else."""
    best = ("", "")
    for words, sort, place in _generic():
        rest = ""
        if place in ("before", "both") and key.startswith(f"{words} "):
            rest = key[len(words) + 1 :]
        elif place in ("after", "both") and key.endswith(f" {words}"):
            rest = key[: -len(words) - 1]
        elif place == "suffix" and key.endswith(words) and len(key) > len(words) + 1:
            rest = key[: -len(words)]
        if rest and (not best[0] or len(rest) < len(best[0])):
            best = (rest, sort)
    return best


def _unlink(key: str) -> tuple[str, str] | None:
    """The name before a linking word, and the rest with it."""
    words = key.split()
    linking = _linking()
    for place in range(1, len(words) - 1):
        for length in (2, 1):
            if " ".join(words[place : place + length]) in linking and place + length < len(words):
                return " ".join(words[:place]), " ".join(words[place:])
    return None


def _expand(key: str) -> Iterator[str]:
    """A key with its abbreviations written out."""
    padded = f" {key} "
    for written, meant in _abbreviations():
        if f" {written} " in padded and not padded.startswith(f" {written} "):
            yield padded.replace(f" {written} ", f" {meant} ", 1).strip()


def read_table(name: str) -> list[dict[str, str]]:
    """The rows of one of the tables beside this module."""
    with (_FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def _generic() -> tuple[tuple[str, str, str], ...]:
    return tuple((fold(row["words"]), row["class"], row["place"]) for row in read_table("generic_words"))


@cache
def _linking() -> frozenset[str]:
    return frozenset(fold(row["words"]) for row in read_table("linking_words"))


@cache
def _abbreviations() -> tuple[tuple[str, str], ...]:
    return tuple((row["written"], row["meant"]) for row in read_table("abbreviations"))


@cache
def _regions() -> tuple[tuple[str, str, str, str], ...]:
    """Code, country, key of the name, name."""
    return tuple(
        (row["code"].lower(), row["country"], compact(fold(row["name"])), row["name"])
        for row in read_table("regions")
    )
