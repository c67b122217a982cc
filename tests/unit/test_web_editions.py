"""Editions: what is offered while files are missing, what stays as it was said, and which came before which."""

from __future__ import annotations

import hashlib
import json
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, XSD

from front_client import ask
from site_client import BASE, client_of
from twin_graph import dumps
from twin_graph.build import build
from twin_graph.catalog.dcat import CANONICAL_FORM, DCAT, SPDX
from twin_graph.front import Gateway
from twin_graph.namespaces import VOID
from twin_graph.snapshot import Snapshot, prune
from twin_graph.workspace import LANGUAGES
from workspaces import copy_tiny, table

CC0, CC_BY = "publicdomain/zero/1.0", "licenses/by/4.0"
EU = "http://publications.europa.eu/resource/authority/licence/"
GRAPHS = ("shared", "register-aldorf", "world", "derived", "ontology", "metadata")
WHOLE, SERIES = URIRef(f"{BASE}sparql#dataset"), URIRef(f"{BASE}catalog#editions")
DAYS = ("2025-01-10", "2025-02-10", "2025-03-10", "2025-04-10")


@dataclass(frozen=True)
class Shelf:
    """Three snapshots of one site, of which the first two have files."""

    folder: Path
    made: tuple[Snapshot, ...]
    lines: tuple[str, ...]

    def publish(self, *order: int) -> None:
        """Let these have been published, one a month."""
        known = {line["id"]: line for line in map(json.loads, self.lines)}
        said = [known[self.made[number].manifest.id] | {"at": f"{day}T12:00:00Z"}
                for day, number in zip(DAYS, order, strict=False)]  # fmt: skip
        (self.folder / "published.jsonl").write_text("".join(json.dumps(line) + "\n" for line in said))

    def client(self, number: int) -> FlaskClient:
        """A client of the site while it serves one of them."""
        return client_of(self.made[number])

    def iri(self, number: int) -> URIRef:
        """The edition of one of them."""
        return URIRef(f"{BASE}catalog#edition-{self.made[number].manifest.id}")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """The second has another title, day and licence; the third puts a date right."""
    workspace = copy_tiny(tmp_path_factory.mktemp("editions"))
    path = workspace.data / "publication.toml"
    plain = path.read_text(encoding="utf-8").partition("[graphs.shared]")[0]
    made = []
    for licence, title, day in ((CC0, "Test", "2024-12-31"), (CC_BY, "Trial", "2025-01-31")):
        terms = (
            f'[graphs.{name}]\ntitle_en = "{name}"\nlicence = "https://creativecommons.org/{licence}/"\n'
            for name in GRAPHS
        )
        text = plain.replace("Test partnerships", f"{title} partnerships").replace("2024-12-31", day)
        path.write_text(text + "".join(terms), encoding="utf-8")
        made.append(build(workspace)[0])
        dumps.write_dumps(made[-1])
    table(workspace, "aldorf/agreements").change(2, "signed", "1990-05-06")
    made.append(build(workspace)[0])
    lines = (workspace.snapshots / "published.jsonl").read_text().splitlines()
    return Shelf(workspace.snapshots, tuple(made), tuple(lines))


@pytest.fixture
def shelf(built: Shelf) -> Shelf:
    """What was built, published in the order in which it was built."""
    built.publish(0, 1, 2)
    return built


def catalogue(client: FlaskClient) -> Graph:
    """What Turtle says."""
    return Graph().parse(data=client.get("/catalog.ttl").data, format="turtle")


def date(text: str) -> Literal:
    """Noon of a day."""
    return Literal(f"{text}T12:00:00Z", datatype=XSD.dateTime)


