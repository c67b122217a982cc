"""Paths, the text of queries, literals as they are written, and constraint components of the shapes' own."""

from __future__ import annotations

from pathlib import Path

import pytest
from rdflib import RDF, XSD, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from random_shapes import PREFIXES, E
from twin_graph import formats
from twin_graph.errors import UnsupportedMediaType, WorkspaceInvalid
from twin_graph.graphs import read_turtle
from twin_graph.namespaces import SH
from twin_graph.shapes import (
    check,
    read_shapes,
    recheck,
    report_graph,
    report_turtle,
    validate,
    validate_by_reference,
)
from twin_graph.shapes.groups import blind_groups, counts, problem
from twin_graph.shapes.interface import format_of
from twin_graph.shapes.paths import read_path
from twin_graph.shapes.patterns import connected, read_patterns
from twin_graph.store import Store


def turtle(text: str) -> Graph:
    """A graph from Turtle without prefixes."""
    return read_turtle((PREFIXES + text).encode())


class TestPaths:
    """Property paths, https://www.w3.org/TR/shacl/#property-paths."""

    @pytest.mark.parametrize(
        ("path", "sparql", "ends"),
        [
            (":p", "<p>", {E.b}),
            ("[ sh:inversePath :p ]", "^<p>", set()),
            ("(:p :q)", "<p>/<q>", {E.c}),
            ("[ sh:alternativePath (:p :r) ]", "<p>|<r>", {E.b, E.d}),
            ("[ sh:zeroOrMorePath :p ]", "<p>*", {E.a, E.b}),
            ("[ sh:oneOrMorePath [ sh:alternativePath (:p :q) ] ]", "(<p>|<q>)+", {E.b, E.c}),
            ("[ sh:zeroOrOnePath :q ]", "<q>?", {E.a}),
            ("(:r [ sh:inversePath (:p :q) ])", "<r>/(^(<p>/<q>))", {E.a}),
        ],
    )
    def test_path(self, path: str, sparql: str, ends: set[Node]) -> None:
        """A path is written as SPARQL and as RDF, and leads where SHACL says."""
        graph = turtle(f":S sh:path {path} . :a :p :b ; :r :d . :b :q :c , :d .")
        node = graph.value(E.S, SH.path)
        assert node is not None
        found = read_path(graph, node)
        short = found.sparql.replace("http://example.org/", "")
        assert sparql == short
        again, triples = found.triples()
        written = Graph()
        for triple in triples:
            written.add(triple)
        assert found == read_path(written, again)
        data = turtle(
            ":a :p :b ; :r :d . :b :q :c , :d ."
            if "inversePath (" in path
            else ":a :p :b ; :r :d . :b :q :c ."
        )

        def step(at: Node, predicate: URIRef, backwards: bool) -> list[Node]:
            return list(data.subjects(predicate, at) if backwards else data.objects(at, predicate))

        assert ends == found.walk(E.a, step)

    @pytest.mark.parametrize(
        "path", ["'text'", "[]", "(:p)", "[ sh:alternativePath (:p) ]", "[ sh:inversePath :p, :q ]"]
    )
    def test_ill_formed_path(self, path: str) -> None:
        """What is no path is refused."""
        with pytest.raises(WorkspaceInvalid, match="no well-formed path"):
            read_shapes(turtle(f":S sh:targetClass :C ; sh:path {path} ; sh:minCount 1 ."))


