"""The command line: reads arguments, calls a service, shows the result.

    __init__.py   the commands
    show.py       reports, tables and progress on a terminal
    starter.py    the files of a new workspace
    wikidata.py   the commands `wikidata …`, with exit codes of their own

Exit codes: 0 done; 1 the data has problems that must be put right; 2 the command was called wrongly;
3 the machine, the workspace or the snapshot is not ready; 4 the question cannot be answered; 6 an archive
has no answer. `wikidata` has more of its own.
"""

from __future__ import annotations

import io
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from twin_graph import __version__, changes, formats, iris, snapshot
from twin_graph.build import build as build_snapshot
from twin_graph.build import check as check_workspace
from twin_graph.cli import show, starter
from twin_graph.cli.wikidata import EXIT_NOT_IN_ARCHIVE, wikidata
from twin_graph.describe import describe as describe_thing
from twin_graph.describe import resolve
from twin_graph.errors import (
    EntityNotFound,
    MalformedRequest,
    NotConformant,
    NotInArchive,
    OperatorError,
    RequestError,
    SourceError,
    TwinGraphError,
)
from twin_graph.namespaces import PREFIXES
from twin_graph.settings import SETTINGS, Settings, read_settings
from twin_graph.shapes import report_json
from twin_graph.shapes.report import finding_json
from twin_graph.snapshot import Snapshot
from twin_graph.sparql import check_policy
from twin_graph.store import Store
from twin_graph.workspace import Workspace, find_workspace

# Steps of a build of one register and the world; each further register is one more.
CHECK_STEPS, BUILD_STEPS, DIFF_STEPS = 7, 9, 3
EXIT_DATA, EXIT_USAGE, EXIT_OPERATOR, EXIT_REQUEST = 1, 2, 3, 4
EXIT_CODES: tuple[tuple[type[TwinGraphError], int], ...] = (
    (SourceError, EXIT_DATA),
    (NotConformant, EXIT_DATA),
    (NotInArchive, EXIT_NOT_IN_ARCHIVE),
    (OperatorError, EXIT_OPERATOR),
    (RequestError, EXIT_REQUEST),
    (TwinGraphError, EXIT_OPERATOR),
)
_NOT_OF_SERVE = ("workspace", "base_iri", "wikidata_contact")
_ANSWERS = (*formats.RESULT_FORMATS, *formats.GRAPH_FORMATS)
Command = TypeVar("Command", bound=Callable[..., Any])
_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


def exit_code(problem: TwinGraphError) -> int:
    """The exit code of an exception."""
    return next(code for kind, code in EXIT_CODES if isinstance(problem, kind))


def _settings_options(*names: str) -> Callable[[Command], Command]:
    """Options for settings, with their help and default from the table of settings."""

    def decorate(command: Command) -> Command:
        for setting in reversed([setting for setting in SETTINGS if setting.name in names]):
            shown = setting.default if setting.default != "" else "none"
            text = f"{setting.help} [default: {shown}; {setting.variable}]"
            kind: Any = click.Choice(setting.choices) if setting.choices else type(setting.default)
            option = click.option(f"--{setting.name.replace('_', '-')}", setting.name, type=kind, help=text)
            command = option(command)
        return command

    return decorate


def _reporting(command: Command) -> Command:
    """Turn our exceptions into a message and an exit code; a traceback is never shown for them."""

    @wraps(command)
    def run(*arguments: Any, **options: Any) -> Any:
        try:
            return command(*arguments, **options)
        except TwinGraphError as problem:
            _show_problem(problem, as_json=bool(options.get("as_json")))
            sys.exit(exit_code(problem))
        except BrokenPipeError:
            raise  # who reads our output has read enough
        except OSError as problem:
            _show_problem(problem, as_json=bool(options.get("as_json")))
            sys.exit(EXIT_OPERATOR)

    return run  # type: ignore[return-value]


def _show_problem(problem: TwinGraphError | OSError, *, as_json: bool) -> None:
    """Say what went wrong; with --json on standard output, which so holds one document whatever happens."""
    if isinstance(problem, SourceError):
        if as_json:
            click.echo(show.json_text({"problems": [finding_json(finding) for finding in problem.findings]}))
        else:
            show.findings(problem.findings)
            show.failure(f"{len(problem.findings)} problem(s) in the files; nothing was written")
    elif isinstance(problem, NotConformant):
        if as_json:
            click.echo(show.json_text(report_json(problem.report)))
        else:
            show.report(problem.report)
            count = len(problem.report.violations)
            show.failure(f"{count} violation(s); nothing was built, the current snapshot stays")
    elif as_json:
        click.echo(show.json_text({"error": {"type": type(problem).__name__, "message": str(problem)}}))
    else:
        show.failure(str(problem))


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="twin-graph")
@click.option(
    "--workspace", "-w", type=click.Path(file_okay=False), help="Folder with data/ [default: here]."
)
@click.pass_context
def main(context: click.Context, workspace: str | None) -> None:
    """Publish a city's partnerships as linked data.

    Start with `twin-graph init my-city`, write the tables in my-city/data/ with a spreadsheet program, look at
    them with `twin-graph check`, then `twin-graph build` and `twin-graph serve`.

    Exit codes: 0 done; 1 the data has problems; 2 the command was called wrongly; 3 the workspace or the
    snapshot is not ready; 4 the question cannot be answered; 6 an archive has no answer; `wikidata -h` names more.
    """
    context.obj = workspace


