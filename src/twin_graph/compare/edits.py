"""The edits of findings put together for export: one for each statement, both directions of a link side by side.

Only what `checks.settle` has let through comes in. How an edit is written is `quickstatements` and `openrefine`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from twin_graph.compare.addresses import normal_url
from twin_graph.compare.model import Cited, Edit, Finding
from twin_graph.compare.there import number


@dataclass(frozen=True)
class Change:
    """All that is to be changed of one statement.

    Attributes:
        edit: of the findings together; its reference is the first of `references`.
        references: each in a group of its own.
        findings: what it comes from.
        group: both directions of a link have the same.
    """

    edit: Edit
    references: tuple[Cited, ...]
    findings: tuple[Finding, ...]
    group: str


def changes(findings: Iterable[Finding]) -> tuple[Change, ...]:
    """The changes of the findings that may be exported, both directions of a link together, by number."""
    by_statement: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        if finding.is_exportable and finding.edit is not None:
            by_statement.setdefault((finding.edit.item, finding.edit.target), []).append(finding)
    found = [_change(together) for together in by_statement.values()]
    return tuple(sorted(found, key=_order))


def _change(findings: list[Finding]) -> Change:
    edits = [finding.edit for finding in findings if finding.edit is not None]
    first = edits[0]
    references: dict[str, Cited] = {}
    for edit in edits:
        if edit.reference is not None:
            references.setdefault(normal_url(edit.reference.url), edit.reference)
    pages = tuple(references.values())
    together = Edit(
        first.item,
        first.target,
        next((edit.action for edit in edits if edit.action != "add"), "add"),
        next((edit.since for edit in edits if edit.since), ""),
        next((edit.until for edit in edits if edit.until), ""),
        next((edit.old for edit in edits if edit.old), ""),
        pages[0] if pages else None,
    )
    return Change(together, pages, tuple(findings), findings[0].group)


def _order(change: Change) -> tuple[tuple[tuple[int, str], ...], tuple[int, str], tuple[int, str]]:
    return (
        tuple(number(name) for name in change.group.split("-")),
        number(change.edit.item),
        number(change.edit.target),
    )
