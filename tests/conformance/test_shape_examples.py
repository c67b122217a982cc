"""Every rule of `shapes/` has an example that breaks it and nothing else, judged by pySHACL.

Says nothing about the compiled queries of the build: those are held against pySHACL by tests of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pyshacl
import pytest
from rdflib import RDF, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from parsed_once import queries_parsed_once

SH = Namespace("http://www.w3.org/ns/shacl#")
TWINSH = Namespace("https://w3id.org/twin-graph/shapes#")
CONCEPTS = "https://w3id.org/twin-graph/concepts/"

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "shapes"
INVALID = sorted(FOLDER.glob("examples/*/invalid/*.ttl"))
VALID = sorted(FOLDER.glob("examples/*/valid/*.ttl"))
# Files of the folder that hold no shape of their own.
SHARED = {"prefixes", "constraints"}
CLASS_FILES = sorted(path.stem for path in FOLDER.glob("*.ttl") if path.stem not in SHARED)

# What a shape says about itself, as against what it demands.
DESCRIPTIVE = {SH.name, SH.description, SH.message, SH.severity, SH.path, SH.property, SH.targetClass}
SEVERITIES = {SH.Violation, SH.Warning, SH.Info}
TRIGGERS = re.compile(r"# triggers: twinsh:(\S+)")


@cache
def shapes() -> Graph:
    """All shapes of the folder, parsed once."""
    graph = Graph()
    for path in sorted(FOLDER.glob("*.ttl")):
        graph.parse(path, format="turtle")
    return graph


def demands(shape: Node) -> list[Node]:
    """The SHACL parameters of a shape that can be broken."""
    return [p for p in shapes().predicates(shape) if str(p).startswith(str(SH)) and p not in DESCRIPTIVE]


@cache
def rules() -> Mapping[Node, Node]:
    """Each shape that demands something, with its severity."""
    found = {}
    for kind in (SH.NodeShape, SH.PropertyShape):
        for shape in shapes().subjects(RDF.type, kind):
            if demands(shape):
                found[shape] = shapes().value(shape, SH.severity) or Literal("")
    return found


def stated_rule(path: Path) -> URIRef:
    """The rule that the first line of an invalid example names."""
    match = TRIGGERS.fullmatch(path.read_text(encoding="utf-8").partition("\n")[0])
    assert match is not None, f"{path} does not begin with “# triggers: twinsh:…”"
    return TWINSH[match[1]]


def findings(path: Path) -> set[tuple[Node | None, Node | None]]:
    """The pairs of rule and severity that pySHACL finds in an example."""
    data = Graph().parse(path, format="turtle")
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes(), inference="none", advanced=False)
    assert isinstance(report, Graph)
    return {
        (report.value(result, SH.sourceShape), report.value(result, SH.resultSeverity))
        for result in report.subjects(RDF.type, SH.ValidationResult)
    }


@pytest.fixture(scope="module", autouse=True)
def spared() -> Iterator[None]:
    """pySHACL parses each query once."""
    with queries_parsed_once():
        yield


def example(path: Path) -> str:
    return str(path.relative_to(FOLDER / "examples").with_suffix(""))


class TestExamples:
    """SHACL, https://www.w3.org/TR/shacl/#validation-definition: "Validation of a data graph against a shapes
    graph is defined as the union of the validation results over all shapes in the shapes graph."
    """

    @pytest.mark.parametrize("path", INVALID, ids=example)
    def test_invalid_example_breaks_exactly_its_rule(self, path: Path) -> None:
        """An invalid example breaks the rule that its first line names, and no other but for advice."""
        rule = stated_rule(path)
        found = findings(path)
        assert (rule, rules()[rule]) in found
        assert {rule} == {shape for shape, severity in found if severity != SH.Info} | {rule}

    @pytest.mark.parametrize("path", VALID, ids=example)
    def test_valid_example_raises_nothing(self, path: Path) -> None:
        """A valid example gives no violation and no warning."""
        assert set() == {shape for shape, severity in findings(path) if severity != SH.Info}

    def test_all_shapes_load(self) -> None:
        """pySHACL reads every shape of the folder, and agrees that a valid example conforms."""
        conforms, _, text = pyshacl.validate(
            Graph().parse(VALID[0], format="turtle"), shacl_graph=shapes(), allow_infos=True
        )
        assert conforms, text


class TestCoverage:
    """The folder agrees with itself: nothing is checked vacuously."""

    def test_every_rule_has_an_invalid_example(self) -> None:
        """Each rule is named by at least one invalid example, and each example names a rule."""
        assert set(rules()) == {stated_rule(path) for path in INVALID}

    def test_every_class_has_both_kinds_of_example(self) -> None:
        """Each file with a shape has a folder of valid and of invalid examples, and there are no others."""
        assert CLASS_FILES == sorted({path.parent.parent.name for path in VALID})
        assert CLASS_FILES == sorted({path.parent.parent.name for path in INVALID})

    def test_rules_and_examples_are_many(self) -> None:
        """The collected numbers are those of the folder, not a lucky few."""
        written = "".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.ttl"))
        shape = re.compile(r"^twinsh:\S+ a sh:(?:Node|Property)Shape ;", re.MULTILINE)
        assert 17 <= len(CLASS_FILES) == len(set(shapes().subjects(SH.targetClass)))
        assert 400 <= len(rules()) == len(shape.findall(written))
        assert len(rules()) <= len(INVALID) == sum(1 for _ in FOLDER.glob("examples/*/invalid/*"))
        assert len(CLASS_FILES) <= len(VALID) == sum(1 for _ in FOLDER.glob("examples/*/valid/*"))

    def test_examples_use_concepts_that_exist(self) -> None:
        """A concept that an example declares is one of `ontology/concepts.ttl`, of the same class."""
        concepts = Graph().parse(ROOT / "ontology" / "concepts.ttl", format="turtle")
        declared = {
            (concept, kind)
            for path in (*INVALID, *VALID)
            for concept, kind in Graph().parse(path, format="turtle").subject_objects(RDF.type)
            if str(concept).startswith(CONCEPTS)
        }
        assert len(declared) >= 20
        assert set() == {pair for pair in declared if (pair[0], RDF.type, pair[1]) not in concepts}


class TestWording:
    """Each rule speaks to the colleague who has to put the data right."""

    def test_every_rule_speaks_both_languages(self) -> None:
        """Name, description and message are given once in English and once in Polish."""
        for rule in rules():
            for predicate in (SH.name, SH.description, SH.message):
                texts = [
                    text for text in shapes().objects(rule, predicate) if isinstance(text, Literal) and text
                ]
                assert ["en", "pl"] == sorted(text.language or "" for text in texts), (rule, predicate)

    def test_every_rule_means_its_severity(self) -> None:
        """Each rule states one severity of SHACL, and all three are in use."""
        assert [] == [rule for rule in rules() if len(list(shapes().objects(rule, SH.severity))) != 1]
        assert SEVERITIES == set(rules().values())

    def test_every_rule_demands_one_thing(self) -> None:
        """One constraint per rule, so that its message says what is wrong."""
        assert [] == [rule for rule in rules() if len(demands(rule)) != 1]


class TestForm:
    """What keeps the shapes readable by every SHACL engine, and fast when they are compiled."""

    def test_every_property_shape_has_a_path(self) -> None:
        """A property shape without sh:path crashes pySHACL; each has one, and belongs to one node shape."""
        for shape in shapes().subjects(RDF.type, SH.PropertyShape):
            assert 1 == len(list(shapes().objects(shape, SH.path))), shape
            assert 1 == len(list(shapes().subjects(SH.property, shape))), shape

    def test_every_rule_is_named(self) -> None:
        """Shapes, constraints and prefixes have IRIs in the namespace of the shapes; only lists are blank."""
        graph = shapes()
        named = {
            *graph.subjects(RDF.type),
            *graph.objects(None, SH.sparql),
            *graph.objects(None, SH.property),
        }
        outside = {node for node in named if not str(node).startswith(str(TWINSH).rstrip("#"))}
        assert len(named) >= 400
        assert set() == outside

    def test_queries_keep_to_what_shacl_allows(self) -> None:
        """SHACL, section 5.3, forbids MINUS, VALUES and SERVICE; NOT EXISTS is slow on large graphs."""
        texts = [str(text) for text in shapes().objects(None, SH.select)]
        assert len(texts) >= 25
        forbidden = re.compile(r"\b(?:MINUS|VALUES|SERVICE|NOT\s+EXISTS)\b", re.I)
        assert [] == [text for text in texts if forbidden.search(text)]
