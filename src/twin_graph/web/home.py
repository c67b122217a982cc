"""What the home page shows: counts, the start city with its numbers, the latest agreements, the state of the data.

Values for a template. Anniversaries and changes are the office's macros.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from rdflib import URIRef

from twin_graph import iris
from twin_graph.errors import SnapshotDamaged
from twin_graph.kinds import DOCUMENTED
from twin_graph.web import panels
from twin_graph.web.name_examples import name_examples
from twin_graph.web.site import Site

# The kinds that a reader comes for, in the order of the tiles; the others are a line below them.
FIRST = ("city", "partnership", "agreement", "country", "network")


def values(here: Site, language: str) -> dict[str, Any]:
    """Values of the home page."""
    totals = {kind.name: here.names.totals.get(kind.name, 0) for kind in DOCUMENTED}
    city = _start_city(here, language)
    counts = here.snapshot.report.get("counts", {})
    return {
        "first": [(name, totals[name]) for name in FIRST if totals[name]],
        "others": [(name, number) for name, number in totals.items() if number and name not in FIRST],
        "examples": _examples(here, language),
        "start": here.manifest.start_city if city is not None else "",
        "start_title": here.names.title(city, language) if city is not None else None,
        "summary": panels.run(here, "city_summary", language, this=city) if city is not None else None,
        "latest": panels.run(here, "home_latest", language),
        "registers": panels.run(here, "home_registers", language),
        "conforms": bool(here.snapshot.report.get("conforms")),
        "violations": int(counts.get("Violation", 0)),
        "warnings": int(counts.get("Warning", 0)),
    }


def _examples(here: Site, language: str) -> tuple[str, ...]:
    """Names to try the search with; none where its index is damaged, which is no matter of this page."""
    with suppress(SnapshotDamaged):
        return name_examples(here.index, language)
    return ()


def _start_city(here: Site, language: str) -> URIRef | None:
    """The city that the publication opens with, where it is configured and in the data."""
    key = here.manifest.start_city
    if not key or not iris.is_key(key):
        return None
    city = iris.thing(here.base_iri, "city", key)
    return city if here.names.label(city, language) is not None else None
