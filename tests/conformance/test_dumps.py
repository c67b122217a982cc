"""Files of the whole over HTTP: stable addresses, types, lengths, hashes, and parts (RFC 9110, section 14)."""

from __future__ import annotations

import gzip
import hashlib
import re
import shutil
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from live_server import live_server
from site_client import client_of
from twin_graph import dumps
from twin_graph.environ import HEAD
from twin_graph.snapshot import Snapshot, open_snapshot
from twin_graph.workspace import LANGUAGES

BASE = "http://localhost:8000"


@pytest.fixture(scope="module")
def published(tiny_snapshot: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """A copy of the tiny workspace's snapshot, with dumps."""
    workspace = tmp_path_factory.mktemp("dumped")
    shutil.copytree(tiny_snapshot.path.parents[1], workspace, symlinks=True, dirs_exist_ok=True)
    snapshot = open_snapshot(workspace / "snapshots")
    dumps.write_dumps(snapshot)
    return snapshot


@pytest.fixture(scope="module")
def client(published: Snapshot) -> FlaskClient:
    """A client of the site that serves it."""
    return client_of(published)


def test_every_file_is_served_as_it_is_listed(client: FlaskClient, published: Snapshot) -> None:
    """With its type, its length and the bytes that its hash is of; HEAD says the same."""
    index = dumps.read_index(published)
    assert index is not None
    types = {
        "gz": "application/gzip",
        "zst": "application/zstd",
        "csv": "text/csv",
        "geojson": "application/geo+json",
        "parquet": "application/vnd.apache.parquet",
        "json": "application/csvm+json",
    }
    for dump in index.dumps:
        path = f"/dumps/{published.manifest.id}/{dump.name}"
        answer, head = client.get(path, buffered=True), client.head(path, buffered=True)
        assert (200, types[dump.name.rpartition(".")[2]]) == (answer.status_code, answer.mimetype)
        assert dump.sha256 == hashlib.sha256(answer.data).hexdigest()
        assert str(dump.bytes) == answer.headers["Content-Length"] == head.headers["Content-Length"]
        assert (200, b"") == (head.status_code, head.data)
        assert "Content-Encoding" not in answer.headers
        assert "immutable" in answer.headers["Cache-Control"]
        assert (
            f"attachment; filename={published.manifest.id}-{dump.name}"
            == answer.headers["Content-Disposition"]
        )
    assert 70 <= len(index.dumps)
    assert set(types) == {dump.name.rpartition(".")[2] for dump in index.dumps}


def test_latest_leads_to_what_is_current(client: FlaskClient, published: Snapshot) -> None:
    """By a redirect, because its content changes with each publication."""
    answer = client.get("/dumps/latest/all.nq.gz", buffered=True)
    assert 302 == answer.status_code
    assert f"/dumps/{published.manifest.id}/all.nq.gz" == answer.location.removeprefix(BASE)
    assert "max-age=300" in answer.headers["Cache-Control"]


def test_hashes_can_be_checked_with_the_usual_tool(client: FlaskClient, published: Snapshot) -> None:
    """A line for each file: hash, two spaces, name."""
    text = client.get("/dumps/latest/SHA256SUMS", follow_redirects=True, buffered=True).text
    index = dumps.read_index(published)
    assert index is not None
    assert {dump.name: dump.sha256 for dump in index.dumps} == {
        name: digest for digest, name in re.findall(r"^([0-9a-f]{64})  (\S+)$", text, re.MULTILINE)
    }


def test_a_part_completes_what_was_cut(client: FlaskClient, published: Snapshot) -> None:
    """Whoever has the first half asks for the rest of this very file, and gets the whole one if it is another."""
    path = f"/dumps/{published.manifest.id}/all.nq.gz"
    whole = client.get(path, buffered=True)
    half = len(whole.data) // 2
    rest = client.get(
        path, headers={"Range": f"bytes={half}-", "If-Range": whole.headers["ETag"]}, buffered=True
    )
    assert (206, f"bytes {half}-{len(whole.data) - 1}/{len(whole.data)}") == (
        rest.status_code, rest.headers["Content-Range"],
    )  # fmt: skip
    assert gzip.decompress(whole.data[:half] + rest.data) == gzip.decompress(whole.data)
    other = client.get(path, headers={"Range": f"bytes={half}-", "If-Range": '"another"'}, buffered=True)
    assert (200, whole.data) == (other.status_code, other.data)
    beyond = client.get(path, headers={"Range": "bytes=99999999-"}, buffered=True)
    assert 416 == beyond.status_code
    assert f"bytes */{len(whole.data)}" == beyond.headers["Content-Range"]


@pytest.mark.parametrize(
    "asked",
    ["bytes=0-4,10-14", "items=0-3", "bytes=abc", "bytes=", "bytes=-", "bytes=9-3", "bytes", "0-3",
     f"bytes=0-{'9' * 5000}"],
)  # fmt: skip
def test_a_range_that_is_not_one_part_is_ignored(
    client: FlaskClient, published: Snapshot, asked: str
) -> None:
    """RFC 9110, 14.2: unknown units must be ignored, and what is malformed or of several parts may be."""
    path = f"/dumps/{published.manifest.id}/all.nq.gz"
    answer = client.get(path, headers={"Range": asked}, buffered=True)
    assert (200, client.get(path, buffered=True).data) == (answer.status_code, answer.data)
    assert "bytes" == answer.headers["Accept-Ranges"]


def test_only_get_has_parts(client: FlaskClient, published: Snapshot) -> None:
    """RFC 9110, 14.2: a server must ignore Range with other methods; our front asks HEAD as GET."""
    path = f"/dumps/{published.manifest.id}/all.nq.gz"
    length = str((published.path / dumps.DUMPS / "all.nq.gz").stat().st_size)
    for answer in (
        client.head(path, headers={"Range": "bytes=0-4"}, buffered=True),
        client.get(path, headers={"Range": "bytes=0-4"}, environ_overrides={HEAD: True}, buffered=True),
    ):
        assert (200, length) == (answer.status_code, answer.headers["Content-Length"])


@pytest.mark.parametrize(("asked", "data"), [("bytes=0-4", slice(5)), ("BYTES= 2-3", slice(2, 4)),
                                             ("bytes=-3", slice(-3, None))])  # fmt: skip
def test_every_form_of_one_part(
    client: FlaskClient, published: Snapshot, asked: str, data: slice[int | None]
) -> None:
    """RFC 9110, 14.1.2: from where, to where, or how many from the end."""
    path = f"/dumps/{published.manifest.id}/all.nq.gz"
    answer = client.get(path, headers={"Range": asked}, buffered=True)
    assert (206, client.get(path, buffered=True).data[data]) == (answer.status_code, answer.data)


def test_who_wants_another_file_gets_none(client: FlaskClient, published: Snapshot) -> None:
    """RFC 9110, 13.1.1 and 13.1.4: 412 where If-Match or If-Unmodified-Since does not hold, also for a part."""
    path = f"/dumps/{published.manifest.id}/all.nq.gz"
    whole = client.get(path, buffered=True)
    tag, changed = whole.headers["ETag"], whole.headers["Last-Modified"]
    past = "Sat, 01 Jan 2000 00:00:00 GMT"
    part = {"Range": "bytes=0-4"}
    expected: list[tuple[dict[str, str], int]] = [
        ({"If-Match": '"x"'}, 412),
        ({"If-Match": f"W/{tag}"}, 412),
        ({"If-Match": '"x"', **part}, 412),
        ({"If-Unmodified-Since": past}, 412),
        ({"If-Unmodified-Since": past, **part}, 412),
        ({"If-Match": f'"x", {tag}'}, 200),
        ({"If-Match": "*"}, 200),
        ({"If-Match": tag, "If-Unmodified-Since": past}, 200),
        ({"If-Match": tag, **part}, 206),
        ({"If-Unmodified-Since": changed}, 200),
        ({"If-Unmodified-Since": "yesterday"}, 200),
        ({"If-None-Match": tag, **part}, 304),
        ({"If-Match": tag, "If-None-Match": tag}, 304),
    ]
    for headers, status in expected:
        assert status == client.get(path, headers=headers, buffered=True).status_code, headers


@pytest.mark.serve
def test_files_are_not_packed_on_the_way(published: Snapshot) -> None:
    """Through the server: GET and HEAD have the length and the bytes of the file, whatever coding is accepted."""
    name = "csv-metadata.json"
    content = (published.path / dumps.DUMPS / name).read_bytes()
    path = f"/dumps/{published.manifest.id}/{name}"
    with live_server(published) as server:
        for _ in range(2):  # the second answer is from the cache
            for method, body in (("GET", content), ("HEAD", b"")):
                answer = server.ask(method, path, {"Accept-Encoding": "gzip, zstd"})
                assert (200, str(len(content)), body) == (
                    answer.status, answer.headers["content-length"], answer.body,
                )  # fmt: skip
                assert "content-encoding" not in answer.headers
        refused = server.ask("GET", path, {"If-Match": '"x"'})
        cut = server.ask("HEAD", path, {"Range": "bytes=0-4"})
    assert (412, 200) == (refused.status, cut.status)


def test_who_has_a_file_is_told_so(client: FlaskClient, published: Snapshot) -> None:
    """304 for the tag."""
    path = f"/dumps/{published.manifest.id}/all.nq.gz"
    tag = client.get(path, buffered=True).headers["ETag"]
    assert 304 == client.get(path, headers={"If-None-Match": tag}, buffered=True).status_code


@pytest.mark.parametrize(
    "path",
    ["latest/none.nq.gz", "000000000000/all.nq.gz", "nonsense/all.nq.gz", "latest/index.json",
     "latest/..%2fmanifest.json", "latest/%2e%2e", "latest/all.nq", "latest/a\x00b"],
)  # fmt: skip
def test_what_is_not_there_is_not_found(client: FlaskClient, path: str) -> None:
    """Nothing but the listed files, whatever the address says."""
    assert 404 == client.get(f"/dumps/{path}", buffered=True).status_code


def test_a_snapshot_without_files_says_what_to_run(tiny_snapshot: Snapshot) -> None:
    """The operator can put it right; nothing else breaks."""
    answer = client_of(tiny_snapshot).get("/dumps/latest/all.nq.gz", headers={"Accept": "application/json"})
    assert 404 == answer.status_code
    assert "twin-graph snapshot dump" in answer.text


def test_files_of_a_deleted_folder_are_no_failure(
    client: FlaskClient, published: Snapshot, tmp_path: Path
) -> None:
    """Who deletes them by hand gets 404s, no 500s."""
    folder = published.path / dumps.DUMPS
    folder.rename(tmp_path / "gone")
    try:
        assert 404 == client.get(f"/dumps/{published.manifest.id}/all.nq.gz", buffered=True).status_code
    finally:
        (tmp_path / "gone").rename(folder)


def test_page_lists_every_file(client: FlaskClient, published: Snapshot, tiny_snapshot: Snapshot) -> None:
    """In each language; of an edition without files it says so."""
    index = dumps.read_index(published)
    assert index is not None
    for language in LANGUAGES:
        page = client.get(f"/{language}/about", buffered=True).text
        linked = set(re.findall(r'href="([^"]*/dumps/[^"]*)"', page))
        names = {dump.name for dump in index.dumps} | {"SHA256SUMS"}
        assert {f"/dumps/{published.manifest.id}/{name}" for name in names} == linked
    assert "/dumps/" not in client_of(tiny_snapshot).get("/en/about").text
