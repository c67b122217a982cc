"""What the pages of things say besides their tables: names of the place, what differs, where the data come from."""

from __future__ import annotations

import json
import re

import pytest
from flask.testing import FlaskClient
from rdflib import Literal, URIRef

from site_client import BASE, LANGUAGES, client_of, things_of
from twin_graph.namespaces import CONCEPTS_IRI
from twin_graph.snapshot import Snapshot
from twin_graph.web import differences
from twin_graph.web.names import plain
from twin_graph.web.panels import Column, Panel, PanelRow
from twin_graph.web.values import Value


@pytest.fixture(scope="module")
def client(tiny_snapshot: Snapshot) -> FlaskClient:
    """A client of the tiny workspace."""
    return client_of(tiny_snapshot)


def claims(**columns: list[str]) -> Panel:
    """A table of claims: a column for each name, a row for each place; relations and statuses are concepts."""

    def cell(name: str, text: str) -> tuple[Value, ...]:
        if not text:
            return ()
        if name in ("relation", "status"):
            return (
                Value(plain(text), mark=f"{name} {name}-{text}", term=URIRef(f"{CONCEPTS_IRI}{name}#{text}")),
            )
        return (Value(plain(text), term=Literal(text)),)

    rows = [
        PanelRow("", tuple(cell(name, text) for name, text in zip(columns, texts, strict=True)))
        for texts in zip(*columns.values(), strict=True)
    ]
    return Panel("partnership_claims", "", tuple(Column(name, name) for name in columns), tuple(rows))


class TestDifferences:
    """Which cells of claims are marked."""

    @pytest.mark.parametrize(
        ("columns", "headings"),
        [
            ({"relation": ["partner", "friendly"], "since": ["1990", "1990-05"]}, ("relation",)),
            ({"since": ["1990", "1991"]}, ("since",)),
            ({"since": ["1990", "", "1990~", "1990-05-07"]}, ()),
            ({"since": ["1990-05", "1990-06", "1990"]}, ("since",)),
            ({"relation": ["partner", "listed", "unconfirmed", ""]}, ()),
            ({"status": ["in-force", "terminated"], "by": ["a", "b"]}, ("status",)),
            ({"by": ["a", "b"]}, ()),
        ],
    )
    def test_columns(self, columns: dict[str, list[str]], headings: tuple[str, ...]) -> None:
        """A longer date within a shorter one agrees with it; who says nothing contradicts nobody."""
        assert headings == differences.mark(claims(**columns)).headings

    def test_marks(self) -> None:
        """What differs has a sign besides its style, and a concept keeps its own mark."""
        found = differences.mark(claims(by=["a", "b", "c"], relation=["partner", "friendly", ""])).panel
        assert ["a", "b", "c"] == [str(row.cells[0][0].title) for row in found.rows]
        assert ["partner ≠", "friendly ≠"] == [str(row.cells[1][0].title) for row in found.rows[:2]]
        assert "relation relation-partner differs" == found.rows[0].cells[1][0].mark
        assert () == found.rows[2].cells[1]


