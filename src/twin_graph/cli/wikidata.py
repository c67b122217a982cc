"""The commands `twin-graph wikidata …`: fetch, replay, discover, constraints, and the care of archives.

0   done
2   the command was called wrongly
3   partial: some questions got no answer; the same command goes on with them
4   banned by the service; nothing is sent before the ban ends
5   told again and again to ask less; the same command goes on later
6   the archive has no answer to what is asked of it
69  offline: nobody answers; with an archive, use --replay
70  the service does not take a query, which is a mistake of ours
74  the disk does not take the archive
77  the service refuses this client, most often for its User-Agent
78  not set up: no contact, no such endpoint, an archive that is missing, damaged or of another endpoint
"""

from __future__ import annotations

import csv
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import wraps
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import click

from twin_graph.cli import show
from twin_graph.cli.asked import print_end, print_items, print_plan, rest_of
from twin_graph.errors import NotInArchive, OperatorError, TwinGraphError, WorkspaceInvalid
from twin_graph.settings import read_settings
from twin_graph.wikidata import checking, planning
from twin_graph.wikidata.archive import read_answers, read_head
from twin_graph.wikidata.client import fetch as fetch_answers
from twin_graph.wikidata.endpoints import find_endpoint
from twin_graph.wikidata.planning import Plan
from twin_graph.wikidata.portions import (
    ABOUT_ITEMS,
    CONSTRAINTS,
    DISCOVERY,
    MEMBERS,
    QUESTIONS,
    check_items,
    is_item,
)
from twin_graph.wikidata.refreshing import Previous
from twin_graph.wikidata.replaying import canonical, replay
from twin_graph.wikidata.runs import EXIT_CODES, Manners, Run, Telling
from twin_graph.workspace import find_workspace

EXIT_NOT_IN_ARCHIVE, EXIT_SETUP, EXIT_DISK = 6, 78, 74
ARCHIVES = "archives"
_FALL_BACK = ("banned", "throttled", "offline", "unavailable")
_AGE = re.compile(r"([0-9]+)([dh])")
Command = TypeVar("Command", bound=Callable[..., Any])


def _reporting(command: Command) -> Command:
    """Turn our exceptions into a message and an exit code of this group."""

    @wraps(command)
    def run(*arguments: Any, **options: Any) -> Any:
        try:
            return command(*arguments, **options)
        except (TwinGraphError, OSError) as problem:
            if isinstance(problem, BrokenPipeError):
                raise  # who reads our output has read enough
            if options.get("as_json"):
                error = {"type": type(problem).__name__, "message": str(problem)}
                click.echo(show.json_text({"error": error}))
            else:
                show.failure(str(problem))
            if isinstance(problem, NotInArchive):
                sys.exit(EXIT_NOT_IN_ARCHIVE)
            sys.exit(EXIT_SETUP if isinstance(problem, OperatorError) else EXIT_DISK)
        except ValueError as problem:
            raise click.UsageError(str(problem)) from problem

    return run  # type: ignore[return-value]


_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
_folder = click.Path(file_okay=False, path_type=Path)


