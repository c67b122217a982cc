"""Data that is hard to publish, in every format and on every page: 500 partners, none, five, right to left, hostile.

What is in the workspace is `partnership_data.py`; what a strict reader accepts is `bodies.py` and `page_markup.py`.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from bodies import RDF, read_body, read_csv, read_json_ld, read_rdf, read_xlsx
from crawler import Answer, Walk
from foreign_data import Document, publish
from page_markup import Markup, read_page
from partnership_data import CONTROL, EDGES, FIVE, HERMIT, HOSTILE, HUB, PARTNERS, RIGHT_TO_LEFT, partners
from site_client import BASE, LANGUAGES, client_of
from twin_graph.formats import DOCUMENT_FORMATS, TURTLE
from twin_graph.snapshot import Snapshot

LABELLED = ("city/hostile", "network/network", "distinction/distinction", "activity/activity", "source/source",
            "resolution/resolution")  # fmt: skip
CITIES = {f"city/hostile-{name}": label for name, label in HOSTILE.items()}
CITIES |= {f"city/{key}": name for key, (name, _) in RIGHT_TO_LEFT.items()}
THINGS = CITIES | {f"{start}-{name}": label for start in LABELLED for name, label in HOSTILE.items()}
TABLES = ("csv", "xlsx", "json", "ttl")
_QUERY = re.compile(r"^/sparql\?(.*&)?query=")
# White space at an end, and what a cell or an XML document cannot hold, is no part of what is compared.
_LOST = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd\ufffe\uffff]")
# What stands in RDF/XML for what XML has not.
_REPLACED = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF], "\ufffd")
_GUARDED = ("=", "+", "-", "@", "\t", "\r")


@pytest.fixture(scope="module")
def client(generated_snapshot: Snapshot) -> FlaskClient:
    """A client of the generated workspace."""
    return client_of(generated_snapshot)


@pytest.fixture(scope="module")
def context(client: FlaskClient) -> bytes:
    """The JSON-LD context, which documents name by its address."""
    return bytes(client.get("/context.jsonld").data)


def page_of(client: FlaskClient, path: str) -> Markup:
    """A page, which has to be there and to be whole."""
    response = client.get(path, headers={"Accept": "text/html"})
    assert 200 == response.status_code, path
    found = read_page(response.text)
    assert [] == found.problems, path
    return found


def one_line(text: str) -> str:
    """A text as a line: white space of every sort is one space, and characters that get lost are left out."""
    return " ".join(_LOST.sub("", text).split())


def literals(triples: set[ox.Triple]) -> set[str]:
    """The texts of a graph."""
    return {triple.object.value for triple in triples if isinstance(triple.object, ox.Literal)}


def guarded(text: str) -> set[str]:
    """How a cell may hold a text: as it is, or with an apostrophe before what a spreadsheet would compute."""
    return {one_line(text), *({one_line("'" + text)} if text.startswith(_GUARDED) else ())}


def test_the_workspace_is_as_it_says(generated_snapshot: Snapshot, client: FlaskClient) -> None:
    """The hub has five hundred partners, one city has none, and there are hostile names of every sort."""
    assert PARTNERS == len(set(partners()))
    assert {10_000} == {len(label) for name, label in HOSTILE.items() if name == "long"}
    assert len(THINGS) == 6 * len(HOSTILE) + len(RIGHT_TO_LEFT) > 130
    assert 0 == generated_snapshot.manifest.findings["Violation"]
    parties = read_rdf("application/n-triples", client.get(f"/doc/city/{HERMIT}.nt").data)
    assert not any("hasParty" in triple.predicate.value for triple in parties)


@pytest.mark.parametrize("thing", THINGS)
def test_names_are_shown_exactly(client: FlaskClient, thing: str) -> None:
    """A name is the main heading of its page letter for letter, in the title too, and never markup."""
    label = THINGS[thing]
    for language in LANGUAGES:
        page = page_of(client, f"/{language}/{thing}")
        heading = [text for level, text in page.headings if level == 1]
        assert [label] == heading
        assert one_line(label)[:50] in one_line(page.title)


@pytest.mark.parametrize("thing", THINGS)
def test_names_are_in_every_document(client: FlaskClient, context: bytes, thing: str) -> None:
    """Every format of RDF says the same, with the name letter for letter; the other formats can be read."""
    graphs: dict[str, set[ox.Triple]] = {}
    for fmt in DOCUMENT_FORMATS:
        response = client.get(f"/doc/{thing}.{fmt.extension}")
        if fmt.media_type == "text/html" or (response.status_code, fmt.extension) in (
            (404, "geojson"),
            (404, "csv"),
        ):
            continue
        assert 200 == response.status_code, fmt.extension
        assert [] == read_body(response.content_type, response.data), fmt.extension
        if fmt.media_type in RDF:
            graphs[fmt.extension] = read_rdf(fmt.media_type, response.data)
        elif fmt.extension == "jsonld":
            graphs[fmt.extension] = read_json_ld(response.data, context)
    assert len(graphs) >= 4
    first = graphs.pop("nt")
    assert {} == {name: len(found ^ first) for name, found in graphs.items() if found != first}
    assert THINGS[thing] in literals(first)


@pytest.mark.parametrize("language", LANGUAGES)
def test_five_hundred_partners(client: FlaskClient, language: str) -> None:
    """The page of the hub counts its partners, and links to the page of every one of them."""
    page = page_of(client, f"/{language}/city/{HUB}")
    listed = page_of(client, f"/{language}/city/{HUB}/partnerships")
    linked = {*page.links, *listed.links, *_further(client, listed, f"/{language}/city/{HUB}/partnerships")}
    assert set() == {f"/{language}/city/{key}" for key in partners()} - {
        link.partition("#")[0] for link in linked
    }
    assert f"{PARTNERS}" in page.text.replace("\u00a0", "")


@pytest.mark.parametrize("extension", TABLES)
def test_tables_of_five_hundred(client: FlaskClient, extension: str) -> None:
    """Each download of the table of partners is whole: every name letter for letter, and no formula."""
    response = client.get(f"/en/city/{HUB}/partnerships.{extension}")
    assert 200 == response.status_code
    assert [] == read_body(response.content_type, response.data)
    if extension == "ttl":
        subjects = {
            str(triple.subject) + str(triple.object) for triple in read_rdf("text/turtle", response.data)
        }
        assert set() == {key for key in partners() if not any(f"/city/{key}" in each for each in subjects)}
        return
    cells = {one_line(text) for text in _texts(extension, response.data)}
    assert [] == [key for key, label in CITIES.items() if guarded(label).isdisjoint(cells)]


def test_no_formula_in_the_data(client: FlaskClient) -> None:
    """The tables of the documents, too, hold nothing that a program for tables would compute."""
    rows, page = [], "/doc/city.csv"
    while page:
        response = client.get(page)
        rows += list(csv.reader(io.StringIO(response.text)))[1:]
        page = next(
            (link[0] for link in re.findall(r'<([^>]+)>; rel="(next)"', response.headers["Link"])), ""
        )
    assert len(rows) > PARTNERS
    names = [name for row in rows for name in row[3:]]
    assert [] == [name for name in names if re.match(r"[=+@\t\r]|-[^0-9]", name)]
    assert f"'{HOSTILE['formula']}" in names


@pytest.mark.parametrize("kind", ["city", "network", "distinction", "activity", "source", "resolution"])
@pytest.mark.parametrize("extension", TABLES)
def test_lists(client: FlaskClient, kind: str, extension: str) -> None:
    """The list of a kind can be saved whole, with every name letter for letter."""
    response = client.get(f"/en/{kind}.{extension}")
    assert 200 == response.status_code
    assert [] == read_body(response.content_type, response.data)
    if extension == "ttl":
        found = {one_line(str(triple.object)) for triple in read_rdf("text/turtle", response.data)}
        missing = [thing for thing in _of_kind(kind) if f"{BASE}id/{thing}" not in response.text]
        assert [] == missing
        assert found
        return
    cells = {one_line(text) for text in _texts(extension, response.data)}
    assert [] == [thing for thing, label in _of_kind(kind).items() if guarded(label).isdisjoint(cells)]


def test_every_page_and_file_is_whole(client: FlaskClient) -> None:
    """From all pages of the workspace, every sort of file and view opens in a strict reader, pictures included."""
    walk = Walk(_asker(client), BASE, lambda path: "/partner-" in path, most=4)
    things = [
        *THINGS,
        f"city/{HUB}",
        f"city/{HERMIT}",
        f"partnership/{FIVE}",
        "country/pl",
        f"register/{HUB}",
    ]
    things += [
        f"partnership/{HUB}-{key}" for key in (*EDGES, *RIGHT_TO_LEFT, "hostile-markup", "hostile-long")
    ]
    things += [f"city/{key}" for key in EDGES] + [f"agreement/{key}-1" for key in ("hostile-markup", *EDGES)]
    things += ["", "about", "search", "map", "timeline", "curation", "changes", "report", "accessibility"]
    walk.run([f"/en/{thing}" for thing in things], depth=1)
    assert [] == walk.problems[:40]
    assert [] == walk.missing_fragments()[:20]
    assert len(walk.pages) > 300
    assert {"text/csv", "image/svg+xml", "text/calendar", "application/atom+xml"} <= set(walk.answered)


@pytest.mark.parametrize(("key", "name", "language"), [(key, *row) for key, row in RIGHT_TO_LEFT.items()])
def test_right_to_left(client: FlaskClient, key: str, name: str, language: str) -> None:
    """A name in a right-to-left script is marked with its language, and its direction is its own."""
    text = client.get(f"/pl/city/{key}").text
    assert re.search(rf'<(span|bdi)[^>]*lang="en"[^>]*dir="auto"[^>]*>{re.escape(name)}</', text)
    assert (name, language) in read_page(text).texts


@pytest.mark.parametrize("language", LANGUAGES)
def test_five_parties(client: FlaskClient, language: str) -> None:
    """A partnership of five is named by all of them, links to each, and each page links to it."""
    page = page_of(client, f"/{language}/partnership/{FIVE}")
    parties = [HUB, *list(RIGHT_TO_LEFT)[:2], "hostile-markup", "no-position"]
    heading = next(text for level, text in page.headings if level == 1)
    assert 4 == heading.count(" – ")
    for key in parties:
        assert f"/{language}/city/{key}" in page.links
    linked = page_of(client, f"/{language}/city/no-position").links
    assert f"/{language}/partnership/{FIVE}" in linked


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_partners(client: FlaskClient, language: str) -> None:
    """The page of a city without partners is whole, and its table has a header and no row."""
    page = page_of(client, f"/{language}/city/{HERMIT}")
    assert 1 == [level for level, _ in page.headings].count(1)
    response = client.get(f"/{language}/city/{HERMIT}/partnerships.csv")
    assert 200 == response.status_code
    header, *rows = read_csv(response.data)
    assert len(header) > 3
    assert [] == rows
    response = client.get(f"/{language}/city/{HERMIT}/partnerships.xlsx")
    assert (200, []) == (response.status_code, read_body(response.content_type, response.data))
    for path in (f"city/{HERMIT}/anniversaries.ics", f"city/{HERMIT}/changes.atom"):
        response = client.get(f"/{language}/{path}")
        assert (200, []) == (response.status_code, read_body(response.content_type, response.data)), path
    for path in (f"city/{HERMIT}/factsheet", f"city/{HERMIT}/curation", f"embed/city/{HERMIT}?view=map",
                 f"compare?a={HERMIT}&b={HUB}", f"chain?from={HERMIT}&to={HUB}"):  # fmt: skip
        page_of(client, f"/{language}/{path}")


@pytest.mark.parametrize(
    "path", ["city/hostile-control", f"city/{HUB}", f"partnership/{HUB}-hostile-control"]
)
def test_control_characters(client: FlaskClient, context: bytes, path: str) -> None:
    """What XML has not is left out of pages and pictures, and replaced in RDF/XML, which says so."""
    page_of(client, f"/en/{path}")
    first = read_rdf("application/n-triples", client.get(f"/doc/{path}.nt").data)
    assert CONTROL in literals(first)
    for fmt in DOCUMENT_FORMATS:
        response = client.get(f"/doc/{path}.{fmt.extension}")
        if fmt.extension == "rdf":
            assert (200, "application/rdf+xml") == (response.status_code, response.content_type)
            found = read_rdf(fmt.media_type, response.data)
            assert len(first) == len(found)
            assert CONTROL.translate(_REPLACED) in literals(found)
        elif fmt.media_type in RDF:
            assert first == read_rdf(fmt.media_type, response.data), fmt.extension
        elif fmt.extension == "jsonld":
            assert first == read_json_ld(response.data, context)


@pytest.mark.parametrize("name", HOSTILE)
def test_what_readers_type(client: FlaskClient, name: str) -> None:
    """What a reader types comes back as text: in the search, its suggestions, lists, and what was not found."""
    typed = HOSTILE[name][:300]
    for path, parameters in (
        ("/en/search", {"q": typed}),
        ("/pl/city", {"q": typed}),
        ("/uk/city", {"country": typed, "sort": typed, "page": "1"}),
        ("/en/compare", {"a": typed, "b": typed}),
        ("/en/chain", {"from": typed, "to": typed}),
        ("/en/map", {"city": typed, "relation": typed, "status": typed, "period": typed}),
        ("/en/timeline", {"city": typed, "decade": typed}),
        (f"/en/city/{HUB}/partnerships", {"sort": typed, "country": typed}),
        (f"/en/embed/city/{HUB}", {"view": typed}),
    ):
        response = client.get(path, query_string=parameters, headers={"Accept": "text/html"})
        assert response.status_code in (200, 303, 400, 404), (path, response.status_code)
        assert [] == read_body(response.content_type, response.data), path
    response = client.get("/suggest", query_string={"q": typed, "lang": "en", "kind": typed})
    assert response.status_code in (200, 400)
    assert [] == read_body(response.content_type, response.data)


def test_texts_of_the_publication(client: FlaskClient) -> None:
    """The title of the site, its publisher and its licences are text too."""
    page = page_of(client, "/en/")
    assert "Partners & <friends> \"of\" 'Metropolis'" in page.title
    assert HOSTILE["markup"] in page.text
    assert HOSTILE["attribute"] in page_of(client, "/en/about").text


def test_labels_that_no_table_can_hold(tmp_path: Path) -> None:
    """Names that come another way, with tags of right-to-left languages and a NUL character, break nothing."""
    about = f"{BASE}id/city/strange"
    text = f"""PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
    PREFIX twin: <https://w3id.org/twin-graph/ontology#>
    <{about}> a twin:LocalAuthority, twin:City ;
        rdfs:label "القدس"@ar, "ירושלים"@he-Hebr-x-old, "NUL\\u0000 and \\u0001"@en, "plain \\uFFFF" ."""
    client = client_of(publish(tmp_path, BASE, [Document(f"{BASE}graph/shared", text.encode(), TURTLE)]))
    for language in LANGUAGES:
        page = page_of(client, f"/{language}/city/strange")
        assert "NUL" in page.text
    found = read_rdf("application/n-triples", client.get("/doc/city/strange.nt").data)
    assert literals(read_rdf("text/turtle", text.encode())) <= literals(found)
    as_xml = read_rdf("application/rdf+xml", client.get("/doc/city/strange.rdf").data)
    assert {"NUL\ufffd and \ufffd", "plain \ufffd"} <= literals(as_xml)
    for kind in ("csv", "json", "xlsx"):
        response = client.get(f"/en/city.{kind}")
        assert (200, []) == (response.status_code, read_body(response.content_type, response.data))


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p><b>x</p></b>", "</p> closes <b>"),
        ("<p><div></div></p>", "<div> stands in <p>"),
        ("<ul>x<li></li></ul>", "text stands in <ul>"),
        ("<a href='/x' onclick='x'></a>", "<a> has onclick"),
        ("<a href='java&#115;cript:x'></a>", "has the scheme javascript"),
        ("<p style='x'></p>", "is styled inline"),
        ("<script>x</script>", "a script is inline"),
        ("<p id=a></p><p id=a></p>", "the id 'a' stands 2 times"),
        ("<label for=b></label>", "nothing has the id 'b'"),
        ("<section>", "<section> is never closed"),
        ("<p>\x01</p>", "control character"),
        ("<![CDATA[x]]>", "section <![CDATA[x"),
        ("<script type='application/ld+json'>{</script>", "is no JSON"),
    ],
)
def test_the_reader_of_pages_is_strict(markup: str, expected: str) -> None:
    """The reader that the tests use finds each sort of mistake; one that finds none would prove nothing."""
    assert any(expected in problem for problem in read_page(f"<!doctype html>{markup}").problems)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/turtle", b"<a> <b> ."),
        ("application/ld+json", b'{"a": NaN}'),
        ("application/rdf+xml", b"<a>&#1;</a>"),
        ("image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"),
        ("text/csv", b'a,b\n"1'),
        ("text/csv", b"a,b\n1\n"),
        ("text/calendar", b"BEGIN:VCALENDAR\r\n" + b"x" * 80),
        ("image/png", b"GIF89a"),
        ("application/unknown", b""),
    ],
)
def test_the_readers_of_files_are_strict(content_type: str, body: bytes) -> None:
    """The readers of the other formats refuse what is not of their format."""
    assert [] != read_body(content_type, body)


def _asker(client: FlaskClient) -> Any:
    def ask(path: str, headers: Any) -> Answer:
        if _QUERY.match(path):
            return Answer(200, {"content-type": "text/plain"}, b"")
        with client.get(path, headers=dict(headers), buffered=True) as response:
            named = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status_code, named, response.data)

    return ask


def _further(client: FlaskClient, page: Markup, path: str) -> Iterator[str]:
    """The links of the further pages of a table."""
    for number in sorted(
        {int(found) for link in page.links for found in re.findall(r"[?&]page=(\d+)", link)}
    ):
        yield from page_of(client, f"{path}?page={number}").links


def _of_kind(kind: str) -> dict[str, str]:
    return {thing: label for thing, label in THINGS.items() if thing.startswith(f"{kind}/")}


def _texts(extension: str, body: bytes) -> Iterator[str]:
    """Every text of a table or of a JSON document."""
    if extension == "csv":
        yield from (cell for row in read_csv(body) for cell in row)
    elif extension == "xlsx":
        yield from (str(cell) for row in read_xlsx(body) for cell in row if cell is not None)
    else:
        yield from _strings(json.loads(body))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _strings(each)
    elif isinstance(value, str):
        yield value
