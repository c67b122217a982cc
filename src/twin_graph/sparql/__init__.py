"""The SPARQL service without HTTP.

    policy.py        which queries it runs, judged by their words
    requests.py      a query for the pool, its formats, and what identifies its answer
    description.py   what the service says of itself
    tables.py        the first rows of a result, for a page

Evaluating is `store`, in the processes of `worker`; reading a request and making a response is `web.sparql`.

https://www.w3.org/TR/sparql11-protocol/
"""

from twin_graph.sparql.description import DESCRIPTION_PREFIXES, SD, describe_service
from twin_graph.sparql.policy import check_policy, is_repeatable
from twin_graph.sparql.requests import (
    MAX_QUERY_BYTES,
    fingerprint,
    fingerprint_of,
    make_request,
    named_formats,
)
from twin_graph.sparql.tables import Table, read_table

__all__ = [
    "DESCRIPTION_PREFIXES",
    "MAX_QUERY_BYTES",
    "SD",
    "Table",
    "check_policy",
    "describe_service",
    "fingerprint",
    "fingerprint_of",
    "is_repeatable",
    "make_request",
    "named_formats",
    "read_table",
]
