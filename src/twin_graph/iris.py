"""Mint our IRIs and take them apart; the only place that knows their pattern.

Knows nothing of routes or of what exists: `unmint` of a minted IRI gives back what was minted.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from rdflib import URIRef

from twin_graph.kinds import BY_NAME

KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
FRAGMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")


@dataclass(frozen=True)
class Minted:
    """The parts of one of our IRIs; `space` is id, doc or graph, `kind` is empty for graphs."""

    space: str
    kind: str
    key: str
    fragment: str = ""


def is_key(text: str) -> bool:
    """Whether a text may be a key.

    >>> is_key("rishon-lezion"), is_key("Rishon LeZion"), is_key("a" * 65)
    (True, False, False)
    """
    return KEY.fullmatch(text) is not None


def thing(base: str, kind: str, key: str) -> URIRef:
    """IRI of a thing.

    >>> thing("http://localhost:8000/", "city", "lublin")
    rdflib.term.URIRef('http://localhost:8000/id/city/lublin')
    """
    _check(kind, key)
    return URIRef(f"{base}id/{kind}/{key}")


def document(base: str, kind: str, key: str, fragment: str = "") -> URIRef:
    """IRI of the document of a thing, or of a node that lives in it.

    >>> document("http://x/", "partnership", "q60-q84", "claim-wikidata-2016-q60")
    rdflib.term.URIRef('http://x/doc/partnership/q60-q84#claim-wikidata-2016-q60')
    """
    _check(kind, key)
    if fragment and not FRAGMENT.fullmatch(fragment):
        raise ValueError(f"not a fragment: {fragment!r}")
    return URIRef(f"{base}doc/{kind}/{key}" + (f"#{fragment}" if fragment else ""))


def graph(base: str, name: str) -> URIRef:
    """IRI of a named graph.

    >>> graph("http://x/", "register-lublin")
    rdflib.term.URIRef('http://x/graph/register-lublin')
    """
    if not is_key(name):
        raise ValueError(f"not a name of a graph: {name!r}")
    return URIRef(f"{base}graph/{name}")


def unmint(base: str, iri: str) -> Minted | None:
    """The parts of an IRI of ours, or None for every other IRI.

    >>> unmint("http://x/", "http://x/id/city/lublin")
    Minted(space='id', kind='city', key='lublin', fragment='')
    >>> unmint("http://x/", "http://x/elsewhere")
    """
    if not iri.startswith(base):
        return None
    path, _, fragment = iri[len(base) :].partition("#")
    parts = path.split("/")
    if len(parts) == 2 and parts[0] == "graph" and is_key(parts[1]):
        return Minted("graph", "", parts[1], fragment)
    if len(parts) == 3 and parts[0] in ("id", "doc") and parts[1] in BY_NAME and is_key(parts[2]):
        return Minted(parts[0], parts[1], parts[2], fragment)
    return None


def city_alias(item: str) -> str:
    """The key that a Wikidata item gives to a city.

    >>> city_alias("Q37333")
    'q37333'
    """
    return item.lower()


def pair_key(aliases: list[str]) -> str:
    """Key of a partnership without a register key: the items, smaller number first.

    >>> pair_key(["q84", "q60"])
    'q60-q84'
    """
    return "-".join(sorted(aliases, key=lambda alias: (len(alias), alias)))


def contradiction(about: str, fact: str) -> URIRef | None:
    """IRI of the contradiction about one fact of a thing; None for what is no thing of ours.

    It says nothing of the claims, so that it stays when more of them come. A key that would be too long ends in a
    digest.

    >>> contradiction("http://x/id/partnership/lublin-nancy", "start")
    rdflib.term.URIRef('http://x/id/contradiction/start-lublin-nancy')
    """
    base, found, rest = about.rpartition("/id/")
    _, slash, key = rest.partition("/")
    if not found or not slash or not is_key(key) or not is_key(fact):
        return None
    named = f"{fact}-{key}"
    if not is_key(named):
        named = f"{named[:55].rstrip('-')}-{digest(key)}"
    return thing(f"{base}/", "contradiction", named)


def digest(*parts: str) -> str:
    """Eight hexadecimal digits that stand for texts which cannot be part of an IRI.

    >>> digest("uk", "Львів")
    '233df8e5'
    """
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:8]


def _check(kind: str, key: str) -> None:
    if kind not in BY_NAME:
        raise ValueError(f"not a kind: {kind!r}")
    if not is_key(key):
        raise ValueError(f"not a key: {key!r}")
