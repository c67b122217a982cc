"""The JSON-LD context says what every column of every table means, and both parsers read it alike.

Whether staff files are read into such rows is tested with the reader; here the rows are given.
"""

from __future__ import annotations

import json
import re
import warnings
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
from rdflib import Graph, URIRef
from rdflib.namespace import OWL, RDF

ONTOLOGY = Path(__file__).parents[2] / "ontology"
CONTEXT: dict[str, Any] = json.loads((ONTOLOGY / "context.jsonld").read_text(encoding="utf-8"))["@context"]
BASE = "http://localhost:8000/"
CONCEPTS = "https://w3id.org/twin-graph/concepts/"

# Table, class of its rows, its columns; those of several values are marked with a star.
EVERYWHERE = "notes source* confidence"
TABLES = """
countries Country key iso_code name_en name_pl name_uk continent west south east north wikidata
cities LocalAuthority key type name_en name_pl name_uk name_de name_es name_fr name_pt name_ru name_zh
    country latitude longitude wikidata geonames teryt population population_year sibling*
exonyms Name city name language use until
sources Source key title url publisher text_language retrieved archived quotation licence
register Register key name_en name_pl name_uk city publisher url as_of
partnerships Partnership key parties* relation counts_from name_en name_pl name_uk
agreements Agreement key type partnership relation name_en name_pl name_uk signed signed_in areas*
    follows renews completes approved_by* until
    end_condition_en end_condition_pl end_condition_uk
resolutions Resolution key name_en name_pl name_uk decided_by adopted number
events StatusEvent key partnership event on relation after decided_by approved_by*
networks Network key name_en name_pl name_uk network_type founded seat website wikidata
memberships Membership key city network role from until approved_by*
distinctions Distinction key name_en name_pl name_uk distinction_type conferred_by founded website
conferrals Conferral key distinction city in_year on
activities Activity key name_en name_pl name_uk activity_type from until place participants*
    partnerships* areas* description_en description_pl description_uk
counts DeclaredCount key city counted total as_of
claims Claim key partnership membership event parties* claimed_by on_side_of relation since until
    status confirmed quotation statement
decisions Decision contradiction evidence verdict preferred reason decided_by decided_on
"""
ROWS = [chunk.split() for chunk in re.split(r"\n(?=\w)", TABLES.strip())]
CLASSES = {table: name for table, name, *_ in ROWS}
COLUMNS = {table: [*columns, *EVERYWHERE.split()] for table, _, *columns in ROWS}

SCHEMES = """relation stage status role confidence area network-type distinction-type continent reciprocity
name-use activity-type evidence fact contradiction-kind severity decision-status verdict"""
HIDDEN_BY_A_COLUMN = {"relation", "stage", "status", "role", "confidence", "continent", "reciprocity", "evidence",
                      "severity", "verdict"}  # fmt: skip
"""Schemes whose prefix would have the name of a term; a term of a JSON-LD context has one meaning."""

PREFIXES = """
@base <http://localhost:8000/> .
@prefix twin: <https://w3id.org/twin-graph/ontology#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
""" + "".join(f"@prefix {scheme}: <{CONCEPTS}{scheme}#> .\n" for scheme in SCHEMES.split())

