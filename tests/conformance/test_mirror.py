"""The static mirror under a real nginx answers as the live application does: status, type, body, links.

What may differ is said in `docs/deploy-a-mirror.md`: validators, and what a refusal says of an unknown address.
"""

from __future__ import annotations

import random
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from conformance.test_negotiation_table import TABLE
from nginx_server import AS_THIS_USER, Mirror, differences, free_port, require_nginx, serve_mirror
from site_client import BASE
from twin_graph.bake import Serving, bake, making
from twin_graph.bake.addresses import Addresses
from twin_graph.bake.asking import Asker
from twin_graph.bake.items import GONE
from twin_graph.bake.records import Journal, Record
from twin_graph.formats import LIST_FORMATS, THING_FORMATS
from twin_graph.kinds import DOCUMENTED
from twin_graph.settings import read_settings
from twin_graph.snapshot import Snapshot
from twin_graph.web import create_app
from twin_graph.workspace import LANGUAGES, Workspace

ACCEPTED = sorted({accept or "" for cases in TABLE.values() for accept, _ in cases})
# What the tiny workspace does not have, and the server says why.
UNTOLD = ("/.well-known/security.txt", "/dumps/latest/", "/ldes ")
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
SPOKEN = (
    "", "pl", "en-GB,en;q=0.9", "uk-UA,uk;q=0.9,en;q=0.5", "de", "de,uk;q=0.4,pl;q=0.8", "*", "pl;q=0, en;q=0.1",
    "en;q=0.1,uk;q=0.25,pl;q=0.3", "uk,en",
)  # fmt: skip


def _live(snapshot: Snapshot) -> Asker:
    settings = read_settings({}, workspace=str(snapshot.path.parents[1]))
    app = create_app(settings, snapshot)
    return Asker(app.wsgi_app, snapshot.manifest.base_iri)


@pytest.fixture(scope="module")
def live(tiny_snapshot: Snapshot) -> Asker:
    """The application of the tiny workspace."""
    return _live(tiny_snapshot)


@pytest.fixture(scope="module")
def mirror(tiny_snapshot: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mirror]:
    """The whole mirror of the tiny workspace."""
    require_nginx()
    folder, port = tmp_path_factory.mktemp("mirror") / "mirror", free_port()
    settings = read_settings({}, workspace=str(tiny_snapshot.path.parents[1]))
    bake(settings, folder, Serving(f"127.0.0.1:{port}"))
    with serve_mirror(folder, port, BASE) as running:
        yield running


@pytest.fixture(scope="module")
def records(mirror: Mirror) -> dict[str, Record]:
    """What is known of the files of the mirror, by item."""
    return {record.item: record for record in Journal(mirror.folder / "current").read()}


def _things(records: dict[str, Record]) -> list[str]:
    return sorted(item for item in records if not item.startswith(("/", GONE)) and "/" in item)


def _first(records: dict[str, Record]) -> list[str]:
    """One thing of each kind."""
    return list({item.partition("/")[0]: item for item in reversed(_things(records))}.values())


