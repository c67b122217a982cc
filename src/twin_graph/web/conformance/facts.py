"""What the site knows of the quality of its snapshot: found while that was built, and read here."""

from __future__ import annotations

import hashlib

from flask import url_for

from twin_graph import conformance
from twin_graph.catalog import whole_of
from twin_graph.conformance import Facts
from twin_graph.formats import RESULTS_JSON
from twin_graph.queries import runnable
from twin_graph.sparql import answer_key, endpoint_of
from twin_graph.store import RequestedDataset
from twin_graph.web.responses import absolute
from twin_graph.web.site import Site


def gather(here: Site) -> Facts:
    """What is known of this snapshot."""
    return Facts(
        here.base_iri,
        str(whole_of(here.base_iri)),
        here.manifest.files["dump.nq"],
        here.manifest.findings,
        absolute(here, url_for("pages.report_file", lang=here.manifest.default_language, extension="ttl")),
        here.measured,
        _examples(here),
    )


def digest(facts: Facts) -> str:
    """What the page and the data depend on besides the snapshot."""
    return hashlib.sha256(f"{facts}\n{conformance.read_suites().digest}".encode()).hexdigest()[:20]


def _examples(here: Site) -> tuple[int, int] | None:
    """How many examples the build has found an answer to, of those that it has asked."""
    rows, endpoint = here.snapshot.answer_rows, endpoint_of(here.base_iri)
    keys = (
        answer_key(runnable(query, here.base_iri), RESULTS_JSON, endpoint, RequestedDataset())
        for query in here.questions
    )
    asked = [rows[key] for key in keys if key in rows]
    return (sum(map(bool, asked)), len(asked)) if asked else None
