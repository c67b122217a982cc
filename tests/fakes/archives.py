"""Write an archive of the answers that RDF in memory gives, without HTTP: what the client would have recorded."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from fakes.asking import BY_ITEM, ENDPOINT, WHEN, ask, store_of
from twin_graph.wikidata import portions
from twin_graph.wikidata.archive import Line, Recorder


def record(
    store: ox.Store,
    into: Path,
    head: Mapping[str, Any],
    groups: Iterable[tuple[str, Sequence[str]]],
    queries: Sequence[str] = BY_ITEM,
    *,
    status: int = 200,
) -> None:
    """Write an archive.

    Args:
        head: what `archive.json` says; `endpoint` is part of what answers are filed under.
        groups: times, and the items that were asked about then.
        status: of the exchanges; 0 where there were none.
    """
    shutil.rmtree(into, ignore_errors=True)
    recorder = Recorder(into, head)
    listed = [(time, sorted(items, key=lambda item: int(item[1:]))) for time, items in groups]
    for name in queries:
        question = portions.find_question(name)
        for time, items in listed:
            body = ask(store, name, items)
            line = Line(
                key=portions.key(str(head["endpoint"]), portions.text_of(question, items)),
                query=name,
                items=tuple(items),
                verdict="ok",
                retrieved_at=time,
                status=status,
                bytes=len(body),
                body=sha256(body).hexdigest(),
                rows=len(json.loads(body)["results"]["bindings"]),
            )
            recorder.add(line, body)
    ended = max((time for time, _ in listed), default="")
    recorder.finish(state="complete", items=sum(len(items) for _, items in listed), ended=ended)


def write_archive(
    into: Path,
    documents: Iterable[Any],
    items: Sequence[str],
    *,
    name: str = "",
    when: str = WHEN,
    batch: int = 50,
    **head: Any,
) -> None:
    """An archive of what a query service with these documents says of some items."""
    content = {"format": 1, "id": name or into.name, "endpoint": ENDPOINT, **head}
    parts = [items[start : start + batch] for start in range(0, len(items), batch)]
    record(store_of(documents), into, content, [(when, part) for part in parts])
