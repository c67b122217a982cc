"""One engine on one graph, in a process of its own: load, validate, and write down what it took and found.

    python bench/gate.py compiled statements.nq result.json
    python bench/gate.py reference statements.nt result.json

`compiled` is the gate of the build; `reference` is pySHACL on a graph that rdflib's own parser has read, with
`core` the same without the SPARQL constraints. Run by `shacl.py`, which compares.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from planted import BASE
from rdflib import Graph
from twins import changed_rows

from twin_graph.findings import Finding, Report
from twin_graph.namespaces import SH
from twin_graph.shapes import Shapes, check, read_shapes, recheck
from twin_graph.shapes.reference import check_graph
from twin_graph.store import Store

SHAPES = Path(__file__).parent / "shapes"
_BLOCK = 64 << 20  # bytes of N-Quads that are in memory at a time


@dataclass
class Clock:
    """Seconds on the wall and of the processor, all threads together."""

    wall: float = 0.0
    processor: float = 0.0

    def __enter__(self) -> Clock:
        self.wall, self.processor = -time.perf_counter(), -time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall += time.perf_counter()
        self.processor += time.process_time()


@dataclass
class Outcome:
    """What a run took, and what it found: severity, focus, rule, path, value, component of each finding.

    Attributes:
        peak: megabytes of the process when it was largest.
        fallbacks: rules that the compiled engine left to pySHACL.
        rows: what it took to validate each changed row, by name.
        changed: the findings after the changes.
        agrees: whether a run over everything gives these too.
    """

    statements: int
    load: Clock
    validate: Clock
    peak: int
    findings: list[tuple[str, ...]] = field(default_factory=list)
    fallbacks: list[str] = field(default_factory=list)
    rows: dict[str, Clock] = field(default_factory=dict)
    changed: list[tuple[str, ...]] = field(default_factory=list)
    agrees: bool = True


def run_compiled(data: Path) -> Outcome:
    """The gate of the build, on N-Quads."""
    shapes = read_shapes(SHAPES)
    store = Store.in_memory()
    with Clock() as load:
        for block in read_blocks(data):
            store.load_nquads(block)
    with Clock() as validate:
        report = check(store, shapes)
    outcome = Outcome(len(store), load, validate, peak(), keys(report.findings), list(report.fallbacks))
    change_rows(store, shapes, report, outcome)
    return outcome


def change_rows(store: Store, shapes: Shapes, report: Report, outcome: Outcome) -> None:
    """Change one row after the other, and validate each change."""
    for name, statements in changed_rows():
        added = list(Graph().parse(data=statements, format="nt"))
        store.add(added, f"{BASE}graph/world")
        with Clock() as outcome.rows[name]:
            report = recheck(store, shapes, report, added=added)
    outcome.changed = keys(report.findings)
    outcome.agrees = keys(check(store, shapes).findings) == outcome.changed


def run_reference(data: Path, *, core: bool) -> Outcome:
    """PySHACL, on N-Triples."""
    shapes = read_shapes(SHAPES)
    if core:
        shapes = without_queries(shapes)
    with Clock() as load:
        graph = Graph().parse(data, format="nt")
    with Clock() as validate:
        findings = check_graph(graph, shapes, shapes.rules)
    return Outcome(len(graph), load, validate, peak(), keys(findings))


def without_queries(shapes: Shapes) -> Shapes:
    """The shapes without their SPARQL constraints."""
    shapes.graph.remove((None, SH.sparql, None))
    return replace(shapes, rules=tuple(rule for rule in shapes.rules if rule.parameter != "sparql"))


def read_blocks(path: Path) -> Iterator[bytes]:
    """A file in parts that end where a line ends."""
    with path.open("rb") as lines:
        while block := lines.read(_BLOCK):
            yield block + lines.readline()


def keys(findings: Iterable[Finding]) -> list[tuple[str, ...]]:
    """What two engines must agree on about each finding; their messages may differ."""
    return sorted((f.severity.value, f.focus, f.rule, f.path, f.value, f.component) for f in findings)


def peak() -> int:
    """Megabytes of this process when it was largest."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main(engine: str, data: str, result: str) -> None:
    """Run one engine and write its outcome."""
    path = Path(data)
    outcome = run_compiled(path) if engine == "compiled" else run_reference(path, core=engine == "core")
    Path(result).write_text(json.dumps(asdict(outcome)), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
