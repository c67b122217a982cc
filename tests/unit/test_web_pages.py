"""The pages for people: every thing has one in each language, well formed, marked and safe."""

from __future__ import annotations

import gzip
import json
import re
import shutil
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from site_client import BASE, LANGUAGES, app_of, client_of, things_of
from twin_graph.build import build
from twin_graph.kinds import DOCUMENTED
from twin_graph.queries import runnable
from twin_graph.snapshot import HASHED, Manifest, Snapshot, open_snapshot, write_snapshot
from twin_graph.web import report as report_of_pages
from twin_graph.web.site import EXTENSION, TEMPLATES
from twin_graph.workspace import find_workspace
from workspaces import copy_tiny

VOID = {"meta", "link", "br", "input", "path", "circle", "img", "hr"}


class Page(HTMLParser):
    """What a test looks at: balance, links, ids, headings, languages."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.unbalanced: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what is looked at."""
        found = dict(attrs)
        self.tags.append((tag, found))
        if tag not in VOID:
            self.open.append(tag)
        for name in ("href", "src", "action"):
            if found.get(name):
                self.links.append(str(found[name]))
        if found.get("id"):
            self.ids.append(str(found["id"]))

    def handle_endtag(self, tag: str) -> None:
        """Close what is open."""
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(tag)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of every element of a name."""
        return [attributes for name, attributes in self.tags if name == tag]


def is_ours(script: dict[str, str | None]) -> bool:
    """Whether a script is a file of ours, or data."""
    return "application/ld+json" == script.get("type") or str(script.get("src")).startswith("/static/")


@pytest.fixture(scope="module")
def client(tiny_snapshot: Snapshot) -> FlaskClient:
    """A client of the tiny workspace."""
    return client_of(tiny_snapshot)


@pytest.fixture(scope="module")
def paths(tiny_snapshot: Snapshot) -> list[str]:
    """The path of every page, without its language."""
    fixed = ["", "about", "report", "ontology", "alignments", "concepts", "concepts/relation", "shapes",
             "shapes/agreement", "graph/shared", "graph/metadata", "problems/not-found"]  # fmt: skip
    lists = [kind.name for kind in DOCUMENTED]
    found = [*fixed, *lists, *(f"{kind}/{key}" for kind, key in things_of(tiny_snapshot))]
    assert len(found) > 60
    return found


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    """Each of our languages."""
    return str(request.param)


@pytest.fixture(scope="module")
def pages(client: FlaskClient, paths: list[str], language: str) -> dict[str, Page]:
    """Every page in a language, by its path."""
    found = {}
    for path in paths:
        response = client.get(f"/{language}/{path}")
        assert (200, "text/html; charset=utf-8") == (response.status_code, response.content_type), path
        found[path] = Page(response.text)
    return found


class TestEveryPage:
    """Rules that every page keeps, in every language."""

    def test_is_well_formed(self, pages: dict[str, Page], language: str) -> None:
        """Elements are closed, ids are unique, there is one main heading and a language."""
        for path, page in pages.items():
            assert ([], []) == (page.unbalanced, page.open), path
            assert sorted(set(page.ids)) == sorted(page.ids), path
            assert (1, 1) == (len(page.all("h1")), len(page.all("main"))), path
            assert language == page.all("html")[0]["lang"], path

    def test_links_lead_somewhere(self, client: FlaskClient, pages: dict[str, Page]) -> None:
        """Links to this host are paths that answer, others http, https or e-mail; all that is loaded is ours."""
        ours: set[str] = set()
        for page in pages.values():
            for link in page.links:
                parts = urlsplit(link)
                assert parts.scheme in ("", "http", "https", "mailto"), link
                if not parts.scheme:
                    ours.add(parts.path + (f"?{parts.query}" if parts.query else ""))
            loaded = [
                attributes["href"] for attributes in page.all("link") if attributes["rel"] == "stylesheet"
            ]
            assert all(str(address).startswith("/static/") for address in loaded)
            assert all(is_ours(script) for script in page.all("script"))
            assert [] == page.all("style")
            assert not any("style" in attributes for _, attributes in page.tags)
        # A query is run by processes of its own, which are not here.
        for path in sorted(path for path in ours - {""} if not path.startswith("/sparql?query=")):
            with client.get(path) as response:
                assert response.status_code in (200, 301, 302, 303), path

    def test_fragments_exist(self, pages: dict[str, Page], language: str) -> None:
        """A link to a part of a page finds it there."""
        checked = 0
        for path, page in pages.items():
            for link in page.links:
                target, _, fragment = link.partition("#")
                if fragment and not target.startswith("http"):
                    wanted = target.removeprefix(f"/{language}/") if target else path
                    if wanted in pages:
                        assert fragment in pages[wanted].ids, (path, link)
                        checked += 1
        assert checked > 100

    def test_tables_can_be_read_aloud(self, pages: dict[str, Page]) -> None:
        """Every table has a caption and scopes, and scrolls in a region that the keyboard reaches."""
        for path, page in pages.items():
            assert len(page.all("table")) == len(page.all("caption")), path
            assert all("scope" in attributes for attributes in page.all("th")), path
            regions = [attributes for attributes in page.all("div") if attributes.get("role") == "region"]
            assert all(r["tabindex"] == "0" and r["aria-labelledby"] in page.ids for r in regions), path
        assert sum(len(page.all("table")) for page in pages.values()) > 60

    def test_knows_its_other_languages(self, pages: dict[str, Page]) -> None:
        """Every page names itself in all languages, by absolute addresses of the publication."""
        for path, page in pages.items():
            found = {
                a["hreflang"]: a["href"]
                for a in page.all("link")
                if a["rel"] == "alternate" and "hreflang" in a
            }
            assert {code: f"{BASE}{code}/{path}" for code in LANGUAGES} == found


class TestContent:
    """What certain pages say."""

    def test_root(self, client: FlaskClient) -> None:
        """The root leads to the reader's language, else to the default of the publication."""
        for header, language in (("pl,en;q=0.5", "pl"), ("de", "en"), ("", "en")):
            response = client.get("/", headers={"Accept-Language": header})
            assert (302, f"{BASE}{language}/") == (response.status_code, response.headers["Location"])
            assert "Accept-Language" == response.headers["Vary"]

    def test_home_counts(self, client: FlaskClient) -> None:
        """The home page counts the things of each kind in the form that the language asks for."""
        text = re.sub(r"\s+", " ", client.get("/pl/").text)
        assert "<strong>9</strong> porozumień" in text
        assert "<strong>1</strong> rejestr<" in text
        assert "<strong>4</strong> uchwały" in text

    def test_city(self, client: FlaskClient) -> None:
        """The page of a city lists what its register says, and apart what only Wikidata knows."""
        text = client.get("/en/city/belmont").text
        register, rest = panel(text, "city_partnerships"), panel(text, "city_wikidata")
        assert "/en/city/aldorf" in register
        assert "/en/partnership/aldorf-belmont-cedrowo" in register
        assert "5 May 1990" in register
        assert "/en/city/q900000007" not in register
        assert "/en/city/q900000007" in rest

    def test_partnership(self, client: FlaskClient) -> None:
        """The page of a partnership shows what matters, parties, periods, documents, events and claims."""
        text = client.get("/en/partnership/aldorf-duneville").text
        panels = re.findall(r'<h2 id="(partnership_\w+)">', text)
        expected = ["summary", "parties", "periods", "documents", "events", "claims"]
        assert [f"partnership_{name}" for name in expected] == panels[:6]

    def test_documents_of_a_partnership(self, client: FlaskClient) -> None:
        """A document is shown by its own name, once, with the day of signing, or that it is not known."""
        table = panel(client.get("/en/partnership/aldorf-fjordby").text, "partnership_documents")
        assert '<th scope="col">Document</th><th scope="col">Signed on</th>' in table
        name = '<a href="/en/agreement/fjordby-agreement">Partnership agreement Aldorf – Fjordby</a>'
        assert f'<th scope="row">{name}</th>' in table
        assert "<td>date not known</td>" in table
        table = panel(client.get("/en/partnership/aldorf-belmont").text, "partnership_documents")
        assert "<td>5 May 1990</td>" in table
        assert "<td>Aldorf (town hall)</td>" in table

    def test_who_says_so(self, client: FlaskClient) -> None:
        """A claim names its source by title and publisher, each once, not by a host."""
        table = panel(client.get("/en/partnership/aldorf-belmont").text, "partnership_claims")
        title = '<span lang="de" dir="auto">Archive of the town hall of Aldorf</span>'
        assert f'<a href="/en/source/aldorf-archive">{title} (City of Aldorf)</a>' in table
        assert '<a href="/en/source/evening-post">Evening Post</a>' in table
        assert ">example.org" not in table

    def test_numbers_of_a_city(self, client: FlaskClient) -> None:
        """What a number counts is said; the number of all links is not beside those of the register."""
        kept, other = client.get("/en/city/aldorf").text, client.get("/en/city/q900000007").text
        assert "<dt>Partner cities</dt>" in kept
        assert "Counted from the register, without what has ended: partnerships of two cities" in kept
        assert "The numbers are those of Wikidata." in other
        counted = "<dt>Twin cities in force, links known only from Wikidata included</dt>"
        assert counted not in kept
        assert counted in other

    @pytest.mark.parametrize(
        ("key", "relation"), [("q900000002-q900000003", "listed"), ("q900000001-q900000007", "unconfirmed")]
    )
    def test_claimed_links(self, client: FlaskClient, key: str, relation: str) -> None:
        """A link that no register knows is called listed or unconfirmed, never in force."""
        page, rows = client.get(f"/en/partnership/{key}").text, client.get("/en/partnership").text
        row = next(row for row in rows.split("<tr id=") if row.startswith(f'"row-{key}"'))
        row = row.partition("</tr>")[0]
        for text in (page, row):
            assert f"relation-{relation}" in text
        assert "status-" not in row
        assert "<dt>Status</dt>" not in page
        assert "<dt>Status</dt>" in client.get("/en/partnership/aldorf-belmont").text

    @pytest.mark.parametrize(
        ("kind", "headings", "cells"),
        [
            ("count", ["What is counted", "Declared", "Documented", "Possible", "As of"],
             ["countries of partners", "3", "2", "3", "2013"]),
            ("event", ["Partnership", "Event", "Date"], ["Aldorf – Duneville", "dormant", "2018"]),
            ("register", ["City", "As of"], ["Aldorf", "30 June 2024"]),
        ],
    )  # fmt: skip
    def test_columns_of_lists(
        self, client: FlaskClient, kind: str, headings: list[str], cells: list[str]
    ) -> None:
        """A list shows what its query says beside the names."""
        text = client.get(f"/en/{kind}").text
        found = re.findall(r'<th scope="col"[^>]*><a class="sort"[^>]*>(.*?)</a></th>', text)
        assert ["Name", *headings] == found
        row = re.findall(r"<td[^>]*>(.*?)</td>", text)[: len(cells)]
        assert cells == [re.sub(r"<[^>]+>", "", cell) for cell in row]

    def test_footer(self, client: FlaskClient) -> None:
        """The footer names the licences that the graphs have, and the publisher."""
        footer = client.get("/en/").text.partition("<footer")[2]
        address = "https://creativecommons.org/publicdomain/zero/1.0/"
        assert f'<a rel="license" href="{address}">CC0 1.0</a> (Shared tables).' in footer
        assert 'Publisher: <a href="https://example.org/">Test publisher</a>' in footer
        assert "GeoNames" not in footer

    def test_foreign_names_are_marked(self, client: FlaskClient) -> None:
        """A name that is not in the language of the page says which language it is in."""
        assert '<span lang="en" dir="auto">Fjordby</span>' in client.get("/uk/city/fjordby").text

    def test_list_is_paged_and_filtered(self, client: FlaskClient) -> None:
        """A list says how many things there are, and finds those that begin as the reader typed."""
        assert "<strong>1</strong> city" in client.get("/en/city?q=cEdR").text
        assert "Nothing begins like that" in client.get("/en/city?q=%3Cb%3E").text
        assert "&lt;b&gt;" in client.get("/en/city?q=%3Cb%3E").text

    def test_report_speaks_the_reader_s_language(self, client: FlaskClient, tiny_snapshot: Snapshot) -> None:
        """A message without a translation is shown in English and marked."""
        messages = [finding["messages"] for finding in tiny_snapshot.report["findings"]]
        assert messages
        assert '<td lang="en">' in client.get("/uk/report").text
        if all("pl" in message for message in messages):
            assert '<td lang="en">' not in client.get("/pl/report").text

    def test_imprint(self, client: FlaskClient) -> None:
        """The page about the site says who publishes and whom to write to."""
        text = client.get("/en/about").text
        publisher = 'Test publisher <a href="https://example.org/">https://example.org/</a>'
        assert f"<dt>Publisher</dt><dd>{publisher}</dd>" in text
        contact = 'Test desk <a href="mailto:desk@example.org">desk@example.org</a>'
        assert f"<dt>Contact</dt><dd>{contact}</dd>" in text

    def test_static_files_are_kept_for_ever(self, client: FlaskClient) -> None:
        """The sheet has an address that changes with it, and may be kept; compressed it has 5 KB at most."""
        address = next(
            a["href"] for a in Page(client.get("/en/").text).all("link") if a["rel"] == "stylesheet"
        )
        with client.get(str(address)) as response:
            size = len(gzip.compress(response.data))
        assert ("text/css; charset=utf-8", True) == (
            response.content_type,
            "immutable" in response.headers["Cache-Control"],
        )
        assert 1_000 < size <= 5 * 1024

    def test_health(self, client: FlaskClient, tiny_snapshot: Snapshot) -> None:
        """The process says that it lives, and from which snapshot it answers."""
        assert (200, "alive\n") == (client.get("/livez").status_code, client.get("/livez").text)
        assert f"ready {tiny_snapshot.manifest.id}\n" == client.get("/readyz").text


