"""The 22 rules of the reconciliation services, each by its number: `docs/reconcile-with-openrefine.md` lists them."""

from __future__ import annotations

import json
import logging
import random
import re
import socket
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from site_client import BASE, app_of, client_of
from twin_graph.build import build
from twin_graph.errors import OperatorError
from twin_graph.matching import Answer, Candidate, Feature, Query
from twin_graph.reconcile import OURS, SERVICES, WIKIDATA, Service
from twin_graph.snapshot import Snapshot
from twin_graph.web.reconcile import TURNS, turns
from twin_graph.web.site import EXTENSION
from workspaces import copy_tiny

REPOSITORY = Path(__file__).parents[2]
NUMBER = re.compile(r"test_r([0-9]{2})_")
ROOTS = ("/reconcile", "/reconcile/wikidata", "/reconcile/network", "/reconcile/partnership", "/reconcile/pl",
         "/reconcile/wikidata/uk")  # fmt: skip
TAILS = ("", "/suggest/entity", "/suggest/property", "/suggest/type", "/preview", "/extend/propose")


@pytest.fixture
def client(tiny_snapshot: Snapshot) -> FlaskClient:
    """A client of the tiny workspace."""
    return client_of(tiny_snapshot)


class FakeMatcher:
    """Answers every query with the same candidates; one name is too much for it, another breaks it."""

    def __init__(self, *candidates: Candidate) -> None:
        self.candidates = candidates
        self.asked: list[Query] = []

    def match(self, queries: Sequence[Query]) -> list[Answer]:
        """What it always says."""
        self.asked += queries
        if any(query.name == "broken" for query in queries):
            raise ZeroDivisionError("secret text")
        if any(query.name == "damaged" for query in queries):
            raise OperatorError("the index cannot be read")
        return [Answer(self.candidates, 0.1) for _ in queries]


Faked = Callable[..., FakeMatcher]


@pytest.fixture
def fake(tiny_snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch) -> Faked:
    """Puts a fake matcher in the place of the real one."""

    def put(*candidates: Candidate) -> FakeMatcher:
        matcher = FakeMatcher(*candidates)
        here = app_of(tiny_snapshot).extensions[EXTENSION]
        monkeypatch.setitem(here.__dict__, "matchers", {OURS: matcher, WIKIDATA: matcher})
        return matcher

    return put


def candidate(key: str, score: float, *features: Feature, match: bool = False) -> Candidate:
    """A candidate of the tiny workspace."""
    return Candidate(key, "", key.title(), "", ("city",), score, match, features)


def ask(client: FlaskClient, root: str = "/reconcile", /, **queries: Any) -> Any:
    """The answers to queries of version 0.2."""
    response = client.post(root, data={"queries": json.dumps(queries)})
    assert 200 == response.status_code, response.text
    return response.get_json()


def extend(client: FlaskClient, ids: list[str], *properties: dict[str, Any], root: str = "/reconcile") -> Any:
    """The answer to a request for data of version 0.2."""
    wanted = json.dumps({"ids": ids, "properties": properties})
    response = client.post(root, data={"extend": wanted})
    assert 200 == response.status_code, response.text
    return response.get_json()


def match(client: FlaskClient, *conditions: dict[str, Any], **more: Any) -> list[Any]:
    """The candidates of one query of the draft."""
    response = client.post("/reconcile/v1/match", json={"queries": [{"conditions": conditions, **more}]})
    assert 200 == response.status_code, response.text
    found: list[Any] = response.get_json()["results"][0]["candidates"]
    return found


def named(text: str) -> dict[str, Any]:
    """The condition that a thing has a name."""
    return {"matchType": "name", "propertyValue": text}


def about(name: str, value: Any, **more: Any) -> dict[str, Any]:
    """A condition about a property."""
    return {"matchType": "property", "propertyId": name, "propertyValue": value, **more}


def ids(candidates: list[Any]) -> list[str]:
    """The identifiers of candidates."""
    return [each["id"] for each in candidates]


def test_all_rules() -> None:
    """There is a test for each of the 22 rules."""
    names = (NUMBER.match(name) for name in dir(sys.modules[__name__]))
    assert set(range(1, 23)) == {int(found[1]) for found in names if found}


# -- R1: scripts of every origin -------------------------------------------------------------------------


@pytest.mark.parametrize("root", ROOTS)
@pytest.mark.parametrize("tail", [*TAILS, "/nothing"])
def test_r01_cors(client: FlaskClient, root: str, tail: str) -> None:
    """Every answer may be read by scripts of every origin, errors and preflights among them."""
    for method in ("GET", "OPTIONS", "DELETE", "POST"):
        response = client.open(root + tail, method=method, headers={"Origin": "https://other.example"})
        assert "*" == response.headers["Access-Control-Allow-Origin"], method
        assert "Set-Cookie" not in response.headers
    preflight = client.options(
        "/reconcile/v1/match", headers={"Access-Control-Request-Headers": "content-type"}
    )
    assert "Content-Type" in preflight.headers["Access-Control-Allow-Headers"]
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]


@pytest.mark.parametrize("tail", ["", "/suggest/entity?prefix=al", "/extend/propose?type=City"])
def test_r01_jsonp(client: FlaskClient, tail: str) -> None:
    """A GET that names a function is answered by a call of it, which no browser takes for something else."""
    sign = "&" if "?" in tail else "?"
    response = client.get(f"/reconcile{tail}{sign}callback=jQuery_1.call$")
    assert ("application/javascript", "nosniff") == (
        response.mimetype,
        response.headers["X-Content-Type-Options"],
    )
    assert response.text.startswith("/**/jQuery_1.call$({")
    plain = client.get(f"/reconcile{tail}").get_json()
    assert plain == json.loads(response.text.removeprefix("/**/jQuery_1.call$(").rstrip().removesuffix(");"))


@pytest.mark.parametrize("name", ["alert(1)", "1a", "a b", "a" * 129, "<script>", "a-b", "%0d", "é"])
def test_r01_other_names(client: FlaskClient, name: str) -> None:
    """What is no name of a function is refused, and not repeated as a script."""
    response = client.get("/reconcile", query_string={"callback": name})
    assert (400, "application/problem+json") == (response.status_code, response.mimetype)


