"""Compressed files with sizes and hashes: the same content gives the same bytes on every machine of one version.

What is written into them is decided by whoever opens them.
"""

from __future__ import annotations

import gzip
import hashlib
import io
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

import zstandard

from twin_graph.formats import CSV, CSVW, GEO_JSON, PARQUET, Format

PIECE = 1 << 20


@dataclass(frozen=True)
class Compression:
    """A way to compress: the ending of its files, its media type, and its name in HTTP."""

    extension: str
    media_type: str


PLAIN = Compression("", "")
ZSTD = Compression("zst", "application/zstd")
GZIP = Compression("gz", "application/gzip")
BY_EXTENSION = {each.extension: each for each in (PLAIN, ZSTD, GZIP)}
_PACKED = (ZSTD, GZIP)
# What others than machines open is there unpacked too; what is compressed in itself, or small, only so.
_COMPRESSIONS = {CSV: (PLAIN, *_PACKED), GEO_JSON: (PLAIN, *_PACKED), PARQUET: (PLAIN,), CSVW: (PLAIN,)}


def compressions(fmt: Format) -> tuple[Compression, ...]:
    """How the files of a format are compressed: a file each."""
    return _COMPRESSIONS.get(fmt, _PACKED)


def file_name(content: str, fmt: Format, compression: Compression = PLAIN) -> str:
    """What a file is called.

    >>> file_name("cities", CSV, GZIP), file_name("cities", CSV)
    ('cities.csv.gz', 'cities.csv')
    """
    return ".".join(filter(None, (content, fmt.extension, compression.extension)))


class Tee(io.RawIOBase):
    """Writes into several files at once."""

    def __init__(self, files: Sequence[IO[bytes]]) -> None:
        super().__init__()
        self._files = files
        self.size = 0

    def writable(self) -> bool:
        """Yes."""
        return True

    def tell(self) -> int:
        """How much has been written."""
        return self.size

    def write(self, data: Any) -> int:
        """Write everywhere."""
        for file in self._files:
            file.write(data)
        self.size += len(data)
        return len(data)


@dataclass
class Written:
    """What a block has written: its size, not packed."""

    output: IO[bytes]
    size: int = 0


@contextmanager
def compressed(folder: Path, content: str, fmt: Format) -> Iterator[Written]:
    """A file in each compression of its format; what is cut leaves no file of these names."""
    paths = [folder / file_name(content, fmt, each) for each in compressions(fmt)]
    asides = [path.with_name(f".{path.name}.part") for path in paths]
    try:
        with ExitStack() as opened:
            files = [
                opened.enter_context(_open(*each)) for each in zip(asides, compressions(fmt), strict=True)
            ]
            tee = Tee(files)
            # The engine writes word by word.
            buffered = io.BufferedWriter(tee, PIECE)
            written = Written(cast("IO[bytes]", buffered))
            yield written
            buffered.flush()
            written.size = tee.size
        for aside, path in zip(asides, paths, strict=True):
            aside.replace(path)
    finally:
        for aside in asides:
            aside.unlink(missing_ok=True)


def sha256(path: Path) -> str:
    """The hash of a file, read piece by piece."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _open(path: Path, compression: Compression) -> Iterator[IO[bytes]]:
    with path.open("wb") as file:
        if compression is PLAIN:
            yield file
        elif compression is GZIP:
            # Neither name nor time, which would make each file another one.
            with gzip.GzipFile("", "wb", compresslevel=6, fileobj=file, mtime=0) as packed:
                yield cast("IO[bytes]", packed)
        else:
            with zstandard.ZstdCompressor(level=9).stream_writer(file) as packed:
                yield cast("IO[bytes]", packed)
