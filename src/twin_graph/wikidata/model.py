"""The values that the parts of the Wikidata work hand to each other, from an answer to what an archive says.

Only data: how an answer is fetched is `client`, how it is kept is `archive`, what it means is `statements`.
"""

from __future__ import annotations

import builtins
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from rdflib.term import Node

Rank = Literal["preferred", "normal", "deprecated"]
Snak = Literal["value", "somevalue", "novalue", "invalid"]
# Weakest first.
Strength = Literal["none", "wiki-only", "stated-in", "url", "party-url"]
STRENGTHS: tuple[Strength, ...] = get_args(Strength)


@dataclass(frozen=True)
class Answer:
    """One complete answer of a query service.

    Attributes:
        query: name of the query file without .rq, such as `wikidata_statements`.
        items: what was asked about, ascending by number.
        rows: rdflib terms by variable; they may be read from the disk each time (`stored`).
        endpoint: name of the endpoint (`endpoints`).
        retrieved_at: ISO time that ends in Z.
        modified: how fresh the service said its data are, or "".
        body: SHA-256 of the body, under which the archive keeps it.
        confirmed: when it was last seen to hold still, or "".
    """

    query: str
    items: tuple[str, ...]
    rows: Sequence[Mapping[str, Node]]
    endpoint: str
    retrieved_at: str
    modified: str
    body: str
    confirmed: str = ""


@dataclass(frozen=True)
class Date:
    """A date as Wikidata has it; `edtf` is "" where it is unknown (somevalue)."""

    edtf: str
    precision: int
    calendar: Literal["gregorian", "julian"]
    original: str


@dataclass(frozen=True)
class Reference:
    """One reference of a statement; `parts` by property id, such as `P854`."""

    digest: str
    parts: Mapping[str, tuple[Node, ...]]
    strength: Strength


@dataclass(frozen=True)
class Statement:
    """One statement of an item.

    Attributes:
        guid: as Wikidata writes it, its case kept: `Q270$2b40…`.
        value: item that it names, "" unless `snak` is `value`.
        since, until: all of P580 and P582.
        no_end: P582 is novalue: explicitly not ended.
        qualifiers: all others, raw, by property id.
        answer: `Answer.body` it came from.
        names_merged: Wikidata still names an item that was merged into `value`; an edit of `value` would miss it.
    """

    guid: str
    item: str
    property: str
    snak: Snak
    value: str
    rank: Rank
    since: tuple[Date, ...]
    until: tuple[Date, ...]
    no_end: bool
    qualifiers: Mapping[str, tuple[Node, ...]]
    references: tuple[Reference, ...]
    answer: str
    names_merged: bool = False

    @builtins.property  # `property` is a field here
    def strength(self) -> Strength:
        """That of its strongest reference."""
        return max((reference.strength for reference in self.references), key=STRENGTHS.index, default="none")


@dataclass(frozen=True)
class Item:
    """What an archive says of one item, and whether it says it completely.

    Attributes:
        redirect: item it was merged into, or "".
        state: `failed` where the service did not answer; that is never read as "no claims".
        facts: by the ?k of `wikidata_facts`: country, coord, type, population, admin, geonames, dissolved …
    """

    id: str
    revision: int | None
    modified: str
    redirect: str
    state: Literal["complete", "missing", "failed"]
    facts: Mapping[str, tuple[Node, ...]]
    labels: Mapping[str, str]
    aliases: Mapping[str, tuple[str, ...]]
    descriptions: Mapping[str, str]


@dataclass(frozen=True)
class Observation:
    """All that one archive says.

    Attributes:
        archive: its id.
        retrieved_at: when its latest answer came.
        statements: of P190 and P463, ascending by guid.
        incoming: by item, the other item, guid and rank of each P190 statement that names it.
    """

    archive: str
    retrieved_at: str
    items: Mapping[str, Item]
    statements: tuple[Statement, ...]
    incoming: Mapping[str, tuple[tuple[str, str, Rank], ...]]
