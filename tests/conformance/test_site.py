"""The whole site, link by link: every page of the tiny workspace and of the register, and a part of the world.

The application is asked without a server, and the real server for a part. What a browser makes of the pages is
`tests/browser`; how long the server needs is `bench/pages.py`.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from urllib.parse import unquote, urlsplit

import pytest
from babel.messages.pofile import read_po
from flask.testing import FlaskClient
from rdflib import RDF, URIRef

from crawler import Answer, Walk
from live_server import LiveServer, live_server
from page_markup import foreign_hosts
from site_client import BASE, LANGUAGES, app_of, client_of
from twin_graph.formats import DOCUMENT_FORMATS
from twin_graph.kinds import DOCUMENTED
from twin_graph.namespaces import TWIN, TWIN_IRI
from twin_graph.queries import FOLDER as QUERIES
from twin_graph.snapshot import Snapshot
from twin_graph.store import Store
from twin_graph.web.site import EXTENSION, STATIC, TRANSLATIONS

# Pages that are not of a thing; each is asked in three languages.
FIXED = (
    "", "about", "accessibility", "report", "reports", "curation", "wikidata",
    *(f"wikidata/{name}" for name in "abcdef"), "changes", "map", "timeline", "search", "compare",
    "chain", "reconcile", "catalog", "conformance", "policy",
    "ontology", "alignments", "concepts", "shapes", *(kind.name for kind in DOCUMENTED),
)  # fmt: skip
WORLD_PAGES = 500
PAGE_BYTES, STYLE_BYTES, SCRIPT_BYTES, QUERY_STYLE_BYTES = 30_000, 5_000, 5_000, 1_000
# The page of a city has its budget for so many partners; the page of one that has more may be larger in proportion.
BUDGETED_PARTNERS = 44
_WORLD = re.compile(r"q[0-9]+(-q[0-9]+)*")
# A question needs the processes that answer queries; the test of the real server asks some.
_QUERY = re.compile(r"^/sparql\?(.*&)?query=")
_HEADERS = ("content-security-policy", "x-content-type-options", "referrer-policy", "cache-control", "etag")
Things = dict[str, list[str]]


@pytest.fixture(scope="module")
def tiny_walk(tiny_snapshot: Snapshot) -> Walk:
    """A walk over everything that the tiny workspace links to."""
    walk = Walk(_asker(client_of(tiny_snapshot)), BASE, most=3)
    walk.run(_paths(FIXED, _things(_store(tiny_snapshot))))
    return walk


@pytest.fixture(scope="module")
def real_things(real_snapshot: Snapshot) -> Things:
    """The keys of the shipped data by kind."""
    return _things(_store(real_snapshot))


@pytest.fixture(scope="module")
def real_walk(real_snapshot: Snapshot, real_things: Things) -> Walk:
    """A walk over the register with its shared tables, part of the world, and what these pages link to."""
    walk = Walk(_asker(client_of(real_snapshot)), BASE, _knower(real_things), most=2)
    own = {kind: [key for key in keys if not _WORLD.fullmatch(key)] for kind, keys in real_things.items()}
    walk.run([*_paths(FIXED, own), *_world_paths(real_things)], depth=1)
    return walk


@pytest.fixture(scope="module", params=["tiny", pytest.param("real", marks=pytest.mark.real)])
def walk(request: pytest.FixtureRequest) -> Walk:
    """Both walks, one after the other."""
    found = request.getfixturevalue(f"{request.param}_walk")
    assert isinstance(found, Walk)
    return found


def test_nothing_is_broken(walk: Walk) -> None:
    """Every link of ours answers, and every body is what its media type says, without anything that can run."""
    assert [] == walk.problems[:40]
    assert [] == walk.missing_fragments()[:20]


def test_size_of_the_tiny_walk(tiny_walk: Walk, tiny_snapshot: Snapshot) -> None:
    """Every thing of the tiny workspace has a page in three languages, and all formats were met."""
    things = sum(len(keys) for keys in _things(_store(tiny_snapshot)).values())
    assert things > 55
    pages = [path for path in tiny_walk.pages if "?" not in path]
    assert len(pages) >= 3 * (things + len(FIXED))
    expected = {fmt.media_type for fmt in DOCUMENT_FORMATS} | {
        "text/html",
        "text/css",
        "image/svg+xml",
        "text/csv",
    }
    assert set() == expected - set(tiny_walk.answered)


def test_size_of_the_real_walk(real_walk: Walk, real_things: Things) -> None:
    """Every page of the register in three languages, and five hundred of the world, were read."""
    own = sum(not _WORLD.fullmatch(key) for keys in real_things.values() for key in keys)
    assert own > 400
    things = [
        page for page in real_walk.pages if len(urlsplit(page).path.split("/")) == 4 and "?" not in page
    ]
    world = {page for page in things if _WORLD.fullmatch(page.rpartition("/")[2])}
    assert len(set(things) - world) >= 3 * own
    assert len(world) >= WORLD_PAGES
    assert {"city", "partnership"} == {path.split("/")[2] for path in world}
    assert len(real_walk.known) > 5_000


def test_every_page_is_whole(walk: Walk) -> None:
    """A page names its language, has one main heading and a title, skips no level, and has its landmarks."""
    for page in walk.pages.values():
        markup, path = page.markup, page.path
        levels = [level for level, _ in markup.headings]
        assert 1 == levels.count(1), path
        assert 1 == levels[0] or "/embed/" in path, path
        assert all(after - before <= 1 for before, after in pairwise(levels)), path
        assert all(text for _, text in markup.headings), path
        assert markup.title, path
        if language := _language_of(path):
            assert language == markup.language == page.headers["content-language"], path
        assert "viewport" in markup.metas, path


def test_titles_tell_pages_apart(walk: Walk) -> None:
    """In one language hardly two pages of different addresses have the same title."""
    titles = Counter(
        (page.markup.language, page.markup.title)
        for page in walk.pages.values()
        if "?" not in page.path and "/embed/" not in page.path
    )
    alike = sum(count for count in titles.values() if count > 1)
    assert sum(titles.values()) > 150
    assert alike <= 0.1 * sum(titles.values()), titles.most_common(10)


def test_other_languages(walk: Walk) -> None:
    """A page names itself in every language, absolutely, and each of these addresses was asked or is known."""
    counted = 0
    for page in walk.pages.values():
        if not _language_of(page.path) or "?" in page.path or "/embed/" in page.path:
            continue
        named = {
            code: href for relation, href, code in page.markup.relations if relation == "alternate" and code
        }
        assert set(LANGUAGES) <= set(named), page.path
        assert all(href.startswith(BASE) for href in named.values()), page.path
        assert named[page.markup.language] == BASE + page.path[1:], page.path
        counted += 1
    assert counted > 150


def test_pages_are_translated(walk: Walk) -> None:
    """No text of the interface that has a translation stands on a page in English."""
    for language in ("pl", "uk"):
        untranslated = _untranslated(language)
        assert len(untranslated) > 100
        found = {
            (text.strip(), page.path)
            for page in walk.pages.values()
            if page.markup.language == language
            for text, marked in page.markup.texts
            if marked == language and text.strip() in untranslated
        }
        assert [] == sorted(found)[:20]


def test_pages_are_small(walk: Walk, real_snapshot: Snapshot) -> None:
    """A page has its budget of compressed HTML, and so has the page of a city with 44 partners."""
    partners = _partners(_store(real_snapshot))
    allowed = {
        key: PAGE_BYTES * count // BUDGETED_PARTNERS
        for key, count in partners.items()
        if count > BUDGETED_PARTNERS
    }
    too_large = {
        page.path: page.size
        for page in walk.pages.values()
        if page.size > allowed.get(urlsplit(page.path).path.split("/")[-1], PAGE_BYTES)
    }
    assert {} == too_large


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_of_a_city_has_room_for_more_partners(real_snapshot: Snapshot, language: str) -> None:
    """With as many rows of the register as the budget is for the page of Lublin would still keep to it."""
    page = client_of(real_snapshot).get(f"/{language}/city/lublin").text
    table = page.partition('id="city_partnerships"')[2].partition("</table>")[0]
    rows = re.findall(r"<tr id=.*?</tr>", table, re.DOTALL)
    missing = BUDGETED_PARTNERS - len(rows)
    assert 0 <= missing < len(rows) // 2
    smaller = page
    # Some of the register, from its beginning to its end.
    for row in rows[:: len(rows) // missing or 1][:missing] if missing else ():
        smaller = smaller.replace(row, "")
        for path in re.findall(rf'href="(/{language}/city/[^"]+)"', row):
            smaller = re.sub(rf'<a href="{path}" tabindex="-1".*?</a>', "", smaller)
    size, without = (len(gzip.compress(text.encode(), 6)) for text in (page, smaller))
    assert without < size or not missing
    assert size + (size - without) <= PAGE_BYTES


def test_style_and_script_are_small(tiny_walk: Walk) -> None:
    """What a page loads is ours, with at most five kilobytes of style and, but for the queries, of script."""
    met: Counter[str] = Counter()
    for page in tiny_walk.pages.values():
        assert [] == foreign_hosts(page.markup.resources, urlsplit(BASE).netloc), page.path
        sizes = Counter({"css": 0, "js": 0})
        for name in {urlsplit(address).path.rpartition("/")[2] for address in page.markup.resources}:
            met[name] += 1
            extension = name.rpartition(".")[2]
            if extension in sizes and name != "sparql.js":
                sizes[extension] += len(gzip.compress((STATIC / name).read_bytes(), 6))
        # The page where queries are written has a sheet of its own besides.
        more = QUERY_STYLE_BYTES if page.path.startswith("/sparql") else 0
        assert 0 < sizes["css"] <= STYLE_BYTES + more, page.path
        assert sizes["js"] <= SCRIPT_BYTES, page.path
        assert 0 == sizes["js"] or "/embed/" not in page.path, page.path
    assert min(met["style.css"], met["site.js"]) > 150
    for sheet in STATIC.glob("*.css"):
        assert not re.search(r"url\(\s*['\"]?(https?:)?//|@import", sheet.read_text("utf-8")), sheet.name


def test_headers(tiny_walk: Walk) -> None:
    """Every page is safe, says how long it is good and what chose it, and is not sent to who has it."""
    for page in tiny_walk.pages.values():
        assert [] == [name for name in _HEADERS if name not in page.headers], page.path
        policy = page.headers["content-security-policy"]
        assert "default-src 'self'" in policy, page.path
        assert "unsafe" not in policy, page.path
        assert ("frame-ancestors *" if "/embed/" in page.path else "frame-ancestors 'none'") in policy, (
            page.path
        )
        assert "nosniff" == page.headers["x-content-type-options"], page.path
        assert "set-cookie" not in page.headers, page.path
        again = tiny_walk.ask(page.path, {"If-None-Match": page.headers["etag"]})
        assert (304, b"") == (again.status, again.body), page.path
        assert page.headers["etag"] == again.headers["etag"], page.path


def test_pages_of_addresses_are_negotiated(tiny_walk: Walk) -> None:
    """What depends on a header says so: the bare address of the site, of a thing and of a document."""
    for path, names in (
        ("/", "accept-language"),
        ("/id/city/aldorf", "accept"),
        ("/doc/city/aldorf", "accept"),
    ):
        vary = tiny_walk.ask(path, {}).headers["vary"].lower()
        assert names in [name.strip() for name in vary.split(",")], path


@pytest.mark.serve
def test_real_server(tiny_snapshot: Snapshot) -> None:
    """Over HTTP the same pages come compressed, and the questions that pages link to are answered."""
    with live_server(tiny_snapshot, client_seconds=0, client_errors=0) as server:
        walk = Walk(_server_asker(server), BASE, most=2)
        keys = {kind: keys[:1] for kind, keys in _things(_store(tiny_snapshot)).items()}
        walk.run(_paths(FIXED, keys), depth=1)
    assert [] == walk.problems
    assert len(walk.pages) > 90
    assert any(_QUERY.match(path) for path in walk.pages)
    assert all("accept-encoding" in page.headers["vary"].lower() for page in walk.pages.values())


def _asker(client: FlaskClient) -> Callable[[str, Mapping[str, str]], Answer]:
    """Ask the application; a question to the query service is taken for answered."""

    def ask(path: str, headers: Mapping[str, str]) -> Answer:
        if _QUERY.match(path):
            return Answer(200, {"content-type": "text/plain"}, b"")
        response = client.get(path, headers=dict(headers), buffered=True)
        return Answer(
            response.status_code, {k.lower(): v for k, v in response.headers.items()}, response.data
        )

    return ask


def _server_asker(server: LiveServer) -> Callable[[str, Mapping[str, str]], Answer]:
    def ask(path: str, headers: Mapping[str, str]) -> Answer:
        html = {"Accept": "text/html,*/*;q=0.8", "Accept-Encoding": "gzip", "Host": urlsplit(BASE).netloc}
        reply = server.ask("GET", path, html | dict(headers))
        zipped = reply.headers.get("content-encoding") == "gzip"
        return Answer(reply.status, reply.headers, gzip.decompress(reply.body) if zipped else reply.body)

    return ask


def _store(snapshot: Snapshot) -> Store:
    """The store with which the application answers."""
    store = app_of(snapshot).extensions[EXTENSION].store
    assert isinstance(store, Store)
    return store


def _things(store: Store) -> Things:
    """The keys of all things by kind, in order."""
    found = {}
    for kind in DOCUMENTED:
        prefix = f"{BASE}id/{kind.name}/"
        iris = {str(s) for s, _, _ in store.triples(None, RDF.type, URIRef(TWIN_IRI + kind.class_name))}
        found[kind.name] = sorted(iri[len(prefix) :] for iri in iris if iri.startswith(prefix))
    return found


def _paths(fixed: Iterable[str], things: Things) -> list[str]:
    """The pages without parameters in three languages, and the other addresses of the site."""
    names = [*fixed, *(f"{kind}/{key}" for kind, keys in things.items() for key in keys)]
    others = ["/", "/sparql", "/ontology", "/shapes", "/alignments", "/context.jsonld", "/problems/not-found"]
    return [*others, *(f"/{language}/{name}" for language in LANGUAGES for name in names)]


def _world_paths(things: Things) -> list[str]:
    """Pages of the world, the same in each run: by kind, each in one of three languages."""
    chosen = []
    for kind, count in (("city", WORLD_PAGES * 3 // 5), ("partnership", WORLD_PAGES * 2 // 5)):
        keys = sorted(
            filter(_WORLD.fullmatch, things[kind]), key=lambda key: hashlib.sha256(key.encode()).digest()
        )
        chosen += [f"/{LANGUAGES[number % 3]}/{kind}/{key}" for number, key in enumerate(keys[:count])]
    return chosen


def _knower(things: Things) -> Callable[[str], bool]:
    """Tells that an address is one of a thing that exists: its page, one panel of it, its document or a file."""
    keys = {(kind, key) for kind, found in things.items() for key in found}
    panels = {path.stem.replace("_", "-") for path in QUERIES.glob("*.rq")}

    def is_known(path: str) -> bool:
        segments = unquote(urlsplit(path).path).split("/")[1:]
        if len(segments) == 4 and (segments[1], segments[2]) in keys:
            return f"{segments[1]}-{segments[3].partition('.')[0]}" in panels
        stem = segments[-1].partition(".")[0]
        return len(segments) == 3 and (segments[1], stem) in keys

    return is_known


def _partners(store: Store) -> Counter[str]:
    """How many partnerships each city has."""
    return Counter(str(city).rpartition("/")[2] for _, _, city in store.triples(None, TWIN.hasParty))


def _untranslated(language: str) -> set[str]:
    """The English texts of the interface that are other words in a language, and no word of it."""
    path = TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        catalogue = read_po(file)
    translated = {text for entry in catalogue for text in _forms(entry.string)}
    english = {text for entry in catalogue if entry.id for text in _forms(entry.id)}
    # A single word in small letters may be a name of a file, a kind or a value.
    return {
        text for text in english - translated if "%(" not in text and not re.fullmatch(r"[a-z0-9-]+", text)
    }


def _forms(text: object) -> tuple[str, ...]:
    return tuple(str(each) for each in text) if isinstance(text, (tuple, list)) else (str(text),)


def _language_of(path: str) -> str:
    """The language in the path of a page; empty where it has none."""
    first = urlsplit(path).path.split("/")[1]
    return first if first in LANGUAGES else ""
