"""SPARQL 1.1 Service Description by the cases of the W3C, over HTTP, in every format.

The suite names its three cases and leaves it to the tester how they are judged. The schema is that of section 3 of
the specification: which terms there are, and of which classes their subjects and objects are.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from rdflib import RDF, Graph, Namespace, URIRef
from rdflib.compare import isomorphic
from rdflib.term import Node

from foreign_data import ONE_CLIENT, Document, publish
from live_server import LiveServer, live_server
from suites import ROOT, list_iris, require_folder
from twin_graph.formats import GRAPH_FORMATS, N_TRIPLES, TURTLE, Format
from wire import Wire

pytestmark = [
    pytest.mark.serve,
    pytest.mark.filterwarnings(
        "ignore:ConjunctiveGraph is deprecated:DeprecationWarning"
    ),  # in rdflib's parser
]

HOST = "localhost:8000"
ENDPOINT = f"http://{HOST}/sparql"
CASES = {
    name: f"{ROOT}service-description/manifest#{name}"
    for name in ("has-endpoint-triple", "returns-rdf", "conforms-to-schema")
}
NAMESPACE = "http://www.w3.org/ns/sparql-service-description#"
SD = Namespace(NAMESPACE)
# Of each property, the classes of its subjects and of its objects; these are any IRI where no class is named.
PROPERTIES = {
    "endpoint": ("Service", ""),
    "feature": ("Service", "Feature"),
    "defaultEntailmentRegime": ("Service", "EntailmentRegime"),
    "defaultSupportedEntailmentProfile": ("Service", "EntailmentProfile"),
    "entailmentRegime": ("NamedGraph", "EntailmentRegime"),
    "supportedEntailmentProfile": ("NamedGraph", "EntailmentProfile"),
    "extensionFunction": ("Service", "Function"),
    "extensionAggregate": ("Service", "Aggregate"),
    "languageExtension": ("Service", "Feature"),
    "supportedLanguage": ("Service", "Language"),
    "propertyFeature": ("Service", "Feature"),
    "defaultDataset": ("Service", "Dataset"),
    "availableGraphs": ("Service", "GraphCollection"),
    "resultFormat": ("Service", "Format"),
    "inputFormat": ("Service", "Format"),
    "defaultGraph": ("Dataset", "Graph"),
    "namedGraph": ("GraphCollection", "NamedGraph"),
    "name": ("NamedGraph", ""),
    "graph": ("NamedGraph", "Graph"),
}
SUPERCLASSES = {
    "Aggregate": "Feature",
    "Dataset": "GraphCollection",
    "EntailmentProfile": "Feature",
    "EntailmentRegime": "Feature",
    "Feature": "",
    "Function": "Feature",
    "Graph": "",
    "GraphCollection": "",
    "Language": "Feature",
    "NamedGraph": "",
    "Service": "",
}
# Individuals of the W3C, which need no type in a description: by name, or by where their IRIs begin.
INDIVIDUALS = {
    "Language": (SD.SPARQL10Query, SD.SPARQL11Query, SD.SPARQL11Update),
    "Feature": (SD.DereferencesURIs, SD.UnionDefaultGraph, SD.RequiresDataset, SD.EmptyGraphs,
                SD.BasicFederatedQuery),
    "EntailmentRegime": ("http://www.w3.org/ns/entailment/",),
    "EntailmentProfile": ("http://www.w3.org/ns/owl-profile/",),
    "Format": ("http://www.w3.org/ns/formats/",),
}  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server with one graph; a description says nothing of what is in it but numbers."""
    triple = f"<{ENDPOINT}> <{RDF.type}> <{SD.Service}> .\n".encode()
    documents = [Document(f"http://{HOST}/graph/shared", triple, N_TRIPLES)]
    snapshot = publish(tmp_path_factory.mktemp("description"), f"http://{HOST}/", documents)
    with live_server(snapshot, **ONE_CLIENT) as running:
        yield running


def describe(server: LiveServer, fmt: Format) -> Graph:
    """The description in a format, by GET of the endpoint and nothing else."""
    with closing(Wire(server)) as wire:
        reply = wire.send("GET", "/sparql", {"Host": HOST, "Accept": fmt.media_type})
    assert (200, fmt.content_type) == (reply.status, reply.headers["content-type"])
    return Graph().parse(data=reply.body, format=fmt.media_type, publicID=ENDPOINT)


def of_case(name: str) -> pytest.MarkDecorator:
    """The marker of the tests of a case."""
    return pytest.mark.suite("service-description", name, CASES[name])


