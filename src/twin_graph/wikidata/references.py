"""How strong a reference is: nothing, a wiki, a work that states it, a web page, a page of one of the two parties.

Reads no statements (`statements`); which side is right is not decided by the strength of its references.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from urllib.parse import unquote, urlsplit

from rdflib.term import Node

from twin_graph.wikidata.model import Reference, Strength

IMPORTED_FROM, IMPORT_URL, STATED_IN, URL, ARCHIVED, RETRIEVED = (
    "P143", "P4656", "P248", "P854", "P1065", "P813"
)  # fmt: skip
# What says only how or when something was read, not by whom it is stated.
_ABOUT_READING = frozenset({RETRIEVED, IMPORTED_FROM, IMPORT_URL, "P887", "P3452"})
# Pages of these hold what somebody copied from somewhere.
_WIKIS = (
    "wikipedia.org", "wikidata.org", "wikimedia.org", "wikivoyage.org", "wiktionary.org", "wikisource.org",
    "wikinews.org", "wikiquote.org", "w.wiki", "toolforge.org", "wmcloud.org", "wmflabs.org",
    "dbpedia.org", "wikiwand.com", "fandom.com",
)  # fmt: skip
_INNER = re.compile(r"https?:/{1,2}([^/?#\s]+)", re.IGNORECASE)
_TRANSLATED = ".translate.goog"


def host_of(address: str) -> str:
    """The host of a web address in small letters, without `www.`; "" where there is none.

    >>> host_of("https://www.Bielefeld.de:443/partner"), host_of("nowhere")
    ('bielefeld.de', '')
    """
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def hosts_of(address: str) -> tuple[str, ...]:
    """The host of a web address, and those of the pages that it is an archived or translated copy of.

    >>> hosts_of("https://web.archive.org/web/2020/https://pl.wikipedia.org/wiki/Lublin")
    ('web.archive.org', 'pl.wikipedia.org')
    >>> hosts_of("https://pl-m-wikipedia-org.translate.goog/wiki/Lublin?_x_tr_sl=pl")
    ('pl-m-wikipedia-org.translate.goog', 'pl.m.wikipedia.org')
    """
    host = host_of(address)
    inner = [host_of(f"http://{match}") for match in _INNER.findall(unquote(address[len("https://") :]))]
    if host.endswith(_TRANSLATED):
        # A hyphen of the name is doubled there.
        name = host.removesuffix(_TRANSLATED).replace("--", "\0").replace("-", ".").replace("\0", "-")
        inner.append(name)
    return tuple(each for each in (host, *inner) if each)


def is_wiki(address: str) -> bool:
    """Whether an address leads to a wiki, to what is filled from one, or to a copy of such a page."""
    return any(is_under(host, _WIKIS) for host in hosts_of(address))


def is_under(host: str, domains: Iterable[str]) -> bool:
    """Whether a host is one of these domains or under one of them.

    >>> is_under("de.wikipedia.org", ["wikipedia.org"]), is_under("notwikipedia.org", ["wikipedia.org"])
    (True, False)
    """
    return any(host == domain or host.endswith(f".{domain}") for domain in domains if domain)


def strength_of(parts: Mapping[str, Iterable[Node]], domains: Collection[str] = ()) -> Strength:
    """How strong a reference with these parts is.

    Args:
        domains: hosts of the web sites of the two parties.
    """
    addresses = [str(node) for name in (URL, ARCHIVED) for node in parts.get(name, ())]
    hosts = [host_of(address) for address in addresses]
    pages = [host for host, address in zip(hosts, addresses, strict=True) if host and not is_wiki(address)]
    if any(is_under(host, domains) for host in pages):
        return "party-url"
    if pages:
        return "url"
    if set(parts) - _ABOUT_READING - {URL, ARCHIVED}:
        return "stated-in"
    return "wiki-only" if any(hosts) or {IMPORTED_FROM, IMPORT_URL} & set(parts) else "none"


def reference_of(
    digest: str, parts: Mapping[str, Iterable[Node]], domains: Collection[str] = ()
) -> Reference:
    """A reference with its strength; its parts sorted."""
    listed = {name: tuple(sorted(parts[name], key=str)) for name in sorted(parts)}
    return Reference(digest, listed, strength_of(listed, domains))
