"""DCAT-AP 3.0.1 (DC-1 to DC-8) on bytes fetched from the real server: shapes, addresses, hashes, formats.

https://semiceu.github.io/DCAT-AP/releases/3.0.1/
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pyoxigraph as ox
import pyshacl
import pytest
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, FOAF, RDF, XSD
from rdflib.term import Node

from compared_towns import copy_compared
from live_server import free_port, live_server
from site_client import client_of
from suites import require_suite
from twin_graph import dumps, ldes
from twin_graph.build import build
from twin_graph.catalog.dcat import DCAT, SPDX
from twin_graph.catalog.patterns import MEDIA_TYPES
from twin_graph.formats import DOCUMENT_FORMATS, HTML, TABLE_FORMATS, TURTLE, Format
from twin_graph.graphs import engine_format
from twin_graph.namespaces import LDES, SH, TREE, WD
from twin_graph.snapshot import Snapshot
from twin_graph.web.imprint import read_imprint
from workspaces import REPOSITORY

pytestmark = pytest.mark.serve
MUST, SHOULD = ("shapes.ttl", "range.ttl"), ("shapes_recommended.ttl",)
# Where they are published.
SHAPES = "https://semiceu.github.io/DCAT-AP/releases/3.0.1/html/shacl/"
DATA = [fmt for fmt in DOCUMENT_FORMATS if fmt is not HTML]
EU = "http://publications.europa.eu/resource/authority/"
RECOMMENDED = ("name", "alternateName", "citation", "creator", "distribution", "hasPart", "identifier",
               "includedInDataCatalog", "isAccessibleForFree", "keywords", "license", "measurementTechnique",
               "publisher", "sameAs", "spatialCoverage", "temporalCoverage", "url", "variableMeasured",
               "version")  # fmt: skip
SETTINGS = """
base_iri = "http://localhost:8000/"
default_language = "en"
registers = ["aldorf"]
start_city = "aldorf"
valid_on = "2024-12-31"

[title]
en = "Test partnerships"
pl = "Partnerstwa próbne"
uk = "Тестові партнерства"

[publisher]
name = "Test publisher"
url = "https://example.org/"
type = "LocalAuthority"

[contact]
name = "Test desk"
email = "desk@example.org"
phone = "+48 81 123 45 67"
"""
GRAPHS = ("shared", "register-aldorf", "world", "wikidata", "derived", "ontology", "metadata")


@dataclass(frozen=True)
class Served:
    """The address of a running site, and the snapshots that it has published, the first one first."""

    base: str
    snapshots: tuple[Snapshot, ...]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A site that names a publisher and a contact, with a comparison, two editions that have files, and the feed."""
    workspace = copy_compared(tmp_path_factory.mktemp("catalogue"))
    licence = dict.fromkeys(GRAPHS, "publicdomain/zero/1.0") | {"derived": "licenses/by/4.0"}
    tables = [
        f'[graphs.{name}]\ntitle_en = "{name}"\ntitle_pl = "{name}"\ntitle_uk = "{name}"\n'
        f'licence = "https://creativecommons.org/{licence[name]}/"\nattribution = "Made up."\n'
        for name in GRAPHS
    ]
    publication = workspace.data / "publication.toml"
    base = f"http://localhost:{free_port()}/"
    found = []
    for day in ("2024-12-31", "2025-01-31"):
        text = SETTINGS.replace("2024-12-31", day) + "\n".join(tables)
        publication.write_text(text, encoding="utf-8")
        found.append(build(workspace, base)[0])
        dumps.write_dumps(found[-1])
    ldes.bake(workspace.snapshots, base)
    with live_server(found[-1], port=urlsplit(base).port or 0):
        yield Served(base, tuple(found))


@pytest.fixture(scope="module")
def catalogue(served: Served) -> Graph:
    """What Turtle says."""
    return Graph().parse(data=ask(served.base + "catalog.ttl")[2], format="turtle")


def ask(address: str, method: str = "GET", **headers: str) -> tuple[str, int, bytes]:
    """Media type, length that was told (-1 for none) and body, after redirects.

    Raises:
        HTTPError: the status is one of an error.
    """
    with urlopen(Request(address, method=method, headers=headers), timeout=60) as answer:
        assert 200 == answer.status
        return answer.headers.get_content_type(), int(answer.headers.get("Content-Length", -1)), answer.read()


