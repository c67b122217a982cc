"""What staff may hand in by mistake, through the command line: each mistake gives its place and a hint.

Whether the values make sense is said by the shapes; here it only matters that the message arrives, that nothing
is shown as a traceback, and that what is online stays as it was.
"""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import openpyxl
import pytest

from twin_graph.build import build
from twin_graph.snapshot import current_id, open_snapshot, verify
from twin_graph.workspace import Workspace, find_workspace, shipped
from workspaces import Change, copy_tiny, run, source_findings, table, write_workbook

DATA, OPERATOR = 1, 3
PARTNERSHIPS = "aldorf/partnerships"
DECIDED = ("count-aldorf-friendly-cities-2024", "dc9ee9dd")  # the decision of `tests/tiny`


def replace(name: str, old: str, new: str, encoding: str = "utf-8") -> Change:
    """A change of the text of a file of `data/`."""

    def change(workspace: Workspace) -> None:
        path = workspace.data / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_bytes(text.replace(old, new, 1).encode(encoding))

    return change


def write(name: str, content: bytes) -> Change:
    """A file with other content."""
    return lambda workspace: (workspace.data / name).write_bytes(content)


def cell(name: str, line: int, column: str, text: str) -> Change:
    """Another text in one cell."""
    return lambda workspace: table(workspace, name).change(line, column, text)


def row(name: str, **cells: str) -> Change:
    """One more row."""
    return lambda workspace: table(workspace, name).append(**cells)


def steps(*changes: Change) -> Change:
    """Several changes as one."""

    def change(workspace: Workspace) -> None:
        for each in changes:
            each(workspace)

    return change


def header_only(workspace: Workspace) -> None:
    table(workspace, "countries").write(table(workspace, "countries").records()[:1])


def all_text_as(encoding: str, name: str) -> Change:
    """The same text in another encoding."""

    def change(workspace: Workspace) -> None:
        path = workspace.data / name
        path.write_bytes(path.read_text(encoding="utf-8").replace("\u0410", "A").encode(encoding, "replace"))

    return change


def no_column(name: str, column: str) -> Change:
    return lambda workspace: table(workspace, name).without_column(column)


def cut(name: str) -> Change:
    """A file that was not copied to its end."""
    return lambda workspace: (workspace.data / name).write_bytes((workspace.data / name).read_bytes()[:4000])


def rename(old: str, new: str) -> Change:
    return lambda workspace: (workspace.data / old).rename(workspace.data / new)


def as_workbook(workspace: Workspace) -> None:
    """The register's folder as one workbook in which a formula has never been computed."""
    folder = workspace.data / "aldorf"
    sheets = {path.stem: table(workspace, f"aldorf/{path.stem}").records() for path in folder.glob("*.csv")}
    shutil.rmtree(folder)
    write_workbook(workspace.data / "aldorf.xlsx", sheets)


def formula(text: str) -> Change:
    """A workbook with a formula in counts!D3."""

    def change(workspace: Workspace) -> None:
        as_workbook(workspace)
        book = openpyxl.load_workbook(workspace.data / "aldorf.xlsx")
        book["counts"]["D3"] = text
        book.save(workspace.data / "aldorf.xlsx")

    return change


class Case(NamedTuple):
    """One mistake, and what must be said about it."""

    name: str
    mistake: Change
    place: str
    message: str
    hint: str
    code: int = DATA


