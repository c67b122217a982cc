"""Validate any data against any shapes: the interface for other programs (docs/validate-with-shacl.md).

The build uses `check` on its own store instead.
"""

from __future__ import annotations

from pathlib import Path

from rdflib import Graph

from twin_graph import formats
from twin_graph.errors import UnsupportedMediaType, WorkspaceInvalid
from twin_graph.findings import Report, make_report
from twin_graph.formats import Format
from twin_graph.shapes import engine, reference
from twin_graph.shapes.data import Data
from twin_graph.shapes.rules import Shapes, read_shapes
from twin_graph.store import Store
from twin_graph.store.faithful import decoded, load_document, load_triples

AnyData = Path | str | bytes | Graph | Store
AnyShapes = Shapes | Path | Graph
GRAPH = "urn:twin-graph:data"
_COMPUTES = ("sparql", "custom")
_READABLE = (*formats.GRAPH_FORMATS, formats.TRIG, formats.N_QUADS)


def validate(
    data: AnyData, shapes: AnyShapes, *, fmt: Format = formats.TURTLE, base_iri: str | None = None
) -> Report:
    """Validate data against shapes.

    Args:
        data: a file, a document, an rdflib graph, or a store, all of whose graphs are validated together.
        shapes: what `read_shapes` gives or takes.
        fmt: the format of a document; that of a file follows from its name.
        base_iri: what relative IRIs of a document are relative to.

    Raises:
        WorkspaceInvalid: a shape is ill-formed, or data or shapes cannot be read.
    """
    rules = shapes if isinstance(shapes, Shapes) else read_shapes(shapes)
    return engine.run(open_data(data, rules, fmt=fmt, base_iri=base_iri), rules)


def validate_by_reference(
    data: AnyData, shapes: AnyShapes, *, fmt: Format = formats.TURTLE, base_iri: str | None = None
) -> Report:
    """The same by pySHACL alone: slow, and the judge of `validate`."""
    rules = shapes if isinstance(shapes, Shapes) else read_shapes(shapes)
    opened = open_data(data, rules, fmt=fmt, base_iri=base_iri)
    return make_report(reference.check(opened.store, rules, list(rules.rules)), engine=reference.NAME)


def open_data(data: AnyData, shapes: Shapes, *, fmt: Format, base_iri: str | None) -> Data:
    """Data as the engine takes them."""
    if isinstance(data, Store):
        return Data(data)
    store = Store.in_memory()
    if isinstance(data, str):
        data = Path(data)
    if isinstance(data, Path):
        fmt, base_iri, data = format_of(data), base_iri or data.absolute().as_uri(), data.read_bytes()
    try:
        if isinstance(data, bytes):
            changed = load_document(store, data, fmt, GRAPH, base_iri)
        else:
            changed = load_triples(store, data, GRAPH)
    except (SyntaxError, ValueError) as problem:
        raise WorkspaceInvalid(f"the data cannot be read: {problem}") from problem
    plain = None
    if changed and any(rule.parameter in _COMPUTES for rule in shapes.rules):
        plain = Store.in_memory()
        plain.add(((s, p, decoded(o)) for s, p, o in store.triples()), GRAPH)
    return Data(store, plain)


def format_of(path: Path) -> Format:
    """The format of a file by its name.

    Raises:
        UnsupportedMediaType: it is none that can be read.
    """
    fmt = formats.by_extension(path.suffix.lstrip("."), _READABLE)
    if fmt is None:
        raise UnsupportedMediaType(f"{path.name}: no format of RDF is named so")
    return fmt
