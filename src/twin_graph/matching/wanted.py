"""What a query says, compared with nothing yet: keys of its name, its country, its evidence as places of the index.

What stands behind a name is understood here: "Springfield, IL" is in Illinois, "Brest (France)" in France.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from twin_graph.labels import fold
from twin_graph.labels.folding import compact
from twin_graph.matching.countries import read_country
from twin_graph.matching.index import Index
from twin_graph.matching.model import Query
from twin_graph.matching.spelling import (
    ROMANISED,
    Spelling,
    additions_of,
    qualifier_of,
    region_named,
    sort_of,
    spell,
)

_MAX_MEANT = 5


@dataclass(frozen=True)
class Wanted:
    """A query as it was understood.

    Attributes:
        spellings: the keys of the name, the surest first.
        country: key; empty where none was said or nobody knows it.
        countries: it and the others that may be meant as well.
        country_unread: whether something was said about the country that nobody understands.
        qualifier: what stands behind the name and is neither country nor region.
        sort: what the generic words of the name say that it is.
        partners: for each partner that was named and is known, the places that may be meant.
        networks: the numbers of those that were named and are known.
        additions: the words behind the name, but for those that are understood as country or region.
        is_article: whether the name is the title of an article, which has only one meaning.
        written: the name without what stands behind it, if that is understood.
    """

    query: Query
    spellings: tuple[Spelling, ...]
    country: str = ""
    country_unread: bool = False
    admin: str = ""
    qualifier: str = ""
    sort: str = ""
    partners: tuple[tuple[int, ...], ...] = ()
    networks: frozenset[int] = field(default_factory=frozenset)
    is_article: bool = False
    additions: tuple[frozenset[str], ...] = ()
    written: str = ""
    countries: tuple[str, ...] = ()


def understand(index: Index, query: Query, *, is_article: bool = False) -> Wanted:
    """Read a query with the help of the index."""
    said_countries = (query.country, *query.countries)
    countries = tuple(
        dict.fromkeys(key for text in said_countries if (key := read_country(text, index.countries)))
    )
    country = countries[0] if countries else ""
    base, behind = qualifier_of(query.name)
    said, region, qualifier = _behind(index, behind, country)
    country, admin = country or said, query.admin or region
    # What stands behind the name is understood: the name itself is written in full.
    written = base if behind and not qualifier else query.name
    own = spell(base, query.language) if written != query.name else ()
    others = [each for each in spell(query.name, query.language) if each.key not in {one.key for one in own}]
    return Wanted(
        query,
        (*own, *others),
        country,
        any(text.strip() for text in said_countries) and not country,
        admin,
        qualifier,
        sort_of(written),
        tuple(places for text in query.partners if (places := meant_places(index, text))),
        frozenset(number for text in query.networks for number in meant_networks(index, text)),
        is_article,
        () if written != query.name else additions_of(query.name),
        written,
        countries or ((country,) if country else ()),
    )


def _behind(index: Index, behind: str, country: str) -> tuple[str, str, str]:
    """The country and the region that stand behind a name, as "MA, USA" says both; else the words themselves."""
    before, _, last = behind.rpartition(",")
    for region, of in ((behind, ""), (before, read_country(last, index.countries) if before else "")):
        said, name = region_named(region, country or of) if region else ("", "")
        if name and (region == behind or of):
            return of or said, name, ""
    meant = read_country(behind, index.countries) if behind else ""
    return meant, "", "" if meant else behind


def meant_places(index: Index, text: str) -> tuple[int, ...]:
    """The cities of ours that a key, an item or a name may mean; none where there are too many."""
    for number in index.identified("", text.rpartition("/")[2]):
        if index.place(number).kind == "city":
            return (number,)
    keys = [spelling.key for spelling in spell(text) if spelling.how <= ROMANISED]
    found = {
        place.place
        for places in index.called(keys).values()
        for place in places
        if place.how <= ROMANISED and index.place(place.place).is_ours
    }
    cities = sorted(number for number in found if index.place(number).kind == "city")
    return tuple(cities) if len(cities) <= _MAX_MEANT else ()


def meant_networks(index: Index, text: str) -> list[int]:
    """The networks that a key, an item or a name may mean."""
    found = index.identified("", text) + [
        each.place for each in index.called([compact(fold(text))]).get(compact(fold(text)), ())
    ]
    return sorted({number for number in found if index.place(number).kind == "network"})
