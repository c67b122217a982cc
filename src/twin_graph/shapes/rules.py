"""A shapes graph as a list of rules: one per constraint of each shape that gives results.

Reads SHACL Core and SHACL-SPARQL (https://www.w3.org/TR/shacl/); evaluates nothing. Whether the parameters make
sense is said by `demands.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path as File

from rdflib import OWL, RDF, RDFS, XSD, BNode, Graph, Literal, URIRef
from rdflib.term import IdentifiedNode, Node

from twin_graph.errors import WorkspaceInvalid
from twin_graph.findings import Severity
from twin_graph.graphs import read_turtle
from twin_graph.namespaces import SH
from twin_graph.shapes.demands import PARAMETERS, Component, applicable, check_value, read_components
from twin_graph.shapes.names import name_shapes
from twin_graph.shapes.paths import Path, read_path
from twin_graph.shapes.rule import Rule, Target

_TARGETS = {"class": SH.targetClass, "subjects": SH.targetSubjectsOf, "objects": SH.targetObjectsOf,
            "node": SH.targetNode}  # fmt: skip
_LISTS = (SH["and"], SH["or"], SH.xone)
_REFERENCES = (SH.node, SH["not"], SH.qualifiedValueShape, SH.property)


@dataclass(frozen=True)
class Shape:
    """A shape as its own constraints and the property shapes that its values must have."""

    node: IdentifiedNode
    path: Path | None
    active: bool
    rules: tuple[Rule, ...]
    properties: tuple[IdentifiedNode, ...]


@dataclass(frozen=True)
class Shapes:
    """All rules of a shapes graph, and the graph.

    Attributes:
        rules: those that give results: of shapes with targets, and of the property shapes below them.
        recursive: shapes from which references lead to one that refers to itself, which SHACL leaves to the
            validator (section 3.4.3).
    """

    graph: Graph
    rules: tuple[Rule, ...]
    recursive: frozenset[Node] = frozenset()
    _known: dict[Node, Shape] = field(default_factory=dict, repr=False, compare=False)
    _components: tuple[Component, ...] = field(default=(), repr=False, compare=False)

    def shape(self, node: Node) -> Shape:
        """A shape of the graph, with or without targets."""
        if node not in self._known:
            self._known[node] = _read_shape(self.graph, node, self._components)
        return self._known[node]

    def component(self, iri: Node) -> Component:
        """A constraint component that the graph declares."""
        return next(component for component in self._components if component.node == iri)

    def nested(self, rule: Rule) -> list[Node]:
        """The shapes to which values are held by a rule."""
        if rule.parameter in ("and", "or", "xone"):
            return self.items(rule.value)
        if rule.parameter.startswith("qualified"):
            parents = self.graph.subjects(SH.property, rule.owner)
            beside = (each for parent in parents for each in self.graph.objects(parent, SH.property))
            return [
                shape
                for each in (rule.owner, *beside)
                for shape in self.graph.objects(each, SH.qualifiedValueShape)
            ]
        return [rule.value] if rule.parameter in ("node", "not") else []

    def items(self, head: Node) -> list[Node]:
        """The members of an RDF list."""
        return list(self.graph.items(head))


def read_shapes(source: File | Graph) -> Shapes:
    """The rules of all `*.ttl` files of a folder, of one Turtle file, or of a graph.

    Raises:
        WorkspaceInvalid: a file is not Turtle, a shape is ill-formed or of a form that is not evaluated, or
            there is no rule.
    """
    if isinstance(source, Graph):
        return shapes_of(source)
    graph = Graph()
    for path in [source] if source.is_file() else sorted(source.glob("*.ttl")):
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
    """The rules of a shapes graph, in the order of their IRIs; the graph is copied.

    Shapes without a name that give results get one, because a result has to name its rule.

    Raises:
        WorkspaceInvalid: a shape is ill-formed, or of a form that would be overlooked.
    """
    own = Graph()
    for triple in graph:
        own.add((*triple[:2], _plain(triple[2])))
    _refuse_overlooked(own)
    name_shapes(own, set(_targeted(own)))
    shapes = Shapes(own, (), _recursive(own), _components=read_components(own))
    found = {rule: None for node in _targeted(own) for rule in _with_targets(shapes, node)}
    _read_nested(shapes, list(found))
    rules = sorted(found, key=lambda rule: (rule.shape, rule.parameter, rule.value.n3(), str(rule.targets)))
    return replace(shapes, rules=tuple(rules))


def _read_nested(shapes: Shapes, rules: list[Rule]) -> None:
    """Read all shapes to which rules refer, so that an ill-formed one is refused now and not when data need it."""
    seen: set[Node] = set()
    queue = [node for rule in rules for node in shapes.nested(rule)]
    while queue:
        node = queue.pop()
        if node not in seen:
            seen.add(node)
            shape = shapes.shape(node)
            queue.extend(shape.properties)
            queue.extend(inner for rule in shape.rules for inner in shapes.nested(rule))


def _plain(term: Node) -> Node:
    """A text that states its datatype is the same term as one that does not (RDF 1.1)."""
    return Literal(str(term)) if isinstance(term, Literal) and term.datatype == XSD.string else term


def _targeted(graph: Graph) -> Iterator[IdentifiedNode]:
    """The shapes that have targets."""
    seen: set[Node] = set()
    classes = {RDFS.Class, OWL.Class, *graph.subjects(RDFS.subClassOf, RDFS.Class)}
    said = (node for predicate in _TARGETS.values() for node in graph.subjects(predicate, None))
    implied = (node for kind in classes for node in graph.subjects(RDF.type, kind) if _is_shape(graph, node))
    for node in sorted({*said, *implied}, key=lambda term: term.n3()):
        if node not in seen and isinstance(node, IdentifiedNode):
            seen.add(node)
            yield node


def _is_shape(graph: Graph, node: Node) -> bool:
    types = set(graph.objects(node, RDF.type))
    return bool(types & {SH.NodeShape, SH.PropertyShape}) or any(
        str(predicate).removeprefix(str(SH)) in PARAMETERS or predicate == SH.property
        for predicate in graph.predicates(node)
        if str(predicate).startswith(str(SH))
    )


def _refuse_overlooked(graph: Graph) -> None:
    """SHACL's further documents know more than is evaluated here; none of it may pass in silence."""
    for predicate in (SH.target, SH.js, SH.expression, SH.rule, SH.entailment):
        for shape in graph.subjects(predicate):
            name = str(predicate).removeprefix(str(SH))
            raise WorkspaceInvalid(
                f"{shape}: sh:{name} is not used here; it is no part of SHACL Core or SPARQL"
            )


