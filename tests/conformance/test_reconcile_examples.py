"""The examples of the reconciliation protocol, and our own answers, against its published schemas.

https://reconciliation-api.github.io/specs/0.2/ and the draft of version 1.0.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from reconciliation_schemas import VERSIONS, Example, list_examples, of_schema, problems
from site_client import client_of
from suites import require_suite
from twin_graph.snapshot import Snapshot

EXAMPLES = list_examples()
WORDS = ("", "/wikidata", "/network", "/partnership")
LANGUAGES = ("", "/pl", "/en", "/uk")
IDS = ["aldorf", "belmont", "Q900000001", "northern-congress", "aldorf-belmont", "nothing-xx", "", "a/b?c"]
SETTINGS: list[dict[str, object]] = [{}, {"limit": "1"}, {"count": "on"}, {"dates": "str", "status": "any"}]


@pytest.fixture(scope="module")
def client(tiny_snapshot: Snapshot) -> FlaskClient:
    """A client of the tiny workspace."""
    require_suite("reconciliation-specs")
    return client_of(tiny_snapshot)


def examples_of(schema: str) -> list[Any]:
    """The examples of a schema as parameters, each of them a case."""
    return [
        pytest.param(each, id=f"{each.version}-{each.name}", marks=each.case)
        for each in EXAMPLES
        if each.schema == schema
    ]


class TestExamples:
    """The examples of the specifications behave as their folders say."""

    def test_all_are_there(self) -> None:
        """There are 44 of version 0.2 and 51 of the draft."""
        require_suite("reconciliation-specs")
        assert (44, 51) == tuple(sum(each.version == version for each in EXAMPLES) for version in VERSIONS)

    @pytest.mark.parametrize(
        "example", EXAMPLES, ids=lambda each: f"{each.version}-{each.schema}-{each.name}"
    )
    def test_example(self, example: Example) -> None:
        """A valid example fits its schema, an invalid one does not: the tests read the schemas rightly."""
        assert example.is_valid == (problems(example.version, example.schema, example.value) == [])

    @pytest.mark.parametrize("example", examples_of("reconciliation-query-batch"))
    def test_batch(self, client: FlaskClient, example: Example) -> None:
        """A valid batch is answered; of an invalid one it is said what is wrong, for each query where it has keys."""
        response = _ask(client, example.version, example.value)
        if example.version == "0.2":
            body = response.get_json()
            assert (200, []) == (response.status_code, problems("0.2", "reconciliation-result-batch", body))
            assert set(example.value) == set(body)
            assert {not example.is_valid} == {"error" in each for each in body.values()}
        elif example.is_valid:
            assert 200 == response.status_code
            assert [] == problems("1.0-draft", "reconciliation-result-batch", response.get_json())
        else:
            assert (400, "application/problem+json") == (response.status_code, response.mimetype)

    @pytest.mark.parametrize("example", examples_of("data-extension-query"))
    def test_extension(self, client: FlaskClient, example: Example) -> None:
        """A request for data of things and properties that we do not have is answered with empty cells."""
        response = _extend(client, example.version, "", example.value)
        assert 200 == response.status_code
        assert [] == problems(example.version, "data-extension-response", response.get_json())


def _roots(version: str) -> Iterator[str]:
    tail = "/v1" if version == "1.0-draft" else ""
    return (f"/reconcile{word}{lang}{tail}" for word in WORDS for lang in LANGUAGES)


def _ask(client: FlaskClient, version: str, batch: Any, root: str = "/reconcile") -> TestResponse:
    if version == "0.2":
        return client.post(root, data={"queries": json.dumps(batch)})
    return client.post(f"{root}/v1/match", json=batch)


def _extend(client: FlaskClient, version: str, word: str, wanted: Any) -> TestResponse:
    if version == "0.2":
        return client.post(f"/reconcile{word}", data={"extend": json.dumps(wanted)})
    return client.post(f"/reconcile{word}/v1/extend", json=wanted)


class TestAnswers:
    """Every response of every address fits the schema of its version."""

    @pytest.mark.parametrize("version", VERSIONS)
    def test_addresses(self, version: str) -> None:
        """There are four services, each in three languages and in that of the reader."""
        assert 16 == len(list(_roots(version)))

    @pytest.mark.parametrize("version", of_schema("manifest"))
    def test_manifest(self, client: FlaskClient, version: str) -> None:
        """The manifest of each service."""
        for root in _roots(version):
            body = client.get(root).get_json()
            assert [] == problems(version, "manifest", body), root
            assert [version] == body["versions"]

    @pytest.mark.parametrize(
        "version",
        of_schema("suggest-entities-response", "suggest-properties-response", "suggest-types-response"),
    )
    @pytest.mark.parametrize(
        ("what", "schema"), [("entity", "entities"), ("property", "properties"), ("type", "types")]
    )
    def test_suggest(self, client: FlaskClient, version: str, what: str, schema: str) -> None:
        """Suggestions, for anything that was typed."""
        for root in _roots(version):
            for prefix in ("", "a", "Aldorf", "Q9", "<", "Ц", "co", "zzzz"):
                response = client.get(f"{root}/suggest/{what}", query_string={"prefix": prefix, "limit": "2"})
                assert 200 == response.status_code
                assert [] == problems(version, f"suggest-{schema}-response", response.get_json())

    @pytest.mark.parametrize("version", of_schema("data-extension-property-proposal"))
    def test_propose(self, client: FlaskClient, version: str) -> None:
        """The properties that can be fetched, of any type."""
        for root in _roots(version):
            for wanted in ("", "City", "Q515", "Network", "?"):
                body = client.get(
                    f"{root}/extend/propose", query_string={"type": wanted, "limit": 5}
                ).get_json()
                assert [] == problems(version, "data-extension-property-proposal", body)
                assert body["properties"]

    @pytest.mark.parametrize("version", of_schema("data-extension-response"))
    @pytest.mark.parametrize("word", WORDS)
    @pytest.mark.parametrize("settings", SETTINGS, ids=str)
    def test_extend(self, client: FlaskClient, version: str, word: str, settings: dict[str, object]) -> None:
        """Every property of every service, of things that are there and others."""
        proposed = client.get(f"/reconcile{word}/extend/propose").get_json()["properties"]
        names = [*(each["id"] for each in proposed[:19]), "unknown"]
        wanted = {"ids": IDS, "properties": [{"id": name, "settings": settings} for name in names]}
        response = _extend(client, version, word, wanted)
        assert 200 == response.status_code
        assert [] == problems(version, "data-extension-response", response.get_json())

    @pytest.mark.parametrize("version", of_schema("reconciliation-result-batch"))
    @pytest.mark.parametrize("word", WORDS)
    def test_match(self, client: FlaskClient, version: str, word: str) -> None:
        """Candidates with all that they say."""
        names = ("Aldorf", "Цедрово", "Aldorf – Belmont", "Union of Test Towns", "Q900000001", "zzzz", "dorf")
        old = {f"q{place}": {"query": name, "limit": 3} for place, name in enumerate(names)}
        new = {"queries": [{"conditions": [{"matchType": "name", "propertyValue": name}]} for name in names]}
        response = _ask(client, version, old if version == "0.2" else new, f"/reconcile{word}")
        body = response.get_json()
        assert [] == problems(version, "reconciliation-result-batch", body)
        results = body.values() if version == "0.2" else body["results"]
        assert len(names) == len(results)
        assert any(each.get("result") or each.get("candidates") for each in results)
