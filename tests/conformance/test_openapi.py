"""The description of the service (OpenAPI 3.1): that it is valid, whole and true; and the catalogue of services.

https://spec.openapis.org/oas/v3.1.1.html, https://www.rfc-editor.org/rfc/rfc9727
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.robotparser import RobotFileParser

import pytest
import yaml
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator

from openapi_calls import Object, closed, make_calls, narrowed, operations
from site_client import client_of
from twin_graph import dumps, ldes
from twin_graph.formats import DOCUMENT_FORMATS, Carries
from twin_graph.kinds import DOCUMENTED
from twin_graph.settings import read_settings
from twin_graph.snapshot import Snapshot, open_snapshot
from twin_graph.web import create_app
from twin_graph.web.openapi import paths, tables
from twin_graph.web.openapi.description import entry_of, is_left_out
from twin_graph.web.site import EXTENSION
from twin_graph.web.sparql import POOL
from twin_graph.worker import QueryLimits, start_pool
from twin_graph.workspace import LANGUAGES
from workspaces import TESTS

BASE = "http://localhost:8000/"
OPERATIONS = 136
# Calls of each operation: with whatever it allows, and with values that there are.
ANYTHING, SENSIBLE = 10, 20
GOOD = {200, 301, 302, 303}
SPECIAL = {"tables.query": {"panel": "partnerships"}, "tables.table": {"panel": "partnerships"}}


@pytest.fixture(scope="module")
def published(compared_snapshot: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """A copy of the compared workspace, with files and the change feed."""
    root = tmp_path_factory.mktemp("described") / "workspace"
    shutil.copytree(compared_snapshot.path.parents[1], root, symlinks=True)
    snapshot = open_snapshot(root / "snapshots", compared_snapshot.path.name)
    dumps.write_dumps(snapshot)
    ldes.bake(root / "snapshots", BASE)
    return snapshot


@pytest.fixture(scope="module")
def app(published: Snapshot) -> Iterator[Flask]:
    """The application that serves it, with a query service."""
    limits = QueryLimits(workers=2, queue=2, seconds=5.0, memory_mb=256, rows=1_000, megabytes=1.0,
                         client_seconds=0, client_errors=0)  # fmt: skip
    with (
        tempfile.TemporaryDirectory(prefix="tg-") as folder,
        start_pool(published.path, Path(folder, "q"), limits, store="memory") as running,
    ):
        named = {"workspace": str(published.path.parents[1]), "query_socket": str(running.socket)}
        made = create_app(read_settings({}, **named), published)
        yield made
        made.extensions[POOL].close()


@pytest.fixture(scope="module")
def description(app: Flask) -> Object:
    """What is said."""
    found: Object = json.loads(app.test_client().get("/openapi.json", base_url=BASE).data)
    return found


def test_it_is_valid(description: Object) -> None:
    """Nothing is wrong with it as OpenAPI 3.1, and each operation has a name of its own."""
    assert [] == list(OpenAPIV31SpecValidator(description).iter_errors())
    assert "3.1.1" == description["openapi"]
    names = [operation["operationId"] for _, _, operation in operations(description)]
    assert OPERATIONS == len(names) == len(set(names))
    tags = {tag["name"] for tag in description["tags"]}
    assert tags == {tag for _, _, operation in operations(description) for tag in operation["tags"]}


def test_every_route_is_described_or_it_is_said_why_not(app: Flask, description: Object) -> None:
    """A public route that is neither RDF nor a page is described, with its methods; nothing else is."""
    with app.test_request_context():
        known = paths("")
    assert len(known) > 190
    assert [] == [each.text for each in known if (entry_of(each) is None) == (not is_left_out(each.endpoint))]
    assert set(description["paths"]) == {each.text for each in known if entry_of(each) is not None}
    for each in known:
        entry = entry_of(each)
        if entry is not None:
            assert set(entry) == (each.methods or {"get", "post"}), each.text
    endpoints = {each.endpoint for each in known}
    said = {name.partition("@")[0] for name in tables.read("operations")}
    left_out = [name for names in tables.read("service")["left_out"].values() for name in names]
    assert endpoints == said | set(left_out)
    assert len(left_out) == len(set(left_out))
    assert set() == said & set(left_out)


def test_every_table_is_used(description: Object) -> None:
    """No parameter and no schema is left over."""
    service, read = tables.read("service"), tables.read("operations")
    used = {name for entry in read.values() for said in entry.values() for name in said.get("query", ())}
    assert used | {"snapshot"} == set(service["query"])
    in_paths = {f"{name}" for item in description["paths"].values() for each in item.get("parameters", ())
                for name in [each["name"]]}  # fmt: skip
    assert in_paths == {name.rpartition(".")[2] for name in service["path"]}
    text = json.dumps(description)
    assert set(description["components"]["schemas"]) == set(re.findall(r"#/components/schemas/(\w+)", text))
    assert set(description["components"]["responses"]) == set(
        re.findall(r"#/components/responses/(\w+)", text)
    )


@pytest.mark.parametrize("endpoint", tables.read("service")["left_out"]["page"])
def test_what_is_left_out_as_a_page_is_one(app: Flask, endpoint: str) -> None:
    """It is HTML, or leads to it."""
    assert {"text/html"} == {_type_of(app, address, "text/html") for address in _addresses(app, endpoint)}


@pytest.mark.parametrize("endpoint", tables.read("service")["left_out"]["rdf"])
def test_what_is_left_out_as_rdf_is_rdf(app: Flask, endpoint: str) -> None:
    """It is in a format of RDF, or leads to it."""
    formats = {fmt.media_type for fmt in DOCUMENT_FORMATS if Carries.GRAPH in fmt.carries}
    for address in _addresses(app, endpoint):
        assert _type_of(app, address, "text/turtle, application/trig;q=0.9, */*;q=0.1") in formats, address


def _type_of(app: Flask, address: str, accept: str) -> str:
    response = app.test_client().get(
        address, base_url=BASE, headers={"Accept": accept}, follow_redirects=True
    )
    assert 200 == response.status_code, address
    return str(response.mimetype)


def _addresses(app: Flask, endpoint: str) -> list[str]:
    """An address of each rule of a view."""
    (entry,) = ldes.read_feed(app.extensions[EXTENSION].workspace.snapshots, BASE)
    values = {
        "slug": "not-found",
        "identity": _finding(app),
        "panel": "latest",
        "name": "metadata",
        "lang": "en",
        "scheme": "status",
        "report": "a",
        "kind": "city",
        "key": "aldorf",
        "number": "1",
        "extension": "ttl",
    }
    own = {"ldes": {"name": entry.name}, "vocabulary": {"name": "city"}}.get(endpoint.partition(".")[0], {})
    if endpoint == "ldes.page":
        own["extension"] = "trig"
    found = []
    for rule in [rule for rule in app.url_map.iter_rules() if rule.endpoint == endpoint]:
        fixed = dict(rule.defaults or {})
        names = values | own | SPECIAL.get(endpoint, {})
        if fixed.get("section") == "report":
            names["panel"] = "counts"
        wanted = {name: names[name] for name in rule.arguments if name not in fixed}
        found.append(app.url_map.bind("localhost:8000").build(endpoint, wanted | fixed))
    assert found
    if endpoint == "graph_store.graphs":
        return ["/graphs?default", f"/graphs?graph={BASE}graph/metadata"]
    return found


def _finding(app: Flask) -> str:
    found = json.loads(app.test_client().get("/wikidata/a.json", base_url=BASE).data)
    return str(found["findings"][0]["id"])


def known_values(edition: str, finding: str) -> dict[str, list[Any]]:
    """Values that lead to something, from the file of them."""
    text = (TESTS / "fixtures" / "openapi_values.yaml").read_text(encoding="utf-8")
    found: dict[str, list[Any]] = yaml.safe_load(
        text.replace("$edition", f'"{edition}"').replace("$finding", finding)
    )
    return found


def test_answers_are_as_it_says(app: Flask, published: Snapshot, description: Object) -> None:
    """What it allows is answered with a status, a type and a body that it describes, and never with 5xx."""
    strict = closed(description)
    known = known_values(published.manifest.id, _finding(app))
    anything = make_calls(strict, app, ANYTHING)
    sensible = make_calls(narrowed(strict, known), app, SENSIBLE)
    assert OPERATIONS == len(anything) == len(sensible)
    statuses = {status for calls in (anything, sensible) for found in calls.values() for status in found}
    assert {200, 301, 302, 303, 400, 403, 404, 406, 410} <= statuses
    # Nobody is configured whom to tell about a hole in the site.
    never = [name for name, found in sensible.items() if not GOOD & set(found)]
    assert ["GET /.well-known/security.txt"] == never


def test_it_can_be_read_as_yaml(app: Flask, description: Object) -> None:
    """It says the same; each form names the other, and both answer HEAD."""
    client = app.test_client()
    response = client.get("/openapi.yaml", base_url=BASE)
    assert (200, "application/yaml") == (response.status_code, response.content_type)
    assert description == yaml.safe_load(response.text)
    assert f'<{BASE}openapi.json>; rel="alternate"; type="application/json"' in response.headers["Link"]
    other = client.get("/openapi.json", base_url=BASE)
    assert f'<{BASE}openapi.yaml>; rel="alternate"; type="application/yaml"' in other.headers["Link"]
    for path in ("/openapi.json", "/openapi.yaml", "/.well-known/api-catalog"):
        head, whole = client.head(path, base_url=BASE), client.get(path, base_url=BASE)
        assert (200, b"") == (head.status_code, head.data)
        assert dict(whole.headers) == dict(head.headers)
        again = client.get(path, base_url=BASE, headers={"If-None-Match": whole.headers["ETag"]})
        assert 304 == again.status_code


def test_what_is_switched_off_is_not_described(published: Snapshot) -> None:
    """Neither the draft of reconciliation nor answers to scripts of other origins."""
    named = {"workspace": str(published.path.parents[1]), "reconcile_draft": "off", "reconcile_jsonp": "off"}
    client = create_app(read_settings({}, **named), published).test_client()
    text = client.get("/openapi.json", base_url=BASE).text
    assert "/reconcile/suggest/{what}" in text
    assert "/v1" not in json.dumps(json.loads(text)["paths"])
    assert "callback" not in text
    assert "application/javascript" not in text


def test_kinds_are_those_there_are(description: Object) -> None:
    """A parameter that is a kind of thing has the names of `kinds.py`."""
    (parameter,) = (
        each for each in description["paths"]["/{lang}/{kind}.{extension}"]["parameters"] if each["name"] == "kind"
    )  # fmt: skip
    assert [kind.name for kind in DOCUMENTED] == parameter["schema"]["enum"]


def test_services_of_the_host_are_listed(app: Flask) -> None:
    """A set of links (RFC 9264) that names each service; whatever it leads to is there, as the type that it says."""
    client = app.test_client()
    response = client.get("/.well-known/api-catalog", base_url=BASE)
    profile = "https://www.rfc-editor.org/info/rfc9727"
    assert f'application/linkset+json; profile="{profile}"' == response.content_type
    assert f'<{BASE}.well-known/api-catalog>; rel="api-catalog"' in response.headers["Link"]
    own, *services = json.loads(response.data)["linkset"]
    assert f"{BASE}.well-known/api-catalog" == own["anchor"]
    assert [each["anchor"] for each in services] == [item["href"] for item in own["item"]]
    paths_of = {each["anchor"].removeprefix(BASE) for each in services}
    assert {"", "sparql", "catalog", "ldes", "reconcile", "reconcile/wikidata", "reconcile/network",
            "reconcile/partnership"} == paths_of  # fmt: skip
    relations = {"service-desc", "service-doc", "service-meta", "status", "alternate"}
    followed = 0
    for each in services:
        assert set(each) - {"anchor"} <= relations
        assert each.get("service-desc") or each.get("service-meta")
        for target in (found for name in relations for found in each.get(name, ())):
            accept = {"Accept": target["type"]} if "type" in target else {}
            answer = client.get(target["href"], base_url=BASE, headers=accept, follow_redirects=True)
            assert 200 == answer.status_code, target
            assert target.get("type", answer.mimetype) == answer.mimetype, target
            followed += 1
    assert followed > 40


@pytest.mark.parametrize("path", ["/en/", "/pl/about", "/reconcile", "/reconcile/wikidata/v1"])
def test_the_description_is_found(app: Flask, path: str) -> None:
    """RFC 8631, RFC 9727: who is at a service or at the front door is told; robots may read it."""
    client = app.test_client()
    for method in ("GET", "HEAD"):
        links = client.open(path, base_url=BASE, method=method).headers["Link"]
        assert f'<{BASE}openapi.json>; rel="service-desc"; type="application/json"' in links
        assert f'<{BASE}.well-known/api-catalog>; rel="api-catalog"; type="application/linkset+json"' in links
    robots = RobotFileParser()
    robots.parse(client.get("/robots.txt", base_url=BASE).text.splitlines())
    for name in ("openapi.json", "openapi.yaml", ".well-known/api-catalog", "ldes"):
        assert robots.can_fetch("x", BASE + name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_people_are_led_to_it(app: Flask, language: str) -> None:
    """The page about the service names the description, the services and the feed, that of changes the feed."""
    client = app.test_client()
    about = client.get(f"/{language}/about", base_url=BASE).text
    for path in ("/openapi.json", "/openapi.yaml", "/.well-known/api-catalog", "/ldes.ttl"):
        assert f'href="{path}"' in about
    assert 'href="/ldes.ttl"' in client.get(f"/{language}/changes", base_url=BASE).text
    assert 'href="/ldes"' in client.get(f"/{language}/catalog", base_url=BASE).text


def test_without_a_feed_nobody_is_led_to_it(compared_snapshot: Snapshot) -> None:
    """Neither people nor programs."""
    client = client_of(compared_snapshot)
    for path in ("/en/about", "/en/changes", "/en/catalog", "/catalog.ttl", "/.well-known/api-catalog"):
        assert f"{BASE}ldes" not in client.get(path).text
        assert "/ldes.ttl" not in client.get(path).text
