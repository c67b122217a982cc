"""Files that a snapshot holds beside its data: an index of names, pictures, what changed since the last one.

They follow from the dump and the sources, as the engine's store does: the manifest does not know them, and a
snapshot without them is whole. What they hold is decided by who writes them (`build`) and who reads them.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from twin_graph.snapshot.manifest import Manifest
from twin_graph.snapshot.reading import Snapshot
from twin_graph.store import Store
from twin_graph.workspace import Workspace


@dataclass(frozen=True)
class SideFacts:
    """What a side file is made from.

    Attributes:
        store: all statements of the new snapshot, in memory.
        folder: where the files of the new snapshot, `dump.nq` among them, stand while it is being written.
        previous: the snapshot that was current before; of the same id where nothing has changed.
    """

    store: Store
    manifest: Manifest
    workspace: Workspace
    folder: Path
    previous: Snapshot | None


@dataclass(frozen=True)
class SideFile:
    """A file or folder of a snapshot, and what writes it; equal facts must give equal content."""

    name: str
    write: Callable[[Path, SideFacts], None]


@contextmanager
def writing(side: Iterable[SideFile], facts: SideFacts) -> Iterator[None]:
    """Write side files while the block goes on; what fails in one is raised at its end."""
    with ThreadPoolExecutor(2) as threads:
        futures = [threads.submit(file.write, facts.folder / file.name, facts) for file in side]
        yield
        for future in futures:
            future.result()


def renew_side_files(side: Iterable[SideFile], folder: Path, fresh: Path) -> None:
    """Replace the side files of a snapshot by those of a new build of it."""
    for file in side:
        old, new = folder / file.name, fresh / file.name
        if not new.exists():
            continue
        if old.is_dir():
            shutil.rmtree(old)
        new.replace(old)
