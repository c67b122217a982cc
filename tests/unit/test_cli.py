"""The commands from a new workspace to an answer, what they print for people and programs, and how they end."""

from __future__ import annotations

import csv
import json
import os
import re
import socket
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from rdflib import Graph, URIRef

from twin_graph import __version__, errors
from twin_graph.build import build
from twin_graph.cli import EXIT_CODES, exit_code, main
from twin_graph.errors import OperatorError, RequestError, TwinGraphError
from twin_graph.findings import Report
from twin_graph.settings import SETTINGS
from twin_graph.snapshot import open_snapshot
from twin_graph.workspace import Workspace
from workspaces import TableFile, copy_tiny, run, table

COMMANDS = [
    ("init",), ("check",), ("build",), ("query",), ("describe",), ("serve",), ("snapshot",), ("snapshot", "list"),
    ("snapshot", "verify"), ("snapshot", "diff"), ("snapshot", "dump"), ("snapshot", "prune"),
    ("wikidata",), *[("wikidata", name) for name in
                     ("fetch", "replay", "discover", "constraints", "verify", "diff", "prune")],
    ("bake",), ("compare",), ("export",), ("review",), ("reconcile",),
    *[("review", name) for name in ("list", "show", "decide", "export", "import")],
]  # fmt: skip
COMPARING = [command for command in COMMANDS if command[0] in ("compare", "export") or (len(command) == 2
             and command[0] == "review")]  # fmt: skip
DONE, DATA, USAGE, OPERATOR, REQUEST = 0, 1, 2, 3, 4


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A built workspace, only to be asked."""
    workspace = copy_tiny(tmp_path_factory.mktemp("built"))
    build(workspace)
    return workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace of the test's own, not built yet."""
    return copy_tiny(tmp_path)


class TestHelp:
    """Help says what a command does, and how it ends."""

    @pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
    def test_every_command_has_help(self, command: tuple[str, ...]) -> None:
        """Each command explains itself in a sentence, in both spellings of the option."""
        long = CliRunner().invoke(main, [*command, "--help"])
        short = CliRunner().invoke(main, [*command, "-h"])
        assert (DONE, long.output) == (short.exit_code, short.output)
        assert "." in long.output.split("\n\n")[1]

    def test_commands_are_all(self) -> None:
        """No command is missing from the table above."""
        assert {name for name, *_ in COMMANDS} == set(main.commands)
        groups = {name: set(getattr(command, "commands", {})) for name, command in main.commands.items()}
        listed = {name: {rest[0] for first, *rest in COMMANDS if rest and first == name} for name in groups}
        assert groups == listed

    def test_exit_codes_are_explained(self) -> None:
        """The help names every exit code that there is."""
        text = " ".join(CliRunner().invoke(main, ["--help"]).output.split())
        assert "Exit codes: 0 done; 1 the data" in text
        for code in {*dict(EXIT_CODES).values(), DONE, USAGE}:
            assert f" {code} " in text.partition("Exit codes:")[2]

    def test_settings_are_options_of_serve(self) -> None:
        """Each setting that `serve` uses is an option, with its default and its variable."""
        text = " ".join(CliRunner().invoke(main, ["serve", "--help"]).output.split())
        shown = [
            setting
            for setting in SETTINGS
            if setting.name not in ("workspace", "base_iri", "wikidata_contact")
        ]
        assert 12 <= len(shown)
        assert [] == [setting.name for setting in shown if setting.variable not in text]

    def test_version(self) -> None:
        """The version is the program's."""
        assert f"twin-graph, version {__version__}\n" == CliRunner().invoke(main, ["--version"]).output


def leaves(kind: type[TwinGraphError] = TwinGraphError) -> list[type[TwinGraphError]]:
    """The exceptions that have no subclass."""
    below = kind.__subclasses__()
    return [leaf for each in below for leaf in leaves(each)] if below else [kind]


def make(kind: type[TwinGraphError]) -> TwinGraphError:
    """An exception with as little as it needs."""
    arguments: dict[type[TwinGraphError], object] = {errors.SourceError: [], errors.NotConformant: Report()}
    return kind(arguments.get(kind, "a message"))


def test_every_exception_has_an_exit_code() -> None:
    """Each leaf of the tree of exceptions ends with the code of who can put it right."""
    codes = {kind.__name__: exit_code(make(kind)) for kind in leaves()}
    assert 17 <= len(codes)
    assert {"SourceError", "NotConformant"} == {name for name, code in codes.items() if code == DATA}
    assert {kind.__name__ for kind in leaves(OperatorError)} <= {n for n, c in codes.items() if c == OPERATOR}
    assert {kind.__name__ for kind in leaves(RequestError)} == {n for n, c in codes.items() if c == REQUEST}


