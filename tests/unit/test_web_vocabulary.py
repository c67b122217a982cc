"""The vocabulary over HTTP: every format says what the files say, and pages explain every term."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from rdflib import Graph
from rdflib.compare import isomorphic
from rdflib.namespace import RDF, RDFS, SKOS

from site_client import BASE, EXTENSIONS, LANGUAGES, client_of, parse
from twin_graph.errors import WorkspaceInvalid
from twin_graph.namespaces import CONCEPTS_IRI, SCHEMES, SH, TWIN_IRI
from twin_graph.snapshot import Snapshot, open_snapshot
from twin_graph.web.vocabulary_files import VocabularyFiles
from twin_graph.workspace import Workspace, shipped


@pytest.fixture(scope="module")
def client(tiny_snapshot: Snapshot) -> FlaskClient:
    """A client of the tiny workspace, which has the vocabulary that comes with the program."""
    return client_of(tiny_snapshot)


@pytest.mark.parametrize(
    ("address", "file"),
    [
        ("ontology", "ontology/twin.ttl"),
        ("alignments", "ontology/alignments.ttl"),
        ("concepts", "ontology/concepts.ttl"),
        ("shapes/agreement", "shapes/agreement.ttl"),
        ("shapes/city", "shapes/city.ttl"),
    ],
)
def test_formats(client: FlaskClient, address: str, file: str) -> None:
    """Turtle is the file itself; the other formats hold the same graph."""
    folder, _, name = file.partition("/")
    text = (shipped(folder) / name).read_bytes()
    assert text == client.get(f"/{address}.ttl").data
    expected = Graph().parse(data=text, format="turtle")
    for extension in ("nt", "rdf"):
        assert isomorphic(expected, parse(client.get(f"/{address}.{extension}").data, extension))
    assert json.loads(client.get(f"/{address}.jsonld").data)


def test_context(client: FlaskClient) -> None:
    """The context is the file that the data are read with."""
    assert (shipped("ontology") / "context.jsonld").read_bytes() == client.get("/context.jsonld").data


@pytest.mark.parametrize(
    "address", ["ontology", "alignments", "concepts", "concepts/status", "shapes", "shapes/city"]
)
def test_links(client: FlaskClient, address: str) -> None:
    """Documents and pages name their variants and their licence; a redirect and a refusal keep to them."""
    wanted = {f"{BASE}{address}.{extension}" for extension in ("ttl", "jsonld", "nt", "rdf", "trig", "nq")}
    document, page = client.get(f"/{address}"), client.get(f"/en/{address}")
    for response in (document, page):
        header = response.headers["Link"]
        assert wanted <= {part.partition(">")[0] for part in header.split("<")}
        assert 'rel="license"' in header
    assert f'<{BASE}{address}>; rel="canonical"' in document.headers["Link"]
    assert f'<{BASE}{address}>; rel="describedby"' in page.headers["Link"]
    for extension in ("ttl", "rdf"):
        assert re.search(rf'<link rel="alternate" type="[^"]+" href="/{address}\.{extension}">', page.text)
    assert "application/n-triples" == client.get(f"/{address}?_mediatype=application/n-triples").mimetype
    refused = client.get(f"/{address}", headers={"Accept": "image/png"})
    assert wanted <= {each["href"] for each in refused.get_json(force=True)["variants"]}
    moved = client.get(f"/{address}/?_mediatype=text/turtle")
    assert (301, f"{BASE}{address}?_mediatype=text%2Fturtle") == (
        moved.status_code,
        moved.headers["Location"],
    )


@pytest.mark.parametrize("scheme", SCHEMES)
def test_schemes(client: FlaskClient, scheme: str) -> None:
    """Every concept scheme has a document with its concepts, and a page."""
    graph = parse(client.get(f"/concepts/{scheme}").data, "ttl")
    concepts = set(graph.subjects(RDF.type, SKOS.Concept))
    assert len(concepts) >= 3
    assert all(str(concept).startswith(f"{CONCEPTS_IRI}{scheme}#") for concept in concepts)
    for language in LANGUAGES:
        text = client.get(f"/{language}/concepts/{scheme}").text
        assert all(f'id="{str(concept).rpartition("#")[2]}"' in text for concept in concepts)


def test_every_shape_file_is_served(client: FlaskClient) -> None:
    """Every file of shapes has a document and a page; all together are one graph."""
    files = sorted(shipped("shapes").glob("*.ttl"))
    assert len(files) > 10
    whole = parse(client.get("/shapes").data, "ttl")
    shapes = 0
    for path in files:
        part = parse(client.get(f"/shapes/{path.stem}").data, "ttl")
        shapes += len(set(part.subjects(RDF.type, SH.NodeShape)))
        assert 200 == client.get(f"/pl/shapes/{path.stem}").status_code
    assert shapes == len(set(whole.subjects(RDF.type, SH.NodeShape)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_term_is_explained(client: FlaskClient, language: str) -> None:
    """The page of the ontology has an entry for each term, which its address finds."""
    graph = parse(client.get("/ontology.ttl").data, "ttl")
    names = {str(s).rpartition("#")[2] for s in graph.subjects(RDF.type) if "#" in str(s)}
    text = client.get(f"/{language}/ontology").text
    assert len(names) > 100
    assert [] == [name for name in sorted(names) if f'id="{name}"' not in text]


def test_every_rule_can_be_linked_to(client: FlaskClient) -> None:
    """The page of all rules has an entry for each rule with a message."""
    graph = parse(client.get("/shapes.ttl").data, "ttl")
    rules = {str(s) for s in graph.subjects(SH.message) if "#" in str(s)}
    text = client.get("/pl/shapes").text
    named = [rule for rule in rules if f'id="{rule.rpartition("#")[2]}"' in text]
    assert len(named) > 100
    assert set(EXTENSIONS) >= {"ttl", "nt"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_alignments_are_explained(client: FlaskClient, language: str) -> None:
    """The page of the ontology leads to the alignments, whose page names both sides of each."""
    chosen = client.get("/alignments", headers={"Accept": "text/html", "Accept-Language": language})
    path = f"/{language}/alignments"
    assert (303, True) == (chosen.status_code, chosen.headers["Location"].endswith(path))
    assert f'href="{path}"' in client.get(f"/{language}/ontology").text
    text = client.get(path).text
    graph = parse(client.get("/alignments.ttl").data, "ttl")
    checked = 0
    for term, predicate, other in graph:
        if predicate != RDFS.comment:
            assert f'href="{other}"' in text, other
            assert f"<code>twin:{str(term).removeprefix(TWIN_IRI)}</code>" in text, term
            checked += 1
    assert checked > 60


@pytest.mark.parametrize(
    ("address", "formats"),
    [("ontology", 7), ("alignments", 7), ("shapes/city", 7), ("doc/city/aldorf", 8), ("graph/shared", 7)],
)
def test_all_documents_negotiate_alike(client: FlaskClient, address: str, formats: int) -> None:
    """Terms, rules and things offer the same formats, a place its GeoJSON besides; all else is refused."""
    refused = client.get(f"/{address}", headers={"Accept": "image/png"})
    assert (406, formats) == (refused.status_code, len(refused.get_json()["offers"]))
    assert 404 == client.get(f"/{address}.png").status_code
    for extension in EXTENSIONS:
        chosen = client.get(f"/{address}.{extension}", headers={"Accept": "image/png"})
        assert 200 == chosen.status_code


@pytest.fixture
def own(tiny_snapshot: Snapshot, tmp_path: Path) -> Path:
    """The tiny workspace with a vocabulary of its own."""
    root = tmp_path / "own"
    shutil.copytree(tiny_snapshot.path.parents[1], root, symlinks=True)
    for name in ("ontology", "shapes"):
        shutil.copytree(shipped(name), root / name, dirs_exist_ok=True)
    return root


def test_files_are_read_once(own: Path) -> None:
    """A file that changes while the site is open changes nothing that is served, not even what is asked first."""
    client = client_of(open_snapshot(own / "snapshots"))
    files = [*(own / "ontology").glob("*.*"), *(own / "shapes").glob("*.ttl")]
    assert len(files) > 15
    for path in files:
        path.write_bytes(b"# another text")
    for address, file in (
        ("ontology.ttl", "ontology/twin.ttl"),
        ("alignments.ttl", "ontology/alignments.ttl"),
        ("concepts.ttl", "ontology/concepts.ttl"),
        ("context.jsonld", "ontology/context.jsonld"),
        ("shapes/city.ttl", "shapes/city.ttl"),
    ):
        folder, _, name = file.partition("/")
        assert (shipped(folder) / name).read_bytes() == client.get(f"/{address}").data
    assert b"another text" not in client.get("/shapes.ttl").data


def test_every_file_counts(own: Path) -> None:
    """The validator is another one when any of the files is, once the site is opened again."""
    digests = [VocabularyFiles(Workspace(own)).digest]
    for name in ("ontology/twin.ttl", "ontology/alignments.ttl", "ontology/concepts.ttl", "ontology/context.jsonld",
                 "shapes/city.ttl"):  # fmt: skip
        path = own / name
        path.write_bytes(path.read_bytes() + b"\n")
        digests.append(VocabularyFiles(Workspace(own)).digest)
    assert len(digests) == len(set(digests))


def test_alignments_may_be_absent(own: Path) -> None:
    """A vocabulary of one's own needs no alignments, but it needs its terms."""
    (own / "ontology" / "alignments.ttl").unlink()
    client = client_of(open_snapshot(own / "snapshots"))
    assert (200, b"") == (client.get("/alignments.ttl").status_code, client.get("/alignments.ttl").data)
    assert 200 == client.get("/en/alignments").status_code
    (own / "ontology" / "twin.ttl").unlink()
    with pytest.raises(WorkspaceInvalid, match=r"twin\.ttl"):
        VocabularyFiles(Workspace(own))
