"""Read and merge all sources into one graph each; every problem of the files is raised together.

The graph of a large source is kept in the cache under a hash of all that it depends on, so that a change in
one register does not read the world again.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from twin_graph import __version__, claims, dates, formats, graphs, iris
from twin_graph.errors import SourceError
from twin_graph.findings import Finding, SourceRef, problem
from twin_graph.kinds import BY_NAME, DOCUMENTED
from twin_graph.sources.columns import Vocabulary
from twin_graph.sources.documents import DocumentMaker
from twin_graph.sources.folders import Source, read_sources
from twin_graph.sources.keys import Keys, collect_keys
from twin_graph.sources.tables import Row
from twin_graph.store import Store
from twin_graph.workspace import Publication, Workspace, read_publication

# Columns that say when somebody looked; the latest is the day on which the published data is valid.
OBSERVATIONS = ("as_of", "retrieved", "confirmed")
CACHED_FROM_ROWS = 2_000
CACHE_KEEPS = 8
# What a graph is made by; a changed program makes it anew.
PROGRAM = Path(__file__).parents[1]
Step = Callable[[str], AbstractContextManager[object]]


def silent(_: str) -> AbstractContextManager[object]:
    """Progress for callers that show none."""
    return nullcontext()


@dataclass(frozen=True)
class Inputs:
    """All that a build is made of, without any problem of reading left."""

    workspace: Workspace
    publication: Publication
    vocabulary: Vocabulary
    sources: list[Source]
    rows: Mapping[str, list[Row]]
    keys: Keys
    retired: Mapping[str, Mapping[str, Mapping[str, str]]]
    quads: Mapping[str, bytes]
    valid_on: str


def read_inputs(workspace: Workspace, base_iri: str = "", step: Step = silent) -> Inputs:
    """Read, merge and resolve all sources.

    Raises:
        SourceError: with every problem found, in the order of files and lines.
        WorkspaceInvalid: publication.toml or the ontology cannot be read.
    """
    publication = read_publication(workspace, base_iri)
    vocabulary = Vocabulary(workspace.ontology)
    with step("read the tables"):
        sources = read_sources(workspace, publication, vocabulary)
        unread = {kind for source in sources for kind in source.unread}
        keys = collect_keys((row for source in sources for row in source.rows), unread)
        merged = claims.merge(sources, keys)
    findings = [finding for source in sources for finding in source.findings]
    findings += [*keys.findings, *merged.findings, *_start_city(workspace, publication, keys)]
    retired = _retired(sources, keys, findings)
    quads: dict[str, bytes] = {}
    for source in sources:
        with step(f"make the graph {source.name}"):
            maker = DocumentMaker(publication.base_iri, vocabulary, keys)
            quads[source.name] = _quads(maker, workspace, source.name, merged.rows[source.name])
            findings += maker.findings
    if findings:
        raise SourceError(sorted(set_of(findings), key=Finding.sort_key))
    valid_on = publication.valid_on or _latest_observation(sources)
    return Inputs(workspace, publication, vocabulary, sources, merged.rows, keys, retired, quads, valid_on)


def set_of(findings: list[Finding]) -> list[Finding]:
    """Each finding once."""
    return list({finding.sort_key(): finding for finding in findings}.values())


def _quads(maker: DocumentMaker, workspace: Workspace, name: str, rows: list[Row]) -> bytes:
    cached = workspace.cache / f"{name}-{_digest(maker, rows)}.nq" if len(rows) >= CACHED_FROM_ROWS else None
    if cached is not None and cached.exists():
        cached.touch()
        return cached.read_bytes()
    document = maker.serialise(rows)
    if maker.findings:
        return b""
    graph = iris.graph(maker.base_iri, name)
    # Through the engine once: what it writes later has the same lexical forms.
    store = Store.in_memory()
    store.load_nquads(
        graphs.sorted_nquads(graphs.parse_quads(document, formats.JSON_LD, graph, maker.base_iri))
    )
    content = graphs.sorted_nquads(store.quads())
    if cached is not None:
        _keep(cached, content)
    return content


def _keep(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(f".{os.getpid()}.part")
    aside.write_bytes(content)
    aside.replace(path)
    newest_first = sorted(path.parent.glob("*.nq"), key=lambda file: file.stat().st_mtime, reverse=True)
    for old in newest_first[CACHE_KEEPS:]:
        old.unlink(missing_ok=True)


def _digest(maker: DocumentMaker, rows: list[Row]) -> str:
    """A hash of all that the graph of these rows depends on, whatever their order."""
    known = hashlib.sha256(f"{__version__}\n{maker.base_iri}\n".encode())
    for module in sorted(PROGRAM.rglob("*.py")):
        known.update(module.read_bytes())
    known.update(maker.vocabulary.read("context.jsonld"))
    known.update(maker.vocabulary.read("twin.ttl"))
    known.update(maker.vocabulary.read("concepts.ttl"))
    own = {(row.table, row.cells.get("key", "")) for row in rows}
    for kind in DOCUMENTED:
        owners, aliases = maker.keys.owners[kind.name], maker.keys.aliases[kind.name]
        others = sorted(key for key in owners if (kind.table, key) not in own)
        known.update(json.dumps([kind.name, others, aliases], sort_keys=True).encode())
    for line in sorted(repr((row.table, sorted(row.cells.items()))) for row in rows):
        known.update(line.encode())
    return known.hexdigest()[:24]


def _start_city(workspace: Workspace, publication: Publication, keys: Keys) -> list[Finding]:
    city = publication.start_city
    if not city or keys.resolve("city", city) or keys.is_unread(["city"]):
        return []
    where = SourceRef(workspace.relative(workspace.data / "publication.toml"), None, "start_city")
    return [problem(where, f"there is no city “{city}”", keys.suggest(["city"], city), "reading")]


def _retired(
    sources: list[Source], keys: Keys, findings: list[Finding]
) -> dict[str, dict[str, dict[str, str]]]:
    retired: dict[str, dict[str, dict[str, str]]] = {}
    for row in (row for source in sources for row in source.retired):
        kind, key = row.cells.get("kind", ""), row.cells.get("key", "")
        replaced_by = row.cells.get("replaced_by", "")
        if kind not in BY_NAME or BY_NAME[kind].part_of:
            hint = "write one of " + ", ".join(name for name in BY_NAME if not BY_NAME[name].part_of)
            findings.append(problem(row.at("kind"), f"“{kind}” is not a kind of thing", hint, "reading"))
        elif not key:
            findings.append(problem(row.at("key"), "the key is missing", "write the old key", "reading"))
        elif keys.resolve(kind, key):
            hint = "a retired key is never used again: choose another key there, or delete this row"
            where = keys.owners[kind][keys.resolve(kind, key) or key].where
            findings.append(problem(row.at("key"), f"“{key}” is still in use ({where})", hint, "reading"))
        elif replaced_by and not keys.resolve(kind, replaced_by) and not keys.is_unread([kind]):
            hint = keys.suggest([kind], replaced_by)
            findings.append(
                problem(row.at("replaced_by"), f"there is no {kind} “{replaced_by}”", hint, "reading")
            )
        elif not row.cells.get("reason"):
            findings.append(
                problem(row.at("reason"), "the reason is missing", "say why, in a sentence", "reading")
            )
        else:
            retired.setdefault(kind, {})[key] = {
                "reason": row.cells["reason"], "on": row.cells.get("on", ""), "replaced_by": replaced_by,
            }  # fmt: skip
    return retired


def _latest_observation(sources: list[Source]) -> str:
    cells = (row.cells.get(name, "") for source in sources for row in source.rows for name in OBSERVATIONS)
    found = (dates.latest(cell) for cell in cells if cell)
    return max((day.isoformat() for day in found if day is not None), default="1970-01-01")
