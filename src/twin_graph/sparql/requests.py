"""Make a query that the pool can run from what a client asked, and say what identifies its answer.

Reading an HTTP request is `web.sparql.protocol`.
"""

from __future__ import annotations

import hashlib
import json

from twin_graph import __version__
from twin_graph.errors import MalformedRequest, NotAcceptable
from twin_graph.formats import GRAPH_FORMATS, RESULT_FORMATS, Carries, Format
from twin_graph.lexer import canonical
from twin_graph.sparql.policy import check_policy, form_of, is_repeatable
from twin_graph.store import RequestedDataset, first_fit
from twin_graph.worker import QueryRequest

MAX_QUERY_BYTES = 65_536
_NEEDED = {"select": Carries.BINDINGS, "ask": Carries.BOOLEAN}
# Short names that mean a format of either sort of result, and those that SPARQLWrapper sends.
_SHORT_NAMES = {
    "json": "application/json",
    "xml": "application/xml",
    "n3": "text/n3",
    "rdf+xml": "application/rdf+xml",
}


def make_request(
    text: str,
    *,
    endpoint: str,
    offers: tuple[Format, ...],
    dataset: RequestedDataset | None = None,
    seconds: float | None = None,
    client: str = "",
) -> QueryRequest:
    """A query that the service runs.

    Args:
        endpoint: public address of the service, the base of relative IRIs.
        offers: acceptable formats, best first; of these the request has the one that will be used, where the
            text tells its form.
        seconds: a time limit below that of the pool.
        client: who asks; empty: nobody in particular.

    Raises:
        MalformedRequest: the text is empty or too long.
        NotAcceptable: nothing is offered that can carry the result.
        QueryNotAllowed, ServiceNotAllowed: the text is an update or asks another service.
        MalformedQuery: its words do not even end.
    """
    text = text.removeprefix("\ufeff")  # some editors begin a file with it
    if not text.strip():
        raise MalformedRequest("the query is empty")
    if len(text.encode(errors="surrogatepass")) > MAX_QUERY_BYTES:
        raise MalformedRequest(f"the query is longer than {MAX_QUERY_BYTES:,} bytes")
    check_policy(text)
    if not offers:
        names = tuple(fmt.media_type for fmt in (*RESULT_FORMATS, *GRAPH_FORMATS))
        raise NotAcceptable("results are offered in other formats only", names)
    asked, form, key = dataset or RequestedDataset(), form_of(text), ""
    if form:
        offers = (first_fit(_NEEDED.get(form, Carries.GRAPH), offers),)
        key = answer_key(text, offers[0], endpoint, asked) if is_repeatable(text) else ""
    return QueryRequest(text, endpoint, offers, asked, seconds, client, key)


def answer_key(text: str, fmt: Format, base_iri: str, dataset: RequestedDataset) -> str:
    """What identifies the answer to a query among those of one snapshot.

    Args:
        base_iri: what relative IRIs in the text are resolved against.
    """
    graphs = (dataset.default_graphs, dataset.named_graphs)
    named = [None if names is None else sorted(set(names)) for names in graphs]
    return fingerprint_of(canonical(text), fmt.name, base_iri, named)


def fingerprint_of(*parts: object) -> str:
    """What identifies something that this version of the program makes of these parts: 24 hexadecimal digits."""
    return hashlib.sha256(json.dumps([__version__, *parts]).encode()).hexdigest()[:24]


def named_formats(name: str) -> tuple[Format, ...]:
    """The formats that `format=` asks for: a name, an extension or a media type.

    A plus sign that was typed into an address comes as a space.

    >>> [fmt.media_type for fmt in named_formats("json")]
    ['application/sparql-results+json', 'application/ld+json']

    Raises:
        NotAcceptable: there is no such format of results.
    """
    typed = name.lower().replace(" ", "+")
    wanted = _SHORT_NAMES.get(typed, typed)
    found = tuple(
        fmt
        for fmt in (*RESULT_FORMATS, *GRAPH_FORMATS)
        if wanted in (fmt.name, fmt.extension, fmt.media_type, *fmt.aliases)
    )
    if not found:
        names = tuple(fmt.name for fmt in (*RESULT_FORMATS, *GRAPH_FORMATS))
        raise NotAcceptable(f"there is no format “{name[:64]}”", names)
    return found
