"""Make the pictures of the page about reconciliation: a real session of OpenRefine with the services of this site.

    twin-graph serve &
    python interop/screenshots.py http://localhost:8000/ src/twin_graph/static/openrefine

Needs the packages `openrefine` and `chromium` of Debian. Nothing is drawn or changed afterwards.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Locator, Page, sync_playwright

from openrefine import running

SIZE = 1_200, 675
_TABLE = """City,Country,Partner
Nancy,France,Lublin
Lwów,Ukraina,Lublin
Münster,Niemcy,Lublin
Windsor,,
Lancaster,,
Brest,Białoruś,
Nykobing F,Dania,Lublin
Riszon le-Cijjon,Izrael,Lublin
"""
_CHROMIUM = "/usr/bin/chromium"
_PAUSE = 1_200  # milliseconds that menus and tables take to settle


def take(base: str, folder: Path) -> None:
    """Take the five pictures, in the order of the steps."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as own, running(Path(own)) as refine, sync_playwright() as tool:
        project = refine.create("Partner cities", _TABLE)
        browser = tool.chromium.launch(executable_path=_CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]})
        page.goto(f"{refine.address}/project?project={project}")
        _open_menu(page, "Reconcile", "Start reconciling")
        _add(page, f"{base}reconcile", folder / "add.png")
        _choose(page, folder)
        page.get_by_text("judgment").first.wait_for(timeout=60_000)
        _judge(page, folder / "judge.png")
        _extend(page, folder / "extend.png")
        browser.close()


def _add(page: Page, service: str, picture: Path) -> None:
    _button(page, "Add standard service").click()
    field = page.locator(".dialog-frame input[type=text], .dialog-frame input:not([type])").last
    field.fill(service)
    page.wait_for_timeout(_PAUSE)
    page.screenshot(path=picture)
    _button(page, "Add service").click()
    page.get_by_text("Reconcile each cell to an entity").first.wait_for(timeout=30_000)


def _choose(page: Page, folder: Path) -> None:
    page.locator(".recon-dialog-service-opener").click()  # the list of services hides the types
    page.wait_for_timeout(2 * _PAUSE)
    page.screenshot(path=folder / "service.png")
    for number, name in enumerate(("country", "partner")):
        page.locator("input[name=include]").nth(number).check()
        _type(page, page.locator("input[name=property]").nth(number), name)
    page.wait_for_timeout(_PAUSE)
    page.screenshot(path=folder / "columns.png")
    _button(page, "Start reconciling").click()


def _type(page: Page, box: Locator, text: str) -> None:
    """Type into a field that suggests, and take the first suggestion."""
    box.click()
    box.press_sequentially(text, delay=60)
    page.locator(".fbs-pane:visible li").first.wait_for(timeout=10_000)
    page.wait_for_timeout(_PAUSE)
    page.locator(".fbs-pane:visible li").first.click()


def _judge(page: Page, picture: Path) -> None:
    page.wait_for_timeout(_PAUSE)
    page.locator("a.data-table-recon-topic").last.hover()
    page.wait_for_timeout(2 * _PAUSE)
    page.screenshot(path=picture)
    page.mouse.move(5, 5)
    page.wait_for_timeout(_PAUSE)


def _extend(page: Page, picture: Path) -> None:
    _open_menu(page, "Edit column", "Add columns from reconciled values")
    page.get_by_text("Population", exact=True).first.wait_for(timeout=30_000)
    for name in ("Population", "Wikidata item"):
        page.get_by_text(name, exact=True).first.click()
        page.wait_for_timeout(_PAUSE)
    page.wait_for_timeout(_PAUSE)
    page.screenshot(path=picture)


def _open_menu(page: Page, first: str, second: str) -> None:
    page.wait_for_selector(".column-header-menu")
    page.locator(".column-header-menu").nth(1).click()
    page.get_by_text(first, exact=True).first.hover()
    page.wait_for_timeout(_PAUSE)
    page.get_by_text(second).first.click()
    page.wait_for_timeout(_PAUSE)


def _button(page: Page, text: str) -> Locator:
    return page.locator(".dialog-frame button", has_text=text).last


if __name__ == "__main__":
    take(sys.argv[1], Path(sys.argv[2]))