CASES = [
    Case(
        "not UTF-8",
        write("aldorf/resolutions.csv", "key,name_en\nx,Zażółć\n".encode("cp1250")),
        "data/aldorf/resolutions.csv:2",
        "not UTF-8",
        "CSV UTF-8",
    ),
    Case(
        "UTF-16",
        all_text_as("utf-16", "aldorf/resolutions.csv"),
        "data/aldorf/resolutions.csv:1",
        "UTF-16",
        "CSV UTF-8",
    ),
    Case(
        "missing column key",
        no_column("aldorf/agreements", "key"),
        "data/aldorf/agreements.csv:1: key",
        "the column is missing",
        "add it",
    ),
    Case(
        "missing column of a rule",
        no_column("aldorf/counts", "city"),
        "data/aldorf/counts.csv:2: city",
        "Fill in the column “city”",
        "",
    ),
    Case(
        "duplicated column",
        replace("cities.csv", "name_pl", "name_en"),
        "data/cities.csv:1: name_en",
        "the column stands twice",
        "delete or rename",
    ),
    Case(
        "empty file",
        write("aldorf/events.csv", b"  \r\n\n"),
        "data/aldorf/events.csv:",
        "the file is empty",
        "header row",
    ),
    Case(
        "header only, and what it held is referred to",
        header_only,
        "data/cities.csv:2: country",
        "there is no country “de”",
        "add a row there",
    ),
    Case(
        "no header",
        write("aldorf/events.csv", b",,,\n,,\n"),
        "data/aldorf/events.csv:",
        "there is no header row",
        "names of the columns",
    ),
    Case(
        "column without a name",
        replace("cities.csv", ",name_pl,", ",,"),
        "data/cities.csv:1:",
        "column 4 has no name",
        "give it a name",
    ),
    Case(
        "unknown key in a reference",
        cell("aldorf/agreements", 4, "partnership", "aldorf-belmond"),
        "data/aldorf/agreements.csv:4: partnership",
        "there is no partnership “aldorf-belmond”",
        "did you mean “aldorf-belmont”?",
    ),
    Case(
        "unknown party",
        cell(PARTNERSHIPS, 4, "parties", "aldorf;cedrovo"),
        "data/aldorf/partnerships.csv:4: parties",
        "there is no city “cedrovo”",
        "did you mean “cedrowo”?",
    ),
    Case(
        "duplicated key, same parties",
        row(PARTNERSHIPS, key="aldorf-belmont", parties="aldorf;belmont", relation="partner"),
        "data/aldorf/partnerships.csv:8: key",
        "“aldorf-belmont” stands twice",
        "data/aldorf/partnerships.csv:2",
    ),
    Case(
        "duplicated key, other parties",
        row(PARTNERSHIPS, key="aldorf-belmont", parties="aldorf;q900000007", relation="partner"),
        "data/aldorf/partnerships.csv:8: key",
        "“aldorf-belmont” stands twice",
        "choose another",
    ),
    Case(
        "missing key",
        row(PARTNERSHIPS, parties="aldorf;q900000007", relation="partner"),
        "data/aldorf/partnerships.csv:8: key",
        "the key is missing",
        "short name",
    ),
    Case(
        "impossible key",
        cell("aldorf/counts", 2, "key", "Ałdorf 2013"),
        "data/aldorf/counts.csv:2: key",
        "cannot be a key",
        "lower-case letters",
    ),
    Case(
        "impossible date",
        cell("aldorf/agreements", 2, "signed", "2004-04-31"),
        "data/aldorf/agreements.csv:2: signed",
        "",
        "calendar",
    ),
    Case(
        "QID used twice",
        cell("cities", 3, "wikidata", "Q900000001"),
        "data/cities.csv:3: wikidata",
        "Q900000001 is also the item of “aldorf”",
        "one city only",
    ),
    Case(
        "coordinates swapped",
        steps(cell("cities", 4, "latitude", "20"), cell("cities", 4, "longitude", "52")),
        "data/cities.csv:4: latitude",
        "they look exchanged",
        "Swap “latitude” and “longitude”",
    ),
    Case(
        "open quotation mark",
        replace("cities.csv", "cedrowo,City,Cedrowo", 'cedrowo,City,"Cedrowo'),
        "data/cities.csv:4",
        "quotation mark is left open",
        "close it",
    ),
    Case(
        "stray quotation mark",
        replace("cities.csv", "A fictitious city.", '"A fictitious" city.'),
        "data/cities.csv:2",
        "stands alone",
        "written twice",
    ),
    Case(
        "50 MB of one line",
        write("aldorf/events.csv", b"key,partnership\n" + b"a" * 50_000_000),
        "data/aldorf/events.csv:2",
        "the line has 50,000,000 characters",
        "line ends",
    ),
    Case(
        "one long cell",
        cell("cities", 2, "notes", "a" * 150_000),
        "data/cities.csv:2",
        "more than 20,000 characters",
        "shorten it",
    ),
    Case(
        "NUL",
        write("aldorf/events.csv", b"key,partnership\n\nx,\x00\n"),
        "data/aldorf/events.csv:3",
        "NUL",
        "CSV UTF-8",
    ),
    Case(
        "unknown column",
        replace("cities.csv", "latitude", "lattitude"),
        "data/cities.csv:1: lattitude",
        "the column is not known",
        "did you mean “latitude”?",
    ),
    Case(
        "unknown table",
        rename("exonyms.csv", "exonims.csv"),
        "data/exonims.csv",
        "“exonims” is not a table",
        "did you mean “exonyms”?",
    ),
    Case(
        "table in capitals",
        rename("exonyms.csv", "Exonyms.CSV"),
        "data/Exonyms.CSV",
        "“Exonyms” is not a table",
        "did you mean “exonyms”?",
    ),
    Case(
        "unknown concept",
        cell(PARTNERSHIPS, 2, "relation", "freinds"),
        "data/aldorf/partnerships.csv:2: relation",
        "“freinds”",
        "write one of declaration, friendly",
    ),
    Case(
        "wrong type",
        cell("aldorf/agreements", 2, "type", "Treaty"),
        "data/aldorf/agreements.csv:2: type",
        "“Treaty” is not a type",
        "PartnershipAgreement",
    ),
    Case(
        "number that is none",
        cell("cities", 2, "population", "many"),
        "data/cities.csv:2: population",
        "",
        "population",
    ),
    Case(
        "too many cells",
        replace("exonyms.csv", '"General knowledge, no source."', "General knowledge, no source."),
        "data/exonyms.csv:9",
        "the row has 8 cells, the header 7",
        "a comma inside a text",
    ),
    Case(
        "too few cells",
        replace("exonyms.csv", "belmont,Belmont,fr,native,,gazetteer,", "belmont,Belmont,fr"),
        "data/exonyms.csv:7",
        "the row has 3 cells, the header 7",
        "quotation marks",
    ),
    Case(
        "workbook that is none",
        write("glenport.xlsx", b"key,parties\n"),
        "data/glenport.xlsx",
        "is not a workbook",
        "Excel workbook (.xlsx)",
    ),
    Case(
        "workbook cut off",
        steps(as_workbook, cut("aldorf.xlsx")),
        "data/aldorf.xlsx",
        "is not a workbook",
        "save it again",
    ),
    Case(
        "workbook and folder",
        lambda workspace: write_workbook(workspace.data / "aldorf.xlsx", {"register": [["key"], ["x"]]}),
        "data/aldorf.xlsx",
        "there is also a folder aldorf/",
        "keep one of the two",
    ),
    Case(
        "formula that was never computed",
        formula("=1+2"),
        "data/aldorf.xlsx[counts]:3: total",
        "a formula",
        "value",
    ),
    Case(
        "formula that failed",
        formula("#REF!"),
        "data/aldorf.xlsx[counts]:3: total",
        "#REF!",
        "value",
    ),
    Case(
        "claim about two things",
        row(
            "aldorf/claims",
            partnership="aldorf-belmont",
            parties="aldorf;cedrowo",
            claimed_by="evening-post",
        ),
        "data/aldorf/claims.csv:11",
        "not clear what the row is about",
        "exactly one",
    ),
    Case(
        "claim about nobody",
        row("aldorf/claims", parties=";", claimed_by="evening-post"),
        "data/aldorf/claims.csv:11: parties",
        "no city",
        "key",
    ),
    Case(
        "two rows that would have one address",
        row("aldorf/claims", partnership="aldorf-belmont", claimed_by="evening-post"),
        "data/aldorf/claims.csv:11",
        "data/aldorf/claims.csv:4 would have the same address",
        "column key",
    ),
    Case(
        "two decisions about one state of the evidence",
        row(
            "decisions",
            contradiction=DECIDED[0],
            evidence=DECIDED[1],
            verdict="published-holds",
            reason="Seen.",
        ),
        "data/decisions.csv:3",
        "data/decisions.csv:2 would have the same address",
        "delete one of the two rows",
    ),
    Case(
        "two rows of a register",
        row("aldorf/register", key="second"),
        "data/aldorf/register.csv:3",
        "one row",
        "folder",
    ),
    Case(
        "correction that no longer fits",
        cell("world/corrections", 2, "was", "pl"),
        "data/world/corrections.csv:2: was",
        "the cell holds “de”, not “pl”",
        "still needed",
    ),
    Case(
        "correction of a column that is none",
        row("world/corrections", table="cities", key="q900000007", column="contry", **{"is": "de"}),
        "data/world/corrections.csv:7: column",
        "“contry”",
        "did you mean “country”?",
    ),
    Case(
        "correction of a row that is not there",
        row("world/corrections", table="cities", key="q1", column="country", **{"is": "de"}),
        "data/world/corrections.csv:7: key",
        "no row has this key",
        "correct or delete",
    ),
    Case(
        "retired key in use",
        row("retired", kind="city", key="aldorf", reason="Not true."),
        "data/retired.csv:4: key",
        "“aldorf” is still in use (data/cities.csv:2)",
        "never used again",
    ),
    Case(
        "retired without a reason",
        row("retired", kind="city", key="atlantis"),
        "data/retired.csv:4: reason",
        "the reason is missing",
        "sentence",
    ),
    Case(
        "retired in favour of nothing",
        row("retired", kind="city", key="atlantis", replaced_by="belmond", reason="A typing error."),
        "data/retired.csv:4: replaced_by",
        "there is no city “belmond”",
        "did you mean “belmont”?",
    ),
    Case(
        "retired in favour of two, one of which is nothing",
        row("retired", kind="city", key="atlantis", replaced_by="cedrowo;belmond", reason="Divided."),
        "data/retired.csv:4: replaced_by",
        "there is no city “belmond”",
        "did you mean “belmont”?",
    ),
    Case(
        "retired of no kind",
        row("retired", kind="town", key="atlantis", reason="A typing error."),
        "data/retired.csv:4: kind",
        "“town” is not a kind",
        "city, partnership",
    ),
    Case(
        "folder that cannot be a name",
        lambda workspace: shutil.copytree(workspace.data / "world", workspace.data / "Świat"),
        "data/Świat",
        "cannot be the name of a source",
        "a-z",
    ),
    Case(
        "folder with a name of ours",
        lambda workspace: (workspace.data / "world").rename(workspace.data / "shared"),
        "data/shared",
        "cannot be the name of a source",
        "another",
    ),
    Case(
        "unknown register",
        replace("publication.toml", '["aldorf"]', '["aldorf", "atlantis"]'),
        "data/publication.toml: registers",
        "there is no folder data/atlantis/",
        "correct the list",
    ),
    Case(
        "unknown first city",
        replace("publication.toml", 'start_city = "aldorf"', 'start_city = "aldof"'),
        "data/publication.toml: start_city",
        "there is no city “aldof”",
        "did you mean “aldorf”?",
    ),
    Case(
        "publication.toml broken",
        replace("publication.toml", 'registers = ["aldorf"]', "registers = [aldorf"),
        "data/publication.toml",
        "cannot be read",
        "line 4",
        OPERATOR,
    ),
    Case(
        "publication.toml not UTF-8",
        write("publication.toml", 'start_city = "Łódź"'.encode("cp1250")),
        "data/publication.toml",
        "cannot be read",
        "utf-8",
        OPERATOR,
    ),
    Case(
        "publication.toml with an unknown entry",
        replace("publication.toml", "start_city", "first_city"),
        "data/publication.toml",
        "unknown entry “first_city”",
        "start_city",
        OPERATOR,
    ),
    Case(
        "base_iri without a slash",
        replace("publication.toml", "http://localhost:8000/", "http://localhost:8000"),
        "data/publication.toml: base_iri",
        "ends with a slash",
        "such as https://data.example.org/",
        OPERATOR,
    ),
    Case(
        "registers is no list",
        replace("publication.toml", '["aldorf"]', '"aldorf"'),
        "data/publication.toml: registers",
        "must be a list",
        'such as ["lublin"]',
        OPERATOR,
    ),
    Case(
        "valid_on is no day",
        replace("publication.toml", "2024-12-31", "2024-02-31"),
        "data/publication.toml: valid_on",
        "must be a date",
        "such as 2026-05-31",
        OPERATOR,
    ),
    Case(
        "licence is no address",
        replace("publication.toml", "https://creativecommons.org/publicdomain/zero/1.0/", "CC 0"),
        "data/publication.toml: graphs",
        "must be a web address",
        "https://creativecommons.org/",
        OPERATOR,
    ),
    Case(
        "register without its row",
        lambda workspace: table(workspace, "aldorf/register").write(
            table(workspace, "aldorf/register").records()[:1]
        ),
        "data/aldorf/partnerships.csv:2",
        "the table register has no row",
        "register.csv",
    ),
    Case(
        "partnership of others",
        replace("aldorf/partnerships.csv", "aldorf;fjordby", "belmont;fjordby"),
        "data/aldorf/partnerships.csv:7: parties",
        "“aldorf”, whose register this is, is not among the parties",
        "such as aldorf;belmont;fjordby",
    ),
    Case(
        "no data folder",
        lambda workspace: workspace.data.rename(workspace.root / "dane"),
        "there is no folder data/",
        "",
        "twin-graph init",
        OPERATOR,
    ),
    Case(
        "context that is no JSON",
        lambda workspace: own_ontology(workspace, "context.jsonld", "{"),
        "ontology/context.jsonld",
        "cannot be read",
        "line 1",
        OPERATOR,
    ),
    Case(
        "terms that are no Turtle",
        lambda workspace: own_ontology(workspace, "twin.ttl", "<a> <b>"),
        "ontology/twin.ttl",
        "cannot be read",
        "",
        OPERATOR,
    ),
    Case(
        "shapes that are no Turtle",
        lambda workspace: own_shapes(workspace, "<a> <b>"),
        "shapes/city.ttl",
        "cannot be read",
        "",
        OPERATOR,
    ),
    Case(
        "retired on no day",
        row("retired", kind="city", key="atlantis", on="31 April", reason="Not true."),
        "data/retired.csv:4: on",
        "“31 April” is not a day",
        "write it as 2024-05-31",
    ),
    Case(
        "retired in a month",
        row("retired", kind="city", key="atlantis", on="2024-05", reason="Not true."),
        "data/retired.csv:4: on",
        "“2024-05” is not a day",
        "leave the cell empty",
    ),
    Case(
        "retired twice",
        row("retired", kind="partnership", key="aldorf-atlantis", reason="Not true."),
        "data/retired.csv:4: key",
        "the key “aldorf-atlantis” stands twice",
        "already retired in data/retired.csv:3",
    ),
    Case(
        "retired key that cannot be one",
        row("retired", kind="city", key="New Atlantis", reason="Not true."),
        "data/retired.csv:4: key",
        "“New Atlantis” cannot be a key",
        "as it was published",
    ),
    Case(
        "retired in favour of itself",
        row("retired", kind="city", key="atlantis", replaced_by="atlantis", reason="Not true."),
        "data/retired.csv:4: replaced_by",
        "“atlantis” cannot replace itself",
        "published now",
    ),
    Case(
        "retired in a circle",
        steps(
            row("retired", kind="city", key="atlantis", replaced_by="utopia", reason="Not true."),
            row("retired", kind="city", key="utopia", replaced_by="atlantis", reason="Not true."),
        ),
        "data/retired.csv:4: replaced_by",
        "“utopia” is itself retired (data/retired.csv:5)",
        "published now",
    ),
    Case(
        "key and item that differ",
        row("cities", key="q900000077", type="City", wikidata="Q900000078", country="de"),
        "data/cities.csv:8: wikidata",
        "the key says Q900000077, and this cell Q900000078",
        "correct the one that is wrong",
    ),
    Case(
        "key that another register has",
        lambda workspace: second_register(workspace),
        "data/belmont/partnerships.csv:2: key",
        "“aldorf-belmont” stands twice",
        "the other register already has it, in data/aldorf/partnerships.csv:2; "
        "begin yours with your city, such as belmont-aldorf",
    ),
    Case(
        "old workbook",
        write("glenport.xls", b"\xd0\xcf\x11\xe0"),
        "data/glenport.xls",
        "this kind of spreadsheet is not read",
        "save it as .xlsx or CSV",
    ),
    Case(
        "spreadsheet of another program in a folder",
        steps(rename("aldorf/claims.csv", "aldorf/claims.ods")),
        "data/aldorf/claims.ods",
        "this kind of spreadsheet is not read",
        "save it as .xlsx or CSV",
    ),
    Case(
        "description of a graph that there is not",
        replace("publication.toml", "[graphs.shared]", "[graphs.shraed]"),
        "data/publication.toml: graphs.shraed",
        "there is no graph “shraed”",
        "did you mean “shared”? the graphs are derived, metadata, ontology, register-aldorf, shared, wikidata, world",
    ),
    Case(
        "title in no language",
        replace("publication.toml", 'pl = "Part', 'polski = "Part'),
        "data/publication.toml: title",
        "“polski” is not a language tag",
        "such as en or pl",
        OPERATOR,
    ),
    Case(
        "port that cannot be",
        replace("publication.toml", "localhost:8000/", "localhost:80000/"),
        "data/publication.toml: base_iri",
        "the port must be from 1 to 65535",
        "http://localhost:80000/",
        OPERATOR,
    ),
    Case(
        "context with a malformed term",
        lambda workspace: own_term(workspace, {"@id": "twin:x", "@container": "@nonsense"}),
        "ontology/context.jsonld",
        "cannot be applied",
        "",
        OPERATOR,
    ),
    Case(
        "shapes folder without rules",
        lambda workspace: own_shapes(workspace, "<http://x/a> <http://x/b> 1 ."),
        "shapes/",
        "holds no rules",
        "delete the folder to use the shapes that come with the program",
        OPERATOR,
    ),
    Case(
        "shape with a target that is not used",
        lambda workspace: own_shapes(workspace, TARGETED),
        "http://x/Shape",
        "sh:target is not used here",
        "it is no part of SHACL Core or SPARQL",
        OPERATOR,
    ),
]


