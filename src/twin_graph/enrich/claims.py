"""Statements of Wikidata about twin towns as rows of `claims`: who names whom, since when, on which reference.

Which statements become claims is decided by `choosing`, which claim wins by the rules of `derive_*.rq`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from twin_graph import dates, iris
from twin_graph.enrich.archives import Archive
from twin_graph.enrich.documents import answer_key
from twin_graph.enrich.parties import Known
from twin_graph.findings import SourceRef
from twin_graph.sources.documents import SEPARATOR
from twin_graph.sources.tables import Row
from twin_graph.wikidata.model import Date, Statement, Strength
from twin_graph.wikidata.questions import number

# How far a claim can be trusted by its best reference.
CONFIDENCE: Mapping[Strength, str] = {
    "none": "low", "wiki-only": "low", "stated-in": "medium", "url": "medium", "party-url": "high",
}  # fmt: skip
_OPEN = re.compile(r"([0-9]{2,3})(X{1,2})")


def interval(edtf: str) -> str:
    """A date as our tables write it: a decade or a century is an interval.

    >>> interval("195X"), interval("19XX"), interval("1953-05")
    ('1950/1959', '1900/1999', '1953-05')
    """
    match = _OPEN.fullmatch(edtf)
    if match is None or len(edtf) != 4:
        return edtf
    known, unknown = match.groups()
    return f"{known}{'0' * len(unknown)}/{known}{'9' * len(unknown)}"


def one_date(found: Sequence[Date], of: str) -> tuple[str, list[str]]:
    """One date of several, and what to say about it.

    Where one lies within the other the finer one holds. Otherwise Wikidata means two events or is of two minds: the
    first one is taken and all are named.
    """
    known = sorted({interval(date.edtf) for date in found if dates.earliest(interval(date.edtf))})
    notes = [f"Wikidata says that there is a date of its {of}, and not which."] if _is_unknown(found) else []
    odd = sorted({date.original for date in found if date.original and not date.edtf})
    notes += [f"The date of its {of} in Wikidata is none that can be read: {text}." for text in odd]
    if any(date.calendar == "julian" and date.precision >= 11 for date in found):
        notes.append(f"The date of its {of} was given in the Julian calendar.")
    if not known:
        return "", notes
    finest = min(known, key=lambda text: (dates.width(text) or 0, text))
    if all(dates.apart(finest, other) == 0 for other in known):
        return finest, notes
    first = min(known, key=lambda text: (str(dates.earliest(text)), dates.width(text) or 0))
    return first, [*notes, f"Wikidata has several dates of its {of}: {', '.join(known)}."]


def _is_unknown(found: Iterable[Date]) -> bool:
    return any(not date.edtf and not date.original for date in found)


def period(statement: Statement) -> tuple[str, str, str, str]:
    """Beginning, end and status of what a statement says, and notes about what is odd in them."""
    since, notes = one_date(statement.since, "beginning")
    until, more = one_date(statement.until, "end")
    notes += more
    begins, ends = dates.earliest(since), dates.latest(until)
    if begins is not None and ends is not None and ends < begins:
        notes.append(f"In Wikidata it ends ({until}) before it begins ({since}).")
        since = until = ""
    ended_some_day = _is_unknown(statement.until) and not until
    status = "terminated" if ended_some_day else "in-force" if statement.no_end else ""
    return since, until, status, " ".join(notes)


def claim_row(
    archive: Archive, statement: Statement, known: Known, sources: str, where: SourceRef, *, several: bool
) -> Row:
    """The claim of a statement about twin towns.

    Args:
        sources: keys of the documents that it refers to.
        several: whether the archive has more than one statement about this pair on this side.
    """
    since, until, status, notes = period(statement)
    cells = {
        "key": statement.guid[-12:].lower() if several else "",
        "parties": SEPARATOR.join(ordered(statement, known)),
        "claimed_by": archive.key,
        "on_side_of": known.alias(statement.item),
        "since": since,
        "until": until,
        "status": status,
        "statement": statement.guid,
        "confidence": CONFIDENCE[statement.strength],
        "source": sources,
        "taken_from": answer_key(archive, statement.answer),
        "notes": notes,
    }
    return Row("claims", {name: cell for name, cell in cells.items() if cell}, where)


def ordered(statement: Statement, known: Known) -> list[str]:
    """The keys of both parties, ascending by the numbers of their items."""
    items = sorted({known.own(statement.item), known.own(statement.value)}, key=number)
    return [iris.city_alias(item) for item in items]
