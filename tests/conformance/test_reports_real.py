"""The reports over the real data: each count leads to what it counts, and two builds give the same.

What the reports mean is tested on the tiny workspace and by the competency questions.
"""

from __future__ import annotations

import random
import re
import shutil
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from twin_graph.build import build
from twin_graph.queries import load
from twin_graph.settings import read_settings
from twin_graph.snapshot import Snapshot
from twin_graph.store import Store
from twin_graph.web import create_app
from twin_graph.workspace import Workspace, find_workspace
from workspaces import TableFile

LINK = re.compile(r'<a href="(/en/(?:partnership|contradiction)\?[^"]*)">([0-9,]+)</a>')
COUNTED = re.compile(r'<p role="status"><strong>([0-9,]+)</strong>')


@pytest.fixture(scope="module")
def client(real_snapshot: Snapshot, real_workspace: Workspace) -> FlaskClient:
    """The pages of the real data."""
    return create_app(read_settings({}, workspace=str(real_workspace.root)), real_snapshot).test_client()


def counts(store: Store) -> list[dict[str, str]]:
    """The rows of the report by country."""
    return [{name: str(term) for name, term in row.items()} for row in store.select(load("report_countries"))]


def test_each_count_leads_to_what_it_counts(client: FlaskClient, real_store: Store) -> None:
    """A number is a link to a list of just so many things, for each country and each column."""
    page = client.get("/en/reports/countries").text
    links = [(path.replace("&amp;", "&"), number) for path, number in LINK.findall(page)]
    columns = ("one_sided", "contested", "contradictions")
    expected = sum(row[column] != "0" for row in counts(real_store) for column in columns)
    assert expected == len(links) > 50
    for path, number in links:
        listed = client.get(path).text
        found = COUNTED.search(listed)
        assert found is not None, path
        assert number == found[1], path


def test_a_listed_partnership_shows_its_claims(client: FlaskClient) -> None:
    """From a list of one-sided partnerships one more link leads to the claims."""
    listed = client.get("/en/partnership?reciprocity=one-sided&stated_in=de").text
    paths = re.findall(r'<th scope="row"><a href="(/en/partnership/[^"?]+)"', listed)
    assert len(paths) > 10
    for path in paths[:10]:
        page = client.get(path).text
        assert 'id="partnership_claims"' in page, path


def test_two_builds_count_the_same(real_store: Store, real_workspace: Workspace, tmp_path: Path) -> None:
    """Claims in another order, and built without anything kept, give the same counts and the same contradictions."""
    for name in ("data", "ontology", "shapes"):
        shutil.copytree(real_workspace.root / name, tmp_path / name)
    table = TableFile(tmp_path / "data" / "world" / "claims.csv")
    header, *rows = table.records()
    random.Random(7).shuffle(rows)
    table.write([header, *rows])
    other = build(find_workspace(tmp_path))[0].open_store("disk")
    assert counts(real_store) == counts(other)
    assert contradictions(real_store) == contradictions(other) != []


def contradictions(store: Store) -> list[dict[str, str]]:
    """The rows of the report on contradictions."""
    return [
        {name: str(term) for name, term in row.items()} for row in store.select(load("report_contradictions"))
    ]
