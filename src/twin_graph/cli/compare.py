"""The commands `compare`, `review` and `export`: our snapshot beside an archive of Wikidata.

What is compared and what may be exported is decided by `compare`. Nothing here asks Wikidata or writes to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import get_args

import click

from twin_graph import __version__
from twin_graph.cli import _json_option, _reporting, _snapshot, _store_of, _workspace, main, show
from twin_graph.cli.compared import (
    TOOLS,
    Work,
    described,
    export_files,
    find,
    held_back,
    lines,
    print_findings,
    print_summary,
    report_files,
    state_of,
    summary,
    write,
)
from twin_graph.compare import tables
from twin_graph.compare.checks import CHECKS, Freshness, gate_of, settle
from twin_graph.compare.decisions import (
    FILE,
    append,
    decide,
    read_decisions,
)
from twin_graph.compare.kept import Kept
from twin_graph.compare.kept import read as read_kept
from twin_graph.compare.model import REPORTS, VERDICTS, ReportName, Reports, State, Verdict
from twin_graph.compare.observed import SHIPPED, Sides, choose_archive, compare_sides, sides_of
from twin_graph.compare.reading import read_ours, read_places
from twin_graph.compare.reports import only
from twin_graph.compare.sheets import read_sheet, write_sheet
from twin_graph.compare.verdicts import meanings
from twin_graph.compare.words import ENGLISH
from twin_graph.snapshot import Snapshot
from twin_graph.wikidata.pacing import Clock, SystemClock

CLOCK: Clock = SystemClock()
STEPS = 3
# The archives that `twin-graph wikidata fetch` makes.
RECORDED = "archives"
_STATES: tuple[State, ...] = get_args(State)

_archive_option = click.option(
    "--archive",
    default="",
    help="Archive of Wikidata: a folder of archives/ or data/wikidata/, or a path [default: the latest].",
)
_city_option = click.option(
    "--city", "cities", multiple=True, help="Only findings about this city (key or item)."
)
_country_option = click.option(
    "--country", "countries", multiple=True, help="Only findings of this country (key)."
)


def _work(
    context: click.Context,
    archive: str,
    cities: Sequence[str] = (),
    countries: Sequence[str] = (),
    *,
    hidden: bool,
    **options: bool,
) -> Work:
    """Compare, and settle what may be exported."""
    workspace = _workspace(context)
    now = CLOCK.now()
    path = workspace.data / FILE
    decisions = read_decisions(path, f"data/{FILE}")
    with show.progress("compare", steps=STEPS, hidden=hidden) as step:
        with step("reading the archive"):
            homes = (workspace.data / SHIPPED, workspace.root / RECORDED)
            sides = sides_of(workspace.data, choose_archive(homes, archive))
        with step("reading the snapshot"):
            current = _snapshot(context)
        with step("comparing"):
            kept = _kept(current, sides) or _compare(current, sides)
            fresh = Freshness(now, kept.read_at)
            gate = gate_of(kept.reports, decisions, fresh, **options)
            found = settle(kept.reports, decisions, fresh, **options)
    return Work(_only(found, current, cities, countries), decisions, gate, path, now, kept.origin.state)


def _kept(snapshot: Snapshot, sides: Sides) -> Kept | None:
    """The comparison that the snapshot holds, if it is with this archive and of this program."""
    held = read_kept(snapshot.path) if snapshot.manifest.program_version == __version__ else None
    return held if held is not None and held.origin.digest == sides.digest else None


def _compare(snapshot: Snapshot, sides: Sides) -> Kept:
    with _store_of(snapshot) as store:
        ours = read_ours(snapshot, store)
    reports, observed = compare_sides(ours, sides)
    return Kept(reports, observed.read_at, observed.origin)


def _only(reports: Reports, snapshot: Snapshot, cities: Sequence[str], countries: Sequence[str]) -> Reports:
    """The findings about cities and countries that are named by our keys or by their items, in any case.

    Raises:
        BadParameter: one is neither among our data nor in any finding.
    """
    if not cities and not countries:
        return reports
    with _store_of(snapshot) as store:
        keys, ours = read_places(store, snapshot.manifest.base_iri)
    items = {*filter(None, keys.values()), *(name for each in reports.findings for name in each.parties)}
    known = {**{name.lower(): name for name in items}, **{key: keys[key] or key for key in keys}}
    places = {*ours, *(name for each in reports.findings for name in each.countries)}
    return only(
        reports,
        cities=_named("city", cities, known),
        countries=_named("country", countries, {name.lower(): name for name in places}),
    )


def _named(what: str, asked: Sequence[str], known: Mapping[str, str]) -> list[str]:
    for name in asked:
        if name.strip().lower() not in known:
            hint = f"there is no {what} “{name}”, neither in our data nor in any finding"
            raise click.BadParameter(hint, param_hint=f"--{what}")
    return [known[name.strip().lower()] for name in asked]


@main.command("compare")
@_archive_option
@_city_option
@_country_option
@click.option(
    "--report", "report", type=click.Choice(tuple(REPORTS)), help="Print the findings of one report."
)
@click.option(
    "--out", type=click.Path(file_okay=False), help="Write every report as CSV, JSON and Atom into a folder."
)
@_json_option
@click.pass_context
@_reporting
def compare(context: click.Context, archive: str, cities: tuple[str, ...], countries: tuple[str, ...],
            report: ReportName | None, out: str | None, as_json: bool) -> None:  # fmt: skip
    """Compare the current snapshot with an archive of Wikidata, in both directions.

    \b
    (a) what our sources say and Wikidata does not
    (b) what Wikidata says and our sources do not
    (c) links that Wikidata states from one side only
    (d) what contradicts each other
    (e) towns and municipalities that may be one place
    (f) what somebody should look at again

    Asks no service. What was not asked, or not answered, is never taken for absent.
    """
    work = _work(context, archive, cities, countries, hidden=as_json)
    reports = work.reports
    if out is not None:
        write(Path(out), report_files(reports))
    if as_json:
        chosen = reports.findings if report is None else reports.of(report)
        click.echo(show.json_text({**summary(work), "findings": [described(each, work) for each in chosen]}))
        return
    if report is not None:
        print_findings(reports.of(report), work)
    else:
        print_summary(work)


@main.group()
def review() -> None:
    """Look at findings and decide them; decisions are lines of data/wikidata-decisions.jsonl."""


@review.command("list")
@_archive_option
@_city_option
@_country_option
@click.option("--report", "report", type=click.Choice(tuple(REPORTS)), help="Only this report.")
@click.option(
    "--state", "states", multiple=True, type=click.Choice(_STATES), help="Only findings in this state."
)
@_json_option
@click.pass_context
@_reporting
def review_list(context: click.Context, archive: str, cities: tuple[str, ...], countries: tuple[str, ...],
                report: ReportName | None, states: tuple[str, ...], as_json: bool) -> None:  # fmt: skip
    """List the findings with the state of their review."""
    work = _work(context, archive, cities, countries, hidden=as_json)
    chosen = [
        finding
        for finding in work.reports.findings
        if report in (None, finding.report) and (not states or state_of(finding, work) in states)
    ]
    if as_json:
        click.echo(show.json_text([described(each, work) for each in chosen]))
    else:
        print_findings(chosen, work)


@review.command("show")
@click.argument("finding")
@_archive_option
@_json_option
@click.pass_context
@_reporting
def review_show(context: click.Context, finding: str, archive: str, as_json: bool) -> None:
    """Print all that is known of a FINDING, named by the beginning of its id."""
    work = _work(context, archive, hidden=as_json)
    found = find(work.reports, finding)
    content = described(found, work)
    if as_json:
        click.echo(show.json_text(content))
        return
    click.echo(tables.title_of(found))
    for name, value in content.items():
        if value not in ("", None, [], {}) and name != "title":
            click.echo(f"  {name}: {value}")
    for name in found.checks:
        click.echo(f"  not exported: {CHECKS[name].text}")
    for verdict, text in meanings(found).items():
        click.echo(f"  verdict {verdict}: {text[ENGLISH]}")


@review.command("decide")
@click.argument("finding")
@click.argument("verdict", type=click.Choice(VERDICTS))
@click.option("--by", required=True, help="Who decides.")
@click.option("--note", default="", help="Why.")
@click.option("--expires", default="", help="Day after which it is open again, such as 2027-05-31.")
@_archive_option
@_json_option
@click.pass_context
@_reporting
def review_decide(context: click.Context, finding: str, verdict: Verdict, by: str, note: str, expires: str,
                  archive: str, as_json: bool) -> None:  # fmt: skip
    """Decide a FINDING: wrong-there (Wikidata is to be edited), wrong-here (our tables), both, or none.

    What follows from each of them is said by `review show`. The decision holds while the evidence stays as it is;
    afterwards the finding is open again.
    """
    work = _work(context, archive, hidden=as_json)
    found = find(work.reports, finding)
    try:
        line = decide(found, verdict, by, work.now, note=note, expires=expires)
    except ValueError as problem:
        raise click.UsageError(str(problem)) from problem
    append(work.path, [line])
    if as_json:
        click.echo(
            show.json_text({"finding": line.finding, "verdict": line.verdict, "file": work.shown_path})
        )
    else:
        show.success(f"{found.id[:12]}: {verdict}, written to {work.shown_path}")
        click.echo(meanings(found)[verdict][ENGLISH])


@review.command("export")
@click.argument("file", type=click.Path(dir_okay=False))
@_archive_option
@_city_option
@_country_option
@click.option("--open", "only_open", is_flag=True, help="Leave out what is decided.")
@click.pass_context
@_reporting
def review_export(context: click.Context, file: str, archive: str, cities: tuple[str, ...],
                  countries: tuple[str, ...], only_open: bool) -> None:  # fmt: skip
    """Write the findings into FILE (CSV), to fill in verdicts with a spreadsheet program."""
    work = _work(context, archive, cities, countries, hidden=False)
    sheet = write_sheet(work.reports, work.decisions, work.now.date(), only_open=only_open)
    Path(file).write_bytes(sheet)
    show.success(f"written: {file}; fill in verdict, by and note, then `twin-graph review import {file}`")


@review.command("import")
@click.argument("file", type=click.Path(dir_okay=False, exists=True))
@click.option("--by", default="", help="Who decides, where a row does not say.")
@_archive_option
@_json_option
@click.pass_context
@_reporting
def review_import(context: click.Context, file: str, by: str, archive: str, as_json: bool) -> None:
    """Take the verdicts from FILE, a spreadsheet that `review export` wrote.

    With a mistake in any row nothing is taken. Rows whose evidence has changed since are named and not taken.
    """
    work = _work(context, archive, hidden=as_json)
    read = read_sheet(
        Path(file).read_bytes(), work.reports, work.decisions, work.now, by=by, shown=Path(file).name
    )
    append(work.path, read.new)
    if as_json:
        click.echo(show.json_text({"new": [line.finding for line in read.new], "gone": list(read.gone)}))
        return
    show.success(f"{len(read.new)} new decision(s) in {work.shown_path}")
    for identifier in read.gone:
        show.failure(f"{identifier[:12]}: no longer there, or on other evidence; look at it again")


@main.command("export")
@click.argument("folder", type=click.Path(file_okay=False))
@click.option(
    "--to", "tools", multiple=True, type=click.Choice(TOOLS), help="For this tool [default: for all]."
)
@click.option("--reviewed", is_flag=True, help="Only what somebody decided to be wrong there.")
@click.option("--two-persons", is_flag=True, help="An end needs the decision of two persons.")
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
@_archive_option
@_city_option
@_country_option
@_json_option
@click.pass_context
@_reporting
def export(context: click.Context, folder: str, tools: tuple[str, ...], reviewed: bool, two_persons: bool,
           dry_run: bool, archive: str, cities: tuple[str, ...], countries: tuple[str, ...],
           as_json: bool) -> None:  # fmt: skip
    """Write files for editors of Wikidata into FOLDER; a person looks at them and uploads them.

    QuickStatements 2 and 3 read the same text differently, so each has files of its own. What a check forbids is
    not written. Nothing is ever sent to Wikidata.
    """
    work = _work(
        context, archive, cities, countries, hidden=as_json, reviewed_only=reviewed, two_persons=two_persons
    )
    files = export_files(work, tools or TOOLS)
    if not dry_run:
        write(Path(folder), files)
    held = held_back(work, tools or TOOLS)
    if as_json:
        names = [file.name for file in files]
        click.echo(show.json_text({**summary(work), "files": names, "held_back": held}))
        return
    if not files:
        click.echo("nothing to export")
    for file in files:
        show.success(f"{'would write' if dry_run else 'written'}: {file.name} ({lines(file)} lines)")
    for name, count in held.items():
        click.echo(f"  {count:,} held back: {CHECKS[name].text}")
