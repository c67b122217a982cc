"""Tables alone: their addresses, their files, filters and order in the address."""

from __future__ import annotations

import csv
import datetime
import io
import json
import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest
from flask.testing import FlaskClient
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import XSD
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery

from site_client import BASE, LANGUAGES, client_of, keys_of
from twin_graph import iris
from twin_graph.kinds import DOCUMENTED
from twin_graph.queries import Query, load, load_all, parse_query
from twin_graph.snapshot import Snapshot
from twin_graph.store import Store
from twin_graph.web.names import plain
from twin_graph.web.panels import Column, Panel, PanelRow, Value
from twin_graph.web.tables import declared, writers

PANELS = [query for kind in DOCUMENTED for query in load_all(f"{kind.name}_")
          if [parameter.name for parameter in query.parameters] == ["this"]]  # fmt: skip
HOME = [query for prefix in ("home_", "report_") for query in load_all(prefix) if not query.parameters]
TYPES = {
    "csv": "text/csv; charset=utf-8; header=present",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "ttl": "text/turtle; charset=utf-8",
}
TABLE = "/en/city/aldorf/partnerships"


@pytest.fixture(scope="module")
def client(tiny_snapshot: Snapshot) -> FlaskClient:
    """A client of the tiny workspace."""
    return client_of(tiny_snapshot)


def address(query: Query, language: str, key: str = "") -> str:
    """The path of the table of a query."""
    kind, _, panel = query.name.partition("_")
    kind = "reports" if kind == "report" else kind
    return "/".join(["", language, kind, *([key] if key else []), panel.replace("_", "-")])


def is_table(client: FlaskClient, path: str) -> bool:
    """Whether a path is answered by a table and not by a page of its own."""
    endpoint, _ = client.application.url_map.bind("").match(path)
    return str(endpoint).startswith("tables.")


def records(client: FlaskClient, path: str) -> list[dict[str, str]]:
    """The rows of a CSV."""
    response = client.get(path)
    assert 200 == response.status_code, path
    return list(csv.DictReader(io.StringIO(response.text, newline="")))


def test_every_table_in_every_format(client: FlaskClient, tiny_snapshot: Snapshot) -> None:
    """Each table of each thing has an address of its own, and its rows as four kinds of file beside it."""
    checked = 0
    for query in [*PANELS, *HOME]:
        for key in keys_of(tiny_snapshot, query.parameters[0].kind) if query.parameters else [""]:
            path = address(query, "pl", key)
            page = client.get(path)
            assert (200, "text/html; charset=utf-8") == (page.status_code, page.content_type), path
            rows = records(client, f"{path}.csv")
            for extension, content_type in TYPES.items():
                response = client.get(f"{path}.{extension}")
                assert (200, content_type) == (response.status_code, response.content_type), path
                name = f"{key or query.name.partition('_')[0]}-{path.rpartition('/')[2]}-pl.{extension}"
                assert f'filename="{name}"' in response.headers["Content-Disposition"]
                checked += 1
            assert len(rows) == len(client.get(f"{path}.json").get_json())
            if not is_table(client, path):
                continue
            assert len(rows) == len(re.findall(r"<tr(?: id=\"[^\"]*\")?>", page.text.partition("<tbody>")[2]))
    assert checked > 300


def test_csv_is_for_programs(client: FlaskClient) -> None:
    """RFC 4180: lines end with CR LF, the first has the names of the variables, things have their IRIs."""
    data = client.get(f"{TABLE}.csv").data
    assert data.startswith(b"party,party_iri,country,country_iri,relation,relation_iri,since,")
    assert data.endswith(b"\r\n")
    assert b"\n" not in data.replace(b"\r\n", b"")
    row = next(row for row in records(client, f"{TABLE}.csv") if row["party"] == "Belmont")
    assert (f"{BASE}id/city/belmont", "1990-05-05", "5946.3") == (
        row["party_iri"],
        row["since"],
        row["distance"],
    )


def header(client: FlaskClient, path: str) -> list[str]:
    """The first row of a CSV."""
    return client.get(path).text.partition("\r\n")[0].split(",")


