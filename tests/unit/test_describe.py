"""What the document of a thing holds, and which key it answers to."""

from __future__ import annotations

from typing import Any

import pytest
from rdflib import Literal, URIRef
from rdflib.namespace import DCTERMS, FOAF, PROV, RDF, RDFS, SKOS, VOID

from twin_graph import describe, iris
from twin_graph.errors import EntityGone, EntityNotFound
from twin_graph.kinds import DOCUMENTED
from twin_graph.namespaces import CONCEPTS_IRI, TWIN_IRI
from twin_graph.snapshot import Snapshot
from twin_graph.store import Store

BASE = "http://localhost:8000/"


@pytest.fixture(scope="module")
def keys(tiny_snapshot: Snapshot) -> dict[str, Any]:
    """Aliases and retired keys of the tiny workspace."""
    return tiny_snapshot.keys


class TestResolve:
    """A key leads to the one under which a thing is published, or to a reason why there is none."""

    @pytest.mark.parametrize(
        ("kind", "asked", "expected"),
        [
            ("city", "aldorf", "aldorf"),
            ("city", "ALDORF", "aldorf"),
            ("city", "q900000001", "aldorf"),
            ("city", "aldorf-an-der-alle", "aldorf"),
            ("partnership", "aldorf-belmont", "aldorf-belmont"),
        ],
    )
    def test_finds(
        self, tiny_store: Store, keys: dict[str, Any], kind: str, asked: str, expected: str
    ) -> None:
        """Case, aliases and replaced keys lead to the published key."""
        assert expected == describe.resolve(tiny_store, BASE, keys, kind, asked)

    @pytest.mark.parametrize(
        ("kind", "key"),
        [
            ("city", "nowhere"),
            ("city", "no/where"),
            ("city", "-"),
            ("city", ""),
            ("city", "a" * 65),
            ("city", "łódź"),
            ("city", "aldorf>"),
            ("cities", "aldorf"),
            ("claim", "aldorf"),
            ("name", "aldorf"),
        ],
    )
    def test_misses(self, tiny_store: Store, keys: dict[str, Any], kind: str, key: str) -> None:
        """What is no key, no kind or nothing is not found."""
        with pytest.raises(EntityNotFound):
            describe.resolve(tiny_store, BASE, keys, kind, key)

    def test_gone(self, tiny_store: Store, keys: dict[str, Any]) -> None:
        """A retired key without a replacement is gone, and says why and since when."""
        with pytest.raises(EntityGone) as caught:
            describe.resolve(tiny_store, BASE, keys, "partnership", "aldorf-atlantis")
        assert ("The city does not exist.", "2023-06-01") == (str(caught.value), caught.value.on)

    def test_circle(self, tiny_store: Store) -> None:
        """Keys that replace each other end as not found, not in a loop."""
        circle = {"retired": {"city": {"x": {"replaced_by": "y"}, "y": {"replaced_by": "x"}}}}
        with pytest.raises(EntityNotFound):
            describe.resolve(tiny_store, BASE, circle, "city", "x")


