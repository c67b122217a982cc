"""The pages of the comparison with Wikidata and their files: addresses, languages, formats, states, old addresses.

What is found is tested with `compare`; what a browser makes of the pages is `tests/browser`.
"""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compared_towns import (
    ALDORF,
    BELMONT,
    BUILT_AT,
    ESTUARY,
    copy_compared,
    findings_of,
    more_documents,
    publish,
    record_towns,
)
from crawler import Answer, Walk
from fakes.clocks import FakeClock
from fakes.made_up import snaks, year
from page_markup import read_page
from site_client import BASE, LANGUAGES, client_of
from twin_graph.cli import compare as commands
from twin_graph.compare import words
from twin_graph.compare.checks import CHECKS
from twin_graph.compare.kinds import KINDS
from twin_graph.compare.model import REPORT_NAMES, VERDICTS, Finding
from twin_graph.snapshot import Snapshot
from twin_graph.web import wikidata
from twin_graph.web.wikidata import listing
from twin_graph.web.wikidata import words as words_module
from twin_graph.web.wikidata.words import words_of
from workspaces import run

ATOM = "{http://www.w3.org/2005/Atom}"
HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
NOW = datetime(2024, 11, 22, 10, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    """The clock of the pages and of the commands."""
    found = FakeClock(NOW)
    monkeypatch.setattr(wikidata, "CLOCK", found)
    monkeypatch.setattr(commands, "CLOCK", found)
    return found


@pytest.fixture(scope="module")
def client(compared_snapshot: Snapshot) -> FlaskClient:
    """A client of the pages with findings."""
    return client_of(compared_snapshot)


@pytest.fixture(scope="module")
def findings(compared_snapshot: Snapshot) -> tuple[Finding, ...]:
    """The findings that these pages show."""
    return findings_of(compared_snapshot)


def text_of(client: FlaskClient, path: str, status: int = 200) -> str:
    """A page as people read it, on one line."""
    response = client.get(path, headers=HTML)
    assert status == response.status_code, path
    plain = re.sub(r"<[^>]*>", " ", response.text.partition("<main")[2].partition("</main>")[0])
    return " ".join(unescape(plain).split())


def ids_of(client: FlaskClient, query: str = "", report: str = "a") -> list[str]:
    """The ids of the findings in a file of a report."""
    data = client.get(f"/wikidata/{report}.csv{query}").text
    return [row["id"] for row in csv.DictReader(io.StringIO(data, newline=""))]


def json_of(client: FlaskClient, path: str) -> Any:
    """The JSON at an address."""
    response = client.get(path)
    assert 200 == response.status_code, path
    return json.loads(response.data)


def walk_of(client: FlaskClient, start: list[str], depth: int = 1) -> Walk:
    """A walk over pages and what they link to."""

    def ask(path: str, headers: Any) -> Answer:
        if path.startswith("/sparql"):  # what is asked there is answered by processes of a server
            return Answer(200, {"content-type": "text/plain"}, b"")
        response = client.get(path, headers=dict(headers), buffered=True)
        named = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, named, response.data)

    walk = Walk(ask, BASE, most=12)
    walk.run(start, depth=depth)
    return walk


@pytest.fixture(scope="module")
def walk(client: FlaskClient) -> Walk:
    """A walk over all pages of the comparison, and to what they link to."""
    start = [f"/{code}/wikidata" for code in LANGUAGES]
    start += [f"/{code}/wikidata/{name}" for code in LANGUAGES for name in REPORT_NAMES]
    start += [f"/{code}/city/aldorf/curation" for code in LANGUAGES]
    return walk_of(client, start, depth=2)


def test_the_towns_have_every_report(findings: tuple[Finding, ...]) -> None:
    """What is shown here has findings of every report, with and without an edit, letters and notes."""
    assert set(REPORT_NAMES) == {each.report for each in findings}
    assert len(findings) > 25
    assert len({each.kind for each in findings}) > 12
    assert any(each.note for each in findings if each.report == "d")


def test_every_link_answers_and_every_body_is_what_it_says(walk: Walk, findings: tuple[Finding, ...]) -> None:
    """Pages, files and feeds; each finding has a page in every language that was met."""
    assert [] == walk.problems[:20]
    assert [] == walk.missing_fragments()
    met = {path for path in walk.pages if "/wikidata/finding/" in path}
    assert len(met) >= 3 * len(findings)
    assert {"text/csv", "application/json", "application/atom+xml"} <= set(walk.answered)


