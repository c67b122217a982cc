"""From the answers of an archive to what it says: items, statements with ranks, dates and references, who names whom.

The order of answers and of rows, how the items were divided into batches and statements about other things make no
difference. Nothing is judged and nothing is left out: a deprecated statement, one without a value, one whose target
is no item are all here and say so. What is published is decided by `enrich`, what differs from ours by `compare`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

from rdflib import PROV, RDF, URIRef
from rdflib.term import Node

from twin_graph.wikidata.dates import TIME_VALUE, Parts, read_dates
from twin_graph.wikidata.identity import INCOMING, STATEMENTS, Latest, follow, read_items
from twin_graph.wikidata.model import Answer, Date, Item, Observation, Rank, Reference, Snak, Statement
from twin_graph.wikidata.questions import number
from twin_graph.wikidata.references import host_of, reference_of
from twin_graph.wikidata.terms import (
    PQ,
    PQV,
    PR,
    PS,
    WDNO,
    WIKIBASE,
    P,
    digest_of,
    guid_of,
    is_unknown,
    item_id,
    property_id,
)

TWINNED, MEMBER_OF = "P190", "P463"
SINCE, UNTIL = "P580", "P582"
_LINKS = {URIRef(P + name): name for name in (TWINNED, MEMBER_OF)}
_RANK = URIRef(WIKIBASE + "rank")
_RANKS: Mapping[str, Rank] = {
    f"{WIKIBASE}PreferredRank": "preferred",
    f"{WIKIBASE}NormalRank": "normal",
    f"{WIKIBASE}DeprecatedRank": "deprecated",
}

Nodes = Mapping[Node, Mapping[URIRef, list[Node]]]


def observe(answers: Iterable[Answer], archive: str = "", failed: Iterable[str] = ()) -> Observation:
    """All that an archive says.

    Args:
        answers: complete ones, in any order; where an item was asked about twice the latest counts.
        archive: its id.
        failed: items about which a question was not answered, as its head says.
    """
    given = list(answers)
    latest = Latest(given)
    items = read_items(latest, failed)
    found = {
        statement.guid: statement
        for answer in latest.answers(STATEMENTS)
        for statement in _statements(answer, latest, items)
    }
    return Observation(
        archive,
        max((answer.retrieved_at for answer in given), default=""),
        items,
        tuple(found[guid] for guid in sorted(found)),
        _incoming(latest, items),
    )


def _statements(answer: Answer, latest: Latest, items: Mapping[str, Item]) -> Iterator[Statement]:
    nodes: dict[Node, dict[URIRef, list[Node]]] = defaultdict(lambda: defaultdict(list))
    for row in answer.rows:
        predicate = row["p"]
        if isinstance(predicate, URIRef):
            nodes[row["s"]][predicate].append(row["o"])
    owners = [
        (item, name, node)
        for subject, parts in nodes.items()
        if (item := item_id(subject)) and latest.counts(answer, item)
        for link, name in _LINKS.items()
        for node in parts.get(link, ())
    ]
    for item, name, node in owners:
        if guid_of(node):
            yield _statement(item, name, node, nodes, items, answer.body)


def _statement(
    item: str, name: str, node: Node, nodes: Nodes, items: Mapping[str, Item], answer: str
) -> Statement:
    parts = nodes.get(node, {})
    snak, value, named = _value(item, name, parts, items)
    qualifiers = {
        each: tuple(sorted(values, key=str))
        for predicate, values in parts.items()
        if (each := property_id(predicate, PQ)) and each not in (SINCE, UNTIL)
    }
    domains = _domains(items, item, value)
    return Statement(
        guid=guid_of(node),
        item=item,
        property=name,
        snak=snak,
        value=value,
        rank=next(map(_rank, parts.get(_RANK, ())), "normal"),
        since=_dates(parts, SINCE, nodes),
        until=_dates(parts, UNTIL, nodes),
        no_end=URIRef(WDNO + UNTIL) in parts.get(RDF.type, ()),
        qualifiers={each: qualifiers[each] for each in sorted(qualifiers, key=number)},
        references=tuple(_references(parts, nodes, domains)),
        answer=answer,
        names_merged=named != value,
    )


def _rank(node: Node | None) -> Rank:
    return _RANKS.get(str(node), "normal")


def _value(item: str, name: str, parts: Parts, items: Mapping[str, Item]) -> tuple[Snak, str, str]:
    """What a statement says: an item, merged ones followed; that there is one or none; or nothing that can be.

    The last is the item as it is written.
    """
    values = list(parts.get(URIRef(PS + name), ()))
    if URIRef(WDNO + name) in parts.get(RDF.type, ()):
        return "novalue", "", ""
    if any(is_unknown(value) for value in values):
        return "somevalue", "", ""
    named = sorted({found for value in values if (found := item_id(value))}, key=number)
    if len(named) != 1:
        return "invalid", "", ""
    target = follow(named[0], items)
    return ("invalid", "", "") if target == follow(item, items) else ("value", target, named[0])


def _dates(parts: Parts, name: str, nodes: Nodes) -> tuple[Date, ...]:
    full = [nodes[value] for value in parts.get(URIRef(PQV + name), ()) if TIME_VALUE in nodes.get(value, ())]
    return read_dates(parts.get(URIRef(PQ + name), ()), full)


def _references(parts: Parts, nodes: Nodes, domains: Collection[str]) -> Iterator[Reference]:
    """The references, sorted by their hash."""
    for node in sorted(set(parts.get(PROV.wasDerivedFrom, ())), key=str):
        said = {
            name: values
            for predicate, values in nodes.get(node, {}).items()
            if (name := property_id(predicate, PR))
        }
        yield reference_of(digest_of(node), {name: said[name] for name in sorted(said, key=number)}, domains)


def _domains(items: Mapping[str, Item], *parties: str) -> set[str]:
    """The hosts of the web sites of parties, as far as they are known."""
    known = (items[party] for party in parties if party in items)
    return {host_of(str(node)) for item in known for node in item.facts.get("website", ())} - {""}


def _incoming(latest: Latest, items: Mapping[str, Item]) -> dict[str, tuple[tuple[str, str, Rank], ...]]:
    """By item the other items that name it, with the statement and its rank; all that were asked about are there."""
    found: dict[str, set[tuple[str, str, Rank]]] = {
        item: set() for query, item in latest.chosen if query == INCOMING
    }
    for answer in latest.answers(INCOMING):
        for row in answer.rows:
            item, other, guid = item_id(row.get("item")), item_id(row.get("other")), guid_of(row.get("st"))
            if item in found and other and guid and latest.counts(answer, item):
                for named in {item, follow(item, items)} & found.keys():
                    found[named].add((other, guid, _rank(row.get("rank"))))
    return {item: tuple(sorted(found[item])) for item in sorted(found, key=number)}
