"""Names of things in the reader's language, and titles of things that have no label."""

from __future__ import annotations

import inspect
import re

import pytest
from rdflib import Literal

from site_client import LANGUAGES
from twin_graph import iris
from twin_graph.kinds import DOCUMENTED
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


@pytest.mark.parametrize("kind", [kind.name for kind in DOCUMENTED])
@pytest.mark.parametrize("language", LANGUAGES)
def test_titles_of_many_are_the_titles_of_each(tiny_store: Store, kind: str, language: str) -> None:
    """The short cut for lists gives the same texts as one look-up after the other."""
    found = {iris.unmint(BASE, str(s)) for s, _, _ in tiny_store.triples()}
    keys = sorted(m.key for m in found if m and m.space == "id" and m.kind == kind)
    assert keys
    slow = [str(Names(tiny_store, BASE).title(f"{BASE}id/{kind}/{key}", language)) for key in keys]
    assert slow == Names(tiny_store, BASE).titles(kind, keys, language)


def test_terms_are_declared() -> None:
    """Every term that titles are made of is in the ontology."""
    declared = set(
        re.findall(r"^twin:(\w+)", (shipped("ontology") / "twin.ttl").read_text(encoding="utf-8"), re.M)
    )
    used = set(re.findall(r"TWIN\.(\w+)", inspect.getsource(names)))
    assert len(used) > 10
    assert set() == used - declared
