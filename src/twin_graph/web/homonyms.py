"""What tells cities of one name in one country from one another: how many partners they have, and where they are.

Only for those that a reader sees together; a city whose name and country stand alone there needs no mark.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping

from rdflib import URIRef

from twin_graph import iris
from twin_graph.namespaces import TWIN
from twin_graph.web.languages import catalogue
from twin_graph.web.site import Site


def marks(here: Site, shown: Mapping[str, Hashable], language: str) -> dict[str, str]:
    """The marks of cities that look alike.

    Args:
        shown: by the key of each city what a reader sees of it.
    """
    alike = Counter(shown.values())
    made = {key: _mark(here, key, language) for key, looks in shown.items() if alike[looks] > 1}
    still = Counter(made.values())
    return {
        key: mark if mark and still[mark] < 2 else f"{mark} ({key})".strip() for key, mark in made.items()
    }


def _mark(here: Site, key: str, language: str) -> str:
    city = iris.thing(here.base_iri, "city", key)
    count = int(_number(here, city, TWIN.twinCount) or 0)
    partners = catalogue(language).ngettext("%(num)s partner", "%(num)s partners", count) % {"num": count}
    north, east = _number(here, city, TWIN.latitude), _number(here, city, TWIN.longitude)
    place = "" if north is None or east is None else f", {_degrees(north, 'NS')} {_degrees(east, 'EW')}"
    return partners + place


def _degrees(number: float, letters: str) -> str:
    """A coordinate as maps have it, near enough to be told from that of another city."""
    return f"{abs(number):.1f}°\N{NO-BREAK SPACE}{letters[number < 0]}"


def _number(here: Site, city: URIRef, predicate: URIRef) -> float | None:
    values = sorted(str(value) for _, _, value in here.store.triples(city, predicate))
    return float(values[0]) if values else None
