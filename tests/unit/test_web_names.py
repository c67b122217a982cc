"""Names of things in the reader's language, and titles of things that have no label."""

from __future__ import annotations

import inspect
import re
from types import SimpleNamespace
from typing import Any

import pytest
from rdflib import RDFS, Literal

from site_client import LANGUAGES
from twin_graph import iris
from twin_graph.build import previews
from twin_graph.kinds import DOCUMENTED
from twin_graph.labels import Name
from twin_graph.labels.matching import choose_title
from twin_graph.namespaces import TWIN
from twin_graph.pictures.reading import read_around
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


def test_class_is_the_narrowest(tiny: Names) -> None:
    """What a thing is called is a class narrower than its kind, else that of its kind, never a broader one."""
    found = {
        kind: str(tiny.class_of(iris.thing(BASE, kind, key), kind)).rpartition("#")[2]
        for kind, key in (("register", "aldorf"), ("city", "aldorf"), ("agreement", "belmont-2015"),
                          ("source", "gazetteer"))
    }  # fmt: skip
    expected = {"register": "Register", "city": "City", "agreement": "Renewal", "source": "Source"}
    assert expected == found


def test_labels_for_data(tiny: Names) -> None:
    """A title becomes a label in each language, or in the one language that it is in; the IRI alone is no title."""
    labels = tiny.made(f"{BASE}id/agreement/belmont-2015")
    assert {"pl": "Odnowienie", "en": "Renewal"} == {
        str(each.language): str(each).partition(":")[0].partition(" (")[0] for each in labels
        if each.language != "uk"
    }  # fmt: skip
    assert [] == tiny.made(f"{BASE}id/city/nowhere")
    assert [] == tiny.made("https://other.example/x")


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


def _city() -> Store:
    """A city with an English label, a name of its own and names in other languages."""
    city = iris.thing(BASE, "city", "q1899")
    store = Store.in_memory()
    store.add(
        [
            (city, RDFS.label, Literal("Kyiv", lang="en")),
            (city, TWIN.nativeName, Literal("Київ", lang="uk")),
            (city, TWIN.exonym, Literal("Kijów", lang="pl")),
            (city, TWIN.exonym, Literal("Kiev", lang="en")),
        ],
        f"{BASE}graph/world",
    )
    return store


@pytest.mark.parametrize("is_read", [False, True], ids=["one by one", "all at once"])
def test_a_name_stands_for_a_missing_label(is_read: bool) -> None:
    """A city without a label in the reader's language is named as it is called in that language."""
    found = Names(_city(), BASE)
    if is_read:
        found.read_all()
    titles = {code: found.title(f"{BASE}id/city/q1899", code).parts for code in ("pl", "uk", "en", "de")}
    expected = {"pl": Text("Kijów"), "uk": Text("Київ"), "en": Text("Kyiv"), "de": Text("Kyiv", "en")}
    assert {code: (text,) for code, text in expected.items()} == titles
    assert ["Kijów"] == found.titles("city", ["q1899"], "pl")


def test_a_name_stands_for_a_missing_label_in_finds_and_previews() -> None:
    """What is found by a search and what is drawn for a preview go by the same names."""
    known = [
        Name("Kyiv", "en"),
        Name("Київ", "uk", "native"),
        Name("Kijów", "pl", "exonym"),
        Name("Kiev", "pl", "former"),
    ]
    chosen = {code: choose_title(known, code) for code in ("pl", "uk", "en")}
    assert {"pl": "Kijów", "uk": "Київ", "en": "Kyiv"} == {
        code: name and name.text for code, name in chosen.items()
    }
    around = read_around(_city(), BASE, "q1899", str, lambda _kind, _key: "")
    facts: Any = SimpleNamespace(store=_city(), manifest=SimpleNamespace(title={}))
    drawn = {code: previews._preview(facts, around, code).city.name for code in ("pl", "uk", "en")}
    assert {"pl": "Kijów", "uk": "Київ", "en": "Kyiv"} == drawn
