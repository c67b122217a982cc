"""Documents of things that very much is said of: every page keeps the bound, and the pages together are whole."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import FOAF, RDF, RDFS
from rdflib.term import Node

from foreign_data import Document, publish
from site_client import BASE, client_of, parse
from twin_graph import describe
from twin_graph.formats import TURTLE
from twin_graph.namespaces import TWIN

CLAIMS, PARTNERS = 700, 620
_OF_ITSELF = (FOAF.primaryTopic, FOAF.isPrimaryTopicOf)
HUB, MUCH = f"{BASE}id/city/hub", f"{BASE}id/partnership/much"


def statements() -> str:
    """A partnership with 700 claims, and a city with 620 partners: a statement about it and one to it for each."""
    lines = [
        f"<{HUB}> a twin:LocalAuthority ; rdfs:label 'Hub'@en .",
        f"<{MUCH}> a twin:Partnership ; twin:hasParty <{HUB}> , <{BASE}id/city/p0> .",
    ]
    for number in range(PARTNERS):
        city, link = f"{BASE}id/city/p{number}", f"{BASE}id/partnership/hub-p{number}"
        lines.append(f"<{city}> a twin:LocalAuthority ; rdfs:label 'City {number}'@en .")
        lines.append(f"<{HUB}> twin:twinnedWith <{city}> .")
        lines.append(f"<{link}> a twin:Partnership ; twin:hasParty <{HUB}> , <{city}> .")
    for number in range(CLAIMS):
        claim = f"{BASE}doc/partnership/much#claim-{number}"
        lines.append(f"<{claim}> a twin:Claim ; twin:isAbout <{MUCH}> ; twin:claimedBy <{BASE}id/source/s> .")
        lines.append(f"<{claim}> twin:since '19{number % 90 + 10}' ; twin:quotation 'It says {number}' .")
        lines.append(f"<{MUCH}> <http://www.w3.org/ns/prov#wasDerivedFrom> <{claim}> .")
    lines.append(f"<{BASE}id/source/s> a twin:Source ; rdfs:label 'Source'@en .")
    prefixes = f"PREFIX twin: <{TWIN}> PREFIX rdfs: <{RDFS}> "
    return prefixes + "\n".join(lines)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A client of a site with these two."""
    folder: Path = tmp_path_factory.mktemp("large")
    return client_of(publish(folder, BASE, [Document(f"{BASE}graph/shared", statements().encode(), TURTLE)]))


def pages_of(client: FlaskClient, path: str) -> list[Graph]:
    """All pages of a document."""
    found: list[Graph] = []
    while (response := client.get(f"{path}.nt?page={len(found) + 1}")).status_code == 200:
        found.append(parse(response.data, "nt"))
    return found


@pytest.mark.parametrize(
    ("path", "thing", "least"),
    [("/doc/partnership/much", MUCH, 6 * CLAIMS), ("/doc/city/hub", HUB, 2 * PARTNERS)],
)
def test_bound(client: FlaskClient, path: str, thing: str, least: int) -> None:
    """No page has more than the bound besides labels and words of itself; each statement is on one page."""
    pages, counted = pages_of(client, path), Counter[tuple[Node, Node, Node]]()
    inside = f"{BASE[:-1]}{path}#"
    for page in pages:
        held = {
            triple for triple in page
            if URIRef(thing) in (triple[0], triple[2]) or str(triple[0]).startswith(inside)
        }  # fmt: skip
        repeated = {
            triple for triple in held
            if triple[1] in (RDFS.label, *_OF_ITSELF) or triple[:2] == (URIRef(thing), RDF.type)
        }  # fmt: skip
        assert len(held - repeated) <= describe.BOUND
        counted.update(held - repeated)
        assert len(page) < 5 * describe.BOUND
    assert len(pages) >= 3
    assert {1} == set(counted.values())
    assert len(counted) >= least


def test_whole(client: FlaskClient) -> None:
    """The pages together hold what the graph says of the thing, of its claims, and what points to it."""
    everything = parse(client.get("/graphs?default", headers={"Accept": "application/n-triples"}).data, "nt")
    for path, thing in (("/doc/partnership/much", MUCH), ("/doc/city/hub", HUB)):
        together = Graph()
        for page in pages_of(client, path):
            together += page
        inside = f"{BASE[:-1]}{path}#"
        for triple in everything:
            if URIRef(thing) in (triple[0], triple[2]) or str(triple[0]).startswith(inside):
                assert triple in together


def test_labels(client: FlaskClient) -> None:
    """On every page each thing that it names has a label, and the page says its bound."""
    for page in pages_of(client, "/doc/city/hub"):
        ours = {node for triple in page for node in triple if str(node).startswith(f"{BASE}id/")}
        assert set() == ours - set(page.subjects(RDFS.label))
        assert any(
            f" holds {describe.BOUND} of them at most" in str(text)
            for text in page.objects(None, RDFS.comment)
        )
    names = set(parse(client.get("/doc/partnership/hub-p7.nt").data, "nt").objects(None, RDFS.label))
    assert Literal("City 7 – Hub", lang="en") in names
