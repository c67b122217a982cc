"""The map, the timeline, two cities compared and the chain between two cities: pages whose state is their address."""

from __future__ import annotations

import csv
import io
import json
import re
from types import SimpleNamespace
from typing import cast
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from rdflib import Literal

from site_client import BASE, LANGUAGES, client_of
from twin_graph import iris
from twin_graph.namespaces import TWIN
from twin_graph.snapshot import Snapshot
from twin_graph.store import Store
from twin_graph.web import graph_tables
from twin_graph.web.homonyms import marks
from twin_graph.web.site import Site, site

PAGES = [
    "map",
    "map?city=aldorf&relation=partner&status=in-force&period=1990",
    "timeline",
    "timeline?city=aldorf&decade=1990",
    "compare",
    "compare?a=aldorf&b=belmont",
    "chain",
    "chain?from=aldorf&to=q900000007",
    "chain?from=aldorf&to=aldorf",
]
SUFFIXES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats", "json": "application/json",
            "ttl": "text/turtle"}  # fmt: skip


@pytest.fixture(scope="module")
def client(tiny_snapshot: Snapshot) -> FlaskClient:
    """A client of the tiny workspace."""
    return client_of(tiny_snapshot)


def rows_of(text: str, name: str) -> list[str]:
    """The first cells of a table, as text."""
    table = text.partition(f'id="{name}"')[2].partition("</section>")[0]
    cells = re.findall(r'<th scope="row">(.*?)</th>', table, re.DOTALL)
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in cells]


class TestEveryPage:
    """What all four keep."""

    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("path", PAGES)
    def test_answers(self, client: FlaskClient, language: str, path: str) -> None:
        """Each state of each page answers in each language with one main heading, and keeps its state there."""
        response = client.get(f"/{language}/{path}")
        assert (200, "text/html; charset=utf-8") == (response.status_code, response.content_type)
        assert 1 == response.text.count("<h1")
        other = next(code for code in LANGUAGES if code != language)
        link = f'hreflang="{other}" href="/{other}/{path}"'.replace("&", "&amp;")
        kept = re.findall(rf'hreflang="{other}" href="(/[^"]*)"', response.text)
        assert sorted(link.partition('href="')[2].rstrip('"').replace("?", "&amp;").split("&amp;")) == sorted(
            kept[0].replace("?", "&amp;").split("&amp;")
        )

    def test_one_state_is_one_representation(self, client: FlaskClient) -> None:
        """Another choice has another validator; what is not known changes nothing and is kept by no cache."""
        first = client.get("/en/chain?from=aldorf&to=belmont")
        second = client.get("/en/chain?from=aldorf&to=cedrowo")
        assert first.headers["ETag"] != second.headers["ETag"]
        odd = client.get("/en/chain?from=aldorf&to=belmont&x=1")
        assert first.headers["ETag"] == odd.headers["ETag"]
        assert "private" in odd.headers["Cache-Control"]

    @pytest.mark.parametrize("suffix", SUFFIXES)
    @pytest.mark.parametrize(
        "path",
        ["map{}", "map{}?city=aldorf", "compare{}?a=aldorf&b=belmont", "chain{}?from=aldorf&to=belmont"],
    )
    def test_tables_as_files(self, client: FlaskClient, path: str, suffix: str) -> None:
        """The table of a page is a file at the same address with a suffix, and the page links to it."""
        page = client.get("/en/" + path.format(""))
        address = "/en/" + path.format(f".{suffix}")
        assert f'href="{address}"'.replace("&", "&amp;") in page.text
        response = client.get(address)
        assert 200 == response.status_code
        assert response.content_type.startswith(SUFFIXES[suffix])

    def test_no_choice_no_file(self, client: FlaskClient) -> None:
        """Where nothing was chosen there is no table to give."""
        for path in ("compare.csv", "chain.csv", "chain.csv?from=aldorf&to=nowhere-at-all"):
            assert 404 == client.get(f"/en/{path}").status_code


