"""The page of one finding: both parties, the statement, the change, the evidence, what holds it back, the decision.

Makes values for a template and for JSON. Lists of findings are `listing`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for

from twin_graph import iris
from twin_graph.compare import tables
from twin_graph.web import addresses
from twin_graph.web.comparison import Row, parties
from twin_graph.web.dates import language_name
from twin_graph.web.languages import N_, catalogue
from twin_graph.web.names import Text, Title
from twin_graph.web.site import Site
from twin_graph.web.wikidata import listing, words
from twin_graph.web.wikidata.words import Words
from twin_graph.workspace import LANGUAGES

WIKIDATA = tables.WIKIDATA
_ITEM = re.compile(r"Q[1-9][0-9]*")
_PROPERTY = "P190"
# What the details of two items that may be one place list: partners of the first, of the second, of both.
_LISTS = {
    "only_subject": N_("Partners of the first only"),
    "only_object": N_("Partners of the second only"),
    "both": N_("Partners of both"),
    "statements": N_("Statements on the other item"),
}


@dataclass(frozen=True)
class Party:
    """An item that a finding is about.

    Attributes:
        href: its page here; empty where it is no city of ours.
        item: of Wikidata, empty where there is none.
        address: of the revision that was read, else of the item.
    """

    name: Title
    href: str
    item: str
    address: str
    revision: int | None


@dataclass(frozen=True)
class Message:
    """A text to be sent or posted; `language` is that of the text."""

    title: str
    text: str
    language: str


def values(here: Site, row: Row, language: str) -> dict[str, Any]:
    """What the template shows."""
    found = row.finding
    return {
        "row": row,
        "title": listing.names_of(here, row, language),
        "parties": list(_parties(here, row, language)),
        "report": words.words_of("report", found.report, language),
        "kind_words": words.words_of("kind", found.kind, language),
        "state": words.words_of("state", row.state, language),
        "export": words.export(row.export, language),
        "checks": [(name, words.words_of("check", name, language)) for name in found.checks],
        "verdicts": words.verdicts_of(found, language),
        "verdict": _verdict(row, language),
        "change": found.change_in(language),
        "strength": _strength(row, language),
        "partnership": _partnership(here, row, language),
        "statement": _statement(found.guid),
        "here_says": listing.value_of(here, found.values[0], language),
        "there_says": listing.value_of(here, found.values[1], language),
        "countries": [listing.country_name(here, key, language) for key in found.countries],
        "lists": _lists(here, row, language),
        "reasons": [reason.read(language) for reason in found.reasons],
        "messages": _messages(row, language),
        "talk": f"https://www.wikidata.org/wiki/Talk:{found.subject}" if _ITEM.fullmatch(found.subject) else "",
    }  # fmt: skip


def day_of(text: str) -> date | None:
    """The day of a time in ISO 8601."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _parties(here: Site, row: Row, language: str) -> Iterable[Party]:
    found = row.finding
    first, rest = found.names_in(language)
    names = [first, *_split(rest, len(parties(found)) - 1)]
    revisions = [*found.revisions, *[None] * len(names)]
    for name, text, revision in zip(parties(found), names, revisions, strict=False):
        key = here.comparison.city(name)
        href = url_for("pages.thing", lang=language, kind="city", key=key) if key else ""
        item = name if _ITEM.fullmatch(name) else ""
        address = (
            f"https://www.wikidata.org/w/index.php?oldid={revision}" if revision else f"{WIKIDATA}{item}"
        )
        yield Party(
            listing.name_of(here, name, text, language), href, item, f"{address}#{_PROPERTY}" if item else "",
            revision,
        )  # fmt: skip


def _split(text: str, number: int) -> list[str]:
    """The names of several others, which stand apart by commas."""
    return text.split(", ") if number > 1 else [text]


def _verdict(row: Row, language: str) -> Words | None:
    return words.words_of("verdict", row.decision.verdict, language) if row.decision is not None else None


def _statement(guid: str) -> tuple[str, str]:
    """A number of a statement and where it is; empty where there is none."""
    return guid, addresses.authority("statement", guid) if guid else ""


def _partnership(here: Site, row: Row, language: str) -> tuple[Title, str] | None:
    """The title and the page of our partnership that it is about."""
    key = here.comparison.partnerships[here.comparison.places[row.id]]
    if not key:
        return None
    thing = iris.thing(here.base_iri, "partnership", key)
    return here.names.title(thing, language), url_for(
        "pages.thing", lang=language, kind="partnership", key=key
    )


def _lists(here: Site, row: Row, language: str) -> list[tuple[str, list[tuple[str, str, Title]]]]:
    """Lists of items that a finding compares: their headings, and item, address and name of each."""
    found = []
    for name, heading in _LISTS.items():
        items = [each for each in row.finding.details.get(name, "").split(";") if each]
        if items:
            listed = [(each, _address(each), listing.name_of(here, each, "", language)) for each in items]
            found.append((catalogue(language).gettext(heading), listed))
    return found


def _address(name: str) -> str:
    return f"{WIKIDATA}{name}" if _ITEM.fullmatch(name) else addresses.authority("statement", name)


def _strength(row: Row, language: str) -> Text:
    """What Wikidata names as its source; empty where that is no matter."""
    name = row.finding.details.get("strength", "")
    return words.words_of("strength", name, language).title if name else words.NOTHING


def _messages(row: Row, language: str) -> list[Message]:
    """The letters to a town hall, that in the reader's language first; or the note for a talk page."""
    found, _ = row.finding, catalogue(language).gettext
    if found.note is None:
        return []
    if found.report == "d":
        return [Message(_("Note for the talk page"), found.text, "en")]
    heading = _("Enquiry to the town hall")
    order = [language, *(each for each in LANGUAGES if each != language)]
    return [
        Message(f"{heading} ({language_name(code, language)})", found.text_in(code), code) for code in order
    ]
