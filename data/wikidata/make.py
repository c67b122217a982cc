"""Make the archive `wikidata-2022-entities` from real entity documents of Wikidata.

    python data/wikidata/make.py DIRECTORY

DIRECTORY holds entity documents as Special:EntityData gives them (`Q270.json.gz`, `*.jsonl.gz`). Those of items that
`data/` knows are turned into the RDF that the query service holds of them (`tests/fakes/entities.py`, which
reproduces Wikibase's own examples), asked the queries `wikidata_*.rq`, and the answers kept as an archive. The same
documents give the same bytes. Made-up statements are refused. Nothing is sent anywhere.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from fakes import archives  # noqa: E402
from fakes.asking import store_of  # noqa: E402

ARCHIVE = "wikidata-2022-entities"
ENDPOINT = "entity-documents"
# When a document was made, as far as anybody knows: the collection says the year, that of Bielefeld carries its time.
COLLECTED = "2022"
HEAD = {
    "format": 1,
    "id": ARCHIVE,
    "endpoint": ENDPOINT,
    "title": "Wikidata, entity documents of 2022 (Bielefeld: 2023)",
    "url": "https://github.com/wetneb/openrefine-wikibase",
    "publisher": "Wikidata, collected by Antonin Delpeuch",
    "licence": "CC0-1.0",
    "notes": "Not answers of the query service: real entity documents of Wikidata, collected in 2022, turned into "
    "RDF and asked the same queries. The documents of 2022 carry no revision and no day; that of Bielefeld (Q2112) "
    "is the revision 1867923350 of 4 April 2023 and comes from https://github.com/maxlath/wikibase-sdk. The "
    "collections themselves are under the MIT licence.",
}
# In this order the answers stand in the archive. Who else names an item is not asked: a few documents cannot know.
QUERIES = ("wikidata_facts", "wikidata_statements", "wikidata_labels")

Document = dict[str, Any]


def known_items(data: Path) -> set[str]:
    """The items of all cities of the tables."""
    found = set()
    for path in (data / "cities.csv", data / "world" / "cities.csv"):
        with path.open(encoding="utf-8", newline="") as lines:
            found |= {row["wikidata"] for row in csv.DictReader(lines)}
    return found


def read_documents(directory: Path) -> Iterator[Document]:
    """All entity documents of a folder."""
    for path in sorted(directory.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            yield from (json.loads(line) for line in lines)
    for path in sorted(directory.glob("Q*.json.gz")):
        content = json.loads(gzip.decompress(path.read_bytes()))
        yield from content["entities"].values() if "entities" in content else [content]


def record(documents: Sequence[Document], into: Path) -> None:
    """Write the archive; the documents of one time are asked about together."""
    everything = store_of(documents)
    if any("-synthetic-" in str(quad.subject) for quad in everything):
        raise SystemExit("there are made-up statements among the documents")
    times = {document["id"]: document.get("modified", COLLECTED) for document in documents}
    groups = [(time, [item for item in times if times[item] == time]) for time in sorted(set(times.values()))]
    archives.record(everything, into, HEAD, groups, QUERIES, status=0)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Make an archive from entity documents of Wikidata.")
    parser.add_argument("directory", type=Path, help="folder with the documents")
    parser.add_argument(
        "--into", type=Path, default=Path(__file__).parent / ARCHIVE, help="where to write it"
    )
    options = parser.parse_args(arguments)
    known = known_items(ROOT / "data")
    found = {document["id"]: document for document in read_documents(options.directory)}
    documents = [found[item] for item in sorted(found.keys() & known, key=lambda item: int(item[1:]))]
    record(documents, options.into)
    print(f"{len(documents)} items", file=sys.stderr)


if __name__ == "__main__":
    main()
