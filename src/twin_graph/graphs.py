"""Parse, serialise and sort RDF; carry terms between rdflib (our shared language) and the engine.

Knows no data of ours and asks no questions: that is `store`.
"""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import groupby, islice
from operator import attrgetter
from pathlib import Path
from typing import IO, Any, cast

import pyoxigraph as ox
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.term import Node

from twin_graph import formats
from twin_graph.formats import Carries, Format
from twin_graph.namespaces import PREFIXES

ENGINE = f"pyoxigraph {ox.__version__}"
OxTerm = Any  # the engine's union of term classes has no public name
Triple = tuple[Node, Node, Node]
Value = tuple[str, str]  # a text or an IRI, and the language of a text that has one
Located = tuple[Triple, URIRef | None]  # a statement and the graph that holds it; None is the default graph

_RDF_FORMATS = {
    formats.TURTLE.name: ox.RdfFormat.TURTLE,
    formats.JSON_LD.name: ox.RdfFormat.JSON_LD,
    formats.N_TRIPLES.name: ox.RdfFormat.N_TRIPLES,
    formats.RDF_XML.name: ox.RdfFormat.RDF_XML,
    formats.TRIG.name: ox.RdfFormat.TRIG,
    formats.N_QUADS.name: ox.RdfFormat.N_QUADS,
}
_RESULT_FORMATS = {
    formats.RESULTS_JSON.name: ox.QueryResultsFormat.JSON,
    formats.RESULTS_XML.name: ox.QueryResultsFormat.XML,
    formats.CSV.name: ox.QueryResultsFormat.CSV,
    formats.TSV.name: ox.QueryResultsFormat.TSV,
}
_TURTLE_HEADER = re.compile(rb"(?:@prefix [^\n]*\n)*")
_XML_ROOT = re.compile(rb"<rdf:RDF ((?:xmlns:[\w.-]+=\"[^\"]*\"\s*)+)>")
_AT_ONCE = 20_000  # lines that are parsed together
_XSD_BOOLEAN = "http://www.w3.org/2001/XMLSchema#boolean"
_XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"

# rdflib logs a traceback for each literal that is not of its datatype; to say so is the task of the shapes.
logging.getLogger("rdflib.term").setLevel(logging.ERROR)


def engine_format(fmt: Format) -> ox.RdfFormat:
    """The engine's name of an RDF format of ours."""
    return _RDF_FORMATS[fmt.name]


def results_format(fmt: Format) -> ox.QueryResultsFormat:
    """The engine's name of a format of results of ours."""
    return _RESULT_FORMATS[fmt.name]


def to_rdflib(term: OxTerm) -> Node:
    """An rdflib term from one of the engine's; lexical forms stay as they are."""
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return BNode(term.value)
    return literal(term.value, term.datatype.value, term.language)


def literal(text: str, datatype: str = _XSD_STRING, language: str | None = None) -> Literal:
    """A literal of rdflib with just this lexical form, also where it is none of its datatype."""
    if language:
        return Literal(text, lang=language)
    if datatype == _XSD_BOOLEAN and text not in ("true", "false"):
        # rdflib warns; to say that a literal is wrong is the task of the shapes
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Literal(text, datatype=URIRef(datatype), normalize=False)
    return Literal(text, datatype=None if datatype == _XSD_STRING else URIRef(datatype), normalize=False)


def from_rdflib(term: Node) -> OxTerm:
    """One of the engine's terms from an rdflib term."""
    if isinstance(term, URIRef):
        return ox.NamedNode(str(term))
    if isinstance(term, BNode):
        return ox.BlankNode(str(term))
    if not isinstance(term, Literal):
        raise TypeError(f"not a term of RDF 1.1: {term!r}")
    if term.language:
        return ox.Literal(str(term), language=term.language)
    return ox.Literal(str(term), datatype=ox.NamedNode(str(term.datatype)) if term.datatype else None)


def parse_quads(data: bytes, fmt: Format, graph: str, base_iri: str | None = None) -> Iterator[ox.Quad]:
    """The statements of a document without blank nodes, all in one named graph, in the order of the text.

    Raises:
        ValueError: the text is not of this format, or contains a blank node.
    """
    name = ox.NamedNode(graph)
    try:
        for quad in ox.parse(data, format=engine_format(fmt), base_iri=base_iri):
            if isinstance(quad.subject, ox.BlankNode) or isinstance(quad.object, ox.BlankNode):
                raise ValueError(f"a blank node in published data: {quad}")  # noqa: TRY004 - it is the text
            yield ox.Quad(quad.subject, quad.predicate, quad.object, name)
    except SyntaxError as problem:
        raise ValueError(str(problem)) from problem


def read_things(path: Path, hidden: Collection[str] = ()) -> Iterator[tuple[str, Mapping[str, list[Value]]]]:
    """The values of each thing by property, from sorted N-Quads, which have all statements of a thing side by side.

    Args:
        hidden: graphs of which nothing is read.

    Returns:
        In the order of the file; of equal statements in several graphs each one.
    """
    quads = ox.parse(path=str(path), format=ox.RdfFormat.N_QUADS)
    published = (quad for quad in quads if quad.graph_name.value not in hidden) if hidden else quads
    for subject, statements in groupby(published, key=attrgetter("subject")):
        values: dict[str, list[Value]] = {}
        for quad in statements:
            term = quad.object
            language = (term.language or "") if isinstance(term, ox.Literal) else ""
            values.setdefault(quad.predicate.value, []).append((term.value, language))
        yield subject.value, values


def sorted_nquads(quads: Iterable[ox.Quad]) -> bytes:
    """Canonical N-Quads: one statement a line, sorted by bytes, each once."""
    lines = ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b""
    unique = sorted(set(lines.splitlines()))
    return b"\n".join(unique) + b"\n" if unique else b""


