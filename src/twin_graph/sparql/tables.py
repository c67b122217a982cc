"""The first rows of a result, for a page. How a term is shown there is `web.sparql.terms`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Term = Mapping[str, Any]
_ROWS = '"results":{"bindings":['
# Rows of nothing take no room in a result, but a page has a cell for each of their variables.
_MOST_CELLS = 10_000


_BEFORE_ROWS = b'"results":{"bindings":['
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+"')


def count_rows(body: bytes) -> int:
    """The number of rows of a whole SELECT result in JSON as our engine writes it.

    >>> count_rows(b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"value":"},{"}},{}]}}')
    2
    """
    # Without strings, objects stand side by side only where rows do.
    rows = _STRING.sub(b"", body.partition(_BEFORE_ROWS)[2])
    return 0 if rows.startswith(b"]") else rows.count(b"},{") + 1


@dataclass(frozen=True)
class Table:
    """The first rows of a table for a page: one cell per variable, None where it is unbound.

    A cell is an object of SPARQL results in JSON: `type`, `value`, perhaps `xml:lang` and `datatype`.
    """

    variables: tuple[str, ...]
    rows: tuple[tuple[Term | None, ...], ...]
    more: bool
    boolean: bool | None = None


def read_table(body: bytes, most: int) -> Table:
    """The first rows of a result in JSON as our engine writes it, without reading the rest.

    Args:
        body: the result or its beginning; a row that is cut is left out, and then there are `more`.
        most: the number of rows that are wanted; of very many variables there are fewer.

    >>> read_table(b'{"head":{"vars":["x"]},"results":{"bindings":[{},{}]}}', 1)
    Table(variables=('x',), rows=((None,),), more=True, boolean=None)
    >>> read_table(b'{"head":{"vars":["x"]},"results":{"bindings":[{},{"x":{"ty', 9)
    Table(variables=('x',), rows=((None,),), more=True, boolean=None)
    """
    # The beginning of a result may end within a character.
    head, found, rest = body.decode(errors="ignore").partition(_ROWS)
    try:
        told = json.loads(head.rstrip(",") + "}" if found else head)
    except json.JSONDecodeError:
        return Table((), (), more=True)
    if not found:
        return Table((), (), more=False, boolean=told["boolean"])
    variables = tuple(told["head"]["vars"])
    most = min(most, max(1, _MOST_CELLS // max(1, len(variables))))
    decoder, position = json.JSONDecoder(), 0
    rows: list[tuple[Term | None, ...]] = []
    while len(rows) < most and not rest.startswith("]", position):
        try:
            row, position = decoder.raw_decode(rest, position)
        except (json.JSONDecodeError, RecursionError):  # cut here, or triples within triples without end
            break
        rows.append(tuple(row.get(name) for name in variables))
        position += rest.startswith(",", position)
    return Table(variables, tuple(rows), more=not rest.startswith("]", position))
