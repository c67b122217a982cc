"""Memento: the publications of a page or document by date (RFC 7089).

An address without `snapshot` is the original and its own TimeGate (4.1.1); with it, it is a memento. `/timemap/…`
lists the mementos. All are publications of the whole data: a thing need not be in each. Which addresses old snapshots
answer is said here; how is `archive`.

https://www.rfc-editor.org/rfc/rfc7089
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import quote

from flask import Blueprint, Flask, Response, current_app, g, request, url_for
from werkzeug.exceptions import HTTPException

from twin_graph import describe, iris
from twin_graph.errors import EntityGone, EntityNotFound, MalformedRequest, OperatorError
from twin_graph.formats import LINK_FORMAT
from twin_graph.snapshot import Publication, open_snapshot, read_publications
from twin_graph.web import moments
from twin_graph.web.responses import FRESH_FOR_ONE, absolute, redirect
from twin_graph.web.site import Site, site
from twin_graph.web.understood import Words, argument, with_words

bp = Blueprint("memento", __name__)
PARAMETER = "snapshot"
_BLUEPRINTS = frozenset({"browse", "curation", "documents", "embed", "explore", "feeds", "pages", "pictures",
                         "reports", "search", "statement", "tables", "vocabulary", "wikidata"})  # fmt: skip
_NEVER = frozenset({"pages.root", "pages.static"})
_THING = "documents.thing"  # has no state of its own: it leads to a document, which is an original
VARY = "Accept-Datetime"
_FORM = "%a, %d %b %Y %H:%M:%S GMT"
_SAFE = "/:?&=%+~!$'()*,;@-._"
_LONGEST = 500  # letters of an address that is repeated in a header
_A_WHILE = "public, max-age=300"


def install(app: Flask) -> None:
    """Let the documents and pages of an application be originals and TimeGates."""
    app.before_request(_lead_to_memento)
    app.after_request(_mark_original)


def is_published(endpoint: str | None) -> bool:
    """Whether what an endpoint answers is published with the data, so that old snapshots answer it, too."""
    return (endpoint or "").partition(".")[0] in _BLUEPRINTS and endpoint not in _NEVER


@bp.get("/timemap/<path:original>")
def timemap(original: str) -> Response:
    """The mementos of a page or document, with what its address says after the path (RFC 7089, section 5).

    Raises:
        EntityNotFound: nothing at this address has mementos.
        MalformedRequest: it names a day that it cannot be of.
    """
    here = site()
    path = f"{here.prefix}/{original}"
    address = absolute(here, _place(path))
    _require_original(here, path, address)
    found = mementos(here)
    if not found:
        raise EntityNotFound("no publication is kept")
    ends = f'from="{_date(found[0].at)}";until="{_date(found[-1].at)}"'
    lines = [
        f'<{address}>;rel="original timegate"',
        f'<{_timemap(here, path, address)}>;rel="self";type="{LINK_FORMAT.media_type}";{ends}',
        *(
            f'<{_of(address, each)}>;rel="{_relation(found, number)}";datetime="{_date(each.at)}"'
            for number, each in enumerate(found)
        ),
    ]
    response = Response(",\n".join(lines) + "\n", content_type=LINK_FORMAT.content_type)
    # Whatever else is asked, no cache is filled with copies.
    response.headers["Cache-Control"] = FRESH_FOR_ONE if {*request.args} - {moments.PARAMETER} else _A_WHILE
    return response


def mementos(here: Site) -> Sequence[Publication]:
    """The publications that can be read, each snapshot once, the first one first."""
    found: dict[str, Publication] = {}
    for each in read_publications(here.workspace.snapshots):
        if each.is_kept:
            found.setdefault(each.id, each)
    return tuple(found.values())


def mark(response: Response, here: Site, published: Publication, path: str, words: Words) -> None:
    """The headers of a memento (RFC 7089, 2.1.2 and 2.2)."""
    response.headers["Memento-Datetime"] = _date(published.at)
    address = absolute(here, with_words(quote(path, safe=_SAFE), words))
    if len(address) > _LONGEST:
        return
    if _is_original(request.endpoint):
        _add_link(response, _around(here, path, address, published))
    else:
        _add_link(response, [f'<{address}>; rel="original"'])


def read_date(text: str) -> datetime:
    """The value of Accept-Datetime (RFC 7089, 2.1.1).

    >>> read_date("Mon, 23 Nov 2026 09:30:00 GMT").isoformat()
    '2026-11-23T09:30:00+00:00'

    Raises:
        MalformedRequest: it is no date of RFC 1123.
    """
    try:
        return datetime.strptime(text.strip(), _FORM).replace(tzinfo=UTC)
    except ValueError as problem:
        raise MalformedRequest(
            "Accept-Datetime: must be a date such as Mon, 23 Nov 2026 09:30:00 GMT"
        ) from problem


def _lead_to_memento() -> Response | None:
    """302 to what was published at the date that the client asks for."""
    g.is_timegate = _is_original(request.endpoint) and request.method in ("GET", "HEAD")
    if VARY not in request.headers or not g.is_timegate:
        return None
    wanted = read_date(request.headers[VARY])
    here = site()
    published = read_publications(here.workspace.snapshots)
    kept = [each for each in published if each.is_kept]
    if not kept:
        return None
    before = [each for each in kept if each.at <= wanted]
    chosen = before[-1] if before else kept[0]
    path = request.script_root + request.path
    place = _place(path)
    response = redirect(here, _of(place, chosen), 302, vary=(VARY,), cache=_A_WHILE)
    if len(place) <= _LONGEST:
        first = next(each for each in mementos(here) if each.id == chosen.id)
        _add_link(response, _around(here, path, absolute(here, place), first))
    return response


def _mark_original(response: Response) -> Response:
    """The headers of an original resource that is its own TimeGate."""
    if not g.get("is_timegate"):
        return response
    # Whatever is answered, with a date it would be answered otherwise.
    known = response.headers.get("Vary", "")
    response.headers["Vary"] = known if VARY in known else ", ".join(filter(None, (known, VARY)))
    if response.status_code not in (200, 304):
        return response
    here, path = site(), request.script_root + request.path
    address = absolute(here, with_words(quote(path, safe=_SAFE), g.get("words", ())))
    if len(address) <= _LONGEST:
        _add_link(response, _frame(here, path, address))
    return response


def _frame(here: Site, path: str, address: str) -> list[str]:
    return [
        f'<{address}>; rel="original timegate"',
        f'<{_timemap(here, path, address)}>; rel="timemap"; type="{LINK_FORMAT.media_type}"',
    ]


def _around(here: Site, path: str, address: str, published: Publication) -> list[str]:
    """Original, TimeMap, and the first, last, previous and next memento of one."""
    found = mementos(here)
    ids = [each.id for each in found]
    links = _frame(here, path, address)
    if published.id not in ids:
        return links
    place = ids.index(published.id)
    relations: dict[int, list[str]] = {place: []}
    for number, name in ((0, "first"), (place - 1, "prev"), (place + 1, "next"), (len(ids) - 1, "last")):
        if 0 <= number < len(ids):
            relations.setdefault(number, []).append(name)
    for number, names in sorted(relations.items()):
        relation, date = " ".join([*names, "memento"]), _date(found[number].at)
        links.append(f'<{_of(address, found[number])}>; rel="{relation}"; datetime="{date}"')
    return links


def _relation(found: Sequence[Publication], number: int) -> str:
    first, last = number == 0, number == len(found) - 1
    return f"{'first ' * first}{'last ' * last}memento"


def _of(address: str, published: Publication) -> str:
    """The address of a memento."""
    return f"{address}{'&' if '?' in address else '?'}{PARAMETER}={published.id}"


def _timemap(here: Site, path: str, address: str) -> str:
    """The address of the TimeMap of an original: what the one says after the path, so does the other."""
    inside = path[len(here.prefix) + 1 :]
    _, mark, query = address.partition("?")
    return absolute(here, f"{url_for('memento.timemap', original=inside)}{mark}{query}")


def _place(path: str) -> str:
    """A path with the query of the request, as it may stand in a header."""
    query = quote(request.query_string.decode("latin-1"), safe=_SAFE)
    return quote(path, safe=_SAFE) + (f"?{query}" if query else "")


def _is_original(endpoint: str | None) -> bool:
    return is_published(endpoint) and endpoint != _THING


def _require_original(here: Site, path: str, address: str) -> None:
    """See to it that an address has mementos, or had.

    Raises:
        EntityNotFound, MalformedRequest
    """
    try:
        endpoint, names = current_app.url_map.bind("").match(path, method="GET")
    except HTTPException:
        endpoint, names = "", {}
    if not _is_original(endpoint) or PARAMETER in request.args or len(address) > _LONGEST:
        raise EntityNotFound("nothing at this address has mementos")
    if "panel" in names and moments.query_of(names) is None:
        raise EntityNotFound("nothing at this address has mementos")
    if text := argument(moments.PARAMETER):
        moments.require(here, text, endpoint, names)
    if "kind" in names or "key" in names:
        _require_thing(here, names.get("kind", "city"), names.get("key", ""))


def _require_thing(here: Site, kind: str, key: str) -> None:
    """See to it that there is a thing, or was in a publication that is kept; for a list, that there is the kind.

    Raises:
        EntityNotFound: there is no such thing, and never was.
    """
    describe.find_kind(kind)
    if not key:
        return
    try:
        describe.resolve(here.store, here.base_iri, here.snapshot.keys, kind, key)
    except EntityGone:
        return
    except EntityNotFound:
        if not iris.is_key(key) or not any(_had(here, each, kind, key) for each in mementos(here)):
            raise


def _had(here: Site, published: Publication, kind: str, key: str) -> bool:
    """Whether an old snapshot has a thing; what cannot be read has nothing."""
    with suppress(OperatorError):
        store = open_snapshot(here.workspace.snapshots, published.id).open_store()
        return next(store.triples(iris.thing(here.base_iri, kind, key)), None) is not None
    return False


def _date(at: datetime) -> str:
    return format_datetime(at, usegmt=True)


def _add_link(response: Response, links: Sequence[str]) -> None:
    before = response.headers.get("Link")
    response.headers["Link"] = ", ".join([*([before] if before else []), *links])