def _settings(context: click.Context, **overrides: Any) -> Settings:
    return read_settings(os.environ, workspace=context.obj, **overrides)


def _workspace(context: click.Context) -> Workspace:
    return find_workspace(_settings(context).workspace)


def _snapshot(context: click.Context, name: str = "current") -> Snapshot:
    return snapshot.open_snapshot(_workspace(context).snapshots, name)


@contextmanager
def _store_of(current: Snapshot) -> Iterator[Store]:
    """The store of a snapshot for questions, after a look for damage.

    Raises:
        SnapshotDamaged: what the look did not find, the engine finds when it reads.
    """
    snapshot.require_whole(current)
    # The engine does not hear of Ctrl+C while it works: let it end the process.
    handler = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield current.open_store()
    except RuntimeError as problem:
        raise snapshot.damaged(current.path, f"the store cannot be read: {problem}") from problem
    finally:
        signal.signal(signal.SIGINT, handler)


@main.command()
@click.argument("folder", type=click.Path(file_okay=False))
@_reporting
def init(folder: str) -> None:
    """Make a new workspace in FOLDER, with example files to fill in.

    Nothing that exists is overwritten. Lines that begin with # are examples and are not published.
    """
    written = starter.write(Path(folder), date.today().isoformat())
    show.success(f"{len(written)} files written in {folder}/")
    click.echo(f"Next: open {folder}/data/README.md, then run `twin-graph --workspace {folder} check`.")


@main.command()
@_settings_options("base_iri")
@click.option("--all", "show_all", is_flag=True, help="List every warning and advice, not only examples.")
@_json_option
@click.pass_context
@_reporting
def check(context: click.Context, base_iri: str | None, show_all: bool, as_json: bool) -> None:
    """Read all tables, check them against the rules, and write nothing."""
    settings = _settings(context, base_iri=base_iri)
    with show.progress("check", steps=CHECK_STEPS, hidden=as_json) as step:
        report = check_workspace(find_workspace(settings.workspace), settings.base_iri, step)
    if as_json:
        click.echo(show.json_text(report_json(report)))
    else:
        show.report(report, everything=show_all)
    if report.violations:
        sys.exit(EXIT_DATA)


@main.command()
@_settings_options("base_iri")
@_json_option
@click.pass_context
@_reporting
def build(context: click.Context, base_iri: str | None, as_json: bool) -> None:
    """Check everything, build a snapshot and make it current.

    A problem or a violation stops the build; the current snapshot then stays as it was.
    """
    settings = _settings(context, base_iri=base_iri)
    with show.progress("build", steps=BUILD_STEPS, hidden=as_json) as step:
        built, report = build_snapshot(find_workspace(settings.workspace), settings.base_iri, step)
    if as_json:
        click.echo(show.json_text({"snapshot": built.path.name, **report_json(report)}))
        return
    show.report(report)
    show.success(f"snapshot {built.path.name}: {built.manifest.triples:,} statements")


@main.command()
@click.argument("text", required=False)
@click.option(
    "--file", "-f", "file", type=click.File("r", encoding="utf-8"), help="Read the query from a file."
)
@click.option("--format", "fmt", type=click.Choice(["table", *[f.name for f in _ANSWERS]]), default="table",
              show_default=True, help="How to print the answer; `table` gives Turtle for graphs.")  # fmt: skip
@click.pass_context
@_reporting
def query(context: click.Context, text: str | None, file: io.TextIOBase | None, fmt: str) -> None:
    """Ask the current snapshot a SPARQL query, given as TEXT or with --file.

    The prefixes of the project (twin:, skos: …) need not be declared. As in the public service there are no
    updates and no SERVICE.
    """
    if (text is None) == (file is None):
        raise click.UsageError("give the query either as text or with --file")
    asked = str(text) if file is None else _text_of(file)
    check_policy(asked)
    current = _snapshot(context)
    chosen = formats.by_name(fmt)
    offers = (formats.RESULTS_JSON, formats.TURTLE) if chosen is None else (chosen,)
    output = io.BytesIO()
    base = current.manifest.base_iri
    with _store_of(current) as store:
        answer = store.answer(asked, output, base_iri=base, offers=offers, prefixes=PREFIXES)
    if chosen is None and answer.fmt is formats.RESULTS_JSON:
        show.results(json.loads(output.getvalue()))
    else:
        sys.stdout.buffer.write(output.getvalue())