class TestTexts:
    """What is found out about the text of a query."""

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("SELECT $this { $this ex:minus 'VALUES' } # SERVICE", ""),
            ("SELECT $this { $this ?p ?o MINUS { } }", "MINUS"),
            ("SELECT $this { VALUES ?o { 1 } }", "VALUES"),
            ("SELECT $this { BIND (1 AS ?this) }", "AS"),
            ("SELECT $this { { SELECT * { $this ?p ?o } } }", "nested SELECT"),
            ("SELECT $this { { SELECT $this { $this ?p ?o } } }", ""),
        ],
    )
    def test_forbidden(self, text: str, reason: str) -> None:
        """SHACL, appendix A: what a constraint must not say, keywords in names and strings aside."""
        found = problem(text, ["this"])
        assert reason in found
        assert bool(reason) == bool(found)

    @pytest.mark.parametrize(
        ("text", "number"),
        [
            ("SELECT $this { { FILTER (?this = 1) } UNION { ?this ?p ?o FILTER (?this = ?o) } }", 1),
            ("SELECT $this { ?this ?p ?o OPTIONAL { ?o ?q ?x FILTER (?x = ?this) } }", 0),
            ("SELECT $this { { BIND (?this AS ?x) } }", 1),
        ],
    )
    def test_blind_groups(self, text: str, number: int) -> None:
        """A group that uses the focus node without a pattern for it has to be told."""
        assert number == len(blind_groups(text, ["this"]))

    def test_counting(self) -> None:
        """Rows of several focus nodes mix where they are counted together or limited."""
        assert counts("SELECT (COUNT(?x) AS ?n) { ?this ?p ?x }", "this")
        assert counts("SELECT ?this { ?this ?p ?x } LIMIT 1", "this")
        assert not counts("SELECT ?this { ?this ?p ?x } GROUP BY ?this HAVING (COUNT(?x) > 1)", "this")

    @pytest.mark.parametrize(
        "body",
        [
            "SELECT ?this { ?this ?p ?o }", "SELECT ?this { ?this x:p [ x:q ?o ] }", "SELECT ?this { ?this y:p 1 }",
            "SELECT ?this { GRAPH ?g { ?this x:p 1 } }", "SELECT ?this { ?this !x:p ?o }",
            "SELECT ?this { ?this x:p ?o FILTER (!EXISTS { ?o x:q 1 }) }",
            "SELECT ?this { { SELECT ?this { ?this x:p 1 } } }",
        ],
    )  # fmt: skip
    def test_patterns_that_are_not_known(self, body: str) -> None:
        """More than plain patterns is not understood, and said to be so."""
        assert read_patterns("PREFIX x: <http://x/>", body) is None

    def test_patterns(self) -> None:
        """Patterns are found with their properties, and which of them hang together."""
        body = """SELECT ?this { ?this a x:C ; x:p ?o , "x"@en ; . ?o x:q|^x:r 1.5 . # no
            FILTER NOT EXISTS { ?z <http://x/s> true } FILTER REGEX(STR(?o), "}") BIND (1 + 2 AS ?y) }"""
        found = read_patterns("PREFIX x: <http://x/>", body)
        assert found is not None
        names = [{name.rpartition("/")[2] for name in pattern.predicates} for pattern in found]
        assert [{str(RDF.type).rpartition("/")[2]}, {"p"}, {"p"}, {"q", "r"}, {"s"}] == names
        assert {0, 1, 2, 3} == connected(found, "?this")


class TestLiterals:
    """Data are validated as they are written."""

    DATA = b"""@prefix : <http://example.org/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
        :a :p "5"^^xsd:byte , "05"^^xsd:integer , 5 , 2.50 , "1"^^xsd:boolean , "maybe"^^xsd:boolean ."""

    def test_datatypes_that_the_engine_does_not_keep(self) -> None:
        """A byte is a byte, and 05 another term than 5."""
        shapes = read_shapes(
            turtle(":S sh:targetNode :a ; sh:path :p ; sh:datatype xsd:byte ; sh:maxCount 5 .")
        )
        report = validate(self.DATA, shapes)
        values = {
            finding.value_node for finding in report.findings if finding.component.startswith("Datatype")
        }
        assert {"05", "5", "2.50", "1", "maybe"} == {str(value) for value in values}
        assert 1 == sum(finding.component.startswith("MaxCount") for finding in report.findings)

    def test_queries_compute_with_all_literals(self) -> None:
        """A SPARQL constraint compares bytes and numbers that are written differently."""
        select = "SELECT $this ?value { $this e:p ?value . FILTER (?value = 5) }"
        shapes = read_shapes(
            turtle(f":S sh:targetNode :a ; sh:sparql [ sh:prefixes :prefixes ; sh:select '{select}' ] .")
        )
        assert ["5"] == [finding.value for finding in validate(self.DATA, shapes).findings]

    def test_what_cannot_be_read(self) -> None:
        """Broken data, and a file of no known format, are told."""
        shapes = read_shapes(turtle(":S sh:targetNode :a ; sh:nodeKind sh:IRI ."))
        with pytest.raises(WorkspaceInvalid, match="the data cannot be read"):
            validate(b"<a> <b>", shapes)
        with pytest.raises(UnsupportedMediaType, match=r"data\.txt"):
            validate("data.txt", shapes)
        assert [formats.TURTLE, formats.N_QUADS] == [format_of(Path(name)) for name in ("a.ttl", "a.nq")]


COMPONENTS = """
:Component a sh:ConstraintComponent ; sh:parameter [ sh:path :longest ] , [ sh:path :other ; sh:optional true ] ;
    sh:validator [ sh:ask "ASK { FILTER (STRLEN(STR($value)) <= $longest || $value = COALESCE($other, '-')) }" ;
        sh:message "longer than {$longest}"@en ] .
:Selecting a sh:ConstraintComponent ; sh:parameter [ sh:path :than ] ;
    sh:nodeValidator [ sh:select "SELECT $this { $this ?p ?o . FILTER (?o = $than) }" ] ;
    sh:propertyValidator [ sh:select "SELECT $this ?value { $this $PATH ?value . FILTER (?value = $than) }" ] .
"""


