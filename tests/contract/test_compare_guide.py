"""The guide to the comparison names every report, kind, check, verdict, column and command."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path

from twin_graph.cli import main
from twin_graph.compare.checks import CHECKS
from twin_graph.compare.decisions import Decision
from twin_graph.compare.kinds import KINDS
from twin_graph.compare.model import REPORTS, VERDICTS
from twin_graph.compare.tables import COLUMNS
from twin_graph.compare.words import rows
from twin_graph.web.comparison import EXPORTS

GUIDE = Path(__file__).parents[2] / "docs" / "compare-with-wikidata.md"


def text() -> str:
    """The guide."""
    return GUIDE.read_text(encoding="utf-8")


def test_every_kind_stands_in_the_row_of_its_report() -> None:
    """And no other word does."""
    rows = {name: line for line in text().splitlines() for name in REPORTS if line.startswith(f"| ({name}) ")}
    assert set(REPORTS) == set(rows)
    for name, line in rows.items():
        assert {kind.name for kind in KINDS.values() if kind.report == name} == set(
            re.findall(r"`([\w-]+)`", line)
        )


def test_every_check_is_named_with_its_star() -> None:
    """A star says that a person may answer it."""
    section = text().partition("### What must hold")[2].partition("## For programmers")[0]
    named = dict(re.findall(r"`([a-z][a-z0-9-]+)`(\*?)", section))
    assert {name: "*" if check.reviewable else "" for name, check in CHECKS.items()} == {
        name: star for name, star in named.items() if name not in VERDICTS
    }


def test_verdicts_and_commands_are_explained() -> None:
    """Each verdict has a row; the commands that are shown exist."""
    for verdict in VERDICTS:
        assert f"| `{verdict}` |" in text()
    commands = re.findall(r"^twin-graph (\w+)", text(), re.MULTILINE)
    assert 7 == len(commands)
    for name in commands:
        assert name in main.commands


def test_the_line_of_a_decision() -> None:
    """The example has the fields that are written, in their order."""
    (line,) = re.findall(r"```json\n(.*?)```", text(), re.DOTALL)
    assert [field.name for field in sorted(fields(Decision), key=lambda field: field.name)] == list(
        json.loads(line)
    )


def test_where_no_edit_is_known_the_guide_begins_as_the_pages_do() -> None:
    """For every report with verdicts of its own, the one to begin with, and none that its page does not explain."""
    told = re.findall(r"^\| ([a-f]) \| `([\w-]+)` \|", text(), re.MULTILINE)
    own: dict[str, list[str]] = {}
    for row in rows("verdicts"):
        own.setdefault(row["report"], []).append(row["verdict"])
    begun = dict(reversed(told))
    assert {report: verdicts[0] for report, verdicts in own.items() if report} == begun
    assert 6 == len(told)
    assert all(verdict in own[report] for report, verdict in told)


def test_what_an_export_can_be_is_explained() -> None:
    """The values of the filter are those of the site."""
    (line,) = (each for each in text().splitlines() if each.startswith("| `export` |"))
    assert set(EXPORTS) == set(re.findall(r"`([\w-]+)`", line)) - {"export"}


def test_columns_that_matter_are_explained() -> None:
    """The columns of a file are in the guide, those of the two items together."""
    items = {"subject", "subject_name", "subject_revision", "object", "object_name", "object_revision"}
    assert [] == [name for name in COLUMNS if name not in items and f"`{name}`" not in text()]