def _asking(command: Command) -> Command:
    """The options of the commands that ask a service."""
    options = (
        click.option("--endpoint", default="wikidata", show_default=True,
                     help="Query service: wikidata, qlever, or name=address for another."),
        click.option("--fallback", help="Query service to ask instead, into an archive of its own, where the first "
                     "does not answer."),
        click.option("--archive", type=_folder, help="Folder of the archive; one that is there is gone on with "
                     "[default: a new one in archives/ of the workspace]."),
        click.option("--live", is_flag=True, help="Ask the service and record what it answers (the default here)."),
        click.option("--replay", "replayed", type=_folder, help="Ask this archive instead; no connection is opened."),
        click.option("--contact", help="Web or e-mail address where you can be reached "
                     "[TWIN_GRAPH_WIKIDATA_CONTACT]."),
        click.option("--dry-run", is_flag=True, help="Print the queries and what they would cost; send nothing."),
        _json_option,
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


@click.group("wikidata")
def wikidata() -> None:
    """Ask Wikidata politely, keep its answers in archives, and look after these.

    Exit codes: 0 done; 2 called wrongly; 3 partial, go on with the same command; 4 banned; 5 told to ask less, later;
    6 not in the archive; 69 offline; 70 a query is refused as wrong; 74 the disk is full; 77 this client is refused;
    78 not set up.
    """


@wikidata.command()
@click.argument("items", nargs=-1)
@click.option(
    "--items-file", type=click.File(encoding="utf-8"), help="File with one item, such as Q270, in each line."
)
@click.option("--query", "queries", multiple=True, type=click.Choice([question.name for question in QUESTIONS]),
              help="Questions to ask [default: freshness, facts, statements, incoming, labels].")  # fmt: skip
@click.option(
    "--previous", type=_folder, help="An older archive whose answers are taken over where they still hold."
)
@click.option("--refresh-older-than", "age", default="7d", show_default=True,
              help="With --previous: up to which age an answer is taken over unseen, such as 7d or 12h.")  # fmt: skip
@_asking
@click.pass_context
@_reporting
def fetch(
    context: click.Context, /, items: Sequence[str], items_file: Iterable[str] | None, queries: Sequence[str],
    previous: Path | None, age: str, **options: Any,
) -> None:  # fmt: skip
    """Fetch what Wikidata says about ITEMS, or about all items that the tables of the workspace name."""
    wanted = [*items, *(line.strip() for line in items_file or () if line.strip())]
    if not wanted:
        wanted = sorted(known_items(_root(context) / "data"))
    plan = planning.plan_of(wanted, queries or ABOUT_ITEMS)
    if not any(plan.values()) and not queries:
        raise click.UsageError("no item is given, and the tables of the workspace name none")
    older = Previous(previous, _timedelta(age)) if previous is not None else None
    _carry_out(context, plan, older, **options)


@wikidata.command()
@click.argument("countries", nargs=-1)
@click.option("--network", "networks", multiple=True, help="Item of a network whose members are looked for.")
@_asking
@click.pass_context
@_reporting
def discover(
    context: click.Context, /, countries: Sequence[str], networks: Sequence[str], **options: Any
) -> None:
    """Find the items of COUNTRIES (such as PL or Q36) that have twin towns, and the members of networks."""
    found = check_items(_country(context, country) for country in countries)
    members = check_items(networks)
    if not found and not members:
        raise click.UsageError("give a country or a --network")
    plan = {**({DISCOVERY.name: found} if found else {}), **({MEMBERS.name: members} if members else {})}
    archive = _carry_out(context, plan, None, **{**options, "quiet": True})
    if archive is not None:
        print_items(archive, as_json=bool(options["as_json"]))


@wikidata.command()
@click.argument("property", default="P190")
@_asking
@click.pass_context
@_reporting
def constraints(context: click.Context, /, property: str, **options: Any) -> None:  # noqa: A002 - its name on the command line
    """Fetch what Wikidata expects of a PROPERTY: its constraints."""
    archive = _carry_out(
        context, {CONSTRAINTS.name: check_items([property])}, None, **{**options, "quiet": True}
    )
    if archive is not None:
        rows = [
            row for answer in read_answers(archive) if answer.query == CONSTRAINTS.name for row in answer.rows
        ]
        lines = [[str(row[name]) for name in ("s", "p", "o")] for row in rows]
        click.echo(
            show.json_text(lines) if options["as_json"] else "\n".join(" ".join(line) for line in lines)
        )


@wikidata.command("replay")
@click.argument("archive", type=_folder)
@click.argument("items", nargs=-1)
@click.option("--query", "queries", multiple=True, type=click.Choice([question.name for question in QUESTIONS]),
              help="Questions that the archive must answer about ITEMS.")  # fmt: skip
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="File for the rows, sorted.")
@_json_option
@_reporting
def replay_archive(
    archive: Path, items: Sequence[str], queries: Sequence[str], output: Path | None, as_json: bool
) -> None:
    """Read an ARCHIVE as a build does, with no connection possible; with ITEMS, only if it answers about them."""
    head = read_head(archive)
    with replay(archive, items, queries or (ABOUT_ITEMS if items else ())) as answers:
        rows = canonical(answers)
    if output is not None:
        output.write_bytes(rows)
    said = {"archive": head.id, "endpoint": head.content.get("endpoint"), "state": head.state,
            "rows": rows.count(b"\n"), "sha256": sha256(rows).hexdigest(),
            "failed": {name: list(ids) for name, ids in head.failed.items()}}  # fmt: skip
    if as_json:
        click.echo(show.json_text(said))
    else:
        show.success(
            f"{said['archive']} ({said['endpoint']}, {said['state']}): {said['rows']:,} rows, {said['sha256']}"
        )
    if head.state != "complete":
        sys.exit(
            {str(state): code for state, code in EXIT_CODES.items()}.get(head.state, EXIT_CODES["partial"])
        )


