"""The blocks of commands and of code in the documents are run, in the order in which a reader would.

What a test cannot do as it stands is said beside the test: what asks Wikidata asks the stand-in, and what measures
for minutes is only asked for its options.
"""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from click.testing import CliRunner, Result
from rdflib import Graph

import guides
import transcripts
from compared_towns import copy_compared, publish
from fakes.clocks import FakeClock
from fakes.small_world import small_world
from fakes.wdqs import StandIn
from live_server import live_server
from programs import run_program
from site_client import client_of
from twin_graph.cli import main
from twin_graph.namespaces import PREFIXES
from twin_graph.queries import parse_query
from twin_graph.snapshot import Snapshot, open_snapshot
from twin_graph.store import Store
from twin_graph.wikidata import archive, client
from workspaces import REPOSITORY, copy_tiny

CITIES = "City;Country;Twin\nAldorf;Nordia;Belmont\nBelmont;;Aldorf\nAldorv;;\n"


def call(words: list[str], *more: str) -> Result:
    """Run `twin-graph` with the words of a line, in the folder where the test is."""
    assert "twin-graph" == words[0]
    return CliRunner().invoke(main, [*words[1:], *more])


def run_lines(block: guides.Block, **values: str | Path) -> list[Result]:
    """Run every line of a block; each ends well."""
    results = []
    for line in block.commands:
        results.append(call(guides.fill_in(line, **values)))
        assert 0 == results[-1].exit_code, (line, results[-1].output, results[-1].exception)
    return results


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which the commands of the test run, at first an empty one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.serve
def test_readme(here: Path) -> None:
    """README.md: the targets of make are there; a new workspace is checked, built and served."""
    start, ask, publish_own = guides.blocks("README.md", "sh")
    for line in start.commands:
        run_program([*shlex.split(line, comments=True), "-n"])
    # interop/test_readme.py runs these with curl.
    assert all(line.startswith("curl ") for line in ask.commands)
    *lines, last = publish_own.commands
    for line in lines:
        result = call(shlex.split(line, comments=True))
        assert 0 == result.exit_code, (line, result.output)
    assert "twin-graph --workspace my-workspace serve" == last
    with live_server(open_snapshot(here / "my-workspace/snapshots")) as server:
        assert 200 == server.ask("GET", "/en/").status


def test_check(here: Path) -> None:
    """data/README.md: how to check."""
    copy_tiny(here)
    (block,) = guides.blocks("data/README.md", "sh")
    run_lines(block)


@pytest.mark.parametrize("document", ["bench/README.md", "data/wikidata/README.md", "data/world/README.md"])
def test_scripts(document: str) -> None:
    """Scripts that measure for minutes or need foreign files are there, and know the options that they are given."""
    lines = [line for block in guides.blocks(document, "sh") for line in block.commands]
    assert {"bench/README.md": 7}.get(document, 1) == len(lines)
    for line in lines:
        words = [word for word in shlex.split(line, comments=True) if "=" not in word]
        assert words[0] in (".venv/bin/python", "python")
        text = (REPOSITORY / words[1]).read_text(encoding="utf-8")
        assert [] == [word for word in words[2:] if word.startswith("--") and f'"{word}"' not in text]
        if "argparse" in text:
            assert "usage:" in run_program([words[0], words[1], "--help"], PYTHONPATH="src:tests:bench")


