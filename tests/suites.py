"""The test suites of the W3C as their manifests give them: cases, requests, expected answers.

They are read from `../shared/suites`, or from the folder that TWIN_GRAPH_SUITES names. Sending anything and
judging answers is the task of the tests; nothing is copied from the suites into the project.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path

import pytest
from rdflib import RDF, RDFS, Graph, Namespace, URIRef
from rdflib.term import Node

# Where the suite was published: the base of all IRIs in its manifests, and with them the names of its files.
ROOT = "http://www.w3.org/2009/sparql/docs/tests/data-sparql11/"
MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")
_NOT_APPLICABLE = ("entailment",)
_STATUS = {status.phrase.replace(" ", ""): status.value for status in HTTPStatus}


def find_suite(name: str) -> Path | None:
    """The folder of a suite, None where it is absent."""
    named = os.environ.get("TWIN_GRAPH_SUITES", "")
    shared = Path(__file__).parents[1] / "../shared/suites"
    folder = (shared if named in ("", "required") else Path(named)) / name
    return folder.resolve() if folder.is_dir() else None


def require_suite(name: str) -> Path:
    """The folder of a suite; without it the test is skipped, or fails where it is required."""
    folder = find_suite(name)
    if folder is None:
        if os.environ.get("TWIN_GRAPH_SUITES") == "required":
            pytest.fail("the suites are required and are not there")
        pytest.skip("the folder ../shared/suites is absent")
    return folder


def find_folder() -> Path | None:
    """The folder of the SPARQL 1.1 suite, None where it is absent."""
    return find_suite("rdf-tests/sparql11")


def require_folder() -> Path:
    """The folder of the SPARQL 1.1 suite; without it the test is skipped, or fails where it is required."""
    return require_suite("rdf-tests/sparql11")


def path_of(iri: str) -> Path:
    """The file of a name in the suite."""
    return require_folder() / iri.removeprefix(ROOT)


@dataclass(frozen=True)
class Case:
    """A case about the text of a query or an update.

    Attributes:
        name: folder of its manifest and its own name, as in `bind/bind01`.
        iri: what the manifest calls it.
        kind: local name of its class, as in `QueryEvaluationTest`.
        text: IRI of the file with the query or the update.
        default, named: IRIs of the files that make up its dataset.
        result: IRI of the file with the expected result, empty where there is none.
    """

    name: str
    kind: str
    text: str
    default: tuple[str, ...]
    named: tuple[str, ...]
    result: str
    iri: str

    @property
    def is_update(self) -> bool:
        """Whether its text is an update, whatever its class says."""
        return self.text.endswith(".ru")

    @property
    def content(self) -> str:
        """The query or the update."""
        return path_of(self.text).read_text(encoding="utf-8")

    @property
    def folder(self) -> str:
        """The folder of its manifest."""
        return self.name.partition("/")[0]


def list_cases() -> tuple[Case, ...]:
    """All cases about queries and updates, entailment regimes excepted; none where the suite is absent."""
    folder = find_folder()
    return tuple(_read_cases(folder)) if folder else ()


@cache
def read_manifest(path: Path) -> Graph:
    """A manifest with the IRIs that it had where it was published."""
    return Graph().parse(path, format="turtle", publicID=f"{ROOT}{path.parent.name}/{path.name}")


def _read_cases(folder: Path) -> Iterator[Case]:
    overview = Graph().parse(folder / "manifest-all.ttl", format="turtle", publicID=f"{ROOT}manifest-all.ttl")
    for manifest in _items(overview, URIRef(f"{ROOT}manifest-all.ttl"), MF.include):
        path = folder / str(manifest).removeprefix(ROOT)
        if path.parent.name not in _NOT_APPLICABLE:
            yield from _cases_of(read_manifest(path), path.parent.name)


def _cases_of(graph: Graph, folder: str) -> Iterator[Case]:
    for entry in _entries(graph):
        action = graph.value(entry, MF.action)
        kind = _local(graph.value(entry, RDF.type))
        if action is None or (action, HT.requests, None) in graph:
            continue  # about HTTP
        text = graph.value(action, QT.query) or graph.value(action, UT.request) or action
        default, named = (
            [str(iri) for iri in graph.objects(action, term)] for term in (QT.data, QT.graphData)
        )
        result = graph.value(entry, MF.result)
        yield Case(
            name=f"{folder}/{_local(entry)}",
            kind=kind,
            text=str(text),
            default=tuple(sorted(default)),
            named=tuple(sorted(named)),
            result=str(result) if isinstance(result, URIRef) else "",
            iri=str(entry),
        )


@dataclass(frozen=True)
class Expected:
    """What an answer over HTTP must be; what is empty or None does not matter."""

    statuses: tuple[range, ...]
    content_type: str
    body: str
    boolean: bool | None
    sort: str
    location: str


@dataclass(frozen=True)
class Step:
    """One request of a case about HTTP, literally, and what its answer must be."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes | None
    expected: Expected


