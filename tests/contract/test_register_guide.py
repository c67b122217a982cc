"""The guides for the office, in both languages: their tables are written, and their commands run."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from site_client import client_of
from twin_graph.cli import main
from twin_graph.snapshot import open_snapshot

DOCS = Path(__file__).parents[2] / "docs"
GUIDES = ("publish-your-register.md", "publish-your-register.pl.md")
TABLE = re.compile(r"^`(my-city/[\w./-]+\.csv)`\n\n```csv\n(.*?)```", re.MULTILINE | re.DOTALL)
CORRECTIONS = ("correct-a-mistake.md", "correct-a-mistake.pl.md")
STEP = re.compile(
    r"^`(?P<path>my-city/[\w./-]+\.csv)`\n\n```csv\n(?P<content>.*?)```|^```console\n(?P<commands>.*?)```",
    re.MULTILINE | re.DOTALL,
)
PARTNERSHIP = "/en/partnership/zielonka-gorna-neustadt"
COMMANDS = re.compile(r"^```console\n(.*?)```", re.MULTILINE | re.DOTALL)


def _read(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", GUIDES)
def test_the_guide_leads_to_a_page(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From nothing to the page of the partnership; the mistake that is described is reported as it says."""
    monkeypatch.chdir(tmp_path)
    guide = _read(name)
    lines = [line.removeprefix("$ ") for block in COMMANDS.findall(guide) for line in block.splitlines()]
    assert 5 == len(lines)
    assert all(line.startswith("twin-graph ") for line in lines)
    tables = TABLE.findall(guide)
    assert 5 == len(tables)
    for line in lines:
        command = shlex.split(line)[1:]
        if command[-1] == "serve":
            continue
        if command[-1] == "check":
            _check_mistake(guide, command)
        result = CliRunner().invoke(main, command)
        assert 0 == result.exit_code, (line, result.output)
        if command[0] == "init":
            for path, content in tables:
                assert Path(path).exists(), path
                Path(path).write_text(content, encoding="utf-8")
    snapshot = open_snapshot(Path("my-city/snapshots"))
    assert (snapshot.path / "dumps/partnerships.csv").exists()
    (address,) = re.findall(r"`http://localhost:8000(/\S+)`", guide)
    page = client_of(snapshot).get(address)
    assert 200 == page.status_code
    assert "Zielonka Górna" in page.text
    assert "1991" in page.text


def _check_mistake(guide: str, command: list[str]) -> None:
    """A city that is not in the table."""
    (place,) = re.findall(r"```text\n(.*?)\n```", guide)
    path = Path(place.partition(":")[0])
    right = path.read_text(encoding="utf-8")
    path.write_text(right.replace(";neustadt", ";neustad"), encoding="utf-8")
    result = CliRunner().invoke(main, command)
    assert 1 == result.exit_code
    assert place.removeprefix("my-city/") in result.output
    path.write_text(right, encoding="utf-8")


@pytest.mark.parametrize("name", CORRECTIONS)
def test_corrections_end_as_they_say(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A day instead of a month, an end that deletes nothing, a withdrawal that is gone and says why."""
    monkeypatch.chdir(tmp_path)
    assert 0 == CliRunner().invoke(main, ["init", "my-city"]).exit_code
    for path, content in TABLE.findall(_read(GUIDES[0])):
        Path(path).write_text(content, encoding="utf-8")
    assert 0 == CliRunner().invoke(main, ["--workspace", "my-city", "build"]).exit_code
    seen = []
    for step in STEP.finditer(_read(name)):
        if step["path"]:
            assert Path(step["path"]).exists(), step["path"]
            Path(step["path"]).write_text(step["content"], encoding="utf-8")
            continue
        for line in step["commands"].splitlines():
            result = CliRunner().invoke(main, shlex.split(line.removeprefix("$ "))[1:])
            assert 0 == result.exit_code, (line, result.output)
        page = client_of(open_snapshot(Path("my-city/snapshots"))).get(PARTNERSHIP)
        seen.append((page.status_code, "15 June 1991" in page.text, "March 2022" in page.text))
    assert [(200, True, False), (200, True, True), (410, False, False)] == seen
    assert "The agreement was never signed." in page.text
    editions = {path.parent.resolve() for path in Path("my-city/snapshots").glob("*/manifest.json")}
    assert 4 == len(editions)


@pytest.mark.parametrize(("guides", "headings"), [(GUIDES, 6), (CORRECTIONS, 6)])
def test_both_languages_have_the_same_steps(guides: tuple[str, str], headings: int) -> None:
    """The same commands and headings, and tables that differ in nothing but words."""
    first, second = map(_read, guides)
    assert COMMANDS.findall(first) == COMMANDS.findall(second)
    assert [path for path, _ in TABLE.findall(first)] == [path for path, _ in TABLE.findall(second)]
    heads = [content.splitlines()[0] for _, content in TABLE.findall(first)]
    assert heads == [content.splitlines()[0] for _, content in TABLE.findall(second)]
    assert first.count("\n## ") == second.count("\n## ") == headings
