"""Every block of code and every command in the documents is run by a test, or has a reason why none does.

Runs nothing itself: a row of `blocks.csv` says which test does, and how many blocks of that language the document
has, so that a new block belongs to somebody before it is published. Commands are run by `test_commands.py`.
"""

from __future__ import annotations

import ast
import csv
import re
import shlex
import subprocess
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

import guides
from workspaces import REPOSITORY, TESTS

# Document, language of the blocks, how many there are, the test that runs or checks each of them,
# and why it is not run.
with Path(__file__).with_name("blocks.csv").open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file))


def test_every_block_has_a_test() -> None:
    """No block belongs to nobody, and no row is about blocks that are not there."""
    there = Counter(
        (document, block.language)
        for document in guides.list_documents()
        for block in guides.blocks(document)
    )
    told = {(row["document"], row["language"]): int(row["blocks"]) for row in ROWS}
    assert len(ROWS) == len(told)
    assert told == dict(there)


def test_few_are_not_run() -> None:
    """What nobody runs, and what is only checked, has a reason."""
    assert [] == [row for row in ROWS if not row["run_by"] and not row["not_run_because"]]
    assert 2 == sum(not row["run_by"] for row in ROWS)
    assert 4 == sum(bool(row["run_by"] and row["not_run_because"]) for row in ROWS)


@pytest.mark.parametrize("document", guides.list_documents())
def test_blocks_name_their_language(document: str) -> None:
    """Four spaces are no block, and a fence without a language says nothing."""
    assert [] == guides.indented(document)
    assert [] == [str(block) for block in guides.blocks(document, "")]


@cache
def names_in(path: str) -> frozenset[str]:
    """The functions and classes of a file of tests."""
    tree = ast.parse((TESTS / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef))


@pytest.mark.parametrize(
    ("document", "run_by"), sorted({(row["document"], row["run_by"]) for row in ROWS if row["run_by"]})
)
def test_the_test_is_there(document: str, run_by: str) -> None:
    """The test that is named exists, and its file names the document."""
    path, _, name = run_by.partition("::")
    assert name in names_in(path)
    assert document.rpartition("/")[2] in (TESTS / path).read_text(encoding="utf-8")


CALLS = sorted(
    {
        (document, command)
        for document in guides.list_documents()
        for command in guides.inline_commands(document, "twin-graph")
    }
)


def test_there_are_calls() -> None:
    """The tables of the README alone have a dozen."""
    assert 25 <= len(CALLS)


@pytest.mark.parametrize(("document", "command"), CALLS)
def test_calls_are_understood(document: str, command: str) -> None:
    """A command in a sentence exists, with its options."""
    assert "" == guides.find_fault(command)


@pytest.mark.parametrize(
    ("command", "fault"),
    [
        ("twin-graph bild", "main has no command bild"),
        ("twin-graph build --quickly", "build has no option --quickly"),
        ("twin-graph serve now", "serve takes no now"),
        ("twin-graph --workspace here check --json", ""),
    ],
)
def test_faults_are_found(command: str, fault: str) -> None:
    """The check refuses what the program would refuse."""
    assert fault == guides.find_fault(command)


TARGETS = sorted(
    {
        (document, command)
        for document in guides.list_documents()
        for command in guides.inline_commands(document, "make")
    }
)


@pytest.mark.parametrize(("document", "command"), TARGETS)
def test_targets_are_there(document: str, command: str) -> None:
    """`make -n` knows what it would do."""
    result = subprocess.run(
        [*shlex.split(command), "-n"], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert 0 == result.returncode, result.stderr


def test_there_are_targets() -> None:
    """Those that the documents speak of."""
    assert 5 <= len({command for _, command in TARGETS})


# Of examples, or made while one works.
NOT_THERE = {
    "bench/.peers",
    "bench/.peers-reconciliation",
    "data/alfa/",
    "data/wikidata-decisions.jsonl",
    "data/lublin.ods",
    "data/lublin.xlsx",
    "deploy/workspace",
    "deploy/certificates/",
}


@pytest.mark.parametrize("document", guides.list_documents())
def test_files_in_sentences_are_there(document: str) -> None:
    """A path of the repository that a document names exists, from its root or beside the document."""
    named = re.findall(
        r"`((?:docs|data|deploy|tests|bench|interop|shapes|ontology|src)/[\w./-]+)`", guides.read(document)
    )
    here = (REPOSITORY / document).parent
    missing = [name for name in named if not any((place / name).exists() for place in (REPOSITORY, here))]
    written = {block.detail.partition(" ")[0] for block in guides.blocks(document)}
    assert set() == set(missing) - NOT_THERE - written


def test_every_guide_is_in_the_index() -> None:
    """The index names each once, and nothing else."""
    named = re.findall(r"\]\(([\w.-]+\.md)\)", guides.read("docs/README.md"))
    there = {name.removeprefix("docs/") for name in guides.list_documents() if name.startswith("docs/")}
    assert sorted(there - {"README.md"}) == sorted(named)


@pytest.mark.parametrize("document", guides.list_documents())
def test_links_lead_somewhere(document: str) -> None:
    """A link to a file of the repository names one, and a heading after # is one of it."""
    folder = (REPOSITORY / document).parent
    for target in re.findall(r"\]\((?!https?://)([^)\s]+)\)", guides.read(document)):
        name, _, heading = target.partition("#")
        path = folder / name if name else REPOSITORY / document
        assert path.exists(), target
        slugs = {
            re.sub(r"[^\w -]", "", line.lstrip("# ").lower()).replace(" ", "-")
            for line in path.read_text(encoding="utf-8").splitlines()
            if line.startswith("#")
        }
        assert not heading or heading in slugs, target
