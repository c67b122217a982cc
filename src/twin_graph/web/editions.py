"""The editions: publications that are kept and have files, in the order in which they were published last.

What was published, put aside for another edition and published again is as new as its last publication. What is said
of an edition is what it says of itself. How a catalogue says it is `twin_graph.catalog`; `web.dumps` serves files.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from rdflib.namespace import DCTERMS

from twin_graph import dumps, iris
from twin_graph.dumps import Index
from twin_graph.errors import OperatorError
from twin_graph.namespaces import TWIN
from twin_graph.snapshot import HIDDEN_GRAPHS, Snapshot, open_snapshot, read_publications
from twin_graph.web.site import Site

_TOLD = "twin_graph.told_of_editions"


@dataclass(frozen=True)
class Kept:
    """An edition.

    Attributes:
        first, last: when it was published for the first and for the last time.
    """

    snapshot: Snapshot
    index: Index
    first: datetime
    last: datetime

    @property
    def id(self) -> str:
        """The id of the snapshot."""
        return self.snapshot.manifest.id


@dataclass(frozen=True)
class Told:
    """What the statements of an edition say of it all: the first day, and the licence of each graph, "" for none."""

    start: str
    licences: tuple[str, ...]


def editions(here: Site) -> list[Kept]:
    """All editions, the one that was published last at the end."""
    first, last = _publications(here)
    found = (_open(here, identity, first[identity], at) for identity, at in last.items())
    return [each for each in found if each is not None]


def offered(here: Site) -> Kept | None:
    """The edition whose files are offered: the newest that has some, and is not newer than what is served."""
    first, last = _publications(here)
    known = list(last)
    own = here.manifest.id
    for identity in reversed(known[: known.index(own) + 1] if own in known else [*known, own]):
        found = _open(here, identity, first.get(identity), last.get(identity))
        if found is not None:
            return found
    return None


def tell(here: Site, snapshot: Snapshot) -> Told:
    """What an edition says of itself; read once, because a snapshot never changes.

    Raises:
        SnapshotDamaged: its store cannot be opened.
    """
    known: dict[str, Told] = current_app.extensions.setdefault(_TOLD, {})
    manifest = snapshot.manifest
    if manifest.id not in known:
        store = here.store if manifest.id == here.manifest.id else snapshot.open_store()
        names = (name for name, size in manifest.graphs.items() if size and name not in HIDDEN_GRAPHS)
        licences = [
            min((str(each[2]) for each in store.triples(graph, DCTERMS.license)), default="")
            for graph in (iris.graph(manifest.base_iri, name) for name in sorted(names))
        ]
        start = min((str(each[2]) for each in store.triples(None, TWIN.earliestStart)), default="")
        known[manifest.id] = Told(start, tuple(licences))
    return known[manifest.id]


def _publications(here: Site) -> tuple[dict[str, datetime], dict[str, datetime]]:
    """The first and the last publication of each snapshot that is kept, in the order of the last."""
    first: dict[str, datetime] = {}
    last: dict[str, datetime] = {}
    for each in read_publications(here.workspace.snapshots):
        if each.is_kept:
            first.setdefault(each.id, each.at)
            last.pop(each.id, None)
            last[each.id] = each.at
    return first, last


def _open(here: Site, identity: str, first: datetime | None, last: datetime | None) -> Kept | None:
    """An edition; None for what has no files. What is damaged, or deleted this very moment, is none either."""
    with suppress(OperatorError):
        own = identity == here.manifest.id
        snapshot = here.snapshot if own else open_snapshot(here.workspace.snapshots, identity)
        index = dumps.read_index(snapshot)
        if index is not None and first is not None and last is not None:
            return Kept(snapshot, index, first, last)
    return None
