"""Which places of the index a query may mean, and by which of their names.

Exact keys first; typing errors only where they give nothing in the country that was named; a position or partners
where there is no name. How probable each is, is `scoring`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz.distance import OSA, JaroWinkler

from twin_graph.labels import Name
from twin_graph.labels.folding import compact, fold
from twin_graph.matching.index import Found, Index, Known
from twin_graph.matching.spelling import GENERIC, QUALIFIED, ROMANISED, WHOLE, additions_of
from twin_graph.matching.wanted import Wanted

# How a name answers, the best first.
NAME_KINDS = (
    "main",
    "other",
    "alternative",
    "former",
    "romanised",
    "shortened",
    "generic",
    "fuzzy",
    "absent",
)
# Those that say all that was written.
IN_FULL = NAME_KINDS[:5]
_MAX_CANDIDATES = 40
_NEAR_KM = 10.0
_LIKE = 0.7
_LONG, _LONGER = 8, 14
_SHORTEST_STEM = 4


@dataclass(frozen=True)
class Named:
    """A place that may be meant, and the name by which it was found.

    Attributes:
        kind: one of `NAME_KINDS`.
        similarity: 1 for the same key, less with errors, 0 without a name.
        shared: how many of its names have the key.
        contradicted: whether another addition stands behind its name than behind the name that was asked for.
        is_beyond: whether what was written differs from the name by more than typing errors, or has more words.
    """

    place: Known
    name: Name
    kind: str
    similarity: float = 1.0
    shared: int = 1
    contradicted: bool = False
    is_beyond: bool = False


def find(index: Index, wanted: Wanted) -> list[Named]:
    """The candidates, in the order of the index; at most so many, the best known of them."""
    found = _without_parts(_by_keys(index, wanted))
    if wanted.spellings and not any(_may_be(named, wanted) for named in found.values()):
        for named in _with_errors(index, wanted):
            found.setdefault(named.place.number, named)
    if wanted.query.point and not any(named.kind != "fuzzy" for named in found.values()):
        for named in _around(index, wanted):
            found.setdefault(named.place.number, named)
    if not wanted.spellings:
        for named in _by_partners(index, wanted):
            found.setdefault(named.place.number, named)
    kept = [named for named in found.values() if named.place.kind in (wanted.query.kinds or ("city",))]
    if not kept and wanted.query.kinds and wanted.query.strict == "should":
        kept = list(found.values())
    if len(kept) > _MAX_CANDIDATES:
        kept = sorted(kept, key=lambda named: _prominence(named, wanted))[:_MAX_CANDIDATES]
    return sorted(kept, key=lambda named: named.place.number)


def _by_keys(index: Index, wanted: Wanted) -> dict[int, Named]:
    ways = {spelling.key: spelling.how for spelling in wanted.spellings}
    found: dict[int, list[tuple[str, Found]]] = {}
    for key, places in index.called(ways).items():
        for each in places:
            found.setdefault(each.place, []).append((key, each))
    named = {}
    for number, some in found.items():
        place = index.place(number)
        kinds = [(_name_kind(ways[key], each, place, wanted), each.name) for key, each in some]
        kind, name = min(kinds, key=lambda pair: (NAME_KINDS.index(pair[0]), pair[1]))
        shared = len({each.name for _, each in some if each.how <= ROMANISED})
        named[number] = Named(
            place, place.names[name], kind, 1.0, max(1, shared), _contradicts(place, kind, wanted)
        )
    return named


def _without_parts(found: dict[int, Named]) -> dict[int, Named]:
    """Without London for "City of London", where one of ours in the same country has all these words as its name."""
    whole = {
        (named.place.country, named.place.cluster)
        for named in found.values()
        if named.kind in IN_FULL and named.place.is_ours and named.place.country
    }
    countries = {country for country, _ in whole}
    return {
        number: named
        for number, named in found.items()
        if named.kind != "generic"
        or named.place.country not in countries
        or (named.place.country, named.place.cluster) in whole
    }


def _name_kind(way: int, found: Found, place: Known, wanted: Wanted) -> str:
    how = max(way, found.how)
    name = place.names[found.name]
    if how == WHOLE:
        return _kind_of_use(name, wanted.query.language)
    if how == ROMANISED:
        return "former" if name.use == "former" else "romanised"
    return {QUALIFIED: "shortened", GENERIC: "generic"}[how]


def _kind_of_use(name: Name, language: str) -> str:
    """A label in the language of the query is the main name, as are the English and the local one."""
    if name.use in ("native", "identifier"):
        return "main"
    if name.use == "label":
        own = ("en", "", language.partition("-")[0])
        return "main" if name.language.partition("-")[0] in own else "other"
    return "former" if name.use == "former" else "alternative"


def _contradicts(place: Known, kind: str, wanted: Wanted) -> bool:
    """Whether an addition stands behind its name, and others behind the name that was asked for."""
    if kind != "shortened" or not wanted.additions:
        return False
    own = {words for name in place.names for words in additions_of(name.text)}
    return bool(own) and not any(asked & words for asked in wanted.additions for words in own)


def _may_be(named: Named, wanted: Wanted) -> bool:
    """Whether a place is not in another country than was said."""
    return not wanted.country or named.place.country in ("", wanted.country)


def errors_in(key: str) -> int:
    """How many typing errors a key may have.

    >>> [errors_in(key) for key in ("ger", "lviv", "timisoara", "kamianetspodilskyi")]
    [0, 1, 2, 3]
    """
    return (len(key) >= 4) + (len(key) >= _LONG) + (len(key) >= _LONGER)


def _with_errors(index: Index, wanted: Wanted) -> Iterable[Named]:
    """The places whose names are nearly what was written."""
    best: dict[int, Named] = {}
    keys = [each.key for each in wanted.spellings if each.how in (WHOLE, ROMANISED)][:4]
    for key in keys:
        near = {stem: len(key) - len(stem) for stem in _stems(key)} | dict(index.near(key, errors_in(key)))
        for other, places in index.called(near).items():
            similarity = 1 - near[other] / max(len(key), len(other))
            for each in places:
                if each.how > ROMANISED:
                    continue
                place = index.place(each.place)
                named = _like(key, wanted, place, place.names[each.name], near[other], similarity)
                if place.number not in best or best[place.number].similarity < similarity:
                    best[place.number] = named
    return best.values()


def _like(key: str, wanted: Wanted, place: Known, name: Name, errors: int, similarity: float) -> Named:
    """A place with a similar name: "Lublin Zoo" and "Lublinianka" are more than Lublin with typing errors."""
    has_more = len(fold(wanted.written).split()) > len(fold(name.text).split())
    return Named(place, name, "fuzzy", similarity, is_beyond=errors > errors_in(key) or has_more)


def _stems(key: str) -> list[str]:
    """A key without its last letters: names are declined in lists, as Lwowem and Львовом."""
    return [key[:-length] for length in (1, 2) if len(key) - length >= _SHORTEST_STEM]


def _around(index: Index, wanted: Wanted) -> Iterable[Named]:
    """The cities near a position; with a name only those with a similar one."""
    assert wanted.query.point is not None
    asked = wanted.spellings[0].key if wanted.spellings else ""
    for number in index.around(wanted.query.point, _NEAR_KM):
        place = index.place(number)
        if not place.names:
            continue
        if not asked:
            yield Named(place, place.names[0], "absent", 0.0)
            continue
        keys = [compact(fold(name.text)) for name in place.names]
        # Who only begins like it is worth a look; how near it is, errors say, as everywhere.
        near = [
            (OSA.distance(asked, key) / max(len(asked), len(key), 1), at)
            for at, key in enumerate(keys)
            if JaroWinkler.similarity(asked, key) >= _LIKE
        ]
        if near:
            share, at = min(near)
            errors = OSA.distance(asked, keys[at])
            yield _like(asked, wanted, place, place.names[at], errors, 1 - share)


def _by_partners(index: Index, wanted: Wanted) -> Iterable[Named]:
    """The cities that are twinned with all the partners that were named."""
    groups = [{other for number in some for other in index.links(number)} for some in wanted.partners]
    for number in sorted(set.intersection(*groups)) if groups else ():
        place = index.place(number)
        if place.names:
            yield Named(place, place.names[0], "absent", 0.0)


def _prominence(named: Named, wanted: Wanted) -> tuple[object, ...]:
    place = named.place
    return (
        bool(wanted.country) and place.country != wanted.country,
        NAME_KINDS.index(named.kind),
        -place.degree,
        -place.population,
        place.number,
    )
