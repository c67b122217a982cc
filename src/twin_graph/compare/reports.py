"""The reports of one comparison, in one order whatever the order of the input.

What is compared how is `local`, `foreign` and `places`, what is to be looked at again is `watching`; what may be
exported is settled by `checks.settle`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from twin_graph.compare.context import Context
from twin_graph.compare.foreign import Foreign, unread
from twin_graph.compare.local import of_links
from twin_graph.compare.model import AGAIN, REPORTS, Finding, Ours, Reports
from twin_graph.compare.places import Places
from twin_graph.compare.there import There, number
from twin_graph.compare.watching import Watched, of_review
from twin_graph.wikidata.model import Observation


def compare(
    ours: Ours,
    observation: Observation,
    today: date | None = None,
    earlier: Observation | None = None,
    watched: Iterable[Watched] = (),
) -> Reports:
    """What differs between a snapshot of ours and what an archive says of Wikidata.

    Args:
        earlier: what the archive before says.
        watched: pairs of countries whose links somebody should look at.
        today: dates after it lie in the future; by default the day that our data are valid on.
    """
    day = today or date.fromisoformat(ours.valid_on or observation.retrieved_at[:10])
    context = Context(ours, There(observation))
    places = Places(context)
    foreign = Foreign(context, places)
    found = [*of_links(context, places, day), *foreign.findings(), *places.findings()]
    found += of_review(context, day, earlier, watched)
    return Reports(
        observation.archive,
        observation.retrieved_at,
        ours.snapshot,
        ours.base_iri,
        _ordered(found),
        unread(context),
        dict(sorted(foreign.one_sided.items())),
        _agreed(context, found),
        ours.valid_on,
    )


def _agreed(context: Context, findings: Iterable[Finding]) -> tuple[str, ...]:
    """Our links that Wikidata has on both items, and about which nothing was found."""
    questioned = {finding.details.get("partnership", "") for finding in findings if finding.report != AGAIN}
    there = context.there
    found = []
    for link in context.ours.links:
        items = [
            there.follow(context.ours.cities[key].item) for key in link.parties if key in context.ours.cities
        ]
        if (
            len(items) == 2
            and link.key not in questioned
            and all(there.has(*pair) for pair in (items, items[::-1]))
        ):
            found.append(link.key)
    return tuple(found)


def only(reports: Reports, *, cities: Iterable[str] = (), countries: Iterable[str] = ()) -> Reports:
    """The findings about some items of some countries, with both directions of a link; all where none is named."""
    items, places = set(cities), set(countries)
    if not items and not places:
        return reports
    groups = {
        finding.group
        for finding in reports.findings
        if (not items or items.intersection(finding.parties))
        and (not places or places.intersection(finding.countries))
    }
    return replace(reports, findings=tuple(each for each in reports.findings if each.group in groups))


def _ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each finding once: the first report, the most urgent, the items by number."""
    once = {finding.id: finding for finding in findings}
    names = tuple(REPORTS)

    def place(finding: Finding) -> tuple[object, ...]:
        items = number(finding.subject), number(finding.object)
        return names.index(finding.report), finding.order, *items, finding.kind, finding.guid, finding.id

    return tuple(sorted(once.values(), key=place))
