"""What every client asks: each form of query, text of many scripts, much text, many rows, and what is refused.

All prefixes are declared, because most clients read a query themselves before they send it.
"""

from __future__ import annotations

from collections.abc import Mapping

from twin_graph.namespaces import PREFIXES

PROLOGUE = "".join(
    f"PREFIX {name}: <{PREFIXES[name]}>\n" for name in ("twin", "rdfs", "xsd", "foaf", "geo", "skos")
)

CITIES = f"""{PROLOGUE}
SELECT ?city ?name ?population ?place ?note WHERE {{
  ?city a twin:City ; rdfs:label ?name .
  OPTIONAL {{ ?city twin:population ?population }}
  OPTIONAL {{ ?city geo:asWKT ?place }}
  OPTIONAL {{ ?city skos:note ?note }}
}}"""
TRUE = f"{PROLOGUE} ASK {{ ?a twin:twinnedWith ?b }}"
FALSE = f"{PROLOGUE} ASK {{ ?a twin:twinnedWith ?a }}"
TWINS = f"""{PROLOGUE}
CONSTRUCT {{ ?a foaf:knows ?b . ?a rdfs:label ?name }} WHERE {{ ?a twin:twinnedWith ?b ; rdfs:label ?name }}"""
CITY = f"""{PROLOGUE}
DESCRIBE ?city WHERE {{ ?city a twin:City ; rdfs:label "Aldorf"@en }}"""

# A script of each kind, a character beyond the basic plane, marks that combine, what URLs and XML give a meaning.
UNICODE = f"""{PROLOGUE}
SELECT ?text ?city WHERE {{
  VALUES ?text {{
    "Альдорф"@uk "北京市"@zh "القدس"@ar "🏙️ 𐌰" "e\u0301 ≠ é"
    "Łódź + Zürich & Malmö = 3% #1?" "<b>&amp;</b>" "a\\tb" '"\\\\"' "'"
  }}
  OPTIONAL {{ ?city a twin:City ; rdfs:label ?text }}
}}"""
LONG = f"""{PROLOGUE}
SELECT ?number ?name WHERE {{
  VALUES (?number ?name) {{ {" ".join(f'({number} "Міста-побратими {number}")' for number in range(400))} }}
}}"""


def _pairs(most: int) -> str:
    numbers = " ".join(str(number) for number in range(most))
    return f"""{PROLOGUE}
SELECT ?a ?b (CONCAT("Łódź ", STR(?a), "/", STR(?b)) AS ?text) WHERE {{
  VALUES ?a {{ {numbers} }} VALUES ?b {{ {numbers} }}
}}"""


TEN_THOUSAND_ROWS = _pairs(100)
TOO_MANY_ROWS = _pairs(150)
MOST_ROWS = 20_000
MALFORMED = "SELECT ?city WHERE { ?city a "
FEDERATED = "SELECT ?s WHERE { SERVICE <http://127.0.0.1:9/sparql> { ?s ?p ?o } }"
UPDATE = 'INSERT DATA { <http://example.org/s> <http://example.org/p> "o" }'

TABLES: Mapping[str, str] = {
    "a table": CITIES,
    "all scripts": UNICODE,
    "10,000 rows": TEN_THOUSAND_ROWS,
}
GRAPHS: Mapping[str, str] = {"CONSTRUCT": TWINS, "DESCRIBE": CITY}
# With the status of the refusal.
REFUSED: Mapping[str, tuple[str, int]] = {
    "malformed": (MALFORMED, 400),
    "SERVICE": (FEDERATED, 403),
    "an update": (UPDATE, 403),
    "too many rows": (TOO_MANY_ROWS, 422),
}
