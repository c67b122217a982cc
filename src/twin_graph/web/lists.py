"""What the report and the page about this site show: values for templates."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rdflib import Literal, URIRef
from rdflib.namespace import DCTERMS

from twin_graph import iris
from twin_graph.errors import EntityNotFound
from twin_graph.namespaces import TWINSH, VOID
from twin_graph.web import panels
from twin_graph.web.names import Text, Title, choose
from twin_graph.web.site import Site

REPORT_ROWS = 500
_WORLD = "data/world/"
_IRI = re.compile(r"https?://[^\s<>\"|()]+")


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


def licences(here: Site, language: str) -> dict[str, list[Title]]:
    """The licences of the published graphs, each with the titles of its graphs."""
    found: dict[str, list[Title]] = {}
    for graph in graphs(here, language):
        for licence in graph.licences:
            found.setdefault(licence, []).append(graph.title)
    return dict(sorted(found.items()))


def report(here: Site, language: str, number: int) -> dict[str, Any]:
    """A page of the validation report: what can be put right here first, the data of the world after it.

    Raises:
        EntityNotFound: the report has no such page.
    """
    found = here.snapshot.report
    findings = sorted(found.get("findings", []), key=lambda finding: finding["where"].startswith(_WORLD))
    pages = max(1, -(-len(findings) // REPORT_ROWS))
    if not 1 <= number <= pages:
        raise EntityNotFound(f"the report has {pages} page(s)")
    shown = findings[(number - 1) * REPORT_ROWS : number * REPORT_ROWS]
    return {"rows": [_finding(here, finding, language) for finding in shown],
            "counts": found.get("counts", {}), "number": number, "pages": pages,
            "conforms": bool(found.get("conforms")),
            "shapes_namespace": str(TWINSH)}  # fmt: skip


def title_of_site(here: Site, language: str) -> str:
    """Title of the publication in a language, else in English, else in any."""
    titles = here.manifest.title
    return titles.get(language) or titles.get("en") or next(iter(titles.values()), "twin_graph")


def _finding(here: Site, finding: Mapping[str, Any], language: str) -> dict[str, Any]:
    """One finding in words; a message is marked where it is in another language."""
    messages = finding.get("messages", {})
    spoken = language if language in messages else "en"
    focus, path, value = (str(finding.get(name) or "") for name in ("focus", "path", "value"))
    return {
        **finding,
        "text": messages.get(spoken, ""),
        "language": "" if spoken == language else spoken,
        "focus_value": panels.make_values(here, [URIRef(focus)], "focus", language)[0] if focus else None,
        "property": panels.property_heading(here, path, language) if _IRI.fullmatch(path) else path,
        "value_title": here.names.title(value, language) if _IRI.fullmatch(value) else None,
    }
