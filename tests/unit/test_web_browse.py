"""The lists of kinds: facets, sorting, paging and files, all by the address."""

from __future__ import annotations

import csv
import io
import json
import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from rdflib import Literal

from site_client import BASE, LANGUAGES, app_of, client_of
from twin_graph.browse import FacetValue
from twin_graph.kinds import DOCUMENTED
from twin_graph.queries import parse_query
from twin_graph.settings import read_settings
from twin_graph.snapshot import Snapshot
from twin_graph.store import Store
from twin_graph.web import asked, create_app, facets, warm
from twin_graph.web.facets import FacetLink
from twin_graph.web.names import plain
from twin_graph.web.shelves import fold
from twin_graph.web.site import EXTENSION


@pytest.fixture(scope="module")
def client(tiny_snapshot: Snapshot) -> FlaskClient:
    """A client of the tiny workspace."""
    return client_of(tiny_snapshot)


def names(client: FlaskClient, path: str) -> list[str]:
    """The first cells of the rows of a list."""
    response = client.get(path)
    assert 200 == response.status_code, path
    return [
        unescape(re.sub(r"<[^>]+>", "", cell))
        for cell in re.findall(r'<th scope="row">(.*?)</th>', response.text)
    ]


def test_facets_have_counts_and_lead_on(client: FlaskClient) -> None:
    """A value of a facet says how many things have it, and its link shows as many."""
    text = client.get("/en/partnership").text
    links = re.findall(
        r'<li><a href="([^"]+)" rel="nofollow">[^<]*(?:<span[^>]*>[^<]*</span>)?</a> <span class="count">(\d+)',
        text,
    )
    assert len(links) > 15
    for link, number in links:
        assert int(number) == len(names(client, unescape(link))), link


def test_chosen_values_can_be_left(client: FlaskClient) -> None:
    """What is chosen is marked, and its link is the address without it."""
    text = client.get("/en/city?country=ca&continent=north-america").text
    chosen = [
        unescape(link)
        for link in re.findall(r'<a href="([^"]+)" rel="nofollow" class="chosen" aria-current', text)
    ]
    assert ["/en/city?continent=north-america", "/en/city?country=ca"] == chosen
    assert 'href="/en/city">Clear filters' in text


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("sort=name", ["Aldorf", "Belmont", "Cedrowo", "Duneville"]),
        ("sort=-name", ["Harbourfield", "Glenport", "Fjordby", "Estuary"]),
        ("sort=-partners", ["Belmont", "Cedrowo", "Glenport", "Aldorf"]),
        ("sort=since", ["Aldorf", "Duneville", "Belmont", "Glenport"]),
        ("sort=country", ["Belmont", "Duneville", "Duneville (town)", "Estuary"]),
    ],
)
def test_sorting(client: FlaskClient, words: str, expected: list[str]) -> None:
    """A column sorts by its numbers, dates or names; equals stand by name, and the empty last."""
    assert expected == names(client, f"/en/city?{words}")[:4]


def test_the_sorted_column_says_so(client: FlaskClient) -> None:
    """The head of the column has aria-sort, and its link turns the order round."""
    head = re.search(r"<thead>.*</thead>", client.get("/en/city?sort=-partners").text, re.DOTALL)
    assert head is not None
    assert ["descending"] == re.findall(r'aria-sort="(\w+)"', head.group())
    assert 'href="/en/city?sort=partners"' in head.group()


def test_a_date_keeps_its_precision(client: FlaskClient) -> None:
    """The first year of a city is shown as a year where no day is known."""
    rows = re.findall(r"<tr id=.*?</tr>", client.get("/en/city?sort=since").text, re.DOTALL)
    assert [["1985"], ["1985"], ["5 May 1990"]] == [
        re.findall(r"<td[^>]*>([^<]*[0-9]{4})<", row) for row in rows[:3]
    ]


