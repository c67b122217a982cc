"""The ontology keeps the rules of `ontology/style/`, and each rule finds the flaw that it is about.

What the terms mean for the columns of staff files is tested in `test_context.py`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pyoxigraph
import pyshacl
import pytest
from rdflib import Graph
from rdflib.namespace import RDF, SH

ONTOLOGY = Path(__file__).parents[2] / "ontology"
STYLE = ONTOLOGY / "style"
SHAPES = [STYLE / "terms.ttl", STYLE / "concepts.ttl"]
WORDS = STYLE / "words.ttl"
QUERIES = sorted(STYLE.glob("*.rq"))
TERMS = [ONTOLOGY / "twin.ttl", ONTOLOGY / "concepts.ttl"]
EVERYTHING = [*TERMS, ONTOLOGY / "alignments.ttl"]

SOUND = """
@prefix twin: <https://w3id.org/twin-graph/ontology#> .
@prefix twinsh: <https://w3id.org/twin-graph/shapes#> .
@prefix status: <https://w3id.org/twin-graph/concepts/status#> .
@prefix role: <https://w3id.org/twin-graph/concepts/role#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix schema: <https://schema.org/> .
@prefix vann: <http://purl.org/vocab/vann/> .

<https://w3id.org/twin-graph/ontology> a owl:Ontology ;
    dcterms:title "Twins"@en , "Bliźniaki"@pl , "Близнюки"@uk ;
    dcterms:description "About twins."@en , "O bliźniakach."@pl , "Про близнюків."@uk ;
    dcterms:license <https://creativecommons.org/licenses/by/4.0/> ;
    owl:versionInfo "0.1.0" ;
    vann:preferredNamespacePrefix "twin" ;
    vann:preferredNamespaceUri "https://w3id.org/twin-graph/ontology#" .

twin:City a owl:Class ;
    rdfs:label "City"@en , "Miasto"@pl , "Місто"@uk ;
    skos:definition "A city is a place."@en , "Miasto to jakieś miejsce."@pl , "Місто — це місце."@uk ;
    skos:example "Lublin."@en ;
    rdfs:isDefinedBy <https://w3id.org/twin-graph/ontology> .

twin:Status a owl:Class ;
    rdfs:subClassOf skos:Concept ;
    rdfs:label "Status"@en , "Status"@pl , "Статус"@uk ;
    skos:definition "A status is a state."@en , "Status to pewien stan."@pl , "Статус — це стан."@uk ;
    skos:example "In force."@en ;
    rdfs:isDefinedBy <https://w3id.org/twin-graph/ontology> .

twin:hasSibling a owl:ObjectProperty ;
    rdfs:label "has sibling"@en , "ma rodzeństwo"@pl , "має близнюка"@uk ;
    skos:definition "It has this twin."@en , "Ma ono takie rodzeństwo."@pl , "Воно має такого близнюка."@uk ;
    schema:domainIncludes twin:City ; schema:rangeIncludes twin:City ;
    rdfs:isDefinedBy <https://w3id.org/twin-graph/ontology> .

twin:leadsTo a owl:ObjectProperty ;
    rdfs:label "leads to"@en , "prowadzi do"@pl , "веде до"@uk ;
    skos:definition "It leads to this."@en , "Prowadzi to do tego."@pl , "Воно веде до цього."@uk ;
    schema:domainIncludes twin:Status ; schema:rangeIncludes twin:Status ;
    rdfs:isDefinedBy <https://w3id.org/twin-graph/ontology> .

twin:population a owl:DatatypeProperty ;
    rdfs:label "population"@en , "ludność"@pl , "населення"@uk ;
    skos:definition "So many live there."@en , "Tylu tam teraz mieszka."@pl , "Стільки там тепер живе."@uk ;
    schema:domainIncludes twin:City ; schema:rangeIncludes xsd:integer ;
    rdfs:isDefinedBy <https://w3id.org/twin-graph/ontology> .

<https://w3id.org/twin-graph/concepts/status> a skos:ConceptScheme ;
    dcterms:title "Statuses"@en , "Statusy"@pl , "Статуси"@uk ;
    dcterms:license <https://creativecommons.org/licenses/by/4.0/> .

status:signed a skos:Concept , twin:Status ;
    skos:notation "signed" ;
    skos:prefLabel "signed"@en , "podpisane"@pl , "підписане"@uk ;
    skos:definition "It has been signed."@en , "To już teraz podpisano."@pl , "Це вже було підписано."@uk ;
    twin:leadsTo status:lasting ;
    skos:inScheme <https://w3id.org/twin-graph/concepts/status> ;
    skos:topConceptOf <https://w3id.org/twin-graph/concepts/status> .

status:lasting a skos:Concept , twin:Status ;
    skos:notation "lasting" ;
    skos:prefLabel "lasting"@en , "trwające"@pl , "тривале"@uk ;
    skos:definition "It goes on still."@en , "To trwa aż dotąd."@pl , "Це триває й досі."@uk ;
    skos:inScheme <https://w3id.org/twin-graph/concepts/status> ;
    skos:topConceptOf <https://w3id.org/twin-graph/concepts/status> .