TARGETED = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
<http://x/Shape> sh:target [ sh:select "SELECT ?this { ?this ?p ?o }" ] ; sh:nodeKind sh:IRI .
"""


def second_register(workspace: Workspace) -> None:
    """The register of the partner, which uses the same key for the same parties."""
    (workspace.data / "belmont").mkdir()
    table(workspace, "belmont/register").write([["key", "name_en", "city"], ["belmont", "R", "belmont"]])
    table(workspace, "belmont/partnerships").write(
        [["key", "parties", "relation"], ["aldorf-belmont", "belmont;aldorf", "partner"]]
    )


def own_term(workspace: Workspace, definition: object) -> None:
    """A context of the workspace's own with one more term."""
    own_ontology(workspace, "context.jsonld", "{}")
    content = json.loads((shipped("ontology") / "context.jsonld").read_text(encoding="utf-8"))
    content["@context"]["Odd"] = definition
    (workspace.root / "ontology" / "context.jsonld").write_text(json.dumps(content), encoding="utf-8")


def own_ontology(workspace: Workspace, name: str, text: str) -> None:
    """An ontology of the workspace's own, with one file that is broken."""
    shutil.copytree(workspace.ontology, workspace.root / "ontology")
    (workspace.root / "ontology" / name).write_text(text, encoding="utf-8")