def test_pages_are_whole_small_and_named_apart(walk: Walk) -> None:
    """One main heading, no level left out, the language named and its siblings linked, at most 30 KB."""
    titles = set()
    pages = [page for path, page in walk.pages.items() if "/wikidata" in path and "?" not in path]
    assert len(pages) > 90
    for page in pages:
        levels = [level for level, _ in page.markup.headings]
        assert (1, 1) == (levels[0], levels.count(1)), page.path
        assert all(after - before <= 1 for before, after in pairwise(levels)), page.path
        assert page.markup.language == page.headers["content-language"] == page.path[1:3], page.path
        named = {code for relation, _, code in page.markup.relations if relation == "alternate" and code}
        assert set(LANGUAGES) <= named, page.path
        assert page.size < 30_000, page.path
        assert "etag" in page.headers, page.path
        titles.add((page.markup.language, page.markup.title))
    assert len(titles) > 0.9 * len(pages)


@pytest.mark.parametrize("language", LANGUAGES)
def test_kinds_checks_and_states_are_in_the_language_of_the_page(
    client: FlaskClient, findings: tuple[Finding, ...], language: str
) -> None:
    """The list names the kind, the page of a finding says what to do about it and about each check."""
    for finding in findings:
        page = text_of(client, f"/{language}/wikidata/finding/{finding.id}")
        assert KINDS[finding.kind].label[language] in page
        assert KINDS[finding.kind].todo[language] in page
        for name in finding.checks:
            assert CHECKS[name].label[language] in page
            assert CHECKS[name].todo[language] in page
    for report in REPORT_NAMES:
        assert words.terms("report")[report].label[language] in text_of(
            client, f"/{language}/wikidata/{report}"
        )


@pytest.mark.parametrize("language", LANGUAGES)
def test_verdicts_promise_what_can_come(
    client: FlaskClient, findings: tuple[Finding, ...], language: str
) -> None:
    """An export only where there is an edit; elsewhere what each verdict asks a person to do."""
    promise = words.terms("verdict")["wrong-there"].definition[language]
    chosen = {(each.report, each.edit is None): each for each in findings}
    assert {name for name, is_without in chosen if is_without} >= {"b", "d", "e", "f"}
    assert {"a", "c"} == {name for name, is_without in chosen if not is_without}
    for (_, is_without), finding in chosen.items():
        page = text_of(client, f"/{language}/wikidata/finding/{finding.id}")
        assert is_without != (promise in page), finding.kind
        said = words_module.verdicts_of(finding, language)
        assert set(VERDICTS) == {name for name, _ in said}
        assert all(about.text.text in page and not about.text.language for _, about in said)
        assert f"review decide {finding.id[:12]} {said[0][0]} " in page
    rows = words.rows("verdicts")
    assert 20 == len(rows) == len({(row["report"], row["verdict"]) for row in rows})


def test_all_words_have_a_title_and_a_meaning_in_every_language() -> None:
    """Whatever a comparison finds, the pages have words for it."""
    sorts: dict[Any, Any] = {
        "kind": KINDS, "check": CHECKS,
        **{scheme: words.terms(scheme) for scheme in ("report", "verdict", "state", "strength")},
    }  # fmt: skip
    asked = [(sort, name) for sort, names in sorts.items() for name in names]
    assert len(asked) > 60
    for sort, name in asked:
        for language in LANGUAGES:
            assert words_of(sort, name, language).title.text
            assert "" == words_of(sort, name, language).title.language
    assert ("unheard-of", "en") == (words_of("kind", "unheard-of", "pl").title.text,
                                    words_of("kind", "unheard-of", "pl").title.language)  # fmt: skip


