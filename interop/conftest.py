"""The real server on a small snapshot, what its answers must be, and a line of counts for each client.

A client that is missing is an error, not a skip.
"""

from __future__ import annotations

import io
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest

import answers
import openrefine
from answers import Answer
from clients import CKAN, COMUNICA, LDES_CLIENT, RECONCILER
from live_server import free_port, live_server
from questions import MOST_ROWS
from twin_graph import dumps
from twin_graph.build import build
from twin_graph.formats import N_TRIPLES, RESULTS_JSON
from twin_graph.snapshot import Snapshot
from workspaces import copy_tiny

_PROGRAMS = {
    "curl": "apt-get install curl",
    "roqet": "apt-get install rasqal-utils",
    "node": "apt-get install nodejs npm",
    str(COMUNICA): "(cd interop && npm ci)",
    str(LDES_CLIENT): "(cd interop && npm ci)",
    str(RECONCILER): "make interop/.reconciler/installed",
    str(CKAN): "make interop/.ckan/installed",
    openrefine.PROGRAM: "apt-get install openrefine",
}


def pytest_configure(config: pytest.Config) -> None:
    """Warnings are errors in tests of ours; connections that a client leaves open are its own."""
    config.addinivalue_line("filterwarnings", "ignore:unclosed:ResourceWarning")
    config.addinivalue_line("filterwarnings", "ignore::pytest.PytestUnraisableExceptionWarning")


def pytest_sessionstart() -> None:
    """Say what is missing before anything runs."""
    missing = [f"  {program}: {how}" for program, how in _PROGRAMS.items() if not shutil.which(program)]
    if missing:
        pytest.exit("these clients are missing; `make interop` installs them:\n" + "\n".join(missing), 3)


@pytest.fixture(scope="session")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """`tests/tiny`, built for an address that is free here: clients follow the addresses that they read in data."""
    base_iri = f"http://localhost:{free_port()}/"
    found = build(copy_tiny(tmp_path_factory.mktemp("interop")), base_iri)[0]
    dumps.write_dumps(found)
    return found


@pytest.fixture(scope="session")
def base(snapshot: Snapshot) -> Iterator[str]:
    """The address of the running service, which is the base of all its IRIs."""
    base_iri = snapshot.manifest.base_iri
    with live_server(snapshot, port=urlsplit(base_iri).port or 0, query_rows=MOST_ROWS):
        yield base_iri


@pytest.fixture(scope="session")
def endpoint(base: str) -> str:
    """The address of the SPARQL endpoint."""
    return f"{base}sparql"


@pytest.fixture(scope="session")
def expected(snapshot: Snapshot) -> Callable[..., Answer]:
    """What the answer to a query must be: evaluated here on the snapshot, with no service between."""
    store = snapshot.open_store("memory")

    def answer(query: str, *, plain: bool = False) -> Answer:
        output = io.BytesIO()
        base_iri, offers = snapshot.manifest.base_iri, (RESULTS_JSON, N_TRIPLES)
        fmt = store.answer(query, output, base_iri=base_iri, offers=offers).fmt
        if fmt is N_TRIPLES:
            return answers.from_document(output.getvalue(), "nt")
        return answers.from_results(output.getvalue(), "json", plain=plain)

    return answer


@pytest.fixture(autouse=True)
def _name_client(request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> None:
    """Say for the summary whose test this is: that of a parameter, or of the whole file."""
    parameters = getattr(getattr(request.node, "callspec", None), "params", {})
    client = parameters.get("client")
    record_property("client", client.name if client else request.module.CLIENT)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line for each client."""
    outcomes = ("passed", "failed", "error")
    counts = {outcome: Counter(map(_client, terminalreporter.getreports(outcome))) for outcome in outcomes}
    terminalreporter.section("clients")
    for name in sorted(set().union(*counts.values()) - {""}):
        failed = counts["failed"][name] + counts["error"][name]
        terminalreporter.write_line(f"{name}: {counts['passed'][name]} passed, {failed} failed")


def _client(report: pytest.TestReport) -> str:
    return str(dict(report.user_properties).get("client", ""))
