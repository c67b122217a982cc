"""The reports: what is one-sided, contradictory, weakly sourced or long unconfirmed, over all registers.

What each of them lists is said by the queries `report_*.rq`; as tables and files they are answered by `tables`.
"""

from __future__ import annotations

from flask import Blueprint, Response, render_template, url_for

from twin_graph.formats import HTML
from twin_graph.queries import load_all
from twin_graph.web import panels
from twin_graph.web.panels import Choice
from twin_graph.web.responses import is_here, redirect, represent
from twin_graph.web.site import Site, site
from twin_graph.workspace import LANGUAGES

bp = Blueprint("reports", __name__)
_LANG = f"<any({', '.join(LANGUAGES)}):lang>"


@bp.get(f"/{_LANG}/reports")
def overview(lang: str) -> Response:
    """The reports, and how many rows each has."""
    here = site()
    if not is_here(path := url_for("reports.overview", lang=lang)):
        return redirect(here, path, 301)
    return represent(here, HTML, lambda: _overview(here, lang), language=lang)


def _overview(here: Site, lang: str) -> str:
    found = [
        (query.name.removeprefix("report_").replace("_", "-"), panels.run(here, query.name, lang, Choice()))
        for query in load_all("report_")
    ]
    return render_template("reports.html", reports=found)
