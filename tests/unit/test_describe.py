"""What the document of a thing holds, and which key it answers to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

import pytest
from rdflib import Literal, URIRef
from rdflib.namespace import DCTERMS, FOAF, PROV, RDF, RDFS, SKOS, VOID, XSD
from rdflib.term import Node

from twin_graph import describe, iris
from twin_graph.errors import EntityGone, EntityNotFound
from twin_graph.graphs import Triple
from twin_graph.kinds import DOCUMENTED
from twin_graph.namespaces import CONCEPTS_IRI, TWIN_IRI
from twin_graph.snapshot import Snapshot
from twin_graph.store import Store

BASE = "http://localhost:8000/"
_NEXT = URIRef("http://www.w3.org/1999/xhtml/vocab#next")


@pytest.fixture(scope="module")
def keys(tiny_snapshot: Snapshot) -> dict[str, Any]:
    """Aliases and retired keys of the tiny workspace."""
    return tiny_snapshot.keys


def is_of_the_document(page: describe.Description, triple: Triple) -> bool:
    """Whether a statement is one of those that are paged: no label, type or word of the document about itself."""
    subject, predicate, value = triple
    inside = str(subject).startswith(f"{page.document}#")
    own = predicate in (FOAF.primaryTopic, FOAF.isPrimaryTopicOf)
    repeated = subject == page.thing and predicate in (RDF.type, *describe.LABELS)
    return not own and not repeated and (inside or page.thing in (subject, value))


def assert_is_of_the_whole(document: URIRef, triples: Iterable[Triple]) -> None:
    """A document of no one graph says the day of the data, licences, and that it is of the whole dataset."""
    own = [(p, o) for s, p, o in triples if s == document]
    assert [URIRef(f"{BASE}sparql#dataset")] == [o for p, o in own if p == VOID.inDataset]
    assert 1 == len([o for p, o in own if p == DCTERMS.modified])
    assert [o for p, o in own if p == DCTERMS.license]


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

    def test_pages(self, tiny_store: Store) -> None:
        """The pages of a document hold each statement that points to the thing once; nothing else is paged."""
        whole = describe.describe(tiny_store, BASE, "city", "aldorf")
        first = describe.describe(tiny_store, BASE, "city", "aldorf", 1, 3)
        parts = [
            describe.describe(tiny_store, BASE, "city", "aldorf", number, 3)
            for number in range(1, first.pages + 1)
        ]
        assert 1 == whole.pages
        assert len(parts) > 5
        assert set(whole.triples) <= {t for part in parts for t in part.triples}
        held = [t for part in parts for t in part.triples if is_of_the_document(part, t)]
        assert len(set(held)) == len(held)
        assert {t for t in whole.triples if is_of_the_document(whole, t)} == set(held)

    @pytest.mark.parametrize(("kind", "key"), [("city", "aldorf"), ("partnership", "aldorf-cedrowo")])
    @pytest.mark.parametrize("size", [1, 4, 10])
    def test_bound(self, tiny_store: Store, kind: str, key: str, size: int) -> None:
        """A page has no more statements than the bound, but for a node in the document that has more by itself."""
        for number in range(1, describe.count_pages(tiny_store, BASE, kind, key, size) + 1):
            page = describe.describe(tiny_store, BASE, kind, key, number, size)
            held = [t for t in page.triples if is_of_the_document(page, t)]
            inside = {s for s, _, _ in held if str(s).startswith(f"{page.document}#")}
            largest = max((len(set(tiny_store.triples(node))) for node in inside), default=0)
            assert len(held) <= max(size, largest + 1)

    def test_nodes_stand_whole(self, tiny_store: Store) -> None:
        """All statements about a node that lives in the document are on one page."""
        pages = describe.count_pages(tiny_store, BASE, "partnership", "aldorf-cedrowo", 4)
        places: dict[Node, set[int]] = {}
        for number in range(1, pages + 1):
            page = describe.describe(tiny_store, BASE, "partnership", "aldorf-cedrowo", number, 4)
            for subject, predicate, _ in page.triples:
                if str(subject).startswith(f"{page.document}#") and predicate not in describe.LABELS:
                    places.setdefault(subject, set()).add(number)
        assert len(places) > 2
        assert {1} == {len(found) for found in places.values()}

    def test_titles(self, tiny_store: Store) -> None:
        """Whatever is ours and has no label gets those that the caller has for it, and nothing else does."""
        made = describe.describe(
            tiny_store, BASE, "city", "aldorf", titles=lambda iri: [Literal(f"title of {iri}", lang="en")]
        )
        given = {s for s, _, o in made.triples if str(o) == f"title of {s}"}
        assert iris.thing(BASE, "partnership", "aldorf-belmont") in given
        assert any(str(node).startswith(f"{made.document}#name-") for node in given)
        assert made.thing not in given
        assert not any(str(node).startswith((f"{BASE}graph/", "https:")) for node in given)
        listed = describe.list_things(
            tiny_store, BASE, "partnership", titles=lambda iri: [Literal(f"title of {iri}", lang="en")]
        )
        named = {s for s, p, _ in listed.triples if p in describe.LABELS}
        assert set(listed.things) <= named

    def test_pages_say_where_they_are(self, tiny_store: Store) -> None:
        """A page names its bound, the pages around it, the document that it is part of, and the endpoint."""
        first, second = (describe.describe(tiny_store, BASE, "city", "aldorf", n, 3) for n in (1, 2))
        page = URIRef(f"{first.document}?page=2")
        said = {(p, o) for s, p, o in second.triples if s == page}
        assert (first.document, _NEXT, page) in first.triples
        assert (URIRef("http://www.w3.org/1999/xhtml/vocab#prev"), first.document) in said
        assert (DCTERMS.isPartOf, first.document) in said
        assert (RDFS.seeAlso, URIRef(f"{BASE}sparql")) in said
        assert (FOAF.primaryTopic, first.thing) in said
        comment = next(str(o) for p, o in said if p == RDFS.comment)
        assert " holds 3 of them at most" in comment

    @pytest.mark.parametrize("number", [0, 2, 10_000])
    def test_no_such_page(self, tiny_store: Store, number: int) -> None:
        """A page outside the document is not found."""
        with pytest.raises(EntityNotFound):
            describe.describe(tiny_store, BASE, "city", "aldorf", number)

    def test_locates(self, tiny_store: Store) -> None:
        """Each statement is in the graphs that hold it; what the document says of itself is in none."""
        made = describe.describe(tiny_store, BASE, "partnership", "aldorf-cedrowo")
        located = list(describe.locate(tiny_store, made.triples))
        assert set(made.triples) == {triple for triple, _ in located}
        assert {made.document} == {s for (s, _, o), graph in located if graph is None and o != made.document}
        graphs = {graph for (s, p, _), graph in located if s == made.thing and p == RDF.type}
        assert {iris.graph(BASE, "register-aldorf")} <= graphs

    def test_same_from_every_store(self, tiny_snapshot: Snapshot) -> None:
        """A document does not depend on where the engine keeps the graph."""
        stores = (tiny_snapshot.open_store("memory"), tiny_snapshot.open_store("disk"))
        first, second = (describe.describe(store, BASE, "city", "aldorf", 2, 5) for store in stores)
        assert first == second

    def test_says_when(self, tiny_store: Store) -> None:
        """A document has the day of its data, and its topic names it."""
        made = describe.describe(tiny_store, BASE, "city", "aldorf")
        assert 1 == len([o for s, p, o in made.triples if (s, p) == (made.document, DCTERMS.modified)])
        assert (made.thing, FOAF.isPrimaryTopicOf, made.document) in made.triples

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
        assert (page.document, _NEXT, URIRef(f"{BASE}doc/agreement?page=2")) in page.triples

    def test_says_what_it_is(self, tiny_store: Store) -> None:
        """ID-10: every page of a list has a day, licences and exactly one dataset: that of all graphs."""
        for number in (1, 2):
            page = describe.list_things(tiny_store, BASE, "city", number, 4)
            assert_is_of_the_whole(page.document, page.triples)

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


class TestTombstones:
    """What is left of a withdrawn thing is the reason, the day, and what came instead."""

    KEYS: ClassVar = {"retired": {"city": {
        "old": {"reason": "twice", "on": "2023-05-01", "replaced_by": ""},
        "split": {"reason": "Divided.", "on": "", "replaced_by": "east; west"},
    }}}  # fmt: skip

    def test_says_when_and_why(self, tiny_store: Store) -> None:
        """A thing that nothing replaced."""
        left = describe.tombstone(
            tiny_store, BASE, "city", "old", describe.find_tombstone(self.KEYS, "city", "OLD")
        )
        said = {(p, str(o)) for s, p, o in left.triples if s == left.thing}
        moment = (PROV.invalidatedAtTime, "2023-05-01T00:00:00Z")
        assert {(RDFS.comment, "twice"), moment, (FOAF.isPrimaryTopicOf, str(left.document))} == said
        (day,) = (o for _, p, o in left.triples if p == PROV.invalidatedAtTime)
        assert isinstance(day, Literal)
        assert XSD.dateTime == day.datatype
        assert all(not isinstance(o, Literal) or o.datatype or str(o) for _, _, o in left.triples)

    def test_names_all_replacements(self, tiny_store: Store) -> None:
        """Of a thing that became several none is the one to be sent to, so that it is gone, and all are named."""
        with pytest.raises(EntityGone):
            describe.resolve(tiny_store, BASE, self.KEYS, "city", "split")
        left = describe.tombstone(
            tiny_store, BASE, "city", "split", describe.find_tombstone(self.KEYS, "city", "split")
        )
        others = [str(o) for _, p, o in left.triples if p == DCTERMS.isReplacedBy]
        assert [f"{BASE}id/city/east", f"{BASE}id/city/west"] == others

    def test_says_what_it_is(self, tiny_store: Store) -> None:
        """ID-10: a tombstone has a day, a licence and a dataset, and what came instead has its names."""
        keys = {"retired": {"city": {"split": {"reason": "x", "replaced_by": "belmont; cedrowo"}}}}
        left = describe.find_tombstone(keys, "city", "split")
        made = describe.tombstone(tiny_store, BASE, "city", "split", left)
        assert_is_of_the_whole(made.document, made.triples)
        assert {"Belmont", "Cedrowo"} <= {str(o) for _, p, o in made.triples if p == RDFS.label}

    def test_is_of_what_was_withdrawn(self) -> None:
        """A key that never was has no tombstone."""
        with pytest.raises(EntityNotFound):
            describe.find_tombstone(self.KEYS, "city", "new")
