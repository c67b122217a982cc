"""SPARQL 1.1 Query by the cases of the W3C, over HTTP: evaluation, syntax, result formats, and what is refused.

One server holds every data file of the suite in a graph named by the file's IRI; a case names its dataset by the
parameters of the protocol, or by FROM where its query has that. Texts are sent as they stand, with one exception:
a query that says something relative means it relative to its file, and a service knows only its own address. Such
a query is sent with one more line before it, `BASE <IRI of the file>` (section 4.1.1.2 of the language).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain
from urllib.parse import urlencode

import pytest
from rdflib import Graph

from foreign_data import ONE_CLIENT, Document, publish
from live_server import LiveServer, Reply, live_server
from result_sets import Difference, Table, compare, compare_graphs, read_result_graph, read_results
from suites import ROOT, Case, list_cases, path_of, require_folder
from twin_graph.formats import CSV, GRAPH_FORMATS, RESULTS_JSON, RESULTS_XML, TSV, Format, by_extension

pytestmark = pytest.mark.serve

BASE = "http://localhost:8000/"
CASES = list_cases()
SERVICE = [case for case in CASES if case.folder in ("service", "syntax-fed")]
QUERIES = [case for case in CASES if not case.is_update and case not in SERVICE]
EVALUATED = [case for case in QUERIES if case.kind in ("QueryEvaluationTest", "CSVResultFormatTest")]
CELLS = [case for case in EVALUATED if case.folder == "csv-tsv-res"]
GRAPHS = [case for case in EVALUATED if "CONSTRUCT" in case.content]
TABLES = [case for case in EVALUATED if case not in CELLS and case not in GRAPHS]
VALID = [case for case in QUERIES if case.kind == "PositiveSyntaxTest11"]
INVALID = [case for case in QUERIES if case.kind == "NegativeSyntaxTest11"]
UPDATES = [case for case in CASES if case.is_update]

# A graph that nobody has: the dataset of a case without data.
EMPTY = f"{ROOT}no-such-graph"
# What is asked of a service that this one is not, and refused.
READ_ONLY = "the service is for reading: an update is refused"
ALONE = "no other service is asked: a query with SERVICE is refused"
# What the engine answers otherwise; one that passes fails the test, so that it is taken off here.
KNOWN = {
    "aggregates/agg-groupconcat-04": "GROUP_CONCAT keeps the language that all its values have",
    "aggregates/agg-groupconcat-06": "GROUP_CONCAT keeps the language that all its values have",
    "aggregates/agg-empty-group-count-graph": "a subquery in GRAPH ?g is not evaluated once for each graph",
    "bindings/graph": "VALUES in GRAPH ?g is not evaluated once for each graph",
    "csv-tsv-res/tsv03": "the store keeps the value of a number, and not that it is an xsd:negativeInteger",
    "functions/bnode01": "BNODE with a text gives one blank node for all rows",
    "negation/graph-minus": "MINUS in GRAPH ?g takes ?g for a variable that both sides have",
    "property-path/zero_or_more_set_end": "a path of no length is not found from a term that is in no triple",
    "property-path/zero_or_more_set_start": "a path of no length is not found to a term that is in no triple",
    "property-path/zero_or_one_set_end": "a path of no length is not found from a term that is in no triple",
    "property-path/zero_or_one_set_start": "a path of no length is not found to a term that is in no triple",
}
_RELATIVE = re.compile(r"<(?![A-Za-z][A-Za-z0-9+.-]*:)[^<>\"{}|^`\\\s]+>")
_ORDERED = re.compile(r"\bORDER\s+BY\b[^{}]*\Z", re.IGNORECASE)
_DATASET = re.compile(r"^\s*FROM\b", re.IGNORECASE | re.MULTILINE)


def params(cases: Iterable[Case], refused: str = "") -> list[object]:
    """Cases as parameters; a known failure must fail, and by another answer than the expected one only.

    Args:
        refused: why the cases are refused, where they are.
    """
    found: list[object] = []
    for case in cases:
        outcome = "inapplicable" if refused else ""
        marks = [pytest.mark.suite("sparql11", case.name, case.iri, outcome, refused)]
        if case.name in KNOWN:
            marks.append(pytest.mark.xfail(raises=Difference, reason=KNOWN[case.name]))
        found.append(pytest.param(case, id=case.name, marks=marks))
    return found


def by_name(fmt: Format) -> str:
    """What a format is called in the name of a test."""
    return fmt.name


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server with all data of the suite, without budgets of clients."""
    require_folder()
    names = sorted(set(chain.from_iterable((*case.default, *case.named) for case in QUERIES)))
    documents = []
    for name in names:
        path = path_of(name)
        fmt = by_extension(path.suffix[1:])
        assert fmt is not None, name
        documents.append(Document(name, path.read_bytes(), fmt))
    snapshot = publish(tmp_path_factory.mktemp("suite"), BASE, documents)
    with live_server(snapshot, **ONE_CLIENT) as running:
        yield running


def ask(server: LiveServer, case: Case, accept: str) -> Reply:
    """The answer to the query of a case, asked of the dataset of the case by POST."""
    text, dataset = case.content, []
    if not _DATASET.search(text):
        dataset = [("default-graph-uri", name) for name in case.default or (EMPTY,)]
        dataset += [("named-graph-uri", name) for name in case.named]
    if case in EVALUATED and _RELATIVE.search(text):
        text = f"BASE <{case.text}>\n{text}"
    headers = {"Accept": accept, "Content-Type": "application/sparql-query"}
    return server.ask("POST", f"/sparql?{urlencode(dataset)}", headers, text.encode())


