"""What was tested, and what came of it: public suites on the program, probes on each snapshot.

    suites.ttl     the public suites, and who tests what
    earl.ttl       what came of their cases; written by `make conformance`, and compared with every run of the tests
    metrics.ttl    what is measured on every snapshot besides the probes
    suites.py      these files, summed up
    probes.py      the queries `conformance_*.rq`, run on a store when a snapshot is built
    describe.py    all of it as statements, in EARL and DQV

Knows no web, and no test. Which snapshot is probed, and where the outcome is kept, is decided by `build`.

https://www.w3.org/TR/EARL10-Schema/ and https://www.w3.org/TR/vocab-dqv/
"""

from twin_graph.conformance.describe import SEVERITIES, Facts, describe_conformance, page_address
from twin_graph.conformance.probes import (
    FILE,
    Measured,
    Probe,
    list_probes,
    measure,
    read_measured,
    write_measured,
)
from twin_graph.conformance.suites import REPORT, Case, Metric, Results, Suite, read_suites

__all__ = [
    "FILE",
    "REPORT",
    "SEVERITIES",
    "Case",
    "Facts",
    "Measured",
    "Metric",
    "Probe",
    "Results",
    "Suite",
    "describe_conformance",
    "list_probes",
    "measure",
    "page_address",
    "read_measured",
    "read_suites",
    "write_measured",
]
