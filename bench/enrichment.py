"""How long it takes, and how much memory, to read an archive about all items and make the rows of it.

    python bench/enrichment.py STANDIN.nt.gz [--keep FOLDER]

STANDIN is `../shared/data/wikidata/wikidata_standin.nt.gz`: made-up statements in the shape of Wikidata about 11,353
items. It is completed with what the query service has of every item (revision, ranks, statement nodes), asked in
batches as the client would, and recorded as an archive; that part is not measured. Nothing of it is shipped.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "src")]

WD, PROP = "http://www.wikidata.org/entity/", "http://www.wikidata.org/prop/"
_TRIPLE = re.compile(r"<([^>]*)> <([^>]*)> (.*) \.\n?")
_BEST = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://wikiba.se/ontology#BestRank>"
_RANK = "<http://wikiba.se/ontology#rank> <http://wikiba.se/ontology#NormalRank>"


def completed(path: Path) -> tuple[bytes, list[str]]:
    """The triples with what is missing, and the items."""
    lines: list[str] = []
    items: set[str] = set()
    with gzip.open(path, "rt", encoding="utf-8") as text:
        for line in text:
            match = _TRIPLE.fullmatch(line)
            if match is None:
                continue
            subject, predicate, object_ = match.groups()
            lines.append(line if line.endswith("\n") else f"{line}\n")
            local = subject.removeprefix(WD)
            if re.fullmatch(r"Q[1-9][0-9]*", local) and not predicate.endswith("/P297"):
                items.add(local)
            name = predicate.rpartition("/")[2]
            if predicate == f"{PROP}direct/{name}" and name in ("P17", "P625"):
                node = f"<{WD}statement/{local}-{name}>"
                lines.append(
                    f"<{subject}> <{PROP}{name}> {node} .\n{node} <{PROP}statement/{name}> {object_} .\n"
                )
                lines.append(f"{node} {_RANK} .\n{node} {_BEST} .\n")
            elif predicate == f"{PROP}direct/P190":
                items.add(object_[1:-1].removeprefix(WD))
            elif predicate == f"{PROP}P190":
                lines.append(f"{object_} {_RANK} .\n{object_} {_BEST} .\n")
    for item in items:
        lines.append(
            f'<{WD}{item}> <http://schema.org/version> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .\n'
        )
    return "".join(lines).encode(), sorted(items, key=lambda item: int(item[1:]))


def write(path: Path, into: Path) -> int:
    """Record the archive; gives the number of items."""
    from fakes.archives import record
    from fakes.asking import WHEN, store_of

    triples, items = completed(path)
    store = store_of([], triples)
    parts = [(WHEN, items[start : start + 50]) for start in range(0, len(items), 50)]
    record(store, into, {"format": 1, "id": "bench", "endpoint": "bench"}, parts)
    return len(items)


def measure(folder: Path) -> dict[str, float]:
    """Read the archive and make its rows beside the tables of the repository."""
    import time

    from twin_graph.enrich import rows_of
    from twin_graph.enrich.archives import read_archive
    from twin_graph.sources.columns import Vocabulary
    from twin_graph.sources.folders import read_sources
    from twin_graph.workspace import find_workspace, read_publication

    workspace = find_workspace(ROOT)
    sources = read_sources(workspace, read_publication(workspace), Vocabulary(workspace.ontology))
    began = time.perf_counter()
    archive = read_archive(folder)
    read = time.perf_counter()
    observed = len(archive.observation.items)
    seen = time.perf_counter()
    enriched = rows_of([archive], sources)
    made = time.perf_counter()
    return {
        "items": observed,
        "statements": len(archive.observation.statements),
        "rows": len(enriched.source.rows) + len(enriched.source.additions),
        "seconds to read": round(read - began, 1),
        "seconds to observe": round(seen - read, 1),
        "seconds to make rows": round(made - seen, 1),
        "seconds": round(made - began, 1),
        "peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the enrichment of all items.")
    parser.add_argument("standin", type=Path, help="the made-up triples, or with --measure an archive")
    parser.add_argument("--keep", type=Path, help="where to keep the archive")
    parser.add_argument("--measure", action="store_true", help="only measure")
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.standin)))
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary) / "bench"
        write(options.standin, folder)
        # In a process of its own, so that its memory is its own.
        subprocess.run([sys.executable, __file__, str(folder), "--measure"], check=True)


if __name__ == "__main__":
    main()
