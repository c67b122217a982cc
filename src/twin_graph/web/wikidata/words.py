"""What the kinds, checks, verdicts and states of the comparison are called, and what is to be done about them.

They are data of `compare`; only what pages add to them is here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from twin_graph.compare.checks import CHECKS
from twin_graph.compare.kinds import KINDS
from twin_graph.compare.model import Finding
from twin_graph.compare.verdicts import meanings
from twin_graph.compare.words import terms
from twin_graph.web.languages import N_, catalogue
from twin_graph.web.names import Text

Sort = Literal["report", "kind", "check", "verdict", "state", "strength"]

EXPORT_WORDS = {
    "ready": N_("may be exported"),
    "blocked": N_("held back by a check"),
    "decided": N_("decided, no edit to export"),
    "none": N_("no edit to export"),
}
COLUMN_WORDS = {
    "finding": N_("Finding"),
    "kind": N_("What differs"),
    "here": N_("In our data"),
    "there": N_("In Wikidata"),
    "country": N_("Country"),
    "strength": N_("Reference in Wikidata"),
    "state": N_("Review"),
    "export": N_("Export"),
    "city": N_("City"),
}
NOTHING = Text("")


@dataclass(frozen=True)
class Words:
    """What something is called, and what it means or what to do about it; empty where nothing is said."""

    title: Text
    text: Text = NOTHING


def words_of(sort: Sort, name: str, language: str) -> Words:
    """The words of a report, a kind of difference, a check, a verdict, a state of the review or a reference."""
    title, text = _texts(sort, name)
    # A comparison that another program kept may have others.
    return Words(_in(title, language) if title else Text(name, "en"), _in(text, language))


def verdicts_of(finding: Finding, language: str) -> list[tuple[str, Words]]:
    """The verdicts of a finding, that to begin with first, and what follows from each of them here."""
    return [
        (name, Words(words_of("verdict", name, language).title, _in(text, language)))
        for name, text in meanings(finding).items()
    ]


def _texts(sort: Sort, name: str) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """The title and the meaning, by language."""
    if sort in ("kind", "check"):
        row = (KINDS if sort == "kind" else CHECKS).get(name)
        return (row.label, row.todo) if row is not None else ({}, {})
    term = terms(sort).get(name)
    return (term.label, term.definition) if term is not None else ({}, {})


def _in(texts: Mapping[str, str], language: str) -> Text:
    if found := texts.get(language):
        return Text(found)
    return Text(texts["en"], "en") if texts.get("en") else NOTHING


def column(name: str, language: str) -> str:
    """The heading of a column or a facet."""
    return catalogue(language).gettext(COLUMN_WORDS[name])


def export(name: str, language: str) -> str:
    """Whether something may be exported."""
    return catalogue(language).gettext(EXPORT_WORDS.get(name, name))
