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
from rdflib import RDF, RDFS, Graph, URIRef
from rdflib.namespace import DCTERMS

import csv2rdf
from twin_graph import dumps
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
    """What the graph says of the things of a table by the properties of its columns."""
    store = snapshot.open_store("memory")
    for thing in {subject for subject, _, _ in store.triples(None, RDF.type, URIRef(table.about))}:
        yield thing, RDF.type, URIRef(table.about)
        for column in table.columns:
            if column.property and column.language != ANY:
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
                cells = (row[column.name] for row in found[table.name])
                named = {each for cell in cells for each in cell.split(column.separator or None) if each}
                assert named <= there, (table.name, column.name, sorted(named - there)[:3])


def test_keys(tiny: Snapshot) -> None:
    """In the tiny workspace."""
    check_keys(tiny)


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
    assert 12 == len(tables())
    assert 106 == sum(len(table.columns) for table in tables())
    names = {table.name for table in tables()}
    for table in tables():
        assert (URIRef(table.about), None, None) in ontology
        assert not table.columns[0].property
        for column in table.columns:
            assert set(LANGUAGES) == {language for language, text in column.titles.items() if text}
            assert {column.references} <= {"", *names}
            if column.property.startswith(TWIN_IRI):
                assert (URIRef(column.property), None, None) in ontology, column.property
            elif column.property:
                assert URIRef(column.property) in (RDF.type, RDFS.label, DCTERMS.title)
