"""One rule -> one SELECT query whose rows are what breaks it (`?this`, `?value`).

Written for an engine in which `FILTER NOT EXISTS` is quadratic: absence is MINUS. Rules that are not written
here give None and go to pySHACL; nothing is skipped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from rdflib import RDF, XSD, Literal, URIRef

from twin_graph.namespaces import SH
from twin_graph.queries import Query
from twin_graph.shapes.rules import Rule, Shapes, items

Subclasses = Mapping[str, Iterable[str]]

# Datatypes whose lexical forms SPARQL can check by a cast, and which pySHACL checks too.
_CASTS = {XSD.integer, XSD.decimal, XSD.date, XSD.boolean, XSD.dateTime, XSD.double, XSD.float}
_KINDS = {
    "IRI": "ISIRI(?value)",
    "Literal": "ISLITERAL(?value)",
    "BlankNode": "ISBLANK(?value)",
    "IRIOrLiteral": "(ISIRI(?value) || ISLITERAL(?value))",
    "BlankNodeOrIRI": "(ISBLANK(?value) || ISIRI(?value))",
    "BlankNodeOrLiteral": "(ISBLANK(?value) || ISLITERAL(?value))",
}
_BOUNDS = {"minInclusive": ">=", "minExclusive": ">", "maxInclusive": "<=", "maxExclusive": "<"}
_PREFIX = re.compile(r"^\s*(?:PREFIX|BASE)\s[^>]*>\s*$", re.IGNORECASE | re.MULTILINE)


def compile_rule(rule: Rule, shapes: Shapes, subclasses: Subclasses) -> Query | None:
    """The query of a rule, or None where the compiler has no form for it."""
    if not rule.simple or not rule.targets:
        return None
    focus = _focus(rule, subclasses)
    if rule.parameter == "sparql":
        return Query(rule.shape, _embedded(rule, shapes, focus))
    writer = _WRITERS.get(rule.parameter)
    if writer is None or (not rule.path and rule.parameter in _NEEDS_PATH):
        return None
    return Query(rule.shape, writer(_Parts(rule, shapes, focus, subclasses)))


class _Parts:
    """The pieces of a query about one rule."""

    def __init__(self, rule: Rule, shapes: Shapes, focus: str, subclasses: Subclasses) -> None:
        self.rule = rule
        self.graph = shapes.graph
        self.focus = focus
        self.subclasses = subclasses
        self.parameter = rule.values[0]

    @property
    def text(self) -> str:
        """The parameter as a term of SPARQL."""
        return self.parameter.n3()

    def step(self, variable: str) -> str:
        """The triple pattern from the focus node to a value."""
        path = URIRef(self.rule.path).n3()
        return f"?{variable} {path} ?this" if self.rule.inverse else f"?this {path} ?{variable}"

    def each_value(self, unless: str) -> str:
        """The values for which a condition is not true; errors count as not true."""
        values = f"{self.step('value')} ." if self.rule.path else "BIND(?this AS ?value)"
        return (
            f"SELECT DISTINCT ?this ?value WHERE {{ {self.focus} {values} "
            f"FILTER(!COALESCE({unless}, false)) }}"
        )

    def without(self, pattern: str) -> str:
        """The focus nodes for which a pattern has no match."""
        return f"SELECT DISTINCT ?this WHERE {{ {self.focus} MINUS {{ {pattern} }} }}"


def _focus(rule: Rule, subclasses: Subclasses) -> str:
    ways = []
    for target in rule.targets:
        iri = URIRef(target.iri).n3()
        if target.way == "class":
            ways.append(_instance("this", target.iri, subclasses))
        elif target.way == "subjects":
            ways.append(f"?this {iri} ?target .")
        elif target.way == "node":
            ways.append(f"VALUES ?this {{ {iri} }}")
        else:
            ways.append(f"?target {iri} ?this .")
    return ways[0] if len(ways) == 1 else " UNION ".join(f"{{ {way} }}" for way in ways)


def _instance(variable: str, class_iri: str, subclasses: Subclasses) -> str:
    """A pattern for the instances of a class and of its subclasses."""
    classes = sorted({class_iri, *subclasses.get(class_iri, ())})
    type_ = RDF.type.n3()
    if len(classes) == 1:
        return f"?{variable} {type_} {URIRef(class_iri).n3()} ."
    listed = " ".join(URIRef(iri).n3() for iri in classes)
    return f"?{variable} {type_} ?{variable}Class . VALUES ?{variable}Class {{ {listed} }}"


def _embedded(rule: Rule, shapes: Shapes, focus: str) -> str:
    """A SPARQL constraint over all focus nodes at once: its SELECT as a subquery (SHACL, section 5.3)."""
    select = str(shapes.graph.value(rule.node, SH.select))
    prefixes = []
    for holder in shapes.graph.objects(rule.node, SH.prefixes):
        for declaration in shapes.graph.objects(holder, SH.declare):
            prefix = shapes.graph.value(declaration, SH.prefix)
            namespace = shapes.graph.value(declaration, SH.namespace)
            prefixes.append(f"PREFIX {prefix}: <{namespace}>")
    own = [line.strip() for line in _PREFIX.findall(select)]
    body = _PREFIX.sub("", select)
    if rule.path:
        body = body.replace("$PATH", URIRef(rule.path).n3())
    # The focus nodes stand first in the group, so that $this is bound in filters and MINUS too.
    body = body.replace("$this", "?this").replace("{", f"{{ {focus}", 1)
    header = "\n".join(sorted({*prefixes, *own}))
    return f"{header}\nSELECT DISTINCT * WHERE {{ {{ {body} }} }}"


def _min_count(parts: _Parts) -> str:
    count = int(str(parts.parameter))
    if count == 1:
        return parts.without(parts.step("any"))
    return (
        f"SELECT ?this WHERE {{ {parts.focus} OPTIONAL {{ {parts.step('one')} }} }} "
        f"GROUP BY ?this HAVING(COUNT(DISTINCT ?one) < {count})"
    )


def _max_count(parts: _Parts) -> str:
    count = int(str(parts.parameter))
    if count == 0:
        return f"SELECT DISTINCT ?this WHERE {{ {parts.focus} {parts.step('one')} }}"
    if count == 1:
        two = f"{parts.step('one')} . {parts.step('two')} . FILTER(!SAMETERM(?one, ?two))"
        return f"SELECT DISTINCT ?this WHERE {{ {parts.focus} {two} }}"
    return (
        f"SELECT ?this WHERE {{ {parts.focus} {parts.step('one')} }} "
        f"GROUP BY ?this HAVING(COUNT(DISTINCT ?one) > {count})"
    )


def _datatype(parts: _Parts) -> str:
    test = f"ISLITERAL(?value) && DATATYPE(?value) = {parts.text}"
    if parts.parameter in _CASTS:
        test += f" && ISLITERAL({parts.text}(STR(?value)))"
    return parts.each_value(test)


def _node_kind(parts: _Parts) -> str:
    return parts.each_value(_KINDS[str(parts.parameter).removeprefix(str(SH))])


def _class(parts: _Parts) -> str:
    has_class = _instance("value", str(parts.parameter), parts.subclasses)
    values = f"{parts.step('value')} ." if parts.rule.path else "BIND(?this AS ?value)"
    return f"SELECT DISTINCT ?this ?value WHERE {{ {parts.focus} {values} MINUS {{ {has_class} }} }}"


def _pattern(parts: _Parts) -> str:
    flags = parts.graph.value(parts.rule.node, SH.flags)
    regex = Literal(str(parts.parameter)).n3()
    more = f", {Literal(str(flags)).n3()}" if flags is not None else ""
    return parts.each_value(f"!ISBLANK(?value) && REGEX(STR(?value), {regex}{more})")


def _in(parts: _Parts) -> str:
    listed = " || ".join(f"SAMETERM(?value, {item.n3()})" for item in items(parts.graph, parts.parameter))
    return parts.each_value(listed or "false")


def _has_value(parts: _Parts) -> str:
    path = URIRef(parts.rule.path).n3()
    triple = f"{parts.text} {path} ?this" if parts.rule.inverse else f"?this {path} {parts.text}"
    return parts.without(triple)


def _bound(parts: _Parts) -> str:
    return parts.each_value(f"?value {_BOUNDS[parts.rule.parameter]} {parts.text}")


def _length(parts: _Parts) -> str:
    sign = ">=" if parts.rule.parameter == "minLength" else "<="
    return parts.each_value(f"!ISBLANK(?value) && STRLEN(STR(?value)) {sign} {int(str(parts.parameter))}")


def _unique_lang(parts: _Parts) -> str:
    return (
        f"SELECT ?this ?language WHERE {{ {parts.focus} {parts.step('one')} BIND(LANG(?one) AS ?language) "
        f'FILTER(?language != "") }} GROUP BY ?this ?language HAVING(COUNT(DISTINCT ?one) > 1)'
    )


def _language_in(parts: _Parts) -> str:
    ranges = [Literal(str(item)).n3() for item in items(parts.graph, parts.parameter)]
    return parts.each_value(" || ".join(f"LANGMATCHES(LANG(?value), {text})" for text in ranges))


def _less_than(parts: _Parts) -> str:
    sign = "<" if parts.rule.parameter == "lessThan" else "<="
    other = f"?this {parts.text} ?other ."
    return (
        f"SELECT DISTINCT ?this ?value ?other WHERE {{ {parts.focus} {parts.step('value')} . {other} "
        f"FILTER(!COALESCE(?value {sign} ?other, false)) }}"
    )


def _disjoint(parts: _Parts) -> str:
    return f"SELECT DISTINCT ?this ?value WHERE {{ {parts.focus} {parts.step('value')} . ?this {parts.text} ?value }}"


_WRITERS: dict[str, Callable[[_Parts], str]] = {
    "minCount": _min_count,
    "maxCount": _max_count,
    "datatype": _datatype,
    "nodeKind": _node_kind,
    "class": _class,
    "pattern": _pattern,
    "in": _in,
    "hasValue": _has_value,
    **dict.fromkeys(_BOUNDS, _bound),
    "minLength": _length,
    "maxLength": _length,
    "uniqueLang": _unique_lang,
    "languageIn": _language_in,
    "lessThan": _less_than,
    "lessThanOrEquals": _less_than,
    "disjoint": _disjoint,
}
_NEEDS_PATH = {"minCount", "maxCount", "hasValue", "uniqueLang", "lessThan", "lessThanOrEquals", "disjoint"}
