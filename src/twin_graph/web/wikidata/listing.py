"""One report as a list: filtered by facets, a city and the beginning of a name, sorted and paged.

Everything a reader has chosen is in the address, and holds for the files too. How a finding is shown by itself is
`finding`; which findings there are is `comparison`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask import request, url_for
from rdflib import Literal

from twin_graph import iris
from twin_graph.browse import Faceted, as_set, make_facet, places
from twin_graph.compare.model import ReportName
from twin_graph.compare.words import terms
from twin_graph.errors import EntityNotFound
from twin_graph.labels.folding import fold
from twin_graph.namespaces import CONCEPTS_IRI
from twin_graph.web.asked import Asked, read_asked
from twin_graph.web.comparison import Row, View, parties
from twin_graph.web.dates import format_edtf
from twin_graph.web.facets import FacetGroup, group_facets, pages_around
from twin_graph.web.languages import catalogue, collation_key
from twin_graph.web.names import Title, plain
from twin_graph.web.panels import Column, Panel, PanelRow, Value
from twin_graph.web.site import Site
from twin_graph.web.tables.links import SortLink
from twin_graph.web.wikidata import words
from twin_graph.workspace import LANGUAGES

FACETS = ("kind", "country", "strength", "state", "export")
COLUMNS = ("finding", "kind", "here", "there", "country", "state", "export")
_WORD = re.compile(r"[a-z-]+")
PARAMETERS = ("q", "city", "sort", *FACETS)


@dataclass(frozen=True)
class ReportPage:
    """One page of a report, for its template.

    Attributes:
        total: number of findings that fit; `everything` of all of the report.
        city: the name of the city that it is narrowed to, None for none.
    """

    report: ReportName
    asked: Asked
    base: str
    panel: Panel
    pages: int
    total: int
    everything: int
    facets: tuple[FacetGroup, ...]
    around: Mapping[str, str]
    sorts: Mapping[str, SortLink]
    city: Title | None


def read(here: Site, view: View, report: ReportName) -> Asked:
    """What the address asks for.

    Raises:
        MalformedRequest: it cannot be sorted so, or a number is none.
    """
    known: dict[str, Mapping[str, object]] = {**shelf(view, report).facets, "city": here.comparison.by_city}
    return read_asked(request.args, known, COLUMNS)


def choose(here: Site, view: View, report: ReportName, asked: Asked, language: str) -> list[Row]:
    """The findings that fit, in the order that is asked for."""
    rows = view.of(report)
    found = places(_matching(here, view, report, asked))
    if name := asked.sort.removeprefix("-"):
        known = _names(here, view, report, language) if name == "finding" else ()
        keys = {
            place: known[place] if known else _sort_key(here, rows[place], name, language) for place in found
        }
        full, empty = [place for place in found if keys[place]], [place for place in found if not keys[place]]
        full.sort(key=lambda place: keys[place], reverse=asked.sort.startswith("-"))
        found = full + empty
    return [rows[place] for place in found]


def show(here: Site, view: View, report: ReportName, asked: Asked, language: str) -> ReportPage:
    """One page of a report.

    Raises:
        EntityNotFound: the list has no such page.
    """
    rows, base = choose(here, view, report, asked, language), path(report, language)
    pages = max(1, -(-len(rows) // asked.size))
    if asked.page > pages:
        raise EntityNotFound(f"the list has {pages} page(s)")
    shown = rows[(asked.page - 1) * asked.size : asked.page * asked.size]
    facets = {name: tokens for name, tokens in asked.facets.items() if name != "city"}
    counted = shelf(view, report).counts(facets, _among(here, view, report, asked))
    panel = table(here, shown, language, "list")
    chosen = next(iter(asked.facets.get("city", ())), "")
    return ReportPage(
        report=report,
        asked=asked,
        base=base,
        panel=panel,
        pages=pages,
        total=len(rows),
        everything=len(view.of(report)),
        facets=group_facets(
            counted, asked, base, language, lambda name: words.column(name, language),
            lambda name, value: _title(here, name, value.token, language),
        ),
        around=pages_around(asked, base, pages),
        sorts=_sorts(panel, asked, base) if len(rows) > 1 else {},
        city=name_of(here, chosen, chosen, language) if chosen else None,
    )  # fmt: skip


def path(report: ReportName, language: str) -> str:
    """Where a report is for people."""
    return url_for("wikidata.report", lang=language, report=report)


def shelf(view: View, report: ReportName) -> Faceted:
    """The facets of a report; made once for each moment."""
    known = view.facets
    if report not in known:
        rows = view.of(report)
        made = {name: make_facet(_literals(rows, name), len(rows)) for name in FACETS}
        known[report] = Faceted(
            tuple(row.id for row in rows), {name: each for name, each in made.items() if each}
        )
    return known[report]


def table(here: Site, rows: Sequence[Row], language: str, name: str) -> Panel:
    """Findings as a table; a column that nothing is in is left out.

    Args:
        name: the id of its heading on the page.
    """
    cells = [{name: _cell(here, row, name, language) for name in COLUMNS} for row in rows]
    used = [name for name in COLUMNS if not cells or any(each[name] for each in cells)]
    columns = tuple(Column(name, words.column(name, language), sortable=True) for name in used)
    made = tuple(PanelRow("", tuple(each[name] for name in used)) for each in cells)
    return Panel(name, catalogue(language).gettext("Findings"), columns, made, total=len(made))


def names_of(here: Site, row: Row, language: str) -> Title:
    """The names of what a finding is about, in the reader's language where they are ours."""
    subject, *others = parties(row.finding)
    first, rest = row.finding.names_in(language)
    said = rest.split(", ") if len(others) > 1 else [rest]
    titles = [name_of(here, name, text, language) for name, text in zip(others, said, strict=False)]
    whole = name_of(here, subject, first, language)
    for number, title in enumerate(titles):
        whole = whole + (", " if number else " – ") + title
    return whole


