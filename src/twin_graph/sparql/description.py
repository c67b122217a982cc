"""What the service says of itself: its languages, formats, graphs and limits.

https://www.w3.org/TR/sparql11-service-description/
"""

from __future__ import annotations

from collections.abc import Iterator

from rdflib import Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, RDF, RDFS

from twin_graph import iris
from twin_graph.formats import GRAPH_FORMATS, RESULT_FORMATS
from twin_graph.graphs import Triple
from twin_graph.namespaces import PREFIXES, VOID
from twin_graph.snapshot import HIDDEN_GRAPHS, Manifest
from twin_graph.sparql.requests import MAX_QUERY_BYTES
from twin_graph.worker import QueryLimits

SD = Namespace(PREFIXES["sd"])
DESCRIPTION_PREFIXES = {name: PREFIXES[name] for name in ("sd", "void", "rdf", "rdfs", "dcterms")}
_SIMPLE_ENTAILMENT = URIRef("http://www.w3.org/ns/entailment/Simple")


def describe_service(manifest: Manifest, endpoint: str, limits: QueryLimits) -> list[Triple]:
    """The service description: what this endpoint speaks, its formats, its graphs and its limits."""
    service, dataset = URIRef(f"{endpoint}#service"), URIRef(f"{endpoint}#dataset")
    default, collection = URIRef(f"{endpoint}#default-graph"), URIRef(f"{endpoint}#graphs")
    triples: list[Triple] = [
        (service, RDF.type, SD.Service),
        (service, SD.endpoint, URIRef(endpoint)),
        (service, SD.supportedLanguage, SD.SPARQL11Query),
        (service, SD.feature, SD.UnionDefaultGraph),
        (service, SD.defaultEntailmentRegime, _SIMPLE_ENTAILMENT),
        (service, SD.defaultDataset, dataset),
        (service, SD.availableGraphs, collection),
        (dataset, RDF.type, SD.Dataset),
        (dataset, SD.defaultGraph, default),
        (default, RDF.type, SD.Graph),
        (collection, RDF.type, SD.GraphCollection),
    ]
    formats_offered = (*RESULT_FORMATS, *GRAPH_FORMATS)
    triples += [(service, SD.resultFormat, URIRef(fmt.iri)) for fmt in formats_offered]
    triples += [(service, RDFS.comment, text) for text in _limits_in_words(limits)]
    triples += [
        (dataset, DCTERMS.title, Literal(text, language)) for language, text in manifest.title.items()
    ]
    for name, count in sorted(manifest.graphs.items()):
        if name in HIDDEN_GRAPHS:
            continue
        entry, graph = URIRef(f"{endpoint}#entry-{name}"), URIRef(f"{endpoint}#graph-{name}")
        triples += [
            (dataset, SD.namedGraph, entry),
            (collection, SD.namedGraph, entry),
            (entry, RDF.type, SD.NamedGraph),
            (entry, SD.name, iris.graph(manifest.base_iri, name)),
            (entry, SD.graph, graph),
            (graph, RDF.type, SD.Graph),
            (graph, VOID.triples, Literal(count)),
        ]
    return triples


def _limits_in_words(limits: QueryLimits) -> Iterator[Literal]:
    numbers = {
        "seconds": f"{limits.seconds:g}",
        "memory": limits.memory_mb,
        "rows": limits.rows,
        "size": f"{limits.megabytes:g}",
        "bytes": MAX_QUERY_BYTES,
    }
    texts = {
        "en": "Limits of one query: {seconds} s, {memory} MB of memory, {rows} rows or triples, {size} MB of "
        "result, {bytes} bytes of text. SERVICE and updates are not run. "
        "The prefixes of the vocabulary (twin:, skos: …) need not be declared.",
        "pl": "Granice jednego zapytania: {seconds} s, {memory} MB pamięci, {rows} wierszy lub trójek, "
        "{size} MB wyniku, {bytes} bajtów tekstu. SERVICE i aktualizacje nie są wykonywane. "
        "Przedrostków słownictwa (twin:, skos: …) nie trzeba deklarować.",
        "uk": "Межі одного запиту: {seconds} с, {memory} МБ пам’яті, {rows} рядків або трійок, "
        "{size} МБ результату, {bytes} байтів тексту. SERVICE і зміни даних не виконуються. "
        "Префікси словника (twin:, skos: …) можна не оголошувати.",
    }
    for language, text in texts.items():
        yield Literal(text.format(**numbers), language)