def test_the_newest_edition_with_files_is_offered(shelf: Shelf) -> None:
    """While those of today are not written, every file is that of the edition before, and says so."""
    client, graph = shelf.client(2), catalogue(shelf.client(2))
    identity = shelf.made[1].manifest.id
    latest = client.get("/dumps/latest/all.nq.gz")
    assert (302, f"/dumps/{identity}/all.nq.gz") == (
        latest.status_code,
        "/" + latest.location.removeprefix(BASE),
    )
    assert [shelf.iri(1)] == list(graph.objects(WHOLE, DCAT.hasCurrentVersion))
    assert [Literal(identity)] == list(graph.objects(WHOLE, DCAT.version))
    offered = set()
    for thing in (WHOLE, URIRef(f"{BASE}graph/world"), URIRef(f"{BASE}graph/register-aldorf")):
        for file in graph.objects(thing, DCAT.distribution):
            if address := graph.value(file, DCAT.downloadURL):
                assert str(address).startswith(f"{BASE}dumps/{identity}/"), address
                offered.add(address)
    assert len(offered) > 30
    # The register has another content today, and its file is as old as what it holds.
    (file,) = (each for each in graph.subjects(DCTERMS.title, Literal("register-aldorf.ttl.gz")))
    assert [date("2025-01-10")] == list(graph.objects(file, DCTERMS.modified))
    register = URIRef(f"{BASE}graph/register-aldorf")
    assert [date("2025-03-10")] == list(graph.objects(register, DCTERMS.modified))
    for language in LANGUAGES:
        page = client.get(f"/{language}/about").text
        assert f"<code>{identity}</code>." in page
        assert f'href="/dumps/{identity}/all.nq.gz"' in page
    said = "These are of the edition of 10 February 2025"
    assert (True, False) == tuple(said in shelf.client(number).get("/en/about").text for number in (2, 1))


def test_an_old_site_offers_nothing_newer(shelf: Shelf) -> None:
    """What was published first has its own files, whatever came later."""
    identity = shelf.made[0].manifest.id
    assert shelf.client(0).get("/dumps/latest/all.nq.gz").location.endswith(f"/dumps/{identity}/all.nq.gz")
    page = shelf.client(2).get(f"/en/about?snapshot={identity}").text
    assert f"/dumps/{identity}/all.nq.gz" in page


def test_an_edition_stays_as_it_was_said(shelf: Shelf) -> None:
    """Title, day, licence and dates are those of its own, not of today."""
    graph = catalogue(shelf.client(2))
    for number, title, day, licence in (
        (0, "Test", "2024-12-31", "CC0"),
        (1, "Trial", "2025-01-31", "CC_BY_4_0"),
    ):
        edition = shelf.iri(number)
        texts = {str(text) for text in graph.objects(edition, DCTERMS.title)}
        assert any(text.startswith(f"{title} partnerships: edition of ") for text in texts), texts
        period = graph.value(edition, DCTERMS.temporal)
        assert Literal(day, datatype=XSD.date) == graph.value(period, DCAT.endDate)
        licences = {graph.value(file, DCTERMS.license) for file in graph.objects(edition, DCAT.distribution)}
        assert {URIRef(EU + licence)} == licences
        assert [date(DAYS[number])] == list(graph.objects(edition, DCTERMS.modified))
    shelf.publish(0, 1, 0)
    again = catalogue(shelf.client(0))
    assert [date(DAYS[0])] == list(again.objects(shelf.iri(0), DCTERMS.modified))
    shared = {DCTERMS.title, DCTERMS.issued, DCTERMS.temporal}
    for number in (0, 1):
        for name in shared:
            assert set(graph.objects(shelf.iri(number), name)) == set(again.objects(shelf.iri(number), name))


def test_what_is_published_again_is_the_newest(shelf: Shelf) -> None:
    """The series, the versions and the dates agree after somebody has gone back."""
    shelf.publish(0, 1, 0)
    graph = catalogue(shelf.client(0))
    first, second = shelf.iri(0), shelf.iri(1)
    assert (
        [first]
        == list(graph.objects(WHOLE, DCAT.hasCurrentVersion))
        == list(graph.objects(SERIES, DCAT.last))
    )
    assert (
        [second]
        == list(graph.objects(SERIES, DCAT.first))
        == list(graph.objects(first, DCAT.previousVersion))
    )
    assert [] == list(graph.objects(second, DCAT.prev))
    modified = [date("2025-03-10")]
    assert (
        modified
        == list(graph.objects(SERIES, DCTERMS.modified))
        == list(graph.objects(WHOLE, DCTERMS.modified))
    )
    page = shelf.client(0).get("/en/catalog").text
    places = [page.index(f'<h3 id="catalog-edition-{each.manifest.id}"') for each in shelf.made[:2]]
    assert sorted(places) == places


