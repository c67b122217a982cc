"""Our links against Wikidata: what it lacks (report a) and where the two contradict each other (report d).

A link is compared in both directions, because Wikidata keeps one statement on each of the two items. What Wikidata
says and we do not is `foreign`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from twin_graph.compare import checks, texts
from twin_graph.compare.context import Context, said
from twin_graph.compare.model import OVER, Action, Cited, City, Dated, Edit, Finding, Link
from twin_graph.compare.places import Places
from twin_graph.compare.there import as_cited
from twin_graph.compare.times import bounds, quickstatements_date, relate, written
from twin_graph.compare.words import Sentence
from twin_graph.wikidata.model import Date, Statement

_WEAK = ("none", "wiki-only")


@dataclass(frozen=True)
class _Side:
    """One direction of a link: what the item of one party says of that of the other."""

    link: Link
    subject: str
    target: str
    statements: tuple[Statement, ...]
    checks: tuple[str, ...]
    page: Cited | None


def of_links(context: Context, places: Places, today: date) -> Iterator[Finding]:
    """The findings about all our links.

    Args:
        today: the day on which the data are valid; a date after it lies in the future.
    """
    for link in context.ours.links:
        parties = [context.ours.cities.get(key, City(key)) for key in link.parties]
        if len(parties) != 2:
            yield _many(context, link, parties)
            continue
        if any(not city.item for city in parties):
            yield _without_item(context, link, parties)
            continue
        wrong = list(_wrong_items(context, link, parties))
        yield from wrong
        if any(finding.kind == "item-missing" for finding in wrong):
            continue
        a, b = (context.there.follow(city.item) for city in parties)
        for subject, target in ((a, b), (b, a)):
            yield from _of_side(context, places, _side(context, link, parties, subject, target), today)


def _side(context: Context, link: Link, parties: list[City], subject: str, target: str) -> _Side:
    page = next((page for page in link.cited if not checks.of_reference(page)), None)
    found = [
        *checks.of_parties(*parties),
        *checks.of_reference(page or next(iter(link.cited), None)),
        *checks.of_link(link),
    ]
    if any(context.there.follow(city.item) != city.item for city in parties):
        found.append("item-merged")
    if not all(context.there.is_read(item) for item in (subject, target)):
        found.append("item-missing")
    return _Side(link, subject, target, tuple(context.there.statements(subject, target)), tuple(found), page)


def _of_side(context: Context, places: Places, side: _Side, today: date) -> Iterator[Finding]:
    live = [statement for statement in side.statements if statement.rank != "deprecated"]
    if side.statements and not live:
        yield _finding(
            context,
            side,
            "deprecated-there",
            guid=side.statements[0].guid,
            edit=None,
            says=texts.deprecated(side.statements[0]),
        )
    elif not live:
        if context.there.has(side.subject, side.target) or not context.there.knows(side.subject, side.target):
            return
        if elsewhere := places.elsewhere(side.subject, side.target):
            yield _on_sibling(context, side, elsewhere)
        else:
            yield _missing(context, side, today, _other_way(context, places, side))
    else:
        unsafe = _unsafe(side.statements)
        for statement in live:
            yield from _starts(context, side, statement, unsafe, today)
            yield from _ends(context, side, statement, unsafe, today)
        if not any(statement.strength not in _WEAK for statement in live):
            yield _unsourced(context, side, live[0], unsafe)


def _unsafe(statements: Sequence[Statement]) -> tuple[str, ...]:
    """Why a line about statements could reach another one, or make a new one beside them."""
    several = ("several-statements",) if len(statements) > 1 else ()
    # The line would name the item of today, and the statement names the one that was merged into it.
    return (*several, *(("item-merged",) if any(each.names_merged for each in statements) else ()))


def _other_way(context: Context, places: Places, side: _Side) -> tuple[str, ...]:
    """Why a new statement would stand alone: the other item has it as deprecated, or it stands on its sibling."""
    there, back = context.there, (side.target, side.subject)
    is_kept_out = not there.has(*back) and (there.statements(*back) or places.elsewhere(*back))
    return ("pair-incomplete",) if is_kept_out else ()


def _missing(context: Context, side: _Side, today: date, other_way: tuple[str, ...]) -> Finding:
    link = side.link
    since = link.start.date if link.start is not None else ""
    until = link.ends[0].date if link.ends else ""
    edit = Edit(side.subject, side.target, "create", since, until, "", side.page)
    more = [*other_way, *checks.of_dates(edit, today), *checks.of_order([since], [until])]
    if link.status in OVER and not until:
        more.append("ended-without-date")
    if link.disputed:
        more.append("disputed-here")
    names = context.named(side.subject), context.named(side.target)
    return _finding(
        context,
        side,
        "statement-missing",
        edit=edit,
        more=tuple(more),
        values=(since, ""),
        says=texts.create(names, edit),
    )


def _starts(
    context: Context, side: _Side, statement: Statement, unsafe: tuple[str, ...], today: date
) -> Iterator[Finding]:
    start = side.link.start
    if len(statement.since) > 1:
        values = (start.date if start else "", ";".join(map(written, statement.since)))
        yield _about(context, side, statement, "several-starts", values, texts.several(statement))
        return
    if start is None:
        return
    page = _page(start, side)
    theirs = statement.since[0] if statement.since else None
    relation = relate(start.date, theirs) if theirs is not None else ""
    if theirs is None or relation == "finer":
        action: Action = "replace" if theirs is not None else "add"
        old = _old(theirs) if theirs is not None else ""
        edit = Edit(
            side.subject,
            statement.value,
            action,
            since=start.date,
            old=old,
            reference=as_cited(statement, page),
        )
        disputed = ("disputed-here",) if side.link.disputed else ()
        ends = [*(each.date for each in side.link.ends), *(each.edtf for each in statement.until)]
        yield _finding(
            context,
            side,
            "start-coarser" if theirs is not None else "start-missing",
            guid=statement.guid,
            statement=statement,
            edit=edit,
            page=page,
            more=(*unsafe, *disputed, *checks.of_dates(edit, today), *checks.of_order([start.date], ends)),
            values=(start.date, written(theirs) if theirs is not None else ""),
            says=texts.replace(edit, theirs) if theirs is not None else texts.add(edit),
        )
    elif kind := _contradiction(side.link, theirs, relation):
        yield _differing(context, side, statement, kind, (start.date, written(theirs)), page)


def _page(dated: Dated, side: _Side) -> Cited | None:
    """The page of a date that can be a reference, else that of the link."""
    return next((page for page in dated.cited if not checks.of_reference(page)), side.page)


def _about(
    context: Context, side: _Side, statement: Statement, kind: str, values: tuple[str, str], says: Sentence
) -> Finding:
    """A finding about a statement that proposes nothing."""
    return _finding(context, side, kind, guid=statement.guid, statement=statement, values=values, says=says)


def _differing(
    context: Context,
    side: _Side,
    statement: Statement,
    kind: str,
    values: tuple[str, str],
    page: Cited | None,
) -> Finding:
    """Two dates that contradict each other, with a note for the talk page."""
    names = context.named(side.subject), context.named(side.target)
    return _finding(
        context,
        side,
        kind,
        guid=statement.guid,
        statement=statement,
        values=values,
        page=page,
        says=texts.differs(values),
        note=texts.talk(names, statement, values, page),
    )


def _contradiction(link: Link, theirs: Date, relation: str) -> str:
    """The kind of contradiction, "" where some source of ours has the same date."""
    if theirs.calendar == "julian" and bounds(theirs.edtf) is not None:
        return "start-julian"
    explained = any(
        relate(start.date, theirs) in ("equal", "finer", "coarser", "overlap") for start in link.starts
    )
    if explained or relation not in ("near", "conflict"):
        return ""
    near = relation == "near" or any(relate(start.date, theirs) == "near" for start in link.starts)
    return "start-near" if near else "start-differs"


def _ends(
    context: Context, side: _Side, statement: Statement, unsafe: tuple[str, ...], today: date
) -> Iterator[Finding]:
    link = side.link
    ours = link.ends[0] if link.ends else None
    known = [found for found in statement.until if found.edtf]
    there = "not ended" if statement.no_end else ";".join(map(written, statement.until))
    if ours is not None and not there:
        page = _page(ours, side)
        edit = Edit(
            side.subject, statement.value, "add", until=ours.date, reference=as_cited(statement, page)
        )
        starts = [*(each.date for each in (link.start,) if each), *(each.edtf for each in statement.since)]
        yield _finding(
            context,
            side,
            "end-missing",
            guid=statement.guid,
            statement=statement,
            edit=edit,
            page=page,
            more=(*unsafe, *checks.of_dates(edit, today), *checks.of_order(starts, [ours.date])),
            values=(ours.date, ""),
            says=texts.add(edit),
        )
    elif ours is not None and (statement.no_end or _all_conflict(ours.date, known)):
        yield _differing(context, side, statement, "end-differs", (ours.date, there), _page(ours, side))
    elif statement.until and link.status not in OVER:
        yield _about(context, side, statement, "ended-there", (link.status, there), texts.ended_there(there))


def _all_conflict(ours: str, known: list[Date]) -> bool:
    """Whether there are dates and every one contradicts ours."""
    return bool(known) and all(relate(ours, found) == "conflict" for found in known)


def _unsourced(context: Context, side: _Side, statement: Statement, unsafe: tuple[str, ...]) -> Finding:
    edit = Edit(side.subject, statement.value, "add", reference=side.page)
    return _finding(
        context,
        side,
        "reference-missing",
        guid=statement.guid,
        statement=statement,
        edit=edit,
        more=unsafe,
        values=("", statement.strength),
        says=texts.add(edit),
    )


def _on_sibling(context: Context, side: _Side, elsewhere: tuple[Statement, ...]) -> Finding:
    return context.finding(
        "on-the-sibling",
        side.subject,
        side.target,
        [side.link.digest, *said(elsewhere)],
        guid=elsewhere[0].guid,
        says=texts.on_sibling(context.named(elsewhere[0].item), elsewhere[0]),
        details={"partnership": side.link.key},
    )


def _finding(
    context: Context,
    side: _Side,
    kind: str,
    *,
    says: Sentence,
    edit: Edit | None = None,
    statement: Statement | None = None,
    page: Cited | None = None,
    more: tuple[str, ...] = (),
    guid: str = "",
    values: tuple[str, str] = ("", ""),
    note: Sentence | None = None,
) -> Finding:
    shown = page or side.page
    found = tuple(dict.fromkeys((*side.checks, *more))) if edit is not None else ()
    statements = [statement] if statement is not None else list(side.statements)
    return context.finding(
        kind,
        side.subject,
        side.target,
        [side.link.digest, *said(statements)],
        edit=edit,
        checks=found,
        says=says,
        guid=guid,
        values=values,
        note=note,
        url=shown.url if shown is not None else "",
        retrieved=shown.retrieved if shown is not None else "",
        confidence=side.link.confidence,
        details={"partnership": side.link.key},
    )


def _many(context: Context, link: Link, parties: list[City]) -> Finding:
    first, *others = [city.item or city.key for city in parties]
    page = next((page for page in link.cited if not checks.of_reference(page)), next(iter(link.cited), None))
    return context.finding(
        "many-parties",
        first,
        ";".join(others),
        [link.digest],
        says=texts.MANY,
        checks=("many-parties",),
        values=(link.start.date if link.start is not None else "", ""),
        url=page.url if page is not None else "",
        retrieved=page.retrieved if page is not None else "",
        confidence=link.confidence,
        group=link.key,
        details={"partnership": link.key},
    )


def _without_item(context: Context, link: Link, parties: list[City]) -> Finding:
    a, b = [context.there.follow(city.item) or city.key for city in parties]
    return context.finding(
        "statement-missing",
        a,
        b,
        [link.digest],
        says=texts.NO_ITEM,
        checks=("no-item",),
        confidence=link.confidence,
        details={"partnership": link.key},
    )


def _wrong_items(context: Context, link: Link, parties: list[City]) -> Iterator[Finding]:
    for city, other in (parties, reversed(parties)):
        item = context.there.item(city.item)
        if item is not None and item.state == "missing":
            yield context.finding(
                "item-missing",
                city.item,
                other.item,
                [link.digest, "missing"],
                says=texts.NOT_THERE,
                details={"partnership": link.key},
            )
        elif context.there.follow(city.item) != city.item:
            into = context.there.follow(city.item)
            yield context.finding(
                "item-merged",
                city.item,
                other.item,
                [link.digest, into],
                says=texts.merged(into),
                details={"partnership": link.key},
            )


def _old(theirs: Date) -> str:
    """A date of Wikidata as QuickStatements writes it, "" where it has no form there."""
    try:
        return quickstatements_date(theirs.edtf)
    except ValueError:
        return ""
