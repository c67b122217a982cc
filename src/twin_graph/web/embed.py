"""What of a city can stand elsewhere: frames for the pages of others, and a sheet of paper.

A frame runs no script, sets no cookie, and is the only page of ours that others may frame.
"""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, render_template, request, url_for
from markupsafe import escape

from twin_graph import dates, iris
from twin_graph.errors import MalformedRequest
from twin_graph.formats import HTML
from twin_graph.web import panels, sheet
from twin_graph.web.feeds import city_title, elsewhere
from twin_graph.web.languages import page_language
from twin_graph.web.names import plain
from twin_graph.web.panels import Choice, Panel
from twin_graph.web.pictures import figure_of, picture_files
from twin_graph.web.responses import absolute, represent
from twin_graph.web.site import Site, site
from twin_graph.web.values import Value
from twin_graph.workspace import LANGUAGES

bp = Blueprint("embed", __name__)
_LANG = f"<any({', '.join(LANGUAGES)}):lang>"
VIEWS = ("map", "table", "timeline")
POLICY = ("default-src 'self'; script-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors *; "
          "object-src 'none'")  # fmt: skip
_HEIGHTS = {"map": 560, "table": 480, "timeline": 640}
# Of the columns of a city's partnerships, those that a small table has room for.
_COLUMNS = ("party", "country", "relation", "since", "status")


@bp.get(f"/{_LANG}/embed/city/<key>")
def city(lang: str, key: str) -> Response:
    """The map, the table or the timeline of a city, for a frame on the page of somebody else."""
    here = site()
    view = request.args.get("view", VIEWS[0])
    if view not in VIEWS:
        raise MalformedRequest(f"view: must be one of {', '.join(VIEWS)}")
    if moved := elsewhere(here, "embed.city", lang, key):
        return moved
    page = absolute(here, url_for("pages.thing", lang=lang, kind="city", key=key))
    response = represent(here, HTML, lambda: _render(here, "embed.html", lang, key, view), language=lang,
                         parameters=("view",), links=[(page, "canonical", "")])  # fmt: skip
    response.headers["Content-Security-Policy"] = POLICY
    return response


@bp.get(f"/{_LANG}/city/<key>/factsheet")
def factsheet(lang: str, key: str) -> Response:
    """A city on one sheet of A4."""
    here = site()
    if moved := elsewhere(here, "embed.factsheet", lang, key):
        return moved
    return represent(
        here, HTML, lambda: _render(here, "factsheet.html", lang, key, "map", is_sheet=True), language=lang
    )


@bp.app_template_global("frame_code")
def frame_code(key: str, view: str, title: str) -> str:
    """The line of HTML that shows a view of a city in a frame."""
    address = absolute(site(), url_for("embed.city", lang=page_language(), key=key, view=view))
    return (
        f'<iframe src="{escape(address)}" title="{escape(title)}" width="100%" height="{_HEIGHTS[view]}" '
        'loading="lazy"></iframe>'
    )


@bp.app_template_global("picture_path")
def picture_path(name: str, key: str) -> str:
    """Path of a picture of a city alone; empty where there is nothing to draw."""
    found = figure_of(name, "city", key)
    return picture_files(found)[0][1] if found is not None else ""


def _render(here: Site, template: str, lang: str, key: str, view: str, *, is_sheet: bool = False) -> str:
    """A page; on a sheet only so many partners are listed as fit, and it is said how many are left."""
    city = iris.thing(here.base_iri, "city", key)
    partners = _partners(here, lang, key)
    partners = _in_years(partners) if is_sheet else partners
    layout, fitting = sheet.layout_of(partners)
    left = len(partners.rows) - fitting if is_sheet else 0
    return render_template(
        template,
        kind="city",
        key=key,
        view=view,
        views=VIEWS,
        title=city_title(here, key, lang),
        address=absolute(here, url_for("pages.thing", lang=lang, kind="city", key=key)),
        panel=lambda name: panels.run(here, name, lang, Choice(), this=city),
        partners=replace(partners, rows=partners.rows[:fitting]) if left else partners,
        layout=layout.name,
        marks=sheet.marks_of(partners, "relation"),
        left=left,
    )


def _partners(here: Site, lang: str, key: str) -> Panel:
    """The partners of a city in few columns: those of the registers, else those that Wikidata knows."""
    city = iris.thing(here.base_iri, "city", key)
    found = panels.run(here, "city_partnerships", lang, Choice(), this=city)
    if not found.rows:
        found = panels.run(here, "city_wikidata", lang, Choice(), this=city)
    return select(found, _COLUMNS)


def _in_years(panel: Panel) -> Panel:
    """The same table with years for dates: a sheet has room for no more."""
    names = [column.name for column in panel.columns]
    if "since" not in names:
        return panel
    since = names.index("since")
    rows = []
    for row in panel.rows:
        cells = list(row.cells)
        cells[since] = tuple(_year(value) for value in cells[since])
        rows.append(replace(row, cells=tuple(cells)))
    return replace(panel, rows=tuple(rows))


def _year(value: Value) -> Value:
    first, last = dates.earliest(str(value.term)), dates.latest(str(value.term))
    certain = first is not None and last is not None and first.year == last.year
    return replace(value, title=plain(str(first.year))) if certain and first else value


def select(panel: Panel, names: tuple[str, ...]) -> Panel:
    """A table with only some of its columns."""
    places = [place for place, column in enumerate(panel.columns) if column.name in names]
    rows = tuple(replace(row, cells=tuple(row.cells[place] for place in places)) for row in panel.rows)
    return replace(panel, columns=tuple(panel.columns[place] for place in places), rows=rows)