@pytest.mark.parametrize(
    ("path", "accept", "status", "where"),
    [
        ("/wikidata", "text/html", 303, "/pl/wikidata"),
        ("/wikidata", "application/json", 303, "/wikidata.json"),
        ("/wikidata", "*/*", 303, "/wikidata.json"),
        ("/wikidata", "image/png", 406, ""),
        ("/wikidata/a", "text/html;q=0.9,application/json;q=0.5", 303, "/pl/wikidata/a"),
        ("/wikidata/a", "text/csv", 303, "/wikidata/a.csv"),
        ("/wikidata/a", "application/atom+xml", 303, "/pl/wikidata/a.atom"),
        (
            "/wikidata/b?q=x&kind=one-side&kind=both-sides&size=25",
            "application/atom+xml",
            303,
            "/pl/wikidata/b.atom?q=x&kind=one-side&kind=both-sides",
        ),
        (
            "/wikidata/b?kind=one-side&kind=both-sides&size=25",
            "text/html",
            303,
            "/pl/wikidata/b?kind=one-side&kind=both-sides&size=25",
        ),
        (
            "/wikidata/b?kind=both-sides&kind=one-side",
            "text/csv",
            303,
            "/wikidata/b.csv?kind=both-sides&kind=one-side",
        ),
        ("/wikidata/a", "application/json", 303, "/wikidata/a.json"),
        ("/wikidata/a", None, 303, "/wikidata/a.json"),
        ("/wikidata/a?kind=end-missing", "text/csv", 303, "/wikidata/a.csv?kind=end-missing"),
        ("/wikidata/a", "text/turtle", 406, ""),
        ("/wikidata/x", "text/html", 404, ""),
    ],
)
def test_addresses_without_a_suffix_are_negotiated(
    client: FlaskClient, path: str, accept: str | None, status: int, where: str
) -> None:
    """People are led to the page in their language, programs to the file of the format that they name."""
    headers = {"Accept-Language": "pl", **({"Accept": accept} if accept else {})}
    response = client.get(path, headers=headers)
    assert (status, where) == (response.status_code, response.headers.get("Location", "").replace(BASE, "/"))
    vary = response.headers["Vary"]
    assert "Accept" in vary
    assert ("Accept-Language" in vary) == (where.startswith("/pl") or status > 303)
    if status == 406:
        assert "application/json" in json.loads(response.data)["offers"]


def test_other_forms_keep_every_value_that_is_asked_for(client: FlaskClient) -> None:
    """The page, its files and its feed lead to each other with both kinds, not with the first of them."""
    query, met = "?kind=one-side&kind=both-sides", 0
    for path in (
        "/wikidata/b.csv",
        "/wikidata/b.json",
        "/wikidata/b.atom",
        "/pl/wikidata/b.atom",
        "/pl/wikidata/b",
    ):
        links = re.findall(
            r"<([^>]*/wikidata/b[^>]*)>; rel=", ", ".join(client.get(path + query).headers.getlist("Link"))
        )
        assert links, path
        for link in links:
            assert {"one-side", "both-sides"} == set(parse_qs(urlsplit(link).query)["kind"]), link
            met += 1
    assert met > 10
    feed = ET.fromstring(client.get(f"/pl/wikidata/b.atom{query}").data)
    (page,) = (each.get("href", "") for each in feed.findall(f"{ATOM}link") if each.get("rel") == "alternate")
    assert {"one-side", "both-sides"} == set(parse_qs(urlsplit(page).query)["kind"])


def test_a_finding_is_negotiated_too(client: FlaskClient, findings: tuple[Finding, ...]) -> None:
    """Its address has no language: it is what feeds and files name."""
    path = f"/wikidata/finding/{findings[0].id}"
    page = client.get(path, headers={"Accept": "text/html", "Accept-Language": "uk"})
    assert (303, f"{BASE}uk{path}") == (page.status_code, page.headers["Location"])
    data = client.get(path, headers={"Accept": "application/json"})
    assert (303, f"{BASE}{path[1:]}.json") == (data.status_code, data.headers["Location"])
    assert 406 == client.get(path, headers={"Accept": "text/csv"}).status_code
    content = json_of(client, f"{path}.json")
    assert (findings[0].id, findings[0].key, "open") == (content["id"], content["key"], content["state"])


