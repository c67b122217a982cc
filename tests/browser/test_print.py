"""Pages on paper, in the dark and in the colours of the system: what the style sheet sees to there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from browser_pages import Seen, watch

pytestmark = pytest.mark.browser

WIDE = {"width": 1280, "height": 900}
PAPER = {"width": 680, "height": 1000}
PHONE = {"width": 360, "height": 800}


@contextmanager
def opened(browser: Browser, seen: Seen, address: str, **options: Any) -> Iterator[Page]:
    """A page in a context of its own."""
    context = browser.new_context(**options)
    page = watch(context.new_page(), seen)
    page.goto(address)
    try:
        yield page
    finally:
        context.close()
    assert [] == seen.messages


def colours_of(page: Page, script: str) -> list[tuple[int, ...]]:
    """The colours that a script gives, as numbers."""
    return [tuple(int(part) for part in re.findall(r"\d+", colour)[:3]) for colour in page.evaluate(script)]


def luminance(colour: tuple[int, ...]) -> float:
    """Relative luminance as WCAG 2.2 has it."""
    parts = [part / 255 for part in colour]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_a_printed_page_says_where_it_is_from(browser: Browser, seen: Seen, tiny_address: str) -> None:
    """On paper stand the address and the day of the data; marks keep their colour, and nothing leaves the sheet."""
    with opened(browser, seen, f"{tiny_address}/en/city/aldorf", viewport=PAPER) as page:
        assert not page.locator(".printed").is_visible()
        page.emulate_media(media="print")
        assert page.locator(".printed").inner_text().endswith("/en/city/aldorf")
        assert "Data as of" in page.locator("footer").inner_text()
        kept = "getComputedStyle(document.querySelector('.mark.relation'), '::before').printColorAdjust"
        assert "exact" == page.evaluate(kept)
        assert page.evaluate("document.documentElement.scrollWidth") <= PAPER["width"]
        assert page.locator(".column-details").count() > 1
        assert 0 == page.locator(".column-details:visible").count()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_placeholder_can_be_read(browser: Browser, seen: Seen, tiny_address: str, scheme: str) -> None:
    """The text in an empty field has 4.5:1."""
    script = """(() => { const field = document.querySelector('#search');
      return [getComputedStyle(field, '::placeholder').color, getComputedStyle(field).backgroundColor]; })()"""
    with opened(browser, seen, f"{tiny_address}/en/city", viewport=WIDE, color_scheme=scheme) as page:
        dark, light = sorted(luminance(colour) for colour in colours_of(page, script))
        assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_the_current_section_is_more_than_a_colour(browser: Browser, seen: Seen, tiny_address: str) -> None:
    """In the colours of the system only the current section has a line below it."""
    script = """[...document.querySelectorAll('.sections a')].filter(
      each => getComputedStyle(each).borderBottomColor !== getComputedStyle(document.body).backgroundColor
    ).map(each => each.getAttribute('aria-current'))"""
    with opened(browser, seen, f"{tiny_address}/en/city", viewport=WIDE, forced_colors="active") as page:
        assert ["true"] == page.evaluate(script)


def test_forms_and_lists_on_a_phone(browser: Browser, seen: Seen, tiny_address: str) -> None:
    """A box stands beside its label, and a comma beside the word before it."""
    with opened(browser, seen, f"{tiny_address}/en/chain", viewport=PHONE) as page:
        box = page.locator('input[type="checkbox"]').bounding_box()
        label = page.locator('label:has([type="checkbox"])').bounding_box()
        assert box is not None
        assert label is not None
        assert box["y"] + box["height"] / 2 == pytest.approx(label["y"] + label["height"] / 2, abs=2)
    with opened(browser, seen, f"{tiny_address}/en/map?city=aldorf", viewport=PHONE) as page:
        assert "inline" == page.evaluate("getComputedStyle(document.querySelector('td .mark')).display")


def test_the_code_to_copy_is_seen_whole(browser: Browser, seen: Seen, tiny_address: str) -> None:
    """The fields are as high as their text."""
    with opened(browser, seen, f"{tiny_address}/en/city/aldorf", viewport=PHONE) as page:
        page.locator("details.embed summary").click()
        for field in page.locator("details.embed textarea").all():
            assert field.evaluate("each => each.scrollHeight - each.clientHeight") <= 1
