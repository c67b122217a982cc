"""Fill the slots of the queries `wikidata_*.rq`: the only place where a value becomes text of a query.

A slot takes nothing but items, a property or languages, each checked by its form; there is no other way to put a
value into a query that is sent. Sends nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from twin_graph import __version__, queries

ITEM = re.compile(r"Q[1-9][0-9]{0,11}")
PROPERTY = re.compile(r"P[1-9][0-9]{0,11}")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{1,8})*")
SLOT = re.compile(r"%([A-Z]+)%")
OUR_LANGUAGES = ("pl", "uk")  # beside "mul" and "en", which the query has
_HEADER = re.compile(r"\A(?:#[^\n]*\n)+")


def number(item: str) -> int:
    """The number of an item or property, by which everything is sorted."""
    return int(item[1:])


def fill(
    name: str,
    items: Iterable[str] = (),
    *,
    country: str = "",
    prop: str = "P190",
    languages: Iterable[str] = OUR_LANGUAGES,
) -> str:
    """The text to send of a query: without its header, with a line that says whose question it is.

    Args:
        name: of the file, without `.rq`.
        items: for the slots %ITEMS% and %NETWORKS%; they are written ascending by number, each once.

    >>> fill("wikidata_discovery", country="Q36").splitlines()[0].endswith(" D1")
    True

    Raises:
        ValueError: a value is not of its form, or a slot is left empty.
    """
    query = queries.load(name)
    wanted = sorted({_checked(ITEM, item) for item in items}, key=number)
    listed = " ".join(f"wd:{item}" for item in wanted)
    values = {
        "ITEMS": listed,
        "NETWORKS": listed,
        "COUNTRY": country and _checked(ITEM, country),
        "PROPERTY": _checked(PROPERTY, prop),
        "UILANGS": ", ".join(f'"{_checked(LANGUAGE, language)}"' for language in languages),
    }

    def value(slot: re.Match[str]) -> str:
        if not values.get(slot[1]):
            raise ValueError(f"{name}: nothing is given for the slot {slot[0]}")
        return values[slot[1]]

    text = SLOT.sub(value, _HEADER.sub("", query.text))
    return f"# twin_graph/{__version__} {query.notes['wikidata']}\n{text}"


def slots(name: str) -> tuple[str, ...]:
    """The slots of a query, such as `ITEMS`, each once."""
    return tuple(dict.fromkeys(SLOT.findall(_HEADER.sub("", queries.load(name).text))))


def _checked(form: re.Pattern[str], value: str) -> str:
    if form.fullmatch(value) is None:
        raise ValueError(f"not of the form {form.pattern}: {value[:80]!r}")
    return value
