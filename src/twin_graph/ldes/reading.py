"""Which publications the feed holds, and their pages, as they were written (`baking`)."""

from __future__ import annotations

import gzip
import json
import os
import re
import zlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, cast

from twin_graph import iris
from twin_graph.errors import SnapshotDamaged

FOLDER = "ldes"
ABOUT = "publication.json"
UNITS = "units.gz"
_NAME = re.compile(r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{12}")
_TIME = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class Entry:
    """A publication in the feed.

    Attributes:
        at: when, to the second, in UTC; later than the publication before.
        snapshot: its id.
        members, pages: how many it has; none where it only repeats what was published before.
    """

    at: datetime
    snapshot: str
    members: int
    pages: int

    @property
    def name(self) -> str:
        """The last part of its IRI; names are in the order of time."""
        return name_of(self.at, self.snapshot)


def name_of(at: datetime, snapshot: str) -> str:
    """The name of a publication.

    >>> name_of(datetime(2026, 11, 23, 9, 30, tzinfo=UTC), "3f9c2a81b0d4")
    '20261123T093000Z-3f9c2a81b0d4'
    """
    return f"{at:{_TIME}}-{snapshot}"


def feed_folder(snapshots: Path, base_iri: str) -> Path:
    """Where the feed of a base IRI is: the pages are full of addresses, so another base has another feed."""
    return snapshots / FOLDER / iris.digest(base_iri)


def read_feed(snapshots: Path, base_iri: str) -> tuple[Entry, ...]:
    """The publications of the feed, the first one first; none where none were written.

    Raises:
        SnapshotDamaged: one cannot be read.
    """
    folder = feed_folder(snapshots, base_iri)
    names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    return tuple(_read(folder / name) for name in names if _NAME.fullmatch(name))


def stamp(snapshots: Path) -> str:
    """Another text after every publication that a feed is given; it costs microseconds."""
    with suppress(OSError), os.scandir(snapshots / FOLDER) as feeds:
        return " ".join(sorted(f"{feed.name} {feed.stat().st_mtime_ns}" for feed in feeds))
    return ""


def find_entry(snapshots: Path, base_iri: str, name: str) -> Entry | None:
    """The publication of a name; None where there is none.

    Raises:
        SnapshotDamaged: it cannot be read.
    """
    path = feed_folder(snapshots, base_iri) / name
    return _read(path) if _NAME.fullmatch(name) and path.is_dir() else None


def read_page(snapshots: Path, base_iri: str, entry: Entry, number: int) -> bytes:
    """A page of a publication, as N-Quads.

    Raises:
        SnapshotDamaged: it cannot be read.
    """
    path = feed_folder(snapshots, base_iri) / entry.name / f"{number}.nq.gz"
    try:
        return gzip.decompress(path.read_bytes())
    except (OSError, EOFError, zlib.error) as problem:
        raise damaged(path, problem) from problem


def open_units(path: Path) -> IO[bytes]:
    """What the feed says after a publication: lines of graph, document and digest."""
    return cast("IO[bytes]", gzip.open(path / UNITS, "rb"))


def damaged(path: Path, problem: object) -> SnapshotDamaged:
    """The error of a file that cannot be read."""
    place = "/".join(path.parts[-4:])
    return SnapshotDamaged(f"{place}: {problem}; take this folder of the feed from a backup")


def _read(path: Path) -> Entry:
    try:
        known = json.loads((path / ABOUT).read_bytes())
        at = datetime.strptime(path.name.partition("-")[0], _TIME).replace(tzinfo=UTC)
        return Entry(at, path.name.partition("-")[2], int(known["members"]), int(known["pages"]))
    except (OSError, ValueError, TypeError, KeyError) as problem:
        raise damaged(path / ABOUT, problem) from problem