@wikidata.command()
@click.argument("archive", type=_folder)
@_json_option
@_reporting
def verify(archive: Path, as_json: bool) -> None:
    """Compare the files of an ARCHIVE with its manifest."""
    problems = checking.verify(archive)
    if as_json:
        click.echo(show.json_text({"archive": archive.name, "problems": problems}))
    elif problems:
        for problem in problems:
            show.failure(problem)
    else:
        show.success(f"{archive.name} is whole")
    if problems:
        sys.exit(EXIT_SETUP)


@wikidata.command()
@click.argument("old", type=_folder)
@click.argument("new", type=_folder)
@_json_option
@_reporting
def diff(old: Path, new: Path, as_json: bool) -> None:
    """Print which statements the archive NEW has and OLD has not, or has otherwise, whatever their bytes are."""
    found = checking.compare(read_answers(old), read_answers(new))
    if as_json:
        changes = [change.as_json() for change in found.changes]
        click.echo(show.json_text({"changes": changes, "not_comparable": list(found.not_comparable)}))
        return
    signs = {"added": "+", "removed": "-", "changed": "~"}
    for change in found.changes:
        click.echo(f"{signs[change.kind]} {change.item} {change.statement}")
    click.echo(f"{len(found.changes)} change(s); {len(found.not_comparable)} item(s) are in one archive only")


@wikidata.command()
@click.argument("folder", type=_folder, required=False)
@click.option("--keep", type=click.IntRange(min=1), default=5, show_default=True, help="How many to keep.")
@_json_option
@click.pass_context
@_reporting
def prune(context: click.Context, /, folder: Path | None, keep: int, as_json: bool) -> None:
    """Delete the oldest archives in FOLDER; the latest complete one and one that is being recorded always stay."""
    deleted = checking.prune(folder or _root(context) / ARCHIVES, keep)
    if as_json:
        click.echo(show.json_text({"deleted": deleted}))
    else:
        show.success(f"{len(deleted)} archive(s) deleted")