class TestDescribe:
    """A document holds the thing, what lives in it, what points to it, and the names of what it mentions."""

    def test_holds_fragments(self, tiny_store: Store) -> None:
        """The claims, status periods and names of a thing are in its document."""
        made = describe.describe(tiny_store, BASE, "partnership", "aldorf-cedrowo")
        inside = {str(s) for s, _, _ in made.triples if str(s).startswith(f"{made.document}#")}
        kinds = {iri.partition("#")[2].partition("-")[0] for iri in inside}
        assert {"claim", "period"} == kinds

    def test_holds_names_of_a_city(self, tiny_store: Store) -> None:
        """The names of a city are nodes of its document."""
        made = describe.describe(tiny_store, BASE, "city", "aldorf")
        assert any(str(s).startswith(f"{made.document}#name-") for s, _, _ in made.triples)

    def test_holds_incoming(self, tiny_store: Store) -> None:
        """What points to a thing is in its document."""
        made = describe.describe(tiny_store, BASE, "city", "aldorf")
        pointing = {str(s) for s, _, o in made.triples if o == made.thing}
        assert str(iris.thing(BASE, "partnership", "aldorf-belmont")) in pointing

    def test_names_everything(self, tiny_store: Store) -> None:
        """Every concept and city that a document mentions has its label there."""
        made = describe.describe(tiny_store, BASE, "partnership", "aldorf-belmont")
        mentioned = {o for _, _, o in made.triples if isinstance(o, URIRef)}
        concepts = {o for o in mentioned if o.startswith(CONCEPTS_IRI)}
        cities = {o for o in mentioned if o.startswith(f"{BASE}id/city/")}
        named = {s for s, p, _ in made.triples if p in (RDFS.label, SKOS.prefLabel)}
        assert concepts
        assert cities
        assert set() == (concepts | cities) - named

    def test_says_what_it_is(self, tiny_store: Store) -> None:
        """A document names its topic and exactly one dataset."""
        made = describe.describe(tiny_store, BASE, "partnership", "aldorf-belmont")
        own = {(p, o) for s, p, o in made.triples if s == made.document}
        assert (FOAF.primaryTopic, made.thing) in own
        assert [iris.graph(BASE, "register-aldorf")] == [o for p, o in own if p == VOID.inDataset]

    def test_has_no_duplicates(self, tiny_store: Store) -> None:
        """A statement of two graphs is in the document once."""
        made = describe.describe(tiny_store, BASE, "city", "aldorf")
        assert len(set(made.triples)) == len(made.triples)

    def test_begins_with_the_thing(self, tiny_store: Store) -> None:
        """The first statement says what the thing is."""
        made = describe.describe(tiny_store, BASE, "city", "aldorf")
        assert (made.thing, RDF.type) == made.triples[0][:2]

    def test_cut(self, tiny_store: Store) -> None:
        """A document with more incoming statements than its bound says so and where the others are."""
        whole = describe.describe(tiny_store, BASE, "city", "aldorf")
        cut = describe.describe(tiny_store, BASE, "city", "aldorf", max_incoming=3)
        assert (False, True) == (whole.cut, cut.cut)
        assert 3 == len([1 for _, _, o in cut.triples if o == cut.thing and _ != FOAF.primaryTopic])
        assert (cut.document, RDFS.seeAlso, URIRef(f"{BASE}sparql")) in cut.triples

    def test_same_from_every_store(self, tiny_snapshot: Snapshot) -> None:
        """A document does not depend on where the engine keeps the graph."""
        stores = (tiny_snapshot.open_store("memory"), tiny_snapshot.open_store("disk"))
        first, second = (describe.describe(store, BASE, "city", "aldorf", max_incoming=5) for store in stores)
        assert first == second

    def test_every_kind(self, tiny_store: Store) -> None:
        """Things of every kind can be described."""
        described = set()
        for kind in DOCUMENTED:
            for triple in describe.list_things(tiny_store, BASE, kind.name).triples:
                minted = iris.unmint(BASE, str(triple[0]))
                if minted and minted.space == "id":
                    made = describe.describe(tiny_store, BASE, kind.name, minted.key)
                    assert (made.thing, RDF.type, URIRef(TWIN_IRI + kind.class_name)) in made.triples
                    described.add(kind.name)
        assert {kind.name for kind in DOCUMENTED} == described


class TestLists:
    """The list of a kind gives types and labels, page by page."""

    def test_pages(self, tiny_store: Store) -> None:
        """The pages of a list hold each thing once."""
        first = describe.list_things(tiny_store, BASE, "agreement", 1, 4)
        pages = [describe.list_things(tiny_store, BASE, "agreement", n, 4) for n in range(1, first.pages + 1)]
        topics = [o for page in pages for _, p, o in page.triples if p == FOAF.topic]
        assert (9, 3, 9, 9) == (first.total, first.pages, len(topics), len(set(topics)))

    def test_names_next_page(self, tiny_store: Store) -> None:
        """A page that is not the last points to the next."""
        page = describe.list_things(tiny_store, BASE, "agreement", 1, 4)
        assert (page.document, RDFS.seeAlso, URIRef(f"{BASE}doc/agreement?page=2")) in page.triples

    @pytest.mark.parametrize("number", [0, 2, 10_000])
    def test_no_such_page(self, tiny_store: Store, number: int) -> None:
        """A page outside the list is not found."""
        with pytest.raises(EntityNotFound):
            describe.list_things(tiny_store, BASE, "country", number)


class TestGraphs:
    """A named graph is described from the metadata."""

    def test_known(self, tiny_store: Store) -> None:
        """A graph has a title and a size."""
        made = describe.describe_graph(tiny_store, BASE, "shared")
        properties = {p for s, p, _ in made.triples if s == made.thing}
        assert {RDF.type, DCTERMS.title, VOID.triples} <= properties

    @pytest.mark.parametrize("name", ["nothing", "Shared", "a/b", ""])
    def test_unknown(self, tiny_store: Store, name: str) -> None:
        """There are no other graphs than the published ones."""
        with pytest.raises(EntityNotFound):
            describe.describe_graph(tiny_store, BASE, name)


def test_tombstone_says_when_and_why() -> None:
    """What is left of a withdrawn thing is the reason and the date."""
    left = describe.tombstone(BASE, "city", "old", EntityGone("twice", on="2023-05-01"))
    said = {(p, str(o)) for s, p, o in left.triples if s == left.thing}
    expected = {(RDFS.comment, "twice"), (PROV.invalidatedAtTime, "2023-05-01")}
    assert expected == said
    assert all(not isinstance(o, Literal) or o.datatype or str(o) for _, _, o in left.triples)