def _recursive(graph: Graph) -> frozenset[Node]:
    """The shapes from which a chain of references comes back to a shape that it has passed."""
    below: dict[Node, set[Node]] = {}
    for predicate in _REFERENCES:
        for shape, inner in graph.subject_objects(predicate):
            below.setdefault(shape, set()).add(inner)
    for predicate in _LISTS:
        for shape, head in graph.subject_objects(predicate):
            below.setdefault(shape, set()).update(graph.items(head))
    # What refers to nothing but shapes that end, ends.
    endless = set(below)
    while ended := {shape for shape in endless if not below[shape] & endless}:
        endless -= ended
    return frozenset(endless)


def _with_targets(shapes: Shapes, node: IdentifiedNode) -> Iterator[Rule]:
    graph = shapes.graph
    targets = {
        Target(way, term) for way, predicate in _TARGETS.items() for term in graph.objects(node, predicate)
    }
    classes = {RDFS.Class, OWL.Class, *graph.subjects(RDFS.subClassOf, RDFS.Class)}
    if classes & set(graph.objects(node, RDF.type)):
        targets.add(Target("class", node))
    for target in targets:
        if target.way != "node" and not isinstance(target.node, URIRef | BNode):
            raise WorkspaceInvalid(f"{node}: a target must be an IRI (found {target.node.n3()})")
    ordered = tuple(sorted(targets, key=lambda target: (target.way, target.node.n3())))
    yield from _below(shapes, node, ordered, (), ())


def _below(
    shapes: Shapes,
    node: IdentifiedNode,
    targets: tuple[Target, ...],
    route: tuple[Path, ...],
    passed: tuple[Node, ...],
) -> Iterator[Rule]:
    shape = shapes.shape(node)
    if not shape.active or node in passed:
        return
    way = (*passed, node)
    endless = any(each in _properties_below(shapes.graph, each) for each in way if each in shapes.recursive)
    for rule in shape.rules:
        yield replace(rule, targets=targets, route=route, endless=endless)
    onwards = route if shape.path is None else (*route, shape.path)
    for inner in shape.properties:
        yield from _below(shapes, inner, targets, onwards, way)


