"""The folders of a workspace are its sources: which tables they hold, corrected, in order of precedence."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from twin_graph.findings import SourceRef
from twin_graph.kinds import BY_NAME
from twin_graph.sources.columns import Vocabulary
from twin_graph.sources.folders import Source, read_sources, row_key
from twin_graph.sources.tables import Row
from twin_graph.workspace import Workspace, read_publication
from workspaces import REPOSITORY, TableFile, copy_tiny, table, write_workbook

VOCABULARY = Vocabulary(REPOSITORY / "ontology")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A copy of the tiny workspace."""
    return copy_tiny(tmp_path)


def read(workspace: Workspace) -> dict[str, Source]:
    """The sources by name, in order of precedence."""
    found = read_sources(workspace, read_publication(workspace), VOCABULARY)
    return {source.name: source for source in found}


def contents(source: Source) -> list[str]:
    """Its rows, wherever they stand."""
    return sorted(f"{row.table} {sorted(row.cells.items())}" for row in source.rows)


def problems(workspace: Workspace) -> list[str]:
    """What is wrong with the folders."""
    return [str(finding) for source in read(workspace).values() for finding in source.findings]


class TestSources:
    """Which sources there are, and in which order."""

    def test_folders(self, workspace: Workspace) -> None:
        """A folder with a table `register` is a register; the shared tables come first, registers before others."""
        assert ["shared", "register-aldorf", "world"] == list(read(workspace))
        assert [] == problems(workspace)

    @pytest.mark.parametrize("order", [["aldorf", "zeta"], ["zeta", "aldorf"]])
    def test_order_of_the_publication(self, workspace: Workspace, order: list[str]) -> None:
        """Registers come in the order of publication.toml, others after them by name."""
        for name in ("zeta", "beta"):
            (workspace.data / name).mkdir()
            TableFile(workspace.data / name / "register.csv").write([["key", "city"], [name, "aldorf"]])
        path = workspace.data / "publication.toml"
        names = ", ".join(f'"{name}"' for name in order)
        path.write_text(path.read_text(encoding="utf-8").replace('"aldorf"', names, 1), encoding="utf-8")
        assert ["shared", *[f"register-{name}" for name in order], "register-beta", "world"] == list(
            read(workspace)
        )

    def test_what_is_not_read(self, workspace: Workspace) -> None:
        """Notes, hidden folders, locks of open workbooks and empty folders are no sources."""
        (workspace.data / "drafts").mkdir()
        (workspace.data / ".hidden").mkdir()
        shutil.copy(workspace.data / "cities.csv", workspace.data / ".hidden" / "cities.csv")
        for name in ("~$aldorf.xlsx", "notes.txt", "aldorf/~$register.xlsx", ".~lock.cities.csv#"):
            (workspace.data / name).write_text("x")
        assert ["shared", "register-aldorf", "world"] == list(read(workspace))
        assert [] == problems(workspace)

    @pytest.mark.parametrize("name", ["aldorf.xlsx", "aldorf.XLSX"])
    def test_workbook(self, workspace: Workspace, name: str) -> None:
        """A workbook has the rows of a folder, and its name."""
        before = read(workspace)["register-aldorf"]
        folder = workspace.data / "aldorf"
        write_workbook(
            workspace.data / name, {path.stem: TableFile(path).records() for path in folder.glob("*.csv")}
        )
        shutil.rmtree(folder)
        after = read(workspace)["register-aldorf"]
        assert contents(before) == contents(after)
        assert f"data/{name}[register]" == (after.register or before.rows[0]).where.path

    def test_workbook_inside_a_folder(self, workspace: Workspace) -> None:
        """A folder may hold a workbook beside its tables."""
        file = table(workspace, "aldorf/counts")
        write_workbook(workspace.data / "aldorf" / "more.xlsx", {"counts": file.records()})
        file.path.unlink()
        assert 3 == len(read(workspace)["register-aldorf"].table("counts"))

    @pytest.mark.parametrize("name", ["glenport.xls", "world/claims.ODS", "drafts/notes.numbers"])
    def test_other_spreadsheets(self, workspace: Workspace, name: str) -> None:
        """A spreadsheet that cannot be read is said to be one, wherever it lies; no key is missed for it."""
        (workspace.data / "drafts").mkdir()
        (workspace.data / name).write_bytes(b"x")
        (problem,) = problems(workspace)
        assert problem.startswith(
            f"data/{name}: this kind of spreadsheet is not read — save it as .xlsx or CSV"
        )
        assert {"city", "claim"} <= read(workspace)["shared"].unread


