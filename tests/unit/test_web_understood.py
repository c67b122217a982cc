"""What an answer repeats of its address: only what was understood, and never much more than was sent."""

from __future__ import annotations

import io
import re

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook

from site_client import client_of
from twin_graph.snapshot import Snapshot

JUNK = "x" * 3_000
MANY = "&".join(f"country={number}{JUNK}" for number in range(20))


@pytest.fixture(scope="module")
def client(tiny_snapshot: Snapshot) -> FlaskClient:
    """A client of the tiny workspace."""
    return client_of(tiny_snapshot)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/en/partnership", f"country={JUNK}"),
        ("/en/partnership", MANY),
        ("/en/partnership.csv", MANY),
        ("/en/city", "&page=1" * 3_000),
        ("/en/city", "&country=ca" * 3_000),
        ("/en/city/aldorf", "&sort=since" * 3_000),
        ("/en/city/aldorf/partnerships", f"relation={JUNK}"),
        ("/en/city/aldorf/partnerships.json", f"relation={JUNK}&nonsense={JUNK}"),
        ("/en/home/timeline", f"decade={JUNK}"),
        ("/en/map", f"city={JUNK}"),
        ("/en/compare", f"a={JUNK}&b={JUNK}"),
        ("/en/search", f"q=a&country={JUNK}"),
        ("/en/changes", "&page=1" * 3_000),
    ],
)
def test_an_answer_is_no_multiple_of_its_address(client: FlaskClient, path: str, words: str) -> None:
    """However long the address, headers and body grow by little."""
    plain, long = client.get(path), client.get(f"{path}?{words}")
    assert 200 == long.status_code
    assert len(str(long.headers)) < len(str(plain.headers)) + 3_000
    assert len(long.data) < len(plain.data) + 12_000
    assert JUNK[:200] not in long.text


def test_what_is_not_our_address_fills_no_cache(client: FlaskClient) -> None:
    """Values that nobody has, and parameters that are given twice, make no copies in shared caches."""
    assert "public" in client.get("/en/city?country=ca&sort=-name").headers["Cache-Control"]
    for words in ("country=nonsense", "country=ca&country=ca", "sort=since&sort=name", "page=1"):
        assert "private" in client.get(f"/en/city?{words}").headers["Cache-Control"], words


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/en/city/aldorf", "q=zz1"),
        ("/en/about", "q=abc&page=2"),
        ("/doc/city/aldorf.ttl", "q=z"),
        ("/en/city/aldorf.svg".replace("city/aldorf", "picture/ring/city/aldorf"), "q=1"),
        ("/en/city.csv", "page=2&size=25"),
    ],
)
def test_parameters_that_a_view_does_not_read(client: FlaskClient, path: str, words: str) -> None:
    """They have no part in the validator, and their address is kept by no shared cache."""
    plain, other = client.get(path), client.get(f"{path}?{words}")
    assert plain.headers["ETag"] == other.headers["ETag"]
    assert "private" in other.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/en/changes?page=999", "/en/picture/nope/city/aldorf.svg", "/en/map?relation=nope",
                                  "/en/city/aldorf/partnerships?sort=nope", "/en/city?page=999"])  # fmt: skip
def test_what_is_not_there_is_not_unchanged(client: FlaskClient, path: str) -> None:
    """`If-None-Match: *` asks whether there is anything; where there is nothing, the answer says so."""
    assert client.get(path, headers={"If-None-Match": "*"}).status_code in (400, 404)
    there = client.get("/en/city", headers={"If-None-Match": "*"})
    assert (304, b"") == (there.status_code, there.data)


@pytest.mark.parametrize(
    ("path", "words", "understood"),
    [
        ("/en/city.xlsx", "sort=-name&country=ca", "country=ca&sort=-name"),
        ("/en/city/aldorf/partnerships.xlsx", "sort=since", "sort=since"),
        ("/en/search.xlsx", "q=aldorf", "q=aldorf"),
        ("/en/map.xlsx", "relation=partner", "relation=partner"),
    ],
)
def test_equal_tags_have_equal_bytes(client: FlaskClient, path: str, words: str, understood: str) -> None:
    """The address in a workbook is the one that we write, so an unknown parameter changes nothing."""
    first, second = client.get(f"{path}?{words}"), client.get(f"{path}?utm_source=x&{words}")
    assert first.headers["ETag"] == second.headers["ETag"]
    assert first.data == second.data
    sheet = load_workbook(io.BytesIO(first.data)).worksheets[1]
    assert f"http://localhost:8000{path}?{understood}" in [row[1].value for row in sheet.iter_rows(max_row=4)]


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/en/city/ALDORF/changes?page=2", "/en/city/aldorf/changes?page=2"),
        ("/en/city/ALDORF?sort=-since", "/en/city/aldorf?sort=-since"),
        ("/en/city/?q=lub", "/en/city?q=lub"),
        ("/en/map/?city=aldorf", "/en/map?city=aldorf"),
        ("/en/search/?q=lublin", "/en/search?q=lublin"),
        ("/en/curation/?sort=city", "/en/curation?sort=city"),
        ("/en/city/ALDORF/partnerships?sort=since", "/en/city/aldorf/partnerships?sort=since"),
    ],
)
def test_who_is_sent_on_takes_the_parameters_along(client: FlaskClient, path: str, target: str) -> None:
    """Another case of a key and a slash at the end lead to the same choice."""
    response = client.get(path)
    assert (301, f"http://localhost:8000{target}") == (response.status_code, response.headers["Location"])


def test_other_languages_of_a_list(client: FlaskClient) -> None:
    """The links to other languages have what was understood."""
    text = client.get("/en/changes?page=1&nonsense=1").text
    assert {"/pl/changes?page=1"} == set(re.findall(r'hreflang="pl" href="(/[^"]+)"', text))