def shown(query: Query) -> list[str]:
    """The variables of a query that are columns."""
    named = [str(name) for name in translateQuery(parseQuery(query.text)).algebra["PV"]]
    hidden = {*query.notes.get("hide", "").split(), *(parameter.name for parameter in query.parameters)}
    return [name for name in dict.fromkeys(named) if name not in hidden]


class TestColumns:
    """A file has the columns that are declared, whatever the data have in them."""

    @pytest.mark.parametrize("query", [*PANELS, *HOME], ids=lambda query: query.name)
    def test_a_file_of_every_thing_has_the_same(
        self, client: FlaskClient, tiny_snapshot: Snapshot, query: Query
    ) -> None:
        """Things with many rows, things with none: one header, with all that the query selects."""
        keys = keys_of(tiny_snapshot, query.parameters[0].kind) if query.parameters else [""]
        found = {tuple(header(client, f"{address(query, 'en', key)}.csv")) for key in keys}
        assert 1 == len(found)
        (names,) = found
        assert shown(query) == [name for name in names if not name.endswith("_iri")]
        assert {name.removesuffix("_iri") for name in names} <= set(shown(query))
        (objects, *_) = [client.get(f"{address(query, 'en', key)}.json").get_json() for key in keys]
        assert all(["id", *shown(query)] == list(row) for row in objects)

    @pytest.mark.parametrize("query", [*PANELS, *HOME], ids=lambda query: query.name)
    def test_what_holds_things_is_read_from_the_query(
        self, tiny_snapshot: Snapshot, tiny_store: Store, query: Query
    ) -> None:
        """Where the data have something, it is what the text of the query says: an IRI or a text."""
        things = declared.find_things(tiny_store, query)
        keys = keys_of(tiny_snapshot, query.parameters[0].kind) if query.parameters else [""]
        bound: dict[str, set[bool]] = {}
        for key in keys:
            this = {"this": iris.thing(BASE, query.parameters[0].kind, key)} if key else {}
            for row in tiny_store.select(query, **this):
                for name, term in row.items():
                    bound.setdefault(name, set()).add(isinstance(term, URIRef))
        assert {name: True in kinds for name, kinds in bound.items() if name in shown(query)} == {
            name: name in things for name in bound if name in shown(query)
        }

    def test_a_workbook_has_them(self, client: FlaskClient) -> None:
        """As many as the CSV."""
        path = "/en/city/fjordby/partnerships"
        book = openpyxl.load_workbook(io.BytesIO(client.get(f"{path}.xlsx").data))
        assert len(header(client, f"{path}.csv")) == len(next(book.worksheets[0].iter_rows()))

    @pytest.mark.parametrize("kind", [kind.name for kind in DOCUMENTED])
    def test_a_list_has_what_its_query_shows(self, client: FlaskClient, kind: str) -> None:
        """Of a kind and of what of it is left by a filter."""
        query = load(f"browse_{kind}")
        for path in (f"/en/{kind}.csv", f"/en/{kind}.csv?q=zzzz"):
            names = header(client, path)
            expected = ["name", *query.notes.get("show", "").split()]
            assert expected == [name for name in names if not name.endswith("_iri")], path

    def test_tables_of_pages_over_everything(self, client: FlaskClient) -> None:
        """The map, narrowed to a relation that has no year, and two cities compared."""
        for path, columns in (
            ("/en/map.csv?city=duneville", 6), ("/en/map.csv?city=fjordby", 6),
            ("/en/compare.csv?a=aldorf&b=belmont", 7), ("/en/compare.csv?a=fjordby&b=duneville", 7),
        ):  # fmt: skip
            names = [name for name in header(client, path) if not name.endswith("_iri")]
            assert columns == len(names), names

    def test_a_page_leaves_out_what_is_empty(self, client: FlaskClient, tiny_snapshot: Snapshot) -> None:
        """Fewer columns on the page of some thing than in its file."""
        pairs = []
        for key in keys_of(tiny_snapshot, "city"):
            page = (
                client.get(f"/en/city/{key}/partnerships")
                .text.partition("<thead>")[2]
                .partition("</thead>")[0]
            )
            if page:
                names = header(client, f"/en/city/{key}/partnerships.csv")
                pairs.append((page.count("<th"), len([name for name in names if not name.endswith("_iri")])))
        assert all(shown <= whole for shown, whole in pairs)
        assert any(shown < whole for shown, whole in pairs)


