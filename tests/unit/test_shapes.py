"""Shapes are read as rules, each rule is compiled to a query, and the report says what was found.

Each constraint component is held against pySHACL on a graph of its own; the shapes of this repository are
compared in `tests/property/test_shapes_equal.py`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from rdflib import RDF, Graph, Literal, URIRef

from twin_graph import formats
from twin_graph.errors import WorkspaceInvalid
from twin_graph.findings import Finding, Report, Severity, make_report
from twin_graph.graphs import read_turtle
from twin_graph.namespaces import SH
from twin_graph.shapes import Shapes, check, check_by_reference, read_shapes, report_json, report_turtle
from twin_graph.shapes.rules import shapes_of
from twin_graph.store import Store

PREFIXES = """
@prefix : <http://example.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
"""
DATA = """
:Town rdfs:subClassOf :Place . :Hamlet rdfs:subClassOf :Town .
:a a :Place ; :p 1, 2, "three" ; :q "Ala"@pl, "Ola"@pl, "Ann"@en ; :r :b ; :from 1 ; :to 2 .
:b a :Town ; :p "abc", "ABC" ; :q "Ann"@en-GB ; :r :c, "text" ; :from 3, 5 ; :to 4 .
:c a :Hamlet ; :p "2004-04-31"^^xsd:date, "x"^^xsd:integer, 7.5 ; :r :nowhere, _:n ; :from "5" ; :to 4, 6 .
:d a :Place ; :p 2, 2.0, "2"^^xsd:int ; :r :a ; :same :a ; :from 1 ; :from 1.0 ; :q "plain" .
:a :n 1, 2.0 . :c :n "2"^^xsd:byte, 7.5, "1e3"^^xsd:double . :e :n 3 . :b :n 2 .
:e a :Other ; :p true, "1"^^xsd:boolean ; :r :e .
"""
CONSTRAINTS = {
    "minCount 0": "sh:property [ sh:path :q ; sh:minCount 0 ]",
    "minCount 1": "sh:property [ sh:path :q ; sh:minCount 1 ]",
    "minCount 2": "sh:property [ sh:path :r ; sh:minCount 2 ]",
    "maxCount 0": "sh:property [ sh:path :q ; sh:maxCount 0 ]",
    "maxCount 1": "sh:property [ sh:path :p ; sh:maxCount 1 ]",
    "maxCount 2": "sh:property [ sh:path :p ; sh:maxCount 2 ]",
    "datatype integer": "sh:property [ sh:path :p ; sh:datatype xsd:integer ]",
    "datatype decimal": "sh:property [ sh:path :p ; sh:datatype xsd:decimal ]",
    "datatype date": "sh:property [ sh:path :p ; sh:datatype xsd:date ]",
    "datatype boolean": "sh:property [ sh:path :p ; sh:datatype xsd:boolean ]",
    "datatype string": "sh:property [ sh:path :p ; sh:datatype xsd:string ]",
    "datatype on links": "sh:property [ sh:path :r ; sh:datatype xsd:string ]",
    "nodeKind IRI": "sh:property [ sh:path :r ; sh:nodeKind sh:IRI ]",
    "nodeKind Literal": "sh:property [ sh:path :r ; sh:nodeKind sh:Literal ]",
    "nodeKind BlankNode": "sh:property [ sh:path :r ; sh:nodeKind sh:BlankNode ]",
    "nodeKind IRIOrLiteral": "sh:property [ sh:path :r ; sh:nodeKind sh:IRIOrLiteral ]",
    "nodeKind BlankNodeOrIRI": "sh:property [ sh:path :r ; sh:nodeKind sh:BlankNodeOrIRI ]",
    "nodeKind of the focus": "sh:nodeKind sh:Literal",
    "class": "sh:property [ sh:path :r ; sh:class :Town ]",
    "two classes": "sh:property [ sh:path :r ; sh:class :Town, :Other ]",
    "class of the focus": "sh:class :Town",
    "pattern": "sh:property [ sh:path :p ; sh:pattern '^[a-c]+$' ]",
    "pattern with flags": "sh:property [ sh:path :p ; sh:pattern '^[a-c]+$' ; sh:flags 'i' ]",
    "pattern on links": "sh:property [ sh:path :r ; sh:pattern '/[a-c]$' ]",
    "pattern of the focus": "sh:pattern '/[a-c]$'",
    "in": "sh:property [ sh:path :p ; sh:in (1 2 'abc') ]",
    "in of the focus": "sh:in (:a :b)",
    "hasValue": "sh:property [ sh:path :p ; sh:hasValue 2 ]",
    "hasValue link": "sh:property [ sh:path :r ; sh:hasValue :c ]",
    "minInclusive": "sh:property [ sh:path :n ; sh:minInclusive 2 ]",
    "minExclusive": "sh:property [ sh:path :n ; sh:minExclusive 2 ]",
    "maxInclusive": "sh:property [ sh:path :n ; sh:maxInclusive 2 ]",
    "maxExclusive": "sh:property [ sh:path :n ; sh:maxExclusive 2 ]",
    "minLength": "sh:property [ sh:path :p ; sh:minLength 4 ]",
    "maxLength": "sh:property [ sh:path :p ; sh:maxLength 2 ]",
    "uniqueLang": "sh:property [ sh:path :q ; sh:uniqueLang true ]",
    "uniqueLang false": "sh:property [ sh:path :q ; sh:uniqueLang false ]",
    "languageIn": "sh:property [ sh:path :q ; sh:languageIn ('en') ]",
    "lessThan": "sh:property [ sh:path :from ; sh:lessThan :to ]",
    "two of lessThan": "sh:property [ sh:path :from ; sh:lessThan :to, :n ]",
    "lessThanOrEquals": "sh:property [ sh:path :from ; sh:lessThanOrEquals :to ]",
    "disjoint": "sh:property [ sh:path :r ; sh:disjoint :same ]",
    "two of disjoint": "sh:property [ sh:path :r ; sh:disjoint :none, :same ]",
    "equals": "sh:property [ sh:path :r ; sh:equals :same ]",
    "inverse path": "sh:property [ sh:path [ sh:inversePath :r ] ; sh:maxCount 0 ]",
    "inverse path with a class": "sh:property [ sh:path [ sh:inversePath :r ] ; sh:class :Town ]",
    "sequence path": "sh:property [ sh:path (:r :r) ; sh:minCount 1 ]",
    "or": "sh:or ([ sh:class :Town ] [ sh:property [ sh:path :q ; sh:minCount 1 ] ])",
    "and": "sh:and ([ sh:class :Town ] [ sh:property [ sh:path :q ; sh:minCount 1 ] ])",
    "not": "sh:not [ sh:class :Town ]",
    "xone": "sh:xone ([ sh:class :Town ] [ sh:property [ sh:path :q ; sh:minCount 1 ] ])",
    "qualified": "sh:property [ sh:path :r ; sh:qualifiedValueShape [ sh:class :Town ] ; sh:qualifiedMinCount 1 ]",
    "node": "sh:property [ sh:path :r ; sh:node [ sh:class :Town ] ]",
    "closed": "sh:closed true ; sh:ignoredProperties (:p :q :r)",
    "closed false": "sh:closed false",
    "sparql": "sh:sparql [ sh:select 'SELECT $this ?value { $this ?p ?value FILTER ISLITERAL(?value) }' ]",
    "sparql with a path": "sh:property [ sh:path :r ; sh:sparql [ sh:select "
    "'SELECT $this ?value { $this $PATH ?value FILTER ISLITERAL(?value) }' ] ]",
    "sparql with prefixes": "sh:sparql [ sh:prefixes :prefixes ; sh:select 'SELECT $this { $this e:r $this }' ]",
    "deactivated": "sh:property [ sh:path :q ; sh:maxCount 0 ; sh:deactivated true ]",
    "several at once": "sh:property [ sh:path :p ; sh:minCount 1 ; sh:maxCount 1 ; sh:datatype xsd:integer ]",
}  # fmt: skip
TARGETS = {
    "class": "sh:targetClass :Place",
    "subclass": "sh:targetClass :Town",
    "subjects": "sh:targetSubjectsOf :from",
    "objects": "sh:targetObjectsOf :r",
    "two": "sh:targetClass :Other ; sh:targetSubjectsOf :same",
    "nodes": "sh:targetNode :a, :nobody ; sh:targetClass :Other",
}
DECLARED = ":prefixes sh:declare [ sh:prefix 'e' ; sh:namespace 'http://example.org/'^^xsd:anyURI ] ."


def graph(text: str) -> Graph:
    """A graph from Turtle without prefixes; blank property shapes get IRIs, as ours have."""
    found = read_turtle((PREFIXES + text).encode())
    named = Graph()
    for subject, predicate, value in found:
        inner = URIRef("http://example.org/property") if predicate == SH.property else value
        shape = next(found.objects(None, SH.property), None)
        outer = URIRef("http://example.org/property") if subject == shape else subject
        named.add((outer, predicate, inner))
    return named


def data() -> Store:
    """The graph that is judged."""
    store = Store.in_memory()
    store.load_graph((PREFIXES + DATA).encode(), formats.TURTLE, "http://example.org/graph")
    return store


def results(report: Report) -> Counter[tuple[str, ...]]:
    """What a report says, without wording; a blank node has no name to compare."""
    return Counter(
        (f.severity.value, _named(f.focus), f.rule, f.path, _named(f.value), f.component)
        for f in report.findings
    )


def _named(text: str) -> str:
    return "blank" if re.fullmatch(r"[0-9a-f]{24,32}|n[0-9a-f]{32}b[0-9]+", text) else text


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("constraint", CONSTRAINTS)
def test_component_is_judged_as_by_the_reference(constraint: str, target: str) -> None:
    """A constraint finds on every target what pySHACL finds, without it."""
    shapes = shapes_of(
        graph(f"{DECLARED} :Shape a sh:NodeShape ; {TARGETS[target]} ; {CONSTRAINTS[constraint]} .")
    )
    report = check(data(), shapes)
    assert results(check_by_reference(data(), shapes)) == results(report)
    assert () == report.fallbacks


@pytest.mark.parametrize("parameter", ["minInclusive", "minExclusive", "maxInclusive", "maxExclusive"])
def test_value_that_cannot_be_compared_breaks_a_bound(parameter: str) -> None:
    """SHACL, 4.3: where the comparison "does not return true, there is a validation result"; pySHACL lets some
    values pass that SPARQL cannot compare, so it is no judge of them.
    """
    shapes = shapes_of(
        graph(f":Shape sh:targetClass :Hamlet ; sh:property [ sh:path :p ; sh:{parameter} 2 ] .")
    )
    values = {finding.value for finding in check(data(), shapes).findings}
    assert {"2004-04-31", "x"} <= values


def test_constraints_are_many_and_bite() -> None:
    """The table is not vacuous: all but those that demand nothing find something on some target."""
    silent = []
    for name, constraint in CONSTRAINTS.items():
        texts = [
            f"{DECLARED} :Shape a sh:NodeShape ; {target} ; {constraint} ." for target in TARGETS.values()
        ]
        if not any(check(data(), shapes_of(graph(text))).findings for text in texts):
            silent.append(name)
    assert ["minCount 0", "uniqueLang false", "closed false", "deactivated"] == silent
    assert 60 == len(CONSTRAINTS)


class TestRules:
    """What is read from a shapes graph."""

    def test_message_severity_and_placeholders(self) -> None:
        """A rule speaks the languages of its shape, with its severity, and names the value."""
        shapes = shapes_of(
            graph(
                ":Shape a sh:NodeShape ; sh:targetClass :Other ; sh:property [ sh:path :r ; sh:class :Town ;"
                " sh:severity sh:Warning ; sh:message 'Not {?value}.'@en, 'Nie {$value}.'@pl ] ."
            )
        )
        (finding,) = check(data(), shapes).findings
        assert Severity.WARNING == finding.severity
        assert {"en": "Not http://example.org/e.", "pl": "Nie http://example.org/e."} == finding.messages

    def test_message_in_one_other_language(self) -> None:
        """A shape without an English message still gives one under `en`."""
        shapes = shapes_of(
            graph(
                ":Shape sh:targetClass :Other ; sh:property [ sh:path :q ; sh:minCount 1 ; sh:message 'Nie.'@pl ] ."
            )
        )
        (finding,) = check(data(), shapes).findings
        assert "Nie." == finding.message

    def test_message_of_a_shape_without_one(self) -> None:
        """Without any message the rule itself is named."""
        shapes = shapes_of(
            graph(":Shape sh:targetClass :Other ; sh:property [ sh:path :q ; sh:minCount 1 ] .")
        )
        (finding,) = check(data(), shapes).findings
        assert "breaks the rule http://example.org/property" == finding.message

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            (":Shape a sh:NodeShape ; sh:target [ sh:select '' ] .", "sh:target is not used here"),
            (":Shape a sh:NodeShape ; sh:expression :e .", "sh:expression is not used here"),
            (":Shape a sh:ConstraintComponent .", "needs one that is not optional"),
            (":Shape sh:targetClass 'text' .", "a target must be an IRI"),
            (":Shape sh:targetClass :Town ; sh:property [ sh:minCount 1 ] .", "it has no sh:path"),
            (":Shape a sh:NodeShape ; sh:targetClass :Town ; sh:path :q .", "a node shape has no sh:path"),
            (":Shape a sh:PropertyShape ; sh:targetClass :Town .", "a property shape has one sh:path"),
            (":Shape sh:targetClass :Town ; sh:class :Place ; sh:severity sh:Bad .", "sh:severity: must be"),
            (":Shape sh:targetClass :Town ; sh:minCount 1 .", "a shape without sh:path cannot have it"),
            (":Shape sh:targetClass :Town ; sh:nodeKind :Town .", "must be a kind of node"),
            (":Shape sh:targetClass :Town ; sh:path :q ; sh:minCount 'x' .", "must be a whole number"),
            (":Shape sh:targetClass :Town ; sh:datatype xsd:date, xsd:time .", "a shape has it once"),
            (":Shape sh:targetClass :Town ; sh:or 'nothing' .", "must be a list"),
            (":Shape sh:targetClass :Town ; sh:or () .", "must be a list of shapes, and not empty"),
            (":Shape sh:targetClass :Town ; sh:languageIn (:en) .", "must be a list of language tags"),
            (":Shape sh:targetClass :Town ; sh:pattern '(' .", "sh:pattern: cannot be evaluated"),
            (":Shape sh:targetClass :Town ; sh:pattern :p .", "must be a text"),
            (":Shape sh:targetClass :Town ; sh:sparql [ ] .", "needs one sh:select"),
            (":Shape sh:targetClass :Town ; sh:path :q ; sh:qualifiedMinCount 1 ; sh:qualifiedValueShape :a, :b .",
             "needs one sh:qualifiedValueShape"),
        ],
    )  # fmt: skip
    def test_what_would_be_overlooked_is_refused(self, text: str, message: str) -> None:
        """A form of SHACL that is not evaluated here is an error that names the shape."""
        with pytest.raises(WorkspaceInvalid, match=r"http://example\.org/Shape: ") as caught:
            shapes_of(read_turtle((PREFIXES + text).encode()))
        assert message in str(caught.value)

    @pytest.mark.parametrize(
        "select",
        [
            "SELECT $this { $this ?p }",
            "SELECT nonsense",
            "SELECT $this { $this ?p ?o MINUS { $this a ?o } }",
            "SELECT $this { $this ?p ?o VALUES ?o { 1 } }",
            "SELECT $this { SERVICE :s { $this ?p ?o } }",
            "SELECT $this { BIND(1 AS $this) }",
            "SELECT $this { $this ?p ?o { SELECT ?o { ?o ?p ?x } } }",
            "SELECT $this { GRAPH $shapesGraph { $this ?p ?o } }",
        ],
    )
    def test_constraint_that_cannot_be_evaluated(self, select: str) -> None:
        """A query that SHACL forbids, or that is none, is an error that names shape and parameter."""
        constraint = f"sh:sparql [ sh:prefixes :prefixes ; sh:select '{select}' ]"
        shapes = shapes_of(graph(f"{DECLARED} :Shape sh:targetClass :Town ; {constraint} ."))
        with pytest.raises(
            WorkspaceInvalid, match=r"http://example\.org/Shape: sh:sparql: cannot be evaluated"
        ):
            check(data(), shapes)

    def test_shapes_that_the_reference_cannot_read(self) -> None:
        """What pySHACL refuses is an error of the shapes too, and no traceback."""
        shapes = shapes_of(graph(":Shape sh:targetClass :Town ; sh:sparql [ sh:select 'SELECT nonsense' ] ."))
        with pytest.raises(WorkspaceInvalid, match="shapes/: cannot be evaluated"):
            check_by_reference(data(), shapes)

    def test_shape_that_refers_to_itself(self) -> None:
        """SHACL leaves recursion to the validator (3.4.3): it goes to pySHACL, and the report says so."""
        inner = "sh:property [ sh:path :q ; sh:minCount 1 ] , [ sh:path :r ; sh:node :Shape ]"
        shapes = shapes_of(read_turtle((PREFIXES + f":Shape sh:targetClass :Place ; {inner} .").encode()))
        report = check(data(), shapes)
        assert results(check_by_reference(data(), shapes)) == results(report)
        (fallback,) = report.fallbacks
        assert fallback.endswith(" NodeConstraintComponent")
        assert {"MinCountConstraintComponent", "NodeConstraintComponent"} == {
            f.component for f in report.findings
        }

    def test_shapes_without_names(self) -> None:
        """A shape without an IRI gets one from what it says, the same whenever it is read."""
        text = "[] sh:targetClass :Town ; sh:property [ sh:path :q ; sh:in (1 2) ], [ sh:path :q ; sh:in (1 3) ] ."
        names = [
            [rule.shape for rule in shapes_of(read_turtle((PREFIXES + text).encode())).rules]
            for _ in range(2)
        ]
        assert names[0] == names[1]
        assert 2 == len(set(names[0]))
        assert all(re.fullmatch(r"urn:twin-graph:shape:[0-9a-f]{8}-[0-9a-f]{8}", name) for name in names[0])

    def test_folder_without_rules(self, tmp_path: Path) -> None:
        """A folder that holds no rule would let everything pass, so it is an error."""
        (tmp_path / "prefixes.ttl").write_text("@prefix : <http://x/> . :a :b :c .")
        with pytest.raises(WorkspaceInvalid, match="shapes/: holds no rules; delete the folder"):
            read_shapes(tmp_path)

    def test_file_that_is_no_turtle(self, tmp_path: Path) -> None:
        """A broken file is named."""
        (tmp_path / "city.ttl").write_text("<a> <b>")
        with pytest.raises(WorkspaceInvalid, match=r"shapes/city\.ttl: cannot be read"):
            read_shapes(tmp_path)

    def test_shapes_of_the_program(self) -> None:
        """Every rule of `shapes/` has both languages, and none is of a form that is left to pySHACL."""
        shapes = read_shapes(Path(__file__).parents[2] / "shapes")
        assert 400 <= len(shapes.rules)
        assert [] == [rule.shape for rule in shapes.rules if not {"en", "pl"} <= set(rule.messages)]
        assert () == check(Store.in_memory(), shapes).fallbacks


class TestReport:
    """A report as RDF and as JSON."""

    REPORT = make_report(
        [
            Finding(Severity.INFO, {"en": "b", "pl": "b"}, focus="http://x/2", rule="http://x/r", component="C"),
            Finding(
                Severity.VIOLATION, {"en": "a"}, focus="http://x/1", rule="http://x/r", path="http://x/p",
                value="v", component="MinCountConstraintComponent",
            ),
        ],
        engine="compiled",
    )  # fmt: skip

    def test_turtle_is_a_validation_report(self) -> None:
        """The RDF says what SHACL's vocabulary has words for, and no blank node."""
        graph = Graph().parse(data=report_turtle(self.REPORT))
        (report,) = graph.subjects(RDF.type, SH.ValidationReport)
        found = list(graph.objects(report, SH.result))
        assert Literal(False) == graph.value(report, SH.conforms)
        assert 2 == len(found)
        assert {URIRef("http://x/1"), URIRef("http://x/2")} == {
            graph.value(item, SH.focusNode) for item in found
        }
        assert {SH.Info, SH.Violation} == {graph.value(item, SH.resultSeverity) for item in found}
        assert all(isinstance(subject, URIRef) for subject in graph.subjects())

    def test_equal_reports_give_equal_bytes(self) -> None:
        """The order of discovery leaves no trace."""
        backwards = make_report(list(reversed(self.REPORT.findings)), engine="compiled")
        assert report_turtle(self.REPORT) == report_turtle(backwards)
        assert report_json(self.REPORT) == report_json(backwards)

    def test_json_counts_each_severity(self) -> None:
        """The JSON form has the counts that the pages show, the worst finding first."""
        found = report_json(self.REPORT)
        assert {"Violation": 1, "Warning": 0, "Info": 1} == found["counts"]
        assert ["Violation", "Info"] == [finding["severity"] for finding in found["findings"]]
        assert not found["conforms"]

    def test_advice_alone_does_not_conform(self) -> None:
        """SHACL, 3.6.1: conforms is true "if and only if the validation did not produce any validation results"."""
        report = make_report([self.REPORT.findings[1]], engine="")
        assert ([], False) == (report.violations, report_json(report)["conforms"])
        graph = Graph().parse(data=report_turtle(report))
        assert [Literal(False)] == list(graph.objects(None, SH.conforms))
        assert b"sh:conforms true" in report_turtle(make_report([], engine=""))

    @pytest.mark.parametrize("judge", [check, check_by_reference])
    def test_terms_of_a_result(self, judge: Callable[[Store, Shapes], Report]) -> None:
        """The RDF has an IRI where the data has one, and a literal where it has a literal."""
        shapes = shapes_of(graph(":Shape sh:targetObjectsOf :r ; sh:in (:a :b :c :e) ."))
        written = Graph().parse(data=report_turtle(judge(data(), shapes)))
        expected = {URIRef("http://example.org/nowhere"), Literal("text")}
        for term in (SH.focusNode, SH.value):
            found = {
                node
                for node in written.objects(None, term)
                if not re.fullmatch("[0-9a-fn]{24,}.*", str(node))
            }
            assert expected == found
