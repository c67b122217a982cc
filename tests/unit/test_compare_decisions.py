"""Decisions: an append-only file that is re-opened by new evidence only, and the exchange with a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from comparisons import LUBLIN, NANCY, NOW, PAGE, A, B, city, link, ours, settled
from observations import day, item, observation, statement, url
from twin_graph.compare import tables
from twin_graph.compare.checks import Freshness, settle
from twin_graph.compare.decisions import (
    FILE,
    Decision,
    Decisions,
    append,
    decide,
    read_decisions,
)
from twin_graph.compare.model import REPORTS, VERDICTS, Finding, Reports
from twin_graph.compare.sheets import COLUMNS_OF_SHEET, read_sheet, write_sheet
from twin_graph.errors import SourceError

TODAY = NOW.date()
ATOM = "{http://www.w3.org/2005/Atom}"


def reports(year: str = "1996", **fields: Any) -> Reports:
    """Two findings: both items date the beginning otherwise."""
    pair = [statement(a, b, since=[day(year)], references=[url(PAGE.url)]) for a, b in ((A, B), (B, A))]
    places = [item(A, "Lublin"), item(B, "Nancy")]
    return settled(ours(link(start="1988"), **fields), observation(places, pair))


def first() -> Finding:
    """One of them."""
    return reports().findings[0]


def test_a_decision_holds_while_the_evidence_is_the_same(tmp_path: Path) -> None:
    """Open, decided, and open again with the old decision beside it once Wikidata says something else."""
    path = tmp_path / FILE
    assert "open" == read_decisions(path).state(first(), TODAY)
    append(path, [decide(first(), "wrong-here", "Office", NOW, note="The charter is of 1996.")])
    known = read_decisions(path)
    assert "decided" == known.state(first(), TODAY)
    changed = reports("1997").findings[0]
    assert "reopened" == known.state(changed, TODAY)
    assert None is known.verdict(changed, TODAY)
    latest = known.latest(changed)
    assert latest is not None
    assert "The charter is of 1996." == latest.note
    assert "decided" == known.state(first(), TODAY)


def test_a_decision_may_expire() -> None:
    """The day itself still counts."""
    found = Decisions([decide(first(), "none", "Office", NOW, expires="2026-12-31")])
    assert "decided" == found.state(first(), TODAY.replace(month=12, day=31))
    assert "expired" == found.state(first(), TODAY + timedelta(days=100))
    assert None is found.verdict(first(), TODAY + timedelta(days=100))


def test_the_last_word_counts_and_nothing_is_lost(tmp_path: Path) -> None:
    """A changed mind is another line."""
    path = tmp_path / FILE
    for verdict in VERDICTS:
        append(path, [decide(first(), verdict, "Office", NOW)])
    found = read_decisions(path)
    assert list(VERDICTS) == [line.verdict for line in found.lines]
    assert VERDICTS[-1] == found.verdict(first(), TODAY)


def test_a_line_that_was_cut_off_is_named_and_the_next_one_stands_apart(tmp_path: Path) -> None:
    """The machine stopped in the middle of a line."""
    path = tmp_path / FILE
    append(path, [decide(first(), "both", "Office", NOW)])
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:40])
    append(path, [decide(first(), "none", "Office", NOW)])
    with pytest.raises(SourceError) as caught:
        read_decisions(path, f"data/{FILE}")
    assert [f"data/{FILE}:2"] == [str(problem.where) for problem in caught.value.findings]
    lines = path.read_bytes().splitlines()
    path.write_bytes(b"\n".join([lines[0], lines[2], b""]))
    assert ["both", "none"] == [line.verdict for line in read_decisions(path).lines]


WRONG: list[tuple[str, Any]] = [
    ("finding", "x"), ("key", "x"), ("verdict", "maybe"), ("by", ""), ("at", "yesterday"), ("at", "2026-11-23T10:00"),
    ("expires", "2026"), ("note", "x" * 2001),
]  # fmt: skip


def test_all_mistakes_of_a_file_are_named_together(tmp_path: Path) -> None:
    """Each with its line and name."""
    path = tmp_path / FILE
    append(path, [decide(first(), "both", "Office", NOW)])
    sound = json.loads(path.read_text(encoding="utf-8"))
    lines = [json.dumps({**sound, name: value}) for name, value in WRONG]
    lines += ["[]", "nothing", json.dumps({**sound, "colour": "red"}), json.dumps({**sound, "by": 1})]
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(SourceError) as caught:
        read_decisions(path)
    places = [
        (problem.where.line, problem.where.column) for problem in caught.value.findings if problem.where
    ]
    expected: list[tuple[int, str | None]] = [(place, name) for place, (name, _) in enumerate(WRONG, start=1)]
    assert [*expected, (9, None), (10, None), (11, "colour"), (12, None)] == places


def test_a_decision_names_who_decided() -> None:
    """Nobody is no one."""
    with pytest.raises(ValueError, match="by: must say who decided"):
        decide(first(), "both", "  ", NOW)


def test_two_writers_do_not_mix_their_lines(tmp_path: Path) -> None:
    """Forty whole lines of two writers at once; each opens the file for itself, as a process does."""
    path = tmp_path / FILE

    def write(by: str) -> None:
        for _ in range(20):
            append(path, [decide(first(), "both", by, NOW, note="x" * 1500)])

    with ThreadPoolExecutor(2) as writers:
        list(writers.map(write, ("a", "b")))
    assert [20, 20] == [sum(line.by == by for line in read_decisions(path).lines) for by in ("a", "b")]


def filled(sheet: bytes, **cells: str) -> list[list[str]]:
    """The records of a sheet with cells written into every row."""
    header, *rows = list(csv.reader(io.StringIO(sheet.decode("utf-8-sig"), newline="")))
    for row in rows:
        for name, text in cells.items():
            row[header.index(name)] = text
    return [header, *rows]


def written(records: list[list[str]], delimiter: str = ",", end: str = "\n") -> bytes:
    """Records as a program for tables writes them."""
    output = io.StringIO()
    csv.writer(output, delimiter=delimiter, lineterminator=end).writerows(records)
    return output.getvalue().encode()


@pytest.mark.parametrize(("delimiter", "end"), [(",", "\r\n"), (";", "\n"), ("\t", "\r\n")])
def test_a_spreadsheet_gives_decisions(delimiter: str, end: str) -> None:
    """Written, filled in, read: one decision for each row; read again, nothing new."""
    found, none = reports(), Decisions()
    sheet = filled(write_sheet(found, none, TODAY), verdict="Wrong there", by="Office", note="=seen\nitself")
    read = read_sheet(written(sheet, delimiter, end), found, none, NOW)
    assert ["wrong-there"] * 2 == [line.verdict for line in read.new]
    assert {"=seen\nitself"} == {line.note for line in read.new}
    known = Decisions(read.new)
    again = read_sheet(write_sheet(found, known, TODAY), found, known, NOW)
    assert () == again.new


@pytest.mark.parametrize(
    ("text", "day"),
    [("2027-05-31", "2027-05-31"), ("31.05.2027", "2027-05-31"), ("1. 5. 2027", "2027-05-01"),
     ("2027-05-31 00:00:00", "2027-05-31"), ("5/6/2027", None), ("31.02.2027", None), ("46173", None)],
)  # fmt: skip
def test_days_as_spreadsheets_write_them(text: str, day: str | None) -> None:
    """What can mean one day only is understood; which of two numbers is the month is asked."""
    found = reports()
    records = filled(write_sheet(found, Decisions(), TODAY), verdict="both", by="Office", expires=text)
    sheet = b"sep=;\r\n" + written(records, ";", "\r\n")
    if day is None:
        with pytest.raises(SourceError, match="must be a day such as"):
            read_sheet(sheet, found, Decisions(), NOW)
    else:
        assert {day} == {line.expires for line in read_sheet(sheet, found, Decisions(), NOW).new}


def test_a_row_about_other_evidence_is_not_taken() -> None:
    """The sheet was written before Wikidata changed: the rows are named, nothing is decided."""
    sheet = written(filled(write_sheet(reports(), Decisions(), TODAY), verdict="both", by="Office"))
    read = read_sheet(sheet, reports("1997"), Decisions(), NOW)
    assert () == read.new
    assert {finding.id for finding in reports().findings} == set(read.gone)


def test_mistakes_in_a_spreadsheet_are_named_together_and_nothing_is_taken() -> None:
    """Each with its row and column."""
    found = reports()
    header, one, other = filled(write_sheet(found, Decisions(), TODAY), verdict="both", by="Office")
    one[header.index("verdict")] = "perhaps"
    other[header.index("by")] = ""
    with pytest.raises(SourceError) as caught:
        read_sheet(written([header, one, other]), found, Decisions(), NOW, shown="review.csv")
    assert ["review.csv:2: verdict", "review.csv:3: by"] == [
        str(each.where) for each in caught.value.findings
    ]
    read = read_sheet(written([header, other]), found, Decisions(), NOW, by="Archive")
    assert ["Archive"] == [line.by for line in read.new]


def test_rows_that_contradict_each_other_are_a_mistake() -> None:
    """The same finding twice with two verdicts."""
    found = reports()
    header, one, _ = filled(write_sheet(found, Decisions(), TODAY), verdict="both", by="Office")
    twice = [
        header,
        one,
        ["none" if name == "verdict" else cell for name, cell in zip(header, one, strict=True)],
    ]
    with pytest.raises(SourceError, match="something else about the same finding"):
        read_sheet(written(twice), found, Decisions(), NOW)
    assert 1 == len(read_sheet(written([header, one, one]), found, Decisions(), NOW).new)


@pytest.mark.parametrize(
    "content", [b"", b"a,b\n1,2\n", b"\xff\xfe", b"id\nx\n", b"id,verdict\n" + b"x" * 200_000]
)
def test_what_is_no_sheet_of_ours_is_refused_or_empty(content: bytes) -> None:
    """Other columns are named, other encodings too."""
    if not content:
        assert () == read_sheet(content, reports(), Decisions(), NOW).new
        return
    with pytest.raises(SourceError):
        read_sheet(content, reports(), Decisions(), NOW)


def test_only_open_rows_on_wish() -> None:
    """What is decided is left out."""
    found = reports()
    known = Decisions([decide(found.findings[0], "both", "Office", NOW)])
    assert 2 == len(write_sheet(found, known, TODAY, only_open=True).splitlines())
    assert list(COLUMNS_OF_SHEET) == write_sheet(found, known, TODAY).decode("utf-8-sig").splitlines()[
        0
    ].split(",")


def hostile() -> Reports:
    """A city whose name is a formula with every character that files stumble over."""
    name = '=1+1;"<b>\u202e\x07\n|'
    cities = (LUBLIN, city("nancy", NANCY.item, "fr", names={"en": name}))
    return reports(cities=cities)


def test_reports_are_written_as_csv_json_and_atom() -> None:
    """The same findings in each; equal findings give equal bytes."""
    for name in REPORTS:
        for found in (reports(), hostile()):
            rows = list(csv.DictReader(io.StringIO(tables.csv_of(found, name).decode(), newline="")))
            content = json.loads(tables.json_of(found, name))
            feed = ET.fromstring(tables.atom_of(found, name, "https://x.org/a", "https://x.org/a.atom"))
            entries = feed.findall("{http://www.w3.org/2005/Atom}entry")
            ids = [finding.id for finding in found.of(name)]
            assert ids == [row["id"] for row in rows] == [row["id"] for row in content["findings"]]
            assert len(ids) == len(entries)
            assert tables.csv_of(found, name) == tables.csv_of(found, name)


def test_files_say_how_far_the_review_is() -> None:
    """What is decided, with its day; of what no longer holds CSV has the state only, lest it be brought in again."""
    line = decide(first(), "none", "Office", NOW, note="Two events.", expires="2026-12-31")
    other = replace(line, finding="0" * 64)  # on other evidence
    for lines, now, state, held in (
        ([], NOW, "open", ""), ([line], NOW, "decided", "none"), ([other], NOW, "reopened", ""),
        ([line], NOW + timedelta(days=60), "expired", ""),
    ):  # fmt: skip
        found = settle(reports(), Decisions(lines), Freshness(now))
        shown = next(
            each for each in json.loads(tables.json_of(found, "d"))["findings"] if each["id"] == first().id
        )
        rows = csv.DictReader(io.StringIO(tables.csv_of(found, "d").decode(), newline=""))
        row = next(each for each in rows if each["id"] == first().id)
        assert (state, state, held) == (shown["state"], row["state"], row["verdict"])
        assert [each.finding for each in lines] == [shown["decision"]["finding"] for _ in lines]
        assert ("2026-12-31" if held else "") == row["expires"]
        assert bool(lines) == ("decision" in shown)


def test_a_feed_is_as_new_as_what_it_says() -> None:
    """Observation, decision, its end, and the day of our data; no clock, and an id for each language and choice."""
    line = decide(first(), "none", "Office", NOW, expires="2026-12-31")
    late, over = NOW + timedelta(hours=5), NOW + timedelta(days=60)

    def feed(lines: list[Decision], now: datetime, **fields: Any) -> ET.Element:
        found = replace(settle(reports(), Decisions(lines), Freshness(now)), **fields)
        return ET.fromstring(tables.atom_of(found, "d", "https://x.org/a", "https://x.org/a.atom"))

    def times(made: ET.Element) -> list[str]:
        return [each.text or "" for each in made.iter(f"{ATOM}updated")]

    read = reports().observed
    assert {read} == set(times(feed([], NOW))) == set(times(feed([], over)))
    assert ["2026-11-23T12:00:00Z"] * 2 == times(feed([line], NOW))[:2]
    assert {read} == set(times(feed([line], NOW))[2:])
    assert "2027-01-01T00:00:00Z" == times(feed([line], over))[0]
    assert ["2026-11-30T00:00:00Z", read] == times(feed([], NOW, valid_on="2026-11-30"))[:2]
    assert times(feed([line], NOW))[0] == times(feed([line], NOW, findings=()))[0]  # of what is open, say
    assert times(feed([line], NOW))[0] < times(feed([replace(line, at=late.isoformat())], late))[0]
    summary = feed([line], NOW).findtext(f"{ATOM}entry/{ATOM}summary", "")
    assert summary.endswith("[decided: neither is wrong]")
    names: tuple[dict[str, Any], ...]
    names = {"language": "pl"}, {"narrowed": "state=open"}, {"language": "uk", "narrowed": "state=open"}, {}
    made = [ET.fromstring(tables.atom_of(reports(), "d", "x", "y", **each)) for each in names]
    assert 4 == len({each.findtext(f"{ATOM}id") for each in made})


def test_no_cell_is_a_formula() -> None:
    """A name that begins with “=” is text, and comes back as it was."""
    sheet = write_sheet(hostile(), Decisions(), TODAY).decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(sheet, newline="")) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    for text in ("=1", "'=1", "''=1", "-x", "'x", ""):
        assert text == tables.unguard(tables.guard(text))
