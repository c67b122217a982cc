"""The page to ask from in a real browser, with a real pool behind it and JavaScript switched off."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from browser_pages import Seen, watch
from site_client import LANGUAGES
from twin_graph.settings import read_settings
from twin_graph.snapshot import Snapshot
from twin_graph.web import create_app
from twin_graph.web.sparql import POOL
from twin_graph.worker import QueryLimits, start_pool

pytestmark = pytest.mark.browser
LIMITS = QueryLimits(workers=2, queue=8, seconds=5.0, memory_mb=256, rows=2_000, megabytes=1.0)
WIDE = "SELECT * { ?s ?p ?o ; ?q ?r . ?o ?t ?u } LIMIT 30"
QUERIES = {
    "table": WIDE,
    "nothing": "SELECT * { ?s a twin:Nothing }",
    "truth": "ASK {}",
    "graph": "DESCRIBE <id/city/aldorf>",
    "malformed": f"SELECT * {{ ?s ?p {'long' * 60}: }}",
    "refused": "SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }",
    "limit": "SELECT * { ?a ?b ?c . ?d ?e ?f }",
}
ALLOWED = "the server responded with a status of"  # Chromium says so of every answer above 399


@pytest.fixture(scope="module")
def address(tiny_snapshot: Snapshot) -> Iterator[str]:
    """The tiny workspace with its pool, served on a port of its own."""
    with (
        tempfile.TemporaryDirectory(prefix="tg-") as folder,
        start_pool(tiny_snapshot.path, Path(folder, "q"), LIMITS, store="memory") as running,
    ):
        workspace = str(tiny_snapshot.path.parents[1])
        settings = read_settings({}, workspace=workspace, query_socket=str(running.socket))
        app = create_app(settings, tiny_snapshot)
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
        server.server_close()
        app.extensions[POOL].close()


@pytest.fixture
def page(browser: Browser, seen: Seen) -> Iterator[Page]:
    """A page of a phone without JavaScript, that says nothing and asks nobody else."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 800})
    yield watch(context.new_page(), seen)
    context.close()
    assert [] == [message for message in seen.messages if ALLOWED not in message]
    assert 1 == len(seen.hosts)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (390, "light"), (1280, "light")])
def test_fits(browser: Browser, address: str, seen: Seen, language: str, width: int, scheme: str) -> None:
    """Whatever the page shows fits the screen, with everything unfolded, without a message of the browser."""
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = watch(context.new_page(), seen)
    for name, query in {"start": "", **QUERIES}.items():
        asked = {"query": query, "format": "html"} if query else {}
        response = page.goto(f"{address}/sparql?{urlencode({**asked, 'lang': language})}")
        assert response is not None
        expected = {"malformed": 400, "refused": 403, "limit": 422}.get(name, 200)
        assert expected == response.status, name
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert language == page.evaluate("document.documentElement.lang")
        if query:
            assert page.locator("h2#result").is_visible(), name
    context.close()
    assert [] == [message for message in seen.messages if ALLOWED not in message]
    assert {urlsplit(address).netloc} == seen.hosts


def test_examples_fill_the_form(address: str, page: Page) -> None:
    """A question opens the form with its query, and says in the list which one it is."""
    page.goto(f"{address}/sparql?lang=pl&format=html")
    page.click('a[href*="competency_05_ended_since"]')
    assert '"2015-01-01"^^xsd:date' in page.input_value("#query")
    assert 1 == page.locator('a[href*="competency_05"][aria-current="true"]').count()


