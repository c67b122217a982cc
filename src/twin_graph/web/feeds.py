"""Anniversaries and changes: their pages, the calendar of a city, and the feeds of what changed.

What they tell is `anniversaries` and `history`; how a feed and a calendar are written is the service `feeds`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import chain
from typing import Any

from flask import Blueprint, Response, render_template, url_for

from twin_graph import describe, feeds, iris
from twin_graph.feeds import Feed
from twin_graph.formats import ATOM, HTML, ICALENDAR
from twin_graph.web import anniversaries as dates_to_come
from twin_graph.web import history, lists
from twin_graph.web.anniversaries import Anniversary
from twin_graph.web.documents import page_number
from twin_graph.web.history import ReleaseRow
from twin_graph.web.languages import catalogue, page_language
from twin_graph.web.names import Title
from twin_graph.web.responses import absolute, is_here, redirect, represent
from twin_graph.web.site import Site, site
from twin_graph.workspace import LANGUAGES

bp = Blueprint("feeds", __name__)
_LANG = f"<any({', '.join(LANGUAGES)}):lang>"


@bp.get(f"/{_LANG}/city/<key>/anniversaries")
def anniversaries(lang: str, key: str) -> Response:
    """The anniversaries of a city in this year and the next."""
    here = site()
    if moved := elsewhere(here, "feeds.anniversaries", lang, key):
        return moved
    calendar_link = _address(here, "feeds.calendar", lang=lang, key=key)
    return represent(
        here, HTML, lambda: render_template("anniversaries.html", key=key, title=city_title(here, key, lang)),
        language=lang, links=[(calendar_link, "alternate", ICALENDAR.media_type)],
    )  # fmt: skip


@bp.get(f"/{_LANG}/city/<key>/anniversaries.ics")
def calendar(lang: str, key: str) -> Response:
    """The anniversaries that have a day, as a calendar to subscribe to."""
    here = site()
    if moved := elsewhere(here, "feeds.calendar", lang, key):
        return moved
    page = _address(here, "feeds.anniversaries", lang=lang, key=key)
    response = represent(here, ICALENDAR, lambda: _calendar(here, lang, key, page), language=lang,
                         links=[(page, "canonical", HTML.media_type)])  # fmt: skip
    response.headers["Content-Disposition"] = f'inline; filename="{key}-{lang}.ics"'
    return response


@bp.get(f"/{_LANG}/changes")
def changes(lang: str) -> Response:
    """What changed in the data, publication by publication."""
    here = site()
    if not is_here(path := url_for("feeds.changes", lang=lang)):
        return redirect(here, path, 301)
    number = page_number()
    feed = _address(here, "feeds.changes_feed", lang=lang)
    return represent(here, HTML, lambda: _changes_page(here, lang, number), language=lang,
                     links=[(feed, "alternate", ATOM.media_type)])  # fmt: skip


@bp.get(f"/{_LANG}/changes.atom")
def changes_feed(lang: str) -> Response:
    """What changed in the data, as a feed."""
    here = site()
    page = _address(here, "feeds.changes", lang=lang)
    return represent(here, ATOM, lambda: _feed(here, lang, page, ""), language=lang,
                     links=[(page, "canonical", HTML.media_type)])  # fmt: skip


@bp.get(f"/{_LANG}/city/<key>/changes")
def city_changes(lang: str, key: str) -> Response:
    """What changed about a city."""
    here = site()
    if moved := elsewhere(here, "feeds.city_changes", lang, key):
        return moved
    number = page_number()
    feed = _address(here, "feeds.city_changes_feed", lang=lang, key=key)
    return represent(here, HTML, lambda: _changes_page(here, lang, number, key), language=lang,
                     links=[(feed, "alternate", ATOM.media_type)])  # fmt: skip


@bp.get(f"/{_LANG}/city/<key>/changes.atom")
def city_changes_feed(lang: str, key: str) -> Response:
    """What changed about a city, as a feed."""
    here = site()
    if moved := elsewhere(here, "feeds.city_changes_feed", lang, key):
        return moved
    page = _address(here, "feeds.city_changes", lang=lang, key=key)
    return represent(here, ATOM, lambda: _feed(here, lang, page, key), language=lang,
                     links=[(page, "canonical", HTML.media_type)])  # fmt: skip


def elsewhere(here: Site, endpoint: str, lang: str, key: str) -> Response | None:
    """The redirect to the address of a page of a city by its own key; None for who is there.

    Raises:
        EntityNotFound, EntityGone: there is no such city.
    """
    canonical = describe.resolve(here.store, here.base_iri, here.snapshot.keys, "city", key)
    path = url_for(endpoint, lang=lang, key=canonical)
    return None if is_here(path) else redirect(here, path, 301)


def city_title(here: Site, key: str, lang: str) -> Title:
    """The name of a city."""
    return here.names.title(iris.thing(here.base_iri, "city", key), lang)


@bp.app_template_global("anniversaries_of")
def anniversaries_of(key: str) -> dict[int, list[Anniversary]]:
    """The anniversaries of a city by year, for templates."""
    return dates_to_come.find(site(), key, page_language())


@bp.app_template_global("name_of")
def name_of(iri: str) -> Title:
    """The name of a thing by its IRI, for templates."""
    return site().names.title(iri, page_language())


@bp.app_template_global("changes_of")
def changes_of(key: str = "", limit: int = 10) -> list[ReleaseRow]:
    """What changed last about a city, or at all, for templates."""
    return history.latest(site(), page_language(), key, limit)


def _changes_page(here: Site, lang: str, number: int, key: str = "") -> str:
    rows, pages = history.page(here, lang, number, key)
    title = city_title(here, key, lang) if key else None
    return render_template("changes.html", key=key, title=title, releases=rows, number=number, pages=pages)


def _calendar(here: Site, lang: str, key: str, page: str) -> bytes:
    found = dates_to_come.find(here, key, lang)
    name = f"{catalogue(lang).gettext('Anniversaries')}: {city_title(here, key, lang)}"
    days = dates_to_come.events(here, key, chain.from_iterable(found.values()), lang, page)
    return feeds.calendar(name, date.fromisoformat(here.manifest.valid_on), days, lang)


def _feed(here: Site, lang: str, page: str, key: str) -> bytes:
    rows = history.latest(here, lang, key, history.FEED_ENTRIES)
    words, own = catalogue(lang), lists.title_of_site(here, lang)
    title = f"{own}: {words.gettext('Changes')}"
    title = f"{title} – {city_title(here, key, lang)}" if key else title
    publisher = here.imprint.publisher
    author = publisher.name if publisher is not None and publisher.name else own
    address = f"{page}.atom"
    entries = tuple(history.entries(here, rows, lang, page))
    latest = max((entry.updated for entry in entries), default=date.fromisoformat(here.manifest.valid_on))
    return feeds.atom(Feed(address, title, latest, page, address, author, lang, _rights(here), entries))


def _rights(here: Site) -> str:
    return ", ".join(_once(address for graph in lists.graphs(here, "en") for address in graph.licences))


def _once(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))


def _address(here: Site, endpoint: str, **names: Any) -> str:
    return absolute(here, url_for(endpoint, **names))
