"""Reconciliation: the services that turn names in somebody's table into our things and items of Wikidata.

    types.csv, properties.csv, settings.csv, choices.csv   what there is to ask
    vocabulary.py   those tables
    services.py     the services and their addresses
    manifests.py    what a service says of itself
    asked.py        what one query asks
    reading.py      from JSON to that
    evidence.py     from that to the matcher
    requiring.py    what candidates have to meet
    answering.py    from candidates to the answer
    facts.py        values in the graph
    elsewhere.py    what is known of places that are not ours
    extending.py    data extension
    suggesting.py   suggestions
    by_name.py      the matcher of what the index of places does not hold: networks and partnerships

The protocol is https://reconciliation-api.github.io/specs/0.2/ and its draft of version 1.0; R1 to R22 in docstrings
are the rules of docs/reconcile-with-openrefine.md. Judging candidates is `matching`. Knows no HTTP.
"""

from twin_graph.reconcile.answering import Answering, Matcher, failure
from twin_graph.reconcile.by_name import NameMatcher
from twin_graph.reconcile.extending import MAX_IDS, MAX_PROPERTIES, extend, propose, read_extension
from twin_graph.reconcile.facts import Facts
from twin_graph.reconcile.manifests import manifest
from twin_graph.reconcile.reading import BATCH, MOST, load_json, read_draft, read_query
from twin_graph.reconcile.services import SERVICES, V02, V10, Service
from twin_graph.reconcile.suggesting import MAX_SUGGESTIONS, Prefix, Suggesting
from twin_graph.reconcile.vocabulary import OURS, WIKIDATA, word, words

__all__ = [
    "BATCH",
    "MAX_IDS",
    "MAX_PROPERTIES",
    "MAX_SUGGESTIONS",
    "MOST",
    "OURS",
    "SERVICES",
    "V02",
    "V10",
    "WIKIDATA",
    "Answering",
    "Facts",
    "Matcher",
    "NameMatcher",
    "Prefix",
    "Service",
    "Suggesting",
    "extend",
    "failure",
    "load_json",
    "manifest",
    "propose",
    "read_draft",
    "read_extension",
    "read_query",
    "word",
    "words",
]