def test_an_example_from_end_to_end(address: str, page: Page) -> None:
    """A question is run with one click, changed, asked again, saved as a file, and its address kept."""
    page.goto(f"{address}/sparql?lang=en")
    page.locator(".examples li", has_text="Which cities have most").locator("a.run").click()
    assert page.url.endswith("#result")
    expect(page.locator("h2#result")).to_be_in_viewport()
    rows = page.locator(".result tbody tr").count()
    assert rows > 1
    assert f"{rows} " in page.locator(".told strong").inner_text()

    page.fill("#query", page.input_value("#query") + "\nLIMIT 1")
    page.click("form.query button")
    assert 1 == page.locator(".result tbody tr").count()
    with page.expect_download() as saving:
        page.click("a[download='result.csv']")
    assert 2 == len(Path(saving.value.path()).read_text("utf-8").splitlines())

    shown = page.locator(".result tbody").inner_text()
    page.click("#elsewhere + p a")
    assert shown == page.locator(".result tbody").inner_text()


def test_a_mistake_is_put_right(address: str, page: Page) -> None:
    """The marker is below its column, and the text waits in the form."""
    page.goto(f"{address}/sparql?lang=en")
    page.fill("#query", "SELECT * {\n?s a nothing:x }")
    page.click("form.query button")
    assert "true" == page.get_attribute("#query", "aria-invalid")
    line, marker = page.locator(".problem pre").inner_text().split("\n")
    assert "?s a nothing:x }" == line
    assert "^" == marker.strip()
    page.fill("#query", "ASK {}")
    page.click("form.query button")
    assert "Yes" in page.locator(".answer").inner_text()


def test_a_long_query(address: str, page: Page) -> None:
    """A query that fits no address is asked by POST, and saved by POST."""
    page.goto(f"{address}/sparql?lang=en")
    page.fill("#query", f"SELECT ?c {{ ?c a twin:City }} LIMIT 1 # {'x' * 20_000}")
    page.click("form.query button.second")
    assert 1 == page.locator(".result tbody tr").count()
    with page.expect_download() as saving:
        page.click(".downloads button[value='csv']")
    assert 2 == len(Path(saving.value.path()).read_text("utf-8").splitlines())


def test_keyboard(browser: Browser, address: str) -> None:
    """From the text the keyboard goes through the form, to the result, and everything it reaches is shown."""
    page = browser.new_page()
    page.goto(f"{address}/sparql?{urlencode({'query': WIDE, 'format': 'html', 'lang': 'en'})}")
    page.locator(".cm-content").focus()
    names = []
    for _ in range(9):
        page.keyboard.press("Tab")
        assert "none" != page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        names.append(page.evaluate("(e => e.id || e.textContent.trim())(document.activeElement)"))
    assert ["format", "timeout", "Ask", "Ask by POST", "JSON", "XML", "CSV", "TSV"] == names[:8]
    assert "group" == page.evaluate("document.activeElement.getAttribute('role')")
    page.focus("#code-python")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert "SPARQLWrapper" in page.evaluate("document.activeElement.textContent")
    page.close()


def test_targets_are_large_enough(browser: Browser, address: str) -> None:
    """Buttons, fields and links that stand alone are 24 pixels high at least."""
    context = browser.new_context(viewport={"width": 320, "height": 800})
    page = context.new_page()
    page.goto(f"{address}/sparql?{urlencode({'query': WIDE, 'format': 'html', 'lang': 'pl'})}")
    selector = (
        "main button, main input:not([type=hidden]), main select, main summary, main .inline a, main .run"
    )
    heights = page.locator(selector).evaluate_all("all => all.map(e => e.getBoundingClientRect().height)")
    # A run link for each question that the data of the tests can answer, and the form.
    runs = page.locator("main .run").count()
    assert runs >= 8
    assert len(heights) > runs + 15
    assert min(heights) >= 24
    context.close()


def test_on_paper(browser: Browser, address: str) -> None:
    """A printed result has its query and its table, and no controls."""
    page = browser.new_page()
    page.goto(f"{address}/sparql?{urlencode({'query': WIDE, 'format': 'html', 'lang': 'pl'})}")
    page.emulate_media(media="print")
    assert 1 == page.locator("#query:visible, .cm-content:visible").count()
    assert page.locator(".result table").is_visible()
    for selector in ("form.query button", ".downloads", ".examples", "details"):
        assert not page.locator(selector).first.is_visible(), selector
    page.close()