def test_the_comparison_goes_back_to_what_was_published_before(shelf: Shelf) -> None:
    """After going back, the changes are those against what was there between."""
    shelf.publish(0, 1, 0)
    answer = shelf.client(0).get("/changes.rdfp")
    old, new = (each.manifest.id for each in (shelf.made[1], shelf.made[0]))
    assert (200, f'inline; filename="changes-{old}-{new}.rdfp"') == (
        answer.status_code,
        answer.headers["Content-Disposition"],
    )


def test_the_hash_of_the_dataset(shelf: Shelf) -> None:
    """It is that of the sorted statements, in the data, on the pages and before the hashes of the files."""
    graph = catalogue(shelf.client(2))
    for number in (0, 1):
        digest = hashlib.sha256(shelf.made[number].dump_path.read_bytes()).hexdigest()
        checksum = graph.value(shelf.iri(number), SPDX.checksum)
        assert (
            SPDX.checksumAlgorithm_sha256,
            Literal(digest, datatype=XSD.hexBinary),
            CANONICAL_FORM,
        ) == tuple(
            graph.value(checksum, name) for name in (SPDX.algorithm, SPDX.checksumValue, DCTERMS.conformsTo)
        )
        client = shelf.client(number)
        assert f">{digest}</code>" in client.get("/en/catalog").text
        assert f">{digest}</code>" in client.get("/en/about").text
        sums = client.get(f"/dumps/{shelf.made[number].manifest.id}/SHA256SUMS").text.splitlines()
        assert f"# SHA-256 of the dataset (RDFC-1.0): {digest}" == sums[0]


def test_the_description_names_the_files(shelf: Shelf) -> None:
    """VD-3: one file of the whole and of each graph, as soon as there is one, at the address that stays."""
    for number in (0, 2):
        client = shelf.client(number)
        graph = Graph().parse(data=client.get("/void.ttl").data, format="turtle")
        assert URIRef(f"{BASE}dumps/latest/all.nq.gz") in set(graph.objects(WHOLE, VOID.dataDump))
        named = {
            str(address).removeprefix(BASE[:-1])
            for address in graph.objects(None, VOID.dataDump)
            if "/dumps/" in str(address)
        }
        assert {f"/dumps/latest/{name}.ttl.gz" for name in GRAPHS} | {"/dumps/latest/all.nq.gz"} == named
        for path in named:
            answer = client.head(path, follow_redirects=True)
            assert (200, "application/gzip") == (answer.status_code, answer.mimetype)
            answer.close()


def test_kept_answers_know_of_files_and_publications(shelf: Shelf, tmp_path: Path) -> None:
    """What a front has kept is not given any more, and a client that has it is not told that it is the same."""
    client, folder = shelf.client(1), shelf.made[1].path / dumps.DUMPS
    gateway = Gateway(client.application, stamp=lambda: dumps.stamp(shelf.folder))
    paths = ("/catalog.ttl", "/void.ttl", "/sitemap.xml",
             *(f"/en/{name}" for name in ("", "about", "catalog", "graph/world", "register/aldorf", "changes")),
    )  # fmt: skip
    seen = []
    for step in range(4):
        if step == 1:
            folder.rename(tmp_path / "aside")
        elif step == 2:
            (tmp_path / "aside").rename(folder)
            shelf.publish(0, 2, 1)
        elif step == 3:
            shelf.publish(1, 2, 0, 1)
        tags = {}
        for path in paths:
            first, again = (ask(gateway, "GET", path, {"host": "localhost:8000"}) for _ in range(2))
            assert (200, 200) == (first.status, again.status)
            assert ("cache" in first.headers.get("server-timing", ""), "cache" in again.headers["server-timing"]) == (
                False, True,
            )  # fmt: skip
            assert first.body == client.get(path).data == again.body
            tags[path] = first.headers["etag"]
        seen.append(tags)
    for path in paths:
        assert 4 == len({tags[path] for tags in seen}), path
        known = {"If-None-Match": seen[0][path], "host": "localhost:8000"}
        assert 200 == ask(gateway, "GET", path, known).status
    assert ask(gateway, "GET", "/doc/city/aldorf.ttl", {"host": "localhost:8000"}).headers["etag"]


