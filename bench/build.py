"""Measure the build of the shipped data, and the gate against pySHACL, in one run.

Prints a table: cold build, rebuild after a one-row change of Lublin's register (with the peak memory of both),
opening the store, and compiled shapes beside pySHACL on the same graph: the shared tables and Lublin's register,
because pySHACL needs minutes for a thousand cities of the world. Only ratios of one run mean something.
"""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from twin_graph.build.graph import make_graph
from twin_graph.build.inputs import read_inputs
from twin_graph.findings import Report
from twin_graph.shapes import check, check_by_reference, read_shapes
from twin_graph.snapshot import open_snapshot
from twin_graph.workspace import Workspace, find_workspace

ROOT = Path(__file__).parents[1]
CHANGED = ("Nancy", "Nancy (changed)")


def main() -> None:
    """Run all measurements and print them."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = copy_workspace(Path(folder))
        cold, cold_memory = timed_build(workspace)
        agreements = workspace.data / "lublin" / "agreements.csv"
        agreements.write_text(agreements.read_text(encoding="utf-8").replace(*CHANGED, 1), encoding="utf-8")
        warm, warm_memory = timed_build(workspace)
        begin = time.perf_counter()
        triples = len(open_snapshot(workspace.snapshots).open_store())
        start = time.perf_counter() - begin
        shutil.rmtree(workspace.snapshots)
    print(f"statements                        {triples:>10,}")
    print(f"cold build                        {cold:>10.1f} s   {cold_memory:>6,} MB")
    print(f"rebuild after a one-row change    {warm:>10.1f} s   {warm_memory:>6,} MB")
    print(f"opening the store                 {start:>10.3f} s")
    compare_gates()


def copy_workspace(folder: Path, *without: str) -> Workspace:
    """A workspace with the shipped data, in a folder of its own."""
    for name in ("data", "ontology", "shapes"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("examples", *without))
    return find_workspace(folder)


def timed_build(workspace: Workspace) -> tuple[float, int]:
    """Seconds and peak megabytes of a build in a process of its own."""
    begin = time.perf_counter()
    code = "import sys; from twin_graph.cli import main; main(sys.argv[1:])"
    subprocess.run([sys.executable, "-c", code, "-w", str(workspace.root), "build", "--json"],
                   check=True, stdout=subprocess.DEVNULL)  # fmt: skip
    seconds = time.perf_counter() - begin
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024


def keys(report: Report) -> set[tuple[str, ...]]:
    """What two engines must agree on about each finding; their messages may differ."""
    return {(f.severity, f.focus, f.rule, f.path, f.value, f.component) for f in report.findings}


def compare_gates() -> None:
    """Compiled shapes and pySHACL on the same graph, with the number of findings of both."""
    with tempfile.TemporaryDirectory() as folder:
        inputs = read_inputs(copy_workspace(Path(folder), "world"))
        store = make_graph(inputs).store
        shapes = read_shapes(inputs.workspace.shapes)
    begin = time.perf_counter()
    ours = check(store, shapes)
    middle = time.perf_counter()
    theirs = check_by_reference(store, shapes)
    end = time.perf_counter()
    equal = keys(ours) == keys(theirs)
    counts = {"ours": len(ours.findings), "pySHACL": len(theirs.findings), "equal": equal}
    print(f"gate on {len(store):,} statements, compiled {middle - begin:>6.2f} s")
    print(f"gate on {len(store):,} statements, {theirs.engine} {end - middle:>6.2f} s")
    print(f"ratio {(end - middle) / (middle - begin):.1f}, findings {json.dumps(counts)}")


if __name__ == "__main__":
    main()