def test_comparing(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """docs/compare-with-wikidata.md: reports, review, export, on the tiny workspace with an archive of its towns."""
    publish(copy_compared(here))
    first, second = guides.blocks("docs/compare-with-wikidata.md", "sh")
    run_lines(first)
    assert (here / "reports").is_dir()
    assert (here / "review.csv").is_file()
    shutil.rmtree(here / "upload")
    run_lines(second)


def test_comparing_in_python(here: Path) -> None:
    """docs/compare-with-wikidata.md: the same as values."""
    publish(copy_compared(here))
    (block,) = guides.blocks("docs/compare-with-wikidata.md", "python")
    names: dict[str, Any] = {}
    exec(compile(block.text, str(block), "exec"), names)
    assert 0 < len(names["reports"].findings)


def test_reconciling(here: Path) -> None:
    """docs/reconcile.md: a list, a country and partners, what somebody chose, and the tables of the workspace."""
    copy_tiny(here)
    assert 0 == call(["twin-graph", "build"]).exit_code
    (here / "partners.csv").write_text(CITIES, encoding="utf-8")
    (block,) = guides.blocks("docs/reconcile.md", "sh")
    assert 4 == len(run_lines(block))
    assert "aldorf" in (here / "partners-reconciled.csv").read_text(encoding="utf-8")


def test_matching_in_python(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """docs/reconcile.md: an index, a question, the candidates."""
    copy_tiny(here)
    assert 0 == call(["twin-graph", "build"]).exit_code
    (block,) = guides.blocks("docs/reconcile.md", "python")
    names: dict[str, Any] = {}
    exec(compile(block.text.replace("Lwów", "Aldorf"), str(block), "exec"), names)
    names["index"].close()
    assert "'aldorf'" in capsys.readouterr().out


def test_asking_wikidata(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """docs/wikidata.md: every command, with the stand-in in place of Wikidata; an archive has the files listed."""
    copy_tiny(here)
    clock = FakeClock()
    monkeypatch.setattr(client, "SystemClock", lambda: clock)
    ask, read = guides.blocks("docs/wikidata.md", "sh")
    setting, *lines = ask.commands
    name, _, contact = setting.removeprefix("export ").partition("=")
    monkeypatch.setenv(name, shlex.split(contact)[0])
    with StandIn(small_world(), clock).running() as service:
        for number, line in enumerate(lines):
            folder = str(here / f"archives/{number}")  # the usual name is of the second in which it is made
            address = f"stand-in={service.address}"
            result = call(guides.fill_in(line), "--endpoint", address, "--archive", folder)
            assert 0 == result.exit_code, (line, result.output, result.exception)
    assert 6 == len(lines)
    old, new, *_ = sorted((here / "archives").iterdir())
    (tree,) = guides.blocks("docs/wikidata.md", "text")
    for line in tree.text.splitlines():
        pattern = re.sub(r"<\w+>", "*", line.split()[0])
        assert list(old.glob(pattern)), pattern
    assert archive.read_head(old)
    run_lines(read, archive=old, old=old, new=new)


def test_addresses_of_days(real_snapshot: Snapshot) -> None:
    """docs/time.md: addresses of days answer; those of snapshots that never were do so too, with their ids."""
    pages = client_of(real_snapshot)
    lines = [line for block in guides.blocks("docs/time.md", "addresses") for line in block.text.splitlines()]
    assert 9 == len(lines)
    identity = real_snapshot.manifest.id
    for line in lines:
        assert 200 == pages.get(re.sub(r"(?<==)[0-9a-f]{12}\b", identity, line)).status_code, line


def test_memento(real_snapshot: Snapshot) -> None:
    """docs/time.md: a day in a header leads to the snapshot of then."""
    (block,) = guides.blocks("docs/time.md", "sh")
    (line,) = block.commands
    head = transcripts.run(client_of(real_snapshot), line)
    assert head[0].startswith("HTTP/1.1 302")
    assert any(each.startswith("Location: ") and "snapshot=" in each for each in head)


@pytest.mark.parametrize("document", ["ontology/README.md", "shapes/README.md"])
def test_tests_are_there(document: str) -> None:
    """What a README tells to run is collected by pytest."""
    (block,) = guides.blocks(document, "sh")
    (line,) = block.commands
    assert " tests collected" in run_program([*shlex.split(line), "--collect-only", "-q"])


def test_term_of_the_style_guide() -> None:
    """ontology/README.md: the example is Turtle, of a term that there is."""
    (block,) = guides.blocks("ontology/README.md", "turtle")
    prefixes = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
    shown = Graph().parse(data=prefixes + block.text.replace(", … ;", ";"), format="turtle")
    there = Graph().parse(REPOSITORY / "ontology/twin.ttl")
    assert 7 <= len(shown)
    assert set() == set(shown) - set(there)


@pytest.mark.real
def test_provenance_query(real_store: Store) -> None:
    """docs/wikidata-meaning.md: the answers from which claims come."""
    (block,) = guides.blocks("docs/wikidata-meaning.md", "sparql")
    assert 0 < len(list(real_store.select(parse_query("guide", block.text))))


def test_translating(tmp_path: Path) -> None:
    """src/twin_graph/translations/README.md: the texts are taken out, and are those that the catalogues have."""
    folder = tmp_path / "twin_graph"
    source = REPOSITORY / "src/twin_graph"
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("static", "__pycache__", "*.db"))
    (block,) = guides.blocks("src/twin_graph/translations/README.md", "sh")
    assert 3 == len(block.commands)
    for line in block.commands:
        run_program(shlex.split(line), folder)
    with (folder / "messages.pot").open("rb") as file:
        found = {message.id for message in read_po(file) if message.id}
    with (source / "translations/pl/LC_MESSAGES/messages.po").open("rb") as file:
        assert found == {message.id for message in read_po(file) if message.id}
