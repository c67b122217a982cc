"""Browsing: the shelves that the `browse_` queries fill, and counting with sets that are numbers."""

from __future__ import annotations

import random
import re

import pytest
from rdflib import RDF, URIRef

from site_client import BASE
from twin_graph import browse, iris
from twin_graph.kinds import DOCUMENTED
from twin_graph.namespaces import TWIN_IRI
from twin_graph.queries import Query, load_all
from twin_graph.store import Store

KINDS = [kind.name for kind in DOCUMENTED]
QUERIES = load_all("browse_")
every_query = pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)


def test_every_kind_has_its_query() -> None:
    """Each kind whose things have documents can be browsed, and nothing else."""
    assert sorted(f"browse_{kind}" for kind in KINDS) == [query.name for query in QUERIES]


@every_query
def test_the_header_names_variables_of_the_query(query: Query) -> None:
    """A facet or a column is a variable that the query selects."""
    selected = set(re.findall(r"\?(\w+)", query.text[query.text.index("SELECT") :].partition("WHERE")[0]))
    named = {name for note in ("facet", "show") for name in query.notes.get(note, "").split()}
    assert named
    assert named | {"this"} <= selected
    assert [] == list(query.parameters)


@every_query
def test_a_filter_can_be_written_into_it(query: Query) -> None:
    """The text ends with the end of its WHERE, where the query page puts what a reader has chosen."""
    assert query.text.endswith("}\n")


@every_query
def test_it_finds_something_in_the_shipped_data(real_store: Store, query: Query) -> None:
    """Each column that a header names has a value somewhere in the shipped data."""
    shelf = browse.read_shelf(real_store, BASE, query.name.removeprefix("browse_"))
    assert shelf.keys
    assert set(shelf.shown) <= set(shelf.values)


@pytest.mark.parametrize("kind", KINDS)
def test_a_shelf_has_all_things_of_its_kind(tiny_store: Store, kind: str) -> None:
    """The query leaves out no thing and adds none."""
    name = next(each.class_name for each in DOCUMENTED if each.name == kind)
    found = {str(s) for s, _, _ in tiny_store.triples(None, RDF.type, URIRef(TWIN_IRI + name))}
    things = {thing for thing in found if thing.startswith(f"{BASE}id/{kind}/")}
    shelf = browse.read_shelf(tiny_store, BASE, kind)
    assert things
    assert sorted(things) == [str(iris.thing(BASE, kind, key)) for key in shelf.keys]


def test_counts_are_what_counting_one_by_one_gives(tiny_store: Store) -> None:
    """For each value the number of things that fit it and what other facets are asked for."""
    shelf = browse.read_shelf(tiny_store, BASE, "partnership")
    wanted = {"country": ("pl", "de"), "relation": ("listed",)}
    checked = 0
    for name, counted in shelf.counts(wanted).items():
        others = {other: tokens for other, tokens in wanted.items() if other != name}
        for value, number in counted:
            fitting = [
                place
                for place in range(len(shelf.keys))
                if value.node in shelf.values[name].get(place, ())
                and all(
                    set(tokens) & set(map(browse.token, shelf.values[other].get(place, ())))
                    for other, tokens in others.items()
                )
            ]
            assert len(fitting) == number, (name, value.token)
            assert number or value.token in wanted.get(name, ())
            checked += 1
    assert checked > 10


def test_values_of_one_facet_add_up_and_facets_narrow(tiny_store: Store) -> None:
    """Two countries are either; a country and a continent are both; a value that nobody has leaves nothing."""
    shelf = browse.read_shelf(tiny_store, BASE, "city")

    def found(**wanted: str) -> int:
        return shelf.matching({name: text.split() for name, text in wanted.items()}).bit_count()

    assert (6, 2, 8) == (found(country="ca"), found(country="de"), found(country="ca de"))
    assert 2 == found(country="ca de", continent="europe")
    assert 0 == found(country="zz")
    assert len(shelf.keys) == found() == found(nothing="x")


def test_sets_are_numbers() -> None:
    """A set of places and the number that stands for it are carried over without loss."""
    rng = random.Random(4)
    for size in (0, 1, 8, 9, 1000):
        chosen = sorted(rng.sample(range(size), size // 3))
        number = browse.as_set(chosen, size)
        assert chosen == browse.places(number)
        assert len(chosen) == number.bit_count()
