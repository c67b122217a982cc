"""From a snapshot and an archive to files, and back: the commands on the tiny workspace and documents of its towns.

Everything between is the real thing: documents become RDF, are asked the queries and kept as an archive; what is
exported is applied to the documents, which are asked again.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from compared_towns import CEDROWO, ESTUARY, LATER, READ_AT, documents
from fakes.asking import store_of
from fakes.clocks import FakeClock
from fakes.editing import Editing, record
from fakes.made_up import FRESH, snaks, year
from fakes.wdqs import StandIn
from twin_graph.cli import compare as commands
from twin_graph.compare.checks import CHECKS
from twin_graph.compare.decisions import FILE
from twin_graph.compare.model import VERDICTS
from twin_graph.wikidata.portions import ABOUT_ITEMS
from twin_graph.workspace import Workspace
from wikidata_runs import run as fetch
from workspaces import copy_tiny, run


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The tiny workspace with a snapshot."""
    workspace = copy_tiny(tmp_path_factory.mktemp("workspace"))
    result = run(workspace, "build")
    assert 0 == result.exit_code, result.output
    return workspace


@pytest.fixture
def workspace(built: Workspace, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """The workspace with an archive, at a moment when it is fresh; without decisions."""
    monkeypatch.setattr(commands, "CLOCK", FakeClock())
    folder = built.data / "wikidata" / "live"
    record(documents(), folder, READ_AT)
    yield built
    for path in (built.data / "wikidata").rglob("*"):
        if path.is_file():
            path.unlink()
    (built.data / FILE).unlink(missing_ok=True)


def answer(result: Result) -> Any:
    """The JSON that a command printed."""
    assert 0 == result.exit_code, result.output + str(result.exception)
    return json.loads(result.stdout)


def findings(workspace: Workspace, *options: str) -> list[dict[str, Any]]:
    """The findings of `review list`."""
    return list(answer(run(workspace, "review", "list", "--json", *options)))


def kinds(workspace: Workspace, *options: str) -> list[str]:
    """The kinds of the findings of report (a)."""
    return [each["kind"] for each in findings(workspace, "--report", "a", *options)]


def test_compare_prints_the_reports(workspace: Workspace) -> None:
    """All six, with what may be exported and what is not known."""
    result = run(workspace, "compare")
    assert 0 == result.exit_code, result.output
    for name in "abcdef":
        assert f"({name}) " in result.output
    assert "edits may be exported" in result.output
    content = answer(run(workspace, "compare", "--json"))
    assert content["counts"]["a"] == len([each for each in content["findings"] if each["report"] == "a"])
    assert "live" == content["archive"]


def test_compare_writes_the_reports(workspace: Workspace, tmp_path: Path) -> None:
    """Eighteen files, into a new folder only."""
    target = tmp_path / "reports"
    assert 0 == run(workspace, "compare", "--out", str(target)).exit_code
    assert 18 == len(list(target.iterdir()))
    again = run(workspace, "compare", "--out", str(target))
    assert (3, True) == (again.exit_code, "is not empty" in again.output)


def test_the_upload_of_an_export_empties_the_next_one(workspace: Workspace, tmp_path: Path) -> None:
    """Documents, archive, comparison, file, documents, archive, comparison: nothing is left, nothing is doubled."""
    wanted = {"statement-missing", "start-missing", "start-coarser", "reference-missing", "end-missing"}
    assert wanted <= set(kinds(workspace))
    editing = Editing(documents())
    content = answer(run(workspace, "export", str(tmp_path / "out"), "--to", "quickstatements-3", "--json"))
    assert ["quickstatements-3-001.tsv", "quickstatements-3-001.json"] == content["files"]
    editing.apply((tmp_path / "out" / "quickstatements-3-001.tsv").read_bytes(), 3)
    record(editing.documents.values(), workspace.data / "wikidata" / "after", LATER)
    after = answer(run(workspace, "export", str(tmp_path / "second"), "--to", "quickstatements-3", "--json"))
    assert ([], 0, "after") == (after["files"], after["exportable"], after["archive"])
    for statement in editing.twins():
        assert all(1 == len(dates) for dates in statement["qualifiers"].values() if dates)
        references = [json.dumps(each["snaks"], sort_keys=True) for each in statement["references"]]
        assert len(set(references)) == len(references)
    left = {name for each in findings(workspace, "--report", "a") for name in each["checks"]}
    assert left <= set(CHECKS) - {"undecided", "revision-changed"}


def test_the_same_by_way_of_the_service(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fetched over HTTP, exported, applied, fetched again: nothing is left to propose, in either direction."""
    clock, editing = FakeClock(), Editing(documents())
    monkeypatch.setattr(commands, "CLOCK", clock)
    items = sorted(editing.documents)
    with StandIn(store_of(editing.documents.values(), FRESH), clock).running() as service:
        for name, changes in (("before", True), ("after", False)):
            assert "complete" == fetch(service, tmp_path / name, items, ABOUT_ITEMS).state
            options = ["--archive", str(tmp_path / name), "--to", "quickstatements-3", "--json"]
            content = answer(run(workspace, "export", str(tmp_path / f"out-{name}"), *options))
            assert changes == bool(content["exportable"])
            for path in sorted((tmp_path / f"out-{name}").glob("*.tsv")):
                editing.apply(path.read_bytes(), 3)
            service.store = store_of(editing.documents.values(), FRESH)
            service.forget()
    assert [] == content["files"]


def test_dialect_2_leaves_finer_dates_to_a_person(workspace: Workspace, tmp_path: Path) -> None:
    """And after its upload only they are left."""
    editing = Editing(documents())
    assert 0 == run(workspace, "export", str(tmp_path / "out"), "--to", "quickstatements-2").exit_code
    editing.apply((tmp_path / "out" / "quickstatements-2-001.tsv").read_bytes(), 2)
    beside = json.loads((tmp_path / "out" / "quickstatements-2-001.json").read_bytes())
    assert [["start-coarser"]] == [each["kinds"] for each in beside["by_hand"]]
    record(editing.documents.values(), workspace.data / "wikidata" / "after", LATER)
    open_ = [each["kind"] for each in findings(workspace, "--report", "a") if not each["checks"]]
    assert ["start-coarser"] == open_


def test_an_old_archive_exports_nothing(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A day later it has to be read again; the comparison itself needs no fresh archive."""
    clock = FakeClock()
    clock.advance(2 * 86_400)
    monkeypatch.setattr(commands, "CLOCK", clock)
    content = answer(run(workspace, "export", str(tmp_path / "out"), "--json"))
    assert 0 == content["exportable"]
    assert content["held_back"]["stale"] > 0
    assert not [name for name in content["files"] if name.startswith("quickstatements")]
    assert kinds(workspace)


def test_a_failed_item_is_not_without_statements(workspace: Workspace) -> None:
    """Cedrowo and Estuary were not answered: nothing of theirs is missing."""
    before = [each for each in findings(workspace) if each["kind"] == "statement-missing"]
    record(documents(), workspace.data / "wikidata" / "partly", LATER, failed=[CEDROWO, ESTUARY])
    after = [each for each in findings(workspace) if each["kind"] == "statement-missing"]
    assert {CEDROWO, ESTUARY} & {each["subject"] for each in before}
    assert not {CEDROWO, ESTUARY} & {each["subject"] for each in after}


def test_review_from_the_list_to_the_decision(workspace: Workspace) -> None:
    """Listed, shown, decided, no longer open; a decision that is none is refused."""
    first = findings(workspace, "--report", "a")[0]
    assert first["id"][:12] in run(workspace, "review", "list", "--report", "a").output
    shown = run(workspace, "review", "show", first["id"][:12])
    assert first["change"] in shown.output
    decided = run(
        workspace, "review", "decide", first["id"][:12], "wrong-here", "--by", "Office", "--note", "Seen.",
        "--expires", "2099-01-31",
    )  # fmt: skip
    assert 0 == decided.exit_code, decided.output
    content = answer(run(workspace, "review", "show", first["id"], "--json"))
    said = content["decision"]
    assert ("decided", "wrong-here", "2099-01-31") == (content["state"], said["verdict"], said["expires"])
    assert first["id"] == said["finding"]
    assert content in findings(workspace, "--state", "decided")
    assert content in answer(run(workspace, "compare", "--json"))["findings"]
    assert first["id"] not in [each["id"] for each in findings(workspace, "--state", "open")]
    nobody = run(workspace, "review", "decide", first["id"], "both", "--by", " ")
    unknown = run(workspace, "review", "show", "ffffffffffff")
    several = run(workspace, "review", "show", "")
    assert (2, 4, 4) == (nobody.exit_code, unknown.exit_code, several.exit_code)


def test_no_command_promises_an_export_that_cannot_come(workspace: Workspace) -> None:
    """What a verdict means is said where it is taken: an export is spoken of where there is an edit."""
    for report, verdict, said, is_exported in (
        ("a", "wrong-there", "an edit that is known is exported", True),
        ("b", "wrong-here", "add a row with the answer of the town hall", False),
        ("f", "none", "Write the newer trace into them", False),
    ):
        found = next(
            each for each in findings(workspace, "--report", report) if bool(each["action"]) == is_exported
        )
        shown = run(workspace, "review", "show", found["id"]).output
        assert all(f"  verdict {name}: " in shown for name in VERDICTS)
        decided = run(workspace, "review", "decide", found["id"], verdict, "--by", "Office").output
        assert all(said in " ".join(text.split()) for text in (shown, decided))
        assert is_exported == ("exported" in decided)


def test_review_with_a_spreadsheet(workspace: Workspace, tmp_path: Path) -> None:
    """Exported, filled in, imported; what is decided stays, other evidence is named."""
    sheet = tmp_path / "review.csv"
    assert 0 == run(workspace, "review", "export", str(sheet)).exit_code
    rows = list(csv.DictReader(io.StringIO(sheet.read_text(encoding="utf-8-sig"), newline="")))
    for row in rows:
        row["verdict"] = "Wrong there" if row["report"] == "a" else ""
    output = io.StringIO()
    writer = csv.DictWriter(output, rows[0], delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    sheet.write_text(output.getvalue(), encoding="utf-8")
    assert 1 == run(workspace, "review", "import", str(sheet)).exit_code
    assert not (workspace.data / FILE).exists()
    read = answer(run(workspace, "review", "import", str(sheet), "--by", "Office", "--json"))
    assert len([row for row in rows if row["report"] == "a"]) == len(read["new"])
    again = answer(run(workspace, "review", "import", str(sheet), "--by", "Office", "--json"))
    assert [] == again["new"]
    changed = documents()
    changed[0]["claims"]["P190"][0]["qualifiers"] = snaks([("P580", year(1990)), ("P585", year(1995))])
    record(changed, workspace.data / "wikidata" / "changed", LATER)
    gone = answer(run(workspace, "review", "import", str(sheet), "--by", "Office", "--json"))
    assert gone["gone"]
    assert "reopened" in {each["state"] for each in findings(workspace)}


def test_export_to_every_tool(workspace: Workspace, tmp_path: Path) -> None:
    """One call, the files of all tools; a dry run writes none."""
    dry = run(workspace, "export", str(tmp_path / "dry"), "--dry-run")
    assert (0, True) == (dry.exit_code, "would write: openrefine.csv" in dry.output)
    assert not (tmp_path / "dry").exists()
    assert 0 == run(workspace, "export", str(tmp_path / "all")).exit_code
    assert {"quickstatements-2-001.tsv", "quickstatements-2-001.json", "quickstatements-3-001.tsv",
            "quickstatements-3-001.json", "openrefine.csv", "openrefine-schema.json", "mismatch-finder.csv"} == {
        path.name for path in (tmp_path / "all").iterdir()
    }  # fmt: skip


def test_export_of_what_was_reviewed(workspace: Workspace, tmp_path: Path) -> None:
    """Nothing was: nothing is written."""
    content = answer(run(workspace, "export", str(tmp_path / "out"), "--reviewed", "--json"))
    assert (0, [], True) == (content["exportable"], content["files"], content["held_back"]["undecided"] > 0)


def test_an_archive_by_name_by_path_or_none(workspace: Workspace, tmp_path: Path) -> None:
    """The latest by itself; who names one that is not there is told."""
    record(documents(), tmp_path / "elsewhere", READ_AT)
    assert (
        "elsewhere"
        == answer(run(workspace, "compare", "--json", "--archive", str(tmp_path / "elsewhere")))["archive"]
    )
    assert "live" == answer(run(workspace, "compare", "--json", "--archive", "live"))["archive"]
    assert 0 != run(workspace, "compare", "--archive", "nowhere").exit_code


def test_an_archive_of_constraints_is_not_the_latest(workspace: Workspace) -> None:
    """What was asked about a property or a country says nothing of items: it is not what ours is compared with."""
    home = workspace.root / "archives"
    for name, question in (("wd-constraints", "wikidata_constraints"), ("wd-search", "wikidata_discovery")):
        head = {"format": 1, "id": name, "endpoint": "wikidata", "state": "complete", "ended": "2099-01-01T00:00:00Z",
                "plan": [{"items": ["Q36"], "queries": [question]}]}  # fmt: skip
        (home / name).mkdir(parents=True)
        (home / name / "archive.json").write_text(json.dumps(head), encoding="utf-8")
    try:
        assert "live" == answer(run(workspace, "compare", "--json"))["archive"]
    finally:
        for name in ("wd-constraints", "wd-search"):
            shutil.rmtree(home / name)


def test_one_city_or_country(workspace: Workspace) -> None:
    """By key or by item; both directions of its links."""
    chosen = findings(workspace, "--city", "estuary")
    assert chosen == findings(workspace, "--city", ESTUARY)
    assert all(ESTUARY in (each["subject"], each["object"]) for each in chosen)
    assert {each["group"] for each in findings(workspace, "--country", "pl")} < {
        each["group"] for each in findings(workspace)
    }


def test_a_city_and_a_country_narrow_each_other(workspace: Workspace) -> None:
    """As on the site; upper and lower case are the same."""
    of_city = {each["id"] for each in findings(workspace, "--city", "estuary")}
    of_country = {each["id"] for each in findings(workspace, "--country", "PL")}
    both = {each["id"] for each in findings(workspace, "--city", "Estuary", "--country", "pl")}
    assert (set(), True, True) == (both - of_city - of_country, both <= of_city, both < of_country)


@pytest.mark.parametrize(
    ("option", "name"), [("--city", "nowhere"), ("--city", "Q99999999"), ("--country", "zz")]
)
def test_a_place_that_nobody_knows_is_an_error(workspace: Workspace, option: str, name: str) -> None:
    """Zeros would be taken for agreement."""
    result = run(workspace, "compare", option, name)
    assert (2, True) == (result.exit_code, name in result.output), result.output


def test_a_damaged_file_of_decisions_stops_everything(workspace: Workspace) -> None:
    """Its line is named; nothing is exported past it."""
    (workspace.data / FILE).write_text("{}\n", encoding="utf-8")
    result = run(workspace, "compare")
    assert (1, True) == (result.exit_code, f"data/{FILE}:1" in result.output)
