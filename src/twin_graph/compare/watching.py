"""What somebody should look at again though nothing contradicts (report f): each asks, none ends or changes anything.

A source that no longer lists a link, a link that nothing has shown alive for three years, an end that Wikidata has
gained since the archive before, and pairs of countries that a workspace watches (`watch.csv`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from twin_graph import dates
from twin_graph.compare.context import Context, said
from twin_graph.compare.model import OVER, City, Finding, Link, Names
from twin_graph.compare.there import TWINNED, There
from twin_graph.compare.times import written
from twin_graph.compare.words import ENGLISH, Row, Sentence
from twin_graph.compare.words import said as sentence
from twin_graph.sources.folders import WATCH
from twin_graph.sources.tables import read_csv
from twin_graph.wikidata.model import Observation, Statement
from twin_graph.workspace import LANGUAGES

YEARS = 3  # 36 months
_LIVE = ("in-force", "unknown", "")


@dataclass(frozen=True)
class Watched:
    """A pair of countries, by their keys; `other` is "" for all. The reason is by language."""

    country: str
    other: str
    reason: Names = field(default_factory=dict)

    def covers(self, countries: frozenset[str]) -> bool:
        """Whether a link between these countries is watched."""
        return self.country in countries and (not self.other or {self.country, self.other} <= countries)


def watch_files(data: Path) -> list[Path]:
    """The tables of watched pairs of a workspace."""
    return sorted([*data.glob(f"{WATCH}.csv"), *data.glob(f"*/{WATCH}.csv")])


def read_watched(files: Iterable[Path]) -> tuple[Watched, ...]:
    """The watched pairs; a row without a country is none."""
    rows = [row.cells for path in files for row in read_csv(path, path.name).rows]
    return tuple(
        Watched(row["country"], row.get("other", ""), _reason(row)) for row in rows if row.get("country")
    )


def _reason(row: Row) -> Names:
    found = {language: row.get(f"reason_{language}", "") for language in LANGUAGES}
    return {language: text for language, text in found.items() if text}


def of_review(
    context: Context, today: date, earlier: Observation | None, watched: Iterable[Watched]
) -> Iterator[Finding]:
    """The findings of report f.

    Args:
        today: the day on which the data are valid.
        earlier: what the archive before says, where there is one.
    """
    pairs = tuple(watched)
    for link in context.ours.links:
        parties = [context.ours.cities.get(key, City(key)) for key in link.parties]
        yield from _not_listed(context, link, parties)
        if link.status not in OVER:
            yield from _not_confirmed(context, link, parties, today)
        if link.status in _LIVE:
            yield from _watched(context, link, parties, pairs)
    if earlier is not None:
        yield from _ended_since(context, There(earlier))


def _not_listed(context: Context, link: Link, parties: list[City]) -> Iterator[Finding]:
    if link.unlisted:
        on, page = link.unlisted[0].date, next(iter(link.unlisted[0].cited), None)
        says = sentence("not-listed", date=on, url=page.url if page is not None else "")
        yield _about(context, "not-listed", link, parties, [each.date for each in link.unlisted], says)


def _not_confirmed(context: Context, link: Link, parties: list[City], today: date) -> Iterator[Finding]:
    seen = dates.latest(link.confirmed) if link.confirmed else None
    is_old = seen is not None and (seen.year + YEARS, *seen.timetuple()[1:3]) < today.timetuple()[:3]
    if seen is None or is_old:
        says = (
            sentence("not-confirmed", date=link.confirmed)
            if seen is not None
            else Sentence("never-confirmed")
        )
        yield _about(context, "not-confirmed", link, parties, [link.confirmed], says)


def _watched(
    context: Context, link: Link, parties: list[City], watched: Iterable[Watched]
) -> Iterator[Finding]:
    countries = frozenset(city.country for city in parties if city.country)
    for pair in watched:
        if len(countries) > 1 and pair.covers(countries):
            reason = pair.reason.get(ENGLISH) or next(iter(pair.reason.values()), "")
            says = sentence("watched", country=pair.country, other=pair.other, reason=pair.reason)
            evidence = [pair.country, pair.other, reason, link.digest]
            yield _about(context, "watched-pair", link, parties, evidence, says)
            return


def _about(
    context: Context, kind: str, link: Link, parties: list[City], evidence: list[str], says: Sentence
) -> Finding:
    first, *others = [context.there.follow(city.item) or city.key for city in parties]
    page = next(iter(link.cited), None)
    return context.finding(
        kind,
        first,
        ";".join(others),
        [link.key, *evidence],
        says=says,
        url=page.url if page is not None else "",
        retrieved=page.retrieved if page is not None else "",
        confidence=link.confidence,
        values=(link.confirmed, ""),
        group=link.key if len(others) > 1 else "-".join(sorted((first, *others))),
        details={"partnership": link.key},
    )


def _ended_since(context: Context, before: There) -> Iterator[Finding]:
    """Statements that had no end when the archive before was made, and have one now."""
    known: Mapping[str, Statement] = {each.guid: each for each in before.observation.statements}
    for statement in context.there.observation.statements:
        old = known.get(statement.guid)
        if statement.property != TWINNED or old is None or old.until or not statement.until:
            continue
        subject, target = context.there.follow(statement.item), context.there.follow(statement.value)
        if statement.rank == "deprecated" or not target:
            continue
        until = ";".join(map(written, statement.until))
        yield context.finding(
            "end-since",
            subject,
            target,
            said([statement]),
            guid=statement.guid,
            says=sentence("end-since", day=before.observation.retrieved_at[:10], date=until),
            values=("", until),
            confidence="medium",
        )