twinsh:StyleWords twinsh:verb "has" , "leads" .
"""
LICENCE = "dcterms:license <https://creativecommons.org/licenses/by/4.0/>"
DEFINED = "rdfs:isDefinedBy <https://w3id.org/twin-graph/ontology>"
IN_SCHEME = "skos:inScheme <https://w3id.org/twin-graph/concepts/status>"
TOP = "skos:topConceptOf <https://w3id.org/twin-graph/concepts/status>"
OF_CITY = "schema:domainIncludes twin:City ; schema:rangeIncludes twin:City"

# Rule, what stands in the sound ontology, what stands there instead when the rule is broken.
FLAWS = [
    ("StyleOntologyTitle", '"Twins"@en , ', ""),
    ("StyleOntologyTitle", '"Twins"@en', '"Twins"@en , "Twin"@en'),
    ("StyleOntologyDescription", '"About twins."@en', '"Über Zwillinge."@de'),
    ("StyleOntologyLicence", f"{LICENCE} ;\n    owl:", "owl:"),
    ("StyleOntologyVersion", '"0.1.0"', '"v1"'),
    ("StyleOntologyPrefix", 'Prefix "twin"', 'Prefix "tw"'),
    ("StyleOntologyNamespace", 'Uri "https', 'Uri "http'),
    ("StyleTermLabel", ', "ludność"@pl', ""),
    ("StyleTermLabelOnce", '"ludność"@pl', '"ludność"@pl , "populacja"@pl'),
    ("StyleTermLabelLanguage", '"ludność"@pl', '"ludność"@pl , "habitants"@fr'),
    ("StyleTermDefinition", ', "Tylu tam teraz mieszka."@pl', ""),
    (
        "StyleTermDefinitionOnce",
        '"So many live there."@en',
        '"So many live there."@en , "So many are there."@en',
    ),
    (
        "StyleTermDefinitionLanguage",
        '"So many live there."@en',
        '"So many live there."@en , "So many are here."',
    ),
    ("StyleTermIsDefinedBy", f'"Lublin."@en ;\n    {DEFINED}', '"Lublin."@en'),
    ("StyleTermIsDefinedBy", DEFINED, "rdfs:isDefinedBy <http://www.w3.org/ns/org>"),
    ("StyleTermWithoutDomain", OF_CITY, f"{OF_CITY} ; rdfs:domain twin:City"),
    ("StyleTermWithoutRange", OF_CITY, f"{OF_CITY} ; rdfs:range twin:City"),
    ("StyleTermWithoutInverse", OF_CITY, f"{OF_CITY} ; owl:inverseOf twin:hasSibling"),
    ("StyleClassExample", 'skos:example "Lublin."@en ;', ""),
    ("StylePropertyDomain", OF_CITY, "schema:rangeIncludes twin:City"),
    ("StylePropertyDomainClass", OF_CITY, f"{OF_CITY} ; schema:domainIncludes schema:City"),
    ("StylePropertyRange", OF_CITY, "schema:domainIncludes twin:City"),
    ("StyleObjectPropertyRangeClass", OF_CITY, f"{OF_CITY} ; schema:rangeIncludes xsd:string"),
    ("StyleDatatypePropertyRange", "Includes xsd:integer", "Includes xsd:float"),
    ("StyleDatatypePropertyRange", "Includes xsd:integer", "Includes xsd:integer , xsd:decimal"),
    ("StyleSchemeTitle", '"Statuses"@en , ', ""),
    ("StyleSchemeLicence", f'"Статуси"@uk ;\n    {LICENCE}', '"Статуси"@uk'),
    ("StyleConceptLabel", '"lasting"@en , "trwające"@pl', '"lasting"@en'),
    ("StyleConceptDefinition", '"It goes on still."@en , ', ""),
    ("StyleConceptNotation", 'skos:notation "lasting" ;', ""),
    ("StyleConceptScheme", f";\n    {IN_SCHEME} ;\n    {TOP} .\n\ntwinsh", ".\n\ntwinsh"),
    ("StyleConceptTop", f";\n    {TOP} .\n\ntwinsh", ".\n\ntwinsh"),
    ("class-name", "twin:City", "twin:city"),
    ("class-name", "twin:City", "twin:LocalTIT"),
    ("property-name", "twin:population", "twin:Population"),
    ("property-name", "twin:population", "twin:populationGUS"),
    ("object-property-verb", "twin:hasSibling", "twin:sibling"),
    ("datatype-property-noun", "twin:population", "twin:hasPopulation"),
    (
        "unused-exception",
        "twinsh:StyleWords",
        'twin:hasSibling twinsh:mayLackVerb "It need not." . twinsh:StyleWords',
    ),
    ("definition-sentence", "A city is a place.", "A city is a place"),
    ("definition-sentence", "A city is a place.", "A city is a place. It is big."),
    ("definition-sentence", "Miasto to jakieś miejsce.", "miasto to jakieś miejsce."),
    ("definition-sentence", "Місто — це місце.", "Місце."),
    ("definition-repeated", "A status is a state.", "A city is a place."),
    ("label-repeated", '"prowadzi do"@pl', '"ma rodzeństwo"@pl'),
    ("label-repeated", '"має близнюка"@uk', '"місто"@uk'),
    ("label-capital", '"City"@en', '"city"@en'),
    ("label-capital", '"населення"@uk', '"Населення"@uk'),
    ("term-namespace", "twin:City", "<https://example.org/City>"),
    ("term-undeclared", '"Lublin."@en', '"Lublin."@en ; rdfs:seeAlso twin:Town'),
    ("concept-iri", 'skos:notation "lasting"', 'skos:notation "last"'),
    ("concept-class", "status:lasting a skos:Concept , twin:Status", "status:lasting a skos:Concept"),
    ("concept-class-empty", "twin:City a owl:Class", "twin:City rdfs:subClassOf skos:Concept ; a owl:Class"),
    ("concept-label-repeated", '"lasting"@en', '"Signed"@en'),
    ("status-leads-to-state", "twin:leadsTo status:lasting", "twin:leadsTo status:signed"),
]


@cache
def shapes() -> Graph:
    """All shapes of the style."""
    graph = Graph()
    for file in SHAPES:
        graph.parse(file)
    return graph


def rules() -> set[str]:
    """The name of every rule: a property shape, or a query without its suffix."""
    names = {str(shape).partition("#")[2] for shape in shapes().subjects(RDF.type, SH.PropertyShape)}
    return names | {query.stem for query in QUERIES}


def broken_shapes(turtle: str) -> dict[str, list[str]]:
    """The property shapes that a text breaks, with what is wrong."""
    _, report, _ = pyshacl.validate(Graph().parse(data=turtle, format="turtle"), shacl_graph=shapes())
    found: dict[str, list[str]] = {}
    for result in report.subjects(RDF.type, SH.ValidationResult):
        rule = str(report.value(result, SH.sourceShape)).partition("#")[2]
        found.setdefault(rule, []).append(f"{report.value(result, SH.focusNode)}")
    return found


def broken_queries(turtle: str) -> dict[str, list[str]]:
    """The queries that find something in a text, with what they find."""
    store = pyoxigraph.Store()
    store.load(turtle.encode(), format=pyoxigraph.RdfFormat.TURTLE)
    found: dict[str, list[str]] = {}
    for query in QUERIES:
        for term, message in select(store, query.read_text(encoding="utf-8")):
            found.setdefault(query.stem, []).append(f"{term} {message}")
    return found


def select(store: pyoxigraph.Store, query: str) -> list[list[str]]:
    """The values of the rows that a query selects."""
    rows = store.query(query)
    assert isinstance(rows, pyoxigraph.QuerySolutions)
    return [[str(value) for value in row] for row in rows]


def text_of(files: list[Path]) -> str:
    """Several Turtle files as one text; a prefix may be declared twice."""
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def test_our_terms_and_concepts_keep_every_shape() -> None:
    """Each term and concept has what the shapes of the style ask for."""
    assert broken_shapes(text_of(TERMS)) == {}


def test_no_query_of_the_style_finds_anything() -> None:
    """Names, labels and definitions are as the style guide says, and the alignments name known terms only."""
    assert broken_queries(text_of([*EVERYTHING, WORDS])) == {}


def test_there_are_as_many_rules_as_there_are_flaws_to_find() -> None:
    """A rule without a planted flaw might never find anything."""
    assert len(QUERIES) == 16
    assert len(rules()) == 45
    assert rules() == {rule for rule, _, _ in FLAWS}


def test_the_sound_ontology_breaks_no_rule() -> None:
    """The small ontology into which the flaws are planted has none of its own."""
    assert broken_shapes(SOUND) | broken_queries(SOUND) == {}


@pytest.mark.parametrize(("rule", "sound", "flawed"), FLAWS)
def test_a_planted_flaw_breaks_exactly_its_rule(rule: str, sound: str, flawed: str) -> None:
    """A flaw is found by the rule that is about it and by no other."""
    assert sound in SOUND
    text = SOUND.replace(sound, flawed)
    assert {rule} == set(broken_shapes(text) | broken_queries(text))


def test_every_word_of_the_style_is_used() -> None:
    """A verb that begins no property is deleted from words.ttl."""
    store = pyoxigraph.Store()
    store.load(text_of([*TERMS, WORDS]).encode(), format=pyoxigraph.RdfFormat.TURTLE)
    unused = """
        PREFIX twinsh: <https://w3id.org/twin-graph/shapes#>
        PREFIX owl: <http://www.w3.org/2002/07/owl#>
        SELECT ?word WHERE {
          twinsh:StyleWords twinsh:verb|twinsh:participle ?word
          FILTER NOT EXISTS {
            ?term a owl:ObjectProperty
            FILTER(REGEX(STR(?term), CONCAT("#", ?word, "([A-Z]|$)")))
          }
        }"""
    assert select(store, unused) == []
