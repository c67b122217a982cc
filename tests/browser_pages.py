"""A page in Chromium under watch: its messages, its failures and the hosts that it asks.

Starts nothing: the fixtures of `tests/browser` do.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Page, Request

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--no-first-run"]  # fmt: skip


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
