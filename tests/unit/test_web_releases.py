"""Two publications compared: the page, the table, and the statements in the formats of RDF."""

from __future__ import annotations

import csv
import io
import re
import shutil

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from rdflib import Graph

from page_markup import read_page
from site_client import LANGUAGES, client_of, parse_json_ld
from twin_graph.build import build
from twin_graph.snapshot import Publication, Snapshot
from twin_graph.web import releases
from twin_graph.web.site import Site
from workspaces import copy_tiny, table


@pytest.fixture(scope="module")
def snapshots(tmp_path_factory: pytest.TempPathFactory) -> list[Snapshot]:
    """Four publications: then a date is put right, an event is gone, a city is renamed; the first is deleted."""
    workspace = copy_tiny(tmp_path_factory.mktemp("released"))
    made = [build(workspace)[0]]
    agreements = table(workspace, "aldorf/agreements")
    agreements.path.write_text(
        agreements.path.read_text("utf-8").replace("1990-05-05,", "1990-05-06,"), "utf-8"
    )
    made.append(build(workspace)[0])
    events = table(workspace, "aldorf/events")
    events.write([row for row in events.records() if row[0] != "estuary-1"])
    made.append(build(workspace)[0])
    cities = workspace.data / "cities.csv"
    cities.write_text(re.sub(r"\bEstuary\b", "Estuarium", cities.read_text("utf-8")), "utf-8")
    made.append(build(workspace)[0])
    shutil.rmtree(made[0].path)
    return made


@pytest.fixture(scope="module")
def client(snapshots: list[Snapshot]) -> FlaskClient:
    """A client of the latest."""
    return client_of(snapshots[-1])


@pytest.fixture(scope="module")
def ids(snapshots: list[Snapshot]) -> list[str]:
    """Their ids."""
    return [snapshot.path.name for snapshot in snapshots]


def between(ids: list[str], old: int, new: int) -> dict[str, str]:
    """The words of an address."""
    return {"from": ids[old], "to": ids[new]}


