"""What a snapshot says of itself, read and checked for its types; what is wrong with one, in one sentence."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from twin_graph.errors import SnapshotDamaged

HASHED = ("dump.nq", "keys.json", "report.ttl", "report.json")
RUN_BUILD = "run `twin-graph build`"
_ID = re.compile(r"[0-9a-f]{12}")


@dataclass(frozen=True)
class Manifest:
    """What a snapshot says of itself; equal for two builds of the same sources."""

    id: str
    base_iri: str
    valid_on: str
    ontology_version: str
    program_version: str
    title: Mapping[str, str]
    default_language: str
    start_city: str
    registers: tuple[str, ...]
    graphs: Mapping[str, int]
    triples: int
    findings: Mapping[str, int]
    files: Mapping[str, str] = field(default_factory=dict)


def identify(manifest: Manifest) -> str:
    """The id of a snapshot: a hash of all that its manifest says, and so of all its files."""
    said = json.dumps(asdict(replace(manifest, id="")), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:12]


def is_identity(text: object) -> bool:
    """Whether a text has the form of the id of a snapshot; only such a text may become a part of a path."""
    return isinstance(text, str) and _ID.fullmatch(text) is not None


def read_manifest(path: Path) -> Manifest:
    raw = parse_json(path / "manifest.json", read_file(path / "manifest.json"))
    types = {item.name: item.type for item in fields(Manifest)}
    known = raw.keys() == types.keys() and all(_is_of_type(raw[name], types[name]) for name in types)
    if not known or set(raw["files"]) != set(HASHED):
        raise damaged(path, "manifest.json is damaged or of another version")
    return Manifest(**{**raw, "registers": tuple(raw["registers"])})


def _is_of_type(value: object, declared: object) -> bool:
    """Whether a value of JSON is one of a field of the manifest, by the type that the field declares."""
    if isinstance(value, list):
        return declared == "tuple[str, ...]" and all(isinstance(item, str) for item in value)
    if isinstance(value, dict):
        kind = {"Mapping[str, str]": str, "Mapping[str, int]": int}.get(str(declared))
        return kind is not None and all(type(item) is kind for item in value.values())
    return type(value).__name__ == declared


def damaged(path: Path, what: str) -> SnapshotDamaged:
    """The error that says what is wrong with a snapshot, and what to run."""
    return SnapshotDamaged(f"snapshot {path.name}: {' '.join(what.split())}; {RUN_BUILD} again")


def read_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise damaged(path.parent, f"{path.name} cannot be read") from problem


def parse_json(path: Path, text: bytes) -> dict[str, Any]:
    with suppress(ValueError, RecursionError):
        content = json.loads(text)
        if isinstance(content, dict):
            return content
    raise damaged(path.parent, f"{path.name} is damaged")
