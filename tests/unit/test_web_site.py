"""What a site has read ahead, and what it does without: files that are damaged, or gone with their snapshot."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask

from twin_graph import changes
from twin_graph.build import build
from twin_graph.settings import read_settings
from twin_graph.snapshot import Snapshot
from twin_graph.web import create_app
from workspaces import copy_tiny

PAGES = ("/en/", "/en/search?q=aldorf", "/suggest?q=aldorf", "/en/report", "/en/city/aldorf/curation", "/en/changes",
         "/en/changes.atom", "/en/city/aldorf", "/en/city?q=al", "/doc/city/aldorf.ttl", "/en/compare?a=ald&b=belm",
         "/en/chain?from=aldorf&to=belmont")  # fmt: skip


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    """A snapshot of its own."""
    return build(copy_tiny(tmp_path))[0]


def open_app(snapshot: Snapshot) -> Flask:
    """An application on a snapshot."""
    return create_app(read_settings({}, workspace=str(snapshot.path.parents[1])), snapshot)


def statuses(app: Flask) -> list[int]:
    """How each page answers to a thread that has asked nothing before."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(lambda: [app.test_client().get(path).status_code for path in PAGES]).result()


def test_the_snapshot_may_be_deleted(snapshot: Snapshot) -> None:
    """Who serves a snapshot that was deleted has all of it, until he has moved to the next one."""
    app = open_app(snapshot)
    shutil.rmtree(snapshot.path)
    assert [200] * len(PAGES) == statuses(app)
    assert 301 == app.test_client().get("/en/city/ALDORF").status_code


def test_a_damaged_index_concerns_only_who_looks_into_it(snapshot: Snapshot) -> None:
    """Where the index of names cannot be read, search says that it is out of order, and the rest is there."""
    index = snapshot.path / "names.db"
    whole = index.read_bytes()
    index.write_bytes(whole[:16_384] + b"\xa5" * (len(whole) - 16_384))
    found = dict(zip(PAGES, statuses(open_app(snapshot)), strict=True))
    assert {200, 503} == set(found.values())
    assert 503 == found["/en/search?q=aldorf"] == found["/suggest?q=aldorf"]
    assert 200 == found["/en/"] == found["/en/city/aldorf"] == found["/en/city?q=al"]


def test_a_history_of_another_version(snapshot: Snapshot) -> None:
    """A history that cannot be told is left out."""
    entry = '{"kind": "city", "key": "aldorf", "what": "renamed"}'
    text = f'{{"releases": [{{"id": "1", "on": "2026-05-01", "changes": [{entry}]}}]}}'
    (snapshot.path / changes.FILE).write_text(text)
    assert [200] * len(PAGES) == statuses(open_app(snapshot))
