"""What an endpoint told us to wait for, kept from run to run: the end of a ban, or of a pause after too much asking.

One small file beside the archives. Nothing is sent to an endpoint before the moment that stands here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from twin_graph.wikidata.archive import write_whole

FILE = "endpoints.json"


@dataclass(frozen=True)
class Pause:
    """Until when nothing is sent, and why: `banned` or `throttled`."""

    until: datetime
    why: str


def read_pause(folder: Path, endpoint: str, now: datetime) -> Pause | None:
    """The pause that still lasts, if there is one; a file that cannot be read says nothing."""
    entry = _read(folder).get(endpoint)
    try:
        pause = Pause(datetime.fromisoformat(entry["until"]), entry["why"]) if entry else None
    except (KeyError, TypeError, ValueError):
        return None
    return pause if pause is not None and pause.until > now else None


def write_pause(folder: Path, endpoint: str, pause: Pause) -> None:
    """Keep a pause; on a disk that takes nothing it is forgotten, which the service will say again."""
    until = pause.until.astimezone(UTC).isoformat()
    content = {**_read(folder), endpoint: {"until": until, "why": pause.why}}
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / FILE, (json.dumps(content, indent=1, sort_keys=True) + "\n").encode())


def _read(folder: Path) -> Mapping[str, dict[str, str]]:
    try:
        content = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
