"""Which names of which things go into the index of a snapshot."""

from __future__ import annotations

import pytest

from twin_graph.build.names import named_things
from twin_graph.kinds import DOCUMENTED
from twin_graph.labels import KIND_ORDER, USES, Name, Named, NameIndex
from twin_graph.snapshot import Snapshot
from twin_graph.store import Store
from twin_graph.web.names import Names

BASE = "http://localhost:8000/"


@pytest.fixture(scope="module")
def things(tiny_snapshot: Snapshot, tiny_store: Store) -> dict[tuple[str, str], Named]:
    """What is named in the tiny workspace."""
    found = named_things(tiny_store, BASE, tiny_snapshot.manifest.registers)
    return {(thing.kind, thing.key): thing for thing in found}


def test_everything_with_a_document_is_there(things: dict[tuple[str, str], Named], tiny_store: Store) -> None:
    """Each kind with as many things as the pages count, and each thing has a name or parts."""
    totals = Names(tiny_store, BASE).totals
    counted = {kind.name: sum(key[0] == kind.name for key in things) for kind in DOCUMENTED}
    assert {kind.name: totals.get(kind.name, 0) for kind in DOCUMENTED} == counted
    assert [] == [key for key, thing in things.items() if not thing.names and not thing.parts]


def test_kinds_and_uses_are_known(things: dict[tuple[str, str], Named]) -> None:
    """Every kind with a document has a place in the order of results, and every name a use that is known."""
    assert {kind.name for kind in DOCUMENTED} == set(KIND_ORDER)
    assert set() == {name.use for thing in things.values() for name in thing.names} - set(USES)


def test_city(things: dict[tuple[str, str], Named]) -> None:
    """A city has labels, names of other uses, a country and its numbers; the keeper of a register is heavy."""
    aldorf = things["city", "aldorf"]
    assert "label" == aldorf.names[0].use
    assert len(aldorf.names) == len({(name.text, name.language, name.use) for name in aldorf.names})
    assert 1 == len(aldorf.countries)
    assert "aldorf" in aldorf.identifiers
    assert aldorf is max((t for t in things.values() if t.kind == "city"), key=lambda thing: thing.weight)


def test_partnership_has_its_parties(things: dict[tuple[str, str], Named]) -> None:
    """A partnership is found by the names of its cities and in the countries of all of them."""
    three = things["partnership", "aldorf-belmont-cedrowo"]
    assert {("city", name) for name in ("aldorf", "belmont", "cedrowo")} == set(three.parts)
    assert Name("Three Cities", "en") in three.names
    countries = {country for _, key in three.parts for country in things["city", key].countries}
    assert countries == set(three.countries)


def test_document_has_the_parties_of_its_partnership(things: dict[tuple[str, str], Named]) -> None:
    """An agreement is found by the cities that it is between."""
    assert {"aldorf", "belmont"} <= {key for _, key in things["agreement", "belmont-2015"].parts}


def test_snapshot_holds_the_index(tiny_snapshot: Snapshot, things: dict[tuple[str, str], Named]) -> None:
    """A build writes the index beside the data, with all of it."""
    index = NameIndex.open(tiny_snapshot.side("names.db"))
    assert index.exists
    found = index.search("aldorf", "en", limit=1000)
    assert ("city", "aldorf") == (found.hits[0].kind, found.hits[0].key)
    assert found.total == len(found.hits)
    assert {(hit.kind, hit.key) for hit in found.hits} <= set(things)
