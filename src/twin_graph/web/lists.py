"""What the home page, the lists, the report and the page about this site show: values for templates."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rdflib import Literal, URIRef
from rdflib.namespace import DCTERMS

from twin_graph import iris
from twin_graph.errors import EntityNotFound
from twin_graph.kinds import DOCUMENTED
from twin_graph.namespaces import TWINSH, VOID
from twin_graph.queries import FOLDER
from twin_graph.web import panels
from twin_graph.web.names import Text, Title, choose
from twin_graph.web.panels import Column, Value
from twin_graph.web.site import Site

PAGE_SIZE = 100
REPORT_ROWS = 500
_WORLD = "data/world/"
_IRI = re.compile(r"https?://[^\s<>\"|()]+")


@dataclass(frozen=True)
class ListPage:
    """One page of a list."""

    kind: str
    number: int
    pages: int
    total: int
    text: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, Title, tuple[tuple[Value, ...], ...]], ...]


@dataclass(frozen=True)
class GraphRow:
    """One named graph: name, title, number of statements, addresses of its licences, who is to be named."""

    name: str
    title: Title
    triples: int
    licences: tuple[str, ...]
    rights: Text | None


def home(here: Site, language: str) -> dict[str, Any]:
    """Values of the home page."""
    start = here.manifest.start_city
    city = iris.thing(here.base_iri, "city", start) if start and iris.is_key(start) else None
    if city is not None and here.names.label(city, language) is None:
        city = None
    return {
        "counts": [
            (kind.name, number) for kind in DOCUMENTED if (number := here.names.totals.get(kind.name, 0))
        ],
        "start": start if city is not None else "",
        "start_title": here.names.title(city, language) if city is not None else None,
        "summary": panels.run(here, "city_summary", language, this=city) if city is not None else None,
        "latest": panels.run(here, "home_latest", language),
        "registers": panels.run(here, "home_registers", language),
    }


def listing(here: Site, kind: str, language: str, number: int, text: str) -> ListPage:
    """One page of the things of a kind.

    Raises:
        EntityNotFound: the list has no such page.
    """
    entries = here.names.index(kind, language)
    wanted = _folded(text)
    if wanted:
        entries = [
            entry for entry in entries if any(word.startswith(wanted) for word in _beginnings(entry[0]))
        ]
    pages = max(1, -(-len(entries) // PAGE_SIZE))
    if not 1 <= number <= pages:
        raise EntityNotFound(f"the list has {pages} page(s)")
    shown = [key for _, key in entries[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]]
    columns, rows = _rows(here, kind, language, shown)
    return ListPage(kind, number, pages, len(entries), text.strip(), columns, rows)


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


def _rows(
    here: Site, kind: str, language: str, keys: list[str]
) -> tuple[tuple[Column, ...], tuple[tuple[str, Title, tuple[tuple[Value, ...], ...]], ...]]:
    """The columns that `list_<kind>.rq` adds to the names, where there is such a query."""
    things = [iris.thing(here.base_iri, kind, key) for key in keys]
    titles = [here.names.title(thing, language) for thing in things]
    name = f"list_{kind}"
    if not (FOLDER / f"{name}.rq").exists():
        return (), tuple((key, title, ()) for key, title in zip(keys, titles, strict=True))
    found = [panels.run(here, name, language, this=thing) for thing in things]
    columns = tuple({column.name: column for panel in found for column in panel.columns}.values())
    rows = []
    for key, title, panel in zip(keys, titles, found, strict=True):
        first = (
            dict(zip((c.name for c in panel.columns), panel.rows[0].cells, strict=True)) if panel.rows else {}
        )
        rows.append((key, title, tuple(first.get(column.name, ()) for column in columns)))
    return columns, tuple(rows)


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold()).translate(str.maketrans("łøđı", "lodi"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).strip()


@lru_cache(maxsize=50_000)
def _beginnings(name: str) -> tuple[str, ...]:
    """The name and each of its words, as they are compared with what a reader typed."""
    folded = _folded(name)
    words = folded.replace("–", " ").split()
    return (folded, *words)
