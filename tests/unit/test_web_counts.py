"""The numbers of cities and countries, and what counts as a contradiction: queries over small graphs."""

from __future__ import annotations

import pytest

from site_client import BASE
from twin_graph import iris
from twin_graph.build.functions import FUNCTIONS_OF_OURS
from twin_graph.chains import Link as Partnership
from twin_graph.formats import N_TRIPLES, TURTLE
from twin_graph.pictures import Link, Place, Relation, State
from twin_graph.pictures.reading import read_around
from twin_graph.queries import load, load_all
from twin_graph.store import Store
from twin_graph.web.graph_tables import Narrowing
from twin_graph.web.pictures import figures

PREFIXES = f"""
@prefix twin: <https://w3id.org/twin-graph/ontology#> .
@prefix relation: <https://w3id.org/twin-graph/concepts/relation#> .
@prefix status: <https://w3id.org/twin-graph/concepts/status#> .
@prefix c: <{BASE}id/city/> . @prefix p: <{BASE}id/partnership/> . @prefix k: <{BASE}id/claim/> .
@prefix n: <{BASE}id/country/> .
"""


def store_of(turtle: str, graph: str = "register-a") -> Store:
    """A store with one graph; `rel:is` and `st:is` are the current relation and status."""
    whole = turtle.replace("rel:is", "twin:currentRelation").replace("st:is", "twin:currentStatus")
    store = Store.in_memory()
    store.load_graph((PREFIXES + whole).encode(), TURTLE, f"{BASE}graph/{graph}")
    return store


def row_of(store: Store, name: str, kind: str, key: str) -> dict[str, str]:
    """The first row of a query about a thing."""
    rows = store.select(load(name), this=iris.thing(BASE, kind, key))
    return {variable: str(term).rpartition("/")[2] for variable, term in rows[0].items()}


@pytest.fixture(scope="module")
def mixed() -> Store:
    """Partner of b; friendly with c by two documents; a triangle with b and d; what has ended with e."""
    return store_of("""
        c:a twin:inCountry n:x ; twin:twinCount 2 . c:b twin:inCountry n:x ; twin:twinCount 1 .
        c:c twin:inCountry n:y .
        p:ab twin:hasParty c:a, c:b ; rel:is relation:partner ; st:is status:in-force .
        p:ac twin:hasParty c:a, c:c ; rel:is relation:friendly ; st:is status:unknown .
        p:ac2 twin:hasParty c:a, c:c ; rel:is relation:friendly ; st:is status:in-force .
        p:ab2 twin:hasParty c:a, c:b ; rel:is relation:friendly ; st:is status:in-force .
        p:abd twin:hasParty c:a, c:b, c:d ; rel:is relation:friendly ; st:is status:in-force .
        p:ae twin:hasParty c:a, c:e ; rel:is relation:friendly ; st:is status:terminated .
    """)


def test_a_city_is_counted_once_in_its_closest_relation(mixed: Store) -> None:
    """Partner and friendly cities are cities, not partnerships; a triangle and what has ended do not count."""
    found = row_of(mixed, "city_summary", "city", "a")
    assert ("1", "1", "2") == (found["partner_cities"], found["friendly_cities"], found["countries"])


def test_a_partnership_of_a_country_is_counted_once(mixed: Store) -> None:
    """However many of its cities are there; cities have their own numbers of all partnerships beside their twins."""
    assert "6" == row_of(mixed, "country_summary", "country", "x")["links"]
    found = row_of(mixed, "country_cities", "country", "x")
    assert ("a", "2", "6") == (found["city"], found["partners"], found["links"])


