"""The redirects for w3id.org: every namespace of the vocabulary is led to an address that answers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from site_client import client_of
from twin_graph.namespaces import CONCEPTS_IRI, CONFORMANCE_IRI, FUNCTIONS, PREFIXES
from twin_graph.snapshot import Snapshot

FILE = Path(__file__).parents[2] / "deploy/w3id.htaccess"
HOST, ROOT = "https://example.org", "https://w3id.org/twin-graph/"
RULE = re.compile(r"^RewriteRule (\S+) (\S+) \[R=303,L\]$", re.MULTILINE)
# Functions are used by the build alone, and nothing that is published has them.
NAMESPACES = sorted(
    {CONFORMANCE_IRI, *(iri for iri in PREFIXES.values() if iri.startswith(ROOT))} - {str(FUNCTIONS)}
)


def led(path: str) -> str | None:
    """Where a path below w3id.org/twin-graph/ leads, as Apache's mod_rewrite has it."""
    for pattern, target in RULE.findall(FILE.read_text(encoding="utf-8")):
        if match := re.match(pattern, path):
            return re.sub(r"\$(\d)", lambda group: match[int(group[1])] or "", target)
    return None


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_namespaces_are_found(tiny_snapshot: Snapshot, namespace: str) -> None:
    """As data for programs and as a page for people, each at the address that it is led to."""
    client = client_of(tiny_snapshot)
    target = led(namespace.removeprefix(ROOT).rstrip("#"))
    assert target is not None
    assert target.startswith(f"{HOST}/")
    path = target.removeprefix(HOST)
    data = client.get(path, headers={"Accept": "text/turtle"})
    assert (200, "text/turtle") == (data.status_code, data.mimetype)
    assert namespace.rstrip("#") in data.text
    page = client.get(path, headers={"Accept": "text/html"}, follow_redirects=True)
    assert (200, "text/html") == (page.status_code, page.mimetype)


def test_there_are_all_of_them() -> None:
    """The ontology, the rules, what was tested, and each scheme of concepts."""
    assert 20 <= len(NAMESPACES)
    assert sum(name.startswith(CONCEPTS_IRI) for name in NAMESPACES) == len(NAMESPACES) - 3


@pytest.mark.parametrize(
    "path", ["x", "id/city/lublin", "ontology/x", "../x", "concepts/status/x", "ONTOLOGY"]
)
def test_nothing_else_is_led(path: str) -> None:
    """Identifiers of things are those of who publishes them."""
    assert led(path) is None


def test_suffixes_are_kept(tiny_snapshot: Snapshot) -> None:
    """Who asks for a format gets it."""
    assert f"{HOST}/ontology.ttl" == led("ontology.ttl")
    assert f"{HOST}/concepts/status.jsonld" == led("concepts/status.jsonld")
    assert f"{HOST}/context.jsonld" == led("context.jsonld")
    assert 200 == client_of(tiny_snapshot).get("/context.jsonld").status_code


def test_the_root_leads_to_the_vocabulary() -> None:
    """Who shortens an address finds what it belongs to."""
    assert f"{HOST}/ontology" == led("")
