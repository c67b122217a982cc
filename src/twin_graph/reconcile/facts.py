"""What the graph says of things, along the ways of `properties.csv`, as the values that the protocol knows.

A value is an object with one of `str`, `int`, `float`, `date`, or with `id` and `name` (R8). Which properties
there are is `vocabulary`; nothing here knows queries or addresses of requests.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rdflib import Literal, URIRef
from rdflib.namespace import RDF
from rdflib.term import Node

from twin_graph import iris
from twin_graph.namespaces import PREFIXES, TWIN, TWIN_IRI
from twin_graph.reconcile.services import Service
from twin_graph.reconcile.vocabulary import WIKIDATA, Property, Type, types_of
from twin_graph.store import Store

Value = dict[str, Any]
# The title of a thing in a language.
Titles = Callable[[str, str], str]
# Who is at the other ends of what joins things.
OTHERS = {"^twin:hasParty": "twin:hasParty", "^twin:isMembershipOf": "twin:isMembershipIn",
          "^twin:isMembershipIn": "twin:isMembershipOf"}  # fmt: skip
_BEGINNING = "twin:countsFrom/twin:signedOn|twin:earliestStart|twin:from"
_ENDED = frozenset({"terminated", "expired", "suspended", "dormant"})
_DAY = re.compile(r"-?[0-9]{4,}-[0-9]{2}-[0-9]{2}")
_ALIAS = re.compile(r"q[1-9][0-9]{0,11}")  # an item as key leads to the readable key
_MOST_INT = 2**31 - 1


@dataclass(frozen=True)
class Facts:
    """A graph, and how its things are called."""

    store: Store
    base_iri: str
    titles: Titles

    def find(self, service: Service, identifier: str) -> URIRef | None:
        """The thing of an identifier; None where there is none in this service."""
        if not service.is_identifier(identifier):
            return None
        if service.space == WIKIDATA:
            return self.of_item(identifier, service.kind)
        thing = self.of_key(service.kind, identifier)
        is_alias = thing is None and _ALIAS.fullmatch(identifier)
        return self.of_item(identifier.upper(), service.kind) if is_alias else thing

    def find_any(self, service: Service, sort: str, text: str) -> URIRef | None:
        """The thing of an identifier that may be of another space, as its sort says: `key` or `wikidata`."""
        if sort == "wikidata":
            return self.of_item(text, service.kind)
        if sort == "key":
            service = replace(service, word="" if service.space == WIKIDATA else service.word)
        return self.find(service, text)

    def of_key(self, kind: str, key: str) -> URIRef | None:
        """The thing of a kind with a key."""
        thing = iris.thing(self.base_iri, kind, key) if iris.is_key(key) else None
        return thing if thing is not None and any(self.store.triples(thing, RDF.type)) else None

    def of_item(self, item: str, kind: str) -> URIRef | None:
        """The thing of a kind that an item stands for."""
        found = sorted(str(thing) for thing, _, _ in self.store.triples(None, TWIN.wikidataId, Literal(item)))
        minted = ((name, iris.unmint(self.base_iri, name)) for name in found)
        return next((URIRef(name) for name, each in minted if each and each.kind == kind), None)

    def of_any(self, kind: str, text: str) -> URIRef | None:
        """The thing of a kind with a key or an item."""
        return self.of_item(text, kind) if text[:1] == "Q" else self.of_key(kind, text)

    def identify(self, service: Service, thing: URIRef) -> str:
        """The identifier of a thing in a service; empty where it has none."""
        if service.space == WIKIDATA:
            return self.item(thing)
        minted = iris.unmint(self.base_iri, thing)
        return minted.key if minted else ""

    def item(self, thing: Node) -> str:
        """The item of a thing; empty where it has none."""
        return next((str(value) for value in self.follow([thing], "twin:wikidataId")), "")

    def types(self, service: Service, thing: URIRef) -> tuple[Type, ...]:
        """The types of a thing, the most special first; the general one where nothing is said."""
        classes = {str(value).removeprefix(TWIN_IRI) for _, _, value in self.store.triples(thing, RDF.type)}
        found = tuple(each for each in reversed(service.types) if each.class_name in classes)
        return found or service.types[:1]

    def describe(self, service: Service, thing: URIRef, region: str = "") -> str:
        """What tells a thing from others of its name: its type, region and country, how many partners it has."""
        language = service.language
        countries = [self.titles(str(end), language) for end in self.follow([thing], "twin:inCountry")]
        parts = [self.types(service, thing)[0].name(language), *filter(None, (region, *countries))]
        counted = self.follow([thing], "twin:twinCount")
        known = service.find_property("partnerCount") or service.find_property("P190")
        parts += [f"{known.name(language).lower()}: {counted[0]}"] if counted and known else []
        return " · ".join(parts)

    def follow(self, starts: Sequence[Node], way: str) -> list[Node]:
        """The ends of a way, each once, in the order of the first way that has some; `.` stays."""
        for alternative in way.split("|"):
            found: list[Node] = list(starts)
            for step in alternative.split("/"):
                found = self._step(found, step)
            if found:
                return found
        return []

    def _step(self, nodes: Sequence[Node], step: str) -> list[Node]:
        if step in ("", "."):
            return list(nodes)
        name, _, language = step.removeprefix("^").partition("@")
        prefix, _, local = name.partition(":")
        term, ends = URIRef(PREFIXES[prefix] + local), list[Node]()
        for node in nodes:
            if step.startswith("^"):
                ends += sorted({s for s, _, _ in self.store.triples(None, term, node)}, key=str)
            else:
                ends += sorted({o for _, _, o in self.store.triples(node, term)}, key=_order)
        fitting = (end for end in ends if not language or getattr(end, "language", None) == language)
        return list(dict.fromkeys(fitting))

    def values(
        self, service: Service, thing: URIRef, wanted: Property, settings: Mapping[str, str]
    ) -> list[Value]:
        """The values of a property of a thing, as settings want them."""
        if wanted.via:
            found = self._joined(service, thing, wanted, settings)
        else:
            ends = self.follow([thing], wanted.reads)
            made = (self._value(service, end, wanted, thing, settings) for end in ends)
            found = [value for value in made if value is not None]
        if settings["count"] == "true":
            return [{"int": len({repr(value) for value in found if value})}]
        limit = int(settings["limit"])
        return found[:limit] if limit else found

    def _joined(
        self, service: Service, thing: URIRef, wanted: Property, settings: Mapping[str, str]
    ) -> list[Value]:
        """The values of what a thing is joined with, in the order that they have for every property of it.

        So a partner and the beginning of its partnership stand in the same row; an empty value keeps its place.
        """
        others = OTHERS.get(wanted.via, ".")
        joints = self.joints(thing, wanted.via, settings["status"])
        found: list[Value] = []
        ordered = sorted(joints, key=lambda end: (self.titles(str(end), service.language), str(end)))
        for other in ordered:
            # Who is joined by several is so since the first of them.
            joint = min(joints[other], key=self._beginning)
            ends = [other] if wanted.reads == others else self.follow([joint], wanted.reads)
            made = (self._value(service, end, wanted, joint, settings) for end in ends)
            found.append(next((value for value in made if value), {}))
        return found

    def joints(self, thing: URIRef, via: str, status: str) -> dict[Node, list[Node]]:
        """Whom a thing is joined with, each once, and what joins the two.

        Args:
            status: `current` is for cities who counts as twinned, for others who has not ended; `ended` is who has
                been joined, and is no more; `any` is everybody.
        """
        found: dict[Node, list[Node]] = {}
        for joint in self.follow([thing], via):
            for end in self.follow([joint], OTHERS.get(via, ".")):
                if end != thing:
                    found.setdefault(end, []).append(joint)
        if status == "any":
            return found
        twinned = {*self.follow([thing], "twin:twinnedWith")}
        left = {}
        for end, some in found.items():
            ended = [joint for joint in some if self._statuses(joint) & _ENDED]
            going = [joint for joint in some if joint not in ended]
            is_current = end in twinned if via == "^twin:hasParty" else bool(going)
            is_over = bool(ended) and not any("in-force" in self._statuses(joint) for joint in going)
            if status == "current" and is_current:
                left[end] = going
            elif status == "ended" and is_over and not is_current:
                left[end] = ended
        return left

    def _beginning(self, joint: Node) -> tuple[bool, str, str]:
        dates = [str(end) for end in self.follow([joint], _BEGINNING)]
        return not dates, min(dates, default=""), str(joint)

    def _statuses(self, joint: Node) -> set[str]:
        return {str(end).rpartition("#")[2] for end in self.follow([joint], "twin:currentStatus")}

    def _value(
        self, service: Service, end: Node, wanted: Property, joint: Node, settings: Mapping[str, str]
    ) -> Value | None:
        language, text = service.language, str(end)
        match wanted.holds:
            case "thing":
                minted = iris.unmint(self.base_iri, text)
                return {"id": minted.key, "name": self.titles(text, language)} if minted else None
            case "item":
                owner = joint if isinstance(end, Literal) else end
                item = text if isinstance(end, Literal) else self.item(end)
                return {"id": item, "name": self.titles(str(owner), language)} if item else None
            case "name" | "title":
                return {"str": self.titles(text, language)}
            case "class":
                known = {each.class_name: each for each in types_of("", wanted.kind)}
                found = known.get(text.removeprefix(TWIN_IRI))
                return {"str": found.name(language)} if found else None
            case "int" | "float":
                return number(text, whole=wanted.holds == "int")
            case "date":
                return date(text, settings["dates"])
            case "point":
                longitude = self.follow([joint], "twin:longitude")
                return {"str": f"{text},{longitude[0]}"} if longitude else None
            case "key":
                return {"str": text.rpartition("/")[2]}
        return {"str": text}


def number(text: str, *, whole: bool) -> Value:
    """A number as the protocol has it: whole ones within 32 bits, else as text.

    >>> number("336339", whole=True), number("3000000000", whole=True), number("187.6", whole=False)
    ({'int': 336339}, {'str': '3000000000'}, {'float': 187.6})
    """
    try:
        value = float(text)
    except ValueError:
        return {"str": text}
    if not whole:
        return {"float": value} if abs(value) < float("inf") else {"str": text}
    is_small = abs(value) <= _MOST_INT and value == int(value)
    return {"int": int(value)} if is_small else {"str": text}


def date(text: str, how: str) -> Value:
    """A date as the protocol has it: a moment where the day is known, else what is known of it, as text.

    >>> date("1988-01-14", "auto"), date("1991", "auto"), date("1988-01-14", "str")
    ({'date': '1988-01-14T00:00:00Z'}, {'str': '1991'}, {'str': '1988-01-14'})
    """
    is_day = how != "str" and _DAY.fullmatch(text) is not None
    return {"date": f"{text}T00:00:00Z"} if is_day else {"str": text}


def _order(node: Node) -> tuple[str, str]:
    return str(node), getattr(node, "language", None) or ""