def own_shapes(workspace: Workspace, text: str) -> None:
    """Shapes of the workspace's own: one file that is broken."""
    (workspace.root / "shapes").mkdir()
    (workspace.root / "shapes" / "city.ttl").write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace with a current snapshot; only to be copied."""
    workspace = copy_tiny(tmp_path_factory.mktemp("built"))
    build(workspace)
    return workspace


@pytest.fixture
def workspace(built: Workspace, tmp_path: Path) -> Workspace:
    """A built workspace of the test's own."""
    shutil.copytree(built.root, tmp_path / "work", symlinks=True)
    return find_workspace(tmp_path / "work")


def contents(workspace: Workspace) -> list[str]:
    """Every name under `snapshots/`."""
    return sorted(path.name for path in workspace.snapshots.iterdir() if path.name != "published.jsonl")


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_mistake_is_named_and_nothing_is_built(workspace: Workspace, case: Case) -> None:
    """A mistake gives place, message and hint, the exit code, no traceback, and no change of what is online."""
    before, current = contents(workspace), current_id(workspace.snapshots)
    case.mistake(workspace)
    result = run(workspace, "build")
    assert case.code == result.exit_code, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    lines = [line for line in result.output.splitlines() if case.place in line]
    assert lines, result.output
    assert any(case.message in line and case.hint in line for line in lines), "\n".join(lines)
    assert (before, current) == (contents(workspace), current_id(workspace.snapshots))
    assert [] == verify(open_snapshot(workspace.snapshots))


