"""Small workspaces for tests: copies of `tests/tiny` in which one thing is changed.

Builds nothing by itself, and never touches the workspace that it copies.
"""

from __future__ import annotations

import csv
import io
import os
import random
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import openpyxl
from click.testing import CliRunner, Result

from twin_graph.build import check
from twin_graph.cli import main
from twin_graph.errors import SourceError
from twin_graph.findings import Finding
from twin_graph.workspace import Workspace, find_workspace

TESTS = Path(__file__).parent
REPOSITORY = TESTS.parent
TINY = TESTS / "tiny"

Records = list[list[str]]


# What the introduction of `docs/claims.md` says of the places and sources.
_GUIDE = {
    "publication.toml": 'title = { en = "Rules" }\ndefault_language = "en"\nregisters = ["alfa"]\n'
    'valid_on = "2024-12-31"\n',
    "cities.csv": "key,type,name_en,wikidata,sibling,source\n"
    "alfa,City,Alfa,Q1,,gazetteer\nbeta,City,Beta,Q2,beta-rural,gazetteer\ngamma,City,Gamma,Q3,,gazetteer\n"
    "delta,City,Delta,Q4,,gazetteer\nepsilon,City,Epsilon,Q5,,gazetteer\n"
    "beta-rural,Municipality,Beta Rural,Q6,beta,gazetteer\n",
    "sources.csv": "key,title,url\ngazetteer,Gazetteer,https://example.org/gazetteer\n",
    "alfa/register.csv": "key,name_en,city,publisher,url,as_of\n"
    "alfa,Register of Alfa,alfa,City of Alfa,https://example.org/alfa,2024-12-31\n",
    "alfa/sources.csv": "key,title,url\n"
    + "".join(
        f"{key},{key},https://example.org/{key}\n"
        for key in ("archive", "beta-page", "gamma-page", "delta-page", "post")
    ),
    "world/sources.csv": "key,title,url\nextract,Extract,https://example.org/extract\n",
}


def write_guide(folder: Path, tables: Mapping[str, str]) -> Workspace:
    """The workspace of `docs/claims.md` with some more tables, by their paths below `data/`."""
    for name, text in {**_GUIDE, **tables}.items():
        path = folder / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return find_workspace(folder)


def copy_tiny(target: Path) -> Workspace:
    """A workspace with the tables of `tests/tiny`."""
    shutil.copytree(TINY / "data", target / "data")
    return find_workspace(target)


@dataclass(frozen=True)
class TableFile:
    """One CSV file of a workspace, to be looked at and changed as a spreadsheet would."""

    path: Path

    def records(self) -> Records:
        """The header and the rows."""
        return list(csv.reader(io.StringIO(self.path.read_text(encoding="utf-8"), newline="")))

    def write(self, records: Records) -> None:
        """Replace the whole file."""
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(records)
        self.path.write_text(text.getvalue(), encoding="utf-8")

    def change(self, line: int, column: str, text: str) -> None:
        """Write into one cell; `line` as an editor counts."""
        records = self.records()
        records[line - 1][records[0].index(column)] = text
        self.write(records)

    def append(self, **cells: str) -> int:
        """Add a row; returns its line."""
        records = self.records()
        unknown = set(cells) - set(records[0])
        assert set() == unknown, unknown
        self.write([*records, [cells.get(name, "") for name in records[0]]])
        return len(records) + 1

    def without_column(self, name: str) -> None:
        """Delete a column."""
        records = self.records()
        position = records[0].index(name)
        self.write([[*record[:position], *record[position + 1 :]] for record in records])


def table(workspace: Workspace, name: str) -> TableFile:
    """A table by its path under `data/`, without `.csv`."""
    return TableFile(workspace.data / f"{name}.csv")


def tables(workspace: Workspace) -> list[TableFile]:
    """All CSV files of a workspace."""
    return [TableFile(path) for path in sorted(workspace.data.rglob("*.csv"))]


def shuffle(workspace: Workspace, seed: int, *, columns: bool = False) -> None:
    """Bring the rows of every table, and the columns if asked, into another order."""
    generator = random.Random(seed)
    for file in tables(workspace):
        header, *rows = file.records()
        generator.shuffle(rows)
        order = list(range(len(header)))
        if columns:
            generator.shuffle(order)
        file.write([[record[position] for position in order] for record in (header, *rows)])


def write_workbook(path: Path, sheets: dict[str, Records]) -> None:
    """A workbook with one sheet per table; every cell is text."""
    book = openpyxl.Workbook()
    del book["Sheet"]
    for name, records in sheets.items():
        sheet = book.create_sheet(name)
        for record in records:
            sheet.append(record)
    book.save(path)


def source_findings(workspace: Workspace) -> list[Finding]:
    """What a check says: the problems of the files, or else the findings of the gate."""
    try:
        return list(check(workspace).findings)
    except SourceError as problem:
        return problem.findings


def run(workspace: Workspace | Path, *arguments: str) -> Result:
    """Call the command line on a workspace."""
    root = workspace.root if isinstance(workspace, Workspace) else workspace
    environment = {name: "" for name in os.environ if name.startswith("TWIN_GRAPH_")}
    return CliRunner(env={**dict.fromkeys(environment), "COLUMNS": "200"}).invoke(
        main, ["--workspace", str(root), *arguments]
    )


Change = Callable[[Workspace], object]
