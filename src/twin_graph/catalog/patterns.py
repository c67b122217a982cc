"""What `catalog.ttl` says of a sort of thing, said of one thing; and what `authority.ttl` knows of others' concepts.

Which things there are is `dcat`. A pattern is a subject of the first file; texts have slots in braces.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, SKOS
from rdflib.term import Node

from twin_graph.graphs import Triple

_HERE = Path(__file__).parent
_PATTERN = "pattern:"
_CREATIVE_COMMONS = re.compile(
    r"https?://(?:www\.)?creativecommons\.org/((?:licenses|publicdomain)/[a-z0-9.-]+/[0-9.]+)"
    r"(?:/(?:(?:deed|legalcode)(?:\.[a-z_-]+)?)?)?",
    re.IGNORECASE,
)
_SLOT = re.compile(r"\{(\w+)\}")
_PUBLIC_DOMAIN = URIRef("http://purl.org/adms/licencetype/PublicDomain")
MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
PUBLISHER_TYPES = "http://purl.org/adms/publishertype/"
# Texts by slot, and in each by language; "" is for the languages that have none.
Words = Mapping[str, Mapping[str, str]]


class Patterns:
    """The patterns with the addresses of one publication."""

    def __init__(self, base_iri: str) -> None:
        self._known = _read("catalog.ttl", base_iri)

    def __contains__(self, name: str) -> bool:
        """Whether there is a pattern of this name."""
        return (URIRef(_PATTERN + name), None, None) in self._known

    def say(self, thing: URIRef, *names: str, words: Words | None = None) -> Iterator[Triple]:
        """The statements of patterns with a thing as their subject."""
        for name in names:
            yield from self._copy(URIRef(_PATTERN + name), thing, words or {})

    def texts(self, name: str, predicate: URIRef, language: str) -> list[str]:
        """The texts of a pattern in a language, sorted."""
        found = self._known.objects(URIRef(_PATTERN + name), predicate)
        return sorted(str(text) for text in found if isinstance(text, Literal) and text.language == language)

    def know(self, thing: URIRef) -> Iterator[Triple]:
        """The statements about a thing that the file names by its address."""
        return self._copy(thing, thing, {})

    def _copy(self, source: URIRef, thing: URIRef, words: Words) -> Iterator[Triple]:
        for _, predicate, value in self._known.triples((source, None, None)):
            yield thing, predicate, _fill(value, words)


@cache
def patterns_of(base_iri: str) -> Patterns:
    """The patterns with the addresses of a publication, read once."""
    return Patterns(base_iri)


def _fill(value: Node, words: Words) -> Node:
    """A text with its slots filled in its own language, else in English, else in any.

    >>> _fill(Literal("{title}: dane", "pl"), {"title": {"en": "Cities"}})
    rdflib.term.Literal('Cities: dane', lang='pl')
    """
    if not isinstance(value, Literal) or not value.language:
        return value
    filled = {
        slot: texts.get(value.language) or texts.get("en") or next(iter(texts.values()), "")
        for slot, texts in words.items()
    }
    # At once, so that a title may hold what looks like a slot.
    return Literal(_SLOT.sub(lambda found: filled.get(found[1], found[0]), str(value)), value.language)


def explain(triples: Iterable[Triple]) -> list[Triple]:
    """What is known of the concepts of others that statements name, and of those that these name."""
    known, found = _authority(), []
    asked = {value for _, _, value in triples if isinstance(value, URIRef)}
    done: set[Node] = set()
    while waiting := sorted(asked - done):
        for concept in waiting:
            done.add(concept)
            said = list(known.triples((concept, None, None)))
            found += said
            # An equal licence or media type is named, but not explained in its turn.
            asked |= {
                value
                for _, predicate, value in said
                if predicate != SKOS.exactMatch and isinstance(value, URIRef)
            }
    return found


def licence_of(address: str) -> URIRef:
    """The licence of an address in the vocabulary of the EU; the address itself where that has none.

    Addresses of Creative Commons are known in every spelling, those of their summaries and legal texts too.

    >>> licence_of("http://creativecommons.org/licenses/by/4.0/deed.pl") == licence_of(
    ...     "https://creativecommons.org/licenses/by/4.0/"
    ... )
    True
    """
    spelled = _CREATIVE_COMMONS.fullmatch(address)
    usual = f"https://creativecommons.org/{spelled[1].lower()}/" if spelled else address
    return _standing_for(URIRef(usual)) or URIRef(address)


def strictest(licences: Iterable[URIRef]) -> URIRef | None:
    """The licence of several things put together: that of the public domain gives way.

    None where two others meet, which only a lawyer can put together, or one of them is not known.
    """
    bound: set[URIRef] = set()
    free: set[URIRef] = set()
    for licence in licences:
        (free if (licence, DCTERMS.type, _PUBLIC_DOMAIN) in _authority() else bound).add(licence)
    if len(bound) > 1 or any((licence, None, None) not in _authority() for licence in bound):
        return None
    return next(iter(bound or free), None)


def file_type(media_type: str) -> URIRef | None:
    """The type of file, in the vocabulary of the EU, of a media type."""
    return _standing_for(URIRef(MEDIA_TYPES + media_type))


def publisher_type(word: str) -> URIRef | None:
    """The type of publisher of a word; None where the vocabulary has none."""
    found = URIRef(PUBLISHER_TYPES + word)
    return found if word and (found, None, None) in _authority() else None


def _standing_for(iri: URIRef) -> URIRef | None:
    found = next(_authority().subjects(SKOS.exactMatch, iri), None)
    return found if isinstance(found, URIRef) else None


@cache
def _authority() -> Graph:
    return _read("authority.ttl", "urn:")


def _read(name: str, base_iri: str) -> Graph:
    return Graph().parse(_HERE / name, format="turtle", publicID=base_iri)
