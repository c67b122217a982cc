"""Data extension: the values of properties of things, and which properties there are to be fetched.

Every identifier that is asked for has a row and every property a place in it, empty where nothing is known (R8).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from twin_graph.errors import MalformedRequest
from twin_graph.matching import Index
from twin_graph.reconcile.elsewhere import find_elsewhere, values_elsewhere
from twin_graph.reconcile.facts import Facts, Value
from twin_graph.reconcile.services import SERVICES, Service
from twin_graph.reconcile.vocabulary import OURS, WIKIDATA, Property, settings, types_of

# Of one request.
MAX_IDS, MAX_PROPERTIES = 500, 20
_TRUE = ("true", "on", "1", "yes")
_PROPOSED = 100


@dataclass(frozen=True)
class Wanted:
    """A property that is fetched; None where the service has none of this identifier."""

    id: str
    property: Property | None
    settings: Mapping[str, str]


def read_extension(raw: Any, service: Service) -> tuple[tuple[str, ...], tuple[Wanted, ...]]:
    """The identifiers and the properties of a request, each once.

    Raises:
        MalformedRequest: it has another form.
    """
    ids = raw.get("ids") if isinstance(raw, dict) else None
    wanted = raw.get("properties") if isinstance(raw, dict) else None
    if not isinstance(ids, list) or not all(isinstance(each, str) for each in ids):
        raise MalformedRequest("ids: must be a list of identifiers")
    if not isinstance(wanted, list) or not all(isinstance(each, dict) for each in wanted):
        raise MalformedRequest("properties: must be a list of objects with an id")
    found: dict[str, Wanted] = {}
    for place, each in enumerate(wanted):
        if not isinstance(each.get("id"), str):
            raise MalformedRequest(f"properties[{place}]: must have an id")
        name = each["id"]
        known = service.find_property(name)
        found.setdefault(name, Wanted(name, known if known and known.can_be_fetched else None,
                                      read_settings(each.get("settings"))))  # fmt: skip
    return tuple(dict.fromkeys(ids)), tuple(found.values())


def read_settings(raw: Any) -> dict[str, str]:
    """The settings of a property; what is no value of a setting is its default (R9).

    >>> read_settings({"limit": "5", "count": "on", "status": "?"})
    {'limit': '5', 'status': 'current', 'dates': 'auto', 'count': 'true'}
    """
    given = raw if isinstance(raw, dict) else {}
    found = {}
    for setting in settings():
        text = str(given.get(setting.id, setting.default)).strip().lower()
        if setting.type == "number":
            is_number = text.isascii() and text.isdigit() and len(text) < 10
            text = str(int(text)) if is_number else setting.default
        elif setting.type == "checkbox":
            text = "true" if text in _TRUE else "false"
        elif text not in [choice.value for choice in setting.choices]:
            text = setting.default
        found[setting.id] = text
    return found


def extend(
    service: Service,
    facts: Facts,
    ids: Sequence[str],
    wanted: Sequence[Wanted],
    pause: Callable[[], None] = lambda: None,
    places: Index | None = None,
) -> dict[str, Any]:
    """The answer to a request.

    Args:
        pause: called before each row; may raise to end it.
        places: the index of the matcher, for items that are not ours.
    """
    rows: dict[str, dict[str, list[Value]]] = {}
    for identifier in ids:
        pause()
        rows[identifier] = _row(service, facts, identifier, wanted, places)
    meta = [_meta(service, each) for each in wanted]
    if not service.is_draft:
        return {"meta": meta, "rows": rows}
    listed = [
        {"id": name, "properties": [{"id": each, "values": values} for each, values in row.items()]}
        for name, row in rows.items()
    ]
    return {"meta": meta, "rows": listed}


def _row(
    service: Service, facts: Facts, identifier: str, wanted: Sequence[Wanted], places: Index | None
) -> dict[str, list[Value]]:
    thing = facts.find(service, identifier)
    place = find_elsewhere(places, service, identifier) if thing is None else None
    row: dict[str, list[Value]] = {}
    for each in wanted:
        row[each.id] = []
        if each.property is not None and thing is not None:
            row[each.id] = facts.values(service, thing, each.property, each.settings)
        elif each.property is not None and place is not None:
            row[each.id] = values_elsewhere(place, each.property, facts, service.language)
    return row


def propose(service: Service, wanted: str, limit: int) -> dict[str, Any]:
    """The properties that can be fetched of a type.

    Args:
        limit: 0: all of them.
    """
    properties = [_propose(service, each) for each in service.properties if each.can_be_fetched]
    known = service.find_type(wanted)
    kind = known.id if known else service.types[0].id
    return {
        "type": wanted or kind,
        "limit": limit or _PROPOSED,
        "properties": properties[: limit or _PROPOSED],
    }


def _propose(service: Service, each: Property) -> dict[str, str]:
    shown = {"id": each.id, "name": each.name(service.language)}
    return shown | ({"lang": service.language} if service.is_draft else {})


def _meta(service: Service, wanted: Wanted) -> dict[str, Any]:
    known = wanted.property
    if known is None:
        return {"id": wanted.id, "name": wanted.id}
    shown: dict[str, Any] = {"id": known.id, "name": known.name(service.language)}
    if wanted.settings["count"] == "true":
        return shown
    if known.holds == "thing" or (known.holds == "item" and known.target):
        of = types_of(WIKIDATA if known.holds == "item" else OURS, known.target)
        shown["type"] = {"id": of[0].id, "name": of[0].name(service.language)}
    # Values of another service are reconciled there.
    there = (WIKIDATA if known.holds == "item" else OURS, known.target or service.kind)
    if known.holds in ("thing", "item") and there != (service.space, service.kind):
        word = next((word for word, pair in SERVICES.items() if pair == there), "")
        shown["service"] = service.other(word)
    return shown
