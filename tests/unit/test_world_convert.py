"""Tests of data/world: the converter's functions, and the tables that are shipped.

They do not test how the tables are read into a graph.
"""

from __future__ import annotations

import csv
import importlib.util
import os
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
WORLD = ROOT / "data" / "world"
RAW = ROOT.parent / "shared" / "data" / "world"

Row = dict[str, str]


def load_converter() -> ModuleType:
    spec = importlib.util.spec_from_file_location("world_convert", WORLD / "convert.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


convert = load_converter()


def read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def claim_key(claim: Row) -> str:
    return "|".join((claim["parties"], claim["claimed_by"], claim["on_side_of"]))


def corrected(table: str, rows: dict[str, Row]) -> dict[str, Row]:
    """The rows of a table after its corrections."""
    result = {key: dict(row) for key, row in rows.items()}
    for correction in CORRECTIONS:
        if correction["table"] == table and correction["column"] == "*":
            del result[correction["key"]]
        elif correction["table"] == table:
            result[correction["key"]][correction["column"]] = correction["is"]
    return result


def inside(country: Row, city: Row) -> bool:
    west, south, east, north = (float(country[side]) for side in ("west", "south", "east", "north"))
    latitude, longitude = float(city["latitude"]), float(city["longitude"])
    between = west <= longitude <= east if west <= east else longitude >= west or longitude <= east
    return south <= latitude <= north and between


CITIES = {row["key"]: row for row in read(WORLD / "cities.csv")}
CLAIMS = {claim_key(row): row for row in read(WORLD / "claims.csv")}
CORRECTIONS = read(WORLD / "corrections.csv")
COUNTRIES = {row["key"]: row for row in read(ROOT / "data" / "countries.csv")}
TABLES = {"cities": CITIES, "claims": CLAIMS}


def city(**values: str) -> Row:
    return dict.fromkeys(convert.CITY_COLUMNS, "") | values


def place(item: str, longitude: float = 21.0, latitude: float = 52.0, **properties: Any) -> dict[str, Any]:
    return {"wikidataid": item, "NAME": item, "longitude": longitude, "latitude": latitude, **properties}


def edges(*rows: tuple[str, str, str]) -> dict[tuple[str, str], Row]:
    return {(a, b): {"source": source, "since": "", "statement_id": ""} for a, b, source in rows}


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Granada\u200e", "Granada"),
        ("  New \u00a0 York\t", "New York"),
        ("Gar\u00admisch", "Garmisch"),
        ("Łódź", "Łódź"),
    ],
)
def test_invisible_characters_and_stray_spaces_leave_a_label(raw: str, expected: str) -> None:
    """A label keeps what can be seen."""
    assert expected == convert.cleaned(raw)


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("", ""),
        ("+1953-00-00T00:00:00Z", "1953"),
        ("+1953-01-01T00:00:00Z", "1953"),
        ("+1997-06-00T00:00:00Z", "1997-06"),
        ("+2010-10-01T00:00:00Z", "2010-10"),
        ("+1991-08-12T00:00:00Z", "1991-08-12"),
    ],
)
def test_a_date_is_no_more_precise_than_its_text(time: str, expected: str) -> None:
    """The first of January is a year and the first of another month is a month."""
    assert expected == convert.edtf(time)


def test_a_text_that_is_no_time_is_refused() -> None:
    """A format that the converter does not know stops it."""
    with pytest.raises(ValueError, match="not a Wikidata time"):
        convert.edtf("1953")


@pytest.mark.parametrize(
    ("value", "expected"),
    [(40.712777777, "40.712778"), (45.0, "45"), (-0.0000001, "0"), (0.1, "0.1"), (-0.37, "-0.37")],
)
def test_a_coordinate_is_canonical(value: float, expected: str) -> None:
    """A coordinate has six decimal places at most, and no superfluous zeros."""
    assert expected == convert.decimal(value)


def test_the_distance_is_that_of_a_great_circle() -> None:
    """Lublin and Warsaw are about 153 km apart, also when the meridian of 180° lies between two places."""
    assert pytest.approx(153, abs=2) == convert.distance_km(51.25, 22.5667, 52.23, 21.0111)
    assert pytest.approx(22.2, abs=0.1) == convert.distance_km(0, 179.9, 0, -179.9)


@pytest.mark.parametrize(("code", "expected"), [("NA", "na"), ("-99", ""), (None, ""), ("PL", "pl")])
def test_a_missing_country_code_is_no_country_and_namibia_is_one(code: str | None, expected: str) -> None:
    """`NA` is Namibia; `-99` is how Natural Earth says that there is no code."""
    assert expected == convert.country_of({"ISO_A2": code})


