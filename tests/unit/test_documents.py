"""A row becomes a JSON-LD document; what cannot be resolved becomes a finding."""

from __future__ import annotations

import json
from typing import Any

import pytest

from twin_graph.findings import SourceRef
from twin_graph.namespaces import concept
from twin_graph.sources.columns import Vocabulary
from twin_graph.sources.documents import DocumentMaker
from twin_graph.sources.keys import collect_keys
from twin_graph.sources.tables import Row
from workspaces import REPOSITORY

BASE = "http://localhost:8000/"
KNOWN = [
    ("countries", {"key": "pl"}),
    ("cities", {"key": "lublin", "wikidata": "Q37333"}),
    ("cities", {"key": "lviv"}),
    ("sources", {"key": "page"}),
    ("register", {"key": "lublin"}),
    ("partnerships", {"key": "lublin-lviv"}),
    ("memberships", {"key": "eurocities-1"}),
    ("events", {"key": "brest-1"}),
    ("agreements", {"key": "lviv-2004"}),
]
VOCABULARY = Vocabulary(REPOSITORY / "ontology")


def row(table: str, line: int = 2, /, **cells: str) -> Row:
    """A row of a table."""
    return Row(table, cells, SourceRef(f"{table}.csv", line))


@pytest.fixture
def maker() -> DocumentMaker:
    """A maker that knows the keys above."""
    return DocumentMaker(BASE, VOCABULARY, collect_keys(row(table, **cells) for table, cells in KNOWN))


def document(maker: DocumentMaker, made: Row) -> dict[str, Any]:
    """The document of one row without findings."""
    (found,) = maker.documents([made])
    assert [] == [str(finding) for finding in maker.findings]
    return found


def messages(maker: DocumentMaker, *rows: Row) -> list[str]:
    """What is wrong with rows."""
    list(maker.documents(rows))
    return [str(finding) for finding in maker.findings]


@pytest.mark.parametrize(
    ("table", "cells", "iri"),
    [
        ("cities", {"key": "lublin"}, "id/city/lublin"),
        ("cities", {"key": "q37333"}, "id/city/lublin"),
        (
            "claims",
            {"partnership": "lublin-lviv", "claimed_by": "page"},
            "doc/partnership/lublin-lviv#claim-page",
        ),
        (
            "claims",
            {"partnership": "lublin-lviv", "claimed_by": "page", "on_side_of": "q37333", "key": "2"},
            "doc/partnership/lublin-lviv#claim-page-lublin-2",
        ),
        (
            "claims",
            {"membership": "eurocities-1", "claimed_by": "page"},
            "doc/membership/eurocities-1#claim-page",
        ),
        ("claims", {"event": "brest-1", "claimed_by": "page"}, "doc/event/brest-1#claim-page"),
        (
            "exonyms",
            {"city": "lviv", "name": "Lemberg", "language": "de", "use": "exonym"},
            "doc/city/lviv#name-de-",
        ),
        (
            "exonyms",
            {"city": "lviv", "name": "Львів", "language": "uk", "use": "native"},
            "doc/city/lviv#name-uk-",
        ),
    ],
)
def test_address(maker: DocumentMaker, table: str, cells: dict[str, str], iri: str) -> None:
    """A thing has an IRI of its own, a fragment lives in the document of its parent."""
    assert str(document(maker, row(table, **cells))["@id"]).startswith(BASE + iri)


def test_names_in_any_script_have_different_addresses(maker: DocumentMaker) -> None:
    """Two names of a city in one language do not share an address."""
    names = [("Львів", "native"), ("Лемберг", "former"), ("Lwów", "former"), ("Львів", "former")]
    made = [
        row("exonyms", line, city="lviv", name=name, language="uk", use=use)
        for line, (name, use) in enumerate(names, start=2)
    ]
    assert 4 == len({found["@id"] for found in maker.documents(made)})
    assert [] == maker.findings


def test_types(maker: DocumentMaker) -> None:
    """A row has the class of its kind, and the more special one of its column `type`."""
    types = document(maker, row("cities", key="lublin", type="City"))["@type"]
    assert {"LocalAuthority", "City"} <= set(types)
    assert {"Register", "Source"} == set(document(maker, row("register", key="lublin"))["@type"])


@pytest.mark.parametrize(
    ("column", "cell", "expected"),
    [
        ("latitude", "51.25", "51.25"),
        ("latitude", "51,25", "51.25"),
        ("latitude", "-3,5", "-3.5"),
        ("population", "336 339", "336339"),
        ("population", "336\u00a0339", "336339"),
        ("population", "336\u202f339", "336339"),
        ("population", "about 300", "about 300"),
        ("name_pl", "51,25", "51,25"),
        ("country", "pl", f"{BASE}id/country/pl"),
        ("source", "page", [f"{BASE}id/source/page"]),
        ("source", "page; page ;", [f"{BASE}id/source/page", f"{BASE}id/source/page"]),
        ("confidence", "high", concept("confidence", "high")),
        ("notes", "a; b", "a; b"),
    ],
)
def test_value(maker: DocumentMaker, column: str, cell: str, expected: str | list[str]) -> None:
    """Numbers lose the marks of a Polish spreadsheet, references become IRIs, `;` separates only where it may."""
    found = document(maker, row("cities", key="lublin", **{column: cell}))
    assert expected == json.loads(json.dumps(found))[column]


@pytest.mark.parametrize(
    ("table", "cells", "expected"),
    [
        ("cities", {"key": "lublin", "country": "pk"}, "cities.csv:2: country: there is no country “pk”"),
        ("cities", {"key": "lublin", "confidence": "hi"}, "write one of high, low, medium"),
        ("cities", {"key": "lublin", "type": "Town"}, "cities.csv:2: type: “Town” is not a type"),
        ("claims", {"claimed_by": "page"}, "it is not clear what the row is about"),
        (
            "claims",
            {"partnership": "lublin-lviv", "event": "brest-1"},
            "exactly one of the columns partnership",
        ),
        (
            "claims",
            {"partnership": "x", "claimed_by": "page"},
            "2: partnership: there is no partnership “x”",
        ),
        ("partnerships", {"key": "lublin-lviv", "parties": "lublin;lvov"}, "did you mean"),
    ],
)
def test_what_cannot_be_resolved(
    maker: DocumentMaker, table: str, cells: dict[str, str], expected: str
) -> None:
    """A cell that leads nowhere is a finding with its place and a hint."""
    found = messages(maker, row(table, **cells))
    assert any(expected in message for message in found), found


def test_all_cells_of_a_row_are_judged(maker: DocumentMaker) -> None:
    """A row without an address of its own still tells what else is wrong in it."""
    found = messages(maker, row("claims", partnership="x", claimed_by="nobody", relation="freinds"))
    assert {"partnership", "claimed_by", "relation"} == {message.split(": ")[1] for message in found}


def test_two_rows_with_one_address(maker: DocumentMaker) -> None:
    """Two claims of one source about one thing need a key to tell them apart."""
    claim = {"partnership": "lublin-lviv", "claimed_by": "page"}
    (message,) = messages(maker, row("claims", 2, **claim), row("claims", 3, **claim, since="1999"))
    assert "claims.csv:3: this row and claims.csv:2 would have the same address" in message


def test_serialised_documents_are_json_ld(maker: DocumentMaker) -> None:
    """Many rows are one document with the context of the columns."""
    found = json.loads(
        maker.serialise([row("cities", key="lublin", name_pl="Lublin"), row("cities", key="lviv")])
    )
    assert VOCABULARY.context == found["@context"]
    assert ["Lublin", None] == [node.get("name_pl") for node in found["@graph"]]
