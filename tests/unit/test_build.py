"""Sources become a checked graph with derived facts, in named graphs that share no statement.

What the derived facts say is tested by the competency questions.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from rdflib import Graph, URIRef

from twin_graph import iris
from twin_graph.build import build, check, inputs, kept
from twin_graph.errors import NotConformant, SourceError
from twin_graph.findings import Severity
from twin_graph.namespaces import SH, TWIN_IRI
from twin_graph.snapshot import Snapshot, current_id
from twin_graph.store import Store
from twin_graph.workspace import Workspace
from workspaces import copy_tiny, source_findings, table

BASE = "http://localhost:8000/"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A copy of the tiny workspace."""
    return copy_tiny(tmp_path)


class TestGraphs:
    """What is in a snapshot."""

    def test_named_graphs(self, tiny_snapshot: Snapshot, tiny_store: Store) -> None:
        """Each source has its graph, and derived facts, terms and descriptions have theirs."""
        expected = {"shared", "register-aldorf", "world", "ontology", "derived", "metadata"}
        assert expected == set(tiny_snapshot.manifest.graphs)
        assert expected == {name.rpartition("/")[2] for name in tiny_store.graph_names()}

    def test_counts_are_true(self, tiny_snapshot: Snapshot, tiny_store: Store) -> None:
        """The manifest counts the statements of each graph, and their sum."""
        counts = {name: tiny_store.count(iris.graph(BASE, name)) for name in tiny_snapshot.manifest.graphs}
        assert counts == tiny_snapshot.manifest.graphs
        assert sum(counts.values()) == tiny_snapshot.manifest.triples == len(tiny_store)

    def test_statement_stands_in_one_graph(self, tiny_snapshot: Snapshot) -> None:
        """No statement is in two graphs, because their union would count it twice."""
        lines = tiny_snapshot.dump_path.read_text(encoding="utf-8").splitlines()
        assert len(lines) == len({line.rpartition(" <")[0] for line in lines})

    def test_no_blank_nodes(self, tiny_snapshot: Snapshot) -> None:
        """Every node has an IRI."""
        assert "_:" not in {
            term for line in tiny_snapshot.dump_path.read_text(encoding="utf-8").splitlines()
            for term in (line[:2], line.split(" ")[2][:2])
        }  # fmt: skip

    def test_dump_is_sorted(self, tiny_snapshot: Snapshot) -> None:
        """The dump has one order, by bytes."""
        lines = tiny_snapshot.dump_path.read_bytes().splitlines()
        assert sorted(lines) == lines

    def test_every_subject_is_minted_or_a_term(self, tiny_store: Store) -> None:
        """Every subject is a thing, a document, a graph, a part of the service or of the numbers, or a term."""
        known = (TWIN_IRI.rstrip("#"), "https://w3id.org/twin-graph/", f"{BASE}sparql#", f"{BASE}void")
        subjects = {str(subject) for subject, _, _ in tiny_store.triples()}
        assert [] == [
            each for each in subjects if iris.unmint(BASE, each) is None and not each.startswith(known)
        ]

    def test_report_is_rdf(self, tiny_snapshot: Snapshot) -> None:
        """The validation report is a graph of SHACL's vocabulary, and agrees with the JSON."""
        graph = Graph().parse(tiny_snapshot.path / "report.ttl")
        result = URIRef("http://www.w3.org/ns/shacl#ValidationResult")
        found = len(list(graph.subjects(None, result)))
        assert sum(tiny_snapshot.report["counts"].values()) == found == 2
        assert [False] == [bool(value) for value in graph.objects(None, SH.conforms)]
        assert not tiny_snapshot.report["conforms"]

    def test_aliases_and_retired_keys(self, tiny_snapshot: Snapshot) -> None:
        """Old names lead on."""
        assert "aldorf" == tiny_snapshot.keys["aliases"]["city"]["q900000001"]
        assert "aldorf-belmont" == tiny_snapshot.keys["aliases"]["partnership"]["q900000001-q900000002"]
        assert "aldorf" == tiny_snapshot.keys["retired"]["city"]["aldorf-an-der-alle"]["replaced_by"]

    def test_day_on_which_the_data_is_valid(self, workspace: Workspace, tiny_snapshot: Snapshot) -> None:
        """It is said in publication.toml, or else the latest day on which anybody looked."""
        path = workspace.data / "publication.toml"
        path.write_text(path.read_text(encoding="utf-8").replace("valid_on", "# valid_on"), encoding="utf-8")
        assert ("2024-12-31", "2024-12-31") == (
            tiny_snapshot.manifest.valid_on,
            build(workspace)[0].manifest.valid_on,
        )


