"""What is in each graph of the new snapshot, as hashes, so that the catalogue can say when something really changed.

How it is hashed and kept is `snapshot.contents`; who decided about the comparison is `reviewed`.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from twin_graph.compare.decisions import FILE as DECISIONS
from twin_graph.snapshot import SideFacts, SideFile
from twin_graph.snapshot.contents import FILE, hash_graphs, write_contents


def write(path: Path, facts: SideFacts) -> None:
    """Write the hashes of the graphs, and of the decisions where there are any."""
    hashes = hash_graphs(facts.folder / "dump.nq")
    decisions = facts.workspace.data / DECISIONS
    if decisions.exists():
        hashes[DECISIONS] = hashlib.sha256(decisions.read_bytes()).hexdigest()
    write_contents(path, hashes)


CONTENTS = SideFile(FILE, write)
