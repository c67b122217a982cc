"""Edits as files for QuickStatements 2 (text of version 1) and QuickStatements 3; a person uploads them.

The two read the same text differently, so that each has files of its own. Neither knows comments in front, so that
what a file is about stands in a JSON file beside it. No rank is ever written, nothing is deleted but a date whose
finer form takes its place, and every line has a reference.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

from twin_graph import __version__
from twin_graph.compare.addresses import normal_url
from twin_graph.compare.edits import Change, changes
from twin_graph.compare.model import Cited, Reports
from twin_graph.compare.times import is_exact, quickstatements_date

Dialect = Literal[2, 3]
MAX_LINES = 200
_START, _END, _RETRIEVED, _URL, _TITLE = "P580", "P582", "S813", "S854", "S1476"
_NOT_TEXT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029|]+")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")
_MAX_TITLE = 400


@dataclass(frozen=True)
class File:
    """A file to write: its name and content."""

    name: str
    content: bytes


@dataclass(frozen=True)
class _Block:
    """The lines of one change; they stay in one file."""

    change: Change
    lines: tuple[str, ...]


def files_of(reports: Reports, dialect: Dialect, made_at: str) -> tuple[File, ...]:
    """The files of all edits that may be exported, each with its JSON file beside it.

    Args:
        made_at: the time of the clock, for the file beside.
    """
    blocks: list[_Block] = []
    manual: list[Change] = []
    for change in changes(reports.findings):
        lines = tuple(lines_of(change, dialect))
        if lines:
            blocks.append(_Block(change, lines))
        else:
            manual.append(change)
    found: list[File] = []
    portions = list(_portions(blocks)) or ([[]] if manual else [])
    for place, portion in enumerate(portions, start=1):
        name = f"quickstatements-{dialect}-{place:03}"
        content = "".join(f"{line}\n" for block in portion for line in block.lines).encode()
        beside = _beside(reports, dialect, made_at, portion, manual if place == 1 else [], content)
        found += [File(f"{name}.tsv", content), File(f"{name}.json", beside)]
    return tuple(found)


def lines_of(change: Change, dialect: Dialect) -> Iterator[str]:
    """The lines of a change; none where the dialect cannot do it and a person has to."""
    edit = change.edit
    if not change.references or not all(is_exact(text) for text in (edit.since, edit.until) if text):
        return
    if edit.action == "replace":
        # A second start beside the first would be added: QuickStatements 2 removes no qualifier.
        if dialect == 2 or not edit.old:
            return
        yield "\t".join(["REMOVE_QUAL", edit.item, "P190", edit.target, _START, edit.old])
    cells = [edit.item, "P190", edit.target]
    for name, text in ((_START, edit.since), (_END, edit.until)):
        cells += [name, quickstatements_date(text)] if text else []
    for place, page in enumerate(change.references):
        cells += _reference(page, "!" if place else "")
    names = " ".join(finding.id[:12] for finding in change.findings)
    yield "\t".join([*cells, f"/* twin_graph finding {names} */"])


def _reference(page: Cited, mark: str) -> list[str]:
    """One group of a reference; the mark opens a second one."""
    # What begins a comment would cut off the rest of the line.
    cells = [f"{mark}{_URL}", f'"{normal_url(page.url).replace("/*", "/%2A")}"']
    if page.title and _LANGUAGE.fullmatch(page.language.lower()):
        title = _NOT_TEXT.sub(" ", page.title).replace('"', "'").replace("“", "'").replace("”", "'")
        title = title.replace("/*", "/ *").strip()
        cells += [_TITLE, f'{page.language.lower()}:"{title[:_MAX_TITLE]}"'] if title else []
    if is_exact(page.retrieved) and len(page.retrieved) == len("2026-10-01"):
        cells += [_RETRIEVED, quickstatements_date(page.retrieved)]
    return cells


def _portions(blocks: Iterable[_Block]) -> Iterator[list[_Block]]:
    """The blocks in files of at most 200 lines; what belongs to one link is not parted."""
    portion: list[_Block] = []
    used = 0
    for _, members in groupby(blocks, key=lambda block: block.change.group):
        group = list(members)
        size = sum(len(block.lines) for block in group)
        if portion and used + size > MAX_LINES:
            yield portion
            portion, used = [], 0
        portion += group
        used += size
    if portion:
        yield portion


def _beside(
    reports: Reports,
    dialect: Dialect,
    made_at: str,
    blocks: list[_Block],
    manual: list[Change],
    content: bytes,
) -> bytes:
    lines: list[dict[str, Any]] = []
    for block in blocks:
        for _ in block.lines:
            lines.append({"line": len(lines) + 1, **_about(block.change)})
    meta = {
        "tool": f"twin_graph/{__version__}",
        "dialect": f"QuickStatements {dialect}",
        "made_at": made_at,
        "archive": reports.archive,
        "observed": reports.observed,
        "snapshot": reports.snapshot,
        "base_iri": reports.base_iri,
        "sha256": hashlib.sha256(content).hexdigest(),
        "lines": lines,
        "by_hand": [_about(change) for change in manual],
    }
    return json.dumps(meta, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def _about(change: Change) -> dict[str, Any]:
    first = change.findings[0]
    return {
        "item": change.edit.item,
        "target": change.edit.target,
        "names": list(first.names),
        "revisions": list(first.revisions),
        "group": change.group,
        "findings": [finding.id for finding in change.findings],
        "kinds": [finding.kind for finding in change.findings],
        "changes": [finding.change for finding in change.findings],
        "statement": next((finding.guid for finding in change.findings if finding.guid), ""),
    }
