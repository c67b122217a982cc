"""What the service says of itself: its languages, formats, graphs and limits, its prefixes and examples.

`describe_dataset` is what a build knows and writes into the metadata graph; `describe_service` adds what is set
when the service runs.

https://www.w3.org/TR/sparql11-service-description/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from rdflib import Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, RDF, RDFS, XSD

from twin_graph import iris
from twin_graph.formats import GRAPH_FORMATS, RESULT_FORMATS
from twin_graph.graphs import Triple
from twin_graph.namespaces import PREFIXES, TWIN, VOID
from twin_graph.queries import Query
from twin_graph.snapshot import HIDDEN_GRAPHS, Manifest
from twin_graph.sparql.examples import describe_examples, describe_prefixes, example_queries
from twin_graph.sparql.requests import MAX_QUERY_BYTES
from twin_graph.worker import QueryLimits

SD = Namespace(PREFIXES["sd"])
_USED = ("sd", "twin", "void", "sh", "schema", "rdf", "rdfs", "owl", "xsd", "dcterms")
DESCRIPTION_PREFIXES = {name: PREFIXES[name] for name in _USED}
_SIMPLE_ENTAILMENT = URIRef("http://www.w3.org/ns/entailment/Simple")
_MEBIBYTE = 1 << 20


def describe_service(
    manifest: Manifest, endpoint: str, limits: QueryLimits, examples: Iterable[Query] | None = None
) -> list[Triple]:
    """All that the service says of itself at its address.

    Args:
        endpoint: public address of the service.
        examples: those that the data can answer; None: all.
    """
    offered = example_queries() if examples is None else examples
    service = _service(endpoint)
    triples: list[Triple] = [
        *describe_dataset(endpoint, manifest.base_iri, manifest.title, manifest.graphs),
        *((service, term, number) for term, number in _limits_in_numbers(limits)),
        *((service, RDFS.comment, text) for text in _limits_in_words(limits)),
        *describe_prefixes(endpoint),
        *describe_examples(offered, endpoint, manifest.base_iri),
    ]
    # What is said of one thing stands together when it is read.
    places = {triple[0]: place for place, triple in reversed(list(enumerate(triples)))}
    return sorted(triples, key=lambda triple: places[triple[0]])


def describe_dataset(
    endpoint: str, base_iri: str, title: Mapping[str, str], sizes: Mapping[str, int]
) -> list[Triple]:
    """The service and its dataset, as far as they do not depend on how the service is run.

    Args:
        endpoint: public address of the service.
        base_iri: that of the named graphs.
        title: of the dataset, by language.
        sizes: number of statements of each named graph, by the graph's name.
    """
    service, dataset = _service(endpoint), URIRef(f"{endpoint}#dataset")
    default, collection = URIRef(f"{endpoint}#default-graph"), URIRef(f"{endpoint}#graphs")
    published = {name: size for name, size in sorted(sizes.items()) if name not in HIDDEN_GRAPHS}
    triples: list[Triple] = [
        (service, RDF.type, SD.Service),
        (service, RDF.type, TWIN.QueryService),
        (service, SD.endpoint, URIRef(endpoint)),
        (service, SD.supportedLanguage, SD.SPARQL11Query),
        (service, SD.feature, SD.UnionDefaultGraph),
        (service, SD.defaultEntailmentRegime, _SIMPLE_ENTAILMENT),
        (service, SD.defaultDataset, dataset),
        (service, SD.availableGraphs, collection),
        (dataset, RDF.type, SD.Dataset),
        (dataset, RDF.type, VOID.Dataset),
        (dataset, VOID.sparqlEndpoint, URIRef(endpoint)),
        (dataset, SD.defaultGraph, default),
        (default, RDF.type, SD.Graph),
        (default, VOID.triples, Literal(sum(published.values()))),
        (collection, RDF.type, SD.GraphCollection),
    ]
    triples += [(service, SD.resultFormat, URIRef(fmt.iri)) for fmt in (*RESULT_FORMATS, *GRAPH_FORMATS)]
    triples += [(dataset, DCTERMS.title, Literal(text, language)) for language, text in title.items()]
    for name, size in published.items():
        entry, graph = URIRef(f"{endpoint}#entry-{name}"), URIRef(f"{endpoint}#graph-{name}")
        triples += [
            (dataset, SD.namedGraph, entry),
            (collection, SD.namedGraph, entry),
            (entry, RDF.type, SD.NamedGraph),
            (entry, SD.name, iris.graph(base_iri, name)),
            (entry, SD.graph, graph),
            (graph, RDF.type, SD.Graph),
            (graph, VOID.triples, Literal(size)),
        ]
    return triples


def _service(endpoint: str) -> URIRef:
    return URIRef(f"{endpoint}#service")


def _limits_in_numbers(limits: QueryLimits) -> Iterator[tuple[URIRef, Literal]]:
    """The limits in the terms of our ontology; a budget that is not limited is left out."""
    yield TWIN.maximumQuerySeconds, _decimal(limits.seconds)
    yield TWIN.maximumQueryBytes, Literal(MAX_QUERY_BYTES)
    yield TWIN.maximumMemoryBytes, Literal(limits.memory_mb * _MEBIBYTE)
    yield TWIN.maximumResultRows, Literal(limits.rows)
    yield TWIN.maximumResultBytes, Literal(int(limits.megabytes * 1_000_000))
    yield TWIN.clientQueries, Literal(limits.client_workers)
    if limits.client_seconds:
        yield TWIN.clientQuerySeconds, _decimal(limits.client_seconds)
    if limits.client_errors:
        yield TWIN.clientErrors, Literal(int(limits.client_errors))


def _decimal(number: float) -> Literal:
    """A number in the lexical form that the engine gives it.

    >>> str(_decimal(10.0)), str(_decimal(0.05))
    ('10', '0.05')
    """
    return Literal(format(Decimal(str(number)).normalize(), "f"), datatype=XSD.decimal)


def _limits_in_words(limits: QueryLimits) -> Iterator[Literal]:
    numbers = {
        "seconds": f"{limits.seconds:g}",
        "memory": limits.memory_mb,
        "rows": limits.rows,
        "size": f"{limits.megabytes:g}",
        "bytes": MAX_QUERY_BYTES,
        "at_once": limits.client_workers,
        "client": f"{limits.client_seconds:g}",
        "errors": f"{limits.client_errors:g}",
    }
    for language, (query, seconds, errors, rest) in _WORDS.items():
        budgets = [seconds] * bool(limits.client_seconds) + [errors] * bool(limits.client_errors)
        yield Literal(" ".join((query, *budgets, rest)).format(**numbers), language)


# By language: the limits of one query, the two budgets of a client, and what holds without any number.
_WORDS = {
    "en": (
        "Limits of one query: {seconds} s, {memory} MB of memory, {rows} rows or triples, {size} MB of "
        "result, {bytes} bytes of text. Of one client {at_once} may run at the same time.",
        "One client may use {client} s of query time at once; one second comes back each second.",
        "One client may send {errors} failing queries at once; one comes back each second.",
        "SERVICE and updates are not run. The prefixes of the vocabulary (twin:, skos: …) need not be declared.",
    ),
    "pl": (
        "Granice jednego zapytania: {seconds} s, {memory} MB pamięci, {rows} wierszy lub trójek, "
        "{size} MB wyniku, {bytes} bajtów tekstu. Jednocześnie wykonywanych zapytań jednego klienta: {at_once}.",
        "Jeden klient może wykorzystać naraz {client} s czasu zapytań; co sekundę wraca jedna sekunda.",
        "Jeden klient może wysłać naraz {errors} błędnych zapytań; co sekundę wraca jedno.",
        "SERVICE i aktualizacje nie są wykonywane. "
        "Przedrostków słownictwa (twin:, skos: …) nie trzeba deklarować.",
    ),
    "uk": (
        "Межі одного запиту: {seconds} с, {memory} МБ пам’яті, {rows} рядків або трійок, "
        "{size} МБ результату, {bytes} байтів тексту. Одночасних запитів одного клієнта: {at_once}.",
        "Один клієнт може використати одразу {client} с часу запитів; щосекунди повертається одна секунда.",
        "Один клієнт може надіслати одразу {errors} помилкових запитів; щосекунди повертається один.",
        "SERVICE і зміни даних не виконуються. Префікси словника (twin:, skos: …) можна не оголошувати.",
    ),
}
