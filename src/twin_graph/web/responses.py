"""Make responses: validators, caching, links, redirects, and the headers that every response has.

What a representation holds is made by the caller, and only when the client does not have it yet.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable
from urllib.parse import quote, urlencode

from flask import Flask, Response, g, request
from werkzeug.datastructures import Headers

from twin_graph.errors import MalformedRequest
from twin_graph.formats import HTML, JSON_LD_SCHEMA, Carries, Format
from twin_graph.web.site import Site
from twin_graph.web.understood import note, noted, read_words

FRESH = "public, max-age=300, stale-while-revalidate=86400"
# For an address that we would write otherwise: as fresh, but no cache is filled with copies of it.
FRESH_FOR_ONE = "private, max-age=300"
AN_HOUR = "public, max-age=3600"
POLICY = ("default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
          "object-src 'none'")  # fmt: skip
_SAFE_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Allow, ETag, Link, Location, Memento-Datetime, Retry-After, X-Request-Id",
}
# What a browser asks before a script of another origin may read something; Allow-Methods is the Allow of the address.
PREFLIGHT = {
    "Access-Control-Allow-Headers": "Accept, Accept-Datetime, Accept-Language, Cache-Control, If-None-Match, "
    "X-Requested-With",
    "Access-Control-Max-Age": "86400",
}
_SAFE = ":/?#[]@!$&'()*+,;=%-._~"  # what an address may hold as it is (RFC 3986)
# Control characters may stand in data, and HTML has none but white space.
_NOT_HTML = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffe\uffff]")
Link = tuple[str, str, str]  # address, relation, media type or empty


def represent(
    site: Site,
    fmt: Format,
    make: Callable[[], str | bytes],
    *,
    parameters: Iterable[str] = (),
    vary: Iterable[str] = (),
    location: str = "",
    links: Iterable[Link] = (),
    language: str = "",
    status: int = 200,
    cache: str = FRESH,
    also: str = "",
) -> Response:
    """A representation with a strong validator; 304 without a body where the client has it already.

    Args:
        parameters: names of the query parameters that choose it, besides those that were noted. What is not
            named has no part in the validator, and an address that has it is kept by no shared cache.
        vary: the request headers that chose it.
        location: path of this very representation, where the address of the request is another.
        also: what else it depends on: a digest of what changes while the data stay.
    """
    known_names = sorted({*parameters, *noted()})
    chosen = [(each, request.args.getlist(each)) for each in known_names if each in request.args]
    words = g.setdefault("words", read_words(known_names))
    if cache == FRESH and sorted(words) != sorted(pair for pair in request.args.items(multi=True) if pair[1]):
        cache = FRESH_FOR_ONE
    name = json.dumps((request.path, chosen, fmt.name, language, also))
    # What is made for people depends on templates and translations, too; data have titles made of words.
    is_data = Carries.GRAPH in fmt.carries and fmt is not JSON_LD_SCHEMA
    look = site.words if is_data else site.look
    tag = hashlib.sha256(f"{site.edition}\n{look}\n{name}".encode()).hexdigest()[:20]
    known = status == 200 and request.if_none_match.contains_weak(tag)
    # Who has a tag was given it with this; `*` is said of anything, so first it has to be there at all.
    body = make() if not known or request.if_none_match.star_tag else b""
    body = b"" if known else body
    if fmt is HTML and isinstance(body, str):
        body = _NOT_HTML.sub("\N{REPLACEMENT CHARACTER}", body)
    response = Response(body, 304 if known else status, content_type=fmt.content_type)
    if status in (200, 410):
        response.set_etag(tag)
    _describe(response.headers, vary, location, links, cache)
    if language:
        response.headers["Content-Language"] = language
    return response


def redirect(site: Site, path: str, status: int = 303, *, vary: Iterable[str] = (), cache: str = AN_HOUR,
             links: Iterable[Link] = ()) -> Response:  # fmt: skip
    """A redirect to one of our paths, absolute where the request came to the published host.

    Args:
        path: made by `url_for` from the route map and checked keys. What has moved (301) keeps the parameters
            of its address.
    """
    if status == 301 and request.args:
        path += f"?{urlencode(list(request.args.items(multi=True)))}"
    target = absolute(site, path) if request.host == site.authority else path
    response = Response(f"{target}\n", status, content_type="text/plain; charset=utf-8")
    response.headers["Location"] = target
    _describe(response.headers, vary, "", links, cache)
    return response


def page_number() -> int:
    """The page that a list is asked for.

    Raises:
        MalformedRequest: it is not a number.
    """
    note("page")
    text = request.args.get("page", "1")
    if not text.isascii() or not text.isdigit() or len(text) > 6 or int(text) < 1:
        raise MalformedRequest("page: must be a whole number from 1")
    return int(text)


def is_here(path: str) -> bool:
    """Whether the request came to this path, as `url_for` makes it."""
    return request.script_root + request.path == path


def absolute(site: Site, path: str) -> str:
    """The public address of one of our paths, which begin with the path of the base IRI."""
    return site.base_iri + path[len(site.prefix) + 1 :]


def secure(response: Response) -> Response:
    """Add the headers that no response is without."""
    for name, value in _SAFE_HEADERS.items():
        response.headers.setdefault(name, value)
    if request.method == "OPTIONS":
        allowed = response.headers.get("Allow", "GET, HEAD, OPTIONS")
        for name, value in {"Access-Control-Allow-Methods": allowed, **PREFLIGHT}.items():
            response.headers.setdefault(name, value)
    return response


def install(app: Flask) -> None:
    """Let every response of an application have these headers."""
    app.after_request(secure)


def _describe(
    headers: Headers, vary: Iterable[str], location: str, links: Iterable[Link], cache: str
) -> None:
    headers["Cache-Control"] = cache
    if names := ", ".join(vary):
        headers["Vary"] = names
    if location:
        headers["Content-Location"] = location
    if shown := write_links(links):
        headers["Link"] = shown


def write_links(links: Iterable[Link]) -> str:
    """The value of a Link header (RFC 8288); what is not ASCII in an address is percent-encoded.

    >>> write_links([("https://example.org/ł", "license", "")])
    '<https://example.org/%C5%82>; rel="license"'
    """
    return ", ".join(
        f'<{quote(address, safe=_SAFE)}>; rel="{relation}"' + (f"; type={_quoted(kind)}" if kind else "")
        for address, relation, kind in links
    )


def _quoted(text: str) -> str:
    """A quoted string of RFC 9110, section 5.6.4."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
