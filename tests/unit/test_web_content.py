"""What pages say and offer: details of errors, numbers, languages of texts, files and queries of tables."""

from __future__ import annotations

import csv
import io
import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from site_client import BASE, client_of
from twin_graph.browse import read_shelf
from twin_graph.queries import parse_query
from twin_graph.snapshot import Snapshot
from twin_graph.store import Store
from twin_graph.web import error_texts
from twin_graph.web.dates import language_name
from twin_graph.web.words import KIND_WORDS


@pytest.fixture(scope="module")
def client(tiny_snapshot: Snapshot) -> FlaskClient:
    """A client of the tiny workspace."""
    return client_of(tiny_snapshot)


class TestDetails:
    """What an error says of one address."""

    @pytest.mark.parametrize("detail", error_texts.DETAILS)
    def test_every_one_is_translated(self, detail: str) -> None:
        """Each listed text is known again when its values are filled in, and keeps them."""
        values = {name: name.upper() for name in re.findall(r"%\((\w+)\)s", detail)}
        for language in ("pl", "uk"):
            found = error_texts.translate(detail % values, language)
            assert found is not None
            assert found != detail % values
            assert all(value in found for value in values.values())

    def test_no_kind_is_inflected(self) -> None:
        """A kind is named by its word, beside the sentence."""
        found = error_texts.translate("there is no agreement “x”", "pl")
        assert "nie ma takiej pozycji: porozumienie „x”" == found
        assert "agreement" in KIND_WORDS
        assert error_texts.translate("something else", "pl") is None

    @pytest.mark.parametrize(
        "path",
        ["city/nonesuch", "nonesuch", "city?page=x", "city?sort=x", "city?page=99",
         "map?relation=x", "report?page=99",
         "embed/city/aldorf?view=x", "city/aldorf/nonesuch", "city/A_B", "map.csv?city=nonesuch&relation=x",
         "picture/x/city/aldorf.svg", "concepts/nonesuch", "city/aldorf/changes?page=9"],
    )  # fmt: skip
    def test_of_pages(self, client: FlaskClient, path: str) -> None:
        """What people meet is in their language; what is not is marked."""
        text = client.get(f"/pl/{path}", headers={"Accept": "text/html"}).text
        assert 'class="detail"' in text
        assert 'class="detail" lang="en"' not in text

    def test_a_reason_keeps_its_language(self, client: FlaskClient) -> None:
        """Why a key was withdrawn is a text of the tables, in English."""
        text = client.get("/pl/partnership/aldorf-atlantis", headers={"Accept": "text/html"}).text
        assert 'class="detail" lang="en"' in text


def test_plain_texts_of_tables_are_marked_as_english(client: FlaskClient) -> None:
    """Notes and places have no tag in the data and are written in English."""
    note = "Friendly by letter of intent first."
    marked = rf'<span lang="en"[^>]*>{re.escape(note)}</span>'
    assert re.search(marked, client.get("/pl/partnership/aldorf-cedrowo").text)
    english = client.get("/en/partnership/aldorf-cedrowo").text
    assert note in english
    assert not re.search(marked, english)


def test_numbers_in_sentences_have_separators(client: FlaskClient) -> None:
    """A text with a number writes it as the numbers beside it."""
    env = client.application.jinja_env
    template = env.from_string('{{ ngettext("%(num)s warning", "%(num)s warnings", 5353) }}')
    with client.application.test_request_context("/pl/"):
        assert "5\N{NO-BREAK SPACE}353 ostrzeżenia" == template.render()


def test_languages_with_a_script_have_names() -> None:
    """A tag of a language with its script is a name, too; an unknown one stays."""
    assert "chiński uproszczony" == language_name("zh-Hans", "pl")
    assert language_name("sr-Latn", "en").startswith("Serbian")
    assert ("xx-none", "") == (language_name("xx-none", "en"), language_name("", "en"))


def test_a_register_says_which_city_it_is_about(client: FlaskClient) -> None:
    """Who publishes it stands beside that and may be another."""
    assert "<dt>About the city</dt>" in client.get("/en/register/aldorf").text


def test_what_a_source_supports_has_whole_names(client: FlaskClient) -> None:
    """Two agreements of one year are told apart by their parties."""
    text = (
        client.get("/en/source/aldorf-archive")
        .text.partition('id="source_uses"')[2]
        .partition("</section>")[0]
    )
    assert ">Partnership agreement Aldorf – Belmont</a>" in text
    assert "up to 200" not in text


