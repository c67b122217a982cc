"""Errors on the wire: one body, a page for who prefers it, and a row for every exception."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import (
    MethodNotAllowed,
    NotFound,
    RequestEntityTooLarge,
    RequestTimeout,
    RequestURITooLarge,
)

from site_client import BASE, app_of, client_of
from twin_graph import errors
from twin_graph.errors import TwinGraphError
from twin_graph.findings import Report
from twin_graph.snapshot import Snapshot
from twin_graph.web.errors import ALL_PROBLEMS, INTERNAL, PROBLEMS, find_problem, problem_response
from twin_graph.web.site import EXTENSION

HTML = {"Accept": "text/html"}


def leaves(cls: type[Exception]) -> Iterator[type[Exception]]:
    """The classes of the tree that have no subclass in it."""
    below = [sub for sub in cls.__subclasses__() if sub.__module__ == errors.__name__]
    if not below:
        yield cls
    for sub in below:
        yield from leaves(sub)


LEAVES = sorted(leaves(TwinGraphError), key=lambda cls: cls.__name__)


@pytest.fixture(scope="module")
def app(tiny_snapshot: Snapshot) -> Flask:
    """The application of the tiny workspace."""
    return app_of(tiny_snapshot)


@pytest.fixture(scope="module")
def client(tiny_snapshot: Snapshot) -> FlaskClient:
    """A client of the tiny workspace."""
    return client_of(tiny_snapshot)


def make(cls: type[Exception]) -> Exception:
    """An exception of a class, however it is made."""
    if cls is errors.SourceError:
        return errors.SourceError([])
    if cls is errors.NotConformant:
        return errors.NotConformant(Report())
    return cls("/secret/path is broken")


def test_every_leaf_has_a_row() -> None:
    """Each exception that is raised has a status, an address and a title of its own."""
    assert len(LEAVES) >= 17
    assert [] == [cls.__name__ for cls in LEAVES if cls not in PROBLEMS]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.EntityNotFound("x"), 404),
        (errors.EntityGone("x"), 410),
        (errors.NotAcceptable("x"), 406),
        (errors.UnsupportedMediaType("x"), 415),
        (errors.MalformedQuery("x"), 400),
        (errors.QueryNotAllowed("x"), 403),
        (errors.QueryTimeout("x"), 503),
        (errors.QueryResources("x"), 503),
        (errors.ResultTooLarge("x"), 422),
        (errors.ServiceBusy("x"), 503),
        (errors.SnapshotDamaged("x"), 503),
        (NotFound(), 404),
        (MethodNotAllowed(), 405),
        (ZeroDivisionError("x"), 500),
        (errors.TwinGraphError("x"), 500),
    ],
)
def test_status(error: Exception, status: int) -> None:
    """An exception has the status of its row, or of the nearest class above it."""
    assert status == find_problem(error).status


@pytest.mark.parametrize("cls", LEAVES, ids=lambda cls: cls.__name__)
def test_body(app: Flask, cls: type[Exception]) -> None:
    """A problem document has type, title, status and detail; what is private stays so."""
    with app.test_request_context("/sparql", base_url=BASE):
        response = problem_response(make(cls))
    body = response.get_json()
    problem = PROBLEMS[cls]
    assert (problem.status, "application/problem+json") == (response.status_code, response.content_type)
    assert (f"{BASE}problems/{problem.slug}", problem.status) == (body["type"], body["status"])
    assert body["title"]
    assert body["detail"]
    private = issubclass(cls, (errors.OperatorError, errors.SourceError, errors.NotConformant))
    assert private == ("secret" not in body["detail"])
    expected = {404: "public, max-age=60", 410: "public, max-age=3600"}.get(problem.status, "no-store")
    assert expected == response.headers["Cache-Control"]
    assert "default-src" in response.headers["Content-Security-Policy"]


def test_unexpected(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    """A mistake of ours shows neither its text nor where it happened, and is logged."""
    with app.test_request_context("/", base_url=BASE):
        response = app.handle_user_exception(RuntimeError("the password is swordfish"))
        shown = app.make_response(response)
    assert (500, INTERNAL.slug) == (shown.status_code, shown.get_json()["type"].rpartition("/")[2])
    assert "swordfish" not in shown.get_data(as_text=True)
    assert "Traceback" not in shown.get_data(as_text=True)
    assert any(record.levelname == "ERROR" for record in caplog.records)


def test_headers_that_are_due(app: Flask) -> None:
    """Busy says when to come back, an unread media type what is read, and a refused query where it broke,
    and what was withdrawn since when.
    """
    with app.test_request_context("/sparql", base_url=BASE):
        busy = problem_response(errors.ServiceBusy("x", retry_after=7))
        timeout = problem_response(errors.QueryTimeout("x"))
        media = problem_response(errors.UnsupportedMediaType("x", ("application/sparql-query",)))
        query = problem_response(errors.MalformedQuery("x", line=3, column=9))
        gone = problem_response(errors.EntityGone("x", on="2023-06-01"))
    assert "7" == busy.headers["Retry-After"]
    assert "Retry-After" not in timeout.headers
    assert "application/sparql-query" == media.headers["Accept"]
    assert (3, 9) == (query.get_json()["line"], query.get_json()["column"])
    assert "2023-06-01" == gone.get_json()["on"]


@pytest.mark.parametrize(
    "cls", [errors.ResultTooLarge, errors.QueryTimeout, errors.QueryResources, errors.OverBudget]
)
def test_who_cannot_be_answered_is_shown_the_data(app: Flask, cls: type[Exception]) -> None:
    """A query that is too costly here can be asked elsewhere: the problem says where the data are, on a page too."""
    with app.test_request_context("/sparql", base_url=BASE):
        body = problem_response(cls("x")).get_json()
    with app.test_request_context("/sparql", base_url=BASE, headers=HTML):
        page = problem_response(cls("x")).get_data(as_text=True)
    assert f"{BASE}graphs?default" == body["dumps"][0]
    assert len(body["dumps"]) >= 5
    assert all(f'href="{address}"' in page for address in body["dumps"])
    assert (cls is not errors.OverBudget) == ("limits" in body)


def test_too_large_names_the_limits(app: Flask) -> None:
    """Too large a result says how large it may be, in words and in numbers."""
    with app.test_request_context("/sparql", base_url=BASE):
        body = problem_response(errors.ResultTooLarge("it is too large")).get_json()
    assert "it is too large; one answer has at most 100,000 rows or triples and 64 MB" == body["detail"]
    assert {"seconds": 10, "memory_mb": 512, "rows": 100_000, "megabytes": 64} == body["limits"]


@pytest.mark.parametrize(
    ("error", "status", "slug"),
    [
        (RequestTimeout(), 408, "request-timeout"),
        (RequestEntityTooLarge(), 413, "request-too-large"),
        (RequestURITooLarge(), 414, "address-too-long"),
        (errors.OverBudget("x"), 429, "over-budget"),
        (errors.ServiceNotAllowed("x"), 403, "service-disabled"),
    ],
)
def test_slugs_are_stable(error: Exception, status: int, slug: str) -> None:
    """Addresses that clients may compare with stay what they are."""
    assert (status, slug) == (find_problem(error).status, find_problem(error).slug)
    assert slug in ALL_PROBLEMS


@pytest.mark.parametrize(
    ("language", "title"), [("pl", "Nie znaleziono"), ("en", "Not found"), ("uk", "Не знайдено")]
)
def test_page(client: FlaskClient, language: str, title: str) -> None:
    """Who prefers HTML gets a page in the language of the address, else of the browser."""
    for path, headers in (
        (f"/{language}/city/nowhere", HTML),
        ("/nowhere", HTML | {"Accept-Language": language}),
    ):
        response = client.get(path, headers=headers)
        assert (404, "text/html; charset=utf-8") == (response.status_code, response.content_type)
        assert f'<html lang="{language}">' in response.text
        assert f"<h1>{title}</h1>" in response.text


@pytest.mark.parametrize(
    ("asked", "program", "reader"),
    [("", "Not found", "Nie znaleziono"), ("de", "Not found", "Nie znaleziono"),
     ("uk", "Не знайдено", "Не знайдено")],
)  # fmt: skip
def test_language_of_the_title(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, asked: str, program: str, reader: str
) -> None:
    """A program that asks for no language of ours reads English, a reader the language of the publication."""
    manifest = replace(client.application.extensions[EXTENSION].manifest, default_language="pl")
    site = replace(client.application.extensions[EXTENSION], manifest=manifest)
    monkeypatch.setitem(client.application.extensions, EXTENSION, site)
    headers = {"Accept-Language": asked} if asked else {}
    assert program == client.get("/nowhere", headers=headers).get_json()["title"]
    assert f"<h1>{reader}</h1>" in client.get("/nowhere", headers=HTML | headers).text


def test_hostile_path_is_escaped(client: FlaskClient) -> None:
    """What a client wrote never becomes markup."""
    for path in (
        "/<script>alert(1)</script>",
        "/pl/<img src=x onerror=alert(1)>",
        "/id/city/\"'><svg onload=a()>",
    ):
        text = client.get(path, headers=HTML).text
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "<svg onload" not in text


@pytest.mark.parametrize("slug", sorted(ALL_PROBLEMS))
def test_types_are_explained(client: FlaskClient, slug: str) -> None:
    """The address of a kind of problem is a page, in the reader's language and in each."""
    chosen = client.get(f"/problems/{slug}", headers={"Accept-Language": "uk"})
    assert (200, "uk") == (chosen.status_code, chosen.headers["Content-Language"])
    for language in ("pl", "en", "uk"):
        response = client.get(f"/{language}/problems/{slug}")
        assert (200, language) == (response.status_code, response.headers["Content-Language"])


def test_long_headers_are_an_error_of_the_client(client: FlaskClient) -> None:
    """A header of more than 4 KiB is 400 also where the error itself has to negotiate."""
    for headers in ({"Accept": "a" * 5000}, {"Accept": "text/html", "Accept-Language": "a" * 5000}):
        assert 400 == client.get("/id/city/aldorf", headers=headers).status_code
