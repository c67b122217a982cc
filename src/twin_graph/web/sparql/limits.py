"""What one query and one client may take, and what is refused, in the words of the page.

The numbers are those of `worker.QueryLimits`; each row leads to the page of the problem that
a client meets at the limit.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import g

from twin_graph.sparql import MAX_QUERY_BYTES
from twin_graph.web.dates import format_number
from twin_graph.web.errors import ALL_PROBLEMS, Problem
from twin_graph.web.languages import gettext
from twin_graph.worker import QueryLimits


@dataclass(frozen=True)
class Limit:
    """What is limited, how far it goes, and the problem beyond."""

    what: str
    value: str
    problem: Problem


def show_limits(limits: QueryLimits) -> list[Limit]:
    """The limits of the service in the language of the request; a budget that is 0 is no limit, and is not there."""
    rows = [
        (gettext("Run time of one query"), gettext("%(number)s s"), limits.seconds, "query-timeout"),
        (gettext("Rows or triples of one result"), "%(number)s", limits.rows, "result-too-large"),
        (gettext("Size of one result"), gettext("%(number)s MB"), limits.megabytes, "result-too-large"),
        (gettext("Memory of one query"), gettext("%(number)s MB"), limits.memory_mb, "query-resources"),
        (
            gettext("Text of one query"),
            gettext("%(number)s KiB"),
            MAX_QUERY_BYTES // 1024,
            "request-too-large",
        ),
        (
            gettext("Queries of one client that run at once"),
            "%(number)s",
            limits.client_workers,
            "busy",
        ),
        (gettext("Queries of one client that wait"), "%(number)s", limits.client_places, "busy"),
        (
            gettext("Run time of all queries of one client"),
            gettext("%(number)s s; one second comes back each second"),
            limits.client_seconds,
            "over-budget",
        ),
        (
            gettext("Failed queries of one client"),
            gettext("%(number)s; one comes back each second"),
            limits.client_errors,
            "over-budget",
        ),
    ]
    refused = gettext("refused")
    return [
        *(
            Limit(what, text % {"number": _number(n)}, ALL_PROBLEMS[slug])
            for what, text, n, slug in rows
            if n
        ),
        Limit(gettext("Asking other services (SERVICE)"), refused, ALL_PROBLEMS["service-disabled"]),
        Limit(gettext("Updates (INSERT, DELETE, LOAD …)"), refused, ALL_PROBLEMS["query-not-allowed"]),
    ]


def _number(number: float) -> str:
    return format_number(f"{number:.3f}" if number % 1 else str(int(number)), g.language)