def test_no_template_switches_escaping_off() -> None:
    """No template marks data as safe."""
    templates = list(TEMPLATES.rglob("*.html"))
    assert len(templates) > 20
    for path in templates:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*safe\b|autoescape\s+false|Markup\(", text), path.name


def client_with(snapshot: Snapshot, root: Path, lines: list[bytes]) -> FlaskClient:
    """A client of a workspace at `root` whose data are those of a snapshot and some more."""
    (root / "data").mkdir()
    contents = {name: (snapshot.path / name).read_bytes() for name in HASHED}
    all_lines = {*snapshot.dump_path.read_bytes().splitlines(), *lines}
    contents["dump.nq"] = b"\n".join(sorted(all_lines)) + b"\n"

    def describe(identity: str, files: object) -> Manifest:
        return replace(snapshot.manifest, id=identity, files=dict(files))  # type: ignore[call-overload]

    write_snapshot(root / "snapshots", contents, describe)
    return client_of(open_snapshot(root / "snapshots"))


def panel(text: str, name: str) -> str:
    """The part of a page that shows a panel."""
    found = text.partition(f'id="{name}"')[2].partition("</section>")[0]
    assert found
    return found


def test_second_register(tiny_snapshot: Snapshot, tmp_path: Path) -> None:
    """A register lists what it claims, whoever else does; the home page leads to each register and its city."""
    twin, place = "https://w3id.org/twin-graph/ontology#", f"<{BASE}graph/register-second> ."
    rdf_type = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
    register, shared = f"<{BASE}id/register/second>", f"<{BASE}id/partnership/aldorf-belmont>"
    claim = f"<{BASE}doc/partnership/aldorf-belmont#claim-second-belmont>"
    lines = [
        f"{register} {rdf_type} <{twin}Register> {place}",
        f"{register} <{twin}keptBy> <{BASE}id/city/belmont> {place}",
        f"{claim} {rdf_type} <{twin}Claim> {place}",
        f"{claim} <{twin}claimedBy> {register} {place}",
        f"{claim} <{twin}isAbout> {shared} {place}",
    ]
    client = client_with(tiny_snapshot, tmp_path, [line.encode() for line in lines])
    for key, number in (("second", 1), ("aldorf", 6)):
        table = panel(client.get(f"/en/register/{key}").text, "register_partnerships")
        assert '"/en/partnership/aldorf-belmont"' in table
        assert number == table.count('<th scope="row">')
    home = panel(client.get("/en/").text, "home_registers")
    for register_key, city in (("second", "belmont"), ("aldorf", "aldorf")):
        assert f'"/en/register/{register_key}"' in home
        assert f'"/en/city/{city}"' in home


def test_report_in_pages(tiny_snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Findings of registers come before those of the world; columns and values are named; more are on a next page."""
    finding = {"messages": {"en": "Fill it in."}, "severity": "Warning", "focus": f"{BASE}id/city/aldorf",
               "rule": "", "path": "https://w3id.org/twin-graph/ontology#inCountry",
               "value": "https://w3id.org/twin-graph/concepts/relation#partner"}  # fmt: skip
    world = [finding | {"where": f"data/world/cities.csv:{n}: country"} for n in range(3)]
    report = {"conforms": True, "counts": {"Warning": 4, "Info": 1},
              "findings": [*world, finding | {"where": "data/aldorf/events.csv:2: on"}]}  # fmt: skip
    monkeypatch.setattr(report_of_pages, "REPORT_ROWS", 3)
    here = app_of(tiny_snapshot).extensions[EXTENSION]
    monkeypatch.setitem(vars(here.snapshot), "report", report)
    client = client_of(tiny_snapshot)
    first, second = client.get("/en/report").text, client.get("/en/report?page=2").text
    where = re.compile(r"<td><code>data/(\w+)/")
    assert (["aldorf", "world", "world"], ["world"]) == (where.findall(first), where.findall(second))
    assert '<a rel="next" href="/en/report?page=2">' in first
    assert '<a rel="prev" href="/en/report">' in second
    assert "<td>Country</td>" in first
    assert '(<span lang="en">partner city</span>)' in first
    for label, number in (("warnings", 4), ("piece of advice", 1), ("violations", 0)):
        assert f"<dt>{label}</dt><dd>{number}</dd>" in first
    assert "<dt>ostrzeżenia</dt><dd>4</dd>" in client.get("/pl/report").text
    assert 404 == client.get("/en/report?page=3").status_code


def test_graph_titles(tiny_snapshot: Snapshot, tmp_path: Path) -> None:
    """A graph is named by its title in the reader's language, else in English, else without a language."""
    title, place = "<http://purl.org/dc/terms/title>", f"<{BASE}graph/metadata> ."
    line = f'<{BASE}graph/shared> {title} "Tabele wspólne"@pl {place}'
    client = client_with(tiny_snapshot, tmp_path, [line.encode()])
    foreign = '<span lang="en" dir="auto">Shared tables</span>'
    expected = [
        ("pl", "shared", "Tabele wspólne"),
        ("en", "shared", "Shared tables"),
        ("uk", "shared", foreign),
        ("pl", "derived", "derived"),
    ]
    for language, name, shown in expected:
        text = client.get(f"/{language}/graph/{name}").text
        assert f"<h1>{shown}</h1>" in text
        assert f"<td>{shown}</td>" in client.get(f"/{language}/about").text


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title><svg/onload=a()>",
    "{{ 7*7 }}",
    "{% raw %}",
    "&lt;b&gt;",
    "javascript:alert(1)",
    "data:text/html,<b>",
    'https://x.example/"onclick=alert(1)',
    "]]>",
    "<!--",
    "--><b>",
    "\u202egnp.exe",
    "\u2028\u2029",
    "%00%0d%0a",
    "\\u003cscript\\u003e",
    "=1+1",
    "<a href=javascript:alert(1)>x</a>",
    "</td></tr></table>",
]


@pytest.fixture(scope="module")
def hostile(tiny_snapshot: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A client of a workspace whose names, notes and addresses are attacks."""
    root = tmp_path_factory.mktemp("hostile")
    lines: list[bytes] = []
    twin, rdfs = "https://w3id.org/twin-graph/ontology#", "http://www.w3.org/2000/01/rdf-schema#"
    xsd, rdf = "http://www.w3.org/2001/XMLSchema#", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    for number, text in enumerate(HOSTILE):
        literal = json.dumps(text)
        key = f"hostile-{number}"
        place = f"<{BASE}graph/shared> ."
        lines += [
            f"<{BASE}id/{kind}/{key}> <{rdf}type> <{twin}{name}> {place}".encode()
            for kind, name in (("city", "LocalAuthority"), ("source", "Source"))
        ]
        lines += [
            f"<{BASE}id/city/{key}> <{rdfs}label> {literal}@{tag} {place}".encode() for tag in ("en", "pl")
        ]
        lines += [
            f"<{BASE}id/city/{key}> <{twin}hasSource> <{BASE}id/source/{key}> {place}".encode(),
            f"<{BASE}id/city/{key}> <{twin}wikidataId> {literal} {place}".encode(),
            f"<{BASE}id/source/{key}> <http://purl.org/dc/terms/title> {literal} {place}".encode(),
            f"<{BASE}id/source/{key}> <{twin}url> {literal}^^<{xsd}anyURI> {place}".encode(),
            f"<{BASE}id/source/{key}> <{twin}inLanguage> {literal} {place}".encode(),
        ]
    return client_with(tiny_snapshot, root, lines)


class TestImprint:
    """Publisher and contact are what the file of the publication says, and nothing else."""

    @staticmethod
    def about(snapshot: Snapshot, root: Path, entries: str) -> tuple[str, str]:
        """The page and its validator, with these entries for the publisher and the contact."""
        shutil.copytree(snapshot.path.parents[1], root, symlinks=True)
        (root / "data" / "publication.toml").write_text(entries, encoding="utf-8")
        response = client_of(open_snapshot(root / "snapshots")).get("/en/about")
        assert 200 == response.status_code
        return response.text, response.headers["ETag"]

    def test_not_configured(self, tiny_snapshot: Snapshot, tmp_path: Path) -> None:
        """Where nothing is configured the page says so; another file is another representation."""
        empty, first = self.about(tiny_snapshot, tmp_path / "a", "[contact]\nname = ' '\n")
        for heading in ("Publisher", "Contact"):
            assert f"<dt>{heading}</dt><dd>Not configured.</dd>" in empty
        named, second = self.about(tiny_snapshot, tmp_path / "b", "publisher = 'Office'\n")
        assert "<dt>Publisher</dt><dd>Office</dd>" in named
        assert first != second

    def test_hostile(self, tiny_snapshot: Snapshot, tmp_path: Path) -> None:
        """An address that is none is shown as text."""
        entries = "[publisher]\nname = '<b>'\nurl = 'javascript:a'\n[contact]\nemail = 'a@b?cc=c@d'\n"
        text, _ = self.about(tiny_snapshot, tmp_path / "c", entries)
        assert "<dt>Publisher</dt><dd>&lt;b&gt; javascript:a</dd>" in text
        assert "<dt>Contact</dt><dd>a@b?cc=c@d</dd>" in text


class TestExamples:
    """The page to ask from has the questions that the data answer as examples."""

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_each_fills_the_form(self, client: FlaskClient, language: str) -> None:
        """Every question is a link with its title in the reader's language; it opens the form with a query."""
        start = client.get(f"/sparql?lang={language}", headers={"Accept": "text/html"})
        questions = client.application.extensions[EXTENSION].questions
        assert len(questions) >= 8
        tags = {start.headers["ETag"]}
        for query in questions:
            path = f"/sparql?lang={language}&example={query.name}"
            link = f'<a href="{path}"'.replace("&", "&amp;") + "{}>" + f"{query.title(language)}</a>"
            assert link.format("") in start.text.replace("&#39;", "'")
            opened = client.get(path, headers={"Accept": "text/html"})
            assert link.format(' aria-current="true"') in opened.text.replace("&#39;", "'")
            page = Page(opened.text)
            assert ([], [], 1) == (page.unbalanced, page.open, len(page.all("h1")))
            area = opened.text.partition("<textarea")[2].partition(">")[2].partition("</textarea>")[0]
            assert runnable(query, BASE).strip() == unescape(area).strip()
            others = [f"/sparql?lang={code}&example={query.name}" for code in LANGUAGES if code != language]
            assert set(others) <= set(page.links)
            tags.add(opened.headers["ETag"])
        assert len(questions) + 1 == len(tags)

    def test_unknown(self, client: FlaskClient) -> None:
        """An example that there is not is not found; programs get the description as ever."""
        for name in ("nothing", "city_names", "../pyproject"):
            path = f"/sparql?example={name}"
            assert 404 == client.get(path, headers={"Accept": "text/html"}).status_code
            assert 200 == client.get(path, headers={"Accept": "text/turtle"}).status_code


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_hostile_text_is_text(hostile: FlaskClient, number: int) -> None:
    """An attack in a name is shown as the text that it is, on pages and in every format."""
    for path in (
        f"/en/city/hostile-{number}",
        f"/uk/city/hostile-{number}",
        f"/pl/source/hostile-{number}",
        "/en/city",
    ):
        response = hostile.get(path)
        assert 200 == response.status_code
        page = Page(response.text)
        assert ([], []) == (page.unbalanced, page.open)
        assert all(is_ours(script) for script in page.all("script"))
        assert 1 == len(page.all("h1"))
        assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
        assert all(urlsplit(link).scheme in ("", "http", "https") for link in page.links)
        assert "49" not in re.findall(r"<h1>(.*?)</h1>", response.text, re.DOTALL)
    for extension in ("ttl", "nt", "jsonld", "rdf"):
        assert 200 == hostile.get(f"/doc/city/hostile-{number}.{extension}").status_code


def test_base_iri_with_a_path(tmp_path: Path) -> None:
    """A publication below a path of its host is served there, with all links and redirects below it."""
    base = "https://data.example.org/twins/"
    copy_tiny(tmp_path)
    publication = tmp_path / "data" / "publication.toml"
    publication.write_text(publication.read_text(encoding="utf-8").replace(BASE, base), encoding="utf-8")
    client = client_of(build(find_workspace(tmp_path))[0])
    moved = client.get("/twins/id/city/Aldorf", base_url="https://data.example.org/")
    assert (301, f"{base}id/city/aldorf") == (moved.status_code, moved.headers["Location"])
    seen = client.get("/twins/id/city/aldorf", base_url="https://data.example.org/")
    assert (303, f"{base}doc/city/aldorf.ttl") == (seen.status_code, seen.headers["Location"])
    page = Page(client.get("/twins/pl/city/aldorf").text)
    ours = {link for link in page.links if not urlsplit(link).scheme and not link.startswith("#")}
    assert len(ours) > 20
    assert all(link.startswith("/twins/") for link in ours)
    assert f"{base}uk/city/aldorf" in page.links
    assert 404 == client.get("/pl/city/aldorf").status_code
    assert f"{base}problems/not-found" == client.get("/twins/nothing").get_json()["type"]