def _properties_below(graph: Graph, node: Node) -> set[Node]:
    found: set[Node] = set()
    queue = [node]
    while queue:
        fresh = set(graph.objects(queue.pop(), SH.property)) - found
        found |= fresh
        queue.extend(fresh)
    return found


def _read_shape(graph: Graph, node: Node, components: tuple[Component, ...]) -> Shape:
    if not isinstance(node, IdentifiedNode) or node == RDF.nil:
        raise WorkspaceInvalid(f"{node.n3()}: must be a shape")
    active = not any(_is_true(value) for value in graph.objects(node, SH.deactivated))
    path = _path(graph, node)
    rules: list[Rule] = []
    for parameter in PARAMETERS:
        for value in sorted(graph.objects(node, SH[parameter]), key=lambda term: term.n3()):
            check_value(graph, node, parameter, value, has_path=path is not None)
            if parameter.startswith("qualified") and (node, SH.qualifiedValueShape, None) not in graph:
                continue
            if parameter == "sparql" and any(_is_true(off) for off in graph.objects(value, SH.deactivated)):
                continue
            rules.append(_rule(graph, node, value, parameter, path))
    for component in applicable(graph, node, components):
        rules.append(_rule(graph, node, component.node, "custom", path))
    properties = sorted(graph.objects(node, SH.property), key=lambda term: term.n3())
    for inner in properties:
        if not isinstance(inner, IdentifiedNode) or (inner, SH.path, None) not in graph:
            raise WorkspaceInvalid(
                f"{node}: sh:property: {inner.n3()} is no property shape: it has no sh:path"
            )
    return Shape(
        node, path, active, tuple(rules), tuple(p for p in properties if isinstance(p, IdentifiedNode))
    )


def _rule(graph: Graph, shape: IdentifiedNode, value: Node, parameter: str, path: Path | None) -> Rule:
    carrier = value if parameter == "sparql" and isinstance(value, IdentifiedNode) else shape
    severity, iri = _severity(graph, carrier, shape)
    messages, languages = _messages(graph, carrier, shape)
    return Rule(
        str(shape),
        carrier,
        shape,
        parameter,
        value,
        severity,
        messages,
        path,
        severity_iri=iri,
        languages=languages,
    )


def _path(graph: Graph, node: IdentifiedNode) -> Path | None:
    found = list(graph.objects(node, SH.path))
    if (node, RDF.type, SH.NodeShape) in graph and found:
        raise WorkspaceInvalid(f"{node}: a node shape has no sh:path")
    if len(found) > 1 or ((node, RDF.type, SH.PropertyShape) in graph and not found):
        raise WorkspaceInvalid(f"{node}: a property shape has one sh:path")
    return read_path(graph, found[0]) if found else None


def _is_true(value: Node) -> bool:
    return isinstance(value, Literal) and value.value is True


def _severity(graph: Graph, *nodes: IdentifiedNode) -> tuple[Severity, str]:
    for node in nodes:
        found = graph.value(node, SH.severity)
        if found is None:
            continue
        name = str(found).removeprefix(str(SH))
        if name in set(Severity):
            return Severity(name), ""
        if not isinstance(found, URIRef) or name != str(found):
            raise WorkspaceInvalid(
                f"{nodes[-1]}: sh:severity: must be sh:Violation, sh:Warning or sh:Info, or an IRI of your own, "
                f"which stops a build like a violation (found {found.n3()})"
            )
        return Severity.VIOLATION, str(found)
    return Severity.VIOLATION, ""


def _messages(graph: Graph, *nodes: IdentifiedNode) -> tuple[dict[str, str], tuple[str, ...]]:
    for node in nodes:
        texts = [text for text in graph.objects(node, SH.message) if isinstance(text, Literal)]
        if texts:
            found = dict(sorted((text.language or "en", str(text)) for text in texts))
            languages = tuple(sorted({text.language or "" for text in texts}))
            return {"en": next(iter(found.values())), **found}, languages
    return {"en": f"breaks the rule {nodes[-1]}"}, ()
