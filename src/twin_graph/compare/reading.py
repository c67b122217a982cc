"""What our snapshot holds that Wikidata can be compared with, read by queries.

Compares nothing. What only an extract of Wikidata says is left out: it would be compared with itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from rdflib import Literal
from rdflib.term import Node

from twin_graph import dates, iris
from twin_graph.compare.model import OVER, Cited, City, Dated, Link, Ours, digest
from twin_graph.queries import load
from twin_graph.snapshot import Snapshot
from twin_graph.store import Row, Store

# A document of a register comes before what is merely said.
DOCUMENT_RANK = 0
NEAR_DAYS = 366
# Precedence of a register of a party, and of another register.
_REGISTERED = (1, 3)
_BY_ITEM = "q"


def read_ours(snapshot: Snapshot, store: Store | None = None) -> Ours:
    """What a snapshot holds.

    Args:
        store: that of the snapshot, where the caller has it open.
    """
    manifest = snapshot.manifest
    asked = store if store is not None else snapshot.open_store()
    return read_store(asked, manifest.base_iri, snapshot=snapshot.path.name, valid_on=manifest.valid_on)


def read_store(store: Store, base_iri: str, *, snapshot: str = "", valid_on: str = "") -> Ours:
    """What a store holds."""
    return Ours(base_iri, snapshot, valid_on, _cities(store, base_iri), _links(store, base_iri))


def read_places(store: Store, base_iri: str) -> tuple[dict[str, str], frozenset[str]]:
    """The items of our cities by their keys, "" where none is known; and the keys of their countries."""
    rows = list(store.select(load("compare_cities")))
    items = {_key(base_iri, row["city"]): _text(row, "item") for row in rows}
    return items, frozenset(_key(base_iri, row["country"]) for row in rows if "country" in row)


def _cities(store: Store, base_iri: str) -> dict[str, City]:
    names: dict[str, dict[str, str]] = {}
    for row in store.select(load("compare_names")):
        name = row["name"]
        assert isinstance(name, Literal)
        held = names.setdefault(_key(base_iri, row["city"]), {})
        held[name.language or ""] = min(str(name), held.get(name.language or "", str(name)))
    found: dict[str, City] = {}
    for row in store.select(load("compare_cities")):
        key = _key(base_iri, row["city"])
        sibling = (_key(base_iri, row["sibling"]),) if "sibling" in row else ()
        if key in found:
            known = found[key]
            found[key] = replace(known, siblings=tuple(sorted({*known.siblings, *sibling})))
            continue
        country = _key(base_iri, row["country"]) if "country" in row else ""
        place = (float(str(row["latitude"])), float(str(row["longitude"]))) if "latitude" in row else None
        found[key] = City(
            key, _text(row, "item"), country, place, names.get(key, {}), sibling, kind=_notation(row, "kind")
        )
    return _with_siblings_of_both(found)


def _with_siblings_of_both(cities: Mapping[str, City]) -> dict[str, City]:
    """The cities, each knowing the ones that name it as their sibling."""
    both: dict[str, set[str]] = {}
    for city in cities.values():
        for other in city.siblings:
            if other in cities:
                both.setdefault(city.key, set()).add(other)
                both.setdefault(other, set()).add(city.key)
    return {key: replace(city, siblings=tuple(sorted(both.get(key, ())))) for key, city in cities.items()}


@dataclass
class _Gathered:
    """The rows of one partnership."""

    parties: set[str] = field(default_factory=set)
    relation: str = ""
    status: str = ""
    confidence: str = ""
    counted: str = ""
    claims: dict[str, list[Row]] = field(default_factory=dict)
    documents: dict[str, list[Row]] = field(default_factory=dict)


def _links(store: Store, base_iri: str) -> tuple[Link, ...]:
    gathered: dict[str, _Gathered] = {}
    for row in store.select(load("compare_links")):
        one = gathered.setdefault(_key(base_iri, row["partnership"]), _Gathered())
        one.parties.add(_key(base_iri, row["party"]))
        one.relation, one.status = _notation(row, "relation"), _notation(row, "status")
        one.confidence, one.counted = _notation(row, "confidence"), _text(row, "document")
    for name, column, choose in (
        ("compare_claims", "claim", lambda one: one.claims),
        ("compare_documents", "document", lambda one: one.documents),
    ):
        _sort_in(store.select(load(name)), base_iri, gathered, column, choose)
    return tuple(_link(key, one, base_iri) for key, one in sorted(gathered.items()))


def _sort_in(
    rows: Iterable[Row],
    base_iri: str,
    gathered: Mapping[str, _Gathered],
    column: str,
    choose: Callable[[_Gathered], dict[str, list[Row]]],
) -> None:
    for row in rows:
        one = gathered.get(_key(base_iri, row["partnership"]))
        if one is not None:
            choose(one).setdefault(str(row[column]), []).append(row)


def _link(key: str, one: _Gathered, base_iri: str) -> Link:
    if not any(int(str(rows[0]["rank"])) in _REGISTERED for rows in one.claims.values()):
        # Without a register its status and relation would be derived from what Wikidata says, too.
        stated = sorted((rows[0] for rows in one.claims.values()), key=lambda row: int(str(row["rank"])))
        one.relation, one.status = (
            next((_notation(row, name) for row in stated if name in row), "")
            for name in ("relation", "status")
        )
    claims = [_dated(rows, base_iri) for rows in one.claims.values()]
    documents = {name: _dated(rows, base_iri) for name, rows in one.documents.items()}
    starts = [start for start, _ in [*documents.values(), *claims] if start.date]
    ends = [end for _, end in [*documents.values(), *claims] if end.date]
    counted = documents[one.counted][0] if one.counted in documents else None
    start = _preferred(starts, one.relation, counted)
    cited = [
        page
        for dated, _ in sorted([*claims, *documents.values()], key=lambda pair: pair[0].rank)
        for page in dated.cited
    ]
    return Link(
        key,
        tuple(sorted(one.parties)),
        one.relation,
        one.status,
        one.confidence,
        start,
        tuple(sorted(starts, key=_order)),
        tuple(sorted(ends, key=_order)) if one.status in OVER else (),
        tuple(dict.fromkeys(cited)),
        _is_disputed(start, starts, one.relation),
        _digest(key, one),
        _confirmed(one, starts),
        _unlisted(one, base_iri),
    )


def _confirmed(one: _Gathered, starts: Iterable[Dated]) -> str:
    """The latest date that shows it alive: of a claim that does not say that it is over, or a beginning."""
    alive = [rows[0] for rows in one.claims.values() if _notation(rows[0], "status") not in OVER]
    found = [*(_text(row, "confirmed") for row in alive), *(start.date for start in starts)]
    return max((text for text in found if text), key=_last_day, default="")


def _unlisted(one: _Gathered, base_iri: str) -> tuple[Dated, ...]:
    """When sources were seen to name it no longer, unless they named it again later."""
    found = []
    for rows in one.claims.values():
        gone, confirmed = (_text(rows[0], name) for name in ("unlisted", "confirmed"))
        if gone and _last_day(gone) > _last_day(confirmed):
            found.append(replace(_dated(rows, base_iri)[0], date=gone))
    return tuple(sorted(found, key=lambda each: (_last_day(each.date), each.rank), reverse=True))


def _last_day(text: str) -> str:
    return str(dates.latest(text) or "") if text else ""


def _dated(rows: list[Row], base_iri: str) -> tuple[Dated, Dated]:
    """Beginning and end that a claim or a document states, with an empty date where it states none."""
    first = rows[0]
    rank = int(str(first["rank"])) if "rank" in first else DOCUMENT_RANK
    relation = _notation(first, "relation")
    pages = tuple(
        dict.fromkeys(
            Cited(str(row["url"]), _text(row, "retrieved"))
            for row in rows
            # The page of a register is about all its partnerships, and may name none of them.
            if "url" in row and _kind(base_iri, row["source"]) == "source"
        )
    )
    begins = _text(first, "since") or _text(first, "signed")
    ends = _text(first, "until") or _text(first, "ended")
    return Dated(begins, rank, relation, pages), Dated(ends, rank, relation, pages)


def _preferred(starts: list[Dated], relation: str, counted: Dated | None) -> Dated | None:
    """The beginning that we stand for: of the document that counts, else of this relation, by precedence.

    Of the dates within it the finest is taken.
    """
    same = [start for start in starts if start.relation in (relation, "")]
    chosen = counted or min(same or starts, key=_order, default=None)
    if chosen is None:
        return None
    finer = [start for start in same if _within(start.date, chosen.date)]
    return min([chosen, *finer], key=lambda start: (dates.width(start.date) or 0, start.rank, start.date))


def _order(dated: Dated) -> tuple[int, str, int]:
    return dated.rank, str(dates.earliest(dated.date) or "9999"), dates.width(dated.date) or 0


def _within(inner: str, outer: str) -> bool:
    bounds = [dates.earliest(inner), dates.latest(inner), dates.earliest(outer), dates.latest(outer)]
    first, last, begin, end = bounds
    return bool(first and last and begin and end and begin <= first and last <= end)


def _is_disputed(start: Dated | None, starts: list[Dated], relation: str) -> bool:
    """Whether a claim on the same relation lies more than a year from the beginning that we stand for."""
    if start is None:
        return False
    said = [other for other in starts if other.rank > DOCUMENT_RANK and other.relation in (relation, "")]
    return any((dates.apart(start.date, other.date) or 0) > NEAR_DAYS for other in said)


def _digest(key: str, one: _Gathered) -> str:
    """What the sources say, whatever the address of the publication and the order of the rows."""
    lines = [
        " ".join(
            [
                name.rpartition("/")[2],
                *(_text(row, cell) for cell in ("rank", "since", "until", "signed", "ended", "url")),
                *(_notation(row, cell) for cell in ("relation", "status")),
            ]
        )
        for rows in (one.claims, one.documents)
        for name, all_rows in rows.items()
        for row in all_rows
    ]
    return digest(key, ";".join(sorted(one.parties)), one.relation, one.status, *sorted(lines))


def _key(base_iri: str, node: Node) -> str:
    parts = iris.unmint(base_iri, str(node))
    return parts.key if parts is not None else str(node)


def _kind(base_iri: str, node: Node) -> str:
    parts = iris.unmint(base_iri, str(node))
    return parts.kind if parts is not None else ""


def _text(row: Row, name: str) -> str:
    return str(row[name]) if name in row else ""


def _notation(row: Row, name: str) -> str:
    return _text(row, name).rpartition("#")[2]
