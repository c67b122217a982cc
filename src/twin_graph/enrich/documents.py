"""The documents behind what is taken from an archive, as rows of `sources`: the archive, its answers, references.

A reference of a statement is a document of its own, because a claim that has one comes before a claim without.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from twin_graph import iris
from twin_graph.enrich.archives import Archive
from twin_graph.findings import SourceRef
from twin_graph.sources.tables import Row
from twin_graph.wikidata.dates import read_time
from twin_graph.wikidata.model import Answer, Reference
from twin_graph.wikidata.references import ARCHIVED, RETRIEVED, STATED_IN, URL, host_of
from twin_graph.wikidata.terms import item_id

LICENCE = "CC0-1.0"
PUBLISHER = "Wikidata"
TITLE = "P1476"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ADDRESS = re.compile(r"https?://[^\s<>\"{}|\\^`]+")
_LONGEST_TITLE = 300
# What the answers are about, for people.
_ABOUT = {
    "wikidata_facts": "what and where items are",
    "wikidata_statements": "statements",
    "wikidata_incoming": "statements of others that name items",
    "wikidata_labels": "names",
}


def answer_key(archive: Archive, body: str) -> str:
    """The key of an answer: that of its archive, and how its body begins."""
    return f"{archive.key}-{body[:16]}"


def archive_row(archive: Archive, made: int, left_out: Mapping[str, int], where: SourceRef) -> Row:
    """The archive as a source.

    Args:
        made: how many of its statements became claims.
        left_out: how many did not, by reason.
    """
    content = archive.head.content
    title = (
        str(content.get("title", ""))
        or f"Wikidata, answers of the query service “{content.get('endpoint', '')}”"
    )
    day = archive.observation.retrieved_at[:10]
    cells = {
        "key": archive.key,
        "title": title,
        "url": _address(archive),
        "publisher": str(content.get("publisher", PUBLISHER)),
        "retrieved": day if _DAY.fullmatch(day) else "",
        "licence": str(content.get("licence", LICENCE)),
        "notes": f"{content.get('notes', '')} {_balance(made, left_out)}".strip(),
    }
    return _row(cells, where)


def _address(archive: Archive) -> str:
    """Where the archive came from."""
    content = archive.head.content
    address = str(content.get("url", "") or content.get("address", ""))
    return address if _ADDRESS.fullmatch(address) else ""


def _balance(made: int, left_out: Mapping[str, int]) -> str:
    """What became of the statements, so that nothing is left out silently."""
    reasons = ", ".join(f"{count} ({reason})" for reason, count in sorted(left_out.items()))
    return f"{made} statements of it are claims." + (f" Left out: {reasons}." if reasons else "")


def answer_row(archive: Archive, answer: Answer, where: SourceRef) -> Row:
    """An answer as a source, taken from its archive."""
    first, last = (answer.items[0], answer.items[-1]) if answer.items else ("", "")
    items = f"{first} to {last}" if first != last else first
    day = answer.retrieved_at[:10]
    about = _ABOUT.get(answer.query, answer.query)
    fresh = f" The service knew Wikidata up to {answer.modified}." if answer.modified else ""
    cells = {
        "key": answer_key(archive, answer.body),
        "title": f"Answer from Wikidata about {about}: {items}",
        "url": _address(archive),
        "publisher": PUBLISHER,
        "retrieved": day if _DAY.fullmatch(day) else "",
        "licence": LICENCE,
        "taken_from": archive.key,
        "notes": f"Query {answer.query}, endpoint {answer.endpoint}, {answer.retrieved_at}, "
        f"SHA-256 {answer.body}.{fresh}",
    }
    return _row(cells, where)


def reference_rows(reference: Reference, answer: str, day: str, where: SourceRef) -> Iterator[Row]:
    """The documents that a reference names: web pages, or the work in which it is stated.

    None for references to wikis, and for those that name nothing.

    Args:
        answer: key of the answer that has it.
        day: on which the archive was recorded; nobody read a document later than that.
    """
    if reference.strength in ("none", "wiki-only"):
        return
    parts = {name: [str(node) for node in nodes] for name, nodes in reference.parts.items()}
    pages = [page for page in parts.get(URL, ()) if _ADDRESS.fullmatch(page) and host_of(page)]
    works = [found for node in reference.parts.get(STATED_IN, ()) if (found := item_id(node))]
    for place in pages or [f"https://www.wikidata.org/wiki/{work}" for work in works]:
        title = next(iter(parts.get(TITLE, ())), "")[:_LONGEST_TITLE]
        work = "" if pages else place.rpartition("/")[2]
        days = {read_time(text, 11).edtf for text in parts.get(RETRIEVED, ())}
        archived = [text for text in parts.get(ARCHIVED, ()) if _ADDRESS.fullmatch(text)]
        cells = {
            "key": f"reference-{iris.digest(place)}",
            "title": " ".join(title.split()) or (f"The work {work} of Wikidata" if work else host_of(place)),
            "url": place,
            "publisher": "" if work else host_of(place),
            "retrieved": max((read for read in days if _DAY.fullmatch(read) and read <= day), default=""),
            "archived": archived[0] if archived else "",
            "taken_from": answer,
        }
        yield _row(cells, where)


def _row(cells: dict[str, str], where: SourceRef) -> Row:
    return Row("sources", {name: cell for name, cell in cells.items() if cell}, where)