class TestDocuments:
    """Things and their documents, as `docs/http.md` says."""

    def test_every_thing_in_every_format(
        self, live: Asker, mirror: Mirror, records: dict[str, Record]
    ) -> None:
        """Each form of each document, and each page."""
        things = _things(records)
        assert len(things) > 60
        endings = [f".{ending}" for ending in dict.fromkeys(fmt.extension for fmt in THING_FORMATS)]
        endings += [".jsonld?_profile=expanded", ".jsonld?_profile=schema", "?_profile=framed", ""]
        found = [
            d
            for thing in things
            for ending in endings
            for d in differences(live, mirror, f"/doc/{thing}{ending}")
        ]
        found += [
            d
            for thing in things
            for code in LANGUAGES
            for d in differences(live, mirror, f"/{code}/{thing}", BROWSER)
        ]
        assert [] == found[:5]

    @pytest.mark.parametrize("space", ["id", "doc"])
    def test_every_accept_header(
        self, live: Asker, mirror: Mirror, records: dict[str, Record], space: str
    ) -> None:
        """The table of the live server, at one thing of each kind."""
        assert len(ACCEPTED) >= 60
        things = _first(records)
        assert len(DOCUMENTED) - 3 <= len(things)
        found = [
            d
            for thing in things
            for accept in ACCEPTED
            for d in differences(live, mirror, f"/{space}/{thing}", accept)
        ]
        assert [] == found[:5]

    @pytest.mark.parametrize("spoken", SPOKEN)
    def test_the_language_of_the_reader(self, live: Asker, mirror: Mirror, spoken: str) -> None:
        """Pages are in the language that is liked best, and so is a refusal."""
        addresses = (
            "/id/city/aldorf",
            "/doc/city",
            "/",
            "/ontology",
            "/problems/gone",
            "/doc/city/aldorf.html",
        )
        assert [] == [
            d for address in addresses for d in differences(live, mirror, address, "text/html", spoken)
        ]
        assert [] == differences(live, mirror, "/doc/city/aldorf", "image/png", spoken)

    def test_lists(self, live: Asker, mirror: Mirror) -> None:
        """Lists of kinds, in every format that they have."""
        addresses = [f"/doc/{kind.name}.{fmt.extension}" for kind in DOCUMENTED for fmt in LIST_FORMATS]
        addresses += [f"/doc/{kind.name}" for kind in DOCUMENTED]
        found = [d for address in addresses for d in differences(live, mirror, address)]
        assert [] == [each for each in found if "there is no format" not in each]

    def test_withdrawn_things(self, live: Asker, mirror: Mirror) -> None:
        """410 with what is left, in the format that was asked for."""
        thing = "partnership/aldorf-atlantis"
        found = [
            d for space in ("id", "doc") for accept in ACCEPTED if accept != "text/turtle;q=0"
            for d in differences(live, mirror, f"/{space}/{thing}", accept)
        ]  # fmt: skip
        found += [
            d
            for ending in ("ttl", "jsonld", "nq")
            for d in differences(live, mirror, f"/doc/{thing}.{ending}")
        ]
        found += [d for code in LANGUAGES for d in differences(live, mirror, f"/{code}/{thing}", BROWSER)]
        assert [] == found

    @pytest.mark.parametrize(
        "address",
        ["/id/city/ALDORF", "/doc/city/Aldorf.ttl", "/id/city/q900000001",
         "/doc/city/aldorf-an-der-alle?_profile=framed",
         "/doc/city/aldorf/", "/en", "/doc/city/", "/id/city/aldorf?x=1", "/doc/city/aldorf.ttl?x=1",
         "/doc/city?page=x", "/doc/city?page=2", "/doc/city/aldorf.ttl?page=9", "/id/city/nobody",
         "/doc/city/nobody.ttl",
         "/no/such/address"],
    )  # fmt: skip
    def test_other_spellings(self, live: Asker, mirror: Mirror, address: str) -> None:
        """Redirects, and refusals of what there is not."""
        if "page=" in address and "x" not in address:  # only the words differ
            assert 404 == mirror.ask(address).status == live(address).status
            return
        assert [] == differences(live, mirror, address)

    @pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "DELETE", "POST", "PUT"])
    def test_methods(self, live: Asker, mirror: Mirror, method: str) -> None:
        """HEAD as GET without a body; what would change something is refused."""
        assert [] == differences(live, mirror, "/doc/city/aldorf", "", "", method)
        if method != "HEAD":
            assert {"GET", "HEAD", "OPTIONS"} == set(
                mirror.ask("/en/", method=method).headers["allow"].split(", ")
            )

    def test_conditional_and_partial_requests(self, mirror: Mirror) -> None:
        """A client that has the file is told so."""
        tag = mirror.ask("/doc/city/aldorf.ttl").headers["etag"]
        with closing(HTTPConnection("127.0.0.1", mirror.port)) as connection:
            connection.request("GET", "/doc/city/aldorf.ttl", headers={"If-None-Match": tag})
            response = connection.getresponse()
            assert 304 == response.status
            assert "public, max-age=300, stale-while-revalidate=86400" == response.headers["Cache-Control"]
            response.read()
            connection.request("GET", "/doc/city/aldorf.ttl", headers={"Range": "bytes=0-9"})
            assert 206 == connection.getresponse().status