class TestWayThrough:
    """init → check → build → query → describe → snapshot list, verify, diff, prune."""

    def test_new_workspace(self, tmp_path: Path) -> None:
        """A new workspace is checked and built as it comes, and shows its examples as comments."""
        folder = tmp_path / "my-city"
        result = CliRunner().invoke(main, ["init", str(folder)])
        assert DONE == result.exit_code, result.output
        assert "README.md" in result.output
        register = TableFile(folder / "data" / "my-city" / "partnerships.csv").records()
        assert "key" == register[0][0]
        assert all(record[0].startswith("#") for record in register[1:])
        assert DONE == run(folder, "check").exit_code, run(folder, "check").output
        assert DONE == run(folder, "build").exit_code

    def test_new_workspace_speaks_of_itself(self, tmp_path: Path) -> None:
        """Its texts name no folder that it does not have, and its settings show every table that can be filled in."""
        assert DONE == CliRunner().invoke(main, ["init", str(tmp_path)]).exit_code
        data = tmp_path / "data"
        text = (data / "README.md").read_text(encoding="utf-8")
        places = set(re.findall(r"`([a-z][\w-]*/)[\w.-]*`", text))
        assert {"my-city/"} == {place for place in places if place not in ("data/", "ontology/")}
        assert "| `world" not in text
        assert "What is here" in text
        settings = (data / "publication.toml").read_text(encoding="utf-8")
        shown = re.sub(r"^# (?=\[|\w+ = )", "", settings, flags=re.MULTILINE)
        tables = tomllib.loads(shown)
        assert {"title", "publisher", "contact", "accessibility", "start_city"} <= set(tables)
        assert set(tomllib.loads(settings)) == {
            "base_iri",
            "default_language",
            "registers",
            "valid_on",
            "title",
        }

    def test_init_overwrites_nothing(self, tmp_path: Path) -> None:
        """What exists stays as it is."""
        CliRunner().invoke(main, ["init", str(tmp_path)])
        cities = tmp_path / "data" / "cities.csv"
        cities.write_text("key\n")
        result = CliRunner().invoke(main, ["init", str(tmp_path)])
        assert "0 files written" in result.output
        assert "key\n" == cities.read_text()

    def test_first_rows_of_a_clerk(self, tmp_path: Path) -> None:
        """The first city, source, register and partnership typed into a new workspace are published."""
        CliRunner().invoke(main, ["init", str(tmp_path)])
        rows = {
            "cities": [
                {"key": "aa", "type": "City", "name_en": "Aa", "name_pl": "Aa", "country": "pl", "latitude": "51",
                 "longitude": "22"},
                {"key": "bb", "type": "City", "name_en": "Bb", "name_pl": "Bb", "country": "fr", "latitude": "48",
                 "longitude": "6"},
            ],
            "sources": [{"key": "page", "title": "Page", "url": "https://example.org/"}],
            "my-city/register": [{"key": "aa", "name_en": "Register of Aa", "city": "aa", "as_of": "2024"}],
            "my-city/agreements": [
                {"key": "aa-bb-1999", "type": "PartnershipAgreement", "partnership": "aa-bb", "relation": "partner",
                 "signed": "1999", "name_en": "Agreement", "name_pl": "Umowa", "source": "page"}
            ],
            "my-city/partnerships": [{"key": "aa-bb", "parties": "aa;bb", "relation": "partner", "source": "page"}],
        }  # fmt: skip
        for name, cells in rows.items():
            for row in cells:
                TableFile(tmp_path / "data" / f"{name}.csv").append(**row)
        result = run(tmp_path, "build")
        assert DONE == result.exit_code, result.stderr
        assert ("register-my-city",) == open_snapshot(tmp_path / "snapshots").manifest.registers

    def test_from_build_to_prune(self, workspace: Workspace) -> None:
        """Two builds are listed, compared, verified, and the older is deleted."""
        assert DONE == run(workspace, "build").exit_code
        old = open_snapshot(workspace.snapshots).path.name
        table(workspace, "cities").change(2, "population", "81001")
        assert DONE == run(workspace, "build").exit_code
        new = open_snapshot(workspace.snapshots).path.name
        listed = json.loads(run(workspace, "snapshot", "list", "--json").stdout)
        assert [(old, False), (new, True)] == [(item["id"], item["current"]) for item in listed]
        difference = json.loads(run(workspace, "snapshot", "diff", old, "--json").stdout)
        assert (1, 1) == (len(difference["removed"]), len(difference["added"]))
        assert '"81001"' in difference["added"][0]
        assert "1 removed, 1 added" in run(workspace, "snapshot", "diff", old, new).output
        assert f"snapshot {new} is whole" in run(workspace, "snapshot", "verify").output
        assert {"snapshot": new, "problems": []} == json.loads(
            run(workspace, "snapshot", "verify", "--json").stdout
        )
        dumped = json.loads(run(workspace, "snapshot", "dump", "--json").stdout)
        assert 18 <= len(dumped["dumps"])
        assert dumped["feed"][-1]["name"].endswith(f"-{new}")
        assert 1 <= dumped["feed"][-1]["members"]
        again = run(workspace, "snapshot", "dump").output
        assert "files" in again
        assert f"{len(dumped['feed'])} publication(s) in the change feed" in again
        assert f"snapshot {new} is whole" in run(workspace, "snapshot", "verify").output
        assert {"deleted": []} == json.loads(run(workspace, "snapshot", "prune", "--json").stdout)
        assert "1 snapshot(s) deleted" in run(workspace, "snapshot", "prune", "--keep", "1").output
        assert new in run(workspace, "snapshot", "list").output
        assert old not in run(workspace, "snapshot", "list").output


