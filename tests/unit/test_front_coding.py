"""Content codings: which one a client gets, and that it can read it."""

from __future__ import annotations

import gzip

import pytest
import zstandard

from twin_graph.front.coding import acceptable_codings, compress, compress_chunks, is_compressible
from twin_graph.front.validators import find_known, tag_of_coding, without_codings


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, ("identity",)),
        ("", ("identity",)),
        ("gzip", ("gzip", "identity")),
        ("x-gzip", ("gzip", "identity")),
        ("GZIP", ("gzip", "identity")),
        ("gzip, deflate, br, zstd", ("zstd", "gzip", "identity")),
        ("gzip;q=1.0, zstd;q=0.5", ("gzip", "zstd", "identity")),
        ("*", ("zstd", "gzip", "identity")),
        ("*;q=0", ()),
        ("gzip, *;q=0", ("gzip",)),
        ("identity;q=0, *", ("zstd", "gzip")),
        ("identity;q=0", ()),
        ("identity", ("identity",)),
        ("identity;q=1, gzip;q=0.5", ("identity", "gzip")),
        ("zstd;q=0, *", ("gzip", "identity")),
        ("br", ("identity",)),
        ("gzip;q=2", ("identity",)),
        ("gzip;q=nan", ("identity",)),
        ("gzip;q=high", ("identity",)),
        (" gzip ; q=0.3 ,, ", ("gzip", "identity")),
    ],
)
def test_acceptable_codings(header: str | None, expected: tuple[str, ...]) -> None:
    """RFC 9110 12.5.3: qualities decide, then our order; identity is acceptable until it is refused."""
    assert expected == acceptable_codings(header)


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("text/turtle; charset=utf-8", True),
        ("text/html", True),
        ("application/sparql-results+json", True),
        ("application/rdf+xml", True),
        ("application/n-triples", True),
        ("application/json", True),
        ("image/svg+xml", True),
        ("image/png", False),
        ("font/woff2", False),
        ("application/zstd", False),
        ("", False),
    ],
)
def test_compressible_types(content_type: str, expected: bool) -> None:
    """Text of all kinds is compressed; pictures, fonts and what is compressed already are not."""
    assert expected == is_compressible(content_type)


@pytest.mark.parametrize("size", [0, 1, 5_000, 1_000_000])
def test_codings_can_be_read(size: int) -> None:
    """Both codings, at once and in chunks, give back what went in, and the same bytes each time."""
    content = bytes(index * index % 251 for index in range(size))
    chunks = [content[start : start + 70_000] for start in range(0, size, 70_000)]
    for coding in ("gzip", "zstd"):
        coded = compress(coding, content)
        chunked = b"".join(compress_chunks(coding, chunks, size))
        assert (content, content) == (decode(coding, coded), decode(coding, chunked))
        assert coded == compress(coding, content)


def decode(coding: str, coded: bytes) -> bytes:
    """The content of a coding, read by somebody else's program."""
    if coding == "gzip":
        return gzip.decompress(coded)
    return zstandard.ZstdDecompressor().decompress(coded)


def test_tags_of_codings() -> None:
    """The two codings of an answer have tags of their own, weak or strong as the first one."""
    assert 'W/"a-gzip"' == tag_of_coding('W/"a"', "gzip")
    assert '"a-zstd"' == tag_of_coding('"a"', "zstd")
    assert 'W/"a", "b", "c-br", *' == without_codings('W/"a-gzip", "b-zstd", "c-br", *')


@pytest.mark.parametrize(
    ("header", "tag", "expected"),
    [
        ('"a"', '"a"', '"a"'),
        ('W/"a"', '"a"', '"a"'),
        ('"a-gzip"', 'W/"a"', 'W/"a-gzip"'),
        ('"x", "a-zstd", "a"', '"a"', '"a-zstd"'),
        ("*", '"a"', '"a"'),
        ('"b"', '"a"', None),
        ('"a-br"', '"a"', None),
        ("a", '"a"', None),
        ('"a"', "", None),
    ],
)
def test_known_tags(header: str, tag: str, expected: str | None) -> None:
    """If-None-Match compares weakly, and every coding of an answer is that answer."""
    assert expected == find_known(header, tag)