@cache
def shapes(name: str) -> Graph:
    """A file of the official shapes."""
    return Graph().parse(require_suite("dcat-ap/3.0.1") / "html/shacl" / name, format="turtle")


def broken(data: Graph, *files: str) -> set[str]:
    """The paths, or else the shapes, that are broken, by local name."""
    found = set()
    for name in files:
        _, report, _ = pyshacl.validate(data, shacl_graph=shapes(name), inference="none", advanced=False)
        assert isinstance(report, Graph)
        for result in report.objects(None, SH.result):
            where = report.value(result, SH.resultPath)
            named = isinstance(where, URIRef)
            found.add(str(where if named else report.value(result, SH.sourceShape)).rpartition("/")[2])
    return {each.rpartition("#")[2] for each in found}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.suite("dcat-ap", name, SHAPES + name))
        for name in (*MUST, *SHOULD)
    ],
)
def test_it_keeps_the_shapes(catalogue: Graph, name: str) -> None:
    """What must hold holds, and nothing that is recommended is missing."""
    assert set() == broken(catalogue, name)


def _without(name: URIRef, kind: URIRef) -> Callable[[Graph], None]:
    """Remove a property from the first thing of a class that has it."""

    def spoil(graph: Graph) -> None:
        thing = next(
            each for each in sorted(graph.subjects(RDF.type, kind), key=str) if (each, name, None) in graph
        )
        graph.remove((thing, name, None))

    return spoil


def _with(name: URIRef, kind: URIRef, value: Node) -> Callable[[Graph], None]:
    """Give the first thing of a class another value."""

    def spoil(graph: Graph) -> None:
        graph.set((min(graph.subjects(RDF.type, kind), key=str), name, value))

    return spoil


@pytest.mark.parametrize(
    ("spoil", "path"),
    [
        (_without(DCTERMS.title, DCAT.Dataset), "title"),
        (_without(DCTERMS.description, DCAT.DatasetSeries), "description"),
        (_without(DCTERMS.publisher, DCAT.Catalog), "publisher"),
        (_without(DCAT.accessURL, DCAT.Distribution), "accessURL"),
        (_without(DCAT.endpointURL, DCAT.DataService), "endpointURL"),
        (_without(FOAF.name, FOAF.Agent), "name"),
        (_without(SPDX.checksumValue, SPDX.Checksum), "checksumValue"),
        (_with(DCAT.byteSize, DCAT.Distribution, Literal(5)), "byteSize"),
        (_with(DCTERMS.modified, DCAT.Distribution, Literal("yesterday")), "modified"),
        (_with(DCAT.theme, DCAT.Dataset, WD.Q515), "theme"),
        (_with(DCTERMS.temporal, DCAT.Dataset, BNode()), "temporal"),
        (_with(DCTERMS.license, DCAT.Distribution, WD.Q6938433), "license"),
    ],
)  # fmt: skip
def test_a_wrong_catalogue_is_found(catalogue: Graph, spoil: Callable[[Graph], None], path: str) -> None:
    """The shapes see each flaw, and nothing else."""
    flawed = Graph()
    for triple in catalogue:
        flawed.add(triple)
    spoil(flawed)
    assert {path} == broken(flawed, *MUST)


@pytest.mark.parametrize(
    ("name", "kind"),
    [(DCAT.contactPoint, DCAT.Dataset), (DCAT.keyword, DCAT.Dataset), (DCAT.theme, DCAT.DataService),
     (DCTERMS.format, DCAT.Distribution), (DCTERMS.spatial, DCAT.Catalog), (DCTERMS.type, FOAF.Agent)],
)  # fmt: skip
def test_what_is_only_recommended_is_missed(catalogue: Graph, name: URIRef, kind: URIRef) -> None:
    """The recommended shapes warn of what is left out, so that their silence means something."""
    poor = Graph()
    for triple in catalogue:
        poor.add(triple)
    _without(name, kind)(poor)
    assert {str(name).replace("#", "/").rpartition("/")[2]} == broken(poor, *SHOULD)


