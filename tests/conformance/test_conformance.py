"""EARL 1.0 and the Data Quality Vocabulary: what `/conformance` says of the program and of its data.

https://www.w3.org/TR/EARL10-Schema/ and https://www.w3.org/TR/vocab-dqv/
"""

from __future__ import annotations

import re
import shutil
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from rdflib import Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import DCTERMS, RDF, RDFS
from rdflib.term import BNode, Node

from site_client import client_of
from twin_graph import conformance
from twin_graph.formats import DOCUMENT_FORMATS, HTML, TURTLE, Format
from twin_graph.namespaces import CONFORMANCE_IRI, DQV, EARL, PREFIXES, SH
from twin_graph.queries import parse_query, runnable
from twin_graph.snapshot import Snapshot, open_snapshot
from twin_graph.workspace import LANGUAGES

BASE = "http://localhost:8000/"
DATASET = URIRef(f"{BASE}sparql#dataset")
DATA = [fmt for fmt in DOCUMENT_FORMATS if fmt is not HTML]
ROW = re.compile(r'<tr id="([^"]+)"><th scope="row">(.*?)</th>(.*?)</tr>', re.DOTALL)


@pytest.fixture(scope="module")
def client(tiny_snapshot: Snapshot) -> FlaskClient:
    """A client of the tiny site."""
    return client_of(tiny_snapshot)


@pytest.fixture(scope="module")
def said(client: FlaskClient) -> Graph:
    """What Turtle says."""
    return Graph().parse(data=client.get("/conformance.ttl").text, format="turtle")


def only(graph: Graph, thing: Node | None, name: URIRef) -> Node:
    """The one value of a property."""
    (value,) = graph.objects(thing, name)
    return value