class TestCheckAndBuild:
    """What is wrong is said; what is only doubtful does not stop."""

    def test_check_writes_nothing(self, workspace: Workspace) -> None:
        """After a check there is no snapshot."""
        result = run(workspace, "check")
        assert DONE == result.exit_code
        assert "0 violation(s), 1 warning(s)" in result.stdout
        assert not workspace.snapshots.exists()

    def test_json_of_check(self, workspace: Workspace) -> None:
        """A program gets the report with places, and nothing else on standard output."""
        report = json.loads(run(workspace, "check", "--json").stdout)
        assert {"Violation": 0, "Warning": 1, "Info": 1} == report["counts"]
        assert "data/aldorf/partnerships.csv:7: relation" == report["findings"][0]["where"]

    def test_json_of_build(self, workspace: Workspace) -> None:
        """A program gets the id of the new snapshot."""
        report = json.loads(run(workspace, "build", "--json").stdout)
        assert open_snapshot(workspace.snapshots).path.name == report["snapshot"]

    def test_published_report_has_places_without_lines(self, workspace: Workspace) -> None:
        """What is published names file and column; the line, which depends on the order of rows, is for staff."""
        run(workspace, "build")
        findings = open_snapshot(workspace.snapshots).report["findings"]
        assert ["data/aldorf/partnerships.csv: relation", "data/cities.csv: name_en"] == [
            finding["where"] for finding in findings
        ]

    @pytest.mark.parametrize("command", ["check", "build"])
    def test_violation(self, workspace: Workspace, command: str) -> None:
        """A violation ends with code 1, in words and as JSON."""
        table(workspace, "aldorf/agreements").change(2, "signed", "2004-04-31")
        result = run(workspace, command)
        report = run(workspace, command, "--json")
        assert (DATA, DATA) == (result.exit_code, report.exit_code)
        assert "violation data/aldorf/agreements.csv:2: signed" in result.stdout
        assert 1 <= json.loads(report.stdout)["counts"]["Violation"]

    def test_long_lists_are_cut(self, workspace: Workspace) -> None:
        """Many warnings of one rule are shown by example, all of them when asked, and as JSON always."""
        for line in range(2, 8):
            table(workspace, "cities").change(line, "country", "")
        short, long = run(workspace, "check").stdout, run(workspace, "check", "--all").stdout
        assert "more like this (`check --all` lists them)" in short
        assert "more like this" not in long
        assert long.count("\n") > short.count("\n")

    def test_base_iri_of_the_option(self, workspace: Workspace) -> None:
        """The option takes precedence over publication.toml."""
        run(workspace, "build", "--base-iri", "https://data.example.org/")
        assert "https://data.example.org/" == open_snapshot(workspace.snapshots).manifest.base_iri

    def test_wrong_base_iri(self, workspace: Workspace) -> None:
        """A base that is no address is refused."""
        result = run(workspace, "build", "--base-iri", "data.example.org")
        assert (OPERATOR, True) == (result.exit_code, "base_iri" in result.stderr)


