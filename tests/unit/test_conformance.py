"""The probes find what they are for, and what came of them is kept as it was found."""

from __future__ import annotations

from pathlib import Path

import pytest
from rdflib import BNode, Literal, URIRef
from rdflib.namespace import RDF

from twin_graph.conformance import (
    FILE,
    Measured,
    list_probes,
    measure,
    read_measured,
    read_suites,
    write_measured,
)
from twin_graph.conformance.probes import make_probe
from twin_graph.namespaces import FOAF, VOID
from twin_graph.queries import load_all, parse_query
from twin_graph.snapshot import Snapshot
from twin_graph.store import Store
from twin_graph.workspace import LANGUAGES

BASE = "http://localhost:8000/"
PREFIXES = {
    "twin:": "https://w3id.org/twin-graph/ontology#",
    "void:": "http://rdfs.org/ns/void#",
    "skos:": "http://www.w3.org/2004/02/skos/core#",
    "xsd:": "http://www.w3.org/2001/XMLSchema#",
    "a": "http://www.w3.org/1999/02/22-rdf-syntax-ns#type",
}
# What makes each probe fail: statements of a new graph, with `id/…` for our addresses, and the thing that is named.
FLAWS = {
    "claims": (["id/partnership/x-y a twin:Partnership"], "id/partnership/x-y"),
    "classes-counted": (["id/city/aldorf a twin:Network"], "twin:Network"),
    "date-order": (
        ['id/event/x twin:earliestStart "2001-01-01"^^xsd:date', 'id/event/x twin:latestEnd "2000-12-31"^^xsd:date'],
        "id/event/x",
    ),
    "dates": (['id/event/x twin:on "2o15"'], "id/event/x"),
    "graphs-counted": (["id/city/aldorf skos:note id/city/belmont"], "graph/flaw"),
    "identifiers": (["id/city/Bad_Key a twin:City"], "id/city/Bad_Key"),
    "licences": (["sparql#dataset void:subset graph/flaw", 'graph/flaw void:triples "5"^^xsd:integer'], "graph/flaw"),
    "links": (["id/city/aldorf skos:exactMatch https://www.wikidata.org/wiki/Q1"], "id/city/aldorf"),
    "parties": (
        ["id/partnership/x-y a twin:Partnership", "id/partnership/x-y twin:hasParty id/city/aldorf"],
        "id/partnership/x-y",
    ),
    "properties-counted": (["id/city/aldorf twin:twinnedWith id/city/aldorf"], "twin:twinnedWith"),
    "references": (["id/partnership/x-y twin:hasParty id/city/nobody"], "id/city/nobody"),
    "sources": (["id/claim/x a twin:Claim", "id/claim/x twin:claimedBy id/city/aldorf"], "id/claim/x"),
    "symmetric": (["id/city/aldorf twin:twinnedWith id/city/nobody"], "id/city/aldorf"),
    "terms": (["void#x void:property twin:isMadeUp"], "twin:isMadeUp"),
    "terms-labelled": (["id/concept/x a skos:Concept"], ""),
}  # fmt: skip


def iri(word: str) -> str:
    """The IRI that a word stands for."""
    for prefix, namespace in PREFIXES.items():
        if word == prefix:
            return namespace
        if prefix.endswith(":") and word.startswith(prefix):
            return namespace + word.removeprefix(prefix)
    return word if "://" in word else BASE + word


def term(word: str) -> str:
    """A term as N-Quads write it."""
    if word.startswith("_:"):
        return word
    text, typed, datatype = word.partition("^^")
    if text.startswith('"'):
        return f"{text}^^<{iri(datatype)}>" if typed else text
    return f"<{iri(word)}>"


def with_statements(snapshot: Snapshot, statements: list[str]) -> Store:
    """The data of a snapshot with some more statements."""
    lines = [f"{' '.join(map(term, line.split()))} <{BASE}graph/flaw> .\n" for line in statements]
    return Store.from_nquads(snapshot.read("dump.nq") + "".join(lines).encode())


@pytest.fixture(scope="module")
def before(tiny_store: Store) -> dict[str, Measured]:
    """What the probes say of the tiny workspace."""
    return {each.name: each for each in measure(tiny_store)}


def test_every_probe_has_a_flaw_below(before: dict[str, Measured]) -> None:
    """There are 16 probes; one is measured only. All of them pass on data without a flaw, licences aside."""
    probes = {probe.name: probe for probe in list_probes()}
    assert 16 == len(probes) == len(before)
    assert set(FLAWS) | {"things-labelled"} == set(probes)
    assert None is probes["things-labelled"].least
    # The tiny workspace says nothing of licences.
    assert {"licences"} == {name for name, found in before.items() if not found.passed}


