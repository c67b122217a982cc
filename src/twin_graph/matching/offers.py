"""Items for the cities that staff added without one: what each may be, at its place in the table.

Nothing is written into a table: staff look, and write the item themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from twin_graph.findings import Finding, Severity, SourceRef
from twin_graph.matching.matcher import Matcher
from twin_graph.matching.model import Candidate, Query
from twin_graph.sources.tables import Row

LEAST_SCORE = 50.0
RULE = "offer"
_NAMES = ("name_en", "name_pl", "name_uk")


def offer_items(matcher: Matcher, rows: Iterable[Row]) -> list[Finding]:
    """What the rows of tables of cities that have no item may be, as advice.

    Args:
        matcher: one that also knows places elsewhere.
    """
    return [finding for row in rows if not row.cells.get("wikidata") for finding in _offers(matcher, row)]


def _offers(matcher: Matcher, row: Row) -> Iterator[Finding]:
    cells = row.cells
    name, language = next(((cells[each], each[-2:]) for each in _NAMES if cells.get(each)), ("", ""))
    if not name:
        return
    query = Query(name, language, country=cells.get("country", ""), point=_point(row),
                  population=_number(cells.get("population", "")))  # fmt: skip
    (answer,) = matcher.match([query])
    # The city itself may be in the index by now: what it is, given that it is another item's place.
    itself = sum(each.score for each in answer.candidates if each.key == cells.get("key"))
    rest = [each for each in answer.candidates if each.key != cells.get("key") and each.item]
    if rest and itself < 100 and (score := 100 * rest[0].score / (100 - itself)) >= LEAST_SCORE:
        yield _finding(row.at("wikidata"), rest[0], score)


def _finding(where: SourceRef, candidate: Candidate, score: float) -> Finding:
    what = f"{candidate.item} ({candidate.name}, {candidate.description})"
    texts = {
        "en": f"may be {what}, with {score:.0f} %; look, and write the item here",
        "pl": f"to może być {what}, na {score:.0f} %; sprawdź i wpisz tu element",
        "uk": f"це може бути {what}, на {score:.0f} %; перевірте і впишіть сюди елемент",
    }
    return Finding(Severity.INFO, texts, where, rule=RULE, value=candidate.item)


def _point(row: Row) -> tuple[float, float] | None:
    try:
        return float(row.cells["latitude"]), float(row.cells["longitude"])
    except (KeyError, ValueError):
        return None


def _number(text: str) -> int | None:
    return int(text) if text.isdigit() else None
