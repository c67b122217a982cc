"""The validation report for people: a page of its findings, its counts by rule, and all of it as a table.

Values for templates and downloads. The report itself is made by a build; its Turtle is a file of the snapshot.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rdflib import Literal, URIRef

from twin_graph.errors import EntityNotFound
from twin_graph.namespaces import TWINSH
from twin_graph.web import panels
from twin_graph.web.languages import N_, catalogue
from twin_graph.web.names import Text, Title, plain
from twin_graph.web.panels import Column, Panel, PanelRow, Value
from twin_graph.web.site import Site

REPORT_ROWS = 500
SEVERITY_WORDS = {"Violation": N_("Violation"), "Warning": N_("Warning"), "Info": N_("Advice")}
_WORLD = "data/world/"
_IRI = re.compile(r"https?://[^\s<>\"|()]+")
_COLUMNS = {
    "severity": N_("Severity"),
    "message": N_("What"),
    "thing": N_("What it concerns"),
    "path": N_("Property"),
    "value": N_("Value"),
    "rule": N_("Rule"),
    "where": N_("Where in the files"),
}
_THINGS = ("thing", "path", "value", "rule")  # what may be one


@dataclass(frozen=True)
class RuleCount:
    """How often a rule was broken.

    Attributes:
        name: of the rule, as its page has it.
        text: what its findings say, where they all say the same.
        findings: how many there are.
    """

    name: str
    severity: str
    text: Text | None
    findings: int


def values(here: Site, language: str, number: int) -> dict[str, Any]:
    """A page of the validation report: what can be put right here first, the data of the world after it.

    Raises:
        EntityNotFound: the report has no such page.
    """
    found = here.snapshot.report
    findings = _ordered(found)
    pages = max(1, -(-len(findings) // REPORT_ROWS))
    if not 1 <= number <= pages:
        raise EntityNotFound(f"the report has {pages} page(s)")
    shown = findings[(number - 1) * REPORT_ROWS : number * REPORT_ROWS]
    return {"rows": [_finding(here, finding, language) for finding in shown],
            "counts": found.get("counts", {}), "number": number, "pages": pages,
            "conforms": bool(found.get("conforms")), "rules": by_rule(findings, language),
            "severities": {name: catalogue(language).gettext(word) for name, word in SEVERITY_WORDS.items()},
            "shapes_namespace": str(TWINSH)}  # fmt: skip


def by_rule(findings: Iterable[Mapping[str, Any]], language: str) -> list[RuleCount]:
    """How often each rule was broken: the gravest first, of these the most frequent."""
    counts: Counter[tuple[str, str]] = Counter()
    texts: dict[tuple[str, str], set[Text]] = {}
    for finding in findings:
        rule = (finding["severity"], finding["rule"].removeprefix(str(TWINSH)))
        counts[rule] += 1
        texts.setdefault(rule, set()).add(_message(finding, language))
    order = list(SEVERITY_WORDS)
    ranked = sorted(counts, key=lambda rule: (order.index(rule[0]), -counts[rule], rule[1]))
    return [
        RuleCount(name, severity, next(iter(said)) if len(said := texts[severity, name]) == 1 else None,
                  counts[severity, name])
        for severity, name in ranked
    ]  # fmt: skip


def table(here: Site, language: str) -> Panel:
    """All findings as a table, for files."""
    _ = catalogue(language).gettext
    rows = tuple(_row(here, finding, language) for finding in _ordered(here.snapshot.report))
    columns = tuple(Column(name, _(word), holds_things=name in _THINGS) for name, word in _COLUMNS.items())
    return Panel("report", _("Validation report"), columns, rows, total=len(rows))


def _ordered(report: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return sorted(report.get("findings", []), key=lambda finding: finding["where"].startswith(_WORLD))


def _row(here: Site, finding: Mapping[str, Any], language: str) -> PanelRow:
    focus, path, value, rule = (str(finding.get(name) or "") for name in ("focus", "path", "value", "rule"))
    severity = finding["severity"]
    word = catalogue(language).gettext(SEVERITY_WORDS.get(severity, severity))
    property_name = panels.property_heading(here, path, language) if _IRI.fullmatch(path) else path
    cells = (
        _cell(plain(word), severity),
        _cell(Title((_message(finding, language),))),
        panels.make_values(here, [URIRef(focus)], "thing", language)
        if _IRI.fullmatch(focus)
        else _cell(plain(focus)),
        _cell(plain(property_name), path),
        _cell(here.names.title(value, language) if _IRI.fullmatch(value) else plain(value), value),
        _cell(plain(rule.removeprefix(str(TWINSH))), rule),
        _cell(plain(str(finding["where"]))),
    )
    return PanelRow("", cells, subject=URIRef(focus) if _IRI.fullmatch(focus) else None)


def _cell(title: Title, text: str = "") -> tuple[Value, ...]:
    shown = text or str(title)
    if not shown:
        return ()
    return (Value(title, term=URIRef(shown) if _IRI.fullmatch(shown) else Literal(shown)),)


def _message(finding: Mapping[str, Any], language: str) -> Text:
    """What a finding says; marked where it is in another language."""
    messages = finding.get("messages", {})
    spoken = language if language in messages else "en"
    return Text(messages.get(spoken, ""), "" if spoken == language else spoken)


def _finding(here: Site, finding: Mapping[str, Any], language: str) -> dict[str, Any]:
    """One finding in words."""
    focus, path, value = (str(finding.get(name) or "") for name in ("focus", "path", "value"))
    message = _message(finding, language)
    return {
        **finding,
        "text": message.text,
        "language": message.language,
        "focus_value": panels.make_values(here, [URIRef(focus)], "focus", language)[0] if focus else None,
        "property": panels.property_heading(here, path, language) if _IRI.fullmatch(path) else path,
        "value_title": here.names.title(value, language) if _IRI.fullmatch(value) else None,
    }
