"""Statements of CSV files with their metadata, in the minimal mode of https://www.w3.org/TR/csv2rdf/, for tests.

Knows what our metadata use: templates `{+name}`, one property for a column, languages, separators and datatypes.
A cell with a value URL makes one statement, also where it has several values; then the template names an address that
joins them with commas (https://www.rfc-editor.org/rfc/rfc6570, section 3.2.3).
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rdflib import RDF, Literal, URIRef

from twin_graph.graphs import Triple

Values = Mapping[str, Sequence[str]]  # of a row, by the name of the column
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
        # A header that is not among the titles would make the file another table.
        assert [column["titles"] for column in columns] == [[name] for name in next(reader)]
        for cells in reader:
            row = {column["name"]: _values(column, cell) for column, cell in zip(columns, cells, strict=True)}
            subject = URIRef(_expanded(schema["aboutUrl"], row))
            for column in schema["columns"]:
                if column.get("virtual"):
                    assert "rdf:type" == column["propertyUrl"]
                    yield subject, RDF.type, URIRef(column["valueUrl"])
                elif not column.get("suppressOutput"):
                    yield from _cell(subject, column, row)


def _values(column: dict[str, Any], cell: str) -> list[str]:
    """The values of a cell; none where it is empty."""
    values = cell.split(column["separator"]) if "separator" in column else [cell]
    assert cell or not column.get("required")
    return [value for value in values if value]


def _cell(subject: URIRef, column: dict[str, Any], row: Values) -> Iterator[Triple]:
    predicate, values = URIRef(column["propertyUrl"]), row[column["name"]]
    if not values:
        return
    if "valueUrl" in column:
        yield subject, predicate, URIRef(_expanded(column["valueUrl"], row))
        return
    for value in values:
        if "lang" in column:
            yield subject, predicate, Literal(value, lang=column["lang"])
        else:
            name = column["datatype"]
            datatype = None if name == "string" else URIRef(f"{XSD}{name}")
            yield subject, predicate, Literal(value, datatype=datatype)


def _expanded(template: str, row: Values) -> str:
    assert template.startswith("{+")
    assert template.endswith("}")
    return ",".join(row[template[2:-1]])
