"""Count the rows of a result, and stop where there are more than allowed.

What is in the rows does not matter here; writing them is `store`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import IO, Any

import pyoxigraph as ox

from twin_graph import formats
from twin_graph.errors import ResultTooLarge
from twin_graph.formats import Format

_CHUNK = 1 << 20


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
