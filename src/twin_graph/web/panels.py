"""Panels: one query of ours shown as a table, whole or as a reader has filtered and sorted it.

Makes values for templates and downloads; where they can be had is `tables`. A panel's title is the title of its
`.rq`, its columns are the variables; rows with the same value of the first variable are one row. Notes in the
header of the query:

    sort      the variable whose text orders the rows
    hide      the variables that only keep rows apart
    filter    the variables that a reader may choose a value of
    sortable  the variables that a reader may sort by; all that are shown, where it does not say
    links     lists that numbers lead to: `variable=kind?facet=value`, where `{country}` is what the row has there
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl

from flask import has_request_context, request, url_for
from rdflib import Literal, URIRef
from rdflib.term import Node

from twin_graph import iris, standing
from twin_graph.queries import Query, load
from twin_graph.store import Row
from twin_graph.web.languages import collation_key
from twin_graph.web.understood import LONGEST, Words
from twin_graph.web.values import (
    Fact,
    Published,
    Value,
    facts,
    heading,
    local_name,
    make_values,
    property_heading,
)

__all__ = ["Choice", "Column", "Fact", "Filter", "Option", "Panel", "PanelRow", "Value", "facts", "heading",
           "make_values", "narrow", "property_heading", "read_choice", "run"]  # fmt: skip

_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_SELECTED = re.compile(r"[()]|\bAS\b|\?\w+")
Cells = dict[str, tuple[Value, ...]]


@dataclass(frozen=True)
class Choice:
    """What a reader asks of a table: the variable to sort by, and one value for each filter.

    Attributes:
        sort: a variable, after `-` for the reverse order; empty for the order of the query.
        filters: the end of an IRI (a key, a notation) or a text, by variable.
    """

    sort: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Column:
    """One column: the variable, its heading, whether all its values are numbers, whether rows may be sorted by it.

    Attributes:
        holds_things: whether things belong into it, also where it is empty.
    """

    name: str
    heading: str
    is_number: bool = False
    sortable: bool = False
    holds_things: bool = False


@dataclass(frozen=True)
class Option:
    """One value of a filter: as it stands in the address, its name, and in how many rows it is."""

    value: str
    title: Value
    rows: int


@dataclass(frozen=True)
class Filter:
    """A variable that a reader may choose a value of."""

    name: str
    heading: str
    options: tuple[Option, ...]
    chosen: str = ""


@dataclass(frozen=True)
class PanelRow:
    """One row.

    Attributes:
        id: the fragment of the page's document that it shows, if it is one; else `row-` and the key of its thing.
        cells: one for each column.
        kind: of the thing in its id.
        subject: the first IRI that the query gave, shown or not: what the row is about.
    """

    id: str
    cells: tuple[tuple[Value, ...], ...]
    kind: str = ""
    subject: URIRef | None = None


@dataclass(frozen=True)
class Panel:
    """A table for a page.

    Attributes:
        this: the thing of the page; None for the tables of the home page.
        total: number of rows before a reader's filters.
        kept: what else its address says: the day that it is of.
        left_out: columns that no row has anything in, with their places in the whole table.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[PanelRow, ...]
    this: URIRef | None = None
    filters: tuple[Filter, ...] = ()
    choice: Choice = Choice()
    total: int = 0
    kept: Words = ()
    left_out: tuple[tuple[int, Column], ...] = ()

    def whole(self) -> Panel:
        """The same table with all of its columns, as files have it."""
        columns, cells = list(self.columns), [list(row.cells) for row in self.rows]
        for place, column in self.left_out:
            columns.insert(place, column)
            for each in cells:
                each.insert(place, ())
        rows = tuple(replace(row, cells=tuple(each)) for row, each in zip(self.rows, cells, strict=True))
        return replace(self, columns=tuple(columns), rows=rows, left_out=())

    def first(self, number: int) -> Panel:
        """The same table with its first rows only."""
        return replace(self, rows=self.rows[:number])


