"""The kinds of thing, one row each: what the files, routes, queries and pages are derived from.

What a column means is not said here but in `ontology/context.jsonld`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """One kind of thing.

    Attributes:
        name: singular, as in `/id/{name}/{key}` and in the columns that refer to it.
        class_name: local name of its class in the ontology.
        table: the source table (file `{table}.csv` or sheet `{table}`); empty for what the build derives.
        part_of: columns of which one names the parent, for kinds whose nodes are fragments of their
            parent's document; empty for kinds with a document of their own.
        keyed_by: columns whose values make the fragment, in this order, before the optional `key`.
    """

    name: str
    class_name: str
    table: str
    part_of: tuple[str, ...] = ()
    keyed_by: tuple[str, ...] = ()

    @property
    def is_derived(self) -> bool:
        """Whether its things are made by the build, so that no table names them."""
        return not self.table


KINDS = (
    Kind("city", "LocalAuthority", "cities"),
    Kind("partnership", "Partnership", "partnerships"),
    Kind("agreement", "Agreement", "agreements"),
    Kind("resolution", "Resolution", "resolutions"),
    Kind("event", "StatusEvent", "events"),
    Kind("network", "Network", "networks"),
    Kind("membership", "Membership", "memberships"),
    Kind("distinction", "Distinction", "distinctions"),
    Kind("conferral", "Conferral", "conferrals"),
    Kind("activity", "Activity", "activities"),
    Kind("country", "Country", "countries"),
    Kind("count", "DeclaredCount", "counts"),
    Kind("contradiction", "Contradiction", ""),
    Kind("register", "Register", "register"),
    Kind("source", "Source", "sources"),
    Kind("claim", "Claim", "claims", ("partnership", "membership", "event"), ("claimed_by", "on_side_of")),
    Kind("decision", "Decision", "decisions", ("contradiction",), ("evidence",)),
    Kind("name", "Name", "exonyms", ("city",), ("language", "name", "use")),
)

BY_NAME = {kind.name: kind for kind in KINDS}
BY_TABLE = {kind.table: kind for kind in KINDS if not kind.is_derived}
BY_CLASS = {kind.class_name: kind for kind in KINDS}

# The kinds whose things have documents of their own, in the order of the home page.
DOCUMENTED = tuple(kind for kind in KINDS if not kind.part_of)
