"""A thing in a frame of 420 by 180 points, for who chooses among candidates: static, and framed by anybody (R17)."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, render_template
from rdflib import URIRef
from rdflib.term import Node

from twin_graph.formats import HTML
from twin_graph.reconcile import Facts, Service
from twin_graph.reconcile.elsewhere import country_of, find_elsewhere, title_of
from twin_graph.reconcile.manifests import HEIGHT, WIDTH
from twin_graph.web.languages import page_language
from twin_graph.web.responses import represent
from twin_graph.web.site import Site

POLICY = ("frame-ancestors *; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'none'; "
          "form-action 'none'")  # fmt: skip
_MOST = 5
# What joins a thing of a kind with others.
_VIA = {"city": "^twin:hasParty", "network": "^twin:isMembershipIn"}
_SINCE = "twin:countsFrom/twin:signedOn|twin:earliestStart|twin:from"


@dataclass(frozen=True)
class Other:
    """A partner, member or party: its name, the year of the beginning, the status where one is said."""

    name: str
    year: str
    status: str


@dataclass(frozen=True)
class Preview:
    """What the frame shows."""

    title: str
    type: str
    country: str
    population: str
    population_year: str
    others: tuple[Other, ...]
    left: int


def answer(here: Site, service: Service, facts: Facts, identifier: str) -> Response:
    """The frame, or a small page with 404 where there is nothing of this identifier."""
    thing = facts.find(service, identifier)
    shown = make(service, facts, thing) if thing is not None else _elsewhere(here, service, facts, identifier)
    response = represent(
        here,
        HTML,
        lambda: render_template(
            "reconcile_preview.html",
            shown=shown,
            identifier=identifier[:100],
            kind=service.kind,
            language=page_language(),
            width=WIDTH,
            height=HEIGHT,
        ),
        parameters=("id",),
        vary=() if service.said else ("Accept-Language",),
        language=service.language,
        status=404 if shown is None else 200,
        cache="public, max-age=60" if shown is None else "public, max-age=300, stale-while-revalidate=86400",
    )
    response.headers["Content-Security-Policy"] = POLICY
    return response


def _elsewhere(here: Site, service: Service, facts: Facts, identifier: str) -> Preview | None:
    """What is known of an item that is no thing of ours."""
    place = find_elsewhere(here.places, service, identifier)
    if place is None:
        return None
    country = country_of(place, facts, service.language)
    return Preview(title_of(place, service.language), service.types[0].name(service.language),
                   ", ".join(filter(None, (place.admin, str(country["name"]) if country else ""))),
                   str(place.population or ""), "", (), 0)  # fmt: skip


def make(service: Service, facts: Facts, thing: URIRef) -> Preview:
    """What is shown of a thing."""
    language = service.language

    def first(way: str) -> str:
        return next((str(end) for end in facts.follow([thing], way)), "")

    country = first("twin:inCountry")
    others = _others(service, facts, thing)
    return Preview(
        facts.titles(str(thing), language),
        facts.types(service, thing)[0].name(language),
        facts.titles(country, language) if country else "",
        first("twin:population"),
        first("twin:populationYear"),
        others[:_MOST],
        max(0, len(others) - _MOST),
    )


def _others(service: Service, facts: Facts, thing: URIRef) -> tuple[Other, ...]:
    """Those with whom a thing is joined, first those of which the beginning is known, the oldest first."""
    if service.kind == "partnership":
        joints: dict[Node, list[Node]] = {end: [thing] for end in facts.follow([thing], "twin:hasParty")}
    else:
        via = _VIA[service.kind]
        # Who has no partner now is shown with those of former times.
        joints = facts.joints(thing, via, "current") or facts.joints(thing, via, "any")
    found: dict[Node, Other] = {}
    for end in sorted(joints, key=str):
        # A partner by several partnerships is one, since the first of them; so are a city and its municipality.
        same = next((other for other in facts.follow([end], "twin:hasSibling") if other in found), end)
        each = [_other(service, facts, joint, end) for joint in joints[end]]
        found[same] = min([*each, *([found[same]] if same in found else [])], key=_order)
    return tuple(sorted(found.values(), key=_order))


def _order(other: Other) -> tuple[bool, str, str]:
    return not other.year, other.year, other.name


def _other(service: Service, facts: Facts, joint: Node, end: Node) -> Other:
    years = [str(date)[:4] for date in facts.follow([joint], _SINCE)]
    statuses = facts.follow([joint], "twin:currentStatus")
    said = [status for status in statuses if str(status).rpartition("#")[2] not in ("unknown", "in-force")]
    name = facts.titles(str(end), service.language)
    return Other(name, years[0] if years else "",
                 facts.titles(str(said[0]), service.language) if said else "")  # fmt: skip
