"""Statements about networks (P463) as rows of `memberships`, and as claims about those that a table already has.

Only networks that a table names by their item. Who is a member by the word of the network alone (P527) is not here.
"""

from __future__ import annotations

from collections.abc import Iterator

from twin_graph import iris
from twin_graph.enrich.archives import Archive
from twin_graph.enrich.claims import CONFIDENCE, period
from twin_graph.enrich.documents import answer_key
from twin_graph.enrich.parties import Known
from twin_graph.findings import SourceRef
from twin_graph.sources.tables import Row
from twin_graph.wikidata.model import Statement


def membership_rows(
    archive: Archive, statement: Statement, known: Known, sources: str, where: SourceRef, *, several: bool
) -> Iterator[Row]:
    """The membership, where no table has it, and the claim about it.

    Args:
        sources: keys of the documents that the statement refers to.
        several: whether the archive has more than one statement about this city and network.
    """
    network = known.networks[statement.value]
    city = known.alias(statement.item)
    since, until, status, notes = period(statement)
    ending = statement.guid[-12:].lower()
    answer = answer_key(archive, statement.answer)
    key = known.memberships.get((known.own(statement.item), network), "")
    if not key:
        name = f"{city}-{network}-{ending}" if several else f"{city}-{network}"
        key = name if iris.is_key(name) else f"{city}-{iris.digest(network, ending if several else '')}"
        cells = {
            "key": key, "city": city, "network": network, "from": since, "until": until, "source": archive.key,
            "confidence": CONFIDENCE[statement.strength], "taken_from": answer, "notes": notes,
        }  # fmt: skip
        yield _row("memberships", cells, where)
        several = False  # the claims are about different memberships
    claim = {
        "key": ending if several else "", "membership": key, "claimed_by": archive.key, "on_side_of": city,
        "since": since, "until": until, "status": status, "statement": statement.guid, "source": sources,
        "confidence": CONFIDENCE[statement.strength], "taken_from": answer, "notes": notes,
    }  # fmt: skip
    yield _row("claims", claim, where)


def _row(table: str, cells: dict[str, str], where: SourceRef) -> Row:
    return Row(table, {name: cell for name, cell in cells.items() if cell}, where)
