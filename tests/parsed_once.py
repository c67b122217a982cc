"""Spare pySHACL its parsing: each SPARQL constraint anew for each focus node otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import pytest
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.evaluate import evalQuery
from rdflib.plugins.sparql.processor import SPARQLProcessor


@contextmanager
def queries_parsed_once() -> Iterator[None]:
    """Within the block each text is parsed once."""
    prepared = cache(prepareQuery)

    def query(self: SPARQLProcessor, text: str, bindings: Any = None, *_: Any, **__: Any) -> Any:
        return evalQuery(self.graph, prepared(text), bindings or {})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SPARQLProcessor, "query", query)
        yield
