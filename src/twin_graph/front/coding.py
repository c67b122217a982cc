"""Content codings: which ones a client accepts, which media types are worth it, and compressing.

https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3. Which answer is compressed when is `answer`.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Iterator

import zstandard

IDENTITY = "identity"
# In our order of preference: of the same size, zstd costs a sixth.
CODINGS = ("zstd", "gzip")
WORTH_IT = 1_024  # bytes; below that the headers outweigh what is saved
_ZSTD_LEVEL = 3
_GZIP_LEVEL = 6
_GZIP_FORMAT = 31  # zlib's window of 15 bits, plus 16: with the head and foot of gzip
_ALIASES = {"x-gzip": "gzip"}
_TEXTUAL = ("json", "xml", "javascript", "n-triples", "n-quads", "trig", "sparql-query", "sparql-update")


def acceptable_codings(accept_encoding: str | None) -> tuple[str, ...]:
    """The codings that a client accepts, best first; `identity` is among them unless it was refused.

    Without the header nothing is compressed: the programs that leave it out seldom read what they did not ask.

    >>> acceptable_codings("gzip, zstd")
    ('zstd', 'gzip', 'identity')
    >>> acceptable_codings("gzip;q=0.5, *;q=0")
    ('gzip',)
    """
    if accept_encoding is None or not accept_encoding.strip():
        return (IDENTITY,)
    wanted = _qualities(accept_encoding)
    other = wanted.get("*")
    quality = {name: wanted.get(name, other or 0.0) for name in CODINGS}
    # Identity is acceptable until somebody says otherwise, and then liked less than what was named.
    quality[IDENTITY] = wanted.get(IDENTITY, other if other == 0.0 else 0.0001)
    return tuple(sorted((name for name in quality if quality[name] > 0), key=lambda name: -quality[name]))


def is_compressible(content_type: str) -> bool:
    """Whether a media type is text of some kind.

    >>> is_compressible("application/ld+json"), is_compressible("image/png")
    (True, False)
    """
    kind, _, subtype = content_type.partition(";")[0].strip().lower().partition("/")
    return kind == "text" or subtype.rpartition("+")[2] in _TEXTUAL


def compress(coding: str, content: bytes) -> bytes:
    """The content in a coding; the same bytes each time."""
    if coding == "zstd":
        return zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress(content)
    return gzip.compress(content, _GZIP_LEVEL, mtime=0)


def compress_chunks(coding: str, chunks: Iterable[bytes], size: int) -> Iterator[bytes]:
    """The content in a coding, chunk by chunk.

    Args:
        size: of the whole content, in bytes.
    """
    writer = (
        zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compressobj(size=size)
        if coding == "zstd"
        else zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, _GZIP_FORMAT)
    )
    for chunk in chunks:
        if part := writer.compress(chunk):
            yield part
    yield writer.flush()


def _qualities(header: str) -> dict[str, float]:
    """Quality of each coding named; one that cannot be read refuses the coding."""
    found: dict[str, float] = {}
    for element in header.lower().split(","):
        name, _, parameters = element.partition(";")
        if name := name.strip():
            found.setdefault(_ALIASES.get(name, name), _quality(parameters))
    return found


def _quality(parameters: str) -> float:
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                quality = float(value)
            except ValueError:
                return 0.0
            return quality if 0 <= quality <= 1 else 0.0
    return 1.0
