"""The day that a reader asks about: `asOf` in an address, how links keep it, and where it is refused.

A year or a month means its last day, or the last one that the data know of. What held on a day is said by the
queries whose names have `held`; docs/time.md tells how. An address of what is not kept by day never answers one
that names a day: `install` sees to it for all views.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Flask, request, url_for
from rdflib import XSD, Literal

from twin_graph import dates, iris
from twin_graph.errors import MalformedRequest
from twin_graph.kinds import BY_NAME
from twin_graph.queries import Query, load_all
from twin_graph.web.site import Site, site
from twin_graph.web.understood import Words, argument, note

PARAMETER = "asOf"
VARIABLE = "day"
KINDS = ("city", "country", "network")  # whose pages can be of a day
LISTS = ("city", "membership", "partnership")  # whose lists can be
_MAPS = frozenset({"explore.world_map", "explore.world_map_file"})
_TABLES = frozenset({"tables.file", "tables.home_file", "tables.home_query", "tables.home_table", "tables.query",
                     "tables.table"})  # fmt: skip
# What tells nothing of the data; and TimeMaps, which ask for the address that they are of.
_TIMELESS = frozenset({"health.live", "health.ready", "memento.timemap", "pages.static", "problems.explain",
                       "problems.page"})  # fmt: skip
_WHAT_IS = ("pages of cities, countries and networks are, the map, and the lists of cities, partnerships and "
            "memberships")  # fmt: skip
_FORM = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")
_YEARS = (1990, 2000, 2010, 2020)


@dataclass(frozen=True)
class Moment:
    """A day; `text` is how the address says it, empty where it says none and the day is that of the data."""

    day: date
    text: str = ""

    @property
    def words(self) -> Words:
        """What links have to say of it."""
        return [(PARAMETER, self.text)] if self.text else []

    @property
    def term(self) -> Literal:
        """The day for a query."""
        return Literal(self.day.isoformat(), datatype=XSD.date)


def install(app: Flask) -> None:
    """Let an application refuse a day where nothing is kept by day."""
    app.before_request(_refuse)


def require(here: Site, text: str, endpoint: str, names: Mapping[str, Any]) -> None:
    """See to it that an address can be of a day.

    Args:
        names: what the route has found in the address.

    Raises:
        MalformedRequest: the text is no date, the data are older, or what is at the address is not kept by day.
    """
    moment = read(text, here.manifest.valid_on)
    if endpoint in _TIMELESS or _is_kept(endpoint, names):
        return
    others = _kept_instead(endpoint, names, here.manifest.default_language, moment)
    raise MalformedRequest(f"{PARAMETER}: what is here is not kept by day; {others or _WHAT_IS}")


def asked(here: Site) -> Moment | None:
    """The day that the address asks for; None where it asks for none.

    Raises:
        MalformedRequest: it is no date, or the data are older.
    """
    note(PARAMETER)
    text = argument(PARAMETER)
    return read(text, here.manifest.valid_on) if text else None


def asked_or_latest(here: Site) -> Moment:
    """The day that the address asks for, else that of the data."""
    return asked(here) or Moment(_day(here.manifest.valid_on) or date.max)


def read(text: str, valid_on: str) -> Moment:
    """The day that a text means: the last one of a year or month, but none after that of the data.

    >>> read("2013-02", "2026-11-23").day.isoformat(), read("2026", "2026-11-23").day.isoformat()
    ('2013-02-28', '2026-11-23')

    Raises:
        MalformedRequest: it is no date, or the data are older.
    """
    first, last = dates.earliest(text), dates.latest(text)
    if not _FORM.fullmatch(text) or first is None or last is None:
        raise MalformedRequest(
            f"{PARAMETER}: must be a year, a month or a day, such as 2013, 2013-10 or 2013-10-01"
        )
    newest = _day(valid_on) or date.max
    if first > newest:
        raise MalformedRequest(f"{PARAMETER}: the data are of {newest} and say nothing of later days")
    return Moment(min(last, newest), text)


def years(here: Site) -> list[str]:
    """A few years to begin with."""
    newest = (_day(here.manifest.valid_on) or date.max).year
    return [str(year) for year in _YEARS if year < newest]


def depends_on(query: Query) -> bool:
    """Whether a query is asked about a day."""
    return any(parameter.name == VARIABLE for parameter in query.parameters)


def _refuse() -> None:
    text = argument(PARAMETER)
    if text and request.endpoint not in (None, *_TIMELESS) and request.method in ("GET", "HEAD"):
        require(site(), text, str(request.endpoint), request.view_args or {})


def _is_kept(endpoint: str, names: Mapping[str, Any]) -> bool:
    """Whether the view of an endpoint can answer for a day; what there is none of is for the view to say."""
    kind = str(names.get("kind", "")).lower()
    if endpoint in _TABLES:
        found = query_of(names)
        return found is None or depends_on(found)
    if endpoint == "pages.thing":
        return kind in KINDS or kind not in BY_NAME
    if endpoint in ("pages.listing", "browse.file"):
        return kind in LISTS or kind not in BY_NAME
    return endpoint in _MAPS or (endpoint == "explore.picture" and names["page"] == "map")


def _kept_instead(endpoint: str, names: Mapping[str, Any], default_language: str, moment: Moment) -> str:
    """What is said of the address nearby that is kept by day, of a city, country or network; empty for none."""
    key = str(names.get("key", "")).lower()
    kind = str(names.get("kind", "city" if key else "")).lower()
    if kind not in KINDS or not iris.is_key(key):
        return ""
    words = {"lang": names.get("lang", default_language), "kind": kind, "key": key, PARAMETER: moment.text}
    if endpoint == "tables.file":
        return f"{url_for(endpoint, panel='held', extension=names['extension'], **words)} is"
    return f"{url_for('pages.thing', **words)} is"


def query_of(names: Mapping[str, Any]) -> Query | None:
    """The query of the table that a route of `tables` has found in an address; None where there is no such table."""
    kind = names.get("section") or str(names.get("kind", "")).lower()
    name = f"{kind}_{str(names['panel']).replace('-', '_')}"
    return next((query for query in load_all() if query.name == name), None)


def _day(text: str) -> date | None:
    return dates.latest(text) if text else None
