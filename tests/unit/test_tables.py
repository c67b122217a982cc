"""Bytes of a file become rows of text, and what is wrong becomes findings with a place.

The mistakes of staff are tried through the command line in `test_bad_input.py`; here it is about single cells.
"""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from twin_graph.findings import SourceRef
from twin_graph.sources.tables import LONGEST_CELL, LONGEST_LINE, Table, read_csv, read_workbook


def table(tmp_path: Path, content: str | bytes) -> Table:
    """The table of a file with this content."""
    path = tmp_path / "cities.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_csv(path, "data/cities.csv")


def cells(read: Table) -> list[dict[str, str]]:
    """The cells of each row."""
    assert [] == [str(finding) for finding in read.findings]
    return [row.cells for row in read.rows]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("plain", "key,name\na,A\nb,B\n", [{"key": "a", "name": "A"}, {"key": "b", "name": "B"}]),
        ("empty cells are left out", "key,name\na,\n,B\n", [{"key": "a"}, {"name": "B"}]),
        ("blank rows", "key,name\n\na,A\n,\n", [{"key": "a", "name": "A"}]),
        ("comments", "# said,first\nkey,name\n# b,B\na,A\n", [{"key": "a", "name": "A"}]),
        ("semicolons", 'key;name\n"a;b";A\n', [{"key": "a;b", "name": "A"}]),
        ("semicolons in a header with commas", 'key;"a, b, c, d";name\na;;A\n', [{"key": "a", "name": "A"}]),
        ("tabs", "key\tname\na\tA, B\n", [{"key": "a", "name": "A, B"}]),
        ("one column", "key\na\n", [{"key": "a"}]),
        ("quotation marks", 'key,name\na,"A ""b"", c"\n', [{"key": "a", "name": 'A "b", c'}]),
        (
            "line end in a cell",
            'key,name\na,"A\nB"\nb,C\n',
            [{"key": "a", "name": "A\nB"}, {"key": "b", "name": "C"}],
        ),
        ("old line ends", "key,name\ra,A\r", [{"key": "a", "name": "A"}]),
        ("empty cells after the last column", "key,name,,\na,A,,\n", [{"key": "a", "name": "A"}]),
        ("blanks", "key , name\n a ,\u00a0A\n", [{"key": "a", "name": "A"}]),
        ("other scripts", "key,name\na,Львів 利沃夫\n", [{"key": "a", "name": "Львів 利沃夫"}]),
    ],
)
def test_what_a_spreadsheet_means(
    tmp_path: Path, name: str, content: str, expected: list[dict[str, str]]
) -> None:
    """Rows are read as a spreadsheet shows them."""
    assert expected == cells(table(tmp_path, content)), name


def test_place_of_a_row(tmp_path: Path) -> None:
    """A row stands where its first line is, the header being line 1; a cell is named by its column."""
    read = table(tmp_path, 'key,name\n\na,"A\nB"\nb,C\n')
    assert [3, 5] == [row.where.line for row in read.rows]
    assert SourceRef("data/cities.csv", 5, "name") == read.rows[1].at("name")


def test_reading_goes_on_after_a_mistake(tmp_path: Path) -> None:
    """A row that is wrong does not hide the next mistake, and the other rows are read."""
    read = table(tmp_path, f"key,name\na,A,A\nb\nc,{'C' * (LONGEST_CELL + 1)}\nd,D\n")
    assert [2, 3, 4] == [finding.where.line for finding in read.findings if finding.where]
    assert ["d"] == [row.cells["key"] for row in read.rows]


def test_long_text_of_many_lines_is_one_finding(tmp_path: Path) -> None:
    """A quotation mark that stays open over many rows is reported where it opens."""
    read = table(tmp_path, 'key,name\na,"A\n' + "b,B\n" * 300 + 'c,"C"\n')
    assert [2] == [finding.where.line for finding in read.findings if finding.where]


def test_longest_line(tmp_path: Path) -> None:
    """A line that is just too long is refused with its number."""
    read = table(tmp_path, "key\n" + "a" * (LONGEST_LINE + 1) + "\n")
    assert ["data/cities.csv:2"] == [str(finding.where) for finding in read.findings]


def test_folder_with_the_name_of_a_table(tmp_path: Path) -> None:
    """What cannot be read is a finding."""
    (tmp_path / "cities.csv").mkdir()
    read = read_csv(tmp_path / "cities.csv", "data/cities.csv")
    assert ["data/cities.csv"] == [str(finding.where) for finding in read.findings]