def test_cases_are_many() -> None:
    """The collected cases are those written down, each under a name of its own."""
    assert 82 == len(CASES) == len({case.name for case in CASES})


# The mistakes after which everything else is still readable: they must not drag others along.
ALONE = {
    "not UTF-8": 1,
    "missing column key": 1,
    "duplicated column": 1,
    "empty file": 1,
    "no header": 1,
    "open quotation mark": 1,
    "50 MB of one line": 1,
    "unknown column": 1,
    "unknown table": 1,
    "unknown key in a reference": 1,
    "unknown party": 1,
    "duplicated key, other parties": 1,
    "missing key": 1,
    "too many cells": 1,
    "workbook cut off": 1,
    "folder that cannot be a name": 1,
    "retired on no day": 1,
    "retired twice": 1,
    "retired in a circle": 2,
    "key and item that differ": 1,
    "key that another register has": 1,
    "old workbook": 1,
    "spreadsheet of another program in a folder": 1,
    "description of a graph that there is not": 1,
}


@pytest.mark.parametrize("name", sorted(ALONE))
def test_one_mistake_is_one_message(workspace: Workspace, name: str) -> None:
    """A mistake is not drowned in messages about what follows from it."""
    next(case for case in CASES if case.name == name).mistake(workspace)
    result = run(workspace, "build")
    lines = [line for line in result.output.splitlines() if line.startswith("violation")]
    assert ALONE[name] == len(lines), result.output