@pytest.mark.parametrize(
    ("claims", "differs"),
    [
        ("k:1 twin:relationType relation:friendly ; twin:since '2017' . "
         "k:2 twin:relationType relation:partner ; twin:since '2022-05-21' . "
         "k:3 twin:relationType relation:partner .",
         False),
        ("k:1 twin:relationType relation:partner ; twin:since '2000-06-26' . "
         "k:2 twin:relationType relation:partner ; twin:since '2002' .", True),
        ("k:1 twin:relationType relation:partner ; twin:since '2000-06-26' . "
         "k:2 twin:relationType relation:partner ; twin:since '2001' .", False),
        ("k:1 twin:relationType relation:partner ; twin:since '2000' . "
         "k:2 twin:relationType relation:friendly ; twin:since '2000-02' .", True),
        ("k:1 twin:relationType relation:partner . k:2 twin:relationType relation:friendly .", True),
        ("k:1 twin:relationType relation:partner . k:2 twin:relationType relation:listed .", False),
        ("k:1 twin:since '1990' . k:2 twin:relationType relation:partner ; twin:since '1993' .", True),
        ("k:1 twin:since '1991-05' . k:2 twin:relationType relation:partner ; twin:since '1991' .", False),
    ],
    ids=["history", "years apart", "signed twice", "two relations of a year", "no order", "only listed",
         "no relation", "one year"],
)  # fmt: skip
def test_sources_differ_where_they_cannot_both_be_right(claims: str, differs: bool) -> None:
    """What followed something else in time is history and no contradiction."""
    about = " ".join(
        f"k:{number} a twin:Claim ; twin:isAbout p:ab ." for number in range(1, 4) if f"k:{number} " in claims
    )
    store = store_of(f"p:ab twin:hasParty c:a, c:b . {about} {claims}")
    queries = load_all("derive_7_contradiction")
    made = b"".join(store.construct_ntriples(query, FUNCTIONS_OF_OURS) for query in queries)
    store.load_graph(made, N_TRIPLES, f"{BASE}graph/derived")
    assert differs == bool(store.select(load("city_conflicts"), this=iris.thing(BASE, "city", "a")))


def test_the_summary_of_a_map_counts_what_holds_today() -> None:
    """As the numbers of the city do; what else is drawn has a number of its own."""

    def link(name: str, kilometres: float, relation: Relation, state: State = State.CURRENT) -> Link:
        return Link(Place(name, country=name[:1]), relation, state, kilometres)

    links = [link("x1", 10, Relation.PARTNER), link("y1", 500, Relation.FRIENDLY), link("x2", 90, Relation.FRIENDLY),
             link("z1", 1, Relation.PARTNER, State.ENDED), link("z2", 9000, Relation.LISTED)]  # fmt: skip
    pairs = dict(figures.summary_of(links, "en"))
    assert ("3", "2", "x1 (10 km)", "y1 (500 km)") == tuple(
        pairs[name] for name in ("Cities", "Countries", "Nearest", "Farthest")
    )
    assert "2" == next(value for label, value in pairs.items() if label.startswith("Also drawn"))
    assert {"Cities": "1", "Countries": "1"}.items() <= dict(figures.summary_of(links[-1:], "en")).items()


class TestStatus:
    """Where only the listing is known, no status is said: in tables (`test_web_panels`), pictures and choices."""

    def test_in_pictures(self) -> None:
        """A link without a status is drawn like any other."""
        listed = store_of("""
            p:ab twin:hasParty c:a, c:b ; rel:is relation:unconfirmed ; st:is status:unknown .
            p:ac twin:hasParty c:a, c:c ; rel:is relation:listed ; st:is status:terminated .
            p:ad twin:hasParty c:a, c:d ; rel:is relation:partner ; st:is status:unknown .
        """, "world")  # fmt: skip
        found = read_around(listed, BASE, "a", str, lambda _kind, _key: "")
        states = {each.city: each.link.state for each in found.neighbours}
        assert {"b": State.CURRENT, "c": State.ENDED, "d": State.UNKNOWN} == states

    def test_in_choices(self) -> None:
        """Who asks for what is in force does not get what is only listed."""
        known = Narrowing(status="in-force")
        assert not known.fits(Partnership("ab", ("a", "b"), "listed", "in-force"))
        assert known.fits(Partnership("ab", ("a", "b"), "partner", "in-force"))
        assert Narrowing(status="terminated").fits(Partnership("ab", ("a", "b"), "listed", "terminated"))
