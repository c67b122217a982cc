"""Tables as files: with their metadata they say what the graph says; every form of a table says the same."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pyarrow.parquet as parquet
import pytest
from rdflib import RDF, RDFS, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS

import csv2rdf
from twin_graph import dumps
from twin_graph.dumps import csvw
from twin_graph.dumps.tables import ANY, Table, read_rows, tables
from twin_graph.graphs import Triple
from twin_graph.namespaces import TWIN_IRI
from twin_graph.snapshot import Snapshot, open_snapshot
from twin_graph.workspace import LANGUAGES, shipped

NUMBERS: dict[str, Callable[[str], object]] = {
    "integer": int,
    "decimal": float,
    "gYear": int,
    "date": date.fromisoformat,
}


@pytest.fixture(scope="module")
def tiny(tiny_snapshot: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """A copy of the tiny snapshot, with dumps."""
    return with_dumps(tiny_snapshot, tmp_path_factory.mktemp("tables"))


def with_dumps(snapshot: Snapshot, folder: Path) -> Snapshot:
    """A copy of a snapshot, with dumps."""
    shutil.copytree(snapshot.path, folder / snapshot.path.name)
    copy = open_snapshot(folder, snapshot.path.name)
    dumps.write_dumps(copy)
    return copy


def read(snapshot: Snapshot, table: Table) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with (snapshot.path / dumps.DUMPS / f"{table.name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def asserted(snapshot: Snapshot, table: Table) -> Iterator[Triple]:
    """What the graph says of the things of a table by the properties of its columns that make statements."""
    store = snapshot.open_store("memory")
    classes = [URIRef(name) for name in table.about]
    for thing, _, name in {triple for each in classes for triple in store.triples(None, RDF.type, each)}:
        if not table.is_list:
            yield thing, RDF.type, name
        for column in table.columns:
            if column.property and column.language != ANY and not column.separator:
                for triple in store.triples(thing, URIRef(column.property), None):
                    if column.holds(getattr(triple[2], "language", None)):
                        yield triple


def check(snapshot: Snapshot) -> None:
    """From the CSV files and their metadata the very statements come out, none less and none more."""
    found = csv2rdf.statements(snapshot.path / dumps.DUMPS)
    assert {f"{table.name}.csv" for table in tables()} == set(found)
    for table in tables():
        # Numbers and languages are compared as values.
        made, said = Graph(), Graph()
        for triple in found[f"{table.name}.csv"]:
            made.add(triple)
        for triple in asserted(snapshot, table):
            said.add(triple)
        assert set(said) == set(made), table.name


def test_the_files_make_the_statements_again(tiny: Snapshot) -> None:
    """Of the tiny workspace, in which every table has a row."""
    check(tiny)
    assert all(read(tiny, table) for table in tables())


@pytest.mark.real
def test_of_the_shipped_data_too(real_snapshot: Snapshot, tmp_path: Path) -> None:
    """Where a property has one value for a thing, though several graphs speak of it; and keys lead to rows."""
    snapshot = with_dumps(real_snapshot, tmp_path)
    check(snapshot)
    check_keys(snapshot)
    assert 11_000 < len(read(snapshot, tables()[0]))


def check_keys(snapshot: Snapshot) -> None:
    """A key stands once; what a column refers to is there."""
    found = {table.name: read(snapshot, table) for table in tables()}
    for table in tables():
        keys = [tuple(row[name] for name in table.key) for row in found[table.name]]
        assert len(keys) == len(set(keys)), table.name
        for column in table.columns:
            if column.references:
                target = next(each for each in tables() if each.name == column.references).key[0]
                there = {row[target] for row in found[column.references]}
                named = {row[column.name] for row in found[table.name]} - {""}
                assert named <= there, (table.name, column.name, sorted(named - there)[:3])


def test_keys(tiny: Snapshot) -> None:
    """In the tiny workspace."""
    check_keys(tiny)


def test_a_cell_of_several_values_makes_no_statement() -> None:
    """It would name the one address that joins them; a table with a row for each value says the same."""
    said_row_by_row = {(name, table.columns[1].property) for table in tables() if table.is_list
                       for name in table.about}  # fmt: skip
    lists = {(name, column.property) for table in tables() for column in table.columns if column.separator
             for name in table.about}  # fmt: skip
    assert 10 == len(lists)
    assert lists <= said_row_by_row
    described = csvw.describe("2026-01-01")["tables"]
    for table, about in zip(tables(), described, strict=True):
        schema = about["tableSchema"]
        columns = dict(zip((column.name for column in table.columns), schema["columns"], strict=False))
        keys = {key["columnReference"] for key in schema.get("foreignKeys", [])}
        assert {column.name for column in table.columns if column.references} == keys
        for column in table.columns:
            if column.separator:
                # What a foreign key of a list would mean is not defined either.
                assert not column.references
                assert columns[column.name]["suppressOutput"]
                assert "valueUrl" not in columns[column.name]


def test_programs_find_columns_by_their_titles() -> None:
    """Each column has its header as title; a key of one column is a text, one of two a list."""
    for table, about in zip(tables(), csvw.describe("2026-01-01")["tables"], strict=True):
        schema = about["tableSchema"]
        titles = [[column.name] for column in table.columns] + [["class"]] * (not table.is_list)
        assert titles == [column["titles"] for column in schema["columns"]]
        assert (list(table.key) if table.is_list else table.columns[0].name) == schema["primaryKey"]


def test_the_converter_follows_the_standard(tmp_path: Path) -> None:
    """CSV2RDF: a value URL gives one statement whatever the separator, several plain values one each."""
    columns = [
        {"name": "a", "titles": ["a"], "suppressOutput": True},
        {"name": "b", "titles": ["b"], "separator": " ", "propertyUrl": "urn:b", "valueUrl": "{+b}"},
        {"name": "c", "titles": ["c"], "separator": " ", "propertyUrl": "urn:c", "datatype": "string"},
    ]
    table = {"url": "t.csv", "tableSchema": {"aboutUrl": "{+a}", "columns": columns}}
    metadata = {"@context": ["http://www.w3.org/ns/csvw"], "tables": [table]}
    (tmp_path / "csv-metadata.json").write_text(json.dumps(metadata), encoding="utf-8")
    (tmp_path / "t.csv").write_text("a,b,c\r\nurn:1,urn:2 urn:3,x y\r\nurn:4,,\r\n", encoding="utf-8")
    this = URIRef("urn:1")
    assert [
        (this, URIRef("urn:b"), URIRef("urn:2,urn:3")),
        (this, URIRef("urn:c"), Literal("x")),
        (this, URIRef("urn:c"), Literal("y")),
    ] == csv2rdf.statements(tmp_path)["t.csv"]


@pytest.mark.parametrize("table", tables(), ids=lambda table: table.name)
def test_parquet_says_the_same_in_types(tiny: Snapshot, table: Table) -> None:
    """Numbers and days are such, several values are lists, and what is not known is null."""
    found = parquet.read_table(tiny.path / dumps.DUMPS / f"{table.name}.parquet")
    expected = []
    for row in read(tiny, table):
        cells = {}
        for column in table.columns:
            kind, text = NUMBERS.get(column.datatype, str), row[column.name]
            values = [
                kind(each) for each in (text.split(column.separator) if column.separator else [text]) if each
            ]
            cells[column.name] = (values or None) if column.separator else (values or [None])[0]
        expected.append(cells)
    assert expected == found.to_pylist()
    assert table.titles["en"] == found.schema.metadata[b"title"].decode()


def test_geojson_says_where_cities_are(tiny: Snapshot) -> None:
    """A feature for each city with a place, longitude first (RFC 7946, section 3.1.1), with its other cells."""
    table = tables()[0]
    raw = json.loads((tiny.path / dumps.DUMPS / "cities.geojson").read_bytes())
    rows = {row["city"]: row for row in read(tiny, table) if row["latitude"]}
    assert len(rows) > 2
    assert list(rows) == [feature["id"] for feature in raw["features"]]
    for feature in raw["features"]:
        row = rows[feature["id"]]
        assert [float(row["longitude"]), float(row["latitude"])] == feature["geometry"]["coordinates"]
        said = {name: str(value) for name, value in feature["properties"].items()}
        places = ("city", "latitude", "longitude")
        assert {name: text for name, text in row.items() if text and name not in places} == said


def test_hidden_graphs_are_in_no_table(tiny: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    """As they are in no answer."""
    graphs = {f"{tiny.manifest.base_iri}graph/{name}" for name in tiny.manifest.graphs}
    monkeypatch.setattr(type(tiny), "hidden", frozenset(graphs))
    assert [] == list(read_rows(tiny, tables()))


def test_what_columns_mean_is_known() -> None:
    """Properties are terms of the ontology or of others; every table has columns; titles are in every language."""
    ontology = Graph().parse(shipped("ontology") / "twin.ttl")
    assert 17 == len(tables())
    assert 116 == sum(len(table.columns) for table in tables())
    names = {table.name for table in tables()}
    for table in tables():
        assert all((URIRef(name), None, None) in ontology for name in table.about)
        assert table.is_list or 1 == len(table.about)
        assert not table.columns[0].property
        for column in table.columns:
            assert set(LANGUAGES) == {language for language, text in column.titles.items() if text}
            assert {column.references} <= {"", *names}
            if column.property.startswith(TWIN_IRI):
                assert (URIRef(column.property), None, None) in ontology, column.property
            elif column.property:
                assert URIRef(column.property) in (RDF.type, RDFS.label, DCTERMS.title)
