"""Where a table, its downloads and its query are, and the links that sort it: values for templates.

Paths are made from the route map; what is kept of the present address is what the table itself understands.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from flask import g, request, url_for
from rdflib import URIRef

from twin_graph import iris
from twin_graph.formats import CSV, HTML, PLAIN_JSON, TURTLE, XLSX, Format
from twin_graph.queries import load, runnable
from twin_graph.web.panels import Choice, Panel, PanelRow
from twin_graph.web.site import site
from twin_graph.web.sparql.protocol import MAX_ADDRESS
from twin_graph.web.understood import Words, with_words

DOWNLOADS = (CSV, XLSX, PLAIN_JSON, TURTLE)
BY_EXTENSION = {fmt.extension: fmt for fmt in DOWNLOADS}
_FEW = 2
# Tables that belong to no thing, by the beginnings of their queries.
SECTIONS = ("home", "report")


@dataclass(frozen=True)
class SortLink:
    """The link in the head of a column: where it leads, and how the rows are sorted by this column now."""

    path: str
    order: str


@dataclass(frozen=True)
class TableLinks:
    """The addresses around one table.

    Attributes:
        alone: the table by itself, as it is filtered and sorted now; empty where the page is that.
        downloads: title and path of each format.
        query: the query page with the text of the query; empty where it is too long for an address.
        here: the table on the page where it is shown, without filters.
        sorts: by column; empty where there is too little to sort.
        kept: what a form has to repeat.
    """

    alone: str
    downloads: tuple[tuple[str, str], ...]
    query: str
    here: str
    sorts: dict[str, SortLink]
    kept: Words = ()


def of(panel: Panel, language: str) -> TableLinks | None:
    """The addresses around a table; None for one that has no address of its own."""
    base_iri = site().base_iri
    if not path(language, panel.name, base_iri, panel.this, HTML):
        return None
    asked = address_words(_own(panel), panel.kept)
    alone = path(language, panel.name, base_iri, panel.this, HTML)
    place = url_for(str(request.endpoint), **(request.view_args or {}))
    return TableLinks(
        alone="" if place == alone else alone + asked,
        downloads=tuple(
            (fmt.title, path(language, panel.name, base_iri, panel.this, fmt) + asked) for fmt in DOWNLOADS
        ),
        query=query_link(panel, language),
        here=f"{with_words(place, panel.kept)}#{panel.name}",
        sorts=sorts(panel, place),
        kept=panel.kept,
    )


def _own(panel: Panel) -> Choice:
    """What the table itself understands of a choice: a page may have been sorted for another one."""
    known = {column.name for column in panel.columns if column.sortable}
    return panel.choice if panel.choice.sort.removeprefix("-") in known else replace(panel.choice, sort="")


def sorts(panel: Panel, place: str) -> dict[str, SortLink]:
    """The links of the columns by which a table may be sorted, at the path of a page."""
    if panel.total < _FEW:
        return {}
    now = panel.choice.sort
    found = {}
    for column in panel.columns:
        if column.sortable:
            order = {column.name: "ascending", f"-{column.name}": "descending"}.get(now, "")
            wanted = f"-{column.name}" if order == "ascending" else column.name
            words = address_words(Choice(wanted, panel.choice.filters), panel.kept)
            found[column.name] = SortLink(f"{place}{words}#{panel.name}", order)
    return found


def path(language: str, name: str, base_iri: str, this: URIRef | None, fmt: Format) -> str:
    """Path of a table in a format; empty for one that is no table of the home page or of this thing."""
    kind, _, rest = name.partition("_")
    words: dict[str, Any] = {"lang": language, "panel": rest.replace("_", "-")}
    endpoint = "table" if fmt is HTML else "file"
    if fmt is not HTML:
        words["extension"] = fmt.extension
    if this is None:
        return url_for(f"tables.home_{endpoint}", section=kind, **words) if kind in SECTIONS else ""
    minted = iris.unmint(base_iri, str(this))
    if minted is None or minted.kind != kind:
        return ""
    return url_for(f"tables.{endpoint}", kind=kind, key=minted.key, **words)


def address_words(choice: Choice, kept: Words = ()) -> str:
    """A choice as the query of an address, with its question mark; empty for none.

    Args:
        kept: other parameters that the address has.
    """
    words = [*kept, *sorted(choice.filters.items()), *([("sort", choice.sort)] if choice.sort else [])]
    return f"?{urlencode(words)}" if words else ""


def query_link(panel: Panel, language: str) -> str:
    """The path that leads to the query of a table; empty for a query that is too long for an address.

    The whole address of the query page would be the longest part of a table.
    """
    kind, _, rest = panel.name.partition("_")
    words: dict[str, Any] = {"lang": language, "panel": rest.replace("_", "-")}
    minted = iris.unmint(site().base_iri, str(panel.this)) if panel.this is not None else None
    # A day is as long as any other.
    if not query_page(panel.name, minted.key if minted else "", language):
        return ""
    if minted is None:
        return url_for("tables.home_query", section=kind, **words)
    return with_words(url_for("tables.query", kind=kind, key=minted.key, **words), panel.kept)


def query_page(name: str, key: str, language: str, **examples: str) -> str:
    """The query page with the query of a table, about the thing of a key; empty where that is too long.

    Args:
        examples: of other parameters.
    """
    values = {**examples, **({"this": key} if key else {})}
    return ask(runnable(load(name), site().base_iri, **values), language)


def ask(text: str, language: str) -> str:
    """The query page with a query and its result; empty where the text is too long for an address."""
    words = urlencode([("query", text), ("lang", language), ("format", "html")])
    return f"{url_for('sparql.endpoint')}?{words}" if len(words) <= MAX_ADDRESS else ""


def anchor(row: PanelRow) -> str:
    """The id of a row, which no other row of the page has; empty for a row without a thing."""
    if not row.id:
        return ""
    used: set[str] = g.setdefault("row_ids", set())
    long = f"row-{row.kind}-{row.id.removeprefix('row-')}" if row.kind else row.id
    found = row.id if row.id not in used else long
    number = 2
    while found in used:
        found, number = f"{long}-{number}", number + 1
    used.add(found)
    return found
