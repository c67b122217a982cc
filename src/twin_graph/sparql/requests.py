"""Make a query that the pool can run from what a client asked, and say what identifies its answer.

Reading an HTTP request is `web.sparql.protocol`.
"""

from __future__ import annotations

import hashlib
import json

from twin_graph import __version__
from twin_graph.errors import MalformedRequest, NotAcceptable
from twin_graph.formats import GRAPH_FORMATS, RESULT_FORMATS, Format
from twin_graph.sparql.policy import check_policy
from twin_graph.store import RequestedDataset
from twin_graph.worker import QueryRequest

MAX_QUERY_BYTES = 65_536
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
