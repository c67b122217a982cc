"""Measure the SPARQL endpoint against rdflib-endpoint and the server of Oxigraph, on the same statements in one run.

Prints a table: requests per second and latency of five workloads, each with queries that are new every time and
with one that repeats, over one connection and over eight. Writes nothing but the environment of the peers.
"""

from __future__ import annotations

import contextlib
import csv
import http.client
import itertools
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from build import copy_workspace
from load import Measured, measure
from peers import Server, install_peers, oxigraph, rdflib_endpoint, twin_graph
from rdflib import Graph

CLAIMS = 7_000  # of the world's, which makes about 100,000 statements; rdflib needs minutes for all
ROUNDS, SECONDS = 2, 1.0  # in turn, so that what else the machine does meets all servers alike
CONNECTIONS = (1, 8)
_RESULTS, _TURTLE = "application/sparql-results+json", "text/turtle"
_PROLOGUE = (
    "PREFIX twin: <https://w3id.org/twin-graph/ontology#> "
    "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
)
_NUMBERS = itertools.count()


@dataclass(frozen=True)
class Workload:
    """A sort of query; `text` makes one from a city and a number, which makes it a text that nobody sent before."""

    name: str
    text: Callable[[str, int], str]
    accept: str = _RESULTS


WORKLOADS = (
    Workload("ASK", lambda city, n: f"ASK {{ <{city}> a ?class{n} }}"),
    Workload("point query", lambda city, n: f"SELECT ?name{n} WHERE {{ <{city}> rdfs:label ?name{n} }}"),
    Workload(
        "description",
        lambda city, n: f"CONSTRUCT {{ <{city}> ?p{n} ?o }} WHERE {{ <{city}> ?p{n} ?o }}",
        _TURTLE,
    ),
    Workload("10,000 rows", lambda _, n: f"SELECT ?s ?p{n} ?o WHERE {{ ?s ?p{n} ?o }} LIMIT 10000"),
    Workload(
        "aggregate",
        lambda _, n: (
            "SELECT ?from ?to (COUNT(*) AS ?twins) WHERE { "
            f"?a{n} twin:twinnedWith ?b . ?a{n} twin:inCountry ?from . ?b twin:inCountry ?to "
            "} GROUP BY ?from ?to ORDER BY DESC(?twins) ?from ?to"
        ),
    ),
)


def main() -> None:
    """Build, start all servers, compare their answers, measure, print."""
    install_peers()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        workspace, statements = build_part(Path(folder))
        servers = [
            stack.enter_context(twin_graph(workspace)),
            stack.enter_context(rdflib_endpoint(statements)),
            stack.enter_context(oxigraph(statements)),
        ]
        cities = read_cities(statements)
        print(f"{sum(1 for _ in statements.open('rb')):,} statements, {len(cities):,} cities")
        for workload in WORKLOADS:
            compare(workload, servers, cities[0])
        print_head(servers)
        for workload, cold, connections in itertools.product(WORKLOADS, (True, False), CONNECTIONS):
            found = [Measured() for _ in servers]
            for _, (sum_of, server) in itertools.product(range(ROUNDS), zip(found, servers, strict=True)):
                sum_of.add(run(workload, server, cities, connections, cold=cold))
            print_row(workload, found, connections, cold=cold)


