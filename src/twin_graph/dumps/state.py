"""A stamp of all that is said of publications and their files, which change while the data stay.

Whoever keeps an answer that tells of them compares it. What they are is read by `snapshot.publishing` and `index`.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from twin_graph.dumps.index import DUMPS, INDEX
from twin_graph.snapshot import is_identity

# When a snapshot is published a line is added here.
_PUBLISHED = "published.jsonl"


def stamp(snapshots: Path) -> str:
    """Another text after every publication, every list of files that is written, and every snapshot that is deleted.

    It is made of what the file system says, so that it costs microseconds.
    """
    said = [_say(f"{snapshots}/{_PUBLISHED}")]
    with suppress(OSError), os.scandir(snapshots) as entries:
        names = sorted(entry.name for entry in entries if is_identity(entry.name))
        said += [f"{name} {_say(f'{snapshots}/{name}/{DUMPS}/{INDEX}')}" for name in names]
    return "\n".join(said)


def _say(path: str) -> str:
    try:
        found = os.stat(path)  # noqa: PTH116 - a Path costs more than what is asked of it
    except OSError:
        return ""
    return f"{found.st_ino} {found.st_size} {found.st_mtime_ns}"