def name_of(here: Site, name: str, otherwise: str, language: str) -> Title:
    """The name of an item, or of a city of ours."""
    key = here.comparison.city(name)
    if not key:
        return plain(otherwise or name)
    return here.names.title(iris.thing(here.base_iri, "city", key), language)


def country_name(here: Site, key: str, language: str) -> Title:
    """The name of a country by its key; the item where our data do not have it."""
    thing = iris.thing(here.base_iri, "country", key) if iris.is_key(key) else None
    if thing is None or next(here.store.triples(thing), None) is None:
        return plain(key)
    return here.names.title(thing, language)


def value_of(here: Site, text: str, language: str) -> Title | None:
    """What a side says, for readers: dates, a status, or which reference it names; None where it says nothing."""
    if not text:
        return None
    if text in terms("strength"):
        return Title((words.words_of("strength", text, language).title,))
    status = here.names.label(f"{CONCEPTS_IRI}status#{text}", language) if _WORD.fullmatch(text) else None
    if status is not None:
        return Title((status,))
    translate = catalogue(language).gettext
    return plain("; ".join(format_edtf(each, language, translate) for each in text.split(";") if each))


def _matching(here: Site, view: View, report: ReportName, asked: Asked) -> int:
    facets = {name: tokens for name, tokens in asked.facets.items() if name != "city"}
    return shelf(view, report).matching(facets, _among(here, view, report, asked))


def _among(here: Site, view: View, report: ReportName, asked: Asked) -> int | None:
    """The places of the findings about the chosen cities with a name, in any language, as asked; None for all."""
    rows, first = view.of(report), view.first(report)
    found: int | None = None
    if tokens := asked.facets.get("city"):
        about = {place - first for token in tokens for place in here.comparison.by_city.get(token, ())}
        found = as_set((place for place in about if 0 <= place < len(rows)), len(rows))
    if wanted := fold(asked.text):
        begun = [place for place, names in enumerate(_searched(here, view, report)) if f" {wanted}" in names]
        found = as_set(begun, len(rows)) & (-1 if found is None else found)
    elif asked.text:
        found = 0
    return found


def _names(here: Site, view: View, report: ReportName, language: str) -> Sequence[str]:
    """The place of the names of each finding of a report in the alphabet; it never changes."""
    known = here.comparison.names
    if (report, language) not in known:
        titles = [str(names_of(here, row, language)) for row in view.of(report)]
        known[report, language] = [collation_key(title, language) for title in titles]
    return known[report, language]


def _searched(here: Site, view: View, report: ReportName) -> Sequence[str]:
    """How each finding of a report is searched for: a file has no language, so it is by the names of all of them."""
    known = here.comparison.searched
    if report not in known:
        known[report] = [
            "\n".join(dict.fromkeys(f" {fold(name)}" for name in _all_names(here, row)))
            for row in view.of(report)
        ]
    return known[report]


def _all_names(here: Site, row: Row) -> Iterable[str]:
    yield from (str(names_of(here, row, language)) for language in LANGUAGES)
    yield from row.finding.names


def _literals(rows: Sequence[Row], name: str) -> dict[int, tuple[Literal, ...]]:
    found = {
        place: row.finding.countries if name == "country" else (_token(row, name),)
        for place, row in enumerate(rows)
    }
    literals = {place: tuple(map(Literal, filter(None, tokens))) for place, tokens in found.items()}
    return {place: tokens for place, tokens in literals.items() if tokens}


def _token(row: Row, name: str) -> str:
    if name == "strength":
        return row.finding.details.get("strength", "")
    return str(getattr(row if name in ("state", "export") else row.finding, name))


def _title(here: Site, name: str, token: str, language: str) -> Title:
    if name == "country":
        return country_name(here, token, language)
    if name == "export":
        return plain(words.export(token, language))
    sort: words.Sort = "kind" if name == "kind" else "strength" if name == "strength" else "state"
    return Title((words.words_of(sort, token, language).title,))


def _cell(here: Site, row: Row, name: str, language: str) -> tuple[Value, ...]:
    if name == "finding":
        href = url_for("wikidata.finding", lang=language, identity=row.id)
        return (Value(names_of(here, row, language), href),)
    if name in ("here", "there"):
        said = value_of(here, row.finding.values[name == "there"], language)
        return (Value(said),) if said is not None else ()
    if name == "country":
        return tuple(Value(country_name(here, key, language)) for key in row.finding.countries)
    token = _token(row, name)
    return (Value(_title(here, name, token, language)),) if token else ()


def _sort_key(here: Site, row: Row, name: str, language: str) -> str:
    if name in ("here", "there"):
        return row.finding.values[name == "there"]
    token = _token(row, name)
    return collation_key(str(_title(here, name, token, language)), language) if token else ""


def _sorts(panel: Panel, asked: Asked, base: str) -> dict[str, SortLink]:
    found = {}
    for column in panel.columns:
        order = {column.name: "ascending", f"-{column.name}": "descending"}.get(asked.sort, "")
        wanted = f"-{column.name}" if order == "ascending" else column.name
        found[column.name] = SortLink(asked.to(sort=wanted, page=1).path(base), order)
    return found
