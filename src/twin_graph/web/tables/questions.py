"""The query of a table that is made here and not by one query: as a reader may run it on the query page.

For the map, a comparison, a chain, a search and the graphs. Runs nothing; queries of other tables are `links`.
"""

from __future__ import annotations

from collections.abc import Mapping

from rdflib import Literal, URIRef
from rdflib.term import Node

from twin_graph.namespaces import CONCEPTS_IRI
from twin_graph.queries import load, runnable, with_filters
from twin_graph.web.graph_tables import Narrowing
from twin_graph.web.languages import catalogue
from twin_graph.web.site import Site
from twin_graph.web.tables import links


def of_map(here: Site, language: str, narrowing: Narrowing, city: str) -> list[tuple[str, str]]:
    """The query of the map as it is narrowed: of the countries, or of a city."""
    wanted: dict[str, Node] = {
        name: URIRef(f"{CONCEPTS_IRI}{name}#{notation}")
        for name, notation in (("relation", narrowing.relation), ("status", narrowing.status))
        if notation
    }
    if narrowing.period:
        wanted["period"] = Literal(narrowing.period)
    if city:
        return _offer(here, language, "map_partners", wanted, city=city)
    return _offer(here, language, "map_countries", wanted)


def of_comparison(here: Site, language: str, first: str, second: str) -> list[tuple[str, str]]:
    """The query of two cities compared."""
    return _offer(here, language, "compare_partners", {}, a=first, b=second)


def of_chain(here: Site, language: str, start: str, end: str) -> list[tuple[str, str]]:
    """The query of a chain, which SPARQL can follow for three steps."""
    return _offer(here, language, "competency_24_shortest_chain", {}, start=start, end=end)


def of_graphs(here: Site, language: str) -> list[tuple[str, str]]:
    """The query of the table of graphs."""
    return _offer(here, language, "about_graphs", {})


def of_search(here: Site, language: str, text: str) -> list[tuple[str, str]]:
    """A query for names that contain a text; the index finds more."""
    return _offer(here, language, "search_names", {}, text=text)


def _offer(
    here: Site, language: str, name: str, wanted: Mapping[str, Node], **examples: str
) -> list[tuple[str, str]]:
    """Words and path, to stand after the files of a table; none where the query is too long for an address."""
    text = with_filters(runnable(load(name), here.base_iri, **examples), wanted)
    path = links.ask(text, language)
    return [(catalogue(language).gettext("Open this query"), path)] if path else []
