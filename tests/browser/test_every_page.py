"""Every type of page in Chromium, on the real server: axe, light and dark, 320 pixels, keyboard, paper, no script.

Numbers of pages and links are `conformance/test_site.py`; what single pages do is in the other files of this folder.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from browser_pages import ALLOWED, AXE_COLOUR_RULES, Seen, axe, focus_of, watch
from compared_towns import ids_by_kind
from twin_graph.kinds import DOCUMENTED
from twin_graph.snapshot import Snapshot

pytestmark = [pytest.mark.browser, pytest.mark.serve]
_ASKED = quote("SELECT ?city ?name { ?city a twin:City ; rdfs:label ?name } LIMIT 20")
# The path of one page of each type, on the tiny workspace.
TINY = {
    "home": "pl/",
    "city": "uk/city/aldorf",
    "city of the world": "en/city/q900000007",
    "partnership": "pl/partnership/aldorf-belmont",
    "partnership of three": "en/partnership/aldorf-belmont-cedrowo",
    "agreement": "uk/agreement/belmont-1990",
    "resolution": "pl/resolution/aldorf-1990",
    "event": "en/event/duneville-2",
    "network": "uk/network/union-of-test-towns",
    "membership": "pl/membership/aldorf-union-2",
    "distinction": "en/distinction/test-town-of-the-year",
    "conferral": "uk/conferral/test-town-2019",
    "activity": "pl/activity/choir-festival-2014",
    "country": "en/country/ca",
    "count": "uk/count/aldorf-countries-2013",
    "contradiction": "pl/contradiction/count-aldorf-friendly-cities-2024",
    "register": "pl/register/aldorf",
    "source": "en/source/gazetteer",
    "catalogue": "uk/catalog",
    "list": "uk/city",
    "filtered list": "pl/city?country=ca",
    "empty list": "en/city?q=zzzz",
    "table alone": "uk/city/aldorf/partnerships",
    "curation of a city": "pl/city/aldorf/curation",
    "anniversaries": "en/city/aldorf/anniversaries",
    "changes of a city": "uk/city/aldorf/changes",
    "fact sheet": "pl/city/aldorf/factsheet",
    "embedded map": "en/embed/city/aldorf?view=map",
    "embedded table": "uk/embed/city/aldorf?view=table",
    "embedded timeline": "pl/embed/city/aldorf?view=timeline",
    "map": "en/map",
    "map of a city": "uk/map?city=aldorf",
    "timeline": "pl/timeline",
    "timeline of a city": "en/timeline?city=aldorf",
    "search": "uk/search",
    "found": "pl/search?q=ald",
    "nothing found": "en/search?q=zzzz",
    "compare": "uk/compare",
    "compared": "pl/compare?a=aldorf&b=belmont",
    "chain": "en/chain",
    "chain found": "uk/chain?from=estuary&to=q900000008",
    "city on a day": "pl/city/aldorf?asOf=2009",
    "country on a day": "uk/country/pl?asOf=2009",
    "network on a day": "en/network/northern-congress?asOf=2012",
    "list on a day": "uk/partnership?asOf=2009",
    "map on a day": "en/map?asOf=2009&city=aldorf",
    "table on a day": "pl/city/aldorf/held?asOf=2009",
    "changes": "pl/changes",
    "curation": "en/curation",
    "comparison with nothing": "pl/wikidata",
    "report without an archive": "en/wikidata/c",
    "report": "uk/report",
    "about": "pl/about",
    "accessibility": "en/accessibility",
    "policy": "uk/policy",
    "tests and their outcomes": "pl/conformance",
    "ontology": "uk/ontology",
    "alignments": "pl/alignments",
    "concepts": "en/concepts",
    "scheme": "uk/concepts/relation",
    "shapes": "pl/shapes",
    "shape": "en/shapes/city",
    "graph": "uk/graph/shared",
    "reconciliation": "pl/reconcile",
    "reconciliation tried": "uk/reconcile?name=Aldorf&country=de",
    "problem": "problems/not-found",
    "not found": "pl/city/nowhere",
    "gone": "en/partnership/aldorf-atlantis",
    "malformed": "uk/city?page=x",
    "queries": "sparql?lang=pl&format=html",
    "result": f"sparql?lang=en&format=html&query={_ASKED}",
    "mistake": "sparql?lang=uk&format=html&query=SELECT",
}
# The comparison with Wikidata, on the tiny workspace with an archive.
COMPARED = {
    "comparison": "uk/wikidata",
    "report of what is missing there": "pl/wikidata/a",
    "report of what is missing here": "en/wikidata/b",
    "report of one side": "uk/wikidata/c?sort=-finding",
    "report of contradictions": "pl/wikidata/d?state=decided",
    "report of places": "en/wikidata/e",
    "empty report": "uk/wikidata/a?q=zzzz",
    "finding with an edit": "pl/wikidata/finding/{start-coarser}",
    "finding with letters": "en/wikidata/finding/{both-sides}",
    "finding with a note": "uk/wikidata/finding/{sides-differ}",
    "finding of two places": "pl/wikidata/finding/{one-place}",
    "decided finding": "en/wikidata/finding/{start-differs}",
    "city with findings": "pl/city/aldorf",
    "curation with findings": "uk/city/aldorf/curation",
    "partnership with findings": "en/partnership/aldorf-belmont",
}
# Pages that are large, or drawn from much, on the shipped data.
REAL = {
    "home": "uk/",
    "city": "pl/city/lublin",
    "city of the world": "en/city/q656",
    "partnership": "uk/partnership/lublin-nancy",
    "city on a day": "en/city/lublin?asOf=2013",
    "country": "pl/country/pl",
    "network": "en/network/eurocities",
    "catalogue": "uk/catalog",
    "list": "uk/city",
    "partnerships": "pl/partnership",
    "map": "en/map",
    "map of a city": "uk/map?city=lublin",
    "timeline": "pl/timeline?city=lublin",
    "found": "en/search?q=lviv",
    "compared": "uk/compare?a=lublin&b=lviv",
    "chain found": "pl/chain?from=lublin&to=q60",
    "curation": "en/city/lublin/curation",
    "fact sheet": "uk/city/lublin/factsheet",
}
# The rows of a table are alike to the keyboard.
SHORTEN_TABLES = "document.querySelectorAll('tr:nth-child(n + 6)').forEach(row => row.remove())"
REFUSED = {"not found": 404, "gone": 410, "malformed": 400, "mistake": 400}
# Nothing stands before the content of these.
WITHOUT_NAVIGATION = ("embedded map", "embedded table", "embedded timeline", "fact sheet")
PAGES = [
    (data, name, path)
    for data, paths in (("tiny", TINY), ("compared", COMPARED), ("real", REAL))
    for name, path in paths.items()
]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test of every page has the type of the page in its name, and reads only the data that it needs."""
    if "visit" in metafunc.fixturenames:
        parameters = [
            pytest.param(row, id=f"{row[0]}-{row[1]}", marks=[pytest.mark.real] if row[0] == "real" else [])
            for row in PAGES
        ]
        metafunc.parametrize("visit", parameters, indirect=True)