def _text_of(file: io.TextIOBase) -> str:
    try:
        return file.read()
    except UnicodeDecodeError as problem:
        raise MalformedRequest(f"the file is not UTF-8: {problem}") from problem


@main.command()
@click.argument("thing")
@click.option("--format", "fmt", type=click.Choice([f.name for f in formats.GRAPH_FORMATS]), default="turtle",
              show_default=True, help="The RDF format to print.")  # fmt: skip
@click.pass_context
@_reporting
def describe(context: click.Context, thing: str, fmt: str) -> None:
    """Print the document of a THING, such as city/lublin or its whole IRI."""
    current = _snapshot(context)
    base = current.manifest.base_iri
    parts = iris.unmint(base, thing if "://" in thing else f"{base}id/{thing}")
    if parts is None or not parts.kind:
        raise EntityNotFound(f"“{thing}” is not a thing; write a kind and a key, such as city/lublin")
    chosen = formats.by_name(fmt)
    assert chosen is not None
    with _store_of(current) as store:
        key = resolve(store, base, current.keys, parts.kind, parts.key)
        description = describe_thing(store, base, parts.kind, key)
    sys.stdout.buffer.write(show.rdf(description.triples, chosen))


main.add_command(wikidata)


@main.group("snapshot")
def snapshot_group() -> None:
    """Look after the built snapshots."""


@snapshot_group.command("list")
@_json_option
@click.pass_context
@_reporting
def snapshot_list(context: click.Context, as_json: bool) -> None:
    """List the snapshots, oldest first; the current one is marked."""
    folder = _workspace(context).snapshots
    current = snapshot.current_id(folder)
    found = snapshot.list_snapshots(folder)
    rows = [
        {"id": item.path.name, "current": item.path.name == current, "valid_on": item.manifest.valid_on,
         "triples": item.manifest.triples, "findings": dict(item.manifest.findings)}
        for item in found
    ]  # fmt: skip
    damage = snapshot.list_damage(folder)
    if as_json:
        unreadable = [
            {"id": name, "current": name == current, "problem": str(damage[name])} for name in damage
        ]
        click.echo(show.json_text([*rows, *unreadable]))
        return
    show.snapshots(rows)
    for problem in damage.values():
        show.failure(str(problem))


@snapshot_group.command("diff")
@click.argument("old")
@click.argument("new", default="current")
@_json_option
@click.pass_context
@_reporting
def snapshot_diff(context: click.Context, old: str, new: str, as_json: bool) -> None:
    """Print which statements the snapshot NEW has and OLD has not (+), and the other way round (-)."""
    before, after = _snapshot(context, old), _snapshot(context, new)
    with show.progress("compare", steps=DIFF_STEPS, hidden=as_json) as step:
        difference = changes.between(before, after, step)
    if as_json:
        click.echo(show.json_text(difference.as_json()))
    else:
        show.difference(difference)


@snapshot_group.command("prune")
@click.option("--keep", type=click.IntRange(min=1), default=5, show_default=True, help="How many to keep.")
@_json_option
@click.pass_context
@_reporting
def snapshot_prune(context: click.Context, keep: int, as_json: bool) -> None:
    """Delete the oldest snapshots; the current one always stays."""
    deleted = snapshot.prune(_workspace(context).snapshots, keep)
    if as_json:
        click.echo(show.json_text({"deleted": deleted}))
    else:
        show.success(f"{len(deleted)} snapshot(s) deleted")


@main.command()
@_settings_options(*[setting.name for setting in SETTINGS if setting.name not in _NOT_OF_SERVE])
@_reporting
def serve(**overrides: Any) -> None:
    """Serve the current snapshot; follows to the next one when a build makes it current."""
    from twin_graph.serve import serve as run  # loads the web server, which no other command needs

    sys.exit(run(_settings(click.get_current_context(), **overrides)))


# These commands use what stands above, and add themselves to it.
from twin_graph.cli import bake as _bake  # noqa: E402, F401
from twin_graph.cli import compare as _compare  # noqa: E402, F401  the module needs `main`
from twin_graph.cli import dumps as _dumps  # noqa: E402, F401
from twin_graph.cli import reconcile as _reconcile  # noqa: E402, F401
