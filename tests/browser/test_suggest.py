"""Suggestions below a search field: by keyboard, by mouse, for a screen reader, and without the service."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from browser_pages import Seen, axe, watch

pytestmark = pytest.mark.browser


@pytest.fixture
def page(browser: Browser, seen: Seen, tiny_address: str) -> Iterator[Page]:
    """The home page of the tiny workspace."""
    opened = watch(browser.new_page(base_url=tiny_address), seen)
    opened.goto("/en/search")
    yield opened
    opened.close()


def field(page: Page) -> Locator:
    """The first field with suggestions in the page itself."""
    return page.locator("main input[data-suggest]").first


def test_keyboard(page: Page, seen: Seen) -> None:
    """Arrows go through the suggestions and back to the field, Escape closes them, Enter opens the chosen one."""
    box, options = field(page), page.get_by_role("option")
    expect(box).to_have_attribute("aria-expanded", "false")
    box.press_sequentially("ald")
    expect(options.first).to_be_visible()
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    assert options.first.get_attribute("id") == box.get_attribute("aria-activedescendant")
    box.press("ArrowUp")
    assert None is box.get_attribute("aria-activedescendant")
    box.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    box.press("Escape")
    expect(options.first).to_be_hidden()
    expect(box).to_have_value("ald")
    box.press("ArrowDown")
    assert [] == seen.messages
    box.press("Enter")
    page.wait_for_url("**/en/city/aldorf")


def test_roles_and_words(page: Page) -> None:
    """The list belongs to the field, has its name, tells how much it holds, and axe finds nothing wrong."""
    box = field(page)
    box.press_sequentially("al")
    list_box = page.get_by_role("listbox")
    expect(list_box).to_be_visible()
    assert list_box.get_attribute("id") == box.get_attribute("aria-controls")
    assert "combobox" == box.get_attribute("role")
    assert list_box.get_attribute("aria-label")
    number = page.get_by_role("option").count()
    expect(page.locator(".suggest [role=status]").first).to_contain_text(str(number))
    assert [] == axe(page)


def test_mouse(page: Page) -> None:
    """A suggestion that is pressed is opened."""
    field(page).press_sequentially("aldorf")
    page.get_by_role("option").first.click()
    page.wait_for_url("**/en/city/aldorf")


def test_enter_without_a_choice_searches(page: Page) -> None:
    """What was typed is searched for, whether or not suggestions are shown."""
    box = field(page)
    box.press_sequentially("aldorf")
    expect(page.get_by_role("option").first).to_be_visible()
    box.press("Enter")
    page.wait_for_url("**/en/search?q=aldorf")


def test_form_sends_the_key(page: Page) -> None:
    """In a form that wants a city the field shows the name, and the form sends the key; typing on undoes that."""
    page.goto("/en/compare")
    box = page.locator("input[data-suggest-kind=city]").first
    name = box.get_attribute("name")
    box.press_sequentially("aldo")
    expect(page.get_by_role("option").first).to_be_visible()
    box.press("ArrowDown")
    box.press("Enter")
    expect(box).to_have_value("Aldorf")
    assert "aldorf" == page.locator(f"input[type=hidden][name={name}]").input_value()
    box.press_sequentially("x")
    assert 0 == page.locator(f"input[type=hidden][name={name}]").count()
    assert name == box.get_attribute("name")


def test_coming_back_finds_what_was_sent(page: Page) -> None:
    """After comparing, Back leads to the form as it was: the names are shown, and the keys are sent again."""
    page.goto("/en/compare")
    first, second = page.locator("input[data-suggest-kind=city]").all()
    first.press_sequentially("aldo")
    page.get_by_role("option").first.click()
    second.fill("Belmont")
    second.press("Enter")
    page.wait_for_url("**/en/compare?a=aldorf&b=Belmont")
    page.go_back()
    expect(first).to_have_value("Aldorf")
    expect(second).to_have_value("Belmont")
    second.press("Enter")
    page.wait_for_url("**/en/compare?a=aldorf&b=Belmont")


def test_service_that_fails(page: Page) -> None:
    """Without an answer the field is a field."""
    page.route("**/suggest?*", lambda route: route.fulfill(status=503))
    box = field(page)
    with page.expect_response("**/suggest?*"):
        box.press_sequentially("aldorf")
    expect(page.get_by_role("option").first).to_be_hidden()
    box.press("Enter")
    page.wait_for_url("**/en/search?q=aldorf")


def test_choice_for_an_earlier_text_is_none(page: Page) -> None:
    """While the answer to what was typed on is awaited nothing is chosen, and what is pressed is not opened."""
    box, options = field(page), page.get_by_role("option")
    box.press_sequentially("ald")
    expect(options.first).to_be_visible()
    box.press("ArrowDown")
    page.route("**/suggest?*", lambda route: None)  # an answer that never comes
    box.press_sequentially("x")
    assert None is box.get_attribute("aria-activedescendant")
    box.press("ArrowDown")
    assert None is box.get_attribute("aria-activedescendant")
    options.first.click()
    expect(box).to_have_value("aldx")
    box.press("Enter")
    page.wait_for_url("**/en/search?q=aldx")


@pytest.mark.parametrize("emptied", [True, False], ids=["too short", "failed"])
def test_list_of_an_earlier_text_is_gone(page: Page, emptied: bool) -> None:
    """With too few letters, or an answer that failed, no arrow brings the earlier list back."""
    box, options = field(page), page.get_by_role("option")
    box.press_sequentially("ald")
    expect(options.first).to_be_visible()
    page.route("**/suggest?*", lambda route: route.abort())
    if emptied:
        box.fill("")
    else:
        with page.expect_event("requestfailed"):
            box.press_sequentially("o")
    expect(options).to_have_count(0)
    box.press("ArrowDown")
    expect(page.get_by_role("listbox")).to_be_hidden()


def test_names_are_text(page: Page, seen: Seen) -> None:
    """Markup in an answer is shown, not obeyed."""
    hostile = '<img src=x onerror="document.title=1">'
    answer = {"announcement": hostile, "suggestions": [
        {"label": hostile, "language": "en", "kind": "city", "key": "x", "path": "/en/city/x", "context": hostile}
    ]}  # fmt: skip
    page.route("**/suggest?*", lambda route: route.fulfill(json=answer))
    field(page).press_sequentially("ald")
    expect(page.get_by_role("option").first).to_contain_text(hostile)
    assert 0 == page.locator("main img").count()
    assert [] == seen.messages
