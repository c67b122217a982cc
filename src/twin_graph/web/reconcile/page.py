"""The page about the reconciliation services: their addresses, five steps with OpenRefine, and a form to try them.

The form is one of the address, so that it works without a script. What it shows are the answers of the service.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import url_for

from twin_graph.reconcile import SERVICES, V02, V10, Service, words
from twin_graph.reconcile.vocabulary import OURS, WIKIDATA, properties_of
from twin_graph.web.languages import N_
from twin_graph.web.site import Site
from twin_graph.web.understood import argument

PARAMETERS = ("name", "country", "partner", "type", "service")
_SHOWN = 5
# What to do, and what is seen of it.
STEPS = (
    (N_("Open the menu of the column with the names: Reconcile, then Start reconciling. Choose Add standard service, "
        "and paste one of the addresses above."), "add",
     N_("The dialogue of OpenRefine in which the address of a service is entered")),
    (N_("Choose the service. Choose a type, or reconcile against no particular type."), "service",
     N_("The types that the service has found for the names")),
    (N_("Say what other columns hold: the country, coordinates, a partner city, the population. Each makes the "
        "answer surer. Start reconciling."), "columns",
     N_("The columns Country and Partner are used as the properties Country and Partner cities")),
    (N_("Judge what was not matched by itself: point at a candidate to see it, click its tick to take it."), "judge",
     N_("The table with what was matched, and two candidates for Lancaster, of which one is shown")),
    (N_("Open the menu of the matched column: Edit column, then Add columns from reconciled values. Choose what is "
        "to be fetched."), "extend",
     N_("The properties that can be fetched, and a preview of population and Wikidata item")),
)  # fmt: skip


@dataclass(frozen=True)
class Trial:
    """What somebody tries."""

    name: str = ""
    country: str = ""
    partner: str = ""
    type: str = ""
    wikidata: bool = False


@dataclass(frozen=True)
class Tried:
    """One candidate for a reader."""

    name: str
    path: str
    id: str
    types: str
    description: str
    score: float
    match: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class PropertyRow:
    """A property of cities: its identifiers here and in the space of Wikidata, and what it is good for."""

    name: str
    id: str
    item: str
    helps: bool
    fetched: bool


@dataclass(frozen=True)
class HelpPage:
    """What the page shows; `result` is None where nothing was tried."""

    services: tuple[tuple[str, str, str], ...]
    trial: Trial
    types: tuple[tuple[str, str], ...]
    result: tuple[Tried, ...] | None
    error: str
    steps: tuple[tuple[str, str, str], ...]
    properties: tuple[PropertyRow, ...]
    words: tuple[tuple[str, str], ...]


def read_trial() -> Trial:
    """What the form asks."""
    name, country, partner, wanted, service = map(argument, PARAMETERS)
    return Trial(name, country, partner, wanted, service == "wikidata")


def run(trial: Trial, service: Service, answer: Callable[[Any, str], dict[str, Any]]) -> dict[str, Any]:
    """What the service answers."""
    ids = ("P17", "P190") if trial.wikidata else ("country", "partner")
    given = zip(ids, (trial.country, trial.partner), strict=True)
    query: dict[str, Any] = {"query": trial.name, "limit": _SHOWN}
    if properties := [{"pid": name, "v": value} for name, value in given if value]:
        query["properties"] = properties
    if service.find_type(trial.type):
        query["type"] = trial.type
    return answer(query, "q0")


def show(here: Site, lang: str, trial: Trial, result: dict[str, Any] | None) -> HelpPage:
    """The values of the page."""
    services = tuple(
        (word, Service(word, V02, lang, True, here.base_iri).address,
         Service(word, V10, lang, True, here.base_iri).address if here.settings.reconcile_draft == "on" else "")
        for word in SERVICES
    )  # fmt: skip
    service = Service("wikidata" if trial.wikidata else "", V02, lang, True, here.base_iri)
    types = tuple((each.id, each.name(lang)) for each in service.types)
    found = None if result is None else tuple(_tried(each, service) for each in result["result"])
    error = str((result or {}).get("error", {}).get("detail", ""))
    return HelpPage(services, trial, types, found, error, STEPS, _properties(lang), words(lang))


def _properties(lang: str) -> tuple[PropertyRow, ...]:
    items = {each.evidence or each.reads: each.id for each in properties_of(WIKIDATA, "city")}
    return tuple(
        PropertyRow(each.name(lang), each.id, items.pop(each.evidence or each.reads, ""), bool(each.evidence),
                    each.can_be_fetched)
        for each in properties_of(OURS, "city")
    )  # fmt: skip


def _tried(candidate: dict[str, Any], service: Service) -> Tried:
    """A candidate; its page is ours or, where it need not be a thing of ours, that of Wikidata."""
    own = service.view + candidate["id"]
    if not service.space:
        own = url_for("pages.thing", lang=service.language, kind=service.kind, key=candidate["id"])
    return Tried(
        candidate["name"],
        own,
        candidate["id"],
        ", ".join(each["name"] for each in candidate["type"]),
        candidate.get("description", ""),
        candidate["score"],
        candidate["match"],
        tuple(each["name"] for each in candidate.get("reasons", ())),
    )