def test_files_equal_those_of_the_command(
    compared_snapshot: Snapshot, tmp_path: Path, client: FlaskClient, clock: FakeClock
) -> None:
    """Byte for byte, in every format, with states and checks that depend on decisions and on the clock."""
    root = compared_snapshot.path.parents[1]
    clock.advance(timedelta(days=60).total_seconds())
    result = run(root, "compare", "--out", str(tmp_path / "reports"))
    assert 0 == result.exit_code, result.output
    written = sorted((tmp_path / "reports").iterdir())
    assert 3 * len(REPORT_NAMES) == len(written)
    for path in written:
        response = client.get("/wikidata/" + path.name.removeprefix("wikidata-"))
        assert path.read_bytes() == response.data, path.name
        assert path.name in response.headers["Content-Disposition"]
    said = [each for name in REPORT_NAMES for each in json_of(client, f"/wikidata/{name}.json")["findings"]]
    assert {"open", "decided", "expired", "reopened"} == {each["state"] for each in said}
    for each in said:
        assert (each["state"] == "open") == ("decision" not in each)
        if "decision" in each:
            assert each == json_of(client, f"/wikidata/finding/{each['id']}.json")


def test_numbers_equal_those_of_the_command(compared_snapshot: Snapshot, client: FlaskClient) -> None:
    """The overview as JSON says what `compare --json` says."""
    result = run(compared_snapshot.path.parents[1], "compare", "--json")
    said, shown = json.loads(result.stdout), json_of(client, "/wikidata.json")
    names = set(said) & set(shown)
    assert {"counts", "kinds", "agreed", "unread", "exportable", "one_sided", "archive"} <= names
    assert {name: said[name] for name in names} == {name: shown[name] for name in names}


@pytest.mark.parametrize(
    "path", ["/wikidata/b.atom", "/pl/wikidata/b.atom", "/uk/wikidata/b.atom?country=ca"]
)
def test_links_of_feeds_lead_back_and_to_the_findings(client: FlaskClient, path: str) -> None:
    """`self` is the feed, `alternate` the report, and each entry leads to its finding."""
    root = ET.fromstring(client.get(path).data)
    links = {link.get("rel"): link.get("href", "") for link in root.findall(f"{ATOM}link")}
    assert BASE + path[1:] == links["self"]
    assert BASE + path[1:].replace(".atom", "") == links["alternate"]
    entries = root.findall(f"{ATOM}entry")
    assert entries
    for address in [links["alternate"], *(entry.find(f"{ATOM}link").get("href") for entry in entries)]:  # type: ignore[union-attr]
        found = client.get("/" + address.removeprefix(BASE), headers=HTML)  # type: ignore[union-attr]
        assert found.status_code in (200, 303)
        if found.status_code == 303:
            assert 200 == client.get(found.headers["Location"].replace(BASE, "/"), headers=HTML).status_code


def test_pages_name_their_files_in_head_and_header(client: FlaskClient) -> None:
    """As links of the page and of the response, with the filters of the page, and all of them answer."""
    response = client.get("/en/wikidata/a?country=ca", headers=HTML)
    head = response.text.partition("</head>")[0]
    types = ("text/csv", "application/json", "application/atom+xml")
    for media_type in types:
        assert f'<link rel="alternate" type="{media_type}' in head
        assert f'type="{media_type}' in response.headers["Link"]
    found = re.findall(r'type="(?:text/csv|application/json|application/atom\+xml)[^>]*href="([^"]+)"', head)
    for path in map(unescape, found):
        if "/wikidata/" in path:
            assert path.endswith("?country=ca")
            assert 200 == client.get(path).status_code


def test_what_has_not_changed_is_not_sent_again(client: FlaskClient, clock: FakeClock) -> None:
    """Pages and files have a validator; it changes when a check runs out or a decision does."""
    for path in ("/en/wikidata", "/en/wikidata/a", "/wikidata/a.csv", "/wikidata/a.atom", "/wikidata.json"):
        first = client.get(path, headers=HTML)
        again = client.get(path, headers={**HTML, "If-None-Match": first.headers["ETag"]})
        assert (304, b"") == (again.status_code, again.data), path
        assert "max-age" in again.headers["Cache-Control"], path
    tag = client.get("/wikidata/d.json").headers["ETag"]
    clock.advance(timedelta(days=30).total_seconds())  # a decision holds until the first of December
    assert tag != client.get("/wikidata/d.json").headers["ETag"]


def test_what_is_stale_is_held_back_from_the_very_moment(client: FlaskClient, clock: FakeClock) -> None:
    """An answer of Wikidata is good for a day, to the second, whenever somebody has asked before."""
    read = datetime.fromisoformat(BUILT_AT)
    for after, ready in ((timedelta(hours=24), True), (timedelta(hours=24, seconds=1), False)):
        wikidata.CLOCK = FakeClock(read + after)
        rows = json_of(client, "/wikidata/a.json")["findings"]
        assert ready == any(row["action"] and not row["checks"] for row in rows)
        assert ready != any("stale" in row["checks"] for row in rows)