@pytest.mark.parametrize("name", ["identifiers", "references"])
def test_what_has_no_address_is_found(tiny_snapshot: Snapshot, name: str) -> None:
    """A blank node is neither described nor referred to."""
    (probe,) = (each for each in list_probes() if each.name == name)
    statements = ["_:x a twin:City"] if name == "identifiers" else ["id/city/aldorf twin:twinnedWith _:x"]
    (found,) = measure(with_statements(tiny_snapshot, statements), [probe])
    assert (False, 1) == (found.passed, found.value)


@pytest.mark.parametrize("name", FLAWS)
def test_it_finds_its_flaw(tiny_snapshot: Snapshot, before: dict[str, Measured], name: str) -> None:
    """Statements that are wrong make the probe fail, and it names what is wrong."""
    statements, named = FLAWS[name]
    (probe,) = (each for each in list_probes() if each.name == name)
    (found,) = measure(with_statements(tiny_snapshot, statements), [probe])
    assert not found.passed
    assert before[name].value != found.value
    if named:
        assert iri(named) in found.examples


def test_names_in_three_languages_are_measured(tiny_snapshot: Snapshot, before: dict[str, Measured]) -> None:
    """A city without a name makes the share smaller; whatever it is, the probe passes."""
    share = before["things-labelled"]
    (probe,) = (each for each in list_probes() if each.name == share.name)
    (found,) = measure(with_statements(tiny_snapshot, ["id/city/x a twin:City"]), [probe])
    assert 0 < found.value < share.value < 1
    assert share.passed
    assert found.passed


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_probe_says_what_it_is_about(language: str) -> None:
    """A description beside the title, in every language, no two alike."""
    texts = [probe.description(language) for probe in list_probes()]
    assert all(text.endswith(".") for text in texts)
    assert len(texts) == len(set(texts)) == len(load_all("conformance_"))


@pytest.mark.parametrize(
    "expect", ["", "# expect: rows\n", "# expect: nothing 5\n", "# expect: share many\n"]
)
def test_a_header_says_what_is_expected(expect: str) -> None:
    """A file without that is a mistake."""
    with pytest.raises(ValueError, match=r"expect|many"):
        make_probe(parse_query("conformance_x", f"# title-en: x\n{expect}SELECT * {{}}"))


def test_nothing_has_every_share(tiny_store: Store) -> None:
    """Where there is nothing that could have something, nothing is missing."""
    query = parse_query("conformance_x", "# expect: share 1\nSELECT (0 AS ?part) (0 AS ?whole) {}")
    assert [Measured("x", True, 1.0)] == measure(tiny_store, [make_probe(query)])


def test_what_was_measured_is_kept(tmp_path: Path) -> None:
    """It is read as it was written; of a snapshot without it, or with half of it, nothing is said."""
    found = [Measured("a", False, 2, ("urn:x", "urn:ż")), Measured("b", True, 0.25)]
    path = tmp_path / FILE
    write_measured(path, found)
    assert tuple(found) == read_measured(path)
    path.write_bytes(path.read_bytes()[:-20])
    assert () == read_measured(path) == read_measured(None) == read_measured(tmp_path / "nothing")


def test_a_snapshot_keeps_what_was_measured(tiny_snapshot: Snapshot, before: dict[str, Measured]) -> None:
    """The build has asked what anybody can ask."""
    assert tuple(before.values()) == read_measured(tiny_snapshot.side(FILE))


def test_hidden_graphs_are_not_measured() -> None:
    """What stands in a hidden graph is no part of what is published."""
    hidden = f"{BASE}graph/wikidata-raw"
    void = URIRef(f"{BASE}void")
    about = [
        (void, RDF.type, VOID.DatasetDescription),
        (void, FOAF.primaryTopic, URIRef(f"{BASE}all")),
        (URIRef(f"{BASE}all"), VOID.uriSpace, Literal(f"{BASE}id/")),
    ]
    store = Store.in_memory()
    store.add(about, f"{BASE}graph/metadata")
    store.add([(BNode(), RDF.type, BNode())], hidden)
    (probe,) = (each for each in list_probes() if each.name == "identifiers")
    assert [1, 0] == [
        measure(each, [probe])[0].value for each in (store, store.hiding([hidden, f"{BASE}graph/x"]))
    ]


def test_suites_have_titles_and_addresses() -> None:
    """Every suite of the report is described, and every suite that is described has cases."""
    results = read_suites()
    expected = {"sparql11": 505, "shacl": 121, "protocol": 34, "reconciliation-draft": 21, "reconciliation": 16,
                "graph-store": 13, "dcat-ap": 3, "service-description": 3}  # fmt: skip
    assert expected == {suite.name: suite.cases for suite in results.suites}
    for suite in results.suites:
        assert set(LANGUAGES) == set(suite.titles)
        assert suite.page.startswith("https://")
        assert suite.standard.startswith("https://")
        assert all(case.reason for case in suite.others)
