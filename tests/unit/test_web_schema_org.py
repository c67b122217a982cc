"""Things in the terms of schema.org (SO-1 to SO-4)."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from site_client import BASE, LANGUAGES, app_of, things_of
from twin_graph.kinds import DOCUMENTED
from twin_graph.snapshot import Snapshot
from twin_graph.web import schema_org
from twin_graph.web.site import site

TYPES = {
    "city": "AdministrativeArea",
    "country": "Country",
    "partnership": "Thing",
    "agreement": "CreativeWork",
    "resolution": "Legislation",
    "event": "Event",
    "activity": "Event",
    "network": "Organization",
    "membership": "Role",
    "source": "CreativeWork",
    "register": "Dataset",
    "distinction": "Thing",
    "conferral": "Thing",
    "count": "Thing",
    "contradiction": "Thing",
}


def described(snapshot: Snapshot, kind: str, key: str, language: str = "en") -> dict[str, Any]:
    """What a thing is in the terms of schema.org."""
    with app_of(snapshot).test_request_context("/", base_url=BASE):
        found = json.loads(schema_org.describe(site(), kind, key, language))
    assert isinstance(found, dict)
    return found


def test_city(tiny_snapshot: Snapshot) -> None:
    """SO-2: a city has its place, what it is the same as, its country, and its document."""
    found = described(tiny_snapshot, "city", "aldorf")
    assert ["City", "AdministrativeArea"] == found["@type"]
    assert {"@type": "GeoCoordinates", "latitude": 52, "longitude": 10} == found["geo"]
    assert "http://www.wikidata.org/entity/Q900000001" in found["sameAs"]
    expected = {"@type": "Country", "@id": f"{BASE}id/country/de", "name": "Germany"}
    assert expected == found["containedInPlace"]
    assert f"{BASE}doc/city/aldorf" == found["subjectOf"]["@id"]
    twins = found["https://w3id.org/twin-graph/ontology#twinnedWith"]
    assert f"{BASE}id/city/belmont" in {twin["@id"] for twin in twins}


def test_the_item_of_a_sibling_is_not_the_same(tiny_snapshot: Snapshot) -> None:
    """The town of Duneville is another body than the municipality: close to it, and not the same."""
    same = described(tiny_snapshot, "city", "duneville")["sameAs"]
    assert "http://www.wikidata.org/entity/Q900000004" in same
    assert "http://www.wikidata.org/entity/Q900000009" not in same


@pytest.mark.parametrize("language", LANGUAGES)
def test_languages(tiny_snapshot: Snapshot, language: str) -> None:
    """The name and the address are those of the page."""
    found = described(tiny_snapshot, "city", "aldorf", language)
    assert {"pl": "Aldorf", "en": "Aldorf", "uk": "Альдорф"}[language] == found["name"]
    assert f"{BASE}{language}/city/aldorf" == found["url"]
    assert found["name"] not in found["alternateName"]


def test_every_kind(tiny_snapshot: Snapshot) -> None:
    """SO-4: every thing has a type by its kind, a name, its identifier and its address, in the https context."""
    assert {kind.name for kind in DOCUMENTED} == set(TYPES)
    for kind, key in things_of(tiny_snapshot):
        found = described(tiny_snapshot, kind, key)
        types = found["@type"] if isinstance(found["@type"], list) else [found["@type"]]
        assert TYPES[kind] in types
        assert "https://schema.org" == found["@context"]
        assert f"{BASE}id/{kind}/{key}" in found["@id"]
        assert found["name"]
        assert "http://schema.org" not in json.dumps(found)


@pytest.mark.parametrize("kind", ["", "register"])
def test_dataset(tiny_snapshot: Snapshot, kind: str) -> None:
    """SO-1: the site and a register are datasets with what search engines for data ask."""
    with app_of(tiny_snapshot).test_request_context("/en/", base_url=BASE):
        found = json.loads(schema_org.structured_data(kind, "aldorf" if kind else ""))
    assert "Dataset" == found["@type"]
    wanted = {"name", "description", "url", "identifier", "license", "creator", "publisher", "version",
              "dateModified", "temporalCoverage", "spatialCoverage", "variableMeasured", "isAccessibleForFree",
              "includedInDataCatalog", "distribution", "keywords", "measurementTechnique", "sameAs"}  # fmt: skip
    wanted |= {"isPartOf"} if kind else {"hasPart", "citation", "alternateName"}
    assert {"@type", "@id", "name", "url"} == set(found["includedInDataCatalog"])
    unsaid = {"license"} if kind else set()  # nobody has said under which licence this register is
    assert unsaid == wanted - set(found)
    assert 50 <= len(found["description"]) <= 5000
    assert all(re.match("https?://", address) for address in found.get("license", ()))
    client = app_of(tiny_snapshot).test_client()
    for download in found["distribution"]:
        answer = client.head(download["contentUrl"].removeprefix(BASE[:-1]), base_url=BASE)
        assert (200, download["encodingFormat"]) == (answer.status_code, answer.mimetype)


@pytest.mark.parametrize("language", LANGUAGES)
def test_home_page(tiny_snapshot: Snapshot, language: str) -> None:
    """SO-1: the home page, at its final address, holds the dataset; a page about no dataset does not."""
    client = app_of(tiny_snapshot).test_client()
    response = client.get(f"/{language}/", base_url=BASE)
    assert 200 == response.status_code
    (script,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', response.text, re.DOTALL)
    found = json.loads(script)
    assert ("Dataset", f"{BASE}{language}/") == (found["@type"], found["url"])
    assert found["distribution"]
    assert not set("<>&") & set(script)
    assert "DataCatalog" not in client.get(f"/{language}/report", base_url=BASE).text


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_escaped(text: str) -> None:
    """SO-3: nothing in a script element ends it or its line, and the text is read back unchanged."""
    written = schema_org.write({"name": f"x{text}"})
    assert not set("<>&\u2028\u2029") & set(written)
    assert {"name": f"x{text}"} == json.loads(written)
