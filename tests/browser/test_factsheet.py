"""The fact sheet of a city on paper: Chromium prints one sheet of A4, and nothing of it is cut off."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from browser_pages import Seen, watch
from site_client import LANGUAGES, app_of
from twin_graph.build import build
from twin_graph.snapshot import Snapshot
from workspaces import copy_tiny, table

pytestmark = pytest.mark.browser

A4_POINTS = (595, 842)
# Between the margins, at 96 to the inch.
INSIDE = {"width": 718, "height": 1046}
_SHEET = re.compile(rb"/Type\s*/Page\b")
_SIZE = re.compile(rb"/MediaBox\s*\[\s*0\s+0\s+([0-9.]+)\s+([0-9.]+)\s*\]")
_HIDDEN = (
    "(() => { const main = document.querySelector('main'); return main.scrollHeight - main.clientHeight; })()"
)

# What is longer than its cell.
_CUT = """[...document.querySelectorAll('.clamp')].filter(
  each => each.scrollHeight > each.clientHeight + 1 || each.scrollWidth > each.clientWidth + 1
).map(each => each.textContent)"""


@contextmanager
def serving(snapshot: Snapshot) -> Iterator[str]:
    """A snapshot on a port of its own."""
    server = make_server("127.0.0.1", 0, app_of(snapshot), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def sheet(browser: Browser, seen: Seen, address: str) -> Iterator[Page]:
    """A page as it is printed."""
    context = browser.new_context(viewport={"width": INSIDE["width"], "height": INSIDE["height"]})
    page = watch(context.new_page(), seen)
    page.emulate_media(media="print")
    page.goto(address)
    try:
        yield page
    finally:
        context.close()


def printed(page: Page) -> tuple[int, tuple[int, int]]:
    """How many sheets it takes, and the size of the first in points."""
    data = page.pdf(prefer_css_page_size=True, print_background=True)
    size = _SIZE.search(data)
    assert size is not None
    return len(_SHEET.findall(data)), (round(float(size[1])), round(float(size[2])))


def test_lublin_is_one_sheet(browser: Browser, seen: Seen, real_snapshot: Snapshot) -> None:
    """All partners of Lublin, the map and the key numbers are on one sheet of A4, in each language."""
    with serving(real_snapshot) as address:
        for lang in LANGUAGES:
            with sheet(browser, seen, f"{address}/{lang}/city/lublin/factsheet") as page:
                assert (1, A4_POINTS) == printed(page)
                assert 0 == page.evaluate(_HIDDEN)
                assert 38 == page.locator("tbody tr").count()
    assert [] == seen.messages


@pytest.mark.parametrize("key", ["q656", "q60", "q1490", "q432527"])
def test_a_city_of_no_register_is_one_sheet(
    browser: Browser, seen: Seen, real_snapshot: Snapshot, key: str
) -> None:
    """With a hundred partners, with twenty and with one: one sheet in each language, nothing of it cut."""
    with serving(real_snapshot) as address:
        for lang in LANGUAGES:
            with sheet(browser, seen, f"{address}/{lang}/city/{key}/factsheet") as page:
                assert (1, A4_POINTS) == printed(page)
                assert 0 == page.evaluate(_HIDDEN)
                assert [] == page.evaluate(_CUT)
    assert [] == seen.messages


def test_the_words_of_a_sheet_are_whole(browser: Browser, seen: Seen, real_snapshot: Snapshot) -> None:
    """No cell of the sheet of Lublin is cut but the names of partnerships of many cities."""
    with serving(real_snapshot) as address:
        for lang in LANGUAGES:
            with sheet(browser, seen, f"{address}/{lang}/city/lublin/factsheet") as page:
                assert [] == [text for text in page.evaluate(_CUT) if text.count(",") < 3]
                assert page.locator(".legend").is_visible()
    assert [] == seen.messages


def test_on_screen_the_table_has_the_whole_width(
    browser: Browser, seen: Seen, real_snapshot: Snapshot
) -> None:
    """The columns of the paper are not those of the screen."""
    with serving(real_snapshot) as address:
        context = browser.new_context(viewport={"width": 1000, "height": 900})
        page = watch(context.new_page(), seen)
        page.goto(f"{address}/en/city/lublin/factsheet")
        whole = "document.querySelector('main').clientWidth - document.querySelector('table').clientWidth"
        assert page.evaluate(whole) < 4
        context.close()
    assert [] == seen.messages


@pytest.mark.parametrize("width", [320, 600, 1100])
def test_a_frame_shows_the_whole_map(
    browser: Browser, seen: Seen, real_snapshot: Snapshot, width: int
) -> None:
    """In a frame of the height that the code to copy says, the picture and the lines below it are seen at once."""
    with serving(real_snapshot) as address:
        context = browser.new_context(viewport={"width": width, "height": 560})
        page = watch(context.new_page(), seen)
        page.goto(f"{address}/en/embed/city/lublin?view=map")
        assert page.evaluate("document.documentElement.scrollHeight") <= 560
        context.close()
    assert [] == seen.messages


def test_a_hostile_city_is_one_sheet(browser: Browser, seen: Seen, tmp_path: Path) -> None:
    """A name of three hundred letters and a hundred partners take one sheet all the same."""
    workspace = copy_tiny(tmp_path)
    cities, partnerships = table(workspace, "cities"), table(workspace, "aldorf/partnerships")
    cities.change(2, "name_en", "Łódź " * 60)
    long = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch "
    cities.write([*cities.records(), *([f"many-{n}", "City", long * 3, "", "", "pl", "52", "20"] + [""] * 8
                                       for n in range(100))])  # fmt: skip
    partnerships.write([*partnerships.records(), *([f"aldorf-many-{n}", f"aldorf;many-{n}", "friendly"] + [""] * 4
                        + ["aldorf-news", "high", ""] for n in range(100))])  # fmt: skip
    with (
        serving(build(workspace)[0]) as address,
        sheet(browser, seen, f"{address}/en/city/aldorf/factsheet") as page,
    ):
        assert (1, A4_POINTS) == printed(page)
        assert 0 == page.evaluate(_HIDDEN)
    assert [] == seen.messages