class TestPage:
    """`/{lang}/changes?from=&to=`."""

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_what_changed(self, client: FlaskClient, ids: list[str], language: str) -> None:
        """Each thing with what became of it; what is gone has the name it had, and leads to where it was."""
        response = client.get(f"/{language}/changes", query_string=between(ids, 1, 3))
        page = read_page(response.text)
        assert [] == page.problems
        assert f"/{language}/event/estuary-1?snapshot={ids[1]}" in page.links
        assert f"/{language}/city/estuary" in page.links
        assert "Estuarium" in page.text
        assert "estuary-1" not in page.text
        assert "public" in response.headers["Cache-Control"]

    def test_links_lead_to_the_newer_publication(self, client: FlaskClient, ids: list[str]) -> None:
        """Where that is not the one of today."""
        page = read_page(client.get("/en/changes", query_string=between(ids, 3, 2)).text)
        assert f"/en/city/estuary?snapshot={ids[2]}" in page.links
        assert f"/en/event/estuary-1?snapshot={ids[1]}" not in page.links

    def test_one_named(self, client: FlaskClient, ids: list[str]) -> None:
        """From one is to the last; to one is from the one before."""

        def chosen(words: str) -> list[str]:
            return re.findall(
                r'<option value="([0-9a-f]{12})" selected', client.get(f"/en/changes?{words}").text
            )

        assert [ids[1], ids[3]] == chosen(f"from={ids[1]}")
        assert [ids[1], ids[2]] == chosen(f"to={ids[2]}")

    def test_the_same(self, client: FlaskClient, ids: list[str]) -> None:
        """Nothing is different."""
        assert "No thing has changed" in client.get("/en/changes", query_string=between(ids, 2, 2)).text

    def test_form(self, client: FlaskClient, ids: list[str]) -> None:
        """The page of changes offers the publications that can be read."""
        text = client.get("/en/changes").text
        assert {*ids[1:]} == set(re.findall(r'<option value="([0-9a-f]{12})"', text))

    def test_refused(self, client: FlaskClient, ids: list[str]) -> None:
        """What is unknown or deleted, and pages that there are not."""
        cases = [({"from": "x"}, 404), ({"from": "0" * 12}, 404), ({"to": ids[0]}, 410), ({"to": ids[1]}, 404),
                 (between(ids, 1, 3) | {"page": "2"}, 404), (between(ids, 1, 3) | {"page": "x"}, 400)]  # fmt: skip
        for words, status in cases:
            assert status == client.get("/en/changes", query_string=words).status_code, words

    def test_pages(self, client: FlaskClient, ids: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
        """A long list has pages that keep what is compared."""
        monkeypatch.setattr(releases, "PAGE_SIZE", 1)
        first = read_page(client.get("/en/changes", query_string=between(ids, 1, 3) | {"x": "1"}).text)
        following = next(link for link in first.links if "page=2" in link)
        assert f"from={ids[1]}" in following
        assert 200 == client.get(following).status_code

    def test_made_once(self, client: FlaskClient, ids: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
        """A comparison is kept, and only a few are."""
        made: list[tuple[Publication, Publication]] = []
        original = releases._compare

        def counted(here: Site, old: Publication, new: Publication) -> releases.Comparison:
            made.append((old, new))
            return original(here, old, new)

        monkeypatch.setattr(releases, "_compare", counted)
        client.application.extensions.pop("twin_graph.comparisons", None)
        for path in ("/en/changes", "/pl/changes", "/changes.rdfp", "/changes/added.nq"):
            client.get(path, query_string=between(ids, 1, 3))
        assert 1 == len(made)
        for old in (1, 2, 3):
            for new in (1, 2, 3):
                client.get("/en/changes", query_string=between(ids, old, new))
        assert releases.KEPT == len(client.application.extensions["twin_graph.comparisons"].found)


class TestFiles:
    """The same as files."""

    def test_table(self, client: FlaskClient, ids: list[str]) -> None:
        """A row for each property."""
        text = client.get("/en/changes.csv", query_string=between(ids, 1, 3)).text
        rows = list(csv.DictReader(io.StringIO(text)))
        assert {"changed", "removed"} == {row["change"] for row in rows}
        assert any("Estuarium" in row["new"] for row in rows)
        for extension in ("xlsx", "json"):
            assert 200 == client.get(f"/en/changes.{extension}", query_string=between(ids, 1, 3)).status_code

    def test_statements(self, client: FlaskClient, ids: list[str], snapshots: list[Snapshot]) -> None:
        """What was added and removed makes the one dump of the other."""
        old, new = ({*snapshots[n].read("dump.nq").splitlines()} for n in (1, 3))
        added, removed = ({*client.get(f"/changes/{part}.nq", query_string=between(ids, 1, 3)).data.splitlines()}
                          for part in ("added", "removed"))  # fmt: skip
        assert new - old == added
        assert old - new == removed
        assert (old - removed) | added == new

    def test_patch(self, client: FlaskClient, ids: list[str]) -> None:
        """A line with its letter for each statement, between the beginning and the end of a transaction."""
        response = client.get("/changes.rdfp", query_string=between(ids, 1, 3))
        assert "application/rdf-patch" == response.mimetype
        lines = response.text.splitlines()
        assert ("TX .", "TC .") == (lines[2], lines[-1])
        assert [f'H from "{ids[1]}" .', f'H to "{ids[3]}" .'] == lines[:2]
        quads = "\n".join(line[2:] for line in lines[3:-1])
        assert len(lines) - 4 == len(list(ox.parse(quads.encode(), format=ox.RdfFormat.N_QUADS)))
        assert {"A", "D"} == {line[0] for line in lines[3:-1]}

    @pytest.mark.parametrize(
        ("extension", "name"), [("ttl", "turtle"), ("nt", "nt"), ("rdf", "xml"), ("jsonld", "")]
    )
    def test_graphs(self, client: FlaskClient, ids: list[str], extension: str, name: str) -> None:
        """In every format of RDF, twice the same."""
        path = f"/changes/added.{extension}"
        first, second = (client.get(path, query_string=between(ids, 1, 3)) for _ in range(2))
        assert first.data == second.data
        graph = Graph().parse(data=first.data, format=name) if name else parse_json_ld(first.text)
        assert len(graph) > 3

    def test_too_many_for_turtle(
        self, client: FlaskClient, ids: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A large difference is there as lines only."""
        monkeypatch.setattr(releases, "MOST_WRITTEN", 3)
        words = {**between(ids, 1, 3), "fresh": "1"}
        assert 404 == client.get("/changes/added.ttl", query_string=words).status_code
        assert "added.ttl" not in client.get("/en/changes", query_string=words).text
        assert 200 == client.get("/changes/added.nq", query_string=words).status_code

    def test_negotiated(self, client: FlaskClient, ids: list[str]) -> None:
        """Programs are sent to the patch, people to the page."""
        words = between(ids, 1, 3)
        for accept, place in (
            ("*/*", "/changes.rdfp"),
            ("application/rdf-patch", "/changes.rdfp"),
            ("text/html", "/en/changes"),
        ):
            response = client.get(
                "/changes", query_string=words, headers={"Accept": accept, "Accept-Language": "en"}
            )
            assert 303 == response.status_code
            assert f"{place}?from={ids[1]}&to={ids[3]}" in response.headers["Location"]
        assert 406 == client.get("/changes", query_string=words, headers={"Accept": "image/png"}).status_code