@pytest.mark.parametrize(
    "words", ["sort=x", "sort=--name", "size=7", "size=x", "page=0", "page=x", "page=1e3"]
)
def test_what_cannot_be_is_said(client: FlaskClient, words: str) -> None:
    """An order, a size or a page that there is not is a mistake of the request, said in words."""
    response = client.get(f"/en/city?{words}", headers={"Accept": "application/json"})
    assert 400 == response.status_code
    assert words.partition("=")[0] in response.get_json()["detail"]


def test_a_value_that_nobody_has(client: FlaskClient) -> None:
    """A facet value without things gives an empty list that says what to do; other parameters are left alone."""
    text = client.get("/en/city?country=zz&q=%22%3E%3Cb%3E").text
    assert "Nothing fits" in text
    assert "<b>" not in text
    assert 9 == len(names(client, "/en/city?colour=blue&country="))
    assert 404 == client.get("/en/city?page=99").status_code


def test_names_are_found_by_their_beginnings(client: FlaskClient) -> None:
    """Any word of a name may begin as the reader typed, without case and accents."""
    assert ["Cedrowo"] == names(client, "/en/city?q=cEdR")
    assert ["Aldorf – Fjordby"] == names(client, "/en/partnership?q=fjord")
    assert ["Duneville (town)"] == names(client, "/en/city?q=DUNEVILLE+(")
    assert [] == names(client, "/en/city?q=unevil")
    assert "lodz" == fold(" ŁÓDŹ ")


@pytest.mark.parametrize("kind", [kind.name for kind in DOCUMENTED])
@pytest.mark.parametrize("language", LANGUAGES)
def test_files_have_the_rows_of_the_list(client: FlaskClient, kind: str, language: str) -> None:
    """CSV and JSON have as many rows as the list, in its order, with the IRI of each thing."""
    shown = re.findall(r'<th scope="row"><a href="([^"]+)"', client.get(f"/{language}/{kind}").text)
    rows = list(csv.DictReader(io.StringIO(client.get(f"/{language}/{kind}.csv").text)))
    objects = client.get(f"/{language}/{kind}.json").get_json()
    assert shown
    assert [f"{BASE}id{link[3:]}" for link in shown] == [row["name_iri"] for row in rows]
    assert [row["name_iri"] for row in rows] == [each["id"] for each in objects]
    assert [row["name"] for row in rows] == [each["name"][0]["label"] for each in objects]


def test_files_honour_filter_and_order(client: FlaskClient) -> None:
    """A file has what the list shows, and all of it whatever the page."""
    path = "?country=ca&sort=-name"
    rows = list(csv.DictReader(io.StringIO(client.get(f"/en/city.csv{path}&size=25&page=7").text)))
    assert names(client, f"/en/city{path}") == [row["name"] for row in rows]
    assert 6 == len(rows)


