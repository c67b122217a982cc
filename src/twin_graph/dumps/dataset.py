"""The statements of a snapshot as files: all of them in the formats that carry graphs, and each graph as Turtle.

Everything is read from the sorted dump, line by line, so that equal snapshots give equal files.

https://www.w3.org/TR/rdf-canon/
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from twin_graph import graphs, iris
from twin_graph.dumps.files import PIECE, compressed
from twin_graph.formats import JSON_LD, N_QUADS, TRIG, TURTLE, Format
from twin_graph.snapshot import Snapshot

ALL = "all"
WHOLE = (N_QUADS, TRIG, JSON_LD)


def contents(snapshot: Snapshot) -> list[tuple[str, Format]]:
    """What is written: the whole and each graph, with the format."""
    named = [name for name in sorted(snapshot.manifest.graphs) if snapshot.manifest.graphs[name]]
    return [*((ALL, fmt) for fmt in WHOLE), *((name, TURTLE) for name in named)]


def write(snapshot: Snapshot, folder: Path, content: str, fmt: Format) -> int:
    """Write one of the contents in every compression, and say its size unpacked."""
    with compressed(folder, content, fmt) as written, snapshot.dump_path.open("rb") as dump:
        if content == ALL and fmt is N_QUADS:
            while piece := dump.read(PIECE):
                written.output.write(piece)
        else:
            # Graph by graph, so that each is opened once.
            names = sorted(snapshot.manifest.graphs) if content == ALL else [content]
            iris_of_graphs = [iris.graph(snapshot.manifest.base_iri, each) for each in names]
            graphs.convert_nquads(_lines(dump, iris_of_graphs), written.output, fmt)
    return written.size


def dataset_hash(snapshot: Snapshot) -> str:
    """SHA-256 of the canonical form of the dataset, in hexadecimal.

    Without blank nodes RDFC-1.0 is the sorted canonical N-Quads, which is what the dump is: the engine escapes as the
    canonical form wants it, and bytes of UTF-8 are in the order of code points.
    """
    with snapshot.dump_path.open("rb") as dump:
        return hashlib.file_digest(dump, "sha256").hexdigest()


def _lines(dump: IO[bytes], names: Iterable[str]) -> Iterator[bytes]:
    for name in names:
        end = f" <{name}> .\n".encode()
        dump.seek(0)
        yield from (line for line in dump if line.endswith(end))