@pytest.mark.parametrize("report", REPORT_NAMES)
def test_filters_leave_what_they_say(client: FlaskClient, findings: tuple[Finding, ...], report: str) -> None:
    """The values of a facet divide the report, countries overlap, counts are those of the files, none is lost."""
    everything = ids_of(client, report=report)
    assert [each.id for each in findings if each.report == report] == everything
    page = client.get(f"/en/wikidata/{report}", headers=HTML).text
    links = [
        unescape(path) for path in re.findall(rf'href="(/en/wikidata/{report}\?[^"]+)" rel="nofollow"', page)
    ]
    by_facet: dict[str, list[str]] = {}
    for path in {path for path in links if "sort=" not in path}:
        name, value = re.match(r".*\?([a-z]+)=(.*)", path).groups()  # type: ignore[union-attr]
        found = ids_of(client, path[path.index("?") :], report)
        if name == "country":  # a link lies in two of them, so that one may be the country of all
            listed = json_of(client, f"/wikidata/{report}.json{path[path.index('?') :]}")["findings"]
            assert all(value in each["countries"] for each in listed)
            assert found == [
                each.id for each in findings if each.report == report and value in each.countries
            ]
        assert 0 < len(found) < len(everything) + (name == "country"), path
        assert f"<strong>{len(found)}</strong>" in client.get(path, headers=HTML).text
        by_facet.setdefault(name, []).extend(found)
    assert set(by_facet) <= set(listing.FACETS)
    for name in set(by_facet) - {"country"}:
        assert sorted(everything) == sorted(by_facet[name]), name
    found_here = [each for each in findings if each.report == report]
    assert by_facet or 1 == len({(each.kind, each.country) for each in found_here})


def test_a_city_and_the_beginning_of_a_name_narrow_a_report(client: FlaskClient) -> None:
    """A city by its key or its item; a name in any language, without accents."""
    by_key, by_item = ids_of(client, "?city=estuary"), ids_of(client, f"?city={ESTUARY.lower()}")
    assert by_key == by_item
    assert 0 < len(by_key) < len(ids_of(client))
    assert by_key == ids_of(client, "?q=estu")
    assert "Естуарі" in text_of(client, "/uk/wikidata/a?q=естуа")
    for query in ("?q=естуа", "?q=estu"):  # the files have no language, and fit every page that links them
        assert by_key == ids_of(client, query)
        for language in LANGUAGES:
            assert f"<strong>{len(by_key)}</strong>" in client.get(f"/{language}/wikidata/a{query}").text
    assert "0 findings" in text_of(client, "/en/wikidata/a?city=nowhere")
    assert "0 findings" in text_of(client, "/en/wikidata/a?q=%26%26")


@pytest.mark.parametrize("column", listing.COLUMNS)
def test_reports_are_sorted_both_ways(client: FlaskClient, column: str) -> None:
    """The rows are the same, in another order; the file has the order of the page."""
    up, down = (ids_of(client, f"?sort={sign}{column}") for sign in ("", "-"))
    assert sorted(up) == sorted(down) == sorted(ids_of(client))
    shown = re.findall(
        r"/wikidata/finding/([0-9a-f]{64})", text_with_links(client, f"/en/wikidata/a?sort={column}")
    )
    assert up == list(dict.fromkeys(shown))


def text_with_links(client: FlaskClient, path: str) -> str:
    """The table of a page."""
    return client.get(path, headers=HTML).text.partition("<tbody>")[2].partition("</tbody>")[0]


def test_pages_of_a_report_hold_all_of_it_once(client: FlaskClient) -> None:
    """With 25 rows each a longer list has several pages; beyond the last there is none."""
    response = client.get("/en/wikidata/a?size=25&page=1", headers=HTML)
    assert 200 == response.status_code
    assert 404 == client.get("/en/wikidata/a?size=25&page=99", headers=HTML).status_code
    assert 400 == client.get("/en/wikidata/a?sort=nothing", headers=HTML).status_code


