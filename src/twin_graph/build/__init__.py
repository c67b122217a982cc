"""Sources -> graph -> derived facts -> SHACL gate -> snapshot: the one service that calls the others.

    inputs.py     read and merge all sources; every problem of the files is raised together
    graph.py      one graph per source, and the derived facts
    gate.py       the shapes, on what changed since the last publication
    kept.py       what is kept between builds
    locate.py     from a focus node back to file, line and column
    answers.py    popular queries, answered once for all
    changes.py    what changed since the last publication
    comparison.py what differs from the archive of Wikidata
    reviewed.py   the decisions about what differs
    contents.py   what is in each graph, as hashes
    conformance.py  what the probes find

Nothing here depends on the clock, on the order of rows or on the hash seed.
"""

from __future__ import annotations

import contextlib
import gc
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from twin_graph import __version__
from twin_graph.build.answers import Answering, popular_queries
from twin_graph.build.changes import CHANGES
from twin_graph.build.comparison import COMPARISON
from twin_graph.build.conformance import CONFORMANCE
from twin_graph.build.contents import CONTENTS
from twin_graph.build.gate import remember
from twin_graph.build.graph import BuiltGraph, make_graph
from twin_graph.build.inputs import Inputs, Step, read_inputs, silent
from twin_graph.build.locate import locate
from twin_graph.build.names import NAMES
from twin_graph.build.places import PLACES
from twin_graph.build.previews import PREVIEWS
from twin_graph.build.reviewed import DECISIONS, FORMER
from twin_graph.errors import NotConformant
from twin_graph.findings import Report, Severity, make_report
from twin_graph.shapes import report_json, report_turtle
from twin_graph.snapshot import Draft, Manifest, SideFile, Snapshot
from twin_graph.workspace import Workspace

__all__ = ["build", "check"]

# What a snapshot holds beside its data; each is written while the store settles, what takes longest first.
SIDE: tuple[SideFile, ...] = (NAMES, CONFORMANCE, PLACES, COMPARISON, CHANGES, PREVIEWS, DECISIONS, FORMER,
                              CONTENTS)  # fmt: skip


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Leave Python's search for reference cycles out: it goes through millions of objects that are not garbage."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@_uncollected()
def check(workspace: Workspace, base_iri: str = "", step: Step = silent) -> Report:
    """Read and validate everything, and write nothing.

    Raises:
        SourceError: with every problem of the files.
        WorkspaceInvalid: publication.toml or the ontology cannot be read.
    """
    inputs = read_inputs(workspace, base_iri, step)
    graph = make_graph(inputs, step)
    return locate(graph.report, inputs)


@_uncollected()
def build(workspace: Workspace, base_iri: str = "", step: Step = silent) -> tuple[Snapshot, Report]:
    """Build a snapshot and make it current.

    Raises:
        NotConformant: with the report of the gate; the current snapshot stays as it was.
        SourceError, WorkspaceInvalid: as `check`.
    """
    inputs = read_inputs(workspace, base_iri, step)
    with Draft(workspace.snapshots) as draft:
        graph = make_graph(inputs, step, draft.load)
        report = locate(graph.report, inputs)
        if report.violations:
            raise NotConformant(report)
        base = inputs.publication.base_iri
        with Answering(graph.store, base, popular_queries(graph.store, base)) as answering:
            with step("write the dump and the report"):
                contents = _contents(inputs, graph, report)
                remember(workspace, graph.report, graph.dump)
            with step("answer popular queries and settle the store"):
                sources = (graph.store, workspace)
                describer = _describer(inputs, graph, report)
                return draft.finish(contents, describer, answering, SIDE, sources), report


def _contents(inputs: Inputs, graph: BuiltGraph, report: Report) -> dict[str, bytes]:
    """The files of the snapshot, but for its manifest."""
    report = _without_lines(report)
    return {
        "dump.nq": graph.dump,
        "keys.json": _json({"aliases": inputs.keys.aliases, "retired": inputs.retired}),
        "report.ttl": report_turtle(report),
        "report.json": _json(report_json(report)),
    }


def _describer(
    inputs: Inputs, graph: BuiltGraph, report: Report
) -> Callable[[str, Mapping[str, str]], Manifest]:
    counts = {severity.value: len(report.of(severity)) for severity in Severity}
    publication = inputs.publication

    def describe(identity: str, files: Mapping[str, str]) -> Manifest:
        return Manifest(
            id=identity,
            base_iri=publication.base_iri,
            valid_on=inputs.valid_on,
            ontology_version=inputs.vocabulary.version,
            program_version=__version__,
            title=dict(publication.title),
            default_language=publication.default_language,
            start_city=_start_city(inputs),
            registers=tuple(source.name for source in inputs.sources if source.register is not None),
            graphs=graph.sizes,
            triples=sum(graph.sizes.values()),
            findings=counts,
            files=files,
        )

    return describe


def _without_lines(report: Report) -> Report:
    """The report as it is published: the order of rows is no part of the data, so lines are left out."""
    found = [
        replace(finding, where=finding.where and replace(finding.where, line=None))
        for finding in report.findings
    ]
    return make_report(found, engine=report.engine, fallbacks=report.fallbacks)


def _start_city(inputs: Inputs) -> str:
    """The city with which the pages begin: the configured one, else that of the first register."""
    registers = (source.register.cells.get("city", "") for source in inputs.sources if source.register)
    wanted = inputs.publication.start_city or next(registers, "")
    return inputs.keys.resolve("city", wanted) or ""


def _json(content: object) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