def test_json_has_ids_labels_and_values(client: FlaskClient) -> None:
    """Each row is an object with the id of what it is about; a value has what it is and how people read it."""
    rows = client.get(f"{TABLE}.json").get_json()
    row = next(row for row in rows if row["id"] == f"{BASE}id/partnership/aldorf-belmont")
    assert [{"id": f"{BASE}id/city/belmont", "label": "Belmont"}] == row["party"]
    assert [{"value": 5946.3, "label": "5,946"}] == row["distance"]
    assert [{"value": "1990-05-05", "label": "5 May 1990"}] == row["since"]


def test_xlsx_is_for_people(client: FlaskClient) -> None:
    """The first sheet has the headings of the page and typed cells; the second says where it is from."""
    path = "/pl/city/aldorf/partnerships.xlsx?country=ca"
    book = openpyxl.load_workbook(io.BytesIO(client.get(path).data))
    sheet, about = book.worksheets
    header = [cell.value for cell in sheet[1]]
    assert ["Miasto", "Miasto (IRI)", "Państwo"] == header[:3]
    row = next(row for row in sheet.iter_rows(min_row=2, values_only=True) if row[0] == "Belmont")
    assert datetime.datetime(1990, 5, 5) in row
    assert 5946.3 in row
    said = [cell for row in about.iter_rows(values_only=True) for cell in row]
    assert BASE.rstrip("/") + path in said
    assert datetime.datetime(2024, 6, 30) in said or any(isinstance(cell, datetime.datetime) for cell in said)
    assert any("https://creativecommons.org/publicdomain/zero/1.0/" in str(cell) for cell in said)
    assert ["party", "party_iri", "country"] == [
        cell for cell in said if cell in ("party", "party_iri", "country")
    ]


def test_turtle_says_what_the_rows_are_about(client: FlaskClient) -> None:
    """The statements of the thing of each row, without blank nodes, with the prefixes in order."""
    text = client.get(f"{TABLE}.ttl").text
    graph = Graph().parse(data=text, format="turtle")
    ids = {row["id"] for row in client.get(f"{TABLE}.json").get_json()}
    assert ids == {str(subject) for subject in graph.subjects()}
    assert not any(isinstance(term, BNode) for triple in graph for term in triple)
    prefixes = re.findall(r"@prefix .*", text)
    assert sorted(prefixes) == prefixes


@pytest.mark.parametrize("query", PANELS, ids=lambda query: query.name)
def test_the_query_of_a_table_can_be_run(
    client: FlaskClient, tiny_snapshot: Snapshot, tiny_store: Store, query: Query
) -> None:
    """“Open this query” leads to the query page with a text that gives the rows of the table."""
    key = keys_of(tiny_snapshot, query.parameters[0].kind)[0]
    if not is_table(client, address(query, "en", key)):
        return
    link = re.search(
        r'href="([^"]+)" rel="nofollow">Open this query', client.get(address(query, "en", key)).text
    )
    assert link is not None
    answer = client.get(unescape(link.group(1)))
    assert 303 == answer.status_code
    asked = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert ["en"] == asked["lang"]
    written = tiny_store.select(parse_query("q", asked["query"][0]))
    bound = tiny_store.select(load(query.name), this=iris.thing(BASE, query.parameters[0].kind, key))

    def rows(found: object) -> list[str]:
        return sorted(str(sorted((n, str(v)) for n, v in row.items() if n != "this")) for row in found)  # type: ignore[attr-defined]

    assert rows(bound) == rows(written)


