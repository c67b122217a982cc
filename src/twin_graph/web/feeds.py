"""Anniversaries and changes: their pages, the calendar of a city, and the feeds of what changed.

What they tell is `anniversaries` and `history`; how a feed and a calendar are written is the service `feeds`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import chain
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from twin_graph import describe, feeds, iris, ldes
from twin_graph.errors import NotAcceptable
from twin_graph.feeds import Feed
from twin_graph.formats import (
    ATOM,
    CSV,
    GRAPH_FORMATS,
    HTML,
    ICALENDAR,
    N_QUADS,
    PLAIN_JSON,
    RDF_PATCH,
    TURTLE,
    XLSX,
    Format,
    by_extension,
)
from twin_graph.snapshot import Publication
from twin_graph.web import anniversaries as dates_to_come
from twin_graph.web import history, lists, memento, releases, tables
from twin_graph.web.anniversaries import Anniversary
from twin_graph.web.documents import page_number
from twin_graph.web.history import ReleaseRow
from twin_graph.web.languages import catalogue, page_language, reader_language
from twin_graph.web.names import Title
from twin_graph.web.negotiation import negotiate
from twin_graph.web.panels import Panel
from twin_graph.web.responses import absolute, is_here, redirect, represent
from twin_graph.web.site import Site, site
from twin_graph.web.tables import links
from twin_graph.web.understood import argument, read_words, with_words
from twin_graph.workspace import LANGUAGES

bp = Blueprint("feeds", __name__)
_LANG = f"<any({', '.join(LANGUAGES)}):lang>"
_BETWEEN = ("from", "to")
_TABLES = (CSV, XLSX, PLAIN_JSON)
_TABLE = f"<any({', '.join(fmt.extension for fmt in _TABLES)}):extension>"
_STATEMENTS = f"<any({', '.join(fmt.extension for fmt in (N_QUADS, *GRAPH_FORMATS))}):extension>"


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
    if argument("from") or argument("to"):
        return _compared(here, lang, number)
    feed = _address(here, "feeds.changes_feed", lang=lang)
    return represent(here, HTML, lambda: _changes_page(here, lang, number), language=lang, also=here.published,
                     links=[(feed, "alternate", ATOM.media_type)])  # fmt: skip


@bp.get(f"/{_LANG}/changes.{_TABLE}")
def changes_file(lang: str, extension: str) -> Response:
    """The things that changed between two publications as a table."""
    here = site()
    old, new = releases.asked(here)
    path = url_for("feeds.changes_file", lang=lang, extension=extension)
    title = catalogue(lang).gettext("Changes between two publications")
    origin = tables.writers.origin(here, lang, title, None, with_words(path, read_words(_BETWEEN)))
    name = f"changes-{old.id}-{new.id}-{lang}"

    def make() -> Panel:
        return releases.table(here, releases.compare(here, old, new), lang)

    return tables.send(links.BY_EXTENSION[extension], name, origin, make, parameters=_BETWEEN)


@bp.get("/changes")
def changes_data() -> Response:
    """303 to what changed: the page, the statements between two publications as a patch, or the feed."""
    here = site()
    offered = (RDF_PATCH, HTML, ATOM)
    fmt = negotiate(request.headers.get("Accept"), offered)
    if fmt is None:
        raise NotAcceptable(
            "there is a patch of statements, a page and a feed", tuple(each.media_type for each in offered)
        )
    words = read_words(_BETWEEN)
    if fmt is not RDF_PATCH:
        endpoint = "feeds.changes" if fmt is HTML else "feeds.changes_feed"
        path = url_for(endpoint, lang=reader_language(here.manifest.default_language))
        chosen = with_words(path, words) if fmt is HTML else path
        return redirect(here, chosen, vary=("Accept", "Accept-Language"))
    return redirect(here, with_words(url_for("feeds.changes_patch"), words), vary=("Accept",))


@bp.get("/changes.atom")
def changes_feed_of_reader() -> Response:
    """303 to the feed in the language of the reader."""
    here = site()
    path = url_for("feeds.changes_feed", lang=reader_language(here.manifest.default_language))
    return redirect(here, path, vary=("Accept-Language",))


@bp.get("/changes.rdfp")
def changes_patch() -> Response:
    """The statements that were removed and added between two publications, as RDF Patch."""
    return _statements("added", RDF_PATCH)


@bp.get(f"/changes/<any({', '.join(releases.PARTS)}):part>.{_STATEMENTS}")
def changed_statements(part: str, extension: str) -> Response:
    """The statements that only one of two publications has."""
    return _statements(part, by_extension(extension, (N_QUADS, *GRAPH_FORMATS)) or N_QUADS)


@bp.get(f"/{_LANG}/changes.atom")
def changes_feed(lang: str) -> Response:
    """What changed in the data, as a feed."""
    here = site()
    page = _address(here, "feeds.changes", lang=lang)
    return represent(here, ATOM, lambda: _feed(here, lang, page, ""), language=lang, also=here.published,
                     links=[(page, "canonical", HTML.media_type)])  # fmt: skip


@bp.get(f"/{_LANG}/city/<key>/changes")
def city_changes(lang: str, key: str) -> Response:
    """What changed about a city."""
    here = site()
    if moved := elsewhere(here, "feeds.city_changes", lang, key):
        return moved
    number = page_number()
    feed = _address(here, "feeds.city_changes_feed", lang=lang, key=key)
    return represent(here, HTML, lambda: _changes_page(here, lang, number, key), language=lang, also=here.published,
                     links=[(feed, "alternate", ATOM.media_type)])  # fmt: skip


@bp.get(f"/{_LANG}/city/<key>/changes.atom")
def city_changes_feed(lang: str, key: str) -> Response:
    """What changed about a city, as a feed."""
    here = site()
    if moved := elsewhere(here, "feeds.city_changes_feed", lang, key):
        return moved
    page = _address(here, "feeds.city_changes", lang=lang, key=key)
    return represent(here, ATOM, lambda: _feed(here, lang, page, key), language=lang, also=here.published,
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


def _compared(here: Site, lang: str, number: int) -> Response:
    """The page of the changes between two publications."""
    old, new = releases.asked(here)
    patch = with_words(_address(here, "feeds.changes_patch"), read_words(_BETWEEN))
    return represent(here, HTML, lambda: _compared_page(here, lang, number, old, new), language=lang,
                     parameters=_BETWEEN, also=here.published,
                     links=[(patch, "alternate", RDF_PATCH.media_type)])  # fmt: skip


def _compared_page(here: Site, lang: str, number: int, old: Publication, new: Publication) -> str:
    found = releases.compare(here, old, new)
    rows, pages = releases.page(here, found, lang, number)
    words = [("from", old.id), ("to", new.id)]

    def address(endpoint: str, **names: Any) -> str:
        return with_words(url_for(endpoint, **names), words)

    statements = [
        (part, fmt.title, address("feeds.changed_statements", part=part, extension=fmt.extension))
        for part in releases.PARTS
        for fmt in (N_QUADS, TURTLE)
        if found.counts[part] and (fmt is N_QUADS or found.counts[part] <= releases.MOST_WRITTEN)
    ]
    files = [
        (fmt.title, address("feeds.changes_file", lang=lang, extension=fmt.extension)) for fmt in _TABLES
    ]
    return render_template(
        "changes_between.html", found=found, rows=rows, pages=pages, number=number, statements=statements,
        files=files, patch=address("feeds.changes_patch"), publications=memento.mementos(here)[::-1],
    )  # fmt: skip


def _statements(part: str, fmt: Format) -> Response:
    here = site()
    old, new = releases.asked(here)
    response = represent(here, fmt, lambda: releases.write(releases.compare(here, old, new), part, fmt),
                         parameters=_BETWEEN)  # fmt: skip
    name = "changes" if fmt is RDF_PATCH else part
    response.headers["Content-Disposition"] = f'inline; filename="{name}-{old.id}-{new.id}.{fmt.extension}"'
    return response


def _changes_page(here: Site, lang: str, number: int, key: str = "") -> str:
    rows, pages = history.page(here, lang, number, key)
    title = city_title(here, key, lang) if key else None
    return render_template(
        "changes.html",
        key=key,
        title=title,
        releases=rows,
        number=number,
        pages=pages,
        publications=memento.mementos(here)[::-1],
        stream=stream(here),
    )


def stream(here: Site) -> str:
    """Path of the change feed for programs; empty where it was not written."""
    if not ldes.read_feed(here.workspace.snapshots, here.base_iri):
        return ""
    return url_for("ldes.view", extension=TURTLE.extension)


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
    latest = max((entry.updated for entry in entries), default=history.published_at(here))
    return feeds.atom(Feed(address, title, latest, page, address, author, lang, _rights(here), entries))


def _rights(here: Site) -> str:
    return ", ".join(_once(address for graph in lists.graphs(here, "en") for address in graph.licences))


def _once(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))


def _address(here: Site, endpoint: str, **names: Any) -> str:
    return absolute(here, url_for(endpoint, **names))