def test_libraries_do_not_talk_over_our_messages(workspace: Workspace) -> None:
    """In a process of its own, too, a value of the wrong datatype gives messages and no traceback."""
    table(workspace, "cities").change(2, "population", "many")
    command = [
        sys.executable,
        "-c",
        "from twin_graph.cli import main; main()",
        "-w",
        str(workspace.root),
        "build",
    ]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert DATA == result.returncode
    starts = {line.partition(" ")[0] for line in (result.stdout + result.stderr).splitlines()}
    assert {"violation", "warning", "advice", "checked", "✗"} == starts


def _decide_again(workspace: Workspace, verdict: str, on: str = "2024-08") -> list[str]:
    """The rules that a second decision about the same evidence breaks, kept beside the first by the column key."""
    decisions = table(workspace, "decisions")
    (header, first) = decisions.records()
    second = dict(zip(header, first, strict=True)) | {
        "verdict": verdict,
        "decided_on": on,
        "decided_by": "Belmont",
    }
    decisions.write([[*header, "key"], [*first, ""], [*(second[name] for name in header), "belmont"]])
    return [
        finding.rule or "" for finding in source_findings(workspace) if "Decision" in (finding.rule or "")
    ]


def test_two_offices_may_decide_alike(workspace: Workspace) -> None:
    """What the message offers works: a column `key` keeps both, and nothing is said where they agree."""
    assert [] == _decide_again(workspace, "other-holds")


