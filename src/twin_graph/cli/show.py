"""Reports, tables and progress on a terminal; plain text where the output is no terminal.

Prints only; decides nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from twin_graph.changes import Difference
from twin_graph.findings import Finding, Report, Severity
from twin_graph.formats import Format
from twin_graph.graphs import Triple, serialise
from twin_graph.namespaces import PREFIXES

EXAMPLES = 3
ALIKE = 10
_COLOURS = {Severity.VIOLATION: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
_WORDS = {Severity.VIOLATION: "violation", Severity.WARNING: "warning", Severity.INFO: "advice"}

_out = Console(highlight=False, soft_wrap=True, emoji=False)
_err = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)


def success(text: str) -> None:
    """A line that says what was done."""
    _out.print(f"[green]✓[/green] {escape(text)}")


def failure(text: str) -> None:
    """A line on standard error that says what went wrong."""
    _err.print(f"[red]✗[/red] {escape(text)}")


def json_text(content: object) -> str:
    """JSON as a program and a person can read it."""
    return json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True)


@contextmanager
def progress(
    what: str, *, steps: int, hidden: bool
) -> Iterator[Callable[[str], AbstractContextManager[object]]]:
    """A progress bar on a terminal; gives the function that announces each step.

    Args:
        steps: how many steps there are, about; should there be more, the bar waits at its end.
    """
    bar = Progress(
        SpinnerColumn(), TextColumn(f"{what}: {{task.description}}"), BarColumn(), TimeElapsedColumn(),
        console=_err, transient=True, disable=hidden or not _err.is_terminal,
    )  # fmt: skip
    with bar:
        task = bar.add_task("", total=steps)

        @contextmanager
        def step(name: str) -> Iterator[None]:
            bar.update(task, description=name)
            yield
            bar.advance(task)

        yield step


def findings(items: Sequence[Finding]) -> None:
    """The findings as `place: message`; where one column has many alike, the first of them and their number."""
    for _, group in groupby(items, key=_by_column):
        alike = list(group)
        for finding in alike[:ALIKE]:
            _print_finding(finding)
        if len(alike) > ALIKE:
            _out.print(f"  … and {len(alike) - ALIKE:,} more in this file (`--json` lists them)")


def report(found: Report, *, everything: bool = False) -> None:
    """A report: all violations, and of warnings and advice the number and some examples per rule."""
    for severity in Severity:
        rules = groupby(sorted(found.of(severity), key=_by_rule), key=_by_rule)
        # What is rare comes first: thousands of findings of one rule would bury it.
        for items in sorted((list(group) for _, group in rules), key=len):
            shown = items if everything or severity is Severity.VIOLATION else items[:EXAMPLES]
            for item in shown:
                _print_finding(item)
            if len(items) > len(shown):
                _out.print(f"  … and {len(items) - len(shown):,} more like this (`check --all` lists them)")
    counts = ", ".join(f"{len(found.of(severity)):,} {_WORDS[severity]}(s)" for severity in Severity)
    _out.print(f"checked with {found.engine} shapes: {counts}")
    if found.fallbacks:
        _out.print(f"  run by pySHACL: {', '.join(found.fallbacks)}")


def _print_finding(finding: Finding) -> None:
    colour = _COLOURS[finding.severity]
    _out.print(f"[{colour}]{_WORDS[finding.severity]}[/{colour}] {escape(str(finding))}")


def _by_column(finding: Finding) -> str:
    return finding.where.path if finding.where else ""


def _by_rule(finding: Finding) -> tuple[str, str]:
    return (finding.rule, finding.component)


def results(answer: Mapping[str, Any]) -> None:
    """SPARQL results as an aligned table."""
    if "boolean" in answer:
        _out.print("yes" if answer["boolean"] else "no")
        return
    names = answer["head"]["vars"]
    table = Table(*names, header_style="bold", show_lines=False)
    for row in answer["results"]["bindings"]:
        table.add_row(*[escape(_term(row[name])) if name in row else "" for name in names])
    Console(highlight=False).print(table)
    _out.print(f"{len(answer['results']['bindings']):,} row(s)")


def snapshots(rows: Sequence[Mapping[str, Any]]) -> None:
    """The list of snapshots."""
    table = Table("", "snapshot", "valid on", "statements", "warnings", header_style="bold")
    for row in rows:
        mark = "→" if row["current"] else ""
        warnings = row["findings"].get(Severity.WARNING.value, 0)
        table.add_row(mark, row["id"], row["valid_on"], f"{row['triples']:,}", f"{warnings:,}")
    Console(highlight=False).print(table)


def difference(found: Difference) -> None:
    """The statements that went and came, one a line."""
    for sign, colour, lines in (("-", "red", found.removed), ("+", "green", found.added)):
        for line in lines:
            _out.print(f"[{colour}]{sign} {escape(line)}[/{colour}]")
    _out.print(f"{len(found.removed):,} removed, {len(found.added):,} added")


def rdf(triples: Sequence[Triple], fmt: Format) -> bytes:
    """A graph in an RDF format."""
    return serialise(triples, fmt)


def _term(term: Mapping[str, str]) -> str:
    if term["type"] == "uri":
        for prefix, namespace in PREFIXES.items():
            if term["value"].startswith(namespace):
                return f"{prefix}:{term['value'].removeprefix(namespace)}"
        return term["value"]
    language = term.get("xml:lang")
    return f"{term['value']} @{language}" if language else term["value"]
