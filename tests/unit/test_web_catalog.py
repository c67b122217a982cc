"""`/catalog` over HTTP: variants, headers and links, and what it says of a snapshot that has no files yet."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, RDFS

from site_client import BASE, LANGUAGES, client_of, path_of
from twin_graph import dumps
from twin_graph.build import build
from twin_graph.catalog.dcat import DCAT, SPDX
from twin_graph.catalog.patterns import MEDIA_TYPES
from twin_graph.snapshot import Snapshot, make_current, open_snapshot
from workspaces import copy_tiny

STRUCTURED = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


@pytest.fixture(scope="module")
def client(tiny_snapshot: Snapshot) -> FlaskClient:
    """A client of a site that has a publisher, a contact, and no files."""
    return client_of(tiny_snapshot)


def catalogue_of(client: FlaskClient, **headers: str) -> Graph:
    """What Turtle says."""
    return Graph().parse(data=client.get("/catalog.ttl", headers=headers).data, format="turtle")


def test_who_names_nothing_gets_turtle(client: FlaskClient) -> None:
    """As everywhere; the answer says where it has its own address and where the others are."""
    answer = client.get("/catalog", headers={"Accept": "*/*"})
    assert (200, "text/turtle", "/catalog.ttl") == (
        answer.status_code, answer.mimetype, answer.headers["Content-Location"],
    )  # fmt: skip
    assert "Accept" in answer.headers["Vary"]
    links = answer.headers["Link"]
    assert f'<{BASE}catalog>; rel="canonical"' in links
    assert '<http://data.europa.eu/r5r/>; rel="profile"' in links
    assert {"ttl", "jsonld", "nt", "rdf", "trig", "nq", "html"} == set(
        re.findall(r"/catalog\.(\w+)>; rel=\"alternate\"", links)
    )
    fixed = client.get("/catalog.rdf", headers={"Accept": "text/turtle"})
    assert "application/rdf+xml" == fixed.mimetype
    assert "Accept" not in fixed.headers.get("Vary", "").replace("Accept-Datetime", "").split(", ")


def test_other_requests(client: FlaskClient) -> None:
    """A page for people, the same headers for HEAD, 406 and 404 for what there is not, 405 for writing."""
    page = client.get("/catalog", headers={"Accept": "text/html", "Accept-Language": "uk"})
    assert (303, "/uk/catalog") == (page.status_code, page.location.removeprefix(BASE[:-1]))
    head = client.head("/catalog.ttl")
    assert (200, b"") == (head.status_code, head.data)
    assert client.get("/catalog.ttl").headers["ETag"] == head.headers["ETag"]
    assert 406 == client.get("/catalog", headers={"Accept": "image/png"}).status_code
    assert 404 == client.get("/catalog.csv").status_code
    assert 405 == client.post("/catalog").status_code
    assert 301 == client.get("/catalog/").status_code


def test_addresses_do_not_come_from_the_request(client: FlaskClient) -> None:
    """DC-5: whatever host a request names, the catalogue has the base IRI of the publication."""
    evil = client.get("/catalog.ttl", base_url="http://evil.example/")
    assert b"evil.example" not in evil.data
    assert client.get("/catalog.ttl").data == evil.data


def test_without_files(client: FlaskClient) -> None:
    """What the graph store makes on request, of its type; no sizes, no hashes, and no editions."""
    graph = catalogue_of(client)
    files = {each for each in graph.subjects(DCAT.downloadURL) if "wikidata" not in str(each)}
    for file in files:
        answer = client.head(path_of(str(graph.value(file, DCAT.downloadURL))))
        assert 200 == answer.status_code
        assert f"{MEDIA_TYPES}{answer.mimetype}" == str(graph.value(file, DCAT.mediaType))
    assert 4 * 6 <= len(files)
    assert None is graph.value(None, SPDX.checksum)
    assert None is graph.value(None, DCAT.isVersionOf)


@pytest.mark.parametrize("language", LANGUAGES)
def test_page(client: FlaskClient, language: str) -> None:
    """Publisher, contact, every dataset and service, and the addresses of the data."""
    answer = client.get(f"/{language}/catalog")
    assert (200, language) == (answer.status_code, answer.headers["Content-Language"])
    graph = catalogue_of(client)
    for thing in (*graph.objects(None, DCAT.dataset), *graph.objects(None, DCAT.service)):
        assert f'<code class="iri">{thing}</code>' in answer.text
        for title in graph.objects(thing, DCTERMS.title):
            assert isinstance(title, Literal)
            if title.language in (language, None):
                assert str(title).replace("'", "&#39;") in answer.text
    for text in ("Test publisher", "Test desk", "mailto:desk@example.org", "/catalog.rdf"):
        assert text in answer.text


def test_files_that_are_written_later_change_it(tiny_snapshot: Snapshot, tmp_path: Path) -> None:
    """Another tag as soon as there is more to say, without another snapshot."""
    shutil.copytree(tiny_snapshot.path.parents[1], tmp_path / "site", symlinks=True)
    snapshot = open_snapshot(tmp_path / "site/snapshots")
    client = client_of(snapshot)
    before = client.get("/catalog.ttl").headers["ETag"]
    assert before == client.get("/catalog.ttl").headers["ETag"]
    dumps.write_dumps(snapshot)
    assert before != client.get("/catalog.ttl").headers["ETag"]
    assert 304 != client.get("/catalog.ttl", headers={"If-None-Match": before}).status_code


def test_dates_stay_when_the_same_is_published_again(tiny_snapshot: Snapshot, tmp_path: Path) -> None:
    """DC-5: building the same sources once more, or serving them anew, changes no date and no byte."""
    shutil.copytree(tiny_snapshot.path.parents[1], tmp_path / "site", symlinks=True)
    snapshot = open_snapshot(tmp_path / "site/snapshots")
    before = client_of(snapshot).get("/catalog.nt").data
    make_current(tmp_path / "site/snapshots", snapshot.manifest.id)
    assert before == client_of(snapshot).get("/catalog.nt").data


def test_nobody_is_made_up(tiny_snapshot: Snapshot, tmp_path: Path) -> None:
    """Without a publisher and a contact in the configuration there are none, and the page says so."""
    shutil.copytree(tiny_snapshot.path.parents[1], tmp_path / "site", symlinks=True)
    path = tmp_path / "site/data/publication.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"\[(publisher|contact)\]\n(\w+ = .*\n)+", "", text), encoding="utf-8")
    client = client_of(open_snapshot(tmp_path / "site/snapshots"))
    graph = catalogue_of(client)
    assert None is graph.value(URIRef(BASE + "catalog"), DCTERMS.publisher)
    assert None is graph.value(None, DCAT.contactPoint)
    page = client.get("/en/catalog").text
    assert "Not configured." in page
    assert "Test publisher" not in page
    assert "Test desk" not in page
    home = next(
        data
        for data in map(json.loads, STRUCTURED.findall(client.get("/en/").text))
        if data["@type"] == "Dataset"
    )
    assert not {"publisher", "creator"} & set(home)


def test_a_register_is_called_as_it_calls_itself(tmp_path: Path) -> None:
    """Where the configuration has no title for its graph."""
    snapshot, _ = build(copy_tiny(tmp_path))
    titles = catalogue_of(client_of(snapshot)).objects(URIRef(f"{BASE}graph/register-aldorf"), DCTERMS.title)
    assert {Literal("Register of Aldorf", "en"), Literal("Rejestr miasta Aldorf", "pl"),
            Literal("Реєстр міста Альдорф", "uk")} == set(titles)  # fmt: skip


def test_the_whole_says_whom_to_name(client: FlaskClient) -> None:
    """The attributions of all its parts."""
    graph = catalogue_of(client)
    node = URIRef(f"{BASE}catalog#rights-all")
    assert Literal("Made up for tests.", "en") in set(graph.objects(node, RDFS.label))
    assert set(graph.subjects(DCTERMS.rights, node))


def test_a_damaged_list_of_files_breaks_no_page(tiny_snapshot: Snapshot, tmp_path: Path) -> None:
    """The catalogue and the home page say what they know without it."""
    shutil.copytree(tiny_snapshot.path.parents[1], tmp_path / "site", symlinks=True)
    snapshot = open_snapshot(tmp_path / "site/snapshots")
    dumps.write_dumps(snapshot)
    (snapshot.path / "dumps/index.json").write_text("[")
    client = client_of(snapshot)
    assert [200, 200, 200] == [
        client.get(f"/{path}").status_code for path in ("catalog.ttl", "en/catalog", "en/")
    ]
    assert None is catalogue_of(client).value(None, SPDX.checksum)


def test_below_a_path_of_a_host(tmp_path: Path) -> None:
    """Every address of the catalogue begins with the base IRI, and answers there; the page links by path."""
    base = "http://localhost:8000/twins/"
    snapshot = build(copy_tiny(tmp_path), base)[0]
    dumps.write_dumps(snapshot)
    client = client_of(snapshot)
    graph = Graph().parse(data=client.get("/twins/catalog.ttl").data, format="turtle")
    named = {str(term).partition("#")[0] for triple in graph for term in triple if isinstance(term, URIRef)}
    ours = sorted(each for each in named if each.startswith(BASE))
    assert all(each.startswith(base) for each in ours)
    for address in ours:
        answer = client.head(path_of(address), follow_redirects=True)
        assert 200 == answer.status_code
        answer.close()
    assert 30 < len(ours)
    page = client.get("/twins/pl/catalog").text
    assert f'href="/twins/dumps/{snapshot.manifest.id}/all.nq.gz"' in page
    assert 'href="/twins/pl/graph/world"' in page