def test_two_decisions_that_differ_are_a_warning(workspace: Workspace) -> None:
    """Each of the rows is named."""
    rules = _decide_again(workspace, "published-holds")
    assert 2 == len(rules)
    assert all(rule.endswith("Decision-verdict-agreed") for rule in rules)


def test_a_decision_after_the_day_of_the_data_is_a_warning(workspace: Workspace) -> None:
    """The data of `tests/tiny` are of the end of 2024."""
    (rule,) = _decide_again(workspace, "other-holds", "2025-01")
    assert rule.endswith("Decision-decided-on-not-in-future")
    assert run(workspace, "check").exit_code == 0


def test_mistakes_of_several_files_come_together(workspace: Workspace) -> None:
    """What is wrong in several files is all said at once, in the order of files, lines and columns."""
    table(workspace, "cities").change(7, "wikidata", "Q900000011")
    table(workspace, "cities").append(key="glenport", wikidata="Q900000011", country="ca")
    table(workspace, "aldorf/agreements").change(2, "type", "Treaty")
    table(workspace, "aldorf/agreements").change(4, "partnership", "aldorf-belmond")
    table(workspace, "aldorf/claims").change(2, "claimed_by", "nobody")
    table(workspace, "aldorf/claims").change(2, "partnership", "aldorf-nowhere")
    replace("aldorf/events.csv", "approved_by", "aproved_by")(workspace)
    write("aldorf/counts.csv", b"\xff\xfe")(workspace)
    problems = json.loads(run(workspace, "build", "--json").stdout)["problems"]
    expected = [
        "data/aldorf/agreements.csv:2: type",
        "data/aldorf/agreements.csv:4: partnership",
        "data/aldorf/claims.csv:2: claimed_by",
        "data/aldorf/claims.csv:2: partnership",
        "data/aldorf/counts.csv:1",
        "data/aldorf/events.csv:1: aproved_by",
        "data/cities.csv:8: wikidata",
    ]
    assert expected == [problem["where"] for problem in problems]