def test_a_finding_says_all_that_is_known(client: FlaskClient, findings: tuple[Finding, ...]) -> None:
    """Both sides with links, the revision, the statement, the page, the change, why not, and how to decide."""
    finding = next(each for each in findings if each.kind == "start-coarser")
    response = client.get(f"/en/wikidata/finding/{finding.id}", headers=HTML)
    for address in (
        "/en/city/aldorf",
        "/en/city/belmont",
        "/en/partnership/aldorf-belmont",
        f"https://www.wikidata.org/w/index.php?oldid={finding.revisions[0]}#P190",
        "https://www.wikidata.org/entity/statement/" + finding.guid.replace("$", "-", 1),
        finding.url,
    ):
        assert f'href="{address}"' in response.text, address
    page = text_of(client, f"/en/wikidata/finding/{finding.id}")
    assert f"Aldorf – Belmont ({ALDORF}, {BELMONT}): " in response.text.partition("</title>")[0]
    for said in (ALDORF, "5 May 1990", finding.change, f"review decide {finding.id[:12]}", "review export",
                 finding.key, CHECKS["stale"].label["en"], "Germany, Canada"):  # fmt: skip
        assert said in page
    letter = next(each for each in findings if each.report == "b")
    page = text_of(client, f"/pl/wikidata/finding/{letter.id}")
    assert all(letter.text_in(code) in page for code in LANGUAGES)
    for title in ("Zapytanie do urzędu miasta (polski)", "Zapytanie do urzędu miasta (ukraiński)"):
        assert title in page
    note = next(each for each in findings if each.kind == "sides-differ")
    assert note.text in text_of(client, f"/uk/wikidata/finding/{note.id}")
    place = next(each for each in findings if each.report == "e")
    assert "https://www.wikidata.org/wiki/Q900000007" in client.get(f"/en/wikidata/finding/{place.id}").text


def test_states_of_the_review_are_shown(
    client: FlaskClient, findings: tuple[Finding, ...], clock: FakeClock
) -> None:
    """Open, decided, open again on other evidence, and over after its day; a note is text."""
    chosen = [each for each in findings if each.kind == "start-differs"]
    again = next(each for each in findings if each.kind == "both-sides")
    clock.advance(timedelta(days=60).total_seconds())
    expected = zip((*chosen, again, findings[0]), ("decided", "expired", "reopened", "open"), strict=True)
    for finding, state in expected:
        page = client.get(f"/en/wikidata/finding/{finding.id}", headers=HTML).text
        assert f"Review: {words.terms('state')[state].label['en']}" in page
        assert finding.id in ids_of(client, f"?state={state}", finding.report)
    page = client.get(f"/en/wikidata/finding/{chosen[0].id}", headers=HTML).text
    assert "The letter of intent is &lt;older&gt;." in page
    assert words.terms("verdict")["wrong-there"].label["en"] in page
    assert "decided, no edit to export" in page
    assert "What was to be found out" in page
    assert [chosen[0].id] == ids_of(client, "?export=decided&kind=start-differs", "d")
    assert "What is to be found out" in text_of(client, f"/en/wikidata/finding/{again.id}")
    assert "no edit to export" in text_of(client, f"/en/wikidata/finding/{again.id}")
    assert "decided, " not in text_of(client, f"/en/wikidata/finding/{again.id}")
    overview = text_of(client, "/en/wikidata")
    assert "open again: 1" in overview
    former = json_of(client, f"/wikidata/finding/{again.id}.json")["decision"]
    assert (again.id == former["finding"], len(former["finding"])) == (False, 64)
    over = json_of(client, f"/wikidata/finding/{chosen[1].id}.json")["decision"]
    assert ("2024-12-01", chosen[1].id) == (over["expires"], over["finding"])


