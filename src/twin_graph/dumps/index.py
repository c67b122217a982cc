"""Which dumps of a snapshot there are, with their sizes and hashes.

Reads and writes the list only; the files are `files` and `dataset`.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from twin_graph.errors import SnapshotDamaged
from twin_graph.formats import DUMP_FORMATS, Format
from twin_graph.snapshot import Snapshot

DUMPS = "dumps"
INDEX = "index.json"


@dataclass(frozen=True)
class Dump:
    """One file.

    Attributes:
        name: of the file.
        content: what it holds: `all`, or the name of a graph or of a table.
        format: name of the format, as in `formats`.
        compression: the ending of the compression; empty where there is none.
        bytes: of the file as it is; `content_bytes` when it is unpacked.
        sha256: of the file as it is.
    """

    name: str
    content: str
    format: str
    compression: str
    bytes: int
    content_bytes: int
    sha256: str

    @property
    def kind(self) -> Format:
        """Its format."""
        return next(fmt for fmt in DUMP_FORMATS if fmt.name == self.format)


@dataclass(frozen=True)
class Index:
    """The dumps of a snapshot.

    Attributes:
        dataset_hash: SHA-256 of the dataset's canonical form (RDFC-1.0), in hexadecimal.
    """

    snapshot: str
    dataset_hash: str
    dumps: tuple[Dump, ...]

    def of(self, content: str, fmt: Format) -> list[Dump]:
        """The files of a content in a format."""
        return [dump for dump in self.dumps if (dump.content, dump.format) == (content, fmt.name)]

    def find(self, name: str) -> Dump | None:
        """The file of a name."""
        return next((dump for dump in self.dumps if dump.name == name), None)


def read_index(snapshot: Snapshot) -> Index | None:
    """The dumps of a snapshot; None where none were written.

    Raises:
        SnapshotDamaged: the list cannot be read.
    """
    path = snapshot.path / DUMPS / INDEX
    if not path.exists():
        return None
    try:
        known = json.loads(path.read_bytes())
        dumps = tuple(Dump(**each) for each in known["dumps"])
        return Index(known["snapshot"], known["dataset_hash"], dumps)
    except (OSError, ValueError, TypeError, KeyError) as problem:
        raise SnapshotDamaged(
            f"{snapshot.path.name}/{DUMPS}/{INDEX}: {problem}; run twin-graph snapshot dump"
        ) from problem


def write_index(folder: Path, index: Index) -> None:
    """Write the list: the last of all, so that it names only what is there."""
    aside = folder / f".{INDEX}.part"
    aside.write_text(json.dumps(asdict(index), indent=1, sort_keys=True) + "\n", encoding="utf-8")
    aside.replace(folder / INDEX)
