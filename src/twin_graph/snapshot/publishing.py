"""When each snapshot was published: the one thing about snapshots that a clock says, and so kept beside them.

    snapshots/published.jsonl     {"at": "2026-11-23T09:30:00Z", "id": "3f9c2a81b0d4"}, a line per change of `current`

Lines are only added, each in one write. A snapshot that no line names was published when its manifest was written.
A line also holds the hashes of what the snapshot has (`contents`), so that they are known when it has been deleted.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from twin_graph.snapshot.contents import read_contents
from twin_graph.snapshot.manifest import is_identity

FILE = "published.jsonl"
_FORM = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True)
class Publication:
    """A snapshot that became current.

    Attributes:
        at: when, to the second, in UTC.
        is_kept: whether the snapshot is still there.
        contents: hashes of what it has, by name of the graph; empty where nobody noted them.
    """

    at: datetime
    id: str
    is_kept: bool = True
    contents: Mapping[str, str] = field(default_factory=dict, compare=False)


def note_published(folder: Path, identity: str, at: datetime | None = None) -> None:
    """Add a line, where the snapshot is not the one that was published last.

    Args:
        at: by default now.
    """
    lines = list(_lines(folder))
    if lines and lines[-1].id == identity:
        return
    # What stood here before lines were kept comes first.
    before = [] if lines else [each for each in _by_manifest(folder, set()) if each.id != identity]
    moment = (at or datetime.now(UTC)).replace(microsecond=0)
    new = Publication(moment, identity, contents=read_contents(folder / identity))
    text = "".join(_line(each) for each in [*before, new])
    path = folder / FILE
    # A line that a full disk has cut is ended, so that the next one is whole.
    if path.exists() and not path.read_bytes().endswith(b"\n"):
        text = f"\n{text}" if path.stat().st_size else text
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(descriptor, text.encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_publications(folder: Path) -> tuple[Publication, ...]:
    """All publications, the first one first; one snapshot may have been published several times.

    Those of one second stay in the order of their lines.
    """
    named = list(_lines(folder))
    return tuple(
        sorted([*_by_manifest(folder, {each.id for each in named}), *named], key=lambda each: each.at)
    )


def changed_at(publications: Sequence[Publication], identity: str, name: str) -> datetime:
    """Since when something has been published as a snapshot has it, without a change between.

    Args:
        name: of a graph. Where nobody noted what it held, every other snapshot counts as a change.

    Raises:
        ValueError: the snapshot was never published.
    """
    places = [place for place, each in enumerate(publications) if each.id == identity]
    if not places:
        raise ValueError(f"the snapshot {identity} was never published")
    place = places[-1]
    held = publications[place].contents.get(name)
    while place and (
        publications[place - 1].id == identity
        or (held is not None and publications[place - 1].contents.get(name) == held)
    ):
        place -= 1
    return publications[place].at


def _lines(folder: Path) -> Iterator[Publication]:
    """The lines that can be read."""
    try:
        text = (folder / FILE).read_text("utf-8", errors="replace")
    except OSError:
        return
    for line in text.splitlines():
        with suppress(ValueError, TypeError, KeyError):
            raw = json.loads(line)
            at = datetime.strptime(raw["at"], _FORM).replace(tzinfo=UTC)
            if is_identity(identity := raw["id"]):
                yield Publication(at, identity, _is_kept(folder, identity), _contents(raw))


def _by_manifest(folder: Path, known: set[str]) -> list[Publication]:
    found = []
    for path in folder.iterdir() if folder.is_dir() else ():
        if is_identity(path.name) and path.name not in known and _is_kept(folder, path.name):
            with suppress(OSError):
                written = (path / "manifest.json").stat().st_mtime
                found.append(Publication(datetime.fromtimestamp(int(written), UTC), path.name))
    return sorted(found, key=lambda each: (each.at, each.id))


def _is_kept(folder: Path, identity: str) -> bool:
    return (folder / identity / "manifest.json").is_file()


def _contents(raw: Mapping[str, object]) -> dict[str, str]:
    noted = raw.get("contents")
    return {str(name): str(digest) for name, digest in noted.items()} if isinstance(noted, dict) else {}


def _line(publication: Publication) -> str:
    noted = {"contents": dict(publication.contents)} if publication.contents else {}
    known = {"at": publication.at.strftime(_FORM), "id": publication.id, **noted}
    return json.dumps(known, sort_keys=True) + "\n"