class TestChoice:
    """Filters and order in the address."""

    def test_a_filter(self, client: FlaskClient) -> None:
        """A value of a filter leaves the rows that have it, on the page and in the files."""
        rows = records(client, f"{TABLE}.csv?country=ca&status=in-force")
        assert 2 == len(rows)
        assert all("Canada" in row["country"] for row in rows)
        page = client.get(f"{TABLE}?country=ca&status=in-force").text
        assert "2 of 6 rows" in page
        assert '<option value="ca" selected>' in page
        assert f'href="{TABLE}.csv?country=ca&amp;status=in-force"' in page

    def test_order(self, client: FlaskClient) -> None:
        """Numbers sort as numbers; a row without a value comes last in both directions."""
        for words, turn in (("distance", False), ("-distance", True)):
            found = [row["distance"] for row in records(client, f"{TABLE}.csv?sort={words}")]
            assert "" == found[-1]
            numbers = [float(text) for text in found[:-1]]
            assert sorted(numbers, reverse=turn) == numbers

    def test_links_that_sort(self, client: FlaskClient) -> None:
        """The head of each column is a link; that of the sorted one says how and turns it round."""
        head = (
            client.get(f"{TABLE}?sort=distance&country=ca")
            .text.partition("<thead>")[2]
            .partition("</thead>")[0]
        )
        assert 'aria-sort="ascending"' in head
        assert f'href="{TABLE}?country=ca&amp;sort=-distance#city_partnerships"' in head
        assert f'href="{TABLE}?country=ca&amp;sort=party#city_partnerships"' in head

    def test_what_cannot_be(self, client: FlaskClient) -> None:
        """An unknown column is a mistake, an unknown value an empty table with a way out; the rest is left alone."""
        for extension in ("", ".csv", ".xlsx", ".json", ".ttl"):
            assert 400 == client.get(f"{TABLE}{extension}?sort=nothing").status_code
        assert "No row fits these filters." in client.get(f"{TABLE}?country=zz").text
        assert [] == client.get(f"{TABLE}.json?country=zz").get_json()
        assert 6 == len(records(client, f"{TABLE}.csv?colour=blue&place=x"))

    def test_validators(self, client: FlaskClient) -> None:
        """Each choice is a representation of its own; the same one is not sent again."""
        words = ("", "?country=ca", "?sort=distance", "?country=ca&sort=distance")
        tags = {client.get(f"{TABLE}{each}").headers["ETag"] for each in words}
        assert 4 == len(tags)
        assert client.get(TABLE).headers["ETag"] == client.get(f"{TABLE}?colour=blue").headers["ETag"]
        for extension in ("", *(f".{extension}" for extension in TYPES)):
            first = client.get(f"{TABLE}{extension}")
            again = client.get(f"{TABLE}{extension}", headers={"If-None-Match": first.headers["ETag"]})
            assert (304, b"") == (again.status_code, again.data)
            assert first.data == client.get(f"{TABLE}{extension}").data
            assert (200, b"") == ((head := client.head(f"{TABLE}{extension}")).status_code, head.data)


class TestAddresses:
    """Where tables are and are not."""

    @pytest.mark.parametrize(
        "path",
        ["/en/city/aldorf/nothing", "/en/city/aldorf/partnerships.doc", "/en/city/nowhere/partnerships",
         "/en/city/aldorf/partnerships_", "/en/network/aldorf/partnerships", "/en/home/counts.doc", "/en/home/x",
         "/en/nothing/aldorf/partnerships", "/en/city/aldorf/..%2Fpartnerships"],
    )  # fmt: skip
    def test_not_found(self, client: FlaskClient, path: str) -> None:
        """What is no table is not found."""
        assert 404 == client.get(path).status_code

    def test_another_key(self, client: FlaskClient) -> None:
        """A table under another key of the thing moves to the one that is published, with what was asked."""
        response = client.get("/en/city/Aldorf/partnerships.csv?country=ca")
        assert (301, f"{BASE[:-1]}{TABLE}.csv?country=ca") == (
            response.status_code,
            response.headers["Location"],
        )

    def test_links(self, client: FlaskClient) -> None:
        """A table names its files and its licence; a file names the table that it is of."""
        page, file = (
            client.get(f"{TABLE}?country=ca").headers["Link"],
            client.get(f"{TABLE}.csv").headers["Link"],
        )
        for extension in TYPES:
            assert f'<{BASE[:-1]}{TABLE}.{extension}?country=ca>; rel="alternate"' in page
        assert f'<{BASE[:-1]}{TABLE}>; rel="canonical"' in file
        assert 'rel="license"' in page

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_on_the_page_of_the_thing(self, client: FlaskClient, language: str) -> None:
        """Below each table of a page are its files, its query and the table alone."""
        text = client.get(f"/{language}/city/aldorf?country=ca").text
        for extension in TYPES:
            assert f'href="/{language}/city/aldorf/partnerships.{extension}?country=ca"' in text
            assert f'href="/{language}/city/aldorf/networks.{extension}"' in text
        assert f'href="/{language}/city/aldorf/partnerships?country=ca"' in text


