"""The page of results, its files, and the suggestions."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from site_client import LANGUAGES, client_of
from twin_graph.labels import USES, Name, Named, NameIndex, write_index
from twin_graph.snapshot import Snapshot
from twin_graph.web.name_examples import item_example, name_examples
from twin_graph.web.search import USE_WORDS
from twin_graph.web.site import EXTENSION

_SUGGESTION = {"label", "language", "kind", "key", "path", "context"}


@pytest.fixture(scope="module")
def client(tiny_snapshot: Snapshot) -> FlaskClient:
    """A client of the tiny workspace."""
    return client_of(tiny_snapshot)


def results(body: str) -> list[str]:
    """The addresses of the results of a page, in their order."""
    inside = re.search(r'<ol class="hits".*?</ol>', body, re.S)
    return re.findall(r'<a href="([^"]+)"', inside.group()) if inside else []


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_of_results(client: FlaskClient, language: str) -> None:
    """The page says how many results there are, shows the best first and offers its rows as files."""
    response = client.get(f"/{language}/search?q=aldorf")
    assert 200 == response.status_code
    assert f"/{language}/city/aldorf" == results(response.text)[0]
    for extension in ("csv", "xlsx", "json"):
        assert f'href="/{language}/search.{extension}?q=aldorf"' in response.text
    assert 1 == response.text.count("<h1")


def test_page_without_a_question(client: FlaskClient) -> None:
    """Who has typed nothing is told what can be typed."""
    for language in LANGUAGES:
        body = client.get(f"/{language}/search").text
        assert [] == results(body)
        tried = re.findall(rf'<a href="(/{language}/search\?q=[^"]+)">', body)
        assert len(tried) >= 2
        for path in tried:
            answer = client.get(path)
            assert 302 == answer.status_code or results(answer.text)
    assert [] == results(client.get("/en/search?q=%20%20").text)


def test_examples_are_of_the_data(tmp_path: Path) -> None:
    """Each is a name of another city of the data, as people type it; where there is nothing there is no example."""
    cities = [
        Named(
            "city", "lodz", (Name("Łódź", "pl"), Name("Лодзь", "uk"), Name("Litzmannstadt", "de", "former"))
        ),
        Named("city", "lviv", (Name("Lviv", "en"), Name("Львів", "uk"))),
        Named(
            "city", "gdansk", (Name("Gdansk", "en"), Name("Kdanzk", "pl", "former")), identifiers=("q1792",)
        ),
    ]
    write_index(tmp_path / "names.db", cities)
    index = NameIndex.open(tmp_path / "names.db")
    assert {"lodz", "Львів", "Kdanzk"} == set(name_examples(index, "en"))
    assert "Gdansk" in name_examples(index, "uk") or "Lviv" in name_examples(index, "uk")
    assert "Q1792" == item_example(index)
    write_index(tmp_path / "empty.db", [])
    for nothing in (NameIndex.open(tmp_path / "empty.db"), NameIndex.open(None)):
        assert () == name_examples(nothing, "pl")
        assert "" == item_example(nothing)


def test_nothing_found(client: FlaskClient) -> None:
    """Who finds nothing gets help, lists, and names that resemble the one that was typed."""
    response = client.get("/en/search?q=aldorfings")
    assert 200 == response.status_code
    assert "Nothing has this name" in response.text
    assert 'href="/en/city"' in response.text
    assert 'href="/en/city/aldorf"' in response.text
    assert "search.csv" not in response.text


def test_facets_narrow_down_and_can_be_left(client: FlaskClient) -> None:
    """A kind or a country is chosen by a link, and the same link leaves it again."""
    whole = client.get("/en/search?q=aldorf").text
    assert "/en/search?q=aldorf&amp;kind=city" in whole
    narrow = client.get("/en/search?q=aldorf&kind=partnership").text
    found = results(narrow)
    assert found
    assert all(path.startswith("/en/partnership/") for path in found)
    assert 'href="/en/search?q=aldorf"' in narrow


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/en/search?q=aldorf&kind=nothing", 404),
        ("/en/search?q=aldorf&page=99", 404),
        ("/en/search?q=aldorf&page=x", 400),
        ("/en/search?q=aldorf&country=%00", 200),
        ("/xx/search?q=aldorf", 404),
        ("/en/search.exe?q=aldorf", 404),
    ],
)
def test_addresses_that_ask_for_what_is_not(client: FlaskClient, address: str, status: int) -> None:
    """An unknown kind or page is not found; an unknown country has nothing in it."""
    assert status == client.get(address).status_code


@pytest.mark.parametrize(
    "typed", ["Q900000001", "900001", "http://localhost:8000/id/city/aldorf", "city/aldorf"]
)
def test_identifier_leads_to_the_thing(client: FlaskClient, typed: str) -> None:
    """An identifier of a thing leads straight to its page, in the language of the reader."""
    response = client.get("/uk/search", query_string={"q": typed})
    assert 302 == response.status_code
    assert response.headers["Location"].endswith("/uk/city/aldorf")


def test_files(client: FlaskClient) -> None:
    """CSV and JSON have every result, with IRIs, kinds and the names by which they were found."""
    rows = list(csv.DictReader(io.StringIO(client.get("/en/search.csv?q=aldorf").text)))
    objects = json.loads(client.get("/en/search.json?q=aldorf").text)
    total = int(re.search(r"<strong>([\d,]+)</strong>", client.get("/en/search?q=aldorf").text).group(1))  # type: ignore[union-attr]
    assert total == len(rows) == len(objects)
    assert "http://localhost:8000/id/city/aldorf" == rows[0]["name_iri"] == objects[0]["id"]
    assert {"name", "name_iri", "class", "country", "country_iri", "matched", "use"} == set(rows[0])


def test_suggestions(client: FlaskClient) -> None:
    """At most ten suggestions with the fields that are promised; any site may ask, and caches may keep them."""
    response = client.get("/suggest?q=al&lang=uk")
    assert 200 == response.status_code
    assert "application/json" == response.mimetype
    assert "*" == response.headers["Access-Control-Allow-Origin"]
    assert response.headers["Cache-Control"].startswith("public, max-age=")
    body = json.loads(response.text)
    assert {"query", "language", "announcement", "suggestions"} == set(body)
    assert ("al", "uk") == (body["query"], body["language"])
    assert 1 <= len(body["suggestions"]) <= 10
    assert {frozenset(_SUGGESTION)} == {frozenset(item) for item in body["suggestions"]}
    assert ("city", "aldorf", "/uk/city/aldorf") == tuple(
        body["suggestions"][0][name] for name in ("kind", "key", "path")
    )


def test_suggestions_of_one_kind(client: FlaskClient) -> None:
    """A form that wants a city gets cities only; words that are no kind or language change nothing."""
    body = json.loads(client.get("/suggest?q=aldorf&lang=en&kind=city").text)
    assert {"city"} == {item["kind"] for item in body["suggestions"]}
    other = json.loads(client.get("/suggest?q=aldorf&lang=tlh&kind=spaceship").text)
    assert other["language"] in LANGUAGES
    assert len({item["kind"] for item in other["suggestions"]}) > 1


def test_suggestions_have_validators(client: FlaskClient) -> None:
    """Who has a suggestion already is told so, and another language or kind is another representation."""
    first = client.get("/suggest?q=al&lang=en")
    assert (
        304
        == client.get("/suggest?q=al&lang=en", headers={"If-None-Match": first.headers["ETag"]}).status_code
    )
    tags = {
        client.get(f"/suggest?q=al&{rest}").headers["ETag"]
        for rest in ("lang=en", "lang=pl", "lang=en&kind=city")
    }
    assert 3 == len(tags)


def test_every_use_has_a_word() -> None:
    """A reader is told what kind of name it was, unless it is the ordinary one."""
    assert set(USES) - {"label"} == set(USE_WORDS)


def test_snapshot_without_an_index(client: FlaskClient) -> None:
    """An older snapshot has no index: the page says so, and suggests nothing."""
    extensions = client.application.extensions
    here = extensions[EXTENSION]
    extensions[EXTENSION] = replace(here)
    extensions[EXTENSION].__dict__["index"] = NameIndex.open(None)
    try:
        assert "without an index of names" in client.get("/en/search?q=aldorf").text
        assert [] == json.loads(client.get("/suggest?q=aldorf").text)["suggestions"]
    finally:
        extensions[EXTENSION] = here


@given(text=st.text(max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_text_gets_an_answer(client: FlaskClient, text: str) -> None:
    """No text that can be typed makes the server fail."""
    for path in ("/en/search", "/en/search.csv", "/suggest"):
        assert client.get(path, query_string={"q": text.encode("utf-8", "replace")}).status_code in (200, 302)


@pytest.mark.parametrize(
    "raw",
    [
        "%00",
        "%22",
        "%27%22",
        "a%00b",
        "%FF%FE",
        "%ED%A0%80",
        "NEAR(a%20b)",
        "a*%20OR%20b",
        "%3Cb%3E",
        "a" * 5000,
    ],
)
def test_hostile_queries(client: FlaskClient, raw: str) -> None:
    """Bytes that are no text, quotes, operators and markup are answered, and shown as text."""
    response = client.get(f"/en/search?q={raw}")
    assert 200 == response.status_code
    assert "<b>" not in response.text
    assert 200 == client.get(f"/suggest?q={raw}").status_code


def test_long_text_is_cut(client: FlaskClient) -> None:
    """Two hundred letters count; the page shows as many."""
    body = client.get("/en/search?q=" + "y" * 400).text
    assert "y" * 200 in body
    assert "y" * 201 not in re.sub(r'(?:href|content)="[^"]*"', "", body)
