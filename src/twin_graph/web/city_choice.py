"""The city that a reader means: a key from the address, else a name that is looked up in the index of names.

Chooses only where one city answers best; otherwise the reader gets the cities to choose from.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from twin_graph import describe
from twin_graph.errors import EntityGone, EntityNotFound
from twin_graph.labels import Hit
from twin_graph.web.names import Title, plain
from twin_graph.web.search import show_hits
from twin_graph.web.site import Site

MAX_CHOICES = 8
_LONGEST = 200
# A name that was typed exactly and one that has a letter more are this far apart at least.
_MARGIN = 0.05
NOBODY = Title(())


@dataclass(frozen=True)
class Candidate:
    """A city that may be meant: its name, and what tells it from others of the name."""

    key: str
    title: Title
    countries: tuple[Title, ...]
    mark: str


@dataclass(frozen=True)
class CityChoice:
    """What came of a text.

    Attributes:
        text: as the reader typed it, cut.
        key: of the city that is meant; empty where that is not clear.
        title: its name, without a key the text.
        choices: cities that it may be; none where a key was given.
        is_missing: nothing was given although something was asked with it.
    """

    text: str = ""
    key: str = ""
    title: Title = NOBODY
    choices: tuple[Candidate, ...] = ()
    is_missing: bool = False

    @property
    def is_mistaken(self) -> bool:
        """Whether something was given that means no city, or several."""
        return bool(self.text and not self.key)


def choose_city(here: Site, text: str, language: str) -> CityChoice:
    """The city that a key or a name means."""
    text = " ".join(text.split())[:_LONGEST]
    if not text:
        return CityChoice()
    if key := _as_key(here, text):
        return CityChoice(text, key, here.names.title(_iri(here, key), language))
    hits = here.index.search(text, language, kinds=("city",), limit=MAX_CHOICES).hits
    choices = tuple(
        Candidate(found.hit.key, here.names.title(found.iri, language), found.countries, found.mark)
        for found in show_hits(here, hits, language)
    )
    if _is_clear(hits):
        return CityChoice(text, hits[0].key, choices[0].title, choices[1:])
    return CityChoice(text, "", plain(text), choices)


def choose_both(here: Site, texts: tuple[str, str], language: str) -> tuple[CityChoice, CityChoice]:
    """The two cities that two texts mean; where one of them is given, the other must not be missing."""
    first, second = (choose_city(here, text, language) for text in texts)
    return (
        replace(first, is_missing=bool(second.text and not first.text)),
        replace(second, is_missing=bool(first.text and not second.text)),
    )


def _as_key(here: Site, text: str) -> str:
    try:
        return describe.resolve(here.store, here.base_iri, here.snapshot.keys, "city", text)
    except (EntityNotFound, EntityGone):
        return ""


def _is_clear(hits: tuple[Hit, ...]) -> bool:
    return bool(hits) and (len(hits) == 1 or hits[0].score - hits[1].score > _MARGIN)


def _iri(here: Site, key: str) -> str:
    return f"{here.base_iri}id/city/{key}"
