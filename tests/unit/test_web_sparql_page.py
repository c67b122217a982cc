"""The page to ask from: results as people read them, mistakes in their place, and the query to take along."""

from __future__ import annotations

import gzip
import json
import re
import tempfile
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest
from flask import Flask, g
from flask.testing import FlaskClient

from site_client import BASE, LANGUAGES
from twin_graph import sparql
from twin_graph.formats import GRAPH_FORMATS
from twin_graph.namespaces import PREFIXES
from twin_graph.settings import read_settings
from twin_graph.snapshot import Snapshot
from twin_graph.sparql import Table
from twin_graph.web import create_app
from twin_graph.web.site import EXTENSION
from twin_graph.web.sparql import POOL
from twin_graph.web.sparql.mistake import find_mistake
from twin_graph.web.sparql.page import render_page
from twin_graph.web.sparql.terms import Names, names_of, show_table, without_idle_prefixes
from twin_graph.worker import QueryLimits, start_pool

LIMITS = QueryLimits(workers=2, queue=4, seconds=5.0, memory_mb=256, rows=2_000, megabytes=1.0)
XSD = PREFIXES["xsd"]
VALUES = """
PREFIX ex: <http://example.org/>
SELECT ?thing ?name ?count ?day ?nothing WHERE {
  VALUES (?thing ?name ?count ?day) {
    (<id/city/aldorf> "Aldorf"@pl 12 "1992-05-07"^^xsd:date)
    (rdfs:label "Київ"@uk 3.5 UNDEF)
    (ex:a "plain <b>" 1e3 "x"^^ex:b)
    (<javascript:alert(1)> "a\\nb" -7 "2001"^^xsd:gYear)
  }
}"""


