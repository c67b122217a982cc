"""`/ldes`: the change feed for machines, and its pages, which never change; people are led to the page of changes.

What is in the feed, and where, is the service `ldes`; for people the same is in `feeds`.

https://w3id.org/ldes/server-primer
"""

from __future__ import annotations

import io
import re
from hashlib import sha256
from typing import Any

from flask import Blueprint, Response, request, url_for

from twin_graph import graphs, ldes
from twin_graph.errors import EntityNotFound
from twin_graph.formats import DOCUMENT_FORMATS, HTML, JSON_LD, N_QUADS, TRIG, Format
from twin_graph.graphs import Triple
from twin_graph.ldes import Entry
from twin_graph.namespaces import FEED_PREFIXES, PREFIXES
from twin_graph.web.archive import FOREVER
from twin_graph.web.choice import choose, language, vary
from twin_graph.web.responses import absolute, is_here, redirect, write_links
from twin_graph.web.site import Site, site
from twin_graph.web.variants import Variants

bp = Blueprint("ldes", __name__)
# What was fetched is good, but first we are asked whether there is more.
_ASK_FIRST = "public, no-cache"
_NODE_FORMATS = tuple(fmt for fmt in DOCUMENT_FORMATS if fmt is not HTML)
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
_PAGE_FORMATS = (TRIG, N_QUADS, JSON_LD)


def _endings(formats: tuple[Format, ...]) -> str:
    return f"<any({', '.join(fmt.extension for fmt in formats)}):extension>"


@bp.get("/ldes")
@bp.get(f"/ldes.{_endings(DOCUMENT_FORMATS)}")
def view(extension: str = "") -> Response:
    """Where each publication is, and what the feed is."""
    here = site()
    found = Variants(DOCUMENT_FORMATS, "ldes.view", {})
    if moved := _moved(here, found, extension):
        return moved
    fmt = choose(here, found, extension)
    if fmt is HTML:
        return redirect(here, url_for("feeds.changes", lang=language(here)), vary=vary(fmt, extension))
    entries = ldes.read_feed(here.workspace.snapshots, here.base_iri)
    if not entries:
        raise EntityNotFound("the feed was not written; run twin-graph snapshot dump")
    body = _write(ldes.describe_feed(here.base_iri, entries), fmt)
    return _answer(here, body, fmt, found, extension, _ASK_FIRST)


@bp.get("/ldes/<name>")
@bp.get(f"/ldes/<name>.{_endings(_NODE_FORMATS)}")
def publication(name: str, extension: str = "") -> Response:
    """Where the pages of a publication are."""
    here = site()
    entry = _find(here, name)
    found = Variants(_NODE_FORMATS, "ldes.publication", {"name": name})
    if moved := _moved(here, found, extension):
        return moved
    fmt = choose(here, found, extension)
    body = _write(ldes.describe_entry(here.base_iri, entry), fmt)
    return _answer(here, body, fmt, found, extension, FOREVER)


@bp.get("/ldes/<name>/<number>")
@bp.get(f"/ldes/<name>/<number>.{_endings(_PAGE_FORMATS)}")
def page(name: str, number: str, extension: str = "") -> Response:
    """A page of members.

    Raises:
        EntityNotFound: the publication has no page of this number.
    """
    here = site()
    entry = _find(here, name)
    if not _NUMBER.fullmatch(number) or int(number) > entry.pages:
        raise EntityNotFound(f"there is no page {number[:64]}; the last is {entry.pages}")
    found = Variants(_PAGE_FORMATS, "ldes.page", {"name": name, "number": number})
    if moved := _moved(here, found, extension):
        return moved
    fmt = choose(here, found, extension)
    body = ldes.read_page(here.workspace.snapshots, here.base_iri, entry, int(number))
    if fmt is not N_QUADS:
        output = io.BytesIO()
        graphs.convert_nquads(body.splitlines(keepends=True), output, fmt, PREFIXES | FEED_PREFIXES)
        body = output.getvalue()
    return _answer(here, body, fmt, found, extension, FOREVER)


def _find(here: Site, name: str) -> Entry:
    entry = ldes.find_entry(here.workspace.snapshots, here.base_iri, name)
    if entry is None:
        raise EntityNotFound(f"there is no publication “{name[:64]}”")
    return entry


def _moved(here: Site, found: Variants, extension: str) -> Response | None:
    """The redirect to the address as we write it; None for who is there."""
    path = _path(found, extension)
    return None if is_here(path) else redirect(here, path, 301)


def _path(found: Variants, extension: str = "") -> str:
    names: dict[str, Any] = {**found.names, "extension": extension or None}
    return url_for(found.endpoint, **names)


def _write(triples: list[Triple], fmt: Format) -> bytes:
    return graphs.serialise(triples, fmt, graphs.used_prefixes(triples) | FEED_PREFIXES)


def _answer(here: Site, body: bytes, fmt: Format, found: Variants, extension: str, cache: str) -> Response:
    """The validator is that of the bytes: what is closed stays the same when new data are published."""
    response = Response(body, content_type=fmt.content_type)
    response.set_etag(sha256(body).hexdigest()[:20])
    response.headers["Cache-Control"] = cache
    if names := ", ".join(vary(fmt, extension)):
        response.headers["Vary"] = names
    response.headers["Content-Location"] = found.path(fmt)
    plain = absolute(here, _path(found))
    response.headers["Link"] = write_links([*found.links(here), (plain, "canonical", "")])
    response.make_conditional(request)
    return response
