"""What is read of a snapshot: links that others than Wikidata speak of, with their dates and pages."""

from __future__ import annotations

from functools import cache

import pytest

from twin_graph.build.graph import make_graph
from twin_graph.build.inputs import read_inputs
from twin_graph.compare.model import Link, Ours
from twin_graph.compare.reading import read_store
from twin_graph.workspace import find_workspace
from workspaces import TINY

BASE = "http://localhost:8000/"


@cache
def tiny() -> Ours:
    """The tiny workspace as the comparison sees it."""
    graph = make_graph(read_inputs(find_workspace(TINY)))
    return read_store(graph.store, BASE, snapshot="tiny", valid_on="2024-12-31")


def links() -> dict[str, Link]:
    """Its links by key."""
    return {link.key: link for link in tiny().links}


def test_what_only_wikidata_says_is_no_link_of_ours() -> None:
    """It would be compared with itself."""
    assert "q900000002-q900000003" not in links()
    assert "aldorf-belmont" in links()


def test_a_link_has_its_dates_and_pages() -> None:
    """Documents first; a page of the register counts for nothing of itself."""
    found = links()["aldorf-belmont"]
    assert ("aldorf", "belmont") == found.parties
    assert found.start is not None
    assert found.start.date.startswith("19")
    assert {start.date for start in found.starts} >= {"1990-05-05", "1991"}
    assert all(page.url.startswith("http") for page in found.cited)


def test_an_end_is_read_only_where_it_has_ended() -> None:
    """A newspaper that says “terminated” ends nothing in the register of Aldorf."""
    assert all(link.status in ("terminated", "expired") for link in tiny().links if link.ends)


def test_cities_know_their_items_and_siblings() -> None:
    """Both sides of a sibling know it."""
    cities = tiny().cities
    assert any(city.siblings for city in cities.values())
    for city in cities.values():
        for other in city.siblings:
            assert city.key in cities[other].siblings
    assert cities["aldorf"].item.startswith("Q")
    assert cities["aldorf"].names


@pytest.mark.parametrize("key", ["aldorf-belmont"])
def test_the_digest_is_that_of_what_sources_say(key: str) -> None:
    """Sixty-four hexadecimal digits, the same whenever it is read."""
    assert 64 == len(links()[key].digest)
    assert links()[key].digest == {link.key: link for link in tiny().links}[key].digest
