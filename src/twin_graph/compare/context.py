"""Both sides of a comparison together, and how a finding is put down: names, revisions, evidence.

Decides nothing about differences: that is `local` (our links), `foreign` (links of Wikidata) and `places`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from twin_graph.compare.kinds import KINDS
from twin_graph.compare.model import City, Finding, Names, Ours, digest
from twin_graph.compare.there import There, ordered
from twin_graph.compare.words import ENGLISH
from twin_graph.wikidata.model import Date, Statement
from twin_graph.workspace import LANGUAGES

_LANGUAGES = ("en", "pl", "uk", "")


class Context:
    """What we hold and what Wikidata says."""

    def __init__(self, ours: Ours, there: There) -> None:
        self.ours = ours
        self.there = there

    @cached_property
    def by_item(self) -> dict[str, City]:
        """Our cities by the items that they are, merged items followed."""
        found: dict[str, City] = {}
        for city in self.ours.cities.values():
            if city.item:
                found.setdefault(self.there.follow(city.item), city)
        return found

    def name(self, item: str, preferred: str = ENGLISH) -> str:
        """What an item, or a key of ours, is called in a language, or else in another."""
        city = self.by_item.get(item) or self.ours.cities.get(item)
        if city is not None:
            for language in (preferred, *_LANGUAGES, *sorted(city.names)):
                if city.names.get(language):
                    return city.names[language]
        return self.there.name(item, preferred)

    def named(self, *items: str) -> Names:
        """What items are called together, in each language of our pages."""
        return {language: ", ".join(self.name(item, language) for item in items) for language in LANGUAGES}

    def country(self, item: str) -> str:
        """The key of the country of an item in our data, else its item."""
        city = self.by_item.get(item) or self.ours.cities.get(item)
        return (city.country if city is not None else "") or self.there.country(item)

    def finding(
        self, kind: str, subject: str, target: str, evidence: Iterable[str], **fields: Any
    ) -> Finding:
        """A finding with what follows from its two items."""
        row = KINDS[kind]
        known = [self.there.item(item) for item in (subject, target)]
        first, second = [item.revision if item is not None else None for item in known]
        fields.setdefault("country", self.country(subject))
        named = self.named(subject), self.named(*target.split(";"))
        countries = (self.country(item) for item in (subject, *target.split(";")))
        fields.setdefault("countries", tuple(dict.fromkeys(filter(None, countries))))
        fields.setdefault("group", "-".join(ordered(subject, target)))
        fields.setdefault("order", row.urgency)
        return Finding(
            row.report,
            kind,
            subject,
            target,
            digest(*evidence),
            names=(named[0][ENGLISH], named[1][ENGLISH]),
            named=named,
            revisions=(first, second),
            observed=self.there.observation.retrieved_at,
            **fields,
        )


def said(statements: Iterable[Statement]) -> list[str]:
    """What statements say, for a digest: neither when they were read nor in which revision."""
    return sorted(_line(statement) for statement in statements)


def _line(statement: Statement) -> str:
    qualifiers = [
        f"{name}={sorted(node.n3() for node in nodes)}"
        for name, nodes in sorted(statement.qualifiers.items())
    ]
    return "|".join(
        [
            statement.guid,
            statement.rank,
            statement.snak,
            statement.value,
            _dates(statement.since),
            _dates(statement.until),
            str(statement.no_end),
            *qualifiers,
            *sorted(reference.digest for reference in statement.references),
        ]
    )


def _dates(found: Iterable[Date]) -> str:
    return ",".join(sorted(f"{date.edtf}/{date.precision}/{date.calendar}" for date in found))