def run(site: Published, name: str, language: str, choice: Choice | None = None, *, is_whole: bool = False,
        **bound: Node) -> Panel:  # fmt: skip
    """The panel of a query, with its variables bound.

    Args:
        choice: by default what the address of the request says; what it says of other tables is no matter here.
        is_whole: whether columns are kept that no row has anything in: files have them, pages do not.
    """
    query = load(name)
    found = [_as_said(row) for row in _merge(site.store.select(query, **bound))]
    hidden = {*query.notes.get("hide", "").split(), *bound}
    shown = [variable for variable in _variables(query, found, is_whole) if variable not in hidden]
    wanted = [variable for variable in query.notes.get("filter", "").split() if variable in shown]
    if choice is None:
        choice = read_choice(request.args.get, wanted) if has_request_context() else Choice()
    links = _links(query)
    rows = [_linked(_cells(site, row, shown, language), links, language) for row in found]
    this = bound.get("this")
    made = [(cells, _row(site, row, cells, shown, this)) for cells, row in zip(rows, found, strict=True)]
    if sort := query.notes.get("sort", ""):
        made.sort(key=lambda pair: collation_key(_text(pair[0].get(sort, ())), language))
    columns = _columns(site, query, rows, shown, language)
    filters = tuple(_filter(site, variable, rows, choice, language) for variable in wanted)
    kept = narrow(made, choice, {column.name: column for column in columns}, language)
    return Panel(
        name,
        query.title(language),
        columns,
        tuple(row for _, row in kept),
        this if isinstance(this, URIRef) else None,
        tuple(each for each in filters if len(each.options) > 1 or each.chosen),
        choice,
        len(made),
    )


def read_choice(get: Callable[[str, str], str], filters: Sequence[str]) -> Choice:
    """What an address asks of a table that has these filters."""
    asked = {name: get(name, "").strip()[:LONGEST] for name in filters}
    return Choice(get("sort", "")[:LONGEST], {name: text for name, text in asked.items() if text})


def narrow(
    rows: Sequence[tuple[Cells, PanelRow]], choice: Choice, columns: Mapping[str, Column], language: str
) -> list[tuple[Cells, PanelRow]]:
    """The rows that a reader wants, in their order; rows without a value come last in both directions."""
    kept = [
        pair
        for pair in rows
        if all(text in map(token, pair[0].get(name, ())) for name, text in choice.filters.items())
    ]
    name = choice.sort.removeprefix("-")
    if name not in columns or not columns[name].sortable:
        return kept
    empty = [pair for pair in kept if not pair[0].get(name)]
    full = [pair for pair in kept if pair[0].get(name)]
    full.sort(
        key=lambda pair: _rank(pair[0][name], columns[name], language), reverse=choice.sort.startswith("-")
    )
    return full + empty


def token(value: Value) -> str:
    """How a value stands in an address: the end of an IRI, else the text itself."""
    return local_name(str(value.term)) if isinstance(value.term, URIRef) else str(value.term)


def _cells(
    site: Published, row: Mapping[str, tuple[Node, ...]], shown: Sequence[str], language: str
) -> Cells:
    return {name: make_values(site, row[name], name, language) for name in shown if name in row}


def _links(query: Query) -> dict[str, tuple[str, list[tuple[str, str]]]]:
    """The kind and the facets of the list that a number of a variable leads to."""
    found = {}
    for link in query.notes.get("links", "").split():
        name, _, target = link.partition("=")
        kind, _, facets = target.partition("?")
        found[name] = (kind, parse_qsl(facets))
    return found


def _linked(cells: Cells, links: Mapping[str, tuple[str, list[tuple[str, str]]]], language: str) -> Cells:
    """The cells, with the numbers of things as links to a list of these things; nothing has no list."""
    known = {f"{{{name}}}": token(values[0]) for name, values in cells.items() if values}
    for name, (kind, facets) in links.items():
        if not any(str(value.term) != "0" for value in cells.get(name, ())):
            continue
        chosen: dict[str, Any] = {facet: known.get(text, text) for facet, text in facets}
        href = url_for("pages.listing", lang=language, kind=kind, **chosen)
        cells[name] = tuple(replace(value, href=href) for value in cells[name])
    return cells


