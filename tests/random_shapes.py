"""Hypothesis strategies for shapes of every constraint component, and for small graphs with odd values.

Holds no test. Values that rdflib compares and SPARQL does not, such as a number with a day, meet no comparison:
there SHACL and pySHACL differ, and `shapes/terms.py` follows SHACL. Nor is any path an inverse of a sequence, which
pySHACL walks in the wrong order.
"""

from __future__ import annotations

from hypothesis import strategies as st
from rdflib import RDF, RDFS, XSD, BNode, Literal, Namespace
from rdflib.term import Node

from twin_graph.graphs import Triple

E = Namespace("http://example.org/")
PREFIXES = """
@prefix : <http://example.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
:prefixes sh:declare [ sh:prefix 'e' ; sh:namespace 'http://example.org/'^^xsd:anyURI ] .
"""
NODES: list[Node] = [E.a, E.b, E.c, E.d, BNode("x"), BNode("y")]
CLASSES: list[Node] = [E.C, E.D, E.F]
VALUES: list[Node] = [
    *NODES, Literal("one"), Literal("One"), Literal(""), Literal("one", lang="en"), Literal("Eins", lang="de"),
    Literal("uno", lang="en-GB"), Literal("1"), Literal("z", datatype=E.own), Literal(True), Literal(1), Literal(2),
    *(
        Literal(text, datatype=datatype, normalize=False)
        for text, datatype in (
            ("01", XSD.integer), ("x", XSD.integer), ("2.0", XSD.decimal), ("2", XSD.byte), ("300", XSD.byte),
            ("1e0", XSD.double), ("1", XSD.boolean), ("maybe", XSD.boolean),
            ("2004-02-30", XSD.date), ("2004-02-28", XSD.date), ("2004-02-28Z", XSD.date),
            ("2004-02-28T24:00:00", XSD.dateTime), ("2004-02-28T12:00:00", XSD.dateTime),
            ("99", XSD.gYear), ("not an address", XSD.anyURI),
        )
    ),
]  # fmt: skip
NUMBERS: list[Node] = [
    Literal(number, datatype=datatype, normalize=False)
    for number, datatype in (
        ("0", XSD.integer), ("1", XSD.integer), ("+2", XSD.integer), ("1.5", XSD.decimal), ("2.0", XSD.decimal),
        ("2e0", XSD.double), ("1.5", XSD.float), ("2", XSD.int), ("-1", XSD.long),
    )
]  # fmt: skip
PROPERTIES = [E.p, E.q]
COMPARED = [E.n, E.m]

triples: st.SearchStrategy[Triple] = st.one_of(
    st.tuples(st.sampled_from(NODES), st.sampled_from(PROPERTIES), st.sampled_from(VALUES)),
    st.tuples(st.sampled_from(NODES), st.sampled_from(PROPERTIES), st.sampled_from(NODES)),
    st.tuples(st.sampled_from(NODES), st.sampled_from(COMPARED), st.sampled_from(NUMBERS)),
    st.tuples(st.sampled_from(NODES), st.just(RDF.type), st.sampled_from(CLASSES)),
)
graphs: st.SearchStrategy[list[Triple]] = st.lists(triples, min_size=3, max_size=25, unique=True).map(
    lambda found: [*found, (E.D, RDFS.subClassOf, E.C)]
)

