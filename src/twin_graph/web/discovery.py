"""`/robots.txt`, `/sitemap.xml` and `/.well-known/security.txt`: what programs look for that know only the host.

The sitemap names every page that is worth finding, in each language, with the time of the last change; pages
that narrow or sort others are not in it. Whom to write to about a hole in the site is configured.

https://www.rfc-editor.org/rfc/rfc9309, https://www.sitemaps.org/protocol.html, https://www.rfc-editor.org/rfc/rfc9116
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, current_app, render_template, url_for

from twin_graph.errors import EntityNotFound
from twin_graph.formats import PLAIN_TEXT, SITEMAP
from twin_graph.kinds import DOCUMENTED
from twin_graph.web import history
from twin_graph.web.catalog.facts import gather
from twin_graph.web.responses import absolute, redirect, represent
from twin_graph.web.site import Site, site
from twin_graph.workspace import LANGUAGES

bp = Blueprint("discovery", __name__)
# A file may name 50,000 pages in 50 MB; three languages of each thing, each with all its languages beside it.
THINGS = 5_000
PAGES = "pages"
_WITHOUT = ("embed.", "search.", "tables.")
_PATHS = ("sparql", "graphs?", "reconcile", "*/embed/", "*/search", "*?")


@dataclass(frozen=True)
class Page:
    """A page in all languages: addresses by language, and when what it tells of changed last."""

    addresses: dict[str, str]
    modified: str


@bp.get("/robots.txt")
def robots() -> Response:
    """What programs may read page by page; whoever wants all of it is led to the files."""
    here = site()

    def make() -> str:
        lines = ["# All of it in one file: " + absolute(here, url_for("pages.about", lang="en", _anchor="files")),
                 "User-agent: *", *(f"Disallow: {here.prefix}/{path}" for path in _PATHS),
                 "Crawl-delay: 1", "", "Sitemap: " + absolute(here, url_for("discovery.sitemap"))]  # fmt: skip
        return "\n".join(lines) + "\n"

    return represent(here, PLAIN_TEXT, make)


@bp.get("/sitemap.xml")
def sitemap() -> Response:
    """The files that together name all pages."""
    here = site()

    def make() -> str:
        files = [absolute(here, url_for("discovery.part", name=name)) for name in _parts(here)]
        return render_template("sitemap_index.xml", files=files, modified=_write(history.published_at(here)))

    return represent(here, SITEMAP, make, also=here.published)


@bp.get("/sitemap/<name>.xml")
def part(name: str) -> Response:
    """The pages of one file.

    Raises:
        EntityNotFound: there is no such file.
    """
    here = site()
    if name not in _parts(here):
        raise EntityNotFound("there is no such part of the sitemap")

    def make() -> str:
        pages = list(_pages(here) if name == PAGES else _things(here, name))
        return render_template("sitemap.xml", pages=pages)

    return represent(here, SITEMAP, make, also=here.published)


@bp.get("/security.txt")
def old_place() -> Response:
    """Where it was looked for before RFC 9116."""
    return redirect(site(), url_for("discovery.security"), 301)


@bp.get("/.well-known/security.txt")
def security() -> Response:
    """Whom to tell about a hole in the site.

    Raises:
        EntityNotFound: nobody is configured, or no day until which this holds.
    """
    here = site()
    told = here.imprint.security
    if not (told.contacts and told.expires):
        raise EntityNotFound("no contact and day are configured in [security] of data/publication.toml")
    lines = [*(f"Contact: {each}" for each in told.contacts), f"Expires: {told.expires}T00:00:00Z",
             f"Preferred-Languages: {', '.join(LANGUAGES)}",
             f"Canonical: {absolute(here, url_for('discovery.security'))}",
             *([f"Policy: {told.policy}"] if told.policy else [])]  # fmt: skip
    return represent(here, PLAIN_TEXT, lambda: "\n".join(lines) + "\n")


def _parts(here: Site) -> list[str]:
    """The names of the files: one of the ordinary pages, and for each kind as many as it needs."""
    return [PAGES, *(
        f"{kind.name}-{number + 1}"
        for kind in DOCUMENTED
        for number in range(-(-len(here.shelves.shelf(kind.name).keys) // THINGS))
    )]  # fmt: skip


def _things(here: Site, name: str) -> Iterator[Page]:
    kind, _, number = name.rpartition("-")
    first = (int(number) - 1) * THINGS
    changed_at = history.last_changes(here)
    for key in here.shelves.shelf(kind).keys[first : first + THINGS]:
        yield _page(here, "pages.thing", changed_at(kind, key), kind=kind, key=key)


def _pages(here: Site) -> Iterator[Page]:
    """The pages that have nothing but a language in their address, the lists, and those of the graphs."""
    published_at = history.published_at(here)
    for rule in current_app.url_map.iter_rules():
        is_page = rule.arguments == {"lang"} and "." not in rule.rule.rpartition("/")[2]
        if is_page and rule.methods and "GET" in rule.methods and not rule.endpoint.startswith(_WITHOUT):
            yield _page(here, rule.endpoint, published_at)
    for kind in DOCUMENTED:
        if here.shelves.shelf(kind.name).keys:
            yield _page(here, "pages.listing", published_at, kind=kind.name)
    for part in gather(here).parts:
        yield _page(here, "documents.graph_page", part.modified, name=part.name)


def _page(here: Site, endpoint: str, modified: datetime, **names: Any) -> Page:
    paths = {language: url_for(endpoint, lang=language, **names) for language in LANGUAGES}
    return Page({language: absolute(here, path) for language, path in paths.items()}, _write(modified))


def _write(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
