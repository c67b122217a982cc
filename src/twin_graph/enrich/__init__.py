"""Enrichment: from archives of Wikidata to rows of our tables, each with the answer that it was taken from.

    archives    which archives a workspace has, and which of them counts for an item
    parties     which items may be parties, and under which key we know them
    choosing    which statements become claims
    claims      statements about twin towns -> rows of `claims`
    memberships statements about networks -> rows of `memberships` and `claims`
    cities      facts and names -> rows of `cities` and `exonyms`
    documents   archives, answers and references -> rows of `sources`

Gives one source named `wikidata`. Merging claims into partnerships is `claims`, rules about values are shapes; nobody
asks Wikidata here.
"""

from twin_graph.enrich.enriching import Enriched, enrich, rows_of

__all__ = ["Enriched", "enrich", "rows_of"]
