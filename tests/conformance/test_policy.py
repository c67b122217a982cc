"""What the page of promises says is so: each code and address that it names."""

from __future__ import annotations

import json
import re

import pytest
from flask.testing import FlaskClient

from site_client import client_of
from twin_graph.snapshot import Snapshot
from twin_graph.workspace import LANGUAGES

BASE = "http://localhost:8000/"


@pytest.fixture
def client(tiny_snapshot: Snapshot) -> FlaskClient:
    """A client of the tiny site."""
    return client_of(tiny_snapshot)


@pytest.mark.parametrize("language", LANGUAGES)
def test_promises_hold(client: FlaskClient, tiny_snapshot: Snapshot, language: str) -> None:
    """The example leads to a document, replaced keys to the new ones, withdrawn things are gone, editions answer."""
    page = client.get(f"/{language}/policy").text
    (example,) = set(re.findall(rf"<code>({BASE}id/[^<]+)</code>", page))
    assert 303 == client.get(example.removeprefix(BASE.rstrip("/"))).status_code
    assert {"303", "301", "410"} <= set(re.findall(r"\((\d{3})\)", page))
    assert 301 == client.get("/id/city/aldorf-an-der-alle").status_code
    assert 410 == client.get("/id/partnership/aldorf-atlantis").status_code
    identity = tiny_snapshot.manifest.id
    assert f"<code>{identity}</code>" in page
    assert 200 == client.get(f"/{language}/about?snapshot={identity}").status_code
    assert f'href="/{language}/policy"' in client.get(f"/{language}/about").text


def test_a_citation_names_the_edition(client: FlaskClient, tiny_snapshot: Snapshot) -> None:
    """In words and for programs that manage references: title, day or year, edition and address."""
    page = client.get("/en/policy").text
    manifest = tiny_snapshot.manifest
    (quoted,) = re.findall(r"<blockquote><p>(.*?)</p>", page)
    for text in (manifest.title["en"], manifest.id, manifest.valid_on, manifest.base_iri):
        assert text in quoted
    (entry,) = re.findall(r"@misc\{.*?\n\}", page, re.DOTALL)
    fields = dict(re.findall(r"(\w+) += \{(.*?)\},?\n", entry))
    assert (manifest.title["en"], manifest.valid_on[:4], manifest.id, manifest.base_iri) == (
        fields["title"], fields["year"], fields["version"], fields["url"],
    )  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_speaks_of_every_interface(client: FlaskClient, language: str) -> None:
    """The description of what is not RDF, which answers, both versions of reconciliation, the files and the feed."""
    page = client.get(f"/{language}/policy").text
    for text in ("OpenAPI 3.1", "0.2", "1.0", "/dumps/latest/", "LDES"):
        assert text in page, text
    assert 'href="/openapi.json"' in page
    paths = json.loads(client.get("/openapi.json").data)["paths"]
    assert {"/reconcile", "/reconcile/v1", "/dumps/latest/{name}", "/suggest"} <= set(paths)
