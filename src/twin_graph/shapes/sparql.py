"""SPARQL constraints and SPARQL-based constraint components (SHACL, sections 5 and 6).

A text is written anew so that it is evaluated for many focus nodes at once, with the same rows as if `$this` were
bound beforehand for each: `groups.py` says where. What counts or limits its rows is evaluated node by node.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rdflib import OWL, RDF, RDFS, BNode, Literal, URIRef
from rdflib.term import IdentifiedNode, Node

from twin_graph.errors import WorkspaceInvalid
from twin_graph.namespaces import SH
from twin_graph.shapes.compile import focus_of
from twin_graph.shapes.data import Bindings, Data
from twin_graph.shapes.groups import blind_groups, counts, groups, groups_by, problem, tokens
from twin_graph.shapes.rule import Rule
from twin_graph.shapes.rules import Shapes

Row = Mapping[str, Node]
_PREFIX = re.compile(r"^\s*(?:PREFIX|BASE)\s[^>]*>\s*$", re.IGNORECASE | re.MULTILINE)
SLOT = "%FOCUS%"


@dataclass(frozen=True)
class Question:
    """A constraint as a query with slots for the patterns that bind what is bound beforehand.

    Attributes:
        header: its prefixes.
        body: the SELECT or ASK, path and parameters written out.
        bound: the variables that the slots bind.
        asks: whether it is an ASK, which is true of values that conform.
    """

    header: str
    body: str
    bound: tuple[str, ...]
    asks: bool = False

    @property
    def each(self) -> bool:
        """Whether it must be evaluated for one focus node at a time."""
        return counts(self.body, "this") or not self._projects

    @property
    def _projects(self) -> bool:
        head = self.body[: groups(self.body)[0].begin]
        return (
            self.asks
            or "*" in head
            or any(token.text == "this" for token in tokens(head) if token.kind == "variable")
        )

    def text(self) -> str:
        """The query with a slot in its group, and in each inner group that would not see what is bound."""
        places = [groups(self.body)[0].begin, *(group.begin for group in blind_groups(self.body, self.bound))]
        body = self.body
        for place in sorted(places, reverse=True):
            body = f"{body[:place]} {SLOT} {body[place:]}"
        if self.asks:
            body = re.sub(
                r"^\s*ASK\b(\s*WHERE\b)?", "SELECT DISTINCT ?this ?value WHERE ", body, flags=re.IGNORECASE
            )
        return f"{self.header}\n{body}"

    def over(self, focus: str) -> str | None:
        """The query over a pattern of focus nodes; None where that would not give the same rows."""
        if self.asks or self.each or blind_groups(self.body, self.bound):
            return None
        if groups_by(self.body):
            focus = f"{{ SELECT DISTINCT ?this WHERE {{ {focus} }} }}"
        place = groups(self.body)[0].begin
        return f"{self.header}\nSELECT DISTINCT * WHERE {{ {{ {self.body[:place]} {focus} {self.body[place:]} }} }}"


def question(rule: Rule, shapes: Shapes) -> Question:
    """The query of a rule.

    Raises:
        WorkspaceInvalid: it says what a constraint must not say.
    """
    constants: dict[str, str] = {"currentShape": rule.owner.n3()}
    if rule.parameter == "custom":
        node, asks = _validator(rule, shapes)
        constants.update(_parameters(rule, shapes))
    else:
        node, asks = rule.node, False
    text = str(shapes.graph.value(node, SH.ask if asks else SH.select) or "")
    own = [line.strip() for line in _PREFIX.findall(text)]
    body = _PREFIX.sub("", text)
    bound = ("this", "value") if asks else ("this",)
    reason = problem(body, [*bound, *(name for name in constants if name != "currentShape")])
    reason = reason or _unsupported(rule, body) or ("" if groups(body) else "it has no group")
    if reason:
        raise unusable(rule, reason)
    header = "\n".join(dict.fromkeys([*_prefixes(shapes, node), *own]))
    return Question(header, _written(rule, body, constants), bound, asks)


def _unsupported(rule: Rule, body: str) -> str:
    variables = {token.text for token in tokens(body) if token.kind == "variable"}
    if "shapesGraph" in variables:
        return "$shapesGraph is not supported, as SHACL allows (section 5.3.1)"
    if "PATH" in variables and rule.path is None:
        return "$PATH stands in a shape without sh:path"
    if "currentShape" in variables and isinstance(rule.owner, BNode):
        return "$currentShape stands in a shape without a name"
    return ""


def _written(rule: Rule, body: str, constants: Mapping[str, str]) -> str:
    """The text with the path and what is constant in their places, and `?` before every variable."""
    parts, end = [], 0
    found = list(tokens(body))
    for position, token in enumerate(found):
        if token.kind != "variable":
            continue
        written = f"?{token.text}"
        if token.text == "PATH" and rule.path is not None:
            written = rule.path.sparql if rule.path.simple else f"({rule.path.sparql})"
        elif token.text in constants:
            written = constants[token.text]
            if position > 1 and (found[position - 2].text, found[position - 1].text) == ("bound", "("):
                written = f"COALESCE({written}, true)) && BOUND(?this"
        parts += [body[end : token.begin], written]
        end = token.end
    return "".join((*parts, body[end:]))


def _prefixes(shapes: Shapes, node: Node) -> list[str]:
    """Declarations that a constraint refers to, by way of imports too; those of RDF and OWL are always known."""
    known = {"rdf": str(RDF), "rdfs": str(RDFS), "owl": str(OWL)}
    queue, seen = (
        [*shapes.graph.subjects(RDF.type, OWL.Ontology), *shapes.graph.objects(node, SH.prefixes)],
        set(),
    )
    while queue:
        holder = queue.pop(0)
        if holder in seen:
            continue
        seen.add(holder)
        queue.extend(shapes.graph.objects(holder, OWL.imports))
        for declaration in shapes.graph.objects(holder, SH.declare):
            prefix = shapes.graph.value(declaration, SH.prefix)
            known[str(prefix)] = str(shapes.graph.value(declaration, SH.namespace))
    return [f"PREFIX {prefix}: <{namespace}>" for prefix, namespace in sorted(known.items())]


def _validator(rule: Rule, shapes: Shapes) -> tuple[IdentifiedNode, bool]:
    """The validator of a component that suits the shape (SHACL, section 6.2.3), and whether it asks."""
    special = SH.nodeValidator if rule.path is None else SH.propertyValidator
    for predicate in (special, SH.validator):
        for node in sorted(shapes.graph.objects(rule.value, predicate), key=lambda term: term.n3()):
            asks = (node, SH.ask, None) in shapes.graph
            if isinstance(node, IdentifiedNode) and asks == (predicate == SH.validator):
                return node, asks
    raise unusable(rule, "the constraint component has no validator in SPARQL for this kind of shape")


def _parameters(rule: Rule, shapes: Shapes) -> Iterator[tuple[str, str]]:
    for path, name in shapes.component(rule.value).parameters:
        values = sorted(shapes.graph.objects(rule.owner, path), key=lambda term: term.n3())
        if values and isinstance(values[0], BNode):
            raise unusable(rule, f"the parameter {name} is a node without a name, which no query can write")
        if values:
            yield name, values[0].n3()


def parameters_of(rule: Rule, shapes: Shapes) -> dict[str, Node]:
    """The parameters of a custom rule by name, for its messages."""
    found = (
        (name, shapes.graph.value(rule.owner, path)) for path, name in shapes.component(rule.value).parameters
    )
    return {name: value for name, value in found if value is not None}


def scan(rule: Rule, shapes: Shapes, data: Data) -> list[Row] | None:
    """The rows that break a rule, over all its focus nodes in one query; None where that is not possible."""
    if any(path.may_be_empty for path in rule.route):
        return None
    text = question(rule, shapes).over(focus_of(rule, data))
    if text is None:
        return None
    return [_completed(rule, row, row["this"], shapes) for row in data.select_plain(text)]


def evaluate(rule: Rule, shapes: Shapes, data: Data, values: Mapping[Node, set[Node]]) -> Iterator[Row]:
    """The rows that break a rule at some focus nodes."""
    asked = question(rule, shapes)
    text = asked.text()
    if not asked.asks:
        for bound, row in data.select_for(text, SLOT, ({"this": node} for node in values), each=asked.each):
            yield _completed(rule, row, row.get("this", bound.get("this")), shapes)
        return
    pairs: list[Bindings] = [
        {"this": node, "value": value} for node, found in values.items() for value in found
    ]
    true = {(row["this"], row["value"]) for _, row in data.select_for(text, SLOT, pairs, each=asked.each)}
    for pair in pairs:
        if (pair["this"], pair["value"]) not in true:
            yield _completed(rule, pair, pair["this"], shapes)


def _completed(rule: Rule, row: Mapping[str, Node], focus: Node | None, shapes: Shapes) -> Row:
    assert focus is not None
    failure = row.get("failure")
    if isinstance(failure, Literal) and failure.value:
        raise unusable(rule, f"the constraint reports a failure at {focus.n3()}")
    # SHACL, section 5.3.2: without a value of its own, a result of a node shape is about the focus node.
    default = {"value": focus} if rule.path is None else {}
    constants = parameters_of(rule, shapes) if rule.parameter == "custom" else {}
    found = {**constants, **default, **row, "this": focus}
    if not isinstance(found.get("path"), URIRef):
        found.pop("path", None)
    return found


def unusable(rule: Rule, reason: object) -> WorkspaceInvalid:
    """The error of a rule that cannot be evaluated."""
    return WorkspaceInvalid(f"{rule.shape}: sh:{rule.parameter}: cannot be evaluated: {reason}")
