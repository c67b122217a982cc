"""Debian's Chromium, started once for each file of tests, and what a page of a test did."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from browser_pages import CHROMIUM, FLAGS, Seen
from live_server import live_server
from twin_graph.snapshot import Snapshot

# The tests are one client that asks fast and is refused often on purpose.
_PATIENT = {"client_seconds": 0, "client_errors": 0}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    if shutil.which(CHROMIUM) is None:
        pytest.fail(
            "there is no Chromium: run `apt-get install chromium`, or leave these tests out: -m 'not browser'"
        )
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def seen() -> Seen:
    """What the page of a test did."""
    return Seen()


@pytest.fixture(scope="session")
def tiny_address(tiny_snapshot: Snapshot) -> Iterator[str]:
    """The tiny workspace, served as it is shipped."""
    with live_server(tiny_snapshot, **_PATIENT) as server:
        yield server.address


@pytest.fixture(scope="session")
def compared_address(compared_snapshot: Snapshot) -> Iterator[str]:
    """The tiny workspace with an archive of Wikidata."""
    with live_server(compared_snapshot, **_PATIENT) as server:
        yield server.address


@pytest.fixture(scope="session")
def real_address(real_snapshot: Snapshot) -> Iterator[str]:
    """The shipped data, served as they are shipped."""
    with live_server(real_snapshot, **_PATIENT) as server:
        yield server.address
