"""The ids that findings had in earlier publications, so that an old address leads to what became of its finding.

An id holds the evidence, a key does not (`model.Finding`). Which publications there were is said by `build`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

FILE = "wikidata-former.json"


def dump(keys: Mapping[str, str]) -> bytes:
    """The keys of findings by their ids, as a document."""
    return json.dumps(keys, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def read_former(path: Path | None) -> Mapping[str, str]:
    """The keys of findings by their former ids; none where there is no such document."""
    try:
        found = json.loads(path.read_bytes()) if path is not None else {}
    except (OSError, ValueError):
        return {}
    return {str(name): str(key) for name, key in found.items()} if isinstance(found, dict) else {}
