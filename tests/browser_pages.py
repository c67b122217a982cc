"""A page in Chromium under watch: its messages, its failures, the hosts that it asks, and what axe finds on it.

Starts nothing: the fixtures of `tests/browser` do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page, Request

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--no-first-run"]  # fmt: skip

# Chromium says so of every answer above 399; that a page is missing is what such a test wants.
ALLOWED = "the server responded with a status of"
AXE_TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
# The rules whose verdict depends on colours.
AXE_COLOUR_RULES = ("color-contrast", "link-in-text-block")
# What has the focus, also inside a shadow tree: where it is, and whether a reader can see that it has it.
FOCUS = """async () => {
  let found = document.activeElement;
  while (found && found.shadowRoot && found.shadowRoot.activeElement) found = found.shadowRoot.activeElement;
  if (!found || found === document.body) return null;
  const marked = element => {
    const style = getComputedStyle(element);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
  };
  const bearers = [found, found.parentElement, ...(found.labels || []), found.closest("[class]")];
  const host = found.getRootNode().host;
  if (host) bearers.push(host, found.closest(".cm-editor"));
  const all = [...document.querySelectorAll("*")];
  const shown = () => bearers.some(each => each && marked(each));
  // The editor marks itself a moment later.
  if (!shown()) await new Promise(resolve => setTimeout(resolve, 100));
  return {place: all.indexOf(document.activeElement), tag: found.localName, href: found.getAttribute("href"),
          text: found.textContent.trim().slice(0, 60), marked: shown()};
}"""


@dataclass
class Seen:
    """What a page did while it was loaded: messages, failures and the hosts that it asked."""

    messages: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)


def watch(page: Page, seen: Seen) -> Page:
    """Note what a page does; an icon that was still loading when we went on is no failure."""

    def note_failure(request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":
            seen.messages.append(f"{page.url}: {request.url}: {request.failure}")

    page.on("console", lambda message: seen.messages.append(f"{page.url}: {message.text}"))
    page.on("pageerror", lambda error: seen.messages.append(f"{page.url}: {error}"))
    page.on("requestfailed", note_failure)
    page.on("request", lambda request: seen.hosts.add(urlsplit(request.url).netloc))
    return page


def axe(page: Page, rules: Sequence[str] = ()) -> list[str]:
    """What axe finds wrong with a page as it stands: the rule, the element and what to do, a line each.

    It is injected as the developer tools do, so that the Content-Security-Policy of the page stays as it is.

    Args:
        rules: names of rules; by default those of WCAG 2.2 A and AA and the best practices.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe_source())
    only = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": list(AXE_TAGS)}
    options = {"runOnly": only, "resultTypes": ["violations"]}
    found: dict[str, Any] = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{violation['id']}: {node['target']}: {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def focus_of(page: Page) -> dict[str, Any] | None:
    """What has the focus: `place` in the document, `tag`, `text`, `href`, and `marked`; None for nothing."""
    found: dict[str, Any] | None = page.evaluate(FOCUS)
    return found


@cache
def _axe_source() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
