"""What XML cannot carry, which the engine writes all the same: refused in a result, replaced in a document.

https://www.w3.org/TR/xml/#charsets and https://www.w3.org/TR/rdf-syntax-grammar/#section-Serialising
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import IO

import pyoxigraph as ox

from twin_graph import formats
from twin_graph.errors import NotAcceptable
from twin_graph.formats import Format

_CHUNK = 1 << 20
_FORBIDDEN = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
_LONGEST = 3
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}".encode()
_COMMENT = b"<!-- U+FFFD stands for each character that XML 1.0 has not; the other formats have them as they are. -->"
_NAME_AT_END = re.compile(r"[\w.\-]*\Z")
_IS_XML = (formats.RDF_XML, formats.RESULTS_XML)


def check_predicates(triples: Iterable[ox.Triple], fmt: Format) -> Iterator[ox.Triple]:
    """The same triples; the name of an element of RDF/XML is the end of a predicate.

    Raises:
        NotAcceptable: a predicate does not end with a name of XML.
    """
    if fmt is not formats.RDF_XML:
        yield from triples
        return
    writable: set[str] = set()
    for triple in triples:
        predicate = triple.predicate.value
        if predicate not in writable:
            match = _NAME_AT_END.search(predicate)
            if match is None or not any(letter.isalpha() or letter == "_" for letter in match.group()):
                raise NotAcceptable(f"RDF/XML cannot carry the predicate <{predicate}>", _others(fmt))
            writable.add(predicate)
        yield triple


def check_characters(output: IO[bytes], fmt: Format) -> None:
    """Nothing, where a result that was written can be read again.

    Raises:
        NotAcceptable: it is XML and has a character that XML has not.
    """
    if fmt not in _IS_XML:
        return
    output.seek(0)
    tail = b""
    while chunk := output.read(_CHUNK):
        if _FORBIDDEN.search(tail + chunk):
            raise NotAcceptable("the result has a control character, which XML cannot carry", _others(fmt))
        tail = chunk[1 - _LONGEST :]


def replace_characters(document: bytes, fmt: Format) -> bytes:
    """A document that can be read again; a comment says so where characters had to be replaced.

    >>> replace_characters(b"<?xml?><a>" + bytes([7]) + b"</a>", formats.RDF_XML).decode()[-8:]
    '<a>\ufffd</a>'
    """
    if fmt not in _IS_XML or _FORBIDDEN.search(document) is None:
        return document
    first, line_end, rest = _FORBIDDEN.sub(_REPLACEMENT, document).partition(b"?>")
    return b"".join((first, line_end, b"\n", _COMMENT, rest))


def _others(fmt: Format) -> tuple[str, ...]:
    offered = formats.GRAPH_FORMATS if fmt is formats.RDF_XML else formats.RESULT_FORMATS
    return tuple(other.media_type for other in offered if other is not fmt)
