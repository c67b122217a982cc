"""What changed, in words of a language: the history that a snapshot keeps, for pages and feeds.

A thing that is gone is named by what the history remembers of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import groupby

from rdflib import URIRef

from twin_graph import iris
from twin_graph.changes import Change, PropertyChange, Release
from twin_graph.changes import Value as Kept
from twin_graph.errors import EntityNotFound
from twin_graph.feeds import Entry, tag
from twin_graph.snapshot import read_publications
from twin_graph.web import addresses
from twin_graph.web import values as shown
from twin_graph.web.languages import N_, catalogue
from twin_graph.web.names import Text, Title, choose, plain
from twin_graph.web.site import Site

FEED_ENTRIES = 100
PAGE_SIZE = 200
WHAT = {"added": N_("Added"), "changed": N_("Changed"), "removed": N_("Removed")}


@dataclass(frozen=True)
class PropertyRow:
    """A property that changed, with its values before and after."""

    heading: str
    old: tuple[shown.Value, ...]
    new: tuple[shown.Value, ...]


@dataclass(frozen=True)
class ChangeRow:
    """What happened to one thing; `href` is empty where it has no page any more."""

    kind: str
    key: str
    what: str
    word: str
    title: Title
    href: str
    properties: tuple[PropertyRow, ...]


@dataclass(frozen=True)
class ReleaseRow:
    """One publication; `on` is the day of its data, `at` when it was published.

    Attributes:
        beyond: how many things changed that no list has.
    """

    id: str
    on: str
    number: int
    beyond: int
    is_first: bool
    changes: tuple[ChangeRow, ...]
    at: datetime


def latest(here: Site, language: str, city: str = "", limit: int = PAGE_SIZE) -> list[ReleaseRow]:
    """The last changes, at most `limit`; `city` is the key of the one that they concern, empty for all."""
    return _tell(here, _listed(here, city)[:limit], language, city)


def page(here: Site, language: str, number: int, city: str = "") -> tuple[list[ReleaseRow], int]:
    """One page of the history, and how many there are.

    Raises:
        EntityNotFound: the history has no such page.
    """
    listed = _listed(here, city)
    pages = max(1, -(-len(listed) // PAGE_SIZE))
    if number > pages:
        raise EntityNotFound(f"the history has {pages} page(s)")
    return _tell(here, listed[(number - 1) * PAGE_SIZE : number * PAGE_SIZE], language, city), pages


def _listed(here: Site, city: str) -> list[tuple[Release, Change | None]]:
    """The history as one list, the latest first; the first publication stands for itself."""
    listed: list[tuple[Release, Change | None]] = []
    for release in _history(here):
        listed += [(release, None)] if release.is_first else []
        listed += [(release, change) for change in release.changes if not city or city in change.cities]
    return listed


def _tell(
    here: Site, listed: Sequence[tuple[Release, Change | None]], language: str, city: str
) -> list[ReleaseRow]:
    lost = {(each.kind, each.key): each for release in _history(here) for each in release.changes
            if each.what == "removed"}  # fmt: skip
    at = times(here)
    rows = []
    for release, group in groupby(listed, key=lambda pair: pair[0]):
        told = tuple(_row(here, change, lost, language) for _, change in group if change is not None)
        beyond = 0 if city else release.total - len(release.changes)
        rows.append(ReleaseRow(release.id, release.on, release.number, beyond, release.is_first, told,
                               at[release.id, release.number]))  # fmt: skip
    return rows


def rows_of(here: Site, changed: Iterable[Change], language: str) -> list[ChangeRow]:
    """What happened to things, in words, without a publication around it."""
    return [_row(here, change, {}, language) for change in changed]


def entries(here: Site, rows: list[ReleaseRow], language: str, page: str) -> Iterator[Entry]:
    """The history as entries of a feed: one for each thing, one for the first publication.

    Args:
        page: address of the page that tells the same.
    """
    words = catalogue(language)
    for release in rows:
        on = date.fromisoformat(release.on)
        # Data that were published before may come again, and their entries are others.
        publication = f"{release.id}-{release.number}" if release.number else release.id
        if release.is_first:
            name = tag(here.authority, on, "changes", language, publication)
            yield Entry(name, words.gettext("First publication"), release.at, page)
        for change in release.changes:
            name = tag(here.authority, on, "changes", language, publication, change.kind, change.key)
            link = f"{here.base_iri}{change.href[len(here.prefix) + 1 :]}" if change.href else page
            told = (f"{row.heading}: {_text(row.old)} → {_text(row.new)}" for row in change.properties)
            yield Entry(name, f"{change.word}: {change.title}", release.at, link, "; ".join(told))


def times(here: Site) -> dict[tuple[str, int], datetime]:
    """When each release of the history was published, by its id and number; where nobody noted it, its day."""
    published: dict[str, list[datetime]] = {}
    for each in read_publications(here.workspace.snapshots):
        published.setdefault(each.id, []).append(each.at)
    found: dict[tuple[str, int], datetime] = {}
    seen: Counter[str] = Counter()
    for release in sorted(_history(here), key=lambda each: each.number):
        # What comes again in the history was published again.
        moments = published.get(release.id) or [_begin_of(release.on)]
        found[release.id, release.number] = moments[min(seen[release.id], len(moments) - 1)]
        seen[release.id] += 1
    return found


def published_at(here: Site) -> datetime:
    """When what is served was published last."""
    found = [each.at for each in read_publications(here.workspace.snapshots) if each.id == here.manifest.id]
    return found[-1] if found else _begin_of(here.manifest.valid_on)


def last_changes(here: Site) -> Callable[[str, str], datetime]:
    """When a thing changed last, by kind and key, as far as the history tells; else when it begins to tell."""
    at, found = times(here), dict[tuple[str, str], datetime]()
    earliest = published_at(here)
    for release in _history(here):
        earliest = min(earliest, at[release.id, release.number])
        for change in release.changes:
            for name in ((change.kind, change.key), *(("city", key) for key in change.cities)):
                found.setdefault(name, earliest)
        if release.total > len(release.changes):  # any other may have changed with it, too
            break
    return lambda kind, key: found.get((kind, key), earliest)


def _begin_of(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


def _text(values: tuple[shown.Value, ...]) -> str:
    return ", ".join(str(value.title) for value in values) or "–"


def _history(here: Site) -> tuple[Release, ...]:
    return here.history or (Release(here.manifest.id, here.manifest.valid_on, is_first=True),)


def _row(here: Site, change: Change, lost: Mapping[tuple[str, str], Change], language: str) -> ChangeRow:
    thing = iris.thing(here.base_iri, change.kind, change.key)
    is_here = next(here.store.triples(thing), None) is not None
    title = here.names.title(thing, language) if is_here else _remembered(here, change, lost, language)
    href = addresses.page(here.base_iri, thing, language) if is_here else ""
    properties = tuple(_property(here, each, language) for each in change.properties)
    word = catalogue(language).gettext(WHAT[change.what])
    return ChangeRow(change.kind, change.key, change.what, word, title, href, properties)


def _remembered(here: Site, change: Change, lost: Mapping[tuple[str, str], Change], language: str) -> Title:
    """The name of a thing that is gone: its label, else those of its parties, else its key."""
    known = lost.get((change.kind, change.key), change)
    label = choose([value.term for value in known.names], language)  # type: ignore[misc]
    if label is not None:
        return Title((label,))
    parties = [here.names.title(party, language) for party in known.parties]
    if not parties:
        return Title((Text(change.key),))
    joined = parties[0]
    for party in parties[1:]:
        joined = joined + " – " + party
    return joined


def _property(here: Site, change: PropertyChange, language: str) -> PropertyRow:
    heading = shown.property_heading(here, change.name, language)
    if change.part:
        heading = f"{shown.property_heading(here, change.part, language)}: {heading}"
    name = change.name.rpartition("#")[2].rpartition("/")[2]
    old, new = (_values(here, side, name, language) for side in (change.old, change.new))
    return PropertyRow(heading, old, new)


def _values(here: Site, kept: tuple[Kept, ...], name: str, language: str) -> tuple[shown.Value, ...]:
    """Values as on other pages; what is gone since has no page to lead to."""
    made = shown.make_values(here, [value.term for value in kept], name, language)
    return tuple(
        replace(value, href="", title=plain(each.text.rpartition("/")[2])) if _is_lost(here, each) else value
        for value, each in zip(made, kept, strict=True)
    )


def _is_lost(here: Site, value: Kept) -> bool:
    minted = iris.unmint(here.base_iri, value.text) if value.is_iri else None
    return minted is not None and next(here.store.triples(URIRef(value.text)), None) is None
