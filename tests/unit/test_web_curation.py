"""What is missing about a city, with the file and the column where it is mended."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from site_client import LANGUAGES, client_of
from twin_graph.build import build
from twin_graph.queries import load_all
from twin_graph.snapshot import Snapshot
from twin_graph.web.curation import MENDS
from workspaces import copy_tiny, table, write_guide


def rows(snapshot: Snapshot, key: str, panel: str) -> list[dict[str, str]]:
    """The rows of a table of a city."""
    data = client_of(snapshot).get(f"/en/city/{key}/curation-{panel}.csv").text
    return list(csv.DictReader(io.StringIO(data)))


def test_every_query_about_what_is_missing_says_how_to_mend_it() -> None:
    """Each table of the page has its text, and each text its table."""
    assert {query.name for query in load_all("city_curation_")} == set(MENDS)


def test_a_partnership_without_a_date_names_the_column(tiny_snapshot: Snapshot) -> None:
    """The agreement with Fjordby has no date: it is written in agreements.csv."""
    found = {row["party"]: (row["file"], row["field"]) for row in rows(tiny_snapshot, "aldorf", "undated")}
    assert ("data/aldorf/agreements.csv", "signed") == found["Fjordby"]


def test_a_partnership_without_a_document_is_listed(tmp_path: Path) -> None:
    """A partnership of the register that no document belongs to is listed once."""
    workspace = copy_tiny(tmp_path)
    agreements = table(workspace, "aldorf/agreements")
    agreements.write([record for record in agreements.records() if record[0] != "estuary-2016"])
    table(workspace, "aldorf/partnerships").change(6, "counts_from", "")
    found = rows(build(workspace)[0], "aldorf", "undocumented")
    assert [("Estuary", "data/aldorf/agreements.csv", "partnership")] == [
        (row["party"], row["file"], row["field"]) for row in found
    ]


def test_facts_with_weak_sources_and_with_none_are_listed(tiny_snapshot: Snapshot) -> None:
    """A name without a source, an agreement that is little certain: each with its file."""
    weak = {
        (row["thing"], row["weakness"], row["file"], row["field"])
        for row in rows(tiny_snapshot, "aldorf", "sources")
    }
    assert ("low confidence", "data/aldorf/agreements.csv", "confidence") in {found[1:] for found in weak}
    names = rows(tiny_snapshot, "cedrowo", "sources")
    assert [("Цедрово", "no source", "data/exonyms.csv", "source")] == [
        (row["name"], row["weakness"], row["file"], row["field"]) for row in names if row["name"]
    ]


def test_a_partnership_that_no_register_lists_has_no_row_of_its_own(tmp_path: Path) -> None:
    """Staff are led to no file that there is not: what single claims name is mended in the table of claims."""
    claims = "parties,claimed_by,on_side_of,since\nbeta;gamma,post,,\nbeta;delta,beta-page,beta,1990\n"
    world = "parties,claimed_by,on_side_of\nq2;q5,extract,q2\n"
    listed = "key,parties,relation,source\nalfa-beta,alfa;beta,friendly,\n"
    tables = {"alfa/partnerships.csv": listed, "alfa/claims.csv": claims, "world/claims.csv": world}
    workspace = write_guide(tmp_path, tables)
    snapshot = build(workspace)[0]
    weak = rows(snapshot, "beta", "sources")
    assert [("Alfa – Beta", "data/alfa/partnerships.csv")] == [(row["thing"], row["file"]) for row in weak]
    undated = {row["party"]: row["file"] for row in rows(snapshot, "beta", "undated")}
    assert {
        "Alfa": "data/alfa/agreements.csv",
        "Gamma": "data/alfa/claims.csv",
        "Epsilon": "data/world/corrections.csv",
    } == undated


def test_a_place_that_is_not_known_is_listed(tmp_path: Path) -> None:
    """A city without position, country or item is listed for its partners, a row for each."""
    workspace = copy_tiny(tmp_path)
    cities = table(workspace, "cities")
    for column in ("latitude", "longitude", "country"):
        cities.change(7, column, "")
    found = rows(build(workspace)[0], "aldorf", "places")
    assert {("position", "latitude, longitude"), ("country", "country"), ("item", "wikidata")} == {
        (row["missing"], row["field"]) for row in found if row["city"] == "Fjordby"
    }


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_shows_tables_and_findings(tiny_snapshot: Snapshot, lang: str) -> None:
    """The page has its counts, its tables with downloads, and the findings with their places."""
    page = client_of(tiny_snapshot).get(f"/{lang}/city/aldorf/curation").text
    assert 1 == page.count("<h1")
    assert f"/{lang}/city/aldorf/curation-undated.csv" in page
    assert "<code>data/aldorf/" in page


def test_the_findings_are_those_of_the_city(tiny_snapshot: Snapshot) -> None:
    """A finding about a partnership belongs to each of its parties, and to no other city."""
    client = client_of(tiny_snapshot)
    dated = [
        finding
        for finding in tiny_snapshot.report["findings"]
        if finding["focus"].endswith("/aldorf-fjordby")
    ]
    assert 1 <= len(dated)
    for key, expected in (("aldorf", True), ("fjordby", True), ("belmont", False)):
        page = client.get(f"/en/city/{key}/curation").text.partition('id="findings"')[2]
        assert expected == (dated[0]["messages"]["en"] in page.replace("&#34;", '"'))


def test_the_overview_leads_to_the_cities(tiny_snapshot: Snapshot) -> None:
    """Every party of a register has a row that leads to what is missing about it."""
    page = client_of(tiny_snapshot).get("/en/curation").text
    for key in ("aldorf", "belmont", "cedrowo", "duneville", "estuary", "fjordby"):
        assert f'href="/en/city/{key}/curation"' in page
    assert "/en/home/curation.csv" in page


def test_nothing_missing_is_said(tmp_path: Path) -> None:
    """A city that the data say everything of has a page that says so."""
    workspace = copy_tiny(tmp_path)
    table(workspace, "cities").append(
        key="zz", type="City", name_en="Zz", name_pl="Zz", name_uk="Зз", country="pl", latitude="52", longitude="20",
        wikidata="Q900000099", geonames="1", population="5", population_year="2020", source="gazetteer",
    )  # fmt: skip
    assert "Nothing is missing." in client_of(build(workspace)[0]).get("/en/city/zz/curation").text