class TestQuery:
    """A question on the command line."""

    def test_table(self, built: Workspace) -> None:
        """Results are an aligned table; prefixes of ours need no declaration."""
        result = run(built, "query", "SELECT ?c (1 AS ?n) { ?c a twin:Country } ORDER BY ?c")
        assert DONE == result.exit_code, result.stderr
        assert "3 row(s)" in result.stdout
        assert "http://localhost:8000/id/country/de" in result.stdout

    @pytest.mark.parametrize(
        ("question", "answer"), [("ASK { ?s a twin:City }", "yes"), ("ASK { <x:x> a <x:y> }", "no")]
    )
    def test_yes_or_no(self, built: Workspace, question: str, answer: str) -> None:
        """ASK is answered in a word."""
        assert answer == run(built, "query", question).stdout.strip()

    def test_graph(self, built: Workspace) -> None:
        """CONSTRUCT gives Turtle by default."""
        result = run(built, "query", "CONSTRUCT { ?s a twin:Country } { ?s a twin:Country }")
        assert 3 == len(Graph().parse(data=result.stdout))

    @pytest.mark.parametrize(
        ("fmt", "read"),
        [
            ("json", lambda text: len(json.loads(text)["results"]["bindings"])),
            ("xml", lambda text: text.count("<result>")),
            ("csv", lambda text: len(list(csv.reader(text.splitlines()))) - 1),
            ("tsv", lambda text: len(text.splitlines()) - 1),
        ],
    )
    def test_formats_of_results(self, built: Workspace, fmt: str, read: Callable[[str], int]) -> None:
        """Every result format can be asked for."""
        result = run(built, "query", "--format", fmt, "SELECT ?c { ?c a twin:Country }")
        assert 3 == read(result.stdout)

    @pytest.mark.parametrize(
        ("fmt", "parser"), [("turtle", "turtle"), ("n-triples", "nt"), ("rdf-xml", "xml")]
    )
    def test_formats_of_graphs(self, built: Workspace, fmt: str, parser: str) -> None:
        """Every RDF format can be asked for."""
        result = run(built, "query", "--format", fmt, "CONSTRUCT { ?s a twin:Country } { ?s a twin:Country }")
        assert 3 == len(Graph().parse(data=result.stdout, format=parser))

    @pytest.mark.parametrize("silent", ["", "SILENT "])
    def test_no_other_service_is_asked(self, built: Workspace, silent: str) -> None:
        """SERVICE is refused before the engine could connect."""
        with socket.create_server(("127.0.0.1", 0)) as canary:
            canary.settimeout(0.2)
            place = f"<http://127.0.0.1:{canary.getsockname()[1]}/>"
            result = run(built, "query", f"SELECT * {{ SERVICE {silent}{place} {{ ?s ?p ?o }} }}")
            with pytest.raises(TimeoutError):
                canary.accept()
        assert (REQUEST, True) == (result.exit_code, "SERVICE is switched off" in result.stderr)

    def test_update(self, built: Workspace) -> None:
        """An update is refused in a sentence."""
        result = run(built, "query", "INSERT DATA { <x:x> <x:y> <x:z> }")
        assert (REQUEST, True) == (result.exit_code, "this is an update" in result.stderr)

    def test_file(self, built: Workspace, tmp_path: Path) -> None:
        """A query may come from a file."""
        path = tmp_path / "question.rq"
        path.write_text("ASK {}")
        assert "yes" == run(built, "query", "--file", str(path)).stdout.strip()

    def test_file_that_is_no_text(self, built: Workspace, tmp_path: Path) -> None:
        """A file that is not UTF-8 is refused in a sentence."""
        path = tmp_path / "question.rq"
        path.write_bytes(b"\xff\xfeA")
        result = run(built, "query", "--file", str(path))
        assert (REQUEST, True) == (result.exit_code, "not UTF-8" in result.stderr)

    def test_mistake_has_its_place(self, built: Workspace) -> None:
        """Line and column are those of the text that was typed, said once."""
        result = run(built, "query", "SELECT ?x\n{ ?x a twin:City } }")
        assert REQUEST == result.exit_code
        assert 1 == result.stderr.count("line 2, column ")
        assert 1 == run(built, "query", "ASK { twin:City }").stderr.count("line 1, column 17")

    @pytest.mark.parametrize("arguments", [[], ["ASK {}", "--file", "x"], ["ASK {}", "--format", "pdf"]])
    def test_called_wrongly(self, built: Workspace, arguments: list[str]) -> None:
        """Neither text nor file, or both, or an unknown format is a wrong call."""
        assert USAGE == run(built, "query", *arguments).exit_code

    def test_format_that_cannot_carry_the_answer(self, built: Workspace) -> None:
        """A table cannot be Turtle."""
        result = run(built, "query", "--format", "turtle", "SELECT * {}")
        assert (REQUEST, True) == (
            result.exit_code,
            "cannot" in result.stderr or "can carry" in result.stderr,
        )


