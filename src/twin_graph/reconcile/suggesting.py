"""Suggestions while somebody types: things, properties and types that begin with it, in all languages (R18).

Things are found in the index of names; an identifier finds its thing. How many are shown is the caller's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from rdflib import URIRef

from twin_graph import iris
from twin_graph.labels import NameIndex, fold
from twin_graph.reconcile.answering import plain
from twin_graph.reconcile.asked import clean, read_identifier
from twin_graph.reconcile.facts import Facts
from twin_graph.reconcile.services import SERVICES, Service
from twin_graph.reconcile.vocabulary import Property, Type, types_of

MAX_SUGGESTIONS = 20
_PORTION = 60
_DEEPEST = 1_000


@dataclass(frozen=True)
class Prefix:
    """What was typed, and which part of the list is wanted."""

    text: str
    type: str = ""
    limit: int = MAX_SUGGESTIONS
    offset: int = 0


@dataclass(frozen=True)
class Suggesting:
    """What suggests for a service."""

    service: Service
    facts: Facts
    index: NameIndex

    def entities(self, prefix: Prefix) -> dict[str, Any]:
        """The things whose names or identifiers begin so."""
        shown = self._page((self._entity(each) for each in self._things(prefix)), prefix)
        return self._answer(shown, prefix)

    def properties(self, prefix: Prefix) -> dict[str, Any]:
        """The properties whose names or identifiers begin so, those that can only be compared among them."""
        found = (
            self._property(each) for each in self.service.properties if _begins(each, each.id, prefix.text)
        )
        wanted = self.service.find_type(prefix.type)
        there = found if not prefix.type or wanted or prefix.type not in _all_types() else iter(())
        return self._answer(self._page(there, prefix), prefix)

    def types(self, prefix: Prefix) -> dict[str, Any]:
        """The types whose names or identifiers begin so."""
        found = (self._type(each) for each in self.service.types if _begins(each, each.id, prefix.text))
        return self._answer(self._page(found, prefix), prefix)

    def _things(self, prefix: Prefix) -> Iterator[URIRef]:
        """What is named by an identifier first, then what the index finds; nothing twice."""
        service, text, seen = self.service, clean(prefix.text), set[URIRef]()
        for thing in (*self._identified(text), *self._named(text)):
            if (
                thing not in seen
                and self.facts.identify(service, thing)
                and self._is_such(thing, prefix.type)
            ):
                seen.add(thing)
                yield thing

    def _identified(self, text: str) -> Iterator[URIRef]:
        found = self.facts.find(self.service, text)
        other = read_identifier(text, self.service.base_iri, self.service.kind)
        if found is None and other:
            found = self.facts.find_any(self.service, *other)
        if found is not None:
            yield found

    def _named(self, text: str) -> Iterator[URIRef]:
        kind, base, start = self.service.kind, self.facts.base_iri, 0
        while start < _DEEPEST:
            if text:
                found = self.index.search(text, self.service.language, [kind], limit=_PORTION, offset=start)
                keys = [hit.key for hit in found.hits]
            else:
                keys = self.index.first_keys(kind, _PORTION, start)
            yield from (iris.thing(base, kind, key) for key in keys)
            if len(keys) < _PORTION:
                return
            start += _PORTION

    def _is_such(self, thing: URIRef, wanted: str) -> bool:
        known = self.service.find_type(wanted)
        if known is None:
            return True
        types = self.facts.types(self.service, thing)
        return known in types or types == self.service.types[:1]

    def _page(self, found: Iterable[dict[str, Any]], prefix: Prefix) -> list[dict[str, Any]]:
        """The wanted part of a list, and one more where there is one."""
        return list(islice(found, prefix.offset, prefix.offset + prefix.limit + 1))

    def _answer(self, shown: list[dict[str, Any]], prefix: Prefix) -> dict[str, Any]:
        answer: dict[str, Any] = {"result": shown[: prefix.limit]}
        if len(shown) > prefix.limit and not self.service.is_draft:
            answer["cursor"] = prefix.offset + prefix.limit
        return answer

    def _entity(self, thing: URIRef) -> dict[str, Any]:
        language = self.service.language
        types = self.facts.types(self.service, thing)
        return self._described({
            "id": self.facts.identify(self.service, thing),
            "name": plain(self.facts.titles(str(thing), language)),
            "description": self.facts.describe(self.service, thing),
            "notable": [{"id": each.id, "name": each.name(language)} for each in types],
        })  # fmt: skip

    def _property(self, each: Property) -> dict[str, Any]:
        shown: dict[str, Any] = {"id": each.id, "name": each.name(self.service.language)}
        if self.service.is_draft and each.qualifiers:
            shown["matchQualifiers"] = [
                {"id": name, "name": name.replace("-", " ")} for name in each.qualifiers
            ]
        return self._described(shown)

    def _type(self, each: Type) -> dict[str, Any]:
        general, language = self.service.types[0], self.service.language
        shown: dict[str, Any] = {"id": each.id, "name": each.name(language)}
        if each != general:
            shown["broader"] = [{"id": general.id, "name": general.name(language)}]
        return self._described(shown)

    def _described(self, shown: dict[str, Any]) -> dict[str, Any]:
        return shown | ({"lang": self.service.language} if self.service.is_draft else {})


def _begins(named: Property | Type, identifier: str, text: str) -> bool:
    """Whether a word of a name in any language, or the identifier, begins so."""
    wanted = fold(clean(text))
    if not wanted:
        return not clean(text)
    names = (*named.names, identifier)
    return any(f" {fold(name)}".find(f" {wanted}") >= 0 for name in names)


def _all_types() -> set[str]:
    """The identifiers of the types of all services."""
    return {each.id for space, kind in SERVICES.values() for each in types_of(space, kind)}
