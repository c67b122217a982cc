"""Recognise what is no name: numbers of Wikidata and GeoNames, addresses that hold one, IRIs and paths of ours."""

from __future__ import annotations

import re
from dataclasses import dataclass

from twin_graph.iris import is_key
from twin_graph.kinds import BY_NAME

_NUMBER = re.compile(r"q[1-9][0-9]{0,11}|[0-9]{3,12}|q[0-9]{1,12}-q[0-9]{1,12}")
_ADDRESS = re.compile(
    r"https?://(?:(?:www|m)\.wikidata\.org/(?:wiki|entity)/(?P<item>q[0-9]{1,12})"
    r"|(?:(?:www|sws)\.)?geonames\.org/(?P<place>[0-9]{1,12}))(?:[/#?].*)?"
)
_PATH = re.compile(r"(?:(?:id|doc|[a-z]{2})/)?(?P<kind>[a-z]+)/(?P<key>[a-z0-9-]+)(?:\.[a-z]+)?(?:[/#?].*)?")
_PREFIX = re.compile(r"(?:wd|wikidata|geonames|gn):\s*")


@dataclass(frozen=True)
class Identifier:
    """A number of others or a key of ours; of which kind, where that is said."""

    text: str
    kind: str = ""


def read_identifier(text: str, base_iri: str) -> Identifier | None:
    """The identifier that a text is, None where it is none.

    >>> read_identifier("Q37333", "http://x/")
    Identifier(text='q37333', kind='')
    >>> read_identifier("http://x/id/city/lublin", "http://x/"), read_identifier("/pl/city/lublin", "http://x/")
    (Identifier(text='lublin', kind='city'), Identifier(text='lublin', kind='city'))
    >>> read_identifier("Lublin", "http://x/")
    """
    small = text.strip().strip("<>").lower()
    bare = _PREFIX.sub("", small, count=1)
    if _NUMBER.fullmatch(bare):
        return Identifier(bare)
    if address := _ADDRESS.fullmatch(small):
        return Identifier(address["item"] or address["place"])
    path = _PATH.fullmatch(small.removeprefix(base_iri.lower()).removeprefix("/"))
    if path and path["kind"] in BY_NAME and is_key(path["key"]):
        return Identifier(path["key"], path["kind"])
    return None
