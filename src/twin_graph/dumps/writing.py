"""Write the dumps of a snapshot into its folder, and take over what stands there already.

Which there are: the statements (`dataset`), the tables (`sheets`) and what the tables mean (`csvw`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from twin_graph.dumps import csvw, dataset, sheets
from twin_graph.dumps.checking import is_whole
from twin_graph.dumps.files import compressions, file_name, sha256
from twin_graph.dumps.index import DUMPS, Dump, Index, read_index, write_index
from twin_graph.dumps.tables import tables
from twin_graph.errors import SnapshotDamaged
from twin_graph.formats import CSV, CSVW, GEO_JSON, PARQUET, Format
from twin_graph.snapshot import Snapshot, writing_alone

Step = Callable[[str], AbstractContextManager[object]]
Sizes = Mapping[str, int]  # unpacked, by content


@dataclass(frozen=True)
class Part:
    """What is written at once: its contents, their format, and how; the sizes are unpacked."""

    contents: tuple[str, ...]
    format: Format
    write: Callable[[], Sizes]


def write_dumps(snapshot: Snapshot, step: Step = nullcontext) -> Index:
    """Write what is missing, and say what there is; whoever writes at the same time waits.

    A dump that was cut or damaged is written anew; one that is whole stays as it is. Without a list that can be read
    none counts as whole.

    Raises:
        OperatorError: a file cannot be written.
    """
    folder = snapshot.path / DUMPS
    with writing_alone(folder):
        index = Index(
            snapshot.manifest.id, dataset.dataset_hash(snapshot), _write_missing(snapshot, folder, step)
        )
        write_index(folder, index)
    return index


def _write_missing(snapshot: Snapshot, folder: Path, step: Step) -> tuple[Dump, ...]:
    known = None
    with suppress(SnapshotDamaged):
        known = read_index(snapshot)
    found: list[Dump] = []
    for part in parts(snapshot, folder):
        with step(f"{' '.join(part.contents)}.{part.format.extension}"):
            there = [
                dump for each in part.contents for dump in (known.of(each, part.format) if known else [])
            ]
            whole = len(there) == len(part.contents) * len(compressions(part.format))
            kept = whole and all(is_whole(folder, dump) for dump in there)
            found.extend(there if kept else _files(folder, part.format, part.write()))
    return tuple(found)


def parts(snapshot: Snapshot, folder: Path) -> Iterator[Part]:
    """All that is to be written, each after what it is made of."""

    def one(content: str, fmt: Format, write: Callable[[], int]) -> Part:
        return Part((content,), fmt, lambda: {content: write()})

    for content, fmt in dataset.contents(snapshot):
        yield one(content, fmt, partial(dataset.write, snapshot, folder, content, fmt))
    names = tuple(table.name for table in tables())
    yield Part(names, CSV, partial(sheets.write_csv, snapshot, folder))
    for table in tables():
        yield one(table.name, PARQUET, partial(sheets.write_parquet, folder, table))
        if sheets.has_places(table):
            yield one(table.name, GEO_JSON, partial(sheets.write_geojson, folder, table))
    yield one(csvw.CONTENT, CSVW, partial(csvw.write, snapshot, folder))


def _files(folder: Path, fmt: Format, sizes: Sizes) -> Iterator[Dump]:
    for content, size in sizes.items():
        for compression in compressions(fmt):
            path = folder / file_name(content, fmt, compression)
            packed = path.stat().st_size
            yield Dump(path.name, content, fmt.name, compression.extension, packed, size, sha256(path))
