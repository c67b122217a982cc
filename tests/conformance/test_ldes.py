"""The change feed over HTTP (LDES, TREE): types, validators, what never changes, links, and that it can be read.

https://w3id.org/ldes/specification, https://w3id.org/ldes/server-primer
"""

from __future__ import annotations

import json
import re
import shutil
import time
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from pyshacl import validate
from rdflib import RDF, Dataset, Graph, Literal, URIRef
from rdflib.namespace import PROV, SH
from werkzeug.test import TestResponse

from feed_replay import lines_of, read_members, replay, walk
from site_client import app_of, client_of, path_of
from twin_graph import graphs, ldes
from twin_graph.build import build
from twin_graph.formats import DOCUMENT_FORMATS, HTML, JSON_LD, N_QUADS, TRIG
from twin_graph.ldes.view import time_text
from twin_graph.namespaces import AS, LDES, TREE
from twin_graph.snapshot import Snapshot, open_snapshot
from workspaces import REPOSITORY, copy_tiny, table

BASE = "http://localhost:8000/"
VIEW = URIRef(f"{BASE}ldes")
STREAM = URIRef(f"{BASE}ldes#stream")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """Three publications: then an event is gone, and a city has another name; the first two are deleted."""
    workspace = copy_tiny(tmp_path_factory.mktemp("feed"))
    made = [build(workspace)[0]]
    ldes.bake(workspace.snapshots, BASE)
    time.sleep(1.1)  # publications are told apart by the second
    events = table(workspace, "aldorf/events")
    events.write([row for row in events.records() if row[0] != "estuary-1"])
    made.append(build(workspace)[0])
    ldes.bake(workspace.snapshots, BASE)
    time.sleep(1.1)
    cities = workspace.data / "cities.csv"
    cities.write_text(re.sub(r"\bEstuary\b", "Estuarium", cities.read_text("utf-8")), "utf-8")
    made.append(build(workspace)[0])
    ldes.bake(workspace.snapshots, BASE)
    for each in made[:-1]:
        shutil.rmtree(each.path)
    return made[-1]


@pytest.fixture(scope="module")
def client(published: Snapshot) -> FlaskClient:
    """A client of the site that serves the last."""
    return client_of(published)


@pytest.fixture(scope="module")
def names(published: Snapshot) -> list[str]:
    """The publications of the feed."""
    return [entry.name for entry in ldes.read_feed(published.path.parent, BASE)]


def get(client: FlaskClient, address: str, accept: str = "application/n-quads") -> TestResponse:
    """An answer."""
    return client.get(path_of(address), headers={"Accept": accept}, buffered=True)


def pages_of(client: FlaskClient) -> dict[str, bytes]:
    """All addresses of the feed with what they answer."""

    def fetch(address: str) -> bytes:
        answer = get(client, address)
        assert (200, "application/n-quads") == (answer.status_code, answer.mimetype)
        return bytes(answer.data)

    return dict(walk(str(VIEW), fetch))


def test_replay_gives_what_is_published(client: FlaskClient, published: Snapshot, names: list[str]) -> None:
    """From nothing, over all publications, though the snapshots of the first two are gone."""
    pages = pages_of(client)
    members = [member for body in pages.values() for member in read_members(body)]
    assert lines_of(published.dump_path.read_bytes()) == replay(members)
    assert {"Create", "Update", "Delete"} == {member.what for member in members}
    assert 3 == len(names) == len({member.time for member in members})
    first = min(member.time for member in members)
    counted = Counter(member.time == first for member in members)
    assert 10 * counted[False] < counted[True]
    # A page for the view, for each publication, and those with members.
    assert 1 + 3 + 2 < len(pages)