# Table, one row of it, the triples that it means. A concept is scheme#notation, a thing lacks the base.
# fmt: off
SAMPLES: list[tuple[str, dict[str, Any], str]] = [
    ("countries",
     {"@id": "id/country/fj", "@type": "Country", "iso_code": "FJ", "name_en": "Fiji", "name_uk": "Фіджі",
      "continent": "continent#oceania", "west": "176.9", "east": "-178.2", "wikidata": "Q712",
      "source": ["id/source/natural-earth"]},
     """<id/country/fj> a twin:Country ; twin:isoCode "FJ" ; rdfs:label "Fiji"@en , "Фіджі"@uk ;
        twin:onContinent continent:oceania ; twin:westLongitude 176.9 ; twin:eastLongitude -178.2 ;
        twin:wikidataId "Q712" ; twin:hasSource <id/source/natural-earth> ."""),
    ("cities",
     {"@id": "id/city/lublin", "@type": ["City", "LocalAuthority"], "name_pl": "Lublin", "name_zh": "卢布林",
      "country": "id/country/pl", "latitude": "51.25058", "population": "336339", "population_year": "2021",
      "geonames": "765876", "teryt": "0663011", "sibling": ["id/city/other"], "notes": "GeoNames."},
     """<id/city/lublin> a twin:City , twin:LocalAuthority ; rdfs:label "Lublin"@pl , "卢布林"@zh ;
        twin:inCountry <id/country/pl> ; twin:latitude 51.25058 ; twin:population 336339 ;
        twin:populationYear "2021"^^xsd:gYear ; twin:geonamesId "765876" ; twin:terytCode "0663011" ;
        twin:hasSibling <id/city/other> ; skos:note "GeoNames." ."""),
    ("exonyms",
     {"@id": "doc/city/lviv#name-pl-0123abcd", "@type": "Name", "city": "id/city/lviv", "name": "Lwów",
      "language": "pl", "use": "name-use#exonym", "until": "1945~"},
     """<doc/city/lviv#name-pl-0123abcd> a twin:Name ; twin:isNameOf <id/city/lviv> ; twin:nameText "Lwów" ;
        twin:nameLanguage "pl" ; twin:nameUse name-use:exonym ; twin:until "1945~" ."""),
    ("sources",
     {"@id": "id/source/page", "@type": "Source", "title": "Partner cities", "url": "https://example.org/a",
      "publisher": "A city", "text_language": "pl", "retrieved": "2026-11-01", "licence": "CC0",
      "archived": "https://example.org/b", "quotation": "jest miastem partnerskim"},
     """<id/source/page> a twin:Source ; dcterms:title "Partner cities" ; twin:publishedBy "A city" ;
        twin:url "https://example.org/a"^^xsd:anyURI ; twin:inLanguage "pl" ; twin:underLicence "CC0" ;
        twin:retrievedOn "2026-11-01"^^xsd:date ; twin:archivedAt "https://example.org/b"^^xsd:anyURI ;
        twin:quotation "jest miastem partnerskim" ."""),
    ("register",
     {"@id": "id/register/lublin", "@type": "Register", "city": "id/city/lublin", "as_of": "2023-02"},
     '<id/register/lublin> a twin:Register ; twin:keptBy <id/city/lublin> ; twin:asOf "2023-02" .'),
    ("partnerships",
     {"@id": "id/partnership/p", "@type": "Partnership", "parties": ["id/city/lublin", "id/city/kharkiv"],
      "relation": "relation#partner", "counts_from": "id/agreement/a", "confidence": "confidence#high"},
     """<id/partnership/p> a twin:Partnership ; twin:hasParty <id/city/lublin> , <id/city/kharkiv> ;
        twin:relationType relation:partner ; twin:countsFrom <id/agreement/a> ;
        twin:confidence confidence:high ."""),
    ("agreements",
     {"@id": "id/agreement/a", "@type": ["PartnershipAgreement", "Agreement"], "signed": "2022-05-21",
      "partnership": "id/partnership/p", "signed_in": "Lublin", "areas": ["area#culture", "area#sport"],
      "follows": "id/agreement/b", "approved_by": ["id/resolution/r"], "end_condition_pl": "pięć lat"},
     """<id/agreement/a> a twin:PartnershipAgreement , twin:Agreement ; twin:signedOn "2022-05-21" ;
        twin:isDocumentOf <id/partnership/p> ; twin:signedIn "Lublin" ;
        twin:coversArea area:culture , area:sport ; twin:follows <id/agreement/b> ;
        twin:approvedBy <id/resolution/r> ; twin:endCondition "pięć lat"@pl ."""),
    ("resolutions",
     {"@id": "id/resolution/r", "@type": "Resolution", "decided_by": "id/city/lublin",
      "adopted": "2003-10-16", "number": "274/X/2003"},
     """<id/resolution/r> a twin:Resolution ; twin:decidedBy <id/city/lublin> ; twin:adoptedOn "2003-10-16" ;
        twin:resolutionNumber "274/X/2003" ."""),
    ("events",
     {"@id": "id/event/e", "@type": "StatusEvent", "partnership": "id/partnership/p", "on": "2022-03",
      "event": "status#terminated", "after": "id/event/d"},
     """<id/event/e> a twin:StatusEvent ; twin:changesStatusOf <id/partnership/p> ; twin:on "2022-03" ;
        twin:event status:terminated ; twin:after <id/event/d> ."""),
    ("networks",
     {"@id": "id/network/n", "@type": "Network", "network_type": "network-type#association",
      "founded": "1986", "seat": "Brussels", "website": "https://example.org/"},
     """<id/network/n> a twin:Network ; twin:networkType network-type:association ; twin:foundedOn "1986" ;
        twin:seat "Brussels" ; twin:website "https://example.org/"^^xsd:anyURI ."""),
    ("memberships",
     {"@id": "id/membership/m", "@type": "Membership", "city": "id/city/lublin", "network": "id/network/n",
      "role": "role#associate", "from": "2003-11-26", "until": "2004-04-30"},
     """<id/membership/m> a twin:Membership ; twin:isMembershipOf <id/city/lublin> ;
        twin:isMembershipIn <id/network/n> ; twin:role role:associate ;
        twin:from "2003-11-26" ; twin:until "2004-04-30" ."""),
    ("distinctions",
     {"@id": "id/distinction/d", "@type": "Distinction", "distinction_type": "distinction-type#title",
      "conferred_by": "European Youth Forum"},
     """<id/distinction/d> a twin:Distinction ; twin:distinctionType distinction-type:title ;
        twin:conferredBy "European Youth Forum" ."""),
    ("conferrals",
     {"@id": "id/conferral/c", "@type": "Conferral", "distinction": "id/distinction/d",
      "city": "id/city/lublin", "in_year": "2023"},
     """<id/conferral/c> a twin:Conferral ; twin:isConferralOf <id/distinction/d> ;
        twin:isConferredOn <id/city/lublin> ; twin:inYear "2023"^^xsd:gYear ."""),
    ("activities",
     {"@id": "id/activity/v", "@type": "Activity", "activity_type": "activity-type#visit", "place": "Lublin",
      "from": "2001-04-22", "participants": ["id/city/windsor"], "partnerships": ["id/partnership/p"],
      "description_en": "A visit."},
     """<id/activity/v> a twin:Activity ; twin:activityType activity-type:visit ; twin:takesPlaceIn "Lublin" ;
        twin:from "2001-04-22" ; twin:hasParticipant <id/city/windsor> ; twin:belongsTo <id/partnership/p> ;
        dcterms:description "A visit."@en ."""),
    ("counts",
     {"@id": "id/count/n", "@type": "DeclaredCount", "city": "id/city/lublin", "counted": "partner-cities",
      "total": "26", "as_of": "2023-02"},
     """<id/count/n> a twin:DeclaredCount ; twin:countsFor <id/city/lublin> ; twin:counted "partner-cities" ;
        twin:declaredTotal 26 ; twin:asOf "2023-02" ."""),
    ("claims",
     {"@id": "doc/partnership/q60-q84#claim-w-q60", "@type": "Claim", "parties": ["id/partnership/q60-q84"],
      "claimed_by": "id/source/w", "on_side_of": "id/city/q60", "status": "status#in-force", "since": "1988",
      "confirmed": "2016-09", "statement": "Q60-1"},
     """<doc/partnership/q60-q84#claim-w-q60> a twin:Claim ; twin:isAbout <id/partnership/q60-q84> ;
        twin:claimedBy <id/source/w> ; twin:onSideOf <id/city/q60> ; twin:status status:in-force ;
        twin:since "1988" ; twin:confirmedOn "2016-09" ; twin:statementId "Q60-1" ."""),
    ("decisions",
     {"@id": "doc/contradiction/start-p#decision-0123abcd", "@type": "Decision", "evidence": "0123abcd",
      "contradiction": "id/contradiction/start-p", "verdict": "verdict#both-hold", "preferred": "1988",
      "reason": "Signed twice.", "decided_by": "An office", "decided_on": "2024-05"},
     """<doc/contradiction/start-p#decision-0123abcd> a twin:Decision ; twin:evidenceDigest "0123abcd" ;
        twin:decides <id/contradiction/start-p> ; twin:verdict verdict:both-hold ; twin:preferredValue "1988" ;
        twin:reason "Signed twice." ; twin:madeBy "An office" ; twin:madeOn "2024-05" ."""),
]
# fmt: on