class TestData:
    """“An Assertion is a statement about the results of performing a test”; with one value for each property."""

    @pytest.mark.filterwarnings(
        "ignore:ConjunctiveGraph is deprecated:DeprecationWarning",  # in rdflib's parsers
        "ignore:Dataset.default_context is deprecated:DeprecationWarning",
    )
    @pytest.mark.parametrize("fmt", DATA, ids=lambda fmt: fmt.name)
    def test_formats(self, client: FlaskClient, said: Graph, fmt: Format) -> None:
        """Every format by Accept and by ending, the same statements in each."""
        negotiated = client.get("/conformance", headers={"Accept": fmt.media_type})
        assert (200, fmt.content_type) == (negotiated.status_code, negotiated.content_type)
        named = client.get(f"/conformance.{fmt.extension}")
        assert named.data == negotiated.data
        assert f"/conformance.{fmt.extension}" == negotiated.headers["Content-Location"].removeprefix(
            BASE.rstrip("/")
        )
        found = Graph().parse(data=named.data, format=fmt.media_type)
        assert len(said) == len(found)
        assert isomorphic(said, found)

    def test_who_prefers_pages_gets_the_page(self, client: FlaskClient) -> None:
        """303 to the page in the reader's language."""
        answer = client.get("/conformance", headers={"Accept": "text/html", "Accept-Language": "uk"})
        assert (303, f"{BASE}uk/conformance") == (answer.status_code, answer.headers["Location"])

    def test_assertions_are_whole(self, said: Graph) -> None:
        """Each has an assertor, a subject, a case, a mode and a result with one of the five outcomes."""
        assertions = set(said.subjects(RDF.type, EARL.Assertion))
        assert 716 + 16 + 2 == len(assertions)
        classes = {EARL.assertedBy: {EARL.Software}, EARL.subject: {EARL.TestSubject}, EARL.test: {EARL.TestCase},
                   EARL.result: {EARL.TestResult}}  # fmt: skip
        for assertion in assertions:
            assert EARL.automatic == only(said, assertion, EARL.mode)
            for name, wanted in classes.items():
                assert wanted <= set(said.objects(only(said, assertion, name), RDF.type)), assertion
        outcomes = {EARL[name] for name in ("passed", "failed", "cantTell", "inapplicable", "untested")}
        for result in said.subjects(RDF.type, EARL.TestResult):
            assert only(said, result, EARL.outcome) in outcomes

    def test_everything_has_an_address(self, said: Graph) -> None:
        """No blank nodes, and what is said of this snapshot are fragments of the document."""
        assert not any(isinstance(term, BNode) for triple in said for term in triple)
        ours = {str(thing) for thing in said.subjects() if str(thing).startswith(BASE)} - {str(DATASET)}
        assert 40 <= len(ours)
        assert all(name.partition("#")[0] == f"{BASE}conformance" for name in ours)

    def test_failures_have_reasons(self, said: Graph) -> None:
        """Whoever reads that a case did not pass reads why."""
        failing = [
            result
            for result in said.subjects(EARL.outcome, EARL.failed)
            if str(result).startswith(CONFORMANCE_IRI)
        ]
        assert 12 == len(failing)
        assert all(isinstance(only(said, result, DCTERMS.description), Literal) for result in failing)

    def test_measurements(self, said: Graph, tiny_snapshot: Snapshot) -> None:
        """“A metric value”: of a metric with a title in three languages, on the dataset, with a number."""
        measured = set(said.objects(DATASET, DQV.hasQualityMeasurement))
        assert 16 + 4 == len(measured)
        for each in measured:
            metric = only(said, each, DQV.isMeasurementOf)
            assert DATASET == only(said, each, DQV.computedOn)
            assert only(said, metric, DQV.expectedDataType) == only(said, each, DQV.value).datatype  # type: ignore[attr-defined]
            titles = [title for title in said.objects(metric, DCTERMS.title) if isinstance(title, Literal)]
            assert sorted(LANGUAGES) == sorted(title.language or "" for title in titles)
        warnings = only(said, URIRef(f"{BASE}conformance#warnings-measured"), DQV.value)
        assert tiny_snapshot.manifest.findings["Warning"] == int(str(warnings))
        value = only(said, URIRef(f"{BASE}conformance#checksum"), URIRef(PREFIXES["spdx"] + "checksumValue"))
        assert tiny_snapshot.manifest.files["dump.nq"] == str(value)

    def test_what_was_run_can_be_run(self, client: FlaskClient, said: Graph, tiny_snapshot: Snapshot) -> None:
        """Each probe has its query, and the report of the rules is there."""
        store = tiny_snapshot.open_store("memory")
        texts = [str(text) for text in said.objects(None, SH.select)]
        assert 16 == len(texts)
        for text in texts:
            store.select(parse_query("probe", text))
        (report,) = set(said.objects(None, RDFS.seeAlso))
        assert "text/turtle" == client.get("/" + str(report).removeprefix(BASE)).mimetype

    def test_it_is_found(self, client: FlaskClient, said: Graph) -> None:
        """The catalogue leads to it, and so do pages and the list of pages."""
        catalogue = Graph().parse(data=client.get("/catalog.ttl").text, format="turtle")
        assert URIRef(f"{BASE}conformance") == only(catalogue, DATASET, DQV.hasQualityMetadata)
        assert URIRef(f"{BASE}conformance") == only(said, DATASET, DQV.hasQualityMetadata)
        assert f"<loc>{BASE}pl/conformance</loc>" in client.get("/sitemap/pages.xml").text
        for path in ("about", "policy", "report"):
            assert 'href="/en/conformance"' in client.get(f"/en/{path}").text