_SIMPLE_PATHS = [":p", ":q", "[ sh:inversePath :p ]"]
_PATHS = [
    *_SIMPLE_PATHS, "(:p :q)", "[ sh:alternativePath (:p :q) ]",
    "[ sh:zeroOrMorePath :p ]", "[ sh:oneOrMorePath :p ]",
    "[ sh:zeroOrOnePath :q ]", "(:p [ sh:inversePath :q ])", "([ sh:zeroOrMorePath :p ] :q)",
    "[ sh:oneOrMorePath [ sh:alternativePath (:p [ sh:inversePath :q ]) ] ]",
]  # fmt: skip
_VALUE_CONSTRAINTS = [
    "sh:class :C", "sh:class :D, :F", "sh:datatype xsd:integer", "sh:datatype xsd:decimal", "sh:datatype xsd:byte",
    "sh:datatype xsd:date", "sh:datatype xsd:dateTime", "sh:datatype xsd:boolean", "sh:datatype xsd:string",
    "sh:datatype xsd:double", "sh:datatype xsd:gYear", "sh:datatype rdf:langString", "sh:datatype :own",
    "sh:nodeKind sh:IRI", "sh:nodeKind sh:Literal", "sh:nodeKind sh:BlankNode", "sh:nodeKind sh:BlankNodeOrIRI",
    "sh:nodeKind sh:IRIOrLiteral", "sh:nodeKind sh:BlankNodeOrLiteral",
    "sh:minLength 0", "sh:minLength 3", "sh:maxLength 3", "sh:pattern '^o'", "sh:pattern '^o' ; sh:flags 'i'",
    "sh:pattern 'e$'", "sh:languageIn ('en')", "sh:languageIn ('en-gb' 'de')", "sh:languageIn ('*')",
    "sh:in (:a :b 1 2.0 'one' true)", "sh:in ()", "sh:hasValue :a", "sh:hasValue 2.0", "sh:hasValue 'one'@en",
    "sh:equals :q", "sh:disjoint :q", "sh:disjoint :p, :q", "sh:closed true",
    "sh:closed true ; sh:ignoredProperties (rdf:type :p)", "sh:closed false",
]  # fmt: skip
_PATH_CONSTRAINTS = [
    "sh:minCount 0", "sh:minCount 1", "sh:minCount 2", "sh:maxCount 0", "sh:maxCount 1", "sh:maxCount 2",
    "sh:uniqueLang true", "sh:uniqueLang false",
    "sh:sparql [ sh:prefixes :prefixes ; sh:select 'SELECT $this ?value { $this $PATH ?value . ?value e:q ?x }' ]",
]  # fmt: skip
_NODE_CONSTRAINTS = [
    "sh:sparql [ sh:prefixes :prefixes ; sh:select 'SELECT $this { $this e:p ?x . ?x e:q ?y }' ]",
    "sh:sparql [ sh:prefixes :prefixes ; sh:select 'SELECT $this ?value { $this ?p ?value . ?value ?q $this }' ]",
    "sh:sparql [ sh:prefixes :prefixes ; sh:select "
    "'SELECT $this { $this a e:C . OPTIONAL { $this e:q ?x } FILTER (!BOUND(?x)) }' ]",
    "sh:sparql [ sh:prefixes :prefixes ; sh:select "
    "'SELECT $this { { $this e:q ?x } UNION { FILTER (ISBLANK($this)) } }' ]",
    "sh:sparql [ sh:prefixes :prefixes ; sh:select "
    "'SELECT $this { $this e:p ?x } GROUP BY $this HAVING (COUNT(?x) > 1)' ]",
    "sh:sparql [ sh:prefixes :prefixes ; sh:select 'SELECT $this { ?x e:p ?y . FILTER (?x = $this && ?y = e:a) }' ]",
]  # fmt: skip
_COMPARISONS = [
    f"sh:path {path} ; {constraint}"
    for path in (":n", ":m", "[ sh:alternativePath (:n :m) ]")
    for constraint in (
        "sh:minInclusive 2", "sh:minExclusive 1.5", "sh:maxInclusive 2", "sh:maxExclusive 2.0",
        "sh:lessThan :m", "sh:lessThanOrEquals :n",
    )
]  # fmt: skip
_TARGETS = [
    "sh:targetClass :C", "sh:targetClass :D", "sh:targetSubjectsOf :p", "sh:targetObjectsOf :q",
    "sh:targetNode :a, :nobody",
    "sh:targetNode 'one', 1 ; sh:targetClass :F", "sh:targetClass :C ; sh:targetObjectsOf :p", "a rdfs:Class",
]  # fmt: skip


@st.composite
def _property(draw: st.DrawFn, depth: int) -> str:
    if draw(st.integers(0, 4)) == 0:
        return f"[ {draw(st.sampled_from(_COMPARISONS))} ]"
    parts = [f"sh:path {draw(st.sampled_from(_PATHS))}"]
    parts += draw(st.lists(_constraint(depth), min_size=1, max_size=2))
    parts += draw(st.lists(st.sampled_from(_PATH_CONSTRAINTS), max_size=1))
    if depth and draw(st.integers(0, 2)) == 0:
        inner, count = draw(_node(depth - 1)), draw(st.integers(0, 2))
        parts.append(
            f"sh:qualifiedValueShape {inner} ; sh:qualifiedMinCount {count} ; sh:qualifiedMaxCount {count + 1}"
        )
        if draw(st.booleans()):
            parts.append("sh:qualifiedValueShapesDisjoint true")
    return f"[ {' ; '.join(parts)} ]"


@st.composite
def _constraint(draw: st.DrawFn, depth: int) -> str:
    kind = draw(st.sampled_from(["value", "value", "value", "not", "node", "and", "or", "xone", "property"]))
    if depth == 0 or kind == "value":
        return draw(st.sampled_from(_VALUE_CONSTRAINTS))
    if kind in ("not", "node"):
        return f"sh:{kind} {draw(_node(depth - 1))}"
    if kind == "property":
        return f"sh:property {draw(_property(depth - 1))}"
    members = draw(st.lists(_node(depth - 1), min_size=1, max_size=3))
    return f"sh:{kind} ({' '.join(members)})"


@st.composite
def _node(draw: st.DrawFn, depth: int) -> str:
    parts = draw(st.lists(_constraint(depth), min_size=1, max_size=2))
    if draw(st.booleans()):
        parts.append(f"sh:property {draw(_property(depth))}")
    if draw(st.integers(0, 5)) == 0:
        parts.append(draw(st.sampled_from(_NODE_CONSTRAINTS)))
    if draw(st.integers(0, 9)) == 0:
        parts.append("sh:deactivated true")
    return f"[ {' ; '.join(parts)} ]"


@st.composite
def _shape(draw: st.DrawFn, name: str) -> str:
    parts = ["a sh:NodeShape", draw(st.sampled_from(_TARGETS))]
    parts += draw(st.lists(_constraint(2), max_size=2))
    parts += [f"sh:property {inner}" for inner in draw(st.lists(_property(2), min_size=1, max_size=3))]
    parts += draw(st.lists(st.sampled_from(_NODE_CONSTRAINTS), max_size=1))
    if draw(st.integers(0, 3)) == 0:
        parts.append(
            draw(st.sampled_from(["sh:severity sh:Warning", "sh:severity :Grave", "sh:message 'no'@en"]))
        )
    return f":{name} {' ; '.join(parts)} ."


texts: st.SearchStrategy[str] = st.one_of(_shape("S"), st.tuples(_shape("S"), _shape("T")).map("\n".join))