def written(row: dict[str, Any]) -> dict[str, Any]:
    """The row with the IRIs of its concepts in full, as the reader of staff files makes them."""
    schemes = "|".join(SCHEMES.split())
    text = re.sub(rf'"({schemes})#', rf'"{CONCEPTS}\1#', json.dumps(row))
    return dict(json.loads(text))


def by_oxigraph(content: dict[str, Any]) -> set[str]:
    """The triples that pyoxigraph reads from a document with our context."""
    document = json.dumps({"@context": CONTEXT, **content}).encode()
    quads = pyoxigraph.parse(document, format=pyoxigraph.RdfFormat.JSON_LD, base_iri=BASE)
    return {str(quad.triple) for quad in quads}


def by_rdflib(content: dict[str, Any]) -> set[str]:
    """The triples that rdflib reads from a document with our context, in the spelling of pyoxigraph."""
    document = json.dumps({"@context": CONTEXT, **content})
    with warnings.catch_warnings():  # rdflib's own parser makes a graph of a class that rdflib deprecates
        warnings.filterwarnings("ignore", "ConjunctiveGraph is deprecated", DeprecationWarning)
        graph = Graph().parse(data=document, format="json-ld", publicID=BASE)
    return by_turtle(graph.serialize(format="nt"))


def by_turtle(text: str) -> set[str]:
    """The triples of a Turtle text, each in one spelling."""
    quads = pyoxigraph.parse((PREFIXES + text).encode(), format=pyoxigraph.RdfFormat.TURTLE)
    return {str(quad.triple) for quad in quads}