def test_pages(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long list has pages, each with its neighbours, and letters that lead to the page and the row."""
    monkeypatch.setattr(asked, "SIZES", (3, 100))
    whole = names(client, "/en/city")
    first = client.get("/en/city?size=3").text
    assert 'rel="next" href="/en/city?size=3&amp;page=2"' in first
    assert whole == [name for page in (1, 2, 3) for name in names(client, f"/en/city?size=3&page={page}")]
    letters = dict(re.findall(r'<li><a href="([^"]+)" rel="nofollow">([A-Z])</a></li>', first))
    assert ["A", "B", "C", "D", "E", "F", "G", "H"] == list(letters.values())
    for path, letter in letters.items():
        place = urlsplit(unescape(path))
        row = re.search(
            rf'<tr id="{place.fragment}">\s*<th scope="row"><a[^>]*>(\w)',
            client.get(f"{place.path}?{place.query}").text,
        )
        assert row is not None
        assert letter == row.group(1)


def test_the_query_of_a_list_can_be_run(client: FlaskClient, tiny_store: Store) -> None:
    """“Open this query” has the filters of the address, and finds the things of the list."""
    path = "/en/partnership?country=pl&relation=listed"
    link = re.search(r'href="([^"]+)" rel="nofollow">Open this query', client.get(path).text)
    assert link is not None
    (text,) = parse_qs(urlsplit(unescape(link.group(1))).query)["query"]
    found = {str(row["this"]) for row in tiny_store.select(parse_query("q", text))}
    expected = {each["id"] for each in client.get(path.replace("?", ".json?")).get_json()}
    assert expected
    assert expected == found


def test_validators(client: FlaskClient) -> None:
    """Each choice is a representation of its own; what is unknown is none, and the same is not sent again."""
    tags = [
        client.get(f"/en/city{words}").headers["ETag"]
        for words in ("", "?country=ca", "?sort=-name", "?size=25")
    ]
    assert 4 == len(set(tags))
    assert tags[0] == client.get("/en/city?colour=blue").headers["ETag"]
    for path in ("/en/city", "/en/city.xlsx", "/en/city.ttl"):
        first = client.get(path)
        again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (304, b"") == (again.status_code, again.data)
        assert first.data == client.get(path).data
        assert (200, b"") == ((head := client.head(path)).status_code, head.data)


def test_other_languages_keep_the_choice(client: FlaskClient) -> None:
    """The links to the other languages lead to the same choice."""
    text = client.get("/en/city?country=ca&country=de&sort=-name&colour=blue").text
    links = [unescape(link) for link in re.findall(r'hreflang="pl" href="(/[^"]+)"', text)]
    assert [{"country": ["ca", "de"], "sort": ["-name"]}] == [
        parse_qs(urlsplit(link).query) for link in links
    ]


def test_warming_reads_everything_once(tiny_snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    """After it no list asks the store for its things again."""
    here = app_of(tiny_snapshot).extensions[EXTENSION]
    here.shelves.warm()
    monkeypatch.setattr("twin_graph.browse.read_shelf", None)
    client = client_of(tiny_snapshot)
    assert [200] * len(DOCUMENTED) == [client.get(f"/uk/{kind.name}").status_code for kind in DOCUMENTED]


def test_json_is_for_programs(client: FlaskClient) -> None:
    """Numbers are numbers, things have their IRIs, and names that are not in the language say so."""
    rows = json.loads(client.get("/uk/city.json?q=fjordby").text)
    assert {"id": f"{BASE}id/country/de", "label": "Німеччина"} == rows[0]["country"][0]
    assert {"id": f"{BASE}id/city/fjordby", "label": "Fjordby", "language": "en"} == rows[0]["name"][0]
    assert 3 == client.get("/en/city.json?q=belmont").get_json()[0]["partners"][0]["value"]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["1990", "25-49", "200"], ["25-49", "200", "1990"]),
        (["²bis", "1"], ["1", "²bis"]),
        (["9" * 5_000, "1"], ["1", "9" * 5_000]),
        (["١", "2"], ["2", "١"]),
    ],
)
def test_values_that_look_like_numbers(texts: list[str], expected: list[str]) -> None:
    """Numbers stand in their order; with a value that only looks like one, all are names."""
    pairs = [(FacetValue(text, Literal(text), 1), FacetLink(plain(text), 1, "/", False)) for text in texts]
    leading, others = facets._arrange(pairs, "en")
    assert () == others
    assert expected == [str(link.title) for link in leading]


def test_everything_is_read_in_advance(tiny_snapshot: Snapshot) -> None:
    """After `warm` no reader waits for the list of a kind in a language to be read."""
    app = create_app(read_settings({}, workspace=str(tiny_snapshot.path.parents[1])), tiny_snapshot)
    warm(app)
    shelves = app.extensions[EXTENSION].shelves
    assert len(DOCUMENTED) * len(LANGUAGES) == len(shelves._alphabets)
    assert "twin_graph.partnerships" in app.extensions
    assert "twin_graph.pictures.cities" in app.extensions
