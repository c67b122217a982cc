"""Look after archives: compare files with what the manifest says, compare two by their claims, delete old ones.

Reads files (and deletes them, when asked to); sends nothing.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from rdflib.term import Node

from twin_graph.errors import ArchiveDamaged, ArchiveMissing
from twin_graph.wikidata import planning
from twin_graph.wikidata.archive import (
    BODIES,
    HEAD,
    MANIFEST,
    OPEN,
    Head,
    Line,
    read_body,
    read_head,
    read_lines,
)
from twin_graph.wikidata.model import Answer
from twin_graph.wikidata.portions import STATEMENTS, find_question, number, variables
from twin_graph.wikidata.results import IncompleteResults, WrongResults, parse
from twin_graph.wikidata.subjects import NODES

_ENTITY = "http://www.wikidata.org/entity/"
_STATEMENT = f"{_ENTITY}statement/"
_CLAIM = "http://www.wikidata.org/prop/P"


def verify(folder: Path) -> list[str]:
    """What is wrong with the files of an archive, one sentence each; nothing where it is whole.

    Raises:
        ArchiveMissing: there is no archive here.
    """
    try:
        head, lines = read_head(folder), read_lines(folder)
    except ArchiveDamaged as problem:
        return [str(problem)]
    problems = _problems_of_head(head, lines)
    named = set()
    for line in lines:
        if line.body:
            named.add(f"{line.body}.json.gz")
            problems += _problems_of_body(folder, line)
        elif line.is_answer:
            problems.append(f"{line.query} {' '.join(line.items)}: an answer without a body")
    bodies = folder / BODIES
    found = {path.name for path in bodies.iterdir()} if bodies.is_dir() else set()
    problems += [f"{bodies / name} is named by no line" for name in sorted(found - named)]
    return list(dict.fromkeys(problems))


def _problems_of_head(head: Head, lines: list[Line]) -> list[str]:
    path = head.folder / MANIFEST
    if head.state == OPEN:
        return [f"{head.folder}: its recording was not finished; the same `fetch` goes on with it"]
    problems = []
    content = path.read_bytes() if path.is_file() else b""
    if head.content.get("manifest_sha256", "") != sha256(content).hexdigest():
        problems.append(f"{path} is not what {HEAD} says")
    plan = planning.read_plan(head.content.get("plan"))
    asked = {(line.query, item) for line in lines if line.is_answer for item in line.items}
    for name, ids in plan.items():
        for item in ids:
            if (name, item) not in asked and item not in head.failed.get(name, ()):
                problems.append(f"{head.folder}: {name} {item} is neither answered nor listed as failed")
    return problems


def _problems_of_body(folder: Path, line: Line) -> list[str]:
    try:
        body = read_body(folder, line.body)
        rows = parse(body, variables(find_question(line.query)))
    except (ArchiveDamaged, IncompleteResults, WrongResults) as problem:
        return [f"{line.query} {' '.join(line.items[:3])}: {problem}"]
    if (len(body), len(rows)) != (line.bytes, line.rows):
        return [
            f"{line.body}: {len(body)} bytes and {len(rows)} rows, the line says {line.bytes} and {line.rows}"
        ]
    return []


@dataclass(frozen=True)
class Change:
    """A statement that one archive has and the other has not, or has otherwise: `added`, `removed` or `changed`."""

    item: str
    statement: str
    kind: str

    def as_json(self) -> dict[str, str]:
        """The change for programs."""
        return {"item": self.item, "statement": self.statement, "kind": self.kind}


@dataclass(frozen=True)
class Comparison:
    """Two archives by what they claim.

    Attributes:
        changes: ascending by item, only of items that both archives have answers about.
        not_comparable: items that one of them was asked about and the other did not answer; nothing is said of them.
    """

    changes: tuple[Change, ...]
    not_comparable: tuple[str, ...]


def compare(old: Iterable[Answer], new: Iterable[Answer]) -> Comparison:
    """The statements that were added, removed or changed between two archives.

    How the rows were ordered, cut into portions or repeated makes no difference.
    """
    (known_before, before), (known_now, now) = _statements(old), _statements(new)
    changes = []
    for item in known_before & known_now:
        first, second = before.get(item, {}), now.get(item, {})
        for name in first.keys() | second.keys():
            if first.get(name) != second.get(name):
                kind = "added" if name not in first else "removed" if name not in second else "changed"
                changes.append(Change(item, name, kind))
    changes.sort(key=lambda change: (number(change.item), change.statement))
    return Comparison(tuple(changes), tuple(sorted(known_before ^ known_now, key=number)))


def _statements(answers: Iterable[Answer]) -> tuple[set[str], dict[str, dict[str, frozenset[str]]]]:
    """The items that were answered about, and what is said in each of their statements."""
    items: set[str] = set()
    about: dict[str, set[tuple[str, Node]]] = {}
    for answer in answers:
        if answer.query != STATEMENTS.name:
            continue
        items.update(answer.items)
        for row in answer.rows:
            if {"s", "p", "o"} <= row.keys():
                about.setdefault(str(row["s"]), set()).add((str(row["p"]), row["o"]))
    found: dict[str, dict[str, frozenset[str]]] = {}
    for item in items:
        links = {str(o) for p, o in about.get(_ENTITY + item, ()) if p.startswith(_CLAIM)}
        found[item] = {link.removeprefix(_STATEMENT): _content(link, about) for link in links}
    return items, found


def _content(statement: str, about: Mapping[str, set[tuple[str, Node]]]) -> frozenset[str]:
    """All that a statement says, with the values and references that it has nodes for."""
    lines = set()
    for p, o in about.get(statement, ()):
        lines.add(f"{p} {o.n3()}")
        if str(o).startswith(NODES):
            lines |= {f"{p} {inner} {value.n3()}" for inner, value in about.get(str(o), ())}
    return frozenset(lines)


def list_archives(folder: Path) -> list[Head]:
    """The archives in a folder, oldest first; what cannot be read is left out."""
    found = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        try:
            found.append(read_head(path))
        except (ArchiveMissing, ArchiveDamaged):
            continue
    return sorted(found, key=lambda head: (str(head.content.get("started", "")), head.folder.name))


def prune(folder: Path, keep: int) -> list[str]:
    """Delete the oldest archives but for `keep`, and never one being recorded or the latest complete one of its sort.

    A search for items and a look at constraints are of another sort than an archive of what items say.

    Returns:
        The names of the deleted.
    """
    heads = list_archives(folder)
    latest = {
        frozenset(planning.read_plan(head.content.get("plan"))): head
        for head in heads
        if head.state == "complete"
    }
    deleted = []
    for head in heads[: max(0, len(heads) - keep)]:
        if head.state != OPEN and head not in latest.values():
            shutil.rmtree(head.folder)
            deleted.append(head.folder.name)
    return deleted