@pytest.mark.parametrize("fmt", DATA, ids=lambda fmt: fmt.name)
def test_every_format_says_the_same(served: Served, fmt: Format) -> None:
    """DC-1: by the Accept header and by the ending of the address."""
    kind, _, body = ask(served.base + "catalog", Accept=fmt.media_type)
    assert (fmt.media_type, body) == (kind, ask(f"{served.base}catalog.{fmt.extension}")[2])
    turtle = ask(served.base + "catalog.ttl")[2]
    found = triples(body, fmt)
    assert triples(turtle, TURTLE) == found
    assert 800 < len(found)


def triples(body: bytes, fmt: Format) -> set[str]:
    """The statements of a document as N-Triples, with their lexical forms as they are."""
    return {str(quad.triple) for quad in ox.parse(body, format=engine_format(fmt))}


def test_every_address_answers(served: Served, catalogue: Graph) -> None:
    """DC-8: whatever address of ours the catalogue names, HEAD gives 200."""
    named = {
        str(term).partition("#")[0] for triple in catalogue for term in triple if isinstance(term, URIRef)
    }
    ours = sorted(each for each in named if each.startswith(served.base))
    for address in ours:
        ask(address, "HEAD")
    assert 60 <= len(ours)


def test_files_are_what_is_said_of_them(served: Served, catalogue: Graph) -> None:
    """DC-3: type, length and hash, of every distribution that can be downloaded."""
    files = set(catalogue.subjects(DCAT.downloadURL))
    hashed = set()
    for file in files:
        address = str(catalogue.value(file, DCAT.downloadURL))
        said = catalogue.value(file, DCAT.compressFormat) or catalogue.value(file, DCAT.mediaType)
        kind, length, _ = ask(address, "HEAD")
        assert MEDIA_TYPES + kind == str(said)
        checksum = catalogue.value(file, SPDX.checksum)
        if checksum is None:
            continue
        size = catalogue.value(file, DCAT.byteSize)
        assert Literal(str(length), datatype=XSD.nonNegativeInteger).eq(size)
        value = str(catalogue.value(checksum, SPDX.checksumValue))
        assert hashlib.sha256(ask(address)[2]).hexdigest() == value.lower()
        hashed.add(address)
    index = [dumps.read_index(snapshot) for snapshot in served.snapshots]
    written = {
        f"{served.base}dumps/{each.snapshot}/{dump.name}" for each in index if each for dump in each.dumps
    }
    # Of an old edition only the whole is listed: its graphs are datasets of today.
    old = f"{served.base}dumps/{served.snapshots[0].manifest.id}/"
    graphs = tuple(f"{old}{name}." for name in served.snapshots[0].manifest.graphs)
    assert {each for each in written if each.startswith(graphs)} == written - hashed
    assert hashed <= written


def test_datasets(served: Served, catalogue: Graph) -> None:
    """Each graph, all together, the comparison and the editions; four services; three languages everywhere."""
    root = URIRef(served.base + "catalog")
    listed = set(catalogue.objects(root, DCAT.dataset))
    names = {f"graph/{name}" for name in GRAPHS} | {"sparql#dataset", "catalog#comparison"}
    editions = {f"catalog#edition-{snapshot.manifest.id}" for snapshot in served.snapshots}
    assert {URIRef(served.base + name) for name in names | editions} == listed
    services = {"sparql#service", "reconcile#service", "reconcile/wikidata#service", "ldes#service"}
    assert {URIRef(served.base + name) for name in services} == set(catalogue.objects(root, DCAT.service))
    for thing in listed | {root} | set(catalogue.objects(root, DCAT.service)):
        for name in (DCTERMS.title, DCTERMS.description):
            texts = [text for text in catalogue.objects(thing, name) if isinstance(text, Literal)]
            assert ["en", "pl", "uk"] == sorted(str(text.language) for text in texts)
            assert not any(brace in text for text in texts for brace in "{}")


def test_the_change_feed_is_found(served: Served, catalogue: Graph) -> None:
    """A service and a way to all data, conforming to LDES and TREE; there is the view of a stream."""
    service, whole = URIRef(f"{served.base}ldes#service"), URIRef(f"{served.base}sparql#dataset")
    view = URIRef(f"{served.base}ldes")
    (way,) = catalogue.subjects(DCAT.accessService, service)
    assert way in set(catalogue.objects(whole, DCAT.distribution))
    assert [whole] == list(catalogue.objects(service, DCAT.servesDataset))
    assert (view, view) == (catalogue.value(service, DCAT.endpointURL), catalogue.value(way, DCAT.accessURL))
    standards = {URIRef(f"https://w3id.org/{name}/specification") for name in ("ldes", "tree")}
    for thing in (service, way):
        assert standards == set(catalogue.objects(thing, DCTERMS.conformsTo))
    feed = Graph().parse(data=ask(str(view), accept="text/turtle")[2], format="turtle")
    (stream,) = feed.subjects(TREE.view, view)
    assert (stream, RDF.type, LDES.EventStream) in feed


