"""Convert the three raw files of worldwide twin links into cities.csv and claims.csv.

    python data/world/convert.py DIRECTORY [--into FOLDER]

DIRECTORY holds `cc0_cities.csv.gz`, `cc0_edges.csv.gz` and `ne_10m_populated_places_v4.0.json.gz`. Both
tables are written beside this script unless FOLDER is given; the same input gives the same bytes. The
conversion is mechanical: it puts no defect of the data right (corrections.csv does, a row with a reason each,
when the tables are read), it drops no row, and it writes neither countries.csv nor sources.csv.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import math
import re
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CITIES_FILE = "cc0_cities.csv.gz"
EDGES_FILE = "cc0_edges.csv.gz"
PLACES_FILE = "ne_10m_populated_places_v4.0.json.gz"

NATURAL_EARTH = "natural-earth"
UNDIRECTED = "wikidata-2026"
SOURCE_OF_EDGE = {
    "l3viathan-2016": "wikidata-2016",
    "entity-json": "wikidata-2022-entities",
    "bothness-2026": UNDIRECTED,
}
SOURCES_OF_CITY = {
    "l3viathan": ("wikidata-2016",),
    "l3viathan+ne": ("natural-earth", "wikidata-2016"),
    "bothness": (UNDIRECTED,),
    "": (),
}

NAME_LANGUAGES = ("en", "de", "es", "fr", "pt", "ru", "zh")
NAME_COLUMNS = tuple(f"name_{language}" for language in NAME_LANGUAGES)
PLACE_COLUMNS = ("country", "latitude", "longitude", "geonames", "population")
CITY_COLUMNS = ("key", *NAME_COLUMNS, *PLACE_COLUMNS, "wikidata", "sibling", "source", "notes")
CLAIM_COLUMNS = ("parties", "claimed_by", "on_side_of", "since", "status", "statement", "confidence", "notes")

JOIN_LIMIT_KM = 30.0
EARTH_RADIUS_KM = 6371.0
REVERSE_NOTE = (
    "Only this extract gives the link in this direction, and it writes each pair once: "
    "which side states it is uncertain."
)

Row = dict[str, str]
Edge = tuple[str, str]


@dataclass
class Report:
    """What happened to the Natural Earth places, for the terminal."""

    joined: int = 0
    rejected: list[str] = field(default_factory=list)
    gained: Counter[str] = field(default_factory=Counter)


def number(item: str) -> int:
    """The number of a Wikidata item, by which everything is sorted."""
    return int(item[1:])


def key_of(item: str) -> str:
    return item.lower()


def cleaned(text: str) -> str:
    """A label without control and format characters (direction marks, soft hyphens) or stray spaces."""
    visible = (c for c in text if c.isspace() or not unicodedata.category(c).startswith("C"))
    return " ".join("".join(visible).split())


def edtf(time: str) -> str:
    """The EDTF date of a Wikidata time, as precise as its text can be trusted.

    The file has lost the precision. The first of January nearly always stands for a year, the first of
    another month for a month; where the statement says otherwise, corrections.csv restores the day.
    """
    if not time:
        return ""
    match = re.fullmatch(r"\+(\d{4})-(\d\d)-(\d\d)T00:00:00Z", time)
    if match is None:
        raise ValueError(f"not a Wikidata time: {time!r}")
    year, month, day = match.groups()
    if month == "00" or (month, day) == ("01", "01"):
        return year
    return f"{year}-{month}" if day in ("00", "01") else f"{year}-{month}-{day}"


def decimal(value: float) -> str:
    """A coordinate in canonical decimal form, to six places (about ten centimetres)."""
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def distance_km(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Great-circle distance."""
    south, north = math.radians(latitude), math.radians(other_latitude)
    half_chord = (
        math.sin((north - south) / 2) ** 2
        + math.cos(south) * math.cos(north) * math.sin(math.radians(other_longitude - longitude) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(half_chord))


def country_of(place: Mapping[str, Any]) -> str:
    """The country key of a Natural Earth place; `-99` there means that no code is given."""
    code = place.get("ISO_A2") or ""
    return code.lower() if re.fullmatch("[A-Z]{2}", code) else ""


def objection(city: Row, place: Mapping[str, Any]) -> str:
    """Why a place that names this city's item is not the city, or nothing."""
    country = country_of(place)
    if city["country"] and country and city["country"] != country:
        return f"country {country}, not {city['country']}"
    if city["latitude"]:
        kilometres = distance_km(
            float(city["latitude"]), float(city["longitude"]), place["latitude"], place["longitude"]
        )
        if kilometres > JOIN_LIMIT_KM:
            return f"{kilometres:.0f} km away"
    return ""


def add_place(city: Row, place: Mapping[str, Any], gained: Counter[str]) -> None:
    """Fill what the item leaves open from a place; what the item has stays."""
    population = int(place.get("GN_POP") or 0)
    geonames = int(place.get("GEONAMEID") or 0)
    offered = {column: cleaned(place.get(column.upper()) or "") for column in NAME_COLUMNS}
    offered |= {
        "country": country_of(place),
        "geonames": str(geonames) if geonames > 0 else "",
        "population": str(population) if population > 0 else "",
    }
    if not city["latitude"]:
        offered |= {"latitude": decimal(place["latitude"]), "longitude": decimal(place["longitude"])}
    for column, value in offered.items():
        if value and not city[column]:
            city[column] = value
            gained[column] += 1
    city["source"] = ";".join(sorted({*city["source"].split(";"), NATURAL_EARTH} - {""}))


def join_places(cities: Mapping[str, Row], places: Iterable[Mapping[str, Any]], report: Report) -> None:
    """Add each Natural Earth place to the city whose item it names, unless something speaks against it."""
    accepted: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for place in places:
        item = place.get("wikidataid") or ""
        if item not in cities:
            continue
        if reason := objection(cities[item], place):
            report.rejected.append(f"{item} {place['NAME']}: {reason}")
        else:
            accepted[item].append(place)
    for item in sorted(accepted, key=number):
        first, *others = accepted[item]
        if others:
            report.rejected.append(f"{item} {first['NAME']}: {1 + len(others)} places name this item")
        else:
            add_place(cities[item], first, report.gained)
            report.joined += 1


def city_row(raw: Row) -> Row:
    """One row of cities.csv from one row of the raw file, before Natural Earth."""
    city = dict.fromkeys(CITY_COLUMNS, "")
    city |= {
        "key": key_of(raw["qid"]),
        "country": raw["country"].lower(),
        "wikidata": raw["qid"],
        "source": ";".join(SOURCES_OF_CITY[raw["source"]]),
    }
    if raw["label"]:
        city[f"name_{raw['label_lang']}"] = cleaned(raw["label"])
    if raw["lat"]:
        city |= {"latitude": decimal(float(raw["lat"])), "longitude": decimal(float(raw["lon"]))}
    return city


def city_rows(
    raw: Iterable[Row], edges: Mapping[Edge, Row], places: Iterable[Mapping[str, Any]], report: Report
) -> list[Row]:
    """All cities, sorted by item. An item without a source of its own has those of the edges that name it."""
    cities = {row["qid"]: city_row(row) for row in raw}
    named_by: dict[str, set[str]] = defaultdict(set)
    for edge, row in edges.items():
        for item in edge:
            named_by[item].update(SOURCE_OF_EDGE[name] for name in row["source"].split("|"))
    for item, city in cities.items():
        city["source"] = city["source"] or ";".join(sorted(named_by[item]))
    join_places(cities, places, report)
    return [cities[item] for item in sorted(cities, key=number)]


def sources_of(edges: Mapping[Edge, Row], edge: Edge) -> set[str]:
    row = edges.get(edge)
    return {SOURCE_OF_EDGE[name] for name in row["source"].split("|")} if row else set()


def claims_of(edges: Mapping[Edge, Row], edge: Edge) -> list[Row]:
    """The claims of one edge: one per source.

    The extract of 2026 writes each pair once in an arbitrary direction, so its claim has no side. There is
    one exception: when another extract states the pair from the other side only, this direction is an
    addition of its own, and the claim is put on its subject's side, with low confidence.
    """
    subject, object_ = edge
    sources = sources_of(edges, edge)
    opposite = sources_of(edges, (object_, subject))
    parties = ";".join(key_of(item) for item in sorted(edge, key=number))
    claims = []
    for source in sorted(sources):
        claim = dict.fromkeys(CLAIM_COLUMNS, "") | {"parties": parties, "claimed_by": source}
        if source != UNDIRECTED:
            claim["on_side_of"] = key_of(subject)
        elif sources == {UNDIRECTED} and opposite - {UNDIRECTED}:
            claim |= {"on_side_of": key_of(subject), "confidence": "low", "notes": REVERSE_NOTE}
        if source == SOURCE_OF_EDGE["entity-json"]:
            claim |= {"since": edtf(edges[edge]["since"]), "statement": edges[edge]["statement_id"]}
        claims.append(claim)
    return claims


def claim_order(claim: Row) -> tuple[list[int], str, int]:
    parties = [number(key) for key in claim["parties"].split(";")]
    return parties, claim["claimed_by"], number(claim["on_side_of"] or "q0")


def claim_rows(edges: Mapping[Edge, Row]) -> list[Row]:
    """All claims, sorted by parties, source and side."""
    return sorted((claim for edge in edges for claim in claims_of(edges, edge)), key=claim_order)


def reciprocity(claims: Iterable[Row]) -> Counter[str]:
    """How many pairs are stated from both sides, from one, or in no known direction."""
    sides: dict[str, set[str]] = defaultdict(set)
    for claim in claims:
        sides[claim["parties"]] |= {claim["on_side_of"]} - {""}
    return Counter(("unknown", "one-sided", "two-sided")[len(named)] for named in sides.values())


def read_csv(path: Path) -> list[Row]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def read_edges(path: Path) -> dict[Edge, Row]:
    return {(row["subject"], row["object"]): row for row in read_csv(path)}


def read_places(path: Path) -> list[dict[str, Any]]:
    """The places, each with the position of its geometry: the attributes hold outdated ones for a few."""
    with gzip.open(path, "rt", encoding="utf-8") as text:
        features = json.load(text)["features"]
    return [
        {**feature["properties"], "longitude": longitude, "latitude": latitude}
        for feature in features
        for longitude, latitude in [feature["geometry"]["coordinates"]]
    ]


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def convert(directory: Path, into: Path) -> str:
    """Write both tables and return what to tell the reader."""
    report = Report()
    edges = read_edges(directory / EDGES_FILE)
    cities = city_rows(read_csv(directory / CITIES_FILE), edges, read_places(directory / PLACES_FILE), report)
    claims = claim_rows(edges)
    write_csv(into / "cities.csv", CITY_COLUMNS, cities)
    write_csv(into / "claims.csv", CLAIM_COLUMNS, claims)
    pairs = reciprocity(claims)
    return "\n".join(
        [
            f"{len(cities)} cities, {sum(bool(c['latitude']) for c in cities)} with coordinates",
            f"{len(claims)} claims on {pairs.total()} pairs: {dict(sorted(pairs.items()))}",
            f"{report.joined} Natural Earth places joined; they gave {dict(sorted(report.gained.items()))}",
            f"{len(report.rejected)} Natural Earth places rejected:",
            *(f"  {reason}" for reason in report.rejected),
        ]
    )


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Convert the raw files of worldwide twin links.")
    parser.add_argument("directory", type=Path, help="folder with the three raw files")
    parser.add_argument("--into", type=Path, default=Path(__file__).parent, help="where to write the tables")
    options = parser.parse_args(arguments)
    print(convert(options.directory, options.into), file=sys.stderr)


if __name__ == "__main__":
    main()
