"""One rule -> one SELECT query for the focus nodes that may break it, among all nodes of its targets.

A query must miss none that does break the rule; `inspect.py` then judges the few that it names as pySHACL does.
So a query lets pass only what certainly conforms. Written for an engine in which `FILTER NOT EXISTS` is
quadratic: absence is MINUS. A rule without a form here gives None: all its focus nodes are inspected.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

from rdflib import RDF, RDFS, XSD, Literal, URIRef
from rdflib.term import Node, XSDToPython

from twin_graph.namespaces import SH
from twin_graph.shapes.data import Data
from twin_graph.shapes.rule import Rule, Target
from twin_graph.shapes.rules import Shapes
from twin_graph.store.faithful import encoded

_KINDS = {
    "IRI": "ISIRI(?value)",
    "Literal": "ISLITERAL(?value)",
    "BlankNode": "ISBLANK(?value)",
    "IRIOrLiteral": "(ISIRI(?value) || ISLITERAL(?value))",
    "BlankNodeOrIRI": "(ISBLANK(?value) || ISIRI(?value))",
    "BlankNodeOrLiteral": "(ISBLANK(?value) || ISLITERAL(?value))",
}
_BOUNDS = {"minInclusive": ">=", "minExclusive": ">", "maxInclusive": "<=", "maxExclusive": "<"}
_DAY = "[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}"
# Days and moments about which SPARQL and rdflib cannot disagree: four-digit years, no time zone.
_MOMENTS = {
    XSD.date: f"^{_DAY}$",
    XSD.dateTime: f"^{_DAY}T([01][0-9]|2[0-3]):[0-9]{{2}}:[0-5][0-9]([.][0-9]{{1,6}})?$",
}
_EXACT = (XSD.integer, XSD.decimal)
# Datatypes whose lexical forms SPARQL can check by a cast.
_CASTS = {*_EXACT, *_MOMENTS, XSD.boolean, XSD.double, XSD.float}


def compile_rule(rule: Rule, shapes: Shapes, data: Data) -> str | None:
    """The query of a rule, which binds `?this`; None where there is no form for it."""
    if _is_walked(rule):
        return None
    parts = _Parts(rule, shapes, data)
    if rule.parameter in _CERTAIN:
        return compile_together((rule,), shapes, data)
    writer = _WRITERS.get(rule.parameter)
    body = writer(parts) if writer is not None else None
    return None if body is None else f"SELECT DISTINCT ?this WHERE {{ {focus_of(rule, data)} {body}"


def compile_together(rules: Sequence[Rule], shapes: Shapes, data: Data) -> str | None:
    """One query for rules with the same focus nodes and the same path: about single values, and that there is one."""
    tests = [
        _CERTAIN[rule.parameter](_Parts(rule, shapes, data)) for rule in rules if not _asks_presence(rule)
    ]
    if None in tests:
        return None
    certain = " && ".join(f"({test})" for test in dict.fromkeys(tests)) or "true"
    values = _Parts(rules[0], shapes, data).values()
    suspect = f"!COALESCE({certain}, false)"
    if len(tests) < len(rules):
        values, suspect = f"OPTIONAL {{ {values} }}", f"!BOUND(?value) || {suspect}"
    focus = focus_of(rules[0], data)
    return f"SELECT DISTINCT ?this WHERE {{ {focus} {values} FILTER({suspect}) }}"


def group_key(rule: Rule, shapes: Shapes, data: Data) -> Hashable:
    """What rules have in common that one query can look for; None for a rule with a query of its own."""
    if _is_walked(rule):
        return None
    if not _asks_presence(rule):
        certain = _CERTAIN.get(rule.parameter)
        if certain is None or certain(_Parts(rule, shapes, data)) is None:
            return None
    return (rule.targets, rule.route, rule.path)


def _asks_presence(rule: Rule) -> bool:
    return rule.parameter == "minCount" and int(str(rule.value)) == 1


def _is_walked(rule: Rule) -> bool:
    return any(path.may_be_empty for path in (*rule.route, *([rule.path] if rule.path else [])))


def focus_of(rule: Rule, data: Data, steps: int | None = None) -> str:
    """A pattern for the focus nodes of a rule, or those after so many steps of its route, none an empty path."""
    route = rule.route[:steps]
    variable = "begin" if route else "this"
    nodes = " ".join(encoded(target.node).n3() for target in rule.targets if target.way == "node")
    ways = [_target(target, variable, data) for target in rule.targets if target.way != "node"]
    if nodes:
        ways.append(f"VALUES ?{variable} {{ {nodes} }}")
    pattern = ways[0] if len(ways) == 1 else " UNION ".join(f"{{ {way} }}" for way in ways)
    if route:
        path = "/".join(f"({part.sparql})" for part in route)
        pattern = f"{{ {pattern} }} ?begin {path} ?this ."
    return pattern


def _target(target: Target, variable: str, data: Data) -> str:
    if target.way == "class":
        return _instance(variable, target.iri, data)
    iri = URIRef(target.iri).n3()
    return f"?{variable} {iri} ?target ." if target.way == "subjects" else f"?target {iri} ?{variable} ."


def _instance(variable: str, class_iri: str, data: Data) -> str:
    """A pattern for the instances of a class and of its subclasses."""
    classes = sorted(data.classes(class_iri))
    type_ = RDF.type.n3()
    if len(classes) == 1:
        return f"?{variable} {type_} {URIRef(class_iri).n3()} ."
    listed = " ".join(URIRef(iri).n3() for iri in classes)
    return f"?{variable} {type_} ?{variable}Class . VALUES ?{variable}Class {{ {listed} }}"


class _Parts:
    """The pieces of a query about one rule."""

    def __init__(self, rule: Rule, shapes: Shapes, data: Data) -> None:
        self.rule = rule
        self.shapes = shapes
        self.data = data

    @property
    def text(self) -> str:
        """The parameter as a term of SPARQL."""
        return encoded(self.rule.value).n3()

    def step(self, end: str) -> str:
        """The triple pattern from the focus node to a variable or a term."""
        assert self.rule.path is not None
        return f"?this {self.rule.path.sparql} {end}"

    def values(self) -> str:
        """The pattern that binds `?value`."""
        return f"{self.step('?value')} ." if self.rule.path else "BIND(?this AS ?value)"

    def without(self, pattern: str) -> str:
        """The focus nodes for which a pattern has no match."""
        return f"MINUS {{ {pattern} }} }}"


def _min_count(parts: _Parts) -> str:
    count = int(str(parts.rule.value))
    if count == 1:
        return parts.without(parts.step("?any"))
    return f"OPTIONAL {{ {parts.step('?one')} }} }} GROUP BY ?this HAVING(COUNT(DISTINCT ?one) < {count})"


def _max_count(parts: _Parts) -> str:
    count = int(str(parts.rule.value))
    if count == 0:
        return f"{parts.step('?one')} }}"
    if count == 1:
        return f"{parts.step('?one')} . {parts.step('?two')} . FILTER(!SAMETERM(?one, ?two)) }}"
    return f"{parts.step('?one')} }} GROUP BY ?this HAVING(COUNT(DISTINCT ?one) > {count})"


def _datatype(parts: _Parts) -> str | None:
    datatype = URIRef(str(parts.rule.value))
    test = f"DATATYPE(?value) = {datatype.n3()}"
    if datatype in _CASTS:
        test += f" && ISLITERAL({datatype.n3()}(STR(?value)))"
        if datatype in _MOMENTS:
            test += f" && REGEX(STR(?value), {Literal(_MOMENTS[datatype]).n3()})"
    elif datatype == RDF.langString:
        test = 'LANG(?value) != ""'
    elif datatype == RDFS.Literal:
        test = "true"
    elif datatype == RDFS.Datatype or XSDToPython.get(datatype) is not None:
        return None  # rdflib looks into the lexical form
    return f"ISLITERAL(?value) && {test}"


def _node_kind(parts: _Parts) -> str:
    return _KINDS[str(parts.rule.value).removeprefix(str(SH))]


def _class(parts: _Parts) -> str:
    has_class = _instance("value", str(parts.rule.value), parts.data)
    return f"{parts.values()} MINUS {{ {has_class} }} }}"


def _pattern(parts: _Parts) -> str:
    flags = "".join(
        sorted(set(str(parts.shapes.graph.value(parts.rule.node, SH.flags) or "").lower()) & set("im"))
    )
    more = f", {Literal(flags).n3()}" if flags else ""
    regex = Literal(str(parts.rule.value)).n3()
    return f"!ISBLANK(?value) && REGEX(STR(?value), {regex}{more})"


def _in(parts: _Parts) -> str:
    members = [encoded(item).n3() for item in parts.shapes.items(parts.rule.value) if not _is_nameless(item)]
    return " || ".join(f"SAMETERM(?value, {member})" for member in members) or "false"


def _is_nameless(term: Node) -> bool:
    return not isinstance(term, URIRef | Literal)


def _has_value(parts: _Parts) -> str | None:
    if _is_nameless(parts.rule.value):
        return None
    if parts.rule.path is None:
        return f"FILTER(!SAMETERM(?this, {parts.text})) }}"
    if parts.rule.path.predicate is not None:
        return parts.without(parts.step(parts.text))
    return parts.without(f"{parts.step('?any')} FILTER(SAMETERM(?any, {parts.text}))")


def _bound(parts: _Parts) -> str:
    bound = parts.rule.value
    assert isinstance(bound, Literal)
    test = f"?value {_BOUNDS[parts.rule.parameter]} {bound.n3()}"
    if bound.datatype in _EXACT:
        return f"DATATYPE(?value) IN ({', '.join(d.n3() for d in _EXACT)}) && {test}"
    if bound.datatype in _MOMENTS and not bound.ill_typed:
        regex = Literal(_MOMENTS[bound.datatype]).n3()
        safe = f"REGEX(STR(?value), {regex}) && REGEX({Literal(str(bound)).n3()}, {regex})"
        return f"DATATYPE(?value) = {bound.datatype.n3()} && {safe} && {test}"
    return "false"


def _length(parts: _Parts) -> str:
    sign = ">=" if parts.rule.parameter == "minLength" else "<="
    return f"!ISBLANK(?value) && STRLEN(STR(?value)) {sign} {int(str(parts.rule.value))}"


def _unique_lang(parts: _Parts) -> str:
    same = 'LANG(?one) != "" && LCASE(LANG(?one)) = LCASE(LANG(?two)) && !SAMETERM(?one, ?two)'
    return f"{parts.step('?one')} . {parts.step('?two')} . FILTER({same}) }}"


def _language_in(parts: _Parts) -> str:
    ranges = [str(item).lower() for item in parts.shapes.items(parts.rule.value)]
    listed = ", ".join(Literal(text).n3() for text in ranges) or '"-"'
    exact = f"LCASE(LANG(?value)) IN ({listed})"
    return f'LANG(?value) != "" && {"true" if "*" in ranges else exact}'


def _less_than(parts: _Parts) -> str:
    sign = "<" if parts.rule.parameter == "lessThan" else "<="
    exact = ", ".join(datatype.n3() for datatype in _EXACT)
    numbers = f"DATATYPE(?value) IN ({exact}) && DATATYPE(?other) IN ({exact})"
    moments = [
        f"(DATATYPE(?value) = {datatype.n3()} && DATATYPE(?other) = {datatype.n3()} && "
        f"REGEX(STR(?value), {Literal(regex).n3()}) && REGEX(STR(?other), {Literal(regex).n3()}))"
        for datatype, regex in _MOMENTS.items()
    ]
    known = " || ".join([f"({numbers})", *moments])
    other = f"?this {parts.text} ?other ."
    return f"{parts.values()} {other} FILTER(!COALESCE(({known}) && ?value {sign} ?other, false)) }}"


def _disjoint(parts: _Parts) -> str:
    if parts.rule.path is None:
        return f"?this {parts.text} ?this }}"
    return f"{parts.step('?value')} . ?this {parts.text} ?value }}"


def _equals(parts: _Parts) -> str | None:
    if parts.rule.path is None:
        return None
    here, there = f"{parts.step('?value')} .", f"?this {parts.text} ?value ."
    return f"{{ {here} MINUS {{ {there} }} }} UNION {{ {there} MINUS {{ {here} }} }} }}"


def _closed(parts: _Parts) -> str:
    allowed = ", ".join(iri.n3() for iri in sorted(allowed_properties(parts.rule, parts.shapes)))
    return f"{parts.values()} ?value ?property ?any FILTER(?property NOT IN ({allowed})) }}"


def allowed_properties(rule: Rule, shapes: Shapes) -> set[URIRef]:
    """The properties that a closed shape lists: of its property shapes, and those that it says to ignore."""
    inner = (shapes.graph.value(each, SH.path) for each in shapes.graph.objects(rule.owner, SH.property))
    ignored = (
        item for head in shapes.graph.objects(rule.owner, SH.ignoredProperties) for item in shapes.items(head)
    )
    return {term for term in (*inner, *ignored) if isinstance(term, URIRef)}


# Conditions on `?value` under which a rule about single values certainly holds.
_CERTAIN: dict[str, Callable[[_Parts], str | None]] = {
    "datatype": _datatype,
    "nodeKind": _node_kind,
    "pattern": _pattern,
    "in": _in,
    **dict.fromkeys(_BOUNDS, _bound),
    "minLength": _length,
    "maxLength": _length,
    "languageIn": _language_in,
}
# What follows the pattern of the focus nodes, in the queries of other rules.
_WRITERS: dict[str, Callable[[_Parts], str | None]] = {
    "minCount": _min_count,
    "maxCount": _max_count,
    "class": _class,
    "hasValue": _has_value,
    "uniqueLang": _unique_lang,
    "lessThan": _less_than,
    "lessThanOrEquals": _less_than,
    "disjoint": _disjoint,
    "equals": _equals,
    "closed": _closed,
}
