"""The gate of a build: what changed since the last publication is validated, or everything.

Whoever builds keeps the findings beside the dump that they are about. The next build compares its statements with
that dump and asks `shapes.recheck` for the report; the program, the shapes and the dump must be those of before.
The report is the same either way.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rdflib import XSD, BNode, Literal, URIRef
from rdflib.term import Node

from twin_graph import changes, iris
from twin_graph.build import kept
from twin_graph.errors import SnapshotDamaged
from twin_graph.findings import Finding, Report, Severity, make_report
from twin_graph.graphs import Triple, literal, to_rdflib
from twin_graph.namespaces import TWIN
from twin_graph.shapes import check, read_shapes, recheck
from twin_graph.shapes.paths import Path as PropertyPath
from twin_graph.snapshot import Snapshot, previous_snapshot
from twin_graph.store import Store
from twin_graph.workspace import Workspace

METADATA = "metadata"
# A change of more statements is validated as a whole, which is quicker then.
MOST = 2_000
_DUMP = "dump.nq"
_TERMS = ("focus_node", "value_node", "source")


def run_gate(store: Store, statements: bytes, valid_on: Triple, workspace: Workspace) -> Report:
    """The report on a store.

    Args:
        store: all that the shapes see.
        statements: the same as a sorted dump, without the metadata.
        valid_on: what the metadata say while the gate runs.

    Raises:
        WorkspaceInvalid: a rule cannot be evaluated.
    """
    shapes = read_shapes(workspace.shapes)
    before = previous_snapshot(workspace.snapshots)
    report = _recall(workspace, before) if before is not None else None
    if before is None or report is None:
        return check(store, shapes)
    difference = _difference(before, statements, valid_on)
    if difference is None:
        return check(store, shapes)
    removed, added = difference
    return recheck(store, shapes, report, added=added, removed=removed)


def remember(workspace: Workspace, report: Report, dump: bytes) -> None:
    """Keep the findings on a dump for the next build."""
    nodes = (getattr(finding, name) for finding in report.findings for name in _TERMS)
    if any(isinstance(node, BNode) for node in nodes):  # the next build would give it another name
        return
    packed = [_packed(finding) for finding in report.findings]
    content = {"engine": report.engine, "fallbacks": report.fallbacks, "findings": packed}
    kept.keep(_file(workspace, hashlib.sha256(dump).hexdigest()), json.dumps(content).encode())


def _recall(workspace: Workspace, before: Snapshot) -> Report | None:
    path = _file(workspace, before.manifest.files[_DUMP])
    if not path.exists():
        return None
    try:
        content = json.loads(path.read_bytes())
        findings = [_unpacked(raw) for raw in content["findings"]]
        return make_report(findings, engine=content["engine"], fallbacks=tuple(content["fallbacks"]))
    except (OSError, ValueError, TypeError, KeyError):  # a power cut may leave half a file
        return None


def _file(workspace: Workspace, dump: str) -> Path:
    shapes = [path.read_bytes() for path in sorted(workspace.shapes.glob("*.ttl"))]
    return workspace.cache / kept.name_of("findings", (dump.encode(), *shapes), ".json")


def _difference(
    before: Snapshot, statements: bytes, valid_on: Triple
) -> tuple[set[Triple], set[Triple]] | None:
    """The triples that are gone and those that are new; None where there are too many."""
    try:
        difference = changes.compare(before.read(_DUMP), statements)
    except SnapshotDamaged:
        return None
    described = f"<{iris.graph(before.manifest.base_iri, METADATA)}> ."
    told = [line for line in difference.removed if not line.endswith(described)]
    if len(told) + len(difference.added) > MOST:
        return None
    removed, added = _triples(told), _triples(difference.added)
    if str(valid_on[2]) != before.manifest.valid_on:
        subject = URIRef(iris.graph(before.manifest.base_iri, METADATA))
        removed.add((subject, TWIN.validOn, Literal(before.manifest.valid_on, datatype=XSD.date)))
        added.add(valid_on)
    return removed - added, added - removed  # what only went from one graph to another has not changed


def _triples(lines: Iterable[str]) -> set[Triple]:
    quads = Store.from_nquads("\n".join(lines).encode()).quads()
    return {(to_rdflib(q.subject), to_rdflib(q.predicate), to_rdflib(q.object)) for q in quads}


def _packed(finding: Finding) -> dict[str, Any]:
    """A finding as plain values, without those that say nothing; its place is found anew in each build."""
    said = {
        name: value
        for name, value in vars(finding).items()
        if value not in (None, "", ()) and name != "where"
    }
    said.update({name: _packed_term(said[name]) for name in _TERMS if name in said})
    if finding.result_path is not None:
        said["result_path"] = asdict(finding.result_path)
    return said


def _unpacked(raw: dict[str, Any]) -> Finding:
    said = {**raw, "severity": Severity(raw["severity"]), "languages": tuple(raw.get("languages", ()))}
    said.update({name: _unpacked_term(*raw[name]) for name in _TERMS if name in raw})
    if "result_path" in raw:
        said["result_path"] = _unpacked_path(raw["result_path"])
    return Finding(**said)


def _packed_term(term: Node) -> list[str]:
    if isinstance(term, Literal):
        return [str(term), str(term.datatype or XSD.string), term.language or ""]
    return [str(term)]


def _unpacked_term(text: str, *literally: str) -> Node:
    return literal(text, *literally) if literally else URIRef(text)


def _unpacked_path(raw: dict[str, Any]) -> PropertyPath:
    predicate = None if raw["predicate"] is None else URIRef(raw["predicate"])
    return PropertyPath(raw["kind"], predicate, tuple(map(_unpacked_path, raw["parts"])))
