"""Comunica joins this service with documents, and takes it for what it is."""

from __future__ import annotations

import json
from collections.abc import Callable

import questions
from answers import Answer
from clients import COMUNICA, read_comunica, run
from twin_graph.snapshot import Snapshot

CLIENT = "Comunica"
_JSON = "application/sparql-results+json"
Expected = Callable[..., Answer]


def test_federation(snapshot: Snapshot, base: str, endpoint: str, expected: Expected) -> None:
    """Of a query over the endpoint and a document of ours, each gives what only it knows."""
    city = snapshot.manifest.start_city
    # Only the document says what it is about; only the endpoint says how the partners of the city are called.
    query = f"""{questions.PROLOGUE}
    SELECT DISTINCT ?document ?partner ?name WHERE {{
      ?document foaf:primaryTopic ?city .
      ?city twin:twinnedWith ?partner .
      ?partner rdfs:label ?name FILTER (LANG(?name) = "en")
    }}"""
    told = query.replace(
        "?document foaf:primaryTopic ?city .",
        f"BIND (<{base}doc/city/{city}> AS ?document) BIND (<{base}id/city/{city}> AS ?city)",
    )
    assert expected(query).rows == ()
    assert expected(told).rows != ()
    body = run(str(COMUNICA), endpoint, f"{base}doc/city/{city}.ttl", "-q", query, "-t", _JSON)
    assert expected(told) == read_comunica("json", body)


def test_description(endpoint: str) -> None:
    """Comunica learns from the service description that it may send a query whole: no request for each row."""
    body = run(str(COMUNICA), endpoint, "-q", questions.CITIES, "-t", _JSON)
    assert json.loads(body)["metadata"]["httpRequests"] <= 3
