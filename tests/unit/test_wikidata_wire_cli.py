"""The commands `twin-graph wikidata …` do what they say and end with the code of what happened."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fakes.clocks import FakeClock
from fakes.faults import CASES, Case
from fakes.small_world import COUNTRY, NETWORK, TOWNS, small_world
from fakes.wdqs import StandIn
from twin_graph.cli import main
from twin_graph.cli.wikidata import known_items
from twin_graph.wikidata import client
from twin_graph.wikidata.archive import read_answers, read_head
from twin_graph.wikidata.pacing import SystemClock
from twin_graph.wikidata.runs import EXIT_CODES
from wikidata_runs import CONTACT, facts, new_clock
from workspaces import copy_tiny


@pytest.fixture(scope="module")
def running() -> Iterator[StandIn]:
    """The stand-in, with the small world."""
    with StandIn(small_world(), FakeClock()).running() as service:
        yield service


@pytest.fixture
def service(
    running: StandIn, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> StandIn:
    """The stand-in as new, whose clock is also that of the commands."""
    clock = new_clock(running)
    # What is kept about the service is kept in a workspace of the test.
    monkeypatch.setenv("TWIN_GRAPH_WORKSPACE", str(tmp_path_factory.mktemp("nowhere")))
    monkeypatch.setattr(client, "SystemClock", lambda: clock)
    monkeypatch.setenv("TWIN_GRAPH_WIKIDATA_CONTACT", CONTACT)
    return running


def invoke(*arguments: object) -> Result:
    """Run a command of the group."""
    return CliRunner().invoke(main, ["wikidata", *map(str, arguments)])


def fetch(service: StandIn, archive: Path, *more: object) -> Result:
    """Run `wikidata fetch` against the stand-in."""
    return invoke("fetch", *more, "--endpoint", f"stand-in={service.address}", "--archive", archive)


class TestFetch:
    """`wikidata fetch`."""

    def test_items(self, service: StandIn, tmp_path: Path) -> None:
        """What is named is fetched and can be verified and replayed."""
        result = fetch(service, tmp_path / "a", *TOWNS, "--live")
        assert 0 == result.exit_code, result.output
        assert "complete, 5 request(s)" in result.output
        assert 0 == invoke("verify", tmp_path / "a").exit_code
        result = invoke("replay", tmp_path / "a", *TOWNS, "--output", tmp_path / "rows")
        assert 0 == result.exit_code
        assert facts(tmp_path / "a") == (tmp_path / "rows").read_bytes()
        assert "complete" == json.loads(invoke("replay", tmp_path / "a", "--json").output)["state"]

    def test_all_of_the_workspace(self, service: StandIn, tmp_path: Path) -> None:
        """Without items, those that the tables name are fetched, into a new archive of the workspace."""
        workspace = copy_tiny(tmp_path)
        items = known_items(workspace.data)
        assert 3 <= len(items)
        command = [
            "-w",
            str(workspace.root),
            "wikidata",
            "fetch",
            "--endpoint",
            f"stand-in={service.address}",
            "--json",
        ]
        result = CliRunner().invoke(main, command)
        said = json.loads(result.output)
        assert (0, "complete") == (result.exit_code, said["state"])
        assert workspace.root / "archives" == Path(said["archive"]).parent
        asked = {item for answer in read_answers(Path(said["archive"])) for item in answer.items}
        assert items == asked

    def test_items_of_a_file(self, service: StandIn, tmp_path: Path) -> None:
        """A file names one item in each line."""
        (tmp_path / "items.txt").write_text("Q1\n\nQ2\n", encoding="utf-8")
        result = fetch(
            service, tmp_path / "a", "--items-file", tmp_path / "items.txt", "--query", "wikidata_statements"
        )
        assert 0 == result.exit_code
        assert [("Q1", "Q2")] == [answer.items for answer in read_answers(tmp_path / "a")]

    @pytest.mark.parametrize(
        ("fault", "code", "message"),
        [("403, banned", 4, "banned until"), ("429, Retry-After 9", 5, "ask less"),
         ("400", 70, "wikidata_statements"),
         ("403, page", 77, "User-Agent"), ("404", 78, "not the service"), ("502", 3, "lacking"),
         ("200, cut at 52%", 3, "lacking")],
    )  # fmt: skip
    def test_exit_codes(self, service: StandIn, tmp_path: Path, fault: str, code: int, message: str) -> None:
        """Each way to end has its code, and says what to do."""
        case: Case = CASES[fault]
        service.inject(case.fault, "wikidata_statements", "Q3", 10**6)
        result = fetch(service, tmp_path / "a", *TOWNS)
        assert (code, True) == (result.exit_code, message in result.output)
        assert f"--archive {tmp_path / 'a'}" in result.output
        said = json.loads(invoke("replay", tmp_path / "a", "--json").output)
        assert said["failed"]["wikidata_statements"]
        assert code == invoke("replay", tmp_path / "a").exit_code
        service.rules.clear()
        service.clock.advance(90_000)
        assert 0 == fetch(service, tmp_path / "a", *TOWNS).exit_code

    def test_a_ban_holds_for_every_archive(self, service: StandIn, tmp_path: Path) -> None:
        """Another folder or another name for the same service is no way around."""
        command = ["-w", copy_tiny(tmp_path).root, "wikidata", "fetch", *TOWNS, "--archive"]
        service.inject(CASES["403, banned"].fault, "wikidata_statements", "Q3", 1)
        endpoints = [f"--endpoint={name}={service.address}" for name in ("stand-in", "another")]
        codes = []
        for place, endpoint in (("one/a", endpoints[0]), ("two/b", endpoints[0]), ("three/c", endpoints[1])):
            asked = len(service.asked)
            result = CliRunner().invoke(main, list(map(str, [*command, tmp_path / place, endpoint])))
            codes.append((result.exit_code, len(service.asked) > asked))
        assert [(4, True), (4, False), (4, False)] == codes

    def test_fallback(self, service: StandIn, tmp_path: Path) -> None:
        """Another service is asked only when it is named, and fills an archive of its own."""
        closed = "away=http://127.0.0.1:1/sparql"
        command = ["fetch", "Q1", "--endpoint", closed, "--archive", tmp_path / "a"]
        assert 69 == invoke(*command).exit_code
        result = invoke(*command, "--fallback", f"stand-in={service.address}")
        assert 0 == result.exit_code, result.output
        heads = {
            path.name: read_head(path).content["endpoint"]
            for path in (tmp_path / "a", tmp_path / "a-stand-in")
        }
        assert {"a": "away", "a-stand-in": "stand-in"} == heads

    def test_no_contact(self, service: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Nothing is sent without a contact, in the environment or as an option."""
        monkeypatch.delenv("TWIN_GRAPH_WIKIDATA_CONTACT")
        result = fetch(service, tmp_path / "a", "Q1")
        assert (78, []) == (result.exit_code, service.asked)
        assert "TWIN_GRAPH_WIKIDATA_CONTACT" in result.output
        assert 0 == fetch(service, tmp_path / "a", "Q1", "--contact", "me@example.org").exit_code
        assert "mailto:me@example.org" in service.asked[0].agent

    def test_dry_run(self, service: StandIn, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """A dry run prints queries and cost, needs no contact, sends nothing and writes nothing."""
        monkeypatch.delenv("TWIN_GRAPH_WIKIDATA_CONTACT")
        result = fetch(service, tmp_path / "a", "--dry-run", *[f"Q{number}" for number in range(1, 121)])
        assert (0, [], False) == (result.exit_code, service.asked, (tmp_path / "a").exists())
        assert "# wikidata_statements: 120 ids in 3 request(s)" in result.output
        assert "VALUES ?s { wd:Q1 wd:Q2 " in result.output
        assert "nothing was sent" in result.output
        said = json.loads(fetch(service, tmp_path / "a", "--dry-run", "--json", "Q1").output)
        assert (5, 0) == (said["total"]["requests"], said["sent"])

    def test_dry_run_of_the_rest(self, service: StandIn, tmp_path: Path) -> None:
        """Of an archive that is gone on with only what it lacks would be asked, and costs."""
        service.inject(CASES["502"].fault, "wikidata_statements", "Q3", 10**6)
        fetch(service, tmp_path / "a", *TOWNS)
        asked = len(service.asked)
        said = json.loads(fetch(service, tmp_path / "a", "--dry-run", "--json", *TOWNS).output)
        assert [("wikidata_statements", 1, 1)] == [
            (row["query"], row["requests"], row["items"]) for row in said["queries"]
        ]
        assert asked == len(service.asked)
        assert 78 == invoke("fetch", "Q1", "--dry-run", "--endpoint", "nobody").exit_code

    def test_replay_instead(self, service: StandIn, tmp_path: Path) -> None:
        """With --replay an archive is asked; what it lacks has a code of its own and is named."""
        fetch(service, tmp_path / "a", "Q1")
        service.asked.clear()
        assert 0 == invoke("fetch", "Q1", "--replay", tmp_path / "a").exit_code
        result = invoke("fetch", "Q1", "Q2", "--replay", tmp_path / "a")
        assert (6, True, []) == (result.exit_code, "about Q2" in result.output, service.asked)
        assert 2 == invoke("fetch", "Q1", "--replay", tmp_path / "a", "--live").exit_code
        assert 78 == invoke("fetch", "Q1", "--replay", tmp_path / "nothing").exit_code

    def test_previous(self, service: StandIn, tmp_path: Path) -> None:
        """What an older archive has need not be asked again."""
        fetch(service, tmp_path / "a", *TOWNS)
        service.asked.clear()
        result = fetch(
            service, tmp_path / "b", *TOWNS, "--previous", tmp_path / "a", "--refresh-older-than", "1d"
        )
        assert (0, ["Q0"]) == (result.exit_code, [asked.question for asked in service.asked])
        assert 2 == fetch(service, tmp_path / "c", "Q1", "--previous", tmp_path / "a", "--refresh-older-than",
                          "soon").exit_code  # fmt: skip

    @pytest.mark.parametrize(
        "wrong", [["Q0"], ["q1"], ["Q1 }"], ["P190"[:1]], ["Q1", "--endpoint", "nobody"]]
    )
    def test_called_wrongly(self, service: StandIn, tmp_path: Path, wrong: list[str]) -> None:
        """What is no item or no endpoint is refused before anything is sent."""
        result = invoke("fetch", *wrong, "--archive", tmp_path / "a")
        assert (True, []) == (result.exit_code in (2, 78), service.asked)
        assert "Traceback" not in result.output


class TestOthers:
    """`discover`, `constraints`, `diff`, `prune`."""

    def test_discover(self, service: StandIn, tmp_path: Path) -> None:
        """The items of a country and the members of a network, ascending."""
        command = ["--endpoint", f"stand-in={service.address}", "--archive", tmp_path / "a"]
        result = invoke("discover", COUNTRY, *command)
        assert (0, [*TOWNS, "Q71"]) == (result.exit_code, result.output.split())
        result = invoke("discover", "--network", NETWORK, "--json", *command)
        assert (0, True) == (result.exit_code, set(TOWNS) <= set(json.loads(result.output)))

    def test_discover_by_code(self, service: StandIn, tmp_path: Path) -> None:
        """A country may be given by its code, as the table of countries has it."""
        workspace = copy_tiny(tmp_path)
        command = ["-w", str(workspace.root), "wikidata", "discover", "--dry-run"]
        line = (workspace.data / "countries.csv").read_text(encoding="utf-8").splitlines()
        row = dict(zip(line[0].split(","), line[1].split(","), strict=True))
        result = CliRunner().invoke(main, [*command, row["iso_code"].lower()])
        assert (0, True) == (result.exit_code, f"wd:{row['wikidata']} " in result.output)
        assert 2 == CliRunner().invoke(main, [*command, "zz"]).exit_code
        assert 2 == CliRunner().invoke(main, command).exit_code

    def test_constraints(self, service: StandIn, tmp_path: Path) -> None:
        """What Wikidata expects of P190 is read live and kept."""
        result = invoke(
            "constraints", "P190", "--endpoint", f"stand-in={service.address}", "--archive", tmp_path / "a"
        )
        assert (0, True) == (result.exit_code, "Q21510862" in result.output)
        result = invoke("constraints", "--replay", tmp_path / "a", "--json")
        assert (0, True) == (result.exit_code, "Q21510862" in result.output)

    def test_diff_and_prune(self, service: StandIn, tmp_path: Path) -> None:
        """Differences are printed by item; the oldest archives are deleted."""
        folder = tmp_path / "archives"
        for number in range(3):
            service.clock.advance(60)
            fetch(service, folder / f"wd-{number}", *TOWNS[: number + 4])
        result = invoke("diff", folder / "wd-0", folder / "wd-1")
        assert (0, "0 change(s); 1 item(s) are in one archive only\n") == (result.exit_code, result.output)
        said = json.loads(invoke("diff", folder / "wd-0", folder / "wd-2", "--json").output)
        assert {"changes": [], "not_comparable": ["Q5", "Q6"]} == said
        assert {"deleted": ["wd-0", "wd-1"]} == json.loads(
            invoke("prune", folder, "--keep", 1, "--json").output
        )

    def test_verify_damage(self, service: StandIn, tmp_path: Path) -> None:
        """Damage has a code and is named."""
        fetch(service, tmp_path / "a", "Q1")
        next((tmp_path / "a" / "bodies").iterdir()).unlink()
        assert 78 == invoke("verify", tmp_path / "a").exit_code
        assert json.loads(invoke("verify", tmp_path / "a", "--json").output)["problems"]
        result = invoke("replay", tmp_path / "a", "--json")
        assert (78, "ArchiveDamaged") == (result.exit_code, json.loads(result.output)["error"]["type"])

    def test_help_names_the_codes(self) -> None:
        """The help of the group names every code."""
        text = " ".join(invoke("--help").output.split())
        for code in {*EXIT_CODES.values(), 2, 6}:
            assert f" {code} " in text


def test_the_clock_of_the_machine() -> None:
    """Without a stand-in the time is that of the machine, in UTC."""
    clock = SystemClock()
    before = clock.now()
    clock.sleep(0)
    assert before <= clock.now()
    assert "+00:00" == before.isoformat()[-6:]
