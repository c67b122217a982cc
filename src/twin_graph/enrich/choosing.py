"""Which statements of the archives become claims, and why others do not.

What is left out is counted with its reason, never silently: deprecated statements, those without a value, those whose
target is no local authority.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from twin_graph.enrich.archives import Archive, Latest
from twin_graph.enrich.claims import claim_row, ordered
from twin_graph.enrich.documents import answer_key, reference_rows
from twin_graph.enrich.memberships import membership_rows
from twin_graph.enrich.parties import Known, why_no_party
from twin_graph.findings import SourceRef
from twin_graph.sources.documents import SEPARATOR
from twin_graph.sources.tables import Row
from twin_graph.wikidata.model import Statement
from twin_graph.wikidata.statements import TWINNED


class ClaimMaker:
    """Makes the rows; what is left out is counted in `left_out`."""

    def __init__(self, latest: Latest, known: Known) -> None:
        self.latest = latest
        self.known = known
        self.left_out: dict[str, dict[str, int]] = {}  # by archive and reason
        # Items that became parties, with the archive that says so first, and the key of its answer.
        self.parties: dict[str, tuple[Archive, str]] = {}
        self.documents: dict[str, Row] = {}  # references by key
        self._reasons: dict[str, str] = {}

    def rows(self, places: Mapping[str, SourceRef]) -> Iterator[Row]:
        """The rows of all statements, ascending by GUID: claims, and memberships that no table has.

        Args:
            places: by key of an archive, what to name when a row is wrong.
        """
        found = [
            (archive, each) for archive, each in self.latest.statements() if self._is_wanted(archive, each)
        ]
        sides: dict[tuple[str, str, str], int] = {}
        for archive, each in found:
            side = (archive.key, each.item, each.value)
            sides[side] = sides.get(side, 0) + 1
        for archive, each in found:
            several = sides[archive.key, each.item, each.value] > 1
            where = places[archive.key]
            sources = SEPARATOR.join(self._references(archive, each, where))
            if each.property == TWINNED:
                yield claim_row(archive, each, self.known, sources, where, several=several)
            else:
                yield from membership_rows(archive, each, self.known, sources, where, several=several)

    def _is_wanted(self, archive: Archive, statement: Statement) -> bool:
        reason = self._why_not(archive, statement)
        if reason:
            reasons = self.left_out.setdefault(archive.key, {})
            reasons[reason] = reasons.get(reason, 0) + 1
            return False
        for item in (statement.item, statement.value):
            if item not in self.known.networks:
                self.parties.setdefault(item, (archive, answer_key(archive, statement.answer)))
        return True

    def _why_not(self, archive: Archive, statement: Statement) -> str:
        if statement.rank == "deprecated":
            return "deprecated"
        if statement.snak != "value":
            return {"somevalue": "unknown value", "novalue": "no value"}.get(statement.snak, "invalid target")
        if statement.property != TWINNED:
            known = statement.value in self.known.networks
            return (
                self._no_party(statement.item) if known else "members of networks that no table names by item"
            )
        parties = SEPARATOR.join(ordered(statement, self.known))
        if ("claims", f"{parties}|{archive.key}|{self.known.alias(statement.item)}") in self.known.removed:
            return "removed by a correction"
        return self._no_party(statement.item) or self._no_party(statement.value)

    def _no_party(self, item: str) -> str:
        if item not in self._reasons:
            self._reasons[item] = why_no_party(item, self.latest, self.known)
        return self._reasons[item]

    def _references(self, archive: Archive, statement: Statement, where: SourceRef) -> list[str]:
        """The keys of the documents on which a statement rests, sorted."""
        answer, day = answer_key(archive, statement.answer), archive.observation.retrieved_at[:10]
        rows = [row for each in statement.references for row in reference_rows(each, answer, day, where)]
        for row in rows:
            self.documents.setdefault(row.cells["key"], row)
        return sorted({row.cells["key"] for row in rows})
