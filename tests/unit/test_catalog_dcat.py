"""The catalogue as statements: what is said of given facts, and what is not said where nobody has said it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, FOAF, RDF, SKOS
from rdflib.term import Node

from twin_graph import catalog
from twin_graph.catalog import Agent, Edition, Extent, Facts, File, Part, describe_catalog, patterns
from twin_graph.catalog.dcat import DCAT, SPDX, VCARD
from twin_graph.formats import CSV, DOCUMENT_FORMATS, HTML, PLAIN_JSON
from twin_graph.namespaces import PREFIXES

BASE = "https://data.example.org/"
FIRST, LATER = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 5, 1, 12, tzinfo=UTC)
CC0 = "https://creativecommons.org/publicdomain/zero/1.0/"
CC_BY = "https://creativecommons.org/licenses/by/4.0/"
CC_BY_SA = "https://creativecommons.org/licenses/by-sa/4.0/"
OTHER = "https://example.org/licence"
DUMP = File("all.nq.gz", f"{BASE}dumps/a/all.nq.gz", "application/n-quads", "N-Quads", "application/gzip", "gzip",
            7, "ab" * 32)  # fmt: skip
SHIPPED = Path(catalog.__file__).parent


def part(name: str, licence: str = CC0, modified: datetime = FIRST, *, is_register: bool = False) -> Part:
    """A graph."""
    return Part(name, {"en": name}, FIRST, modified, licence, is_register=is_register)


FACTS = Facts(
    BASE, {"en": "Cities", "pl": "Miasta"}, "en", "2026-04-30", (part("world"),), (), "a" * 12, FIRST
)


def described(facts: Facts) -> Graph:
    """The catalogue of facts."""
    graph = Graph()
    for triple in describe_catalog(facts):
        graph.add(triple)
    return graph


def node(path: str) -> URIRef:
    """One of our IRIs."""
    return URIRef(BASE + path)


def test_nobody_is_made_up() -> None:
    """Without configuration there is neither a publisher nor a contact; a publisher without a name is none."""
    for facts in (FACTS, replace(FACTS, publisher=Agent(url="https://example.org/"))):
        graph = described(facts)
        assert None is graph.value(None, DCTERMS.publisher)
        assert None is graph.value(None, DCAT.contactPoint)
        assert None is graph.value(None, RDF.type, FOAF.Agent)


def test_a_feed_that_was_not_written_is_not_listed() -> None:
    """Neither the service nor the way to get the data by it, until there is one."""
    for has_feed in (False, True):
        graph = described(replace(FACTS, has_feed=has_feed))
        assert has_feed == (node("ldes#service") in set(graph.objects(None, DCAT.service)))
        assert has_feed == (node("ldes") in set(graph.objects(None, DCAT.accessURL)))


def test_people() -> None:
    """What is configured is said, and an unknown type of publisher is not."""
    desk = Agent("Desk", "https://example.org/ł", "desk@example.org", "+48 81 12-34")
    graph = described(replace(FACTS, publisher=replace(desk, kind="LocalAuthority"), contact=desk))
    publisher, contact = node("catalog#publisher"), node("catalog#contact")
    assert Literal("Desk") == graph.value(publisher, FOAF.name)
    kind = graph.value(publisher, DCTERMS.type)
    assert str(kind).endswith("/LocalAuthority")
    assert URIRef("https://example.org/%C5%82") == graph.value(publisher, FOAF.homepage)
    assert URIRef("mailto:desk@example.org") == graph.value(contact, VCARD.hasEmail)
    assert URIRef("tel:+48811234") == graph.value(contact, VCARD.hasTelephone)
    strange = described(replace(FACTS, publisher=replace(desk, kind="Circus")))
    assert None is strange.value(publisher, DCTERMS.type)


@pytest.mark.parametrize(
    ("licences", "expected"),
    [
        ((CC0, CC0), "CC0"),
        ((CC0, CC_BY), "CC_BY_4_0"),
        ((CC_BY, CC_BY_SA), ""),
        ((CC0, OTHER), ""),
        ((CC0, ""), ""),
    ],
)  # fmt: skip
def test_licence_of_the_whole(licences: tuple[str, str], expected: str) -> None:
    """The stricter one of known licences; none where nobody can say what holds for all."""
    parts = tuple(part(name, licence) for name, licence in zip(("world", "shared"), licences, strict=True))
    graph = described(replace(FACTS, parts=parts, whole=(DUMP,)))
    found = graph.value(node("catalog#file-all-all.nq.gz"), DCTERMS.license)
    assert expected == ("" if found is None else str(found).rpartition("/")[2])


def test_an_unknown_licence_stays_as_it_is() -> None:
    """The vocabulary of the EU has not everything."""
    own = part("world", OTHER)
    graph = described(replace(FACTS, parts=(replace(own, files=(replace(DUMP, name="world.nq.gz"),)),)))
    assert URIRef(OTHER) == graph.value(node("catalog#file-world-world.nq.gz"), DCTERMS.license)


def test_modified_is_the_latest_change() -> None:
    """Of the whole and of the catalogue; a graph that did not change keeps its own."""
    graph = described(replace(FACTS, parts=(part("world"), part("shared", modified=LATER))))
    whole = catalog.whole_of(BASE)
    assert {"2026-05-01T12:00:00+00:00"} == {
        graph.value(thing, DCTERMS.modified).toPython().isoformat()  # type: ignore[union-attr]
        for thing in (whole, node("catalog"), node("graph/shared"))
    }
    assert graph.value(node("graph/world"), DCTERMS.modified) == graph.value(whole, DCTERMS.issued)


def test_same_facts_same_statements() -> None:
    """In one order, and none of them with a blank node."""
    facts = replace(FACTS, editions=(Edition("a" * 12, FIRST, FIRST, (DUMP,)),), whole=(DUMP,))
    assert describe_catalog(facts) == describe_catalog(facts)
    assert all(isinstance(term, URIRef | Literal) for triple in describe_catalog(facts) for term in triple)


def test_an_edition_without_files_is_not_current() -> None:
    """What is published now need not be among the editions that can be fetched."""
    graph = described(replace(FACTS, editions=(Edition("b" * 12, FIRST, FIRST, (DUMP,)),)))
    assert None is graph.value(catalog.whole_of(BASE), DCAT.hasCurrentVersion)
    assert node(f"catalog#edition-{'b' * 12}") == graph.value(catalog.whole_of(BASE), DCAT.hasVersion)


def test_place_of_a_register() -> None:
    """The box of its cities, longitude before latitude, with the point in its middle."""
    extent = Extent("1990-01-01", (-10.0, 40.5, 30.0, 60.0))
    graph = described(replace(FACTS, parts=(replace(part("x", is_register=True), extent=extent),)))
    place, period = node("catalog#place-x"), node("catalog#period-x")
    assert place == graph.value(node("graph/x"), DCTERMS.spatial)
    box = "POLYGON((-10 40.5,30 40.5,30 60,-10 60,-10 40.5))"
    assert (box, "POINT(10 50.25)") == tuple(
        str(graph.value(place, DCAT[name])) for name in ("bbox", "centroid")
    )
    assert ("1990-01-01", "2026-04-30") == (
        str(graph.value(period, DCAT.startDate)), str(graph.value(period, DCAT.endDate)),
    )  # fmt: skip


def test_a_title_may_look_like_a_slot() -> None:
    """What staff call their publication is repeated as it is."""
    title = {"en": "{date} <b>{id}"}
    facts = replace(FACTS, editions=(Edition("b" * 12, FIRST, FIRST, (DUMP,), title),))
    titles = described(facts).objects(node(f"catalog#edition-{'b' * 12}"), DCTERMS.title)
    assert f"{{date}} <b>{{id}}: edition of 2026-01-01 ({'b' * 12})" in set(map(str, titles))


def test_an_unknown_graph_is_described() -> None:
    """A graph that another publication may have gets the words for any graph."""
    graph = described(replace(FACTS, parts=(part("unheard-of"),)))
    assert 3 == len(list(graph.objects(node("graph/unheard-of"), DCTERMS.description)))


def test_size_and_hash() -> None:
    """A file that is made on request has neither."""
    made = File("all.ttl", f"{BASE}graphs?default", "text/turtle", "Turtle")
    graph = described(replace(FACTS, whole=(DUMP, made)))
    dump, other = (node(f"catalog#file-all-{name}") for name in ("all.nq.gz", "all.ttl"))
    assert "7" == str(graph.value(dump, DCAT.byteSize))
    assert "ab" * 32 == str(graph.value(graph.value(dump, SPDX.checksum), SPDX.checksumValue))
    assert None is graph.value(other, DCAT.byteSize)
    assert None is graph.value(other, SPDX.checksum)


def test_every_type_of_file_is_known() -> None:
    """What documents, dumps and reports are written in has a type of file in the vocabulary of the EU."""
    formats = [fmt for fmt in (*DOCUMENT_FORMATS, CSV, PLAIN_JSON) if fmt is not HTML]
    assert [] == [fmt.name for fmt in formats if patterns.file_type(fmt.media_type) is None]
    assert 8 == len(formats)


def test_the_files_say_everything_in_three_languages() -> None:
    """Every pattern with a text has it in each language, and no slot that nobody fills."""
    known = Graph().parse(SHIPPED / "catalog.ttl", format="turtle", publicID=BASE)
    slots = set()
    texts = [(thing, name) for thing, name, text in known if isinstance(text, Literal) and text.language]
    for thing, name in texts:
        said = [text for text in known.objects(thing, name) if isinstance(text, Literal)]
        assert {"en", "pl", "uk"} == {text.language for text in said}
        slots |= {slot for text in said for slot in re.findall(r"\{(\w+)\}", text)}
    assert {"title", "date", "id", "format", "packing", "name"} == slots
    assert 100 < len(texts)


def test_every_concept_of_others_is_explained() -> None:
    """What a pattern names of the EU, ADMS and the W3C has a class and a label or title in the other file."""
    named = Graph().parse(SHIPPED / "catalog.ttl", format="turtle", publicID=BASE)
    own = (BASE, "pattern:", *PREFIXES.values())
    values = {value for _, _, value in named if isinstance(value, URIRef)}
    concepts: set[Node] = {value for value in values if not str(value).startswith(own)}
    known = Graph()
    for triple in patterns.explain(named):
        known.add(triple)
    for concept in concepts:
        assert None is not known.value(concept, RDF.type)
        assert known.value(concept, SKOS.prefLabel) or known.value(concept, DCTERMS.title)
    assert 15 <= len(concepts)


@pytest.mark.parametrize(
    "address",
    [
        "http://creativecommons.org/licenses/by/4.0/", "https://creativecommons.org/licenses/by/4.0",
        "https://www.creativecommons.org/licenses/by/4.0/deed.pl", "https://creativecommons.org/licenses/BY/4.0/legalcode",
        "https://creativecommons.org/licenses/by/4.0/legalcode.en",
    ],
)  # fmt: skip
def test_spellings_of_a_licence(address: str) -> None:
    """A licence is the same, however it is written."""
    usual = patterns.licence_of("https://creativecommons.org/licenses/by/4.0/")
    assert usual == patterns.licence_of(address)
    assert "authority/licence" in usual
    assert usual != patterns.licence_of("https://creativecommons.org/licenses/by-sa/4.0/")