@pytest.mark.filterwarnings("ignore:Dataset:DeprecationWarning")  # rdflib warns of itself
def test_rdflib_makes_the_copy(
    client: FlaskClient,
    published: Snapshot,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """As the guide says it, word by word."""
    guide = (REPOSITORY / "docs/harvest.md").read_text(encoding="utf-8")
    _, code = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    parse = Dataset.parse

    def fetch(self: Dataset, address: str, **names: Any) -> object:
        answer = client.get(path_of(address), buffered=True)
        assert 200 == answer.status_code
        return parse(self, data=answer.data, **names)

    monkeypatch.setattr(Dataset, "parse", fetch)
    exec(compile(code, "docs/harvest.md", "exec"), {})
    assert len(lines_of(published.dump_path.read_bytes())) == int(capsys.readouterr().out)


def test_what_changed_is_asked_of_the_feed(client: FlaskClient, published: Snapshot) -> None:
    """Competency question 25 as the guide has it: an event is gone, and a city is called otherwise."""
    guide = (REPOSITORY / "docs/harvest.md").read_text(encoding="utf-8")
    (query,) = re.findall(r"```sparql\n(.*?)```", guide, re.DOTALL)
    store = ox.Store()
    for _, page in walk(str(VIEW), lambda address: get(client, address).data):
        store.load(page, ox.RdfFormat.N_QUADS)
    first, middle, last = (entry.at for entry in ldes.read_feed(published.path.parent, BASE))
    assert first < middle < last

    def ask(after: datetime, until: datetime) -> set[tuple[str, str, str]]:
        text = query.replace("2026-11-01T00:00:00Z", time_text(after))
        text = text.replace("2026-12-01T00:00:00Z", time_text(until))
        solutions: Any = store.query(text)
        rows = [tuple(each[name].value for name in ("document", "graph", "what")) for each in solutions]
        assert len(rows) == len(set(rows))
        return {(a.removeprefix(BASE), b.rpartition("/")[2], c.removeprefix(str(AS))) for a, b, c in rows}

    assert set() == ask(last, last)
    assert ("id/event/estuary-1", "register-aldorf", "Delete") in ask(first, middle)
    assert ("id/city/estuary", "shared", "Update") in ask(middle, last)
    assert ("id/city/estuary", "shared", "Update") not in ask(first, middle)
    assert ask(first, middle) < ask(first, last)


def test_what_the_feed_says_of_itself(client: FlaskClient, names: list[str]) -> None:
    """One view, paths of time and version, classes of members, and relations with the bounds of time."""
    graph = Graph().parse(data=get(client, f"{VIEW}.ttl").data, format="turtle")
    assert [(STREAM, VIEW)] == list(graph.subject_objects(TREE.view))
    assert (STREAM, RDF.type, LDES.EventStream) in graph
    said = {"timestampPath": PROV.generatedAtTime, "versionCreateObject": AS.Create,
            "versionUpdateObject": AS.Update, "versionDeleteObject": AS.Delete}  # fmt: skip
    assert said == {name: graph.value(STREAM, LDES[name]) for name in said}
    assert (graph.value(STREAM, TREE["shape"]), RDF.type, SH.NodeShape) in graph
    relations = list(graph.objects(VIEW, TREE.relation))
    assert {URIRef(f"{VIEW}/{name}") for name in names} == {
        graph.value(each, TREE.node) for each in relations
    }
    assert 2 * len(names) == len(relations)
    for each in relations:
        assert PROV.generatedAtTime == graph.value(each, TREE.path)
        time = graph.value(each, TREE.value)
        assert isinstance(time, Literal)
        assert f"{time.toPython():%Y%m%dT%H%M%SZ}" in str(each)


def test_members_conform_to_the_shape(client: FlaskClient) -> None:
    """Every member of every page, by pySHACL; the shape finds what is wrong."""
    pages = pages_of(client)
    shapes = Graph().parse(data=get(client, str(VIEW), "text/turtle").data, format="turtle")
    data = Graph()
    count = 0
    for body in pages.values():
        lines = [str(quad.triple) + " ." for quad in ox.parse(body, ox.RdfFormat.N_QUADS)
                 if quad.graph_name == ox.DefaultGraph()]  # fmt: skip
        data.parse(data="\n".join(lines), format="nt")
        count += len(read_members(body))
    assert validate(data, shacl_graph=shapes, inference="none")[0]
    assert 100 < count == len(set(data.objects(STREAM, TREE.member)))
    for predicate in (RDF.type, PROV.generatedAtTime, AS.object):
        broken = Graph() + data
        broken.remove((next(broken.objects(STREAM, TREE.member)), predicate, None))
        assert not validate(broken, shacl_graph=shapes, inference="none")[0]


def test_every_format_says_the_same(client: FlaskClient, names: list[str]) -> None:
    """By Accept and by the ending of the address; pages in those that carry graphs."""
    cases = [(str(VIEW), fmt) for fmt in DOCUMENT_FORMATS if fmt is not HTML]
    cases += [(f"{VIEW}/{names[0]}", fmt) for fmt in DOCUMENT_FORMATS if fmt is not HTML]
    cases += [(f"{VIEW}/{names[0]}/1", fmt) for fmt in (TRIG, N_QUADS, JSON_LD)]
    for address, fmt in cases:
        expected = {str(quad) for quad in ox.parse(get(client, f"{address}.nq").data, ox.RdfFormat.N_QUADS)}
        for answer in (
            get(client, address, fmt.media_type),
            get(client, f"{address}.{fmt.extension}", "*/*"),
        ):
            assert (200, fmt.media_type) == (answer.status_code, answer.mimetype)
            found = {str(quad) for quad in ox.parse(answer.data, graphs.engine_format(fmt))}
            assert expected == found
            assert f"{address}.{fmt.extension}".removeprefix(BASE[:-1]) == answer.headers["Content-Location"]
        assert "Accept" in get(client, address, fmt.media_type).headers["Vary"]
        assert "Accept" not in get(client, f"{address}.{fmt.extension}").headers.get("Vary", "")
    assert 15 == len(cases)


def test_what_is_closed_is_kept_for_ever(client: FlaskClient, names: list[str]) -> None:
    """And says so; the view is asked for again, and both have a validator."""
    for address, body in pages_of(client).items():
        answer = get(client, address)
        is_closed = address != str(VIEW)
        assert is_closed == ("immutable" in answer.headers["Cache-Control"])
        assert is_closed == (f"<{address}> <{LDES.immutable}>" in body.decode())
        assert is_closed or "no-cache" in answer.headers["Cache-Control"]
        again = client.get(path_of(address), headers={
            "Accept": "application/n-quads", "If-None-Match": answer.headers["ETag"]}, buffered=True)  # fmt: skip
        assert (304, b"") == (again.status_code, again.data)
        head = client.head(path_of(address), headers={"Accept": "application/n-quads"})
        assert (200, answer.headers["ETag"], b"") == (head.status_code, head.headers["ETag"], head.data)
    tags = {
        get(client, f"{VIEW}/{names[0]}/1", fmt.media_type).headers["ETag"]
        for fmt in (TRIG, N_QUADS, JSON_LD)
    }
    assert 3 == len(tags)


def test_a_new_publication_changes_only_the_view(published: Snapshot, tmp_path: Path) -> None:
    """Also where the running server still serves the data before."""
    shutil.copytree(published.path.parents[1], tmp_path / "copy", symlinks=True)
    snapshots = tmp_path / "copy" / "snapshots"
    client = client_of(open_snapshot(snapshots))
    before = {address: get(client, address) for address in pages_of(client)}
    latest = open_snapshot(snapshots).manifest.id
    workspace = app_of(open_snapshot(snapshots)).extensions["twin_graph"].workspace
    cities = workspace.data / "cities.csv"
    cities.write_text(cities.read_text("utf-8").replace("Estuarium", "Estuary"), "utf-8")
    assert latest != build(workspace)[0].manifest.id
    ldes.bake(snapshots, BASE)
    after = {address: get(client, address) for address in pages_of(client)}
    changed = {
        address for address in before if before[address].headers["ETag"] != after[address].headers["ETag"]
    }
    assert {str(VIEW)} == changed
    assert 2 <= len(set(after) - set(before))


def test_people_are_led_to_the_page_of_changes(client: FlaskClient) -> None:
    """In their language."""
    answer = client.get("/ldes", headers={"Accept": "text/html", "Accept-Language": "uk"})
    assert (303, "/uk/changes") == (answer.status_code, path_of(answer.location))
    assert 406 == client.get("/ldes", headers={"Accept": "image/png"}).status_code


def test_what_is_not_there(client: FlaskClient, names: list[str], tiny_snapshot: Snapshot) -> None:
    """No publication, no page, no feed, and nothing else that stands in its folder."""
    for path in (
        "nothing", "20260101T000000Z-000000000000", "..", "%2e%2e/current", "a\x00b",
        *(f"{names[0]}/{part}" for part in ("0", "999", "units.gz", "1.ttl", "1.html", "01", "9" * 5_000)),
        f"{'9' * 300}", f"20260101T000000Z-{'0' * 300}", ".lock",
    ):  # fmt: skip
        assert 404 == client.get(f"/ldes/{path}").status_code, path
    answer = client_of(tiny_snapshot).get("/ldes", headers={"Accept": "application/json"})
    assert 404 == answer.status_code
    assert "twin-graph snapshot dump" in json.loads(answer.data)["detail"]
    moved = client.get(f"/ldes/{names[0]}/1/")
    assert (301, f"/ldes/{names[0]}/1") == (moved.status_code, path_of(moved.location))


def test_a_base_with_a_path(tmp_path: Path) -> None:
    """All addresses begin with it."""
    base = "http://localhost:8000/twins/"
    workspace = copy_tiny(tmp_path)
    snapshot = build(workspace, base)[0]
    ldes.bake(workspace.snapshots, base)
    pages = {}
    client = client_of(snapshot)
    for address, body in walk(f"{base}ldes", lambda address: get(client, address).data):
        pages[address] = body
        assert address.startswith(f"{base}ldes")
    members = [member for body in pages.values() for member in read_members(body)]
    assert lines_of(snapshot.dump_path.read_bytes()) == replay(members)
    assert all(member.iri.startswith(f"{base}ldes/") for member in members)
    assert all(member.graph.startswith(f"{base}graph/") for member in members)
