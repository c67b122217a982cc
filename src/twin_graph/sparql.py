"""The SPARQL service without HTTP: which queries it runs, what identifies an answer, what it says of itself.

Evaluating is `store`, in the processes of `worker`; reading a request and making a response is `web.sparql`.
The refusals here are friendly messages: what keeps a query from harm is the isolation of its process.

https://www.w3.org/TR/sparql11-protocol/ and https://www.w3.org/TR/sparql11-service-description/
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rdflib import Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, RDF, RDFS

from twin_graph import __version__, iris
from twin_graph.errors import MalformedRequest, NotAcceptable, QueryNotAllowed
from twin_graph.formats import GRAPH_FORMATS, RESULT_FORMATS, Format
from twin_graph.graphs import Triple
from twin_graph.lexer import bare_words, names_service
from twin_graph.namespaces import PREFIXES, VOID
from twin_graph.snapshot import HIDDEN_GRAPHS, Manifest
from twin_graph.store import RequestedDataset
from twin_graph.worker import QueryLimits, QueryRequest

MAX_QUERY_BYTES = 65_536
SD = Namespace(PREFIXES["sd"])
DESCRIPTION_PREFIXES = {name: PREFIXES[name] for name in ("sd", "void", "rdf", "rdfs", "dcterms")}
_SIMPLE_ENTAILMENT = URIRef("http://www.w3.org/ns/entailment/Simple")
_UPDATES = ("insert", "delete", "load", "clear", "create", "drop", "copy", "move", "add", "with")
_PROLOGUE = ("base", "prefix", "version")
_VOLATILE = ("now", "rand", "uuid", "bnode")
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
# Short names that mean a format of either sort of result.
_SHORT_NAMES = {"json": "application/json", "xml": "application/xml"}


def make_request(
    text: str,
    *,
    endpoint: str,
    offers: tuple[Format, ...],
    dataset: RequestedDataset | None = None,
    seconds: float | None = None,
) -> QueryRequest:
    """A query that the service runs.

    Args:
        endpoint: public address of the service, the base of relative IRIs.
        offers: acceptable formats, best first.

    Raises:
        MalformedRequest: the text is empty or too long.
        NotAcceptable: nothing is offered.
        QueryNotAllowed: the text is an update or asks another service.
    """
    if not text.strip():
        raise MalformedRequest("the query is empty")
    if len(text.encode(errors="surrogatepass")) > MAX_QUERY_BYTES:
        raise MalformedRequest(f"the query is longer than {MAX_QUERY_BYTES:,} bytes")
    check_policy(text)
    if not offers:
        names = tuple(fmt.media_type for fmt in (*RESULT_FORMATS, *GRAPH_FORMATS))
        raise NotAcceptable("results are offered in other formats only", names)
    return QueryRequest(text, endpoint, offers, dataset or RequestedDataset(), seconds)


def check_policy(text: str) -> None:
    """Refuse what the public service does not run, as it is written and with its \\u escapes resolved.

    >>> check_policy("ASK { ?service ?p 'SERVICE' }")
    >>> check_policy("LOAD <http://example.org/>")
    Traceback (most recent call last):
    ...
    twin_graph.errors.QueryNotAllowed: this is an update; the data are changed in their files and by a build

    Raises:
        QueryNotAllowed: the text is an update or asks another service.
    """
    for reading in dict.fromkeys((text, _ESCAPE.sub(_character, text))):
        if _first_keyword(bare_words(reading)).startswith(_UPDATES):
            raise QueryNotAllowed("this is an update; the data are changed in their files and by a build")
        if names_service(reading):
            raise QueryNotAllowed(
                "SERVICE is switched off: this service asks no other one. Ask it from a client of yours, "
                "or ask the other service to ask this one"
            )


def is_repeatable(text: str) -> bool:
    """Whether a query has one answer for one snapshot.

    >>> is_repeatable("SELECT ?now {}"), is_repeatable("SELECT (NOW() AS ?x) {}")
    (True, False)
    """
    return not any(word.lower().endswith(_VOLATILE) for word in bare_words(text))


def fingerprint(snapshot_id: str, request: QueryRequest) -> str:
    """What identifies the answer to a request."""
    names = [fmt.name for fmt in request.offers]
    dataset = request.dataset
    return fingerprint_of(snapshot_id, request.text, names, dataset.default_graphs, dataset.named_graphs)


def fingerprint_of(snapshot_id: str, *parts: object) -> str:
    """What identifies something made of a snapshot by this version of the program."""
    return hashlib.sha256(json.dumps([snapshot_id, __version__, *parts]).encode()).hexdigest()[:24]


def named_formats(name: str) -> tuple[Format, ...]:
    """The formats that `format=` asks for: a name, an extension or a media type.

    >>> [fmt.media_type for fmt in named_formats("json")]
    ['application/sparql-results+json', 'application/ld+json']

    Raises:
        NotAcceptable: there is no such format of results.
    """
    wanted = _SHORT_NAMES.get(name.lower(), name.lower())
    found = tuple(
        fmt
        for fmt in (*RESULT_FORMATS, *GRAPH_FORMATS)
        if wanted in (fmt.name, fmt.extension, fmt.media_type, *fmt.aliases)
    )
    if not found:
        names = tuple(fmt.name for fmt in (*RESULT_FORMATS, *GRAPH_FORMATS))
        raise NotAcceptable(f"there is no format “{name[:64]}”", names)
    return found


@dataclass(frozen=True)
class Table:
    """The first rows of a table for a page: one cell per variable, None where it is unbound.

    A cell is an object of SPARQL results in JSON: `type`, `value`, perhaps `xml:lang` and `datatype`.
    """

    variables: tuple[str, ...]
    rows: tuple[tuple[Mapping[str, Any] | None, ...], ...]
    more: bool
    boolean: bool | None = None


def read_table(body: bytes, most: int) -> Table:
    """The first rows of a result in JSON as our engine writes it, without reading the rest.

    >>> read_table(b'{"head":{"vars":["x"]},"results":{"bindings":[{},{}]}}', 1)
    Table(variables=('x',), rows=((None,),), more=True, boolean=None)
    """
    head, found, rest = body.decode().partition('"results":{"bindings":[')
    if not found:
        return Table((), (), more=False, boolean=json.loads(head)["boolean"])
    variables = tuple(json.loads(head.rstrip(",") + "}")["head"]["vars"])
    decoder, position = json.JSONDecoder(), 0
    rows: list[tuple[Mapping[str, Any] | None, ...]] = []
    while rest[position] != "]" and len(rows) < most:
        row, position = decoder.raw_decode(rest, position)
        rows.append(tuple(row.get(name) for name in variables))
        position += rest[position] == ","
    return Table(variables, tuple(rows), more=rest[position] != "]")


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


def _first_keyword(words: Iterable[str]) -> str:
    """The first word after the prologue, in lower case; empty where there is none."""
    before = ""
    for word in map(str.lower, words):
        declared = before.endswith("prefix") or (word.startswith("prefix") and word.endswith(":"))
        if word not in _PROLOGUE and not declared:
            return word
        before = word
    return ""


def _character(match: re.Match[str]) -> str:
    number = int(match.group(1) or match.group(2), 16)
    return chr(number) if number < 0xD800 or 0xDFFF < number <= 0x10FFFF else match.group()


__all__ = ["DESCRIPTION_PREFIXES", "MAX_QUERY_BYTES", "Table", "check_policy", "describe_service", "fingerprint",
           "fingerprint_of", "is_repeatable", "make_request", "named_formats", "read_table"]  # fmt: skip
