"""What is in each named graph of a snapshot, as hashes: who compares two publications need not read their statements.

Kept beside the data when a snapshot is built, and with the moment of its publication, which outlives the snapshot.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from pathlib import Path

FILE = "contents.json"
_AT_ONCE = 4_096  # lines that are hashed together


def hash_graphs(dump: Path) -> dict[str, str]:
    """SHA-256 of the sorted statements of each named graph of a dump, by the last part of the graph's IRI."""
    found: dict[bytes, hashlib._Hash] = {}
    held: dict[bytes, list[bytes]] = {}
    with dump.open("rb") as lines:
        for line in lines:
            graph = line[line.rindex(b" <") :]
            part = held.setdefault(graph, [])
            part.append(line)
            if len(part) == _AT_ONCE:
                found.setdefault(graph, hashlib.sha256()).update(b"".join(part))
                part.clear()
    for graph, part in held.items():
        found.setdefault(graph, hashlib.sha256()).update(b"".join(part))
    names = {graph: graph.removesuffix(b"> .\n").rpartition(b"/")[2].decode() for graph in found}
    return {names[graph]: digest.hexdigest() for graph, digest in sorted(found.items())}


def write_contents(path: Path, hashes: dict[str, str]) -> None:
    """Write the hashes."""
    path.write_text(json.dumps(hashes, sort_keys=True) + "\n", encoding="utf-8")


def read_contents(snapshot: Path) -> dict[str, str]:
    """The hashes of the snapshot in a folder; none where they cannot be read."""
    with suppress(OSError, ValueError):
        content = json.loads((snapshot / FILE).read_bytes())
        if isinstance(content, dict):
            return {str(name): str(digest) for name, digest in content.items()}
    return {}