class TestChain:
    """The chain between two cities."""

    def test_steps_are_partnerships(self, client: FlaskClient) -> None:
        """Each city and each partnership on the way is a link; length and number of chains are said."""
        text = client.get("/en/chain?from=belmont&to=fjordby").text
        chain = text.partition('<ol class="chain">')[2].partition("</ol>")[0]
        cities = re.findall(r'href="/en/city/([^"]+)"', chain)
        assert ("belmont", "fjordby") == (cities[0], cities[-1])
        assert len(re.findall(r'href="/en/partnership/', chain)) >= len(cities) - 1
        assert "Partnerships from one to the other" in text
        assert "Chains as short as this" in text

    def test_no_chain(self, client: FlaskClient) -> None:
        """Where there is none, the page says within how many steps it looked."""
        text = client.get("/en/chain?from=aldorf&to=duneville&confirmed=1").text
        assert "No chain of at most 8 partnerships joins them." in text
        assert '<ol class="chain">' not in text
        wider = "/en/chain?from=aldorf&to=duneville"
        assert f'href="{wider}"'.replace("&", "&amp;") in text
        assert '<ol class="chain">' in client.get(wider).text

    def test_rows(self, client: FlaskClient) -> None:
        """The file has a row for each step, from the first city to the last."""
        rows = list(csv.DictReader(io.StringIO(client.get("/en/chain.csv?from=aldorf&to=belmont").text)))
        assert 1 == len(rows)
        assert {"Aldorf", "Belmont"} <= set(rows[0].values())


class TestCompare:
    """Two cities side by side."""

    def test_three_lists(self, client: FlaskClient) -> None:
        """Every partner is in one of the three lists; the facts of both stand in one table."""
        text = client.get("/en/compare?a=aldorf&b=belmont").text
        first, both, second = (rows_of(text, f"compare_{name}") for name in ("first", "both", "second"))
        names = [*first, *both, *second]
        assert sorted(set(names)) == sorted(names)
        assert "Cedrowo" in " ".join(both)
        assert not {"Aldorf", "Belmont"} & set(names)
        assert "They are partners of each other:" in text
        assert "Country" in rows_of(text, "compare_facts")
        data = json.loads(client.get("/en/compare.json?a=aldorf&b=belmont").text)
        assert len(names) == len(data)


