"""Debian's Chromium, started once for each file of tests, and what a page of a test did."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from browser_pages import CHROMIUM, FLAGS, Seen


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
