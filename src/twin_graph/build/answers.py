"""Answer popular queries once for all: the examples, and what monitors of endpoints ask.

The query pool takes these answers over (`worker`), so their bytes are those that it would give itself. An answer
that is large, or that takes long, is left out with a warning: a snapshot is for all who ask, not for a few.
"""

from __future__ import annotations

import io
import logging
import os
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Self

from twin_graph import graphs, iris
from twin_graph.errors import RequestError
from twin_graph.formats import RESULT_FORMATS, RESULTS_JSON, TSV
from twin_graph.namespaces import PREFIXES
from twin_graph.queries import Query, load_all, runnable
from twin_graph.snapshot import HIDDEN_GRAPHS, PreparedAnswer
from twin_graph.sparql import answer_key, endpoint_of, example_queries
from twin_graph.store import RequestedDataset, Store
from twin_graph.worker import QueryLimits

LARGEST = 1_000_000
LONGEST_SECONDS = 2.0
_WHOLE_DATASET = RequestedDataset()
_log = logging.getLogger(__name__)


def popular_queries(store: Store, base_iri: str) -> tuple[Query, ...]:
    """What is asked again and again: the examples, and the probes of monitors."""
    return (*example_queries(store, base_iri), *load_all("probe_"))


class Answering:
    """Answers that are computed in the background, while the block goes on.

    Iterating waits for them and gives each in every format of results.
    """

    def __init__(self, store: Store, base_iri: str, asked: Iterable[Query]) -> None:
        self._store, self._base_iri = store, base_iri
        self._dataset = _published(store, base_iri)
        self._threads = ThreadPoolExecutor(os.cpu_count())
        self._futures: list[Future[list[PreparedAnswer]]] = [
            self._threads.submit(self._answer, query) for query in asked
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)

    def __iter__(self) -> Iterator[PreparedAnswer]:
        for future in self._futures:
            yield from future.result()

    def _answer(self, query: Query) -> list[PreparedAnswer]:
        text, endpoint = runnable(query, self._base_iri), endpoint_of(self._base_iri)
        output, begin = io.BytesIO(), time.thread_time()
        try:
            answer = self._store.answer(
                text, output, base_iri=endpoint, offers=(RESULTS_JSON,), dataset=self._dataset,
                max_rows=QueryLimits().rows, prefixes=PREFIXES,
            )  # fmt: skip
        except RequestError as problem:
            return _leave_out(query, str(problem))
        if (seconds := time.thread_time() - begin) > LONGEST_SECONDS:
            return _leave_out(query, f"it took {seconds:.1f} s of processor time")
        bodies = {fmt: graphs.rewrite_results(output.getvalue(), RESULTS_JSON, fmt) for fmt in RESULT_FORMATS}
        if (size := max(map(len, bodies.values()))) > LARGEST:
            return _leave_out(query, f"it has {size:,} bytes")
        # In TSV a line ends only where a row ends.
        rows = bodies[TSV].count(b"\n") - 1 if answer.rows is None else answer.rows
        return [
            PreparedAnswer(answer_key(text, fmt, endpoint, _WHOLE_DATASET), fmt, rows, body)
            for fmt, body in bodies.items()
        ]


def _leave_out(query: Query, reason: str) -> list[PreparedAnswer]:
    _log.warning("the answer to %s is not held ready: %s", query.name, reason)
    return []


def _published(store: Store, base_iri: str) -> RequestedDataset:
    """What is asked where nothing is named: all graphs, the hidden ones outside the default graph."""
    hidden = {str(iris.graph(base_iri, name)) for name in HIDDEN_GRAPHS}
    names = store.graph_names()
    if hidden.isdisjoint(names):
        return _WHOLE_DATASET
    return RequestedDataset(tuple(name for name in names if name not in hidden), tuple(names))