class TestMap:
    """Totals of countries and the partners of a chosen city."""

    def test_totals(self, client: FlaskClient) -> None:
        """The countries stand with the numbers of their cities and partnerships, narrowed as the address says."""
        everything, narrowed = (client.get(f"/en/map{query}").text for query in ("", "?relation=partner"))
        assert len(rows_of(everything, "map_countries")) >= len(rows_of(narrowed, "map_countries")) > 0

    def test_chosen_city(self, client: FlaskClient) -> None:
        """With a city the page lists its partners."""
        assert "Belmont" in " ".join(rows_of(client.get("/en/map?city=aldorf").text, "map_partners"))

    def test_unknown_notation(self, client: FlaskClient) -> None:
        """A relation that does not occur is a mistake that is named."""
        for name in ("relation", "status", "period"):
            for path in ("map", "map.csv"):
                response = client.get(f"/en/{path}?{name}=love")
                assert 400 == response.status_code
                assert f"{name}: must be one of" in response.text
        assert 400 == client.get("/en/timeline?decade=love").status_code

    def test_counts_that_are_kept(self, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
        """What nobody can ask for is not kept, and the newest counts drive out the oldest."""
        monkeypatch.setattr(graph_tables, "_KEPT_TALLIES", 2)
        with client.application.app_context():
            tallies = graph_tables.kept(site()).tallies
        tallies.clear()
        for words in ("", "relation=partner", "relation=love", "status=in-force", "period=junk"):
            client.get(f"/en/map.csv?{words}")
        assert [("partner", ""), ("", "in-force")] == [(each.relation, each.status) for each in tallies]

    def test_a_city_counts_for_itself(self, client: FlaskClient) -> None:
        """With a city its decades, its countries and its total are counted, and no number of the world stays."""
        world, one = (client.get(f"/en/map{query}").text for query in ("", "?city=aldorf"))
        decades = [re.findall(r"period=(\d+)\D[^(]*\((\d+)\)", text) for text in (world, one)]
        assert sum(int(number) for _, number in decades[0]) > sum(int(number) for _, number in decades[1]) > 0
        for decade, number in decades[1]:
            text = client.get(f"/en/map?city=aldorf&period={decade}").text
            assert f'<p role="status"><strong>{number}</strong>' in text
        assert "map_cities" not in one
        sums = [sum(int(number) for number in re.findall(r'<td class="number">(\d+)</td>',
                    text.partition('id="map_countries"')[2].partition("</section>")[0]))
                for text in (world, one)]  # fmt: skip
        assert sums[0] > sums[1] > 0
        picture = one.partition('class="picture world"')[2].partition("</figure>")[0]
        assert 'class="z"' not in picture
        assert 'class="t">Aldorf<' in picture


class TestPictures:
    """The pictures of the pages as files."""

    @pytest.mark.parametrize(
        "path",
        ["map{}", "map{}?city=aldorf&relation=partner", "timeline{}", "chain{}?from=aldorf&to=belmont"],
    )
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_files(self, client: FlaskClient, language: str, path: str) -> None:
        """The page leads to its picture alone, of the same choice, which loads nothing."""
        address = f"/{language}/" + path.format(".svg")
        page = client.get(f"/{language}/" + path.format(""))
        assert f'href="{address}"'.replace("&", "&amp;") in page.text
        response = client.get(address)
        assert (200, "image/svg+xml") == (response.status_code, response.content_type)
        assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
        root = ElementTree.fromstring(response.data)
        assert root[0].text
        assert not re.search(r"var\(|<use|<image|<script|style=|@import", response.text)
        assert {BASE} >= set(re.findall(r'href="(http://[^/]*/)', response.text))

    def test_the_timeline_of_a_city(self, client: FlaskClient) -> None:
        """With a city the file is its timeline."""
        assert "Belmont" in client.get("/en/timeline.svg?city=aldorf").text

    def test_nothing_to_draw(self, client: FlaskClient) -> None:
        """Where there is no picture there is no file."""
        for path in (
            "chain.svg",
            "chain.svg?from=aldorf&to=nowhere-at-all",
            "map.svg?period=1600",
            "compare.svg",
        ):
            assert client.get(f"/en/{path}").status_code in (400, 404)


class TestTimeline:
    """Partnerships whose beginning is known."""

    def test_no_beginning_is_known(self, client: FlaskClient) -> None:
        """Of a city without any known beginning that is said, and not that something was filtered out."""
        text = client.get("/en/timeline?city=q900000009").text
        assert "The beginning of no such partnership is known." in text
        assert "No row fits these filters." not in text

    def test_the_world_has_a_picture(self, client: FlaskClient) -> None:
        """Without a city a chart shows how many partnerships began in each decade, each bar a link to them."""
        picture = (
            client.get("/en/timeline")
            .text.partition('class="picture beginnings"')[2]
            .partition("</figure>")[0]
        )
        bars = re.findall(r'<a href="/en/timeline\?decade=(\d+)"', picture)
        assert len(bars) > 1
        assert sorted(set(bars)) == bars

    def test_decades_are_links(self, client: FlaskClient) -> None:
        """A decade is a link, and narrows the table down to what began in it."""
        text = client.get("/en/timeline").text
        assert 'href="/en/timeline?decade=1990"' in text
        narrowed = client.get("/en/timeline?decade=1990").text
        assert 0 < len(rows_of(narrowed, "home_timeline")) < len(rows_of(text, "home_timeline"))


class TestCityChoice:
    """A city by key or by name."""

    def test_key_and_alias(self, client: FlaskClient) -> None:
        """A key is taken as it is, in any case."""
        assert '<ol class="chain">' in client.get("/en/chain?from=ALDORF&to=belmont").text

    def test_nobody(self, client: FlaskClient) -> None:
        """A text that names no city is shown as text, with what to do."""
        text = client.get("/en/chain?from=%3Cb%3Exqzw&to=belmont").text
        assert "&lt;b&gt;xqzw" in text
        assert "<b>xqzw" not in text
        assert "No city has such a name." in text

    def test_mistake_belongs_to_its_field(self, client: FlaskClient) -> None:
        """What is wrong with a field stands before the form, and the field points to it."""
        text = client.get("/en/compare?a=xqzw&b=belmont").text
        field = re.search(r'<input name="a"[^>]*>', text)
        assert field is not None
        assert 'aria-invalid="true" aria-describedby="mistake-a"' in field.group()
        assert 0 < text.index('id="mistake-a"') < text.index('<form class="filter"')
        assert "mistake-b" not in text
        assert "aria-invalid" not in client.get("/en/compare?a=aldorf&b=belmont").text

    def test_second_city_is_asked_for(self, client: FlaskClient) -> None:
        """Who has named one of two cities is told to name the other, and keeps what was typed."""
        for path in ("compare?a=aldorf&b=", "chain?from=aldorf"):
            text = client.get(f"/en/{path}").text
            assert "name a city here, too." in text
            assert 'value="Aldorf"' in text
        assert "name a city here, too." not in client.get("/en/compare").text

    def test_cities_of_one_name_are_told_apart(self) -> None:
        """Cities that look alike have the number of partners, the place, and at last the key; others have nothing."""
        store = Store.in_memory()
        for key, latitude in (("q1", "39.93"), ("q2", "-1.5"), ("q3", "39.91")):
            city = iris.thing(BASE, "city", key)
            store.add(
                [(city, TWIN.latitude, Literal(latitude)), (city, TWIN.longitude, Literal("5"))], f"{BASE}g"
            )
        here = cast(Site, SimpleNamespace(base_iri=BASE, store=store))
        made = marks(
            here, {"q1": "Springfield", "q2": "Springfield", "q3": "Springfield", "q4": "Erie"}, "en"
        )
        near = "0 partners, 39.9°\N{NO-BREAK SPACE}N 5.0°\N{NO-BREAK SPACE}E"
        assert {
            "q1": f"{near} (q1)",
            "q2": "0 partners, 1.5°\N{NO-BREAK SPACE}S 5.0°\N{NO-BREAK SPACE}E",
            "q3": f"{near} (q3)",
        } == made

    def test_fields_suggest_cities(self, client: FlaskClient) -> None:
        """The fields are plain inputs, marked for suggestions of cities."""
        for path in ("chain", "compare", "map", "timeline"):
            fields = re.findall(
                r"<input [^>]*data-suggest-kind=\"city\"[^>]*>", client.get(f"/en/{path}").text
            )
            assert {"chain": 2, "compare": 2}.get(path, 1) == len(fields)


def test_titles_tell_pages_apart(client: FlaskClient) -> None:
    """A page that was narrowed or is another view of the same has another title."""
    groups = (
        ("map", "map?city=aldorf", "map?relation=partner", "map?status=in-force", "map?period=1990"),
        ("timeline", "timeline?city=aldorf", "timeline?decade=1990"),
        ("partnership", "partnership?status=in-force", "partnership?status=terminated", "partnership?q=a"),
        ("search?q=aldorf", "search?q=aldorf&kind=city", "search?q=aldorf&kind=partnership"),
        ("embed/city/aldorf?view=map", "embed/city/aldorf?view=timeline", "embed/city/aldorf?view=table"),
    )
    for group in groups:
        pages = [client.get(f"/en/{path}") for path in group]
        assert {200} == {page.status_code for page in pages}, group
        titles = [re.findall(r"<title>(.*?)</title>", page.text)[0] for page in pages]
        assert len(group) == len(set(titles)), titles


def test_base_of_links(client: FlaskClient) -> None:
    """The canonical address of a page is absolute and of the publication."""
    assert f'<link rel="canonical" href="{BASE}en/chain' in client.get("/en/chain").text
