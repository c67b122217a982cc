"""Facts and names of items as rows of `cities` and `exonyms`: they fill what our tables leave open, and nothing else.

Names, place, population and identifiers that a table has stay as they are. Names are labels in the languages of our
columns; further names are labels and aliases in the languages of our pages.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterator, Mapping

from twin_graph import iris
from twin_graph.enrich.archives import Archive
from twin_graph.enrich.documents import answer_key
from twin_graph.enrich.parties import Known
from twin_graph.findings import SourceRef
from twin_graph.sources.documents import SEPARATOR
from twin_graph.sources.tables import Row
from twin_graph.wikidata.identity import FACTS, LABELS, POPULATION, POPULATION_ON
from twin_graph.wikidata.model import Item
from twin_graph.wikidata.terms import item_id
from twin_graph.workspace import LANGUAGES

NAME_LANGUAGES = ("en", "pl", "uk", "de", "es", "fr", "pt", "ru", "zh")
# The language that the others fall back on, and the code of a label that is meant for all.
DEFAULT, ANY = "en", "mul"
# What comes with something else, and only where that is filled too.
_TOGETHER = (("latitude", "longitude"), ("population", "population_year"))
_NUMBER = r"([-+]?[0-9]+(?:\.[0-9]+)?(?:[Ee][-+]?[0-9]+)?)"
_POINT = re.compile(rf"Point\({_NUMBER} {_NUMBER}\)", re.IGNORECASE)
_LONGEST_NAME = 120
# What a label says to tell its item from others, such as “Амстердам (община)”.
_BEHIND = re.compile(r"(?<=\S)\s*\([^()]*\)\s*$")


def city_row(
    archive: Archive, item: Item, known: Known, where: SourceRef, parties: Container[str] = ()
) -> Row | None:
    """What an item adds to its city; None where it adds nothing.

    A city that no table has gets a row with all that is known of it.

    Args:
        parties: items that are cities though no table has them.
    """
    taken = known.taken(item.id)
    offered = {**_names(item), **_facts(item, known), **_successors(item, known, parties)}
    for first, second in _TOGETHER:
        if first in taken or second in taken or first not in offered:
            offered.pop(first, None)
            offered.pop(second, None)
    cells = {name: cell for name, cell in offered.items() if cell and name not in taken}
    if not cells and known.is_known(item.id):
        return None
    answers = [archive.answer_about(query, item.id) for query in (FACTS, LABELS)]
    taken_from = [answer_key(archive, answer.body) for answer in answers if answer is not None]
    own = {} if known.is_known(item.id) else {"wikidata": item.id}
    return Row(
        "cities",
        {
            "key": known.alias(item.id), **cells, **own,
            "source": archive.key, "taken_from": SEPARATOR.join(sorted(set(taken_from))),
        },
        where,
    )  # fmt: skip


def bare_row(archive: Archive, item: str, answer: str, where: SourceRef) -> Row:
    """A city of which nothing is known but that a statement names it."""
    cells = {"key": iris.city_alias(item), "wikidata": item, "source": archive.key, "taken_from": answer}
    return Row("cities", {name: cell for name, cell in cells.items() if cell}, where)


def name_rows(archive: Archive, item: Item, known: Known, where: SourceRef) -> Iterator[Row]:
    """The names of a city that no table has, in the languages of our pages."""
    answer = archive.answer_about(LABELS, item.id)
    if answer is None:
        return
    had = {_folded(name) for name in known.names.get(known.own(item.id), ())}
    had |= {_folded(item.labels[language]) for language in NAME_LANGUAGES if language in item.labels}
    had.add(_folded(_default_label(item)))
    for language in LANGUAGES:
        for name in (
            *item.aliases.get(language, ()),
            *(item.aliases.get(ANY, ()) if language == DEFAULT else ()),
        ):
            text = _cleaned(name)
            if text and _folded(text) not in had and SEPARATOR not in text:
                had.add(_folded(text))
                cells = {
                    "city": known.alias(item.id), "name": text, "language": language, "use": "alternative",
                    "source": archive.key, "taken_from": answer_key(archive, answer.body),
                }  # fmt: skip
                yield Row("exonyms", cells, where)


def _names(item: Item) -> dict[str, str]:
    told = {code: item.labels.get(code, "") for code in NAME_LANGUAGES}
    told[DEFAULT] = _default_label(item)
    labels = {code: _BEHIND.sub("", label) for code, label in told.items()}
    found = {f"name_{code}": _cleaned(label) for code, label in labels.items()}
    return {column: name for column, name in found.items() if name}


def _default_label(item: Item) -> str:
    """The label in English; else the one that is meant for all languages; else, of an item without any in a language
    of ours, the first in Latin letters, those of variants of English before others.
    """
    labels = item.labels
    if known := labels.get(DEFAULT) or labels.get(ANY):
        return known
    if any(labels.get(code) for code in NAME_LANGUAGES):
        return ""
    codes = sorted(labels, key=lambda code: (not code.startswith(f"{DEFAULT}-"), code))
    return next((labels[code] for code in codes if _is_latin(labels[code])), "")


def _is_latin(name: str) -> bool:
    letters = [character for character in name if character.isalpha()]
    return bool(letters) and all(unicodedata.name(letter, "").startswith("LATIN ") for letter in letters)


def _facts(item: Item, known: Known) -> dict[str, str]:
    """Country, place, population and identifiers, each only where there is one and no other."""
    found: dict[str, str] = {}
    countries = {known.countries.get(item_id(node), "") for node in item.facts.get("country", ())}
    if len(countries) == 1:
        found["country"] = countries.pop()
    if point := _POINT.fullmatch(_only(item, "coord")):
        longitude, latitude = float(point[1]), float(point[2])
        if abs(latitude) <= 90 and abs(longitude) <= 180:
            found |= {"latitude": _decimal(latitude), "longitude": _decimal(longitude)}
    population = _only(item, POPULATION).removeprefix("+")
    if population.isdecimal() and int(population) > 0:
        found["population"] = str(int(population))
        year = _only(item, POPULATION_ON)[:4]
        found["population_year"] = year if year.isdecimal() else ""
    for fact in ("geonames", "teryt"):
        number = _only(item, fact)
        found[fact] = number if number.isdecimal() else ""
    return found


def _successors(item: Item, known: Known, parties: Container[str]) -> dict[str, str]:
    """The cities that took the place of one that was dissolved, as far as they are among ours."""
    if not item.facts.get("dissolved"):
        return {}
    named = {item_id(node) for node in item.facts.get("replacedBy", ())}
    found = {known.alias(each) for each in named if each and (known.is_known(each) or each in parties)}
    return {"succeeded_by": SEPARATOR.join(sorted(found - {known.alias(item.id)}))}


def _only(item: Item, fact: str) -> str:
    """The value of a fact that has just one."""
    values: Mapping[str, object] = {str(node): node for node in item.facts.get(fact, ())}
    return next(iter(values)) if len(values) == 1 else ""


def _cleaned(name: str) -> str:
    """A name on one line; one that is a text is none."""
    text = " ".join("".join(character if character.isprintable() else " " for character in name).split())
    return text if len(text) <= _LONGEST_NAME else ""


def _folded(name: str) -> str:
    return name.casefold()


def _decimal(number: float) -> str:
    """A coordinate in canonical form, to six places (about ten centimetres)."""
    text = f"{number:.6f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
