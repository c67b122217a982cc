"""Put the rows of all archives beside the sources of the tables, and take back what they replace.

A statement is counted once: a claim of an extract that carries the number of a statement of an item which an archive
knows completely gives way to the archive, which knows the statement better, or knows that it is gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from twin_graph.enrich.archives import FOLDER, Archive, Latest, find_archives, read_archive
from twin_graph.enrich.choosing import ClaimMaker
from twin_graph.enrich.cities import bare_row, city_row, name_rows
from twin_graph.enrich.documents import answer_key, answer_row, archive_row
from twin_graph.enrich.parties import Known, is_party, read_known
from twin_graph.findings import SourceRef
from twin_graph.sources.folders import Source
from twin_graph.sources.tables import Row
from twin_graph.wikidata.archive import HEAD
from twin_graph.wikidata.replaying import without_network
from twin_graph.workspace import Workspace


@dataclass
class Enriched:
    """What archives give.

    Attributes:
        source: the rows; what they add to cities of other tables is in its `additions`.
        replaced: items whose statements other sources must not count again.
        left_out: how many statements became no claim, by archive and reason.
    """

    source: Source
    replaced: frozenset[str] = frozenset()
    left_out: dict[str, dict[str, int]] = field(default_factory=dict)


def enrich(workspace: Workspace, sources: Sequence[Source]) -> list[Source]:
    """The sources of a workspace with what its archives of Wikidata say, read with no connection possible.

    Raises:
        ArchiveMissing, ArchiveDamaged: an archive cannot be read.
    """
    folders = find_archives(workspace.data)
    if not folders:
        return list(sources)
    archives = [read_archive(folder) for folder in folders]
    places = {
        archive.key: SourceRef(workspace.relative(folder / HEAD))
        for archive, folder in zip(archives, folders, strict=True)
    }
    with without_network():
        enriched = rows_of(archives, sources, places)
    return [*(_without(source, enriched.replaced) for source in sources), enriched.source]


def rows_of(
    archives: Iterable[Archive], sources: Sequence[Source], places: dict[str, SourceRef] | None = None
) -> Enriched:
    """The rows that archives give, beside the sources that are there."""
    latest = Latest(archives)
    known = read_known(sources, latest)
    where = places or {
        archive.key: SourceRef(f"{FOLDER}/{archive.key}/{HEAD}") for archive in latest.archives
    }
    maker = ClaimMaker(latest, known)
    claims = list(maker.rows(where))
    cities, additions, names = _cities(latest, known, maker, where)
    documents = _documents(latest, known, [*claims, *cities, *additions, *names], maker, where)
    source = Source(FOLDER, [*documents, *cities, *names, *claims])
    source.additions.extend(additions)
    return Enriched(source, frozenset(latest.of_item), maker.left_out)


def _cities(
    latest: Latest, known: Known, maker: ClaimMaker, where: dict[str, SourceRef]
) -> tuple[list[Row], list[Row], list[Row]]:
    """New cities, what is added to known ones, and further names of both."""
    new: dict[str, Row] = {}
    additions: list[Row] = []
    names: list[Row] = []
    for archive, item in latest.items():
        wanted = known.is_known(item.id) or item.id in maker.parties
        if not wanted or known.is_removed(item.id) or not is_party(item):
            continue
        row = city_row(archive, item, known, where[archive.key], maker.parties)
        if row is not None and known.is_known(item.id):
            additions.append(row)
        elif row is not None:
            new[item.id] = row
        names.extend(name_rows(archive, item, known, where[archive.key]))
    for id_, (archive, answer) in maker.parties.items():
        if not known.is_known(id_) and id_ not in new:
            new[id_] = bare_row(archive, id_, answer, where[archive.key])
    return [new[id_] for id_ in sorted(new, key=lambda each: int(each[1:]))], additions, names


def _documents(
    latest: Latest, known: Known, rows: Sequence[Row], maker: ClaimMaker, where: dict[str, SourceRef]
) -> list[Row]:
    """The archives and those of their answers from which something was taken, and the references."""
    references = list(maker.documents.values())
    used = {key for row in (*rows, *references) for key in row.cells.get("taken_from", "").split(";")}
    found: dict[str, Row] = {}
    for archive in latest.archives:
        answers = [each for each in archive.answers if answer_key(archive, each.body) in used]
        for answer in answers:
            row = answer_row(archive, answer, where[archive.key])
            found.setdefault(row.cells["key"], row)
        if answers:
            made = sum(row.table == "claims" and row.cells["claimed_by"] == archive.key for row in rows)
            row = archive_row(archive, made, maker.left_out.get(archive.key, {}), where[archive.key])
            found.setdefault(row.cells["key"], row)
    for row in references:
        found.setdefault(row.cells["key"], row)
    return [found[key] for key in sorted(found) if key not in known.sources]


def _without(source: Source, items: frozenset[str]) -> Source:
    """A source without the claims that an archive replaces."""

    def is_replaced(row: Row) -> bool:
        item = row.cells.get("statement", "").partition("$")[0].upper()
        return row.table == "claims" and bool(item) and item in items

    kept = [row for row in source.rows if not is_replaced(row)]
    return source if len(kept) == len(source.rows) else replace(source, rows=kept)
