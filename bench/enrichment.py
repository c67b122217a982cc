"""How long it takes, and how much memory, to read an archive about all items and make the rows of it.

    python bench/enrichment.py STANDIN.nt.gz [--keep FOLDER]

STANDIN is `../shared/data/wikidata/wikidata_standin.nt.gz`: made-up statements in the shape of Wikidata about 11,353
items. It is completed to what the query service has of every item (revision, ranks, statement nodes, a reference and
a precise date for each statement, labels in 90 languages and 10 aliases), asked in batches as the client would, and
recorded as an archive; that part is not measured. Nothing of it is shipped.

Ends with an error where a target is missed: 60 seconds, 1 GB.
"""

from __future__ import annotations

import argparse
import gc
import gzip
import json
import re
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from string import ascii_lowercase

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "src")]

WD, PROP = "http://www.wikidata.org/entity/", "http://www.wikidata.org/prop/"
MAX_SECONDS, MAX_MEGABYTES = 60, 1000
LANGUAGES = ("en", "pl", "uk", "de", *(f"{a}{b}" for a in "abcdfghijk" for b in ascii_lowercase))[:90]
ALIASES = 10
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
                lines += _stated(object_, len(lines))
    for item in items:
        lines.append(
            f'<{WD}{item}> <http://schema.org/version> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .\n'
        )
    return "".join(lines).encode(), sorted(items, key=lambda item: int(item[1:]))


def _stated(statement: str, number: int) -> Iterator[str]:
    """A reference with a page and a day, and a date with its precision."""
    xsd, page = "http://www.w3.org/2001/XMLSchema#", f"<https://town-{number}.example.org/partners>"
    reference, value = f"<{WD[:-7]}reference/{number:040x}>", f"<{WD[:-7]}value/{number:032x}>"
    day, year = f'"2020-05-06T00:00:00Z"^^<{xsd}dateTime>', f'"1990-01-01T00:00:00Z"^^<{xsd}dateTime>'
    yield f"{statement} <http://www.w3.org/ns/prov#wasDerivedFrom> {reference} .\n"
    yield f"{reference} <{PROP}reference/P854> {page} .\n{reference} <{PROP}reference/P813> {day} .\n"
    yield f"{statement} <{PROP}qualifier/P580> {year} .\n{statement} <{PROP}qualifier/value/P580> {value} .\n"
    yield f"{value} <http://wikiba.se/ontology#timeValue> {year} .\n"
    yield f'{value} <http://wikiba.se/ontology#timePrecision> "9"^^<{xsd}integer> .\n'
    yield f"{value} <http://wikiba.se/ontology#timeCalendarModel> <{WD}Q1985727> .\n"


def names(items: Iterable[str]) -> bytes:
    """The answer about the names of items; the engine would give the same in many times the time."""
    rows = []
    for item in items:
        texts = [("label", language, f"{item} in {language}") for language in LANGUAGES]
        texts += [("alias", language, f"{item} once in {language}") for language in LANGUAGES[:ALIASES]]
        rows += [
            {"item": {"type": "uri", "value": WD + item}, "k": {"type": "literal", "value": kind},
             "text": {"type": "literal", "value": text, "xml:lang": language}}
            for kind, language, text in texts
        ]  # fmt: skip
    content = {"head": {"vars": ["item", "k", "text"]}, "results": {"bindings": rows}}
    return json.dumps(content).encode()


def write(path: Path, into: Path) -> int:
    """Record the archive; gives the number of items."""
    from fakes import archives
    from fakes.asking import BY_ITEM, WHEN, ask, store_of

    triples, items = completed(path)
    store = store_of([], triples)
    parts = [(WHEN, items[start : start + 50]) for start in range(0, len(items), 50)]

    def answer(_store: object, name: str, asked: Sequence[str]) -> bytes:
        return names(asked) if name == "wikidata_labels" else ask(store, name, asked)

    setattr(archives, "ask", answer)  # noqa: B010 - the archive is written as in the tests, with other names
    archives.record(store, into, {"format": 1, "id": "bench", "endpoint": "bench"}, parts, BY_ITEM)
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
    gc.disable()  # as in a build
    began = time.perf_counter()
    archive = read_archive(folder)
    observed = len(archive.observation.items)
    seen = time.perf_counter()
    enriched = rows_of([archive], sources)
    made = time.perf_counter()
    return {
        "items": observed,
        "statements": len(archive.observation.statements),
        "rows": len(enriched.source.rows) + len(enriched.source.additions),
        "seconds to read": round(seen - began, 1),
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
        found = measure(options.standin)
        print(json.dumps(found))
        is_met = found["seconds"] <= MAX_SECONDS and found["peak MB"] <= MAX_MEGABYTES
        sys.exit(0 if is_met else "a target is missed: 60 seconds, 1,000 MB")
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary) / "bench"
        write(options.standin, folder)
        # In a process of its own, so that its memory is its own.
        subprocess.run([sys.executable, __file__, str(folder), "--measure"], check=True)


if __name__ == "__main__":
    main()
