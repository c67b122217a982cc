"""What is kept between builds, under a hash of all that it was made from: nobody has to know when it is stale.

Files in the cache; losing them costs time only.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path

from twin_graph import __version__, graphs

# What things are made by; a changed program makes them anew.
PROGRAM = Path(__file__).parents[1]
KEEPS = 8
_SQLITE = b"SQLite format 3"


@cache
def program() -> bytes:
    """A hash of the program and of the version of its engine."""
    known = hashlib.sha256(f"{__version__} {graphs.ENGINE}\n".encode())
    for module in sorted(PROGRAM.rglob("*.py")):
        known.update(module.read_bytes())
    return known.digest()


def name_of(kind: str, made_from: Iterable[bytes], suffix: str) -> str:
    """The name of the file of something that this program makes from these."""
    known = hashlib.sha256(program())
    for part in made_from:
        known.update(hashlib.sha256(part).digest())
    return f"{kind}-{known.hexdigest()[:24]}{suffix}"


def keep(path: Path, content: bytes) -> None:
    """Write a file, and delete the oldest of its sort where there are too many."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(f".{os.getpid()}.part")
    aside.write_bytes(content)
    aside.replace(path)
    alike = path.parent.glob(f"*{path.suffix}")
    newest_first = sorted(alike, key=lambda file: file.stat().st_mtime, reverse=True)
    for old in newest_first[KEEPS:]:
        old.unlink(missing_ok=True)


def write_database(path: Path, cached: Path, make: Callable[[Path], None]) -> None:
    """Write an SQLite file: what the cache has under its name, else what `make` writes."""
    with suppress(OSError):
        content = cached.read_bytes()
        if content.startswith(_SQLITE):
            path.write_bytes(content)
            cached.touch()
            return
    make(path)
    keep(cached, path.read_bytes())
