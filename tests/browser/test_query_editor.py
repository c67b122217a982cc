"""The editor of the query page, which stands over a field that works without it."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from browser_pages import ALLOWED, Seen, axe, focus_of, watch

pytestmark = [pytest.mark.browser, pytest.mark.serve]
CITIES = "SELECT ?city { ?city a twin:City } LIMIT 2"


@pytest.fixture
def page(browser: Browser, tiny_address: str, seen: Seen) -> Iterator[Page]:
    """The query page with its editor."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = watch(context.new_page(), seen)
    page.goto(f"{tiny_address}/sparql?lang=en&format=html&query={quote(CITIES)}")
    expect(page.locator(".cm-content")).to_be_visible()
    yield page
    context.close()
    assert [] == [message for message in seen.messages if ALLOWED not in message]


def test_tab_leaves_it(page: Page) -> None:
    """The keyboard gets into the editor and out of it, forwards and backwards, and no tab gets into the query."""
    page.locator(".cm-content").focus()
    inside = focus_of(page)
    assert inside is not None
    page.keyboard.type("# x")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    after = focus_of(page)
    assert after is not None
    assert after["place"] > inside["place"]
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    before = focus_of(page)
    assert before is not None
    assert before["place"] < inside["place"]
    assert "\t" not in page.input_value("#query")


def test_what_is_typed_is_asked(page: Page) -> None:
    """The form sends what stands in the editor, which begins with what the address says."""
    assert CITIES == page.input_value("#query")
    page.locator(".cm-content").focus()
    page.keyboard.press("Control+End")
    for _ in range(len("LIMIT 2")):
        page.keyboard.press("Backspace")
    page.keyboard.insert_text("LIMIT 1")
    assert CITIES.replace("LIMIT 2", "LIMIT 1") == page.input_value("#query")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**LIMIT+1**")
    assert 1 == page.locator(".result tbody tr").count()


def test_completion(page: Page) -> None:
    """A term is completed from the ontology by the keyboard alone, and axe finds nothing while the list is open."""
    page.locator(".cm-content").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("SELECT * { ?city a twin:Municip")
    choices = page.locator(".cm-tooltip-autocomplete [role=option]")
    expect(choices.first).to_contain_text("Municipality")
    assert [] == axe(page)
    page.wait_for_timeout(100)  # the list takes no key while a reader may still be typing
    page.keyboard.press("Enter")
    assert "SELECT * { ?city a twin:Municipality" in page.input_value("#query")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_long_list_of_completions(page: Page, scheme: str) -> None:
    """axe finds nothing while many terms are offered, and the arrows go past those that are shown."""
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.locator(".cm-content").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("SELECT ?c { ?c twin:")
    choices = page.locator(".cm-tooltip-autocomplete [role=option]")
    expect(choices.first).to_be_visible()
    assert [] == axe(page)
    first = choices.first.text_content()
    page.wait_for_timeout(100)  # the list takes no key while a reader may still be typing
    for _ in range(20):
        page.keyboard.press("ArrowDown")
    expect(page.locator(".cm-tooltip-autocomplete [aria-selected]")).to_be_visible()
    assert first not in choices.all_text_contents()


@pytest.mark.parametrize(("language", "name"), [("pl", "Podpowiedzi"), ("uk", "Підказки")])
def test_words_of_the_editor(page: Page, language: str, name: str) -> None:
    """The list of completions has its name in the language of the page."""
    page.goto(page.url.replace("lang=en", f"lang={language}"))
    page.locator(".cm-content").focus()
    page.keyboard.press("Control+End")
    page.keyboard.type(" twin:C")
    expect(page.locator(".cm-tooltip-autocomplete [role=listbox]")).to_have_attribute("aria-label", name)


def test_empty_query(page: Page) -> None:
    """A query that is empty is not sent, and the reader is told; the words go when something is typed."""
    page.locator(".cm-content").focus()
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    page.keyboard.press("Control+Enter")
    note = page.get_by_role("alert").filter(has_text="There is no query yet.")
    expect(note).to_be_visible()
    assert [] == axe(page)
    page.keyboard.type("A")
    expect(note).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessible(page: Page, scheme: str) -> None:
    """axe finds nothing with the editor, the result and the mark of a mistake."""
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    assert [] == axe(page)
    page.goto(page.url.replace("LIMIT", "LIMITS"))
    expect(page.locator(".cm-content")).to_be_visible()
    assert [] == axe(page)
