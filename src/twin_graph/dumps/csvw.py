"""What the columns of the tables mean, for programs: types, keys, and the statement that each cell makes.

From it and the CSV files the statements can be made again (https://www.w3.org/TR/csv2rdf/). A cell with several
values would name one address that joins them all, so such columns make no statement: tables with a row for each value
do.
Stands under the name at which programs look for it (https://www.w3.org/TR/tabular-data-model/, section 5.4).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from twin_graph.dumps.files import compressed, file_name
from twin_graph.dumps.tables import ANY, THING, Column, Table, tables
from twin_graph.formats import CSV, CSVW
from twin_graph.snapshot import Snapshot

CONTENT = "csv-metadata"


def write(snapshot: Snapshot, folder: Path) -> int:
    """Write the description of all tables, and say its size."""
    with compressed(folder, CONTENT, CSVW) as file:
        text = json.dumps(describe(snapshot.manifest.valid_on), ensure_ascii=False, indent=1)
        file.output.write(f"{text}\n".encode())
    return file.size


def describe(modified: str) -> dict[str, Any]:
    """The description of all tables, as of a day."""
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "dc:modified": {"@value": modified, "@type": "xsd:date"},
        "tables": [_table(table) for table in tables()],
    }


def _table(table: Table) -> dict[str, Any]:
    subject = f"{{+{table.columns[0].name}}}"
    references = [
        {"columnReference": column.name,
         "reference": {"resource": file_name(column.references, CSV), "columnReference": _key_of(column)}}
        for column in table.columns if column.references
    ]  # fmt: skip
    schema = {
        "aboutUrl": subject,
        # Of one column as a text: some programs take a list for its name.
        "primaryKey": list(table.key) if table.is_list else table.key[0],
        "columns": [*(_column(table, column) for column in table.columns), *_classes(table)],
        **({"foreignKeys": references} if references else {}),
    }
    return {"url": file_name(table.name, CSV), "dc:title": _said(table.titles), "tableSchema": schema}


def _classes(table: Table) -> list[dict[str, Any]]:
    """What all its rows are; of a list that is said where the things have their rows."""
    if table.is_list:
        return []
    named = {
        "name": "class",
        "titles": ["class"],
        "virtual": True,
    }  # some programs want titles of all columns
    return [{**named, "propertyUrl": "rdf:type", "valueUrl": name} for name in table.about]


def _column(table: Table, column: Column) -> dict[str, Any]:
    is_thing = column.datatype == THING
    found: dict[str, Any] = {
        "name": column.name,
        # What the header says; programs compare it with this, not with the name.
        "titles": [column.name],
        "dc:title": _said(column.titles),
        "datatype": "anyURI" if is_thing else column.datatype,
    }
    if column.name in table.key:
        found["required"] = True
    if column.separator:
        found["separator"] = column.separator
    if column.language not in ("", ANY):
        found["lang"] = column.language
    if not column.property or column.language == ANY or column.separator:
        return {**found, "suppressOutput": True}
    found["propertyUrl"] = column.property
    return {**found, "valueUrl": f"{{+{column.name}}}"} if is_thing else found


def _key_of(column: Column) -> str:
    return next(table.columns[0].name for table in tables() if table.name == column.references)


def _said(titles: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"@value": text, "@language": language} for language, text in titles.items()]
