"""Whatever is sent to the reconciliation services, no answer is a failure of theirs, and every query has one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciliation_schemas import problems
from site_client import client_of
from suites import find_suite
from twin_graph.snapshot import Snapshot

PAYLOADS = (
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'; DROP TABLE thing; --", "\\", "%",
    "_%", "*", "NEAR(a b)", "a AND b OR", '"unbalanced', "thing:key", "} ?s ?p ?o {", "{{ 7 * 7 }}", "${7*7}",
    "../../etc/passwd", "//evil.example", "javascript:alert(1)", "=cmd|' /C calc'!A0", "\x00", "\ufeff", "\u202eabc",
    "a\u200db", "O'Higgins", "Ñ" * 300, "🙂🙃", "\r\nSet-Cookie: a=b", "(((((((((", "[[[[[[", "a" * 255,
)  # fmt: skip
QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
TEXTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["Aldorf", "Альдорф", "O'Higgins", '")}', "}} UNION {", "a" * 5_000,
                     "\u202e\u200d", "e\u0301", "\ud800",
                     "Q1", "52,10", "DE", "Mu\u0308nster", ".*(+", "%00", "{{id}}", "' OR 1=1 --"]),
)  # fmt: skip
ANYTHING = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), TEXTS
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
THINGS = st.fixed_dictionaries({"id": TEXTS}, optional={"name": TEXTS})
VALUES = st.one_of(TEXTS, st.integers(), st.booleans(), THINGS)
MANY = VALUES | st.lists(VALUES, max_size=3)
KNOWN = ["country", "coord", "population", "partner", "network", "wikidata", "key", "admin", "P17"]
PIDS = st.sampled_from(KNOWN) | TEXTS
GOOD = st.fixed_dictionaries(
    {"query": TEXTS},
    optional={
        "type": TEXTS | st.lists(TEXTS, max_size=3) | st.sampled_from(["City", "Q515", "Network"]),
        "type_strict": st.sampled_from(["any", "all", "should"]),
        "limit": st.integers(-5, 100),
        "properties": st.lists(st.fixed_dictionaries({"pid": PIDS, "v": MANY}), max_size=3),
    },
)
CONDITIONS = st.fixed_dictionaries(
    {
        "matchType": st.sampled_from(["name", "id", "property"]),
        "propertyValue": MANY,
    },
    optional={
        "propertyId": PIDS,
        "required": st.booleans(),
        "matchQuantifier": st.sampled_from(["any", "all", "none"]),
        "matchQualifier": st.sampled_from(["WithinKm-5", "WithinPercent-5"]) | TEXTS,
        "lang": TEXTS,
    },
)
DRAFTS = st.fixed_dictionaries(
    {"conditions": st.lists(CONDITIONS, min_size=1, max_size=3)}, optional={"type": TEXTS, "lang": TEXTS}
)
ROOTS = st.sampled_from(
    ["/reconcile", "/reconcile/wikidata", "/reconcile/network/uk", "/reconcile/partnership"]
)


@pytest.fixture(scope="module")
def client(tiny_snapshot: Snapshot) -> FlaskClient:
    """A client of the tiny workspace."""
    return client_of(tiny_snapshot)


def check(schema: str, version: str, body: Any) -> None:
    """An answer fits its schema, where that is at hand."""
    if find_suite("reconciliation-specs"):
        assert [] == problems(version, schema, body)


@QUICK
@given(root=ROOTS, batch=st.dictionaries(TEXTS, GOOD | ANYTHING, max_size=5))
def test_queries(client: FlaskClient, root: str, batch: dict[str, Any]) -> None:
    """A batch of any queries has an answer for each key."""
    response = client.post(root, data={"queries": json.dumps(batch)})
    assert 200 == response.status_code
    body = response.get_json()
    assert set(batch) == set(body)
    check("reconciliation-result-batch", "0.2", body)
    for answer in body.values():
        scores = [each["score"] for each in answer["result"]]
        assert sorted(scores, reverse=True) == scores
        assert all(0 <= score <= 100 for score in scores)
        assert not any(each["match"] for each in answer["result"][1:])
        assert answer.get("error", {}).get("status", 400) == 400


@QUICK
@given(root=ROOTS, queries=st.lists(DRAFTS, max_size=4))
def test_draft(client: FlaskClient, root: str, queries: list[Any]) -> None:
    """A batch of the draft has as many answers as queries, or is refused with what is wrong."""
    response = client.post(f"{root}/v1/match", json={"queries": queries})
    assert response.status_code in (200, 400)
    if response.status_code == 200:
        assert len(queries) == len(response.get_json()["results"])
        check("reconciliation-result-batch", "1.0-draft", response.get_json())
    else:
        assert "queries[" in response.get_json()["detail"]


@QUICK
@given(root=ROOTS, value=ANYTHING)
def test_bodies(client: FlaskClient, root: str, value: Any) -> None:
    """Whatever JSON comes, anywhere, is answered or refused."""
    for response in (
        client.post(root, data={"queries": json.dumps(value)}),
        client.post(root, data={"extend": json.dumps(value)}),
        client.post(f"{root}/v1/match", data=json.dumps(value), content_type="application/json"),
        client.post(f"{root}/v1/extend", data=json.dumps(value), content_type="application/json"),
    ):
        assert response.status_code in (200, 400, 413)


@QUICK
@given(
    root=ROOTS,
    ids=st.lists(TEXTS | st.sampled_from(["aldorf", "Q900000001", "aldorf-belmont"]), max_size=4),
    wanted=st.lists(
        st.tuples(PIDS | st.sampled_from(["partnerSince", "P190", "member"]), ANYTHING), max_size=4
    ),
)
def test_extension(client: FlaskClient, root: str, ids: list[str], wanted: list[tuple[str, Any]]) -> None:
    """Every identifier has a row and every property a cell, whatever their settings are."""
    request = {"ids": ids, "properties": [{"id": name, "settings": options} for name, options in wanted]}
    response = client.post(root, data={"extend": json.dumps(request)})
    assert 200 == response.status_code
    body = response.get_json()
    assert set(ids) == set(body["rows"])
    assert all({name for name, _ in wanted} == set(row) for row in body["rows"].values())
    check("data-extension-response", "0.2", body)


@QUICK
@given(root=ROOTS, text=TEXTS, other=TEXTS)
def test_addresses(client: FlaskClient, root: str, text: str, other: str) -> None:
    """Whatever was typed is suggested for, or nothing is."""
    text, other = (each.encode("utf-8", "ignore").decode() for each in (text, other))
    for path in ("/suggest/entity", "/suggest/property", "/suggest/type", "/preview", "/extend/propose", ""):
        words = {"prefix": text, "id": text, "type": other, "limit": other, "cursor": other, "query": text}
        response = client.get(root + path, query_string=words)
        assert response.status_code in (200, 400, 404, 414)
        assert "Traceback" not in response.text


def test_hostile_names(client: FlaskClient) -> None:
    """Texts that attack markup, queries, paths or tables are names like others."""
    assert len(PAYLOADS) >= 20
    for payload in PAYLOADS:
        queries = json.dumps({"q0": {"query": payload, "properties": [{"pid": "country", "v": payload}]}})
        response = client.post("/reconcile", data={"queries": queries})
        assert 200 == response.status_code
        assert "result" in response.get_json()["q0"]
        page = client.get("/en/reconcile", query_string={"name": payload})
        assert 200 == page.status_code
        assert "<script>alert" not in page.text
