"""Hostile labels in every format of a document, below a base IRI with a path: what is sent is read back unchanged."""

from __future__ import annotations

import csv
import io
import json
from typing import Any
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from partnership_data import CONTROL, FIVE, HOSTILE, HUB, PARTNERS, RIGHT_TO_LEFT, write_tables
from site_client import app_of
from twin_graph.build import build
from twin_graph.formats import N_QUADS, N_TRIPLES, RDF_XML, THING_FORMATS, TRIG, TURTLE, Format
from twin_graph.graphs import engine_format
from twin_graph.workspace import find_workspace

BASE = "https://towns.example/data/twins/"
PREFIX = "/data/twins"
LABEL = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
GRAPHS = (TURTLE, N_TRIPLES, RDF_XML, TRIG, N_QUADS)
LABELS = {f"hostile-{name}": label for name, label in HOSTILE.items()}
LABELS |= {key: name for key, (name, _) in RIGHT_TO_LEFT.items()}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A client of the generated workspace, published below a path."""
    folder = tmp_path_factory.mktemp("below")
    write_tables(folder, BASE)
    snapshot = build(find_workspace(folder))[0]
    assert BASE == snapshot.manifest.base_iri
    client = app_of(snapshot).test_client()
    client.environ_base |= {"SERVER_NAME": "towns.example", "SERVER_PORT": "443", "wsgi.url_scheme": "https"}
    return client


def get(client: FlaskClient, path: str, **headers: str) -> Any:
    """What an address below the base answers."""
    return client.get(PREFIX + path, headers=headers, base_url="https://towns.example/")


def texts(client: FlaskClient, key: str, fmt: Format) -> set[str]:
    """The names of a city in a format of RDF."""
    response = get(client, f"/doc/city/{key}.{fmt.extension}")
    assert 200 == response.status_code, (key, fmt.name)
    thing = ox.NamedNode(f"{BASE}id/city/{key}")
    quads = ox.parse(response.data, format=engine_format(fmt))
    return {quad.object.value for quad in quads if quad.subject == thing and quad.predicate == LABEL}


@pytest.mark.parametrize("key", LABELS)
def test_labels(client: FlaskClient, key: str) -> None:
    """A label is the same in every format, to the last character; markup in a script element is escaped."""
    label = LABELS[key]
    for fmt in GRAPHS:
        assert label in texts(client, key, fmt), fmt.name
    tree = json.loads(get(client, f"/doc/city/{key}.json").data)
    assert label in set(_strings(tree))
    expanded = json.loads(get(client, f"/doc/city/{key}.jsonld?_profile=expanded").data)
    assert label in set(_strings(expanded))
    feature = json.loads(get(client, f"/doc/city/{key}.geojson").data)
    assert label in set(_strings(feature))
    schema = get(client, f"/doc/city/{key}.jsonld?_profile=schema")
    assert label in set(_strings(json.loads(schema.data)))
    assert not set("<>&\u2028\u2029") & set(schema.text)


def test_table(client: FlaskClient) -> None:
    """The CSV of the list has every label in its cell, behind an apostrophe where a spreadsheet would compute it."""
    names, page = {}, 1
    while (response := get(client, f"/doc/city.csv?page={page}")).status_code == 200:
        for row in csv.DictReader(io.StringIO(response.get_data(as_text=True), newline="")):
            names[row["key"]] = row["name_en"]
        page += 1
    assert 3 <= page
    assert LABELS == {key: names[key].removeprefix("'") for key in LABELS}
    guarded = {key for key in LABELS if names[key].startswith("'")}
    assert {key for key, label in LABELS.items() if label[0] in "=+-@\t\r"} == guarded


def test_control_characters(client: FlaskClient) -> None:
    """XML has none of them: RDF/XML has a sign in place of each and says so; every other format carries them."""
    key = "hostile-control"
    response = get(client, f"/doc/city/{key}", Accept="application/rdf+xml, */*;q=0.1")
    assert (200, "application/rdf+xml") == (response.status_code, response.content_type)
    assert "<!-- U+FFFD stands for each character" in response.text
    readable = "".join("\ufffd" if letter in "\x07\x1b\x08\x0b\uffff" else letter for letter in CONTROL)
    assert readable in texts(client, key, RDF_XML)
    assert "<!--" not in get(client, "/doc/city/hostile-word.rdf").text
    for fmt in (TURTLE, N_TRIPLES, TRIG, N_QUADS):
        assert CONTROL in texts(client, key, fmt)
    for ending in ("json", "jsonld?_profile=expanded", "geojson", "jsonld?_profile=schema"):
        assert CONTROL in set(_strings(json.loads(get(client, f"/doc/city/{key}.{ending}").data)))
    page = 1
    while (response := get(client, f"/doc/city.rdf?page={page}")).status_code == 200:
        ElementTree.fromstring(response.data)
        page += 1
    assert page > 2


def test_many_and_five(client: FlaskClient) -> None:
    """Five hundred partners are on the pages of the document; a partnership of five is five points."""
    partners, page = set(), 1
    while (response := get(client, f"/doc/city/{HUB}.nt?page={page}")).status_code == 200:
        for quad in ox.parse(response.data, format=ox.RdfFormat.N_TRIPLES):
            if quad.predicate.value.endswith("#hasParty"):
                partners.add(quad.subject.value)
        page += 1
    assert PARTNERS <= len(partners)
    assert page > 2
    found = json.loads(get(client, f"/doc/partnership/{FIVE}.geojson").data)
    assert "MultiPoint" == found["features"][0]["geometry"]["type"]


def test_everything_is_below_the_base(client: FlaskClient) -> None:
    """Redirects, links and subjects begin with the base IRI, and links among them answer."""
    redirect = get(client, f"/id/city/{HUB}")
    assert (303, f"{BASE}doc/city/{HUB}.ttl") == (redirect.status_code, redirect.headers["Location"])
    moved = get(client, f"/id/city/{HUB.upper()}")
    assert (301, f"{BASE}id/city/{HUB}") == (moved.status_code, moved.headers["Location"])
    page = get(client, f"/doc/city/{HUB}", Accept="text/html")
    assert (303, f"{BASE}en/city/{HUB}") == (page.status_code, page.headers["Location"])
    response = get(client, "/doc/city/hostile-markup")
    assert f"{PREFIX}/doc/city/hostile-markup.ttl" == response.headers["Content-Location"]
    addresses = [part.partition(">")[0].removeprefix("<") for part in response.headers["Link"].split(", ")]
    ours = [address for address in addresses if address.startswith("https://towns.example/")]
    assert len(ours) > len(THING_FORMATS)
    for address in ours:
        assert address.startswith(BASE)
        answer = client.get(address.removeprefix("https://towns.example"), base_url="https://towns.example/")
        assert answer.status_code in (200, 303), address


def _strings(value: Any) -> Any:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
