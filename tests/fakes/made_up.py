"""Made-up entity documents in the form of Wikidata's, with every oddity that the real ones have somewhere.

Builders for documents, and `WORLD`: a few small towns. Nothing here is real, and nothing of it is ever shipped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fakes.wikibase_dates import GREGORIAN, JULIAN

Json = dict[str, Any]
_TYPES = {"P854": "url", "P856": "url"}


def link(target: str) -> Json:
    """The value of a property that names an item."""
    return {"value": {"entity-type": "item", "id": target, "numeric-id": int(target[1:])},
            "type": "wikibase-entityid"}  # fmt: skip


def time(text: str, precision: int = 9, calendar: str = GREGORIAN) -> Json:
    """A time, such as `+1953-00-00T00:00:00Z` with the precision of a year."""
    return {"value": {"time": text, "timezone": 0, "before": 0, "after": 0, "precision": precision,
                      "calendarmodel": calendar}, "type": "time"}  # fmt: skip


def year(number: int) -> Json:
    """A year as Wikidata mostly writes it."""
    return time(f"+{number:04d}-00-00T00:00:00Z")


def day(text: str, calendar: str = GREGORIAN) -> Json:
    """A day, `1953-05-02`."""
    return time(f"+{text}T00:00:00Z", 11, calendar)


def text(value: str) -> Json:
    """A plain text."""
    return {"value": value, "type": "string"}


def quantity(amount: int) -> Json:
    """A number of people."""
    return {"value": {"amount": f"+{amount}", "unit": "1"}, "type": "quantity"}


def place(latitude: float, longitude: float, globe: str = "Q2") -> Json:
    """A position."""
    return {"value": {"latitude": latitude, "longitude": longitude, "altitude": None, "precision": 0.01,
                      "globe": f"http://www.wikidata.org/entity/{globe}"}, "type": "globecoordinate"}  # fmt: skip


def snak(prop: str, value: Json | str) -> Json:
    """A value, or the word `somevalue` or `novalue`."""
    if isinstance(value, str):
        return {"snaktype": value, "property": prop}
    return {"snaktype": "value", "property": prop, "datavalue": value, "datatype": _TYPES.get(prop, "")}


def snaks(parts: Iterable[tuple[str, Json | str]]) -> Json:
    """Snaks by property."""
    found: Json = {}
    for prop, value in parts:
        found.setdefault(prop, []).append(snak(prop, value))
    return found


def claim(
    guid: str,
    prop: str,
    value: Json | str,
    qualifiers: Sequence[tuple[str, Json | str]] = (),
    references: Sequence[Sequence[tuple[str, Json | str]]] = (),
    rank: str = "normal",
) -> Json:
    """A statement."""
    return {
        "id": guid, "mainsnak": snak(prop, value), "type": "statement", "rank": rank,
        "qualifiers": snaks(qualifiers), "references": [{"snaks": snaks(each)} for each in references],
    }  # fmt: skip


def item(
    id_: str,
    claims: Iterable[Json],
    labels: Mapping[str, str] | None = None,
    *,
    aliases: Mapping[str, Sequence[str]] | None = None,
    descriptions: Mapping[str, str] | None = None,
    revision: int | None = 100,
) -> Json:
    """An entity document."""
    by_property: Json = {}
    for each in claims:
        by_property.setdefault(each["mainsnak"]["property"], []).append(each)
    numbers: Json = {} if revision is None else {"lastrevid": revision, "modified": "2026-01-02T03:04:05Z"}
    return numbers | {
        "id": id_, "type": "item", "claims": by_property, "sitelinks": {},
        "labels": {code: {"language": code, "value": name} for code, name in (labels or {}).items()},
        "descriptions": {code: {"language": code, "value": name} for code, name in (descriptions or {}).items()},
        "aliases": {code: [{"language": code, "value": name} for name in names]
                    for code, names in (aliases or {}).items()},
    }  # fmt: skip


def twin(item_id: str, number: int, target: Json | str, *more: Any, **others: Any) -> Json:
    """A P190 statement with a made-up GUID."""
    return claim(f"{item_id}${number:08d}-0000-4000-8000-000000000000", "P190", target, *more, **others)


CITY, STATE = link("Q515"), link("Q6256")
WEBSITE = ("P854", text("https://www.alfa.example/partners"))
WIKI = ("P143", link("Q52"))

ALFA = item(
    "Q101",
    [
        twin("Q101", 1, link("Q102"), [("P580", year(1953))], [[WEBSITE, ("P813", day("2020-05-06"))], [WIKI]]),
        twin("Q101", 2, link("Q103"), [("P580", time("+1990-05-00T00:00:00Z", 10))], [[WIKI]]),
        twin("q101", 3, link("Q104"), [("P580", day("1991-08-12")), ("P582", "novalue")],
             [[("P248", link("Q36578"))]]),
        twin("Q101", 4, "somevalue", [("P580", "somevalue")]),
        twin("Q101", 5, "novalue"),
        twin("Q101", 6, link("Q101")),
        twin("Q101", 7, link("Q108"), rank="deprecated", qualifiers=[("P2241", link("Q25895909"))]),
        twin("Q101", 8, link("Q105"), [("P580", time("+1950-00-00T00:00:00Z", 8))], rank="preferred"),
        twin("Q101", 9, link("Q106"), [("P580", day("1917-02-15", JULIAN)), ("P582", day("1941-06-22"))]),
        twin("Q101", 10, link("Q107"), [("P580", day("2012-02-31"))]),
        twin("Q101", 11, link("Q109"), [("P580", year(1990)), ("P580", day("1992-03-04"))],
             [[("P854", text("https://example.org/list"))]]),
        twin("Q101", 12, link("Q110"), [("P580", time("+1901-00-00T00:00:00Z", 7)), ("P1534", link("Q5"))]),
        claim("Q101$A0000000-0000-4000-8000-000000000001", "P463", link("Q900"), [("P580", year(1994))]),
        claim("Q101$A0000000-0000-4000-8000-000000000002", "P17", link("Q901"),
              [("P582", year(1918))]),
        claim("Q101$A0000000-0000-4000-8000-000000000003", "P17", link("Q902")),
        claim("Q101$A0000000-0000-4000-8000-000000000004", "P625", place(50.5, 20.25)),
        claim("Q101$A0000000-0000-4000-8000-000000000005", "P1082", quantity(1000), [("P585", year(2010))]),
        claim("Q101$A0000000-0000-4000-8000-000000000006", "P1082", quantity(1200), [("P585", day("2021-12-31"))]),
        claim("Q101$A0000000-0000-4000-8000-000000000007", "P1082", quantity(9999), rank="deprecated"),
        claim("Q101$A0000000-0000-4000-8000-000000000008", "P31", CITY),
        claim("Q101$A0000000-0000-4000-8000-000000000009", "P856", text("https://www.alfa.example/")),
        claim("Q101$A0000000-0000-4000-8000-000000000010", "P1566", text("123456")),
    ],
    {"en": "Alfa", "pl": "Alfa", "uk": "Альфа", "he": "אלפא", "zh-unpronounceable": "阿", "mul": "Alfa"},
    aliases={"en": ["Alfatown", "Alpha"], "pl": ["Alfów"]},
    descriptions={"en": "town in a test", "pl": "miasto w teście", "de": "Stadt in einem Test"},
)  # fmt: skip
BETA = item(
    "Q102",
    [
        twin("Q102", 1, link("Q101"), [("P580", day("1953-05-02"))], [[WEBSITE]]),
        twin("Q102", 2, link("Q103")),
        claim("Q102$A0000000-0000-4000-8000-000000000001", "P31", CITY),
        claim("Q102$A0000000-0000-4000-8000-000000000002", "P625", place(0, 0, "Q405")),
        claim("Q102$A0000000-0000-4000-8000-000000000003", "P17", link("Q902")),
        claim("Q102$A0000000-0000-4000-8000-000000000004", "P576", year(2002)),
        claim("Q102$A0000000-0000-4000-8000-000000000005", "P1366", link("Q110")),
    ],
    {"en": "Beta", "de": "B" * 33_000},
)
GAMMA = item("Q103", [claim("Q103$A0000000-0000-4000-8000-000000000001", "P31", CITY)], {"en": "Gamma"})
STATE_OF_TEST = item(
    "Q107", [claim("Q107$A0000000-0000-4000-8000-000000000001", "P31", STATE)], {"en": "Testland"}
)
NETWORK = item(
    "Q900", [claim("Q900$A0000000-0000-4000-8000-000000000001", "P527", link("Q102"))], {"en": "Net"}
)
REDIRECT: Json = {"entity": "Q105", "redirect": "Q102"}  # Q104, Q106 … are not there: deleted, or never made
WORLD: list[Json] = [ALFA, BETA, GAMMA, STATE_OF_TEST, NETWORK, REDIRECT]
ITEMS = ("Q101", "Q102", "Q103", "Q104", "Q105", "Q107", "Q900")
FRESH = (
    b"<http://www.wikidata.org> <http://schema.org/dateModified> "
    b'"2026-01-02T03:05:00Z"^^<http://www.w3.org/2001/XMLSchema#dateTime> .\n'
)
