"""Small sets of links of ours for tests of the comparison, and what is exported of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from twin_graph.compare.checks import Freshness, settle
from twin_graph.compare.decisions import Decisions
from twin_graph.compare.model import Cited, City, Dated, Link, Ours, Reports, digest
from twin_graph.compare.reports import compare
from twin_graph.wikidata.model import Observation

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
PAGE = Cited("https://lublin.eu/partners", "2026-10-01")
OTHER_PAGE = Cited("https://nancy.fr/jumelages")
BASE = "http://localhost:8000/"


def city(key: str, item: str, country: str = "pl", **fields: Any) -> City:
    """A city of ours."""
    known: dict[str, Any] = {"names": {"en": key.capitalize()}, "place": None} | fields
    return City(key, item, country, **known)


LUBLIN, NANCY = city("lublin", "Q37333"), city("nancy", "Q40898", "fr")
A, B = LUBLIN.item, NANCY.item


def link(
    *parties: str, start: str = "", end: str = "", cited: Iterable[Cited] = (PAGE,), **fields: Any
) -> Link:
    """A partnership of ours, of Lublin and Nancy where nobody else is named."""
    keys = tuple(sorted(parties or ("lublin", "nancy")))
    pages = tuple(cited)
    dated = Dated(start, 0, "partner", pages) if start else None
    known: dict[str, Any] = {
        "relation": "partner", "status": "terminated" if end else "in-force", "confidence": "high",
        "start": dated, "starts": (dated,) if dated else (), "ends": (Dated(end, 0, "", pages),) if end else (),
        "cited": pages, "confirmed": "2026-10", "digest": digest(*keys, start, end, *(page.url for page in pages)),
    } | fields  # fmt: skip
    return Link("-".join(keys), keys, **known)


def ours(*links: Link, cities: Iterable[City] = (LUBLIN, NANCY)) -> Ours:
    """What we hold."""
    return Ours(BASE, "snapshot", "2026-11-23", {each.key: each for each in cities}, links)


def settled(
    held: Ours, observed: Observation, *decisions: Any, now: datetime = NOW, **options: Any
) -> Reports:
    """The reports with every check."""
    return settle(compare(held, observed), Decisions(decisions), Freshness(now), **options)


def kinds(reports: Reports, report: str = "") -> list[str]:
    """The kinds of the findings, in their order."""
    return [finding.kind for finding in reports.findings if finding.report == report or not report]
