"""A made-up workspace that is hard to publish: 500 partners, none, five parties, all scripts, hostile labels.

`write_tables` writes the tables that staff would hand in; nothing here builds or asserts. What is expected of the
pages and documents is `conformance/test_hostile_data.py`.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

HUB, HERMIT, FIVE = "metropolis", "hermit", "five-cities"
PARTNERS = 500
LONG = "Long name of ten thousand characters, without an end: " + "Llanfair pwll gwyn gyll " * 415
LONGEST = LONG[:10_000].rstrip().ljust(10_000, "x")

# The name of a city by the end of its key. None begins or ends with white space: a table does not keep it.
HOSTILE: Mapping[str, str] = {
    "markup": "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "closing": "</title></style></textarea></script></svg><!--<script>",
    "attribute": '" onmouseover="alert(3)" x=\'y\' `z`',
    "ampersand": "Fish & Chips &amp; &lt;b&gt; &#x3c; &nbsp; &copy",
    "cdata": "]]> <![CDATA[ x ]]> --> ?> <?php",
    "lines": "One\nTwo\tThree\u2028Four\u2029Five\u0085Six",
    "bidi": "abc\u202edef\u202c \u2066ghi\u2069 \u200fjkl \u061cmno",
    "invisible": "zero\u200bwidth\u200djoiner\ufeffmark\u2060word\u00adsoft\u034fgrapheme",
    "formula": '=1+1+HYPERLINK("http://evil.example/","x")',
    "plus": "+48 81 466 1000",
    "minus": "-2+3",
    "at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "template": "{{ 7*7 }}{% raw %} %(num)s %s ${x} #{y} {0}",
    "backslash": "C:\\new\\table \\u0041 \\\" '''\"\"\"''' \\",
    "address": "javascript:alert(4)//%0d%0aSet-Cookie:%20x=1",
    "path": "../../etc/passwd?q=1#fragment",
    "turtle": '" . <urn:x> <urn:y> <urn:z> . #',
    "calendar": "BEGIN:VEVENT;X=1,2:3\\nEND:VEVENT",
    "astral": "🏙️ 👨‍👩‍👧‍👦 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𠜎",
    "combining": "Z\u0338\u034e\u0351a\u0334l\u0321g\u0337o\u0336 e\u0301 ế",
    "private": "private \ue000 and not a character \U0001fffe",
    "long": LONGEST,
    "word": "Donaudampfschifffahrt" * 12,
}
# Characters that XML 1.0 has not at all, and HTML only as an error of the parser.
CONTROL = "bell \x07 escape \x1b[31m backspace \x08 vertical \x0b delete \x7f last \uffff"
RIGHT_TO_LEFT: Mapping[str, tuple[str, str]] = {
    "cairo-like": ("القاهرة الجديدة", "ar"),
    "jaffa-like": ("תל־אביב–יפו", "he"),
    "mixed-like": ("Mixed עברית (and العربية) 123", "he"),
}
# Latitude and longitude at which a map can break.
EDGES: Mapping[str, tuple[str, str]] = {
    "dateline-east": ("-17", "180"),
    "dateline-west": ("-17.5", "-180"),
    "almost-dateline": ("65.7", "-179.999"),
    "north-pole": ("90", "0"),
    "south-pole": ("-90", "0"),
    "null-island": ("0", "0"),
    "same-place": ("50", "20"),
    "antipode": ("-50", "-160"),
    "no-position": ("", ""),
}
DATES = ("1990-05-05", "1991-02", "1992", "1993~", "1994?", "1995/1997", "1996-07-01", "2000-02-29", "")
EVENTS = ("suspended", "terminated", "expired", "dormant", "unknown", "resumed", "planned")
COUNTRIES = ("pl", "de", "fj", "eg")
Row = dict[str, str]


@dataclass
class Tables:
    """Rows by table, as they are written into `data/`."""

    rows: dict[str, list[Row]] = field(default_factory=dict)

    def add(self, table: str, **cells: str) -> None:
        """One more row."""
        self.rows.setdefault(table, []).append(cells)

    def write(self, data: Path) -> None:
        """One CSV file per table, with the columns that any row has."""
        for name, rows in self.rows.items():
            columns = list(dict.fromkeys(column for row in rows for column in row))
            path = data / f"{name}.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, columns, lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)


def write_tables(workspace: Path, base_iri: str = "http://localhost:8000/") -> None:
    """Write the whole workspace into a folder that may be new."""
    tables = Tables()
    _add_shared(tables)
    for key, cells in _cities():
        tables.add("cities", key=key, type="City", source="gazetteer", **cells)
    for number, partner in enumerate(partners()):
        _add_partnership(tables, number, partner)
    _add_five(tables)
    _add_hostile(tables)
    tables.write(workspace / "data")
    (workspace / "data" / "publication.toml").write_text(_publication(base_iri), encoding="utf-8")


def partners() -> list[str]:
    """The keys of all partners of the hub."""
    special = [*(f"hostile-{name}" for name in (*HOSTILE, "control")), *RIGHT_TO_LEFT, *EDGES]
    return [*special, *(f"partner-{number:03}" for number in range(1, PARTNERS - len(special) + 1))]


def labels() -> dict[str, str]:
    """The English name of each city with a hostile or a right-to-left name."""
    hostile = {f"hostile-{name}": label for name, label in HOSTILE.items()}
    return hostile | {key: name for key, (name, _) in RIGHT_TO_LEFT.items()}


def _cities() -> Iterator[tuple[str, Row]]:
    place = {"country": "pl", "latitude": "50", "longitude": "20"}
    yield HUB, {"name_en": "Metropolis", "name_pl": "Metropolia", "name_uk": "Метрополія", **place}
    yield HERMIT, {"name_en": "Hermitage", "name_pl": "Pustelnia", "name_uk": "Пустинь", **place}
    for name, label in (*HOSTILE.items(), ("control", CONTROL)):
        yield f"hostile-{name}", {"name_en": label, **_place(len(name) * 7 + len(label))}
    for key, (name, _) in RIGHT_TO_LEFT.items():
        yield key, {"name_en": name, "country": "eg", "latitude": "30.0", "longitude": "31.2"}
    for key, (latitude, longitude) in EDGES.items():
        title = key.replace("-", " ").title()
        yield key, {"name_en": title, "country": "fj", "latitude": latitude, "longitude": longitude}
    for number, key in enumerate(key for key in partners() if key.startswith("partner-")):
        names = {"name_en": f"Partner {number + 1}", "name_pl": f"Łącznik {number + 1}"}
        yield key, {**names, **_place(number)}


def _place(number: int) -> Row:
    """A place on land or sea, spread evenly."""
    latitude, longitude = number * 0.6180339887 % 1 * 130 - 55, number * 0.7548776662 % 1 * 350 - 175
    country = COUNTRIES[number % len(COUNTRIES)]
    return {"country": country, "latitude": f"{latitude:.4f}", "longitude": f"{longitude:.4f}"}


def _add_shared(tables: Tables) -> None:
    for code, name, continent in (("pl", "Poland", "europe"), ("de", "Germany", "europe"),
                                  ("fj", "Fiji", "oceania"), ("eg", "Egypt", "africa")):  # fmt: skip
        tables.add("countries", key=code, iso_code=code.upper(), name_en=name, name_pl=name, name_uk=name,
                   continent=continent, source="gazetteer")  # fmt: skip
    tables.add("sources", key="gazetteer", title="Gazetteer", url="https://example.org/gazetteer",
               publisher="Test", text_language="en")  # fmt: skip
    for key, (name, language) in RIGHT_TO_LEFT.items():
        tables.add("exonyms", city=key, name=name, language=language, use="native", source="gazetteer")
    tables.add(f"{HUB}/register", key=HUB, name_en="Register of Metropolis", city=HUB, publisher="Metropolis",
               as_of="2024-06-30", url="https://example.org/")  # fmt: skip
    tables.add(f"{HUB}/sources", key="archive", title="Archive of <Metropolis> & others", publisher="Metropolis",
               url="https://example.org/archive?a=1&b=2", text_language="en", retrieved="2024-03-01")  # fmt: skip


def _add_partnership(tables: Tables, number: int, partner: str) -> None:
    key = f"{HUB}-{partner}"
    label = labels().get(partner, "")
    told = {"source": "archive", "confidence": ("high", "medium", "low")[number % 3]}
    friendly = number % 5 == 4
    relation = "friendly" if friendly else "partner"
    tables.add(f"{HUB}/partnerships", key=key, parties=f"{HUB};{partner}", relation=relation,
               counts_from=f"{partner}-1", **told)  # fmt: skip
    tables.add(f"{HUB}/agreements", key=f"{partner}-1", partnership=key, relation=relation, name_en=label,
               type="LetterOfIntent" if friendly else "PartnershipAgreement",
               signed=DATES[number % len(DATES)], signed_in=label[:200], **told)  # fmt: skip
    if number % 4 == 0:
        event = EVENTS[number // 4 % len(EVENTS)]
        tables.add(f"{HUB}/events", key=f"{partner}-event", partnership=key, event=event,
                   on="" if event == "unknown" else ("2005", "2006-03", "2007-08-09")[number % 3],
                   notes=label, **told)  # fmt: skip
    tables.add(f"{HUB}/claims", partnership=key, claimed_by="archive", on_side_of=HUB, relation=relation,
               since=DATES[number % len(DATES)], confidence="high")  # fmt: skip


def _add_five(tables: Tables) -> None:
    parties = ";".join((HUB, *list(RIGHT_TO_LEFT)[:2], "hostile-markup", "no-position"))
    told = {"source": "archive", "confidence": "high"}
    tables.add(f"{HUB}/partnerships", key=FIVE, parties=parties, relation="declaration",
               counts_from=f"{FIVE}-2010", **told)  # fmt: skip
    tables.add(f"{HUB}/agreements", key=f"{FIVE}-2010", partnership=FIVE, relation="declaration",
               type="Declaration", signed="2010-10", name_en="Declaration of five cities", **told)  # fmt: skip


def _add_hostile(tables: Tables) -> None:
    """The same labels as the names of everything else that has a name."""
    told = {"source": "archive", "confidence": "high"}
    for name, label in HOSTILE.items():
        city = f"hostile-{name}"
        tables.add("exonyms", city=city, name=label[:300], language="de", use="former", until="1900",
                   source="gazetteer", notes=label[:300])  # fmt: skip
        tables.add("networks", key=f"network-{name}", name_en=label, network_type="network", founded="1970",
                   seat=label[:300], website="https://example.org/?a=1&b=%22", source="gazetteer")  # fmt: skip
        tables.add(f"{HUB}/memberships", key=f"membership-{name}", city=HUB, network=f"network-{name}",
                   role="full", **{"from": "1990"}, **told)  # fmt: skip
        tables.add("distinctions", key=f"distinction-{name}", name_en=label, distinction_type="title",
                   conferred_by=label[:300], source="gazetteer")  # fmt: skip
        tables.add(f"{HUB}/conferrals", key=f"conferral-{name}", distinction=f"distinction-{name}", city=HUB,
                   in_year="2019", on="2018-10-10", **told)  # fmt: skip
        tables.add(f"{HUB}/activities", key=f"activity-{name}", name_en=label, description_en=label,
                   place=label[:300], activity_type="visit", participants=f"{HUB};{city}",
                   partnerships=f"{HUB}-{city}", **{"from": "2014-07-04"}, **told)  # fmt: skip
        tables.add(f"{HUB}/resolutions", key=f"resolution-{name}", name_en=label, decided_by=HUB,
                   adopted="2012", number=label[:100], **told)  # fmt: skip
        tables.add(f"{HUB}/sources", key=f"source-{name}", title=label, publisher=label[:300],
                   url="https://example.org/post?a=1&b=2", text_language="en", quotation=label[:60])  # fmt: skip


def _publication(base_iri: str) -> str:
    """Configuration whose texts are hostile too; a JSON string is a TOML string."""
    title = "Partners & <friends> \"of\" 'Metropolis'"
    return f"""base_iri = {json.dumps(base_iri)}
default_language = "en"
registers = ["{HUB}"]
start_city = "{HUB}"
valid_on = "2024-12-31"
[title]
en = {json.dumps(title)}
[publisher]
name = {json.dumps(HOSTILE["markup"])}
url = "https://example.org/?a=1&b=2"
[contact]
name = {json.dumps(HOSTILE["attribute"])}
email = "desk@example.org"
[graphs.shared]
title_en = {json.dumps(HOSTILE["ampersand"])}
licence = "https://creativecommons.org/publicdomain/zero/1.0/"
attribution = {json.dumps(HOSTILE["closing"])}
"""
