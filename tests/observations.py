"""Observations for tests: made by hand, or from the entity documents of `../shared/data/wikidata`.

The archive and its answers are tested with their own parts; here a document becomes an observation directly.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from rdflib import XSD, Literal, URIRef
from rdflib.term import Node

from twin_graph.compare.model import digest
from twin_graph.wikidata.model import Date, Item, Observation, Rank, Reference, Snak, Statement, Strength

SHARED = Path(__file__).parents[1] / "../shared/data/wikidata"
READ_AT = "2026-11-23T10:00:00Z"
WD = "http://www.wikidata.org/entity/"
_FACTS = {"country": "P17", "type": "P31", "admin": "P131", "contains": "P150", "seat": "P36", "seatOf": "P1376",
          "different": "P1889", "same": "P460"}  # fmt: skip


def require_documents() -> Path:
    """The folder of the entity documents; without it the test is skipped."""
    folder = SHARED / "entities"
    if not folder.is_dir():
        pytest.skip("the folder ../shared/data/wikidata is absent")
    return folder


@cache
def documents() -> Mapping[str, Mapping[str, Any]]:
    """All entity documents by item; a file of its own wins over the collection."""
    folder = require_documents()
    found: dict[str, Mapping[str, Any]] = {}
    for path in sorted(folder.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                found |= _entities(json.loads(line))
    for path in sorted(folder.glob("Q*.json.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            found |= _entities(json.load(file))
    return found


def _entities(content: Any) -> dict[str, Mapping[str, Any]]:
    entities = content["entities"].values() if "entities" in content else [content]
    return {entity["id"]: entity for entity in entities}


def of_documents(*items: str, read_at: str = READ_AT) -> Observation:
    """What the documents of some items say."""
    found = [documents()[item] for item in items]
    statements = [
        statement for document in found for name in ("P190", "P463")
        for raw in document["claims"].get(name, []) if (statement := _statement(document["id"], name, raw))
    ]  # fmt: skip
    return observation(map(_item, found), statements, read_at)


def observation(
    items: Iterable[Item], statements: Iterable[Statement], read_at: str = READ_AT
) -> Observation:
    """An observation in which no incoming statement was asked for."""
    ordered = tuple(sorted(statements, key=lambda statement: statement.guid))
    return Observation("test-archive", read_at, {item.id: item for item in items}, ordered, {})


def item(name: str, label: str = "", **fields: Any) -> Item:
    """An item that was answered completely."""
    known: dict[str, Any] = {
        "revision": 1, "modified": READ_AT, "redirect": "", "state": "complete", "facts": {},
        "labels": {"en": label or name}, "aliases": {}, "descriptions": {},
    } | fields  # fmt: skip
    return Item(name, **known)


def entity(*names: str) -> tuple[Node, ...]:
    """Items as the values of a fact."""
    return tuple(URIRef(WD + name) for name in names)


def day(edtf: str, precision: int = 0) -> Date:
    """A Gregorian date; its precision follows from its length."""
    return Date(edtf, precision or {4: 9, 7: 10, 10: 11}[len(edtf)], "gregorian", edtf)


def url(address: str, strength: Strength = "url") -> Reference:
    """A reference with an address."""
    return Reference(digest(address), {"P854": (URIRef(address),)}, strength)


WIKI = Reference(digest("wiki"), {"P143": entity("Q328")}, "wiki-only")


def statement(
    subject: str, target: str, number: int = 1, *, since: Iterable[Date] = (), until: Iterable[Date] = (),
    references: Iterable[Reference] = (), rank: Rank = "normal", snak: Snak = "value", no_end: bool = False,
    qualifiers: Mapping[str, tuple[Node, ...]] | None = None,
) -> Statement:  # fmt: skip
    """A statement of P190."""
    return Statement(f"{subject}${target}-{number}", subject, "P190", snak, target if snak == "value" else "", rank,
                     tuple(since), tuple(until), no_end, qualifiers or {}, tuple(references), "body")  # fmt: skip


def _item(document: Mapping[str, Any]) -> Item:
    claims = document["claims"]
    facts: dict[str, tuple[Node, ...]] = {}
    for name, prop in _FACTS.items():
        best = [raw for raw in claims.get(prop, []) if raw["rank"] != "deprecated"]
        if name in ("country", "admin"):
            preferred = [raw for raw in best if raw["rank"] == "preferred"]
            best = [raw for raw in preferred or best if "P582" not in raw.get("qualifiers", {})]
        facts[name] = tuple(URIRef(WD + value) for raw in best if (value := _target(raw["mainsnak"])))
    facts["coord"] = tuple(
        Literal(f"Point({value['longitude']} {value['latitude']})")
        for raw in claims.get("P625", []) if (value := raw["mainsnak"].get("datavalue", {}).get("value"))
    )  # fmt: skip
    return Item(
        document["id"], document.get("lastrevid"), document.get("modified", ""), "", "complete", facts,
        {language: term["value"] for language, term in document.get("labels", {}).items()},
        {language: tuple(t["value"] for t in terms) for language, terms in document.get("aliases", {}).items()}, {},
    )  # fmt: skip


def _statement(subject: str, prop: str, raw: Mapping[str, Any]) -> Statement | None:
    qualifiers = raw.get("qualifiers", {})
    references = tuple(_reference(each) for each in raw.get("references", []))
    target = _target(raw["mainsnak"])
    rest = {
        name: tuple(Literal(json.dumps(snak.get("datavalue"), sort_keys=True)) for snak in snaks)
        for name, snaks in qualifiers.items() if name not in ("P580", "P582")
    }  # fmt: skip
    return Statement(
        raw["id"], subject, prop, "value" if target else raw["mainsnak"]["snaktype"], target, raw["rank"],
        tuple(map(_date, qualifiers.get("P580", []))), tuple(map(_date, qualifiers.get("P582", []))), False, rest,
        references, "document",
    )  # fmt: skip


def _target(snak: Mapping[str, Any]) -> str:
    value = snak.get("datavalue", {}).get("value")
    return str(value.get("id") or f"Q{value['numeric-id']}") if isinstance(value, dict) else ""


def _date(snak: Mapping[str, Any]) -> Date:
    value = snak.get("datavalue", {}).get("value")
    if value is None:
        return Date("", 0, "gregorian", "")
    precision = value["precision"]
    text = value["time"].lstrip("+")[: {9: 4, 10: 7, 11: 10}[precision]]
    return Date(
        text, precision, "julian" if "Q1985786" in value["calendarmodel"] else "gregorian", value["time"]
    )


def _reference(raw: Mapping[str, Any]) -> Reference:
    parts: dict[str, tuple[Node, ...]] = {}
    for name, snaks in raw["snaks"].items():
        values = [snak.get("datavalue", {}).get("value") for snak in snaks]
        parts[name] = tuple(
            Literal(value["time"].lstrip("+"), datatype=XSD.dateTime) if isinstance(value, dict) and "time" in value
            else URIRef(WD + value["id"]) if isinstance(value, dict) and "id" in value else Literal(str(value))
            for value in values
        )  # fmt: skip
    return Reference(raw["hash"], parts, strength(set(parts)))


def strength(properties: set[str]) -> Strength:
    """How good a reference with these properties is."""
    if "P854" in properties:
        return "url"
    if "P248" in properties:
        return "stated-in"
    return "wiki-only" if properties & {"P143", "P4656"} else "none"