def test_services_lead_to_what_describes_them(served: Served, catalogue: Graph) -> None:
    """Reconciliation describes itself, and is described with everything else that is not RDF."""
    for name in ("reconcile", "reconcile/wikidata"):
        service = URIRef(f"{served.base}{name}#service")
        described = set(catalogue.objects(service, DCAT.endpointDescription))
        assert {URIRef(served.base + name), URIRef(f"{served.base}openapi.json")} == described
        assert f"/{name}" in json.loads(ask(f"{served.base}openapi.json")[2])["paths"]


def test_versions(served: Served, catalogue: Graph) -> None:
    """DC-4: an edition is a version of the whole and knows the one before it."""
    whole, series = URIRef(f"{served.base}sparql#dataset"), URIRef(f"{served.base}catalog#editions")
    old, new = (URIRef(f"{served.base}catalog#edition-{each.manifest.id}") for each in served.snapshots)
    assert {old, new} == set(catalogue.objects(whole, DCAT.hasVersion))
    assert [new] == list(catalogue.objects(whole, DCAT.hasCurrentVersion))
    assert [old] == list(catalogue.objects(new, DCAT.previousVersion))
    assert None is catalogue.value(old, DCAT.previousVersion)
    for edition, snapshot in zip((old, new), served.snapshots, strict=True):
        assert Literal(snapshot.manifest.id) == catalogue.value(edition, DCAT.version)
        assert (whole, series) == (
            catalogue.value(edition, DCAT.isVersionOf), catalogue.value(edition, DCAT.inSeries),
        )  # fmt: skip
    assert (old, new) == (catalogue.value(series, DCAT.first), catalogue.value(series, DCAT.last))


def test_only_what_changed_is_modified(served: Served, catalogue: Graph) -> None:
    """DC-5: the second edition has another “today”, and the same ontology and register."""
    dates = {
        name: str(catalogue.value(URIRef(f"{served.base}graph/{name}"), DCTERMS.modified)) for name in GRAPHS
    }
    old, new = (
        str(catalogue.value(URIRef(f"{served.base}catalog#edition-{each.manifest.id}"), DCTERMS.issued))
        for each in served.snapshots
    )
    assert old < new
    assert {old} == {dates[name] for name in ("ontology", "register-aldorf", "shared", "world")}
    assert new == dates["metadata"]
    assert new == str(catalogue.value(URIRef(f"{served.base}catalog"), DCTERMS.modified))


def test_vocabularies(catalogue: Graph) -> None:
    """DC-2: language, frequency, type of file, theme, access right and licence are those of the EU."""
    wanted = {
        DCTERMS.language: "language/",
        DCTERMS.accrualPeriodicity: "frequency/",
        DCAT.theme: "data-theme/",
        DCTERMS.accessRights: "access-right/",
        DCTERMS.license: "licence/",
        DCTERMS.format: "file-type/",
    }
    for name, vocabulary in wanted.items():
        values = set(catalogue.objects(None, name))
        assert values
        assert {value for value in values if not str(value).startswith(EU + vocabulary)} == set()
    media = {*catalogue.objects(None, DCAT.mediaType), *catalogue.objects(None, DCAT.compressFormat)}
    assert {value for value in media if not str(value).startswith(MEDIA_TYPES)} == set()


def test_the_whole_has_the_strictest_licence(served: Served, catalogue: Graph) -> None:
    """One graph of seven asks for attribution, so all of them together do."""
    (file,) = (each for each in catalogue.subjects(DCTERMS.title, Literal("all.nq.gz"))
               if "file-all" in str(each))  # fmt: skip
    assert URIRef(EU + "licence/CC_BY_4_0") == catalogue.value(file, DCTERMS.license)
    (world,) = catalogue.subjects(DCTERMS.title, Literal("world.ttl.gz"))
    assert URIRef(EU + "licence/CC0") == catalogue.value(world, DCTERMS.license)