def test_a_place_is_refused_when_it_is_far_away_or_in_another_country() -> None:
    """Each objection names its reason; without coordinates and country there is none."""
    warsaw = city(country="pl", latitude="52.23", longitude="21.01")
    assert "" == convert.objection(warsaw, place("Q270", ISO_A2="PL"))
    assert "" == convert.objection(warsaw, place("Q270", ISO_A2="-99"))
    assert "" == convert.objection(city(), place("Q270", longitude=-50.0, ISO_A2="BR"))
    assert "country by, not pl" == convert.objection(warsaw, place("Q270", ISO_A2="BY"))
    assert convert.objection(warsaw, place("Q270", longitude=24.0, ISO_A2="PL")).endswith("km away")


def test_a_place_fills_gaps_and_replaces_nothing() -> None:
    """What the item has stays; the source of the rest is named."""
    row = city(key="q270", name_en="Warsaw", latitude="52.23", longitude="21.01", source="wikidata-2026")
    offered = place(
        "Q270", NAME_EN="Varsovia", NAME_DE="Warschau", GN_POP=0.0, GEONAMEID=756135.0, ISO_A2="PL"
    )
    report = convert.Report()
    convert.join_places({"Q270": row}, [offered], report)
    expected = city(
        key="q270", name_en="Warsaw", name_de="Warschau", country="pl", latitude="52.23", longitude="21.01",
        geonames="756135", source="natural-earth;wikidata-2026",
    )  # fmt: skip
    assert expected == row
    assert (1, []) == (report.joined, report.rejected)


def test_two_places_of_one_item_are_both_refused() -> None:
    """Which of them is meant is not guessed."""
    row, report = city(key="q1"), convert.Report()
    convert.join_places({"Q1": row}, [place("Q1"), place("Q1", longitude=21.1)], report)
    assert (city(key="q1"), 0, 1) == (row, report.joined, len(report.rejected))


def test_an_item_without_a_source_has_those_of_its_edges() -> None:
    """Even an item without a label says where it is known from."""
    raw = {"qid": "Q9", "label": "", "label_lang": "", "country": "", "lat": "", "lon": "", "source": ""}
    rows = convert.city_rows([raw], edges(("Q1", "Q9", "entity-json")), [], convert.Report())
    assert [city(key="q9", wikidata="Q9", source="wikidata-2022-entities")] == rows


def test_a_directed_edge_is_a_claim_of_each_extract_on_its_subjects_side() -> None:
    """The parties are in numerical order, whoever makes the claim."""
    claims = convert.claim_rows(edges(("Q100", "Q9", "entity-json|l3viathan-2016")))
    assert ["q9;q100|wikidata-2016|q100", "q9;q100|wikidata-2022-entities|q100"] == [
        claim_key(c) for c in claims
    ]


def test_an_edge_of_the_extract_of_2026_has_no_side() -> None:
    """Its direction is arbitrary, whether another extract has the edge or not."""
    alone = convert.claim_rows(edges(("Q2", "Q1", "bothness-2026")))
    beside = convert.claim_rows(edges(("Q1", "Q2", "bothness-2026|l3viathan-2016")))
    both = convert.claim_rows(
        edges(("Q1", "Q2", "bothness-2026|l3viathan-2016"), ("Q2", "Q1", "l3viathan-2016"))
    )
    assert {"unknown": 1} == convert.reciprocity(alone)
    assert {"one-sided": 1} == convert.reciprocity(beside)
    assert {"two-sided": 1} == convert.reciprocity(both)
    assert 3 == sum(
        c["claimed_by"] == "wikidata-2026" and not c["on_side_of"] for c in [*alone, *beside, *both]
    )


def test_a_reverse_that_only_the_extract_of_2026_gives_is_of_low_confidence() -> None:
    """The claim is on its subject's side, and says why it is uncertain."""
    claims = convert.claim_rows(edges(("Q1", "Q2", "l3viathan-2016"), ("Q2", "Q1", "bothness-2026")))
    assert {"two-sided": 1} == convert.reciprocity(claims)
    assert [("q1", ""), ("q2", "low")] == [(c["on_side_of"], c["confidence"]) for c in claims]
    assert "uncertain" in claims[1]["notes"]


def test_the_shipped_cities_are_complete() -> None:
    """Every item is there once, sorted by number, and none is lost that has no label or lies in Namibia."""
    assert 11_353 == len(CITIES) == len(read(WORLD / "cities.csv"))
    assert list(CITIES) == sorted(CITIES, key=convert.number)
    assert 8 == sum(row["country"] == "na" for row in CITIES.values())
    assert 5_995 == sum(bool(row["latitude"]) for row in CITIES.values())
    assert 7 == sum(not any(row[f"name_{x}"] for x in convert.NAME_LANGUAGES) for row in CITIES.values())


