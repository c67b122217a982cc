"""Read and merge all sources into one graph each; every problem of the files is raised together.

The graph of a large source is kept in the cache under a hash of all that it depends on, so that a change in
one register does not read the world again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from twin_graph import claims, dates, formats, graphs, iris
from twin_graph.build import kept
from twin_graph.build.reviewed import problems_of_decisions
from twin_graph.enrich import enrich
from twin_graph.errors import SourceError, WorkspaceInvalid
from twin_graph.findings import Finding, SourceRef, problem
from twin_graph.sources.columns import Vocabulary
from twin_graph.sources.documents import DocumentMaker
from twin_graph.sources.folders import Source, read_sources
from twin_graph.sources.keys import Keys, collect_keys
from twin_graph.sources.retired import read_retired
from twin_graph.sources.tables import Row
from twin_graph.store import Store
from twin_graph.workspace import Publication, Workspace, read_publication

# Columns that say when somebody looked; the latest is the day on which the published data is valid.
OBSERVATIONS = ("as_of", "retrieved", "confirmed")
# Columns that may well name a day to come.
TERMS = ("until", "in_year")
CACHED_FROM_ROWS = 2_000
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
        sources = enrich(workspace, read_sources(workspace, publication, vocabulary))
        unread = {kind for source in sources for kind in source.unread}
        keys = collect_keys((row for source in sources for row in source.rows), unread)
        merged = claims.merge(sources, keys)
    findings = [finding for source in sources for finding in source.findings]
    retired = read_retired(sources, keys)
    findings += [*keys.findings, *merged.findings, *retired.findings]
    findings += [*_start_city(workspace, publication, keys), *_watched(sources, keys)]
    findings += problems_of_decisions(workspace)
    quads: dict[str, bytes] = {}
    for source in sources:
        with step(f"make the graph {source.name}"):
            maker = DocumentMaker(publication.base_iri, vocabulary, keys)
            quads[source.name] = _quads(maker, workspace, source.name, merged.rows[source.name])
            findings += maker.findings
    if findings:
        raise SourceError(sorted(set_of(findings), key=Finding.sort_key))
    valid_on = publication.valid_on or _latest_date(sources)
    return Inputs(
        workspace, publication, vocabulary, sources, merged.rows, keys, retired.keys, quads, valid_on
    )


def set_of(findings: list[Finding]) -> list[Finding]:
    """Each finding once."""
    return list({finding.sort_key(): finding for finding in findings}.values())


def _quads(maker: DocumentMaker, workspace: Workspace, name: str, rows: list[Row]) -> bytes:
    cached = _cache_file(maker, workspace, name, rows) if len(rows) >= CACHED_FROM_ROWS else None
    if cached is not None and cached.exists():
        cached.touch()
        return cached.read_bytes()
    document = maker.serialise(rows)
    if maker.findings:
        return b""
    graph = iris.graph(maker.base_iri, name)
    # Through the engine once: what it writes later has the same lexical forms.
    store = Store.in_memory()
    try:
        quads = list(graphs.parse_quads(document, formats.JSON_LD, graph, maker.base_iri))
    except ValueError as cause:  # the rows are made by us; only the terms that they use are not
        raise WorkspaceInvalid(f"ontology/context.jsonld: cannot be applied: {cause}") from cause
    store.load_nquads(graphs.sorted_nquads(quads))
    content = store.nquads(graph)
    if cached is not None:
        kept.keep(cached, content)
    return content


def _cache_file(maker: DocumentMaker, workspace: Workspace, name: str, rows: list[Row]) -> Path | None:
    """Where the graph of these rows is kept, whatever their order; None while a reference leads nowhere.

    The name is a hash of all that the graph depends on: the program, the engine, the vocabulary, the cells, and
    under which keys the things that they refer to are published.
    """
    references = maker.references(rows)
    if not all(target for _, target in references):
        return None
    made_from = [
        maker.base_iri.encode(),
        *(maker.vocabulary.read(part) for part in ("context.jsonld", "twin.ttl", "concepts.ttl")),
        repr(sorted(references)).encode(),
        repr(sorted(repr((row.table, sorted(row.cells.items()))) for row in rows)).encode(),
    ]
    return workspace.cache / kept.name_of(name, made_from, ".nq")


def _start_city(workspace: Workspace, publication: Publication, keys: Keys) -> list[Finding]:
    city = publication.start_city
    if not city or keys.resolve("city", city) or keys.is_unread(["city"]):
        return []
    where = SourceRef(workspace.relative(workspace.data / "publication.toml"), None, "start_city")
    return [problem(where, f"there is no city “{city}”", keys.suggest(["city"], city), "reading")]


def _watched(sources: list[Source], keys: Keys) -> list[Finding]:
    """The countries of watched pairs that no table has."""
    if keys.is_unread(["country"]):
        return []
    cells = [
        (row.at(name), row.cells.get(name, ""))
        for source in sources
        for row in source.watched
        for name in ("country", "other")
        if name in row.cells or name == "country"
    ]
    return [
        problem(where, f"there is no country “{key}”", keys.suggest(["country"], key), "reading")
        for where, key in cells
        if not keys.resolve("country", key)
    ]


def _latest_date(sources: list[Source]) -> str:
    """The latest day on which somebody looked; where nobody says so, the latest day in any column."""
    rows = [row for source in sources for row in source.rows]
    observed = [row.cells[name] for row in rows for name in OBSERVATIONS if name in row.cells]
    cells = observed or [cell for row in rows for name, cell in row.cells.items() if name not in TERMS]
    found = (dates.latest(cell) for cell in cells)
    return max((day.isoformat() for day in found if day is not None), default="1970-01-01")