def test_the_page_lists_the_same_files(served: Served, catalogue: Graph) -> None:
    """In each language, with every dataset, service and file."""
    for language in ("en", "pl", "uk"):
        kind, _, body = ask(f"{served.base}{language}/catalog")
        assert "text/html" == kind
        text = body.decode()
        for address in catalogue.objects(None, DCAT.downloadURL):
            path = "/" + str(address).removeprefix(served.base)
            assert f'href="{path}"' in text
        for title in catalogue.objects(URIRef(f"{served.base}graph/world"), DCTERMS.title):
            assert str(title) in text
        assert "Test publisher" in text
        assert f'href="/{language}/graph/world"' in text
        assert f'href="{served.base}dumps' not in text
    assert "text/html" == ask(served.base + "catalog", Accept="text/html")[0]


def test_who_has_it_is_told_so(served: Served) -> None:
    """Two requests give the same bytes; with their tag there is nothing to send."""
    address = served.base + "catalog.rdf"
    with urlopen(address, timeout=60) as answer:
        tag, body = answer.headers["ETag"], answer.read()
    assert body == ask(address)[2]
    with pytest.raises(HTTPError) as told:
        ask(address, **{"If-None-Match": tag})
    assert 304 == told.value.code
    told.value.close()


@pytest.mark.parametrize("language", ["en", "pl", "uk"])
def test_search_engines_for_data_find_all_they_ask_for(served: Served, language: str) -> None:
    """SO-1: what Google requires and recommends of a dataset; `funder` is left out, because nobody is made up."""
    page = ask(f"{served.base}{language}/")[2].decode()
    (script,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    found = json.loads(script)
    assert "Dataset" == found["@type"]
    assert 50 <= len(found["description"]) <= 5000
    assert set() == {name for name in RECOMMENDED if not found.get(name)}
    assert all(address.startswith("https://") for address in found["license"])
    assert "Test publisher" == found["creator"]["name"] == found["publisher"]["name"]
    assert ask(found["includedInDataCatalog"]["url"], "HEAD")[0] == "text/html"
    assert {f"{served.base}graph/{name}" for name in GRAPHS} == {part["@id"] for part in found["hasPart"]}
    for part in found["hasPart"]:
        assert 50 <= len(part["description"]) <= 5000
        assert {"name", "license", "url"} <= set(part)
    index = dumps.read_index(served.snapshots[-1])
    assert index is not None
    known = {
        dump.name: dump
        for dump in index.dumps
        if dump.content == "all" or (dump.kind in TABLE_FORMATS and not dump.compression)
    }
    assert set(known) == {file["name"] for file in found["distribution"]}
    for file in found["distribution"]:
        dump = known[file["name"]]
        assert (f"{dump.bytes} B", dump.sha256) == (file["contentSize"], file["sha256"])
        assert (file["encodingFormat"], dump.bytes) == ask(file["contentUrl"], "HEAD")[:2]


def test_the_guide(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """The code of `docs/harvest.md` runs, and its settings are read as they stand there."""
    guide = (REPOSITORY / "docs/harvest.md").read_text(encoding="utf-8")
    (settings,) = re.findall(r"```toml\n(.*?)```", guide, re.DOTALL)
    imprint = read_imprint(tomllib.loads(settings))
    assert imprint.publisher is not None
    assert imprint.contact is not None
    assert "LocalAuthority" == imprint.publisher.kind
    code, _ = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    exec(compile(code.replace("http://localhost:8000/", served.base), "docs/harvest.md", "exec"), {})
    printed = capsys.readouterr().out.splitlines()
    index = dumps.read_index(served.snapshots[-1])
    assert index is not None
    whole = {dump.name for dump in index.dumps if dump.content == "all" or dump.kind in TABLE_FORMATS}
    folder = f"{served.base}dumps/{served.snapshots[-1].manifest.id}/"
    assert {folder + name for name in whole} == {line.split()[0] for line in printed}


def test_the_shipped_data_lack_only_who_publishes(real_snapshot: Snapshot) -> None:
    """Nobody is configured in the repository; all else that DCAT-AP asks for is there, without any file written."""
    body = client_of(real_snapshot).get("/catalog.ttl").data
    graph = Graph().parse(data=body, format="turtle")
    assert {"publisher"} == broken(graph, *MUST)
    assert {"publisher", "contactPoint"} == broken(graph, *SHOULD)
