"""Names of things in the reader's language, and titles of things that have no label."""

from __future__ import annotations

import inspect
import re

import pytest
from rdflib import Literal

from twin_graph.store import Store
from twin_graph.web import names
from twin_graph.web.names import Names, Text, choose
from twin_graph.workspace import shipped

BASE = "http://localhost:8000/"
NANCY = [Literal("Нансі", lang="uk"), Literal("Nancy", lang="en"), Literal("Nanzig", lang="de")]


@pytest.fixture(scope="module")
def tiny(tiny_store: Store) -> Names:
    """The names of the tiny workspace."""
    return Names(tiny_store, BASE)


@pytest.mark.parametrize(
    ("literals", "language", "expected"),
    [
        (NANCY, "uk", Text("Нансі")),
        (NANCY, "pl", Text("Nancy", "en")),
        (NANCY[2:], "pl", Text("Nanzig", "de")),
        ([Literal("x"), Literal("y", lang="de")], "pl", Text("x")),
        ([], "pl", None),
    ],
)
def test_choice(literals: list[Literal], language: str, expected: Text | None) -> None:
    """The reader's language is chosen, else English, else what has none, else any; foreign ones are marked."""
    assert expected == choose(literals, language)


@pytest.mark.parametrize(
    ("thing", "pl", "en"),
    [
        ("city/aldorf", "Aldorf", "Aldorf"),
        ("partnership/aldorf-belmont", "Aldorf – Belmont", "Aldorf – Belmont"),
        ("partnership/aldorf-belmont-cedrowo", "Trzy Miasta", "Three Cities"),
        ("agreement/belmont-2015", "Odnowienie", "Renewal"),
        ("event/duneville-2", "Aldorf – Duneville: zakończone (30 czerwca 2020)",
         "Aldorf – Duneville: ended (30 June 2020)"),
        ("count/aldorf-partner-cities-2013", "Aldorf: miasta partnerskie (2013)", "Aldorf: partner cities (2013)"),
        ("country/de", "Niemcy", "Germany"),
    ],
)  # fmt: skip
def test_titles(tiny: Names, thing: str, pl: str, en: str) -> None:
    """A thing without a label is named by its parts, in the reader's language."""
    assert (pl, en) == (
        str(tiny.title(f"{BASE}id/{thing}", "pl")),
        str(tiny.title(f"{BASE}id/{thing}", "en")),
    )


def test_unknown_things_keep_their_iri(tiny: Names) -> None:
    """What has no name is shown by its key or address."""
    assert "nobody" == str(tiny.title(f"{BASE}id/city/nobody", "en"))
    assert "https://example.org/x" == str(tiny.title("https://example.org/x", "en"))


def test_short_names(tiny: Names) -> None:
    """Where the page says whose it is, a document is named by what it is and its year."""
    assert "Renewal, 2015" == str(tiny.short(f"{BASE}id/agreement/belmont-2015", "en"))


def test_index_is_complete_and_in_order(tiny: Names) -> None:
    """The index of a kind has each thing once, in the order of the alphabet, however it was read."""
    whole = tiny.index("city", "en")
    assert tiny.totals["city"] == len(whole) == len({key for _, key in whole})
    assert [title for title, _ in whole] == sorted((title for title, _ in whole), key=str.casefold)


def test_index_by_scanning_is_the_same(tiny_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The short cut for kinds with thousands of things gives the same index."""
    slow = {kind: Names(tiny_store, BASE).index(kind, "uk") for kind in ("city", "partnership")}
    monkeypatch.setattr(names, "_MANY", 0)
    assert slow == {kind: Names(tiny_store, BASE).index(kind, "uk") for kind in ("city", "partnership")}


def test_terms_are_declared() -> None:
    """Every term that titles are made of is in the ontology."""
    declared = set(
        re.findall(r"^twin:(\w+)", (shipped("ontology") / "twin.ttl").read_text(encoding="utf-8"), re.M)
    )
    used = set(re.findall(r"TWIN\.(\w+)", inspect.getsource(names)))
    assert len(used) > 10
    assert set() == used - declared
