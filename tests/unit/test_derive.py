"""What the queries `derive_*.rq` make of documents, events and claims."""

from __future__ import annotations

from pathlib import Path

import pytest
from rdflib import URIRef

from twin_graph.build.graph import BuiltGraph, make_graph
from twin_graph.build.inputs import read_inputs
from twin_graph.namespaces import TWIN
from twin_graph.workspace import Workspace
from workspaces import copy_tiny, table

BASE = "http://localhost:8000/"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A copy of the tiny workspace; it is valid on the last day of 2024."""
    return copy_tiny(tmp_path)


def built(workspace: Workspace) -> BuiltGraph:
    return make_graph(read_inputs(workspace))


def local_names(graph: BuiltGraph, key: str, term: URIRef) -> list[str]:
    """The values of one property of a partnership, without their namespace."""
    subject = URIRef(f"{BASE}id/partnership/{key}")
    values = (str(value) for _, _, value in graph.store.triples(subject, term))
    return sorted(value.rpartition("#")[2].rpartition("/")[2] for value in values)


def current(graph: BuiltGraph, key: str) -> tuple[list[str], list[str], list[str]]:
    """Status, relation type and stage of a partnership today."""
    status, relation = (
        local_names(graph, key, TWIN.currentStatus),
        local_names(graph, key, TWIN.currentRelation),
    )
    return status, relation, local_names(graph, key, TWIN.currentStage)


def event(workspace: Workspace, key: str, partnership: str, status: str, on: str, after: str = "") -> None:
    cells = {"key": key, "partnership": partnership, "event": status, "on": on, "after": after}
    table(workspace, "aldorf/events").append(**cells, source="aldorf-news", confidence="medium")


class TestOrder:
    """The periods of one partnership have one order, also where dates are vague, equal or missing."""

    def test_events_of_one_year(self, workspace: Workspace) -> None:
        """Of an ebbing and an end in one year, the end is last."""
        event(workspace, "belmont-1", "aldorf-belmont", "dormant", "2020")
        event(workspace, "belmont-2", "aldorf-belmont", "terminated", "2020", after="belmont-1")
        assert (["terminated"], ["partner"], ["agreement"]) == current(built(workspace), "aldorf-belmont")

    def test_vague_end_in_the_year_of_the_agreement(self, workspace: Workspace) -> None:
        """An agreement of September that ended "in that year" has ended."""
        event(workspace, "cedrowo-1", "aldorf-cedrowo", "terminated", "2012")
        assert (["terminated"], ["partner"], ["agreement"]) == current(built(workspace), "aldorf-cedrowo")

    def test_resumed_in_the_year_of_the_suspension(self, workspace: Workspace) -> None:
        """What follows an event comes after it, even with a vaguer date."""
        event(workspace, "estuary-2", "aldorf-estuary", "resumed", "2022", after="estuary-1")
        assert (["in-force"], ["friendly"], ["letter-of-intent"]) == current(
            built(workspace), "aldorf-estuary"
        )

    def test_letter_and_agreement_of_one_day(self, workspace: Workspace) -> None:
        """A letter of intent and an agreement of one day make a partnership by agreement."""
        agreements = table(workspace, "aldorf/agreements")
        letter = next(
            line for line, record in enumerate(agreements.records(), 1) if record[0] == "cedrowo-2008"
        )
        agreements.change(letter, "signed", "2012-09-01")
        assert (["in-force"], ["partner"], ["agreement"]) == current(built(workspace), "aldorf-cedrowo")

    def test_undated_plan(self, workspace: Workspace) -> None:
        """A plan without a date changes nothing about a signed agreement."""
        event(workspace, "cedrowo-1", "aldorf-cedrowo", "planned", "")
        assert (["in-force"], ["partner"], ["agreement"]) == current(built(workspace), "aldorf-cedrowo")

    def test_undated_end(self, workspace: Workspace) -> None:
        """An end without a date is what holds today."""
        event(workspace, "cedrowo-1", "aldorf-cedrowo", "terminated", "")
        assert (["terminated"], ["partner"], ["agreement"]) == current(built(workspace), "aldorf-cedrowo")


class TestTerms:
    """A document may say until when it holds."""

    @pytest.fixture
    def limited(self, workspace: Workspace) -> Workspace:
        agreements = table(workspace, "aldorf/agreements")
        line = next(
            line for line, record in enumerate(agreements.records(), 1) if record[0] == "cedrowo-2012"
        )
        agreements.change(line, "until", "2020")
        return workspace

    def test_expired(self, limited: Workspace) -> None:
        """A partnership whose only agreement held until 2020 has expired, and its cities are no twins by it."""
        graph = built(limited)
        assert (["expired"], ["partner"], ["agreement"]) == current(graph, "aldorf-cedrowo")
        cedrowo, aldorf = (URIRef(f"{BASE}id/city/{key}") for key in ("cedrowo", "aldorf"))
        assert (cedrowo, TWIN.twinnedWith, aldorf) not in set(graph.store.triples(cedrowo))

    def test_renewed(self, limited: Workspace) -> None:
        """A renewal after the term puts it in force again."""
        table(limited, "aldorf/agreements").append(
            key="cedrowo-2021", type="Renewal", partnership="aldorf-cedrowo", relation="partner", signed="2021-02-01",
            name_en="Renewal", renews="cedrowo-2012", source="aldorf-archive", confidence="high",
        )  # fmt: skip
        assert (["in-force"], ["partner"]) == current(built(limited), "aldorf-cedrowo")[:2]


class TestClaims:
    """What only claims know is in force when both sides list it and nobody says otherwise."""

    @pytest.mark.parametrize(
        ("first", "second", "expected"),
        [("", "", "in-force"), ("terminated", "", "unknown"), ("terminated", "terminated", "terminated")],
    )
    def test_status(self, workspace: Workspace, first: str, second: str, expected: str) -> None:
        """An end that one side claims makes it unknown, an end that all claim ends it."""
        claims = table(workspace, "world/claims")
        pair = "q900000003;q900000007"
        lines = [line for line, record in enumerate(claims.records(), 1) if record[0] == pair]
        assert 2 == len(lines)
        for line, status in zip(lines, (first, second), strict=True):
            claims.change(line, "status", status)
        graph = built(workspace)
        assert ["listed"] == local_names(graph, "q900000003-q900000007", TWIN.currentRelation)
        assert [expected] == local_names(graph, "q900000003-q900000007", TWIN.currentStatus)


def test_one_current_status(workspace: Workspace) -> None:
    """Every partnership has exactly one status and one relation type today, and a place among periods is unique."""
    graph = built(workspace)
    partnerships = {s for s, _, _ in graph.store.triples(None, TWIN.hasParty)}
    assert 10 < len(partnerships)
    for partnership in partnerships:
        for term in (TWIN.currentStatus, TWIN.currentRelation):
            assert 1 == len(list(graph.store.triples(partnership, term))), (partnership, term)
    places = [(str(s).partition("#")[0], str(o)) for s, _, o in graph.store.triples(None, TWIN.sortsAs)]
    assert len(places) == len(set(places)) > 0
