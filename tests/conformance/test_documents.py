"""Documents in every format, page by page, and what their headers say; the docstrings name the rules."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from rdflib import Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import DCTERMS, FOAF, PROV, RDF, RDFS, VOID, XSD

from site_client import BASE, LANGUAGES, app_of, client_of, parse, parse_json_ld, path_of, things_of
from twin_graph import describe
from twin_graph.build import build
from twin_graph.errors import OperatorError
from twin_graph.formats import LIST_FORMATS, THING_FORMATS
from twin_graph.graphs import to_rdflib
from twin_graph.kinds import DOCUMENTED
from twin_graph.snapshot import Snapshot
from twin_graph.store import Store
from twin_graph.web.documents import PARAMETERS
from workspaces import copy_tiny, table

DATA = ("ttl", "jsonld", "json", "jsonld?_profile=expanded", "nt", "rdf", "trig", "nq")
XHV = "http://www.w3.org/1999/xhtml/vocab#"


@pytest.fixture(scope="module")
def client(tiny_snapshot: Snapshot) -> FlaskClient:
    """A client of the tiny workspace."""
    return client_of(tiny_snapshot)


@pytest.fixture(scope="module")
def things(tiny_snapshot: Snapshot) -> list[tuple[str, str]]:
    """Every thing of the tiny workspace."""
    found = things_of(tiny_snapshot)
    assert len(found) > 40
    return found


@pytest.fixture(scope="module")
def split(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """The tiny workspace after one city became two."""
    workspace = copy_tiny(tmp_path_factory.mktemp("split"))
    table(workspace, "retired").append(
        kind="city", key="old-town", replaced_by="belmont;cedrowo", on="2024-01-31", reason="Divided."
    )
    return client_of(build(workspace)[0])


def read(client: FlaskClient, path: str) -> Graph:
    """The graph of a document, of all its named graphs together."""
    body = client.get(path).data
    ending = path.partition("?")[0].rpartition(".")[2]
    if ending in ("json", "jsonld"):
        document = json.loads(body)
        context = json.loads(client.get("/context.jsonld").data)
        return parse_json_ld(json.dumps(document if isinstance(document, list) else document | context))
    if ending in ("trig", "nq"):
        graph = Graph()
        for quad in ox.parse(body, format=ox.RdfFormat.from_extension(ending)):
            graph.add((to_rdflib(quad.subject), to_rdflib(quad.predicate), to_rdflib(quad.object)))
        return graph
    return parse(body, ending)


def links(headers: Any) -> dict[str, list[str]]:
    """The addresses of a Link header by relation."""
    found: dict[str, list[str]] = {}
    for part in headers["Link"].split(", <"):
        address, _, rest = part.removeprefix("<").partition(">")
        found.setdefault(rest.partition('rel="')[2].partition('"')[0], []).append(address)
    return found


class TestFormats:
    """ID-04: a document has an address for each format, and says the same in all."""

    def test_same_graph(self, client: FlaskClient, things: list[tuple[str, str]]) -> None:
        """Turtle, N-Triples, RDF/XML, TriG, N-Quads and three forms of JSON-LD hold one graph."""
        for kind, key in things[::3]:
            graphs = [read(client, f"/doc/{kind}/{key}.{ending}") for ending in DATA]
            assert len(graphs[0]) > 4
            assert all(isomorphic(graphs[0], other) for other in graphs[1:]), (kind, key)

    def test_named_graphs(self, client: FlaskClient) -> None:
        """TriG and N-Quads tell which graph says what."""
        for ending in ("trig", "nq"):
            body = client.get(f"/doc/partnership/aldorf-cedrowo.{ending}").data
            quads = list(ox.parse(body, format=ox.RdfFormat.from_extension(ending)))
            names = {getattr(quad.graph_name, "value", "") for quad in quads}
            assert {"", f"{BASE}graph/register-aldorf", f"{BASE}graph/derived"} <= names

    def test_framed(self, client: FlaskClient) -> None:
        """`.json` is one tree below the thing, with what it points to and what points to it inside."""
        tree = client.get("/doc/city/aldorf.json").get_json()
        assert f"{BASE}id/city/aldorf" == tree["id"]
        assert "Germany" == tree["country"]["name_en"]
        pointing = tree["@reverse"]["parties"]
        assert f"{BASE}id/partnership/aldorf-belmont" in {node["id"] for node in pointing}

    def test_expanded(self, client: FlaskClient) -> None:
        """The expanded form needs no context."""
        nodes = json.loads(client.get("/doc/city/aldorf.jsonld?_profile=expanded").data)
        assert f"{BASE}id/city/aldorf" == nodes[0]["@id"]
        assert all(name.startswith(("@", "http")) for node in nodes for name in node)

    @pytest.mark.parametrize("kind", DOCUMENTED, ids=lambda kind: kind.name)
    def test_lists(self, client: FlaskClient, kind: Any) -> None:
        """A list says the same in every format of RDF."""
        graphs = [read(client, f"/doc/{kind.name}.{ending}") for ending in DATA]
        assert len(list(graphs[0].objects(None, FOAF.topic))) >= 1
        assert all(isomorphic(graphs[0], other) for other in graphs[1:])

    def test_tables(self, client: FlaskClient, things: list[tuple[str, str]]) -> None:
        """The CSV of a list has a row for each thing, with its names in three languages."""
        for kind in DOCUMENTED:
            response = client.get(f"/doc/{kind.name}.csv")
            assert "text/csv; charset=utf-8; header=present" == response.content_type
            rows = list(csv.DictReader(io.StringIO(response.get_data(as_text=True), newline="")))
            assert ["iri", "key", "type", "name_pl", "name_en", "name_uk"] == list(rows[0])
            assert sorted(key for name, key in things if name == kind.name) == [row["key"] for row in rows]
        aldorf = next(row for row in rows_of(client, "city") if row["key"] == "aldorf")
        assert ("City", "Альдорф") == (aldorf["type"], aldorf["name_uk"])


def rows_of(client: FlaskClient, kind: str) -> list[dict[str, str]]:
    """The rows of the table of a kind."""
    text = client.get(f"/doc/{kind}.csv").get_data(as_text=True)
    return list(csv.DictReader(io.StringIO(text, newline="")))


class TestPlaces:
    """GeoJSON of what has a place."""

    def test_city(self, client: FlaskClient) -> None:
        """A city is a point: longitude first."""
        response = client.get("/doc/city/duneville.geojson")
        feature = response.get_json()
        assert "application/geo+json" == response.content_type
        assert {"type": "Point", "coordinates": [-72.5, 46.5]} == feature["geometry"]
        assert f"{BASE}id/city/duneville" == feature["id"] == feature["properties"]["iri"]

    def test_country(self, client: FlaskClient) -> None:
        """A country is its box, against the clock, and says it as `bbox` too."""
        feature = client.get("/doc/country/de.geojson").get_json()
        west, south, east, north = feature["bbox"]
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        assert {"type": "Polygon", "coordinates": [ring]} == feature["geometry"]

    def test_partnership(self, client: FlaskClient) -> None:
        """A partnership is a line, with its cities as points."""
        found = client.get("/doc/partnership/aldorf-cedrowo.geojson").get_json()["features"]
        assert ["LineString", "Point", "Point"] == [feature["geometry"]["type"] for feature in found]
        ends = [feature["geometry"]["coordinates"] for feature in found[1:]]
        assert ends == found[0]["geometry"]["coordinates"]

    def test_only_where_there_is_a_place(self, client: FlaskClient, things: list[tuple[str, str]]) -> None:
        """GeoJSON is offered exactly by what has a place; every feature has a geometry there."""
        placed: set[str] = set()
        unplaced: set[str] = set()
        for kind, key in things:
            offered = links(client.get(f"/doc/{kind}/{key}.ttl").headers)["alternate"]
            has_one = f"{BASE}doc/{kind}/{key}.geojson" in offered
            response = client.get(f"/doc/{kind}/{key}.geojson")
            assert (200 if has_one else 404) == response.status_code
            (placed if has_one else unplaced).add(kind)
            if has_one:
                body = response.get_json()
                assert body.get("geometry") or body["features"][0]["geometry"]
        assert {"city", "country", "partnership", "agreement", "network"} <= placed
        assert {"source", "register"} <= unplaced
        refused = client.get("/doc/source/gazetteer", headers={"Accept": "application/geo+json"})
        assert 406 == refused.status_code

    def test_lists(self, client: FlaskClient) -> None:
        """The lists of cities, countries and partnerships are maps, too."""
        for kind in ("city", "country", "partnership"):
            body = client.get(f"/doc/{kind}.geojson").get_json()
            assert "FeatureCollection" == body["type"]
            assert all(feature["type"] == "Feature" for feature in body["features"])
            assert len(body["features"]) > 2
        assert 404 == client.get("/doc/source.geojson").status_code


class TestHeaders:
    """ID-04, ID-10, CN-7: what the headers of a document say."""

    @pytest.mark.parametrize("ending", [*DATA, "geojson"])
    def test_links(self, client: FlaskClient, ending: str) -> None:
        """Variants, canonical address, topic, licence, profile, citation, list; every address of ours answers."""
        response = client.get(f"/doc/city/aldorf.{ending}")
        found = links(response.headers)
        assert [f"{BASE}doc/city/aldorf"] == found["canonical"]
        assert [f"{BASE}id/city/aldorf"] == found["cite-as"] == found[str(FOAF.primaryTopic)]
        assert [f"{BASE}doc/city"] == found["collection"]
        assert found["license"]
        assert (ending == "geojson") == ("profile" not in found)
        assert len(THING_FORMATS) == len(set(found["alternate"]))
        for address in {*found["alternate"], *found["collection"], *found["canonical"]}:
            assert client.get(path_of(address)).status_code in (200, 303), address

    def test_lists_have_links(self, client: FlaskClient) -> None:
        """A list names its variants and its canonical address."""
        found = links(client.get("/doc/city.csv").headers)
        assert [f"{BASE}doc/city"] == found["canonical"]
        assert len(LIST_FORMATS) == len(set(found["alternate"]))

    @pytest.mark.parametrize("ending", [*DATA, "geojson"])
    def test_conditional_and_head(self, client: FlaskClient, ending: str) -> None:
        """A client that has a variant gets 304; HEAD has the headers of GET; the tag is of this variant only."""
        path = f"/doc/city/aldorf.{ending}"
        full, head = client.get(path), client.head(path)
        assert (200, b"") == (head.status_code, head.data)
        assert {**full.headers, "Content-Length": ""} == {**head.headers, "Content-Length": ""}
        again = client.get(path, headers={"If-None-Match": full.headers["ETag"]})
        assert (304, b"") == (again.status_code, again.data)
        tags = {client.get(f"/doc/city/aldorf.{other}").headers["ETag"] for other in (*DATA, "geojson")}
        assert len(DATA) + 1 == len(tags)

    def test_types_of_links(self, client: FlaskClient) -> None:
        """The forms of JSON-LD are told apart by the profile in the media type of the link."""
        header = client.get("/doc/city/aldorf.ttl").headers["Link"]
        for fmt in THING_FORMATS:
            quoted = fmt.described_type.replace('"', '\\"')
            assert f'rel="alternate"; type="{quoted}"' in header
        assert 'type="application/ld+json;profile=\\"http://www.w3.org/ns/json-ld#framed\\""' in header
        problem = client.get("/doc/city/aldorf", headers={"Accept": "image/png"}).get_json(force=True)
        assert {fmt.described_type for fmt in THING_FORMATS} == {each["type"] for each in problem["variants"]}

    @pytest.mark.parametrize("path", ["/doc/city", "/doc/city.csv", "/graph/shared", "/en/graph/shared"])
    def test_licence_and_canonical(self, client: FlaskClient, path: str) -> None:
        """Lists and graphs name their licence; their documents the address without an ending."""
        found = links(client.get(path, headers={"Accept": "*/*"}).headers)
        assert found["license"]
        if not path.startswith("/en/"):
            assert [BASE[:-1] + path.partition(".")[0]] == found["canonical"]

    def test_typed_media_type(self, client: FlaskClient) -> None:
        """The plus sign of a media type may be typed into an address as it is."""
        for typed in ("application/rdf+xml", "application/rdf%2Bxml", "image/png,application/rdf+xml;q=0.3"):
            response = client.get(f"/doc/city/aldorf?_mediatype={typed}")
            assert "application/rdf+xml" == response.mimetype
        assert 406 == client.get("/doc/city/aldorf?_mediatype=image/svg+xml").status_code

    @pytest.mark.parametrize(
        "path",
        ["/id/city/aldorf", "/doc/city/aldorf.ttl", "/doc/city", "/ontology", "/en/city/aldorf", "/suggest"],
    )
    def test_preflight(self, client: FlaskClient, path: str) -> None:
        """A browser learns that a script of any origin may read, with which headers, and for how long."""
        response = client.options(path, headers={"Origin": "https://a.example"})
        assert response.status_code in (200, 204)
        assert "*" == response.headers["Access-Control-Allow-Origin"]
        assert response.headers["Allow"] == response.headers["Access-Control-Allow-Methods"]
        assert {"Accept", "If-None-Match"} <= set(
            response.headers["Access-Control-Allow-Headers"].split(", ")
        )
        assert "86400" == response.headers["Access-Control-Max-Age"]

    def test_list_as_a_page(self, client: FlaskClient) -> None:
        """The page of a list that is asked for by `.html` begins where the data do."""
        response = client.get("/doc/city.html?page=1")
        assert f"{BASE}en/city" == response.headers["Location"]
        location = client.get("/doc/city.html?page=2").headers["Location"]
        assert {"size=500", "page=2"} == set(location.partition("?")[2].split("&"))

    def test_names_of_everything(self, client: FlaskClient, things: list[tuple[str, str]]) -> None:
        """Every thing of ours that a document or a list names has a label there, as its page calls it."""
        for path in [
            *(f"/doc/{kind}/{key}" for kind, key in things),
            *(f"/doc/{kind.name}" for kind in DOCUMENTED),
        ]:
            graph = parse(client.get(f"{path}.ttl").data, "ttl")
            ours = {
                node for triple in graph for node in triple
                if str(node).startswith(f"{BASE}id/") or re.match(rf"{BASE}doc/[^#]*#", str(node))
            }  # fmt: skip
            named = {s for name in describe.LABELS for s in graph.subjects(name)}
            assert set() == ours - named, path
        graph = parse(client.get("/doc/partnership/aldorf-belmont.ttl").data, "ttl")
        labels = set(graph.objects(URIRef(f"{BASE}id/partnership/aldorf-belmont"), RDFS.label))
        expected = {"pl": "Aldorf – Belmont", "en": "Aldorf – Belmont", "uk": "Альдорф – Бельмонт"}
        assert {Literal(text, lang=tag) for tag, text in expected.items()} == labels

    def test_foreign_parameters(self, client: FlaskClient) -> None:
        """A parameter that nobody knows has no part in the tag, and its address fills no shared cache."""
        plain, other = client.get("/doc/city/aldorf.ttl"), client.get("/doc/city/aldorf.ttl?utm_source=x")
        assert plain.headers["ETag"] == other.headers["ETag"]
        assert "public" in plain.headers["Cache-Control"]
        assert "private" in other.headers["Cache-Control"]
        for name in PARAMETERS:
            assert "public" in client.get(f"/doc/city/aldorf.ttl?{name}=x").headers["Cache-Control"]

    def test_says_what_it_is(self, client: FlaskClient, things: list[tuple[str, str]]) -> None:
        """ID-10: a document states topic (both ways), licence and day, and exactly one dataset."""
        for kind, key in things:
            graph = parse(client.get(f"/doc/{kind}/{key}.ttl").data, "ttl")
            document, thing = URIRef(f"{BASE}doc/{kind}/{key}"), URIRef(f"{BASE}id/{kind}/{key}")
            assert (document, FOAF.primaryTopic, thing) in graph
            assert (thing, FOAF.isPrimaryTopicOf, document) in graph
            assert 1 == len(list(graph.objects(document, DCTERMS.modified)))
            (dataset,) = graph.objects(document, VOID.inDataset)
            about = parse(client.get(f"{path_of(str(dataset))}.ttl").data, "ttl")
            assert set(about.objects(dataset, DCTERMS.license)) == set(
                graph.objects(document, DCTERMS.license)
            )


class TestPages:
    """What more points to a thing than one page holds is on further pages."""

    @pytest.fixture
    def paged(self, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
        """A client of an application whose documents hold four statements a page."""
        for name in ("describe", "count_pages"):
            function = getattr(describe, name)
            defaults = tuple(4 if value == describe.BOUND else value for value in function.__defaults__)
            monkeypatch.setattr(function, "__defaults__", defaults)
        return client

    def test_following_next(self, paged: FlaskClient) -> None:
        """Following `next` from the first page gives every statement that points to the thing, each page once."""
        thing = URIRef(f"{BASE}id/city/aldorf")
        path, seen, whole = "/doc/city/aldorf.nt", [], Graph()
        while path:
            response = paged.get(path)
            assert 200 == response.status_code
            seen.append(path)
            whole += parse(response.data, "nt")
            path = next(iter(map(path_of, links(response.headers).get("next", []))), "")
        assert len(set(seen)) == len(seen) > 5
        last = links(paged.get(seen[0]).headers)["last"]
        assert [BASE[:-1] + seen[-1]] == last
        graph = parse(paged.get("/graphs?default", headers={"Accept": "application/n-triples"}).data, "nt")
        assert set(graph.subject_predicates(thing)) <= set(whole.subject_predicates(thing))

    def test_pages_in_the_data(self, paged: FlaskClient) -> None:
        """The page itself says its bound and its neighbours, and is about the same thing."""
        graph = parse(paged.get("/doc/city/aldorf.ttl?page=2").data, "ttl")
        page = URIRef(f"{BASE}doc/city/aldorf?page=2")
        assert URIRef(f"{BASE}doc/city/aldorf") == graph.value(page, URIRef(f"{XHV}prev"))
        assert URIRef(f"{BASE}id/city/aldorf") == graph.value(page, FOAF.primaryTopic)
        assert " holds 4 of them at most" in str(graph.value(page, RDFS.comment))
        assert 1 == len(list(graph.objects(page, VOID.inDataset)))
        negotiated = paged.get("/doc/city/aldorf?page=2", headers={"Accept": "application/n-triples"})
        assert "/doc/city/aldorf.nt?page=2" == negotiated.headers["Content-Location"]

    def test_beyond(self, paged: FlaskClient) -> None:
        """A page that there is not is 404, one that is no number 400."""
        assert 404 == paged.get("/doc/city/aldorf.ttl?page=999").status_code
        assert 400 == paged.get("/doc/city/aldorf.ttl?page=x").status_code
        for ending in ("geojson", "jsonld?_profile=schema"):
            path = f"/doc/city/aldorf.{ending}"
            assert 200 == paged.get(path).status_code
            assert 404 == paged.get(f"{path}{'&' if '?' in path else '?'}page=2").status_code

    def test_variants_of_a_page(self, paged: FlaskClient) -> None:
        """From every page each link to a variant answers; those that have no pages are linked without one."""
        found = links(paged.get("/doc/city/aldorf.ttl?page=2").headers)["alternate"]
        assert f"{BASE}doc/city/aldorf.nt?page=2" in found
        assert f"{BASE}doc/city/aldorf.geojson" in found
        assert {200, 303} == {paged.get(path_of(address)).status_code for address in found}


class TestWithdrawn:
    """ID-07: what was withdrawn is 410 with a tombstone, what was merged or renamed 301."""

    @pytest.mark.parametrize("ending", [*DATA, "html", "geojson"])
    def test_every_format(self, split: FlaskClient, ending: str) -> None:
        """The tombstone says why, since when and what came instead, in the format that is asked for."""
        response = split.get(f"/doc/city/old-town.{ending}", headers={"Accept": "text/html"})
        assert (410, "public, max-age=3600") == (response.status_code, response.headers["Cache-Control"])
        text = response.get_data(as_text=True)
        for part in ("Divided.", "2024", "city/belmont", "city/cedrowo"):
            assert part in text

    def test_statements(self, split: FlaskClient) -> None:
        """The statements are those of PROV and Dublin Core; the identifier itself answers alike."""
        for path in (
            "/id/city/old-town",
            "/id/city/Old-Town",
            "/doc/city/old-town",
            "/doc/city/old-town.ttl",
        ):
            response = split.get(path, headers={"Accept": "text/turtle"})
            assert (410, "text/turtle; charset=utf-8") == (response.status_code, response.content_type)
            graph = parse(response.data, "ttl")
            thing = URIRef(f"{BASE}id/city/old-town")
            assert Literal("2024-01-31T00:00:00Z", datatype=XSD.dateTime) == graph.value(
                thing, PROV.invalidatedAtTime
            )
            assert "Divided." == str(graph.value(thing, RDFS.comment))
            others = {str(other) for other in graph.objects(thing, DCTERMS.isReplacedBy)}
            assert {f"{BASE}id/city/belmont", f"{BASE}id/city/cedrowo"} == others

    def test_other_formats(self, split: FlaskClient) -> None:
        """Who asks for what a tombstone does not have is told as a problem; HEAD has the same status."""
        response = split.get("/id/city/old-town", headers={"Accept": "application/geo+json"})
        body = response.get_json(force=True)
        assert (410, "2024-01-31") == (response.status_code, body["on"])
        assert [f"{BASE}id/city/belmont", f"{BASE}id/city/cedrowo"] == body["replacedBy"]
        assert 410 == split.head("/doc/city/old-town").status_code

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_page(self, split: FlaskClient, language: str) -> None:
        """The page links the pages of what came instead."""
        response = split.get(f"/{language}/city/old-town", headers={"Accept": "text/html"})
        assert 410 == response.status_code
        assert f'href="/{language}/city/belmont"' in response.text

    def test_merged(self, client: FlaskClient) -> None:
        """One successor is where every address of the old key leads."""
        for path in ("/id/city/{}", "/doc/city/{}", "/doc/city/{}.nt", "/doc/city/{}.geojson", "/en/city/{}",
                     "/doc/city/{}.nt?page=2", "/doc/city/{}?_profile=framed&_mediatype=text%2Fturtle",
                     "/en/city/{}/partnerships?sort=-since&country=de&country=pl"):  # fmt: skip
            response = client.get(path.format("aldorf-an-der-alle"))
            expected = (301, BASE[:-1] + path.format("aldorf"))
            assert expected == (response.status_code, response.headers["Location"])

    def test_headers(self, split: FlaskClient) -> None:
        """A tombstone has links, a tag, and the names of what came instead."""
        for path in ("/doc/city/old-town.ttl", "/doc/city/old-town", "/id/city/old-town"):
            response = split.get(path)
            found = links(response.headers)
            assert [f"{BASE}doc/city/old-town"] == found["canonical"]
            assert found["alternate"]
            assert found["license"]
            assert {410} == {split.get(path_of(each)).status_code for each in found["alternate"]}
            assert response.headers["ETag"]
            assert "/doc/city/old-town.ttl" == response.headers["Content-Location"]
        assert {"Belmont", "Cedrowo"} <= {
            str(o) for o in parse(response.data, "ttl").objects(None, RDFS.label)
        }

    def test_ending_decides(self, split: FlaskClient) -> None:
        """What ends with .html is a page for whoever asks, also where there is nothing left or nothing at all."""
        for path, status in (("/doc/city/old-town.html", 410), ("/doc/city/nothing.html", 404)):
            for accept in ({}, {"Accept": "text/turtle"}):
                response = split.get(path, headers=accept)
                assert (status, "text/html") == (response.status_code, response.mimetype)

    def test_ended_is_not_withdrawn(self, client: FlaskClient, things: list[tuple[str, str]]) -> None:
        """A partnership that has ended is still there."""
        ended = [
            key for kind, key in things if kind == "partnership"
            and "status#terminated" in client.get(f"/doc/{kind}/{key}.nt").get_data(as_text=True)
        ]  # fmt: skip
        assert ended
        assert {200} == {client.get(f"/doc/partnership/{key}.ttl").status_code for key in ended}


class TestRuleNumbers:
    """Every rule of the design has a test that names it."""

    def test_all_are_named(self) -> None:
        """ID-01 to ID-13 and CN-1 to CN-10 stand in the tests of this folder."""
        text = "\n".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
        wanted = [f"ID-{number:02}" for number in range(1, 14)] + [f"CN-{number}" for number in range(1, 11)]
        assert [] == [name for name in wanted if not re.search(rf"{name}\b", text)]


class TestRules:
    """ID-08, ID-09, ID-11, ID-13."""

    @pytest.mark.parametrize(
        "problem", [OperatorError("x"), OSError("IO error"), RuntimeError("Corruption: x")]
    )
    def test_broken_back_end(
        self, tiny_snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch, problem: Exception
    ) -> None:
        """ID-08: where the store cannot be read the answer is 503, never 404."""

        def fail(*_: object, **__: object) -> None:
            raise problem

        client = app_of(tiny_snapshot).test_client()
        monkeypatch.setattr(Store, "triples", fail)
        for path in ("/id/city/fjordby", "/doc/city/fjordby.ttl", "/doc/city/nothing", "/en/city/fjordby"):
            for accept in ("text/turtle", "text/html"):
                assert 503 == client.get(path, headers={"Accept": accept}).status_code, path

    def test_namespaces(self, client: FlaskClient, things: list[tuple[str, str]]) -> None:
        """ID-09: terms have hash addresses, things have slash addresses."""
        for kind, key in things[::5]:
            graph = parse(client.get(f"/doc/{kind}/{key}.ttl").data, "ttl")
            thing = URIRef(f"{BASE}id/{kind}/{key}")
            assert all("#" in str(o) for o in graph.objects(thing, RDF.type))
            assert "#" not in str(thing)

    def test_one_base(self, client: FlaskClient, things: list[tuple[str, str]]) -> None:
        """ID-11: whatever host and scheme a request comes to, a body names the published ones only."""
        for kind, key in things[::5]:
            plain = client.get(f"/doc/{kind}/{key}.nt").data
            other = client.get(f"/doc/{kind}/{key}.nt", base_url="https://hostile.example/")
            assert plain == other.data
            assert "hostile" not in str(other.headers)

    def test_budget(self, client: FlaskClient, things: list[tuple[str, str]]) -> None:
        """ID-13: from an identifier one redirect leads to the document, for every format and for people."""
        for kind, key in things[::4]:
            for accept in [fmt.content_type for fmt in THING_FORMATS[:4]] + ["text/html", "*/*"]:
                first = client.get(f"/id/{kind}/{key}", headers={"Accept": accept})
                assert 303 == first.status_code
                location = path_of(first.headers["Location"])
                assert 200 == client.get(location, headers={"Accept": accept}).status_code
