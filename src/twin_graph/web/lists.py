"""The published graphs with their titles, sizes and licences, and the title of the site: values for templates."""

from __future__ import annotations

from dataclasses import dataclass

from rdflib import Literal, URIRef
from rdflib.namespace import DCTERMS

from twin_graph import iris
from twin_graph.namespaces import VOID
from twin_graph.web.languages import catalogue
from twin_graph.web.names import Text, Title, choose, plain
from twin_graph.web.panels import Column, Panel, PanelRow
from twin_graph.web.site import Site
from twin_graph.web.values import Value


@dataclass(frozen=True)
class GraphRow:
    """One named graph: name, title, number of statements, addresses of its licences, who is to be named."""

    name: str
    title: Title
    triples: int
    licences: tuple[str, ...]
    rights: Text | None


def graphs(here: Site, language: str) -> list[GraphRow]:
    """The published graphs with their titles, sizes and licences."""
    rows = []
    for name in sorted(here.manifest.graphs):
        graph = iris.graph(here.base_iri, name)
        if graph in here.snapshot.hidden:
            continue
        licences = tuple(str(value) for value in here.names.values(graph, DCTERMS.license))
        triples = here.names.value(graph, VOID.triples)
        noted = [value for value in here.names.values(graph, DCTERMS.rights) if isinstance(value, Literal)]
        rights = choose(noted, language)
        size = int(str(triples)) if triples is not None else here.manifest.graphs[name]
        rows.append(GraphRow(name, here.names.title(graph, language), size, licences, rights))
    return rows


def graphs_table(here: Site, language: str) -> Panel:
    """The published graphs as a table, for files."""
    _ = catalogue(language).gettext
    heads = {"graph": _("Graph"), "title": _("Title"), "triples": _("Statements"), "licence": _("Licence"),
             "rights": _("Rights")}  # fmt: skip
    columns = tuple(Column(name, head, name == "triples", holds_things=name in ("graph", "licence"))
                    for name, head in heads.items())  # fmt: skip
    rows = tuple(_table_row(here, row) for row in graphs(here, language))
    return Panel("graphs", _("Named graphs"), columns, rows, total=len(rows))


def _table_row(here: Site, row: GraphRow) -> PanelRow:
    graph = iris.graph(here.base_iri, row.name)
    rights = (Value(Title((row.rights,)), term=Literal(row.rights.text)),) if row.rights else ()
    cells = (
        (Value(plain(row.name), term=graph),),
        (Value(row.title, term=Literal(str(row.title))),),
        (Value(plain(str(row.triples)), mark="number", term=Literal(row.triples)),),
        tuple(Value(plain(licence), term=URIRef(licence)) for licence in row.licences),
        rights,
    )
    return PanelRow("", cells, subject=graph)


def licences(here: Site, language: str) -> dict[str, list[Title]]:
    """The licences of the published graphs, each with the titles of its graphs."""
    found: dict[str, list[Title]] = {}
    for graph in graphs(here, language):
        for licence in graph.licences:
            found.setdefault(licence, []).append(graph.title)
    return dict(sorted(found.items()))


def title_of_site(here: Site, language: str) -> str:
    """Title of the publication in a language, else in English, else in any."""
    titles = here.manifest.title
    return titles.get(language) or titles.get("en") or next(iter(titles.values()), "twin_graph")