def terms_on(name: str) -> dict[str, Any]:
    """The terms as they mean on a row of this class: the scoped ones over the general ones."""
    scoped = CONTEXT[name].get("@context", {}) if isinstance(CONTEXT[name], dict) else {}
    return {**CONTEXT, **scoped}


def every_definition(context: dict[str, Any]) -> list[tuple[str, Any]]:
    """Each term with its definition, those of the scoped contexts included."""
    found = [(term, definition) for term, definition in context.items() if term != "@version"]
    for _, definition in list(found):
        if isinstance(definition, dict):
            found += every_definition(definition.get("@context", {}))
    return found


def type_of_values(definition: Any) -> str:
    """The type that a definition gives to values: @id, a datatype, or text with or without a language."""
    if isinstance(definition, str):
        return "xsd:string"
    if "@language" in definition or definition.get("@container") == "@language":
        return "rdf:langString"
    return str(definition["@type"])


def range_as_type(iri: str) -> str:
    """What a range of the ontology is called in the context."""
    for prefix in ("xsd", "rdf"):
        if iri.startswith(CONTEXT[prefix]):
            return f"{prefix}:{iri.removeprefix(CONTEXT[prefix])}"
    return "@id"


def test_there_are_seventeen_tables_and_each_has_a_sample() -> None:
    """A table that is added here needs a sample row too."""
    assert len(COLUMNS) == 17
    assert list(COLUMNS) == [table for table, _, _ in SAMPLES]


@pytest.mark.parametrize("table", sorted(COLUMNS))
def test_every_column_is_a_term(table: str) -> None:
    """A header that the context does not know would be dropped without a word."""
    terms = terms_on(CLASSES[table])
    unknown = [column for column in COLUMNS[table] if column.rstrip("*") not in terms]
    assert not unknown


@pytest.mark.parametrize("table", sorted(COLUMNS))
def test_only_columns_of_several_values_are_sets(table: str) -> None:
    """The semicolon separates values exactly where the term says that it holds a set."""
    terms = terms_on(CLASSES[table])
    wrong = [c for c in COLUMNS[table] if c.endswith("*") != ("@set" in str(terms[c.rstrip("*")]))]
    assert not wrong


