"""Tables as files: CSV from the snapshot, and from the CSV what needs types or places (Parquet, GeoJSON).

What rows and columns there are is `tables`. Rows are read and written one after the other or in batches.

https://www.rfc-editor.org/rfc/rfc4180, https://www.rfc-editor.org/rfc/rfc7946, https://parquet.apache.org/docs/
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twin_graph.dumps.files import Written, compressed, file_name
from twin_graph.dumps.tables import Column, Table, read_rows, tables
from twin_graph.formats import CSV, GEO_JSON, PARQUET
from twin_graph.snapshot import Snapshot

if TYPE_CHECKING:
    import pyarrow

_PLACE = ("longitude", "latitude")
_NUMBERS = {"integer": int, "decimal": float, "gYear": int}


def write_csv(snapshot: Snapshot, folder: Path) -> dict[str, int]:
    """Write all tables as CSV in one pass over the statements, and say their sizes unpacked."""
    with ExitStack() as opened:
        files = {table.name: opened.enter_context(compressed(folder, table.name, CSV)) for table in tables()}
        texts = {name: opened.enter_context(_text(file)) for name, file in files.items()}
        # Lines end as RFC 4180 wants it.
        writers = {name: csv.writer(text) for name, text in texts.items()}
        for table in tables():
            writers[table.name].writerow([column.name for column in table.columns])
        for table, row in read_rows(snapshot, tables()):
            writers[table.name].writerow(row)
    return {name: file.size for name, file in files.items()}


def has_places(table: Table) -> bool:
    """Whether its rows are places."""
    return {*_PLACE} <= {column.name for column in table.columns}


def write_geojson(folder: Path, table: Table) -> int:
    """Write the rows that have a place as features, and say the size unpacked.

    The other columns are properties, numbers as numbers; what is not known is left out.
    """
    with compressed(folder, table.name, GEO_JSON) as file, _text(file) as text:
        text.write('{"type": "FeatureCollection", "features": [')
        separator = "\n"
        for row in _rows(folder, table):
            if all(row[name] for name in _PLACE):
                text.write(separator + json.dumps(_feature(table, row), ensure_ascii=False))
                separator = ",\n"
        text.write("\n]}\n")
    return file.size


def write_parquet(folder: Path, table: Table) -> int:
    """Write a table by columns, with their types and lists, and say its size."""
    # Nothing else needs it, and it takes its time to load.
    import pyarrow as pa
    from pyarrow import csv as arrow_csv
    from pyarrow import parquet

    fields = [_field(column) for column in table.columns]
    plain = {column.name: pa.string() if column.separator else field.type
             for column, field in zip(table.columns, fields, strict=True)}  # fmt: skip
    schema = pa.schema(
        fields, {b"title": table.titles["en"].encode(), b"about": " ".join(table.about).encode()}
    )
    reader = arrow_csv.open_csv(
        folder / file_name(table.name, CSV),
        read_options=arrow_csv.ReadOptions(use_threads=False),
        parse_options=arrow_csv.ParseOptions(newlines_in_values=True),
        convert_options=arrow_csv.ConvertOptions(
            column_types=plain, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=True
        ),
    )
    with (
        compressed(folder, table.name, PARQUET) as file,
        parquet.ParquetWriter(file.output, schema, compression="zstd") as writer,
    ):
        for batch in reader:
            writer.write_batch(_with_lists(table, batch, schema))
    return file.size


def _with_lists(table: Table, batch: pyarrow.RecordBatch, schema: pyarrow.Schema) -> pyarrow.RecordBatch:
    import pyarrow as pa
    from pyarrow import compute

    values = [
        compute.split_pattern(batch.column(column.name), column.separator) if column.separator
        else batch.column(column.name)
        for column in table.columns
    ]  # fmt: skip
    return pa.RecordBatch.from_arrays(values, schema=schema)


def _field(column: Column) -> pyarrow.Field:
    import pyarrow as pa

    types = {"integer": pa.int64(), "decimal": pa.float64(), "gYear": pa.int32(), "date": pa.date32()}
    kind = types.get(column.datatype, pa.string())
    about = {b"title": column.titles["en"].encode(), b"property": column.property.encode()}
    return pa.field(column.name, pa.list_(kind) if column.separator else kind, metadata=about)


def _feature(table: Table, row: dict[str, str]) -> dict[str, Any]:
    properties = {
        column.name: _NUMBERS.get(column.datatype, str)(row[column.name])
        for column in table.columns[1:]
        if row[column.name] and column.name not in _PLACE
    }
    point = {"type": "Point", "coordinates": [float(row[name]) for name in _PLACE]}
    return {
        "type": "Feature",
        "id": row[table.columns[0].name],
        "geometry": point,
        "properties": properties,
    }


def _rows(folder: Path, table: Table) -> Iterator[dict[str, str]]:
    with (folder / file_name(table.name, CSV)).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@contextmanager
def _text(file: Written) -> Iterator[io.TextIOWrapper]:
    """Text into a file that others close."""
    text = io.TextIOWrapper(file.output, encoding="utf-8", newline="")
    try:
        yield text
    finally:
        text.detach()