def test_the_stamp(tmp_path: Path) -> None:
    """It changes with a publication, with files, and with what is deleted; not by being looked at."""
    workspace = copy_tiny(tmp_path)
    assert dumps.stamp(workspace.snapshots) == dumps.stamp(workspace.snapshots)
    snapshot = build(workspace)[0]
    seen = [dumps.stamp(workspace.snapshots)]
    assert seen == [dumps.stamp(workspace.snapshots)]
    dumps.write_dumps(snapshot)
    seen.append(dumps.stamp(workspace.snapshots))
    table(workspace, "aldorf/agreements").change(2, "signed", "1990-05-06")
    build(workspace)
    seen.append(dumps.stamp(workspace.snapshots))
    assert [snapshot.manifest.id] == prune(workspace.snapshots, 1)
    seen.append(dumps.stamp(workspace.snapshots))
    assert 4 == len(set(seen))


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_that_the_catalogue_leads_to_are_datasets(shelf: Shelf, language: str) -> None:
    """SO-1: each landing page holds its dataset with what is required, and is in the sitemap."""
    client = shelf.client(2)
    listed = set(re.findall(r"<loc>([^<]+)</loc>", client.get("/sitemap/pages.xml").text))
    pages = ["about", "catalog", *(f"graph/{name}" for name in GRAPHS)]
    for page in pages:
        address = f"{BASE}{language}/{page}"
        assert address in listed
        (script,) = re.findall(
            r'<script type="application/ld\+json">(.*?)</script>', client.get(f"/{language}/{page}").text
        )
        found = json.loads(script)
        assert address == found["url"]
        assert found["name"]
        assert 50 <= len(found["description"]) <= 5000
        if page == "catalog":
            assert "DataCatalog" == found["@type"]
            assert {f"{BASE}graph/{name}" for name in GRAPHS} | {BASE} == {
                part["@id"] for part in found["dataset"]
            }
            assert all(50 <= len(part["description"]) and part["license"] for part in found["dataset"])
            continue
        assert "Dataset" == found["@type"]
        wanted = {"identifier", "license", "creator", "publisher", "version", "dateModified", "distribution",
                  "temporalCoverage", "spatialCoverage", "isAccessibleForFree", "includedInDataCatalog"}  # fmt: skip
        assert set() == wanted - set(found)
        assert found["datePublished"] <= found["dateModified"]


def test_times_are_those_of_publications(shelf: Shelf) -> None:
    """Not the day up to which the data speak: of the home page, of the feed's entries, and in the sitemap."""
    client = shelf.client(2)
    script = re.search(r'<script type="application/ld\+json">(.*?)</script>', client.get("/en/").text)
    assert script is not None
    found = json.loads(script[1])
    assert ("2025-01-10", "2025-03-10") == (found["datePublished"], found["dateModified"])
    feed = ET.fromstring(client.get("/en/changes.atom").data)
    name = "{http://www.w3.org/2005/Atom}"
    times = [entry.findtext(f"{name}updated") for entry in feed.iterfind(f"{name}entry")]
    assert ["2025-03-10T12:00:00Z", "2025-01-10T12:00:00Z"] == [times[0], times[-1]]
    assert "2025-03-10T12:00:00Z" == feed.findtext(f"{name}updated")
    changed = lines_of(client, "agreement-1")
    assert {"2025-03-10T12:00:00Z"} == {at for path, at in changed.items() if "belmont-1990" in path}
    assert len(set(changed.values())) > 1
    assert {"2025-03-10T12:00:00Z"} == set(lines_of(client, "pages", "/en/about").values())
    assert {"2025-01-10T12:00:00Z"} == set(lines_of(client, "pages", "/graph/world").values())


def lines_of(client: FlaskClient, part: str, end: str = "") -> dict[str, str]:
    """When the pages of a part of the sitemap changed, by address."""
    text = client.get(f"/sitemap/{part}.xml").text
    return {
        path: at
        for path, at in re.findall(r"<loc>([^<]+)</loc><lastmod>([^<]+)</lastmod>", text)
        if path.endswith(end)
    }
