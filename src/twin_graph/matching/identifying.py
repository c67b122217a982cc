"""Things that a query names by an identifier: an item, a number of GeoNames, a key, an address.

A known identifier is its thing, unless name and country both say otherwise: then somebody shall look. An address of
Wikipedia is a name; what it may mean is asked as one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from twin_graph.labels.identifiers import read_identifier
from twin_graph.matching.index import Index, Known
from twin_graph.matching.model import Query
from twin_graph.matching.spelling import spell
from twin_graph.matching.wanted import Wanted

_ARTICLE = re.compile(r"https?://(?P<language>[a-z-]{2,12})\.(?:m\.)?wikipedia\.org/wiki/(?P<title>[^?#]+)")
# Sorts that hold more than one kind of number.
_ANY = ("id", "identifier", "url", "uri")
# What an identifier that contradicts everything else leaves: somebody has to look.
_DOUBTED = 0.5


@dataclass(frozen=True)
class Identified:
    """The things that identifiers name, with their probabilities."""

    places: tuple[tuple[Known, float], ...]
    is_match: bool
    reasons: tuple[str, ...]


def identify(index: Index, wanted: Wanted) -> Identified | None:
    """The things that the identifiers of a query name; None where it has none that is known."""
    places = sorted(set(_places(index, wanted.query)))
    kinds = wanted.query.kinds
    known = [index.place(number) for number in places]
    known = [place for place in known if not kinds or place.kind in kinds]
    if not known:
        return None
    if len(known) > 1 and (called := _called_so(wanted, known)):
        known = [called]
    if len(known) > 1:
        shared = tuple((place, 1 / len(known)) for place in known)
        return Identified(shared, False, ("identifier_match", "identifiers_differ"))
    (place,) = known
    if _contradicts(wanted, place):
        return Identified(((place, _DOUBTED),), False, ("identifier_match", "identifier_contradicts"))
    return Identified(((place, 1.0),), True, ("identifier_match",))


def article(text: str) -> tuple[str, str] | None:
    """Title and language of an article of Wikipedia, by its address.

    >>> article("https://pl.wikipedia.org/wiki/Riszon_le-Cijjon")
    ('Riszon le-Cijjon', 'pl')
    """
    found = _ARTICLE.fullmatch(text.strip())
    return (unquote(found["title"]).replace("_", " "), found["language"]) if found else None


def _places(index: Index, query: Query) -> Iterable[int]:
    for sort, text in query.all_identifiers:
        if text.strip():
            yield from index.identified("" if sort in _ANY else sort, text.strip().rpartition("/")[2])
    # A bare number instead of a name may be anything in a table: only what is clearly an identifier counts.
    named = None if query.all_identifiers or query.name.strip().isdigit() else read_identifier(query.name, "")
    if named:
        yield from index.identified("key" if named.kind else "", named.text)


def _contradicts(wanted: Wanted, place: Known) -> bool:
    """Whether both the name and the country are those of another place."""
    if not wanted.spellings or not wanted.country or place.country in ("", *wanted.countries):
        return False
    return read_identifier(wanted.query.name, "") is None and not _is_called_so(wanted, place)


def _called_so(wanted: Wanted, known: Sequence[Known]) -> Known | None:
    """The only place that has the name, where one identifier is given several times, any of which may be meant."""
    if len({sort for sort, _ in wanted.query.all_identifiers}) != 1:
        return None
    called = [place for place in known if _is_called_so(wanted, place)]
    return called[0] if len(called) == 1 else None


def _is_called_so(wanted: Wanted, place: Known) -> bool:
    asked = {spelling.key for spelling in wanted.spellings}
    own = {spelling.key for name in place.names for spelling in spell(name.text, name.language)}
    return bool(asked & own)