def join_sorted(parts: Iterable[bytes]) -> bytes:
    """One sorted N-Quads document of several that are sorted and share no statement."""
    lines = [line for part in parts for line in part.splitlines()]
    lines.sort()  # runs that are sorted already make this a merge
    return b"\n".join(lines) + b"\n" if lines else b""


def convert_nquads(
    lines: Iterable[bytes], output: IO[bytes], fmt: Format, prefixes: dict[str, str] = PREFIXES
) -> None:
    """Write statements of ours in another format, as a stream: what is in memory does not grow with their number.

    Args:
        lines: N-Quads, a statement each; those of one graph together where the format carries graphs.
        prefixes: those to declare, where the format has any.
    """
    statements: Any = _statements(lines, fmt)
    if fmt not in (formats.TURTLE, formats.TRIG):
        ox.serialize(statements, output, engine_format(fmt))
        return
    steady_output = _SteadyHeader(output)
    ox.serialize(statements, cast("IO[bytes]", steady_output), engine_format(fmt), prefixes=prefixes)
    steady_output.finish()


def _statements(lines: Iterable[bytes], fmt: Format) -> Iterator[ox.Quad | ox.Triple]:
    source = iter(lines)
    while part := b"".join(islice(source, _AT_ONCE)):
        for quad in ox.parse(part, ox.RdfFormat.N_QUADS):
            yield quad if Carries.DATASET in fmt.carries or fmt is formats.JSON_LD else quad.triple


class _SteadyHeader:
    """Holds the lines of prefixes back until all are there, and writes them in order (`steady`)."""

    def __init__(self, output: IO[bytes]) -> None:
        self._output = output
        self._held: bytes | None = b""

    def write(self, data: bytes) -> int:
        """Write, or hold."""
        if self._held is None:
            return self._output.write(data)
        self._held += data
        header = _TURTLE_HEADER.match(self._held)
        if header is None or header.end() < self._held.rfind(b"\n") + 1:
            self.finish()
        return len(data)

    def flush(self) -> None:
        """Nothing more is held than has to be."""

    def finish(self) -> None:
        """Write what is held."""
        if self._held:
            header = _TURTLE_HEADER.match(self._held)
            end = header.end() if header else 0
            self._output.write(
                b"".join(sorted(self._held[:end].splitlines(keepends=True))) + self._held[end:]
            )
        self._held = None


def serialise(triples: Iterable[Triple], fmt: Format, prefixes: dict[str, str] | None = None) -> bytes:
    """A graph of rdflib terms in one of the RDF formats; the engine writes, so lexical forms are kept.

    Args:
        prefixes: those to declare; without them, those of ours that the graph uses.
    """
    listed = list(triples)
    engine = (ox.Triple(from_rdflib(s), from_rdflib(p), from_rdflib(o)) for s, p, o in listed)
    declared = used_prefixes(listed) if prefixes is None else prefixes
    return steady(ox.serialize(engine, format=engine_format(fmt), prefixes=declared) or b"", fmt)


def serialise_quads(statements: Iterable[Located], fmt: Format) -> bytes:
    """The statements of several graphs in a format that carries their names, graph by graph."""
    listed = sorted(statements, key=lambda located: located[1] or "")  # within a graph the order stays
    engine = (
        ox.Quad(from_rdflib(s), from_rdflib(p), from_rdflib(o), ox.NamedNode(graph) if graph else None)
        for (s, p, o), graph in listed
    )
    declared = used_prefixes([triple for triple, _ in listed])
    return steady(ox.serialize(engine, format=engine_format(fmt), prefixes=declared) or b"", fmt)


def steady(data: bytes, fmt: Format) -> bytes:
    """The same document with its prefixes in order: the engine writes them in another order each time.

    >>> steady(b"@prefix b: <y> .\\n@prefix a: <x> .\\n", formats.TURTLE)
    b'@prefix a: <x> .\\n@prefix b: <y> .\\n'
    """
    if fmt in (formats.TURTLE, formats.TRIG):
        header = _TURTLE_HEADER.match(data)
        assert header is not None
        return b"".join(sorted(header.group().splitlines(keepends=True))) + data[header.end() :]
    if fmt is formats.RDF_XML and (root := _XML_ROOT.search(data)) is not None:
        names = b" ".join(sorted(root.group(1).split()))
        return data[: root.start(1)] + names + data[root.end(1) :]
    return data


def rewrite_results(document: bytes, fmt: Format, wanted: Format) -> bytes:
    """The rows or the truth value of a document in another format, as the engine would have written them.

    >>> rewrite_results(b'{"head":{},"boolean":true}', formats.RESULTS_JSON, formats.CSV)
    b'true'

    Raises:
        SyntaxError: the document is not of its format, which carries terms without loss (JSON, XML).
    """
    results: Any = ox.parse_query_results(document, format=results_format(fmt))
    return bytes(results.serialize(format=results_format(wanted)))


def used_prefixes(triples: Iterable[Triple]) -> dict[str, str]:
    """Those of our prefixes under which an IRI of the graph falls."""
    iris = {str(term) for triple in triples for term in triple if isinstance(term, URIRef)}
    literals = (value for _, _, value in triples if isinstance(value, Literal))
    iris |= {str(literal.datatype) for literal in literals if literal.datatype is not None}
    namespaces = {iri[: max(iri.rfind("#"), iri.rfind("/")) + 1] for iri in iris}
    return {name: namespace for name, namespace in PREFIXES.items() if namespace in namespaces}


def read_turtle(*documents: bytes) -> Graph:
    """One rdflib graph of several Turtle documents, for ontology and shapes (small graphs)."""
    graph = Graph()
    for document in documents:
        graph.parse(data=document, format="turtle")
    return graph