def test_rows_can_be_linked_to(client: FlaskClient) -> None:
    """A row has the key of its thing in its id, and no id comes twice."""
    text = client.get(TABLE).text
    ids = re.findall(r'<tr id="([^"]+)"', text)
    assert {"row-belmont", "row-duneville", "row-fjordby"} <= set(ids)
    assert "row-city-cedrowo" in ids  # a second row of the same city
    assert sorted(set(ids)) == sorted(ids)


HOSTILE = ["=1+1", "@SUM(A1)", "+48 81", "-2+3", "\tx", '"; DROP', "<b>x</b>", "a\x00b\x07c", "שלום עולם",
           "x" * 10_000, "line\r\nbreak", "a,b"]  # fmt: skip


class TestHostile:
    """Whatever a label is, the files stay files of their format and nothing is run."""

    @pytest.fixture
    def panel(self) -> Panel:
        """A table of one column of texts, and one of numbers."""
        rows = [
            PanelRow(
                "",
                (
                    (Value(plain(text), term=Literal(text)),),
                    (Value(plain("-5"), term=Literal("-5", datatype=XSD.integer)),),
                ),
            )
            for text in HOSTILE
        ]
        return Panel(
            "x", "Title: a/b?", (Column("text", "Text"), Column("number", "Number", True)), tuple(rows)
        )

    def test_csv(self, panel: Panel) -> None:
        """Nothing begins like a formula but numbers, and the parser gets every text back."""
        rows = list(csv.reader(io.StringIO(writers.write_csv(panel).decode(), newline="")))[1:]
        assert HOSTILE == [text.removeprefix("'") for text, _ in rows]
        assert not any(re.match(r"[=+\-@\t\r]", text) for text, _ in rows)
        assert {"-5"} == {number for _, number in rows}

    def test_json(self, panel: Panel) -> None:
        """Every text is there as it is."""
        assert HOSTILE == [row["text"][0]["value"] for row in json.loads(writers.write_json(panel))]

    def test_xlsx(self, panel: Panel) -> None:
        """Texts are texts, never formulas; control characters that a workbook cannot hold are replaced."""
        origin = writers.Origin("en", "Title: a/b?", "P", BASE, (), "2024", "x")
        sheet = openpyxl.load_workbook(io.BytesIO(writers.write_xlsx(origin, panel))).worksheets[0]
        cells = [row[0] for row in sheet.iter_rows(min_row=2)]
        assert ["s"] * len(HOSTILE) == [cell.data_type for cell in cells]
        assert HOSTILE[:4] == [cell.value for cell in cells][:4]
        assert "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c" == cells[7].value
        assert {-5} == {row[1].value for row in sheet.iter_rows(min_row=2)}

    def test_a_thing_without_rows(self) -> None:
        """An empty table is an empty file of its format."""
        empty = Panel("x", "X", (), ())
        assert (b"\r\n", b"[]\n") == (writers.write_csv(empty), writers.write_json(empty))
        assert writers.write_xlsx(writers.Origin("pl", "X", "P", BASE, (), "", ""), empty).startswith(b"PK")


def test_precision_of_dates() -> None:
    """An interval that is a year is written as the year; what is less certain stays as it is."""
    texts = ["1985-01-01/1985-12-31", "2016~", "1990-05-05", "../1990"]
    rows = [PanelRow("", ((Value(plain(""), term=Literal(text)),),), subject=URIRef(BASE)) for text in texts]
    panel = Panel("x", "X", (Column("since", "Since"),), tuple(rows))
    assert ["since", "1985", "2016~", "1990-05-05", "../1990"] == writers.write_csv(panel).decode().split()