def problem(reply: Reply) -> str:
    """Last part of the type of a problem document."""
    assert "application/problem+json" == reply.headers["content-type"]
    body = json.loads(reply.body)
    assert reply.status == body["status"]
    return str(body["type"]).rpartition("/problems/")[2]


def expected_table(case: Case) -> Table | bool:
    """The result of a case that is a table or a truth value."""
    path = path_of(case.result)
    fmt = by_extension(path.suffix[1:])
    assert fmt is not None
    if fmt.name == "turtle":
        table = read_result_graph(Graph().parse(path, format="turtle", publicID=case.result))
        assert table is not None
        return table
    return read_results(path.read_bytes(), fmt)


def test_collected() -> None:
    """Every case of the suite is in one of the tests below."""
    require_folder()
    sorts = {"tables": TABLES, "graphs": GRAPHS, "cells": CELLS, "valid": VALID, "invalid": INVALID}
    expected = {"tables": 222, "graphs": 7, "cells": 6, "valid": 63, "invalid": 40}
    assert expected == {name: len(cases) for name, cases in sorts.items()}
    assert Counter({"QueryEvaluationTest": 7, "PositiveSyntaxTest11": 3}) == Counter(
        case.kind for case in SERVICE
    )
    kinds = {"UpdateEvaluationTest": 94, "PositiveUpdateSyntaxTest11": 42, "NegativeUpdateSyntaxTest11": 13,
             "NegativeSyntaxTest11": 8}  # fmt: skip
    assert Counter(kinds) == Counter(case.kind for case in UPDATES)
    assert 505 == sum(map(len, (*sorts.values(), SERVICE, UPDATES)))
    relative = {case.name for case in EVALUATED if _RELATIVE.search(case.content)}
    assert {"bindings/graph", "construct/constructwhere04", "exists/exists03", "functions/iri02",
            "property-path/pp34", "property-path/pp35"} == relative  # fmt: skip
    assert ["construct/constructwhere04"] == [
        case.name for case in EVALUATED if _DATASET.search(case.content)
    ]
    assert set(KNOWN) <= {case.name for case in EVALUATED}


@pytest.mark.parametrize("fmt", [RESULTS_JSON, RESULTS_XML], ids=by_name)
@pytest.mark.parametrize("case", params(TABLES))
def test_tables(server: LiveServer, case: Case, fmt: Format) -> None:
    """A SELECT or an ASK has the expected result, in JSON and in XML."""
    reply = ask(server, case, fmt.media_type)
    assert (200, fmt.content_type) == (reply.status, reply.headers["content-type"]), reply.body
    ordered = _ORDERED.search(case.content) is not None
    compare(expected_table(case), read_results(reply.body, fmt), ordered=ordered)


@pytest.mark.parametrize("case", params(CELLS))
def test_cells(server: LiveServer, case: Case) -> None:
    """A table in CSV or TSV has the expected cells, letter by letter, names of blank nodes excepted."""
    fmt = CSV if case.result.endswith(".csv") else TSV
    reply = ask(server, case, fmt.media_type)
    assert (200, fmt.content_type) == (reply.status, reply.headers["content-type"]), reply.body
    compare(expected_table(case), read_results(reply.body, fmt), ordered=True)


@pytest.mark.filterwarnings(
    "ignore:ConjunctiveGraph is deprecated:DeprecationWarning"
)  # in rdflib's own parser
@pytest.mark.parametrize("fmt", GRAPH_FORMATS, ids=by_name)
@pytest.mark.parametrize("case", params(GRAPHS))
def test_graphs(server: LiveServer, case: Case, fmt: Format) -> None:
    """A CONSTRUCT gives the expected graph, in each format."""
    reply = ask(server, case, fmt.media_type)
    assert (200, fmt.content_type) == (reply.status, reply.headers["content-type"]), reply.body
    found = Graph().parse(data=reply.body, format=fmt.media_type)
    expected = Graph().parse(path_of(case.result), format="turtle", publicID=case.result)
    compare_graphs(expected, found)


@pytest.mark.parametrize("case", params(VALID))
def test_valid(server: LiveServer, case: Case) -> None:
    """A query of the language is answered."""
    reply = ask(server, case, "*/*")
    assert 200 == reply.status, reply.body


@pytest.mark.parametrize("case", params(INVALID))
def test_invalid(server: LiveServer, case: Case) -> None:
    """What is no query of the language is refused, with the place where it stops being one."""
    reply = ask(server, case, "*/*")
    assert (400, "malformed-query") == (reply.status, problem(reply)), reply.body


@pytest.mark.parametrize("case", params(SERVICE, ALONE))
def test_service(server: LiveServer, case: Case) -> None:
    """A query that asks another service is refused before anything is asked."""
    reply = ask(server, case, "*/*")
    assert (403, "service-disabled") == (reply.status, problem(reply))


@pytest.mark.parametrize("case", params(UPDATES, READ_ONLY))
def test_updates(server: LiveServer, case: Case) -> None:
    """An update is refused, in either form of the update operation and when it is sent as a query."""
    text = case.content
    form, direct = (f"application/{name}" for name in ("x-www-form-urlencoded", "sparql-update"))
    for content_type, body in ((form, urlencode({"update": text})), (direct, text)):
        reply = server.ask("POST", "/sparql", {"Content-Type": content_type}, body.encode())
        assert (403, "query-not-allowed") == (reply.status, problem(reply))
    reply = ask(server, case, "*/*")
    assert 4 == reply.status // 100
    assert problem(reply) in ("query-not-allowed", "malformed-query", "malformed-request")
