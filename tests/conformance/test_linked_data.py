"""Identifiers, redirects, documents and caching as the design asks; the class docstrings name the rules."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from rdflib import Graph
from rdflib.compare import isomorphic
from werkzeug.test import TestResponse

from site_client import BASE, EXTENSIONS, LANGUAGES, client_of, our_subjects, parse, path_of, things_of
from twin_graph import iris
from twin_graph.kinds import DOCUMENTED
from twin_graph.snapshot import Snapshot

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.fixture(scope="module")
def client(tiny_snapshot: Snapshot) -> FlaskClient:
    """A client of the tiny workspace."""
    return client_of(tiny_snapshot)


@pytest.fixture(scope="module")
def things(tiny_snapshot: Snapshot) -> list[tuple[str, str]]:
    """Every thing of the tiny workspace; every kind has one at least."""
    found = things_of(tiny_snapshot)
    assert {kind.name for kind in DOCUMENTED} == {kind for kind, _ in found}
    assert len(found) > 40
    return found


class TestThing:
    """ID-01, ID-02, ID-13: a thing answers 303 to the negotiated variant of its document, in one step."""

    @pytest.mark.parametrize(
        ("accept", "extension"),
        [
            ("text/turtle", "ttl"),
            ("application/ld+json", "jsonld"),
            ("application/n-triples", "nt"),
            ("application/rdf+xml", "rdf"),
            ("*/*", "ttl"),
        ],
    )
    def test_data(self, client: FlaskClient, accept: str, extension: str) -> None:
        """A program is sent to the variant that it asks for, which is there."""
        response = client.get("/id/city/aldorf", headers={"Accept": accept})
        assert (303, f"{BASE}doc/city/aldorf.{extension}") == (
            response.status_code,
            response.headers["Location"],
        )
        assert ("Accept", "public, max-age=3600") == (
            response.headers["Vary"],
            response.headers["Cache-Control"],
        )
        assert 200 == client.get(path_of(response.headers["Location"])).status_code

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_page(self, client: FlaskClient, language: str) -> None:
        """A browser is sent to the page in its language."""
        response = client.get("/id/city/aldorf", headers=BROWSER | {"Accept-Language": language})
        assert (303, f"{BASE}{language}/city/aldorf") == (response.status_code, response.headers["Location"])
        assert "Accept, Accept-Language" == response.headers["Vary"]
        assert 200 == client.get(path_of(response.headers["Location"])).status_code

    def test_describedby(self, client: FlaskClient) -> None:
        """The redirect names the document."""
        link = client.get("/id/city/aldorf").headers["Link"]
        assert f'<{BASE}doc/city/aldorf>; rel="describedby"' == link


class TestDocument:
    """ID-04, ID-10: a document in every format, with its addresses and what it says of itself."""

    def test_content_location(self, client: FlaskClient) -> None:
        """The negotiated document names the address of the variant."""
        response = client.get("/doc/city/aldorf", headers={"Accept": "application/ld+json"})
        assert (200, "/doc/city/aldorf.jsonld") == (
            response.status_code,
            response.headers["Content-Location"],
        )
        assert "Accept, Accept-Datetime" == response.headers["Vary"]

    def test_page_is_elsewhere(self, client: FlaskClient) -> None:
        """A browser is sent to the page, also from the address that ends in .html."""
        for path in ("/doc/city/aldorf", "/doc/city/aldorf.html"):
            response = client.get(path, headers=BROWSER | {"Accept-Language": "uk"})
            assert (303, f"{BASE}uk/city/aldorf") == (response.status_code, response.headers["Location"])

    def test_links(self, client: FlaskClient) -> None:
        """A document names its variants, its canonical address and its thing."""
        link = client.get("/doc/city/aldorf.ttl").headers["Link"]
        for extension in EXTENSIONS:
            assert f'<{BASE}doc/city/aldorf.{extension}>; rel="alternate"' in link
        assert f'<{BASE}doc/city/aldorf>; rel="canonical"' in link
        assert f'<{BASE}id/city/aldorf>; rel="http://xmlns.com/foaf/0.1/primaryTopic"' in link

    def test_formats_say_the_same(self, client: FlaskClient, things: list[tuple[str, str]]) -> None:
        """All formats of a document hold the same graph; JSON-LD does with our context."""
        context = client.get("/context.jsonld").data
        for kind, key in things:
            graphs = []
            for extension in EXTENSIONS:
                body = client.get(f"/doc/{kind}/{key}.{extension}").data
                graphs.append(parse(body, extension, context if extension == "jsonld" else b""))
            assert all(isomorphic(graphs[0], other) for other in graphs[1:]), (kind, key)

    def test_context_is_ours(self, client: FlaskClient) -> None:
        """A JSON-LD document names the address of our context, which answers."""
        body = json.loads(client.get("/doc/city/aldorf.jsonld").data)
        assert f"{BASE}context.jsonld" == body["@context"]
        response = client.get("/context.jsonld")
        assert (200, "application/ld+json") == (response.status_code, response.content_type)


class TestSubjectsAnswer:
    """Every subject of ours in a document can be requested."""

    def test_subjects(self, client: FlaskClient, things: list[tuple[str, str]]) -> None:
        """Following every subject of every document ends at a document, within the budget of redirects."""
        subjects: set[str] = set()
        for kind, key in things:
            subjects |= our_subjects(parse(client.get(f"/doc/{kind}/{key}.ttl").data, "ttl"))
        for path in ("/doc/city.ttl", "/doc/source.ttl", "/graph/register-aldorf.ttl", "/graph/metadata.ttl"):
            subjects |= our_subjects(parse(client.get(path).data, "ttl"))
        assert len(subjects) > 60
        for path in sorted({path_of(subject) for subject in subjects}):
            statuses = [response.status_code for response in _hops(client, path)]
            assert statuses in ([200], [303, 200]), path

    def test_objects(self, client: FlaskClient, things: list[tuple[str, str]]) -> None:
        """What a document points to among ours answers too."""
        graph = Graph()
        for kind, key in things:
            graph += parse(client.get(f"/doc/{kind}/{key}.ttl").data, "ttl")
        objects = {str(o) for o in graph.objects() if str(o).startswith(BASE)}
        for path in sorted({path_of(iri) for iri in objects}):
            assert 200 == _hops(client, path)[-1].status_code, path


class TestCanonical:
    """ID-05, ID-06, ID-07, ID-12: other spellings lead to the canonical address, the rest is refused."""

    @pytest.mark.parametrize(
        ("asked", "expected"),
        [
            ("/id/city/Aldorf", "/id/city/aldorf"),
            ("/id/city/aldorf/", "/id/city/aldorf"),
            ("/id/city/q900000001", "/id/city/aldorf"),
            ("/id/city/Q900000001", "/id/city/aldorf"),
            ("/id/city/aldorf-an-der-alle", "/id/city/aldorf"),
            ("/doc/city/ALDORF", "/doc/city/aldorf"),
            ("/doc/city/aldorf/", "/doc/city/aldorf"),
            ("/doc/city/Aldorf.ttl", "/doc/city/aldorf.ttl"),
            ("/doc/city/q900000001.nt", "/doc/city/aldorf.nt"),
            ("/doc/city/", "/doc/city"),
            ("/pl/city/Aldorf", "/pl/city/aldorf"),
            ("/pl/city/q900000001", "/pl/city/aldorf"),
            ("/pl/city/aldorf/", "/pl/city/aldorf"),
            ("/pl/city/", "/pl/city"),
            ("/pl", "/pl/"),
            ("/graph/Shared", "/graph/shared"),
            ("/ontology/", "/ontology"),
        ],
    )
    def test_moved(self, client: FlaskClient, asked: str, expected: str) -> None:
        """Case, alias, replaced key and trailing slash are 301 to the canonical address."""
        response = client.get(asked)
        assert (301, BASE + expected[1:]) == (response.status_code, response.headers["Location"])

    @pytest.mark.parametrize(
        "path",
        [
            "/id/city/nowhere", "/id/city/a_b", "/id/city/a%2Fb", "/id/city/..%2f..%2fetc", "/id/city/%2e%2e",
            "/id/cities/aldorf", "/id/claim/aldorf", "/id/name/aldorf", "/id/city", "/id", "/doc", "/doc/nothing",
            "/doc/city/aldorf.exe", "/doc/city/nowhere.ttl", "/graph/nothing", "/graph", "/pl/nothing",
            "/pl/city/nowhere", "/de/city/aldorf", "/id/city/" + "a" * 65, "/id/city/ł", "//id/city/aldorf",
            "/id//city/aldorf", "/shapes/nothing", "/shapes/..%2fREADME", "/concepts/nothing", "/static/x/style.css",
            "/id/city/aldorf%0d%0aX: y", "/doc/city?page=9999", "/pl/city?page=9999",
        ],
    )  # fmt: skip
    def test_not_found(self, client: FlaskClient, path: str) -> None:
        """An unknown or malformed key is 404, for a short while."""
        response = client.get(path)
        assert (404, "public, max-age=60") == (response.status_code, response.headers["Cache-Control"])
        assert "application/problem+json" == response.content_type

    @pytest.mark.parametrize("path", ["/id/city/aldorf", "/doc/city/aldorf", "/doc/city/aldorf.ttl", "/doc/city",
                                      "/graph/shared", "/pl/city/aldorf", "/ontology", "/"])  # fmt: skip
    def test_methods(self, client: FlaskClient, path: str) -> None:
        """Another method than GET, HEAD and OPTIONS is 405 with the list of methods."""
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            response = client.open(path, method=method)
            assert (405, {"GET", "HEAD", "OPTIONS"}) == (response.status_code, set(response.allow))
        assert {"GET", "HEAD", "OPTIONS"} == set(client.options(path).allow)

    def test_withdrawn(self, client: FlaskClient) -> None:
        """A withdrawn thing is 410 with what is left of it, in the negotiated format."""
        assert 410 == client.get("/id/partnership/aldorf-atlantis").status_code
        for path in ("/doc/partnership/aldorf-atlantis", "/doc/partnership/aldorf-atlantis.ttl"):
            response = client.get(path, headers={"Accept": "text/turtle"})
            assert (410, "public, max-age=3600") == (response.status_code, response.headers["Cache-Control"])
            assert "2023-06-01" in response.text
        page = client.get("/pl/partnership/aldorf-atlantis", headers=BROWSER)
        assert (410, "text/html; charset=utf-8") == (page.status_code, page.content_type)
        assert "The city does not exist." in page.text

    def test_bad_page_number(self, client: FlaskClient) -> None:
        """A page that is no number is a malformed request."""
        for text in ("0", "-1", "x", "1.5", "9999999", "", "١"):
            assert 400 == client.get("/doc/city", query_string={"page": text}).status_code, text


class TestRedirects:
    """A redirect is made from the route map and a checked key, never from what a client wrote."""

    @pytest.mark.parametrize(
        "host", ["evil.example", "localhost:8001", "evil.example:8000", "127.0.0.1:8000"]
    )
    def test_other_host(self, client: FlaskClient, host: str) -> None:
        """From another host the redirect is a path, and the host is repeated nowhere."""
        for path in ("/", "/pl", "/id/city/aldorf", "/id/city/Aldorf", "/doc/city/aldorf.html", "/nothing"):
            response = client.get(
                path, base_url=f"http://{host}/", headers={"X-Forwarded-Host": "evil.example"}
            )
            assert response.headers.get("Location", "/").startswith("/")
            assert host not in response.text + str(response.headers)
            assert "evil" not in response.text + str(response.headers)

    @pytest.mark.parametrize(
        "key",
        ["//evil.example", "/\\evil.example", "%2f%2fevil.example", "https:evil.example", "..%2f..%2fevil.example",
         "evil.example", "aldorf@evil.example", "aldorf%00", "aldorf?next=//evil.example", "aldorf%23//evil.example"],
    )  # fmt: skip
    def test_hostile_keys(self, client: FlaskClient, key: str) -> None:
        """No key makes a redirect to another host or another path than a canonical one."""
        for prefix in ("/id/city/", "/doc/city/", "/pl/city/", "/"):
            response = client.get(prefix + key)
            location = response.headers.get("Location", BASE)
            assert location.startswith(BASE)
            assert "evil" not in location


class TestCaching:
    """A representation has a strong validator of its own, and headers that say how long it is good."""

    PATHS = ("/doc/city/aldorf", "/doc/city/aldorf.ttl", "/doc/city/aldorf.jsonld", "/doc/city/aldorf.nt",
             "/doc/city/aldorf.rdf", "/doc/city", "/doc/city.nt", "/graph/shared", "/ontology", "/ontology.rdf",
             "/alignments", "/alignments.nt", "/en/alignments",
             "/concepts", "/concepts/relation", "/shapes", "/shapes/city.ttl", "/context.jsonld", "/pl/",
             "/pl/city", "/pl/city/aldorf", "/uk/city/aldorf", "/en/report", "/en/about", "/en/ontology",
             "/en/concepts/relation", "/en/shapes/city", "/en/graph/shared", "/problems/not-found")  # fmt: skip

    def test_not_modified(self, client: FlaskClient) -> None:
        """A client that has the representation gets 304 with the same headers and no body."""
        for path in self.PATHS:
            full = client.get(path)
            tag = full.headers["ETag"]
            assert not tag.startswith("W/")
            again = client.get(path, headers={"If-None-Match": f'"other", {tag}'})
            assert (304, b"") == (again.status_code, again.data), path
            for name in ("ETag", "Cache-Control", "Vary", "Content-Location"):
                assert full.headers.get(name) == again.headers.get(name), (path, name)
            assert 200 == client.get(path, headers={"If-None-Match": '"other"'}).status_code

    def test_tags_differ(self, client: FlaskClient) -> None:
        """Formats, languages, pages and filters have different validators; the same one has the same."""
        paths = [path for path in self.PATHS if path not in ("/doc/city/aldorf", "/doc/city")]
        paths += ["/pl/city?q=a", "/pl/city?q=b"]
        tags = [client.get(path).headers["ETag"] for path in paths]
        assert len(set(tags)) == len(tags)
        assert tags == [client.get(path).headers["ETag"] for path in paths]

    def test_head(self, client: FlaskClient) -> None:
        """HEAD has the headers of GET and no body, on every address."""
        for path in (*self.PATHS, "/id/city/aldorf", "/id/city/nowhere", "/", "/livez", "/readyz"):
            get, head = client.get(path), client.head(path)
            assert b"" == head.data
            left_out = {"Date", "Content-Length"}
            expected = {name: value for name, value in get.headers.items() if name not in left_out}
            assert expected == {n: v for n, v in head.headers.items() if n not in left_out}, path
            assert get.status_code == head.status_code

    def test_every_response_is_safe(self, client: FlaskClient) -> None:
        """Every response has the headers of the security rules, and none sets a cookie."""
        for path in (*self.PATHS, "/id/city/aldorf", "/id/city/nowhere", "/", "/livez", "/nothing/at/all"):
            headers = client.get(path).headers
            assert "default-src 'self'" in headers["Content-Security-Policy"]
            assert ("nosniff", "*") == (
                headers["X-Content-Type-Options"],
                headers["Access-Control-Allow-Origin"],
            )
            assert "Set-Cookie" not in headers
            assert headers["Cache-Control"]


class TestLists:
    """The list of a kind gives types and labels, page by page, as data."""

    def test_every_kind(self, client: FlaskClient, things: list[tuple[str, str]]) -> None:
        """The lists hold every thing."""
        listed = set()
        for kind in DOCUMENTED:
            graph = parse(client.get(f"/doc/{kind.name}.nt").data, "nt")
            listed |= {
                (m.kind, m.key)
                for s in graph.subjects()
                if (m := iris.unmint(BASE, str(s))) and m.space == "id"
            }
        assert set(things) == listed


def _hops(client: FlaskClient, path: str) -> list[TestResponse]:
    return list(_follow(client, path))


def _follow(client: FlaskClient, path: str) -> Iterator[TestResponse]:
    for _ in range(5):
        response = client.get(path, headers={"Accept": "text/turtle"})
        yield response
        if "Location" not in response.headers:
            return
        path = path_of(response.headers["Location"])
