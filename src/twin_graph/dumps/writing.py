"""Write the dumps of a snapshot into its folder, and take over what the snapshot before it has already.

Which formats there are is `dataset`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from twin_graph.dumps import dataset
from twin_graph.dumps.files import COMPRESSIONS, sha256
from twin_graph.dumps.index import DUMPS, Dump, Index, read_index, write_index
from twin_graph.formats import Format
from twin_graph.snapshot import Snapshot

Step = Callable[[str], AbstractContextManager[object]]


def write_dumps(snapshot: Snapshot, step: Step = nullcontext) -> Index:
    """Write what is missing, and say what there is.

    A dump that was cut is written anew; one that is whole stays as it is.

    Raises:
        SnapshotDamaged: the list of dumps that are there cannot be read.
    """
    folder = snapshot.path / DUMPS
    folder.mkdir(exist_ok=True)
    known = read_index(snapshot)
    found: list[Dump] = []
    for content, fmt in dataset.contents(snapshot):
        with step(f"{content}.{fmt.extension}"):
            there = known.of(content, fmt) if known else []
            whole = len(there) == len(COMPRESSIONS) and all(_is_whole(folder, dump) for dump in there)
            found.extend(there if whole else _write(snapshot, folder, content, fmt))
    index = Index(snapshot.manifest.id, dataset.dataset_hash(snapshot), tuple(found))
    write_index(folder, index)
    return index


def _write(snapshot: Snapshot, folder: Path, content: str, fmt: Format) -> Iterator[Dump]:
    name, size = dataset.write(snapshot, folder, content, fmt)
    for compression in COMPRESSIONS:
        path = folder / f"{name}.{compression.extension}"
        packed = path.stat().st_size
        yield Dump(path.name, content, fmt.name, compression.extension, packed, size, sha256(path))


def _is_whole(folder: Path, dump: Dump) -> bool:
    path = folder / dump.name
    return path.is_file() and path.stat().st_size == dump.bytes
