"""Make items, in this process or in several: each opens the application of the snapshot for itself.

What an item is and how its files are made is `items`. Processes are renewed after some work, so that none grows.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit

from rdflib import URIRef

from twin_graph import dumps, iris
from twin_graph.bake.addresses import Addresses
from twin_graph.bake.asking import Asker
from twin_graph.bake.items import Maker
from twin_graph.bake.records import Record
from twin_graph.settings import Settings
from twin_graph.snapshot import Snapshot, open_snapshot
from twin_graph.store import Store
from twin_graph.web import create_app

AT_ONCE = 40
_RENEWED_AFTER = 100


@dataclass(frozen=True)
class Task:
    """What every process is told: settings, the snapshot, and the folder of the files."""

    settings: Settings
    snapshots: Path
    identity: str
    folder: Path


def make_all(task: Task, items: Iterable[str], jobs: int) -> Iterator[list[Record]]:
    """The records of items, some at a time, in no order; their files are written before."""
    parts = list(_parts(items))
    if jobs == 1 or len(parts) == 1:
        maker = open_maker(task)
        for part in parts:
            yield [maker.make(item) for item in part]
        return
    # A fresh interpreter each: what this process has opened is not shared.
    context = multiprocessing.get_context("spawn")
    with context.Pool(jobs, _start, (task,), maxtasksperchild=_RENEWED_AFTER) as pool:
        yield from pool.imap_unordered(_make, parts)


def open_maker(task: Task) -> Maker:
    """The application of a snapshot, ready to be asked."""
    snapshot = open_snapshot(task.snapshots, task.identity)
    app = create_app(task.settings, snapshot)
    base = snapshot.manifest.base_iri
    start = urlsplit(base).path.rstrip("/")
    store = snapshot.open_store()

    registered = _registered(store, base)

    return Maker(
        Asker(app.wsgi_app, base),
        Addresses(app.url_map, base),
        task.folder,
        _dumps(snapshot, start),
        registered.__contains__,
        start,
    )


def _registered(store: Store, base: str) -> frozenset[str]:
    """Kind and key of everything that registers name."""
    names = [name for name in store.graph_names() if name.startswith(f"{base}graph/register-")]
    nodes = {node for name in names for s, _, o in store.graph(name) for node in (s, o)}
    found = (iris.unmint(base, str(node)) for node in nodes if isinstance(node, URIRef))
    return frozenset(f"{each.kind}/{each.key}" for each in found if each is not None and each.space == "id")


def _dumps(snapshot: Snapshot, start: str) -> Callable[[str], Path | None]:
    """Finds the file of the whole that stands at an address of ours."""
    index = dumps.read_index(snapshot)
    folder = snapshot.path / dumps.DUMPS
    names = [each.name for each in index.dumps] if index else []
    return {f"{start}/dumps/{snapshot.manifest.id}/{name}": folder / name for name in names}.get


def _parts(items: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(items)
    while part := list(islice(rest, AT_ONCE)):
        yield part


_MAKER: list[Maker] = []


def _start(task: Task) -> None:
    _MAKER[:] = [open_maker(task)]


def _make(items: list[str]) -> list[Record]:
    return [_MAKER[0].make(item) for item in items]