class TestSecondCity:
    """A register of another city, in a folder of its own."""

    def test_cities_of_the_folder(self, workspace: Workspace) -> None:
        """A register brings its own city and those that nobody else has; they are in its graph."""
        tables = {
            "register": [["key", "name_en", "name_pl", "city"], ["glen", "Register", "Rejestr", "glen"]],
            "sources": [["key", "title", "url"], ["glen-page", "Partner cities", "https://example.org/glen"]],
            "cities": [
                ["key", "type", "name_en", "country", "latitude", "longitude", "wikidata", "source"],
                ["glen", "City", "Glen", "ca", "44", "-63", "Q900000077", "glen-page"],
                ["hillside", "City", "Hillside", "de", "50", "8", "Q900000078", "glen-page"],
            ],
            "partnerships": [
                ["key", "parties", "relation", "source", "confidence"],
                ["glen-aldorf", "glen;aldorf", "friendly", "glen-page", "high"],
                ["glen-hillside", "q900000077;q900000078", "friendly", "glen-page", "high"],
            ],
        }
        (workspace.data / "glen").mkdir()
        for name, records in tables.items():
            table(workspace, f"glen/{name}").write(records)
        snapshot, report = build(workspace)
        assert [] == report.violations
        store = snapshot.open_store("memory")
        parties = {
            key: sorted(str(city).rpartition("/")[2] for _, _, city in store.triples(
                iris.thing(BASE, "partnership", key), URIRef(TWIN_IRI + "hasParty")))
            for key in ("glen-aldorf", "glen-hillside")
        }  # fmt: skip
        assert {"glen-aldorf": ["aldorf", "glen"], "glen-hillside": ["glen", "hillside"]} == parties
        subjects = {str(subject) for subject, _, _ in store.graph(f"{BASE}graph/register-glen")}
        assert {f"{BASE}id/city/glen", f"{BASE}id/city/hillside"} <= subjects


class TestGate:
    """A violation stops the build."""

    def test_violation(self, workspace: Workspace) -> None:
        """The report comes with the exception, and the current snapshot stays."""
        build(workspace)
        before = current_id(workspace.snapshots)
        table(workspace, "aldorf/agreements").change(2, "signed", "2004-04-31")
        with pytest.raises(NotConformant) as caught:
            build(workspace)
        assert {Severity.VIOLATION} == {finding.severity for finding in caught.value.report.violations}
        assert before == current_id(workspace.snapshots)

    def test_place_of_a_violation(self, workspace: Workspace) -> None:
        """A finding of the shapes has file, line and column; its messages are in both languages."""
        table(workspace, "aldorf/counts").change(3, "total", "-2")
        (finding,) = [found for found in source_findings(workspace) if found.severity is Severity.VIOLATION]
        assert "data/aldorf/counts.csv:3: total" == str(finding.where)
        assert {"en", "pl"} <= set(finding.messages)

    def test_place_of_what_a_later_source_says(self, workspace: Workspace) -> None:
        """A city of two tables is put right in the table that holds the wrong value."""
        table(workspace, "world/cities").change(3, "latitude", "95")
        places = [str(finding.where) for finding in source_findings(workspace)]
        assert "data/world/cities.csv:3: latitude" in places

    def test_check_says_what_build_says(self, workspace: Workspace) -> None:
        """Both give the same report."""
        assert check(workspace).findings == build(workspace)[1].findings

    def test_problems_of_files_come_before_the_gate(self, workspace: Workspace) -> None:
        """Files that cannot be read are told alone: what the gate would say of the rest would be wrong."""
        (workspace.data / "cities.csv").write_bytes(b"\xff")
        with pytest.raises(SourceError):
            check(workspace)