def by_name(fmt: Format) -> str:
    """What a format is called in the name of a test."""
    return fmt.name


def has_class(graph: Graph, term: Node, wanted: str) -> bool:
    """Whether a term is of a class, by its types or because the W3C made it so; of none, whether it is an IRI."""
    if not wanted:
        return isinstance(term, URIRef)
    names = {str(kind).removeprefix(NAMESPACE) for kind in graph.objects(term, RDF.type)}
    names |= {SUPERCLASSES.get(name, "") for name in names}
    known = map(str, INDIVIDUALS.get(wanted, ()))
    return wanted in names or any(
        str(term) == iri or (iri.endswith("/") and str(term).startswith(iri)) for iri in known
    )


def violations(graph: Graph) -> list[str]:
    """What a description says that the schema does not allow."""
    found = []
    for subject, predicate, value in graph:
        name = str(predicate).removeprefix(NAMESPACE)
        if predicate == RDF.type and str(value).startswith(NAMESPACE):
            if str(value).removeprefix(NAMESPACE) not in SUPERCLASSES:
                found.append(f"there is no class {value}")
        elif str(predicate).startswith(NAMESPACE):
            domain, target = PROPERTIES.get(name, ("unknown", ""))
            if not has_class(graph, subject, domain):
                found.append(f"{subject} has {name} and is no {domain}")
            if not has_class(graph, value, target):
                found.append(f"{value} is {name} of something and is no {target or 'IRI'}")
    return found


def test_collected() -> None:
    """Every case of the manifest has a test below."""
    require_folder()
    assert tuple(CASES.values()) == list_iris("service-description/manifest.ttl")


@of_case("returns-rdf")
@pytest.mark.parametrize("fmt", GRAPH_FORMATS, ids=by_name)
def test_returns_rdf(server: LiveServer, fmt: Format) -> None:
    """returns-rdf: GET of the endpoint gives RDF (SD-1), the same in each format."""
    graph = describe(server, fmt)
    assert graph
    assert isomorphic(describe(server, TURTLE), graph)


@of_case("returns-rdf")
def test_returns_rdf_unasked(server: LiveServer) -> None:
    """returns-rdf: who says nothing of formats gets RDF too."""
    reply = server.ask("GET", "/sparql")
    assert (200, TURTLE.content_type) == (reply.status, reply.headers["content-type"])
    assert Graph().parse(data=reply.body, format="turtle")


@of_case("has-endpoint-triple")
@pytest.mark.parametrize("fmt", GRAPH_FORMATS, ids=by_name)
def test_has_endpoint_triple(server: LiveServer, fmt: Format) -> None:
    """has-endpoint-triple: the description is of the address that was asked (SD-2), and of no other service."""
    graph = describe(server, fmt)
    [service] = graph.subjects(RDF.type, SD.Service)
    assert [(service, SD.endpoint, URIRef(ENDPOINT))] == list(graph.triples((None, SD.endpoint, None)))


@of_case("conforms-to-schema")
@pytest.mark.parametrize("fmt", GRAPH_FORMATS, ids=by_name)
def test_conforms_to_schema(server: LiveServer, fmt: Format) -> None:
    """conforms-to-schema: terms of the vocabulary are used as it defines them, and there is one of what is one."""
    graph = describe(server, fmt)
    assert not violations(graph)
    for name in ("defaultDataset", "defaultGraph", "defaultEntailmentRegime", "availableGraphs"):
        assert len(list(graph.objects(None, SD[name]))) == 1
    for entry in graph.subjects(RDF.type, SD.NamedGraph):
        assert len(list(graph.objects(entry, SD.name))) == len(list(graph.objects(entry, SD.graph))) == 1


@pytest.mark.parametrize(
    "line",
    [
        "<#service> sd:url <#x>",
        "<#x> a sd:Endpoint",
        "<#service> sd:feature sd:SPARQL12Federation",
        "<#graphs> sd:endpoint <#x>",
        '<#service> sd:endpoint "text"',
        "<#service> sd:resultFormat <#x>",
        "<#service> sd:defaultDataset <#graphs>",
    ],
)
def test_the_schema_is_checked(line: str) -> None:
    """A description that uses the vocabulary otherwise than it is defined does not conform."""
    right = "<#service> a sd:Service ; sd:endpoint <> . <#graphs> a sd:GraphCollection ."
    text = f"@prefix sd: <{NAMESPACE}> . {right}"
    assert [] == violations(Graph().parse(data=text, format="turtle", publicID=ENDPOINT))
    assert 1 == len(violations(Graph().parse(data=f"{text} {line} .", format="turtle", publicID=ENDPOINT)))
