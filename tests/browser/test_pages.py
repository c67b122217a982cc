"""Pages in a real browser, in three languages: no message, no request elsewhere, no overflow, contrast, a filter.

What holds for every type of page is `test_every_page.py`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser
from werkzeug.serving import make_server

from browser_pages import Seen, watch
from site_client import LANGUAGES, app_of, keys_of
from twin_graph.kinds import DOCUMENTED
from twin_graph.snapshot import Snapshot

pytestmark = pytest.mark.browser
FIXED = [
    "",
    "about",
    "report",
    "ontology",
    "alignments",
    "concepts/relation",
    "shapes",
    "graph/shared",
    "problems/not-found",
]


@pytest.fixture(scope="module")
def address(tiny_snapshot: Snapshot) -> Iterator[str]:
    """The tiny workspace, served on a port of its own."""
    server = make_server("127.0.0.1", 0, app_of(tiny_snapshot), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def paths(tiny_snapshot: Snapshot) -> list[str]:
    """One page of each sort: fixed pages, a list and the first thing of each kind."""
    things = [f"{kind.name}/{keys_of(tiny_snapshot, kind.name)[0]}" for kind in DOCUMENTED]
    return [*FIXED, *(kind.name for kind in DOCUMENTED), *things]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (1280, "light")])
def test_pages(
    browser: Browser, address: str, paths: list[str], seen: Seen, language: str, width: int, scheme: str
) -> None:
    """Pages of each kind load without a message, ask no other host and fit a narrow screen."""
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = watch(context.new_page(), seen)
    for path in paths:
        response = page.goto(f"{address}/{language}/{path}")
        assert response is not None
        assert 200 == response.status, path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert language == page.evaluate("document.documentElement.lang"), path
    context.close()
    assert [] == seen.messages
    assert {urlsplit(address).netloc} == seen.hosts


def test_skip_link(browser: Browser, address: str) -> None:
    """The first stop of the keyboard leads past the navigation."""
    page = browser.new_page()
    page.goto(f"{address}/pl/city/aldorf")
    page.keyboard.press("Tab")
    link = page.locator(":focus")
    assert "#main" == link.get_attribute("href")
    box = link.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    page.keyboard.press("Enter")
    assert "main" == page.evaluate("document.activeElement.id")
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast(browser: Browser, address: str, scheme: str) -> None:
    """Every pair of text and background of the sheet has a contrast of 4.5 to 1 at least."""
    context = browser.new_context(color_scheme="dark" if scheme == "dark" else "light")
    page = context.new_page()
    page.goto(f"{address}/en/")
    style = "getComputedStyle(document.documentElement).getPropertyValue('--{}').trim()"
    colours = {name: page.evaluate(style.format(name)) for name in
               ("text", "soft", "page", "band", "link", "visited", "accent", "on-accent", "focus", "on-focus", "good",
                "ended", "paused")}  # fmt: skip
    context.close()
    pairs = [(text, ground) for ground in ("page", "band")
             for text in ("text", "soft", "link", "visited", "good", "ended", "paused")]  # fmt: skip
    for text, ground in [*pairs, ("on-accent", "accent"), ("on-focus", "focus")]:
        assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)


def test_partners_fit_a_laptop(browser: Browser, address: str) -> None:
    """At 1200 pixels no column of the partners is cut off, and no host is broken inside a word."""
    context = browser.new_context(viewport={"width": 1200, "height": 800})
    page = context.new_page()
    page.goto(f"{address}/pl/city/aldorf")
    region = page.locator('[aria-labelledby="city_partnerships"][role="group"]')
    assert region.evaluate("e => e.scrollWidth <= e.clientWidth")
    lines = region.locator(".column-sources a").evaluate_all("all => all.map(a => a.getClientRects().length)")
    assert len(lines) > 3
    assert {1} == set(lines)
    context.close()


def test_works_in_forced_colours_and_print(browser: Browser, address: str, seen: Seen) -> None:
    """The page loads in forced colours, and on paper it is without navigation."""
    context = browser.new_context(forced_colors="active")
    page = watch(context.new_page(), seen)
    page.goto(f"{address}/uk/partnership/aldorf-duneville")
    assert page.locator(".sections").is_visible()
    page.emulate_media(media="print")
    assert not page.locator(".sections").is_visible()
    context.close()
    assert [] == seen.messages


def test_without_javascript(browser: Browser, address: str) -> None:
    """Everything works without JavaScript: the filter of a list finds a city."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/en/city")
    page.fill("main input[name=q]", "ced")
    page.click("main form[role=search] button[type=submit]")
    assert 1 == page.locator("tbody tr").count()
    page.click("tbody a")
    assert "Cedrowo" == page.locator("h1").inner_text()
    context.close()


def contrast(first: str, second: str) -> float:
    """The contrast ratio of two colours, as WCAG 2.2 defines it."""
    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """The relative luminance of a colour that is written as #rrggbb."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