def build_part(folder: Path) -> tuple[Path, Path]:
    """A workspace with a snapshot of the registers, the shared tables and part of the world; its statements."""
    workspace = copy_workspace(folder)
    cut_world(workspace.data / "world")
    command = [sys.executable, "-m", "twin_graph", "-w", str(workspace.root), "build", "--json"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    # The name of the graph is the last term of a line.
    quads = (workspace.snapshots / "current" / "dump.nq").read_text(encoding="utf-8").splitlines()
    statements = folder / "statements.nt"
    triples = dict.fromkeys(f"{quad.removesuffix(' .').rpartition(' ')[0]} .\n" for quad in quads)
    statements.write_text("".join(triples), encoding="utf-8")
    return workspace.root, statements


def cut_world(world: Path) -> None:
    """Keep the first claims and their cities, as far as no correction is about them."""
    corrected = {row["key"] for row in _read(world / "corrections.csv") if row["table"] == "cities"}
    claims = [row for row in _read(world / "claims.csv") if corrected.isdisjoint(row["parties"].split(";"))]
    claims = claims[:CLAIMS]
    named = {key for row in claims for key in row["parties"].split(";")}
    cities = [row for row in _read(world / "cities.csv") if row["key"] in named]
    for row in cities:
        row["sibling"] = row["sibling"] if row["sibling"] in named else ""
    _write(world / "claims.csv", claims)
    _write(world / "cities.csv", cities)
    _write(world / "corrections.csv", [])


def read_cities(statements: Path) -> list[str]:
    """The IRIs of the cities."""
    mark = " <https://w3id.org/twin-graph/ontology#inCountry> "
    with statements.open(encoding="utf-8") as lines:
        return [line.partition(" ")[0].strip("<>") for line in lines if mark in line]


def compare(workload: Workload, servers: list[Server], city: str) -> None:
    """Stop unless all servers give as many rows, or triples, or the same truth value."""
    counts = {server.name: count(workload, server, city) for server in servers}
    if len(set(counts.values())) != 1 or 0 in counts.values():
        raise SystemExit(f"{workload.name}: the servers do not give the same: {counts}")
    print(f"{workload.name}: {next(iter(counts.values())):,} each")


def count(workload: Workload, server: Server, city: str) -> int:
    """Rows or triples of one answer; 1 for true."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    target = _target(workload, server, city, next(_NUMBERS))
    with contextlib.closing(connection):
        connection.request("GET", target, headers={"Accept": workload.accept})
        body = connection.getresponse().read()
    if workload.accept == _TURTLE:
        return len(Graph().parse(data=body, format="turtle"))
    content = json.loads(body)
    return int(content["boolean"]) if "boolean" in content else len(content["results"]["bindings"])


def run(workload: Workload, server: Server, cities: list[str], connections: int, *, cold: bool) -> Measured:
    """Measure one workload; one that is repeated is asked once before."""
    if cold:
        return measure(server.port, requests(workload, server, cities), connections, SECONDS)
    once = next(requests(workload, server, cities))
    measure(server.port, itertools.repeat(once), 1, 0.01)
    return measure(server.port, itertools.repeat(once), connections, SECONDS)


def requests(workload: Workload, server: Server, cities: list[str]) -> Iterator[bytes]:
    """Requests that differ from all before, for one city after the other."""
    for city in itertools.cycle(cities):
        target = _target(workload, server, city, next(_NUMBERS))
        yield f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nAccept: {workload.accept}\r\n\r\n".encode()


def print_head(servers: list[Server]) -> None:
    """The names of the columns."""
    names = [f"{server.name}: requests/s (p50, p95 in ms)" for server in servers]
    ratios = [f"times {server.name}" for server in servers[1:]]
    columns = ["workload", "queries", "connections", *names, *ratios]
    print(f"\n| {' | '.join(columns)} |\n| {' | '.join('---' for _ in columns)} |")


def print_row(workload: Workload, found: list[Measured], connections: int, *, cold: bool) -> None:
    """One line of the table; a ratio is how many times as many requests as a peer we answer."""
    cells = [f"{each.rate:,.1f} ({each.percentile(50):,.2f}, {each.percentile(95):,.2f})" for each in found]
    ratios = [f"{found[0].rate / each.rate:,.2f}" for each in found[1:]]
    kind = "new" if cold else "repeated"
    print("| " + " | ".join([workload.name, kind, str(connections), *cells, *ratios]) + " |", flush=True)


def _target(workload: Workload, server: Server, city: str, number: int) -> str:
    return f"{server.path}?query={quote(_PROLOGUE + workload.text(city, number))}"


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open(newline="", encoding="utf-8") as file:
        header = next(csv.reader(file))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, header, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
