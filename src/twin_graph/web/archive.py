"""Old publications: `?snapshot=` on a page or document answers from the snapshot of that id.

An old snapshot has an application of its own, opened when somebody asks for it; a few are kept. That application
knows nothing of the parameter: it is taken out of the address before, and put into the links of its answers here.
When what was published is `snapshot.publishing`; dates in headers are `memento`.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import Path
from typing import cast
from urllib.parse import unquote_plus

from flask import Flask, Response, current_app, g, request

from twin_graph.errors import EntityGone, EntityNotFound, SnapshotMissing
from twin_graph.settings import Settings
from twin_graph.snapshot import Publication, Snapshot, is_identity, open_snapshot, read_publications
from twin_graph.web import memento
from twin_graph.web.site import EXTENSION, Site, site
from twin_graph.web.understood import Words
from twin_graph.workspace import LANGUAGES

PARAMETER = memento.PARAMETER
KEPT = 3
FOREVER = "public, max-age=31536000, immutable"
_ARCHIVE = "twin_graph.archive"
_ARCHIVED = "twin_graph.archived"
_WORDS = "twin_graph.words"
_LATE_REQUESTS = 5.0
# Paths of ours, below the base, that an old publication answers, too.
_OURS = (
    rf"(?:{'|'.join(LANGUAGES)})(?:/(?!problems/)[^\"?#]*)?|(?:doc|graph)/[^\"?#]*|wikidata(?:[/.][^\"?#]*)?"
)
_IN_HEADER = re.compile(r"<([^<>]*)>; rel=\"([^\"]*)\"")
Make = Callable[[Settings, Snapshot], Flask]


@dataclass
class Archive:
    """The applications of old snapshots that were asked for last."""

    settings: Settings
    folder: Path
    make: Make
    _open: OrderedDict[str, Flask] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def find(self, identity: str) -> tuple[Flask, Publication]:
        """The application of a snapshot, and its first publication.

        Raises:
            EntityNotFound: there never was one of this id.
            EntityGone: it has been deleted.
            SnapshotDamaged: it cannot be read.
        """
        known = find_publication(self.folder, identity)
        with self._lock:
            found = self._open.pop(identity, None) or self._make(known)
            self._open[identity] = found
            while len(self._open) > KEPT:
                self._let_go(self._open.popitem(last=False)[1])
        return found, known

    def _make(self, publication: Publication) -> Flask:
        try:
            snapshot = open_snapshot(self.folder, publication.id)
        except SnapshotMissing as problem:  # deleted this very moment
            raise _gone(publication) from problem
        # Its memory is for what is asked often.
        app = self.make(replace(self.settings, store="disk", query_socket=""), snapshot)
        app.extensions[_ARCHIVED] = publication
        app.after_request(_tell_words)
        return app

    @staticmethod
    def _let_go(app: Flask) -> None:
        """Close what an application has opened, after the requests that it may still be answering."""
        timer = threading.Timer(_LATE_REQUESTS, app.extensions[EXTENSION].close)
        timer.daemon = True
        timer.start()


def install(app: Flask, settings: Settings, folder: Path, make: Make) -> None:
    """Let an application answer for old snapshots, too.

    Args:
        make: makes the application of a snapshot.
    """
    app.extensions[_ARCHIVE] = Archive(settings, folder, make)
    app.before_request(_answer)


def find_publication(folder: Path, identity: str) -> Publication:
    """The first publication of a snapshot that is kept.

    Raises:
        EntityNotFound: there never was one of this id.
        EntityGone: it has been deleted.
    """
    if not is_identity(identity):
        raise EntityNotFound(f"“{identity[:64]}” is not the id of a publication")
    known = next((each for each in read_publications(folder) if each.id == identity), None)
    if known is None:
        raise EntityNotFound(f"there is no publication “{identity}”")
    if not known.is_kept:
        raise _gone(known)
    return known


def site_of(here: Site, identity: str) -> Site:
    """The site of a snapshot: this one, or that of an old publication."""
    if identity == here.manifest.id:
        return here
    archive: Archive = current_app.extensions[_ARCHIVE]
    found: Site = archive.find(identity)[0].extensions[EXTENSION]
    return found


def _gone(publication: Publication) -> EntityGone:
    day = publication.at.date().isoformat()
    return EntityGone(f"the publication “{publication.id}” of {day} is not kept any more")


def publication() -> Publication | None:
    """The publication that the current application serves as an old one; None for that of today."""
    found = current_app.extensions.get(_ARCHIVED)
    return found if isinstance(found, Publication) else None


def _answer() -> Response | None:
    """The answer from an old snapshot, where the address asks for one."""
    identity = request.args.get(PARAMETER, "").strip()
    if not identity or request.method not in ("GET", "HEAD") or not memento.is_published(request.endpoint):
        return None
    archive: Archive = current_app.extensions[_ARCHIVE]
    app, published = archive.find(identity)
    environ = {name: value for name, value in request.environ.items() if not name.startswith("werkzeug.")}
    environ["QUERY_STRING"] = without(environ.get("QUERY_STRING", ""))
    # What is called copies its environment: what it has to say comes back in a list.
    words: list[tuple[str, str]] = []
    environ[_WORDS] = words
    response = cast(Response, Response.from_app(app.wsgi_app, environ, buffered=True))
    old = app.extensions[EXTENSION]
    _lead_inside(response, identity, old.base_iri, old.prefix)
    if response.status_code in (200, 304) and "private" not in response.headers.get("Cache-Control", ""):
        response.headers["Cache-Control"] = FOREVER
    if response.status_code in (200, 304, 410):
        memento.mark(response, site(), published, request.script_root + request.path, words)
    return response


def without(query: str) -> str:
    """The query of an address without the id of a snapshot.

    >>> without("a=1&snapshot=3f9c2a81b0d4&b=%C5%82")
    'a=1&b=%C5%82'
    """
    return "&".join(
        part for part in query.split("&") if unquote_plus(part.partition("=")[0]) != PARAMETER and part
    )


def _tell_words(response: Response) -> Response:
    """Say what of the address was understood."""
    words: Words = g.get("words", ())
    request.environ[_WORDS].extend(words)
    return response


def _lead_inside(response: Response, identity: str, base_iri: str, prefix: str) -> None:
    """Put the snapshot into links, forms and headers that lead to what the snapshot has."""
    if response.mimetype == "text/html" and response.status_code != 304:
        response.set_data(lead_inside(response.get_data(as_text=True), identity, prefix))
    for name in ("Location", "Content-Location"):
        if address := response.headers.get(name):
            response.headers[name] = _address(address, identity, base_iri, prefix)
    if links := response.headers.get("Link"):
        response.headers["Link"] = _IN_HEADER.sub(
            lambda found: (
                found[0]
                if found[2] == "canonical"
                else f'<{_address(found[1], identity, base_iri, prefix)}>; rel="{found[2]}"'
            ),
            links,
        )


def lead_inside(page: str, identity: str, prefix: str) -> str:
    """A page whose links and forms stay in a snapshot.

    >>> lead_inside('<a href="/en/city/x?a=1#b">', "3f9c2a81b0d4", "")
    '<a href="/en/city/x?a=1&amp;snapshot=3f9c2a81b0d4#b">'
    """
    start = re.escape(f"{prefix}/")
    link = re.compile(rf'( (?:href|src)="{start}(?:{_OURS}))(\?[^"#]*)?(#[^"]*)?"')
    form = re.compile(rf'(<form\b[^>]*? action="{start}(?:{_OURS})(?:[?#][^"]*)?"[^>]*>)')
    hidden = f'<input type="hidden" name="{PARAMETER}" value="{escape(identity)}">'

    def lead(found: re.Match[str]) -> str:
        words = f"{found[2]}&amp;" if found[2] else "?"
        return f'{found[1]}{words}{PARAMETER}={identity}{found[3] or ""}"'

    return form.sub(lambda found: found[1] + hidden, link.sub(lead, page))


def _address(address: str, identity: str, base_iri: str, prefix: str) -> str:
    """An address of a header with the snapshot, where it is one of ours."""
    for start in (base_iri, f"{prefix}/"):
        if address.startswith(start) and re.match(_OURS, address[len(start) :]):
            place, mark, fragment = address.partition("#")
            return f"{place}{'&' if '?' in place else '?'}{PARAMETER}={identity}{mark}{fragment}"
    return address
