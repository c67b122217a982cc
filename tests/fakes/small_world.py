"""A small world in the RDF of Wikidata's query service (munged): six towns, a merged item, a network, a country.

Written by hand for the tests of the wire: every query file has rows here, and every oddity of a term that a client
has to survive occurs. Nothing here is real.
"""

from __future__ import annotations

import pyoxigraph as ox

TOWNS = ("Q1", "Q2", "Q3", "Q4", "Q5", "Q6")
MERGED, TARGET, DELETED = "Q70", "Q71", "Q80"
COUNTRY, NETWORK, PROPERTY = "Q900", "Q901", "P190"
FRESH = "2026-11-23T09:58:00Z"

PREFIXES = """
PREFIX wd: <http://www.wikidata.org/entity/>
PREFIX wds: <http://www.wikidata.org/entity/statement/>
PREFIX wdv: <http://www.wikidata.org/value/>
PREFIX wdref: <http://www.wikidata.org/reference/>
PREFIX wdt: <http://www.wikidata.org/prop/direct/>
PREFIX wdno: <http://www.wikidata.org/prop/novalue/>
PREFIX p: <http://www.wikidata.org/prop/>
PREFIX ps: <http://www.wikidata.org/prop/statement/>
PREFIX pq: <http://www.wikidata.org/prop/qualifier/>
PREFIX pqv: <http://www.wikidata.org/prop/qualifier/value/>
PREFIX pr: <http://www.wikidata.org/prop/reference/>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX wikibase: <http://wikiba.se/ontology#>
PREFIX schema: <http://schema.org/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
PREFIX geo: <http://www.opengis.net/ont/geosparql#>
"""


def town(number: int, partners: tuple[int, ...]) -> str:
    """The triples of a town and of its statements about twin towns and the network."""
    item = f"wd:Q{number}"
    text = f"""
{item} schema:version {1000 + number} ; schema:dateModified "2026-11-0{number}T00:00:00Z"^^xsd:dateTime ;
  wikibase:sitelinks {number} ; wdt:P17 wd:{COUNTRY} ; wdt:P1566 "{number}00" ;
  rdfs:label "Town {number}"@en, "Місто {number}"@uk, "城 {number}"@zh-classical, "مدينة {number}"@ar ;
  skos:altLabel "T{number}"@en ; schema:description "a town"@en, "eine Stadt"@de ;
  p:P17 wds:Q{number}-17 ; p:P31 wds:Q{number}-31 ; p:P625 wds:Q{number}-625 ; p:P1082 wds:Q{number}-1082 ;
  p:P463 wds:Q{number}-463 .
wds:Q{number}-17 ps:P17 wd:{COUNTRY} ; a wikibase:BestRank ; wikibase:rank wikibase:NormalRank .
wds:Q{number}-31 ps:P31 wd:Q515 ; wikibase:rank wikibase:NormalRank .
wds:Q{number}-625 ps:P625 "Point({number} 50)"^^geo:wktLiteral ; a wikibase:BestRank .
wds:Q{number}-1082 ps:P1082 "+{number}000"^^xsd:decimal ; wikibase:rank wikibase:NormalRank ;
  pq:P585 "2020-01-01T00:00:00Z"^^xsd:dateTime .
wds:Q{number}-463 ps:P463 wd:{NETWORK} ; wikibase:rank wikibase:NormalRank ; a wdno:P582 .
"""
    return text + "".join(_twin(number, partner) for partner in partners)


def _twin(number: int, partner: int) -> str:
    name = f"Q{number}-{partner}ab"
    return f"""
wd:Q{number} p:P190 wds:{name} .
wds:{name} ps:P190 wd:Q{partner} ; wikibase:rank wikibase:NormalRank ;
  pq:P580 "195{partner}-01-01T00:00:00Z"^^xsd:dateTime ; pqv:P580 wdv:y195{partner} ;
  prov:wasDerivedFrom wdref:r{number} .
wdv:y195{partner} wikibase:timeValue "195{partner}-01-01T00:00:00Z"^^xsd:dateTime ; wikibase:timePrecision 9 ;
  wikibase:timeTimezone 0 ; wikibase:timeCalendarModel wd:Q1985727 .
wdref:r{number} pr:P854 <https://town{number}.example.org/twins> .
"""


REST = f"""
<http://www.wikidata.org> schema:dateModified "{FRESH}"^^xsd:dateTime .
wd:{MERGED} owl:sameAs wd:{TARGET} .
wd:Q2 p:P190 wds:Q2-some . wds:Q2-some ps:P190 <http://www.wikidata.org/.well-known/genid/0123abcd> ;
  wikibase:rank wikibase:DeprecatedRank .
wd:Q3 p:P190 wds:Q3-bad . wds:Q3-bad ps:P190 wd:Q4 ; pq:P580 "+2012-02-31T00:00:00Z" ;
  wikibase:rank wikibase:NormalRank .
wd:{NETWORK} p:P527 wds:N-1 . wds:N-1 ps:P527 wd:Q6 ; wikibase:rank wikibase:NormalRank .
wd:{PROPERTY} p:P2302 wds:P190-sym . wds:P190-sym ps:P2302 wd:Q21510862 ; wikibase:rank wikibase:NormalRank .
"""


def small_world() -> ox.Store:
    """The store of the small world."""
    towns = [town(n, tuple(p for p in (n % 6 + 1, (n + 1) % 6 + 1) if p != n)) for n in range(1, 7)]
    store = ox.Store()
    text = PREFIXES + "".join(towns) + town(71, (1,)).replace("2026-11-071T", "2026-11-09T") + REST
    store.load(text.encode(), format=ox.RdfFormat.TURTLE, lenient=True)
    return store
