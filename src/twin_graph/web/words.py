"""Words of the interface that belong to kinds, columns and coded values, for translation.

A kind or column without a row here is named by its term in the ontology.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from twin_graph.web.languages import N_


@dataclass(frozen=True)
class KindWords:
    """Heading of the list of a kind, and the noun that follows a number."""

    many: str
    singular: str
    plural: str


def n_noop(singular: str, plural: str) -> tuple[str, str]:
    """Mark a pair of texts for translation by number."""
    return singular, plural


KIND_WORDS = {
    "city": KindWords(N_("Cities"), *n_noop("city", "cities")),
    "partnership": KindWords(N_("Partnerships"), *n_noop("partnership", "partnerships")),
    "agreement": KindWords(N_("Agreements"), *n_noop("agreement", "agreements")),
    "resolution": KindWords(N_("Resolutions"), *n_noop("resolution", "resolutions")),
    "event": KindWords(N_("Status events"), *n_noop("status event", "status events")),
    "network": KindWords(N_("Networks"), *n_noop("network", "networks")),
    "membership": KindWords(N_("Memberships"), *n_noop("membership", "memberships")),
    "distinction": KindWords(N_("Distinctions"), *n_noop("distinction", "distinctions")),
    "conferral": KindWords(N_("Conferrals"), *n_noop("conferral", "conferrals")),
    "activity": KindWords(N_("Activities"), *n_noop("activity", "activities")),
    "country": KindWords(N_("Countries"), *n_noop("country", "countries")),
    "count": KindWords(N_("Declared counts"), *n_noop("declared count", "declared counts")),
    "contradiction": KindWords(N_("Contradictions"), *n_noop("contradiction", "contradictions")),
    "register": KindWords(N_("Registers"), *n_noop("register", "registers")),
    "source": KindWords(N_("Sources"), *n_noop("source", "sources")),
}

# Headings of the columns of panels, by the variable of the query.
COLUMN_WORDS = {
    "activity": N_("Activity"),
    "agreement": N_("Agreement"),
    "areas": N_("Areas"),
    "by": N_("Who says so"),
    "cities": N_("Cities"),
    "city": N_("City"),
    "class": N_("Kind"),
    "conferral": N_("Conferral"),
    "confidence": N_("Confidence"),
    "continent": N_("Continent"),
    "confirmedOn": N_("Last confirmed"),
    "count": N_("Declared count"),
    "counted": N_("What is counted"),
    "countries": N_("Countries"),
    "country": N_("Country"),
    "dataset": N_("Known from"),
    "decade": N_("Decade of the beginning"),
    "decided_by": N_("Decided by"),
    "details": N_("Details"),
    "document": N_("Document"),
    "distance": N_("Distance (km)"),
    "distinction": N_("Distinction"),
    "documents": N_("Documents"),
    "event": N_("Event"),
    "farthest": N_("km to the farthest"),
    "first_year": N_("First agreement"),
    "friendly_cities": N_("Friendly cities"),
    "from": N_("From"),
    "language": N_("Language"),
    "matched": N_("Found as"),
    "member": N_("Member"),
    "members": N_("Members"),
    "membership": N_("Membership"),
    "name": N_("Name"),
    "network": N_("Network"),
    "on": N_("Date"),
    "parties": N_("Parties"),
    "stated_in": N_("Stated by cities in"),
    "partner_cities": N_("Partner cities"),
    "partners": N_("Twin cities"),
    "partners_range": N_("Number of twin cities"),
    "partnership": N_("Partnership"),
    "party": N_("City"),
    "place": N_("Place"),
    "property": N_("How"),
    "quotation": N_("Quotation"),
    "register": N_("Register"),
    "relation": N_("Relation"),
    "resolution": N_("Resolution"),
    "role": N_("Role"),
    "side": N_("On whose side"),
    "since": N_("Since"),
    "source": N_("Source"),
    "sources": N_("Sources"),
    "stage": N_("Stage"),
    "statement": N_("Wikidata statement"),
    "status": N_("Status"),
    "subject": N_("What it concerns"),
    "thing": N_("Thing"),
    "total": N_("Declared"),
    "declared": N_("Declared"),
    "certain": N_("Certain"),
    "certainty": N_("Certain or possible"),
    "documented": N_("Documented"),
    "possible": N_("Possible"),
    "type": N_("Type"),
    "until": N_("Until"),
    "use": N_("Use"),
    "claims": N_("Claims"),
    "confirmed_count": N_("Of these listed by more than one side"),
    "links": N_("Partnerships"),
    "listed": N_("Listed by"),
    "listed_cities": N_("Twin cities"),
    "next_city": N_("To"),
    "partner_count": N_("Partners, without what has ended"),
    "partner_of": N_("Partner of"),
    "step": N_("Step"),
    "twinned_cities": N_("Cities with twins"),
    "unconfirmed_cities": N_("Unconfirmed"),
    "year": N_("Year"),
    "years": N_("Years"),
    "field": N_("Column to fill in"),
    "file": N_("File"),
    "missing": N_("What is missing"),
    "silent": N_("Not listed by"),
    "weakness": N_("What is weak"),
    "contradiction": N_("Contradiction"),
    "claim": N_("Claim"),
    "competing": N_("What the sources say"),
    "decision": N_("Decision"),
    "decisions": N_("Decision"),
    "decidedOn": N_("Decided on"),
    "evidence": N_("Digest of the evidence"),
    "fact": N_("Fact"),
    "kind": N_("Kind"),
    "preferred": N_("Value taken"),
    "published": N_("Published"),
    "reason": N_("Reason"),
    "severity": N_("Severity"),
    "speaker": N_("Listed by"),
    "stated": N_("What it says"),
    "verdict": N_("Verdict"),
    "months": N_("Months since then"),
    "one_sided": N_("One-sided partnerships"),
    "contested": N_("Contested partnerships"),
    "contradictions": N_("Contradictions"),
    "decided": N_("Decision"),
    "partnerships": N_("Partnerships"),
    "without_date": N_("Without a date"),
    "without_document": N_("Without a document"),
    "without_source": N_("Without a source"),
}

# Properties of other vocabularies that pages show.
PROPERTY_WORDS = {
    "http://purl.org/dc/terms/description": N_("description"),
    "http://purl.org/dc/terms/license": N_("licence"),
    "http://purl.org/dc/terms/rights": N_("rights"),
    "http://rdfs.org/ns/void#triples": N_("number of statements"),
    "http://rdfs.org/ns/void#classes": N_("number of classes"),
    "http://rdfs.org/ns/void#properties": N_("number of properties"),
    "http://rdfs.org/ns/void#distinctSubjects": N_("number of things described"),
    "http://rdfs.org/ns/void#distinctObjects": N_("number of different values"),
    "http://rdfs.org/ns/void#subset": N_("has part"),
    "http://www.w3.org/2004/02/skos/core#note": N_("note"),
    "http://www.w3.org/2004/02/skos/core#exactMatch": N_("same as"),
    "http://www.w3.org/2004/02/skos/core#closeMatch": N_("close to"),
    "http://www.w3.org/ns/prov#wasDerivedFrom": N_("derived from"),
    "http://www.w3.org/2000/01/rdf-schema#label": N_("name"),
    "http://www.w3.org/2000/01/rdf-schema#seeAlso": N_("see also"),
    "https://w3id.org/twin-graph/ontology#hasSource": N_("sources"),
    "https://w3id.org/twin-graph/ontology#inCountry": N_("country"),
    # Who publishes a register stands beside it, and need not be the city.
    "https://w3id.org/twin-graph/ontology#keptBy": N_("about the city"),
    "https://w3id.org/twin-graph/ontology#twinCount": N_(
        "twin cities in force, links known only from Wikidata included"
    ),
}

# Coded texts that are no concepts.
VALUE_WORDS = {
    "country-not-known": N_("country not known"),
    "partner-cities": N_("partner cities"),
    "friendly-cities": N_("friendly cities"),
    "continents": N_("continents"),
    "no source": N_("no source"),
    "low confidence": N_("low confidence"),
    "certain": N_("certain"),
    "possible": N_("possible"),
    "position": N_("position"),
    "country": N_("country"),
    "item": N_("Wikidata item"),
    "countries": N_("countries of partners"),
    "listed-by-all": N_("both sides"),
    "listed-by-others": N_("only the other side"),
    "listed-here": N_("only this city"),
    "listed-somewhere": N_("not known which side"),
}


# Names of licences by their addresses; they are the same in every language.
LICENCE_NAMES = {
    "https://creativecommons.org/publicdomain/zero/1.0/": "CC0 1.0",
    "https://creativecommons.org/licenses/by/4.0/": "CC BY 4.0",
    "https://creativecommons.org/licenses/by-sa/4.0/": "CC BY-SA 4.0",
    "https://opendatacommons.org/licenses/odbl/1-0/": "ODbL 1.0",
}


def licence_name(address: str) -> str:
    """The name of a licence, its address where we know none."""
    return LICENCE_NAMES.get(address, address)


def value_word(text: str, translate: Callable[[str], str]) -> str:
    """A coded text in words, any other text as it is."""
    return translate(VALUE_WORDS[text]) if text in VALUE_WORDS else text
