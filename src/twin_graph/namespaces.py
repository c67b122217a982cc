"""Every prefix once. `TWIN` is closed: a misspelt term raises instead of making a new one.

The terms themselves are declared in `ontology/twin.ttl`; a test keeps the list here equal to that file.
"""

from __future__ import annotations

from rdflib import Namespace
from rdflib.namespace import DCTERMS, OWL, PROV, RDF, RDFS, SKOS, XSD, ClosedNamespace

TWIN_IRI = "https://w3id.org/twin-graph/ontology#"
CONCEPTS_IRI = "https://w3id.org/twin-graph/concepts/"
# What the program was tested with, and how: the same wherever it runs.
CONFORMANCE_IRI = "https://w3id.org/twin-graph/conformance#"
SCHEMES = ("relation", "stage", "status", "role", "confidence", "area", "network-type", "distinction-type",
           "continent", "reciprocity", "name-use", "activity-type", "evidence", "fact", "contradiction-kind",
           "severity", "decision-status", "verdict")  # fmt: skip

GEO = Namespace("http://www.opengis.net/ont/geosparql#")
SCHEMA = Namespace("https://schema.org/")
SH = Namespace("http://www.w3.org/ns/shacl#")
WD = Namespace("http://www.wikidata.org/entity/")
FOAF = Namespace("http://xmlns.com/foaf/0.1/")
VOID = Namespace("http://rdfs.org/ns/void#")
LDES = Namespace("https://w3id.org/ldes#")
TREE = Namespace("https://w3id.org/tree#")
AS = Namespace("https://www.w3.org/ns/activitystreams#")
EARL = Namespace("http://www.w3.org/ns/earl#")
DOAP = Namespace("http://usefulinc.com/ns/doap#")
DQV = Namespace("http://www.w3.org/ns/dqv#")
TWINSH = Namespace("https://w3id.org/twin-graph/shapes#")
FUNCTIONS = Namespace("https://w3id.org/twin-graph/functions#")

PREFIXES: dict[str, str] = {
    "twin": TWIN_IRI,
    **{scheme: f"{CONCEPTS_IRI}{scheme}#" for scheme in SCHEMES},
    "twinsh": str(TWINSH),
    "rdf": str(RDF),
    "rdfs": str(RDFS),
    "owl": str(OWL),
    "xsd": str(XSD),
    "skos": str(SKOS),
    "dcterms": str(DCTERMS),
    "prov": str(PROV),
    "geo": str(GEO),
    "schema": str(SCHEMA),
    "org": "http://www.w3.org/ns/org#",
    "eli": "http://data.europa.eu/eli/ontology#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "adms": "http://www.w3.org/ns/adms#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "foaf": str(FOAF),
    "void": str(VOID),
    "void-ext": "http://ldf.fi/void-ext#",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "sh": str(SH),
    "wd": str(WD),
    "wdt": "http://www.wikidata.org/prop/direct/",
    "vann": "http://purl.org/vocab/vann/",
    "twinfn": str(FUNCTIONS),
}

# Those that only the change feed uses, to say what it is.
FEED_PREFIXES: dict[str, str] = {"ldes": str(LDES), "tree": str(TREE), "as": str(AS)}

# Those that only the page about conformance uses.
CONFORMANCE_PREFIXES: dict[str, str] = {
    "conformance": CONFORMANCE_IRI,
    "earl": str(EARL),
    "doap": str(DOAP),
    "dqv": str(DQV),
}

# Those that only queries to Wikidata use; nothing that is published has them. Its `schema:` is the old one.
WIKIDATA_PREFIXES: dict[str, str] = {
    "wds": "http://www.wikidata.org/entity/statement/",
    "p": "http://www.wikidata.org/prop/",
    "ps": "http://www.wikidata.org/prop/statement/",
    "psv": "http://www.wikidata.org/prop/statement/value/",
    "pq": "http://www.wikidata.org/prop/qualifier/",
    "pqv": "http://www.wikidata.org/prop/qualifier/value/",
    "pr": "http://www.wikidata.org/prop/reference/",
    "wdno": "http://www.wikidata.org/prop/novalue/",
    "wikibase": "http://wikiba.se/ontology#",
    "schemaorg": "http://schema.org/",
}


def concept(scheme: str, notation: str) -> str:
    """IRI of a concept of ours.

    >>> concept("relation", "partner")
    'https://w3id.org/twin-graph/concepts/relation#partner'
    """
    if scheme not in SCHEMES:
        raise KeyError(scheme)
    return f"{CONCEPTS_IRI}{scheme}#{notation}"


_CLASSES = """
Activity ActivityType Agreement Area City Claim Conferral Confidence Continent ContradictedFact Contradiction
ContradictionKind Country County Decision DecisionStatus Declaration DeclaredCount Distinction DistinctionType
District Evidence LetterOfIntent LocalAuthority Membership Municipality Name NameUse Network NetworkType
Partnership PartnershipAgreement Protocol QueryService Reciprocity Region Register RelationType Renewal
Resolution Role Severity Source Stage Status StatusEvent StatusPeriod Verdict
"""
_PROPERTIES = """
activityType adoptedOn after approvedBy archivedAt asOf belongsTo changesStatusOf claimedBy claimsTwin clientErrors
clientQueries clientQuerySeconds completes conferredBy confidence confirmedOn counted countsFor competingValue
concerns contradictedFact contradictionKind countsFrom coversArea currentRelation currentStage currentStatus
decidedBy decides decisionStatus declaredTotal distanceKilometres distinctionType documentedCount earliestEnd
earliestStart eastLongitude endCondition event evidence evidenceDigest exonym follows formerName foundedOn from
geonamesId hasCompetingClaim hasParticipant hasParty hasSibling hasSiblingPartnership hasSource inCountry inLanguage
inYear isAbout isConferralOf isConferredOn isDocumentOf isMembershipIn isMembershipOf isNameOf isoCode isPeriodOf
keptBy latestEnd latestStart latitude leadsTo longitude madeBy madeOn maximumMemoryBytes maximumQueryBytes
maximumQuerySeconds maximumResultBytes maximumResultRows nameLanguage nameText nameUse nativeName networkType
northLatitude on onContinent onSideOf population populationYear possibleCount precedence preferredValue publishedBy
publishedValue quotation reason reciprocity relationType renews resolutionNumber retrievedOn role seat severity
signedIn signedOn silentParty since sortsAs southLatitude stage statementId status takenFrom takesPlaceIn terytCode
twinCount twinnedWith underLicence until url validOn verdict website westLongitude wikidataId
"""


TWIN = ClosedNamespace(TWIN_IRI, [*_CLASSES.split(), *_PROPERTIES.split()])
# Names that stand for a label in a language that has none: the one used there, then one given from elsewhere.
OTHER_NAMES = (TWIN.nativeName, TWIN.exonym)