class TestDescribe:
    """The document of a thing."""

    @pytest.mark.parametrize(
        "name",
        ["city/aldorf", "http://localhost:8000/id/city/aldorf", "city/q900000001", "city/aldorf-an-der-alle"],
    )
    def test_by_key_iri_and_alias(self, built: Workspace, name: str) -> None:
        """A thing is found by key, by IRI and by its item; a retired key leads to what replaced it, or says so."""
        result = run(built, "describe", name)
        if result.exit_code == REQUEST:
            assert "aldorf" in result.stderr
            assert "city/aldorf-an-der-alle" == name
        else:
            graph = Graph().parse(data=result.stdout)
            assert (URIRef("http://localhost:8000/id/city/aldorf"), None, None) in graph

    @pytest.mark.parametrize(
        "name", ["city/atlantis", "town/aldorf", "aldorf", "http://x/id/city/aldorf", "city/Aldorf"]
    )
    def test_unknown(self, built: Workspace, name: str) -> None:
        """What does not exist is said to be so."""
        result = run(built, "describe", name)
        assert REQUEST == result.exit_code
        assert result.stderr.startswith("✗ ")
        assert "" == result.stdout

    def test_retired(self, built: Workspace) -> None:
        """A retired key says why."""
        result = run(built, "describe", "partnership/aldorf-atlantis")
        assert (REQUEST, True) == (result.exit_code, "The city does not exist." in result.stderr)


