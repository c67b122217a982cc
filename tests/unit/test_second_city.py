"""A second city is added as a folder, or as one workbook, without touching Python.

Lviv's register names Lublin too: one partnership, two claims. The rows are made up for the test.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from rdflib import URIRef

from twin_graph import iris
from twin_graph.build import build
from twin_graph.graphs import Triple
from twin_graph.namespaces import TWIN_IRI, concept
from twin_graph.snapshot import Snapshot
from twin_graph.store import Store
from twin_graph.workspace import Workspace, find_workspace
from workspaces import REPOSITORY, Records, TableFile, write_workbook

BASE = "http://localhost:8000/"
LVIV: dict[str, Records] = {
    "register": [
        ["key", "name_en", "name_pl", "city", "publisher", "url", "as_of"],
        ["lviv", "Register of Lviv", "Rejestr Lwowa", "lviv", "Test publisher", "https://example.org/lviv", "2025"],
    ],
    "partnerships": [
        ["key", "parties", "relation", "source", "confidence"],
        ["lviv-lublin", "lviv;lublin", "partner", "lviv-page", "high"],
        ["lviv-pernik", "lviv;pernik", "friendly", "lviv-page", "low"],
    ],
    "agreements": [
        ["key", "type", "partnership", "relation", "name_en", "name_pl", "signed", "source", "confidence"],
        ["lviv-lublin-copy", "PartnershipAgreement", "lviv-lublin", "partner", "Copy kept in Lviv",
         "Egzemplarz lwowski", "2004-06", "lviv-page", "high"],
    ],
    "sources": [
        ["key", "title", "url", "publisher", "text_language"],
        ["lviv-page", "Partner cities of Lviv", "https://example.org/lviv/cities", "Test publisher", "uk"],
    ],
}  # fmt: skip


def without_world(target: Path) -> Workspace:
    """The real shared tables with the register of Lublin."""
    shutil.copytree(REPOSITORY / "data", target / "data", ignore=shutil.ignore_patterns("world"))
    publication = target / "data" / "publication.toml"
    text = publication.read_text(encoding="utf-8")
    assert 'registers = ["lublin"]' in text
    publication.write_text(
        text.replace('registers = ["lublin"]', 'registers = ["lublin", "lviv"]'), encoding="utf-8"
    )
    return find_workspace(target)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The snapshot with Lviv's register as a folder."""
    workspace = without_world(tmp_path_factory.mktemp("folder"))
    (workspace.data / "lviv").mkdir()
    for name, records in LVIV.items():
        TableFile(workspace.data / "lviv" / f"{name}.csv").write(records)
    return build(workspace)[0]


@pytest.fixture(scope="module")
def store(folder: Snapshot) -> Store:
    """Its graph."""
    return folder.open_store("memory")


def term(name: str) -> URIRef:
    """A term of ours."""
    return URIRef(TWIN_IRI + name)


def thing(kind: str, key: str) -> URIRef:
    """A thing of the test."""
    return iris.thing(BASE, kind, key)


def keys(triples: list[Triple], position: int = 0) -> set[str]:
    """The last parts of IRIs."""
    return {str(triple[position]).rpartition("/")[2] for triple in triples}


def test_one_partnership(store: Store) -> None:
    """Lublin and Lviv make one partnership, under the key of the register that comes first."""
    both = keys(list(store.triples(None, term("hasParty"), thing("city", "lublin"))))
    both &= keys(list(store.triples(None, term("hasParty"), thing("city", "lviv"))))
    pairs = {
        key for key in both if 2 == len(list(store.triples(thing("partnership", key), term("hasParty"))))
    }
    assert {"lublin-lviv"} == pairs


def test_two_claims(store: Store) -> None:
    """Each register makes its claim, on the side of its city."""
    partnership = thing("partnership", "lublin-lviv")
    claims = keys(list(store.triples(None, term("isAbout"), partnership)))
    assert {"lublin-lviv#claim-lublin-lublin", "lublin-lviv#claim-lviv-lviv"} <= claims
    claim = iris.document(BASE, "partnership", "lublin-lviv", "claim-lviv-lviv")
    assert {"lviv"} == keys(list(store.triples(claim, term("onSideOf"))), 2)
    assert {"lviv-page"} == keys(list(store.triples(claim, term("hasSource"))), 2)


def test_reciprocity_is_mutual(store: Store) -> None:
    """What both cities say is mutual; what only Lviv says is one-sided."""
    found = {
        key: [str(value) for _, _, value in store.triples(thing("partnership", key), term("reciprocity"))]
        for key in ("lublin-lviv", "lviv-pernik")
    }
    assert {
        "lublin-lviv": [concept("reciprocity", "mutual")],
        "lviv-pernik": [concept("reciprocity", "one-sided")],
    } == found


def test_other_key_is_an_alias(folder: Snapshot) -> None:
    """The key in Lviv's register leads to the partnership."""
    assert "lublin-lviv" == folder.keys["aliases"]["partnership"]["lviv-lublin"]


def test_agreement_of_the_second_register_belongs_to_the_partnership(store: Store) -> None:
    """A document that Lviv files under its own key is one of the partnership's documents."""
    found = keys(list(store.triples(thing("agreement", "lviv-lublin-copy"), term("isDocumentOf"))), 2)
    assert {"lublin-lviv"} == found


def test_each_register_has_its_graph(folder: Snapshot, store: Store) -> None:
    """Lviv's other partnership is published in its graph, the common one in Lublin's."""
    assert ("register-lublin", "register-lviv") == folder.manifest.registers
    partnerships = {
        name: {
            str(subject).rpartition("/")[2]
            for subject, _, value in store.graph(f"{BASE}graph/{name}")
            if value == term("Partnership")
        }
        for name in folder.manifest.registers
    }
    assert {"lviv-pernik"} == partnerships["register-lviv"]
    assert "lublin-lviv" in partnerships["register-lublin"]


def test_workbook_gives_the_same_dump(folder: Snapshot, tmp_path: Path) -> None:
    """The same register in one workbook is published byte for byte alike."""
    workspace = without_world(tmp_path)
    write_workbook(workspace.data / "lviv.xlsx", LVIV)
    assert folder.dump_path.read_bytes() == build(workspace)[0].dump_path.read_bytes()


def test_precedence_is_said_in_the_publication(tmp_path: Path) -> None:
    """When Lviv's register comes first, its key is the partnership's."""
    workspace = without_world(tmp_path)
    write_workbook(workspace.data / "lviv.xlsx", LVIV)
    publication = workspace.data / "publication.toml"
    text = publication.read_text(encoding="utf-8")
    publication.write_text(text.replace('["lublin", "lviv"]', '["lviv", "lublin"]'), encoding="utf-8")
    assert "lviv-lublin" == build(workspace)[0].keys["aliases"]["partnership"]["lublin-lviv"]
