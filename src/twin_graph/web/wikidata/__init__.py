"""The comparison with Wikidata: an overview, the reports, a page for each finding, and their files.

    listing.py    a report: filters, order, pages
    finding.py    one finding
    words.py      what kinds, checks and states are called

`/wikidata`, `/wikidata/{a…f}` and `/wikidata/finding/{id}` are for programs and lead people to the page in their
language; the same with a suffix is a file, which equals that of the command line. Nothing here writes to Wikidata,
asks it anything, or takes a decision: those are lines of a file in the workspace.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import Blueprint, Response, g, render_template, request, url_for

from twin_graph.compare import tables
from twin_graph.compare.model import AGAIN, REPORTS, VERDICTS, ReportName, Reports
from twin_graph.errors import EntityGone, EntityNotFound, NotAcceptable
from twin_graph.formats import ATOM, CSV, HTML, PLAIN_JSON, Format
from twin_graph.web import archive
from twin_graph.web.asked import SIZE, Asked
from twin_graph.web.comparison import Row, View
from twin_graph.web.languages import page_language, reader_language
from twin_graph.web.negotiation import negotiate
from twin_graph.web.panels import Panel
from twin_graph.web.responses import Link, absolute, is_here, redirect, represent
from twin_graph.web.site import Site, site
from twin_graph.web.wikidata import finding as of_finding
from twin_graph.web.wikidata import listing, words
from twin_graph.wikidata.pacing import Clock, SystemClock
from twin_graph.workspace import LANGUAGES

bp = Blueprint("wikidata", __name__)
CLOCK: Clock = SystemClock()
FILES = (PLAIN_JSON, CSV, ATOM)
MOST_LISTED = 50  # findings on the page of a city
_LANG = f"<any({', '.join(LANGUAGES)}):lang>"
_REPORT = f"<any({', '.join(REPORTS)}):report>"
_EXTENSION = f"<any({', '.join(fmt.extension for fmt in FILES)}):extension>"
_ID, _KEY = re.compile(r"[0-9a-f]{64}"), re.compile(r"[0-9a-f]{16}")


@bp.get("/wikidata")
def overview_data() -> Response:
    """303 to the overview: the page, or its numbers."""
    return _lead((PLAIN_JSON, HTML), lambda fmt: _place(fmt, "wikidata.overview", "wikidata.overview_file"))


@bp.get("/wikidata.json")
def overview_file() -> Response:
    """What was compared and what was found, in numbers."""
    here, view = site(), find_view()
    page = absolute(here, url_for("wikidata.overview_data"))
    return represent(here, PLAIN_JSON, lambda: _json(_numbers(here, view)), also=view.digest,
                     links=[(page, "canonical", HTML.media_type)])  # fmt: skip


@bp.get(f"/wikidata/{_REPORT}")
def report_data(report: ReportName) -> Response:
    """303 to a report: the page, or a file, with all that is asked for."""
    here = site()
    asked = listing.read(here, find_view(), report)

    def lead(fmt: Format) -> str:
        if fmt in (PLAIN_JSON, CSV):
            return asked.path(url_for("wikidata.file", report=report, extension=fmt.extension), whole=True)
        lang = reader_language(here.manifest.default_language)
        if fmt is ATOM:
            return asked.path(url_for("wikidata.feed", lang=lang, report=report), whole=True)
        return asked.path(listing.path(report, lang))

    return _lead((*FILES, HTML), lead)


@bp.get(f"/wikidata/{_REPORT}.{_EXTENSION}")
def file(report: ReportName, extension: str) -> Response:
    """A report as a file: everything that fits what the address asks for."""
    here, view = site(), find_view()
    fmt = next(each for each in FILES if each.extension == extension)
    asked = listing.read(here, view, report).to(size=SIZE, page=1)
    g.words = asked.words(whole=True)
    response = represent(
        here, fmt, lambda: _write(here, view, report, asked, fmt), parameters=listing.PARAMETERS,
        also=view.digest, links=_links(here, report, asked, fmt),
    )  # fmt: skip
    how = "attachment" if fmt is CSV else "inline"
    response.headers["Content-Disposition"] = f'{how}; filename="wikidata-{report}.{extension}"'
    return response


@bp.get(f"/{_LANG}/wikidata/{_REPORT}.atom")
def feed(lang: str, report: ReportName) -> Response:
    """A report as a feed in a language."""
    here, view = site(), find_view()
    asked = listing.read(here, view, report).to(size=SIZE, page=1)
    g.words = asked.words(whole=True)
    page = asked.path(absolute(here, listing.path(report, lang)), whole=True)
    own = asked.path(absolute(here, url_for("wikidata.feed", lang=lang, report=report)), whole=True)

    def make() -> bytes:
        chosen = _chosen(here, view, report, asked, lang)
        return tables.atom_of(chosen, report, page, own, language=lang, narrowed=_narrowed(asked))

    return represent(here, ATOM, make, parameters=listing.PARAMETERS, language=lang, also=view.digest,
                     links=[(page, "canonical", HTML.media_type)])  # fmt: skip


@bp.get("/wikidata/finding/<identity>")
def finding_data(identity: str) -> Response:
    """303 to a finding: the page, or all that is known of it."""
    row = find(site(), find_view(), identity)
    if isinstance(row, str):
        return redirect(
            site(), url_for("wikidata.finding_data", identity=row), 302, vary=("Accept",), cache=_SHORT
        )
    return _lead(
        (PLAIN_JSON, HTML),
        lambda fmt: _place(fmt, "wikidata.finding", "wikidata.finding_file", identity=identity),
    )


@bp.get("/wikidata/finding/<identity>.json")
def finding_file(identity: str) -> Response:
    """All that is known of a finding, with the state of its review."""
    here, view = site(), find_view()
    row = find(here, view, identity)
    if isinstance(row, str):
        return redirect(here, url_for("wikidata.finding_file", identity=row), 302, cache=_SHORT)
    page = absolute(here, url_for("wikidata.finding_data", identity=identity))
    return represent(here, PLAIN_JSON, lambda: _json(_described(view, row)), also=view.digest,
                     links=[(page, "canonical", HTML.media_type)])  # fmt: skip


@bp.get(f"/{_LANG}/wikidata")
def overview(lang: str) -> Response:
    """What was compared with what, the reports, and what is done with them."""
    here, view = site(), find_view()
    if not is_here(path := url_for("wikidata.overview", lang=lang)):
        return redirect(here, path, 301)
    data = absolute(here, url_for("wikidata.overview_file"))
    day = f"{view.at.date()} {view.digest} {here.published}"  # it says how old the archive is, and when what changed
    return represent(here, HTML, lambda: _overview(here, view, lang), language=lang, also=day,
                     links=[(data, "alternate", PLAIN_JSON.media_type)])  # fmt: skip


@bp.get(f"/{_LANG}/wikidata/{_REPORT}")
def report(lang: str, report: ReportName) -> Response:
    """A page of a report."""
    here, view = site(), find_view()
    if not is_here(path := listing.path(report, lang)):
        return redirect(here, path, 301)
    asked = listing.read(here, view, report)
    g.words = asked.words()
    return represent(
        here, HTML, lambda: _report(here, view, report, asked, lang), language=lang, also=view.digest,
        parameters=(*listing.PARAMETERS, "size", "page"), links=_links(here, report, asked, HTML),
    )  # fmt: skip


@bp.get(f"/{_LANG}/wikidata/finding/<identity>")
def finding(lang: str, identity: str) -> Response:
    """The page of a finding; what stands there now, where the id is one of earlier evidence."""
    here, view = site(), find_view()
    row = find(here, view, identity)
    if isinstance(row, str):
        return redirect(here, url_for("wikidata.finding", lang=lang, identity=row), 302, cache=_SHORT)
    data = absolute(here, url_for("wikidata.finding_file", identity=identity))
    return represent(
        here, HTML,
        lambda: render_template("wikidata/finding.html", **of_finding.values(here, row, lang), data=data),
        language=lang, also=view.digest, links=[(data, "alternate", PLAIN_JSON.media_type)],
    )  # fmt: skip


def _described(view: View, row: Row) -> dict[str, Any]:
    """All that is known of a finding, with its state and its last decision."""
    return tables.as_json(row.finding, review=view.reports.review(row.finding))


_SHORT = "public, max-age=300"


class Counted(NamedTuple):
    """Findings about a city that nobody has decided: what differs, and what only asks to be looked at again."""

    differences: int
    again: int


def find_view() -> View:
    """The comparison of the current application at this moment; of an old publication, when it was published."""
    published = archive.publication()
    return site().comparison.view(published.at if published is not None else CLOCK.now())


def find(here: Site, view: View, identity: str) -> Row | str:
    """The finding of an id; or the id of what stands there now, for a key or for an id of earlier evidence.

    Raises:
        EntityNotFound: nobody knows of it.
        EntityGone: both sides now agree, or one of them says nothing any more.
    """
    known = here.comparison
    if (place := known.places.get(identity)) is not None:
        return view.rows[place]
    former = known.key_of(identity) if _ID.fullmatch(identity) else ""
    key = former or (identity if _KEY.fullmatch(identity) else "")
    if places := known.by_key.get(key):
        return known.ids[places[0]]
    if former:
        raise EntityGone(f"the finding “{identity[:12]}” is no longer there: what both sides say has changed")
    raise EntityNotFound(f"there is no finding “{identity[:64]}”")


@bp.app_template_global("findings_about")
def findings_about(key: str) -> Counted:
    """How many findings about a city nobody has decided."""
    view = find_view()
    rows = [view.rows[place] for place in site().comparison.by_city.get(key, ())]
    counted = Counter(row.finding.report == AGAIN for row in rows if row.state != "decided")
    return Counted(counted[False], counted[True])


@bp.app_template_global("partnership_findings")
def partnership_findings(key: str) -> list[tuple[str, words.Words]]:
    """The ids of the findings about a partnership, and the words of their kinds."""
    found = site().comparison
    return [
        (found.ids[place], words.words_of("kind", found.reports.findings[place].kind, page_language()))
        for place in found.by_partnership.get(key, ())
    ]


@bp.app_template_global("city_findings")
def city_findings(key: str) -> Panel | None:
    """The first findings about a city as a table; None where there are none."""
    here, view = site(), find_view()
    places = here.comparison.by_city.get(key, ())
    if not places:
        return None
    rows = [view.rows[place] for place in places[:MOST_LISTED]]
    return replace(listing.table(here, rows, page_language(), "wikidata"), total=len(places))


@bp.app_template_global("wikidata_words")
def wikidata_words(sort: words.Sort, name: str) -> words.Words:
    """The words of a report, a kind, a check, a verdict or a state, for templates."""
    return words.words_of(sort, name, page_language())


@bp.app_template_global("findings_by_report")
def findings_by_report(key: str) -> list[tuple[ReportName, int]]:
    """The reports in which there are findings about a city, and how many."""
    known = site().comparison
    counted = Counter(known.reports.findings[place].report for place in known.by_city.get(key, ()))
    return sorted(counted.items())


def _lead(offers: Sequence[Format], place: Callable[[Format], str]) -> Response:
    """303 to the place of the format that is preferred; people and feeds are led to their language.

    Raises:
        NotAcceptable: none is.
    """
    fmt = negotiate(request.headers.get("Accept"), offers)
    if fmt is None:
        raise NotAcceptable(
            "the formats of this address are listed", tuple(each.media_type for each in offers)
        )
    vary = ("Accept", "Accept-Language") if fmt in (HTML, ATOM) else ("Accept",)
    return redirect(site(), place(fmt), vary=vary, cache=_SHORT)


def _place(fmt: Format, page: str, data: str, **names: Any) -> str:
    """The page in the language of the reader, or the data."""
    if fmt is not HTML:
        return url_for(data, **names)
    return url_for(page, lang=reader_language(site().manifest.default_language), **names)


def _write(here: Site, view: View, report: ReportName, asked: Asked, fmt: Format) -> bytes:
    """The file of what is asked for; of everything it is that of `twin-graph compare --out`."""
    reports = _chosen(here, view, report, asked, "en")
    if fmt is ATOM:
        page, feed = (_address(here, report, asked, each) for each in (None, ATOM))
        return tables.atom_of(reports, report, page, feed, narrowed=_narrowed(asked))
    return tables.csv_of(reports, report) if fmt is CSV else tables.json_of(reports, report)


def _chosen(here: Site, view: View, report: ReportName, asked: Asked, language: str) -> Reports:
    """The reports without what does not fit."""
    found = tuple(row.finding for row in listing.choose(here, view, report, asked, language))
    return replace(view.reports, findings=found)


def _narrowed(asked: Asked) -> str:
    """What tells a feed of some findings from that of all of them."""
    return urlencode(asked.words(whole=True))


def _address(here: Site, report: ReportName, asked: Asked, fmt: Format | None) -> str:
    """Where a report is as a file; for programs and people in any language where no format is named."""
    if fmt is None:
        path = url_for("wikidata.report_data", report=report)
    else:
        path = url_for("wikidata.file", report=report, extension=fmt.extension)
    return asked.path(absolute(here, path), whole=True)


def _links(here: Site, report: ReportName, asked: Asked, fmt: Format) -> list[Link]:
    if fmt is HTML:
        return [(absolute(here, path), "alternate", each.media_type) for each, path in _files(report, asked)]
    found: list[Link] = [
        (_address(here, report, asked, each), "alternate", each.media_type)
        for each in FILES
        if each is not fmt
    ]
    return [*found, (_address(here, report, asked, None), "canonical", HTML.media_type)]


def _files(report: ReportName, asked: Asked) -> list[tuple[Format, str]]:
    """Format and path of each file; the feed in the language of the page."""
    paths = [
        (fmt, url_for("wikidata.file", report=report, extension=fmt.extension))
        for fmt in FILES
        if fmt is not ATOM
    ]
    paths.append((ATOM, url_for("wikidata.feed", lang=page_language(), report=report)))
    return [(fmt, asked.path(path, whole=True)) for fmt, path in paths]


def _overview(here: Site, view: View, lang: str) -> str:
    rows = [
        (name, words.words_of("report", name, lang), len(view.of(name)),
         sum(row.state != "decided" for row in view.of(name)), _files(name, Asked()))
        for name in REPORTS
    ]  # fmt: skip
    sides = [(listing.country_name(here, key, lang), key, number)
             for key, number in view.reports.one_sided.items()]  # fmt: skip
    sides.sort(key=lambda side: (-side[2], str(side[0])))
    states = Counter(row.state for row in view.rows)
    return render_template(
        "wikidata/overview.html", kept=here.comparison.kept, reports=rows, sides=sides, age=_age(here, view),
        agreed=len(view.reports.agreed), unread=len(view.reports.unread),
        ready=sum(row.export == "ready" for row in view.rows),
        states=[(words.words_of("state", name, lang), states[name])
                for name in ("open", "decided", "reopened", "expired") if states[name]],
        verdicts=[(name, words.words_of("verdict", name, lang)) for name in VERDICTS],
    )  # fmt: skip


def _age(here: Site, view: View) -> int | None:
    """How many days ago the last answer came; None where that is not known."""
    kept = here.comparison.kept
    day = of_finding.day_of(kept.origin.observed_to) if kept is not None else None
    return (view.at.date() - day).days if day is not None else None


def _report(here: Site, view: View, report: ReportName, asked: Asked, lang: str) -> str:
    page = listing.show(here, view, report, asked, lang)
    return render_template(
        "wikidata/report.html", page=page, about=words.words_of("report", report, lang),
        kept=here.comparison.kept, files=_files(report, asked), observed=view.reports.observed[:10],
        legend=_legend(view, report, lang), without_city=_without_city(page),
        without_text=page.asked.to(text="", page=1).path(page.base),
    )  # fmt: skip


def _legend(view: View, report: ReportName, lang: str) -> list[words.Words]:
    """What each kind of finding in a report means, where something is said of it."""
    kinds = dict.fromkeys(row.finding.kind for row in view.of(report))
    return [each for kind in kinds if (each := words.words_of("kind", kind, lang)).text.text]


def _without_city(page: listing.ReportPage) -> str:
    facets = {name: tokens for name, tokens in page.asked.facets.items() if name != "city"}
    return page.asked.to(facets=facets, page=1).path(page.base)


def _numbers(here: Site, view: View) -> dict[str, Any]:
    reports, kept = view.reports, here.comparison.kept
    return {
        "archive": reports.archive,
        "archive_state": kept.origin.state if kept is not None else "",
        "observed": reports.observed,
        "snapshot": reports.snapshot,
        "unread": len(reports.unread),
        "agreed": list(reports.agreed),
        "one_sided": dict(reports.one_sided),
        "counts": {name: len(view.of(name)) for name in REPORTS},
        "exportable": sum(row.export == "ready" for row in view.rows),
        "kinds": dict(sorted(Counter(row.finding.kind for row in view.rows).items())),
        "reports": {name: _address(here, name, Asked(), None) for name in REPORTS},
    }


def _json(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n"
