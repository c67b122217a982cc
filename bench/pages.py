"""Measure the pages of the shipped data: time of the server, and bytes of what it sends, per type of page.

*Uncached* is the first request for a page by an application that has answered other pages of its type, so that
templates and queries are read, and that has read its lists, as a web process does when it opens a snapshot;
*again* is the median of further requests to the application, which keeps no pages.
*Front* is the whole server over HTTP for the same page once it has it. Prints a table, and what is over its budget.
"""

from __future__ import annotations

import argparse
import gzip
import http.client
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from build import copy_workspace, timed_build
from flask.testing import FlaskClient

from twin_graph.settings import read_settings
from twin_graph.snapshot import Snapshot, open_snapshot
from twin_graph.web import create_app, warm
from twin_graph.web.site import STATIC

# A type of page, the page that makes the application ready for it, and those that are measured.
PAGES = {
    "home": ("en/", ["pl/", "uk/"]),
    "city with 44 partners": ("pl/city/lviv", ["pl/city/lublin"]),
    "city of the world": ("pl/city/q60", ["en/city/q656", "uk/city/q1490", "pl/city/q64"]),
    "partnership": ("pl/partnership/lublin-nancy", ["en/partnership/lublin-munster", "uk/partnership/lublin-lviv"]),
    "agreement": ("pl/agreement/nancy-1988", ["en/agreement/kharkiv-2022"]),
    "network": ("pl/network/eurocities", ["en/network/eurocities"]),
    "country": ("pl/country/de", ["en/country/pl", "uk/country/fr"]),
    "source": ("pl/source/wikidata-2016", ["en/source/wikidata-2016"]),
    "list of cities": ("pl/city", ["en/city", "uk/city?page=9"]),
    "list of partnerships": ("pl/partnership", ["en/partnership", "uk/partnership?page=9"]),
    "filtered list": ("pl/city?country=de", ["en/city?country=pl", "uk/city?country=us"]),
    "table alone": ("pl/city/lviv/partnerships", ["pl/city/lublin/partnerships"]),
    "search": ("pl/search?q=lodz", ["en/search?q=lwow", "uk/search?q=lemberg"]),
    "suggestions": ("suggest?q=lu&lang=pl", ["suggest?q=war&lang=en", "suggest?q=kyi&lang=uk"]),
    "map": ("pl/map", ["en/map"]),
    "map of a city": ("pl/map?city=lviv", ["en/map?city=lublin"]),
    "timeline": ("pl/timeline", ["en/timeline"]),
    "timeline of a city": ("pl/timeline?city=lviv", ["en/timeline?city=lublin"]),
    "compare": ("pl/compare?a=lublin&b=lviv", ["en/compare?a=lublin&b=q60", "uk/compare?a=q64&b=q656"]),
    "chain": ("pl/chain?from=lublin&to=q60", ["en/chain?from=lublin&to=q1490", "uk/chain?from=lviv&to=q5838"]),
    "changes": ("pl/changes", ["en/changes"]),
    "curation": ("pl/curation", ["en/curation"]),
    "curation of a city": ("pl/city/lviv/curation", ["pl/city/lublin/curation"]),
    "comparison": ("pl/wikidata", ["en/wikidata", "uk/wikidata/b", "en/wikidata/f"]),
    "fact sheet": ("pl/city/lviv/factsheet", ["pl/city/lublin/factsheet"]),
    "embedded map": ("pl/embed/city/lviv?view=map", ["pl/embed/city/lublin?view=map"]),
    "report": ("pl/report", ["en/report"]),
    "ontology": ("pl/ontology", ["en/ontology"]),
    "document (Turtle)": ("doc/city/lviv.ttl", ["doc/city/lublin.ttl"]),
    "document (JSON-LD)": ("doc/city/lviv.jsonld", ["doc/city/lublin.jsonld"]),
    "table (CSV)": ("pl/city/lviv/partnerships.csv", ["pl/city/lublin/partnerships.csv"]),
    "table (XLSX)": ("pl/city/lviv/partnerships.xlsx", ["pl/city/lublin/partnerships.xlsx"]),
}  # fmt: skip
PAGE_BYTES, ASSET_BYTES, SECONDS = 30_000, 5_000, 0.1
_REPEATED = 5