def _carry_out(
    context: click.Context, plan: Plan, previous: Previous | None, *, endpoint: str, fallback: str | None,
    archive: Path | None, live: bool, replayed: Path | None, contact: str | None, dry_run: bool, as_json: bool,
    quiet: bool = False,
) -> Path | None:  # fmt: skip
    """Do what a plan says, live or from an archive; the archive with the answers, None after a dry run."""
    if live and replayed is not None:
        raise click.UsageError("--live and --replay exclude each other")
    service = find_endpoint(endpoint)
    if dry_run:
        print_plan(*rest_of(plan, archive, service.name), as_json=as_json)
        return None
    if replayed is not None:
        for name, items in plan.items():
            with replay(replayed, items, [name]) as answers:
                next(answers, None)
        if not quiet:
            show.success(f"{replayed.name} answers all of it")
        return replayed
    settings = read_settings(os.environ, workspace=context.find_root().obj, wikidata_contact=contact)
    manners = Manners(settings.wikidata_contact)
    home = _home(context)
    target = archive or _root(context) / ARCHIVES / f"wd-{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}"
    ended = _run(plan, target, endpoint, manners, previous, home, as_json=as_json)
    if fallback and ended.state in _FALL_BACK:
        show.failure(
            f"{service.name}: {ended.message}; asking {fallback} instead, into an archive of its own"
        )
        target = target.with_name(f"{target.name}-{find_endpoint(fallback).name}")
        ended = _run(plan, target, fallback, manners, None, home, as_json=as_json)
    if not quiet or ended.exit_code:
        print_end(ended, target, as_json=as_json)
    if ended.exit_code:
        sys.exit(ended.exit_code)
    return target


def _home(context: click.Context) -> Path | None:
    """Where the workspace keeps what endpoints told us to wait for; None outside of a workspace."""
    try:
        return _root(context) / ARCHIVES
    except WorkspaceInvalid:
        return None


def _run(
    plan: Plan, target: Path, endpoint: str, manners: Manners, previous: Previous | None, home: Path | None,
    *, as_json: bool,
) -> Run:  # fmt: skip
    portions = planning.to_ask(plan, planning.Progress(), manners.sizes)
    ended: Run | None = None
    with show.progress("wikidata", steps=len(portions), hidden=as_json) as step:
        telling = Telling(step, lambda text: None if as_json else show.failure(text))
        # Questions about different ids are runs of their own into the same archive.
        for items, names in _groups(plan):
            found = fetch_answers(
                items,
                names,
                target,
                endpoint,
                manners=manners,
                telling=telling,
                previous=previous,
                pauses=home,
            )
            ended = found if ended is None else _together(ended, found)
            if found.state not in ("complete", "partial"):
                break
    if ended is None:
        raise click.UsageError("there is nothing to ask")
    return ended


def _together(first: Run, second: Run) -> Run:
    """Two runs into one archive as one; the second knows what the first left."""
    return replace(second, requests=first.requests + second.requests, waited=first.waited + second.waited,
                   paced=first.paced + second.paced)  # fmt: skip


def _groups(plan: Plan) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    about = [(name, items) for name, items in plan.items() if items]
    without = [name for name, items in plan.items() if not items]
    for group in dict.fromkeys(items for _, items in about):
        yield group, [*without, *(name for name, items in about if items == group)]
        without = []
    if without:
        yield (), without


def known_items(data: Path) -> set[str]:
    """The items in the column `wikidata` of the tables of cities and networks."""
    found = set()
    for path in [*data.rglob("cities.csv"), *data.rglob("networks.csv")]:
        with path.open(encoding="utf-8-sig", newline="") as file:
            found |= {row.get("wikidata") or "" for row in csv.DictReader(file)}
    return {item for item in found if is_item(item)}


def _country(context: click.Context, text: str) -> str:
    """The item of a country that is given as an item or by its code."""
    if is_item(text):
        return text
    path = _root(context) / "data" / "countries.csv"
    rows: list[Mapping[str, str]] = []
    if path.is_file():
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    for row in rows:
        if row.get("iso_code", "").casefold() == text.casefold() and is_item(row.get("wikidata", "")):
            return row["wikidata"]
    raise click.UsageError(
        f"“{text}” is neither an item such as Q36 nor the code of a country in data/countries.csv"
    )


def _root(context: click.Context) -> Path:
    return find_workspace(read_settings(os.environ, workspace=context.find_root().obj).workspace).root


def _timedelta(text: str) -> timedelta:
    match = _AGE.fullmatch(text)
    if match is None:
        raise click.UsageError(f"“{text}” is no age such as 7d or 12h")
    return timedelta(hours=int(match[1]) * (24 if match[2] == "d" else 1))
