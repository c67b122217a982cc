"""The parts of reconciliation that need no request: tables, ways through the graph, values, fixed weights, turns."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path

import pytest
from rdflib import URIRef

from twin_graph import iris
from twin_graph.errors import ClientGone, MalformedRequest, OverBudget, ServiceBusy
from twin_graph.front.gateway import Limits
from twin_graph.front.request import Request
from twin_graph.labels import Name, Named, NameIndex, write_index
from twin_graph.matching import Query
from twin_graph.namespaces import PREFIXES, TWIN, TWIN_IRI
from twin_graph.reconcile import SERVICES, V02, Facts, NameMatcher, Service, load_json, read_query
from twin_graph.reconcile.asked import read_article, read_identifier, read_number, read_point
from twin_graph.reconcile.facts import date, number
from twin_graph.reconcile.vocabulary import LANGUAGES, properties_of, settings, types_of, words
from twin_graph.snapshot import Snapshot
from twin_graph.store import Store
from twin_graph.web.reconcile.turns import Turn, Turns
from twin_graph.worker import Departure

BASE = "http://localhost:8000/"
EVIDENCE = {"", "country", "admin", "point", "population", "partners", "networks", "identifier:wikidata",
            "identifier:geonames", "identifier:teryt", "identifier:key"}  # fmt: skip
HOLDS = {
    "",
    "name",
    "text",
    "point",
    "int",
    "float",
    "date",
    "thing",
    "item",
    "key",
    "class",
    "page",
    "title",
}


def service(word: str = "", language: str = "en") -> Service:
    """A service of version 0.2."""
    return Service(word, V02, language, True, BASE)


class TestTables:
    """The tables of types, properties and settings."""

    @pytest.mark.parametrize("word", SERVICES)
    def test_rows(self, word: str) -> None:
        """Identifiers are used once and stand in addresses as they are; names are there in three languages."""
        space, kind = SERVICES[word]
        for rows in (types_of(space, kind), properties_of(space, kind)):
            assert rows
            assert len({row.id for row in rows}) == len(rows)
            for row in rows:
                assert row.id.replace("_", "").isalnum()
                assert len(LANGUAGES) == len(list(filter(None, row.names)))
                assert not {"<", ">"} & set("".join(row.names))

    def test_ways(self) -> None:
        """Ways are made of terms that there are; what can be compared and made of values is known."""
        number = 0
        for space, kind in SERVICES.values():
            for each in properties_of(space, kind):
                assert each.evidence in EVIDENCE
                assert each.holds in HOLDS
                assert bool(each.holds) == each.can_be_fetched
                for step in filter(None, f"{each.via}/{each.reads}".replace("|", "/").split("/")):
                    prefix, _, local = step.removeprefix("^").partition("@")[0].partition(":")
                    assert step == "." or prefix in PREFIXES, step
                    if prefix == "twin":
                        assert str(TWIN[local]).startswith(TWIN_IRI)
                    number += 1
        assert number > 40

    def test_classes(self) -> None:
        """A type is a class of the ontology."""
        for space, kind in SERVICES.values():
            for each in types_of(space, kind):
                assert str(TWIN[each.class_name])

    def test_settings(self) -> None:
        """The default of a setting is one of its values."""
        assert ["limit", "status", "dates", "count"] == [each.id for each in settings()]
        for each in settings():
            assert not each.choices or each.default in {choice.value for choice in each.choices}
            assert all(each.help(language) for language in LANGUAGES)

    def test_words(self) -> None:
        """Features are explained in three languages."""
        for language in LANGUAGES:
            assert len(words(language)) > 15
            assert all(text for _, text in words(language))


class TestReading:
    """Texts that mean places, numbers and identifiers."""

    @pytest.mark.parametrize(("text", "expected"), [
        ("50.11,8.68", (50.11, 8.68)), ("-33.9; 18.4", (-33.9, 18.4)), ("POINT(8.68 50.11)", (50.11, 8.68)),
        ("<http://www.opengis.net/def/crs/OGC/1.3/CRS84> POINT(8 50)", (50.0, 8.0)), ("(50, 8)", (50.0, 8.0)),
        ("91,0", None), ("0,181", None), ("", None), ("50", None), ("POINT(a b)", None), ("1e5,3", None),
        ("POINT(1.2.3 4)", None),
    ])  # fmt: skip
    def test_points(self, text: str, expected: tuple[float, float] | None) -> None:
        """A place is written in one of several ways."""
        assert expected == read_point(text)

    @pytest.mark.parametrize(("text", "expected"), [
        ("773068", 773_068), ("773 068", 773_068), ("773.068", 773_068), ("773'068", 773_068), ("81000.0", 81_000),
        ("1,5", None), ("-5", None), ("", None), ("10^6", None), ("1" * 13, None),
    ])  # fmt: skip
    def test_numbers(self, text: str, expected: int | None) -> None:
        """A number may have separators of thousands."""
        assert expected == read_number(text)

    @pytest.mark.parametrize(("text", "expected"), [
        ("Q37333", ("wikidata", "Q37333")), ("https://m.wikidata.org/wiki/Q37333", ("wikidata", "Q37333")),
        ("https://evil.example/wiki/Q37333", None), ("http://[", None), ("lublin", None),
        ("frankfurt-am-main", ("key", "frankfurt-am-main")), ("Frankfurt-am-Main", None), ("12345", None),
        (f"{BASE}id/city/lublin", ("key", "lublin")), (f"{BASE}id/network/eurocities", None),
    ])  # fmt: skip
    def test_identifiers(self, text: str, expected: tuple[str, str] | None) -> None:
        """Only what can be nothing else is taken for an identifier."""
        assert expected == read_identifier(text, BASE, "city")

    def test_articles(self) -> None:
        """An article of Wikipedia is its title in its language."""
        assert ("Lwów", "pl") == read_article("https://pl.m.wikipedia.org/wiki/Lw%C3%B3w")
        assert read_article("https://wikipedia.org.evil.example/wiki/A") is None
        assert read_article("http://[") is None

    def test_all_problems_at_once(self) -> None:
        """Everything that is wrong with a query is said, each with its place."""
        properties = [{"pid": 1, "v": 1}, {"pid": "coord", "v": {}}]
        raw = {"query": 5, "type_strict": "x", "props": [], "properties": properties}
        with pytest.raises(MalformedRequest) as raised:
            read_query(raw, "q0", service())
        for place in ("q0.query", "q0.type_strict", "“props”", "q0.properties[0]", "q0.properties[1].v"):
            assert place in str(raised.value)

    @pytest.mark.parametrize("text", ["", "{", "NaN", "[" * 100_000, '{"a": Infinity}', b"\xff", "1" * 5_000])
    def test_no_json(self, text: str | bytes) -> None:
        """What is no JSON is a request that is wrong, never a failure."""
        with pytest.raises(MalformedRequest):
            load_json(text)


class TestValues:
    """Values as the protocol has them (R8)."""

    @pytest.mark.parametrize(("value", "expected"), [
        (number("81000", whole=True), {"int": 81_000}), (number("4294967296", whole=True), {"str": "4294967296"}),
        (number("1.5", whole=True), {"str": "1.5"}), (number("1.5", whole=False), {"float": 1.5}),
        (number("inf", whole=False), {"str": "inf"}), (number("many", whole=True), {"str": "many"}),
        (date("1096", "auto"), {"str": "1096"}), (date("1996-05", "auto"), {"str": "1996-05"}),
        (date("1996-05-03", "auto"), {"date": "1996-05-03T00:00:00Z"}), (date("1996?", "auto"), {"str": "1996?"}),
    ])  # fmt: skip
    def test_values(self, value: Mapping[str, object], expected: Mapping[str, object]) -> None:
        """Nothing is said more precisely than it is known, and no number is too large."""
        assert expected == value

    def test_way(self, tiny_store: Store) -> None:
        """A way goes along properties and against them, and takes the first alternative that leads anywhere."""
        facts = Facts(tiny_store, BASE, lambda iri, _: iri)
        aldorf = iris.thing(BASE, "city", "aldorf")
        assert [aldorf] == facts.follow([aldorf], ".")
        assert ["81000"] == [str(end) for end in facts.follow([aldorf], "twin:nothing|twin:population")]
        partners = facts.follow([aldorf], "^twin:hasParty/twin:hasParty")
        assert iris.thing(BASE, "city", "belmont") in partners
        assert len(partners) == len(set(partners))
        assert [] == facts.follow([URIRef("http://elsewhere/")], "twin:population")

    def test_aliases(self, tiny_store: Store) -> None:
        """An item in small letters leads to the thing, as in addresses of pages."""
        facts = Facts(tiny_store, BASE, lambda iri, _: iri)
        assert facts.find(service(), "q900000001") == facts.find(service(), "aldorf") is not None
        assert facts.find(service(), "q900000099") is None
        assert facts.find(service("network"), "aldorf") is None


class TestNames:
    """The matcher of fixed weights."""

    @pytest.fixture
    def matcher(self, tmp_path: Path) -> NameMatcher:
        """A matcher of two namesakes and a network."""
        write_index(tmp_path / "names.db", [
            Named("city", "aldorf-de", (Name("Aldorf", "de"),), countries=("de",)),
            Named("city", "aldorf-ca", (Name("Aldorf", "en"),), countries=("ca",)),
            Named("network", "union", (Name("Union of Towns", "en"),)),
            Named("country", "de", (Name("Germany", "en"), Name("Niemcy", "pl"))),
            Named("country", "ca", (Name("Canada", "en"),)),
        ])  # fmt: skip
        return NameMatcher(NameIndex.open(tmp_path / "names.db"), BASE)

    def test_namesakes(self, matcher: NameMatcher) -> None:
        """Of two namesakes none is a match, unless the country tells them apart; probabilities are at most 1."""
        alone, with_country = matcher.match([Query("Aldorf"), Query("Aldorf", country="Niemcy")])
        assert [False, False] == [each.match for each in alone.candidates]
        assert [("aldorf-de", True), ("aldorf-ca", False)] == [
            (each.key, each.match) for each in with_country.candidates
        ]
        for answer in (alone, with_country):
            assert pytest.approx(100) == sum(each.score for each in answer.candidates) + 100 * answer.none

    def test_kinds(self, matcher: NameMatcher) -> None:
        """Only things of the kind are found."""
        city, network = matcher.match([Query("Union of Towns"), Query("union of towns", kinds=("network",))])
        assert () == city.candidates
        assert ("union", True) == (network.candidates[0].key, network.candidates[0].match)

    @pytest.mark.parametrize(("text", "is_match"), [
        ("Aldorf – Belmont", True), ("Belmont Альдорф", True), ("Aldorf", False), ("Aldorf Belmont Lviv", False),
    ])  # fmt: skip
    def test_parts(self, tiny_snapshot: Snapshot, text: str, is_match: bool) -> None:
        """A partnership is a match where all its cities are named, in any order and language, and nothing else."""
        by_name = NameMatcher(NameIndex.open(tiny_snapshot.side("names.db")), BASE)
        (found,) = by_name.match([Query(text, kinds=("partnership",))])
        assert is_match == any(each.match for each in found.candidates)
        if is_match:
            assert "aldorf-belmont" == found.candidates[0].key

    def test_nothing(self, matcher: NameMatcher) -> None:
        """A query without name and identifier is none of all."""
        assert [1.0] == [
            answer.none for answer in matcher.match([Query("", identifiers={"key": "atlantis"})])
        ]


class TestTurns:
    """What reconciliation may take of a process (R14, R16)."""

    def test_one_at_a_time(self) -> None:
        """Who comes while somebody else has the turn waits; when too many wait, the next is told to come back."""
        turns = Turns(0, waiting=1, patience=30)
        entered = threading.Event()
        with turns.take("a", None):
            other = threading.Thread(target=lambda: _enter(turns, entered))
            other.start()
            while not turns._waiting:
                pass
            with pytest.raises(ServiceBusy), turns.take("c", None):
                pass
            assert not entered.is_set()
        other.join()
        assert entered.is_set()

    def test_patience(self) -> None:
        """Who waits too long is told to come back, and waits no more."""
        turns = Turns(0, patience=0.01)
        with turns.take("a", None):
            with pytest.raises(ServiceBusy), turns.take("b", None):
                pass
            assert 0 == turns._waiting

    def test_budget(self) -> None:
        """Who has used up their seconds is refused, others are not."""
        turns = Turns(5)
        turns._budgets.use("a", seconds=50)
        with pytest.raises(OverBudget), turns.take("a", None):
            pass
        with turns.take("b", None):
            pass

    def test_departure(self) -> None:
        """Nothing more is matched for who has gone."""
        departure = Departure()
        turn = Turn(departure)
        assert turn.look()
        departure.announce()
        with pytest.raises(ClientGone):
            turn.look()


def _enter(turns: Turns, entered: threading.Event) -> None:
    with turns.take("b", None):
        entered.set()


def test_large_bodies() -> None:
    """Only requests to addresses of tables may have large bodies."""
    limits = Limits(body_bytes=10, large_segment="reconcile", large_bytes=1_000)

    def of(path: str) -> int:
        return limits.body_of(Request("POST", path, "", "localhost", {}, "127.0.0.1"))

    assert (1_000, 1_000) == (of("/reconcile"), of("/base/reconcile/v1/match"))
    assert (10, 10, 10) == (of("/sparql"), of("/reconciles"), of("/"))
    assert 10 == Limits(body_bytes=10).body_of(
        Request("POST", "/reconcile", "", "localhost", {}, "127.0.0.1")
    )


def test_first_page(tiny_snapshot: Snapshot) -> None:
    """The index gives the things of a kind page by page, those that matter most first."""
    index = NameIndex.open(tiny_snapshot.side("names.db"))
    everything = index.first_keys("city", 100)
    assert everything == [*index.first_keys("city", 2), *index.first_keys("city", 98, 2)]
    assert [] == NameIndex.open(None).first_keys("city", 5)
