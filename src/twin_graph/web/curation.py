"""What is missing or unsourced, for each city, and in which file and column it is mended.

What counts as missing is said by the queries `city_curation_*.rq` and by the rules about the data; here the findings
of the report are found that belong to a city.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, current_app, render_template, url_for
from rdflib import URIRef

from twin_graph import iris
from twin_graph.formats import HTML
from twin_graph.namespaces import TWIN, TWINSH
from twin_graph.web import panels, values
from twin_graph.web.feeds import city_title, elsewhere
from twin_graph.web.languages import N_, catalogue
from twin_graph.web.panels import Panel
from twin_graph.web.responses import is_here, redirect, represent
from twin_graph.web.site import Site, site
from twin_graph.web.tables import parameters_of
from twin_graph.web.wikidata import find_view
from twin_graph.workspace import LANGUAGES

bp = Blueprint("curation", __name__)
_LANG = f"<any({', '.join(LANGUAGES)}):lang>"
_KEPT = "twin_graph.findings"
_SEVERITIES = {"Violation": N_("Violation"), "Warning": N_("Warning"), "Info": N_("Advice")}

# The tables of a city, each with how to mend what it lists.
MENDS = {
    "city_curation_undated": N_(
        "Write the date into the column “signed” of the document, even if only the year is known. A link that only "
        "Wikidata knows gets its date there, or in the file of corrections."
    ),
    "city_curation_undocumented": N_(
        "If a document was signed, give it a row in agreements.csv with the key of the partnership; its date may "
        "stay empty."
    ),
    "city_curation_sources": N_(
        "Add the source to sources.csv and write its key into the column “source”. Where a better source was found, "
        "raise the confidence."
    ),
    "city_curation_places": N_("Write what is missing into the row of the city; the item is that of the same body."),
    "city_curation_contradictions": N_(
        "Correct the table that is wrong. Where the sources stay as they are, write a row into decisions.csv: the "
        "key of the contradiction, the digest of its evidence, a verdict and the reason."
    ),
    "city_curation_one_sided": N_(
        "Ask the silent city. If it agrees, it can be added to its Wikidata item; if there is a document, list the "
        "partnership in a register."
    ),
}  # fmt: skip


@dataclass(frozen=True)
class FindingRow:
    """A finding of the report that belongs to a city, in words; `language` is empty where it is the reader's."""

    severity: str
    word: str
    text: str
    language: str
    focus: values.Value
    file: str
    field: str
    rule: str


@bp.get(f"/{_LANG}/curation")
def overview(lang: str) -> Response:
    """How much is missing, city by city."""
    here = site()
    if not is_here(path := url_for("curation.overview", lang=lang)):
        return redirect(here, path, 301)
    return represent(here, HTML, lambda: _overview(here, lang), language=lang, parameters=("sort",))


@bp.get(f"/{_LANG}/city/<key>/curation")
def city(lang: str, key: str) -> Response:
    """What is missing or unsourced about a city."""
    here = site()
    if moved := elsewhere(here, "curation.city", lang, key):
        return moved
    return represent(
        here, HTML, lambda: _city(here, lang, key), language=lang, parameters=parameters_of("city"),
        also=find_view().digest,
    )  # fmt: skip


def findings(here: Site, key: str, language: str) -> list[FindingRow]:
    """The findings of the report that belong to a city, the graver ones first."""
    return [_row(here, found, language) for found in _by_city(here).get(key, ())]


def _overview(here: Site, lang: str) -> str:
    panel = panels.run(here, "home_curation", lang)
    counts = {key: len(found) for key, found in _by_city(here).items()}
    return render_template("curation.html", key="", title=None, panel=panel, counts=counts)


def _city(here: Site, lang: str, key: str) -> str:
    this = iris.thing(here.base_iri, "city", key)
    words = catalogue(lang)
    tables: list[tuple[Panel, str]] = [
        (panels.run(here, name, lang, this=this), words.gettext(mend)) for name, mend in MENDS.items()
    ]
    return render_template(
        "curation.html", key=key, title=city_title(here, key, lang), tables=tables,
        findings=findings(here, key, lang),
    )  # fmt: skip


def _by_city(here: Site) -> Mapping[str, list[Mapping[str, Any]]]:
    """The findings by the city that they belong to; kept, for a report never changes."""
    known = current_app.extensions.get(_KEPT)
    if known is None:
        known = current_app.extensions[_KEPT] = _sort(here, here.snapshot.report.get("findings", []))
    found: Mapping[str, list[Mapping[str, Any]]] = known
    return found


def _sort(here: Site, found: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    prefix = f"{here.base_iri}id/city/"
    cities: dict[str, set[str]] = {}
    sorted_by_city: dict[str, list[Mapping[str, Any]]] = {}
    for finding in found:
        focus = str(finding.get("focus") or "")
        if focus.startswith(prefix):
            concerned = {focus[len(prefix) :]}
        elif focus not in cities:
            concerned = cities[focus] = _cities(here, focus)
        else:
            concerned = cities[focus]
        for key in concerned:
            sorted_by_city.setdefault(key, []).append(finding)
    return sorted_by_city


def _cities(here: Site, focus: str) -> set[str]:
    """The keys of the cities that a thing, or a node in its document, is about."""
    minted = iris.unmint(here.base_iri, focus)
    if minted is None or not minted.kind:
        return set()
    prefix, partnerships = f"{here.base_iri}id/city/", f"{here.base_iri}id/partnership/"
    thing = iris.thing(here.base_iri, minted.kind, minted.key)
    named = {str(thing), *(str(value) for _, _, value in here.store.triples(thing))}
    for name in [name for name in named if name.startswith(partnerships)]:
        named |= {str(value) for _, _, value in here.store.triples(URIRef(name), TWIN.hasParty)}
    return {name[len(prefix) :] for name in named if name.startswith(prefix)}


def _row(here: Site, finding: Mapping[str, Any], language: str) -> FindingRow:
    messages, severity = finding.get("messages", {}), str(finding.get("severity", ""))
    spoken = language if language in messages else "en"
    file, _, field = str(finding.get("where") or "").partition(":")
    rule = str(finding.get("rule") or "")
    return FindingRow(
        severity=severity,
        word=catalogue(language).gettext(_SEVERITIES.get(severity, severity)),
        text=str(messages.get(spoken, "")),
        language="" if spoken == language else spoken,
        focus=values.make_values(here, [URIRef(str(finding.get("focus") or ""))], "focus", language)[0],
        file=file,
        field=field.strip(),
        rule=rule.removeprefix(str(TWINSH)) if rule.startswith(str(TWINSH)) else "",
    )