class TestWorkbook:
    """One sheet, one table."""

    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        """A workbook with two sheets and every sort of cell."""
        book = openpyxl.Workbook()
        first = book.active
        assert first is not None
        first.title = "Cities "
        for record in (
            ["key", None, "population", "signed", "ok", "at"],
            [],
            ["# example", "x"],
            ["a", None, 336339, date(2004, 5, 1), True, datetime(2004, 5, 1, 12, 30)],
            ["b", None, 51.25, datetime(2004, 5, 2), False, " text "],
            ["c", None, 2000.0, None, None, None],
        ):
            first.append(record)
        first["B1"] = "name"
        book.create_sheet("sources").append(["key"])
        book.save(tmp_path / "x.xlsx")
        return tmp_path / "x.xlsx"

    def test_cells(self, path: Path) -> None:
        """Numbers, days and truth values are the text that a CSV file would have."""
        first, second = read_workbook(path, "data/x.xlsx")
        assert [
            {
                "key": "a",
                "population": "336339",
                "signed": "2004-05-01",
                "ok": "true",
                "at": "2004-05-01T12:30:00",
            },
            {"key": "b", "population": "51.25", "signed": "2004-05-02", "ok": "false", "at": "text"},
            {"key": "c", "population": "2000"},
        ] == cells(first)
        assert ("cities", "sources") == (first.name, second.name)
        assert [] == cells(second)

    def test_places(self, path: Path) -> None:
        """A place names file, sheet and row."""
        first, _ = read_workbook(path, "data/x.xlsx")
        assert "data/x.xlsx[Cities ]:4: key" == str(first.rows[0].at("key"))

    def test_formula_with_its_value(self, path: Path) -> None:
        """A formula that a spreadsheet program has computed counts as what it shows."""
        # openpyxl does not compute: the cell is written as such a program would.
        with zipfile.ZipFile(path) as book:
            parts = {name: book.read(name) for name in book.namelist()}
        sheet = parts["xl/worksheets/sheet1.xml"].decode()
        assert '<c r="C4" t="n"><v>336339</v></c>' in sheet
        parts["xl/worksheets/sheet1.xml"] = sheet.replace(
            '<c r="C4" t="n"><v>336339</v></c>', '<c r="C4"><f>336000+339</f><v>336339</v></c>'
        ).encode()
        with zipfile.ZipFile(path, "w") as book:
            for name, content in parts.items():
                book.writestr(name, content)
        assert "336339" == cells(read_workbook(path, "data/x.xlsx")[0])[0]["population"]

    @pytest.mark.parametrize("value", ["=1+2", "#N/A"])
    def test_formula_without_a_value(self, path: Path, value: str) -> None:
        """A formula that was never computed, or that failed, is named with its column."""
        book = openpyxl.load_workbook(path)
        book["Cities "]["C5"] = value
        book.save(path)
        (finding,) = read_workbook(path, "data/x.xlsx")[0].findings
        assert "data/x.xlsx[Cities ]:5: population" == str(finding.where)

    def test_empty_sheet(self, path: Path) -> None:
        """A sheet without a header is a finding."""
        book = openpyxl.load_workbook(path)
        book.create_sheet("Sheet3")
        book.save(path)
        (finding,) = read_workbook(path, "data/x.xlsx")[2].findings
        assert "data/x.xlsx[Sheet3]: there is no header row" in str(finding)

    @pytest.mark.parametrize("size", [0, 10, 1000, 3000, 5000])
    def test_cut_off(self, path: Path, size: int) -> None:
        """A workbook that ends too early is one finding, wherever it ends."""
        path.write_bytes(path.read_bytes()[:size])
        (broken,) = read_workbook(path, "data/x.xlsx")
        assert 1 == len(broken.findings)

    @pytest.mark.parametrize("name", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "[Content_Types].xml"])
    def test_broken_inside(self, path: Path, name: str) -> None:
        """A workbook with a part that is no XML is one finding."""
        with zipfile.ZipFile(path) as book:
            parts = {part: book.read(part) for part in book.namelist()}
        with zipfile.ZipFile(path, "w") as book:
            for part, content in {**parts, name: b"<broken"}.items():
                book.writestr(part, content)
        (broken,) = read_workbook(path, "data/x.xlsx")
        assert "is not a workbook" in broken.findings[0].message