class TestComponents:
    """SPARQL-based constraint components, https://www.w3.org/TR/shacl/#sparql-constraint-components."""

    @pytest.mark.parametrize(
        "shape",
        [
            "sh:targetSubjectsOf :p ; :longest 3",
            "sh:targetObjectsOf :p ; :longest 3 ; :other 'other'",
            "sh:targetSubjectsOf :p ; :than 'other'",
            "sh:targetSubjectsOf :p ; sh:property [ sh:path :p ; :than 'other' ]",
        ],
    )
    def test_component(self, shape: str) -> None:
        """A component finds what it finds in pySHACL, at nodes without names too."""
        shapes = read_shapes(turtle(f"{COMPONENTS} :S a sh:NodeShape ; {shape} ."))
        data = turtle(":a :p 'one', 'other', :longer . _:b :p 'other' , 'fourth' .")
        report = validate(data, shapes)
        found = [
            {(f.focus_node, f.value_node, f.component) for f in each.findings}
            for each in (report, validate_by_reference(data, shapes))
        ]
        assert found[0]
        assert found[0] == found[1]
        assert () == report.fallbacks

    def test_message_with_parameters(self) -> None:
        """The messages of a component may name its parameters."""
        shapes = read_shapes(
            turtle(f"{COMPONENTS} :S sh:targetNode 'four' ; :longest 3 ; sh:message 'over {{$longest}}' .")
        )
        assert ["over 3"] == [finding.message for finding in validate(b"", shapes).findings]


class TestResults:
    """Results as RDF."""

    SHAPES = """:S sh:targetSubjectsOf :p ; sh:severity :Grave ; sh:nodeKind sh:IRI ;
        sh:property [ sh:path (:p [ sh:zeroOrMorePath :q ]) ; sh:maxCount 0 ] ."""

    def test_nodes_without_names_and_paths(self) -> None:
        """A result carries focus nodes without a name, paths, and severities of the shapes' own."""
        report = validate(turtle("_:b :p :c ."), read_shapes(turtle(self.SHAPES)))
        graph = report_graph(report)
        assert {E.Grave, SH.Violation} == set(graph.objects(None, SH.resultSeverity))
        assert all(isinstance(focus, BNode) for focus in graph.objects(None, SH.focusNode))
        (path,) = graph.objects(None, SH.resultPath)
        assert "<http://example.org/p>/(<http://example.org/q>*)" == read_path(graph, path).sparql
        assert b"Grave" in report_turtle(report)
        assert 2 == len(report.violations)

    def test_typed_values(self) -> None:
        """The value of a result is the term of the data."""
        shapes = read_shapes(turtle(":S sh:targetNode :a ; sh:path :p ; sh:in () ."))
        data = turtle(":a :p 'x'@en , 1 , '2004-01-01'^^xsd:date .")
        values = set(report_graph(validate(data, shapes)).objects(None, SH.value))
        assert {Literal("x", lang="en"), Literal(1), Literal("2004-01-01", datatype=XSD.date)} == values


class TestChanges:
    """A change is validated where it matters."""

    def test_class_hierarchy(self) -> None:
        """A new subclass makes new focus nodes."""
        shapes = read_shapes(turtle(":S sh:targetClass :C ; sh:property [ sh:path :p ; sh:minCount 1 ] ."))
        store = Store.in_memory()
        store.load_graph((PREFIXES + ":a a :D .").encode(), formats.TURTLE, "http://example.org/g")
        before = check(store, shapes)
        added = list(turtle(":D rdfs:subClassOf :C ."))
        wanted = [triple for triple in added if triple[0] == E.D]
        store.add(wanted, "http://example.org/g")
        after = recheck(store, shapes, before, added=wanted)
        assert (0, 1) == (len(before.findings), len(after.findings))

    def test_nothing_changed(self) -> None:
        """Without a change the report stands."""
        shapes = read_shapes(turtle(":S sh:targetClass :C ; sh:property [ sh:path :p ; sh:minCount 1 ] ."))
        report = check(Store.in_memory(), shapes)
        assert report is recheck(Store.in_memory(), shapes, report)

    def test_shape_that_refers_to_itself(self) -> None:
        """What pySHACL has to run is run as a whole, and named."""
        shapes = read_shapes(
            turtle(":S sh:targetClass :C ; sh:property [ sh:path :p ; sh:node :S ; sh:minCount 1 ] .")
        )
        store = Store.in_memory()
        store.load_graph((PREFIXES + ":a a :C ; :p :b .").encode(), formats.TURTLE, "http://example.org/g")
        before = check(store, shapes)
        added = [(E.b, RDF.type, E.C), (E.b, E.p, E.c), (E.c, E.p, E.d)]
        store.add(added, "http://example.org/g")
        report = recheck(store, shapes, before, added=added)
        assert report.fallbacks
        assert check(store, shapes) == report
