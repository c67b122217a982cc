"""A comparison as one document and back: what a build keeps beside its snapshot, so that nobody compares anew.

Equal comparisons give equal bytes. When one is made is said by `build`; for people and programs elsewhere there are
`tables`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from twin_graph.compare.kinds import KINDS
from twin_graph.compare.model import Cited, Edit, Finding, Reports
from twin_graph.compare.observed import Origin
from twin_graph.compare.words import Sentence, is_sentence

FILE = "wikidata-comparison.json"
FORMAT = 4


@dataclass(frozen=True)
class Kept:
    """A comparison as a snapshot holds it.

    Attributes:
        reports: without the checks that depend on decisions and on the clock (`checks.settle`).
        read_at: by item, when the older of its decisive questions was last answered.
        origin: where Wikidata's side comes from.
    """

    reports: Reports
    read_at: Mapping[str, str]
    origin: Origin


def read(snapshot: Path) -> Kept | None:
    """The comparison of the snapshot in a folder; None where it has none that can be read."""
    with suppress(OSError, ValueError):
        return load((snapshot / FILE).read_bytes())
    return None


def dump(kept: Kept) -> bytes:
    """The document."""
    content = {"format": FORMAT, **asdict(kept)}
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def load(content: bytes) -> Kept:
    """The comparison of a document that `dump` wrote.

    Raises:
        ValueError: it is no such document, or one of another version, with words that are no longer there.
    """
    try:
        raw = json.loads(content)
        if raw["format"] != FORMAT:
            raise ValueError(f"not of format {FORMAT}")
        return Kept(_reports(raw["reports"]), dict(raw["read_at"]), Origin(**raw["origin"]))
    except (AttributeError, KeyError, TypeError, RecursionError) as problem:
        raise ValueError(f"not the document of a comparison: {problem}") from problem


def _reports(raw: dict[str, Any]) -> Reports:
    findings = tuple(_finding(each) for each in raw["findings"])
    lists = {name: tuple(raw[name]) for name in ("unread", "agreed")}
    return Reports(**{**raw, **lists, "findings": findings, "reviews": {}})


def _finding(raw: dict[str, Any]) -> Finding:
    if raw["kind"] not in KINDS:
        raise ValueError(f"no kind is called “{raw['kind']}”")
    edit = raw["edit"]
    if edit is not None:
        page = edit["reference"]
        edit = Edit(**{**edit, "reference": Cited(**page) if page is not None else None})
    lists = {
        name: tuple(raw[name]) for name in ("names", "named", "countries", "revisions", "checks", "values")
    }
    sentences = {name: _sentence(raw[name]) for name in ("says", "note")}
    reasons = tuple(filter(None, map(_sentence, raw["reasons"])))
    return Finding(**{**raw, **lists, **sentences, "reasons": reasons, "edit": edit})


def _sentence(raw: dict[str, Any] | None) -> Sentence | None:
    if raw is not None and not is_sentence(raw["name"]):
        raise ValueError(f"no sentence is called “{raw['name']}”")
    return Sentence(**raw) if raw is not None else None