SPREADSHEETS = {
    "byte order mark": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "Windows line ends": lambda text: text.replace("\n", "\r\n").encode(),
    "no line end at the end": lambda text: text.rstrip("\n").encode(),
    "empty rows at the end": lambda text: (text + ",,,\n,,,\n\n").encode(),
    "comments before the header": lambda text: ("# " + "a; b; c; d; e\n" + text).encode(),
    "blanks around the cells": lambda text: text.replace(",gazetteer,", " ,  gazetteer ,").encode(),
}


@pytest.mark.parametrize("habit", sorted(SPREADSHEETS))
def test_habits_of_spreadsheets_are_understood(workspace: Workspace, habit: str) -> None:
    """What spreadsheets add to a file changes nothing about what is published."""
    clean = current_id(workspace.snapshots)
    for path in workspace.data.rglob("*.csv"):
        path.write_bytes(SPREADSHEETS[habit](path.read_text(encoding="utf-8")))
    result = run(workspace, "build")
    assert 0 == result.exit_code, result.stderr
    assert clean == current_id(workspace.snapshots)


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_export_of_a_polish_spreadsheet_is_read_as_meant(workspace: Workspace, delimiter: str) -> None:
    """Semicolons or tabs between the cells, decimal commas and spaces in numbers mean the same as before."""
    clean = current_id(workspace.snapshots)
    decimal = {"latitude", "longitude", "west", "east", "south", "north"}
    changed = 0
    for path in workspace.data.rglob("*.csv"):
        file = table(workspace, path.relative_to(workspace.data).with_suffix("").as_posix())
        header, *rows = file.records()
        for record in rows:
            for position, name in enumerate(header):
                if name in decimal and "." in record[position]:
                    record[position] = record[position].replace(".", ",")
                    changed += 1
                if name == "population" and len(record[position]) > 3:
                    record[position] = f"{int(record[position]):,}".replace(",", "\u00a0")
                    changed += 1
        with path.open("w", encoding="utf-8-sig", newline="") as out:
            csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows([header, *rows])
    result = run(workspace, "build")
    assert 28 == changed
    assert 0 == result.exit_code, result.stderr
    assert clean == current_id(workspace.snapshots)


def test_workbook_says_the_same_as_its_folder(workspace: Workspace) -> None:
    """A register in one workbook gives the same dump as the register in a folder of tables."""
    clean = open_snapshot(workspace.snapshots).dump_path.read_bytes()
    as_workbook(workspace)
    result = run(workspace, "build")
    assert 0 == result.exit_code, result.stderr
    assert clean == open_snapshot(workspace.snapshots).dump_path.read_bytes()