@pytest.mark.parametrize(("table", "row", "turtle"), SAMPLES, ids=[table for table, _, _ in SAMPLES])
def test_both_parsers_read_a_row_as_it_is_meant(table: str, row: dict[str, Any], turtle: str) -> None:
    """The class of the row decides what its columns mean, in both parsers, alone and among other rows."""
    expected = by_turtle(turtle)
    others = [written(other) for name, other, _ in SAMPLES if name != table]
    together = by_oxigraph({"@graph": [*others, written(row)]})
    assert expected == by_oxigraph(written(row))
    assert expected == by_rdflib(written(row))
    assert expected == {triple for triple in together if triple.startswith(f"<{BASE}{row['@id']}> ")}


@pytest.mark.parametrize("types", [["Agreement", "Renewal"], ["Renewal", "Agreement"], "Renewal"])
def test_the_order_of_the_classes_of_an_agreement_does_not_matter(types: str | list[str]) -> None:
    """JSON-LD takes the scoped terms of every class of a row, rdflib only those of the first one."""
    row = {"@id": "id/agreement/a", "@type": types, "partnership": "id/partnership/p"}
    expected = by_turtle("<id/agreement/a> twin:isDocumentOf <id/partnership/p> .")
    assert expected <= by_oxigraph(row)
    assert expected <= by_rdflib(row)


def test_the_subclasses_of_an_agreement_have_its_terms() -> None:
    """The scoped terms that are repeated for rdflib are the same on every class of agreement."""
    classes = ["PartnershipAgreement", "LetterOfIntent", "Declaration", "Renewal", "Protocol"]
    assert all(CONTEXT["Agreement"]["@context"] == CONTEXT[name]["@context"] for name in classes)


def test_the_key_column_is_the_identity_of_the_row() -> None:
    """What stands under key is the IRI of the thing, never a property of it."""
    row = {"key": "id/city/lublin", "type": "City"}
    expected = by_turtle("<id/city/lublin> a twin:City .")
    assert expected == by_oxigraph(row)
    assert expected == by_rdflib(row)


def test_the_context_names_exactly_the_terms_of_the_ontology() -> None:
    """Every term of ours can be compacted, and the context invents none."""
    ontology = Graph().parse(ONTOLOGY / "twin.ttl")
    kinds = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty)
    declared = {str(term).partition("#")[2] for kind in kinds for term in ontology.subjects(RDF.type, kind)}
    assert len(declared) == 177
    assert declared == set(re.findall(r'"twin:(\w+)"', json.dumps(CONTEXT)))


def test_the_type_of_a_value_in_the_context_is_its_range_in_the_ontology() -> None:
    """The context gives a value the datatype that the ontology names, or makes it a reference to a class."""
    ontology = Graph().parse(ONTOLOGY / "twin.ttl")
    wrong = []
    for term, definition in every_definition(CONTEXT):
        iri = definition if isinstance(definition, str) else definition["@id"]
        if re.match("twin:[a-z]", iri):
            subject = URIRef(CONTEXT["twin"] + iri.removeprefix("twin:"))
            ranges = ontology.objects(subject, URIRef(CONTEXT["schema"] + "rangeIncludes"))
            if {type_of_values(definition)} != {range_as_type(str(value)) for value in ranges}:
                wrong.append(term)
    assert not wrong


def test_the_prefixes_are_those_of_the_turtle_files() -> None:
    """A prefix means the same in the context and in every Turtle file of the folder."""
    found: dict[str, set[str]] = {}
    files = sorted(ONTOLOGY.rglob("*.ttl"))
    for file in files:
        text = file.read_text(encoding="utf-8")
        for prefix, iri in re.findall(r"^@prefix ([\w-]+): <([^>]+)> \.$", text, flags=re.MULTILINE):
            found.setdefault(prefix, set()).add(iri)
    hidden = {prefix for prefix in found if isinstance(CONTEXT[prefix], dict)}
    assert len(files) == 6
    assert hidden == HIDDEN_BY_A_COLUMN
    assert {prefix: {CONTEXT[prefix]} for prefix in found if prefix not in hidden} == {
        prefix: iris for prefix, iris in found.items() if prefix not in hidden
    }
