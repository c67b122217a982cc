"""A linked-data validator's checks, for two hundred identifiers of the shipped data and all of the small ones.

ID-01, ID-02, ID-04, ID-10, ID-12, ID-13: an identifier answers 303 to an absolute address below the base IRI, which
answers 200 in one step with the media type that was asked for, and what it sends describes the identifier.
"""

from __future__ import annotations

import random
import re

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from rdflib import URIRef
from rdflib.namespace import FOAF, VOID

from site_client import BASE, client_of, path_of, things_of
from twin_graph import iris
from twin_graph.formats import JSON_LD, N_QUADS, N_TRIPLES, RDF_XML, TRIG, TURTLE, Format
from twin_graph.graphs import engine_format, from_rdflib
from twin_graph.snapshot import Snapshot
from twin_graph.store import Store

NUMBER = 200
FORMATS = (TURTLE, JSON_LD, N_TRIPLES, RDF_XML, TRIG, N_QUADS)
_ADDRESS = re.compile(rf"{re.escape(BASE)}doc/[a-z]+/[a-z0-9][a-z0-9-]{{0,63}}\.[a-z]+")
_EXPANDED = 'application/ld+json;profile="http://www.w3.org/ns/json-ld#expanded"'


@pytest.fixture(scope="module")
def chosen(real_store: Store) -> list[str]:
    """Two hundred identifiers of things of every kind, the same in every run."""
    kinds: dict[str, list[str]] = {}
    for subject, _, _ in real_store.triples(None, URIRef("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")):
        minted = iris.unmint(BASE, str(subject))
        if minted and minted.space == "id":
            kinds.setdefault(minted.kind, []).append(str(subject))
    assert 15 == len(kinds)
    generator = random.Random(20)
    each = [generator.choice(sorted(found)) for found in kinds.values()]
    rest = sorted({iri for found in kinds.values() for iri in found} - set(each))
    return [*each, *generator.sample(rest, NUMBER - len(each))]


def check(client: FlaskClient, iri: str, fmt: Format) -> None:
    """What a validator checks for one identifier in one format."""
    accept = _EXPANDED if fmt is JSON_LD else fmt.media_type
    redirect = client.get(path_of(iri), headers={"Accept": accept})
    location = redirect.headers["Location"]
    assert 303 == redirect.status_code, iri
    assert _ADDRESS.fullmatch(location.partition("?")[0]), location
    assert "Accept" in redirect.headers["Vary"].split(", ")
    answer = client.get(path_of(location), headers={"Accept": accept})
    assert (200, fmt.media_type) == (answer.status_code, answer.mimetype), location
    triples = {quad.triple for quad in ox.parse(answer.data, format=engine_format(fmt))}
    thing = from_rdflib(URIRef(iri))
    assert any(triple.subject == thing for triple in triples), iri
    document = from_rdflib(URIRef(iri.replace("/id/", "/doc/", 1)))
    said = {(triple.predicate.value, triple.object) for triple in triples if triple.subject == document}
    assert (str(FOAF.primaryTopic), thing) in said
    assert 1 == len([value for predicate, value in said if predicate == str(VOID.inDataset)])


def test_shipped_identifiers(real_snapshot: Snapshot, chosen: list[str]) -> None:
    """Two hundred identifiers of the shipped data pass, each in one of the formats in turn."""
    client = client_of(real_snapshot)
    assert NUMBER == len(set(chosen))
    for number, iri in enumerate(chosen):
        check(client, iri, FORMATS[number % len(FORMATS)])


def test_shipped_pages(real_snapshot: Snapshot, chosen: list[str]) -> None:
    """They lead people to a page in their language, absolute and in one step."""
    client = client_of(real_snapshot)
    for iri in chosen[::10]:
        redirect = client.get(path_of(iri), headers={"Accept": "text/html", "Accept-Language": "pl"})
        assert (303, iri.replace("/id/", "/pl/", 1)) == (redirect.status_code, redirect.headers["Location"])


@pytest.mark.parametrize("fmt", FORMATS, ids=lambda fmt: fmt.name)
def test_small_identifiers(tiny_snapshot: Snapshot, fmt: Format) -> None:
    """Every identifier of the small workspace passes in every format."""
    client = client_of(tiny_snapshot)
    things = things_of(tiny_snapshot)
    assert len(things) > 40
    for kind, key in things:
        check(client, f"{BASE}id/{kind}/{key}", fmt)
