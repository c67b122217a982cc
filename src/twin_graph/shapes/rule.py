"""One rule: a constraint of a shape, which focus nodes it is for, and the findings of the rows that break it.

Rules are read by `rules.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from rdflib import URIRef
from rdflib.term import IdentifiedNode, Node

from twin_graph.findings import Finding, Severity
from twin_graph.shapes.paths import Path

# The values that make these demand something: SHACL has the term `true`, and no other way to write it.
_SWITCHES = ("uniqueLang", "closed")
_PLACEHOLDER = re.compile(r"\{[?$](\w+)\}")


@dataclass(frozen=True)
class Target:
    """Where the focus nodes of a shape come from: instances of a class, subjects or objects of a property, or
    one node.
    """

    way: str
    node: Node

    @property
    def iri(self) -> str:
        """The class, the property or the node as text."""
        return str(self.node)


@dataclass(frozen=True)
class Rule:
    """One constraint of one shape, and which focus nodes it is for.

    Attributes:
        shape: IRI of the shape that carries the constraint (the property shape, or the node shape).
        node: the shape, or the SPARQL constraint, where the parameters stand.
        parameter: local name of the SHACL parameter, such as `minCount`, or `sparql`, or `custom`.
        value: the value of the parameter; the constraint component of a custom one.
        path: from a focus node to its values; None on node shapes, where the value is the focus node.
        targets, route: the focus nodes are at the end of the route from the nodes of the targets.
        owner: the shape as a node of the shapes graph.
        endless: whether it, or a shape on its way, is a property shape below itself.
    """

    shape: str
    node: IdentifiedNode = field(hash=False, compare=False)
    owner: IdentifiedNode
    parameter: str
    value: Node
    severity: Severity
    messages: Mapping[str, str] = field(hash=False)
    path: Path | None = None
    targets: tuple[Target, ...] = ()
    route: tuple[Path, ...] = ()
    severity_iri: str = ""
    languages: tuple[str, ...] = ()
    endless: bool = False

    @property
    def can_fail(self) -> bool:
        """Whether any data could break the rule."""
        if self.parameter in _SWITCHES:
            return str(self.value) == "true"
        return self.parameter != "minCount" or str(self.value) != "0"

    @property
    def component(self) -> str:
        """Local name of SHACL's constraint component, or the IRI of a custom one.

        The name of SHACL's component is that of the parameter: `minCount` gives `MinCountConstraintComponent`.
        """
        if self.parameter == "custom":
            return str(self.value)
        if self.parameter == "sparql":
            return "SPARQLConstraintComponent"
        return f"{self.parameter[0].upper()}{self.parameter[1:]}ConstraintComponent"

    @property
    def name(self) -> str:
        """How a report names the rule."""
        return f"{self.shape} {self.component}"

    def finding(self, row: Mapping[str, Node]) -> Finding:
        """The finding of one row: `this`, and where there are such `value`, `path` and what messages mention."""
        focus, value, own = row["this"], row.get("value"), row.get("path")
        path = Path("predicate", own) if isinstance(own, URIRef) else self.path
        return Finding(
            self.severity,
            {language: _filled(text, row) for language, text in self.messages.items()},
            focus=str(focus),
            rule=self.shape,
            path="" if path is None else path.label,
            value="" if value is None else str(value),
            component=self.component,
            focus_is_iri=isinstance(focus, URIRef),
            value_is_iri=isinstance(value, URIRef),
            focus_node=focus,
            value_node=value,
            result_path=path,
            source=self.node if self.parameter == "sparql" else None,
            severity_iri=self.severity_iri,
            languages=self.languages,
        )


def _filled(text: str, row: Mapping[str, Node]) -> str:
    return _PLACEHOLDER.sub(lambda match: str(row.get(match.group(1), match.group(0))), text)
