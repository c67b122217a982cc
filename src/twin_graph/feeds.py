"""Write Atom feeds (RFC 4287) and iCalendar files (RFC 5545) from plain values; equal values give equal bytes.

Knows no data of ours, no addresses and no clock: every identifier, address and day is given.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree as ET

from icalendar import Calendar
from icalendar import Event as CalendarEvent

ATOM = "http://www.w3.org/2005/Atom"
PRODUCT = "-//twin_graph//anniversaries//EN"
# What neither XML 1.0 nor a calendar carries; a line that goes on is a space to both.
_NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_SPACES = re.compile(r"[\t\n\r\x85\u2028\u2029]+")


@dataclass(frozen=True)
class Entry:
    """One entry of a feed; `updated` is a day or a time, `link` an address."""

    id: str
    title: str
    updated: date
    link: str
    summary: str = ""


@dataclass(frozen=True)
class Feed:
    """A feed.

    Attributes:
        id: an IRI that never changes.
        link: the page that says the same to people.
        self_link: the address of the feed.
    """

    id: str
    title: str
    updated: date
    link: str
    self_link: str
    author: str
    language: str
    rights: str = ""
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True)
class Event:
    """A whole day in a calendar."""

    uid: str
    day: date
    title: str
    description: str = ""
    link: str = ""


def atom(feed: Feed) -> bytes:
    """A feed as an Atom document."""
    ET.register_namespace("", ATOM)
    root = ET.Element(_atom("feed"), {"{http://www.w3.org/XML/1998/namespace}lang": feed.language})
    _add(root, "id", feed.id)
    _add(root, "title", feed.title)
    _add(root, "updated", _instant(feed.updated))
    _link(root, "self", feed.self_link, "application/atom+xml")
    _link(root, "alternate", feed.link, "text/html")
    _add(_add(root, "author"), "name", feed.author)
    if feed.rights:
        _add(root, "rights", feed.rights)
    for entry in feed.entries:
        element = _add(root, "entry")
        _add(element, "id", entry.id)
        _add(element, "title", entry.title)
        _add(element, "updated", _instant(entry.updated))
        _link(element, "alternate", entry.link, "text/html")
        _add(element, "summary", entry.summary or entry.title)
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def calendar(name: str, stamp: date, events: Iterable[Event], language: str) -> bytes:
    """Days as an iCalendar file.

    Args:
        stamp: the day of the data, as which the events are stamped.
    """
    whole = Calendar()
    whole.add("version", "2.0")
    whole.add("prodid", PRODUCT)
    whole.add("calscale", "GREGORIAN")
    whole.add("method", "PUBLISH")
    whole.add("x-wr-calname", clean(name), {"LANGUAGE": language})
    for event in events:
        whole.add_component(_event(event, stamp, language))
    return bytes(whole.to_ical())


def clean(text: str) -> str:
    r"""A text on one line, without the characters that are no text.

    >>> clean("a\x00b\r\n c")
    'ab  c'
    """
    return _NOT_TEXT.sub("", _SPACES.sub(" ", text))


def tag(authority: str, on: date, *path: str) -> str:
    """A tag URI (RFC 4151): an identifier that no address has to answer to.

    Args:
        authority: host name; a port is no part of it.

    >>> tag("data.example.org:8000", date(2026, 5, 1), "changes", "3f9c2a81b0d4")
    'tag:data.example.org,2026-05-01:changes/3f9c2a81b0d4'
    """
    return f"tag:{authority.partition(':')[0]},{on.isoformat()}:{'/'.join(path)}"


def _event(event: Event, stamp: date, language: str) -> CalendarEvent:
    made = CalendarEvent()
    made.add("uid", event.uid)
    made.add("dtstamp", datetime(stamp.year, stamp.month, stamp.day, tzinfo=UTC))
    made.add("dtstart", event.day)
    made.add("dtend", event.day + timedelta(days=1))
    made.add("summary", clean(event.title), {"LANGUAGE": language})
    if event.description:
        made.add("description", clean(event.description), {"LANGUAGE": language})
    if event.link:
        made.add("url", event.link)
    made.add("transp", "TRANSPARENT")  # a whole day that keeps nobody busy
    return made


def _atom(name: str) -> str:
    return f"{{{ATOM}}}{name}"


def _add(parent: ET.Element, name: str, text: str = "") -> ET.Element:
    element = ET.SubElement(parent, _atom(name))
    if text:
        element.text = clean(text)
    return element


def _link(parent: ET.Element, relation: str, address: str, media_type: str) -> None:
    ET.SubElement(parent, _atom("link"), {"rel": relation, "type": media_type, "href": address})


def _instant(day: date) -> str:
    """A time, or the beginning of a day: most data know days, and Atom wants an instant."""
    if isinstance(day, datetime):
        return day.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return f"{day.isoformat()}T00:00:00Z"