class TestOperator:
    """What is wrong with the machine says what to run."""

    @pytest.mark.parametrize(
        "command",
        [("query", "ASK {}"), ("describe", "city/aldorf"), ("snapshot", "verify"), ("snapshot", "diff", "x")],
    )
    def test_no_snapshot(self, workspace: Workspace, command: tuple[str, ...]) -> None:
        """Before the first build the commands say that it is due."""
        result = run(workspace, *command)
        assert (OPERATOR, True) == (result.exit_code, "run `twin-graph build`" in result.stderr)

    @pytest.mark.parametrize("command", COMMANDS[1:4] + COMMANDS[7:11] + COMPARING, ids=" ".join)
    def test_no_workspace(self, tmp_path: Path, command: tuple[str, ...]) -> None:
        """In a folder that is no workspace every command that needs one says so."""
        more = {
            "query": ["ASK {}"], "diff": ["x"], "show": ["x"], "decide": ["x", "both", "--by", "y"],
            "export": [str(tmp_path / "x")], "import": [__file__],
        }.get(command[-1], [])  # fmt: skip
        result = run(tmp_path, *command, *more)
        assert (OPERATOR, True) == (result.exit_code, "there is no folder data/" in result.stderr)

    def test_damaged_snapshot(self, workspace: Workspace) -> None:
        """A damaged snapshot is not asked; verifying names the file."""
        run(workspace, "build")
        path = open_snapshot(workspace.snapshots).path
        with (path / "dump.nq").open("ab") as file:
            file.write(b"#")
        result = run(workspace, "snapshot", "verify")
        assert (OPERATOR, True) == (result.exit_code, "dump.nq: differs from the manifest" in result.stderr)
        (path / "dump.nq").unlink()
        result = run(workspace, "query", "ASK {}")
        assert (OPERATOR, True) == (result.exit_code, "run `twin-graph build` again" in result.stderr)

    def test_damaged_files_for_download(self, workspace: Workspace) -> None:
        """Verifying names those of the edition and those of the feed, and says what helps."""
        run(workspace, "build")
        run(workspace, "snapshot", "dump")
        spoilt = open_snapshot(workspace.snapshots).path / "dumps/cities.csv"
        spoilt.write_bytes(spoilt.read_bytes().swapcase())
        (page,) = workspace.snapshots.glob("ldes/*/*/1.nq.gz")
        page.write_bytes(page.read_bytes()[:-1])
        result = run(workspace, "snapshot", "verify")
        assert OPERATOR == result.exit_code
        assert "dumps/cities.csv: differs from the list; run twin-graph snapshot dump" in result.stderr
        assert "from a backup" in result.stderr
        assert "build" not in result.stderr
        assert 2 == len(json.loads(run(workspace, "snapshot", "verify", "--json").stdout)["problems"])

    @pytest.mark.parametrize("name", ["manifest.json", "keys.json", "dump.nq", "store"])
    def test_no_traceback_for_any_damage(self, workspace: Workspace, name: str) -> None:
        """Whatever is damaged, each command says what to run, in words and as JSON."""
        run(workspace, "build")
        path = open_snapshot(workspace.snapshots).path
        tables = list((path / "store").glob("*.sst"))
        assert len(tables) > 0
        for file in tables if name == "store" else [path / name]:
            file.unlink() if name == "store" else file.write_text("[]")
        for command in [("query", "ASK {}"), ("describe", "city/aldorf"), ("snapshot", "verify"), ("serve",)]:
            result = run(workspace, *command)
            assert (OPERATOR, True) == (result.exit_code, "run `twin-graph build` again" in result.stderr), (
                command
            )
        found = json.loads(run(workspace, "snapshot", "verify", "--json").stdout)
        assert {"error"} == set(found) if name == "manifest.json" else 1 <= len(found["problems"])

    def test_list_names_what_is_unreadable(self, workspace: Workspace) -> None:
        """A snapshot that cannot be read is listed as such."""
        run(workspace, "build")
        path = open_snapshot(workspace.snapshots).path
        (path / "manifest.json").write_text('{"triples": "many"}')
        result, rows = (
            run(workspace, "snapshot", "list"),
            json.loads(run(workspace, "snapshot", "list", "--json").stdout),
        )
        assert (DONE, True) == (result.exit_code, "run `twin-graph build` again" in result.stderr)
        assert [(path.name, True)] == [(row["id"], row["current"]) for row in rows]
        assert "manifest.json" in rows[0]["problem"]

    def test_diff_of_a_damaged_dump(self, workspace: Workspace) -> None:
        """A dump that is no text is not compared."""
        run(workspace, "build")
        (open_snapshot(workspace.snapshots).path / "dump.nq").write_bytes(b"\xff")
        result = run(workspace, "snapshot", "diff", "current")
        assert (OPERATOR, True) == (result.exit_code, "run `twin-graph build` again" in result.stderr)

    @pytest.mark.parametrize(
        "command", [("snapshot", "verify"), ("snapshot", "diff", "x"), ("check", "--base-iri", "x")]
    )
    def test_errors_as_json(self, workspace: Workspace, command: tuple[str, ...]) -> None:
        """With --json a program reads from standard output what kind of error it was."""
        result = run(workspace, *command, "--json")
        error = json.loads(result.stdout)["error"]
        assert (OPERATOR, "") == (result.exit_code, result.stderr)
        assert error["type"] in ("SnapshotMissing", "WorkspaceInvalid", "SettingInvalid")
        assert error["message"]

    @pytest.mark.parametrize(
        ("name", "value"), [("port", "99999"), ("web-processes", "0"), ("query-workers", "0")]
    )
    def test_setting_out_of_bounds(self, built: Workspace, name: str, value: str) -> None:
        """`serve` does not start with a number that makes no sense."""
        result = run(built, "serve", f"--{name}", value)
        assert (OPERATOR, True) == (result.exit_code, "must be between 1 and" in result.stderr)

    def test_misspelt_variable(self, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
        """A setting that is misspelt is not passed over."""
        monkeypatch.setenv("TWIN_GRAPH_BASE_URI", "http://x/")
        result = CliRunner().invoke(main, ["-w", str(workspace.root), "check"])
        assert (OPERATOR, True) == (result.exit_code, "TWIN_GRAPH_BASE_URI is not a setting" in result.stderr)

    def test_folder_that_cannot_be_written(self, workspace: Workspace) -> None:
        """A file where a folder should be is a sentence, not a traceback."""
        workspace.snapshots.write_text("")
        result = run(workspace, "build")
        assert (OPERATOR, True) == (result.exit_code, "snapshots" in result.stderr)

    def test_workspace_of_the_environment(self, built: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
        """The workspace may be named by its variable."""
        for name in [name for name in os.environ if name.startswith("TWIN_GRAPH_")]:
            monkeypatch.delenv(name)
        monkeypatch.setenv("TWIN_GRAPH_WORKSPACE", str(built.root))
        assert "yes" == CliRunner().invoke(main, ["query", "ASK {}"]).stdout.strip()
