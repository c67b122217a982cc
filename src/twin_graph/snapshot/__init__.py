"""Write, verify and read snapshots: immutable directories that hold one built dataset.

    snapshots/
      current -> 3f9c2a81b0d4       the link that is swapped in atomically
      published.jsonl               when it was swapped in, and for which snapshot
      3f9c2a81b0d4/
        manifest.json               counts, hashes, base IRI, versions; the other files by their SHA-256
        dump.nq                     every statement, sorted
        keys.json                   aliases and retired keys
        report.ttl  report.json     the validation report, as RDF and for our pages
        store/                      the engine's directory, rebuilt from the dump and not hashed
        answers/                    answers to popular queries, with their own index
        …                           side files: whatever `build` lists as such, made from the same statements

    manifest.py   what a snapshot says of itself
    reading.py    open snapshots
    checking.py   find damage
    answers.py    the answers that are held ready
    side.py       files beside the data
    contents.py   what is in each graph, as hashes
    locking.py    one at a time writes in a folder
    publishing.py when snapshots were published
    writing.py    write snapshots, and delete old ones

A snapshot is written aside and renamed, so a kill at any moment leaves the old one in place. What goes into
it is decided by `build`; there is no clock in it.
"""

from twin_graph.snapshot.answers import PreparedAnswer
from twin_graph.snapshot.checking import Step, require_whole, verify
from twin_graph.snapshot.locking import writing_alone
from twin_graph.snapshot.manifest import HASHED, Manifest, damaged, identify, is_identity
from twin_graph.snapshot.publishing import Publication, changed_at, read_publications
from twin_graph.snapshot.reading import (
    HIDDEN_GRAPHS,
    Snapshot,
    current_id,
    list_damage,
    list_snapshots,
    open_snapshot,
    previous_snapshot,
)
from twin_graph.snapshot.side import SideFacts, SideFile
from twin_graph.snapshot.writing import Draft, clean, make_current, prune, write_snapshot

__all__ = [
    "HASHED",
    "HIDDEN_GRAPHS",
    "Draft",
    "Manifest",
    "PreparedAnswer",
    "Publication",
    "SideFacts",
    "SideFile",
    "Snapshot",
    "Step",
    "changed_at",
    "clean",
    "current_id",
    "damaged",
    "identify",
    "is_identity",
    "list_damage",
    "list_snapshots",
    "make_current",
    "open_snapshot",
    "previous_snapshot",
    "prune",
    "read_publications",
    "require_whole",
    "verify",
    "write_snapshot",
    "writing_alone",
]
