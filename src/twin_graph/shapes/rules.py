"""A shapes graph as a list of rules: one per constraint component of each property or node shape.

Reads SHACL Core and SPARQL constraints (https://www.w3.org/TR/shacl/); evaluates nothing.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rdflib import OWL, RDF, RDFS, BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import IdentifiedNode, Node

from twin_graph.errors import WorkspaceInvalid
from twin_graph.findings import Finding, Severity
from twin_graph.graphs import read_turtle
from twin_graph.namespaces import SH

# Parameters that are no constraint of their own.
_DESCRIPTIVE = {
    SH[name]
    for name in ("path", "name", "description", "message", "severity", "order", "group", "deactivated", "property",
                 "flags", "targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf", "ignoredProperties",
                 "defaultValue", "prefixes")
}  # fmt: skip
_TARGETS = {"class": SH.targetClass, "subjects": SH.targetSubjectsOf, "objects": SH.targetObjectsOf,
            "node": SH.targetNode}  # fmt: skip
# What a shape may have several of, each of which is a rule of its own.
_REPEATED = (SH.sparql, SH["class"], SH.hasValue, SH.lessThan, SH.lessThanOrEquals, SH.disjoint)
# Parameters with a value that nothing can break.
_DEMANDS_NOTHING = {("minCount", "0"), ("uniqueLang", "false"), ("closed", "false")}
_PLACEHOLDER = re.compile(r"\{[?$](\w+)\}")


@dataclass(frozen=True)
class Target:
    """Where the focus nodes of a shape come from: instances of a class, subjects or objects of a property, or
    one node.
    """

    way: str
    iri: str


@dataclass(frozen=True)
class Rule:
    """One constraint component of one shape.

    Attributes:
        shape: IRI of the shape that carries the constraint (the property shape, or the node shape).
        node: the shape, or the SPARQL constraint, where the parameters stand.
        parameter: local name of the SHACL parameter, such as `minCount`, or `sparql`.
        path: IRI of the property; empty on node shapes; `inverse` for sh:inversePath.
    """

    shape: str
    node: IdentifiedNode = field(hash=False, compare=False)
    targets: tuple[Target, ...]
    parameter: str
    values: tuple[Node, ...] = field(hash=False)
    severity: Severity
    messages: Mapping[str, str] = field(hash=False)
    path: str = ""
    inverse: bool = False
    simple: bool = True

    @property
    def can_fail(self) -> bool:
        """Whether any data could break the rule."""
        return (self.parameter, str(self.values[0])) not in _DEMANDS_NOTHING

    @property
    def component(self) -> str:
        """Local name of the constraint component.

        The name of SHACL's component is that of the parameter: `minCount` gives `MinCountConstraintComponent`.
        """
        if self.parameter == "sparql":
            return "SPARQLConstraintComponent"
        return f"{self.parameter[0].upper()}{self.parameter[1:]}ConstraintComponent"

    def finding(self, row: Mapping[str, Node]) -> Finding:
        """The finding of one row (`this`, `value`, `path`) that a compiled query gave."""
        # SHACL, section 5.3.2: a SPARQL constraint of a node shape that gives no value is about the focus node.
        default = row["this"] if self.parameter == "sparql" and not self.path else None
        value = row.get("value", default)
        path = row.get("path")
        return Finding(
            self.severity,
            {language: _filled(text, row) for language, text in self.messages.items()},
            focus=str(row["this"]),
            rule=self.shape,
            path=str(path) if path is not None else self.path,
            value="" if value is None else str(value),
            component=self.component,
            focus_is_iri=isinstance(row["this"], URIRef),
            value_is_iri=isinstance(value, URIRef),
        )


@dataclass(frozen=True)
class Shapes:
    """All rules of a folder, and the graph that they were read from."""

    graph: Graph
    rules: tuple[Rule, ...]


def read_shapes(folder: Path) -> Shapes:
    """The rules of all `*.ttl` files of a folder.

    Raises:
        WorkspaceInvalid: a file is not Turtle, a shape is of a form that is not evaluated, or there is no rule.
    """
    graph = Graph()
    for path in sorted(folder.glob("*.ttl")):
        try:
            graph += read_turtle(path.read_bytes())
        except Exception as problem:  # the parser raises classes of its own, without a common base
            raise WorkspaceInvalid(f"shapes/{path.name}: cannot be read: {problem}") from problem
    shapes = shapes_of(graph)
    if not shapes.rules:
        raise WorkspaceInvalid(
            "shapes/: holds no rules; delete the folder to use the shapes that come with the program"
        )
    return shapes


def shapes_of(graph: Graph) -> Shapes:
    """The rules of a shapes graph, in the order of their IRIs; shapes without a name get one in the graph.

    Raises:
        WorkspaceInvalid: a shape is of a form that would be overlooked.
    """
    _refuse_overlooked(graph)
    _name_shapes(graph)
    rules = [rule for shape in set(_targeted(graph)) for rule in _rules(graph, shape)]
    return Shapes(
        graph, tuple(sorted(rules, key=lambda rule: (rule.shape, rule.parameter, repr(rule.values))))
    )


def _targeted(graph: Graph) -> Iterator[IdentifiedNode]:
    for predicate in _TARGETS.values():
        for shape in graph.subjects(predicate, None):
            assert isinstance(shape, IdentifiedNode)
            yield shape


def _refuse_overlooked(graph: Graph) -> None:
    """SHACL knows more ways to say what is checked than are read here; none of them may pass in silence."""
    for class_iri in (RDFS.Class, OWL.Class):
        for shape in graph.subjects(RDF.type, class_iri):
            said = (*graph.predicates(shape), *graph.objects(shape, RDF.type))
            if any(str(term).startswith(str(SH)) for term in said):
                raise WorkspaceInvalid(
                    f"{shape}: implicit class targets are not used here; write sh:targetClass"
                )
    for shape in graph.subjects(SH.target):
        raise WorkspaceInvalid(f"{shape}: sh:target is not used here; write sh:targetClass")
    for component in graph.subjects(RDF.type, SH.ConstraintComponent):
        raise WorkspaceInvalid(f"{component}: own constraint components are not used here; write sh:sparql")
    for shape, node in graph.subject_objects(SH.targetNode):
        if not isinstance(node, URIRef):
            raise WorkspaceInvalid(f"{shape}: sh:targetNode must be an IRI here (found {node.n3()})")


def _name_shapes(graph: Graph) -> None:
    """Shapes without a name get one from what they say: a result has to name its rule, in each build alike."""
    for shape in set(_targeted(graph)):
        outer = _rename(graph, shape, "urn:twin-graph:shape:")
        for inner in list(graph.objects(outer, SH.property)):
            _rename(graph, inner, f"{outer}-")


def _rename(graph: Graph, node: Node, prefix: str) -> Node:
    if not isinstance(node, BNode):
        return node
    name = URIRef(prefix + hashlib.sha256(_written_out(graph, node).encode()).hexdigest()[:8])
    for triple in [*graph.triples((node, None, None)), *graph.triples((None, None, node))]:
        subject, predicate, value = triple
        graph.remove(triple)
        graph.add((name if subject == node else subject, predicate, name if value == node else value))
    return name


def _written_out(graph: Graph, node: Node) -> str:
    """All that a node without a name says, independent of the names that the parser gave."""
    if not isinstance(node, BNode):
        return node.n3()
    return f"[{' '.join(sorted(p.n3() + _written_out(graph, o) for p, o in graph.predicate_objects(node)))}]"


def _rules(graph: Graph, shape: IdentifiedNode) -> Iterator[Rule]:
    targets = tuple(
        sorted(
            (
                Target(way, str(iri))
                for way, predicate in _TARGETS.items()
                for iri in graph.objects(shape, predicate)
            ),
            key=str,
        )
    )
    yield from _constraints(graph, shape, targets, shape)
    for inner in graph.objects(shape, SH.property):
        assert isinstance(inner, IdentifiedNode)
        for nesting in (shape, inner):
            if (nesting, SH.path, None) in graph and (nesting, SH.property, None) in graph:
                raise WorkspaceInvalid(
                    f"{nesting}: sh:property inside a property shape is not used here; write a node shape with "
                    "a target of its own"
                )
        yield from _constraints(graph, inner, targets, shape)


def _constraints(
    graph: Graph, shape: IdentifiedNode, targets: tuple[Target, ...], outer: IdentifiedNode
) -> Iterator[Rule]:
    if (shape, SH.deactivated, Literal(True)) in graph or (outer, SH.deactivated, Literal(True)) in graph:
        return
    path, inverse, simple = _path(graph, shape)
    parameters = {
        p for p in graph.predicates(shape, None) if str(p).startswith(str(SH)) and p not in _DESCRIPTIVE
    }
    for parameter in sorted(parameters, key=str):
        values = tuple(graph.objects(shape, parameter))
        for value in values if parameter in _REPEATED else [None]:
            carrier = value if parameter == SH.sparql and isinstance(value, IdentifiedNode) else shape
            yield Rule(
                shape=str(shape),
                node=carrier,
                targets=targets,
                parameter=str(parameter).removeprefix(str(SH)),
                values=values if value is None else (value,),
                severity=_severity(graph, carrier, shape),
                messages=_messages(graph, carrier, shape),
                path=path,
                inverse=inverse,
                simple=simple,
            )


def _path(graph: Graph, shape: IdentifiedNode) -> tuple[str, bool, bool]:
    path = graph.value(shape, SH.path)
    if path is None:
        return "", False, True
    if isinstance(path, URIRef):
        return str(path), False, True
    inner = graph.value(path, SH.inversePath)
    return (str(inner), True, True) if isinstance(inner, URIRef) else (str(path), False, False)


def _severity(graph: Graph, *nodes: IdentifiedNode) -> Severity:
    for node in nodes:
        found = graph.value(node, SH.severity)
        if found is not None:
            try:
                return Severity(str(found).removeprefix(str(SH)))
            except ValueError as problem:
                raise WorkspaceInvalid(
                    f"{nodes[-1]}: sh:severity: must be sh:Violation, sh:Warning or sh:Info (found {found.n3()})"
                ) from problem
    return Severity.VIOLATION


def _messages(graph: Graph, *nodes: IdentifiedNode) -> dict[str, str]:
    for node in nodes:
        found = {message.language or "en": str(message)
                 for message in graph.objects(node, SH.message) if isinstance(message, Literal)}  # fmt: skip
        if found:
            return {"en": next(iter(found.values())), **dict(sorted(found.items()))}
    return {"en": f"breaks the rule {nodes[0]}"}


def items(graph: Graph, head: Node) -> list[Node]:
    """The members of an RDF list."""
    assert isinstance(head, IdentifiedNode)
    return list(Collection(graph, head))


def _filled(text: str, row: Mapping[str, Node]) -> str:
    return _PLACEHOLDER.sub(lambda match: str(row.get(match.group(1), match.group(0))), text)
