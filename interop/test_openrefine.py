"""OpenRefine of Debian, without a window, with the services of the running server."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.request import urlopen

import pytest

from openrefine import OpenRefine, running

CLIENT = "OpenRefine"
_TABLE = """City,Country,Partner
Aldorf,Niemcy,Belmont
Альдорф,,
Belmont,CA,Aldorf
no such place,PL,
Cedrowo,Polska,
"""
_CITIES = [("aldorf", "Q900000001"), ("aldorf", "Q900000001"), ("belmont", "Q900000002"), None,
           ("cedrowo", "Q900000003")]  # fmt: skip


@pytest.fixture(scope="module")
def refine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenRefine]:
    """OpenRefine in a folder of its own."""
    with running(tmp_path_factory.mktemp("openrefine")) as found:
        yield found


def first(cell: dict[str, object]) -> object:
    """The identifier of what a cell was matched with, else of its first candidate."""
    match, candidates = cell["match"], cell["candidates"]
    assert isinstance(candidates, list)
    if isinstance(match, dict):
        return match["id"]
    return candidates[0]["id"] if candidates else None


@pytest.mark.parametrize(("path", "place", "country", "partner"), [
    ("reconcile", 0, "country", "partner"), ("reconcile/wikidata/pl", 1, "P17", "P190"),
])  # fmt: skip
def test_table(refine: OpenRefine, base: str, path: str, place: int, country: str, partner: str) -> None:
    """A service is registered, a column matched with a type and properties, previewed and extended."""
    service = f"{base}{path}"
    manifest = refine.register(service)
    project = refine.create(path, _TABLE)
    types = refine.guess_types(project, "City", service)
    known = {each["id"]: each for each in manifest["defaultTypes"]}
    assert {each["id"] for each in types} <= set(known)
    cells = refine.reconcile(project, "City", service, manifest, known[types[0]["id"]],
                             [("Country", country), ("Partner", partner)])  # fmt: skip
    expected = [city and city[place] for city in _CITIES]
    assert expected == [first(cell) for cell in cells]
    assert expected[0] == (cells[0]["match"] or {}).get("id")

    matched = [bool(cell["match"]) for cell in cells]
    names = ["population", "partner", "partnerSince"] if place == 0 else ["P1082", "P190", "P1566"]
    preview = refine.preview_extension(project, "City", 1, names)
    assert names == [column["id"] for column in preview["columns"]]
    assert 81_000 == preview["rows"][0][1]
    partners = [row[2]["id"] for row in preview["rows"] if row[2]]
    assert expected[2] in partners

    wanted = [{"id": name, "name": name, "settings": {"limit": "1", "status": "any"}} for name in names]
    rows = refine.extend(project, "City", service, manifest, wanted)
    headings = {each["id"]: each["name"] for each in preview["columns"]}
    assert 81_000 == rows[0][headings[names[0]]]["value"]
    assert (matched[0], 5) == (True, len(rows))


def test_previews(refine: OpenRefine, base: str) -> None:
    """What OpenRefine shows in a frame is there at the address that the manifest gives."""
    manifest = refine.register(f"{base}reconcile")
    address = manifest["preview"]["url"].replace("{{id}}", "aldorf")
    with urlopen(address, timeout=5) as response:
        assert "frame-ancestors *" in response.headers["Content-Security-Policy"]
        assert "Aldorf" in response.read().decode()


def test_service_is_kept(refine: OpenRefine, base: str) -> None:
    """A registered service is among those that the dialogue offers, with all that it said."""
    refine.register(f"{base}reconcile/network")
    kept = str(refine.get("get-preference", name="reconciliation.standardServices")["value"])
    assert f"{base}id/network/" in kept
