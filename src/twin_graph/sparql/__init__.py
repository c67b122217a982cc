"""The SPARQL service without HTTP.

    policy.py        what the words of a query say: whether it is run, its form, its identity
    requests.py      a query for the pool, its format, and what identifies its answer
    description.py   what the service says of itself
    examples.py      the prefixes and example queries that editors read
    tables.py        the first rows of a result, for a page

Evaluating is `store`, in the processes of `worker`; reading a request and making a response is `web.sparql`.

https://www.w3.org/TR/sparql11-protocol/
"""

from twin_graph.lexer import canonical
from twin_graph.sparql.description import DESCRIPTION_PREFIXES, SD, describe_dataset, describe_service
from twin_graph.sparql.examples import describe_examples, describe_prefixes, endpoint_of, example_queries
from twin_graph.sparql.policy import NO_UPDATES, check_policy, form_of, is_repeatable
from twin_graph.sparql.requests import (
    MAX_QUERY_BYTES,
    answer_key,
    fingerprint_of,
    make_request,
    named_formats,
)
from twin_graph.sparql.tables import Table, count_rows, read_table

__all__ = [
    "DESCRIPTION_PREFIXES",
    "MAX_QUERY_BYTES",
    "NO_UPDATES",
    "SD",
    "Table",
    "answer_key",
    "canonical",
    "check_policy",
    "count_rows",
    "describe_dataset",
    "describe_examples",
    "describe_prefixes",
    "describe_service",
    "endpoint_of",
    "example_queries",
    "fingerprint_of",
    "form_of",
    "is_repeatable",
    "make_request",
    "named_formats",
    "read_table",
]
