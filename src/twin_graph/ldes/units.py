"""A sorted dump, unit by unit: the statements of one named graph whose subjects belong to one document.

The document of a subject is its IRI without the fragment. Statements of a document need not stand side by side in the
dump (`<a#b>`, `<a-c>`, `<a>`), so they are sorted anew in parts that fit into memory, and the parts are merged.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path

AT_ONCE = 100_000  # statements that are sorted together
Key = tuple[bytes, bytes]  # IRIs of graph and document, as N-Quads write them; in the order of bytes


@dataclass(frozen=True)
class Unit:
    """The statements of a graph about a document: lines of N-Quads, sorted."""

    key: Key
    lines: tuple[bytes, ...]

    @property
    def digest(self) -> bytes:
        """What differs where a statement does, in hexadecimal."""
        return hashlib.sha256(b"".join(self.lines)).hexdigest()[:32].encode()


def read_units(dump: Path, scratch: Path, at_once: int = AT_ONCE) -> Iterator[Unit]:
    """The units of a dump without blank nodes, in the order of their keys.

    Args:
        scratch: a folder for what does not fit into memory.
    """
    with ExitStack() as opened:
        runs = [opened.enter_context(path.open("rb")) for path in _sort(dump, scratch, at_once)]
        for key, records in groupby(heapq.merge(*runs), key=_key):
            yield Unit(key, tuple(record.split(b" ", 2)[2] for record in records))


def key_of(line: bytes) -> Key:
    """The unit that a line of N-Quads belongs to.

    >>> key_of(b"<http://x/a#b> <http://x/p> <http://x/o#d> <http://x/graph/g> .")
    (b'http://x/graph/g', b'http://x/a')
    """
    subject = line[1 : line.index(b">")]
    return line[line.rindex(b" <") + 2 : line.rindex(b">")], subject.partition(b"#")[0]


def _sort(dump: Path, scratch: Path, at_once: int) -> Iterator[Path]:
    with dump.open("rb") as lines:
        number = 0
        while part := list(islice(lines, at_once)):
            # A space comes before everything that an IRI may hold: in order of records is in order of keys.
            records = sorted(b"%b %b %b" % (*key_of(line), line) for line in part)
            path = scratch / f"run-{number}"
            with path.open("wb") as run:
                run.writelines(records)
            number += 1
            yield path


def _key(record: bytes) -> Key:
    graph, document, _ = record.split(b" ", 2)
    return graph, document