class Page(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def all(self, tag: str, **wanted: str) -> list[dict[str, str]]:
        """The attributes of the elements that have these attributes."""
        return [found for name, found in self.elements if name == tag and wanted.items() <= found.items()]

    def attribute(self, name: str) -> list[str]:
        """Every value of an attribute."""
        return [found[name] for _, found in self.elements if name in found]


@pytest.fixture(scope="module")
def app(tiny_snapshot: Snapshot) -> Iterator[Flask]:
    """The application with a real pool behind it."""
    with (
        tempfile.TemporaryDirectory(prefix="tg-") as folder,
        start_pool(tiny_snapshot.path, Path(folder, "q"), LIMITS, store="memory") as running,
    ):
        workspace = str(tiny_snapshot.path.parents[1])
        settings = read_settings({}, workspace=workspace, query_socket=str(running.socket))
        made = create_app(settings, tiny_snapshot)
        yield made
        made.extensions[POOL].close()


@pytest.fixture(scope="module")
def client(app: Flask) -> FlaskClient:
    """A browser without JavaScript."""
    return app.test_client()


def ask(client: FlaskClient, query: str, lang: str = "en", **parameters: str) -> str:
    """The page that answers a query."""
    asked = {"query": query, "lang": lang, **parameters}
    response = client.get("/sparql", query_string=asked, headers={"Accept": "text/html"})
    assert "text/html; charset=utf-8" == response.content_type
    return response.text


def render(app: Flask, query: str, lang: str = "en", **values: Any) -> str:
    """A page as the endpoint makes it."""
    with app.test_request_context("/sparql", base_url=BASE):
        g.language = lang
        return render_page(query, **values).get_data(as_text=True)


def plain(html: str) -> str:
    """The text of a piece of a page, with single spaces."""
    return " ".join(unescape(re.sub("<[^>]*>", " ", html)).split())


def cells(page: str) -> list[list[str]]:
    """The cells of the table of the result."""
    body = page.partition('aria-labelledby="result"')[2].partition("<tbody>")[2].partition("</tbody>")[0]
    return [re.findall(r"<td[^>]*>.*?</td>", row, re.DOTALL) for row in body.split("</tr>")[:-1]]


class TestTable:
    """A table of results."""

    def test_headings(self, client: FlaskClient) -> None:
        """Columns are headed by variables; what all values of a column are stands there once."""
        page = ask(client, VALUES)
        headings = re.findall(r"<th scope=\"col\"[^>]*>\?.*?</th>", page)
        assert ["?thing", "?name", "?count", "?day", "?nothing"] == [plain(found) for found in headings]
        page = ask(client, 'SELECT (1 AS ?n) ("x"@pl AS ?word) ("y" AS ?text) {}')
        headings = re.findall(r"<th scope=\"col\"[^>]*>\?.*?</th>", page)
        assert ["?n xsd:integer", "?word @pl", "?text"] == [plain(found) for found in headings]
        assert [["1", "x", "y"]] == [[plain(cell) for cell in row] for row in cells(page)]

    def test_iris(self, client: FlaskClient) -> None:
        """IRIs have short names, by known prefixes and by those of the query, and whole ones as title and link."""
        page = Page(ask(client, VALUES, "uk"))
        links = {found["title"]: found["href"] for found in page.all("a", rel="nofollow") if "title" in found}
        assert {
            f"{BASE}id/city/aldorf": "/uk/city/aldorf",
            f"{PREFIXES['rdfs']}label": f"{PREFIXES['rdfs']}label",
            "http://example.org/a": "http://example.org/a",
        } == links
        things = [plain(row[0]) for row in cells(ask(client, VALUES))]
        assert ["<id/city/aldorf>", "rdfs:label", "ex:a", "javascript:alert(1)"] == things

    def test_short_names_are_sparql(self, client: FlaskClient) -> None:
        """What is shown may be written into the next query as it is."""
        query = "SELECT DISTINCT ?x { { ?x ?p ?o } UNION { ?s ?x ?o } UNION { ?s ?p ?x FILTER(isIRI(?x)) } }"
        page = Page(ask(client, f"{query} ORDER BY ?x LIMIT 400"))
        names = names_of("", BASE)
        pairs = {(names.shorten(iri), iri) for iri in page.attribute("title") if ":" in iri}
        assert len(pairs) > 100
        rows = " ".join(f'({short} "{iri}")' for short, iri in pairs)
        check = f"ASK {{ VALUES (?short ?iri) {{ {rows} }} FILTER(STR(?short) != ?iri) }}"
        response = client.post("/sparql", data={"query": check, "format": "json"})
        assert {"head": {}, "boolean": False} == response.json

    def test_literals(self, client: FlaskClient) -> None:
        """Languages and datatypes are there, text is text, and an unbound cell says that it has no value."""
        rows = [[plain(cell) for cell in row] for row in cells(ask(client, VALUES))]
        assert ["Aldorf @pl", "Київ @uk", "plain <b>", "a b"] == [row[1] for row in rows]
        assert ["1992-05-07 xsd:date", "– no value", "x ex:b", "2001 xsd:gYear"] == [row[3] for row in rows]
        assert ["– no value"] * 4 == [row[4] for row in rows]
        assert '<span lang="uk" dir="auto">Київ</span>' in ask(client, VALUES)

    def test_numbers(self, client: FlaskClient) -> None:
        """Numbers stand below each other, their values as they are."""
        page = ask(client, VALUES)
        column = [row[2] for row in cells(page)]
        assert all(cell.startswith('<td class="number">') for cell in column)
        assert ["12 xsd:integer", "3.5 xsd:decimal", "1000 xsd:double", "-7 xsd:integer"] == [
            *map(plain, column)
        ]
        assert '<th scope="col" class="number">?count' in page

    def test_triples_and_blank_nodes(self) -> None:
        """They are written as in SPARQL."""
        inner = {"subject": {"type": "bnode", "value": "b"}, "predicate": {"type": "uri", "value": f"{XSD}date"},
                 "object": {"type": "literal", "value": 'a"\n', "xml:lang": "ar", "its:dir": "rtl"}}  # fmt: skip
        deep: dict[str, Any] = {"type": "triple", "value": inner}
        table = Table(("t", "b"), ((deep, inner["subject"]),), more=False)
        ((triple, blank),) = show_table(table, Names(PREFIXES, BASE), str).rows
        assert triple is not None
        assert '<<( _:b xsd:date "a\\"\\n"@ar--rtl )>>' == triple.text
        assert blank is not None
        assert "_:b" == blank.text
        for _ in range(300):
            deep = {"type": "triple", "value": {**inner, "object": deep}}
        (((cell),),) = show_table(Table(("t",), ((deep,),), more=False), Names(PREFIXES, BASE), str).rows
        assert cell is not None
        assert "…" in cell.text

    def test_very_long_text(self, client: FlaskClient) -> None:
        """A giant literal does not fill the page."""
        repeated = "CONCAT(?a, ?a, ?a, ?a, ?a, ?a, ?a, ?a, ?a, ?a)"
        page = ask(client, f"SELECT (STRLEN(?c) AS ?n) ?c {{ BIND('0123456789' AS ?a) BIND({repeated} AS ?b) "
                           f"BIND({repeated.replace('?a', '?b')} AS ?d) "
                           f"BIND({repeated.replace('?a', '?d')} AS ?c) }}")  # fmt: skip
        assert "10000" in page
        assert "(cut here)" in page
        assert 2_000 == len("".join(re.findall(r'auto">((?:0123456789)+)<', page)))

    @pytest.mark.parametrize(
        ("lang", "rows", "words"),
        [
            ("en", 1, "1 row"), ("en", 1_234, "1,234 rows"), ("pl", 1, "1 wiersz"), ("pl", 2, "2 wiersze"),
            ("pl", 12, "12 wierszy"), ("pl", 1_222, "1 222 wiersze"), ("uk", 21, "21 рядок"),
            ("uk", 3, "3 рядки"), ("uk", 11, "11 рядків"), ("uk", 98_765, "98 765 рядків"),
        ],
    )  # fmt: skip
    def test_count(self, app: Flask, lang: str, rows: int, words: str) -> None:
        """How many rows the whole result has is said in the language and with the numbers of the reader."""
        page = render(app, "SELECT * {}", lang, table=Table(("x",), ((None,),), more=True), rows=rows)
        assert f"<strong>{words}</strong>" in page.replace("\xa0", " ").replace("\u202f", " ")

    def test_more_rows(self, client: FlaskClient) -> None:
        """Where there are more than fit a page, it says so, and how many there are."""
        query = "SELECT ?a { VALUES ?a { 1 2 3 4 5 6 7 8 9 10 } VALUES ?b { 1 2 3 4 5 6 7 8 9 10 } "
        tail = "VALUES ?c { 1 2 3 4 5 6 } }"
        page = ask(client, query + tail)
        assert 500 == len(cells(page))
        assert "more rows than the 500 shown" in page
        assert "<strong>600 rows</strong>" in page
        page = ask(client, query + tail.replace("6", ""))
        assert 500 == len(cells(page))
        assert "more rows" not in page
        assert "<strong>500 rows</strong>" in page

    def test_nothing(self, client: FlaskClient) -> None:
        """No row is an answer too."""
        page = ask(client, "SELECT ?x { ?x a twin:Nothing }", "pl")
        assert "Zapytanie niczego nie znalazło." in page
        assert "<strong>0 wierszy</strong>" in page

    @pytest.mark.parametrize(
        ("lang", "seconds", "words"),
        [("en", 0.01234, "Run time: 12.3 ms"), ("pl", 1.239, "Czas wykonania: 1,24 s"),
         ("uk", 0.5, "Час виконання: 500 мс")],
    )  # fmt: skip
    def test_run_time(self, app: Flask, lang: str, seconds: float, words: str) -> None:
        """The run time is there; an answer that was kept says that nothing was run."""
        table = Table(("x",), (), more=False)
        assert words in render(app, "SELECT * {}", lang, table=table, seconds=seconds, kept=False)
        page = render(app, "SELECT * {}", lang, table=table, seconds=0.0, kept=True)
        assert words.partition(":")[0] + ":" not in page
        assert 'class="told"' in page

    def test_a_row_that_is_too_long(self, app: Flask) -> None:
        """Where not even one row is whole, the page offers the file."""
        page = render(app, "SELECT * {}", table=Table(("x",), (), more=True), rows=3)
        assert "too long to be shown" in page
        assert "<table>" not in page.partition('aria-labelledby="elsewhere"')[0]


class TestReadingTheBeginning:
    """A page reads only the beginning of a result."""

    BODY = json.dumps(
        {"head": {"vars": ["x"]}, "results": {"bindings": [{"x": {"type": "literal", "value": text}}
         for text in ("one", "Київ", ']}, "', "four")]}}, ensure_ascii=False, separators=(",", ":"),
    ).encode()  # fmt: skip

    def test_every_cut(self) -> None:
        """Wherever it is cut, the rows before the cut are whole, and there are more unless the end is seen."""
        whole = sparql.read_table(self.BODY, 9)
        assert (4, False) == (len(whole.rows), whole.more)
        counts = []
        for size in range(len(self.BODY)):
            table = sparql.read_table(self.BODY[:size], 9)
            assert table.rows == whole.rows[: len(table.rows)]
            assert table.more == (size < len(self.BODY) - 2)
            counts.append(len(table.rows))
        assert sorted(counts) == counts
        assert {0, 1, 2, 3, 4} == set(counts)

    def test_very_many_variables(self) -> None:
        """Rows of nothing are short in a result and long on a page, so there are fewer of them."""
        names = [f"v{number}" for number in range(8_000)]
        body = json.dumps(
            {"head": {"vars": names}, "results": {"bindings": [{}] * 500}}, separators=(",", ":")
        )
        table = sparql.read_table(body.encode(), 500)
        assert (1, True) == (len(table.rows), table.more)

    def test_nested_without_end(self) -> None:
        """Triples within triples end the table, not the page."""
        deep = '{"type":"triple","value":{"object":' * 50_000
        body = '{"head":{"vars":["x"]},"results":{"bindings":[{},{"x":' + deep
        assert sparql.read_table(body.encode(), 9) == Table(("x",), ((None,),), more=True)


class TestTruthAndGraph:
    """ASK, CONSTRUCT and DESCRIBE."""

    @pytest.mark.parametrize(
        ("lang", "yes", "no"), [("en", "Yes", "No"), ("pl", "Tak", "Nie"), ("uk", "Так", "Ні")]
    )
    def test_ask(self, client: FlaskClient, lang: str, yes: str, no: str) -> None:
        """A truth value is a word."""
        assert f'<p class="answer yes"><strong>{yes}</strong></p>' in ask(client, "ASK {}", lang)
        assert f'<p class="answer no"><strong>{no}</strong></p>' in ask(client, "ASK { ?x a <x> }", lang)

    def test_graph(self, client: FlaskClient) -> None:
        """A graph is Turtle with the prefixes that it uses."""
        page = ask(client, "DESCRIBE <id/city/aldorf>")
        text = unescape(page.partition('aria-labelledby="result"><code>')[2].partition("</code>")[0])
        assert text.startswith("@prefix ")
        assert "twin:City" in text
        assert 1 < text.count("@prefix") < len(PREFIXES) / 2
        assert re.search(r"<strong>\d+ triples</strong>", page)

    def test_no_triple(self, client: FlaskClient) -> None:
        """An empty graph is said in words."""
        assert "The query found nothing." in ask(client, "CONSTRUCT WHERE { ?x a twin:Nothing }")

    def test_a_giant_literal_takes_no_time(self) -> None:
        """Looking for prefixes is linear in the length of the text."""
        text = f'@prefix a: <http://a/> .\n<x> <y> "{"a" * 500_000}" .\n'
        assert text.partition("\n")[2] == without_idle_prefixes(text)

    def test_idle_prefixes(self) -> None:
        """A declaration stays where anything looks like its use; other lines are never touched."""
        text = '@prefix a: <http://a/> .\n@prefix b-c: <http://b/> .\n<x> b-c:y """\n@prefix a :\n""" .\n'
        assert text.partition("\n")[2] == without_idle_prefixes(text)
        assert "" == without_idle_prefixes("@prefix a: <http://a/> .\n")
        assert "<a> <b> <c> ." == without_idle_prefixes("<a> <b> <c> .")


class TestMistake:
    """What is wrong, and where."""

    @pytest.mark.parametrize("end", ["\n", "\r\n"])
    def test_place(self, client: FlaskClient, end: str) -> None:
        """Line and column are told in words, and the line is shown with a marker below the column."""
        lines = ["SELECT *", "WHERE { ?s a twin:City, nothing:x . ?s rdfs:label ?name }", "LIMIT 5"]
        query = end.join(lines)
        told = client.post("/sparql", data={"query": query}).json
        assert told is not None
        line, column = told["line"], told["column"]
        page = ask(client, query)
        assert f"line {line}, column {column}:" in page
        shown = re.findall(r"<pre[^>]*aria-labelledby=\"mistake\"><code>(.*?)</code></pre>", page, re.DOTALL)
        expected = f"{lines[line - 1]}\n{' ' * (column - 1)}^"
        assert [expected] == [re.sub("<[^>]*>", "", text) for text in shown]
        assert ["mistake"] == [area["aria-describedby"] for area in Page(page).all("textarea")]
        assert "<title>Malformed query" in page
        assert 'id="code-curl"' not in page

    @pytest.mark.parametrize(
        ("query", "line", "column", "excerpt", "before"),
        [
            ("\tASK", 1, 2, "    ASK", 4),
            ("語ASK", 1, 2, "語ASK", 2),
            ("e\u0301ASK", 1, 3, "e\u0301ASK", 1),
            ("ASK", 1, 4, "ASK", 3),
            ("a\n", 2, 1, "", 0),
            ("x" * 300, 1, 100, "…" + "x" * 100 + "…", 61),
        ],
    )
    def test_marker(self, query: str, line: int, column: int, excerpt: str, before: int) -> None:
        """The marker is below its column, whatever stands before it, and long lines are cut around it."""
        found = find_mistake(query, f"line {line}, column {column}: no")
        assert found is not None
        assert (excerpt, " " * before + "^", "no") == (found.excerpt, found.marker, found.expected)

    @pytest.mark.parametrize(
        "message", ["no place", "line 3, column 1: x", "line 1, column 9: x", "line 0, column 1: x"]
    )
    def test_no_place(self, message: str) -> None:
        """A message without a place in this text has none."""
        assert find_mistake("ASK {}", message) is None

    @pytest.mark.parametrize("lang", LANGUAGES)
    def test_advice(self, client: FlaskClient, lang: str) -> None:
        """At a limit the page says what to do, and where all the data are."""
        page = ask(client, "SELECT * { ?a ?b ?c . ?d ?e ?f }", lang)
        problem = page.partition('class="panel problem"')[2].partition("</section>")[0]
        assert f'href="/{lang}/problems/result-too-large"' in problem
        assert 'href="/graphs?default"' in problem
        assert "LIMIT" in problem
        assert 'id="code-curl"' in page


class TestElsewhere:
    """The query to take along."""

    QUERY = "SELECT ?c { ?c a twin:City }\nORDER BY ?c # ąї&%+"

    def test_permanent_address(self, client: FlaskClient) -> None:
        """A path that asks the same again, with the dataset and the time limit of the request."""
        graph = f"{BASE}graph/shared"
        page = ask(client, self.QUERY, "pl", timeout="3", **{"default-graph-uri": graph})
        path = re.findall(r'<a href="([^"]*)">Stały adres tego zapytania', page)
        assert 1 == len(path)
        parts = urlsplit(unescape(path[0]))
        assert ("", "", "/sparql") == (parts.scheme, parts.netloc, parts.path)
        assert {"query": [self.QUERY], "timeout": ["3"], "default-graph-uri": [graph]} == parse_qs(
            parts.query
        )
        again = client.get(unescape(path[0]), headers={"Accept": "text/html", "Accept-Language": "pl"})
        assert cells(page) == cells(again.text)
        assert 'name="default-graph-uri"' in page
        assert 'value="3"' in page

    @pytest.mark.parametrize(
        ("query", "kinds"),
        [
            (QUERY, ["application/sparql-results+json", "application/sparql-results+xml", "text/csv",
                     "text/tab-separated-values"]),
            ("CONSTRUCT WHERE { ?c a twin:City }", [fmt.media_type for fmt in GRAPH_FORMATS]),
        ],
    )  # fmt: skip
    def test_downloads(self, client: FlaskClient, query: str, kinds: list[str]) -> None:
        """The result is there in every format that fits it."""
        links = [found for found in Page(ask(client, query)).all("a") if "download" in found]
        found = [client.get(link["href"], headers={"Accept": "text/html"}) for link in links]
        assert [(200, kind) for kind in kinds] == [(each.status_code, each.mimetype) for each in found]

    def test_too_long_for_an_address(self, client: FlaskClient) -> None:
        """A long query is asked and downloaded by POST, and has no permanent address."""
        query = f"SELECT ?c {{ ?c a twin:City }} # {'ї' * 4_000}"
        data = {"query": query, "format": "html", "lang": "en", "timeout": "2"}
        page = client.post("/sparql", data=data, headers={"Accept": "text/html"}).text
        assert "too long for an address" in page
        forms = [form for form in Page(page).all("form") if form["action"].startswith("/sparql")]
        assert ["post", "post"] == [form["method"] for form in forms]
        (hidden,) = Page(page).all("input", type="hidden", name="query")
        buttons = Page(page).all("button", name="format")
        assert ["json", "xml", "csv", "tsv"] == [button["value"] for button in buttons]
        for button in buttons:
            asked = {"query": hidden["value"], "timeout": "2", "format": button["value"]}
            assert 200 == client.post("/sparql", data=asked).status_code
        assert all(len(path) < 9_000 for path in Page(page).attribute("href"))

    def test_sent_as_an_address(self, client: FlaskClient) -> None:
        """A query that was too long for its address comes back in the form, and can be sent by POST."""
        query = f"SELECT ?c {{ ?c a twin:City }} # {'x' * 9_000}"
        asked = {"query": query, "lang": "en", "format": "html"}
        response = client.get("/sparql", query_string=asked, headers={"Accept": "text/html"})
        assert (414, "text/html") == (response.status_code, response.mimetype)
        assert query in unescape(response.text)
        response = client.get("/sparql", query_string=asked)
        assert (414, "application/problem+json") == (response.status_code, response.mimetype)

    def test_programs(self, client: FlaskClient) -> None:
        """Four programs with the public address of the endpoint, its parameters and the query."""
        page = ask(client, "ASK { ?s ?p '<b>' }", timeout="2")
        texts = re.findall(r'aria-labelledby="code-\w+"><code>(.*?)</code>', page, re.DOTALL)
        assert 4 == len(texts)
        for text in texts:
            assert f"{BASE}sparql?timeout=2" in unescape(text)
            assert "<b>" in unescape(text)
            assert "<b>" not in text
        assert 4 == Page(page).elements.count(("details", {"class": "more"})) - 1

    def test_lines_of_forms(self, client: FlaskClient) -> None:
        """Browsers send CR LF; what the page gives back has plain ends of lines."""
        page = ask(client, "ASK {\r\n}")
        assert "%0D" not in page
        assert "\r" not in page


class TestViews:
    """A result as a map or a timeline."""

    PLACES = """SELECT ?label ?point ?lat ?long {
      VALUES (?label ?point ?lat ?long) {
        ("Aldorf <b>" "POINT(22.57 51.25)"^^geo:wktLiteral 51.25 22.57)
        ("Києво" "<http://www.opengis.net/def/crs/OGC/1.3/CRS84> Point (30.5 50.4)"^^geo:wktLiteral 50.4 30.5)
        ("nowhere" "POINT(900 900)"^^geo:wktLiteral 900 900)
      } }"""
    YEARS = """SELECT ?name ?from ?until {
      VALUES (?name ?from ?until) {
        ("first" "1988-05-07"^^xsd:date "2001"^^xsd:gYear) ("second" "1990"^^xsd:gYear UNDEF)
        ("third" UNDEF UNDEF)
      } }"""

    @pytest.mark.parametrize(
        ("query", "views"),
        [
            (PLACES, ["", "map"]), (PLACES.replace("?point ?lat", "?lat", 1), ["", "map"]),
            (PLACES.replace("?lat ?long", "", 1), ["", "map"]), (YEARS, ["", "timeline"]),
            (YEARS.replace("?from", "", 1), ["", "timeline"]),
            ("SELECT ?year { VALUES ?year { 1988 2004 } }", ["", "timeline"]),
            ("SELECT ?year { VALUES ?year { 12 2004 } }", []), ("SELECT ?n { VALUES ?n { 1988 } }", []),
            ("SELECT ?lat ?lon { VALUES (?lat ?lon) { (1 'x') } }", []),
            ("SELECT ?x { VALUES ?x { UNDEF } }", []), (VALUES, ["", "timeline"]),
            ("SELECT ?c { VALUES ?c { '1988-05' '1991~' '2004-05-06' } }", ["", "timeline"]),
            ("SELECT ?c { VALUES ?c { '1988' '2004' } }", []),
            ("SELECT ?signedOn { VALUES ?signedOn { '1988' '2004' } }", ["", "timeline"]),
            ("SELECT ?rok_od { VALUES ?rok_od { '1988' '2004' } }", ["", "timeline"]),
            ("SELECT ?рік { VALUES ?рік { '1988' '2004' 'невідомо' } }", ["", "timeline"]),
            ("SELECT ?рік { VALUES ?рік { '1988' '2004' 'невідомо' '?' } }", []),
        ],
    )  # fmt: skip
    def test_offered(self, client: FlaskClient, query: str, views: list[str]) -> None:
        """A view is offered where the columns of the result hold places or days, in the form and as addresses."""
        page = ask(client, query)
        form = page.partition('id="view"')[2].partition("</select>")[0]
        assert views == [found["value"] for found in Page(form).all("option")]
        links = page.partition('class="inline views"')[2].partition("</ul>")[0]
        assert [view for view in views if view] == re.findall(r"view=(\w+)", links)
        assert "<figure" not in page

    @pytest.mark.parametrize("lang", LANGUAGES)
    def test_map(self, client: FlaskClient, lang: str) -> None:
        """Marks lead to the rows of the table, which is there too; what is nowhere is in the table alone."""
        page = ask(client, self.PLACES, lang, view="map")
        figure = page.partition("<figure")[2].partition("</figure>")[0]
        assert ["#row-1", "#row-2"] == sorted(set(re.findall(r'href="(#[^"]*)"', figure)))
        assert "Aldorf &lt;b&gt;" in figure
        assert "Києво" in figure
        assert 2 == figure.count('aria-hidden="true"')
        assert "2 " in plain(figure.partition("<figcaption")[2])
        assert 3 == len(cells(page))
        assert {"row-1", "row-2", "row-3"} <= set(Page(page).attribute("id"))

    def test_timeline(self, client: FlaskClient) -> None:
        """A row is a bar from its beginning to its end."""
        page = ask(client, self.YEARS, view="timeline")
        figure = page.partition("<figure")[2].partition("</figure>")[0]
        assert ["#row-1", "#row-2"] == re.findall(r'href="(#[^"]*)"', figure)
        assert "1988-05-07–2001" in figure
        assert "2 rows of the table are drawn here" in figure

    def test_odd_value(self, client: FlaskClient) -> None:
        """A value that is no day is in the table alone; an approximate day is drawn as it is written."""
        query = "SELECT ?name ?c { VALUES (?name ?c) { ('a' '1991~') ('b' 'unknown') ('c' '2004-05') } }"
        figure = ask(client, query, view="timeline").partition("<figure")[2].partition("</figure>")[0]
        assert ["#row-1", "#row-3"] == re.findall(r'href="(#[^"]*)"', figure)
        assert "1991~" in figure

    @pytest.mark.parametrize("view", ["table", "timeline", "nothing", ""])
    def test_not_offered(self, client: FlaskClient, view: str) -> None:
        """A view that a result does not have is its table."""
        page = ask(client, self.PLACES, view=view)
        assert "<figure" not in page
        assert 3 == len(cells(page))

    def test_addresses_keep_the_view(self, client: FlaskClient) -> None:
        """Another language and the permanent address show the same view; files and programs know nothing of it."""
        page = ask(client, self.PLACES, view="map")
        permanent = re.findall(r'<a href="([^"]*)">Permanent address', page)
        assert ["map"] == parse_qs(urlsplit(unescape(permanent[0])).query)["view"]
        languages = [found["href"] for found in Page(page).all("a") if "hreflang" in found]
        assert 2 == len(languages)
        assert all("view=map" in path for path in languages)
        assert all("view=" not in found["href"] for found in Page(page).all("a") if "download" in found)
        assert "view=map" not in page.partition('id="code-curl"')[2].partition("</details>")[0]

    def test_hostile_rows(self, client: FlaskClient) -> None:
        """Whatever the cells hold, the drawing is well-formed and holds no markup of theirs."""
        names = ['"<script>alert(1)</script>"', '"\\u0000\\u001F\\uFFFE"', f'"{"x" * 3000}"', '"שלום"']
        rows = " ".join(f"({name} 50 {20 + place})" for place, name in enumerate(names))
        page = ask(client, f"SELECT ?name ?lat ?lon {{ VALUES (?name ?lat ?lon) {{ {rows} }} }}", view="map")
        for svg in re.findall(r"<svg class=\"pic.*?</svg>", page, re.DOTALL):
            ElementTree.fromstring(svg)
        assert 3 == len(re.findall(r"<svg ", page))
        assert "<script>" not in page


class TestEditor:
    """What an editor of queries is told; the page is whole without it."""

    @pytest.mark.parametrize(("lang", "label"), [("pl", "Miasto"), ("en", "City"), ("uk", "Місто")])
    def test_terms(self, client: FlaskClient, lang: str, label: str) -> None:
        """Prefixes, and the terms of the data with labels in the language of the page, with a validator."""
        response = client.get(f"/{lang}/sparql/terms.json")
        assert (200, "application/json") == (response.status_code, response.mimetype)
        assert response.json is not None
        assert PREFIXES == response.json["prefixes"]
        terms = {term["name"]: term for term in response.json["terms"]}
        assert len(terms) == len(response.json["terms"]) > 200
        assert {"name": "twin:City", "label": label, "type": "class"} == terms["twin:City"]
        assert ["property", "constant", "property", "class"] == [
            terms[name]["type"]
            for name in ("twin:twinnedWith", "relation:partner", "rdfs:label", "skos:Concept")
        ]
        again = client.get(f"/{lang}/sparql/terms.json", headers={"If-None-Match": response.headers["ETag"]})
        assert 304 == again.status_code

    def test_place_of_a_mistake(self, client: FlaskClient) -> None:
        """The editor is told where the query is wrong, and where its terms are."""
        (editor,) = Page(ask(client, "ASK {\n ?s nothing:x 1 }", "uk")).all("tg-sparql")
        assert "Підказки" == json.loads(editor.pop("data-phrases"))["Completions"]
        assert {"data-line": "2", "data-column": "14", "data-terms": "/uk/sparql/terms.json"} == editor
        (editor,) = Page(ask(client, "ASK {}")).all("tg-sparql")
        assert {"data-terms", "data-phrases"} == set(editor)


class TestHelp:
    """What the page tells who writes a query."""

    @pytest.mark.parametrize("lang", LANGUAGES)
    def test_questions(self, client: FlaskClient, lang: str) -> None:
        """Every question can be run with one click, and answers."""
        page = client.get(f"/sparql?lang={lang}", headers={"Accept": "text/html"}).text
        runs = Page(page).all("a", **{"class": "run"})
        here = client.application.extensions[EXTENSION]
        questions = sparql.example_queries(here.store, here.base_iri)
        assert len(questions) == len(runs) >= 8
        for link, query in zip(runs, questions, strict=True):
            assert query.title(lang) in unescape(page)
            if lang == "en":
                assert 200 == client.get(link["href"], headers={"Accept": "text/html"}).status_code, (
                    query.name
                )

    @pytest.mark.parametrize("lang", LANGUAGES)
    def test_limits(self, client: FlaskClient, lang: str) -> None:
        """Every limit is told with its number and leads to the page of its problem."""
        page = client.get(f"/sparql?lang={lang}", headers={"Accept": "text/html"}).text
        section = page.partition('<h2 id="limits">')[2]
        rows = re.findall(r'<th scope="row">.*?</tr>', section)
        assert 11 == len(rows)
        for number in ("10", "64", "512", "120", "500"):
            assert re.search(rf"\b{number}\b", section), number
        for link in set(re.findall(rf'href="(/{lang}/problems/[\w-]+)"', section)):
            assert 200 == client.get(link).status_code
        assert 'href="/graphs?default"' in section

    def test_a_budget_of_nothing_is_no_limit(self, tiny_snapshot: Snapshot) -> None:
        """0 switches a budget off, so it is not told."""
        workspace = str(tiny_snapshot.path.parents[1])
        app = create_app(
            read_settings({}, workspace=workspace, client_seconds=0, client_errors=0), tiny_snapshot
        )
        page = app.test_client().get("/sparql?lang=en", headers={"Accept": "text/html"}).text
        assert "over-budget" not in page

    def test_prefixes(self, client: FlaskClient) -> None:
        """All prefixes are listed as they may be copied to other endpoints."""
        page = unescape(client.get("/sparql", headers={"Accept": "text/html"}).text)
        assert len(PREFIXES) > 30
        for name, iri in PREFIXES.items():
            assert f"PREFIX {name}: <{iri}>\n" in page


class TestMarkup:
    """What assistive technology relies on."""

    @pytest.mark.parametrize("lang", LANGUAGES)
    @pytest.mark.parametrize(
        "query",
        ["", VALUES, "ASK {}", "DESCRIBE <id/city/aldorf>", "SELECT", "SELECT * { SERVICE <x> {} }",
         "SELECT * { ?a ?b ?c . ?d ?e ?f }", f"ASK {{}} # {'x' * 9_000}"],
        ids=["empty", "table", "ask", "graph", "malformed", "refused", "limit", "long"],
    )  # fmt: skip
    def test_names(self, client: FlaskClient, query: str, lang: str) -> None:
        """Ids are unique, what is named exists, controls have labels, scrolling regions have names."""
        data = {"query": query, "format": "html", "lang": lang, "named-graph-uri": "http://x/"}
        if query:
            text = client.post("/sparql", data=data, headers={"Accept": "text/html"}).text
        else:
            text = client.get(f"/sparql?lang={lang}", headers={"Accept": "text/html"}).text
        page = Page(text)
        ids = page.attribute("id")
        assert len(ids) == len(set(ids))
        references = [
            *page.attribute("aria-labelledby"),
            *page.attribute("aria-describedby"),
            *page.attribute("for"),
        ]
        assert len(references) > 8
        assert set(references) <= set(ids)
        assert {path[1:] for path in page.attribute("href") if path.startswith("#")} <= set(ids)
        labels = set(page.attribute("for"))
        controls = [found for tag, found in page.elements if tag in ("textarea", "select", "input")]
        assert all(found["id"] in labels for found in controls if found.get("type") != "hidden")
        assert all({"role", "aria-labelledby"} <= found.keys() for _, found in page.elements if "tabindex" in found
                   and found["tabindex"] == "0")  # fmt: skip
        assert 1 == len(page.all("h1"))
        scripts = page.all("script", type="module")
        assert page.all("script") == scripts
        assert ["site.js", "sparql.js"] == [found["src"].rpartition("/")[2] for found in scripts]
        assert [] == page.all("style") + page.attribute("style")
        assert f'lang="{lang}"' in text

    def test_size(self, client: FlaskClient) -> None:
        """The page before any query stays small."""
        for lang in LANGUAGES:
            page = client.get(f"/sparql?lang={lang}", headers={"Accept": "text/html"})
            assert len(gzip.compress(page.data)) < 30_000
