"""Feeds and calendars from plain values: valid, escaped, and the same bytes for the same values."""

from __future__ import annotations

from datetime import date
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from icalendar import Calendar

from twin_graph.feeds import ATOM, Entry, Event, Feed, atom, calendar, clean, tag

DAY = date(2026, 5, 1)
HOSTILE = "<script>&\"'\x00\x0b\x1f\ufffe\u202e ]]> Łódź\r\nX-EVIL:1; a, b \\n " + "ж" * 200
NAMES = {"a": ATOM}


def feed(*entries: Entry, title: str = "Changes") -> Feed:
    """A feed with entries."""
    return Feed("http://x/en/changes.atom", title, DAY, "http://x/en/changes", "http://x/en/changes.atom", "Office",
                "en", "https://example.org/licence", entries)  # fmt: skip


def text(parent: ET.Element, name: str) -> str:
    """The text of a child element."""
    return parent.findtext(f"a:{name}", "", NAMES)


def lines(data: bytes) -> list[bytes]:
    """The lines of a calendar as they are on the wire."""
    return data.split(b"\r\n")


def events(data: bytes) -> Any:
    """The events of a calendar."""
    return Calendar.from_ical(data).walk("VEVENT")


def test_a_feed_has_what_the_standard_asks_for() -> None:
    """RFC 4287, 4.1.1: a feed has exactly one id, title and updated, an author, and a link to itself."""
    root = ET.fromstring(atom(feed()))
    assert f"{{{ATOM}}}feed" == root.tag
    assert ["http://x/en/changes.atom", "Changes", "2026-05-01T00:00:00Z"] == [
        text(root, name) for name in ("id", "title", "updated")
    ]
    assert "Office" == root.findtext("a:author/a:name", "", NAMES)
    assert {"self": "http://x/en/changes.atom", "alternate": "http://x/en/changes"} == {
        link.get("rel"): link.get("href") for link in root.findall("a:link", NAMES)
    }


def test_an_entry_has_what_the_standard_asks_for() -> None:
    """RFC 4287, 4.1.2: an entry has exactly one id, title and updated, and a link or content."""
    root = ET.fromstring(atom(feed(Entry("tag:x,2026:a", "Added: Nancy", DAY, "http://x/en/city/nancy"))))
    entry = root.find("a:entry", NAMES)
    assert entry is not None
    assert ["tag:x,2026:a", "Added: Nancy", "2026-05-01T00:00:00Z", "Added: Nancy"] == [
        text(entry, name) for name in ("id", "title", "updated", "summary")
    ]
    link = entry.find("a:link", NAMES)
    assert link is not None
    assert ("alternate", "http://x/en/city/nancy") == (link.get("rel"), link.get("href"))


def test_a_hostile_title_stays_text() -> None:
    """Markup in a name is text in the feed, and what XML cannot carry is left out."""
    written = atom(feed(Entry("tag:x,2026:a", HOSTILE, DAY, "http://x/"), title=HOSTILE))
    assert b"<script" not in written
    assert clean(HOSTILE) == text(ET.fromstring(written), "title")


def test_a_calendar_has_what_the_standard_asks_for() -> None:
    """RFC 5545: version and product of the calendar; id and stamp of an event; a whole day ends with the next one."""
    data = calendar("Anniversaries", DAY, [Event("u@x", date(2026, 12, 31), "35 lat: Nancy")], "pl")
    found: Any = Calendar.from_ical(data)
    event = found.walk("VEVENT")[0]
    assert ("2.0", True) == (str(found["VERSION"]), bool(found["PRODID"]))
    assert ("u@x", "35 lat: Nancy") == (str(event["UID"]), str(event["SUMMARY"]))
    assert (date(2026, 12, 31), date(2027, 1, 1)) == (event["DTSTART"].dt, event["DTEND"].dt)
    assert b"DTSTART;VALUE=DATE:20261231" in lines(data)
    assert b"DTSTAMP:20260501T000000Z" in lines(data)


def test_a_calendar_escapes_and_folds() -> None:
    """RFC 5545, 3.1 and 3.3.11: lines of at most 75 octets that end with CR LF; no name makes a line of its own."""
    data = calendar(HOSTILE, DAY, [Event("u@x", DAY, HOSTILE, HOSTILE, "http://x/")], "uk")
    assert b"" == lines(data)[-1]
    assert 75 >= max(map(len, lines(data)))
    assert [] == [line for line in lines(data) if line.startswith(b"X-EVIL")]
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert clean(HOSTILE) == str(events(data)[0]["SUMMARY"])


def test_equal_values_give_equal_bytes() -> None:
    """There is no clock and no chance in either."""
    event = Event("u@x", DAY, "a", "b", "http://x/")
    assert calendar("n", DAY, [event], "en") == calendar("n", DAY, [event], "en")
    assert atom(feed()) == atom(feed())


@pytest.mark.parametrize(
    ("text", "expected"), [("a\nb", "a b"), ("a\u2028b", "a b"), ("a\x7f\x85b", "a b"), ("ź", "ź")]
)
def test_a_clean_text_is_one_line(text: str, expected: str) -> None:
    """Ends of lines become a space, control characters nothing, letters stay."""
    assert expected == clean(text)


def test_a_tag_has_no_port() -> None:
    """RFC 4151: the authority of a tag is a name of a host."""
    assert "tag:localhost,2026-05-01:changes/1" == tag("localhost:8000", DAY, "changes", "1")