def test_r01_switched_off(
    client: FlaskClient, tiny_snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """JSONP can be switched off, and the draft has none."""
    assert "application/json" == client.get("/reconcile/v1?callback=f").mimetype
    here = app_of(tiny_snapshot).extensions[EXTENSION]
    monkeypatch.setitem(here.__dict__, "settings", replace(here.settings, reconcile_jsonp="off"))
    assert "application/json" == client.get("/reconcile?callback=f").mimetype


# -- R2, R3: addresses ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("root", [*ROOTS, "/reconcile/v1", "/reconcile/network/en/v1"])
def test_r02_slash(client: FlaskClient, root: str) -> None:
    """An address answers the same with and without a slash at its end; none redirects."""
    for tail in TAILS:
        first, second = (
            client.get(f"{root}{tail}{slash}", query_string={"id": "aldorf"}) for slash in ("", "/")
        )
        assert first.status_code == second.status_code
        assert first.data == second.data
        assert first.status_code in (200, 404)
    batch = json.dumps({"q0": {"query": "Aldorf"}})
    assert 200 == client.post("/reconcile/", data={"queries": batch}).status_code


@pytest.mark.parametrize("root", ROOTS)
def test_r03_addresses(client: FlaskClient, root: str) -> None:
    """Every address of a manifest begins with the base of the publication, whatever host was asked."""
    forged = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher"}
    plain = client.get(root).text
    assert plain == client.get(root, headers=forged, base_url="http://evil.example/").text
    assert "evil" not in plain
    manifest = json.loads(plain)
    for each in (*manifest["suggest"].values(), manifest["extend"]["propose_properties"]):
        path = (each["service_url"] + each["service_path"]).removeprefix(BASE.rstrip("/"))
        assert 200 == client.get(path).status_code
    for address in (manifest["documentation"], manifest["logo"]):
        assert client.get("/" + address.removeprefix(BASE)).status_code in (200, 302)


def test_r03_below_a_path(tmp_path: Path) -> None:
    """Where the publication has only a part of a host, all addresses are in that part, and answer."""
    base = "http://localhost:8000/town/twins/"
    client = client_of(build(copy_tiny(tmp_path), base)[0])
    for root in ("town/twins/reconcile", "town/twins/reconcile/wikidata/uk"):
        manifest = client.get(f"/{root}").get_json()
        addresses = [each["service_url"] + each["service_path"] for each in manifest["suggest"].values()]
        addresses += [manifest["documentation"], manifest["logo"], manifest["preview"]["url"]]
        assert all(address.startswith(base) for address in addresses)
        for address in addresses[:3]:
            assert 200 == client.get("/" + address.removeprefix("http://localhost:8000/")).status_code
        assert ask(client, f"/{root}", q0={"query": "Aldorf"})["q0"]["result"]


# -- R4 to R7: answers to queries ------------------------------------------------------------------------


def test_r04_keys(client: FlaskClient, fake: Faked) -> None:
    """Each query has an answer under its key, whatever that is, also where it could not be answered."""
    fake(candidate("aldorf", 90.0))
    keys = ["q0", "1", "", "Łódź", "a b", "x" * 1_000, "\ud800", "<b>", "__proto__", "🙂"]
    batch = {key: {"query": "Aldorf"} for key in keys}
    batch |= {"bad": 5, "worse": [], "broken": {"query": "broken"}, "null": None}  # type: ignore[dict-item]
    body = ask(client, **batch)
    assert set(batch) == set(body)
    assert all(isinstance(each["result"], list) for each in body.values())


def test_r05_scores(client: FlaskClient, fake: Faked) -> None:
    """Candidates have finite scores, the best first, and only the first may be a match."""
    nan = float("nan")
    fake(
        candidate("belmont", 20.0, match=True),
        candidate("aldorf", 70.0, match=True),
        candidate("cedrowo", nan),
    )
    found = ask(client, q0={"query": "x"})["q0"]["result"]
    assert [("aldorf", 70.0, True), ("belmont", 20.0, False), ("cedrowo", 0.0, False)] == [
        (each["id"], each["score"], each["match"]) for each in found
    ]


def test_r05_ties(client: FlaskClient, fake: Faked) -> None:
    """Of two that are as good as each other, none is a match."""
    fake(candidate("belmont", 50.0, match=True), candidate("aldorf", 50.0, match=True))
    found = ask(client, q0={"query": "x"})["q0"]["result"]
    assert ["aldorf", "belmont"] == ids(found)
    assert [False, False] == [each["match"] for each in found]


@pytest.mark.parametrize("root", ROOTS)
def test_r06_types(client: FlaskClient, root: str) -> None:
    """Each candidate has types with identifiers that may stand in an address, without a comma."""
    found = ask(client, root, q0={"query": "Aldorf"}, q1={"query": "Union of Test Towns"})
    candidates = [each for answer in found.values() for each in answer["result"]]
    assert candidates
    for each in candidates:
        assert each["type"]
        assert all(re.fullmatch(r"[A-Za-z0-9]+", kind["id"]) and kind["name"] for kind in each["type"])
    manifest = client.get(root).get_json()
    assert all(re.fullmatch(r"[A-Za-z0-9]+", kind["id"]) for kind in manifest["defaultTypes"])


@pytest.mark.parametrize("root", ROOTS)
def test_r07_identifiers(client: FlaskClient, root: str) -> None:
    """Identifiers are keys or items, which stand in any address as they are."""
    form = r"Q[0-9]+" if "wikidata" in root else r"[a-z0-9-]+"
    found = [
        each for answer in ask(client, root, q0={"query": "Aldorf"}).values() for each in answer["result"]
    ]
    suggested = client.get(f"{root}/suggest/entity").get_json()["result"]
    assert suggested
    assert all(re.fullmatch(form, each["id"]) for each in (*found, *suggested))


# -- R8, R9: data extension ------------------------------------------------------------------------------


@pytest.mark.parametrize("root", ROOTS)
def test_r08_whole_table(client: FlaskClient, root: str) -> None:
    """Every identifier has a row and every property a cell in it, also where nothing is known of either."""
    proposed = ids(client.get(f"{root}/extend/propose").get_json()["properties"])[:18]
    wanted = [*proposed, "unknown", "twin:hasParty; DROP"]
    things = ["aldorf", "Q900000001", "northern-congress", "nothing-xx", "", "../etc", "ALDORF"]
    body = extend(client, things, *({"id": name} for name in wanted), root=root)
    assert wanted == [each["id"] for each in body["meta"]]
    assert set(things) == set(body["rows"])
    assert all(set(wanted) == set(row) for row in body["rows"].values())
    assert all([] == body["rows"]["nothing-xx"][name] for name in wanted)
    assert all([] == row["unknown"] for row in body["rows"].values())


def test_r08_values(client: FlaskClient) -> None:
    """A thing has an identifier and a name, a date is a moment or a text, a number is small."""
    names = ("partner", "wikidata", "population", "population_year", "partnerSince", "country", "coord")
    body = extend(client, ["aldorf"], *({"id": name} for name in names))
    row = body["rows"]["aldorf"]
    assert {"id": "belmont", "name": "Belmont"} in row["partner"]
    assert [{"id": "Q900000001", "name": "Aldorf"}] == row["wikidata"]
    assert ([{"int": 81_000}], [{"str": "2021"}]) == (row["population"], row["population_year"])
    assert ([{"str": "Germany"}], [{"str": "52,10"}]) == (row["country"], row["coord"])
    assert row["partnerSince"]
    assert {"date", "str"} >= {key for each in row["partnerSince"] for key in each}
    meta = {each["id"]: each for each in body["meta"]}
    assert f"{BASE}reconcile/wikidata" == meta["wikidata"]["service"]
    assert "LocalAuthority" == meta["partner"]["type"]["id"]


def test_r08_elsewhere(client: FlaskClient) -> None:
    """Of an item that is a candidate, and no city of ours, the values that are known are given; a frame shows it."""
    wanted = [{"id": name} for name in ("P1082", "P625", "P190", "qid", "Len", "P131")]
    row = extend(client, ["Q60"], *wanted, root="/reconcile/wikidata")["rows"]["Q60"]
    assert ([{"id": "Q60", "name": "New York City"}], []) == (row["qid"], row["P190"])
    assert row["P1082"][0]["int"] > 1_000_000
    assert row["P625"][0]["str"].startswith("40.75,-73")
    assert "New York" in client.get("/reconcile/wikidata/preview?id=Q60").text
    assert 404 == client.get("/reconcile/preview?id=Q60").status_code


def test_r08_same_rows(client: FlaskClient) -> None:
    """A partner and the beginning of its partnership stand in the same row; what is not known keeps its place."""
    names = ("partner", "partnerSince", "partnership")
    wanted = [{"id": name, "settings": {"status": "any"}} for name in names]
    row = extend(client, ["aldorf"], *wanted)["rows"]["aldorf"]
    partners, dates, partnerships = (row[name] for name in names)
    assert len(partners) == len(dates) == len(partnerships) > 2
    assert len(partners) == len(ids(partners)) == len(set(ids(partners)))
    pairs = dict(zip(ids(partners), zip(dates, ids(partnerships), strict=True), strict=True))
    for key, (since, partnership) in pairs.items():
        there = extend(client, [partnership], {"id": "party"}, {"id": "since"}, root="/reconcile/partnership")
        assert key in ids(there["rows"][partnership]["party"])
        assert since in (there["rows"][partnership]["since"] or [{}])


def test_r08_one_number_of_partners(client: FlaskClient) -> None:
    """How many partners a city has is said everywhere the same; who ended is no partner now."""
    for key in ("aldorf", "belmont", "cedrowo", "duneville", "estuary", "fjordby"):
        wanted = [{"id": "partner", "settings": {"status": status}} for status in ("current", "ended", "any")]
        current, ended, everybody = (
            ids(extend(client, [key], each)["rows"][key]["partner"]) for each in wanted
        )
        counted = extend(client, [key], {"id": "partnerCount"})["rows"][key]["partnerCount"]
        assert [{"int": len(current)}] == (counted or [{"int": 0}])
        assert not set(current) & set(ended)
        assert set(current) | set(ended) <= set(everybody)
        found = match(client, {"matchType": "id", "propertyValue": key})[0]
        assert found["description"].endswith(f"number of partner cities: {len(current)}") or not current
        shown = client.get(f"/reconcile/preview?id={key}").text
        assert (len(current) or len(everybody)) == shown.count("<li><bdi>")
    status = [{"id": "partner", "settings": {"status": status}} for status in ("current", "ended", "any")]
    numbers = [len(extend(client, ["aldorf"], each)["rows"]["aldorf"]["partner"]) for each in status]
    assert 0 < numbers[0] < numbers[2]


def test_r09_settings(client: FlaskClient) -> None:
    """Settings come as texts, and what is no value of one means its default."""

    def partners(**settings: Any) -> Any:
        return extend(client, ["aldorf"], {"id": "partner", "settings": settings})["rows"]["aldorf"][
            "partner"
        ]

    everything = partners()
    assert len(everything) > 1
    assert everything[:1] == partners(limit="1") == partners(limit=1)
    assert [{"int": len(everything)}] == partners(count="on") == partners(count=True)
    odd: dict[str, Any]
    for odd in (
        {"limit": "many"},
        {"limit": "-1"},
        {"status": "?"},
        {"count": "off"},
        {"count": []},
        {"x": "y"},
    ):
        assert everything == partners(**odd)
    assert len(everything) < len(partners(status="any"))
    dates = extend(client, ["aldorf"], {"id": "partnerSince", "settings": {"dates": "str"}})
    assert {"str"} == {key for each in dates["rows"]["aldorf"]["partnerSince"] for key in each}
    no_object = {"id": "partner", "settings": "limit"}
    assert everything == extend(client, ["aldorf"], no_object)["rows"]["aldorf"]["partner"]


# -- R10 to R12: what a query may say --------------------------------------------------------------------


def test_r10_evidence(client: FlaskClient, fake: Faked) -> None:
    """What other columns say reaches the matcher: single values, lists, things."""
    matcher = fake(candidate("aldorf", 90.0))
    properties = [
        {"pid": "country", "v": "DE"},
        {"pid": "partner", "v": [{"id": "belmont", "name": "Belmont"}, "Cedrowo"]},
        {"pid": "coord", "v": "POINT(10 52)"},
        {"pid": "population", "v": 81_000},
        {"pid": "admin", "v": "Hesse"},
        {"pid": "network", "v": "Northern Congress"},
        {"pid": "geonames", "v": "https://www.geonames.org/900001"},
    ]
    ask(client, q0={"query": "Aldorf", "properties": properties})
    assert [
        Query("Aldorf", "", ("city",), "any", "DE", "Hesse", (52.0, 10.0), 81_000, ("belmont", "Cedrowo"),
              ("Northern Congress",), {"geonames": "900001"}, 10)
    ] == matcher.asked  # fmt: skip


def test_r10_any_of(client: FlaskClient, fake: Faked) -> None:
    """All of several values reach the matcher, in one query."""
    matcher = fake(candidate("aldorf", 90.0, match=True))
    countries = ["DE", "PL", "FR", "BY", "UA", "CZ", "SK"]
    properties = [{"pid": "country", "v": countries}, {"pid": "coord", "v": ["52,10", "north", "50,8"]},
                  {"pid": "population", "v": [81_000, "many", 5]}, {"pid": "admin", "v": ["Hesse", "Ohio"]},
                  {"pid": "wikidata", "v": ["Q1", "http://www.wikidata.org/entity/Q2"]},
                  {"pid": "geonames", "v": 3}]  # fmt: skip
    found = ask(client, q0={"query": "Aldorf", "properties": properties})
    (query,) = matcher.asked
    assert countries == [query.country, *query.countries]
    assert [(52.0, 10.0), (50.0, 8.0)] == [query.point, *query.points]
    assert [81_000, 5] == [query.population, *query.populations]
    assert ["Hesse", "Ohio"] == [query.admin, *query.admins]
    assert (("geonames", "3"), ("wikidata", "Q1"), ("wikidata", "Q2")) == query.all_identifiers
    assert ["aldorf"] == ids(found["q0"]["result"])


@pytest.mark.parametrize("root", ["/reconcile", "/reconcile/network"])
def test_r10_any_of_many(client: FlaskClient, root: str) -> None:
    """The last of many values counts as much as the first; two identifiers of different things are no match."""
    many = [f"Atlantis {number}" for number in range(49)]
    name, item, other = ("Aldorf", "Q900000001", "Q900000002")
    if root == "/reconcile":
        found = ask(client, q0={"query": name, "properties": [{"pid": "country", "v": [*many, "DE"]}]},
                    q1={"query": name, "properties": [{"pid": "country", "v": "DE"}]})  # fmt: skip
        assert found["q0"] == found["q1"]
        assert found["q0"]["result"][0]["match"]
        both = ask(client, q0={"properties": [{"pid": "wikidata", "v": [item, other]}]})["q0"]["result"]
    else:
        keys = ["union-of-test-towns", "northern-congress"]
        both = ask(client, root, q0={"properties": [{"pid": "key", "v": keys}]})["q0"]["result"]
    assert [(50.0, False)] * 2 == [(each["score"], each["match"]) for each in both]
    assert all({"identifiers_differ"} < {reason["id"] for reason in each["reasons"]} for each in both)


def test_r10_several_ids(client: FlaskClient) -> None:
    """In the draft, too, several identifiers of different things share what is certain."""
    conditions = [{"matchType": "id", "propertyValue": key} for key in ("aldorf", "belmont")]
    found = match(client, *conditions)
    assert [("aldorf", 50.0, False), ("belmont", 50.0, False)] == [
        (each["id"], each["score"], each["match"]) for each in found
    ]
    (single,) = match(client, *conditions[:1], {"matchType": "id", "propertyValue": "atlantis"})
    assert ("aldorf", 100.0, True) == (single["id"], single["score"], single["match"])


@pytest.mark.parametrize(("pid", "value", "expected"), [
    ("partner", {"id": "gnd-1", "name": "Belmont"}, ("Belmont",)),
    ("partner", {"id": "belmont", "name": "Somewhere"}, ("belmont",)),
    ("partner", {"id": "Q900000002", "name": "Somewhere"}, ("Q900000002",)),
    ("partner", {"id": "gnd-1"}, ("gnd-1",)),
    ("network", {"id": "x-1", "name": "Union"}, ("Union",)),
    ("country", {"id": "poland-x", "name": "Poland"}, ("Poland",)),
    ("country", {"id": "POL", "name": "?"}, ("POL",)),
    ("coord", {"id": "x", "name": "52,10"}, ((52.0, 10.0),)),
    ("population", {"id": "x", "name": "5"}, (5,)),
])  # fmt: skip
def test_r10_unknown_things(
    client: FlaskClient, fake: Faked, pid: str, value: dict[str, str], expected: tuple[Any, ...]
) -> None:
    """A thing whose identifier nobody knows here is looked for by its name."""
    matcher = fake()
    ask(client, q0={"query": "x", "properties": [{"pid": pid, "v": value}]})
    (query,) = matcher.asked
    said = {"partner": query.partners, "network": query.networks, "country": (query.country,),
            "coord": (query.point,), "population": (query.population,)}  # fmt: skip
    assert expected == said[pid]


def test_r10_names_like_keys(client: FlaskClient, fake: Faked) -> None:
    """A name in small letters with a hyphen is a key only where a thing has it; else it is the name."""
    matcher = fake()
    ask(client, q0={"query": "baden-baden"}, q1={"query": "bielsko-biala"})
    assert [("baden-baden", {}), ("bielsko-biala", {})] == [
        (query.name, query.identifiers) for query in matcher.asked
    ]


def test_r10_keys(client: FlaskClient) -> None:
    """A key that a thing has is that thing, for certain; an address of a thing that there is not is nothing."""
    (known,) = ask(client, "/reconcile/network", q0={"query": "union-of-test-towns"})["q0"]["result"]
    assert ("union-of-test-towns", 100.0, True) == (known["id"], known["score"], known["match"])
    assert [] == ask(client, q0={"query": f"{BASE}id/city/baden-baden"})["q0"]["result"]


@pytest.mark.parametrize(
    "country", ["DE", "de", "Germany", "Niemcy", "Німеччина", {"id": "de", "name": "Germany"}]
)
def test_r10_countries(client: FlaskClient, country: Any) -> None:
    """A country may be a code or a name in any language; one that nobody knows counts for nothing."""
    found = ask(client, q0={"query": "Aldorf", "properties": [{"pid": "country", "v": country}]},
                q1={"query": "Aldorf", "properties": [{"pid": "country", "v": "Atlantis"}]})  # fmt: skip
    assert ("aldorf", True) == (found["q0"]["result"][0]["id"], found["q0"]["result"][0]["match"])
    assert "aldorf" == found["q1"]["result"][0]["id"]


def test_r10_country_code(client: FlaskClient, fake: Faked) -> None:
    """A column of codes says the country as well as one of names, and may be required."""
    assert ["aldorf"] == ids(match(client, named("Aldorf"), about("country_code", "DEU", required=True)))
    assert [] == match(client, named("Aldorf"), about("country_code", "PL", required=True))
    matcher = fake()
    match(client, named("Aldorf"), about("country_code", "PL"))
    assert ["PL"] == [query.country for query in matcher.asked]
    page = client.get("/en/reconcile").text
    assert 1 == page.count("<code>P17</code>")


def test_r10_contradiction(client: FlaskClient) -> None:
    """A country that contradicts takes from the score and forbids a match; one that is not said does not."""
    found = ask(
        client, q0={"query": "Aldorf"}, q1={"query": "Aldorf", "properties": [{"pid": "country", "v": "PL"}]}
    )
    silent, against = found["q0"]["result"][0], found["q1"]["result"][0]
    assert (True, False) == (silent["match"], against["match"])
    assert silent["score"] > against["score"]


@pytest.mark.parametrize("text", ["Q900000001", "q900000001", "http://www.wikidata.org/entity/Q900000001",
                                  "https://www.wikidata.org/wiki/Q900000001", "wd:Q900000001",
                                  f"{BASE}id/city/aldorf"])  # fmt: skip
def test_r10_identifiers(client: FlaskClient, text: str) -> None:
    """A query that is an item, an address of one or an IRI of ours gives that thing, for certain."""
    for root, wanted in (("/reconcile", "aldorf"), ("/reconcile/wikidata", "Q900000001")):
        (found,) = ask(client, root, q0={"query": text})["q0"]["result"]
        assert (wanted, 100.0, True) == (found["id"], found["score"], found["match"])


def test_r10_without_name(client: FlaskClient) -> None:
    """A query may have no name; a property that is not known is said to be unknown, and is no failure."""
    body = ask(client, q0={"properties": [{"pid": "wikidata", "v": "Q900000001"}]},
               q1={"query": "Aldorf", "properties": [{"pid": "colour", "v": "red"}]})  # fmt: skip
    assert ["aldorf"] == ids(body["q0"]["result"])
    assert "aldorf" == body["q1"]["result"][0]["id"]
    assert ["there is no property “colour”"] == body["q1"]["warnings"]


def test_r10_coordinates(client: FlaskClient, fake: Faked) -> None:
    """Coordinates are a pair in one of several forms; what is none says nothing."""
    matcher = fake()
    forms = [
        "52,10",
        "52 10",
        "52.0; 10.0",
        "POINT(10 52)",
        "point ( 10.0 52.0 )",
        [52, 10],
        "north",
        "91,0",
        "NaN,NaN",
    ]
    ask(
        client,
        **{str(n): {"query": "x", "properties": [{"pid": "coord", "v": v}]} for n, v in enumerate(forms)},
    )
    assert [(52.0, 10.0)] * 6 + [None] * 3 == [query.point for query in matcher.asked]


def test_r11_types(client: FlaskClient) -> None:
    """`any` and `all` leave out what is known to be of other types, `should` does not; unknown types say nothing."""

    def found(**more: Any) -> list[str]:
        return ids(ask(client, q0={"query": "Aldorf", **more})["q0"]["result"])

    assert (
        ["aldorf"]
        == found(type="City", type_strict="any")
        == found(type=["City", "Region"], type_strict="any")
    )
    assert (
        []
        == found(type="Municipality", type_strict="any")
        == found(type=["City", "Region"], type_strict="all")
    )
    assert ["aldorf"] == found(type=["City", "LocalAuthority"], type_strict="all")
    assert (
        ["aldorf"]
        == found(type="Municipality", type_strict="should")
        == found(type="Person", type_strict="any")
    )
    soft = ask(client, q0={"query": "Aldorf", "type": "Municipality"})["q0"]["result"][0]
    assert not soft["match"]
    assert {"id": "type_match", "value": False} in soft["features"]
    assert "error" in ask(client, q0={"query": "Aldorf", "type_strict": "never"})["q0"]


@pytest.mark.parametrize("wanted", [["City"], ["City", "Region"], 5, {"id": "City"}])
def test_r11_draft(client: FlaskClient, wanted: Any) -> None:
    """In the draft a type is one text; anything else is refused, with its place."""
    response = client.post(
        "/reconcile/v1/match", json={"queries": [{"type": wanted, "conditions": [named("Aldorf")]}]}
    )
    assert (400, "queries[0].type: must be one type, as a text") == (
        response.status_code,
        response.get_json()["detail"],
    )


def test_r12_required(client: FlaskClient) -> None:
    """A required condition leaves out who does not meet it, and who is not known to."""
    assert ["aldorf"] == ids(match(client, named("Aldorf"), about("country", "Germany", required=True)))
    assert [] == match(client, named("Aldorf"), about("country", "Poland", required=True))
    assert ["aldorf"] == ids(match(client, named("Aldorf"), about("country", "Poland")))
    assert [] == match(client, named("Fjordby"), about("population", 5, required=True))
    assert ["aldorf"] == ids(match(client, {"matchType": "id", "propertyValue": "aldorf"}))


@pytest.mark.parametrize("country", ["DE", "deu", "276", "Germany", "Niemcy", "Німеччина",
                                     {"id": "de", "name": "?"}, {"id": "x-y", "name": "Deutschland"},
                                     ["PL", "DE"]])  # fmt: skip
@pytest.mark.parametrize("root", ["/reconcile", "/reconcile/wikidata"])
def test_r12_required_country(client: FlaskClient, root: str, country: Any) -> None:
    """A required country may be written in all the ways that a country may be, and so may one that is ruled out."""
    name, wanted = ("country", "aldorf") if root == "/reconcile" else ("P17", "Q900000001")
    conditions = [named("Aldorf"), about(name, country, required=True)]
    without = [named("Aldorf"), about(name, country, required=True, matchQuantifier="none")]
    queries = [{"conditions": conditions}, {"conditions": without}]
    response = client.post(f"{root}/v1/match", json={"queries": queries})
    found = [ids(each["candidates"]) for each in response.get_json()["results"]]
    assert [[wanted], []] == found


@pytest.mark.parametrize(
    "partner", ["Belmont", "Бельмонт", "Q900000002", "belmont", {"id": "x-1", "name": "Бельмонт"}]
)
def test_r12_required_partner(client: FlaskClient, partner: Any) -> None:
    """A required partner may be written in any language, or by an identifier."""
    both = about("partner", [partner, "Цедрово"], required=True, matchQuantifier="all")
    assert ["aldorf"] == ids(match(client, named("Aldorf"), both))
    none = about("partner", [partner, "Atlantis"], required=True, matchQuantifier="none")
    assert [] == match(client, named("Aldorf"), none)


def test_r12_required_network(client: FlaskClient) -> None:
    """So may a network."""
    for value, expected in (
        ("Union of Test Towns", True),
        ({"id": "union-of-test-towns"}, True),
        ("Other", False),
    ):
        found = match(client, named("Aldorf"), about("network", value, required=True))
        assert expected == (["aldorf"] == ids(found))


def test_r12_required_region(client: FlaskClient, fake: Faked) -> None:
    """A region is that of the index of places; who has another one there, or none, does not meet it."""
    new_york = Candidate("", "Q60", "New York City", "", ("city",), 90.0, True)
    fake(new_york, candidate("aldorf", 5.0))
    for value, expected in (
        ("New York", ["Q60"]),
        ("NY", ["Q60"]),
        ("New York State", ["Q60"]),
        ("Ohio", []),
    ):
        wanted = about("P131", value, required=True)
        queries = {"queries": [{"conditions": [named("x"), wanted]}]}
        response = client.post("/reconcile/wikidata/v1/match", json=queries)
        assert expected == ids(response.get_json()["results"][0]["candidates"])


def test_r12_ruled_out(client: FlaskClient) -> None:
    """Who has a value that should not be is no match, is less probable, and says so."""
    plain = match(client, named("Aldorf"))[0]
    for name, value in (
        ("partner", "Belmont"),
        ("country", "DE"),
        ("population", 81_000),
        ("coord", "52,10"),
    ):
        against = match(client, named("Aldorf"), about(name, value, matchQuantifier="none"))[0]
        assert ("aldorf", True, False) == (against["id"], plain["match"], against["match"])
        assert against["score"] < plain["score"]
        assert "ruled_out" in ids(against["reasons"])
        assert "ruled_out" in ids(against["features"])
    assert [plain] == match(client, named("Aldorf"), about("country", ["PL", "FR"], matchQuantifier="none"))


def test_r12_quantifiers(client: FlaskClient) -> None:
    """Any of the values, all of them, or none."""
    one, both = ["belmont", "atlantis"], ["belmont", "cedrowo"]

    def found(values: list[str], how: str) -> list[str]:
        condition = about("partner", values, required=True, matchQuantifier=how)
        return ids(match(client, named("Aldorf"), condition))

    assert (["aldorf"], [], []) == (found(one, "any"), found(one, "all"), found(one, "none"))
    assert (["aldorf"], ["aldorf"]) == (found(both, "all"), found(["atlantis"], "none"))


def test_r12_qualifiers(client: FlaskClient) -> None:
    """A qualifier says how near is near; those that are known are announced with their properties."""

    def found(name: str, value: Any, qualifier: str) -> list[str]:
        return ids(
            match(client, named("Aldorf"), about(name, value, required=True, matchQualifier=qualifier))
        )

    assert ["aldorf"] == found("coord", "52.1,10", "WithinKm-25")
    assert [] == found("coord", "52.1,10", "WithinKm-2")
    assert ["aldorf"] == found("population", 75_000, "WithinPercent-10")
    assert [] == found("population", 60_000, "WithinPercent-10")
    properties = client.get("/reconcile/v1/suggest/property").get_json()["result"]
    announced = {each["id"]: [q["id"] for q in each.get("matchQualifiers", [])] for each in properties}
    assert "WithinKm-25" in announced["coord"]
    assert "WithinPercent-10" in announced["population"]


def test_r12_language(client: FlaskClient, fake: Faked) -> None:
    """The language of a name is that of its condition, of the query, or of the address; else nobody knows it."""
    matcher = fake()
    match(client, {**named("x"), "lang": "uk"}, lang="pl")
    match(client, named("x"), lang="pl")
    match(client, named("x"))
    ask(client, "/reconcile/uk", q0={"query": "x"})
    assert ["uk", "pl", "", "uk"] == [query.language for query in matcher.asked]


# -- R13, R14: limits and errors -------------------------------------------------------------------------


def test_r13_limits(client: FlaskClient, fake: Faked) -> None:
    """What is too much is refused with 413 or 414, what is too long is cut."""
    matcher = fake(*(candidate(key, 1.0) for key in ("aldorf", "belmont", "cedrowo")))
    body = {"query": "x"}
    assert 200 == len(ask(client, **{f"q{n}": body for n in range(200)}))
    for data, detail in (
        ({"queries": json.dumps({f"q{n}": body for n in range(201)})}, "at most 200 queries at once"),
        ({"extend": json.dumps({"ids": ["a"] * 501, "properties": []})}, "at most 500 ids at once"),
        (
            {"extend": json.dumps({"ids": [], "properties": [{"id": "a"}] * 21})},
            "at most 20 properties at once",
        ),
    ):
        refused = client.post("/reconcile", data=data)
        assert (413, detail) == (refused.status_code, refused.get_json()["detail"])
        assert refused.get_json()["type"].endswith("/request-too-large")
    conditions = {"conditions": [named("x")]}
    assert 413 == client.post("/reconcile/v1/match", json={"queries": [conditions] * 201}).status_code
    assert 413 == client.post("/reconcile", data={"queries": " " * 1_048_577}).status_code
    assert 414 == client.get("/reconcile", query_string={"queries": "x" * 9_000}).status_code
    matcher.asked.clear()
    ask(client, q0={"query": "ab" * 1_000})
    assert 255 == len(matcher.asked[0].name)
    for limit, shown in ((0, 1), (1, 1), (2, 2), (1_000, 3), ("2", 2), (2.7, 2)):
        assert shown == len(ask(client, q0={"query": "x", "limit": limit})["q0"]["result"])
    many = [{"pid": "country", "v": "x"}] * 21
    assert 400 == ask(client, q0={"query": "x", "properties": many})["q0"]["error"]["status"]
    values = [{"pid": "partner", "v": ["x"] * 51}]
    assert 400 == ask(client, q0={"query": "x", "properties": values})["q0"]["error"]["status"]
    suggested = client.get("/reconcile/suggest/entity?limit=1000").get_json()["result"]
    assert len(suggested) <= 20


def test_r14_one_query(client: FlaskClient, fake: Faked, caplog: pytest.LogCaptureFixture) -> None:
    """A query that cannot be answered has an error and spoils no other; nothing of ours shows."""
    fake(candidate("aldorf", 90.0))
    body = ask(client, good={"query": "x"}, broken={"query": "broken"}, wrong={"query": 5})
    assert ["aldorf"] == ids(body["good"]["result"])
    assert ([], 500) == (body["broken"]["result"], body["broken"]["error"]["status"])
    assert ([], 400) == (body["wrong"]["result"], body["wrong"]["error"]["status"])
    assert "wrong.query: must be a text" == body["wrong"]["error"]["detail"]
    assert "secret" not in json.dumps(body) + caplog.text
    draft = {"queries": [{"conditions": [named("broken")]}, {"conditions": [named("x")]}]}
    first, second = client.post("/reconcile/v1/match", json=draft).get_json()["results"]
    assert ([], 500, ["aldorf"]) == (first["candidates"], first["error"]["status"], ids(second["candidates"]))


@pytest.mark.parametrize(
    ("method", "path", "options", "status"),
    [
        ("POST", "/reconcile", {"data": {"queries": "{"}}, 400),
        ("POST", "/reconcile", {"data": {"queries": "[]"}}, 400),
        ("POST", "/reconcile", {"data": {"queries": "[" * 100_000}}, 400),
        ("POST", "/reconcile", {"data": {"queries": '{"a": {"query": "x", "limit": NaN}}'}}, 400),
        ("POST", "/reconcile", {"data": {"extend": '{"ids": 5}'}}, 400),
        ("POST", "/reconcile", {"data": {}}, 415),
        ("POST", "/reconcile", {"data": {"something": "else"}}, 400),
        ("POST", "/reconcile", {"data": b"queries=%ff"}, 415),
        ("POST", "/reconcile", {"data": b"queries=%ff", "content_type": "application/x-www-form-urlencoded"}, 400),
        ("POST", "/reconcile", {"json": {}}, 415),
        ("POST", "/reconcile/v1/match", {"data": {"queries": "{}"}}, 415),
        ("POST", "/reconcile/v1/match", {"json": []}, 400),
        ("POST", "/reconcile/v1/extend", {"json": {"ids": ["a"]}}, 400),
        ("PUT", "/reconcile", {}, 405),
        ("GET", "/reconcile/v1/match", {}, 405),
        ("POST", "/reconcile/suggest/entity", {}, 405),
        ("GET", "/reconcile/suggest/nothing", {}, 404),
        ("GET", "/reconcile/de", {}, 404),
        ("GET", "/reconcile", {"headers": {"Accept": "image/png"}}, 406),
        ("GET", "/reconcile", {"headers": {"Accept": "text/html"}}, 406),
        ("GET", "/reconcile/v1", {"headers": {"Accept": "application/xml"}}, 406),
        ("GET", "/reconcile/suggest/type", {"headers": {"Accept": "text/html"}}, 406),
        ("POST", "/reconcile", {"headers": {"Accept": "text/html"}, "data": {"queries": "{}"},
                                "content_type": "application/x-www-form-urlencoded"}, 406),
        ("PUT", "/reconcile", {"headers": {"Accept": "text/html"}}, 405),
        ("GET", "/reconcile/nothing", {"headers": {"Accept": "text/html"}}, 404),
    ],
)  # fmt: skip
def test_r14_requests(
    client: FlaskClient, method: str, path: str, options: dict[str, Any], status: int
) -> None:
    """A request that is wrong as a whole is refused with a problem document, without anything of ours in it."""
    response = client.open(path, method=method, **options)
    assert (status, "application/problem+json") == (response.status_code, response.mimetype)
    assert "Traceback" not in response.text
    assert str(REPOSITORY) not in response.text


@pytest.mark.parametrize("tail", ["", "/v1", "/suggest/entity", "/extend/propose", "/v1/suggest/type"])
def test_r14_caches(client: FlaskClient, tail: str) -> None:
    """A cache may not give JSON to who wants none: the answer says that the Accept header chose it."""
    for root in ("/reconcile", "/reconcile/wikidata/pl"):
        assert "Accept" in client.get(root + tail).vary
    assert "Accept" not in client.get(f"/reconcile{tail}?callback=f").vary or "v1" in tail


def test_r21_items_on_the_page(client: FlaskClient) -> None:
    """The page names every property of the space of Wikidata beside ours."""
    page = client.get("/en/reconcile").text
    named_there = {
        each["id"] for each in client.get("/reconcile/wikidata/suggest/property").get_json()["result"]
    }
    assert len(named_there) > 10
    assert [] == [name for name in sorted(named_there) if f"<code>{name}</code>" not in page]


def test_r14_overload(
    client: FlaskClient, tiny_snapshot: Snapshot, fake: Faked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who finds everything taken, or has used up their time, is told when to come back."""
    fake()
    app = app_of(tiny_snapshot)
    batch = {"queries": json.dumps({"q0": {"query": "x"}})}
    monkeypatch.setitem(app.extensions, TURNS, turns.Turns(0, waiting=0))
    busy = client.post("/reconcile", data=batch)
    spent = turns.Turns(1)
    spent._budgets.use("127.0.0.1", seconds=100)
    monkeypatch.setitem(app.extensions, TURNS, spent)
    over = client.post("/reconcile", data=batch)
    assert ((503, "2"), 429) == ((busy.status_code, busy.headers["Retry-After"]), over.status_code)
    assert int(over.headers["Retry-After"]) > 90
    assert 200 == client.get("/reconcile").status_code


def test_r14_no_silent_blanks(client: FlaskClient, fake: Faked, monkeypatch: pytest.MonkeyPatch) -> None:
    """Data that cannot be read are 503, never a table of blanks; so is a damaged index."""
    fake()
    damaged = client.post("/reconcile", data={"queries": json.dumps({"q0": {"query": "damaged"}})})
    monkeypatch.setattr(turns, "BATCH_SECONDS", -1.0)
    late = client.post("/reconcile", data={"extend": json.dumps({"ids": ["aldorf"], "properties": []})})
    assert (503, 503) == (damaged.status_code, late.status_code)
    assert "2" == late.headers["Retry-After"]


# -- R15 to R18 ------------------------------------------------------------------------------------------


def test_r15_independent(client: FlaskClient) -> None:
    """A query has the same answer in every batch, in every order and from several threads."""
    names = ["Aldorf", "Belmont", "Цедрово", "Aldorf", "Dunevile", "zzz", "Q900000001", "Estuary, Canada"]
    alone = {name: ask(client, q={"query": name})["q"] for name in names}
    for seed in range(5):
        shuffled = random.Random(seed).sample(names, len(names))
        together = ask(client, **{f"q{n}": {"query": name} for n, name in enumerate(shuffled)})
        assert [alone[name] for name in shuffled] == [together[f"q{n}"] for n in range(len(shuffled))]
    with ThreadPoolExecutor(16) as pool:
        found = list(
            pool.map(lambda name: ask(client.application.test_client(), q={"query": name})["q"], names * 4)
        )
    assert [alone[name] for name in names * 4] == found


def test_r16_time(client: FlaskClient, fake: Faked, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch that has used up its time ends with answers for all keys: those left say that they had no time."""
    fake(candidate("aldorf", 90.0))
    moments = iter([0.0, *[1.0] * 3, *[1_000.0] * 10])
    turn = turns.Turn(None, clock=lambda: next(moments, 1_000.0))
    assert (True, True, True, False) == tuple(turn.look() for _ in range(4))
    monkeypatch.setattr(turns, "BATCH_SECONDS", -1.0)
    body = ask(client, q0={"query": "x"}, q1={"query": "x"})
    assert [("q0", 503), ("q1", 503)] == [(key, each["error"]["status"]) for key, each in body.items()]


class Page(HTMLParser):
    """What a page has in it: elements, and addresses that it would load."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: dict[str, dict[str, str | None]] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.add(tag)
        self.attributes[tag] = dict(attrs)


@pytest.mark.parametrize(("root", "identifier"), [("/reconcile", "aldorf"), ("/reconcile/wikidata/pl", "Q900000001"),
                                                  ("/reconcile/network", "union-of-test-towns"),
                                                  ("/reconcile/partnership", "aldorf-belmont")])  # fmt: skip
def test_r17_preview(client: FlaskClient, root: str, identifier: str) -> None:
    """A preview is a static page that anybody may frame, and loads nothing."""
    response = client.get(f"{root}/preview", query_string={"id": identifier})
    page, policy = Page(response.text), response.headers["Content-Security-Policy"]
    assert (200, "text/html") == (response.status_code, response.mimetype)
    assert set() == page.elements & {"script", "form", "img", "link", "iframe", "object", "a", "input"}
    assert "X-Frame-Options" not in response.headers
    assert all(
        part in policy for part in ("frame-ancestors *", "default-src 'none'", "style-src 'unsafe-inline'")
    )
    assert {"lang", "dir"} <= set(page.attributes["html"])
    assert ("pl" if root.endswith("/pl") else "en") == page.attributes["html"]["lang"]
    assert "http" not in response.text


def test_r17_content(client: FlaskClient) -> None:
    """It names the thing, its country, its population, its partners, with years, and the day of the data."""
    text = client.get("/reconcile/preview?id=aldorf").text
    for each in ("Aldorf", "Germany", "81,000", "(2021)", "Belmont", "Data as of"):
        assert each in text
    missing = client.get("/reconcile/preview", query_string={"id": "<script>"})
    assert (404, "text/html") == (missing.status_code, missing.mimetype)
    assert "<script>" not in missing.text
    assert 404 == client.get("/reconcile/preview").status_code


def test_r18_suggest(client: FlaskClient) -> None:
    """Names in all languages, folded, and identifiers find their thing; nothing typed is the first page."""
    for root, prefix, wanted in (
        ("/reconcile", "ald", "aldorf"), ("/reconcile", "АЛЬД", "aldorf"), ("/reconcile", "cédrow", "cedrowo"),
        ("/reconcile", "aldorf", "aldorf"), ("/reconcile", "Q900000002", "belmont"),
        ("/reconcile/wikidata", "Q900000002", "Q900000002"), ("/reconcile/wikidata", "belmont", "Q900000002"),
        ("/reconcile/network", "north", "northern-congress"),
        ("/reconcile/partnership", "aldorf-belmont", "aldorf-belmont"),
    ):  # fmt: skip
        assert (
            wanted
            == client.get(f"{root}/suggest/entity", query_string={"prefix": prefix}).get_json()["result"][0][
                "id"
            ]
        )
    assert client.get("/reconcile/suggest/entity?prefix=").get_json()["result"]
    cities = client.get("/reconcile/suggest/entity?type=Municipality").get_json()["result"]
    assert "duneville" in ids(cities)
    assert "aldorf" not in ids(cities)


@pytest.mark.parametrize("what", ["entity", "property", "type"])
def test_r18_pages(client: FlaskClient, what: str) -> None:
    """Page after page gives everything once, and only what has more says so."""
    seen: list[str] = []
    cursor: int | None = 0
    while cursor is not None:
        body = client.get(f"/reconcile/suggest/{what}?limit=2&cursor={cursor}").get_json()
        draft = client.get(f"/reconcile/v1/suggest/{what}?limit=2&offset={cursor}").get_json()
        assert ids(body["result"]) == ids(draft["result"])
        assert "cursor" not in draft
        seen += ids(body["result"])
        cursor = body.get("cursor")
    assert len(seen) == len(set(seen)) > 2


def test_r18_type_of_properties(client: FlaskClient) -> None:
    """Properties are suggested for the types that have them."""
    assert client.get("/reconcile/suggest/property?type=City").get_json()["result"]
    assert [] == client.get("/reconcile/suggest/property?type=Network").get_json()["result"]


# -- R19 to R22 ------------------------------------------------------------------------------------------


def test_r19_plain(client: FlaskClient, fake: Faked) -> None:
    """Names are plain text, letters are not escaped, and names of properties and types hold no markup."""
    fake(replace(candidate("q1", 5.0), name="<b>O'Higgins & “Ł”</b>"))
    response = client.post("/reconcile", data={"queries": json.dumps({"q0": {"query": "x"}})})
    assert "<b>O'Higgins & “Ł”</b>" in response.text
    for root in (*ROOTS, "/reconcile/uk"):
        texts = client.get(f"{root}/suggest/property").text + client.get(root).text
        texts += client.get(f"{root}/suggest/type").text + client.get(f"{root}/extend/propose").text
        assert not {"<", ">"} & set(texts)


def test_r20_caching(client: FlaskClient, tiny_snapshot: Snapshot, caplog: pytest.LogCaptureFixture) -> None:
    """What is read by GET may be kept and is known again; every answer names the data; no query is written down."""
    caplog.set_level(logging.DEBUG)
    batch = json.dumps({"q0": {"query": "Aldorf secretly"}})
    for path in ("/reconcile", "/reconcile/suggest/entity?prefix=al", "/reconcile/preview?id=aldorf",
                 "/reconcile/extend/propose?type=City", "/reconcile/v1", f"/reconcile?queries={batch}"):  # fmt: skip
        response = client.get(path)
        assert tiny_snapshot.manifest.id == response.headers["X-Twin-Graph-Snapshot"]
        assert response.headers["Cache-Control"].startswith("public")
        again = client.get(path, headers={"If-None-Match": response.headers["ETag"]})
        assert (304, b"") == (again.status_code, again.data)
        assert "Set-Cookie" not in response.headers
    posted = client.post("/reconcile", data={"queries": batch})
    assert ("no-store", tiny_snapshot.manifest.id) == (
        posted.headers["Cache-Control"],
        posted.headers["X-Twin-Graph-Snapshot"],
    )
    assert tiny_snapshot.manifest.id in client.get("/reconcile").get_json()["serviceVersion"]
    assert "secretly" not in caplog.text


def test_r20_languages(client: FlaskClient) -> None:
    """Where the reader's language chose the texts, the answer says so; the language of the address wins."""
    polish = {"Accept-Language": "pl"}
    first = client.get("/reconcile/suggest/type", headers=polish)
    assert "Accept-Language" in first.headers["Vary"]
    assert "Miasto" in first.text
    named_there = client.get("/reconcile/en/suggest/type", headers=polish)
    assert "Accept-Language" not in named_there.headers.get("Vary", "")
    assert "Miasto" not in named_there.text


def test_r19_reasons(client: FlaskClient) -> None:
    """Reasons are sentences in the reader's language, on the page that tries the service, too."""
    (found,) = ask(
        client, "/reconcile/pl", q0={"query": "Aldorf", "properties": [{"pid": "country", "v": "DE"}]}
    )["q0"]["result"]
    assert {"id": "country_match", "name": "kraj się zgadza"} in found["reasons"]
    assert "kraj się zgadza" in client.get("/pl/reconcile?name=Aldorf&country=DE").text


def test_r19_features_are_explained(client: FlaskClient) -> None:
    """Every feature of an answer has its place on the page to which the manifest leads, and a name in the draft."""
    page = client.get("/en/reconcile").text
    properties = [about("country", "DE"), about("partner", "Belmont"), about("coord", "52,10"),
                  about("population", 80_000), about("network", "Union of Test Towns")]  # fmt: skip
    found = [*match(client, named("Aldorf"), *properties, type="City"), *match(client, named("Cedrowoo"))]
    found += match(client, {"matchType": "id", "propertyValue": "aldorf"})
    found += match(client, named("Aldorf"), about("country", "DE", matchQuantifier="none"))
    features = {each["id"]: each["name"] for candidate in found for each in candidate["features"]}
    assert len(features) > 8
    assert [] == [name for name in features if f'id="{name}"' not in page]
    assert [] == [name for name, text in features.items() if text == name]


def test_r21_stays(client: FlaskClient) -> None:
    """What a manifest says stays true after an upgrade, but for the version; the guide says what to do."""
    for root in ROOTS:
        text = client.get(root).text
        manifest = json.loads(text)
        del manifest["serviceVersion"]
        assert not re.search(r"/static/[0-9a-f]{8}", json.dumps(manifest))
    guide = (REPOSITORY / "docs/reconcile-with-openrefine.md").read_text(encoding="utf-8")
    assert "remove the service and add it again" in " ".join(guide.split())
    assert all(f"R{number} " in guide for number in range(1, 23))


def test_r21_examples_of_the_guide(client: FlaskClient) -> None:
    """The requests of the guide are ones that the services understand."""
    guide = (REPOSITORY / "docs/reconcile-with-openrefine.md").read_text(encoding="utf-8")
    forms = re.findall(r"--data-urlencode \\\n\s+'(queries|extend)=(.*)'", guide)
    assert ["queries", "extend"] == [name for name, _ in forms]
    for name, text in forms:
        response = client.post("/reconcile", data={name: text})
        assert 200 == response.status_code
        assert "error" not in response.text
    (draft,) = re.findall(r"-d \\\n\s+'(.*)'", guide)
    assert 200 == client.post("/reconcile/v1/match", json=json.loads(draft)).status_code


def test_r22_offline(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is asked of anybody else: every address answers where no connection can be made."""

    def refuse(*_: object) -> None:
        raise AssertionError("a connection was made")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    for root in ROOTS:
        for tail in TAILS:
            assert client.get(root + tail).status_code in (200, 404)
        assert ask(client, root, q0={"query": "Aldorf"}, q1={"query": "https://en.wikipedia.org/wiki/Aldorf"})
        assert extend(client, ["aldorf"], {"id": "partner"}, root=root)


def test_services_are_those_of_the_table() -> None:
    """The addresses here are of all services."""
    paths = {f"/{Service(word, '0.2', 'en', False, BASE).path}" for word in SERVICES}
    assert paths <= set(ROOTS)
