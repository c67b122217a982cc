"""What the parameters of SHACL may be: ill-formed constraints are refused by name.

Also reads the constraint components that a shapes graph declares itself (SHACL, section 6.2). Says nothing about
data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rdflib import RDF, RDFS, Graph, Literal, URIRef
from rdflib.term import IdentifiedNode, Node

from twin_graph.errors import WorkspaceInvalid
from twin_graph.namespaces import SH
from twin_graph.shapes.terms import KINDS, compile_pattern

_COUNTS = ("minCount", "maxCount", "qualifiedMinCount", "qualifiedMaxCount", "minLength", "maxLength")
_BOUNDS = ("minInclusive", "minExclusive", "maxInclusive", "maxExclusive")
_IRIS = ("class", "datatype", "equals", "disjoint", "lessThan", "lessThanOrEquals")
_LISTS = ("and", "or", "xone", "in", "languageIn")
_FLAGS = ("uniqueLang", "closed")
_SHAPES = ("node", "not")
PARAMETERS = frozenset((*_COUNTS, *_BOUNDS, *_IRIS, *_LISTS, *_FLAGS, *_SHAPES, "nodeKind", "pattern", "hasValue",
                        "sparql"))  # fmt: skip
NEED_PATH = frozenset(("minCount", "maxCount", "uniqueLang", "lessThan", "lessThanOrEquals", "qualifiedMinCount",
                       "qualifiedMaxCount"))  # fmt: skip
_ONCE = frozenset(("datatype", "nodeKind", "in", "languageIn", *_COUNTS, *_FLAGS))


@dataclass(frozen=True)
class Component:
    """A constraint component of the shapes graph: parameters as pairs of property and variable name."""

    node: IdentifiedNode
    parameters: tuple[tuple[URIRef, str], ...]
    mandatory: frozenset[URIRef]


def check_value(graph: Graph, shape: Node, parameter: str, value: Node, *, has_path: bool) -> None:
    """Refuse a parameter whose value makes no sense.

    Raises:
        WorkspaceInvalid: it does not; the message names shape and parameter.
    """
    problem = _problem(graph, shape, parameter, value, has_path=has_path)
    if problem:
        raise WorkspaceInvalid(f"{shape}: sh:{parameter}: cannot be evaluated: {problem}")


def _problem(graph: Graph, shape: Node, parameter: str, value: Node, *, has_path: bool) -> str:
    if parameter.startswith("qualified") and (shape, SH.qualifiedValueShape, None) not in graph:
        return ""  # without a shape to count by, it is no constraint
    if parameter in NEED_PATH and not has_path:
        return "a shape without sh:path cannot have it"
    if parameter in _ONCE and len(set(graph.objects(shape, SH[parameter]))) > 1:
        return "a shape has it once"
    if parameter.startswith("qualified"):
        if len(set(graph.objects(shape, SH.qualifiedValueShape))) != 1:
            return "needs one sh:qualifiedValueShape"
    elif parameter == "pattern":
        return _pattern_problem(graph, shape, value)
    elif parameter == "sparql":
        texts = list(graph.objects(value, SH.select))
        return "" if len(texts) == 1 and isinstance(texts[0], Literal) else "needs one sh:select"
    return _term_problem(graph, parameter, value)


def _term_problem(graph: Graph, parameter: str, value: Node) -> str:
    plain = value.value if isinstance(value, Literal) else None
    wanted = {
        "a whole number, 0 or more": (
            _COUNTS,
            isinstance(plain, int) and not isinstance(plain, bool) and plain >= 0,
        ),
        "a literal": (_BOUNDS, isinstance(value, Literal)),
        "an IRI": (_IRIS, isinstance(value, URIRef)),
        "true or false": (_FLAGS, isinstance(plain, bool)),
        "a shape": (_SHAPES, isinstance(value, IdentifiedNode)),
        "a kind of node": (("nodeKind",), str(value).removeprefix(str(SH)) in KINDS),
    }
    for what, (parameters, holds) in wanted.items():
        if parameter in parameters and not holds:
            return f"must be {what} (found {value.n3()})"
    return _list_problem(graph, parameter, value) if parameter in _LISTS else ""


def _list_problem(graph: Graph, parameter: str, head: Node) -> str:
    try:
        members = list(graph.items(head))
    except ValueError as problem:  # a list that comes back to itself
        return str(problem)
    if head != RDF.nil and (head, RDF.first, None) not in graph:
        return "must be a list"
    if parameter == "languageIn" and not all(isinstance(member, Literal) for member in members):
        return "must be a list of language tags"
    if parameter in ("and", "or", "xone") and not members:
        return "must be a list of shapes, and not empty"
    return ""


def _pattern_problem(graph: Graph, shape: Node, value: Node) -> str:
    if not isinstance(value, Literal):
        return "must be a text"
    try:
        compile_pattern(str(value), str(graph.value(shape, SH.flags) or ""))
    except re.error as problem:
        return str(problem)
    return ""


def read_components(graph: Graph) -> tuple[Component, ...]:
    """The constraint components that a shapes graph declares.

    Raises:
        WorkspaceInvalid: one has no parameter that is mandatory.
    """
    classes = {SH.ConstraintComponent, *graph.subjects(RDFS.subClassOf, SH.ConstraintComponent)}
    nodes = {node for kind in classes for node in graph.subjects(RDF.type, kind)}
    found = []
    for node in sorted(nodes, key=lambda term: term.n3()):
        if not str(node).startswith(str(SH)) and isinstance(node, IdentifiedNode):
            found.append(_component(graph, node))
    return tuple(found)


def _component(graph: Graph, node: IdentifiedNode) -> Component:
    parameters, mandatory = [], []
    for parameter in graph.objects(node, SH.parameter):
        path = graph.value(parameter, SH.path)
        if not isinstance(path, URIRef):
            raise WorkspaceInvalid(f"{node}: sh:parameter: needs an IRI as sh:path")
        parameters.append((path, re.split("[#/]", path)[-1]))
        if (parameter, SH.optional, Literal(True)) not in graph:
            mandatory.append(path)
    if not mandatory:
        raise WorkspaceInvalid(f"{node}: sh:parameter: needs one that is not optional")
    return Component(node, tuple(sorted(parameters)), frozenset(mandatory))


def applicable(graph: Graph, shape: Node, components: tuple[Component, ...]) -> Iterator[Component]:
    """The components for which a shape has all mandatory parameters."""
    for component in components:
        if all((shape, path, None) in graph for path in component.mandatory):
            yield component
