"""The first rows of a result, for a page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Table:
    """The first rows of a table for a page: one cell per variable, None where it is unbound.

    A cell is an object of SPARQL results in JSON: `type`, `value`, perhaps `xml:lang` and `datatype`.
    """

    variables: tuple[str, ...]
    rows: tuple[tuple[Mapping[str, Any] | None, ...], ...]
    more: bool
    boolean: bool | None = None


def read_table(body: bytes, most: int) -> Table:
    """The first rows of a result in JSON as our engine writes it, without reading the rest.

    >>> read_table(b'{"head":{"vars":["x"]},"results":{"bindings":[{},{}]}}', 1)
    Table(variables=('x',), rows=((None,),), more=True, boolean=None)
    """
    head, found, rest = body.decode().partition('"results":{"bindings":[')
    if not found:
        return Table((), (), more=False, boolean=json.loads(head)["boolean"])
    variables = tuple(json.loads(head.rstrip(",") + "}")["head"]["vars"])
    decoder, position = json.JSONDecoder(), 0
    rows: list[tuple[Mapping[str, Any] | None, ...]] = []
    while rest[position] != "]" and len(rows) < most:
        row, position = decoder.raw_decode(rest, position)
        rows.append(tuple(row.get(name) for name in variables))
        position += rest[position] == ","
    return Table(variables, tuple(rows), more=rest[position] != "]")