class TestEveryThing:
    """What each page of a thing has."""

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_machine_readable_head(self, client: FlaskClient, tiny_snapshot: Snapshot, language: str) -> None:
        """A canonical address, a title and description for social media, and structured data that parse."""
        things = things_of(tiny_snapshot)
        assert len(things) > 40
        for kind, key in things[::5]:
            text = client.get(f"/{language}/{kind}/{key}").text
            address = f"{BASE}{language}/{kind}/{key}"
            assert f'<link rel="canonical" href="{address}">' in text
            assert f'<meta property="og:url" content="{address}">' in text
            assert '<meta property="og:description" content="' in text
            data = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
            assert "@context" in json.loads(data[0])

    def test_technical_view(self, client: FlaskClient) -> None:
        """The identifier and the first raw statements are folded away, with their number."""
        text = client.get("/en/city/aldorf").text.partition("<summary>Technical view</summary>")[2]
        assert f'<code class="iri">{BASE}id/city/aldorf</code>' in text
        assert "<dt>rdf:type</dt><dd>twin:LocalAuthority</dd>" in text
        assert "Statements about it:" in text

    def test_formats_are_those_of_the_document(self, client: FlaskClient) -> None:
        """Every data format of the document is linked; GeoJSON only where there is a place."""
        city, source = client.get("/en/city/aldorf").text, client.get("/en/source/aldorf-news").text
        for extension in ("ttl", "trig", "nt", "nq", "jsonld", "rdf", "geojson"):
            assert f'"/doc/city/aldorf.{extension}"' in city
        assert ".geojson" not in source

    def test_report_an_error(self, client: FlaskClient) -> None:
        """With a contact, a page leads to an e-mail that names the thing."""
        subject = f"{BASE}id/city/aldorf".replace(":", "%3A").replace("/", "%2F")
        assert f'href="mailto:desk@example.org?subject={subject}"' in client.get("/en/city/aldorf").text


class TestCity:
    """The page of a city."""

    def test_origin(self, client: FlaskClient) -> None:
        """A card names the register, the number of sources, the last confirmation and what differs."""
        card = client.get("/en/city/aldorf").text.partition('id="origin"')[2].partition("</section>")[0]
        assert "/en/register/aldorf" in card
        assert 'href="/en/city/aldorf/sources"' in card
        assert "Facts on which sources differ" in card
        assert 'href="/en/city/aldorf/curation"' in card

    def test_one_sided_links_are_flagged(self, client: FlaskClient) -> None:
        """Of a link that no register knows the table says which side lists it."""
        table = (
            client.get("/en/city/q900000007")
            .text.partition('id="city_wikidata"')[2]
            .partition("</section>")[0]
        )
        assert ">Listed by</a>" in table or ">Listed by<" in table
        assert re.search(r"<td>(both sides|only this city|only the other side|not known)", table)

    def test_local_names(self, client: FlaskClient) -> None:
        """The name in the language of the place stands beside the name for the reader, marked with its language."""
        aldorf = '<span lang="de" dir="auto">Aldorf</span>'
        assert f'<h1>Альдорф <span class="tag">· {aldorf}</span></h1>' in client.get("/uk/city/aldorf").text
        assert "<h1>Aldorf</h1>" in client.get("/en/city/aldorf").text
        assert 1 == client.get("/uk/city/belmont").text.partition("</h1>")[0].count('">Belmont</span>')
        table = client.get("/uk/city/belmont").text.partition('id="city_partnerships"')[2]
        assert f'">Альдорф</a> <span class="tag">· {aldorf}</span></th>' in table


class TestHome:
    """The home page."""

    def test_search_and_examples(self, client: FlaskClient) -> None:
        """The large field asks the search page, with examples in several scripts; there is one such field."""
        text = client.get("/en/").text
        assert 1 == text.count('role="search"')
        assert 'action="/en/search"' in text
        tried = re.findall(r'href="/en/search\?q=([^"]+)"', text)
        assert 2 <= len(set(tried)) == len(tried)
        assert all('class="hits"' in client.get(f"/en/search?q={name}").text for name in tried)

    def test_counts_lead_to_their_lists(self, client: FlaskClient) -> None:
        """Each count is a link to its list."""
        text = client.get("/en/").text
        for kind in ("city", "partnership", "agreement", "country", "network", "source"):
            assert re.search(rf'<a href="/en/{kind}"><strong>[0-9,]+</strong>', text), kind

    def test_state_of_the_data(self, client: FlaskClient) -> None:
        """The day of the data and the verdict of the rules are said, with the report behind them."""
        state = client.get("/en/").text.partition('id="state"')[2].partition("</section>")[0]
        assert "Data as of" in state
        assert 'href="/en/report"' in state