def test_cities_and_partnerships_lead_to_their_findings(
    client: FlaskClient, findings: tuple[Finding, ...]
) -> None:
    """A line on the page of the city with the number, the list where curation is, and a card of the partnership."""
    left = "?city=aldorf&state=open&state=reopened&state=expired"
    counted = {name: len(ids_of(client, left, name)) for name in REPORT_NAMES}
    again, count = counted.pop("f"), sum(counted.values())
    assert again
    assert 3 < count < len([each for name in counted for each in ids_of(client, "?city=aldorf", name)])
    page = text_of(client, "/en/city/aldorf")
    assert f"{count} differences from Wikidata" in page
    assert f"{again} reminder" in page
    assert f"Differences from Wikidata {count} Reminders to look again {again}" in text_of(
        client, "/en/city/aldorf/curation"
    )
    curation = client.get("/en/city/aldorf/curation", headers=HTML).text
    listed = set(re.findall(r"/en/wikidata/finding/([0-9a-f]{64})", curation))
    assert {each.id for each in findings if ALDORF in (each.subject, *each.object.split(";"))} == listed
    assert "/en/wikidata/a?city=aldorf" in curation
    page = client.get("/en/partnership/aldorf-belmont", headers=HTML).text
    about = [each.id for each in findings if each.details.get("partnership") == "aldorf-belmont"]
    assert about
    assert about == re.findall(r"/en/wikidata/finding/([0-9a-f]{64})", page)
    for each in (item for item in findings if item.kind == "both-sides"):
        assert each.id in client.get("/en/partnership/q900000005-q900000007", headers=HTML).text
    assert "Wikidata/finding" not in client.get("/en/city/harbourfield", headers=HTML).text


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_counts_of_what_is_unconfirmed_explain_each_other(client: FlaskClient, language: str) -> None:
    """Each page says what it counts, and leads to the other; no other report does."""
    ours, theirs = f"/{language}/reports/unconfirmed", f"/{language}/wikidata/f"
    assert f'href="{theirs}?kind=not-confirmed"' in client.get(ours, headers=HTML).text
    assert f'href="{ours}"' in client.get(theirs, headers=HTML).text
    assert f'href="{ours}"' not in client.get(f"/{language}/wikidata/e", headers=HTML).text
    assert f'href="{theirs}' not in client.get(f"/{language}/reports/sources", headers=HTML).text


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_an_archive_the_pages_say_what_to_run(tiny_snapshot: Snapshot, language: str) -> None:
    """Every page and file is there, and empty; nothing is a failure."""
    client = client_of(tiny_snapshot)
    assert "twin-graph wikidata fetch" in text_of(client, f"/{language}/wikidata")
    for name in REPORT_NAMES:
        assert (
            f"/{language}/wikidata#missing" in client.get(f"/{language}/wikidata/{name}", headers=HTML).text
        )
        assert [] == ids_of(client, report=name)
        assert [] == json_of(client, f"/wikidata/{name}.json")["findings"]
        assert b"<feed" in client.get(f"/wikidata/{name}.atom").data
    assert dict.fromkeys(REPORT_NAMES, 0) == json_of(client, "/wikidata.json")["counts"]
    assert 404 == client.get(f"/{language}/wikidata/finding/{'0' * 64}", headers=HTML).status_code


def test_an_old_address_leads_to_what_became_of_it(tmp_path: Path) -> None:
    """Changed evidence: to the finding that has the same key. Nothing to say any more: gone. Unknown: not found."""
    workspace = copy_compared(tmp_path)
    first, before = publish(workspace)
    towns = more_documents()
    by_id = {each["id"]: each for each in towns}
    by_id["Q900000007"]["claims"]["P190"][0]["qualifiers"] = snaks([("P580", year(2011))])
    del by_id["Q900000002"]["claims"]["P190"][1]
    record_towns(workspace, "second", towns, "2024-11-21T10:00:00Z")
    second, after = publish(workspace)
    assert first.manifest.id != second.manifest.id
    client, known = client_of(second), {each.id for each in after}
    changed = next(each for each in before if each.kind == "sides-differ")
    became = next(each for each in after if each.kind == "sides-differ")
    assert changed.id != became.id
    assert changed.key == became.key
    for path in ("/en/wikidata/finding/{}", "/wikidata/finding/{}.json"):
        for asked in (changed.id, changed.key):
            response = client.get(path.format(asked), headers=HTML)
            assert 302 == response.status_code
            assert BASE + path.format(became.id)[1:] == response.headers["Location"]
    keys = {each.key for each in after}
    gone = next(each for each in before if each.id not in known and each.key not in keys)
    for language in LANGUAGES:
        assert gone.id[:12] in text_of(client, f"/{language}/wikidata/finding/{gone.id}", 410)
    assert 410 == client.get(f"/wikidata/finding/{gone.id}.json").status_code
    for unknown in ("0" * 64, "0" * 16, "nothing", "%3Cscript%3E"):
        assert 404 == client.get(f"/en/wikidata/finding/{unknown}", headers=HTML).status_code
    old = client.get(f"/en/wikidata/finding/{gone.id}?snapshot={first.manifest.id}", headers=HTML)
    assert 200 == old.status_code
    listed = client.get(f"/en/wikidata/d?snapshot={first.manifest.id}", headers=HTML).text
    assert changed.id in listed
    file = f"/wikidata/d.csv?snapshot={first.manifest.id}"
    assert file in listed
    assert changed.id in client.get(file).text
    assert "immutable" in client.get(file).headers["Cache-Control"]


