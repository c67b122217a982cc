"""Read the rows of a result, or count them and stop where there are more than allowed.

Asking for them, and writing them, is `store`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import IO, Any

import pyoxigraph as ox
from rdflib.term import Node

from twin_graph import formats
from twin_graph.errors import ResultTooLarge
from twin_graph.formats import Format
from twin_graph.graphs import OxTerm, to_rdflib

Row = Mapping[str, Node]
_CHUNK = 1 << 20


class _Known(dict[OxTerm, Node]):
    """Terms that are carried over already."""

    def __missing__(self, term: OxTerm) -> Node:
        found = self[term] = to_rdflib(term)
        return found


def read_rows(solutions: Any) -> list[Row]:
    """The rows of a SELECT in terms of rdflib; an unbound variable is absent from its row."""
    names = [variable.value for variable in solutions.variables]
    # Most terms of a long result come more than once.
    known = _Known()
    return [
        {name: known[term] for name, term in zip(names, solution, strict=True) if term is not None}
        for solution in solutions
    ]


class CountedTriples:
    """Triples on their way to a file, and how many there were; `most` of None is no limit."""

    def __init__(self, most: int | None) -> None:
        self.most = most
        self.rows = 0

    def limit(self, items: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
        """The same triples.

        Raises:
            ResultTooLarge: there are more than `most`.
        """
        for item in items:
            self.rows += 1
            if self.most is not None and self.rows > self.most:
                raise ResultTooLarge(f"the result has more than {self.most:,} rows")
            yield item


def count_rows(output: IO[bytes], fmt: Format, most: int) -> int | None:
    """The number of rows of a table that was written, None where only an upper bound comes cheaply.

    Raises:
        ResultTooLarge: there are more than `most`.
    """
    output.seek(0)
    chunks = iter(lambda: output.read(_CHUNK), b"")
    if fmt is formats.CSV:
        rows = _csv_lines(chunks) - 1
    elif fmt is formats.TSV:
        rows = sum(chunk.count(b"\n") for chunk in chunks) - 1
    elif fmt is formats.RESULTS_XML:
        rows = _occurrences(chunks, b"</result>")
    elif _occurrences(chunks, b"},{") < most:
        return None
    else:
        output.seek(0)
        solutions: Any = ox.parse_query_results(output, format=ox.QueryResultsFormat.JSON)
        rows = len(list(islice(solutions, most + 1)))
    if rows > most:
        raise ResultTooLarge(f"the result has more than {most:,} rows")
    return rows


def _occurrences(chunks: Iterable[bytes], mark: bytes) -> int:
    found, tail = 0, b""
    for chunk in chunks:
        found += (tail + chunk).count(mark)
        tail = (tail + chunk)[1 - len(mark) :]
    return found


def _csv_lines(chunks: Iterable[bytes]) -> int:
    """Ends of line outside quotation marks; a doubled mark leaves and enters again."""
    lines, quoted = 0, False
    for chunk in chunks:
        for index, part in enumerate(chunk.split(b'"')):
            quoted ^= index > 0
            lines += 0 if quoted else part.count(b"\n")
    return lines
