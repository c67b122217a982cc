"""Names to try a search with, as people type them: taken from the data, so that each of them finds something.

One without its accents, one in another script, a former one, and a number of Wikidata; fewer where the data have no
such name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from twin_graph.labels import Name, NameIndex, fold
from twin_graph.workspace import LANGUAGES

_LEADING = 24
_ITEM = re.compile(r"q[0-9]+")


def name_examples(index: NameIndex, language: str) -> tuple[str, ...]:
    """Names of different cities among those that come first, for a reader of a language."""
    cities = [names for names, _ in index.leading("city", _LEADING)]
    kinds: tuple[Callable[[Name], str], ...] = (
        _without_accents,
        lambda name: _in_other_script(name, language),
        _former,
    )
    found: dict[int, str] = {}
    for example in kinds:
        place, text = next(iter(_first(cities, example, found)), (0, ""))
        if text:
            found[place] = text
    return tuple(found.values())


def item_example(index: NameIndex) -> str:
    """The number of Wikidata of the first city that has one; empty where none has."""
    numbers = (number for _, numbers in index.leading("city", _LEADING) for number in numbers)
    return next((number.upper() for number in numbers if _ITEM.fullmatch(number)), "")


def _first(
    cities: Sequence[Sequence[Name]], example: Callable[[Name], str], taken: Iterable[int]
) -> Iterable[tuple[int, str]]:
    """Places of cities with what an example makes of their names, without those that are taken."""
    used = set(taken)
    return (
        (place, text)
        for place, names in enumerate(cities)
        if place not in used
        for name in names
        if name.language in LANGUAGES and (text := example(name))
    )


def _without_accents(name: Name) -> str:
    plain = fold(name.text)
    # Hyphens and brackets are no accents.
    letters = "".join(filter(str.isalnum, name.text.casefold()))
    return plain if name.use == "label" and plain.isascii() and plain.replace(" ", "") != letters else ""


def _in_other_script(name: Name, language: str) -> str:
    is_other = fold(name.text).isascii() == (language == "uk")
    return name.text if name.use == "label" and is_other else ""


def _former(name: Name) -> str:
    return name.text if name.use == "former" else ""
