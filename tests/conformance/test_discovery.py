"""What programs look for on every host: robots.txt, the sitemap, and security.txt."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from urllib.robotparser import RobotFileParser

import pytest
from flask.testing import FlaskClient

from site_client import client_of
from twin_graph.kinds import DOCUMENTED
from twin_graph.snapshot import Snapshot
from twin_graph.web import discovery
from twin_graph.web.imprint import Imprint, Security, read_imprint
from twin_graph.web.site import EXTENSION
from twin_graph.workspace import LANGUAGES

BASE = "http://localhost:8000"
NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}


@pytest.fixture
def client(tiny_snapshot: Snapshot) -> FlaskClient:
    """A client of the tiny site."""
    return client_of(tiny_snapshot)


def locations(client: FlaskClient, path: str) -> list[str]:
    """The addresses that a file of the sitemap names."""
    response = client.get(path)
    assert (200, "application/xml") == (response.status_code, response.mimetype)
    root = ET.fromstring(response.data)
    assert all(
        re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", each.text or "")
        for each in root.iterfind(".//s:lastmod", NAMES)
    )
    return [each.text or "" for each in root.iterfind(".//s:loc", NAMES)]


def every_page(client: FlaskClient) -> list[str]:
    """All pages of the sitemap."""
    files = locations(client, "/sitemap.xml")
    return [page for file in files for page in locations(client, file.removeprefix(BASE))]


def test_the_sitemap_names_what_is_worth_finding(client: FlaskClient) -> None:
    """Each address is a page as it calls itself, may be read and kept, and names its other languages."""
    pages = every_page(client)
    assert len(pages) == len(set(pages)) > 150
    robots = RobotFileParser()
    robots.parse(client.get("/robots.txt").text.splitlines())
    for page in pages:
        response = client.get(page.removeprefix(BASE), buffered=True)
        assert (200, "text/html") == (response.status_code, response.mimetype), page
        assert "noindex" not in response.text, page
        assert robots.can_fetch("*", page), page
        canonical = re.search(r'<link rel="canonical" href="([^"]+)"', response.text)
        assert canonical is None or page == canonical[1]


def test_every_thing_is_named_in_every_language(client: FlaskClient) -> None:
    """Whatever has a document has its pages in the sitemap, and those of one thing point at each other."""
    pages = set(every_page(client))
    known = 0
    for kind in DOCUMENTED:
        listed = re.findall(rf"<{BASE}/id/{kind.name}/([^>]+)> a ", client.get(f"/doc/{kind.name}.ttl").text)
        known += len(listed)
        for key in listed:
            assert {f"{BASE}/{language}/{kind.name}/{key}" for language in LANGUAGES} <= pages
    assert known > 20
    root = ET.fromstring(client.get("/sitemap/city-1.xml").data)
    for url in root.iterfind("s:url", NAMES):
        others = {each.get("hreflang"): each.get("href") for each in url.iterfind("x:link", NAMES)}
        assert set(LANGUAGES) == set(others)
        assert url.findtext("s:loc", namespaces=NAMES) in others.values()


def test_many_things_are_in_several_files(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """None is lost at the borders, none is named twice."""
    whole = every_page(client)
    monkeypatch.setattr(discovery, "THINGS", 2)
    parts = every_page(client)
    assert sorted(whole) == sorted(parts)
    assert "/sitemap/city-2.xml" in client.get("/sitemap.xml").text


@pytest.mark.parametrize("name", ["city-0", "city-99", "city", "none-1", "city-1-1", "pages-1", "claim-1"])
def test_parts_that_there_are_not(client: FlaskClient, name: str) -> None:
    """They are not found."""
    assert 404 == client.get(f"/sitemap/{name}.xml").status_code


def test_robots_are_led_to_the_whole(client: FlaskClient) -> None:
    """They stay away from what is computed for each question, and read where all of it is."""
    response = client.get("/robots.txt")
    assert (200, "text/plain") == (response.status_code, response.mimetype)
    robots = RobotFileParser()
    robots.parse(response.text.splitlines())
    assert "1" == str(robots.crawl_delay("*"))
    assert [f"{BASE}/sitemap.xml"] == robots.site_maps()
    for path in (
        "/sparql?query=ASK%7B%7D",
        "/sparql",
        "/reconcile",
        "/reconcile/v1/match",
    ):
        assert not robots.can_fetch("x", BASE + path), path
    for path in (
        "/en/sparql",
        "/dumps/latest/all.nq.gz",
        "/pl/reconcile",
        "/doc/city/aldorf.ttl",
        "/id/city/aldorf",
        "/catalog",
    ):
        assert robots.can_fetch("x", BASE + path), path
    assert f"{BASE}/en/about#files" in response.text


def secured(client: FlaskClient, entry: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> None:
    """Configure whom to tell, for one test: all tests of a snapshot share its application."""
    extensions = client.application.extensions
    imprint: Imprint = read_imprint({"security": entry})
    monkeypatch.setitem(extensions, EXTENSION, replace(extensions[EXTENSION], imprint=imprint))


def test_security_is_told_where_it_is_configured(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that RFC 9116 requires; the old address leads to it; nothing is made up."""
    path = "/.well-known/security.txt"
    answer = client.get(path, headers={"Accept": "application/json"})
    assert 404 == answer.status_code
    assert "[security]" in answer.text
    contacts = ["mailto:desk@example.org", "javascript:x", "tel:+48-1"]
    secured(client, {"contact": contacts, "expires": "2027-06-30"}, monkeypatch)
    response = client.get(path)
    assert (200, "text/plain; charset=utf-8") == (response.status_code, response.content_type)
    fields = [tuple(line.split(": ", 1)) for line in response.text.splitlines()]
    assert [
        ("Contact", "mailto:desk@example.org"), ("Contact", "tel:+48-1"), ("Expires", "2027-06-30T00:00:00Z"),
        ("Preferred-Languages", ", ".join(LANGUAGES)), ("Canonical", BASE + path),
    ] == fields  # fmt: skip
    moved = client.get("/security.txt")
    assert (301, BASE + path) == (
        moved.status_code,
        moved.location if moved.location.startswith("h") else BASE + moved.location,
    )


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"contact": "https://example.org/s", "expires": "2027-01-01", "policy": "http://x"},
         Security(("https://example.org/s",), "2027-01-01")),
        ({"contact": "desk@example.org", "expires": "soon", "policy": "https://x"}, Security(policy="https://x")),
        ("mailto:x@example.org", Security()),
    ],
)  # fmt: skip
def test_what_nobody_could_follow_is_left_out(entry: object, expected: Security) -> None:
    """An address without a scheme, a day that is none, a policy that is not protected."""
    assert expected == read_imprint({"security": entry}).security
