"""A client of the web application of a snapshot, and what the tests of pages and documents share.

Starts no server: that is `tests/browser`.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyoxigraph as ox
from flask import Flask, Response
from flask.testing import FlaskClient
from rdflib import Graph, URIRef

from twin_graph import iris
from twin_graph.graphs import to_rdflib
from twin_graph.kinds import DOCUMENTED
from twin_graph.settings import read_settings
from twin_graph.snapshot import Snapshot, open_snapshot
from twin_graph.web import create_app

LANGUAGES = ("pl", "en", "uk")
EXTENSIONS = {"ttl": "turtle", "jsonld": "json-ld", "nt": "nt", "rdf": "xml"}
BASE = "http://localhost:8000/"


class _Client(FlaskClient):
    """Sends requests to the host of the base IRI, unless a test names another."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        return super().open(*args, **{"base_url": BASE, **kwargs})


def app_of(snapshot: Snapshot) -> Flask:
    """The application that serves a snapshot; one per snapshot, as in a server."""
    return _make_app(snapshot.path)


def client_of(snapshot: Snapshot) -> FlaskClient:
    """A client whose requests come to the host of the base IRI."""
    return _Client(app_of(snapshot), Response)


def keys_of(snapshot: Snapshot, kind: str) -> list[str]:
    """The keys of all things of a kind."""
    store = snapshot.open_store("memory")
    found = {iris.unmint(BASE, str(s)) for s, _, _ in store.triples()}
    return sorted({m.key for m in found if m and m.space == "id" and m.kind == kind})


def things_of(snapshot: Snapshot) -> list[tuple[str, str]]:
    """Kind and key of every thing that has a document."""
    return [(kind.name, key) for kind in DOCUMENTED for key in keys_of(snapshot, kind.name)]


def path_of(iri: str) -> str:
    """The path and query that a client requests for an IRI."""
    parts = urlsplit(iri)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def parse(data: bytes, extension: str, context: bytes = b"") -> Graph:
    """A graph from a body; a JSON-LD body gets our context in place of its address."""
    if extension != "jsonld":
        return Graph().parse(data=data, format=EXTENSIONS[extension], publicID=BASE)
    return parse_json_ld(json.dumps(json.loads(data) | json.loads(context)))


def parse_json_ld(text: str) -> Graph:
    """A graph from JSON-LD that carries its context, by the engine's parser."""
    graph = Graph()
    for quad in ox.parse(text.encode(), format=ox.RdfFormat.JSON_LD, base_iri="urn:base:"):
        graph.add((to_rdflib(quad.subject), to_rdflib(quad.predicate), to_rdflib(quad.object)))
    return graph


def our_subjects(graph: Graph) -> set[str]:
    """The subjects of a graph that are ours to answer for."""
    return {str(s) for s in graph.subjects() if isinstance(s, URIRef) and str(s).startswith(BASE)}


@cache
def _make_app(path: Path) -> Flask:
    settings = read_settings({}, workspace=str(path.parents[1]))
    return create_app(settings, open_snapshot(path.parent, path.name))
