"""Reports as one JSON document and back, so that a build can keep them and pages need not compare anew.

Equal reports give equal bytes. For people and programs elsewhere there are `tables`.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from twin_graph.compare.model import Cited, Edit, Finding, Reports

FORMAT = 1


def dump(reports: Reports) -> bytes:
    """Reports as a document."""
    content = {"format": FORMAT, **asdict(reports)}
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def load(content: bytes) -> Reports:
    """The reports of a document that `dump` wrote.

    Raises:
        ValueError: it is no such document.
    """
    try:
        raw = json.loads(content)
        if raw.pop("format") != FORMAT:
            raise ValueError(f"not of format {FORMAT}")
        findings = tuple(_finding(each) for each in raw.pop("findings"))
        raw |= {name: tuple(raw[name]) for name in ("unread", "agreed")}
        return Reports(findings=findings, **raw)
    except (AttributeError, KeyError, TypeError) as problem:
        raise ValueError(f"not the reports of a comparison: {problem}") from problem


def _finding(raw: dict[str, Any]) -> Finding:
    edit = raw["edit"]
    if edit is not None:
        page = edit["reference"]
        edit = Edit(**{**edit, "reference": Cited(**page) if page is not None else None})
    lists = {name: tuple(raw[name]) for name in ("names", "revisions", "checks", "values")}
    return Finding(**{**raw, **lists, "edit": edit})