_PARAMETERS = (*listing.PARAMETERS, "page", "size", "snapshot", "asOf", "other")
_ODD = st.one_of(
    st.text(max_size=40),
    st.sampled_from(["-1", "0", "1", "25", "999999", "kind", "-kind", "--kind", "a", "aldorf", "Q1;Q2", "\x00", "é",
                     "ready", "none", "open", "end-missing", "'\"><script>", "../..", "%", "1e9"]),
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(
        ["/wikidata", "/wikidata/a", "/wikidata/b.csv", "/wikidata/c.json", "/wikidata/d.atom", "/wikidata.json",
         "/en/wikidata", "/pl/wikidata/a", "/uk/wikidata/e", "/pl/wikidata/b.atom"]
    ),
    words=st.lists(st.tuples(st.sampled_from(_PARAMETERS), _ODD), max_size=5),
    accept=st.sampled_from(["text/html", "application/json", "*/*", "text/csv;q=0", "", "x", "application/atom+xml"]),
)  # fmt: skip
def test_no_parameter_breaks_a_page(
    client: FlaskClient, path: str, words: list[tuple[str, str]], accept: str
) -> None:
    """Whatever is asked for is answered or refused; what is sent is never repeated as it came."""
    response = client.get(path, query_string=words, headers={"Accept": accept})
    assert response.status_code in (200, 303, 400, 404, 406), response.text[-300:]
    assert b"<script>'" not in response.data
    assert b"'\"><script>" not in response.data


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.one_of(st.text(max_size=70), st.from_regex(r"[0-9a-f]{12,70}", fullmatch=True)))
def test_no_id_breaks_a_page(client: FlaskClient, name: str) -> None:
    """An id that is none is not found, in every format."""
    for path in (
        f"/en/wikidata/finding/{name}",
        f"/wikidata/finding/{name}",
        f"/wikidata/finding/{name}.json",
    ):
        assert client.get(path, headers={"Accept": "text/html"}).status_code in (200, 301, 303, 400, 404)


def test_markup_is_that_of_a_page(client: FlaskClient, findings: tuple[Finding, ...]) -> None:
    """A strict reader finds nothing wrong, whatever the kind of the finding."""
    kinds = {each.kind: each for each in findings}
    for finding in kinds.values():
        assert [] == read_page(client.get(f"/uk/wikidata/finding/{finding.id}").text).problems


def test_what_scrolls_has_a_role_and_a_name(client: FlaskClient, findings: tuple[Finding, ...]) -> None:
    """Whoever comes to a command by keyboard hears what it belongs to."""
    met = 0
    for path in ("/en/wikidata", f"/en/wikidata/finding/{findings[0].id}", "/en/about"):
        page = client.get(path).text
        for name in re.findall(r'<pre tabindex="0"([^>]*)>', page):
            label = re.fullmatch(r' role="group" aria-labelledby="([a-z]+)"', name)
            assert label, path
            assert f'id="{label[1]}"' in page, path
            met += 1
    assert 4 == met


def test_feeds_have_ids_of_their_own(client: FlaskClient) -> None:
    """One for each language and each choice of findings; the page number is no such choice."""
    paths = ["/pl/wikidata/b.atom", "/uk/wikidata/b.atom", "/en/wikidata/b.atom", "/pl/wikidata/b.atom?country=ca",
             "/pl/wikidata/b.atom?kind=one-side", "/pl/wikidata/a.atom"]  # fmt: skip
    ids = [ET.fromstring(client.get(path).data).findtext(f"{ATOM}id", "") for path in paths]
    assert len(paths) == len(set(ids))
    assert all(re.fullmatch(r"tag:[a-z.]+,2026-01-01:wikidata/report/[a-z/=%&+-]+", each) for each in ids)
    assert ids[0] == ET.fromstring(client.get("/pl/wikidata/b.atom?page=2").data).findtext(f"{ATOM}id")
