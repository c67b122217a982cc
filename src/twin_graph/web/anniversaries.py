"""The anniversaries of a city's partnerships in the year of the data and in the next one.

What is an anniversary, and of which year, is said by `queries/city_anniversaries.rq`: by the day on which the data
are valid, never by a clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from twin_graph import iris
from twin_graph.feeds import Event
from twin_graph.queries import load
from twin_graph.store import Row
from twin_graph.web.languages import catalogue, collation_key
from twin_graph.web.names import Title, plain
from twin_graph.web.site import Site

JUBILEE = 5
ROUND = (10, 25)
YEARS = 2


@dataclass(frozen=True)
class Anniversary:
    """One anniversary.

    Attributes:
        years: how many years.
        day: the day, where the document has a full date.
        since: the date that is counted from, in EDTF.
        others: the names of the other parties.
        partnership, document: IRIs; `document` is empty where only claims date the partnership.
    """

    years: int
    year: int
    day: date | None
    since: str
    others: Title
    partnership: str
    document: str = ""

    @property
    def is_jubilee(self) -> bool:
        """Whether it is one that is celebrated: 5, 10, 15 … years."""
        return self.years % JUBILEE == 0

    @property
    def is_round(self) -> bool:
        """Whether it is a round one: 10, 20, 25, 30 … years."""
        return any(self.years % step == 0 for step in ROUND)


def find(here: Site, key: str, language: str) -> dict[int, list[Anniversary]]:
    """The anniversaries of a city by year, in the order of the calendar; those without a day come last."""
    city = iris.thing(here.base_iri, "city", key)
    rows = here.store.select(load("city_anniversaries"), this=city)
    made = [_make(here, list(group), language) for _, group in groupby(rows, key=lambda row: str(row["row"]))]
    made.sort(
        key=lambda item: (item.day or date.max, collation_key(str(item.others), language), item.partnership)
    )
    first = date.fromisoformat(here.manifest.valid_on).year
    return {year: [item for item in made if item.year == year] for year in range(first, first + YEARS)}


def events(here: Site, city: str, found: Iterable[Anniversary], language: str, link: str) -> list[Event]:
    """Those anniversaries of a city that have a day, for a calendar."""
    words = catalogue(language)
    made = []
    for item in found:
        if item.day is None:
            continue
        title = words.ngettext("%(num)s year: %(name)s", "%(num)s years: %(name)s", item.years)
        document = str(here.names.title(item.document, language))
        key = item.document.rpartition("/")[2]
        made.append(
            Event(
                uid=f"anniversary-{city}-{key}-{item.year}@{here.authority.partition(':')[0]}",
                day=item.day,
                title=title % {"num": item.years, "name": item.others},
                description=document,
                link=link,
            )
        )
    return made


def _make(here: Site, rows: list[Row], language: str) -> Anniversary:
    """An anniversary of the rows that differ only in the other parties, or in documents of the same day."""
    row = rows[0]
    since, year, document = str(row["since"]), int(str(row["year"])), str(row.get("document", ""))
    others = {str(each["party"]): None for each in rows if "party" in each}
    day = _day(since, year) if document else None
    name = _join([here.names.title(party, language) for party in others], language)
    return Anniversary(int(str(row["years"])), year, day, since, name, str(row["partnership"]), document)


def _day(since: str, year: int) -> date | None:
    """The same day in another year; what was signed on 29 February is remembered on the 28th in other years."""
    try:
        signed = date.fromisoformat(since)
    except ValueError:
        return None
    is_leap_day = (signed.month, signed.day) == (2, 29)
    leap_year = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return date(year, 2, 28) if is_leap_day and not leap_year else signed.replace(year=year)


def _join(titles: list[Title], language: str) -> Title:
    ordered = sorted(titles, key=lambda title: collation_key(str(title), language))
    joined = ordered[0] if ordered else plain("–")
    for title in ordered[1:]:
        joined = joined + " – " + title
    return joined
