"""What one query asks: the values that both versions of the protocol are read into, and how texts become them.

The JSON of a version is read by `reading`; what is made of a query for the matcher is `evidence`.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from twin_graph.iris import is_key, unmint
from twin_graph.reconcile.vocabulary import Property

MAX_LETTERS = 255
MAX_PROPERTIES, MAX_VALUES = 20, 50
DEFAULT_LIMIT, MAX_LIMIT = 10, 50
_ITEM = re.compile(r"(?:(?:wd|wikidata):)?(Q[1-9][0-9]{0,11})", re.IGNORECASE)
_ITEM_PATH = re.compile(
    r"/(?:wiki|entity)/(?:Special:EntityData/)?(Q[1-9][0-9]{0,11})(?:\.\w+)?", re.IGNORECASE
)
_PAIR = re.compile(
    r"\(?\s*([+-]?[0-9]{1,3}(?:\.[0-9]{1,15})?)\s*[,;/ ]\s*([+-]?[0-9]{1,3}(?:\.[0-9]{1,15})?)\s*\)?"
)
_WKT = re.compile(
    r"(?:<[^>]*>\s*)?POINT\s*\(\s*([+-]?[0-9.]{1,20})\s+([+-]?[0-9.]{1,20})\s*\)", re.IGNORECASE
)
_NUMBER = re.compile(r"[0-9]{1,3}(?:[ \u00a0\u202f,.'][0-9]{3})+|[0-9]{1,12}")
_WITHIN = re.compile(r"Within(Km|Percent)-([0-9]{1,5})")


@dataclass(frozen=True)
class Given:
    """One value that a query gives for a property: a text, and where it is a thing its identifier."""

    text: str
    id: str = ""

    @property
    def best(self) -> str:
        """What says most exactly what is meant."""
        return self.id or self.text


@dataclass(frozen=True)
class Condition:
    """What a query says of a property: `any`, `all` or `none` of the values."""

    property: Property
    values: tuple[Given, ...]
    required: bool = False
    quantifier: str = "any"
    within: tuple[str, float] = ("", 0.0)


@dataclass(frozen=True)
class Asked:
    """A query.

    Attributes:
        language: of the names in it, empty where that is not said.
        types: identifiers of types; `strict` says how they are meant.
        ids: identifiers that it asks for.
        unknown: properties that the service does not know.
    """

    name: str = ""
    language: str = ""
    types: tuple[str, ...] = ()
    strict: str = "should"
    limit: int = DEFAULT_LIMIT
    conditions: tuple[Condition, ...] = ()
    ids: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def given(value: Any) -> Given | None:
    """A value of a property; None where it says nothing.

    Raises:
        ValueError: it is none that the protocol knows.
    """
    if isinstance(value, dict):
        identifier, name = value.get("id"), value.get("name", "")
        if not isinstance(identifier, str) or not isinstance(name, str):
            raise ValueError("a thing has an id and may have a name")  # noqa: TRY004 - it is a value of JSON
        found = Given(clean(name), clean(identifier))
        return found if found.best else None
    if isinstance(value, bool):
        return Given("true" if value else "false")
    if isinstance(value, int | float):
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            raise ValueError("must be a finite number")
        return Given(f"{number:.15g}")
    if value is None or isinstance(value, str):
        text = clean(value or "")
        return Given(text) if text else None
    raise ValueError("must be a text, a number, a boolean or an object with an id")


def clean(text: str) -> str:
    """A text as far as it is compared: no halves of surrogate pairs, no white space around it, not too long."""
    whole = text.encode("utf-8", "ignore").decode()
    return whole.replace("\0", " ").strip()[:MAX_LETTERS].strip()


def read_point(text: str) -> tuple[float, float] | None:
    """Latitude and longitude; None where a text is no place on Earth.

    >>> read_point("50.11,8.68"), read_point("POINT(8.68 50.11)"), read_point("95, 8")
    ((50.11, 8.68), (50.11, 8.68), None)
    """
    if pair := _PAIR.fullmatch(text.strip()):
        latitude, longitude = pair.groups()
    elif wkt := _WKT.fullmatch(text.strip()):
        longitude, latitude = wkt.groups()
    else:
        return None
    try:
        point = float(latitude), float(longitude)
    except ValueError:
        return None
    return point if abs(point[0]) <= 90 and abs(point[1]) <= 180 else None


def read_number(text: str) -> int | None:
    """A whole number as people write it.

    >>> read_number("773068"), read_number("773 068"), read_number("773,068"), read_number("many")
    (773068, 773068, 773068, None)
    """
    plain = text.strip().removesuffix(".0")
    return int(re.sub(r"\D", "", plain)) if _NUMBER.fullmatch(plain) else None


def read_within(text: str) -> tuple[str, float]:
    """What a qualifier allows: kilometres or per cent.

    >>> read_within("WithinKm-25"), read_within("ExactMatch")
    (('Km', 25.0), ('', 0.0))
    """
    found = _WITHIN.fullmatch(text)
    return (found[1], float(found[2])) if found else ("", 0.0)


def read_identifier(text: str, base_iri: str, kind: str) -> tuple[str, str] | None:
    """Which identifier a name is, by its sort, where it is one: an item, an address of one, an IRI or a key of ours.

    A key that is a plain word is a name like any other.

    >>> read_identifier("http://www.wikidata.org/entity/Q37333", "http://x/", "city")
    ('wikidata', 'Q37333')
    >>> read_identifier("http://x/id/city/lublin", "http://x/", "city")
    ('key', 'lublin')
    >>> read_identifier("lublin", "http://x/", "city")
    """
    if item := _ITEM.fullmatch(text):
        return "wikidata", item[1].upper()
    minted = unmint(base_iri, text)
    if minted:
        return ("key", minted.key) if minted.kind == kind else None
    if text.startswith(("http://", "https://")):
        try:
            parts = urlsplit(text)
            host = parts.hostname or ""
        except ValueError:
            return None
        path = _ITEM_PATH.fullmatch(parts.path)
        return ("wikidata", path[1].upper()) if path and host.endswith("wikidata.org") else None
    is_word = text.isalpha()
    return ("key", text) if not is_word and is_key(text) and not text.isdigit() else None


def read_article(text: str) -> tuple[str, str] | None:
    """Title and language of an article of Wikipedia by its address.

    >>> read_article("https://pl.wikipedia.org/wiki/Frankfurt_nad_Menem")
    ('Frankfurt nad Menem', 'pl')
    """
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        return None
    language, dot, rest = host.partition(".")
    if not dot or rest not in ("wikipedia.org", "m.wikipedia.org") or not parts.path.startswith("/wiki/"):
        return None
    return clean(unquote(parts.path.removeprefix("/wiki/")).replace("_", " ")), language


_T = TypeVar("_T")


def one_of(value: Any, choices: tuple[_T, ...], default: _T) -> _T:
    """The choice that a value is; the default where it is absent.

    Raises:
        ValueError: it is another.
    """
    if value is None:
        return default
    if value in choices:
        return choices[choices.index(value)]
    raise ValueError(f"must be one of {', '.join(map(str, choices))}")