class TestEverythingElse:
    """Pages and files that are of no one thing."""

    def test_every_address_that_was_made(
        self, live: Asker, mirror: Mirror, records: dict[str, Record]
    ) -> None:
        """Each answers what the application does."""
        items = sorted(item for item in records if item.startswith("/"))
        assert len(items) > 500
        found = [
            d for item in items for d in differences(live, mirror, item, BROWSER if item[3:4] == "/" else "")
        ]
        assert [] == [each for each in found if not each.startswith(UNTOLD)][:5]

    def test_every_route_is_thought_of(self, tiny_snapshot: Snapshot, live: Asker, mirror: Mirror) -> None:
        """An address without parameters is there, or is said to need the server; none is forgotten."""
        settings = read_settings({}, workspace=str(tiny_snapshot.path.parents[1]))
        rules = create_app(settings, tiny_snapshot).url_map.iter_rules()
        addresses = [rule.rule for rule in rules if not rule.arguments and "GET" in (rule.methods or {"GET"})]
        assert len(addresses) >= 30
        found = {address: (live(address).status, mirror.ask(address).status) for address in addresses}
        assert {} == {
            address: both for address, both in found.items() if both[0] != both[1] and both[1] != 503
        }

    def test_every_file_of_a_thing(self, live: Asker, mirror: Mirror, records: dict[str, Record]) -> None:
        """Tables, feeds and pictures of a city with a register."""
        files = [file for file in records["city/aldorf"].files if not file.startswith("/doc/")]
        assert len(files) > 60
        addresses = [file.removesuffix(".html") for file in files]
        assert [] == [d for address in addresses for d in differences(live, mirror, address, BROWSER)][:5]

    def test_no_link_leads_nowhere(self, mirror: Mirror) -> None:
        """What a page links to is there, leads on, or is said to need the server."""
        site, found = mirror.folder / "current" / "site", dict[str, str]()
        known = Addresses(_NoRoutes(), BASE)
        for page in sorted(site.rglob("*.html")):
            for address in known.links(page.read_text(encoding="utf-8")):
                found.setdefault(address, str(page.relative_to(site)))
        assert len(found) > 2_000
        answers = {address: mirror.ask(address, BROWSER, method="HEAD").status for address in sorted(found)}
        lost = {
            address: status
            for address, status in answers.items()
            if status not in (200, 301, 302, 303, 410, 503)
        }
        assert {} == {address: (status, found[address]) for address, status in lost.items()}

    @pytest.mark.parametrize(
        "address",
        ["/sparql?query=ASK%7B%7D", "/en/search?q=aldorf", "/suggest?prefix=a", "/reconcile", "/en/city?country=de",
         "/en/city/aldorf?asOf=2000", "/doc/city/aldorf.ttl?snapshot=000000000000", "/graphs?default",
         "/timemap/doc/city/aldorf", "/en/compare?a=aldorf"],
    )  # fmt: skip
    def test_what_needs_the_server_says_so(self, mirror: Mirror, address: str) -> None:
        """503, as a problem for programs and as a page for people, in their language."""
        problem = mirror.ask(address)
        assert (503, "application/problem+json") == (problem.status, problem.content_type)
        assert b'"http://localhost:8000/problems/only-on-server"' in problem.body
        page = mirror.ask(address, BROWSER, "uk")
        assert (503, "text/html; charset=utf-8") == (page.status, page.content_type)
        assert (
            "Лише на сервері" if not address.startswith("/en") else "Only on the server"
        ) in page.body.decode()