@pytest.fixture
def visit(request: pytest.FixtureRequest) -> tuple[str, str]:
    """The name of a type of page, and the address of such a page."""
    data, name, path = request.param
    if "{" in path:
        snapshot: Snapshot = request.getfixturevalue("compared_snapshot")
        path = path.format_map(ids_by_kind(snapshot))
    return name, f"{request.getfixturevalue(f'{data}_address')}/{path}"


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser as most people have it; the pages of a test share what it keeps."""
    found = browser.new_context(viewport={"width": 1280, "height": 900})
    yield found
    found.close()


@pytest.fixture(scope="module")
def plain_context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser that runs no JavaScript."""
    found = browser.new_context(java_script_enabled=False)
    yield found
    found.close()


@contextmanager
def opened(context: BrowserContext, address: str, seen: Seen, name: str) -> Iterator[Page]:
    """A page, which answers with the status that its type has, says nothing and asks nobody else."""
    page = watch(context.new_page(), seen)
    response = page.goto(address)
    assert response is not None
    assert REFUSED.get(name, 200) == response.status
    yield page
    page.close()
    assert [] == [message for message in seen.messages if ALLOWED not in message]
    assert {urlsplit(address).netloc} == seen.hosts


def test_kinds_are_all_here() -> None:
    """Every kind of thing has its page among the types."""
    assert set() == {kind.name for kind in DOCUMENTED} - set(TINY)
    assert len(PAGES) > 80


def test_accessible(context: BrowserContext, seen: Seen, visit: tuple[str, str]) -> None:
    """axe finds nothing, in light and in dark; no page is wider than 320 pixels; forced colours hide nothing."""
    name, address = visit
    with opened(context, address, seen, name) as page:
        page.emulate_media(color_scheme="light")
        assert [] == axe(page)
        page.emulate_media(color_scheme="dark")
        assert [] == axe(page, AXE_COLOUR_RULES)
        page.set_viewport_size({"width": 320, "height": 800})
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        page.emulate_media(color_scheme="light", forced_colors="active")
        assert page.locator("h1, h2").first.is_visible()


def test_keyboard(context: BrowserContext, seen: Seen, visit: tuple[str, str]) -> None:
    """The keyboard finds the skip link first, then everything in the order of the page, marked, and gets out."""
    name, address = visit
    with opened(context, address, seen, name) as page:
        page.evaluate(SHORTEN_TABLES)
        stops = []
        for _ in range(400):
            page.keyboard.press("Tab")
            found = focus_of(page)
            if found is None:
                break
            stops.append(found)
        assert len(stops) < 400
        assert name in WITHOUT_NAVIGATION or "#main" == stops[0]["href"]
        assert [] == [stop for stop in stops if not stop["marked"]]
        places = [stop["place"] for stop in stops]
        assert sorted(places) == places
        links = page.locator("a[href]:not([tabindex='-1']):visible").count()
        assert links == sum(stop["tag"] == "a" for stop in stops)


def test_without_script_style_or_screen(
    context: BrowserContext, plain_context: BrowserContext, seen: Seen, visit: tuple[str, str]
) -> None:
    """A page has its words without JavaScript, also without its sheet, and on paper it is without navigation."""
    name, address = visit
    with opened(context, address, seen, name) as page:
        expected = _headings(page)
        page.emulate_media(media="print")
        assert page.locator("h1, h2").first.is_visible()
        assert 0 == page.locator("header nav:visible").count()
    with opened(plain_context, address, Seen(), name) as page:
        assert expected == _headings(page)
        page.route("**/*.css", lambda route: route.fulfill(content_type="text/css", body=""))
        page.reload()
        assert expected == _headings(page)
        assert page.locator("h1, h2").first.is_visible()
        sizes = page.locator("svg").evaluate_all(
            "all => all.map(each => each.getBoundingClientRect().height)"
        )
        assert max(sizes, default=0) < 1400
        page.unroute("**/*.css")


def _headings(page: Page) -> list[str]:
    return [text.strip() for text in page.locator("h1, h2").all_text_contents()]
