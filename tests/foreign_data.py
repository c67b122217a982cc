"""Snapshots of data that are none of ours, for tests that bring their own: documents in graphs of their names.

They are written as a build writes them, but nothing is derived, checked or described.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from twin_graph.formats import Format
from twin_graph.graphs import engine_format, sorted_nquads
from twin_graph.snapshot import Manifest, Snapshot, write_snapshot

# Settings of a server that one client asks one thing after the other, however often.
ONE_CLIENT: Mapping[str, str | int] = {
    "store": "memory",
    "web_processes": 1,
    "query_workers": 1,
    "client_seconds": 0,
    "client_errors": 0,
}


@dataclass(frozen=True)
class Document:
    """RDF text with the IRI of the graph in which it is published, which is the base of its relative IRIs."""

    graph: str
    text: bytes
    fmt: Format

    def quads(self) -> Iterator[ox.Quad]:
        """Its statements; blank nodes get names that no other document has."""
        name = ox.NamedNode(self.graph)
        parsed = ox.parse(self.text, engine_format(self.fmt), base_iri=self.graph, rename_blank_nodes=True)
        for quad in parsed:
            yield ox.Quad(quad.subject, quad.predicate, quad.object, name)


def publish(workspace: Path, base_iri: str, documents: Iterable[Document]) -> Snapshot:
    """Write a snapshot of documents, and make it the current one of a workspace."""
    (workspace / "data").mkdir(parents=True, exist_ok=True)
    dump = sorted_nquads(quad for document in documents for quad in document.quads())
    contents = {"dump.nq": dump, "keys.json": b"{}", "report.ttl": b"", "report.json": b"{}"}
    count = dump.count(b"\n")

    def describe(identity: str, files: Mapping[str, str]) -> Manifest:
        return Manifest(
            id=identity,
            base_iri=base_iri,
            valid_on="2024-01-01",
            ontology_version="1",
            program_version="1",
            title={"en": "Foreign data"},
            default_language="en",
            start_city="",
            registers=(),
            graphs={"shared": count},
            triples=count,
            findings={},
            files=files,
        )

    return write_snapshot(workspace / "snapshots", contents, describe)