class TestServing:
    """The configuration, as it is asked for."""

    def test_a_server_gets_what_files_cannot_answer(self, tiny_snapshot: Snapshot, tmp_path: Path) -> None:
        """With its address and body; what is a file is not asked of it."""
        asked: list[str] = []

        class Upstream(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(f"{self.headers['Host']} {self.path}")
                self.send_response(200)
                self.send_header("Content-Type", "text/x-answer")
                self.end_headers()
                self.wfile.write(b"from the server")

            def log_message(self, *_: object) -> None:
                """Nothing is printed."""

        require_nginx()
        with ThreadingHTTPServer(("127.0.0.1", 0), Upstream) as upstream:
            threading.Thread(target=upstream.serve_forever, daemon=True).start()
            port, folder = free_port(), tmp_path / "mirror"
            serving = Serving(f"127.0.0.1:{port}", f"http://127.0.0.1:{upstream.server_port}")
            settings = read_settings({}, workspace=str(tiny_snapshot.path.parents[1]))
            bake(settings, folder, serving, only=["city/aldorf"], whole=False)
            with serve_mirror(folder, port, BASE) as running:
                found = running.ask("/sparql?query=ASK%7B%7D")
                assert (200, "text/x-answer", b"from the server") == (
                    found.status,
                    found.content_type,
                    found.body,
                )
                assert b"from the server" == running.ask("/en/city/aldorf?asOf=2000", BROWSER).body
                assert b"Aldorf" in running.ask("/doc/city/aldorf.ttl").body
            upstream.shutdown()
        assert ["localhost:8000 /sparql?query=ASK%7B%7D", "localhost:8000 /en/city/aldorf?asOf=2000"] == asked

    def test_a_configuration_to_be_included(self, tiny_snapshot: Snapshot, tmp_path: Path) -> None:
        """It stands in the configuration of another server."""
        folder = tmp_path / "mirror"
        settings = read_settings({}, workspace=str(tiny_snapshot.path.parents[1]))
        serving = Serving(f"127.0.0.1:{free_port()}", "", whole=False)
        bake(settings, folder, serving, only=["city/aldorf"], whole=False)
        outer = tmp_path / "outer.conf"
        outer.write_text(f"pid {tmp_path}/pid; events {{}} http {{ include {folder}/nginx.conf; }}")
        command = [require_nginx(), "-t", "-p", str(tmp_path), "-c", str(outer), "-g", AS_THIS_USER]
        subprocess.run(command, check=True, capture_output=True, timeout=30)


class _NoRoutes:
    """Stands for the routes of an application, of which only links are read here."""

    def bind(self, _: str) -> _NoRoutes:
        return self

    def match(self, *_: object, **__: object) -> None:
        raise LookupError


class TestRealData:
    """The shipped data: five hundred things drawn at random."""

    def test_things_drawn_at_random(self, real_workspace: Workspace, real_snapshot: Snapshot, tmp_path: Path,
                                    monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
        """Status, type, body and links are those of the live application, in every format."""
        require_nginx()
        monkeypatch.setattr(making, "_registered", lambda *_: frozenset())
        store = real_snapshot.open_store()
        subjects = {str(s) for s, _, _ in store.triples() if f"{BASE}id/" in str(s)}
        documented = {kind.name for kind in DOCUMENTED}
        things = sorted(
            t for s in subjects if (t := s.removeprefix(f"{BASE}id/")).partition("/")[0] in documented
        )
        assert len(things) > 30_000
        drawn = random.Random(8).sample(things, 500)
        port, folder = free_port(), tmp_path / "mirror"
        settings = read_settings({}, workspace=str(real_workspace.root))
        bake(settings, folder, Serving(f"127.0.0.1:{port}"), only=drawn, whole=False)
        live, found = _live(real_snapshot), []
        with serve_mirror(folder, port, BASE) as running:
            for number, thing in enumerate(drawn):
                ending = [*dict.fromkeys(fmt.extension for fmt in THING_FORMATS), "jsonld?_profile=schema"][
                    number % 10
                ]
                found += differences(live, running, f"/doc/{thing}.{ending}")
                found += differences(live, running, f"/id/{thing}", ACCEPTED[number % len(ACCEPTED)], "uk")
                found += differences(live, running, f"/doc/{thing}", ACCEPTED[(number * 7) % len(ACCEPTED)])
                found += differences(live, running, f"/{LANGUAGES[number % 3]}/{thing}", BROWSER)
        assert [] == found[:5]