class TestCache:
    """The graph of a large source is kept until something that it depends on changes."""

    @pytest.fixture(autouse=True)
    def _cache_small_sources(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(inputs, "CACHED_FROM_ROWS", 10)

    @staticmethod
    def kept(workspace: Workspace) -> set[str]:
        """The graphs in the cache."""
        return {path.name for path in workspace.cache.glob("*.nq")}

    def test_second_build_reads_the_cache(self, workspace: Workspace) -> None:
        """A second build adds nothing and gives the same."""
        first = build(workspace)[0].path.name
        before = self.kept(workspace)
        assert 3 == len(before)
        assert (first, before) == (build(workspace)[0].path.name, self.kept(workspace))

    def test_cached_content_is_what_is_published(self, workspace: Workspace, tiny_snapshot: Snapshot) -> None:
        """With or without the cache, the snapshot is the same."""
        assert tiny_snapshot.path.name == build(workspace)[0].path.name == build(workspace)[0].path.name

    @pytest.mark.parametrize(
        ("name", "line", "column", "text", "changed"),
        [
            ("aldorf/counts", 2, "total", "4", {"register-aldorf"}),
            ("world/claims", 2, "since", "1991", {"world"}),
            ("cities", 2, "population", "81001", {"shared"}),
            ("cities", 2, "wikidata", "Q900000011", {"shared", "register-aldorf", "world"}),
        ],
    )
    def test_change_makes_anew_what_depends_on_it(
        self, workspace: Workspace, name: str, line: int, column: str, text: str, changed: set[str]
    ) -> None:
        """A change of one table makes its source anew; a change of an alias those that use it."""
        build(workspace)
        before = self.kept(workspace)
        table(workspace, name).change(line, column, text)
        build(workspace)
        assert changed == {file.rpartition("-")[0] for file in self.kept(workspace) - before}

    def test_order_of_rows_does_not_matter(self, workspace: Workspace) -> None:
        """Sorting a table in a spreadsheet makes nothing anew."""
        build(workspace)
        before = self.kept(workspace)
        header, *rows = table(workspace, "world/claims").records()
        table(workspace, "world/claims").write([header, *rows[::-1]])
        build(workspace)
        assert before == self.kept(workspace)

    def test_missing_reference_is_found_despite_the_cache(self, workspace: Workspace) -> None:
        """A key that disappears elsewhere is missed, although the table that refers to it did not change."""
        claims = table(workspace, "world/claims")
        claims.write(
            [[*record, "event" if line == 0 else ""] for line, record in enumerate(claims.records())]
        )
        claims.append(event="fjordby-1", claimed_by="extract-2016")
        build(workspace)
        events = table(workspace, "aldorf/events")
        events.write([record for record in events.records() if record[0] != "fjordby-1"])
        with pytest.raises(SourceError, match="there is no event “fjordby-1”"):
            build(workspace)

    def test_old_files_are_deleted(self, workspace: Workspace) -> None:
        """The cache keeps a few files, the youngest."""
        workspace.cache.mkdir(parents=True)
        for number in range(20):
            path = workspace.cache / f"old-{number}.nq"
            path.write_text("")
            os.utime(path, (number, number))
        build(workspace)
        assert kept.KEEPS == len(self.kept(workspace))


def test_steps_are_announced(workspace: Workspace) -> None:
    """Each longer step of a build is told to whoever shows progress."""
    names = []

    @contextmanager
    def step(name: str) -> Iterator[None]:
        names.append(name)
        yield

    build(workspace, step=step)
    assert {
        "read the tables",
        "make the graph world",
        "derive facts",
        "check the shapes",
        "write the dump and the report",
        "answer popular queries and settle the store",
    } <= set(names)