def test_the_shipped_claims_give_the_published_numbers() -> None:
    """20,495 pairs: 16,910 two-sided, 503 one-sided, 3,082 of unknown direction."""
    assert 44_929 == len(CLAIMS) == len(read(WORLD / "claims.csv"))
    assert {"two-sided": 16_910, "one-sided": 503, "unknown": 3_082} == convert.reciprocity(CLAIMS.values())
    assert 133 == sum(claim["confidence"] == "low" for claim in CLAIMS.values())
    assert 37 == sum(bool(claim["since"]) for claim in CLAIMS.values())
    assert 155 == sum(bool(claim["statement"]) for claim in CLAIMS.values())
    assert set(CITIES) == {key for claim in CLAIMS.values() for key in claim["parties"].split(";")}


def test_each_source_that_is_named_is_described() -> None:
    """The sources of the world and the shared ones have each key that a table uses."""
    cited = {claim["claimed_by"] for claim in CLAIMS.values()}
    cited |= {key for row in [*CITIES.values(), *COUNTRIES.values()] for key in row["source"].split(";")}
    own = {row["key"] for row in read(WORLD / "sources.csv")}
    shared = {row["key"] for row in read(WORLD.parent / "sources.csv")}
    assert set() == cited - own - shared
    assert set() == own - cited


def test_each_correction_finds_what_it_corrects() -> None:
    """A correction names a row, the value it has, another value, and a reason; and no value twice."""
    assert 265 == len(CORRECTIONS)
    places = Counter((c["table"], c["key"], c["column"]) for c in CORRECTIONS)
    assert {1} == set(places.values())
    for correction in CORRECTIONS:
        row = TABLES[correction["table"]][correction["key"]]
        assert correction["reason"]
        if correction["column"] == "*":
            assert ("", "-") == (correction["was"], correction["is"])
        else:
            assert correction["was"] == row[correction["column"]] != correction["is"]


def test_the_corrected_tables_agree_with_each_other() -> None:
    """No claim is left on a city that is removed, no city is left alone, and siblings name each other."""
    cities, claims = corrected("cities", CITIES), corrected("claims", CLAIMS)
    assert (11_338, 44_906) == (len(cities), len(claims))
    assert {"two-sided": 16_902, "one-sided": 496, "unknown": 3_082} == convert.reciprocity(claims.values())
    assert set(cities) == {key for claim in claims.values() for key in claim["parties"].split(";")}
    siblings = {key: row["sibling"] for key, row in cities.items() if row["sibling"]}
    assert 84 == len(siblings)
    assert siblings == {siblings[key]: key for key in siblings}
    dates = {claim["statement"]: claim["since"] for claim in claims.values()}
    assert "2010-10-01" == dates["Q270$ed5d7d60-4fae-ebf2-7bbf-e4220d77aabe"]


def test_each_country_is_described() -> None:
    """249 codes of ISO 3166-1 and Kosovo, each with names, a continent and a box."""
    assert 250 == len(COUNTRIES) == len(read(ROOT / "data" / "countries.csv"))
    for key, row in COUNTRIES.items():
        assert key == row["iso_code"].lower()
        assert all(row.values())
        assert -90 <= float(row["south"]) < float(row["north"]) <= 90
        assert all(-180 <= float(row[side]) <= 180 for side in ("west", "east"))
    crossing = {key for key, row in COUNTRIES.items() if float(row["west"]) > float(row["east"])}
    assert {"fj", "ki", "nz", "ru", "tv", "um", "us"} == crossing


def test_each_corrected_city_lies_in_the_box_of_its_country() -> None:
    """Five did not before: four with a code that is no country, one in Martinique; Crimea is in Ukraine's."""
    raw = [row for row in CITIES.values() if row["latitude"]]
    placed = [row for row in corrected("cities", CITIES).values() if row["latitude"]]
    strangers = [
        row for row in raw if not (row["country"] in COUNTRIES and inside(COUNTRIES[row["country"]], row))
    ]
    assert ["q168652", "q193190", "q206760", "q947069", "q2762100"] == [row["key"] for row in strangers]
    assert 5_997 == len(placed)
    assert [] == [row["key"] for row in placed if not inside(COUNTRIES[row["country"]], row)]
    assert inside(COUNTRIES["ua"], CITIES["q7525"])


def test_the_tables_are_small_enough_to_ship() -> None:
    """Together they are under 6 MB."""
    sizes = [path.stat().st_size for path in [*WORLD.glob("*.csv"), ROOT / "data" / "countries.csv"]]
    assert 6 == len(sizes)
    assert sum(sizes) < 6_000_000


def test_converting_again_gives_the_shipped_bytes(tmp_path: Path) -> None:
    """The tables are exactly what the script makes of the raw files."""
    if not RAW.is_dir():
        reason = f"the raw files are not at {RAW}"
        if os.environ.get("TWIN_GRAPH_SUITES") == "required":
            pytest.fail(reason)
        pytest.skip(reason)
    told = convert.convert(RAW, tmp_path)
    assert "2624 Natural Earth places joined" in told
    assert "9 Natural Earth places rejected" in told
    for name in ("cities.csv", "claims.csv"):
        assert (WORLD / name).read_bytes() == (tmp_path / name).read_bytes()
