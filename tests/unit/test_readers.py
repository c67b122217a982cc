"""Which reader takes a file: those of the program, and those of packages that are installed beside it."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from twin_graph.sources import readers, tables
from twin_graph.sources.readers import GROUP, find_readers
from twin_graph.sources.tables import Table, make_table

SHOWN = "data/alfa.tab"


def read_tabs(path: Path, shown: str) -> Iterable[Table]:
    """A reader as a package would have it."""
    records = [
        (number, line.split("\t")) for number, line in enumerate(path.read_text().splitlines(), start=1)
    ]
    return [make_table(" Cities ", shown, records)]


def stumble(path: Path, shown: str) -> Iterable[Table]:
    """A reader that does not understand a file."""
    raise RuntimeError("page 3 is torn")


@pytest.fixture
def added(monkeypatch: pytest.MonkeyPatch) -> None:
    """Packages with these readers, one of an ending that we read ourselves, and one that is broken."""
    names = {"TAB": "read_tabs", "csv": "stumble", "torn": "stumble", "gone": "nothing_of_this_name"}
    points = [EntryPoint(name, f"{__name__}:{value}", GROUP) for name, value in names.items()]
    functions = {"read_tabs": read_tabs, "stumble": stumble}
    monkeypatch.setattr(EntryPoint, "load", lambda self: functions[self.attr])
    monkeypatch.setattr(readers, "entry_points", lambda group: points if group == GROUP else [])


def test_without_packages() -> None:
    """CSV and workbooks are read."""
    assert {".csv", ".xlsx"} <= set(find_readers())


@pytest.mark.usefixtures("added")
def test_a_package_adds_its_ending(tmp_path: Path) -> None:
    """In any case of letters; rows have their lines, the name of the table is tidied."""
    path = tmp_path / "alfa.tab"
    path.write_text("key\tname_en\n# not read\t\n\t\nalfa\tAlfa\t\n")
    (table,) = find_readers()[".tab"](path, SHOWN)
    assert ("cities", ("key", "name_en")) == (table.name, table.header)
    assert [({"key": "alfa", "name_en": "Alfa"}, 4)] == [(row.cells, row.where.line) for row in table.rows]
    assert [] == table.findings


@pytest.mark.usefixtures("added")
def test_ours_are_not_replaced() -> None:
    """A package that names an ending of ours changes nothing."""
    assert tables.read_workbook is find_readers()[".xlsx"]
    (table,) = find_readers()[".csv"](Path("nowhere.csv"), "data/nowhere.csv")
    assert "torn" not in table.findings[0].message


@pytest.mark.usefixtures("added")
@pytest.mark.parametrize("ending", [".torn", ".gone"])
def test_what_fails_is_a_problem_of_the_file(ending: str) -> None:
    """Whether the reader fails or cannot even be loaded: the file is named, and the build can go on to the next."""
    (table,) = find_readers()[ending](Path(f"alfa{ending}"), SHOWN)
    (finding,) = table.findings
    assert SHOWN == str(finding.where)
    assert "cannot be read" in finding.message