@dataclass(frozen=True)
class Exchange:
    """A case about HTTP: its requests in order, and files of the suite by the names of their graphs."""

    name: str
    iri: str
    authority: str
    steps: tuple[Step, ...]
    documents: Mapping[str, Path]


def list_exchanges(*manifests: str) -> tuple[Exchange, ...]:
    """The cases about HTTP of some manifests, in their order; none where the suite is absent."""
    folder = find_folder()
    if folder is None:
        return ()
    graphs = [read_manifest(folder / name) for name in manifests]
    return tuple(_exchange(graph, entry) for graph in graphs for entry in _entries(graph))


def list_iris(manifest: str) -> tuple[str, ...]:
    """The IRIs of all cases of a manifest."""
    graph = read_manifest(require_folder() / manifest)
    return tuple(str(entry) for entry in _entries(graph))


def _entries(graph: Graph) -> Iterator[Node]:
    for manifest in graph.subjects(RDF.type, MF.Manifest):
        yield from _items(graph, manifest, MF.entries)


def _exchange(graph: Graph, entry: Node) -> Exchange:
    action = graph.value(entry, MF.action)
    assert action is not None
    documents = {
        str(graph.value(data, RDFS.label)): path_of(str(graph.value(data, UT.graph)))
        for data in graph.objects(entry, UT.graphData)
    }
    steps = tuple(_step(graph, node) for node in _items(graph, action, HT.requests))
    return Exchange(_local(entry), str(entry), _text(graph, action, HT.connectionAuthority), steps, documents)


def _step(graph: Graph, node: Node) -> Step:
    answer = graph.value(node, HT.resp)
    body = graph.value(node, HT.body)
    encoding = str(graph.value(body, CNT.characterEncoding) or "UTF-8")
    return Step(
        method=_text(graph, node, HT.methodName),
        target=_text(graph, node, HT.absolutePath),
        headers=_headers(graph, node),
        body=None if body is None else _text(graph, body, CNT.chars).encode(encoding),
        expected=Expected(
            statuses=tuple(_statuses(status) for status in graph.objects(answer, MF.expectedStatus)),
            content_type=_headers(graph, answer).get("content-type", ""),
            body=_text(graph, graph.value(answer, HT.body), CNT.chars),
            boolean={"true": True, "false": False}.get(_text(graph, answer, MF.expectedBoolean)),
            sort=_text(graph, answer, MF.expectedFormat),
            location=_text(graph, answer, MF.expectedLocation),
        ),
    )


def _headers(graph: Graph, node: Node | None) -> dict[str, str]:
    found = _items(graph, node, HT.headers) if node is not None else ()
    return {_text(graph, each, HT.fieldName): _text(graph, each, HT.fieldValue) for each in found}


def _statuses(term: Node) -> range:
    """The numbers of one of the terms for status codes, which may mean a whole class of them."""
    name = _local(term)
    if name.startswith("StatusCode"):
        first = 100 * int(name.removeprefix("StatusCode")[0])
        return range(first, first + 100)
    return range(_STATUS[name], _STATUS[name] + 1)


def _items(graph: Graph, subject: Node, predicate: Node) -> Iterator[Node]:
    """The items of a list, none where there is no list."""
    head = graph.value(subject, predicate)
    return iter(()) if head is None else graph.items(head)


def _text(graph: Graph, subject: Node | None, predicate: Node) -> str:
    value = graph.value(subject, predicate) if subject is not None else None
    return "" if value is None else str(value)


def _local(term: Node | None) -> str:
    return str(term).rpartition("#")[2]
