"""What the probes find in a new snapshot, as a file of it.

Asks what anybody could ask of the service: the hidden graphs stand outside. What the probes are is `conformance`.
"""

from __future__ import annotations

from pathlib import Path

from twin_graph import iris
from twin_graph.conformance import FILE, measure, write_measured
from twin_graph.snapshot import HIDDEN_GRAPHS, SideFacts, SideFile


def write_conformance(path: Path, facts: SideFacts) -> None:
    """Run the probes and write what came of them."""
    hidden = (iris.graph(facts.manifest.base_iri, name) for name in HIDDEN_GRAPHS)
    write_measured(path, measure(facts.store.hiding(hidden)))


CONFORMANCE = SideFile(FILE, write_conformance)