def _row(site: Published, row: Mapping[str, tuple[Node, ...]], cells: Cells, shown: Sequence[str],
         this: Node | None) -> PanelRow:  # fmt: skip
    subject = next((term for terms in row.values() for term in terms if isinstance(term, URIRef)), None)
    place = _fragment(subject, this)
    first = next((cells[name][0].term for name in shown if name in cells and _is_ours(site, cells[name])), "")
    minted = iris.unmint(site.base_iri, str(first))
    key, kind = (minted.key, minted.kind) if minted else ("", "")
    anchor = place or (f"row-{key}" if key else "")
    return PanelRow(anchor, tuple(cells.get(name, ()) for name in shown), "" if place else kind, subject)


def _is_ours(site: Published, values: Sequence[Value]) -> bool:
    return isinstance(values[0].term, URIRef) and values[0].term.startswith(f"{site.base_iri}id/")


def _fragment(subject: URIRef | None, this: Node | None) -> str:
    """The fragment of a node that lives in the document of the page: its row can be linked to."""
    document = str(this).replace("/id/", "/doc/", 1)
    if subject is None or not subject.startswith(f"{document}#"):
        return ""
    fragment = subject.removeprefix(f"{document}#")
    return fragment if iris.FRAGMENT.fullmatch(fragment) else ""


def _columns(
    site: Published, query: Query, rows: Sequence[Cells], shown: Sequence[str], language: str
) -> tuple[Column, ...]:
    sortable = query.notes.get("sortable", " ".join(shown)).split()
    return tuple(
        Column(
            name,
            heading(site, name, language),
            _is_number([row.get(name, ()) for row in rows]),
            name in sortable and name != "details",
        )
        for name in shown
    )


def _filter(site: Published, name: str, rows: Sequence[Cells], choice: Choice, language: str) -> Filter:
    found: dict[str, tuple[Value, int]] = {}
    for row in rows:
        for value in {token(value): value for value in row.get(name, ())}.values():
            found[token(value)] = (value, found.get(token(value), (value, 0))[1] + 1)
    options = [Option(text, value, number) for text, (value, number) in found.items()]
    options.sort(key=lambda option: collation_key(str(option.title.title), language))
    return Filter(name, heading(site, name, language), tuple(options), choice.filters.get(name, ""))


def _rank(values: Sequence[Value], column: Column, language: str) -> tuple[float, str]:
    term = values[0].term
    if column.is_number and _NUMBER.fullmatch(str(term)):
        return float(str(term)), ""
    if isinstance(term, Literal) and not term.language and str(term)[:4].isdigit():
        return 0, str(term)  # a date: its text is in the order of time
    return 0, collation_key(_text(values), language)


def _merge(rows: Sequence[Row]) -> list[dict[str, tuple[Node, ...]]]:
    merged: dict[object, dict[str, dict[Node, None]]] = {}
    for row in rows:
        cells = merged.setdefault(next(iter(row.values()), None), {})
        for name, term in row.items():
            cells.setdefault(name, {})[term] = None
    return [{name: tuple(terms) for name, terms in cells.items()} for cells in merged.values()]


def _as_said(row: dict[str, tuple[Node, ...]]) -> dict[str, tuple[Node, ...]]:
    """The row of a partnership without the status that only repeats its relation."""
    if "status" in row and "relation" in row:
        statuses = standing.said(row.pop("status"), row["relation"])
        return {**row, "status": tuple(statuses)} if statuses else row
    return row


def _variables(query: Query, rows: Sequence[Mapping[str, object]], is_whole: bool) -> list[str]:
    """The variables in the order of SELECT; without those that no row binds, unless all are wanted."""
    head = query.text[query.text.index("SELECT") :].partition("WHERE")[0]
    used = {name for row in rows for name in row}
    return [name for name in dict.fromkeys(_projected(head)) if name in used or is_whole or not rows]


def _projected(head: str) -> Iterator[str]:
    """The variables of a SELECT clause: those that stand alone, and those that an expression is given to."""
    depth, before = 0, ""
    for word in _SELECTED.findall(head):
        depth += {"(": 1, ")": -1}.get(word, 0)
        if word.startswith("?") and (depth == 0 or (depth == 1 and before == "AS")):
            yield word.removeprefix("?")
        before = word


def _text(values: Sequence[Value]) -> str:
    return ", ".join(str(value.title) for value in values)


def _is_number(cells: Sequence[Sequence[Value]]) -> bool:
    values = [value for cell in cells for value in cell]
    return bool(values) and all(value.mark == "number" for value in values)
