"""What the page of a list shows around its table: facets with counts, letters, the pages near this one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rdflib import Literal, URIRef

from twin_graph.browse import FacetValue, Shelf
from twin_graph.web.asked import SIZES, Asked
from twin_graph.web.languages import collation_key
from twin_graph.web.moments import Moment
from twin_graph.web.names import Title, plain
from twin_graph.web.panels import Panel, heading, make_values
from twin_graph.web.shelves import Alphabet
from twin_graph.web.site import Site
from twin_graph.web.tables.links import SortLink
from twin_graph.web.understood import with_words

Counts = Mapping[str, Sequence[tuple[FacetValue, int]]]
_LEADING = 8
_RANGE = re.compile(r"([0-9]+)-([0-9]*)")
_NUMBER = re.compile(r"[0-9]{1,15}(?![0-9])")


@dataclass(frozen=True)
class FacetLink:
    """One value of a facet: its name, how many things have it, and where choosing or leaving it leads."""

    title: Title
    number: int
    path: str
    chosen: bool


@dataclass(frozen=True)
class FacetGroup:
    """A facet: the values that most things have, and the others in the order of the alphabet."""

    name: str
    heading: str
    leading: tuple[FacetLink, ...]
    others: tuple[FacetLink, ...]

    @property
    def chosen(self) -> tuple[FacetLink, ...]:
        """The values that the reader has chosen."""
        return tuple(link for link in (*self.leading, *self.others) if link.chosen)


@dataclass(frozen=True)
class ListPage:
    """One page of a list, for its template.

    Attributes:
        total: number of things that fit; `everything` of all of the kind.
        letters: letter and address of the first thing that stands under it.
        around: relation (prev, next) and address of the pages before and after.
    """

    kind: str
    asked: Asked
    base: str
    panel: Panel
    pages: int
    total: int
    everything: int
    facets: tuple[FacetGroup, ...]
    letters: tuple[tuple[str, str], ...]
    around: dict[str, str]
    sorts: dict[str, SortLink]
    downloads: tuple[tuple[str, str], ...]
    query: str
    moment: Moment | None = None
    years: Sequence[str] = ()

    @property
    def path(self) -> str:
        """The list without filters, of the same day."""
        return with_words(self.base, self.asked.kept)

    @property
    def sizes(self) -> list[tuple[int, str]]:
        """Each number of rows that a page may have, with its address."""
        return [(size, self.asked.to(size=size, page=1).path(self.base)) for size in SIZES]


def show_facets(
    here: Site, shelf: Shelf, asked: Asked, base: str, language: str, among: int | None
) -> tuple[FacetGroup, ...]:
    """The facets of a list; one that has nothing to choose from is left out."""
    return group_facets(
        shelf.counts(asked.facets, among),
        asked,
        base,
        language,
        lambda name: heading(here, name, language),
        lambda name, value: _title(here, name, value, language),
    )


def group_facets(counted: Counts, asked: Asked, base: str, language: str, heading_of: Callable[[str], str],
                 title_of: Callable[[str, FacetValue], Title]) -> tuple[FacetGroup, ...]:  # fmt: skip
    """The facets of a list whose values and headings are named by functions."""
    groups = []
    for name, pairs in counted.items():
        links = [
            (value, _link(name, value.token, number, asked, base, title_of(name, value)))
            for value, number in pairs
        ]
        if len(links) > 1 or any(link.chosen for _, link in links):
            leading, others = _arrange(links, language)
            groups.append(FacetGroup(name, heading_of(name), leading, others))
    return tuple(groups)


def letters(
    shelf: Shelf, alphabet: Alphabet, places: Sequence[int], asked: Asked, base: str
) -> tuple[tuple[str, str], ...]:
    """Each letter with the address of the first name under it; none where the list has one page or another order."""
    if asked.sort or len(places) <= asked.size:
        return ()
    firsts: dict[str, int] = {}
    for number, place in enumerate(places):
        firsts.setdefault(alphabet.initials[place], number)
    return tuple(
        (letter, f"{asked.to(page=number // asked.size + 1).path(base)}#row-{shelf.keys[places[number]]}")
        for letter, number in firsts.items()
        if letter
    )


def pages_around(asked: Asked, base: str, pages: int) -> dict[str, str]:
    """The addresses of the first, previous, next and last page, where this is another."""
    numbers = {"first": 1, "prev": asked.page - 1, "next": asked.page + 1, "last": pages}
    return {
        relation: asked.to(page=number).path(base)
        for relation, number in numbers.items()
        if 1 <= number <= pages and number != asked.page
    }


def _link(name: str, token: str, number: int, asked: Asked, base: str, title: Title) -> FacetLink:
    chosen = token in asked.facets.get(name, ())
    return FacetLink(title, number, asked.toggled(name, token).path(base), chosen)


def _title(here: Site, name: str, value: FacetValue, language: str) -> Title:
    if isinstance(value.node, URIRef):
        return here.names.title(value.node, language)
    if span := _RANGE.fullmatch(value.token):
        first, last = span.groups()
        return plain(f"{first}–{last}" if last else f"{first}+")
    return make_values(here, (value.node,), name, language)[0].title


def _arrange(
    links: Sequence[tuple[FacetValue, FacetLink]], language: str
) -> tuple[tuple[FacetLink, ...], tuple[FacetLink, ...]]:
    """Numbers and years in their order; of names the most frequent first, the others by the alphabet."""
    numbers = [_NUMBER.match(value.token) if isinstance(value.node, Literal) else None for value, _ in links]
    if all(numbers):
        ordered = sorted(
            zip(numbers, links, strict=True), key=lambda pair: int(pair[0].group()) if pair[0] else 0
        )
        return tuple(link for _, (_, link) in ordered), ()
    found = [link for _, link in links]
    found.sort(key=lambda link: (not link.chosen, -link.number, collation_key(str(link.title), language)))
    rest = sorted(found[_LEADING:], key=lambda link: collation_key(str(link.title), language))
    return tuple(found[:_LEADING]), tuple(rest)
