"""The command `reconcile`: what the rows of a list mean, and which items cities without one may be.

Who is meant is decided by `matching`; nothing is written into the tables of the workspace.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from twin_graph.cli import _json_option, _reporting, _snapshot, _workspace, main, show
from twin_graph.errors import SnapshotDamaged, SourceError, WorkspaceInvalid
from twin_graph.matching import FILE as INDEX
from twin_graph.matching import Answer, Index, Matcher, lists, read_model
from twin_graph.matching.decisions import apply, is_settled, read_decisions, write_decisions
from twin_graph.matching.lists import Columns
from twin_graph.matching.offers import offer_items
from twin_graph.shapes.report import finding_json
from twin_graph.sources.tables import Table, read_csv, read_workbook

DECISIONS = "reconciled.csv"
_OPTIONS = (
    ("--column", "name", "Column with the names."),
    ("--country-column", "country", "Column with countries: codes, names in any language, or items."),
    ("--admin-column", "admin", "Column with regions, states or counties."),
    ("--partner-column", "partner", "Column with cities that it is twinned with, separated by ; or |."),
    ("--population-column", "population", "Column with numbers of inhabitants."),
    ("--latitude-column", "latitude", "Column with latitudes, in degrees."),
    ("--longitude-column", "longitude", "Column with longitudes, in degrees."),
    ("--wikidata-column", "wikidata", "Column with Wikidata items, of the rows that have one."),
)  # fmt: skip


def _column_options(command: Any) -> Any:
    for option, name, text in reversed(_OPTIONS):
        command = click.option(option, f"column_{name}", default="", help=text)(command)
    return command


@main.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_column_options
@click.option("--country", default="", help="Country of all rows that name none.")
@click.option("--language", default="", help="Language of the names, as a tag such as pl.")
@click.option(
    "--texts", type=click.Choice(("en", "pl", "uk")), default="en", help="Language of reasons [en]."
)
@click.option("--alone", is_flag=True, help="Look at each row alone, and not at the list as a whole.")
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="[default: FILE-reconciled.csv]"
)
@click.option("--review", type=click.Path(dir_okay=False, path_type=Path), help="[default: FILE-review.csv]")
@click.option(
    "--decisions", type=click.Path(dir_okay=False, path_type=Path),
    help=f"File of decisions [default: {DECISIONS} beside FILE].",
)  # fmt: skip
@click.option(
    "--accept", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A review in which somebody has marked candidates with x: keep them as decisions first.",
)  # fmt: skip
@click.option("--by", default="", help="Who decided, for --accept.")
@_json_option
@click.pass_context
@_reporting
def reconcile(context: click.Context, /, file: Path | None, as_json: bool, **options: Any) -> None:
    """Say what the names in FILE (CSV or .xlsx) mean: keys, items, probabilities and reasons.

    Two files are written: the list with what is sure, and a review of what somebody has to look at. Without FILE:
    items that the cities in data/ that have none may be.
    """
    with _index(context) as index:
        if file is None:
            _offer(context, index, as_json=as_json)
            return
        if not options["column_name"]:
            raise click.UsageError("which column has the names? say so with --column")
        numbers = _reconcile(Matcher(index, read_model()), file, options)
    if as_json:
        click.echo(show.json_text(numbers))
    else:
        show.success(f"{numbers['taken']} of {numbers['rows']} rows are sure: {numbers['output']}")
        click.echo(f"To look through: {numbers['left']} rows, in {numbers['review']}")


@contextmanager
def _index(context: click.Context) -> Iterator[Index]:
    """The index of the current snapshot."""
    current = _snapshot(context)
    index = Index.open(current.side(INDEX))
    if index is None:
        raise SnapshotDamaged(f"snapshot {current.path.name} has no index of places; build again")
    try:
        yield index
    finally:
        index.close()


def _reconcile(matcher: Matcher, file: Path, options: dict[str, Any]) -> dict[str, Any]:
    output = options["output"] or file.with_name(f"{file.stem}-reconciled.csv")
    review = options["review"] or file.with_name(f"{file.stem}-review.csv")
    decisions = options["decisions"] or file.with_name(DECISIONS)
    _refuse_overwriting(file, output, review, decisions)
    table = _read(file)
    columns = Columns(**{name: options[f"column_{name}"] for _, name, _ in _OPTIONS})
    queries = lists.make_queries(table, columns, country=options["country"], language=options["language"])
    answers = matcher.match(queries, collective=not options["alone"])
    alone = matcher.match(queries)
    known = read_decisions(decisions, str(decisions))
    if options["accept"]:
        now = datetime.now(UTC).date().isoformat()
        sheet = read_csv(options["accept"], str(options["accept"]))
        found = lists.read_review(sheet, table, queries, answers, by=options["by"], on=now, alone=alone)
        known |= {decision.row: decision for decision in found}
        decisions.write_text(write_decisions(known.values()), encoding="utf-8")
    settled = {at for at, query in enumerate(queries) if is_settled(known, query, alone[at])}
    answers = [apply(known, query, answers[at], alone[at]) for at, query in enumerate(queries)]
    asked = {at for at, query in enumerate(queries) if query.name or query.all_identifiers}
    left = {at for at in asked if not _is_taken(answers[at])} - settled
    output.write_text(lists.answered(table, answers, options["texts"]), encoding="utf-8-sig")
    review.write_text(lists.review(table, queries, answers, left, options["texts"]), encoding="utf-8-sig")
    return _count(answers, len(left)) | {
        "output": str(output),
        "review": str(review),
        "decisions": len(known),
    }


def _refuse_overwriting(file: Path, *written: Path) -> None:
    """The list itself is never written over."""
    if file.resolve() in {path.resolve() for path in written}:
        raise WorkspaceInvalid(f"{file} would be written over; name another file")


def _read(file: Path) -> Table:
    """The table of a file, of a workbook its first sheet.

    Raises:
        SourceError: it cannot be read.
    """
    table = read_workbook(file, str(file))[0] if file.suffix.lower() == ".xlsx" else read_csv(file, str(file))
    if table.findings:
        raise SourceError(table.findings)
    return table


def _is_taken(answer: Answer) -> bool:
    return bool(answer.candidates) and answer.candidates[0].match


def _count(answers: Sequence[Answer], left: int) -> dict[str, Any]:
    why = Counter(
        code
        for answer in answers
        if answer.candidates and not _is_taken(answer)
        for code in answer.candidates[0].reasons
    )
    return {
        "rows": len(answers),
        "taken": sum(map(_is_taken, answers)),
        "left": left,
        "reasons": dict(sorted(why.items())),
    }


def _offer(context: click.Context, index: Index, *, as_json: bool) -> None:
    workspace = _workspace(context)
    paths = sorted(
        path for pattern in ("cities.csv", "*/cities.csv") for path in workspace.data.glob(pattern)
    )
    tables = [read_csv(path, workspace.relative(path)) for path in paths]
    if findings := [finding for table in tables for finding in table.findings]:
        raise SourceError(findings)
    matcher = Matcher(index, read_model(), elsewhere=True)
    offers = offer_items(matcher, (row for table in tables for row in table.rows))
    if as_json:
        click.echo(show.json_text({"offers": [finding_json(finding) for finding in offers]}))
    elif offers:
        show.findings(offers)
    else:
        show.success("every city that may have an item has one")