def main() -> None:
    """Measure everything, print the table, and end with 1 where a budget is not kept."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--workspace", help="with a snapshot; by default the shipped data are built aside")
    chosen = parser.parse_args().workspace
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(chosen) if chosen else Path(folder)
        if not chosen:
            timed_build(copy_workspace(workspace))  # in a process of its own: one that serves has not built
        over = measure(open_snapshot(workspace / "snapshots"), workspace)
    for problem in over:
        print("over its budget:", problem)
    sys.exit(1 if over else 0)


def measure(snapshot: Snapshot, workspace: Path) -> list[str]:
    """Print a row for each type of page; what is over its budget."""
    app = create_app(read_settings({}, workspace=str(workspace)), snapshot)
    warm(app)  # as a web process does when it opens a snapshot
    client = app.test_client()
    client.get("/pl/city/lviv")
    measured = [measure_type(name, *pages, client) for name, pages in PAGES.items()]
    # Only now: while it starts it reads its lists, and needs the processors.
    port, server = start(workspace)
    try:
        fronts = {name: measure_front(paths, port) for name, (_, paths) in PAGES.items()}
    finally:
        server.terminate()
        server.wait()
    print(f"{'':24}{'uncached':>12}{'again':>12}{'front':>12}{'HTML':>10}{'gzip -6':>10}")
    over: list[str] = []
    for each in measured:
        times = "".join(
            f"{seconds * 1000:>9.1f} ms" for seconds in (each.first, each.again, fronts[each.name])
        )
        print(f"{each.name:24}{times}{each.size:>10,}{each.packed:>10,}")
        over += each.over
    for asset in ("style.css", "site.js"):
        size = len(gzip.compress((STATIC / asset).read_bytes(), 6))
        print(f"{asset:24}{size:>56,}")
        over += [f"{asset}: {size:,} bytes"] if size > ASSET_BYTES else []
    return over


@dataclass(frozen=True)
class Measured:
    """A type of page: the slowest and the largest of its pages, in seconds and bytes."""

    name: str
    first: float
    again: float
    size: int
    packed: int

    @property
    def over(self) -> list[str]:
        """What is over its budget."""
        slow = [f"{self.name}: {self.first * 1000:.0f} ms"] if self.first > SECONDS else []
        return slow + ([f"{self.name}: {self.packed:,} bytes"] if self.packed > PAGE_BYTES else [])


def measure_type(name: str, ready: str, paths: list[str], client: FlaskClient) -> Measured:
    """The pages of one type by the application alone."""
    if client.get(f"/{ready}").status_code != 200:
        raise LookupError(f"{ready} does not answer")
    first, again, sizes, packed = [], [], [], []
    for path in paths:
        page = partial(client.get, f"/{path}")
        first.append(timed(page))
        again.append(statistics.median(timed(page) for _ in range(_REPEATED)))
        body = page().data
        sizes.append(len(body))
        packed.append(len(gzip.compress(body, 6)))
    return Measured(name, max(first), max(again), max(sizes), max(packed))


def measure_front(paths: list[str], port: int) -> float:
    """Seconds of the slowest of these pages over HTTP, once the server has them."""
    slowest = 0.0
    for path in paths:
        served = partial(ask, port, path)
        served()
        slowest = max(slowest, statistics.median(timed(served) for _ in range(_REPEATED)))
    return slowest


def start(workspace: Path) -> tuple[int, subprocess.Popen[bytes]]:
    """The whole server as it is shipped, but without budgets of a client."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = {"WORKSPACE": workspace, "PORT": port, "CLIENT_SECONDS": 0, "CLIENT_ERRORS": 0}
    server = subprocess.Popen(
        [sys.executable, "-P", "-m", "twin_graph", "serve"],
        env={f"TWIN_GRAPH_{name}": str(value) for name, value in settings.items()},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    for _ in range(600):
        try:
            ask(port, "readyz")
        except OSError:
            time.sleep(0.1)
        else:
            return port, server
    server.terminate()
    raise TimeoutError("the server does not start")


def ask(port: int, path: str) -> bytes:
    """One request on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", f"/{path}", headers={"Accept-Encoding": "gzip"})
        return connection.getresponse().read()
    finally:
        connection.close()


def timed(call: Callable[[], object]) -> float:
    """Seconds that a call takes."""
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


if __name__ == "__main__":
    main()
