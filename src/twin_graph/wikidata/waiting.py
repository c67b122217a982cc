"""What an endpoint told us to wait for, kept from run to run: the end of a ban, or of a pause after too much asking.

One small file beside the archives, and one in the workspace, so that another folder for an archive changes nothing.
Nothing is sent to a server before the moment that stands here, whatever the endpoint on it is called.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from twin_graph.wikidata.archive import write_whole
from twin_graph.wikidata.endpoints import Endpoint

FILE = "endpoints.json"


@dataclass(frozen=True)
class Pause:
    """Until when nothing is sent, and why: `banned` or `throttled`."""

    until: datetime
    why: str


def read_pause(folders: Iterable[Path], endpoint: Endpoint, now: datetime) -> Pause | None:
    """The longest pause that still lasts, if there is one; a file that cannot be read says nothing."""
    found = [
        pause
        for folder in folders
        for name, entry in _read(folder).items()
        if (pause := _pause(name, entry, endpoint)) is not None and pause.until > now
    ]
    return max(found, key=lambda pause: pause.until, default=None)


def _pause(name: str, entry: object, endpoint: Endpoint) -> Pause | None:
    """The pause of an entry, where it is about this endpoint or another one on its server."""
    if not isinstance(entry, dict) or (name != endpoint.name and entry.get("server") != server_of(endpoint)):
        return None
    try:
        return Pause(datetime.fromisoformat(entry["until"]), entry["why"])
    except (KeyError, TypeError, ValueError):
        return None


def write_pause(folders: Iterable[Path], endpoint: Endpoint, pause: Pause) -> None:
    """Keep a pause; on a disk that takes nothing it is forgotten, which the service will say again."""
    until = pause.until.astimezone(UTC).isoformat()
    entry = {"until": until, "why": pause.why, "server": server_of(endpoint)}
    for folder in folders:
        content = {**_read(folder), endpoint.name: entry}
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            write_whole(folder / FILE, (json.dumps(content, indent=1, sort_keys=True) + "\n").encode())


def server_of(endpoint: Endpoint) -> str:
    """Who answers at an endpoint: host and port."""
    return urlsplit(endpoint.address).netloc.lower()


def _read(folder: Path) -> Mapping[str, object]:
    try:
        content = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
