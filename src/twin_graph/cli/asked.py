"""What the commands `twin-graph wikidata …` print: what would be asked, how it ended, which items were found.

The commands themselves are `wikidata`.
"""

from __future__ import annotations

from pathlib import Path

import click

from twin_graph.cli import show
from twin_graph.wikidata import planning
from twin_graph.wikidata.archive import HEAD, read_answers, read_head, read_lines
from twin_graph.wikidata.pacing import SECONDS
from twin_graph.wikidata.planning import Plan
from twin_graph.wikidata.portions import DISCOVERY, MEMBERS, check_items, is_item, text_of
from twin_graph.wikidata.runs import Run

_ENTITY = "http://www.wikidata.org/entity/"


def rest_of(plan: Plan, archive: Path | None, endpoint: str) -> tuple[Plan, planning.Progress]:
    """The plan of an archive that would be gone on with, and what of it is answered."""
    if archive is None or not (archive / HEAD).is_file():
        return plan, planning.Progress()
    known = planning.read_plan(read_head(archive).content.get("plan"))
    return planning.merge(known, plan), planning.progress_of(read_lines(archive), endpoint)


def print_plan(plan: Plan, progress: planning.Progress, *, as_json: bool) -> None:
    """The queries that would be sent, and about what they cost the service and us."""
    portions = planning.to_ask(plan, progress, {})
    seconds = planning.seconds_of(portions)
    rows = []
    for name in plan:
        own = [(question, items) for question, items in portions if question.name == name]
        if own:
            rows.append({"query": name, "requests": len(own), "items": sum(len(items) for _, items in own),
                         "server_seconds": round(planning.seconds_of(own), 1),
                         "text": text_of(*own[0])})  # fmt: skip
    total = {"requests": len(portions), "server_seconds": round(seconds, 1),
             "minutes_at_least": round(seconds / SECONDS, 1)}  # fmt: skip
    if as_json:
        click.echo(show.json_text({"queries": rows, "total": total, "sent": 0}))
        return
    for row in rows:
        click.echo(f"# {row['query']}: {row['items']} ids in {row['requests']} request(s), about "
                   f"{row['server_seconds']} s of the service; the first is\n{row['text']}")  # fmt: skip
    click.echo(f"# in all {total['requests']} request(s), about {total['server_seconds']} s of the service, "
               f"{total['minutes_at_least']} min or more; nothing was sent")  # fmt: skip


def print_end(ended: Run, target: Path, *, as_json: bool) -> None:
    if as_json:
        failed = {name: list(ids) for name, ids in ended.failed.items()}
        click.echo(show.json_text({"archive": str(target), "state": ended.state, "failed": failed,
                                   "missing": list(ended.missing), "requests": ended.requests,
                                   "waited": ended.waited, "message": ended.message}))  # fmt: skip
        return
    if ended.state == "complete":
        show.success(f"{target}: complete, {ended.requests} request(s)")
    else:
        count = sum(max(1, len(ids)) for ids in ended.failed.values())
        show.failure(f"{target}: {ended.state}; {count} answer(s) are lacking. {ended.message}".rstrip())
        click.echo(f"Go on with the same command and --archive {target}")
    if ended.missing:
        click.echo(f"{len(ended.missing)} item(s) are not in Wikidata: {' '.join(ended.missing[:10])}")


def print_items(archive: Path, *, as_json: bool) -> None:
    found = {
        str(row["item"]).removeprefix(_ENTITY)
        for answer in read_answers(archive)
        if answer.query in (DISCOVERY.name, MEMBERS.name)
        for row in answer.rows
    }
    items = check_items(item for item in found if is_item(item))
    click.echo(show.json_text(list(items)) if as_json else "\n".join(items))
