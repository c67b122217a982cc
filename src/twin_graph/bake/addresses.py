"""Which addresses of the site become files, and what these are called; which of them only a server answers.

What stands at an address is not known here. A file has the path of its address; what the query of the address chooses
stands before the ending, after a tilde, which no key and no name of ours has: `/doc/country/de~page=2.ttl`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

# Blueprints and endpoints whose addresses are files, each with the parameters that make other files of it.
_FILES: Mapping[str, tuple[str, ...]] = {
    "pages": (),
    "pages.listing": ("page",),
    "pages.report": ("page",),
    "browse": (),
    "catalog": (),
    "curation": (),
    "discovery": (),
    "documents": ("page", "_profile"),
    "documents.listing_variant": ("page", "_profile"),
    "dumps": (),
    "embed": (),
    "explore.picture": (),
    "conformance": (),
    "explore.timeline": (),
    "explore.world_map": (),
    "explore.world_map_file": (),
    "feeds": (),
    "ldes": (),
    "openapi": (),
    "pictures": (),
    "policy": (),
    "problems": (),
    "reconcile.help_": (),
    "reconcile.help_page": (),
    "reconcile.logo": (),
    "reports": (),
    "statement": (),
    "tables": (),
    "vocabulary": (),
    "void": (),
    "wikidata": (),
}
# Answered by every comparison of two publications, and made for each.
_SERVER = ("feeds.changed_statements", "feeds.changes_patch")
# What is of one thing, and only made for those of registers: elsewhere the server has it.
_OF_THINGS = ("curation.city", "embed", "feeds", "pictures", "tables")
_REMEMBERED = 20_000
_LINK = re.compile(r"""[ "\n](?:href|src|poster|data-[a-z-]+)="([^"]+)\"""")
_IN_TEXT = re.compile(r"<(?:loc|link href=\")>?([^<\"]+)")


@dataclass(frozen=True)
class Sort:
    """What an address is: its endpoint, whether a file is made of it, and kind and key where it is of one thing."""

    endpoint: str
    is_file: bool
    thing: str = ""
    language: str = ""


class Addresses:
    """The addresses of an application."""

    def __init__(self, url_map: Any, base_iri: str) -> None:
        self._match = url_map.bind("").match
        self._base_iri = base_iri
        self._start = urlsplit(base_iri).path
        self._known: dict[str, Sort | None] = {}

    def sort(self, address: str) -> Sort | None:
        """What an address is; None where the application has no such route."""
        if address not in self._known:
            if len(self._known) > _REMEMBERED:
                self._known.clear()
            self._known[address] = self._sort(address)
        return self._known[address]

    def _sort(self, address: str) -> Sort | None:
        path, _, query = address.partition("?")
        try:
            rule, names = self._match(unquote(path), return_rule=True)
        except Exception:
            return None
        endpoint = str(rule.endpoint)
        allowed = _FILES.get(endpoint, _FILES.get(endpoint.partition(".")[0]))
        words = [name for name, _ in parse_qsl(query, keep_blank_values=True)]
        is_file = allowed is not None and endpoint not in _SERVER and set(words) <= set(allowed)
        kind = names.get("kind") or ("city" if "/city/<key>" in str(rule.rule) else "")
        key = names.get("key", "")
        thing = f"{kind}/{key}" if kind and key else ""
        return Sort(endpoint, is_file, thing, names.get("lang", ""))

    def is_extra(self, sort: Sort) -> bool:
        """Whether it is of one thing, besides its document and page."""
        return sort.thing != "" and (
            sort.endpoint in _OF_THINGS or sort.endpoint.partition(".")[0] in _OF_THINGS
        )

    def local(self, address: str) -> str:
        """Path and query of an address of ours, without fragment; empty for one that is not ours."""
        address = address.partition("#")[0]
        if address.startswith(self._base_iri):
            address = self._start + address[len(self._base_iri) :]
        return address if address.startswith(self._start) and not address.startswith("//") else ""

    def links(self, body: str) -> list[str]:
        """The addresses of ours that a page, a feed or a map of the site links to, each once, in its order."""
        found = [unescape(each) for each in (*_LINK.findall(body), *_IN_TEXT.findall(body))]
        return [address for address in dict.fromkeys(map(self.local, found)) if address]


def file_of(address: str, *, is_page: bool) -> str:
    """The file of an address, from the root of the site.

    >>> file_of("/doc/country/de.jsonld?page=2&_profile=expanded", is_page=False)
    '/doc/country/de~_profile=expanded~page=2.jsonld'
    >>> file_of("/en/", is_page=True), file_of("/en/city?page=3", is_page=True)
    ('/en/index.html', '/en/city~page=3.html')
    """
    path, _, query = address.partition("?")
    words = "".join(f"~{name}={value}" for name, value in sorted(parse_qsl(query)))
    folder, _, name = unquote(path).rpartition("/")
    stem, dot, ending = name.rpartition(".")
    if is_page:
        return f"{folder}/{name or 'index'}{words}.html"
    return f"{folder}/{stem}{words}.{ending}" if dot and words else f"{folder}/{name}{words}"
