"""The archive that comes with the project: whole, small, real, and made from the documents that it names."""

from __future__ import annotations

import importlib.util
import json
import socket
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from shared_data import require_shared
from twin_graph.compare import observed
from twin_graph.enrich import enriching, rows_of
from twin_graph.enrich.archives import Archive, find_archives, read_archive
from twin_graph.errors import OperatorError
from twin_graph.sources.columns import Vocabulary
from twin_graph.sources.folders import Source, read_sources
from twin_graph.workspace import find_workspace, read_publication
from workspaces import REPOSITORY

FOLDER = REPOSITORY / "data" / "wikidata" / "wikidata-2022-entities"
MADE_UP = "-synthetic-"


@pytest.fixture(scope="module")
def archive() -> Archive:
    """The archive."""
    return read_archive(FOLDER)


@pytest.fixture(scope="module")
def sources() -> list[Source]:
    """The tables of the repository."""
    workspace = find_workspace(REPOSITORY)
    return read_sources(workspace, read_publication(workspace), Vocabulary(workspace.ontology))


def files(folder: Path) -> dict[str, bytes]:
    """All files of an archive by name."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


@pytest.mark.parametrize("reader", ["build", "comparison"])
def test_nothing_is_asked_while_it_is_read(reader: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build and a comparison read an archive with no connection possible."""

    def ask(*_: object) -> object:
        return socket.getaddrinfo("query.wikidata.org", 443)

    monkeypatch.setattr(enriching, "rows_of", ask)
    monkeypatch.setattr(observed, "observe", ask)
    read: dict[str, Callable[[], object]] = {
        "build": lambda: enriching.enrich(find_workspace(REPOSITORY), []),
        "comparison": lambda: observed.read_observed(FOLDER),
    }
    with pytest.raises(OperatorError, match="opens no connections"):
        read[reader]()


def test_it_is_found() -> None:
    """A build finds this archive and no other."""
    assert [FOLDER] == find_archives(REPOSITORY / "data")


def test_it_says_what_it_is(archive: Archive) -> None:
    """Its head names true origin, years and licence, and no query service."""
    head = archive.head.content
    assert ("entity-documents", "CC0-1.0", "complete") == (head["endpoint"], head["licence"], head["state"])
    assert "2022" in head["title"]
    assert "2023" in head["notes"]
    assert {"2022", "2023-04-04T05:21:49Z"} == {answer.retrieved_at for answer in archive.answers}


def test_it_is_small_and_real(archive: Archive) -> None:
    """Under a megabyte, and no made-up statement."""
    assert sum(map(len, files(FOLDER).values())) < 1_000_000
    assert not any(MADE_UP in statement.guid for statement in archive.observation.statements)


def test_what_it_says(archive: Archive) -> None:
    """Warsaw, Gera and Bielefeld have 35, 12 and 8 statements, 7, 12 and 7 of them dated; all items are complete."""
    observation = archive.observation
    twins = [statement for statement in observation.statements if statement.property == "P190"]
    counted = Counter(statement.item for statement in twins)
    dated = Counter(statement.item for statement in twins if statement.since)
    assert [(35, 7), (12, 12), (8, 7)] == [
        (counted[item], dated[item]) for item in ("Q270", "Q3750", "Q2112")
    ]
    assert (20, 150) == (len(observation.items), len(twins))
    assert {"complete"} == {item.state for item in observation.items.values()}
    assert {} == dict(observation.incoming)


def test_the_same_documents_give_the_same_bytes(tmp_path: Path) -> None:
    """Made again from the documents it is the same, byte for byte."""
    documents = require_shared("wikidata/entities")
    spec = importlib.util.spec_from_file_location("make", FOLDER.parent / "make.py")
    assert spec is not None
    assert spec.loader is not None
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    make.main([str(documents), "--into", str(tmp_path / FOLDER.name)])
    assert files(FOLDER) == files(tmp_path / FOLDER.name)


def test_no_statement_is_counted_twice(archive: Archive, sources: list[Source]) -> None:
    """Claims of the tables with the number of a statement of the archive give way, the five of Weimar stay."""
    enriched = rows_of([archive], sources)
    numbered = [
        row.cells["statement"] for source in sources for row in source.rows if "statement" in row.cells
    ]
    staying = [number for number in numbered if number.partition("$")[0].upper() not in enriched.replaced]
    claims = [row.cells["statement"] for row in enriched.source.rows if row.table == "claims"]
    assert {"Q3955"} == {number.partition("$")[0] for number in staying}
    assert 5 == len(staying)
    assert set(claims) == set(numbered) - set(staying)
    assert len(set(claims)) == len(claims)


def test_dates_are_those_of_the_tables(archive: Archive, sources: list[Source]) -> None:
    """What corrections had to restore by hand, the precision of the archive says: no claim has another beginning."""
    tables = {
        row.cells["statement"]: row.cells.get("since", "")
        for source in sources
        for row in source.rows
        if "statement" in row.cells
    }
    found = {row.cells["statement"]: row.cells.get("since", "")
             for row in rows_of([archive], sources).source.rows if row.table == "claims"}  # fmt: skip
    assert {number: tables[number] for number in found} == found


def test_the_manifest_names_every_body() -> None:
    """Each line has its body, and each body its line."""
    lines = [
        json.loads(line) for line in (FOLDER / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert {f"{line['body_sha256']}.json.gz" for line in lines} == {
        path.name for path in (FOLDER / "bodies").iterdir()
    }
    assert 6 == len(lines)