class TestGraphs:
    """Entries of `[graphs]` in publication.toml."""

    @staticmethod
    def add(workspace: Workspace, name: str) -> None:
        """One more entry."""
        with (workspace.data / "publication.toml").open("a", encoding="utf-8") as file:
            file.write(f'\n[graphs.{name}]\nattribution = "Somebody"\n')

    @pytest.mark.parametrize("name", ["register-aldorf", "world", "derived", "ontology", "metadata"])
    def test_graph_of_the_build(self, workspace: Workspace, name: str) -> None:
        """Every graph may be described, those that a build makes itself too."""
        self.add(workspace, name)
        assert [] == problems(workspace)

    @pytest.mark.parametrize(
        ("name", "hint"),
        [
            ("aldorf", "did you mean “register-aldorf”? the graphs are derived, metadata, ontology"),
            ("wrold", "did you mean “world”?"),
        ],
    )
    def test_graph_that_there_is_not(self, workspace: Workspace, name: str, hint: str) -> None:
        """An entry without a graph would lose its licence and attribution, so it is a finding."""
        self.add(workspace, name)
        (problem,) = problems(workspace)
        assert problem.startswith(
            f"data/publication.toml: graphs.{name}: there is no graph “{name}” — {hint}"
        )

    def test_graph_of_a_folder_that_is_not_there(self, workspace: Workspace) -> None:
        """The description of a source that somebody left out does no harm."""
        self.add(workspace, "xyz")
        assert [] == problems(workspace)

    def test_graph_of_a_register_that_cannot_be_read(self, workspace: Workspace) -> None:
        """While the name of a graph depends on a table that is broken, only the table is reported."""
        self.add(workspace, "register-aldorf")
        (workspace.data / "aldorf" / "register.csv").write_bytes(b"\xff\xfe")
        (problem,) = problems(workspace)
        assert problem.startswith("data/aldorf/register.csv")


class TestCorrections:
    """Rows of `corrections.csv` change the rows of the same folder."""

    def test_cells_and_rows(self, workspace: Workspace) -> None:
        """A cell gets its new value, a row is removed, of things and of claims."""
        world = read(workspace)["world"]
        city = next(row for row in world.table("cities") if row.cells["key"] == "q900000008")
        assert ("ca", "45", "-64") == tuple(city.cells[name] for name in ("country", "latitude", "longitude"))
        assert [] == [row for row in world.rows if "q900000010" in str(row.cells)]

    def test_empty_values(self, workspace: Workspace) -> None:
        """A correction may fill an empty cell, or empty one."""
        cells = {"table": "cities", "key": "q900000007"}
        table(workspace, "world/corrections").append(**cells, column="notes", **{"is": "New."})
        table(workspace, "world/corrections").append(**cells, column="population", was="9000")
        world = read(workspace)["world"]
        city = next(row for row in world.table("cities") if row.cells["key"] == "q900000007")
        assert ("New.", None) == (city.cells["notes"], city.cells.get("population"))
        assert [] == problems(workspace)

    @pytest.mark.parametrize(
        ("cells", "place", "message"),
        [
            (
                {"key": "q900000007", "column": "country", "was": "de", "is": "pl"},
                "was",
                "the cell holds “ca”",
            ),
            ({"key": "q1", "column": "country", "is": "pl"}, "key", "no row has this key"),
            (
                {"key": "q900000007", "column": "land", "is": "pl"},
                "column",
                "“land” is not a column of cities",
            ),
            ({"key": "q900000007", "column": "*", "is": "pl"}, "is", "can only be removed"),
        ],
    )
    def test_what_cannot_be_applied(
        self, workspace: Workspace, cells: dict[str, str], place: str, message: str
    ) -> None:
        """A correction that no longer fits is reported at its cell."""
        table(workspace, "world/corrections").append(table="cities", **cells)
        (problem,) = problems(workspace)
        assert problem.startswith(f"data/world/corrections.csv:7: {place}: ")
        assert message in problem

    def test_other_folder(self, workspace: Workspace) -> None:
        """A correction reaches only the rows of its own folder."""
        table(workspace, "world/corrections").append(
            table="cities", key="aldorf", column="notes", **{"is": "x"}
        )
        assert ["no row has this key" in problem for problem in problems(workspace)] == [True]

    def test_ambiguous_key(self, workspace: Workspace) -> None:
        """A key that several claims share needs their own keys."""
        for _ in range(2):
            table(workspace, "world/claims").append(
                parties="q900000007;q900000001", claimed_by="extract-2016"
            )
        table(workspace, "world/corrections").append(
            table="claims", key="q900000007;q900000001|extract-2016|", column="*", **{"is": "-"}
        )
        (problem,) = problems(workspace)
        assert "2 rows have this key" in problem


@pytest.mark.parametrize(
    ("kind", "cells", "expected"),
    [
        ("city", {"key": "lublin"}, "lublin"),
        ("claim", {"partnership": "a-b", "claimed_by": "c"}, "a-b|c|"),
        ("claim", {"parties": "a;b", "claimed_by": "c", "on_side_of": "a", "key": "2"}, "a;b|c|a|2"),
        (
            "name",
            {"city": "lviv", "language": "de", "name": "Lemberg", "use": "former"},
            "lviv|de|Lemberg|former",
        ),
    ],
)
def test_name_of_a_row(kind: str, cells: dict[str, str], expected: str) -> None:
    """A correction names a row by its key, or by what makes its address."""
    table = BY_NAME[kind].table
    assert expected == row_key(BY_NAME[kind], Row(table, cells, SourceRef("x")))


def test_unread_kinds(workspace: Workspace) -> None:
    """What a broken table may have held is known, and its other rows are read."""
    file = workspace.data / "cities.csv"
    file.write_text(file.read_text(encoding="utf-8") + "glenport,x\n", encoding="utf-8")
    (workspace.data / "world" / "sorces.csv").write_bytes(b"\xff\xfe")
    found = read(workspace)
    assert {"city"} == found["shared"].unread
    assert {"source"} == found["world"].unread
    assert 6 == len(found["shared"].table("cities"))