def test_home_names_the_city_of_the_anniversaries(client: FlaskClient) -> None:
    """The card is of one city, and says so."""
    text = client.get("/en/").text
    assert re.search(r'<h2 id="anniversaries">Anniversaries: \w', text)
    assert '<h2 id="anniversaries">Anniversaries</h2>' in client.get("/en/city/aldorf").text


class TestFiles:
    """Each table can be had as a file, and each has a query."""

    @pytest.mark.parametrize("page", ["report", "about/graphs"])
    def test_of_pages_about_the_data(self, client: FlaskClient, page: str) -> None:
        """The report and the graphs, in four formats, all with the same rows."""
        shown = client.get(f"/en/{page.partition('/')[0]}").text
        for extension in ("csv", "xlsx", "json", "ttl"):
            assert f'href="/en/{page}.{extension}"' in shown
            assert 200 == client.get(f"/en/{page}.{extension}").status_code
        rows = list(csv.DictReader(io.StringIO(client.get(f"/en/{page}.csv").text)))
        assert rows
        assert len(rows) == len(json.loads(client.get(f"/en/{page}.json").text))

    def test_report_by_rule(self, client: FlaskClient) -> None:
        """Each rule with its number of findings, which make up all of them; day and version."""
        text = client.get("/en/report").text
        table = text.partition('id="rules"')[2].partition("</table>")[0]
        counts = [
            int(number.replace(",", "")) for number in re.findall(r'<td class="number">([\d,]+)</td>', table)
        ]
        assert sum(counts) == len(json.loads(client.get("/en/report.json").text)) > 0
        assert "Version of the ontology and its rules" in text
        assert "sh:ValidationReport" in client.get("/en/report.ttl").text

    def test_search(self, client: FlaskClient) -> None:
        """What was found, as statements."""
        response = client.get("/en/search.ttl?q=aldorf")
        assert "text/turtle" in str(response.content_type)
        assert f"{BASE}id/city/aldorf" in response.text or "city/aldorf" in response.text

    @pytest.mark.parametrize(
        ("path", "variable"),
        [("map", "country"), ("map?relation=partner&status=in-force&period=1990", "country"),
         ("map?city=aldorf&relation=partner", "party"), ("compare?a=aldorf&b=belmont", "party"),
         ("chain?from=aldorf&to=belmont", "length"), ("search?q=aldorf", "thing"), ("about", "graph")],
    )  # fmt: skip
    def test_queries(self, client: FlaskClient, tiny_store: Store, path: str, variable: str) -> None:
        """The query that a page opens has an answer, and as many rows as the table where it has the same ones."""
        text = client.get(f"/en/{path}").text
        found = re.search(r'href="(/sparql\?query=[^"]+)"[^>]*>Open this query', text)
        assert found
        query = parse_qs(urlsplit(found[1].replace("&amp;", "&")).query)["query"][0]
        rows = tiny_store.select(parse_query("x", query))
        assert rows
        assert variable in rows[0]
        if path.startswith("map"):
            page, _, words = path.partition("?")
            listed = json.loads(client.get(f"/en/{page}.json?{words}").text)
            assert {row["id"] for row in listed} == {str(row[variable]) for row in rows}

    def test_a_name_with_signs_of_sparql(self, client: FlaskClient, tiny_store: Store) -> None:
        """What was typed is a value of the query and nothing else."""
        text = client.get('/en/search?q=aldorf"').text
        found = re.search(r'href="(/sparql\?query=[^"]+)"', text)
        assert found
        query = parse_qs(urlsplit(found[1].replace("&amp;", "&")).query)["query"][0]
        assert [] == list(tiny_store.select(parse_query("x", query)))

    def test_anniversaries(self, client: FlaskClient) -> None:
        """The tables of the office open their query, too."""
        path = "/en/city/aldorf/anniversaries/query"
        assert f'href="{path}"' in client.get("/en/city/aldorf/anniversaries").text
        assert 303 == client.get(path).status_code


def test_lists_say_no_status_of_what_is_only_listed(tiny_store: Store) -> None:
    """The relation is not repeated in the column and the facet of the status."""
    shelf = read_shelf(tiny_store, BASE, "partnership")
    assert {"listed", "unconfirmed"} & set(shelf.facets["relation"])
    assert set() == {"listed", "unconfirmed"} & set(shelf.facets["status"])
    alone = shelf.matching({"relation": ["listed", "unconfirmed"]})
    assert not any(shelf.facets["status"][token].things & alone for token in ("in-force", "unknown")
                   if token in shelf.facets["status"])  # fmt: skip