@pytest.mark.parametrize("language", LANGUAGES)
class TestPage:
    """The page says what the data say."""

    def test_suites(self, client: FlaskClient, language: str) -> None:
        """A row for each suite: its public address, and how many cases passed, failed, or another outcome."""
        rows = {
            name: (head, rest)
            for name, head, rest in ROW.findall(client.get(f"/{language}/conformance").text)
        }
        for suite in conformance.read_suites().suites:
            head, rest = rows[suite.name]
            assert f'<a href="{suite.page}">{suite.titles[language]}</a>' == unescape(head)
            numbers = [int(number) for number in re.findall(r'<td class="number">(\d+)</td>', rest)]
            passed, failed = (suite.outcomes.get(name, 0) for name in ("passed", "failed"))
            assert [suite.cases, passed, failed, suite.cases - passed - failed] == numbers
            assert suite.cases == sum(numbers[1:])

    def test_reasons(self, client: FlaskClient, language: str) -> None:
        """What failed is named with its reason, folded away."""
        page = unescape(client.get(f"/{language}/conformance").text)
        folded = "".join(re.findall(r"<details.*?</details>", page, re.DOTALL))
        failed = [
            case
            for suite in conformance.read_suites().suites
            for case in suite.others
            if case.outcome == "failed"
        ]
        assert 12 == len(failed)
        for case in failed:
            assert f'<span lang="en">{case.reason}</span>' in folded
            assert f'<a href="{case.iri}"><code>{case.name}</code></a>' in folded

    def test_probes(self, client: FlaskClient, tiny_snapshot: Snapshot, language: str) -> None:
        """A row for each probe, failing ones first, with its query; the query answers."""
        page = client.get(f"/{language}/conformance").text
        rows = {name: (unescape(head), rest) for name, head, rest in ROW.findall(page)}
        for probe in conformance.list_probes():
            head, rest = rows[probe.name]
            assert probe.query.title(language) == head
            assert probe.description(language) in unescape(rest)
        assert "licences" == next(iter(rows))
        assert f'href="/{language}/graph/' in rows["licences"][1]
        for probe in conformance.list_probes():
            (link,) = re.findall(r'<a href="(/sparql[?][^"]+)"', rows[probe.name][1])
            asked = parse_qs(urlsplit(unescape(link)).query)
            assert ([runnable(probe.query, BASE)], [language]) == (asked["query"], asked["lang"])
        assert tiny_snapshot.manifest.files["dump.nq"] in page


def test_it_outlives_its_snapshot(tiny_snapshot: Snapshot, tmp_path: Path) -> None:
    """Who has begun to serve a snapshot still answers when its files are gone."""
    (tmp_path / "data").mkdir()
    folder = tmp_path / "snapshots" / tiny_snapshot.path.name
    shutil.copytree(tiny_snapshot.path, folder)
    client = client_of(open_snapshot(folder.parent, folder.name))
    for name in (conformance.FILE, "answers/index.json"):
        (folder / name).unlink()
    assert client_of(tiny_snapshot).get("/conformance.nt").data == client.get("/conformance.nt").data


def test_a_snapshot_without_probes(tiny_snapshot: Snapshot, tmp_path: Path) -> None:
    """One that was built before there were any says so, and the suites are there."""
    (tmp_path / "data").mkdir()
    folder = tmp_path / "snapshots" / tiny_snapshot.path.name
    shutil.copytree(tiny_snapshot.path, folder)
    (folder / conformance.FILE).unlink()
    shutil.rmtree(folder / "answers")
    client = client_of(open_snapshot(folder.parent, folder.name))
    page = client.get("/en/conformance").text
    assert "This edition was built without probes." in page
    assert {
        "violations",
        "warnings",
        "advice",
        *(suite.name for suite in conformance.read_suites().suites),
    } == {name for name, _, _ in ROW.findall(page)}
    found = Graph().parse(data=client.get("/conformance.ttl").text, format=TURTLE.name)
    assert 716 + 1 == len(set(found.subjects(RDF.type, EARL.Assertion)))
    assert (
        client.get("/conformance.ttl").headers["ETag"]
        != client_of(tiny_snapshot).get("/conformance.ttl").headers["ETag"]
    )


def test_the_shipped_data_pass(real_snapshot: Snapshot) -> None:
    """Every probe passes on the data of this repository, and every example has an answer."""
    found = Graph().parse(data=client_of(real_snapshot).get("/conformance.nt").data, format="nt")
    results = {result for result in found.subjects(EARL.outcome, EARL.failed) if str(result).startswith(BASE)}
    assert set() == results
    assert 16 + 2 == len(
        [each for each in found.subjects(RDF.type, EARL.TestResult) if str(each).startswith(BASE)]
    )
    assert "1.0000" == str(only(found, URIRef(f"{BASE}conformance#examples-measured"), DQV.value))
