"""What people call a country: in the languages of many of them, by a short form, or by what it once was.

The names are those of the Unicode CLDR, as Babel brings it; short forms and names in use beside them are rows of
`country_names.csv`. Which names a page shows is decided by the data, not here.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from babel import Locale

from twin_graph.labels.writing import Name

# The languages of readers, of most partners of cities in Europe, and of the great powers.
_LANGUAGES = ("ar", "be", "bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "he", "hr", "hu", "it", "ja",
              "ka", "ko", "lt", "lv", "nb", "nl", "pl", "pt", "ro", "ru", "sk", "sl", "sr", "sv", "tr", "uk", "zh",
              "zh-Hant")  # fmt: skip
_FILE = Path(__file__).with_name("country_names.csv")


def country_names(key: str) -> tuple[Name, ...]:
    """The names of a country by its key, which is its ISO code in small letters; none where nobody knows it.

    >>> [name.text for name in country_names("nl") if name.language == "de"]
    ['Niederlande', 'Holland']
    """
    known = (Name(text, tag, "exonym") for tag, names in _territories() if (text := names.get(key.upper())))
    return (*known, *_others().get(key, ()))


@cache
def _territories() -> tuple[tuple[str, dict[str, str]], ...]:
    """The names of all territories, by language."""
    return tuple((tag, dict(Locale.parse(tag, sep="-").territories)) for tag in _LANGUAGES)


@cache
def _others() -> dict[str, tuple[Name, ...]]:
    names: dict[str, tuple[Name, ...]] = {}
    with _FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            name = Name(row["name"], row["language"], "alternative")
            names[row["country"]] = (*names.get(row["country"], ()), name)
    return names
