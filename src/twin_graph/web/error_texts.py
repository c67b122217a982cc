"""What errors say of a single address, in the language of a reader: the details that people meet on pages.

An error is raised in English, where it is found; here its text is known again and put in other words. A text that
is not listed stays English. What kinds of problems there are is `errors`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from twin_graph.web import words
from twin_graph.web.languages import N_, catalogue

DETAILS = (
    N_("there is no kind of thing “%(name)s”"),
    N_("there is no concept scheme “%(name)s”"),
    N_("there is no picture “%(name)s” of this %(kind)s"),
    N_("there is no table “%(name)s” here"),
    N_("there is no format “%(name)s” here"),
    N_("there is no graph “%(name)s”"),
    N_("there is no problem “%(name)s”"),
    N_("there are no shapes “%(name)s”"),
    N_("there is no page %(page)s; the last is %(pages)s"),
    N_("there is no finding “%(name)s”"),
    N_("there is no %(kind)s “%(name)s”"),
    N_("there was no %(kind)s “%(name)s”"),
    N_("the finding “%(name)s” is no longer there: what both sides say has changed"),
    N_(
        "This is a copy of the site, made of files. Searches, queries, filters and old publications need the "
        "program itself, which this copy does not have."
    ),
    N_("there is no picture for this choice"),
    N_("there is no table for this choice"),
    N_("the query of this table is too long for an address"),
    N_("“%(name)s” is not a key"),
    N_("“%(name)s” is not the name of a graph"),
    N_("the list has %(pages)s page(s)"),
    N_("the report has %(pages)s page(s)"),
    N_("the history has %(pages)s page(s)"),
    N_("the request is not UTF-8"),
    N_("page: must be a whole number from 1"),
    N_("“%(name)s” is not the id of a publication"),
    N_("there is no publication “%(name)s”"),
    N_("there is no publication to compare with"),
    N_("the publication “%(name)s” of %(day)s is not kept any more"),
    N_("%(parameter)s: must be a year, a month or a day, such as 2013, 2013-10 or 2013-10-01"),
    N_("%(parameter)s: the data are of %(day)s and say nothing of later days"),
    N_(
        "%(parameter)s: what is here is not kept by day; pages of cities, countries and networks are, the map, and "
        "the lists of cities, partnerships and memberships"
    ),
    N_("%(parameter)s: what is here is not kept by day; %(address)s is"),
    N_("%(parameter)s: must be one of %(values)s, after “-” for the reverse order"),
    N_("%(parameter)s: must be one of %(values)s"),
)


def translate(text: str, language: str) -> str | None:
    """A detail in a language; None where it is not known."""
    for detail in DETAILS:
        if found := _pattern(detail).fullmatch(text):
            values = {name: _value(name, value, language) for name, value in found.groupdict().items()}
            return catalogue(language).gettext(detail) % values
    return None


@cache
def _pattern(detail: str) -> re.Pattern[str]:
    """What a detail looks like when its values are filled in."""
    pieces = re.split(r"%\((\w+)\)s", detail)
    made = [
        re.escape(piece) if number % 2 == 0 else f"(?P<{piece}>.*)" for number, piece in enumerate(pieces)
    ]
    return re.compile("".join(made), re.DOTALL)


def _value(name: str, value: str, language: str) -> str:
    """A value for a sentence that inflects nothing: a kind by its word."""
    if name == "kind" and value in words.KIND_WORDS:
        row = words.KIND_WORDS[value]
        ngettext: Callable[[str, str, int], str] = catalogue(language).ngettext
        return ngettext(row.singular, row.plural, 1)
    return value
