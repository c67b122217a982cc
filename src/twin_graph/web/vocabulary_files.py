"""The vocabulary files of a workspace, read once: ontology, concepts, shapes and JSON-LD context.

They are served from the files, not through the store, whose engine would rewrite some of their datatypes.
Makes values for templates; `vocabulary` has the addresses.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS, SKOS
from rdflib.term import Node

from twin_graph.errors import EntityNotFound, WorkspaceInvalid
from twin_graph.graphs import Triple, read_turtle
from twin_graph.namespaces import CONCEPTS_IRI, SCHEMA, SH, TWIN_IRI
from twin_graph.web.jsonld import Context
from twin_graph.web.names import Text, choose
from twin_graph.workspace import Workspace

# Local names of properties, each with the IRIs that are its values.
Related = tuple[tuple[str, tuple[str, ...]], ...]
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


@dataclass(frozen=True)
class Entry:
    """One term or concept for a page."""

    name: str
    iri: str
    label: Text
    definition: Text | None = None
    examples: tuple[Text, ...] = ()
    related: Related = ()


@dataclass(frozen=True)
class Rule:
    """One rule about data for a page; `id` is its local name, empty where it has none."""

    id: str
    shape: str
    name: Text
    severity: str
    message: Text


@dataclass(frozen=True)
class Alignment:
    """How one of our terms stands to terms of others: properties with their values, and a note."""

    iri: str
    related: Related
    note: Text | None


class VocabularyFiles:
    """The files of `ontology/` and `shapes/`."""

    def __init__(self, workspace: Workspace) -> None:
        """Read every file, so that what is served and its validator stay the same while the site is open.

        Raises:
            WorkspaceInvalid: a file cannot be read.
        """
        paths = sorted(workspace.shapes.glob("*.ttl"))
        named = {path.stem.lower().replace("_", "-"): path for path in paths}
        try:
            self.context_text = (workspace.ontology / "context.jsonld").read_bytes()
            self.ontology_text = (workspace.ontology / "twin.ttl").read_bytes()
            self.concepts_text = (workspace.ontology / "concepts.ttl").read_bytes()
            alignments = workspace.ontology / "alignments.ttl"
            self.alignments_text = alignments.read_bytes() if alignments.exists() else b""
            self.shape_texts = {
                name: path.read_bytes() for name, path in named.items() if _NAME.fullmatch(name)
            }
        except OSError as problem:
            raise WorkspaceInvalid(f"the vocabulary cannot be read: {problem.filename}") from problem
        self._shape_graphs: dict[str, Graph] = {}

    @cached_property
    def digest(self) -> str:
        """Digest of all the files: they may change without a new snapshot."""
        texts = (self.context_text, self.ontology_text, self.concepts_text, self.alignments_text)
        return hashlib.sha256(b"\0".join((*texts, self.shapes_text))).hexdigest()[:10]

    @cached_property
    def context(self) -> Context:
        """The JSON-LD context for writing."""
        return Context(json.loads(self.context_text))

    @cached_property
    def ontology(self) -> Graph:
        """Our terms."""
        return read_turtle(self.ontology_text)

    @cached_property
    def concepts(self) -> Graph:
        """Our concept schemes."""
        return read_turtle(self.concepts_text)

    @cached_property
    def alignments(self) -> Graph:
        """How our terms stand to those of other vocabularies."""
        return read_turtle(self.alignments_text)

    @cached_property
    def shapes_text(self) -> bytes:
        """All shapes, one file after the other."""
        return b"\n".join(self.shape_texts.values())

    def shape_text(self, name: str) -> bytes:
        """One file of shapes as it is.

        Raises:
            EntityNotFound: there is none of this name.
        """
        if name not in self.shape_texts:
            raise EntityNotFound(f"there are no shapes “{name[:64]}”")
        return self.shape_texts[name]

    def shape_graph(self, name: str) -> Graph:
        """The shapes of one file, parsed once.

        Raises:
            EntityNotFound: there is none of this name.
        """
        if name not in self._shape_graphs:
            self._shape_graphs[name] = read_turtle(self.shape_text(name))
        return self._shape_graphs[name]

    def scheme(self, name: str) -> Graph:
        """One concept scheme with its concepts.

        Raises:
            EntityNotFound: there is none of this name.
        """
        iri = URIRef(CONCEPTS_IRI + name)
        if (iri, RDF.type, SKOS.ConceptScheme) not in self.concepts:
            raise EntityNotFound(f"there is no concept scheme “{name[:64]}”")
        part = Graph()
        for subject in sorted({iri, *self.concepts.subjects(SKOS.inScheme, iri)}, key=str):
            for triple in self.concepts.triples((subject, None, None)):
                part.add(triple)
        return part

    # -- for pages ------------------------------------------------------------------------------------

    def title(self, graph: Graph, iri: str, language: str) -> Text:
        """Title or label of a vocabulary."""
        subject = URIRef(iri)
        found = [
            o for name in (DCTERMS.title, RDFS.label, SKOS.prefLabel) for o in graph.objects(subject, name)
        ]
        return choose(_literals(found), language) or Text(iri)

    def classes(self, language: str) -> list[Entry]:
        """The classes in the order of the file."""
        return self._terms(OWL.Class, language)

    def properties(self, language: str) -> list[Entry]:
        """The properties in the order of the file."""
        found = [*self._terms(OWL.ObjectProperty, language), *self._terms(OWL.DatatypeProperty, language)]
        return sorted(found, key=lambda entry: self._order.get(entry.name, 0))

    def schemes(self, language: str) -> list[Entry]:
        """The concept schemes."""
        iris = self.concepts.subjects(RDF.type, SKOS.ConceptScheme)
        return sorted(
            (_entry(self.concepts, iri, CONCEPTS_IRI, language) for iri in iris), key=lambda e: e.name
        )

    def scheme_concepts(self, name: str, language: str) -> list[Entry]:
        """The concepts of a scheme."""
        scheme = URIRef(CONCEPTS_IRI + name)
        found = self.concepts.subjects(SKOS.inScheme, scheme)
        return sorted(
            (_entry(self.concepts, iri, f"{scheme}#", language) for iri in found), key=lambda e: e.name
        )

    def alignment_rows(self, language: str) -> list[Alignment]:
        """What the alignments say of each term, by term."""
        said = {iri for iri in self.alignments.subjects() if str(iri).startswith(TWIN_IRI)}
        return [
            Alignment(
                str(iri),
                _related(self.alignments, iri, (RDFS.subClassOf, RDFS.subPropertyOf, SKOS.closeMatch)),
                choose(_literals(self.alignments.objects(iri, RDFS.comment)), language),
            )
            for iri in sorted(said, key=lambda iri: (str(iri).lower(), str(iri)))
        ]

    def rules(self, name: str, language: str) -> list[Rule]:
        """The rules of one file of shapes, each with its message."""
        graph = self.shape_graph(name)
        found = [
            _rule(graph, shape, rule, language)
            for shape in sorted(graph.subjects(RDF.type, SH.NodeShape), key=str)
            for rule in [shape, *graph.objects(shape, SH.property), *graph.objects(shape, SH.sparql)]
            if (rule, SH.message, None) in graph
        ]
        return sorted(found, key=lambda rule: (rule.shape, rule.name.text, rule.message.text))

    @cached_property
    def _order(self) -> dict[str, int]:
        names = re.findall(r"^twin:(\w+)", self.ontology_text.decode(), re.MULTILINE)
        return {name: place for place, name in reversed(list(enumerate(names)))}

    def _terms(self, sort: URIRef, language: str) -> list[Entry]:
        iris = {iri for iri in self.ontology.subjects(RDF.type, sort) if str(iri).startswith(TWIN_IRI)}
        found = [_entry(self.ontology, iri, TWIN_IRI, language) for iri in iris]
        return sorted(found, key=lambda entry: (self._order.get(entry.name, 0), entry.name))


def _entry(graph: Graph, iri: Node, namespace: str, language: str) -> Entry:
    labels = [
        *graph.objects(iri, RDFS.label),
        *graph.objects(iri, SKOS.prefLabel),
        *graph.objects(iri, DCTERMS.title),
    ]
    examples = [choose([literal], language) for literal in _literals(graph.objects(iri, SKOS.example))]
    return Entry(
        str(iri).removeprefix(namespace),
        str(iri),
        choose(_literals(labels), language) or Text(str(iri)),
        choose(_literals(graph.objects(iri, SKOS.definition)), language),
        tuple(example for example in examples if example),
        _related(graph, iri, (RDFS.subClassOf, SCHEMA.domainIncludes, SCHEMA.rangeIncludes)),
    )


def _related(graph: Graph, iri: Node, predicates: Iterable[URIRef]) -> Related:
    """The local name of each property that a term has, with the values."""
    found = (
        (_local(predicate), sorted(str(o) for o in graph.objects(iri, predicate))) for predicate in predicates
    )
    return tuple((name, tuple(values)) for name, values in found if values)


def _rule(graph: Graph, shape: Node, rule: Node, language: str) -> Rule:
    severity = graph.value(rule, SH.severity) or graph.value(shape, SH.severity) or SH.Violation
    path = graph.value(rule, SH.path)
    name = choose(_literals(graph.objects(rule, SH.name)), language)
    return Rule(
        _local(rule) if isinstance(rule, URIRef) else "",
        _local(shape),
        name or Text(_local(path) if isinstance(path, URIRef) else _local(shape)),
        _local(severity),
        choose(_literals(graph.objects(rule, SH.message)), language) or Text(""),
    )


def _local(iri: Node) -> str:
    return str(iri).rpartition("#")[2].rpartition("/")[2]


def _literals(nodes: Iterable[Node]) -> list[Literal]:
    return [node for node in nodes if isinstance(node, Literal)]


def in_order(graph: Graph) -> list[Triple]:
    """The statements in an order and with blank nodes numbered so that equal files give equal bytes.

    Only for trees: a blank node of ours is the value of one statement, as lists and nested shapes are.
    """
    numbers: dict[Node, BNode] = {}
    found: list[Triple] = []

    def visit(node: Node, shown: Node) -> None:
        statements = [(str(p), _content(graph, o), p, o) for p, o in graph.predicate_objects(node)]
        for _, _, predicate, value in sorted(statements, key=lambda statement: statement[:2]):
            if not isinstance(value, BNode):
                found.append((shown, predicate, value))
                continue
            fresh = value not in numbers
            number = numbers.setdefault(value, BNode(f"b{len(numbers)}"))
            found.append((shown, predicate, number))
            if fresh:
                visit(value, number)

    for subject in sorted({s for s in graph.subjects() if isinstance(s, URIRef)}):
        visit(subject, subject)
    return found


def _content(graph: Graph, node: Node) -> str:
    """A text that is equal for values that say the same."""
    if not isinstance(node, BNode):
        return node.n3()
    said = sorted(f"{p.n3()} {_content(graph, o)}" for p, o in graph.predicate_objects(node))
    return f"[{' ; '.join(said)}]"
