"""Anniversaries and changes: the pages, the calendar and the feeds of a city, and of all."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from icalendar import Calendar

from site_client import LANGUAGES, client_of
from twin_graph.build import build
from twin_graph.feeds import ATOM
from twin_graph.settings import read_settings
from twin_graph.snapshot import Snapshot
from twin_graph.web import anniversaries, create_app
from twin_graph.web.anniversaries import Anniversary
from twin_graph.web.names import plain
from workspaces import copy_tiny, table

EVENTS = {
    ("20240401", "anniversary-aldorf-three-cities-2021-2024@localhost"),
    ("20240505", "anniversary-aldorf-belmont-1990-2024@localhost"),
    ("20240901", "anniversary-aldorf-cedrowo-2012-2024@localhost"),
    ("20250401", "anniversary-aldorf-three-cities-2021-2025@localhost"),
    ("20250505", "anniversary-aldorf-belmont-1990-2025@localhost"),
    ("20250901", "anniversary-aldorf-cedrowo-2012-2025@localhost"),
}


def entries(data: bytes) -> list[ET.Element]:
    """The entries of a feed."""
    return ET.fromstring(data).findall("a:entry", {"a": ATOM})


def title(entry: ET.Element) -> str:
    """The title of an entry."""
    return entry.findtext("a:title", "", {"a": ATOM})


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """A second publication: a date put right, a membership gone, a city with a hostile name added."""
    workspace = copy_tiny(tmp_path_factory.mktemp("changed"))
    build(workspace)
    table(workspace, "aldorf/agreements").change(2, "signed", "1990-05-06")
    memberships = table(workspace, "aldorf/memberships")
    memberships.write([record for record in memberships.records() if record[0] != "belmont-union-1"])
    table(workspace, "cities").append(
        key="zz", name_en="<b>&\"'</b>", country="pl", latitude="52", longitude="20", source="gazetteer"
    )
    return build(workspace)[0]


def test_the_calendar_has_one_event_a_year_for_each_full_date(tiny_snapshot: Snapshot) -> None:
    """Documents with a day become events of this year and the next, whole days, with ids that stay."""
    response = client_of(tiny_snapshot).get("/en/city/aldorf/anniversaries.ics")
    assert (200, "text/calendar; charset=utf-8") == (response.status_code, response.content_type)
    found: Any = Calendar.from_ical(response.data).walk("VEVENT")
    assert EVENTS == {(event["DTSTART"].dt.strftime("%Y%m%d"), str(event["UID"])) for event in found}
    assert {date(2024, 12, 31)} == {event["DTSTAMP"].dt.date() for event in found}
    assert "35 years: Belmont" in {str(event["SUMMARY"]) for event in found}


def test_the_calendar_is_the_same_each_time(tiny_snapshot: Snapshot) -> None:
    """Nothing in it depends on when it is asked for."""
    client = client_of(tiny_snapshot)
    assert (
        client.get("/pl/city/aldorf/anniversaries.ics").data
        == client.get("/pl/city/aldorf/anniversaries.ics").data
    )


def test_what_has_only_a_year_is_on_the_page(tmp_path: Path) -> None:
    """A partnership whose day is not known has its anniversary on the page, and no event."""
    workspace = copy_tiny(tmp_path)
    table(workspace, "aldorf/agreements").change(2, "signed", "1990")
    client = client_of(build(workspace)[0])
    assert b"belmont-1990" not in client.get("/en/city/aldorf/anniversaries.ics").data
    page = client.get("/en/city/aldorf/anniversaries").text
    assert "day not known" in page
    assert "35 years" in page


def test_jubilees_are_marked_in_words(tiny_snapshot: Snapshot) -> None:
    """Years that are celebrated are marked with a word, not by their look alone."""
    page = client_of(tiny_snapshot).get("/en/city/aldorf/anniversaries").text
    assert 1 == page.count("jubilee</span>")
    assert "<strong" in page.partition("35 years")[0][-60:]


@pytest.mark.parametrize(
    ("years", "jubilee", "is_round"),
    [(1, False, False), (5, True, False), (10, True, True), (25, True, True), (35, True, False), (50, True, True),
     (75, True, True), (99, False, False)],
)  # fmt: skip
def test_which_years_are_celebrated(years: int, jubilee: bool, is_round: bool) -> None:
    """Each fifth year is a jubilee; tens and quarters of a century are round."""
    item = Anniversary(years, 2026, None, "2000", plain("x"), "p")
    assert (jubilee, is_round) == (item.is_jubilee, item.is_round)


@pytest.mark.parametrize(
    ("since", "year", "expected"),
    [("1990-05-05", 2026, date(2026, 5, 5)), ("2004-02-29", 2026, date(2026, 2, 28)),
     ("2004-02-29", 2028, date(2028, 2, 29)), ("1990-05", 2026, None), ("1990", 2026, None),
     ("1990-05-05?", 2026, None)],
)  # fmt: skip
def test_the_day_of_an_anniversary(since: str, year: int, expected: date | None) -> None:
    """The same day; the last of February for a leap day; none where the date has no certain day."""
    assert expected == anniversaries._day(since, year)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_city_without_anniversaries_has_a_page(tiny_snapshot: Snapshot, lang: str) -> None:
    """Nothing to celebrate is said, and the calendar is empty and whole."""
    client = client_of(tiny_snapshot)
    assert 200 == client.get(f"/{lang}/city/fjordby/anniversaries").status_code
    assert [] == Calendar.from_ical(client.get(f"/{lang}/city/fjordby/anniversaries.ics").data).walk("VEVENT")


@pytest.mark.parametrize(
    "path", ["anniversaries", "anniversaries.ics", "changes", "changes.atom", "curation", "factsheet"]
)
def test_another_key_leads_to_the_own_one(tiny_snapshot: Snapshot, path: str) -> None:
    """ID-05: an alias, another case or a replaced key leads to the address with the key of the city."""
    client = client_of(tiny_snapshot)
    for key in ("q900000001", "ALDORF", "aldorf-an-der-alle"):
        response = client.get(f"/en/city/{key}/{path}")
        assert 301 == response.status_code
        assert f"http://localhost:8000/en/city/aldorf/{path}" == response.headers["Location"]
    assert 404 == client.get(f"/en/city/atlantis/{path}").status_code


def test_the_first_publication_is_one_entry(tiny_snapshot: Snapshot) -> None:
    """Where there is nothing to compare with, the feed and the page say so."""
    client = client_of(tiny_snapshot)
    assert ["First publication"] == [title(entry) for entry in entries(client.get("/en/changes.atom").data)]
    assert "First publication" in client.get("/en/changes").text


def test_the_feed_tells_each_thing(changed: Snapshot) -> None:
    """One entry for each thing that came, changed or went, in words, with ids that stay apart."""
    response = client_of(changed).get("/en/changes.atom")
    assert (200, "application/atom+xml; charset=utf-8") == (response.status_code, response.content_type)
    found = entries(response.data)
    told = {title(entry): entry.findtext("a:summary", "", {"a": ATOM}) for entry in found}
    assert {
        "Added: <b>&\"'</b>",
        "Changed: Partnership agreement Aldorf – Belmont",
        "First publication",
    } < set(told)
    assert "Signed on: 5 May 1990 → 6 May 1990" in told[
        "Changed: Partnership agreement Aldorf – Belmont"
    ].replace("signed on", "Signed on")
    ids = [entry.findtext("a:id", "", {"a": ATOM}) for entry in found]
    assert len(ids) == len(set(ids))
    assert f"tag:localhost,2024-12-31:changes/en/{changed.manifest.id}-1/agreement/belmont-1990" in ids


def test_the_page_shows_what_was_and_what_is(changed: Snapshot) -> None:
    """A changed value stands beside the one before it; a hostile name stays text; what went leads nowhere."""
    page = client_of(changed).get("/en/changes").text
    assert "5 May 1990" in page.partition("<del>")[2].partition("</del>")[0]
    assert "6 May 1990" in page.partition("<ins>")[2].partition("</ins>")[0]
    assert "<b>&" not in page
    assert "&lt;b&gt;&amp;" in page
    assert "/en/membership/belmont-union-1" not in page


def test_a_city_has_the_changes_that_concern_it(changed: Snapshot) -> None:
    """The feed of a city holds its own changes and those of its partnerships, and no others."""
    client = client_of(changed)
    told = {key: [title(entry) for entry in entries(client.get(f"/en/city/{key}/changes.atom").data)]
            for key in ("aldorf", "belmont", "estuary")}  # fmt: skip
    assert "Changed: Partnership agreement Aldorf – Belmont" in told["aldorf"]
    assert any(text.startswith("Removed: ") for text in told["belmont"])
    assert ["First publication"] == told["estuary"]
    assert "Aldorf – Belmont" in client.get("/en/city/belmont/changes").text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_feed_leads_to_its_page_and_back(changed: Snapshot, lang: str) -> None:
    """The page names its feed, the feed names its page, by the published address."""
    client = client_of(changed)
    for path in ("changes", "city/aldorf/changes"):
        assert f'type="application/atom+xml" href="/{lang}/{path}.atom"' in client.get(f"/{lang}/{path}").text
        assert f'href="http://localhost:8000/{lang}/{path}"' in client.get(f"/{lang}/{path}.atom").text


def test_a_page_that_the_history_does_not_have(changed: Snapshot) -> None:
    """A page beyond the end is not found; a number that is none is refused."""
    client = client_of(changed)
    assert [404, 400, 200] == [client.get(f"/en/changes?page={page}").status_code for page in ("9", "x", "1")]


def test_data_that_come_again(tmp_path: Path) -> None:
    """The same data with a longer history: pages of it have another validator, and no entry has the id of another."""
    workspace = copy_tiny(tmp_path)
    agreements, tags = table(workspace, "aldorf/agreements"), []
    for signed in ("1990-05-05", "1990-05-06", "1990-05-05", "1990-05-06", "1990-05-05"):
        agreements.change(2, "signed", signed)
        client = create_app(
            read_settings({}, workspace=str(workspace.root)), build(workspace)[0]
        ).test_client()
        tags.append(
            [
                client.get(path).headers["ETag"]
                for path in ("/en/changes", "/en/changes.atom", "/doc/city/aldorf.ttl")
            ]
        )
    assert 5 == len({page for page, _, _ in tags}) == len({feed for _, feed, _ in tags})
    assert 2 == len({data for _, _, data in tags})
    ids = [entry.findtext("a:id", "", {"a": ATOM}) for entry in entries(client.get("/en/changes.atom").data)]
    assert 5 == len(ids) == len(set(ids))


def test_all_of_it_is_validated(changed: Snapshot) -> None:
    """Feeds and calendars have a validator and answer 304 and HEAD as pages do."""
    client = client_of(changed)
    for path in (
        "/en/changes.atom",
        "/en/city/aldorf/anniversaries.ics",
        "/en/changes",
        "/en/city/aldorf/anniversaries",
    ):
        first: Any = client.get(path)
        assert 304 == client.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code
        assert (200, b"") == ((head := client.head(path)).status_code, head.data)


def test_the_feed_without_a_language(tiny_snapshot: Snapshot) -> None:
    """It is found by its short address and by its media type, in the language of the reader."""
    client = client_of(tiny_snapshot)
    for path, accept in (("/changes.atom", "*/*"), ("/changes", "application/atom+xml")):
        response = client.get(path, headers={"Accept": accept, "Accept-Language": "uk"})
        assert (303, "http://localhost:8000/uk/changes.atom") == (
            response.status_code,
            response.headers["Location"],
        )
        assert "Accept-Language" in response.headers["Vary"]
    assert "/changes.rdfp" in client.get("/changes", headers={"Accept": "*/*"}).headers["Location"]
