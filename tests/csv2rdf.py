"""Statements of CSV files with their metadata, in the minimal mode of https://www.w3.org/TR/csv2rdf/, for tests.

Knows what our metadata use: templates `{+name}`, one property for a column, languages, separators and datatypes.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rdflib import RDF, Literal, URIRef

from twin_graph.graphs import Triple

XSD = "http://www.w3.org/2001/XMLSchema#"


def statements(folder: Path) -> dict[str, list[Triple]]:
    """The statements of each table that `csv-metadata.json` names, by its file's name."""
    metadata = json.loads((folder / "csv-metadata.json").read_bytes())
    assert "http://www.w3.org/ns/csvw" == metadata["@context"][0]
    return {
        table["url"]: list(_of(folder / table["url"], table["tableSchema"])) for table in metadata["tables"]
    }


def _of(path: Path, schema: dict[str, Any]) -> Iterator[Triple]:
    columns = [column for column in schema["columns"] if not column.get("virtual")]
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        # Without titles, a header that is not the names would make the file another table.
        assert [column["name"] for column in columns] == next(reader)
        for cells in reader:
            row = dict(zip((column["name"] for column in columns), cells, strict=True))
            subject = URIRef(_expanded(schema["aboutUrl"], row))
            for column in schema["columns"]:
                if column.get("virtual"):
                    assert "rdf:type" == column["propertyUrl"]
                    yield subject, RDF.type, URIRef(column["valueUrl"])
                elif not column.get("suppressOutput"):
                    yield from _cell(subject, column, row)


def _cell(subject: URIRef, column: dict[str, Any], row: dict[str, str]) -> Iterator[Triple]:
    text, separator = row[column["name"]], column.get("separator")
    for value in text.split(separator) if separator else [text]:
        if not value:
            assert not column.get("required")
            continue
        predicate = URIRef(column["propertyUrl"])
        if "valueUrl" in column:
            yield subject, predicate, URIRef(_expanded(column["valueUrl"], {column["name"]: value}))
        elif "lang" in column:
            yield subject, predicate, Literal(value, lang=column["lang"])
        else:
            name = column["datatype"]
            datatype = None if name == "string" else URIRef(f"{XSD}{name}")
            yield subject, predicate, Literal(value, datatype=datatype)


def _expanded(template: str, row: dict[str, str]) -> str:
    assert template.startswith("{+")
    assert template.endswith("}")
    return row[template[2:-1]]
