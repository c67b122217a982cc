"""Which country somebody means: a code of two or three letters, a number, an item, or a name in any language.

The codes and most names are those of the Unicode CLDR, as Babel brings it; see `labels.countries`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from babel import Locale
from babel.core import UnknownLocaleError, get_global

from twin_graph.labels import country_names, fold


def read_country(text: str, others: Mapping[str, str] | None = None) -> str:
    """The key of a country, which is its code in small letters; empty where nobody knows it.

    Args:
        others: keys by other ways to write a country, folded: its items and the names in the data.

    >>> read_country("DE"), read_country("POL"), read_country("804"), read_country("Allemagne"), read_country("?")
    ('de', 'pl', 'ua', 'de', '')
    >>> read_country("Wielka Brytania"), read_country("UK"), read_country("Atlantis")
    ('gb', 'gb', '')
    """
    wanted = fold(text)
    if not wanted:
        return ""
    if others and wanted in others:
        return others[wanted]
    return _by_name().get(wanted, "")


@cache
def country_title(key: str, language: str) -> str:
    """What a country is called in a language; in English where that is not known.

    >>> country_title("de", "pl"), country_title("xx", "pl")
    ('Niemcy', 'XX')
    """
    for tag in (language, "en"):
        try:
            territories = Locale.parse(tag, sep="-").territories if tag else {}
        except (UnknownLocaleError, ValueError):
            continue
        if name := territories.get(key.upper()):
            return str(name)
    return key.upper()


@cache
def _by_name() -> Mapping[str, str]:
    """The codes and names of all countries, folded; a name of two countries means none."""
    territories = [code for code in map(str, Locale("en").territories) if len(code) == 2 and code.isalpha()]
    known: dict[str, str] = {}
    doubtful: set[str] = set()
    for code in territories:
        for name in country_names(code.lower()):
            key = fold(name.text)
            if known.setdefault(key, code.lower()) != code.lower():
                doubtful.add(key)
    known = {name: code for name, code in known.items() if name and name not in doubtful}
    aliases = get_global("territory_aliases")
    codes = {fold(alias): values[0].lower() for alias, values in aliases.items() if len(values) == 1}
    return {**known, **codes, **{code.lower(): code.lower() for code in territories}, "uk": "gb", "el": "gr"}
